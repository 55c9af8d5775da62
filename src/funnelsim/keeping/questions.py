"""What can be asked of a scenario and kept: how to ask again, and the files that tell the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Any

from funnelsim.io.files import Files
from funnelsim.io.progress import Progress
from funnelsim.planning import bottleneck, bridge, marginal, measure_next, optimise, select, tipping, tornado
from funnelsim.planning.firm_search import search_of_firm
from funnelsim.planning.search import Search, search_of
from funnelsim.reports import answers
from funnelsim.reports.saving import result_files
from funnelsim.reports.study_files import study_files
from funnelsim.scenario import Scenario, strategy_names
from funnelsim.scenario.files import parse_toml
from funnelsim.studies import sequential, study
from funnelsim.studies.assumptions import compare_assumptions
from funnelsim.studies.designed.running import run_study
from funnelsim.studies.designed.study import Study, study_of
from funnelsim.studies.results import SimulationResult

Options = Mapping[str, Any]
_NAMES, _TEXT, _NUMBER = (list, type(None)), (str, type(None)), (int, float)
_RUN: dict[str, tuple[type, ...]] = {"replications": (int,), "seed": (int,), "engine": (str,)}
_DECIDED: dict[str, tuple[type, ...]] = {
    "margin": _NUMBER,
    "strategies": _NAMES,
    "at_most": (int,),
    "best": (bool,),
    "seed": (int,),
}


@dataclass(frozen=True)
class Asked:
    """A question about a scenario, with all that its answer follows from.

    Attributes
    ----------
    kind : str
        One of `QUESTIONS`.
    options : dict
        As JSON has them.
    command : str
        As it would be typed.
    whole : bool
        Whether the answer has all the simulated years that were asked for.
    """

    kind: str
    options: Options
    command: str
    whole: bool = True


@dataclass(frozen=True)
class Question:
    """A kind of question.

    Attributes
    ----------
    ask : callable
        From the scenario, with options, `jobs` and `progress` by name, to the answer.
    files : callable
        From the answer, and whether CSV has decimal commas, to its files.
    options : dict of str to types
        What options there are.
    """

    ask: Callable[..., Any]
    files: Callable[[Any, bool], Files]
    options: Mapping[str, tuple[type, ...]]
    years: Callable[[Scenario, Options], int]

    def wrong(self, options: Options) -> str:
        """Return what is wrong with options; nothing if they are right."""
        if options.keys() != self.options.keys():
            return f"{', '.join(sorted(options.keys() ^ self.options.keys()))} is missing or unknown"
        for name, kinds in self.options.items():
            value = options[name]
            texts = not isinstance(value, list) or all(isinstance(each, str | float | int) for each in value)
            if type(value) not in kinds or not texts:
                return f"{name} is {value!r}"
        return ""


def _study_of(scenario: Scenario, document: str, title: str) -> Study:
    """Make the study of a file on a scenario."""
    return study_of({"title": title} | parse_toml(document, title) | {"scenario": scenario})


def _study(scenario: Scenario, *, document: str, title: str, jobs: int, progress: Progress) -> Any:
    """Run the study of a file on a scenario."""
    return run_study(_study_of(scenario, document, title), jobs=jobs, yes=True, progress=progress)


def _search_of(scenario: Scenario, document: str, title: str) -> Search:
    """Make the search of a file on a scenario."""
    return search_of({"title": title} | parse_toml(document, title) | {"scenario": scenario})


def _optimised(scenario: Scenario, *, document: str, title: str, jobs: int, progress: Progress) -> Any:
    """Carry out the search of a file on a scenario."""
    return optimise.optimised(_search_of(scenario, document, title), jobs, progress)


def _firm_optimised(scenario: Scenario, *, jobs: int, progress: Progress, **options: Any) -> Any:
    """Carry out a search over the levers that a firm has itself."""
    return optimise.optimised(search_of_firm(scenario, **options), jobs, progress)


def _explained(
    show: str, ask: Callable[..., Any], count: Callable[..., int], **options: tuple[type, ...]
) -> Question:
    """Make a question of `explain`; `count` tells how many strategies it simulates."""
    takes = signature(count).parameters

    def years(scenario: Scenario, given: Options) -> int:
        asked = {name: value for name, value in given.items() if name in takes}
        return int(given["replications"]) * count(scenario, **asked)

    return Question(ask, partial(answers.explanation_files, show), _RUN | options, years)


def _strategies(scenario: Scenario, options: Options) -> int:
    """Count the strategies that are compared."""
    return len(options["strategies"] or strategy_names(scenario))


def _under_all(scenario: Scenario) -> int:
    """Count the scenario as typed and its assumptions."""
    return 1 + len(scenario.assumptions)


QUESTIONS: dict[str, Question] = {
    "run": Question(
        study.simulate,
        result_files,
        _RUN | {"strategy": (str,), "digest": (bool,)},
        lambda _, options: int(options["replications"]),
    ),
    "compare": Question(
        study.compare,
        result_files,
        _RUN | {"strategies": _NAMES},
        lambda scenario, options: options["replications"] * _strategies(scenario, options),
    ),
    "assumptions": Question(
        compare_assumptions,
        result_files,
        _RUN | {"strategies": _NAMES},
        lambda scenario, options: (
            options["replications"] * _strategies(scenario, options) * _under_all(scenario)
        ),
    ),
    "decide": Question(
        sequential.decide,
        answers.decision_files,
        _DECIDED,
        lambda scenario, options: options["at_most"] * _strategies(scenario, options),
    ),
    "decide assumptions": Question(
        sequential.decide_assumptions,
        answers.decisions_files,
        _DECIDED,
        lambda scenario, options: options["at_most"] * _strategies(scenario, options) * _under_all(scenario),
    ),
    "study": Question(
        _study,
        study_files,
        {"document": (str,), "title": (str,)},
        lambda scenario, options: _study_of(scenario, **options).simulated_years,
    ),
    "optimise": Question(
        _optimised,
        answers.optimise_files,
        {"document": (str,), "title": (str,)},
        lambda scenario, options: optimise.most_years(_search_of(scenario, **options)),
    ),
    "optimise firm": Question(
        _firm_optimised,
        answers.optimise_files,
        {
            "margin": (*_NUMBER, type(None)),
            "budget": (*_NUMBER, type(None)),
            "trials": (int, type(None)),
            "seed": (int,),
        },
        lambda scenario, options: optimise.most_years(search_of_firm(scenario, **options)),
    ),
    "select": Question(
        select.select,
        answers.selection_files,
        {
            "margin": _NUMBER,
            "strategies": _NAMES,
            "alpha": _NUMBER,
            "at_most": (int,),
            "fresh": (int,),
            "seed": (int,),
        },
        lambda scenario, options: options["at_most"] * _strategies(scenario, options) + 2 * options["fresh"],
    ),
    "measure-next": Question(
        measure_next.measure_next,
        answers.measure_next_files,
        {"strategies": _NAMES, "worlds": (int,), "seed": (int,)},
        lambda scenario, options: options["worlds"] * _strategies(scenario, options),
    ),
    "tornado": _explained("tornado", tornado.tornado, tornado.simulations, strategy=_TEXT),
    "tipping": _explained(
        "tipping", tipping.tipping, tipping.simulations, of=_TEXT, within=_NAMES, strategies=_NAMES
    ),
    "bottleneck": _explained("bottleneck", bottleneck.bottleneck, bottleneck.simulations, strategy=(str,)),
    "marginal": _explained(
        "marginal", marginal.marginal, marginal.simulations, strategy=(str,), next_money=_NUMBER
    ),
    "bridge": _explained("bridge", bridge.bridge, bridge.simulations, start=(str,), goal=_TEXT),
}


def digest_of(result: Any) -> str | None:
    """Return the digest of the ledgers, where one was asked for."""
    return result.digest if isinstance(result, SimulationResult) else None

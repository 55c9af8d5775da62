"""What can be asked of a scenario and kept: how to ask again, and the files that tell the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from funnelsim.planning import bottleneck, bridge, marginal, measure_next, optimise, select, tipping, tornado
from funnelsim.planning.firm_search import search_of_firm
from funnelsim.planning.search import search_of
from funnelsim.reports import answers
from funnelsim.reports.saving import result_files
from funnelsim.reports.study_files import study_files
from funnelsim.scenario import TODAY, Scenario
from funnelsim.scenario.files import parse_toml
from funnelsim.studies import sequential, study
from funnelsim.studies.assumptions import compare_assumptions
from funnelsim.studies.designed.running import run_study
from funnelsim.studies.designed.study import study_of
from funnelsim.studies.results import SimulationResult

Options = Mapping[str, Any]
Progress = Callable[[int], None]
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
        From the answer, and whether CSV has decimal commas, to names and contents of files.
    options : dict of str to types
        What options there are.
    """

    ask: Callable[..., Any]
    files: Callable[[Any, bool], Iterator[tuple[str, bytes]]]
    options: Mapping[str, tuple[type, ...]]

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


def _study(scenario: Scenario, *, document: str, title: str, jobs: int, progress: Progress) -> Any:
    """Run the study of a file on a scenario."""
    tables = {"title": title} | parse_toml(document, title) | {"scenario": scenario}
    return run_study(study_of(tables), jobs=jobs, yes=True, progress=progress)


def _optimised(scenario: Scenario, *, document: str, title: str, jobs: int, progress: Progress) -> Any:
    """Carry out the search of a file on a scenario."""
    tables = {"title": title} | parse_toml(document, title) | {"scenario": scenario}
    return optimise.optimised(search_of(tables), jobs, progress)


def _firm_optimised(scenario: Scenario, *, jobs: int, progress: Progress, **options: Any) -> Any:
    """Carry out a search over the levers that a firm has itself."""
    return optimise.optimised(search_of_firm(scenario, **options), jobs, progress)


def _explained(show: str, ask: Callable[..., Any], **options: tuple[type, ...]) -> Question:
    return Question(ask, partial(answers.explanation_files, show), _RUN | options)


QUESTIONS: dict[str, Question] = {
    "run": Question(study.simulate, result_files, _RUN | {"strategy": (str,), "digest": (bool,)}),
    "compare": Question(study.compare, result_files, _RUN | {"strategies": _NAMES}),
    "assumptions": Question(compare_assumptions, result_files, _RUN | {"strategies": _NAMES}),
    "decide": Question(sequential.decide, answers.decision_files, _DECIDED),
    "decide assumptions": Question(sequential.decide_assumptions, answers.decisions_files, _DECIDED),
    "study": Question(_study, study_files, {"document": (str,), "title": (str,)}),
    "optimise": Question(_optimised, answers.optimise_files, {"document": (str,), "title": (str,)}),
    "optimise firm": Question(
        _firm_optimised,
        answers.optimise_files,
        {
            "margin": (*_NUMBER, type(None)),
            "budget": (*_NUMBER, type(None)),
            "trials": (int, type(None)),
            "seed": (int,),
        },
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
    ),
    "measure-next": Question(
        measure_next.measure_next,
        answers.measure_next_files,
        {"strategies": _NAMES, "worlds": (int,), "seed": (int,)},
    ),
    "tornado": _explained("tornado", tornado.tornado, strategy=_TEXT),
    "tipping": _explained("tipping", tipping.tipping, of=_TEXT, within=_NAMES, strategies=_NAMES),
    "bottleneck": _explained("bottleneck", bottleneck.bottleneck, strategy=(str,)),
    "marginal": _explained("marginal", marginal.marginal, strategy=(str,), next_money=_NUMBER),
    "bridge": _explained("bridge", bridge.bridge, start=(str,), goal=_TEXT),
}


def simulations(kind: str, options: Options, scenario: Scenario) -> int | None:
    """Count the simulated years that asking again takes; None where nobody knows before."""
    if kind not in ("run", "compare", "assumptions"):
        return None
    times = 1 + len(scenario.assumptions) if kind == "assumptions" else 1
    count: int = options["replications"] * len(options.get("strategies") or [TODAY]) * times
    return count


def digest_of(result: Any) -> str | None:
    """Return the digest of the ledgers, where one was asked for."""
    return result.digest if isinstance(result, SimulationResult) else None

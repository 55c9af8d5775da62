"""One HTML file for somebody who was not there: made from a scenario, or from a comparison."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from funnelsim.io.progress import Progress
from funnelsim.io.texts import printable
from funnelsim.io.writing import whole_file
from funnelsim.metrics.wording import simulated
from funnelsim.planning.case import Case, case_of, make_case
from funnelsim.reports.report import choice, flow, question, reasons, sources
from funnelsim.reports.report.contents import Contents, said
from funnelsim.reports.report.naming import years_of
from funnelsim.scenario import Scenario
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.results import ComparisonResult


@dataclass(frozen=True)
class Report:
    """A report, as `report` returns it: what it says, and the page.

    Attributes
    ----------
    case : Case
        What was simulated.
    withheld : Withheld
        What is kept back.
    made : date
        The day that the report names.
    """

    case: Case
    withheld: Withheld
    made: date

    @cached_property
    def contents(self) -> Contents:
        """What it says, in its order."""
        return contents_of(self.case, self.withheld, self.made)

    @cached_property
    def html(self) -> str:
        """The page: one file that needs no network."""
        return html_of(self.contents)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the page into a file, whole or not at all.

        Raises
        ------
        FileExistsError
            If there is a file of this name, and it may not be replaced.
        OSError
            If it cannot be written.
        """
        with whole_file(Path(path), overwrite=overwrite) as opened:
            opened.write(self.html.encode())


def report(
    of: Scenario | ComparisonResult,
    *,
    strategies: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    jobs: int = 0,
    with_names: bool = False,
    with_pay: bool = False,
    made: date | None = None,
    progress: Progress = lambda _: None,
) -> Report:
    """Make a report for somebody who was not there.

    Parameters
    ----------
    of : Scenario or ComparisonResult
        A comparison that is there is not simulated again; what explains the choice is.
    strategies, replications, seed, jobs
        As in `compare`; those of the comparison, if one is given.
    with_names, with_pay : bool
        Whether reps have their names in it, and whether it has pay.
    made : date, optional
        The day that it names; today by default.
    progress : callable
        Called with the number of years that have just been finished.

    Raises
    ------
    ScenarioError, ValueError, EndlessLoopError
        As in `compare`.
    KeyboardInterrupt
        Stopped before all was finished.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> made = report(load("first_steps"), replications=40, jobs=1)
    >>> made.contents.question
    'Which of 3 strategies earns the most profit in the year from 2026-01-01 to 2026-12-31?'
    >>> made.html.startswith("<!doctype html>"), "<script" in made.html
    (True, False)
    """
    if isinstance(of, ComparisonResult):
        case = case_of(of, progress=progress)
    else:
        case = make_case(
            of,
            strategies=strategies,
            replications=replications,
            seed=seed,
            jobs=jobs,
            progress=progress,
        )
    withheld = Withheld(case.result.scenario, names=not with_names, pay=not with_pay)
    return Report(case, withheld, made or date.today())


def contents_of(case: Case, withheld: Withheld, made: date) -> Contents:
    """Put together what a report says, in its order (RE1).

    Parameters
    ----------
    case : Case
        What was simulated.
    withheld : Withheld
        What is kept back: every text goes through it.
    made : date
        The day that the report names.
    """
    result = case.result
    scenario, base = result.scenario, result[result.base]
    goals, asked = choice.goals(case)
    under, under_told = reasons.assumptions(case)
    found, told = sources.sources(scenario, withheld)
    scenario_file = sources.download(case, withheld)
    watch, watch_others = question.watch(case)
    contents = Contents(
        title=sources.title_of(scenario),
        about=scenario.about,
        ran=f"Report of {made}: {simulated(result.years, base.forecast.months)} of each strategy",
        question=question.question(case),
        answer=tuple(result.comparison.answer()),
        in_full=result.verdict,
        watch=tuple([*reasons.assumed(case), *watch]),
        watch_others=tuple(watch_others),
        goals=goals,
        goals_asked=tuple(asked),
        quota=choice.quota(case),
        years=years_of(result),
        profit=choice.profit_plot(case),
        strategies=choice.strategies(case, withheld),
        strategy_notes=tuple(choice.strategy_notes(case)),
        fans=tuple(flow.fans(case)),
        funnels=tuple(flow.funnels(case)),
        fates=flow.FATES,
        funnel_note=flow.funnel_note(case),
        heat=tuple(flow.heat(case)),
        heat_notes=tuple(flow.heat_notes(case)),
        bridge=reasons.bridge(case, withheld),
        assumptions=under,
        assumptions_told=tuple(under_told + reasons.nothing_unsure(case)),
        tornado=reasons.tornado(case, withheld),
        tipping=tuple(reasons.tipping(case, withheld)),
        sources=tuple(found),
        sources_told=told,
        provenance=tuple(sources.provenance(case, made, sources.command(case, scenario_file.name))),
        download=scenario_file,
    )
    return said(contents, lambda text: printable(withheld.text(text)))


def _unbroken(value: object) -> object:
    """Keep a number and its per cent sign on one line."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("funnelsim.reports.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_unbroken,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["data_url"] = data_url
    return found


def data_url(text: str) -> str:
    """Write a text as an address that holds it.

    >>> data_url("a = 1")
    'data:application/toml;base64,YSA9IDE='
    """
    return f"data:application/toml;base64,{base64.b64encode(text.encode()).decode()}"


def html_of(contents: Contents) -> str:
    """Lay out a report as one HTML file; every text is escaped (RE6)."""
    return _environment().get_template("report.html.jinja").render(of=contents)

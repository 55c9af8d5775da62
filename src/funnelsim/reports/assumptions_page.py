"""The page that `compare --assumptions` prints: which strategy wins under which assumption."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.decisions import Comparison
from funnelsim.forecast import Interval
from funnelsim.io.progress import Progress, silent, step_through
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import listed
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, Column, figure_column, precision, text_column
from funnelsim.reports.grid import WIDTH, folded, printable, tables
from funnelsim.reports.question_pages import spaced
from funnelsim.scenario import AS_TYPED
from funnelsim.studies.assumptions import AssumptionsResult

_WIDEST_BEST = 30  # characters of the names of the best strategies on a line


def assumptions_page(
    result: AssumptionsResult,
    next_command: str,
    width: int = WIDTH,
    everything: bool = False,
    progress: Progress = silent,
) -> RenderableType:
    """Lay out a comparison under each assumption for a terminal.

    Parameters
    ----------
    result : AssumptionsResult
        What was simulated.
    next_command : str
        What to try next; empty if the page is to be kept.
    width : int
        Characters of a line at most.
    everything : bool
        Whether to show also what assumptions and strategies change, and the whole horizon.
    progress : callable
        Working out the comparisons is a step of it.
    """
    for name in step_through(result.comparisons, progress, "Working out", "comparisons"):
        _ = result[name].comparison.leaders(), result[name].warnings  # forecasts keep what takes long
    typed = result[AS_TYPED]
    base = typed[typed.base]
    months = base.forecast.months
    counted = f"{len(typed)} {'strategy' if len(typed) == 1 else 'strategies'}"
    others = [name for name in result if name != AS_TYPED]
    under = f"{len(others)} {'assumption' if len(others) == 1 else 'assumptions'}"
    title = f"{printable(result.scenario.source)}: {counted} as typed and under {under}, in the same worlds"
    ran = notes.what_ran(result.plan, result.years, months)
    changes = [line for name in others for line in notes.assumption(result[name].scenario)]
    found: list[RenderableType] = [
        notes.heading(title),
        Text(f"{ran}; {notes.horizon(base.scenario)}" if everything else ran),
        *notes.section("Verdict", [printable(result.verdict)]),
        *spaced(
            tables("Assumption", list(map(printable, result.titles.values())), columns(result), width=width)
        ),
        Text(),
        *map(Text, not_told_apart(result)),
        Text(notes.precision_of_the_mean(result.years, months)),
        *(notes.section("What each assumption changes", changes) if everything else []),
        *(notes.what_changes(result.scenario, list(typed)) if everything else []),
        *notes.section("Mind", overridden(result)),
        *notes.section("Watch", _warnings(result)),
        *notes.next_step(next_command, width),
    ]
    return Group(*found)


def overridden(result: AssumptionsResult) -> list[str]:
    """Write what strategies set although it was changed or is uncertain, with the assumptions."""
    return _once(
        {
            title: notes.warnings(result[name].notes, result[name].titles)
            for name, title in result.titles.items()
        }
    )


def _warnings(result: AssumptionsResult) -> list[str]:
    """Write all other warnings, with the assumptions and strategies that they concern."""
    return _once(
        {
            title: notes.warnings(result[name].forecast_warnings, result[name].titles)
            for name, title in result.titles.items()
        }
    )


def _once(lines: Mapping[str, Iterable[str]]) -> list[str]:
    """Write each line once, with the assumptions that it concerns."""
    told: dict[str, list[str]] = {}
    for name, found in lines.items():
        for line in found:
            told.setdefault(line, []).append(name)
    return [f"{', '.join(names)}: {line}" for line, names in told.items()]


def columns(result: AssumptionsResult) -> list[Column]:
    """Make columns: the best strategy, its gain, the gain of the best as typed, and whether they differ."""
    called = {name: printable(title) for name, title in result[AS_TYPED].titles.items()}
    base = called[result.base]
    leaders = {name: result[name].comparison.leaders() for name in result}
    typed = leaders[AS_TYPED]
    titles = {"Its profit": {name: each[:1] for name, each in leaders.items()}}
    if typed:
        titles[f"Profit of {called[typed[0]]}"] = dict.fromkeys(result, typed[:1])
    nothing = f"nothing beats {base}"
    best = [" or ".join(map(called.__getitem__, each)) or nothing for each in leaders.values()]
    same = ["the same" if set(each) == set(typed) else "differs" for each in leaders.values()]
    return [
        text_column("Best on profit", ["\n".join(folded(each, _WIDEST_BEST)) for each in best]),
        *(
            figure_column(
                f"{title} against {base}",
                Unit.MONEY,
                printable(result[AS_TYPED][result.base].forecast.names.currency),
                [_gain(result[name].comparison, strategies[name]) for name in result],
                PRECISION,
            )
            for title, strategies in titles.items()
        ),
        *_ahead(result, called),
        text_column("Against as typed", ["-", *same[1:]]),
    ]


def _ahead(result: AssumptionsResult, called: Mapping[str, str]) -> list[Column]:
    """Make columns of the next best strategy and how far behind it is; none where no lead is sure."""
    leads = list(result.leads.values())
    if not any(leads):
        return []
    currency = printable(result.scenario.currency)
    margins = [None if lead is None else lead.by for lead in leads]
    names = ["-" if lead is None else called[lead.second] for lead in leads]
    return [
        text_column("Next best", ["\n".join(folded(each, _WIDEST_BEST)) for each in names]),
        figure_column("Ahead of the next best by", Unit.MONEY, currency, margins, PRECISION),
    ]


def not_told_apart(result: AssumptionsResult) -> list[str]:
    """State under which assumptions the leading strategies cannot be told apart."""
    leaders = {name: each.comparison.leaders() for name, each in result.comparisons.items()}
    titles = result[AS_TYPED].titles
    return [
        printable(f"{result.titles[name]}: {listed([titles[one] for one in each])} cannot be told apart.")
        for name, each in leaders.items()
        if len(each) > 1
    ]


def _gain(comparison: Comparison, strategy: tuple[str, ...]) -> Interval | None:
    return precision(comparison.differences()[strategy[0]]) if strategy else None

"""The page that `compare --assumptions` prints: which strategy wins under which assumption."""

from __future__ import annotations

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.decisions import Comparison
from funnelsim.forecast import Interval
from funnelsim.metrics import Unit
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, Column, figure_column, precision
from funnelsim.reports.grid import WIDEST_LABEL, WIDEST_WORD, WIDTH, folded, printable
from funnelsim.scenario import AS_TYPED
from funnelsim.studies.assumptions import AssumptionsResult


def assumptions_page(result: AssumptionsResult, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out a comparison under each assumption for a terminal.

    Parameters
    ----------
    result : AssumptionsResult
        What was simulated.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    """
    typed = result[AS_TYPED]
    base = typed[typed.base]
    months = base.forecast.months
    counted = f"{len(typed)} {'strategy' if len(typed) == 1 else 'strategies'}"
    others = [name for name in result if name != AS_TYPED]
    under = f"{len(others)} {'assumption' if len(others) == 1 else 'assumptions'}"
    title = f"{printable(result.scenario.source)}: {counted} as typed and under {under}, in the same worlds"
    found: list[RenderableType] = [
        notes.heading(title),
        Text(f"{notes.what_ran(result.plan, result.years, months)}; {notes.horizon(base.scenario)}"),
        Text(),
        notes.heading("What each assumption changes"),
        *notes.indented(line for name in others for line in notes.assumption(result[name].scenario)),
        Text(),
        notes.heading("What each strategy changes"),
        *notes.indented(line for name in typed for line in notes.changes(result.scenario, name)),
        *notes.section("Mind", overridden(result)),
        Text(),
        _table(result, width),
        Text(),
        Text(notes.precision_of_the_mean(result.years, months)),
        Text(),
        notes.heading("Verdict"),
        *notes.indented([printable(result.verdict)]),
        *notes.section("Watch", _warnings(result)),
        Text(),
        notes.next_step(next_command, width),
    ]
    return Group(*found)


def overridden(result: AssumptionsResult) -> list[str]:
    """Write what strategies set although it was changed, each under its assumption."""
    return [f"{name}: {line}" for name in result for line in notes.warnings(result[name].notes)]


def _warnings(result: AssumptionsResult) -> list[str]:
    """Write each other warning once, with the assumptions and strategies that it concerns."""
    told: dict[str, list[str]] = {}
    for name in result:
        for line in notes.warnings(result[name].forecast_warnings):
            told.setdefault(line, []).append(name)
    return [f"{', '.join(names)}: {line}" for line, names in told.items()]


def gains(result: AssumptionsResult) -> list[Column]:
    """Make the columns of gains: that of the best strategy, and of the one that is best as typed."""
    base, typed = printable(result.base), result.best[AS_TYPED]
    titles = {"Its profit": result.best}
    if typed is not None:
        titles[f"Profit of {printable(typed)}"] = dict.fromkeys(result, typed)
    return [
        figure_column(
            f"{title} against {base}",
            Unit.MONEY,
            printable(result[AS_TYPED][result.base].forecast.names.currency),
            [_gain(result[name].comparison, strategies[name]) for name in result],
            PRECISION,
        )
        for title, strategies in titles.items()
    ]


def choices(result: AssumptionsResult) -> list[str]:
    """Write the best strategy under each assumption, and what cannot be told apart from it."""
    found = []
    for name, best in result.best.items():
        close = ", ".join(map(printable, result[name].comparison.close()))
        beside = f" (not told apart from {close})" if close else ""
        found.append(
            f"nothing beats {printable(result.base)}" if best is None else f"{printable(best)}{beside}"
        )
    return found


def verdicts(result: AssumptionsResult) -> list[str]:
    """Write whether the choice is the same as typed."""
    typed = result.best[AS_TYPED]
    return ["-", *("the same" if result.best[name] == typed else "differs" for name in list(result)[1:])]


def _gain(comparison: Comparison, strategy: str | None) -> Interval | None:
    return None if strategy is None else precision(comparison.differences()[strategy])


def _table(result: AssumptionsResult, width: int) -> Table:
    """Lay out a row for each assumption; only the names of strategies are folded as the width asks."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, width=width)
    labels = [folded(printable(name), WIDEST_LABEL) for name in ("Assumption", *result)]
    table.add_column(Text("Assumption"), width=max(cell_len(line) for lines in labels for line in lines))
    table.add_column(Text("Best on profit"), overflow="fold", ratio=1)
    found = gains(result)
    for column in found:
        words = [word for part in (column.title, column.unit, column.interval) for word in part.split()]
        lines = [line for cell in column.beneath() for line in cell.split("\n")]
        head = "\n".join(part for part in (column.title, column.unit, column.interval) if part)
        needed = max(min(max(map(cell_len, words)), WIDEST_WORD), *map(cell_len, lines))
        table.add_column(Text(head, style="bold"), justify="right", overflow="fold", width=needed)
    told = verdicts(result)
    table.add_column(Text("Against as typed"), width=max(map(cell_len, ("Against", *told))))
    cells = zip(*(column.beneath() for column in found), strict=True)
    for label, choice, values, verdict in zip(labels[1:], choices(result), cells, told, strict=True):
        name = Text("\n".join(label), style="bold")
        table.add_row(name, Text(choice), *(Text(value) for value in values), Text(verdict))
    return table

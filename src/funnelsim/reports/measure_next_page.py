"""The page that `funnelsim measure-next` prints: what it is worth to know each uncertain number."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.metrics import Unit
from funnelsim.metrics.wording import percent
from funnelsim.planning.measure_next import MeasureNextResult
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, figure_column, text_column
from funnelsim.reports.grid import WIDTH, keyed_table, printable
from funnelsim.reports.uncertainty import drawn

_ABOUT = (
    "Worth knowing: how much more profit the choice would bring on average if the number were known before "
    "choosing. No measurement can be worth more. It is 0 where knowing it would not change the choice.",
    "Changes the choice: in which share of cases another strategy would then be chosen.",
)


def measure_next_page(result: MeasureNextResult, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out what uncertain numbers are worth for a terminal.

    Parameters
    ----------
    result : MeasureNextResult
        What was simulated.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    """
    compared = result.result
    forecast = compared[compared.base].forecast
    title = f"{notes.title_of(compared.scenario)}: what it is worth to know each uncertain number"
    ran = notes.what_ran(compared.plan, compared.years, forecast.months)
    return Group(
        notes.heading(title),
        Text(f"{ran}; {notes.horizon(compared[compared.base].scenario)}"),
        *notes.section("Verdict", [printable(result.verdict)]),
        *notes.section("Mind", notes.warnings(compared.notes, compared.titles)),
        Text(),
        _table(result, width),
        Text(),
        *map(Text, _ABOUT),
        Text(_of_variance(result)),
        Text(notes.profit_of_all(compared.comparison)),
        *notes.section("Watch", notes.warnings(compared.forecast_warnings, compared.titles)),
        *notes.next_step(next_command, width),
    )


def _table(result: MeasureNextResult, width: int) -> RenderableType:
    """List the uncertain numbers, the one most worth knowing first."""
    currency = printable(result.result.scenario.currency)
    columns = [
        text_column("Drawn,\nP10-P90", [drawn(each.parameter) for each in result.numbers]),
        figure_column(
            "Worth knowing", Unit.MONEY, currency, [each.worth for each in result.numbers], PRECISION
        ),
        text_column("Changes\nthe choice", [percent(each.changes) for each in result.numbers]),
        figure_column(
            "Share of\nvariance", Unit.SHARE, "", [each.share for each in result.numbers], PRECISION
        ),
    ]
    return keyed_table("Uncertain", [result.name_of(each) for each in result.numbers], columns, width)


def _of_variance(result: MeasureNextResult) -> str:
    """State what the shares are of, and how much of the variance is not known at all."""
    titles = result.result.titles
    strategy, base = (printable(titles[name]) for name in (result.strategy, result.result.base))
    said = (
        f"Share of variance: of that of the profit of {strategy} against {base} between simulated years, "
        "what the number explains by itself."
    )
    unknown = result.unknown
    if math.isnan(unknown.low):
        return said
    alone = sum(each.share.value for each in result.numbers)
    ends = f"{100 * unknown.low:.0f} to {100 * unknown.high:.0f}"
    return (
        f"{said} Together that is {percent(max(alone, 0.0))}. Twins, worlds lived through twice with the "
        f"same uncertain numbers, say that {percent(unknown.value)} ({ends}) comes with all of them; the "
        "rest is chance."
    )

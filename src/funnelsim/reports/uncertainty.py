"""Text about uncertain numbers: their share of the variance, and which matters most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from funnelsim.decisions import Comparison
from funnelsim.decisions.profits import PROFIT
from funnelsim.forecast import MAIN, Forecast, Interval
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import number, simulated
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, Column, figure_column, text_column
from funnelsim.reports.grid import keyed_table, printable, tables
from funnelsim.scenario import Parameter

MOST_DRIVERS = 10  # in the table


def what_is_unknown(forecast: Forecast, width: int) -> list[RenderableType]:
    """Lay out one strategy's uncertainty; nothing if nothing is uncertain."""
    if forecast.unknowns is None or not forecast.unknowns.parameters:
        return []
    shares = [forecast.share_unknown(name) for name in MAIN]
    titles = [FIGURES[name].title for name in MAIN]
    table = tables("Figure", titles, [_not_known(shares)], Column.beside, width)
    return [*_beginning(forecast), *table, Text(), _drivers(forecast, width)]


def what_is_unknown_of_all(
    comparison: Comparison, titles: Mapping[str, str], width: int
) -> list[RenderableType]:
    """Lay out the uncertainty of compared strategies; nothing if nothing is uncertain."""
    base = comparison.forecasts[comparison.base]
    if base.unknowns is None or not base.unknowns.parameters:
        return []
    profit = [forecast.share_unknown(PROFIT) for forecast in comparison.forecasts.values()]
    gains = [
        None if name == comparison.base else comparison.share_unknown(name) for name in comparison.forecasts
    ]
    against = f"Profit against {printable(titles[comparison.base])}"
    columns = [_not_known(profit, "Profit"), _not_known(gains, against)]
    table = tables(
        "Strategy", [printable(titles[name]) for name in comparison.forecasts], columns, width=width
    )
    return [*_beginning(base), *table, Text(), _drivers(base, width)]


def sentence(share: Interval) -> str:
    """State how much of the variance of profit is what we do not know.

    Examples
    --------
    >>> print(sentence(Interval(0.618, 0.503, 0.738)))
    Of the variance of profit, 62 % (50 to 74) is what we do not know, the rest is chance.
    """
    if math.isnan(share.low):
        return "How much of the variance of profit is what we do not know cannot be told here."
    value, low, high = (f"{100 * each:.0f}" for each in share)
    known = f"{value} % ({low} to {high}) is what we do not know, the rest is chance."
    return f"Of the variance of profit, {known}"


def _beginning(forecast: Forecast) -> list[RenderableType]:
    pairs = len(forecast.pairs(PROFIT)[0])
    ran = simulated(pairs, forecast.months)
    return [
        Text(),
        notes.heading("What we do not know, and what is chance"),
        Text(sentence(forecast.share_unknown(PROFIT))),
        Text(f"Measured on {ran}, each lived through twice: the same uncertain numbers, fresh chance."),
        Text(),
    ]


def _not_known(shares: Sequence[Interval | None], title: str = "Variance not known") -> Column:
    return figure_column(title, Unit.SHARE, "", list(shares), PRECISION)


def _drivers(forecast: Forecast, width: int) -> RenderableType:
    """List the uncertain numbers, what was drawn, and the correlation of profit with each."""
    found = forecast.drivers(PROFIT)[:MOST_DRIVERS]
    ways = [each.correlation for each in found]
    columns = [
        text_column("Drawn,\nP10-P90", [drawn(each.parameter) for each in found]),
        figure_column("Rank correlation\nwith profit", Unit.RATIO, "", ways, PRECISION),
    ]
    keys = [each.parameter.key for each in found]
    return keyed_table("Uncertain, the closest to profit first", keys, columns, width)


def drawn(parameter: Parameter) -> str:
    """Write the range of what is drawn for an uncertain number.

    >>> drawn(Parameter("stages.offer.conversion", 0.22, 0.27, 0.3251))
    '0.22 to 0.325'
    """
    low, high = parameter.p10, parameter.p90
    return number(low, 3) if low == high else f"{number(low, 3)} to {number(high, 3)}"

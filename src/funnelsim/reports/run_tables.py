"""Tables of one strategy that are no figures by place: reasons, the cycle, goals, quotas."""

from __future__ import annotations

from dataclasses import replace

from rich.table import Table

from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.quota import WHOLE
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import number
from funnelsim.reports.columns import (
    PRECISION,
    RANGE,
    Column,
    chance,
    chance_column,
    figure_column,
    outcome,
    standing,
    text_column,
)
from funnelsim.reports.cuts import currency
from funnelsim.reports.grid import printable, tables


def lost(forecast: Forecast, width: int) -> list[Table]:
    """Count leads that ended without a contract, by stage and reason."""
    counts = forecast.reasons("stage")
    columns = [
        figure_column(printable(reason), Unit.COUNT, "", [Interval(each, each, each) for each in column])
        for reason, column in zip(forecast.names.reasons, counts.T, strict=True)
    ]
    return tables("Stage", forecast.names.stages, columns, Column.beside, width)


def cycle(forecast: Forecast, width: int) -> list[Table]:
    """Show within how many days a tenth, half and nine tenths of contracts are won.

    Where leads are open at the end, these are bounds: if none of them is won, and if all of them are.
    """
    found = forecast.cycle()
    within = {level: found.quantile(level) for level in (0.1, 0.5, 0.9)}
    days = figure_column(
        "Days", Unit.DAYS, "", [*(each.precision for each in within.values()), found.mean], PRECISION
    )
    days = replace(days, unit="", values=(*(each.words() for each in within.values()), days.values[-1]))
    mean = "on average"
    if forecast.followed is not None:
        mean = f"on average, of those won within {forecast.followed:,.0f} days"
    labels = [*(f"{number(100 * level)} % of contracts within" for level in within), mean]
    return tables("Won", labels, [days], Column.beside, width)


def goals(forecast: Forecast, width: int) -> list[Table]:
    """Show what each goal asks, where its figure stands, and how likely the goal is to be reached."""
    chances = forecast.chances()
    stands = [
        figure_column("", FIGURES[each.goal.metric].unit, currency(forecast), [standing(each)], RANGE)
        for each in chances
    ]
    asked = [f"{FIGURES[each.goal.metric].title}: {each.goal.words()}" for each in chances]
    columns = [
        text_column("Mean", [each.values[0] for each in stands]),
        text_column(RANGE, [each.intervals[0] for each in stands]),
        text_column("Unit", [each.unit for each in stands]),
        text_column("Wanted", [each.goal.bounds() for each in chances]),
        chance_column("Chance", [chance(each) for each in chances], PRECISION),
        text_column("What it asks", asked),
    ]
    return tables("Goal", [printable(each.goal.name) for each in chances], columns, Column.beside, width)


def quota(forecast: Forecast, width: int) -> list[Table]:
    """Show how far the firm and teams reach their quotas by quarter, and reps over the period."""
    found = [each for each in forecast.quotas() if each.dimension != "rep" or each.quarter == WHOLE]
    if not found:
        return []
    typed = [Interval(each.quota, each.quota, each.quota) for each in found]
    columns = [
        figure_column("Quota", Unit.MONEY, currency(forecast), typed),
        figure_column("Attained", Unit.SHARE, "", [outcome(each.attained) for each in found], RANGE),
        figure_column("Gap", Unit.MONEY, currency(forecast), [outcome(each.gap) for each in found], RANGE),
        chance_column("Chance", [each.chance for each in found], PRECISION),
    ]
    whose = ["firm" if each.dimension == "all" else printable(each.place) for each in found]
    labels = [f"{who}, {each.quarter}" for who, each in zip(whose, found, strict=True)]
    return tables("Of, in", labels, columns, Column.beside, width)


def quotas_left_out(forecast: Forecast) -> list[str]:
    """State where the quotas are that the page leaves out."""
    left_out = any(each.dimension == "rep" and each.quarter != WHOLE for each in forecast.quotas())
    return ["Quotas of reps by quarter are in quota.csv, which --out writes."] if left_out else []

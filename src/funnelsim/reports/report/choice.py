"""The strategies beside each other, and how far each reaches goals and quotas."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from funnelsim.forecast import Estimate, Interval
from funnelsim.forecast.forecast import Attainment
from funnelsim.forecast.quota import WHOLE
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import amount, percent, simulated
from funnelsim.planning.case import Case
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, RANGE, chance_column, figure_column, outcome, precision
from funnelsim.reports.report.contents import Cell, DotPlot, Dots, Heading, Row, Table
from funnelsim.reports.report.naming import in_order, mark_of, path_title, title_of, titled, years_of
from funnelsim.reports.report.shapes import scale_over
from funnelsim.scenario import TODAY, Lever, levers
from funnelsim.scenario.value_words import value_in_words
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.results import ComparisonResult

SHOWN = ("profit", "revenue", "won", "cycle_length")
MOST_CHANGES = 4  # listed of a strategy that nobody has described


# ---- strategies ------------------------------------------------------------------------------


def strategies(case: Case, withheld: Withheld) -> Table:
    """Tabulate what each strategy brings, sorted by profit, and how it compares with the base."""
    result, names = case.result, in_order(case.result)
    gains = result.comparison.differences()
    columns = [column(result, names, metric) for metric in SHOWN]
    against = [precision(gains[name]) if name in gains else None for name in names]
    gained = figure_column("", Unit.MONEY, result.scenario.currency, against, PRECISION)
    ahead = [gains[name].ahead if name in gains else None for name in names]
    loss = [result[name].forecast.loss() for name in names]
    base = result.scenario.title_of(result.base)
    headings = [heading for heading, _ in columns]
    headings += [
        Heading(f"Profit against {base}", gained.unit),
        Heading(f"Ahead of {base}", f"of {years_of(result)}"),
        Heading("Loss", f"of {years_of(result)}"),
    ]
    last = [
        [Cell(value, "", ends) for value, ends in zip(gained.values, gained.intervals, strict=True)],
        [chance_cell(each) for each in ahead],
        [chance_cell(each) for each in loss],
    ]
    cells = zip(*(found for _, found in columns), *last, strict=True)
    rows = [
        Row(title_of(case, name), tuple(each), mark_of(case, name), tuple(_changes(case, name, withheld)))
        for name, each in zip(names, cells, strict=True)
    ]
    return Table(
        "Strategy", tuple(headings), tuple(rows), "What each strategy brings, the highest profit first"
    )


def _changes(case: Case, name: str, withheld: Withheld) -> list[str]:
    """Say what a strategy is: as its author does, or else by what it changes."""
    scenario = case.result.scenario
    about = scenario.about_strategy(name)
    if about or name == TODAY:
        return [about] if about else []
    moved = [_change(each, withheld) for each in levers(scenario, name)]
    more = [f"and {len(moved) - MOST_CHANGES} more"] if len(moved) > MOST_CHANGES else []
    return moved[:MOST_CHANGES] + more


def _change(lever: Lever, withheld: Withheld) -> str:
    """Write a value before and after, and from when."""
    if withheld.is_pay(lever.path):
        return f"{path_title(lever.path, withheld)} changes"
    kept = (withheld.value(lever.path, each) for each in (lever.before, lever.after))
    before, after = (value_in_words(lever.path, each, withheld.scenario) for each in kept)
    day = "" if lever.begins is None else f" from {lever.begins}"
    return f"{path_title(lever.path, withheld)}: {before} to {after}{day}"


def column(result: ComparisonResult, names: Sequence[str], metric: str) -> tuple[Heading, list[Cell]]:
    """Write a figure of each strategy with both intervals, in one scale."""
    forecasts = [result[name].forecast for name in names]
    title = max((each.title(metric) for each in forecasts), key=len)
    heading, cells = both_intervals(
        title, FIGURES[metric].unit, result.scenario.currency, [each.estimate(metric) for each in forecasts]
    )
    return heading, cells


def both_intervals(
    title: str, unit: Unit, currency: str, found: Sequence[Estimate | None]
) -> tuple[Heading, list[Cell]]:
    """Write estimates with the range of outcomes and the precision of the mean, in one scale."""
    ranges = [None if each is None else outcome(each) for each in found]
    sure = [None if each is None else precision(each) for each in found]
    wide = figure_column(title, unit, currency, ranges, RANGE, beside=sure)
    narrow = figure_column(title, unit, currency, sure, PRECISION, beside=ranges)
    cells = [Cell(*each) for each in zip(narrow.values, wide.intervals, narrow.intervals, strict=True)]
    return Heading(title, wide.unit), cells


def chance_cell(found: Interval | None) -> Cell:
    """Write a chance with its precision."""
    if found is None or math.isnan(found.value):
        return Cell("-")
    (ends,) = chance_column("", [found], PRECISION).intervals
    sure = f"{ends} %" if ends else ""
    return Cell(percent(found.value), "", sure, round(100 * found.value, 2))


def profit_plot(case: Case) -> DotPlot:
    """Show the profit of each strategy, with both intervals, sorted."""
    result = case.result
    names, currency = in_order(result), result.scenario.currency
    found = {name: result[name].forecast.estimate("profit") for name in names}
    heading, cells = column(result, names, "profit")
    ends = [end for each in found.values() for end in (each.mean, each.low, each.high, each.p10, each.p90)]
    scale = scale_over(ends, Unit.MONEY, currency)
    dots = tuple(
        Dots(
            title_of(case, name),
            cell.mean,
            mark_of(case, name),
            scale.at(each.mean),
            _span(scale.at, each.low, each.high),
            _span(scale.at, each.p10, each.p90),
        )
        for cell, (name, each) in zip(cells, found.items(), strict=True)
    )
    zero = scale.at(0.0) if scale.has_zero else None
    return DotPlot(heading.title, scale.unit, dots, scale.ticks, zero)


def _span(at: Callable[[float], float], low: float, high: float) -> tuple[float, float] | None:
    return (at(low), at(high)) if math.isfinite(low) and math.isfinite(high) else None


_UNTOLD = " A mean without one has too few years to tell how well it is known."


def _is_untold(result: ComparisonResult) -> bool:
    """Return whether a figure of the table has a mean and no precision of it."""
    found = (precision(result[name].forecast.estimate(metric)) for name in result for metric in SHOWN)
    return any(math.isfinite(each.value) and not math.isfinite(each.low) for each in found)


def strategy_notes(case: Case) -> list[str]:
    """State what the figures of the table are."""
    result = case.result
    base = result[result.base].forecast
    one, ran = simulated(1, base.months).removeprefix("1 "), simulated(result.years, base.months)
    return [
        f"In grey, the range of outcomes ({RANGE}), which is what may happen: one {one} in ten is lower, "
        "one in ten is higher.",
        f"In blue, the precision of the mean ({PRECISION}): how far the mean of {ran} may be off. More of "
        f"them make it narrower; the range of outcomes stays.{_UNTOLD if _is_untold(result) else ''}",
        notes.profit_of_all(result.comparison, roi=False),
        notes.books(base, result=False),
        notes.counted_over(SHOWN),
    ]


# ---- goals and quota -------------------------------------------------------------------------


def goals(case: Case) -> tuple[Table | None, list[str]]:
    """Tabulate how likely each strategy reaches each goal, and state what the goals ask."""
    result, names = case.result, in_order(case.result)
    found = {name: {each.goal.name: each for each in result[name].forecast.chances()} for name in names}
    asked = {goal.name: goal for name in names for goal in result[name].forecast.goals}
    if not asked:
        return None, ["The scenario has no goals."]
    rows = []
    for name in names:
        cells = []
        for goal in asked:
            each = found[name].get(goal)
            if each is None:
                cells.append(Cell("-"))
                continue
            told = chance_cell(Interval(each.share, each.low, each.high))
            stands = amount(each.mean, FIGURES[each.goal.metric].unit, result.scenario.currency)
            cells.append(Cell(told.mean, f"mean {stands}", told.precision, told.share))
        rows.append(Row(title_of(case, name), tuple(cells), mark_of(case, name)))
    headings = tuple(
        Heading(titled(name), f"{FIGURES[goal.metric].title}: {goal.words()}") for name, goal in asked.items()
    )
    years = years_of(result)
    caption = (
        f"How many of the simulated {years} reach each goal, and its figure on average; in blue, "
        f"the precision of that share ({PRECISION})"
    )
    table = Table("Strategy", headings, tuple(rows), caption, small=len(asked) <= 3)
    return table, notes.worst_months([*asked.values()])


def quota(case: Case) -> Table | None:
    """Tabulate how far bookings reach quotas, in the base and beside it; nothing without a plan."""
    result, shown = case.result, case.shown
    found = [_by_place(result[name].forecast.quotas()) for name in shown]
    places = list(dict.fromkeys(place for each in found for place in each))
    if not places:
        return None
    currency = result.scenario.currency
    lists = [[each.get(place) for place in places] for each in found]
    typed = [next(each for each in at if each is not None).quota for at in zip(*lists, strict=True)]
    quotas = figure_column("Quota", Unit.MONEY, currency, [Interval(each, each, each) for each in typed])
    headings, columns = [Heading("Quota", quotas.unit)], [[Cell(value) for value in quotas.values]]
    for name, each in zip(shown, lists, strict=True):
        attained = [None if one is None else one.attained for one in each]
        heading, cells = both_intervals(f"Attained, {title_of(case, name)}", Unit.SHARE, "", attained)
        headings += [heading, Heading(f"Chance, {title_of(case, name)}", f"of {years_of(result)}")]
        columns += [cells, [chance_cell(None if one is None else one.chance) for one in each]]
    rows = tuple(
        Row(_whose(place), tuple(cells))
        for place, cells in zip(places, zip(*columns, strict=True), strict=True)
    )
    return Table("Quota of", tuple(headings), rows, "How far bookings reach the quotas")


Place = tuple[str, str, str]  # the dimension, who, and the quarter


def _by_place(found: Sequence[Attainment]) -> dict[Place, Attainment]:
    return {(each.dimension, each.place, each.quarter): each for each in found}


def _whose(place: Place) -> str:
    dimension, who, quarter = place
    named = "the firm" if dimension == "all" else f"team {who}" if dimension == "team" else who
    return f"{named}, {'the whole period' if quarter == WHOLE else quarter}"

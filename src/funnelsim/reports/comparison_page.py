"""The page that `compare` prints: changes, tables of figures, the verdict, warnings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.forecast import Interval
from funnelsim.forecast.quota import WHOLE
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import period
from funnelsim.reports import notes
from funnelsim.reports.busy import by_person
from funnelsim.reports.columns import (
    PRECISION,
    RANGE,
    Column,
    chance,
    figure_column,
    outcome,
    precision,
    standing,
)
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.uncertainty import what_is_unknown_of_all
from funnelsim.studies.results import ComparisonResult

_DECIDING = ("won", "cost", "profit")
_BOOKS = ("bookings", "revenue", "cost", "result")
_PACE = ("cycle_length", "utilisation", "queue")
_PER_UNIT = (
    "cost_per_inquiry",
    "cost_per_lead",
    "cost_per_contract",
    "programme_cost_share",
    "lead_to_contract",
    "gone_cold_share",
)


def comparison_page(
    result: ComparisonResult, next_command: str, everything: bool = False, width: int = WIDTH
) -> RenderableType:
    """Lay out a comparison for a terminal.

    Parameters
    ----------
    result : ComparisonResult
        What was simulated.
    next_command : str
        What to try next; empty if the page is to be kept.
    everything : bool
        Whether to show every registered figure.
    width : int
        Characters of a line at most.
    """
    names = _titles(result)
    base = result[result.base]
    months = base.forecast.months
    counted = f"{len(names)} strategies" if len(names) > 1 else "one strategy"
    ran = notes.what_ran(result.plan, result.years, months)
    found: list[RenderableType] = [
        notes.heading(f"{notes.title_of(result.scenario)}: {counted} in the same worlds"),
        Text(f"{ran}; {notes.horizon(base.scenario)}"),
        *notes.section("What is assumed", notes.assumption(result.scenario)),
        *notes.section("What changes in any case", notes.base_changes(result.scenario)),
        Text(),
        notes.heading("What each strategy changes"),
        *notes.indented(line for name in result for line in notes.changes(result.scenario, name)),
        *notes.section("Mind", notes.warnings(result.notes, result.titles)),
        *spaced(tables("Strategy", dated_names(result), deciding_columns(result), width=width)),
        Text(),
        Text(notes.profit_of_all(result.comparison)),
        *map(Text, notes.extra_money(result.comparison, _base(result))),
        Text(),
        notes.heading(f"The books of {period(months)}"),
        *spaced(tables("Strategy", names, book_columns(result), width=width)),
        Text(),
        Text(notes.books(base.forecast)),
        *spaced(tables("Strategy", names, other_columns(result), width=width)),
        *by_person({each.title: each.forecast for each in result.simulations.values()}, width),
    ]
    if everything:
        found += [Text(), notes.heading("Every figure")]
        found += spaced(tables("Strategy", names, every_column(result), width=width))
    found += [Text(), Text(notes.intervals(result.years, months))]
    found += [Text(notes.counted_over((*_DECIDING, *_BOOKS, *_PACE, *_PER_UNIT)))]
    found += [Text(line) for line in goals_in_words(result)]
    return Group(*found, *_judgement(result, next_command, width))


def dated_names(result: ComparisonResult) -> list[str]:
    """Call each strategy, and say in a second line from which day on it changes something."""
    lines = ((printable(title), notes.begins(result.scenario, name)) for name, title in result.titles.items())
    return ["\n".join(filter(None, each)) for each in lines]


def deciding_columns(result: ComparisonResult) -> list[Column]:
    """Make the columns that decide: contracts, cost, profit, and the difference from the base."""
    comparison = result.comparison
    currency = _currency(result)
    gains = comparison.differences()
    return [
        *(_column(result, metric) for metric in _DECIDING),
        _column(result, "roi", title="ROI"),
        figure_column(
            f"Profit against {_base(result)}",
            Unit.MONEY,
            currency,
            [precision(gains[name]) if name in gains else None for name in result],
            PRECISION,
        ),
        figure_column(
            "Return on the extra money",
            Unit.RATIO,
            currency,
            [comparison.return_on_extra(name) if name in gains else None for name in result],
            PRECISION,
        ),
    ]


def best_columns(result: ComparisonResult) -> list[Column]:
    """Make the columns of how likely each strategy is the best, and of what it costs to be mistaken."""
    chances = result.comparison.chances
    shares = [Interval(*[chances[name].best] * 3) for name in result]
    regrets = [Interval(*[chances[name].regret] * 3) for name in result]
    return [
        figure_column("Chance to be best", Unit.SHARE, "", shares),
        figure_column("Expected regret", Unit.MONEY, _currency(result), regrets),
    ]


def book_columns(result: ComparisonResult) -> list[Column]:
    """Make the columns of the period's own books: bookings, and what is earned and spent in it."""
    return [_column(result, metric) for metric in _BOOKS]


def other_columns(result: ComparisonResult) -> list[Column]:
    """Make the columns of pace, unit costs, shares, teams and goals."""
    comparison = result.comparison
    change = figure_column(
        f"Cycle against {_base(result)}",
        Unit.SHARE,
        "",
        [comparison.relative(name, "cycle_length") if name != result.base else None for name in result],
        PRECISION,
    )
    per_unit = [_column(result, metric) for metric in _PER_UNIT]
    busy = [*_busy(result), _column(result, "queue")]
    return [_column(result, "cycle_length"), change, *per_unit, *busy, *_quotas(result), *_chances(result)]


def every_column(result: ComparisonResult) -> list[Column]:
    """Make a column for every registered figure that has a value in all."""
    return [_column(result, name) for name, figure in FIGURES.items() if "all" in figure.by]


def goals_in_words(result: ComparisonResult) -> list[str]:
    """State what each goal asks."""
    goals = [goal for each in result.simulations.values() for goal in each.forecast.goals]
    asked = [
        f"Goal {printable(goal.name)}: {FIGURES[goal.metric].title.lower()}, {goal.words()}."
        for goal in goals
    ]
    return [*dict.fromkeys(asked), *notes.worst_months(goals)]


def _column(result: ComparisonResult, metric: str, title: str = "") -> Column:
    forecasts = [each.forecast for each in result.simulations.values()]
    shown = [each.outcomes(metric)[0] for each in forecasts]
    title = title or max((each.title(metric) for each in forecasts), key=len)
    return figure_column(title, FIGURES[metric].unit, _currency(result), shown, RANGE)


def _busy(result: ComparisonResult) -> list[Column]:
    """Make a column for each team: how busy it is."""
    found = [each.forecast for each in result.simulations.values()]
    by_team = [
        dict(zip(each.names.teams, each.outcomes("utilisation", "team"), strict=True)) for each in found
    ]
    return [
        figure_column(f"{printable(team)} busy", Unit.SHARE, "", [each.get(team) for each in by_team], RANGE)
        for team in dict.fromkeys(chain.from_iterable(by_team))
    ]


def _quotas(result: ComparisonResult) -> list[Column]:
    """Make two columns for the quota of the firm and of each team over the period: attained, and chance."""
    found = {
        name: {(each.dimension, each.place): each for each in one.forecast.quotas() if each.quarter == WHOLE}
        for name, one in result.simulations.items()
    }
    places = dict.fromkeys(place for each in found.values() for place in each if place[0] != "rep")
    columns = []
    for dimension, place in places:
        of = "" if dimension == "all" else f" of {printable(place)}"
        these = [each.get((dimension, place)) for each in found.values()]
        shares = [None if each is None else outcome(each.attained) for each in these]
        chances = [None if each is None else each.chance for each in these]
        columns += [
            figure_column(f"Quota{of} attained", Unit.SHARE, "", shares, RANGE),
            figure_column(f"Chance of quota{of}", Unit.SHARE, "", chances, PRECISION),
        ]
    return columns


def _chances(result: ComparisonResult) -> list[Column]:
    """Make two columns for each goal: where its figure stands, and how likely the goal is reached."""
    found = [{each.goal.name: each for each in one.forecast.chances()} for one in result.simulations.values()]
    goals = {each.goal.name: each.goal for chances in reversed(found) for each in chances.values()}
    columns = []
    for name in dict.fromkeys(chain.from_iterable(found)):
        goal, of_all = goals[name], [chances.get(name) for chances in found]
        stands = [None if each is None else standing(each) for each in of_all]
        reached = [None if each is None else chance(each) for each in of_all]
        title, unit = f"{printable(name)}, wanted {goal.bounds()}", FIGURES[goal.metric].unit
        columns += [
            figure_column(title, unit, _currency(result), stands, RANGE),
            figure_column(f"Chance of {printable(name)}", Unit.SHARE, "", reached, PRECISION),
        ]
    return columns


def _judgement(result: ComparisonResult, next_command: str, width: int) -> Iterable[RenderableType]:
    """Lay out the part below the tables: verdict, typed conversions, warnings, what to try next."""
    yield Text()
    yield notes.heading("Verdict")
    yield from notes.indented([printable(result.verdict)])
    differences = result.comparison.differences()
    if not all(math.isnan(each.p_value) for each in differences.values()):
        yield from notes.indented(notes.told_apart(len(differences), _base(result)))
    if differences and not math.isnan(result.comparison.chances[result.base].best):
        yield Text()
        yield from tables("Strategy", _titles(result), best_columns(result), width=width)
        yield from notes.indented([notes.best(result.years, result[result.base].forecast.months)])
    yield Text()
    yield notes.heading(f"Conversions typed, and as simulated ({_base(result)})")
    yield from typed_conversions(result, width)
    yield from what_is_unknown_of_all(result.comparison, result.titles, width)
    yield from notes.section("Watch", notes.warnings(result.forecast_warnings, result.titles))
    yield from notes.next_step(next_command, width)


def typed_conversions(result: ComparisonResult, width: int) -> list[RenderableType]:
    """Show the base's simulated conversions beside the typed ones, and say what these are."""
    found = result[result.base].forecast.conversions()
    columns = notes.conversion_columns(found)
    shown = tables("Stage", [each.stage for each in found], columns, Column.beside, width)
    return [*shown, *notes.indented([notes.what_is_typed(found)])]


def _titles(result: ComparisonResult) -> list[str]:
    return list(map(printable, result.titles.values()))


def _base(result: ComparisonResult) -> str:
    return printable(result.titles[result.base])


def _currency(result: ComparisonResult) -> str:
    return printable(result[result.base].forecast.names.currency)


def spaced(found: list[Table]) -> list[RenderableType]:
    """Put a blank line before each table."""
    return [each for table in found for each in (Text(), table)]

"""Columns with a cell for each strategy of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.quota import WHOLE
from funnelsim.metrics import FIGURES, Unit
from funnelsim.reports import notes
from funnelsim.reports.columns import (
    PRECISION,
    RANGE,
    Column,
    chance,
    chance_column,
    figure_column,
    outcome,
    precision,
    standing,
)
from funnelsim.reports.grid import printable
from funnelsim.studies.results import ComparisonResult

_DECIDING = ("won", "cost", "profit")


def strategy_column(
    result: ComparisonResult,
    metric: str,
    shown: Sequence[Interval | None] | None = None,
    title: str = "",
) -> Column:
    """Show a figure of each strategy: its mean, and the range of single years.

    Parameters
    ----------
    result : ComparisonResult
        What was simulated.
    metric : str
        The name of the figure.
    shown : sequence of Interval or None, optional
        What is shown of each strategy; the figure of everything by default.
    title : str
        That of the figure by default.
    """
    forecasts = forecasts_of(result)
    if shown is None:
        shown = [each.outcomes(metric)[0] for each in forecasts]
    title = title or max((each.title(metric) for each in forecasts), key=len)
    return figure_column(title, FIGURES[metric].unit, currency_of(result), shown, RANGE)


def dated_names(result: ComparisonResult) -> list[str]:
    """Call each strategy, and say in a second line from which day on it changes something."""
    lines = ((printable(result.titles[name]), notes.begins(result.scenario, name)) for name in order(result))
    return ["\n".join(filter(None, each)) for each in lines]


def answer_columns(result: ComparisonResult, joint: bool = False) -> list[Column]:
    """Make the columns of the one table (TE1): profit, against the base, chance to be ahead and of goals.

    Parameters
    ----------
    result : ComparisonResult
        What was simulated.
    joint : bool
        Whether to show the chance that all goals are reached in place of that of each.
    """
    gains = result.comparison.differences()
    ahead = [gains[name].ahead if name in gains else None for name in order(result)]
    against = [
        gain_column(result),
        chance_column("Ahead", [_alone(each and each.value) for each in ahead]),
    ]
    return [
        strategy_column(result, "profit"),
        *(against if gains else []),
        *([_all_goals(result)] if joint else _goal_chances(result)),
    ]


def _goal_chances(result: ComparisonResult) -> list[Column]:
    """Make a column for the chance of each goal."""
    found = [{each.name: each for each in one.goals} for one in forecasts_of(result)]
    columns = []
    for name in dict.fromkeys(chain.from_iterable(found)):
        shares = [
            _alone(float(forecast.reached(goals[name]).mean()) if name in goals else None)
            for forecast, goals in zip(forecasts_of(result), found, strict=True)
        ]
        columns.append(chance_column(f"Goal {printable(name)}", shares))
    return columns


def _all_goals(result: ComparisonResult) -> Column:
    shares = [_alone(result.comparison.chance_of_all(name)) for name in order(result)]
    return chance_column("All goals", shares)


def _alone(value: float | None) -> Interval | None:
    """Show a value without an interval."""
    return None if value is None else Interval(value, value, value)


def gain_column(result: ComparisonResult) -> Column:
    """Make the column of how much more profit each strategy makes than the base."""
    gains = result.comparison.differences()
    return figure_column(
        f"Profit against {base_of(result)}",
        Unit.MONEY,
        currency_of(result),
        [precision(gains[name]) if name in gains else None for name in order(result)],
        PRECISION,
    )


def deciding_columns(result: ComparisonResult) -> list[Column]:
    """Make the columns that decide: contracts, cost, profit, and the difference from the base."""
    comparison = result.comparison
    currency = currency_of(result)
    gains = comparison.differences()
    return [
        *(strategy_column(result, metric) for metric in _DECIDING),
        strategy_column(result, "roi", title="ROI"),
        gain_column(result),
        figure_column(
            "Return on the extra money",
            Unit.RATIO,
            currency,
            [comparison.return_on_extra(name) if name in gains else None for name in order(result)],
            PRECISION,
        ),
    ]


def best_columns(result: ComparisonResult) -> list[Column]:
    """Make the columns of how likely each strategy is the best, and of what it costs to be mistaken."""
    chances = result.comparison.chances
    shares = [Interval(*[chances[name].best] * 3) for name in order(result)]
    regrets = [Interval(*[chances[name].regret] * 3) for name in order(result)]
    return [
        chance_column("Chance to be best", shares),
        figure_column("Expected regret", Unit.MONEY, currency_of(result), regrets),
    ]


def cycle_column(result: ComparisonResult) -> Column:
    """Make the column of how much longer or shorter the cycle is than that of the base."""
    comparison = result.comparison
    return figure_column(
        f"Cycle against {base_of(result)}",
        Unit.SHARE,
        "",
        [
            comparison.relative(name, "cycle_length") if name != result.base else None
            for name in order(result)
        ],
        PRECISION,
    )


def every_column(result: ComparisonResult) -> list[Column]:
    """Make a column for every registered figure that has a value in all."""
    return [strategy_column(result, name) for name, figure in FIGURES.items() if "all" in figure.by]


def busy_columns(result: ComparisonResult) -> list[Column]:
    """Make a column for each team: how busy it is, that which is busiest in the base first."""
    found = forecasts_of(result)
    by_team = [
        dict(zip(each.names.teams, each.outcomes("utilisation", "team"), strict=True)) for each in found
    ]
    base = by_team[order(result).index(result.base)]
    busiest = sorted(base, key=lambda team: -base[team].value)
    teams = dict.fromkeys([*busiest, *(team for each in by_team for team in each)])
    return [
        strategy_column(
            result, "utilisation", [each.get(team) for each in by_team], f"{printable(team)} busy"
        )
        for team in teams
    ]


def quota_columns(result: ComparisonResult) -> list[Column]:
    """Make two columns for the quota of the firm and of each team over the period: attained, and chance."""
    found = {
        name: {
            (each.dimension, each.place): each
            for each in result[name].forecast.quotas()
            if each.quarter == WHOLE
        }
        for name in order(result)
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
            chance_column(f"Chance of quota{of}", chances, PRECISION),
        ]
    return columns


def goal_columns(result: ComparisonResult) -> list[Column]:
    """Make two columns for each goal: where its figure stands, and how likely the goal is reached."""
    found = [{each.goal.name: each for each in one.chances()} for one in forecasts_of(result)]
    goals = {each.goal.name: each.goal for chances in reversed(found) for each in chances.values()}
    columns = []
    for name in dict.fromkeys(chain.from_iterable(found)):
        goal, of_all = goals[name], [chances.get(name) for chances in found]
        stands = [None if each is None else standing(each) for each in of_all]
        reached = [None if each is None else chance(each) for each in of_all]
        title, unit = f"{printable(name)}, wanted {goal.bounds()}", FIGURES[goal.metric].unit
        columns += [
            figure_column(title, unit, currency_of(result), stands, RANGE),
            chance_column(f"Chance of {printable(name)}", reached, PRECISION),
        ]
    return columns


def order(result: ComparisonResult) -> list[str]:
    """List strategies in the order of all tables: by mean profit (TE1)."""
    return result.comparison.ranked()


def forecasts_of(result: ComparisonResult) -> list[Forecast]:
    """List the forecasts of the strategies in their order."""
    return [result[name].forecast for name in order(result)]


def titles_of(result: ComparisonResult) -> list[str]:
    """Call each strategy as it can be printed."""
    return [printable(result.titles[name]) for name in order(result)]


def base_of(result: ComparisonResult) -> str:
    """Call the strategy that the others are compared with."""
    return printable(result.titles[result.base])


def currency_of(result: ComparisonResult) -> str:
    """Return the currency as it can be printed."""
    return printable(result[result.base].forecast.names.currency)

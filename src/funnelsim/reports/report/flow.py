"""How it goes: what adds up over the months, both funnels, and where work waits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.forecast import SoFar
from funnelsim.forecast.goals import Goal
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import amount, number, percent, simulated
from funnelsim.planning.bottleneck import MORE, BottleneckResult, Place
from funnelsim.planning.case import Case
from funnelsim.reports.columns import PRECISION, RANGE, figure_column
from funnelsim.reports.report.choice import mark_of
from funnelsim.reports.report.contents import (
    Band,
    Cell,
    Fan,
    Fate,
    Funnel,
    Heading,
    Heat,
    HeatMap,
    HeatRow,
    Row,
    Step,
    Table,
)
from funnelsim.reports.report.shapes import Scale, Tick, line, scale_over
from funnelsim.scenario import Scenario

REVENUE = "revenue"
MOST_FANS = 3
LEVELS = 5  # of a heat map, above nothing


# ---- over the months -------------------------------------------------------------------------


def fans(case: Case) -> list[Fan]:
    """Show revenue added up over the months, and what else the goals ask to add up (RE5)."""
    goals = {goal.metric: goal for goal in reversed(_adding_up(case))}
    metrics = list(dict.fromkeys([REVENUE, *reversed(goals)]))[:MOST_FANS]
    return [_fan(case, metric, goals.get(metric)) for metric in metrics]


def _adding_up(case: Case) -> list[Goal]:
    """List goals for the firm as a whole that ask for at least so much of what adds up over the months."""
    result = case.result
    return [
        goal
        for goal in result[result.base].forecast.goals
        if goal.dimension == "all"
        and goal.at_least is not None
        and FIGURES[goal.metric].flow
        and "month" in FIGURES[goal.metric].by
        and goal.each in ("average_month", "period")
    ]


def _fan(case: Case, metric: str, goal: Goal | None) -> Fan:
    result, figure = case.result, FIGURES[metric]
    currency = result.scenario.currency
    found = {name: result[name].forecast.cumulative(metric) for name in case.shown}
    months = result[result.base].forecast.names.months
    wanted = None if goal is None else _wanted(goal, len(months))
    ends = [end for each in found.values() for month in each for end in month] + [wanted or 0.0]
    up = scale_over(ends, figure.unit, currency, zero=True)
    last = len(months)
    every = max(1, math.ceil(last / 4))
    across = tuple(
        Tick(round(100 * (place + 0.5) / last, 2), month)
        for place, month in enumerate(months)
        if place % every == 0
    )
    bands = tuple(_band(case, name, each, up, figure.unit) for name, each in found.items())
    told = ""
    if goal is not None and wanted is not None:
        told = f"goal {goal.name}: {amount(wanted, figure.unit, currency)} by the end"
    return Fan(
        title=figure.title,
        unit=up.unit,
        bands=bands,
        across=across,
        up=up.ticks,
        goal="" if wanted is None else line([(0.0, 100.0 - up.at(0.0)), (100.0, 100.0 - up.at(wanted))]),
        goal_told=told,
        table=_months(case, metric, found, months),
    )


def _wanted(goal: Goal, months: int) -> float | None:
    """Return what a goal asks for over the whole period."""
    if goal.at_least is None:
        return None
    return goal.at_least * (months if goal.each == "average_month" else 1)


def _band(case: Case, name: str, found: Sequence[SoFar], up: Scale, unit: Unit) -> Band:
    """Draw the range and the mean of a strategy; both begin at nothing."""
    months, currency = len(found), case.result.scenario.currency
    across = [round(100 * place / months, 2) for place in range(months + 1)]

    def points(values: Sequence[float]) -> list[tuple[float, float]]:
        heights = [round(100.0 - up.at(value), 2) for value in [0.0, *values]]
        return list(zip(across, heights, strict=True))

    ranged = all(math.isfinite(end) for month in found for end in (month.p10, month.p90))
    upper, lower = points([each.p90 for each in found]), points([each.p10 for each in found])
    last = found[-1]
    low, high = (amount(end, unit, currency) for end in (last.p10, last.p90))
    ranges = f" ({low} to {high} in 8 years of 10)" if ranged else ""
    return Band(
        title=case.result.titles[name],
        mark=mark_of(case, name),
        area=line([*upper, *reversed(lower)]) if ranged else "",
        middle=line(points([each.mean for each in found])),
        end=f"{amount(last.mean, unit, currency)}{ranges}",
    )


def _months(case: Case, metric: str, found: dict[str, tuple[SoFar, ...]], months: Sequence[str]) -> Table:
    """Tabulate the same figures."""
    figure, currency = FIGURES[metric], case.result.scenario.currency
    lists = [[Interval(each.mean, each.p10, each.p90) for each in of] for of in found.values()]
    everything = [each for of in lists for each in of]
    columns = [
        figure_column(case.result.titles[name], figure.unit, currency, of, RANGE, beside=everything)
        for name, of in zip(found, lists, strict=True)
    ]
    headings = tuple(Heading(each.title, each.unit) for each in columns)
    cells = zip(*(map(Cell, each.values, each.intervals) for each in columns), strict=True)
    rows = tuple(Row(month, tuple(each)) for month, each in zip(months, cells, strict=True))
    return Table("To the end of", headings, rows, f"{figure.title} since the period began")


# ---- funnels ---------------------------------------------------------------------------------


def funnels(case: Case) -> list[Funnel]:
    """Show what becomes of the visits to each stage, in the base and beside it."""
    result = case.result
    fates = {name: visits(result[name].forecast) for name in case.shown}
    widest = max((float(each.max(initial=0.0)) for each, *_ in fates.values()), default=0.0) or 1.0
    return [
        Funnel(result.titles[name], mark_of(case, name), _steps(result[name].forecast, each, widest))
        for name, each in fates.items()
    ]


Fates = tuple[Floats, Floats, Floats, Floats]


def visits(forecast: Forecast) -> Fates:
    """Count visits to each stage, and those that went on, were lost or went cold: each (S,)."""
    on, _ = forecast.parts("conversion", "stage")
    cold, entered = forecast.parts("gone_cold_of_visits", "stage")
    lost, _ = forecast.parts("lost_of_visits", "stage")
    return entered.mean(axis=0), on.mean(axis=0), lost.mean(axis=0), cold.mean(axis=0)


def _steps(forecast: Forecast, found: Fates, widest: float) -> tuple[Step, ...]:
    entered, on, lost, cold = found
    other = np.maximum(entered - on - lost - cold, 0.0)
    conversions = forecast.outcomes("conversion", "stage")
    rows = zip(forecast.names.stages, entered, on, lost, cold, other, conversions, strict=True)
    steps = []
    for stage, all_, *parts, conversion in rows:
        told = zip(("on", "lost", "cold", "other"), _FATES, parts, strict=True)
        fates = tuple(
            Fate(kind, f"{number(float(part))} {words}", round(100 * float(part) / widest, 2))
            for kind, words, part in told
            if part > 0
        )
        share = "" if math.isnan(conversion.value) else f"{percent(conversion.value)} of decisions are for us"
        steps.append(Step(stage, f"{number(float(all_))} came", share, fates))
    won = forecast.outcomes("won_of_inquiries")[0].value
    bar = (Fate("won", f"{number(won)} won", round(100 * won / widest, 2)),)
    return (*steps, Step("contracts", f"{number(won)} won", "of the period's inquiries", bar))


_FATES = ("went on", "said no", "went cold", "sent back or still open")


def funnel_note(case: Case) -> str:
    """State what the funnels count."""
    base = case.result[case.result.base].forecast
    return (
        "Visits of the period's inquiries to each stage, in the mean of "
        f"{simulated(base.years, base.months)}. Both funnels have one scale."
    )


# ---- where work waits ------------------------------------------------------------------------

_COLUMNS = ("Busy", "Wait", "Gone cold", "Profit lost to it")


def heat(case: Case) -> list[HeatMap]:
    """Show how busy teams are, who waits and goes cold, and the profit that is lost to each team."""
    found = list(case.bottlenecks.values())
    if not found:
        return []
    darkest = _darkest(found)
    return [_map(case, each, darkest) for each in found]


def _darkest(found: Sequence[BottleneckResult]) -> dict[str, float]:
    """Return the largest wait, share gone cold and loss of all strategies: what is darkest."""
    places = [place for each in found for place in (*each.stages, *each.segments)]
    teams = [team for each in found for team in each.teams]
    return {
        "wait": _largest([*(each.wait for each in places), *(each.wait for each in teams)]),
        "cold": _largest(each.cold for each in places),
        "lost": _largest(each.lost for each in teams),
    }


def _largest(found) -> float:  # type: ignore[no-untyped-def]
    return max((each.value for each in found if math.isfinite(each.value)), default=0.0)


def _map(case: Case, found: BottleneckResult, darkest: dict[str, float]) -> HeatMap:
    scenario = case.result.scenario
    currency = scenario.currency
    in_file = {name: place for place, name in enumerate(case.result[found.strategy].forecast.names.teams)}
    teams = sorted(found.teams, key=lambda each: in_file[each.team])
    busy = figure_column("", Unit.SHARE, "", [each.busy for each in teams], RANGE)
    lost = figure_column("", Unit.MONEY, currency, [each.lost for each in teams], PRECISION)
    waits = figure_column("", Unit.HOURS, "", [each.wait for each in teams], RANGE)
    rows = [
        HeatRow(
            each.team,
            (
                Heat(f"{busy.values[place]} %", _ends(busy.intervals[place]), _level(each.busy.value, 1.0)),
                Heat(
                    waits.values[place],
                    _ends(waits.intervals[place]),
                    _level(each.wait.value, darkest["wait"]),
                ),
                Heat("", "", 0),
                Heat(
                    f"{lost.values[place]} {lost.unit}".strip(),
                    _ends(lost.intervals[place]),
                    _level(each.lost.value, darkest["lost"]),
                ),
            ),
        )
        for place, each in enumerate(teams)
    ]
    groups = [("Teams", tuple(rows)), ("Stages", _places(found.stages, darkest))]
    if len(found.segments) > 1:
        groups.append(("Segments", _places(found.segments, darkest)))
    units = ("of hours", "hours until work starts", "of visits", f"with {MORE} times the people")
    return HeatMap(
        title=case.result.titles[found.strategy],
        mark=mark_of(case, found.strategy),
        verdict=found.verdict,
        headings=tuple(map(Heading, _COLUMNS, units)),
        groups=tuple(groups),
    )


def _places(found: Sequence[Place], darkest: dict[str, float]) -> tuple[HeatRow, ...]:
    waits = figure_column("", Unit.HOURS, "", [each.wait for each in found], RANGE)
    colds = figure_column("", Unit.SHARE, "", [each.cold for each in found], RANGE)
    return tuple(
        HeatRow(
            each.name,
            (
                Heat("", "", 0),
                Heat(
                    waits.values[place],
                    _ends(waits.intervals[place]),
                    _level(each.wait.value, darkest["wait"]),
                ),
                Heat(
                    f"{colds.values[place]} %",
                    _ends(colds.intervals[place]),
                    _level(each.cold.value, darkest["cold"]),
                ),
                Heat("", "", 0),
            ),
        )
        for place, each in enumerate(found)
    )


def _ends(interval: str) -> str:
    return interval


def _level(value: float, darkest: float) -> int:
    """Return how dark a cell is: 0 for nothing, LEVELS for the largest.

    >>> _level(0.0, 1.0), _level(0.41, 1.0), _level(1.0, 1.0), _level(float("nan"), 1.0)
    (0, 3, 5, 0)
    """
    if not (math.isfinite(value) and value > 0 and darkest > 0):
        return 0
    return min(math.ceil(LEVELS * value / darkest), LEVELS)


def heat_notes(scenario: Scenario) -> list[str]:
    """State what the cells are."""
    if not scenario.teams:
        return ["The scenario has no teams, so that nothing waits for people."]
    return [
        f"Below a figure: of a team's lost profit, the precision of the mean ({PRECISION}); of all others, the range of "
        f"single years ({RANGE}).",
        f"Profit lost to a team: what the firm would earn more with {MORE} times the people in that team alone, before "
        "their pay, seats, training and hiring: about the most that more people there could bring.",
        "Wait is by the clock, until work starts. Darker is more, in one scale for both.",
    ]

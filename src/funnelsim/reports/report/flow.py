"""How it goes: what adds up over the months, both funnels, and where work waits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from funnelsim.forecast import ADDED_UP, Forecast, Interval, SoFar
from funnelsim.forecast.quota import WHOLE, quarters
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import amount, number, simulated, spoken
from funnelsim.planning.bottleneck import MORE, BottleneckResult, Place, TeamLoss
from funnelsim.planning.case import Case
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, RANGE, figure_column
from funnelsim.reports.fates import NOTICED, Fates, fates_of
from funnelsim.reports.report.choice import column
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
from funnelsim.reports.report.naming import mark_of, title_of, titled, years_of
from funnelsim.reports.report.shapes import Scale, Tick, line, scale_over

MOST_FANS = 2
LEVELS = 5  # of a heat map, above nothing


# ---- over the months -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Target:
    """What a goal or the quota asks for: points of (share of the period, so far), and words."""

    points: tuple[tuple[float, float], ...]
    words: str


def fans(case: Case) -> list[Fan]:
    """Show revenue added up over the months, and what else goals or a quota ask to add up (RE5)."""
    wanted = _targets(case)
    metrics = [metric for metric in ADDED_UP if metric == ADDED_UP[0] or metric in wanted]
    return [_fan(case, metric, wanted.get(metric)) for metric in metrics[:MOST_FANS]]


def _targets(case: Case) -> dict[str, _Target]:
    """Return what the firm as a whole is to reach at least of what adds up over the months, by figure."""
    forecast, currency = case.result[case.result.base].forecast, case.result.scenario.currency
    found: dict[str, _Target] = {}
    for goal in forecast.goals:
        if goal.dimension != "all" or goal.at_least is None or goal.metric not in ADDED_UP:
            continue
        if goal.each in ("average_month", "period"):
            whole = goal.at_least * (forecast.months if goal.each == "average_month" else 1)
            told = amount(whole, FIGURES[goal.metric].unit, currency)
            line_ = _Target(((0.0, 0.0), (1.0, whole)), f"Goal, {spoken(goal.name)}: {told} by the end")
            found.setdefault(goal.metric, line_)
    quota = _quota(forecast)
    return found if quota is None else found | {"bookings": quota}


def _quota(forecast: Forecast) -> _Target | None:
    """Add up the quota of the firm, or of its one team, quarter by quarter."""
    if forecast.plan is None:
        return None
    all_ = [each for each in forecast.quotas() if each.dimension != "rep" and each.quarter != WHOLE]
    of: dict[tuple[str, str], dict[str, float]] = {}
    for each in all_:
        of.setdefault((each.dimension, each.place), {})[each.quarter] = each.quota
    by_quarter = of.get(("all", "all")) or (next(iter(of.values())) if len(of) == 1 else None)
    if by_quarter is None:
        return None
    points, so_far, months = [(0.0, 0.0)], 0.0, 0
    for quarter in quarters(forecast.names.months, forecast.plan.fiscal_year_starts):
        so_far += by_quarter.get(quarter.name, 0.0)
        months += len(quarter.months)
        points.append((months / forecast.months, so_far))
    told = amount(so_far, Unit.MONEY, forecast.names.currency)
    return _Target(tuple(points), f"Quota: {told} by the end")


def _fan(case: Case, metric: str, target: _Target | None) -> Fan:
    result, figure = case.result, FIGURES[metric]
    currency = result.scenario.currency
    found = {name: result[name].forecast.cumulative(metric) for name in case.shown}
    months = result[result.base].forecast.names.months
    asked = () if target is None else target.points
    ends = [end for each in found.values() for month in each for end in month]
    up = scale_over([*ends, *(so_far for _, so_far in asked)], figure.unit, currency, zero=True)
    every = max(1, math.ceil(len(months) / 4))
    heading, totals = column(result, case.shown, metric)
    unit = f" {heading.unit}" if heading.unit else ""
    return Fan(
        title=figure.title,
        unit=up.unit,
        bands=tuple(
            _band(case, name, each, up, total, unit)
            for (name, each), total in zip(found.items(), totals, strict=True)
        ),
        across=tuple(
            Tick(round(100 * (place + 0.5) / len(months), 2), month)
            for place, month in enumerate(months)
            if place % every == 0
        ),
        up=up.ticks,
        goal=line([(round(100 * share, 2), round(100 - up.at(so_far), 2)) for share, so_far in asked]),
        goal_told="" if target is None else target.words,
        table=_months(case, metric, found, months, totals),
    )


def _band(case: Case, name: str, found: Sequence[SoFar], up: Scale, total: Cell, unit: str) -> Band:
    """Draw the range and the mean of a strategy; both begin at nothing."""
    months = len(found)
    across = [round(100 * place / months, 2) for place in range(months + 1)]

    def points(values: Sequence[float]) -> list[tuple[float, float]]:
        heights = [round(100.0 - up.at(value), 2) for value in [0.0, *values]]
        return list(zip(across, heights, strict=True))

    ranged = all(math.isfinite(end) for month in found for end in (month.p10, month.p90))
    upper, lower = points([each.p90 for each in found]), points([each.p10 for each in found])
    ranges = f" ({total.range} in 8 {years_of(case.result)} of 10)" if total.range else ""
    return Band(
        title=title_of(case, name),
        mark=mark_of(case, name),
        area=line([*upper, *reversed(lower)]) if ranged else "",
        middle=line(points([each.mean for each in found])),
        end=f"mean {total.mean}{unit}{ranges}",
    )


def _months(
    case: Case,
    metric: str,
    found: dict[str, tuple[SoFar, ...]],
    months: Sequence[str],
    totals: Sequence[Cell],
) -> Table:
    """Tabulate the same figures; the last are those of the whole period, as other tables write them."""
    figure, currency = FIGURES[metric], case.result.scenario.currency
    lists = [[Interval(each.mean, each.p10, each.p90) for each in of] for of in found.values()]
    everything = [each for of in lists for each in of]
    columns = [
        figure_column(title_of(case, name), figure.unit, currency, of, RANGE, beside=everything)
        for name, of in zip(found, lists, strict=True)
    ]
    headings = tuple(Heading(each.title, each.unit) for each in columns)
    cells = [*zip(*(map(Cell, each.values, each.intervals) for each in columns), strict=True)]
    cells[-1] = tuple(replace(each, precision="") for each in totals)
    rows = tuple(Row(month, each) for month, each in zip(months, cells, strict=True))
    return Table("To the end of", headings, rows, f"{figure.title} since the period began", small=True)


# ---- funnels ---------------------------------------------------------------------------------


def funnels(case: Case) -> list[Funnel]:
    """Show what becomes of the visits to each stage, in the base and beside it (TE11)."""
    fates = _fates(case)
    widest = max((float(each.entered.max(initial=0.0)) for each in fates.values()), default=0.0) or 1.0
    return [
        Funnel(title_of(case, name), mark_of(case, name), _steps(each, widest))
        for name, each in fates.items()
    ]


def _fates(case: Case) -> dict[str, Fates]:
    return {name: fates_of(case.result[name].forecast) for name in case.shown}


def _steps(found: Fates, widest: float) -> tuple[Step, ...]:
    *rows_of, won = found
    rows = zip(*rows_of, strict=True)
    steps = []
    for stage, all_, *parts, conversion in rows:
        fates = tuple(
            Fate(kind, f"{number(round(float(part), 1))} {words}", round(100 * float(part) / widest, 2))
            for (kind, words), part in zip(FATES, parts, strict=True)
            if part > NOTICED
        )
        went_on = amount(float(conversion), Unit.SHARE)
        share = "" if math.isnan(conversion) else f"{went_on} of those decided went on"
        steps.append(Step(titled(stage), f"{number(float(all_))} came", share, fates))
    bar = (Fate("won", f"{number(won)} won", round(100 * won / widest, 2)),)
    return (*steps, Step("Contracts", f"{number(won)} won", "of the period's inquiries", bar))


FATES = (("on", "went on"), ("lost", "said no"), ("cold", "went cold"), ("other", "sent back or still open"))


def funnel_note(case: Case) -> str:
    """State what the funnels count."""
    base = case.result[case.result.base].forecast
    ran = simulated(base.years, base.months)
    scale = " Both funnels have one scale." if len(case.shown) > 1 else ""
    counted = notes.funnel_counts(fates.add_up for fates in _fates(case).values())
    return f"Visits of the period's inquiries to each stage, in the mean of {ran}.{scale} {counted}"


# ---- where work waits ------------------------------------------------------------------------

_COLUMNS = ("Busy", "Wait", "Gone cold", "Profit lost")
_NO_CELL = Heat("", "", 0)


def heat(case: Case) -> list[HeatMap]:
    """Show how busy teams are, who waits and goes cold, and the profit that is lost to each team."""
    found = list(case.bottlenecks.values())
    return [_map(case, each, _Everywhere.of(found, case.result.scenario.currency)) for each in found]


@dataclass(frozen=True)
class _Everywhere:
    """The figures of all strategies: they have one scale, and the largest is darkest."""

    currency: str
    busy: tuple[Interval, ...]
    waits: tuple[Interval, ...]
    colds: tuple[Interval, ...]
    losses: tuple[Interval, ...]

    @classmethod
    def of(cls, found: Sequence[BottleneckResult], currency: str) -> _Everywhere:
        """Collect them."""
        teams = [team for each in found for team in each.teams]
        places = [place for each in found for place in (*each.stages, *each.segments)]
        return cls(
            currency,
            tuple(each.busy for each in teams),
            (*(each.wait for each in teams), *(each.wait for each in places)),
            tuple(each.cold for each in places),
            tuple(each.lost for each in teams),
        )

    def teams(self, found: Sequence[TeamLoss]) -> tuple[tuple[HeatRow, ...], str]:
        """Make the rows of teams; return them, and the unit of what is lost."""
        busy, _ = self._cells([each.busy for each in found], Unit.SHARE, RANGE, self.busy, 1.0)
        waits, _ = self._cells([each.wait for each in found], Unit.HOURS, RANGE, self.waits)
        lost, unit = self._cells([each.lost for each in found], Unit.MONEY, PRECISION, self.losses)
        cells = zip(busy, waits, [_NO_CELL] * len(found), lost, strict=True)
        return tuple(HeatRow(titled(each.team), of) for each, of in zip(found, cells, strict=True)), unit

    def places(self, found: Sequence[Place]) -> tuple[HeatRow, ...]:
        """Make the rows of stages or segments."""
        waits, _ = self._cells([each.wait for each in found], Unit.HOURS, RANGE, self.waits)
        colds, _ = self._cells([each.cold for each in found], Unit.SHARE, RANGE, self.colds)
        cells = zip(waits, colds, strict=True)
        return tuple(
            HeatRow(titled(each.name), (_NO_CELL, wait, cold, _NO_CELL))
            for each, (wait, cold) in zip(found, cells, strict=True)
        )

    def _cells(
        self,
        figures: Sequence[Interval],
        unit: Unit,
        interval: str,
        everywhere: Sequence[Interval],
        darkest: float = 0.0,
    ) -> tuple[list[Heat], str]:
        found = figure_column("", unit, self.currency, figures, interval, beside=everywhere)
        most = darkest or max((each.value for each in everywhere if math.isfinite(each.value)), default=0.0)
        texts = zip(found.values, found.intervals, figures, strict=True)
        return [Heat(value, ends, _level(each.value, most)) for value, ends, each in texts], found.unit


def _map(case: Case, found: BottleneckResult, everywhere: _Everywhere) -> HeatMap:
    in_file = case.result[found.strategy].forecast.names.teams
    teams, unit = everywhere.teams(sorted(found.teams, key=lambda each: in_file.index(each.team)))
    groups = [("Teams", teams), ("Stages", everywhere.places(found.stages))]
    if len(found.segments) > 1:
        groups.append(("Segments", everywhere.places(found.segments)))
    units = ("% of hours", "hours", "% of visits", unit)
    return HeatMap(
        title=title_of(case, found.strategy),
        verdict=found.verdict,
        headings=tuple(map(Heading, _COLUMNS, units)),
        groups=tuple(groups),
    )


def _level(value: float, darkest: float) -> int:
    """Return how dark a cell is: 0 for nothing, LEVELS for the largest.

    >>> _level(0.0, 1.0), _level(0.41, 1.0), _level(1.0, 1.0), _level(float("nan"), 1.0)
    (0, 3, 5, 0)
    """
    if not (math.isfinite(value) and value > 0 and darkest > 0):
        return 0
    return min(math.ceil(LEVELS * value / darkest), LEVELS)


def heat_notes(case: Case) -> list[str]:
    """State what the cells are."""
    years = years_of(case.result)
    if not case.result.scenario.teams:
        return ["The scenario has no teams, so that nothing waits for people."]
    return [
        f"Below a figure is the range of single {years} ({RANGE}); below a team's lost profit, the precision "
        f"of the mean ({PRECISION}).",
        f"Profit lost to a team: what the firm would earn more with {MORE} times the people in that team "
        "alone, before their pay, seats, training and hiring. No number of people there brings much more.",
        "Wait is by the clock, until work starts. A stronger colour is more, in one scale for both.",
    ]

"""What one strategy will bring: every figure with its precision and its range of outcomes."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import DIMENSIONS, Basis, Ended, Measure, Tally, line_bounds
from funnelsim.forecast.cycle import Cycle, cycle
from funnelsim.forecast.goals import Chance, Goal
from funnelsim.forecast.intervals import Interval, between_years, wilson, years_at
from funnelsim.forecast.precise import added_by_a_contract, precise, size_of_contracts
from funnelsim.forecast.quota import WHOLE, Target, quarters, targets
from funnelsim.forecast.resampling import Precision, bootstrap_t
from funnelsim.forecast.typed import typed_by_segment, typed_conversions
from funnelsim.forecast.variance import Driver, Unknowns, rank_correlation, share_unknown
from funnelsim.metrics.cut import Cut, cut, labels, reads_values, teams_of_stages
from funnelsim.metrics.figure import FIGURES, Figure, Parts, ratio, total
from funnelsim.metrics.wording import number, simulated, spoken
from funnelsim.model.model import Model, Names
from funnelsim.model.words import DAY, HOUR, NOTHING, Event
from funnelsim.rules.billing import has_cash
from funnelsim.scenario.plans import Plan

MOST_OPEN = 0.02  # share of open leads beyond which figures of the cohort are doubtful
MOST_ASKED = 0.95  # share of a team's hours beyond which queues grow long
BUSY = 0.85  # share of a team's hours beyond which, with long waits, it may be what is scarce
LONG_WAIT = 24.0  # hours by the clock
_PER_PERSON = ("utilisation", "bookings_per_rep")
ADDED_UP = ("revenue", "bookings", "contribution", "won", "leads", "inquiries")  # over the months, in reports
_RANGE = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class Estimate:
    """A figure: its mean with the 95 % interval of the mean, and the range of single simulated years.

    An undefined value (a cost per contract without contracts) is NaN or infinite, and printed "-". So are
    intervals and ranges that so few years do not give.
    """

    mean: float
    low: float  # precision of the mean, 95 %
    high: float
    p10: float  # range of outcomes: a new year is lower with a chance of one in ten ...
    p50: float
    p90: float  # ... and higher with one in ten
    p10_low: float  # precision of the ends of the range, 95 %
    p10_high: float
    p90_low: float
    p90_high: float
    years: int  # simulated
    undefined: int  # of them, without a value
    more_years: float  # that the precision of the mean would take besides; 0 if it is there


def _without_range(estimate: Estimate) -> Estimate:
    """Return the estimate of a chance, which a single simulated year has or has not."""
    nan = math.nan
    return replace(estimate, p10=nan, p50=nan, p90=nan, p10_low=nan, p10_high=nan, p90_low=nan, p90_high=nan)


class SoFar(NamedTuple):
    """A figure added up since the period began: its mean, and the range of single simulated years."""

    mean: float
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Breakdown:
    """A figure by month, channel, segment, stage, rep or team."""

    figure: Figure
    dimension: str
    labels: tuple[str, ...]
    estimates: tuple[Estimate, ...]  # in the order of labels


@dataclass(frozen=True)
class Conversion:
    """The conversion typed for a stage's reference lead, and the simulated one of all leads."""

    stage: str
    typed: float
    simulated: Estimate
    by_segment: Mapping[str, float]  # typed; nothing where it is the same for all segments


@dataclass(frozen=True)
class Attainment:
    """How far bookings reach a quota in a fiscal quarter, or in the whole period."""

    dimension: str  # "all", "team" or "rep"
    place: str
    quarter: str  # or WHOLE
    quota: float  # in the mean simulated year
    attained: Estimate  # bookings / quota
    gap: Estimate  # bookings - quota: below 0 where the quota is missed
    reached: int  # simulated years whose bookings are at least the quota
    chance: Interval  # of that, with Wilson's interval


@dataclass(frozen=True)
class TeamHours:
    """Hours of a team in the period, in the mean over the simulated years."""

    team: str
    available: float
    worked: float
    asked: float  # worked, and what the leads would take that went cold or made the queue longer
    people: int = 1  # on staff, on average
    together: int = 1  # how many of them each of its jobs takes at once

    @property
    def usable(self) -> float:
        """Return the share of its hours in which as many are there as a job takes.

        Examples
        --------
        >>> TeamHours("crew", available=640.0, worked=400.0, asked=500.0, people=4, together=3).usable
        0.75
        """
        at_once = self.people - self.people % self.together
        return at_once / self.people if at_once else 1.0

    @property
    def is_overloaded(self) -> bool:
        """Return whether the team is asked for nearly all hours that it can use, or more."""
        return self.load > MOST_ASKED * self.usable

    @property
    def missing(self) -> int:
        """Return how many more people make another job at once possible."""
        return self.together - self.people % self.together

    @property
    def load(self) -> float:
        """Return the share of its hours that the team is asked for; infinite where it has none."""
        if self.available == 0:
            return math.inf if self.asked else 0.0
        return self.asked / self.available


class Forecast:
    """The finished replications of one strategy, ready for questions.

    Parameters
    ----------
    model, names
        The strategy.
    tallies : Tally
        Stacked (`fold.stack`): a leading axis of R replications, in the order of their worlds.
    goals : sequence of Goal
        The goals to reach.
    planned : int, optional
        How many replications were asked for, if fewer may have been finished.
    unknowns : Unknowns, optional
        What was drawn for the uncertain numbers, if there are any; `model` is then that of their medians.
    terms : (float, float), optional
        The shortest and the longest term of a contract, in years; None where they are not known.
    plan : Plan, optional
        The quotas.
    expected : bool, optional
        Whether means count contracts at their expected value; by default if nothing in `model` reads the
        values drawn. Ranges, chances, goals and quotas always keep what was drawn.

    Raises
    ------
    ValueError
        If a goal's metric does not exist, or has no value for what the goal asks.
    """

    def __init__(
        self,
        model: Model,
        names: Names,
        tallies: Tally,
        goals: Sequence[Goal] = (),
        planned: int | None = None,
        unknowns: Unknowns | None = None,
        terms: tuple[float, float] | None = None,
        plan: Plan | None = None,
        expected: bool | None = None,
    ) -> None:
        self.model = model
        self.names = names
        self.tallies = tallies
        self.years = len(tallies.sums)
        self.goals = tuple(goals)
        self.planned = self.years if planned is None else planned
        self.unknowns = unknowns
        self.terms = terms
        self.plan = plan
        self.expected = not reads_values(model) if expected is None else expected
        self._cuts: dict[tuple[str, bool], Cut] = {}
        self._breakdowns: dict[tuple[str, str], Breakdown] = {}
        self._outcomes: dict[tuple[str, str], tuple[Interval, ...]] = {}
        for goal in self.goals:
            self._of_goal(goal)

    @property
    def months(self) -> int:
        """Count the months of the period."""
        return len(self.model.months) - 1

    @property
    def renews(self) -> bool:
        """Return whether customers go on to pay, for other terms or for repeat purchases."""
        sells = (self.model.segments["products"] > 0).any()
        again = (self.model.products["term"] > 0) | (self.model.products["rate"] != NOTHING)
        return bool(sells and again.any())

    def parts(self, metric: str, dimension: str = "all", expected: bool = False) -> Parts:
        """Return the sums that a figure is made from: each (R, n); contracts as drawn, or as expected.

        Raises
        ------
        ValueError
            If there is no such figure, or it has no values along this dimension.
        """
        figure = FIGURES.get(metric)
        if figure is None:
            raise ValueError(f"there is no figure {metric!r}; there are {', '.join(FIGURES)}")
        if dimension not in figure.by:
            raise ValueError(f"{metric} is not defined by {dimension}, only by {', '.join(figure.by)}")
        return figure.parts(self._cut(dimension, expected))

    def values(self, metric: str, dimension: str = "all") -> Floats:
        """Return a figure of each simulated year: (R, n)."""
        return np.asarray(FIGURES[metric].formula(*self.parts(metric, dimension)))

    def estimate(self, metric: str) -> Estimate:
        """Estimate a figure over the period, in all."""
        return self.by(metric, "all").estimates[0]

    def by(self, metric: str, dimension: str) -> Breakdown:
        """Estimate a figure by "month", "channel", "segment", "stage", "rep" or "team"."""
        if (metric, dimension) not in self._breakdowns:
            self._breakdowns[metric, dimension] = self._breakdown(metric, dimension)
        return self._breakdowns[metric, dimension]

    def outcomes(self, metric: str, dimension: str = "all") -> tuple[Interval, ...]:
        """Return the mean and the range of single years, P10 to P90, of a figure in each place.

        They are those of `by`, whose precision of the mean takes much longer.
        """
        if (metric, dimension) not in self._outcomes:
            parts = self.parts(metric, dimension, self.expected)
            with np.errstate(divide="ignore", invalid="ignore"):
                means = FIGURES[metric].formula(*(part.sum(axis=0) / self.years for part in parts))
            years = self.values(metric, dimension)
            none = np.nan if FIGURES[metric].chance else 0.0
            ends = (years_at(_RANGE[name], years) + none for name in ("p10", "p90"))
            rows = zip(np.asarray(means).tolist(), *(end.tolist() for end in ends), strict=True)
            self._outcomes[metric, dimension] = tuple(Interval(*row) for row in rows)
        return self._outcomes[metric, dimension]

    def _breakdown(self, metric: str, dimension: str) -> Breakdown:
        parts = self.parts(metric, dimension, self.expected)
        figure = FIGURES[metric]
        if dimension == "all":
            mean = precise(figure, parts, contracts=self.contracts[:, None], added=self._added(figure))
        else:
            mean = precise(figure, parts, dimension)
        estimates = self._estimates(mean, self.values(metric, dimension))
        if figure.chance:
            estimates = tuple(map(_without_range, estimates))
        return Breakdown(figure, dimension, labels(self.names, dimension), estimates)

    def _estimates(self, mean: Precision, years: Floats) -> tuple[Estimate, ...]:
        """Put together the means (n,) and the values of each simulated year (R, n) of n places."""
        columns = {
            "mean": mean.value,
            "low": mean.low,
            "high": mean.high,
            "more_years": mean.more,
        }
        for name, level in _RANGE.items():
            columns[name] = years_at(level, years)
        for name in ("p10", "p90"):
            columns[f"{name}_low"], columns[f"{name}_high"] = between_years(_RANGE[name], years)
        undefined = np.sum(~np.isfinite(years), axis=0)
        return tuple(
            Estimate(
                years=self.years,
                undefined=int(undefined[position]),
                **{name: float(values[position]) for name, values in columns.items()},
            )
            for position in range(len(undefined))
        )

    @property
    def contracts(self) -> Floats:
        """Return the contracts of each simulated year by segment: (R, segments)."""
        return self.parts("won", "segment")[0]

    def size_of_contracts(self, metric: str) -> Floats:
        """Compute by how much one more contract in a single year would move a figure, times the years.

        Returns
        -------
        array (segments,)
            0 for figures of the cohort.
        """
        figure, parts = FIGURES[metric], self.parts(metric, "all", self.expected)
        segments = len(self.model.segments)
        return np.asarray(size_of_contracts(figure, parts, self._added(figure), (1, segments))[0])

    def _added(self, figure: Figure) -> Parts:
        """Return what one contract adds to the parts of a figure over the period: each (1, segments)."""
        return added_by_a_contract(figure, self.model, self.expected)

    def reasons(self, dimension: str = "all", basis: Basis = Basis.COHORT) -> Floats:
        """Count the leads that ended without a contract, by reason, in the mean simulated year.

        Parameters
        ----------
        dimension : str
            As in `by`, teams excepted.
        basis : Basis
            Inquiries that arrive in the period, or what happens in it.

        Returns
        -------
        array (n, G)
            In the order of `Names.reasons`.
        """
        position, bounds = DIMENSIONS.index(dimension), line_bounds(self.model)
        lines = slice(bounds[position], bounds[position + 1])
        return np.asarray(self.tallies.reasons[:, lines, basis].mean(axis=0))

    def pairs(self, metric: str) -> tuple[Floats, Floats]:
        """Return a figure of the first T years and of their twins: each (T,); T is 0 without twins."""
        if self.unknowns is None:
            return np.empty(0), np.empty(0)
        figure = FIGURES[metric]
        twins = figure.values(cut(self.model, self.unknowns.twins, "all"))[:, 0]
        return self.values(metric)[: len(twins), 0], twins

    def share_unknown(self, metric: str) -> Interval:
        """Estimate the share of a figure's variance between years that comes with the uncertain numbers."""
        return share_unknown(*self.pairs(metric))

    def drivers(self, metric: str) -> tuple[Driver, ...]:
        """Return the correlation of a figure with each uncertain number, the strongest first."""
        if self.unknowns is None:
            return ()
        years = self.values(metric)[:, 0]
        found = [
            Driver(parameter, rank_correlation(levels, years))
            for parameter, levels in zip(self.unknowns.parameters, self.unknowns.levels.T, strict=True)
        ]
        return tuple(sorted(found, key=lambda driver: -abs(driver.correlation.value)))

    def loss(self) -> Interval:
        """Estimate the chance of a simulated year with a profit below 0."""
        return wilson(int(np.sum(self.values("profit") < 0)), self.years)

    def cumulative(self, metric: str) -> tuple[SoFar, ...]:
        """Add up a figure from the period's first month to the end of each month.

        Raises
        ------
        ValueError
            If it has no values by month, or they do not add up.
        """
        if not FIGURES[metric].flow:
            raise ValueError(f"the months of {metric} do not add up")
        (as_expected,) = self.parts(metric, "month", self.expected)
        means = as_expected.mean(axis=0).cumsum()
        years = self.values(metric, "month").cumsum(axis=1)
        columns = (means, *(years_at(level, years) for level in _RANGE.values()))
        return tuple(SoFar(*row) for row in zip(*(each.tolist() for each in columns), strict=True))

    def chances(self) -> tuple[Chance, ...]:
        """Estimate the chance of each goal."""
        return tuple(self.chance(goal) for goal in self.goals)

    def quotas(self) -> tuple[Attainment, ...]:
        """Estimate how far bookings reach quotas: the firm's, those of teams and of reps; () without a plan.

        A quarter that lies partly in the period has a part of its quota, by its months; a rep's quota is in
        proportion to its time on staff.
        """
        if self.plan is None or self.plan.is_empty:
            return ()
        monthly = self.values("bookings", "month")
        found = targets(self.model, self.names, self.tallies, monthly, self.plan)
        names = [each.name for each in quarters(self.names.months, self.plan.fiscal_year_starts)]
        return tuple(attainment for target in found for attainment in self._attained(target, [*names, WHOLE]))

    def _attained(self, target: Target, names: Sequence[str]) -> Iterator[Attainment]:
        """Estimate how far somebody reaches the quota, by quarter and in the whole period."""
        booked, quota = (np.column_stack([part, part.sum(axis=1)]) for part in target[2:])
        attained, gaps = (
            self._estimates(bootstrap_t(parts, formula), formula(*parts))
            for parts, formula in (((booked, quota), ratio), ((booked - quota,), total))
        )
        reached = np.sum(booked >= quota, axis=0)
        for place, name in enumerate(names):
            if quota[:, place].any():
                times = int(reached[place])
                yield Attainment(
                    dimension=target.dimension,
                    place=target.place,
                    quarter=name,
                    quota=float(quota[:, place].mean()),
                    attained=attained[place],
                    gap=gaps[place],
                    reached=times,
                    chance=wilson(times, self.years),
                )

    def conversions(self) -> tuple[Conversion, ...]:
        """Compare the typed conversion of each stage, or its median if uncertain, with the simulated one.

        If a stage differs by segment, typed is the mean over the segments of the expected inquiries.
        """
        found = self.by("conversion", "stage")
        typed, own = typed_conversions(self.model), typed_by_segment(self.model)
        rows = zip(found.labels, typed, found.estimates, map(self._unlike, own), strict=True)
        return tuple(
            Conversion(stage, float(f"{share:.15g}"), estimate, unlike)
            for stage, share, estimate, unlike in rows
        )

    def _unlike(self, typed: Floats) -> dict[str, float]:
        """Name a stage's conversions by segment; nothing where they are all the same."""
        if (typed == typed[0]).all():
            return {}
        return {name: float(f"{share:.15g}") for name, share in zip(self.names.segments, typed, strict=True)}

    def cycle(self) -> Cycle:
        """Estimate the distribution of the time from inquiry to contract."""
        mean = self.estimate("cycle_length")
        return cycle(self.tallies.ages, Interval(mean.mean, mean.low, mean.high))

    @property
    def has_customers(self) -> bool:
        """Return whether anybody signs a contract about a recurring product in the period."""
        return bool(self.parts("new_customers")[0].any())

    @property
    def has_cash(self) -> bool:
        """Return whether cash is counted."""
        return has_cash(self.model)

    @property
    def followed(self) -> float | None:
        """Return for how many days inquiries are followed at most, if some are still open then; else None."""
        if not self.tallies.ages[:, Ended.OPEN].any():
            return None
        return (self.model.horizon - int(self.model.months[0])) / DAY

    def title(self, metric: str, dimension: str = "all") -> str:
        """Name a figure in all, or by a dimension such as "month".

        With leads still open, the cycle in all is that of contracts won in so many days. What is per person
        says so where people of several teams, with different work, are counted together.
        """
        title = FIGURES[metric].title
        if metric in _PER_PERSON and dimension in ("all", "month") and len(self.names.teams) > 1:
            return f"{title} (all teams)"
        if metric != "cycle_length" or dimension != "all" or self.followed is None:
            return title
        return f"{title} (won within {self.followed:,.0f} days)"

    def team_hours(self) -> tuple[TeamHours, ...]:
        """Compare the hours that each team is asked for with those it has.

        Asked hours are those worked, and those that leads would have taken that went cold in its queues in
        the period, or by which its queues grew, at the mean effort of their stages. A team does not have the
        hours that it reserves for prospecting.
        """
        teams = self._cut("team")
        unserved = (self.tallies.cold + self.tallies.queue[:, 1:].sum(axis=1)).mean(axis=0)
        reserved = teams.period(Event.PROSPECTED, Measure.WORKED) * (self.model.teams["reserved"] > 0.0)
        extra = np.einsum("s,sb,sbt->t", self._mean_effort(), unserved, teams_of_stages(self.model))
        found = []
        for position, team in enumerate(self.names.teams):
            worked = float(teams.busy[:, position].mean())
            asked = worked + float(extra[position])
            available = float((teams.available - reserved)[:, position].mean())
            hours = (available / HOUR, worked / HOUR, max(worked, asked) / HOUR)
            people = max(round(float(teams.staff[:, position].mean())), 1)
            found.append(TeamHours(team, *hours, people, self._together(position)))
        return tuple(found)

    def scarce_teams(self) -> tuple[TeamHours, ...]:
        """Find the teams for which work waits, the most asked for first.

        They are asked for more than 95 % of the hours that they can use or, where leads wait for them for
        more than a day on average, for more than 85 % of all.
        """
        waits = self.outcomes("wait", "team")
        found = [
            team
            for team, wait in zip(self.team_hours(), waits, strict=True)
            if team.is_overloaded or (team.load > BUSY and wait.value > LONG_WAIT)
        ]
        return tuple(sorted(found, key=lambda team: -team.load))

    def warnings(self) -> tuple[str, ...]:
        """State in sentences what readers must know before they use the figures."""
        return (*self._warnings_of_number(), *self._warnings_of_open_leads(), *self._warnings_of_teams())

    def _warnings_of_number(self) -> list[str]:
        found = []
        if self.years < self.planned:
            found.append(f"Only {self.years:,} of {simulated(self.planned, self.months)} were finished.")
        if self.years == 1:
            one = simulated(1, self.months).removeprefix("1 ")
            found.append(f"A single {one} says nothing about how sure the figures are.")
        return found

    def _warnings_of_open_leads(self) -> list[str]:
        share = self.outcomes("open_share")[0].value
        if not share > MOST_OPEN:
            return []
        return [
            f"{number(100 * share, 2)} % of the period's inquiries are still open when the simulation ends. "
            "So what becomes of inquiries (leads and contracts per inquiry, contracts per lead, conversions, "
            "shares gone cold) is counted only as far as it has happened, which makes most of it too low; "
            "the sales cycle and the time in a stage are those of what has ended by then, which makes them "
            "too short. A longer drain would follow the inquiries to the end."
        ]

    def _warnings_of_teams(self) -> list[str]:
        return [_too_much(team) if team.is_overloaded else _busy(team) for team in self.scarce_teams()]

    def _cut(self, dimension: str, expected: bool = False) -> Cut:
        if (dimension, expected) not in self._cuts:
            self._cuts[dimension, expected] = cut(self.model, self.tallies, dimension, expected)
        return self._cuts[dimension, expected]

    def _mean_effort(self) -> Floats:
        """Find the mean working time of a visit to each stage, of all people who do it: (S,) µs."""
        stages = self._cut("stage")
        worked = stages.period(Event.WORKED, Measure.WORKED).sum(axis=0) * self.model.stages["people"]
        return np.asarray(worked / np.maximum(stages.period(Event.WORKED).sum(axis=0), 1.0))

    def _together(self, team: int) -> int:
        """Return how many people each job of a team takes at once; 1 if its jobs differ."""
        people = {
            int(stage["people"])
            for each in self.model.stages
            for stage in (each, *self.model.variants[each["first_variant"] :][: each["variants"]])
            if stage["team"] == team
        }
        return people.pop() if len(people) == 1 else 1

    def reached(self, goal: Goal) -> npt.NDArray[np.bool_]:
        """Return which simulated years reach a goal: (R,)."""
        return goal.reached(self._of_goal(goal))

    def _of_goal(self, goal: Goal) -> Floats:
        """Return the values that a goal asks about: those of its place, or of every month (R, n)."""
        if goal.each == "every_month":
            dimension = "month" if goal.dimension == "all" else f"month and {goal.dimension}"
            self.parts(goal.metric, dimension)
            return self.values(goal.metric, dimension)
        self.parts(goal.metric, goal.dimension)
        places = labels(self.names, goal.dimension)
        if goal.place not in places:
            raise ValueError(f"there is no {goal.dimension} {goal.place!r}; there are {', '.join(places)}")
        return self.values(goal.metric, goal.dimension)[:, [places.index(goal.place)]] / self._parts_of(goal)

    def _parts_of(self, goal: Goal) -> int:
        """Return by what a figure of the period is divided for a goal: a count in an average month."""
        return self.months if goal.each == "average_month" and FIGURES[goal.metric].flow else 1

    def chance(self, goal: Goal) -> Chance:
        """Estimate the chance of a goal, and where its figure stands."""
        reached = int(self.reached(goal).sum())
        years = goal.worst(self._of_goal(goal))
        if goal.each == "every_month":
            known = years[~np.isnan(years)]
            mean = float(known.mean()) if len(known) else math.nan
        else:
            place = labels(self.names, goal.dimension).index(goal.place)
            mean = self.outcomes(goal.metric, goal.dimension)[place].value / self._parts_of(goal)
        ends = (float(years_at(_RANGE[name], years)) for name in ("p10", "p90"))
        return Chance(goal, reached, self.years, *wilson(reached, self.years), mean, *ends)


def _too_much(team: TeamHours) -> str:
    """State that a team is asked for more than it can do, and what that is beside how busy it is."""
    share = ""
    if team.available:
        busy = number(100 * team.worked / team.available)
        share = f" ({number(100 * team.load)} %; it is busy for {busy} % and never gets to the rest)"
    hours = f"{team.asked:,.0f} hours of work and has {team.available:,.0f}{share}"
    told = f"Team {spoken(team.team)} is asked for {hours}: its queues grow or its leads go cold. "
    if team.usable < 1.0:
        usable = f"It can use {number(100 * team.usable)} % of its hours"
        told += f"{usable}, as a job takes {team.together} people at once and there are {team.people}. "
    return told + _more(team)


def _busy(team: TeamHours) -> str:
    """State that work waits for a team: the same words for all strategies."""
    return (
        f"Work waits for team {spoken(team.team)}: it is asked for more than {number(100 * BUSY)} % of its "
        f"hours, and leads wait for it more than a day on average. {_more(team)}"
    )


def _more(team: TeamHours) -> str:
    """Advise as many more people as make another job at once possible."""
    more = "one more person" if team.missing == 1 else f"{team.missing} more people"
    return f"Try {more}: --set {shlex.quote(f'teams.{team.team}.people+={team.missing}')}"

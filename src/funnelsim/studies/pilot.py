"""A pilot: a few simulated years that tell how long warm-up and drain must be, and what to expect.

It has a seed and a number of worlds of its own, so that a scenario always has the same months, whatever is
asked for of the study. First every month is made level (`scenario.level`), from an empty pipeline on: when do
queues stop growing, and how old do inquiries become until they end? Then the scenario itself, with the months
found, shows whether the drain is long enough, and gives the figures of the pilot.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers, Records
from funnelsim.engines import StuckError
from funnelsim.engines.compiled.blocks import Replications
from funnelsim.engines.fold import Tally, age_edges
from funnelsim.forecast import Forecast
from funnelsim.forecast.intervals import student
from funnelsim.io.progress import Progress, more, silent, step
from funnelsim.metrics.ages import open_after, wins_to_come
from funnelsim.metrics.cut import Cut, cut
from funnelsim.metrics.wording import number, span
from funnelsim.model.model import Model, Names
from funnelsim.model.own_policy import PolicyError
from funnelsim.model.words import DAY, HOUR, NEVER, Assignment, Event
from funnelsim.model.worktime import worked_by
from funnelsim.scenario import (
    TODAY,
    Course,
    Fixed,
    Months,
    Scenario,
    ScenarioError,
    at_medians,
    levelled,
    lower,
    strategy_names,
    with_all_deciding,
)
from funnelsim.scenario.errors import Problems
from funnelsim.scenario.months import DAYS_PER_MONTH, longest
from funnelsim.scenario.plan_checks import check_quarters
from funnelsim.scenario.scenario import Dated
from funnelsim.scenario.schema import LONGEST_HORIZON
from funnelsim.scenario.volume_checks import check_volumes
from funnelsim.studies.endless import in_words
from funnelsim.studies.replication import Plan, replicate

SEED = 20_080_101
WORLDS = 8
FEWEST_WORLDS = 2
INQUIRIES = 120_000  # of a strategy in all worlds: about a tenth of a second
RUNS = (24, 48, 96, 192)  # months of the level runs: a run that shows too little is followed by a longer one
SHORT = 0.005  # share of what should end in a period that may be missing after the warm-up
OPEN = 0.001  # share of a period's inquiries that a drain may leave open
SAFETY = 0.8  # of OPEN: the share aimed at, to allow for chance in the pilot
SAFETY_OF_QUEUES = 0.5  # of SHORT, for the same reason
UNSETTLED = 24  # months of a warm-up whose queues never settle
WEEK = 7 * DAY
MOST_STEPS = 1_200  # in which leads are counted: more than the weeks of the longest run


_Name = TypeVar("_Name")


@dataclass(frozen=True)
class Pilot:
    """What a pilot has found.

    Attributes
    ----------
    months : Months
        Of all strategies: the longest that one of them needs; those typed are kept.
    doubts : dict of str to tuple of str
        What readers must know of the months, by strategy, in sentences.
    forecasts : dict of str to Forecast
        The period as the pilot has lived through it, by strategy.
    """

    months: Months
    doubts: dict[str, tuple[str, ...]]
    forecasts: dict[str, Forecast]


def settled(
    scenario: Scenario, jobs: int = 0, strategies: Iterable[str] = (), progress: Progress = silent
) -> Scenario:
    """Let a pilot choose the months of warm-up and drain that are not typed.

    Parameters
    ----------
    scenario : Scenario
        With all its strategies, which share their months.
    jobs : int
        Worlds that run at the same time; 0 takes every processor.
    strategies : iterable of str
        Combinations of strategies that share them too.
    progress : callable
        Of whatever asks for it: the pilot is a step of that.

    Raises
    ------
    EndlessLoopError
        If leads go in circles at one instant without end.
    ScenarioError
        If so many months have more inquiries than there are numbers for them, or quarters of a plan would
        begin within a month of the period.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> settled(load("first_steps")).months.period
    12
    """
    _refuse(scenario, check_quarters(scenario))
    if scenario.is_settled:
        return scenario
    found = pilot(scenario, jobs, strategies, progress)
    for name in found.forecasts:
        _check_numbers(scenario.strategy(name), found.months)
    return scenario.with_months(found.months, found.doubts)


def alike(scenarios: Mapping[_Name, Scenario]) -> dict[_Name, Scenario]:
    """Give settled scenarios that are simulated in the same worlds the same months: the longest of all."""
    months = longest(each.months for each in scenarios.values())
    return {name: each.with_months(months) for name, each in scenarios.items()}


def _check_numbers(scenario: Scenario, months: Months) -> None:
    """Refuse more inquiries than there are numbers for, as where these months were typed."""
    typed = {"warm_up_months": months.warm_up, "drain_months": months.drain}
    longer = scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update=typed)})
    _refuse(scenario, check_volumes(longer))


def _refuse(scenario: Scenario, problems: Problems) -> None:
    """Raise what is wrong with a scenario, if anything is."""
    found = list(problems)
    if found:
        raise ScenarioError(found, scenario.source)


def pilot(
    scenario: Scenario, jobs: int = 0, strategies: Iterable[str] = (), progress: Progress = silent
) -> Pilot:
    """Find the months of a scenario and its strategies, and what to expect of each as it is in the end.

    The warm-up is long enough for today and for strategies that have always been in force, as they are before
    any dated change, since they are lived in it. The drain is long enough for all, as they are at first and
    in the end.

    Those who never decide do not advance. Uncertain numbers are at their medians; an own policy that Numba
    cannot compile is round_robin.

    Parameters
    ----------
    scenario, jobs, strategies, progress
        As `settled` takes them.

    Raises
    ------
    EndlessLoopError
        If leads go in circles at one instant without end.
    """
    with step(progress, "Trying out", 0, "years") as tell:
        return _tried_out(scenario, jobs, strategies, tell)


def _tried_out(scenario: Scenario, jobs: int, strategies: Iterable[str], progress: Progress) -> Pilot:
    """Find the months of a scenario, and tell how many years that takes as they come."""
    names = dict.fromkeys((*strategy_names(scenario), *strategies))
    scenarios = {name: scenario.strategy(name) for name in names}
    certain = {name: with_all_deciding(at_medians(each)) for name, each in scenarios.items()}
    timelines = {name: scenario.timeline(name) for name in names}
    needs, pasts = (_needs(each, jobs, progress) for each in (certain, _pasts(timelines)))
    of_today = pasts.get(TODAY, needs[TODAY])
    for name, timeline in timelines.items():
        if len(timeline) > 1:
            past = pasts.get(name, of_today)
            why = f"Before any change: {past.why}" if past.why else ""
            needs[name] = needs[name]._replace(warm_up=past.warm_up, why=why)
    months, forecasts = _lived_through(certain, [*needs.values(), *pasts.values()], jobs, progress)
    doubts = {
        name: tuple(_doubts(scenarios[name], needs[name], months, each)) for name, each in forecasts.items()
    }
    return Pilot(months, doubts, forecasts)


def _pasts(timelines: Mapping[str, tuple[Dated, ...]]) -> dict[str, Scenario]:
    """List what is lived in the warm-up and not to the end: a past that is today's is listed as today's."""
    today = timelines[TODAY][0]
    return {
        name: with_all_deciding(at_medians(timeline[0].scenario))
        for name, timeline in timelines.items()
        if len(timeline) > 1 and (name == TODAY or not timeline[0].is_same(today))
    }


# ---- how long flows and inquiries take ----------------------------------------------------------


class Need(NamedTuple):
    """The months that one scenario needs, None where a level run does not show it."""

    warm_up: int | None
    drain: int | None
    why: str  # there is no warm-up that is long enough, in a sentence


def _needs(scenarios: Mapping[str, Scenario], jobs: int, progress: Progress) -> dict[str, Need]:
    """Run level months until each scenario has shown what it needs, at most the longest of RUNS."""
    found: dict[str, Need] = {}
    rest = dict(scenarios)
    for months in RUNS:
        level = {name: levelled(each, months) for name, each in rest.items()}
        for name, lived in _live(level, jobs, progress, by=WEEK, standing=True).items():
            found[name] = _need(lived, scenarios[name].horizon.period_months)
        rest = {name: each for name, each in scenarios.items() if None in found[name]}
    return found


def _need(lived: _Lived, period: int) -> Need:
    """Read off a level run what the scenario needs.

    When queues are steady, inquiries that come from then on are like any others. Flows are steady once these
    have had time to end: all but SHORT of a period's contracts, and of all that end in it, are theirs.
    """
    ages = lived.tally.ages.sum(axis=0).astype(np.float64)
    if not ages.sum():
        return Need(1, 1, "")
    queues = lived.tally.queue.cumsum(axis=1)[:, 1:].sum(axis=(2, 3))  # at the end of each week
    weeks = queues.shape[1]
    filled = weeks_to_fill(queues, period * DAYS_PER_MONTH / 7)
    if 2 * filled > weeks or _grow(queues[:, int(filled) :], lived.inquiries / weeks):
        return Need(None, None, _why_unsettled(lived))
    still_open = open_after(ages)
    won, ended = (_days(share, SHORT, lived, period) for share in (wins_to_come(ages), still_open))
    last = _days(still_open, SAFETY * OPEN, lived, period)
    drain = None if last is None else _months(last)
    if won is None or ended is None:
        left = f"{number(100 * still_open[-1], 2)} % of inquiries are open after {lived.years}"
        return Need(None, drain, f"{left}, so that figures depend on the length of the warm-up.")
    return Need(_months(7 * filled + max(won, ended)), drain, "")


def weeks_to_fill(queues: Floats, period: float) -> float:
    """Estimate the weeks after which queues lack at most half of SHORT, on average over a period.

    What queues lack dies away like exp(-t / τ), exactly so in a fluid model of an overloaded team whose leads
    give up at a constant rate: 1 - 1/e of their length is there after τ. This is read off where the curve is
    steep. A truncation point (MSER-5) has to find where it is flat, and chance moves it by months.

    Parameters
    ----------
    queues : array (worlds, weeks)
        Lengths at the end of each week, from nothing on; those of the second half of the weeks count as full.
    period : float
        Weeks.

    Examples
    --------
    With τ = 10 weeks, 10/52 exp(-w/10) = 0.0025 after w = 43.4 weeks:

    >>> weeks = np.arange(1, 401)
    >>> round(weeks_to_fill(20 * (1 - np.exp(-weeks[None] / 10)), 52), 1)
    43.4
    """
    length = np.concatenate([[0.0], queues.mean(axis=0)])
    most = (1.0 - math.exp(-1.0)) * float(length[len(length) // 2 :].mean())
    week = int(np.argmax(length >= most))
    if week == 0:
        return 0.0
    time = week - 1 + (most - length[week - 1]) / (length[week] - length[week - 1])
    return float(max(time * math.log(time / (period * SAFETY_OF_QUEUES * SHORT)), 0.0))


def _grow(queues: Floats, inquiries: float) -> bool:
    """Return whether queues surely grow from the first half of the weeks to the second, by more than SHORT.

    That is a share of the inquiries of half of the weeks: so much less than what comes is served.
    """
    half = queues.shape[1] // 2
    growth = queues[:, half : 2 * half].mean(axis=1) - queues[:, :half].mean(axis=1)
    return _surely_above(SHORT * inquiries * half, growth)


def _surely_above(bound: float, values: Floats) -> bool:
    """Return whether the mean of values is above a bound, by the lower end of Student's 95 % interval.

    With the few worlds of a pilot there is no interval as in results; here it is enough to be right mostly.
    """
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return False
    error = float(known.std(ddof=1)) / math.sqrt(len(known))
    return bool(known.mean() - student(len(known)) * error > bound)


def _days(remaining: Floats, share: float, lived: _Lived, period: int) -> int | None:
    """Find the days after which at most a share remains, on average over a period; None if it takes longer.

    Parameters
    ----------
    remaining : array (n + 1,)
        The share that remains at each bound of the bins of ages.
    """
    length, whole = round(period * DAYS_PER_MONTH), int(lived.model.horizon // DAY)
    by_day = np.interp(np.arange(whole + length), age_edges() / DAY, remaining)
    sums = np.concatenate([[0.0], by_day.cumsum()])
    enough = np.flatnonzero((sums[length:] - sums[:-length]) / length <= share)
    return int(enough[0]) if len(enough) else None


def _months(days: float) -> int:
    """Return whole months, at least one."""
    return max(math.ceil(days / DAYS_PER_MONTH), 1)


def _why_unsettled(lived: _Lived) -> str:
    """State which team cannot do its work, or that queues take too long to settle."""
    teams = Forecast(lived.model, lived.names, lived.tally).team_hours()
    most = max(teams, key=lambda each: each.asked / each.available if each.available else math.inf)
    if most.asked <= most.available:
        return f"Queues have not settled after {lived.years}: figures depend on the length of the warm-up."
    share = f"{number(100 * most.asked / most.available)} % of its hours" if most.available else "work"
    return (
        f"Team {most.team} is asked for {share}: its queues grow for ever, and figures depend on the length "
        "of the warm-up."
    )


# ---- the scenario itself ------------------------------------------------------------------------


def _lived_through(
    scenarios: Mapping[str, Scenario], needs: Collection[Need], jobs: int, progress: Progress
) -> tuple[Months, dict[str, Forecast]]:
    """Run the scenarios with the months that they need, with longer drains until these are long enough."""
    horizon = next(iter(scenarios.values())).horizon
    period, typed, typed_drain = horizon.period_months, horizon.warm_up_months, horizon.drain_months
    room = LONGEST_HORIZON - period
    full = max(UNSETTLED if each.warm_up is None else each.warm_up for each in needs)
    empty = max(each.drain or UNSETTLED for each in needs)
    warm_up = min(full, room - (typed_drain or 0)) if typed is None else typed
    most = room - warm_up
    drain = min(empty, most) if typed_drain is None else typed_drain
    while True:
        months = Months(warm_up, period, drain)
        lived = _live({name: each.with_months(months) for name, each in scenarios.items()}, jobs, progress)
        forecasts = {name: Forecast(each.model, each.names, each.tally) for name, each in lived.items()}
        short = any(_surely_above(OPEN, each.values("open_share")) for each in forecasts.values())
        if not short or drain == most or typed_drain is not None:
            return months, forecasts
        drain = min(2 * drain, most)


def _doubts(scenario: Scenario, need: Need, months: Months, forecast: Forecast) -> list[str]:
    """State what readers must know of a strategy's months."""
    found = [need.why] if need.why else []
    if need.warm_up is not None and months.warm_up < need.warm_up:
        found.append(
            f"The warm-up has {span(months.warm_up)} and flows are steady after {span(need.warm_up)}: the "
            "pipeline is not yet full when the period starts."
        )
    left = forecast.estimate("open_share").mean
    if left > OPEN and sum(months) == LONGEST_HORIZON and "drain" in scenario.not_typed:
        found.append(
            f"A horizon has at most {LONGEST_HORIZON} months, so that the drain ends after "
            f"{span(months.drain)}: {number(100 * left, 2)} % of the period's inquiries are still open then."
        )
    return found


# ---- how many leads are open at once ------------------------------------------------------------


class Crowd(NamedTuple):
    """The most leads open at once, and the stage where most of them are in the end."""

    leads: float
    stage: str
    queueing: bool  # whether they wait there for a rep; else for the customer


def crowd(scenario: Scenario) -> Crowd:
    """Count the most leads that are open at once, with uncertain numbers at their medians.

    Examples
    --------
    Two people work 40 inquiries a month with ease; most leads wait for the customer:

    >>> from funnelsim.scenario import load
    >>> most = crowd(settled(load("first_steps")))
    >>> most.queueing, 10 < most.leads < 100
    (False, True)
    """
    ((model, names, tally, _),) = _live({"": at_medians(scenario)}, 0, silent, by=DAY).values()
    steps, stages = (cut(model, tally, dimension) for dimension in ("month", "stage"))
    opened = (steps.period(Event.INQUIRY) - _ended(steps)).mean(axis=0).cumsum()
    gone_on = stages.period(Event.ADVANCED) + stages.period(Event.SENT_BACK)
    inside = (stages.period(Event.ENTERED) - gone_on - _ended(stages)).mean(axis=0)
    fullest = int(np.argmax(inside))
    queues = (tally.queue + tally.held)[:, 1:, fullest].sum(axis=(1, 2)).mean()
    queueing = bool(2 * queues > inside[fullest])
    return Crowd(float(opened.max()), names.stages[fullest], queueing)


def _ended(part: Cut) -> Floats:
    """Count the leads that were won, lost or went cold."""
    return part.period(Event.WON) + part.period(Event.LOST) + part.period(Event.WENT_COLD)


# ---- running ------------------------------------------------------------------------------------


class _Lived(NamedTuple):
    """A scenario that has been run."""

    model: Model
    names: Names
    tally: Tally
    inquiries: float  # expected in a world

    @property
    def years(self) -> str:
        """The length of a run, in words."""
        years = round(self.model.horizon / DAY / DAYS_PER_MONTH / 12)
        return f"{years} simulated years"


def _live(
    scenarios: Mapping[str, Scenario],
    jobs: int,
    progress: Progress,
    by: int = 0,
    *,
    standing: bool = False,
) -> dict[str, _Lived]:
    """Run scenarios in a few worlds, so few that it takes no longer where there are more inquiries.

    Parameters
    ----------
    by : int
        Count in steps of this length from the first day to the last, instead of in months of the period.
    standing : bool
        Whether what has no steady state stands as typed throughout, as in a warm-up (O6).
    """
    if not scenarios:
        return {}
    lowered = {name: lower(each) for name, each in scenarios.items()}
    largest = max(expected_inquiries(model) for model, _ in lowered.values())
    share = min(1.0, INQUIRIES / (FEWEST_WORLDS * largest)) if largest else 1.0
    worlds = min(WORLDS, max(FEWEST_WORLDS, int(INQUIRIES / largest))) if largest else WORLDS
    models: dict[str, tuple[Model, Names]] = {}
    for name, (model, names) in lowered.items():
        seen = _in_steps(model, by) if by else model
        seen = seen._replace(stocks_from=model.horizon) if standing else seen
        models[name] = (_thinned(seen, share) if share < 1 else seen, names)
    more(progress, worlds * len(models))
    try:
        found = _replicate(models, Plan(worlds, SEED, "compiled", jobs), progress)
    except StuckError as stuck:
        raise in_words(stuck, [names for _, names in lowered.values()]) from stuck
    if any(len(each) < worlds for each in found.values()):
        raise KeyboardInterrupt
    return {
        name: _Lived(*models[name], _grown(each.tally, share), expected_inquiries(lowered[name].model))
        for name, each in found.items()
    }


def _replicate(
    models: dict[str, tuple[Model, Names]], plan: Plan, progress: Progress
) -> dict[str, Replications]:
    """Run the worlds; in place of policies that Numba cannot compile, with round_robin."""
    try:
        return replicate(_courses(models), plan, progress)
    except PolicyError:
        by_turns = {name: (_by_turns(model), names) for name, (model, names) in models.items()}
        return replicate(_courses(by_turns), plan, progress)


def _courses(models: Mapping[str, tuple[Model, Names]]) -> dict[str, Course]:
    """Let each model be the only chapter of a course."""
    return {name: Course((0,), (Fixed(*each),), uncertain=False) for name, each in models.items()}


def _by_turns(model: Model) -> Model:
    """Let teams with a policy of the user's own assign by round_robin."""
    teams = model.teams.copy()
    teams["assignment"][teams["assignment"] == Assignment.OWN] = Assignment.ROUND_ROBIN
    return model._replace(teams=teams)


def expected_inquiries(model: Model) -> float:
    """Add up the inquiries expected in a world; of idle hours spent on prospecting, as if all were."""
    typed = model.expected.reshape(len(model.channels), -1)[:, -1].sum()
    found = [_found(model, number) for number, team in enumerate(model.teams) if team["prospects"]]
    return float(typed + math.fsum(found))


def _found(model: Model, team: int) -> float:
    """Return the inquiries that a team finds at most by the horizon."""
    row = model.teams[team]
    calendars = model.calendars[model.reps["calendar"][model.reps["team"] == team]]
    worked = sum(
        worked_by(model.hours, each["first_hours"], each["hours"], model.horizon) for each in calendars
    )
    per_hour = model.channels["per_hour"][row["prospected_channel"]]
    return float(worked / HOUR * per_hour * (row["reserved"] or 1.0))


def _in_steps(model: Model, length: int) -> Model:
    """Count in steps from the first day to the last; in longer ones where there would be too many."""
    step = length * math.ceil(model.horizon / (length * MOST_STEPS))
    return model._replace(months=np.arange(0, model.horizon + 1, step, dtype=np.int64))


def _thinned(model: Model, share: float) -> Model:
    """Let one lead stand for many: with a share of inquiries and people, teams are as busy as before.

    A team has one of its people at least, and as many as a job needs; where that is more than its share, work
    takes so much longer, and prospecting finds so much less.
    """
    reps, distributions = model.reps.copy(), model.distributions.copy()
    segments, channels = model.segments.copy(), model.channels.copy()
    for counted in ("companies", "customers"):
        segments[counted] = np.ceil(segments[counted] * share)
    for number_, team in enumerate(model.teams):
        first, size = int(team["first_rep"]), int(team["reps"])
        kept = max(_largest_crew(model, number_), round(size * share))
        away = np.ones(size, bool)
        away[np.linspace(0, size - 1, kept).astype(int)] = False
        reps["joins"][first : first + size][away] = NEVER
        efforts = _efforts(model, number_)
        for part in ("location", "scale"):
            distributions[part][efforts] *= kept / (size * share)
        if team["prospects"]:
            channels["per_hour"][team["prospected_channel"]] *= size * share / kept
    model = model._replace(reps=reps, distributions=distributions, segments=segments, channels=channels)
    return model._replace(expected=model.expected * share)


def _grown(tally: Tally, share: float) -> Tally:
    """Count each lead for as many as it stands for."""
    return tally if share == 1 else Tally._make(array / share for array in tally)


def _efforts(model: Model, team: int) -> Integers:
    """Find the distributions of a team's hours of work."""
    return np.unique(_stages_of(model, team)["effort"]).astype(np.int64)


def _largest_crew(model: Model, team: int) -> int:
    """Find how many of a team's people some job needs at once, at most."""
    return max([1, *map(int, _stages_of(model, team)["people"])])


def _stages_of(model: Model, team: int) -> Records:
    """List the stages, and those of segments, that a team works."""
    rows: Records = np.concatenate([model.stages, model.variants])
    found: Records = rows[rows["team"] == team]
    return found

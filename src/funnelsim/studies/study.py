"""From a scenario to results: simulate one strategy, compare several in the same worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines import StuckError
from funnelsim.engines.compiled.blocks import Replications
from funnelsim.forecast import Forecast, Goal, Unknowns
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError
from funnelsim.metrics import reads_values
from funnelsim.model.model import Model
from funnelsim.rules.customers import YEAR
from funnelsim.scenario import (
    TODAY,
    Course,
    Problem,
    Scenario,
    ScenarioError,
    Worlds,
    courses_of,
    held_over,
    made_certain,
    overridden,
    overridden_by_assumption,
    prices_without_margins,
    strategy_names,
)
from funnelsim.scenario.calendars import calendar_of
from funnelsim.scenario.qualifying_checks import harmful_checks
from funnelsim.studies.checkpoint import Checkpoint, past_of
from funnelsim.studies.endless import in_words
from funnelsim.studies.footprint import check_memory
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Enough as EnoughWorlds
from funnelsim.studies.replication import Plan, replicate, stand
from funnelsim.studies.results import ComparisonResult, SimulationResult
from funnelsim.studies.trees import trees_of

Enough = Callable[[ComparisonResult], bool]
Simulate = Callable[..., dict[str, Replications]]  # as `replicated`


def simulate(
    scenario: Scenario,
    *,
    strategy: str = TODAY,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    digest: bool = False,
    since: Checkpoint | None = None,
    progress: Progress = lambda _: None,
) -> SimulationResult:
    """Simulate one strategy of a scenario.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategy : str
        One of the scenario's strategies, or "today"; "a+b" is both together.
    replications : int
        Simulated years (periods of the scenario, in truth), 1 to 1,000,000.
    seed : int
        Of all random draws, 0 to 2**32 - 1: the same seed gives the same years on every machine.
    engine : str
        "compiled", or "reference": slower, to the same bits.
    jobs : int
        Years that run at the same time; 0 takes every processor.
    digest : bool
        Whether to hash the ledgers as well.
    since : Checkpoint, optional
        From which to go on, instead of from the beginning of the warm-up. It sets replications and seed.
    progress : callable
        Called with the number of years that have just been finished.

    Returns
    -------
    SimulationResult
        Of the years that were finished: fewer than asked for when stopped by Ctrl-C.

    Raises
    ------
    ScenarioError
        If there is no such strategy, some cannot be chosen together, or the simulation would outgrow memory.
    ValueError
        If a number is out of range, there is no such engine, or the checkpoint is not of this scenario.
    PolicyError
        If a registered policy cannot be compiled and the engine is "compiled", or answers with no number.
    EndlessLoopError
        If leads go in circles at one instant without end.
    KeyboardInterrupt
        Stopped before a year was finished.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> result = simulate(load("first_steps"), replications=4, jobs=1)
    >>> result.strategy, result.years
    ('today', 4)
    """
    plan = Plan(replications, seed, engine, jobs, digest)
    ready = ready_to_run(scenario, jobs, [strategy], since, progress)
    return _results(ready, [strategy], plan, progress, since)[strategy]


def compare(
    scenario: Scenario,
    *,
    strategies: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    since: Checkpoint | None = None,
    progress: Progress = lambda _: None,
) -> ComparisonResult:
    """Simulate strategies of a scenario in the same worlds and compare them with the first.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategies : sequence of str, optional
        All strategies of the scenario by default, "today" first; "a+b" is both together.
    replications, seed, engine, jobs, since, progress
        As in `simulate`; progress counts a year of each strategy.

    Returns
    -------
    ComparisonResult
        Of the years that every strategy finished: fewer than asked for when stopped by Ctrl-C.

    Raises
    ------
    ScenarioError
        If there is no such strategy, some cannot be chosen together, or the simulation would outgrow memory.
    ValueError
        If a number is out of range, a strategy is listed twice or none is, or there is no such engine.
    PolicyError
        If a registered policy cannot be compiled and the engine is "compiled", or answers with no number.
    EndlessLoopError
        If leads go in circles at one instant without end.
    KeyboardInterrupt
        Stopped before a year was finished by every strategy.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> result = compare(load("first_steps"), strategies=["today", "one_more_rep"], replications=4, jobs=1)
    >>> result.base, list(result)
    ('today', ['today', 'one_more_rep'])
    """
    chosen = chosen_of(scenario, strategies)
    plan = Plan(replications, seed, engine, jobs)
    return compare_over(ready_to_run(scenario, jobs, chosen, since, progress), chosen, plan, progress, since)


def compare_until(
    scenario: Scenario,
    strategies: Sequence[str],
    plan: Plan,
    progress: Progress,
    enough: Enough,
    since: Checkpoint | None = None,
) -> ComparisonResult:
    """Compare strategies until it is enough: asked after the first 50 years, and again and again (SQ6).

    The months of the scenario are settled. The result is what `compare` gives with as many replications: of
    `plan`, if it is never enough.
    """
    sufficient: list[ComparisonResult] = []

    def look(result: ComparisonResult) -> bool:
        if enough(result):
            sufficient.append(result)
        return bool(sufficient)

    whole = ComparisonResult(scenario, _results(scenario, strategies, plan, progress, since, enough=look))
    return sufficient[0] if sufficient else whole


def chosen_of(scenario: Scenario, strategies: Sequence[str] | None) -> list[str]:
    """List the strategies to compare: all by default.

    Raises
    ------
    ValueError
        If a strategy is listed twice, or none is.
    """
    chosen = strategy_names(scenario) if strategies is None else list(strategies)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"strategies must be different names, at least one, not {chosen!r}")
    return chosen


def keep(
    scenario: Scenario,
    day: date,
    *,
    replications: int = 400,
    seed: int = 1,
    progress: Progress = lambda _: None,
) -> Checkpoint:
    """Simulate a scenario up to a day, and keep how things stand in every year, to go on from there.

    Parameters
    ----------
    scenario : Scenario
        From `load`. Its strategies can go on from the checkpoint if they begin on that day or later.
    day : date
        A day of the period: the first one that is not simulated.
    replications, seed, progress
        As in `simulate`.

    Raises
    ------
    ScenarioError
        If the day is not in the period.
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> keep(load("first_steps"), date(2026, 7, 1), replications=2).replications
    2
    """
    plan = Plan(replications, seed)
    scenario = settled(scenario, progress=progress)
    calendar = calendar_of(scenario.start, scenario.months)
    first, *_, end = calendar.month_starts()
    if not first <= day < end:
        problem = Problem(
            "", f"the checkpoint is of {day}", f"a day of the period, from {first} to before {end}"
        )
        raise ScenarioError([problem], scenario.source)
    (tree,) = trees_of(courses_of(scenario, [TODAY]), {TODAY: None})
    instant = calendar.instant(day)
    worlds, twins = stand(tree, plan, instant, progress)
    return Checkpoint(day, instant, seed, scenario.months, past_of(scenario, day), worlds, twins)


def ready_to_run(
    scenario: Scenario, jobs: int, strategies: Sequence[str], since: Checkpoint | None, progress: Progress
) -> Scenario:
    """Settle the months of a scenario: those of the checkpoint, if it goes on from one."""
    if since is not None:
        return scenario.with_months(since.months)
    return settled(scenario, jobs, strategies, progress)


def _going_on(scenario: Scenario, strategies: Sequence[str], plan: Plan, since: Checkpoint) -> Plan:
    """Check that strategies can go on from a checkpoint; return what is run."""
    since.must_be_of(scenario)
    if not plan.at_once:
        raise UnusableError(
            "only the compiled engine goes on from a checkpoint, and it hashes no ledger then"
        )
    for name in strategies:
        if past_of(scenario, since.day, name) != past_of(scenario, since.day):
            raise UnusableError(
                f'the strategy "{name}" begins before {since.day}, the day of the checkpoint: '
                "let it start then or later, or keep an earlier day"
            )
    return replace(plan, replications=since.replications, seed=since.seed)


def compare_over(
    scenario: Scenario,
    strategies: Sequence[str],
    plan: Plan,
    progress: Progress,
    since: Checkpoint | None = None,
    simulate: Simulate | None = None,
) -> ComparisonResult:
    """Compare strategies of a scenario whose months are settled, simulated by `replicated` by default."""
    found = _results(scenario, strategies, plan, progress, since, simulate=simulate)
    return ComparisonResult(scenario, found)


def _results(
    scenario: Scenario,
    strategies: Sequence[str],
    plan: Plan,
    progress: Progress,
    since: Checkpoint | None = None,
    enough: Enough | None = None,
    simulate: Simulate | None = None,
) -> dict[str, SimulationResult]:
    """Lower the strategies, run them in the same worlds and forecast each."""
    if since is not None:
        plan = _going_on(scenario, strategies, plan, since)
    contest = contest_of(scenario, strategies)

    def suffices(first: Mapping[str, Replications]) -> bool:
        years = len(next(iter(first.values())))
        found = contest.results(first, replace(plan, replications=years))
        return enough is not None and enough(ComparisonResult(scenario, found))

    run = simulate or replicated
    ran = run(contest.changed, contest.courses, plan, progress, since, suffices if enough else None)
    return contest.results(ran, plan)


@dataclass(frozen=True)
class Contest:
    """Strategies of a scenario whose months are settled, lowered, to be run in the same worlds.

    Attributes
    ----------
    scenario : Scenario
        With its strategies.
    changed : dict of str to Scenario
        What each strategy makes of it.
    courses : dict of str to Course
        Each strategy lowered.
    expected : bool
        Whether contracts count at their expected value: for all of them, or they could not be compared.
    """

    scenario: Scenario
    changed: dict[str, Scenario]
    courses: dict[str, Course]
    expected: bool

    def results(self, finished: Mapping[str, Replications], plan: Plan) -> dict[str, SimulationResult]:
        """Forecast each strategy from the worlds that it has finished."""
        return {
            name: SimulationResult(
                scenario=self.changed[name],
                strategy=name,
                forecast=_forecast(self.changed[name], self.courses[name], plan, found, self.expected),
                plan=plan,
                digest=found.digest if plan.digest else None,
                notes=_notes(self.scenario, name),
                title=self.scenario.label_of(name),
                price_notes=prices_without_margins(self.scenario, name),
                check_notes=tuple(harmful_checks(self.changed[name])),
            )
            for name, found in finished.items()
        }


def contest_of(scenario: Scenario, strategies: Sequence[str]) -> Contest:
    """Lower strategies of a scenario whose months are settled."""
    courses = courses_of(scenario, strategies)
    lived = [chapter.model for course in courses.values() for chapter in course.typed]
    changed = {name: scenario.strategy(name) for name in strategies}
    return Contest(scenario, changed, courses, not any(map(reads_values, lived)))


def replicated(
    scenarios: Mapping[str, Scenario],
    courses: Mapping[str, Course],
    plan: Plan,
    progress: Progress,
    since: Checkpoint | None = None,
    enough: EnoughWorlds | None = None,
) -> dict[str, Replications]:
    """Run lowered strategies in the same worlds, if they fit into memory.

    Raises
    ------
    ScenarioError
        If they would outgrow memory.
    EndlessLoopError
        If leads go in circles at one instant without end.
    """
    check_memory(scenarios, courses, plan)
    try:
        return replicate(courses, plan, progress, since, enough)
    except StuckError as stuck:
        raise in_words(stuck, [course.names for course in courses.values()]) from stuck


def _notes(scenario: Scenario, strategy: str) -> tuple[str, ...]:
    """State what a strategy and an assumption set although it was changed, will be, or is uncertain."""
    of_strategy = (each(scenario, strategy) for each in (overridden, held_over, made_certain))
    return tuple(filter(None, (overridden_by_assumption(scenario), *of_strategy)))


def _forecast(
    scenario: Scenario, course: Course, plan: Plan, found: Replications, expected: bool
) -> Forecast:
    unknowns, last = None, course.pieces[-1]
    if course.uncertain and isinstance(last, Worlds):
        levels = np.array([last.levels(world) for world in found.worlds])
        unknowns = Unknowns(last.parameters, levels, found.twins.tally) if found.twins else None
    return Forecast(
        course.typed[-1].model,
        course.names,
        found.tally,
        _goals(scenario),
        plan.replications,
        unknowns,
        _terms(scenario, course),
        scenario.plan,
        expected,
    )


def _terms(scenario: Scenario, course: Course) -> tuple[float, float] | None:
    """Return the shortest and the longest term of a contract, in years; None if one is not known."""
    if any(".term_years" in path for path in scenario.uncertainties):
        return None
    years = np.concatenate([_years_of_terms(chapter.model) for chapter in course.typed])
    return float(years.min()), float(years.max())


def _years_of_terms(model: Model) -> Floats:
    """Return the terms of contracts in years: of segments, or of products where there are any."""
    if not (model.segments["products"] > 0).any():
        return np.asarray(model.segments["years"])
    return np.asarray(np.maximum(model.products["term"], model.products["earned_over"]) / YEAR)


def _goals(scenario: Scenario) -> list[Goal]:
    found = []
    for name, goal in scenario.goals.items():
        place = next(iter(goal.places().items()), ("all", "all"))
        limits = goal.at_least, goal.at_most
        found.append(Goal(name, goal.metric, *limits, goal.each, *place, scenario.currency))
    return found

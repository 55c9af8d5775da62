"""From a scenario to results: simulate one strategy, compare several in the same worlds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from funnelsim.engines import StuckError
from funnelsim.engines.compiled.blocks import Replications
from funnelsim.forecast import Forecast, Goal, Unknowns
from funnelsim.model.model import Model, Names
from funnelsim.scenario import TODAY, Scenario, Worlds, lower, strategy_names, worlds_of
from funnelsim.studies.endless import in_words
from funnelsim.studies.footprint import check_memory
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan, replicate
from funnelsim.studies.results import ComparisonResult, SimulationResult

Progress = Callable[[int], None]


def simulate(
    scenario: Scenario,
    *,
    strategy: str = TODAY,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    digest: bool = False,
    progress: Progress = lambda _: None,
) -> SimulationResult:
    """Simulate one strategy of a scenario.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategy : str
        One of the scenario's strategies, or "today".
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
    progress : callable
        Called with the number of years that have just been finished.

    Returns
    -------
    SimulationResult
        Of the years that were finished: fewer than asked for when stopped by Ctrl-C.

    Raises
    ------
    ScenarioError
        If there is no such strategy, or the simulation would outgrow memory.
    ValueError
        If a number is out of range, or there is no such engine.
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
    return _results(settled(scenario, jobs), [strategy], plan, progress)[strategy]


def compare(
    scenario: Scenario,
    *,
    strategies: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> ComparisonResult:
    """Simulate strategies of a scenario in the same worlds and compare them with the first.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategies : sequence of str, optional
        All strategies of the scenario by default, "today" first.
    replications, seed, engine, jobs, progress
        As in `simulate`; progress counts a year of each strategy.

    Returns
    -------
    ComparisonResult
        Of the years that every strategy finished: fewer than asked for when stopped by Ctrl-C.

    Raises
    ------
    ScenarioError
        If there is no such strategy, or the simulation would outgrow memory.
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
    chosen = strategy_names(scenario) if strategies is None else list(strategies)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"strategies must be different names, at least one, not {chosen!r}")
    plan = Plan(replications, seed, engine, jobs)
    ready = settled(scenario, jobs)
    return ComparisonResult(ready, _results(ready, chosen, plan, progress))


def _results(
    scenario: Scenario, strategies: Sequence[str], plan: Plan, progress: Progress
) -> dict[str, SimulationResult]:
    """Lower the strategies, run them in the same worlds and forecast each."""
    changed = {name: scenario.strategy(name) for name in strategies}
    lowered = {name: _lowered(each, uncertain=bool(scenario.uncertainties)) for name, each in changed.items()}
    check_memory(changed, lowered, plan)
    try:
        finished = replicate(lowered, plan, progress)
    except StuckError as stuck:
        raise in_words(stuck, [names for _, names in lowered.values()]) from stuck
    return {
        name: SimulationResult(
            scenario=changed[name],
            strategy=name,
            forecast=_forecast(changed[name], lowered[name], plan, found),
            plan=plan,
            digest=found.digest if plan.digest else None,
        )
        for name, found in finished.items()
    }


def _lowered(scenario: Scenario, uncertain: bool) -> tuple[Model | Worlds, Names]:
    """Lower a strategy: once, or in each world if the scenario is uncertain.

    A strategy may leave nothing uncertain. Then its worlds differ only by chance, but still have twins.
    """
    if not uncertain:
        return lower(scenario)
    worlds = worlds_of(scenario)
    return worlds, worlds.names


def _forecast(
    scenario: Scenario, lowered: tuple[Model | Worlds, Names], plan: Plan, found: Replications
) -> Forecast:
    models, names = lowered
    unknowns = None
    if isinstance(models, Worlds):
        levels = np.array([models.levels(world) for world in found.worlds])
        unknowns = Unknowns(models.parameters, levels, found.twins.tally) if found.twins else None
        models = models.median
    return Forecast(models, names, found.tally, _goals(scenario), plan.replications, unknowns)


def _goals(scenario: Scenario) -> list[Goal]:
    return [
        Goal(name, goal.metric, goal.at_least, goal.at_most, goal.each)
        for name, goal in scenario.goals.items()
    ]

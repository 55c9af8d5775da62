"""The case for a choice: strategies compared, and what explains the choice, each world simulated once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from funnelsim.io.progress import Progress, more, silent
from funnelsim.planning.bottleneck import BottleneckResult, bottleneck_in
from funnelsim.planning.held import numbers
from funnelsim.planning.tipping import TippingResult, tipping
from funnelsim.planning.tipping import simulations as of_tipping
from funnelsim.planning.tornado import Swing, TornadoResult, tornado, tornado_of
from funnelsim.planning.tornado import simulations as of_the_tornado
from funnelsim.scenario import TODAY, Scenario
from funnelsim.studies.assumptions import AssumptionsResult, assumptions_beside
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import chosen_of, compare

MOST_MOVED = 6  # uncertain numbers that are moved one at a time: those that profit goes with most closely
MOST_TIPPING = 3  # of them, whose tipping points are looked for: those on which profit hangs most


@dataclass(frozen=True)
class Case:
    """What there is to say for a choice, as `make_case` returns it.

    Attributes
    ----------
    result : ComparisonResult
        The strategies.
    rival : str or None
        The strategy that is shown beside the base: that of every page or, where the base has the highest
        mean profit, the one that comes closest; None where there is no other.
    bottlenecks : dict of str to BottleneckResult
        Of the base and the rival; none where the scenario has no teams.
    assumptions : AssumptionsResult or None
        The same comparison under each assumption of the scenario, if it has any.
    tornado : TornadoResult or None
        What the rival's profit hangs on, if anything is uncertain or assumed, and the base is today: the
        uncertain numbers that it goes with most closely, and all assumptions.
    tipping : TippingResult or None
        At what values of uncertain numbers the choice tips: of those on which profit hangs most, where the
        rival is ahead of today at one end alone.
    """

    result: ComparisonResult
    rival: str | None
    bottlenecks: dict[str, BottleneckResult]
    assumptions: AssumptionsResult | None
    tornado: TornadoResult | None
    tipping: TippingResult | None

    @property
    def shown(self) -> list[str]:
        """List the strategies that are looked at closely: the base, and the rival."""
        return [self.result.base, *([] if self.rival is None else [self.rival])]


def make_case(
    scenario: Scenario,
    *,
    strategies: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = silent,
) -> Case:
    """Compare strategies, and simulate all that explains the choice, in the same worlds.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategies, replications, seed, engine, jobs, progress
        As in `compare`.

    Raises
    ------
    ScenarioError, ValueError, EndlessLoopError
        As in `compare`.
    KeyboardInterrupt
        Stopped before all was finished.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> case = make_case(load("first_steps"), replications=40, jobs=1)
    >>> case.shown, list(case.bottlenecks), case.tornado is None
    (['today', 'more_inquiries'], ['today', 'more_inquiries'], True)
    """
    chosen = chosen_of(scenario, strategies)
    more(progress, replications * len(chosen))
    result = compare(
        scenario,
        strategies=chosen,
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        progress=progress,
    )
    if result.stopped:
        raise KeyboardInterrupt
    return case_of(result, progress=progress)


def case_of(result: ComparisonResult, *, progress: Progress = silent) -> Case:
    """Simulate what explains the choice between strategies that have been compared, in their worlds (RE1).

    Parameters
    ----------
    result : ComparisonResult
        Finished.
    progress
        As in `compare`.

    Raises
    ------
    ValueError
        If the comparison was stopped.
    KeyboardInterrupt
        Stopped before all was finished.
    """
    if result.stopped:
        raise ValueError("the comparison was stopped before all its years were finished: simulate it again")
    rival = _rival(result)
    shown = [result.base, *([] if rival is None else [rival])]
    scenario, years = result.scenario, result.plan.replications
    teams = len(scenario.teams)
    more(progress, years * (teams * len(shown) + len(scenario.assumptions) * len(result)))
    found = Case(
        result=result,
        rival=rival,
        bottlenecks={name: bottleneck_in(result, name, progress) for name in shown} if teams else {},
        assumptions=assumptions_beside(result, progress) if scenario.assumptions else None,
        tornado=None,
        tipping=None,
    )
    if rival is None or result.base != TODAY:
        return found
    if not numbers(scenario):
        return (
            found
            if found.assumptions is None
            else replace(found, tornado=tornado_of(found.assumptions, rival))
        )
    moved = _closest(result, rival)
    more(progress, years * of_the_tornado(scenario, rival, moved))
    bars = tornado(scenario, strategy=rival, of=moved, **_settings(result.plan), progress=progress)
    return replace(found, tornado=bars, tipping=_tipping(result, bars.swings, progress))


def _settings(plan: Plan) -> dict[str, Any]:
    """Return what makes another question be asked in the same worlds, as often."""
    return {
        "replications": plan.replications,
        "seed": plan.seed,
        "engine": plan.engine,
        "jobs": plan.jobs,
    }


def _closest(result: ComparisonResult, strategy: str) -> list[str]:
    """Name the uncertain numbers that a strategy's profit goes with most closely, by rank correlation."""
    known = numbers(result.scenario)
    drivers = [each.parameter.key for each in result[strategy].forecast.drivers("profit")]
    return [*(key for key in drivers if key in known), *(key for key in known if key not in drivers)][
        :MOST_MOVED
    ]


def _rival(result: ComparisonResult) -> str | None:
    """Name the strategy beside the base (TE2); where that has the highest mean, what comes closest (RE1)."""
    behind = [name for name in result.comparison.ranked() if name != result.base]
    return result.comparison.front_runner() or next(iter(behind), None)


def _tipping(result: ComparisonResult, swings: Sequence[Swing], progress: Progress) -> TippingResult | None:
    """Look for tipping points of the numbers at one end of which the rival is behind (RE1)."""
    crossing = [each.name for each in swings if not each.is_assumption and _crosses(each)][:MOST_TIPPING]
    if not crossing:
        return None
    scenario, plan, chosen = result.scenario, result.plan, [*result]
    more(progress, plan.replications * of_tipping(scenario, crossing, chosen))
    return tipping(scenario, of=crossing, strategies=chosen, **_settings(plan), progress=progress)


def _crosses(swing: Swing) -> bool:
    """Return whether the mean gain is above 0 at one end, and not at the other."""
    first, second = (end.gain.value > 0 for end in swing.ends)
    return first != second

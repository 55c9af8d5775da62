"""The same comparison under each assumption: which strategy wins under which."""
# ruff: noqa: PLC0415 (pandas is imported when a frame is asked for)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from funnelsim.decisions.compare import Lead
from funnelsim.decisions.verdict import ahead_under, under_assumptions
from funnelsim.io.progress import Progress
from funnelsim.scenario import AS_TYPED, Problem, Scenario, ScenarioError
from funnelsim.studies.pilot import alike, settled
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult, reports
from funnelsim.studies.study import chosen_of, compare_over

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AssumptionsResult:
    r"""Strategies compared under each assumption, as `compare_assumptions` returns them.

    Iterating gives the names, "as typed" first; `result[name]` is the `ComparisonResult` under one.

    Attributes
    ----------
    scenario : Scenario
        As typed, with its assumptions.
    comparisons : dict of str to ComparisonResult
        By assumption; "as typed" is the scenario without any. Those not reached before Ctrl-C are missing.

    Examples
    --------
    >>> import funnelsim as fs
    >>> from funnelsim.scenario import preset_text
    >>> slow = 'assumptions.slow_market.change = { "channels.*.inquiries_per_month *=" = 0.7 }'
    >>> scenario = fs.parse("\n".join([slow, preset_text("first_steps")]))
    >>> result = fs.compare_assumptions(scenario, replications=5, jobs=1)
    >>> list(result), result["slow_market"].base
    (['as typed', 'slow_market'], 'today')
    """

    scenario: Scenario
    comparisons: dict[str, ComparisonResult]

    @property
    def base(self) -> str:
        """Name the strategy that the others are compared with."""
        return self.comparisons[AS_TYPED].base

    @property
    def plan(self) -> Plan:
        """Return what was asked for."""
        return self.comparisons[AS_TYPED].plan

    @property
    def years(self) -> int:
        """Count the simulated years that every comparison begun has finished."""
        return min(each.years for each in self.comparisons.values())

    @property
    def stopped(self) -> bool:
        """Return whether it was stopped before all years were finished under every assumption."""
        return self.years < self.plan.replications or len(self) <= len(self.scenario.assumptions)

    @property
    def best(self) -> dict[str, str | None]:
        """Name the strategy that wins under each assumption; None where none surely beats all others."""
        return {name: each.best for name, each in self.comparisons.items()}

    @property
    def titles(self) -> dict[str, str]:
        """Call each assumption as tables do: by its title, or by its name where it has none."""
        return {name: name if name == AS_TYPED else self.scenario.label_of_assumption(name) for name in self}

    @property
    def verdict(self) -> str:
        """State under which assumptions the choice stays the same, and how far ahead the best one is."""
        leaders = {name: each.comparison.leaders() for name, each in self.comparisons.items()}
        choice = under_assumptions(
            leaders.pop(AS_TYPED),
            leaders,
            self.base,
            self.scenario.title_of,
            self.scenario.title_of_assumption,
        )
        leads = {self._in_words(name): lead for name, lead in self.leads.items() if lead is not None}
        return f"{choice} {ahead_under(leads, self.scenario.currency, self.scenario.title_of)}".rstrip()

    @property
    def leads(self) -> dict[str, Lead | None]:
        """Say by how much the best strategy is ahead of the next best (EX1); None where that is not sure."""
        return {name: each.comparison.lead() for name, each in self.comparisons.items()}

    def _in_words(self, name: str) -> str:
        return name if name == AS_TYPED else f"under {self.scenario.title_of_assumption(name)}"

    @property
    def warnings(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """State what readers must know, by assumption and strategy; those without warnings are left out."""
        found = {name: each.warnings for name, each in self.comparisons.items()}
        return {name: warnings for name, warnings in found.items() if warnings}

    @cached_property
    def table(self) -> pd.DataFrame:
        """Which strategy wins under which assumption: a row for each.

        `best` is empty where none surely beats the base and all others; `close` then lists those that cannot
        be told apart, the one of the highest mean first. `gain` is the profit of the best or the first of
        them against the base with its 95 % precision, `typed_gain` that of the one as typed. `same` says
        whether they are the same as typed. `next` is the next best strategy, if one is surely the best or
        today surely is, and `ahead` by how much that is ahead of it.
        """
        from funnelsim.studies import frames

        return frames.assumptions({name: each.comparison for name, each in self.comparisons.items()})

    @property
    def summary(self) -> pd.DataFrame:
        """All figures: a row for each assumption, strategy and figure."""
        return self._stacked("summary")

    @property
    def differences(self) -> pd.DataFrame:
        """All figures against the base, by assumption, strategy and figure."""
        return self._stacked("differences")

    @property
    def goals(self) -> pd.DataFrame:
        """The chance of each goal by assumption and strategy."""
        return self._stacked("goals")

    def __iter__(self) -> Iterator[str]:
        return iter(self.comparisons)

    def __len__(self) -> int:
        return len(self.comparisons)

    def __getitem__(self, assumption: str) -> ComparisonResult:
        return self.comparisons[assumption]

    def _stacked(self, frame: str) -> pd.DataFrame:
        from funnelsim.studies import frames

        found = ((name, getattr(each, frame)) for name, each in self.comparisons.items())
        return frames.side_by_side(found, "assumption")

    def _repr_html_(self) -> str:
        html: str = reports("notebook").assumptions_html(self)
        return html


def compare_assumptions(
    scenario: Scenario,
    *,
    strategies: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> AssumptionsResult:
    """Compare strategies as typed and under each assumption of the scenario, in the same worlds.

    An assumption holds from the first day of the warm-up. As typed, the figures are those of `compare`. Where
    an assumption needs a longer horizon, it has one of its own, and so worlds of its own.

    Parameters
    ----------
    scenario : Scenario
        With assumptions.
    strategies, replications, seed, engine, jobs
        As in `compare`.
    progress : callable
        Called with the number of years that have just been finished: of each strategy and assumption.

    Returns
    -------
    AssumptionsResult
        When stopped by Ctrl-C, of the comparisons that were begun.

    Raises
    ------
    ScenarioError
        If there are no assumptions, there is no such strategy, or one is not valid under an assumption.
    ValueError, PolicyError, EndlessLoopError, KeyboardInterrupt
        As in `compare`.
    """
    chosen = chosen_of(scenario, strategies)
    plan = Plan(replications, seed, engine, jobs)
    found: dict[str, ComparisonResult] = {}
    for name, each in under_all(scenario, jobs, chosen, progress).items():
        try:
            found[name] = compare_over(each, chosen, plan, progress)
        except KeyboardInterrupt:
            if not found:
                raise
            break
        if found[name].stopped:
            break
    return AssumptionsResult(scenario, found)


def assumptions_beside(result: ComparisonResult, progress: Progress = lambda _: None) -> AssumptionsResult:
    """Compare the strategies of a comparison under each assumption of its scenario, as `compare_assumptions`.

    As typed they are not simulated again.

    Raises
    ------
    KeyboardInterrupt
        Stopped before all was finished.
    """
    scenario, plan, chosen = result.scenario, result.plan, [*result]
    found = {AS_TYPED: result}
    for name in scenario.assumptions:
        ready = _under(scenario, name, plan.jobs, chosen, progress)
        found[name] = compare_over(ready, chosen, plan, progress)
        if found[name].stopped:
            raise KeyboardInterrupt
    return AssumptionsResult(scenario, found)


def under_all(
    scenario: Scenario, jobs: int, strategies: Sequence[str], progress: Progress
) -> dict[str, Scenario]:
    """Return the scenario as typed and under each assumption, with the months that each needs.

    Raises
    ------
    ScenarioError
        If there are no assumptions, or it is not valid under one of them.
    """
    if not scenario.assumptions:
        problem = Problem("assumptions", "is missing", "a table [assumptions.NAME] with a change")
        raise ScenarioError([problem], scenario.source)
    typed = settled(scenario, jobs, strategies, progress)
    under = {name: _under(typed, name, jobs, strategies, progress) for name in scenario.assumptions}
    return {AS_TYPED: typed} | under


def _under(
    typed: Scenario, assumption: str, jobs: int, strategies: Sequence[str], progress: Progress
) -> Scenario:
    """Settle a scenario under an assumption: no months are shorter than as typed, to keep to its worlds."""
    ready = settled(typed.under(assumption), jobs, strategies, progress)
    return alike({AS_TYPED: typed, assumption: ready})[assumption]

"""A verdict at any time: simulate strategies until it is decided which is better, or which are the same."""
# ruff: noqa: PLC0415 (pandas is imported when a frame is asked for)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from funnelsim.decisions import AnyTime, Risk
from funnelsim.decisions.any_time import must_be_a_margin, risks_of
from funnelsim.decisions.sequences import EARLIEST, MOST
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import AS_TYPED, Scenario
from funnelsim.studies.assumptions import under_all
from funnelsim.studies.checkpoint import Checkpoint
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import chosen_of, compare_until, ready_to_run

if TYPE_CHECKING:
    import pandas as pd

AT_MOST = 4_000  # simulated years of each strategy, for which a usual machine has room


@dataclass(frozen=True)
class Question:
    """What is to be decided, and after how many simulated years it is given up.

    Parameters
    ----------
    margin : float
        Differences in profit up to this amount do not matter; above 0.
    at_most : int
        Simulated years of each strategy, 50 to 1,000,000.
    best : bool
        Whether to ask which strategy is best, too, and not only which are better than the first.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> Question(margin=10_000, at_most=20)
    Traceback (most recent call last):
    ...
    ValueError: at_most must be a whole number from 50 to 1,000,000, not 20
    """

    margin: float
    at_most: int = AT_MOST
    best: bool = True

    def __post_init__(self) -> None:
        must_be_a_margin(self.margin)
        whole = isinstance(self.at_most, int) and not isinstance(self.at_most, bool)
        if not whole or not EARLIEST <= self.at_most <= MOST:
            bounds = f"{EARLIEST} to {MOST:,}"
            raise ValueError(f"at_most must be a whole number from {bounds}, not {self.at_most!r}")


@dataclass(frozen=True)
class Decision:
    """What was decided, as `decide` returns it.

    Attributes
    ----------
    result : ComparisonResult
        The strategies in the years simulated: the same as `compare` gives with so many. Its own verdict and
        intervals are for a number of years that was fixed before, which this one is not.
    question : Question
        What was asked.
    verdicts : int
        How many such decisions are told together: they share the chance of an error (SQ7).

    Examples
    --------
    >>> import funnelsim as fs
    >>> found = fs.decide(fs.load("first_steps"), margin=20_000, at_most=50, best=False, jobs=1)
    >>> found.years, found.decided
    (50, False)
    >>> found.table["verdict"].to_dict()
    {('more_inquiries', 'today'): 'better', ('one_more_rep', 'today'): 'open'}
    """

    result: ComparisonResult
    question: Question
    verdicts: int = 1

    @cached_property
    def any_time(self) -> AnyTime:
        """Return what is sure of the strategies, and what is open."""
        asked = self.question
        return AnyTime(self.result.comparison.earned, asked.margin, asked.best, self.verdicts)

    @cached_property
    def single_years(self) -> dict[str, Risk]:
        """Return what single years of each strategy may bring."""
        return risks_of(self.result.comparison.forecasts)

    @property
    def years(self) -> int:
        """Count the simulated years that every strategy finished."""
        return self.result.years

    @property
    def decided(self) -> bool:
        """Return whether everything that was asked is decided."""
        return self.any_time.suffices

    @property
    def stopped(self) -> bool:
        """Return whether it was stopped by Ctrl-C."""
        return self.result.stopped

    @property
    def verdict(self) -> str:
        """State in words what is decided, and what is open."""
        return self.any_time.verdict()

    @cached_property
    def table(self) -> pd.DataFrame:
        """What is sure against the first strategy, and against the leader: a row for each pair.

        `profit_gain` with the ends of its sequence; `verdict`; `more_years`, which an open question needs
        besides; against the first, the share of years `ahead` of it and `behind`, with their sequences.
        """
        from funnelsim.studies import frames

        return frames.sequences(self.any_time)

    @cached_property
    def risks(self) -> pd.DataFrame:
        """What single years may bring: a row for each strategy, each value with its sequence (95 %).

        `loss`, the chance of a year with a loss; `worst_in_ten`, the profit that one year in ten does not
        reach; the chance of each goal.
        """
        from funnelsim.studies import frames

        return frames.risks(self.single_years)


def decide(
    scenario: Scenario,
    margin: float,
    *,
    strategies: Sequence[str] | None = None,
    at_most: int = AT_MOST,
    best: bool = True,
    seed: int = 1,
    jobs: int = 0,
    since: Checkpoint | None = None,
    progress: Progress = lambda _: None,
) -> Decision:
    """Simulate strategies in the same worlds until it is decided which are better and which are the same.

    After 50 years, and again after each 50 or each tenth more, each pair is looked at by its confidence
    sequence, which may be looked at as often as one likes. A strategy is *better* once the lower end of its
    gain is above 0, and *the same for our purposes* once the whole sequence lies within the margin. The years
    are those of `compare`.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    margin : float
        Differences in profit up to this amount do not matter; above 0.
    strategies : sequence of str, optional
        All strategies of the scenario by default, "today" first; at least two.
    at_most : int
        Simulated years of each strategy, 50 to 1,000,000.
    best : bool
        Whether to ask which strategy is best, too. Asking only which are better than the first takes fewer
        years.
    seed, jobs, since, progress
        As in `compare`. A checkpoint sets the seed, and the years that there are at most.

    Returns
    -------
    Decision
        Of the years simulated: open if stopped by Ctrl-C or at `at_most`.

    Raises
    ------
    ScenarioError, PolicyError, EndlessLoopError
        As `compare`.
    ValueError
        If a number is out of range, or there are not two different strategies.
    KeyboardInterrupt
        Stopped before a year was finished by every strategy.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> found = decide(load("first_steps"), 20_000, strategies=["today", "more_inquiries"], jobs=1)
    >>> found.decided, found.any_time.against_base["more_inquiries"].words
    (True, 'better')
    """
    question = Question(margin, _years_of(since) if since else at_most, best)
    chosen = _at_least_two(scenario, strategies)
    plan = Plan(question.at_most, seed, jobs=jobs)
    ready = ready_to_run(scenario, jobs, chosen, since, progress)
    return _decided(ready, chosen, plan, question, progress, since=since)


@dataclass(frozen=True)
class DecisionsResult:
    """What was decided as typed and under each assumption, as `decide_assumptions` returns it.

    Attributes
    ----------
    scenario : Scenario
        Without any assumption.
    question : Question
        What was asked of each.
    decisions : dict of str to Decision
        By assumption, "as typed" first; each stops by itself.
    """

    scenario: Scenario
    question: Question
    decisions: dict[str, Decision]

    @property
    def typed(self) -> Decision:
        """Return what was decided without any assumption."""
        return self.decisions[AS_TYPED]

    @property
    def decided(self) -> bool:
        """Return whether everything that was asked is decided under every assumption."""
        return not self.stopped and all(each.decided for each in self.decisions.values())

    @property
    def stopped(self) -> bool:
        """Return whether it was stopped before all assumptions had their turn."""
        return len(self.decisions) <= len(self.scenario.assumptions) or any(
            each.stopped for each in self.decisions.values()
        )

    @property
    def longest(self) -> Decision:
        """Return the decision whose open questions take the most years."""
        return max(self.decisions.values(), key=lambda each: each.any_time.more_years)

    @property
    def titles(self) -> dict[str, str]:
        """Call each assumption as tables do."""
        return {
            name: name if name == AS_TYPED else self.scenario.label_of_assumption(name)
            for name in self.decisions
        }

    @property
    def table(self) -> pd.DataFrame:
        """The tables of all decisions: a row for each assumption and pair."""
        return self._stacked({name: each.table for name, each in self.decisions.items()})

    @property
    def risks(self) -> pd.DataFrame:
        """What single years may bring: a row for each assumption and strategy."""
        return self._stacked({name: each.risks for name, each in self.decisions.items()})

    @staticmethod
    def _stacked(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        from funnelsim.studies import frames

        return frames.side_by_side(tables.items(), "assumption")


def decide_assumptions(
    scenario: Scenario,
    margin: float,
    *,
    strategies: Sequence[str] | None = None,
    at_most: int = AT_MOST,
    best: bool = True,
    seed: int = 1,
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> DecisionsResult:
    r"""Decide as typed and under each assumption, in the same worlds and with the same months (SQ7).

    Each is simulated until it is decided by itself. All of them share the 5 % chance of an error, so that
    each takes more years than alone.

    Parameters
    ----------
    scenario : Scenario
        With assumptions.
    margin, strategies, at_most, best, seed, jobs, progress
        As in `decide`.

    Returns
    -------
    DecisionsResult
        When stopped by Ctrl-C, of the assumptions that had their turn.

    Raises
    ------
    ScenarioError
        If there are no assumptions, or as `decide`.
    ValueError, PolicyError, EndlessLoopError, KeyboardInterrupt
        As `decide`.

    Examples
    --------
    >>> from funnelsim.scenario import parse, preset_text
    >>> slow = 'assumptions.slow_market.change = { "channels.website.inquiries_per_month *=" = 0.8 }'
    >>> scenario = parse("\n".join([slow, preset_text("first_steps")]))
    >>> found = decide_assumptions(scenario, 20_000, at_most=50, jobs=1)
    >>> list(found.decisions), found.typed.any_time.pairs
    (['as typed', 'slow_market'], 6)
    """
    question = Question(margin, at_most, best)
    chosen = _at_least_two(scenario, strategies)
    plan = Plan(at_most, seed, jobs=jobs)
    ready = under_all(scenario, jobs, chosen, progress)
    found: dict[str, Decision] = {}
    for name, each in ready.items():
        try:
            found[name] = _decided(each, chosen, plan, question, progress, verdicts=len(ready))
        except KeyboardInterrupt:
            if not found:
                raise
            break
        if found[name].stopped:
            break
    return DecisionsResult(scenario, question, found)


def _at_least_two(scenario: Scenario, strategies: Sequence[str] | None) -> list[str]:
    chosen = chosen_of(scenario, strategies)
    if len(chosen) < 2:
        raise ValueError(f"a decision takes at least two strategies, not {chosen[0]!r} alone")
    return chosen


def _years_of(since: Checkpoint) -> int:
    """Return how many years go on from a checkpoint: enough for a verdict."""
    if since.replications < EARLIEST:
        raise UnusableError(
            f"the checkpoint has {since.replications} simulated years, and no verdict begins before "
            f"{EARLIEST}: keep one with more replications"
        )
    return since.replications


def _decided(
    ready: Scenario,
    strategies: Sequence[str],
    plan: Plan,
    question: Question,
    progress: Progress,
    *,
    verdicts: int = 1,
    since: Checkpoint | None = None,
) -> Decision:
    """Simulate strategies of a scenario whose months are settled until all is decided, or at most so long."""

    def decided(result: ComparisonResult) -> bool:
        return Decision(result, question, verdicts).decided

    result = compare_until(ready, strategies, plan, progress, decided, since)
    return Decision(result, question, verdicts)

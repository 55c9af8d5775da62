"""A verdict at any time: simulate strategies until it is decided which is better, or which are the same."""
# ruff: noqa: PLC0415 (pandas is imported when a frame is asked for)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from funnelsim.decisions import AnyTime
from funnelsim.decisions.any_time import must_be_a_margin
from funnelsim.decisions.sequences import EARLIEST, MOST
from funnelsim.scenario import Scenario
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import Progress, chosen_of, compare_until

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

    @cached_property
    def any_time(self) -> AnyTime:
        """Return what is sure of the strategies, and what is open."""
        return AnyTime(self.result.comparison, self.question.margin, self.question.best)

    @property
    def years(self) -> int:
        """Count the simulated years that every strategy finished."""
        return self.result.years

    @property
    def decided(self) -> bool:
        """Return whether everything that was asked is decided."""
        return self.any_time.suffices

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

        return frames.risks(self.any_time)


def decide(
    scenario: Scenario,
    margin: float,
    *,
    strategies: Sequence[str] | None = None,
    at_most: int = AT_MOST,
    best: bool = True,
    seed: int = 1,
    jobs: int = 0,
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
    seed, jobs, progress
        As in `compare`.

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
    question = Question(margin, at_most, best)
    chosen = chosen_of(scenario, strategies)
    if len(chosen) < 2:
        raise ValueError(f"a decision takes at least two strategies, not {chosen[0]!r} alone")
    plan = Plan(at_most, seed, jobs=jobs)
    result = compare_until(
        scenario, chosen, plan, progress, lambda result: Decision(result, question).decided
    )
    return Decision(result, question)

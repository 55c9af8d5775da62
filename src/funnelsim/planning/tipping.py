"""Tipping points: at what value of an assumption another strategy would be the best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import Interval, resampled_means
from funnelsim.io.progress import Progress, more
from funnelsim.metrics.wording import listed, number
from funnelsim.planning.held import as_typed, held_at, number_at, numbers
from funnelsim.planning.paired import Profits, leader, must_be_known, profits_in
from funnelsim.scenario import Problem, Scenario, ScenarioError
from funnelsim.scenario.input_words import key_in_words, moved_from_typed
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan
from funnelsim.studies.study import chosen_of

if TYPE_CHECKING:
    import pandas as pd

LOW, HIGH = 0.05, 0.95  # of what is drawn: the ends of the range where none is given
LOOKS = 5  # values of the range at which all strategies are compared first, its ends among them
HALVINGS = 6  # of the space between two of them
_TAIL = 2.5  # percent of resamples beyond each end of an interval

Evaluate = Callable[[float], Profits]


class Tip(NamedTuple):
    """A value at which the best strategy changes."""

    at: Interval  # an end is infinite where resamples do not change within the range
    below: str  # the best strategy at smaller values
    above: str


class Tipping(NamedTuple):
    """What is best over the range of one assumption."""

    key: str
    low: float  # of the range
    high: float
    best: str  # at the low end
    tips: tuple[Tip, ...]  # in the order of their values


@dataclass(frozen=True)
class TippingResult:
    """Where the choice tips, as `tipping` returns it.

    Attributes
    ----------
    scenario : Scenario
        As typed, nothing uncertain, months settled.
    best : str
        The strategy with the highest mean profit as typed.
    plan : Plan
        What was simulated at each value.
    assumptions : tuple of Tipping
        Those that tip the choice first.
    left_out : tuple of str
        Values that cannot be moved alone.
    """

    scenario: Scenario
    best: str
    plan: Plan
    assumptions: tuple[Tipping, ...]
    left_out: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate the tipping points: `at` with `low` and `high`, its 95 % interval; best `below`, `above`.

        An assumption that does not change the choice within its range (`range_low` to `range_high`) has one
        row without `at`.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        nothing = (float("nan"),) * 3
        rows = [
            (each.key, each.low, each.high, *(tip.at if tip else nothing), *_sides(each, tip))
            for each in self.assumptions
            for tip in each.tips or (None,)
        ]
        columns = ["assumption", "range_low", "range_high", "at", "low", "high", "below", "above"]
        return pd.DataFrame(rows, columns=columns).set_index("assumption")

    @property
    def verdict(self) -> str:
        """State in words what would have to be true for another answer."""
        called = self.scenario.title_of
        said = [f"As typed, {called(self.best)} has the highest profit on average."]
        for each in self.assumptions:
            said += [
                f"Where {self.name_of(each)} is above {at} "
                f"({ends(tip.at)}), {called(tip.above)} is better than {called(tip.below)}."
                for tip in each.tips
                for at in [moved_from_typed(each.key, number(tip.at.value))]
            ]
        still = [self.name_of(each) for each in self.assumptions if not each.tips]
        if still:
            which = "within their ranges" if len(still) > 1 else "within its range"
            verb = "do" if len(still) > 1 else "does"
            told = listed(still)
            said.append(f"{told[0].upper()}{told[1:]} {verb} not change the choice {which}.")
        return " ".join(said)

    def name_of(self, tipping: Tipping) -> str:
        """Name an uncertain number in words."""
        return key_in_words(tipping.key, self.scenario)


def _sides(each: Tipping, tip: Tip | None) -> tuple[str, str]:
    return (each.best, each.best) if tip is None else (tip.below, tip.above)


def ends(at: Interval) -> str:
    """Write the interval of a tipping point, which may have no end within the range.

    >>> ends(Interval(0.21, 0.18, 0.25)), ends(Interval(0.21, -np.inf, 0.25))
    ('0.18 to 0.25', '0.25 or less')
    >>> ends(Interval(0.21, -np.inf, np.inf))
    'not sure to be in the range'
    """
    if np.isfinite(at.low) and np.isfinite(at.high):
        return f"{number(at.low)} to {number(at.high)}"
    if np.isfinite(at.low):
        return f"{number(at.low)} or more"
    return f"{number(at.high)} or less" if np.isfinite(at.high) else "not sure to be in the range"


def tipping(
    scenario: Scenario,
    *,
    of: str | Sequence[str] | None = None,
    within: tuple[float, float] | None = None,
    strategies: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> TippingResult:
    """Find the values of assumptions at which another strategy has the highest mean profit (VI7).

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    of : str or sequence of str, optional
        Keys of `[uncertainties]`, or the path of one number. Default: every uncertain number.
    within : tuple of float, optional
        The range of the value. Default: from P5 to P95 of what is drawn.
    strategies : sequence of str, optional
        Two or more; all by default.
    replications, seed, engine, jobs, progress
        As in `compare`, at each value.

    Raises
    ------
    ScenarioError
        If there is no such value or range, a range of several values, or nothing to choose; or if the
        scenario is not valid at an end.
    ValueError, KeyboardInterrupt
        As in `compare`.
    """
    chosen = chosen_of(scenario, strategies)
    asked = [of] if isinstance(of, str) else of
    keys = _keys(scenario, asked, within, chosen)
    plan = Plan(replications, seed, engine, jobs)
    typed = settled(as_typed(scenario), jobs, chosen, progress)
    best = leader(profits_in(typed, chosen, plan, progress))
    left_out: list[str] = []

    def moved(key: str) -> Iterator[Tipping]:
        def evaluate(value: float) -> Profits:
            held = held_at(scenario, key, value).with_months(typed.months)
            return profits_in(held, chosen, plan, progress)

        try:
            first, last = within or _range(scenario, key)
        except ScenarioError:
            left_out.append(key)
            return
        yield Tipping(key, first, last, *tips_of(evaluate, first, last, tipped))

    def tipped() -> None:
        more(progress, HALVINGS * len(chosen) * replications)

    found = [each for key in keys for each in moved(key)]
    found.sort(key=lambda each: not each.tips)
    return TippingResult(typed, best, plan, tuple(found), tuple(left_out))


def _range(scenario: Scenario, key: str) -> tuple[float, float]:
    """Return the range of what is drawn, if the scenario is valid at both ends."""
    first, last = (number_at(scenario, key, level) for level in (LOW, HIGH))
    for end in (first, last):
        held_at(scenario, key, end)
    return first, last


def _keys(
    scenario: Scenario,
    asked: Sequence[str] | None,
    within: tuple[float, float] | None,
    chosen: Sequence[str],
) -> list[str]:
    """Check what is asked for, and list what to move."""
    problem = None
    certain = [] if within else [key for key in asked or () if key not in scenario.uncertainties]
    if len(chosen) < 2:
        problem = Problem("strategies", f"are only {chosen[0]}: there is nothing to choose", "two or more")
    elif within is not None and not within[0] < within[1]:
        wrong = f"the range is from {number(within[0])} to {number(within[1])}"
        problem = Problem("", wrong, "two numbers, the smaller one first")
    elif within is not None and (asked is None or len(asked) != 1):
        of_what = "but not of what" if asked is None else f"of {len(asked)} values"
        problem = Problem("", f"a range is given, {of_what}", "a key of [uncertainties] or a path")
    elif asked is None and not numbers(scenario):
        expected = "numbers in [uncertainties], or one path with a range (--of, --low and --high)"
        problem = Problem("uncertainties", "has no number that could be moved", expected)
    elif certain:
        wrong = "is not uncertain, so that it has no range of its own"
        problem = Problem(certain[0], wrong, "a range to look through")
    if problem is not None:
        raise ScenarioError([problem], scenario.source)
    if asked is not None and within is None:
        must_be_known(scenario, asked, numbers(scenario), "uncertain number")
    return numbers(scenario) if asked is None else [*asked]


@dataclass
class _Seen:
    """The profits of all strategies at the values that have been looked at."""

    evaluate: Evaluate
    profits: dict[float, Profits] = field(default_factory=dict)

    def best(self, value: float) -> str:
        """Name the best strategy at a value."""
        if value not in self.profits:
            self.profits[value] = self.evaluate(value)
        return leader(self.profits[value])

    def ahead(self, one: str, other: str, values: Sequence[float]) -> tuple[Floats, Floats]:
        """Return values (n,), and how far one strategy is ahead of another at each: (R, n)."""
        columns = [self.profits[value][one] - self.profits[value][other] for value in values]
        return np.array(values), np.column_stack(columns)


def tips_of(
    evaluate: Evaluate, low: float, high: float, tipped: Callable[[], None] = lambda: None
) -> tuple[str, tuple[Tip, ...]]:
    """Find the values of a range at which the best strategy changes.

    Strategies are compared at a few values of the range. Between two with different best strategies, the
    space is halved, and the last of it is interpolated. The 95 % interval is that of the same interpolation
    in resamples of the worlds.

    Parameters
    ----------
    evaluate : callable
        From a value to the profits of strategies, (R,) each, in the same worlds.
    low, high : float
        The range.
    tipped : callable
        Called before a tip is located, which takes `HALVINGS` values more.

    Returns
    -------
    str
        The best strategy at the low end.
    tuple of Tip
        In the order of their values.

    Examples
    --------
    >>> worlds = np.random.default_rng(1).normal(size=400)
    >>> best, (tip,) = tips_of(lambda value: {"today": 0 * worlds, "more": value - 3 + worlds}, 0.0, 10.0)
    >>> best, tip.above, bool(tip.at.low < 3 < tip.at.high)
    ('today', 'more', True)
    """
    seen = _Seen(evaluate)
    looks = np.linspace(low, high, LOOKS).tolist()
    best = [seen.best(value) for value in looks]
    tips = []
    for (first, last), (below, above) in zip(pairwise(looks), pairwise(best), strict=True):
        if below != above:
            tipped()
            at, above_it = _halved(seen, first, last, above)
            tips.append(Tip(_located(seen, looks, below, above_it, at), below, above_it))
    return best[0], tuple(tips)


def _halved(seen: _Seen, low: float, high: float, above: str) -> tuple[float, str]:
    """Halve the space in which the best strategy changes; return its middle, and what is best above."""
    below = seen.best(low)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        found = seen.best(middle)
        if found == below:
            low = middle
        else:
            high, above = middle, found
    return (low + high) / 2, above


def _located(seen: _Seen, looks: Sequence[float], below: str, above: str, near: float) -> Interval:
    """Interpolate where one strategy overtakes another, over all worlds and in resamples of them.

    Resamples are read at the first looks and at the point found. Values close to it have jumps of their own,
    across which every resample would seem to change its sign.
    """
    at = float(_crossings(*_mean(seen.ahead(above, below, sorted(seen.profits))), near)[0])
    closest = min(seen.profits, key=lambda value: abs(value - at))
    values, ahead = seen.ahead(above, below, sorted({*looks, closest}))
    resampled = _crossings(values, resampled_means(ahead), at)
    low, high = np.percentile(resampled, [_TAIL, 100 - _TAIL], method="nearest")
    return Interval(at, float(low), float(high))


def _mean(found: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    values, ahead = found
    return values, ahead.mean(axis=0, keepdims=True)


def _crossings(values: Floats, means: Floats, near: float) -> Floats:
    """Find where each row of means changes its sign, nearest to a value: (B,) of (B, n).

    Infinite where it never does: below the range if the strategy above is always ahead.
    """
    first, last = means[:, :-1], means[:, 1:]
    crosses = (first <= 0) != (last <= 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = values[:-1] + np.diff(values) * first / (first - last)
    away = np.where(crosses, np.abs(at - near), np.inf)
    nearest = at[np.arange(len(at)), away.argmin(axis=1)]
    return np.asarray(
        np.where(crosses.any(axis=1), nearest, np.where(means[:, 0] > 0, -np.inf, np.inf)), np.float64
    )


def simulations(scenario: Scenario, of: str | Sequence[str] | None, strategies: Sequence[str] | None) -> int:
    """Count how many strategies `tipping` simulates besides those that locate a tip."""
    moved = 1 if isinstance(of, str) else len(numbers(scenario) if of is None else of)
    return len(chosen_of(scenario, strategies)) * (1 + moved * LOOKS)

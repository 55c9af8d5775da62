"""How often a verdict at any time is ever wrong, looked at after every simulated year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

import funnelsim as fs
from benchmarks.coverage_table import RARE, SAME
from benchmarks.guarantees import pools
from benchmarks.report import Table
from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.any_time import HALF
from funnelsim.decisions.sequences import EARLIEST, begins, ends, log_odds_against, radius
from funnelsim.decisions.significance import SIGNIFICANT
from funnelsim.forecast import Rare, needed_where_rare
from funnelsim.forecast.resampling import UNSEEN

ABOUT = """\
Each run is looked at after every year from the 50th to the 2,000th. It is *ever wrong* if at any of these
1,951 looks the interval of any pair misses the true mean gain. Only then can "better", "worse" or "the same"
be false.

- *Fixed 95 %*: Student's interval, which holds at a number of years that was fixed before, looked at as
  often; for several pairs with 5 % divided by their number.
- *From 50 on*: a sequence that begins at 50 years, however skewed they are. *By skewness*: one that begins at
  50 x skewness^2 years.
- *Sequence*: that of `compare --margin` ([any_time.md](any_time.md)), which also waits for 20 years with each
  kind of contract that could be a large one, seen or not. *p*: of at most 5 % wrong runs (exact binomial
  test, one-sided).
- *Silent*: runs in which no sequence has begun at 2,000 years, so that nothing is decided.
- *The same*: runs with a true gain of 0 that are decided by 2,000 years, if a difference up to a tenth of the
  standard deviation does not matter. *Better*: runs with a true gain of a tenth."""

YEARS = 2_000
SEED = 14
EFFECT = 0.1  # standard deviations: the margin, and the gain that is to be found
POOL = pools.YEARS
PRESETS = tuple(pools.names())

Bools = npt.NDArray[np.bool_]


class Years(NamedTuple):
    """One year of many runs."""

    gains: Floats  # (runs,)
    contracts: Bools  # (runs, segments): whether strategies differ in contracts of each segment


class Noise(NamedTuple):
    """What gains of single years are: how they are drawn, and what is true of them."""

    title: str
    skewness: float
    draw: Callable[[np.random.Generator, int], Years]
    mean: float
    deviation: float
    contract: float = 0.0  # what a contract of the second segment, which is rare, is worth


class Watched(NamedTuple):
    """What was seen of runs by the last look: arrays (runs,)."""

    fixed: Bools  # ever wrong
    always: Bools  # ever wrong if sequences begin at 50 years in any case
    skewed: Bools  # ever wrong if skewness alone says when
    wrong: Bools  # ever wrong as they are
    begun: Bools  # has begun by the last look
    same: Bools  # within the margin at any look
    better: Bools  # would have been above 0 at any look, had the gain been so much more


# ---- what gains are -------------------------------------------------------------------------


def noises() -> Iterator[Noise]:
    """Yield gains whose mean is known, from symmetric to extremely skewed."""
    yield Noise("normal", 0.0, lambda rng, runs: _usual(rng.normal(size=runs)), 0.0, 1.0)
    yield Noise("exponential", 2.0, lambda rng, runs: _usual(rng.exponential(size=runs)), 1.0, 1.0)
    for skewed in (1.0, 2.0, 3.0, 6.0):
        yield _lognormal(skewed)
    yield _rare(0.02, 10.0)
    yield _rare(0.005, 100.0)


def _usual(gains: Floats) -> Years:
    return Years(gains, np.ones((len(gains), 2), np.bool_))


def _lognormal(skewed: float) -> Noise:
    def excess(sigma: float) -> float:
        spread = float(np.exp(sigma**2))
        return (spread + 2.0) * float(np.sqrt(spread - 1.0)) - skewed

    sigma = float(optimize.brentq(excess, 1e-6, 3.0))
    mean = float(np.exp(sigma**2 / 2))
    deviation = mean * float(np.sqrt(np.exp(sigma**2) - 1.0))
    return Noise(
        "lognormal", skewed, lambda rng, runs: _usual(rng.lognormal(0.0, sigma, runs)), mean, deviation
    )


def _rare(chance: float, size: float) -> Noise:
    """Make normal years, one of which in a while has a large contract."""

    def draw(rng: np.random.Generator, runs: int) -> Years:
        large = rng.random(runs) < chance
        return Years(rng.normal(size=runs) + size * large, np.column_stack([np.ones_like(large), large]))

    variance = 1.0 + size**2 * chance * (1.0 - chance)
    third = size**3 * chance * (1.0 - chance) * (1.0 - 2.0 * chance)
    title = f"normal, and {size:g} deviations more in one year of {1 / chance:g}"
    return Noise(title, third / variance**1.5, draw, size * chance, variance**0.5, size)


# ---- looking --------------------------------------------------------------------------------


class Sums:
    """Sums of powers over the years so far of many runs, and what sequences read of them."""

    def __init__(self, runs: int, contract: Floats) -> None:
        self.years = 0
        self._powers = np.zeros((3, runs))
        self._with_value = np.zeros(runs, np.int64)
        self._seen = np.zeros((runs, contract.shape[-1]), np.int64)
        self._contract = np.broadcast_to(contract, self._seen.shape)

    def add(self, year: Years) -> None:
        """Add a year."""
        self.years += 1
        self._powers += year.gains ** np.array([[1], [2], [3]])
        self._with_value += np.abs(year.gains) > SAME
        self._seen += year.contracts

    def sequences(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return mean, standard deviation, and from when on there is a sequence: each (runs,).

        That is by the skewness alone, and by all rules.
        """
        mean, square, cube = self._powers / self.years
        variance = np.maximum(square - mean**2, np.finfo(float).tiny)
        skewed = (cube - 3.0 * mean * square + 2.0 * mean**3) / variance**1.5
        variance *= self.years / (self.years - 1)
        seen = np.where(self._seen.any(axis=1, keepdims=True), np.maximum(self._seen, UNSEEN), 0.0)
        needed = needed_where_rare(self.years, self._with_value, Rare(seen, self._contract), variance)
        return mean, np.sqrt(variance), begins(skewed), np.fmax(begins(skewed), needed)


def watched(
    draw: Callable[[], Years], mean: Floats, deviation: Floats, contract: Floats, error: float, years: int
) -> Watched:
    """Look at many runs after every year.

    Parameters
    ----------
    draw : callable
        Draws the next year of all runs.
    mean, deviation : array (runs,)
        What is true of their gains.
    contract : array (segments,) or (runs, segments)
        What a contract is worth.
    error : float
        The chance that a sequence ever misses.
    years : int
        At how many to stop.
    """
    sums = Sums(len(mean), contract)
    found = Watched(*(np.zeros(len(mean), np.bool_) for _ in Watched._fields))
    margin = EFFECT * deviation
    for count in range(1, years + 1):
        sums.add(draw())
        if count < EARLIEST:
            continue
        middle, spread, by_skewness, from_ = sums.sequences()
        off = middle - mean
        low, high = ends(off, spread, count, from_, error)
        found.fixed[:] |= np.abs(off) > special.stdtrit(count - 1, 1.0 - error / 2) * spread / np.sqrt(count)
        outside = np.abs(off) > spread * radius(count, error)
        found.always[:] |= outside
        found.skewed[:] |= outside & (count >= by_skewness)
        found.wrong[:] |= (low > 0) | (high < 0)
        found.same[:] |= (-margin <= low) & (high <= margin)
        found.better[:] |= low + margin > 0
        found.begun[:] = count >= from_
    return found


def of_noise(noise: Noise, runs: int, years: int) -> Watched:
    """Look at a single pair in made-up noise."""
    rng = np.random.default_rng([SEED, runs, round(1e3 * noise.skewness), *noise.title.encode()])
    mean, deviation = np.full(runs, noise.mean), np.full(runs, noise.deviation)
    contract = np.array([0.0, noise.contract])
    return watched(lambda: noise.draw(rng, runs), mean, deviation, contract, SIGNIFICANT, years)


# ---- simulated years ------------------------------------------------------------------------


class Pool(NamedTuple):
    """The gains of every pair of strategies in the same simulated years."""

    gains: Floats  # (years, pairs)
    contracts: Bools  # (years, pairs, segments)
    contract: Floats  # (pairs, segments)

    @classmethod
    def of(cls, found: pools.Simulated) -> Pool:
        """Pair the strategies of a scenario."""
        bases, others = (list(each) for each in zip(*found.pairs, strict=True))
        return cls(
            found.profits[:, others] - found.profits[:, bases],
            found.contracts[:, others] != found.contracts[:, bases],
            found.sizes[others],
        )

    def watched(self, runs: int, years: int) -> Watched:
        """Look at all pairs of many runs, whose years are drawn from the pool with replacement.

        Returns
        -------
        Watched
            Of each run: wrong about any pair; begun, decided only if all pairs are.
        """
        rng = np.random.default_rng([SEED, runs, len(self.gains)])
        pairs = self.gains.shape[1]

        def draw() -> Years:
            chosen = rng.integers(len(self.gains), size=runs)
            return Years(self.gains[chosen].ravel(), self.contracts[chosen].reshape(runs * pairs, -1))

        mean, deviation = (np.tile(each, runs) for each in (self.gains.mean(axis=0), self.gains.std(axis=0)))
        contract = np.tile(self.contract, (runs, 1))
        found = watched(draw, mean, deviation, contract, SIGNIFICANT / pairs, years)
        of_runs = {name: each.reshape(runs, pairs) for name, each in found._asdict().items()}
        any_pair = {"fixed", "always", "skewed", "wrong"}
        return Watched(
            **{
                name: each.any(axis=1) if name in any_pair else each.all(axis=1)
                for name, each in of_runs.items()
            }
        )


# ---- more than half of the years ------------------------------------------------------------


def half_claimed(ahead: float, ties: float, runs: int, years: int) -> Bools:
    """Return which runs ever claim "ahead", or "behind", in more than half of the years: (runs,).

    Parameters
    ----------
    ahead, ties : float
        The chance to be ahead in a year, and that of a tie.
    runs, years : int
        How many, and how many years of each.
    """
    drawn = np.random.default_rng([SEED, runs]).random((years, runs))
    tied = (drawn >= ahead) & (drawn < ahead + ties)
    counts = np.arange(1, years + 1)[:, None]
    claimed = np.zeros(runs, np.bool_)
    for happens in (drawn < ahead, ~tied & (drawn >= ahead)):
        times = happens.cumsum(axis=0)
        odds = log_odds_against(times, counts, HALF)
        claimed |= ((odds >= -np.log(SIGNIFICANT / 2)) & (times > HALF * counts)).any(axis=0)
    return claimed


# ---- the table ------------------------------------------------------------------------------

HEADER = (
    "ever wrong, %",
    "runs",
    "fixed 95 %",
    "from 50 on",
    "by skewness",
    "sequence",
    "p",
    "silent",
    "the same",
    "better",
)


def table(macro_replications: int) -> str:
    """Write the tables: so many runs of each row."""
    rows = [
        _row(f"{each.title}, skewness {each.skewness:.2g}", of_noise(each, macro_replications, YEARS))
        for each in noises()
    ]
    found = {name: pools.simulated(name, POOL) for name in PRESETS}
    found["0.14 large contracts a year"] = pools.of_scenario(fs.parse(RARE), POOL)
    for name, each in found.items():
        pairs = len(each.pairs)
        watched_runs = Pool.of(each).watched(macro_replications, YEARS)
        rows.append(_row(f"{name}, {pairs} pair{'s' if pairs > 1 else ''}", watched_runs))
    shares = {"50 % ahead, 50 % behind": (0.5, 0.0), "45 % ahead, 45 % behind, 10 % ties": (0.45, 0.1)}
    halves = [
        (title, f"{macro_replications:,}", *_judged(half_claimed(*each, macro_replications, YEARS)))
        for title, each in shares.items()
    ]
    simulated = (
        f"A run of a preset draws its years one by one from {POOL:,} years that were simulated of all its\n"
        "strategies: so what is true of them is known, their mean. They are drawn with replacement: without\n"
        "it, the mean of a run would end on the true one by itself. All runs share this pool: they are no\n"
        "simulations of their own. A run is silent, or decided, if all its pairs are."
    )
    return "\n\n".join(
        [
            Table("", HEADER, rows).grid(),
            simulated,
            _judgement(rows),
            "*More than half of the years*, claimed of either strategy at any look, though it is not so:",
            Table("", ("in truth", "runs", "ever wrong, %", "p"), halves).grid(),
        ]
    )


def _row(title: str, found: Watched) -> tuple[str, ...]:
    runs = len(found.wrong)
    shares = [_percent(each) for each in (found.fixed, found.always, found.skewed)]
    others = [_percent(each) for each in (~found.begun, found.same, found.better)]
    return (title, f"{runs:,}", *shares, *_judged(found.wrong), *others)


def _judged(wrong: Bools) -> tuple[str, str]:
    """Return the share that is wrong in %, and the p value of at most 5 %: exact binomial, one-sided."""
    p_value = stats.binomtest(int(wrong.sum()), len(wrong), SIGNIFICANT, alternative="greater").pvalue
    return _percent(wrong), f"{p_value:.2g}"


def _percent(which: Bools) -> str:
    return f"{100 * which.mean():.1f}"


def _judgement(rows: list[tuple[str, ...]]) -> str:
    """State which rows are significantly above 5 %."""
    above = [row[0] for row in rows if float(row[HEADER.index("p")]) < SIGNIFICANT]
    return f"Significantly above 5 %, each tested alone: {'; '.join(above) or 'none'}."

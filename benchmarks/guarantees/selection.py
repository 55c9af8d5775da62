"""How often the strategy selected of many is as good as the best, and how many years that takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats

from benchmarks.guarantees import pools
from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.selection import BLOCK, FIRST, Race, begin, in_blocks

ABOUT = """\
Kim and Nelson's KN selects the best of k strategies (`funnelsim select`). Claimed: with a chance of at least
95 %, the one selected is within the margin of the best. *Slippage*: all others are behind by exactly the
margin, which is the hardest that can be. *Monotone*: each is behind the next by the margin. *Tied*: two are
the best, the others are behind by the margin. Noise has a standard deviation of 1 and the given correlation
between strategies; a race begins with 10 observations. A *narrow* margin is sqrt(1/200), which is as hard for
blocks of 20 years as the *wide* one, sqrt(1/10), is for single years. *Lognormal* noise (a skewness of 3) and
*rare* noise (one large contract in 50 years, a skewness of 6.9) is that of one strategy, the best or a rival;
the others are normal, so that the difference is skewed, too. *By the rule*: as `select` does it. It begins
with 200 years: 200 observations, or 10 blocks of 20 where what they show is skewed."""

ALPHA = 0.05
WIDE, NARROW = math.sqrt(1 / 10), math.sqrt(1 / (10 * BLOCK))  # margins, where the standard deviation is 1
SEED = 14
BLOCKS = 10  # with which a race begins, where the rule is not asked
POOL = pools.YEARS
PRESETS = tuple(pools.names())
RARE = 0.02  # chance of a large contract in a year
SIGMA = 0.7157  # of the logarithm, for a skewness of 3
SIZES = (2, 5, 10)
BEST, RIVAL = 0, 1  # whose noise is skewed
SKEWED = (  # means, margin, whose noise it is, and years of an observation
    ("slippage", WIDE, BEST, 1),
    ("monotone", WIDE, BEST, 1),
    ("slippage", NARROW, BEST, 1),
    ("slippage", NARROW, BEST, BLOCK),
    ("slippage", NARROW, BEST, None),
    ("slippage", NARROW, RIVAL, None),
    ("monotone", NARROW, BEST, None),
)
KINDS = {1: "one year", BLOCK: f"a block of {BLOCK}", None: "by the rule"}

INDEPENDENT = {  # (k, correlation): chance to be right and observations, in another program
    (2, 0.0): (0.966, 83),
    (5, 0.0): (0.962, 400),
    (10, 0.0): (0.964, 961),
    (2, 0.5): (0.960, 44),
    (5, 0.5): (0.971, 202),
    (10, 0.5): (0.964, 493),
}

Draw = Callable[[np.random.Generator, int, int], Floats]  # (races, years, k)


class Case(NamedTuple):
    """What is raced: how years are drawn, what the strategies are worth, and the margin."""

    title: str
    draw: Draw
    means: Floats
    margin: float
    block: int | None = 1  # years of an observation; None is by the rule


class Found(NamedTuple):
    """What came of many races of a case."""

    right: int  # selected a strategy within the margin of the best
    races: int
    observed: Floats  # simulated years of all strategies, in each race

    @property
    def share(self) -> float:
        """Return how often a race was right."""
        return self.right / self.races

    @property
    def observations(self) -> float:
        """Return the mean of simulated years of all strategies."""
        return float(self.observed.mean())

    @property
    def p_value(self) -> float:
        """Test whether races are right as often as claimed: exact binomial, one-sided."""
        return float(stats.binomtest(self.right, self.races, 1 - ALPHA, alternative="less").pvalue)


def lognormal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Draw skewed noise with mean 0 and standard deviation 1."""
    mean, second = math.exp(SIGMA**2 / 2), math.exp(2 * SIGMA**2)
    return np.asarray((np.exp(SIGMA * rng.standard_normal(shape)) - mean) / math.sqrt(second - mean**2))


def rare(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Draw noise of rare large contracts with mean 0 and standard deviation 1."""
    return np.asarray(((rng.random(shape) < RARE) - RARE) / math.sqrt(RARE * (1 - RARE)))


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Draw normal noise."""
    return np.asarray(rng.standard_normal(shape))


NOISES = {"normal": normal, "lognormal": lognormal, "rare": rare}


def made_up(means: Floats, correlation: float, noise: str, whose: int = BEST) -> Draw:
    """Draw years of strategies: a part in common, and their own, which is `noise` for one of them."""

    def draw(rng: np.random.Generator, races: int, years: int) -> Floats:
        own = rng.standard_normal((races, years, len(means)))
        own[..., whose] = NOISES[noise](rng, (races, years))
        common = rng.standard_normal((races, years, 1))
        return means + math.sqrt(correlation) * common + math.sqrt(1 - correlation) * own

    return draw


def shaped(shape: str, k: int, margin: float) -> Floats:
    """Return what k strategies are worth, the best first."""
    if shape == "monotone":
        return -margin * np.arange(k, dtype=np.float64)
    best = 2 if shape == "tied" else 1
    return np.where(np.arange(k) < best, 0.0, -margin)


def cases() -> Iterator[Case]:
    """List what is raced of made-up years."""
    for correlation in (0.0, 0.5):
        for shape in ("slippage", "monotone", "tied"):
            for k in SIZES[1 if shape == "tied" else 0 :]:
                means = shaped(shape, k, WIDE)
                title = f"{shape}, normal, correlation {correlation:g}, wide margin"
                yield Case(title, made_up(means, correlation, "normal"), means, WIDE)
    for noise, shape, margin, whose, block in (
        ("normal", "slippage", NARROW, BEST, None),
        *(("lognormal", *each) for each in SKEWED),
        *(("rare", *each) for each in SKEWED),
    ):
        for k in SIZES:
            means = shaped(shape, k, margin)
            width = "wide" if margin == WIDE else "narrow"
            of = " of a rival" if whose == RIVAL else ""
            title = f"{shape}, {noise}{of}, correlation 0.5, {width} margin"
            yield Case(title, made_up(means, 0.5, noise, whose), means, margin, block)


def of_presets() -> Iterator[Case]:
    """List what is raced of presets: as they are, and with all others behind by the margin."""
    for preset in PRESETS:
        found = pools.simulated(preset, POOL)
        pool, margin = found.profits, found.margin
        means = pool.mean(axis=0)
        yield Case(f"{preset}, as it is", resampled(pool), means, margin, None)
        level = np.where(np.arange(len(means)) == means.argmax(), 0.0, -margin)
        yield Case(f"{preset}, slippage", resampled(pool - means + level), level, margin, None)


def resampled(pool: Floats) -> Draw:
    """Draw simulated years with replacement, all strategies together."""

    def draw(rng: np.random.Generator, races: int, years: int) -> Floats:
        return np.asarray(pool[rng.integers(len(pool), size=(races, years))])

    return draw


def run(case: Case, races: int, rng: np.random.Generator) -> Found:
    """Run many races of a case."""
    if case.block is not None:
        first = in_blocks(case.draw(rng, races, BLOCKS * case.block), case.block)
        return _raced(case, first, case.block, rng)
    years = case.draw(rng, races, FIRST)
    blocked = np.array([begin(each, case.margin, ALPHA).block == BLOCK for each in years])
    single = _raced(case, years[~blocked], 1, rng)
    several = _raced(case, in_blocks(years[blocked], BLOCK), BLOCK, rng)
    return Found(single.right + several.right, races, np.concatenate([single.observed, several.observed]))


def _raced(case: Case, first: Floats, block: int, rng: np.random.Generator) -> Found:
    """Run races from their first blocks to their ends, those that are over no further."""
    races = len(first)
    if not races:
        return Found(0, 0, np.zeros(0))
    good = case.means >= case.means.max() - case.margin * (1 - 1e-9)
    race, right, observed = Race.begin(first, case.margin, ALPHA), 0, []
    while True:
        over = race.over
        right += int(good[race.winner[over]].sum())
        observed.append(block * race.seen[over].sum(axis=-1))
        race = race.only(~over)
        if not len(race.left):
            return Found(right, races, np.concatenate(observed).astype(np.float64))
        race = race.after(in_blocks(case.draw(rng, len(race.left), block), block)[:, 0])


def table(macro_replications: int) -> str:
    """Write the tables: `macro_replications` races in each cell."""
    made = _run(cases(), macro_replications)
    preset = _run(of_presets(), macro_replications)
    rows: dict[str, dict[int, str]] = {}
    for case, found in made:
        row = rows.setdefault(f"{case.title} | {KINDS[case.block]}", {})
        row[len(case.means)] = _cell(found)
    lines = [
        f"The share of {macro_replications:,} races in which a strategy was selected that is less than the "
        "margin behind the best, in %, and in brackets the mean of simulated years, of all strategies.",
        "",
        "| years | an observation is | " + " | ".join(f"k = {size}" for size in SIZES) + " |",
        "|---|---|" + "---:|" * len(SIZES),
        *(
            f"| {name} | " + " | ".join(row.get(size, "-") for size in SIZES) + " |"
            for name, row in rows.items()
        ),
        "",
        f"Presets, by the rule; years are drawn with replacement from {POOL:,} simulated ones, all "
        "strategies together, so that their means are true. The margin is a tenth of the standard deviation "
        "of the difference of a usual pair of strategies. *Slippage*: shifted so that all others are behind "
        "the best by the margin.",
        "",
        "| preset | k | margin | right (years) |",
        "|---|---:|---:|---:|",
        *(
            f"| {case.title} | {len(case.means)} | {case.margin:,.0f} | {_cell(found)} |"
            for case, found in preset
        ),
        "",
        *_beside_the_independent(made),
        "",
        _judgement([*made, *preset]),
    ]
    return "\n".join(lines)


def _run(wanted: Iterator[Case], races: int) -> list[tuple[Case, Found]]:
    """Run cases, each with random numbers of its own."""
    return [(case, run(case, races, np.random.default_rng([SEED, n]))) for n, case in enumerate(wanted)]


def _cell(found: Found) -> str:
    return f"{100 * found.share:.1f} ({found.observations:,.0f})"


def _beside_the_independent(made: list[tuple[Case, Found]]) -> list[str]:
    """Compare slippage in normal noise with another program."""
    lines = [
        "Slippage in normal noise beside an independent program, of which only these figures are known. "
        "z: the difference in standard errors, as if that had run as many races.",
        "",
        "| correlation | k | right | there | z | observations | there | z |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    worst = 0.0
    for (k, correlation), (right, observations) in INDEPENDENT.items():
        title = f"slippage, normal, correlation {correlation:g}, wide margin"
        (found,) = [each for case, each in made if case.title == title and len(case.means) == k]
        share = (found.share + right) / 2
        of_right = (found.share - right) / math.sqrt(2 * share * (1 - share) / found.races)
        error = math.sqrt(2 / found.races) * float(found.observed.std())
        of_observations = (found.observations - observations) / error
        worst = max(worst, abs(of_right), abs(of_observations))
        lines.append(
            f"| {correlation:g} | {k} | {found.share:.3f} | {right:.3f} | {of_right:.1f} | "
            f"{found.observations:,.1f} | {observations} | {of_observations:.1f} |"
        )
    limit = float(stats.norm.isf(0.025 / (2 * len(INDEPENDENT))))
    agree = "agree within noise" if worst <= limit else "do not agree"
    return [
        *lines,
        "",
        f"They {agree}: the largest difference is {worst:.1f}; of twelve, {limit:.1f} is usual.",
    ]


def _judgement(found: list[tuple[Case, Found]]) -> str:
    """State where races are wrong significantly more often than claimed."""
    told = []
    for rule in (True, False):
        tried = [(case, each) for case, each in found if (case.block is None) == rule]
        wrong = [
            f"{case.title}, k = {len(case.means)}, {KINDS[case.block]}"
            for case, each in tried
            if each.p_value < 0.05 / len(found)
        ]
        where = f": {'; '.join(wrong)}" if wrong else ""
        how = "by the rule" if rule else "with an observation that is set"
        told.append(f"{len(wrong)} of the {len(tried)} cells {how}{where}.")
    return (
        "Significantly below 95 %, by the exact binomial test and with account taken of the number of cells, "
        f"are {told[0]} So are {told[1]}"
    )

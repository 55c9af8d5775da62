"""How often intervals hold what they should, and verdicts are wrong, in many studies: `make coverage-table`.

A study is a number of simulated years (worlds), as `run` or `compare` would have them. Its years are drawn at
random, with replacement, from a pool of years that was simulated once: the mean of the pool is then exactly
what the intervals should hold. Made-up years are drawn anew for each study; their truth is known.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

import funnelsim as fs
from funnelsim.decisions import holm
from funnelsim.decisions.profits import PROFIT
from funnelsim.forecast import Forecast, bootstrap_t, resamples_for
from funnelsim.forecast.resampling import UNSEEN, Rare
from funnelsim.metrics.figure import FIGURES, Formula, Parts, total

Floats = npt.NDArray[np.float64]

PAGE = Path(__file__).parent.parent / "docs" / "coverage.md"
YEARS = (10, 20, 50, 100, 200, 400)
STUDIES = 2_000
SAME = 1e-6  # money below which two years are the same
FEWEST_PRINTED = 100  # intervals in a cell, below which its coverage says nothing
PRESETS = {  # how many years are simulated, and of which strategies
    "first_steps": (5_000, ("today", "more_inquiries", "one_more_rep")),
    "professional_services": (3_000, ("today", "more_advertising", "one_more_rep", "shared_queue")),
    "marketplace_sellers": (400, ("today",)),
}
RARE_YEARS = 20_000  # of the firm with rare large contracts
FIGURES_SHOWN = (PROFIT, "roi", "cac", "won")

RARE = """
start = 2026-01-01
horizon = { warm_up_months = 0, drain_months = 0 }
segments.small = { contract_value_per_year = 10000 }
segments.large = { contract_value_per_year = { median = 600000, p90 = 2000000 } }
stages.ask = { conversion = 0.3 }
[channels.web]
kind = "seo"
inquiries_per_month = 20
cost_per_month = 5000
segments = { small = 0.998, large = 0.002 }
[strategies.more]
change = { "channels.web.inquiries_per_month *=" = 1.2 }
"""


class Years(NamedTuple):
    """The years of many studies: arrays (R, studies)."""

    parts: Parts
    with_value: npt.NDArray[np.int64] | None = None
    rare: Rare | None = None


class Case(NamedTuple):
    """What is estimated: how its years are drawn, the formula, and what an interval should hold."""

    title: str
    figure: str
    draw: Callable[[np.random.Generator, int, int], Years]
    formula: Formula
    truth: float


class Contest(NamedTuple):
    """A comparison: how the gains of each strategy over the base are drawn, and what they are in truth."""

    title: str
    draw: Callable[[np.random.Generator, int, int], list[Years]]
    truths: list[float]


class Cell(NamedTuple):
    """Of how many studies, how many have an interval (or a verdict), and how many are right (or wrong)."""

    studies: int
    printed: int
    counted: int

    def words(self) -> str:
        """Write the share counted of those printed, and the share printed.

        >>> Cell(2000, 1000, 951).words(), Cell(2000, 0, 0).words()
        ('95.1 (50)', '- (0)')
        """
        share = f"{100 * self.counted / self.printed:.1f}" if self.printed >= FEWEST_PRINTED else "-"
        return f"{share} ({100 * self.printed / self.studies:.0f})"

    @property
    def far_from_95(self) -> bool:
        """Return whether the share is outside of 93 to 97 %."""
        return self.printed >= FEWEST_PRINTED and not 0.93 <= self.counted / self.printed <= 0.97

    @property
    def p_value_of_5(self) -> float:
        """Return the p value of at most 5 % wrong studies: exact binomial test, one-sided."""
        return float(stats.binomtest(self.counted, self.studies, 0.05, alternative="greater").pvalue)


# ---- simulated years ------------------------------------------------------------------------


class Pool:
    """A figure in the years of a strategy, as `Forecast.estimate` has it."""

    def __init__(self, forecast: Forecast, figure: str, expected: bool = True) -> None:
        self.formula = FIGURES[figure].formula
        self.parts = tuple(np.array(part[:, 0]) for part in forecast.parts(figure, "all", expected))
        self.truth = float(self.formula(*(part.mean() for part in self.parts)))
        self.contracts, self.size = forecast.contracts > 0, forecast.size_of_contracts(figure)

    def years(self, chosen: npt.NDArray[np.int64]) -> Years:
        """Make the studies of the years chosen: (R, studies)."""
        seen = np.maximum(self.contracts[chosen].sum(axis=0), UNSEEN)
        rare = Rare(seen, np.tile(self.size, (len(seen), 1)))
        return Years(tuple(part[chosen] for part in self.parts), rare=rare)

    def draw(self, rng: np.random.Generator, years: int, studies: int) -> Years:
        """Draw studies with replacement."""
        return self.years(rng.integers(len(self.contracts), size=(years, studies)))


class Gains:
    """What strategies gain over the first in profit in the same years, as `Comparison.differences` has it."""

    def __init__(self, forecasts: Mapping[str, Forecast]) -> None:
        base, *others = forecasts.values()
        profits = [np.array(each.parts(PROFIT, "all", expected=True)[0][:, 0]) for each in forecasts.values()]
        self.gains = [profit - profits[0] for profit in profits[1:]]
        self.apart = [each.contracts != base.contracts for each in others]
        self.sizes = [each.size_of_contracts(PROFIT) for each in others]

    def years(self, chosen: npt.NDArray[np.int64]) -> list[Years]:
        """Make the studies of the years chosen: (R, studies)."""
        found = []
        for gain, apart, size in zip(self.gains, self.apart, self.sizes, strict=True):
            here, seen = gain[chosen], apart[chosen].sum(axis=0)
            seen = np.where(seen.any(axis=1, keepdims=True), np.maximum(seen, UNSEEN), 0.0)
            rare = Rare(seen, np.tile(size, (len(seen), 1)))
            found.append(Years((here,), np.sum(np.abs(here) > SAME, axis=0), rare))
        return found

    def draw(self, rng: np.random.Generator, years: int, studies: int) -> list[Years]:
        """Draw studies with replacement."""
        return self.years(rng.integers(len(self.gains[0]), size=(years, studies)))


def of_pool(title: str, forecast: Forecast, figure: str, expected: bool = True) -> Case:
    """Make a case of a strategy's years."""
    pool = Pool(forecast, figure, expected)
    return Case(title, FIGURES[figure].title, pool.draw, pool.formula, pool.truth)


def of_pools(title: str, forecasts: Mapping[str, Forecast]) -> Contest:
    """Make a contest of the years of strategies."""
    gains = Gains(forecasts)
    return Contest(title, gains.draw, [float(gain.mean()) for gain in gains.gains])


def simulated() -> Iterator[Case | Contest]:
    """Simulate the pools, and yield what is asked of them."""
    for preset, (years, strategies) in PRESETS.items():
        found = fs.compare(fs.load(preset), strategies=strategies, replications=years, jobs=1)
        forecasts = found.comparison.forecasts
        yield from (of_pool(preset, forecasts["today"], figure) for figure in FIGURES_SHOWN)
        if len(strategies) > 1:
            yield of_pools(f"{preset}, {len(strategies) - 1} strategies", forecasts)
    forecasts = fs.compare(fs.parse(RARE), replications=RARE_YEARS, jobs=1).comparison.forecasts
    title = "0.14 large contracts a year"
    yield from (of_pool(title, forecasts["today"], figure) for figure in FIGURES_SHOWN[:2])
    yield of_pool(f"{title}, values as drawn", forecasts["today"], PROFIT, expected=False)
    yield of_pools(f"{title}, a fifth more inquiries", forecasts)


# ---- made-up years --------------------------------------------------------------------------


def made_up() -> Iterator[Case | Contest]:
    """Yield studies of years whose truth is known."""

    def skewed(rng: np.random.Generator, years: int, studies: int) -> Years:
        return Years((rng.exponential(1.0, (years, studies)),))

    def ratio_of_skewed(rng: np.random.Generator, years: int, studies: int) -> Years:
        contracts = rng.poisson(5, (years, studies)).astype(np.float64)
        return Years((100 + 50 * contracts + rng.exponential(100, contracts.shape), contracts))

    def rarely_apart(rng: np.random.Generator, years: int, studies: int) -> list[Years]:
        shape = (years, studies)
        return [_gain((rng.poisson(0.15, shape) - rng.poisson(0.15, shape)) * 1e6)]

    def equal(strategies: int, rate: float) -> Callable[[np.random.Generator, int, int], list[Years]]:
        def draw(rng: np.random.Generator, years: int, studies: int) -> list[Years]:
            shape = (years, studies)
            lost = rng.poisson(rate, shape)  # what only the base has won, which all others miss
            return [_gain((rng.poisson(rate, shape) - lost) * 1e4) for _ in range(strategies)]

        return draw

    yield Case("exponential years", "Mean", skewed, total, 1.0)
    yield Case("costs per contract, 5 a year", "Ratio", ratio_of_skewed, np.divide, 450 / 5)
    yield Contest("a strategy without effect, 0.15 large contracts of its own a year", rarely_apart, [0.0])
    yield Contest("an equal strategy, which differs by 0.1 contracts a year", equal(1, 0.1), [0.0])
    yield Contest("8 equal strategies, 2 contracts of their own a year", equal(7, 2.0), [0.0] * 7)


def _gain(values: npt.ArrayLike) -> Years:
    gain = np.asarray(values, np.float64)
    return Years((gain,), np.sum(gain != 0, axis=0))


# ---- counting -------------------------------------------------------------------------------


def covered(case: Case, years: int, studies: int, seed: int) -> Cell:
    """Count the intervals that hold the truth.

    >>> case = next(each for each in made_up() if isinstance(each, Case))
    >>> covered(case, 10, 50, 1)  # ten years never have an interval
    Cell(studies=50, printed=0, counted=0)
    """
    drawn = case.draw(np.random.default_rng([seed, years]), years, studies)
    found = bootstrap_t(drawn.parts, case.formula, with_value=drawn.with_value, rare=drawn.rare)
    held = (found.low <= case.truth) & (case.truth <= found.high)
    return Cell(studies, int(np.sum(~np.isnan(found.low))), int(held.sum()))


def wrong(comparison: Contest, years: int, studies: int, seed: int) -> Cell:
    """Count the studies that surely call a strategy better or worse that is not."""
    drawn = comparison.draw(np.random.default_rng([seed, years]), years, studies)
    resamples = resamples_for(len(drawn))
    found = [
        bootstrap_t(
            each.parts, total, with_value=each.with_value, rare=each.rare, rounding=SAME, resamples=resamples
        )
        for each in drawn
    ]
    adjusted = np.array([holm(list(each)) for each in zip(*(one.p_value for one in found), strict=True)])
    value = np.stack([each.value for each in found], axis=1)
    false = (adjusted < 0.05) & (np.sign(value) != np.sign(comparison.truths))
    told = ~np.isnan(np.stack([each.low for each in found], axis=1)).all(axis=1)
    return Cell(studies, int(told.sum()), int(false.any(axis=1).sum()))


Cells = Mapping[tuple[str, ...], list[Cell]]  # by case, in the order of YEARS

# ---- the page -------------------------------------------------------------------------------

SAYS = """# Do intervals hold, and how often are verdicts wrong?

Written by `make coverage-table` (`python benchmarks/coverage_table.py`): {studies:,} studies in each cell. A
study is so many simulated years (worlds), as `run` or `compare` would have them. The years of a scenario are
drawn at random, with replacement, from years that were simulated once: the mean of these is then exactly what
an interval should hold. They are {pools}.
Made-up years are drawn anew for each study, from laws whose mean is known. How intervals and verdicts come
about: [methods.md](methods.md#when-there-is-no-interval).

## Intervals of the mean

The share of printed 95 % intervals that hold the truth, in %, and in brackets the share of studies that print
one: the others say that there are too few years. "-": fewer than {fewest} studies print one.

{covered}

{reading}

## Verdicts

The share of all studies, in %, in which a strategy is surely called better or worse than the base that is
not, and in brackets the share of studies that say anything about at least one. With many strategies it is the
share in which *any* of them is called so.

{wrong}

{verdicts}
"""


def table(title: str, rows: Cells, words: Callable[[Cell], str]) -> str:
    """Write cells by case and number of years."""
    wide = len(next(iter(rows)))
    lines = [f"| {title} | {' | '.join(map(str, YEARS))} |", f"|{'---|' * wide}{'---:|' * len(YEARS)}"]
    lines += [f"| {' | '.join([*name, *map(words, cells)])} |" for name, cells in rows.items()]
    return "\n".join(lines)


def of_all(cell: Cell) -> str:
    """Write the share counted of all studies, and the share printed."""
    return f"{100 * cell.counted / cell.studies:.1f} ({100 * cell.printed / cell.studies:.0f})"


def page(studies: int) -> str:
    """Measure everything and write the page."""
    held: dict[tuple[str, ...], list[Cell]] = {}
    false: dict[tuple[str, ...], list[Cell]] = {}
    for number, each in enumerate(chain(simulated(), made_up())):
        if isinstance(each, Case):
            held[each.title, each.figure] = [covered(each, years, studies, number) for years in YEARS]
        else:
            false[(each.title,)] = [wrong(each, years, studies, number) for years in YEARS]
    pools = [f"{years:,} of {name}" for name, (years, _) in PRESETS.items()]
    return SAYS.format(
        studies=studies,
        fewest=FEWEST_PRINTED,
        pools=", ".join([*pools, f"{RARE_YEARS:,} of a firm with large contracts"]),
        covered=table("years simulated |", held, Cell.words),
        reading=reading_of_intervals(held),
        wrong=table("years simulated", false, of_all),
        verdicts=reading_of_verdicts(false),
    )


def reading_of_intervals(cells: Cells) -> str:
    """State in which cells the share is not 93 to 97 %, those apart where few studies print an interval."""
    usual = [cell for row in cells.values() for cell in row if cell.printed >= cell.studies / 2]
    far = _where(cells, lambda cell: cell.far_from_95 and cell.printed >= cell.studies / 2)
    rare = _where(cells, lambda cell: cell.far_from_95 and cell.printed < cell.studies / 2)
    text = (
        f"Where at least half of the studies print one, {len(far)} of {len(usual)} cells lie outside of 93 "
    )
    text += f"to 97 %: {'; '.join(far)}." if far else "to 97 %."
    if rare:
        text += (
            " Where few studies print an interval, these are the ones in which chance has made the years "
            f"look less skewed than they are, so that they miss more often: {'; '.join(rare)}."
        )
    return text


def reading_of_verdicts(cells: Cells) -> str:
    """State how many cells are above 5 %, each by itself and of so many (Holm)."""
    p_values = [cell.p_value_of_5 for row in cells.values() for cell in row]
    alone, together = (sum(p < 0.05 for p in values) for values in (p_values, holm(p_values)))
    return (
        f"By the exact binomial test, {alone} of the {len(p_values)} cells are significantly above 5 % if "
        f"each is tested alone, {together} if account is taken of their number (Holm)."
    )


def _where(cells: Cells, is_so: Callable[[Cell], bool]) -> list[str]:
    rows = (
        (name, years, cell) for name, row in cells.items() for years, cell in zip(YEARS, row, strict=True)
    )
    return [f"{', '.join(name)} at {years}" for name, years, cell in rows if is_so(cell)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=STUDIES)
    parser.add_argument("--out", type=Path, default=PAGE)
    asked = parser.parse_args()
    asked.out.write_text(page(asked.studies), encoding="utf-8")

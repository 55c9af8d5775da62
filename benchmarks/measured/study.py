"""Studies of ranges: how often they hold what is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from funnelsim.calibration.estimate import Estimate

ALL = "all"  # kinds of runs
TABLE = """
| what | of which | held | band | truth below | truth above | ranges |
|---|---|---:|---:|---:|---:|---:|
"""


class Range(NamedTuple):
    """A 95 % interval of what was measured in a run of a kind, and what is true."""

    name: str
    kind: str
    low: float
    high: float
    truth: float


class Study(NamedTuple):
    """A kind of things that are measured: what its runs are like, and one of them by its seed."""

    about: str
    run: Callable[[int], Iterable[Range]]
    level: float = 0.95  # how often a range should hold what is true
    runs: int = 1_000


def ranges(estimate: Estimate, truth: dict[str, float], kind: str) -> list[Range]:
    """Set the intervals of an estimate beside what is true."""
    where = estimate.path.rpartition(".")[2]
    return [Range(f"{where}: {name}", kind, *estimate.interval(name), truth[name]) for name in estimate.told]


def held(found: Iterable[Range]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Count by name and kind the intervals above what is true, those below it, and all."""
    counts: dict[tuple[str, str], npt.NDArray[np.int64]] = defaultdict(lambda: np.zeros(3, dtype=np.int64))
    for each in found:
        for kind in dict.fromkeys((ALL, each.kind)):
            counts[each.name, kind] += (each.truth < each.low, each.truth > each.high, 1)
    return {what: (int(row[0]), int(row[1]), int(row[2])) for what, row in counts.items()}


def table(found: Iterable[Range], level: float) -> str:
    """Write how many of the ranges of each name and kind hold what is true."""
    rows = sorted(held(found).items())
    return TABLE + "".join(_row(what, counts, level) for what, counts in rows)


def _row(what: tuple[str, str], counts: tuple[int, int, int], level: float) -> str:
    below, above, ranges = counts
    low, high = stats.binom(ranges, level).ppf([0.025, 0.975]) / ranges
    share = 1 - (below + above) / ranges
    shares = f"{share:.1%} | {low:.1%} to {high:.1%} | {below / ranges:.1%} | {above / ranges:.1%}"
    return f"| {what[0]} | {what[1]} | {shares} | {ranges:,} |\n"

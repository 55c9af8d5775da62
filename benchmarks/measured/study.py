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

"""Simulated years of the presets, from which runs draw theirs."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

import funnelsim as fs
from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.profits import PROFIT
from funnelsim.forecast.precise import size_of_contracts
from funnelsim.metrics import FIGURES
from funnelsim.scenario import strategy_names
from funnelsim.scenario.files import presets

YEARS = 1_000  # simulated of each strategy, all strategies in the same worlds
MATTERS = 0.1  # times the usual standard deviation of a difference between strategies: the margin


class Simulated(NamedTuple):
    """The profits of strategies in the same simulated years, as means count contracts."""

    profits: Floats  # (years, k)
    contracts: npt.NDArray[np.int64]  # (years, k, segments)
    sizes: Floats  # (k, segments): by how much one more contract would move a year's profit

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """List each pair of strategies once, by their places."""
        k = self.profits.shape[1]
        return [(base, other) for base in range(k) for other in range(base + 1, k)]

    @property
    def margin(self) -> float:
        """Return a tenth of the median standard deviation of the difference of a pair, in round money."""
        spread = [float(np.std(self.profits[:, other] - self.profits[:, base])) for base, other in self.pairs]
        return float(f"{MATTERS * float(np.median(spread)):.1g}")


def names() -> list[str]:
    """List the presets, all of which have strategies."""
    return list(presets())


@cache
def simulated(preset: str, years: int) -> Simulated:
    """Simulate all strategies of a preset, block by block: whole tallies would not fit into memory."""
    return of_scenario(fs.load(preset), years)


def of_scenario(scenario: fs.Scenario, years: int) -> Simulated:
    """Simulate all strategies of a scenario."""
    asked = {"scenario": scenario, "strategies": strategy_names(scenario), "metrics": [PROFIT]}
    found = fs.run_study(fs.study_of(asked | {"replications": years}), yes=True)
    sums = [found.sums[row.content] for row in found.rows]
    most = max(each.contracts.shape[1] for each in sums)
    contracts = [np.pad(each.contracts, [(0, 0), (0, most - each.contracts.shape[1])]) for each in sums]
    sizes = []
    for each in sums:
        parts = tuple(part[:, None] for part in each.parts[PROFIT, found.is_expected])
        added = tuple(one[None] for one in each.added[PROFIT, found.is_expected])
        size = size_of_contracts(FIGURES[PROFIT], parts, added, (1, each.contracts.shape[1]))[0]
        sizes.append(np.pad(size, (0, most - len(size))))
    return Simulated(found.expected[:, :, 0].T, np.stack(contracts, axis=1), np.stack(sizes))

"""How often the ranges of what is measured of values of contracts hold what is true."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from benchmarks.measured.study import Range, Study
from funnelsim.calibration.amounts import FAMILIES
from funnelsim.calibration.amounts.fitted import PLACES_APART, SPREADS, SPREADS_APART
from funnelsim.calibration.calibrate import DRAWS
from funnelsim.calibration.values import measure_values

WON = {"small": 12, "middle": 60, "large": 240}  # deals by segment
CLOSED = pd.Timestamp("2026-01-05")
ABOUT = """
Three segments with 12, 60 and 240 won deals, whose values are lognormal or gamma. How far segments lie apart
is drawn from what calibration takes of it beforehand.
"""


def run(seed: int) -> Iterable[Range]:
    """Draw what contracts of each segment are worth, and measure those of some that are won."""
    rng = np.random.default_rng([seed, 77])
    family = FAMILIES[rng.integers(len(FAMILIES))]
    apart = np.abs(rng.normal(0, (PLACES_APART, SPREADS_APART)))
    places = rng.normal(9, apart[0], len(WON))
    spreads = np.minimum(rng.normal(rng.normal(*SPREADS), apart[1], len(WON)), family.widest)
    rows = [
        pd.DataFrame({"segment": name, "value": family.quantile(place, spread, rng.random(n))})
        for (name, n), place, spread in zip(WON.items(), places, spreads, strict=True)
    ]
    won = pd.concat(rows).assign(closed=CLOSED)
    by_path = {each.path: each for each in measure_values(won, draws=DRAWS, seed=seed).estimates()}
    for name, place, spread in zip(WON, places, spreads, strict=True):
        found = by_path[f"segments.{name}.contract_value"]
        kind = f"{WON[name]} deals"
        truth = {"mean": family.mean(place, spread), "median": family.quantile(place, spread, 0.5)}
        for told, value in truth.items():
            yield Range(f"{told} value", kind, *found.interval(told), float(value))


STUDY = Study(ABOUT, run)

"""Forecasts of firms that are simulated: how often their ranges hold what the same firms did next."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from benchmarks.measured.firms import START, drawn_firm
from benchmarks.measured.study import Range, Study
from benchmarks.measured.worlds import BEFORE, DAYS, SEEN, TIMES, records_read, world_lived
from funnelsim.calibration.backtest.scores import pit
from funnelsim.calibration.backtest.windows import NEW_WINS, OPEN_WINS, VALUE, WINS, what_came
from funnelsim.calibration.forecaster import Simulated

WINDOW = pd.Timedelta(days=90)
WORLDS = 100
ENDS = 0.1, 0.9  # of an 80 % range
ABOUT = f"""
Firms as in the whole path, one window of each. A firm is measured on the records of {SEEN} months, its next
{WINDOW.days} days are forecast from the deals that are open then, in {WORLDS} worlds, and the range is held
against what the same simulated firm did in these days. Held is what lies in the middle 80 % of the forecast,
by its place among the worlds: where numbers are few, a place is drawn among those that are equal. In turn,
records have times or days only.
"""


def run(seed: int) -> Iterable[Range]:
    """Draw a firm, let it live, measure it, forecast it, and see where it came to lie."""
    kind = (TIMES, DAYS)[seed % 2]
    firm = drawn_firm(seed)
    origin = pd.Timestamp(START) + pd.DateOffset(months=BEFORE + SEEN)
    end = origin + WINDOW
    world = world_lived(firm, BEFORE + SEEN + 4, seed)
    history = records_read(world, tuple(firm.stages), kind, end)
    known = history.as_of(origin)
    if not (known.deals["outcome"] == "won").any():
        return  # such a history is refused
    said = Simulated(worlds=WORLDS, draws=WORLDS, seed=seed).forecast(known, origin, [end])
    came = what_came(history, origin, [end])
    rng = np.random.default_rng([seed, 2])
    for quantity in (WINS, OPEN_WINS, NEW_WINS, VALUE):
        happened = float(came.flows.get(quantity, np.zeros(1)).sum())
        place = pit(said.flows[quantity].sum(axis=1), happened, rng.random())
        yield Range(quantity, kind, *ENDS, place)


STUDY = Study(ABOUT, run, 0.8, 400)

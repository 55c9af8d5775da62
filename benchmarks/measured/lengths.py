"""How often the ranges of what is measured of the lengths of visits hold what is true."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from benchmarks.measured.study import Range, Study, ranges
from funnelsim.calibration.durations import FAMILIES, Family, Prior, measure_lengths
from funnelsim.calibration.visits import visits_of
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

Floats = npt.NDArray[np.float64]

SEEN_FROM = pd.Timestamp("2026-01-05")
WINDOW = 365  # days that the history covers; as long before it, deals have begun
DEALS_SEEN = 150
KINDS = EXACTLY, DAILY, WEEKLY = "times to the second", "days only", "one look a week"
ABOUT = f"""
A stage that decides. Its median, its spread and the share that never decides are drawn from the prior of
`funnelsim.calibration.durations`, its family is one of the four. {DEALS_SEEN} deals are seen. They entered
the stage from a year before the history begins to its end, a year later; those that had ended before it
are not in it. In turn, times are known to the second, days only, or what one look a week shows.
"""


def run(seed: int) -> Iterable[Range]:
    """Measure the visits of a made-up stage; those before the history are seen late, if at all."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    family = FAMILIES[rng.integers(len(FAMILIES))]
    ((center, log_spread, odds),) = Prior().draw(1, rng)
    median, p90, never = np.exp(center), np.exp(center + np.exp(log_spread)), special.expit(odds)
    visits = visits_of(made_up(kind, family, (median, p90, never), rng))
    truth = {"median, days": median, "p90, days": p90, "share": never}
    lengths = measure_lengths(visits, draws=400, seed=seed)
    return [each for found in lengths.estimates("offer") for each in ranges(found, truth, kind)]


def made_up(
    kind: str, family: Family, truth: tuple[float, float, float], rng: np.random.Generator
) -> History:
    """Make up a history of a single stage, from its median, its 90 % quantile and the share of never."""
    began, ended = np.empty(0), np.empty(0)
    while len(began) < DEALS_SEEN:
        entered = rng.uniform(-WINDOW, WINDOW, DEALS_SEEN)
        days = lengths_drawn(family, *truth[:2], DEALS_SEEN, rng)
        left = entered + np.where(rng.random(DEALS_SEEN) < truth[2], np.inf, days)
        seen = left >= 0  # the others had been closed before
        began, ended = np.concatenate([began, entered[seen]]), np.concatenate([ended, left[seen]])
    return history_of(kind, began[:DEALS_SEEN], ended[:DEALS_SEEN])


def lengths_drawn(family: Family, median: float, p90: float, n: int, rng: np.random.Generator) -> Floats:
    """Draw lengths by scipy's distributions."""
    written = family.written(median, p90)
    return np.asarray(getattr(stats, written.pop("scipy"))(**written).rvs(n, random_state=rng))


def history_of(kind: str, began: Floats, ended: Floats) -> History:
    """Write down when deals began and ended, in days since the history began, as far as it can be seen."""
    known_until = WINDOW // 7 * 7
    if kind == WEEKLY:  # the look after a change sees it
        began, ended = np.ceil(began / 7) * 7, np.ceil(ended / 7) * 7
    elif kind == DAILY:
        began, ended = np.floor(began), np.floor(ended)
    there = began < known_until
    over = ended[there] < known_until
    entered, closed = _instants(began[there]), _instants(np.where(over, ended[there], np.nan))
    deals = pd.DataFrame({"deal": np.arange(there.sum()).astype(str), "created": entered, "closed": closed})
    deals = deals.assign(
        outcome=np.where(over, "won", ""), reason="", channel="", segment="", rep="", value=1.0
    )
    entries = pd.DataFrame({"deal": deals["deal"], "stage": "offer", "entered": entered, "rep": ""})
    return History(
        deals.assign(closed_after=_look_before(closed, kind))[list(DEALS)],
        entries.assign(entered_after=_look_before(entered, kind))[list(ENTRIES)],
        pd.DataFrame(columns=FIELDS),
        pd.DataFrame(columns=WORK),
        ("offer",),
        SEEN_FROM,
        SEEN_FROM + pd.Timedelta(days=known_until),
        by_day=kind == DAILY,
    )


def _look_before(times: pd.Series, kind: str) -> pd.Series:
    weekly = np.full(len(times), kind == WEEKLY)
    return (times - pd.Timedelta(days=7)).where(weekly)


def _instants(days: Floats) -> pd.Series:
    return pd.Series(SEEN_FROM + pd.to_timedelta(days, unit="D").round("s"))


STUDY = Study(ABOUT, run)

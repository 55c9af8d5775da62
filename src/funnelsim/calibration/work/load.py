"""What can be said of capacity where no hours of work are known: how many deals a rep has open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelsim.calibration.estimate import LEVELS
from funnelsim.compiling.arrays import Floats
from funnelsim.history import History
from funnelsim.io.writing import UnusableError

NOT_IDENTIFIED = (
    "Not identified: the file has no hours of work. Waiting for a rep and being worked on cannot be told "
    "apart, so effort and capacity are not measured. What is told is the load: open deals a rep."
)


@dataclass(frozen=True)
class Load:
    """The load that reps carry.

    Attributes
    ----------
    by_rep : DataFrame
        `rep`, `open` (deals on average over the record), `deals` (owned in it) and `days` (mean time that
        those which were closed in it had been open).
    open_deals : array
        Draws of the open deals of a rep, on average over reps; shape (draws,).
    notes : tuple of str
        What that means, in words.
    """

    by_rep: pd.DataFrame
    open_deals: Floats
    notes: tuple[str, ...]

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the open deals of a rep."""
        low, high = np.quantile(self.open_deals, LEVELS)
        return float(low), float(high)


def measure_load(history: History, *, draws: int, seed: int) -> Load:
    """Measure how many deals reps have open, on average over the record.

    A rep's number is the time that its deals were open within the record, over the record's length. By
    Little's law it is also the deals that come to the rep in a day, times the days that they stay. What
    another rep would carry is drawn by resampling reps.

    Parameters
    ----------
    history : History
        With the rep of each deal.
    draws : int
        How many.
    seed : int
        Of random numbers.

    Raises
    ------
    UnusableError
        If no deal has a rep.
    """
    deals = history.deals
    rep = deals["rep"].fillna("").astype(str)
    if not (rep != "").any():
        raise UnusableError("no deal has a rep: neither hours of work nor open deals a rep can be measured")
    day = pd.Timedelta(days=1)
    record = (history.seen_until - history.seen_from) / day
    created, closed = (pd.to_datetime(deals[end]) for end in ("created", "closed"))
    begins = created.where(created > history.seen_from, history.seen_from)
    ends = closed.where(closed < history.seen_until, history.seen_until)
    within = ((ends - begins) / day).clip(lower=0.0)
    took = (closed - created).dt.total_seconds() / day.total_seconds()
    table = pd.DataFrame({"rep": rep, "within": within, "took": took})[rep != ""]
    found = table.groupby("rep").agg(open=("within", "sum"), deals=("within", "size"), days=("took", "mean"))
    by_rep = found.assign(open=found["open"] / record).reset_index()
    rng = np.random.default_rng([seed, 0x10AD])
    number = by_rep["open"].to_numpy(float)
    chosen = rng.integers(0, len(number), (draws, len(number)))
    open_deals = number[chosen].mean(axis=1)
    low, high = np.quantile(open_deals, LEVELS)
    mean = (
        f"A rep has {number.mean():.1f} deals open on average ({low:.1f} to {high:.1f}, {len(number)} reps)."
    )
    return Load(by_rep, open_deals, (NOT_IDENTIFIED, mean))

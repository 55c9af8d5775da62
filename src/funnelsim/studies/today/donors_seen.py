"""What donor worlds tell of open deals: whether one is stuck, and its chance a month ago (OD2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Booleans, Floats, Integers, Records
from funnelsim.engines.visits_seen import LEAVES
from funnelsim.model.model import SALE
from funnelsim.model.words import DAY, NEVER, Event

MONTH = 30 * DAY
STUCK = 0.9  # of the visits of deals that were won later


_ENTRIES = (Event.ENTERED, Event.RETURNED)


class Visits(NamedTuple):
    """Visits of the sale in a world: each an array, in microseconds."""

    stage: Integers
    entered: Integers
    left: Integers  # the horizon, if it went on then
    won: Integers  # when its pursuit was won; NEVER


def visits_of(rows: Records, horizon: int) -> Visits:
    """Find the visits of the sale in the ledger of a world."""
    sale = rows[rows["process"] == SALE]
    moves = sale[np.isin(sale["event"], np.array([*_ENTRIES, *LEAVES]))]
    moves = moves[np.lexsort((np.arange(len(moves)), moves["pursuit"]))]
    entry = np.flatnonzero(np.isin(moves["event"], np.array(_ENTRIES)))
    after = np.minimum(entry + 1, max(len(moves) - 1, 0))
    same = (after > entry) & (moves["pursuit"][after] == moves["pursuit"][entry])
    left = np.where(same, moves["time"][after], horizon)
    wins = moves[moves["event"] == Event.WON]
    won = np.full(len(entry), NEVER)
    if len(wins):
        pursuits = moves["pursuit"][entry]
        found = np.minimum(np.searchsorted(wins["pursuit"], pursuits), len(wins) - 1)
        won = np.where(wins["pursuit"][found] == pursuits, wins["time"][found], NEVER)
    return Visits(moves["stage"][entry].astype(np.int64), moves["time"][entry], left, won)


@dataclass(frozen=True)
class DonorsSeen:
    """What donors tell of each of n open deals: each an array (n,)."""

    stuck: Booleans  # older than nine in ten of those of its stage that were won later
    month_ago: Floats  # chance of a deal 30 days younger, in whole days, to be won in as long a time; or NaN
    has_donor: Booleans  # whether some visit reached its age


@dataclass
class DonorCounts:
    """Adds up what donor worlds tell of open deals.

    Parameters
    ----------
    stage, age : array of int (n,)
        Of the deals; ages in microseconds.
    window : int
        Microseconds from now to the end of the forecast.
    horizon : int
        Of the donor worlds.
    """

    stage: Integers
    age: Integers
    window: int
    horizon: int
    _lasted: list[Visits] = field(default_factory=list)

    def add(self, rows: Records) -> None:
        """Add the ledger of a donor world."""
        self._lasted.append(visits_of(rows, self.horizon))

    def seen(self) -> DonorsSeen:
        """Return what all of them tell."""
        count = len(self.stage)
        if not self._lasted:
            return DonorsSeen(np.zeros(count, bool), np.full(count, np.nan), np.zeros(count, bool))
        visits = Visits(*(np.concatenate(each) for each in zip(*self._lasted, strict=True)))
        stuck, reached = np.zeros(count, bool), np.zeros(count, bool)
        month_ago = np.full(count, np.nan)
        for stage in np.unique(self.stage):
            here = Visits(*(each[visits.stage == stage] for each in visits))
            deals = np.flatnonzero(self.stage == stage)
            lasted = here.left - here.entered
            of_won = lasted[here.won < NEVER]
            if len(of_won):
                stuck[deals] = self.age[deals] > np.quantile(of_won, STUCK)
            reached[deals] = lasted.max(initial=-1) > self.age[deals]
            days, deals_of = np.unique(self.age[deals] // DAY, return_inverse=True)
            chances = [self._chance(here, lasted, int(age) * DAY - MONTH) for age in days]
            month_ago[deals] = np.array(chances)[deals_of]
        return DonorsSeen(stuck, month_ago, reached)

    def _chance(self, visits: Visits, lasted: Integers, age: int) -> float:
        """Return the share of visits of an age that are won within the window."""
        then = visits.entered + age
        seen = (lasted > age) & (then + self.window <= self.horizon)
        if age < 0 or not seen.any():
            return np.nan
        return float((visits.won[seen] <= then[seen] + self.window).mean())

"""How pursuits of the sale end in simulated worlds: when, with what outcome and bookings, by whom."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Integers, Records, record
from funnelsim.model.model import SALE
from funnelsim.model.words import Event

WON, LOST = 1, 0
NEW = -1  # in place of the number of an open deal

ENDS = record(
    ("time", "<i8"),  # microseconds since the run began
    ("began", "<i8"),  # ... of the pursuit, where it is won; negative for an open deal
    ("entity", "<i8"),
    ("money", "<f8"),  # bookings; 0 of those lost
    ("world", "<i4"),
    ("deal", "<i4"),  # number among the open deals of the snapshot, or NEW
    ("outcome", "<i4"),  # WON or LOST
    ("rep", "<i4"),
    ("channel", "<i4"),
    ("segment", "<i4"),
    ("product", "<i4"),
    ("reason", "<i4"),  # of a loss
)

INQUIRIES = record(
    ("time", "<i8"),  # microseconds since the run began
    ("world", "<i4"),
    ("channel", "<i4"),
)

_LOSSES = (Event.LOST, Event.WENT_COLD, Event.WITHDRAWN, Event.PARKED)
_ENDING = np.array([Event.WON, *_LOSSES])
OF_ENDS = np.isin(np.arange(len(Event)), [Event.INQUIRY, Event.WON, *_LOSSES])  # events that are looked at
_ALIKE = ("time", "rep", "channel", "segment", "product", "reason")


def ends_of(rows: Records, world: int, deals: Integers, until: int) -> Records:
    """Find the ends of pursuits of the sale in the ledger of a world.

    Whoever is lost and comes back later is won if that ends in a contract before `until`, and else lost when
    it was lost first: a firm's records close a deal once.

    Parameters
    ----------
    rows : LEDGER records
        Of the world.
    world : int
        Its number.
    deals : array of int
        The entities of the open deals.
    until : int
        Microseconds; what ends then or later is not told.

    Returns
    -------
    ENDS records
        One a pursuit, in the order of time.
    """
    is_end = np.isin(rows["event"], _ENDING) & (rows["process"] == SALE) & (rows["time"] < until)
    closing = rows[is_end]
    is_won = closing["event"] == Event.WON
    order = np.lexsort((closing["time"], ~is_won, closing["pursuit"]))
    _, first = np.unique(closing["pursuit"][order], return_index=True)
    chosen = np.sort(order[first])  # ledgers are in the order of time
    kept = closing[chosen]
    ends = np.zeros(len(kept), ENDS)
    for name in _ALIKE:
        ends[name] = kept[name]
    ends["entity"], ends["world"] = kept["pursuit"], world
    ends["began"] = np.where(is_won[chosen], kept["worked"], 0)
    ends["outcome"] = np.where(is_won[chosen], WON, LOST)
    ends["money"] = np.where(is_won[chosen], kept["money"], 0.0)
    ends["deal"] = numbers_of(kept["pursuit"], deals)
    return ends


def inquiries_of(rows: Records, world: int, until: int) -> Records:
    """List the inquiries in the ledger of a world, as `ends_of` lists ends."""
    asked = rows[(rows["event"] == Event.INQUIRY) & (rows["time"] < until)]
    found = np.zeros(len(asked), INQUIRIES)
    found["time"], found["world"], found["channel"] = asked["time"], world, asked["channel"]
    return found


def numbers_of(entities: Integers, deals: Integers) -> Integers:
    """Return the number of each entity among the open deals, or NEW.

    >>> numbers_of(np.array([7, 3, 9]), np.array([7, 3])).tolist()
    [0, 1, -1]
    """
    if not len(deals):
        return np.full(len(entities), NEW)
    order = np.argsort(deals)
    place = order[np.minimum(np.searchsorted(deals, entities, sorter=order), len(deals) - 1)]
    return np.where(deals[place] == entities, place, NEW)

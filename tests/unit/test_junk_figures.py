"""Figures of junk, counted by hand from a ledger of eight first contacts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

from funnelsim.compiling.arrays import Records
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.records import LEDGER
from funnelsim.model.words import DAY, HOUR, Event, Flag

from .small_firm import ADS, ANN, BOB, LARGE, NAMES, SEO, SMALL, TALKS, firm


class Contact(NamedTuple):
    """A first contact after hand-over, which may end with a rejection two days later."""

    created: int  # day
    met: int  # day
    channel: int
    segment: int
    rep: int
    truly_junk: bool
    rejected: tuple[float, float] | None = None  # hours worked, money spent


# The months of the period are days 10 to 19 and 20 to 29.
CONTACTS = (
    Contact(11, 12, ADS, SMALL, ANN, truly_junk=True, rejected=(2.0, 30.0)),
    Contact(11, 19, ADS, LARGE, BOB, truly_junk=False, rejected=(1.0, 20.0)),
    Contact(13, 14, SEO, SMALL, ANN, truly_junk=False),
    Contact(15, 16, ADS, SMALL, BOB, truly_junk=True),
    Contact(22, 23, SEO, SMALL, ANN, truly_junk=True, rejected=(0.5, 5.0)),
    Contact(24, 25, SEO, SMALL, ANN, truly_junk=False),
    Contact(8, 11, ADS, SMALL, ANN, truly_junk=False),  # of an inquiry before the period
    Contact(29, 31, SEO, LARGE, BOB, truly_junk=True, rejected=(4.0, 9.0)),  # after the period
)


def ledger() -> Records:
    rows = np.zeros(2 * len(CONTACTS), LEDGER)
    for number, (row, junk, contact) in enumerate(zip(rows[::2], rows[1::2], CONTACTS, strict=True)):
        for each in (row, junk):
            each["pursuit"], each["created"] = number, contact.created * DAY
            each["channel"], each["segment"] = contact.channel, contact.segment
            each["stage"], each["rep"], each["count"] = TALKS, contact.rep, 1
            each["flags"] = Flag.OUT_OF_PROFILE if contact.truly_junk else 0
        row["time"], row["event"] = contact.met * DAY + HOUR, Event.STARTED
        row["flags"] |= Flag.AFTER_HAND_OVER
        junk["time"], junk["event"] = (contact.met + 2) * DAY, Event.REJECTED
        junk["worked"], junk["money"] = (
            (contact.rejected[0] * HOUR, contact.rejected[1]) if contact.rejected else (0, 0)
        )
    kept = [True] * len(rows)
    kept[1::2] = [contact.rejected is not None for contact in CONTACTS]
    found = rows[kept]
    return found[np.argsort(found["time"], kind="stable")]


BY_HAND = {
    ("handed_over", "all"): (7,),  # met in the period
    ("junk_hours", "all"): (3.5,),
    ("junk_cost", "all"): (55,),
    ("junk_rate", "all"): (4 / 7,),  # of the period's inquiries
    ("true_junk_share", "all"): (4 / 7,),
    ("false_rejections", "all"): (1 / 4,),
    ("handed_over", "month"): (5, 2),
    ("junk_hours", "month"): (2, 1.5),
    ("junk_rate", "month"): (2 / 4, 2 / 3),
    ("junk_rate", "channel"): (2 / 3, 2 / 4),
    ("junk_rate", "segment"): (2 / 5, 2 / 2),
    ("junk_rate", "rep"): (2 / 4, 2 / 3, math.nan),
    ("junk_rate", "team"): (4 / 7, math.nan),
    ("junk_rate", "stage"): (math.nan, 4 / 7, math.nan),
    ("true_junk_share", "rep"): (2 / 4, 2 / 3, math.nan),
    ("false_rejections", "rep"): (0, 1 / 2, math.nan),
    ("junk_cost", "rep"): (35, 20, 0),
}


@pytest.mark.parametrize(("metric", "dimension"), BY_HAND)
def test_junk_as_counted_by_hand(metric: str, dimension: str) -> None:
    model = firm()
    tally = new_tally(model, len(NAMES.reasons))
    fold(ledger(), model, tally)
    found = FIGURES[metric].values(cut(model, stack([tally]), dimension))
    expected = np.array([BY_HAND[metric, dimension]])
    assert dimension in FIGURES[metric].by
    assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)

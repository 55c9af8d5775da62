"""Checks of whatever copy of the package is first on the path: `python -m tests.property.check parity`.

Exit status 0 where the copy passes. `test_planted_faults` runs this on copies with a fault.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable

from funnelsim.engines import history
from funnelsim.model.words import Assignment

from ..oracle import ledgers
from ..oracle.chapters import CHANGES, changed_once
from ..oracle.situations import SITUATIONS, mixed
from ..oracle.table import history_of
from . import test_effort_split
from .accounted import accounted
from .living import Example
from .parity import SEED, Slice, by_hand
from .processes import FOR_GOOD
from .scenes import CREWS, INSTANTS, WHOLE

EXAMPLES = 12
CHANGING = 6  # floors for each change
SITUATIONS_TOLD = (
    "hours, holidays and lunch",
    "patience overnight",
    "full reps, least_loaded",
    "journeys",
    "handed over",
    "busy days and a promotion",
    "comings and goings",
    "chance and knowledge, weighted",
    "a team for each segment",
    "customers with hours",
    "hot leads interrupt, shared_queue, 4 at most",
    "prospecting, 0 reserved, round_robin",
    "prospecting, 0.3 reserved, shared_queue",
    "a small market",
    "customers at once",
    "deliveries recognised at delivery",
    "deliveries recognised at signing",
    "a pyramid",
    "bills of customers, recognised at delivery",
    "bills of segments, monthly",
    "visited after the last one",
    "visited regularly",
    "held before the hand-over",
    "ignored by their reps",
    "a channel that learns",
    "hard to reach",
    "nurtured",
    "who is worth a rep's hour",
    "months, priority_queue, persistence 0.7",
    "months, round_robin, persistence 1.0",
)


def engines_agree() -> None:
    """Both engines write the same ledger where one instant decides, and in a few random scenarios."""
    by_hand(INSTANTS, Counter())
    Slice(EXAMPLES, SEED).search(Counter())


def changes_agree(*names: str) -> None:
    """Both engines give each lead the oracle's history where a floor made at random changes on a day.

    The changes are those of these names, or all.
    """
    for name in names or CHANGES:
        for seed in range(1, CHANGING + 1):
            chapters = changed_once(random.Random(seed), mixed(seed), CHANGES[name])
            told, same = (history(engine, chapters, seed) for engine in ("reference", "compiled"))
            found = ledgers.differences(history_of(chapters, seed), told)
            assert not found, f"{name}, {seed}: {found[0]}"
            assert same.tobytes() == told.tobytes(), f"{name}, {seed}"


def oracle_agrees() -> None:
    """The reference engine gives each lead the oracle's history, in a few situations made by hand."""
    for name in SITUATIONS_TOLD:
        model = SITUATIONS[name].build()
        found = ledgers.differences(history_of(model, 1), history("reference", model, 1))
        assert not found, f"{name}: {found[0]}"


def everything_is_accounted_for() -> None:
    """Both engines write the same of floors with all parts, of which the figures leave out nothing."""
    seen: Counter[str] = Counter()
    accounted(Example(WHOLE, seed=3, processes=FOR_GOOD), seen)
    accounted(Example(CREWS, seed=2), seen)
    assert seen["scenarios"] == 2


def effort_is_split() -> None:
    """Reps split their effort between new and existing business as they should."""
    test_effort_split.test_effort_is_split_by_the_share("reference", 0.6, Assignment.SHARED_QUEUE)
    test_effort_split.test_nobody_catches_up_after_2000_hours("reference")


CHECKS: dict[str, Callable[..., None]] = {
    "parity": engines_agree,
    "oracle": oracle_agrees,
    "changes": changes_agree,
    "accounts": everything_is_accounted_for,
    "split": effort_is_split,
}

if __name__ == "__main__":
    check, *names = sys.argv[1:]
    CHECKS[check](*names)

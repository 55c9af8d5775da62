"""Checks of whatever copy of the package is first on the path: `python -m tests.property.check parity`.

Exit status 0 where the copy passes. `test_planted_faults` runs this on copies with a fault.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable

from funnelsim.engines import history

from ..oracle import ledgers
from ..oracle.chapters import CHANGES, changed_once
from ..oracle.situations import SITUATIONS, mixed
from ..oracle.table import history_of
from .parity import SEED, Slice, by_hand
from .scenes import INSTANTS

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


def changes_agree() -> None:
    """Both engines give each lead the oracle's history where a floor made at random changes on a day."""
    for name, change in CHANGES.items():
        for seed in range(1, CHANGING + 1):
            chapters = changed_once(random.Random(seed), mixed(seed), change)
            found = ledgers.differences(history_of(chapters, seed), history("reference", chapters, seed))
            assert not found, f"{name}, {seed}: {found[0]}"
            same = history("compiled", chapters, seed)
            assert same.tobytes() == history("reference", chapters, seed).tobytes(), f"{name}, {seed}"


def oracle_agrees() -> None:
    """The reference engine gives each lead the oracle's history, in a few situations made by hand."""
    for name in SITUATIONS_TOLD:
        model = SITUATIONS[name].build()
        found = ledgers.differences(history_of(model, 1), history("reference", model, 1))
        assert not found, f"{name}: {found[0]}"


CHECKS: dict[str, Callable[[], None]] = {
    "parity": engines_agree,
    "oracle": oracle_agrees,
    "changes": changes_agree,
}

if __name__ == "__main__":
    CHECKS[sys.argv[1]]()

"""Checks of whatever copy of the package is first on the path: `python -m tests.property.check parity`.

Exit status 0 where the copy passes. `test_planted_faults` runs this on copies with a fault.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

from funnelsim.engines import history

from ..oracle import ledgers
from ..oracle.naive import simulate
from ..oracle.situations import SITUATIONS
from ..oracle.table import Table
from .parity import SEED, Slice, by_hand
from .scenes import INSTANTS

EXAMPLES = 12
SITUATIONS_TOLD = (
    "hours, holidays and lunch",
    "patience overnight",
    "full reps, least_loaded",
    "journeys",
    "busy days and a promotion",
    "comings and goings",
    "chance and knowledge, weighted",
    "months, priority_queue, persistence 0.7",
    "months, round_robin, persistence 1.0",
)


def engines_agree() -> None:
    """Both engines write the same ledger where one instant decides, and in a few random scenarios."""
    by_hand(INSTANTS, Counter())
    Slice(EXAMPLES, SEED).search(Counter())


def oracle_agrees() -> None:
    """The reference engine gives each lead the oracle's history, in a few situations made by hand."""
    for name in SITUATIONS_TOLD:
        model = SITUATIONS[name].build()
        table = Table(model, 1, 0)
        found = ledgers.differences(simulate(table.firm(), table.draws()), history("reference", model, 1))
        assert not found, f"{name}: {found[0]}"


CHECKS: dict[str, Callable[[], None]] = {"parity": engines_agree, "oracle": oracle_agrees}

if __name__ == "__main__":
    CHECKS[sys.argv[1]]()

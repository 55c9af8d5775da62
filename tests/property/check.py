"""Checks of whatever copy of the package is first on the path: `python -m tests.property.check parity`.

Exit status 0 where the copy passes. `test_planted_faults` runs this on copies with a fault.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

from hypothesis import Phase, given, seed, settings

from funnelsim.engines import history

from ..oracle import ledgers
from ..oracle.naive import simulate
from ..oracle.situations import SITUATIONS
from ..oracle.table import Table
from .living import parity
from .scenarios import Toml, scenarios, seeds

EXAMPLES = 120
SITUATIONS_TOLD = (
    "hours, holidays and lunch",
    "patience overnight",
    "full reps, least_loaded",
    "journeys",
    "busy days and a promotion",
    "chance and knowledge, weighted",
)


@seed(1)
@settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate])
@given(scenarios(), seeds())
def engines_agree(text: Toml, seed: int) -> None:
    """Both engines write the same ledger in random scenarios."""
    parity(text, seed, [], Counter())


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

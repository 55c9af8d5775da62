"""Which phase of a customer's life work, and what it costs, belongs to."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import Phase
from funnelsim.rules.nurture import is_win_back


@rule
def phase_of(model: Model, row: Record) -> int:
    """Return which phase, of words.Phase, what a row of the ledger is about belongs to (F18)."""
    if row["process"] != SALE:
        return int(model.processes[row["process"]]["phase"])
    return Phase.WIN_BACK.value if is_win_back(row) else Phase.ACQUIRE.value

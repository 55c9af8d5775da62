"""From ledgers to figures: the tally of a replication, and the register of figures."""

from funnelsim.metrics import funnel, money, pace
from funnelsim.metrics.cut import CUTS, Cut, cut, labels
from funnelsim.metrics.figure import FIGURES, Better, Figure, Unit
from funnelsim.metrics.tally import (
    Basis,
    Books,
    Ended,
    Tally,
    age_edges,
    fold,
    fold_page,
    new_books,
    new_tallies,
    new_tally,
    slot_bounds,
    stack,
)

__all__ = [
    "CUTS",
    "FIGURES",
    "Basis",
    "Better",
    "Books",
    "Cut",
    "Ended",
    "Figure",
    "Tally",
    "Unit",
    "age_edges",
    "cut",
    "fold",
    "fold_page",
    "funnel",
    "labels",
    "money",
    "new_books",
    "new_tallies",
    "new_tally",
    "pace",
    "slot_bounds",
    "stack",
]

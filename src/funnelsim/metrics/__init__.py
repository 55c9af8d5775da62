"""From ledgers to figures: the tally of a replication, and the register of figures."""

from funnelsim.metrics import funnel, money, pace
from funnelsim.metrics.cut import CUTS, Cut, cut, labels
from funnelsim.metrics.figure import FIGURES, Better, Figure, Unit
from funnelsim.metrics.tally import Basis, Ended, Tally, age_edges, fold, new_tally, slot_bounds, stack

__all__ = [
    "CUTS",
    "FIGURES",
    "Basis",
    "Better",
    "Cut",
    "Ended",
    "Figure",
    "Tally",
    "Unit",
    "age_edges",
    "cut",
    "fold",
    "funnel",
    "labels",
    "money",
    "new_tally",
    "pace",
    "slot_bounds",
    "stack",
]

"""The register of figures: what each is called, its unit, its formula over the sums of a tally."""

from funnelsim.metrics import attempts, funnel, money, nurture, pace
from funnelsim.metrics.cut import CUTS, Cut, cut, labels, reads_values
from funnelsim.metrics.figure import FIGURES, Better, Figure, Unit

__all__ = [
    "CUTS",
    "FIGURES",
    "Better",
    "Cut",
    "Figure",
    "Unit",
    "attempts",
    "cut",
    "funnel",
    "labels",
    "money",
    "nurture",
    "pace",
    "reads_values",
]

"""The register of figures: what each is called, its unit, its formula over the sums of a tally."""

from funnelsim.metrics import funnel  # the first of the register

# isort: split
from funnelsim.metrics import (
    attempts,
    cash,
    customers,
    delivery,
    hand_over,
    junk,
    money,
    nurture,
    orders,
    pace,
    people,
    phases,
    referrals,
)
from funnelsim.metrics.cut import CUTS, Cut, cut, labels, reads_values
from funnelsim.metrics.figure import FIGURES, TIMES, Better, Figure, Unit

__all__ = [
    "CUTS",
    "FIGURES",
    "TIMES",
    "Better",
    "Cut",
    "Figure",
    "Unit",
    "attempts",
    "cash",
    "customers",
    "cut",
    "delivery",
    "funnel",
    "hand_over",
    "junk",
    "labels",
    "money",
    "nurture",
    "orders",
    "pace",
    "people",
    "phases",
    "reads_values",
    "referrals",
]

"""Baselines: the figures of a scenario as text, kept to see later what moved."""

from funnelsim.baselines.baseline import Baseline, Measured, measure, values_of
from funnelsim.baselines.checking import Checked, check, update
from funnelsim.baselines.drift import TOLERANCE, Drift, Moved, drift
from funnelsim.baselines.shipped import Case, case_of, shipped
from funnelsim.baselines.text import BaselineError, as_text, from_text, read

__all__ = [
    "TOLERANCE",
    "Baseline",
    "BaselineError",
    "Case",
    "Checked",
    "Drift",
    "Measured",
    "Moved",
    "as_text",
    "case_of",
    "check",
    "drift",
    "from_text",
    "measure",
    "read",
    "shipped",
    "update",
    "values_of",
]

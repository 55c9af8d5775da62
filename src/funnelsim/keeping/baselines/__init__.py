"""Baselines: the figures of a scenario as text, kept to see later which have moved."""

from funnelsim.keeping.baselines.baseline import Baseline, Measured, measure, values_of
from funnelsim.keeping.baselines.checking import Checked, check, update
from funnelsim.keeping.baselines.drift import TOLERANCE, Drift, Moved, drift
from funnelsim.keeping.baselines.shipped import Case, case_of, shipped
from funnelsim.keeping.baselines.text import BaselineError, as_text, from_text, read

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

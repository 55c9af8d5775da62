"""Distributions of amounts above 0, such as values and hours of work, by groups that are alike."""

from funnelsim.calibration.amounts.families import FAMILIES, Family
from funnelsim.calibration.amounts.fitted import Fitted, estimate_of, fit
from funnelsim.calibration.amounts.groups import Alike

__all__ = ["FAMILIES", "Alike", "Family", "Fitted", "estimate_of", "fit"]

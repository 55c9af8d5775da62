"""Which strategy to choose: paired differences against the base, and verdicts, at a fixed time or at any."""

from funnelsim.decisions.any_time import Ahead, AnyTime, Contrast, Risk
from funnelsim.decisions.compare import Comparison, Difference
from funnelsim.decisions.significance import holm

__all__ = ["Ahead", "AnyTime", "Comparison", "Contrast", "Difference", "Risk", "holm"]

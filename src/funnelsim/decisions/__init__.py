"""Which strategy to choose: paired differences against the base, and the verdict."""

from funnelsim.decisions.compare import Comparison, Difference
from funnelsim.decisions.significance import holm

__all__ = ["Comparison", "Difference", "holm"]

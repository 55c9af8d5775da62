"""How visits end: the odds of advancing, and where those go who do and do not."""

from funnelsim.calibration.outcomes.measured import TEAM, Outcomes, advances, measure_outcomes, with_advanced

__all__ = ["TEAM", "Outcomes", "advances", "measure_outcomes", "with_advanced"]

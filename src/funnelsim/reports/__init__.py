"""Results: frames, tables in words, pictures."""

from funnelsim.reports.results import ComparisonResult, SimulationResult

__all__ = ["ComparisonResult", "SimulationResult"]

"""What contracts are worth, by segment, as measured."""

from funnelsim.calibration.values.measured import Values, measure_values

__all__ = ["Values", "measure_values"]

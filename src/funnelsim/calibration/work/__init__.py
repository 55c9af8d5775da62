"""Work as measured: when people work, how many, how fast, and how long deals take them."""

from funnelsim.calibration.work.load import Load, measure_load
from funnelsim.calibration.work.measured import Work, measure_work

__all__ = ["Load", "Work", "measure_load", "measure_work"]

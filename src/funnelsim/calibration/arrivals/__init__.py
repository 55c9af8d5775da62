"""Arrivals as measured: how many deals each channel brings, how that grows, and how it varies."""

from funnelsim.calibration.arrivals.measured import Arrivals, measure_arrivals

__all__ = ["Arrivals", "measure_arrivals"]

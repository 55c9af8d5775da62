"""From replications to a forecast: estimates, ranges, chances of goals."""

from funnelsim.forecast.cycle import Cycle
from funnelsim.forecast.forecast import Breakdown, Conversion, Estimate, Forecast, TeamHours
from funnelsim.forecast.goals import Chance, Goal
from funnelsim.forecast.intervals import Interval, Precision, jackknife, wilson

__all__ = [
    "Breakdown",
    "Chance",
    "Conversion",
    "Cycle",
    "Estimate",
    "Forecast",
    "Goal",
    "Interval",
    "Precision",
    "TeamHours",
    "jackknife",
    "wilson",
]

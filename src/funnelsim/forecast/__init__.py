"""From replications to a forecast: estimates, ranges, chances of goals."""

from funnelsim.forecast.cohorts import Cohorts, cohorts, retained
from funnelsim.forecast.cycle import Cycle, Within
from funnelsim.forecast.forecast import (
    ADDED_UP,
    Attainment,
    Breakdown,
    Conversion,
    Estimate,
    Forecast,
    SoFar,
    TeamHours,
)
from funnelsim.forecast.goals import Chance, Goal
from funnelsim.forecast.intervals import Interval, jackknife, wilson
from funnelsim.forecast.resampling import (
    Precision,
    Rare,
    bootstrap_t,
    needed_where_rare,
    resampled_means,
    resamples_for,
    skewness,
)
from funnelsim.forecast.running_out import RunningOut, running_out
from funnelsim.forecast.variance import MAIN, Driver, Unknowns, rank_correlation, share_unknown

__all__ = [
    "ADDED_UP",
    "MAIN",
    "Attainment",
    "Breakdown",
    "Chance",
    "Cohorts",
    "Conversion",
    "Cycle",
    "Driver",
    "Estimate",
    "Forecast",
    "Goal",
    "Interval",
    "Precision",
    "Rare",
    "RunningOut",
    "SoFar",
    "TeamHours",
    "Unknowns",
    "Within",
    "bootstrap_t",
    "cohorts",
    "jackknife",
    "needed_where_rare",
    "rank_correlation",
    "resampled_means",
    "resamples_for",
    "retained",
    "running_out",
    "share_unknown",
    "skewness",
    "wilson",
]

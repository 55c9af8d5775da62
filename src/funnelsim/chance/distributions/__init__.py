"""Any distribution as a quantile table.

The rules look values up and never call a sampler: one uniform gives one value, monotone, at the same
cost for every family, with the same bits in plain Python and compiled.

A continuous distribution becomes *octaves*: each octave of either tail, from probability 2^-j down to half
of it, is cut into 64 cells, linear inside. The tails are as fine as the middle: |F(q(u)) - u| <=
1e-3 min(u, 1 - u). Discrete distributions and samples become *steps*, quantiles become *lines*, both exact.
Location and scale stay outside, so that all lognormals of one shape share one table.
"""

from funnelsim.chance.distributions.families import (
    Beta,
    Constant,
    Distribution,
    Gamma,
    Lognormal,
    Pert,
    Quantiles,
    QuantileTable,
    Sample,
    Scaled,
    Scipy,
)
from funnelsim.chance.distributions.lookup import quantile, varies
from funnelsim.chance.distributions.residual import Residual
from funnelsim.chance.distributions.tables import Tables, mean, tabulate

__all__ = [
    "Beta",
    "Constant",
    "Distribution",
    "Gamma",
    "Lognormal",
    "Pert",
    "QuantileTable",
    "Quantiles",
    "Residual",
    "Sample",
    "Scaled",
    "Scipy",
    "Tables",
    "mean",
    "quantile",
    "tabulate",
    "varies",
]

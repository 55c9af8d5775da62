"""Drawing what a baseline forecasts from what happened before."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.windows import DAY, cycles
from funnelsim.compiling.arrays import Floats, Integers

DRAWS = 1_000  # samples of each quantity


def gamma_of(mean: float, variance: float, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw gamma numbers with this mean and variance: a Poisson around each is negative binomial."""
    if variance <= 0:
        return np.full(shape, mean)
    return rng.gamma(mean**2 / variance, variance / mean, shape)


def resampled_sums(values: Floats, counts: Floats | Integers, rng: np.random.Generator) -> Floats:
    """Add up as many values, drawn with replacement, as each count says: an array of the counts' shape."""
    each = np.asarray(counts, np.int64).ravel()
    if not len(values) or not each.sum():
        return np.zeros(np.shape(counts))
    total = np.concatenate([[0.0], rng.choice(values, int(each.sum())).cumsum()])
    return np.asarray(np.diff(total[np.concatenate([[0], each.cumsum()])])).reshape(np.shape(counts))


def resampled_medians(won: pd.DataFrame, counts: Floats, rng: np.random.Generator) -> Floats:
    """Draw the median of as many earlier cycles as each count says; NaN for none.

    The rank of the median of n uniforms is Beta((n + 1) / 2, (n + 1) / 2), exactly for odd n.
    """
    medians = np.full(len(counts), np.nan)
    some = counts >= 1
    if len(won) and some.any():
        shape = (counts[some] + 1) / 2
        medians[some] = np.quantile(cycles(won), rng.beta(shape, shape))
    return medians


def generator(seed: int, name: str, origin: pd.Timestamp) -> np.random.Generator:
    """Return the source of a forecast's samples: the same whatever else is forecast."""
    word = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    return np.random.default_rng([seed, word, (origin - pd.Timestamp(0)) // DAY])

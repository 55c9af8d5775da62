"""The table of ages: a bin for each span of time from the beginning of a pursuit to its end."""

from __future__ import annotations

import math

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.compiling.decorators import rule

AGE_STEPS = 32  # bins of ages to an octave: 3 % wide at most
_FINEST = 30  # ages below 2^30 µs (18 minutes) share AGE_STEPS bins of equal width
_OLDEST = 52  # ages of 2^52 µs (142 years) or more share the last bin
AGE_BINS = AGE_STEPS * (1 + _OLDEST - _FINEST)


def age_edges() -> Floats:
    """Return the bounds of the bins of ages: (AGE_BINS + 1,) µs.

    Examples
    --------
    >>> edges = age_edges()
    >>> len(edges), float((edges[33:] / edges[32:-1]).max())
    (737, 1.03125)
    """
    steps = np.arange(AGE_STEPS)
    octaves = 2.0 ** np.arange(_FINEST, _OLDEST)[:, None] * (1 + steps / AGE_STEPS)
    return np.concatenate([steps * 2.0**_FINEST / AGE_STEPS, octaves.ravel(), [2.0**_OLDEST]])


@rule
def age_bin(age: int) -> int:
    """Find the bin of an age in µs: equal steps at first, then equal steps in each octave."""
    if age >= 1 << _OLDEST:
        return AGE_BINS - 1
    if age < 1 << _FINEST:
        return int(age * AGE_STEPS >> _FINEST)
    octave = math.frexp(float(age))[1] - _FINEST  # 1 for the octave from 2^30 µs
    return int(octave * AGE_STEPS + (age * AGE_STEPS >> (octave + _FINEST - 1)) - AGE_STEPS)

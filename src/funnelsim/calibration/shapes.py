"""Shapes of distributions, as they are written: a table is computed once for each, however many draws have it."""

from __future__ import annotations

import math

_RATIO = 0.02  # from one shape to the next: each is right to 1 %, and draws differ by more
_DIGITS = 6


def on_grid(shape: float) -> float:
    """Round a number that sets the shape of a distribution to within 1 %.

    >>> on_grid(103.39), on_grid(103.4)
    (103.544, 103.544)
    """
    return float(f"{math.exp(round(math.log(shape) / _RATIO) * _RATIO):.{_DIGITS}g}")

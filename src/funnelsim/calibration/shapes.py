"""Measured numbers and shapes as they are written."""

from __future__ import annotations

import math

DIGITS = 6  # of numbers that are measured
_RATIO = 0.02  # from one shape to the next: each is right to 1 %, and draws differ by more


def rounded(value: float) -> float:
    """Round a number to the digits that a scenario file has.

    >>> rounded(3.14159265), rounded(1234567.8)
    (3.14159, 1234570.0)
    """
    return float(f"{value:.{DIGITS}g}")


def on_grid(shape: float) -> float:
    """Round a shape parameter to within 1 %: however many draws have a shape, its table is computed once.

    >>> on_grid(103.39), on_grid(103.4)
    (103.544, 103.544)
    """
    return rounded(math.exp(round(math.log(shape) / _RATIO) * _RATIO))

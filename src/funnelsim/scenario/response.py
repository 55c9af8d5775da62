"""Responses to spending: inquiries against a channel's cost per month, with saturation and carry-over.

Curves as in media-mix models: Y. Jin, Y. Wang, Y. Sun, D. Chan and J. Koehler, "Bayesian Methods for Media
Mix Modeling with Carryover and Shape Effects", Google (2017), https://research.google/pubs/pub46001.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.scenario.channels import Response


@dataclass(frozen=True)
class Curve:
    """Inquiries per month against cost per month.

    tanh: most * tanh(cost / scale). Hill: most * cost^n / (scale^n + cost^n), n being the steepness.

    Attributes
    ----------
    shape : str
        "tanh" or "hill".
    most : float
        Inquiries per month that no cost exceeds.
    scale : float
        Cost per month.
    steepness : float
        Exponent of the Hill curve.
    """

    shape: str
    most: float
    scale: float
    steepness: float = 1.0

    def inquiries(self, cost: Floats) -> Floats:
        """Return the inquiries per month that costs per month bring.

        >>> Curve("hill", most=100, scale=2000).inquiries(np.array([0.0, 2000.0, 6000.0])).tolist()
        [0.0, 50.0, 75.0]
        """
        relative = np.asarray(cost, float) / self.scale
        if self.shape == "tanh":
            return np.asarray(self.most * np.tanh(relative))
        powers = relative**self.steepness
        return np.asarray(self.most * (powers / (1.0 + powers)))

    def marginal_cost(self, cost: Floats) -> Floats:
        """Return the cost of one more inquiry at these costs per month: 1 / slope, infinite where it is flat.

        >>> Curve("hill", most=100, scale=2000).marginal_cost(np.array([0.0, 2000.0])).tolist()
        [20.0, 80.0]
        """
        relative = np.asarray(cost, float) / self.scale
        with np.errstate(divide="ignore", over="ignore"):
            if self.shape == "tanh":
                slope = self.most / self.scale / np.cosh(relative) ** 2
            else:
                n = self.steepness
                slope = self.most / self.scale * n * relative ** (n - 1) / (1.0 + relative**n) ** 2
            return np.asarray(1.0 / slope)


def curve_through(response: Response, inquiries: float) -> Curve:
    """Find the curve of a response that brings these inquiries per month at its reference cost.

    Raises
    ------
    ValueError
        If the ceiling is not above the inquiries at the reference cost.

    Examples
    --------
    >>> response = Response(at_cost_per_month=1000.0, ceiling=80.0, curve="hill")
    >>> curve_through(response, 20.0)
    Curve(shape='hill', most=80.0, scale=3000.0, steepness=1.0)
    """
    at, n = response.at_cost_per_month, response.steepness
    tanh = response.curve == "tanh"
    if inquiries == 0:
        return Curve(response.curve, 0.0, at, n)
    if response.half_at is not None:
        scale = response.half_at / math.atanh(0.5) if tanh else response.half_at
        reached = math.tanh(at / scale) if tanh else 1.0 / (1.0 + (scale / at) ** n)
        return Curve(response.curve, inquiries / reached, scale, n)
    most = response.ceiling
    if most is None or most <= inquiries:
        raise ValueError(f"the ceiling must be above {inquiries:g} inquiries per month, not {most}")
    scale = at / math.atanh(inquiries / most) if tanh else at * (most / inquiries - 1.0) ** (1.0 / n)
    return Curve(response.curve, most, scale, n)


def carried_over(spend: Floats, half_life_days: float | Floats) -> Floats:
    """Average the spend of each day and those before it, with weights that halve every half-life.

    Geometric adstock, normalised: A[t] = A[t-1] + (1 - r) (spend[t] - A[t-1]) with r = 2^(-1 / half-life),
    so that constant spend has no effect. Before the first day, spend was as on that day.

    Parameters
    ----------
    spend : array of float
        By day.
    half_life_days : float or array of float
        Of all days, or by day. 0: nothing is carried over.

    Returns
    -------
    array of float
        By day, in the unit of `spend`.

    Examples
    --------
    >>> carried_over(np.array([4.0, 4.0, 0.0, 0.0]), half_life_days=1).tolist()
    [4.0, 4.0, 2.0, 1.0]
    """
    half_lives = np.broadcast_to(half_life_days, spend.shape).tolist()
    fresh = {each: 1.0 - 2.0 ** (-1.0 / each) for each in set(half_lives) if each > 0}
    if not fresh:
        return spend
    adstock = np.empty_like(spend)
    level = float(spend[0])
    for day, (amount, half_life) in enumerate(zip(spend.tolist(), half_lives, strict=True)):
        level = level + fresh[half_life] * (amount - level) if half_life > 0 else amount
        adstock[day] = level
    return adstock

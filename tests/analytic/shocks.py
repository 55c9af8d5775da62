"""Shocks from month to month: variance and autocorrelation of monthly counts, and of what is won."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Worlds, by_calendar_month, observed

PER_MONTH = 60.0
DECADE = 120  # months


def stationary() -> Truth:
    """Demand follows an AR(1), half of it back into the warm-up: Poisson counts with lognormal means."""
    deviation, persistence = 0.3, 0.6
    shocks = {"demand": {"deviation": deviation, "persistence": persistence}}
    text = systems.shocked(PER_MONTH, 0.5, shocks, DECADE, DECADE)

    def compare(worlds: Worlds) -> Outcome:
        counts = observed(systems.model(text), by_calendar_month, worlds)[:, 0]
        from_mean = counts - PER_MONTH
        lags = {1: "the next", 3: "the third after it"}
        expected = {
            lag: theory.monthly_counts(PER_MONTH, deviation**2, deviation**2 * persistence**lag)
            for lag in lags
        }
        return [
            Figure("inquiries a month", PER_MONTH, counts.mean(axis=1)),
            Figure("their variance", expected[1].variance, (from_mean**2).mean(axis=1)),
            *(
                Figure(
                    f"covariance of a month and {name}",
                    expected[lag].covariance,
                    (from_mean[:, lag:] * from_mean[:, :-lag]).mean(axis=1),
                    yardstick=expected[lag].variance,
                )
                for lag, name in lags.items()
            ),
        ]

    return Truth("demand with a shock of 0.3 that lasts by 0.6", 0.0, 400, compare)


def random_walk() -> Truth:
    """Demand walks from the period's start on: the variance of its logarithm rises by the month."""
    deviation, months = 0.06, 12
    shocks = {"demand": {"deviation": deviation, "persistence": 1}}
    text = systems.shocked(PER_MONTH, 0.5, shocks, 1, months)
    variances = [step * deviation**2 for step in range(months + 1)]  # of the logarithm, month by month
    expected = [theory.monthly_counts(PER_MONTH, variance, variance) for variance in variances]

    def compare(worlds: Worlds) -> Outcome:
        counts = observed(systems.model(text), by_calendar_month, worlds)[:, 0]
        from_mean = counts - PER_MONTH
        ratios = from_mean**2 / np.array([month.variance for month in expected])
        return [
            Figure("inquiries a month", PER_MONTH, counts.mean(axis=1)),
            Figure("variance / theory in the warm-up", 1.0, ratios[:, 0]),
            *(
                Figure(
                    f"variance / theory in months {first} to {first + 3}",
                    1.0,
                    ratios[:, first : first + 4].mean(axis=1),
                )
                for first in (1, 5, 9)
            ),
            Figure(
                "covariance of months 6 and 12",
                expected[6].covariance,
                from_mean[:, 6] * from_mean[:, 12],
                yardstick=expected[12].variance,
            ),
        ]

    return Truth(f"demand that walks by {deviation} a month", 0.0, 24_000, compare)


def good_months() -> Truth:
    """The log-odds of winning follow an AR(1); the chance of a month is logistic in them."""
    conversion, deviation, persistence = 0.25, 0.8, 0.7
    shocks = {"odds": {"deviation": deviation, "persistence": persistence}}
    text = systems.shocked(PER_MONTH, conversion, shocks, DECADE, DECADE)
    chances = theory.monthly_chances(conversion, deviation, persistence)

    def compare(worlds: Worlds) -> Outcome:
        came, won = observed(systems.model(text), by_calendar_month, worlds).transpose(1, 0, 2)
        surplus = won - chances.mean * came
        by_chance = PER_MONTH * chances.mean * (1 - chances.mean)
        return [
            Figure("share that is won", chances.mean, share(won, came)),
            Figure(
                "variance of a month's surplus of contracts",
                by_chance + PER_MONTH**2 * chances.variance,
                (surplus**2).mean(axis=1),
            ),
            Figure(
                "its covariance with the next month's",
                PER_MONTH**2 * chances.covariance,
                (surplus[:, 1:] * surplus[:, :-1]).mean(axis=1),
            ),
        ]

    return Truth("odds with a shock of 0.8 that lasts by 0.7", 0.0, 600, compare)


def share(won: Floats, came: Floats) -> Floats:
    """Return contracts per inquiry of each world, over its mean inquiries: unbiased, unlike won / came."""
    return np.asarray(won.sum(axis=1) / came.sum(axis=1).mean())

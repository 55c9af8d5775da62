"""Cohorts of customers: who signed in which month, how many are left, and what they have brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.forecast.resampling import Precision, bootstrap_t
from funnelsim.metrics.customers import MONTHS_A_YEAR
from funnelsim.metrics.figure import ratio

if TYPE_CHECKING:
    from funnelsim.forecast.forecast import Forecast


@dataclass(frozen=True)
class Cohorts:
    """Those who signed in each month, at the end of that month and of each later one (F10).

    All arrays are by pairs of a cohort and a month, (n,).
    """

    signed_in: tuple[str, ...]  # the month of signing
    months: tuple[str, ...]  # the month at whose end they are counted
    ages: tuple[int, ...]  # months between the two
    customers: Floats  # how many are left, in the mean simulated year
    retention: Precision  # the share of those who signed that is left
    lifetime_value: Precision  # gross margin of what one who signed has paid so far, discounted
    beyond: (
        Precision  # share of what one who signed brings in all that is still to come, at the period's churn
    )


def cohorts(forecast: Forecast) -> Cohorts:
    """Follow those who signed in each month; the first month comes first."""
    signed, left, brought = _followed(forecast)
    first, later = np.triu_indices(forecast.months)
    months = forecast.names.months
    return Cohorts(
        tuple(months[month] for month in first),
        tuple(months[month] for month in later),
        tuple((later - first).tolist()),
        left[:, first, later].mean(axis=0),
        bootstrap_t((left[:, first, later], signed[:, first]), ratio),
        bootstrap_t((brought[:, first, later], signed[:, first]), ratio),
        _beyond(forecast, brought[:, first, later], left[:, first, later], later - first),
    )


def _beyond(forecast: Forecast, brought: Floats, left: Floats, ages: Integers) -> Precision:
    """Estimate which share of lifetime value is still to come, if churn stays that of the period (F19)."""
    rate = 1.0 + float(forecast.model.firm["discount"][0])
    mrr, leave, margin, revenue = forecast.parts("lifetime_value")
    (_, there) = forecast.parts("logo_churn")

    def share(so_far: Floats, still: Floats, worth: Floats, *of_period: Floats) -> Floats:
        mrr, leave, margin, revenue, there = of_period
        stays = (1.0 - ratio(leave, there)) * rate ** (-1.0 / MONTHS_A_YEAR)
        a_month = ratio(mrr, there) * ratio(margin, revenue)
        to_come = still * a_month * ratio(stays, 1.0 - stays) * worth
        return ratio(to_come, so_far + to_come)

    same = [np.repeat(each, len(ages), axis=1) for each in (mrr, leave, margin, revenue, there)]
    worth = np.broadcast_to(rate ** (-ages / MONTHS_A_YEAR), brought.shape)
    return bootstrap_t((brought, left, worth, *same), share)


def retained(forecast: Forecast) -> Precision:
    """Estimate the share that is left so many months after that of signing: (M,), of all cohorts together.

    A cohort counts for as long as the period lasts.
    """
    signed, left, _ = _followed(forecast)
    count = forecast.months
    still = [left[:, range(count - age), range(age, count)].sum(axis=1) for age in range(count)]
    of = [signed[:, : count - age].sum(axis=1) for age in range(count)]
    return bootstrap_t((np.column_stack(still), np.column_stack(of)), ratio)


def _followed(forecast: Forecast) -> tuple[Floats, Floats, Floats]:
    """Return how many signed in a month (R, M), are left at a month's end and what they brought (R, M, M)."""
    (signed,) = forecast.parts("new_customers", "month")
    left = signed[:, :, None] - forecast.tallies.left.cumsum(axis=2)
    return signed, left, forecast.tallies.lifetime.cumsum(axis=2)

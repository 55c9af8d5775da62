"""The figures that are compared, each under the same name: measured, estimated in a simulated quarter, true.

A name is a pair (section, label). What is measured has an interval; what is estimated goes through the
functions of `measure`; what is true is read off simulated leads that nobody stopped following.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from censored_conversion import Estimate, Floats, fit_cure, kaplan_meier
from measure import (
    CURVE_DAYS,
    LEVELS,
    Measured,
    channel_conversion,
    dispersion_by_channel,
    followed,
    inquiry_rates,
    quantiles_seen,
    weekday_shape,
)

ALL = "all"
RATES = "Inquiries a month"
WEEKDAYS = "Weekday factor, 1 = average day"
DISPERSION = "Variance over mean of a day's inquiries"
CURVE = "Share won within so many days (Kaplan-Meier)"
EVER = "Share that ever wins (cure model; extrapolated beyond day 90)"
CYCLE = "Days to win, all who ever win (cure model; extrapolated beyond day 90)"
SEEN = "Days to win, those won within 85 days"

DIGITS = {RATES: 1, WEEKDAYS: 2, DISPERSION: 2, CURVE: 3, EVER: 3, CYCLE: 1, SEEN: 2}
_DAY_LABELS = [f"{day:g} days" for day in CURVE_DAYS]
_LEVEL_LABELS = [f"P{100 * level:g}" for level in LEVELS]


class Outcome(NamedTuple):
    """What became of leads that were followed to their end: days to win, infinite where lost."""

    channel: pd.Series
    days: Floats


def measured_figures(measured: Measured) -> pd.DataFrame:
    """Every measured figure with its 95 % interval: columns `value`, `low`, `high`."""
    return pd.concat(
        {
            RATES: _with_interval(measured.rates, "per_month"),
            WEEKDAYS: _with_interval(measured.weekdays, "factor"),
            DISPERSION: measured.dispersion,
            CURVE: _with_interval(measured.curve, "value").set_axis(_DAY_LABELS),
            EVER: pd.concat([_one_row(measured.ever), _with_interval(measured.channels, "value")]),
            CYCLE: _bootstrapped(measured.cycle, "fitted"),
            SEEN: _bootstrapped(measured.cycle, "seen"),
        }
    )


def estimated_figures(leads: pd.DataFrame, family: str) -> pd.Series:
    """The same figures of a table of leads, by the same functions, without intervals.

    Parameters
    ----------
    leads
        As `measure.load` returns it: wins after the end of the window are not in it.
    family
        Of the cycle, one of `censored_conversion.FAMILIES`.
    """
    after, until = followed(leads)
    fit = fit_cure(after, until, family)
    channels = channel_conversion(leads, after, until, fit)
    return _stacked(
        {
            RATES: inquiry_rates(leads)["per_month"],
            WEEKDAYS: weekday_shape(leads)["factor"],
            DISPERSION: dispersion_by_channel(leads)["value"],
            CURVE: kaplan_meier(after, until, CURVE_DAYS)["value"].set_axis(_DAY_LABELS),
            EVER: pd.concat([pd.Series({ALL: fit.ever}), channels["value"]]),
            CYCLE: pd.Series(fit.quantile(LEVELS), _LEVEL_LABELS),
            SEEN: pd.Series(quantiles_seen(after, until), _LEVEL_LABELS),
        }
    )


def true_figures(outcome: Outcome) -> pd.Series:
    """What the estimators are after, counted among leads that were followed to their end."""
    won = np.isfinite(outcome.days)
    cycle = outcome.days[won]
    by_channel = pd.Series(won).groupby(outcome.channel.to_numpy()).mean()
    return _stacked(
        {
            CURVE: pd.Series([float((outcome.days <= day).mean()) for day in CURVE_DAYS], _DAY_LABELS),
            EVER: pd.concat([pd.Series({ALL: float(won.mean())}), by_channel]),
            CYCLE: pd.Series(np.quantile(cycle, LEVELS), _LEVEL_LABELS),
            SEEN: pd.Series(np.quantile(cycle[cycle <= CURVE_DAYS[-1]], LEVELS), _LEVEL_LABELS),
        }
    )


def _with_interval(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    return frame[[value, "low", "high"]].rename(columns={value: "value"})


def _one_row(figure: Estimate) -> pd.DataFrame:
    return pd.DataFrame([figure._asdict()], index=[ALL])


def _bootstrapped(cycle: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = {"value": cycle[name], "low": cycle[f"{name}_low"], "high": cycle[f"{name}_high"]}
    return pd.DataFrame(columns).set_axis(_LEVEL_LABELS)


def _stacked(sections: Mapping[str, pd.Series]) -> pd.Series:
    stacked: pd.Series = pd.concat(sections)
    return stacked

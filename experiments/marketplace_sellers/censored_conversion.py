"""Conversion when follow-up is short: who will win in the end, and how long it takes.

A lead that has not won when the data end may win later or never; the two look alike. Each lead is
given as the interval of days `(after, until]` since first contact that holds its win; `until` is
infinite where no win was seen, and `after` is then how long the lead was followed.

Two answers, never to be confused:

- `kaplan_meier`: the share won within so many days. Nothing is extrapolated.
- `fit_cure`: the share that ever wins, from a mixture-cure model (Boag 1949; Farewell 1982),
  P(won within t) = ever * F((log t - location) / scale). What it says beyond the longest
  follow-up is extrapolation, and rests on the family F.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special, stats

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Estimate(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Family(NamedTuple):
    """A distribution of log time: its cumulative shares and its quantiles."""

    share: Callable[[Floats], Floats]
    quantile: Callable[[Floats], Floats]


FAMILIES = {
    "lognormal": Family(special.ndtr, special.ndtri),
    "loglogistic": Family(special.expit, special.logit),
    "weibull": Family(lambda z: -np.expm1(-np.exp(z)), lambda u: np.log(-np.log1p(-u))),
}
_CHI_SQUARE_95 = float(stats.chi2.ppf(0.95, df=1))
_NORMAL_95 = float(stats.norm.ppf(0.975))
_LOGIT_BOUND = 8.0  # beyond it the data say no more than "none" or "all"
_TINY = 1e-300  # keeps the logarithm of an empty interval finite


@dataclass(frozen=True)
class Cure:
    """A fitted mixture-cure model; times in days."""

    family: str
    ever: float
    location: float
    scale: float
    log_likelihood: float

    @property
    def aic(self) -> float:
        """Akaike's criterion: lower describes the data better."""
        return 2 * 3 - 2 * self.log_likelihood

    def share_by(self, days: npt.ArrayLike) -> Floats:
        """Share of those who ever win that has won by then."""
        return _share_by(self.family, self.location, self.scale, np.asarray(days, dtype=float))

    def quantile(self, level: npt.ArrayLike) -> Floats:
        """Days within which this share of those who ever win has won."""
        z = FAMILIES[self.family].quantile(np.asarray(level, dtype=float))
        return np.exp(self.location + self.scale * z)


class _Counted(NamedTuple):
    """Leads grouped by equal intervals: what the likelihood needs, and faster."""

    after: Floats
    until: Floats
    wins: Floats
    followed: Floats
    not_won: Floats


def kaplan_meier(after: Floats, until: Floats, days: Floats) -> pd.DataFrame:
    """Share won within so many days, wins taken at the middle of their interval.

    Parameters
    ----------
    after, until
        Shape (leads,), days since first contact.
    days
        Where to read the curve; beyond the longest follow-up it says nothing.

    Returns
    -------
    DataFrame
        Indexed by `days`: `value`, `low`, `high` (95 %, log-log transform; missing before the first win),
        `still_followed`.

    Raises
    ------
    ValueError
        If a day lies beyond the longest follow-up.
    """
    won = np.isfinite(until)
    if days.max() > after.max():
        raise ValueError(f"nobody was followed for {days.max():g} days; the longest is {after.max():g}")
    time = np.where(won, (after + np.where(won, until, 0.0)) / 2, after)
    curve = stats.ecdf(stats.CensoredData(uncensored=time[won], right=time[~won])).cdf
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # none before the first win
        interval: Any = curve.confidence_interval(0.95, method="log-log")  # a pair of curves, not of numbers
    return pd.DataFrame(
        {
            "value": curve.evaluate(days),
            "low": interval.low.evaluate(days),
            "high": interval.high.evaluate(days),
            "still_followed": len(time) - np.searchsorted(np.sort(time), days),
        },
        index=pd.Index(days, name="days"),
    )


def fit_cure(after: Floats, until: Floats, family: str, start: Cure | None = None) -> Cure:
    """Fit share and time of winning by maximum likelihood.

    Parameters
    ----------
    after, until
        Shape (leads,), days since first contact.
    family
        One of `FAMILIES`.
    start
        Where to begin the search, e.g. the fit to the full data in a bootstrap.
    """
    counted = _count(after, until)
    first = _first_guess(counted) if start is None else _parameters(start)
    return _fit(counted, family, first)


def best_family(after: Floats, until: Floats) -> tuple[Cure, ...]:
    """Fit all families; the one with the lowest AIC comes first."""
    fits = (fit_cure(after, until, family) for family in FAMILIES)
    return tuple(sorted(fits, key=lambda fit: fit.aic))


def ever_interval(after: Floats, until: Floats, fit: Cure) -> Estimate:
    """Share that ever wins with its 95 % profile-likelihood interval.

    The interval holds the shares whose best log-likelihood, over all locations and scales, is
    within chi2(0.95; 1) / 2 of the maximum. It is as wide on the upper side as a heavy tail makes it.
    """
    counted = _count(after, until)
    threshold = fit.log_likelihood - _CHI_SQUARE_95 / 2
    centre, *shape = _parameters(fit)

    def excess(ever_logit: float) -> float:
        nonlocal shape
        found, least = _minimise(
            lambda s: _minus_log_likelihood(counted, fit.family, np.array([ever_logit, *s])), np.array(shape)
        )
        shape = list(found)
        return -least - threshold

    ends = []
    for bound in (-_LOGIT_BOUND, _LOGIT_BOUND):
        shape = list(_parameters(fit)[1:])
        ends.append(_crossing(excess, float(centre), bound))
    return Estimate(fit.ever, float(special.expit(ends[0])), float(special.expit(ends[1])))


def conversion_by_group(after: Floats, until: Floats, group: Integers, fit: Cure) -> pd.DataFrame:
    """Share that ever wins in each group, shrunk towards what the groups have in common.

    The time distribution of `fit` is common to all groups and held fixed. Groups' log-odds are
    normal around a common mean; mean and spread are chosen by marginal likelihood (Laplace's
    approximation), so groups with few wins borrow from the rest.

    Parameters
    ----------
    after, until, group
        Shape (leads,); `group` counts from 0.

    Returns
    -------
    DataFrame
        One row per group: `leads`, `wins`, `value`, `low`, `high` (95 %, given the common time
        distribution), `unpooled` (maximum likelihood of the group alone), `log_odds`, `standard_error`.
    """
    groups = _Groups(
        group=group,
        number=int(group.max()) + 1,
        won=np.isfinite(until),
        seen=np.where(np.isfinite(until), 0.0, fit.share_by(after)),
    )
    overall = float(special.logit(fit.ever))

    def loss(parameters: Floats) -> float:
        return -_marginal_log_likelihood(groups, float(parameters[0]), float(np.exp(parameters[1])))

    best = optimize.minimize(
        loss,
        np.array([overall, np.log(0.5)]),
        method="Nelder-Mead",
        options={"xatol": 1e-4, "fatol": 1e-6},
    )
    log_odds, curvature = _modes(groups, float(best.x[0]), float(np.exp(best.x[1])))
    alone, _ = _modes(groups, overall, 100.0)  # so wide a spread leaves each group to itself
    error = curvature**-0.5
    return pd.DataFrame(
        {
            "leads": np.bincount(group, minlength=groups.number),
            "wins": np.bincount(group, weights=groups.won, minlength=groups.number).astype(int),
            "value": special.expit(log_odds),
            "low": special.expit(log_odds - _NORMAL_95 * error),
            "high": special.expit(log_odds + _NORMAL_95 * error),
            "unpooled": special.expit(alone),
            "log_odds": log_odds,
            "standard_error": error,
        }
    )


# of logit ever, location, log scale
_BOUNDS = (np.array([-_LOGIT_BOUND, -5.0, -3.0]), np.array([_LOGIT_BOUND, 12.0, 3.0]))


def _minimise(loss: Callable[[Floats], float], first: Floats) -> tuple[Floats, float]:
    """Find the parameters of the least loss, and that loss.

    Not by L-BFGS-B: SciPy's calls threaded BLAS for three numbers, many times slower on a busy machine.
    """
    best = optimize.minimize(loss, first, method="BFGS", options={"gtol": 1e-3})
    return np.asarray(best.x, dtype=float), float(best.fun)


def _count(after: Floats, until: Floats) -> _Counted:
    won = np.isfinite(until)
    spans, wins = np.unique(np.column_stack([after[won], until[won]]), axis=0, return_counts=True)
    followed, not_won = np.unique(after[~won], return_counts=True)
    return _Counted(spans[:, 0], spans[:, 1], wins.astype(float), followed, not_won.astype(float))


def _first_guess(counted: _Counted) -> Floats:
    middle = np.log((counted.after + counted.until) / 2)
    location = np.average(middle, weights=counted.wins)
    scale = np.sqrt(np.average((middle - location) ** 2, weights=counted.wins))
    ratio = counted.wins.sum() / (counted.wins.sum() + counted.not_won.sum())
    return np.array([special.logit(min(1.2 * ratio, 0.99)), location, np.log(scale)])


def _parameters(fit: Cure) -> Floats:
    return np.array([special.logit(fit.ever), fit.location, np.log(fit.scale)])


def _share_by(family: str, location: float, scale: float, days: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return FAMILIES[family].share((np.log(days) - location) / scale)


def _minus_log_likelihood(counted: _Counted, family: str, parameters: Floats) -> float:
    logit, location, log_scale = np.clip(parameters, *_BOUNDS)
    ever, scale = special.expit(logit), np.exp(log_scale)
    within = _share_by(family, location, scale, counted.until) - _share_by(
        family, location, scale, counted.after
    )
    seen = _share_by(family, location, scale, counted.followed)
    won = counted.wins @ np.log(np.maximum(ever * within, _TINY))
    return -float(won + counted.not_won @ np.log1p(-ever * seen))


def _fit(counted: _Counted, family: str, first: Floats) -> Cure:
    found, least = _minimise(lambda x: _minus_log_likelihood(counted, family, x), first)
    logit, location, log_scale = np.clip(found, *_BOUNDS)
    return Cure(family, float(special.expit(logit)), float(location), float(np.exp(log_scale)), -least)


def _crossing(excess: Callable[[float], float], centre: float, bound: float) -> float:
    """Walk from the centre towards the bound in growing steps, then close in on the sign change."""
    inner, step = centre, 0.1 * np.sign(bound)
    while abs(inner - bound) > 1e-9:
        outer = float(np.clip(inner + step, -_LOGIT_BOUND, _LOGIT_BOUND))
        if excess(outer) < 0:
            return float(optimize.brentq(excess, inner, outer, xtol=1e-3))
        inner, step = outer, 2 * step
    return bound


class _Groups(NamedTuple):
    group: Integers  # of each lead
    number: int
    won: npt.NDArray[np.bool_]
    seen: Floats  # share of those who ever win that would have won while the lead was followed

    def add(self, values: Floats) -> Floats:
        return np.bincount(self.group, weights=values, minlength=self.number).astype(float)


def _modes(groups: _Groups, mean: float, spread: float) -> tuple[Floats, Floats]:
    """Most likely log-odds of each group under the normal prior, and the curvature there."""
    log_odds = np.full(groups.number, mean)
    for _ in range(50):
        slope, curvature = _slope_and_curvature(groups, log_odds)
        curvature = np.maximum(curvature, 0.0) + spread**-2
        move = np.clip((slope - (log_odds - mean) / spread**2) / curvature, -1.0, 1.0)
        log_odds = log_odds + move
        if np.max(np.abs(move)) < 1e-8:
            break
    return log_odds, curvature


def _slope_and_curvature(groups: _Groups, log_odds: Floats) -> tuple[Floats, Floats]:
    """First and minus the second derivative of each group's log-likelihood by its log-odds."""
    ever = special.expit(log_odds)
    lost = groups.seen / (1 - ever[groups.group] * groups.seen)
    wins, hazard, square = groups.add(groups.won.astype(float)), groups.add(lost), groups.add(lost**2)
    variance = ever * (1 - ever)
    return wins * (1 - ever) - variance * hazard, variance * (
        wins + (1 - 2 * ever) * hazard + variance * square
    )


def _marginal_log_likelihood(groups: _Groups, mean: float, spread: float) -> float:
    log_odds, curvature = _modes(groups, mean, spread)
    ever = special.expit(log_odds)
    likelihood = groups.add(np.where(groups.won, 0.0, np.log1p(-ever[groups.group] * groups.seen)))
    likelihood += groups.add(groups.won.astype(float)) * np.log(ever)
    prior = -((log_odds - mean) ** 2) / (2 * spread**2)
    return float(np.sum(likelihood + prior - 0.5 * np.log(spread**2 * curvature)))

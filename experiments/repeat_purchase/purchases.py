"""Purchases of a cohort of buyers of CDs, and the BG/NBD that is fitted to the first half of them.

Data: the CDNOW sample of 2,357 customers whose first purchase is in the first quarter of 1997, published by
P. Fader and B. Hardie. Model and likelihood: P. Fader, B. Hardie and K. Lee (2005), "Counting your customers"
the easy way: an alternative to the Pareto/NBD model, Marketing Science 24, equation 6.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]
FILE = "CDNOW_sample.txt"
FIRST_DAY = pd.Timestamp("1997-01-01")
WEEK = 7  # days
FITTED, ALL = 39, 78  # weeks, from the first day on


class Fit(NamedTuple):
    """What is known of the customers' rates and chances to drop out; the unit of time is a week."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


def data_file() -> Path:
    """Where the public file lies: beside the project, or where FUNNELSIM_DATA points.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    """
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    file = Path(os.environ.get("FUNNELSIM_DATA", beside)) / "cdnow" / FILE
    if not file.is_file():
        raise FileNotFoundError(
            f"{file} is not there: get the CDNOW sample (brucehardie.com, datasets) and let FUNNELSIM_DATA "
            "name the folder that holds cdnow/."
        )
    return file


def load(file: Path) -> pd.DataFrame:
    """Read who bought on which day, counted from 0; what a customer buys on one day is one purchase.

    Returns
    -------
    DataFrame
        One row per purchase: `customer`, `day`, `number` (0 for the first of the customer) and `paid`.
    """
    names = ["master", "customer", "date", "discs", "paid"]
    rows = pd.read_csv(file, sep=r"\s+", names=names, dtype={"date": str})
    rows["day"] = (pd.to_datetime(rows["date"]) - FIRST_DAY).dt.days
    found = rows.groupby(["customer", "day"]).agg({"paid": "sum"}).reset_index()
    found["number"] = found.groupby("customer").cumcount()
    return found


def histories(purchases: pd.DataFrame, weeks: int = FITTED) -> pd.DataFrame:
    """Return what the likelihood asks of each customer by the end of a week.

    Returns
    -------
    DataFrame
        One row per customer: `repeats`; `last`, weeks from the first purchase to the last one; `seen`, weeks
        from the first purchase on.
    """
    days = purchases[purchases["day"] < weeks * WEEK].groupby("customer")["day"]
    first, last = days.min(), days.max()
    return pd.DataFrame(
        {
            "repeats": days.size() - 1,
            "last": (last - first) / WEEK,
            "seen": (weeks * WEEK - 1 - first) / WEEK,
        }
    )


def log_likelihood(of: Floats, repeats: Floats, last: Floats, seen: Floats) -> float:
    """Add up the logarithm of the chance of what each customer has bought (equation 6).

    Parameters
    ----------
    of : array of float
        r, alpha, a and b.
    repeats, last, seen : array of float
        Columns of `histories`.
    """
    r, alpha, a, b = of
    at_a_rate = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + repeats) - betaln(a, b) - (r + repeats) * np.log(alpha + seen)
    some = np.maximum(repeats, 1)
    gone = betaln(a + 1, b + some - 1) - betaln(a, b) - (r + repeats) * np.log(alpha + last)
    with_both = np.where(repeats > 0, np.logaddexp(stays, gone), stays)
    return float((at_a_rate + with_both).sum())


def fit(seen: pd.DataFrame) -> Fit:
    """Fit the model by maximum likelihood."""
    repeats, last, until = (seen[name].to_numpy(float) for name in ("repeats", "last", "seen"))

    def unlikely(logs: Floats) -> float:
        return -log_likelihood(np.exp(logs), repeats, last, until)

    found = minimize(unlikely, np.zeros(4), method="Nelder-Mead", tol=1e-7)
    r, alpha, a, b = np.exp(found.x).tolist()
    return Fit(r, alpha, a, b, -float(found.fun))


def repeats_by_week(days: Integers) -> Floats:
    """Count repeat purchases in each of the 78 weeks, by their days."""
    return np.bincount(days // WEEK, minlength=ALL)[:ALL].astype(np.float64)


def customers_by_repeats(repeats: Integers, most: int) -> Floats:
    """Count customers by their number of repeat purchases, from 0 to `most` or more."""
    return np.bincount(np.minimum(repeats, most), minlength=most + 1).astype(np.float64)

"""The likelihood of purchases against its sum, and how they are counted, on a few written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from experiments.repeat_purchase import cdnow, purchases
from scipy import stats

PARAMETERS = (0.8, 3.0, 1.5, 2.5)


def likelihood_by_summation(repeats: int, last: float, seen: float) -> float:
    """Average the likelihood of customers of known rates and chances (equation 3 of the paper)."""
    r, alpha, a, b = PARAMETERS
    levels = (np.arange(2000) + 0.5) / 2000
    rate = stats.gamma.ppf(levels, r, scale=1 / alpha)
    chance = stats.beta.ppf(levels, a, b)[:, None]
    alive = (1 - chance) ** repeats * rate**repeats * np.exp(-rate * seen)
    gone = chance * (1 - chance) ** max(repeats - 1, 0) * rate**repeats * np.exp(-rate * last)
    return float((alive + gone * (repeats > 0)).mean())


@pytest.mark.parametrize(("repeats", "last", "seen"), [(0, 0.0, 6.0), (1, 2.0, 6.0), (4, 5.5, 6.0)])
def test_the_likelihood_is_the_mean_over_customers(repeats: int, last: float, seen: float) -> None:
    told = purchases.log_likelihood(np.array(PARAMETERS), *np.array([[repeats], [last], [seen]], float))
    assert told == pytest.approx(np.log(likelihood_by_summation(repeats, last, seen)), abs=1e-3)


def bought(*rows: tuple[int, int]) -> pd.DataFrame:
    """List purchases as `load` does, of a customer on a day each."""
    found = pd.DataFrame(rows, columns=["customer", "day"]).assign(paid=10.0)
    return found.assign(number=found.groupby("customer").cumcount())


ROWS = bought((1, 0), (1, 7), (1, 272), (1, 273), (2, 30), (3, 80), (3, 545))


def test_histories_end_with_the_39th_week() -> None:
    seen = purchases.histories(ROWS)
    assert seen["repeats"].tolist() == [2, 0, 0]
    assert (seen["last"] * 7).tolist() == [272, 0, 0]
    assert (seen["seen"] * 7).round(9).tolist() == [272, 242, 192]


def test_purchases_are_counted_by_week_and_half() -> None:
    counted = cdnow.counted(ROWS, customers=6)  # twice as many as there are
    assert {week: count for week, count in enumerate(counted.by_week.tolist(), 1) if count} == {
        2: 2,
        39: 2,
        40: 2,
        78: 2,
    }
    assert counted.by_number["fitted"].tolist() == [4, 0, 2, 0, 0, 0, 0, 0]
    assert counted.by_number["scored"].tolist() == [2, 4, 0, 0, 0, 0, 0, 0]


def test_new_customers_come_by_month_as_they_did() -> None:
    fit = purchases.Fit(*PARAMETERS, 0.0)
    text = cdnow.scenario(fit, ROWS)
    assert "date = 1997-03-23" in text
    assert f"inquiries_per_month = {(2 + 31 / 22) / 12}" in text

"""The share of visits that last longer, by hand and by another program."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from funnelsim.calibration.durations import product_limit
from funnelsim.calibration.durations.product_limit import FEWEST_AT_RISK, MOST_AGES


def lasting(low: list[float], high: list[float], from_age: object = 0.0) -> pd.DataFrame:
    visits = pd.DataFrame({"low": low, "high": high, "from_age": from_age})
    return product_limit(visits.astype(float)).set_index("days")


def test_with_delayed_entry_each_age_has_those_at_risk_then() -> None:
    low = [2.0, 3.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 9.5, 9.7]
    high = [2.0, 3.0, np.inf, 4.0, 6.0, 7.0, 8.0, 9.0, np.inf, np.inf]
    from_age = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 3.5, 0.0]
    found = lasting(low, high, from_age)
    assert found["at_risk"].to_dict() == {0: 10, 2: 8, 3: 8, 4: 7, 6: 6, 7: 5}
    by_hand = np.cumprod([1, 7 / 8, 7 / 8, 6 / 7, 5 / 6, 4 / 5])
    assert found["share"].to_numpy() == pytest.approx(by_hand)


def test_the_curve_does_not_fall_to_0_where_the_first_that_is_seen_ends_at_once() -> None:
    found = lasting([0.5, *np.arange(11.0, 31.0)], [0.5, *np.arange(11.0, 31.0)], [0.2, *[10.0] * 20])
    assert found["share"].loc[11.0] == pytest.approx(19 / 20)
    assert found["at_risk"].iloc[-1] == FEWEST_AT_RISK


def test_between_bounds_it_is_turnbulls() -> None:
    surpyval = pytest.importorskip("surpyval")
    rng = np.random.default_rng(3)
    days = rng.gamma(2.0, 4.0, 300)
    low = np.maximum(np.ceil(days - 1 - 3 * rng.random(300)), 0.0)
    high = np.floor(low + 2 + 4 * rng.random(300))
    high[low > 15] = np.inf
    right = np.where(np.isfinite(high), high, low)
    rival = surpyval.Turnbull.fit(xl=low, xr=right, c=np.where(np.isfinite(high), 2, 1))
    found = lasting(low.tolist(), high.tolist())
    ages = np.array([2.0, 5.0, 8.0, 12.0])
    at = found["share"].to_numpy()[np.searchsorted(found.index, ages, side="right") - 1]
    assert at == pytest.approx(rival.sf(ages), abs=0.01)


def test_of_many_ages_some_stand_for_their_neighbours() -> None:
    days = np.random.default_rng(1).exponential(10.0, 5_000)
    found = lasting(days.tolist(), days.tolist())
    assert len(found) < 2 * MOST_AGES
    at = found["share"].to_numpy()[np.searchsorted(found.index, [5.0, 20.0], side="right") - 1]
    assert at == pytest.approx(np.exp([-0.5, -2.0]), abs=0.02)

"""The simulation as a forecaster: what it knows, and what it says of records that are written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.unit.history.made import changed_after, firm, history_of
from tests.unit.made_history import made, on

from funnelsim.calibration.backtest.backtest import backtest
from funnelsim.calibration.backtest.baselines import RecentMean
from funnelsim.calibration.backtest.spans import Span
from funnelsim.calibration.backtest.windows import (
    CREATED,
    LOSSES,
    NEW_WINS,
    OPEN_WINS,
    VALUE,
    WINS,
    WindowForecast,
)
from funnelsim.calibration.forecaster import Simulated, as_recorded
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History


def known_history(changed: pd.Timestamp | None = None) -> History:
    """Make the records of the made firm, or those in which all is different from a day on."""
    deals = firm()
    return history_of(deals if changed is None else changed_after(deals, changed))


def forecast(history: History, origin: pd.Timestamp) -> WindowForecast:
    ends = [origin + pd.DateOffset(months=month) for month in (1, 2)]
    return Simulated(worlds=20, draws=20).forecast(history.as_of(origin), origin, ends)


@pytest.fixture(scope="module")
def origin() -> pd.Timestamp:
    history = known_history()
    return (history.seen_from + 0.7 * (history.seen_until - history.seen_from)).floor("D")


@pytest.fixture(scope="module")
def told(origin: pd.Timestamp) -> WindowForecast:
    return forecast(known_history(), origin)


def test_what_came_later_changes_no_bit_of_a_forecast(told: WindowForecast, origin: pd.Timestamp) -> None:
    other = forecast(known_history(changed=origin), origin)
    assert told.chances == other.chances
    assert list(told.flows) == list(other.flows)
    for name, flow in told.flows.items():
        np.testing.assert_array_equal(flow, other.flows[name], err_msg=name)
    assert told.cycle is not None
    assert other.cycle is not None
    np.testing.assert_array_equal(told.cycle, other.cycle)


def test_wins_are_those_of_open_and_of_new_deals(told: WindowForecast) -> None:
    np.testing.assert_array_equal(told.flows[WINS], told.flows[OPEN_WINS] + told.flows[NEW_WINS])
    assert (told.flows[CREATED].sum(axis=1) > 0).all()
    assert ((told.flows[VALUE] > 0) == (told.flows[WINS] > 0)).all()


def test_chances_of_open_deals_add_up_to_their_wins(told: WindowForecast) -> None:
    expected = sum(told.chances.values())
    assert expected == pytest.approx(told.flows[OPEN_WINS].sum(axis=1).mean())


def test_it_is_scored_beside_a_baseline() -> None:
    history = known_history()
    origin = (history.seen_until - pd.DateOffset(months=3)).floor("D")
    result = backtest(
        history, [Simulated(worlds=20, draws=20), RecentMean(Span(8, "w"))], Span(2, "m"), [origin]
    )
    assert result.not_made == ()
    assert set(result.windows["forecaster"]) == {"simulation", "mean of the last 8 weeks"}


def test_names_are_those_of_the_records_and_blanks_have_none() -> None:
    day = pd.Timestamp("2026-01-02")
    rows = [
        ["a", day, day, pd.NaT, "lost", "price, too high", "web", "small + new", 1.0, "Ann"],
        ["b", day, day, pd.NaT, "lost", "", "", "small + new", 1.0, ""],
    ]
    empty = [pd.DataFrame(columns=columns) for columns in (ENTRIES, FIELDS, WORK)]
    history = History(pd.DataFrame(rows, columns=DEALS), *empty, ("offer",), day, pd.Timestamp("2026-04-01"))
    channel_of = {"web": "web", "web, at offer": "web", "unknown": "unknown"}
    assert as_recorded(history, channel_of) == {
        "channel": {"web": "web", "web, at offer": "web"},
        "segment": {"small and new": "small + new"},
        "rep": {"Ann": "Ann"},
        "reason": {"price too high": "price, too high"},
    }


def test_what_is_typed_holds_in_place_of_what_is_measured() -> None:
    known = made(120, 4)
    none_lost = Simulated(worlds=2, draws=10, typed={"stages.offer.conversion": 1.0})
    flows = none_lost.forecast(known, on(120), [on(127)]).flows
    assert flows[WINS].min() > 0
    assert flows[LOSSES].max() == 0

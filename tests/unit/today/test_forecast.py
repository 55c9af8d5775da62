"""What a forecast from today says, by ends written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from funnelsim.model.model import SALE
from funnelsim.model.records import LEDGER
from funnelsim.model.words import DAY, NEVER, Event
from funnelsim.reports import document
from funnelsim.reports.forecast_document import forecast_document
from funnelsim.reports.forecast_page import forecast_page
from funnelsim.reports.grid import as_text
from funnelsim.studies.today.bridge import bridge, scores, told_by
from funnelsim.studies.today.donors_seen import DonorCounts, DonorsSeen
from funnelsim.studies.today.ends import LOST, NEW, WON, ends_of
from funnelsim.studies.today.snapshot import Snapshot

from .made import AT, OPEN, SIGNED, result, rows_of


def test_the_quarter_is_what_is_won_and_what_is_to_come() -> None:
    found = result()
    assert (found.won_so_far, found.contracts_so_far) == (20.0, 1)
    assert found.bookings(new=False).tolist() == [100, 50, 150, 0]
    assert found.bookings(new=True).tolist() == [30, 0, 10, 0]
    assert found.total.tolist() == [150, 70, 180, 20]
    assert found.contracts(new=False).tolist() == [1, 1, 2, 0]


def test_the_quota_has_a_chance_a_gap_and_a_coverage() -> None:
    quota = result().quota
    assert quota is not None
    assert (quota.missing, quota.chance) == (120, 0.5)
    assert quota.expected_gap == (0 + 70 + 0 + 120) / 4
    assert quota.coverage == 150 / 120
    to_come = [0, 50, 130, 160]  # the lowest fifth lies 3/5 of the way from the first to the second
    assert quota.coverage_needed == pytest.approx(150 / (to_come[0] + 0.6 * (to_come[1] - to_come[0])))
    assert result(quota=None).quota is None


def test_deals_are_told_by_name() -> None:
    deals = result().deals.set_index("deal")
    assert deals["chance"].to_dict() == {"A": 0.5, "B": 0.5}
    assert deals["expected"].to_dict() == {"A": 50, "B": 25}
    assert deals.loc["A", "close"] == pd.Timestamp("2026-06-09")  # the middle of 30 May and 19 June
    assert deals.loc["A", "days"] == 19
    assert deals["stuck"].to_dict() == {"A": False, "B": True}


def test_bookings_are_told_by_month_and_by_rep() -> None:
    by_month = result().by("month")
    assert by_month.index.tolist() == ["2026-05", "2026-06"]
    assert by_month["bookings_mean"].tolist() == [25, (30 + 50 + 100 + 50 + 10) / 4]
    by_rep = result().by("rep")
    assert by_rep["bookings_mean"].to_dict() == {"ann": 50, "bob": 32.5, "nobody": 2.5}
    assert by_rep["contracts_mean"].sum() == 6 / 4


def test_categories_convert_to_what_their_deals_do() -> None:
    deals = ({**OPEN[0], "category": "commit"}, {**OPEN[1], "category": "commit", "value": None})
    closed = (
        {"deal": "E", "status": "won", "closed": "2026-04-03", "value": 1.0, "category": "commit"},
        {"deal": "F", "status": "lost", "closed": "2026-05-03", "category": "commit"},
        {"deal": "G", "status": "lost", "closed": "2026-03-31", "category": "commit"},  # before the quarter
    )
    (row,) = result(deals=(*deals, *closed)).categories.to_dict("records")
    usual = (100 + 30 + 50 + 100 + 50 + 10) / 6
    of_open = {"deals": 2, "value": 100 + usual, "won": 0.5, "bookings": 75}
    assert row == {"category": "commit", **of_open, "closed": 2, "closed_won": 1}


def test_the_page_lists_the_deals_that_bring_most_and_those_with_an_override() -> None:
    small = [{**OPEN[1], "deal": f"S{number:02}"} for number in range(30)]
    late = {**OPEN[1], "deal": "Z", "probability": 0.0, "why": "they are bankrupt"}
    found = result(deals=(*OPEN, *small, late))
    donors = DonorsSeen(np.zeros(33, bool), np.full(33, np.nan), np.ones(33, bool))
    found = replace(found, ask_donors=lambda: donors)
    page = as_text(forecast_page(found, "next"), 100)
    assert [name in page for name in ("S22", "S23")] == [True, False]  # 25 of 33, the override besides
    assert "they are bankrupt" in page
    assert "7 more deals, expected to bring 0" in page
    assert "S29" in as_text(forecast_page(found, "next", every_deal=True), 100)


@pytest.mark.parametrize(
    ("closed", "told"),
    [("2026-04-03", False), ("2026-05-15", True), (None, True)],
)
def test_records_that_begin_late_in_the_quarter_are_told(closed: str | None, told: bool) -> None:
    found = result()
    deals = rows_of(*OPEN, *([{**SIGNED, "closed": closed}] if closed else []))
    page = as_text(forecast_page(replace(found, snapshot=Snapshot(AT, deals)), "next"), 100)
    assert ("funnelsim snapshot --since 2026-04-01" in page) == told


def test_the_page_and_the_document_say_it_all() -> None:
    page = as_text(forecast_page(result(), "funnelsim since"), 100)
    assert "The chance to reach the quota is 50 %." in page
    assert "1 deal is stuck: longer in the stage than nine in ten of those won later: B." in page
    assert '"until": "2026-07-01T00:00:00"' in document.as_json(forecast_document(result()))


# ---- bridge and scores ------------------------------------------------------------------------


def test_the_bridge_adds_up_and_says_what_each_piece_of_news_did() -> None:
    before = told_by(result())
    new_owner = {**OPEN[1], "rep": "ann", "value": 80.0}
    won = {**OPEN[0], "status": "won", "closed": "2026-05-25", "value": 90.0}
    fresh = {**OPEN[0], "deal": "E", "value": 60.0}
    now = result(deals=(fresh, new_owner))
    snapshot = Snapshot(AT + pd.Timedelta(days=7), rows_of(fresh, new_owner, won, SIGNED))
    after = told_by(now)
    parts = bridge(before, after, snapshot)
    assert parts.won == -50 + 90
    assert parts.value == (80 - 50) * 0.5
    assert parts.owner == 25 - 25 - parts.value  # its simulated bookings are as before
    assert parts.slipped == parts.lost == parts.model == 0
    assert sum(parts) == pytest.approx(after.expected - before.expected)
    gone = Snapshot(AT, rows_of(fresh, new_owner, {**won, "status": "lost"}))
    assert bridge(before, after, gone).lost == -50


def test_forecasts_are_scored_when_they_are_due() -> None:
    told = told_by(result())
    ended = ({**OPEN[0], "status": "won", "closed": "2026-06-25"}, SIGNED)
    due = scores(told, Snapshot(told.until, rows_of(*ended)))
    assert (due.deals, due.unknown) == (1, 1)
    assert due.brier == 0.25
    assert due.log == pytest.approx(np.log(2))
    assert due.bookings == 120
    assert due.place == 0.5  # above 70 and 20, below 150 and 180
    with pytest.raises(ValueError, match="due on 2026-07-01"):
        scores(told, Snapshot(AT, rows_of(*ended)))


# ---- from ledgers -----------------------------------------------------------------------------


def ledger(*rows: tuple[float, int, Event, float]) -> np.ndarray:
    found = np.zeros(len(rows), LEDGER)
    for row, (days, pursuit, event, money) in zip(found, rows, strict=True):
        row["time"], row["pursuit"], row["event"], row["money"] = days * DAY, pursuit, event, money
        row["process"] = SALE
    return found


def test_a_pursuit_ends_once_and_a_contract_counts_before_a_loss() -> None:
    rows = ledger(
        (1, 7, Event.PARKED, 0.0),
        (2, 5, Event.LOST, 0.0),
        (3, 7, Event.WON, 40.0),
        (4, 9, Event.WENT_COLD, 0.0),
        (9, 11, Event.WON, 10.0),
    )
    ends = ends_of(rows, 3, np.array([9, 5]), 8 * DAY)
    assert ends["entity"].tolist() == [5, 7, 9]
    assert ends["outcome"].tolist() == [LOST, WON, LOST]
    assert ends["deal"].tolist() == [1, NEW, 0]
    assert ends["money"].tolist() == [0, 40, 0]
    assert set(ends["world"]) == {3}


def test_no_deal_is_stuck_where_none_was_won() -> None:
    counts = DonorCounts(np.zeros(1, np.int64), np.array([45]) * DAY, 20 * DAY, 200 * DAY)
    counts.add(ledger((0, 1, Event.ENTERED, 0.0)))
    seen = counts.seen()
    assert (seen.stuck.tolist(), seen.month_ago.tolist(), seen.has_donor.tolist()) == ([False], [0.0], [True])


def test_a_deal_is_stuck_if_nine_in_ten_of_those_won_later_were_younger() -> None:
    visits = [
        row
        for deal in range(10)
        for row in ((0, deal, Event.ENTERED, 0.0), (10.0 * (deal + 1), deal, Event.WON, 1.0))
    ]
    rows = ledger(*sorted(visits), (0, 99, Event.ENTERED, 0.0))
    counts = DonorCounts(np.zeros(3, np.int64), np.array([90, 92, 45]) * DAY, 20 * DAY, 200 * DAY)
    assert not counts.seen().has_donor.any()
    counts.add(rows[np.argsort(rows["time"], kind="stable")])
    seen = counts.seen()
    assert seen.stuck.tolist() == [False, True, False]  # 90 % of 10, 20 ... 100 days: 91
    # At 15 days nine of ten are there, and the one who is never won; within 20 days 20 and 30 are won.
    assert seen.month_ago[2] == 2 / 10
    assert seen.has_donor.all()  # one visit never ends
    assert NEVER > 200 * DAY

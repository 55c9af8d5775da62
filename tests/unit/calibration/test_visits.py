"""The visits of a history: their ends, and between which bounds their lengths lie."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.calibration.visits import VISITS, visits_of
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

DEAL = {"reason": "", "channel": "web", "segment": "small", "value": np.nan, "rep": "Kim", "outcome": ""}


def history(
    deals: list[dict[str, object]], entries: list[dict[str, object]], by_day: bool = False
) -> History:
    """Make a history of 2026's first quarter from what is said of its deals, and of their stages."""
    times = ["created", "closed", "closed_after"], ["entered", "entered_after"]
    frames = [
        pd.DataFrame([blank | row for row in rows], columns=list(columns))
        for rows, columns, blank in ((deals, DEALS, DEAL), (entries, ENTRIES, {"rep": ""}))
    ]
    for frame, columns in zip(frames, times, strict=True):
        frame[columns] = frame[columns].apply(pd.to_datetime, format="ISO8601")
    blank = [pd.DataFrame(columns=list(columns)) for columns in (FIELDS, WORK)]
    began, ended = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-04-01")
    return History(*frames, *blank, ("call", "offer", "contract"), began, ended, by_day)


def test_a_visit_ends_with_the_next_stage_or_the_end_of_the_deal() -> None:
    found = visits_of(
        history(
            [
                {"deal": "a", "created": "2026-01-10", "closed": "2026-02-10 12:00", "outcome": "lost"},
                {"deal": "b", "created": "2026-03-22"},
            ],
            [
                {"deal": "a", "stage": "call", "entered": "2026-01-10"},
                {"deal": "a", "stage": "offer", "entered": "2026-01-12 06:00", "rep": "Lee"},
                {"deal": "a", "stage": "call", "entered": "2026-02-01"},
                {"deal": "b", "stage": "call", "entered": "2026-03-22"},
            ],
        )
    )
    assert tuple(found.columns) == VISITS
    assert found["stage"].tolist() == ["call", "offer", "call", "call"]
    assert found["low"].tolist() == [2.25, 19.75, 9.5, 10.0]
    assert found["high"].tolist() == [2.25, 19.75, 9.5, np.inf]
    assert found["went_to"].tolist() == ["offer", "call", "lost", ""]
    assert found["went_back"].tolist() == [False, True, False, False]
    assert found["rep"].tolist() == ["Kim", "Lee", "Kim", "Kim"]
    assert found["ended"].isna().tolist() == [False, False, False, True]
    assert set(found["segment"]) == {"small"}
    assert set(found["channel"]) == {"web"}
    assert not found[["from_age", "entered_within", "ended_within"]].to_numpy().any()


def test_visits_from_before_the_history_are_seen_late_or_not_at_all() -> None:
    found = visits_of(
        history(
            [{"deal": "a", "created": "2025-11-01", "closed": "2026-02-01", "outcome": "won"}],
            [
                {"deal": "a", "stage": "call", "entered": "2025-11-01"},
                {"deal": "a", "stage": "offer", "entered": "2025-12-02"},
            ],
        )
    )
    assert found[["stage", "low", "from_age"]].to_numpy().tolist() == [["offer", 61.0, 30.0]]


def test_days_only_leave_a_length_open_by_a_day_either_way() -> None:
    found = visits_of(
        history(
            [
                {"deal": "same day", "created": "2026-01-10", "closed": "2026-01-10", "outcome": "won"},
                {"deal": "three days", "created": "2026-01-10", "closed": "2026-01-13", "outcome": "won"},
                {"deal": "open", "created": "2026-01-10"},
                {"deal": "late", "created": "2025-12-20", "closed": "2026-01-01", "outcome": "won"},
                {"deal": "that night", "created": "2025-12-31", "closed": "2026-01-04", "outcome": "won"},
            ],
            [
                {"deal": deal, "stage": "call", "entered": entered}
                for deal, entered in {
                    "same day": "2026-01-10",
                    "three days": "2026-01-10",
                    "open": "2026-01-10",
                    "late": "2025-12-20",
                    "that night": "2025-12-31",
                }.items()
            ],
            by_day=True,
        )
    ).set_index("deal")
    assert found.loc["same day", ["low", "high"]].tolist() == [0.0, 1.0]
    assert found.loc["three days", ["low", "high"]].tolist() == [2.0, 4.0]
    assert found.loc["open", ["low", "high"]].tolist() == [80.0, np.inf]
    assert found.loc["late", ["low", "high", "from_age"]].tolist() == [11.0, 13.0, 11.0]
    assert np.isnan(found.loc["that night", "from_age"])  # it began on the eve of the history
    assert set(found["entered_within"]) == {1.0}
    assert found["ended_within"].tolist() == [1.0, 1.0, 0.0, 1.0, 1.0]


def test_what_two_looks_show_happened_between_them() -> None:
    found = visits_of(
        history(
            [
                {
                    "deal": "closed",
                    "created": "2026-01-08",
                    "closed": "2026-01-29",
                    "closed_after": "2026-01-22",
                    "outcome": "lost",
                },
                {"deal": "open", "created": "2026-01-15"},
            ],
            [
                {
                    "deal": "closed",
                    "stage": "call",
                    "entered": "2026-01-08",
                    "entered_after": "2026-01-01",
                },
                {"deal": "open", "stage": "call", "entered": "2026-01-15", "entered_after": "2026-01-08"},
            ],
        )
    )
    # The last look that showed anything was on 29 January: until then, the open deal was seen to be open.
    assert found[["low", "high"]].to_numpy().tolist() == [[14.0, 28.0], [14.0, np.inf]]
    assert found[["entered_within", "ended_within"]].to_numpy().tolist() == [[7.0, 7.0], [7.0, 0.0]]


def test_what_is_known_earlier_is_still_going_on() -> None:
    whole = history(
        [{"deal": "a", "created": "2026-01-10", "closed": "2026-02-10", "outcome": "won"}],
        [
            {"deal": "a", "stage": "call", "entered": "2026-01-10"},
            {"deal": "a", "stage": "offer", "entered": "2026-01-20"},
        ],
    )
    found = visits_of(whole.as_of(pd.Timestamp("2026-01-31")))
    assert found[["low", "high", "went_to"]].to_numpy().tolist() == [
        [10.0, 10.0, "offer"],
        [11.0, np.inf, ""],
    ]


def test_a_history_without_deals_has_no_visits() -> None:
    found = visits_of(history([], []))
    assert tuple(found.columns) == VISITS
    assert found.empty


def test_who_was_in_the_next_stage_at_the_first_look_tells_nothing_of_the_stage_before() -> None:
    entries = [
        {"deal": "a", "stage": "call", "entered": "2025-12-01"},
        {"deal": "a", "stage": "offer", "entered": "2026-01-01", "entered_after": "2025-12-01"},
        {"deal": "a", "stage": "contract", "entered": "2026-01-08", "entered_after": "2026-01-01"},
    ]
    found = visits_of(history([{"deal": "a", "created": "2025-12-01"}], entries))
    assert found["stage"].tolist() == ["offer", "contract"]
    assert np.isnan(found.loc[0, "from_age"])

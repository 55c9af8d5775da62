"""Work in the log of a lender (BPI Challenge 2012), read here without the reader of the package."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from funnelsim.calibration.work import Work, measure_work
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

ROOT = Path(__file__).parents[2]
FILE = Path(os.environ.get("FUNNELSIM_DATA", ROOT.parent / "shared" / "data"))
FILE = FILE / "loan_leads" / "events_to_2011-12-31.csv.gz"
WHY = f"{FILE} is not there"

pytestmark = [pytest.mark.realdata, pytest.mark.skipif(not FILE.is_file(), reason=WHY)]

FROM, UNTIL = pd.Timestamp("2011-11-01"), pd.Timestamp("2012-01-01")  # October is understated
CALLS = "W_Nabellen offertes"


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    events = pd.read_csv(FILE, dtype={"case": str, "resource": str})
    at = pd.to_datetime(events["timestamp"], utc=True, format="ISO8601")
    local = at.dt.tz_convert("Europe/Amsterdam").dt.tz_localize(None)
    return events.assign(at=local, resource=events["resource"].fillna(""))


@pytest.fixture(scope="module")
def spells(events: pd.DataFrame) -> pd.DataFrame:
    """Pair each START with the next COMPLETE of the same case and activity."""
    work = events[events["activity"].str.startswith("W_") & events["transition"].isin(["START", "COMPLETE"])]
    rows = []
    for (case, activity), own in work.groupby(["case", "activity"], sort=False):
        begun: tuple[pd.Timestamp, str] | None = None
        for at, transition, who in zip(own["at"], own["transition"], own["resource"], strict=True):
            if transition == "START":
                begun = (at, who)
            elif begun is not None:
                rows.append((case, activity, begun[1] or who, begun[0], at))
                begun = None
    found = pd.DataFrame(rows, columns=WORK)
    return found[found["start"] >= FROM]


@pytest.fixture(scope="module")
def measured(events: pd.DataFrame, spells: pd.DataFrame) -> Work:
    by_case = events.groupby("case")["at"]
    ends = events[events["activity"].isin(["A_DECLINED", "A_CANCELLED", "A_ACTIVATED"])]
    deals = pd.DataFrame({column: "" for column in DEALS}, index=by_case.min().index)
    deals = deals.assign(deal=deals.index, created=by_case.min(), closed_after=pd.NaT)
    deals["closed"] = ends.groupby("case")["at"].min().reindex(deals.index)
    states = events[events["activity"].str.startswith("A_") & (events["at"] >= FROM)]
    entries = states.rename(columns={"case": "deal", "activity": "stage", "at": "entered", "resource": "rep"})
    history = History(
        deals.reset_index(drop=True),
        entries.assign(entered_after=pd.NaT)[list(ENTRIES)],
        pd.DataFrame(columns=FIELDS),
        spells,
        (CALLS,),
        FROM,
        UNTIL,
        time_zone="Europe/Amsterdam",
    )
    return measure_work(history, stages=sorted(spells["stage"].unique()), draws=200, seed=1)


def test_resource_112_is_the_robot_and_takes_the_submissions(measured: Work) -> None:
    assert measured.robots == ("112",)
    [note] = [note for note in measured.notes if note.startswith("112 ")]
    assert "A_SUBMITTED" in note


def test_sundays_are_closed_and_saturdays_short(measured: Work) -> None:
    hours = measured.hours.written()
    assert "sunday" not in hours
    length = (measured.hours.closes - measured.hours.opens) / 3600
    assert length[5] < length[:5].min()
    assert np.all((length[:5] > 10) & (length[:5] < 13))
    people = measured.by_weekday().set_index("weekday")["people"]
    assert people["Saturday"] < 0.5 * people.drop("Saturday").min()


def test_people_are_counted_as_the_log_has_them_day_by_day(measured: Work, spells: pd.DataFrame) -> None:
    named = spells[spells["rep"] != ""]
    counted = named.groupby(named["start"].dt.normalize())["rep"].nunique()
    found = measured.people.set_index("day")["people"]
    assert (found == counted.reindex(found.index)).all()


def test_nobody_works_more_than_the_clock(measured: Work) -> None:
    """Time within a day, by rep, is the union of the spells of that day."""
    own = measured.visits[measured.visits["rep"] != ""]
    day = own["start"].dt.normalize()
    within = own["end"].dt.normalize() == day
    longest = ((own["end"].where(within, day + pd.Timedelta(days=1))) - day).groupby([own["rep"], day]).max()
    earliest = (own["start"] - day).groupby([own["rep"], day]).min()
    worked = own["worked"].where(within, 0.0).groupby([own["rep"], day]).sum()
    assert (worked <= (longest - earliest) / pd.Timedelta(hours=1) + 0.01).all()


def test_several_at_once_is_told_and_spells_are_more_than_visits(
    measured: Work, spells: pd.DataFrame
) -> None:
    shared = next(float(note.split(" %")[0]) for note in measured.notes if "several at once" in note)
    assert 3 < shared < 20
    assert len(measured.visits) < len(spells)


def test_calls_after_offers_take_minutes(measured: Work) -> None:
    calls = next(each for each in measured.estimates() if each.path == f"stages.{CALLS}.effort_hours")
    low, high = calls.interval("mean, hours")
    assert 2 / 60 < low < high < 1
    assert high < 1.3 * low

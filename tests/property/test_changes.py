"""Laws of changes on days: what they cannot move, and that it does not matter how they are lived through."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, history, new_ledger, pages_by_chapter
from funnelsim.model.model import Chapters, other_numbers
from funnelsim.model.words import DAY, NOBODY, Event
from funnelsim.rules.visits import team_for
from funnelsim.scenario import TODAY, course_of, from_document, lower, parse

from .changing import STRATEGY, Document, changing_scenarios
from .living import at_a_stretch, on_pages_of, smallest_page
from .parity import Slice, by_hand
from .scenarios import Toml, scenarios, seeds
from .scenes import CHANGES
from .test_engine_properties import (
    BEGINS_WORK,
    ENDS_WORK,
    each_lead_begins_and_ends_once,
    occupancy_is_the_sum_of_spans,
    of,
)

SEED = 20_260_106
EXAMPLES = 40
some = partial(
    settings,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


def chapters_of(document: Document, strategy: str, seed: int) -> Chapters:
    """Lower a strategy as it is in the first world of a seed."""
    return course_of(from_document(document), strategy).chapters(world_of(seed, 0))


def lived(document: Document, strategy: str, seed: int) -> Records:
    return history("compiled", chapters_of(document, strategy, seed), seed)


def test_both_engines_write_the_same_ledger() -> None:
    seen: Counter[str] = Counter()
    by_hand(CHANGES, seen)
    Slice(EXAMPLES, SEED, changing=True).search(seen)
    assert seen["scenarios"] >= EXAMPLES + len(CHANGES)


@seed(SEED)
@some(max_examples=15)
@given(changing_scenarios(), seeds())
def test_the_size_of_the_pages_does_not_matter(text: Toml, seed: int) -> None:
    chapters = course_of(parse(text), STRATEGY).chapters(world_of(seed, 0))
    world, least = world_of(seed, 0), smallest_page(chapters)
    whole = at_a_stretch("compiled", chapters, world).tobytes()
    for rows in range(least, least + 9):
        assert on_pages_of(rows, "compiled", chapters, world).tobytes() == whole


SAME = (
    ("teams.{team}.people +=", 0),
    ("stages.{stage}.{number} *=", 1),
    ("channels.{channel}.cost_per_inquiry +=", 0),
)


@seed(SEED)
@some(max_examples=25)
@given(changing_scenarios(), seeds(), st.sets(st.integers(0, 27), min_size=1, max_size=3))
def test_changes_that_change_nothing_change_nothing(text: Toml, seed: int, days: set[int]) -> None:
    document = tomllib.loads(text)
    names = {table: next(iter(document[f"{table}s"])) for table in ("team", "stage", "channel")}
    decides = document["stages"][names["stage"]]
    names["number"] = "conversion" if "conversion" in decides else "cost_per_visit"
    steps = [
        {"date": document["start"] + timedelta(day), "change": {path.format(**names): value}}
        for day, (path, value) in zip(sorted(days), SAME, strict=False)
    ]
    document["strategies"] = {"same": {"on": steps}}
    assert len(chapters_of(document, "same", seed)) > len(days)
    assert lived(document, "same", seed).tobytes() == lived(document, TODAY, seed).tobytes()


@seed(SEED)
@some(max_examples=30)
@given(changing_scenarios(), seeds())
def test_until_it_begins_a_strategy_is_today(text: Toml, seed: int) -> None:
    document = tomllib.loads(text)
    strategy = document["strategies"][STRATEGY]
    assume(not strategy.get("always"))
    starts = strategy.get("starts", document["start"])
    today, other = (chapters_of(document, name, seed) for name in (TODAY, STRATEGY))
    begins = (starts - first_day(document)).days * DAY
    assert begins in [each.begins for each in other]
    ours, theirs = (until(each, seed, begins) for each in (today, other))
    assert ours == theirs


def first_day(document: Document) -> date:
    return date.fromisoformat(course_of(from_document(document), TODAY).names.start)


def until(chapters: Chapters, seed: int, instant: int) -> bytes:
    """Return the rows up to an instant, with the costs of the day that ends at it."""
    rows = history("compiled", chapters, seed)
    by_the_day = np.isin(rows["event"], (Event.MEDIA, Event.PAY, Event.TRAINED, Event.SKILL, Event.RUNNING))
    at_it = (rows["time"] == instant) & by_the_day & (instant > 0)
    return rows[(rows["time"] < instant) | at_it].tobytes()


@seed(SEED)
@some(max_examples=30)
@given(scenarios(), seeds(), st.integers(0, 27), st.sampled_from([2, 3, 1.5]))
def test_a_channel_that_grows_keeps_its_companies(text: Toml, seed: int, day: int, factor: float) -> None:
    """Whoever has asked stays; whoever asks later is the same company, sooner, and more come after.

    Other channels have the same inquiries; those that reps look for come as reps find the time (A13).
    """
    document = tomllib.loads(text)
    name = next(iter(document["channels"]))
    channel = document["channels"][name]
    assume("inquiries_per_month" in channel and "response" not in channel)
    assume(not any("market" in segment for segment in document["segments"].values()))
    starts = document["start"] + timedelta(day)
    change = {f"channels.{name}.inquiries_per_month *=": factor}
    document["strategies"] = {"more": {"starts": starts, "change": change}}
    begins = (starts - first_day(document)).days * DAY
    fewer, more = (of(lived(document, each, seed), Event.INQUIRY) for each in (TODAY, "more"))
    for number, other in enumerate(document["channels"].values()):
        ours, theirs = (rows[rows["channel"] == number] for rows in (fewer, more))
        if "prospecting" in other:
            both = min(len(ours), len(theirs))
            assert (ours[:both][["pursuit", "segment"]] == theirs[:both][["pursuit", "segment"]]).all()
            continue
        if number > 0:
            assert ours.tobytes() == theirs.tobytes()
            continue
        assert len(ours) <= len(theirs)
        assert ours["pursuit"].tolist() == theirs["pursuit"][: len(ours)].tolist()
        assert (np.diff(theirs["pursuit"]) == 1).all()
        same = theirs[: len(ours)]
        assert (same["time"] <= ours["time"]).all()
        assert same[same["time"] < begins].tobytes() == ours[ours["time"] < begins].tobytes()
        assert (same["segment"] == ours["segment"]).all()


# ---- laws of the rows --------------------------------------------------------------------------


def rows_of_people(chapters: Chapters, seed: int) -> tuple[Records, np.ndarray[Any, Any]]:
    """Live through chapters; return the rows, and of each who its rep is, by the numbers of its chapter."""
    ledger = new_ledger(4096 + smallest_page(chapters))
    rows, people = [], []
    for number, page in pages_by_chapter(ENGINES["compiled"], chapters, world_of(seed, 0), ledger):
        rows.append(page.copy())
        entities = np.append(chapters[number].model.reps["entity"], NOBODY)
        people.append(entities[page["rep"]])
    return np.concatenate(rows), np.concatenate(people)


@seed(SEED)
@some(max_examples=30)
@given(changing_scenarios(), seeds())
def test_laws_of_the_rows(text: Toml, seed: int) -> None:
    chapters = course_of(parse(text), STRATEGY).chapters(world_of(seed, 0))
    rows, people = rows_of_people(chapters, seed)
    assert (np.diff(rows["time"]) >= 0).all()
    of_leads = rows[np.isin(rows["pursuit"], rows["pursuit"][rows["event"] == Event.INQUIRY])]
    each_lead_begins_and_ends_once(of_leads)
    occupancy_is_the_sum_of_spans(chapters[-1].model, of_leads)
    each_person_does_one_thing_at_a_time(chapters, rows, people)
    each_person_has_one_time_on_staff(chapters, rows, people)


def each_person_does_one_thing_at_a_time(
    chapters: Chapters, rows: Records, people: np.ndarray[Any, Any]
) -> None:
    """Whoever starts has no other work in hand, and ends what was started, under whatever number."""
    at_work: dict[int, int] = {}
    for row, person in zip(rows, people.tolist(), strict=True):
        lead = int(row["pursuit"])
        chapter = sum(each.begins <= row["time"] for each in chapters) - 1
        if row["event"] in BEGINS_WORK and team_for(chapters[chapter].model, row) != NOBODY:
            assert person not in at_work
            at_work[person] = lead
        elif row["event"] in ENDS_WORK and at_work.get(person) == lead:
            del at_work[person]
        elif row["event"] == Event.PROSPECTED:
            assert person not in at_work
        elif row["event"] in ENDS_WORK:
            assert row["worked"] == 0
            assert row["waited"] == 0


def each_person_has_one_time_on_staff(
    chapters: Chapters, rows: Records, people: np.ndarray[Any, Any]
) -> None:
    """Whoever comes before the horizon leaves once, or is there at the end."""
    model = chapters[-1].model
    on_staff = rows["event"] == Event.ON_STAFF
    came = model.reps["entity"][model.reps["joins"] < model.horizon]
    successors = people[rows["event"] == Event.JOINED]
    assert sorted(people[on_staff].tolist()) == sorted([*came.tolist(), *successors.tolist()])


# ---- people in seats ---------------------------------------------------------------------------

SEATS = """
start = 2026-03-01
horizon = { warm_up_months = 0, period_months = 4, drain_months = 0 }
segments = { all = { contract_value_per_year = 100 } }
channels = { web = { kind = "seo", inquiries_per_month = 90 } }
[teams.sales]
people = 3
skill = { low = 0.5, likely = 1, high = 2 }
reps = { Ada = {} }
[stages.call]
team = "sales"
conversion = 0.5
effort_hours = 4
[[changes]]
date = 2026-04-01
change = { "teams.sales.people" = 1 }
[[changes]]
date = 2026-05-01
change = { "teams.sales.people" = 2 }
[[changes]]
date = 2026-06-01
change = { "teams.sales.people" = 4 }
"""
GENERATION = 2**24


def test_who_comes_into_a_seat_is_somebody_else() -> None:
    """Seats 1 and 2 are given up in April; somebody new has seat 1 from May, seats 2 and 3 from June (C7)."""
    chapters = course_of(parse(SEATS), TODAY).chapters(world_of(1, 0))
    seats = []
    for each in chapters:
        reps = each.model.reps
        there = reps[(reps["joins"] <= each.begins) & (reps["leaves"] > each.begins)]
        seats.append(sorted(int(entity & 0xFFFF_FFFF) for entity in there["entity"]))
    [ada] = {number for seat in seats for number in seat if number >= 2**31}
    assert seats == [
        [0, 1, 2, ada],
        [0, ada],
        [0, 1 + GENERATION, ada],
        [0, 3, 1 + GENERATION, 2 + GENERATION, ada],
    ]


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_who_leaves_a_seat_is_paid_until_then(engine: str) -> None:
    """The time of everybody on staff, by hand: days from 1 March to 1 April, May, June and July."""
    chapters = course_of(parse(SEATS), TODAY).chapters(world_of(1, 0))
    rows = of(history(engine, chapters, 1), Event.ON_STAFF)
    days = sorted(waited // DAY for waited in rows["waited"].tolist())
    # Seats 2 and 3 from June; 1 and 2 until April (work in hand may last some hours longer); seat 1 from May;
    # seat 0 and Ada throughout.
    assert days == [30, 30, 31, 31, 61, 122, 122]


GONE_AT_ONCE = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
segments.small.contract_value_per_year = 1000
channels.web = { kind = "seo", inquiries_per_month = 60 }
stages.call = { conversion = 0.5, team = "sales", effort_hours = 2 }
changes = [{ date = 2026-06-01, change = { "teams.sales.reps.Cleo.leaves" = 2026-06-01 } }]
[teams.sales]
people = 1
hours_per_week = 40
[teams.sales.reps.Cleo]
[teams.sales.reps.Dan]
"""


def test_who_leaves_on_the_first_day_of_all_stays_in_the_model() -> None:
    """A chapter takes nobody away (C2): compiled code would look for them beside its arrays."""
    chapters = course_of(parse(GONE_AT_ONCE), TODAY).chapters(world_of(1, 0))
    assert [len(each.model.reps) for each in chapters] == [3, 3]
    told = [history(engine, chapters) for engine in sorted(ENGINES)]
    assert told[0].tobytes() == told[1].tobytes()
    worked = told[0][told[0]["event"] == Event.WORKED]
    assert set(worked["rep"]) == {0, 2}  # not Cleo


def test_a_chapter_that_lacks_somebody_is_refused() -> None:
    model = lower(parse(GONE_AT_ONCE.replace("changes = ", "# "))).model
    with pytest.raises(ValueError, match="lacks a rep of the one before"):
        other_numbers(model, model._replace(reps=model.reps[:2]))

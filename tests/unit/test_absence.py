"""Absence by plan and by chance: from the file to spells, to rows, and to what is available."""

from __future__ import annotations

import numpy as np
import pytest

from funnelsim.chance.keys import world_of
from funnelsim.engines import ENGINES, history
from funnelsim.engines.fold import fold, new_tally
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR, NEVER, Event
from funnelsim.model.worktime import worked_by
from funnelsim.rules import absence
from funnelsim.scenario import ScenarioError, lower, parse

FIRM = """
start = 2026-01-05
[horizon]
period_months = 12
warm_up_months = 0
drain_months = 0
[segments.all]
contract_value_per_year = 9000
[channels.web]
kind = "seo"
inquiries_per_month = 400
[teams.sales]
people = 2
[stages.call]
team = "sales"
conversion = 0.3
effort_hours = { median = 2, p90 = 9 }
"""
WORLD = world_of(1, 0)
engines = pytest.mark.parametrize("engine", sorted(ENGINES))


def firm(*absence: str) -> Model:
    return lower(parse("\n".join([FIRM, "[teams.sales.absence]", *absence]))).model


def spells(model: Model, rep: int, replication: int = 0) -> list[tuple[int, int]]:
    """List a rep's spells one after the other, as an engine finds them."""
    found, since = [], 0
    while since != NEVER:
        begins, since = absence.next_spell(model, world_of(1, replication), model.reps[rep], since)
        found += [] if begins == NEVER else [(begins, since)]
    return found


def test_a_team_that_is_never_absent_looks_for_nothing() -> None:
    model = lower(parse(FIRM)).model
    assert not model.reps["may_be_absent"].any()
    assert spells(model, 0) == []


def test_dates_of_absence_are_spells_of_a_day_that_unite() -> None:
    model = firm('dates = ["2026-01-07 to 2026-01-09", 2026-01-12]', "[teams.sales.reps.Ann]")
    assert spells(model, 0) == spells(model, 2) == [(2 * DAY, 5 * DAY), (7 * DAY, 8 * DAY)]
    own = lower(parse(FIRM + "[teams.sales.reps.Ann]\nabsent = [2026-01-07]")).model
    assert [spells(own, rep) for rep in range(3)] == [[], [], [(2 * DAY, 3 * DAY)]]


def test_days_off_add_up_to_those_of_a_year() -> None:
    model = firm("days_off_per_year = 36.525", "days_off_at_once = 7.305")
    for rep in range(2):
        found = spells(model, rep)
        assert len(found) == 5
        assert {ends - begins for begins, ends in found} == {round(7.305 * DAY)}
        assert {begins % DAY for begins, _ in found} == {0}
        gaps = np.diff([begins for begins, _ in found])
        assert set(gaps.tolist()) == {73 * DAY}
    assert spells(model, 0) != spells(model, 1)


def test_spells_by_chance_are_as_many_and_as_long_as_typed() -> None:
    model = firm("spells_per_year = 4", "spell_days = 0.5")
    found = [spell for replication in range(200) for spell in spells(model, 0, replication)]
    assert {ends - begins for begins, ends in found} == {DAY // 2}
    expected = 200 * 4 * 365 / 365.25
    assert len(found) == pytest.approx(expected, abs=4 * expected**0.5)


def test_a_training_takes_its_hours() -> None:
    # Wednesday to Friday: 20 of their hours, from nine to five.
    text = FIRM + "[teams.sales.training.one]\ndate = 2026-01-07\nhours = 20\n"
    assert spells(lower(parse(text)).model, 1) == [(2 * DAY, 4 * DAY + 13 * HOUR)]


@engines
def test_the_absent_get_nothing_and_finish_afterwards(engine: str) -> None:
    model = firm('dates = ["2026-03-02 to 2026-03-15"]')
    rows = history(engine, model, 3)
    begins, ends = (59 - 3) * DAY, (59 + 11) * DAY
    started = rows[rows["event"] == Event.STARTED]["time"]
    worked = rows[rows["event"] == Event.WORKED]
    assert not ((started >= begins) & (started < ends)).any()
    assert not ((worked["time"] > begins) & (worked["time"] < ends)).any()
    absent = rows[rows["event"] == Event.ABSENT]
    assert absent[["time", "waited"]].tolist() == [(ends, ends - begins)] * 2
    assert (absent["worked"] == 80 * HOUR).any()  # ten days of eight hours were taken from work in hand
    [entered] = {len(rows[(rows["event"] == Event.ENTERED) & (rows["time"] < begins)])}
    assert entered > len(started[started < begins])  # saturated: leads waited


@engines
def test_work_is_done_in_the_hours_that_are_left(engine: str) -> None:
    """Of saturated people the hours worked in each month are those of their calendars, less absences."""
    more = ["spells_per_year = 30", "spell_days = { median = 2, p90 = 6 }", "days_off_per_year = 40"]
    model = firm(*more, 'dates = ["2026-05-29 to 2026-06-03"]')
    tally = new_tally(model, 2)
    fold(history(engine, model, 1), model, tally)
    there = np.zeros_like(tally.available)
    calendar = model.calendars[0]
    hours = (model.hours, calendar["first_hours"], calendar["hours"])
    for rep in range(2):
        for month, (since, until) in enumerate(zip(model.months[:-1], model.months[1:], strict=True)):
            there[month, rep] = worked_by(*hours, until) - worked_by(*hours, since)
            for begins, ends in spells(model, rep):
                first, last = max(begins, since), min(ends, until)
                if first < last:
                    there[month, rep] -= worked_by(*hours, last) - worked_by(*hours, first)
    assert tally.available.tolist() == there.tolist()
    assert (tally.absent.sum(axis=1) > 0).all()
    # All are busy from the first days on; the work in hand at the horizon is not booked.
    assert tally.busy[:-1].tolist() == there[:-1].tolist()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            ["spells_per_year = 20", "spell_days = 20"],
            "teams.sales.absence takes 400 days a year; expected fewer than a year has",
        ),
        (
            ["days_off_per_year = 5"],
            "teams.sales.absence.days_off_at_once is 7, more than the 5 days_off_per_year",
        ),
        (["dates = [2206-01-01]"], "teams.sales.absence.dates has 2206-01-01, more than 20 years"),
        (["spell_days = -1"], "teams.sales.absence.spell_days is -1, which can be below 0; expected"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(more: list[str], sentence: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        firm(*more)
    assert any(sentence in problem.sentence() for problem in refused.value.problems)

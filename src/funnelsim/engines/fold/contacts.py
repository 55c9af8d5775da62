"""Contacts with the buyer: how soon the first one comes, attempts, and what sales rejects."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import Four
from funnelsim.engines.fold.lines import Lines, add_to_cohort, add_to_lines, amounts_of
from funnelsim.engines.fold.measures import (
    ATTEMPT,
    CONTACT_BY_CLOCK,
    CONTACT_BY_WORKING_HOURS,
    FIRST_CONTACT,
    HANDED_OVER,
    OF_NO_VISIT,
    PROMPT_HOURS,
)
from funnelsim.engines.fold.tally import Books, desk_of
from funnelsim.model.model import Model
from funnelsim.model.words import HOUR, NOBODY, NOTHING, Event, Flag
from funnelsim.model.worktime import worked_by
from funnelsim.rules.visits import team_for


@rule
def note_who_asks(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Note an inquiry of the cohort that enters a stage with a team as it arrives (F3)."""
    if team_for(model, row) != NOBODY:
        add_to_cohort(books, replication, CONTACT_BY_CLOCK, lines, (0.0, 0.0, 0.0, 1.0))
        books.asking[replication, desk_of(row, len(model.segments))] += 1.0


@rule
def note_first_contact(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Note a first contact of the cohort, and within which hours it came (F3)."""
    add_to_cohort(books, replication, FIRST_CONTACT, lines, amounts_of(row, False))
    now, waited, rep = row["time"], row["waited"], row["rep"]
    add_to_cohort(books, replication, CONTACT_BY_CLOCK, lines, _within(waited, 0.0))
    if rep >= 0:
        calendar = model.calendars[model.teams[model.reps[rep]["team"]]["first_calendar"]]
        first, count = calendar["first_hours"], calendar["hours"]
        opened = worked_by(model.hours, first, count, now) - worked_by(
            model.hours, first, count, now - waited
        )
        add_to_cohort(books, replication, CONTACT_BY_WORKING_HOURS, lines, _within(opened, float(opened)))


@rule
def _within(time: int, last: float) -> Four:
    """Return 1 for each of PROMPT_HOURS that a time does not exceed, else 0; and another amount as it is."""
    hours = PROMPT_HOURS
    return (
        1.0 if time <= hours[0] * HOUR else 0.0,
        1.0 if time <= hours[1] * HOUR else 0.0,
        1.0 if time <= hours[2] * HOUR else 0.0,
        last,
    )


@rare
def note_hand_over(row: Record, lines: Lines, books: Books, replication: int) -> None:
    """Note a first contact after hand-over, or a rejection, and whether it is truly junk (J7, J8)."""
    junk = 1.0 if row["flags"] & Flag.OUT_OF_PROFILE.value != 0 else 0.0
    amounts = (0.0, 0.0, junk, 0.0) if row["event"] == Event.REJECTED else (1.0, junk, 0.0, 0.0)
    add_to_lines(books, replication, HANDED_OVER, lines, amounts)


@rare
def book_attempt(row: Record, lines: Lines, books: Books, replication: int) -> None:
    """Book an attempt to reach the buyer that is over, or one that begins after another (Y7)."""
    event = row["event"]
    if event == Event.STARTED and row["count"] > 1:
        add_to_lines(books, replication, OF_NO_VISIT, lines, (0.0, 0.0, 1.0, 0.0))
    if event in (Event.WORKED, Event.NOT_REACHED):
        reached = 1.0 if event == Event.WORKED else 0.0
        given_up = 1.0 if event == Event.NOT_REACHED and row["reason"] != NOTHING else 0.0
        first = 1.0 if row["count"] == 1 else 0.0
        add_to_lines(books, replication, ATTEMPT, lines, (1.0, reached, given_up, first))

"""The costs and the growth of each day, booked at its end."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import write_of
from funnelsim.engines.reference.crews import close_books_of_crews
from funnelsim.engines.reference.office import Happening, Office, Story
from funnelsim.model.words import DAY, NOBODY, NOTHING, Due, Event
from funnelsim.rules import costs, people


def days(office: Office) -> Story:
    """Book each day's costs at its end (D1)."""
    while True:
        yield Happening(office, office.now + DAY, Due.DAY_ENDS, 0)
        book_day(office, office.now)
        close_books_of_crews(office)


def book_day(office: Office, now: int) -> None:
    """Book the costs of the day that ends now: media by channel, then pay by rep (D1)."""
    day = now // DAY - 1
    for number in range(len(office.channels)):
        media = costs.media_of_day(office.model, number, day)
        if media > 0.0:
            write_of(office.ledger, now, Event.MEDIA, number, NOBODY, 0, media)
    for number, state in enumerate(office.reps):
        pay = costs.pay_of_day(office.model, office.model.reps[number], state, day)
        if pay > 0.0:
            write_of(office.ledger, now, Event.PAY, NOTHING, number, 0, pay)
    for number, rep in enumerate(office.model.reps):
        if rep["grows"]:
            note_growth(office, number, rep, now)
    running = costs.running_of_day(office.model, day)
    if running > 0.0:
        write_of(office.ledger, now, Event.RUNNING, NOTHING, NOBODY, 0, running)


def note_growth(office: Office, number: int, rep: Record, now: int) -> None:
    """Book a training of the day that ends now; at the end of a month, note the skill (Z4, Z5)."""
    state = office.reps[number]
    training = people.training_of(office.model, rep, state, now - DAY)
    if training != NOTHING:
        cost = office.model.trainings[training]["cost"]
        write_of(office.ledger, now, Event.TRAINED, NOTHING, number, 0, cost)
    if state["on_staff"] and people.ends_a_month(office.model, now):
        skill = people.skill_in(office.model, rep, state, now)
        write_of(office.ledger, now, Event.SKILL, NOTHING, number, 0, skill)

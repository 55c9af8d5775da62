"""Everything is set going: at the first midnight, and once more where a chapter begins."""

from __future__ import annotations

from funnelsim.engines.reference.customers import first_customers
from funnelsim.engines.reference.days import days
from funnelsim.engines.reference.desks import open_up
from funnelsim.engines.reference.inquiries import draw_next, receive
from funnelsim.engines.reference.office import Office
from funnelsim.engines.reference.open_deals import expect_open_deals
from funnelsim.engines.reference.prospecting import await_end_of_block
from funnelsim.engines.reference.pursuits import was_customer
from funnelsim.engines.reference.roster import employ, look_ahead, read_talent
from funnelsim.rules import arrivals, shocks, turnover


def begin(office: Office) -> None:
    """Set everything going."""
    arrivals.expect_inquiries(office.model, office.world, office.expected, 0)
    shocks.expect_odds(office.model, office.world, office.odds_by_day)
    office.start(days(office))
    model, world = office.model, office.world
    for number, rep in enumerate(office.model.reps):
        read_talent(office, number)
        office.reps[number]["on_staff"] = rep["joins"] <= 0 < rep["leaves"]
        if rep["joins"] <= 0:
            office.reps[number]["joined"] = rep["joins"]
        if rep["leaves"] <= 0:
            office.reps[number]["left"] = 0
        elif rep["joins"] <= 0:
            office.reps[number]["leaves"] = turnover.stays_until(model, world, rep, office.reps[number])
            look_ahead(office, number)
            office.reps[number]["absent"] = office.reps[number]["away_from"] == 0
    for number in range(len(office.channels)):
        draw_next(office, number)
    put_anew(office)
    for contract in first_customers(office):
        office.start(was_customer(office, contract))
    expect_open_deals(office)


def put_anew(office: Office) -> None:
    """Let reps, calendars and channels go on from how things stand (C6, C10)."""
    for happening in office.of_the_firm.values():
        happening.call_off()
    office.of_the_firm.clear()
    for number in range(len(office.reps)):
        office.start(employ(office, number))
    for number in range(len(office.model.calendars)):
        office.start(open_up(office, number))
    for number in range(len(office.channels)):
        office.start(receive(office, number))
    for number, state in enumerate(office.reps):
        if state["block"] > 0:
            await_end_of_block(office, number)
    office.schedule_grant()

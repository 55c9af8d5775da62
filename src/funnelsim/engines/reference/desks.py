"""An instant at which nothing more is due: capacity is granted, one pursuit at a time."""

from __future__ import annotations

from funnelsim.engines.reference.choices import next_grant
from funnelsim.engines.reference.handover import admit, next_to_admit
from funnelsim.engines.reference.office import Office, Story
from funnelsim.engines.reference.prospecting import prospect
from funnelsim.engines.reference.queues import leave_queue
from funnelsim.engines.reference.work import interrupt
from funnelsim.model.words import NOBODY, Due
from funnelsim.model.worktime import next_opening


def grant(office: Office) -> None:
    """Admit a pursuit, or give one to one rep, if any can be; repeat after what this made due (I4)."""
    office.grant_is_scheduled = False
    prospect(office, reserved=True)
    pursuit, rep = next_to_admit(office), NOBODY
    if pursuit is not None:
        admit(office, pursuit)
        return
    for number in range(len(office.teams)):
        pursuit, rep = next_grant(office, number)
        if pursuit is not None:
            leave_queue(office, pursuit)
            if office.reps[rep]["busy"]:
                interrupt(office, rep)
            office.call_up(pursuit, rep)
            return
    prospect(office, reserved=False)


def open_up(office: Office, number: int) -> Story:
    """Open a calendar for the reps who work by it; work is granted when nothing more is due."""
    calendar = office.model.calendars[number]
    while True:
        opens = next_opening(office.model.hours, calendar["first_hours"], calendar["hours"], office.now)
        yield office.due_for(number, opens, Due.OPENS, number)

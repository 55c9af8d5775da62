"""Crews: reps who join another one on a job, and the hours that all of them have worked."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import credit
from funnelsim.engines.reference.choices import has_room_for_more, idle_longest, is_idle_at_work, members
from funnelsim.engines.reference.office import Office
from funnelsim.model.words import NOBODY, Event
from funnelsim.rules import crews


def form_crew(office: Office, pursuit: Record) -> None:
    """Let others join the rep who starts on a job for several people (CR2, CR3)."""
    needed = crews.people_for(office.model, pursuit)
    if needed == 1:
        return
    leader = int(pursuit["rep"])
    team = members(office, int(office.model.reps[leader]["team"]))
    idle = [rep for rep in team if is_idle_at_work(office, rep) and has_room_for_more(office, rep)]
    others = sorted(idle, key=lambda rep: idle_longest(office, rep))[: needed - 1]
    for rep in (leader, *others):
        state = office.reps[rep]
        state["busy"], state["crew"] = 1, pursuit["entity"]
        state["crew_since"], state["crew_done"], state["crew_told"] = office.now, 0, 0


def crew_of(office: Office, pursuit: Record) -> list[int]:
    """List who works on a pursuit together, nobody where it takes one."""
    if pursuit["rep"] == NOBODY:
        return []
    team = members(office, int(office.model.reps[pursuit["rep"]]["team"]))
    return [rep for rep in team if office.reps[rep]["crew"] == pursuit["entity"]]


def count_work(office: Office, pursuit: Record) -> None:
    """Count what a crew has done until now, before one of its members goes, or comes back (CR8)."""
    leader = int(pursuit["rep"])
    state = office.reps[leader]
    state["crew_done"] = crews.done_by(office.model, office.world, office.reps, leader, office.now)
    state["crew_since"] = office.now


def note_hours(office: Office, pursuit: Record, rep: int, waited: int) -> None:
    """Write the part of a member in what its crew has done (CR5, CR6)."""
    leader = office.reps[pursuit["rep"]]
    office.write(pursuit, Event.IN_CREW, waited=waited, worked=leader["crew_done"] - leader["crew_told"])
    credit(office.ledger, rep)


def close_books_of_crews(office: Office) -> None:
    """Write what crews at work have done, if a month of the period begins or ends now (CR6)."""
    if not crews.closes_books(office.model, office.now):
        return
    at_work: dict[int, Record] = {}
    for pursuit in pursuits_of_crews(office):
        count_work(office, pursuit)
        at_work |= dict.fromkeys(crew_of(office, pursuit), pursuit)
    for rep in sorted(at_work):
        note_hours(office, at_work[rep], rep, office.now - int(at_work[rep]["since"]))
    for pursuit in at_work.values():
        leader = office.reps[pursuit["rep"]]
        leader["crew_told"] = leader["crew_done"]


def pursuits_of_crews(office: Office) -> list[Record]:
    """List what crews are at work on."""
    entities = {int(state["crew"]) for state in office.reps if state["crew"] > 0}
    return [office.open_pursuits[entity] for entity in entities]

"""The lives of reps: who joins, is absent, comes back and leaves."""

from __future__ import annotations

from funnelsim.engines.ledger import note_count, note_work, write_of
from funnelsim.engines.reference.crews import count_work
from funnelsim.engines.reference.office import Office, Story
from funnelsim.engines.reference.placing import place
from funnelsim.engines.reference.queues import order_in_queue, order_on_pile
from funnelsim.model.words import NEVER, NOTHING, Due, Event
from funnelsim.rules import absence, people, turnover

OF_A_PERSON = (  # counted
    *("booked_in", "booked_month", "booked_quarter", "booked_year"),
    *("worked", "won", "new_level", "accounts_level"),
)


def employ(office: Office, number: int) -> Story:
    """Follow those in a seat from the first day on staff to the last (R1, R3, R14, R19)."""
    rep, state = office.model.reps[number], office.reps[number]
    while True:
        if not people.is_there(state):
            joins = rep["joins"] if people.is_yet_to_join(state) else turnover.comes_at(rep, state)
            yield office.due_for(number, max(joins, office.now), Due.REP_JOINS, number)
            join_staff(office, number)
        leaves = max(turnover.leaves_at(rep, state), office.now) if state["on_staff"] else NEVER
        turn = absence.next_turn(state)
        if leaves <= turn:
            yield office.due_for(number, leaves, Due.REP_LEAVES, number)
            leave_staff(office, number)
        else:
            yield office.due_for(number, turn, Due.ABSENCE, number)
            go_or_come_back(office, number)


def join_staff(office: Office, number: int) -> None:
    """Put a rep on staff, the first in a seat or the successor of another (R3, R20)."""
    rep, state = office.model.reps[number], office.reps[number]
    if state["left"] != NEVER:
        state["generation"] += 1
        state["left"] = state["successor"] = NEVER
        for name in OF_A_PERSON:
            state[name] = 0
        cost = office.model.teams[rep["team"]]["hiring_cost"]
        write_of(office.ledger, office.now, Event.JOINED, NOTHING, number, 0, cost)
        note_count(office.ledger, state["generation"])
        read_talent(office, number)
    state["joined"] = state["idle_since"] = office.now
    state["on_staff"] = 1
    state["leaves"] = turnover.stays_until(office.model, office.world, rep, state)
    look_ahead(office, number)


def leave_staff(office: Office, number: int) -> None:
    """Let a rep leave: the pursuits in its queue are placed again and keep their time queued (R4, R5)."""
    state = office.reps[number]
    state["on_staff"] = 0
    queue, office.own_queues[number] = office.own_queues[number], []
    pile, office.piles[number] = office.piles[number], []
    for pursuit in (*sorted(queue, key=order_in_queue), *sorted(pile, key=order_on_pile)):
        pursuit["ignored"] = 0
        place(office, pursuit)
    if not state["busy"]:
        go_home(office, number, office.now)


def go_home(office: Office, number: int, now: int) -> None:
    """Write the time on staff of a rep who is gone, or is on staff at the horizon (R7, R9)."""
    rep, state = office.model.reps[number], office.reps[number]
    if state["absent"]:
        note_absence(office, number, now)
    state["left"] = now
    state["successor"] = turnover.successor(office.model, office.world, rep, state, now)
    if (Due.ABSENCE, number) in office.of_the_firm:
        office.of_the_firm[Due.ABSENCE, number].call_off()
    waited = now - max(int(state["joined"]), 0)
    write_of(office.ledger, now, Event.ON_STAFF, NOTHING, number, waited, 0.0)


def note_who_is_on_staff(office: Office, horizon: int) -> None:
    """Write the time on staff of each rep who is on staff at the horizon, or is still finishing work.

    (D5)
    """
    for number, state in enumerate(office.reps):
        if people.is_there(state):
            go_home(office, number, horizon)


def look_ahead(office: Office, number: int) -> None:
    """Note a rep's next absence (R12)."""
    state, rep = office.reps[number], office.model.reps[number]
    spell = absence.next_spell(office.model, office.world, rep, office.now)
    state["away_from"], state["away_until"] = spell


def go_or_come_back(office: Office, number: int) -> None:
    """Let a rep's absence begin, or be over (R13)."""
    state = office.reps[number]
    if state["crew"]:
        count_work(office, office.open_pursuits[int(state["crew"])])
    if not state["absent"]:
        state["absent"] = 1
        return
    note_absence(office, number, office.now)
    look_ahead(office, number)
    if not state["busy"]:
        state["idle_since"] = office.now


def note_absence(office: Office, number: int, now: int) -> None:
    """Write an absence that is over (R15)."""
    state = office.reps[number]
    since = int(state["away_from"])
    lost = absence.hours_within(office.model, office.model.reps[number], since, now) if state["busy"] else 0
    write_of(office.ledger, now, Event.ABSENT, NOTHING, number, now - since, 0.0)
    note_work(office.ledger, lost if state["block"] == 0 and state["crew"] == 0 else 0)  # CR7
    state["lost"] += lost
    state["absent"], state["away_from"], state["away_until"] = 0, NEVER, NEVER


def read_talent(office: Office, number: int) -> None:
    """Note a rep's skill and speed at full strength (C8)."""
    rep, state = office.model.reps[number], office.reps[number]
    state["skill"], state["speed"] = people.talent(office.model, office.world, rep, state["generation"])

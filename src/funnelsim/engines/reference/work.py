"""A rep's work on a pursuit: what it comes to is decided as it starts; it may be interrupted."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import flag, note_attempt, note_count, note_miss
from funnelsim.engines.reference.choices import count_effort, in_hand_of, other_at_hand
from funnelsim.engines.reference.crews import crew_of, form_crew, note_hours
from funnelsim.engines.reference.office import INTERRUPTED, WITHDRAWN, Happening, Office
from funnelsim.engines.reference.placing import assign
from funnelsim.engines.reference.roster import employ, go_home
from funnelsim.model.words import (
    LOST,
    MISSED,
    NEVER,
    NEVER_REACHED,
    NOBODY,
    NOTHING,
    REJECTED,
    UNDECIDED,
    Due,
    Event,
    Flag,
)
from funnelsim.rules import absence, attempts, crews, interruption, junk, people, qualifying, visits


def work_once(office: Office, pursuit: Record, rep: int) -> Generator[simpy.Event, Any, bool]:
    """Work on a pursuit; where it is interrupted, the work waits to be resumed (G10, G11).

    Returns whether it comes to its end: a pursuit may be withdrawn while it waits.
    """
    ends = (resume_work if pursuit["interrupted"] else start_work)(office, pursuit, rep)
    while (yield office.wait_for(pursuit, ends)) == INTERRUPTED:
        called_up_by = yield office.wait_for(pursuit, office.due(NEVER, Due.GOES_COLD, pursuit))
        if called_up_by == WITHDRAWN:
            return False
        ends = resume_work(office, pursuit, called_up_by)
    return True


def start_work(office: Office, pursuit: Record, rep: int) -> Happening:
    """Start work on a pursuit; its outcome is decided now (G6, V6, V12)."""
    now, entered = office.now, int(pursuit["since"])
    stage = visits.stage_for(office.model, pursuit)
    skill, speed = 1.0, 1.0
    other_waits = other_at_hand(office, pursuit, rep)
    if rep != NOBODY:
        take_up(office, pursuit, rep)
        skill = people.skill_in(office.model, office.model.reps[rep], office.reps[rep], now)
        speed = people.speed_now(office.model.reps[rep], office.reps[rep], now)
    queued = waited = now - entered
    cost, attempts_needed = stage["cost_per_visit"], stage["most_attempts"] > 0
    if attempts_needed:
        queued, waited = begin_attempt(office, pursuit)
        cost = cost if pursuit["attempt"] == 0 else 0.0
    foresee(office, pursuit, skill, speed, waited)
    pursuit["since"] = now
    met = rep != NOBODY and stage["rejection"] > 0 and pursuit["advances"] != MISSED
    handed_over = met and junk.is_after_hand_over(pursuit)
    if handed_over:
        judge(office, pursuit, skill)
    count_effort(office, pursuit, rep, other_waits)
    office.write(pursuit, Event.STARTED, waited=queued, money=cost)
    if visits.is_first_contact(pursuit, rep, entered):
        flag(office.ledger, Flag.FIRST_CONTACT)
    if handed_over:
        flag(office.ledger, Flag.AFTER_HAND_OVER)
    if attempts_needed:
        pursuit["attempt"] += 1
        note_attempt(office.ledger, pursuit["attempt"])
    if rep == NOBODY:
        return office.due(now, Due.WORK_ENDS, pursuit)
    form_crew(office, pursuit)
    return office.due(end_of_work(office, pursuit), Due.WORK_ENDS, pursuit)


def take_up(office: Office, pursuit: Record, rep: int) -> None:
    """Let a rep begin to work on a pursuit, which it owns from now on (G6)."""
    if pursuit["rep"] == NOBODY:
        assign(office, pursuit, rep)
    pursuit["opener"], pursuit["closer"] = visits.credited(office.model, pursuit, rep)
    office.reps[rep]["busy"], office.reps[rep]["lost"] = 1, 0


def foresee(office: Office, pursuit: Record, skill: float, speed: float, waited: int) -> None:
    """Note how much working time the work that starts takes, and what comes of it (V7, V9, V15, V16)."""
    stage = visits.stage_for(office.model, pursuit)
    effort, advances = visits.work(office.model, office.odds_by_day, pursuit, skill, speed, waited)
    if stage["decides_late"]:
        pursuit["luck"], advances = visits.ratio_needed(office.model, pursuit, skill, waited), UNDECIDED
        pursuit["entered"] = pursuit["since"] if pursuit["attempt"] == 0 else pursuit["entered"]
    if stage["checks"]:
        effort, advances = qualifying.checked(office.model, office.world, pursuit, speed)
    if stage["most_attempts"]:
        effort, advances = attempts.tried(office.model, office.world, pursuit, speed, effort, advances)
    pursuit["effort"], pursuit["advances"] = effort, advances
    pursuit["takes"], pursuit["target"], pursuit["reason"] = visits.answer(office.model, pursuit)


def begin_attempt(office: Office, pursuit: Record) -> tuple[int, int]:
    """Begin an attempt to reach the buyer; return how long it has queued, and its wait (Y3, Y6)."""
    queued, waited = attempts.waits(pursuit, office.now)
    if pursuit["attempt"] == 0:
        pursuit["entered"], pursuit["contact"] = pursuit["since"], waited
    pursuit["since"] = office.now - waited  # the odds are those of this month
    return queued, waited


def judge(office: Office, pursuit: Record, skill: float) -> None:
    """Let the rep judge, at first contact after hand-over, whether a pursuit is junk (J7, J8, J11)."""
    pursuit["met"], pursuit["done"] = junk.met(pursuit), 0
    pursuit["flags"] = junk.flags_of(office.model, pursuit)
    others = int(office.reps[pursuit["rep"]]["open"]) - 1
    if junk.rejects(office.model, office.world, pursuit, skill, others):
        pursuit["effort"] = junk.effort_of_rejection(office.model, pursuit)
        pursuit["advances"], pursuit["takes"], pursuit["target"] = 0, 0, REJECTED
        pursuit["reason"] = junk.rejection_of(office.model, pursuit)["reason"]


def end_of_work(office: Office, pursuit: Record) -> int:
    """Find when the work in hand ends, by the calendars of who does it, less absences (V13, CR4)."""
    rep, state = office.model.reps[pursuit["rep"]], office.reps[pursuit["rep"]]
    if state["crew"] > 0:
        return crews.ends(office.model, office.world, office.reps, int(pursuit["rep"]), pursuit["effort"])
    return absence.work_of(office.model, office.world, rep, state, pursuit["since"], pursuit["effort"])


def end_work(office: Office, pursuit: Record, rep: int) -> Happening:
    """End the work on a pursuit; the customer's time begins, or a rest if not reached (V14, Y4)."""
    now, waited = office.now, office.now - int(pursuit["since"])
    office.write(pursuit, Event.WORKED, waited=waited, worked=pursuit["effort"])
    pursuit["since"] = now
    if pursuit["attempt"] > 0:
        end_attempt(office, pursuit)
    crew = crew_of(office, pursuit)
    if crew:
        part(office, pursuit, crew, waited)
    elif rep != NOBODY:
        put_down(office, rep)
    if attempts.is_missed(pursuit):
        rest = attempts.rest(office.model, office.world, pursuit)
        return office.due(now + rest, Due.TRIES_AGAIN, pursuit)
    return office.due(visits.answers_at(office.model, pursuit, now), Due.CUSTOMER_ANSWERS, pursuit)


def put_down(office: Office, rep: int) -> None:
    """Let a rep be idle, or go home, whose work has ended (V14, R7)."""
    state = office.reps[rep]
    state["worked"] += people.counts(office.model, office.model.reps[rep], office.now)
    state["busy"], state["idle_since"] = 0, office.now
    if state["on_staff"] == 0:
        go_home(office, rep, office.now)
        office.env.process(employ(office, int(rep)))


def part(office: Office, pursuit: Record, crew: list[int], waited: int) -> None:
    """Let a crew part whose work has ended (CR5, CR9)."""
    note_count(office.ledger, len(crew))
    office.reps[pursuit["rep"]]["crew_done"] = pursuit["effort"]
    for rep in crew:
        note_hours(office, pursuit, rep, waited)
    for rep in crew:
        office.reps[rep]["crew"] = 0
        put_down(office, rep)


def end_attempt(office: Office, pursuit: Record) -> None:
    """Note which attempt has ended, and whether it was the last one in vain: then it is a no (Y3, Y5)."""
    note_attempt(office.ledger, pursuit["attempt"])
    if attempts.is_missed(pursuit):
        last = attempts.is_last(office.model, pursuit)
        reason = int(visits.stage_for(office.model, pursuit)["not_reached"]) if last else NOTHING
        note_miss(office.ledger, reason)
        if last:
            pursuit["advances"], pursuit["takes"] = NEVER_REACHED, 0
            pursuit["target"], pursuit["reason"] = LOST, reason


def interrupt(office: Office, rep: int) -> None:
    """Interrupt the work in hand of a rep, who keeps it (G10)."""
    pursuit = in_hand_of(office, rep)
    assert pursuit is not None
    of_rep = office.model.reps[rep]
    done = interruption.done_since(office.model, of_rep, office.reps[rep], pursuit["since"], office.now)
    office.write(pursuit, Event.INTERRUPTED, waited=office.now - pursuit["since"], worked=done)
    pursuit["effort"] -= done
    pursuit["done"] += done
    pursuit["since"], pursuit["interrupted"] = office.now, 1
    pursuit["rank"] = interruption.in_line(office.model.teams[office.team_of(pursuit)], pursuit, 0)
    office.own_queues[rep].append(pursuit)
    called_up, work_ends = office.waiting.pop(int(pursuit["entity"]))
    work_ends.call_off()
    called_up.succeed(INTERRUPTED)


def resume_work(office: Office, pursuit: Record, rep: int) -> Happening:
    """Go on with work that was interrupted: what is left of its effort (G11)."""
    take_up(office, pursuit, rep)
    office.write(pursuit, Event.RESUMED, waited=office.now - pursuit["since"])
    pursuit["since"], pursuit["interrupted"] = office.now, 0
    return office.due(end_of_work(office, pursuit), Due.WORK_ENDS, pursuit)

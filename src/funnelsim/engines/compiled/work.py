"""A rep's work on a pursuit: what it comes to is decided as it starts; it may be interrupted."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled.agenda import next_time
from funnelsim.engines.compiled.choices import count_effort, other_at_hand, queue_of_rep
from funnelsim.engines.compiled.crews import form_crew, note_hours
from funnelsim.engines.compiled.desks import enlist
from funnelsim.engines.compiled.placing import leave_queue
from funnelsim.engines.compiled.queues import join
from funnelsim.engines.compiled.roster import go_home
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, flag, note_attempt, note_count, note_miss, write
from funnelsim.engines.protocol import MOST_WAVES
from funnelsim.model.model import Model
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
from funnelsim.model.worktime import work_ends_from
from funnelsim.rules import absence, attempts, crews, interruption, junk, people, qualifying, visits


@rule
def start_work(model: Model, world: Record, state: State, ledger: Ledger, slot: int, rep: int) -> None:
    """Start work on a pursuit; its outcome is decided now (G6, V4, V6, V12)."""
    pursuit = state.pursuits[slot]
    if rep != NOBODY and state.reps[rep]["busy"] == 1:
        interrupt(model, state, ledger, rep)
    if pursuit["interrupted"] == 1:
        resume_work(model, world, state, ledger, slot, rep)
        return
    stage = visits.stage_for(model, pursuit)
    now, entered = state.clock[0]["now"], pursuit["since"]
    waited = now - entered
    skill, speed = 1.0, 1.0
    at_hand = other_at_hand(model, state, slot, rep)
    if rep != NOBODY:
        take_up(model, state, slot, rep)
        skill = people.skill_in(model, model.reps[rep], state.reps[rep], now)
        speed = people.speed_now(model.reps[rep], state.reps[rep], now)
    attempts_needed = stage["most_attempts"] > 0
    queued, cost = waited, stage["cost_per_visit"]
    if attempts_needed:
        queued, waited = begin_attempt(pursuit, now)
        cost = cost if pursuit["attempt"] == 0 else 0.0
    foresee(model, world, state, pursuit, skill, speed, waited)
    handed_over = 0
    if stage["rejection"] > 0 and rep != NOBODY and pursuit["advances"] != MISSED:
        handed_over = meet(model, world, state, slot, skill)
    pursuit["since"] = now
    count_effort(model, state, slot, rep, at_hand)
    write(ledger, now, pursuit, Event.STARTED.value, queued, 0, cost)
    if visits.is_first_contact(pursuit, rep, entered):
        flag(ledger, Flag.FIRST_CONTACT.value)
    if attempts_needed:
        pursuit["attempt"] += 1
        note_attempt(ledger, pursuit["attempt"])
    if handed_over != 0:
        flag(ledger, handed_over)
    if stage["people"] > 1:
        ends = form_crew(model, world, state, slot, rep)
    else:
        ends = now if rep == NOBODY else work_of(model, world, state, rep, now, pursuit["effort"])
    await_next(model, state, slot, ends, Due.WORK_ENDS.value)


@rule
def take_up(model: Model, state: State, slot: int, rep: int) -> None:
    """Take a pursuit out of its queue; the rep owns it from now on."""
    pursuit = state.pursuits[slot]
    state.reps[rep]["busy"] = 1
    state.desks[rep]["in_hand"] = slot
    state.reps[rep]["lost"] = 0
    owned = pursuit["rep"] != NOBODY
    leave_queue(model, state, slot)
    if not owned:
        pursuit["rep"] = rep
        state.reps[rep]["open"] += 1
        enlist(model, state, rep)
    if rep != pursuit["closer"]:
        opener, closer = visits.credited(model, pursuit, rep)
        pursuit["opener"] = opener
        pursuit["closer"] = closer


@rule
def work_of(model: Model, world: Record, state: State, rep: int, now: int, effort: int) -> int:
    """Find when the work ends that a rep starts now, by its calendar, less its absences (V13)."""
    calendar = model.calendars[model.reps[rep]["calendar"]]
    opening = state.shifts[model.reps[rep]["calendar"]]["opening"]
    ends = work_ends_from(model.hours, opening, calendar["first_hours"] + calendar["hours"], now, effort)
    if ends > state.reps[rep]["away_from"]:
        ends = absence.with_absences(model, world, model.reps[rep], state.reps[rep], now, effort)
    return int(ends)


@rule
def foresee(
    model: Model, world: Record, state: State, pursuit: Record, skill: float, speed: float, waited: int
) -> None:
    """Note how much working time the work that starts takes, and what comes of it (V7, V9, V15, V16)."""
    stage = visits.stage_for(model, pursuit)
    effort, advances = visits.work(model, state.odds_by_day, pursuit, skill, speed, waited)
    if stage["decides_late"] == 1:
        advances = put_off_decision(model, pursuit, skill, waited)
    if stage["checks"] > 0:
        effort, advances = qualifying.checked(model, world, pursuit, speed)
    if stage["most_attempts"] > 0:
        effort, advances = attempts.tried(model, world, pursuit, speed, effort, advances)
    pursuit["effort"] = effort
    pursuit["advances"] = advances
    takes, target, reason = visits.answer(model, pursuit)
    pursuit["takes"] = takes
    pursuit["target"] = target
    pursuit["reason"] = reason


@rare
def put_off_decision(model: Model, pursuit: Record, skill: float, waited: int) -> int:
    """Note what the decision needs to know of the start of work: it is made as the customer answers (V28)."""
    pursuit["luck"] = visits.ratio_needed(model, pursuit, skill, waited)
    if pursuit["attempt"] == 0:
        pursuit["entered"] = pursuit["since"]
    return UNDECIDED


@rare
def begin_attempt(pursuit: Record, now: int) -> tuple[int, int]:
    """Begin an attempt to reach the buyer; return how long the pursuit has queued, and its wait (Y3, Y6)."""
    queued, waited = attempts.waits(pursuit, now)
    if pursuit["attempt"] == 0:
        pursuit["entered"] = pursuit["since"]
        pursuit["contact"] = waited
    pursuit["since"] = now - waited  # the odds are those of this month, after the wait for the first attempt
    return queued, waited


@rare
def meet(model: Model, world: Record, state: State, slot: int, skill: float) -> int:
    """Let a rep judge, at first contact after hand-over, whether a pursuit is junk; return the row's flag.

    (J7, J8, J11)
    """
    pursuit = state.pursuits[slot]
    if not junk.is_after_hand_over(pursuit):
        return 0
    pursuit["met"] = junk.met(pursuit)
    pursuit["done"] = 0
    pursuit["flags"] = junk.flags_of(model, pursuit)
    others = state.reps[pursuit["rep"]]["open"] - 1
    if junk.rejects(model, world, pursuit, skill, others):
        pursuit["effort"] = junk.effort_of_rejection(model, pursuit)
        pursuit["advances"] = 0
        pursuit["takes"] = 0
        pursuit["target"] = REJECTED
        pursuit["reason"] = junk.rejection_of(model, pursuit)["reason"]
    return Flag.AFTER_HAND_OVER.value


@rule
def end_work(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> bool:
    """End work on a pursuit: its rep is idle, and the customer's time begins (V13, V14).

    If the customer answers at once and nothing else is due, the answer comes next in any case.
    Then this returns True: the answer can be handled now, without going through the agenda.
    """
    pursuit = state.pursuits[slot]
    clock = state.clock[0]
    now, started = clock["now"], pursuit["since"]
    write(ledger, now, pursuit, Event.WORKED.value, now - started, pursuit["effort"], 0.0)
    pursuit["since"] = now
    if pursuit["attempt"] > 0:
        end_attempt(model, ledger, pursuit)
    if visits.team_for(model, pursuit) != NOBODY:
        if state.reps[pursuit["rep"]]["crew"] == 0:
            put_down(model, world, state, ledger, pursuit["rep"])
        else:
            part(model, world, state, ledger, slot, now - started)
    if attempts.is_missed(pursuit):
        await_next(model, state, slot, now + attempts.rest(model, world, pursuit), Due.TRIES_AGAIN.value)
        return False
    if pursuit["takes"] == 0 and next_time(state.agenda, clock) > now and clock["wave"] < MOST_WAVES:
        clock["wave"] += 1
        return True
    await_next(model, state, slot, visits.answers_at(model, pursuit, now), Due.CUSTOMER_ANSWERS.value)
    return False


@rule
def put_down(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Let a rep be idle, or go home, whose work has ended (V14, R7)."""
    rep, now = state.reps[number], state.clock[0]["now"]
    if people.counts(model, model.reps[number], now):
        rep["worked"] += 1
    rep["busy"] = 0
    rep["idle_since"] = now
    enlist(model, state, number)
    if rep["on_staff"] == 0:
        go_home(model, world, state, ledger, number)


@rare
def part(model: Model, world: Record, state: State, ledger: Ledger, slot: int, waited: int) -> None:
    """Let a crew part whose work has ended (CR5, CR9)."""
    pursuit = state.pursuits[slot]
    leader, crew = state.reps[pursuit["rep"]], int(pursuit["entity"])
    team = model.teams[model.reps[pursuit["rep"]]["team"]]
    first, end = int(team["first_rep"]), int(team["first_rep"] + team["reps"])
    leader["crew_done"] = pursuit["effort"]
    note_count(ledger, crews.size(model, state.reps, pursuit["rep"]))
    for number in range(first, end):
        if state.reps[number]["crew"] == crew:
            note_hours(state, ledger, slot, number, waited)
    for number in range(first, end):
        if state.reps[number]["crew"] == crew:
            state.reps[number]["crew"] = 0
            put_down(model, world, state, ledger, number)


@rare
def end_attempt(model: Model, ledger: Ledger, pursuit: Record) -> None:
    """Note which attempt has ended, and whether it was the last one in vain: that ends in a no (Y3, Y5)."""
    note_attempt(ledger, pursuit["attempt"])
    if not attempts.is_missed(pursuit):
        return
    note_miss(ledger, NOTHING)
    if attempts.is_last(model, pursuit):
        reason = visits.stage_for(model, pursuit)["not_reached"]
        note_miss(ledger, reason)
        pursuit["advances"] = NEVER_REACHED
        pursuit["takes"] = 0
        pursuit["target"] = LOST
        pursuit["reason"] = reason


@rare
def interrupt(model: Model, state: State, ledger: Ledger, rep: int) -> None:
    """Interrupt the work in hand of a rep, who keeps it (G10)."""
    slot, now = int(state.desks[rep]["in_hand"]), state.clock[0]["now"]
    pursuit = state.pursuits[slot]
    done = interruption.done_since(model, model.reps[rep], state.reps[rep], pursuit["since"], now)
    write(ledger, now, pursuit, Event.INTERRUPTED.value, now - pursuit["since"], done, 0.0)
    pursuit["effort"] -= done
    pursuit["done"] += done
    pursuit["since"] = now
    pursuit["interrupted"] = 1
    pursuit["rank"] = interruption.in_line(model.teams[visits.team_for(model, pursuit)], pursuit, 0)
    queue = state.own_queues[queue_of_rep(model, pursuit)]
    join(state.links, queue, slot, pursuit["rank"], now, pursuit["entity"])
    await_next(model, state, slot, NEVER, Due.GOES_COLD.value)


@rare
def resume_work(model: Model, world: Record, state: State, ledger: Ledger, slot: int, rep: int) -> None:
    """Go on with work that was interrupted: what is left of its effort (G11)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    take_up(model, state, slot, rep)
    write(ledger, now, pursuit, Event.RESUMED.value, now - pursuit["since"], 0, 0.0)
    pursuit["since"] = now
    pursuit["interrupted"] = 0
    ends = absence.work_of(model, world, model.reps[rep], state.reps[rep], now, pursuit["effort"])
    await_next(model, state, slot, ends, Due.WORK_ENDS.value)

"""What happens to a pursuit: it enters a stage, is placed and worked, the customer answers, and it leaves.

The table of ends (`rules.ending`) decides what follows; its verbs are here: `enter`, `rest`,
`come_back`, `end`, `spawn` and `withdraw_kin`.
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.compiled import choices
from funnelsim.engines.compiled.agenda import next_time
from funnelsim.engines.compiled.choices import front, queue_of_rep, queue_of_team
from funnelsim.engines.compiled.desks import enlist, give_up_rep, stir
from funnelsim.engines.compiled.handover import (
    is_held_up,
    leave_gate,
    leave_load,
    next_to_admit,
    pass_gate,
    pass_in_any_case,
)
from funnelsim.engines.compiled.nurturing import begin_nurture
from funnelsim.engines.compiled.piles import (
    decide_if_ignored,
    ignore_no_longer,
    lay_aside,
    leave_pile,
    note_ignored,
    take_from_pile,
)
from funnelsim.engines.compiled.queues import NONE, first, join, leave
from funnelsim.engines.compiled.roster import expect_rep, go_home
from funnelsim.engines.compiled.state import State, await_next, channel_actor, put
from funnelsim.engines.ledger import (
    Ledger,
    credit,
    flag,
    give_reason,
    note_attempt,
    note_miss,
    note_report,
    note_touches,
    write,
)
from funnelsim.engines.protocol import MOST_WAVES
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import (
    ENDED,
    LOST,
    MISSED,
    NEVER,
    NEVER_REACHED,
    NOBODY,
    NOTHING,
    REJECTED,
    Due,
    Event,
    Flag,
)
from funnelsim.model.worktime import work_ends_from
from funnelsim.rules import (
    absence,
    arrivals,
    assignment,
    attempts,
    contracts,
    customers,
    ending,
    handover,
    ignored,
    interruption,
    junk,
    market,
    memory,
    nurture,
    people,
    products,
    prospecting,
    qualifying,
    reporting,
    traits,
    visits,
)

# ---- inquiries ----------------------------------------------------------------------------------


@rule
def take_inquiry(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> int:
    """Take an inquiry: return the slot of the pool in which it enters its channel's first stage (A1, A5).

    NONE if the market refuses it (O2).
    """
    clock, channel = state.clock[0], state.channels[number]
    origin = model.channels[number]
    entity = origin["entity"] + channel["index"]
    reports = channel["reports"]
    fit, heat, segment, theorist = arrivals.profile(model, world, origin, entity, reports)
    finite, cooling = market.is_finite(model, segment), 0.0
    if finite:
        accepted, cooling = market.accepts(model, world, segment, state.taken[segment], entity)
        if not accepted:
            channel["index"] += 1
            expect_inquiry(model, world, state, number)
            return NONE
    slot = take_slot(state)
    pursuit = state.pursuits[slot]
    begin_pursuit(pursuit, entity, SALE, origin["stage"])
    pursuit["company"] = entity
    pursuit["created"] = clock["now"]
    pursuit["began"] = clock["now"]
    pursuit["fit"] = fit
    pursuit["channel"] = number
    pursuit["segment"] = segment
    pursuit["heat"] = heat
    pursuit["theorist"] = theorist
    pursuit["is_lead"] = 0
    pursuit["traits"] = 0
    if len(model.traits) > 0:
        pursuit["traits"] = traits.traits_of(model, world, entity, number, 0, reports)
    pursuit["product"] = NOTHING
    if products.sells_products(model, segment):
        pursuit["product"] = products.product_of(model, world, segment, entity)
    pursuit["account"] = NOTHING
    if finite:
        take_from_market(state, pursuit, cooling)
    write(ledger, clock["now"], pursuit, Event.INQUIRY.value, 0, entity, origin["cost_per_inquiry"])
    if model.stages[origin["stage"]]["is_lead"] == 1:
        become_lead(model, state, ledger, pursuit)
    channel["index"] += 1
    expect_inquiry(model, world, state, number)
    return int(slot)


@rare
def take_from_market(state: State, pursuit: Record, cooling: float) -> None:
    """Take the company of an inquiry from the market of its segment (O3)."""
    state.taken[pursuit["segment"]] += 1
    pursuit["market"] = market.TAKEN
    pursuit["cooling"] = cooling


@rule
def take_slot(state: State) -> int:
    """Take a free slot of the pool."""
    clock = state.clock[0]
    slot = clock["free"]
    clock["free"] = state.links[slot]["next"]
    clock["vacant"] -= 1
    return int(slot)


@rule
def begin_pursuit(pursuit: Record, entity: int, process: int, stage: int) -> None:
    """Fill in what every pursuit begins with."""
    pursuit["entity"] = entity
    pursuit["process"] = process
    pursuit["stage"] = stage
    pursuit["rep"] = NOBODY
    pursuit["opener"] = NOBODY
    pursuit["closer"] = NOBODY
    pursuit["round"] = 0
    pursuit["attempt"] = 0
    pursuit["flags"] = 0
    pursuit["gate"] = 0
    pursuit["ignored"] = 0
    pursuit["returns"] = 0
    pursuit["touches"] = 0
    pursuit["market"] = market.OUTSIDE
    pursuit["interrupted"] = 0
    pursuit["met"] = 0


@rule
def expect_inquiry(model: Model, world: Record, state: State, number: int) -> None:
    """Put a channel's next inquiry on the agenda (A2)."""
    origin, channel = model.channels[number], state.channels[number]
    channel["total"] = arrivals.next_total(world, origin, channel)
    put_inquiry(model, state, number)


@rule
def put_inquiry(model: Model, state: State, number: int) -> None:
    """Put a channel's next inquiry on the agenda, its sum of exponentials being known."""
    origin, channel = model.channels[number], state.channels[number]
    entity = origin["entity"] + channel["index"]
    if origin["prospected"] == 1:
        time = state.clock[0]["now"] if prospecting.is_found(origin, channel) else NEVER
        put(model, state, channel_actor(state, number), time, Due.INQUIRY.value, entity)
        return
    day, time = arrivals.arrival(model, origin, channel, state.expected)
    channel["day"] = day
    put(model, state, channel_actor(state, number), time, Due.INQUIRY.value, entity)


# ---- a visit ------------------------------------------------------------------------------------


@rule
def enter(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> bool:
    """Let a pursuit enter its stage; return whether it starts at once because no rep is needed.

    (V1, V4, V5)
    """
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    pursuit["since"] = now
    pursuit["attempt"] = 0
    if pursuit["theorist"] == 1:
        pursuit["theorist"] = qualifying.still_theorist(model, world, pursuit, now)
    read_fate(model, world, pursuit)
    write(ledger, now, pursuit, Event.ENTERED.value, 0, 0, 0.0)
    stage = visits.stage_for(model, pursuit)
    gated = (stage["gate"] | pursuit["gate"]) != 0
    if gated and is_held_up(model, world, state, ledger, slot):
        return False
    if stage["team"] == NOBODY:
        return True
    queue_up(model, world, state, slot, stage["team"])
    return False


@rule
def queue_up(model: Model, world: Record, state: State, slot: int, team: int) -> None:
    """Let a pursuit queue for a rep of a team, until its patience ends (V2)."""
    place(model, world, state, slot, team)
    patience = visits.patience(model, world, state.pursuits[slot])
    await_next(model, state, slot, state.clock[0]["now"] + patience, Due.GOES_COLD.value)


@rare
def admit(model: Model, world: Record, state: State, ledger: Ledger) -> bool:
    """Hand over one of those held, if there is room anywhere; return whether there was (B5)."""
    slot = next_to_admit(model, state)
    if slot == NONE:
        return False
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    leave_gate(model, state, slot)
    pursuit["flags"] = pursuit["flags"] & ~Flag.HELD.value
    stage = visits.stage_for(model, pursuit)
    if stage["gate"] > 0:
        pass_gate(state, pursuit, stage["gate"])
    write(ledger, now, pursuit, Event.ADMITTED.value, now - pursuit["since"], 0, 0.0)
    queue_up(model, world, state, slot, stage["team"])
    return True


@rule
def read_fate(model: Model, world: Record, pursuit: Record) -> None:
    """Note what chance has in store for a visit (V23)."""
    hours, days, luck, way = visits.fate(model, world, pursuit)
    pursuit["hours"] = hours
    pursuit["days"] = days
    pursuit["luck"] = luck
    pursuit["way"] = way


@rule
def place(model: Model, world: Record, state: State, slot: int, number: int) -> None:
    """Put a pursuit into the queue of the rep it keeps or is given, or into the team's (P1, P3)."""
    pursuit = state.pursuits[slot]
    if not assignment.keeps_rep(model, state.reps, number, pursuit["rep"]):
        give_up_rep(model, state, pursuit)
        now, own = state.clock[0]["now"], state.teams[number]
        rep, turn = assignment.choose_rep(model, world, own, state.reps, state.order, pursuit, now)
        own["turn"] = turn
        if rep != NOBODY:
            pursuit["rep"] = rep
            if visits.stage_for(model, pursuit)["ignored"] > 0:
                decide_if_ignored(model, world, state, pursuit)
            state.reps[rep]["open"] += 1
    line_up(model, world, state, slot, number)


@rule
def line_up(model: Model, world: Record, state: State, slot: int, number: int) -> None:
    """Put a pursuit into the queue of its owner, or of the team if it has none (Q2)."""
    pursuit, team = state.pursuits[slot], model.teams[number]
    if pursuit["rep"] == NOBODY:
        rank = assignment.rank_in_team(model, world, state.odds_by_day, team, pursuit)
        pursuit["rank"] = interruption.in_line(team, pursuit, rank)
        queue = state.team_queues[queue_of_team(model, pursuit)]
        join(state.links, queue, slot, pursuit["rank"], pursuit["since"], pursuit["entity"])
        stir(state, number)
    else:
        pursuit["rank"] = interruption.in_line(team, pursuit, assignment.rank(team["queue_order"], pursuit))
        join_own_queue(model, state, slot)
        enlist(model, state, pursuit["rep"])


@rule
def join_own_queue(model: Model, state: State, slot: int) -> None:
    """Put a pursuit into the queue of its rep; if it is ignored, on the pile."""
    pursuit = state.pursuits[slot]
    if ignored.is_ignored(pursuit):
        lay_aside(state, slot)
    else:
        queue = state.own_queues[queue_of_rep(model, pursuit)]
        join(state.links, queue, slot, pursuit["rank"], pursuit["since"], pursuit["entity"])


@rule
def leave_queue(model: Model, state: State, slot: int) -> None:
    """Take a pursuit out of the queue that it waits in."""
    pursuit = state.pursuits[slot]
    if ignored.is_ignored(pursuit):
        leave_pile(state, slot)
    elif pursuit["rep"] != NOBODY:
        leave(state.links, state.own_queues[queue_of_rep(model, pursuit)], slot)
        enlist(model, state, pursuit["rep"])
    elif handover.is_held(pursuit):
        leave_gate(model, state, slot)
    else:
        leave(state.links, state.team_queues[queue_of_team(model, pursuit)], slot)


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
    at_hand = choices.other_at_hand(model, state, slot, rep)
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
    choices.count_effort(model, state, slot, rep, at_hand)
    write(ledger, now, pursuit, Event.STARTED.value, queued, 0, cost)
    if visits.is_first_contact(pursuit, rep, entered):
        flag(ledger, Flag.FIRST_CONTACT.value)
    if attempts_needed:
        pursuit["attempt"] += 1
        note_attempt(ledger, pursuit["attempt"])
    if handed_over != 0:
        flag(ledger, handed_over)
    ends = now if rep == NOBODY else work_of(model, world, state, rep, now, pursuit["effort"])
    await_next(model, state, slot, ends, Due.WORK_ENDS.value)


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


@rule
def end_work(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> bool:
    """End work on a pursuit: its rep is idle, and the customer's time begins (V13, V14).

    If the customer answers at once and nothing else is due, the answer comes next in any case.
    Then this returns True: the answer can be handled now, without going through the agenda.
    """
    pursuit = state.pursuits[slot]
    clock = state.clock[0]
    now = clock["now"]
    write(ledger, now, pursuit, Event.WORKED.value, now - pursuit["since"], pursuit["effort"], 0.0)
    pursuit["since"] = now
    if pursuit["attempt"] > 0:
        end_attempt(model, ledger, pursuit)
    if visits.team_for(model, pursuit) != NOBODY:
        rep = state.reps[pursuit["rep"]]
        if people.counts(model, model.reps[pursuit["rep"]], now):
            rep["worked"] += 1
        rep["busy"] = 0
        rep["idle_since"] = now
        enlist(model, state, pursuit["rep"])
        if rep["on_staff"] == 0:
            go_home(model, world, state, ledger, pursuit["rep"])
    if attempts.is_missed(pursuit):
        await_next(model, state, slot, now + attempts.rest(model, world, pursuit), Due.TRIES_AGAIN.value)
        return False
    if pursuit["takes"] == 0 and next_time(state.agenda, clock) > now and clock["wave"] < MOST_WAVES:
        clock["wave"] += 1
        return True
    await_next(model, state, slot, visits.answers_at(model, pursuit, now), Due.CUSTOMER_ANSWERS.value)
    return False


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
def queue_again(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """Let a pursuit queue for the next attempt to reach its buyer, with its old time queued (Y4)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    write(ledger, now, pursuit, Event.QUEUED_AGAIN.value, now - pursuit["since"], 0, 0.0)
    pursuit["queued"] = now
    pursuit["since"] = pursuit["entered"]
    read_fate(model, world, pursuit)
    team = visits.team_for(model, pursuit)
    if assignment.works_for(model, state.reps, team, pursuit["rep"]):
        line_up(model, world, state, slot, team)
    else:
        place(model, world, state, slot, team)
    await_next(model, state, slot, NEVER, Due.GOES_COLD.value)


# ---- leaving it ---------------------------------------------------------------------------------


@rule
def leave_visit(model: Model, world: Record, state: State, ledger: Ledger, slot: int, due: int) -> int:
    """Let a pursuit leave its stage by what fell due; return its slot if it enters another stage, else NONE.

    (V17, N2)
    """
    pursuit = state.pursuits[slot]
    event, reason = ending.leaving(pursuit, due)
    if event == Event.LOST and pursuit["target"] == REJECTED:
        reject(model, state, ledger, pursuit)
    elif event == Event.WENT_COLD:
        note_ignored(state, ledger, pursuit)
    if reporting.learns(model, pursuit["channel"]):
        report(model, world, state, ledger, pursuit, event)
    if nurture.takes(model, pursuit, reason):
        until = begin_nurture(model, world, state, ledger, slot, event, reason)
        give_up_rep(model, state, pursuit)
        rest(model, state, slot, until)
        return NONE
    return depart(model, world, state, ledger, slot, event, reason, 0)


@rule
def depart(
    model: Model, world: Record, state: State, ledger: Ledger, slot: int, event: int, reason: int, flags: int
) -> int:
    """Let an event befall a pursuit, with what follows; return its slot if it enters a stage, else NONE.

    (V20, X9)
    """
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    target, delay, spawns = ending.after(model, world, pursuit, event)
    value = contracts.bookings(model, world, pursuit) if event == Event.WON else 0.0
    began = pursuit["began"] if target == ENDED else 0
    write(ledger, now, pursuit, ending.told_as(event, delay), now - pursuit["since"], began, value)
    if event == Event.WON:
        credit(ledger, pursuit["closer"])
    if reason != NOTHING:
        give_reason(ledger, reason)
        flag(ledger, flags)
    if ending.makes_lead(model, pursuit, event):
        become_lead(model, state, ledger, pursuit)
    if event == Event.WON:
        sign(model, state, ledger, pursuit, value)
        if customers.becomes_customer(model, pursuit["product"], now):
            subscribe(model, world, state, ledger, slot)
    affect_kin(model, world, state, slot, event, spawns)
    if target == ENDED:
        end(model, state, slot)
        return NONE
    team = visits.team_for(model, pursuit)
    if delay != ending.AT_ONCE or (team != NOBODY and model.teams[team]["sticky"] == 0):
        give_up_rep(model, state, pursuit)
    pursuit["round"] = ending.round_at(pursuit, target, delay)
    pursuit["stage"] = target
    if delay != ending.AT_ONCE:
        rest(model, state, slot, now + delay)
        return NONE
    if event == Event.SENT_BACK:
        pass_in_any_case(model, state, pursuit)
    return int(slot)


@rare
def reject(model: Model, state: State, ledger: Ledger, pursuit: Record) -> None:
    """Write that sales rejects a pursuit, and what it has cost by itself (J12)."""
    now, cost = state.clock[0]["now"], junk.cost_of_rejected(model, pursuit)
    waited, effort = now - pursuit["since"], pursuit["done"] + pursuit["effort"]
    write(ledger, now, pursuit, Event.REJECTED.value, waited, effort, cost)
    pursuit["met"] = pursuit["met"] | junk.REJECTED_BEFORE


@rare
def report(model: Model, world: Record, state: State, ledger: Ledger, pursuit: Record, event: int) -> None:
    """Tell marketing what became of a lead, if that is reported: its channel learns (W1, W4)."""
    good, now = reporting.report_of(model, world, pursuit, event), state.clock[0]["now"]
    if good != reporting.NO_REPORT:
        note_report(ledger, now, pursuit, good)
        if memory.is_counted(model, now):
            state.channels[pursuit["channel"]]["reports"] += 1


@rare
def become_lead(model: Model, state: State, ledger: Ledger, pursuit: Record) -> None:
    """Turn an inquiry into a lead, and pay its supplier (V19)."""
    pursuit["is_lead"] = 1
    paid = model.channels[pursuit["channel"]]["price_per_lead"]
    write(ledger, state.clock[0]["now"], pursuit, Event.BECAME_LEAD.value, 0, 0, paid)


@rare
def sign(model: Model, state: State, ledger: Ledger, pursuit: Record, value: float) -> None:
    """Book what a contract earns and pays, and count it for the rep who closed it (M4, M7, M13).

    A company of the market is now a customer (O4).
    """
    if pursuit["market"] == market.TAKEN:
        pursuit["market"] = market.CUSTOMER
    now, closer, term = state.clock[0]["now"], pursuit["closer"], contracts.term(model, pursuit)
    expected = contracts.expected_bookings(model, pursuit)
    margin = contracts.margin(model, pursuit, value)
    write_for(ledger, now, closer, pursuit, Event.MARGIN.value, term, margin)
    write_for(ledger, now, closer, pursuit, Event.EXPECTED.value, 0, expected)
    margin = contracts.margin(model, pursuit, expected)
    write_for(ledger, now, closer, pursuit, Event.EXPECTED_MARGIN.value, 0, margin)
    write_for(ledger, now, closer, pursuit, Event.REVENUE.value, term, value)
    if closer == NOBODY:
        return
    pay(model, state, ledger, pursuit, Event.COMMISSION.value, value)
    pay(model, state, ledger, pursuit, Event.EXPECTED_COMMISSION.value, expected)
    rep = state.reps[closer]
    month, in_month, in_quarter, in_year = contracts.counted(model, rep, now, value)
    rep["booked_in"] = month
    rep["booked_month"] = in_month
    rep["booked_quarter"] = in_quarter
    rep["booked_year"] = in_year
    if people.counts(model, model.reps[closer], now):
        rep["won"] += 1


@rule
def pay(model: Model, state: State, ledger: Ledger, pursuit: Record, event: int, value: float) -> None:
    """Write what closer and opener are paid for a contract of this value (M12)."""
    now = state.clock[0]["now"]
    paid, of_opener = contracts.commission(model, state.reps, pursuit, now, value)
    if paid > 0.0:
        write_for(ledger, now, pursuit["closer"], pursuit, event, 0, paid)
    if of_opener > 0.0:
        write_for(ledger, now, pursuit["opener"], pursuit, event, 0, of_opener)


@rule
def write_for(
    ledger: Ledger, now: int, rep: int, pursuit: Record, event: int, waited: int, money: float
) -> None:
    """Write a row of a contract, in the name of a rep (M4)."""
    write(ledger, now, pursuit, event, waited, 0, money)
    credit(ledger, rep)


@rare
def subscribe(model: Model, world: Record, state: State, ledger: Ledger, deal_slot: int) -> None:
    """Let the contract of a new customer begin (CU1)."""
    deal, now = state.pursuits[deal_slot], state.clock[0]["now"]
    entity = customers.contract_of(deal)
    paid, mean_paid, share = customers.signed(model, world, deal)
    slot = take_slot(state)
    contract = state.pursuits[slot]
    state.pursuits[slot] = deal
    begin_pursuit(contract, entity, SALE, deal["stage"])
    contract["account"] = NOTHING
    contract["began"] = now
    contract["terms"] = 0
    contract["paid"] = paid
    contract["mean_paid"] = mean_paid
    contract["price_share"] = share
    write(ledger, now, contract, Event.SUBSCRIBED.value, 0, contract["company"], customers.mrr(paid))
    begin_term(model, state, slot)


@rule
def begin_term(model: Model, state: State, slot: int) -> None:
    """Let a term of a contract begin (CU2)."""
    contract, now = state.pursuits[slot], state.clock[0]["now"]
    contract["since"] = now
    await_next(model, state, slot, now + products.term_of(model, contract["product"]), Due.TERM_ENDS.value)


@rare
def end_term(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """End a term: the customer pays for another one, or leaves (CU3, CU4)."""
    contract, now = state.pursuits[slot], state.clock[0]["now"]
    if customers.stays(model, world, contract):
        pay_for_next_term(model, ledger, contract, now)
        begin_term(model, state, slot)
    else:
        began, mrr = contract["began"], customers.mrr(contract["paid"])
        write(ledger, now, contract, Event.CHURNED.value, now - began, began, mrr)
        end(model, state, slot)


@rule
def pay_for_next_term(model: Model, ledger: Ledger, contract: Record, now: int) -> None:
    """Let a customer who stays pay for another term (CU5, CU6, CU7)."""
    product, began = model.products[contract["product"]], contract["began"]
    paid, mean_paid = customers.next_term(model, contract, now)
    value, mean_value = paid * product["months"], mean_paid * product["months"]
    if product["typed_term"] == 1:
        write(ledger, now, contract, Event.RENEWED.value, now - contract["since"], began, value)
    change = customers.change_of_mrr(contract["paid"], paid)
    if change != 0.0:
        write(ledger, now, contract, customers.told_as(change), 0, began, abs(change))
    contract["paid"] = paid
    contract["mean_paid"] = mean_paid
    contract["terms"] += 1
    share, term = contract["price_share"], product["term"]
    margin = contracts.margin_at(model, contract, value, share)
    write(ledger, now, contract, Event.MARGIN.value, term, 0, margin)
    mean_margin = contracts.margin_at(model, contract, mean_value, share)
    write(ledger, now, contract, Event.EXPECTED_MARGIN.value, 0, 0, mean_margin)
    write(ledger, now, contract, Event.REVENUE.value, term, 0, value)


@rule
def end(model: Model, state: State, slot: int) -> None:
    """End a pursuit: its rep has one open pursuit less, and its slot of the pool is free (V21)."""
    pursuit = state.pursuits[slot]
    give_up_rep(model, state, pursuit)
    if pursuit["gate"] != 0:
        leave_load(state, pursuit)
    if pursuit["account"] != NOTHING:
        leave_account(state, slot)
    if pursuit["market"] != market.OUTSIDE and cools_off(model, state, slot):
        return
    free_slot(state, slot)


@rule
def free_slot(state: State, slot: int) -> None:
    """Let another pursuit have a slot of the pool."""
    state.pursuits[slot]["entity"] = 0
    state.links[slot]["next"] = state.clock[0]["free"]
    state.clock[0]["free"] = slot
    state.clock[0]["vacant"] += 1


@rare
def cools_off(model: Model, state: State, slot: int) -> bool:
    """Return whether a company will have cooled off before the horizon; it keeps its slot until then (O4)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    rest = market.cools_for(model, pursuit, now)
    if now + rest >= model.horizon:
        return False
    pursuit["since"] = now
    await_next(model, state, slot, now + rest, Due.COOLS_OFF.value)
    return True


@rare
def give_back(state: State, ledger: Ledger, slot: int) -> None:
    """Give a company that has cooled off back to the market (O5)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    state.taken[pursuit["segment"]] -= 1
    write(ledger, now, pursuit, Event.COOLED_OFF.value, now - pursuit["since"], 0, 0.0)
    free_slot(state, slot)


# ---- rests, births and withdrawals --------------------------------------------------------------


@rare
def rest(model: Model, state: State, slot: int, until: int) -> None:
    """Let a pursuit rest, without an owner, until it returns (X3)."""
    pursuit = state.pursuits[slot]
    pursuit["since"] = state.clock[0]["now"]
    pursuit["flags"] = pursuit["flags"] & ~Flag.HELD.value
    ignore_no_longer(pursuit)
    leave_load(state, pursuit)
    await_next(model, state, slot, until, Due.RETURNS.value)


@rare
def come_back(state: State, ledger: Ledger, slot: int) -> int:
    """End a rest: return the slot of the pursuit that enters a stage (X4)."""
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    pursuit["flags"] = pursuit["flags"] | Flag.RETURNED.value
    pursuit["met"] = junk.met_on_return(pursuit)
    write(ledger, now, pursuit, Event.RETURNED.value, now - pursuit["since"], 0, 0.0)
    return slot


@rule
def affect_kin(model: Model, world: Record, state: State, slot: int, event: int, spawns: int) -> None:
    """Let others be born of an event, and others be withdrawn (X5, X7)."""
    withdrawn = ending.end_of(model, state.pursuits[slot], event)["withdraws"]
    if spawns > 0:
        spawn(model, world, state, slot, event, spawns)
    if withdrawn != NOTHING:
        withdraw_kin(model, state, slot, withdrawn)


@rare
def end_nurture(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> int:
    """End nurture at its last touch: return the slot of a pursuit that enters a stage, else NONE (N4, N6)."""
    pursuit, now = state.pursuits[slot], state.clock[0]["now"]
    rested = now - pursuit["since"]
    note_touches(ledger, now, pursuit, pursuit["touches"])
    pursuit["touches"] = 0
    if not nurture.comes_back(pursuit):
        pursuit["since"] = now
        event, reason = pursuit["parked"], pursuit["reason"]
        return depart(model, world, state, ledger, slot, event, reason, Flag.NURTURED.value)
    pursuit["fit"] = nurture.warmed(model, pursuit)
    pursuit["returns"] += 1
    pursuit["round"] = ending.round_at(pursuit, pursuit["target"], rested)
    pursuit["stage"] = pursuit["target"]
    return come_back(state, ledger, slot)


@rare
def spawn(model: Model, world: Record, state: State, parent_slot: int, event: int, count: int) -> None:
    """Let other pursuits be born of an event; each begins after its own delay."""
    parent = state.pursuits[parent_slot]
    if parent["account"] == NOTHING:
        open_account(state, parent_slot)
    for number in range(count):
        entity, process, delay = ending.born(model, world, parent, event, number)
        slot = take_slot(state)
        pursuit = state.pursuits[slot]
        state.pursuits[slot] = parent
        begin_pursuit(pursuit, entity, process, model.processes[process]["first_stage"])
        pursuit["began"] = NEVER
        join_account(state, slot, parent["account"])
        await_next(model, state, slot, state.clock[0]["now"] + delay, Due.BEGINS.value)


@rare
def begin_born(state: State, ledger: Ledger, slot: int) -> int:
    """Begin a pursuit that was born of another: return its slot, in which it enters its first stage (X6)."""
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    pursuit["began"] = now
    write(ledger, now, pursuit, Event.BEGAN.value, 0, pursuit["company"], 0.0)
    return slot


@rare
def withdraw_kin(model: Model, state: State, slot: int, process: int) -> None:
    """Withdraw, in the next wave, the company's pursuits of a process that wait or rest (X7)."""
    account = state.pursuits[slot]["account"]
    if account == NOTHING:
        return
    other = state.companies[account]["first"]
    while other != NONE:
        pursuit = state.pursuits[other]
        if other != slot and pursuit["process"] == process and ending.can_be_withdrawn(pursuit):
            if pursuit["phase"] == Due.GOES_COLD:
                leave_queue(model, state, other)
                pursuit["since"] = attempts.last_row(pursuit)
                left = 0 if handover.is_held(pursuit) else Flag.LEFT_QUEUE.value
                pursuit["flags"] = pursuit["flags"] | left
            await_next(model, state, other, state.clock[0]["now"], Due.WITHDRAWS.value)
        other = state.kin[other]["next"]


@rare
def withdraw(model: Model, state: State, ledger: Ledger, slot: int) -> None:
    """End a pursuit because of another; one that has not begun leaves no row (X8)."""
    pursuit = state.pursuits[slot]
    now = state.clock[0]["now"]
    if pursuit["touches"] > 0:
        note_touches(ledger, now, pursuit, nurture.touches_by(pursuit, now))
    if pursuit["began"] != NEVER:
        write(ledger, now, pursuit, Event.WITHDRAWN.value, now - pursuit["since"], pursuit["began"], 0.0)
    end(model, state, slot)


@rule
def open_account(state: State, slot: int) -> None:
    """Open a record for a company when other pursuits are born of one of its pursuits."""
    clock, pursuit = state.clock[0], state.pursuits[slot]
    account = clock["free_company"]
    company = state.companies[account]
    clock["free_company"] = company["first"]
    company["entity"] = pursuit["company"]
    company["first"] = NONE
    company["pursuits"] = 0
    join_account(state, slot, account)


@rule
def join_account(state: State, slot: int, account: int) -> None:
    """Add a pursuit to those of its company."""
    company, kin = state.companies[account], state.kin[slot]
    state.pursuits[slot]["account"] = account
    kin["previous"] = NONE
    kin["next"] = company["first"]
    if company["first"] != NONE:
        state.kin[company["first"]]["previous"] = slot
    company["first"] = slot
    company["pursuits"] += 1


@rare
def leave_account(state: State, slot: int) -> None:
    """Remove a pursuit from those of its company; after the last one, the company's record is free."""
    account = state.pursuits[slot]["account"]
    company, kin = state.companies[account], state.kin[slot]
    if kin["previous"] == NONE:
        company["first"] = kin["next"]
    else:
        state.kin[kin["previous"]]["next"] = kin["next"]
    if kin["next"] != NONE:
        state.kin[kin["next"]]["previous"] = kin["previous"]
    company["pursuits"] -= 1
    if company["pursuits"] == 0:
        company["first"] = state.clock[0]["free_company"]
        state.clock[0]["free_company"] = account


# ---- people -------------------------------------------------------------------------------------


@rare
def leave_staff(model: Model, world: Record, state: State, ledger: Ledger, number: int) -> None:
    """Let a rep leave: the pursuits in its queue are placed again and keep their time queued (R4, R5, R6)."""
    rep = state.reps[number]
    rep["on_staff"] = 0
    enlist(model, state, number)
    queue = state.own_queues[front(state, state.own_queues, number)]
    slot = first(state.links, queue)
    while slot != NONE:
        leave(state.links, queue, slot)
        place(model, world, state, slot, visits.team_for(model, state.pursuits[slot]))
        queue = state.own_queues[front(state, state.own_queues, number)]
        slot = first(state.links, queue)
    slot = take_from_pile(state, number)
    while slot != NONE:
        place(model, world, state, slot, visits.team_for(model, state.pursuits[slot]))
        slot = take_from_pile(state, number)
    if rep["busy"] == 0:
        go_home(model, world, state, ledger, number)
    else:
        expect_rep(model, state, number)

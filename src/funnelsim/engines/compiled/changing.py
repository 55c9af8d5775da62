"""A change on a day: what has happened is carried over into the state of the next chapter (C3).

The old state stays as it is, so that several strategies can begin from one.
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Integers, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.compiled.agenda import close_gap, take_first
from funnelsim.engines.compiled.choices import front, queue_of_team
from funnelsim.engines.compiled.crews import take_over_work
from funnelsim.engines.compiled.desks import enlist, opens_next, read_talent, stir
from funnelsim.engines.compiled.handover import queue_at_gate
from funnelsim.engines.compiled.inquiries import put_inquiry
from funnelsim.engines.compiled.loop import end_day
from funnelsim.engines.compiled.piles import ignore_no_longer
from funnelsim.engines.compiled.placing import join_own_queue, place
from funnelsim.engines.compiled.prospecting import await_end_of_block
from funnelsim.engines.compiled.pursuits import read_fate
from funnelsim.engines.compiled.queues import NONE, empty, first, join, leave
from funnelsim.engines.compiled.roster import expect_rep, look_ahead_anew, stay_on
from funnelsim.engines.compiled.state import State, await_next, blank_rep, nothing_is_due, put
from funnelsim.engines.ledger import Ledger, write_of
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOBODY, NOTHING, Due, Event
from funnelsim.model.worktime import last_opened
from funnelsim.rules import (
    absence,
    arrivals,
    assignment,
    effort_split,
    ending,
    handover,
    interruption,
    prospecting,
    referrals,
    shocks,
    traits,
    visits,
)

UNTIL_THE_CHANGE = -1  # the wave before wave 0: what is put on the agenda for this instant is in wave 0


@rule
def book_day_that_ends(model: Model, world: Record, state: State, ledger: Ledger, now: int) -> None:
    """Book the day that ends as a chapter ends, the first thing that is due at this midnight (C3)."""
    clock = state.clock[0]
    clock["now"] = now
    clock["wave"] = 0
    close_gap(state.agenda, state.positions, clock)
    take_first(state.agenda, state.positions, clock)
    end_day(model, world, state, ledger)


@compiled
def carry_over(
    before: Model,
    old: State,
    model: Model,
    world: Record,
    state: State,
    was: Integers,
    becomes: Integers,
    ledger: Ledger,
) -> None:
    """Make the change of a chapter that begins now, after the day has been booked (C3, C16, C18).

    Parameters
    ----------
    before, old
        The chapter that ends, and its state.
    model, world, state
        The chapter that begins, and where its state goes; its pools are not smaller than the old ones.
    was, becomes : array of int
        The number of each rep in the other chapter: of those that there are now in the one that ends (NOBODY
        if new), of those that there were in the one that begins.
    ledger : Ledger
        With room for a row.
    """
    now = old.clock[0]["now"]
    take_over_clock(model, old, state)
    take_over_pools(old, state, becomes)
    if len(model.traits) > len(before.traits):
        read_new_traits(before, model, world, state)
    take_over_channels(before, old, model, world, state)
    take_over_people(before, old, model, world, state, was, becomes)
    put_anew(before, old, model, world, state, was)
    requeue(before, model, world, state, becomes)
    take_over_gates(before, model, world, state)
    for number in range(len(state.reps)):
        enlist(model, state, number)
    for number in range(len(state.teams)):
        stir(state, number)
    state.clock[0]["wave"] = 0
    one_off = model.plan[0]["one_off_cost"]
    if one_off > 0.0:
        write_of(ledger, now, Event.ONE_OFF.value, NOTHING, NOBODY, 0, one_off)


@rare
def take_over_clock(model: Model, old: State, state: State) -> None:
    """Take over the instant, with nothing on the agenda yet."""
    clock, ended = state.clock[0], old.clock[0]
    clock["now"] = ended["now"]
    clock["wave"] = UNTIL_THE_CHANGE
    clock["begun"] = 1
    clock["last_day_booked"] = 0
    clock["most_born"] = ending.most_born(model)
    clock["prospects"] = prospecting.times_of(model)
    clock["splits"] = effort_split.any_team(model)
    nothing_is_due(state)


@rare
def take_over_pools(old: State, state: State, becomes: Integers) -> None:
    """Take over pursuits and companies, slot by slot; reps have other numbers (C2)."""
    clock, ended = state.clock[0], old.clock[0]
    size, companies = len(old.pursuits), len(old.companies)
    for slot in range(size):
        state.pursuits[slot] = old.pursuits[slot]
        state.links[slot] = old.links[slot]
        state.kin[slot] = old.kin[slot]
    clock["free"] = ended["free"]
    for slot in range(size, len(state.pursuits)):
        state.pursuits[slot]["entity"] = 0
        state.links[slot]["next"] = clock["free"]
        clock["free"] = slot
    clock["vacant"] = ended["vacant"] + len(state.pursuits) - size
    for slot in range(companies):
        state.companies[slot] = old.companies[slot]
    clock["free_company"] = ended["free_company"]
    for slot in range(companies, len(state.companies)):
        state.companies[slot]["first"] = clock["free_company"]
        clock["free_company"] = slot
    for slot in range(size):
        pursuit = state.pursuits[slot]
        if pursuit["entity"] > 0:
            pursuit["rep"] = new_number(becomes, pursuit["rep"])
            pursuit["opener"] = new_number(becomes, pursuit["opener"])
            pursuit["closer"] = new_number(becomes, pursuit["closer"])
            pursuit["seller"] = new_number(becomes, pursuit["seller"])


@rare
def read_new_traits(before: Model, model: Model, world: Record, state: State) -> None:
    """Read the traits that come with a chapter, of the companies at hand (C27)."""
    for slot in range(len(state.pursuits)):
        pursuit = state.pursuits[slot]
        if pursuit["entity"] > 0 and pursuit["channel"] != NOTHING:
            company, channel, known = pursuit["company"], pursuit["channel"], len(before.traits)
            reports = state.channels[channel]["reports"]
            more = traits.traits_of(model, world, company, channel, known, reports)
            pursuit["traits"] = pursuit["traits"] | more


@rule
def new_number(becomes: Integers, rep: int) -> int:
    """Return the number of a rep in the chapter that begins."""
    return NOBODY if rep == NOBODY else int(becomes[rep])


@rare
def take_over_channels(before: Model, old: State, model: Model, world: Record, state: State) -> None:
    """Take over the streams of inquiries and the markets, and let new channels begin (C9, C10, C22, O7)."""
    today = state.clock[0]["now"] // DAY
    for position in range(len(state.expected)):
        known = position < len(old.expected)
        state.expected[position] = old.expected[position] if known else model.expected[position]
    arrivals.expect_inquiries(model, world, state.expected, today)
    shocks.expect_odds(model, world, state.odds_by_day)
    for number in range(len(state.channels)):
        channel = state.channels[number]
        known = number < len(old.channels)
        channel["index"] = old.channels[number]["index"] if known else 0
        channel["total"] = old.channels[number]["total"] if known else 0.0
        channel["day"] = today
        channel["reports"] = old.channels[number]["reports"] if known else 0
        channel["reached"] = 0.0
        channel["prospected"] = 0
        if known:
            reached, prospected = prospecting.gone_on(
                before.channels[number], model.channels[number], old.channels[number]
            )
            channel["reached"] = reached
            channel["prospected"] = prospected
        else:
            channel["total"] = arrivals.next_total(world, model.channels[number], channel)
    for segment in range(len(state.taken)):
        state.taken[segment] = old.taken[segment] if segment < len(old.taken) else 0


@rare
def take_over_people(
    before: Model, old: State, model: Model, world: Record, state: State, was: Integers, becomes: Integers
) -> None:
    """Take over teams, reps and their queues; calendars are as they are now (C5, C8, C15, C24)."""
    now = state.clock[0]["now"]
    for number in range(len(state.reps)):
        if was[number] == NOBODY:
            blank_rep(state, number, now)
            empty(state.piles[number])
        else:
            state.desks[number]["in_hand"] = old.desks[was[number]]["in_hand"]
            state.reps[number] = old.reps[was[number]]
            state.own_queues[number] = old.own_queues[was[number]]
            state.piles[number] = old.piles[was[number]]
            second = old.own_queues[was[number] + len(old.reps)]
            state.own_queues[number + len(state.reps)] = second
            begin_the_split_anew(before, model, state, number)
        read_talent(model, world, state, number)
        state.desks[number]["wanted"] = 0
        state.desks[number]["at_hand"] = 0
        state.order[number] = number
    for number in range(len(state.teams)):
        state.teams[number]["turn"] = 0
        empty(state.team_queues[number])
        empty(state.team_queues[number + len(state.teams)])
        if number < len(old.teams):
            state.team_queues[number] = old.team_queues[number]
            state.team_queues[number + len(state.teams)] = old.team_queues[number + len(old.teams)]
            team = before.teams[number]
            if team["reps"] > 0:
                in_turn = becomes[team["first_rep"] + old.teams[number]["turn"]]
                state.teams[number]["turn"] = in_turn - model.teams[number]["first_rep"]
    for number in range(len(state.shifts)):
        calendar, shift = model.calendars[number], state.shifts[number]
        shift["opening"] = last_opened(model.hours, calendar["first_hours"], calendar["hours"], now)
        shift["closes"] = 0
        if shift["opening"] >= calendar["first_hours"]:
            shift["closes"] = model.hours[shift["opening"]]["closes"]
        empty(state.wanted[number])
        empty(state.at_hand[number])
    for gate in range(len(state.held)):
        empty(state.held[gate])
    empty(state.unfinished[0])


@rare
def begin_the_split_anew(before: Model, model: Model, state: State, number: int) -> None:
    """Forget what a rep has put into new and existing business, if the team now splits otherwise (C29)."""
    team = model.reps[number]["team"]
    if team < len(before.teams) and effort_split.splits_otherwise(before.teams[team], model.teams[team]):
        state.reps[number]["new_level"] = 0
        state.reps[number]["accounts_level"] = 0


@rare
def put_anew(before: Model, old: State, model: Model, world: Record, state: State, was: Integers) -> None:
    """Put on the agenda what everybody has due (C4, C6, C10, C12, R16, RF7)."""
    now = state.clock[0]["now"]
    put(model, state, 0, now + DAY, Due.DAY_ENDS.value, 0)
    for number in range(len(state.reps)):
        look_ahead_anew(model, world, state, number)
        if was[number] != NOBODY:
            stay_on(before, model, world, state, was[number], number)
        expect_rep(model, state, number)
        if state.reps[number]["block"] > 0:
            await_end_of_block(model, world, state, number)
    for number in range(len(state.shifts)):
        opens_next(model, state, number)
    for number in range(len(state.channels)):
        put_inquiry(model, state, number)
    for slot in range(len(state.pursuits)):
        pursuit = state.pursuits[slot]
        if pursuit["entity"] > 0:
            due = due_anew(before, old, model, world, state, slot, was)
            await_next(model, state, slot, due, pursuit["phase"])


@rare
def due_anew(
    before: Model, old: State, model: Model, world: Record, state: State, slot: int, was: Integers
) -> int:
    """Return when what a pursuit has due comes from now on (C10, CR8, RF7)."""
    pursuit = state.pursuits[slot]
    if pursuit["phase"] == Due.REFERS:
        return referrals.due_now(before, model, world, pursuit, state.clock[0]["now"])
    if pursuit["phase"] != Due.WORK_ENDS:
        return int(pursuit["due"])
    rep, state_of_rep = model.reps[pursuit["rep"]], state.reps[pursuit["rep"]]
    if state_of_rep["crew"] > 0:
        return take_over_work(before, old, model, world, state, slot, was[pursuit["rep"]])
    return absence.work_of(model, world, rep, state_of_rep, pursuit["since"], pursuit["effort"])


@rare
def requeue(before: Model, model: Model, world: Record, state: State, becomes: Integers) -> None:
    """Let leads queue on or move, with the fate that is now in store for them (C11, C13, C14)."""
    slot, moved, last = take_from_queues(before, state, becomes), NONE, NONE
    while slot != NONE:
        following, pursuit = int(state.links[slot]["next"]), state.pursuits[slot]
        if pursuit["interrupted"] == 0:
            read_fate(model, world, pursuit)
        if assignment.is_moved(before, model, pursuit):
            moved, last = chained(state, slot, moved, last)
        elif pursuit["rep"] == NOBODY:
            queue = state.team_queues[queue_of_team(model, pursuit)]
            join(state.links, queue, slot, pursuit["rank"], pursuit["since"], pursuit["entity"])
        else:
            team = model.teams[visits.team_for(model, pursuit)]
            rank = assignment.rank(team["queue_order"], pursuit)
            pursuit["rank"] = interruption.in_line(team, pursuit, rank)
            join_own_queue(model, state, slot)
        slot = following
    while moved != NONE:
        following = int(state.links[moved]["next"])
        ignore_no_longer(state.pursuits[moved])
        place(model, world, state, moved, visits.team_for(model, state.pursuits[moved]))
        moved = following


@rare
def take_over_gates(before: Model, model: Model, world: Record, state: State) -> None:
    """Find who counts at which gate, and who is held at which, as a chapter begins (C11, C25, C26)."""
    state.clock[0]["held"] = 0
    for number in range(len(state.loads)):
        state.loads[number] = 0
    for slot in range(len(state.pursuits)):
        pursuit = state.pursuits[slot]
        if pursuit["entity"] > 0:
            gate = handover.gate_from_now(before, model, pursuit)
            pursuit["gate"] = gate
            if gate > 0:
                state.loads[gate - 1] += 1
            if handover.is_held(pursuit) and pursuit["phase"] == Due.GOES_COLD:  # not one that cools off
                read_fate(model, world, pursuit)
                queue_at_gate(model, state, slot)


@rule
def take_from_queues(before: Model, state: State, becomes: Integers) -> int:
    """Take all leads out of the queues, in the order of C13; return the first of a chain of them."""
    head, last = NONE, NONE
    for number in range(len(before.teams)):
        team = before.teams[number]
        for rep in range(team["first_rep"], team["first_rep"] + team["reps"]):
            head, last = take_all(state, state.own_queues, becomes[rep], head, last)
            head, last = take_pile(state, becomes[rep], head, last)
        head, last = take_all(state, state.team_queues, number, head, last)
    return head


@rare
def take_all(state: State, queues: Records, number: int, head: int, last: int) -> tuple[int, int]:
    """Add the leads of a queue to a chain, and leave the queue empty; return both ends of the chain."""
    queue = queues[front(state, queues, number)]
    slot = first(state.links, queue)
    while slot != NONE:
        leave(state.links, queue, slot)
        head, last = chained(state, slot, head, last)
        queue = queues[front(state, queues, number)]
        slot = first(state.links, queue)
    return head, last


@rare
def take_pile(state: State, rep: int, head: int, last: int) -> tuple[int, int]:
    """Add the leads that a rep ignores to a chain; return both ends of the chain (B10)."""
    slot = first(state.links, state.piles[rep])
    while slot != NONE:
        leave(state.links, state.piles[rep], slot)
        head, last = chained(state, slot, head, last)
        slot = first(state.links, state.piles[rep])
    return head, last


@rule
def chained(state: State, slot: int, head: int, last: int) -> tuple[int, int]:
    """Add one at the end of a chain; return both ends."""
    state.links[slot]["next"] = NONE
    if last == NONE:
        return int(slot), int(slot)
    state.links[last]["next"] = slot
    return int(head), int(slot)

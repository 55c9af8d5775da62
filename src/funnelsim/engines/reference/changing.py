"""A change on a day: a chapter begins with what the chapter before has left."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Integers, Record
from funnelsim.engines.ledger import write_of
from funnelsim.engines.reference.beginning import put_anew
from funnelsim.engines.reference.crews import count_work, pursuits_of_crews
from funnelsim.engines.reference.handover import queue_at_gate
from funnelsim.engines.reference.inquiries import draw_next
from funnelsim.engines.reference.office import UNTIL_IT_HAPPENS, Office
from funnelsim.engines.reference.placing import place
from funnelsim.engines.reference.pursuits import read_fate
from funnelsim.engines.reference.queues import order_in_queue, order_on_pile, queue_of
from funnelsim.engines.reference.roster import look_ahead, read_talent
from funnelsim.engines.reference.work import end_of_work
from funnelsim.model.model import Model, other_numbers
from funnelsim.model.records import CHANNEL_STATE, REP_STATE, TEAM_STATE
from funnelsim.model.words import DAY, NEVER, NOBODY, NOTHING, Due, Event
from funnelsim.rules import (
    absence,
    arrivals,
    assignment,
    effort_split,
    handover,
    interruption,
    people,
    prospecting,
    referrals,
    shocks,
    traits,
    turnover,
)

UNTIL_THE_CHANGE = -1  # the wave before wave 0: what is put on the agenda for this instant is in wave 0


def change(office: Office, model: Model) -> None:
    """Let a chapter begin, now that the day has been booked (C3)."""
    before, queues, piles = office.model, [*office.own_queues, *office.team_queues], office.piles
    was, becomes = other_numbers(before, model)
    for pursuit in pursuits_of_crews(office):
        count_work(office, pursuit)
    office.model, office.wave = model, UNTIL_THE_CHANGE
    renumber(office, becomes)
    take_over_channels(office, before)
    take_over_teams(office, before, becomes)
    take_over_reps(office, before, was)
    office.own_queues = [[] for _ in model.reps]
    office.piles = [[] for _ in model.reps]
    put_anew(office)
    for pursuit in office.open_pursuits.values():
        read_new_traits(office, pursuit, len(before.traits))
        expect_anew(office, before, pursuit)
    requeue(office, before, queues, piles)
    take_over_gates(office, before)
    office.wave = 0
    one_off = model.plan[0]["one_off_cost"]
    if one_off > 0.0:
        write_of(office.ledger, office.now, Event.ONE_OFF, NOTHING, NOBODY, 0, one_off)


def renumber(office: Office, becomes: Integers) -> None:
    """Give the reps of open pursuits their numbers in the chapter that begins (C2)."""
    for pursuit in office.open_pursuits.values():
        for role in ("rep", "opener", "closer", "seller"):
            if pursuit[role] != NOBODY:
                pursuit[role] = becomes[pursuit[role]]


def take_over_channels(office: Office, before: Model) -> None:
    """Let the streams of inquiries go on, and those of new channels begin (C9, C10)."""
    today, known = office.now // DAY, len(office.channels)
    reached = office.expected
    office.expected = office.model.expected.copy()
    office.expected[: len(reached)] = reached
    arrivals.expect_inquiries(office.model, office.world, office.expected, today)
    shocks.expect_odds(office.model, office.world, office.odds_by_day)
    for number, channel in enumerate(office.channels):
        channel["reached"], channel["prospected"] = prospecting.gone_on(
            before.channels[number], office.model.channels[number], channel
        )
    added = np.zeros(len(office.model.channels) - known, CHANNEL_STATE)
    office.channels = np.concatenate([office.channels, added])
    office.taken += [0] * (len(office.model.segments) - len(office.taken))  # O7
    office.channels["day"] = today
    for number in range(known, len(office.channels)):
        draw_next(office, number)


def take_over_teams(office: Office, before: Model, becomes: Integers) -> None:
    """Let it be the turn of the same reps as before (C15)."""
    old, office.teams = office.teams, np.zeros(len(office.model.teams), TEAM_STATE)
    office.teams["own_policy"] = office.model.teams["own_policy"]
    for number, team in enumerate(old):
        if before.teams[number]["reps"]:
            in_turn = becomes[before.teams[number]["first_rep"] + team["turn"]]
            office.teams[number]["turn"] = in_turn - office.model.teams[number]["first_rep"]


def take_over_reps(office: Office, before: Model, was: Integers) -> None:
    """Let reps go on with what they have done, and new ones begin (C6, C24)."""
    old, office.reps = office.reps, np.zeros(len(office.model.reps), REP_STATE)
    for name in UNTIL_IT_HAPPENS:
        office.reps[name] = NEVER
    office.reps["idle_since"] = office.now
    known = was != NOBODY
    office.reps[known] = old[was[known]]
    office.order = np.arange(len(office.reps))
    for number in range(len(office.reps)):
        read_talent(office, number)
        begin_the_split_anew(office, before, number)
        look_ahead_anew(office, number)
        if was[number] != NOBODY:
            stay_on(office, before, int(was[number]), number)


def begin_the_split_anew(office: Office, before: Model, number: int) -> None:
    """Forget what a rep has put into new and existing business, where the team splits otherwise (C29)."""
    team = int(office.model.reps[number]["team"])
    if team < len(before.teams) and effort_split.splits_otherwise(
        before.teams[team], office.model.teams[team]
    ):
        office.reps[number]["new_level"] = office.reps[number]["accounts_level"] = 0


def look_ahead_anew(office: Office, number: int) -> None:
    """Read a rep's absences anew; one that has begun keeps its end (R16)."""
    state = office.reps[number]
    if state["absent"]:
        until = int(state["away_until"])
        rep = office.model.reps[number]
        state["away_until"] = absence.lengthened(office.model, office.world, rep, office.now, until)
    elif people.is_there(state):
        look_ahead(office, number)


def stay_on(office: Office, before: Model, was: int, number: int) -> None:
    """Let who is on staff stay for longer, or shorter, in a chapter that begins (R21)."""
    rep, state = office.model.reps[number], office.reps[number]
    if state["on_staff"]:
        state["leaves"] = turnover.stays_now(
            before, office.model, office.world, before.reps[was], rep, state, office.now
        )


def read_new_traits(office: Office, pursuit: Record, known: int) -> None:
    """Read the traits that come with a chapter (C27)."""
    company, channel = int(pursuit["company"]), int(pursuit["channel"])
    if channel == NOTHING:  # a customer as the period begins
        return
    reports = int(office.channels[channel]["reports"])
    pursuit["traits"] |= traits.traits_of(office.model, office.world, company, channel, known, reports)


def expect_anew(office: Office, past: Model, pursuit: Record) -> None:
    """Put anew what a pursuit has due (C4, C12, RF7)."""
    before = office.to_come[int(pursuit["entity"])]
    time = end_of_work(office, pursuit) if pursuit["phase"] == Due.WORK_ENDS else int(pursuit["due"])
    if pursuit["phase"] == Due.REFERS:
        time = referrals.due_now(past, office.model, office.world, pursuit, office.now)
    happening = office.due(time, Due(int(pursuit["phase"])), pursuit)
    assert before.callbacks is not None
    assert happening.callbacks is not None
    happening.callbacks += before.callbacks[1:]
    before.call_off()
    if int(pursuit["entity"]) in office.waiting:
        called_up, _ = office.waiting[int(pursuit["entity"])]
        office.waiting[int(pursuit["entity"])] = called_up, happening


def requeue(office: Office, before: Model, queues: list[list[Record]], piles: list[list[Record]]) -> None:
    """Let leads queue on or move, with the fate that is now in store for them (C11, C13, C14)."""
    office.team_queues = [[] for _ in office.model.teams]
    moved = []
    for number, team in enumerate(before.teams):
        reps = range(team["first_rep"], team["first_rep"] + team["reps"])
        own = [
            (*sorted(queues[rep], key=order_in_queue), *sorted(piles[rep], key=order_on_pile)) for rep in reps
        ]
        of_team = sorted(queues[len(before.reps) + number], key=order_in_queue)
        for queue in (*own, of_team):
            for pursuit in queue:
                if not pursuit["interrupted"]:
                    read_fate(office, pursuit)
                if assignment.is_moved(before, office.model, pursuit):
                    moved.append(pursuit)
                    continue
                if pursuit["rep"] != NOBODY:
                    team_now = office.model.teams[office.team_of(pursuit)]
                    rank = assignment.rank(team_now["queue_order"], pursuit)
                    pursuit["rank"] = interruption.in_line(team_now, pursuit, rank)
                queue_of(office, pursuit).append(pursuit)
    for pursuit in moved:
        pursuit["ignored"] = 0
        place(office, pursuit)


def take_over_gates(office: Office, before: Model) -> None:
    """Find who counts at which gate, and who is held at which (C11, C25, C26)."""
    office.held = [[] for _ in range(1 + len(office.model.gates))]
    office.loads = np.zeros(1 + len(office.model.gates), np.int64)
    for pursuit in office.open_pursuits.values():
        pursuit["gate"] = handover.gate_from_now(before, office.model, pursuit)
        office.loads[pursuit["gate"]] += 1
        if handover.is_held(pursuit):
            read_fate(office, pursuit)
            queue_at_gate(office, pursuit)

"""The reference engine: the executable specification, a SimPy process for every lead.

It reads like a story (`Office.pursue`) and owns clock, queues and the writing of rows;
everything that is decided comes from the rules. SimPy breaks ties by priority: a `Happening`
carries its place in the order of an instant (round, kind, entity), and grants of capacity come after
everything that is due.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, cast

import numpy as np
import simpy
from simpy.events import EventPriority

from funnelsim.engines.ledger import Ledger, has_room, rows_of_a_step, write, write_cost
from funnelsim.engines.protocol import MOST_ROUNDS, StuckError
from funnelsim.engines.volumes import expect_inquiries
from funnelsim.model import Model
from funnelsim.rules import arrivals, assignment, costs, lifecycle
from funnelsim.vocabulary import (
    DAY,
    GONE_COLD,
    LEAD,
    NOBODY,
    NOTHING,
    Assignment,
    Due,
    Event,
    Record,
)
from funnelsim.worktime import is_open, next_opening, work_ends

AFTER_ALL_THAT_IS_DUE = 1 << 128  # the priority of grants
AFTER_SIMPYS_OWN = 2  # URGENT is 0 and NORMAL 1: a decision is carried out whole before the next one

Story = Generator[simpy.Event, Any, None]


class ReferenceEngine:
    """The executable specification.

    Examples
    --------
    >>> from funnelsim.engines import ENGINES
    >>> sorted(ENGINES)
    ['compiled', 'reference']
    """

    def start(self, model: Model, world: Record) -> Office:
        """Make the state at the first midnight (E1)."""
        return Office(model, world)

    def advance(self, office: Office, until: int, ledger: Ledger) -> bool:
        """Handle the instants before `until`; False when the ledger is full (E2)."""
        office.ledger = ledger
        room = rows_of_a_step(office.model)
        while office.env.peek() < until:
            if not has_room(ledger, room):
                return False
            office.env.step()
        return True

    def close(self, office: Office, ledger: Ledger) -> bool:
        """Book the last day and the leads that are open; False when the ledger is full (E3)."""
        office.ledger = ledger
        horizon = office.model.horizon
        room = rows_of_a_step(office.model)
        if office.left_to_book is None:
            if not has_room(ledger, room):
                return False
            office.book_day(horizon)
            office.left_to_book = [office.open_leads[entity] for entity in sorted(office.open_leads)]
        while office.left_to_book:
            if not has_room(ledger, room):
                return False
            lead = office.left_to_book.pop(0)
            write(ledger, horizon, lead, Event.OPEN, horizon - lead["since"], 0, 0.0)
        return True


class Happening(simpy.Event):
    """Something due at a time, at its place in the order of that instant (T3, I1, I2)."""

    def __init__(self, office: Office, time: int, kind: Due, entity: int) -> None:
        super().__init__(office.env)
        self._ok = True
        self._value = None
        self.lead: Record | None = None
        self.round = office.round + 1 if time == office.now else 0
        self.callbacks = [office.decide]
        if time < office.model.horizon:
            order = (self.round << 72) + (kind << 64) + entity + AFTER_SIMPYS_OWN
            office.env.schedule(self, cast(EventPriority, order), delay=int(time) - office.now)

    def then(self, action: Callable[[simpy.Event], None]) -> None:
        """Let an action follow."""
        assert self.callbacks is not None
        self.callbacks.append(action)

    def call_off(self) -> None:
        """Let nothing happen."""
        self.callbacks = []


class Office:
    """One replication: the clock, the teams and reps at work, and the leads in their queues."""

    def __init__(self, model: Model, world: Record) -> None:
        self.model = model
        self.world = world
        self.env = simpy.Environment(initial_time=0)
        self.round = 0
        self.ledger: Ledger
        self.channels = model.channels.copy()
        self.expected = model.expected.copy()
        self.teams = model.teams.copy()
        self.reps = model.reps.copy()
        self.own_queues: list[list[Record]] = [[] for _ in model.reps]
        self.team_queues: list[list[Record]] = [[] for _ in model.teams]
        self.turns: dict[int, tuple[simpy.Event, Happening]] = {}  # of those in queues: rep or cold
        self.open_leads: dict[int, Record] = {}
        self.grant_is_scheduled = False
        self.left_to_book: list[Record] | None = None  # while the simulation closes
        self.begin()

    def begin(self) -> None:
        """Set everything going."""
        expect_inquiries(self.model, self.world, self.expected)
        self.env.process(self.days())
        for number in range(len(self.reps)):
            self.env.process(self.employ(number))
        for number in range(len(self.teams)):
            self.env.process(self.open_up(number))
        for number in range(len(self.channels)):
            self.env.process(self.receive(number))
        self.schedule_grant()

    @property
    def now(self) -> int:
        """The instant, in microseconds."""
        return int(self.env.now)

    # An instant: decide everything due in order, then grant capacity, one lead at a time.

    def decide(self, happening: simpy.Event) -> None:
        """Note the round of what is decided now, and that capacity may be granted afterwards (I5)."""
        assert isinstance(happening, Happening)
        self.round = happening.round
        if self.round > MOST_ROUNDS:
            raise StuckError(int(self.now), self.stages_due(happening))
        self.schedule_grant()

    def stages_due(self, first: Happening) -> tuple[int, ...]:
        """Name the stages of the leads that go round at this instant."""
        due = [event for time, _, _, event in self.env._queue if time == self.now]
        leads = [e.lead for e in (first, *due) if isinstance(e, Happening) and e.lead is not None]
        return tuple(sorted({int(lead["stage"]) for lead in leads}))

    def schedule_grant(self) -> None:
        """Have capacity granted when nothing is due at this instant any more (I3)."""
        if not self.grant_is_scheduled:
            self.grant_is_scheduled = True
            granting = self.env.event()
            granting._ok, granting._value = True, None
            granting.callbacks = [self.grant]
            self.env.schedule(granting, cast(EventPriority, AFTER_ALL_THAT_IS_DUE))

    def grant(self, _: simpy.Event) -> None:
        """Give one lead to one rep, if any team can; then again, after what this made due (I4)."""
        self.grant_is_scheduled = False
        for number in range(len(self.teams)):
            lead, rep = self.next_grant(number)
            if lead is not None:
                take_out(self.queue_of(lead, number), lead)
                turn, goes_cold = self.turns.pop(int(lead["entity"]))
                goes_cold.call_off()
                turn.succeed(rep)
                self.schedule_grant()
                return

    def next_grant(self, number: int) -> tuple[Record | None, int]:
        """Find the next lead and rep of a team: own queues first, then the team's (G1, G2, G3)."""
        team = self.teams[number]
        if not is_open(self.model.hours, team["first_hours"], team["hours"], self.now):
            return None, NOBODY
        members = range(team["first_rep"], team["first_rep"] + team["reps"])
        idle = [r for r in members if self.reps[r]["on_staff"] == 1 and self.reps[r]["busy"] == 0]
        for rep in idle:
            if self.own_queues[rep]:
                return first_of(self.own_queues[rep]), rep
        with_room = [rep for rep in idle if self.reps[rep]["open"] < team["max_open"]]
        if with_room and self.team_queues[number]:
            longest = min(with_room, key=lambda rep: (self.reps[rep]["idle_since"], rep))
            return self.pick(number, longest), longest
        return None, NOBODY

    def pick(self, number: int, rep: int) -> Record:
        """Find the lead of a team's queue that a rep takes: the first, or a cherry (G5)."""
        queue = self.team_queues[number]
        if self.teams[number]["assignment"] != Assignment.CHERRY_PICK:
            return first_of(queue)
        skill = assignment.skill_now(self.reps[rep], self.now)

        def worth(lead: Record) -> int:
            return lifecycle.worth(self.model, self.world, lead, skill, self.now - int(lead["since"]))

        return max(sorted(queue, key=place_in_queue)[: assignment.SHORTLIST], key=worth)

    # The lives of leads, reps, teams, channels and days.

    def receive(self, number: int) -> Story:
        """Take a channel's inquiries as they come (A1, A2)."""
        channel = self.channels[number]
        while True:
            channel["total"], channel["day"], time = arrivals.next_inquiry(
                self.model, self.world, channel, self.expected
            )
            entity = int(channel["entity"] + channel["index"])
            yield Happening(self, time, Due.INQUIRY, entity)
            channel["index"] += 1
            lead = self.new_lead(number, entity)
            self.write(lead, Event.INQUIRY, money=channel["cost_per_inquiry"])
            if lifecycle.is_lead_at(self.model, channel["stage"]):
                self.become_lead(lead)
            self.env.process(self.pursue(lead))

    def new_lead(self, number: int, entity: int) -> Record:
        """Get to know the company that asks."""
        channel = self.channels[number]
        lead: Record = np.zeros(1, LEAD)[0]
        lead["entity"], lead["created"] = entity, self.now
        lead["channel"], lead["stage"], lead["rep"] = number, channel["stage"], NOBODY
        lead["fit"], lead["heat"], lead["segment"], lead["theorist"] = arrivals.profile(
            self.model, self.world, channel, entity
        )
        self.open_leads[entity] = lead
        return lead

    def pursue(self, lead: Record) -> Story:
        """One lead's walk through the stages: queue, work, customer's time, outcome (V1, V3)."""
        while True:
            stage = self.model.stages[lead["stage"]]
            lead["since"] = self.now
            fate = lifecycle.fate(self.model, self.world, lead)
            lead["hours"], lead["days"], lead["luck"], lead["way"] = fate
            self.write(lead, Event.ENTERED)
            rep = NOBODY
            if stage["team"] != NOBODY:
                rep = yield self.join_queue(lead)
                if rep is None:
                    lead["reason"] = GONE_COLD
                    self.write(lead, Event.WENT_COLD, waited=self.now - lead["since"])
                    break
            yield self.start_work(lead, rep)
            yield self.end_work(lead, rep)
            self.take_answer(lead)
            if lead["target"] < 0:
                break
            if stage["team"] != NOBODY and self.teams[stage["team"]]["sticky"] == 0:
                self.give_up_rep(lead)
            lead["stage"] = lead["target"]
        self.give_up_rep(lead)
        del self.open_leads[int(lead["entity"])]

    def join_queue(self, lead: Record) -> simpy.Event:
        """Queue for a rep; what is returned comes true with the rep, or with None when patience ends (V2)."""
        team = int(self.model.stages[lead["stage"]]["team"])
        self.place(lead, team)
        turn = self.env.event()
        patience = lifecycle.patience(self.model, self.world, lead)
        goes_cold = self.due(self.now + patience, Due.GOES_COLD, lead)

        def give_up(_: simpy.Event) -> None:
            take_out(self.queue_of(lead, team), lead)
            del self.turns[int(lead["entity"])]
            turn.succeed(None)

        goes_cold.then(give_up)
        self.turns[int(lead["entity"])] = (turn, goes_cold)
        return turn

    def place(self, lead: Record, number: int) -> None:
        """Put a lead into the queue of the rep it keeps or is given, or into the team's (P1, P3, Q2)."""
        team = self.teams[number]
        if not assignment.keeps_rep(team, self.reps, number, lead["rep"]):
            self.give_up_rep(lead)
            rep, team["turn"] = assignment.choose_rep(self.model, self.world, team, self.reps, lead, self.now)
            if rep != NOBODY:
                self.assign(lead, rep)
        if lead["rep"] == NOBODY:
            lead["rank"] = assignment.rank_in_team(self.model, self.world, team, lead)
        else:
            lead["rank"] = assignment.rank(team["queue_order"], lead)
        self.queue_of(lead, number).append(lead)

    def start_work(self, lead: Record, rep: int) -> Happening:
        """Start to work on a lead; what will come of it is decided now (G6, V6, V12)."""
        now = self.now
        stage = lifecycle.stage_for(self.model, lead)
        waited = now - int(lead["since"])
        skill, speed = 1.0, 1.0
        if rep != NOBODY:
            if lead["rep"] == NOBODY:
                self.assign(lead, rep)
            skill = assignment.skill_now(self.reps[rep], now)
            speed = assignment.speed_now(self.reps[rep], now)
        effort, lead["advances"] = lifecycle.work(self.model, lead, skill, speed, waited)
        lead["effort"], lead["since"] = effort, now
        lead["takes"], lead["target"], lead["reason"] = lifecycle.answer(self.model, lead)
        self.write(lead, Event.STARTED, waited=waited, money=stage["cost_per_visit"])
        if rep == NOBODY:
            return self.due(now, Due.WORK_ENDS, lead)
        self.reps[rep]["busy"] = 1
        team = self.teams[stage["team"]]
        ends = work_ends(self.model.hours, team["first_hours"], team["hours"], now, effort)
        return self.due(ends, Due.WORK_ENDS, lead)

    def end_work(self, lead: Record, rep: int) -> Happening:
        """End the work on a lead; the customer has the ball (V14)."""
        now = self.now
        self.write(lead, Event.WORKED, waited=now - lead["since"], worked=lead["effort"])
        lead["since"] = now
        if rep != NOBODY:
            self.reps[rep]["busy"] = 0
            self.reps[rep]["idle_since"] = now
        return self.due(now + int(lead["takes"]), Due.CUSTOMER_ANSWERS, lead)

    def take_answer(self, lead: Record) -> None:
        """Write down what the customer decided (V17)."""
        event = Event(lifecycle.leaving(lead))
        value = lifecycle.bookings(self.model, self.world, lead) if event is Event.WON else 0.0
        self.write(lead, event, waited=self.now - lead["since"], money=value)
        if lifecycle.makes_lead(self.model, lead):
            self.become_lead(lead)
        if event is Event.WON and lead["rep"] != NOBODY:
            paid = costs.commission(self.teams[self.reps[lead["rep"]]["team"]], value)
            if paid > 0.0:
                self.write(lead, Event.COMMISSION, money=paid)
        if event is Event.SENT_BACK:
            lead["round"] += 1

    def become_lead(self, lead: Record) -> None:
        """Note that an inquiry is a lead now, and what its supplier is paid (V19)."""
        lead["is_lead"] = 1
        self.write(lead, Event.BECAME_LEAD, money=self.channels[lead["channel"]]["price_per_lead"])

    def employ(self, number: int) -> Story:
        """Follow a rep from the first day on staff to the last (R1, R3, R4, R5)."""
        rep = self.reps[number]
        rep["skill"], rep["speed"] = arrivals.talent(self.model, self.world, rep)
        if rep["joins"] > 0:
            yield Happening(self, rep["joins"], Due.REP_JOINS, number)
            rep["idle_since"] = self.now
        if rep["leaves"] <= 0:
            return
        rep["on_staff"] = 1
        yield Happening(self, rep["leaves"], Due.REP_LEAVES, number)
        rep["on_staff"] = 0
        queue, self.own_queues[number] = self.own_queues[number], []
        for lead in sorted(queue, key=place_in_queue):
            self.place(lead, int(rep["team"]))

    def open_up(self, number: int) -> Story:
        """Open a team's doors; work is granted when nothing is due."""
        team = self.teams[number]
        while True:
            opens = next_opening(self.model.hours, team["first_hours"], team["hours"], self.now)
            yield Happening(self, opens, Due.TEAM_OPENS, number)

    def days(self) -> Story:
        """Book each day's costs at its end (D1)."""
        while True:
            yield Happening(self, self.now + DAY, Due.DAY_ENDS, 0)
            self.book_day(self.now)

    def book_day(self, now: int) -> None:
        """Book the costs of the day that ends now: media by channel, then pay by rep (D1)."""
        day = now // DAY - 1
        for number in range(len(self.channels)):
            media = costs.media_of_day(self.model, number, day)
            if media > 0.0:
                write_cost(self.ledger, now, Event.MEDIA, media, number, NOBODY)
        for number, rep in enumerate(self.reps):
            pay = costs.pay_of_day(self.model, rep, day)
            if pay > 0.0:
                write_cost(self.ledger, now, Event.PAY, pay, NOTHING, number)

    # Small things that several of the above need.

    def due(self, time: int, kind: Due, lead: Record) -> Happening:
        """Put something that a lead has due on the agenda."""
        happening = Happening(self, time, kind, int(lead["entity"]))
        happening.lead = lead
        return happening

    def queue_of(self, lead: Record, team: int) -> list[Record]:
        """Find the queue that a lead waits in."""
        return self.team_queues[team] if lead["rep"] == NOBODY else self.own_queues[lead["rep"]]

    def assign(self, lead: Record, rep: int) -> None:
        """Make a rep the owner of a lead (G6)."""
        lead["rep"] = rep
        self.reps[rep]["open"] += 1

    def give_up_rep(self, lead: Record) -> None:
        """Free the slot of the rep who owns a lead (P3)."""
        if lead["rep"] != NOBODY:
            self.reps[lead["rep"]]["open"] -= 1
            lead["rep"] = NOBODY

    def write(self, lead: Record, event: Event, waited: int = 0, worked: int = 0, money: float = 0.0) -> None:
        """Write a row about a lead."""
        write(self.ledger, self.now, lead, event, waited, worked, money)


def place_in_queue(lead: Record) -> tuple[int, int, int]:
    """Order leads in a queue: rank, time queued, entity (Q1)."""
    return int(lead["rank"]), int(lead["since"]), int(lead["entity"])


def first_of(queue: list[Record]) -> Record:
    """Find the lead that is worked next."""
    return min(queue, key=place_in_queue)


def take_out(queue: list[Record], lead: Record) -> None:
    """Take a lead out of a queue."""
    del queue[next(place for place, waiting in enumerate(queue) if waiting is lead)]

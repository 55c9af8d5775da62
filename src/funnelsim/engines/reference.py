"""The reference engine: the executable specification, a SimPy process for every pursuit.

It reads like a story (`Office.pursue`) and owns clock, queues and the writing of rows;
every decision comes from the rules. SimPy breaks ties by priority: a `Happening`
has its place in the order of an instant (wave, kind, entity), and grants of capacity come after
everything that is due.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, cast

import numpy as np
import simpy
from simpy.events import EventPriority

from funnelsim.compiling.arrays import Integers, Record
from funnelsim.engines.ledger import (
    Ledger,
    credit,
    flag,
    give_reason,
    has_room,
    note_attempt,
    note_count,
    note_miss,
    note_report,
    note_touches,
    note_work,
    rows_of_a_step,
    write,
    write_of,
)
from funnelsim.engines.protocol import MOST_WAVES, StuckError
from funnelsim.model.model import SALE, Model, other_numbers
from funnelsim.model.records import CHANNEL_STATE, PURSUIT, REP_STATE, TEAM_STATE
from funnelsim.model.words import (
    DAY,
    ENDED,
    LOST,
    MISSED,
    NEVER,
    NEVER_REACHED,
    NOBODY,
    NOTHING,
    REJECTED,
    Assignment,
    Due,
    Event,
    Flag,
    Split,
)
from funnelsim.model.worktime import is_open, next_opening
from funnelsim.rules import (
    absence,
    arrivals,
    assignment,
    attempts,
    contracts,
    costs,
    customers,
    effort_split,
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
    shocks,
    traits,
    turnover,
    visits,
)

AFTER_ALL_THAT_IS_DUE = 1 << 128  # the priority of grants
AFTER_SIMPYS_OWN = 2  # URGENT is 0 and NORMAL 1: a decision is finished before the next one
# What a pursuit inherits from the one of which it is born.
OF_THE_COMPANY = (
    *("company", "created", "fit", "channel", "segment", "heat", "theorist", "is_lead", "traits"),
    "product",
)
UNTIL_THE_CHANGE = -1  # the wave before wave 0: what is put on the agenda for this instant is in wave 0
UNTIL_IT_HAPPENS = ("joined", "leaves", "left", "successor", "away_from", "away_until")  # of a rep: NEVER
OF_A_PERSON = (  # counted
    *("booked_in", "booked_month", "booked_quarter", "booked_year"),
    *("worked", "won", "new_level", "accounts_level"),
)
WITHDRAWN = "withdrawn"  # the result of a wait that another pursuit of the company ends
INTERRUPTED = "interrupted"  # the result of a wait for work to end

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

    def end_day(self, office: Office, now: int, ledger: Ledger) -> bool:
        """Book the day that ends now, the first thing that is due; False when the ledger is full."""
        office.ledger = ledger
        if not has_room(ledger, rows_of_a_step(office.model)):
            return False
        assert office.env.peek() == now
        office.env.step()
        return True

    def change(self, office: Office, model: Model, ledger: Ledger) -> bool:
        """Let a chapter begin; False when the ledger is full (E7)."""
        office.ledger = ledger
        if not has_room(ledger, rows_of_a_step(model)):
            return False
        office.change(model)
        return True

    def close(self, office: Office, ledger: Ledger) -> bool:
        """Book the last day, the reps on staff and the open pursuits; False when the ledger is full (E3)."""
        office.ledger = ledger
        horizon = office.model.horizon
        room = rows_of_a_step(office.model)
        if office.left_to_book is None:
            if not has_room(ledger, room):
                return False
            office.book_day(horizon)
            office.note_who_is_on_staff(horizon)
            begun = (each for each in office.open_pursuits.values() if each["began"] != NEVER)
            office.left_to_book = sorted(begun, key=lambda pursuit: int(pursuit["entity"]))
        while office.left_to_book:
            if not has_room(ledger, room):
                return False
            pursuit = office.left_to_book.pop(0)
            waited = horizon - attempts.last_row(pursuit)
            if pursuit["touches"] > 0:
                note_touches(ledger, horizon, pursuit, nurture.touches_by(pursuit, horizon - 1))
            if pursuit["phase"] == Due.TERM_ENDS:
                mrr = customers.mrr(pursuit["paid"])
                write(ledger, horizon, pursuit, Event.RUNS_ON, waited, pursuit["began"], mrr)
            else:
                write(ledger, horizon, pursuit, Event.OPEN, waited, pursuit["began"], 0.0)
        return True


class Happening(simpy.Event):
    """Something due at a time, in the order of that instant (T3, I1, I2)."""

    def __init__(self, office: Office, time: int, kind: Due, entity: int) -> None:
        super().__init__(office.env)
        self._ok = True
        self._value = None
        self.pursuit: Record | None = None
        self.wave = office.wave + 1 if time == office.now else 0
        self.callbacks = [office.decide]
        if time < office.model.horizon:
            order = (self.wave << 72) + (kind << 64) + entity + AFTER_SIMPYS_OWN
            office.env.schedule(self, cast(EventPriority, order), delay=int(time) - office.now)

    def then(self, action: Callable[[simpy.Event], None]) -> None:
        """Do this when it is due."""
        assert self.callbacks is not None
        self.callbacks.append(action)

    def call_off(self) -> None:
        """Call the happening off."""
        self.callbacks = []


class Office:
    """One replication: the clock, the teams and reps at work, and the pursuits in their queues."""

    def __init__(self, model: Model, world: Record) -> None:
        self.model = model
        self.world = world
        self.env = simpy.Environment(initial_time=0)
        self.wave = 0
        self.ledger: Ledger
        self.channels = np.zeros(len(model.channels), CHANNEL_STATE)
        self.expected = model.expected.copy()
        self.taken = [0] * len(model.segments)  # companies of each segment's market
        self.odds_by_day = np.ones(len(model.month_days))
        self.teams = np.zeros(len(model.teams), TEAM_STATE)
        self.teams["own_policy"] = model.teams["own_policy"]
        self.reps = np.zeros(len(model.reps), REP_STATE)
        for name in UNTIL_IT_HAPPENS:
            self.reps[name] = NEVER
        self.order = np.arange(len(model.reps))
        self.own_queues: list[list[Record]] = [[] for _ in model.reps]
        self.piles: list[list[Record]] = [[] for _ in model.reps]  # what each rep ignores
        self.team_queues: list[list[Record]] = [[] for _ in model.teams]
        self.held: list[list[Record]] = [[] for _ in range(1 + len(model.gates))]  # 0: the gate is gone
        self.loads = np.zeros(1 + len(model.gates), np.int64)
        self.waiting: dict[int, tuple[simpy.Event, Happening]] = {}  # a wait, and what ends it
        self.to_come: dict[int, Happening] = {}  # what each open pursuit has due
        self.of_the_firm: dict[tuple[Due, int], Happening] = {}  # what reps, calendars, channels have due
        self.open_pursuits: dict[int, Record] = {}
        self.grant_is_scheduled = False
        self.left_to_book: list[Record] | None = None  # while the simulation closes
        self.begin()

    def begin(self) -> None:
        """Set everything going."""
        arrivals.expect_inquiries(self.model, self.world, self.expected, 0)
        shocks.expect_odds(self.model, self.world, self.odds_by_day)
        self.start(self.days())
        model, world = self.model, self.world
        for number, rep in enumerate(self.model.reps):
            self.read_talent(number)
            self.reps[number]["on_staff"] = rep["joins"] <= 0 < rep["leaves"]
            if rep["joins"] <= 0:
                self.reps[number]["joined"] = rep["joins"]
            if rep["leaves"] <= 0:
                self.reps[number]["left"] = 0
            elif rep["joins"] <= 0:
                self.reps[number]["leaves"] = turnover.stays_until(model, world, rep, self.reps[number])
                self.look_ahead(number)
                self.reps[number]["absent"] = self.reps[number]["away_from"] == 0
        for number in range(len(self.channels)):
            self.draw_next(number)
        self.put_anew()

    def put_anew(self) -> None:
        """Let reps, calendars and channels go on from how things stand (C6, C10)."""
        for happening in self.of_the_firm.values():
            happening.call_off()
        self.of_the_firm.clear()
        for number in range(len(self.reps)):
            self.start(self.employ(number))
        for number in range(len(self.model.calendars)):
            self.start(self.open_up(number))
        for number in range(len(self.channels)):
            self.start(self.receive(number))
        for number, state in enumerate(self.reps):
            if state["block"] > 0:
                self.await_end_of_block(number)
        self.schedule_grant()

    def start(self, story: Story) -> None:
        """Begin a story at once, up to where it waits for the first time."""
        self.env.process(story)
        self.env.step()

    @property
    def now(self) -> int:
        """The instant, in microseconds."""
        return int(self.env.now)

    # An instant: decide everything due in order, then grant capacity, one pursuit at a time.

    def decide(self, happening: simpy.Event) -> None:
        """Note the wave of this decision, and that capacity may be granted afterwards (I5)."""
        assert isinstance(happening, Happening)
        self.wave = happening.wave
        if self.wave > MOST_WAVES:
            raise StuckError(int(self.now), self.stages_due(happening))
        self.schedule_grant()

    def stages_due(self, first: Happening) -> tuple[int, ...]:
        """Name the stages of the pursuits that go in circles at this instant."""
        due = [event for time, _, _, event in self.env._queue if time == self.now]
        found = [e.pursuit for e in (first, *due) if isinstance(e, Happening) and e.pursuit is not None]
        return tuple(sorted({int(pursuit["stage"]) for pursuit in found}))

    def schedule_grant(self) -> None:
        """Grant capacity when nothing more is due at this instant (I3)."""
        if not self.grant_is_scheduled:
            self.grant_is_scheduled = True
            granting = self.env.event()
            granting._ok, granting._value = True, None
            granting.callbacks = [self.grant]
            self.env.schedule(granting, cast(EventPriority, AFTER_ALL_THAT_IS_DUE))

    def grant(self, _: simpy.Event) -> None:
        """Admit a pursuit, or give one to one rep, if any can be; repeat after what this made due (I4)."""
        self.grant_is_scheduled = False
        self.prospect(reserved=True)
        pursuit, rep = self.next_to_admit(), NOBODY
        if pursuit is not None:
            self.admit(pursuit)
            return
        for number in range(len(self.teams)):
            pursuit, rep = self.next_grant(number)
            if pursuit is not None:
                self.leave_queue(pursuit)
                if self.reps[rep]["busy"]:
                    self.interrupt(rep)
                self.call_up(pursuit, rep)
                return
        self.prospect(reserved=False)

    def call_up(self, pursuit: Record, rep: int) -> None:
        """End a pursuit's wait: a rep starts on it, or it is handed over and nobody yet does."""
        called_up, goes_cold = self.waiting.pop(int(pursuit["entity"]))
        goes_cold.call_off()
        called_up.succeed(rep)
        self.schedule_grant()

    def next_grant(self, number: int) -> tuple[Record | None, int]:
        """Find the next pursuit and rep of a team: own queues first, then the team's (G1, G2, G3)."""
        team = self.model.teams[number]
        if team["interrupts"]:
            hot, rep = self.next_hot(number)
            if hot is not None:
                return hot, rep
        if team["split"] != Split.NONE:
            return self.next_of_a_class(number)
        idle = [rep for rep in self.members(number) if self.is_idle_at_work(rep)]
        for rep in idle:
            if self.own_queues[rep]:
                return first_of(self.own_queues[rep]), rep
        with_room = [rep for rep in idle if self.has_room(rep)]
        if with_room and self.team_queues[number]:
            longest = min(with_room, key=self.idle_longest)
            return self.pick(number, longest), longest
        return None, NOBODY

    def next_of_a_class(self, number: int) -> tuple[Record | None, int]:
        """Find the next pursuit and rep of a team that splits its effort (G15)."""
        idle = [rep for rep in self.members(number) if self.is_idle_at_work(rep)]
        for rep in sorted(idle, key=self.idle_longest):
            own = first_of(self.own_queues[rep]) if self.own_queues[rep] else None
            if own is not None and own["interrupted"]:
                return own, rep
            new, account = (self.at_hand(rep, accounts) for accounts in (False, True))
            team, state = self.model.teams[number], self.reps[rep]
            if effort_split.takes_account(team, state, new is not None, account is not None):
                new = account
            if new is not None:
                cherry = team["assignment"] == Assignment.CHERRY_PICK and new["rep"] == NOBODY
                same = [each for each in self.team_queues[number] if is_of_class_of(new, each)]
                return self.best_of(same, rep) if cherry else new, rep
        return None, NOBODY

    def at_hand(self, rep: int, accounts: bool) -> Record | None:
        """Find the first pursuit of a class that a rep can take: of its own queue, else of the team's."""
        team = int(self.model.reps[rep]["team"])
        for queue in (self.own_queues[rep], self.team_queues[team] if self.has_room(rep) else []):
            of_class = [each for each in queue if effort_split.is_account(each) == accounts]
            if of_class:
                return first_of(of_class)
        return None

    def other_waits(self, pursuit: Record, rep: int) -> bool | None:
        """Return whether the other class is at hand to a rep who starts; None where effort is not split."""
        if rep == NOBODY or self.model.teams[self.model.reps[rep]["team"]]["split"] == Split.NONE:
            return None
        return self.at_hand(rep, not effort_split.is_account(pursuit)) is not None

    def count_effort(self, pursuit: Record, rep: int, other_waits: bool | None) -> None:
        """Count the effort of a pursuit for its class, if its rep splits effort (G17)."""
        if other_waits is None:
            return
        team, state = self.model.teams[self.model.reps[rep]["team"]], self.reps[rep]
        found = effort_split.levels(self.model, team, state, pursuit, not other_waits)
        state["new_level"], state["accounts_level"] = found

    def next_hot(self, number: int) -> tuple[Record | None, int]:
        """Find a hot pursuit that a rep of a team starts on, at once or by interrupting other work (G9)."""
        at_work = [rep for rep in self.members(number) if self.is_at_work(rep)]
        idle = [rep for rep in at_work if self.reps[rep]["busy"] == 0]
        hot_of_team = first_hot(self.team_queues[number])
        of_own = {rep: hot for rep in at_work if (hot := first_hot(self.own_queues[rep])) is not None}
        if hot_of_team is None and not of_own:
            return None, NOBODY
        for rep in idle:
            if rep in of_own:
                return of_own[rep], rep
        with_room = [rep for rep in idle if self.has_room(rep)]
        if with_room and hot_of_team is not None:
            return hot_of_team, min(with_room, key=self.idle_longest)
        yielding = {rep: since for rep in at_work if (since := self.can_be_interrupted_since(rep)) != NEVER}
        for rep in yielding:
            if rep in of_own:
                return of_own[rep], rep
        with_room = [rep for rep in yielding if self.has_room(rep)]
        if with_room and hot_of_team is not None:
            return hot_of_team, min(with_room, key=lambda rep: (-yielding[rep], rep))
        return None, NOBODY

    def can_be_interrupted_since(self, rep: int) -> int:
        """Return when the work in hand of a rep started, if it can be interrupted; else NEVER."""
        in_hand = self.in_hand_of(rep) if self.reps[rep]["busy"] else None
        if in_hand is None or not interruption.gives_way(self.reps[rep], in_hand):
            return NEVER
        return int(in_hand["since"])

    def in_hand_of(self, rep: int) -> Record | None:
        """Find the pursuit that a rep works on."""
        works = (each for each in self.open_pursuits.values() if each["phase"] == Due.WORK_ENDS)
        return next((each for each in works if each["rep"] == rep), None)

    def has_room(self, rep: int) -> bool:
        """Return whether a rep can own one more pursuit (G4)."""
        team = self.model.teams[self.model.reps[rep]["team"]]
        return bool(self.reps[rep]["open"] < team["max_open"])

    def idle_longest(self, rep: int) -> tuple[int, int]:
        """Order reps by how long they have been idle."""
        return int(self.reps[rep]["idle_since"]), rep

    def is_idle_at_work(self, rep: int) -> bool:
        """Return whether a rep is on staff, at work by its calendar, and idle."""
        return bool(self.reps[rep]["busy"] == 0 and self.is_at_work(rep))

    def is_at_work(self, rep: int) -> bool:
        """Return whether a rep is on staff and at work by its calendar."""
        state, calendar = self.reps[rep], self.calendar_of(rep)
        at_work = is_open(self.model.hours, calendar["first_hours"], calendar["hours"], self.now)
        return bool(at_work and state["on_staff"] == 1 and state["absent"] == 0)

    def pick(self, number: int, rep: int) -> Record:
        """Find the pursuit of a team's queue that a rep takes: the first, or a cherry (G5)."""
        queue = self.team_queues[number]
        if self.model.teams[number]["assignment"] != Assignment.CHERRY_PICK:
            return first_of(queue)
        return self.best_of(queue, rep)

    def best_of(self, queue: list[Record], rep: int) -> Record:
        """Find the pursuit on the shortlist of a queue that is worth most to a rep (G5)."""
        skill = people.skill_in(self.model, self.model.reps[rep], self.reps[rep], self.now)

        def worth(pursuit: Record) -> int:
            waited = self.now - int(pursuit["since"])
            return contracts.worth(self.model, self.world, self.odds_by_day, pursuit, skill, waited)

        return max(sorted(queue, key=order_in_queue)[: assignment.SHORTLIST], key=worth)

    # The life of a pursuit.

    def receive(self, number: int) -> Story:
        """Take a channel's inquiries as they come, if the market has them (A1, A2)."""
        origin, channel = self.model.channels[number], self.channels[number]
        while True:
            entity = int(origin["entity"] + channel["index"])
            yield self.due_for(number, self.comes_at(number), Due.INQUIRY, entity)
            channel["index"] += 1
            self.draw_next(number)
            reports = int(channel["reports"])
            profile = arrivals.profile(self.model, self.world, origin, entity, reports)
            place = self.ask_market(profile[2], entity)
            if place is None:
                continue
            pursuit = self.new_pursuit(entity, SALE, int(origin["stage"]))
            pursuit["company"], pursuit["created"], pursuit["began"] = entity, self.now, self.now
            pursuit["channel"] = number
            pursuit["fit"], pursuit["heat"], pursuit["segment"], pursuit["theorist"] = profile
            pursuit["market"], pursuit["cooling"] = place
            pursuit["traits"] = traits.traits_of(self.model, self.world, entity, number, 0, reports)
            if products.sells_products(self.model, pursuit["segment"]):
                pursuit["product"] = products.product_of(self.model, self.world, profile[2], entity)
            self.write(pursuit, Event.INQUIRY, worked=entity, money=origin["cost_per_inquiry"])
            if self.model.stages[pursuit["stage"]]["is_lead"]:
                self.become_lead(pursuit)
            self.env.process(self.pursue(pursuit))

    def comes_at(self, number: int) -> int:
        """Find when the next inquiry of a channel comes: by the clock, or once it is found (A3, A13)."""
        origin, channel = self.model.channels[number], self.channels[number]
        if origin["prospected"]:
            return self.now if prospecting.is_found(origin, channel) else NEVER
        channel["day"], time = arrivals.arrival(self.model, origin, channel, self.expected)
        return time

    def ask_market(self, segment: int, company: int) -> tuple[int, float] | None:
        """Take a company from its market; return its place there, and by what it will cool off (O2, O3).

        None if it is refused.
        """
        if not market.is_finite(self.model, segment):
            return market.OUTSIDE, 0.0
        accepted, cooling = market.accepts(self.model, self.world, segment, self.taken[segment], company)
        if not accepted:
            return None
        self.taken[segment] += 1
        return market.TAKEN, cooling

    def draw_next(self, number: int) -> None:
        """Draw how far off a channel's next inquiry is (A3)."""
        origin, channel = self.model.channels[number], self.channels[number]
        channel["total"] = arrivals.next_total(self.world, origin, channel)

    def new_pursuit(self, entity: int, process: int, stage: int) -> Record:
        """Open the record of a pursuit."""
        pursuit: Record = np.zeros(1, PURSUIT)[0]
        pursuit["entity"], pursuit["process"], pursuit["stage"] = entity, process, stage
        pursuit["rep"] = pursuit["opener"] = pursuit["closer"] = NOBODY
        pursuit["product"] = NOTHING
        self.open_pursuits[entity] = pursuit
        return pursuit

    def pursue(self, pursuit: Record) -> Story:
        """Walk one pursuit through the stages: queue, work, customer's time, and what follows (V1, V3)."""
        while True:
            self.enter(pursuit)
            rep: Any = NOBODY
            if self.comes_to_a_gate(pursuit):
                rep = yield self.hold(pursuit)
            if rep == NOBODY and self.team_of(pursuit) != NOBODY:
                rep = yield self.join_queue(pursuit)
            if rep == WITHDRAWN:
                return
            left_by = Due.GOES_COLD
            if rep is not None:
                if not (yield from self.work(pursuit, rep)):
                    return
                left_by = Due.CUSTOMER_ANSWERS
            if not (yield from self.what_follows(pursuit, self.leave(pursuit, left_by))):
                return

    def work(self, pursuit: Record, rep: Any) -> Generator[simpy.Event, Any, bool]:
        """Work on a pursuit, in several attempts if its buyer is not reached, until the customer answers.

        Return whether it is still there: it may be withdrawn while it waits.
        """
        while True:
            if not (yield from self.work_once(pursuit, rep)):
                return False
            awaited = self.end_work(pursuit, NOBODY if rep == NOBODY else pursuit["rep"])
            if not attempts.is_missed(pursuit):
                yield awaited
                return True
            if (yield self.wait_for(pursuit, awaited)) == WITHDRAWN:
                return False
            rep = yield self.queue_again(pursuit)
            if rep == WITHDRAWN:
                return False

    def what_follows(self, pursuit: Record, rest: int) -> Generator[simpy.Event, Any, bool]:
        """Let a pursuit that leaves a stage be nurtured, rest or go on at once; return whether it goes on."""
        if pursuit["touches"] > 0:
            if (yield self.rest(pursuit, rest)) == WITHDRAWN:
                return False
            if self.comes_back_from_nurture(pursuit):
                return True
            event, reason = int(pursuit["parked"]), int(pursuit["reason"])
            rest = self.depart(pursuit, event, reason, Flag.NURTURED)
        if pursuit["stage"] == ENDED:
            return False
        if rest != ending.AT_ONCE:
            if (yield self.rest(pursuit, rest)) == WITHDRAWN:
                return False
            self.come_back(pursuit)
        return True

    def enter(self, pursuit: Record) -> None:
        """Begin a visit."""
        pursuit["since"] = self.now
        pursuit["attempt"] = 0
        if pursuit["theorist"]:
            pursuit["theorist"] = qualifying.still_theorist(self.model, self.world, pursuit, self.now)
        self.read_fate(pursuit)
        self.write(pursuit, Event.ENTERED)

    def read_fate(self, pursuit: Record) -> None:
        """Note what chance has in store for a visit (V23)."""
        fate = visits.fate(self.model, self.world, pursuit)
        pursuit["hours"], pursuit["days"], pursuit["luck"], pursuit["way"] = fate

    # Before the hand-over.

    def comes_to_a_gate(self, pursuit: Record) -> bool:
        """Leave the gate of another team, and pass the gate of the stage; return whether it must be held.

        (B2, B3)
        """
        if handover.has_left(self.model, pursuit):
            self.leave_load(pursuit)
        gate = self.gate_of(pursuit)
        if gate in (0, pursuit["gate"]):
            return False
        if self.held[gate] or not self.gate_has_room(gate):
            return True
        self.pass_gate(pursuit, gate)
        return False

    def hold(self, pursuit: Record) -> simpy.Event:
        """Hold a pursuit; the event returned succeeds with NOBODY, or with None when patience ends (B4)."""
        gate = self.gate_of(pursuit)
        self.leave_load(pursuit)
        self.give_up_rep(pursuit)
        pursuit["flags"] |= Flag.HELD
        self.write(pursuit, Event.HELD, money=self.model.gates[gate - 1]["cost_per_lead"])
        self.queue_at_gate(pursuit)
        patience = handover.patience(self.model, self.world, pursuit, gate)
        goes_cold = self.due(self.now + patience, Due.GOES_COLD, pursuit)
        goes_cold.then(lambda _: self.leave_queue(pursuit))
        return self.wait_for(pursuit, goes_cold)

    def queue_at_gate(self, pursuit: Record) -> None:
        """Add a pursuit to those held at the gate of its stage; without a gate, at 0 (C25)."""
        gate = self.gate_of(pursuit)
        pursuit["rank"] = assignment.rank(self.model.gates[gate - 1]["order"], pursuit) if gate else 0
        self.held[gate].append(pursuit)

    def next_to_admit(self) -> Record | None:
        """Find the next pursuit that is admitted: where no gate is left, then gate by gate (B5)."""
        for gate, queue in enumerate(self.held):
            if queue and (gate == 0 or self.gate_has_room(gate)):
                return first_of(queue)
        return None

    def admit(self, pursuit: Record) -> None:
        """Hand over a pursuit that was held; it has waited since it entered the stage (B5, B6)."""
        self.leave_queue(pursuit)
        pursuit["flags"] &= ~Flag.HELD
        self.pass_gate(pursuit, self.gate_of(pursuit))
        self.write(pursuit, Event.ADMITTED, waited=self.now - pursuit["since"])
        self.call_up(pursuit, NOBODY)

    def gate_has_room(self, gate: int) -> bool:
        """Return whether one more can be handed over at a gate."""
        return bool(handover.has_room(self.model, self.reps, gate, self.loads[gate]))

    def gate_of(self, pursuit: Record) -> int:
        """Name the gate of a pursuit's stage, 0 if there is none."""
        return int(visits.stage_for(self.model, pursuit)["gate"])

    def pass_gate(self, pursuit: Record, gate: int) -> None:
        """Count a pursuit at a gate, instead of at another one; 0 is none (B3)."""
        self.loads[pursuit["gate"]] -= 1
        self.loads[gate] += 1
        pursuit["gate"] = gate

    def leave_load(self, pursuit: Record) -> None:
        """Count a pursuit at no gate."""
        self.pass_gate(pursuit, 0)

    # In the stage.

    def join_queue(self, pursuit: Record) -> simpy.Event:
        """Queue for a rep; the event returned succeeds with the rep, or with None when patience ends (V2)."""
        self.place(pursuit)
        patience = visits.patience(self.model, self.world, pursuit)
        goes_cold = self.due(self.now + patience, Due.GOES_COLD, pursuit)
        goes_cold.then(lambda _: self.leave_queue(pursuit))
        return self.wait_for(pursuit, goes_cold)

    def place(self, pursuit: Record) -> None:
        """Put a pursuit into the queue of the rep it keeps or is given, or into the team's (P1, P3)."""
        number = self.team_of(pursuit)
        state = self.teams[number]
        if not assignment.keeps_rep(self.model, self.reps, number, pursuit["rep"]):
            self.give_up_rep(pursuit)
            rep, state["turn"] = assignment.choose_rep(
                self.model, self.world, state, self.reps, self.order, pursuit, self.now
            )
            if rep != NOBODY:
                self.decide_if_ignored(pursuit, rep)
                self.assign(pursuit, rep)
        self.line_up(pursuit)

    def line_up(self, pursuit: Record) -> None:
        """Put a pursuit into the queue of its owner, or of the team if it has none (Q2)."""
        team = self.model.teams[self.team_of(pursuit)]
        if pursuit["rep"] == NOBODY:
            rank = assignment.rank_in_team(self.model, self.world, self.odds_by_day, team, pursuit)
        else:
            rank = assignment.rank(team["queue_order"], pursuit)
        pursuit["rank"] = interruption.in_line(team, pursuit, rank)
        self.queue_of(pursuit).append(pursuit)

    def decide_if_ignored(self, pursuit: Record, rep: int) -> None:
        """Decide whether the rep who has been chosen will never take a pursuit up (B8)."""
        pursuit["ignored"] = 0
        some_are = visits.stage_for(self.model, pursuit)["ignored"] > 0
        if some_are and ignored.will_be_ignored(self.model, self.world, pursuit, self.reps[rep]["open"]):
            pursuit["ignored"] = 1
            pursuit["reason"] = ignored.reason(self.model, pursuit)

    def work_once(self, pursuit: Record, rep: int) -> Generator[simpy.Event, Any, bool]:
        """Work on a pursuit; where it is interrupted, the work waits to be resumed (G10, G11).

        Returns whether it comes to its end: a pursuit may be withdrawn while it waits.
        """
        ends = self.start_work(pursuit, rep)
        while (yield self.wait_for(pursuit, ends)) == INTERRUPTED:
            called_up_by = yield self.wait_for(pursuit, self.due(NEVER, Due.GOES_COLD, pursuit))
            if called_up_by == WITHDRAWN:
                return False
            ends = self.resume_work(pursuit, called_up_by)
        return True

    def interrupt(self, rep: int) -> None:
        """Interrupt the work in hand of a rep, who keeps it (G10)."""
        pursuit = self.in_hand_of(rep)
        assert pursuit is not None
        of_rep = self.model.reps[rep]
        done = interruption.done_since(self.model, of_rep, self.reps[rep], pursuit["since"], self.now)
        self.write(pursuit, Event.INTERRUPTED, waited=self.now - pursuit["since"], worked=done)
        pursuit["effort"] -= done
        pursuit["done"] += done
        pursuit["since"], pursuit["interrupted"] = self.now, 1
        pursuit["rank"] = interruption.in_line(self.model.teams[self.team_of(pursuit)], pursuit, 0)
        self.own_queues[rep].append(pursuit)
        called_up, work_ends = self.waiting.pop(int(pursuit["entity"]))
        work_ends.call_off()
        called_up.succeed(INTERRUPTED)

    def resume_work(self, pursuit: Record, rep: int) -> Happening:
        """Go on with work that was interrupted: what is left of its effort (G11)."""
        self.take_up(pursuit, rep)
        self.write(pursuit, Event.RESUMED, waited=self.now - pursuit["since"])
        pursuit["since"], pursuit["interrupted"] = self.now, 0
        return self.due(self.end_of_work(pursuit), Due.WORK_ENDS, pursuit)

    def take_up(self, pursuit: Record, rep: int) -> None:
        """Let a rep begin to work on a pursuit, which it owns from now on (G6)."""
        if pursuit["rep"] == NOBODY:
            self.assign(pursuit, rep)
        pursuit["opener"], pursuit["closer"] = visits.credited(self.model, pursuit, rep)
        self.reps[rep]["busy"], self.reps[rep]["lost"] = 1, 0

    def start_work(self, pursuit: Record, rep: int) -> Happening:
        """Start work on a pursuit; its outcome is decided now (G6, V6, V12)."""
        now, entered = self.now, int(pursuit["since"])
        stage = visits.stage_for(self.model, pursuit)
        skill, speed = 1.0, 1.0
        other_waits = self.other_waits(pursuit, rep)
        if rep != NOBODY:
            self.take_up(pursuit, rep)
            skill = people.skill_in(self.model, self.model.reps[rep], self.reps[rep], now)
            speed = people.speed_now(self.model.reps[rep], self.reps[rep], now)
        queued = waited = now - entered
        cost, attempts_needed = stage["cost_per_visit"], stage["most_attempts"] > 0
        if attempts_needed:
            queued, waited = self.begin_attempt(pursuit)
            cost = cost if pursuit["attempt"] == 0 else 0.0
        self.foresee(pursuit, skill, speed, waited)
        pursuit["since"] = now
        met = rep != NOBODY and stage["rejection"] > 0 and pursuit["advances"] != MISSED
        handed_over = met and junk.is_after_hand_over(pursuit)
        if handed_over:
            self.judge(pursuit, skill)
        self.count_effort(pursuit, rep, other_waits)
        self.write(pursuit, Event.STARTED, waited=queued, money=cost)
        if visits.is_first_contact(pursuit, rep, entered):
            flag(self.ledger, Flag.FIRST_CONTACT)
        if handed_over:
            flag(self.ledger, Flag.AFTER_HAND_OVER)
        if attempts_needed:
            pursuit["attempt"] += 1
            note_attempt(self.ledger, pursuit["attempt"])
        if rep == NOBODY:
            return self.due(now, Due.WORK_ENDS, pursuit)
        return self.due(self.end_of_work(pursuit), Due.WORK_ENDS, pursuit)

    def foresee(self, pursuit: Record, skill: float, speed: float, waited: int) -> None:
        """Note how much working time the work that starts takes, and what comes of it (V7, V9, V15, V16)."""
        stage = visits.stage_for(self.model, pursuit)
        effort, advances = visits.work(self.model, self.odds_by_day, pursuit, skill, speed, waited)
        if stage["checks"]:
            effort, advances = qualifying.checked(self.model, self.world, pursuit, speed)
        if stage["most_attempts"]:
            effort, advances = attempts.tried(self.model, self.world, pursuit, speed, effort, advances)
        pursuit["effort"], pursuit["advances"] = effort, advances
        pursuit["takes"], pursuit["target"], pursuit["reason"] = visits.answer(self.model, pursuit)

    def begin_attempt(self, pursuit: Record) -> tuple[int, int]:
        """Begin an attempt to reach the buyer; return how long it has queued, and its wait (Y3, Y6)."""
        queued, waited = attempts.waits(pursuit, self.now)
        if pursuit["attempt"] == 0:
            pursuit["entered"], pursuit["contact"] = pursuit["since"], waited
        pursuit["since"] = self.now - waited  # the odds are those of this month
        return queued, waited

    def judge(self, pursuit: Record, skill: float) -> None:
        """Let the rep judge, at first contact after hand-over, whether a pursuit is junk (J7, J8, J11)."""
        pursuit["met"], pursuit["done"] = junk.met(pursuit), 0
        pursuit["flags"] = junk.flags_of(self.model, pursuit)
        others = int(self.reps[pursuit["rep"]]["open"]) - 1
        if junk.rejects(self.model, self.world, pursuit, skill, others):
            pursuit["effort"] = junk.effort_of_rejection(self.model, pursuit)
            pursuit["advances"], pursuit["takes"], pursuit["target"] = 0, 0, REJECTED
            pursuit["reason"] = junk.rejection_of(self.model, pursuit)["reason"]

    def end_of_work(self, pursuit: Record) -> int:
        """Find when the work in hand ends, by the calendar of the rep, less its absences (V13)."""
        rep, state = self.model.reps[pursuit["rep"]], self.reps[pursuit["rep"]]
        return absence.work_of(self.model, self.world, rep, state, pursuit["since"], pursuit["effort"])

    def end_work(self, pursuit: Record, rep: int) -> Happening:
        """End the work on a pursuit; the customer's time begins, or a rest if not reached (V14, Y4)."""
        now = self.now
        self.write(pursuit, Event.WORKED, waited=now - pursuit["since"], worked=pursuit["effort"])
        pursuit["since"] = now
        if pursuit["attempt"] > 0:
            self.end_attempt(pursuit)
        if rep != NOBODY:
            self.reps[rep]["worked"] += people.counts(self.model, self.model.reps[rep], now)
            self.reps[rep]["busy"] = 0
            self.reps[rep]["idle_since"] = now
            if self.reps[rep]["on_staff"] == 0:
                self.go_home(rep, now)
                self.env.process(self.employ(int(rep)))
        if attempts.is_missed(pursuit):
            rest = attempts.rest(self.model, self.world, pursuit)
            return self.due(now + rest, Due.TRIES_AGAIN, pursuit)
        return self.due(visits.answers_at(self.model, pursuit, now), Due.CUSTOMER_ANSWERS, pursuit)

    def end_attempt(self, pursuit: Record) -> None:
        """Note which attempt has ended, and whether it was the last one in vain: then it is a no (Y3, Y5)."""
        note_attempt(self.ledger, pursuit["attempt"])
        if attempts.is_missed(pursuit):
            last = attempts.is_last(self.model, pursuit)
            reason = int(visits.stage_for(self.model, pursuit)["not_reached"]) if last else NOTHING
            note_miss(self.ledger, reason)
            if last:
                pursuit["advances"], pursuit["takes"] = NEVER_REACHED, 0
                pursuit["target"], pursuit["reason"] = LOST, reason

    def queue_again(self, pursuit: Record) -> simpy.Event:
        """Queue for the next attempt to reach the buyer, with the old time queued, without patience (Y4)."""
        self.write(pursuit, Event.QUEUED_AGAIN, waited=self.now - pursuit["since"])
        pursuit["queued"], pursuit["since"] = self.now, pursuit["entered"]
        self.read_fate(pursuit)
        if assignment.works_for(self.model, self.reps, self.team_of(pursuit), pursuit["rep"]):
            self.line_up(pursuit)
        else:
            self.place(pursuit)
        return self.wait_for(pursuit, self.due(NEVER, Due.GOES_COLD, pursuit))

    def leave(self, pursuit: Record, due: Due) -> int:
        """Leave the stage, or be nurtured in it (N2); return the rest before what comes next."""
        event, reason = ending.leaving(pursuit, due)
        if event == Event.LOST and pursuit["target"] == REJECTED:
            self.reject(pursuit)
        if event == Event.WENT_COLD and ignored.is_ignored(pursuit):
            self.write(pursuit, Event.IGNORED, waited=self.now - pursuit["since"])
        if reporting.learns(self.model, pursuit["channel"]):
            self.report(pursuit, event)
        if nurture.takes(self.model, pursuit, reason):
            return self.begin_nurture(pursuit, event, reason)
        return self.depart(pursuit, event, reason)

    def depart(self, pursuit: Record, event: int, reason: int, flags: int = 0) -> int:
        """Let an event befall a pursuit, and carry out the table of ends; return the rest before it goes on.

        A pursuit that ends no longer has a stage.
        """
        target, delay, spawns = ending.after(self.model, self.world, pursuit, event)
        value = contracts.bookings(self.model, self.world, pursuit) if event == Event.WON else 0.0
        told_as, began = ending.told_as(event, delay), pursuit["began"] if target == ENDED else 0
        self.write(pursuit, told_as, waited=self.now - pursuit["since"], worked=began, money=value)
        if event == Event.WON:
            credit(self.ledger, pursuit["closer"])
        if reason != NOTHING:
            give_reason(self.ledger, reason)
            flag(self.ledger, flags)
        if ending.makes_lead(self.model, pursuit, event):
            self.become_lead(pursuit)
        if event == Event.WON:
            self.sign(pursuit, value)
            if customers.becomes_customer(self.model, pursuit["product"], self.now):
                self.subscribe(pursuit)
        for number in range(spawns):
            self.spawn(pursuit, event, number)
        withdrawn = ending.end_of(self.model, pursuit, event)["withdraws"]
        if withdrawn != NOTHING:
            self.withdraw_kin(pursuit, withdrawn)
        team = self.team_of(pursuit)
        if delay != ending.AT_ONCE or (team != NOBODY and not self.model.teams[team]["sticky"]):
            self.give_up_rep(pursuit)
        if target == ENDED:
            self.end(pursuit)
        else:
            pursuit["round"] = ending.round_at(pursuit, target, delay)
        pursuit["stage"] = target
        if event == Event.SENT_BACK and delay == ending.AT_ONCE and target != ENDED and self.gate_of(pursuit):
            self.pass_gate(pursuit, self.gate_of(pursuit))
        return delay

    def reject(self, pursuit: Record) -> None:
        """Write that sales rejects a pursuit, before the row with which it leaves (J12)."""
        waited, cost = self.now - pursuit["since"], junk.cost_of_rejected(self.model, pursuit)
        worked = pursuit["done"] + pursuit["effort"]
        self.write(pursuit, Event.REJECTED, waited=waited, worked=worked, money=cost)
        pursuit["met"] |= junk.REJECTED_BEFORE

    def report(self, pursuit: Record, event: int) -> None:
        """Tell marketing what became of a lead, if that is reported: its channel learns (W1, W4)."""
        good = reporting.report_of(self.model, self.world, pursuit, event)
        if good != reporting.NO_REPORT:
            note_report(self.ledger, self.now, pursuit, good)
            self.channels[pursuit["channel"]]["reports"] += memory.is_counted(self.model, self.now)

    def sign(self, pursuit: Record, value: float) -> None:
        """Book what a contract earns and pays, and count it for the rep who closed it (M4, M7, M13)."""
        if pursuit["market"] == market.TAKEN:
            pursuit["market"] = market.CUSTOMER  # O4
        closer, term = int(pursuit["closer"]), contracts.term(self.model, pursuit)
        expected = contracts.expected_bookings(self.model, pursuit)
        self.write_for(
            closer, pursuit, Event.MARGIN, contracts.margin(self.model, pursuit, value), waited=term
        )
        self.write_for(closer, pursuit, Event.EXPECTED, expected)
        margin = contracts.margin(self.model, pursuit, expected)
        self.write_for(closer, pursuit, Event.EXPECTED_MARGIN, margin)
        self.write_for(closer, pursuit, Event.REVENUE, value, waited=term)
        if closer == NOBODY:
            return
        self.pay(pursuit, Event.COMMISSION, value)
        self.pay(pursuit, Event.EXPECTED_COMMISSION, expected)
        state = self.reps[closer]
        state["booked_in"], state["booked_month"], state["booked_quarter"], state["booked_year"] = (
            contracts.counted(self.model, state, self.now, value)
        )
        state["won"] += people.counts(self.model, self.model.reps[closer], self.now)

    def pay(self, pursuit: Record, event: Event, value: float) -> None:
        """Write what closer and opener are paid for a contract of this value (M12)."""
        paid, of_opener = contracts.commission(self.model, self.reps, pursuit, self.now, value)
        if paid > 0.0:
            self.write_for(int(pursuit["closer"]), pursuit, event, paid)
        if of_opener > 0.0:
            self.write_for(int(pursuit["opener"]), pursuit, event, of_opener)

    def subscribe(self, deal: Record) -> None:
        """Let the contract of a new customer begin (CU1)."""
        contract = self.new_pursuit(customers.contract_of(deal), SALE, int(deal["stage"]))
        for name in OF_THE_COMPANY:
            contract[name] = deal[name]
        contract["began"] = contract["since"] = self.now
        paid, mean_paid, share = customers.signed(self.model, self.world, deal)
        contract["paid"], contract["mean_paid"], contract["price_share"] = paid, mean_paid, share
        self.write(contract, Event.SUBSCRIBED, worked=contract["company"], money=customers.mrr(paid))
        self.env.process(self.run_on(contract))

    def run_on(self, contract: Record) -> Story:
        """Live through the terms of a contract, until its customer leaves (CU2, CU3)."""
        while True:
            ends = self.now + products.term_of(self.model, contract["product"])
            yield self.due(ends, Due.TERM_ENDS, contract)
            if not customers.stays(self.model, self.world, contract):
                break
            self.begin_next_term(contract)
        waited, mrr = self.now - contract["began"], customers.mrr(contract["paid"])
        self.write(contract, Event.CHURNED, waited=waited, worked=contract["began"], money=mrr)
        self.end(contract)

    def begin_next_term(self, contract: Record) -> None:
        """Let a customer who stays pay for another term (CU5, CU6, CU7)."""
        model, began, before = self.model, int(contract["began"]), float(contract["paid"])
        paid, mean_paid = customers.next_term(model, contract, self.now)
        product = model.products[contract["product"]]
        value, mean_value = paid * product["months"], mean_paid * product["months"]
        if product["typed_term"]:
            self.write(
                contract, Event.RENEWED, waited=self.now - contract["since"], worked=began, money=value
            )
        contract["paid"], contract["mean_paid"], contract["since"] = paid, mean_paid, self.now
        contract["terms"] += 1
        change = customers.change_of_mrr(before, paid)
        if change != 0.0:
            self.write(contract, customers.told_as(change), worked=began, money=abs(change))
        share, term = contract["price_share"], int(product["term"])
        margin = contracts.margin_at(model, contract, value, share)
        self.write(contract, Event.MARGIN, waited=term, money=margin)
        mean_margin = contracts.margin_at(model, contract, mean_value, share)
        self.write(contract, Event.EXPECTED_MARGIN, money=mean_margin)
        self.write(contract, Event.REVENUE, waited=term, money=value)

    def become_lead(self, pursuit: Record) -> None:
        """Note that an inquiry is now a lead, and what its supplier is paid (V19)."""
        pursuit["is_lead"] = 1
        paid = self.model.channels[pursuit["channel"]]["price_per_lead"]
        self.write(pursuit, Event.BECAME_LEAD, money=paid)

    def end(self, pursuit: Record) -> None:
        """Forget a pursuit; its company may cool off."""
        self.give_up_rep(pursuit)
        self.leave_load(pursuit)
        del self.open_pursuits[int(pursuit["entity"])]
        self.to_come.pop(int(pursuit["entity"]), None)
        if pursuit["market"] != market.OUTSIDE:
            rest = market.cools_for(self.model, pursuit, self.now)
            company = pursuit.copy()
            company["since"] = self.now
            cooled_off = Happening(self, self.now + rest, Due.COOLS_OFF, int(pursuit["entity"]))
            cooled_off.then(lambda _: self.give_back(company))

    def give_back(self, company: Record) -> None:
        """Give a company that has cooled off back to the market (O5)."""
        self.taken[company["segment"]] -= 1
        self.write(company, Event.COOLED_OFF, waited=self.now - company["since"])

    # Prospecting.

    def prospect(self, *, reserved: bool) -> None:
        """Let idle reps start on blocks, of reserved time or of idle time (G13, G14)."""
        for number, team in enumerate(self.model.teams):
            if team["prospects"] and (team["reserved"] > 0.0) == reserved:
                for rep in self.members(number):
                    if self.is_idle_at_work(rep):
                        self.start_block(rep)

    def start_block(self, number: int) -> None:
        """Let a rep start on a block, unless no time is left for it (G12)."""
        rep, state = self.model.reps[number], self.reps[number]
        block = prospecting.block_now(self.model, rep, state, self.now)
        if block > 0:
            state["prospected"] = prospecting.prospected_today(state, self.now) + block
            state["prospected_on"] = self.now // DAY
            state["prospects_for"] = self.model.teams[rep["team"]]["prospected_channel"]
            state["block"], state["block_since"], state["busy"], state["lost"] = block, self.now, 1, 0
            self.await_end_of_block(number)

    def await_end_of_block(self, number: int) -> None:
        """Note when the block in hand of a rep ends."""
        rep, state = self.model.reps[number], self.reps[number]
        ends = prospecting.block_ends(self.model, self.world, rep, state)
        happening = self.due_for(number, ends, Due.PROSPECTING_ENDS, number)
        happening.then(lambda _: self.end_block(number))

    def end_block(self, number: int) -> None:
        """End a block: its working time counts for the channel, whose next inquiries may come (A14)."""
        now, state = self.now, self.reps[number]
        channel, block = int(state["prospects_for"]), int(state["block"])
        paid = prospecting.pay_of_block(self.model, self.model.reps[number], now, block)
        write_of(self.ledger, now, Event.PROSPECTED, channel, number, now - state["block_since"], paid)
        note_work(self.ledger, block)
        self.channels[channel]["prospected"] += block
        state["block"], state["busy"], state["idle_since"] = 0, 0, now
        if not state["on_staff"]:
            self.go_home(number, now)
            self.env.process(self.employ(number))
        self.expect_found(channel)

    def expect_found(self, number: int) -> None:
        """Let the next inquiry of a channel that is prospected come now, if it is found."""
        awaited = self.of_the_firm[Due.INQUIRY, number]
        entity = int(self.model.channels[number]["entity"] + self.channels[number]["index"])
        happening = self.due_for(number, self.comes_at(number), Due.INQUIRY, entity)
        assert awaited.callbacks is not None
        assert happening.callbacks is not None
        happening.callbacks += awaited.callbacks[1:]
        awaited.call_off()

    # Nurture, rests, births and withdrawals.

    def begin_nurture(self, pursuit: Record, event: int, reason: int) -> int:
        """Nurture a pursuit in place of the event with which it would end; return for how long (N3)."""
        row = self.model.reasons[reason]
        self.write(pursuit, Event.PARKED, waited=self.now - pursuit["since"])
        give_reason(self.ledger, reason)
        self.give_up_rep(pursuit)
        pursuit["parked"], pursuit["reason"] = event, reason
        pursuit["touches"], pursuit["target"] = nurture.touches(self.model, self.world, pursuit, reason)
        pursuit["interval"], pursuit["touch_cost"] = row["interval"], row["cost_per_touch"]
        return int(pursuit["touches"] * pursuit["interval"])

    def comes_back_from_nurture(self, pursuit: Record) -> bool:
        """End nurture at its last touch; return whether the pursuit comes back (N4, N6)."""
        rested = self.now - pursuit["since"]
        note_touches(self.ledger, self.now, pursuit, int(pursuit["touches"]))
        pursuit["touches"] = 0
        if not nurture.comes_back(pursuit):
            pursuit["since"] = self.now
            return False
        pursuit["fit"] = nurture.warmed(self.model, pursuit)
        pursuit["returns"] += 1
        pursuit["round"] = ending.round_at(pursuit, pursuit["target"], rested)
        pursuit["stage"] = pursuit["target"]
        self.come_back(pursuit)
        return True

    def rest(self, pursuit: Record, delay: int) -> simpy.Event:
        """Rest before the next stage; the event returned succeeds when the rest is over."""
        pursuit["flags"] &= ~Flag.HELD
        pursuit["ignored"] = 0
        self.leave_load(pursuit)
        pursuit["since"] = self.now
        return self.wait_for(pursuit, self.due(self.now + delay, Due.RETURNS, pursuit))

    def come_back(self, pursuit: Record) -> None:
        """Return from a rest."""
        pursuit["flags"] |= Flag.RETURNED
        pursuit["met"] = junk.met_on_return(pursuit)
        self.write(pursuit, Event.RETURNED, waited=self.now - pursuit["since"])

    def spawn(self, parent: Record, event: int, number: int) -> None:
        """Let pursuits be born of an event of another."""
        entity, process, delay = ending.born(self.model, self.world, parent, event, number)
        pursuit = self.new_pursuit(entity, process, int(self.model.processes[process]["first_stage"]))
        for name in OF_THE_COMPANY:
            pursuit[name] = parent[name]
        pursuit["began"] = NEVER
        self.env.process(self.begin_and_pursue(pursuit, delay))

    def begin_and_pursue(self, pursuit: Record, delay: int) -> Story:
        """Begin a pursuit that was born of another, when its delay is over."""
        begins = self.due(self.now + delay, Due.BEGINS, pursuit)
        if (yield self.wait_for(pursuit, begins)) == WITHDRAWN:
            return
        pursuit["began"] = self.now
        self.write(pursuit, Event.BEGAN, worked=pursuit["company"])
        yield from self.pursue(pursuit)

    def withdraw_kin(self, pursuit: Record, process: int) -> None:
        """Withdraw, in the next wave, the company's pursuits of a process that wait or rest."""
        for other in self.open_pursuits.values():
            kin = other is not pursuit and other["company"] == pursuit["company"]
            if kin and other["process"] == process and ending.can_be_withdrawn(other):
                if other["phase"] == Due.GOES_COLD:
                    self.leave_queue(other)
                    other["since"] = attempts.last_row(other)
                    other["flags"] |= 0 if handover.is_held(other) else Flag.LEFT_QUEUE
                wait, own_end = self.waiting.pop(int(other["entity"]))
                own_end.call_off()
                self.due(self.now, Due.WITHDRAWS, other).then(partial(self.withdraw, other, wait))

    def withdraw(self, pursuit: Record, wait: simpy.Event, _: simpy.Event) -> None:
        """End a pursuit because of another; one that has not begun leaves no row."""
        if pursuit["touches"] > 0:
            note_touches(self.ledger, self.now, pursuit, nurture.touches_by(pursuit, self.now))
        if pursuit["began"] != NEVER:
            since, began = pursuit["since"], pursuit["began"]
            self.write(pursuit, Event.WITHDRAWN, waited=self.now - since, worked=began)
        self.end(pursuit)
        wait.succeed(WITHDRAWN)

    # The lives of reps, calendars and days.

    def employ(self, number: int) -> Story:
        """Follow those in a seat from the first day on staff to the last (R1, R3, R14, R19)."""
        rep, state = self.model.reps[number], self.reps[number]
        while True:
            if not people.is_there(state):
                joins = rep["joins"] if people.is_yet_to_join(state) else turnover.comes_at(rep, state)
                yield self.due_for(number, max(joins, self.now), Due.REP_JOINS, number)
                self.join_staff(number)
            leaves = max(turnover.leaves_at(rep, state), self.now) if state["on_staff"] else NEVER
            turn = absence.next_turn(state)
            if leaves <= turn:
                yield self.due_for(number, leaves, Due.REP_LEAVES, number)
                self.leave_staff(number)
            else:
                yield self.due_for(number, turn, Due.ABSENCE, number)
                self.go_or_come_back(number)

    def join_staff(self, number: int) -> None:
        """Put a rep on staff, the first in a seat or the successor of another (R3, R20)."""
        rep, state = self.model.reps[number], self.reps[number]
        if state["left"] != NEVER:
            state["generation"] += 1
            state["left"] = state["successor"] = NEVER
            for name in OF_A_PERSON:
                state[name] = 0
            cost = self.model.teams[rep["team"]]["hiring_cost"]
            write_of(self.ledger, self.now, Event.JOINED, NOTHING, number, 0, cost)
            note_count(self.ledger, state["generation"])
            self.read_talent(number)
        state["joined"] = state["idle_since"] = self.now
        state["on_staff"] = 1
        state["leaves"] = turnover.stays_until(self.model, self.world, rep, state)
        self.look_ahead(number)

    def look_ahead(self, number: int) -> None:
        """Note a rep's next absence (R12)."""
        state, rep = self.reps[number], self.model.reps[number]
        spell = absence.next_spell(self.model, self.world, rep, self.now)
        state["away_from"], state["away_until"] = spell

    def go_or_come_back(self, number: int) -> None:
        """Let a rep's absence begin, or be over (R13)."""
        state = self.reps[number]
        if not state["absent"]:
            state["absent"] = 1
            return
        self.note_absence(number, self.now)
        self.look_ahead(number)
        if not state["busy"]:
            state["idle_since"] = self.now

    def note_absence(self, number: int, now: int) -> None:
        """Write an absence that is over (R15)."""
        state = self.reps[number]
        since = int(state["away_from"])
        lost = absence.hours_within(self.model, self.model.reps[number], since, now) if state["busy"] else 0
        write_of(self.ledger, now, Event.ABSENT, NOTHING, number, now - since, 0.0)
        note_work(self.ledger, lost if state["block"] == 0 else 0)
        state["lost"] += lost
        state["absent"], state["away_from"], state["away_until"] = 0, NEVER, NEVER

    def leave_staff(self, number: int) -> None:
        """Let a rep leave: the pursuits in its queue are placed again and keep their time queued (R4, R5)."""
        state = self.reps[number]
        state["on_staff"] = 0
        queue, self.own_queues[number] = self.own_queues[number], []
        pile, self.piles[number] = self.piles[number], []
        for pursuit in (*sorted(queue, key=order_in_queue), *sorted(pile, key=order_on_pile)):
            pursuit["ignored"] = 0
            self.place(pursuit)
        if not state["busy"]:
            self.go_home(number, self.now)

    def go_home(self, number: int, now: int) -> None:
        """Write the time on staff of a rep who is gone, or is on staff at the horizon (R7, R9)."""
        rep, state = self.model.reps[number], self.reps[number]
        if state["absent"]:
            self.note_absence(number, now)
        state["left"] = now
        state["successor"] = turnover.successor(self.model, self.world, rep, state, now)
        if (Due.ABSENCE, number) in self.of_the_firm:
            self.of_the_firm[Due.ABSENCE, number].call_off()
        waited = now - max(int(state["joined"]), 0)
        write_of(self.ledger, now, Event.ON_STAFF, NOTHING, number, waited, 0.0)

    def note_who_is_on_staff(self, horizon: int) -> None:
        """Write the time on staff of each rep who is on staff at the horizon, or is still finishing work.

        (D5)
        """
        for number, state in enumerate(self.reps):
            if people.is_there(state):
                self.go_home(number, horizon)

    def open_up(self, number: int) -> Story:
        """Open a calendar for the reps who work by it; work is granted when nothing more is due."""
        calendar = self.model.calendars[number]
        while True:
            opens = next_opening(self.model.hours, calendar["first_hours"], calendar["hours"], self.now)
            yield self.due_for(number, opens, Due.OPENS, number)

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
                write_of(self.ledger, now, Event.MEDIA, number, NOBODY, 0, media)
        for number, state in enumerate(self.reps):
            pay = costs.pay_of_day(self.model, self.model.reps[number], state, day)
            if pay > 0.0:
                write_of(self.ledger, now, Event.PAY, NOTHING, number, 0, pay)
        for number, rep in enumerate(self.model.reps):
            if rep["grows"]:
                self.note_growth(number, rep, now)
        running = costs.running_of_day(self.model, day)
        if running > 0.0:
            write_of(self.ledger, now, Event.RUNNING, NOTHING, NOBODY, 0, running)

    def note_growth(self, number: int, rep: Record, now: int) -> None:
        """Book a training of the day that ends now; at the end of a month, note the skill (Z4, Z5)."""
        state = self.reps[number]
        training = people.training_of(self.model, rep, state, now - DAY)
        if training != NOTHING:
            cost = self.model.trainings[training]["cost"]
            write_of(self.ledger, now, Event.TRAINED, NOTHING, number, 0, cost)
        if state["on_staff"] and people.ends_a_month(self.model, now):
            skill = people.skill_in(self.model, rep, state, now)
            write_of(self.ledger, now, Event.SKILL, NOTHING, number, 0, skill)

    # A change on a day.

    def change(self, model: Model) -> None:
        """Let a chapter begin, now that the day has been booked (C3)."""
        before, old_teams, old_reps, old_queues = self.model, self.teams, self.reps, self.own_queues
        was, becomes = other_numbers(before, model)
        self.model, self.wave = model, UNTIL_THE_CHANGE
        self.renumber(becomes)
        self.take_over_channels(before)
        self.teams = np.zeros(len(model.teams), TEAM_STATE)
        self.teams["own_policy"] = model.teams["own_policy"]
        for number, team in enumerate(old_teams):
            if before.teams[number]["reps"]:
                in_turn = becomes[before.teams[number]["first_rep"] + team["turn"]]
                self.teams[number]["turn"] = in_turn - model.teams[number]["first_rep"]
        self.reps = np.zeros(len(model.reps), REP_STATE)
        for name in UNTIL_IT_HAPPENS:
            self.reps[name] = NEVER
        self.reps["idle_since"] = self.now
        known = was != NOBODY
        self.reps[known] = old_reps[was[known]]
        self.order = np.arange(len(model.reps))
        for number in range(len(self.reps)):
            self.read_talent(number)
            self.begin_the_split_anew(before, number)
            self.look_ahead_anew(number)
            if was[number] != NOBODY:
                self.stay_on(before, int(was[number]), number)
        queues = [*old_queues, *self.team_queues]
        piles, self.piles = self.piles, [[] for _ in model.reps]
        self.own_queues = [[] for _ in model.reps]
        self.put_anew()
        for pursuit in self.open_pursuits.values():
            self.read_new_traits(pursuit, len(before.traits))
            self.expect_anew(pursuit)
        self.requeue(before, queues, piles)
        self.take_over_gates(before)
        self.wave = 0
        one_off = model.plan[0]["one_off_cost"]
        if one_off > 0.0:
            write_of(self.ledger, self.now, Event.ONE_OFF, NOTHING, NOBODY, 0, one_off)

    def begin_the_split_anew(self, before: Model, number: int) -> None:
        """Forget what a rep has put into new and existing business, where the team splits otherwise (C29)."""
        team = int(self.model.reps[number]["team"])
        if team < len(before.teams) and effort_split.splits_otherwise(
            before.teams[team], self.model.teams[team]
        ):
            self.reps[number]["new_level"] = self.reps[number]["accounts_level"] = 0

    def look_ahead_anew(self, number: int) -> None:
        """Read a rep's absences anew; one that has begun keeps its end (R16)."""
        state = self.reps[number]
        if state["absent"]:
            until = int(state["away_until"])
            rep = self.model.reps[number]
            state["away_until"] = absence.lengthened(self.model, self.world, rep, self.now, until)
        elif people.is_there(state):
            self.look_ahead(number)

    def stay_on(self, before: Model, was: int, number: int) -> None:
        """Let who is on staff stay for longer, or shorter, in a chapter that begins (R21)."""
        rep, state = self.model.reps[number], self.reps[number]
        if state["on_staff"]:
            state["leaves"] = turnover.stays_now(
                before, self.model, self.world, before.reps[was], rep, state, self.now
            )

    def renumber(self, becomes: Integers) -> None:
        """Give the reps of open pursuits their numbers in the chapter that begins (C2)."""
        for pursuit in self.open_pursuits.values():
            for role in ("rep", "opener", "closer"):
                if pursuit[role] != NOBODY:
                    pursuit[role] = becomes[pursuit[role]]

    def take_over_channels(self, before: Model) -> None:
        """Let the streams of inquiries go on, and those of new channels begin (C9, C10)."""
        today, known = self.now // DAY, len(self.channels)
        reached = self.expected
        self.expected = self.model.expected.copy()
        self.expected[: len(reached)] = reached
        arrivals.expect_inquiries(self.model, self.world, self.expected, today)
        shocks.expect_odds(self.model, self.world, self.odds_by_day)
        for number, channel in enumerate(self.channels):
            channel["reached"], channel["prospected"] = prospecting.gone_on(
                before.channels[number], self.model.channels[number], channel
            )
        added = np.zeros(len(self.model.channels) - known, CHANNEL_STATE)
        self.channels = np.concatenate([self.channels, added])
        self.taken += [0] * (len(self.model.segments) - len(self.taken))  # O7
        self.channels["day"] = today
        for number in range(known, len(self.channels)):
            self.draw_next(number)

    def read_new_traits(self, pursuit: Record, known: int) -> None:
        """Read the traits that come with a chapter (C27)."""
        company, channel = int(pursuit["company"]), int(pursuit["channel"])
        reports = int(self.channels[channel]["reports"])
        pursuit["traits"] |= traits.traits_of(self.model, self.world, company, channel, known, reports)

    def expect_anew(self, pursuit: Record) -> None:
        """Put anew what a pursuit has due (C4, C12)."""
        before = self.to_come[int(pursuit["entity"])]
        time = self.end_of_work(pursuit) if pursuit["phase"] == Due.WORK_ENDS else int(pursuit["due"])
        happening = self.due(time, Due(int(pursuit["phase"])), pursuit)
        assert before.callbacks is not None
        assert happening.callbacks is not None
        happening.callbacks += before.callbacks[1:]
        before.call_off()
        if int(pursuit["entity"]) in self.waiting:
            called_up, _ = self.waiting[int(pursuit["entity"])]
            self.waiting[int(pursuit["entity"])] = called_up, happening

    def requeue(self, before: Model, queues: list[list[Record]], piles: list[list[Record]]) -> None:
        """Let leads queue on or move, with the fate that is now in store for them (C11, C13, C14)."""
        self.team_queues = [[] for _ in self.model.teams]
        moved = []
        for number, team in enumerate(before.teams):
            reps = range(team["first_rep"], team["first_rep"] + team["reps"])
            own = [
                (*sorted(queues[rep], key=order_in_queue), *sorted(piles[rep], key=order_on_pile))
                for rep in reps
            ]
            of_team = sorted(queues[len(before.reps) + number], key=order_in_queue)
            for queue in (*own, of_team):
                for pursuit in queue:
                    self.read_fate(pursuit)
                    if assignment.is_moved(before, self.model, pursuit):
                        moved.append(pursuit)
                        continue
                    if pursuit["rep"] != NOBODY:
                        team_now = self.model.teams[self.team_of(pursuit)]
                        rank = assignment.rank(team_now["queue_order"], pursuit)
                        pursuit["rank"] = interruption.in_line(team_now, pursuit, rank)
                    self.queue_of(pursuit).append(pursuit)
        for pursuit in moved:
            pursuit["ignored"] = 0
            self.place(pursuit)

    def take_over_gates(self, before: Model) -> None:
        """Find who counts at which gate, and who is held at which (C11, C25, C26)."""
        self.held = [[] for _ in range(1 + len(self.model.gates))]
        self.loads = np.zeros(1 + len(self.model.gates), np.int64)
        for pursuit in self.open_pursuits.values():
            pursuit["gate"] = handover.gate_from_now(before, self.model, pursuit)
            self.loads[pursuit["gate"]] += 1
            if handover.is_held(pursuit):
                self.read_fate(pursuit)
                self.queue_at_gate(pursuit)

    # Small helpers of several of the above.

    def due(self, time: int, kind: Due, pursuit: Record) -> Happening:
        """Note what a pursuit has due, before the horizon or not (T4)."""
        pursuit["due"], pursuit["phase"] = time, kind
        happening = Happening(self, time, kind, int(pursuit["entity"]))
        happening.pursuit = pursuit
        self.to_come[int(pursuit["entity"])] = happening
        return happening

    def due_for(self, number: int, time: int, kind: Due, entity: int) -> Happening:
        """Note what the rep, the calendar or the channel of a number has due."""
        happening = Happening(self, time, kind, entity)
        self.of_the_firm[kind, number] = happening
        return happening

    def read_talent(self, number: int) -> None:
        """Note a rep's skill and speed at full strength (C8)."""
        rep, state = self.model.reps[number], self.reps[number]
        state["skill"], state["speed"] = people.talent(self.model, self.world, rep, state["generation"])

    def wait_for(self, pursuit: Record, own_end: Happening) -> simpy.Event:
        """Wait until the wait ends by itself, with None, or something else ends it."""
        called_up = self.env.event()

        def end_by_itself(_: simpy.Event) -> None:
            del self.waiting[int(pursuit["entity"])]
            called_up.succeed(None)

        own_end.then(end_by_itself)
        self.waiting[int(pursuit["entity"])] = (called_up, own_end)
        return called_up

    def team_of(self, pursuit: Record) -> int:
        """Name the team of a pursuit's stage, or NOBODY."""
        return visits.team_for(self.model, pursuit)

    def members(self, team: int) -> range:
        """Number the reps of a team."""
        first = int(self.model.teams[team]["first_rep"])
        return range(first, first + int(self.model.teams[team]["reps"]))

    def calendar_of(self, rep: int) -> Record:
        """Find the calendar of a rep."""
        calendar: Record = self.model.calendars[self.model.reps[rep]["calendar"]]
        return calendar

    def queue_of(self, pursuit: Record) -> list[Record]:
        """Find the queue that a pursuit waits in."""
        if handover.is_held(pursuit):
            return self.held[self.gate_of(pursuit)]
        if pursuit["rep"] == NOBODY:
            return self.team_queues[self.team_of(pursuit)]
        if ignored.is_ignored(pursuit):
            return self.piles[pursuit["rep"]]
        return self.own_queues[pursuit["rep"]]

    def leave_queue(self, pursuit: Record) -> None:
        """Take a pursuit out of its queue."""
        queue = self.queue_of(pursuit)
        del queue[next(number for number, waiting in enumerate(queue) if waiting is pursuit)]

    def assign(self, pursuit: Record, rep: int) -> None:
        """Make a rep the owner of a pursuit (G6)."""
        pursuit["rep"] = rep
        self.reps[rep]["open"] += 1

    def give_up_rep(self, pursuit: Record) -> None:
        """Take a pursuit from its owner, who has one open pursuit less (P3)."""
        if pursuit["rep"] != NOBODY:
            self.reps[pursuit["rep"]]["open"] -= 1
            pursuit["rep"] = NOBODY

    def write(
        self, pursuit: Record, event: int, waited: int = 0, worked: int = 0, money: float = 0.0
    ) -> None:
        """Write a row about a pursuit."""
        write(self.ledger, self.now, pursuit, event, waited, worked, money)

    def write_for(self, rep: int, pursuit: Record, event: int, money: float, waited: int = 0) -> None:
        """Write a row of a contract, in the name of a rep (M4)."""
        self.write(pursuit, event, waited=waited, money=money)
        credit(self.ledger, rep)


def order_in_queue(pursuit: Record) -> tuple[int, int, int]:
    """Order pursuits in a queue: rank, time queued, entity."""
    return int(pursuit["rank"]), int(pursuit["since"]), int(pursuit["entity"])


def order_on_pile(pursuit: Record) -> tuple[int, int]:
    """Order pursuits that a rep ignores: time queued, entity."""
    return int(pursuit["since"]), int(pursuit["entity"])


def is_of_class_of(one: Record, other: Record) -> bool:
    """Return whether two pursuits are both new business, or both existing."""
    return effort_split.is_account(one) == effort_split.is_account(other)


def first_hot(queue: list[Record]) -> Record | None:
    """Find the pursuit that comes first, if it is hot."""
    first = first_of(queue) if queue else None
    return first if first is not None and interruption.is_hot(first) else None


def first_of(queue: list[Record]) -> Record:
    """Find the pursuit that comes first."""
    return min(queue, key=order_in_queue)

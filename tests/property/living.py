"""Ways to live through a scenario: on one engine, in pieces, or watched.

A watched reference engine counts what it decides, so that a run over many scenarios can say what it has
covered. What is counted is named in `COVERED`; whoever counts nothing of one of them has proved
nothing about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from unittest.mock import patch

import numpy as np
import simpy

from funnelsim.engines import ENGINES, history, new_ledger, pages, reference, world_of
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.engines.reference import Happening, Office, ReferenceEngine
from funnelsim.model import Model
from funnelsim.rules import assignment
from funnelsim.scenario import lower_in, parse
from funnelsim.vocabulary import NOBODY, NOTHING, Assignment, Due, Event, QueueOrder, Record, Records

PULLS = (Assignment.SHARED_QUEUE, Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK)
FULL = "resumption: stopped by a full ledger, "
UNTIL = "resumption: stopped at an instant, "
COVERED = (
    *(f"event: {event.name}" for event in Event),
    *(f"due: {due.name}" for due in Due),
    *(f"assignment: {policy.name}" for policy in Assignment),
    *(f"queue order: {order.name}" for order in QueueOrder),
    "tie of three or more in one round",
    "spill-over past closing",
    *(f"{how}{engine}" for how in (FULL, UNTIL) for engine in sorted(ENGINES)),
    "sticky return",
    "handed over to another rep",
    "placed anew when a rep left",
    "waited for a full team",
    "gave up at the instant at which a rep was free",
    "worked by a rep in ramp-up",
    "channel with busy days of its own",
    "channel busy on the same days as others",
    "channel with an uncertain share",
    "day without spending in a channel that costs money",
    "won at the price of a promotion",
    "supplier paid for a lead",
    "number that is uncertain",
    "stage that differs by segment",
    "knew the segment, with others to choose from",
    "luckier for its weight",
)


def model_of(text: str, seed: int = 1) -> Model:
    """Read a scenario and lower it as it is in the first world."""
    return lower_in(parse(text), world_of(seed, 0)).model


def in_pieces(engine: str, model: Model, world: Record, stops: Iterable[int], seen: Counter[str]) -> Records:
    """Live through one replication on the smallest legal page, stopping at instants besides."""
    ledger = new_ledger(rows_of_a_step(model))
    found = []

    def turn_the_page() -> None:
        found.append(ledger.written().copy())
        ledger.clear()
        seen[FULL + engine] += 1

    state = ENGINES[engine].start(model, world)
    for until in [*sorted(stops), model.horizon]:
        while not ENGINES[engine].advance(state, until, ledger):
            turn_the_page()
        assert until == model.horizon or (ledger.written()["time"] < until).all()
        seen[UNTIL + engine] += until < model.horizon
    while not ENGINES[engine].close(state, ledger):
        turn_the_page()
    return np.concatenate([*found, ledger.written()])


def watched(model: Model, world: Record, seen: Counter[str]) -> Records:
    """Live through one replication on the reference engine, and count what it decides and grants."""
    ledger = new_ledger(4096 + rows_of_a_step(model))
    with patch.object(reference, "Happening", Noted):
        found = [page.copy() for page in pages(WatchedEngine(seen), model, world, ledger)]
    rows = np.concatenate(found)
    seen.update(f"event: {Event(int(event)).name}" for event in rows["event"])
    with_rep = (rows["event"] == Event.WORKED) & (rows["rep"] != NOBODY)
    seen.update(varieties(model, rows))
    seen["spill-over past closing"] += int((with_rep & (rows["waited"] > rows["worked"])).sum())
    return rows


def varieties(model: Model, rows: Records) -> dict[str, int]:
    """Count what channels have besides a plain stream of inquiries."""
    channels, won = model.channels, rows[rows["event"] == Event.WON]
    theirs, paid = channels[won["channel"]], rows[rows["event"] == Event.BECAME_LEAD]["money"] > 0
    cheaper = (theirs["cut_from"] <= won["created"]) & (won["created"] < theirs["cut_until"])
    costly = channels["cost_per_month"] > 0
    return {
        "channel with busy days of its own": int((channels["busy"] != NOTHING).sum()),
        "channel busy on the same days as others": int((channels["busy_all"] != NOTHING).sum()),
        "channel with an uncertain share": int((channels["mean_share"] > 0).sum()),
        "day without spending in a channel that costs money": int((model.spend[costly] == 0).sum()),
        "won at the price of a promotion": int(cheaper.sum()),
        "supplier paid for a lead": int(paid.sum()),
    }


class WatchedEngine(ReferenceEngine):
    """The reference engine with an office that is watched."""

    def __init__(self, seen: Counter[str]) -> None:
        self.seen = seen

    def start(self, model: Model, world: Record) -> Office:
        return WatchedOffice(model, world, self.seen)


class Noted(Happening):
    """Something due that knows its kind."""

    def __init__(self, office: Office, time: int, kind: Due, entity: int) -> None:
        super().__init__(office, time, kind, entity)
        self.kind = kind


class WatchedOffice(Office):
    """Counts what falls due, and the choices in which a policy or an order made a difference."""

    def __init__(self, model: Model, world: Record, seen: Counter[str]) -> None:
        self.seen = seen
        self.latest, self.tied = (-1, 0), 0
        self.leaver = NOBODY
        super().__init__(model, world)

    def decide(self, happening: simpy.Event) -> None:
        super().decide(happening)
        assert isinstance(happening, Noted)
        self.seen[f"due: {happening.kind.name}"] += 1
        moment = (self.now, happening.round)
        self.tied = self.tied + 1 if moment == self.latest else 1
        self.latest = moment
        self.seen["tie of three or more in one round"] += self.tied == 3
        if happening.kind is Due.GOES_COLD:
            self.seen["gave up at the instant at which a rep was free"] += self.could_be_granted(happening)

    def place(self, lead: Record, number: int) -> None:
        team, before = self.teams[number], int(lead["rep"])
        with_room = [rep for rep in self.members(number) if assignment.has_room(team, self.reps[rep])]
        super().place(lead, number)
        after = int(lead["rep"])
        if after != NOBODY and after == before:
            self.seen["sticky return"] += 1
        elif after != NOBODY and len(with_room) > 1:
            policy = Assignment(int(team["assignment"]))
            self.seen[f"assignment: {policy.name}"] += 1
            unlike = [rep for rep in with_room if not self.knows(rep, lead)]
            knew = policy is Assignment.SEGMENT_MATCH and self.knows(after, lead) and unlike != []
            self.seen["knew the segment, with others to choose from"] += knew
            lucky = (
                policy is Assignment.WEIGHTED
                and len({float(self.reps[rep]["weight"]) for rep in with_room}) > 1
            )
            self.seen["luckier for its weight"] += lucky and self.reps[after]["weight"] > 1.0
        self.seen["stage that differs by segment"] += self.model.stages[lead["stage"]]["variants"] > 0
        self.seen["handed over to another rep"] += NOBODY not in (before, after) and after != before
        self.seen["placed anew when a rep left"] += before != NOBODY and self.reps[before]["on_staff"] == 0
        self.seen["waited for a full team"] += after == NOBODY and not with_room

    def next_grant(self, number: int) -> tuple[Record | None, int]:
        lead, rep = super().next_grant(number)
        if lead is None:
            return lead, rep
        team = self.teams[number]
        if lead["rep"] == NOBODY and team["assignment"] in PULLS:
            oldest = min(self.team_queues[number], key=lambda one: (one["since"], one["entity"]))
            shared = team["assignment"] == Assignment.SHARED_QUEUE
            mattered = len(self.idle(number)) > 1 if shared else lead is not oldest
            self.seen[f"assignment: {Assignment(int(team['assignment'])).name}"] += mattered
        if lead["rep"] == rep and len(self.own_queues[rep]) > 1:
            self.seen[f"queue order: {QueueOrder(int(team['queue_order'])).name}"] += 1
        started = assignment.strength(self.reps[rep], self.now, 0.5) < 1.0
        self.seen["worked by a rep in ramp-up"] += started
        return lead, rep

    def knows(self, rep: int, lead: Record) -> bool:
        """Say whether a rep lists a lead's segment."""
        return bool(assignment.knows(self.model, self.reps[rep], lead["segment"]))

    def could_be_granted(self, goes_cold: Happening) -> bool:
        """Say whether a grant before this decision would have gone to this lead."""
        assert goes_cold.lead is not None
        team = int(self.model.stages[goes_cold.lead["stage"]]["team"])
        lead, _ = super().next_grant(team)
        return lead is goes_cold.lead

    def members(self, number: int) -> range:
        team = self.teams[number]
        return range(team["first_rep"], team["first_rep"] + team["reps"])

    def idle(self, number: int) -> list[int]:
        """List the reps who could be granted a lead of the team's queue."""
        team = self.teams[number]
        return [
            rep
            for rep in self.members(number)
            if assignment.has_room(team, self.reps[rep]) and self.reps[rep]["busy"] == 0
        ]


def differences(histories: Sequence[tuple[str, Records]]) -> str:
    """Say where ledgers first differ from the first one; empty where all bytes are equal."""
    (first, ours), *others = histories
    for name, theirs in others:
        if ours.tobytes() != theirs.tobytes():
            both = range(min(len(ours), len(theirs)))
            at = next((row for row in both if ours[row] != theirs[row]), len(both))
            rows = [f"{who}: {describe(rows, at)}" for who, rows in ((first, ours), (name, theirs))]
            return f"row {at} of {len(ours)} and {len(theirs)}\n" + "\n".join(rows)
    return ""


def describe(rows: Records, at: int) -> dict[str, Any] | str:
    """Show a row with the name of its event."""
    if at >= len(rows):
        return "no more rows"
    row = {name: rows[at][name].item() for name in rows.dtype.names or ()}
    return row | {"event": Event(row["event"]).name}


def parity(text: str, seed: int, stops: Sequence[tuple[float, int]], seen: Counter[str]) -> None:
    """Require that both engines write the same bytes, at a stretch and in pieces.

    `stops` are places in the history, as shares of its rows, and microseconds beside the instant of that row.
    """
    model, world = model_of(text, seed), world_of(seed, 0)
    seen["number that is uncertain"] += len(parse(text).uncertainties)
    told = watched(model, world, seen)
    times = [0, *told["time"].tolist()]
    instants = [times[int(place * (len(times) - 1))] + beside for place, beside in stops]
    histories = [("watched", told), ("compiled", history("compiled", model, seed))]
    histories += [
        (f"{engine} in pieces", in_pieces(engine, model, world, instants, seen)) for engine in sorted(ENGINES)
    ]
    assert not differences(histories), differences(histories)

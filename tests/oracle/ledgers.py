"""From a ledger's rows back to visits, and how these are held against the oracle's."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest

from funnelsim.compiling.arrays import Record, Records
from funnelsim.model.words import NOBODY, NOTHING, Event

from .naive import COLD, Cost, History, Pause, Visit, Walk

HOW = {
    Event.ADVANCED: "advanced",
    Event.SENT_BACK: "sent back",
    Event.WON: "won",
    Event.LOST: "lost",
    Event.WENT_COLD: COLD,
}
ENDS = {Event.WON, Event.LOST, Event.WENT_COLD}


@dataclass
class Told:
    """What a ledger says of one lead."""

    created: int
    channel: int
    segment: int
    round: int = 0
    became_lead: int | None = None
    outcome: str = "open"
    ended: int | None = None
    owner: int | None = None
    bookings: float = 0.0
    term: int = 0
    commission: float = 0.0
    open_since: int | None = None
    visits: list[Visit] = field(default_factory=list)


BY_THE_DAY = {Event.MEDIA, Event.PAY, Event.RUNNING}
AT_THE_MEAN = (Event.EXPECTED, Event.EXPECTED_MARGIN)
OF_CONTRACTS = (Event.MARGIN, Event.REVENUE, *AT_THE_MEAN)
OF_CHANGES = {Event.ONE_OFF: "one off", Event.RUNNING: "running"}
Cast = list[tuple[int, list[int]]]  # for each chapter, when it begins, and who its reps are


def someone(row: Record, cast: Cast) -> int | None:
    """Return who the rep of a row is, None for nobody: rows have the numbers of their chapter (C2).

    What a day has cost is booked by the chapter that ends, also at the instant of a change (C3).
    """
    if row["rep"] == NOBODY:
        return None
    of_the_day = Event(int(row["event"])) in BY_THE_DAY
    begun = [
        reps for begins, reps in cast if begins < row["time"] or (begins == row["time"] and not of_the_day)
    ]
    return begun[-1][row["rep"]]


def read(rows: Records, cast: Cast) -> tuple[dict[int, Told], list[Cost]]:
    """Rebuild every lead and every cost from the rows alone."""
    leads: dict[int, Told] = {}
    costs: list[Cost] = []
    won: Told | None = None
    for row in rows:
        event, time, lead = Event(int(row["event"])), int(row["time"]), int(row["pursuit"])
        money = float(row["money"])
        if event is Event.INQUIRY:
            assert lead not in leads
            leads[lead] = Told(time, int(row["channel"]), int(row["segment"]))
            costs.append(Cost("inquiry", time, int(row["channel"]), money))
        elif lead == NOTHING:
            costs += of_the_firm(event, row, cast)
        elif event in OF_CONTRACTS:
            assert won is not None, "what a contract leaves follows it"
            assert someone(row, cast) == won.owner
            won.term = won.term if event in AT_THE_MEAN else int(row["waited"])
            costs.append(Cost(event.name.lower().replace("_", " "), time, int(row["segment"]), money))
        elif event is Event.COMMISSION:
            assert won is not None, "a commission follows its contract"
            won.commission += money
            costs.append(Cost("commission", time, whose(row, cast), money))
        elif event is Event.EXPECTED_COMMISSION:
            assert won is not None, "a commission follows its contract"
            costs.append(Cost("expected commission", time, whose(row, cast), money))
        else:
            told = leads[lead]
            same = (told.created, told.channel, told.segment)
            assert (int(row["created"]), int(row["channel"]), int(row["segment"])) == same
            read_step(told, event, row, costs, cast)
            won = told if event is Event.WON else None if event is not Event.BECAME_LEAD else won
    return leads, costs


def of_the_firm(event: Event, row: Record, cast: Cast) -> list[Cost]:
    """Return what a row that is about no lead says of costs."""
    time, money = int(row["time"]), float(row["money"])
    if event is Event.MEDIA:
        return [Cost("media", time, int(row["channel"]), money)]
    if event is Event.PAY:
        return [Cost("pay", time, whose(row, cast), money)]
    if event is Event.PROSPECTED:
        return [
            Cost("prospected", time, int(row["channel"]), int(row["worked"])),
            Cost("prospected by", time, whose(row, cast), money),
            Cost("prospected since", time, whose(row, cast), time - int(row["waited"])),
        ]
    return [Cost(OF_CHANGES[event], time, -1, money)] if event in OF_CHANGES else []


def whose(row: Record, cast: Cast) -> int:
    """Return who the rep of a row is, which is about one."""
    who = someone(row, cast)
    assert who is not None
    return who


def read_step(told: Told, event: Event, row: Record, costs: list[Cost], cast: Cast) -> None:
    """Add one row of a lead to what is told of it, and check the span that it closes (V6, V14, V17, D3)."""
    time, waited = int(row["time"]), int(row["waited"])
    if event is Event.BECAME_LEAD:
        assert told.became_lead is None
        told.became_lead = time
        costs.append(Cost("lead", time, told.channel, float(row["money"])))
        return
    if event is Event.ENTERED:
        told.visits.append(Visit(int(row["pursuit"]), int(row["stage"]), told.round, time))
        return
    visit = told.visits[-1]
    assert int(row["stage"]) == visit.stage  # V22
    paused = [at for pause in visit.pauses for at in (pause.at, pause.resumed)]
    last = [at for at in (visit.entered, visit.started, *paused, visit.worked) if at is not None][-1]
    assert waited == time - last, (event, row)
    if event is Event.STARTED:
        visit.started, visit.rep = time, someone(row, cast)
        costs.append(Cost("visit", time, visit.stage, float(row["money"])))
    elif event is Event.WORKED:
        visit.worked, visit.effort = time, int(row["worked"]) + sum(pause.done for pause in visit.pauses)
        assert someone(row, cast) == (visit.pauses[-1].rep if visit.pauses else visit.rep)
    elif event in {Event.INTERRUPTED, Event.RESUMED}:
        read_pause(visit, event, row, cast)
    elif event is Event.OPEN:
        told.open_since = last
    else:
        assert (event is Event.WENT_COLD) == (visit.started is None)
        visit.left, visit.how = time, HOW[event]
        told.round += event is Event.SENT_BACK
        if event in ENDS:
            told.outcome, told.ended, told.owner = HOW[event], time, someone(row, cast)
        if event in {Event.LOST, Event.WENT_COLD}:
            visit.reason = int(row["reason"])
        if event is Event.WON:
            told.bookings = float(row["money"])


def read_pause(visit: Visit, event: Event, row: Record, cast: Cast) -> None:
    """Add the interruption of a visit, or the end of one, to what is told of it."""
    if event is Event.INTERRUPTED:
        visit.pauses.append(Pause(int(row["time"]), int(row["worked"])))
    else:
        visit.pauses[-1].resumed, visit.pauses[-1].rep = int(row["time"]), someone(row, cast)


def differences(oracle: History, rows: Records) -> list[str]:
    """State where a ledger and the oracle's history differ, first by leads, then by costs."""
    leads, costs = read(rows, oracle.cast)
    found: list[str] = []
    for entity in sorted(oracle.leads.keys() | leads.keys()):
        if entity not in leads or entity not in oracle.leads:
            found.append(f"lead {entity} only {'in the ledger' if entity in leads else 'for the oracle'}")
            continue
        found += differences_of_lead(oracle.leads[entity], leads[entity])
    found += differences_of_order(oracle, rows)
    for kind in (
        "media",
        "pay",
        "inquiry",
        "lead",
        "visit",
        "margin",
        "expected",
        "expected margin",
        "revenue",
        "commission",
        "expected commission",
        "one off",
        "running",
        "prospected",
        "prospected by",
        "prospected since",
    ):
        found += differences_of_costs(kind, oracle.costs, costs)
    return found


def differences_of_order(oracle: History, rows: Records) -> list[str]:
    """Compare what was decided, row by row: (instant, what, lead)."""
    log = [
        (int(row["time"]), HOW.get(event, event.name.lower().replace("_", " ")), int(row["pursuit"]))
        for row in rows
        for event in [Event(int(row["event"]))]
    ]
    for number, (ours, theirs) in enumerate(zip_longest(oracle.log, log)):
        if ours != theirs:
            return [f"row {number}: {ours} but {theirs} in the ledger"]
    return []


def differences_of_lead(walk: Walk, told: Told) -> list[str]:
    """Compare one lead."""
    pairs = {
        "arrival": (walk.began, told.created),
        "channel": (walk.inquiry.channel, told.channel),
        "segment": (walk.inquiry.segment, told.segment),
        "outcome": (walk.outcome, told.outcome),
        "end": (walk.ended, told.ended),
        "owner": (walk.owner, told.owner),
        "became lead": (walk.became_lead, told.became_lead),
        "bookings": (walk.bookings, told.bookings),
        "term": (walk.term, told.term),
        "an OPEN row": (walk.outcome == "open", told.open_since is not None),
    }
    found = [
        f"lead {walk.inquiry.entity}: {what} {ours} but {theirs} in the ledger"
        for what, (ours, theirs) in pairs.items()
        if ours != theirs
    ]
    for number in range(max(len(walk.visits), len(told.visits))):
        ours, theirs = (each[number] if number < len(each) else None for each in (walk.visits, told.visits))
        if ours != without_effort_in_hand(theirs, ours):
            found.append(f"visit {number}: {ours}\n      in the ledger: {theirs}")
    return found


def without_effort_in_hand(theirs: Visit | None, ours: Visit | None) -> Visit | None:
    """Rows tell the effort when work ends; the oracle knows it from the start."""
    if theirs is not None and ours is not None and theirs.worked is None and theirs.effort is None:
        theirs.effort = ours.effort
    return theirs


def differences_of_costs(kind: str, ours: list[Cost], theirs: list[Cost]) -> list[str]:
    """Compare the costs of one kind, one by one; money within the last bits of a float."""
    both = [
        sorted((c.time, c.whose, c.money) for c in costs if c.kind == kind and c.money)
        for costs in (ours, theirs)
    ]
    if [each[:2] for each in both[0]] != [each[:2] for each in both[1]]:
        return [
            f"{kind}: booked {len(both[0])} times, in the ledger {len(both[1])} times, or at other instants"
        ]
    return [
        f"{kind}: {mine} but {yours} in the ledger"
        for mine, yours in zip(*both, strict=True)
        if abs(mine[2] - yours[2]) > 1e-12 * abs(mine[2])
    ]

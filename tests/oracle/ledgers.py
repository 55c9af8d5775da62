"""From a ledger's rows back to visits, and how these are held against the oracle's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import ENGINES, history
from funnelsim.model.model import Chapters, Model
from funnelsim.model.words import GONE_COLD, NOBODY, NOTHING, Event, Flag

from .firm import OpenDeal
from .naive import (
    COLD,
    Buyer,
    Contract,
    Cost,
    History,
    Part,
    Pause,
    Spell,
    Step,
    Try,
    Visit,
    Walk,
    visit_so_far,
)

HOW = {
    Event.ADVANCED: "advanced",
    Event.SENT_BACK: "sent back",
    Event.WON: "won",
    Event.LOST: "lost",
    Event.WENT_COLD: COLD,
    Event.PARKED: "parked",
    Event.DELIVERED: "delivered",
    Event.DONE: "done",
}
ENDS = {Event.WON, Event.DELIVERED, Event.DONE, Event.LOST, Event.WENT_COLD}


@dataclass
class Told:
    """What a ledger says of one lead."""

    created: int
    channel: int
    segment: int
    product: int
    began: int
    process: int = 0
    company: int = NOTHING
    good: bool | None = None  # of a delivery
    booked: list[tuple[str, int | None, int]] = field(default_factory=list)  # what, whose, since when
    round: int = 0
    became_lead: int | None = None
    outcome: str = "open"
    ended: int | None = None
    owner: int | None = None
    bookings: float = 0.0
    term: int = 0
    open_since: int | None = None
    returned: int = 0
    left_as: tuple[int, int] | None = None  # of a win-back: the stage and the reason with which it begins
    was_open: tuple[int | None, bool, bool] | None = None  # OD4: whose, whether it queued, or was held
    enters_at_first: bool = True  # for all that is known, if it was open (OD5)
    last: int = 0  # when the last row of the visit was written, but for those of nurture
    contacts: list[bool] = field(default_factory=list)  # J7: whether truly junk
    rejections: list[bool] = field(default_factory=list)
    reports: list[bool] = field(default_factory=list)  # W4: whether good
    visits: list[Visit] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)


@dataclass
class Ordered:
    """What a ledger says of who buys again."""

    about: tuple[int, ...]  # created, channel, segment, product and stage
    steps: list[Step] = field(default_factory=list)


@dataclass
class Subscribed:
    """What a ledger says of one contract, of which a customer's deal was the beginning, if there was one."""

    deal: Told | None
    company: int
    created: int
    channel: int
    segment: int
    steps: list[Step] = field(default_factory=list)


BY_THE_DAY = {Event.MEDIA, Event.PAY, Event.RUNNING, Event.TRAINED, Event.SKILL}
AT_THE_MEAN = (Event.EXPECTED, Event.EXPECTED_MARGIN)
NO_TERM = (*AT_THE_MEAN, Event.CANCELLED, Event.BILLED)
OF_CONTRACTS = (Event.MARGIN, Event.REVENUE, Event.EARNED, *NO_TERM)
WAITED = (
    Event.WAS_CUSTOMER,
    Event.REACTIVATED,
    Event.RENEWED,
    Event.CHURNED,
    Event.RUNS_ON,
    Event.MARGIN,
    Event.REVENUE,
    Event.BILLED,
)  # where it is told
ONCE_WON_BACK = (Event.EXPANDED, Event.CONTRACTED)  # of whom it is told then (WB5)
OF_REPS = (Event.PAY, Event.TRAINED, Event.SKILL, Event.JOINED)
OF_CHANGES = {Event.ONE_OFF: "one off", Event.RUNNING: "running"}
Cast = list[tuple[int, list[int]]]  # for each chapter, when it begins, and who its reps are


def someone(row: Record, cast: Cast, of_the_day: bool = False) -> int | None:
    """Return who the rep of a row is, None for nobody: rows have the numbers of their chapter (C2).

    What a day has cost is booked by the chapter that ends, also at the instant of a change (C3).
    """
    if row["rep"] == NOBODY:
        return None
    of_the_day = of_the_day or Event(int(row["event"])) in BY_THE_DAY
    begun = [
        reps for begins, reps in cast if begins < row["time"] or (begins == row["time"] and not of_the_day)
    ]
    return begun[-1][row["rep"]]


def read(
    rows: Records, cast: Cast, deals: dict[int, OpenDeal], lost: dict[int, OpenDeal]
) -> tuple[dict[int, Told], dict[int, Subscribed], dict[int, Ordered], list[Cost]]:
    """Rebuild every lead, every contract, who buys again and every cost from the rows alone.

    Only what had happened to `deals`, and to those that had been `lost`, before time 0 is not in them.
    """
    leads: dict[int, Told] = {}
    contracts: dict[int, Subscribed] = {}
    buyers: dict[int, Ordered] = {}
    costs: list[Cost] = []
    won: Told | None = None
    for row in without_those_who_were_lost(rows, lost):
        event, time, lead = Event(int(row["event"])), int(row["time"]), int(row["pursuit"])
        money = float(row["money"])
        if event is Event.INQUIRY:
            assert lead not in leads
            leads[lead] = Told(*what_it_is(row), time, company=int(row["worked"]))
            costs.append(Cost("inquiry", time, int(row["channel"]), money))
        elif lead == NOTHING:
            costs += of_the_firm(event, row, cast)
        elif event in (Event.SUBSCRIBED, Event.REACTIVATED, Event.WAS_CUSTOMER):
            assert lead not in contracts | leads
            contracts[lead] = signed(None if event is Event.WAS_CUSTOMER else won, row)
            read_contract(contracts[lead], event, row)
        elif event in (Event.BEGAN, Event.WAS_OPEN):
            assert lead not in contracts | leads
            leads[lead] = was_open(row, cast, deals[lead]) if lead in deals else began(row)
        elif lead in contracts:
            read_contract(contracts[lead], event, row)
            costs += of_a_bill(event, row)
        elif event is Event.ORDERED or lead in buyers:
            read_order(buyers.setdefault(lead, Ordered((*what_it_is(row), int(row["stage"])))), event, row)
        elif event in OF_CONTRACTS:
            assert won is not None, "what a contract leaves follows it"
            assert int(row["product"]) == won.product
            won.booked.append((name_of(event), someone(row, cast), int(row["worked"])))
            won.term = won.term if event in NO_TERM else int(row["waited"])
            costs.append(Cost(name_of(event), time, int(row["segment"]), money))
            costs += of_a_bill(event, row)
        elif event in (Event.COMMISSION, Event.EXPECTED_COMMISSION):
            assert won is not None, "a commission follows its contract"
            won.booked.append((name_of(event), whose(row, cast), int(row["worked"])))
            costs.append(Cost(name_of(event), time, whose(row, cast), money))
        else:
            assert lead in leads, "it has not begun"
            told = leads[lead]
            assert what_it_is(row) == (told.created, told.channel, told.segment, told.product)
            read_step(told, event, row, costs, cast)
            ends = event in ENDS and (told.process > 0 or event is Event.WON)
            won = told if ends else None if event is not Event.BECAME_LEAD else won
    return leads, contracts, buyers, costs


def began(row: Record) -> Told:
    """Begin with a pursuit that is born of another (X6)."""
    assert row["event"] == Event.BEGAN
    return Told(*what_it_is(row), int(row["time"]), int(row["process"]), int(row["worked"]))


def was_open(row: Record, cast: Cast, deal: OpenDeal) -> Told:
    """Begin with a deal that is open at time 0, in the middle of a visit (OD4)."""
    assert row["event"] == Event.WAS_OPEN
    stands = (int(row["time"]), int(row["stage"]), int(row["waited"]), int(row["process"]))
    assert stands == (0, deal.stage, -deal.entered, 0)
    told = Told(*what_it_is(row), int(row["worked"]), company=int(row["pursuit"]))
    told.was_open = someone(row, cast), bool(row["count"]), bool(row["flags"] & Flag.HELD)
    told.visits = [visit_so_far(deal)]
    since = deal.entered if deal.phase == "held" or deal.attempt == 0 else deal.since
    told.last = {"work": 0, "queue": since, "held": since}.get(deal.phase, deal.since)
    return told


def without_those_who_were_lost(rows: Records, lost: dict[int, OpenDeal]) -> Iterator[Record]:
    """Check, and leave out, the rows of companies whose deals were lost before time 0."""
    for row in rows:
        if int(row["pursuit"]) in lost:
            check_that_it_cooled_off(row, lost[int(row["pursuit"])])
        else:
            yield row


def check_that_it_cooled_off(row: Record, deal: OpenDeal) -> None:
    """Check the one row of a company whose deal was lost before time 0 (OD9)."""
    company = deal.company
    said = (int(row["event"]), int(row["waited"]), int(row["stage"]), int(row["rep"]), int(row["time"]))
    assert said == (Event.COOLED_OFF, row["time"] - deal.since, deal.stage, NOBODY, deal.until)
    about = (int(row["created"]), int(row["channel"]), int(row["segment"]))
    assert about == (deal.created, company.channel, company.segment)


def name_of(event: Event) -> str:
    """Return what the oracle calls an event."""
    return HOW.get(event, event.name.lower().replace("_", " "))


def of_a_bill(event: Event, row: Record) -> list[Cost]:
    """Return what a bill says besides the money: how many instalments, from when on, and the delay (CA7)."""
    if event is not Event.BILLED:
        return []
    told = {"instalments": "count", "first instalment": "worked", "delay of a bill": "waited"}
    return [Cost(what, int(row["time"]), int(row["segment"]), int(row[key])) for what, key in told.items()]


def what_it_is(row: Record) -> tuple[int, ...]:
    """Return what all rows of a pursuit say alike."""
    return tuple(int(row[name]) for name in ("created", "channel", "segment", "product"))


def signed(deal: Told | None, row: Record) -> Subscribed:
    """Begin with a contract, whose first row says who signs, if it is born of a deal."""
    company = int(row["pursuit"] if row["event"] == Event.WAS_CUSTOMER else row["worked"])
    assert (deal is None) == (row["event"] == Event.WAS_CUSTOMER), "a contract follows its deal"
    return Subscribed(deal, company, *what_it_is(row)[:3])


def read_order(told: Ordered, event: Event, row: Record) -> None:
    """Add a row to what is told of who buys again, which has no rep and no flag (RP1)."""
    assert (*what_it_is(row), int(row["stage"])) == told.about
    assert (int(row["rep"]), int(row["flags"]), int(row["process"])) == (NOBODY, 0, 0)
    waited = None if event is Event.EXPECTED_MARGIN else int(row["waited"])
    count = int(row["count"]) if event in (Event.ORDERED, Event.BILLED) else None
    told.steps.append(
        Step(
            name_of(event),
            int(row["time"]),
            float(row["money"]),
            waited,
            int(row["worked"]),
            int(row["product"]),
            count,
        )
    )


def read_contract(told: Subscribed, event: Event, row: Record) -> None:
    """Add a row to what is told of a contract, which has no rep, and its deal's or the first stage (CU1)."""
    assert what_it_is(row)[:3] == (told.created, told.channel, told.segment)
    stage = 0 if told.deal is None else told.deal.visits[-1].stage
    assert (int(row["stage"]), int(row["rep"]), int(row["flags"])) == (stage, NOBODY, 0)
    what = name_of(event)
    waited = int(row["waited"]) if event in WAITED else None
    if event in ONCE_WON_BACK and row["waited"]:
        waited = int(row["waited"])
    told.steps.append(
        Step(what, int(row["time"]), float(row["money"]), waited, int(row["worked"]), int(row["product"]))
    )


def of_the_firm(event: Event, row: Record, cast: Cast) -> list[Cost]:
    """Return what a row that is about no lead says of costs."""
    time, money = int(row["time"]), float(row["money"])
    assert row["product"] == NOTHING
    if event is Event.MEDIA:
        return [Cost("media", time, int(row["channel"]), money)]
    if event in OF_REPS:
        return [Cost(event.name.lower(), time, whose(row, cast), money)]
    if event is Event.ABSENT:
        spans = {"absent": int(row["waited"]), "taken": int(row["worked"])}
        return [Cost(what, time, whose(row, cast), span) for what, span in spans.items()]
    if event is Event.PROSPECTED:
        return [
            Cost("prospected", time, int(row["channel"]), int(row["worked"])),
            Cost("prospected by", time, whose(row, cast), money),
            Cost("prospected since", time, whose(row, cast), time - int(row["waited"])),
        ]
    return [Cost(OF_CHANGES[event], time, -1, money)] if event in OF_CHANGES else []


def whose(row: Record, cast: Cast, of_the_day: bool = False) -> int:
    """Return who the rep of a row is, which is about one."""
    who = someone(row, cast, of_the_day)
    assert who is not None
    return who


def read_step(told: Told, event: Event, row: Record, costs: list[Cost], cast: Cast) -> None:
    """Add one row of a lead to what is told of it, and check the span that it closes (V6, V14, V17, D3)."""
    time = int(row["time"])
    if event is Event.BECAME_LEAD:
        assert told.became_lead is None
        told.became_lead = time
        costs.append(Cost("lead", time, told.channel, float(row["money"])))
        return
    if event is Event.ENTERED:
        if told.was_open is not None and told.enters_at_first:
            told.visits = []  # OD5
        told.visits.append(Visit(int(row["pursuit"]), int(row["stage"]), told.round, time))
        told.last, told.enters_at_first = time, False
        return
    told.enters_at_first = False
    assert bool(row["flags"] & Flag.RETURNED) == (told.returned > 0 or event is Event.RETURNED)
    assert int(row["process"]) == told.process
    if told.process and event in (Event.RETURNED, Event.WITHDRAWN):
        read_rest(told, event, row, cast)
        return
    if event in OF_NURTURE or row["flags"] & Flag.NURTURED:
        read_nurture(told, event, row)
        return
    if event in (Event.REPORTED, Event.IN_CREW):
        read_aside(told, event, row, cast)
        return
    if event is Event.COOLED_OFF:
        assert told.ended is not None, "only those cool off who have ended"
        assert (int(row["waited"]), int(row["rep"])) == (time - told.ended, NOBODY)  # O5
        return
    read_visit(told, event, row, costs, cast)


def read_win_back(told: Told, event: Event, row: Record) -> None:
    """Note that a win-back begins (WB2), or is nurtured at the horizon (N5)."""
    time = int(row["time"])
    assert (int(row["waited"]), int(row["rep"]), int(row["flags"])) == (time - told.began, NOBODY, 0)
    if event is Event.PARKED:
        assert time == told.began
        told.left_as = int(row["stage"]), int(row["reason"])
        return
    assert told.left_as is not None
    assert (int(row["stage"]), int(row["worked"])) == (told.left_as[0], told.began)
    told.open_since = told.began


def read_visit(told: Told, event: Event, row: Record, costs: list[Cost], cast: Cast) -> None:
    """Add what happens in a visit, and check the span that the row closes."""
    if not told.visits:
        read_win_back(told, event, row)
        return
    time, visit = int(row["time"]), told.visits[-1]
    rests = told.process and visit.how == "parked"
    assert int(row["stage"]) == (told.visits[0].stage if rests else visit.stage)  # V22, X3
    last = check_span(told, visit, event, row)
    if event in (Event.HELD, Event.ADMITTED):
        read_hand_over(visit, event, row, costs)
    elif event in (Event.STARTED, Event.WORKED, Event.NOT_REACHED, Event.INTERRUPTED, Event.RESUMED):
        read_work(told, event, row, costs, cast)
    elif event is Event.REJECTED:
        worked_on = visit.pauses[-1].rep if visit.pauses else visit.rep
        assert (visit.effort, worked_on) == (int(row["worked"]), someone(row, cast))
        visit.rejected = True
        told.rejections.append(bool(row["flags"] & Flag.OUT_OF_PROFILE))
        costs.append(Cost("junk", time, told.channel, float(row["money"])))
    elif event is Event.IGNORED:
        visit.ignored = True
        assert someone(row, cast) is not None
    elif event is Event.OPEN:
        told.open_since = last
    elif event is not Event.QUEUED_AGAIN:
        read_leaving(told, event, row, cast)


def read_aside(told: Told, event: Event, row: Record, cast: Cast) -> None:
    """Add a report (W4), or what a member of a crew has worked: to the end, or that of a month (CR5, CR6)."""
    time, visit = int(row["time"]), told.visits[-1]
    assert int(row["stage"]) == visit.stage
    if event is Event.REPORTED:
        told.reports.append(bool(row["count"]))
        return
    who = whose(row, cast, of_the_day=visit.worked is None)
    visit.parts.append(Part(time, who, int(row["waited"]), int(row["worked"])))


def read_rest(told: Told, event: Event, row: Record, cast: Cast) -> None:
    """Note that an account visit comes again after a rest (X4), or is withdrawn (X8)."""
    time, visit = int(row["time"]), told.visits[-1]
    stage = told.visits[0].stage if visit.how == "parked" else visit.stage
    assert (int(row["waited"]), int(row["stage"])) == (time - told.last, stage)
    if event is Event.RETURNED:
        assert (visit.how, int(row["rep"])) == ("parked", NOBODY)
        told.returned += 1
        told.round += 1
        return
    assert int(row["worked"]) == told.began  # X9
    if visit.left is None:
        visit.left, visit.how = time, "withdrawn"
    told.outcome, told.ended, told.owner = "withdrawn", time, someone(row, cast)


def read_work(told: Told, event: Event, row: Record, costs: list[Cost], cast: Cast) -> None:
    """Add a piece of work to a visit, or an attempt in vain (Y3)."""
    time, visit = int(row["time"]), told.visits[-1]
    assert not row["flags"] & Flag.ATTEMPT or row["count"] == len(visit.tries) + 1
    if event is Event.STARTED:
        visit.started, visit.rep, visit.effort = time, someone(row, cast), None
        read_contact(told, visit, row)
        costs.append(Cost("visit", time, visit.stage, float(row["money"])))
    elif event in {Event.INTERRUPTED, Event.RESUMED}:
        read_pause(visit, event, row, cast)
    else:
        visit.effort = int(row["worked"]) + sum(pause.done for pause in visit.pauses)
        assert someone(row, cast) == (visit.pauses[-1].rep if visit.pauses else visit.rep)
        if event is Event.WORKED:
            visit.worked = time
            visit.people = 1 if row["flags"] & Flag.ATTEMPT else int(row["count"])
            return
        assert row["flags"] & Flag.ATTEMPT
        assert visit.started is not None
        visit.tries.append(Try(visit.started, visit.rep, visit.effort, time, visit.pauses))
        visit.pauses = []


def read_leaving(told: Told, event: Event, row: Record, cast: Cast) -> None:
    """Note how a visit ends."""
    visit, time = told.visits[-1], int(row["time"])
    assert visit.started is not None or int(row["reason"]) == GONE_COLD or visit.ignored
    assert visit.started is None or event is not Event.WENT_COLD
    visit.left, visit.how = time, HOW[event]
    told.round += event is Event.SENT_BACK
    if event in ENDS:
        told.outcome, told.ended, told.owner = HOW[event], time, someone(row, cast)
    if event in {Event.LOST, Event.WENT_COLD, Event.PARKED}:
        visit.reason = None if row["reason"] == NOTHING else int(row["reason"])
    assert event in {Event.WENT_COLD, Event.PARKED} or not visit.ignored
    if event is Event.WON:
        told.bookings = float(row["money"])
    if event is Event.DELIVERED:
        assert int(row["worked"]) == told.began
        told.good = bool(row["count"])


def read_contact(told: Told, visit: Visit, row: Record) -> None:
    """Note whether a rep meets a lead after hand-over, and whether it is truly junk (J7, J8)."""
    handed_over = bool(row["flags"] & Flag.AFTER_HAND_OVER)
    visit.handed_over |= handed_over
    if handed_over:
        told.contacts.append(bool(row["flags"] & Flag.OUT_OF_PROFILE))


def check_span(told: Told, visit: Visit, event: Event, row: Record) -> int:
    """Check the span that a row closes, and its flag; return when the span began."""
    last = told.last
    if event not in (Event.HELD, Event.ADMITTED, Event.REJECTED, Event.IGNORED):
        told.last = int(row["time"])
    assert int(row["waited"]) == (0 if event is Event.HELD else int(row["time"]) - last), (event, row)
    held = visit.held and visit.admitted is None and visit.left is None and event is not Event.ADMITTED
    assert (int(row["flags"]) & Flag.HELD != 0) == (held or event is Event.HELD), (event, row)
    return last


def read_hand_over(visit: Visit, event: Event, row: Record, costs: list[Cost]) -> None:
    """Add to a visit that it is held, or no longer (B4, B5)."""
    if event is Event.ADMITTED:
        visit.admitted = int(row["time"])
        return
    assert int(row["rep"]) == NOBODY
    visit.held = True
    costs.append(Cost("holding", int(row["time"]), visit.stage, float(row["money"])))


OF_NURTURE = (Event.TOUCHED, Event.RETURNED)


def read_nurture(told: Told, event: Event, row: Record) -> None:
    """Add a row of nurture to what is told of a lead, and check what it says (N4, N5, N6)."""
    time, visit = int(row["time"]), told.visits[-1] if told.visits else None
    left, stage, reason = (visit.left, visit.stage, visit.reason) if visit else (told.began, *told.left_as)
    assert row["rep"] == NOBODY
    if event is Event.TOUCHED:
        assert int(row["worked"]) == left
        assert int(row["stage"]) == stage
        spell = Spell(int(row["worked"]), int(row["waited"]), float(row["money"]), int(row["count"]), time)
        told.spells.append(spell)
        return
    assert told.spells[-1].ended == time
    if event is Event.RETURNED:
        assert left is not None
        assert int(row["waited"]) == time - left
        told.returned += 1
        told.round += 1
        return
    assert int(row["stage"]) == stage
    assert (int(row["waited"]), int(row["reason"])) == (0, reason)
    told.outcome, told.ended, told.owner = HOW[event], time, None


def read_pause(visit: Visit, event: Event, row: Record, cast: Cast) -> None:
    """Add the interruption of a visit, or the end of one, to what is told of it."""
    if event is Event.INTERRUPTED:
        visit.pauses.append(Pause(int(row["time"]), int(row["worked"])))
    else:
        visit.pauses[-1].resumed, visit.pauses[-1].rep = int(row["time"]), someone(row, cast)


def told_otherwise(oracle: History, chapters: Model | Chapters, seed: int, replication: int = 0) -> list[str]:
    """List what each engine tells otherwise than the oracle."""
    return [
        f"{engine}: {difference}"
        for engine in sorted(ENGINES)
        for difference in differences(oracle, history(engine, chapters, seed, replication))
    ]


def differences(oracle: History, rows: Records) -> list[str]:
    """State where a ledger and the oracle's history differ: by leads, by contracts, then by costs."""
    leads, contracts, buyers, costs = read(rows, oracle.cast, oracle.deals, oracle.lost_lately)
    found: list[str] = []
    for entity in sorted(
        {entity for entity, walk in oracle.leads.items() if walk.phase != "to begin"} | leads.keys()
    ):
        if entity not in leads or entity not in oracle.leads:
            found.append(f"lead {entity} only {'in the ledger' if entity in leads else 'for the oracle'}")
            continue
        found += differences_of_lead(oracle.leads[entity], leads[entity])
    for entity in sorted(oracle.contracts.keys() | contracts.keys()):
        found += differences_of_contract(entity, oracle.contracts.get(entity), contracts.get(entity))
    ordering = {entity: buyer for entity, buyer in oracle.buyers.items() if buyer.steps}
    for entity in sorted(ordering.keys() | buyers.keys()):
        found += differences_of_buyer(entity, ordering.get(entity), buyers.get(entity))
    found += differences_of_order(oracle, rows)
    for kind in (
        "media",
        "pay",
        "trained",
        "skill",
        "joined",
        "absent",
        "taken",
        "inquiry",
        "lead",
        "visit",
        "holding",
        "margin",
        "expected",
        "expected margin",
        "revenue",
        "earned",
        "cancelled",
        "billed",
        "instalments",
        "first instalment",
        "delay of a bill",
        "commission",
        "expected commission",
        "one off",
        "running",
        "prospected",
        "prospected by",
        "prospected since",
        "junk",
    ):
        found += differences_of_costs(kind, oracle.costs, costs)
    return found


def differences_of_order(oracle: History, rows: Records) -> list[str]:
    """Compare what was decided, row by row: (instant, what, lead)."""
    log = [(int(row["time"]), name_of(Event(int(row["event"]))), int(row["pursuit"])) for row in rows]
    for number, (ours, theirs) in enumerate(zip_longest(oracle.log, log)):
        if ours != theirs:
            return [f"row {number}: {ours} but {theirs} in the ledger"]
    return []


def differences_of_lead(walk: Walk, told: Told) -> list[str]:
    """Compare one lead."""
    pairs = {
        "arrival": (walk.created, told.created),
        "beginning": (walk.began, told.began),
        "process": (walk.process, told.process),
        "whether it is good": (walk.good, told.good),
        "company": (walk.inquiry.entity, told.company),
        "channel": (walk.inquiry.channel, told.channel),
        "segment": (walk.inquiry.segment, told.segment),
        "product": (NOTHING if walk.product is None else walk.product, told.product),
        "outcome": (walk.outcome, told.outcome),
        "end": (walk.ended, told.ended),
        "owner": (walk.owner, told.owner),
        "how it was open": (walk.was_open, told.was_open),
        "became lead": (None if walk.was_lead else walk.became_lead, told.became_lead),
        "bookings": (walk.bookings, told.bookings),
        "what is booked": (walk.booked, told.booked),
        "term": (walk.term, told.term),
        "nurture": (walk.spells, told.spells),
        "stage and reason of a win-back": (walk.left_as, told.left_as),
        "truth of first contacts": (walk.contacts, told.contacts),
        "truth of rejections": (walk.rejections, told.rejections),
        "what was reported": (walk.told, told.reports),
        "an OPEN row": (walk.outcome == "open", told.open_since is not None),
    }
    found = [
        f"lead {walk.entity}: {what} {ours} but {theirs} in the ledger"
        for what, (ours, theirs) in pairs.items()
        if ours != theirs
    ]
    for number in range(max(len(walk.visits), len(told.visits))):
        ours, theirs = (each[number] if number < len(each) else None for each in (walk.visits, told.visits))
        if ours != without_effort_in_hand(theirs, ours):
            found.append(f"visit {number}: {ours}\n      in the ledger: {theirs}")
    return found


def differences_of_contract(entity: int, ours: Contract | None, theirs: Subscribed | None) -> list[str]:
    """Compare one contract; money within the last bits of a float."""
    if ours is None or theirs is None:
        return [f"contract {entity} only {'in the ledger' if ours is None else 'for the oracle'}"]
    if (theirs.created, theirs.company) != (ours.created, ours.company.entity):
        return [f"contract {entity} of another deal in the ledger"]
    return [
        f"contract {entity}: {mine}\n      in the ledger: {yours}"
        for mine, yours in zip_longest(ours.steps, theirs.steps)
        if mine is None or yours is None or unlike(mine, yours)
    ]


def differences_of_buyer(entity: int, ours: Buyer | None, theirs: Ordered | None) -> list[str]:
    """Compare who buys again."""
    if ours is None or theirs is None:
        return [f"buyer {entity} only {'in the ledger' if ours is None else 'for the oracle'}"]
    deal = ours.deal
    about = (deal.created, deal.inquiry.channel, deal.inquiry.segment, ours.product, deal.stage)
    if theirs.about != about:
        return [f"buyer {entity} of another deal in the ledger: {theirs.about}, not {about}"]
    return [
        f"buyer {entity}: {mine}\n      in the ledger: {yours}"
        for mine, yours in zip_longest(ours.steps, theirs.steps)
        if mine is None or yours is None or unlike(mine, yours)
    ]


def unlike(mine: Step, yours: Step) -> bool:
    """Return whether two steps of a contract differ."""
    alike = math.isclose(mine.money, yours.money, rel_tol=1e-12, abs_tol=1e-9)
    return not alike or replace(mine, money=0.0) != replace(yours, money=0.0)


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

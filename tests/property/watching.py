"""The reference engine, watched: what a run over many scenarios has covered.

A watched engine counts what it decides, so that the run can say what it has covered. What is counted is named
in `COVERED`; whoever counts nothing of one of them has proved nothing about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from itertools import pairwise, product
from pkgutil import iter_modules
from unittest.mock import patch

import numpy as np
import simpy

from funnelsim.chance.keys import Entity
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import ENGINES, reference
from funnelsim.engines.reference.beginning import begin
from funnelsim.engines.reference.changing import change
from funnelsim.engines.reference.choices import (
    has_room_for_more,
    is_idle_at_work,
    members,
    next_grant,
)
from funnelsim.engines.reference.contracts import sign
from funnelsim.engines.reference.customers import contracts_in_force
from funnelsim.engines.reference.desks import grant
from funnelsim.engines.reference.engine import ReferenceEngine
from funnelsim.engines.reference.handover import admit, comes_to_a_gate
from funnelsim.engines.reference.kin import end, withdraw
from funnelsim.engines.reference.market import ask_market
from funnelsim.engines.reference.office import Happening, Office
from funnelsim.engines.reference.placing import decide_if_ignored, give_up_rep, place
from funnelsim.engines.reference.pursuits import enter, leave, queue_again, report
from funnelsim.engines.reference.queues import first_of, queue_of
from funnelsim.engines.reference.referrals import ask
from funnelsim.engines.reference.work import start_work
from funnelsim.model.model import (
    DEMAND_OF_ALL,
    DEMAND_OF_CHANNELS,
    ODDS_OF_ALL,
    Chapters,
    Model,
    other_numbers,
)
from funnelsim.model.words import (
    DAY,
    NEVER,
    NOBODY,
    NOTHING,
    Assignment,
    Due,
    Event,
    Flag,
    Kind,
    QueueOrder,
)
from funnelsim.model.worktime import is_open
from funnelsim.rules import (
    absence,
    assignment,
    contracts,
    crews,
    ending,
    handover,
    ignored,
    market,
    memory,
    people,
    referrals,
    reporting,
    visits,
)
from funnelsim.rules.nurture import NO_COHORT

from . import billing, qualifying

PULLS = (Assignment.SHARED_QUEUE, Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK)
PUSHES = tuple(policy for policy in Assignment if policy not in (*PULLS, Assignment.OWN))
MANY = 32  # reps in a team: beyond, an engine may look for them in another way
FOR_EVER = 10_000 * DAY
FULL = "resumption: stopped by a full ledger, "
UNTIL = "resumption: stopped at an instant, "
GROWN = "pool of leads doubled"
DURATIONS = {
    Due.WORK_ENDS: "effort",
    Due.CUSTOMER_ANSWERS: "customer's time",
    Due.GOES_COLD: "patience",
}


OF_CHANGES = (Event.ONE_OFF, Event.RUNNING)
ENDS_OF_VISITS = (Event.DONE, Event.LOST, Event.WENT_COLD, Event.PARKED)
SINCE = (Event.RENEWED, Event.EXPANDED, Event.CONTRACTED, Event.CHURNED, Event.RUNS_ON)  # say since when


def in_order(order: QueueOrder, policy: Assignment) -> str:
    """Name a choice among the leads of a rep's own queue."""
    return f"queue order: {order.name} under {policy.name}"


def chosen_among_many(policy: Assignment) -> str:
    """Name a choice among the reps of a large team."""
    return f"more than {MANY} reps: chosen by {policy.name}"


COVERED = (
    *(f"event: {event.name}" for event in Event if event not in OF_CHANGES),
    *(f"due: {due.name}" for due in Due),
    *(f"assignment: {policy.name}" for policy in Assignment),
    *(in_order(order, policy) for policy, order in product(Assignment, QueueOrder)),
    *(f"duration: {name} {extreme}" for name in DURATIONS.values() for extreme in ("of zero", "without end")),
    *(f"{how}{engine}" for how in (FULL, UNTIL) for engine in sorted(ENGINES)),
    GROWN,
    "world: another than the first",
    "world: the twin of one",
    "number that is uncertain",
    "tie of three or more in one wave",
    "gave up at the instant at which a rep was free",
    "gave up as the last of a rep's own queue",
    "spill-over past closing",
    "horizon within work",
    "team: closed for a week or longer",
    "team: never open",
    "rep: hours of its own",
    "rep: at work while its team is closed",
    "sent back: to an earlier stage",
    "sent back: to the same stage",
    "sent back: for the third time",
    "went on: past a stage",
    "went on: won before the last stage",
    "sticky return",
    "handed over to another rep",
    "placed anew when a rep left",
    "left: while idle",
    "left: in the middle of work",
    "left: with a lead at the customer",
    "worked by a rep in ramp-up",
    "turnover: a successor joins",
    "turnover: the third in a seat",
    "turnover: leads at customers pass to the successor",
    "absent: while working on a lead",
    "absent: with leads in the own queue",
    "absent: two spells united",
    "absent: as the rep leaves",
    "skill: grown by leads worked",
    "skill: grown by a win",
    "skill: raised by a training",
    "waited for a full team",
    "waited for a full team of one lead a rep",
    "had room again while idle",
    "prospecting: in reserved time",
    "prospecting: in idle time",
    "prospecting: over a closing time",
    "prospecting: what is left of the day",
    "prospecting: two finish at once",
    "prospecting: finds several at once",
    "prospecting: finished by a leaver",
    "interrupted: by a hot lead of the same rep's own queue",
    "interrupted: by a hot lead of the team's queue",
    "interrupted: for the second time in a visit",
    "interrupted: at the instant at which it started",
    "interrupted: resumed by another rep",
    "interrupted: still so at the horizon",
    *(chosen_among_many(policy) for policy in PUSHES),
    f"more than {MANY} reps: granted to one of the idle",
    f"more than {MANY} reps: granted to the idle longest",
    f"more than {MANY} reps: granted from an own queue",
    "cherries beyond the shortlist",
    "ignored: by a rep with other leads open",
    "ignored: placed anew",
    "ignored: for certain",
    "hand-over: went cold while held",
    "hand-over: withdrawn while held",
    "hand-over: not to the first who came",
    "hand-over: of one who was sent back, where others are held",
    "hand-over: counted no longer, in a stage of another team",
    "stage that differs by segment",
    "stage worked by another team than for other segments",
    "stage without a team where other segments have one",
    "ways out that differ by segment",
    "effects that differ by segment",
    "customer's time counted in hours of customers",
    "customer's time counted in hours of customers, over a night",
    "channel: several spans of the day",
    "channel: of a kind of one's own",
    "knew the segment, with others to choose from",
    "luckier for its weight",
    "channel: no inquiry ever",
    "channel: no volume",
    "channel: busy days of its own",
    "channel: busy on the same days as others",
    "channel: an uncertain share",
    "channel: a day without spending, where it costs money",
    "channel: a supplier paid for a lead",
    "won at the price of a promotion",
    "won: closed by another rep than its owner",
    "won: with nobody who closed",
    "commission: for the opener too",
    "commission: above the first tier",
    "commission: across the beginning of a tier",
    "commission: after a quota period in which something was booked",
    "attempt: reaches the buyer, the first",
    "attempt: reaches the buyer, after others",
    "attempt: fails",
    "attempt: fails, and is the last",
    "attempt: begins with another rep than the one before",
    "attempt: is due when its owner has left",
    "attempt: is awaited at the horizon",
    "nurture: of one who went cold",
    "nurture: of one who said no",
    "nurture: ends without a return",
    "nurture: for the second time, after a return",
    "nurture: not again, after enough returns",
    "nurture: goes on at the horizon, between touches",
    "won after nurture",
    "contract: of a typed term",
    "contract: from month to month",
    "contract: of customers who differ in loyalty",
    "contract: at the price of a promotion",
    "contract: two that end a term at once",
    "contract: for whole years",
    "contract: after nurture",
    "won: a one-off product",
    "won: a one-off product, earned over days",
    "won: a recurring product, before the period",
    "won: at a discount",
    "product: not yet launched, as a company asks",
    "product: launched later, and sold",
    "contract: moves up",
    "contract: moves up, from a typed term",
    "contract: of the first customers, in another term",
    "contract: of the first customers, at a grown price",
    "visit: after the last one",
    "visit: asked for regularly",
    "visit: of a second program",
    "visit: in a second stage",
    "visit: missed, and comes again",
    "visit: withdrawn out of a queue",
    "visit: withdrawn from a rest",
    "visit: over after its customer has left",
    "visit: of the first customers",
    "customer: leaves after a visit that was made",
    "customer: leaves after a visit that was not made",
    "delivery: in time",
    "delivery: late",
    "delivery: good",
    "delivery: not good",
    "delivery: after a defect",
    "delivery: of a second kind",
    "delivery: begun before the period",
    "delivery: recognised then",
    "delivery: recognised then, of a subscription",
    "delivery: cancelled",
    "delivery: cancelled, and taken back",
    "delivery: cancelled, and a contract with it",
    "customer: leaves after a good delivery",
    "customer: leaves after a delivery that was not good",
    "order: the first of a customer",
    "order: after others",
    "order: at a discount",
    "order: earned over days",
    "order: to be delivered, and earned then",
    "win-back: in vain",
    "win-back: of the first customers",
    "win-back: for the second time",
    "win-back: of one who pays more or less later",
    "win-back: is delivered to before it begins",
    "win-back: lost once more",
    "referral: asks",
    "referral: refused",
    "referral: by one who was referred itself",
    "referral: by a customer who is not satisfied",
    "referral: by one who has left",
    "crew: of two",
    "crew: of three",
    "crew: waits, as somebody is idle",
    "crew: over the end of a month",
    "crew: pauses",
    "crew: with one who has left",
    "market: an inquiry refused",
    "market: nobody left",
    "market: cools off for ever",
    "market: free at once, in the warm-up",
    "shock: of a channel's demand",
    "shock: of all channels' demand",
    "shock: of the odds",
    "shock: a random walk",
    "shock: in another calendar month than the first",
    "shock: in a calendar month before the first",
    *billing.COVERED,
    *(name for name in qualifying.COVERED if not name.startswith("change: ")),
)


QUEUES, WORKS, AT_CUSTOMER = Due.GOES_COLD, Due.WORK_ENDS, Due.CUSTOMER_ANSWERS
FATE = ("hours", "days", "luck", "way")
CHANGED = (  # what the changes on a day must meet
    *(f"event: {event.name}" for event in OF_CHANGES),
    *(
        f"change: {what}"
        for what in (
            "in a history that has just begun",
            "a lead is ignored on",
            "a lead is held on",
            "a lead is held on, at another gate",
            "a lead is held no longer, as its gate is gone",
            "a lead counts at a gate that comes",
            "a lead counts no longer at a gate that goes",
            "a lead queues on",
            "a lead queues on, ranked anew",
            "a lead queues, with another fate",
            "a lead queues on whose work was interrupted",
            "a lead moves to another team",
            "a lead of the team's queue is placed anew",
            "work in hand goes on",
            "work in hand ends at another instant",
            "a crew works on",
            "a customer thinks on",
            "a contract runs on",
            "a contract runs on, whose next term is longer or shorter",
            "work in hand, of a customer who then has other hours",
            "a rest goes on",
            "an order is awaited",
            "a referral is awaited",
            "a referral comes at another instant",
            "the next attempt is awaited",
            "a birth is awaited",
            "a rep comes",
            "a rep comes, in front of others",
            "a rep leaves at once",
            "a rep is to come still",
            "a rep who has left finishes work",
            "a block of prospecting goes on",
            "an hour of prospecting finds more or less",
            "another team prospects",
            "it is a rep's turn, at another position",
            "an inquiry comes at another instant",
            "an inquiry comes that would never have come",
            "a channel opens",
            "a team comes",
            "a stage opens",
        )
    ),
    *(name for name in qualifying.COVERED if name.startswith("change: ")),
)


def varieties(model: Model, rows: Records) -> Counter[str]:
    """Count what a history and its model say by themselves."""
    seen = Counter(f"event: {Event(int(event)).name}" for event in rows["event"])
    seen.update(of_channels(model, rows) | of_teams(model) | of_shocks(model))
    seen.update(of_interruptions(rows))
    seen.update(of_prospecting(model, rows))
    with_rep = (rows["event"] == Event.WORKED) & (rows["rep"] != NOBODY)
    seen["spill-over past closing"] += int((with_rep & (rows["waited"] > rows["worked"])).sum())
    seen["horizon within work"] += at_work_at_the_end(rows)
    seen.update(of_nurture(model, rows))
    seen.update(of_attempts(rows))
    seen.update(of_products(model, rows))
    seen.update(of_launches(model, rows))
    seen.update(of_visits(model, rows))
    seen.update(of_deliveries(model, rows))
    seen.update(of_orders(model, rows))
    seen.update(of_win_backs(model, rows))
    seen.update(of_crews(model, rows))
    seen.update(billing.seen(model, rows))
    return seen


def of_crews(model: Model, rows: Records) -> dict[str, int]:
    """Count the jobs of several people, and what happens to them."""
    ended = rows[(rows["event"] == Event.WORKED) & (rows["count"] > 1) & (rows["flags"] & Flag.ATTEMPT == 0)]
    parts, gone = (rows[rows["event"] == event] for event in (Event.IN_CREW, Event.ON_STAFF))
    last = set(zip(ended["pursuit"].tolist(), ended["time"].tolist(), strict=True))
    left = set(zip(gone["rep"].tolist(), gone["time"].tolist(), strict=True))
    return {
        "crew: of two": int((ended["count"] == 2).sum()),
        "crew: of three": int((ended["count"] == 3).sum()),
        "crew: over the end of a month": sum(
            (int(row["pursuit"]), int(row["time"])) not in last for row in parts
        ),
        "crew: pauses": int((ended["waited"] > ended["worked"]).sum()),
        "crew: with one who has left": sum(
            (int(row["rep"]), int(row["time"])) in left and row["time"] < model.horizon for row in parts
        ),
    }


def of_win_backs(model: Model, rows: Records) -> dict[str, int]:
    """Count what becomes of customers who leave and are cared for."""
    own = rows[(rows["created"] == NO_COHORT) & (rows["process"] == 0)]
    lost, back = own[own["event"] == Event.LOST], own[own["event"] == Event.REACTIVATED]
    _, times = np.unique(back["worked"], return_counts=True)
    changed = np.isin(own["event"], (Event.EXPANDED, Event.CONTRACTED))
    return {
        "win-back: in vain": int((lost["flags"] & Flag.NURTURED != 0).sum()),
        "win-back: lost once more": int((lost["flags"] & Flag.RETURNED != 0).sum()),
        "win-back: of the first customers": int((back["channel"] == NOTHING).sum()),
        "win-back: for the second time": int((times > 1).sum()),
        "win-back: of one who pays more or less later": int(changed.sum()),
        "win-back: is delivered to before it begins": int(
            (model.products["at_delivery"][back["product"]] == 1).sum() if len(back) else 0
        ),
    }


def of_orders(model: Model, rows: Records) -> dict[str, int]:
    """Count repeat purchases by what they are about."""
    orders = rows[rows["event"] == Event.ORDERED]
    products = model.products[orders["product"]]
    return {
        "order: the first of a customer": int((orders["count"] == 1).sum()),
        "order: after others": int((orders["count"] > 1).sum()),
        "order: at a discount": int((products["price_cut"] > 0).sum()),
        "order: earned over days": int((products["earned_over"] > 0).sum()),
        "order: to be delivered, and earned then": int((products["at_delivery"] == 1).sum()),
    }


def of_launches(model: Model, rows: Records) -> dict[str, int]:
    """Count what the pyramid of products brings, and what becomes of the first customers."""
    sold, first = rows[rows["product"] != NOTHING], rows[rows["event"] == Event.WAS_CUSTOMER]
    asked, won = (sold[sold["event"] == event] for event in (Event.INQUIRY, Event.WON))
    by_contract: dict[int, list[Record]] = {}
    for row in rows[(rows["event"] == Event.REVENUE) | np.isin(rows["event"], SINCE)]:
        by_contract.setdefault(int(row["pursuit"]), []).append(row)
    moved = [
        (before, after)
        for own in by_contract.values()
        for before, after in pairwise(own)
        if before["product"] != after["product"]
    ]
    later = [row for row in rows[np.isin(rows["pursuit"], first["pursuit"])] if row["event"] == Event.REVENUE]
    grown = model.products[first["product"]]["growth"] != 0
    launched = model.products["launched"]
    return {
        "won: at a discount": int((model.products[won["product"]]["price_cut"] > 0).sum()),
        "product: not yet launched, as a company asks": sum(
            bool((launched > row["time"]).any()) for row in asked
        ),
        "product: launched later, and sold": int((launched[won["product"]] > 0).sum()),
        "contract: moves up": len(moved),
        "contract: moves up, from a typed term": sum(
            int(model.products[before["product"]]["typed_term"]) for before, _ in moved
        ),
        "contract: of the first customers, in another term": len(later),
        "contract: of the first customers, at a grown price": int(
            (grown & (first["time"] - first["worked"] > 366 * DAY)).sum()
        ),
    }


def of_deliveries(model: Model, rows: Records) -> dict[str, int]:
    """Count deliveries by how they begin and end."""
    if not len(model.products):
        return {}
    processes, products = model.processes[rows["process"]], model.products[rows["product"]]
    own = processes["kind"] == Kind.DELIVERING
    ended, called_off, begun = (
        own & (rows["event"] == event) for event in (Event.DELIVERED, Event.CANCELLED, Event.BEGAN)
    )
    late = ended & (rows["time"] - rows["worked"] > processes["promised"])
    back = np.isin(rows["pursuit"], rows["pursuit"][own & (rows["event"] == Event.SENT_BACK)])
    signed = rows[rows["event"] == Event.SUBSCRIBED]
    at_delivery = products["at_delivery"] == 1
    company_of = dict(zip(rows["pursuit"][begun].tolist(), rows["worked"][begun].tolist(), strict=True))
    contract_of = dict(zip(signed["worked"].tolist(), signed["pursuit"].tolist(), strict=True))
    gone = {(int(row["pursuit"]), int(row["time"])) for row in rows[rows["event"] == Event.CHURNED]}
    contracts = [
        (contract_of.get(company_of[int(row["pursuit"])]), int(row["time"])) for row in rows[called_off]
    ]
    left = {contract for contract, _ in gone}
    good = {company_of[int(row["pursuit"])]: int(row["count"]) for row in rows[ended]}
    of_leavers = Counter(count for company, count in good.items() if contract_of.get(company) in left)
    return {
        "delivery: in time": int((ended & ~late).sum()),
        "delivery: late": int(late.sum()),
        "delivery: good": int((ended & (rows["count"] == 1)).sum()),
        "delivery: not good": int((ended & (rows["count"] == 0)).sum()),
        "delivery: after a defect": int((ended & back).sum()),
        "delivery: of a second kind": int((begun & (rows["process"] > 1)).sum()),
        "delivery: begun before the period": int((begun & (rows["time"] < model.stocks_from)).sum()),
        "delivery: recognised then": int((ended & at_delivery).sum()),
        "delivery: recognised then, of a subscription": int(
            (ended & at_delivery & (products["months"] > 0)).sum()
        ),
        "delivery: cancelled": int((called_off & ~at_delivery).sum()),
        "delivery: cancelled, and taken back": int((called_off & at_delivery).sum()),
        "delivery: cancelled, and a contract with it": sum(each in gone for each in contracts),
        "customer: leaves after a good delivery": of_leavers[1],
        "customer: leaves after a delivery that was not good": of_leavers[0],
    }


def of_visits(model: Model, rows: Records) -> dict[str, int]:
    """Count account visits by how they begin and end."""
    programs = np.flatnonzero(model.processes["kind"] == Kind.VISITING)
    visits = rows[np.isin(rows["process"], programs)]
    begun, ended = (visits[np.isin(visits["event"], events)] for events in ((Event.BEGAN,), ENDS_OF_VISITS))
    parked, withdrawn = (visits[visits["event"] == event] for event in (Event.PARKED, Event.WITHDRAWN))
    gone = {int(row["pursuit"]): int(row["time"]) for row in rows[rows["event"] == Event.CHURNED]}
    contract_of = {int(row["worked"]): int(row["pursuit"]) for row in rows[rows["event"] == Event.SUBSCRIBED]}
    company_of = {int(row["pursuit"]): int(row["worked"]) for row in begun}
    left, kept = [], Counter[bool]()
    for row in ended:
        company = company_of[int(row["pursuit"])]
        churned = gone.get(contract_of.get(company, company), NEVER)
        left.append(row["event"] != Event.PARKED and row["time"] > churned)
        if row["time"] < churned < NEVER:
            kept[row["event"] == Event.DONE or row["reason"] == NOTHING] += 1
    first_stage = model.processes["first_stage"][visits["process"]]
    entered = (visits["event"] == Event.ENTERED) & (visits["stage"] > first_stage)
    out_of_queue = withdrawn["flags"] & Flag.LEFT_QUEUE != 0
    last = dict(zip(parked["pursuit"].tolist(), parked["time"].tolist(), strict=True))
    from_rest = [last.get(int(row["pursuit"])) == row["time"] - row["waited"] for row in withdrawn]
    return {
        "visit: after the last one": int((parked["reason"] == NOTHING).sum()),
        "visit: asked for regularly": int((visits["event"] == Event.DONE).sum()),
        "visit: of a second program": int(np.isin(begun["process"], programs[1:]).sum()),
        "visit: in a second stage": int(entered.sum()),
        "visit: missed, and comes again": int((parked["reason"] != NOTHING).sum()),
        "visit: withdrawn out of a queue": int(out_of_queue.sum()),
        "visit: withdrawn from a rest": int(sum(from_rest)),
        "visit: over after its customer has left": int(sum(left)),
        "visit: of the first customers": int((begun["channel"] == NOTHING).sum()),
        "customer: leaves after a visit that was made": kept[True],
        "customer: leaves after a visit that was not made": kept[False],
    }


def of_products(model: Model, rows: Records) -> dict[str, int]:
    """Count the deals about products, and the contracts that come of them."""
    products, by_product = model.products, rows[rows["product"] != NOTHING]
    won, signed = (by_product[by_product["event"] == event] for event in (Event.WON, Event.SUBSCRIBED))
    once = products[won["product"]]["months"] == 0
    over_days = products[won["product"]]["earned_over"] > 0
    sold = products[signed["product"]]
    channels = model.channels[signed["channel"]]
    cheaper = (channels["cut_from"] <= signed["created"]) & (signed["created"] < channels["cut_until"])
    back = won["flags"] & Flag.RETURNED != 0
    of_contracts = rows[np.isin(rows["pursuit"], signed["pursuit"])]
    ends = of_contracts[np.isin(of_contracts["event"], (Event.REVENUE, Event.CHURNED))]
    since = of_contracts[np.isin(of_contracts["event"], SINCE)]
    _, at_once = np.unique(ends["time"], return_counts=True)
    return {
        "contract: of a typed term": int((sold["typed_term"] == 1).sum()),
        "contract: from month to month": int((sold["typed_term"] == 0).sum()),
        "contract: of customers who differ in loyalty": int((sold["loyalty"] != NOTHING).sum()),
        "contract: at the price of a promotion": int(cheaper.sum()),
        "contract: two that end a term at once": int((at_once > 1).sum()),
        "contract: for whole years": int((since["time"] - since["worked"] > 365 * DAY).sum()),
        "contract: after nurture": int((back & ~once & (won["time"] >= model.stocks_from)).sum()),
        "won: a one-off product": int(once.sum()),
        "won: a one-off product, earned over days": int((once & over_days).sum()),
        "won: a recurring product, before the period": int((~once & (won["time"] < model.stocks_from)).sum()),
    }


def over_changes(chapters: Chapters, rows: Records) -> dict[str, int]:
    """Count the contracts that are in force as another chapter begins."""
    signed = rows[rows["event"] == Event.SUBSCRIBED]
    over = rows[np.isin(rows["event"], (Event.CHURNED, Event.RUNS_ON))]
    end = dict(zip(over["pursuit"].tolist(), over["time"].tolist(), strict=True))
    seen: Counter[str] = Counter()
    for before, after in pairwise(chapters):
        for row in signed[signed["time"] < after.begins]:
            if end[int(row["pursuit"])] >= after.begins:
                terms = [each.model.products[row["product"]]["term"] for each in (before, after)]
                seen["change: a contract runs on"] += 1
                seen["change: a contract runs on, whose next term is longer or shorter"] += int(
                    terms[0] != terms[1]
                )
    return seen


def of_attempts(rows: Records) -> dict[str, int]:
    """Count how attempts to reach the buyer end."""
    failed = rows["event"] == Event.NOT_REACHED
    reached = (rows["event"] == Event.WORKED) & (rows["flags"] & Flag.ATTEMPT != 0)
    by = {(int(row["pursuit"]), int(row["time"])): int(row["rep"]) for row in rows[failed]}
    resting = {
        (int(row["pursuit"]), int(row["time"] - row["waited"])) for row in rows[rows["event"] == Event.OPEN]
    }
    return {
        "attempt: reaches the buyer, the first": int((reached & (rows["count"] == 1)).sum()),
        "attempt: reaches the buyer, after others": int((reached & (rows["count"] > 1)).sum()),
        "attempt: fails": int(failed.sum()),
        "attempt: fails, and is the last": int((failed & (rows["reason"] != NOTHING)).sum()),
        "attempt: is awaited at the horizon": len(resting & by.keys()),
    }


def of_nurture(model: Model, rows: Records) -> dict[str, int]:
    """Count how nurture begins and ends."""
    events, flags = rows["event"], rows["flags"]
    spans = np.flatnonzero(events == Event.TOUCHED)
    parked = events == Event.PARKED
    back = flags & Flag.RETURNED != 0
    lost = np.isin(events, (Event.LOST, Event.WENT_COLD))
    later = flags & Flag.NURTURED != 0
    taken = lost & (model.reasons["most_touches"][np.maximum(rows["reason"], 0)] > 0)
    ended = events[np.minimum(spans + 1, len(rows) - 1)]
    between = (rows["count"][spans] > 0) & (ended == Event.OPEN)
    return {
        "nurture: of one who went cold": int((parked & (rows["reason"] == 0)).sum()),
        "nurture: of one who said no": int((parked & (rows["reason"] > 0)).sum()),
        "nurture: ends without a return": int((lost & later).sum()),
        "nurture: for the second time, after a return": int((back[spans]).sum()),
        "nurture: not again, after enough returns": int((taken & back & ~later).sum()),
        "nurture: goes on at the horizon, between touches": int(between.sum()),
        "won after nurture": int((back & (events == Event.WON)).sum()),
    }


def of_channels(model: Model, rows: Records) -> dict[str, int]:
    """Count what channels have besides a plain stream of inquiries, or have not."""
    channels, won = model.channels, rows[rows["event"] == Event.WON]
    theirs, paid = channels[won["channel"]], rows[rows["event"] == Event.BECAME_LEAD]["money"] > 0
    cheaper = (theirs["cut_from"] <= won["created"]) & (won["created"] < theirs["cut_until"])
    costly = channels["cost_per_month"] > 0
    inquiries = rows["channel"][rows["event"] == Event.INQUIRY]
    volumes = model.expected.reshape(len(channels), -1)[:, -1]
    return {
        "channel: no inquiry ever": int((np.bincount(inquiries, minlength=len(channels)) == 0).sum()),
        "channel: no volume": int((volumes == 0).sum()),
        "channel: busy days of its own": int((channels["busy"] != NOTHING).sum()),
        "channel: busy on the same days as others": int((channels["busy_all"] != NOTHING).sum()),
        "channel: several spans of the day": int((channels["spans"] > 1).sum()),
        "channel: an uncertain share": int((channels["mean_share"] > 0).sum()),
        "channel: a day without spending, where it costs money": int((model.spend[costly] == 0).sum()),
        "channel: a supplier paid for a lead": int(paid.sum()),
        "won at the price of a promotion": int(cheaper.sum()),
    }


def of_shocks(model: Model) -> dict[str, int]:
    """Count the shocks that move something."""
    moving = model.shocks["deviation"] > 0
    months, first = model.calendar_months, model.calendar_months[model.months[0] // DAY]
    return {
        "shock: of a channel's demand": int(moving[DEMAND_OF_CHANNELS:].sum()),
        "shock: of all channels' demand": int(moving[DEMAND_OF_ALL]),
        "shock: of the odds": int(moving[ODDS_OF_ALL]),
        "shock: a random walk": int((moving & (model.shocks["persistence"] == 1)).sum()),
        "shock: in another calendar month than the first": int(moving.any() * (len(set(months)) > 1)),
        "shock: in a calendar month before the first": int(moving.any() * (months[0] < first)),
    }


def went_on(before: Model, model: Model, known: Record, pursuit: Record) -> list[str]:
    """Tell what has become of a pursuit in a change."""
    return [*where_it_counts(known, pursuit), *where_it_is(before, model, known, pursuit)]


def where_it_counts(known: Record, pursuit: Record) -> list[str]:
    """Tell what a change does to where a pursuit counts."""
    return [
        *["a lead counts at a gate that comes"] * int(pursuit["gate"] > 0 == known["gate"]),
        *["a lead counts no longer at a gate that goes"] * int(pursuit["gate"] == 0 < known["gate"]),
    ]


def of_one_held(before: Model, model: Model, pursuit: Record) -> list[str]:
    """Tell what a change does to a pursuit that is held."""
    was, gate = (int(visits.stage_for(each, pursuit)["gate"]) for each in (before, model))
    if gate == 0:
        return ["a lead is held no longer, as its gate is gone"]
    another = was == 0 or handover.same_gate(model, before.gates[was - 1]) != gate
    return ["a lead is held on", *["a lead is held on, at another gate"] * int(another)]


def where_it_is(before: Model, model: Model, known: Record, pursuit: Record) -> list[str]:
    """Tell what a change does to a pursuit where it is."""
    phase = Due(int(pursuit["phase"]))
    if phase is Due.TERM_ENDS:
        return []  # see over_changes
    if phase is QUEUES and handover.is_held(pursuit):
        return of_one_held(before, model, pursuit)
    if phase is QUEUES and ignored.is_ignored(known) and ignored.is_ignored(pursuit):
        return ["a lead is ignored on"]
    if phase is QUEUES:
        number, team = (visits.team_for(each, pursuit) for each in (before, model))
        found = ["a lead queues on"]
        if number != team:
            found = ["a lead moves to another team"]
        elif assignment.is_moved(before, model, known):
            found = ["a lead of the team's queue is placed anew"]
        elif known["rank"] != pursuit["rank"]:
            found += ["a lead queues on, ranked anew"]
        if not all(np.array_equal(known[name], pursuit[name], equal_nan=True) for name in FATE):
            found += ["a lead queues, with another fate"]
        return found + ["a lead queues on whose work was interrupted"] * int(pursuit["interrupted"])
    if phase is WORKS:
        ends = known["due"] != pursuit["due"]
        hours = [hours_of_customer(each, pursuit) for each in (before, model)]
        return [
            "work in hand goes on",
            *["work in hand ends at another instant"] * int(ends),
            *["work in hand, of a customer who then has other hours"] * int(hours[0] != hours[1]),
        ]
    others = {
        AT_CUSTOMER: "a customer thinks on",
        Due.RETURNS: "a rest goes on",
        Due.TRIES_AGAIN: "the next attempt is awaited",
        Due.BEGINS: "a birth is awaited",
        Due.ORDERS: "an order is awaited",
        Due.REFERS: "a referral is awaited",
    }
    moved = phase is Due.REFERS and known["due"] != pursuit["due"]
    return [others[phase], *["a referral comes at another instant"] * int(moved)]


def hours_of_customer(model: Model, pursuit: Record) -> tuple[float, list[int]]:
    """Return when a customer counts time: the share of the day, and when its hours open."""
    stage = visits.stage_for(model, pursuit)
    first = int(stage["first_customer_hours"])
    opens = model.hours["opens"][first : first + int(stage["customer_hours"])]
    return float(stage["customer_share"]), opens.tolist()


def is_born(entity: int) -> bool:
    """Return whether a pursuit or a company was born of another."""
    return int(entity) >> 56 == Entity.DESCENDANT


def of_teams(model: Model) -> dict[str, int]:
    """Count the teams whose doors stay closed for long."""
    longest = []
    for calendar in model.calendars:
        hours = model.hours[calendar["first_hours"] : calendar["first_hours"] + calendar["hours"]]
        opens = np.append(np.minimum(hours["opens"], model.horizon), model.horizon)
        longest.append((opens - np.append(0, hours["closes"])).max())
    return {
        "team: never open": sum(closed >= model.horizon for closed in longest),
        "team: closed for a week or longer": sum(7 * DAY <= closed < model.horizon for closed in longest),
        "rep: hours of its own": len(model.calendars) - len(model.teams),
    }


def at_work_at_the_end(rows: Records) -> int:
    """Count the open leads that a rep is working on."""
    open_since = {
        (int(row["pursuit"]), int(row["time"] - row["waited"])) for row in rows[rows["event"] == Event.OPEN]
    }
    of_reps = rows[rows["rep"] != NOBODY]
    started, worked = (
        {(int(row["pursuit"]), int(row["time"])) for row in of_reps[of_reps["event"] == event]}
        for event in (Event.STARTED, Event.WORKED)
    )
    return len(open_since & started - worked)


def of_prospecting(model: Model, rows: Records) -> Counter[str]:
    """Count what happens as reps prospect."""
    made = rows[rows["event"] == Event.PROSPECTED]
    teams = model.teams[model.reps["team"][made["rep"]]]
    reserved = teams["reserved"] > 0
    gone = rows[rows["event"] == Event.ON_STAFF]
    left = set(zip(gone["time"].tolist(), gone["rep"].tolist(), strict=True))
    found = rows[(rows["event"] == Event.INQUIRY) & (model.channels["prospected"][rows["channel"]] == 1)]
    _, at_once = np.unique(found["time"], return_counts=True)
    _, together = np.unique(made["time"], return_counts=True)
    return Counter(
        {
            "prospecting: in reserved time": int(reserved.sum()),
            "prospecting: in idle time": int((~reserved).sum()),
            "prospecting: over a closing time": int((made["waited"] > made["worked"]).sum()),
            "prospecting: what is left of the day": int(
                (reserved & (made["worked"] != teams["block"])).sum()
            ),
            "prospecting: two finish at once": int((together > 1).sum()),
            "prospecting: finds several at once": int((at_once > 1).sum()),
            "prospecting: finished by a leaver": sum(
                (int(row["time"]), int(row["rep"])) in left and row["time"] < model.horizon for row in made
            ),
        }
    )


def of_interruptions(rows: Records) -> Counter[str]:
    """Count what happens to work that is interrupted."""
    seen: Counter[str] = Counter()
    last: dict[int, Record] = {}  # of each pursuit
    times: Counter[int] = Counter()  # that each was interrupted in its visit
    for row in rows[rows["pursuit"] != NOTHING]:
        event, pursuit = row["event"], int(row["pursuit"])
        if event == Event.ENTERED:
            times[pursuit] = 0
        if event == Event.INTERRUPTED:
            times[pursuit] += 1
            seen["interrupted: for the second time in a visit"] += times[pursuit] == 2
            seen["interrupted: at the instant at which it started"] += row["waited"] == 0
        if event == Event.RESUMED:
            seen["interrupted: resumed by another rep"] += last[pursuit]["rep"] != row["rep"]
        if event == Event.OPEN:
            seen["interrupted: still so at the horizon"] += last[pursuit]["event"] == Event.INTERRUPTED
        last[pursuit] = row
    return seen


MODULES = [import_module(f"{reference.__name__}.{each.name}") for each in iter_modules(reference.__path__)]
WATCHED = (
    *(change, leave, comes_to_a_gate, admit, withdraw, ask_market, report, end, sign, start_work, enter),
    *(decide_if_ignored, queue_again, place, give_up_rep, next_grant, ask),
)


class WatchedEngine(ReferenceEngine):
    """The reference engine with an office that is watched."""

    def __init__(self, seen: Counter[str]) -> None:
        self.seen = seen

    def start(self, model: Model, world: Record) -> Office:
        office = WatchedOffice(model, world, self.seen)
        begin(office)
        return office


class Noted(Happening):
    """Something due that knows what it is."""

    def __init__(self, office: Office, time: int, kind: Due, entity: int) -> None:
        super().__init__(office, time, kind, entity)
        self.time, self.kind, self.entity = int(time), kind, entity


@contextmanager
def noted() -> Iterator[None]:
    """Let everything that is due know what it is, and the office see what is done in it."""
    watched = [(each, getattr(WatchedOffice, each.__name__)) for each in WATCHED]
    with ExitStack() as patches:
        for original, ours in [(Happening, Noted), *watched]:
            for module in MODULES:
                if vars(module).get(original.__name__) is original:
                    patches.enter_context(patch.object(module, original.__name__, ours))
        yield


class WatchedOffice(Office):
    """Counts what falls due, and the choices in which a policy or an order made a difference.

    A method with the name of one of the functions in `WATCHED` is called in its place, and calls it.
    """

    def __init__(self, model: Model, world: Record, seen: Counter[str]) -> None:
        self.seen = seen
        self.latest, self.tied = (-1, 0), 0
        super().__init__(model, world, grant)

    def decide(self, happening: simpy.Event) -> None:
        super().decide(happening)
        assert isinstance(happening, Noted)
        self.seen[f"due: {happening.kind.name}"] += 1
        moment = (self.now, happening.wave)
        self.tied = self.tied + 1 if moment == self.latest else 1
        self.latest = moment
        self.seen["tie of three or more in one wave"] += self.tied == 3
        if happening.kind is Due.GOES_COLD:
            self.seen["gave up at the instant at which a rep was free"] += self.could_be_granted(happening)
            self.seen["gave up as the last of a rep's own queue"] += self.was_last(happening)
        elif happening.kind is Due.REP_JOINS:
            rep = self.reps[happening.entity]
            self.seen["turnover: a successor joins"] += rep["left"] != NEVER
            self.seen["turnover: the third in a seat"] += rep["left"] != NEVER and rep["generation"] > 0
            self.seen["turnover: leads at customers pass to the successor"] += int(rep["open"])
        elif happening.kind is Due.ABSENCE:
            self.is_absent(happening.entity)
        elif happening.kind is Due.REP_LEAVES:
            rep = self.reps[happening.entity]
            self.seen["absent: as the rep leaves"] += int(rep["absent"])
            self.seen["left: in the middle of work"] += int(rep["busy"])
            self.seen["left: while idle"] += rep["busy"] == 0
            at_the_customer = rep["open"] - rep["busy"] - len(self.own_queues[happening.entity])
            self.seen["left: with a lead at the customer"] += int(at_the_customer)

    def due(self, time: int, kind: Due, pursuit: Record) -> Happening:
        stage = visits.stage_for(self.model, pursuit)
        span = int(pursuit["effort"]) if kind is Due.WORK_ENDS else time - self.now
        needless = kind is Due.WORK_ENDS and stage["team"] == NOBODY
        endless = kind is Due.GOES_COLD and stage["patience"] == NOTHING
        if kind is Due.CUSTOMER_ANSWERS and stage["customer_share"] > 0.0:
            self.seen["customer's time counted in hours of customers"] += 1
            nights = self.now < time < NEVER and time // DAY > self.now // DAY
            self.seen["customer's time counted in hours of customers, over a night"] += nights
        if kind in DURATIONS and not needless and not endless:
            self.seen[f"duration: {DURATIONS[kind]} of zero"] += span == 0
            self.seen[f"duration: {DURATIONS[kind]} without end"] += span >= FOR_EVER
        return super().due(time, kind, pursuit)

    def change(self, model: Model) -> None:
        before, turns = self.model, self.teams["turn"].copy()
        known = {entity: pursuit.copy() for entity, pursuit in self.open_pursuits.items()}
        inquiries = self.next_inquiries()
        change(self, model)
        seen: Counter[str] = Counter()
        seen["in a history that has just begun"] = self.now == 0
        for entity, pursuit in self.open_pursuits.items():
            seen.update(went_on(before, model, known[entity], pursuit))
        seen.update(self.who_came_and_went(before))
        seen.update(qualifying.of_a_change(before, model, list(self.open_pursuits.values())))
        seen["a crew works on"] = int((self.reps["crew"] > 0).any())
        seen["it is a rep's turn, at another position"] = int(
            (self.teams["turn"][: len(turns)] != turns).sum()
        )
        for number, time in enumerate(inquiries):
            found = self.next_inquiries()[number]
            seen["an inquiry comes at another instant"] += max(found, time) < NEVER and found != time
            seen["an inquiry comes that would never have come"] += found < time == NEVER
        for what, count in (
            ("channels", "a channel opens"),
            ("teams", "a team comes"),
            ("stages", "a stage opens"),
        ):
            seen[count] += len(getattr(model, what)) - len(getattr(before, what))
        self.seen.update({f"change: {what}": int(often) for what, often in seen.items()})

    def next_inquiries(self) -> list[int]:
        """List when the next inquiry of each channel comes."""
        found = [self.of_the_firm[Due.INQUIRY, number] for number in range(len(self.channels))]
        return [min(each.time, NEVER) for each in found if isinstance(each, Noted)]

    def who_came_and_went(self, before: Model) -> Counter[str]:
        """Count the reps who come and go with a chapter that has just begun."""
        seen: Counter[str] = Counter()
        was, _ = other_numbers(before, self.model)
        for number, (rep, state) in enumerate(zip(self.model.reps, self.reps, strict=True)):
            seen["a rep comes"] += was[number] == NOBODY
            behind = was[number + 1 :] != NOBODY
            mates = self.model.reps["team"][number + 1 :] == rep["team"]
            seen["a rep comes, in front of others"] += was[number] == NOBODY and bool((behind & mates).any())
            seen["a rep leaves at once"] += state["on_staff"] == 1 and rep["leaves"] <= self.now
            waits = was[number] != NOBODY and bool(people.is_yet_to_join(state))
            seen["a rep is to come still"] += waits
            seen["a rep who has left finishes work"] += state["on_staff"] == 0 and state["busy"] == 1
            seen["a block of prospecting goes on"] += state["block"] > 0
        for was_so, channel in zip(before.channels, self.model.channels, strict=False):
            seen["an hour of prospecting finds more or less"] += was_so["per_hour"] != channel["per_hour"]
        for was_so, team in zip(before.teams, self.model.teams, strict=False):
            seen["another team prospects"] += was_so["prospects"] < team["prospects"]
        return seen

    def leave(self, lead: Record, due: Due) -> int:
        stage, target = int(lead["stage"]), int(lead["target"])
        event, _ = ending.leaving(self.model, lead, due)
        self.seen["hand-over: went cold while held"] += bool(handover.is_held(lead))
        rest = leave(self, lead, due)
        if event == Event.WENT_COLD:
            return rest
        if event == Event.SENT_BACK and rest == ending.AT_ONCE and lead["stage"] >= 0:
            gate = self.gate_of(lead)
            self.seen["hand-over: of one who was sent back, where others are held"] += bool(
                gate and self.held[gate]
            )
        if 0 <= target <= stage:
            self.seen["sent back: to an earlier stage"] += target < stage
            self.seen["sent back: to the same stage"] += target == stage
            self.seen["sent back: for the third time"] += int(lead["round"]) == 3
        early = event == Event.WON and stage + 1 < len(self.model.stages)
        self.seen["went on: won before the last stage"] += early
        self.seen["went on: past a stage"] += target > stage + 1
        return rest

    def comes_to_a_gate(self, pursuit: Record) -> bool:
        counted, gate = int(pursuit["gate"]), self.gate_of(pursuit)
        held = comes_to_a_gate(self, pursuit)
        gone = counted > 0 == pursuit["gate"] and gate == 0
        self.seen["hand-over: counted no longer, in a stage of another team"] += gone
        return held

    def admit(self, pursuit: Record) -> None:
        came = [(int(one["since"]), int(one["entity"])) for one in queue_of(self, pursuit)]
        ahead = min(came) < (pursuit["since"], pursuit["entity"])
        self.seen["hand-over: not to the first who came"] += bool(ahead)
        admit(self, pursuit)

    def withdraw(self, pursuit: Record, wait: simpy.Event, due: simpy.Event) -> None:
        self.seen["hand-over: withdrawn while held"] += bool(handover.is_held(pursuit))
        withdraw(self, pursuit, wait, due)

    def ask(self, referrer: Record, number: int, begin: Callable[[Record], None]) -> None:
        before = len(self.open_pursuits)
        content = referrals.satisfaction(self.model, referrer) == 1.0
        gone = referrals.needs_a_contract(self.model, referrer) and not contracts_in_force(self, referrer)
        ask(self, referrer, number, begin)
        asks = len(self.open_pursuits) > before
        self.seen["referral: asks"] += asks
        self.seen["referral: refused"] += not (asks or gone)
        self.seen["referral: by one who was referred itself"] += asks and is_born(referrer["company"])
        self.seen["referral: by a customer who is not satisfied"] += not content
        self.seen["referral: by one who has left"] += gone

    def ask_market(self, segment: int, company: int) -> tuple[int, float] | None:
        place = ask_market(self, segment, company)
        if place is None:
            self.seen["market: an inquiry refused"] += 1
            self.seen["market: nobody left"] += self.nobody_left(segment)
        return place

    def report(self, pursuit: Record, event: int) -> None:
        told = reporting.report_of(self.model, self.world, pursuit, event)
        fate = reporting.fate_of(self.model, pursuit, event)
        counted = bool(memory.is_counted(self.model, self.now))
        self.seen.update(qualifying.of_a_report(told, fate, counted))
        report(self, pursuit, event)

    def nobody_left(self, segment: int) -> bool:
        """Return whether all companies of a segment's market are taken."""
        return market.share_available(self.model, segment, self.taken[segment]) == 0.0

    def end(self, pursuit: Record) -> None:
        in_market = pursuit["market"] != market.OUTSIDE
        end(self, pursuit)
        if in_market:
            rest = market.cools_for(self.model, pursuit, self.now)
            self.seen["market: cools off for ever"] += rest == NEVER
            before = self.now < self.model.stocks_from
            self.seen["market: free at once, in the warm-up"] += before and rest == 0

    def sign(self, lead: Record, value: float) -> None:
        closer, now = int(lead["closer"]), self.now
        self.seen["won: closed by another rep than its owner"] += NOBODY != closer != lead["rep"]
        self.seen["won: with nobody who closed"] += closer == NOBODY
        if closer != NOBODY:
            _, of_opener = contracts.commission(self.model, self.reps, lead, now, value)
            self.seen["commission: for the opener too"] += of_opener > 0
            self.seen.update(self.tiers_of(closer, value))
        sign(self, lead, value)

    def tiers_of(self, closer: int, value: float) -> dict[str, int]:
        """Tell in which tiers a contract is paid for."""
        team, state = self.model.teams[self.model.reps[closer]["team"]], self.reps[closer]
        if team["tiers"] == 0:
            return {}
        month = int(self.model.calendar_months[self.now // DAY])
        before = contracts.booked(state, month, int(team["quota_months"]))
        tiers = self.model.tiers[team["first_tier"] : team["first_tier"] + team["tiers"]]
        first, last = (
            int(np.searchsorted(tiers["begins"], cents, side="right"))
            for cents in (before, before + contracts.cents(value) - 1)
        )
        return {
            "commission: above the first tier": int(first > 1),
            "commission: across the beginning of a tier": int(last > first),
            "commission: after a quota period in which something was booked": int(
                before == 0 < state["booked_year"]
            ),
        }

    def start_work(self, pursuit: Record, rep: int) -> Happening:
        met = int(pursuit["met"])
        found = start_work(self, pursuit, rep)
        of_rep = None if rep == NOBODY else self.reps[rep]
        self.seen.update(qualifying.of_work(self.model, self.world, pursuit, met, of_rep))
        return found

    def enter(self, pursuit: Record) -> None:
        was_theorist = pursuit["theorist"] == 1
        if pursuit["began"] == self.now and reporting.learns(self.model, pursuit):
            self.seen.update(qualifying.of_an_inquiry(self.model, self.world, pursuit))
        enter(self, pursuit)
        if was_theorist and pursuit["theorist"] == 0:
            self.seen[
                "ripened: at once" if self.now == pursuit["began"] else "ripened: at a later stage"
            ] += 1
        usual, own = self.model.stages[pursuit["stage"]], visits.stage_for(self.model, pursuit)
        variants = self.model.variants[usual["first_variant"] :][: usual["variants"]]
        if own["team"] == NOBODY:
            alone = bool((variants["team"] != NOBODY).any())
            self.seen["stage without a team where other segments have one"] += alone
        else:
            others = bool(((variants["team"] != own["team"]) & (variants["team"] != NOBODY)).any())
            self.seen["stage worked by another team than for other segments"] += others
        ways = usual["first_next"], usual["first_else"]
        self.seen["ways out that differ by segment"] += ways != (own["first_next"], own["first_else"])
        effects = [(each["theorist_odds"], each["first_point"], each["points"]) for each in (usual, own)]
        by_heat = (self.model.heat_odds, self.model.heat_skill)
        unlike = any((table[usual["heat"]] != table[own["heat"]]).any() for table in by_heat)
        self.seen["effects that differ by segment"] += unlike or effects[0] != effects[1]

    def decide_if_ignored(self, pursuit: Record, rep: int) -> None:
        decide_if_ignored(self, pursuit, rep)
        if ignored.is_ignored(pursuit):
            self.seen["ignored: by a rep with other leads open"] += int(self.reps[rep]["open"] > 0)
            self.seen["ignored: placed anew"] += int(self.now > pursuit["since"])
            row = self.model.ignored[visits.stage_for(self.model, pursuit)["ignored"] - 1]
            self.seen["ignored: for certain"] += int(np.isinf(row["odds"]))

    def queue_again(self, pursuit: Record) -> simpy.Event:
        owner = int(pursuit["rep"])
        self.seen["attempt: is due when its owner has left"] += self.reps[owner]["on_staff"] == 0
        wait = queue_again(self, pursuit)
        self.seen["attempt: begins with another rep than the one before"] += pursuit["rep"] not in (
            owner,
            NOBODY,
        )
        return wait

    def place(self, lead: Record) -> None:
        number = self.team_of(lead)
        team, before = self.model.teams[number], int(lead["rep"])
        with_room = [rep for rep in members(self, number) if assignment.has_room(team, self.reps[rep])]
        place(self, lead)
        after = int(lead["rep"])
        if after != NOBODY and after == before:
            self.seen["sticky return"] += 1
        elif after != NOBODY and len(with_room) > 1:
            self.was_chosen(after, lead, team, with_room)
        self.seen["stage that differs by segment"] += self.model.stages[lead["stage"]]["variants"] > 0
        self.seen["handed over to another rep"] += NOBODY not in (before, after) and after != before
        self.seen["placed anew when a rep left"] += before != NOBODY and self.reps[before]["on_staff"] == 0
        full = after == NOBODY and not with_room
        self.seen["waited for a full team"] += full
        self.seen["waited for a full team of one lead a rep"] += full and team["max_open"] == 1

    def was_chosen(self, rep: int, lead: Record, team: Record, with_room: list[int]) -> None:
        """Note that a policy chose a rep among several with room."""
        policy = Assignment(int(team["assignment"]))
        self.seen[f"assignment: {policy.name}"] += 1
        self.seen[chosen_among_many(policy)] += len(with_room) > MANY and policy in PUSHES
        if policy is Assignment.SEGMENT_MATCH and self.knows(rep, lead):
            unlike = any(not self.knows(other, lead) for other in with_room)
            self.seen["knew the segment, with others to choose from"] += unlike
        elif policy is Assignment.WEIGHTED and self.model.reps[rep]["weight"] > 1.0:
            unlike = any(
                self.model.reps[other]["weight"] != self.model.reps[rep]["weight"] for other in with_room
            )
            self.seen["luckier for its weight"] += unlike

    def give_up_rep(self, lead: Record) -> None:
        if lead["rep"] != NOBODY:
            rep, team = self.reps[lead["rep"]], self.model.reps[lead["rep"]]["team"]
            full = rep["on_staff"] == 1 and rep["open"] == self.model.teams[team]["max_open"]
            self.seen["had room again while idle"] += full and rep["busy"] == 0
        give_up_rep(self, lead)

    def next_grant(self, number: int) -> tuple[Record | None, int]:
        lead, rep = next_grant(self, number)
        if lead is None:
            self.seen["crew: waits, as somebody is idle"] += self.waits_for_others(number)
            return lead, rep
        team = self.model.teams[number]
        if self.reps[rep]["busy"] == 1:
            whose = "the team's" if lead["rep"] == NOBODY else "the same rep's own"
            self.seen[f"interrupted: by a hot lead of {whose} queue"] += 1
            return lead, rep
        self.seen["rep: at work while its team is closed"] += not self.is_open(int(team["first_calendar"]))
        if lead["rep"] == NOBODY:
            self.was_granted(lead, rep, number)
        elif len(self.own_queues[rep]) > 1:
            order, policy = QueueOrder(int(team["queue_order"])), Assignment(int(team["assignment"]))
            self.seen[in_order(order, policy)] += 1
        own = lead["rep"] == rep and team["reps"] > MANY
        self.seen[f"more than {MANY} reps: granted from an own queue"] += own
        started = people.strength(self.model.reps[rep], self.reps[rep], self.now, 0.5) < 1.0
        self.seen["worked by a rep in ramp-up"] += started
        if self.model.reps[rep]["grows"]:
            self.is_grown(rep)
        return lead, rep

    def waits_for_others(self, number: int) -> bool:
        """Return whether the first of a team's queue waits for more people than one who is idle."""
        queue = self.team_queues[number]
        idle = any(
            is_idle_at_work(self, rep) and has_room_for_more(self, rep) for rep in members(self, number)
        )
        return bool(queue and idle and crews.people_for(self.model, first_of(queue)) > 1)

    def is_absent(self, rep: int) -> None:
        """Note what an absence comes upon, as it begins or is over."""
        state = self.reps[rep]
        self.seen["absent: while working on a lead"] += int(state["busy"])
        self.seen["absent: with leads in the own queue"] += len(self.own_queues[rep])
        first = absence.spell_from(
            self.model, self.world, self.model.reps[rep], int(state["away_from"]) // DAY
        )
        self.seen["absent: two spells united"] += state["away_until"] > first

    def is_grown(self, rep: int) -> None:
        """Note what has made the skill of a rep who starts to work."""
        state, team = self.reps[rep], self.model.teams[self.model.reps[rep]["team"]]
        self.seen["skill: grown by leads worked"] += state["worked"] > 0 and team["learns_most"] > 0
        self.seen["skill: grown by a win"] += state["won"] * team["win_counts"] > 0
        first = int(team["first_training"])
        held = self.model.trainings["begins"][first : first + team["trainings"]]
        self.seen["skill: raised by a training"] += ((held < self.now) & (held >= state["joined"])).any()

    def was_granted(self, lead: Record, rep: int, number: int) -> None:
        """Note that a lead of the team's queue was granted to a rep."""
        policy, queue, idle = (
            Assignment(int(self.model.teams[number]["assignment"])),
            self.team_queues[number],
            self.idle(number),
        )
        if policy in PULLS:
            oldest = min(queue, key=lambda one: (one["since"], one["entity"]))
            mattered = len(idle) > 1 if policy is Assignment.SHARED_QUEUE else lead is not oldest
            self.seen[f"assignment: {policy.name}"] += mattered
        beyond = policy is Assignment.CHERRY_PICK and len(queue) > assignment.SHORTLIST
        self.seen["cherries beyond the shortlist"] += beyond
        self.seen[f"more than {MANY} reps: granted to one of the idle"] += len(idle) > MANY
        passed_over = len(idle) > MANY and rep != idle[0]
        self.seen[f"more than {MANY} reps: granted to the idle longest"] += passed_over

    def knows(self, rep: int, lead: Record) -> bool:
        """Return whether a rep lists a lead's segment."""
        return bool(assignment.knows(self.model, self.model.reps[rep], lead["segment"]))

    def could_be_granted(self, goes_cold: Happening) -> bool:
        """Return whether a grant before this decision would have gone to this lead."""
        assert goes_cold.pursuit is not None
        team = visits.team_for(self.model, goes_cold.pursuit)
        lead, _ = next_grant(self, team)
        return lead is goes_cold.pursuit

    def was_last(self, goes_cold: Happening) -> bool:
        """Return whether a lead that gives up leaves its rep's own queue empty."""
        assert goes_cold.pursuit is not None
        rep = int(goes_cold.pursuit["rep"])
        return rep != NOBODY and len(self.own_queues[rep]) == 1

    def is_open(self, number: int) -> bool:
        """Return whether those of a calendar are at work."""
        calendar = self.model.calendars[number]
        return is_open(self.model.hours, calendar["first_hours"], calendar["hours"], self.now)

    def idle(self, number: int) -> list[int]:
        """List the reps who could be granted a lead of the team's queue."""
        team = self.model.teams[number]
        return [
            rep
            for rep in members(self, number)
            if assignment.has_room(team, self.reps[rep]) and self.reps[rep]["busy"] == 0
        ]

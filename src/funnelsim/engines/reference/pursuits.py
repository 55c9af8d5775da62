"""The story of a pursuit: it enters a stage, is placed and worked, the customer answers, and it leaves.

The table of ends (`rules.ending`) decides what follows; its verbs are `enter`, and those of `rests.py` and
`kin.py`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from funnelsim.compiling.arrays import Record
from funnelsim.engines.bills import bill_what_is_delivered
from funnelsim.engines.ledger import credit, flag, give_reason, note_count, note_report
from funnelsim.engines.reference.contracts import sign
from funnelsim.engines.reference.customers import (
    begin_first,
    contracts_in_force,
    end_contract,
    is_last_visit,
    remember,
    run_on,
    subscribe,
)
from funnelsim.engines.reference.deliveries import cancel, earn_at_delivery
from funnelsim.engines.reference.handover import comes_to_a_gate, hold, pass_gate
from funnelsim.engines.reference.kin import end, spawn, withdraw_kin
from funnelsim.engines.reference.office import WITHDRAWN, Happening, Office, Story
from funnelsim.engines.reference.orders import new_buyer, order
from funnelsim.engines.reference.placing import give_up_rep, line_up, place
from funnelsim.engines.reference.queues import leave_queue
from funnelsim.engines.reference.referrals import new_referrer, refer
from funnelsim.engines.reference.rests import (
    begin_nurture,
    come_back,
    comes_back_from_nurture,
    new_win_back,
    rest,
)
from funnelsim.engines.reference.welcome import become_lead
from funnelsim.engines.reference.work import end_work, work_once
from funnelsim.model.words import (
    ENDED,
    NEVER,
    NOBODY,
    NOTHING,
    REJECTED,
    UNDECIDED,
    Due,
    Event,
    Flag,
    Kind,
)
from funnelsim.rules import (
    assignment,
    attempts,
    billing,
    contracts,
    customers,
    deliveries,
    ending,
    ignored,
    junk,
    memory,
    nurture,
    orders,
    qualifying,
    referrals,
    reporting,
    visits,
)


def pursue(office: Office, pursuit: Record) -> Story:
    """Walk one pursuit through the stages: queue, work, customer's time, and what follows (V1, V3)."""
    while True:
        enter(office, pursuit)
        rep: Any = NOBODY
        if comes_to_a_gate(office, pursuit):
            rep = yield hold(office, pursuit)
        if rep == NOBODY and office.team_of(pursuit) != NOBODY:
            rep = yield join_queue(office, pursuit)
        if not (yield from live_on(office, pursuit, rep)):
            return


def live_on(office: Office, pursuit: Record, rep: Any) -> Generator[simpy.Event, Any, bool]:
    """Go on from the end of a wait in a stage, by a rep or by patience; return whether it enters another."""
    if rep == WITHDRAWN:
        return False
    left_by = Due.GOES_COLD
    if rep is not None:
        if not (yield from work(office, pursuit, rep)):
            return False
        left_by = Due.CUSTOMER_ANSWERS
    return (yield from what_follows(office, pursuit, leave(office, pursuit, left_by)))


def begin_and_pursue(office: Office, pursuit: Record, delay: int) -> Story:
    """Begin a pursuit that was born of another, when its delay is over."""
    begins = office.due(office.now + delay, Due.BEGINS, pursuit)
    if (yield office.wait_for(pursuit, begins)) == WITHDRAWN:
        return
    pursuit["began"] = office.now
    office.write(pursuit, Event.BEGAN, worked=pursuit["company"])
    give_birth(office, pursuit, Event.BEGAN)
    yield from pursue(office, pursuit)


def give_birth(office: Office, parent: Record, event: int) -> None:
    """Let pursuits be born of an event of another (X5, AV4)."""
    end = ending.end_of(office.model, parent, event)
    for number in range(end["first_spawn"], end["first_spawn"] + end["spawns"]):
        office.env.process(begin_and_pursue(office, *spawn(office, parent, number)))


def begin_inquiry(office: Office, inquiry: Record) -> None:
    """Let a company that has been referred begin its pursuit."""
    office.env.process(pursue(office, inquiry))


def visit(office: Office, contract: Record) -> None:
    """Let the account visits of a contract be born (AV1)."""
    for process in office.model.processes:
        if process["kind"] == Kind.VISITING:
            office.env.process(begin_and_pursue(office, *spawn(office, contract, int(process["birth"]))))


def was_customer(office: Office, contract: Record) -> Story:
    """Let somebody be a customer as the period begins (CU11)."""
    yield office.due(office.model.stocks_from, Due.BEGINS, contract)
    begin_first(office, contract)
    office.env.process(be_customer(office, contract))
    visit(office, contract)
    begin_to_refer(office, contract)


def be_customer(office: Office, contract: Record) -> Story:
    """Be a customer until the contract ends (CU3)."""
    yield from run_on(office, contract)
    leave_for_now(office, contract)


def leave_for_now(office: Office, contract: Record) -> None:
    """End a contract; its company may be won back (CU4, WB1)."""
    end_contract(office, contract)
    if nurture.wins_back(office.model, contract):
        office.env.process(come_again(office, new_win_back(office, contract)))


def come_again(office: Office, pursuit: Record) -> Story:
    """Be cared for after leaving, and perhaps come back to the sale (WB2, WB3)."""
    office.write(pursuit, Event.BEGAN, worked=pursuit["company"])
    delay = begin_nurture(office, pursuit, Event.LOST, int(office.model.firm[0]["churned"]))
    if (yield from what_follows(office, pursuit, delay)):
        yield from pursue(office, pursuit)


def begin_to_refer(office: Office, parent: Record) -> None:
    """Let a customer refer others from now on, if it does not yet (RF1)."""
    referrer = new_referrer(office, parent)
    if referrer is not None:
        office.env.process(refer(office, referrer, lambda inquiry: begin_inquiry(office, inquiry)))


def work(office: Office, pursuit: Record, rep: Any) -> Generator[simpy.Event, Any, bool]:
    """Work on a pursuit, in several attempts if its buyer is not reached, until the customer answers.

    Return whether it is still there: it may be withdrawn while it waits.
    """
    while True:
        if not (yield from work_once(office, pursuit, rep)):
            return False
        awaited = end_work(office, pursuit, NOBODY if rep == NOBODY else pursuit["rep"])
        if not attempts.is_missed(pursuit):
            yield awaited
            return True
        rep = yield from next_attempt(office, pursuit, awaited)
        if rep == WITHDRAWN:
            return False


def next_attempt(office: Office, pursuit: Record, awaited: Happening) -> Generator[simpy.Event, Any, Any]:
    """Wait until the next attempt is due, and queue for it; return the rep, or WITHDRAWN (Y4)."""
    if (yield office.wait_for(pursuit, awaited)) == WITHDRAWN:
        return WITHDRAWN
    return (yield queue_again(office, pursuit))


def what_follows(office: Office, pursuit: Record, delay: int) -> Generator[simpy.Event, Any, bool]:
    """Let a pursuit that leaves a stage be nurtured, rest or go on at once; return whether it goes on."""
    if pursuit["touches"] > 0:
        if (yield rest(office, pursuit, delay)) == WITHDRAWN:
            return False
        if comes_back_from_nurture(office, pursuit):
            return True
        event, reason = int(pursuit["parked"]), int(pursuit["reason"])
        delay = depart(office, pursuit, event, reason, Flag.NURTURED)
    if pursuit["stage"] == ENDED:
        return False
    if delay != ending.AT_ONCE:
        if (yield rest(office, pursuit, delay)) == WITHDRAWN:
            return False
        come_back(office, pursuit)
    return True


def enter(office: Office, pursuit: Record) -> None:
    """Begin a visit."""
    pursuit["since"] = office.now
    pursuit["attempt"] = 0
    if pursuit["theorist"]:
        pursuit["theorist"] = qualifying.still_theorist(office.model, office.world, pursuit, office.now)
    read_fate(office, pursuit)
    office.write(pursuit, Event.ENTERED)


def read_fate(office: Office, pursuit: Record) -> None:
    """Note what chance has in store for a visit (V23)."""
    fate = visits.fate(office.model, office.world, pursuit)
    pursuit["hours"], pursuit["days"], pursuit["luck"], pursuit["way"] = fate


def join_queue(office: Office, pursuit: Record) -> simpy.Event:
    """Queue for a rep; the event returned succeeds with the rep, or with None when patience ends (V2)."""
    place(office, pursuit)
    patience = visits.patience(office.model, office.world, pursuit)
    goes_cold = office.due(office.now + patience, Due.GOES_COLD, pursuit)
    goes_cold.then(lambda _: leave_queue(office, pursuit))
    return office.wait_for(pursuit, goes_cold)


def queue_again(office: Office, pursuit: Record) -> simpy.Event:
    """Queue for the next attempt to reach the buyer, with the old time queued, without patience (Y4)."""
    office.write(pursuit, Event.QUEUED_AGAIN, waited=office.now - pursuit["since"])
    pursuit["queued"], pursuit["since"] = office.now, pursuit["entered"]
    read_fate(office, pursuit)
    if assignment.works_for(office.model, office.reps, office.team_of(pursuit), pursuit["rep"]):
        line_up(office, pursuit)
    else:
        place(office, pursuit)
    return office.wait_for(pursuit, office.due(NEVER, Due.GOES_COLD, pursuit))


def leave(office: Office, pursuit: Record, due: Due) -> int:
    """Leave the stage, or be nurtured in it (N2); return the rest before what comes next."""
    if pursuit["advances"] == UNDECIDED and due == Due.CUSTOMER_ANSWERS:
        decision = visits.decided_late(office.model, office.world, office.odds_by_day, pursuit, office.now)
        pursuit["advances"], pursuit["target"], pursuit["reason"] = decision
    event, reason = ending.leaving(office.model, pursuit, due)
    if event == Event.LOST and pursuit["target"] == REJECTED:
        reject(office, pursuit)
    if event == Event.WENT_COLD and ignored.is_ignored(pursuit):
        office.write(pursuit, Event.IGNORED, waited=office.now - pursuit["since"])
    if reporting.learns(office.model, pursuit):
        report(office, pursuit, event)
    if nurture.takes(office.model, pursuit, reason):
        return begin_nurture(office, pursuit, event, reason)
    return depart(office, pursuit, event, reason)


def goes_on(office: Office, pursuit: Record, event: int) -> tuple[int, int]:
    """Find where a pursuit goes after an event, and after which rest (X2, AV6)."""
    target, delay, _ = ending.after(office.model, office.world, pursuit, event)
    if ending.kind_of(office.model, pursuit) == Kind.VISITING and is_last_visit(office, pursuit, event):
        return ENDED, ending.AT_ONCE
    return target, delay


def depart(office: Office, pursuit: Record, event: int, reason: int, flags: int = 0) -> int:
    """Let an event befall a pursuit, and carry out the table of ends; return the rest before it goes on.

    A pursuit that ends no longer has a stage.
    """
    target, delay = goes_on(office, pursuit, event)
    value = contracts.bookings(office.model, office.world, pursuit) if event == Event.WON else 0.0
    told_as, began = ending.told_as(event, delay), pursuit["began"] if target == ENDED else 0
    office.write(pursuit, told_as, waited=office.now - pursuit["since"], worked=began, money=value)
    if event == Event.WON:
        credit(office.ledger, pursuit["closer"])
    if reason != NOTHING:
        give_reason(office.ledger, reason)
        flag(office.ledger, flags)
    if ending.makes_lead(office.model, pursuit, event):
        become_lead(office, pursuit)
    if event == Event.WON:
        win(office, pursuit, value)
    elif ending.kind_of(office.model, pursuit) == Kind.DELIVERING:
        end_delivery(office, pursuit, event)
    give_birth(office, pursuit, event)
    withdrawn = ending.end_of(office.model, pursuit, event)["withdraws"]
    if withdrawn != NOTHING:
        withdraw_kin(office, pursuit, withdrawn)
    team = office.team_of(pursuit)
    if delay != ending.AT_ONCE or (team != NOBODY and not office.model.teams[team]["sticky"]):
        give_up_rep(office, pursuit)
    if target == ENDED:
        end(office, pursuit)
    else:
        pursuit["round"] = ending.round_at(pursuit, target, delay)
    pursuit["stage"] = target
    if event == Event.SENT_BACK and delay == ending.AT_ONCE and target != ENDED and office.gate_of(pursuit):
        pass_gate(office, pursuit, office.gate_of(pursuit))
    return delay


def win(office: Office, deal: Record, value: float) -> None:
    """Sign a contract; the company may be a customer from now on, and something be delivered (CU1, DE1)."""
    sign(office, deal, value)
    if deal["product"] != NOTHING:
        follow_up(office, deal)
    if referrals.refers_as_it_signs(office.model, deal["product"], office.now):
        begin_to_refer(office, deal)


def follow_up(office: Office, deal: Record) -> None:
    """Let a contract about a product begin, its delivery, and who buys again (CU1, DE1, RP1)."""
    model, product = office.model, deal["product"]
    deal["paid"], deal["mean_paid"], deal["price_share"] = customers.signed(model, office.world, deal)
    deal["seller"] = deal["closer"]
    deal["earned_later"] = deliveries.is_earned_later(model, product)
    if not deal["earned_later"]:
        become_customer(office, deal, customers.NO_MEMORY)
    deliver(office, deal)
    if orders.may_buy_again(model, product, office.now):
        office.env.process(buy_again(office, new_buyer(office, deal)))


def deliver(office: Office, deal: Record) -> None:
    """Let a delivery be born of a deal, or of a buyer, if there is something to deliver (DE1, RP5)."""
    process = deliveries.delivery_of(office.model, deal["product"])
    if process != deliveries.NOTHING_TO_DELIVER:
        birth = int(office.model.processes[process]["birth"])
        office.env.process(begin_and_pursue(office, *spawn(office, deal, birth)))


def buy_again(office: Office, buyer: Record) -> Story:
    """Order again and again, until the buyer drops out (RP3, RP6)."""
    while True:
        number = int(buyer["round"]) + 1
        gap = orders.next_order(office.model, office.world, buyer, number)
        yield office.due(office.now + gap, Due.ORDERS, buyer)
        buyer["round"] = number
        order(office, buyer)
        deliver(office, buyer)
        if orders.drops_out(office.model, office.world, buyer, number):
            break
    end(office, buyer)


def become_customer(office: Office, deal: Record, delivered: int) -> None:
    """Let a contract be born of a deal or a delivery, if its company is a customer from now on (CU1, DE5)."""
    if customers.becomes_customer(office.model, deal["product"], office.now):
        contract = subscribe(office, deal)
        contract["delivered"] = delivered
        office.env.process(be_customer(office, contract))
        visit(office, contract)
        begin_to_refer(office, contract)


def end_delivery(office: Office, delivery: Record, event: int) -> None:
    """Let follow what follows an event of a delivery, if that ends it (DE2)."""
    if event == Event.DELIVERED:
        good = deliveries.is_good(office.model, office.world, delivery, office.now)
        note_count(office.ledger, int(good))
        memory = customers.remembered(delivery, good)
        remember(office, delivery, "delivered", memory)
        if delivery["earned_later"]:
            earn_at_delivery(office, delivery)
        if billing.has_cash(office.model):
            bill_what_is_delivered(office.model, office.world, office.ledger, office.now, delivery)
        if delivery["earned_later"]:
            become_customer(office, delivery, memory)
    elif ending.fails(event):
        cancel(office, delivery)
        if not delivery["earned_later"]:
            for contract in contracts_in_force(office, delivery):
                leave_for_now(office, contract)


def reject(office: Office, pursuit: Record) -> None:
    """Write that sales rejects a pursuit, before the row with which it leaves (J12)."""
    waited, cost = office.now - pursuit["since"], junk.cost_of_rejected(office.model, pursuit)
    worked = pursuit["done"] + pursuit["effort"]
    office.write(pursuit, Event.REJECTED, waited=waited, worked=worked, money=cost)
    pursuit["met"] |= junk.REJECTED_BEFORE


def report(office: Office, pursuit: Record, event: int) -> None:
    """Tell marketing what became of a lead, if that is reported: its channel learns (W1, W4)."""
    good = reporting.report_of(office.model, office.world, pursuit, event)
    if good != reporting.NO_REPORT:
        note_report(office.ledger, office.now, pursuit, good)
        office.channels[pursuit["channel"]]["reports"] += memory.is_counted(office.model, office.now)

"""Repeat purchase: a buyer orders again, until it drops out."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.bills import bill_at_signing
from funnelsim.engines.compiled.kin import born_of, end, join_company, spawn
from funnelsim.engines.compiled.state import State, await_next
from funnelsim.engines.ledger import Ledger, note_count, write
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NOBODY, NOTHING, Due, Event
from funnelsim.rules import billing, contracts, deliveries, orders


@rare
def begin_to_buy(model: Model, world: Record, state: State, deal_slot: int) -> None:
    """Let a buyer be born of a deal (RP1)."""
    deal, now = state.pursuits[deal_slot], state.clock[0]["now"]
    slot = born_of(state, deal_slot, orders.buyer_of(deal), SALE, deal["stage"])
    buyer = state.pursuits[slot]
    buyer["began"] = now
    buyer["since"] = now
    buyer["signed"] = now
    buyer["seller"] = NOBODY
    buyer["account"] = NOTHING
    if len(model.processes) > 1:
        join_company(state, slot, deal_slot)
    await_order(model, world, state, slot)


@rule
def await_order(model: Model, world: Record, state: State, slot: int) -> None:
    """Put the next order on the agenda (RP3)."""
    buyer = state.pursuits[slot]
    gap = orders.next_order(model, world, buyer, buyer["round"] + 1)
    await_next(model, state, slot, state.clock[0]["now"] + gap, Due.ORDERS.value)


@rare
def buy_again(model: Model, world: Record, state: State, ledger: Ledger, slot: int) -> None:
    """Order again: a delivery may be born of it, and the buyer drop out (RP5, RP6)."""
    buyer = state.pursuits[slot]
    number = buyer["round"] + 1
    buyer["round"] = number
    order(model, world, ledger, buyer, state.clock[0]["now"])
    process = deliveries.delivery_of(model, buyer["product"])
    if process != deliveries.NOTHING_TO_DELIVER:
        spawn(model, world, state, slot, model.processes[process]["birth"], 1)
    if orders.drops_out(model, world, buyer, number):
        end(model, state, slot)
    else:
        await_order(model, world, state, slot)


@rule
def order(model: Model, world: Record, ledger: Ledger, buyer: Record, now: int) -> None:
    """Write what is ordered, what that earns, and its bill (RP4, RP5, CA8)."""
    number, signed = buyer["round"], buyer["signed"]
    later = deliveries.is_earned_later(model, buyer["product"])
    term = 0 if later else contracts.term(model, buyer)
    value, mean_value, share = orders.ordered(model, world, buyer, number)
    buyer["paid"] = value
    buyer["mean_paid"] = mean_value
    buyer["price_share"] = share
    buyer["earned_later"] = 1 if later else 0
    write(ledger, now, buyer, Event.ORDERED.value, now - buyer["since"], signed, value)
    note_count(ledger, min(number, orders.MOST_COUNTED))
    margin = contracts.margin_at(model, buyer, value, share)
    mean_margin = contracts.margin_at(model, buyer, mean_value, share)
    write(ledger, now, buyer, Event.MARGIN.value, term, signed, margin)
    write(ledger, now, buyer, Event.EXPECTED_MARGIN.value, 0, signed, mean_margin)
    if not later:
        write(ledger, now, buyer, Event.REVENUE.value, term, signed, value)
    if billing.has_cash(model):
        bill_at_signing(model, world, ledger, now, buyer, value, number)
    buyer["since"] = now

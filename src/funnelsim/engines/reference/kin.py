"""Pursuits of one company: some are born of others or withdrawn by them; and the end of a pursuit."""

from __future__ import annotations

from functools import partial

import simpy

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import note_touches
from funnelsim.engines.reference.handover import leave_load
from funnelsim.engines.reference.market import cool_off
from funnelsim.engines.reference.office import WITHDRAWN, Office
from funnelsim.engines.reference.placing import give_up_rep
from funnelsim.engines.reference.queues import leave_queue
from funnelsim.model.model import SALE
from funnelsim.model.words import NEVER, Due, Event, Flag
from funnelsim.rules import attempts, ending, handover, market, nurture

# What a pursuit inherits from the one of which it is born.
OF_THE_COMPANY = (
    *("company", "created", "fit", "channel", "segment", "product"),
    *("heat", "theorist", "is_lead", "traits"),
    *("paid", "mean_paid", "price_share", "seller", "earned_later", "signed", "billed"),
)


def born_of(office: Office, parent: Record, entity: int, process: int, stage: int) -> Record:
    """Open the record of a pursuit that is born of another one of its company."""
    pursuit = office.new_pursuit(entity, process, stage)
    for name in OF_THE_COMPANY:
        pursuit[name] = parent[name]
    return pursuit


def spawn(office: Office, parent: Record, number: int) -> tuple[Record, int]:
    """Let a pursuit be born of another, by a row of the table of births; return it, and its delay."""
    entity, process, delay = ending.born(office.model, office.world, parent, number)
    first_stage = int(office.model.processes[process]["first_stage"])
    pursuit = born_of(office, parent, entity, process, first_stage)
    pursuit["began"] = NEVER
    if process != SALE:
        pursuit["returns"] = parent["returns"]
    return pursuit, delay


def withdraw_kin(office: Office, pursuit: Record, process: int) -> None:
    """Withdraw, in the next wave, the company's pursuits of a process that wait or rest."""
    for other in office.open_pursuits.values():
        kin = other is not pursuit and other["company"] == pursuit["company"]
        if kin and other["process"] == process and ending.can_be_withdrawn(other):
            if other["phase"] == Due.GOES_COLD:
                leave_queue(office, other)
                other["since"] = attempts.last_row(other)
                other["flags"] |= 0 if handover.is_held(other) else Flag.LEFT_QUEUE
            wait, own_end = office.waiting.pop(int(other["entity"]))
            own_end.call_off()
            office.due(office.now, Due.WITHDRAWS, other).then(partial(withdraw, office, other, wait))


def withdraw(office: Office, pursuit: Record, wait: simpy.Event, _: simpy.Event) -> None:
    """End a pursuit because of another; one that has not begun leaves no row."""
    if pursuit["touches"] > 0:
        note_touches(office.ledger, office.now, pursuit, nurture.touches_by(pursuit, office.now))
    if pursuit["began"] != NEVER:
        since, began = pursuit["since"], pursuit["began"]
        office.write(pursuit, Event.WITHDRAWN, waited=office.now - since, worked=began)
    end(office, pursuit)
    wait.succeed(WITHDRAWN)


def end(office: Office, pursuit: Record) -> None:
    """Forget a pursuit; its company may cool off."""
    give_up_rep(office, pursuit)
    leave_load(office, pursuit)
    del office.open_pursuits[int(pursuit["entity"])]
    office.to_come.pop(int(pursuit["entity"]), None)
    if pursuit["market"] != market.OUTSIDE:
        cool_off(office, pursuit)

"""Rests before the next stage, and nurture in place of an end."""

from __future__ import annotations

import simpy

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import give_reason, note_touches
from funnelsim.engines.reference.handover import leave_load
from funnelsim.engines.reference.kin import born_of
from funnelsim.engines.reference.office import Office
from funnelsim.engines.reference.placing import give_up_rep
from funnelsim.model.model import SALE
from funnelsim.model.words import Due, Event, Flag
from funnelsim.rules import ending, junk, nurture


def rest(office: Office, pursuit: Record, delay: int) -> simpy.Event:
    """Rest before the next stage; the event returned succeeds when the rest is over."""
    pursuit["flags"] &= ~Flag.HELD
    pursuit["ignored"] = 0
    leave_load(office, pursuit)
    pursuit["since"] = office.now
    return office.wait_for(pursuit, office.due(office.now + delay, Due.RETURNS, pursuit))


def come_back(office: Office, pursuit: Record) -> None:
    """Return from a rest."""
    pursuit["flags"] |= Flag.RETURNED
    pursuit["met"] = junk.met_on_return(pursuit)
    office.write(pursuit, Event.RETURNED, waited=office.now - pursuit["since"])


def new_win_back(office: Office, contract: Record) -> Record:
    """Open the record of a customer who has left, and may come back (WB1)."""
    pursuit = born_of(office, contract, nurture.win_back_of(contract), SALE, int(contract["stage"]))
    pursuit["created"], pursuit["theorist"], pursuit["is_lead"] = nurture.NO_COHORT, 0, 1
    pursuit["began"] = pursuit["since"] = office.now
    pursuit["returns"] = contract["returns"]
    return pursuit


def begin_nurture(office: Office, pursuit: Record, event: int, reason: int) -> int:
    """Nurture a pursuit in place of the event with which it would end; return for how long (N3)."""
    row = office.model.reasons[reason]
    office.write(pursuit, Event.PARKED, waited=office.now - pursuit["since"])
    give_reason(office.ledger, reason)
    give_up_rep(office, pursuit)
    pursuit["parked"], pursuit["reason"] = event, reason
    pursuit["touches"], pursuit["target"] = nurture.touches(office.model, office.world, pursuit, reason)
    pursuit["interval"], pursuit["touch_cost"] = row["interval"], row["cost_per_touch"]
    return int(pursuit["touches"] * pursuit["interval"])


def comes_back_from_nurture(office: Office, pursuit: Record) -> bool:
    """End nurture at its last touch; return whether the pursuit comes back (N4, N6)."""
    rested = office.now - pursuit["since"]
    note_touches(office.ledger, office.now, pursuit, int(pursuit["touches"]))
    pursuit["touches"] = 0
    if not nurture.comes_back(pursuit):
        pursuit["since"] = office.now
        return False
    pursuit["fit"] = nurture.warmed(office.model, pursuit)
    pursuit["returns"] += 1
    pursuit["round"] = ending.round_at(pursuit, pursuit["target"], rested)
    pursuit["stage"] = pursuit["target"]
    come_back(office, pursuit)
    return True

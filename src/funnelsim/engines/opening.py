"""How both engines begin with a deal that is open at time 0: its record, as it stands then."""

from __future__ import annotations

from funnelsim.compiling.arrays import Floats, Record
from funnelsim.compiling.decorators import rare
from funnelsim.engines.ledger import Ledger, note_count, write
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import NOBODY, NOTHING, Due, Event, Flag
from funnelsim.rules import ignored, junk, open_deals, visits


@rare
def fill_in(model: Model, pursuit: Record, deal: Record) -> None:
    """Fill in the record of an open deal with what is known of it (OD1, OD8)."""
    pursuit["company"] = deal["entity"]
    pursuit["created"] = deal["created"]
    pursuit["began"] = deal["created"]
    pursuit["process"] = SALE
    pursuit["stage"] = deal["stage"]
    pursuit["rep"] = deal["rep"]
    pursuit["opener"] = deal["rep"]
    pursuit["closer"] = deal["rep"]
    pursuit["seller"] = NOBODY
    pursuit["channel"] = deal["channel"]
    pursuit["segment"] = deal["segment"]
    pursuit["product"] = deal["product"]
    pursuit["heat"] = deal["heat"]
    pursuit["theorist"] = deal["theorist"]
    pursuit["traits"] = deal["traits"]
    pursuit["fit"] = deal["fit"]
    pursuit["is_lead"] = model.stages[deal["stage"]]["is_lead"]
    pursuit["account"] = NOTHING
    pursuit["signed"] = 0
    pursuit["attempt"] = open_deals.attempts_made(model, pursuit, deal)
    pursuit["entered"] = deal["entered"]
    pursuit["queued"] = deal["since"]
    pursuit["contact"] = deal["contact"]
    waits = deal["phase"] in (Due.TRIES_AGAIN, Due.COOLS_OFF)
    pursuit["since"] = deal["since"] if waits else deal["entered"]


@rare
def tell(ledger: Ledger, pursuit: Record, deal: Record, phase: int) -> None:
    """Write that a deal is open at time 0, and whether it queues then (OD4, F1)."""
    if deal["held"] == 1 and phase == Due.GOES_COLD:
        pursuit["flags"] = pursuit["flags"] | Flag.HELD.value
    write(ledger, 0, pursuit, Event.WAS_OPEN.value, -deal["entered"], deal["created"], 0.0)
    held = pursuit["flags"] & Flag.HELD.value != 0
    note_count(ledger, 1 if phase in (Due.GOES_COLD, Due.WORK_ENDS) and not held else 0)


@rare
def decide_at_first(
    model: Model, world: Record, odds_by_day: Floats, pursuit: Record, deal: Record, skill: float
) -> None:
    """Note what comes of work that has started before time 0, and what is left of it (OD5, OD6)."""
    pursuit["since"] = -deal["contact"]
    advances, luck = open_deals.decided_at_first(model, world, odds_by_day, pursuit, deal, skill)
    pursuit["advances"] = advances
    pursuit["luck"] = luck
    takes, target, reason = open_deals.answer_at_first(model, pursuit, deal)
    pursuit["takes"] = takes
    pursuit["target"] = target
    pursuit["reason"] = reason
    pursuit["effort"] = deal["effort"]
    pursuit["done"] = 0
    if visits.stage_for(model, pursuit)["rejection"] > 0 and deal["missed"] == 0:
        pursuit["met"] = junk.met(pursuit)
        pursuit["flags"] = junk.flags_of(model, pursuit)
    pursuit["since"] = deal["since"]
    if deal["phase"] == Due.WORK_ENDS:
        pursuit["interrupted"] = 1
        pursuit["since"] = 0


@rare
def lay_by_if_ignored(model: Model, pursuit: Record, deal: Record) -> None:
    """Let a rep whose deal it is go on to ignore it, if its donor was ignored (OD5, B9)."""
    if deal["ignored"] == 1 and visits.stage_for(model, pursuit)["ignored"] > 0:
        pursuit["ignored"] = 1
        pursuit["reason"] = ignored.reason(model, pursuit)

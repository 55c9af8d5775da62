"""An inquiry arrives, by itself or referred by a customer."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.office import Office
from funnelsim.model.model import SALE
from funnelsim.model.words import Event
from funnelsim.rules import products, traits


def welcome(
    office: Office,
    number: int,
    entity: int,
    profile: tuple[float, int, int, int],
    place: tuple[int, float],
) -> Record:
    """Open the record of a company that asks through a channel, with its profile and place in its market.

    (A1, A5, O3)
    """
    origin, reports = office.model.channels[number], int(office.channels[number]["reports"])
    pursuit = office.new_pursuit(entity, SALE, int(origin["stage"]))
    pursuit["company"], pursuit["created"], pursuit["began"] = entity, office.now, office.now
    pursuit["channel"] = number
    pursuit["fit"], pursuit["heat"], pursuit["segment"], pursuit["theorist"] = profile
    pursuit["market"], pursuit["cooling"] = place
    pursuit["traits"] = traits.traits_of(office.model, office.world, entity, number, 0, reports)
    if products.sells_products(office.model, pursuit["segment"]):
        pursuit["product"] = products.product_of(
            office.model, office.world, pursuit["segment"], entity, office.now
        )
    office.write(pursuit, Event.INQUIRY, worked=entity, money=origin["cost_per_inquiry"])
    if office.model.stages[pursuit["stage"]]["is_lead"]:
        become_lead(office, pursuit)
    return pursuit


def become_lead(office: Office, pursuit: Record) -> None:
    """Note that an inquiry is now a lead, and what its supplier is paid (V19)."""
    pursuit["is_lead"] = 1
    paid = office.model.channels[pursuit["channel"]]["price_per_lead"]
    office.write(pursuit, Event.BECAME_LEAD, money=paid)

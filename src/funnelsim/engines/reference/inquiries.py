"""The stream of inquiries of each channel."""

from __future__ import annotations

from funnelsim.engines.reference.market import ask_market
from funnelsim.engines.reference.office import Office, Story
from funnelsim.engines.reference.pursuits import pursue
from funnelsim.engines.reference.welcome import welcome
from funnelsim.model.words import NEVER, Due
from funnelsim.rules import arrivals, prospecting


def receive(office: Office, number: int) -> Story:
    """Take a channel's inquiries as they come, if the market has them (A1, A2)."""
    origin, channel = office.model.channels[number], office.channels[number]
    while True:
        entity = int(origin["entity"] + channel["index"])
        yield office.due_for(number, comes_at(office, number), Due.INQUIRY, entity)
        channel["index"] += 1
        draw_next(office, number)
        reports = int(channel["reports"])
        profile = arrivals.profile(office.model, office.world, origin, entity, reports)
        place = ask_market(office, profile[2], entity)
        if place is not None:
            office.env.process(pursue(office, welcome(office, number, entity, profile, place)))


def comes_at(office: Office, number: int) -> int:
    """Find when the next inquiry of a channel comes: by the clock, or once it is found (A3, A13)."""
    origin, channel = office.model.channels[number], office.channels[number]
    if origin["prospected"]:
        return office.now if prospecting.is_found(origin, channel) else NEVER
    channel["day"], time = arrivals.arrival(office.model, origin, channel, office.expected)
    return time


def draw_next(office: Office, number: int) -> None:
    """Draw how far off a channel's next inquiry is (A3)."""
    origin, channel = office.model.channels[number], office.channels[number]
    channel["total"] = arrivals.next_total(office.world, origin, channel)

"""How many inquiries each channel expects in a world: where the model's figures vary, they are drawn."""

from __future__ import annotations

from funnelsim.model import Model
from funnelsim.rules import arrivals
from funnelsim.vocabulary import Floats, Record, rule


@rule
def expect_inquiries(model: Model, world: Record, expected: Floats) -> None:
    """Replace the model's cumulative expected inquiries by those of a world, where they vary (A6, A7).

    Parameters
    ----------
    model, world
        What is simulated.
    expected : array of float
        A copy of Model.expected, filled in place.
    """
    days = len(model.month_days)
    for number in range(len(model.channels)):
        channel = model.channels[number]
        if arrivals.differs(channel):
            share = arrivals.share_factor(model, world, number)
            first = channel["first_expected"]
            for day in range(days):
                mean = model.expected[first + day + 1] - model.expected[first + day]
                of_day = mean * share * arrivals.day_factor(model, world, channel, day)
                expected[first + day + 1] = expected[first + day] + of_day

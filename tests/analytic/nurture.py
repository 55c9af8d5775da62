"""Attempts to reach a buyer, and nurture: geometric distributions that are cut off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from funnelsim.compiling.arrays import Floats, Records
from funnelsim.model.model import Model
from funnelsim.model.words import Event, Flag

from . import systems
from .figures import Figure, Outcome, Truth
from .observation import Worlds, observed

RATE = 5.0  # inquiries an hour
PERIOD, DRAIN = 2, 4  # months: long enough for all that may follow
CHANCE_TO_REACH, MOST_ATTEMPTS = 0.3, 5
CHANCE_OF_A_TOUCH, MOST_TOUCHES = 0.05, 12
WINS, NURTURED, MOST_RETURNS = 0.3, 0.6, 3


def until_it_happens(chance: float, most: int) -> tuple[float, float]:
    """Return the chance that something happens in so many trials, and the mean number of trials."""
    happens = 1 - (1 - chance) ** most
    return happens, happens / chance


def of_the_period(count: Callable[[Records], list[float]]) -> Callable[[Records, Model], Floats]:
    """Count rows of the inquiries that arrive in the period."""

    def observe(rows: Records, model: Model) -> Floats:
        own = rows[(rows["created"] < model.months[-1]) & (rows["pursuit"] >= 0)]
        return np.array(count(own), float)

    return observe


def tries(rows: Records) -> list[float]:
    """Count visits with an attempt, attempts, and those that reach the buyer."""
    over = np.isin(rows["event"], (Event.WORKED, Event.NOT_REACHED)) & (rows["flags"] & Flag.ATTEMPT != 0)
    first = over & (rows["count"] == 1)
    return [first.sum(), over.sum(), (over & (rows["event"] == Event.WORKED)).sum()]


def touches(rows: Records) -> list[float]:
    """Count inquiries, contracts, those taken into nurture, returns and touches."""
    counted = (Event.INQUIRY, Event.WON, Event.PARKED, Event.RETURNED)
    touched = rows["count"][rows["event"] == Event.TOUCHED].sum(dtype=np.int64)
    return [*(float((rows["event"] == event).sum()) for event in counted), float(touched)]


def reached() -> Truth:
    """Buyers who are hard to reach, and wait without end."""
    share, mean = until_it_happens(CHANCE_TO_REACH, MOST_ATTEMPTS)
    attempts = {"chance": CHANCE_TO_REACH, "interval_hours": 3, "most": MOST_ATTEMPTS, "effort_hours": 0.05}
    text = "\n".join(
        [
            systems.opening(PERIOD, warm_up=0, drain=DRAIN),
            systems.channel("web", RATE),
            systems.team("sales", 5),
            systems.stage("call", attempts=attempts, **systems.work("sales", 0.1)),
        ]
    )

    def compare(worlds: Worlds) -> Outcome:
        leads, tried, met = observed(systems.model(text), of_the_period(tries), worlds).T
        return [Figure("reached", share, met / leads), Figure("attempts", mean, tried / leads)]

    return Truth("attempts, chance 0.3, at most 5", 0.3, 30, compare)


def nurtured() -> Truth:
    """Those who say no come back by touches, so often, and may be won then."""
    share, mean = until_it_happens(CHANCE_OF_A_TOUCH, MOST_TOUCHES)
    won = WINS * sum(((1 - WINS) * NURTURED * share) ** turn for turn in range(MOST_RETURNS + 1))
    program = {"reasons": ["timing"], "interval_days": 1, "chance": CHANCE_OF_A_TOUCH}
    program |= {"most_touches": MOST_TOUCHES, "most_returns": MOST_RETURNS, "returns_to": "offer"}
    reasons = {"timing": NURTURED, "no use": 1 - NURTURED}
    text = "\n".join(
        [
            systems.opening(PERIOD, warm_up=0, drain=DRAIN),
            systems.channel("web", RATE),
            systems.stage("offer", conversion=WINS, lost_reasons=reasons),
            systems.table("nurture.letters", program),
        ]
    )

    def compare(worlds: Worlds) -> Outcome:
        asked, signed, parked, back, touched = observed(systems.model(text), of_the_period(touches), worlds).T
        return [
            Figure("returns", share, back / parked),
            Figure("touches", mean, touched / parked),
            Figure("won", won, signed / asked),
        ]

    return Truth("nurture, chance 0.05, at most 12 touches and 3 returns", 0.0, 30, compare)

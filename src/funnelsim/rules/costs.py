"""What a channel, a rep and a strategy cost on a day."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY


@rule
def media_of_day(model: Model, number: int, day: int) -> float:
    """Compute a day's share of a channel's cost in that calendar month (M5)."""
    return float(model.channels[number]["cost_per_month"] * model.spend[number, day] / model.month_days[day])


@rule
def pay_of_day(model: Model, rep: Record, state: Record, day: int) -> float:
    """Compute a day's share of a rep's monthly cost, for the part of the day on staff (M6)."""
    on_staff = min(state["left"], (day + 1) * DAY) - max(state["joined"], day * DAY)
    if on_staff <= 0:
        return 0.0
    return float(rep["pay_per_month"] / model.month_days[day] * (on_staff / DAY))


@rule
def running_of_day(model: Model, day: int) -> float:
    """Compute a day's share of what the changes of a strategy cost per month (C18)."""
    return float(model.plan[0]["cost_per_month"] / model.month_days[day])

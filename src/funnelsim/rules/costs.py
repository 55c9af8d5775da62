"""What a day, a contract and a rep cost."""

from __future__ import annotations

from funnelsim.model import Model
from funnelsim.vocabulary import DAY, Record, rule


@rule
def media_of_day(model: Model, number: int, day: int) -> float:
    """Compute a day's share of a channel's cost in that calendar month (M5)."""
    return float(model.channels[number]["cost_per_month"] * model.spend[number, day] / model.month_days[day])


@rule
def pay_of_day(model: Model, rep: Record, day: int) -> float:
    """Compute a day's share of a rep's monthly cost, for the part of the day on staff (M6)."""
    on_staff = min(rep["leaves"], (day + 1) * DAY) - max(rep["joins"], day * DAY)
    if on_staff <= 0:
        return 0.0
    return float(rep["pay_per_month"] / model.month_days[day] * (on_staff / DAY))


@rule
def price(channel: Record, created: int) -> float:
    """Compute the share of the full price that a lead of this age pays: less in a promotion (M2)."""
    if channel["cut_from"] <= created < channel["cut_until"]:
        return float(1.0 - channel["price_cut"])
    return 1.0


@rule
def commission(team: Record, bookings: float) -> float:
    """Compute what the rep who owns a contract is paid for it (M4)."""
    return float(team["commission"] * bookings)

"""Prospecting: reps who look for inquiries in blocks of working time, reserved or idle."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR
from funnelsim.rules.absence import hours_within, work_of
from funnelsim.rules.visits import duration

IDLE, RESERVED = 1, 2  # bits: in which time the teams of a model prospect


@rare
def times_of(model: Model) -> int:
    """Return in which time any team prospects, idle or reserved: a bit each."""
    found = 0
    for number in range(len(model.teams)):
        if model.teams[number]["prospects"] == 1:
            found = found | (RESERVED if model.teams[number]["reserved"] > 0.0 else IDLE)
    return found


@rule
def reached(channel: Record, state: Record) -> float:
    """Return how many inquiries prospecting has reached for a channel (A13)."""
    return float(state["reached"] + channel["per_hour"] * (state["prospected"] / HOUR))


@rule
def is_found(channel: Record, state: Record) -> bool:
    """Return whether prospecting has found the next inquiry of a channel (A13)."""
    return bool(state["total"] <= reached(channel, state))


@rare
def gone_on(before: Record, channel: Record, state: Record) -> tuple[float, int]:
    """Return the number reached when a channel's rate last changed, and the working time since (C28)."""
    if before["per_hour"] == channel["per_hour"]:
        return float(state["reached"]), int(state["prospected"])
    return reached(before, state), 0


@rare
def block_now(model: Model, rep: Record, state: Record, now: int) -> int:
    """Return how long a block that starts now is; 0 where no reserved time is left (G13, G14)."""
    team = model.teams[rep["team"]]
    block = int(team["block"])
    if team["reserved"] > 0.0:
        left = reserved_on(model, rep, now // DAY, team["reserved"]) - prospected_today(state, now)
        if left < 2 * block:
            block = max(left, 0)
    return block


@rule
def prospected_today(state: Record, now: int) -> int:
    """Return the working time of the blocks that a rep has started on the day at hand."""
    return int(state["prospected"]) if state["prospected_on"] == now // DAY else 0


@rule
def reserved_on(model: Model, rep: Record, day: int, share: float) -> int:
    """Return the working time of a day that a rep reserves for prospecting (G13)."""
    return duration(share * hours_within(model, rep, day * DAY, (day + 1) * DAY), 1)


@rare
def block_ends(model: Model, world: Record, rep: Record, state: Record) -> int:
    """Find when the block in hand ends, by the calendar of the rep, less absences (G12)."""
    return work_of(model, world, rep, state, state["block_since"], state["block"])


@rare
def pay_of_block(model: Model, rep: Record, now: int, worked: int) -> float:
    """Compute what the working time of a block that ends now is paid, of the rep's pay (M14)."""
    last = (now - 1) // DAY
    first, end, months = last, last + 1, model.calendar_months
    while first > 0 and months[first - 1] == months[last]:
        first -= 1
    while end < len(months) and months[end] == months[last]:
        end += 1
    share = worked / hours_within(model, rep, first * DAY, end * DAY)
    return float(rep["pay_per_month"] * ((end - first) / model.month_days[last]) * share)

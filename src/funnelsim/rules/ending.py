"""How a pursuit leaves a stage, and what follows: one table of ends for every process.

`leaving` names the event with which a visit ends. What follows is in the row of `Model.ends` for the
pursuit's process and that event: where it goes next, after which rest, what is born of it, and which
pursuits are withdrawn. An engine does this with six verbs: it lets the pursuit *enter* a stage, *rest*,
*return* from a rest, or *end*, and it lets others *spawn* or be *withdrawn*.

In a sale, a pursuit that advances or is sent back goes where the answer leads; if won, lost or cold, it ends.
"""

from __future__ import annotations

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import REST, descendant, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import EVENTS, Model
from funnelsim.model.words import (
    DAY,
    GONE_COLD,
    LOST,
    NEVER,
    NOTHING,
    REJECTED,
    ROUTE,
    WON,
    Due,
    Event,
    Kind,
)
from funnelsim.rules.ignored import is_ignored
from funnelsim.rules.visits import duration, occurrence

AT_ONCE = -1  # no rest
MOST_ROUNDS = (1 << 24) - 1  # the most that the bits of a key can tell apart


@rule
def leaving(model: Model, pursuit: Record, due: int) -> tuple[int, int]:
    """Name the event with which a pursuit leaves its stage, by what fell due, and the reason, if it has one.

    (V3, V17, X1, J11, AV2)
    """
    if due == Due.GOES_COLD:
        return Event.WENT_COLD.value, int(pursuit["reason"]) if is_ignored(pursuit) else GONE_COLD
    target = pursuit["target"]
    if target in (LOST, REJECTED):
        return Event.LOST.value, int(pursuit["reason"])
    if target == WON:
        return reached(model, pursuit), NOTHING
    if target > pursuit["stage"]:
        return Event.ADVANCED.value, NOTHING
    return Event.SENT_BACK.value, NOTHING


@rule
def reached(model: Model, pursuit: Record) -> int:
    """Name the event with which a pursuit leaves the last stage of its process (V17, AV2, DE2)."""
    kind = kind_of(model, pursuit)
    if kind == Kind.SELLING:
        return Event.WON.value
    return Event.DONE.value if kind == Kind.VISITING else Event.DELIVERED.value


@rule
def kind_of(model: Model, pursuit: Record) -> int:
    """Return what the process of a pursuit is about, of words.Kind."""
    return int(model.processes[pursuit["process"]]["kind"])


@rule
def fails(event: int) -> bool:
    """Return whether a pursuit ends with an event, and not as it should (AV5, DE2)."""
    return event in (Event.LOST, Event.WENT_COLD)


@rule
def end_of(model: Model, pursuit: Record, event: int) -> Record:
    """Find what follows an event in the table of ends."""
    row: Record = model.ends[pursuit["process"] * EVENTS + event]
    return row


@rule
def after(model: Model, world: Record, pursuit: Record, event: int) -> tuple[int, int, int]:
    """Decide what follows the event with which a pursuit leaves a visit (X1, X2).

    Returns
    -------
    tuple of int
        The stage where it goes on, or ENDED; the rest before that in microseconds, or AT_ONCE;
        and how many pursuits are born of it.
    """
    end = end_of(model, pursuit, event)
    answer, target = int(pursuit["target"]), int(end["target"])
    target = answer if target == ROUTE else target  # chosen without a branch
    delay = AT_ONCE
    if end["rest"] != NOTHING:
        delay = rest(model, world, pursuit, end)
    return target, delay, int(end["spawns"])


@rare
def rest(model: Model, world: Record, pursuit: Record, end: Record) -> int:
    """Draw how long a pursuit rests before it returns."""
    u, _ = uniforms(world, pursuit["entity"], end["rest_key"], occurrence(pursuit))
    return duration(quantile(model.distributions[end["rest"]], model.knots, u), DAY)


@rule
def told_as(event: int, delay: int) -> int:
    """Name the event of the row: a pursuit that rests is parked, and not lost yet (X3)."""
    return event if delay == AT_ONCE else Event.PARKED.value


@rule
def round_at(pursuit: Record, target: int, delay: int) -> int:
    """Count the rounds: one more at every move to the same or an earlier stage, and at every return (V18)."""
    if (target > pursuit["stage"] and delay == AT_ONCE) or pursuit["round"] == MOST_ROUNDS:
        return int(pursuit["round"])
    return int(pursuit["round"] + 1)


@rule
def makes_lead(model: Model, pursuit: Record, event: int) -> bool:
    """Return whether an event makes an inquiry a lead, for the first time (V19)."""
    if pursuit["is_lead"] == 1 or event in (Event.LOST, Event.WENT_COLD):
        return False
    return bool(event == Event.WON or model.stages[pursuit["target"]]["is_lead"] == 1)


@rare
def born(model: Model, world: Record, parent: Record, number: int) -> tuple[int, int, int]:
    """Return a pursuit born of another: its entity, its process, and the time until it begins (X5, K9).

    Parameters
    ----------
    number : int
        Its row in the table of births.
    """
    spawn = model.spawns[number]
    entity = descendant(parent["entity"], spawn["purpose"], occurrence(parent))
    u, _ = uniforms(world, entity, REST, 0)
    delay = duration(quantile(model.distributions[spawn["delay"]], model.knots, u), DAY)
    return entity, int(spawn["process"]), delay


@rule
def can_be_withdrawn(pursuit: Record) -> bool:
    """Return whether a pursuit queues, rests or has not begun; work and answers are awaited (X7)."""
    return bool(pursuit["phase"] in (Due.GOES_COLD, Due.TRIES_AGAIN, Due.RETURNS, Due.BEGINS))


@rule
def is_told(pursuit: Record) -> bool:
    """Return whether a pursuit has a row at the horizon: it has begun, and is told of (D3, RP1, RF1)."""
    return bool(pursuit["began"] != NEVER and pursuit["phase"] not in (Due.COOLS_OFF, Due.ORDERS, Due.REFERS))


@rare
def most_born(model: Model) -> int:
    """Count the pursuits that may be born in one step, at most: of an end, with a contract, of an inquiry."""
    most = 1
    for number in range(len(model.ends)):
        most = max(most, int(model.ends[number]["spawns"]))
    if len(model.products) > 0:
        most += 1 + len(model.processes)
    return most + (1 if model.firm[0]["referred_to"] > 0 else 0)

"""What is due after today: kept by day, and put on the agenda as its day begins.

Most of what is due comes days or months later: a customer answers, a term ends, a company has cooled off.
Off the agenda, it costs nothing until then, and the heap stays as small as the day. A day ends with its
midnight, which belongs to it. Entries of a day form a chain in no order: the heap orders them.
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Integers, Record, Records, record
from funnelsim.compiling.decorators import rule
from funnelsim.engines.compiled.agenda import NOT_DUE, Positions, schedule
from funnelsim.engines.compiled.queues import NONE
from funnelsim.model.words import DAY

LATER = record(  # an actor's entry that is put off
    ("time", "<i8"),
    ("entity", "<i8"),
    ("order", "<i8"),
    ("next", "<i8"),  # actor of the same day
    ("previous", "<i8"),
)
PUT_OFF = -2  # position of an actor whose entry is not on the agenda yet


@rule
def day_of(time: int) -> int:
    """Number the day that an instant belongs to: a midnight belongs to the day that it ends."""
    return (time - 1) // DAY


@rule
def put_off(
    later: Records,
    first_of_day: Integers,
    positions: Positions,
    actor: int,
    time: int,
    order: int,
    entity: int,
) -> None:
    """Keep an entry of an actor who has none, for the day on which it is due."""
    day, entry = day_of(time), later[actor]
    following = first_of_day[day]
    entry["time"] = time
    entry["entity"] = entity
    entry["order"] = order
    entry["next"] = following
    entry["previous"] = NONE
    if following != NONE:
        later[following]["previous"] = actor
    first_of_day[day] = actor
    positions[actor] = PUT_OFF


@rule
def take_back(later: Records, first_of_day: Integers, positions: Positions, actor: int) -> None:
    """Forget an entry that is put off."""
    ahead, behind = later[actor]["previous"], later[actor]["next"]
    if ahead == NONE:
        first_of_day[day_of(later[actor]["time"])] = behind
    else:
        later[ahead]["next"] = behind
    if behind != NONE:
        later[behind]["previous"] = ahead
    positions[actor] = NOT_DUE


@rule
def begin_day(
    later: Records, first_of_day: Integers, agenda: Records, positions: Positions, clock: Record, now: int
) -> None:
    """Put on the agenda what is due on the day that begins at this midnight."""
    clock["today_ends"] = now + DAY
    day = day_of(now + DAY)
    if day >= len(first_of_day):  # past the horizon
        return
    actor = first_of_day[day]
    while actor != NONE:
        entry = later[actor]
        following = entry["next"]
        positions[actor] = NOT_DUE
        schedule(agenda, positions, clock, actor, entry["time"], entry["order"], entry["entity"])
        actor = following
    first_of_day[day] = NONE

"""The words of the house: constants, enumerations and the records that rules and engines share.

Everything here is data. Times are int64 microseconds since the simulation's first midnight (T1),
money is float64 in the scenario's currency. Enumerations are append-only: their numbers are
written into ledgers.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from numba.extending import register_jitable

from funnelsim.linking import RareCompiler, RuleCompiler

Record = np.void
Records = npt.NDArray[np.void]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_Rule = TypeVar("_Rule", bound=Callable[..., Any])


def rule(function: _Rule) -> _Rule:
    """Mark a pure function that plain Python calls and Numba compiles.

    Inlined and without counting references to arrays (which rules never make): the event loop is
    ten times faster for it.
    """
    marked: _Rule = register_jitable(forceinline=True, pipeline_class=RuleCompiler, **_NO_EXTRAS)(function)
    return marked


def rare(function: _Rule) -> _Rule:
    """Mark a rule that is asked seldom: compiled code calls it, and stays short where events pass often."""
    marked: _Rule = register_jitable(pipeline_class=RareCompiler, **_NO_EXTRAS)(function)
    return marked


# Compiled code counts no references, and nobody but compiled code calls what is compiled for it.
_NO_EXTRAS: Any = {"_nrt": False, "no_cfunc_wrapper": True, "no_cpython_wrapper": True}

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
NEVER = 1 << 61  # later than any horizon; NEVER + NEVER still fits in int64
NOBODY = -1  # no rep, no team
NOTHING = -1  # no stage, segment, channel or reason
WON = -2  # where a lead can go besides a stage
LOST = -3


class Entity(IntEnum):
    """What a random draw belongs to: the top eight bits of its key."""

    LEAD = 1
    REP = 2
    UNCERTAINTY = 3
    CHANNEL = 4


class Heat(IntEnum):
    """How near a lead is to buying (P8, Q3)."""

    HOT = 0
    WARM = 1
    FUTURE = 2


class Due(IntEnum):
    """What can fall due. At one instant, lower numbers are decided first, then lower entities (I1)."""

    DAY_ENDS = 0  # entity 0: the costs of the day are booked
    REP_LEAVES = 1  # entity: the rep's number
    REP_JOINS = 2  # entity: the rep's number
    TEAM_OPENS = 3  # entity: the team's number
    INQUIRY = 4  # entity: the arriving lead
    WORK_ENDS = 5  # entity: the lead
    CUSTOMER_ANSWERS = 6  # entity: the lead
    GOES_COLD = 7  # entity: the lead


class Event(IntEnum):
    """What a row of the ledger says. `waited` is the clock time of the span that the row closes."""

    INQUIRY = 0  # a company asks; money: what the inquiry cost
    ENTERED = 1  # it enters a stage and queues
    STARTED = 2  # work starts; waited: time in the queue; rep; money: cost of the visit
    WORKED = 3  # work ends; waited: clock time since it started; worked: working time; rep
    ADVANCED = 4  # leaves for a stage further on; waited: the customer's time
    SENT_BACK = 5  # leaves for an earlier stage or this one; waited: the customer's time
    BECAME_LEAD = 6  # first time past the stage that makes leads; money: the supplier's price
    WON = 7  # leaves with a contract; waited: the customer's time; money: bookings; rep
    LOST = 8  # leaves without; waited: the customer's time; reason; rep
    WENT_COLD = 9  # gave up waiting in the queue; waited: time in the queue; reason 0
    COMMISSION = 10  # money: the rep's commission on a contract
    MEDIA = 11  # money: a day's cost of a channel
    PAY = 12  # money: a day's cost of a rep
    OPEN = 13  # unfinished at the horizon; waited: since the last row of this visit


class Assignment(IntEnum):
    """How a team's leads find a rep."""

    ROUND_ROBIN = 0
    LEAST_LOADED = 1
    HOT_TO_BEST = 2
    SHARED_QUEUE = 3
    RANDOM = 4
    WEIGHTED = 5
    BEST_SKILL = 6
    SEGMENT_MATCH = 7
    PRIORITY_QUEUE = 8
    CHERRY_PICK = 9
    OWN = 10  # a policy of the user's own: see `policies`


class QueueOrder(IntEnum):
    """In which order a rep works its own queue."""

    FIFO = 0
    LIFO = 1
    HOTTEST = 2
    OLDEST_INQUIRY = 3


class Family(IntEnum):
    """How a distribution's quantile table is read."""

    CONSTANT = 0  # no knots
    OCTAVES = 1  # continuous: per octave of either tail, linear inside
    STEPS = 2  # discrete: `count` cumulative shares, then `count` values
    LINES = 3  # quantiles: `count` levels from 0 to 1, then `count` values, linear between


GONE_COLD = 0  # the reason that every scenario has


def record(*fields: tuple[str, str]) -> np.dtype[np.void]:
    """Build a record type whose fields are aligned, as compiled code reads them fastest."""
    return np.dtype(list(fields), align=True)


LEDGER = record(  # 64 bytes and no padding, so that equal rows hash equally
    ("time", "<i8"),
    ("lead", "<i8"),  # the lead's entity, -1 where a cost has none
    ("created", "<i8"),  # when its inquiry arrived (the row's time where there is no lead)
    ("waited", "<i8"),
    ("worked", "<i8"),
    ("money", "<f8"),
    ("stage", "<i4"),
    ("event", "<i2"),
    ("reason", "<i2"),
    ("rep", "<i4"),
    ("segment", "<i2"),
    ("channel", "<i2"),
)

WORLD = record(("seed", "<i8"), ("replication", "<i8"))

CHANNEL = record(
    ("entity", "<i8"),  # of its lead number 0
    ("key", "<i8"),  # of its own draws
    ("first_date", "<i8"),  # ordinal of the day that begins at time 0
    ("opens", "<i8"),  # inquiries arrive from this time of day ...
    ("closes", "<i8"),  # ... to this one
    ("first_expected", "<i8"),  # offset into Model.expected: days + 1 cumulative values
    ("cost_per_inquiry", "<f8"),
    ("cost_per_month", "<f8"),  # in the average month, see Model.spend
    ("price_per_lead", "<f8"),
    ("cut_from", "<i8"),  # inquiries from this instant ...
    ("cut_until", "<i8"),  # ... to this one buy at a lower price
    ("price_cut", "<f8"),  # share of the price
    ("mean_share", "<f8"),  # of a total whose shares are uncertain; else 0
    ("theorists", "<f8"),  # share
    ("hot", "<f8"),  # share
    ("hot_or_warm", "<f8"),  # share
    ("stage", "<i4"),  # where its inquiries enter
    ("fit", "<i4"),  # distribution
    ("weight", "<i4"),  # distribution of its weight in the total, where mean_share > 0
    ("busy", "<i4"),  # distribution of a day's factor; NOTHING: none
    ("busy_all", "<i4"),  # the same of the factor that all channels share
    ("first_segment", "<i4"),  # routes of the segment mix
    ("segments", "<i4"),
    # the state of its stream of inquiries
    ("index", "<i8"),  # of the next inquiry
    ("total", "<f8"),  # unit exponentials used so far, the next one included
    ("day", "<i8"),  # in which the next inquiry arrives
)

SEGMENT = record(
    ("odds", "<f8"),  # odds ratio
    ("customer_time", "<f8"),  # factor
    ("years", "<f8"),  # term of a contract
    ("margin", "<f8"),  # gross margin, share
    ("value", "<i4"),  # distribution of a contract's value per year
)

TEAM = record(
    ("commission", "<f8"),  # share of bookings
    ("max_open", "<i8"),
    ("own_policy", "<i8"),  # number of a registered policy; in the compiled engine's state its address
    ("first_rep", "<i4"),
    ("reps", "<i4"),
    ("first_hours", "<i4"),
    ("hours", "<i4"),
    ("assignment", "<i4"),
    ("queue_order", "<i4"),
    ("sticky", "<i4"),
    ("turn", "<i4"),  # state: the round robin's next position
)

REP = record(
    ("entity", "<i8"),
    ("joins", "<i8"),  # negative where hired before the first day
    ("leaves", "<i8"),
    ("ramp", "<i8"),  # time to full strength
    ("idle_since", "<i8"),  # state
    ("skill", "<f8"),  # odds ratio at full strength, drawn once per world
    ("speed", "<f8"),  # factor at full strength, drawn once per world
    ("skill_from", "<f8"),  # share of skill on the first day
    ("speed_from", "<f8"),
    ("pay_per_month", "<f8"),
    ("weight", "<f8"),  # in the team's lottery
    ("skill_distribution", "<i4"),
    ("speed_distribution", "<i4"),
    ("first_segment", "<i4"),  # routes to the segments that the rep knows best
    ("segments", "<i4"),
    ("team", "<i8"),
    ("open", "<i4"),  # state: leads assigned and not ended
    ("on_staff", "<i4"),  # state
    ("busy", "<i4"),  # state
)

STAGE = record(
    ("odds", "<f8"),  # of the reference lead; infinite where conversion is 1
    ("theorist_odds", "<f8"),  # odds ratio
    ("cost_per_visit", "<f8"),
    ("patience_key", "<i8"),
    ("work_key", "<i8"),
    ("answer_key", "<i8"),
    ("assignment_key", "<i8"),
    ("team", "<i8"),  # NOBODY: no rep is needed
    ("makes_lead", "<i4"),
    ("effort", "<i4"),  # distribution, hours
    ("customer_time", "<i4"),  # distribution, days
    ("patience", "<i4"),  # distribution, days; NOTHING: waits for ever
    ("first_next", "<i4"),  # routes of those who advance
    ("nexts", "<i4"),
    ("first_else", "<i4"),  # routes of those who do not
    ("elses", "<i4"),
    ("first_point", "<i4"),  # points of the effect of waiting
    ("points", "<i4"),
    ("first_variant", "<i4"),  # rows of Model.variants, one a segment
    ("variants", "<i4"),  # 0: the stage is the same for all segments
)

ROUTE = record(
    ("up_to", "<f8"),  # cumulative share
    ("target", "<i4"),  # stage, WON or LOST; or a segment
    ("reason", "<i4"),
)

POINT = record(
    ("waited", "<i8"),
    ("odds", "<f8"),  # odds ratio
    ("log_hours", "<f8"),
    ("log_odds", "<f8"),
)

HOURS = record(
    ("opens", "<i8"),
    ("closes", "<i8"),
    ("worked", "<i8"),  # working time of the team before it opens
)

DISTRIBUTION = record(
    ("location", "<f8"),
    ("scale", "<f8"),
    ("first", "<i8"),  # offset into Model.knots
    ("family", "<i4"),
    ("count", "<i4"),
)

LEAD = record(
    ("entity", "<i8"),
    ("created", "<i8"),
    ("since", "<i8"),  # it queues or, later, since the last row of this visit
    ("rank", "<i8"),  # in the queue: lower is first
    ("effort", "<i8"),  # of the work in hand
    ("takes", "<i8"),  # the customer, afterwards
    ("hours", "<f8"),  # chance of this visit: what the work takes at speed 1
    ("days", "<f8"),  # chance of this visit: what the customer takes
    ("luck", "<f8"),  # chance of this visit: it advances if this is below the conversion
    ("way", "<f8"),  # chance of this visit: which of the routes it takes
    ("fit", "<f8"),  # odds ratio
    ("stage", "<i8"),
    ("rep", "<i8"),  # who owns it
    ("round", "<i8"),  # raised when it goes back
    ("channel", "<i4"),
    ("segment", "<i4"),
    ("heat", "<i4"),
    ("theorist", "<i4"),
    ("is_lead", "<i4"),
    ("advances", "<i4"),  # what the work in hand will come to
    ("target", "<i8"),  # where it goes then
    ("reason", "<i4"),
)

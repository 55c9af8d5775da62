"""The words that rules, engines and figures share: constants and enumerations.

Times are int64 microseconds since the simulation's first midnight, money is float64 in the scenario's
currency. Enumerations are append-only: their numbers are written into ledgers.
"""

from __future__ import annotations

from enum import IntEnum

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
NEVER = 1 << 61  # later than any horizon; NEVER + NEVER still fits in int64
NOBODY = -1  # no rep, no team
NOTHING = -1  # no stage, segment, channel or reason
WON = -2  # where a lead can go besides a stage
LOST = -3


class Heat(IntEnum):
    """How near a lead is to buying."""

    HOT = 0
    WARM = 1
    FUTURE = 2


class Due(IntEnum):
    """What can fall due. At one instant, lower numbers are decided first, then lower entities."""

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


GONE_COLD = 0  # the reason that every scenario has

"""The words that rules, engines and figures share: constants and enumerations (T1).

Times are int64 microseconds since the simulation's first midnight, money is float64 in the scenario's
currency. Enumerations are append-only: their numbers are written into ledgers.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
NEVER = 1 << 61  # later than any horizon; NEVER + NEVER still fits in int64
NOBODY = -1  # no rep, no team
NOTHING = -1  # no stage, segment, channel or reason
WON = -2  # where an answer can lead, other than a stage
LOST = -3
ENDED = -4  # where a pursuit can go after an event, other than a stage: nowhere
ROUTE = -5  # ... or where its answer leads
REJECTED = -6  # in place of an answer: lost, because sales rejects it as junk


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
    ABSENCE = 3  # entity: the rep's number, whose absence begins or is over
    OPENS = 4  # entity: the number of the calendar that opens
    INQUIRY = 5  # entity: the company that asks
    PROSPECTING_ENDS = 6  # entity: the rep's number
    WORK_ENDS = 7  # entity: the pursuit
    CUSTOMER_ANSWERS = 8  # entity: the pursuit
    GOES_COLD = 9  # entity: the pursuit
    TRIES_AGAIN = 10  # entity: the pursuit, whose buyer was not reached
    RETURNS = 11  # entity: the pursuit, whose rest is over
    BEGINS = 12  # entity: the pursuit
    WITHDRAWS = 13  # entity: the pursuit
    COOLS_OFF = 14  # entity: the pursuit, whose company can be approached again
    TERM_ENDS = 15  # entity: the contract
    ORDERS = 16  # entity: the buyer
    REFERS = 17  # entity: the referrer


class Event(IntEnum):
    """What a row of the ledger says. `waited` is the clock time of the span that the row closes."""

    INQUIRY = 0  # a company asks; money: what the inquiry cost
    ENTERED = 1  # it enters a stage and queues
    STARTED = 2  # work starts; waited: time in the queue; rep; money: cost of the visit
    WORKED = 3  # work ends; waited: clock time since it started; worked: working time; rep; count: people
    ADVANCED = 4  # leaves for a stage further on; waited: the customer's time
    SENT_BACK = 5  # leaves for an earlier stage or this one; waited: the customer's time
    BECAME_LEAD = 6  # first time past the stage that makes leads; money: the supplier's price
    WON = 7  # leaves with a contract; waited: the customer's time; money: bookings; rep: who closed it
    LOST = 8  # leaves without a contract; waited: the customer's time; reason; rep
    WENT_COLD = 9  # gave up waiting in the queue, or held; waited: since entering the stage; reason 0
    COMMISSION = 10  # follows WON; money: the commission of the rep who closed, or of the one who opened
    MEDIA = 11  # money: a day's cost of a channel
    PAY = 12  # money: a day's cost of a rep
    OPEN = 13  # unfinished at the horizon; waited: since the last row of this visit
    MARGIN = 14  # follows WON; waited: the contract's term; money: its gross margin
    EXPECTED = 15  # follows WON; money: bookings at the mean value of such a contract
    BEGAN = 16  # a pursuit that was born of another begins; worked: its company
    PARKED = 17  # in place of the event with which it leaves: it rests and will come back; reason
    RETURNED = 18  # enters a stage after a rest; waited: the rest
    WITHDRAWN = 19  # ends because of another pursuit of its company; waited: since the last row
    ON_STAFF = 20  # a rep's time on staff is over; waited: since joining, or since time 0
    ONE_OFF = 21  # a change is made; money: what it costs once
    RUNNING = 22  # money: a day's cost of the changes that are made
    REVENUE = 23  # follows WON; a span from now on; waited: the contract's term; money: its bookings
    EXPECTED_MARGIN = 24  # follows EXPECTED; money: the gross margin of such a contract
    EXPECTED_COMMISSION = 25  # follows COMMISSION; money: the commission on such a contract
    REJECTED = 26  # sales rejects it as junk at first contact; LOST or PARKED follows
    HELD = 27  # it is held before the hand-over, until its team has room; money: what that costs
    ADMITTED = 28  # ... and now handed over; waited: the time held
    IGNORED = 29  # its rep has never taken it up; waited: as of WENT_COLD, which follows, or PARKED
    NOT_REACHED = (
        30  # an attempt to reach the buyer fails; waited, worked: as of WORKED; reason: the last one
    )
    QUEUED_AGAIN = 31  # the next attempt is due: it queues again; waited: since the last attempt
    TOUCHED = 32  # nurture is over; worked: when it began; count: touches; waited: between two; money: of one
    COOLED_OFF = 33  # its company can be approached again
    PROSPECTED = 34  # a block of prospecting is over; waited: clock time; worked: working time; rep; channel
    JOINED = 35  # somebody replaces a rep; count: the generation
    ABSENT = 36  # a rep's absence is over; waited: how long it was; worked: of that, taken from work in hand
    TRAINED = 37  # a rep has been trained on the day that ends; money: what it cost
    INTERRUPTED = 38  # a hot lead comes first; waited, worked: as of WORKED, for the part done
    REPORTED = 39  # marketing is told what became of it; count: 1 if good, else 0
    SKILL = 40  # at the end of a month of the period; rep; money: its skill of the moment, an odds ratio
    RESUMED = 41  # interrupted work goes on; waited: since it was interrupted; rep
    SUBSCRIBED = 42  # a contract begins, the last row of WON; worked: its company; money: MRR
    RENEWED = (
        43  # another term begins; waited: the term that is over; worked: since when; money: the new one's
    )
    EXPANDED = 44  # the MRR rises; worked: since when it runs; money: by how much
    CONTRACTED = 45  # the MRR falls; worked: since when it runs; money: by how much
    CHURNED = 46  # a contract ends; waited: how long it ran; worked: since when; money: MRR
    RUNS_ON = 47  # a contract is in force at the horizon; waited: since its term began; worked: since when
    WAS_CUSTOMER = (
        48  # as the period begins; waited: what is left of the term; worked: since when; money: MRR
    )
    DONE = 49  # an account visit has been made; waited: the customer's time
    DELIVERED = 50  # a delivery ends; waited: the customer's time; worked: when it began; count: 1 if good
    CANCELLED = 51  # a delivery is cancelled: follows LOST or WENT_COLD; money: bookings
    EARNED = 52  # follows DELIVERED; waited: over how long it is earned; money: gross margin
    ORDERED = 53  # a customer buys again; waited: since it last did; worked: when it first did; money: price
    REACTIVATED = 54  # a contract begins again, as SUBSCRIBED; waited: since its company first signed
    IN_CREW = 55  # a member's part in a crew's work, at its end or that of a month; waited: since the start
    BILLED = 56  # worked: when; waited: until it is paid, -1 if never; count: instalments; money: of one
    WAS_OPEN = 57  # a deal is open at time 0; waited: its age in the stage; worked: when it was created;
    # count: 1 if it queues, else 0


class Flag(IntFlag):
    """What else is true of a row."""

    FIRST_CONTACT = 1  # STARTED: a rep starts on the visit with which the pursuit began
    RETURNED = 2  # the pursuit has rested before
    OUT_OF_PROFILE = 4  # the company truly lacks what it needs to have
    LEFT_QUEUE = 8  # WITHDRAWN: out of a queue
    AFTER_HAND_OVER = 16  # STARTED: the first contact in a stage in which sales may reject
    HELD = 32  # it is held before a hand-over
    NURTURED = 64  # LOST, WENT_COLD: it did not come back from nurture
    ATTEMPT = 128  # STARTED, WORKED, NOT_REACHED: an attempt to reach the buyer; count: which one, from 1


class Billed(IntEnum):
    """When what is left after the deposit is billed."""

    AT_SIGNING = 0
    AT_DELIVERY = 1
    MONTHLY = 2


class Kind(IntEnum):
    """What a process is about."""

    SELLING = 0
    DELIVERING = 1
    VISITING = 2  # customers


class Phase(IntEnum):
    """What work and money are spent on in the life of a customer."""

    ACQUIRE = 0
    DELIVER = 1
    RETAIN = 2
    DEVELOP = 3
    WIN_BACK = 4


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
    OWN = 10  # a policy of the user's own: see `own_policy`


class QueueOrder(IntEnum):
    """In which order a rep works its own queue."""

    FIFO = 0
    LIFO = 1
    HOTTEST = 2
    OLDEST_INQUIRY = 3


MISSED = 2  # of work in hand, besides 0 and 1: the buyer will not be reached
NEVER_REACHED = 3  # ... of work that is over: nor in any other attempt
UNDECIDED = 4  # ... of work in hand or over: that is decided as the customer answers


class Split(IntEnum):
    """How a team's reps split their effort between new and existing business."""

    NONE = 0
    NEW_FIRST = 1
    ACCOUNTS_FIRST = 2
    SHARES = 3


GONE_COLD = 0  # the number of the reason that every scenario has

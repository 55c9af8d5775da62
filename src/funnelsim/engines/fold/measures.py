"""What is summed: of which rows, for which events, and which of the four amounts have a meaning."""

from __future__ import annotations

from enum import IntEnum

from funnelsim.model.words import Event


class Basis(IntEnum):
    """Which rows count."""

    PERIOD = 0  # rows whose time lies in the period
    COHORT = 1  # rows of inquiries that arrived in the period


BASES = len(Basis)


class Measure(IntEnum):
    """What is summed over the rows that count: a four."""

    COUNT = 0
    WAITED = 1
    WORKED = 2
    MONEY = 3
    COLD = 2  # instead of working time, of those HELD: how many went cold
    AGE = 2  # instead of working time, where a pursuit ends: the time since it began
    OPENED = 3  # instead of money, in CONTACT_BY_WORKING_HOURS: the opening time gone by
    ASKING = 3  # instead of money, in CONTACT_BY_CLOCK: those who ask for a first contact
    COLD_LATER = 1  # instead of waited, in OF_NO_VISIT: WENT_COLD after nurture
    STARTED_AGAIN = 2  # instead of worked, in OF_NO_VISIT: STARTED, but for the first attempt of a visit
    REACHED = 1  # instead of waited, in ATTEMPT: those that succeed
    GIVEN_UP = 2  # instead of worked, in ATTEMPT: those after which no other follows
    FIRST = 3  # instead of money, in ATTEMPT: those that are the first of their visit
    TRULY_JUNK = 1  # instead of waiting time, in HANDED_OVER: those out of profile
    JUSTLY_REJECTED = 2  # instead of working time, in HANDED_OVER: those out of profile whom sales rejects
    MRR = 1  # instead of waited, in AT_STARTS
    ADDED = 1  # instead of waited, in OF_EXISTING: MRR by which contracts rise
    REDUCED = 2  # instead of worked, in OF_EXISTING: MRR by which contracts fall
    LOST = 3  # instead of money, in OF_EXISTING: MRR of those who leave
    RENEWED = 1  # instead of waited, in TERM_OVER
    MADE = 1  # instead of waited, in ACCOUNT_VISIT
    DEVELOPING = 2  # instead of worked, in ACCOUNT_VISIT: what visits cost that are to develop customers
    IN_TIME = 1  # instead of waited, in DELIVERY
    GOOD = 2  # instead of worked, in DELIVERY
    TAKEN = 3  # instead of money, in DELIVERY: the time since it began
    REFERRED = 1  # instead of waited, in AFTERWARDS: inquiries of who was referred; money: what they earn
    HAD_LEFT = 1  # instead of waited, in WON_BACK: those of who had left as customers
    WON_BACK_FOR = 2  # instead of worked, in AFTERWARDS: what it costs to win back, besides pay


class Cash(IntEnum):
    """What is summed of cash, day by day (F17)."""

    BILLED = 0
    BAD_DEBT = 1  # of what is billed: it is never paid
    RECEIVED = 2
    PAID = 3


FLOWS = len(Cash)


class Ended(IntEnum):
    """How the inquiries of the cohort ended, for the table of their ages."""

    WON = 0
    OTHERWISE = 1  # lost or gone cold
    OPEN = 2


# Events of our own: of the cohort alone, about the row with which a rep starts on the visit with which the
# pursuit began, ...
FIRST_CONTACT = Event.WAS_OPEN.value  # the last event, which counts as BEGAN: its number is free
CONTACT_BY_CLOCK = FIRST_CONTACT + 1  # how many within the first, second, third of PROMPT_HOURS; of how many
CONTACT_BY_WORKING_HOURS = FIRST_CONTACT + 2  # the same by the team's opening times, and how long it took
# ... and about the spans over which a contract earns.
EARNED_REVENUE = FIRST_CONTACT + 3  # what it earns in a month
EARNED_MARGIN = FIRST_CONTACT + 4  # ... less the cost of delivery
# ... about nurture: in whose place rows of pursuits that are nurtured, or have been, stand ...
PARKED_COLD = FIRST_CONTACT + 5  # PARKED out of a queue
OF_NO_VISIT = FIRST_CONTACT + 6  # LOST after nurture, whose visit has ended before; and other such rows
# ... its spans, period alone ...
TOUCH = FIRST_CONTACT + 7  # touches in a month, and what they cost
IN_NURTURE = FIRST_CONTACT + 8  # who is in nurture at a month's end, and the time in it
# ... contracts of those who have come back.
WON_BACK = FIRST_CONTACT + 9  # WON
EXPECTED_BACK = FIRST_CONTACT + 10  # EXPECTED
EARNED_BACK = FIRST_CONTACT + 11  # EARNED_REVENUE
# ... about first contacts after hand-over, and what of them is truly junk (J7, J8) ...
HANDED_OVER = FIRST_CONTACT + 12
# ... and about attempts to reach the buyer (Y7).
ATTEMPT = FIRST_CONTACT + 13  # one is over: does it succeed, was it the last one in vain, was it the first
# ... and about customers, of the period alone (F8, F9).
AT_STARTS = FIRST_CONTACT + 14  # customers, and their MRR, as a month begins, added up over the months
OF_EXISTING = FIRST_CONTACT + 15  # of those who were customers as the month began: who leaves, changes of MRR
TERM_OVER = FIRST_CONTACT + 16  # a typed term is over: is it renewed
EARNED_FROM_EXISTING = FIRST_CONTACT + 17  # EARNED_REVENUE of those who signed in an earlier month
LATER_TERM = FIRST_CONTACT + 18  # what customers pay for another term
DELIVERY = FIRST_CONTACT + 19  # one is delivered: in time, good, and how long it took
UNDELIVERED = FIRST_CONTACT + 20  # one is cancelled; what work on deliveries costs besides pay
ACCOUNT_VISIT = FIRST_CONTACT + 21  # one is over: was it made; what work on visits costs besides pay
AFTERWARDS = FIRST_CONTACT + 22  # who buys again, refers others and is won back (F13, F14, F16)
PROMPT_HOURS = (1, 4, 24)

# What is summed for each event, one line each.
_C, _W, _K, _M = Measure.COUNT, Measure.WAITED, Measure.WORKED, Measure.MONEY
KEPT: tuple[tuple[int, tuple[Measure, ...]], ...] = (
    (Event.INQUIRY, (_C, _M)),
    (Event.ENTERED, (_C,)),
    (Event.STARTED, (_C, _W, _M)),
    (Event.WORKED, (_C, _W, _K)),
    (Event.ADVANCED, (_C, _W)),
    (Event.SENT_BACK, (_C, _W)),
    (Event.BECAME_LEAD, (_C, _M)),
    (Event.WON, (_C, _W, _M, Measure.AGE)),
    (Event.LOST, (_C, _W)),
    (Event.WENT_COLD, (_C, _W)),
    (Event.COMMISSION, (_M,)),
    (Event.MEDIA, (_M,)),
    (Event.PAY, (_M,)),
    (Event.OPEN, (_C,)),
    (Event.MARGIN, (_M,)),
    (Event.EXPECTED, (_M,)),
    (Event.BEGAN, (_C,)),
    (Event.PARKED, (_C, _W)),
    (Event.RETURNED, (_C, _W)),
    (Event.WITHDRAWN, (_C, _W)),
    (Event.ON_STAFF, (_C, _W)),
    (Event.ONE_OFF, (_M,)),
    (Event.RUNNING, (_M,)),
    (Event.COOLED_OFF, (_C, _W)),
    (Event.REPORTED, (_C,)),
    (Event.EXPECTED_MARGIN, (_M,)),
    (Event.EXPECTED_COMMISSION, (_M,)),
    (Event.HELD, (_C, _W, Measure.COLD, _M)),  # waited: that of those who went cold
    (Event.ADMITTED, (_C, _W)),
    (Event.IGNORED, (_C,)),
    (Event.TRAINED, (_C, _M)),
    (Event.SKILL, (_C, _M)),
    (Event.PROSPECTED, (_C, _W, _K, _M)),
    (Event.INTERRUPTED, (_C, _W, _K)),
    (Event.RESUMED, (_C, _W)),
    (Event.ABSENT, (_C, _W)),
    (Event.JOINED, (_C, _M)),
    (FIRST_CONTACT, (_C, _W)),
    (CONTACT_BY_CLOCK, (_C, _W, _K, Measure.ASKING)),
    (CONTACT_BY_WORKING_HOURS, (_C, _W, _K, Measure.OPENED)),
    (Event.REJECTED, (_C, _K, _M)),
    (HANDED_OVER, (_C, Measure.TRULY_JUNK, Measure.JUSTLY_REJECTED)),
    (EARNED_REVENUE, (_M,)),
    (EARNED_MARGIN, (_M,)),
    (PARKED_COLD, (_C, _W)),
    (OF_NO_VISIT, (_C, Measure.COLD_LATER, Measure.STARTED_AGAIN)),
    (TOUCH, (_C, _M)),
    (IN_NURTURE, (_C, _W)),
    (WON_BACK, (_C, Measure.HAD_LEFT, _M)),
    (EXPECTED_BACK, (_M,)),
    (EARNED_BACK, (_M,)),
    (Event.NOT_REACHED, (_C, _W, _K)),
    (Event.QUEUED_AGAIN, (_C, _W)),
    (ATTEMPT, (_C, _W, _K, Measure.FIRST)),
    (Event.SUBSCRIBED, (_C, _M)),
    (Event.RENEWED, (_C, _M)),
    (Event.EXPANDED, (_C, _M)),
    (Event.CONTRACTED, (_C, _M)),
    (Event.CHURNED, (_C, _W, _M)),
    (Event.RUNS_ON, (_C, _M)),
    (AT_STARTS, (_C, Measure.MRR)),
    (OF_EXISTING, (_C, Measure.ADDED, Measure.REDUCED, Measure.LOST)),
    (TERM_OVER, (_C, Measure.RENEWED)),
    (EARNED_FROM_EXISTING, (_M,)),
    (Event.WAS_CUSTOMER, (_C, _M)),
    (Event.DONE, (_C, _W)),
    (LATER_TERM, (_C, _M)),
    (Event.DELIVERED, (_C, _W)),
    (Event.CANCELLED, (_C, _M)),
    (Event.EARNED, (_C, _W, _M)),
    (DELIVERY, (_C, Measure.IN_TIME, Measure.GOOD, Measure.TAKEN)),
    (UNDELIVERED, (_C, _M)),
    (ACCOUNT_VISIT, (_C, Measure.MADE, Measure.DEVELOPING, _M)),
    (Event.ORDERED, (_C, _W, _M)),
    (Event.REACTIVATED, (_C, _W, _M)),
    (AFTERWARDS, (_C, Measure.REFERRED, Measure.WON_BACK_FOR, _M)),
)

EVENTS = AFTERWARDS + 1

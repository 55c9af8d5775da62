"""Where pursuits and the companies of a market are at any moment, by the rows of the ledger alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from funnelsim.engines.fold import stack
from funnelsim.metrics.cut import average_number, queueing, untaken
from funnelsim.model.model import SALE
from funnelsim.model.words import NOTHING, Event, Flag

from .plain import History, Row, Span, differ, overlap

NOWHERE, ON_ITS_WAY, QUEUES, HELD, WORKED, DECIDES, TO_BE_TRIED, RESTS, UNDER_CONTRACT, OVER = (
    "not there",
    "on its way",
    "in a queue",
    "held before the hand-over",
    "worked on",
    "with the customer",
    "waiting for the next attempt",
    "at rest",
    "under contract",
    "over",
)
STILL_THERE = (QUEUES, HELD, WORKED, DECIDES, TO_BE_TRIED, RESTS)
MOVES: dict[Event, tuple[tuple[str, ...], str]] = {  # from which places a row leads, and where
    Event.INQUIRY: ((NOWHERE,), ON_ITS_WAY),
    Event.BEGAN: ((NOWHERE,), ON_ITS_WAY),
    Event.ENTERED: ((ON_ITS_WAY,), QUEUES),
    Event.HELD: ((QUEUES,), HELD),
    Event.ADMITTED: ((HELD,), QUEUES),
    Event.STARTED: ((QUEUES,), WORKED),
    Event.RESUMED: ((QUEUES,), WORKED),
    Event.INTERRUPTED: ((WORKED,), QUEUES),
    Event.WORKED: ((WORKED,), DECIDES),
    Event.NOT_REACHED: ((WORKED,), TO_BE_TRIED),
    Event.QUEUED_AGAIN: ((TO_BE_TRIED,), QUEUES),
    Event.ADVANCED: ((DECIDES,), ON_ITS_WAY),
    Event.SENT_BACK: ((DECIDES,), ON_ITS_WAY),
    Event.PARKED: ((DECIDES, QUEUES, HELD), RESTS),
    Event.RETURNED: ((RESTS,), ON_ITS_WAY),
    Event.WON: ((DECIDES,), OVER),
    Event.LOST: ((DECIDES,), OVER),
    Event.WENT_COLD: ((QUEUES, HELD), OVER),
    Event.WITHDRAWN: ((QUEUES, HELD, TO_BE_TRIED, RESTS), OVER),
    Event.OPEN: (STILL_THERE, OVER),
    Event.TOUCHED: ((RESTS,), RESTS),
    Event.REJECTED: ((DECIDES,), DECIDES),
    Event.IGNORED: ((QUEUES,), QUEUES),
    Event.DELIVERED: ((DECIDES,), OVER),
    Event.DONE: ((DECIDES,), OVER),
    Event.SUBSCRIBED: ((NOWHERE,), UNDER_CONTRACT),
    Event.REACTIVATED: ((NOWHERE,), UNDER_CONTRACT),
    Event.WAS_CUSTOMER: ((NOWHERE,), UNDER_CONTRACT),
    Event.RENEWED: ((UNDER_CONTRACT,), UNDER_CONTRACT),
    Event.EXPANDED: ((UNDER_CONTRACT,), UNDER_CONTRACT),
    Event.CONTRACTED: ((UNDER_CONTRACT,), UNDER_CONTRACT),
    Event.CHURNED: ((UNDER_CONTRACT,), OVER),
    Event.RUNS_ON: ((UNDER_CONTRACT,), OVER),
}
BEGINNINGS = (Event.INQUIRY, Event.BEGAN, Event.SUBSCRIBED, Event.WAS_CUSTOMER, Event.REACTIVATED)


def of_pursuits(history: History, seen: Counter[str]) -> Iterator[str]:
    """Every pursuit is in one place at any time, in the end over; queues are as long as the figure says."""
    places: dict[int, tuple[str, int]] = defaultdict(lambda: (NOWHERE, 0))
    stays: dict[str, list[tuple[Span, int, int]]] = defaultdict(
        list
    )  # when, in which stage, of which segment
    ends: Counter[int] = Counter()
    for row in history.rows:
        event = Event(row.event)
        if event not in MOVES:
            continue
        allowed, there = MOVES[event]
        here, since = places[row.pursuit]
        if row.flags & Flag.NURTURED:  # it has not come back; what follows may be another rest
            allowed = (RESTS,)
        if event is Event.PARKED and row.created < 0:  # a customer who leaves
            allowed = (*allowed, ON_ITS_WAY)
        if event is Event.NOT_REACHED and row.reason != NOTHING:
            there = DECIDES
        if here not in allowed:
            yield f"{event.name} of {row.pursuit}, which is {here}, at {row.time}"
        if here != there:
            stays[here].append(((since, row.time), row.stage, row.segment))
            places[row.pursuit] = (there, row.time)
        ends[row.event] += there == OVER
    left = sum(place != OVER for place, _ in places.values())
    came = sum(row.event in BEGINNINGS for row in history.rows)
    if left or came != ends.total():
        yield f"{came} pursuits came, {ends.total()} have ended, and {left} are left"
    yield from _of_queues(history, stays)
    seen["inquiries"] += sum(row.event == Event.INQUIRY for row in history.rows)
    for place in STILL_THERE:
        seen[f"inquiries {place}"] += len(stays[place])


def _of_queues(history: History, stays: dict[str, list[tuple[Span, int, int]]]) -> Iterator[str]:
    """The figures of those who queue and are held are the time that they spend there."""
    model, tally = history.model, stack([history.tally])
    told = {
        QUEUES: queueing(model, tally)[0],
        HELD: average_number(model, tally.held, tally.holding)[0],
    }
    for place, figure in told.items():
        counted = np.zeros(figure.shape)
        for span, stage, segment in stays[place]:
            for number, month in enumerate(history.months):
                counted[number, stage, segment] += overlap(span, month) / (month[1] - month[0])
        if not np.allclose(counted, figure, rtol=1e-9, atol=1e-9):
            yield f"{counted.sum()} are {place}, and the figure says {figure.sum()}"


# ---- companies -------------------------------------------------------------------------------------


def of_companies(history: History, seen: Counter[str]) -> Iterator[str]:
    """A market's companies are customers, pursued, cooling off or available, at every moment."""
    model = history.model
    for segment in np.flatnonzero(model.segments["companies"]).tolist():
        market = Market(int(model.segments["companies"][segment]), int(model.segments["customers"][segment]))
        available = [(0, market.available)]
        for row in history.rows:
            if row.segment != segment or row.process != SALE or row.created < 0:
                continue
            yield from market.follow(row, model.stocks_from)
            if market.available < 0:
                yield f"{-market.available} companies of segment {segment} are missing at {row.time}"
            available.append((row.time, market.available))
        seen.update({f"companies {what}": count for what, count in market.met.items()})
        seen["companies"] += market.companies
        yield from _of_availability(history, segment, available)


class Market:
    """Where the companies of a segment are."""

    def __init__(self, companies: int, customers: int) -> None:
        self.companies, self.customers = companies, customers
        self.pursued: set[int] = set()
        self.cooling: dict[int, tuple[int, int]] = {}  # since when, and in which stage that began
        self.met: Counter[str] = Counter()

    @property
    def available(self) -> int:
        """How many companies are left."""
        return self.companies - self.customers - len(self.pursued) - len(self.cooling)

    def follow(self, row: Row, period: int) -> Iterator[str]:
        """Move a company as a row says."""
        if row.event == Event.INQUIRY:
            self.pursued.add(row.pursuit)
            self.met["pursued"] += 1
        elif row.event in (Event.WON, Event.LOST, Event.WENT_COLD, Event.WITHDRAWN):
            if row.pursuit not in self.pursued:
                yield f"the company of {row.pursuit} was not pursued"
            self.pursued.discard(row.pursuit)
            if row.event == Event.WON and row.time >= period:
                self.customers += 1
                self.met["won as customers"] += 1
            else:
                self.cooling[row.pursuit] = (row.time, row.stage)
        elif row.event == Event.COOLED_OFF:
            began = self.cooling.pop(row.pursuit, None)
            if began != (row.time - row.waited, row.stage):
                yield f"the company of {row.pursuit} cools off since {row.time - row.waited}, not {began}"
            self.met["cooled off"] += 1


def _of_availability(history: History, segment: int, available: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The figures of what is available are those of the account, on average and at the end of each month."""
    on_average, at_end = (each[0, :, segment] for each in untaken(history.model, stack([history.tally])))
    steps = [
        ((since, until), count)
        for (since, count), (until, _) in pairwise([*available, (history.model.horizon, 0)])
    ]
    for number, month in enumerate(history.months):
        mean = sum(count * overlap(span, month) for span, count in steps) / (month[1] - month[0])
        last = available[bisect_right(available, month[1] - 1, key=lambda each: each[0]) - 1][1]
        if differ(mean, on_average[number]) or last != at_end[number]:
            figures = f"{on_average[number]}, {at_end[number]}"
            yield f"segment {segment}: {mean}, {last} available, and the figures say {figures}"

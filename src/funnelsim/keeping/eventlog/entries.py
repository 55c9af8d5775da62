"""Ledger rows in words: whose case, what happened, who did it and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from funnelsim.chance.keys import Entity
from funnelsim.compiling.arrays import Records
from funnelsim.model.model import Names
from funnelsim.model.records import LEDGER
from funnelsim.model.words import HOUR, NOBODY, NOTHING, Event

# Daily costs and time on staff belong to no case; a contract's margin, expected bookings, revenue and
# bills are no step, nor is it that a company has cooled off after its last one, or what each member of a
# crew has done of a work that is a step already.
ACTIVITIES = {
    Event.INQUIRY: "inquiry",
    Event.ENTERED: "{stage}: starts waiting",
    Event.STARTED: "{stage}: work starts",
    Event.WORKED: "{stage}: work ends",
    Event.ADVANCED: "{stage}: goes on",
    Event.SENT_BACK: "{stage}: sent back",
    Event.BECAME_LEAD: "becomes a lead",
    Event.WON: "{stage}: won",
    Event.LOST: "{stage}: lost",
    Event.WENT_COLD: "{stage}: gone cold",
    Event.COMMISSION: "commission",
    Event.OPEN: "{stage}: still open",
    Event.BEGAN: "begins",
    Event.PARKED: "{stage}: rests",
    Event.RETURNED: "{stage}: comes back",
    Event.WITHDRAWN: "{stage}: withdrawn",
    Event.REJECTED: "{stage}: rejected as junk",
    Event.HELD: "{stage}: held",
    Event.ADMITTED: "{stage}: handed over",
    Event.IGNORED: "{stage}: ignored",
    Event.NOT_REACHED: "{stage}: not reached",
    Event.QUEUED_AGAIN: "{stage}: waits for the next attempt",
    Event.TOUCHED: "{stage}: nurtured",
    Event.INTERRUPTED: "{stage}: work interrupted",
    Event.RESUMED: "{stage}: work resumed",
    Event.REPORTED: "{stage}: reported to marketing",
    Event.SUBSCRIBED: "becomes a customer",
    Event.RENEWED: "renews",
    Event.EXPANDED: "pays more",
    Event.CONTRACTED: "pays less",
    Event.CHURNED: "leaves",
    Event.RUNS_ON: "still a customer",
    Event.WAS_CUSTOMER: "is a customer as the period begins",
    Event.WAS_OPEN: "{stage}: is open at first",
    Event.DONE: "{stage}: customer visited",
    Event.DELIVERED: "{stage}: delivered",
    Event.CANCELLED: "delivery cancelled",
    Event.ORDERED: "buys again",
    Event.REACTIVATED: "is a customer again",
}
_ENDS = {Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN, Event.WITHDRAWN}
_ENDS |= {Event.CHURNED, Event.RUNS_ON, Event.DONE, Event.DELIVERED}
_VALUES = {Event.WON, Event.WAS_CUSTOMER, Event.SUBSCRIBED, Event.RENEWED, Event.EXPANDED}
_VALUES |= {Event.CONTRACTED, Event.CHURNED, Event.RUNS_ON}
_VALUES |= {Event.ORDERED, Event.REACTIVATED}
_WORK = {Event.WORKED, Event.INTERRUPTED, Event.NOT_REACHED}
_COSTS = {Event.INQUIRY, Event.HELD, Event.STARTED, Event.COMMISSION}
_INDEX = (1 << 32) - 1  # the bits of a lead's entity that number it within its channel
_FIELDS = {name: position for position, name in enumerate(LEDGER.names or ())}


class Entry(NamedTuple):
    """An event of a lead. Fields that it does not have are None."""

    case: str  # "website-17": the channel and the lead's number in it, from 0; "customer-..." without one
    activity: str
    resource: str | None  # the rep
    timestamp: str  # ISO 8601; the scenario's own clock, which knows no time zone, written as UTC
    channel: str | None
    segment: str
    stage: str | None
    waited_hours: float  # clock time of the span that the event closes
    worked_hours: float  # working time
    cost: float | None  # of an inquiry, a visit, a lead held or a commission
    value: float | None  # bookings of a contract, a repeat purchase; MRR or by how much it changes
    reason: str | None  # why it was lost
    ends: bool  # whether it is the lead's last step


def entries(page: Records, names: Names) -> Iterator[Entry]:
    """Put ledger rows into words; rows that belong to no lead are left out.

    Parameters
    ----------
    page : records
        LEDGER rows.
    names : Names
        Of the model that wrote them.

    Examples
    --------
    >>> from funnelsim.engines import history
    >>> from funnelsim.scenario import Months, load, lower
    >>> model, names = lower(load("first_steps").with_months(Months(6, 12, 4)))
    >>> first = next(entries(history("reference", model)[:50], names))
    >>> first.case, first.activity, first.timestamp[:4]
    ('website-0', 'inquiry', '2025')
    """
    midnight = datetime.fromisoformat(names.start).replace(tzinfo=UTC)
    for row in page.tolist():  # plain numbers: ten times faster than the fields of records
        if row[_FIELDS["event"]] in ACTIVITIES:
            yield _entry(row, names, midnight)


def _case(pursuit: int, channel: str | None) -> str:
    """Name a case: an open deal by its whole entity, of which all bits are of its name (OD1)."""
    if pursuit >> 56 == Entity.OPEN_DEAL:
        return f"deal-{pursuit}"
    return f"customer-{pursuit}" if channel is None else f"{channel}-{pursuit & _INDEX}"


def _entry(row: tuple[int | float, ...], names: Names, midnight: datetime) -> Entry:
    told = dict(zip(_FIELDS, row, strict=True))
    kind = Event(int(told["event"]))
    stage, rep, reason, money = told["stage"], told["rep"], told["reason"], float(told["money"])
    at = names.stages[int(stage)] if stage != NOTHING else None
    by = names.channels[int(told["channel"])] if told["channel"] != NOTHING else None
    pursuit = int(told["pursuit"])
    return Entry(
        case=_case(pursuit, by),
        activity=ACTIVITIES[kind].format(stage=at),
        resource=names.reps[int(rep)] if rep != NOBODY else None,
        timestamp=(midnight + timedelta(microseconds=int(told["time"]))).isoformat(timespec="microseconds"),
        channel=by,
        segment=names.segments[int(told["segment"])],
        stage=at,
        waited_hours=told["waited"] / HOUR,
        worked_hours=told["worked"] / HOUR if kind in _WORK else 0.0,
        cost=money if kind in _COSTS else None,
        value=money if kind in _VALUES else None,
        reason=names.reasons[int(reason)] if reason != NOTHING else None,
        ends=kind in _ENDS,
    )

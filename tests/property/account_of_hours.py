"""Every hour of reps, by the rows of the ledger and their calendars, and that the figures say the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from funnelsim.model.words import HOUR, Event

from .plain import History, Row, Span, differ, openings, overlap, spans_of


class Spell(NamedTuple):
    """A spell of work or prospecting: its span, and the working time that the row says, if it is over."""

    span: Span
    worked: int
    over: bool
    prospects: bool


def spells_of(history: History) -> Iterator[tuple[int, Spell]]:
    """Give out what each rep has done, with whatever is in hand at the horizon."""
    began: dict[int, Row] = {}  # by pursuit
    for row in history.rows:
        if row.event in (Event.STARTED, Event.RESUMED):
            began[row.pursuit] = row
        elif row.event in (Event.WORKED, Event.NOT_REACHED, Event.INTERRUPTED):
            start = began.pop(row.pursuit)
            if row.rep != start.rep or row.waited != row.time - start.time:
                raise AssertionError(f"{row} does not end {start}")
            if row.rep >= 0:
                yield row.rep, Spell((start.time, row.time), row.worked, over=True, prospects=False)
        elif row.event == Event.PROSPECTED:
            yield row.rep, Spell((row.time - row.waited, row.time), row.worked, over=True, prospects=True)
        elif row.event == Event.OPEN and row.pursuit in began:
            start = began.pop(row.pursuit)
            if start.rep >= 0:
                yield start.rep, Spell((start.time, row.time), 0, over=False, prospects=False)


class Rep(NamedTuple):
    """The time of a rep: when on staff and absent, what was done, and when the calendar is open."""

    number: int
    staff: list[Span]
    away: list[Span]
    done: list[Spell]
    opened: list[Span]

    def open_in(self, span: Span) -> int:
        """Return the opening time in a span."""
        return sum(overlap(span, each) for each in self.opened)

    def absent_in(self, span: Span) -> int:
        """Return the opening time of absences in a span."""
        return sum(self.open_in(common(span, each)) for each in self.away if overlap(span, each))

    def there_in(self, span: Span) -> int:
        """Return the working time in a span."""
        return self.open_in(span) - self.absent_in(span)


def common(one: Span, other: Span) -> Span:
    """Return what two spans have in common; a span without length if there is nothing."""
    first = max(one[0], other[0])
    return first, max(first, min(one[1], other[1]))


def of_hours(history: History, seen: Counter[str]) -> Iterator[str]:
    """A rep's time on staff is work, prospecting, absence, idle time, or off; the figures say the same."""
    staff, away = spans_of(history, Event.ON_STAFF), spans_of(history, Event.ABSENT)
    done: dict[int, list[Spell]] = defaultdict(list)
    for number, spell in spells_of(history):
        if spell.span[0] < spell.span[1]:
            done[number].append(spell)
    for number in range(len(history.model.reps)):
        rep = Rep(number, staff[number], away[number], sorted(done[number]), openings(history.model, number))
        yield from _of_spans(rep)
        yield from _of_absences(history, rep)
        yield from _of_totals(rep, seen)
        yield from _of_months(history, rep)


def _of_spans(rep: Rep) -> Iterator[str]:
    """A rep is in one place at a time, on staff, and works for as long as the rows say."""
    at_work = [each.span for each in rep.done]
    for name, spans in (("on staff", rep.staff), ("absent", rep.away), ("at work", at_work)):
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            yield f"rep {rep.number} is {name} twice at a time"
        if any(not any(each[0] <= span[0] and span[1] <= each[1] for each in rep.staff) for span in spans):
            yield f"rep {rep.number} is {name} and not on staff"
    for spell in rep.done:
        if spell.over and spell.worked != rep.there_in(spell.span):
            yield f"rep {rep.number} says {spell.worked} of {spell.span}, and has {rep.there_in(spell.span)}"


def _of_absences(history: History, rep: Rep) -> Iterator[str]:
    """An absence says how much of it was taken from work in hand."""
    for row in history.rows:
        if row.event == Event.ABSENT and row.rep == rep.number:
            span = (row.time - row.waited, row.time)
            in_hand = any(overlap(span, each.span) and not each.prospects for each in rep.done)
            if row.worked != (rep.open_in(span) if in_hand else 0):
                yield f"rep {rep.number} says that {row.worked} of {span} was taken from work"


def _of_totals(rep: Rep, seen: Counter[str]) -> Iterator[str]:
    """Whatever time on staff is not for something else is idle, and never less than none."""
    totals = {
        "worked": sum(rep.there_in(each.span) for each in rep.done if not each.prospects),
        "prospecting": sum(each.worked for each in rep.done if each.prospects),
        "absent": sum(rep.absent_in(each) for each in rep.staff),
        "off": sum(each[1] - each[0] - rep.open_in(each) for each in rep.staff),
    }
    totals["idle"] = sum(each[1] - each[0] for each in rep.staff) - sum(totals.values())
    if totals["idle"] < 0:
        yield f"rep {rep.number} has done more than there was time for: {totals}"
    for what, time in totals.items():
        seen[f"hours {what}"] += round(time / HOUR)
        seen["hours"] += round(time / HOUR)


def _of_months(history: History, rep: Rep) -> Iterator[str]:
    """The figures of a rep's months are the time that was spent in them."""
    for number, month in enumerate(history.months):
        parts = [common(each, month) for each in rep.staff]
        worked = [common(each.span, month) for each in rep.done if each.over and not each.prospects]
        told = {
            "busy": sum(map(rep.there_in, worked)),
            "available": sum(map(rep.there_in, parts)),
            "absent": sum(map(rep.absent_in, parts)),
            "staff": sum(each[1] - each[0] for each in parts) / (month[1] - month[0]),
        }
        for name, amount in told.items():
            figure = float(getattr(history.tally, name)[number, rep.number])
            if differ(amount, figure):
                yield f"rep {rep.number}: {name} {amount} in month {number}, and the figure says {figure}"

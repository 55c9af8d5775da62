"""Every hour of reps, by the rows of the ledger and their calendars, and that the figures say the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from funnelsim.model.model import Model
from funnelsim.model.words import HOUR, Event, Kind, Phase

from .plain import History, Row, Span, differ, openings, overlap, spans_of


class Spell(NamedTuple):
    """A spell of work or prospecting: its span, and the working time that rows say, if it is over."""

    span: Span
    worked: int
    over: bool
    prospects: bool
    phase: Phase = Phase.ACQUIRE
    crew: tuple[int, ...] = ()  # who did it together


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
            if row.rep >= 0 and (row.event != Event.WORKED or people_of(history.model, row) == 1):
                phase = phase_of(history, row)
                yield (
                    row.rep,
                    Spell((start.time, row.time), row.worked, over=True, prospects=False, phase=phase),
                )
        elif row.event == Event.PROSPECTED:
            yield row.rep, Spell((row.time - row.waited, row.time), row.worked, over=True, prospects=True)
        elif row.event == Event.OPEN and row.pursuit in began:
            start = began.pop(row.pursuit)
            if start.rep >= 0 and people_of(history.model, start) == 1:
                yield start.rep, Spell((start.time, row.time), 0, over=False, prospects=False)


def phase_of(history: History, row: Row) -> Phase:
    """Tell which phase of a customer's life a row is about, by its process, or as the customer had left."""
    process = history.model.processes[row.process]
    if process["kind"] == Kind.DELIVERING:
        return Phase.DELIVER
    if process["kind"] == Kind.VISITING:
        return Phase(int(process["phase"]))
    return Phase.WIN_BACK if row.created == -1 else Phase.ACQUIRE


def people_of(model: Model, row: Row) -> int:
    """Return how many people the work that a row is about takes."""
    stage = model.stages[row.stage]
    return int(
        (model.variants[stage["first_variant"] + row.segment] if stage["variants"] else stage)["people"]
    )


def spells_of_crews(history: History, seen: Counter[str]) -> Iterator[tuple[int, Spell]]:
    """Give out what each member of a crew has done, up to the last row that says so."""
    parts: dict[tuple[int, int], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    ends = {
        (row.pursuit, row.time - row.waited): row
        for row in history.rows
        if row.event == Event.WORKED and people_of(history.model, row) > 1
    }
    for row in history.rows:
        if row.event == Event.IN_CREW:
            parts[row.pursuit, row.time - row.waited][row.rep].append(row)
    seen["jobs of crews"] += len(ends)
    if ends.keys() - parts.keys():
        raise AssertionError(f"nobody was in the crews of {ends.keys() - parts.keys()}")
    for (pursuit, began), of_reps in parts.items():
        crew = tuple(sorted(of_reps))
        until = max(row.time for rows in of_reps.values() for row in rows)
        done = {sum(row.worked for row in rows) for rows in of_reps.values()}
        end = ends.get((pursuit, began))
        if len(done) > 1 or (end is not None and done != {end.worked}):
            raise AssertionError(f"those of {crew} say {done} of {pursuit}")
        if len(crew) != people_of(history.model, next(iter(of_reps.values()))[0]):
            raise AssertionError(f"{crew} are not as many as {pursuit} takes")
        if end is not None and (end.time, end.count) != (until, len(crew)):
            raise AssertionError(f"{crew} parted at {until}, and {end} says otherwise")
        for rep in crew:
            phase = phase_of(history, next(iter(of_reps.values()))[0])
            yield rep, Spell((began, until), *done, over=True, prospects=False, phase=phase, crew=crew)


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

    def parts_of(self, span: Span) -> list[Span]:
        """List when in a span the rep is at work."""
        parts = [common(span, each) for each in self.opened if overlap(span, each)]
        for gone in self.away:
            halves = (
                half
                for each in parts
                for half in ((each[0], min(each[1], gone[0])), (max(each[0], gone[1]), each[1]))
            )
            parts = [half for half in halves if half[0] < half[1]]
        return parts


def together(reps: Sequence[Rep], span: Span) -> int:
    """Return the time in a span in which all of some reps are at work."""
    parts = [span]
    for rep in reps:
        parts = [common(one, other) for one in parts for other in rep.parts_of(span) if overlap(one, other)]
    return sum(each[1] - each[0] for each in parts)


def common(one: Span, other: Span) -> Span:
    """Return what two spans have in common; a span without length if there is nothing."""
    first = max(one[0], other[0])
    return first, max(first, min(one[1], other[1]))


def reps_of(history: History, seen: Counter[str]) -> list[Rep]:
    """Find the time of each rep."""
    staff, away = spans_of(history, Event.ON_STAFF), spans_of(history, Event.ABSENT)
    done: dict[int, list[Spell]] = defaultdict(list)
    for number, spell in (*spells_of(history), *spells_of_crews(history, seen)):
        if spell.span[0] < spell.span[1]:
            done[number].append(spell)
    return [
        Rep(number, staff[number], away[number], sorted(done[number]), openings(history.model, number))
        for number in range(len(history.model.reps))
    ]


def of_hours(history: History, reps: Sequence[Rep], seen: Counter[str]) -> Iterator[str]:
    """A rep's time on staff is work, prospecting, absence, idle time, or off; the figures say the same."""
    for rep in reps:
        yield from _of_spans(rep, reps)
        yield from _of_absences(history, rep)
        yield from _of_totals(rep, seen)
        yield from _of_months(history, rep, reps)


def worked_in(rep: Rep, reps: Sequence[Rep], spell: Spell, span: Span) -> int:
    """Return how much of a spell was worked in a span."""
    if not overlap(spell.span, span):
        return 0
    if spell.crew:
        return together([reps[number] for number in spell.crew], common(spell.span, span))
    return rep.there_in(common(spell.span, span))


def _of_spans(rep: Rep, reps: Sequence[Rep]) -> Iterator[str]:
    """A rep is in one place at a time, on staff, and works for as long as the rows say."""
    at_work = [each.span for each in rep.done]
    for name, spans in (("on staff", rep.staff), ("absent", rep.away), ("at work", at_work)):
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            yield f"rep {rep.number} is {name} twice at a time"
        if any(not any(each[0] <= span[0] and span[1] <= each[1] for each in rep.staff) for span in spans):
            yield f"rep {rep.number} is {name} and not on staff"
    for spell in rep.done:
        has = worked_in(rep, reps, spell, spell.span)
        if spell.over and spell.worked != has:
            yield f"rep {rep.number} says {spell.worked} of {spell.span}, and has {has}"


def _of_absences(history: History, rep: Rep) -> Iterator[str]:
    """An absence says how much of it was taken from work in hand."""
    for row in history.rows:
        if row.event == Event.ABSENT and row.rep == rep.number:
            span = (row.time - row.waited, row.time)
            own = (each for each in rep.done if not (each.prospects or each.crew))
            in_hand = any(overlap(span, each.span) for each in own)
            if row.worked != (rep.open_in(span) if in_hand else 0):
                yield f"rep {rep.number} says that {row.worked} of {span} was taken from work"


def _of_totals(rep: Rep, seen: Counter[str]) -> Iterator[str]:
    """Whatever time on staff is not for something else is idle, and never less than none."""
    totals = {
        "worked": sum(
            each.worked if each.crew else rep.there_in(each.span) for each in rep.done if not each.prospects
        ),
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


def _of_months(history: History, rep: Rep, reps: Sequence[Rep]) -> Iterator[str]:
    """The figures of a rep's months are the time that was spent in them."""
    for number, month in enumerate(history.months):
        parts = [common(each, month) for each in rep.staff]
        worked = [each for each in rep.done if each.over and not each.prospects]
        told = {
            "busy": sum(worked_in(rep, reps, each, month) for each in worked),
            "available": sum(map(rep.there_in, parts)),
            "absent": sum(map(rep.absent_in, parts)),
            "staff": sum(each[1] - each[0] for each in parts) / (month[1] - month[0]),
        }
        for name, amount in told.items():
            figure = float(getattr(history.tally, name)[number, rep.number])
            if differ(amount, figure):
                yield f"rep {rep.number}: {name} {amount} in month {number}, and the figure says {figure}"

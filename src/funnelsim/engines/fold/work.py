"""The time of reps: at work, on staff and absent, in each month, and what they are paid for it."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.fold.tally import Books, count_months, month_of
from funnelsim.model.model import Model
from funnelsim.model.words import Event, Flag, Phase
from funnelsim.model.worktime import worked_by
from funnelsim.rules.phases import phase_of


@rule
def book_work(row: Record, since: int, month: int, model: Model, books: Books, replication: int) -> None:
    """Book a finished piece of work, or pay, to the month in which it was done, which began at `since`."""
    if row["event"] == Event.PAY:
        _book_pay(row, month, model, books, replication)
    worked = row["event"] in (Event.WORKED, Event.NOT_REACHED) and row["rep"] >= 0 and row["waited"] > 0
    if worked and row["count"] > 1 and row["flags"] & Flag.ATTEMPT.value == 0:  # IN_CREW rows have it
        return
    if worked and row["time"] - row["waited"] < since:
        book_span(row, model, books, replication)
    elif worked and 0 <= month < len(model.months) - 1:
        _add_work(row, month, float(row["worked"]), model, books, replication)
        books.paused[replication, month * len(model.reps) + int(row["rep"])] = 0.0


@rule
def book_in_crew(row: Record, month: int, model: Model, books: Books, replication: int) -> None:
    """Book what a member of a crew has done, all of it in one month (CR10)."""
    if row["event"] == Event.IN_CREW and 0 <= month < len(model.months) - 1:
        _add_work(row, month, float(row["worked"]), model, books, replication)


@rare
def book_span(row: Record, model: Model, books: Books, replication: int) -> None:
    """Split a piece of work, the time on staff or an absence at the ends of months, by the rep's hours.

    (F7)
    """
    rep, end = int(row["rep"]), row["time"]
    start, months = end - row["waited"], model.months
    calendar = model.calendars[model.reps[rep]["calendar"]]
    first, count = calendar["first_hours"], calendar["hours"]
    final = month_of(books, end)
    for month in range(max(0, month_of(books, start)), min(final + 1, len(months) - 1)):
        since, until = max(start, months[month]), min(end, months[month + 1])
        done = worked_by(model.hours, first, count, until) - worked_by(model.hours, first, count, since)
        of_rep = month * len(model.reps) + rep
        if row["event"] == Event.ON_STAFF:
            books.available[replication, of_rep] += done
            books.staff[replication, of_rep] += (until - since) / (months[month + 1] - months[month])
        elif row["event"] == Event.ABSENT:
            books.absent[replication, of_rep] += done
            books.available[replication, of_rep] -= done
            books.paused[replication, of_rep] += done if row["worked"] > 0 else 0.0
        else:
            worked = float(done) - books.paused[replication, of_rep]
            _add_work(row, month, worked, model, books, replication)
            books.paused[replication, of_rep] = 0.0


@rule
def _add_work(row: Record, month: int, done: float, model: Model, books: Books, replication: int) -> None:
    """Book working time that a rep has spent in a month on what a row is about."""
    of_rep = month * len(model.reps) + int(row["rep"])
    books.busy[replication, of_rep] += done
    phase = phase_of(model, row)
    if phase != Phase.ACQUIRE:
        later = (phase - Phase.DELIVER.value) * count_months(books) * len(model.reps) + of_rep
        books.later_work[replication, later] += done


@rare
def _book_pay(row: Record, month: int, model: Model, books: Books, replication: int) -> None:
    """Book what a rep is paid for a day."""
    if 0 <= month < count_months(books):
        books.paid[replication, month * len(model.reps) + int(row["rep"])] += row["money"]

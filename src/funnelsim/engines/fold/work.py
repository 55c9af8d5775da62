"""The time of reps: at work, on staff and absent, in each month."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.engines.fold.tally import Books, month_of
from funnelsim.model.model import Model
from funnelsim.model.words import Event, Flag
from funnelsim.model.worktime import worked_by


@rule
def book_work(row: Record, since: int, month: int, model: Model, books: Books, replication: int) -> None:
    """Book a finished piece of work to the month in which it was done, which began at `since`."""
    worked = row["event"] in (Event.WORKED, Event.NOT_REACHED) and row["rep"] >= 0
    if worked and row["count"] > 1 and row["flags"] & Flag.ATTEMPT.value == 0:  # IN_CREW rows have it
        return
    if worked and row["time"] - row["waited"] < since:
        book_span(row, model, books, replication)
    elif worked and 0 <= month < len(model.months) - 1:
        of_rep = month * len(model.reps) + int(row["rep"])
        books.busy[replication, of_rep] += row["worked"]
        books.paused[replication, of_rep] = 0.0


@rule
def book_in_crew(row: Record, month: int, model: Model, books: Books, replication: int) -> None:
    """Book what a member of a crew has done, all of it in one month (CR10)."""
    if row["event"] == Event.IN_CREW and 0 <= month < len(model.months) - 1:
        books.busy[replication, month * len(model.reps) + int(row["rep"])] += row["worked"]


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
            books.busy[replication, of_rep] += done - books.paused[replication, of_rep]
            books.paused[replication, of_rep] = 0.0

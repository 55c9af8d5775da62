"""Contracts: whose they are, and what they earn in which month."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import FOUR
from funnelsim.engines.fold.lines import Lines, process_of
from funnelsim.engines.fold.measures import (
    AFTERWARDS,
    BASES,
    EARNED_MARGIN,
    EARNED_REVENUE,
    Measure,
)
from funnelsim.engines.fold.tally import MONTHS, WIDTH, Books, month_of
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.rules import referrals
from funnelsim.rules.products import MONTH


@rule
def book_contract(row: Record, month: int, model: Model, books: Books, replication: int) -> None:
    """Book a contract to its rep, in the month in which it is won (F4)."""
    if row["event"] == Event.WON and row["rep"] >= 0 and 0 <= month < len(model.months) - 1:
        books.signed[replication, month * len(model.reps) + int(row["rep"])] += row["money"]


@rule
def rest_of_term(row: Record, model: Model) -> tuple[float, float]:
    """Return what is earned of the term at hand as the period begins, and the share that is margin (F11)."""
    share = model.prices[row["product"] * len(model.segments) + row["segment"]]["margin"]
    return row["money"] * (row["waited"] / MONTH), float(share)


@rare
def earn(row: Record, lines: Lines, model: Model, books: Books, replication: int) -> None:
    """Book what a contract earns, or the gross margin of it, in the months of the period (M9, F14)."""
    event = EARNED_REVENUE if row["event"] == Event.REVENUE else EARNED_MARGIN
    earn_as(row, event, float(row["money"]), 0, lines, model, books, replication)
    if event == EARNED_REVENUE and referrals.is_referral(model, row["channel"]):
        earn_as(row, AFTERWARDS, float(row["money"]), 0, lines, model, books, replication)


@rule
def earn_as(
    row: Record,
    event: int,
    money: float,
    from_month: int,
    lines: Lines,
    model: Model,
    books: Books,
    replication: int,
) -> None:
    """Book the part of a row's span that lies in each month of the period from one on, of this money."""
    if row["waited"] == 0:
        return  # what is earned at delivery (DE5)
    sums, column = books.sums, event * (BASES * FOUR) + Measure.MONEY.value
    start, end, months = row["time"], row["time"] + row["waited"], model.months
    first = int(books.bounds[MONTHS]) + process_of(row) * (len(months) - 1)
    in_period = 0.0
    for month in range(
        max(from_month, month_of(books, start)), min(month_of(books, end) + 1, len(months) - 1)
    ):
        within = min(end, months[month + 1]) - max(start, months[month])
        earned = money * (within / row["waited"])
        sums[replication, column + (first + month) * WIDTH] += earned
        in_period += earned
    for line in lines[BASES:]:
        sums[replication, column + line * WIDTH] += in_period

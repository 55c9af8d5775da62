"""Every referral, by the rows alone: customers who could have made it, and the figures."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator

from funnelsim.engines.fold import stack
from funnelsim.metrics import referrals as figures
from funnelsim.metrics.cut import cut
from funnelsim.model.words import Event

from .plain import History, differ, overlap


def of_referrals(history: History, seen: Counter[str]) -> Iterator[str]:
    """Who is referred comes after a customer of the segment, through a channel of their own."""
    model = history.model
    channel = int(model.firm["referred_to"][0]) - 1
    if channel < 0:
        return
    customers = defaultdict[int, list[int]](list)  # since when there are some, by segment
    referred = []
    for row in history.rows:
        signs = row.event in (Event.WON, Event.WAS_CUSTOMER) and row.time >= model.stocks_from
        if signs:
            customers[row.segment].append(row.time)
        elif row.event == Event.INQUIRY and row.channel == channel:
            referred.append(row)
            if bisect_left(customers[row.segment], row.time) == 0:
                yield f"{row.pursuit} is referred at {row.time}, where nobody is a customer"
    told = cut(model, stack([history.tally]), "month")
    for number, month in enumerate(history.months):
        asked = sum(month[0] <= row.time < month[1] for row in referred)
        earned = sum(
            row.money * overlap((row.time, row.time + row.waited), month) / row.waited
            for row in history.rows
            if row.event == Event.REVENUE and row.channel == channel
        )
        for figure, amount in ((figures.referred, asked), (figures.referred_revenue_share, earned)):
            found = float(figure.parts(told)[0][0, number])
            if differ(amount, found):
                yield f"{figure.name} of month {number} is of {amount}, and the figure says {found}"
    seen["referrals"] += len(referred)

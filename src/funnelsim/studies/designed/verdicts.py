"""What a study's rule has decided, in words: about each row against today, and about the best row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from funnelsim.decisions import AnyTime, Contrast
from funnelsim.metrics.wording import listed, money, money_range, rounded_up

MOST_NAMED = 5  # rows in a sentence


def told(found: AnyTime) -> list[str]:
    """State what is decided about the rows of a study under one assumption, and what is open.

    Parameters
    ----------
    found : AnyTime
        Of rows as strategies, today first.
    """
    said = [*_of_the_best(found), "; ".join(_of_today(found)), _of_the_open(found)]
    return [f"{each[0].upper()}{each[1:]}." for each in said if each]


def _of_the_best(found: AnyTime) -> Iterator[str]:
    if not found.best:
        return
    unsure = [name for name, each in found.against_leader.items() if each.open]
    if unsure:
        rivals = _some(unsure)
        yield f"it is not decided which row is best: {found.leader} leads so far, and {rivals} may be better"
        return
    same = f"; {_some(found.equals)} the same for our purposes" if found.equals else ""
    yield f"the best is {found.leader}{same}"


def _of_today(found: AnyTime) -> Iterator[str]:
    """Count the rows that are surely better than today, worse, or the same."""
    rows, currency = list(found.against_base.values()), found.profits.money.currency
    better = sorted((each for each in rows if each.better), key=lambda each: -each.mean)
    worse = [each for each in rows if each.worse]
    same = [each for each in rows if each.same and not (each.better or each.worse)]
    if better:
        by = money_range(better[0].low, better[0].high, currency)
        yield f"better than today: {_named(better)} ({better[0].strategy} by {by}, on average)"
    if worse:
        yield f"worse than today: {_named(worse)}"
    if same:
        yield f"the same as today within {money(found.margin, currency)}: {_named(same)}"


def _of_the_open(found: AnyTime) -> str:
    if found.suffices:
        return f"all this is decided after {found.profits.years:,} simulated years of each row"
    pairs = [f"{each.strategy} against {each.base}" for each in found.open]
    begins = f"open after {found.profits.years:,} simulated years of each row: {_some(pairs)}"
    if math.isinf(found.more_years):
        return f"{begins}; nobody can tell how many more it takes"
    return f"{begins}; if further years are like these, it takes about {rounded_up(found.more_years)} more"


def _named(rows: Sequence[Contrast]) -> str:
    return _some([each.strategy for each in rows])


def _some(names: Sequence[str]) -> str:
    """Name the first of many, and count the others.

    >>> _some(["row 1", "row 2"]), _some([f"row {number}" for number in range(1, 8)])
    ('row 1 and row 2', 'row 1, row 2, row 3, row 4, row 5 and 2 more')
    """
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], *([f"{more:,} more"] if more > 0 else [])])

"""What a rep's open leads do to the odds of what a rep does or leaves undone."""

from __future__ import annotations

from funnelsim.compiling.decorators import rule
from funnelsim.model.model import Model


@rule
def effect_of_open_leads(model: Model, first: int, points: int, others: int) -> float:
    """Read the odds ratio of a rep's open leads: linear between points, flat outside (J10).

    Parameters
    ----------
    first, points : int
        Of Model.loads.
    others : int
        How many open leads the rep has besides the one at hand.
    """
    if points == 0:
        return 1.0
    loads, last = model.loads, first + points - 1
    if others <= loads[first]["open"]:
        return float(loads[first]["odds"])
    if others >= loads[last]["open"]:
        return float(loads[last]["odds"])
    right = first + 1
    while loads[right]["open"] < others:
        right += 1
    left, span = loads[right - 1], loads[right]["open"] - loads[right - 1]["open"]
    return float(left["odds"] + (loads[right]["odds"] - left["odds"]) * ((others - left["open"]) / span))

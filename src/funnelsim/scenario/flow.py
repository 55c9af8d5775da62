"""Where leads go: the routes between stages as shares, for checks and lowering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from funnelsim.scenario.schema import Contents, Stage

WIN = "won"
LOSS = "lost"


def advancing(contents: Contents, name: str) -> dict[str, float]:
    """Return the shares of those who advance by target: the names of stages, or "won".

    >>> from funnelsim.scenario import load
    >>> advancing(load("first_steps"), "proposal")
    {'won': 1.0}
    """
    stage = contents.stages[name]
    if stage.next is None:
        order = list(contents.stages)
        position = order.index(name) + 1
        return {order[position] if position < len(order) else WIN: 1.0}
    total = sum(stage.next.values())
    return {target: weight / total for target, weight in stage.next.items() if weight > 0}


def failing(stage: Stage) -> dict[str, float]:
    """Return the shares of those who do not advance by target: the names of stages, or "lost"."""
    shares = {target: share for target, share in stage.back_to.items() if share > 0}
    lost = 1.0 - sum(shares.values())
    if lost > 1e-9 or not shares:
        shares[LOSS] = lost
    return shares


def stage_of(contents: Contents, name: str, segment: str) -> Stage:
    """Return a stage as it is for the leads of a segment."""
    stage = contents.stages[name]
    own = stage.segments.get(segment)
    if own is None:
        return stage
    differs = {key: value for key in type(own).model_fields if (value := getattr(own, key)) is not None}
    return stage.model_copy(update=differs)


def reached(edges: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """Find everything that can be reached from `starts` along `edges`, including the starts."""
    found: set[str] = set()
    agenda = list(starts)
    while agenda:
        position = agenda.pop()
        if position not in found:
            found.add(position)
            agenda.extend(edges.get(position, ()))
    return found


def lead_maker(contents: Contents) -> str:
    """Return the stage whose advancing inquiries have become leads."""
    for name, stage in contents.stages.items():
        if stage.makes == "lead":
            return name
    return next(iter(contents.stages))


def first_stage(contents: Contents, channel: str) -> str:
    """Return the stage where a channel's inquiries enter."""
    return contents.channels[channel].first_stage or next(iter(contents.stages))


def mix(contents: Contents, channel: str) -> dict[str, float]:
    """Return a channel's shares by segment."""
    return contents.channels[channel].segments or {next(iter(contents.segments)): 1.0}

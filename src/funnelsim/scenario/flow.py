"""Where leads go: the routes between stages as shares, for checks and lowering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from funnelsim.scenario.schema import (
    Contents,
    CustomerHours,
    HeatOddsHere,
    SkillByHeatHere,
    Stage,
    StageEffects,
)
from funnelsim.scenario.section import Section

WIN = "won"
LOSS = "lost"
_JOINED = (StageEffects, HeatOddsHere, SkillByHeatHere)  # tables of which a segment may give some keys


def advancing(contents: Contents, name: str, segment: str | None = None) -> dict[str, float]:
    """Return the shares of those who advance by target, of all or of a segment: names of stages, or "won".

    >>> from funnelsim.scenario import load
    >>> advancing(load("first_steps"), "proposal")
    {'won': 1.0}
    """
    stage = stage_of(contents, name, segment)
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


def stage_of(contents: Contents, name: str, segment: str | None) -> Stage:
    """Return a stage as it is for the leads of a segment, or of all that have nothing of their own (S1)."""
    stage = contents.stages[name]
    own = None if segment is None else stage.segments.get(segment)
    return stage if own is None else _laid_over(stage, own)


_Table = TypeVar("_Table", bound=Section)


def _laid_over(table: _Table, own: Section) -> _Table:
    """Return a table with the keys that another one gives, its tables laid over too."""
    differs: dict[str, Any] = {}
    for key in type(own).model_fields:
        before, value = getattr(table, key), getattr(own, key)
        if isinstance(value, _JOINED):
            differs[key] = _laid_over(before, value)
        elif value is not None:
            differs[key] = value
    return table.model_copy(update=differs)


def customer_hours(contents: Contents, name: str, segment: str | None) -> CustomerHours | None:
    """Return when customers count time in a stage: as the stage says, or their segment, or all; None: always.

    >>> from funnelsim.scenario import load
    >>> customer_hours(load("first_steps"), "proposal", "default") is None
    True
    """
    here = stage_of(contents, name, segment).customer_hours
    theirs = None if segment is None else contents.segments[segment].customer_hours
    return here or theirs or contents.customer_hours


def differs_by_segment(contents: Contents, name: str) -> bool:
    """Return whether a stage may differ by segment."""
    hours = any(segment.customer_hours is not None for segment in contents.segments.values())
    return hours or bool(contents.stages[name].segments)


def teams_of(contents: Contents, name: str) -> list[str]:
    """List the teams that work a stage: that of most segments first."""
    stage = contents.stages[name]
    teams = [stage.team, *(own.team for own in stage.segments.values())]
    return list(dict.fromkeys(team for team in teams if team is not None))


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

"""Which visit is the donor of an open deal: to the same stage, as old, and seen at such an hour (OD2)."""

from __future__ import annotations

import numpy as np

from funnelsim.chance.keys import DONOR, uniforms
from funnelsim.compiling.arrays import Integers, Record, Records, record
from funnelsim.compiling.decorators import rare
from funnelsim.compiling.on_disk import compiled
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR, NOTHING
from funnelsim.rules import visits

CANDIDATE = record(  # a visit that may be a donor
    ("phase", "<i8"),  # when it was entered: the time since the weekday and the hour of time 0
    ("least", "<i8"),  # the ages at which it counts: from this one ...
    ("most", "<i8"),  # ... to this one
    ("team", "<i8"),
    ("visit", "<i8"),  # its number
)
ANY = -2  # team
WEEK = 7 * DAY
_NIGHT = 12 * HOUR  # time 0 in its middle
_CYCLES = (WEEK, DAY, _NIGHT)  # such a night of the week, any night, any time


def choose_donors(
    model: Model, world: Record, of_past: Model, seen: Records, asked: Records
) -> tuple[Integers, Integers]:
    """Choose the donor of each deal, and the age at which it is looked at.

    What a visit of some age does depends on the hour: at midnight nobody has begun to work on what came since
    the evening, and what came on Saturday waits for Monday. Time 0 is a midnight, so that donors are those
    seen on such a night. Visits are sorted by when in the week they were entered: those that are of some age
    at such an hour stand side by side.

    Parameters
    ----------
    model, world
        Of the forecast.
    of_past : Model
        Of the world that donors are taken from.
    seen : Records
        VISIT rows that count.
    asked : Records
        What the records say of each deal, `donors.ASKED`.

    Returns
    -------
    Integers
        The numbers of the visits; NOTHING for a deal without a donor.
    Integers
        The ages, less than that of a deal where no visit has reached that.
    """
    candidates, blocks = _candidates(model, of_past, seen)
    donors, ages = np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64)
    among = _levels(model, asked)
    _choose(model, candidates, candidates["phase"].copy(), blocks, among, asked, world, donors, ages)
    return donors, ages


def _candidates(model: Model, of_past: Model, seen: Records) -> tuple[Records, Integers]:
    """List the visits by stage, segment, channel and time of the week, and where each block begins."""
    segments, channels = len(model.segments), len(model.channels)
    codes = (seen["stage"].astype(np.int64) * segments + seen["segment"]) * channels + seen["channel"]
    days = int(of_past.channels[0]["first_date"]) - int(model.channels[0]["first_date"])
    phases = (seen["entered"] + days * DAY) % WEEK
    order = np.lexsort((phases, codes))
    found = np.zeros(len(seen), CANDIDATE)
    found["phase"], found["least"], found["most"] = phases[order], seen["least"][order], seen["most"][order]
    found["team"], found["visit"] = _teams(of_past)[seen["stage"], seen["segment"]][order], order
    blocks = np.searchsorted(codes[order], np.arange(len(model.stages) * segments * channels + 1))
    return found, blocks


def _teams(model: Model) -> Integers:
    """Return the team of each stage for each segment (S3)."""
    teams = np.repeat(model.stages["team"][:, None], len(model.segments), axis=1)
    for stage in np.flatnonzero(model.stages["variants"]):
        first = model.stages["first_variant"][stage]
        teams[stage] = model.variants["team"][first : first + len(model.segments)]
    return teams


def _levels(model: Model, asked: Records) -> Integers:
    """Find in which blocks the donors of each deal may be, the nearest first: (deals, levels, from and to).

    The levels are those of its segment and channel, of its segment, of its stage.
    """
    segments, channels = len(model.segments), len(model.channels)
    stage, segment, channel = (asked[name].astype(np.int64) for name in ("stage", "segment", "channel"))
    of_segment = (stage * segments + segment) * channels
    firsts = [of_segment + channel, of_segment, stage * segments * channels]
    lengths = [1, channels, segments * channels]
    known = [(segment >= 0) & (channel >= 0), segment >= 0, stage >= 0]
    levels = np.zeros((len(asked), len(firsts), 2), np.int64)
    for level, (first, length, is_known) in enumerate(zip(firsts, lengths, known, strict=True)):
        levels[:, level, 0] = np.where(is_known, first, 0)
        levels[:, level, 1] = np.where(is_known, first + length, 0)
    return levels


@compiled
def _choose(
    model: Model,
    candidates: Records,
    phases: Integers,
    blocks: Integers,
    levels: Integers,
    asked: Records,
    world: Record,
    donors: Integers,
    ages: Integers,
) -> None:
    """Choose the donor of each deal, NOTHING if there is none, and the age at which it is looked at (OD2)."""
    for number in range(len(asked)):
        told = asked[number]
        u, _ = uniforms(world, told["entity"], DONOR, 0)
        age, team = max(int(told["age"]), 0), ANY
        if told["segment"] >= 0:
            team = visits.team_for(model, told)
        chosen, ages[number] = NOTHING, age
        for level in range(levels.shape[1]):
            for cycle in _CYCLES:
                if chosen == NOTHING:
                    chosen = _pick(candidates, phases, blocks, levels[number, level], age, team, cycle, u)
        if chosen == NOTHING:
            greatest = _greatest_age(candidates, blocks, levels[number, -1], team)
            if greatest != NOTHING:
                ages[number] = greatest
                chosen = _pick(candidates, phases, blocks, levels[number, -1], greatest, team, _NIGHT, u)
        donors[number] = chosen if chosen == NOTHING else candidates[chosen]["visit"]


@rare
def _pick(
    candidates: Records,
    phases: Integers,
    blocks: Integers,
    among: Integers,
    age: int,
    team: int,
    cycle: int,
    u: float,
) -> int:
    """Pick one, each alike, of those who may be a donor at an age; NOTHING if nobody may."""
    count = _walk(candidates, phases, blocks, among, age, team, cycle, NOTHING)
    if count == 0:
        return NOTHING
    return _walk(candidates, phases, blocks, among, age, team, cycle, min(int(u * count), count - 1))


@rare
def _walk(
    candidates: Records,
    phases: Integers,
    blocks: Integers,
    among: Integers,
    age: int,
    team: int,
    cycle: int,
    wanted: int,
) -> int:
    """Count those who may be a donor at an age; or return the one at a position, unless that is NOTHING.

    Parameters
    ----------
    phases : array (candidates,)
        Those of the candidates.
    blocks : array (blocks + 1,)
        Where each block begins: they are of one stage, segment and channel.
    among : array (2,)
        The blocks from one to before another.
    cycle : int
        A night of each cycle counts, in microseconds: at this age a visit was seen on one.
    """
    count = 0
    for block in range(among[0], among[1]):
        first, end = blocks[block], blocks[block + 1]
        for night in range(0, WEEK, cycle):
            begins = (night - age - _NIGHT // 2) % WEEK
            for since, until in ((begins, begins + _NIGHT), (0, begins + _NIGHT - WEEK)):  # it may go round
                low = first + np.searchsorted(phases[first:end], since)
                high = first + np.searchsorted(phases[first:end], until)
                for number in range(low, high):
                    each = candidates[number]
                    if each["least"] <= age <= each["most"] and (team == ANY or each["team"] == team):
                        if count == wanted:
                            return number
                        count += 1
    return count


@rare
def _greatest_age(candidates: Records, blocks: Integers, among: Integers, team: int) -> int:
    """Return the greatest age that a visit of some blocks has reached; NOTHING if there is none."""
    greatest = NOTHING
    for number in range(blocks[among[0]], blocks[among[1]]):
        if team == ANY or candidates[number]["team"] == team:
            greatest = max(greatest, int(candidates[number]["most"]))
    return greatest

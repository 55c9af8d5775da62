"""Which visit is the donor of an open deal: to the same stage, as old, and seen at such an hour (OD2)."""

from __future__ import annotations

import numpy as np

from funnelsim.chance.keys import DONOR, uniforms
from funnelsim.compiling.arrays import Integers, Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.on_disk import compiled
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR, NOTHING

ANY = -2  # team
WEEK = 7 * DAY
_AT_ANY_HOUR = 1  # microsecond, of which every instant is a whole number
_CYCLES = (WEEK, DAY, _AT_ANY_HOUR)
_NIGHT = 6 * HOUR  # before and after time 0


def choose_donors(
    model: Model, world: Record, of_past: Model, seen: Records, asked: Records
) -> tuple[Integers, Integers]:
    """Choose the donor of each deal, and the age at which it is looked at.

    What a visit of some age does depends on the hour: at midnight nobody has begun to work on what came since
    the evening, and what came on Saturday waits for Monday. Time 0 is a midnight, so that donors are those
    seen on such a night.

    Parameters
    ----------
    model, world
        Of the forecast.
    of_past : Model
        Of the world that donors are taken from.
    seen : Records
        VISIT rows that count, by stage, segment and channel.
    asked : Records
        What the records say of each deal, `donors.ASKED`.

    Returns
    -------
    Integers
        The numbers of the visits; NOTHING for a deal without a donor.
    Integers
        The ages, less than that of a deal where no visit has reached that.
    """
    teams = _teams(of_past)[seen["stage"], seen["segment"]]
    days = int(of_past.channels[0]["first_date"]) - int(model.channels[0]["first_date"])
    visits = np.stack([seen["least"], seen["most"], teams, seen["entered"] + days * DAY])
    donors, ages = np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64)
    _choose(model, visits, _bounds(model, seen, asked), asked, world, donors, ages)
    return donors, ages


def _bounds(model: Model, seen: Records, asked: Records) -> Integers:
    """Find which visits may be donors of each deal, the nearest first: a slice of those seen for each level.

    The levels are those of its segment and channel, of its segment, of its stage.
    """
    segments, channels = len(model.segments), len(model.channels)
    codes = (seen["stage"].astype(np.int64) * segments + seen["segment"]) * channels + seen["channel"]
    stage, segment, channel = (asked[name].astype(np.int64) for name in ("stage", "segment", "channel"))
    of_segment, of_stage = (stage * segments + segment) * channels, stage * segments * channels
    firsts = [of_segment + channel, of_segment, of_stage]
    lengths = [1, channels, segments * channels]
    known = [(segment >= 0) & (channel >= 0), segment >= 0, stage >= 0]
    bounds = np.zeros((len(asked), len(firsts), 2), np.int64)
    for level, (first, length, is_known) in enumerate(zip(firsts, lengths, known, strict=True)):
        bounds[:, level, 0] = np.searchsorted(codes, first)
        bounds[:, level, 1] = np.where(is_known, np.searchsorted(codes, first + length), bounds[:, level, 0])
    return bounds


def _teams(model: Model) -> Integers:
    """Return the team of each stage for each segment (S3)."""
    teams = np.repeat(model.stages["team"][:, None], len(model.segments), axis=1)
    for stage in np.flatnonzero(model.stages["variants"]):
        first = model.stages["first_variant"][stage]
        teams[stage] = model.variants["team"][first : first + len(model.segments)]
    return teams


@compiled
def _choose(
    model: Model,
    visits: Integers,
    bounds: Integers,
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
            team = _team_of(model, told["stage"], told["segment"])
        chosen, ages[number] = NOTHING, age
        for level in range(bounds.shape[1]):
            for cycle in _CYCLES:
                if chosen == NOTHING:
                    among = bounds[number, level]
                    chosen = _pick(visits, among[0], among[1], age, team, cycle, u)
        if chosen == NOTHING:
            first, end = bounds[number, -1, 0], bounds[number, -1, 1]
            greatest = _greatest_age(visits, first, end, team)
            if greatest != NOTHING:
                ages[number] = greatest
                chosen = _pick(visits, first, end, greatest, team, _AT_ANY_HOUR, u)
        donors[number] = chosen


@rare
def _team_of(model: Model, stage: int, segment: int) -> int:
    """Return the team of a stage for a segment (S3)."""
    row = model.stages[stage]
    if row["variants"] > 0:
        row = model.variants[row["first_variant"] + segment]
    return int(row["team"])


@rare
def _pick(visits: Integers, first: int, end: int, age: int, team: int, cycle: int, u: float) -> int:
    """Pick one, each alike, of the visits of a slice that may be a donor at an age; NOTHING if none may.

    Parameters
    ----------
    visits : array (4, visits)
        The least and the most age at which a visit counts, its team, and when it was entered: as if both
        worlds had one clock.
    cycle : int
        Of the hours at which it may be seen, in microseconds.
    """
    count = 0
    for number in range(first, end):
        count += int(_may_be_donor(visits, number, age, team, cycle))
    left = min(int(u * count), count - 1)
    for number in range(first, end):
        if _may_be_donor(visits, number, age, team, cycle):
            if left == 0:
                return number
            left -= 1
    return NOTHING


@rule
def _may_be_donor(visits: Integers, number: int, age: int, team: int, cycle: int) -> bool:
    """Return whether a visit was going on at an age, at such an hour as time 0, worked by a team."""
    if not visits[0, number] <= age <= visits[1, number]:
        return False
    since = (visits[3, number] + age) % cycle
    return bool(min(since, cycle - since) <= _NIGHT and team in (ANY, visits[2, number]))


@rare
def _greatest_age(visits: Integers, first: int, end: int, team: int) -> int:
    """Return the greatest age that a visit of a slice has reached; NOTHING if there is none."""
    greatest = NOTHING
    for number in range(first, end):
        if team == ANY or visits[2, number] == team:
            greatest = max(greatest, int(visits[1, number]))
    return greatest

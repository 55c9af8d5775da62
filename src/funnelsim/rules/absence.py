"""When reps are absent: spells by plan and by chance, each from a midnight on, those that touch united.

A rep's next spell is found by looking at day after day: what is drawn depends on the rep and the date alone.
"""

from __future__ import annotations

import math

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import ABSENCE, DAYS_OFF, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER
from funnelsim.model.worktime import work_ends, worked_by
from funnelsim.rules.visits import duration


@rule
def next_turn(state: Record) -> int:
    """Return when a rep's absence begins, or is over; NEVER if there is none to come (R14)."""
    return int(state["away_until"] if state["absent"] == 1 else state["away_from"])


@rare
def next_spell(model: Model, world: Record, rep: Record, since: int) -> tuple[int, int]:
    """Find the first spell that begins at or after an instant: from when, until when.

    NEVER, if there is none. (R10, R12)
    """
    begins, until = NEVER, NEVER
    if rep["may_be_absent"] == 1:
        day = -(-since // DAY)
        while day * DAY < model.horizon and (begins == NEVER or day * DAY <= until):
            ends = spell_from(model, world, rep, day)
            if begins == NEVER and ends > day * DAY:
                begins, until = day * DAY, ends
            elif ends > until:
                until = ends
            day += 1
    return int(begins), int(until)


@rare
def lengthened(model: Model, world: Record, rep: Record, since: int, until: int) -> int:
    """Unite a spell in progress, which ends at `until`, with those that begin from an instant on (R16)."""
    day, ends = -(-since // DAY), until
    while rep["may_be_absent"] == 1 and day * DAY <= ends and day * DAY < model.horizon:
        ends = max(ends, spell_from(model, world, rep, day))
        day += 1
    return int(ends)


@rare
def spell_from(model: Model, world: Record, rep: Record, day: int) -> int:
    """Return when the longest spell ends that begins with a day; the day's midnight if none does (R11)."""
    team, midnight = model.teams[rep["team"]], day * DAY
    date, ends = team["first_date"] + day, midnight
    if team["spells"] > 0.0:
        begins, length = uniforms(world, rep["entity"], ABSENCE, date)
        if begins < team["spells"]:
            days = quantile(model.distributions[team["spell_days"]], model.knots, length)
            ends = max(ends, midnight + duration(days, DAY))
    if team["off_every"] > 0.0:
        phase, _ = uniforms(world, rep["entity"], DAYS_OFF, 0)
        if math.floor(date / team["off_every"] - phase) > math.floor((date - 1) / team["off_every"] - phase):
            ends = max(ends, midnight + duration(team["off_days"], DAY))
    for number in range(rep["first_away"], rep["first_away"] + rep["aways"]):
        if model.aways[number]["begins"] == midnight:
            ends = max(ends, model.aways[number]["ends"])
    return int(ends)


@rule
def work_of(model: Model, world: Record, rep: Record, state: Record, start: int, effort: int) -> int:
    """Return when work ends that a rep has started: its hours, less absences, equal the effort (R13, V13)."""
    calendar = model.calendars[rep["calendar"]]
    first, count = calendar["first_hours"], calendar["hours"]
    ends = work_ends(model.hours, first, count, start, effort + state["lost"])
    if ends > state["away_from"]:
        ends = with_absences(model, world, rep, state, start, effort)
    return ends


@rare
def with_absences(model: Model, world: Record, rep: Record, state: Record, start: int, effort: int) -> int:
    """Return when work ends that is paused by one absence or several (R13)."""
    calendar = model.calendars[rep["calendar"]]
    first, count = calendar["first_hours"], calendar["hours"]
    pause, until = int(state["away_from"]), int(state["away_until"])
    needed = int(effort + state["lost"])
    ends = work_ends(model.hours, first, count, start, needed)
    while ends > pause:
        needed += hours_within(model, rep, pause, until)
        ends = work_ends(model.hours, first, count, start, needed)
        pause, until = next_spell(model, world, rep, until)
    return int(ends)


@rare
def hours_within(model: Model, rep: Record, since: int, until: int) -> int:
    """Return the working time of a rep's calendar within a span, absences included."""
    calendar = model.calendars[rep["calendar"]]
    first, count = calendar["first_hours"], calendar["hours"]
    return int(worked_by(model.hours, first, count, until) - worked_by(model.hours, first, count, since))

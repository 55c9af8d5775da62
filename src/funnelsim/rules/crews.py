"""Crews: several reps who do a job together, and when they are all at work.

Those in a crew have its pursuit in `crew` of their states; they are of one team. One of them leads: its state
says what they have done.
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Record, Records
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import NEVER
from funnelsim.model.worktime import is_open, last_opened, next_opening
from funnelsim.rules.absence import next_spell
from funnelsim.rules.visits import stage_for


@rule
def people_for(model: Model, pursuit: Record) -> int:
    """Return how many people the work on a pursuit needs at once (CR1)."""
    return int(stage_for(model, pursuit)["people"])


@rare
def size(model: Model, states: Records, leader: int) -> int:
    """Count those who are in a crew (CR5)."""
    team, found = model.teams[model.reps[leader]["team"]], 0
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        found += 1 if states[number]["crew"] == states[leader]["crew"] else 0
    return found


@rare
def ends(model: Model, world: Record, states: Records, leader: int, effort: int) -> int:
    """Return when a crew has worked for as long as the effort; NEVER if its hours run out (CR4, CR8)."""
    moment, left = int(states[leader]["crew_since"]), int(effort - states[leader]["crew_done"])
    while left > 0:
        begins = all_there_from(model, world, states, leader, moment)
        if begins == NEVER:
            return NEVER
        moment = all_there_until(model, world, states, leader, begins)
        if moment - begins >= left:
            return int(begins + left)
        left -= moment - begins
    return int(moment)


@rare
def done_by(model: Model, world: Record, states: Records, leader: int, now: int) -> int:
    """Return the working time of a crew until now; no absence has begun or ended since it was counted."""
    done, moment = int(states[leader]["crew_done"]), int(states[leader]["crew_since"])
    while moment < now:
        begins = all_there_from(model, world, states, leader, moment)
        moment = now
        if begins < now:
            moment = min(all_there_until(model, world, states, leader, begins), now)
            done += moment - begins
    return int(done)


@rare
def all_there_from(model: Model, world: Record, states: Records, leader: int, moment: int) -> int:
    """Return from when on all of a crew are at work, at a moment or later; NEVER if they never are (CR4)."""
    team, crew = model.teams[model.reps[leader]["team"]], states[leader]["crew"]
    since, before = int(moment), -1
    while before < since:
        before = since
        for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
            if states[number]["crew"] == crew:
                since = there_from(model, world, model.reps[number], states[number], since)
    return int(since)


@rare
def all_there_until(model: Model, world: Record, states: Records, leader: int, moment: int) -> int:
    """Return when the first of a crew goes, who are all at work at a moment."""
    team, crew = model.teams[model.reps[leader]["team"]], states[leader]["crew"]
    until = NEVER
    for number in range(team["first_rep"], team["first_rep"] + team["reps"]):
        if states[number]["crew"] == crew:
            calendar = model.calendars[model.reps[number]["calendar"]]
            row = last_opened(model.hours, calendar["first_hours"], calendar["hours"], moment)
            away, _ = spell_at(model, world, model.reps[number], states[number], moment)
            until = min(until, int(model.hours[row]["closes"]), away)
    return int(until)


@rare
def there_from(model: Model, world: Record, rep: Record, state: Record, moment: int) -> int:
    """Return from when on a rep is at work, at a moment or later, by its calendar less its absences."""
    calendar = model.calendars[rep["calendar"]]
    first, count = calendar["first_hours"], calendar["hours"]
    since, before = int(moment), -1
    while before < since < NEVER:
        before = since
        away_from, away_until = spell_at(model, world, rep, state, since)
        if away_from <= since:
            since = away_until
        elif not is_open(model.hours, first, count, since):
            since = next_opening(model.hours, first, count, since)
    return int(since)


@rare
def spell_at(model: Model, world: Record, rep: Record, state: Record, moment: int) -> tuple[int, int]:
    """Find the first absence of a rep that ends after a moment: from when, until when."""
    since, until = int(state["away_from"]), int(state["away_until"])
    while until <= moment:
        since, until = next_spell(model, world, rep, until)
    return int(since), int(until)


@rare
def closes_books(model: Model, now: int) -> bool:
    """Return whether the period, or a month of it, begins or ends at a midnight (CR6)."""
    found = False
    for number in range(len(model.months)):
        found = found or model.months[number] == now
    return bool(found)

"""The rows of a model about what a team's people go through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from funnelsim.chance.distributions import Residual, Scaled
from funnelsim.compiling.arrays import Records
from funnelsim.model.records import AWAY
from funnelsim.model.words import DAY, HOUR, NOTHING
from funnelsim.model.worktime import work_ends
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.months import DAYS_PER_MONTH
from funnelsim.scenario.scenario import Dated
from funnelsim.scenario.schema import Team
from funnelsim.scenario.sheets import Sheet
from funnelsim.scenario.staff import Absence, Learning, Training, Turnover

YEAR_DAYS = 365.25
NEVER_ABSENT = Absence()
Spell = tuple[int, int]  # from when until when


class Held(NamedTuple):
    """A training: the midnight with which its day begins, the era that says what it is, and its name."""

    begins: int
    era: int
    name: str


def trainings_held(team: str, pieces: Sequence[Dated], calendar: Calendar) -> list[Held]:
    """List the trainings of a team in the order of their days: each as what holds on its day says (Z6)."""
    held = []
    for number, piece in enumerate(pieces):
        until = pieces[number + 1].begins if number + 1 < len(pieces) else None
        known = piece.scenario.teams[team].training if team in piece.scenario.teams else {}
        for name, training in known.items():
            begun = piece.begins is None or piece.begins <= training.date
            if begun and (until is None or training.date < until):
                held.append(Held(calendar.instant(training.date), number, name))
    return sorted(held)


def learning_of(learning: Learning | None) -> dict[str, Any]:
    """Lower how skill grows with leads worked (Z2)."""
    if learning is None:
        return {"learns_most": 0.0, "learns_half": 1.0, "win_counts": 0}
    return {
        "learns_most": learning.most,
        "learns_half": learning.half,
        "win_counts": learning.a_win_counts,
    }


def turnover_of(turnover: Turnover | None, sheet: Sheet) -> dict[str, Any]:
    """Lower how long people stay, and what comes then (R17, R18, R19)."""
    if turnover is None:
        return {"tenure": NOTHING, "residual": NOTHING, "replacement": NOTHING, "hiring_cost": 0.0}
    days = Scaled(turnover.tenure_months, DAYS_PER_MONTH)
    return {
        "tenure": sheet.distribution(days),
        "residual": sheet.distribution(Residual(days)),
        "replacement": sheet.distribution(turnover.replacement_days),
        "hiring_cost": turnover.cost,
    }


def numbers_of_training(training: Training) -> dict[str, Any]:
    """Lower what a training costs and does (Z3, Z4)."""
    return {"cost": training.cost, "odds": training.odds_ratio, "half_life": training.half_life_days}


def planned_spells(
    team: Team,
    own_name: str | None,
    trainings: Sequence[tuple[int, Training]],
    hours: Records,
    calendar: Calendar,
) -> tuple[Spell, ...]:
    """List a person's spells of absence by plan: each day typed, and the hours of trainings (R11).

    Parameters
    ----------
    team : Team
        As it is.
    own_name : str or None
        Of the person, if they have a name of their own.
    trainings : sequence of (int, Training)
        With the midnights with which their days begin.
    hours : HOURS records
        When the person works.
    calendar : Calendar
        The days simulated.
    """
    own = () if own_name is None else team.reps[own_name].absent
    days = {calendar.instant(day) for day in (*(team.absence or NEVER_ABSENT).dates, *own)}
    spells = {(day, day + DAY) for day in days}
    for begins, training in trainings:
        effort = round(training.hours * HOUR)
        if effort > 0:
            spells.add((begins, work_ends(hours, 0, len(hours), begins, effort)))
    return tuple(sorted(spell for spell in spells if 0 <= spell[0] < len(calendar.days) * DAY))


def away_records(
    spells: dict[str, list[tuple[Spell, ...]]],
) -> tuple[Records, dict[str, list[tuple[int, int]]]]:
    """Put the spells by plan of all people side by side, those of people who have the same ones once.

    Parameters
    ----------
    spells : dict of str to list
        Of each person of each team.

    Returns
    -------
    tuple
        AWAY records, and for each person the first one's number and how many there are.
    """
    made: list[Spell] = []
    first: dict[tuple[Spell, ...], int] = {}
    for own in (each for people in spells.values() for each in people):
        if own not in first:
            first[own] = len(made)
            made += own
    places = {name: [(first[own], len(own)) for own in people] for name, people in spells.items()}
    return np.array(made, AWAY), places


def may_be_absent(aways: int, absence: Absence | None) -> bool:
    """Return whether a person with so many spells by plan may be absent at all."""
    absence = absence or NEVER_ABSENT
    return aways > 0 or absence.spells_per_year > 0 or absence.days_off_per_year > 0


def absence_of(absence: Absence | None, sheet: Sheet) -> dict[str, Any]:
    """Lower how often people are absent by chance, and their days off (R11)."""
    absence = absence or NEVER_ABSENT
    off = absence.days_off_per_year
    every = YEAR_DAYS * absence.days_off_at_once / off if off > 0 else 0.0
    by_chance = absence.spells_per_year > 0
    return {
        "spells": absence.spells_per_year / YEAR_DAYS,
        "spell_days": sheet.distribution(absence.spell_days) if by_chance else NOTHING,
        "off_every": every,
        "off_days": absence.days_off_at_once,
    }

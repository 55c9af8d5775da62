"""Lower a scenario to a `Model`: names become numbers, dates microseconds, distributions tables."""

from __future__ import annotations

import operator
from typing import NamedTuple

import numpy as np

from funnelsim.model.model import Model, Names, one_process, plain_ends
from funnelsim.model.records import CHANNEL, REP, SEGMENT, SPAWN, STAGE, TEAM
from funnelsim.model.words import DAY, Heat
from funnelsim.scenario.calendars import calendar_of
from funnelsim.scenario.checks import reasons_of
from funnelsim.scenario.rotas import calendar_records, rota_of
from funnelsim.scenario.rows import (
    Rows,
    channel_sections,
    segment_sections,
    staff_of,
    stage_sections,
    team_sections,
)
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Array, Draft, Ends, OtherShapeError, Revision
from funnelsim.scenario.volumes import spend_by_day


class Lowered(NamedTuple):
    """A scenario as arrays for the engines, and the names of its numbers."""

    model: Model
    names: Names


def lower(scenario: Scenario) -> Lowered:
    """Turn a scenario into arrays.

    Parameters
    ----------
    scenario : Scenario
        Valid and settled; of a strategy, as `Scenario.strategy` returns it.

    Returns
    -------
    Lowered
        `model`, the arrays, and `names`, in the order of the arrays.

    Raises
    ------
    ScenarioError
        If its months are not settled: see `Scenario.months`.

    Examples
    --------
    >>> from funnelsim.scenario import Months, load
    >>> model, names = lower(load("first_steps").with_months(Months(6, 12, 4)))
    >>> names.stages, len(model.reps)
    (('first_call', 'proposal'), 2)
    """
    groundwork = Groundwork(scenario)
    return Lowered(groundwork.model(scenario), groundwork.names)


class Groundwork:
    """A scenario lowered as typed, the basis for lowering it with other numbers (U6).

    All that does not depend on uncertain numbers (names, people, days, hours) is worked out once. A world's
    numbers are put into the tables of the file, and the rows made from these are rewritten into copies of
    the arrays; every other row stays.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._calendar = calendar = calendar_of(scenario.start, scenario.months)
        days = len(calendar.days)
        staff = {name: staff_of(name, team, calendar) for name, team in scenario.teams.items()}
        rotas = {name: rota_of(team, calendar) for name, team in scenario.teams.items()}
        calendars, hours = calendar_records(rotas)
        self.names = Names(
            channels=tuple(scenario.channels),
            segments=tuple(scenario.segments),
            teams=tuple(scenario.teams),
            reps=tuple(person.name for people in staff.values() for person in people),
            stages=tuple(scenario.stages),
            reasons=tuple(reasons_of(scenario)),
            months=tuple(f"{day:%Y-%m}" for day in calendar.month_starts()[:-1]),
            currency=scenario.currency,
            start=calendar.first_day.isoformat(),
        )
        self._sections: list[Rows] = [
            *team_sections(scenario, staff, rotas),
            *channel_sections(scenario, calendar),
            *segment_sections(scenario),
            *stage_sections(scenario, self.names.reasons),
        ]
        self._fixed = {
            "processes": one_process(len(scenario.stages)),
            "ends": plain_ends(),
            "spawns": np.zeros(0, SPAWN),
            "calendars": calendars,
            "hours": hours,
            "spend": np.array([spend_by_day(each, calendar) for each in scenario.channels.values()]),
            "month_days": calendar.month_days(),
            "months": np.array([calendar.instant(day) for day in calendar.month_starts()], np.int64),
            "horizon": days * DAY,
        }
        self._made_of = [section.made_of(scenario) for section in self._sections]
        self._draft, self._ends = self._drafted(scenario)
        self._model = self._draft.model(**self._fixed)

    def model(self, scenario: Contents) -> Model:
        """Lower a scenario that has the same people, days and names.

        Gives the same bits as `plainly`, and falls back on it if rows need other tables, or more or fewer
        distributions or routes, than they had.
        """
        revision = Revision(self._model, self._draft.tables)
        try:
            for number, section in enumerate(self._sections):
                if not _same(section.made_of(scenario), self._made_of[number]):
                    revision.turn_to(self._ends[number], self._ends[number + 1])
                    section.write(scenario, revision)
                    revision.check_the_end()
        except OtherShapeError:
            return self.plainly(scenario)
        return revision.model()

    def plainly(self, scenario: Contents) -> Model:
        """Lower a scenario that has the same people, days and names, every row of it."""
        return self._drafted(scenario)[0].model(**self._fixed)

    def _drafted(self, scenario: Contents) -> tuple[Draft, list[Ends]]:
        """Write every row; return where in distributions and routes each section begins and the last ends."""
        draft = Draft(self._blank(scenario))
        for section in self._sections:
            section.prepare(scenario, draft)
        ends = [draft.ends()]
        for section in self._sections:
            section.write(scenario, draft)
            ends.append(draft.ends())
        return draft, ends

    def _blank(self, scenario: Contents) -> dict[str, Array]:
        """Make the arrays in which sections write rows."""
        channels, stages = len(scenario.channels), scenario.stages
        by_segment = sum(bool(stage.segments) for stage in stages.values())
        return {
            "channels": np.zeros(channels, CHANNEL),
            "segments": np.zeros(len(scenario.segments), SEGMENT),
            "teams": np.zeros(len(scenario.teams), TEAM),
            "reps": np.zeros(len(self.names.reps), REP),
            "stages": np.zeros(len(stages), STAGE),
            "variants": np.zeros(by_segment * len(scenario.segments), STAGE),
            "heat_odds": np.zeros((len(stages), len(Heat))),
            "heat_skill": np.zeros((len(stages), len(Heat))),
            "expected": np.zeros(channels * (len(self._calendar.days) + 1)),
        }


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Return whether two lists hold the same objects."""
    return all(map(operator.is_, one, other))

"""Lower a scenario to a `Model`: names become numbers, dates microseconds, distributions tables."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from funnelsim.model.model import DEMAND_OF_CHANNELS, QUARTER, Model, Names
from funnelsim.model.records import (
    CHANNEL,
    CHECK,
    FIRM,
    GATE,
    IGNORED,
    OPEN_DEAL,
    PLAN,
    REJECTION,
    REP,
    SEGMENT,
    SHOCK,
    STAGE,
    TEAM,
    TIER,
    TRAINING,
    TRAIT,
)
from funnelsim.model.words import DAY, Heat
from funnelsim.scenario.billing_rows import billing_rows, blank_billing
from funnelsim.scenario.calendars import calendar_of
from funnelsim.scenario.checks import reasons_of
from funnelsim.scenario.flow import differs_by_segment
from funnelsim.scenario.gates import gate_rows, gates_of
from funnelsim.scenario.ignored_rows import ignored_rows, ignoring
from funnelsim.scenario.nurture_rows import NurtureRows
from funnelsim.scenario.processes import (
    AnyContents,
    blank_processes,
    layout,
    process_sections,
    with_all_stages,
)
from funnelsim.scenario.product_rows import blank_products, product_sections
from funnelsim.scenario.qualifying_rows import FirmRow, TraitRow, rejecting
from funnelsim.scenario.rotas import calendar_records, customers_of, rota_of
from funnelsim.scenario.rows import (
    Eras,
    Rows,
    ShockRows,
    channel_sections,
    segment_sections,
    staff_of,
    stage_sections,
    team_sections,
    tiers_of,
)
from funnelsim.scenario.scenario import Dated, Scenario
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Array, Draft, Ends, OtherShapeError, Revision
from funnelsim.scenario.staff import Training
from funnelsim.scenario.staff_rows import away_records, planned_spells, trainings_held
from funnelsim.scenario.volumes import Era, spend_by_day


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
    groundwork = Groundwork([Dated(None, scenario)])
    return Lowered(groundwork.model([scenario]), groundwork.names)


class Groundwork:
    """A piece of a timeline lowered as typed, the basis for lowering it with other numbers (U6).

    All that does not depend on uncertain numbers (names, people, days, hours) is worked out once. A world's
    numbers are put into the tables of the file, and the rows made from these are rewritten into copies of
    the arrays; every other row stays.

    Parameters
    ----------
    pieces : sequence of Dated
        What holds, after what held before it.
    """

    def __init__(self, pieces: Sequence[Dated]) -> None:
        as_typed = pieces[-1].scenario
        processes, self._stages = layout(each.scenario for each in pieces)
        self._processes = len(processes)
        pieces = [replace(each, scenario=self._with_all_stages(each.scenario)) for each in pieces]
        self._pieces, scenario = pieces, pieces[-1].scenario
        self._calendar = calendar = calendar_of(scenario.start, scenario.months)
        days = len(calendar.days)
        self.begins = self._first_day(pieces[-1]) * DAY
        teams = {
            name: [
                (self._first_day(each), each.scenario.teams[name])
                for each in pieces
                if name in each.scenario.teams
            ]
            for name in scenario.teams
        }
        staff = {name: staff_of(name, each, calendar) for name, each in teams.items()}
        rotas = {name: rota_of(each, calendar) for name, each in teams.items()}
        self._trainings = {name: trainings_held(name, pieces, calendar) for name in scenario.teams}
        spells = {
            name: [
                planned_spells(scenario.teams[name], person.own_name, self._held(name), hours_of, calendar)
                for person, hours_of in ((each, rotas[name].hours_of(each.own_name)) for each in people)
            ]
            for name, people in staff.items()
        }
        aways, places = away_records(spells)
        calendars, hours = calendar_records(rotas)
        customers, of_customers = customers_of(scenario, calendar, len(hours))
        plan = np.zeros(1, PLAN)
        plan["one_off_cost"], plan["cost_per_month"] = pieces[-1].one_off_cost, pieces[-1].cost_per_month
        self.names = Names(
            channels=tuple(scenario.channels),
            segments=tuple(scenario.segments),
            products=tuple(scenario.products),
            teams=tuple(scenario.teams),
            reps=tuple(person.name for people in staff.values() for person in people),
            stages=tuple(scenario.stages),
            reasons=tuple(dict.fromkeys(chain(*(reasons_of(each.scenario) for each in pieces)))),
            months=calendar.month_names(),
            currency=scenario.currency,
            start=calendar.first_day.isoformat(),
        )
        self._sections: list[Rows] = [
            *team_sections(scenario, staff, rotas, self._trainings, places, calendar),
            *channel_sections(scenario, calendar),
            *segment_sections(scenario),
            *product_sections(scenario, processes, calendar),
            *billing_rows(scenario),
            *(TraitRow(name, number) for number, name in enumerate(scenario.traits)),
            FirmRow(),
            *process_sections(as_typed, processes, self._stages),
            *stage_sections(scenario, self.names.reasons, customers),
            *gate_rows(scenario),
            *ignored_rows(scenario, self.names.reasons),
            ShockRows(),
            NurtureRows(self.names.reasons),
        ]
        self._fixed = {
            "plan": plan,
            "aways": aways,
            "calendars": calendars,
            "hours": np.concatenate([hours, *of_customers]),
            "spend": np.array([spend_by_day(each, calendar) for each in scenario.channels.values()]),
            "month_days": calendar.month_days(),
            "calendar_months": calendar.month_numbers(),
            "months": np.array([calendar.instant(day) for day in calendar.month_starts()], np.int64),
            "stocks_from": int(calendar.instant(calendar.month_starts()[0])),
            "open_deals": np.zeros(0, OPEN_DEAL),
            "horizon": days * DAY,
        }
        eras = self._eras([each.scenario for each in pieces])
        self._made_of = [section.made_of(eras) for section in self._sections]
        self._draft, self._ends = self._drafted(eras)
        self._model = self._draft.model(**self._fixed)

    def model(self, contents: Sequence[Contents]) -> Model:
        """Lower scenarios that have the same people, days and names.

        Gives the same bits as `plainly`, and falls back on it if rows need other tables, or more or fewer
        distributions or routes, than they had.

        Parameters
        ----------
        contents : sequence of Contents
            One for each piece.
        """
        eras = self._eras(contents)
        revision = Revision(self._model, self._draft.tables)
        try:
            for number, section in enumerate(self._sections):
                if not _same(section.made_of(eras), self._made_of[number]):
                    revision.turn_to(self._ends[number], self._ends[number + 1])
                    section.write(eras, revision)
                    revision.check_the_end()
        except OtherShapeError:
            return self.plainly(contents)
        return revision.model()

    def plainly(self, contents: Sequence[Contents]) -> Model:
        """Lower scenarios that have the same people, days and names, every row of them."""
        return self._drafted(self._eras(contents))[0].model(**self._fixed)

    def _with_all_stages(self, contents: AnyContents) -> AnyContents:
        """Return contents with the stages of all processes side by side, by their numbers."""
        there = with_all_stages(contents).stages
        return with_all_stages(contents, [name for name in self._stages if name in there])

    def _held(self, team: str) -> list[tuple[int, Training]]:
        """List the trainings of a team with the midnights with which they begin."""
        return [
            (held.begins, self._pieces[held.era].scenario.teams[team].training[held.name])
            for held in self._trainings[team]
        ]

    def _first_day(self, piece: Dated) -> int:
        """Return the number of the day on which a piece begins."""
        return 0 if piece.begins is None else self._calendar.instant(piece.begins) // DAY

    def _eras(self, contents: Sequence[Contents]) -> Eras:
        """Say from when on contents hold."""
        return tuple(
            Era(self._first_day(piece), self._with_all_stages(each), piece.typed_on)
            for piece, each in zip(self._pieces, contents, strict=True)
        )

    def _drafted(self, eras: Eras) -> tuple[Draft, list[Ends]]:
        """Write every row; return where in distributions and routes each section begins and the last ends."""
        scenario = eras[-1].contents
        draft = Draft(self._blank(scenario))
        for section in self._sections:
            section.prepare(scenario, draft)
        ends = [draft.ends()]
        for section in self._sections:
            section.write(eras, draft)
            ends.append(draft.ends())
        return draft, ends

    def _blank(self, scenario: Contents) -> dict[str, Array]:
        """Make the arrays in which sections write rows."""
        channels, stages = len(scenario.channels), scenario.stages
        traits, rejections = len(scenario.traits), len(rejecting(scenario))
        variants = sum(differs_by_segment(scenario, name) for name in stages) * len(scenario.segments)
        return {
            "channels": np.zeros(channels, CHANNEL),
            "shocks": np.zeros(DEMAND_OF_CHANNELS + channels, SHOCK),
            "segments": np.zeros(len(scenario.segments), SEGMENT),
            "teams": np.zeros(len(scenario.teams), TEAM),
            "tiers": np.zeros(sum(map(tiers_of, scenario.teams.values())), TIER),
            "trainings": np.zeros(sum(map(len, self._trainings.values())), TRAINING),
            "reps": np.zeros(len(self.names.reps), REP),
            "traits": np.zeros(traits, TRAIT),
            "trait_shares": np.zeros((channels, traits)),
            "trait_shifts": np.zeros((channels, traits)),
            "firm": np.zeros(1, FIRM),
            "checks": np.zeros(sum(len(each.checks) for each in stages.values()), CHECK),
            "rejections": np.zeros(rejections, REJECTION),
            "junk_odds": np.ones((rejections, traits)),
            "stages": np.zeros(len(stages), STAGE),
            "variants": np.zeros(variants, STAGE),
            "gates": np.zeros(len(gates_of(scenario)), GATE),
            "ignored": np.zeros(len(ignoring(scenario)), IGNORED),
            "heat_odds": np.zeros((len(stages) + variants, len(Heat))),
            "heat_skill": np.zeros((len(stages) + variants, len(Heat))),
            "quarter_odds": np.ones((len(stages) + variants, QUARTER)),
            "expected": np.zeros(channels * (len(self._calendar.days) + 1)),
            **blank_products(scenario),
            **blank_billing(scenario),
            **blank_processes(self._processes),
            **NurtureRows(self.names.reasons).blank(scenario),
        }


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Return whether two lists hold the same objects."""
    return all(map(operator.is_, one, other))

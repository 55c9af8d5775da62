"""Gates: what is checked of the hand-over limits of a scenario, and their rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from funnelsim.chance.keys import purpose
from funnelsim.model.words import NOTHING, QueueOrder
from funnelsim.rules.handover import MILLION
from funnelsim.scenario.errors import Problem, Problems
from funnelsim.scenario.flow import teams_of
from funnelsim.scenario.hand_over import HandOver
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Draft, Sheet, fill
from funnelsim.scenario.volumes import Era


def gates_of(scenario: Contents) -> dict[tuple[str, str], int]:
    """Number the gates, from 1: each team's in each stage with a limit that it works (B1).

    >>> from funnelsim.scenario import load
    >>> gates_of(load("first_steps"))
    {}
    """
    limited = [name for name, stage in scenario.stages.items() if stage.hand_over is not None]
    gates = [(team, name) for team in scenario.teams for name in limited if team in teams_of(scenario, name)]
    return {gate: number for number, gate in enumerate(gates, start=1)}


def check_hand_overs(contents: Contents) -> Problems:
    """Find limits in stages without a team, and limits that let nobody through."""
    for name, stage in contents.stages.items():
        if stage.hand_over is None:
            continue
        path, teams = f"stages.{name}.hand_over", teams_of(contents, name)
        if not teams:
            yield Problem(path, "is given, but the stage has no team", "a team, or no such limit")
        for team in teams:
            if team in contents.teams:
                yield from _lets_somebody_through(contents, path, stage.hand_over, team)


def _lets_somebody_through(contents: Contents, path: str, hand_over: HandOver, team: str) -> Problems:
    people = contents.teams[team].people + len(contents.teams[team].reps)
    if 0 < people * hand_over.per_rep < 1:
        least = math.ceil(1000 / people) / 1000
        yield Problem(
            f"{path}.per_rep",
            f"is {hand_over.per_rep:g}, less than one lead for all {people} in {team}",
            f"{least:g} or more",
            None,
            hand_over.per_rep,
        )


@dataclass(frozen=True)
class GateRow:
    """A team's limit in a stage."""

    stage: str
    number: int  # from 0
    team_number: int
    stage_number: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write whose gate it is and where, its key, and its order."""
        row = {
            "team": self.team_number,
            "stage": self.stage_number,
            "patience_key": purpose("held", self.stage),
            "order": QueueOrder[self._limit(scenario).order.upper()].value,
        }
        fill(draft.array("gates"), self.number, row)

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the stage."""
        return (eras[-1].contents.stages[self.stage],)

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write the limit, the patience of those held, and what it costs to hold one."""
        limit = self._limit(eras[-1].contents)
        days = limit.patience_days
        row: dict[str, Any] = {
            "per_rep": round(limit.per_rep * MILLION),
            "cost_per_lead": limit.cost_per_lead,
            "patience": NOTHING if days is None else sheet.distribution(days),
        }
        fill(sheet.array("gates"), self.number, row)

    def _limit(self, scenario: Contents) -> HandOver:
        limit = scenario.stages[self.stage].hand_over
        assert limit is not None, "a gate is of a stage with a limit"
        return limit


def gate_rows(scenario: Contents) -> Iterable[GateRow]:
    """List the gates."""
    teams, stages = list(scenario.teams), list(scenario.stages)
    for (team, stage), number in gates_of(scenario).items():
        yield GateRow(stage, number - 1, teams.index(team), stages.index(stage))

"""Leads that reps ignore: what is checked, and the rows of stages where there are such leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from funnelsim.chance.keys import purpose
from funnelsim.rules.visits import CERTAIN
from funnelsim.scenario.effects import odds_of
from funnelsim.scenario.errors import Problem, Problems
from funnelsim.scenario.flow import stage_of
from funnelsim.scenario.ignored import Ignored
from funnelsim.scenario.qualifying_checks import check_open_leads
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Draft, Sheet, fill
from funnelsim.scenario.volumes import Era

IGNORED_NAME = "ignored"  # the reason for which those go cold
PULLS = ("shared_queue", "priority_queue", "cherry_pick")


def ignoring(scenario: Contents) -> dict[str, int]:
    """Number the stages where reps ignore leads, from 1.

    >>> from funnelsim.scenario import load
    >>> ignoring(load("first_steps"))
    {}
    """
    names = [name for name, stage in scenario.stages.items() if stage.ignored is not None]
    return {name: number for number, name in enumerate(names, start=1)}


def check_ignored(contents: Contents) -> Problems:
    """Find stages where leads would be ignored for ever, or where no rep is given any."""
    for name, stage in contents.stages.items():
        if stage.ignored is None:
            continue
        path = f"stages.{name}.ignored"
        if stage.ignored.open_leads is not None:
            yield from check_open_leads(f"{path}.open_leads", stage.ignored.open_leads)
        if stage.ignored.probability > 0:
            yield from dict.fromkeys(_cannot_be(contents, path, name))
        if IGNORED_NAME in stage.lost_reasons:
            wrong = f'names "{IGNORED_NAME}", for which those go cold whom reps ignore'
            yield Problem(f"stages.{name}.lost_reasons", wrong, "other reasons")


def _cannot_be(contents: Contents, path: str, name: str) -> Problems:
    """Find what a stage lacks, for all leads or for those of a segment."""
    stages = [stage_of(contents, name, segment) for segment in (None, *contents.stages[name].segments)]
    if all(stage.team is None for stage in stages):
        yield Problem(path, "is given, but the stage has no team", "a team whose reps ignore leads")
    for stage in stages:
        team = contents.teams.get(stage.team or "")
        if team is not None and stage.goes_cold_after_days is None:
            wrong = "is given, but the leads of the stage wait for ever"
            yield Problem(path, wrong, "goes_cold_after_days, at which those who are ignored give up")
        if team is not None and team.assignment in PULLS:
            wrong = (
                f'is given, but in {stage.team} reps take leads themselves: assignment = "{team.assignment}"'
            )
            yield Problem(path, wrong, "a team whose leads are given to its reps, as by round_robin")


@dataclass(frozen=True)
class IgnoredRow:
    """Whom reps ignore in a stage."""

    stage: str
    number: int  # from 0
    reason: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write the key, the reason and the effect of open leads."""
        first_load, loads = draft.load(self._typed(scenario).open_leads)
        row = {"key": purpose("ignored", self.stage), "reason": self.reason}
        fill(draft.array("ignored"), self.number, row | {"first_load": first_load, "loads": loads})

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the stage and the management."""
        return eras[-1].contents.stages[self.stage], eras[-1].contents.management

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write the odds under the management that there is."""
        typed, control = self._typed(eras[-1].contents), eras[-1].contents.management.control
        odds = odds_of(typed.probability)
        row: dict[str, Any] = {"odds": odds if odds > CERTAIN else odds * typed.control**control}
        fill(sheet.array("ignored"), self.number, row)

    def _typed(self, scenario: Contents) -> Ignored:
        typed = scenario.stages[self.stage].ignored
        assert typed is not None, "the row is of a stage where some are ignored"
        return typed


def ignored_rows(scenario: Contents, reasons: tuple[str, ...]) -> list[IgnoredRow]:
    """List the stages where reps ignore leads."""
    return [
        IgnoredRow(name, number - 1, reasons.index(IGNORED_NAME))
        for name, number in ignoring(scenario).items()
    ]

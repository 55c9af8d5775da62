"""Other processes than the sale: programs of account visits, and all stages side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from funnelsim.chance.keys import purpose
from funnelsim.model.model import EVENTS, plain_ends
from funnelsim.model.records import PROCESS, SPAWN
from funnelsim.model.words import Event
from funnelsim.scenario.schema import AccountVisits, Contents, Stage
from funnelsim.scenario.sheets import Array, Draft, Sheet, fill
from funnelsim.scenario.volumes import Era

_AnyContents = TypeVar("_AnyContents", bound=Contents)
CERTAIN = {"won": 1.0}  # where who leaves the last stage of a process goes, if nothing else is typed


def with_all_stages(contents: _AnyContents) -> _AnyContents:
    """Return a scenario whose stages are those of all processes, one after the other, the sale first.

    Who leaves the last stage of a process has reached its end, and not the first stage of the next one.
    """
    if not contents.account_visits:
        return contents
    stages = _closed(contents.stages)
    for program in contents.account_visits.values():
        stages |= _closed({name: _visited(stage) for name, stage in program.stages.items()})
    return contents.model_copy(update={"stages": stages})


def _closed(stages: dict[str, Stage]) -> dict[str, Stage]:
    """Let the last stage of a process lead to its end."""
    name, last = list(stages.items())[-1]
    return stages | ({name: last.model_copy(update={"next": CERTAIN})} if last.next is None else {})


def _visited(stage: Stage) -> Stage:
    """Let a visit go on for certain, where nothing is typed."""
    sure = stage.conversion is None and not stage.checks
    return stage.model_copy(update={"conversion": 1.0}) if sure else stage


def blank_processes(contents: Contents) -> dict[str, Array]:
    """Make the arrays for the rows of processes, of their ends and of births."""
    count = 1 + len(contents.account_visits)
    return {
        "processes": np.zeros(count, PROCESS),
        "ends": plain_ends(count),
        "spawns": np.zeros(len(contents.account_visits), SPAWN),
    }


@dataclass(frozen=True)
class SaleRow:
    """The process of the sale."""

    stages: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:  # noqa: ARG002 (the sale is always there)
        """Write how many stages it has."""
        fill(draft.array("processes"), 0, {"stages": self.stages})

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:  # noqa: ARG002
        """List nothing: it is the same in every world."""
        return ()

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write nothing."""


@dataclass(frozen=True)
class ProgramRows:
    """A program of account visits: its process, what follows its visits, and how they are born."""

    name: str
    process: int
    first_stage: int
    stages: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write its stages, the keys of draws, and what follows a visit (AV1, AV3, AV4)."""
        row = {"first_stage": self.first_stage, "stages": self.stages, "visits": 1}
        fill(draft.array("processes"), self.process, row)
        birth = {"purpose": purpose("account visit", self.name), "process": self.process}
        fill(draft.array("spawns"), self.process - 1, birth)
        if self._program(scenario).asked == "regularly":
            next_one = {"first_spawn": self.process - 1, "spawns": 1}
            fill(draft.array("ends"), self._end(Event.BEGAN), next_one)
            return
        again = {"target": self.first_stage, "rest_key": purpose("rest between visits", self.name)}
        for event in (Event.DONE, Event.LOST, Event.WENT_COLD):
            fill(draft.array("ends"), self._end(event), again)

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the program."""
        return (self._program(eras[-1].contents),)

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write how often it asks, and what its visits do."""
        program = self._program(eras[-1].contents)
        odds = {"kept": program.kept_odds_ratio, "missed": program.missed_odds_ratio}
        fill(sheet.array("processes"), self.process, odds)
        every = sheet.distribution(program.every_days)
        fill(sheet.array("spawns"), self.process - 1, {"delay": every})
        if program.asked != "regularly":
            for event in (Event.DONE, Event.LOST, Event.WENT_COLD):
                fill(sheet.array("ends"), self._end(event), {"rest": every})

    def _program(self, contents: Contents) -> AccountVisits:
        return contents.account_visits[self.name]

    def _end(self, event: Event) -> int:
        """Return the row of what follows an event."""
        return self.process * EVENTS + event


def process_sections(contents: Contents) -> list[SaleRow | ProgramRows]:
    """List the sale and the programs; `contents` has the stages of each apart."""
    sections: list[SaleRow | ProgramRows] = [SaleRow(len(contents.stages))]
    first = len(contents.stages)
    for number, (name, program) in enumerate(contents.account_visits.items(), start=1):
        sections.append(ProgramRows(name, number, first, len(program.stages)))
        first += len(program.stages)
    return sections

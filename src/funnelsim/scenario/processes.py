"""Other processes than the sale: deliveries and account visits, and all stages side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from funnelsim.chance.distributions import Constant
from funnelsim.chance.keys import purpose
from funnelsim.model.model import EVENTS, plain_ends
from funnelsim.model.records import PROCESS, SPAWN
from funnelsim.model.words import DAY, NEVER, Event, Kind
from funnelsim.rules.visits import duration
from funnelsim.scenario.effects import odds_of
from funnelsim.scenario.schema import AccountVisits, Contents, Delivery, Stage
from funnelsim.scenario.sheets import Array, Draft, Sheet, fill
from funnelsim.scenario.volumes import Era

_AnyContents = TypeVar("_AnyContents", bound=Contents)
AT_ONCE = Constant(0.0)
CERTAIN = {"won": 1.0}  # where who leaves the last stage of a process goes, if nothing else is typed


def with_all_stages(contents: _AnyContents) -> _AnyContents:
    """Return a scenario whose stages are those of all processes, one after the other, the sale first.

    Who leaves the last stage of a process has reached its end, and not the first stage of the next one.
    """
    others = other_processes(contents)
    if not others:
        return contents
    stages = _closed(contents.stages)
    for process in others.values():
        stages |= _closed({name: _sure(stage) for name, stage in process.stages.items()})
    return contents.model_copy(update={"stages": stages})


def other_processes(contents: Contents) -> dict[str, Delivery | AccountVisits]:
    """List the processes besides the sale by their paths, in the order of their numbers."""
    deliveries = {f"deliveries.{name}": each for name, each in contents.deliveries.items()}
    return deliveries | {f"account_visits.{name}": each for name, each in contents.account_visits.items()}


def _closed(stages: dict[str, Stage]) -> dict[str, Stage]:
    """Let the last stage of a process lead to its end."""
    name, last = list(stages.items())[-1]
    return stages | ({name: last.model_copy(update={"next": CERTAIN})} if last.next is None else {})


def _sure(stage: Stage) -> Stage:
    """Let a pursuit advance for certain, where nothing else is typed."""
    sure = stage.conversion is None and not stage.checks
    return stage.model_copy(update={"conversion": 1.0}) if sure else stage


def blank_processes(contents: Contents) -> dict[str, Array]:
    """Make the arrays for the rows of processes, of their ends and of births."""
    others = len(other_processes(contents))
    return {
        "processes": np.zeros(1 + others, PROCESS),
        "ends": plain_ends(1 + others),
        "spawns": np.zeros(others, SPAWN),
    }


@dataclass(frozen=True)
class ProcessRows:
    """A process: its stages, and how its pursuits are born; the sale's are inquiries."""

    number: int
    first_stage: int
    stages: int
    kind: Kind = Kind.SELLING

    def prepare(self, scenario: Contents, draft: Draft) -> None:  # noqa: ARG002 (it has no names)
        """Write its stages, and which row of the table of births is its own."""
        row = {"first_stage": self.first_stage, "stages": self.stages, "kind": self.kind.value}
        fill(draft.array("processes"), self.number, row | {"birth": self.number - 1})
        if self.kind != Kind.SELLING:
            fill(draft.array("spawns"), self.number - 1, {"process": self.number})

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:  # noqa: ARG002
        """List nothing: it is the same in every world."""
        return ()

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write nothing."""


@dataclass(frozen=True)
class DeliveryRows:
    """How products are delivered."""

    name: str
    process: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:  # noqa: ARG002
        """Write the key by which deliveries are born (DE1)."""
        fill(draft.array("spawns"), self.process - 1, {"purpose": purpose("delivery", self.name)})

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the delivery."""
        return (eras[-1].contents.deliveries[self.name],)

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write what is promised, what makes it good, and what that does."""
        delivery = eras[-1].contents.deliveries[self.name]
        promised = delivery.promised_days
        row = {
            "promised": NEVER if promised is None else duration(promised, DAY),
            "good": odds_of(delivery.good),
            "late": delivery.late_odds_ratio,
            "defect": delivery.defect_odds_ratio,
            "kept": delivery.good_odds_ratio,
            "missed": delivery.bad_odds_ratio,
        }
        fill(sheet.array("processes"), self.process, row)
        fill(sheet.array("spawns"), self.process - 1, {"delay": sheet.distribution(AT_ONCE)})


@dataclass(frozen=True)
class ProgramRows:
    """A program of account visits: what follows its visits, and how they are born."""

    name: str
    process: int
    first_stage: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write the keys of draws, and what follows a visit (AV1, AV3, AV4)."""
        fill(draft.array("spawns"), self.process - 1, {"purpose": purpose("account visit", self.name)})
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


def process_sections(contents: Contents) -> list[ProcessRows | DeliveryRows | ProgramRows]:
    """List the processes; `contents` has the stages of each apart."""
    first = len(contents.stages)
    sections: list[ProcessRows | DeliveryRows | ProgramRows] = [ProcessRows(0, 0, first)]
    for number, (path, process) in enumerate(other_processes(contents).items(), start=1):
        name, stages = path.partition(".")[2], len(process.stages)
        if isinstance(process, Delivery):
            sections += [ProcessRows(number, first, stages, Kind.DELIVERING), DeliveryRows(name, number)]
        else:
            sections += [ProcessRows(number, first, stages, Kind.VISITING), ProgramRows(name, number, first)]
        first += stages
    return sections

"""Other processes than the sale: deliveries and account visits, and all stages side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from funnelsim.chance.distributions import Constant
from funnelsim.chance.keys import purpose
from funnelsim.model.model import EVENTS, plain_ends
from funnelsim.model.records import PROCESS, SPAWN
from funnelsim.model.words import DAY, NEVER, Event, Kind, Phase
from funnelsim.rules.visits import duration
from funnelsim.scenario.effects import odds_of
from funnelsim.scenario.flow import WIN
from funnelsim.scenario.schema import AccountVisits, Contents, Delivery, Stage
from funnelsim.scenario.sheets import Array, Draft, Sheet, fill
from funnelsim.scenario.volumes import Era

AnyContents = TypeVar("AnyContents", bound=Contents)
AT_ONCE = Constant(0.0)


def with_all_stages(contents: AnyContents, known: Sequence[str] = ()) -> AnyContents:
    """Return a scenario whose stages are those of all processes side by side, the sale's first.

    Parameters
    ----------
    contents : Contents
    known : sequence of str
        Stages that have their numbers already: they come before all others (C2).
    """
    others = other_processes(contents)
    if not others:
        return contents
    stages = _linked(contents.stages)
    for process in others.values():
        stages |= _linked({name: _sure(stage) for name, stage in process.stages.items()})
    return contents.model_copy(update={"stages": {name: stages[name] for name in (*known, *stages)}})


def layout(pieces: Iterable[Contents]) -> tuple[list[str], list[str]]:
    """List the paths of all processes besides the sale, and the names of all stages, in order.

    What comes with a later piece comes last, so that nothing gets another number.
    """
    found = list(pieces)
    processes = dict.fromkeys(path for each in found for path in other_processes(each))
    stages = dict.fromkeys(name for each in found for name in with_all_stages(each).stages)
    return list(processes), list(stages)


def other_processes(contents: Contents) -> dict[str, Delivery | AccountVisits]:
    """List the processes besides the sale by their paths, in the order of their numbers."""
    deliveries = {f"deliveries.{name}": each for name, each in contents.deliveries.items()}
    return deliveries | {f"account_visits.{name}": each for name, each in contents.account_visits.items()}


def _linked(stages: dict[str, Stage]) -> dict[str, Stage]:
    """Let each stage of a process lead to the next one, and the last to its end, where nothing is typed."""
    following = [*list(stages)[1:], WIN]
    return {
        name: stage if stage.next is not None else stage.model_copy(update={"next": {target: 1.0}})
        for (name, stage), target in zip(stages.items(), following, strict=True)
    }


def _sure(stage: Stage) -> Stage:
    """Let a pursuit advance for certain, where nothing else is typed."""
    sure = stage.conversion is None and not stage.checks
    return stage.model_copy(update={"conversion": 1.0}) if sure else stage


def blank_processes(others: int) -> dict[str, Array]:
    """Make the arrays for the rows of processes, of their ends and of births."""
    return {
        "processes": np.zeros(1 + others, PROCESS),
        "ends": plain_ends(1 + others),
        "spawns": np.zeros(others, SPAWN),
    }


@dataclass(frozen=True)
class ProcessRows:
    """A process: where it begins, and how its pursuits are born; the sale's are inquiries."""

    number: int
    first_stage: int
    stages: int
    kind: Kind = Kind.SELLING

    def prepare(self, scenario: Contents, draft: Draft) -> None:  # noqa: ARG002 (it has no names)
        """Write its stages, and which row of the table of births is its own."""
        row = {"first_stage": self.first_stage, "stages": self.stages, "kind": self.kind.value}
        if self.kind == Kind.DELIVERING:
            row["phase"] = Phase.DELIVER.value
        fill(draft.array("processes"), self.number, row | {"birth": self.number - 1})
        own = slice(self.first_stage, self.first_stage + self.stages)
        draft.array("stages")["process"][own] = self.number
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
        does = {"kept": program.kept_odds_ratio, "missed": program.missed_odds_ratio}
        phase = Phase[program.purpose.upper()]
        fill(sheet.array("processes"), self.process, does | {"phase": phase.value})
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


def process_sections(
    contents: Contents, processes: Sequence[str], stages: Sequence[str]
) -> list[ProcessRows | DeliveryRows | ProgramRows]:
    """List the processes.

    Parameters
    ----------
    contents : Contents
        With the stages of each process apart.
    processes, stages : sequence of str
        In the order of their numbers, from `layout`.
    """
    sections: list[ProcessRows | DeliveryRows | ProgramRows] = [ProcessRows(0, 0, len(contents.stages))]
    others = other_processes(contents)
    for number, path in enumerate(processes, start=1):
        process, name = others[path], path.partition(".")[2]
        first, count = stages.index(next(iter(process.stages))), len(process.stages)
        if isinstance(process, Delivery):
            sections += [ProcessRows(number, first, count, Kind.DELIVERING), DeliveryRows(name, number)]
        else:
            sections += [ProcessRows(number, first, count, Kind.VISITING), ProgramRows(name, number, first)]
    return sections

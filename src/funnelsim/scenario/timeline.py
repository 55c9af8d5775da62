"""What holds from which day on: the base and its changes, and on top of them those of a strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from funnelsim.scenario.changes import Change, apply_changes
from funnelsim.scenario.errors import Problem
from funnelsim.scenario.schema import Contents, DatedChange, Strategy
from funnelsim.scenario.structure import Document

Read = Callable[[Document], Contents]


class Piece(NamedTuple):
    """A document that holds from a day on.

    Attributes
    ----------
    begins : date or None
        None: from the first day of the warm-up.
    document : dict
        Without strategies and changes.
    one_off_cost, cost_per_month : float
        What the strategy costs as the piece begins, and while it holds.
    typed_on : dict of str to date
        When the inquiries of a channel were last typed, if later than the file's; growth counts from then.
    """

    begins: date | None
    document: Document
    one_off_cost: float = 0.0
    cost_per_month: float = 0.0
    typed_on: Mapping[str, date] = {}


@dataclass(frozen=True)
class Step:
    """One change of a timeline.

    Attributes
    ----------
    where : str
        Its path in the file.
    begins : date or None
        None: from the first day of the warm-up.
    change : dict
        Values by path.
    """

    where: str
    begins: date | None
    change: Mapping[str, Any]
    one_off_cost: float = 0.0
    cost_per_month: float = 0.0

    @property
    def owner(self) -> str:
        """Name what makes the change: the strategy, the assumption, or the base."""
        return "changes" if self.where.startswith("changes.") else self.where.rsplit(".on.", 1)[0]


def steps_of_base(contents: Contents) -> list[Step]:
    """List the changes of the base in the order of their dates."""
    return in_order(_dated("changes", contents.changes))


def steps_of(name: str, strategy: Strategy, start: date) -> list[Step]:
    """List the changes that a strategy itself makes, without its parts, in the order of their dates."""
    begins = None if strategy.always else strategy.starts or start
    where = f"strategies.{name}"
    first = Step(where, begins, strategy.change, strategy.one_off_cost, strategy.cost_per_month)
    later = _dated(f"{where}.on", strategy.on)
    return in_order([first, *later] if strategy.begins_something else later)


def _dated(where: str, changes: Sequence[DatedChange]) -> list[Step]:
    return [
        Step(f"{where}.{number}", each.date, each.change, each.one_off_cost, each.cost_per_month)
        for number, each in enumerate(changes)
    ]


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Sort changes by their days."""
    return sorted(steps, key=lambda step: step.begins or date.min)


class Timeline:
    """The pieces of a base and a strategy, and what is wrong with their changes.

    Changes of the base are made first, those of the strategy on top, each in the order of their days. So
    " *=" and " +=" act on what the base says on each day, and a value that is set holds over later changes
    of the base (C21).

    Parameters
    ----------
    document : dict
        The base without strategies, assumptions and changes.
    base, own : list of Step
        In the order of their days.
    read : callable
        Turns a document into contents.

    Attributes
    ----------
    steps : tuple of lists of Step
        Those of the base, and the strategy's own.
    made : list of (Step, Change)
        The changes that are made, a value each.
    refused : list of (Step, Problem)
        The changes that cannot be made.
    pieces : list of Piece
        In the order of their days.
    """

    def __init__(self, document: Document, base: list[Step], own: list[Step], read: Read) -> None:
        self.read = read
        self.steps = base, own
        self.made: list[tuple[Step, Change]] = []
        self.refused: list[tuple[Step, Problem]] = []
        self.pieces: list[Piece] = []
        days = sorted({step.begins for step in (*base, *own) if step.begins is not None})
        for day in (None, *days):
            below = self._change(document, base, day)
            whole = self._change(below, own, day)
            self.pieces.append(self._piece(day, whole, [*base, *own]))

    def _change(self, document: Document, steps: list[Step], until: date | None) -> Document:
        """Make changes up to a day, those of each day together; those of earlier days were noted before."""
        holding = [step for step in steps if _holds(step, until)]
        for day, group in groupby(holding, key=lambda step: step.begins):
            of_day = list(group)
            names = [step.where.removeprefix("strategies.") for step in of_day]
            changed = apply_changes(
                document, self.read(document), *(step.change for step in of_day), names=names
            )
            document = changed.document
            if day == until:
                self.made += [(of_day[change.part], change) for change in changed.made]
                self.refused += [(_that_makes(problem, of_day), problem) for problem in changed.problems]
        return document

    def _piece(self, day: date | None, document: Document, steps: list[Step]) -> Piece:
        """Describe what holds from a day on."""
        holding = [step for step in steps if _holds(step, day)]
        return Piece(
            begins=day,
            document=document,
            one_off_cost=sum(step.one_off_cost for step in holding if step.begins == day),
            cost_per_month=sum(step.cost_per_month for step in holding),
            typed_on=dict(self._typed_on(document)),
        )

    def _typed_on(self, document: Document) -> Iterator[tuple[str, date]]:
        """Find when the inquiries of channels were typed, in the order of the days (C20)."""
        for step, change in self.made:
            path = change.path
            if step.begins is None or change.operation:
                continue
            if path[0] == "channels" and path[2:] in ((), ("inquiries_per_month",)):
                yield path[1], step.begins
            if path[0] == "kinds" and path[2:] in ((), ("inquiries_per_month",)):
                yield from ((name, step.begins) for name in _leaving_to_their_kind(document, path[1]))
            if path[:2] in (("mix", "inquiries_per_month"), ("mix", "shares")):
                yield from ((name, step.begins) for name in document.get("mix", {}).get("shares", {}))


def _leaving_to_their_kind(document: Document, kind: str) -> list[str]:
    """Name the channels that have their inquiries from a kind."""
    channels = document.get("channels", {}).items()
    return [name for name, each in channels if each["kind"] == kind and "inquiries_per_month" not in each]


def _that_makes(problem: Problem, steps: list[Step]) -> Step:
    """Find the change of a day that a problem is about."""
    return next((step for step in steps if problem.path in step.change), steps[-1])


def _holds(step: Step, day: date | None) -> bool:
    """Return whether a change is made by a day."""
    return step.begins is None or (day is not None and step.begins <= day)

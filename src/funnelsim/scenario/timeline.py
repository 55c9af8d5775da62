"""What holds from which day on: the base and its changes, and on top of them those of a strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from funnelsim.scenario.changes import apply_changes, split_key
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


def steps_of_base(contents: Contents) -> list[Step]:
    """List the changes of the base in the order of their dates."""
    return _in_order(_dated("changes", contents.changes))


def steps_of(name: str, strategy: Strategy, start: date) -> list[Step]:
    """List the changes of a strategy in the order of their dates."""
    begins = None if strategy.always else strategy.starts or start
    where = f"strategies.{name}"
    first = Step(where, begins, strategy.change, strategy.one_off_cost, strategy.cost_per_month)
    return _in_order([first, *_dated(f"{where}.on", strategy.on)])


def _dated(where: str, changes: Sequence[DatedChange]) -> list[Step]:
    return [
        Step(f"{where}[{number}]", each.date, each.change, each.one_off_cost, each.cost_per_month)
        for number, each in enumerate(changes)
    ]


def _in_order(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: step.begins or date.min)


class Timeline:
    """The pieces of a base and a strategy, and what is wrong with their changes.

    Changes of the base are made first, those of the strategy on top, each in the order of their dates. So
    " *=" and " +=" act on what the base says on each day, and a value that is set holds over later changes
    of the base.

    Parameters
    ----------
    document : dict
        The base without strategies and changes.
    base, own : list of Step
        In the order of their dates.
    read : callable
        Turns a document into contents.

    Attributes
    ----------
    steps : tuple of lists of Step
        Those of the base, and the strategy's own.
    refused : list of (Step, Problem)
        The changes that cannot be made.
    pieces : list of Piece
        In the order of their days.
    """

    def __init__(self, document: Document, base: list[Step], own: list[Step], read: Read) -> None:
        self.read = read
        self.steps = base, own
        self.refused: list[tuple[Step, Problem]] = []
        self.pieces: list[Piece] = []
        days = sorted({step.begins for step in (*base, *own) if step.begins is not None})
        for day in (None, *days):
            below = self._made(document, [step for step in base if _holds(step, day)], day)
            whole = self._made(below, [step for step in own if _holds(step, day)], day)
            self.pieces.append(self._piece(day, whole, [*base, *own]))

    def _made(self, document: Document, steps: list[Step], day: date | None) -> Document:
        """Make changes one after the other; those of this day may be wrong, others were told before."""
        for step in steps:
            document, refused = apply_changes(document, self.read(document), step.change)
            if step.begins == day:
                self.refused += [(step, problem) for problem in refused]
        return document

    def _piece(self, day: date | None, document: Document, steps: list[Step]) -> Piece:
        """Describe what holds from a day on."""
        holding = [step for step in steps if _holds(step, day)]
        return Piece(
            begins=day,
            document=document,
            one_off_cost=sum(step.one_off_cost for step in holding if step.begins == day),
            cost_per_month=sum(step.cost_per_month for step in holding),
            typed_on=dict(_typed_on(holding, document)),
        )


def _holds(step: Step, day: date | None) -> bool:
    """Return whether a change is made by a day."""
    return step.begins is None or (day is not None and step.begins <= day)


def _typed_on(steps: list[Step], document: Document) -> Iterator[tuple[str, date]]:
    """Find when the inquiries of channels were typed, in the order of the changes."""
    for step in steps:
        for key in step.change:
            path, operation = split_key(key)
            if step.begins is None or operation:
                continue
            if path[0] == "channels" and path[2:] in ((), ("inquiries_per_month",)):
                yield path[1], step.begins
            if path[:2] in (("mix", "inquiries_per_month"), ("mix", "shares")):
                yield from ((name, step.begins) for name in document.get("mix", {}).get("shares", {}))

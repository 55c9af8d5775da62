"""What a report says, in its order: words, and figures as they are printed; no HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from funnelsim.reports.report.shapes import Tick

_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Cell:
    """A figure: its mean, the range of outcomes of single years, and the precision of the mean.

    An interval that there is not is empty.
    """

    mean: str
    range: str = ""
    precision: str = ""
    share: float | None = None  # of a bar, in percent, where the figure is a chance


@dataclass(frozen=True)
class Heading:
    """The heading of a column of figures."""

    title: str
    unit: str = ""
    words: bool = False  # whether the column has words, not figures


@dataclass(frozen=True)
class Row:
    """A row of figures."""

    title: str
    cells: tuple[Cell, ...]
    mark: str = ""  # "base", "best" or "rival"
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows of figures below their headings."""

    of: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    caption: str
    small: bool = False  # whether it fits on a phone as it is


@dataclass(frozen=True)
class Dots:
    """A row of a picture: a mean, with both intervals; places in percent."""

    title: str
    told: str
    mark: str
    at: float
    precision: tuple[float, float] | None
    range: tuple[float, float] | None


@dataclass(frozen=True)
class DotPlot:
    """Means with both intervals below each other."""

    title: str
    unit: str
    dots: tuple[Dots, ...]
    ticks: tuple[Tick, ...]
    zero: float | None


@dataclass(frozen=True)
class Band:
    """A strategy over the months: median, mean and range of single years."""

    title: str
    mark: str
    area: str
    middle: str
    end: str  # what it comes to, in words


@dataclass(frozen=True)
class Fan:
    """A figure added up over the months."""

    title: str
    unit: str
    bands: tuple[Band, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    goal: str  # a line; empty if there is no goal
    goal_told: str
    table: Table


@dataclass(frozen=True)
class Fate:
    """A part of the visits to a stage."""

    kind: str
    words: str
    share: float  # of the widest bar, in percent


@dataclass(frozen=True)
class Step:
    """A stage of a funnel, or its contracts."""

    title: str
    told: str
    conversion: str
    fates: tuple[Fate, ...]


@dataclass(frozen=True)
class Funnel:
    """What becomes of visits, stage by stage, in the mean simulated year."""

    title: str
    mark: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Heat:
    """A cell of a heat map: the figure, and how dark it is, 0 to 5."""

    text: str
    interval: str
    level: int


@dataclass(frozen=True)
class HeatRow:
    """A team, stage or segment."""

    title: str
    cells: tuple[Heat, ...]


@dataclass(frozen=True)
class HeatMap:
    """Where work waits: teams, stages and segments of a strategy."""

    title: str
    verdict: str
    headings: tuple[Heading, ...]
    groups: tuple[tuple[str, tuple[HeatRow, ...]], ...]


@dataclass(frozen=True)
class Bar:
    """A bar from one place to another, in percent."""

    title: str
    told: str
    kind: str
    since: float
    until: float


@dataclass(frozen=True)
class Bars:
    """Bars below each other, on one axis."""

    title: str
    unit: str
    verdict: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    zero: float | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Values that come from one place."""

    origin: str
    assumed: str  # whether it is: wholly, partly, or nothing
    default: bool  # what the file does not give
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Download:
    """The scenario, to simulate it."""

    name: str
    content: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """What a report says, in its order."""

    title: str
    about: str
    ran: str
    question: str
    answer: tuple[str, ...]  # its sentences (RE4)
    in_full: str
    watch: tuple[str, ...]
    watch_others: tuple[str, ...]  # of strategies that are not looked at closely
    goals: Table | None
    goals_asked: tuple[str, ...]
    quota: Table | None
    years: str  # what is simulated many times
    profit: DotPlot
    strategies: Table
    strategy_notes: tuple[str, ...]
    fans: tuple[Fan, ...]
    funnels: tuple[Funnel, ...]
    fates: tuple[tuple[str, str], ...]  # kinds of parts of the visits, in words
    funnel_note: str
    heat: tuple[HeatMap, ...]
    heat_notes: tuple[str, ...]
    bridge: Bars | None
    assumptions: Table | None
    assumptions_told: tuple[str, ...]
    tornado: Bars | None
    tipping: tuple[str, ...]
    sources: tuple[Source, ...]
    sources_told: str
    provenance: tuple[tuple[str, str], ...]
    download: Download


def said(part: _Part, say: Callable[[str], str]) -> _Part:
    """Say every text of a part otherwise; the scenario to download is as it is.

    >>> said(Heading("Cost", "USD"), str.upper)
    Heading(title='COST', unit='USD', words=False)
    """
    made: Any = part
    if isinstance(part, str):
        made = say(part)
    elif isinstance(part, Tick):
        made = part
    elif isinstance(part, tuple):
        made = tuple(said(each, say) for each in part)
    elif isinstance(part, Download):
        made = replace(part, notes=said(part.notes, say))
    elif is_dataclass(part) and not isinstance(part, type):
        made = replace(part, **{each.name: said(getattr(part, each.name), say) for each in fields(part)})
    result: _Part = made
    return result

"""Frames of answers as sheets of a workbook, with titles and units (TE6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from funnelsim.metrics import FIGURES, Unit
from funnelsim.reports.workbook import Head, Sheet, figure_heads
from funnelsim.scenario import Scenario
from funnelsim.scenario.errors import in_words

Words = Mapping[str, tuple[str, Unit]]  # title and unit of a column, by its name

_PARTS = ("low", "high", "first", "second", "change")  # columns besides that of an estimate
_STRATEGIES = ("strategy", "against", "by", "above", "below")  # columns that name one
_ASSUMPTION = "assumption"  # a column that names one, or a value that is assumed
_FIGURES = {name: (figure.title, figure.unit) for name, figure in FIGURES.items()}
_WORDS: Words = {
    **_FIGURES,
    "profit_gain": ("Profit against that one", Unit.MONEY),
    "gain": ("Profit against today", Unit.MONEY),
    "ahead": ("Years ahead", Unit.SHARE),
    "loss": ("Chance of a loss", Unit.SHARE),
    "worst_in_ten": ("Profit in the worst year in ten", Unit.MONEY),
    "n": ("Years simulated", Unit.COUNT),
    "worlds": ("Years simulated", Unit.COUNT),
    "years": ("Years simulated", Unit.COUNT),
    "more_years": ("More years needed", Unit.COUNT),
    "eliminated_after": ("Dropped out after years", Unit.COUNT),
    "worth": ("Worth knowing", Unit.MONEY),
    "changes": ("Changes the choice", Unit.SHARE),
    "share": ("Share of variance", Unit.SHARE),
    "lost": ("Profit lost to its capacity", Unit.MONEY),
    "won_less": ("Contracts lost to its capacity", Unit.COUNT),
    "busy": ("Busy", Unit.SHARE),
    "wait": ("Wait", Unit.HOURS),
    "spent": ("Money spent more", Unit.MONEY),
    "next": ("What the next money brings", Unit.MONEY),
    "adds": ("Adds to profit", Unit.MONEY),
}
NO_WORDS: Words = {}


def frame_sheet(name: str, frame: pd.DataFrame, scenario: Scenario, words: Words = NO_WORDS) -> Sheet:
    """Lay out a frame with its index.

    Parameters
    ----------
    name : str
        Of the sheet.
    frame : DataFrame
        With `_low` and `_high` after the name of an estimate for the ends of its interval.
    scenario : Scenario
        It calls strategies and assumptions by their titles, as tables do, and names the currency.
    words : dict of str to str and Unit, optional
        Title and unit of columns whose name means something else in other frames.
    """
    flat = frame.reset_index()
    columns = [str(column) for column in flat]
    cells = [
        [_cell(value, column, scenario) for value in flat.iloc[:, position]]
        for position, column in enumerate(columns)
    ]
    heads = list(_heads(columns, {**_WORDS, **words}, scenario.currency))
    return Sheet(name, heads, list(zip(*cells, strict=True)))


def _heads(columns: Sequence[str], words: Words, currency: str) -> Iterator[Head]:
    """Write the head of each column; one without words, such as the path of a lever, keeps its name."""
    of = ""
    for column in columns:
        before, _, last = column.rpartition("_")
        part = ""
        if column in words:
            of = column
        elif last in _PARTS and (before or of) in words:
            of, part = before or of, last
        else:
            yield Head(column if "." in column else column.replace("_", " ").capitalize())
            continue
        title, unit = words[of]
        yield figure_heads(title, unit, currency, [part or _estimate(of, columns)])[0]


def _estimate(column: str, columns: Sequence[str]) -> str:
    """Call a value an estimate where the ends of its interval stand beside it."""
    after = columns[columns.index(column) + 1 :][:1]
    return "estimate" if after and after[0] in (f"{column}_low", "low") else ""


def _cell(value: object, column: str, scenario: Scenario) -> object:
    """Write a value of a frame; nothing where it is unknown, or no strategy is named."""
    if isinstance(value, str):
        return _called(value, column, scenario) if value else None
    if isinstance(value, dict | list | tuple):
        return in_words(value)
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return value.item() if hasattr(value, "item") else value


def _called(name: str, column: str, scenario: Scenario) -> str:
    """Call a strategy or an assumption by its title; other texts are left as they are."""
    if column in _STRATEGIES:
        return scenario.label_of(name)
    return (
        scenario.label_of_assumption(name) if column == _ASSUMPTION and name in scenario.assumptions else name
    )

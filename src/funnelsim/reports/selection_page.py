"""The page that `funnelsim select` prints: which of many strategies is best, and who dropped out when."""

from __future__ import annotations

import math

import pandas as pd
from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.forecast import Interval
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import UNDEFINED
from funnelsim.planning.select import SelectionResult
from funnelsim.reports import notes
from funnelsim.reports.columns import Column, figure_column, text_column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.question_pages import spaced

SHOWN = 20  # strategies in the table: those that stayed in the race longest

_ABOUT = (
    "Profit: the mean over the simulated years in which the strategy was raced. These have served to select, "
    "so the best looks better than it is. Because of: the strategy that was surely ahead when it "
    "dropped out. Behind: how far it was behind that one, in the mean over its years."
)


def selection_page(
    result: SelectionResult, next_command: str, everything: bool = False, width: int = WIDTH
) -> RenderableType:
    """Lay out a selection for a terminal.

    Parameters
    ----------
    result : SelectionResult
        How it ended.
    next_command : str
        What to try next.
    everything : bool
        Whether to list all strategies; else the 20 that stayed in the race longest.
    width : int
        Characters of a line at most.
    """
    asked, scenario = result.asked, result.scenario
    raced = result.table.sort_values("eliminated_after", ascending=False, na_position="first", kind="stable")
    order = raced.index.tolist()
    shown = order if everything else order[:SHOWN]
    labels = [printable(scenario.label_of(name)) for name in shown]
    title = f"{notes.title_of(scenario)}: the best of {len(order)} strategies, in the same worlds"
    watch = [*result.warnings]
    if result.confirmed is not None:
        watch += notes.warnings(result.confirmed.warnings, result.confirmed.titles)
    return Group(
        notes.heading(title),
        Text(f"Seed {asked.seed}, {_blocks(result.block)}; {notes.horizon(scenario)}"),
        *notes.section("Verdict", result.sentences),
        *spaced(tables("Strategy", labels, _columns(result, shown), width=width)),
        *_left_out(len(order) - len(shown)),
        Text(),
        Text(_ABOUT),
        *notes.section("Watch", watch),
        *notes.next_step(next_command, width),
    )


def _blocks(block: int) -> str:
    """State after how much the race was looked at."""
    if block == 1:
        return "looked at after every simulated year"
    return f"looked at after every block of {block} simulated years, because profits are skewed"


def _left_out(count: int) -> list[Text]:
    if not count:
        return []
    return [Text(f"{count:,} more had dropped out by then. --all lists them.")]


def _columns(result: SelectionResult, shown: list[str]) -> list[Column]:
    table, currency = result.table.loc[shown], printable(result.scenario.currency)
    by = [UNDEFINED if pd.isna(name) else result.scenario.label_of(name) for name in table["by"]]
    return [
        text_column("Years simulated", list(map(_count, table["worlds"]))),
        _money("Profit", currency, table["mean"].tolist()),
        text_column("Dropped out after", [_count(out) for out in table["eliminated_after"]]),
        text_column("Because of", list(map(printable, by))),
        _money("Behind", currency, table["behind"].tolist()),
    ]


def _count(worlds: int) -> str:
    return UNDEFINED if pd.isna(worlds) else f"{worlds:,}"


def _money(title: str, currency: str, values: list[float]) -> Column:
    intervals = [Interval(value, math.nan, math.nan) for value in values]
    return figure_column(title, Unit.MONEY, currency, intervals)

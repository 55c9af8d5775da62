"""Answers as files: the page, its tables as CSV, and one JSON document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import RenderableType

from funnelsim.io.files import Files
from funnelsim.reports import document, explain_pages
from funnelsim.reports.decision_page import decision_page, decisions_page
from funnelsim.reports.grid import as_text
from funnelsim.reports.measure_next_page import measure_next_page
from funnelsim.reports.optimise_pages import optimise_page
from funnelsim.reports.saving import csv
from funnelsim.reports.selection_page import selection_page

if TYPE_CHECKING:
    from funnelsim.planning.measure_next import MeasureNextResult
    from funnelsim.planning.optimise import OptimiseResult
    from funnelsim.planning.select import SelectionResult
    from funnelsim.reports.document import Explained
    from funnelsim.studies.sequential import Decision, DecisionsResult

Tables = Mapping[str, Callable[[], pd.DataFrame]]


def decision_files(result: Decision, decimal_comma: bool = False) -> Files:
    """Write a verdict at any time: what is sure of each pair, and what single years may bring."""
    page, found = partial(decision_page, result, ""), partial(document.decision_document, result)
    tables: Tables = {"table": lambda: result.table, "risks": lambda: result.risks}
    return _files("verdict.txt", page, tables, found, decimal_comma)


def decisions_files(result: DecisionsResult, decimal_comma: bool = False) -> Files:
    """Write verdicts at any time, as typed and under each assumption."""
    page, found = partial(decisions_page, result, ""), partial(document.decisions_document, result)
    tables: Tables = {"table": lambda: result.table, "risks": lambda: result.risks}
    return _files("verdict.txt", page, tables, found, decimal_comma)


def selection_files(result: SelectionResult, decimal_comma: bool = False) -> Files:
    """Write a selection: the race of all strategies."""
    page = partial(selection_page, result, "", everything=True)
    found = partial(document.selection_document, result)
    return _files("selection.txt", page, {"race": lambda: result.table}, found, decimal_comma)


def optimise_files(result: OptimiseResult, decimal_comma: bool = False) -> Files:
    """Write the best point found, and all that were tried."""
    page, found = partial(optimise_page, result), partial(document.optimise_document, result)
    return _files("optimise.txt", page, {"tried": lambda: result.table}, found, decimal_comma)


def measure_next_files(result: MeasureNextResult, decimal_comma: bool = False) -> Files:
    """Write what it is worth to know each uncertain number."""
    page, found = partial(measure_next_page, result, ""), partial(document.measure_next_document, result)
    return _files("measure_next.txt", page, {"worth": lambda: result.table}, found, decimal_comma)


def explanation_files(shown: str, result: Explained, decimal_comma: bool = False) -> Files:
    """Write what `explain --show` says: the page, and its table."""
    page = partial(getattr(explain_pages, f"{shown}_page"), result)
    found = partial(document.explain_document, shown, result)
    return _files(f"{shown}.txt", page, {shown: lambda: result.table}, found, decimal_comma)


def _files(
    name: str,
    page: Callable[[], RenderableType],
    tables: Tables,
    found: Callable[[], dict[str, Any]],
    decimal_comma: bool,
) -> Files:
    def table(frame: Callable[[], pd.DataFrame]) -> bytes:
        return csv(frame(), decimal_comma=decimal_comma)

    return Files(
        {name: lambda: as_text(page()).encode()}
        | {f"{each}.csv": partial(table, frame) for each, frame in tables.items()}
        | {"results.json": partial(document.json_file, found)}
    )

"""Answers as files: the page, its tables as CSV, and one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import RenderableType

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

Files = Iterator[tuple[str, bytes]]  # name and contents


def decision_files(result: Decision, decimal_comma: bool = False) -> Files:
    """Write a verdict at any time: what is sure of each pair, and what single years may bring."""
    tables = {"table": result.table, "risks": result.risks}
    found = document.decision_document(result)
    return _files("verdict.txt", decision_page(result, ""), tables, found, decimal_comma)


def decisions_files(result: DecisionsResult, decimal_comma: bool = False) -> Files:
    """Write verdicts at any time, as typed and under each assumption."""
    tables = {"table": result.table, "risks": result.risks}
    found = document.decisions_document(result)
    return _files("verdict.txt", decisions_page(result, ""), tables, found, decimal_comma)


def selection_files(result: SelectionResult, decimal_comma: bool = False) -> Files:
    """Write a selection: the race of all strategies."""
    found = document.selection_document(result)
    page = selection_page(result, "", everything=True)
    return _files("selection.txt", page, {"race": result.table}, found, decimal_comma)


def optimise_files(result: OptimiseResult, decimal_comma: bool = False) -> Files:
    """Write the best point found, and all that were tried."""
    found = document.optimise_document(result)
    return _files("optimise.txt", optimise_page(result), {"tried": result.table}, found, decimal_comma)


def measure_next_files(result: MeasureNextResult, decimal_comma: bool = False) -> Files:
    """Write what it is worth to know each uncertain number."""
    found = document.measure_next_document(result)
    return _files(
        "measure_next.txt", measure_next_page(result, ""), {"worth": result.table}, found, decimal_comma
    )


def explanation_files(shown: str, result: Explained, decimal_comma: bool = False) -> Files:
    """Write what `explain --show` says: the page, and its table."""
    page = getattr(explain_pages, f"{shown}_page")(result)
    found = document.explain_document(shown, result)
    return _files(f"{shown}.txt", page, {shown: result.table}, found, decimal_comma)


def _files(
    name: str,
    page: RenderableType,
    tables: Mapping[str, pd.DataFrame],
    found: dict[str, Any],
    decimal_comma: bool,
) -> Files:
    yield name, as_text(page).encode()
    for table, frame in tables.items():
        yield f"{table}.csv", csv(frame, decimal_comma=decimal_comma)
    yield "results.json", (document.as_json(found) + "\n").encode()

"""A study as files: the page, a row a point as CSV, arrays, and what was asked as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd

from funnelsim.io.files import Files, Make
from funnelsim.reports.answer_sheets import frame_sheet
from funnelsim.reports.document import json_file
from funnelsim.reports.grid import as_text
from funnelsim.reports.saving import csv
from funnelsim.reports.study_page import study_page
from funnelsim.reports.workbook import workbook, workbook_file
from funnelsim.studies.designed.levers import Lever
from funnelsim.studies.designed.results import StudyResult
from funnelsim.studies.designed.verdicts import told
from funnelsim.studies.store import packed


def study_files(result: StudyResult, decimal_comma: bool = False) -> Files:
    """Write a study, file by file; the same bytes however often it was stopped.

    Parameters
    ----------
    result : StudyResult
    decimal_comma : bool
        As in `result_files`.

    Returns
    -------
    Files
        The page as text; `table.csv`, a row a point; `by_month.csv` and the like where the study asks for
        figures by month, ...; `years.npz`, the arrays `values`, `expected` and `twins` of NumPy;
        `study.json`; where openpyxl is installed, the tables as `figures.xlsx`.
    """
    arrays = {"values": result.values, "expected": result.expected, "twins": result.twins}
    makes: dict[str, Make] = {"page.txt": lambda: as_text(study_page(result)).encode()}
    makes |= {f"{name}.csv": partial(_csv, result, name, decimal_comma) for name in _tables(result)}
    makes["years.npz"] = lambda: packed(arrays)
    makes["study.json"] = partial(json_file, partial(study_document, result))
    return Files(makes | workbook_file(partial(_workbook, result)))


def _tables(result: StudyResult) -> dict[str, Callable[[], pd.DataFrame]]:
    """Name the tables of a study, and what makes each."""
    return {"table": lambda: result.table} | {
        f"by_{cut}": partial(result.by, cut) for cut in result.study.cuts
    }


def _csv(result: StudyResult, name: str, decimal_comma: bool) -> bytes:
    return csv(_tables(result)[name](), decimal_comma=decimal_comma)


def _workbook(result: StudyResult) -> bytes:
    """Write the tables of a study as a workbook."""
    study = result.study
    said = [
        ("Study", study.name),
        ("Scenario", study.scenario.source),
        ("Simulated", f"{result.years:,} years of each row, seed {study.seed}"),
        *((name, " ".join(told(found))) for name, found in result.any_time.items()),
        *(("Watch", warning) for warning in result.warnings),
    ]
    sheets = (frame_sheet(name, table(), study.scenario) for name, table in _tables(result).items())
    return workbook(sheets, said)


def study_document(result: StudyResult) -> dict[str, Any]:
    """Write a study as plain tables; undefined values are null in JSON."""
    study = result.study
    return {
        "title": study.name,
        "scenario": study.scenario.source,
        "figures": list(study.metrics),
        "by": study.cuts,
        "levers": {lever.key: _tried(lever) for lever in study.levers},
        "design": asdict(study.design),
        "starts": study.starts,
        "always": study.always,
        "stop": study.stop and asdict(study.stop),
        "seed": study.seed,
        "asked": study.replications,
        "simulated_years": result.years,
        "months": result.months._asdict(),
        "decided": result.decided if study.stop else None,
        "verdicts": {name: told(found) for name, found in result.any_time.items()},
        "warnings": result.warnings,
        "rows": result.table.to_dict("records"),
    }


def _tried(lever: Lever) -> dict[str, Any] | list[Any]:
    """Write what is tried of a lever as in a file."""
    if lever.values:
        return list(lever.values)
    return {"low": lever.low, "high": lever.high} | ({"steps": lever.steps} if lever.steps else {})

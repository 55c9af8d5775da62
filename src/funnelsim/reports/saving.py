"""Results as files: the page, a CSV for each frame, one JSON document, an Excel workbook, the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, cast

import pandas as pd
from rich.console import RenderableType

from funnelsim.reports.assumptions_page import assumptions_page
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.document import as_json, assumptions_document, comparison_document, simulation_document
from funnelsim.reports.grid import as_text
from funnelsim.reports.pictures import drawn
from funnelsim.reports.question_sheets import result_workbook
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.reports.workbook import workbook_file
from funnelsim.scenario import AS_TYPED
from funnelsim.studies.assumptions import AssumptionsResult
from funnelsim.studies.results import ComparisonResult, SimulationResult

_BREAKDOWNS = ("by_month", "by_channel", "by_segment", "by_stage", "by_rep", "by_team")
_OF_A_RUN = ("summary", *_BREAKDOWNS, "cumulative", "conversions", "reasons", "team_hours", "goals", "cycle")
_OF_A_COMPARISON = ("table", "summary", "differences", "goals", *_BREAKDOWNS)
_OF_ASSUMPTIONS = ("table", "summary", "differences", "goals")
_OF_THE_UNSURE = ("unknown", "drivers")
_OF_A_PLAN = ("quota",)
_OF_CUSTOMERS = ("cohorts",)
_COLUMNS = {"assumption": "assumption_title", "strategy": "strategy_title"}  # beside their names


def result_files(
    result: AssumptionsResult | ComparisonResult | SimulationResult, decimal_comma: bool = False
) -> Iterator[tuple[str, bytes]]:
    r"""Write a result's whole page, figures and pictures, file by file.

    Parameters
    ----------
    result : AssumptionsResult, ComparisonResult or SimulationResult
    decimal_comma : bool
        Whether CSV has commas in numbers and semicolons between them, as spreadsheets of many countries read
        it.

    Yields
    ------
    tuple of str and bytes
        Name and contents: the page as text, without what to try next; CSV in UTF-8 with the mark by which
        spreadsheets know it, with floats in full and an empty cell for undefined values; `results.json`;
        where openpyxl is installed, `figures.xlsx`; PNG.

    Examples
    --------
    >>> import funnelsim as fs
    >>> files = result_files(fs.simulate(fs.load("first_steps"), replications=3, jobs=1))
    >>> name, content = next(files)
    >>> name, content.splitlines()[0]
    ('run.txt', b'first_steps, strategy today')
    >>> name, content = next(files)
    >>> name, content.splitlines()[0][:35]
    ('summary.csv', b'\xef\xbb\xbffigure,title,unit,basis,mean,low')
    """
    name, page = _page(result)
    yield f"{name}.txt", as_text(page).encode()
    if isinstance(result, AssumptionsResult):
        titles: Titles = {"strategy": result[AS_TYPED].titles, "assumption": result.titles}
        yield from _written(result, titles, _OF_ASSUMPTIONS, assumptions_document(result), decimal_comma)
        yield from workbook_file(partial(result_workbook, result))
        return
    frames: tuple[str, ...]
    if isinstance(result, ComparisonResult):
        frames, document = _OF_A_COMPARISON, comparison_document(result)
        forecasts, titles = (
            [each.forecast for each in result.simulations.values()],
            {"strategy": result.titles},
        )
    else:
        frames, document = _OF_A_RUN, simulation_document(result)
        forecasts, titles = [result.forecast], {}
    unsure = any(each.unknowns is not None for each in forecasts)
    planned = any(each.quotas() for each in forecasts)
    frames = (*frames, *(_OF_THE_UNSURE if unsure else ()), *(_OF_A_PLAN if planned else ()))
    if isinstance(result, SimulationResult) and result.forecast.has_customers:
        frames = (*frames, *_OF_CUSTOMERS)
    yield from _written(result, titles, frames, document, decimal_comma)
    yield from workbook_file(partial(result_workbook, result))
    yield from drawn(result)


def _page(result: AssumptionsResult | ComparisonResult | SimulationResult) -> tuple[str, RenderableType]:
    """Lay out what is printed of a result, and name it."""
    if isinstance(result, SimulationResult):
        return "run", simulation_page(result, next_command="", everything=True)
    if isinstance(result, AssumptionsResult):
        return "comparison", assumptions_page(result, next_command="", everything=True)
    return "comparison", comparison_page(result, next_command="", everything=True)


Titles = Mapping[str, Mapping[str, str]]  # by what an index calls it, and by name


def _written(
    result: object,
    titles: Titles,
    frames: tuple[str, ...],
    document: dict[str, Any],
    decimal_comma: bool,
) -> Iterator[tuple[str, bytes]]:
    for name in frames:
        yield f"{name}.csv", csv(getattr(result, name), titles, decimal_comma)
    yield "results.json", (as_json(document) + "\n").encode()


def csv(frame: pd.DataFrame, titles: Titles | None = None, decimal_comma: bool = False) -> bytes:
    """Write a frame with titles beside names; figures that are side by side go below each other."""
    if frame.columns.nlevels > 1:
        frame = cast(pd.DataFrame, frame.stack("figure", future_stack=True))
    titles = titles or {}
    for what in (each for each in titles if each in frame.index.names):
        called = frame.index.get_level_values(what).map(titles[what])
        frame = frame.assign(**{_COLUMNS[what]: called})[[_COLUMNS[what], *frame.columns]]
    sep, decimal = (";", ",") if decimal_comma else (",", ".")
    return frame.to_csv(sep=sep, decimal=decimal, lineterminator="\n").encode("utf-8-sig")

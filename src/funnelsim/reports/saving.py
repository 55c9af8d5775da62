"""Results as files: the page, a CSV for each frame, one JSON document, an Excel workbook, the pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import pandas as pd
from rich.console import RenderableType

from funnelsim.forecast import Forecast
from funnelsim.io.files import Files, Make
from funnelsim.reports.assumptions_page import assumptions_page
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.document import (
    assumptions_document,
    comparison_document,
    json_file,
    simulation_document,
)
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
) -> Files:
    r"""Write a result's whole page, figures and pictures, file by file.

    Parameters
    ----------
    result : AssumptionsResult, ComparisonResult or SimulationResult
    decimal_comma : bool
        Whether CSV has commas in numbers and semicolons between them, as spreadsheets of many countries read
        it.

    Returns
    -------
    Files
        The page as text, without what to try next; CSV in UTF-8 with the mark by which spreadsheets know it,
        with floats in full and an empty cell for undefined values; `results.json`; where openpyxl is
        installed, `figures.xlsx`; PNG.

    Examples
    --------
    >>> import funnelsim as fs
    >>> files = result_files(fs.simulate(fs.load("first_steps"), replications=3, jobs=1))
    >>> list(files)[:2], files["run.txt"].splitlines()[0]
    (['run.txt', 'summary.csv'], b'first_steps, strategy today')
    >>> files["summary.csv"].splitlines()[0][:35]
    b'\xef\xbb\xbffigure,title,unit,basis,mean,low'
    """
    name, page = _page(result)
    makes = {f"{name}.txt": lambda: as_text(page()).encode()} | _figures(result, decimal_comma)
    makes |= workbook_file(partial(result_workbook, result))
    return Files(makes if isinstance(result, AssumptionsResult) else makes | drawn(result).makes)


def _page(result: AssumptionsResult | ComparisonResult | SimulationResult) -> tuple[str, Page]:
    """Name what is printed of a result, and lay it out."""
    if isinstance(result, SimulationResult):
        return "run", partial(simulation_page, result, next_command="", everything=True)
    if isinstance(result, AssumptionsResult):
        return "comparison", partial(assumptions_page, result, next_command="", everything=True)
    return "comparison", partial(comparison_page, result, next_command="", everything=True)


def _figures(
    result: AssumptionsResult | ComparisonResult | SimulationResult, decimal_comma: bool
) -> dict[str, Make]:
    """Write the figures of a result as CSV and JSON."""
    titles: Titles = {}
    document: Callable[[], dict[str, Any]]
    frames: tuple[str, ...]
    if isinstance(result, AssumptionsResult):
        titles = {"strategy": result[AS_TYPED].titles, "assumption": result.titles}
        frames, document = _OF_ASSUMPTIONS, partial(assumptions_document, result)
    elif isinstance(result, ComparisonResult):
        titles = {"strategy": result.titles}
        forecasts = [each.forecast for each in result.simulations.values()]
        frames, document = _OF_A_COMPARISON + _more(forecasts), partial(comparison_document, result)
    else:
        frames, document = _OF_A_RUN + _more([result.forecast]), partial(simulation_document, result)
        if result.forecast.has_customers:
            frames = (*frames, *_OF_CUSTOMERS)
    makes: dict[str, Make] = {
        f"{name}.csv": partial(_frame, result, name, titles, decimal_comma) for name in frames
    }
    return makes | {"results.json": partial(json_file, document)}


def _more(forecasts: Sequence[Forecast]) -> tuple[str, ...]:
    """Name the frames that only some scenarios have."""
    unsure = any(each.unknowns is not None for each in forecasts)
    planned = any(each.quotas() for each in forecasts)
    return (*(_OF_THE_UNSURE if unsure else ()), *(_OF_A_PLAN if planned else ()))


Page = Callable[[], RenderableType]
Titles = Mapping[str, Mapping[str, str]]  # by what an index calls it, and by name


def _frame(result: object, name: str, titles: Titles, decimal_comma: bool) -> bytes:
    return csv(getattr(result, name), titles, decimal_comma)


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

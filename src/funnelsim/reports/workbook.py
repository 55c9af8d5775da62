"""Figures as an Excel workbook: a sheet for the answer, and one for each question, with real numbers (TE6).

`openpyxl` comes with the extra `excel`.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from funnelsim.forecast import Forecast, Interval
from funnelsim.metrics import FIGURES, TIMES, Unit
from funnelsim.metrics.cut import labels
from funnelsim.reports import notes
from funnelsim.reports.grid import printable
from funnelsim.reports.question_pages import ANSWERS, occurring
from funnelsim.reports.questions import QUESTIONS, Question
from funnelsim.studies.results import ComparisonResult, SimulationResult

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

NAME = "figures.xlsx"
MISSING = "figures.xlsx is left out: it takes openpyxl, which `pip install openpyxl` brings"
_LONG_AGO = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the time of each file in the archive, so that equal figures give equal bytes
_WIDEST = 40  # characters of a column
_FORMATS = {Unit.SHARE: "0.0%", Unit.MONEY: "#,##0", Unit.COUNT: "#,##0.0", Unit.RATIO: "0.00"}


class Head(NamedTuple):
    """The head of a column, and how its numbers are shown."""

    title: str
    format: str = "General"


def is_there() -> bool:
    """Return whether workbooks can be written and read."""
    return find_spec("openpyxl") is not None


def workbook(result: ComparisonResult | SimulationResult) -> bytes:
    """Write a result as a workbook: the same result gives the same bytes.

    Parameters
    ----------
    result : ComparisonResult or SimulationResult
        What was simulated.
    """
    book: Workbook = import_module("openpyxl").Workbook()
    book.remove(book.active)
    strategies = _strategies(result)
    if isinstance(result, ComparisonResult):
        table_on(book.create_sheet("answer"), *_answer(result))
    for question in QUESTIONS:
        table_on(book.create_sheet(question.name), *_of(question, strategies))
    _about(book.create_sheet("about"), result)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Write a workbook as bytes that do not depend on the time."""
    written = io.BytesIO()
    book.save(written)
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content
                )
            after.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def put(sheet: Worksheet, row: int, column: int, value: object, number_format: str = "General") -> None:
    """Write a cell: a text always as text, if it begins like a formula, too; what is undefined not at all."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = "\n".join(map(printable, value.split("\n")))
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    else:
        cell.value = value
        cell.number_format = number_format


def table_on(sheet: Worksheet, heads: Sequence[Head], rows: Iterable[Sequence[object]]) -> None:
    """Write a table whose head stays in sight, with columns as wide as they need to be."""
    styles = import_module("openpyxl.styles")
    widths = [max(map(len, head.title.split("\n"))) for head in heads]
    for column, head in enumerate(heads, 1):
        put(sheet, 1, column, head.title)
        cell = sheet.cell(1, column)
        cell.font = styles.Font(bold=True)
        cell.alignment = styles.Alignment(wrap_text=True, vertical="top")
    last = 1
    for last, row in enumerate(rows, 2):
        for column, (head, value) in enumerate(zip(heads, row, strict=True), 1):
            put(sheet, last, column, value, head.format)
            if isinstance(value, str):
                widths[column - 1] = max(widths[column - 1], len(value))
    letters = import_module("openpyxl.utils").get_column_letter
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[letters(column)].width = min(width, _WIDEST) + 3
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{letters(len(heads))}{last}"


# ---- sheets ---------------------------------------------------------------------------------


def _strategies(result: ComparisonResult | SimulationResult) -> list[tuple[str, Forecast]]:
    """List strategies with their titles: in the order of all tables (TE1)."""
    if isinstance(result, SimulationResult):
        return [(result.title, result.forecast)]
    return [(result.titles[name], result[name].forecast) for name in result.comparison.ranked()]


def _answer(result: ComparisonResult) -> tuple[list[Head], list[list[object]]]:
    """Lay out what decides, strategy by strategy."""
    comparison, base = result.comparison, result[result.base].forecast
    money, share = _head("Profit", Unit.MONEY, base), _FORMATS[Unit.SHARE]
    against = _head(f"Profit against {result.titles[result.base]}", Unit.MONEY, base)
    gains = comparison.differences()
    goals = list(
        dict.fromkeys(goal.name for each in result.simulations.values() for goal in each.forecast.goals)
    )
    heads = [
        Head("Strategy"),
        *(Head(f"{money.title}\n{part}", money.format) for part in ("mean", "P10", "P90")),
        *(Head(f"{against.title}\n{part}", against.format) for part in ("mean", "95 % low", "95 % high")),
        Head("Ahead\nshare of years", share),
        Head("Chance to be best\nshare", share),
        _head("Expected regret", Unit.MONEY, base),
        *(Head(f"Chance of {goal}\nshare of years", share) for goal in goals),
    ]
    rows: list[list[object]] = []
    for name in comparison.ranked():
        forecast, gain = result[name].forecast, gains.get(name)
        reached = {each.goal.name: each.share for each in forecast.chances()}
        rows.append(
            [
                result.titles[name],
                *forecast.outcomes("profit")[0],
                *((gain.mean, gain.low, gain.high, gain.ahead.value) if gain else (None,) * 4),
                *comparison.chances[name],
                *(reached.get(goal) for goal in goals),
            ]
        )
    return heads, rows


def _of(
    question: Question, strategies: Sequence[tuple[str, Forecast]]
) -> tuple[list[Head], list[list[object]]]:
    """Lay out the figures of a question: a row for each strategy, and for each place in it."""
    forecasts = [forecast for _, forecast in strategies]
    parts = occurring(question, forecasts)
    cuts: dict[str, list[str]] = {"all": list(question.figures)}
    for dimension, metrics in question.cuts:
        cuts.setdefault(dimension, []).extend(metrics)
    for part, figures in parts:
        cuts["all"].extend(figures)
        for dimension, metrics in part.cuts:
            cuts.setdefault(dimension, []).extend(metric for metric in metrics if metric in figures)
    shown = list(dict.fromkeys(metric for each in cuts.values() for metric in each))
    heads = [Head("Strategy"), Head("By"), Head("Of")]
    for metric in shown:
        title = max((forecast.title(metric) for forecast in forecasts), key=len)
        head = _head(title, FIGURES[metric].unit, forecasts[0])
        heads += [Head(f"{head.title}\n{part}", head.format) for part in ("mean", "P10", "P90")]
    return heads, list(_rows(strategies, cuts, shown))


def _rows(
    strategies: Sequence[tuple[str, Forecast]], cuts: dict[str, list[str]], metrics: Sequence[str]
) -> Iterator[list[object]]:
    """Write a row for each place of each strategy; what is not asked of a place is left empty."""
    nothing: Interval | tuple[None, ...] = (None, None, None)
    for dimension, asked in cuts.items():
        for title, forecast in strategies:
            found = {metric: forecast.outcomes(metric, dimension) for metric in asked}
            for position, place in enumerate(labels(forecast.names, dimension)):
                row: list[object] = [title, dimension, place]
                for metric in metrics:
                    row += found[metric][position] if metric in found else nothing
                yield row


def _about(sheet: Worksheet, result: ComparisonResult | SimulationResult) -> None:
    """Write what the workbook is of, the verdict, and what intervals are."""
    one = result if isinstance(result, SimulationResult) else result[result.base]
    said: list[tuple[str, str]] = [
        ("Scenario", notes.title_of(result.scenario)),
        ("Simulated", notes.what_ran(result.plan, result.years, one.forecast.months)),
        ("Intervals", notes.intervals(result.years, one.forecast.months)),
    ]
    if isinstance(result, ComparisonResult):
        said += [("Answer", result.answer), ("Verdict", result.verdict)]
    said += [(question.name, question.asks) for question in QUESTIONS]
    if isinstance(result, SimulationResult):
        said += [(question.name, ANSWERS[question.name](one.forecast)) for question in QUESTIONS]
    table_on(sheet, [Head("What"), Head("In words")], said)
    alignment = import_module("openpyxl.styles").Alignment
    sheet.column_dimensions["B"].width = 100
    for row in range(2, len(said) + 2):
        sheet.cell(row, 2).alignment = alignment(wrap_text=True, vertical="top")


def _head(title: str, unit: Unit, forecast: Forecast) -> Head:
    """Write the head of a figure with its unit."""
    words = {
        Unit.SHARE: "share",
        Unit.MONEY: printable(forecast.names.currency) or "money",
        Unit.RATIO: "ratio",
    }
    told = unit.value if unit in TIMES else words.get(unit, "number")
    return Head(f"{printable(title)}, {told}", _FORMATS.get(unit, "#,##0.0"))

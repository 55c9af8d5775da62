"""Answers as files: the page, its tables as CSV, one JSON document, and an Excel workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import RenderableType

from funnelsim.io.files import Files
from funnelsim.metrics import Unit
from funnelsim.reports import document, explain_pages, notes
from funnelsim.reports.answer_sheets import NO_WORDS, Words, frame_sheet
from funnelsim.reports.decision_page import decision_page, decisions_page, how_sure, sequences
from funnelsim.reports.grid import as_text
from funnelsim.reports.measure_next_page import measure_next_page
from funnelsim.reports.optimise_pages import optimise_page
from funnelsim.reports.question_sheets import about, question_sheets
from funnelsim.reports.saving import csv
from funnelsim.reports.selection_page import selection_page
from funnelsim.reports.workbook import Said, workbook, workbook_file
from funnelsim.scenario import Scenario

if TYPE_CHECKING:
    from funnelsim.planning.measure_next import MeasureNextResult
    from funnelsim.planning.optimise import OptimiseResult
    from funnelsim.planning.select import SelectionResult
    from funnelsim.reports.document import Explained
    from funnelsim.studies.results import ComparisonResult
    from funnelsim.studies.sequential import Decision, DecisionsResult

Tables = Mapping[str, Callable[[], pd.DataFrame]]


@dataclass(frozen=True)
class Answer:
    """What is kept of an answer.

    Attributes
    ----------
    name : str
        Of the page as a file.
    page : callable
        Lays it out.
    tables : dict of str to callable
        Make the tables, by the names of their files, without their ends.
    document : callable
        Makes the document for JSON.
    scenario : Scenario
        What was asked about.
    said : tuple of str
        The answer in words.
    compared : dict of str to ComparisonResult
        Strategies whose figures the workbook has, by the title of the assumption, or under an empty one.
    words : dict of str to str and Unit
        As in `frame_sheet`.
    """

    name: str
    page: Callable[[], RenderableType]
    tables: Tables
    document: Callable[[], dict[str, Any]]
    scenario: Scenario
    said: tuple[str, ...]
    compared: Mapping[str, ComparisonResult] = field(default_factory=dict)
    words: Words = field(default_factory=lambda: NO_WORDS)


def decision_files(result: Decision, decimal_comma: bool = False) -> Files:
    """Write a verdict at any time: what is sure of each pair, and what single years may bring."""
    compared = result.result
    return _files(
        Answer(
            name="verdict.txt",
            page=partial(decision_page, result, ""),
            tables={"table": lambda: result.table, "risks": lambda: result.risks},
            document=partial(document.decision_document, result),
            scenario=compared.scenario,
            said=(result.verdict, how_sure(result), sequences(result)),
            compared={"": compared},
            words=_decided(result),
        ),
        decimal_comma,
    )


def decisions_files(result: DecisionsResult, decimal_comma: bool = False) -> Files:
    """Write verdicts at any time, as typed and under each assumption."""
    decisions = {result.titles[name]: each for name, each in result.decisions.items()}
    verdicts = (f"{title}: {each.verdict}" for title, each in decisions.items())
    return _files(
        Answer(
            name="verdict.txt",
            page=partial(decisions_page, result, ""),
            tables={"table": lambda: result.table, "risks": lambda: result.risks},
            document=partial(document.decisions_document, result),
            scenario=result.scenario,
            said=(*verdicts, how_sure(result.typed), sequences(result.typed)),
            compared={title: each.result for title, each in decisions.items()},
            words=_decided(result.typed),
        ),
        decimal_comma,
    )


def _decided(result: Decision) -> Words:
    """Name the chances of goals, and the share of years behind."""
    compared = result.result
    goals = (goal.name for each in compared.simulations.values() for goal in each.forecast.goals)
    return {"behind": ("Years behind", Unit.SHARE)} | {
        goal: (f"Chance of {goal}", Unit.SHARE) for goal in goals
    }


def selection_files(result: SelectionResult, decimal_comma: bool = False) -> Files:
    """Write a selection: the race of all strategies, and the winner beside today in fresh years."""
    return _files(
        Answer(
            name="selection.txt",
            page=partial(selection_page, result, "", everything=True),
            tables={"race": lambda: result.table},
            document=partial(document.selection_document, result),
            scenario=result.scenario,
            said=result.sentences,
            compared=_fresh(result.confirmed),
            words={
                "mean": ("Profit, which has served to select", Unit.MONEY),
                "behind": ("Behind that one", Unit.MONEY),
            },
        ),
        decimal_comma,
    )


def optimise_files(result: OptimiseResult, decimal_comma: bool = False) -> Files:
    """Write the best point found beside today in fresh years, and all that were tried."""
    return _files(
        Answer(
            name="optimise.txt",
            page=partial(optimise_page, result),
            tables={"tried": lambda: result.table},
            document=partial(document.optimise_document, result),
            scenario=result.scenario,
            said=result.sentences,
            compared=_fresh(result.confirmed),
        ),
        decimal_comma,
    )


def _fresh(confirmed: ComparisonResult | None) -> dict[str, ComparisonResult]:
    """Take what was compared in years that had no part in a search, if anything was."""
    return {} if confirmed is None else {"": confirmed}


def measure_next_files(result: MeasureNextResult, decimal_comma: bool = False) -> Files:
    """Write what it is worth to know each uncertain number."""
    return _files(
        Answer(
            name="measure_next.txt",
            page=partial(measure_next_page, result, ""),
            tables={"worth": lambda: result.table},
            document=partial(document.measure_next_document, result),
            scenario=result.result.scenario,
            said=(result.verdict,),
            compared={"": result.result},
        ),
        decimal_comma,
    )


def explanation_files(shown: str, result: Explained, decimal_comma: bool = False) -> Files:
    """Write what `explain --show` says: the page, and its table."""
    of: Any = getattr(result, "result", result)
    return _files(
        Answer(
            name=f"{shown}.txt",
            page=partial(getattr(explain_pages, f"{shown}_page"), result),
            tables={shown: lambda: result.table},
            document=partial(document.explain_document, shown, result),
            scenario=of.scenario,
            said=(result.verdict,),
            words=_EXPLAINED.get(shown, NO_WORDS),
        ),
        decimal_comma,
    )


_EXPLAINED: Mapping[str, Words] = {
    "marginal": {
        "gain": ("Profit more", Unit.MONEY),
        "worth": ("Profit for each unit of money", Unit.RATIO),
    },
}


def _files(answer: Answer, decimal_comma: bool) -> Files:
    def table(frame: Callable[[], pd.DataFrame]) -> bytes:
        return csv(frame(), decimal_comma=decimal_comma)

    return Files(
        {answer.name: lambda: as_text(answer.page()).encode()}
        | {f"{name}.csv": partial(table, frame) for name, frame in answer.tables.items()}
        | {"results.json": partial(document.json_file, answer.document)}
        | workbook_file(lambda: _workbook(answer))
    )


def _workbook(answer: Answer) -> bytes:
    """Write the tables of an answer as a workbook, and the figures of the strategies that it compares."""
    scenario = answer.scenario
    sheets = [frame_sheet(name, frame(), scenario, answer.words) for name, frame in answer.tables.items()]
    first = next(iter(answer.compared.values()), None)
    ran: Said = [("Scenario", notes.title_of(scenario))] if first is None else about(first)
    said = [*ran, *(("Answer", line) for line in answer.said)]
    return workbook([*sheets, *(question_sheets(answer.compared) if answer.compared else [])], said)

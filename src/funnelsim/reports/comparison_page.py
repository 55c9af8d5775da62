"""The page that `compare` prints: the answer, one table, and by question or in full what is behind them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.decisions.profits import PROFIT
from funnelsim.io.progress import Progress, silent, step_through
from funnelsim.metrics import FIGURES
from funnelsim.metrics.wording import listed, simulated
from funnelsim.reports import notes
from funnelsim.reports.columns import Column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.question_in_short import about_intervals, of_all_in_short
from funnelsim.reports.question_pages import of_all, spaced
from funnelsim.reports.questions import NAMES, QUESTIONS, Question
from funnelsim.reports.strategy_columns import (
    answer_columns,
    base_of,
    every_column,
    goal_columns,
    order,
    titles_of,
)
from funnelsim.reports.uncertainty import what_is_unknown_of_all
from funnelsim.studies.results import ComparisonResult

_WIDEST = (32, 18)  # characters of a strategy on a line of the one table, if there is room, or not


def comparison_page(
    result: ComparisonResult,
    next_command: str,
    everything: bool = False,
    width: int = WIDTH,
    questions: Sequence[Question] = (),
    progress: Progress = silent,
) -> RenderableType:
    """Lay out a comparison for a terminal.

    Parameters
    ----------
    result : ComparisonResult
        What was simulated.
    next_command : str
        What to try next; empty if the page is to be kept.
    everything : bool
        Whether to show all there is, of the questions or of the whole.
    width : int
        Characters of a line at most.
    questions : sequence of Question
        Which pages to show instead of the answer.
    progress : callable
        Working out the strategies and the pages are steps of it.
    """
    whole = everything and not questions
    _work_out(result, progress)
    shown = (
        _everything(result, width, progress)
        if whole
        else _shown(result, questions, everything, width, progress)
    )
    more = [] if whole or not next_command else [Text(), Text(to_see_more(questions, everything))]
    return Group(*_top(result), *shown, *more, *notes.next_step(next_command, width))


def _work_out(result: ComparisonResult, progress: Progress) -> None:
    """Work out what takes longest; forecasts keep what has been worked out."""
    for name in step_through(result.simulations, progress, "Working out", "strategies"):
        result[name].forecast.estimate(PROFIT)
        _ = result[name].warnings


def to_see_more(shown: Sequence[Question], in_full: bool = False) -> str:
    """State which options show what is not shown yet.

    Examples
    --------
    >>> to_see_more([])
    'To see more, add --show bottleneck, money, funnel, people or customers; to see all there is, --all.'
    >>> to_see_more(QUESTIONS[:1])
    'To see all on this, add --all; on other questions, --show money, funnel, people or customers.'
    >>> to_see_more(QUESTIONS[1:], in_full=True)
    'To see more, add --show bottleneck.'
    """
    there = [question.name for question in shown]
    others = listed([name for name in NAMES if name not in there], "or")
    if in_full:
        return f"To see more, add --show {others}." if others else "To see the answer, leave --show out."
    if not there:
        return f"To see more, add --show {others}; to see all there is, --all."
    return "To see all on this, add --all" + (f"; on other questions, --show {others}." if others else ".")


def _top(result: ComparisonResult) -> list[RenderableType]:
    """State what was compared, and how much was simulated."""
    counted = f"{len(result)} strategies" if len(result) > 1 else "one strategy"
    months = result[result.base].forecast.months
    return [
        notes.heading(f"{notes.title_of(result.scenario)}: {counted} in the same worlds"),
        Text(notes.what_ran(result.plan, result.years, months)),
    ]


def _shown(
    result: ComparisonResult, questions: Sequence[Question], in_full: bool, width: int, progress: Progress
) -> Iterable[RenderableType]:
    """Show the answer, or what is asked for."""
    if not questions:
        yield from notes.section("Verdict", [printable(result.answer)])
        yield from _answer(result, width)
    for question in step_through(questions, progress, "Working out", "pages"):
        yield from (of_all if in_full else of_all_in_short)(question, result, width)
    if questions:
        yield Text()
        ran = (result.years, result[result.base].forecast.months)
        yield Text(notes.intervals(*ran) if in_full else about_intervals(questions, *ran, of_one=False))
    yield from notes.section("What is assumed", notes.assumption(result.scenario))
    yield from notes.section("Mind", notes.warnings(result.notes, result.titles))
    yield from notes.section("Watch", _warnings(result))


def _warnings(result: ComparisonResult) -> list[str]:
    """State what to know of the base and of the strategy beside it; count what there is about others."""
    shown = (result.base, result.comparison.front_runner())
    found = {name: each for name, each in result.forecast_warnings.items() if name in shown}
    others = {each for name, all_ in result.forecast_warnings.items() if name not in shown for each in all_}
    more = others.difference(*found.values())
    left = [f"{len(more)} more about other strategies: --all"] if more else []
    return [*notes.warnings(found, result.titles), *left]


def _answer(result: ComparisonResult, width: int) -> Iterable[RenderableType]:
    """Lay out the one table, and say what its columns are."""
    yield Text()
    yield from _spaced_after(answer_table(result, width))
    yield Text(_about_the_table(result))
    yield from (Text(line) for line in goals_in_words(result))


def _spaced_after(found: Sequence[Table]) -> Iterable[RenderableType]:
    for table in found:
        yield table
        yield Text()


def answer_table(result: ComparisonResult, width: int) -> list[Table]:
    """Lay out the one table: intervals beside their values if there is room, else beneath them.

    Where goals are too many for the width, one column has the chance of all of them (TE4).
    """
    names = later_names(result)
    found: list[Table] = []
    for joint, cells, widest in product((False, True), (Column.beside, Column.beneath), _WIDEST):
        found = tables("Strategy", names, answer_columns(result, joint), cells, width, widest)
        if len(found) == 1:
            break
    return found


def later_names(result: ComparisonResult) -> list[str]:
    """Call each strategy, and say in a second line from when, if it does not begin with the period."""
    start = f"from {result.scenario.start}"
    begins = [notes.begins(result.scenario, name).replace(start, "") for name in order(result)]
    return ["\n".join(filter(None, each)) for each in zip(titles_of(result), begins, strict=True)]


def _about_the_table(result: ComparisonResult) -> str:
    """State what the intervals of the one table are, and how sure the verdict is."""
    months = result[result.base].forecast.months
    said = [notes.intervals(result.years, months)]
    differences = result.comparison.differences()
    if differences:
        single = simulated(2, months).removeprefix("2 ")
        said.append(f"Ahead: share of {single} with more profit than {base_of(result)}.")
    if not all(math.isnan(each.p_value) for each in differences.values()):
        said += notes.told_apart(len(differences), base_of(result))
    return " ".join(said)


def _everything(result: ComparisonResult, width: int, progress: Progress) -> Iterable[RenderableType]:
    """Lay out all there is."""
    base = result[result.base]
    yield Text(notes.horizon(base.scenario))
    yield from notes.section("Verdict", [printable(result.verdict)])
    yield from _answer(result, width)
    yield from notes.what_changes(result.scenario, result)
    yield from notes.section("Mind", notes.warnings(result.notes, result.titles))
    for question in step_through(QUESTIONS, progress, "Working out", "pages"):
        yield from of_all(question, result, width)
    if goal_columns(result):
        yield Text()
        yield notes.heading("Goals")
        yield from spaced(tables("Strategy", titles_of(result), goal_columns(result), width=width))
    yield Text()
    yield notes.heading("Every figure")
    yield from spaced(tables("Strategy", titles_of(result), every_column(result), width=width))
    yield Text()
    yield Text(notes.counted_over([name for name, figure in FIGURES.items() if "all" in figure.by]))
    yield from what_is_unknown_of_all(result.comparison, result.titles, width)
    yield from notes.section("Watch", notes.warnings(result.forecast_warnings, result.titles))


def goals_in_words(result: ComparisonResult) -> list[str]:
    """State what each goal asks."""
    goals = [goal for each in result.simulations.values() for goal in each.forecast.goals]
    asked = [
        f"Goal {printable(goal.name)}: {FIGURES[goal.metric].title.lower()}, {goal.words()}."
        for goal in goals
    ]
    return [*dict.fromkeys(asked), *notes.worst_months(goals)]

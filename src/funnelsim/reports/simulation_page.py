"""The page that `run` prints: one strategy, in short, by question or in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.io.progress import Progress, silent, step_through
from funnelsim.metrics.wording import listed, percent
from funnelsim.reports import notes
from funnelsim.reports.comparison_page import to_see_more
from funnelsim.reports.cuts import of_everything, section
from funnelsim.reports.grid import WIDTH, printable
from funnelsim.reports.question_answers import ANSWERS
from funnelsim.reports.question_in_short import about_intervals, of_one_in_short
from funnelsim.reports.question_pages import of_one
from funnelsim.reports.questions import QUESTIONS, Question
from funnelsim.reports.run_tables import goals
from funnelsim.reports.uncertainty import what_is_unknown
from funnelsim.studies.results import SimulationResult

_MAIN = (
    *("inquiries", "leads", "won", "bookings", "revenue", "cost", "profit", "roi", "result", "cycle_length"),
    *("gone_cold_share", "utilisation"),
)


def simulation_page(
    result: SimulationResult,
    next_command: str,
    everything: bool = False,
    width: int = WIDTH,
    questions: Sequence[Question] = (),
    progress: Progress = silent,
) -> RenderableType:
    """Lay out one strategy for a terminal.

    Parameters
    ----------
    result : SimulationResult
        What was simulated.
    next_command : str
        What to try next; empty if the page is to be kept.
    everything : bool
        Whether to show all there is, of the questions or of the whole.
    width : int
        Characters of a line at most.
    questions : sequence of Question
        Which pages to show instead of the summary.
    progress : callable
        Working out figures and pages are steps of it.
    """
    for name in step_through(_MAIN, progress, "Working out", "figures"):
        result.forecast.estimate(name)  # is kept
    whole = everything and not questions
    found: list[RenderableType] = [*_top(result, whole)]
    if not questions:
        found += _summary(result, width)
    for question in step_through(QUESTIONS if whole else questions, progress, "Working out", "pages"):
        found += (of_one if everything else of_one_in_short)(question, result, width)
    if whole:
        found += what_is_unknown(result.forecast, width)
    elif questions:
        ran = (result.years, result.forecast.months)
        told = notes.intervals(*ran) if everything else about_intervals(questions, *ran, of_one=True)
        found += [Text(), Text(told)]
    found += notes.section("Watch", list(map(printable, result.warnings)))
    if not whole and next_command:
        found += [Text(), Text(to_see_more(questions, everything))]
    return Group(*found, *notes.next_step(next_command, width))


def _top(result: SimulationResult, everything: bool) -> Iterable[RenderableType]:
    """State what was simulated."""
    name = notes.named(result.strategy, result.title)
    ran = notes.what_ran(result.plan, result.years, result.forecast.months)
    yield notes.heading(f"{notes.title_of(result.scenario)}, strategy {name}")
    yield Text(f"{ran}; {notes.horizon(result.scenario)}" if everything else ran)
    yield from notes.section("What is assumed", notes.assumption(result.scenario))


def _summary(result: SimulationResult, width: int) -> list[RenderableType]:
    """State what the strategy brings, and lay out its main figures and goals."""
    forecast = result.forecast
    found = [
        *notes.section("In short", [summary(result)]),
        *section("Main figures", of_everything(forecast, _MAIN, width)),
        *notes.without_interval({name: forecast.estimate(name) for name in _MAIN}, forecast.months),
        Text(notes.intervals(result.years, forecast.months)),
        Text(notes.profit(forecast)),
        Text(f"{notes.counted()} {notes.counted_over(_MAIN)}"),
    ]
    if forecast.goals:
        found += section("Goals", goals(forecast, width))
        found += [Text(line) for line in notes.worst_months(forecast.goals)]
    return found


def summary(result: SimulationResult) -> str:
    """State in a few sentences what a strategy brings, where work waits, and the chance of its goals."""
    forecast = result.forecast
    said = [f"Money: {ANSWERS['money'](forecast)}", f"Work: {ANSWERS['bottleneck'](forecast)}"]
    chances = [f"{printable(each.goal.name)} {percent(each.share)}" for each in forecast.chances()]
    if chances:
        said.append(f"Chance of the goal{'s' * (len(chances) > 1)}: {listed(chances)}.")
    return " ".join(said)

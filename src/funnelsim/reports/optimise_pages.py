"""The pages that `funnelsim optimise` and `funnelsim goal-seek` print."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.forecast import Interval
from funnelsim.metrics.wording import number, simulated, spoken
from funnelsim.planning.goal_seek import GoalSeekResult
from funnelsim.planning.optimise import OptimiseResult
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, Column, chance_column, text_column
from funnelsim.reports.grid import WIDTH, keyed_table, printable
from funnelsim.scenario.errors import in_words

_TODAY = "Today: what the lever stands at, a dash where that is not one of its values."
_SOUGHT = "All values have the same worlds."


def optimise_page(result: OptimiseResult, width: int = WIDTH) -> RenderableType:
    """Lay out the best point found for a terminal."""
    scenario, study = result.scenario, result.search.study
    each = simulated(study.replications, scenario.months.period)
    return Group(
        notes.heading(f"{notes.title_of(scenario)}: the best of {len(result.tried):,} points"),
        Text(f"Seed {study.seed}, up to {each} of each; {notes.horizon(scenario)}"),
        *notes.section("What is tried", list(map(printable, result.search.about))),
        *notes.section("Verdict", list(map(printable, result.sentences))),
        *_levers(result, width),
        *notes.section(
            "The best so far, as a strategy to compare"
            if result.stopped
            else "As a strategy of the scenario",
            _as_typed(result),
        ),
    )


def _levers(result: OptimiseResult, width: int) -> list[RenderableType]:
    if result.finalist is None or result.best_is_today:
        return []
    point, levers = result.point_of(result.finalist), result.search.study.levers
    columns = [
        text_column(
            "Today", [in_words(result.now[each.key]) if each.key in result.now else "-" for each in levers]
        ),
        text_column(_heading(result), [in_words(point[each.key]) for each in levers]),
    ]
    table = keyed_table("Lever", [each.key for each in levers], columns, width)
    return [Text(), table, Text(), Text(f"{_TODAY} {_heading(result)}: {_how_found(result)}.")]


def _heading(result: OptimiseResult) -> str:
    """Name the best point by what is known of it: only what won in fresh worlds is to be chosen."""
    if result.stopped:
        return "Best so far"
    return "Choose" if result.point else "Best found"


def _how_found(result: OptimiseResult) -> str:
    if result.stopped:
        return "the point that is ahead in the trials"
    return "the point that won the final, in worlds that no trial had seen"


def _as_typed(result: OptimiseResult) -> list[str]:
    """Write the choice as it would be typed into the scenario."""
    if not result.point:
        return []
    study = result.search.study
    when = ["always = true"] if study.always else [f"starts = {study.starts}"] if study.starts else []
    changes = [f'change."{key}" = {in_words(value)}' for key, value in result.point.items()]
    return list(map(printable, [f"[strategies.{result.chosen}]", *when, *changes]))


def goal_seek_page(result: GoalSeekResult, next_command: str = "", width: int = WIDTH) -> RenderableType:
    """Lay out the values that were looked at, and the least that reaches the goal, for a terminal."""
    scenario, goal = result.scenario, result.goal
    years = simulated(len(result.looked[0].reached), scenario.months.period)
    return Group(
        notes.heading(f"{notes.title_of(scenario)}: what reaches the goal {printable(spoken(goal.name))}"),
        Text(f"{years} at each value; {notes.horizon(scenario)}"),
        *notes.section("Verdict", list(map(printable, result.sentences))),
        Text(),
        keyed_table(
            result.lever.key, [number(each.value, 4) for each in result.looked], _chances(result), width
        ),
        Text(),
        Text(_SOUGHT),
        *notes.next_step(next_command, width),
    )


def _chances(result: GoalSeekResult) -> list[Column]:
    chances: list[Interval] = [each.chance for each in result.looked]
    return [chance_column("Years that\nreach it", chances, PRECISION)]

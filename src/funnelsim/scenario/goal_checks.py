"""Checks of goals: that the figure exists for what they ask, and what they name."""

from __future__ import annotations

from collections.abc import Mapping

from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import listed
from funnelsim.scenario.errors import Problem, Problems, unknown
from funnelsim.scenario.schema import PLACES_OF_GOALS, Contents, Goal


def check_goals(contents: Contents) -> Problems:
    """Find goals without a bound, and goals that ask for a figure of something that has none."""
    for name, goal in contents.goals.items():
        path = f"goals.{name}"
        yield from _bounds(path, goal)
        yield from _shares(path, goal)
        places = goal.places()
        if len(places) > 1:
            yield Problem(path, f"names a {' and a '.join(places)}", "one of them, or none")
            continue
        yield from _known(path, places, contents)
        yield from _has_values(path, goal, next(iter(places), "all"))


def people_of(contents: Contents) -> list[str]:
    """List all reps, those without names of their own by number."""
    return [
        name
        for team_name, team in contents.teams.items()
        for name in (*(f"{team_name} {seat + 1}" for seat in range(team.people)), *team.reps)
    ]


def _bounds(path: str, goal: Goal) -> Problems:
    if goal.at_least is None and goal.at_most is None:
        yield Problem(path, "has no bound", "at_least, at_most or both")
    elif goal.at_least is not None and goal.at_most is not None and goal.at_least > goal.at_most:
        yield Problem(
            f"{path}.at_most",
            f"is {goal.at_most:g}, below at_least = {goal.at_least:g}",
            "a number that is not below at_least",
            None,
            goal.at_most,
        )


def _shares(path: str, goal: Goal) -> Problems:
    """Find a bound in per cent for a share that is at most 1."""
    figure = FIGURES[goal.metric]
    of_inquiries = figure.unit is Unit.SHARE and figure.basis.name == "COHORT"
    if not of_inquiries and goal.metric != "utilisation":
        return
    for name, bound in (("at_least", goal.at_least), ("at_most", goal.at_most)):
        if bound is not None and bound > 1:
            right = f"a share of at most 1, such as {bound / 100:g}"
            yield Problem(f"{path}.{name}", f"is {bound:g}", right, None, bound)


def _known(path: str, places: Mapping[str, str], contents: Contents) -> Problems:
    """Find a name that a goal names and that does not exist."""
    for dimension, place in places.items():
        known = people_of(contents) if dimension == "rep" else list(getattr(contents, f"{dimension}s"))
        if place not in known:
            yield unknown(f"{path}.{dimension}", place, known, f"a {dimension}")


def _has_values(path: str, goal: Goal, dimension: str) -> Problems:
    """Find a figure that has no value for what the goal asks."""
    by = FIGURES[goal.metric].by
    if dimension not in by:
        right = [place for place in PLACES_OF_GOALS if place in by]
        of = f"for a {dimension}" if dimension != "all" else "in all"
        fitting = f"a goal that names a {listed(right, 'or')}" if right else "a goal for all"
        yield Problem(f"{path}.metric", f'is "{goal.metric}", which has no value {of}', fitting)
    elif goal.each == "every_month" and dimension != "all":
        yield Problem(
            f"{path}.each",
            f'is "every_month" for one {dimension}',
            '"period" or "average_month"',
            None,
            goal.each,
        )
    elif goal.each == "every_month" and "month" not in by:
        yield Problem(
            f"{path}.each",
            f'is "every_month", and "{goal.metric}" has no value by month',
            '"period"',
            None,
            goal.each,
        )

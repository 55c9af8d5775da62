"""Checks of quotas: that they are of somebody; and that months of the period are calendar months."""

from __future__ import annotations

from funnelsim.scenario.errors import Problem, Problems, unknown
from funnelsim.scenario.goal_checks import people_of
from funnelsim.scenario.schema import Contents


def check_quarters(contents: Contents) -> Problems:
    """Find quarters that would begin within a month of the period.

    A forecast that starts from today may have them: it is about one quarter, whenever it starts.
    """
    if contents.start.day != 1 and not contents.plan.is_empty:
        wrong = f"is {contents.start}, and with a plan quarters are counted in calendar months"
        yield Problem("start", wrong, "the first day of a month", None, contents.start)


def check_plan(contents: Contents) -> Problems:
    """Find quotas of nobody."""
    plan = contents.plan
    if plan.is_empty:
        return
    for name, team in plan.teams.items():
        path = f"plan.teams.{name}"
        if name not in contents.teams:
            yield unknown(path, name, contents.teams, "a team")
        elif team.quota is None and team.quota_per_rep is None:
            yield Problem(path, "has no quota", "quota, quota_per_rep or both")
    people = people_of(contents) if plan.reps else []
    for name in plan.reps:
        if name not in people:
            yield unknown(f"plan.reps.{name}", name, people, "a rep")

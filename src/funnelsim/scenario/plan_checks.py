"""Checks of quotas: that they are of somebody, and that months of the period are calendar months."""

from __future__ import annotations

from funnelsim.scenario.errors import Problem, Problems, unknown
from funnelsim.scenario.goal_checks import people_of
from funnelsim.scenario.schema import Contents


def check_plan(contents: Contents) -> Problems:
    """Find quotas of nobody, and quarters that would begin within a month of the period."""
    plan = contents.plan
    if plan.is_empty:
        return
    if contents.start.day != 1:
        wrong = f"is {contents.start}, and with a plan quarters are counted in calendar months"
        yield Problem("start", wrong, "the first day of a month", None, contents.start)
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

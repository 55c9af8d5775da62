"""The fiscal quarter that a forecast from today is about, and what is planned for it."""

from __future__ import annotations

import pandas as pd

from funnelsim.scenario.plans import QUARTERS, Plan

MONTHS = 3  # of a quarter


def quarter_of(at: pd.Timestamp, plan: Plan) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first day of the fiscal quarter of an instant, and the day after its last.

    >>> quarter_of(pd.Timestamp("2026-05-20 09:30"), Plan(fiscal_year_starts=2))
    (Timestamp('2026-05-01 00:00:00'), Timestamp('2026-08-01 00:00:00'))
    """
    since_start = (at.month - plan.fiscal_year_starts) % MONTHS
    first = at.to_period("M").start_time - pd.DateOffset(months=since_start)
    return first, first + pd.DateOffset(months=MONTHS)


def quota_of(at: pd.Timestamp, plan: Plan, people: dict[str, tuple[str, ...]]) -> float | None:
    """Return the bookings planned for the firm in the fiscal quarter of an instant; None if nothing is.

    Parameters
    ----------
    at : Timestamp
    plan : Plan
    people : dict of str to tuple of str
        The reps of each team, who make up the quota of a team or a firm that has none of its own.

    Examples
    --------
    >>> plan = Plan(teams={"sales": {"quota_per_rep": (10.0, 20.0, 30.0, 40.0)}})
    >>> quota_of(pd.Timestamp("2026-05-20"), plan, {"sales": ("sales 1", "sales 2")})
    40.0
    """
    if plan.is_empty:
        return None
    number = (at.month - plan.fiscal_year_starts) % 12 // MONTHS
    assert number < QUARTERS
    if plan.quota is not None:
        return plan.quota[number]
    return sum(_quota_of_team(plan, team, reps, number) for team, reps in people.items())


def _quota_of_team(plan: Plan, team: str, reps: tuple[str, ...], number: int) -> float:
    typed = plan.teams.get(team)
    if typed is not None and typed.quota is not None:
        return typed.quota[number]
    each = None if typed is None else typed.quota_per_rep
    own = [plan.reps[rep].quota if rep in plan.reps else each for rep in reps]
    return sum(quota[number] for quota in own if quota is not None)

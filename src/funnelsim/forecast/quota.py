"""Quotas: what is planned for each quarter of the fiscal year, and what is booked in it."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.engines.fold import Tally
from funnelsim.model.model import Model, Names
from funnelsim.scenario.plans import QUARTERS, Plan, Quarters

WHOLE = "period"  # what the whole period is called, beside its quarters
MONTHS = 3  # of a quarter
NO_QUOTA = (0.0, 0.0, 0.0, 0.0)


class Quarter(NamedTuple):
    """A quarter of the fiscal year, as far as it lies in the period."""

    name: str
    number: int  # 0 to 3
    months: Integers  # of the period


class Target(NamedTuple):
    """The bookings and the quota of somebody, by quarter, in each simulated year: each (R, Q)."""

    dimension: str
    place: str
    bookings: Floats
    quota: Floats


def quarters(months: tuple[str, ...], starts: int) -> list[Quarter]:
    """Divide the period's months, such as "2026-03", into quarters of the fiscal year.

    Examples
    --------
    >>> [each.name for each in quarters(("2026-03", "2026-04", "2026-05", "2026-06", "2026-07"), 4)]
    ['Q4 (2026-03)', 'Q1 (2026-04 to 2026-06)', 'Q2 (2026-07)']
    """
    since = [(int(month[:4]) * 12 + int(month[5:7]) - starts) // MONTHS for month in months]
    found = []
    for quarter, places in groupby(range(len(months)), since.__getitem__):
        inside = np.array(list(places))
        first, last = months[inside[0]], months[inside[-1]]
        number = quarter % QUARTERS
        span = first if first == last else f"{first} to {last}"
        found.append(Quarter(f"Q{number + 1} ({span})", number, inside))
    return found


def targets(model: Model, names: Names, tallies: Tally, bookings: Floats, plan: Plan) -> list[Target]:
    """List who has a quota: the firm, its teams, its reps; with what they book (F4).

    Parameters
    ----------
    model, names
        The strategy.
    tallies : Tally
        Stacked.
    bookings : array (R, M)
        Of the firm, in each month.
    plan : Plan
        As a scenario has it.
    """
    spans = quarters(names.months, plan.fiscal_year_starts)
    by_rep, firm = _by_quarter(tallies.signed, spans), _by_quarter(bookings[:, :, None], spans)[:, :, 0]
    staff = _on_staff(model, spans)
    own = [_quota_of_rep(plan, names, model, rep) for rep in range(len(names.reps))]
    of_rep = np.stack([_amounts(each or NO_QUOTA, spans) for each in own], axis=1) * staff
    of_reps = np.broadcast_to(of_rep, by_rep.shape)
    of_teams, team_of = [], model.reps["team"]
    for number, name in enumerate(names.teams):
        people = team_of == number
        typed = plan.teams[name].quota if name in plan.teams else None
        quota = of_reps[:, :, people].sum(axis=2) if typed is None else _everywhere(typed, spans, firm)
        of_teams.append(Target("team", name, by_rep[:, :, people].sum(axis=2), quota))
    with_quota = [each for each in of_teams if each.quota.any()]
    if plan.quota is not None:
        whole = [Target("all", "all", firm, _everywhere(plan.quota, spans, firm))]
    elif len(with_quota) > 1:
        whole = [Target("all", "all", firm, np.sum([each.quota for each in with_quota], axis=0))]
    else:
        whole = []  # it is that of the team
    reps = [
        Target("rep", name, by_rep[:, :, number], of_reps[:, :, number])
        for number, name in enumerate(names.reps)
    ]
    return [each for each in (*whole, *with_quota, *reps) if each.quota.any()]


def _on_staff(model: Model, spans: list[Quarter]) -> Floats:
    """Return the share of each quarter's time in the period that each rep is on staff: (Q, reps).

    Who leaves is not, although a leaver first finishes the work in hand.
    """
    since, until = model.months[:-1, None], model.months[1:, None]
    inside = np.minimum(until, model.reps["leaves"]) - np.maximum(since, model.reps["joins"])
    present = np.maximum(inside, 0)
    lengths = np.diff(model.months)
    return np.stack([present[each.months].sum(axis=0) / lengths[each.months].sum() for each in spans])


def _quota_of_rep(plan: Plan, names: Names, model: Model, rep: int) -> Quarters | None:
    """Return the quota of a rep: its own, or that of each rep of its team."""
    if names.reps[rep] in plan.reps:
        return plan.reps[names.reps[rep]].quota
    team = plan.teams.get(names.teams[int(model.reps["team"][rep])])
    return None if team is None else team.quota_per_rep


def _by_quarter(monthly: Floats, spans: list[Quarter]) -> Floats:
    """Add up months: (R, M, n) to (R, Q, n)."""
    return np.stack([monthly[:, each.months].sum(axis=1) for each in spans], axis=1)


def _amounts(quota: Quarters, spans: list[Quarter]) -> Floats:
    """Return the quota of each quarter, in proportion to its months in the period: (Q,)."""
    return np.array([quota[each.number] * len(each.months) / MONTHS for each in spans])


def _everywhere(quota: Quarters, spans: list[Quarter], like: Floats) -> Floats:
    return np.broadcast_to(_amounts(quota, spans), like.shape)

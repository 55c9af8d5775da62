"""Firms and draws typed by hand, for histories worked out with paper and pencil."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from .firm import DAY, HOUR, LOST, WON, Channel, Chapter, Draws, Firm, Inquiry, Rep, Segment, Stage, Team
from .naive import History, simulate

NINE_TO_FIVE = [(day * DAY + 9 * HOUR, day * DAY + 17 * HOUR) for day in range(10)]


def at(day: int, hour: float) -> int:
    return day * DAY + round(hour * HOUR)


def table(
    effort: dict[int, float] | float = 1.0,
    days: dict[int, float] | float = 0.0,
    advances: float = 0.5,
    route: dict[tuple[int, int], float] | float = 0.5,
    patience: dict[int, int] | int | None = None,
    values: dict[int, float] | None = None,
) -> Draws:
    """Draw the same for everyone, or by lead; routes by (stage, round)."""

    def by_lead(given: object) -> object:
        return lambda lead, *_: given[lead] if isinstance(given, dict) else given

    return Draws(
        patience=by_lead(patience),
        effort_hours=by_lead(effort),
        advances=by_lead(advances),
        customer_days=by_lead(days),
        route=lambda *at: route[at[2:]] if isinstance(route, dict) else route,
        value=lambda lead, _: (values or {}).get(lead, 0.0),
    )


def asks(entity: int, channel: int, arrives: int, **more: object) -> Inquiry:
    """Let an inquiry come at an instant, in a channel that expects one in each microsecond."""
    return Inquiry(entity, channel, Fraction(arrives), **more)


def channel(**more: object) -> Channel:
    """Make a channel that expects one inquiry in each microsecond: sums of exponentials are instants."""
    return Channel([day * DAY for day in range(11)], **more)


def stage(team: int | None = 0, odds: float = math.inf, to: int | str = WON, **more: object) -> Stage:
    """Make a stage that always advances unless told otherwise."""
    return Stage(team, odds, nexts=[(1.0, to, -1)], elses=[(1.0, LOST, 1)], **more)


def firm(arrivals: list[int], reps: list[Rep] | int = 1, **more: object) -> Firm:
    """Make a firm of one team, nine to five, one stage and one inquiry per arrival, entities 0, 1, ..."""
    plain = Firm(
        calendars=[NINE_TO_FIVE],
        teams=[Team()],
        reps=[Rep(0) for _ in range(reps)] if isinstance(reps, int) else reps,
        stages=[stage()],
        channels=[channel()],
        segments=[Segment()],
        inquiries=[asks(entity, 0, arrives) for entity, arrives in enumerate(arrivals)],
        month_days=[30] * 10,
        horizon=10 * DAY,
    )
    return replace(plain, **more)


def spans(history: History, stage: int = 0) -> list[tuple[int | None, int | None, int | None]]:
    """Return (started, work ended, rep) of each visit to a stage."""
    return [(visit.started, visit.worked, visit.rep) for visit in history.visits() if visit.stage == stage]


def outcomes(history: History) -> list[str]:
    return [walk.outcome for _, walk in sorted(history.leads.items())]


def live(firm: Firm, draws: Draws, *later: Chapter) -> History:
    """Let the oracle live through a firm, and what becomes of it."""
    return simulate(Chapter(0, firm, draws), *later)


def from_day(day: int, firm: Firm, draws: Draws | None = None) -> Chapter:
    """Let a firm hold from a day on."""
    return Chapter(day * DAY, firm, draws or table())

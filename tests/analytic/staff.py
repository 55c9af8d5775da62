"""People: how many are on staff, what hours they work, and what they learn."""

from __future__ import annotations

import math

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Floats, Records
from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, Event
from funnelsim.model.worktime import worked_by
from funnelsim.rules.absence import next_spell

from . import systems
from .figures import Count, Figure, Outcome, Truth
from .observation import REASONS, Worlds, observed, tallied

SEATS = 50
DAYS_A_MONTH = 365.25 / 12
ENTITY = (1 << 32) - 1  # the bits of a lead's number in its channel


def firm(months: int, warm_up: int, people: int, more: str = "", **team: object) -> Model:
    """Lower a channel, a team and a stage."""
    parts = [
        systems.opening(months, warm_up=warm_up),
        systems.channel("web", 0.05),
        systems.team("sales", people, **team),
        more,
        systems.stage("call", **systems.work("sales", 0.0) | {"conversion": 0.5}),
    ]
    return systems.model("\n".join(parts))


def staffed(tenure: float, delay: float, since: float, until: float) -> float:
    """Return the mean share of seats with somebody in them, from one month to another after all were filled.

    A seat alternates between exponential tenures and delays: with rates t and d it is filled at s with
    probability d / (t + d) + t / (t + d) e^(-(t + d) s).
    """
    leaves, comes = 1 / tenure, 1 / delay
    both = leaves + comes
    fades = (math.exp(-both * since) - math.exp(-both * until)) / (both * (until - since))
    return comes / both + leaves / both * fades


def turnover() -> Truth:
    """Tenures of 24 months and delays of 2, both exponential: the first year, and one long after."""
    stays = systems.exponential(24.0)
    comes = systems.exponential(2.0 * DAYS_A_MONTH)
    more = systems.table("teams.sales.turnover", {"tenure_months": stays, "replacement_days": comes})

    def compare(worlds: Worlds) -> Outcome:
        found = []
        for name, warm_up in (("in the first year", 0), ("two years later", 24)):
            model = firm(12, warm_up, SEATS, more)
            share = tallied(model, worlds).staff.mean(axis=(1, 2))
            since, until = (each / DAY / DAYS_A_MONTH for each in (model.months[0], model.months[-1]))
            found.append(Figure(f"share of seats filled {name}", staffed(24.0, 2.0, since, until), share))
        return found

    return Truth("turnover, exponential tenure 24 months and delay 2", 0.0, 60, compare)


def learning() -> Truth:
    """One rep learns from each lead: of the n-th, counted from 0, the odds are 1 + 3 n / (n + 50)."""
    first = 200
    more = systems.table("teams.sales.learning", {"most": 3.0, "half": 50.0})
    odds = [1 + 3 * number / (number + 50) for number in range(first)]

    def won(rows: Records, _: Model) -> Floats:
        early = (rows["event"] == Event.WON) & (rows["pursuit"] & ENTITY < first)
        return np.asarray(float(np.count_nonzero(early)))

    def compare(worlds: Worlds) -> Outcome:
        found = observed(firm(12, 0, 1, more), won, worlds)
        theory = math.fsum(each / (1 + each) for each in odds)
        return [Figure(f"won of the first {first} leads", theory, found)]

    return Truth("skill from leads worked", 0.0, 100, compare)


def training() -> Truth:
    """A training raises the odds by 8, less and less: the share won in the year that follows."""
    ratio, half_life = 8.0, 60.0
    keys = {"cost": 0, "odds_ratio": ratio, "half_life_days": half_life}
    more = systems.table("teams.sales.training.one", keys) + f"\ndate = {systems.START}"

    def compare(worlds: Worlds) -> Outcome:
        model = firm(12, 0, 1, more)
        sums = tallied(model, worlds).sums[:, 0, :, 0, 0]
        days = (np.arange(365 * 24) + 0.5) / 24
        odds = ratio ** (0.5 ** (days / half_life))
        share = sums[:, Event.WON] / sums[:, Event.INQUIRY].mean()
        return [Figure("share won", float((odds / (1 + odds)).mean()), share)]

    return Truth("skill from a training that fades", 0.0, 100, compare)


def absences() -> Truth:
    """Saturated people work the hours of their calendars less their absences: exactly, month by month."""
    keys = {"spells_per_year": 12, "spell_days": {"median": 3, "p90": 9}, "days_off_per_year": 30}
    office = systems.OFFICE_HOURS
    text = "\n".join(
        [
            systems.opening(12, warm_up=1),
            systems.channel("web", 2.0),
            systems.table("teams.sales", {"people": 4, "hours": office, "absence": keys}),
            systems.stage("call", **systems.work("sales", systems.exponential(3.0))),
        ]
    )

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(text)
        compared = differing = 0
        for world in range(worlds.count):
            tally = new_tally(model, REASONS)
            fold(history("compiled", model, 1, world), model, tally)
            there = hours_left(model, world)
            for of_month, worked in zip(
                there[:-1], tally.busy[:-1], strict=True
            ):  # in the last, work goes on
                compared += len(of_month)
                differing += int((of_month != worked).sum())
        return [Count("hours worked in a month under absence", compared, differing, 400)]

    return Truth("hours of saturated people under absence", 0.0, 10, compare)


def hours_left(model: Model, world: int) -> Floats:
    """Add up the calendar of each rep in each month, less the spells of absence: (months, reps)."""
    calendar = model.calendars[0]
    hours = (model.hours, calendar["first_hours"], calendar["hours"])

    def between(since: int, until: int) -> int:
        return int(worked_by(*hours, until) - worked_by(*hours, since)) if since < until else 0

    left = np.zeros((len(model.months) - 1, len(model.reps)))
    for number, rep in enumerate(model.reps):
        for month, (since, until) in enumerate(zip(model.months[:-1], model.months[1:], strict=True)):
            left[month, number] = between(since, until)
            begins = ends = 0
            while begins != NEVER:
                left[month, number] -= between(max(begins, since), min(ends, until))
                begins, ends = next_spell(model, world_of(1, world), rep, ends)
    return left

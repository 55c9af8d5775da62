"""Optimising under a capacity limit.

Beside an optimised plan stand equal split, today's split, and random search with ten times the simulated
years. Five channels with saturating responses feed one team; budgets and people share one total. Every plan
is judged in the same 4,000 fresh years, which had no part in any search.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import funnelsim as fs
from funnelsim.forecast import Interval
from funnelsim.metrics.wording import money, money_range
from funnelsim.planning.optimise import optimised
from funnelsim.planning.paired import Profits, leader, mean_of, profits_in
from funnelsim.planning.search import Search
from funnelsim.scenario import TODAY
from funnelsim.studies.designed.levers import Point
from funnelsim.studies.designed.study import POINT
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan

TARGET = Path(__file__).parent / "optimise.md"
SEEDS = (1, 2)
FRESH = Plan(4_000, seed=99, twins=False)
WORLDS = 100  # of each trial, and of each point of random search
TOTAL, PERSON = 40_000.0, 6_000.0  # a month
TODAY_SPENDS = {"ads": 9_000.0, "fairs": 7_000.0, "web": 3_000.0, "mail": 2_000.0, "talks": 1_000.0}
CEILINGS = {"ads": 50, "fairs": 16, "web": 90, "mail": 45, "talks": 22}
INQUIRIES = {"ads": 35, "fairs": 12, "web": 28, "mail": 12, "talks": 5}
FITS = {"ads": 0.8, "fairs": 1.6, "web": 1.0, "mail": 0.7, "talks": 1.8}
PEOPLE = "teams.sales.people"


def firm() -> fs.Scenario:
    """Write the firm down: three people work 60 hours a week in all."""
    channels = "".join(
        f"""
[channels.{name}]
kind = "advertising"
cost_per_month = {spent}
inquiries_per_month = {INQUIRIES[name]}
fit = {FITS[name]}
response = {{ at_cost_per_month = {spent}, ceiling = {CEILINGS[name]}, curve = "hill" }}
"""
        for name, spent in TODAY_SPENDS.items()
    )
    return fs.parse(
        f"""
start = 2026-01-01
currency = "USD"
horizon = {{ period_months = 12 }}
segments.all = {{ contract_value_per_year = {{ median = 12_000, p90 = 25_000 }}, gross_margin = 0.6 }}
teams.sales = {{ people = 3, hours_per_week = 20, cost_per_person_month = {PERSON}, commission = 0.05 }}
[stages.first_call]
team = "sales"
effort_hours = {{ median = 1.0, p90 = 2.5 }}
goes_cold_after_days = {{ median = 8, p90 = 25 }}
conversion = 0.35
[stages.proposal]
team = "sales"
effort_hours = {{ median = 6, p90 = 14 }}
customer_takes_days = {{ median = 10, p90 = 30 }}
goes_cold_after_days = {{ median = 20, p90 = 60 }}
conversion = 0.3
{channels}"""
    )


def search(seed: int) -> Search:
    """Ask for budgets and people within one total."""
    paths = [f"channels.{name}.cost_per_month" for name in TODAY_SPENDS]
    levers = {path: {"low": 0.0, "high": 20_000.0} for path in paths} | {PEOPLE: {"low": 1, "high": 6}}
    weights = dict.fromkeys(paths, 1.0) | {PEOPLE: PERSON}
    return fs.search_of(
        {
            "scenario": firm(),
            "margin": 5_000,
            "trials": 120,
            "replications": WORLDS,
            "seed": seed,
            "levers": levers,
            "constraints": {"totals": [{"of": weights, "at_most": TOTAL}]},
        }
    )


def profits(asked: Search, points: dict[str, Point], plan: Plan, together: int = 50) -> Profits:
    """Simulate points and today in the same worlds."""
    months, names = settled(asked.study.scenario).months, list(points)
    found: Profits = {}
    for first in range(0, len(names), together):
        some = dict(enumerate(names[first : first + together], 1))
        scenario = asked.study.trying({number: points[name] for number, name in some.items()})
        ran = profits_in(
            scenario.with_months(months), [TODAY, *(f"{POINT}{each}" for each in some)], plan, lambda _: None
        )
        found |= {TODAY: ran[TODAY]} | {name: ran[f"{POINT}{number}"] for number, name in some.items()}
    return found


def equal_split(people: int) -> Point:
    """Give each channel the same of what the people leave."""
    each = (TOTAL - PERSON * people) / len(TODAY_SPENDS)
    return {f"channels.{name}.cost_per_month": each for name in TODAY_SPENDS} | {PEOPLE: people}


def at_random(asked: Search, years: int) -> Point:
    """Draw as many points as the years allow, within the total, and return the one with the highest mean."""
    generator = np.random.default_rng(asked.study.seed)
    levers = asked.study.levers
    points = {}
    for number in range(years // WORLDS):
        shares = generator.random(len(levers))
        drawn = {
            lever.key: lever.at(np.array([share]))[0] for lever, share in zip(levers, shares, strict=True)
        }
        points[f"random {number}"] = asked.limits.fitted(drawn, levers)
    found = profits(asked, points, Plan(WORLDS, asked.study.seed, twins=False))
    return points[leader({name: each for name, each in found.items() if name != TODAY})]


def row(name: str, years: str, gain: Interval, behind: Interval | None) -> str:
    """Write a row of the table."""
    ahead = "-" if behind is None else money_range(behind.low, behind.high, "USD")
    return f"| {name} | {years} | {money(gain.value, 'USD')} | {ahead} |"


def main() -> None:
    """Measure, and write the table."""
    rows = []
    for seed in SEEDS:
        asked = search(seed)
        result = optimised(asked)
        took = result.years + (0 if result.selection is None else int(result.selection.worlds.sum()))
        points = {"optimised": result.point, "random search": at_random(asked, 10 * took)}
        points |= {f"equal split, {people} people": equal_split(people) for people in (2, 3, 4)}
        found = profits(asked, points, FRESH)
        years = {"optimised": f"{took:,}", "random search": f"{10 * took:,}"}
        for name in [*points, TODAY]:
            behind = None if name == "optimised" else mean_of(found["optimised"] - found[name])
            called = f"seed {seed}: {name}" + (" (three people)" if name == TODAY else "")
            rows.append(row(called, years.get(name, "-"), mean_of(found[name] - found[TODAY]), behind))
            print(rows[-1], flush=True)
    text = (
        f"# Optimising under a capacity limit\n\n{__doc__.partition(chr(10))[2].strip()}\n\n"
        "| plan | simulated years | gain on today | the optimised plan is ahead by (95 %) |\n"
        "|---|---:|---:|---:|\n" + "\n".join(rows) + "\n\n"
        "By `make optimise`: some minutes of two processors.\n"
    )
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

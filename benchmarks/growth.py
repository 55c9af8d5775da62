"""How time and memory grow: with the leads of a replication, and with the reps of a team."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

from benchmarks.common_funnel import SCENARIO
from benchmarks.common_funnel.in_funnelsim import inquiries_a_month
from benchmarks.lives import Life, lived, page_for
from benchmarks.machine import peak_memory
from benchmarks.report import Table, median, times
from funnelsim.model.model import Model, Names
from funnelsim.scenario import load, lower, parse

TITLE = "Growth"
LEADS = (1_000_000, 10_000_000)
REPS = (10, 100, 1_000)
POLICIES = (
    *("round_robin", "least_loaded", "hot_to_best", "shared_queue", "random"),
    *("weighted", "best_skill", "segment_match", "priority_queue", "cherry_pick"),
)
SEGMENTS = ("large", "small")  # each rep knows one of them best
REP_MONTHS = 1_000  # in a run, however many reps share them

# One stage: 14.6 leads a month and rep, 40 hours each, are 80 % of a rep who never sleeps. No rep is given
# more than three leads at once: the favourite of a policy would else be overloaded for ever.
FIRM = """
start = 2097-01-01
horizon = {{ period_months = {months}, warm_up_months = 0, drain_months = 0 }}

[channels.all]
kind = "seo"
inquiries_per_month = {inquiries}
segments = {{ large = 0.5, small = 0.5 }}
temperature = {{ hot = 0.4, warm = 0.3, future = 0.3 }}

[segments]
large.contract_value_per_year = 2000
small.contract_value_per_year = 1000

[stages.sale]
team = "sales"
effort_hours = {{ scipy = "expon", scale = 40 }}
conversion = 0.3

[teams.sales]
hours_per_week = 168
max_open = 3
assignment = "{policy}"
skill = {{ low = 0.8, likely = 1.0, high = 1.25 }}
{reps}
"""


# ---- more leads ---------------------------------------------------------------------------------


class Large(NamedTuple):
    """A replication in a process of its own."""

    leads: int
    seconds: float
    memory: float  # the most that the process held, MB


def common_funnel(leads: int) -> tuple[Model, Names]:
    """Lower the common funnel with so many leads in its months, each served as much faster."""
    scenario = load(SCENARIO)
    usual = inquiries_a_month(scenario) * scenario.months.period
    faster = leads / usual
    changes = {f"stages.{stage}.effort_hours *=": 1 / faster for stage in scenario.stages}
    return lower(scenario.with_changes({"channels.all.inquiries_per_month *=": faster, **changes}))


def live_alone(leads: int) -> Large:
    """Live through one replication, in this process."""
    model, names = common_funnel(leads)
    ledger = page_for(model)
    small, _ = common_funnel(1_000)
    lived("compiled", small, names, ledger, [0], folded=True)  # compiles, or reads what was compiled
    began = perf_counter()
    life = lived("compiled", model, names, ledger, [0], folded=True)
    return Large(life.leads, perf_counter() - began, peak_memory())


def live_in_a_process(leads: int) -> Large:
    """Live through one replication, in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.growth", str(leads)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    came, seconds, memory = said.split()
    return Large(int(came), float(seconds), float(memory))


def leads_table(runs: int, sizes: tuple[int, int] = LEADS) -> Table:
    """Measure a replication of a million leads and one of ten million."""
    pairs = [[live_in_a_process(size) for size in sizes] for _ in range(runs)]
    ratio = median([large.seconds / small.seconds for small, large in pairs])
    more = median([large.memory - small.memory for small, large in pairs])
    rows = [
        (
            f"{median([each.leads for each in found]):,.0f}",
            f"{median([each.seconds for each in found]):.2f}",
            f"{median([each.memory for each in found]):,.0f}",
        )
        for found in zip(*pairs, strict=True)
    ]
    note = f"Times as long: {times(ratio)}. More memory: {more:.1f} MB. Folded, each in a process of its own."
    head = ("leads", "seconds", "most memory of the process, MB")
    return Table("One replication of the common funnel, by its leads", head, rows, words=0, note=note)


# ---- more reps ----------------------------------------------------------------------------------


def team(policy: str, reps: int) -> tuple[Model, Names]:
    """Lower a firm of one team, with as many leads for each rep whatever the team's size."""
    months = REP_MONTHS // reps
    known = "\n".join(f'reps.r{rep} = {{ segments = ["{SEGMENTS[rep % 2]}"] }}' for rep in range(reps))
    text = FIRM.format(policy=policy, reps=known, inquiries=14.6 * reps, months=months)
    return lower(parse(text))


def nanoseconds(life: Life) -> float:
    """Return what a row of the ledger costs."""
    return 1e9 * life.seconds / life.rows


def policy_row(policy: str, runs: int) -> tuple[str, ...]:
    """Measure an event's cost by the number of reps."""
    teams = [team(policy, reps) for reps in REPS]
    found: list[list[float]] = [[] for _ in REPS]
    for run in range(runs + 1):
        for (model, names), costs in zip(teams, found, strict=True):
            life = lived("compiled", model, names, page_for(model), [run], folded=False)
            costs.append(nanoseconds(life))
    costs_by_reps = [median(costs[1:]) for costs in found]  # the first run warms up
    return policy, *(f"{cost:.0f}" for cost in costs_by_reps), times(costs_by_reps[-1] / costs_by_reps[0])


def reps_table(runs: int) -> Table:
    """Measure every kind of assignment."""
    head = ("assignment", *(f"{reps:,} reps, ns" for reps in REPS), f"{REPS[-1]:,} / {REPS[0]}")
    note = (
        "One team, one stage, 80 % busy round the clock; the ledger written. A policy that pushes looks at "
        "every rep of the team for each lead, so that an event of a large team costs more."
    )
    rows = [policy_row(policy, runs) for policy in POLICIES]
    return Table("Nanoseconds of an event, by the reps of the team", head, rows, note=note)


def tables(runs: int) -> Sequence[Table]:
    """Measure both kinds of growth."""
    return [leads_table(runs), reps_table(runs)]


if __name__ == "__main__":
    print(*live_alone(int(sys.argv[1])))

"""The common funnel in funnelsim: an ordinary scenario, run by the ordinary engine."""

from __future__ import annotations

from threading import Event
from time import perf_counter

import numpy as np

from benchmarks.common_funnel import SCENARIO, Program, Run, Runner
from benchmarks.lives import inquiries, page_for, simulated
from funnelsim.compiling.arrays import Records
from funnelsim.engines.compiled.blocks import Branch, Workplace
from funnelsim.forecast import Forecast
from funnelsim.model import words
from funnelsim.model.words import HOUR
from funnelsim.scenario import TODAY, Scenario, course_of, load, lower
from funnelsim.studies.replication import Plan, new_replications

HOURS_OF_AVERAGE_MONTH = 365 * 24 / 12


def scenario_for(leads: int) -> Scenario:
    """Load the scenario with as many months as bring about so many leads, at least one."""
    scenario = load(SCENARIO)
    months = max(1, round(leads / inquiries_a_month(scenario)))
    return scenario.with_changes({"horizon.period_months": months})


def inquiries_a_month(scenario: Scenario) -> float:
    """Return how many inquiries an average month expects."""
    volume = scenario.channels["all"].inquiries_per_month
    assert volume is not None  # it is typed in the file
    return float(volume)


def unit_hours(scenario: Scenario) -> float:
    """Return the hours that are one unit of time: one inquiry comes in them on average."""
    return HOURS_OF_AVERAGE_MONTH / inquiries_a_month(scenario)


def prepare(leads: int) -> Runner:
    """Lower the scenario; a run writes the ledger, page by page."""
    scenario = scenario_for(leads)
    model, _ = lower(scenario)
    ledger = page_for(model)
    unit = unit_hours(scenario) * HOUR

    def run(seed: int) -> Run:
        came, took = [], []

        def read(page: Records) -> None:
            won = page[page["event"] == words.Event.WON]
            came.append(inquiries(page))
            took.append((won["time"] - won["worked"]) / unit)

        seconds = simulated("compiled", model, seed, 0, ledger, read)
        sojourns = np.concatenate(took)
        return Run(sum(came), seconds, len(sojourns), float(sojourns.mean()))

    return run


def prepare_folded(leads: int) -> Runner:
    """Lower the scenario; a run adds up every figure by month, stage, rep, ..., as any study does."""
    scenario = scenario_for(leads)
    course = course_of(scenario, TODAY)
    model, names = course.typed[-1].model, course.names
    workplace = Workplace(Event())

    def run(seed: int) -> Run:
        found = new_replications(course, Plan(1, seed), range(1))
        branch = Branch(0, len(names.reasons), found)
        began = perf_counter()
        workplace.live(branch, {branch: model}, range(1), found.worlds)
        seconds = perf_counter() - began
        forecast = Forecast(model, names, found.tally)
        came, won, days = (
            float(forecast.values(name)[0, 0]) for name in ("inquiries", "won", "cycle_length")
        )
        return Run(int(came), seconds, int(won), days * 24 / unit_hours(scenario))

    return run


WRITTEN = "an ordinary scenario (`scenario.toml`), four teams with `shared_queue`"
LEDGER = "queues, pools, calendars, keyed draws (Philox), quantile tables, a ledger row of 64 bytes per event"

PROGRAM = Program(
    name="funnelsim",
    written=WRITTEN,
    does=LEDGER,
    spares="reading the ledger",
    prepare=prepare,
    runs=5,
)
FOLDED = Program(
    name="funnelsim, figures folded",
    written=WRITTEN,
    does=f"{LEDGER}; every figure by month, channel, segment, stage and rep",
    spares="nothing that it does for any scenario",
    prepare=prepare_folded,
    runs=5,
)

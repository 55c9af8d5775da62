"""What would outgrow memory is refused in words before it starts; what fits is not."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app import cli
from funnelsim.chance.keys import world_of
from funnelsim.engines import ENGINES, history, new_ledger, pages
from funnelsim.engines.fold import new_tally
from funnelsim.io.memory import available_memory
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.scenario import courses_of, inquiries_in_all, lower, presets, strategy_names
from funnelsim.scenario.calendars import calendar_of
from funnelsim.studies import study
from funnelsim.studies.footprint import GROWING, MOST_OPEN, OPEN_LEAD, check_memory
from funnelsim.studies.pilot import crowd, settled
from funnelsim.studies.replication import Plan

GIGABYTE = 10**9
RATE = "channels.website.inquiries_per_month"
FOR_EVER = {"stages.first_call.goes_cold_after_days": 1e6}
SHORT = {"horizon.warm_up_months": 0, "horizon.period_months": 1, "horizon.drain_months": 0}
FLOOD: dict[str, Any] = {RATE: 1e8, **FOR_EVER, **SHORT}  # a hundred million whom two people never reach


def with_changes(changes: dict[str, Any], preset: str = "first_steps") -> fs.Scenario:
    return settled(fs.load(preset).with_changes(changes))


def check(scenario: fs.Scenario, left: int, strategies: tuple[str, ...] = ("today",), **plan: Any) -> None:
    changed = {name: scenario.strategy(name) for name in strategies}
    check_memory(
        changed, courses_of(scenario, strategies), Plan(**({"jobs": 1, "replications": 1} | plan)), left
    )


def refused(scenario: fs.Scenario, left: int, **rest: Any) -> str:
    with pytest.raises(fs.ScenarioError) as caught:
        check(scenario, left, **rest)
    return str(caught.value)


# ---- open leads: 504 bytes each, and half of that again while the pool is doubled ---------------


def test_a_flood_is_refused_in_a_sentence_that_says_what_would_be_right() -> None:
    sentence = refused(with_changes(FLOOD), 8 * GIGABYTE)
    assert sentence.startswith(
        'first_steps: strategy "today" would have about 100,000,000 leads open at once'
    )
    assert "most of which queue for first_call, which takes 76 GB of memory; 8 GB are left" in sentence
    assert sentence.endswith(
        "expected fewer inquiries, more people in teams.sales, stages.first_call.goes_cold_after_days "
        "or a shorter horizon"
    )


def test_the_same_flood_fits_where_there_is_room_or_patience_ends() -> None:
    check(with_changes(FLOOD), 76 * GIGABYTE)
    check(with_changes(FLOOD | {"stages.first_call.goes_cold_after_days": 0.5}), 8 * GIGABYTE)
    at_once = {"effort_hours": 1e-7, "customer_takes_days": 0}
    quick = {f"stages.{stage}.{key}": at_once[key] for stage in ("first_call", "proposal") for key in at_once}
    check(with_changes(FLOOD | quick), 8 * GIGABYTE)


def test_one_job_is_advised_where_one_would_fit() -> None:
    sentence = refused(with_changes(FLOOD), 78 * GIGABYTE, jobs=2, replications=20)
    assert "which takes 152 GB in 2 jobs of memory" in sentence
    assert sentence.endswith("expected jobs = 1")
    check(with_changes(FLOOD), 78 * GIGABYTE, jobs=2)  # a single replication is one job


def test_customers_who_never_answer_are_told_apart_from_reps_who_never_come() -> None:
    waiting = {RATE: 1e8, **SHORT, "stages.first_call.customer_takes_days": 1e6}
    no_reps = {"teams.sales.people": 9_999, "stages.first_call.effort_hours": 0}
    sentence = refused(with_changes(waiting | no_reps), GIGABYTE)
    assert "most of which wait for the customer in first_call" in sentence
    assert sentence.endswith("expected fewer inquiries or a shorter horizon")


def test_more_leads_than_can_be_numbered_are_refused_whatever_memory_there_is() -> None:
    sentence = refused(with_changes(FLOOD | {RATE: 5.6e8, "horizon.period_months": 3}), 10**18)
    assert (
        f"about 1,700,000,000 leads open at once, most of which queue for first_call: more than {MOST_OPEN:,}"
        in (sentence)
    )


def test_more_inquiries_than_have_numbers_of_their_own_are_no_scenario() -> None:
    with pytest.raises(fs.ScenarioError, match="fewer than 2,147,483,648 inquiries in all"):
        fs.load("first_steps").with_changes({RATE: 5e8})


@pytest.mark.parametrize("engine", list(ENGINES))
def test_presets_fit_into_600_megabytes(engine: str) -> None:
    for name in presets():
        scenario = settled(fs.load(name))
        check(
            scenario,
            6 * GIGABYTE // 10,
            tuple(strategy_names(scenario)),
            jobs=2,
            engine=engine,
            replications=100,
        )


def test_a_scenario_with_uncertain_numbers_is_checked_as_typed() -> None:
    scenario = with_changes({"channels.organic_search.inquiries_per_month": 1e7}, "marketplace_sellers")
    courses = courses_of(scenario, ["today"])
    check_memory({"today": scenario}, courses, Plan(replications=1, jobs=1), 100 * GIGABYTE)
    with pytest.raises(fs.ScenarioError, match="leads open at once"):
        check_memory({"today": scenario}, courses, Plan(replications=1, jobs=1), GIGABYTE // 10)


def test_nothing_is_simulated_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "replicate", lambda *_: pytest.fail("it was simulated"))
    flood = with_changes(FLOOD | {RATE: 5.6e8, "horizon.period_months": 3})
    for run in (fs.simulate, fs.compare):
        with pytest.raises(fs.ScenarioError, match="leads open at once"):
            run(flood, replications=1, jobs=1)


def test_the_command_line_says_it_and_ends_with_2() -> None:
    changes = FLOOD | {RATE: 5.6e8, "horizon.period_months": 3}
    sets = [word for key, value in changes.items() for word in ("--set", f"{key}={value}")]
    result = CliRunner().invoke(cli.app, ["run", "first_steps", *sets, "--replications", "1", "--jobs", "1"])
    assert result.exit_code == 2
    assert "leads open at once" in result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


# ---- the estimates ----------------------------------------------------------------------------


def most_open(model: Model) -> int:
    """Count the leads open at once in a history."""
    rows = history("compiled", model)
    change = np.zeros(len(rows), np.int64)
    change[rows["event"] == Event.INQUIRY] = 1
    change[np.isin(rows["event"], [Event.WON, Event.LOST, Event.WENT_COLD])] = -1
    return int(np.cumsum(change).max())


@pytest.mark.parametrize(
    ("preset", "changes"),
    [
        ("first_steps", {RATE: 2000, **FOR_EVER}),
        ("first_steps", {RATE: 800}),  # patience bounds it
        ("first_steps", {RATE: 800, "stages.first_call.effort_hours": 0}),  # the second stage is overloaded
        ("first_steps", {RATE: 2000, **SHORT, "teams.sales.people": 200}),  # customers take their time
        ("first_steps", {RATE: 2000, **SHORT, "stages.first_call.customer_takes_days": 1e9}),
        ("professional_services", {"channels.pr.inquiries_per_month": 900}),
        ("marketplace_sellers", {"teams.sales.people": 2}),
        ("marketplace_sellers", {"channels.organic_search.inquiries_per_month": 7000}),
    ],
)
def test_the_crowd_of_a_pilot_is_within_a_factor_of_two_of_what_is_measured(
    preset: str, changes: dict[str, Any]
) -> None:
    scenario = with_changes(changes, preset)
    measured = most_open(lower(scenario).model)
    assert measured > 100
    assert measured / 2 < crowd(scenario).leads < 1.25 * measured  # rather too low than too high
    assert measured < 1.1 * inquiries_in_all(scenario, calendar_of(scenario.start, scenario.months))


@pytest.mark.parametrize("engine", list(ENGINES))
def test_an_open_lead_takes_at_least_the_bytes_that_are_counted(engine: str) -> None:
    model = lower(with_changes({RATE: 3000, **FOR_EVER, **SHORT})).model
    ledger = new_ledger(20_000)
    tracemalloc.start()
    for _ in pages(ENGINES[engine], model, world_of(1, 0), ledger):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    counted = OPEN_LEAD[engine] * GROWING[engine] * most_open(model)
    assert counted < peak < 4 * counted


# ---- figures ----------------------------------------------------------------------------------


def test_too_many_replications_are_refused_with_the_number_that_fits() -> None:
    scenario, names = settled(fs.load("first_steps")), ("today", "one_more_rep")
    sentence = refused(scenario, GIGABYTE, strategies=names, replications=1_000_000)
    assert "the figures of 1,000,000 simulated years of 2 strategies take" in sentence
    fitting = int(sentence.split("expected at most ")[1].split()[0].replace(",", ""))
    check(scenario, GIGABYTE, strategies=names, replications=fitting)
    refused(scenario, GIGABYTE, strategies=names, replications=fitting + 1)
    tallies = (new_tally(*_sizes(scenario.strategy(name))) for name in names)
    bytes_of_a_year = sum(array.nbytes for tally in tallies for array in tally)
    assert fitting * bytes_of_a_year < GIGABYTE


def _sizes(scenario: fs.Scenario) -> tuple[Model, int]:
    model, names = lower(scenario)
    return model, len(names.reasons)


def test_where_not_one_replication_fits_there_is_another_way_out() -> None:
    assert refused(settled(fs.load("first_steps")), 1000).endswith("a shorter period or fewer strategies")


# ---- what the machine has ---------------------------------------------------------------------

MEMINFO = "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n"


def machine(root: Path, **files: str) -> Path:
    """Lay out the files in which Linux says what there is."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


GROUP = "sys__fs__cgroup__memory_dot_"
OLD_GROUP = "sys__fs__cgroup__memory__memory_dot_"


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({}, 8_192_000_000),
        (
            {f"{GROUP}max": "max\n", f"{GROUP}current": "5\n", f"{GROUP}stat": "inactive_file 1\n"},
            8_192_000_000,
        ),
        (
            {
                f"{GROUP}max": "3000000000\n",
                f"{GROUP}current": "1000000000\n",
                f"{GROUP}stat": "anon 5\ninactive_file 500000000\n",
            },
            2_500_000_000,
        ),
        (
            {
                f"{OLD_GROUP}limit_in_bytes": "2000000000\n",
                f"{OLD_GROUP}usage_in_bytes": "1500000000\n",
                f"{OLD_GROUP}stat": "inactive_file 1\ntotal_inactive_file 100000000\n",
            },
            600_000_000,
        ),
    ],
)
def test_memory_is_what_machine_and_container_have_left(
    tmp_path: Path, files: dict[str, str], left: int
) -> None:
    assert available_memory(machine(tmp_path, proc__meminfo=MEMINFO, **files)) == left


def test_a_machine_that_says_little_counts_as_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages_of = {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr("os.sysconf", pages_of.__getitem__)
    assert available_memory(tmp_path) == 4_096_000


def test_where_nothing_is_said_only_numbers_are_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer(_: str) -> int:
        raise ValueError

    monkeypatch.setattr("os.sysconf", no_answer)
    assert available_memory(tmp_path) is None
    monkeypatch.setattr("funnelsim.studies.footprint.available_memory", lambda: None)
    scenario = with_changes(FLOOD)
    lowered = {"today": lower(scenario)}
    check_memory({"today": scenario}, lowered, Plan(replications=1, jobs=1))
    more = with_changes(FLOOD | {RATE: 5.6e8, "horizon.period_months": 3})
    with pytest.raises(fs.ScenarioError, match="the most that can be"):
        check_memory({"today": more}, {"today": lower(more)}, Plan(replications=1, jobs=1))

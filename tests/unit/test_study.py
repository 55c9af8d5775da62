"""From a scenario to results: the same worlds, stopping, what cannot run."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

import funnelsim as fs
from funnelsim.chance.distributions.knots import octave_knots, step_knots
from funnelsim.engines import StuckError
from funnelsim.scenario import from_document
from funnelsim.scenario.calendars import calendar_of
from funnelsim.studies import replication, study
from funnelsim.studies.pilot import settled


@pytest.fixture(scope="module")
def scenario() -> fs.Scenario:
    return fs.load("first_steps")


@pytest.fixture(scope="module")
def ready(scenario: fs.Scenario) -> fs.Scenario:
    """The scenario after its pilot, so that only the study itself runs."""
    return settled(scenario)


def test_simulating_a_strategy_alone_gives_what_comparing_gives(scenario: fs.Scenario) -> None:
    together = fs.compare(scenario, replications=6, seed=3)
    alone = fs.simulate(scenario, strategy="one_more_rep", replications=6, seed=3)
    assert alone.summary.equals(together["one_more_rep"].summary)
    assert not alone.summary.equals(together["today"].summary)


def test_all_strategies_run_over_the_same_months_and_inquiries(scenario: fs.Scenario) -> None:
    result = fs.compare(scenario, strategies=["one_more_rep", "today"], replications=3)
    months = {name: result[name].scenario.months for name in result}
    assert months["today"] == months["one_more_rep"] == result.scenario.months
    asked = result.summary.xs("inquiries", level="figure")
    assert asked.loc["today", "mean"] == asked.loc["one_more_rep", "mean"]
    assert result.base == "one_more_rep"
    assert list(result) == ["one_more_rep", "today"]
    assert len(result) == 2


BOTH = {
    "teams.sales.people": 3,
    "channels.website.cost_per_month": 4500,
    "channels.website.inquiries_per_month": 50,
}


def with_strategies(scenario: fs.Scenario, **strategies: dict[str, Any]) -> fs.Scenario:
    """Add keys to the strategies of a scenario, or strategies."""
    document = scenario.document
    for name, added in strategies.items():
        document["strategies"][name] = document["strategies"].get(name, {}) | added
    return from_document(document).with_months(scenario.months)


def test_strategies_together_run_in_the_worlds_of_the_others(ready: fs.Scenario) -> None:
    names = ["today", "one_more_rep+more_inquiries"]
    together = fs.compare(ready, strategies=names, replications=6)
    by_hand = with_strategies(ready, both={"change": BOTH})
    assert together[names[1]].summary.equals(fs.simulate(by_hand, strategy="both", replications=6).summary)
    assert together["today"].summary.equals(fs.simulate(ready, replications=6).summary)


def test_strategies_that_were_always_in_force_are_as_if_the_file_said_so(ready: fs.Scenario) -> None:
    old = with_strategies(ready, one_more_rep={"always": True}, more_inquiries={"always": True})
    together = fs.simulate(old, strategy="one_more_rep+more_inquiries", replications=6)
    by_hand = fs.simulate(ready.with_changes(BOTH).with_months(ready.months), replications=6)
    assert together.summary.equals(by_hand.summary)
    dated = fs.simulate(ready, strategy="one_more_rep+more_inquiries", replications=6)
    assert not dated.summary.equals(by_hand.summary)


@pytest.mark.parametrize("preset", fs.presets())
def test_a_second_call_tabulates_and_counts_days_no_more(preset: str) -> None:
    scenario = fs.load(preset)
    known = (octave_knots, step_knots, calendar_of)
    fs.compare(scenario, replications=1, jobs=1)
    before = [each.cache_info().misses for each in known]
    fs.compare(scenario, replications=2, jobs=1)
    assert [each.cache_info().misses for each in known] == before


@pytest.mark.parametrize(("engine", "jobs"), [("compiled", 2), ("reference", 1), ("reference", 2)])
def test_digest_depends_on_neither_engine_nor_jobs(scenario: fs.Scenario, engine: str, jobs: int) -> None:
    settings = {"replications": 3, "seed": 5, "digest": True}
    expected = fs.simulate(scenario, jobs=1, **settings).digest
    assert fs.simulate(scenario, engine=engine, jobs=jobs, **settings).digest == expected
    assert fs.simulate(scenario, **(settings | {"seed": 6})).digest != expected


def test_no_digest_unless_asked_for(scenario: fs.Scenario) -> None:
    assert fs.simulate(scenario, replications=1).digest is None


def test_stopping_gives_the_finished_years(scenario: fs.Scenario) -> None:
    finished = []

    def stop(years: int) -> None:
        finished.append(years)
        if len(finished) == 4:
            raise KeyboardInterrupt

    result = fs.compare(
        scenario, strategies=["today", "one_more_rep"], replications=1_000, jobs=1, progress=stop
    )
    assert result.stopped
    assert finished == [2 * 5] * 4  # blocks of five years, each of both strategies, which share their past
    assert result.years == 4 * 5
    whole = fs.compare(scenario, strategies=["today", "one_more_rep"], replications=result.years)
    assert result.table.equals(whole.table)
    assert "Only 20 of 1,000 simulated years were finished." in result.warnings["today"]
    assert not whole.stopped


def test_years_that_not_every_strategy_has_finished_do_not_count(ready: fs.Scenario) -> None:
    """A strategy that was always in force shares no past with today, so that it runs after it."""
    finished = []

    def stop(years: int) -> None:
        finished.append(years)
        if len(finished) == 3:
            raise KeyboardInterrupt

    apart = with_strategies(ready, one_more_rep={"always": True})
    result = fs.compare(
        apart, strategies=["today", "one_more_rep"], replications=1_000, jobs=1, progress=stop
    )
    assert finished == [5] * 3  # today, the strategy, and today
    assert result.years == 5


def test_stopping_before_every_strategy_has_a_year_is_told(ready: fs.Scenario) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    apart = with_strategies(ready, one_more_rep={"always": True})
    with pytest.raises(KeyboardInterrupt):
        fs.compare(apart, replications=100, jobs=1, progress=stop)


def test_a_ctrl_c_that_is_lost_is_repeated(ready: fs.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = []

    def lose_the_first(*_: object) -> None:
        began = time.monotonic()
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            lost.append(True)  # as where a generator is thrown away
        while time.monotonic() - began < 5:
            time.sleep(0.01)

    monkeypatch.setattr(replication, "live_together", lose_the_first)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fs.simulate(ready, replications=1)
    assert lost == [True]
    assert time.monotonic() - began < 4
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_of_the_errors_on_threads_that_of_the_first_world_is_told(
    ready: fs.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = threading.Event()

    def fail(*arguments: Any) -> None:
        places = arguments[2]
        if places.start == 0:
            assert second.wait(60)
        else:
            second.set()
        raise ArithmeticError(f"in {places}")

    monkeypatch.setattr(replication, "live_together", fail)
    with pytest.raises(ArithmeticError, match=r"in range\(0, 5\)"):
        fs.simulate(ready, replications=50, jobs=2)


def test_what_goes_round_for_ever_is_told_with_the_names_of_stages(
    scenario: fs.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(*_: object) -> None:
        raise StuckError(0, (0, 1))

    monkeypatch.setattr(study, "replicate", stuck)
    with pytest.raises(fs.EndlessLoopError, match="in these stages: first_call, proposal; give one of them"):
        fs.simulate(scenario)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"replications": 0}, "replications must be a whole number from 1"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"jobs": 1.5}, "jobs must be a whole number"),
        ({"engine": "quantum"}, "engine must be compiled or reference"),
    ],
)
def test_settings_out_of_range_are_told(
    scenario: fs.Scenario, settings: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        fs.compare(scenario, **settings)
    with pytest.raises(ValueError, match=sentence):
        fs.simulate(scenario, **settings)


@pytest.mark.parametrize("strategies", [[], ["today", "today"]])
def test_strategies_to_compare_are_different_names(scenario: fs.Scenario, strategies: list[str]) -> None:
    with pytest.raises(ValueError, match="strategies must be different names"):
        fs.compare(scenario, strategies=strategies)


def test_a_strategy_that_does_not_exist_is_told_with_the_nearest(scenario: fs.Scenario) -> None:
    with pytest.raises(fs.ScenarioError, match='did you mean "one_more_rep"'):
        fs.simulate(scenario, strategy="one_more_reps")


def test_public_names_are_there_and_no_others() -> None:
    for name in fs.__all__:
        assert getattr(fs, name).__name__ == name
    assert set(fs.__all__) < set(dir(fs))
    assert fs.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        fs.simulat  # noqa: B018

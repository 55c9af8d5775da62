"""A verdict at any time: what it says of made-up years, when a study stops, and what the command prints."""

from __future__ import annotations

import json
import math
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from benchmarks.guarantees import __main__ as command
from benchmarks.guarantees import sequences as measured
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app import cli
from funnelsim.compiling.arrays import Floats
from funnelsim.decisions import AnyTime, Comparison
from funnelsim.decisions.any_time import risks_of
from funnelsim.decisions.sequences import of_quantile, of_share, radius
from funnelsim.forecast import Goal
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import preset_text
from funnelsim.studies import sequential
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import next_look

from .test_decisions import SIGNED, WORLD, YEARS, forecast, noise

STEADY = 2_000  # single years differ by so much: 400 of them reach 300 to 400 to either side


def steady(seed: int) -> Floats:
    found = noise(seed, STEADY)
    return found - found.mean()


def verdict_of(margin: float = 1_000, best: bool = True, **gains: Floats | float) -> AnyTime:
    worlds = {"today": WORLD} | {name: WORLD + gain for name, gain in gains.items()}
    compared = Comparison({name: forecast(profit) for name, profit in worlds.items()})
    return AnyTime(compared.earned, margin, best)


# ---- what is said ---------------------------------------------------------------------------


def test_each_strategy_is_better_or_worse_or_the_same_or_open() -> None:
    found = verdict_of(
        better=5_000 + steady(1),
        worse=-5_000 + steady(2),
        same=steady(3),
        little=600 + steady(4) / 10,
        more=800 + steady(5),
    )
    assert {name: each.words for name, each in found.against_base.items()} == {
        "better": "better",
        "worse": "worse",
        "same": "the same for our purposes",
        "little": "better, by less than matters",
        "more": "better",
    }
    narrow = verdict_of(margin=300, same=steady(3), more=150 + steady(5))
    assert [each.words for each in narrow.against_base.values()] == ["open", "open"]
    assert not narrow.suffices


def test_the_error_is_shared_among_all_pairs_that_are_claimed_about() -> None:
    gains = {name: 1_000 * (place + 1) + steady(place) for place, name in enumerate("abcd")}
    every, only_base = verdict_of(**gains), verdict_of(best=False, **gains)
    assert (every.pairs, every.error) == (10, 0.005)
    assert (only_base.pairs, only_base.error) == (4, 0.0125)
    for found in (every, only_base):
        each, gain = found.against_base["b"], gains["b"]
        reach = gain.std(ddof=1) * float(radius(YEARS, found.error))
        assert (each.low, each.high) == pytest.approx((gain.mean() - reach, gain.mean() + reach))
    assert only_base.against_leader == {}


def test_the_leader_is_compared_with_those_that_may_be_as_good() -> None:
    found = verdict_of(best_of_all=9_000 + steady(1), near=8_900 + steady(1), far=3_000 + steady(2), bad=-9e3)
    assert found.leader == "best_of_all"
    assert set(found.against_leader) == {"today", "near", "far"}  # today beats the bad one for sure
    assert found.equals == ["near"]
    assert found.suffices
    assert found.verdict().startswith(
        "Best on profit is best of all; near is the same for our purposes (within 1 thousand USD). "
        "Best of all would earn on average "
    )


def test_today_may_be_the_best() -> None:
    found = verdict_of(worse=-5_000 + steady(1), same=steady(2) - 50)
    assert found.leader == "today"
    assert found.verdict().startswith(
        "Best on profit is today; same is the same for our purposes (within 1 thousand USD). "
        "Same is the same as today for our purposes (on average "
    )
    assert "worse would earn on average" in found.verdict()
    assert found.verdict().endswith(f" All this is decided after 400 simulated years.{SIGNED}")


def test_what_is_open_says_how_many_more_years_it_needs() -> None:
    gain = 150 + steady(5)
    found = verdict_of(margin=300, **{"more": gain})
    each = found.against_base["more"]
    assert each.open
    needed, within = YEARS + each.more_years, max(gain.mean(), 300 - gain.mean()) / gain.std(ddof=1)
    assert float(radius(needed, found.error)) < within <= float(radius(needed - 1, found.error))
    assert found.more_years == each.more_years
    said = found.verdict()
    assert said.startswith(
        "It is not decided which strategy is best on profit: more leads so far, and today may be better. "
    )
    assert (
        "Open after 400 simulated years: more against today; if further years are like these, it takes about "
        in said
    )


def test_strategies_that_change_nothing_are_told_and_those_that_hardly_do_are_open() -> None:
    hardly = np.zeros(YEARS)
    hardly[:10] = 100.0
    found = verdict_of(nothing=0.0, hardly=hardly)
    assert found.against_base["nothing"].words == "no difference at all"
    assert found.against_base["hardly"].open
    assert found.more_years == pytest.approx(50 * 39**2 / 39 - YEARS, rel=0.1)
    assert "nothing would make no difference at all" in found.verdict().lower()


def test_before_there_are_fifty_years_nothing_is_said() -> None:
    profits = {
        "today": forecast(WORLD[:40]),
        "more": forecast(WORLD[:40] + 1e6),
        "same": forecast(WORLD[:40]),
    }
    found = AnyTime(Comparison(profits).earned, 1_000.0)
    assert [each.words for each in found.against_base.values()] == ["open", "open"]
    assert all(math.isinf(each.low) for each in found.against_base.values())
    assert "Open after 40 simulated years: " in found.verdict()
    single = {name: forecast(WORLD[:1] + gain) for name, gain in (("today", 0.0), ("more", 1.0))}
    assert AnyTime(Comparison(single).earned, 1_000.0).more_years == 49


def test_ties_are_neither_ahead_nor_behind() -> None:
    gain = np.zeros(YEARS)
    gain[:240], gain[240:300] = 100.0, -50.0
    found = verdict_of(more=gain).ahead["more"]
    assert (found.ahead.value, found.behind.value) == (0.6, 0.15)
    assert found.ahead == of_share(240, YEARS, 0.025)  # both shares of one strategy at 5 %
    assert found.words == "ahead in more than half"
    assert verdict_of(more=-gain).ahead["more"].words == "behind in more than half"
    assert verdict_of(a=gain, b=gain).ahead["a"].ahead == of_share(240, YEARS, 0.0125)
    gain[200:] = 0.0
    assert verdict_of(more=gain).ahead["more"].words == "open"


def test_risks_are_those_of_single_years() -> None:
    goal = Goal("rich", "profit", at_least=100_000)
    profits = {"today": forecast(WORLD, goals=[goal]), "more": forecast(WORLD + 50_000, goals=[goal])}
    found = risks_of(profits)
    assert found["today"].loss == of_share(int(np.sum(WORLD < 0)), YEARS, 0.05)
    assert found["more"].loss.value == np.mean(WORLD < -50_000)
    assert found["today"].worst_in_ten == of_quantile(0.1, WORLD, 0.05)
    assert found["more"].goals["rich"].value == np.mean(WORLD >= 50_000)


@pytest.mark.parametrize("margin", [0.0, -1.0, math.nan, math.inf])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="margin must be an amount of money above 0"):
        verdict_of(margin, more=1.0)


def test_a_single_strategy_is_nothing_to_decide_about() -> None:
    with pytest.raises(ValueError, match="nothing to decide about a single strategy"):
        AnyTime(Comparison({"today": forecast(WORLD)}).earned, 1.0)


# ---- when a study stops ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def ready() -> fs.Scenario:
    return settled(fs.load("first_steps"))


@pytest.fixture(scope="module")
def decided(ready: fs.Scenario) -> fs.Decision:
    return fs.decide(ready, 20_000, jobs=2)


def test_a_study_stops_when_it_suffices_and_not_before(decided: fs.Decision, ready: fs.Scenario) -> None:
    assert decided.decided
    assert not decided.result.stopped
    assert decided.years % 50 == 0
    before = fs.compare(ready, replications=decided.years - 50)
    assert not AnyTime(before.comparison.earned, 20_000).suffices


def test_its_years_are_those_of_a_fixed_run_and_none_is_simulated_twice(
    decided: fs.Decision, ready: fs.Scenario
) -> None:
    simulated: list[int] = []
    again = fs.decide(ready, 20_000, jobs=1, progress=simulated.append)
    fixed = fs.compare(ready, replications=decided.years)
    assert sum(simulated) == 3 * decided.years
    for name, simulation in fixed.simulations.items():
        for found in (decided.result[name], again.result[name]):
            assert found.plan.replications == decided.years
            pairs = zip(found.forecast.tallies, simulation.forecast.tallies, strict=True)
            assert all(np.array_equal(mine, its) for mine, its in pairs)
    assert again.verdict == decided.verdict == AnyTime(fixed.comparison.earned, 20_000).verdict()


def test_a_study_gives_up_and_says_what_is_open(ready: fs.Scenario) -> None:
    found = fs.decide(ready, 100, at_most=60, jobs=1)
    assert (found.years, found.decided, found.result.stopped) == (60, False, False)
    assert (found.table["more_years"] > 0).any()
    assert "Open after 60 simulated years" in found.verdict


def test_ctrl_c_gives_the_verdict_so_far(ready: fs.Scenario) -> None:
    done: list[int] = []

    def stop(years: int) -> None:
        done.append(years)
        if len(done) == 15:
            raise KeyboardInterrupt

    found = fs.decide(ready, 100, jobs=1, progress=stop)
    assert (found.years, found.result.stopped) == (75, True)
    assert found.any_time.against_base["more_inquiries"].better


def test_uncertain_numbers_keep_their_twins() -> None:
    unknown = 'uncertainties = { "channels.website.inquiries_per_month *=" = { median = 1, p90 = 1.3 } }'
    scenario = settled(fs.parse(f"{unknown}\n{preset_text('first_steps')}"))
    found = fs.decide(scenario, 100, strategies=["today", "one_more_rep"], at_most=60, jobs=1)
    fixed = fs.compare(scenario, strategies=["today", "one_more_rep"], replications=60, jobs=1)
    assert found.result.unknown.equals(fixed.unknown)


def test_looks_come_at_least_every_tenth_more() -> None:
    looks = [0]
    while looks[-1] < 10_000:
        looks.append(next_look(looks[-1]))
    assert looks[1:12] == [*range(50, 600, 50)]
    assert all(50 <= later - earlier <= max(50, earlier / 10) for earlier, later in pairwise(looks))


def test_tables_of_a_decision_have_a_row_for_each_pair_and_strategy(decided: fs.Decision) -> None:
    assert decided.table.index.names == ["strategy", "against"]
    assert set(decided.table["verdict"]) <= {
        "better",
        "worse",
        "the same for our purposes",
        "better, by less than matters",
        "worse, by less than matters",
    }
    assert list(decided.risks.index) == list(decided.result)
    assert (decided.risks["loss_low"] <= decided.risks["loss"]).all()
    assert {"contracts", "contracts_low", "contracts_high"} <= set(decided.risks)


def test_strategies_must_be_two(ready: fs.Scenario) -> None:
    with pytest.raises(ValueError, match="at least two strategies, not 'today' alone"):
        fs.decide(ready, 100, strategies=["today"])


def test_verdicts_under_assumptions_share_the_error_and_stop_one_by_one() -> None:
    """Two verdicts on one pair each (SQ7)."""
    slow = 'assumptions.slow.change = { "channels.*.inquiries_per_month *=" = 0.5 }'
    scenario = fs.parse("\n".join([slow, preset_text("first_steps")]))
    names = ["today", "one_more_rep"]
    found = sequential.decide_assumptions(scenario, 20_000, strategies=names, at_most=150, jobs=1)
    assert [each.any_time.error for each in found.decisions.values()] == [0.025, 0.025]
    assert found.decisions["slow"].decided
    assert found.decisions["slow"].years < found.typed.years == 150
    assert not found.decided
    alone = fs.decide(scenario, 20_000, strategies=names, at_most=150, jobs=1)
    assert found.longest.any_time.pairs == 2 * alone.any_time.pairs
    assert list(found.table.index.names) == ["assumption", "strategy", "against"]
    assert list(found.risks.loc["slow"].index) == names


def test_a_verdict_goes_on_from_a_checkpoint(
    ready: fs.Scenario, decided: fs.Decision, tmp_path: Path
) -> None:
    with pytest.raises(UnusableError, match="has 20 simulated years, and no verdict begins before 50"):
        fs.decide(ready, 20_000, since=fs.keep(ready, date(2026, 1, 1), replications=20))
    since = fs.keep(ready, date(2026, 1, 1), replications=300)
    found = fs.decide(ready, 20_000, since=since, jobs=1)
    assert (found.years, found.question.at_most) == (decided.years, 300)
    assert found.verdict == decided.verdict
    since.save(tmp_path / "kept")
    said = call("--margin", "20000", "--from", str(tmp_path / "kept"), "--out", str(tmp_path / "out"))
    assert said.exit_code == 0, said.output
    assert "at most 300" in said.stdout
    command = json.loads((tmp_path / "out/MANIFEST.json").read_text())["command"]
    assert command == "funnelsim compare first_steps --margin 20000 --at-most 300 --seed 1"


# ---- the command ----------------------------------------------------------------------------


def call(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["compare", "first_steps", "--jobs", "1", *words])


def test_compare_with_a_margin_prints_the_verdict_and_each_pair(decided: fs.Decision) -> None:
    result = call("--margin", "20000")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 100
    says = " ".join(result.stdout.split())
    assert decided.verdict in says
    assert f"{decided.years} simulated years, seed 1, compiled engine, at most 4,000 Verdict " in says
    assert "wrong about the profit of any of 3 pairs" in says
    assert "one_more_rep: Hire one more rep" not in says
    assert "one_more_rep: Hire one more rep" in " ".join(call("--margin", "20000", "--all").stdout.split())
    assert "more_inquiries" in says
    assert "within -20 to 20 thousand" in says
    assert says.endswith(f"Next, try: funnelsim run first_steps --strategy {decided.any_time.leader}")


def test_the_help_names_the_most_years_that_there_are_by_default() -> None:
    assert f"{sequential.AT_MOST:,} by default" in " ".join(call("--help").stdout.split())


def test_what_is_open_is_followed_by_the_command_that_may_decide_it() -> None:
    words = ["--margin", "100", "--at-most", "50", "--strategies", "today,one_more_rep", "--no-best"]
    result = call(*words)
    says = " ".join(result.stdout.replace("\\\n", "").split())
    assert "More years" in says
    assert "wrong about the profit of the pair" in says
    begin = "Next, try: funnelsim compare first_steps --strategies today,one_more_rep --margin 100 --at-most "
    assert begin in says
    assert says.endswith(" --no-best")


def test_the_document_has_all_sequences() -> None:
    result = call("--margin", "100", "--at-most", "50", "--json")
    found = json.loads(result.stdout)
    assert (found["margin"], found["at_most"], found["decided"]) == (100, 50, False)
    pairs = [(each["strategy"], each["base"]) for each in found["against"]]
    assert pairs[:2] == [("more_inquiries", "today"), ("one_more_rep", "today")]
    assert found["risks"]["today"]["goals"]["contracts"]["low"] > 0
    assert found["verdict"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--margin", "0"],
            "--margin must be an amount of money above 0, the difference that begins to matter, not 0",
        ),
        (["--margin", "-5"], "--margin must be an amount of money above 0"),
        (
            ["--margin", "5", "--at-most", "20"],
            "--at-most must be a whole number from 50 to 1,000,000, not 20",
        ),
        (["--at-most", "100"], "give its --margin, too"),
        (["--no-best"], "give its --margin, too"),
        (["--margin", "5", "--show", "money"], "does not go with --show"),
        (["--margin", "5", "--assumptions"], "assumptions is missing"),
        (["--margin", "5", "--from", "x", "--assumptions"], "ask for one of them"),
        (["--margin", "5", "--from", "x", "--at-most", "90"], "leave --at-most out"),
        (["--margin", "5", "--decimal-comma"], "give --out too"),
        (["--margin", "5", "--engine", "reference"], "does not go with --engine reference"),
        (["--margin", "5", "--replications", "50"], "does not go with --replications"),
        (["--margin", "5", "--strategies", "today"], "there is only one, today"),
        (["--margin", "5", "--seed", "-1"], "--seed must be a whole number"),
    ],
)
def test_what_does_not_go_with_a_margin_is_refused_in_a_sentence(words: list[str], sentence: str) -> None:
    result = call(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_ctrl_c_prints_the_verdict_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    decide = sequential.decide

    def stopped(*words: object, **more: object) -> fs.Decision:
        done: list[int] = []

        def stop(years: int) -> None:
            done.append(years)
            if len(done) == 12:
                raise KeyboardInterrupt

        return decide(*words, **more | {"progress": stop})  # type: ignore[arg-type]

    monkeypatch.setattr(sequential, "decide", stopped)
    result = call("--margin", "100")
    assert result.exit_code == 130
    assert "Open after 60 simulated years" in " ".join(result.stdout.split())
    assert result.stderr.strip() == "stopped after 60 of 4,000 simulated years"


# ---- what is measured -----------------------------------------------------------------------


def test_make_guarantees_writes_a_section_and_keeps_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "guarantees.md"
    monkeypatch.setattr(command, "PAGE", page)
    monkeypatch.setattr(measured, "POOL", 60)
    monkeypatch.setattr(measured, "YEARS", 60)
    monkeypatch.setattr(measured, "PRESETS", ("first_steps",))
    other = SimpleNamespace(__name__="guarantees.other", __doc__="Another.", ABOUT="Nothing.", table=str)
    found = command.parts() | {"Another": other}
    monkeypatch.setattr(command, "parts", lambda: found)
    command.main(["--only", "other", "--runs", "5"])
    command.main(["--only", "sequences", "--runs", "8"])
    written = page.read_text(encoding="utf-8")
    assert "## Another\n\nNothing.\n\nBy `python -m benchmarks.guarantees --only other --runs 5`" in written
    assert "| normal, skewness 0 " in written
    assert "| first_steps, 3 pairs " in written
    assert "## How often a verdict at any time is ever wrong" in capsys.readouterr().out

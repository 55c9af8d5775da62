"""What to measure next, tornado, tipping points and bottleneck: on firms whose answers are known by hand."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

import funnelsim as fs
from funnelsim.planning.held import held_at, number_at, numbers
from funnelsim.planning.paired import profits_in, profits_of
from funnelsim.planning.tipping import tips_of
from funnelsim.scenario import parse

from .test_cli import call, says

# Nobody signs anything: profit is pay and nothing else, so that what a strategy gains is known by hand.
PAY = """
start = 2026-01-01
currency = "EUR"
horizon = { warm_up_months = 0, period_months = 3, drain_months = 0 }
segments.all = { contract_value = 1 }
channels.web = { kind = "seo", inquiries_per_month = 1 }
teams.sales = { people = 2, cost_per_person_month = 1000 }
stages.call = { team = "sales", conversion = 0 }
[uncertainties]
"teams.sales.cost_per_person_month" = { quantiles = { "0" = 0, "1" = 2000 } }
"channels.web.inquiries_per_month *=" = { median = 1, p90 = 1.5 }
[strategies.leaner]
one_off_cost = 3300
change = { "teams.sales.people" = 1 }
[assumptions.dear]
title = "dear people"
change = { "teams.sales.cost_per_person_month" = 1600 }
"""
WAGE = "teams.sales.cost_per_person_month"
DEMAND = "channels.web.inquiries_per_month *="
WAGE_IN_WORDS, DEMAND_IN_WORDS = "pay per person and month in sales", "Inquiries a month from web"


def test_what_a_wage_is_worth_knowing() -> None:
    """One person less gains 3 wages, uniform from 0 to 2,000, less 3,300: from -3,300 to 2,700."""
    truth = 2700**2 / 2 / 6000  # E max(0, gain), because the mean gain is below 0
    found = fs.measure_next(parse(PAY), worlds=1_000, jobs=1)
    wage, demand = found.numbers
    assert (wage.parameter.key, demand.parameter.key) == (WAGE, DEMAND)
    assert wage.worth.low < truth < wage.worth.high
    assert wage.worth.high - wage.worth.low < 250
    assert wage.changes == pytest.approx(0.45, abs=0.06)
    assert wage.share.value == pytest.approx(1, abs=0.01)
    assert (demand.worth.value, demand.worth.low, demand.changes) == (0, 0, 0)
    assert demand.worth.high < 0.01 * truth
    assert found.unknown.value == 1
    assert f"Measuring {WAGE_IN_WORDS} is worth at most" in found.verdict
    assert "The other one is not surely worth anything" in found.verdict
    assert found.table.loc[WAGE, "worth"] == wage.worth.value


def test_a_sure_choice_needs_no_measuring() -> None:
    surely = parse(PAY.replace("one_off_cost = 3300", "one_off_cost = 7000"))
    found = fs.measure_next(surely, worlds=1_000, jobs=1)
    assert found.best == "today"
    assert found.numbers[0].worth.high == 0
    assert "today would be chosen, whatever any one of them turns out to be" in found.verdict


def test_what_cannot_be_measured_is_told() -> None:
    certain = parse(
        PAY.split("[uncertainties]", maxsplit=1)[0]
        + "[strategies.leaner]\nchange = { 'teams.sales.people' = 1 }"
    )
    with pytest.raises(
        fs.ScenarioError, match=r"uncertainties is missing; expected a table \[uncertainties\]"
    ):
        fs.measure_next(certain)
    with pytest.raises(fs.ScenarioError, match="are only today, so that there is nothing to choose"):
        fs.measure_next(parse(PAY), strategies=["today"])
    with pytest.raises(ValueError, match="at least 1,000 simulated worlds, not 999"):
        fs.measure_next(parse(PAY), worlds=999)
    with pytest.raises(ValueError, match="not 30"):
        fs.worth_of(fs.compare(parse(PAY), replications=30, jobs=1))


# ---- values that are held ---------------------------------------------------------------------


def test_a_factor_acts_on_what_a_strategy_sets_and_a_value_does_not() -> None:
    scenario = parse(
        PAY.replace(
            "[assumptions",
            '[strategies.set]\nchange = { "channels.web.inquiries_per_month" = 8 }\n[assumptions',
        )
    )
    assert held_at(scenario, DEMAND, 2.0).strategy("set").uncertainties[DEMAND].in_words() == "median 2"
    assert held_at(scenario, WAGE, 500.0).teams["sales"].cost_per_person_month == 500
    assert number_at(scenario, WAGE, 0.25) == pytest.approx(500)
    assert not held_at(scenario, WAGE, 500.0).uncertainties


def test_a_row_of_a_file_of_draws_is_held(tmp_path: Path) -> None:
    cells = ["{ median = 9, p90 = 20 }", "{ median = 3, p90 = 5 }", "{ median = 6, p90 = 7 }"]
    days = "stages.call.customer_takes_days"
    rows = [f"{days};{WAGE}", *(f"{cell};{wage}" for cell, wage in zip(cells, (30, 10, 20), strict=True))]
    (tmp_path / "draws.csv").write_text("\n".join(rows), encoding="utf-8")
    drawn = f'"{days}" = {{ draws = "draws.csv" }}\n"{WAGE}" = {{ draws = "draws.csv", times = 2 }}\n'
    text = PAY.split("[uncertainties]", maxsplit=1)[0] + "[uncertainties]\n" + drawn
    (tmp_path / "firm.toml").write_text(text, encoding="utf-8")
    scenario = fs.load(tmp_path / "firm.toml")
    assert numbers(scenario) == [days, WAGE]
    median = number_at(scenario, days, 0.1)
    assert median == pytest.approx(3)
    held = held_at(scenario, days, median + 1).stages["call"].customer_takes_days
    assert held.quantile(0.9) == pytest.approx(5)
    assert held_at(scenario, WAGE, number_at(scenario, WAGE, 0.9)).teams["sales"].cost_per_person_month == 60


# ---- tornado ----------------------------------------------------------------------------------


def test_a_tornado_is_that_of_the_wage() -> None:
    """Profit is -6 wages of a person-month today, -3 wages and 3,300 once under the strategy."""
    found = fs.tornado(parse(PAY), strategy="leaner", replications=30, jobs=1)
    wage, dear, demand = found.swings
    assert (wage.name, dear.name, demand.name) == (WAGE, "dear", DEMAND)
    assert [end.at for end in wage.ends] == pytest.approx([200, 1800])
    assert [end.profit.value for end in wage.ends] == pytest.approx([-3900, -8700])
    assert [end.gain.value for end in wage.ends] == pytest.approx([-2700, 2100])
    assert wage.profit == pytest.approx((-4800,) * 3)
    assert wage.turns
    assert [end.profit.value for end in dear.ends] == pytest.approx([-6300, -8100])
    assert dear.gain.value == pytest.approx(1800)
    assert demand.profit.value == demand.gain.value == 0
    assert f"hangs most on {WAGE_IN_WORDS}" in found.verdict
    assert found.table.loc["dear", "profit_change"] == pytest.approx(-1800)


def test_a_tornado_of_nothing_is_told() -> None:
    with pytest.raises(fs.ScenarioError, match=r"expected numbers in \[uncertainties\], or a table"):
        fs.tornado(parse(PAY.split("[uncertainties]", maxsplit=1)[0]), replications=2)
    with pytest.raises(fs.ScenarioError, match="there is no strategy 'fatter'; expected today, leaner"):
        fs.tornado(parse(PAY), strategy="fatter", replications=2)


# ---- tipping points ---------------------------------------------------------------------------


def test_the_choice_tips_at_the_wage_that_pays_for_the_change() -> None:
    found = fs.tipping(parse(PAY), replications=30, jobs=1)
    wage, demand = found.assumptions
    (tip,) = wage.tips
    assert (tip.below, tip.above) == ("today", "leaner")
    assert tip.at == pytest.approx((1100, 1100, 1100))
    assert (demand.best, demand.tips) == ("today", ())
    assert (
        f"Where {WAGE_IN_WORDS} is above 1,100 (1,100 to 1,100), leaner is better than today" in found.verdict
    )
    assert f"{DEMAND_IN_WORDS} does not change the choice within its range" in found.verdict
    assert math.isnan(found.table.loc[DEMAND, "at"])


def test_any_number_can_be_moved_within_a_range() -> None:
    found = fs.tipping(
        parse(PAY), of="teams.sales.seat_cost_per_month", within=(0, 90), replications=30, jobs=1
    )
    assert found.assumptions[0].tips == ()
    assert found.assumptions[0].best == "today"
    dear = parse(PAY).with_changes({WAGE: 900})
    moved = fs.tipping(dear, of="teams.sales.seat_cost_per_month", within=(0, 400), replications=30, jobs=1)
    assert moved.assumptions[0].tips[0].at.value == pytest.approx(200)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"of": WAGE, "within": (5, 2)},
            "the range is from 5 to 2; expected two numbers, the smaller one first",
        ),
        ({"within": (1, 2)}, "a range is given, but not of what"),
        ({"of": [WAGE, DEMAND], "within": (1, 2)}, "a range is given, of 2 values"),
        ({"of": "teams.sales.seat_cost_per_month"}, "is not uncertain, so that it has no range of its own"),
        ({"of": WAGE, "strategies": ["today"]}, "are only today: there is nothing to choose"),
        ({"of": "teams.sales.sallary", "within": (1, 2)}, "teams.sales.sallary does not exist"),
    ],
)
def test_what_cannot_tip_is_told(asked: dict[str, object], told: str) -> None:
    with pytest.raises(fs.ScenarioError, match=told):
        fs.tipping(parse(PAY), **asked, replications=2, jobs=1)  # type: ignore[arg-type]


def test_several_values_tip_as_each_does_alone() -> None:
    alone = [fs.tipping(parse(PAY), of=key, replications=5, jobs=1) for key in (DEMAND, WAGE)]
    both = fs.tipping(parse(PAY), of=[DEMAND, WAGE], replications=5, jobs=1)
    assert {each.key: each for each in both.assumptions} == {
        each.key: each for found in alone for each in found.assumptions
    }


@pytest.mark.parametrize(
    "preset", ["marketplace_sellers", "partners_who_deliver", "subscription_software", "alignment"]
)
def test_profits_need_neither_drain_nor_twins(preset: str) -> None:
    """Uncertain numbers, later orders, renewals: what comes after the period changes none of it (VI9)."""
    result = fs.compare(fs.load(preset), replications=2, jobs=1)
    scenario = result.scenario
    assert scenario.months.drain > 0
    assert bool(numbers(scenario)) == (preset == "marketplace_sellers")
    alone = profits_in(scenario, [*result], result.plan, lambda _: None)
    whole = profits_of(result.comparison, result.comparison.expected)
    assert {name: each.tolist() for name, each in alone.items()} == {
        name: each.tolist() for name, each in whole.items()
    }


def test_intervals_of_tipping_points_hold_though_values_have_jumps_of_their_own() -> None:
    """A gain of value - 3, with noise that a world has at all values and noise that it has at each alone."""
    tries, held = 60, 0
    for seed in range(tries):
        worlds = np.random.default_rng(seed).normal(size=200)

        def evaluate(value: float, seed: int = seed, worlds: np.ndarray = worlds) -> dict[str, np.ndarray]:
            own = np.random.default_rng([seed, int(value * 2**20)]).normal(size=200)
            return {"today": np.zeros(200), "more": value - 3 + 3 * worlds + own}

        _, tips = tips_of(evaluate, 0.0, 8.0)
        held += any(tip.at.low <= 3 <= tip.at.high for tip in tips)
    assert held >= binom.ppf(0.001, tries, 0.95)


def test_two_strategies_that_are_alike_tip_nowhere_for_sure() -> None:
    worlds = np.random.default_rng(2).normal(size=200)
    worlds -= worlds.mean()
    _, (tip,) = tips_of(lambda value: {"a": np.zeros(200), "b": 1e-3 * (value - 4.4) + worlds}, 0.0, 8.0)
    assert (tip.at.low, tip.at.high) == (-math.inf, math.inf)


# ---- bottleneck -------------------------------------------------------------------------------

# Two hours of work a day, and a rep who works one: half of those who ask go cold.
QUEUE = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 3, drain_months = 1 }
segments.all = { contract_value = 1000, gross_margin = 0.5 }
channels.web = { kind = "seo", inquiries_per_month = 60 }
teams.idle = { people = 3, cost_per_person_month = 100 }
teams.sales = { people = 1, cost_per_person_month = 2000, seat_cost_per_month = 50, hours_per_week = 7 }
stages.check = { team = "idle", effort_hours = 0.1, conversion = 1 }
stages.call = { team = "sales", effort_hours = 1, conversion = 1, goes_cold_after_days = 5 }
"""


def test_the_team_that_everybody_waits_for_is_the_bottleneck() -> None:
    found = fs.bottleneck(parse(QUEUE), replications=40, jobs=1)
    sales, idle = found.teams
    today, without = (found.result[name].forecast for name in ("today", "unlimited_0_sales"))
    assert (sales.team, idle.team) == ("sales", "idle")
    more = without.values("won")[:, 0] - today.values("won")[:, 0]
    assert sales.won.value == pytest.approx(more.mean())
    assert sales.lost.value == pytest.approx(500 * more.mean())  # neither pay nor seats
    assert sales.lost.low > 0.8 * 500 * 30 * 3
    assert sales.busy.value > 0.95
    assert idle.lost.high < 0.1 * sales.lost.low
    assert {each.name: each.cold.value > 0.3 for each in found.stages} == {"check": False, "call": True}
    assert found.segments[0].wait.value > 24
    assert "The bottleneck is team sales" in found.verdict
    assert "No other team is sure to cost profit" in found.verdict


def test_named_people_count_and_a_strategy_comes_first() -> None:
    named = QUEUE.replace("people = 1", "reps = { anna = {}, ben = {} }")
    named += '[strategies.closed]\nchange = { "teams.sales.hours_per_week" = 1 }\n'
    found = fs.bottleneck(parse(named), strategy="closed", replications=3, jobs=1)
    most = found.result["unlimited_0_sales"].scenario.teams["sales"]
    assert (most.people, len(most.reps), most.hours_per_week) == (18, 2, 1)


FARMER = {"people": 2, "cost_per_person_month": 10}


@pytest.mark.parametrize(
    ("change", "team", "people"),
    [
        ({"teams.sales.people": 4}, "sales", [(None, 1 + 36), ("2026-02-01", 4 + 36)]),
        ({"teams.sales.people +=": 3}, "sales", [(None, 1 + 36), ("2026-02-01", 4 + 36)]),
        ({"teams.sales.people *=": 4}, "sales", [(None, 1 + 36), ("2026-02-01", 4 + 36)]),
        ({"teams.farmers": FARMER, "stages.call.team": "farmers"}, "farmers", [("2026-02-01", 2 + 18)]),
    ],
)
def test_more_people_are_there_on_every_day(
    change: dict[str, object], team: str, people: list[tuple[str | None, int]]
) -> None:
    """Ten times those of the strategy, also where it sets their number or brings the team (VI8)."""
    made = parse(QUEUE).with_strategies({"new": {"starts": date(2026, 2, 1), "change": change}})
    more = fs.bottleneck(made, strategy="new", replications=3, jobs=1)
    name = next(each for each in more.result if each.endswith(team))
    days = [each for each in more.result.scenario.timeline(name) if team in each.scenario.teams]
    found = [(each.begins and str(each.begins), each.scenario.teams[team].people) for each in days]
    assert found == people


def test_a_team_that_a_strategy_brings_is_the_bottleneck_of_it() -> None:
    """With 20 farmers instead of 2 nobody goes cold, and each contract brings 500."""
    change = {"teams.farmers": FARMER | {"hours_per_week": 3}, "stages.call.team": "farmers"}
    made = parse(QUEUE).with_strategies({"new": {"change": change}, "idle": {}})
    for strategy in ("new", "idle+new"):
        found = fs.bottleneck(made, strategy=strategy, replications=20, jobs=1)
        first = found.teams[0]
        assert (first.team, first.lost.low > 0) == ("farmers", True)
        assert first.lost.value == pytest.approx(500 * first.won.value)


def test_a_firm_with_time_to_spare_has_no_bottleneck() -> None:
    found = fs.bottleneck(
        parse(QUEUE.replace("hours_per_week = 7", "hours_per_week = 40")), replications=40, jobs=1
    )
    assert "No team is a bottleneck" in found.verdict


def test_a_firm_without_teams_is_told() -> None:
    nobody = PAY.replace("teams.sales = { people = 2, cost_per_person_month = 1000 }", "")
    nobody = nobody.replace('team = "sales", ', "").split("[uncertainties]")[0]
    with pytest.raises(
        fs.ScenarioError, match="teams is missing; expected a team whose capacity could limit"
    ):
        fs.bottleneck(parse(nobody), replications=2)


# ---- commands ---------------------------------------------------------------------------------


@pytest.fixture
def firm(tmp_path: Path) -> str:
    file = tmp_path / "pay.toml"
    file.write_text(PAY, encoding="utf-8")
    return str(file)


def test_the_commands_say_it(firm: str) -> None:
    told = says(call("measure-next", firm, "--worlds", "1000", "--jobs", "1"))
    assert "what it is worth to know each uncertain number" in told
    assert "Next, try: funnelsim explain" in told
    document = json.loads(call("measure-next", firm, "--worlds", "1000", "--jobs", "1", "--json").stdout)
    assert document["measure_next"][DEMAND]["worth"] == 0
    for shown, words in (
        ("tornado", "dear people"),
        ("tipping", "no change"),
        ("bottleneck", "No team is a bottleneck"),
    ):
        assert words in says(call("explain", firm, "--show", shown, "--replications", "25", "--jobs", "1"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["measure-next", "--worlds", "500"], "at least 1,000 simulated worlds, not 500"),
        (["explain", "--show", "volcano"], "--show is volcano; expected tornado, tipping, bottleneck, "),
        (["explain", "--show", "tornado", "--of", WAGE], "--of belongs to --show tipping"),
        (["explain", "--show", "tipping", "--strategy", "leaner"], "--strategy belongs to --show tornado"),
        (["explain", "--show", "tipping", "--of", WAGE, "--low", "1"], "--low and --high are the ends"),
    ],
)
def test_commands_say_what_is_wrong(firm: str, options: list[str], told: str) -> None:
    result = call(options[0], firm, *options[1:])
    assert result.exit_code == 2
    assert told in result.output

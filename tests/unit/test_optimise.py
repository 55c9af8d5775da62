"""Optimising levers within limits: against a known optimum, and what it says of bad input."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

import funnelsim as fs
from funnelsim.planning.firm_search import search_of_firm
from funnelsim.planning.goal_seek import first_reached
from funnelsim.planning.limits import Limits, Measured, Total
from funnelsim.planning.optimise import SEARCHED_FROM
from funnelsim.planning.select import MOST
from funnelsim.reports.grid import as_text
from funnelsim.reports.optimise_pages import optimise_page
from funnelsim.scenario import Scenario, load, parse
from funnelsim.studies.designed.levers import Lever

from .test_cli import call, says

TEXT = (Path(fs.__file__).parent / "scenario" / "presets" / "first_steps.toml").read_text(encoding="utf-8")

# ---- a known optimum --------------------------------------------------------------------------

CURVES = {"ads": (90.0, 6_000.0), "fairs": (40.0, 3_000.0), "web": (120.0, 14_000.0)}  # most, half at
BUDGET = 15_000.0  # a month
CONVERSION, VALUE, MARGIN = 0.2, 4_000.0, 0.5
COSTS = {name: f"channels.{name}.cost_per_month" for name in CURVES}


def inquiries(name: str, cost: float) -> float:
    """Return the inquiries a month of a Hill curve, written down apart from the package."""
    most, half = CURVES[name]
    return most * cost / (half + cost)


def known_profit(costs: dict[str, float]) -> float:
    """Return the expected profit of twelve months: no team, so nobody waits and all are answered."""
    brought = sum(inquiries(name, cost) for name, cost in costs.items())
    return 12 * (brought * CONVERSION * VALUE * MARGIN - sum(costs.values()))


def known_optimum() -> dict[str, float]:
    """Spend the budget so that the next unit of money brings the same everywhere (Lagrange)."""

    def spent(multiplier: float) -> dict[str, float]:
        # d/dc most c / (half + c) = most half / (half + c)^2
        worth = {name: CONVERSION * VALUE * MARGIN * most * half for name, (most, half) in CURVES.items()}
        return {name: max(0.0, math.sqrt(worth[name] / multiplier) - CURVES[name][1]) for name in CURVES}

    if sum(spent(1.0).values()) <= BUDGET:
        return spent(1.0)
    return spent(optimize.brentq(lambda each: sum(spent(each).values()) - BUDGET, 1.0, 100.0))


def separable() -> Scenario:
    channels = "".join(
        f"""
[channels.{name}]
kind = "advertising"
cost_per_month = {BUDGET / 3}
inquiries_per_month = {inquiries(name, BUDGET / 3)}
response = {{ at_cost_per_month = {BUDGET / 3}, half_at = {half}, curve = "hill" }}
"""
        for name, (_, half) in CURVES.items()
    )
    return parse(
        f"""
start = 2026-01-01
currency = "USD"
horizon = {{ warm_up_months = 0, period_months = 12, drain_months = 1 }}
segments.all = {{ contract_value_per_year = {VALUE}, gross_margin = {MARGIN} }}
stages.order = {{ conversion = {CONVERSION} }}
{channels}"""
    )


def search(**others: Any) -> dict[str, Any]:
    levers = {path: {"low": 0.0, "high": BUDGET} for path in COSTS.values()}
    total = {"of": list(COSTS.values()), "at_most": BUDGET}
    asked: dict[str, Any] = {"levers": levers, "constraints": {"totals": [total]}, "margin": 1_000, "jobs": 1}
    return asked | others


def test_the_known_optimum_is_one() -> None:
    best = known_optimum()
    assert sum(best.values()) == pytest.approx(BUDGET)
    for first in best:
        for second in best:
            moved = best | {first: best[first] + 1, second: best[second] - 1}
            assert first == second or known_profit(moved) < known_profit(best)


def test_the_known_profit_is_that_of_the_scenario() -> None:
    profit = fs.simulate(separable(), replications=400, jobs=1).forecast.estimate("profit")
    assert profit.low < known_profit(dict.fromkeys(CURVES, BUDGET / 3)) < profit.high


def test_the_optimum_is_within_one_percent_of_the_known_one() -> None:
    result = fs.optimise(separable(), **search(trials=100, replications=50, fresh=100))
    found = known_profit({name: result.point[path] for name, path in COSTS.items()})
    assert found > 0.99 * known_profit(known_optimum())
    (left,) = result.search.limits.unspent(result.point)
    assert 0 <= left < 0.01 * BUDGET
    assert "this limit holds the plan back" in " ".join(result.sentences)
    assert result.gain.low > 0


# ---- never worse than today, and within limits ------------------------------------------------


def short(**more: Any) -> Scenario:
    """Take a small firm and few months."""
    document = load("first_steps").document
    document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    return load("first_steps").beginning(document | more)


INQUIRIES, PEOPLE = "channels.website.inquiries_per_month", "teams.sales.people"
FEW: dict[str, Any] = {"margin": 5_000, "trials": 10, "replications": 25, "fresh": 50, "jobs": 1}


def test_where_every_point_is_worse_today_stays() -> None:
    result = fs.optimise(short(), levers={INQUIRIES: {"low": 1, "high": 8}}, **FEW)
    assert (result.chosen, result.point, result.gain.value) == ("today", {}, 0.0)
    assert result.sentences[0].startswith("Stay with today")
    assert "Best found: the point that won the final" in " ".join(as_text(optimise_page(result)).split())


def test_a_plan_that_is_todays_own_is_called_today() -> None:
    """Fewer inquiries are worse, so that the best point has the value that stands today."""
    now = load("first_steps").document["channels"]["website"]["inquiries_per_month"]
    result = fs.optimise(short(), levers={INQUIRIES: [now, now // 4]}, **FEW)
    assert result.best_is_today
    assert result.sentences[0] == "Stay with today: no plan that was tried beats it."
    page = as_text(optimise_page(result))
    assert "no difference" not in page
    assert "Best found" not in page


def test_hopeless_points_end_early() -> None:
    result = fs.optimise(
        short(), levers={INQUIRIES: {"low": 1, "high": 60}}, **FEW | {"replications": 50, "trials": 15}
    )
    years = {each.point[INQUIRIES]: len(each.profits) for each in result.tried}
    assert years[1] == 25  # the low end is tried, and nobody buys
    assert years[result.point[INQUIRIES]] == 50
    assert result.years == sum(years.values())


def test_a_chance_that_no_point_reaches_is_said() -> None:
    limits = {"chances": {"contracts": 1.0}}
    result = fs.optimise(short(), levers={INQUIRIES: {"low": 1, "high": 8}}, constraints=limits, **FEW)
    assert (result.finalist, result.chosen) == (None, "today")
    assert "keeps to all constraints; today does not keep to them either" in result.sentences[0]


def test_a_limit_on_a_figure_is_kept_even_where_today_does_not_keep_it() -> None:
    limits = {"means": {"won": {"at_most": 6.0}}}
    lever = {INQUIRIES: {"low": 10, "high": 60}}
    result = fs.optimise(short(), levers=lever, constraints=limits, **FEW | {"trials": 20})
    assert not result.today_keeps
    assert result.finalist == result.chosen
    assert 10 <= result.point[INQUIRIES] < 25
    assert result.confirmed[result.chosen].forecast.estimate("won").mean <= 6.0
    assert "today does not keep to the constraints" in result.sentences[0]
    assert all(not each.is_kept for each in result.tried if each.point[INQUIRIES] > 40)


def test_the_same_seed_finds_the_same() -> None:
    lever = {INQUIRIES: {"low": 20.0, "high": 60.0}}
    first, second = (fs.optimise(short(), levers=lever, **FEW) for _ in range(2))
    assert [each.point for each in first.tried] == [each.point for each in second.tried]
    assert first.gain == second.gain


def test_trials_see_no_world_of_the_final() -> None:
    assert SEARCHED_FROM >= 2 * MOST  # at most so many to select, and as many to confirm


def test_points_that_spend_too_much_are_moved_within_the_total() -> None:
    levers = [Lever("a", low=1.0, high=9.0), Lever("b", low=0, high=7), Lever("c", (0, 2, 5))]
    total = Total({"a": 1.0, "b": 2.0, "c": 1.0}, at_most=8.0)
    limits, generator = Limits((total,)), np.random.default_rng(1)
    for _ in range(200):
        point = {lever.key: lever.at(generator.random(1))[0] for lever in levers}
        fitted = limits.fitted(point, levers)
        assert total.of(fitted) <= 8 + 1e-9
        assert fitted == point or total.of(point) > 8
        assert fitted["a"] >= 1
        assert (fitted["b"], fitted["c"]) in {(b, c) for b in range(8) for c in (0, 2, 5)}


def test_how_far_a_limit_is_missed() -> None:
    won = Measured("won", "at_least", 4.0)
    parts = (np.array([[1.0], [3.0]]),)
    assert (won.value(parts), won.lacks(parts)) == (2.0, 0.5)
    assert Measured("won", "at_most", 4.0).lacks(parts) == -0.5
    reached = (np.array([[1.0]] * 90 + [[0.0]] * 10),)
    chance = Measured("goal", "at_least", 0.8, is_chance=True)
    assert chance.lacks(reached) == pytest.approx(-0.125)
    assert not chance.is_missed(reached)
    assert Measured("goal", "at_least", 0.99, is_chance=True).is_missed(reached)


# ---- bad input --------------------------------------------------------------------------------

RANGE = {INQUIRIES: {"low": 20, "high": 60}}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"levers": {}}, "levers is missing"),
        ({"levers": {"teams.sails.people": [1, 2]}}, "teams.sails.people"),
        ({"levers": {"horizon.period_months": [6, 12]}}, 'levers."horizon.period_months"'),
        ({"levers": {INQUIRIES: {"low": 3, "high": 3}}}, "a low that is less than high"),
        ({"trials": 9}, "trials is 9; expected 10 or more: 10 for each lever"),
        ({"margin": None}, "margin is missing"),
        ({"replications": 1}, "replications is 1; expected 2 or more"),
        ({"at_most": 5}, "at_most is 5"),
        ({"constraints": 3}, "constraints is 3; expected a table [constraints]"),
        ({"constraints": {"total": []}}, 'did you mean "totals"'),
        ({"constraints": {"totals": 3}}, "a list of tables"),
        ({"constraints": {"totals": [{"of": [INQUIRIES]}]}}, "at_most = 20_000"),
        ({"constraints": {"totals": [{"of": ["x"], "at_most": 3}]}}, "which is not a lever here"),
        (
            {"constraints": {"totals": [{"of": [INQUIRIES], "at_most": 3}]}},
            "come to 20 already: the constraints contradict each other",
        ),
        ({"constraints": {"totals": [{"of": {INQUIRIES: -1}, "at_most": 30}]}}, "a number above 0"),
        ({"constraints": {"means": {"wonn": {"at_least": 3}}}}, 'did you mean "won"'),
        ({"constraints": {"means": {"won": 3}}}, "{ at_least = 20 }"),
        (
            {"constraints": {"means": {"won": {"at_least": 5, "at_most": 3}}}},
            "the constraints contradict each other",
        ),
        ({"constraints": {"chances": {"contract": 0.5}}}, 'did you mean "contracts"'),
        ({"constraints": {"chances": {"contracts": 80}}}, "a chance above 0, up to 1"),
        ({"assumptions": ["x"]}, "assumptions is not a key of a search"),
    ],
)
def test_what_is_wrong_is_said(changed: dict[str, Any], words: str) -> None:
    document = {"scenario": short(), "levers": RANGE, "margin": 5_000} | changed
    with pytest.raises(fs.ScenarioError) as error:
        fs.search_of({key: value for key, value in document.items() if value is not None})
    assert words in str(error.value)


def test_without_optuna_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ValueError, match=r"Optuna, which is not installed.*optimise"):
        fs.optimise(short(), levers=RANGE, **FEW)


# ---- goal seek --------------------------------------------------------------------------------


def test_the_least_lever_is_that_of_a_known_law() -> None:
    """Contracts of a firm without teams are Poisson, so the mean that reaches a goal is known."""
    reach = {"metric": "won", "at_least": 100}
    document = separable().document | {"goals": {"hundred": reach}}
    scenario = separable().beginning(document)
    lever = {"stages.order.conversion": {"low": 0.01, "high": 0.2}}
    result = fs.goal_seek(scenario, "hundred", lever, replications=400, jobs=1)
    monthly = sum(inquiries(name, BUDGET / 3) for name in CURVES)
    mean = optimize.brentq(lambda mu: stats.poisson.sf(99, mu) - 0.8, 90, 140)
    assert result.found is not None
    assert result.found.low <= mean / (12 * monthly) <= result.found.high
    assert result.found.high - result.found.low < 0.01
    assert result.falls == ()
    assert result.confirmed is not None
    assert 0.7 < result.confirmed.value < 0.9


def test_the_first_value_that_reaches_the_goal_by_hand() -> None:
    values, above = np.array([0.0, 1.0, 3.0]), np.array([[-1.0, -0.5, 0.5], [-1, -1, -0.1], [0, 1, 1]])
    assert first_reached(values, above).tolist() == [2.0, np.inf, -np.inf]


def test_a_goal_out_of_reach_is_said() -> None:
    result = fs.goal_seek(short(), "contracts", {INQUIRIES: {"low": 1, "high": 4}}, replications=25, jobs=1)
    assert result.found is None
    assert result.sentences[0].startswith("Not within the range")


def test_where_more_is_not_better_it_is_said() -> None:
    lever = {INQUIRIES: {"low": 10, "high": 2_000}}
    goals = {"quick": {"metric": "wait", "at_most": 50.0}}
    result = fs.goal_seek(short(goals=goals), "quick", lever, replications=25, jobs=1)
    assert result.falls
    assert any("More is not always better" in sentence for sentence in result.sentences)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("contract", {PEOPLE: {"low": 1, "high": 3}}, 0.8), "no goal 'contract'"),
        (("contracts", {PEOPLE: {"low": 1, "high": 3}}, 80.0), "between 0 and 1"),
        (("contracts", {PEOPLE: [1, 2]}, 0.8), "one path with { low = ..., high = ... }"),
        (("contracts", {"teams.sales.peeple": {"low": 1, "high": 3}}, 0.8), "peeple"),
    ],
)
def test_a_wrong_question_is_said(asked: tuple[str, dict[str, Any], float], words: str) -> None:
    goal, lever, chance = asked
    with pytest.raises(fs.ScenarioError) as error:
        fs.goal_seek(short(), goal, lever, chance=chance)
    assert words in str(error.value)


# ---- commands ---------------------------------------------------------------------------------


def test_the_command_prints_what_to_choose_and_the_limits(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    months = "horizon = { warm_up_months = 1, period_months = 3, drain_months = 1 }"
    (tmp_path / "firm.toml").write_text(TEXT.replace("[horizon]\nperiod_months = 12", months))
    file.write_text(
        f"""scenario = "firm.toml"
margin = 5_000
trials = 10
replications = 25
fresh = 50
[levers]
"{INQUIRIES}" = {{ low = 48, high = 52 }}
[constraints]
means.won = {{ at_least = 2 }}
"""
    )
    told = says(call("optimise", str(file), "--jobs", "1"))
    assert "Choose point" in told
    assert "stands at the high end of its range" in told
    assert "must be at least 2: it is" in told
    assert f'change."{INQUIRIES}" = 52' in told
    document = json.loads(call("optimise", str(file), "--jobs", "1", "--json").stdout)
    assert document["point"] == {INQUIRIES: 52}
    assert sorted(each["point"][INQUIRIES] for each in document["tried"]) == [48, 49, 50, 51, 52]


def test_the_command_seeks_a_goal() -> None:
    words = ["goal-seek", "first_steps", "--goal", "contracts", "--lever", PEOPLE]
    result = call(*words, "--low", "1", "--high", "4", "--replications", "25", "--jobs", "1")
    assert result.exit_code == 0
    assert "The least teams.sales.people that reaches the goal contracts" in says(result)
    assert call(*words, "--low", "a", "--high", "4").exit_code == 2


# ---- a scenario alone, and a search that is stopped ---------------------------------------------


def test_a_scenario_alone_has_its_people_and_its_media_as_levers() -> None:
    """By hand (OP8): a team, a channel with a curve, one whose inquiries are bought, and one without."""
    text = TEXT + (
        '[channels.ads]\nkind = "advertising"\ncost_per_month = 4000\ninquiries_per_month = 20\n'
        "response = { at_cost_per_month = 4000, ceiling = 60 }\n"
        '[channels.bought]\nkind = "pr"\ninquiries_per_month = 10\ncost_per_inquiry = 50\n'
    )
    search = search_of_firm(parse(text))
    ranges = {lever.key: (lever.low, lever.high) for lever in search.study.levers}
    assert ranges == {
        PEOPLE: (1, 3),
        "channels.ads.cost_per_month": (0.0, 8_000.0),
        "channels.bought.inquiries_per_month": (5.0, 15.0),
    }
    (total,) = search.limits.totals
    assert total.weights == {
        PEOPLE: 6_000.0,
        "channels.ads.cost_per_month": 1.0,
        "channels.bought.inquiries_per_month": 50.0,
    }
    assert total.at_most == 2 * 6_000 + 4_000 + 10 * 50
    assert search.margin == pytest.approx(0.01 * 12 * total.at_most)
    assert "1,000 a month more in website (no response curve says" in " ".join(search.about)
    assert search_of_firm(parse(text), budget=20_000).limits.totals[0].at_most == 20_000


def test_the_command_optimises_a_scenario_alone_within_a_budget() -> None:
    told = says(call("optimise", "first_steps", "--trials", "10", "--budget", "18000", "--jobs", "1"))
    assert "Tried: teams.sales.people from 1 to 3." in told
    assert "Together they may cost 18 thousand USD a month" in told
    refused = call("optimise", "first_steps", "--budget", "100")
    assert refused.exit_code == 2
    assert "the constraints contradict each other" in refused.stderr


def test_options_of_a_scenario_do_not_go_with_a_search(tmp_path: Path) -> None:
    file = tmp_path / "search.toml"
    file.write_text(f'scenario = "first_steps"\nmargin = 1\n[levers]\n"{PEOPLE}" = {{ low = 1, high = 2 }}\n')
    result = call("optimise", str(file), "--budget", "5")
    assert (result.exit_code, "--budget is for a scenario alone" in result.stderr) == (2, True)


@pytest.mark.parametrize("better", [True, False])
def test_a_search_that_is_stopped_tells_the_best_so_far_and_never_worse_than_today(better: bool) -> None:
    """Stopped in the fourth trial (OP9): more inquiries are better, a third of them are not."""
    low, high = (48, 60) if better else (10, 14)
    done: list[int] = []

    def stop(years: int) -> None:
        done.append(years)
        if sum(done) >= 85:
            raise KeyboardInterrupt

    document = load("first_steps").document
    document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    found = fs.optimise(
        load("first_steps").beginning(document),
        levers={INQUIRIES: {"low": low, "high": high}},
        margin=5_000,
        trials=10,
        replications=25,
        jobs=1,
        progress=stop,
    )
    assert found.stopped
    assert found.confirmed is None
    assert len(found.tried) < 10
    assert found.sentences[0].startswith(
        f"Stopped after {len(found.tried)} of 10 trials: this is the best so"
    )
    page = " ".join(as_text(optimise_page(found)).split())
    assert "Choose" not in page
    if better:
        assert "Best so far: point" in page
        assert "Best so far: the point that is ahead in the trials." in page
        assert "The best so far, as a strategy to compare" in page
        assert found.point[INQUIRIES] >= 48
        assert found.gain.low > 0
    else:
        assert found.chosen == "today"
        assert found.point == {}
        assert "Stay with today" in " ".join(found.sentences)


def test_a_search_that_is_stopped_before_any_point_has_no_answer() -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fs.optimise(load("first_steps"), levers={PEOPLE: [1, 2]}, margin=5_000, trials=10, progress=stop)


# ---- a store ------------------------------------------------------------------------------------


def kept_search(store: Path, progress: Any = lambda _: None, **others: Any) -> fs.OptimiseResult:
    document = load("first_steps").document
    document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    asked: dict[str, Any] = {
        "levers": {INQUIRIES: {"low": 20, "high": 60}},
        "constraints": {"means": {"won": {"at_least": 2}}, "chances": {"contracts": 0.01}},
        "margin": 5_000,
        "trials": 10,
        "replications": 50,
        "fresh": 30,
        "jobs": 1,
    }
    firm = load("first_steps").beginning(document)
    return fs.optimise(firm, **asked | others, store=store, progress=progress)


def test_a_search_with_a_store_is_the_same_and_a_second_run_simulates_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trials, race and confirmation come from the store (OP10)."""
    first = kept_search(tmp_path / "kept")
    again: list[int] = []
    monkeypatch.setattr("funnelsim.studies.study.replicate", None)
    monkeypatch.setattr("funnelsim.planning.kept.replicated", None)
    second = kept_search(tmp_path / "kept", again.append)
    assert again == []
    monkeypatch.undo()
    alone = kept_search(tmp_path / "other")
    for found in (second, alone):
        assert found.sentences == first.sentences
        assert found.point == first.point
        assert found.table.equals(first.table)
        assert found.confirmed is not None
        assert first.confirmed is not None
        assert found.confirmed.table.equals(first.confirmed.table)


@pytest.mark.parametrize("share", [0.05, 0.4, 0.98])
def test_a_search_that_was_stopped_goes_on_to_the_same_end(share: float, tmp_path: Path) -> None:
    """Stopped in the first trials, in the race, and in the confirmation."""
    every: list[int] = []
    whole = kept_search(tmp_path / "undisturbed", every.append)
    done = 0

    def stop(years: int) -> None:
        nonlocal done
        done += years
        if done >= share * sum(every):
            raise KeyboardInterrupt

    try:
        assert kept_search(tmp_path / "kept", stop).stopped
    except KeyboardInterrupt:
        assert share < 0.1
    counted: list[int] = []
    found = kept_search(tmp_path / "kept", counted.append)
    assert (found.sentences, found.point) == (whole.sentences, whole.point)
    there, wanted = (
        sorted(file.name for file in (tmp_path / name / "worlds").iterdir())
        for name in ("kept", "undisturbed")
    )
    assert there == wanted


def test_a_store_lists_what_searches_keep(tmp_path: Path) -> None:
    (tmp_path / "search.toml").write_text(
        f'scenario = "first_steps"\nmargin = 50_000\ntrials = 10\nreplications = 25\nfresh = 20\n'
        f'[levers]\n"{PEOPLE}" = {{ low = 1, high = 2 }}\n'
    )
    words = ["optimise", str(tmp_path / "search.toml"), "--store", str(tmp_path / "kept"), "--jobs", "1"]
    assert call(*words).exit_code == 0
    assert "searches for the" in says(call("store", str(tmp_path / "kept")))
    assert says(call("store", str(tmp_path / "kept"), "--prune")) == "Nothing to remove"

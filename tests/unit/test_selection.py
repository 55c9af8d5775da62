"""The race of many strategies: KN by hand, against a second program, and as `select` runs it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from benchmarks.guarantees import pools
from benchmarks.guarantees import selection as guarantees
from scipy import stats

import funnelsim as fs
from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.selection import BLOCK, FIRST, Race, begin, eta, skew
from funnelsim.planning import select as planning
from funnelsim.scenario import Scenario, courses_of, parse
from funnelsim.studies import study
from funnelsim.studies.replication import Plan, replicate

from .test_cli import call, says

# ---- by hand --------------------------------------------------------------------------------

# Three blocks and alpha = 0.2 make eta = (1/0.2 - 1)/2 = 2 with three strategies, and h^2 = 2 x 2 x 2 = 8.
ALPHA = 0.2
EVEN = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 1.0], [0.0, 3.0, 3.0]])  # each pair has a variance of 1
NOISY = np.array([[0.0, 9.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])  # 27 with the second, else 0


def test_a_race_by_hand() -> None:
    race = Race.begin(EVEN, margin=1.0, alpha=ALPHA)  # W = (8 - 3)/6 = 0.83; means 0, 2 and 2
    assert race.left.tolist() == [False, True, True]
    assert (race.by[0], race.behind[0], int(race.most_blocks)) == (1, 2.0, 9)
    race = race.after(np.array([99.0, 1.0, 4.0]))  # W = (8 - 4)/8 = 0.5; means 1.75 and 2.5
    assert race.left.tolist() == [False, False, True]
    assert (race.by[1], race.behind[1]) == (2, 0.75)
    assert race.seen.tolist() == [3, 4, 4]
    assert race.means.tolist() == [0.0, 1.75, 2.5]


def test_a_lead_that_chance_explains_puts_nobody_out() -> None:
    race = Race.begin(EVEN, margin=1.0, alpha=ALPHA).after(np.array([0.0, 1.0, 2.9]))  # ahead by 0.475
    assert race.left.tolist() == [False, True, True]
    assert int(race.winner) == 2


def test_a_race_ends_with_the_first_blocks_where_the_margin_is_wide() -> None:
    race = Race.begin(EVEN, margin=2.0, alpha=ALPHA)  # 8/4 = 2 blocks would do; the means of two are equal
    assert race.left.tolist() == [False, True, False]
    assert (race.by[2], race.behind[2]) == (1, 0.0)


def test_each_pair_has_the_variance_of_its_own_difference() -> None:
    race = Race.begin(NOISY, margin=1.0, alpha=ALPHA)
    assert race.left.tolist() == [False, True, True]
    assert (race.by[0], race.behind[0]) == (2, 1.0)  # not by the second, which is ahead by 3
    assert int(race.most_blocks) == 8 * 27 + 1


@pytest.mark.parametrize(("k", "blocks", "alpha"), [(2, 10, 0.05), (5, 10, 0.05), (200, 50, 0.01)])
def test_eta_solves_the_equation_of_the_paper(k: int, blocks: int, alpha: float) -> None:
    assert (1 + 2 * eta(k, blocks, alpha)) ** (-(blocks - 1) / 2) / 2 == pytest.approx(alpha / (k - 1))


# ---- against a second program ---------------------------------------------------------------


def naive(profits: Floats, first: int, margin: float, alpha: float) -> tuple[int, list[int]]:
    """Run KN as the paper words it, with indices from its page: who is selected, and who saw how much."""
    k = profits.shape[1]
    h2 = 2 * ((2 * alpha / (k - 1)) ** (-2 / (first - 1)) - 1) / 2 * (first - 1)
    pairs = [(i, j) for i in range(k) for j in range(k) if i != j]
    s2 = {(i, j): float(np.var(profits[:first, i] - profits[:first, j], ddof=1)) for i, j in pairs}
    most = max(math.floor(h2 * s2[pair] / margin**2) for pair in pairs)
    seen, left, r = [first] * k, list(range(k)), first
    while True:
        means = [float(np.mean(profits[:r, i])) for i in range(k)]
        if r > most:
            return max(left, key=means.__getitem__), seen
        w = {pair: max(0.0, margin / (2 * r) * (h2 * value / margin**2 - r)) for pair, value in s2.items()}
        left = [i for i in left if all(means[i] >= means[j] - w[i, j] for j in left if j != i)]
        if len(left) == 1:
            return left[0], seen
        r += 1
        for i in left:
            seen[i] = r


def test_races_are_those_of_a_second_program() -> None:
    rng = np.random.default_rng(5)
    ends = set()
    for _ in range(40):
        k, first = int(rng.integers(2, 7)), int(rng.integers(3, 12))
        profits = rng.normal(0.1 * np.arange(k), rng.uniform(0.2, 2, k), (3_000, k))
        race = Race.begin(profits[:first], margin=0.3, alpha=0.1)
        for block in profits[first:]:
            if race.over:
                break
            race = race.after(block)
        assert race.over
        selected, seen = naive(profits, first, 0.3, 0.1)
        assert int(race.winner) == selected
        assert race.seen.tolist() == seen
        ends.add(race.blocks)
    assert len(ends) > 20


def test_races_side_by_side_are_those_one_by_one() -> None:
    profits = np.random.default_rng(2).normal(0.2 * np.arange(4), 1, (6, 200, 4))
    together = Race.begin(profits[:, :10], 0.3)
    alone = [Race.begin(each[:10], 0.3) for each in profits]
    for block in range(10, 200):
        together = together.after(profits[:, block])
        alone = [race if race.over else race.after(profits[n, block]) for n, race in enumerate(alone)]
    for n, race in enumerate(alone):
        for name in ("left", "seen", "by"):
            assert np.array_equal(getattr(together, name)[n], getattr(race, name))
        assert together.sums[n] == pytest.approx(race.sums, rel=1e-12)
    assert together.only(together.over).over.all()


@pytest.mark.parametrize(("correlation", "observations"), [(0.0, 400), (0.5, 202)])
def test_the_best_is_selected_as_often_as_claimed(correlation: float, observations: float) -> None:
    """The hardest means for five strategies; how many observations another program took."""
    means = guarantees.shaped("slippage", 5, guarantees.WIDE)
    draw = guarantees.made_up(means, correlation, "normal")
    case = guarantees.Case("", draw, means, guarantees.WIDE)
    found = guarantees.run(case, 600, np.random.default_rng(3))
    assert found.p_value > 1e-3
    error = found.observed.std() / math.sqrt(found.races)
    assert found.observations == pytest.approx(observations, abs=4 * error)


@pytest.mark.parametrize("noise", ["lognormal", "rare"])
def test_made_up_noise_has_the_moments_that_are_told(noise: str) -> None:
    drawn = guarantees.NOISES[noise](np.random.default_rng(1), (400_000,))
    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    assert stats.skew(drawn) == pytest.approx({"lognormal": 3.0, "rare": 6.86}[noise], rel=0.07)


def test_the_table_of_guarantees_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarantees, "POOL", 20)
    monkeypatch.setattr(guarantees, "PRESETS", ("first_steps",))
    monkeypatch.setattr(guarantees, "SKEWED", [("slippage", guarantees.WIDE, guarantees.RIVAL, None)])
    table = guarantees.table(20)
    assert "| slippage, rare of a rival, correlation 0.5, wide margin | by the rule |" in table
    margin = pools.simulated("first_steps", 20).margin
    assert f"| first_steps, slippage | 3 | {margin:,.0f} |" in table
    assert "They agree within noise" in table


# ---- what is skewed -------------------------------------------------------------------------


def test_what_differs_in_few_worlds_is_doubtful() -> None:
    base = np.random.default_rng(1).normal(10, 1, FIRST)
    seldom = base - np.where(
        np.arange(FIRST) % 20 == 0, 1.0 + np.arange(FIRST) % 40, 0.0
    )  # in 10 of 200 worlds
    found = skew(np.stack([base, seldom, base], axis=1), np.ones(3, bool))
    assert found.skewed.tolist() == found.doubtful.tolist() == [False, True, False]


def test_profits_that_are_skewed_alike_are_not_skewed() -> None:
    rng = np.random.default_rng(1)
    large = rng.exponential(10, FIRST) ** 2
    assert abs(stats.skew(large)) > 2
    pair = np.stack([large, large + rng.normal(0.1, 1, FIRST)], axis=1)
    assert not skew(pair, np.ones(2, bool)).skewed.any()
    assert begin(pair, 0.1).block == 1


def test_who_is_out_anyway_asks_for_no_blocks() -> None:
    rng = np.random.default_rng(1)
    near, far = rng.normal(0, 1, (FIRST, 2)), rng.exponential(1, (FIRST, 1)) - 9
    begun = begin(np.concatenate([near, far], axis=1), 0.1)
    assert (begun.block, begun.race.left.tolist()) == (1, [True, True, False])
    assert begin(np.concatenate([near, far + 8], axis=1), 0.1).block == BLOCK


# ---- select ---------------------------------------------------------------------------------

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 12, drain_months = 0 }
currency = "EUR"
[segments.all]
contract_value = 1000
gross_margin = 0.5
[channels.web]
kind = "seo"
inquiries_per_month = 20
cost_per_month = 500
[stages.call]
conversion = 0.5
[strategies.more]
change = { "channels.web.inquiries_per_month *=" = 1.1 }
[strategies.dear]
change = { "channels.web.cost_per_month" = 1000 }
[strategies.same]
change = { "channels.web.cost_per_month" = 500 }
[strategies.better]
change = { "stages.call.conversion" = 0.555 }
"""  # 240 inquiries a year, half of them won at 500: better is 600 ahead of more, and 6,600 of today
RARE = """
[segments.large]
contract_value = 200000
gross_margin = 0.5
"""


def firm(text: str = FIRM) -> Scenario:
    return parse(text)


@pytest.fixture(scope="module")
def decided() -> fs.SelectionResult:
    return fs.select(firm(), margin=150, jobs=1, fresh=60)


def profits(scenario: Scenario, strategies: list[str], worlds: int) -> Floats:
    found = fs.compare(scenario, strategies=strategies, replications=worlds, jobs=1)
    parts = [found[name].forecast.parts("profit", "all", found.comparison.expected)[0] for name in found]
    return np.concatenate(parts, axis=1)


def test_the_best_is_selected_from_the_worlds_of_every_study(decided: fs.SelectionResult) -> None:
    assert decided.chosen == "better"
    names, table = list(decided.strategies), decided.table
    worlds = profits(firm(), names, decided.done)
    race = Race.begin(worlds[:FIRST], 150)
    for block in worlds[FIRST:]:
        race = race if race.over else race.after(block)
    assert race.seen.tolist() == (decided.race.seen).tolist()
    assert table["mean"].to_numpy() == pytest.approx(race.means, rel=1e-12)
    assert table.loc["better", ["eliminated_after", "by"]].isna().all()
    out = table.drop("better")
    assert (out["worlds"] >= out["eliminated_after"]).all()
    assert (out["worlds"] - out["eliminated_after"] < planning.STEP).all()
    assert table["worlds"].nunique() > 1  # who was out was simulated no further
    assert (out["behind"] > 0).all()


def test_the_winner_is_confirmed_in_worlds_that_were_not_used(decided: fs.SelectionResult) -> None:
    confirmed = decided.confirmed
    assert confirmed is not None
    assert list(confirmed) == ["today", "better"]
    expected = profits(firm(), ["today", "better"], decided.done + 60)[decided.done :]
    found = [
        confirmed[name].forecast.parts("profit", "all", confirmed.comparison.expected)[0]
        for name in confirmed
    ]
    assert np.array_equal(np.concatenate(found, axis=1), expected)


def test_every_simulation_is_reported_once(decided: fs.SelectionResult) -> None:
    told: list[int] = []
    fs.select(firm(), margin=150, jobs=1, fresh=60, progress=told.append)
    assert sum(told) == decided.worlds.sum() + 2 * 60


def test_what_is_not_decided_goes_on_without_simulating_again() -> None:
    told: list[int] = []
    start = fs.select(firm(), margin=150, jobs=1, fresh=20, at_most=200)
    assert start.chosen is None
    assert start.confirmed is None
    assert start.left == ("more", "better")
    assert "Not decided after 200 simulated years" in start.sentences[0]
    assert start.go_on(200).table.equals(start.table)
    further = start.go_on(20_000, progress=told.append)
    whole = fs.select(firm(), margin=150, jobs=1, fresh=20, at_most=20_000)
    assert further.table.equals(whole.table)
    assert further.done <= start.most_worlds + planning.STEP
    assert sum(told) == (further.worlds - start.worlds).sum() + 40
    with pytest.raises(ValueError, match="is decided already: better"):
        further.go_on(30_000)


def test_of_strategies_that_are_the_same_the_first_is_selected() -> None:
    found = fs.select(firm(), strategies=["same", "today"], margin=100, fresh=20, jobs=1)
    assert (found.chosen, found.race.behind[1]) == ("same", 0.0)
    assert (
        found.sentences[1] == "On average today brings exactly as much as same: the first one listed is kept."
    )
    assert list(found.confirmed or ()) == ["today", "same"]


def test_today_can_be_the_best() -> None:
    found = fs.select(firm(), strategies=["dear", "today"], margin=100, fresh=20, jobs=1)
    assert found.chosen == "today"
    assert list(found.confirmed or ()) == ["today"]
    assert "the other one does not bring over 100 EUR more" in found.sentences[0]
    assert "a profit of" in found.sentences[-1]


def test_skewed_money_is_looked_at_in_blocks() -> None:
    """Two strategies that bring the same on average, each at times from a large contract of its own."""
    shares = "cost_per_month = 500\nsegments = { all = 0.995, large = 0.005 }\n"
    text = FIRM.replace("cost_per_month = 500\n", shares).replace("0.555", "0.55") + RARE
    found = fs.select(firm(text), strategies=["more", "better"], margin=500, fresh=20, jobs=1, at_most=250)
    assert (found.block, found.left) == (BLOCK, ("more", "better"))
    assert found.worlds.tolist() == [240, 240]  # whole blocks
    assert found.race.seen.tolist() == [12, 12]
    assert found.doubtful == ("more",)
    assert found.warnings[0].startswith(
        "The profit of more turns on rare events: even the means of blocks of 20"
    )


def test_many_strategies_are_raced_a_few_at_a_time() -> None:
    wanted = {
        f"s{n}": {"always": True, "change": {"channels.web.cost_per_month": 600.0 + 10 * n}}
        for n in range(40)
    }
    scenario = firm().with_strategies(wanted).with_changes({"channels.web.inquiries_per_month": 5})
    found = fs.select(scenario, margin=1_000, fresh=20, jobs=1)
    assert found.chosen == "better"
    assert len(found.table) == 45
    assert found.worlds.sum() < 1.1 * 45 * FIRST


def test_strategies_that_are_simulated_together_do_not_matter(
    decided: fs.SelectionResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "TOGETHER", 2)
    again = fs.select(firm(), margin=150, jobs=2, fresh=60)
    assert again.table.equals(decided.table)
    assert again.sentences == decided.sentences


def interrupted_after(calls: int) -> Callable[..., Any]:
    counted = iter(range(10_000))

    def run(*arguments: Any) -> Any:
        if next(counted) >= calls:
            raise KeyboardInterrupt
        return replicate(*arguments)

    return run


def test_what_is_stopped_is_kept(decided: fs.SelectionResult, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(study, "replicate", interrupted_after(2))
        stopped = fs.select(firm(), margin=150, jobs=1, fresh=60)
    assert stopped.stopped
    assert stopped.done == FIRST + planning.STEP
    assert stopped.sentences[0].startswith("Stopped after 220 simulated years: ")
    assert stopped.go_on(5_000).table.equals(decided.table)
    monkeypatch.setattr(study, "replicate", interrupted_after(0))
    with pytest.raises(KeyboardInterrupt):
        fs.select(firm(), margin=500, jobs=1)


UNCERTAIN = '[uncertainties]\n"stages.call.conversion" = { low = 0.3, likely = 0.5, high = 0.6 }\n'


def test_a_study_may_begin_with_any_world() -> None:
    courses = courses_of(firm(FIRM + UNCERTAIN), ["today"])
    whole = replicate(courses, Plan(105, jobs=1))["today"]
    part = replicate(courses, Plan(10, jobs=1, first=95))["today"]
    assert part.worlds["replication"].tolist() == list(range(95, 105))
    assert np.array_equal(part.tally.sums, whole.tally.sums[95:])
    assert part.twins is not None
    assert np.array_equal(part.twins.tally.sums, whole.twins.tally.sums[95:])  # type: ignore[union-attr]
    assert not replicate(courses, Plan(10, jobs=1, twins=False))["today"].twins


def test_an_uncertain_firm_is_raced_without_twins() -> None:
    told: list[int] = []
    found = fs.select(
        firm(FIRM + UNCERTAIN),
        strategies=["today", "dear"],
        margin=500,
        fresh=20,
        jobs=1,
        progress=told.append,
    )
    assert found.chosen == "today"
    assert sum(told) == found.worlds.sum() + 20


# ---- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"margin": 0}, "the margin is 0: it must be an amount of money above 0"),
        ({"margin": -5}, "the margin is -5: it must be"),
        ({"margin": math.nan}, "the margin is nan: it must be"),
        ({"strategies": ["today"]}, "there is one strategy to select from: name two at least"),
        ({"strategies": ["today", "today"]}, "strategies must be different names"),
        (
            {"strategies": ["today", "nobody"]},
            "strategies.nobody does not exist; expected one of today, more",
        ),
        ({"alpha": 0.5}, "alpha is 0.5: it must be above 0 and below 0.5"),
        ({"at_most": 199}, "at most 199 worlds of each strategy: expected a whole number from 200"),
        ({"at_most": 500.5}, "at most 500.5 worlds of each strategy: expected a whole number from 200"),
        ({"fresh": 0}, "simulated in 0 fresh worlds: expected a whole number from 1 to 1,000,000"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
)
def test_what_cannot_be_raced_is_refused(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fs.select(firm(), **{"margin": 100, "jobs": 1} | asked)


# ---- the command ----------------------------------------------------------------------------

FEW = ("--fresh", "20", "--jobs", "1")


def test_the_command_says_which_is_best() -> None:
    told = call("select", "first_steps", "--margin", "20000", *FEW, "--all")
    assert told.exit_code == 0
    assert max(map(len, told.stdout.splitlines())) <= 100
    assert "first_steps: the best of 3 strategies, in the same worlds" in says(told)
    assert "Best on profit of 3 strategies is more inquiries: with a confidence of 95 %" in says(told)
    assert "Next, try: funnelsim run first_steps --strategy more_inquiries" in says(told)


def test_the_command_says_who_is_left() -> None:
    words = (
        "select",
        "first_steps",
        "--margin",
        "500",
        "--at-most",
        "200",
        "--strategies",
        "today,more_inquiries",
    )
    told = call(*words, *FEW)
    assert told.exit_code == 1
    assert "not decided within 200 simulated years: today, more_inquiries are left" in told.stderr
    assert "Next, try: funnelsim select first_steps \\ --margin 500 \\ --at-most" in says(told)
    document = json.loads(call(*words, *FEW, "--json").stdout)
    assert document["selected"] is None
    assert document["left"] == ["today", "more_inquiries"]
    assert document["race"]["today"]["worlds"] == 200


def test_the_command_refuses_a_margin_of_zero() -> None:
    told = call("select", "first_steps", "--margin", "0")
    assert told.exit_code == 2
    assert "the margin is 0: it must be an amount of money above 0" in told.stderr


def test_a_pool_is_what_a_comparison_simulates() -> None:
    pool = pools.simulated("first_steps", 20)
    compared = fs.compare(fs.load("first_steps"), replications=20, jobs=1)
    earned = compared.comparison.earned
    assert pool.pairs == [(0, 1), (0, 2), (1, 2)]
    for place, name in enumerate(compared):
        assert pool.profits[:, place] == pytest.approx(earned.counted[name])
        assert (pool.contracts[:, place] == earned.contracts[name]).all()
        assert pool.sizes[place] == pytest.approx(earned.sizes[name])
    spreads = [np.std(pool.profits[:, other] - pool.profits[:, base]) for base, other in pool.pairs]
    assert pool.margin == pytest.approx(np.median(spreads) / 10, rel=0.5)

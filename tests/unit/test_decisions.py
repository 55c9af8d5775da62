"""Differences in the same worlds, and verdicts read aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions import Comparison, holm
from funnelsim.decisions.significance import mcnemar
from funnelsim.engines.fold import DIMENSIONS, Basis, Measure, line_bounds, new_tally, stack
from funnelsim.forecast import Forecast, Goal
from funnelsim.metrics.figure import Unit
from funnelsim.metrics.wording import amount, money_range
from funnelsim.model.words import DAY, Event

from .small_firm import NAMES, firm

YEARS = 400
RNG = np.random.default_rng(1)
SIGNED = " Profit is from the contracts signed in the year, over their terms of up to 4 years."
WORLD = RNG.normal(0, 100_000, YEARS)  # good and bad years, the same for every strategy


def noise(seed: int, size: float = 20_000) -> Floats:
    return np.random.default_rng(seed).normal(0, size, YEARS)


def forecast(
    profit: Floats, cost: Floats | float = 0.0, months: int = 12, goals: Sequence[Goal] = ()
) -> Forecast:
    """A year with this profit and cost in each world, from contracts of one to four years."""
    model = firm()._replace(months=np.arange(months + 1) * 30 * DAY)
    found = stack([new_tally(model, 3)] * len(profit))
    everything = found.sums[:, 0, :, Basis.PERIOD]
    everything[:, (Event.MARGIN, Event.EXPECTED_MARGIN), Measure.MONEY] = np.add(profit, cost)[:, None]
    everything[:, Event.PAY, Measure.MONEY] = cost
    return Forecast(model, NAMES, found, goals, terms=(1.0, 4.0))


def compare(months: int = 12, years: int = YEARS, **gains: Floats | float) -> Comparison:
    """Today, and strategies that bring so much more in each world."""
    worlds = {"today": WORLD} | {name: WORLD + gain for name, gain in gains.items()}
    return Comparison({name: forecast(profit[:years], months=months) for name, profit in worlds.items()})


def test_difference_of_normal_years_has_the_paired_t_interval() -> None:
    gain = 5_000 + noise(2)
    found = compare(more=gain).differences()["more"]
    error = gain.std(ddof=1) / math.sqrt(YEARS)
    low, high = stats.t.interval(0.95, YEARS - 1, gain.mean(), error)
    # A quantile of 1,999 resamples is known to 0.06 errors.
    assert (found.low, found.high) == pytest.approx((low, high), abs=4 * 0.06 * error)
    assert found.mean == pytest.approx(gain.mean())
    assert found.ahead.value == np.mean(gain > 0)


def test_ahead_follows_the_direction_in_which_a_figure_improves() -> None:
    forecasts = {"today": forecast(WORLD, 100.0), "thrift": forecast(WORLD, 90.0)}
    found = Comparison(forecasts).differences("cost")["thrift"]
    assert (found.mean, found.ahead.value, found.years) == (-10, 1.0, YEARS)


def test_paired_interval_of_a_ratio_covers() -> None:
    rng = np.random.default_rng(3)
    trials, covered, printed = 400, 0, 0
    for _ in range(trials):
        world = rng.normal(100, 20, 30)
        cost = rng.uniform(50, 60, 30)
        strategies = {
            "today": forecast(world, cost),
            "more": forecast(world + 20 + rng.normal(0, 10, 30), cost + 10),
        }
        found = Comparison(strategies).differences("roi")["more"]
        printed += not math.isnan(found.low)
        covered += found.low <= 120 / 65 - 100 / 55 <= found.high
    assert printed > 0.9 * trials
    assert abs(covered / printed - 0.95) < 4 * math.sqrt(0.95 * 0.05 / printed)


def test_relative_change() -> None:
    value, low, high = Comparison({"today": forecast(WORLD, 100.0), "more": forecast(WORLD, 125.0)}).relative(
        "more", "cost"
    )
    assert (value, low, high) == pytest.approx((0.25, 0.25, 0.25))


def test_return_on_the_extra_money() -> None:
    dearer = forecast(WORLD + 3_000 + noise(4, 100), 1_000.0)
    found = Comparison({"today": forecast(WORLD), "dearer": dearer}).return_on_extra("dearer")
    assert found is not None
    assert found.low < 4 < found.high
    assert found.value == pytest.approx(4, abs=0.02)


@pytest.mark.parametrize("cost", [0.0, -1_000.0, noise(5)])
def test_no_return_where_the_cost_does_not_surely_rise(cost: Floats | float) -> None:
    comparison = Comparison({"today": forecast(WORLD, 5_000.0), "other": forecast(WORLD, 5_000.0 + cost)})
    assert comparison.return_on_extra("other") is None


def test_more_commission_alone_is_no_extra_money() -> None:
    busier = forecast(WORLD + 3_000 + noise(4, 100), 1_000.0)
    for event in (Event.COMMISSION, Event.EXPECTED_COMMISSION):
        busier.tallies.sums[:, 0, event, Basis.PERIOD, Measure.MONEY] += 500
    comparison = Comparison({"today": forecast(WORLD, 1_000.0), "busier": busier})
    assert comparison.differences("cost")["busier"].mean == pytest.approx(500)
    assert comparison.return_on_extra("busier") is None


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_keeps_false_findings_rare() -> None:
    rng = np.random.default_rng(6)
    trials, wrong = 300, 0
    for _ in range(trials):
        world = rng.normal(0, 1, 30)
        gains = [0.0, *rng.normal(0, 1, (5, 30))]
        strategies = {str(number): forecast(world + gain) for number, gain in enumerate(gains)}
        wrong += any(found.sure for found in Comparison(strategies).differences().values())
    assert wrong / trials < 0.05 + 4 * math.sqrt(0.05 * 0.95 / trials)


def test_verdict_where_nothing_beats_today() -> None:
    comparison = compare(one_more_rep=-49_000 + noise(7, 60_000), shared_queue=noise(8), richer_mix=noise(9))
    rep = comparison.differences()["one_more_rep"]
    assert comparison.verdict() == (
        "Nothing beats today on profit; "
        f"one more rep would cost on average {money_range(-rep.high, -rep.low, 'USD')}; "
        "the other two (shared queue and richer mix) cannot be told apart from today at 400 simulated years."
        f"{SIGNED}"
    )


def test_verdict_with_a_clear_best() -> None:
    comparison = compare(hot_to_best=30_000 + noise(10), shared_queue=10_000 + noise(11), more=noise(12))
    verdict = comparison.verdict()
    assert verdict.startswith("Best on profit is hot to best: it would earn on average 2")
    assert "thousand USD more than today (ahead in 9" in verdict
    assert "% of simulated years), and 1" in verdict
    assert "more than the next best, shared queue; shared queue would earn " in verdict
    assert verdict.endswith(f"; more cannot be told apart from today at 400 simulated years.{SIGNED}")


def test_verdict_with_one_that_beats_today() -> None:
    verdict = compare(hot_to_best=30_000 + noise(10), dear=-30_000 + noise(11)).verdict()
    assert verdict.count(";") == 1
    assert verdict.startswith("Best on profit is hot to best: it would earn ")
    assert "; dear would cost " in verdict


def test_verdict_with_several_that_cannot_be_told_apart() -> None:
    verdict = compare(left=20_000 + noise(13), right=20_000 + noise(14), worse=-20_000 + noise(15)).verdict()
    assert "left would beat today on profit by " in verdict.lower()
    assert verdict.count(" thousand USD on average; ") == 2
    assert "; right would beat today on profit by " in verdict
    assert any(
        f"; {pair} cannot be told apart at 400 simulated years; worse would cost " in verdict
        for pair in ("left and right", "right and left")
    )


def test_verdict_where_a_noisy_strategy_may_be_as_good_as_the_best() -> None:
    verdict = compare(steady=10_000 + noise(16, 1_000), wild=10_000 + noise(17, 400_000)).verdict()
    assert "; steady and wild cannot be told apart at 400 simulated years; " in verdict
    assert verdict.endswith(f"; wild cannot be told apart from today at 400 simulated years.{SIGNED}")


def test_verdict_where_everything_is_noise() -> None:
    assert compare(left=noise(18), right=noise(19)).verdict() == (
        "Nothing beats today on profit; "
        f"the two strategies (left and right) cannot be told apart from today at 400 simulated years.{SIGNED}"
    )


def test_verdict_on_strategies_that_change_nothing() -> None:
    comparison = compare(same=0.0, twin=0.0, dear=-1_000.0)
    assert comparison.makes_no_difference("same")
    assert comparison.verdict() == (
        "Nothing beats today on profit; dear would cost on average 1 thousand USD; "
        f"same and twin would make no difference at all.{SIGNED}"
    )


def test_rounding_is_no_difference() -> None:
    comparison = compare(reordered=1e-9)
    assert not comparison.makes_no_difference("reordered")
    assert comparison.differences()["reordered"].p_value == 1
    wanted = f"reordered cannot be told apart from today at 400 simulated years.{SIGNED}"
    assert comparison.verdict().endswith(wanted)


def test_verdict_over_half_a_year() -> None:
    verdict = compare(months=6, good=30_000 + noise(20)).verdict()
    of_half_a_year = SIGNED.replace("the year", "the 6 months")
    assert "thousand USD more than today (ahead in " in verdict
    assert verdict.endswith(f" % of simulated periods).{of_half_a_year}")


def test_a_verdict_calls_strategies_by_their_titles() -> None:
    worlds = {"today": WORLD, "richer_mix": WORLD + 30_000, "rep": WORLD - 30_000 + noise(24)}
    forecasts = {name: forecast(profit) for name, profit in worlds.items()}
    titles = {"today": "the plan of 2025", "richer_mix": "Search instead of ads", "rep": "a fourth rep"}
    verdict = Comparison(forecasts, called=titles.__getitem__).verdict()
    assert verdict.startswith(
        "Best on profit is Search instead of ads: it would earn on average 30 thousand USD more"
    )
    assert "than the plan of 2025 (ahead in 100 % of simulated years); a fourth rep would cost " in verdict


def test_equal_chances_in_paired_years() -> None:
    one, other = np.random.default_rng(5).random((2, 300)) < [[0.5], [0.42]]
    only_one, only_other = int(np.sum(one & ~other)), int(np.sum(other & ~one))
    expected = stats.binomtest(only_one, only_one + only_other).pvalue
    assert mcnemar(one, other) == mcnemar(other, one) == pytest.approx(expected)
    assert mcnemar(one, one) == 1


def test_a_verdict_speaks_of_goals() -> None:
    """Of 400 years those of rank 300 on reach a profit of 300; twice as many with 100 more."""
    goals = [Goal("some", "profit", at_least=300), Goal("lots", "profit", at_least=9_000)]
    ranks = np.arange(YEARS, dtype=float)
    worlds = {"today": ranks, "more": ranks + 100, "also": ranks[::-1] + 100, "none": ranks - 1_000}
    forecasts = {name: forecast(profit, goals=goals) for name, profit in worlds.items()}
    verdict = Comparison(forecasts).verdict()
    assert verdict.endswith(
        "The goal some (at least 300 in all) is likeliest with more and also: 50 %, against 25 % with today."
        " No strategy is likely to reach the goal lots (at least 9,000 in all): in none of 400 simulated"
        " years; more and also come nearest, with 300 on average, against 200 with today."  # 199.5 and 299.5
    )
    easy = [Goal("some", "profit", at_least=-2_000.0)]
    forecasts = {name: forecast(profit, goals=easy) for name, profit in worlds.items()}
    assert (
        Comparison(forecasts)
        .verdict()
        .endswith(
            "Every strategy is likely to reach the goal some (at least -2,000 in all): in each of 400"
            " simulated years."
        )
    )


def test_a_goal_that_others_may_reach_as_often() -> None:
    goal, ranks = Goal("income", "profit", at_least=300.0), np.arange(YEARS, dtype=float)
    worlds = {"today": ranks, "more": ranks + 10, "as_much": ranks + 9, "less": ranks - 50}
    forecasts = {name: forecast(profit, goals=[goal]) for name, profit in worlds.items()}
    verdict = Comparison(forecasts).verdict()
    assert verdict.endswith(
        "is likeliest with more: 28 %, against 25 % with today; "
        "the difference from as much is not significant."
    )


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (
            {"at_least": 397.0},  # today in 3 of 400 years, with six more in 9
            "No strategy is likely to reach the goal income (at least 397 in all): at best in 2 % of 400"
            " simulated years; six more comes nearest, with 206 on average, against 200 with today.",
        ),
        (
            {"at_least": 200.0},
            "The goal income (at least 200 in all) is likeliest with six more: 52 %, against 50 % with"
            " today; the difference from the other 6 is not significant.",
        ),
        (
            {"at_least": 8.0},
            "Every strategy is likely to reach the goal income (at least 8 in all): in at least 98 % of 400"
            " simulated years.",
        ),
        (
            {"at_least": 100.0, "at_most": 102.0},  # means are beyond it: today's is the nearest
            "No strategy is likely to reach the goal income (at least 100 and at most 102 in all): at best in"
            " 0.5 % of 400 simulated years; today comes nearest, with 200 on average.",
        ),
    ],
)
def test_a_goal_names_no_crowd_that_cannot_be_told_apart(bounds: dict[str, float], said: str) -> None:
    """Each of seven strategies has 1 more than the one before in every year; the base 0.5 to 399.5."""
    goal, profit = Goal("income", "profit", **bounds), np.arange(YEARS) + 0.5
    names = ("today", "one_more", "two_more", "three_more", "four_more", "five_more", "six_more")
    forecasts = {name: forecast(profit + more, goals=[goal]) for more, name in enumerate(names)}
    verdict = Comparison(forecasts).verdict()
    assert verdict.endswith(f" {said}")


def test_a_goal_out_of_reach_for_the_only_strategy() -> None:
    goal = Goal("costs", "cost", at_most=10.0, each="average_month")
    only = Comparison({"today": forecast(np.zeros(YEARS), cost=132.0 + np.arange(YEARS) % 2, goals=[goal])})
    assert only.verdict().endswith(
        "Today is not likely to reach the goal costs (at most 10 in an average month): in none of 400"
        " simulated years; it stands at 11 in an average month."  # 132.5 / 12 = 11.04
    )


@pytest.mark.parametrize(("years", "told"), [(1, "1 simulated year is"), (19, "19 simulated years are")])
def test_verdict_of_too_few_years(years: int, told: str) -> None:
    comparison = compare(years=years, good=30_000.0 + noise(20))
    assert comparison.verdict() == (
        f"{told} too few to tell strategies apart. It takes about {20 - years} more."
    )
    assert comparison.best() is None
    assert all(math.isnan(each.best) and math.isnan(each.regret) for each in comparison.chances.values())


def test_two_worlds_with_equal_contracts_are_no_certainty() -> None:
    found = compare(years=2, lucky=10_000.0).differences()["lucky"]
    assert (found.sure, found.more_years) == (False, 18)
    assert math.isnan(found.p_value)


def test_too_few_years_with_a_large_contract() -> None:
    """A gain in 3 of 400 years: 20 take 2,667 of them, the skewness 25 (1 - 2p)^2 / (p (1 - p)) = 3,259."""
    rare = np.where(np.arange(YEARS) < 3, 1e6, 0.0)
    comparison = compare(rare=rare, dear=-49_000 + noise(7))
    found = comparison.differences()["rare"]
    assert found.more_years == pytest.approx(3_259 - YEARS, abs=1)
    assert math.isnan(found.low)
    assert not found.sure
    told = "; nothing can be said yet of rare (too few years with a large contract: about 2,900 more)."
    assert told in comparison.verdict()
    assert all(math.isnan(each.best) for each in comparison.chances.values())


def test_where_nothing_can_be_said_no_strategy_is_said_to_be_beaten() -> None:
    told = compare(rare=np.where(np.arange(YEARS) < 3, 1e6, 0.0)).verdict()
    assert told == (
        "Nothing can be said yet of rare (too few years with a large contract: about 2,900 more)."
    )


def test_a_firm_that_loses_money_whatever_it_does_is_told_so() -> None:
    lost = {name: forecast(WORLD - loss) for name, loss in (("today", 90_000), ("dear", 99_000))}
    found = forecast(WORLD - 90_000).estimate("profit")
    least = money_range(-found.high, -found.low, "USD")
    verdict = Comparison(lost).verdict()
    assert verdict.startswith(
        f"Every strategy loses money: today the least, on average {least}. Nothing beats today"
    )
    alone = Comparison({"today": lost["today"]}).verdict()
    assert alone.startswith(
        f"Today loses on average {least} from the contracts signed in the year, over their terms of"
    )
    earns = Comparison(lost | {"rich": forecast(WORLD + 90_000)})
    unsure = Comparison(lost | {"even": forecast(WORLD)})
    assert not any("loses" in each.verdict() for each in (earns, unsure))


@pytest.mark.parametrize("unknown", [True, False])
def test_terms_are_those_of_all_strategies_if_they_are_known(unknown: bool) -> None:
    short, long = (Forecast(firm(), NAMES, forecast(WORLD).tallies, terms=each) for each in ((1, 1), (2, 5)))
    other = Forecast(firm(), NAMES, forecast(WORLD).tallies) if unknown else short
    assert Comparison({"short": short, "long": long, "other": other}).terms() == (None if unknown else (1, 5))


def test_verdict_without_strategies() -> None:
    assert compare().verdict() == "There is nothing to compare today with."


def test_verdict_uses_only_words_of_the_sales_floor() -> None:
    verdicts = [
        compare(one=gain + noise(21), two=-gain + noise(22), three=noise(23)).verdict()
        for gain in (0, 2_000, 50_000)
    ]
    for word in ("replication", "digest", "significan", "p-value", "jackknife", "nan"):
        assert not any(word in verdict for verdict in verdicts)


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(ValueError, match="there is no strategy 'tomorrow'; there are today"):
        Comparison({"today": forecast(WORLD)}, base="tomorrow")
    with pytest.raises(ValueError, match="only in the same simulated years"):
        Comparison({"today": forecast(WORLD), "short": forecast(WORLD[:5])})


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, Unit.SHARE, "0 %"),
        (1.052, Unit.SHARE, "105 %"),
        (1e7, Unit.MONEY, "10 million USD"),
        (-2.5e9, Unit.MONEY, "-2.5 billion USD"),
        (math.inf, Unit.MONEY, "-"),
        (2.345, Unit.RATIO, "2.34"),
        (1.5, Unit.HOURS, "1.5 hours"),
    ],
)
def test_amounts_in_words(value: float, unit: Unit, text: str) -> None:
    assert amount(value, unit, "USD") == text


def test_ranges_of_money_that_have_no_end() -> None:
    assert money_range(math.nan, 3, "USD") == "-"


def test_best_is_named_where_the_verdict_names_it() -> None:
    found = compare(good=50_000 + noise(2), better=50_100 + noise(3), bad=-50_000 + noise(4), third=20_000.0)
    assert found.best() is None
    assert set(found.leaders()) == {"good", "better"}
    assert "cannot be told apart at 400 simulated years" in found.verdict()
    alone = compare(good=50_000 + noise(2), third=20_000.0)
    assert alone.best() == "good"
    assert alone.leaders() == ("good",)
    assert alone.verdict().startswith("Best on profit is good: ")
    assert compare(bad=-5_000 + noise(5)).leaders() == ()


def test_what_is_worse_than_the_base_is_no_rival_of_one_that_beats_it() -> None:
    """The difference of the two is skewed by three large years, so that it has no interval of its own."""
    shared, rare = noise(34), np.where(np.arange(YEARS) < 3, 50_000.0, 0.0)
    worlds = {"today": WORLD, "good": WORLD + 5_000 + shared + rare, "bad": WORLD - 5_000 + shared - rare}
    found = Comparison({name: forecast(profit) for name, profit in worlds.items()})
    assert [each.sure for each in found.differences().values()] == [True, True]
    assert found.best() == "good"
    between = Comparison({name: forecast(worlds[name]) for name in ("bad", "good")})
    assert between.differences()["good"].more_years > 0


def test_chance_to_be_best_and_expected_regret_of_two_normal_means() -> None:
    """With d the difference in errors of its mean: Φ(d), and φ(d) - d (1 - Φ(d)) errors of regret."""
    gain = noise(33) + 1_000
    found = compare(more=gain).chances
    error = gain.std() / math.sqrt(YEARS)
    d = gain.mean() / error
    assert found["more"].best == pytest.approx(stats.norm.cdf(d), abs=4 * math.sqrt(0.25 / 1999))
    assert found["today"].best == pytest.approx(1 - found["more"].best)
    regret = error * (stats.norm.pdf(d) - d * stats.norm.sf(d))
    assert found["more"].regret == pytest.approx(regret, abs=4 * error / math.sqrt(1999))
    assert found["today"].regret - found["more"].regret == pytest.approx(
        gain.mean(), abs=4 * error / math.sqrt(1999)
    )


def test_strategies_that_change_nothing_share_the_chance_to_be_best() -> None:
    found = compare(same=0.0, dear=-1_000.0).chances
    assert [each.best for each in found.values()] == [0.5, 0.5, 0]
    assert [each.regret for each in found.values()] == pytest.approx([0, 0, 1_000])


def test_eight_equal_strategies_are_seldom_told_apart() -> None:
    """Contracts by the whole, many years equal: p values of 0 flagged 38 % of such studies at two worlds."""
    rng = np.random.default_rng(8)
    for years in (2, 5, 20, 40):
        wrong = 0
        for _ in range(60):
            world = rng.poisson(5, years) * 1e4
            luck = (rng.poisson(0.3, (7, years)) - rng.poisson(0.3, (7, years))) * 1e4
            forecasts = {"today": forecast(world)} | {str(k): forecast(world + luck[k]) for k in range(7)}
            wrong += any(found.sure for found in Comparison(forecasts).differences().values())
        assert stats.binomtest(wrong, 60, 0.05, alternative="greater").pvalue > 1e-4
        assert wrong == 0 or years >= 20


def test_money_counts_as_expected_only_if_nothing_reads_what_was_drawn() -> None:
    """Two strategies of the same contracts: one has sold dear ones, by luck or because it looked for them."""
    lucky = forecast(WORLD)
    lucky.tallies.sums[:, 0, Event.MARGIN, Basis.PERIOD, Measure.MONEY] += 1e6
    assert Comparison({"today": forecast(WORLD), "lucky": lucky}).differences()["lucky"].mean == 0
    looked = Forecast(lucky.model, NAMES, lucky.tallies, expected=False)
    found = Comparison({"today": forecast(WORLD), "looked": looked})
    assert found.differences()["looked"].mean == 1e6
    assert lucky.estimate("profit").p50 > lucky.estimate("profit").mean + 5e5


def with_contracts(profit: Floats, large: Floats) -> Forecast:
    """A year with this profit, and so many contracts of the second segment: a margin of 1 million each."""
    plain = forecast(profit)
    place = DIMENSIONS.index("segment")
    line = line_bounds(plain.model)[place] + 1
    plain.tallies.sums[:, line, Event.WON, Basis.PERIOD, Measure.COUNT] = large
    segments = plain.model.segments.copy()
    segments["mean_value"], segments["years"], segments["margin"] = [0, 1e6], 2, 0.5
    return Forecast(plain.model._replace(segments=segments), NAMES, plain.tallies)


def test_a_large_contract_that_no_year_has_yet_may_come() -> None:
    """What was seen looks sure; the large contracts, in two worlds so far, could change it all."""
    steady = 50_000 + noise(40, 10_000)
    none, few = np.zeros(YEARS), (np.arange(YEARS) < 2) * 1.0
    base = with_contracts(np.zeros(YEARS), none)
    apart = Comparison({"today": base, "more": with_contracts(steady, few)}).differences()["more"]
    assert not apart.sure
    assert apart.more_years == math.ceil(20 * YEARS / 3 - YEARS)  # as if three worlds had one
    # Where a strategy changes no contract of any segment, no contract can be lacking.
    alike = Comparison({"today": base, "cheaper": with_contracts(steady, none)}).differences()["cheaper"]
    assert alike.sure
    # And contracts that matter little beside all that varies stand in no one's way.
    wild = Comparison({"today": base, "wild": with_contracts(noise(41, 1e6), few)}).differences()["wild"]
    assert wild.more_years == 0

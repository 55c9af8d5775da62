"""Intervals against textbooks and Monte Carlo; forecasts of tallies whose truth is known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from funnelsim.engines.fold import (
    Basis,
    Ended,
    Measure,
    Tally,
    age_edges,
    fold,
    line_bounds,
    new_tally,
    stack,
)
from funnelsim.forecast import Forecast, Goal, Interval, TeamHours, bootstrap_t, jackknife, wilson
from funnelsim.forecast.intervals import between_years, years_at
from funnelsim.metrics.figure import FIGURES, ratio, total
from funnelsim.model.words import DAY, HOUR, Event
from funnelsim.scenario import parse
from funnelsim.scenario.schema import GOAL_METRICS

from .good_scenario import GOOD
from .small_firm import NAMES, firm, history

Key = tuple[Basis, int, Measure]
WON = (Basis.PERIOD, Event.WON, Measure.COUNT)
NAN = math.nan
COST = (Basis.PERIOD, Event.PAY, Measure.MONEY)


def years_of(
    sums: Mapping[Key, Sequence[float]], months: Mapping[Key, Sequence[tuple[float, float]]] = {}
) -> Tally:
    """Tallies in which, year by year, these sums stand in all (and in the two months)."""
    count = len(next(iter(sums.values())))
    found = stack([new_tally(firm(), 3)] * count)
    for (basis, event, measure), values in sums.items():
        found.sums[:, 0, event, basis, measure] = values
    first = line_bounds(firm())[1]
    for (basis, event, measure), pairs in months.items():
        found.sums[:, first : first + 2, event, basis, measure] = pairs
    return found


def forecast_of(tallies: Tally, *goals: Goal, planned: int | None = None) -> Forecast:
    return Forecast(firm(), NAMES, tallies, goals, planned)


def the_history(years: int = 3) -> Forecast:
    found = new_tally(firm(), 3)
    fold(history(), firm(), found)
    return forecast_of(stack([found] * years))


def within_binomial_error(covered: int, trials: int, level: float = 0.95) -> bool:
    return abs(covered / trials - level) <= 4 * math.sqrt(level * (1 - level) / trials)


def test_error_of_a_total_is_that_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(5, 2, 20)
    found = jackknife((values,), total)
    assert (found.value, found.error) == pytest.approx((values.mean(), values.std(ddof=1) / math.sqrt(20)))
    assert found.influence == pytest.approx(values - values.mean())


def test_intervals_of_a_ratio_of_sums_cover() -> None:
    rng = np.random.default_rng(2)
    trials, years = 2000, 25
    leads = rng.poisson(20, (years, trials)).astype(float)
    won = rng.binomial(leads.astype(int), 0.3).astype(float)  # more leads, more contracts
    found = bootstrap_t((won, leads), ratio)
    printed = int(np.sum(~np.isnan(found.low)))
    covered = int(np.sum((found.low <= 0.3) & (found.high >= 0.3)))
    assert printed > 0.9 * trials
    assert within_binomial_error(covered, printed)


def test_wilson_covers_on_average_over_chances() -> None:
    trials = 50
    ends = np.array([wilson(successes, trials)[1:] for successes in range(trials + 1)])
    chances = np.linspace(0.02, 0.98, 97)
    inside = (ends[:, 0] <= chances[:, None]) & (chances[:, None] <= ends[:, 1])
    coverage = (stats.binom.pmf(np.arange(trials + 1), trials, chances[:, None]) * inside).sum(axis=1)
    assert abs(coverage.mean() - 0.95) < 0.01
    assert coverage.min() > 0.87


@pytest.mark.parametrize("trials", [1, 7, 10, 25, 45])
def test_wilson_holds_a_share_of_all_or_none(trials: int) -> None:
    assert wilson(0, trials).low == 0.0
    assert wilson(trials, trials).high == 1.0


def test_wilson_as_scipy_has_it() -> None:
    for successes, trials in ((0, 10), (3, 10), (10, 10), (199, 400)):
        interval = stats.binomtest(successes, trials).proportion_ci(method="wilson")
        assert wilson(successes, trials) == pytest.approx(
            (successes / trials, interval.low, interval.high), abs=1e-12
        )
    assert all(math.isnan(value) for value in wilson(0, 0))


def test_range_of_outcomes_is_numpys_weibull() -> None:
    values = np.random.default_rng(6).exponential(1, (37, 4))
    for level in (0.1, 0.5, 0.9):
        assert years_at(level, values) == pytest.approx(np.quantile(values, level, axis=0, method="weibull"))
    assert math.isnan(years_at(0.5, np.array([np.nan, np.nan])))


@pytest.mark.parametrize("years", [9, 10, 20, 36, 100])
def test_a_new_year_lies_in_the_range_eight_times_in_ten(years: int) -> None:
    """At 10 and 20 years the quantiles of the sample held 72 and 76 %."""
    rng = np.random.default_rng(years)
    trials = 20_000
    values, new = rng.lognormal(0, 1, (years, trials)), rng.lognormal(0, 1, trials)
    held = np.sum((years_at(0.1, values) <= new) & (new <= years_at(0.9, values)))
    # Between order statistics the chance is interpolated: exact where (n + 1) / 10 is whole.
    assert abs(held / trials - 0.8) < 4 * math.sqrt(0.8 * 0.2 / trials) + (0 if years == 9 else 0.01)


def test_no_range_below_nine_years_and_no_precision_of_it_below_36() -> None:
    values = np.arange(36.0)
    assert math.isnan(years_at(0.1, values[:8]))
    assert years_at(0.1, values[:9]) == 0
    assert math.isnan(between_years(0.9, values[:35])[1])
    assert between_years(0.9, values)[1] == 35


@pytest.mark.parametrize("years", [36, 100, 400])
def test_the_precision_of_the_range_covers(years: int) -> None:
    """The chance to miss at either end is binomial, and at most 2.5 %; not far below either."""
    rng = np.random.default_rng(years)
    trials = 10_000
    low, high = between_years(0.1, rng.random((years, trials)))
    for missed in (low > 0.1, high < 0.1):
        assert 0.005 * trials < missed.sum() < 0.025 * trials + 4 * math.sqrt(0.025 * trials)


def test_estimate_of_a_total_and_of_a_ratio() -> None:
    forecast = forecast_of(years_of({WON: [1, 2, 3, 6], COST: [10, 20, 30, 40]}))
    won = forecast.estimate("won")
    assert (won.mean, won.p50, won.years, won.undefined) == (3, 2.5, 4, 0)
    assert forecast.estimate("cac").mean == 100 / 12  # not the mean of 10, 10, 10, 6.67
    assert all(math.isnan(each) for each in (won.low, won.high, won.p10, won.p90))
    assert won.more_years == 16


def test_a_year_without_contracts_is_not_dropped_from_the_ratio() -> None:
    cac = forecast_of(years_of({WON: [0, 2, 2] * 3, COST: [10] * 9})).estimate("cac")
    assert (cac.mean, cac.undefined, cac.p10, cac.p90) == (7.5, 3, 5, math.inf)


def test_a_figure_that_no_year_defines_is_nan() -> None:
    cycle_length = forecast_of(years_of({WON: [1, 1]})).estimate("cycle_length")
    assert cycle_length.undefined == 2
    assert all(math.isnan(value) for value in (cycle_length.mean, cycle_length.low, cycle_length.p50))


def test_one_year_has_no_precision() -> None:
    forecast = forecast_of(years_of({WON: [3]}), planned=400)
    won = forecast.estimate("won")
    assert (won.mean, won.p50) == (3, 3)
    assert all(math.isnan(each) for each in (won.low, won.high, won.p10, won.p90))
    assert forecast.warnings() == (
        "Only 1 of 400 simulated periods of 2 months were finished.",
        "A single simulated period of 2 months says nothing about how sure the figures are.",
    )


def test_breakdown_has_labels_and_unknown_figures_are_named() -> None:
    forecast = the_history()
    found = forecast.by("won", "stage")
    assert found.labels == NAMES.stages
    assert [estimate.mean for estimate in found.estimates] == [0, 2, 0]
    with pytest.raises(ValueError, match="there is no figure 'profits'"):
        forecast.estimate("profits")
    with pytest.raises(ValueError, match="roi is not defined by channel"):
        forecast.by("roi", "channel")
    with pytest.raises(ValueError, match="sales_velocity is not defined by month"):
        forecast_of(years_of({WON: [1]}), Goal("fast", "sales_velocity", 1, each="every_month"))


def test_reasons_of_loss() -> None:
    assert the_history().reasons("stage").tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert the_history().reasons(basis=Basis.PERIOD).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize(
    ("goal", "reached"),
    [
        (Goal("total", "won", at_least=4), 2),
        (Goal("average", "won", at_least=2, each="average_month"), 2),
        (Goal("every", "won", at_least=2, each="every_month"), 1),
        (Goal("few", "won", at_most=3), 1),
        (Goal("between", "won", at_least=4, at_most=4), 1),
        (
            Goal("cheap", "cac", at_most=5),
            1,
        ),  # a ratio is not divided by the months; 0 contracts are not cheap
        (Goal("cheap", "cac", at_most=5, each="average_month"), 1),
        (Goal("dear", "cac", at_least=5), 3),  # infinite without contracts
        # Months that cost nothing; in the first year there is no contract, and so no cost of one.
        (Goal("cheap", "cac", at_most=10, each="every_month"), 2),
    ],
)
def test_chance_of_a_goal(goal: Goal, reached: int) -> None:
    months = [(0.0, 0.0), (2.0, 2.0), (1.0, 5.0)]
    tallies = years_of({WON: [0, 4, 6], COST: [10, 40, 30]}, {WON: months})
    chance = forecast_of(tallies, goal).chances()[0]
    assert (chance.goal, chance.reached, chance.years) == (goal, reached, 3)
    assert (chance.share, chance.low, chance.high) == pytest.approx(wilson(reached, 3))


@pytest.mark.parametrize("dimension", ["all", "month", "channel", "segment", "stage", "rep", "team"])
def test_outcomes_are_those_of_whole_estimates(dimension: str) -> None:
    months = [(0.0, 0.0), (2.0, 2.0), (1.0, 5.0)] * 3
    forecast = forecast_of(years_of({WON: [0, 4, 6] * 3, COST: [10, 40, 30] * 3}, {WON: months}))
    for metric, figure in FIGURES.items():
        if dimension in figure.by:
            whole = [(each.mean, each.p10, each.p90) for each in forecast.by(metric, dimension).estimates]
            np.testing.assert_array_equal(forecast.outcomes(metric, dimension), whole)


@pytest.mark.parametrize(
    ("goal", "mean", "p10", "p90"),
    [
        (Goal("total", "won", at_least=4), 10 / 3, 0, 6),
        (Goal("average", "won", at_least=2, each="average_month"), 10 / 6, 0, 3),
        (Goal("cheap", "cac", at_most=5, each="average_month"), 80 / 10, 5, math.inf),  # of the sums
        (Goal("low", "won", at_least=2, each="every_month"), (0 + 2 + 1) / 3, 0, 2),
        (Goal("high", "won", at_most=2, each="every_month"), (0 + 2 + 5) / 3, 0, 5),
        (Goal("even", "won", at_least=1, at_most=3, each="every_month"), (0 + 2 + 5) / 3, 0, 5),
        (Goal("cost", "cac", at_most=9, each="every_month"), 0, NAN, NAN),  # six years have one
    ],
)
def test_a_goal_says_where_its_figure_stands(goal: Goal, mean: float, p10: float, p90: float) -> None:
    """Of nine years, three of each kind: a new one is below the lowest with a chance of one in ten."""
    months = [(0.0, 0.0), (2.0, 2.0), (1.0, 5.0)] * 3
    tallies = years_of({WON: [0, 4, 6] * 3, COST: [10, 40, 30] * 3}, {WON: months})
    chance = forecast_of(tallies, goal).chances()[0]
    assert (chance.mean, chance.p10, chance.p90) == pytest.approx((mean, p10, p90), nan_ok=True)


def test_a_goal_of_one_place_says_where_that_place_stands() -> None:
    goals = [Goal(name, "won", 1, dimension="channel", place=name) for name in ("ads", "seo")]
    forecast = forecast_of(the_history().tallies, *goals)
    each = forecast.values("won", "channel")[0]  # the same in all years
    assert [chance.mean for chance in forecast.chances()] == each.tolist()


PLACES = {"channel": "ads", "segment": "small", "stage": "contact", "team": "sales", "rep": "Ann"}
IN_THE_FILE = {"channel": "web", "segment": "small", "stage": "talk", "team": "sales", "rep": "sales 1"}
OF_GOALS = [
    (metric, dimension) for metric in GOAL_METRICS for dimension in FIGURES[metric].by if dimension != "month"
]


@pytest.mark.parametrize(("metric", "dimension"), OF_GOALS)
def test_a_goal_can_be_any_figure_of_all_or_of_one_place(metric: str, dimension: str) -> None:
    about = "" if dimension == "all" else f"{dimension} = '{IN_THE_FILE[dimension]}'\n"
    file = parse(f"{GOOD}[goals.mine]\nmetric = '{metric}'\nat_least = -1e18\nat_most = 1\n{about}")
    assert file.goals["mine"].metric == metric
    place = PLACES.get(dimension, "all")
    value = float(the_history().values(metric, dimension)[0, 0])
    for each in ("period", "average_month"):
        goals = [
            Goal("least", metric, at_least=-1e18, each=each, dimension=dimension, place=place),
            Goal("none", metric, at_most=-1e18, each=each, dimension=dimension, place=place),
        ]
        found = forecast_of(the_history().tallies, *goals).chances()
        assert [chance.reached for chance in found] == [3 if math.isfinite(value) else 0, 0]


def test_a_goal_of_one_place_counts_that_place() -> None:
    forecast = forecast_of(
        the_history().tallies,
        Goal("ads", "won", at_least=1, at_most=1, dimension="channel", place="ads"),
        Goal("seo", "won", at_least=1, dimension="channel", place="seo"),
        Goal("half", "won", at_least=0.5, at_most=0.6, each="average_month", dimension="rep", place="Bob"),
        Goal("busy", "utilisation", at_most=0.02, dimension="team", place="sales"),
        Goal("idle", "utilisation", at_most=0.02, dimension="team", place="desk"),
    )
    assert [chance.reached for chance in forecast.chances()] == [3, 3, 3, 3, 0]
    with pytest.raises(ValueError, match="there is no team 'sale'; there are sales, desk"):
        forecast_of(the_history().tallies, Goal("x", "won", 1, dimension="team", place="sale"))
    with pytest.raises(ValueError, match="won is not defined by month and team"):
        forecast_of(
            the_history().tallies, Goal("x", "won", 1, each="every_month", dimension="team", place="sales")
        )


def test_typed_conversions_stand_beside_simulated_ones() -> None:
    found = the_history().conversions()
    assert [(row.stage, row.typed) for row in found] == [("contact", 0.5), ("talks", 1.0), ("paper", 0.75)]
    assert [row.simulated.mean for row in found[:2]] == pytest.approx([1 / 3, 1.0])


def test_a_figure_per_person_says_where_it_is_of_several_teams() -> None:
    forecast = the_history()
    assert len(forecast.names.teams) == 2
    assert forecast.title("utilisation") == forecast.title("utilisation", "month") == "Busy (all teams)"
    assert forecast.title("bookings_per_rep") == "Bookings per rep (all teams)"
    assert forecast.title("utilisation", "team") == forecast.title("utilisation", "rep") == "Busy"
    assert forecast.title("won") == "Contracts"
    one = forecast_of(the_history().tallies)
    one.names = replace(one.names, teams=("sales",))
    assert one.title("utilisation") == "Busy"


def test_hours_asked_of_teams() -> None:
    sales, desk = the_history().team_hours()
    assert (sales.team, sales.available, sales.worked, sales.asked) == ("sales", 280, 2, 2)
    # The desk's queue grew by two leads, at a mean effort of (1 + 1 + 2) / 3 hours.
    assert (desk.available, desk.worked, desk.asked) == pytest.approx((160, 4, 4 + 2 * 4 / 3))


def test_warnings_of_open_leads_and_of_overload() -> None:
    forecast = the_history()
    forecast.tallies.queue[:, 2, 0, 0] += 300
    open_leads, overload = forecast.warnings()
    assert open_leads.startswith("25 % of the period's inquiries are still open")
    assert overload == (  # a day's work of four hours, of 160
        "Team desk is asked for 407 hours of work and has 160 (254 %; it is busy for 2.5 % and never gets"
        " to the rest): its queues grow or its leads go cold. Try one more person: --set"
        " teams.desk.people+=1"
    )


@pytest.mark.parametrize(
    ("asked", "waited", "said"),
    [
        (0.84, 100, ""),  # hours
        (0.86, 23, ""),
        (
            0.86,
            25,
            "Work waits for team desk: it is asked for more than 85 % of its hours, and leads wait for it",
        ),
        (
            0.94,
            25,
            "Work waits for team desk: it is asked for more than 85 % of its hours, and leads wait for it",
        ),
        (0.96, 1, "Team desk is asked for 154 hours of work and has 160 (96 %; it is busy for 96 %"),
    ],
)
def test_a_busy_team_is_told_where_leads_wait_long_for_it(
    asked: float, waited: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast = the_history()
    monkeypatch.setattr(forecast, "team_hours", lambda: (TeamHours("desk", 160, 160 * asked, 160 * asked),))
    monkeypatch.setattr(forecast, "outcomes", lambda *_: (Interval(waited, NAN, NAN),))
    found = forecast._warnings_of_teams()
    assert len(found) == bool(said)
    assert "".join(found).startswith(said)
    assert "".join(found).endswith("Try one more person: --set teams.desk.people+=1" if said else "")


def test_no_warning_where_all_is_well() -> None:
    forecast = the_history()
    forecast.tallies.sums[:, :, Event.OPEN, :, Measure.COUNT] = 0
    assert forecast.warnings() == ()


def cohort(rng: np.random.Generator, years: int, leads: int, follow_up: tuple[float, float]) -> Forecast:
    """Leads won at rate 0.02 a day and lost at 0.03, seen for a while: mean cycle 20 days."""
    days = rng.exponential(20, (years, leads))
    is_won = rng.random((years, leads)) < 0.4
    seen = rng.uniform(*follow_up, (years, leads))
    won = (days <= seen) & is_won
    age = np.where(won, days, 0).sum(axis=1) * DAY
    tallies = years_of(
        {(Basis.COHORT, Event.WON, Measure.AGE): age, (Basis.COHORT, *WON[1:]): won.sum(axis=1)}
    )
    ways = np.where(days > seen, Ended.OPEN, np.where(is_won, Ended.WON, Ended.OTHERWISE))
    bins = np.searchsorted(age_edges(), np.minimum(days, seen) * DAY, side="right") - 1
    np.add.at(tallies.ages, (np.arange(years)[:, None], ways, bins), 1)
    return forecast_of(tallies)


def plain_mean(forecast: Forecast) -> float:
    days, won, _ = forecast.parts("cycle_length")
    return float(days.sum() / won.sum())


def test_cycle_with_nothing_open_is_that_of_the_contracts() -> None:
    forecast = cohort(np.random.default_rng(3), 40, 200, (9e3, 1e4))
    found = forecast.cycle()
    assert found.mean.value == pytest.approx(plain_mean(forecast), rel=1e-12)
    half = found.quantile(0.5)
    assert half.least == half.most
    assert half.least.value == pytest.approx(20 * math.log(2), rel=0.05)
    assert found.at_least.share[-1] == pytest.approx(1)
    assert np.all(np.diff(found.at_least.share) >= 0)
    assert not found.open
    assert forecast.title("cycle_length") == "Sales cycle"


def test_cycle_is_corrected_for_leads_still_open() -> None:
    forecast = cohort(np.random.default_rng(4), 50, 2000, (5, 150))
    found = forecast.cycle()
    assert plain_mean(forecast) < 18  # the long cycles are missing
    assert abs(found.mean.value - 20) < 2 * (found.mean.high - found.mean.low)
    assert found.mean.high - found.mean.low < 1
    for level in (0.1, 0.5, 0.9):
        for value, low, high in found.quantile(level):
            assert abs(value - stats.expon(scale=20).ppf(level)) < 1.5 * (high - low) + 0.02 * value


def test_intervals_of_the_cycle_cover() -> None:
    rng = np.random.default_rng(5)
    trials = 300
    covered = {"mean": 0, "median": 0}
    for _ in range(trials):
        found = cohort(rng, 30, 60, (20, 400)).cycle()
        median = found.quantile(0.5).least
        covered["mean"] += found.mean.low <= 20 <= found.mean.high
        covered["median"] += median.low <= 20 * math.log(2) <= median.high
    assert all(within_binomial_error(count, trials) for count in covered.values()), covered


def test_cycle_without_contracts_is_undefined() -> None:
    found = forecast_of(years_of({COST: [1, 2]})).cycle()
    assert math.isnan(found.mean.value)
    assert all(math.isnan(value) for bound in found.quantile(0.5) for value in bound)


def test_cycle_of_one_year_has_no_precision() -> None:
    value, low, high = the_history(1).cycle().quantile(0.5).least
    assert value * DAY == pytest.approx(241 * HOUR, rel=0.04)
    assert math.isnan(low)
    assert math.isnan(high)

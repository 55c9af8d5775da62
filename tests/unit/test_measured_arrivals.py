"""What is measured of arrivals: against theory, and against truths drawn from the declared priors."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import logsumexp

from funnelsim.calibration.arrivals import Arrivals, measure_arrivals
from funnelsim.calibration.arrivals.counts import Counts, count
from funnelsim.calibration.arrivals.drawn import Drawn, draw_rare
from funnelsim.calibration.arrivals.grid import About, explore
from funnelsim.calibration.arrivals.laplace import Series, Variation
from funnelsim.calibration.estimate import Estimate
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import parse
from funnelsim.scenario.calendars import Calendar, Growth
from funnelsim.scenario.channels import Channel
from funnelsim.scenario.months import Months

FIRST = pd.Timestamp("2024-01-01")  # a Monday
WEEK = np.array([1.2, 1.2, 1.2, 1.2, 1.2, 0.6, 0.4])


def deals(by_day: np.ndarray, channel: str = "web", first: pd.Timestamp = FIRST) -> pd.DataFrame:
    """Write so many deals on each day."""
    days = pd.date_range(first, periods=len(by_day))
    return pd.DataFrame({"created": days.repeat(by_day), "channel": channel})


def measured(created: pd.DataFrame, until: str, *, draws: int = 400, by_day: bool = True) -> Arrivals:
    return measure_arrivals(created, FIRST, pd.Timestamp(until), by_day=by_day, draws=draws, seed=3)


def by_path(found: Arrivals) -> dict[str, Estimate]:
    return {each.path: each for each in found.estimates()}


# ---- theory ------------------------------------------------------------------------------------


def test_a_rare_channel_has_the_gamma_posterior_of_a_poisson_rate() -> None:
    days = pd.date_range(FIRST, "2024-03-31")  # three whole months
    by_day = np.zeros((1, len(days)), np.int64)
    by_day[0, [3, 20, 50, 51, 80]] = 1, 2, 1, 1, 2
    no_day = days[:0]
    counts = Counts(("rare",), days, by_day, np.ones(by_day.shape, bool), np.zeros(7, bool), no_day)
    draws = 20_000
    even = Drawn(
        ("all channels",),
        level=np.zeros((1, 3, draws)),
        growth=np.zeros((1, draws)),
        week=np.ones((1, 7, draws)),
        days=np.zeros((1, draws)),
        season=None,
        shared=np.zeros(draws),
        own=np.zeros(draws),
    )
    level = draw_rare(even, counts, draws, np.random.default_rng(1)).level[0, -1]
    exact = stats.gamma(7 + 0.5, scale=1 / 3)  # seven deals in three months, Jeffreys's prior
    assert stats.kstest(np.exp(level), exact.cdf).pvalue > 0.01


def log_joint(at: np.ndarray, series: Series, counts: Counts, variation: Variation) -> float:
    """Return the logarithm of the density of numbers and data, day by day, by SciPy's distributions."""
    where = series.slices
    level = at[where["level"]].reshape(series.months, series.channels)
    growth, common = at[where["growth"]], at[where["common growth"]]
    week, common_week = at[where["week"]].reshape(-1, 7), at[where["common week"]]
    total = stats.norm.logpdf(level[0], math.log(30), 3).sum()
    spread = variation.shared**2 * np.ones((series.channels,) * 2) + variation.own**2 * np.eye(
        series.channels
    )
    drift = np.full(series.channels, -(variation.shared**2 + variation.own**2) / 2)
    total += stats.multivariate_normal.logpdf(np.diff(level, axis=0), drift, spread).sum()
    total += stats.norm.logpdf(common, 0, 0.2).sum() + stats.norm.logpdf(growth, common, 0.15).sum()
    total += stats.norm.logpdf(common_week, 0, 1).sum() + stats.norm.logpdf(week, common_week, 0.3).sum()
    months = pd.PeriodIndex(counts.days, freq="M")
    month = (months.year - FIRST.year) * 12 + months.month - FIRST.month
    weekday = np.asarray(counts.days.day_of_week)
    for channel, row in enumerate(counts.by_day):  # all months are whole
        whole = np.bincount(month, np.exp(week[channel, weekday]))
        trend = level[:, channel] + growth[channel] * (np.arange(series.months) - (series.months - 1)) / 12
        mean = np.exp(trend[month] + week[channel, weekday]) / whole[month]
        size = variation.days[channel] ** -2
        total += stats.nbinom.logpmf(row, size, size / (size + mean)).sum()
    return float(total)


def test_the_evidence_is_that_of_importance_sampling_with_every_density_written_anew() -> None:
    rng = np.random.default_rng(5)
    days = pd.date_range(FIRST, "2024-06-30")
    number = rng.poisson(np.array([[4.0], [1.5]]), (2, len(days)))
    counts = Counts(("a", "b"), days, number, np.ones(number.shape, bool), np.zeros(7, bool), days[:0])
    series = Series(counts)
    difference = []
    for variation in (
        Variation(0.1, 0.05, np.array([0.2, 0.4])),
        Variation(0.6, 0.4, np.array([0.6, 0.1])),
    ):
        mode = series.mode(variation, series.start())
        factored = series.precision(mode)
        precision = np.linalg.inv(np.array([factored.solve(row) for row in np.eye(len(mode.at))]))
        away = series.draws(mode, 800, rng).T - mode.at
        proposal = np.linalg.slogdet(precision)[1] / 2 - np.einsum("ij,jk,ik->i", away, precision, away) / 2
        joint = [log_joint(mode.at + each, series, counts, variation) for each in away]
        difference.append(logsumexp(np.array(joint) - proposal) - np.log(len(away)) - mode.log_posterior)
    assert difference[0] == pytest.approx(difference[1], abs=0.1)


def test_a_grid_finds_a_posterior_that_is_known() -> None:
    """A normal likelihood of two logarithms, one sharp and one vague, with lognormal priors."""

    def evaluate(numbers: np.ndarray) -> tuple[float, None]:
        sharp, vague = np.log(numbers)
        return -(((sharp + 1) / 0.05) ** 2 + ((vague + 2) / 0.7) ** 2) / 2, None

    found = explore(evaluate, [About(0.2, 0.8), About(0.1, 0.7)], [10.0, 10.0])
    _, numbers = found.draw(20_000, np.random.default_rng(1))
    for k, (mean, deviation, prior) in enumerate([(-1, 0.05, About(0.2, 0.8)), (-2, 0.7, About(0.1, 0.7))]):
        precision = deviation**-2 + prior.deviation**-2
        middle = (mean * deviation**-2 + math.log(prior.median) * prior.deviation**-2) / precision
        logs = np.log(numbers[:, k])
        assert logs.mean() == pytest.approx(middle, abs=0.05 * precision**-0.5)
        assert logs.std() == pytest.approx(precision**-0.5, rel=0.1)


def test_the_level_of_many_even_days_is_their_number_by_month() -> None:
    found = by_path(measured(deals(np.full(366, 20)), "2025-01-01"))
    level = found["channels.web.inquiries_per_month"]
    assert level.value == pytest.approx(20 * 366 / 12, rel=0.03)
    low, high = found["channels.web.growth_per_year"].interval("share a year")
    assert low < 0 < high


def test_growth_that_is_plain_in_three_years_is_found_and_in_three_months_is_shrunk() -> None:
    days = np.arange(1096)
    number = np.random.default_rng(1).poisson(60 * 1.5 ** (days / 365.25))
    long = by_path(measured(deals(number), "2027-01-01"))["channels.web.growth_per_year"]
    assert long.value == pytest.approx(0.5, abs=0.15)
    short = by_path(measured(deals(number[:91]), "2024-04-01"))["channels.web.growth_per_year"]
    assert abs(short.value) < 0.25
    assert np.ptp(short.interval("share a year")) > 2 * np.ptp(long.interval("share a year")) > 0


def test_what_the_scenario_expects_by_day_is_measured_back_as_it_was_typed() -> None:
    """The history is the warm-up of the scenario, day by day as its own calendar has it."""
    calendar = Calendar(date(2026, 1, 1), Months(warm_up=36, period=1, drain=0))
    season = np.array([1.3, 1.2, 1.0, 1.0, 0.9, 0.8, 0.7, 0.8, 1.0, 1.1, 1.1, 1.1])
    channel = Channel(kind="seo", monthly_profile=tuple(season), weekday_profile=tuple(WEEK))
    expected = calendar.inquiries_by_day(channel, 3000.0, Growth(0.25))
    days = (date(2026, 1, 1) - calendar.first_day).days
    number = np.random.default_rng(11).poisson(expected[:days])
    created = deals(number, first=pd.Timestamp(calendar.first_day))
    found = by_path(
        measure_arrivals(
            created,
            pd.Timestamp(calendar.first_day),
            pd.Timestamp("2026-01-01"),
            by_day=True,
            draws=400,
            seed=1,
        )
    )
    level = found["channels.web.inquiries_per_month"]
    low, high = level.interval("inquiries a month")
    assert low < 3000 < high
    assert level.value == pytest.approx(3000, rel=0.08)
    low, high = found["channels.web.growth_per_year"].interval("share a year")
    assert low < 0.25 < high
    assert found["channels.web.weekday_profile"].value == pytest.approx(WEEK / WEEK.mean(), abs=0.03)
    assert found["channels.web.monthly_profile"].value == pytest.approx(season / season.mean(), abs=0.1)


# ---- what days tell ----------------------------------------------------------------------------


def test_days_off_are_found_and_do_not_move_the_rest() -> None:
    rng = np.random.default_rng(2)
    number = rng.poisson(25.0 * WEEK[np.arange(366) % 7])
    closed = [100, 101, 200, 359]
    without = number.copy()
    without[closed] = 0
    off = count(deals(without), pd.date_range(FIRST, periods=366)).days_off
    assert list(off) == [FIRST + pd.Timedelta(days=day) for day in closed]
    whole, holed = (by_path(measured(deals(each), "2025-01-01")) for each in (number, without))
    for key, tolerance in (("inquiries_per_month", 0.02), ("weekday_profile", 0.02)):
        path = f"channels.web.{key}"
        assert holed[path].value == pytest.approx(whole[path].value, rel=tolerance)
    assert holed["channels.web.day_variation"].value < 0.15


def test_a_weekday_on_which_nothing_ever_comes_has_no_weight() -> None:
    number = np.random.default_rng(3).poisson(6.0, 182) * (np.arange(182) % 7 != 6)
    found = measured(deals(number), "2024-07-01")
    week = by_path(found)["channels.web.weekday_profile"].value
    assert week[6] == 0
    assert sum(week) == pytest.approx(7, rel=1e-3)
    assert week[0] == pytest.approx(7 / 6, rel=0.15)
    assert "Nothing ever arrives on Sundays." in found.notes


def test_parts_of_days_at_either_end_are_left_out() -> None:
    created = deals(np.full(100, 5))
    found = measure_arrivals(
        created,
        FIRST + pd.Timedelta(hours=9),
        FIRST + pd.Timedelta(days=80, hours=9),
        by_day=False,
        draws=50,
        seed=1,
    )
    assert (found.counts.days[0], found.counts.days[-1]) == (
        FIRST + pd.Timedelta(days=1),
        FIRST + pd.Timedelta(days=79),
    )
    assert found.counts.by_day.sum() == 79 * 5


def test_a_month_that_is_half_seen_has_the_level_of_a_whole_one() -> None:
    found = measured(deals(np.full(75, 12)), "2024-03-16").by_month()  # until the middle of March
    assert found["share"].iloc[-1] == pytest.approx(15 / 31, abs=0.02)
    assert found["deals"].iloc[-1] == 15 * 12
    assert found["low"].iloc[-1] < 12 * 31 < found["high"].iloc[-1]


def test_a_channel_that_begins_late_is_not_counted_before() -> None:
    late = np.r_[np.zeros(200, int), np.full(166, 4)]
    both = pd.concat([deals(np.full(366, 10)), deals(late, "talks")])
    found = measured(both, "2025-01-01")
    values = by_path(found)
    assert values["channels.talks.inquiries_per_month"].value == pytest.approx(4 * 30.5, rel=0.15)
    assert "talks is taken to have begun on 2024-07-19, with its first deal." in found.notes


def test_a_channel_that_has_fallen_silent_is_told() -> None:
    ended = np.r_[np.full(200, 4), np.zeros(166, int)]
    both = pd.concat([deals(np.full(366, 10)), deals(ended, "talks")])
    assert any(
        note.startswith("talks has had no deal since 2024-07-18")
        for note in measured(both, "2025-01-01").notes
    )


# ---- channels together --------------------------------------------------------------------------


def test_a_small_channel_is_shrunk_to_the_week_of_the_others_and_a_rare_one_takes_it() -> None:
    rng = np.random.default_rng(4)
    days = np.arange(366)
    big = deals(rng.poisson(30 * WEEK[days % 7]), "big")
    small = deals(rng.poisson(0.2, 366), "small")  # its own week is even
    rare = deals((days % 40 == 0).astype(int), "rare")
    values = by_path(measured(pd.concat([big, small, rare]), "2025-01-01"))
    saturday = {
        name: values[f"channels.{name}.weekday_profile"].interval("Saturday, the average day is 1")
        for name in ("big", "small", "rare")
    }
    assert saturday["big"][0] < 0.6 < saturday["big"][1]
    assert saturday["small"][0] < 0.9  # not held at its own 1
    assert np.ptp(saturday["small"]) > 3 * np.ptp(saturday["big"])
    assert values["channels.rare.weekday_profile"].value[5] == pytest.approx(
        values["channels.big.weekday_profile"].value[5], abs=0.08
    )
    assert "channels.rare.demand_shock" not in values
    assert "shocks.demand" in values


def test_what_moves_all_channels_is_told_from_what_moves_one() -> None:
    rng = np.random.default_rng(6)
    days = pd.date_range(FIRST, periods=366 + 365)
    month = (days.year - 2024) * 12 + days.month - 1
    together = np.exp(np.cumsum(rng.normal(0, 0.3, 24)))[month]
    apart = [np.exp(np.cumsum(rng.normal(0, 0.3, 24)))[month] for _ in range(4)]

    def deviations(factors: list[np.ndarray]) -> tuple[float, float]:
        frames = [deals(rng.poisson(20 * each), f"c{k}") for k, each in enumerate(factors)]
        values = by_path(measured(pd.concat(frames), "2026-01-01"))
        return (
            values["shocks.demand"].value["deviation"],
            values["channels.c0.demand_shock"].value["deviation"],
        )

    shared, own = deviations([together] * 4)
    assert shared > 0.2
    assert own < 0.06
    shared, own = deviations(apart)
    assert own > 0.2 > shared


def test_months_of_the_year_are_measured_from_two_years_on() -> None:
    days = pd.date_range(FIRST, periods=366 + 365)
    rng = np.random.default_rng(7)
    number = rng.poisson(np.where(days.month == 12, 10, 20))
    found = by_path(measured(deals(number), "2026-01-01"))["channels.web.monthly_profile"]
    low, high = found.interval("month 12, the average month is 1")
    assert low < 0.5 * 12 / 11.5 < high
    assert found.value[11] < 0.75
    assert np.mean(found.value) == pytest.approx(1, rel=1e-3)
    year = measured(deals(number[:366]), "2025-01-01")
    assert "channels.web.monthly_profile" not in by_path(year)
    assert any("24 are needed" in note for note in year.notes)


# ---- hours of the day ---------------------------------------------------------------------------


def test_hours_of_the_day_are_measured_where_times_are_known() -> None:
    rng = np.random.default_rng(8)
    created = deals(np.full(120, 10))
    hours = rng.choice([9, 10, 14], len(created), p=[0.5, 0.3, 0.2])
    created["created"] += pd.to_timedelta(hours * 60 + rng.integers(0, 60, len(created)), unit="min")
    found = by_path(measured(created, "2024-04-30", by_day=False))["channels.web.hourly_profile"]
    assert [hour for hour, weight in enumerate(found.value) if weight > 0] == [9, 10, 14]
    low, high = found.interval("hour 9, the average hour is 1")
    assert low < 12 < high  # half of the day's 24
    assert np.sum(found.value) == pytest.approx(24, rel=1e-3)


def test_times_that_are_all_midnight_are_days() -> None:
    found = measured(deals(np.full(60, 3)), "2024-03-01", by_day=False)
    assert "channels.web.hourly_profile" not in by_path(found)
    assert any("around the clock" in note for note in found.notes)


# ---- what is written ----------------------------------------------------------------------------

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 3, drain_months = 1 }
[segments.homes]
contract_value = 18_000
[channels.web]
kind = "seo"
inquiries_per_month = 400
[channels.talks]
kind = "pr"
inquiries_per_month = 4
[stages.offer]
conversion = 0.5
"""


def test_a_scenario_takes_what_is_measured_as_it_is_and_in_every_draw() -> None:
    rng = np.random.default_rng(9)
    created = pd.concat([deals(rng.poisson(9, 731)), deals(rng.poisson(2, 731), "talks")])
    found = measured(created, "2026-01-01", draws=5).estimates()
    scenario = parse(FIRM)
    scenario.with_changes({each.path: each.value for each in found})
    for row in range(5):
        scenario.with_changes({each.path: each.draws[row] for each in found if each.draws is not None})
    assert {len(each.draws or ()) for each in found} == {5}


def test_the_same_seed_gives_the_same_draws() -> None:
    created = deals(np.random.default_rng(1).poisson(5, 100))
    first, again = (measured(created, "2024-04-10").estimates() for _ in range(2))
    assert [each.draws for each in first] == [each.draws for each in again]


def test_what_the_file_does_not_have_is_said_in_a_sentence() -> None:
    created = deals(np.full(10, 1))
    with pytest.raises(UnusableError, match="no deal was created from 2025-01-01 to 2025-01-31"):
        measure_arrivals(
            created, pd.Timestamp("2025-01-01"), pd.Timestamp("2025-02-01"), by_day=True, draws=5, seed=1
        )
    with pytest.raises(UnusableError, match="has no whole day"):
        measure_arrivals(created, FIRST, FIRST + pd.Timedelta(hours=5), by_day=True, draws=5, seed=1)


def test_deals_that_are_all_of_one_day_are_refused() -> None:
    created = deals(np.array([40]), first=pd.Timestamp("2024-02-05"))
    with pytest.raises(UnusableError, match="all 40 deals were created on 2024-02-05"):
        measured(created, "2024-06-01")


def test_a_single_deal_has_a_level_within_wide_bounds() -> None:
    created = deals(np.array([1]), first=pd.Timestamp("2024-02-05"))
    low, high = by_path(measured(created, "2025-01-01"))["channels.web.inquiries_per_month"].interval(
        "inquiries a month"
    )
    assert low < 1 / 12 < high
    assert high > 5 * low


def test_pictures_have_the_week_beside_what_is_seen() -> None:
    number = np.random.default_rng(10).poisson(20.0 * WEEK[np.arange(366) % 7])
    found = measured(deals(number), "2025-01-01").by_weekday()
    assert found["deals"].sum() == number.sum()
    assert found["days"].tolist() == [53, 53, 52, 52, 52, 52, 52]  # 2024 begins and ends early in the week
    inside = (found["low"] < found["seen"]) & (found["seen"] < found["high"])
    assert inside.all()


def test_a_blank_channel_is_one_of_its_own() -> None:
    created = deals(np.full(60, 2)).assign(channel=None)
    assert measured(created, "2024-03-01").counts.channels == ("unknown",)

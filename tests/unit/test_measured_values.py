"""What is measured of contract values: against integrals, theory, and other segments."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from funnelsim.calibration.amounts import FAMILIES, Alike, Family
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.values import Values, measure_values
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import parse

LOGNORMAL, GAMMA = FAMILIES
DATA = np.array([3.0, 5.0, 8.0, 9.0, 14.0, 20.0, 21.0])


def density(family: Family, values: np.ndarray, place: float, spread: float) -> float:
    """Return the likelihood by SciPy's own distributions."""
    if family is LOGNORMAL:
        return float(np.prod(stats.lognorm.pdf(values, math.exp(spread), scale=math.exp(place))))
    shape = math.exp(-2 * spread)
    return float(np.prod(stats.gamma.pdf(values, shape, scale=math.exp(place) / shape)))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_evidence_of_a_group_is_the_integral_of_its_likelihood(family: Family) -> None:
    whole, _ = integrate.dblquad(
        lambda place, spread: density(family, DATA, place, spread), -2.5, 1.5, -1, 6, epsrel=1e-6
    )
    assert family.likelihood(DATA).log_evidence == pytest.approx(math.log(whole), abs=0.03)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_what_a_group_says_of_place_and_spread_is_their_mean_and_variance(family: Family) -> None:
    places, spreads = np.linspace(0, 5, 101), np.linspace(-2.2, 1.2, 101)
    weight = np.array([[density(family, DATA, place, spread) for place in places] for spread in spreads])
    weight /= weight.sum()
    found = family.likelihood(DATA)
    mean = weight.sum(axis=1) @ spreads
    deviation = math.sqrt(weight.sum(axis=1) @ (spreads - mean) ** 2)
    assert found.spread == pytest.approx(mean, abs=0.25 * deviation)
    assert math.sqrt(found.spread_variance) == pytest.approx(deviation, rel=0.1)
    given = weight[50] / weight[50].sum()  # the place at one spread
    middle = given @ places
    variance = family.place_variance(np.array(spreads[50]), len(DATA))
    assert found.place == pytest.approx(middle, abs=0.25 * math.sqrt(variance))
    assert variance == pytest.approx(given @ (places - middle) ** 2, rel=0.05)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_is_written_as_the_scenario_reads_it(family: Family) -> None:
    place, spread = np.array(3.0), np.array(-0.4)
    text = "{ " + ", ".join(f"{k} = {v!r}" for k, v in family.written(3.0, -0.4).items()) + " }"
    read = parse(FIRM.replace("18_000", text.replace("'", '"'))).segments["homes"].contract_value
    assert read.mean() == pytest.approx(float(family.mean(place, spread)), rel=1e-4)
    for level in (0.05, 0.5, 0.95):
        assert read.quantile(level) == pytest.approx(float(family.quantile(place, spread, level)), rel=1e-4)


def test_groups_that_are_equal_but_for_chance_are_drawn_together_and_others_stay_apart() -> None:
    rng = np.random.default_rng(1)
    unsure = np.full((5, 4000), 0.09)
    alike = Alike(0.0, 10.0, 1.0)
    near = alike.draw(np.array([0.1, -0.1, 0.0, 0.05, -0.05]), unsure, rng).std(axis=1)
    far = alike.draw(np.array([3.0, -2.0, 0.0, 1.5, -1.5]), unsure, rng)
    assert np.all(near < 0.27)  # each alone is known to 0.3
    assert far.std(axis=1) == pytest.approx(np.full(5, 0.3), rel=0.1)
    assert far.mean(axis=1) == pytest.approx([3.0, -2.0, 0.0, 1.5, -1.5], abs=0.1)


def test_a_group_alone_with_nothing_known_beforehand_has_the_normal_posterior() -> None:
    drawn = Alike(0.0, 100.0, 1e-3).draw(
        np.array([2.0]), np.full((1, 20_000), 0.25), np.random.default_rng(2)
    )
    assert stats.kstest(drawn[0], stats.norm(2.0, 0.5).cdf).pvalue > 0.01


# ---- values of deals ---------------------------------------------------------------------------

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 3, drain_months = 1 }
[segments.homes]
contract_value = 18_000
[channels.web]
kind = "seo"
inquiries_per_month = 400
[stages.offer]
conversion = 0.5
"""


def won(values: dict[str, list[float] | np.ndarray]) -> pd.DataFrame:
    frames = [pd.DataFrame({"segment": name, "value": each}) for name, each in values.items()]
    return pd.concat(frames).assign(closed=pd.Timestamp("2026-02-03"))


def measured(values: dict[str, list[float] | np.ndarray]) -> Values:
    return measure_values(won(values), currency="EUR", draws=1000, seed=4)


def by_segment(found: Values) -> dict[str, Estimate]:
    return {each.path.split(".")[1]: each for each in found.estimates()}


def test_each_family_is_recognised_where_there_are_many_deals() -> None:
    rng = np.random.default_rng(3)
    assert "lognormal 100%" in by_segment(measured({"a": rng.lognormal(8, 1, 2000)}))["a"].method
    assert "gamma 100%" in by_segment(measured({"a": rng.gamma(1.5, 100, 2000)}))["a"].method


def test_the_interval_of_the_mean_of_a_few_deals_is_wide_and_of_many_is_that_of_theory() -> None:
    rng = np.random.default_rng(5)
    many = by_segment(measured({"a": rng.gamma(4.0, 250.0, 4000)}))["a"]
    low, high = many.interval("mean, EUR")
    assert low < 1000 < high
    assert high - low == pytest.approx(2 * 1.96 * 500 / math.sqrt(4000), rel=0.1)  # deviation of a value: 500


def test_a_segment_with_one_deal_is_like_the_others() -> None:
    rng = np.random.default_rng(6)
    others = {name: rng.lognormal(8, 0.5, 100) for name in "abcd"}
    found = by_segment(measured({**others, "new": [12_000.0]}))
    usual, own = math.exp(8), np.median(found["new"].told["median, EUR"])
    assert usual < own < math.sqrt(usual * 12_000)  # nearer to the others than to its only deal
    assert np.ptp(found["new"].interval("mean, EUR")) > 5 * np.ptp(found["a"].interval("mean, EUR"))


def test_a_value_that_is_always_the_same_is_a_number_without_draws() -> None:
    found = by_segment(measured({"flat": [500.0] * 8, "free": [100.0, 200.0, 300.0]}))
    assert (found["flat"].value, found["flat"].draws) == (500.0, None)
    assert isinstance(found["free"].value, dict)


def test_values_of_nought_and_below_and_blanks_are_counted_and_left_out() -> None:
    found = measured({"a": [100.0, 120.0, 150.0, 0.0, 0.0, -20.0, math.nan], "b": [0.0]})
    assert found.notes == (
        "1 of 8 won deals have no value, and are left out.",
        "3 of 8 won deals have a value of 0, and are left out.",
        "1 of 8 won deals have a negative value, as credit notes do: left out.",
        "No won deal has a value in: b.",
    )
    assert by_segment(found)["a"].n == 3


def test_without_any_value_a_sentence_says_so() -> None:
    with pytest.raises(UnusableError, match="none of 2 won deals has a value above 0"):
        measured({"a": [0.0, -1.0]})


def test_a_scenario_takes_every_draw() -> None:
    rng = np.random.default_rng(7)
    found = by_segment(measured({"homes": np.r_[rng.lognormal(8, 0.7, 6), rng.gamma(2.0, 1500, 6)]}))["homes"]
    assert 0 < float(found.method.split("gamma ")[1].rstrip("%")) < 100  # both families are drawn
    scenario = parse(FIRM)
    for draw in found.draws[:40]:
        scenario.with_changes({found.path: draw})


def test_pictures_have_the_data_beside_the_band() -> None:
    value = np.random.default_rng(8).lognormal(8, 0.7, 500)
    levels = measured({"a": value}).by_level("a")
    assert levels["seen"].iloc[49] == pytest.approx(np.median(value))
    inside = (levels["low"] < levels["seen"]) & (levels["seen"] < levels["high"])
    assert inside.mean() > 0.6
    with pytest.raises(ValueError, match="do not differ"):
        measured({"flat": [5.0, 5.0], "a": value}).by_level("flat")


def test_values_by_month_show_drift() -> None:
    rows = won({"a": [100.0, 200.0, 900.0]})
    rows["closed"] = pd.to_datetime(["2026-01-05", "2026-01-20", "2026-03-02"])
    found = measure_values(rows, draws=10, seed=1).by_month()
    assert found["deals"].tolist() == [2, 1]
    assert found["median"].tolist() == [150.0, 900.0]

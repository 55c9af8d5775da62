"""How long visits last: families, likelihood and posterior, against theory and other programs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks.measured.lengths import lengths_drawn
from scipy import special, stats

from funnelsim.calibration.durations import FAMILIES, Family, Prior, measure_lengths
from funnelsim.calibration.durations import observed as gathering
from funnelsim.calibration.durations.families import GammaLengths, Weibull
from funnelsim.calibration.durations.lengths import FEWEST
from funnelsim.calibration.durations.members import Curved
from funnelsim.calibration.durations.observed import observed
from funnelsim.calibration.durations.posterior import (
    explored,
    log_evidence,
    log_likelihood,
    log_posterior,
    mode,
    worth,
)
from funnelsim.calibration.durations.steps import Grid, stepped
from funnelsim.calibration.shapes import on_grid
from funnelsim.io.writing import UnusableError
from funnelsim.scenario.quantities import read_distribution
from funnelsim.scenario.samples import Samples

FLAT = Prior(0.0, 1e6, 0.0, 1e6, 1e-9, 1e-9)
BY_NAME = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def visits_with(
    low: object, high: object = None, from_age: object = 0.0, began: object = 0.0, ended: object = 0.0
) -> pd.DataFrame:
    rows = {"low": low, "high": low if high is None else high, "from_age": from_age}
    return pd.DataFrame(rows | {"entered_within": began, "ended_within": ended}).astype(float)


def made_up(family: Family, n: int, seed: int) -> pd.DataFrame:
    """Make up visits of which a third is seen late, many last longer than is seen, and some are in spans."""
    rng = np.random.default_rng(seed)
    days = lengths_drawn(family, 20.0, 70.0, 2 * n, rng)
    from_age = np.where(rng.random(2 * n) < 0.4, rng.uniform(0.0, 20.0, 2 * n), 0.0)
    until = from_age + rng.uniform(5.0, 90.0, 2 * n)
    days, from_age, until = (each[days > from_age][:n] for each in (days, from_age, until))
    spans = rng.random(n) < 0.4
    low = np.where(spans, np.maximum(np.floor(days / 10) * 10, from_age), days)
    high = np.where(spans, np.floor(days / 10) * 10 + 10, days)
    still = days > until
    return visits_with(
        np.where(still, until, low),
        np.where(still, np.inf, high),
        from_age,
        ended=np.where(still, 0.0, high - low),
    )


# ---- families -----------------------------------------------------------------------------------


def of_scipy(family: Family, median: float, p90: float) -> stats.rv_continuous:
    form = family.written(median, p90)
    name = form.pop("scipy", None)
    if name is None:
        return stats.lognorm(np.log(p90 / median) / stats.norm.ppf(0.9), scale=median)
    return getattr(stats, name)(**form)


@pytest.fixture
def exact_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write shapes as they are, which are otherwise rounded to within 1 %."""
    monkeypatch.setattr("funnelsim.calibration.durations.families.on_grid", float)


def test_shapes_are_rounded_to_within_1_percent_and_few_are_left() -> None:
    shapes = np.geomspace(0.1, 100.0, 5000)
    written = np.array([on_grid(shape) for shape in shapes])
    assert written == pytest.approx(shapes, rel=0.0101)
    assert len(np.unique(written)) <= np.log(1000) / 0.02 + 2


@pytest.mark.usefixtures("exact_shapes")
@BY_NAME
@pytest.mark.parametrize(("median", "p90"), [(14.0, 46.5), (0.3, 0.5), (200.0, 5_000.0)])
def test_a_family_is_that_of_scipy_with_the_median_and_the_p90_asked_for(
    family: Family, median: float, p90: float
) -> None:
    same = of_scipy(family, median, p90)
    assert same.ppf([0.5, 0.9]) == pytest.approx([median, p90], rel=1e-5)
    days = np.geomspace(median / 20, 3 * p90, 30)
    at = np.log(days), np.log(median), np.log(p90 / median)
    assert family.survival(*at) == pytest.approx(same.sf(days), rel=1e-4, abs=1e-12)
    assert family.log_density(*at) == pytest.approx(same.logpdf(days), abs=1e-3)


@pytest.mark.usefixtures("exact_shapes")
@BY_NAME
def test_a_scenario_can_hold_whatever_may_be_drawn(family: Family) -> None:
    prior = Prior()
    for away in np.array([(a, b) for a in (-4.0, 0.0, 4.0) for b in (-4.0, 0.0, 3.0)]):
        center = prior.log_median + away[0] * prior.log_median_deviation
        spread = np.exp(prior.log_spread + away[1] * prior.log_spread_deviation)
        form = Curved(family, float(np.exp(center)), float(np.exp(center + spread)), 0.0).written()
        read = read_distribution(form, Samples())
        assert np.log([read.quantile(0.5), read.quantile(0.9)]) == pytest.approx(
            [center, center + spread], abs=2e-2
        )


# ---- likelihood ---------------------------------------------------------------------------------

RATE = 0.05  # per day, of exponential lengths
EXPONENTIAL = np.array([[np.log(np.log(2) / RATE), np.log(np.log(np.log(10) / np.log(2))), -35.0]])


@pytest.mark.parametrize("family", [Weibull(), GammaLengths()], ids=lambda family: family.name)
def test_of_exponential_lengths_each_visit_tells_what_the_formula_says(family: Family) -> None:
    def told(**visit: float) -> float:
        row = pd.DataFrame({name: [value] for name, value in visit.items()})
        return float(log_likelihood(family, observed(visits_with(**row)), EXPONENTIAL)[0])

    def by_day(days: int) -> float:
        """Integrate over a beginning and an end that are anywhere in their days."""
        shortest = (np.exp(-RATE) - 1 + RATE) / RATE
        return shortest if days == 0 else np.exp(-RATE * days) * (np.cosh(RATE) - 1) * 2 / RATE

    assert told(low=30, high=30) == pytest.approx(np.log(RATE) - 30 * RATE, abs=1e-5)
    assert told(low=30, high=np.inf) == pytest.approx(-30 * RATE, abs=1e-5)
    assert told(low=30, high=30, from_age=12) == pytest.approx(np.log(RATE) - 18 * RATE, abs=1e-5)
    assert told(low=8, high=12, ended=4) == pytest.approx(
        np.log(np.exp(-8 * RATE) - np.exp(-12 * RATE)), abs=1e-5
    )
    for days in (0, 1, 4, 40):
        bounds = {"low": max(days - 1, 0), "high": days + 1, "began": 1, "ended": 1}
        assert told(**bounds) == pytest.approx(np.log(by_day(days)), abs=2e-3)


def test_a_share_that_never_decides_is_among_those_who_wait() -> None:
    points = EXPONENTIAL.copy()
    points[0, 2] = special.logit(0.3)
    seen = observed(visits_with([30.0, 30.0], [30.0, np.inf], [0.0, 12.0]))
    lasting = 0.3 + 0.7 * np.exp(-RATE * np.array([30.0, 12.0]))
    exact = 0.7 * RATE * np.exp(-30 * RATE)
    assert log_likelihood(Weibull(), seen, points)[0] == pytest.approx(
        np.log(exact) + np.log(lasting[0] / lasting[1]), abs=1e-5
    )


def test_ten_thousand_visits_are_few_terms_that_tell_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    visits = made_up(FAMILIES[0], 10_000, seed=4)
    few = observed(visits)
    assert len(few.exact_weight) + len(few.between_weight) + len(few.beyond_weight) < 1_000
    assert few.exact_weight.sum() + few.between_weight.sum() == np.isfinite(visits["high"]).sum()
    monkeypatch.setattr(gathering, "GRID", 1e-7)
    each = observed(visits)
    found = [mode(log_posterior(FAMILIES[0], seen, Prior()), seen, Prior()) for seen in (few, each)]
    deviation = np.sqrt(np.diag(found[1][1]))
    assert (np.abs(found[0][0] - found[1][0]) < 0.05 * deviation).all()
    assert np.sqrt(np.diag(found[0][1])) == pytest.approx(deviation, rel=0.02)


# ---- posterior ----------------------------------------------------------------------------------


@BY_NAME
def test_the_mode_of_a_flat_prior_is_the_maximum_likelihood_of_surpyval(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    surpyval = pytest.importorskip("surpyval")
    rival = {"lognormal": "LogNormal", "log-logistic": "LogLogistic", "gamma": "Gamma"}
    visits = made_up(family, 600, seed=2)
    exact, still = visits["low"] == visits["high"], ~np.isfinite(visits["high"])
    spans = [
        [low, low if still[row] else high]
        for row, (low, high) in enumerate(zip(visits["low"], visits["high"], strict=True))
    ]
    fitted = getattr(surpyval, rival.get(family.name, "Weibull")).fit(
        xl=[span[0] for span in spans],
        xr=[span[1] for span in spans],
        c=np.select([exact, still], [0, 1], 2),
        tl=visits["from_age"].to_numpy(),
        lfp=True,  # a share that never fails
    )
    monkeypatch.setattr(gathering, "GRID", 1e-7)
    seen = observed(visits)
    best, _ = mode(log_posterior(family, seen, FLAT), seen, FLAT)
    assert special.expit(best[2]) == pytest.approx(1 - fitted.lfp_p, abs=2e-3)
    found = np.exp(best[0]), np.exp(best[0] + np.exp(best[1]))
    assert found == pytest.approx(np.array(fitted.dist.qf([0.5, 0.9], *fitted.params)), rel=0.01)


def test_draws_and_evidence_are_those_of_the_integral() -> None:
    visits, prior = made_up(Weibull(), 25, seed=6), Prior()
    seen = observed(visits)
    density = log_posterior(Weibull(), seen, prior)
    axes = np.linspace(0.5, 7.0, 81), np.linspace(-2.0, 2.2, 71), np.linspace(-25.0, 8.0, 91)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    cell = np.prod([axis[1] - axis[0] for axis in axes])
    heights = np.concatenate([density(part) for part in np.array_split(grid, 50)])
    weights = special.softmax(heights)

    found = explored(Weibull(), seen, prior, np.random.default_rng(3))
    independent = worth(found.log_weights)
    assert independent > 300
    assert log_evidence(found.log_weights) == pytest.approx(
        special.logsumexp(heights) + np.log(cell), abs=0.15
    )
    drawn = special.softmax(found.log_weights)
    mean, deviation = weights @ grid, np.sqrt(weights @ (grid - weights @ grid) ** 2)
    assert np.all(np.abs(drawn @ found.points - mean) < 4 * deviation / np.sqrt(independent))
    spread = np.sqrt(drawn @ (found.points - drawn @ found.points) ** 2)
    assert spread == pytest.approx(deviation, rel=0.2)


@BY_NAME
def test_many_visits_tell_their_family(family: Family) -> None:
    days = lengths_drawn(family, 10.0, 50.0, 4_000, np.random.default_rng(1))
    lengths = measure_lengths(visits_with(days), draws=400, seed=1)
    assert lengths.weights[family.name] > 0.9
    assert sum(lengths.weights.values()) == pytest.approx(1.0)
    takes, never = lengths.estimates("offer")
    assert takes.told["median, days"].min() < 10 < takes.told["median, days"].max()
    assert takes.told["p90, days"].min() < 50 < takes.told["p90, days"].max()
    assert never.interval("share")[1] < 0.005


# ---- steps --------------------------------------------------------------------------------------


def of_two_kinds(n: int, seed: int, by_day: bool) -> pd.DataFrame:
    """Make up visits of about 10 days or of about 80, which no family with a formula has."""
    rng = np.random.default_rng(seed)
    days = np.where(rng.random(n) < 0.4, rng.gamma(20.0, 0.5, n), rng.gamma(20.0, 4.0, n))
    began = rng.uniform(0.0, 200.0, n)
    ended = began + days
    if by_day:
        days = np.floor(ended) - np.floor(began)
        low, high, span = np.maximum(days - 1, 0.0), days + 1, 1.0
    else:
        low, high, span = days, days, 0.0
    still = ended > 200
    low = np.where(still, 200 - np.ceil(began) if by_day else 200 - began, low)
    return visits_with(low, np.where(still, np.inf, high), 0.0, span, np.where(still, 0.0, span))


@pytest.mark.parametrize("by_day", [False, True])
def test_where_no_formula_fits_the_curve_follows_the_data_in_steps(by_day: bool) -> None:
    lengths = measure_lengths(of_two_kinds(3_000, 1, by_day), draws=200, seed=1)
    assert lengths.weights["in steps"] > 0.99
    assert lengths.worth > 300
    days = np.array([8.0, 12.0, 25.0, 60.0, 80.0, 100.0])
    truth = 0.4 * stats.gamma(20, scale=0.5).sf(days) + 0.6 * stats.gamma(20, scale=4.0).sf(days)
    assert lengths.fitted(days)["middle"].to_numpy() == pytest.approx(truth, abs=0.05)
    takes, never = lengths.estimates("offer")
    assert never.interval("share")[1] < 0.05
    assert takes.draws is not None
    for draw, p90 in list(zip(takes.draws, takes.told["p90, days"], strict=True))[:50]:
        assert read_distribution(draw, Samples()).quantile(0.9) == pytest.approx(p90, rel=3e-3)
    read = read_distribution(takes.value, Samples())
    quantiles = [read.quantile(level) for level in np.arange(0.005, 1.0, 0.01)]
    assert np.mean(np.array(quantiles) > 30) == pytest.approx(0.6, abs=0.05)


def test_of_exact_lengths_the_evidence_of_steps_has_a_formula() -> None:
    days = np.random.default_rng(2).exponential(12.0, 40)
    seen = observed(visits_with(days, np.where(days > 20, np.inf, days)))
    found = stepped(seen, Prior(), 500, np.random.default_rng(1))
    assert worth(found.log_weights) == pytest.approx(500)  # all weights are the evidence


def test_equal_hazards_are_an_exponential_time() -> None:
    seen = observed(
        visits_with([3.0, 30.0, 8.0], [3.0, np.inf, 12.0], [0.0, 12.0, 0.0], 0.0, [0.0, 0.0, 4.0])
    )
    grid = Grid.of(14.0, seen)
    found = grid.log_likelihood(seen, np.full((1, len(grid.edges)), RATE))
    between = np.log(np.exp(-8 * RATE) - np.exp(-12 * RATE))
    assert found[0] == pytest.approx(np.log(RATE) - 3 * RATE - 18 * RATE + between)


def test_the_gamma_distributions_of_hazards_lie_at_the_mode_of_their_posterior() -> None:
    seen = observed(of_two_kinds(400, 3, by_day=True))
    grid = Grid.of(30.0, seen)
    shape, rate = grid.posterior(seen)

    def height(log_hazards: np.ndarray) -> float:  # the density of logarithms
        hazards = np.exp(log_hazards)
        return grid.log_likelihood(seen, hazards[None])[0] + (log_hazards - hazards / grid.mean).sum()

    best = np.log(shape / rate)
    for place in np.flatnonzero(np.diff(grid.edges) > 0):
        step = 0.02 * np.eye(len(best))[place]
        assert height(best) >= max(height(best + step), height(best - step)) - 0.01


def test_hazards_at_which_nobody_lasts_so_long_do_not_pass_for_likely() -> None:
    late = observed(visits_with([1_000.0] * 20, [1_002.0] * 20, [999.0] * 20, 0.0, [2.0] * 20))
    grid = Grid.of(1.0, late)
    found = grid.log_likelihood(late, np.array([[1.0], [0.5]]) * np.ones(len(grid.edges)))
    assert found[1] == pytest.approx(20 * np.log(np.exp(-0.5) - np.exp(-1.5)))
    assert found[0] <= 0.0  # a probability, though exp(-1000) is too small for a number


# ---- what is told -------------------------------------------------------------------------------


@pytest.mark.usefixtures("exact_shapes")
def test_estimates_are_of_the_same_draws_and_named_by_stage() -> None:
    lengths = measure_lengths(made_up(Weibull(), 200, seed=1), draws=100, seed=1)
    takes, never = lengths.estimates("offer")
    assert (takes.path, never.path) == ("stages.offer.customer_takes_days", "stages.offer.never_decides")
    assert takes.n == never.n == 200
    assert takes.draws is not None
    assert len(takes.draws) == 100
    read = [read_distribution(draw, Samples()) for draw in takes.draws]
    assert [each.quantile(0.9) for each in read] == pytest.approx(takes.told["p90, days"].tolist(), rel=3e-3)
    assert never.draws == pytest.approx(never.told["share"].tolist(), abs=1e-6)
    middle = read_distribution(takes.value, Samples()).quantile(0.5)
    assert (
        np.quantile(takes.told["median, days"], 0.2) < middle < np.quantile(takes.told["median, days"], 0.8)
    )


def test_the_same_seed_gives_the_same_draws() -> None:
    visits = made_up(Weibull(), 50, seed=1)
    first, again, other = (measure_lengths(visits, draws=50, seed=seed) for seed in (1, 1, 2))
    written = [[each.written() for each in lengths.members] for lengths in (first, again, other)]
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_where_hardly_any_visit_has_ended_the_prior_speaks_and_it_is_said() -> None:
    few = measure_lengths(visits_with([9.0, 12.0], [9.0, np.inf]), draws=400, seed=1)
    takes, _ = few.estimates("offer")
    assert takes.method == "what is usual elsewhere, as few visits have ended: 1"
    low, high = takes.interval("median, days")
    assert high / low > 5
    enough = measure_lengths(visits_with(np.full(FEWEST, 9.0) + np.arange(FEWEST)), draws=400, seed=1)
    assert enough.estimates("offer")[0].method.startswith("lengths of visits, families averaged: ")


def test_visits_that_tell_nothing_leave_the_prior() -> None:
    blind = measure_lengths(visits_with([5.0] * 30, [np.inf] * 30, [5.0] * 30), draws=2_000, seed=1)
    prior = Prior()
    takes, never = blind.estimates("offer")
    medians = np.log(takes.told["median, days"])
    assert medians.mean() == pytest.approx(prior.log_median, abs=0.15)
    assert medians.std() == pytest.approx(prior.log_median_deviation, abs=0.15)
    assert never.told["share"].mean() == pytest.approx(prior.never / (prior.never + prior.ever), abs=0.03)
    assert list(blind.weights.values()) == pytest.approx([0.2] * 5, abs=0.03)


def test_without_a_visit_a_sentence_says_what_to_do() -> None:
    with pytest.raises(UnusableError, match="type a time, or leave the stage out"):
        measure_lengths(visits_with([]), draws=10, seed=1)
    with pytest.raises(UnusableError, match="no visit to this stage that tells"):
        measure_lengths(visits_with([3.0], from_age=[np.nan]), draws=10, seed=1)


def test_lengths_of_nothing_at_all_and_of_years_are_measured() -> None:
    days = np.concatenate([np.zeros(40), np.full(3, 900.0), np.random.default_rng(1).exponential(9, 60)])
    lengths = measure_lengths(visits_with(days), draws=100, seed=1)
    assert np.isfinite([each.p90 for each in lengths.members]).all()
    assert lengths.worth > 100


def test_the_fitted_curve_follows_the_data() -> None:
    visits = made_up(Weibull(), 2_000, seed=3)
    lengths = measure_lengths(visits, draws=200, seed=1)
    days = np.array([5.0, 20.0, 50.0])
    fitted = lengths.fitted(days)
    truth = of_scipy(Weibull(), 20.0, 70.0).sf(days)
    assert ((fitted["low"] - 0.01 < truth) & (truth < fitted["high"] + 0.01)).all()
    seen = lengths.seen()
    at = seen["share"].to_numpy()[np.searchsorted(seen["days"], days, side="right") - 1]
    assert at == pytest.approx(truth, abs=0.05)

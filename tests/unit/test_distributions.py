"""Quantile tables against the distributions they stand for, out to the last uniforms of either tail."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from funnelsim.chance.distributions import (
    Constant,
    Gamma,
    Lognormal,
    Pert,
    Quantiles,
    Sample,
    Scipy,
    Tables,
    mean,
    quantile,
    tabulate,
)
from funnelsim.chance.distributions.curves import BetaCurve, GammaCurve, LognormalCurve
from funnelsim.chance.distributions.knots import quiet
from funnelsim.chance.distributions.lookup import Family

LOWEST, HIGHEST = 2.0**-53, 1 - 2.0**-53  # of all uniforms


@numba.njit
def compiled(distributions, row, knots, uniforms):
    values = np.empty(len(uniforms))
    for i in range(len(uniforms)):
        values[i] = quantile(distributions[row], knots, uniforms[i])
    return values


def lookups(distribution, uniforms):
    tables = Tables()
    tables.add(Constant(1))  # so that offsets are not all 0
    tables.add(Sample([1, 2, 3]))
    row = tables.add(distribution)
    distributions, knots = tables.records()
    return compiled(distributions, row, knots, uniforms)


def tail_probabilities(smallest, per_octave):
    """Return probabilities up to a half, off the knots, dense in every octave."""
    mantissas = 0.5 + (np.arange(per_octave) + 0.37) / (2 * per_octave)
    octaves = 2.0 ** -np.arange(0, -math.log2(smallest))
    v = np.outer(octaves, mantissas).ravel()
    v = np.round(v * 2.0**53) * 2.0**-53  # as uniforms are: 1 - v is exact
    return v[(v >= smallest) & (v <= 0.5)]


def misses(values, v, probability, end):
    """Return by how much F(q) misses v, relative to v, at the nearest of the floats around q.

    Near a finite end other than 0 the floats themselves lie further apart than the accuracy asked for.
    """
    near = [values]
    for towards in (end, -end):
        near += [np.nextafter(values, towards), np.nextafter(np.nextafter(values, towards), towards)]
    reached = np.array([probability(value) for value in near])
    bracketed = (reached.min(axis=0) <= v) & (v <= reached.max(axis=0))
    return np.where(bracketed, 0.0, np.abs(reached - v).min(axis=0) / v)


def truncated_normal_cdf(x):
    """Integrate the density from -1 on: scipy's difference of two logarithms loses digits next to the end."""
    nodes, weights = np.polynomial.legendre.leggauss(30)
    half = (x + 1) / 2
    density = stats.norm.pdf(-1 + half[:, None] * (1 + nodes)) / stats.norm.sf(-1)
    return half * (density @ weights)


# Tails that scipy takes as a difference have their textbook formula here: (lower, upper).
CONTINUOUS = {
    "normal": (Scipy("norm"), stats.norm, (None, None)),
    "normal moved": (Scipy("norm", {"loc": 3, "scale": 2}), stats.norm(3, 2), (None, None)),
    "lognormal": (Lognormal(2, 9), stats.lognorm(math.log(4.5) / stats.norm.ppf(0.9), scale=2), (None, None)),
    "gamma 0.3": (Scipy("gamma", {"a": 0.3}), stats.gamma(0.3), (None, None)),
    "gamma 4": (Scipy("gamma", {"a": 4, "scale": 7}), stats.gamma(4, scale=7), (None, None)),
    "weibull 0.7": (Scipy("weibull_min", {"c": 0.7}), stats.weibull_min(0.7), (None, None)),
    "weibull 3": (Scipy("weibull_min", {"c": 3}), stats.weibull_min(3), (None, None)),
    "exponential": (Scipy("expon", {"scale": 5}), stats.expon(scale=5), (None, None)),
    "beta": (Scipy("beta", {"a": 2.5, "b": 1.5}), stats.beta(2.5, 1.5), (None, None)),
    "pert": (Pert(0, 1, 4), stats.beta(2, 4, scale=4), (None, None)),
    "triangular": (
        Scipy("triang", {"c": 0.3}),
        stats.triang(0.3),
        (None, lambda x: np.where(x < 0.3, 1 - x * x / 0.3, (1 - x) ** 2 / 0.7)),
    ),
    "uniform": (Scipy("uniform"), stats.uniform, (None, lambda x: 1 - x)),
    "pareto": (Scipy("pareto", {"b": 1.2}), stats.pareto(1.2), (None, lambda x: x**-1.2)),
    "log-logistic": (Scipy("fisk", {"c": 2}), stats.fisk(2), (None, lambda x: 1 / (1 + x * x))),
    "student t": (Scipy("t", {"df": 2.5}), stats.t(2.5), (None, None)),
    "logistic": (Scipy("logistic"), stats.logistic, (None, None)),
    "gumbel": (Scipy("gumbel_r"), stats.gumbel_r, (None, None)),
    "inverse gaussian": (Scipy("invgauss", {"mu": 0.8}), stats.invgauss(0.8), (None, None)),
    "truncated normal": (
        Scipy("truncnorm", {"a": -1, "b": math.inf}),
        stats.truncnorm(-1, math.inf),
        (truncated_normal_cdf, None),
    ),
    "chi": (Scipy("chi", {"df": 3}), stats.chi(3), (None, None)),
    "laplace": (Scipy("laplace"), stats.laplace, (None, None)),
    "exgaussian, searched": (Scipy("exponnorm", {"K": 1.5}), stats.exponnorm(1.5), (None, None)),
}


# Next to the end at -1, scipy's inverse is several floats off.
SMALLEST = {"truncated normal": 2.0**-42}


@pytest.mark.parametrize("name", CONTINUOUS)
def test_octaves_are_accurate_in_both_tails(name):
    distribution, exact, (lower, upper) = CONTINUOUS[name]
    v = tail_probabilities(SMALLEST.get(name, 2.0**-45), per_octave=150)
    lower_misses = misses(lookups(distribution, v), v, lower or exact.cdf, -math.inf)
    upper_misses = misses(lookups(distribution, 1 - v), v, upper or exact.sf, math.inf)
    assert lower_misses.max() <= 1e-3
    assert upper_misses.max() <= 1e-3


@pytest.mark.parametrize("name", CONTINUOUS)
def test_octaves_rise_from_the_lowest_uniform_to_the_highest(name):
    v = np.concatenate([[LOWEST], np.sort(tail_probabilities(2.0**-53, per_octave=40))])
    values = lookups(CONTINUOUS[name][0], np.concatenate([v, 1 - v[::-1]]))
    assert np.isfinite(values).all()
    assert (np.diff(values) >= 0).all()
    assert values[0] >= CONTINUOUS[name][0].lowest()


def test_the_median_is_met_exactly():
    assert lookups(Lognormal(3, 8), np.array([0.5]))[0] == pytest.approx(3, rel=1e-15)


DISCRETE = {
    "poisson": ("poisson", {"mu": 3.7}),
    "large poisson": ("poisson", {"mu": 90_000}),
    "binomial": ("binom", {"n": 12, "p": 0.3}),
    "negative binomial": ("nbinom", {"n": 2.5, "p": 0.2}),
    "die": ("randint", {"low": 1, "high": 7}),
    "geometric": ("geom", {"p": 0.15}),
    "below zero": ("skellam", {"mu1": 4, "mu2": 9}),
    "summed up": ("zipf", {"a": 7}),
}


@pytest.mark.parametrize("name", DISCRETE)
def test_steps_are_exact(name):
    family, parameters = DISCRETE[name]
    exact = getattr(stats, family)(**parameters)
    u = np.concatenate(
        [
            tail_probabilities(2.0**-44, 20),
            1 - tail_probabilities(2.0**-40, 20),
            np.linspace(0.001, 0.999, 999),
        ]
    )
    values = lookups(Scipy(family, parameters), u)
    rounding = 1e-14  # where scipy adds shares up in another order
    assert (exact.cdf(values) >= u - rounding).all()
    assert (exact.cdf(values - 1) < u + rounding).all()
    assert (values == np.round(values)).all()


def test_a_moved_and_scaled_discrete_distribution_keeps_its_steps():
    dice = Scipy("randint", {"low": 1, "high": 7, "loc": 10}).scaled(2.5)
    assert lookups(dice, (np.arange(6) + 0.5) / 6).tolist() == [27.5, 30.0, 32.5, 35.0, 37.5, 40.0]
    assert dice.mean() == pytest.approx(33.75)
    assert dice.lowest() == 27.5


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.floats(LOWEST, HIGHEST),
)
@settings(max_examples=200)
def test_a_sample_returns_the_value_that_the_share_reaches(values, u):
    found = lookups(Sample(values), np.array([u]))[0]
    share = np.mean(np.array(values) <= found)
    below = np.mean(np.array(values) < found)
    assert found in values
    assert share >= u - 1e-15
    assert below < u + 1e-15


def test_a_sample_reaches_a_share_that_it_meets_exactly():
    assert lookups(Sample([1, 2, 3, 4]), np.array([0.25, 0.25 + 2.0**-53, 0.5])).tolist() == [1, 2, 2]


@given(st.floats(LOWEST, HIGHEST))
@settings(max_examples=200)
def test_quantiles_are_lines(u):
    levels, values = (0, 0.1, 0.5, 0.9, 1), (2, 3, 3, 8, 20)
    assert lookups(Quantiles(levels, values), np.array([u]))[0] == pytest.approx(np.interp(u, levels, values))


EVERY_KIND = [
    Constant(4.5),
    Lognormal(2, 9),
    Pert(1, 2, 9),
    Pert(3, 3, 3),
    Scipy("gamma", {"a": 0.3, "loc": 1}),
    Scipy("poisson", {"mu": 3.7}),
    Quantiles((0, 0.25, 1), (1, 1, 4)),
    Sample([4, 1, 1, 9]),
]


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
def test_a_lookup_has_the_same_bits_compiled(distribution):
    tables = Tables()
    tables.add(Sample([7, 8]))
    row = tables.add(distribution)
    distributions, knots = tables.records()
    u = np.concatenate([[LOWEST, 0.5, HIGHEST], np.random.default_rng(1).random(500)])
    python = [quantile(distributions[row], knots, x) for x in u]
    assert all(type(value) is float for value in python)
    assert python == compiled(distributions, row, knots, u).tolist()


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
def test_a_table_has_the_mean_and_lowest_value_of_its_distribution(distribution):
    u = (np.arange(40_000) + 0.5) / 40_000
    values = lookups(distribution, u)
    assert values.mean() == pytest.approx(distribution.mean(), rel=2e-3)
    assert values.min() >= distribution.lowest()
    assert lookups(distribution, np.array([LOWEST]))[0] == pytest.approx(distribution.lowest(), abs=2e-4)


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
@pytest.mark.parametrize("factor", [0.1, 3])
def test_scaling_multiplies_every_value(distribution, factor):
    u = np.array([LOWEST, 0.01, 0.3, 0.5, 0.77, HIGHEST])
    scaled = distribution.scaled(factor)
    assert type(scaled) is type(distribution)
    assert lookups(scaled, u) == pytest.approx(factor * lookups(distribution, u))
    assert scaled.mean() == pytest.approx(factor * distribution.mean())
    assert scaled.lowest() == pytest.approx(factor * distribution.lowest())
    assert scaled.quantile(0.77) == pytest.approx(factor * distribution.quantile(0.77))


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
def test_the_exact_quantile_is_what_the_table_approximates(distribution):
    for u in (0.05, 0.3, 0.61, 0.97):
        assert lookups(distribution, np.array([u]))[0] == pytest.approx(distribution.quantile(u), rel=2e-3)


@pytest.mark.parametrize("factor", [0, -1, math.inf, math.nan])
@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
def test_a_factor_is_above_zero(distribution, factor):
    with pytest.raises(ValueError, match="factor must be above 0"):
        distribution.scaled(factor)


KNOWN_MEANS = {
    "constant": (Constant(4.5), 4.5),
    "lognormal": (Lognormal(2, 9), 2 * math.exp((math.log(4.5) / stats.norm.ppf(0.9)) ** 2 / 2)),
    "pert": (Pert(1, 2, 9), (1 + 4 * 2 + 9) / 6),
    "pert of one value": (Pert(3, 3, 3), 3),
    "quantiles": (Quantiles((0, 0.25, 1), (1, 1, 4)), 0.25 * 1 + 0.75 * 2.5),
    "sample": (Sample([4, 1, 1, 9]), 15 / 4),
    "scaled": (Lognormal(2, 9).scaled(3), 6 * math.exp((math.log(4.5) / stats.norm.ppf(0.9)) ** 2 / 2)),
    **{name: (made, float(exact.mean())) for name, (made, exact, _) in CONTINUOUS.items()},
    "pareto": (CONTINUOUS["pareto"][0], 6 * (1 - 2 ** (-53 / 6))),  # a table ends at the probability 2^-53
    **{
        name: (Scipy(*made), float(getattr(stats, made[0])(**made[1]).mean()))
        for name, made in DISCRETE.items()
    },
}


@pytest.mark.parametrize("name", KNOWN_MEANS)
def test_the_mean_of_a_table_is_that_of_its_family(name):
    distribution, known = KNOWN_MEANS[name]
    assert mean(tabulate(distribution)) == pytest.approx(known, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
def test_the_mean_of_a_table_is_that_of_what_is_drawn_from_it(distribution):
    octave = np.repeat(2.0 ** -np.arange(2, 52), 2**9)  # equal parts of each octave of a tail: lines in each
    part = np.tile((np.arange(2**9) + 0.5) / 2**9, 50)
    v, share = octave * (1 + part), octave / 2**9
    drawn = lookups(distribution, np.concatenate([v, 1 - v]))
    assert drawn @ np.tile(share, 2) == pytest.approx(mean(tabulate(distribution)), rel=1e-4)


def test_equal_shapes_share_their_knots():
    tables = Tables()
    rows = [
        tables.add(each) for each in (Lognormal(1, 3), Lognormal(10, 30), Lognormal(1, 4), Lognormal(1, 3))
    ]
    distributions, knots = tables.records()
    assert rows == [0, 1, 2, 3]
    assert distributions["first"][0] == distributions["first"][1] != distributions["first"][2]
    assert distributions[0] == distributions[3]
    assert len(knots) == 2 * len(tabulate(Lognormal(1, 3)).knots)


def test_a_model_without_distributions_has_empty_tables():
    distributions, knots = Tables().records()
    assert len(distributions) == len(knots) == 0


def test_the_families_of_tables():
    families = [tabulate(each).family for each in EVERY_KIND]
    octaves, steps = Family.OCTAVES, Family.STEPS
    assert families == [Family.CONSTANT, octaves, octaves, octaves, octaves, steps, Family.LINES, steps]


def test_an_infinite_mean_is_said_to_be_infinite():
    assert Scipy("pareto", {"b": 0.9}).mean() == math.inf


@pytest.mark.parametrize(
    ("curve", "standard"),
    [
        *((LognormalCurve(s), stats.lognorm(s)) for s in (0.01, 0.35, 1.0, 4.2)),
        *((BetaCurve(1 + 4 * m, 5 - 4 * m), stats.beta(1 + 4 * m, 5 - 4 * m)) for m in (0, 0.125, 0.61, 1)),
        *((GammaCurve(a), stats.gamma(a)) for a in (0.3, 1.0, 25.0, 4e4)),
    ],
)
def test_own_curves_have_the_bits_of_scipy_stats(curve, standard):
    levels = np.concatenate([[0, 1], tail_probabilities(LOWEST, 8), 1 - tail_probabilities(LOWEST, 8)])
    values = np.concatenate([[-1, 0, 1, 2, np.finfo(float).max], standard.ppf(levels)])
    for method, at in ("ppf", levels), ("isf", levels), ("cdf", values), ("sf", values):
        with quiet():
            assert getattr(curve, method)(at).tolist() == getattr(standard, method)(at).tolist(), method
    assert curve.mean() == standard.mean()
    assert curve.support() == standard.support()


def test_p90_is_the_ninetieth_percentile():
    assert lookups(Lognormal(2, 9), np.array([0.9]))[0] == pytest.approx(9, rel=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(math.nan), "value must be a finite number, not nan"),
        (lambda: Lognormal(2, 2), "p90 > median > 0"),
        (lambda: Lognormal(-1, 2), "p90 > median > 0"),
        (lambda: Lognormal(1, math.inf), "p90 must be a finite number"),
        (lambda: Pert(1, 0, 2), "low <= likely <= high must hold, not 1, 0, 2"),
        (lambda: Pert(1, math.nan, 2), "likely must be a finite number"),
        (lambda: Gamma(0, 2), "a gamma needs shape and scale > 0"),
        (lambda: Gamma(1, math.inf), "scale must be a finite number"),
        (lambda: Scipy("lognormal", {"s": 1}), "no distribution 'lognormal'; the nearest name is 'lognorm'"),
        (lambda: Scipy("kstest"), "no distribution 'kstest'"),
        (lambda: Scipy("gamma", {"a": 1, "scal": 2}), "no parameter 'scal'; the nearest name is 'scale'"),
        (lambda: Scipy("gamma", {"zz": 1}), "no parameter 'zz'; it has a, loc, scale"),
        (lambda: Scipy("poisson", {"mu": 1, "scale": 2}), "no parameter 'scale'; it has mu, loc"),
        (lambda: Scipy("beta", {"a": 1}), "scipy.stats.beta needs b as well"),
        (lambda: Scipy("gamma", {"a": -1}), "scipy.stats.gamma does not exist for a = -1"),
        (lambda: Scipy("norm", {"scale": 0}), "scipy.stats.norm does not exist for scale = 0"),
        (lambda: Scipy("gamma", {"a": math.nan}), "a must be a finite number, not nan"),
        (lambda: Scipy("norm", {"loc": math.inf}), "loc must be a finite number, not inf"),
        (lambda: Quantiles((0, 1), (1, 2, 3)), "as many values as levels"),
        (lambda: Quantiles((0.1, 1), (1, 2)), "must rise from 0 to 1"),
        (lambda: Quantiles((0, 0.5, 0.5, 1), (1, 2, 3, 4)), "must rise from 0 to 1"),
        (lambda: Quantiles((0, 1), (2, 1)), "must not fall"),
        (lambda: Quantiles((0, 1), (2, math.inf)), "value 2 must be a finite number"),
        (lambda: Sample([]), "at least one value"),
        (lambda: Sample([1, math.nan]), "value 2 must be a finite number"),
    ],
)
def test_bad_values_are_refused_in_a_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        (Scipy("pareto", {"b": 0.01}), "too extreme for these parameters: its lower tail"),
        (Scipy("lognorm", {"s": 100}), "too extreme for these parameters"),
        (Scipy("zipf", {"a": 1.5}), "too many values for a table"),
    ],
)
def test_what_no_table_can_hold_is_refused(distribution, message):
    with pytest.raises(ValueError, match=message):
        tabulate(distribution)


def test_shares_that_scipy_cannot_compute_are_refused(monkeypatch):
    monkeypatch.setattr(type(stats.poisson), "_cdf", lambda _, values, mu: values * mu * math.nan)
    with pytest.raises(ValueError, match=r"cannot compute the shares of scipy\.stats\.poisson"):
        tabulate(Scipy("poisson", {"mu": 3.33}))


def test_the_same_parameters_in_any_order_are_the_same_distribution():
    one = Scipy("beta", {"a": 2, "b": 3})
    assert one == Scipy("beta", (("b", 3), ("a", 2)))
    assert hash(one) == hash(Scipy("beta", {"b": 3, "a": 2}))

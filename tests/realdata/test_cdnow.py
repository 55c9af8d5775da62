"""Repeat purchase against the public cohort: counts, fit and forecast, by what was published of them."""

import argparse

import numpy as np
import pytest
from experiments.repeat_purchase import cdnow, purchases

try:
    FILE = purchases.data_file()
except FileNotFoundError as missing:
    FILE, WHY = None, str(missing)
else:
    WHY = ""

pytestmark = [pytest.mark.realdata, pytest.mark.skipif(FILE is None, reason=WHY)]
PUBLISHED = (0.243, 4.414, 0.793, 2.426)  # Fader, Hardie and Lee (2005), table 2


@pytest.fixture(scope="module")
def bought():
    return purchases.load(FILE)


@pytest.fixture(scope="module")
def fitted(bought):
    return purchases.fit(purchases.histories(bought))


def test_purchases_of_both_halves_are_those_published(bought):
    observed = cdnow.counted(bought, bought["customer"].nunique())
    halves = [observed.by_week[weeks].sum() for weeks in cdnow.HALVES.values()]
    assert (bought["customer"].nunique(), *halves) == (2357, 2457, 1882)


def test_the_fit_is_the_published_one(fitted):
    assert np.round(fitted[:4], 3) == pytest.approx(PUBLISHED)
    assert fitted.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_the_simulation_expects_what_the_published_fit_expects(bought, fitted):
    text = cdnow.scenario(fitted, bought)
    worlds = cdnow.simulated(text, 2357, argparse.Namespace(worlds=40, seed=1, jobs=2))
    for half, expected in cdnow.PUBLISHED.items():
        found = np.array([world.by_week[cdnow.HALVES[half]].sum() for world in worlds])
        assert found.mean() == pytest.approx(expected, abs=4 * found.std(ddof=1) / np.sqrt(len(found)))

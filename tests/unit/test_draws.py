"""Draws of neighbouring keys are uniform and independent; a planted fault is found."""

import numba
import numpy as np
import pytest
from scipy import stats

from funnelsim.chance.keys import PROFILE, WORLD, Entity, entity, uniforms

DRAWS = 20_000
LEVEL = 1e-4  # of the whole battery, Bonferroni
FIRST_LEAD = entity(Entity.INQUIRY, "Web")


@numba.njit
def draws(worlds, entities, purposes, occurrences):
    pairs = np.empty((len(entities), 2))
    for i in range(len(entities)):
        pairs[i, 0], pairs[i, 1] = uniforms(worlds[i], entities[i], purposes[i], occurrences[i])
    return pairs


def neighbours(moving, step=1):
    """Draw for keys that differ only in one part, counted up."""
    parts = {"seed": 1, "replication": 0, "index": FIRST_LEAD, "purpose": PROFILE, "occurrence": 0}
    columns = {name: np.full(DRAWS, value, np.int64) for name, value in parts.items()}
    columns[moving] += step * np.arange(DRAWS)
    worlds = np.zeros(DRAWS, WORLD)
    worlds["seed"], worlds["replication"] = columns["seed"], columns["replication"]
    return draws(worlds, columns["index"], columns["purpose"], columns["occurrence"])


def uniformity(sample):
    yield stats.kstest(sample, "uniform").pvalue
    yield stats.chisquare(np.bincount((sample * 100).astype(int), minlength=100)).pvalue


def independence(one, other):
    yield stats.pearsonr(one, other).pvalue
    cells = (one * 10).astype(int) * 10 + (other * 10).astype(int)
    yield stats.chisquare(np.bincount(cells, minlength=100)).pvalue


def battery(pairs):
    """Return the p-values of all tests of a run of pairs."""
    first, second = pairs.T
    found = []
    for sample in (first, second, first * 2**24 % 1, second * 2**24 % 1):  # the high bits and the low ones
        found += uniformity(sample)
    for one, other in (
        (first, second),
        (first[1:], first[:-1]),
        (second[1:], second[:-1]),
        (first[1:], second[:-1]),
        (second[1:], first[:-1]),
        (first[2:], first[:-2]),
    ):
        found += independence(one, other)
    return np.array(found)


@pytest.mark.parametrize("moving", ["index", "purpose", "replication", "seed", "occurrence"])
def test_draws_of_neighbouring_keys_are_uniform_and_independent(moving):
    found = battery(neighbours(moving))
    assert found.min() > LEVEL / len(found)


def test_draws_of_two_neighbouring_worlds_are_independent():
    entities = FIRST_LEAD + np.arange(DRAWS)
    same = np.zeros(DRAWS, np.int64)
    one, other = (
        draws(np.full(DRAWS, np.array((7, replication), WORLD)), entities, same + PROFILE, same)
        for replication in (0, 1)
    )
    found = np.array([p for column in (0, 1) for p in independence(one[:, column], other[:, column])])
    assert found.min() > LEVEL / len(found)


@pytest.mark.parametrize(
    "faulty",
    [
        pytest.param(lambda pairs: np.column_stack([pairs[:, 0], pairs[:, 0]]), id="one word used twice"),
        pytest.param(lambda pairs: pairs**1.05, id="five percent off uniform"),
        pytest.param(
            lambda pairs: np.column_stack([pairs[:, 0], 0.95 * pairs[:, 1] + 0.05 * pairs[:, 0]]),
            id="five percent shared",
        ),
        pytest.param(lambda pairs: np.floor(pairs * 2**20) / 2**20, id="low bits empty"),
        pytest.param(lambda pairs: (pairs[0] + 0.618 * np.arange(DRAWS)[:, None]) % 1, id="additive counter"),
    ],
)
def test_the_battery_finds_a_planted_fault(faulty):
    found = battery(faulty(neighbours("index")))
    assert found.min() < LEVEL / len(found)

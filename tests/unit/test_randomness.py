"""Keys and the generator: published vectors, names instead of positions, the same bits compiled."""

import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelsim.chance.keys import (
    ARRIVAL,
    KIND,
    PROFILE,
    REP,
    VALUE,
    WORLD,
    Entity,
    descendant,
    entity,
    hash24,
    hash32,
    philox,
    purpose,
    uniforms,
)

WORDS = st.integers(0, 2**32 - 1)
COMPILED_PHILOX = numba.njit(philox)
COMPILED_UNIFORMS = numba.njit(uniforms)
COMPILED_DESCENDANT = numba.njit(descendant)


def world(seed, replication):
    return np.array([(seed, replication)], WORLD)[0]


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [  # Random123's kat_vectors, philox4x32 with 10 rounds
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
@pytest.mark.parametrize("generator", [philox, COMPILED_PHILOX], ids=["python", "compiled"])
def test_philox_gives_the_published_vectors(generator, counter, key, expected):
    words = [int(word, 16) for word in f"{counter} {key}".split()]
    assert generator(*words) == tuple(int(word, 16) for word in expected.split())


@given(words=st.tuples(*[WORDS] * 6))
@settings(max_examples=300)
def test_philox_has_the_same_bits_compiled(words):
    assert philox(*words) == COMPILED_PHILOX(*words)


@given(
    seed=WORDS | st.integers(2**32 - 3, 2**32 + 3) | st.integers(-(2**63), 2**63 - 1),
    replication=WORDS,
    kind=st.sampled_from(Entity),
    name=st.text(max_size=5),
    index=WORDS,
    occurrence=WORDS,
)
@settings(max_examples=300)
def test_uniforms_have_the_same_bits_compiled(seed, replication, kind, name, index, occurrence):
    owner = entity(kind, name, index)
    key = (world(seed, replication), owner, PROFILE, occurrence)
    drawn = uniforms(*key)
    assert drawn == COMPILED_UNIFORMS(*key)
    assert drawn == uniforms(key[0], np.int64(owner), np.int64(PROFILE), np.int64(occurrence))
    assert all(type(u) is float and 0 < u < 1 and 1 - (1 - u) == u for u in drawn)


def test_only_the_low_32_bits_of_a_seed_count_in_python_and_compiled():
    for draw in (uniforms, COMPILED_UNIFORMS):
        assert draw(world(2**32 + 5, 0), 1, 2, 3) == draw(world(5, 0), 1, 2, 3)
        assert draw(world(2**32 - 1, 0), 1, 2, 3) != draw(world(0, 0), 1, 2, 3)


def test_uniforms_are_the_words_of_the_documented_block():
    owner = entity(Entity.REP, "Inside sales", 3)
    words = philox(owner & 0xFFFFFFFF, owner >> 32, REP, 7, 11, 13)
    bits = [words[0] * 2**20 + words[1] // 2**12, words[2] * 2**20 + words[3] // 2**12]
    assert uniforms(world(11, 13), owner, REP, 7) == tuple((b + 0.5) / 2**52 for b in bits)


@pytest.mark.parametrize("part", range(5))
def test_every_part_of_a_key_moves_the_draw(part):
    key = [1, 2, entity(Entity.INQUIRY, "Web", 3), purpose("work", "Demo"), 4]
    moved = key.copy()
    moved[part] += 1
    assert not set(uniforms(world(*key[:2]), *key[2:])) & set(uniforms(world(*moved[:2]), *moved[2:]))


def test_an_entity_is_kind_name_and_index_side_by_side():
    owner = entity(Entity.REP, "Field sales", 2**32 - 1)
    assert owner >> 56 == Entity.REP
    assert owner >> 32 & 0xFFFFFF == hash24("Field sales")
    assert owner & 0xFFFFFFFF == 2**32 - 1
    assert owner < 2**63


@given(st.sampled_from(Entity), st.text(max_size=8), WORDS, WORDS, WORDS)
@settings(max_examples=200)
def test_a_descendant_has_its_kind_above_56_bits_and_the_same_compiled(kind, name, index, what, n):
    parent = entity(kind, name, index)
    born = descendant(parent, what, n)
    assert born >> 56 == Entity.DESCENDANT
    assert type(born) is int
    assert COMPILED_DESCENDANT(parent, what, n) == born
    words = philox(parent & 0xFFFFFFFF, parent >> 32, what, n, 0, 0)
    assert born & 2**56 - 1 == words[0] * 2**24 + words[1] // 2**8
    assert descendant(born, what, n) != born  # what is born can have descendants of its own


def test_descendants_differ_by_parent_purpose_and_number():
    lead = entity(Entity.INQUIRY, "Web", 3)
    born = {
        descendant(parent, what, n)
        for parent in (lead, lead + 1, lead + 2**32, descendant(lead, 7, 0))
        for what in (purpose("renewal"), purpose("upgrade"))
        for n in range(50)
    }
    assert len(born) == 4 * 2 * 50
    low, high = ({each & 0xFFFFFF for each in born}, {each >> 32 & 0xFFFFFF for each in born})
    assert len(low) == len(high) == len(born)  # all 56 bits tell them apart


def test_purposes_differ_and_depend_on_the_stage():
    purposes = [ARRIVAL, PROFILE, KIND, VALUE, REP]
    purposes += [
        purpose(what, stage) for what in ("patience", "work", "answer") for stage in ("Demo", "Offer", "")
    ]
    assert len(set(purposes)) == len(purposes)
    assert all(0 <= key < 2**32 for key in purposes)
    assert hash32("ab", "c") != hash32("a", "bc")


def test_hashes_do_not_depend_on_the_process():
    code = "from funnelsim.chance.keys import hash24, hash32; print(hash24('Büro'), hash32('work', 'Demo'))"
    environment = {**os.environ, "PYTHONHASHSEED": "123"}
    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == [str(hash24("Büro")), str(hash32("work", "Demo"))]

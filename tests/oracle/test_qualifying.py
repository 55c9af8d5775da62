"""Traits, checks, ripening and rejection against the oracle: random floors, also with changes."""

from __future__ import annotations

import random
from functools import cache

import pytest

from funnelsim.engines import ENGINES, history
from funnelsim.model.model import Chapter, Chapters
from funnelsim.model.words import DAY, Event, Flag

from .chapters import CHANGES
from .ledgers import told_otherwise
from .naive import History
from .qualifying import CALL, floor
from .table import history_of

FLOORS = range(1, 21)


@cache
def foretold(seed: int) -> History:
    return history_of(floor(seed), seed)


@pytest.mark.parametrize("seed", FLOORS)
def test_each_lead_has_the_oracle_s_history(seed: int) -> None:
    assert told_otherwise(foretold(seed), floor(seed), seed) == []


def test_what_these_floors_cover() -> None:
    walks = [walk for seed in FLOORS for walk in foretold(seed).leads.values()]
    contacts = [junk for walk in walks for junk in walk.contacts]
    rejections = [junk for walk in walks for junk in walk.rejections]
    assert 0 < sum(contacts) < len(contacts)
    assert 0 < sum(rejections) < len(rejections)
    assert sum(contacts) > sum(rejections)
    assert any(walk.inquiry.theorist and not walk.theorist for walk in walks)
    assert any(len(walk.met) == 2 for walk in walks)
    again = [len({v.stage for v in walk.visits if v.handed_over}) < _worked(walk, CALL) for walk in walks]
    assert any(again)  # worked again where it was met before
    assert any(len(walk.rejections) > 1 for walk in walks)  # after nurture
    assert any(walk.visits[0].rep is None and walk.visits[0].started is not None for walk in walks)


def _worked(walk: object, stage: int) -> int:
    return sum(visit.stage == stage and visit.started is not None for visit in walk.visits)


def chapters(seed: int) -> Chapters:
    """Let what decides change twice."""
    chance, models = random.Random(seed), [floor(seed)]
    changes = ["other traits", "other checks", "other rejections", "other teams", "other work", "newcomers"]
    for day in (4, 8):
        model = models[-1]
        for name in chance.sample(changes, 3):
            model = CHANGES[name](chance, model, day * DAY)
        models.append(model)
    return tuple(Chapter(begins * DAY, model) for begins, model in zip((0, 4, 8), models, strict=True))


@pytest.mark.parametrize("seed", range(1, 11))
def test_each_lead_has_the_oracle_s_history_over_changes(seed: int) -> None:
    lived = chapters(seed)
    assert told_otherwise(history_of(lived, seed), lived, seed) == []


def test_both_engines_write_the_same_bits() -> None:
    one, other = (history(engine, chapters(3), 3) for engine in sorted(ENGINES))
    assert one.tobytes() == other.tobytes()
    flagged = one["flags"] & Flag.AFTER_HAND_OVER > 0
    assert (one["event"][flagged] == Event.STARTED).all()
    assert flagged.sum() > 5

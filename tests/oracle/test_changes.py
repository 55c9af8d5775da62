"""Both engines against the oracle where the firm changes on a day: each kind of change, and many at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from funnelsim.engines import ENGINES, history
from funnelsim.model.model import Chapters, chapters_of
from funnelsim.model.words import DAY, Assignment

from . import naive
from .chapters import CHANGES, changed_often, changed_once
from .firm import Chapter
from .ledgers import differences, told_otherwise
from .naive import History, Simulation, Walk
from .situations import mixed, mixed_customers
from .table import history_of, told_of

SEEDS = range(1, 14)
MANY = range(1, 60)
MIXED = 40
engines = pytest.mark.parametrize("engine", sorted(ENGINES))


def changed(name: str, seed: int) -> Chapters:
    """Make a mixed floor on which one thing changes; every other one deals its leads out round robin."""
    floor = mixed(seed)
    if seed % 2:
        floor.teams["assignment"][floor.teams["crews"] == 0] = Assignment.ROUND_ROBIN
    return changed_once(random.Random(seed), floor, CHANGES[name])


@pytest.mark.parametrize("name", CHANGES)
def test_one_change(name: str) -> None:
    mattered = 0
    for seed in SEEDS:
        chapters = changed(name, seed)
        oracle = history_of(chapters, seed)
        assert told_otherwise(oracle, chapters, seed) == []
        unchanged = history_of(chapters[0].model, seed)
        assert until(oracle, chapters[1].begins) == until(unchanged, chapters[1].begins)
        mattered += (oracle.log, oracle.costs) != (unchanged.log, unchanged.costs)
    assert mattered > 0, "a change that changes nothing proves nothing"


def until(told: History, instant: int) -> list[tuple[int, str, int]]:
    """Return what has been decided before an instant."""
    return [entry for entry in told.log if entry[0] < instant]


@pytest.mark.parametrize("seed", range(1, MIXED + 1))
def test_many_changes(seed: int) -> None:
    chapters = changed_often(random.Random(seed), mixed(seed))
    assert told_otherwise(history_of(chapters, seed), chapters, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("what", ["other products", "other bills", "other purchases", "other visits"])
def test_customers_who_live_to_see_a_change(seed: int, what: str) -> None:
    chapters = changed_once(random.Random(seed), mixed_customers(seed), CHANGES[what])
    assert told_otherwise(history_of(chapters, seed), chapters, seed) == []


@engines
def test_a_chapter_that_changes_nothing(engine: str) -> None:
    for seed in SEEDS:
        [only] = chapters_of(mixed(seed))
        middle = len(only.model.month_days) // 2 * DAY
        twice = (only, replace(only, begins=middle))
        assert history(engine, twice, seed).tobytes() == history(engine, only.model, seed).tobytes()


# ---- misreadings -------------------------------------------------------------------------------


def comes_when_it_was_due(_: Simulation, referrer: naive.Referrer, before: naive.Firm) -> None:
    pass


def stays(_: Simulation, walk: Walk, before: object) -> bool:  # noqa: ARG001
    return False


def moves_if_its_team_is_another(told: Simulation, walk: Walk, before: naive.Firm) -> bool:
    return told.stage_for(walk, before).team != told.stage_for(walk).team


def moves_out_of_own_queues(told: Simulation, walk: Walk, before: naive.Firm) -> bool:
    team, now = told.stage_for(walk, before).team, told.stage_for(walk).team
    return team != now or before.teams[team].assignment != told.firm.teams[now].assignment


def keeps_its_hours(before: naive.Spans, after: naive.Spans, change: int) -> naive.Spans:  # noqa: ARG001
    return before


def forgets_where_it_was(reached: list[float], channel: naive.Channel, today: int) -> list[float]:  # noqa: ARG001
    return channel.expected


def works_without_the_others(_: Simulation, walk: Walk) -> naive.Spans:
    return [] if walk.rep is None else walk.rep.hours_at_work()


def costs_nothing(_: Simulation) -> None:
    pass


def ranks_as_it_came(_: Simulation, walk: Walk) -> int:  # noqa: ARG001
    return 0


def begins_a_day_later(chapters: list[Chapter]) -> list[Chapter]:
    return [replace(each, begins=each.begins and each.begins + DAY) for each in chapters]


def terms_as_before(chapters: list[Chapter]) -> list[Chapter]:
    known = chapters[0].firm.products
    return [
        replace(each, firm=replace(each.firm, products=[*known, *each.firm.products[len(known) :]]))
        for each in chapters
    ]


def draws_as_before(chapters: list[Chapter]) -> list[Chapter]:
    return [replace(each, draws=chapters[0].draws) for each in chapters]


begins = Simulation.chapter_begins


def leaves_the_turn_where_it_was(told: Simulation, chapter: Chapter) -> None:
    turns = list(told.turns)
    begins(told, chapter)
    told.turns[: len(turns)] = turns


@pytest.mark.parametrize(
    ("name", "where", "misread"),
    [
        ("other policies", "is_moved", stays),
        ("other policies", "is_moved", moves_if_its_team_is_another),
        ("other policies", "is_moved", moves_out_of_own_queues),
        ("other limits", "is_moved", stays),
        ("other teams", "is_moved", stays),
        ("other orders", "rank_in_own_queue", ranks_as_it_came),
        ("other hours", "both", keeps_its_hours),
        ("other crews", "hours_for", works_without_the_others),
        ("other crews", "tells_of_crews_at_work", costs_nothing),
        ("other volumes", "going_on", forgets_where_it_was),
        ("other money", "pay_once", costs_nothing),
        ("other work", "told", begins_a_day_later),
        ("other products", "told", terms_as_before),
        ("other products", "told", draws_as_before),
        ("other work", "told", draws_as_before),
        ("other purchases", "told", draws_as_before),
        ("other referrals", "refers_anew", comes_when_it_was_due),
        ("newcomers", "chapter_begins", leaves_the_turn_where_it_was),
    ],
)
def test_a_misreading_is_noticed(
    name: str, where: str, misread: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    if where != "told":
        monkeypatch.setattr(Simulation if hasattr(Simulation, where) else naive, where, misread)
    assert any(is_noticed(changed(name, seed), seed, misread if where == "told" else None) for seed in MANY)


def is_noticed(chapters: Chapters, seed: int, misread: Callable[..., Any] | None) -> bool:
    told = told_of(chapters, seed)
    oracle = naive.simulate(*(misread(told) if misread else told))
    return differences(oracle, history("compiled", chapters, seed)) != []

"""Replications come to the same in any order, and on any number of threads."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from threading import Event

from funnelsim.engines.compiled.blocks import Workplace
from funnelsim.engines.fold import Tally
from funnelsim.scenario import TODAY, course_of, courses_of, parse
from funnelsim.studies.replication import Plan, Replications, new_replications, replicate, run_block

from .changing import STRATEGY

REPLICATIONS = 7  # a block and two more of the compiled engine's


def worlds_agree(text: str, seed: int, seen: Counter[str]) -> None:
    """Require the same ledgers and sums on one thread, on two, and world by world in a random order."""
    scenario = parse(text)
    course = course_of(scenario, TODAY)
    strategies = dict.fromkeys(("one", "the same again"), course)
    plans = [Plan(replications=REPLICATIONS, seed=seed, jobs=jobs, digest=True) for jobs in (1, 2)]
    one_thread, two_threads = (replicate(strategies, plan) for plan in plans)
    for jobs in (1, 2):  # where no ledger is hashed, blocks are lived through in one compiled call
        blocks = replicate(strategies, Plan(replications=REPLICATIONS, seed=seed, jobs=jobs))["one"]
        assert list(bits(blocks.tally)) == list(bits(one_thread["one"].tally))
        assert blocks.rows == one_thread["one"].rows
    order = list(range(REPLICATIONS))
    random.Random(seed).shuffle(order)
    alone: dict[int, Replications] = {}
    for number in order:
        alone[number] = new_replications(course, plans[0], range(number, number + 1))
        run_block(course, plans[0], alone[number], range(1), Workplace(Event()))
    expected = one_thread["one"]
    assert tuple(alone[number].digests[0] for number in range(REPLICATIONS)) == expected.digests
    for number in range(REPLICATIONS):
        assert b"".join(bits(alone[number].tally)) == b"".join(bits(expected.tally, number))
        twin, twins = alone[number].twins, expected.twins
        assert (twin is None) == (twins is None)
        if twin is not None and twins is not None:
            assert b"".join(bits(twin.tally)) == b"".join(bits(twins.tally, number))
            seen["twins"] += 1
    for found in (one_thread["the same again"], *two_threads.values()):
        assert found.digests == expected.digests
        require_the_same(found, expected)
    seen["scenarios"] += 1
    seen["worlds"] += len(set(expected.digests))
    seen["rows"] += expected.rows


def branches_agree(text: str, seed: int, seen: Counter[str]) -> None:
    """Require that strategies that live one past come to what each comes to alone, on either engine."""
    scenario = parse(text)
    courses = courses_of(scenario, (TODAY, STRATEGY))
    plan = Plan(replications=REPLICATIONS, seed=seed, jobs=1)
    alone = replicate(courses, replace(plan, digest=True))  # page by page, each from its first day
    on_reference = replicate(courses, replace(plan, digest=True, engine="reference", replications=1))
    together = [replicate(courses, replace(plan, jobs=jobs)) for jobs in (1, 2)]
    for name, course in courses.items():
        assert alone[name].digests[:1] == on_reference[name].digests
        for found in (*(each[name] for each in together), replicate({name: course}, plan)[name]):
            require_the_same(found, alone[name])
    shared = [
        one for one, other in zip(*(each.pieces for each in courses.values()), strict=False) if one is other
    ]
    seen["scenarios"] += 1
    begins = (*courses[STRATEGY].begins, 0)[len(shared)]  # of what is the strategy's own, if anything is
    seen["one past"] += begins > 0


def require_the_same(found: Replications, expected: Replications) -> None:
    """Require the same sums of worlds and twins."""
    assert list(bits(found.tally)) == list(bits(expected.tally))
    assert found.rows == expected.rows
    assert (found.twins is None) == (expected.twins is None)
    if found.twins is not None and expected.twins is not None:
        assert list(bits(found.twins.tally)) == list(bits(expected.twins.tally))


def bits(tally: Tally, world: int | None = None) -> Iterator[bytes]:
    """Give out the bytes of each array of a tally, of all its worlds or of one."""
    for sums in tally:
        yield (sums if world is None else sums[world]).tobytes()

"""The compiled engine's heaps against naive ones: a dictionary's minimum, a sorted list."""

from __future__ import annotations

import numpy as np
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from funnelsim.engines.compiled import agenda as heap
from funnelsim.engines.compiled import days, queues
from funnelsim.engines.compiled.agenda import NOT_DUE
from funnelsim.engines.compiled.days import LATER
from funnelsim.engines.compiled.queues import LINK, NONE
from funnelsim.engines.compiled.state import CLOCK
from funnelsim.model.words import DAY, NEVER

SEED = 20_260_103
ACTORS = 12
few = st.integers(0, 3)
actors = st.integers(0, ACTORS - 1)
appointments = st.tuples(actors, st.one_of(few, st.just(NEVER)), few, few)
slots = st.integers(0, ACTORS - 1)
places_in_queue = st.lists(st.tuples(few, few), min_size=ACTORS, max_size=ACTORS)


@seed(SEED)
@settings(max_examples=300)
@given(
    st.lists(st.one_of(appointments, st.just("take the first")), max_size=60),
    st.permutations(range(ACTORS)),
)
def test_the_agenda_knows_who_is_next(
    orders: list[tuple[int, int, int, int] | str], names: list[int]
) -> None:
    agenda = heap.new_agenda(ACTORS)
    places = np.full(ACTORS, NOT_DUE, np.int32)
    clock = np.zeros(1, CLOCK)[0]
    due: dict[int, tuple[int, int, int, int]] = {}
    taken = (-1, 0, 0, 0)
    for order in orders:
        if isinstance(order, str):
            heap.close_gap(agenda, places, clock)
            if due:
                taken = due.pop(int(agenda[0]["actor"]))
                heap.take_first(agenda, places, clock)
        else:
            actor, time, turn, kind = order
            entry = (time, turn, kind, names[actor])
            if entry <= taken:
                continue  # what follows from a decision is never due before it
            heap.schedule(agenda, places, clock, actor, time, heap.order_of(turn, kind), names[actor])
            due[actor] = entry
            if time == NEVER:
                del due[actor]
        gap = int(clock["gap"])
        assert clock["due"] == len(due) + gap
        assert heap.next_time(agenda, clock) == min((entry[0] for entry in due.values()), default=NEVER)
        assert {actor for actor in range(ACTORS) if places[actor] != NOT_DUE} == set(due)
        assert all(agenda[places[actor]]["actor"] == actor for actor in due)
        if due and not gap:
            assert agenda[0]["actor"] == min(due, key=lambda actor: due[actor])


@seed(SEED)
@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.tuples(actors, st.integers(1, 3 * DAY), few),
            st.tuples(actors, st.integers(1, 3).map(lambda day: day * DAY), few),
            st.tuples(actors, st.just(NEVER), few),
            st.just("the next day"),
        ),
        max_size=60,
    )
)
def test_what_is_put_off_is_on_the_agenda_on_its_day(orders: list[tuple[int, int, int] | str]) -> None:
    """At a midnight, what is due until the next one joins the agenda, and nothing else."""
    agenda, later = heap.new_agenda(ACTORS), np.zeros(ACTORS, LATER)
    places, first_of_day = np.full(ACTORS, NOT_DUE), np.full(3, NONE)
    clock = np.zeros(1, CLOCK)[0]
    due: dict[int, tuple[int, int]] = {}
    today = 0
    days.begin_day(later, first_of_day, agenda, places, clock, 0)
    for order in orders:
        if isinstance(order, str):
            today += 1
            days.begin_day(later, first_of_day, agenda, places, clock, today * DAY)
        else:
            actor, time, kind = order
            if time <= today * DAY:
                continue
            if places[actor] == days.PUT_OFF:
                days.take_back(later, first_of_day, places, actor)
            elif places[actor] != NOT_DUE:
                heap.drop(agenda, places, clock, places[actor])
            assert places[actor] == NOT_DUE
            due.pop(actor, None)
            if time == NEVER:
                continue
            due[actor] = (time, kind)
            if time <= clock["today_ends"]:
                heap.schedule(agenda, places, clock, actor, time, kind, actor)
            else:
                days.put_off(later, first_of_day, places, actor, time, kind, actor)
        on_agenda = {actor for actor, (time, _) in due.items() if time <= (today + 1) * DAY}
        assert {actor for actor in range(ACTORS) if places[actor] >= 0} == on_agenda
        assert {actor for actor in range(ACTORS) if places[actor] == days.PUT_OFF} == set(due) - on_agenda
        found = [(entry["actor"], entry["time"], entry["order"]) for entry in agenda[: clock["due"]]]
        assert sorted(found) == sorted((actor, *due[actor]) for actor in on_agenda)


@seed(SEED)
@settings(max_examples=300)
@given(places_in_queue, st.lists(slots, max_size=60), st.permutations(range(ACTORS)))
def test_a_queue_knows_who_is_first(
    places: list[tuple[int, int]], visitors: list[int], names: list[int]
) -> None:
    """Each slot that is named joins the queue, or leaves it from wherever it is."""
    links = np.full(ACTORS, NONE, LINK)
    queue = queues.new_queues(1)[0]
    waiting: set[int] = set()
    for slot in visitors:
        if slot in waiting:
            queues.leave(links, queue, slot)
        else:
            queues.join(links, queue, slot, *places[slot], names[slot])
        waiting ^= {slot}
        in_order = sorted(waiting, key=lambda each: (*places[each], names[each]))
        assert queues.first(links, queue) == (in_order[0] if in_order else NONE)
    while waiting:
        assert queues.first(links, queue) == min(waiting, key=lambda each: (*places[each], names[each]))
        slot = queues.first(links, queue)
        waiting.discard(slot)
        queues.leave(links, queue, slot)
    assert queues.first(links, queue) == NONE

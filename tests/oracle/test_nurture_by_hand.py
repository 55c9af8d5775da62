"""Nurture and attempts to reach the buyer, worked out with paper and pencil."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import at, firm, live, outcomes, spans, stage, table
from .firm import DAY, HOUR, WON, Attempts, Draws, Firm, Nurture, Rep
from .naive import Spell

REFUSES = stage(odds=0.0)  # nobody advances, and all are lost for reason 1


def cared_for(by_touch: list[float], days: float = 1.0, **more: object) -> Firm:
    """Make a firm that loses a lead on day 0 at 10:00, and nurtures it."""
    program = Nurture(round(days * DAY), by_touch, stage=0, **more)
    return firm([at(0, 9)], stages=[REFUSES], nurture={1: program})


def with_back(u: float) -> Draws:
    return replace(table(), back=lambda *_: u)


def test_a_lead_comes_back_at_the_first_touch_that_brings_it_back() -> None:
    history = live(cared_for([0.1, 0.5, 0.9], cost=2.0), with_back(0.3))
    first, second = history.visits()
    assert (first.left, first.how, first.reason) == (at(0, 10), "parked", 1)
    assert (second.entered, second.started, second.round) == (at(2, 10), at(2, 10), 1)
    [spell] = history.leads[0].spells
    assert spell == Spell(at(0, 10), DAY, 2.0, 2, at(2, 10))
    assert (second.how, outcomes(history)) == ("lost", ["lost"])  # it has come back once


def test_a_lead_that_does_not_come_back_is_lost_at_the_last_touch() -> None:
    history = live(cared_for([0.1, 0.2, 0.25]), with_back(0.3))
    [visit] = history.visits()
    walk = history.leads[0]
    assert (visit.how, walk.outcome, walk.ended, walk.owner) == ("parked", "lost", at(3, 10), None)


def test_a_lead_in_nurture_at_the_end_is_open() -> None:
    history = live(cared_for([0.0] * 9, days=4.0), with_back(0.3))
    [spell] = history.leads[0].spells
    assert (outcomes(history), spell.touches, spell.ended) == (["open"], 2, 10 * DAY)


def test_a_lead_that_comes_back_is_warmer() -> None:
    even = stage(odds=1.0)
    program = Nurture(DAY, [1.0], stage=0, odds=3.0)
    one = firm([at(0, 9)], stages=[even], nurture={1: program})
    assert outcomes(live(one, replace(table(advances=0.6), back=lambda *_: 0.5))) == ["won"]  # 0.5, then 0.75
    assert outcomes(live(one, replace(table(advances=0.8), back=lambda *_: 0.5))) == ["lost"]


def test_patience_that_ends_is_a_reason() -> None:
    nobody = firm([at(0, 18)], nurture={0: Nurture(DAY, [1.0], stage=0)})
    history = live(nobody, replace(table(patience=HOUR), back=lambda *_: 0.5))
    assert [(visit.left, visit.how) for visit in history.visits()] == [
        (at(0, 19), "parked"),
        (at(1, 20), "gone cold"),
    ]


def tries(*luck: float, effort: float = 0.5, interval: int = HOUR) -> Draws:
    """Let attempts take half an hour, and reach the buyer by these numbers."""
    return replace(
        table(effort=1.0), attempt=lambda *key: (effort, luck[key[-1]]), interval=lambda *_: interval
    )


def hard_to_reach(most: int = 3, arrivals: tuple[int, ...] = (at(0, 9),), reps: int = 1) -> Firm:
    return firm(list(arrivals), stages=[stage(attempts=Attempts(0.3, most, 2))], reps=reps)


def test_the_conversation_follows_the_attempt_that_reaches_the_buyer() -> None:
    history = live(hard_to_reach(), tries(0.9, 0.9, 0.1))
    [visit] = history.visits()
    assert [(each.started, each.ended) for each in visit.tries] == [
        (at(0, 9), at(0, 9.5)),
        (at(0, 10.5), at(0, 11)),
    ]
    assert (visit.started, visit.worked, visit.effort) == (at(0, 12), at(0, 13.5), round(1.5 * HOUR))
    assert outcomes(history) == ["won"]


def test_the_last_attempt_in_vain_is_a_no() -> None:
    history = live(hard_to_reach(most=2), tries(0.9, 0.9))
    [visit] = history.visits()
    assert (visit.left, visit.how, visit.reason, visit.worked) == (at(0, 11), "lost", 2, None)


def test_who_is_tried_again_is_ahead_of_those_who_came_later() -> None:
    two = hard_to_reach(arrivals=(at(0, 9), at(0, 9.25), at(0, 9.5)))
    draws = replace(tries(), attempt=lambda *key: (0.5, 0.9 if key[0] == key[-1] == 0 else 0.1))
    history = live(two, draws)
    # The second is talked to from 9:30 to 11:00, the first is due again from 10:30 on, and the third waits.
    assert spans(history) == [
        (at(0, 11), at(0, 12.5), 0),
        (at(0, 9.5), at(0, 11), 0),
        (at(0, 12.5), at(0, 14), 0),
    ]


@pytest.mark.parametrize(("leaves", "rep"), [(at(0, 10), 1), (None, 0)])
def test_another_rep_tries_again_where_the_owner_has_left(leaves: int | None, rep: int) -> None:
    pair = firm(
        [at(0, 9)],
        [Rep(0, leaves=leaves), Rep(0)],
        stages=[stage(to=WON, attempts=Attempts(0.3, 3, 2))],
    )
    [visit] = live(pair, tries(0.9, 0.1)).visits()
    assert (visit.tries[0].rep, visit.rep, visit.started) == (0, rep, at(0, 10.5))

"""The oracle's market against histories worked out with paper and pencil."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import asks, at, channel, firm, live, outcomes, stage, table
from .firm import DAY, LOST, Firm, Segment
from .naive import History

ALWAYS, NEVER = 0.0, 0.999_999  # uniforms of acceptance


def market(companies: int, customers: int = 0) -> Segment:
    return Segment(companies=companies, customers=customers)


def floor(*arrivals: tuple[int, float], segment: Segment, lost: bool = True, **more: object) -> Firm:
    """Let companies ask by the hour, each with the uniform by which it is accepted."""
    inquiries = [asks(entity, 0, when, accepted_below=u) for entity, (when, u) in enumerate(arrivals)]
    stages = [stage(to=LOST)] if lost else [stage()]
    return firm([], inquiries=inquiries, segments=[segment], stages=stages, **more)


def came(history: History) -> list[int]:
    return sorted(history.leads)


def cooled(history: History) -> list[tuple[int, int]]:
    return [(when, lead) for when, what, lead in history.log if what == "cooled off"]


def test_a_market_of_four_with_a_customer_accepts_three_quarters_then_half_then_a_quarter() -> None:
    hours = [at(0, 9), at(0, 10), at(0, 11), at(0, 12)]
    just_below = floor(*zip(hours, [0.74, 0.49, 0.24, 0.0], strict=True), segment=market(4, 1))
    assert came(live(just_below, table())) == [0, 1, 2]
    at_the_share = floor(*zip(hours, [0.75, 0.75, 0.74, 0.5], strict=True), segment=market(4, 1))
    assert came(live(at_the_share, table())) == [2]


def test_who_is_refused_costs_nothing_and_leaves_no_row() -> None:
    of_two = floor(
        (at(0, 9), ALWAYS), (at(0, 10), ALWAYS), segment=market(1), channels=[channel(cost_per_inquiry=7.0)]
    )
    history = live(of_two, table())
    assert came(history) == [0]
    assert history.total("inquiry") == 7.0
    assert {lead for _, _, lead in history.log} == {0, -1}


def test_a_lost_company_asks_again_when_it_has_cooled_off_to_the_microsecond() -> None:
    # Asked at 9:00, lost at 10:00; a day and a half later, at 22:00 on day 1, it is free.
    rest = 36 * DAY // 24
    for second, accepted in ((at(1, 22) - 1, [0]), (at(1, 22) + 1, [0, 1])):
        small = floor((at(0, 9), ALWAYS), (second, ALWAYS), segment=market(1))
        assert came(live(small, replace(table(), cooling=lambda *_: rest))) == accepted


def test_an_inquiry_comes_before_the_company_that_cools_off_at_the_same_instant() -> None:
    small = floor((at(0, 9), ALWAYS), (at(1, 10), ALWAYS), (at(1, 10), ALWAYS), segment=market(1))
    history = live(small, replace(table(), cooling=lambda *_: DAY))
    # Of two inquiries at one instant the second is in wave 1, after what cools off in wave 0.
    assert came(history) == [0, 2]
    assert cooled(history)[0] == (at(1, 10), 0)


def test_cooling_off_for_no_time_is_over_in_the_next_wave() -> None:
    small = floor((at(0, 9), ALWAYS), (at(0, 10) + 1, ALWAYS), segment=market(1))
    history = live(small, replace(table(), cooling=lambda *_: 0))
    assert came(history) == [0, 1]
    assert cooled(history) == [(at(0, 10), 0), (at(0, 11) + 1, 1)]


def test_a_customer_is_never_free_again() -> None:
    small = floor((at(0, 9), ALWAYS), (at(5, 9), ALWAYS), segment=market(1), lost=False)
    history = live(small, replace(table(), cooling=lambda *_: 0))
    assert (outcomes(history), came(history), cooled(history)) == (["won"], [0], [])


@pytest.mark.parametrize("lost", [True, False])
def test_in_the_warm_up_nobody_is_taken_for_ever(lost: bool) -> None:
    # The period begins on day 2: who ends before that is free at once, who ends later is not.
    asked = [(at(0, 9), ALWAYS), (at(1, 9), ALWAYS), (at(2, 9), ALWAYS), (at(3, 9), ALWAYS)]
    history = live(floor(*asked, segment=market(1), lost=lost, period_begins=2 * DAY), table())
    assert came(history) == [0, 1, 2]
    assert cooled(history) == [(at(0, 10), 0), (at(1, 10), 1)]


def test_a_company_that_cools_off_is_taken_in_the_warm_up_too() -> None:
    asked = [(at(0, 9), ALWAYS), (at(1, 9), ALWAYS), (at(4, 9), ALWAYS)]
    small = floor(*asked, segment=market(1), period_begins=2 * DAY)
    assert came(live(small, replace(table(), cooling=lambda *_: 3 * DAY))) == [0, 2]


def test_two_channels_take_from_one_market() -> None:
    inquiries = [asks(0, 0, at(0, 9)), asks(1, 1, at(0, 12), accepted_below=0.5)]
    both = firm([], inquiries=inquiries, segments=[market(2)], channels=[channel(), channel()])
    assert came(live(both, table())) == [0]
    alone = firm([], inquiries=inquiries[1:], segments=[market(2)], channels=[channel(), channel()])
    assert came(live(alone, table())) == [1]


def test_who_goes_cold_cools_off_too() -> None:
    small = floor((at(0, 18), ALWAYS), (at(1, 8), ALWAYS), segment=market(1))
    history = live(small, replace(table(patience=3_600_000_000), cooling=lambda *_: 3_600_000_000))
    assert outcomes(history) == ["gone cold", "gone cold"]
    assert cooled(history) == [(at(0, 20), 0), (at(1, 10), 1)]

"""The oracle before the hand-over, against histories worked out with paper and pencil."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import asks, at, channel, firm, from_day, live, outcomes, spans, stage, table
from .firm import DAY, HOUR, Draws, Firm, Limit, Rep, Team
from .naive import History


def gated(per_rep: float, order: str = "fifo", team: int = 0, **more: object) -> dict[int, Limit]:
    return {team: Limit(round(per_rep * 1_000_000), order, **more)}


def held_for(draws: Draws, patience: int | None) -> Draws:
    return replace(draws, held_patience=lambda *_: patience)


def holds(history: History) -> list[tuple[bool, int | None, str]]:
    """Return (held, admitted, how it ended) of each visit."""
    return [(visit.held, visit.admitted, visit.how) for visit in history.visits()]


def test_whoever_finds_no_room_is_held_until_a_contract_is_signed() -> None:
    # Two at a time: leads 0 and 1 pass. The customer takes a day, so lead 0 is won on day 1 at 10:00; then
    # lead 2 is handed over and starts at once, and lead 3 after lead 1, an hour later.
    history = live(firm([at(0, 9)] * 4, stages=[stage(limits=gated(2))]), table(days=1))
    assert holds(history)[:2] == [(False, None, "won")] * 2
    assert holds(history)[2:] == [(True, at(1, 10), "won"), (True, at(1, 11), "won")]
    assert [started for started, _, _ in spans(history)] == [at(0, 9), at(0, 10), at(1, 10), at(1, 11)]
    said = [what for when, what, lead in history.log if lead == 2 and when == at(0, 9)]
    assert said == ["inquiry", "entered", "held"]


def test_the_limit_counts_people_on_staff_at_work_or_not_and_is_rounded_down() -> None:
    # Nobody works on day 0 before 9:00. Three of four reps are on staff: 3 x 0.7 = 2.1, so two pass.
    reps = [Rep(0), Rep(0), Rep(0), Rep(0, joins=at(0, 12))]
    history = live(firm([at(0, 8)] * 4, reps, stages=[stage(limits=gated(0.7))]), table(effort=5))
    assert [held for held, _, _ in holds(history)] == [False, False, True, True]
    # At noon 4 x 0.7 = 2.8, still two; at 14:00 the first two are done.
    assert [admitted for _, admitted, _ in holds(history)] == [None, None, at(0, 14), at(0, 14)]


def test_who_joins_makes_room() -> None:
    reps = [Rep(0), Rep(0, joins=at(0, 12))]
    history = live(firm([at(0, 9)] * 2, reps, stages=[stage(limits=gated(1))]), table(effort=8))
    assert spans(history) == [(at(0, 9), at(0, 17), 0), (at(0, 12), at(1, 12), 1)]
    assert holds(history)[1][1] == at(0, 12)


def test_who_leaves_takes_the_room_along_and_nobody_is_expelled() -> None:
    # Two pass, one for each rep; rep 1 leaves at 10:00, and the limit is 1. Lead 2 is let in after both.
    reps = [Rep(0), Rep(0, leaves=at(0, 10))]
    history = live(
        firm([at(0, 9), at(0, 9), at(0, 11)], reps, stages=[stage(limits=gated(1))]),
        table(effort={0: 4, 1: 2, 2: 1}),
    )
    assert spans(history)[:2] == [(at(0, 9), at(0, 13), 0), (at(0, 9), at(0, 11), 1)]
    assert holds(history)[2] == (True, at(0, 13), "won")


@pytest.mark.parametrize(
    ("order", "third"), [("fifo", 1), ("lifo", 3), ("hottest", 2), ("oldest_inquiry", 1)]
)
def test_those_held_are_handed_over_in_their_own_order(order: str, third: int) -> None:
    inquiries = [
        asks(lead, 0, at(0, 9) + lead * HOUR // 4, heat=heat) for lead, heat in enumerate((1, 1, 0, 2))
    ]
    history = live(firm([], inquiries=inquiries, stages=[stage(limits=gated(1, order))]), table(effort=2))
    assert history.leads[third].visits[0].admitted == at(0, 11)


def test_the_held_have_a_patience_of_their_own_and_one_in_the_queue_from_the_hand_over_on() -> None:
    # Lead 0 works until 13:00. Lead 1 is held from 9:00; 3 hours of patience end at 12:00, 4 hours at 13:00,
    # when the room is there, but going cold comes first (I3).
    two = firm([at(0, 9)] * 2, stages=[stage(limits=gated(1))])
    drawn = table(effort={0: 4, 1: 1}, patience=2 * HOUR)
    for hours, how, left in ((3, "gone cold", at(0, 12)), (4, "gone cold", at(0, 13)), (5, "won", at(0, 14))):
        second = live(two, held_for(drawn, hours * HOUR)).leads[1]
        assert (second.outcome, second.ended) == (how, left)
    # Handed over at 13:00, behind lead 2 of another stage, which came before it and takes 4 hours.
    busy = firm(
        [],
        inquiries=[asks(0, 0, at(0, 7)), asks(1, 0, at(0, 9)), asks(2, 1, at(0, 8))],
        stages=[stage(limits=gated(1)), stage()],
        channels=[channel(), channel(stage=1)],
    )
    draws = table(effort={0: 4, 1: 1, 2: 4}, patience={0: DAY, 1: 2 * HOUR, 2: DAY})
    second = live(busy, held_for(draws, None)).leads[1]
    assert (second.visits[0].admitted, second.ended, second.outcome) == (at(0, 13), at(0, 15), "gone cold")


def test_who_is_sent_back_passes_in_any_case_and_who_counts_is_not_asked_again() -> None:
    # Lead 0 goes on to stage 1 of the same team, is sent back and counts all the while: lead 1 waits.
    stages = [stage(to=1, limits=gated(1)), replace(stage(odds=1.0), elses=[(1.0, 0, -1)])]
    draws = replace(
        table(), advances=lambda _, __, at_stage, round_: 0.9 if (at_stage, round_) == (1, 0) else 0.1
    )
    history = live(firm([at(0, 9)] * 2, stages=stages), draws)
    assert [(v.stage, v.started) for v in history.leads[0].visits] == [
        (0, at(0, 9)),
        (1, at(0, 10)),
        (0, at(0, 11)),
        (1, at(0, 12)),
    ]
    assert history.leads[1].visits[0].admitted == at(0, 13)


def test_another_team_s_stage_ends_the_count() -> None:
    # Lead 0 is handed on to the other team at 10:00: lead 1 follows at once.
    stages = [stage(to=1, limits=gated(1)), stage(team=1)]
    people = [Rep(0), Rep(1)]
    history = live(firm([at(0, 9)] * 2, people, stages=stages, teams=[Team(), Team()]), table(effort=3))
    assert history.leads[1].visits[0].admitted == at(0, 12)


def test_the_held_have_no_owner_and_cost_money() -> None:
    # Lead 0, of rep 0, goes on to a stage where lead 1 has taken the only place: it is held there, and rep 1,
    # idle for longer, takes it.
    stages = [stage(to=1), stage(limits=gated(0.5, cost=2.5))]
    inquiries = [asks(0, 0, at(0, 9)), asks(1, 1, at(0, 9))]
    draws = table(effort={0: 1, 1: 4}, days={0: 0, 1: 0})
    floor = firm([], 2, inquiries=inquiries, stages=stages, channels=[channel(), channel(stage=1)])
    history = live(floor, draws)
    assert (history.total("holding"), history.leads[0].visits[1].admitted) == (2.5, at(0, 13))


# ---- a change on a day -----------------------------------------------------------------------------


def limited(per_rep: float | None, arrivals: list[int], people: int = 1) -> Firm:
    return firm(arrivals, people, stages=[stage(limits={} if per_rep is None else gated(per_rep))])


def test_a_limit_that_comes_counts_who_is_there() -> None:
    # Three wait or are worked on day 1; then one at a time: lead 3 comes in when all three are done.
    arrivals = [at(0, 15)] * 3 + [at(1, 0)]
    history = live(limited(None, arrivals), table(), from_day(1, limited(1, arrivals)))
    assert outcomes(history) == ["won"] * 4
    assert holds(history)[3] == (True, at(1, 10), "won")


def test_a_limit_that_goes_lets_all_in() -> None:
    arrivals = [at(0, 9)] * 3
    history = live(limited(1, arrivals), table(effort=6), from_day(1, limited(None, arrivals)))
    assert [admitted for _, admitted, _ in holds(history)] == [None, at(0, 15), at(1, 0)]


def test_another_limit_holds_from_then_on() -> None:
    arrivals = [at(0, 9)] * 4
    draws = table(effort=8, days=5)
    history = live(limited(1, arrivals), draws, from_day(1, limited(3, arrivals), draws))
    assert [admitted for _, admitted, _ in holds(history)] == [None, at(1, 0), at(1, 0), at(5, 17)]

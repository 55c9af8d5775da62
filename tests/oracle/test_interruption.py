"""Hot leads that interrupt other work: histories worked out by hand, which the oracle must live through."""

from __future__ import annotations

from .by_hand import NINE_TO_FIVE, asks, at, firm, from_day, live, outcomes, spans, stage, table
from .firm import HOUR, Firm, Rep, Team
from .naive import History, Pause

HOT, WARM = 0, 1
URGENT = Team(assignment="shared_queue", interrupts=True)


def of_heat(*arrivals: tuple[int, int], team: Team = URGENT, **more: object) -> Firm:
    """Make a firm whose leads come at an instant each, hot or warm."""
    inquiries = [asks(number, 0, when, heat=heat) for number, (when, heat) in enumerate(arrivals)]
    return firm([], inquiries=inquiries, teams=[team], **more)


def pauses(history: History, lead: int) -> list[Pause]:
    return history.leads[lead].visits[-1].pauses


def test_a_hot_lead_interrupts_and_the_rest_of_the_work_follows() -> None:
    one = of_heat((at(0, 9), WARM), (at(0, 10), HOT), (at(0, 10), WARM))
    history = live(one, table(effort={0: 3, 1: 2, 2: 1}))
    # One hour of lead 0 is done at 10:00; two are left at 12:00; lead 2 waits until 14:00.
    assert pauses(history, 0) == [Pause(at(0, 10), HOUR, at(0, 12), 0)]
    assert spans(history) == [(at(0, 9), at(0, 14), 0), (at(0, 10), at(0, 12), 0), (at(0, 14), at(0, 15), 0)]


def test_only_working_time_counts_as_done() -> None:
    one = of_heat((at(0, 15), WARM), (at(1, 10), HOT))
    history = live(one, table(effort={0: 6, 1: 1}))
    # From 15:00 to 17:00 and from 9:00 to 10:00 are three hours; three are left from 11:00 on.
    assert pauses(history, 0) == [Pause(at(1, 10), 3 * HOUR, at(1, 11), 0)]
    assert spans(history)[0] == (at(0, 15), at(1, 14), 0)


def test_a_hot_lead_waits_for_an_idle_rep_where_there_is_one() -> None:
    one = of_heat((at(0, 9), WARM), (at(0, 10), HOT), reps=2)
    history = live(one, table(effort=3))
    assert pauses(history, 0) == []
    assert [rep for _, _, rep in spans(history)] == [0, 1]


def test_the_work_that_started_latest_gives_way() -> None:
    one = of_heat((at(0, 9), WARM), (at(0, 10), WARM), (at(0, 11), HOT), reps=2)
    history = live(one, table(effort=4))
    assert [len(pauses(history, lead)) for lead in range(3)] == [0, 1, 0]
    assert spans(history)[2] == (at(0, 11), at(0, 15), 1)


def test_of_two_that_started_at_once_that_of_the_first_rep_gives_way() -> None:
    one = of_heat((at(0, 9), WARM), (at(0, 9), WARM), (at(0, 11), HOT), reps=2)
    assert spans(live(one, table(effort=4)))[2] == (at(0, 11), at(0, 15), 0)


def test_a_hot_lead_does_not_interrupt_another() -> None:
    history = live(of_heat((at(0, 9), HOT), (at(0, 10), HOT)), table(effort=3))
    assert spans(history) == [(at(0, 9), at(0, 12), 0), (at(0, 12), at(0, 15), 0)]


def test_hot_leads_go_ahead_of_those_interrupted() -> None:
    one = of_heat((at(0, 9), WARM), (at(0, 10), HOT), (at(0, 11), HOT))
    history = live(one, table(effort={0: 3, 1: 2, 2: 2}))
    assert pauses(history, 0) == [Pause(at(0, 10), HOUR, at(0, 14), 0)]
    assert spans(history)[2] == (at(0, 12), at(0, 14), 0)


def test_a_pushed_lead_interrupts_the_rep_who_was_chosen() -> None:
    team = Team(interrupts=True)
    one = of_heat((at(0, 9), WARM), (at(0, 9), WARM), (at(0, 11), HOT), team=team, reps=2)
    history = live(one, table(effort={0: 6, 1: 1, 2: 1}))
    # The turn is rep 0's again; that rep 1 has been idle since 10:00 does not matter.
    assert pauses(history, 0) == [Pause(at(0, 11), 2 * HOUR, at(0, 12), 0)]


def test_a_rep_without_room_is_not_interrupted_for_a_lead_of_the_team() -> None:
    team = Team(assignment="shared_queue", interrupts=True, max_open=1)
    history = live(of_heat((at(0, 9), WARM), (at(0, 10), HOT), team=team), table(effort=3))
    assert spans(history) == [(at(0, 9), at(0, 12), 0), (at(0, 12), at(0, 15), 0)]


def test_nobody_is_interrupted_after_closing() -> None:
    history = live(of_heat((at(0, 16), WARM), (at(0, 18), HOT)), table(effort=3))
    assert pauses(history, 0) == [Pause(at(1, 9), HOUR, at(1, 12), 0)]


def test_another_rep_resumes_what_a_leaver_leaves() -> None:
    reps = [Rep(0, leaves=at(0, 11)), Rep(0, calendar=1)]
    late = [(at(0, 11), at(0, 17)), (at(1, 9), at(1, 17))]
    one = of_heat((at(0, 9), WARM), (at(0, 10), HOT), reps=reps, calendars=[NINE_TO_FIVE, late])
    history = live(one, table(effort={0: 3, 1: 2}))
    # Rep 0 leaves at 11:00, in the middle of the hot one; rep 1 goes on with the two hours that are left.
    assert pauses(history, 0) == [Pause(at(0, 10), HOUR, at(0, 11), 1)]
    assert [walk.owner for _, walk in sorted(history.leads.items())] == [1, 0]


def test_who_was_interrupted_never_goes_cold() -> None:
    one = of_heat((at(0, 9), WARM), (at(0, 10), HOT))
    assert outcomes(live(one, table(effort={0: 3, 1: 30}, patience=HOUR))) == ["won", "won"]


def test_interrupted_work_keeps_what_was_decided_over_a_change() -> None:
    one = of_heat((at(0, 9), WARM), (at(0, 10), HOT))
    other = of_heat((at(0, 9), WARM), (at(0, 10), HOT), team=Team(), stages=[stage(odds=0.0)])
    history = live(one, table(effort={0: 10, 1: 10}), from_day(1, other, table(effort=1)))
    assert pauses(history, 0) == [Pause(at(0, 10), HOUR, at(1, 12), 0)]
    assert spans(history)[0] == (at(0, 9), at(2, 13), 0)
    assert outcomes(history) == ["won", "won"]

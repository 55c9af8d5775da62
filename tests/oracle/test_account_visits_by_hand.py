"""The oracle's account visits against histories worked out with paper and pencil.

A customer signs at 9:00 on day 0, and the first month ends on day 30 at 19:30. A visit is due after five
days; a rep works on it for an hour, from nine to five.
"""

from __future__ import annotations

import pytest

from .by_hand import asks, at, from_day, live, stage
from .firm import DAY, LOST, Draws, Firm, Program, Rep, Segment, Team
from .naive import History, Walk
from .test_customers_by_hand import ALL_OF_THEM, FIRST, SIGNED, draws, has, product, sells

LEAVES = 0.999


def visits(days: int, *programs: Program, **more: object) -> Firm:
    """Make a firm that visits its only customer; by default in one stage, after the last visit."""
    hours = [(at(day, 9), at(day, 17)) for day in range(days)]
    plain = {"stages": [stage(team=None), stage()], "calendars": [hours]}
    programs = programs or (Program(range(1, 2)),)
    return sells(product(), days, **plain | {"programs": list(programs)} | more)


def due(*rests: float, every: float = 5.0, **more: object) -> Draws:
    """Draw visits 100, 101, ... of each program, due every five days, unless told otherwise by round."""
    days = dict(enumerate(rests))
    plain = {
        "visit": lambda parent, _, program: parent + 1 if parent >= 100 else 100 * (program + 1),
        "delay": lambda *_: at(0, every * 24),
        "rest": lambda _, __, round_: at(0, days.get(round_, every) * 24),
    }
    return draws(**plain | more)


def told(history: History, entity: int = 100) -> list[tuple[int, str]]:
    return [(when, what) for when, what, who in history.log if who == entity]


def a_visit(day: int, hour: float = 9) -> list[tuple[int, str]]:
    """What happens in a visit of an hour, but for its end."""
    begins, over = at(day, hour), at(day, hour + 1)
    return [(begins, "entered"), (begins, "started"), (over, "worked")]


def the_visit(history: History, entity: int = 100) -> Walk:
    return history.leads[entity]


# ---- two ways of asking ------------------------------------------------------------------------


def test_after_the_last_visit_the_next_one_is_due_days_after_its_end() -> None:
    history = live(visits(17), due(5.0, 6.0))
    assert told(history) == [
        (at(5, 9), "began"),
        *a_visit(5),
        (at(5, 10), "parked"),
        (at(10, 10), "returned"),
        *a_visit(10, 10),
        (at(10, 11), "parked"),
        (at(16, 11), "returned"),
        *a_visit(16, 11),
        (at(16, 12), "parked"),
        (17 * DAY, "open"),
    ]
    assert [visit.round for visit in the_visit(history).visits] == [0, 1, 2]
    assert {visit.reason for visit in the_visit(history).visits} == {None}


def test_regularly_the_next_visit_is_due_days_after_the_last_one_was() -> None:
    history = live(visits(15, Program(range(1, 2), regularly=True)), due())
    assert [told(history, entity) for entity in (100, 101)] == [
        [(at(day, 9), "began"), *a_visit(day), (at(day, 10), "done")] for day in (5, 10)
    ]
    assert the_visit(history, 102).phase == "to begin"
    assert told(history, 102) == []  # X6: it has not begun by the horizon


def test_visits_that_nobody_makes_queue_up_only_where_they_are_asked_for_regularly() -> None:
    never = {"effort_hours": lambda *_: 999.0}
    regularly = live(visits(21, Program(range(1, 2), regularly=True)), due(**never))
    assert [told(regularly, entity)[0] for entity in (100, 101, 102)] == [
        (at(day, 9), "began") for day in (5, 10, 15)
    ]
    assert [what for _, what in told(live(visits(21), due(**never)))] == [
        "began",
        "entered",
        "started",
        "open",
    ]


def test_who_was_a_customer_is_visited_from_the_beginning_of_the_period() -> None:
    firm_ = has(product(), 20, stages=[stage(team=None), stage()], programs=[Program(range(1, 2))])
    firm_.calendars = [[(at(day, 9), at(day, 17)) for day in range(20)]]
    history = live(firm_, due(age=lambda *_: 40 * DAY))
    began = [(15 * DAY, "began"), (15 * DAY, "entered"), (at(15, 9), "started"), (at(15, 10), "worked")]
    assert told(history) == [*began, (at(15, 10), "parked"), (20 * DAY, "open")]


# ---- stages, programs, ends ----------------------------------------------------------------------


def test_a_visit_goes_through_the_stages_of_its_program_and_may_be_lost() -> None:
    stages = [
        stage(team=None),
        stage(to=2),
        stage(team=None, odds=1.0),
        stage(),  # of the other program
    ]
    programs = (Program(range(1, 3), regularly=True), Program(range(3, 4), regularly=True))
    firm_ = visits(9, *programs, stages=stages)
    history = live(firm_, due(advances=lambda *_: 0.6, customer_days=lambda who, *_: 1.0 * (who == 100)))
    assert told(history) == [
        (at(5, 9), "began"),
        *a_visit(5),
        (at(6, 10), "advanced"),
        *[(at(6, 10), what) for what in ("entered", "started", "worked")],
        (at(7, 10), "lost"),
    ]
    assert told(history, 200) == [
        (at(5, 9), "began"),
        (at(5, 9), "entered"),
        *[(at(5, 10), "started"), (at(5, 11), "worked"), (at(5, 11), "done")],
    ]
    assert (the_visit(history).outcome, the_visit(history, 200).outcome) == ("lost", "done")
    assert the_visit(history).bookings == 0


def test_a_visit_that_goes_cold_is_missed_and_comes_again_with_a_patience_of_its_own() -> None:
    firm_ = visits(12, reps=[Rep(0, joins=at(8, 0))])
    history = live(firm_, due(patience=lambda *_: DAY))
    assert told(history) == [
        (at(5, 9), "began"),
        (at(5, 9), "entered"),
        (at(6, 9), "parked"),
        (at(11, 9), "returned"),
        *a_visit(11),
        (at(11, 10), "parked"),
        (12 * DAY, "open"),
    ]
    assert [visit.reason for visit in the_visit(history).visits] == [0, None]


# ---- whether customers stay ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visited", "leaving", "last"),
    [
        (True, 0.74, "runs on"),  # evens, times 3: 3/4
        (True, 0.76, "churned"),
        (False, 0.24, "runs on"),  # evens, divided by 3: 1/4
        (False, 0.26, "churned"),
    ],
)
def test_a_customer_remembers_the_latest_visit(visited: bool, leaving: float, last: str) -> None:
    program = Program(range(1, 2), kept=3.0, missed=1 / 3)
    reps = [Rep(0, leaves=None if visited else at(20, 0))]
    firm_ = visits(40, program, reps=reps, products=[product(stays=0.5)])
    history = live(firm_, due(patience=lambda *_: DAY, leaving=(leaving,) * 9))
    [contract] = history.contracts.values()
    assert contract.steps[-1].what == last


def test_before_the_first_visit_and_for_the_certain_nothing_is_remembered() -> None:
    program = Program(range(1, 2), kept=0.0, missed=0.0)
    for stays, every in ((0.5, 35.0), (1.0, 5.0)):
        firm_ = visits(40, program, products=[product(stays=stays)])
        [contract] = live(firm_, due(every=every, leaving=(0.49,) * 9)).contracts.values()
        assert contract.steps[-1].what == "runs on"


def test_what_a_visit_does_is_said_by_the_chapter_in_which_the_term_ends() -> None:
    before, after = (visits(40, Program(range(1, 2), kept=kept)) for kept in (9.0, 0.0))
    [contract] = live(before, due(), from_day(29, after, due())).contracts.values()
    assert contract.steps[-1].what == "churned"


# ---- a customer who leaves -----------------------------------------------------------------------


def left(first: float, **more: object) -> History:
    """Let the customer leave after the first month, of visits that are due after so many days."""
    return live(visits(40, **more), due(every=first, leaving=(LEAVES,)))


def test_a_visit_that_rests_is_withdrawn_with_the_customer_and_one_that_has_not_begun_leaves_no_row() -> None:
    assert told(left(20.0))[-2:] == [(at(20, 10), "parked"), (FIRST, "withdrawn")]
    assert told(left(31.0)) == []


def test_a_visit_that_queues_is_withdrawn_after_all_that_ends_with_the_term() -> None:
    programs = (Program(range(1, 2), regularly=True), Program(range(1, 2)))
    history = live(visits(40, *programs), due(every=30.4, leaving=(LEAVES,)))
    # Both begin at 18:36, after closing.
    assert [entry for entry in history.log if entry[0] == FIRST] == [
        (FIRST, "churned", ~0),
        (FIRST, "withdrawn", 100),
        (FIRST, "withdrawn", 200),
    ]
    assert the_visit(history).outcome == "withdrawn"


def test_a_visit_in_progress_is_finished_and_is_the_last() -> None:
    hours = {"calendars": [[(at(day, 9), at(day, 20)) for day in range(40)]]}
    history = left(30.4, **hours)  # from 18:36 to 19:36
    assert told(history)[-2:] == [(at(30, 19.6), "worked"), (at(30, 19.6), "done")]
    [contract] = history.contracts.values()
    assert contract.latest is None


# ---- the sale and visits -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("split", "first"), [("accounts_first", [100, 1, 2]), ("new_first", [1, 2, 100]), ("", [1, 2, 100])]
)
def test_who_sells_and_visits_divides_the_effort(split: str, first: list[int]) -> None:
    asked = [asks(0, 0, SIGNED), asks(1, 1, at(5, 8)), asks(2, 1, at(5, 8.25))]
    inquiries = {"inquiries": asked, "segments": [Segment(products=ALL_OF_THEM)]}
    stages = [stage(team=None), stage(to=LOST), stage()]
    firm_ = visits(
        7, Program(range(2, 3)), stages=stages, teams=[Team("shared_queue", split=split)], **inquiries
    )
    firm_.channels = [firm_.channels[0], type(firm_.channels[0])(firm_.channels[0].expected, stage=1)]
    history = live(firm_, due(every=4.98, price=1.0))
    # The visit begins on day 5 at 8:31, behind both inquiries.
    order = sorted((100, 1, 2), key=lambda entity: history.leads[entity].visits[0].started)
    assert order == first


def test_shares_of_effort_are_kept_where_both_are_at_hand() -> None:
    """With a quarter for new business, the second hour and all up to the fifth are for visits."""
    asked = [asks(number, 0, SIGNED) for number in range(6)] + [asks(10 + n, 1, at(5, 8)) for n in range(3)]
    stages = [stage(team=None), stage(to=LOST), stage()]
    split = [Team("shared_queue", split="shares", new_share=250)]
    regularly = Program(range(2, 3), regularly=True)
    firm_ = visits(6, regularly, stages=stages, teams=split, inquiries=asked, reps=1)
    firm_.channels = [firm_.channels[0], type(firm_.channels[0])(firm_.channels[0].expected, stage=1)]
    numbered = {"visit": lambda parent, *_: 100 + ~parent if parent < 100 else parent + 50}
    firm_.reps = [Rep(0)]
    history = live(firm_, due(every=4.97, **numbered))
    worked = sorted(
        (walk.visits[0].started, walk.is_lead)
        for walk in history.leads.values()
        if walk.visits and walk.visits[0].started is not None and walk.visits[0].rep is not None
    )
    assert [new for _, new in worked] == [True, False, False, False, True, False, False, False]

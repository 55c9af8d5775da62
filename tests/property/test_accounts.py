"""Everything is accounted for in random scenarios with all parts at once; what is lost is missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from funnelsim.chance.keys import world_of
from funnelsim.engines.fold import fold, new_tally
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import TODAY, course_of, from_document, parse

from .accounted import FOLLOWED, accounts, unsettled
from .living import at_a_stretch
from .mutants import RICH
from .parity import never_occurred
from .plain import History, Row

EXAMPLES = 50


def test_everything_is_accounted_for() -> None:
    seen: Counter[str] = Counter()
    accounts(EXAMPLES, seen)
    assert seen["scenarios"] >= EXAMPLES - 5
    assert never_occurred(seen, FOLLOWED) == []


@pytest.fixture(scope="module")
def year() -> History:
    """A history of a firm that does not change and has most parts."""
    document = parse(RICH).document
    del document["changes"]
    document["teams"]["callers"]["absence"] = {"days_off_per_year": 60}
    document["channels"]["show"]["inquiries_per_month"] = 60
    document["teams"]["closers"]["cost_per_person_month"] = 6000
    course = course_of(from_document(document), TODAY)
    chapters = course.chapters(world_of(3, 0))
    rows = at_a_stretch("compiled", chapters, world_of(3, 0))
    model = chapters[0].model
    tally = new_tally(model, len(course.names.reasons))
    fold(rows, model, tally)
    return History.of(model, rows, tally)


def test_a_history_is_settled(year: History) -> None:
    assert list(unsettled(year, Counter())) == []


def without(event: Event) -> Callable[[list[Row]], list[Row]]:
    """Lose the first row of an event that a rep or a pursuit has."""

    def lose(rows: list[Row]) -> list[Row]:
        lost = next(row for row in rows if row.event == event)
        return [row for row in rows if row is not lost]

    return lose


def with_another(event: Event, **changes: float) -> Callable[[list[Row]], list[Row]]:
    """Add to numbers of the first row of an event that has some."""

    def change(rows: list[Row]) -> list[Row]:
        meant = [row for row in rows if row.event == event and all(getattr(row, name) for name in changes)]
        others = {name: getattr(meant[0], name) + more for name, more in changes.items()}
        return [row._replace(**others) if row is meant[0] else row for row in rows]

    return change


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (without(Event.INQUIRY), "which is not there"),
        (without(Event.ADVANCED), "which is with the customer"),
        (without(Event.OPEN), "1 are left"),
        (without(Event.ENTERED), "which is on its way"),
        (without(Event.ADMITTED), "which is held before the hand-over"),
        (without(Event.HELD), "and the figure says"),
        (without(Event.COOLED_OFF), "available, and the figures say"),
        (with_another(Event.COOLED_OFF, waited=DAY), "cools off since"),
        (without(Event.REVENUE), "has a contract of"),
        (with_another(Event.INQUIRY, money=1.0), "in the sums"),
        (with_another(Event.PAY, money=1.0), "is paid"),
        (with_another(Event.MEDIA, money=1.0), "and the figure says"),
        (with_another(Event.REJECTED, money=1.0), "is rejected at"),
        (with_another(Event.PROSPECTED, money=1.0), "prospects for"),
        (with_another(Event.WORKED, worked=1), "says"),
        (with_another(Event.PROSPECTED, worked=1), "says"),
        (without(Event.ABSENT), ": absent 0"),
        (without(Event.ON_STAFF), "and not on staff"),
    ],
)
def test_what_is_lost_or_made_up_is_missed(
    year: History, fault: Callable[[list[Row]], list[Row]], told: str
) -> None:
    found = list(unsettled(year._replace(rows=fault(year.rows)), Counter()))
    assert any(told in sentence for sentence in found), found[:5]

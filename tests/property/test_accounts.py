"""Everything is accounted for in random scenarios with all parts at once; what is lost is missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from funnelsim.engines.fold import fold, new_tally
from funnelsim.model.words import DAY, Event

from .accounted import FOLLOWED, PARTS, accounts, parts_of, unsettled
from .living import Example, at_a_stretch
from .parity import never_occurred
from .plain import History, Row
from .processes import FOR_GOOD
from .scenes import WHOLE

EXAMPLES = 50
IN_THE_PERIOD = 35 * DAY


def test_everything_is_accounted_for() -> None:
    seen: Counter[str] = Counter()
    accounts(EXAMPLES, seen)
    assert seen["scenarios"] >= EXAMPLES - 5
    assert never_occurred(seen, FOLLOWED) == []


@pytest.fixture(scope="module")
def whole() -> History:
    """A history in which every part occurs."""
    example = Example(WHOLE, seed=1, processes=FOR_GOOD)
    rows, model = at_a_stretch("compiled", example.chapters, example.world), example.chapters[0].model
    assert parts_of(model, rows) == list(PARTS)
    tally = new_tally(model, len(example.names.reasons))
    fold(rows, model, tally)
    return History.of(model, rows, tally)


def test_a_history_is_settled(whole: History) -> None:
    assert list(unsettled(whole, Counter())) == []


def without(event: Event) -> Callable[[list[Row]], list[Row]]:
    """Lose a row of an event."""

    def lose(rows: list[Row]) -> list[Row]:
        lost = next(row for row in rows if row.event == event and row.time > IN_THE_PERIOD)
        return [row for row in rows if row is not lost]

    return lose


def with_another(event: Event, **changes: float) -> Callable[[list[Row]], list[Row]]:
    """Add to numbers of a row of an event that has some."""

    def change(rows: list[Row]) -> list[Row]:
        meant = next(
            row
            for row in rows
            if row.event == event and row.time > IN_THE_PERIOD and all(getattr(row, name) for name in changes)
        )
        others = {name: getattr(meant, name) + more for name, more in changes.items()}
        return [row._replace(**others) if row is meant else row for row in rows]

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
        (without(Event.ABSENT), ": absent "),
        (without(Event.ON_STAFF), "and not on staff"),
    ],
)
def test_what_is_lost_or_made_up_is_missed(
    whole: History, fault: Callable[[list[Row]], list[Row]], told: str
) -> None:
    found = list(unsettled(whole._replace(rows=fault(whole.rows)), Counter()))
    assert any(told in sentence for sentence in found), found[:5]

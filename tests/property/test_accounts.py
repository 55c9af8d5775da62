"""Everything is accounted for in random scenarios with all parts at once; what is lost is missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from funnelsim.engines.fold import fold, new_tally
from funnelsim.model.words import DAY, Event

from .accounted import FOLLOWED, PARTS, accounts, accounts_of_scenes, parts_of, unsettled
from .living import Example, at_a_stretch
from .parity import never_occurred
from .plain import History, Row
from .processes import FOR_GOOD
from .scenes import CUSTOMERS, VISITED, WHOLE

EXAMPLES = 50
IN_THE_PERIOD = 35 * DAY


def test_everything_is_accounted_for() -> None:
    seen: Counter[str] = Counter()
    accounts(EXAMPLES, seen)
    accounts_of_scenes(seen)
    assert seen["scenarios"] >= EXAMPLES - 5
    assert never_occurred(seen, FOLLOWED) == []


def lived(example: Example) -> History:
    """Live through an example of one chapter."""
    rows, model = at_a_stretch("compiled", example.chapters, example.world), example.chapters[0].model
    tally = new_tally(model, len(example.names.reasons))
    fold(rows, model, tally)
    return History.of(model, rows, tally)


@pytest.fixture(scope="module")
def whole() -> History:
    """A history in which every part occurs."""
    example = Example(WHOLE, seed=1, processes=FOR_GOOD)
    rows, model = at_a_stretch("compiled", example.chapters, example.world), example.chapters[0].model
    assert parts_of(model, rows) == list(PARTS)
    return lived(example)


@pytest.fixture(scope="module")
def for_years() -> History:
    """A history with customers for years."""
    return lived(Example(CUSTOMERS, seed=1))


def test_a_history_is_settled(whole: History) -> None:
    assert list(unsettled(whole, Counter())) == []


@pytest.mark.parametrize("replication", range(5))
@pytest.mark.parametrize(
    ("text", "begins"),
    [(CUSTOMERS, Event.SUBSCRIBED), (VISITED, Event.WAS_CUSTOMER)],
    ids=["sold", "visited"],
)
def test_each_contract_is_settled_in_each_world(text: str, begins: Event, replication: int) -> None:
    seen: Counter[str] = Counter()
    assert list(unsettled(lived(Example(text, seed=1, replication=replication)), seen)) == []
    steps = (begins, *(event for event in Event if Event.RENEWED <= event <= Event.RUNS_ON))
    missing = {"contracts: CONTRACTED"} if text == VISITED else set()  # prices rise there
    assert set(never_occurred(seen, [f"contracts: {event.name}" for event in steps])) <= missing


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
        (without(Event.BILLED), "is billed 0"),
        (with_another(Event.BILLED, money=1.0), "is billed"),
        (with_another(Event.BILLED, waited=DAY, money=0.0), "of month"),
        (with_another(Event.STARTED, money=9.0), "cash_paid of month"),
        (without(Event.ON_STAFF), "and not on staff"),
    ],
)
def test_what_is_lost_or_made_up_is_missed(
    whole: History, fault: Callable[[list[Row]], list[Row]], told: str
) -> None:
    found = list(unsettled(whole._replace(rows=fault(whole.rows)), Counter()))
    assert any(told in sentence for sentence in found), found[:5]


def of_later_terms(fault: Callable[[list[Row]], list[Row]]) -> Callable[[list[Row]], list[Row]]:
    """Let only rows of contracts be at fault, of which the first is signed in the period."""

    def change(rows: list[Row]) -> list[Row]:
        contracts = {row.pursuit for row in rows if row.event == Event.SUBSCRIBED}
        others = [row for row in rows if row.pursuit not in contracts]
        changed = fault([row for row in rows if row.pursuit in contracts])
        return sorted([*others, *changed], key=lambda row: row.time)

    return change


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (without(Event.CHURNED), "1 are left"),
        (without(Event.RUNS_ON), "0 ends"),
        (without(Event.SUBSCRIBED), "which is not there"),
        (without(Event.EXPANDED), "cents a month, and earns"),
        (without(Event.CONTRACTED), "cents a month, and earns"),
        (of_later_terms(without(Event.REVENUE)), "MARGIN, EXPECTED_MARGIN at"),
        (of_later_terms(without(Event.MARGIN)), "EXPECTED_MARGIN, REVENUE at"),
        (with_another(Event.SUBSCRIBED, money=1.0), "the MRR of month"),
        (with_another(Event.EXPANDED, money=1.0), "and in the end"),
        (with_another(Event.CHURNED, money=1.0), "and in the end"),
        (with_another(Event.CHURNED, time=1), "in the middle of a term"),
        (with_another(Event.CHURNED, worked=1), "was first signed at"),
        (with_another(Event.RENEWED, money=1.0), "is renewed at"),
        (with_another(Event.RENEWED, waited=1), "is renewed at"),
        (of_later_terms(with_another(Event.REVENUE, waited=DAY)), "over another time"),
        (of_later_terms(with_another(Event.REVENUE, money=5.0)), "in the sums"),
        (with_another(Event.RUNS_ON, waited=1), "since another instant"),
    ],
)
def test_what_is_lost_of_customers_is_missed(
    for_years: History, fault: Callable[[list[Row]], list[Row]], told: str
) -> None:
    found = list(unsettled(for_years._replace(rows=fault(for_years.rows)), Counter()))
    assert any(told in sentence for sentence in found), found[:5]

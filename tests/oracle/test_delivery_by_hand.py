"""The oracle's deliveries against histories worked out with paper and pencil.

A deal is won as it comes, on day 0 at 9:00, and is then to be delivered by one rep, nine to five, in four
hours. It is worth 100 (120 on average), and three quarters of that is what it costs to deliver.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import asks, at, from_day, live, stage
from .firm import (
    DAY,
    HOUR,
    MONTH,
    WON,
    Delivery,
    Draws,
    Firm,
    Inquiry,
    Nurture,
    Product,
    Segment,
    Team,
)
from .naive import COLD, History, Step
from .test_customers_by_hand import FIRST, LEAVES, SECOND, SIGNED, draws, happened, product, sells, steps

NOON = at(0, 13)  # when it is delivered
GOOD, BAD = 0.0, 0.999
NEVER = stage(odds=0.0)  # a stage from which nobody goes on


def once(**more: object) -> Product:
    return product(months=0, **{"delivery": 0} | more)


def by_the_month(**more: object) -> Product:
    return product(**{"delivery": 0} | more)


def delivers(sold: Product, *asked: Inquiry, days: int = 10, **more: object) -> Firm:
    """Make a firm that delivers in one stage, and promises five hours."""
    plain = {
        "stages": [stage(team=None), stage()],
        "deliveries": [Delivery(1, promised=5 * HOUR, odds=3.0, late=0.5, defect=0.2)],
    }
    return sells(sold, days, *asked, **plain | more)


def drawn(good: float = GOOD, price: float = 100.0, leaving: tuple[float, ...] = (), **more: object) -> Draws:
    """Let each delivery take four hours, and be good by this uniform."""
    effort = {"effort_hours": lambda *_: 4.0, "good": lambda _: good}
    return draws(price, leaving, **effort | more)


def told(history: History, since: int = SIGNED) -> list[tuple[int, str, int]]:
    """Return what has happened from an instant on, but for the reps and what happens at the horizon."""
    return [entry for entry in history.log if entry[0] >= since and entry[1] not in ("entered", "on staff")]


def booked(history: History, *kinds: str) -> list[tuple[int, str, float]]:
    return [(cost.time, cost.kind, cost.money) for cost in history.costs if cost.kind in kinds]


def test_what_is_sold_is_delivered_by_whoever_delivers() -> None:
    history = live(delivers(once()), drawn())
    assert told(history) == [
        (SIGNED, "inquiry", 0),
        (SIGNED, "started", 0),
        (SIGNED, "worked", 0),
        (SIGNED, "won", 0),
        (SIGNED, "margin", 0),
        (SIGNED, "expected", 0),
        (SIGNED, "expected margin", 0),
        (SIGNED, "revenue", 0),
        (SIGNED, "began", 1000),
        (SIGNED, "started", 1000),
        (NOON, "worked", 1000),
        (NOON, "delivered", 1000),
    ]
    assert (history.leads[1000].outcome, history.leads[1000].product) == ("delivered", 0)
    assert (history.total("revenue"), history.total("margin"), history.total("earned")) == (100, 25, 0)


@pytest.mark.parametrize(
    ("u", "good"), [(0.59, [True, True]), (0.6, [True, False]), (0.74, [True, False]), (0.75, [False, False])]
)
def test_the_second_delivery_of_a_day_is_late_and_its_odds_are_half(u: float, good: list[bool]) -> None:
    asked = [asks(entity, 0, SIGNED) for entity in (0, 1)]
    history = live(delivers(once(), *asked), drawn(u))
    # After four hours and after eight: odds of 3 and of 1.5.
    assert [history.leads[entity].ended for entity in (1000, 1001)] == [NOON, at(0, 17)]
    assert [history.leads[entity].good for entity in (1000, 1001)] == good


@pytest.mark.parametrize(("promised", "good"), [(4 * HOUR, True), (4 * HOUR - 1, False)])
def test_what_is_delivered_as_the_promised_time_ends_is_not_late(promised: int, good: bool) -> None:
    way = Delivery(1, promised, odds=3.0, late=0.5)
    assert live(delivers(once(), deliveries=[way]), drawn(0.7)).leads[1000].good is good


@pytest.mark.parametrize(
    ("promised", "u", "good"), [(9, 0.374, True), (9, 0.376, False), (5, 0.23, True), (5, 0.24, False)]
)
def test_a_defect_sends_back_and_counts_also_where_it_is_late(promised: int, u: float, good: bool) -> None:
    check = replace(stage(team=None), nexts=[(0.5, 1, -1), (1.0, WON, -1)])
    way = Delivery(1, promised * HOUR, odds=3.0, late=0.5, defect=0.2)
    firm = delivers(once(), stages=[stage(team=None), stage(to=2), check], deliveries=[way])
    routes = {(2, 0): 0.2, (2, 1): 0.9}
    history = live(firm, drawn(u, route=lambda *at: routes.get(at[2:], 0.5)))
    delivery = history.leads[1000]
    assert [(visit.stage, visit.how) for visit in delivery.visits] == [
        (1, "advanced"),
        (2, "sent back"),
        (1, "advanced"),
        (2, "delivered"),
    ]
    # Eight hours: 3 x 0.2 = 0.6 in nine, and 0.3 where five were promised: chances of 0.375 and 0.2308.
    assert (delivery.ended, delivery.good) == (at(0, 17), good)


def test_a_good_delivery_that_is_certain_is_good_however_late() -> None:
    way = Delivery(1, 0, late=1e-9, defect=1e-9)
    assert live(delivers(once(), deliveries=[way]), drawn(BAD)).leads[1000].good is True


# ---- cancelled ----------------------------------------------------------------------------------


def test_what_has_been_earned_stays_where_a_delivery_is_cancelled() -> None:
    history = live(delivers(once(), stages=[stage(team=None), NEVER]), drawn())
    assert told(history, NOON) == [(NOON, what, 1000) for what in ("worked", "lost", "cancelled")]
    assert booked(history, "cancelled", "revenue", "margin", "expected margin") == [
        (SIGNED, "margin", 25.0),
        (SIGNED, "expected margin", 30.0),
        (SIGNED, "revenue", 100.0),
        (NOON, "cancelled", 100.0),
    ]
    assert history.leads[1000].good is None


def test_what_would_be_recognised_at_delivery_is_taken_back() -> None:
    sold = once(at_delivery=True)
    history = live(delivers(sold, stages=[stage(team=None), NEVER]), drawn())
    assert told(history, NOON) == [
        (NOON, what, 1000) for what in ("worked", "lost", "cancelled", "margin", "expected margin")
    ]
    assert booked(history, "cancelled", "revenue", "margin", "expected margin") == [
        (SIGNED, "margin", 25.0),
        (SIGNED, "expected margin", 30.0),
        (NOON, "cancelled", 100.0),
        (NOON, "margin", -25.0),
        (NOON, "expected margin", -30.0),
    ]


def test_a_delivery_that_waits_too_long_is_cancelled() -> None:
    asked = [asks(entity, 0, SIGNED) for entity in (0, 1)]
    patience = {"patience": lambda lead, *_: 2 * HOUR if lead == 1001 else None}
    history = live(delivers(once(at_delivery=True), *asked), drawn(**patience))
    assert [history.leads[entity].outcome for entity in (1000, 1001)] == ["delivered", COLD]
    assert told(history, at(0, 11))[:4] == [
        (at(0, 11), what, 1001) for what in (COLD, "cancelled", "margin", "expected margin")
    ]
    assert history.total("revenue") == 100


def test_a_contract_ends_with_the_delivery_that_is_cancelled() -> None:
    history = live(delivers(by_the_month(), stages=[stage(team=None), NEVER]), drawn())
    assert told(history, NOON) == [
        *((NOON, what, 1000) for what in ("worked", "lost", "cancelled")),
        (NOON, "churned", ~0),
    ]
    assert steps(history) == [
        Step("subscribed", SIGNED, 100.0, worked=0),
        Step("churned", NOON, 100.0, waited=4 * HOUR, worked=SIGNED),
    ]
    assert history.total("revenue") == 100


def test_a_delivery_that_is_cancelled_as_a_term_ends_comes_first() -> None:
    later = {"customer_days": lambda lead, *_: 0.0 if lead == 0 else (FIRST - NOON) / DAY}
    firm = delivers(by_the_month(), stages=[stage(team=None), NEVER], days=40)
    history = live(firm, drawn(**later))
    assert [(what, who) for _, what, who in told(history, FIRST)] == [
        ("lost", 1000),
        ("cancelled", 1000),
        ("churned", ~0),
    ]


def test_a_contract_that_has_ended_does_not_end_again() -> None:
    later = {"customer_days": lambda lead, *_: 0.0 if lead == 0 else 40.0}
    firm = delivers(by_the_month(), stages=[stage(team=None), NEVER], days=60)
    history = live(firm, drawn(leaving=(LEAVES,), **later))
    assert [step.what for step in steps(history)] == ["subscribed", "churned"]
    assert steps(history)[-1].time == FIRST


def test_a_delivery_is_not_nurtured() -> None:
    firm = delivers(once(), stages=[stage(team=None), NEVER])
    firm.nurture = {1: Nurture(DAY, [1.0], 0)}
    assert live(firm, drawn()).leads[1000].outcome == "lost"


# ---- recognised at delivery ---------------------------------------------------------------------


@pytest.mark.parametrize(("earned_over", "term"), [(0, 1), (20 * DAY, 20 * DAY)])
def test_revenue_is_recognised_at_delivery(earned_over: int, term: int) -> None:
    history = live(delivers(once(at_delivery=True, earned_over=earned_over)), drawn())
    assert [entry[1:] for entry in told(history) if entry[0] == SIGNED][3:] == [
        *((what, 0) for what in ("won", "margin", "expected", "expected margin")),
        *((what, 1000) for what in ("began", "started")),
    ]
    assert told(history, NOON) == [
        (NOON, what, 1000) for what in ("worked", "delivered", "revenue", "earned")
    ]
    assert booked(history, "revenue", "earned", "margin") == [
        (SIGNED, "margin", 25.0),
        (NOON, "revenue", 100.0),
        (NOON, "earned", 25.0),
    ]
    assert (history.leads[0].term, history.leads[1000].term) == (0, term)


def test_a_subscription_begins_at_delivery() -> None:
    firm = delivers(by_the_month(at_delivery=True), days=80)
    history = live(firm, drawn(leaving=(0.79, 0.8)))
    first, second = NOON + MONTH, NOON + 2 * MONTH  # day 30 at 23:30, day 61 at 10:00
    assert (first, second) == (at(30, 23.5), at(61, 10))
    assert [entry[1:] for entry in told(history, NOON)[:5]] == [
        *((what, 1000) for what in ("worked", "delivered", "revenue", "earned")),
        ("subscribed", ~1000),
    ]
    assert steps(history) == [
        Step("subscribed", NOON, 100.0, worked=0),
        Step("margin", first, 25.0, waited=MONTH, worked=NOON),
        Step("expected margin", first, 30.0, worked=NOON),
        Step("revenue", first, 100.0, waited=MONTH, worked=NOON),
        Step("churned", second, 100.0, waited=2 * MONTH, worked=NOON),
    ]
    assert (history.leads[0].term, history.leads[1000].term) == (0, MONTH)
    assert (history.total("margin"), history.total("revenue"), history.total("earned")) == (25, 100, 25)


def test_who_signs_a_year_has_its_revenue_from_delivery_on() -> None:
    history = live(delivers(by_the_month(months=12, typed_term=True, at_delivery=True)), drawn(price=99.99))
    assert booked(history, "revenue", "earned", "margin") == [
        (SIGNED, "margin", pytest.approx(299.97)),
        (NOON, "revenue", pytest.approx(1199.88)),
        (NOON, "earned", pytest.approx(299.97)),
    ]
    assert history.leads[1000].term == 12 * MONTH


@pytest.mark.parametrize(("at_delivery", "begins"), [(True, [NOON]), (False, [])])
def test_who_has_signed_before_the_period_is_a_customer_where_it_is_delivered_in_it(
    at_delivery: bool, begins: list[int]
) -> None:
    firm = delivers(by_the_month(at_delivery=at_delivery), period_begins=SIGNED + 1)
    history = live(firm, drawn())
    assert [contract.signed for contract in history.contracts.values()] == begins
    assert history.leads[1000].outcome == "delivered"


def test_what_is_paid_is_what_it_was_when_the_contract_was_won() -> None:
    firm = delivers(by_the_month(margin=0.4, at_delivery=True))
    firm.channels = [replace(firm.channels[0], promotion=(0, SIGNED + 1), price_cut=0.25)]
    two_days = {"customer_days": lambda lead, *_: 2.0 if lead == 0 else 0.0}
    history = live(firm, drawn(**two_days))
    # Who asked in the promotion pays 75; delivery costs 60, on day 2 as well.
    assert booked(history, "revenue", "earned", "margin") == [
        (at(2, 9), "margin", 15.0),
        (at(2, 13), "revenue", 75.0),
        (at(2, 13), "earned", 15.0),
    ]
    assert happened(history)[0] == (at(2, 13), "subscribed", 75.0)


# ---- what customers remember --------------------------------------------------------------------


@pytest.mark.parametrize("at_delivery", [True, False])
@pytest.mark.parametrize(
    ("good", "leaving", "last"),
    [(GOOD, 0.88, "runs on"), (GOOD, 0.89, "churned"), (BAD, 0.49, "runs on"), (BAD, 0.51, "churned")],
)
def test_customers_remember_whether_a_delivery_was_good(
    good: float, leaving: float, last: str, at_delivery: bool
) -> None:
    way = Delivery(1, promised=DAY, odds=3.0, good=2.0, bad=0.25)
    firm = delivers(by_the_month(at_delivery=at_delivery), days=40, deliveries=[way])
    # The odds of staying are 4: 8 after a good one, 1 after a bad one.
    assert steps(live(firm, drawn(good, leaving=(leaving,))))[-1].what == last


@pytest.mark.parametrize(("good", "last"), [(GOOD, "runs on"), (BAD, "churned")])
def test_before_it_is_delivered_the_odds_are_those_typed(good: float, last: str) -> None:
    later = {"customer_days": lambda lead, *_: 0.0 if lead == 0 else 40.0}
    way = Delivery(1, promised=DAY, odds=3.0, good=2.0, bad=0.25)
    firm = delivers(by_the_month(), days=70, deliveries=[way])
    end = steps(live(firm, drawn(good, leaving=(0.79, 0.85), **later)))[-1]
    assert (end.what, end.time) == (last, SECOND if last == "churned" else 70 * DAY)


@pytest.mark.parametrize(("stays", "ratio", "last"), [(1.0, 1e-9, "runs on"), (0.0, 1e9, "churned")])
def test_what_is_certain_stays_so_after_a_delivery(stays: float, ratio: float, last: str) -> None:
    way = Delivery(1, promised=DAY, odds=3.0, good=ratio)
    firm = delivers(by_the_month(stays=stays), days=40, deliveries=[way])
    assert steps(live(firm, drawn(leaving=(0.5,))))[-1].what == last


# ---- what a delivery is among others ------------------------------------------------------------


def test_a_delivery_has_no_rep_of_its_own_and_is_open_at_the_horizon() -> None:
    firm = delivers(once(), reps=[replace(each) for each in sells(once(), 2).reps * 2], days=1)
    firm.stages = [stage(), stage()]
    history = live(firm, drawn())
    # The first rep has sold; it is the second one's turn. Four hours later the day is over.
    assert (history.leads[0].visits[0].rep, history.leads[1000].visits[0].rep) == (0, 1)
    slow = live(firm, drawn(customer_days=lambda lead, *_: float(lead == 1000)))
    assert slow.log[-1] == (DAY, "open", 1000)


def test_the_delivery_that_is_worth_most_comes_first() -> None:
    both = [once(), once()]
    asked = [asks(0, 0, SIGNED, by_product=0.0), asks(1, 0, SIGNED, by_product=0.9)]
    asked.append(asks(2, 0, SIGNED, by_product=0.9))
    segments = [Segment(products=[(0.5, 0), (1.0, 1)])]
    firm = delivers(once(), *asked, products=both, segments=segments, teams=[Team("cherry_pick")])
    firm.calendars = [[(at(0, 10), at(0, 18)), (at(1, 9), at(1, 17))]]
    history = live(firm, drawn(price=lambda _, __, number: (10.0, 40.0)[number]))
    started = {entity: walk.visits[0].started for entity, walk in history.leads.items() if walk.deal}
    assert started == {1001: at(0, 10), 1002: at(0, 14), 1000: at(1, 9)}


def test_each_product_has_a_delivery_of_its_own_or_none() -> None:
    sold = [product(months=0), once(), once(delivery=1)]
    asked = [asks(entity, 0, SIGNED, by_product=entity / 3) for entity in range(3)]
    segments = [Segment(products=[(1 / 3, 0), (2 / 3, 1), (1.0, 2)])]
    ways = [Delivery(1), Delivery(2)]
    firm = delivers(once(), *asked, products=sold, segments=segments, deliveries=ways)
    firm.stages = [stage(team=None), stage(), stage(team=None)]
    entities = {"delivery": lambda deal, _, number: 100 * (number + 1) + deal}
    history = live(firm, drawn(**entities))
    assert {entity: walk.visits[0].stage for entity, walk in history.leads.items()} == {
        **{0: 0, 1: 0, 2: 0},
        101: 1,
        202: 2,
    }


# ---- chapters -----------------------------------------------------------------------------------


def test_a_price_that_changes_before_delivery_changes_nothing_and_a_margin_does() -> None:
    later = {"customer_days": lambda lead, *_: 0.0 if lead == 0 else 2.0}
    before, after = once(at_delivery=True), once(at_delivery=True, margin=0.5)
    chapter = from_day(1, delivers(after), drawn(price=999.0, **later))
    history = live(delivers(before), drawn(**later), chapter)
    assert booked(history, "revenue", "earned", "margin") == [
        (SIGNED, "margin", 25.0),
        (at(2, 13), "revenue", 100.0),
        (at(2, 13), "earned", 50.0),
    ]


def test_what_is_taken_back_is_what_is_paid_at_the_margin_of_the_day() -> None:
    later = {"customer_days": lambda lead, *_: 0.0 if lead == 0 else 2.0}
    before, after = once(at_delivery=True), once(at_delivery=True, margin=0.5)
    never = {"stages": [stage(team=None), NEVER]}
    chapter = from_day(1, delivers(after, **never), drawn(price=999.0, **later))
    history = live(delivers(before, **never), drawn(**later), chapter)
    assert booked(history, "cancelled", "margin", "expected margin") == [
        (SIGNED, "margin", 25.0),
        (SIGNED, "expected margin", 30.0),
        (at(2, 13), "cancelled", 100.0),
        (at(2, 13), "margin", -50.0),
        (at(2, 13), "expected margin", -60.0),
    ]


def test_what_is_promised_and_what_customers_remember_is_said_by_the_chapter_at_hand() -> None:
    later = {"customer_days": lambda lead, *_: 0.0 if lead == 0 else 2.0}
    ways = [Delivery(1, promised, odds=3.0, late=0.5) for promised in (DAY, 3 * DAY)]
    first, second = (delivers(by_the_month(), days=40, deliveries=[way]) for way in ways)
    assert live(first, drawn(0.7, **later)).leads[1000].good is False
    history = live(first, drawn(0.7, **later), from_day(1, second, drawn(0.7, **later)))
    assert history.leads[1000].good is True
    gone = delivers(by_the_month(), days=40, deliveries=[replace(ways[1], good=0.25)])
    last = [from_day(1, second, drawn(0.7, **later)), from_day(5, gone, drawn(leaving=(0.51,), **later))]
    assert steps(live(first, drawn(0.7, **later), *last))[-1].what == "churned"

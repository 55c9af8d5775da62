"""The oracle's products and customers against histories worked out with paper and pencil.

A deal is won as it comes, unless told otherwise. A month has 30.4375 days: 30 days, 10 hours and 30
minutes. Who signs at 9:00 on day 0 has months that end on day 30 at 19:30, on day 61 at 6:00, on day 91 at
16:30, and a year that ends on day 365 at 15:00.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from .by_hand import asks, at, firm, from_day, live, stage, table
from .firm import DAY, MONTH, Channel, Draws, Firm, Inquiry, Price, Product, Segment, Team
from .naive import History, Step

SIGNED = at(0, 9)
FIRST, SECOND, THIRD = at(30, 19.5), at(61, 6), at(91, 16.5)
ANNIVERSARY, NEXT = at(365, 15), at(730, 21)
STAYS, LEAVES = 0.0, 0.999
ALL_OF_THEM = [(1.0, 0)]


def product(mean: float = 120.0, margin: float = 0.25, months: int = 1, **more: object) -> Product:
    return Product([Price(mean, margin)], months, **{"typed_term": months > 1, "stays": 0.8} | more)


def sells(sold: Product, days: int, *asked: Inquiry, **more: object) -> Firm:
    """Make a firm of so many days, whose only deal of a product comes on day 0 at 9:00."""
    plain = {
        "stages": [stage(team=None)],
        "channels": [Channel([day * DAY for day in range(days + 1)])],
        "segments": [Segment(products=ALL_OF_THEM)],
        "inquiries": list(asked) or [asks(0, 0, SIGNED)],
        "products": [sold],
        "month_days": [30] * days,
        "horizon": days * DAY,
    }
    return firm([], **plain | more)


def draws(
    price: float | Callable[..., float] = 100.0, leaving: tuple[float, ...] = (), **more: object
) -> Draws:
    """Let a month cost so much, and customers be asked with these uniforms after their terms."""
    prices = price if callable(price) else lambda *_: price
    plain = {"price": prices, "leaving": lambda _, before: (*leaving, *[STAYS] * 99)[before]}
    return replace(table(), **plain | more)


def steps(history: History) -> list[Step]:
    [contract] = history.contracts.values()
    return contract.steps


def happened(history: History) -> list[tuple[int, str, float]]:
    return [(step.time, step.what, pytest.approx(step.money, rel=1e-12)) for step in steps(history)]


def test_a_customer_who_runs_from_month_to_month_stays_twice_and_leaves() -> None:
    history = live(sells(product(), 100), draws(leaving=(0.79, STAYS, 0.8)))
    assert [entry for entry in history.log if entry[1] not in ("entered", "on staff")] == [
        (SIGNED, "inquiry", 0),
        (SIGNED, "started", 0),
        (SIGNED, "worked", 0),
        (SIGNED, "won", 0),
        (SIGNED, "margin", 0),
        (SIGNED, "expected", 0),
        (SIGNED, "expected margin", 0),
        (SIGNED, "revenue", 0),
        (SIGNED, "subscribed", ~0),
        (FIRST, "margin", ~0),
        (FIRST, "expected margin", ~0),
        (FIRST, "revenue", ~0),
        (SECOND, "margin", ~0),
        (SECOND, "expected margin", ~0),
        (SECOND, "revenue", ~0),
        (THIRD, "churned", ~0),
    ]
    # A quarter of 100 a month, and of 120 on average.
    assert (history.total("margin"), history.total("expected"), history.total("revenue")) == (25, 120, 100)
    assert (history.leads[0].bookings, history.leads[0].term) == (100.0, 30 * DAY + 10.5 * DAY / 24)
    assert steps(history) == [
        Step("subscribed", SIGNED, 100.0, worked=0),
        *(
            step
            for when in (FIRST, SECOND)
            for step in (
                Step("margin", when, 25.0, waited=MONTH, worked=SIGNED),
                Step("expected margin", when, 30.0, worked=SIGNED),
                Step("revenue", when, 100.0, waited=MONTH, worked=SIGNED),
            )
        ),
        Step("churned", THIRD, 100.0, waited=THIRD - SIGNED, worked=SIGNED),
    ]


def test_a_year_is_renewed_at_a_higher_price_and_ended_after_the_next() -> None:
    yearly = product(months=12, growth=0.05, margin=0.4)
    history = live(sells(yearly, 800), draws(99.99, (STAYS, LEAVES)))
    assert history.leads[0].bookings == pytest.approx(1199.88)
    # 99.99 x 1.05 = 104.9895, 104.99 in cents; a year of it is 1,259.874. The mean of 120 comes to 126.
    assert happened(history) == [
        (SIGNED, "subscribed", 99.99),
        (ANNIVERSARY, "renewed", 1259.874),
        (ANNIVERSARY, "expanded", 5.0),
        (ANNIVERSARY, "margin", 503.9496),
        (ANNIVERSARY, "expected margin", 604.8),
        (ANNIVERSARY, "revenue", 1259.874),
        (NEXT, "churned", 104.99),
    ]
    _, renewed, expanded, margin, _, revenue, churned = steps(history)
    year = ANNIVERSARY - SIGNED
    assert (renewed.waited, renewed.worked, expanded.worked) == (year, SIGNED, SIGNED)
    assert (margin.waited, revenue.waited) == (year, year)
    assert (churned.waited, churned.worked) == (2 * year, SIGNED)


def test_a_price_falls_by_a_fifth_a_year_of_what_was_paid() -> None:
    history = live(sells(product(months=12, growth=-0.2), 1100), draws(50.0))
    falls = [each for each in happened(history) if each[1] == "contracted"]
    # 50, 40, 32, and from the third anniversary on 25.60.
    assert falls == [
        (ANNIVERSARY, "contracted", 10),
        (NEXT, "contracted", 8),
        (at(1096, 3), "contracted", 6.4),
    ]
    assert happened(history)[-1] == (1100 * DAY, "runs on", 25.6)


@pytest.mark.parametrize(
    ("months", "after"),  # how many months are over when the price is another: of whole years in both cases
    [(1, [12, 24]), (5, [15, 25]), (6, [12, 24]), (16, [16]), (24, [24])],
)
def test_a_price_rises_with_the_first_term_that_begins_in_another_year(months: int, after: list[int]) -> None:
    history = live(sells(product(months=months, growth=0.1), 800), draws())
    rises = [step.time - SIGNED for step in steps(history) if step.what == "expanded"]
    assert rises == [count * MONTH for count in after]


def test_after_a_term_of_two_years_the_price_has_risen_twice() -> None:
    history = live(sells(product(months=24, growth=0.1), 800), draws())
    assert [step.money for step in steps(history) if step.what == "expanded"] == [21.0]


def test_a_rise_of_less_than_half_a_cent_is_none() -> None:
    history = live(sells(product(months=12, growth=0.0004), 400), draws(10.0))
    # 10.004 are still 10.00 in cents, but a year costs 4.8 cents more.
    assert [each for each in happened(history) if each[1] in ("renewed", "expanded")] == [
        (ANNIVERSARY, "renewed", 120.048)
    ]


@pytest.mark.parametrize(("price", "cents"), [(10.125, 1013), (10.124, 1012), (0.004, 0), (0.005, 1)])
def test_half_a_cent_of_what_is_paid_for_a_month_is_a_cent(price: float, cents: int) -> None:
    assert steps(live(sells(product(), 10), draws(price)))[0] == Step(
        "subscribed", SIGNED, cents / 100, worked=0
    )


def test_without_a_typed_term_there_is_no_renewal_even_where_the_price_rises() -> None:
    history = live(sells(product(growth=0.5), 380), draws())
    last = [step.what for step in steps(history) if step.time == ANNIVERSARY]
    assert last == ["expanded", "margin", "expected margin", "revenue"]
    assert "renewed" not in {step.what for step in steps(history)}


def test_a_term_of_one_month_that_is_typed_is_renewed() -> None:
    history = live(sells(product(typed_term=True), 40), draws())
    assert [step.what for step in steps(history) if step.time == FIRST][:2] == ["renewed", "margin"]


def test_the_price_of_a_promotion_holds_for_all_terms() -> None:
    cheaper = {"promotion": (0, DAY), "price_cut": 0.25}
    firm_ = sells(product(margin=0.3), 40)
    firm_.channels = [replace(firm_.channels[0], **cheaper)]
    history = live(firm_, draws())
    # 75 are paid, and to deliver costs 70 as at full price; on average 90, and 84.
    assert history.leads[0].bookings == 75.0
    assert history.total("margin") == pytest.approx(5.0)
    assert history.total("expected margin") == pytest.approx(6.0)
    assert happened(history) == [
        (SIGNED, "subscribed", 75.0),
        (FIRST, "margin", 5.0),
        (FIRST, "expected margin", 6.0),
        (FIRST, "revenue", 75.0),
        (40 * DAY, "runs on", 75.0),
    ]


@pytest.mark.parametrize(("begins", "contracts"), [(SIGNED, 1), (SIGNED + 1, 0)])
def test_who_signs_before_the_period_is_no_customer(begins: int, contracts: int) -> None:
    history = live(sells(product(), 40, period_begins=begins), draws())
    assert len(history.contracts) == contracts
    assert (history.total("revenue"), history.leads[0].term) == (100.0, MONTH)


def test_a_term_that_ends_at_the_horizon_runs_on() -> None:
    # Sixteen months are 487 days: what is signed at the first midnight ends with day 486.
    asked = asks(0, 0, 0)
    runs_on = steps(live(sells(product(months=16), 487, asked), draws(leaving=(LEAVES,))))[-1]
    assert runs_on == Step("runs on", 487 * DAY, 100.0, waited=487 * DAY, worked=0)
    leaves = steps(live(sells(product(months=16), 488, asked), draws(leaving=(LEAVES,))))[-1]
    assert leaves == Step("churned", 487 * DAY, 100.0, waited=487 * DAY, worked=0)


def test_who_runs_on_says_since_when_the_term_runs_and_the_contract() -> None:
    runs_on = steps(live(sells(product(), 40), draws()))[-1]
    assert runs_on == Step("runs on", 40 * DAY, 100.0, waited=40 * DAY - FIRST, worked=SIGNED)


@pytest.mark.parametrize(("leaving", "last"), [(0.699, "runs on"), (0.7, "churned"), (0.701, "churned")])
def test_a_customer_s_own_chance_to_leave_comes_in_place_of_the_typed_one(leaving: float, last: str) -> None:
    own = product(own_loyalty=True, stays=1.0)
    history = live(sells(own, 50), draws(leaving=(leaving,), loyalty=lambda *_: 0.3))
    assert steps(history)[-1].what == last


def test_each_customer_has_one_chance_to_leave_for_all_terms() -> None:
    asked = [asks(entity, 0, SIGNED) for entity in (0, 1)]
    loyal = {0: 0.1, 1: 0.6}
    own = sells(product(own_loyalty=True), 200, *asked)
    history = live(own, draws(leaving=(0.3, 0.5, 0.95), loyalty=lambda company, _: loyal[company]))
    ends = {contract.deal.inquiry.entity: contract.steps[-1] for contract in history.contracts.values()}
    # 0.3 and 0.5 are below 0.9; only the first is below 0.4.
    assert {company: (end.what, end.time) for company, end in ends.items()} == {
        0: ("churned", THIRD),
        1: ("churned", SECOND),
    }


def test_terms_end_last_of_all_that_is_due_by_entity() -> None:
    asked = [asks(0, 0, SIGNED), asks(1, 0, SIGNED), asks(2, 0, FIRST)]
    history = live(sells(product(), 31, *asked), draws(leaving=(LEAVES,)))
    at_once = [(what, who) for when, what, who in history.log if when == FIRST]
    assert at_once[:6] == [
        ("inquiry", 2),
        ("entered", 2),
        ("started", 2),
        ("churned", ~1),
        ("churned", ~0),
        ("worked", 2),
    ]


def test_who_is_open_and_which_contracts_run_on_is_told_by_entity() -> None:
    first = live(sells(product(), 2, asks(5, 0, SIGNED)), draws(contract=lambda *_: 7))
    assert first.log[-1] == (2 * DAY, "runs on", 7)
    both = sells(product(), 2, *(asks(entity, 0, SIGNED) for entity in (5, 6, 8)))
    thinking = live(both, draws(contract=lambda *_: 7, customer_days=lambda lead, *_: 9.0 * (lead != 5)))
    assert [(what, who) for _, what, who in thinking.log[-3:]] == [("open", 6), ("runs on", 7), ("open", 8)]


def test_a_one_off_product_has_no_contract_and_is_earned_at_once_or_over_days() -> None:
    at_once = live(sells(product(months=0), 40), draws())
    assert (at_once.contracts, at_once.leads[0].bookings, at_once.leads[0].term) == ({}, 100.0, 1)
    over_days = live(sells(product(months=0, earned_over=20 * DAY), 40), draws())
    assert over_days.leads[0].term == 20 * DAY
    assert over_days.total("margin") == 25.0


@pytest.mark.parametrize(("u", "chosen"), [(0.0, 0), (0.2499, 0), (0.25, 1), (0.999, 1)])
def test_a_deal_is_about_the_first_product_whose_share_so_far_is_above_the_uniform(
    u: float, chosen: int
) -> None:
    mixed = sells(
        product(),
        10,
        asks(0, 0, SIGNED, by_product=u),
        products=[product(months=0), product(months=3)],
        segments=[Segment(products=[(0.25, 0), (1.0, 1)])],
    )
    history = live(mixed, draws(price=lambda _, __, number: (7.0, 30.0)[number]))
    assert (history.leads[0].product, history.leads[0].bookings) == (chosen, (7.0, 90.0)[chosen])


def test_each_segment_has_its_own_price_mean_and_margin() -> None:
    sold = Product([Price(10.0, 0.5), Price(40.0, 0.1)], 1)
    inquiry = asks(0, 0, SIGNED, segment=1)
    two = sells(sold, 10, inquiry, segments=[Segment(products=ALL_OF_THEM)] * 2)
    history = live(two, draws(price=lambda _, segment, __: (11.0, 50.0)[segment]))
    assert (history.leads[0].bookings, history.total("expected")) == (50.0, 40.0)
    assert (history.total("margin"), history.total("expected margin")) == (pytest.approx(5), pytest.approx(4))


def test_commission_is_paid_on_the_first_term_alone() -> None:
    paid = sells(
        product(months=3, typed_term=True),
        100,
        teams=[Team(commission=0.1)],
        stages=[stage()],
    )
    history = live(paid, draws())
    assert history.total("commission") == pytest.approx(30.0)
    assert history.total("expected commission") == pytest.approx(36.0)
    what = [what for when, what, _ in history.log if when == at(0, 10)]
    assert what[-3:] == ["commission", "expected commission", "subscribed"]
    assert {step.what for step in steps(history)} >= {"renewed", "revenue"}


def test_deals_are_worth_what_their_product_is_paid_for() -> None:
    # A rep takes what is worth most: three months at 40 before one payment of 100.
    asked = [asks(0, 0, at(0, 8), by_product=0.0), asks(1, 0, at(0, 8), by_product=0.9)]
    picking = sells(
        product(),
        2,
        *asked,
        products=[product(months=0), product(months=3)],
        segments=[Segment(products=[(0.5, 0), (1.0, 1)])],
        teams=[Team("cherry_pick")],
        stages=[stage()],
    )
    history = live(picking, draws(price=lambda _, __, number: (100.0, 40.0)[number]))
    started = {walk.inquiry.entity: walk.visits[0].started for walk in history.leads.values()}
    assert started == {1: at(0, 9), 0: at(0, 10)}


# ---- chapters ----------------------------------------------------------------------------------


def test_a_term_in_progress_ends_when_it_was_to_end_and_the_next_is_the_chapter_s() -> None:
    before, after = product(), product(months=2, margin=0.5)
    history = live(sells(before, 130), draws(), from_day(40, sells(after, 130), draws(price=999.0)))
    # The month that began on day 30 ends on day 61, after the change; two months later it is day 122, 3:00.
    assert happened(history) == [
        (SIGNED, "subscribed", 100.0),
        *[(FIRST, "margin", 25.0), (FIRST, "expected margin", 30.0), (FIRST, "revenue", 100.0)],
        *[(SECOND, "renewed", 200.0), (SECOND, "margin", 100.0), (SECOND, "expected margin", 120.0)],
        (SECOND, "revenue", 200.0),
        *[(at(122, 3), "renewed", 200.0), (at(122, 3), "margin", 100.0)],
        *[(at(122, 3), "expected margin", 120.0), (at(122, 3), "revenue", 200.0)],
        (130 * DAY, "runs on", 100.0),
    ]
    renewed = [step.waited for step in steps(history) if step.what == "renewed"]
    assert renewed == [MONTH, 2 * MONTH]


@pytest.mark.parametrize(("day", "last"), [(30, "churned"), (31, "runs on")])
def test_whether_a_customer_stays_is_asked_by_the_chapter_at_hand(day: int, last: str) -> None:
    before, after = product(stays=0.5), product(stays=0.4)
    chapter = from_day(day, sells(after, 40), draws(leaving=(0.45,)))
    assert steps(live(sells(before, 40), draws(leaving=(0.45,)), chapter))[-1].what == last


def test_a_price_grows_from_what_was_paid_as_the_chapter_at_hand_has_growth() -> None:
    before, after = product(months=12, growth=0.5), product(months=12, growth=0.1)
    chapter = from_day(400, sells(after, 800), draws())
    rises = [
        (step.time, step.what, pytest.approx(step.money))
        for step in steps(live(sells(before, 800), draws(), chapter))
        if step.what in ("expanded", "contracted")
    ]
    # 100, after a year 150; after two, a tenth more: 165.
    assert rises == [(ANNIVERSARY, "expanded", 50), (NEXT, "expanded", 15)]


def test_a_deal_keeps_the_product_with_which_it_came_and_pays_the_price_of_the_day() -> None:
    both = {"products": [product(months=0), product(months=3)]}
    first = sells(product(), 10, segments=[Segment(products=ALL_OF_THEM)], **both)
    later = sells(product(), 10, segments=[Segment(products=[(1.0, 1)])], **both)
    slow = {"customer_days": lambda *_: 4.0}
    history = live(first, draws(**slow), from_day(2, later, draws(70.0, **slow)))
    assert (history.leads[0].product, history.leads[0].bookings, history.contracts) == (0, 70.0, {})


# ---- discounts, launches, moves up ---------------------------------------------------------------


@pytest.mark.parametrize(("odds", "outcome"), [(1.0, "lost"), (3.0, "won")])
def test_a_discount_moves_the_odds_of_a_deal(odds: float, outcome: str) -> None:
    # Evens are a chance of 1/2; three times as good, of 3/4.
    sold = product(discount=0.25, odds=odds)
    uncertain = sells(sold, 10, stages=[stage(team=None, odds=1.0)])
    history = live(uncertain, draws(advances=lambda *_: 0.6))
    assert history.leads[0].outcome == outcome


def test_a_discount_is_paid_for_by_the_margin() -> None:
    cheaper = {"promotion": (0, DAY), "price_cut": 0.2}
    firm_ = sells(product(discount=0.1), 40)
    firm_.channels = [replace(firm_.channels[0], **cheaper)]
    history = live(firm_, draws())
    # 0.8 x 0.9 of 100 are paid, and of 120 on average; to deliver costs 75 and 90.
    assert history.leads[0].bookings == pytest.approx(72.0)
    assert happened(history) == [
        (SIGNED, "subscribed", 72.0),
        (FIRST, "margin", -3.0),
        (FIRST, "expected margin", -3.6),
        (FIRST, "revenue", 72.0),
        (40 * DAY, "runs on", 72.0),
    ]


@pytest.mark.parametrize(
    ("u", "hour", "chosen"), [(0.28, 23, 0), (0.29, 23, 2), (0.28, 24, 1), (0.19, 24, 0), (0.5, 24, 2)]
)
def test_shares_are_those_of_what_has_been_launched(u: float, hour: int, chosen: int) -> None:
    # Before day 1, shares of 0.2 and 0.5: the first of them up to 0.2 / 0.7, which is 0.286.
    mixed = sells(
        product(),
        10,
        asks(0, 0, at(0, hour), by_product=u),
        products=[product(months=0), product(months=0, launched=DAY), product(months=0)],
        segments=[Segment(products=[(0.2, 0), (0.5, 1), (1.0, 2)])],
    )
    assert live(mixed, draws()).leads[0].product == chosen


def pyramid(days: int, **more: object) -> Firm:
    """Sell by the month at 100; who moves up pays 250 a month for three months, 300 on average."""
    above = product(300.0, months=3, **more)
    return sells(product(growth=0.5), days, products=[product(growth=0.5, opens=[(0.3, 1)]), above])


def of_a_pyramid(moving: tuple[float, ...]) -> Draws:
    return draws(lambda _, __, number: (100.0, 250.0)[number], moving=lambda _, before: moving[before])


def test_a_customer_moves_up_and_pays_the_other_price() -> None:
    history = live(pyramid(130), of_a_pyramid((0.3, 0.29, 0.0)))
    ends = at(152, 13.5)  # three months after the second
    assert happened(history) == [
        (SIGNED, "subscribed", 100.0),
        *[(FIRST, "margin", 25.0), (FIRST, "expected margin", 30.0), (FIRST, "revenue", 100.0)],
        (SECOND, "expanded", 150.0),
        *[(SECOND, "margin", 187.5), (SECOND, "expected margin", 225.0), (SECOND, "revenue", 750.0)],
        (130 * DAY, "runs on", 250.0),
    ]
    assert [step.product for step in steps(history)] == [0] * 4 + [1] * 5
    renewed = next(
        step for step in steps(live(pyramid(160), of_a_pyramid((0.3, 0.29, 0.0)))) if step.time == ends
    )
    assert renewed == Step("renewed", ends, 750.0, 3 * MONTH, SIGNED, 1)


def test_nobody_moves_up_to_what_has_not_been_launched() -> None:
    history = live(pyramid(62, launched=FIRST + 1), of_a_pyramid((0.0, 0.0)))
    assert [(step.time, step.what) for step in steps(history) if step.what == "expanded"] == [
        (SECOND, "expanded")
    ]


def test_the_share_of_the_price_of_the_deal_is_kept_by_who_moves_up() -> None:
    firm_ = pyramid(40, discount=0.5)
    firm_.products[0].discount = 0.2
    history = live(firm_, of_a_pyramid((0.0,)))
    # 80 a month, then 200; to deliver for three months costs three quarters of 750.
    assert happened(history)[:3] == [
        (SIGNED, "subscribed", 80.0),
        (FIRST, "expanded", 120.0),
        (FIRST, "margin", 37.5),
    ]


# ---- customers as the period begins ------------------------------------------------------------

BEGINS = 10 * DAY


def has(sold: Product, days: int, **more: object) -> Firm:
    """Make a firm with one customer as the period begins, on day 10, and nobody who asks."""
    sold.prices[0].customers = [77]
    return sells(sold, days, asks(0, 0, 10**18), **{"period_begins": BEGINS} | more)


def aged(days: float, **more: object) -> Draws:
    return draws(age=lambda *_: at(0, days * 24), **more)


def test_who_is_a_customer_as_the_period_begins_ends_the_term_at_hand() -> None:
    # 40 days are a month and 9 days and 13.5 hours: 20 days and 21 hours are left.
    history = live(has(product(), 40), aged(40))
    assert steps(history) == [
        Step("was customer", BEGINS, 100.0, waited=at(20, 21), worked=-30 * DAY),
        Step("margin", at(30, 21), 25.0, MONTH, -30 * DAY),
        Step("expected margin", at(30, 21), 30.0, worked=-30 * DAY),
        Step("revenue", at(30, 21), 100.0, MONTH, -30 * DAY),
        Step("runs on", 40 * DAY, 100.0, at(9, 3), -30 * DAY),
    ]
    assert history.leads == {}
    assert (history.total("margin"), history.total("revenue")) == (0, 0)


@pytest.mark.parametrize(
    ("months", "age", "mrr", "next_one"),
    [
        (1, 365.24, 100.0, 110.0),  # the year ends with the term
        (1, 365.25, 110.0, 110.0),
        (5, 400, 100.0, 110.0),  # the year has ended in the term at hand
        (24, 400, 100.0, 121.0),
        (24, 731, 121.0, 146.41),
    ],
)
def test_prices_have_grown_by_the_years_up_to_the_term_at_hand(
    months: int, age: float, mrr: float, next_one: float
) -> None:
    first, *_, last = steps(live(has(product(months=months, growth=0.1), 1500), aged(age)))[:3]
    assert (first.what, first.money) == ("was customer", mrr)
    second = next(
        step
        for step in steps(live(has(product(months=months, growth=0.1), 1500), aged(age)))
        if step.what == "revenue"
    )
    assert second.money == pytest.approx(next_one * months)
    assert last.time <= second.time


def test_first_customers_come_by_entity_and_are_asked_from_their_first_term_on() -> None:
    firm_ = has(product(), 40, segments=[Segment(products=ALL_OF_THEM)] * 2)
    firm_.products[0].prices = [Price(120.0, 0.25, [9, 7]), Price(120.0, 0.25, [8])]
    history = live(firm_, aged(40, leaving=(0.8,)))
    assert [entry for entry in history.log if entry[1] != "on staff"] == [
        *[(BEGINS, "was customer", who) for who in (7, 8, 9)],
        *[(at(30, 21), "churned", who) for who in (7, 8, 9)],
    ]
    assert steps_of(history, 7)[-1] == Step("churned", at(30, 21), 100.0, at(60, 21), -30 * DAY)


def steps_of(history: History, entity: int) -> list[Step]:
    return history.contracts[entity].steps


def test_the_first_chapter_says_how_many_there_are_and_the_one_at_hand_what_they_pay() -> None:
    before, after = has(product(), 40), has(product(discount=0.1), 40)
    after.products[0].prices[0].customers = [77, 78]
    history = live(before, aged(40), from_day(10, after, aged(40, price=200.0)))
    assert next((step.what, step.money) for step in steps(history)) == ("was customer", 180.0)

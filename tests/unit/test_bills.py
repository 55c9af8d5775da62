"""Bills, on the reference engine, worked out by hand: when, how much, and when that is paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from funnelsim.chance.keys import PAYMENT, uniforms, world_of
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import history
from funnelsim.model.words import DAY, NOBODY, Event
from funnelsim.rules.products import MONTH
from funnelsim.scenario import course_of, lower, parse

FIRM = """
start = 2026-01-01
horizon = {{ warm_up_months = 0, period_months = 6, drain_months = 0 }}
{finance}
[segments.all]
{segment}
market = {{ companies = 2 }}
[channels.web]
kind = "seo"
inquiries_per_month = 20
monthly_profile = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
weekday_profile = [0, 0, 0, 0, 0, 0, 1]
arrives_between = ["00:00", "00:01"]
[teams.crew]
people = 1
hours_per_week = 168
[stages.talk]
team = "crew"
conversion = 1
{more}
"""
SIGNED = 3  # the day of the first Sunday
TEN_DAYS = 10 * DAY
DELIVERY = """
[deliveries.fit.stages.fitting]
conversion = {conversion}
customer_takes_days = 20
"""


class Bill(NamedTuple):
    """What a BILLED row says."""

    day: int
    money: float
    count: int
    waited: int


def firm(product: str = "", billing: str = "", finance: str = "paid_after_days = 10", **more: object) -> str:
    """Write a firm that sells a product to two companies on the first Sunday."""
    text = f"[products.it]\n{product}\n[products.it.billing]\n{billing}\n" if product else ""
    delivered = DELIVERY.format(conversion=more.get("conversion", 1)) if "delivery" in product else ""
    segment = "" if product else "contract_value_per_year = 1000.01\nterm_years = 2"
    return FIRM.format(
        finance=f"[finance.billing]\n{finance}",
        segment=segment,
        more=text + delivered + str(more.get("rest", "")),
    )


def rows_of(text: str, seed: int = 1) -> Records:
    return history("reference", lower(parse(text)).model, seed)


def bills(rows: Records) -> list[Bill]:
    """List what is billed to the first company, or to its contract or delivery; in order."""
    found = rows[rows["event"] == Event.BILLED]
    return [
        Bill(int(row["time"] // DAY), float(row["money"]), int(row["count"]), int(row["waited"]))
        for row in found
    ]


def once(found: Sequence[Bill]) -> list[Bill]:
    """Return what is billed to each of two companies alike, once."""
    assert list(found[::2]) == list(found[1::2])
    return list(found[::2])


def test_what_is_sold_once_is_billed_at_signing() -> None:
    found = bills(rows_of(firm("price = 1000")))
    assert once(found) == [Bill(SIGNED, 1000, 1, TEN_DAYS)]


def test_what_is_left_is_billed_at_delivery() -> None:
    rows = rows_of(firm('price = 1000\ndelivery = "fit"', 'deposit = 0.25\nwhen = "at_delivery"'))
    assert once(bills(rows)) == [Bill(SIGNED, 250, 1, TEN_DAYS), Bill(SIGNED + 20, 750, 1, TEN_DAYS)]
    of_bills = rows[rows["event"] == Event.BILLED]
    assert set(of_bills["rep"]) == {0}
    assert (of_bills["worked"] == of_bills["time"]).all()
    order = rows[rows["time"] == of_bills["time"][0]]["event"].tolist()
    assert order.index(Event.BILLED) > order.index(Event.REVENUE)


def test_of_a_delivery_that_is_cancelled_only_the_deposit_is_billed() -> None:
    text = firm('price = 1000\ndelivery = "fit"', 'deposit = 0.25\nwhen = "at_delivery"', conversion=0)
    assert once(bills(rows_of(text))) == [Bill(SIGNED, 250, 1, TEN_DAYS)]


def test_a_subscription_is_billed_month_by_month_and_a_discount_lowers_it() -> None:
    text = firm("price_per_month = 100\nchurn_per_month = 0\ndiscount = { price_cut = 0.125 }")
    found = once(bills(rows_of(text)))
    assert {(each.money, each.count) for each in found} == {(87.5, 1)}
    assert [each.day for each in found] == [SIGNED + int(30.4375 * month) for month in range(6)]


def test_instalments_of_a_term_are_one_row_in_whole_cents_and_a_deposit_comes_before_them() -> None:
    text = firm("price_per_month = 33.333\nterm_months = 4\nrenewal = 1", "deposit = 0.1")
    rows = rows_of(text)
    # 133.332 for the first term: a tenth at signing, the rest in four parts; later terms have no deposit.
    first, second = (row[rows["event"] == Event.BILLED] for row in (rows["money"], rows["count"]))
    assert first.tolist() == [13.33, 30.0, 13.33, 30.0, 33.33, 33.33]
    assert second.tolist() == [1, 4, 1, 4, 4, 4]
    later = rows[rows["event"] == Event.BILLED][-2:]
    assert (later["rep"] == NOBODY).all()
    assert (later["time"] - rows[rows["event"] == Event.SUBSCRIBED]["time"] == 4 * MONTH).all()


def test_contracts_of_segments_are_billed_as_the_firm_says() -> None:
    text = firm(finance='when = "monthly"\ndeposit = 0.5')
    # 2,000.02 in two years; the half of it in 24 parts of 41.667.
    assert once(sorted(bills(rows_of(text)))) == [Bill(SIGNED, 41.67, 24, 0), Bill(SIGNED, 1000.01, 1, 0)]


def test_instalments_of_what_is_recognised_at_delivery_begin_then() -> None:
    product = (
        'price_per_month = 100\nterm_months = 2\nrenewal = 1\ndelivery = "fit"\nrecognised = "at_delivery"'
    )
    found = once(bills(rows_of(firm(product, "deposit = 0.5"))))
    assert [(each.day, each.money, each.count) for each in found[:3]] == [
        (SIGNED, 100, 1),
        (SIGNED + 20, 50, 2),
        (SIGNED + 20 + 60, 100, 2),
    ]


def test_who_is_a_customer_as_the_period_begins_is_billed_for_the_rest_of_the_term() -> None:
    product = "price_per_month = 100\nterm_months = 12\nrenewal = 1"
    there = "[products.it.segments.all]\ncustomers = 1\ncustomers_since_days = 200\n"
    rows = rows_of(firm(product, rest=there))
    row: Record = rows[rows["event"] == Event.BILLED][0]
    # 200 days are six months and a half; the seventh month ends 213.0625 days after signing.
    assert (row["time"], row["worked"], row["count"], row["money"]) == (0, round(13.0625 * DAY), 5, 100)
    assert rows[rows["event"] == Event.BILLED][-1]["time"] == round(165.25 * DAY)
    at_once = rows_of(firm(product, 'when = "at_signing"', rest=there))
    later = at_once[at_once["event"] == Event.BILLED]
    assert (later["time"][-1], later["money"][-1], later["count"][-1]) == (round(165.25 * DAY), 1200, 1)
    assert later["time"][0] > 0


def test_bad_debt_is_never_paid() -> None:
    assert {each.waited for each in bills(rows_of(firm("price = 1000", "bad_debt = 1")))} == {-1}
    drawn = []
    for seed in range(1, 9):
        rows = rows_of(firm("price = 1000", "bad_debt = 0.4"), seed)
        for row in rows[rows["event"] == Event.BILLED]:
            _, never = uniforms(world_of(seed, 0), int(row["pursuit"]), PAYMENT, 0)
            drawn.append(never < 0.4)
            assert row["waited"] == (-1 if drawn[-1] else TEN_DAYS)
    assert len(set(drawn)) == 2


@pytest.mark.parametrize(
    ("change", "rest"),
    [
        ("deposit = 0.5", (750, 1)),  # the deposit is what was said at signing
        ('when = "at_signing", deposit = 0', (750, 1)),
        ('when = "monthly"', (750, 1)),  # what is earned at once is billed in one month
        ("bad_debt = 1", (750, 1)),
    ],
)
def test_what_has_not_been_billed_is_billed_as_is_said_at_delivery(
    change: str, rest: tuple[float, int]
) -> None:
    product = 'price = 1000\ndelivery = "fit"'
    billing = 'deposit = 0.25\nwhen = "at_delivery"'
    keys = ", ".join(f'"products.it.billing.{each}' for each in change.replace(" = ", '" = ').split(", "))
    text = firm(product, billing, rest=f"[strategies.other]\nstarts = 2026-01-10\nchange = {{ {keys} }}")
    rows = history("reference", course_of(parse(text), "other").typed)
    found = once(bills(rows))
    assert found[0] == Bill(SIGNED, 250, 1, TEN_DAYS)
    assert (found[1].day, found[1].money, found[1].count) == (SIGNED + 20, *rest)
    assert found[1].waited == (-1 if change == "bad_debt = 1" else TEN_DAYS)

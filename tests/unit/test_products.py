"""Products: what a scenario may say of them, what is wrong in a sentence, and what lowering makes of them."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import purpose
from funnelsim.compiling.arrays import Record
from funnelsim.model.model import Model, Names
from funnelsim.model.records import LEDGER
from funnelsim.model.words import DAY, NOTHING, Kind
from funnelsim.scenario import lower, parse

from .good_scenario import GOOD, problems_of

MONTH = 2_629_800_000_000  # 30.4375 days of 86,400 seconds, in microseconds
PERIOD = "[horizon]\nwarm_up_months = 0\nperiod_months = 6\ndrain_months = 1\n"
PRODUCTS = """
[products.plan]
price_per_month = 100
term_months = 12
renewal = 0.8
price_growth_per_year = 0.05
gross_margin = 0.6
segments.large = { price_per_month = { quantiles = { "0" = 200, "1" = 400 } }, gross_margin = 0.25 }
[products.desk]
price_per_month = 20
churn_per_month = 0.25
[products.care]
price_per_month = 30
term_months = 1
loyalty = { alpha = 1, beta = 4 }
[products.setup]
price = { quantiles = { "0" = 100, "1" = 300 } }
earned_over_days = 2
segments.large = { gross_margin = 0.5 }
"""
SMALL, LARGE = range(2)
PLAN, DESK, CARE, SETUP = range(4)


def with_products(old: str = "", new: str = "") -> str:
    """Sell four products to two segments, with other words in one place."""
    small = "[segments.small]\nproducts = { setup = 0.25, plan = 0.25, desk = 0.5 }\n"
    large = "[segments.large]\nproducts = { care = 0.1, plan = 0.9 }\n"
    text = GOOD.replace("[segments.small]\ncontract_value_per_year = 1000\n", small + large)
    text = text.replace('kind = "seo"', 'kind = "seo"\nsegments = { small = 0.5, large = 0.5 }') + PRODUCTS
    assert old in text
    return text.replace(old, new, 1)


def sentences_of(text: str) -> list[str]:
    """Tell what is wrong, without the line."""
    return [re.sub(r"^line \d+: ", "", problem.sentence()) for problem in problems_of(text)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "price_per_month = 20\nchurn_per_month = 0.25",
            "",
            "products.desk has neither price nor price_per_month; expected one of them",
        ),
        (
            "price_per_month = 20",
            "price_per_month = 20\nprice = 99",
            "products.desk has both price and price_per_month; expected one of them",
        ),
        (
            "price_per_month = 20",
            "price_per_month = 0",
            "products.desk.price_per_month is 0, which can be 0 or less; expected something that is always"
            " above 0",
        ),
        (
            "price_per_month = 20",
            "price_per_month = 20\nearned_over_days = 30",
            "products.desk.earned_over_days is given for a recurring product, which is earned month by month;"
            " expected this key only together with price",
        ),
        (
            "earned_over_days = 2",
            "renewal = 0.9",
            "products.setup.renewal is given for a one-off product, which is paid for once; expected this key"
            " only together with price_per_month",
        ),
        (
            "earned_over_days = 2",
            "price_growth_per_year = 0.1",
            "products.setup.price_growth_per_year is given for a one-off product, which is paid for once;"
            " expected this key only together with price_per_month",
        ),
        (
            "earned_over_days = 2",
            "earned_over_days = -1",
            "products.setup.earned_over_days is -1; expected at least 0",
        ),
        (
            "churn_per_month = 0.25",
            "churn_per_month = 0.25\nrepeat_purchase = { shape = 1, scale_days = 30, a = 1, b = 4 }",
            "products.desk.repeat_purchase is given for a recurring product, which is paid for month after"
            " month; expected this table only together with price",
        ),
        (
            "earned_over_days = 2",
            "repeat_purchase = { shape = 1, scale_days = 30, a = 0, b = 4 }",
            "products.setup.repeat_purchase.a is 0; expected more than 0",
        ),
        (
            "churn_per_month = 0.25",
            "",
            "products.desk.churn_per_month is missing; expected a chance from 0 to 1, or"
            " products.desk.loyalty",
        ),
        (
            "renewal = 0.8\n",
            "",
            "products.plan.renewal is missing; expected a chance from 0 to 1, or products.plan.loyalty",
        ),
        (
            "renewal = 0.8",
            "renewal = 0.8\nchurn_per_month = 0.2",
            "products.plan.churn_per_month is typed together with renewal: both say how many customers stay;"
            " expected one of them",
        ),
        (
            "churn_per_month = 0.25",
            "churn_per_month = 0.25\nloyalty = { alpha = 1, beta = 4 }",
            "products.desk.loyalty is typed together with churn_per_month: both say how many customers stay;"
            " expected one of them",
        ),
        (
            "churn_per_month = 0.25",
            "renewal = 0.75",
            "products.desk.term_months is missing, which renewal needs; expected a number of months, or"
            " churn_per_month in place of renewal",
        ),
        (
            "renewal = 0.8",
            "churn_per_month = 0.2",
            "products.plan.churn_per_month is given where the product has a term of 12 months; expected"
            " renewal",
        ),
        (
            "term_months = 1\nloyalty = { alpha = 1, beta = 4 }",
            "term_months = 1\nchurn_per_month = 0.2",
            "products.care.churn_per_month is given where the product has a term of 1 month; expected"
            " renewal",
        ),
        ("renewal = 0.8", "renewal = 1.2", "products.plan.renewal is 1.2; expected "),
        ("alpha = 1", "alpha = 0", "products.care.loyalty.alpha is 0; expected more than 0"),
        ("beta = 4 }", "bta = 4 }", "products.care.loyalty.bta is not a key here"),
        ("term_months = 12", "term_months = 0", "products.plan.term_months is 0; expected at least 1"),
        ("term_months = 12", "term_months = 241", "products.plan.term_months is 241; expected at most 240"),
        ("term_months = 12", "term_months = 1.5", "products.plan.term_months is 1.5; expected "),
        ("year = 0.05", "year = -1", "products.plan.price_growth_per_year is -1; expected more than -1"),
        (
            "0.6\nsegments.large",
            "0.6\nsegments.larg",
            'products.plan.segments names "larg"; did you mean "large"?',
        ),
        (
            "segments.large = { gross_margin = 0.5 }",
            "segments.large = { price_per_month = 9 }",
            "products.setup.segments.large.price_per_month is given where the product has price;"
            " expected price",
        ),
        (
            "large = { price_per_month",
            "large = { price",
            "products.plan.segments.large.price is given where the product has price_per_month; expected"
            " price_per_month",
        ),
        ("{ care = 0.1, ", "{ car = 0.1, ", 'segments.large.products names "car"; did you mean "care"?'),
        (
            "desk = 0.5 }",
            "desk = 0.4 }",
            "segments.small.products sums to 0.9; expected shares that sum to 1",
        ),
        (
            "products = { care = 0.1, plan = 0.9 }",
            "products = { plan = 1 }",
            "products.care is sold to nobody; expected a segment that lists it in products",
        ),
        (
            "products = { care = 0.1, plan = 0.9 }",
            "products = { care = 0, plan = 1 }",
            "products.care is sold to nobody; expected a segment that lists it in products",
        ),
        (
            "[segments.small]",
            "[segments.small]\ncontract_value = 500",
            "segments.small.contract_value is given, but products say what a contract is worth; expected"
            " a price"
            " in [products] instead",
        ),
        (
            "[segments.small]",
            "[segments.small]\nterm_years = 2",
            "segments.small.term_years is given, but products say what a contract is worth; expected"
            " term_months"
            " in [products] instead",
        ),
        (
            "[segments.small]",
            "[segments.small]\ngross_margin = 0.5",
            "segments.small.gross_margin is given, but products say what a contract is worth; expected"
            " gross_margin in [products] instead",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(old: str, new: str, told: str) -> None:
    sentences = [problem.sentence() for problem in problems_of(with_products(old, new))]
    assert [sentence for sentence in sentences if told in sentence], sentences
    # So nobody buys care, or there is no term.
    allowed = 2 if 'names "car"' in told or "term_months is" in told else 1
    assert len(sentences) <= allowed, sentences


VISITS = """
[account_visits.review]
every_days = 30
[account_visits.review.stages.meet]
effort_hours = 1
team = "sales"
[account_visits.review.stages.tell]
customer_takes_days = 1
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "term_months = 12",
            "term_months = 12\nopens = { dsk = 0.1 }",
            'products.plan.opens names "dsk"; did you mean "desk"?',
        ),
        (
            "term_months = 12",
            "term_months = 12\nopens = { setup = 0.1 }",
            'products.plan.opens names "setup", which is a one-off product; expected products with a'
            " price_per_month",
        ),
        (
            "term_months = 12",
            "term_months = 12\nopens = { desk = 0.6, care = 0.5 }",
            "products.plan.opens sums to 1.1; expected chances that sum to at most 1",
        ),
        (
            "term_months = 12",
            "term_months = 12\nopens = { plan = 0.6 }",
            "products.plan.opens names plan itself; expected a pyramid without a circle",
        ),
        (
            "churn_per_month = 0.25",
            "churn_per_month = 0.25\nsegments.small = { customers = -1 }",
            "products.desk.segments.small.customers is -1; expected at least 0",
        ),
        (
            "segments.large = { gross_margin = 0.5 }",
            "segments.large = { customers = 5 }",
            "products.setup.segments.large.customers is given for a one-off product, which nobody has month"
            " after month; expected a recurring product",
        ),
        (
            "term_months = 12",
            "term_months = 12\ndiscount = { price_cut = 1 }",
            "products.plan.discount.price_cut is 1; expected less than 1",
        ),
        (
            "tell]\n",
            "tell]\nnext = { offer = 1 }\n",
            'account_visits.review.stages.tell.next names "offer", which is no stage of the same process;'
            ' expected one of meet, tell, or "won"',
        ),
        (
            "stages.tell]",
            'stages.tell]\nmakes = "lead"',
            "account_visits.review.stages.tell.makes is given, but only a stage of the sale makes leads;"
            " expected no such key",
        ),
        (
            "stages.tell]",
            "stages.offer]",
            "account_visits.review.stages.offer is the name of a stage in stages, too; expected a name of its"
            " own",
        ),
        (
            "every_days = 30",
            'every_days = 0\nasked = "regularly"',
            "account_visits.review.every_days may be 0: visits would be due without end at one instant;"
            " expected days that are always above 0",
        ),
        ("every_days = 30", "", "account_visits.review.every_days is missing"),
        (
            "effort_hours = 1",
            "effort_hours = -1",
            "account_visits.review.stages.meet.effort_hours is -1",
        ),
    ],
)
def test_what_is_wrong_with_a_pyramid_or_a_visit_is_told_in_a_sentence(old: str, new: str, told: str) -> None:
    text = with_products() + VISITS
    assert old in text
    place = text.rindex(old) if "account_visits" in told else text.index(old)
    sentences = sentences_of(text[:place] + new + text[place + len(old) :])
    assert [sentence for sentence in sentences if told in sentence] == sentences[:1], sentences


def test_a_pyramid_has_no_circle() -> None:
    text = with_products("term_months = 12", "term_months = 12\nopens = { desk = 0.1 }")
    text = text.replace("churn_per_month = 0.25", "churn_per_month = 0.25\nopens = { plan = 0.1 }")
    told = sentences_of(text)
    circle = "opens leads back to {}; expected a pyramid without a circle"
    assert [circle.format(name) in each for name, each in zip(("plan", "desk"), told, strict=True)] == [
        True
    ] * 2


def test_before_the_first_launch_there_is_something_to_sell() -> None:
    text = with_products("term_months = 12", "term_months = 12\nlaunched = 2026-02-01")
    text = text.replace("term_months = 1\n", "term_months = 1\nlaunched = 2026-02-01\n")
    assert sentences_of(text) == [
        "segments.large.products are all launched on a day: before that there would be nothing to sell;"
        " expected one that has always been sold"
    ]


def test_visits_need_customers() -> None:
    only_once = GOOD + VISITS
    told = sentences_of(only_once)
    assert told == [
        "account_visits.review visits nobody, because no product is recurring; expected a product with a"
        " price_per_month"
    ]


def test_who_moves_up_else_stays_and_a_launch_is_an_instant() -> None:
    text = with_products("term_months = 12", "term_months = 12\nopens = { desk = 0.25, care = 0.5 }")
    model = lower(parse(text + PERIOD)).model
    row = model.products[PLAN]
    ways = model.routes[row["first_move"] : row["first_move"] + row["moves"]]
    assert list(zip(ways["up_to"], ways["target"], strict=True)) == [(0.25, DESK), (0.75, CARE), (1.0, PLAN)]
    assert set(model.products["launched"]) == {0}


def test_visits_are_a_process_of_their_own() -> None:
    text = with_products() + VISITS.replace("every_days", "kept_odds_ratio = 2\nevery_days")
    model = lower(parse(text + PERIOD)).model
    sale, review = model.processes
    assert (review["first_stage"], review["stages"], review["kind"]) == (sale["stages"], 2, Kind.VISITING)
    assert (review["kept"], review["missed"]) == (2, 1)
    assert (review["birth"], len(model.spawns)) == (0, 1)


def test_a_segment_that_does_not_say_what_it_buys_is_told_of_all_products() -> None:
    text = with_products("products = { setup = 0.25, plan = 0.25, desk = 0.5 }", "")
    [sentence] = sentences_of(text)
    missing = "segments.small.products is missing; expected shares of the products plan, desk, care, setup"
    assert sentence.endswith(missing)


def test_products_of_a_scenario_without_any_are_unknown() -> None:
    text = GOOD.replace("contract_value_per_year = 1000", "contract_value = 9\nproducts = { plan = 1 }")
    [problem] = problems_of(text)
    assert problem.sentence().endswith(
        'segments.small.products names "plan"; expected a product, of which there is none'
    )


@pytest.fixture(scope="module")
def lowered() -> tuple[Model, Names]:
    return lower(parse(with_products() + PERIOD))


def price(model: Model, product: int, segment: int) -> Record:
    row: Record = model.prices[product * len(model.segments) + segment]
    return row


def at(model: Model, distribution: int, u: float) -> float:
    return quantile(model.distributions[distribution], model.knots, u)


def test_terms_are_whole_months_of_30_4375_days(lowered: tuple[Model, Names]) -> None:
    model, names = lowered
    assert names.products == ("plan", "desk", "care", "setup")
    assert model.products["months"].tolist() == [12, 1, 1, 0]
    assert model.products["term"].tolist() == [12 * MONTH, MONTH, MONTH, 0]
    assert model.products["typed_term"].tolist() == [1, 0, 1, 0]
    assert model.products["earned_over"][SETUP] == 2 * DAY


def test_how_likely_customers_stay(lowered: tuple[Model, Names]) -> None:
    model, _ = lowered
    assert model.products["stays"][[PLAN, DESK]].tolist() == [0.8, 0.75]
    assert model.products["growth"].tolist() == [0.05, 0.0, 0.0, 0.0]
    own = model.products["loyalty"]
    assert (own[[PLAN, DESK, SETUP]] == NOTHING).all()
    # A beta of 1 and 4 is below x with chance 1 - (1 - x)^4: its median is 1 - 0.5^(1/4).
    for u in (0.1, 0.5, 0.9):
        assert math.isclose(at(model, int(own[CARE]), u), 1 - (1 - u) ** 0.25, rel_tol=1e-3)


def test_each_segment_has_the_price_of_the_product_or_its_own(lowered: tuple[Model, Names]) -> None:
    model, _ = lowered
    expected = {  # mean, margin, and the price at a uniform of a quarter
        (PLAN, SMALL): (100.0, 0.6, 100.0),
        (PLAN, LARGE): (300.0, 0.25, 250.0),
        (DESK, SMALL): (20.0, 1.0, 20.0),
        (DESK, LARGE): (20.0, 1.0, 20.0),
        (SETUP, SMALL): (200.0, 1.0, 150.0),
        (SETUP, LARGE): (200.0, 0.5, 150.0),
    }
    assert len(model.prices) == 8
    for (product, segment), (mean, margin, quarter) in expected.items():
        row = price(model, product, segment)
        told = (float(row["mean"]), float(row["margin"]), at(model, int(row["distribution"]), 0.25))
        assert told == pytest.approx((mean, margin, quarter))


def test_a_segment_lists_its_products_in_its_own_order(lowered: tuple[Model, Names]) -> None:
    model, _ = lowered
    sold = [
        model.routes[segment["first_product"] : segment["first_product"] + segment["products"]]
        for segment in model.segments
    ]
    assert sold[SMALL]["target"].tolist() == [SETUP, PLAN, DESK]
    assert sold[SMALL]["up_to"].tolist() == [0.25, 0.5, 1.0]
    assert sold[LARGE]["target"].tolist() == [CARE, PLAN]
    assert sold[LARGE]["up_to"].tolist() == pytest.approx([0.1, 1.0])


def test_the_key_of_a_price_is_that_of_the_product_s_name(lowered: tuple[Model, Names]) -> None:
    model, names = lowered
    assert model.products["price_key"].tolist() == [purpose("price", name) for name in names.products]


def test_a_segment_buys_the_only_product_without_saying_so() -> None:
    text = GOOD.replace("contract_value_per_year = 1000", "") + "[products.setup]\nprice = 500\n" + PERIOD
    model, _ = lower(parse(text))
    [segment] = model.segments
    route = model.routes[segment["first_product"]]
    assert (segment["products"], route["up_to"], route["target"]) == (1, 1.0, 0)


def test_without_products_there_are_no_rows_of_them() -> None:
    model, names = lower(parse(GOOD + PERIOD))
    assert (len(model.products), len(model.prices), names.products) == (0, 0, ())
    assert model.segments["products"].tolist() == [0]


def test_a_change_acts_on_prices_and_chances_of_its_day() -> None:
    change = '{ "products.plan.price_per_month *=" = 2, "products.desk.churn_per_month" = 0.5 }'
    text = with_products() + PERIOD + f"[strategies.dearer]\nchange = {change}\n"
    model, _ = lower(parse(text).strategy("dearer"))
    assert price(model, PLAN, SMALL)["mean"] == 200.0
    assert price(model, PLAN, LARGE)["mean"] == pytest.approx(300.0)  # typed for the segment
    assert model.products["stays"][DESK] == 0.5


def test_there_may_be_no_more_products_than_a_row_can_tell() -> None:
    many = "".join(f"[products.p{number}]\nprice = 1\n" for number in range(101))
    sold = "products = { p0 = 1 }"
    *_, problem = problems_of(GOOD.replace("contract_value_per_year = 1000", sold) + many)
    assert problem.sentence().endswith("products has 101 entries; expected at most 100 entries")
    assert np.iinfo(LEDGER["product"]).max >= 100

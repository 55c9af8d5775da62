"""The rows of products, and of their prices in each segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from funnelsim.chance.distributions import Constant, Distribution, Quantiles, mean, tabulate
from funnelsim.chance.keys import Entity, entity, purpose
from funnelsim.model.records import PRICE, PRODUCT
from funnelsim.model.words import DAY, NOTHING
from funnelsim.rules.deliveries import NOTHING_TO_DELIVER
from funnelsim.rules.products import MONTH
from funnelsim.rules.visits import duration
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.products import Product, ProductOfSegment
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Array, Draft, Sheet, Way, fill
from funnelsim.scenario.volumes import Era

FREE = Constant(0.0)
UP_TO_TWO_YEARS = Quantiles((0, 1), (0, 730.5))  # how old customers are, if nothing is typed


def blank_products(scenario: Contents) -> dict[str, Array]:
    """Make the arrays for the rows."""
    count = len(scenario.products)
    return {"products": np.zeros(count, PRODUCT), "prices": np.zeros(count * len(scenario.segments), PRICE)}


def products_sold(scenario: Contents, segment: str) -> Iterable[Way]:
    """List the products of a segment's deals, with their shares, as routes (PC1)."""
    numbers = {name: number for number, name in enumerate(scenario.products)}
    sold = scenario.segments[segment].products or {next(iter(numbers), ""): 1.0}
    return [(share, numbers[name], NOTHING) for name, share in sold.items() if name in numbers]


@dataclass(frozen=True)
class ProductRows:
    """A product, and its price in each segment."""

    name: str
    number: int
    processes: Sequence[str]  # by path, from number 1 on
    calendar: Calendar

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write keys and terms (PC3)."""
        product = scenario.products[self.name]
        months = 0 if not product.is_recurring else product.term_months or 1
        row = {
            "price_key": purpose("price", self.name),
            "term": months * MONTH,
            "months": months,
            "typed_term": int(product.term_months is not None),
            "delivery": self._delivery(product),
            "at_delivery": int(product.recognised == "at_delivery"),
            "launched": 0 if product.launched is None else max(self.calendar.instant(product.launched), 0),
        }
        fill(draft.array("products"), self.number, row)
        for number, name in enumerate(scenario.segments, start=self.number * len(scenario.segments)):
            first = entity(Entity.CUSTOMER, f"{self.name}/{name}")
            fill(draft.array("prices"), number, {"first_customer": first})

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the product."""
        return (eras[-1].contents.products[self.name],)

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write prices, margins and chances to stay."""
        scenario = eras[-1].contents
        product = scenario.products[self.name]
        loyalty = product.loyalty
        row = {
            "loyalty": NOTHING if loyalty is None else sheet.distribution(loyalty.chance_to_leave()),
            "stays": chance_to_stay(product),
            "growth": product.price_growth_per_year,
            "earned_over": duration(product.earned_over_days, DAY),
            "price_cut": 0.0 if product.discount is None else product.discount.price_cut,
            "odds": 1.0 if product.discount is None else product.discount.odds_ratio,
            **_buying(product, sheet),
            **self._moves(scenario, sheet),
        }
        fill(sheet.array("products"), self.number, row)
        for number, name in enumerate(scenario.segments):
            own, there = product.for_segment(name), product.segments.get(name, ProductOfSegment())
            price = price_of(own)
            row = {
                "mean": mean(tabulate(price)),
                "margin": own.gross_margin,
                "distribution": sheet.distribution(price),
                "customers": round(there.customers),
                "age": sheet.distribution(there.customers_since_days or UP_TO_TWO_YEARS),
            }
            fill(sheet.array("prices"), self.number * len(scenario.segments) + number, row)

    def _delivery(self, product: Product) -> int:
        """Return the number of the process that delivers it."""
        if product.delivery is None:
            return NOTHING_TO_DELIVER
        return 1 + self.processes.index(f"deliveries.{product.delivery}")

    def _moves(self, scenario: Contents, sheet: Sheet) -> dict[str, int]:
        """Write to which products customers move up, and that the others stay with this one (CU10)."""
        numbers = {name: number for number, name in enumerate(scenario.products)}
        opens = scenario.products[self.name].opens
        ways = [(chance, numbers[name], NOTHING) for name, chance in opens.items()]
        stays = [(1.0 - sum(opens.values()), self.number, NOTHING)] if opens else []
        first, moves = sheet.route([*ways, *stays])
        return {"first_move": first, "moves": moves}


def product_sections(scenario: Contents, processes: Sequence[str], calendar: Calendar) -> list[ProductRows]:
    """List the products."""
    return [ProductRows(name, number, processes, calendar) for number, name in enumerate(scenario.products)]


def _buying(product: Product, sheet: Sheet) -> dict[str, int]:
    """Write how often customers buy the product again, and when they drop out (RP2)."""
    again = product.repeat_purchase
    if again is None:
        return {"rate": NOTHING, "dropout": NOTHING}
    return {"rate": sheet.distribution(again.rate()), "dropout": sheet.distribution(again.dropout())}


def price_of(product: Product) -> Distribution:
    """Return the price of a product, of a month where it is recurring; 0 where it has none."""
    return product.price_per_month or product.price or FREE


def chance_to_stay(product: Product) -> float:
    """Return the chance that customers stay after a term, where they do not differ (CU3).

    >>> chance_to_stay(Product(price_per_month=10.0, churn_per_month=0.25))
    0.75
    """
    if product.renewal is not None:
        return product.renewal
    return 1.0 - (product.churn_per_month or 0.0)

"""Checks of products: what they cost, who sells them, and how long customers stay."""

from __future__ import annotations

from collections.abc import Mapping

from funnelsim.chance.keys import purpose
from funnelsim.scenario.errors import ROUNDING, Problem, Problems, sum_to_one, unknown
from funnelsim.scenario.flow import reached
from funnelsim.scenario.products import Product, ProductOfSegment
from funnelsim.scenario.schema import Contents

_OF_RECURRING = ("term_months", "renewal", "churn_per_month", "loyalty", "price_growth_per_year")


def check_products(contents: Contents) -> Problems:
    """Find what does not fit in `[products]`, and in what segments say of them."""
    for name, product in contents.products.items():
        path = f"products.{name}"
        if (product.price is None) == (product.price_per_month is None):
            count = "neither price nor" if product.price is None else "both price and"
            yield Problem(path, f"has {count} price_per_month", "one of them")
        else:
            yield from _of_one_kind(path, product)
            yield from _staying(path, product)
            yield from _moving(path, product, contents)
        for segment, own in product.segments.items():
            if segment not in contents.segments:
                yield unknown(f"{path}.segments", segment, contents.segments, "a segment")
            yield from _same_price(f"{path}.segments.{segment}", product, own)
    yield from _circles(contents)
    yield from _sold(contents)


def _of_one_kind(path: str, product: Product) -> Problems:
    """Find keys of recurring products where a product is one-off, and the other way round."""
    if product.price is None and "earned_over_days" in product.model_fields_set:
        wrong = "is given for a recurring product, which is earned month by month"
        yield Problem(f"{path}.earned_over_days", wrong, "this key only together with price")
    if product.price is None and product.repeat_purchase is not None:
        wrong = "is given for a recurring product, which is paid for month after month"
        yield Problem(f"{path}.repeat_purchase", wrong, "this table only together with price")
    if product.price_per_month is None:
        for key in _OF_RECURRING:
            if key in product.model_fields_set:
                wrong = "is given for a one-off product, which is paid for once"
                yield Problem(f"{path}.{key}", wrong, "this key only together with price_per_month")


def _same_price(path: str, product: Product, own: ProductOfSegment) -> Problems:
    for key in ("price", "price_per_month"):
        if getattr(own, key) is not None and getattr(product, key) is None:
            other = "price_per_month" if key == "price" else "price"
            yield Problem(f"{path}.{key}", f"is given where the product has {other}", other)


def _staying(path: str, product: Product) -> Problems:
    """Find chances to stay that are missing, or do not go together."""
    if product.price_per_month is None:
        return
    typed = [key for key in ("renewal", "churn_per_month", "loyalty") if getattr(product, key) is not None]
    needed = "renewal" if product.term_months is not None else "churn_per_month"
    if not typed:
        yield Problem(f"{path}.{needed}", "is missing", f"a chance from 0 to 1, or {path}.loyalty")
    elif len(typed) > 1:
        wrong = f"is typed together with {typed[0]}: both say how many customers stay"
        yield Problem(f"{path}.{typed[1]}", wrong, "one of them")
    elif typed == ["renewal"] and product.term_months is None:
        right = "a number of months, or churn_per_month in place of renewal"
        yield Problem(f"{path}.term_months", "is missing, which renewal needs", right)
    elif typed == ["churn_per_month"] and product.term_months is not None:
        months = f"{product.term_months} month{'s' * (product.term_months > 1)}"
        wrong = f"is given where the product has a term of {months}"
        yield Problem(f"{path}.churn_per_month", wrong, "renewal")


def _moving(path: str, product: Product, contents: Contents) -> Problems:
    """Find ways up to products that are none, or cannot be moved up to, and customers who have nothing."""
    for name in product.opens:
        if name not in contents.products:
            yield unknown(f"{path}.opens", name, contents.products, "a product")
        elif not contents.products[name].is_recurring:
            wrong = f'names "{name}", which is a one-off product'
            yield Problem(f"{path}.opens", wrong, "products with a price_per_month")
    if sum(product.opens.values()) > 1 + ROUNDING:
        wrong = f"sums to {sum(product.opens.values()):g}"
        yield Problem(f"{path}.opens", wrong, "chances that sum to at most 1")
    for segment, own in product.segments.items():
        if own.customers > 0 and not product.is_recurring:
            wrong = "is given for a one-off product, which nobody has month after month"
            yield Problem(f"{path}.segments.{segment}.customers", wrong, "a recurring product")


def _circles(contents: Contents) -> Problems:
    """Find products from which customers move up, product after product, to where they began."""
    ways = {
        name: set(product.opens) & contents.products.keys() for name, product in contents.products.items()
    }
    for name, opened in ways.items():
        if name in reached(ways, opened):
            wrong = f"names {name} itself" if name in opened else f"leads back to {name}"
            yield Problem(f"products.{name}.opens", wrong, "a pyramid without a circle")


def _sold(contents: Contents) -> Problems:
    """Find products that nobody can have, and segments that do not say what they buy."""
    had: set[str] = set()
    for name, product in contents.products.items():
        had.update(product.opens)
        had.update({name} if any(own.customers > 0 for own in product.segments.values()) else ())
    for name, segment in contents.segments.items():
        yield from _bought(f"segments.{name}.products", segment.products, contents)
        only = contents.products if len(contents.products) == 1 and not segment.products else {}
        had.update(only, (product for product, share in segment.products.items() if share > 0))
        is_known = bool(segment.products) and segment.products.keys() <= contents.products.keys()
        if not (only or is_known):
            had.update(contents.products)  # who knows what it buys
    for name in contents.products:
        if name not in had:
            yield Problem(f"products.{name}", "is sold to nobody", "a segment that lists it in products")


def _bought(path: str, shares: Mapping[str, float], contents: Contents) -> Problems:
    """Find what is wrong with the products that the deals of a segment are about."""
    if not shares:
        if len(contents.products) > 1:
            yield Problem(path, "is missing", f"shares of the products {', '.join(contents.products)}")
        return
    for product in shares:
        if product not in contents.products:
            yield unknown(path, product, contents.products, "a product")
    yield from sum_to_one(path, shares.values())
    listed = [contents.products[each] for each in shares if each in contents.products]
    if listed and all(each.launched is not None for each in listed):
        wrong = "are all launched on a day: before that there would be nothing to sell"
        yield Problem(path, wrong, "one that has always been sold")


def keys_of_products(contents: Contents) -> dict[str, int]:
    """Return the keys of the draws of prices, by product."""
    return {name: purpose("price", name) for name in contents.products}

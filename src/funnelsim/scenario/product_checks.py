"""Checks of products: what they cost, who sells them, and how long customers stay."""

from __future__ import annotations

from funnelsim.chance.keys import purpose
from funnelsim.model.records import MOST_PRODUCTS
from funnelsim.scenario.errors import Problem, Problems, sum_to_one, unknown
from funnelsim.scenario.products import Product, ProductOfSegment
from funnelsim.scenario.schema import Contents

_OF_RECURRING = ("term_months", "renewal", "churn_per_month", "loyalty", "price_growth_per_year")


def check_products(contents: Contents) -> Problems:
    """Find what does not fit in `[products]`, and in what segments say of them."""
    if len(contents.products) > MOST_PRODUCTS:
        yield Problem("products", f"are {len(contents.products)}", f"at most {MOST_PRODUCTS}")
    for name, product in contents.products.items():
        path = f"products.{name}"
        if (product.price is None) == (product.price_per_month is None):
            count = "neither price nor" if product.price is None else "both price and"
            yield Problem(path, f"has {count} price_per_month", "one of them")
        else:
            yield from _of_one_kind(path, product)
            yield from _staying(path, product)
        for segment, own in product.segments.items():
            if segment not in contents.segments:
                yield unknown(f"{path}.segments", segment, contents.segments, "a segment")
            yield from _same_price(f"{path}.segments.{segment}", product, own)
    yield from _sold(contents)


def _of_one_kind(path: str, product: Product) -> Problems:
    """Find keys of recurring products where a product is one-off, and the other way round."""
    if product.price is None and "earned_over_days" in product.model_fields_set:
        wrong = "is given for a recurring product, which is earned month by month"
        yield Problem(f"{path}.earned_over_days", wrong, "this key only together with price")
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
    elif typed[0] not in (needed, "loyalty"):
        months = product.term_months
        has = "has no term" if months is None else f"has a term of {months} month{'s' * (months > 1)}"
        yield Problem(f"{path}.{typed[0]}", f"is given where the product {has}", needed)


def _sold(contents: Contents) -> Problems:
    """Find products that no segment buys, and segments that do not say what they buy."""
    sold: set[str] = set()
    for name, segment in contents.segments.items():
        path = f"segments.{name}.products"
        for product, weight in segment.products.items():
            if product not in contents.products:
                yield unknown(path, product, contents.products, "a product")
            elif weight > 0:
                sold.add(product)
        if segment.products:
            yield from sum_to_one(path, segment.products.values())
        if not segment.products and len(contents.products) == 1:
            sold.update(contents.products)
        if not segment.products and len(contents.products) > 1:
            known = ", ".join(contents.products)
            yield Problem(path, "is missing", f"shares of the products {known}")
    for product in contents.products:
        if product not in sold:
            yield Problem(f"products.{product}", "is sold to nobody", "a segment that lists it in products")


def keys_of_products(contents: Contents) -> dict[str, int]:
    """Return the keys of the draws of prices, by product."""
    return {name: purpose("price", name) for name in contents.products}

"""Bills in random scenarios: how they are described, what may be changed of them, and which of them occur."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from funnelsim.compiling.arrays import Records
from funnelsim.model.model import Model
from funnelsim.model.words import NOTHING, Event, Kind
from funnelsim.rules.billing import NEVER_PAID

Document = dict[str, Any]
LATE = (10, 0, {"median": 10, "p90": 40}, {"scipy": "expon", "scale": 30.0})
COVERED = (
    "bill: as something is won",
    "bill: of no product",
    "bill: of all later instalments",
    "bill: of a delivery",
    "bill: of another term",
    "bill: of the rest of a term",
    "bill: beyond the horizon",
    "bill: never paid",
    "bill: before the period",
)


def either(*values: Any) -> SearchStrategy[Any]:
    """Choose one of a few values; the first is the simplest."""
    return st.sampled_from(values)


@st.composite
def with_cash(draw: DrawFn, document: Document, certain: bool = False) -> None:
    """Let cash be counted, and contracts be billed in ways of their own, or each product for certain."""
    finance = document.setdefault("finance", {})
    due = {f"{what}_paid_after_days": either(0, 15, 40) for what in ("salaries", "commission", "channels")}
    finance |= draw(st.fixed_dictionaries({}, optional={"opening_balance": either(1000, -5.5)} | due))
    paid = {"paid_after_days": either(*LATE), "bad_debt": either(0.3, 0)}
    finance["billing"] = draw(st.fixed_dictionaries({}, optional=paid))
    if "products" not in document:
        finance["billing"] |= draw(ways(delivered=False))
    for product in document.get("products", {}).values():
        if certain or draw(st.booleans()):
            product["billing"] = draw(st.fixed_dictionaries({}, optional=paid))
            product["billing"] |= {"when": "monthly"} if certain else draw(ways("delivery" in product))


@st.composite
def ways(draw: DrawFn, delivered: bool) -> Document:
    """Choose when something is billed, and what of it at signing in any case."""
    when = draw(either("monthly", "at_signing", *["at_delivery"] * 2 * delivered))
    deposit = {"deposit": draw(either(0.3, 0.5, 1))} if when != "at_signing" and draw(st.booleans()) else {}
    return {"when": when} | deposit


def changes(document: Document) -> list[tuple[str, SearchStrategy[Any]]]:
    """List what may be changed of bills."""
    found: list[tuple[str, SearchStrategy[Any]]] = []
    for name, product in document.get("products", {}).items():
        at = f"products.{name}.billing."
        if "billing" in product:
            found += [(f"{at}bad_debt", either(0.5, 0)), (f"{at}paid_after_days", either(20, 0))]
        if product.get("billing", {}).get("when", "at_signing") != "at_signing":
            found.append((f"{at}deposit", either(0.7, 0)))
    return found


def seen(model: Model, rows: Records) -> dict[str, int]:
    """Count bills by what they are about."""
    bills = rows[rows["event"] == Event.BILLED]
    contracts = rows["pursuit"][np.isin(rows["event"], (Event.SUBSCRIBED, Event.WAS_CUSTOMER))]
    of_contract = np.isin(bills["pursuit"], contracts)
    delivers = model.processes["kind"][bills["process"]] == Kind.DELIVERING
    counts = (
        ~of_contract & ~delivers,
        bills["product"] == NOTHING,
        bills["count"] > 1,
        delivers,
        of_contract & (bills["worked"] == bills["time"]),
        of_contract & (bills["worked"] > bills["time"]),
        bills["time"] + bills["waited"] >= model.horizon,
        bills["waited"] == NEVER_PAID,
        bills["time"] < model.stocks_from,
    )
    return {name: int(found.sum()) for name, found in zip(COVERED, counts, strict=True)}

"""The customers that a firm has today, from its records into its scenario (CU11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import Scenario
from funnelsim.scenario.errors import nearest
from funnelsim.studies.today.tables import Columns, Sentences, read_table, refuse

COLUMNS = ("customer", "product", "segment", "signed", "ended", "mrr")
_TABLE = Columns(
    known=COLUMNS,
    needed=("product", "segment", "signed"),
    times=("signed", "ended"),
    numbers=("mrr",),
    empty="has no customers",
)
_MOST_TOLD = 20  # sentences
_DAY = 86_400  # seconds
_YEAR = 365.25  # days, of a contract (PC3)


@dataclass(frozen=True, eq=False)
class Customers:
    """Whose contracts were in force at an instant.

    Attributes
    ----------
    table : DataFrame
        A row a contract, with `COLUMNS`; `ended` is NaT, or after the instant.
    at : Timestamp
        The instant, of the firm's own clock.
    others : int
        Contracts of the file that were not in force then.
    """

    table: pd.DataFrame
    at: pd.Timestamp
    others: int = 0

    @property
    def paid_per_month(self) -> float | None:
        """What they pay a month in all; None where the records do not say it of each."""
        paid = self.table["mrr"]
        return None if paid.isna().any() else float(paid.sum())


def read_customers(path: Path, at: pd.Timestamp) -> Customers:
    r"""Read the customers that a firm has at an instant.

    Parameters
    ----------
    path : path
        A table in plain text, a row a contract; its first row has the names of columns. `product`, `segment`
        and `signed` must be there; `customer`, `ended` and `mrr`, what is paid for a month, may be.
    at : Timestamp
        Contracts signed after it, or ended by then, are left out and counted.

    Raises
    ------
    UnusableError
        If it is no such table; tells every row that is wrong, twenty at most.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "customers.csv"
    >>> rows = "team,small,2025-03-05,\nteam,small,2025-04-05,2026-01-05\n"
    >>> _ = file.write_text("product,segment,signed,ended\n" + rows)
    >>> found = read_customers(file, pd.Timestamp("2026-04-01"))
    >>> len(found.table), found.others
    (1, 1)
    """
    table, lines = read_table(path, _TABLE)
    refuse([*_wrong_rows(table, lines)], path)
    in_force = (table["signed"] <= at) & ~(table["ended"] <= at)
    return Customers(table[in_force].reset_index(drop=True), at, int((~in_force).sum()))


def _wrong_rows(table: pd.DataFrame, lines: list[int]) -> Sentences:
    """Find contracts whose row cannot be, and what would be right."""
    for line, row in zip(lines, table.to_dict("records"), strict=True):
        for name in ("product", "segment"):
            if not row[name]:
                yield f"line {line}: {name} is blank; expected one of the scenario's {name}s"
        if pd.isna(row["signed"]):
            yield f"line {line}: signed is blank; expected when the customer signed"
        if row["ended"] < row["signed"]:  # false where one is blank
            yield f"line {line}: ended is {row['ended']}, before signed, {row['signed']}"
        if row["mrr"] < 0:
            yield f"line {line}: mrr is {row['mrr']:g}; expected an amount of at least 0"


def with_customers(scenario: Scenario, customers: Customers, begins: pd.Timestamp) -> Scenario:
    """Let a scenario begin with the customers of the records, in place of its own.

    Of each product and segment there are as many as in the records, and their ages are a sample of those in
    the records (CU11). What they pay is the scenario's price, whatever the records say.

    Parameters
    ----------
    scenario : Scenario
    customers : Customers
    begins : Timestamp
        The instant of time 0.

    Raises
    ------
    UnusableError
        If a product or a segment is none of the scenario's, or a product is sold once.
    """
    wrong = [*_unknown(customers.table, scenario)]
    if wrong:
        told = wrong[:_MOST_TOLD]
        raise UnusableError("\n  ".join(["the customers do not fit the scenario:", *told]))
    document, files = scenario.document, {}
    _forget(document)
    for product, segment, rows in _groups(customers.table):
        file = f"customers/{product}/{segment}.csv"
        files[file] = "".join(f"{float(age)!r}\n" for age in _ages(rows, begins)).encode()
        typed = document["products"][product].setdefault("segments", {}).setdefault(segment, {})
        typed |= {"customers": len(rows), "customers_since_days": {"sample": file}}
    return scenario.beginning(document, files)


def _groups(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield the contracts of each product and segment."""
    for (product, segment), rows in table.groupby(["product", "segment"]):
        yield str(product), str(segment), rows


def _ages(rows: pd.DataFrame, begins: pd.Timestamp) -> Floats:
    """Return how many days ago contracts were signed."""
    days = (begins - rows["signed"]).dt.total_seconds() / _DAY
    ages: Floats = np.maximum(days.to_numpy(float), 0.0)
    return ages


def paid_by_price(table: pd.DataFrame, scenario: Scenario, begins: pd.Timestamp) -> float:
    """Return what customers would pay a month on average by a scenario's prices, grown with age (CU11)."""
    paid = 0.0
    for name, segment, rows in _groups(table):
        product = scenario.products[name].for_segment(segment)
        price = product.price_per_month
        assert price is not None  # of a recurring product
        share = 1.0 if product.discount is None else 1.0 - product.discount.price_cut
        age = _ages(rows, begins)
        term = (product.term_months or 1) * _YEAR / 12
        years = np.floor((age - age % term) / _YEAR)
        grown = np.power(1.0 + product.price_growth_per_year, years)
        paid += price.mean() * share * float(grown.sum())
    return paid


def _forget(document: dict[str, Any]) -> None:
    """Take the customers of a scenario out of it."""
    for product in document["products"].values():
        for segment in product.get("segments", {}).values():
            segment.pop("customers", None)
            segment.pop("customers_since_days", None)


def _unknown(table: pd.DataFrame, scenario: Scenario) -> Iterator[str]:
    """Find products and segments that a scenario does not have, each once."""
    known: Mapping[str, Mapping[str, Any]] = {"product": scenario.products, "segment": scenario.segments}
    for what, names in known.items():
        for name in sorted(set(table[what]) - set(names)):
            near = nearest(name, list(names))
            listed = f"expected one of {', '.join(list(names)[:8])}" if names else "it has none"
            yield f'the scenario has no {what} "{name}"; ' + (f'did you mean "{near}"?' if near else listed)
    for name in sorted(set(table["product"]) & set(scenario.products)):
        if not scenario.products[name].is_recurring:
            yield f'the product "{name}" is sold once; expected one with a price_per_month'

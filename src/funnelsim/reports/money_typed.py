"""What a scenario says of money: a glance finds a margin left out, or 18.000 that was read as 18."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.console import RenderableType
from rich.text import Text

from funnelsim.chance.distributions import mean, tabulate
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import amount, listed, number
from funnelsim.reports import notes
from funnelsim.reports.columns import Column
from funnelsim.reports.grid import printable, tables
from funnelsim.scenario import Scenario, at_medians
from funnelsim.scenario.product_rows import price_of
from funnelsim.scenario.products import Product
from funnelsim.scenario.rows import value_per_year
from funnelsim.scenario.schema import Segment, Team
from funnelsim.scenario.section import Section

LEFT_OUT = " *"  # after a value that is a default


class _Row(NamedTuple):
    """A line of a table: what it is about, and its cells by their headings."""

    label: str
    cells: Mapping[str, str]


def money_typed(scenario: Scenario, width: int) -> list[RenderableType]:
    """Lay out values and margins by segment, or by product, costs by channel, and pay by team.

    Parameters
    ----------
    scenario : Scenario
        Valid; uncertain numbers are shown by their medians.
    width : int
        Characters of a line at most.
    """
    typed, currency = at_medians(scenario), printable(scenario.currency)
    blocks = {
        "Product": [row for name in typed.products for row in _of_product(typed, name, currency)],
        "Segment": [
            _Row(name, _of_segment(each, currency))
            for name, each in typed.segments.items()
            if not typed.products
        ],
        "Channel": [_Row(name, _of_channel(typed, name)) for name in typed.channels],
        "Team": [row for name, each in typed.teams.items() for row in _of_team(name, each, currency)],
    }
    lines: list[RenderableType] = [Text(), notes.heading("Money, as typed")]
    for heading, rows in blocks.items():
        if rows:
            names = [printable(row.label) for row in rows]
            lines += [*tables(heading, names, _columns(rows), Column.beside, width), Text()]
    if any(LEFT_OUT in cell for rows in blocks.values() for row in rows for cell in row.cells.values()):
        lines.append(Text("* Left out in the file, and so assumed."))
    return [*lines, *_noted(scenario)]


def doubtful(scenario: Scenario) -> list[str]:
    """Say which numbers are valid and look as if another one had been meant."""
    whole = [
        f"teams.{name}.commission is 1, which is 100 % of all bookings; if 1 % is meant, write 0.01."
        for name, team in scenario.teams.items()
        if team.commission == 1
    ]
    whole += [
        f"teams.{name}.commission_tiers.commission has a 1, which is 100 %; if 1 % is meant, write 0.01."
        for name, team in scenario.teams.items()
        if team.commission_tiers is not None and 1 in team.commission_tiers.commission
    ]
    return [*map(printable, scenario.doubtful), *map(printable, whole)]


def _noted(scenario: Scenario) -> list[RenderableType]:
    """Say which numbers are there by the median only."""
    unsure = [key for key in scenario.uncertainties if any(part in key for part in _MONEY)]
    return [Text(f"At the median: {printable(listed(unsure))}.")] if unsure else []


_MONEY = ("contract_value", "gross_margin", "term_years", "cost", "price", "commission")


def _columns(rows: Sequence[_Row]) -> list[Column]:
    """Make a column for each heading that some row has."""
    headings = dict.fromkeys(heading for row in rows for heading in row.cells)
    cells = {heading: tuple(row.cells.get(heading, "-") for row in rows) for heading in headings}
    return [Column(heading, "", "", values, ("",) * len(values)) for heading, values in cells.items()]


def _of_product(typed: Scenario, name: str, currency: str) -> list[_Row]:
    """Write price, margin and term of a product: for all segments, and for those that have their own."""
    product = typed.products[name]
    rows = [_Row(name, _price(product, currency))]
    for segment in product.segments:
        cells = _price(product.for_segment(segment), currency)
        if cells != rows[0].cells:
            rows.append(_Row(f"{name}, {segment}", cells))
    return rows


def _price(product: Product, currency: str) -> dict[str, str]:
    per = " a month" if product.is_recurring else ""
    cells = {
        "Price (mean)": _money(mean(tabulate(price_of(product))), currency) + per,
        "Gross margin": _share(product, "gross_margin"),
    }
    if product.is_recurring:
        months = product.term_months
        cells["Term"] = f"{months} months" if months else "month to month"
    return cells


def _of_segment(segment: Segment, currency: str) -> dict[str, str]:
    return {
        "Contract value (mean)": _value(segment, currency),
        "Gross margin": _share(segment, "gross_margin"),
        "Term": _marked(segment, "term_years", _years(segment.term_years)),
    }


def _value(segment: Segment, currency: str) -> str:
    """Write the mean value of a contract, and what it is counted for."""
    if segment.contract_value is not None:
        return f"{_money(mean(tabulate(segment.contract_value)), currency)} in all"
    return f"{_money(mean(tabulate(value_per_year(segment))), currency)} a year"


def _years(years: float) -> str:
    """Write a term, such as 1 year."""
    return f"{number(years)} year{'' if years == 1 else 's'}"


def _of_channel(typed: Scenario, name: str) -> dict[str, str]:
    """Write the cost per month of a channel, and what else it costs, if it does."""
    channel, currency = typed.channels[name], printable(typed.currency)
    kind = typed.kinds.get(channel.kind)
    by_kind = frozenset() if kind is None else frozenset(kind.model_fields_set)
    found = {"Cost a month": _amount(channel, "cost_per_month", currency, by_kind)}
    for key, heading in (("cost_per_inquiry", "Cost an inquiry"), ("price_per_lead", "Price of a lead")):
        if getattr(channel, key):
            found[heading] = _amount(channel, key, currency, by_kind)
    return found


def _of_team(name: str, team: Team, currency: str) -> list[_Row]:
    """Write the pay and the commission of a team, and of its people who are paid otherwise."""
    cells = {
        "Pay a person and month": _amount(team, "cost_per_person_month", currency),
        "Commission": _share(team, "commission"),
    }
    if team.seat_cost_per_month:
        cells["Tools and desk"] = _amount(team, "seat_cost_per_month", currency)
    if team.commission_tiers is not None:
        tiers = team.commission_tiers
        steps = zip(tiers.commission, tiers.attainment, strict=True)
        cells["Tiers of commission"] = ", ".join(
            f"{amount(share, Unit.SHARE)} from {amount(level, Unit.SHARE)} of {_money(tiers.quota, currency)}"
            for share, level in steps
        )
    others = [
        _Row(f"{name}: {rep}", {"Pay a person and month": _money(each.cost_per_month, currency)})
        for rep, each in team.reps.items()
        if each.cost_per_month is not None
    ]
    return [_Row(name, cells), *others]


def _amount(section: Section, key: str, currency: str, by_kind: frozenset[str] = frozenset()) -> str:
    return _marked(section, key, _money(getattr(section, key), currency), by_kind)


def _share(section: Section, key: str) -> str:
    return _marked(section, key, amount(getattr(section, key), Unit.SHARE))


def _marked(section: Section, key: str, text: str, by_kind: frozenset[str] = frozenset()) -> str:
    """Mark a default, which neither the table nor its kind gives."""
    return text if key in section.model_fields_set | by_kind else f"{text}{LEFT_OUT}"


def _money(value: float, currency: str) -> str:
    return f"{number(value)} {currency}".strip()

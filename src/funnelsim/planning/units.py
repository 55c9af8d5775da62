"""The levers of a firm by the unit: one more rep, an hour, a thousand a month, one per cent of a price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from funnelsim.metrics.wording import spoken
from funnelsim.planning.paired import combined
from funnelsim.scenario import Scenario, ScenarioError
from funnelsim.scenario.channels import Channel
from funnelsim.scenario.products import Product
from funnelsim.scenario.schema import Contents, Segment, Team
from funnelsim.scenario.volumes import inquiries_per_month

THOUSAND = 1_000.0
DEARER = 1.01  # times a price
_OF_PEOPLE = ("pay_cost", "training_cost", "turnover_cost")
_OF_MEDIA = ("media_cost", "inquiry_cost", "lead_cost")
_SAME_DELIVERY = 1 - 1 / DEARER  # of the share that delivery takes, which it takes no longer

Change = dict[str, object]


class Unit(NamedTuple):
    """One more of a lever (EX4)."""

    name: str  # of the strategy that has one more
    words: str
    change: Change  # as a strategy has it
    spends: tuple[str, ...]  # figures of what it costs; none if it costs nothing
    table: str  # of the scenario, in which `of` stands
    of: str
    whole: bool = False  # it cannot be had in parts
    assumed: bool = False  # no response curve says what the money brings


class LeftOut(NamedTuple):
    """A lever of which there is no next unit."""

    words: str
    reason: str


def units_of(scenario: Scenario, strategy: str) -> tuple[list[Unit], list[LeftOut]]:
    """List the next unit of each lever of a strategy's firm, and levers that have none.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategy : str
        Whose firm it is.

    Raises
    ------
    ScenarioError
        If there is no such strategy.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> found, left_out = units_of(load("first_steps"), "today")
    >>> for unit in found:
    ...     print(unit.words)
    one more rep in sales
    an hour a week more in sales
    1,000 a month more in website
    1 % more on the price of default
    >>> found[0].change
    {'teams.sales.people +=': 1}
    """
    contents = scenario.strategy(strategy)
    units, left_out = [], []
    for each in _all(contents):
        reason = each.reason if isinstance(each, LeftOut) else _why_not(scenario, strategy, contents, each)
        if isinstance(each, Unit) and not reason:
            units.append(each)
        else:
            left_out.append(LeftOut(each.words, reason))
    return units, left_out


def strategies_of(units: list[Unit]) -> dict[str, dict[str, object]]:
    """Make the strategies that have one more unit each, from the first day of the warm-up on."""
    return {unit.name: {"always": True, "change": unit.change} for unit in units}


def _why_not(scenario: Scenario, strategy: str, before: Contents, unit: Unit) -> str:
    """State why a unit cannot be added; nothing if it can."""
    try:
        with_unit = scenario.with_strategies(strategies_of([unit]))
        after = with_unit.strategy(combined(strategy, unit.name))
    except ScenarioError as error:
        return f"the scenario would not be valid: {error.problems[0].sentence()}"
    if getattr(after, unit.table)[unit.of] == getattr(before, unit.table)[unit.of]:
        return "the strategy or a dated change sets it, whatever was added before"
    return ""


def _all(contents: Contents) -> Iterator[Unit | LeftOut]:
    for name, team in contents.teams.items():
        yield from _of_a_team(name, team)
    for name, channel in contents.channels.items():
        if not channel.off:
            yield _of_a_channel(contents, name, channel)
    if contents.products:
        for name, product in contents.products.items():
            yield _priced("products", name, _of_a_product(name, product))
    else:
        for name, segment in contents.segments.items():
            yield _priced("segments", name, _of_a_segment(name, segment))


def _of_a_team(name: str, team: Team) -> Iterator[Unit | LeftOut]:
    """Add one of its `people`; and an hour a week of all with the team's hours, paid as the others are."""
    one_more: Change = {f"teams.{name}.people +=": 1}
    yield Unit(
        f"one_more_in_{name}", f"one more rep in {spoken(name)}", one_more, _OF_PEOPLE, "teams", name, True
    )
    words = f"an hour a week more in {spoken(name)}"
    if team.hours is not None:
        yield LeftOut(words, "its hours are typed by weekday")
        return
    longer = (team.hours_per_week + 1) / team.hours_per_week
    change: Change = {f"teams.{name}.hours_per_week +=": 1, f"teams.{name}.cost_per_person_month *=": longer}
    for person, rep in team.reps.items():
        pay, own_hours = f"teams.{name}.reps.{person}.cost_per_month", rep.hours_per_week or rep.hours
        if rep.cost_per_month is None and own_hours:
            change[pay] = team.cost_per_person_month
        elif rep.cost_per_month is not None and not own_hours:
            change[f"{pay} *="] = longer
    yield Unit(f"an_hour_more_in_{name}", words, change, _OF_PEOPLE, "teams", name)


def _of_a_channel(contents: Contents, name: str, channel: Channel) -> Unit | LeftOut:
    """Spend a thousand a month more: along its response curve, or on more inquiries at what one costs."""
    path, words = f"channels.{name}", f"1,000 a month more in {spoken(name)}"
    if channel.response is not None:
        change: Change = {f"{path}.cost_per_month +=": THOUSAND}
        return Unit(f"more_in_{name}", words, change, _OF_MEDIA, "channels", name)
    if channel.prospecting is not None or channel.referrals is not None:
        return LeftOut(words, "its inquiries come from people, not from money")
    if channel.inquiries_per_month is None:
        return LeftOut(words, "its inquiries are a share of [mix], and it has no response curve")
    each = channel.cost_per_inquiry + channel.price_per_lead
    spent = channel.cost_per_month + each * inquiries_per_month(contents, name)
    if not spent > 0:
        return LeftOut(
            words, "its inquiries cost nothing, so that money does not say how many more there are"
        )
    times = 1 + THOUSAND / spent
    change = {f"{path}.inquiries_per_month *=": times}
    if channel.cost_per_month > 0:
        change[f"{path}.cost_per_month *="] = times
    return Unit(f"more_in_{name}", words, change, _OF_MEDIA, "channels", name, assumed=True)


def _priced(table: str, name: str, change: Change) -> Unit:
    words = f"1 % more on the price of {spoken(name)}"
    return Unit(f"dearer_{name}", words, change, (), table, name)


def _of_a_segment(name: str, segment: Segment) -> Change:
    key = "contract_value" if segment.contract_value is not None else "contract_value_per_year"
    return _dearer(f"segments.{name}", [key], segment.gross_margin)


def _of_a_product(name: str, product: Product) -> Change:
    """Raise the price, and those of the segments that have their own."""
    key = "price" if product.price is not None else "price_per_month"
    change = _dearer(f"products.{name}", [key], product.gross_margin)
    for segment, own in product.segments.items():
        keys = [key] if getattr(own, key) is not None else []
        change |= _dearer(f"products.{name}.segments.{segment}", keys, own.gross_margin)
    return change


def _dearer(path: str, keys: list[str], margin: float | None) -> Change:
    """Raise a price; what is delivered costs as much as before, so that the margin rises."""
    change: Change = {f"{path}.{key} *=": DEARER for key in keys}
    if margin is not None and margin < 1:
        change[f"{path}.gross_margin +="] = (1 - margin) * _SAME_DELIVERY
    return change

"""A search over the levers that a firm has itself: its people and its media, within a budget (OP8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from funnelsim.metrics.wording import listed, money, number
from funnelsim.planning.search import Search, search_of
from funnelsim.planning.units import LeftOut, Unit, units_of
from funnelsim.scenario import TODAY, Problem, Scenario, ScenarioError
from funnelsim.scenario.changes import is_number

MATTERS = 0.01  # share of what is spent over the period that matters, where no margin is given
_HALF = 2  # people and inquiries go from half of today's to half as many again
_TWICE = 2  # money for a channel goes up to twice of today's


class Spends(NamedTuple):
    """A lever of a firm, what it stands at, and what one of it costs a month."""

    key: str
    now: float
    low: float
    high: float
    cost: float


def search_of_firm(
    scenario: Scenario,
    *,
    margin: float | None = None,
    budget: float | None = None,
    trials: int | None = None,
    seed: int = 1,
) -> Search:
    """Make a search of a scenario alone: its people and its media, for what they cost today.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    margin : float, optional
        The least difference in profit that matters. Default: a hundredth of what these levers cost over the
        period.
    budget : float, optional
        What they may cost a month, in all. Default: what they cost today.
    trials : int, optional
        Points that are tried; 100, or 20 for each lever, by default.
    seed : int

    Raises
    ------
    ScenarioError
        If the scenario has no such lever, or a number is not valid.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> search = search_of_firm(load("professional_services"))
    >>> search.margin, search.limits.totals[0].at_most
    (4320.0, 36000.0)
    """
    levers, left_out = _levers(scenario)
    if not levers:
        why = "; ".join(f"{each.words}: {each.reason}" for each in left_out)
        right = "teams with people, or channels whose money brings inquiries"
        raise ScenarioError([Problem("", f"has no lever to be optimised ({why})", right)], scenario.source)
    today = sum(each.cost * each.now for each in levers)
    within = today if budget is None else budget
    matters = MATTERS * today * scenario.horizon.period_months if margin is None else margin
    total = {"of": {each.key: each.cost for each in levers if each.cost > 0}, "at_most": within}
    document: dict[str, Any] = {
        "scenario": scenario,
        "levers": {each.key: {"low": each.low, "high": each.high} for each in levers},
        "constraints": {"totals": [total]} if total["of"] else {},
        "margin": matters,
        "seed": seed,
    }
    search = search_of(document | ({} if trials is None else {"trials": trials}), source=scenario.source)
    return replace(search, about=tuple(_told(search, levers, left_out, within)))


def _told(search: Search, levers: list[Spends], left_out: list[LeftOut], within: float) -> Iterator[str]:
    """State what is tried, within which budget, and what is not."""
    currency = search.study.scenario.currency
    ranges = [f"{each.key} from {number(each.low)} to {number(each.high)}" for each in levers]
    yield f"Tried: {listed(ranges)}."
    yield (
        f"Together they may cost {money(within, currency)} a month; differences in profit up to "
        f"{money(search.margin, currency)} do not matter."
    )
    by_reason: dict[str, list[str]] = {}
    for each in left_out:
        by_reason.setdefault(each.reason, []).append(each.words)
    for reason, words in by_reason.items():
        yield f"Not tried: {listed(words)} ({reason})."


def _levers(scenario: Scenario) -> tuple[list[Spends], list[LeftOut]]:
    """List the levers with their ranges, and those that are left out."""
    units, left_out = units_of(scenario, TODAY)
    found = [_lever(scenario, unit) for unit in units]
    levers = [each for each in found if isinstance(each, Spends)]
    return levers, [*left_out, *(each for each in found if isinstance(each, LeftOut))]


def _lever(scenario: Scenario, unit: Unit) -> Spends | LeftOut:
    if unit.table == "teams":
        return _of_people(scenario, unit) if unit.whole else LeftOut(unit.words, "people are tried instead")
    if unit.table == "channels":
        return _of_media(scenario, unit)
    return LeftOut(unit.words, "the scenario does not say how many customers a higher price loses")


def _of_people(scenario: Scenario, unit: Unit) -> Spends | LeftOut:
    team = scenario.teams[unit.of]
    people = team.people
    if not isinstance(people, int) or isinstance(people, bool) or people < 1:
        return LeftOut(unit.words, "how many people there are is no whole number above 0")
    more = max(1, people // _HALF)
    key = f"teams.{unit.of}.people"
    return Spends(key, people, max(1, people - more), people + more, team.cost_per_person_month)


def _of_media(scenario: Scenario, unit: Unit) -> Spends | LeftOut:
    """Move the money of a channel with a response curve, or the inquiries that are bought one by one."""
    channel, key = scenario.channels[unit.of], f"channels.{unit.of}"
    spent = channel.cost_per_month
    if channel.response is not None:
        if not spent > 0:
            return LeftOut(unit.words, "nothing is spent on it today")
        return Spends(f"{key}.cost_per_month", spent, 0.0, float(_TWICE * spent), 1.0)
    bought = channel.inquiries_per_month
    if spent > 0 or channel.price_per_lead > 0 or not is_number(bought):
        return LeftOut(unit.words, "no response curve says how many inquiries other money would bring")
    half = bought / _HALF
    return Spends(f"{key}.inquiries_per_month", bought, half, bought + half, channel.cost_per_inquiry)

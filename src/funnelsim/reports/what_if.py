"""An answer to a what-if question as plain tables, for the page and the notebook: today beside it (WI8)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.intervals import years_at
from funnelsim.metrics import FIGURES, TIMES, Better, Unit, labels
from funnelsim.metrics.wording import amount, ends, money, money_range, percent, simulated, spoken
from funnelsim.reports.fates import Fates, fates_of
from funnelsim.reports.notes import funnel_counts
from funnelsim.scenario import TODAY
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.what_if import FEWEST_FOR_A_BAND, WHAT_IF

_FIGURES = ("profit", "revenue", "won", "cycle_length")  # that decide, each with its difference
_MONEY = ("revenue", "revenue_margin", "marketing_cost", "visit_cost", "result", "profit")
_PAY = ("pay_cost", "commission_cost", "cost")  # from which pay can be seen
_WITHOUT_PAY = (
    "Pay has no row of its own. So the rows do not add up: the difference is what all people together cost."
)
_GOAL_OF_A_FAN = ("revenue", "bookings")
_RANGE = {"p10": 0.1, "p90": 0.9}


def answer_document(result: ComparisonResult, withheld: Withheld) -> dict[str, Any]:
    """Write an answer as plain tables: figures, goals, funnel, fan, busy and money, today and what-if.

    Below nine worlds there is the mean difference alone, and no range (WI6).

    Parameters
    ----------
    result : ComparisonResult
        Of today and `what_if`.
    withheld : Withheld
        What is kept back: names of reps, and pay with what shows it.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> from funnelsim.studies.what_if import WhatIf
    >>> *_, answer = WhatIf(load("first_steps"), sizes=(4,)).answers({"teams.sales.people": 3})
    >>> found = answer_document(answer, Withheld(answer.scenario))
    >>> found["worlds"], found["gain"]["range"], [each["name"] for each in found["figures"]]
    (4, '', ['profit', 'revenue', 'won', 'cycle_length'])
    """
    both = {name: result[name].forecast for name in (TODAY, WHAT_IF)}
    fates = {name: fates_of(forecast) for name, forecast in both.items()}
    found = {
        "worlds": result.years,
        "simulated": simulated(result.years, both[TODAY].months),
        "currency": result.scenario.currency,
        "changed": not result.comparison.makes_no_difference(WHAT_IF),
        "answer": result.answer,
        "gain": _gain(result),
        "figures": [_figure(result, name, surely=True) for name in _FIGURES],
        "goals": _goals(both),
        "funnel": _funnel(fates),
        "funnel_note": funnel_counts(each.add_up for each in fates.values()),
        "fan": _fan(both),
        "busy": {dimension: _busy(both, dimension) for dimension in ("team", "rep")},
        "money": [_figure(result, name) for name in (*_MONEY, *(() if withheld.pay else _PAY))],
        "money_note": _WITHOUT_PAY if withheld.pay else "",
        "warnings": list(result[WHAT_IF].warnings),
    }
    return {key: rewritten(each, withheld.text) for key, each in found.items()}


def rewritten(document: Any, write: Callable[[str], str]) -> Any:
    """Rewrite every text of a document."""
    if isinstance(document, str):
        return write(document)
    if isinstance(document, dict):
        return {key: rewritten(each, write) for key, each in document.items()}
    if isinstance(document, list):
        return [rewritten(each, write) for each in document]
    return document


def _gain(result: ComparisonResult) -> dict[str, Any]:
    """Say by how much the mean profit differs, in words."""
    found = result.comparison.differences("profit")[WHAT_IF]
    currency = result.scenario.currency
    side = "more" if found.mean > 0 else "less"
    known = _has_a_band(result) and math.isfinite(found.low)
    begins = "On average" if found.sure or not known else "No sure difference: on average"
    words = f"{begins} {money(abs(found.mean), currency)} {side} profit than {result.titles[TODAY]}"
    if result.comparison.makes_no_difference(WHAT_IF):
        words = f"The same as {result.titles[TODAY]}"
    return {
        "mean": found.mean,
        "low": found.low if known else math.nan,
        "high": found.high if known else math.nan,
        "words": words,
        "range": money_range(found.low, found.high, currency) if known else "",
        "sure": found.sure,
        "ahead": percent(found.ahead.value) if _has_a_band(result) else "",
    }


def _has_a_band(result: ComparisonResult) -> bool:
    return result.years >= FEWEST_FOR_A_BAND


def _figure(result: ComparisonResult, name: str, surely: bool = False) -> dict[str, Any]:
    """Write a figure of both, and its difference, in numbers and words; `surely`, whether it is better."""
    figure, currency = FIGURES[name], result.scenario.currency
    outcomes = {each: result[each].forecast.outcomes(name)[0] for each in (TODAY, WHAT_IF)}
    difference = outcomes[WHAT_IF].value - outcomes[TODAY].value
    return {
        "name": name,
        "title": figure.title,
        "today": _outcome(outcomes[TODAY], figure.unit, currency, _has_a_band(result)),
        "what_if": _outcome(outcomes[WHAT_IF], figure.unit, currency, _has_a_band(result)),
        "difference": difference,
        "difference_words": _signed(difference, figure.unit, currency),
        "better": _better(difference, figure.better) if surely and _is_sure(result, name) else 0,
    }


def _is_sure(result: ComparisonResult, name: str) -> bool:
    return _has_a_band(result) and result.comparison.differences(name)[WHAT_IF].sure


def _outcome(found: Interval, unit: Unit, currency: str, band: bool) -> dict[str, Any]:
    text, known = amount(found.value, unit, currency), band and math.isfinite(found.low + found.high)
    return {
        "mean": found.value,
        "words": text,
        "range": _range(found.low, found.high, unit, currency) if known else "",
    }


def _range(low: float, high: float, unit: Unit, currency: str) -> str:
    """Write a range, its unit once.

    >>> _range(47.4, 61.9, Unit.DAYS, ""), _range(0.2, 0.31, Unit.SHARE, "")
    ('47 to 62 days', '20 to 31 %')
    """
    if unit is Unit.MONEY:
        return money_range(low, high, currency)
    times = 100 if unit is Unit.SHARE else 1
    said = "%" if unit is Unit.SHARE else unit.value if unit in TIMES else ""
    return f"{' to '.join(ends(times * low, times * high))} {said}".rstrip()


def _signed(value: float, unit: Unit, currency: str) -> str:
    text = amount(value, unit, currency)
    return f"+{text}" if value > 0 else text


def _better(difference: float, better: Better) -> int:
    """Return 1 if a difference is to the better, -1 if to the worse, else 0."""
    if better is Better.NEITHER or not math.isfinite(difference) or difference == 0:
        return 0
    return 1 if (difference > 0) == (better is Better.MORE) else -1


def _goals(both: dict[str, Forecast]) -> list[dict[str, Any]]:
    """Write the chance of each goal."""
    today, what_if = (forecast.chances() for forecast in both.values())
    return [
        {
            "name": spoken(before.goal.name),
            "asks": before.goal.words(),
            "today": {"chance": before.share, "words": percent(before.share)},
            "what_if": {"chance": after.share, "words": percent(after.share)},
        }
        for before, after in zip(today, what_if, strict=True)
    ]


def _funnel(fates: dict[str, Fates]) -> list[dict[str, Any]]:
    """Write how many of the period's inquiries come to each stage, and how many are won in the end (TE11)."""
    before, after = fates.values()
    rows = [
        _pair(spoken(stage), float(today), float(what_if))
        for stage, today, what_if in zip(before.stages, before.entered, after.entered, strict=True)
    ]
    return [*rows, _pair("contracts", before.won, after.won)]


def _pair(place: str, before: float, after: float, unit: Unit = Unit.COUNT) -> dict[str, Any]:
    return {
        "place": place,
        "today": before,
        "what_if": after,
        "today_words": amount(before, unit),
        "what_if_words": amount(after, unit),
    }


def _busy(both: dict[str, Forecast], dimension: str) -> list[dict[str, Any]]:
    """Write which share of their time people are busy; whoever is only in one of the two has no other."""
    found: dict[str, list[float]] = {}
    for position, forecast in enumerate(both.values()):
        places = labels(forecast.names, dimension)
        for label, outcome in zip(places, forecast.outcomes("utilisation", dimension), strict=True):
            found.setdefault(label, [math.nan, math.nan])[position] = outcome.value
    return [_pair(spoken(label), each[0], each[1], Unit.SHARE) for label, each in found.items()]


def _fan(both: dict[str, Forecast]) -> dict[str, Any]:
    """Write cumulative revenue by month: its range over simulated years, from nine on, and its mean."""
    months = [label.partition(" to ")[0] for label in labels(both[TODAY].names, "month")]
    goals = [
        each.goal
        for each in both[TODAY].chances()
        if each.goal.metric in _GOAL_OF_A_FAN and each.goal.dimension == "all" and each.goal.at_least
    ]
    return {
        "title": f"{FIGURES['revenue'].title} from the period's start on",
        "labels": months,
        "today": _range_of_sums(both[TODAY]),
        "what_if": _range_of_sums(both[WHAT_IF]),
        "goal": _whole(goals[0].at_least, goals[0].each, both[TODAY].months) if goals else math.nan,
    }


def _whole(amount: float | None, each: str, months: int) -> float:
    """Return what a goal asks of the whole period."""
    return math.nan if amount is None else amount * (1 if each == "period" else months)


def _range_of_sums(forecast: Forecast) -> dict[str, Iterable[float]]:
    sums = np.cumsum(forecast.values("revenue", "month"), axis=1)
    found = {"mean": sums.mean(axis=0).tolist()}
    if forecast.years >= FEWEST_FOR_A_BAND:
        found |= {name: years_at(level, sums).tolist() for name, level in _RANGE.items()}
    return found

"""The question and its answer in two sentences, and what to know before the figures are used."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import timedelta

from funnelsim.decisions.verdict import losses
from funnelsim.forecast.resampling import FEWEST
from funnelsim.metrics.wording import listed, money_range, percent, period, simulated, too_few
from funnelsim.planning.case import Case
from funnelsim.reports import notes
from funnelsim.reports.report.naming import caller, titled, years_of
from funnelsim.scenario.months import months_later
from funnelsim.studies.results import ComparisonResult

_TO_TYPE = re.compile(r": --set \S.*$")  # what follows advice, for those who have the command line


def question(case: Case) -> str:
    """Ask what the report answers."""
    result, called = case.result, caller(case.result)
    months, start = result[result.base].scenario.months.period, result.scenario.start
    end = months_later(start, months) - timedelta(days=1)
    when = f"{period(months)} from {start} to {end}"
    if case.rival is None:
        return f"What does {called(result.base)} bring in {when}?"
    if len(result) == 2:
        return f"Does {called(case.rival)} earn more profit than {called(result.base)} in {when}?"
    return f"Which of {len(result)} strategies earns the most profit in {when}?"


def verdict(case: Case) -> tuple[str, str]:
    """Answer in two sentences: what to choose, and how sure that is (RE4)."""
    result = case.result
    comparison, currency = result.comparison, result.scenario.currency
    called = caller(result)
    base, ran = called(result.base), simulated(result.years, result[result.base].forecast.months)
    if case.rival is None:
        earned = comparison.profits()[result.base]
        told = f"Its profit is {money_range(earned.low, earned.high, currency)} on average."
        return f"There is nothing to compare {base} with.", told
    gains, leaders = comparison.differences(), comparison.leaders()
    if all(map(comparison.makes_no_difference, gains)):
        others = "No other strategy makes" if len(gains) > 1 else f"{called(case.rival)} does not make"
        return "There is nothing to choose between.", f"{others} any difference to {base}."
    if result.years < FEWEST or not (leaders or _is_known(result, case.rival)):
        lacks = [each.more_years for each in gains.values() if math.isfinite(each.more_years)]
        lacking = too_few(max(lacks, default=math.inf), rare=result.years >= FEWEST)
        return (
            f"{ran} cannot tell strategies apart.".capitalize(),
            f"That would take more of them: {lacking}.",
        )
    if leaders:
        return _of_the_leaders(result, leaders, ran)
    lead = comparison.lead()
    if lead is not None:
        by = money_range(lead.by.low, lead.by.high, currency)
        return (
            _sentence(f"stay with {base}: every other strategy surely earns less"),
            f"The closest, {called(lead.second)}, costs {by} of profit on average.",
        )
    near = gains[case.rival]
    return (
        f"No strategy surely earns more profit than {base}.",
        f"The one with the highest profit of the others, {called(case.rival)}, differs from it by "
        f"{money_range(near.low, near.high, currency)} on average, and is ahead in "
        f"{percent(near.ahead.value)} of simulated {years_of(result)}.",
    )


def _of_the_leaders(result: ComparisonResult, leaders: Sequence[str], ran: str) -> tuple[str, str]:
    """Answer where one strategy surely beats the base: alone, or with others that are as good."""
    called, base = caller(result), caller(result)(result.base)
    first = result.comparison.differences()[leaders[0]]
    gain = money_range(first.low, first.high, result.scenario.currency)
    earns = (
        f"it earns {gain} more profit than {base} on average, and is ahead in {percent(first.ahead.value)} "
        f"of simulated {years_of(result)}"
    )
    if len(leaders) == 1:
        return _sentence(f"choose {called(leaders[0])}: {earns}"), _second(result, leaders[0])
    others = listed([called(name) for name in leaders[1:]], "or")
    close = f"It cannot be told apart from {others} in {ran}: choose among them on other grounds."
    return _sentence(f"{called(leaders[0])} beats {base}: {earns}"), close


def _second(result: ComparisonResult, best: str) -> str:
    """Say how far the next best is behind."""
    lead, called = result.comparison.lead(), caller(result)
    if lead is None or lead.best != best or lead.second == result.base:
        if len(result) == 2:
            return "The chance that this is wrong is at most 5 %."
        return f"It is the only one of {len(result) - 1} that surely beats {called(result.base)}."
    by = money_range(lead.by.low, lead.by.high, result.scenario.currency)
    return f"It is surely the best of {len(result)}: the next, {called(lead.second)}, earns {by} less."


def _is_known(result: ComparisonResult, strategy: str) -> bool:
    """Return whether there are enough years to compare a strategy with the base."""
    known = not math.isnan(result.comparison.differences()[strategy].low)
    return known or result.comparison.makes_no_difference(strategy)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def watch(result: ComparisonResult) -> list[str]:
    """State what readers must know before they use the figures."""
    lost = losses(result.comparison.profits(), result.comparison.money, result.scenario.title_of)
    titles = {name: titled(result.scenario.title_of(name)) for name in result}
    return [*lost, *(_TO_TYPE.sub(".", line) for line in notes.warnings(result.warnings, titles))]

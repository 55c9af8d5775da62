"""Each question answered in a sentence about one strategy, for the head of its page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rich.console import RenderableType
from rich.text import Text

from funnelsim.forecast import Forecast, Interval
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import amount, number, percent, spoken
from funnelsim.reports import notes
from funnelsim.reports.cuts import currency
from funnelsim.reports.grid import printable
from funnelsim.reports.questions import Question
from funnelsim.studies.results import ComparisonResult, SimulationResult


def _told(forecast: Forecast, metric: str) -> str:
    """Write the mean of a figure."""
    return amount(forecast.outcomes(metric)[0].value, FIGURES[metric].unit, currency(forecast))


def _most(labels: Sequence[str], found: Sequence[Interval]) -> tuple[str, float] | None:
    """Find the place with the highest mean; None where no mean is known."""
    known = {name: each.value for name, each in zip(labels, found, strict=True) if math.isfinite(each.value)}
    if not known:
        return None
    first = max(known, key=known.__getitem__)
    return printable(first), known[first]


def _bottleneck(forecast: Forecast) -> str:
    said = []
    team = _most(forecast.names.teams, forecast.outcomes("utilisation", "team"))
    if team is not None:
        said.append(f"{team[0]} is the busiest team, {amount(team[1], Unit.SHARE)} busy")
    stage = _most(forecast.names.stages, forecast.outcomes("wait", "stage"))
    if stage is not None:
        said.append(f"work waits longest in {stage[0]}, {amount(stage[1], Unit.HOURS)} on average")
    said.append(f"{_told(forecast, 'gone_cold_share')} of inquiries go cold")
    return f"{'; '.join(said)}."


def _money(forecast: Forecast) -> str:
    chance = float((forecast.values("profit")[:, 0] < 0).mean())
    return (
        f"a profit of {_told(forecast, 'profit')} from {_told(forecast, 'won')} contracts, at a cost of "
        f"{_told(forecast, 'cost')}; the chance of a loss is {percent(chance)}{_cash(forecast)}."
    )


def _cash(forecast: Forecast) -> str:
    """Say how likely cash runs out, if it may."""
    chance = forecast.outcomes("ran_out_of_cash")[0].value
    return f", and that of running out of cash {percent(chance)}" if chance > 0 else ""


def _funnel(forecast: Forecast) -> str:
    half = forecast.cycle().quantile(0.5).words()
    return (
        f"of {_told(forecast, 'inquiries')} inquiries {_told(forecast, 'inquiry_to_lead')} become leads and "
        f"{_told(forecast, 'inquiry_to_contract')} contracts, half of these within {half} days."
    )


def _people(forecast: Forecast) -> str:
    reps = forecast.outcomes("utilisation", "rep")
    busy = _most(forecast.names.reps, reps)
    sells = _most(forecast.names.reps, forecast.outcomes("bookings", "rep"))
    said = [f"{len(forecast.names.reps):,} people, {_told(forecast, 'utilisation')} busy on average"]
    if busy is not None and len(reps) > 1:
        said.append(f"{busy[0]} is the busiest, at {amount(busy[1], Unit.SHARE)}")
    if sells is not None and sells[1] > 0:
        said.append(f"{sells[0]} books most, {amount(sells[1], Unit.MONEY, currency(forecast))}")
    return f"{'; '.join(said)}."


def _customers(forecast: Forecast) -> str:
    won = f"{_told(forecast, 'won')} contracts are won, worth {_told(forecast, 'contract_value')} each"
    said = {
        "customers": "{} customers at the end",
        "delivered": "{} deliveries",
        "repeat_purchases": "{} repeat purchases",
        "referred": "{} referrals",
    }
    seen = [
        words.format(number(forecast.outcomes(name)[0].value))
        for name, words in said.items()
        if forecast.outcomes(name)[0].value > 0
    ]
    if not seen:
        return f"{won}; what customers do after that is not in the scenario."
    return f"{won}; {', '.join(seen)}."


ANSWERS: dict[str, Callable[[Forecast], str]] = {
    "bottleneck": _bottleneck,
    "money": _money,
    "funnel": _funnel,
    "people": _people,
    "customers": _customers,
}


def answered_of_one(question: Question, result: SimulationResult) -> list[RenderableType]:
    """Ask a question, and answer it for one strategy."""
    return _headed(question, [result])


def answered_of_all(question: Question, result: ComparisonResult) -> list[RenderableType]:
    """Ask a question, and answer it for the base and the strategy beside it."""
    return _headed(question, shown_beside(result))


def shown_beside(result: ComparisonResult) -> list[SimulationResult]:
    """List the base and the strategy that is shown beside it (TE2)."""
    return [result[name] for name in dict.fromkeys([result.base, result.comparison.front_runner()]) if name]


def called(result: SimulationResult) -> str:
    """Call a strategy as a sentence begins."""
    named = result.title != result.strategy
    text = printable(result.title if named else spoken(result.title))
    return f"{text[0].upper()}{text[1:]}"


def _headed(question: Question, shown: Sequence[SimulationResult]) -> list[RenderableType]:
    answers = [f"{called(each)}: {ANSWERS[question.name](each.forecast)}" for each in shown]
    return [Text(), notes.heading(question.asks), *notes.indented(answers)]

"""Results as sheets of a workbook: the answer, and one for each question (TE5, TE6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from funnelsim.forecast import Forecast, Interval
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.cut import labels
from funnelsim.reports import notes
from funnelsim.reports.question_answers import ANSWERS
from funnelsim.reports.question_pages import occurring
from funnelsim.reports.questions import QUESTIONS, Question
from funnelsim.reports.workbook import Head, Said, Sheet, figure_heads, workbook
from funnelsim.scenario import AS_TYPED
from funnelsim.studies.assumptions import AssumptionsResult
from funnelsim.studies.results import ComparisonResult, SimulationResult

RANGE = ("mean", "P10", "P90")
PRECISE = ("mean", "95 % low", "95 % high")
_NOTHING = (None, None, None)


class Told(NamedTuple):
    """A forecast, and what stands before its figures in a row."""

    names: tuple[str, ...]
    forecast: Forecast


class Rows(NamedTuple):
    """Forecasts below each other, and the heads of what stands before their figures."""

    heads: tuple[Head, ...]
    told: list[Told]


def result_workbook(result: AssumptionsResult | ComparisonResult | SimulationResult) -> bytes:
    """Write a result as a workbook: a sheet for the answer, and one for each question.

    Parameters
    ----------
    result : AssumptionsResult, ComparisonResult or SimulationResult
        What was simulated. With assumptions, each sheet has the rows of each of them.
    """
    if isinstance(result, SimulationResult):
        rows = Rows((Head("Strategy"),), [Told((result.title,), result.forecast)])
        return workbook(_questions(rows), [*_of_one(result), *_asked(), *_answers(result)])
    if isinstance(result, ComparisonResult):
        said = [*about(result), ("Answer", result.answer), ("Verdict", result.verdict), *_asked()]
        return workbook([_answer({"": result}), *question_sheets({"": result})], said)
    under = {result.titles[name]: each for name, each in result.comparisons.items()}
    said = [*about(result[AS_TYPED]), ("Verdict", result.verdict), *_asked()]
    return workbook([_winners(result), _answer(under), *question_sheets(under)], said)


def question_sheets(compared: Mapping[str, ComparisonResult]) -> list[Sheet]:
    """Lay out a sheet for each question.

    Parameters
    ----------
    compared : dict of str to ComparisonResult
        By the title of the assumption; under an empty one without any.
    """
    told = [
        Told((*_under(title), result.titles[name]), result[name].forecast)
        for title, result in compared.items()
        for name in result.comparison.ranked()
    ]
    return _questions(Rows((*_head_of(compared), Head("Strategy")), told))


def about(result: ComparisonResult) -> Said:
    """State what was compared, and what intervals are."""
    return _of_one(result[result.base])


# ---- the answer -----------------------------------------------------------------------------


def _answer(compared: Mapping[str, ComparisonResult]) -> Sheet:
    """Lay out what decides, strategy by strategy (TE1), under each assumption."""
    first = next(iter(compared.values()))
    base = first[first.base].forecast
    currency = base.names.currency
    goals = list(
        dict.fromkeys(
            goal.name
            for result in compared.values()
            for each in result.simulations.values()
            for goal in each.forecast.goals
        )
    )
    heads = [
        *_head_of(compared),
        Head("Strategy"),
        *figure_heads("Profit", Unit.MONEY, currency, RANGE),
        *_against(first, first.base),
        *figure_heads("Ahead", Unit.SHARE, "", ["of years"]),
        *figure_heads("Chance to be best", Unit.SHARE, "", [""]),
        *figure_heads("Expected regret", Unit.MONEY, currency, [""]),
        *(head for goal in goals for head in figure_heads(f"Chance of {goal}", Unit.SHARE, "", ["of years"])),
    ]
    rows = [
        [*_under(title), *_decided(result, name, goals)]
        for title, result in compared.items()
        for name in result.comparison.ranked()
    ]
    return Sheet("answer", heads, rows)


def _decided(result: ComparisonResult, name: str, goals: Sequence[str]) -> list[object]:
    """Write what decides of a strategy."""
    comparison, forecast = result.comparison, result[name].forecast
    gain = comparison.differences().get(name)
    reached = {each.goal.name: each.share for each in forecast.chances()}
    return [
        result.titles[name],
        *forecast.outcomes("profit")[0],
        *((gain.mean, gain.low, gain.high, gain.ahead.value) if gain else (None,) * 4),
        *comparison.chances[name],
        *(reached.get(goal) for goal in goals),
    ]


def _winners(result: AssumptionsResult) -> Sheet:
    """Lay out which strategy wins under which assumption, and how that compares with the one as typed."""
    typed = result[AS_TYPED]
    leaders = {name: each.comparison.leaders() for name, each in result.comparisons.items()}
    first = leaders[AS_TYPED][:1]
    currency = result.scenario.currency
    heads = [
        Head("Assumption"),
        Head("Best on profit"),
        *_against(typed, typed.base, "Its profit"),
        *(_against(typed, typed.base, f"Profit of {typed.titles[first[0]]}") if first else []),
        Head("Against as typed"),
        Head("Next best"),
        *figure_heads("Ahead of the next best by", Unit.MONEY, currency, PRECISE),
    ]
    rows: list[list[object]] = []
    for name, each in result.comparisons.items():
        lead = each.comparison.lead()
        rows.append(
            [
                result.titles[name],
                " or ".join(typed.titles[one] for one in leaders[name])
                or f"nothing beats {typed.titles[typed.base]}",
                *_gain(each, leaders[name]),
                *(_gain(each, first) if first else ()),
                "the same" if set(leaders[name]) == set(leaders[AS_TYPED]) else "differs",
                None if lead is None else typed.titles[lead.second],
                *(_NOTHING if lead is None else lead.by),
            ]
        )
    return Sheet("assumptions", heads, rows)


def _gain(result: ComparisonResult, leaders: Sequence[str]) -> tuple[float | None, ...]:
    """Write by how much the first of some strategies is ahead of the base."""
    found = result.comparison.differences().get(leaders[0]) if leaders else None
    return _NOTHING if found is None else (found.mean, found.low, found.high)


def _against(result: ComparisonResult, base: str, of: str = "Profit") -> list[Head]:
    """Write the heads of a difference in profit."""
    currency = result[result.base].forecast.names.currency
    return figure_heads(f"{of} against {result.titles[base]}", Unit.MONEY, currency, PRECISE)


# ---- questions ------------------------------------------------------------------------------


def _questions(rows: Rows) -> list[Sheet]:
    return [_of(question, rows) for question in QUESTIONS]


def _of(question: Question, rows: Rows) -> Sheet:
    """Lay out the figures of a question: a row for each strategy, and for each place in it."""
    forecasts = [each.forecast for each in rows.told]
    cuts: dict[str, list[str]] = {"all": list(question.figures)}
    for dimension, metrics in question.cuts:
        cuts.setdefault(dimension, []).extend(metrics)
    for part, figures in occurring(question, forecasts):
        cuts["all"].extend(figures)
        for dimension, metrics in part.cuts:
            cuts.setdefault(dimension, []).extend(metric for metric in metrics if metric in figures)
    shown = list(dict.fromkeys(metric for each in cuts.values() for metric in each))
    heads = [*rows.heads, Head("By"), Head("Of")]
    for metric in shown:
        title = max((forecast.title(metric) for forecast in forecasts), key=len)
        heads += figure_heads(title, FIGURES[metric].unit, forecasts[0].names.currency, RANGE)
    return Sheet(question.name, heads, list(_rows(rows.told, cuts, shown)))


def _rows(
    told: Sequence[Told], cuts: Mapping[str, list[str]], metrics: Sequence[str]
) -> Iterator[list[object]]:
    """Write a row for each place of each strategy; what is not asked of a place is left empty."""
    nothing: Interval | tuple[None, ...] = _NOTHING
    for dimension, asked in cuts.items():
        for names, forecast in told:
            found = {metric: forecast.outcomes(metric, dimension) for metric in asked}
            for position, place in enumerate(labels(forecast.names, dimension)):
                row: list[object] = [*names, dimension, place]
                for metric in metrics:
                    row += found[metric][position] if metric in found else nothing
                yield row


# ---- words ----------------------------------------------------------------------------------


def _of_one(result: SimulationResult) -> Said:
    """State what was simulated, and what intervals are."""
    months = result.forecast.months
    return [
        ("Scenario", notes.title_of(result.scenario)),
        ("Simulated", notes.what_ran(result.plan, result.years, months)),
        ("Intervals", notes.intervals(result.years, months)),
    ]


def _asked() -> Said:
    return [(question.name, question.asks) for question in QUESTIONS]


def _answers(result: SimulationResult) -> Said:
    return [(question.name, ANSWERS[question.name](result.forecast)) for question in QUESTIONS]


def _head_of(compared: Mapping[str, ComparisonResult]) -> tuple[Head, ...]:
    """Write the head of assumptions, where there are any."""
    return (Head("Assumption"),) if any(compared) else ()


def _under(title: str) -> tuple[str, ...]:
    return (title,) if title else ()

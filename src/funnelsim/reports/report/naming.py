"""What pictures and tables call strategies, in which order, and how they are marked."""

from __future__ import annotations

from funnelsim.metrics.wording import Called, periods, spoken
from funnelsim.planning.case import Case
from funnelsim.scenario import TODAY
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.results import ComparisonResult


def titled(name: str) -> str:
    """Write a name as a title: as in a sentence, with a capital.

    >>> titled("first_call"), titled("SDR team")
    ('First call', 'SDR team')
    """
    said = spoken(name)
    return f"{said[:1].upper()}{said[1:]}"


def in_quotes(text: str) -> str:
    """Quote a name within a sentence."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"


def caller(result: ComparisonResult) -> Called:
    """Return how sentences of a report call strategies: in quotes, but for today."""

    def called(strategy: str) -> str:
        said = result.scenario.title_of(strategy)
        return said if strategy == TODAY else in_quotes(said)

    return called


def title_of(case: Case, strategy: str) -> str:
    """Call a strategy as titles do."""
    return titled(case.result.scenario.title_of(strategy))


def years_of(result: ComparisonResult) -> str:
    """Call what is simulated many times: years, or periods of another length."""
    return periods(result[result.base].forecast.months)


def in_order(result: ComparisonResult) -> list[str]:
    """List strategies, the highest mean profit first (RE3)."""
    return sorted(result, key=lambda name: -result.comparison.profits()[name].value)


def mark_of(case: Case, name: str) -> str:
    """Say what a strategy is in pictures: the base, surely the best, or what stands beside the base."""
    if name == case.result.base:
        return "base"
    if name == case.result.best:
        return "best"
    return "rival" if name == case.rival else ""


def path_title(key: str, withheld: Withheld) -> str:
    """Call the value at a path, or at a key of a change, as readers do who do not know the file.

    >>> from funnelsim.scenario import load
    >>> path_title("stages.first_call.conversion *=", Withheld(load("first_steps")))
    'Conversion in first call'
    """
    return titled(withheld.in_words(key))

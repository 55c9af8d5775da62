"""The question, and what to know before the figures are used."""

from __future__ import annotations

import re
from datetime import timedelta

from funnelsim.metrics.wording import period
from funnelsim.planning.case import Case
from funnelsim.reports import notes
from funnelsim.reports.report.naming import caller, titled
from funnelsim.scenario.months import months_later

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


def watch(case: Case) -> tuple[list[str], list[str]]:
    """State what readers must know before they use figures: of the strategies shown, and of the others."""
    result = case.result
    titles = {name: titled(result.scenario.title_of(name)) for name in result}
    shown = {name: each for name, each in result.warnings.items() if name in case.shown}
    others = {name: each for name, each in result.warnings.items() if name not in case.shown}
    of_shown, of_others = (
        [_TO_TYPE.sub(".", line) for line in notes.warnings(each, titles)] for each in (shown, others)
    )
    return of_shown, of_others

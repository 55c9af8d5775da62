"""The scenarios of a forecast from today: that of the days to come, and that of donors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from funnelsim.io.progress import Progress, silent
from funnelsim.scenario import TODAY, Months, Scenario
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.months import months_later
from funnelsim.scenario.paths import Path, look_up
from funnelsim.scenario.schema import LONGEST_HORIZON
from funnelsim.studies.pilot import settled

LEAST_MONTHS_OF_DONORS = 6  # in which visits are seen, besides those of the oldest deal's age
_LEFT_OUT = ("goals", "plan", "origins")  # nothing that happens depends on them


class Restart(NamedTuple):
    """What is simulated: the days to come, from `day` on; and before them the worlds of donors."""

    day: date
    ahead: Scenario
    donors: Scenario


def restart_of(
    scenario: Scenario,
    day: date,
    until: date,
    oldest: int,
    jobs: int = 0,
    progress: Progress = silent,
) -> Restart:
    """Make the scenarios of a forecast.

    Changes dated before `day` have been made, those of a strategy are made on it, and those that come after
    all that is simulated never are. Growth goes on from the month in which the scenario starts.

    Parameters
    ----------
    scenario : Scenario
        As its file says.
    day : date
        The first that is simulated.
    until : date
        The first that need not be.
    oldest : int
        Months, of the open deal that has been longest in its stage.
    jobs, progress
        Of the pilot that finds the warm-up of the donors' worlds.

    Raises
    ------
    ScenarioError
        If the scenario is not valid on that day.
    """
    months = _months(day, until)
    seen = max(oldest, 0) + LEAST_MONTHS_OF_DONORS
    as_now = _document(scenario, day)
    typed = scenario.document
    end = months_later(day, months)
    strategies = typed.get("strategies", {})
    to_come = {
        "changes": [each for each in typed.get("changes", []) if day < each["date"] < end],
        "strategies": {name: _to_come(each, day, end) for name, each in strategies.items()},
    }
    ahead = _beginning(scenario, as_now | to_come, day, months)
    before = months_later(day, -seen)
    of_donors = _beginning(scenario, without_walks(as_now), before, seen + months)
    donors = settled(of_donors, jobs, progress=progress)
    warm_up = min(donors.months.warm_up, LONGEST_HORIZON - seen - months)
    return Restart(
        day, ahead.with_months(Months(0, months, 0)), donors.with_months(Months(warm_up, seen + months, 0))
    )


def _to_come(strategy: dict[str, Any], day: date, end: date) -> dict[str, Any]:
    """Return what a strategy changes from a day on, and before another one."""
    later = [each | {"date": max(each["date"], day)} for each in strategy.get("on", []) if each["date"] < end]
    found = strategy | {"on": later}
    starts = strategy.get("starts", day)
    if starts >= end:
        return {"combines": strategy.get("combines", []), "on": later}
    return found if starts > day else {key: value for key, value in found.items() if key != "starts"}


def _months(day: date, until: date) -> int:
    """Return the least number of months after `day` that reach `until`."""
    months = max((until.year - day.year) * 12 + until.month - day.month, 1)
    return months if months_later(day, months) >= until else months + 1


def _document(scenario: Scenario, day: date) -> dict[str, Any]:
    """Return the tables that hold on a day, as far as what happens depends on them."""
    held = [each for each in scenario.timeline(TODAY) if each.begins is None or each.begins <= day]
    document = held[-1].scenario.document
    plan = {key: value for key, value in document.get("plan", {}).items() if key == "fiscal_year_starts"}
    return {key: value for key, value in document.items() if key not in _LEFT_OUT} | {"plan": plan}


def without_walks(document: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the shocks that are random walks, and what is uncertain of them (OD2).

    A walk begins today: how demand moved before is not known. Donors that lived in one would be hardly any
    after some years of it, or far too many.

    >>> without_walks({"shocks": {"demand": {"deviation": 0.2, "persistence": 1.0}}})["shocks"]
    {}
    """
    made = dict(document)
    made["shocks"] = _without_walks(document.get("shocks", {}))
    made["channels"] = {name: _without_walks(table) for name, table in document.get("channels", {}).items()}
    made["uncertainties"] = {
        key: given
        for key, given in document.get("uncertainties", {}).items()
        if not _is_of_a_walk(split_key(key)[0], document)
    }
    return made


def _without_walks(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if not _is_walk(value)}


def _is_walk(value: object) -> bool:
    return isinstance(value, Mapping) and value.get("persistence") == 1


def _is_of_a_walk(path: Path, document: Mapping[str, Any]) -> bool:
    return any(_is_walk(look_up(document, path[:end])) for end in range(2, len(path) + 1))


def _beginning(scenario: Scenario, document: dict[str, Any], day: date, months: int) -> Scenario:
    """Make a scenario that begins on a day."""
    horizon = document.get("horizon", {}) | {"period_months": months}
    made = scenario.beginning(document | {"start": day, "horizon": horizon})
    years = ((day.year - scenario.start.year) * 12 + day.month - scenario.start.month) / 12
    grown = {
        f"channels.{name}.inquiries_per_month *=": (1 + channel.growth_per_year) ** years
        for name, channel in made.channels.items()
        if channel.growth_per_year and channel.inquiries_per_month and years
    }
    return made.with_changes(grown) if grown else made

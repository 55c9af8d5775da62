"""A scenario in which one value that is not known is held at a number, and all else is as typed."""

from __future__ import annotations

import numpy as np

from funnelsim.scenario import Scenario
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.drawn import numbers_of
from funnelsim.scenario.unknowns import Unknown


def as_typed(scenario: Scenario) -> Scenario:
    """Make the scenario in which nothing is uncertain; it no longer says where its values come from.

    >>> from funnelsim.scenario import load
    >>> scenario = load("marketplace_sellers")
    >>> len(scenario.uncertainties), len(as_typed(scenario).uncertainties)
    (19, 0)
    """
    kept = {key: each for key, each in scenario.document.items() if key not in ("uncertainties", "origins")}
    return scenario.beginning(kept)


def held_at(scenario: Scenario, key: str, number: float) -> Scenario:
    """Hold a value at a number: an uncertain one as if this had been drawn (U2 to U5), another one as set.

    Parameters
    ----------
    scenario : Scenario
        With or without uncertainties.
    key : str
        One of `[uncertainties]`, or the path of a number.
    number : float
        Instead of what is typed; a factor if the key ends in " *=", a summand if it ends in " +=".

    Raises
    ------
    ScenarioError
        If the scenario is not valid with it.
    """
    certain = as_typed(scenario)
    if split_key(key)[1] and key in scenario.uncertainties:  # acts on what strategies make of the value
        return certain.beginning(certain.document | {"uncertainties": {key: number}})
    return certain.with_changes({key: number})


def held_at_level(scenario: Scenario, key: str, level: float) -> tuple[float, Scenario]:
    """Hold an uncertain value at a quantile of what is drawn: return the number, and the scenario.

    Of a distribution drawn from a file, the number is its median, and the whole distribution is held.

    Parameters
    ----------
    scenario : Scenario
        With uncertainties.
    key : str
        One of `numbers(scenario)`.
    level : float
        The probability, 0 to 1.

    Raises
    ------
    ScenarioError
        If the scenario is not valid with that value alone.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> number, held = held_at_level(load("marketplace_sellers"), "channels.email.fit *=", 0.5)
    >>> round(number, 3), list(held.uncertainties)  # a factor, with one value
    (1.0, ['channels.email.fit *='])
    """
    unsure = scenario.uncertainties[key]
    if isinstance(unsure, Unknown):
        number = unsure.at(level)
        return number, held_at(scenario, key, number)
    rows = numbers_of(key, unsure)
    assert rows is not None
    row = int(np.argsort(rows, kind="stable")[min(int(level * len(rows)), len(rows) - 1)])
    cell, number = unsure.file.columns[key][row], float(rows[row])
    if is_number(cell):
        return number, held_at(scenario, key, number)
    return number, as_typed(scenario).with_changes({key: cell, f"{key} *=": unsure.times})


def numbers(scenario: Scenario) -> list[str]:
    """List the uncertain values that are numbers, or distributions with a median."""
    return [
        key
        for key, unsure in scenario.uncertainties.items()
        if isinstance(unsure, Unknown) or numbers_of(key, unsure) is not None
    ]

"""A scenario in which one value that is not known is held at a number, and all else is as typed."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.scenario import Scenario
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.drawn import numbers_of
from funnelsim.scenario.unknowns import Drawn, Unknown


def as_typed(scenario: Scenario) -> Scenario:
    """Make the scenario in which nothing is uncertain; it no longer says where its values come from.

    >>> from funnelsim.scenario import load
    >>> scenario = load("marketplace_sellers")
    >>> len(scenario.uncertainties), len(as_typed(scenario).uncertainties)
    (19, 0)
    """
    return scenario.without("uncertainties", "origins")


def held_at(scenario: Scenario, key: str, number: float) -> Scenario:
    """Hold a value at a number: an uncertain one as if this had been drawn (U2 to U5), another one as set.

    Parameters
    ----------
    scenario : Scenario
        With or without uncertainties.
    key : str
        One of `[uncertainties]`, or the path of a number.
    number : float
        Instead of what is typed; a factor if the key ends in " *=", a summand if it ends in " +=". Of
        distributions from a file of draws, the one with the closest median is held.

    Raises
    ------
    ScenarioError
        If the scenario is not valid with that value alone.
    """
    certain, unsure = as_typed(scenario), scenario.uncertainties.get(key)
    if isinstance(unsure, Drawn):
        row = int(np.abs(_rows(key, unsure) - number).argmin())
        cell = unsure.file.columns[key][row]
        if not is_number(cell):
            return certain.with_changes({key: cell, f"{key} *=": unsure.times})
    if unsure is not None and split_key(key)[1]:  # acts on what strategies make of the value
        return certain.beginning(certain.document | {"uncertainties": {key: number}})
    return certain.with_changes({key: number})


def number_at(scenario: Scenario, key: str, level: float) -> float:
    """Return the number at a quantile of what is drawn for an uncertain value; of distributions, the median.

    Parameters
    ----------
    scenario : Scenario
        With uncertainties.
    key : str
        One of `numbers(scenario)`.
    level : float
        The probability, 0 to 1.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> scenario, key = load("marketplace_sellers"), "channels.email.fit *="
    >>> number = number_at(scenario, key, 0.5)
    >>> round(number, 3), list(held_at(scenario, key, number).uncertainties)  # a factor, with one value
    (1.0, ['channels.email.fit *='])
    """
    unsure = scenario.uncertainties[key]
    if isinstance(unsure, Unknown):
        return unsure.at(level)
    return float(np.quantile(_rows(key, unsure), level, method="inverted_cdf"))


def _rows(key: str, drawn: Drawn) -> Floats:
    """Return the number in each row of a file of draws."""
    found = numbers_of(key, drawn)
    if found is None:
        raise ValueError(f"{key} is drawn as a table, which has no number")
    return found


def numbers(scenario: Scenario) -> list[str]:
    """List the uncertain values that are numbers, or distributions with a median."""
    return [
        key
        for key, unsure in scenario.uncertainties.items()
        if isinstance(unsure, Unknown) or numbers_of(key, unsure) is not None
    ]

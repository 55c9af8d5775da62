"""The values of a scenario as people write them: with their unit, and without the syntax of a file (RE4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from funnelsim.metrics.wording import number, spoken
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.errors import in_words
from funnelsim.scenario.input_words import EFFECTS, MONEY, SHARE, Kind, kind_in_words
from funnelsim.scenario.scenario import Scenario

_SPREADS = ({"median", "p90"}, {"low", "likely", "high"})
_SAID = {"p90": "P90"}
_DIGITS = 6  # of a typed number
_PLURALS = ("years", "months", "days", "hours")
_IN_THE_FILE = ("scipy", "sample", "quantiles")  # spreads that are long, or in a file of their own


def value_in_words(path: str, value: object, scenario: Scenario) -> str:
    """Write a value as people do.

    Parameters
    ----------
    path : str
        Where it stands, or the key of a change: what it is says which unit it has.
    value : object
        As a file has it.
    scenario : Scenario
        Of which it is.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> services = load("professional_services")
    >>> value_in_words("segments.mid.contract_value", {"median": 92_000, "p90": 155_000}, services)
    'median 92,000, P90 155,000 USD'
    >>> value_in_words("stages.proposal.conversion", 0.15, services)
    '15 %'
    >>> value_in_words("teams.sales.assignment", "shared_queue", services)
    'shared queue'
    >>> value_in_words("stages.discovery.next", {"proposal": 0.85, "negotiation": 0.15}, services)
    'proposal 85 %, negotiation 15 %'
    """
    parts, operator = split_key(path)
    kind = kind_in_words(parts)
    unit = "" if kind is None else _unit_beside(kind, scenario.currency)
    unit = "times" if operator == "*=" else unit
    if not isinstance(value, Mapping):
        return _one(value, unit)
    if any(key in value for key in _IN_THE_FILE) or not all(map(is_number, value.values())):
        return in_words(value)
    if set(value) in _SPREADS and unit != "%":
        told = ", ".join(f"{_SAID.get(key, key)} {_one(each, '')}" for key, each in value.items())
        return f"times {told}" if unit == "times" else f"{told} {unit}".rstrip()
    return ", ".join(f"{_SAID.get(key, spoken(key))} {_one(each, unit)}" for key, each in value.items())


def _unit_beside(kind: Kind, currency: str) -> str:
    """Return the unit to write after a value, where its words do not say it.

    >>> _unit_beside(Kind("", "hours a week", "hours a week"), "")
    ''
    >>> _unit_beside(Kind("", "price", MONEY), "EUR")
    'EUR'
    """
    if kind.unit == MONEY:
        return currency
    if kind.unit == SHARE:
        return SHARE
    if kind.group == EFFECTS and kind.unit == "times":
        return ""  # of a key that only its name tells about
    unit = kind.unit.removesuffix(" the odds")
    return "" if unit == "day" or unit.split(" ")[0] in kind.words.split(" ") else unit


def _one(value: object, unit: str) -> str:
    """Write a value that is no table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_one(each, unit) for each in value)
    if isinstance(value, int | float):
        return _amount(value, unit)
    if isinstance(value, str):
        return spoken(value)
    return value.isoformat() if isinstance(value, date) else in_words(value)


def _amount(value: float, unit: str) -> str:
    """Write a number with its unit.

    >>> _amount(0.275, SHARE), _amount(1, "years"), _amount(1.5, "times"), _amount(92_000, "EUR")
    ('27.5 %', '1 year', 'times 1.5', '92,000 EUR')
    """
    if unit == SHARE:
        return f"{number(100 * value, _DIGITS)} %"
    told = number(value, _DIGITS)
    if unit == "times":
        return f"times {told}"
    return f"{told} {unit.removesuffix('s') if value == 1 and unit in _PLURALS else unit}".rstrip()

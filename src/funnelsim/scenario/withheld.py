"""What a page for others keeps back of a scenario: the names of reps, and pay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from funnelsim.metrics.wording import spoken
from funnelsim.scenario.changes import EVERY, split_key
from funnelsim.scenario.input_words import key_in_words, place_of
from funnelsim.scenario.paths import Path, is_map, kind_at, written
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.structure import Document

OF_PAY = "A note about pay is left out."
_TEAM_PAY = ("cost_per_person_month", "commission", "commission_tiers", "opener_share")
_REP_PAY = "cost_per_month"
_TELLS_PAY = re.compile(
    rf"\b(?:{'|'.join(_TEAM_PAY[:1] + _TEAM_PAY[2:])})\b|\.commission\b|\breps\.\S+\.{_REP_PAY}\b"
)
_LINE_OF_PAY = re.compile(rf"\b(?:{'|'.join(_TEAM_PAY)})\b|\breps\b.*\b{_REP_PAY}\b")
_TABLE = re.compile(r"\s*\[+([^\[\]]+)\]+\s*(?:#.*)?$")
_PROSE = ("about", "title")  # keys of what the user says in words
_CHANGES, _ORIGINS = ("change",), ("origins",)
_BY_PATH = ("change", "uncertainties", "origins")  # tables whose keys are paths
_FEWEST_LETTERS = 3  # of a name that is looked for within sentences: "A" is a word as well


@dataclass(frozen=True)
class Withheld:
    """What is kept back of a scenario (RE2).

    Attributes
    ----------
    scenario : Scenario
        With its strategies.
    names : bool
        Whether the names of reps are: each is numbered in its team instead.
    pay : bool
        Whether pay is: salaries, commission, tiers, and how it is divided.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> held = Withheld(load("junk_leads"), names=True, pay=True)
    >>> held.is_pay("teams.sales.commission *="), held.is_pay("teams.sales.people")
    (True, False)
    >>> ["commission" in each["teams"]["sales"] for each in (held.scenario.document, held.document)]
    [True, False]
    """

    scenario: Scenario
    names: bool = True
    pay: bool = True

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Return what each named rep is called instead; nothing if names are not kept back."""
        if not self.names:
            return {}
        found: dict[str, str] = {}
        for team, rep in _named(self.scenario.document):
            count = sum(called.startswith(f"{team} rep ") for called in found.values())
            found.setdefault(rep, f"{team} rep {count + 1}")
        return found

    def text(self, text: str) -> str:
        """Write a text with numbers for names, and without what it tells of pay."""
        if self.pay and _TELLS_PAY.search(text):
            return OF_PAY
        if text in self.numbers:
            return self.numbers[text]
        return self._pattern.sub(self._numbered, text) if self._pattern else text

    def file(self, text: str) -> str:
        r"""Write the text of a scenario file: a line that tells of pay says only that it does.

        >>> from funnelsim.scenario import load
        >>> print(Withheld(load("junk_leads")).file("people = 3\ncommission = 0.1\nhours_per_week = 40"))
        people = 3
        # A note about pay is left out.
        hours_per_week = 40
        """
        pay = _lines_of_pay(text) if self.pay else [False] * len(text.splitlines())
        return "\n".join(
            f"# {OF_PAY}" if tells else self.text(line)
            for line, tells in zip(text.splitlines(), pay, strict=True)
        )

    def is_pay(self, path: str) -> bool:
        """Return whether a path, or a key of a change, is kept back as pay."""
        return self.pay and _is_pay(split_key(path)[0])

    def in_words(self, key: str) -> str:
        """Call the value at a path, or at the key of a change, in words; what is paid says only of whom.

        Examples
        --------
        >>> from funnelsim.scenario import load
        >>> held = Withheld(load("junk_leads"))
        >>> held.in_words("teams.sales.commission *="), held.in_words("teams.sales.people")
        ('pay in sales', 'people in sales besides the named reps')
        """
        parts, _ = split_key(key)
        if self.pay and _is_pay(parts):
            return f"pay {'of' if 'reps' in parts else 'in'} {place_of(self._renamed(parts))}"
        return key_in_words(self._changed(key), self.scenario)

    def value(self, path: str, value: object) -> object:
        """Write the value at a path without what is kept back: a table may have names and pay in it."""
        return self._value(value, split_key(path)[0])

    @property
    def document(self) -> Document:
        """The plain tables of the scenario, changes included, without what is kept back."""
        made: Document = self._table(self.scenario.document, ())
        return made

    @cached_property
    def _forms(self) -> dict[str, str]:
        """Return how names may stand in sentences (anna_may, anna may, Anna may, Anna May), with numbers."""
        return {
            form: number
            for name, number in self.numbers.items()
            for said in (name, spoken(name))
            for form in (said, said.capitalize(), said.title())
            if len(form) >= _FEWEST_LETTERS
        }

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """Find names in sentences; the longest first, as one may begin like another."""
        forms = sorted(self._forms, key=len, reverse=True)
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, forms))})(?![^\W_])") if forms else None

    def _numbered(self, found: re.Match[str]) -> str:
        return self._forms[found.group()]

    def _renamed(self, parts: Path) -> Path:
        """Write numbers for names where a path has names of the user's own; a key of the schema stays."""
        return tuple(self._key(part, parts[:place]) for place, part in enumerate(parts))

    def _table(self, table: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Copy a table without what is kept back."""
        found = {}
        by_path = path[-1:] and path[-1] in _BY_PATH and path[0] != "teams"
        for key, value in table.items():
            inner = split_key(key)[0] if by_path else (*path, key)
            if self.pay and (_is_pay(inner) or (path == _ORIGINS and _TELLS_PAY.search(key))):
                continue
            called = self._changed(key) if by_path else self._key(key, path)
            prose = path == _ORIGINS or key in _PROSE
            found[self.text(called) if path == _ORIGINS else called] = self._value(value, inner, prose)
        return found

    def _changed(self, key: str) -> str:
        """Write the key of a change, an uncertain number or an origin."""
        parts, operation = split_key(key)
        return " ".join(filter(None, [written(self._renamed(parts)), operation]))

    def _key(self, key: str, path: Path) -> str:
        """Write the key of a table: a name of the user's own may have that of a rep in it."""
        return self.text(key) if is_map(kind_at(path)) else key

    def _value(self, value: Any, path: Path, prose: bool = False) -> Any:
        if isinstance(value, Mapping):
            return self._table(value, path)
        if isinstance(value, list):
            return [
                self._table(each, (*path, str(place)))
                if isinstance(each, Mapping)
                else self._value(each, path)
                for place, each in enumerate(value)
            ]
        if not isinstance(value, str):
            return value
        return self.text(value) if prose else self._own_names.get(value, value)

    @cached_property
    def _own_names(self) -> dict[str, str]:
        """Return what names of the user's own become, where the name of a rep is in them."""
        return {name: self.text(name) for name in (*self.numbers, *_own(self.scenario.document))}


def _own(table: Mapping[str, Any], path: Path = ()) -> Iterator[str]:
    """List all names that the user has given to tables."""
    for key, value in table.items():
        if is_map(kind_at(path)):
            yield key
        if isinstance(value, Mapping):
            yield from _own(value, (*path, key))


def _named(table: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[str, str]]:
    """List named reps with their teams, those whom dated changes, strategies and assumptions bring too."""
    for key, value in table.items():
        inner = split_key(key)[0] if path[-1:] == _CHANGES else (*path, key)
        if len(inner) > 3 and inner[0] == "teams" and inner[2] == "reps" and inner[3] != EVERY:
            yield inner[1], inner[3]
        elif isinstance(value, Mapping):
            yield from _named(value, inner)
        elif isinstance(value, list):
            for each in value:
                yield from _named(each, inner) if isinstance(each, Mapping) else ()


def _is_pay(parts: Path) -> bool:
    """Return whether a path leads to what somebody is paid.

    >>> _is_pay(("teams", "*", "commission")), _is_pay(("channels", "ads", "cost_per_month"))
    (True, False)
    """
    if len(parts) < 3 or parts[0] != "teams":
        return False
    return parts[2] in _TEAM_PAY or (parts[2] == "reps" and parts[4:5] == (_REP_PAY,))


def _lines_of_pay(text: str) -> list[bool]:
    """Return of each line of a file whether it tells of pay, by its table where it does not say itself."""
    table, still_open, found = "", 0, []
    for line in text.splitlines():
        header = None if still_open else _TABLE.match(line)
        if header:
            table = header[1]
        tells = still_open > 0 or _LINE_OF_PAY.search(f"{table} {line}") is not None
        still_open = max(still_open + line.count("[") - line.count("]"), 0) if tells else 0
        found.append(tells)
    return found

"""What is wrong with a scenario: problems, each a sentence, and the exception that has them all."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from funnelsim.io.texts import printable, without_controls
from funnelsim.scenario.synonyms import meant

MOST_LISTED = 200  # problems; a file with more is not a scenario with mistakes
LONGEST_VALUE = 60  # characters of a value shown in a sentence
ROUNDING = 0.0015  # three shares of 0.333 are meant to sum to 1


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, its place, and what would be right.

    Attributes
    ----------
    path : str
        Dotted path of the key; empty for the file as a whole.
    wrong : str
        What is wrong, to be read after the path: "is 1.2", "is missing".
    expected : str
        What would be right, to be read after "expected"; empty if `wrong` says it all.
    line : int or None
        Line of the file, counted from 1, if it is known.
    value : object
        The value found there, None if there was none.
    nearest : str or None
        The valid name nearest to the one that was found.
    """

    path: str
    wrong: str
    expected: str = ""
    line: int | None = None
    value: object = None
    nearest: str | None = None

    def sentence(self) -> str:
        """State the problem in one sentence.

        >>> Problem("teams.sales.peple", "is not a key here", line=9, nearest="people").sentence()
        'line 9: teams.sales.peple is not a key here; did you mean "people"?'
        """
        where = f"line {self.line}: " if self.line is not None else ""
        what = f"{self.path} {self.wrong}".strip()
        right = f"; expected {self.expected}" if self.expected else ""
        hint = f'; did you mean "{self.nearest}"?' if self.nearest else ""
        return without_controls(f"{where}{what}{right}{hint}").replace("\n", "?")


class ScenarioError(ValueError):
    """A scenario, a change or a strategy that cannot be used; lists every problem found.

    Attributes
    ----------
    problems : tuple of Problem
    source : str
        Name of the file or preset.
    """

    def __init__(self, problems: Iterable[Problem], source: str = "scenario") -> None:
        self.problems = tuple(problems)
        self.source = source
        super().__init__(self.problems, source)  # both, so that the error can be pickled

    def __str__(self) -> str:
        source = printable(self.source)
        if len(self.problems) == 1:
            return f"{source}: {self.problems[0].sentence()}"
        listed = [f"  {problem.sentence()}" for problem in self.problems[:MOST_LISTED]]
        if len(self.problems) > MOST_LISTED:
            listed.append(f"  ... and {len(self.problems) - MOST_LISTED} more")
        return "\n".join([f"{source} has {len(self.problems)} problems:", *listed])


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Find the valid name that a word stands for, or else the nearest to a misspelt one, if any is near.

    >>> nearest("conversoin", ["conversion", "team"]), nearest("recommendation", ["reactivation", "referral"])
    ('conversion', 'referral')
    """
    by_lower = {known.lower(): known for known in valid}
    if name.lower() not in by_lower and (known := meant(name, by_lower)):
        return by_lower[known]
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


Problems = Iterator[Problem]


def sum_to_one(path: str, shares: Iterable[float]) -> Problems:
    """Find shares that do not sum to 1."""
    total = sum(shares)
    if abs(total - 1) > ROUNDING:
        yield Problem(path, f"sums to {total:g}", "shares that sum to 1")


def unknown(path: str, name: str, known: Iterable[str], what: str) -> Problem:
    """Report that a name names nothing, with the nearest name or all names."""
    names = list(known)
    near = nearest(name, names)
    listed = (
        f": {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
        if names
        else ", of which there is none"
    )
    return Problem(path, f'names "{name}"', "" if near else f"{what}{listed}", None, name, near)


def shown(value: object) -> str:
    """Write a value as in a scenario file, shortened if it is long.

    >>> shown({"median": 3, "p90": True})
    '{ median = 3, p90 = true }'
    """
    try:
        text = _as_toml(value)
    except (RecursionError, ValueError):  # nested without end, or an integer too long to print
        text = "a value too large to show"
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def in_words(value: object) -> str:
    """Write a value as in a file, without the noise of binary fractions.

    >>> in_words(0.1 + 0.2), in_words(None)
    ('0.3', 'nothing')
    """
    return "nothing" if value is None else shown(_rounded(value))


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_as_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_as_toml(item) for item in value) + "]"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)

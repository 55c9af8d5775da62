"""Checks of `[uncertainties]`: that no number is given twice, and that all that can be drawn is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from funnelsim.chance.keys import hash24
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.checks import check_meaning
from funnelsim.scenario.drawn import alone, at_middle
from funnelsim.scenario.draws_checks import check_column, check_rows
from funnelsim.scenario.errors import Problem, shown
from funnelsim.scenario.paths import Path, value_at, written
from funnelsim.scenario.samples import Samples
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.structure import Document
from funnelsim.scenario.uncertainties import applied
from funnelsim.scenario.unknown_paths import Certain, named, not_uncertain
from funnelsim.scenario.unknowns import HIGHEST, LOWEST, MEDIAN, Drawn, Unknown

_ENDS = {"at its least": LOWEST, "at its median": MEDIAN, "at its most": HIGHEST}
_APART = (
    "channels",
    "kinds",
    "segments",
    "teams",
    "stages",
)  # no check looks at numbers of two of their names


def check_uncertainties(contents: Contents, document: Document, reading: Samples) -> list[Problem]:
    """Find uncertainties whose path names no such number, or whose values are not all allowed.

    Each is tried at the least, the median and the most that can be drawn. Checks across keys try all together
    at these, and each at one end with all others at the other.
    """
    problems = [*_keys(contents), *_collisions(contents)]
    certain = {key: item for key, item in document.items() if key != "uncertainties"}
    base = Certain(contents, certain, reading)
    for key, unknown in contents.uncertainties.items():
        given = document["uncertainties"][key]
        if isinstance(unknown, Drawn):
            problems += check_column(key, unknown, given, base)
        else:
            problems += _of_one(key, unknown, given, base)
    return problems or [*_together(contents), *check_rows(contents)]


def _keys(contents: Contents) -> Iterator[Problem]:
    """Refuse two uncertainties of one number."""
    seen: dict[Path, str] = {}
    for key in contents.uncertainties:
        path, _ = split_key(key)
        if path in seen:
            yield Problem(named(key), f'is given beside "{seen[path]}"', "one of them")
        seen.setdefault(path, key)


def _collisions(contents: Contents) -> Iterator[Problem]:
    """Find paths with the same hash in the keys of draws: they would share their random numbers."""
    owners: dict[int, Path] = {}
    for path in {split_key(key)[0]: None for key in contents.uncertainties}:
        other = owners.setdefault(hash24(written(path)), path)
        if other != path:
            yield Problem(
                named(written(path)), f'has the same key as "{written(other)}" by chance', "one of them"
            )


def _of_one(key: str, unknown: Unknown, given: object, base: Certain) -> list[Problem]:
    problems = base.misplaced(key, unknown.at(MEDIAN))
    if problems:
        return problems
    path, operation = split_key(key)
    wrong = not_uncertain(base.contents, path, operation)
    if wrong:
        return [Problem(named(key), *wrong, None, given)]
    for end, level in _ENDS.items():
        value = unknown.at(level)
        wrong = base.not_allowed(key, value)
        if wrong:
            into = f"{end} makes {written(path)} {wrong[0]}" if operation else f"can be {value:.4g}"
            return [Problem(named(key), f"is {shown(given)}, which {into}", wrong[1], None, given)]
    return []


def _together(contents: Contents) -> Iterator[Problem]:
    """Check across keys with the uncertainties at their ends, and at their medians."""
    told: set[str] = set()
    numbers, middle = alone(contents.uncertainties), at_middle(contents.uncertainties)
    found = {key: {level: each.at(level) for level in _ENDS.values()} for key, each in numbers.items()}
    joint = {key for key, values in found.items() if _opens_a_way(contents, key, values.values())}
    for levels in _corners(numbers, joint):
        values = middle | {key: found[key][level] for key, level in levels.items()}
        for problem in check_meaning(applied(contents, values)):
            if problem.path not in told:
                told.add(problem.path)
                wrong = f"can make a scenario in which {problem.path} {problem.wrong}"
                yield Problem("uncertainties", wrong, problem.expected)


def _opens_a_way(contents: Contents, key: str, values: Iterable[float]) -> bool:
    """Return whether a number of a stage can open or close a way out of it: routes are checked as a whole."""
    path, _ = split_key(key)
    if path[0] != "stages":
        return False
    ends = (value_at(applied(contents, {key: value}), path) for value in values)
    return "next" in path or "back_to" in path or any(end in (0.0, 1.0) for end in ends)


def _corners(keys: Iterable[str], joint: Collection[str]) -> Iterator[dict[str, float]]:
    """Put all at one end, then each alone at the other end: a ceiling may fall below what it bounds."""
    names = list(keys)
    yield from (dict.fromkeys(names, level) for level in _ENDS.values())
    for few in _alone(names, joint) if len(names) > 1 else ():
        yield dict.fromkeys(names, HIGHEST) | dict.fromkeys(few, LOWEST)
        yield dict.fromkeys(names, LOWEST) | dict.fromkeys(few, HIGHEST)


def _alone(keys: Iterable[str], joint: Collection[str] = ()) -> list[list[str]]:
    """Group numbers that no check looks at together, so that many of them cost no more than few.

    >>> _alone(["segments.a.gross_margin", "segments.a.odds_ratio", "segments.b.odds_ratio", "mix.certainty"])
    [['segments.a.gross_margin', 'segments.b.odds_ratio'], ['segments.a.odds_ratio'], ['mix.certainty']]
    >>> _alone(["stages.a.conversion", "stages.b.conversion"], joint=["stages.a.conversion"])
    [['stages.a.conversion'], ['stages.b.conversion']]
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    count: Counter[tuple[str, ...]] = Counter()
    for key in keys:
        path, _ = split_key(key)
        if key in joint:
            groups[key,] = [key]
            continue
        own = path[:2] if path[0] in _APART else path[:1]
        groups.setdefault((path[0], str(count[own])), []).append(key)
        count[own] += 1
    return list(groups.values())

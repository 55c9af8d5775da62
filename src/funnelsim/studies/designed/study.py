"""What a study asks: a scenario, strategies, levers, assumptions, figures and simulated years."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from funnelsim.decisions.sequences import EARLIEST, MOST
from funnelsim.io.texts import composed
from funnelsim.metrics import CUTS, FIGURES
from funnelsim.scenario import AS_TYPED, TODAY, TOGETHER, Problem, Scenario, ScenarioError, load
from funnelsim.scenario.changes import is_number
from funnelsim.scenario.errors import Problems, nearest, shown
from funnelsim.scenario.files import parse_toml, presets, read_text
from funnelsim.scenario.lines import line_of, lines_of_keys
from funnelsim.scenario.paths import parts_of
from funnelsim.scenario.plain import plain_table
from funnelsim.studies.designed.levers import (
    Design,
    Lever,
    Point,
    is_whole,
    read_design,
    read_levers,
    unknown_keys,
)
from funnelsim.studies.designed.sums import KEPT, Broken
from funnelsim.studies.sequential import Question

DEFAULT_METRICS = ("profit", "won", "cost")
AT_MOST = 2_000  # simulated years of each row, where a rule stops and says no other number
BY = tuple(cut for cut in CUTS if cut != "all")
OWN = "new_strategies"  # the table of those that the scenario does not have
POINT = "point_"  # begins the name of the strategy that a point of the design is


@dataclass(frozen=True)
class Study:
    """What to simulate, as `read_study` and `study_of` make it.

    Levers, assumptions and chance are three axes: every point of the design is simulated under every
    assumption with every strategy, all in the same worlds (ST1, ST2).

    Attributes
    ----------
    scenario : Scenario
    strategies : tuple of str
        Of the scenario; "today" is the levers alone.
    levers : tuple of Lever
    design : Design
    assumptions : tuple of str
        Of the scenario; "as typed" is the scenario without any.
    metrics : tuple of str
        Figures over the period.
    by : tuple of (str, str)
        Figures that are kept by month, channel, segment, stage, rep or team as well, each with which of them.
    replications : int
        Simulated years of each: at most, where there is a rule that stops.
    seed : int
        Of all random draws.
    stop : Question or None
        What is to be decided about the rows, against today, before the study stops (ST12).
    starts : date or None
        When the levers are set; None: as the period begins.
    always : bool
        Whether the levers have always stood so, warm-up included.
    title : str

    Examples
    --------
    >>> study = study_of({"scenario": "first_steps", "levers": {"teams.sales.people": [2, 3, 4]}})
    >>> study.count, study.rows, study.simulated_years
    (3, 3, 1200)
    """

    scenario: Scenario
    strategies: tuple[str, ...] = (TODAY,)
    levers: tuple[Lever, ...] = ()
    design: Design = field(default_factory=Design)
    assumptions: tuple[str, ...] = (AS_TYPED,)
    metrics: tuple[str, ...] = DEFAULT_METRICS
    by: Broken = ()
    replications: int = 400
    seed: int = 1
    stop: Question | None = None
    starts: date | None = None
    always: bool = False
    title: str = ""

    @property
    def count(self) -> int:
        """Count the points of the design."""
        return self.design.count(self.levers)

    @property
    def rows(self) -> int:
        """Count the points, under each assumption with each strategy."""
        return self.count * len(self.assumptions) * len(self.strategies)

    @property
    def simulated_years(self) -> int:
        """Count the simulated years of all: at most, where there is a rule that stops."""
        return (self.rows + len(self.against_today)) * self.replications

    @property
    def against_today(self) -> tuple[str, ...]:
        """List the assumptions under which today is simulated too, for a rule that compares with it."""
        return self.assumptions if self.stop else ()

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The points of the design: the value of each lever."""
        return tuple(self.design.of(self.levers))

    @property
    def cuts(self) -> dict[str, list[str]]:
        """List the figures that are kept by month, channel, ..., as in a file."""
        found: dict[str, list[str]] = {}
        for metric, cut in self.by:
            found.setdefault(cut, []).append(metric)
        return found

    @property
    def name(self) -> str:
        """Return its title, or that of the scenario's file."""
        return self.title or self.scenario.source

    def under(self, assumption: str, points: range) -> Scenario:
        """Return the scenario under an assumption, with points as strategies (ST1).

        Parameters
        ----------
        assumption : str
        points : range
            Which points, counted from 0: at most 1,000, as many as a scenario has strategies.

        Raises
        ------
        ScenarioError
            If a point cannot be chosen.
        """
        return self.trying({point + 1: self.points[point] for point in points}, assumption)

    def names(self, point: int) -> list[str]:
        """Name the strategies of a point in the scenarios that `under` returns, in the order of the study."""
        if not self.levers:
            return list(self.strategies)
        own = f"{POINT}{point + 1}"
        return [own if name == TODAY else f"{own}{TOGETHER}{name}" for name in self.strategies]

    def check(self) -> None:
        """Refuse levers that no strategy can change, by the first point of the design.

        Raises
        ------
        ScenarioError
        """
        first = {1: next(self.design.of(self.levers))}
        for assumption in self.assumptions:
            scenario = self.trying(first, assumption)
            for name in self.names(0):
                try:
                    scenario.timeline(name)
                except ScenarioError as error:
                    raise _of_levers(error, first) from None

    def trying(self, points: Mapping[int, Point], assumption: str = AS_TYPED) -> Scenario:
        """Return the scenario under an assumption, with points, by their numbers, as strategies.

        Raises
        ------
        ScenarioError
            If a point cannot be chosen.
        """
        scenario = self.scenario if assumption == AS_TYPED else self.scenario.under(assumption)
        if not self.levers:
            return scenario
        when = {"always": True} if self.always else {} if self.starts is None else {"starts": self.starts}
        strategies = {f"{POINT}{number}": {"change": point, **when} for number, point in points.items()}
        try:
            return scenario.with_strategies(strategies)
        except ScenarioError as error:
            raise _of_levers(error, points) from None


def _of_levers(error: ScenarioError, points: Mapping[int, Point]) -> ScenarioError:
    """Say what is wrong with points in terms of the study, each once: of a lever, or of a point."""
    found = {problem.sentence(): problem for problem in (_of_lever(each, points) for each in error.problems)}
    return ScenarioError(found.values(), error.source)


def _of_lever(problem: Problem, points: Mapping[int, Point]) -> Problem:
    parts = parts_of(problem.path)
    if len(parts) < 2 or parts[0] != "strategies" or not parts[1].startswith(POINT):
        return problem
    if len(parts) > 3 and parts[2] == "change":
        return replace(problem, path=f'levers."{".".join(parts[3:])}"', line=None)
    number = parts[1].partition(TOGETHER)[0].removeprefix(POINT)
    values = ", ".join(f"{key} = {shown(value)}" for key, value in points[int(number)].items())
    return replace(problem, path=f"point {number} of the design ({values})", line=None)


# ---- reading ------------------------------------------------------------------------------------


def read_study(path: str | os.PathLike[str]) -> Study:
    r"""Read a study from a TOML file.

    Parameters
    ----------
    path : str or path
        Of a file of at most 1 MiB. The scenario that it names is a preset, or a file beside it.

    Raises
    ------
    ScenarioError
        If it, or the scenario, cannot be read or is not valid; lists all problems.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "people.toml"
    >>> _ = file.write_text('scenario = "first_steps"\nlevers."teams.sales.people" = [2, 3]\n')
    >>> read_study(file).points
    ({'teams.sales.people': 2}, {'teams.sales.people': 3})
    """
    return read_as(path, study_of, "a study")


_Read = TypeVar("_Read")


def read_as(
    path: str | os.PathLike[str], make: Callable[[Mapping[str, Any], Path, str], _Read], what: str
) -> _Read:
    """Read a TOML file, make of its tables what it is, and say of problems in which lines they are."""
    file = Path(path)
    if not file.exists():
        raise ScenarioError(
            [Problem("", "the file does not exist", f"{what}, which is a TOML file")], str(file)
        )
    text = composed(read_text(file))
    document = {"title": file.stem} | parse_toml(text, str(file))
    lines = lines_of_keys(text)
    try:
        return make(document, file.parent, str(file))
    except ScenarioError as error:
        if error.source != str(file):
            raise
        placed = (replace(each, line=line_of(parts_of(each.path), lines)) for each in error.problems)
        raise ScenarioError(sorted(placed, key=lambda each: each.line or 0), str(file)) from None


def study_of(document: Mapping[str, Any], folder: Path | None = None, source: str = "study") -> Study:
    """Make a study of plain tables, as in a file.

    Parameters
    ----------
    document : mapping
        With the keys of a study file; the scenario may be a `Scenario`, too.
    folder : path, optional
        Where the file of a scenario is. Default: the working folder.
    source : str
        What the study is called in errors.

    Raises
    ------
    ScenarioError
        If it is not valid; lists all problems.

    Examples
    --------
    >>> study_of({"scenario": "first_steps", "metrics": ["proffit"]})
    Traceback (most recent call last):
    funnelsim.scenario.errors.ScenarioError: study: metrics names "proffit"; did you mean "profit"?
    """
    given = document.get("scenario")
    table, problems = plain_table({key: value for key, value in document.items() if key != "scenario"})
    scenario = given if isinstance(given, Scenario) else _scenario_of(given, folder, problems)
    problems += unknown_keys("", table, (*_KEYS, "scenario", *_TABLES))
    for key in _KEYS.keys() & table.keys():
        if not _KEYS[key].right(table[key]):
            problems.append(Problem(key, f"is {shown(table[key])}", _KEYS[key].expected, None, table[key]))
    wrong = {problem.path for problem in problems}
    problems += [
        Problem(key, f"is {shown(table[key])}", f"a table [{key}]")
        for key in _TABLES
        if not isinstance(table.get(key, {}), Mapping)
    ]
    by, misplaced = read_by(_table(table, "by"))
    problems += misplaced
    scenario = _with_own(scenario, _table(table, OWN), problems)
    design, levers = _designed(_table(table, "design"), _table(table, "levers"), problems)
    stop = _stop(table, problems)
    for key, known in _known(scenario, _table(table, OWN)):
        if key in table and key not in wrong:
            problems += _misnamed(key, table[key], known)
    if {"starts", "always"} <= table.keys() and table["always"]:
        problems.append(Problem("starts", "is given, but the levers have always stood so", "one of the two"))
    if problems or scenario is None:
        raise ScenarioError(problems, source)
    asked: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in table.items()
        if key not in _TABLES
    }
    asked |= {"design": design, "levers": levers, "by": by, "stop": stop}
    study = Study(scenario, **asked | ({"replications": stop.at_most} if stop else {}))
    try:
        study.check()
    except ScenarioError as error:
        raise ScenarioError(error.problems, source) from None
    return study


class _Of(NamedTuple):
    """What a key of a study holds."""

    right: Callable[[Any], bool]
    expected: str


def _is_names(value: object) -> bool:
    """Return whether a value is a list of different names."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return False
    return 0 < len(value) == len(set(value))


_TABLES = ("by", "design", "levers", "stop", OWN)
_NAMES = _Of(_is_names, "a list of different names in quotes, at least one")
_KEYS = {
    "title": _Of(lambda value: isinstance(value, str) and len(value) <= 60, "a text of up to 60 characters"),
    "strategies": _NAMES,
    "assumptions": _NAMES,
    "metrics": _NAMES,
    "replications": _Of(lambda value: is_whole(value, 1, 1_000_000), "a whole number from 1 to 1,000,000"),
    "seed": _Of(lambda value: is_whole(value, 0, 2**32 - 1), "a whole number from 0 to 4294967295"),
    "starts": _Of(
        lambda value: isinstance(value, date) and not isinstance(value, datetime),
        "a date such as 2026-04-01, without quotes",
    ),
    "always": _Of(lambda value: isinstance(value, bool), "true or false"),
}


_STOP = {
    "margin": _Of(
        lambda value: is_number(value) and value > 0,
        "more than 0: the difference in money from which on it matters which row is chosen",
    ),
    "at_most": _Of(
        lambda value: is_whole(value, EARLIEST, MOST), f"a whole number from {EARLIEST} to {MOST:,}"
    ),
    "best": _Of(lambda value: isinstance(value, bool), "true or false"),
}


def _scenario_of(given: object, folder: Path | None, problems: list[Problem]) -> Scenario | None:
    """Read the scenario that a study names; what is wrong in it is reported alone."""
    if not isinstance(given, str):
        wrong = "is missing" if given is None else f"is {shown(given)}"
        right = f"the path of a scenario file in quotes, or one of {', '.join(presets())}"
        problems.append(Problem("scenario", wrong, right))
        return None
    beside = given if given in presets() or folder is None else str(folder / given)
    try:
        return load(beside)
    except ScenarioError as error:
        if error.source == str(Path(beside)) and "does not exist" in error.problems[0].wrong:
            near = nearest(given, presets())
            right = "" if near else "a file beside the study, or the name of a preset"
            problems.append(Problem("scenario", f'names "{given}"', right, None, given, near))
            return None
        raise


def _with_own(
    scenario: Scenario | None, strategies: Mapping[str, Any], problems: list[Problem]
) -> Scenario | None:
    """Add the strategies of a study to those of its scenario (ST11), and note what is wrong with them."""
    if scenario is None or not strategies:
        return scenario
    try:
        return scenario.with_strategies(strategies)
    except ScenarioError as error:
        for problem in error.problems:
            path = problem.path
            if path.split(".")[0] == "strategies":
                path = path.replace("strategies", OWN, 1)
            problems.append(replace(problem, path=path, line=None))
        return scenario


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a table of a study; an empty one if it has none."""
    found = table.get(key, {})
    return found if isinstance(found, Mapping) else {}


def _designed(
    design: Mapping[str, Any], levers: Mapping[str, Any], problems: list[Problem]
) -> tuple[Design, tuple[Lever, ...]]:
    """Read the design and the levers, and note what is wrong with them."""
    read, wrong = read_design(design)
    problems += wrong
    if wrong:
        return read, ()
    found, wrong = read_levers(levers, read)
    problems += wrong
    return read, found


def read_by(table: Mapping[str, Any]) -> tuple[Broken, list[Problem]]:
    """Read `[by]`, the figures by month, channel, ...; return what is wrong with it as well."""
    problems = list(unknown_keys("by", table, BY))
    for cut in BY:
        if cut in table and not _NAMES.right(table[cut]):
            problems.append(
                Problem(f"by.{cut}", f"is {shown(table[cut])}", _NAMES.expected, None, table[cut])
            )
        elif cut in table:
            problems += _not_by(cut, table[cut])
    return (() if problems else tuple((name, cut) for cut in table for name in table[cut])), problems


def _not_by(cut: str, names: Sequence[str]) -> Problems:
    """Find figures that there are not, or not by month, channel, ..."""
    known = [name for name, figure in FIGURES.items() if cut in figure.by]
    for name in names:
        if name in FIGURES and name not in known:
            others = ", ".join(each for each in FIGURES[name].by if each != "all") or "no other"
            yield Problem(
                f"by.{cut}",
                f"names {name}, which there is not by {cut}",
                f"a figure by {cut}; {name} has {others}",
                None,
                name,
            )
        elif name not in known:
            near = nearest(name, known)
            right = "" if near else f"one of {', '.join(known[:8])}, ..."
            yield Problem(f"by.{cut}", f'names "{name}"', right, None, name, near)


def _stop(table: Mapping[str, Any], problems: list[Problem]) -> Question | None:
    """Read the rule that stops, and note what is wrong with it."""
    given = table.get("stop")
    if not isinstance(given, Mapping):
        return None
    wrong = list(unknown_keys("stop", given, [*_STOP]))
    wrong += [
        Problem(f"stop.{key}", f"is {shown(given[key])}", _STOP[key].expected, None, given[key])
        for key in _STOP.keys() & given.keys()
        if not _STOP[key].right(given[key])
    ]
    if "margin" not in given:
        wrong.append(Problem("stop.margin", "is missing", _STOP["margin"].expected))
    if "replications" in table:
        right = "one of the two: a number of simulated years, or stop.at_most"
        wrong.append(Problem("replications", "is given, and a rule that stops as well", right))
    problems += wrong
    return None if wrong else Question(**{"at_most": AT_MOST, "best": False, **given})


def _known(scenario: Scenario | None, own: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """List the names that a study may use."""
    yield "metrics", KEPT
    if scenario is not None:
        yield "strategies", [TODAY, *scenario.strategies, *own]
        yield "assumptions", [AS_TYPED, *scenario.assumptions]


def _misnamed(key: str, names: Sequence[str], known: Sequence[str]) -> Problems:
    """Find names that name nothing; a strategy may be several together."""
    for name in names:
        for part in name.split(TOGETHER) if key == "strategies" else [name]:
            if part.strip() not in known:
                near = nearest(part.strip(), known)
                right = "" if near else f"one of {', '.join(known[:8])}{', ...' if len(known) > 8 else ''}"
                yield Problem(key, f'names "{part.strip()}"', right, None, name, near)

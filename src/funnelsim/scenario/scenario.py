"""A scenario: valid contents that can be changed, and that know where they come from."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import PrivateAttr

from funnelsim.scenario import files
from funnelsim.scenario.changes import apply_changes
from funnelsim.scenario.checks import check_meaning, check_origins
from funnelsim.scenario.errors import Problem, ScenarioError, nearest
from funnelsim.scenario.files import Source
from funnelsim.scenario.lines import line_of
from funnelsim.scenario.months import Months
from funnelsim.scenario.paths import parts_of
from funnelsim.scenario.quantities import Reading
from funnelsim.scenario.schema import TODAY, Contents
from funnelsim.scenario.structure import Document, check_structure, frozen
from funnelsim.scenario.uncertainties import check_uncertainties


class _Settled(NamedTuple):
    """What a pilot has found: months, and what is doubtful about them by strategy."""

    months: Months
    doubts: Mapping[str, tuple[str, ...]]


class Scenario(Contents):
    """A valid scenario; its attributes are the tables and keys of its file.

    Made by `load` or `parse`, never by hand. It cannot be changed: changes make new scenarios.

    Examples
    --------
    >>> scenario = load("first_steps")
    >>> scenario.teams["sales"].people
    2
    >>> scenario.with_changes({"teams.sales.people": 3}).teams["sales"].people
    3
    """

    _document: Document = PrivateAttr(default_factory=dict)
    _source: Source = PrivateAttr(default_factory=lambda: Source("scenario"))
    _settled: _Settled | None = PrivateAttr(default=None)

    @property
    def source(self) -> str:
        """The name of the file or preset."""
        return self._source.name

    @property
    def document(self) -> Document:
        """The plain tables of the file, changes included; a copy."""
        return copy.deepcopy(self._document)

    @property
    def months(self) -> Months:
        """The months of warm-up, period and drain: those typed, the others as a pilot has settled them.

        All strategies of a scenario have the same months.

        Raises
        ------
        ScenarioError
            If warm-up or drain are not typed, and no pilot has settled them.

        Examples
        --------
        >>> load("first_steps").with_months(Months(4, 12, 3)).months
        Months(warm_up=4, period=12, drain=3)
        """
        if self._settled is not None:
            return self._settled.months
        if self.not_typed:
            keys = " and ".join(f"horizon.{part}_months" for part in self.not_typed)
            problem = Problem(
                keys, "are not settled", "`settled(scenario)`, which runs a pilot, or typed months"
            )
            raise ScenarioError([problem], self.source)
        horizon = self.horizon
        return Months(horizon.warm_up_months or 0, horizon.period_months, horizon.drain_months or 0)

    @property
    def is_settled(self) -> bool:
        """Return whether it has its months: all are typed, or a pilot has settled them."""
        return self._settled is not None or not self.not_typed

    @property
    def not_typed(self) -> tuple[str, ...]:
        """The parts of the horizon that the file leaves to a pilot: "warm_up", "drain", both or none."""
        parts = ("warm_up", "drain")
        return tuple(part for part in parts if getattr(self.horizon, f"{part}_months") is None)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What readers must know of the months that a pilot has settled, in sentences."""
        return () if self._settled is None else self._settled.doubts.get(TODAY, ())

    def with_months(self, months: Months, doubts: Mapping[str, tuple[str, ...]] | None = None) -> Scenario:
        """Make a scenario with months that a pilot has found, and sentences about them by strategy.

        Changes unsettle it again, because they may need other months.
        """
        made = self.model_copy()
        made._settled = _Settled(months, doubts or {})
        return made

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """Make a scenario with other values.

        Parameters
        ----------
        changes : mapping of str to value
            Values by dotted path, as in a file. A path that ends in " *=" multiplies a number or
            scales a distribution; one that ends in " +=" adds to a number.

        Raises
        ------
        ScenarioError
            If a path does not exist or the changed scenario is not valid; lists all problems.

        Examples
        --------
        >>> load("first_steps").with_changes({"teams.sales.people +=": 1}).teams["sales"].people
        3
        """
        document, problems = apply_changes(self._document, self, changes)
        source = replace(self._source, lines={})
        _, _, found = _examine(document, source)
        problems += found
        if problems:
            raise ScenarioError(problems, f"changes to {self.source}")
        return _scenario(document, source)

    def strategy(self, name: str) -> Scenario:
        """Make the scenario of one of its strategies.

        The horizon is the same for all strategies of a scenario: they run in the same worlds.

        Parameters
        ----------
        name : str
            A strategy, or "today" for the unchanged scenario.

        Raises
        ------
        ScenarioError
            If there is no such strategy.

        Examples
        --------
        >>> load("first_steps").strategy("one_more_rep").teams["sales"].people
        3
        """
        if name not in strategy_names(self):
            known = strategy_names(self)
            near = nearest(name, known)
            expected = f"one of {', '.join(known)}"
            raise ScenarioError(
                [Problem(f"strategies.{name}", "does not exist", expected, None, name, near)], self.source
            )
        made = _scenario(_changed(self._document, self, name)[0], self._source)
        if self._settled is not None:
            made._settled = _Settled(self.months, {TODAY: self._settled.doubts.get(name, ())})
        return made


def load(name_or_path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a preset or a TOML file.

    Parameters
    ----------
    name_or_path : str or path
        The name of a preset (see `presets`), or the path of a file of at most 1 MiB.

    Raises
    ------
    ScenarioError
        If it cannot be read or is not valid; lists all problems with path, line, value and what
        would be right.

    Examples
    --------
    >>> list(load("first_steps").stages)
    ['first_call', 'proposal']
    """
    name, text, folder = files.locate(name_or_path)
    return parse(text, name, folder)


def parse(text: str, source: str = "scenario", folder: Path | None = None) -> Scenario:
    """Read a scenario from TOML text.

    Parameters
    ----------
    text : str
        The text of a scenario file.
    source : str
        Its name in errors.
    folder : path, optional
        Where sample files are. Default: the working folder.

    Raises
    ------
    ScenarioError
        If it is not valid; lists all problems.
    """
    return from_document(files.parse_toml(text, source), files.source_of(source, text, folder))


def from_document(document: Document, source: Source | None = None) -> Scenario:
    """Make a scenario from plain tables, as a TOML parser returns them.

    Raises
    ------
    ScenarioError
        If it is not valid; lists all problems.

    Examples
    --------
    >>> from_document(load("first_steps").document).teams["sales"].people
    2
    """
    source = source or Source("scenario")
    contents, repaired, problems = _examine(document, source)
    faulty = [problem.path for problem in problems]
    problems += [problem for problem in check_origins(contents) if not _follows(problem.path, faulty)]
    problems += _strategy_problems(contents, repaired, source, [problem.path for problem in problems])
    if problems:
        raise ScenarioError(_in_order(problems, source), source.name)
    return _scenario(copy.deepcopy(document), source)


def strategy_names(scenario: Contents) -> list[str]:
    """List the strategies of a scenario, "today" first.

    >>> strategy_names(load("first_steps"))
    ['today', 'more_inquiries', 'one_more_rep']
    """
    return [TODAY, *(name for name in scenario.strategies if name != TODAY)]


def json_schema() -> dict[str, Any]:
    """Describe scenario files as a JSON Schema.

    >>> sorted(json_schema()["required"])
    ['channels', 'segments', 'stages', 'start']
    """
    schema = Contents.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "funnelsim scenario"
    return schema


def _scenario(document: Document, source: Source) -> Scenario:
    scenario = Scenario.model_validate(frozen(document), context=Reading(source.folder))
    scenario._document = document
    scenario._source = source
    return scenario


def _changed(document: Document, contents: Contents, name: str) -> tuple[Document, list[Problem]]:
    """Apply a strategy's changes; the result has no strategies of its own."""
    change = contents.strategies[name].change if name in contents.strategies else {}
    alone = {key: value for key, value in document.items() if key != "strategies"}
    return apply_changes(alone, contents, change)


def _examine(document: Document, source: Source) -> tuple[Contents, Document, list[Problem]]:
    """Find all problems of a document, structural and across keys."""
    contents, repaired, problems = check_structure(document, Reading(source.folder))
    faulty = [problem.path for problem in problems]
    problems += [problem for problem in check_meaning(contents) if not _follows(problem.path, faulty)]
    if contents.uncertainties and not problems:
        problems += check_uncertainties(contents, repaired, Reading(source.folder))
    return contents, repaired, problems


def _follows(path: str, faulty: list[str]) -> bool:
    """Return whether a key was faulty before, so that a mistake is reported once."""
    return any(f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.") for other in faulty)


def _strategy_problems(
    contents: Contents, document: Document, source: Source, faulty: list[str]
) -> list[Problem]:
    """Find what is wrong in the strategies and in the scenarios that they make.

    Keys that are `faulty` without any strategy were reported before, unless a strategy sets them.
    """
    problems: list[Problem] = []
    for name in contents.strategies:
        changed, refused = _changed(document, contents, name)
        problems += _not_levers(name, contents.strategies[name].change)
        problems += [replace(each, path=f'strategies.{name}.change."{each.path}"') for each in refused]
        for problem in _examine(changed, source)[2]:
            if problem.path in contents.strategies[name].change or not _follows(problem.path, faulty):
                wrong = f"makes a scenario in which {problem.path} {problem.wrong}"
                problems.append(replace(problem, path=f"strategies.{name}", wrong=wrong))
    return problems


def _not_levers(name: str, change: Mapping[str, Any]) -> list[Problem]:
    """Refuse changes to keys that must be the same in all strategies, so that they share their worlds."""
    return [
        Problem(
            f'strategies.{name}.change."{key}"', "is no choice", f"{first} to be the same for all strategies"
        )
        for key in change
        if (first := key.split(".")[0].strip(" *+=")) in ("start", "currency", "horizon")
    ]


def _in_order(problems: list[Problem], source: Source) -> list[Problem]:
    """Sort problems by their lines; those without one come first."""
    placed = [replace(problem, line=_line(problem.path, source)) for problem in problems]
    return sorted(placed, key=lambda problem: problem.line or 0)


def _line(path: str, source: Source) -> int | None:
    return line_of(parts_of(path), source.lines)

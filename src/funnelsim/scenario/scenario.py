"""A scenario: valid contents that can be changed, and that know where they come from."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr

from funnelsim.scenario import files
from funnelsim.scenario.changes import apply_changes
from funnelsim.scenario.checks import check_meaning, check_origins
from funnelsim.scenario.errors import Problem, ScenarioError, nearest
from funnelsim.scenario.files import Source
from funnelsim.scenario.horizon import Months, months_for
from funnelsim.scenario.lines import line_of
from funnelsim.scenario.paths import parts_of
from funnelsim.scenario.quantities import Reading
from funnelsim.scenario.schema import TODAY, Contents
from funnelsim.scenario.structure import Document, check_structure, frozen
from funnelsim.scenario.timeline import Piece, Timeline, steps_of, steps_of_base
from funnelsim.scenario.timeline_checks import check_timelines, follows
from funnelsim.scenario.uncertainties import check_uncertainties


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
    _timelines: dict[str, tuple[Dated, ...]] = PrivateAttr(default_factory=dict)

    @property
    def source(self) -> str:
        """The name of the file or preset."""
        return self._source.name

    @property
    def document(self) -> Document:
        """The plain tables of the file, changes included; a copy."""
        return copy.deepcopy(self._document)

    @cached_property
    def months(self) -> Months:
        """The months of warm-up, period and drain; those not given are chosen from the cycle.

        All strategies of a scenario have the same months: the most that any of them needs.

        >>> load("first_steps").months.period
        12
        """
        chosen = months_for(self)
        for name in strategy_names(self):
            for piece in _timeline(self._document, self, name, self._source).pieces:
                chosen = chosen.at_least(months_for(_scenario(piece.document, self._source)))
        return chosen

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
        problems += _all_problems(document, source)
        if problems:
            raise ScenarioError(problems, f"changes to {self.source}")
        return _scenario(document, source)

    def strategy(self, name: str) -> Scenario:
        """Make the scenario of one of its strategies, as it is after all its changes.

        The horizon is the same for all strategies of a scenario: they run in the same worlds.

        Parameters
        ----------
        name : str
            A strategy, or "today" for the base.

        Raises
        ------
        ScenarioError
            If there is no such strategy.

        Examples
        --------
        >>> load("first_steps").strategy("one_more_rep").teams["sales"].people
        3
        """
        return self.timeline(name)[-1].scenario

    def timeline(self, name: str) -> tuple[Dated, ...]:
        """Return what holds from which day on under one of its strategies.

        Parameters
        ----------
        name : str
            A strategy, or "today" for the base.

        Returns
        -------
        tuple of Dated
            In the order of their days; the first holds from the first day of the warm-up.

        Raises
        ------
        ScenarioError
            If there is no such strategy.

        Examples
        --------
        >>> [(str(each.begins), each.scenario.teams["sales"].people)
        ...     for each in load("first_steps").timeline("one_more_rep")]
        [('None', 2), ('2026-01-01', 3)]
        """
        if name not in strategy_names(self):
            known = strategy_names(self)
            near = nearest(name, known)
            expected = f"one of {', '.join(known)}"
            raise ScenarioError(
                [Problem(f"strategies.{name}", "does not exist", expected, None, name, near)], self.source
            )
        if name not in self._timelines:
            pieces = _timeline(self._document, self, name, self._source).pieces
            self._timelines[name] = tuple(self._dated(piece) for piece in pieces)
        return self._timelines[name]

    def _dated(self, piece: Piece) -> Dated:
        """Read a piece of a timeline, with the horizon that all strategies have."""
        horizon = piece.document.setdefault("horizon", {})
        horizon.setdefault("warm_up_months", self.months.warm_up)
        horizon.setdefault("drain_months", self.months.drain)
        scenario = _scenario(piece.document, self._source)
        return Dated(piece.begins, scenario, piece.one_off_cost, piece.cost_per_month, piece.typed_on)


@dataclass(frozen=True)
class Dated:
    """A scenario that holds from a day on: see `timeline.Piece`."""

    begins: date | None
    scenario: Scenario
    one_off_cost: float = 0.0
    cost_per_month: float = 0.0
    typed_on: Mapping[str, date] = field(default_factory=dict)

    def is_same(self, other: Dated) -> bool:
        """Return whether two scenarios hold from the same day on, say the same and cost the same."""
        ours, theirs = (
            (each.begins, each.one_off_cost, each.cost_per_month, each.typed_on, each.scenario._document)
            for each in (self, other)
        )
        return ours == theirs


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
    problems = _all_problems(document, source)
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


def _timeline(document: Document, contents: Contents, name: str, source: Source) -> Timeline:
    """Make the changes of the base and of a strategy; the documents have no strategies of their own."""
    alone = {key: value for key, value in document.items() if key not in ("strategies", "changes")}
    own = [contents.strategies[name]] if name in contents.strategies and name != TODAY else []
    steps = [step for strategy in own for step in steps_of(name, strategy, contents.start)]
    reading = Reading(source.folder)
    return Timeline(alone, steps_of_base(contents), steps, lambda each: check_structure(each, reading)[0])


def _all_problems(document: Document, source: Source) -> list[Problem]:
    """Find all problems of a document, of its changes and of its strategies."""
    contents, repaired, problems = _examine(document, source)
    faulty = [problem.path for problem in problems]
    problems += [problem for problem in check_origins(contents) if not follows(problem.path, faulty)]
    timelines = {name: _timeline(repaired, contents, name, source) for name in strategy_names(contents)}
    faulty = [problem.path for problem in problems]
    return problems + check_timelines(contents, timelines, lambda each: _examine(each, source), faulty)


def _examine(document: Document, source: Source) -> tuple[Contents, Document, list[Problem]]:
    """Find all problems of a document, structural and across keys."""
    contents, repaired, problems = check_structure(document, Reading(source.folder))
    faulty = [problem.path for problem in problems]
    problems += [problem for problem in check_meaning(contents) if not follows(problem.path, faulty)]
    if contents.uncertainties and not problems:
        problems += check_uncertainties(contents, repaired, Reading(source.folder))
    return contents, repaired, problems


def _in_order(problems: list[Problem], source: Source) -> list[Problem]:
    """Sort problems by their lines; those without one come first."""
    placed = [replace(problem, line=_line(problem.path, source)) for problem in problems]
    return sorted(placed, key=lambda problem: problem.line or 0)


def _line(path: str, source: Source) -> int | None:
    return line_of(parts_of(path), source.lines)

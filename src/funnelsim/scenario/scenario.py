"""A scenario: valid contents that can be changed, and that know where they come from."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import PrivateAttr

from funnelsim.io.texts import composed
from funnelsim.metrics.wording import listed, spoken
from funnelsim.scenario import files
from funnelsim.scenario.changes import MOST_NAMED, Change, Changed, apply_changes, hinted
from funnelsim.scenario.checks import check_kinds, check_meaning, check_origins
from funnelsim.scenario.combined import check_parts, in_full
from funnelsim.scenario.errors import Problem, ScenarioError, in_words, nearest
from funnelsim.scenario.files import Source
from funnelsim.scenario.lines import line_of
from funnelsim.scenario.months import Months
from funnelsim.scenario.paths import parts_of, written
from funnelsim.scenario.plain import plain_table
from funnelsim.scenario.samples import Samples
from funnelsim.scenario.schema import LONGEST_HORIZON, NO_NAME, TODAY, TOGETHER, Contents, Strategy
from funnelsim.scenario.structure import Document, check_structure, frozen
from funnelsim.scenario.timeline import Piece, Step, Timeline, in_order, steps_of, steps_of_base
from funnelsim.scenario.timeline_checks import check_timelines, follows, is_told
from funnelsim.scenario.uncertainty_checks import check_uncertainties

_CHOICES = ("strategies", "assumptions", "changes")


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
    _typed: Document | None = PrivateAttr(default=None)  # before all changes, if there are any
    _assumed: Assumed | None = PrivateAttr(default=None)
    _timelines: dict[str, tuple[Dated, ...]] = PrivateAttr(default_factory=dict)
    _laid: dict[str, Timeline] = PrivateAttr(default_factory=dict)
    _settled: _Settled | None = PrivateAttr(default=None)

    @property
    def source(self) -> str:
        """The name of the file or preset."""
        return self._source.name

    @property
    def sample_files(self) -> dict[str, bytes]:
        """The sample files that were read for it, and for the scenarios that it was made from, by name."""
        return dict(self._source.samples.contents)

    def beginning(self, document: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> Scenario:
        """Make another scenario of plain tables, with the same files beside it, and others that are given."""
        samples = self._source.samples.together_with(files or {})
        return from_document(document, replace(self._source, lines={}, samples=samples))

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Numbers of the file that are valid and look as if another one had been meant, in sentences."""
        return self._source.doubtful

    @property
    def document(self) -> Document:
        """The plain tables of the file, changes included; a copy."""
        return copy.deepcopy(self._document)

    @property
    def typed(self) -> Scenario:
        """The scenario as in its file, without changes and assumptions."""
        return self if self._typed is None else _scenario(self._typed, self._source)

    @property
    def assumed(self) -> Assumed | None:
        """The assumption that the scenario is under, if it is."""
        return self._assumed

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

        Without sentences, those that it has stay.

        Changes unsettle it again, because they may need other months.
        """
        if sum(months) > LONGEST_HORIZON:
            problem = Problem(
                "horizon.period_months",
                f"is {months.period}, and {sum(months)} in all with {months.warm_up} of warm-up and "
                f"{months.drain} of drain",
                f"at most {LONGEST_HORIZON} in all",
            )
            raise ScenarioError([problem], self.source)
        made = self.model_copy()
        before = {} if self._settled is None else self._settled.doubts
        made._settled = _Settled(months, before if doubts is None else doubts)
        made._timelines = {}
        return made

    def with_months_of(self, other: Scenario) -> Scenario:
        """Make a scenario with the months of another, and what is doubtful about them (WI4)."""
        return self.with_months(other.months, None if other._settled is None else other._settled.doubts)

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """Make a scenario with other values.

        Parameters
        ----------
        changes : mapping of str to value
            Values by dotted path, as in a file. A path that ends in `*=` multiplies a number or
            scales a distribution; one that ends in `+=` adds to a number.

        Raises
        ------
        ScenarioError
            If a path does not exist or the changed scenario is not valid; lists all problems.

        Examples
        --------
        >>> load("first_steps").with_changes({"teams.sales.people +=": 1}).teams["sales"].people
        3
        """
        about = f"changes to {self.source}"
        plain, problems = plain_table(changes)
        if problems:
            raise ScenarioError(problems, about)
        return self._changed(apply_changes(self._document, self, plain), about)

    def with_strategies(self, strategies: Mapping[str, Mapping[str, Any]]) -> Scenario:
        """Add strategies to those that there are.

        Parameters
        ----------
        strategies : mapping of str to mapping
            By name, with the keys of `[strategies.NAME]`.

        Raises
        ------
        ScenarioError
            If one is not valid, or there is one of that name.

        Examples
        --------
        >>> more = {"all": {"change": {"teams.sales.people +=": 1}}}
        >>> "all" in load("first_steps").with_strategies(more).strategies
        True
        """
        if twice := [name for name in strategies if name in self.strategies]:
            raise ScenarioError([Problem(f"strategies.{twice[0]}", "is there already", "another name")])
        document = self.document
        made = from_document(
            document | {"strategies": document.get("strategies", {}) | dict(strategies)}, self._source
        )
        made._assumed = self._assumed
        return made

    def without(self, *tables: str) -> Scenario:
        """Make the scenario without some of its tables, under the same assumption.

        >>> load("marketplace_sellers").without("uncertainties", "origins").uncertainties
        {}
        """
        made = self.beginning({name: each for name, each in self._document.items() if name not in tables})
        made._assumed = self._assumed
        return made

    def under(self, assumption: str) -> Scenario:
        """Make the scenario as it is if one of its assumptions holds, with all its strategies.

        The assumption changes the scenario first. The strategies' changes come after.

        Parameters
        ----------
        assumption : str
            One of the scenario's assumptions.

        Raises
        ------
        ScenarioError
            If there is no such assumption, or a strategy is not valid under it.
        """
        assumption = composed(assumption)
        if assumption not in self.assumptions:
            known = list(self.assumptions)
            near = nearest(assumption, known)
            expected = f"one of {', '.join(known)}" if known else "[assumptions.NAME] with a change"
            problem = Problem(f"assumptions.{assumption}", "does not exist", expected, None, assumption, near)
            raise ScenarioError([problem], self.source)
        alone = {key: value for key, value in self._document.items() if key != "assumptions"}
        changed = apply_changes(alone, self, self.assumptions[assumption].change)
        made = self._changed(changed, self.source, f"under the assumption {assumption}")
        made._assumed = Assumed(assumption, self)
        return made

    def _changed(self, changed: Changed, about: str, under: str = "") -> Scenario:
        """Validate changes, and every strategy and assumption after them."""
        source = replace(self._source, lines={})
        contents, repaired, found = _examine(changed.document, source)
        problems = changed.problems + [hinted(problem, changed.made) for problem in found]
        if not problems:
            problems = [
                replace(problem, wrong=f"{problem.wrong} {under or _after(changed.made, problem)}")
                for problem in _problems_of_choices(contents, repaired, source, [])
            ]
        if problems:
            raise ScenarioError(_without_misnamed(problems), about)
        made = _scenario(changed.document, source)
        made._typed = self._document if self._typed is None else self._typed
        made._assumed = self._assumed
        return made

    def strategy(self, name: str) -> Scenario:
        """Make the scenario of one of its strategies, or of several together, after all their changes.

        The horizon is the same for all strategies of a scenario: they run in the same worlds.

        Parameters
        ----------
        name : str
            A strategy, or "today" for the base; "a+b" is a, and b after it.

        Raises
        ------
        ScenarioError
            If there is no such strategy, or strategies cannot be chosen together.

        Examples
        --------
        >>> load("first_steps").strategy("one_more_rep").teams["sales"].people
        3
        """
        return self.timeline(name)[-1].scenario

    def timeline(self, name: str) -> tuple[Dated, ...]:
        """Return what holds from which day on under one of its strategies, or several together.

        Parameters
        ----------
        name : str
            As `strategy` takes it.

        Returns
        -------
        tuple of Dated
            In the order of their days; the first holds from the first day of the warm-up.

        Raises
        ------
        ScenarioError
            If there is no such strategy, or strategies cannot be chosen together.

        Examples
        --------
        >>> [(str(each.begins), each.scenario.teams["sales"].people)
        ...     for each in load("first_steps").timeline("one_more_rep")]
        [('None', 2), ('2026-01-01', 3)]
        """
        name = composed(name)
        if name not in self._timelines:
            pieces = self._pieces(name).pieces
            self._timelines[name] = tuple(self._dated(piece, name) for piece in pieces)
        return self._timelines[name]

    def _dated(self, piece: Piece, strategy: str) -> Dated:
        """Read a piece of a timeline, with the months that all strategies have."""
        made = _scenario(piece.document, self._source)
        made._assumed = self._assumed
        if self._settled is not None:
            made._settled = _Settled(self.months, {TODAY: self._settled.doubts.get(strategy, ())})
        return Dated(piece.begins, made, piece.one_off_cost, piece.cost_per_month, piece.typed_on)

    def changes_of(self, strategy: str) -> list[tuple[date | None, Change]]:
        """List the changes that a strategy makes, or several together, a value each, with their days.

        Those of "today" are those of the base.
        """
        steps = self.steps_of(strategy)
        return [(step.begins, change) for step, change in self._pieces(strategy).made if step in steps]

    def steps_of(self, strategy: str) -> list[Step]:
        """List what a strategy does, or several together, in the order of its days; of "today", the base."""
        base, own = self._pieces(strategy).steps
        return base if strategy == TODAY else own

    def first_day_of(self, strategy: str) -> date | None:
        """Return the day on which a strategy begins; None if it has always been in force, or is "today"."""
        days = [step.begins for step in self.steps_of(strategy)] if strategy != TODAY else []
        return None if None in days else min(filter(None, days), default=None)

    def about_strategy(self, name: str) -> str:
        """Say what a strategy is, or each of several together.

        >>> load("first_steps").about_strategy("one_more_rep")
        'Hire one more rep'
        """
        return "; ".join(part.about for part in self._parts(name).values() if part.about)

    def title_of(self, name: str) -> str:
        """Call a strategy, or several together, as in a sentence.

        >>> load("first_steps").title_of("one_more_rep+more_inquiries")
        'one more rep + more inquiries'
        """
        parts = self._parts(name)
        return " + ".join(part.title or spoken(each) for each, part in parts.items()) or spoken(name)

    def title_of_assumption(self, name: str) -> str:
        """Call an assumption as in a sentence."""
        return self.assumptions[name].title or spoken(name)

    def label_of(self, name: str) -> str:
        """Call a strategy, or several together, as in tables and pictures: by its title, or as it is typed.

        >>> load("first_steps").label_of("one_more_rep+more_inquiries")
        'one_more_rep+more_inquiries'
        """
        parts = self._parts(name)
        titled = any(part.title for part in parts.values())
        return " + ".join(part.title or each for each, part in parts.items()) if titled else name

    @property
    def labels(self) -> dict[str, str]:
        """Call each strategy as in tables."""
        return {name: self.label_of(name) for name in strategy_names(self)}

    def label_of_assumption(self, name: str) -> str:
        """Call an assumption as in tables: by its title, or as it is typed."""
        return self.assumptions[name].title or name

    def _pieces(self, name: str) -> Timeline:
        """Make the changes of the base and of a strategy, once; a combination is validated here."""
        name = composed(name)
        if name not in self._laid:
            self._laid[name] = self._lay(name)
        return self._laid[name]

    def _lay(self, name: str) -> Timeline:
        parts = self._parts(name)
        timeline = together(self._document, self, parts, self._source)
        if len(parts) > 1:
            problems = check_timelines(self, {name: timeline}, partial(_examine, source=self._source), [])
            if problems:
                raise ScenarioError(problems, self.source)
        return timeline

    def _parts(self, name: str) -> dict[str, Strategy]:
        """Find the strategies of a name: a+b names two."""
        names = [part.strip() for part in name.split(TOGETHER)]
        path = f"strategies.{TOGETHER.join(names)}"
        problems = _misnamed(path, names, strategy_names(self))
        if len(names) > 1 and not problems:
            problems = [*check_parts(path, names, self.strategies, TOGETHER.join)]
        if problems:
            raise ScenarioError(problems[:1], self.source)
        return {part: self.strategies[part] for part in names if part in self.strategies}


class Assumed(NamedTuple):
    """An assumption that a scenario is under."""

    name: str
    before: Scenario  # without it

    @property
    def about(self) -> str:
        """Say what is assumed."""
        return self.before.assumptions[self.name].about

    @property
    def label(self) -> str:
        """Call it as in tables."""
        return self.before.label_of_assumption(self.name)


def _misnamed(path: str, names: Sequence[str], known: Sequence[str]) -> list[Problem]:
    """Find names that are no strategies."""
    one_of = f"one of {', '.join(known)}"
    return [
        Problem(f"strategies.{name}", "does not exist", one_of, None, name, nearest(name, known))
        if name
        else Problem(path, "is not a name", f"{one_of}, or several with + between them")
        for name in names
        if name not in known
    ]


def together(document: Document, contents: Contents, names: Iterable[str], source: Source) -> Timeline:
    """Make the changes of the base and of strategies; the documents have no choices of their own."""
    parts = in_full(names, contents.strategies)
    own = (steps_of(name, part, contents.start) for name, part in parts.items() if name != TODAY)
    return _timeline(document, steps_of_base(contents), in_order(chain.from_iterable(own)), source)


def _timeline(document: Document, base: list[Step], own: list[Step], source: Source) -> Timeline:
    alone = {key: value for key, value in document.items() if key not in _CHOICES}
    return Timeline(alone, base, own, partial(_contents, samples=source.samples))


def _contents(document: Document, samples: Samples) -> Contents:
    return check_structure(document, samples)[0]


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
    text = composed(text)  # so that names which look the same are the same, and their lines are found
    return from_document(files.parse_toml(text, source), files.source_of(source, text, folder))


def from_document(document: Mapping[str, Any], source: Source | None = None) -> Scenario:
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
    document, odd = plain_table(document)
    if odd:
        raise ScenarioError(odd, source.name)
    contents, repaired, problems = _examine(document, source)
    faulty = [problem.path for problem in problems]
    of_the_file = [*check_kinds(contents), *check_origins(contents)]
    problems += [problem for problem in of_the_file if not follows(problem.path, faulty)]
    problems += _problems_of_choices(contents, repaired, source, problems)
    if problems:
        raise ScenarioError(_in_order(_without_misnamed(problems), source), source.name)
    return _scenario(document, source)


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
    scenario = Scenario.model_validate(frozen(document), context=source.samples)
    scenario._document = document
    scenario._source = source
    return scenario


def _examine(
    document: Document, source: Source, uncertain: bool = True
) -> tuple[Contents, Document, list[Problem]]:
    """Find all problems of a document, structural and across keys; those of uncertain numbers if wanted."""
    contents, repaired, problems = check_structure(document, source.samples)
    faulty = [problem.path for problem in problems]
    problems += [each for each in check_meaning(contents) if not is_told(each.path, faulty)]
    if uncertain and contents.uncertainties and not problems:
        problems += check_uncertainties(contents, repaired, source.samples)
    return contents, repaired, problems


def _without_misnamed(problems: list[Problem]) -> list[Problem]:
    """Leave out that a name names nothing where it is told already that it cannot be a name."""
    refused = [problem.value for problem in problems if problem.wrong == NO_NAME]
    return [each for each in problems if each.value not in refused or each.wrong == NO_NAME]


def _problems_of_choices(
    contents: Contents, document: Document, source: Source, base: list[Problem]
) -> list[Problem]:
    """Find what is wrong in dated changes, strategies and assumptions, and in the scenarios that they make.

    The problems of the `base` were reported before.
    """
    names = sorted(strategy_names(contents), key=lambda name: len(in_full([name], contents.strategies)))
    timelines = {name: together(document, contents, [name], source) for name in names}  # parts come first
    for name, assumption in contents.assumptions.items():
        where = f"assumptions.{name}"
        timelines[where] = _timeline(document, [], [Step(where, None, assumption.change)], source)

    def examine(changed: Document) -> tuple[Contents, Document, list[Problem]]:
        if changed == document:  # nothing is changed, and files of draws take a while
            return contents, document, base
        return _examine(changed, source, uncertain=not base)

    return check_timelines(contents, timelines, examine, base)


def _after(made: list[Change], problem: Problem) -> str:
    """Name the changes after which a strategy is no longer valid: those of what it is about, or all."""
    told = f"{problem.path} {problem.wrong}"
    concerned = [change for change in made if written(change.path) in told] or made
    named = list(dict.fromkeys(f'"{change.key}" = {in_words(change.value)}' for change in concerned))
    more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return f"after {listed(named[:MOST_NAMED] + more)}"


def _in_order(problems: list[Problem], source: Source) -> list[Problem]:
    """Sort problems by their lines; those without one come first."""
    placed = [replace(problem, line=_line(problem.path, source)) for problem in problems]
    return sorted(placed, key=lambda problem: problem.line or 0)


def _line(path: str, source: Source) -> int | None:
    return line_of(parts_of(path), source.lines)

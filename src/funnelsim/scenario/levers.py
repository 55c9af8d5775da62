"""What a strategy or an assumption changes: each value before and after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from funnelsim.metrics.wording import listed
from funnelsim.scenario.changes import Change, apply_changes, is_number, rival_of, split_key
from funnelsim.scenario.errors import in_words
from funnelsim.scenario.origins import as_written
from funnelsim.scenario.paths import Path, look_up, value_at, written
from funnelsim.scenario.scenario import Assumed, Scenario
from funnelsim.scenario.schema import TODAY

_MOST_LISTED = 3  # values in a sentence


class Lever(NamedTuple):
    """A value that a strategy changes on a day.

    Attributes
    ----------
    path : str
    before : object
        What holds until then; None if the scenario has no such value.
    after : object
        What holds from then on.
    begins : date or None
        The day; None if it has always been so.
    """

    path: str
    before: object
    after: object
    begins: date | None = None


def levers(scenario: Scenario, strategy: str) -> list[Lever]:
    """List what a strategy changes, values as a file writes them, defaults included.

    Parameters
    ----------
    scenario : Scenario
        With its strategies.
    strategy : str
        One of `strategy_names(scenario)`.

    Raises
    ------
    ScenarioError
        If there is no such strategy.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> levers(load("first_steps"), "one_more_rep")
    [Lever(path='teams.sales.people', before=2, after=3, begins=datetime.date(2026, 1, 1))]
    """
    pieces = {dated.begins: dated.scenario for dated in scenario.timeline(strategy)}
    made = scenario.changes_of(strategy)
    found, before = [], scenario
    for day, after in pieces.items():
        found += _moved(before, after, [change.path for begins, change in made if begins == day], day)
        before = after
    return found


def assumed(scenario: Scenario) -> list[Lever]:
    """List what the assumption changes that a scenario is under; nothing if it is under none."""
    under = scenario.assumed
    if under is None:
        return []
    return _moved(under.before, scenario, (change.path for change in _assumed_changes(under)))


def _moved(
    before: Scenario, after: Scenario, paths: Iterable[Path], begins: date | None = None
) -> list[Lever]:
    return [
        Lever(written(path), _value(before, path), _value(after, path), begins)
        for path in dict.fromkeys(paths)
    ]


def overridden(scenario: Scenario, strategy: str) -> str:
    r"""State which values a strategy sets although the scenario was changed there; nothing if none.

    A strategy that sets people to 4 to mean one more means one fewer if the scenario now has 5.

    Examples
    --------
    >>> from funnelsim.scenario import parse, preset_text
    >>> text = 'strategies.third.change = { "teams.sales.people" = 3 }\n' + preset_text("first_steps")
    >>> print(overridden(parse(text).with_changes({"teams.sales.people": 4}), "third"))  # doctest: +ELLIPSIS
    This strategy sets teams.sales.people to 3 (here 4 -> 3, as typed 2 -> 3), whatever was changed there...
    """
    made = [change for _, change in scenario.changes_of(strategy)]
    return _overridden("This strategy", scenario.typed, scenario, made)


def held_over(scenario: Scenario, strategy: str) -> str:
    r"""State which values a strategy sets that the base changes later (C21); nothing if none.

    Examples
    --------
    >>> from funnelsim.scenario import parse, preset_text
    >>> text = 'strategies.third.change = { "teams.sales.people" = 3 }\n' + preset_text("first_steps")
    >>> text += '[[changes]]\ndate = 2026-07-01\nchange = { "teams.sales.people +=" = 2 }'
    >>> held_over(parse(text), "third")
    'This strategy sets teams.sales.people, which therefore does not follow the change of 2026-07-01.'
    """
    found = {}
    for begins, change in scenario.changes_of(strategy):
        rival = rival_of(change.path)
        for day, later in scenario.changes_of(TODAY) if strategy != TODAY and not change.operation else ():
            follows = day is not None and (begins is None or begins < day)
            same = later.path[: len(change.path)] == change.path or later.path == rival
            if follows and same:
                found[written(later.path)] = day
    told = [f"{path}, which therefore does not follow the change of {day}" for path, day in found.items()]
    return f"This strategy sets {'; and '.join(told)}." if told else ""


def made_certain(scenario: Scenario, strategy: str) -> str:
    r"""State which uncertain values a strategy sets; nothing if none.

    The base draws such a value and the strategy does not, so the strategy may change less than it seems.

    Examples
    --------
    >>> from funnelsim.scenario import parse, preset_text
    >>> text = preset_text("first_steps")
    >>> text += '[strategies.easier]\nchange = { "segments.default.odds_ratio" = 1.1 }\n'
    >>> text += '[uncertainties]\n"segments.default.odds_ratio" = { low = 1.0, likely = 1.1, high = 1.2 }'
    >>> print(made_certain(parse(text), "easier"))  # doctest: +ELLIPSIS
    This strategy sets segments.default.odds_ratio to 1.1, which is uncertain otherwise (median 1.1); ...
    """
    found: dict[str, str] = {}
    hint = ""
    for _, change in scenario.changes_of(strategy) if strategy != TODAY and scenario.uncertainties else ():
        for key, unsure in scenario.uncertainties.items():
            path, operation = split_key(key)
            if change.operation or operation or path[: len(change.path)] != change.path:
                continue
            sets = f"{written(change.path)} to {in_words(change.value)}"
            found[written(path)] = f"{sets}, which is uncertain otherwise ({unsure.in_words()})"
            hint = hint or f'; "{written(path)} *=" would change it in every case'
    return f"This strategy sets {'; and '.join(found.values())}{hint}." if found else ""


def overridden_by_assumption(scenario: Scenario) -> str:
    """State which values the assumption sets although the scenario was changed there; nothing if none."""
    under = scenario.assumed
    if under is None:
        return ""
    return _overridden(
        f"The assumption {under.name}", under.before.typed, under.before, _assumed_changes(under)
    )


def _overridden(who: str, typed: Scenario, now: Scenario, made: Iterable[Change]) -> str:
    found: list[str] = []
    hint = ""
    for change in made:
        first, last = _value(typed, change.path), _value(now, change.path)
        rival = None if change.operation else rival_of(change.path)
        if rival is not None and look_up(now.document, rival) != look_up(typed.document, rival):
            found.append(f"{written(change.path)} in place of {written(rival)}")
            continue
        if change.operation or first == last or change.value == 0:  # nothing is nothing of anything
            continue
        path, value = written(change.path), in_words(change.value)
        here, typed_ = (f"{in_words(before)} -> {value}" for before in (last, first))
        found.append(f"{path} to {value} (here {here}, as typed {typed_})")
        hint = hint or _to_move_along(path, first, change.value)
    if not found:
        return ""
    more = [f"{len(found) - _MOST_LISTED} more"] if len(found) > _MOST_LISTED else []
    which = listed(found[:_MOST_LISTED] + more)
    return f"{who} sets {which}, whatever was changed there{hint}."


def _to_move_along(path: str, before: object, after: object) -> str:
    """Say how a change is written that moves along with the scenario."""
    if not is_number(before) or not is_number(after):
        return ""
    if isinstance(before, int) and isinstance(after, int):
        return f'; "{path} +=" = {after - before} would move along'
    return f'; "{path} *=" or "{path} +=" would move along'


def _assumed_changes(under: Assumed) -> list[Change]:
    before = under.before
    return apply_changes(before.document, before, before.assumptions[under.name].change).made


def _value(scenario: Scenario, path: Path) -> object:
    """Return the value at a path: the file's, or the default."""
    given = look_up(scenario.document, path)
    return as_written(value_at(scenario, path)) if given is None else given

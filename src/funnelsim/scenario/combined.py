"""Strategies of several parts: those that a strategy combines, and those chosen together as a+b."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from funnelsim.scenario.errors import Problem, Problems, shown, unknown
from funnelsim.scenario.schema import TODAY, Contents, Strategy

Strategies = Mapping[str, Strategy]


def in_full(names: Iterable[str], strategies: Strategies) -> dict[str, Strategy]:
    """List strategies, each after those that it combines; names that name none are left out.

    >>> known = {"both": Strategy(combines=("b", "a")), "a": Strategy(), "b": Strategy()}
    >>> list(in_full(["both"], known))
    ['b', 'a', 'both']
    """
    found: dict[str, Strategy] = {}
    opened: set[str] = set()
    ahead = [*names][::-1]
    while ahead:
        name = ahead.pop()
        if name in opened:
            found[name] = strategies[name]
        elif name in strategies:
            opened.add(name)
            ahead += [name, *reversed(strategies[name].combines)]
    return found


def check_combined(contents: Contents) -> Problems:
    """Find what is wrong in the names of strategies that a strategy combines."""
    strategies = contents.strategies
    for name, strategy in strategies.items():
        if not strategy.begins_something:
            yield from _days_of_nothing(name, strategy)
    problems = [each for name in strategies for each in _misnamed(name, strategies)] or _circle(strategies)
    yield from problems
    for name, strategy in strategies.items() if not problems else ():
        yield from check_parts(f"strategies.{name}.combines", strategy.combines, strategies, shown)


def check_parts(
    path: str, parts: Sequence[str], strategies: Strategies, spelled: Callable[[list[str]], str]
) -> Problems:
    """Find parts that change nothing, and changes that several parts make.

    Parameters
    ----------
    path : str
        Of what has the parts.
    parts : sequence of str
        Names of strategies, or "today".
    strategies : mapping of str to Strategy
        All of them, in no circle.
    spelled : callable
        Writes what would be right.
    """
    right = list(dict.fromkeys(part for part in parts if part != TODAY))
    if TODAY in parts:
        yield Problem(path, f"adds to {TODAY}, which changes nothing", spelled(right))
    elif len(right) < len(parts):
        twice = next(part for part in parts if parts.count(part) > 1)
        yield Problem(path, f"names {twice} twice", spelled(right))
    else:
        yield from _overlapping(path, parts, strategies)


def _overlapping(path: str, parts: Sequence[str], strategies: Strategies) -> Problems:
    """Find a strategy that is in two parts: are its changes to be made once, or twice."""
    parts_with: dict[str, str] = {}
    for part in parts:
        ahead = [part]
        while ahead:
            name = ahead.pop()
            if name in parts_with:
                where = [f"in {each}" if each != name else "by itself" for each in (parts_with[name], part)]
                yield Problem(path, f"has {name} twice: {' and '.join(where)}", "one of them")
                return
            parts_with[name] = part
            ahead += strategies.get(name, Strategy()).combines


def _misnamed(name: str, strategies: Strategies) -> Problems:
    """Find names that name no strategy, or the strategy itself."""
    path = f"strategies.{name}.combines"
    others = [each for each in strategies if each not in (name, TODAY)]
    for part in strategies[name].combines:
        if part == name:
            yield Problem(path, f"names {name} itself", "other strategies", None, part)
        elif part not in strategies and part != TODAY:
            yield unknown(path, part, others, "a strategy")


def _circle(strategies: Strategies) -> list[Problem]:
    """Find strategies that combine each other in a circle."""
    try:
        TopologicalSorter({name: each.combines for name, each in strategies.items()}).prepare()
    except CycleError as error:
        around = error.args[1][::-1]
        told = ", ".join(f"{whole} combines {part}" for whole, part in pairwise(around))
        path = f"strategies.{around[0]}.combines"
        return [Problem(path, f"goes in a circle: {told}", "parts that do not lead back")]
    return []


def _days_of_nothing(name: str, strategy: Strategy) -> Problems:
    """Find a day for changes that a strategy does not have: its parts begin on days of their own."""
    for key in ("starts", "always"):
        if getattr(strategy, key):
            wrong = "is given, but only the parts change something, each on its own days"
            yield Problem(f"strategies.{name}.{key}", wrong, "it in each of them")

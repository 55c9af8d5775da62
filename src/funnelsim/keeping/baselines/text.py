"""A baseline as text: TOML with one figure per line, so that version control shows what moved."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

from funnelsim.io.reading import read_bytes
from funnelsim.io.writing import UnusableError
from funnelsim.keeping.baselines.baseline import Baseline, Measured

FORMAT = 1
LARGEST = 1 << 24  # bytes
_KINDS = {str: "a text", int: "a whole number", dict: "a table", float: "a number"}


class BaselineError(UnusableError):
    """A baseline that cannot be used; the message is a sentence about the file."""


def as_text(baseline: Baseline) -> str:
    """Write a baseline as TOML.

    Examples
    --------
    >>> made = Baseline("mine", {"a.b": 2}, 1, 20, {"funnelsim": "1.0"}, "Linux", {})
    >>> print(as_text(made))  # doctest: +ELLIPSIS
    # What `funnelsim check` compares with. Written by `funnelsim check --update`; do not edit.
    format = 1
    scenario = "mine"
    scenario_sha256 = "..."
    seed = 1
    replications = 20
    lines = 0
    platform = "Linux"
    <BLANKLINE>
    [versions]
    "funnelsim" = "1.0"
    <BLANKLINE>
    [values]
    "a.b" = 2
    <BLANKLINE>
    """
    head = {
        "format": FORMAT,
        "scenario": baseline.scenario,
        "scenario_sha256": _hash(baseline.values),
        "seed": baseline.seed,
        "replications": baseline.replications,
        "lines": _lines(baseline.strategies),
        "platform": baseline.platform,
    }
    lines = ["# What `funnelsim check` compares with. Written by `funnelsim check --update`; do not edit."]
    lines += [f"{key} = {_value(value)}" for key, value in head.items()]
    lines += _table("versions", baseline.versions) + _table("values", baseline.values)
    for name, found in baseline.strategies.items():
        table = f"strategies.{_value(name)}"
        lines += _table(table, {"digest": found.digest})
        lines += _table(f"{table}.counts", found.counts) + _table(f"{table}.figures", found.figures)
    return "\n".join([*lines, ""])


def _table(name: str, values: Mapping[str, Any]) -> list[str]:
    return ["", f"[{name}]", *(f"{_value(key)} = {_value(value)}" for key, value in sorted(values.items()))]


def _value(value: Any) -> str:
    """Write a value as TOML; floats in enough digits to read them back exactly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_value(key)} = {_value(item)}' for key, item in value.items())} }}"
    return value.isoformat() if isinstance(value, date | time) else repr(value)


def _hash(values: Mapping[str, Any]) -> str:
    return hashlib.sha256("\n".join(_table("values", values)).encode()).hexdigest()


def _lines(strategies: Mapping[str, Measured]) -> int:
    return sum(found.known for found in strategies.values())


def read(path: Path) -> Baseline:
    """Read a baseline from a file.

    Raises
    ------
    BaselineError
        If it is missing, unreadable or damaged, or has the form of another version.
    """
    try:
        text = read_bytes(path, LARGEST).decode("utf-8")
    except FileNotFoundError:
        raise BaselineError(f"{path} does not exist: --update writes it") from None
    except OSError as error:
        raise BaselineError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _damaged(str(path), "it is not UTF-8 text") from None
    return from_text(text, str(path))


def from_text(text: str, name: str) -> Baseline:
    """Read a baseline from text; `name` says where it comes from.

    Raises
    ------
    BaselineError
        If it is damaged, or has the form of another version.

    Examples
    --------
    >>> from_text("seed = ", "mine")
    Traceback (most recent call last):
    ...
    funnelsim.keeping.baselines.text.BaselineError: mine is damaged: Invalid value (at end of document)
    """
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(name, str(error)) from None
    form = _of(found, "format", int, name)
    if form != FORMAT:
        raise BaselineError(
            f"{name} has form {form}, and this version of funnelsim reads form {FORMAT}: "
            "--update writes it anew"
        )
    baseline = Baseline(
        scenario=_of(found, "scenario", str, name),
        values=_of(found, "values", dict, name),
        seed=_of(found, "seed", int, name),
        replications=_of(found, "replications", int, name),
        versions=_all_of(_of(found, "versions", dict, name), "versions", str, name),
        platform=_of(found, "platform", str, name),
        strategies={
            key: _measured(_of({key: value}, key, dict, name), f"strategies.{key}", name)
            for key, value in _of(found, "strategies", dict, name).items()
        },
    )
    _must_be_whole(baseline, found, name)
    return baseline


def _measured(table: Mapping[str, Any], place: str, name: str) -> Measured:
    return Measured(
        _of(table, "digest", str, name),
        _all_of(_of(table, "counts", dict, name), f"{place}.counts", int, name),
        _all_of(_of(table, "figures", dict, name), f"{place}.figures", float, name),
    )


def _must_be_whole(baseline: Baseline, found: Mapping[str, Any], name: str) -> None:
    """Refuse a file that was cut or edited."""
    said, there = _of(found, "lines", int, name), _lines(baseline.strategies)
    if said != there:
        raise _damaged(name, f"it says that it has {said:,} figures and has {there:,}")
    if _of(found, "scenario_sha256", str, name) != _hash(baseline.values):
        raise _damaged(name, "[values] is not what scenario_sha256 was taken of")
    if "funnelsim" not in baseline.versions:
        raise _damaged(name, "it does not say which version of funnelsim wrote it")


def _of(table: Mapping[str, Any], key: str, kind: type, name: str) -> Any:
    """Take a value and check its type."""
    if key not in table:
        raise _damaged(name, f"{key} is missing")
    if type(table[key]) is not kind:
        raise _damaged(name, f"{key} is not {_KINDS[kind]}")
    return table[key]


def _all_of(table: dict[str, Any], place: str, kind: type, name: str) -> dict[str, Any]:
    for key, value in table.items():
        if type(value) is not kind:
            raise _damaged(name, f'{place}."{key}" is not {_KINDS[kind]}')
    return table


def _damaged(name: str, why: str) -> BaselineError:
    return BaselineError(f"{name} is damaged: {why}")

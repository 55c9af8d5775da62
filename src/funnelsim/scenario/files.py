"""Read scenarios from TOML files and presets. Nothing in a file is ever executed."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from funnelsim.io.reading import read_bytes
from funnelsim.io.texts import printable
from funnelsim.scenario import lines
from funnelsim.scenario.errors import Problem, ScenarioError, nearest, shown
from funnelsim.scenario.samples import Samples
from funnelsim.scenario.structure import Document
from funnelsim.scenario.thousands import thousands
from funnelsim.scenario.toml_hints import hint

LARGEST_FILE = 1 << 20  # bytes
DEEPEST = 50  # tables in tables; a scenario needs seven
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True)
class Source:
    """Where a scenario comes from: its name, the lines of its keys, its sample files, what looks mistyped."""

    name: str
    lines: Mapping[lines.Path, int] = field(default_factory=dict)
    samples: Samples = field(default_factory=Samples)
    doubtful: tuple[str, ...] = ()


def presets() -> list[str]:
    """List the names of the scenarios that come with the package.

    >>> "first_steps" in presets()
    True
    """
    folder = resources.files("funnelsim.scenario") / "presets"
    return sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml"))


def preset_text(name: str) -> str:
    """Return the TOML text of a preset, to show or to copy.

    Raises
    ------
    ScenarioError
        If there is no such preset.

    Examples
    --------
    >>> preset_text("first_steps").startswith("about")
    True
    """
    if name not in presets():
        known = presets()
        raise ScenarioError(
            [
                Problem(
                    "", f"{shown(name)} is not a preset", ", ".join(known), None, name, nearest(name, known)
                )
            ]
        )
    return (resources.files("funnelsim.scenario") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def read_text(path: Path) -> str:
    """Read a scenario file of at most 1 MiB as UTF-8 text.

    Raises
    ------
    ScenarioError
        If it is missing, not a regular file, unreadable, empty, huge, binary or not UTF-8.
    """
    name = str(path)
    try:
        data = read_bytes(path, LARGEST_FILE)
    except FileNotFoundError:
        known = presets()
        near = nearest(name, known)
        raise _unreadable(name, "does not exist", f"a file or a preset: {', '.join(known)}", near) from None
    except OSError as error:
        reason = error.strerror or str(error)
        wrong = reason.removeprefix("it ") if reason.startswith("it ") else f"cannot be read ({reason})"
        raise _unreadable(name, wrong, "a scenario file") from None
    return _decoded(data, name)


def _decoded(data: bytes, name: str) -> str:
    if b"\0" in data:
        raise _unreadable(name, "is binary", "a text file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _unreadable(name, "is not UTF-8 text", "a text file saved as UTF-8", line=line) from None
    if not text.strip():
        raise _unreadable(name, "is empty", "a scenario")
    return text


def _unreadable(
    name: str, wrong: str, expected: str, near: str | None = None, line: int | None = None
) -> ScenarioError:
    return ScenarioError([Problem("", f"the file {wrong}", expected, line, None, near)], name)


def parse_toml(text: str, source: str) -> Document:
    """Read TOML text as plain tables and values.

    Raises
    ------
    ScenarioError
        If it does not parse; tells line and column.
    """
    try:
        document = tomllib.loads(text)
        if _depth(document) <= DEEPEST:
            return document
        problem = Problem("", "the file nests too deeply", "a scenario")
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(_not_toml(text, str(error)), source) from None
    except RecursionError:
        problem = Problem("", "the file nests too deeply", "a scenario")
    except ValueError as error:  # an impossible date, an integer without end
        problem = Problem("", f"a value cannot be read: {error}", "a scenario")
    raise ScenarioError([problem], source)


def _not_toml(text: str, reason: str) -> list[Problem]:
    """Find where a text stops being TOML, and every line whose spelling is plainly wrong.

    The parser gives the place only in words, and stops at the first mistake.
    """
    place = _PLACE.search(reason)
    lines_so_far = text.split("\n")
    line, column = (int(place[1]), int(place[2])) if place else (len(lines_so_far), len(lines_so_far[-1]) + 1)
    said = _PLACE.sub("", reason).removesuffix("(at end of document)").strip()
    found = [
        replace(told, line=number)
        for number, each in _outside_of_texts(lines_so_far)
        if number >= line and not _is_line_of_toml(each) and (told := hint(each)) is not None
    ]
    if any(each.line == line for each in found):
        return found
    return [Problem("", f"this is not TOML (column {column}): {said}", line=line)]


def _outside_of_texts(text: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Number the lines that are not within a text of several lines."""
    within = ""
    for number, line in enumerate(text, start=1):
        if not within:
            yield number, line
        for mark in ('"""', "'''"):
            if line.count(mark) % 2 and within in ("", mark):
                within = "" if within else mark


def _is_line_of_toml(line: str) -> bool:
    """Return whether a line is TOML by itself."""
    try:
        tomllib.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _depth(document: Document) -> int:
    """Count the tables and lists around the innermost value, without recursion."""
    depth, level = 0, list(document.values())
    while level:
        depth += 1
        below: list[object] = []
        for value in level:
            below += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        level = below
    return depth


def source_of(name: str, text: str, folder: Path | None) -> Source:
    """Note where a scenario comes from, with the lines of its keys."""
    return Source(printable(name), lines.lines_of_keys(text), Samples(folder), tuple(thousands(text)))


def locate(name_or_path: str | os.PathLike[str]) -> tuple[str, str, Path | None]:
    """Find a preset by its name or a file by its path; return its name, text and folder."""
    name = os.fspath(name_or_path)
    if name in presets():
        return name, preset_text(name), None
    path = Path(name)
    return name, read_text(path), path.parent

"""What texts name in backticks: files, folders, commands, `make` targets, and what code defines.

A file or folder is found by the end of its path, so `rows.py` and `scenario/rows.py` both name the same one.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import pkgutil
import re
import tokenize
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import typer

import funnelsim
from funnelsim.app.cli import app
from funnelsim.scenario import presets
from funnelsim.scenario.paths import kind_at

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "docs", "benchmarks", "experiments", "notebooks")
IN_BACKTICKS = re.compile(r"(?<!`)(`{1,2})([^`\n]+)\1(?!`)")
TARGET = re.compile(r"(?:^|\$ |`)make ([a-z][\w-]*)", re.MULTILINE)
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|md|toml)")
FOLDER = re.compile(r"\w+(?:/\w+)*/|\w+(?:/\w+)+")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
WORD = re.compile(r"[A-Za-z_]\w*")
COMMAND = re.compile(r"funnelsim ([a-z][\w-]*)")
WRITTEN = (".csv", ".html", ".json", ".png", ".txt")  # files that commands write


def named(text: str) -> set[str]:
    """List what stands in backticks."""
    return {name for _, name in IN_BACKTICKS.findall(text)}


def notes_of(source: Path) -> str:
    """Read the docstrings and comments of a module."""
    return "\n".join(token.string for token in _tokens(source) if _is_note(token))


def no_target(text: str) -> list[str]:
    """List the `make` targets that a text names and the Makefile does not have."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    return sorted(set(TARGET.findall(text)) - targets)


def exists(name: str) -> bool:
    """Return whether a name in backticks names something; what is no name at all is taken to."""
    command = COMMAND.match(name)
    if command:
        known: Any = typer.main.get_command(app)
        return command[1] in known.commands
    if PATH.fullmatch(name):
        return _is_file(name) or name in _strings()
    if FOLDER.fullmatch(name):
        return _is_folder(name.rstrip("/"))
    if DOTTED.fullmatch(name) and not name.endswith(WRITTEN):
        return _is_defined(name.split("."))
    return not WORD.fullmatch(name) or name in _words() or name in presets()


@cache
def _files() -> tuple[str, ...]:
    """List the files of the project, each with a slash in front."""
    found = [each for folder in FOLDERS for each in (ROOT / folder).rglob("*") if each.is_file()]
    found += [each for each in ROOT.iterdir() if each.is_file()]
    return tuple("/" + each.relative_to(ROOT).as_posix() for each in found)


def _is_file(name: str) -> bool:
    return any(file.endswith("/" + name) for file in _files())


def _is_folder(name: str) -> bool:
    """Return whether there is such a folder, or its first part is none of the project's."""
    first = name.split("/", maxsplit=1)[0]
    ours = any(f"/{first}/" in file for file in _files())
    return not ours or any(f"/{name}/" in file for file in _files())


def _tokens(source: Path) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(source.read_text(encoding="utf-8")).readline))


def _is_note(token: tokenize.TokenInfo) -> bool:
    docstring = token.type == tokenize.STRING and '"""' in token.string
    return docstring or token.type == tokenize.COMMENT


@cache
def _code() -> tuple[str, ...]:
    """List the words and strings of all code, notes left out, and the text of scenario files."""
    code = [ROOT / "Makefile", ROOT / "pyproject.toml", *(ROOT / "src").rglob("*.toml")]
    texts = [each.read_text(encoding="utf-8") for each in code]
    for folder in FOLDERS:
        for source in (ROOT / folder).rglob("*.py"):
            if source.name == "test_docs.py":  # its examples name what does not exist
                continue
            texts += [token.string for token in _tokens(source) if not _is_note(token)]
    return tuple(texts)


@cache
def _words() -> frozenset[str]:
    return frozenset(word for text in _code() for word in WORD.findall(text))


@cache
def _strings() -> frozenset[str]:
    return frozenset(text.strip("\"'") for text in _code())


@cache
def _owners() -> dict[str, list[Any]]:
    """Map the names of the package's modules and classes to them; several may share a name."""
    owners: dict[str, list[Any]] = defaultdict(list, funnelsim=[funnelsim], fs=[funnelsim])
    for found in pkgutil.walk_packages(funnelsim.__path__, "funnelsim."):
        if not found.name.endswith("__main__"):
            module = importlib.import_module(found.name)
            owners[found.name.rpartition(".")[2]].append(module)
            for each in vars(module).values():
                if isinstance(each, type) and each.__module__ == found.name:
                    owners[each.__name__].append(each)
    return owners


def _is_defined(parts: list[str]) -> bool:
    """Return whether a dotted name is a part of a module or class, a scenario's key, or foreign."""
    owners = _owners().get(parts[0], [])
    if any(_has(owner, parts[1:]) for owner in owners) or kind_at(tuple(parts)) is not None:
        return True
    if owners or kind_at((parts[0],)) is not None:
        return False
    return importlib.util.find_spec(parts[0]) is not None or set(parts) <= _words()


def _has(owner: Any, parts: list[str]) -> bool:
    """Return whether a module or class has a part, and that one the next; what a field has is not asked."""
    if not parts:
        return True
    bases = getattr(owner, "__mro__", ())
    if any(parts[0] in vars(each).get("__annotations__", {}) for each in bases):
        return True
    return hasattr(owner, parts[0]) and _has(getattr(owner, parts[0]), parts[1:])

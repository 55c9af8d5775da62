"""Write docs/model.md, a table of every key of a scenario: `make docs`.

Type, default and meaning come from the schema; unit, rule, source and test from docs/model.toml.
"""

from __future__ import annotations

import ast
import sys
import tomllib
import types
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from funnelsim.scenario.origins import as_written
from funnelsim.scenario.schema import Contents, Section, Stage

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "model.md"
BY_HAND = ROOT / "docs" / "model.toml"
PLACES = {"rule": "src/funnelsim", "test": "tests"}
COLUMNS = ("unit", "rule", "source", "test")
HEADER = "| key, unit, default | meaning |\n|---|---|"

SAYS = """# Every parameter

Written by `make docs` from the schema and `docs/model.toml`. NAME stands for a name of yours. Below each key
are its unit and its default; below its meaning are the rule that uses it, where its value or form comes from,
and a test that holds it. A distribution can be typed wherever the unit says so, in any of the forms of
[scenario.md](scenario.md). Sources: "typed" is a figure of your own, which the rule uses as it is; "assumed"
is a default of ours without data behind it; "the source texts" are what funnelsim was written after. The
exact semantics are in [ARCHITECTURE.md](../ARCHITECTURE.md).
"""


class Key(NamedTuple):
    """A key of a scenario file, as the schema knows it."""

    path: str
    default: str
    meaning: str


def sections_in(kind: Any) -> list[tuple[str, type[Section]]]:
    """Find the tables that a type may hold, each with what stands between: nothing, or a name."""
    if isinstance(kind, type) and issubclass(kind, Section):
        return [("", kind)]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return sections_in(arguments[0])
    if origin is tuple:
        return [(f".0{between}", section) for between, section in sections_in(arguments[0])]
    if origin is dict:
        return [(f".NAME{between}", section) for between, section in sections_in(arguments[1])]
    if origin in (Union, types.UnionType):
        return [found for argument in arguments for found in sections_in(argument)]
    return []


def choices_in(kind: Any) -> tuple[str, ...]:
    """List the values of a choice; nothing for any other type.

    >>> choices_in(Literal["tanh", "hill"] | None), choices_in(str | None)
    (('tanh', 'hill'), ())
    """
    if get_origin(kind) is Literal:
        return get_args(kind)
    if get_origin(kind) in (Union, types.UnionType, Annotated):
        return tuple(choice for argument in get_args(kind) for choice in choices_in(argument))
    return ()


def choice_in_words(kind: Any) -> str:
    """Write the values that may be chosen from, where there are several."""
    choices = choices_in(kind)
    return f"One of {', '.join(f'`{choice}`' for choice in choices)}." if len(choices) > 1 else ""


def default_of(field: FieldInfo) -> str:
    """Write a default as a file would."""
    if field.is_required():
        return "required"
    value = as_written(field.get_default(call_default_factory=True))
    if value is None or value in ((), {}, ""):
        return "-"
    if isinstance(value, tuple) and len(set(value)) == 1 and len(value) > 3:
        return f"{len(value)} × {value[0]}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def every_key(section: type[Section] = Contents, within: str = "") -> Iterator[Key]:
    """List every key of a table, those of the tables in it included; those of stages are listed once.

    >>> next(every_key()).path
    'about'
    """
    for name, field in section.model_fields.items():
        path = f"{within}{name}"
        inner = sections_in(field.annotation)
        for between, table in inner:
            if table is Stage and within:
                yield Key(f"{path}{between}", default_of(field), field.description or "")
            else:
                yield from every_key(table, f"{path}{between}.")
        if not inner:
            meaning = " ".join(filter(None, (field.description, choice_in_words(field.annotation))))
            yield Key(path, default_of(field), meaning)


def by_hand() -> dict[str, dict[str, str]]:
    """Read what is kept by hand, by pattern."""
    return tomllib.loads(BY_HAND.read_text(encoding="utf-8"))


def pattern_of(path: str, patterns: dict[str, dict[str, str]]) -> str | None:
    """Find the longest pattern that matches a key in as many parts.

    >>> pattern_of("goals.NAME.metric", {"goals.*.*": {}, "goals.*.metric": {}, "goals.*": {}})
    'goals.*.metric'
    """
    matching = (
        pattern
        for pattern in patterns
        if fnmatchcase(path, pattern) and pattern.count(".") == path.count(".")
    )
    return max(matching, key=len, default=None)


def problems() -> list[str]:
    """List in sentences what docs/model.toml lacks, and what it says that is not so."""
    patterns = by_hand()
    chosen = {key.path: pattern_of(key.path, patterns) for key in every_key()}
    found = [
        f"{path} has no {column} in docs/model.toml"
        for path, pattern in chosen.items()
        for column in COLUMNS
        if pattern is None or not patterns[pattern].get(column)
    ]
    unused = set(patterns) - set(chosen.values())
    found += [f"{pattern} in docs/model.toml stands for no key" for pattern in sorted(unused)]
    for pattern, columns in patterns.items():
        for column, folder in PLACES.items():
            for reference in columns.get(column, "").split():
                file, _, name = reference.partition(":")
                if name not in defined_in(ROOT / folder / file):
                    found.append(f"{pattern}: {folder}/{file} has no {name}")
    return found


def defined_in(file: Path) -> set[str]:
    """Name the functions and classes of a file, none where there is no such file."""
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def linked(references: str, folder: str) -> str:
    """Write references to functions as links."""
    links = []
    for reference in references.split():
        file, _, name = reference.partition(":")
        links.append(f"[{file.removesuffix('.py')}.{name}](../{folder}/{file})")
    return ", ".join(links)


def row(key: Key, columns: dict[str, str]) -> str:
    """Write a key's row, in two columns: more do not fit on a screen."""
    default = {"-": "", "required": "required"}.get(key.default, f"default: {key.default}")
    rule, test = (linked(columns[column], folder) for column, folder in PLACES.items())
    notes = {"Rule": rule, "Source": columns["source"], "Test": test}
    told = [f"<small>{name}: {note}</small>" for name, note in notes.items() if note != "-"]
    named = [f"`{key.path}`", *(each for each in (columns["unit"], default) if each not in ("", "-"))]
    cells = ("<br>".join(named), "<br>".join([key.meaning, *told]))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page() -> str:
    """Write the page: a table for each part of a scenario, the keys at the top of a file first."""
    patterns = by_hand()
    lines = [SAYS]
    ordered = sorted(every_key(), key=lambda key: "." in key.path)
    parts = groupby(ordered, key=lambda key: key.path.split(".")[0] if "." in key.path else "")
    for part, of_part in parts:
        lines += [f"## {f'[{part}]' if part else 'At the top'}\n", HEADER]
        lines += [row(key, patterns[pattern_of(key.path, patterns) or ""]) for key in of_part]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Write the page, or say what is missing."""
    found = problems()
    for sentence in found:
        print(sentence, file=sys.stderr)
    if found:
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

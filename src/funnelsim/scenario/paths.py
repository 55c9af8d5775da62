"""Dotted paths in a scenario, and what the schema has at each."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter

from funnelsim.scenario.schema import Contents
from funnelsim.scenario.section import Section

Path = tuple[str, ...]

_PART = re.compile(r'"[^"]*"|[^."]+')


def kind_at(path: Path) -> Any:
    """Return what the schema has at a path: a Section class, a dict type, a leaf's type, or None.

    >>> kind_at(("teams", "sales", "people"))
    <class 'int'>
    >>> kind_at(("teams", "sales", "peple")) is None
    True
    """
    kind: Any = Contents
    for part in path:
        if is_section(kind):
            field = kind.model_fields.get(part)
            kind = None if field is None else _plain(field.annotation)
        elif is_map(kind):
            kind = _plain(get_args(kind)[1])
        elif is_list_of_tables(kind) and part.isdigit():
            kind = get_args(kind)[0]
        else:
            return None
    return kind


@lru_cache(maxsize=4096)
def reader_at(path: Path) -> TypeAdapter[Any]:
    """Return what reads a value at a path by itself, as the schema holds it.

    >>> reader_at(("stages", "offer", "conversion")).validate_python(0.25, strict=True)
    0.25
    """
    kind: Any = Contents
    for part in path:
        if is_section(_plain(kind)):
            field = _plain(kind).model_fields[part]
            kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        else:
            kind = get_args(_plain(kind))[1]
    return TypeAdapter(kind)


def is_section(kind: Any) -> bool:
    """Return whether a kind is a table with fixed keys."""
    return isinstance(kind, type) and issubclass(kind, Section)


def is_map(kind: Any) -> bool:
    """Return whether a kind is a table whose keys are the user's names."""
    return get_origin(kind) is dict


def is_list_of_tables(kind: Any) -> bool:
    """Return whether a kind is a list of tables with fixed keys; a path has their numbers."""
    return get_origin(kind) is tuple and is_section(get_args(kind)[0])


def _plain(annotation: Any) -> Any:
    """Return the type itself, without Annotated and Optional."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain(next(each for each in get_args(annotation) if each is not types.NoneType))
    return annotation


def example_at(path: Path) -> object:
    """Return a value that the schema accepts for a required key, so that checks can go on."""
    field = kind_at(path[:-1]).model_fields[path[-1]]
    if field.examples:
        return field.examples[0]
    return {"default": {}} if is_map(_plain(field.annotation)) else {}


def leaves(section: Section, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Walk all values of a section in the order of the schema; maps of sections are entered."""
    for key in type(section).model_fields:
        value = getattr(section, key)
        if isinstance(value, Section):
            yield from leaves(value, (*path, key))
        elif key == "uncertainties":  # a value for each path
            yield from (((*path, key, name), item) for name, item in value.items())
        elif isinstance(value, tuple) and value and all(isinstance(item, Section) for item in value):
            for number, item in enumerate(value):
                yield from leaves(item, (*path, key, str(number)))
        elif (
            isinstance(value, Mapping) and value and all(isinstance(item, Section) for item in value.values())
        ):
            for name, item in value.items():
                yield from leaves(item, (*path, key, name))
        else:
            yield (*path, key), value


def written(path: Path) -> str:
    """Write a path with dots.

    >>> written(("teams", "sales", "people"))
    'teams.sales.people'
    """
    return ".".join(path)


def parts_of(text: str) -> Path:
    """Split a written path at its dots, but not in quotes.

    >>> parts_of('strategies.bold.change."teams.sales.people"')
    ('strategies', 'bold', 'change', 'teams.sales.people')
    """
    return tuple(part.strip('"') for part in _PART.findall(text))


def look_up(document: Mapping[str, Any], path: Path) -> object:
    """Return what a plain document has at a path, or None."""
    value: Any = document
    for part in path:
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
        else:
            return None
    return value


def usual_path(path: Path, document: Mapping[str, Any]) -> Path | None:
    """Return where the kind of a channel says what the channel may leave out; None elsewhere.

    >>> usual_path(("channels", "talks", "fit"), {"channels": {"talks": {"kind": "podcast"}}})
    ('kinds', 'podcast', 'fit')
    """
    if path[0] != "channels" or len(path) < 3:
        return None
    kind = look_up(document, (*path[:2], "kind"))
    return ("kinds", kind, *path[2:]) if isinstance(kind, str) else None


def value_at(contents: Section, path: Path) -> object:
    """Return what contents have at a path, defaults included, or None."""
    value: object = contents
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    return value

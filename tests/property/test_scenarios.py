"""Random scenarios leave out nothing that a scenario file can say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from hypothesis import HealthCheck, given, seed, settings
from pydantic import BaseModel

from funnelsim.scenario import parse
from funnelsim.scenario.schema import Contents

from .scenarios import Toml, scenarios

SEED = 20_260_105
# See test_worlds; changes are in `changing`.
MOVES_NOTHING = {"about", "currency", "goals", "plan", "strategies", "assumptions", "origins", "changes"}
OF_CHOICES = ("Goal", "Plan", "QuotaOfTeam", "QuotaOfRep", "Strategy", "Assumption", "DatedChange")


def sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the kinds of tables within a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from sections(part)


def key_of(section: type[BaseModel], name: str) -> str:
    """Name a key with the table that has it first."""
    kind = next(each for each in section.__mro__ if name in vars(each).get("__annotations__", {}))
    return f"{kind.__name__}.{name}"


def all_keys(section: type[BaseModel]) -> set[str]:
    """List every key that a table and those within it may have."""
    found = set()
    for name, field in section.model_fields.items():
        found.add(key_of(section, name))
        for inner in sections(field.annotation):
            found |= all_keys(inner)
    return found


def written_keys(table: Any) -> Iterator[str]:
    """List the keys that a file gives."""
    if isinstance(table, dict):
        for inner in table.values():
            yield from written_keys(inner)
    elif isinstance(table, BaseModel):
        for name in table.model_fields_set:
            yield key_of(type(table), name)
            yield from written_keys(getattr(table, name))


def test_every_key_of_a_scenario_file_is_written() -> None:
    written: set[str] = set()

    @seed(SEED)
    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(scenarios())
    def collect(text: Toml) -> None:
        written.update(written_keys(parse(text)))

    collect()
    left_out = {f"{Contents.__name__}.{key}" for key in MOVES_NOTHING}
    possible = {key for key in all_keys(Contents) if key.split(".")[0] not in OF_CHOICES}
    assert possible - written == left_out

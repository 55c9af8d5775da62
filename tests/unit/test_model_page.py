"""docs/model.md names every parameter, and functions and tests that exist."""

from __future__ import annotations

from types import ModuleType

import pytest

from funnelsim.model.own_policy import BUILT_IN
from funnelsim.scenario import json_schema, load, origins
from funnelsim.scenario.channels import KINDS

from .scripts import ROOT, script


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    return script("model_page", "docs", "model.py")


def test_every_key_has_unit_rule_source_and_test(writer: ModuleType) -> None:
    assert writer.problems() == []


def test_the_page_is_up_to_date(writer: ModuleType) -> None:
    written = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    assert written == writer.page(), "say `make docs`"


def test_no_key_of_the_schema_is_missing(writer: ModuleType) -> None:
    """The schema is walked another way than the page is written: by its tables."""
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]
    last_words = {path.split(".")[-1] for path, _, _ in writer.every_key()}
    sections = {key for key, value in properties(tables) if refers(value)}
    assert {key for key, _ in properties(tables)} - last_words - sections == set()


def test_every_choice_is_listed(writer: ModuleType) -> None:
    """The schema tells choices in another way than the page finds them: as enumerations."""
    schema = json_schema()
    rows = {path.split(".")[-1]: "" for path, _, _ in writer.every_key()}
    for path, _, meaning in writer.every_key():
        rows[path.split(".")[-1]] += meaning
    found = [
        (key, choice)
        for key, value in properties([schema, *schema["$defs"].values()])
        for form in (value, *value.get("anyOf", ()))  # type: ignore[attr-defined]
        for choice in form.get("enum", ())
    ]
    assert len({key for key, _ in found}) >= 5
    for key, choice in found:
        assert f"`{choice}`" in rows[key], key
    assert all(each in rows["assignment"] for each in BUILT_IN)
    assert all(each in rows["kind"] for each in KINDS)


def test_keys_are_those_of_a_scenario(writer: ModuleType) -> None:
    keys = [path.split(".") for path, _, _ in writer.every_key()]
    for row in origins(load("professional_services")):
        parts = row.path.split(".")
        assert any(
            len(key) <= len(parts) and all(a in (b, "NAME") for a, b in zip(key, parts, strict=False))
            for key in keys
        ), row.path


def test_what_is_missing_is_told(writer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = writer.by_hand()
    del wrong["teams.*.people"]
    wrong["teams.*.skill"]["rule"] = "rules/visits.py:conversation"
    wrong["teams.*.skll"] = {}
    monkeypatch.setattr(writer, "by_hand", lambda: wrong)
    told = "\n".join(writer.problems())
    assert "teams.NAME.people has no unit in docs/model.toml" in told
    assert "teams.*.skill: src/funnelsim/rules/visits.py has no conversation" in told
    assert "teams.*.skll in docs/model.toml stands for no key" in told


def properties(tables: list[dict[str, object]]) -> list[tuple[str, object]]:
    return [item for table in tables for item in table.get("properties", {}).items()]  # type: ignore[attr-defined]


def refers(value: object) -> bool:
    """Return whether a key holds tables of their own."""
    return "$ref" in str(value)

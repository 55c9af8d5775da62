"""What a report says of two presets, as text; `make golden` writes it anew, so that a change is a diff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

import funnelsim as fs
from funnelsim.reports.report.contents import Contents

FOLDER = Path(__file__).with_name("golden")
PRESETS = {"first_steps": 60, "professional_services": 40}  # and simulated years
# What other versions and machines change, and what is only a place in a picture.
_LEFT_OUT = {
    "provenance",
    "download",
    "sources",
    "at",
    "ticks",
    "zero",
    "precision_at",
    "up",
    "across",
    "area",
    "middle",
}


def text_of(contents: Contents) -> str:
    """Write words and figures, a line for each text, below the names of what they are in."""
    return "\n".join(_lines(contents, 0)) + "\n"


def _lines(part: object, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(part, str):
        if part:
            yield f"{indent}{part}"
    elif isinstance(part, tuple):
        for each in part:
            yield from _lines(each, depth)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            inner = [] if field.name in _LEFT_OUT else list(_lines(getattr(part, field.name), depth + 1))
            if len(inner) == 1:
                yield f"{indent}{field.name}: {inner[0].strip()}"
            elif inner:
                yield f"{indent}{field.name}:"
                yield from inner


def golden(preset: str) -> str:
    """Make the report of a preset, as text."""
    made = fs.report(fs.load(preset), replications=PRESETS[preset], jobs=1, made=date(2026, 1, 1))
    return text_of(made.contents)


def main() -> None:
    """Write the texts anew."""
    FOLDER.mkdir(exist_ok=True)
    for preset in PRESETS:
        (FOLDER / f"report_{preset}.txt").write_text(golden(preset), encoding="utf-8")


if __name__ == "__main__":
    main()

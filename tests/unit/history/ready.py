"""The mappings of docs/import_forms.md, for the made firm."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from tests.unit.history.made import EXPORTED, FIRST

PAGE = Path(__file__).parents[3] / "docs" / "import_forms.md"
_BLOCK = re.compile(r"^```toml mapping\n# (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def documents() -> dict[str, dict[str, Any]]:
    """Return the document of each mapping by its name, as the page shows it."""
    return {found[1]: tomllib.loads(found[2]) for found in _BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}


def ready(name: str, **changes: Any) -> dict[str, Any]:
    """Return a mapping with what the firm knows of its file: it has seen everything from first to last."""
    seen = {"seen_from": FIRST.to_pydatetime(), "seen_until": EXPORTED.to_pydatetime()}
    return seen | documents()[name] | changes

"""What README and docs show: all code is run, every scenario is read, every link leads somewhere."""

from __future__ import annotations

import contextlib
import re
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import typer
from numba import config
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.scenario import from_document, lower, strategy_names

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FEW = 3  # simulated years, whatever a page asks for
BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
compiled_only = pytest.mark.skipif(
    bool(config.DISABLE_JIT),  # type: ignore[attr-defined]
    reason="the pages are run with compiled code: without it they take a quarter of an hour",
)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


class Block(NamedTuple):
    """A block of code: what kind it says it is, what it holds, and its line in the page."""

    kind: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Find the blocks of code of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1].strip(), found[2], text.count("\n", 0, found.start()) + 1)
        for found in BLOCK.finditer(text)
    ]


def commands(page: Path) -> list[str]:
    """Find the lines that a reader would type."""
    lines = [
        line.removeprefix("$ ")
        for block in blocks(page)
        if block.kind in ("", "console")
        for line in block.text.splitlines()
    ]
    return [line for line in lines if line.startswith("funnelsim ")]


def merged(below: Mapping[str, Any], above: Mapping[str, Any], depth: int = 2) -> dict[str, Any]:
    """Lay one document over another, down to the keys of named tables: a value is replaced whole."""
    result = dict(below)
    for key, value in above.items():
        whole = depth == 0 or not isinstance(result.get(key), Mapping)
        result[key] = value if whole else merged(result[key], value, depth - 1)
    return result


def few_years(command: str) -> list[str]:
    """Split a command into words, and make it short."""
    words = shlex.split(command, comments=True)[1:]
    known: Any = typer.main.get_command(app)
    for word in words:
        known = getattr(known, "commands", {}).get(word, known)
    options = {name for parameter in known.params for name in parameter.opts}
    short = {"--replications": str(FEW), "--jobs": "1"}
    return [
        *words,
        *(part for option, value in short.items() if option in options for part in (option, value)),
    ]


def with_blocks(*kinds: str) -> list[Any]:
    """List the pages that have blocks of a kind."""
    found = [page for page in PAGES if any(block.kind in kinds for block in blocks(page))]
    return [pytest.param(page, id=page.name) for page in found]


@pytest.mark.parametrize("page", with_blocks("toml", "toml fragment"))
def test_scenarios_of_a_page_are_valid(page: Path) -> None:
    complete: dict[str, Any] = {}
    for block in blocks(page):
        if block.kind == "toml":
            complete = tomllib.loads(block.text)
        elif block.kind == "toml fragment":
            assert complete, f"{page.name}:{block.line}: a fragment of what?"
        else:
            continue
        scenario = from_document(merged(complete, tomllib.loads(block.text)))
        for strategy in strategy_names(scenario):
            assert len(lower(scenario.strategy(strategy)).model.stages)


@compiled_only
def test_all_fragments_of_how_to_write_a_scenario_live_together() -> None:
    document: dict[str, Any] = {}
    for block in blocks(ROOT / "docs" / "scenario.md"):
        if block.kind == "toml":
            document = tomllib.loads(block.text)
        elif block.kind == "toml fragment":
            document = merged(document, tomllib.loads(block.text))
    document["horizon"] = {"period_months": 3, "warm_up_months": 1, "drain_months": 1}
    result = fs.compare(from_document(document), replications=FEW, jobs=1)
    assert list(result) == ["today", "third_rep", "faster_proposals"]


@compiled_only
@pytest.mark.parametrize("page", with_blocks("python"))
def test_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    mpl.use("Agg")
    with contextlib.chdir(tmp_path):
        for block in blocks(page):
            if block.kind == "python":
                text = re.sub(r"replications=[\d_]+", f"replications={FEW}", block.text)
                placed = "\n" * block.line + text  # so that a failure names the line of the page
                exec(compile(placed, page.name, "exec"), names)
    plt.close("all")


@compiled_only
@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES if commands(page)])
def test_commands_of_a_page_work(page: Path, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        for command in commands(page):
            typed, _, target = command.partition(" > ")
            result = CliRunner().invoke(app, few_years(typed))
            assert result.exit_code == 0, f"{page.name}: {command}\n{result.output}"
            if target:
                Path(target.strip()).write_text(result.stdout, encoding="utf-8")


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES])
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = set(LINK.findall(page.read_text(encoding="utf-8")))
    pictures = {link for link in targets if link.endswith(".png")}  # made by `make readme`
    assert [link for link in sorted(targets - pictures) if not (page.parent / link).exists()] == []


def test_pages_have_blocks_of_each_kind() -> None:
    kinds = {block.kind for page in PAGES for block in blocks(page)}
    assert {"toml", "toml fragment", "python", "console"} <= kinds
    assert len(commands(ROOT / "README.md")) >= 5

"""What README and docs show: all code is run, every scenario is read, every link leads somewhere.

Texts and docstrings name files, modules, functions, commands and `make` targets: what they name exists.
"""

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
from funnelsim.scenario import Months, from_document, lower, strategy_names

from .names_in_texts import exists, named, no_target, notes_of

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FEW = 3  # simulated years, whatever a page asks for
BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
compiled_only = pytest.mark.skipif(
    bool(config.DISABLE_JIT),  # type: ignore[attr-defined]
    reason="the pages are run with compiled code: without it they take a quarter of an hour",
)
TEXTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS += sorted(each for place in ("benchmarks", "experiments") for each in (ROOT / place).rglob("*.md"))
LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)")


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
    many = (
        {"--at-most": "50"} if words[0] == "compare" and "--margin" in words else {"--replications": str(FEW)}
    )
    kept = {} if "--from" in words else many  # a checkpoint has its own number of years
    short = {**kept, "--fresh": str(FEW), "--jobs": "1"}
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
        over = scenario.with_months(Months(1, 12, 1))
        for strategy in map(over.strategy, strategy_names(over)):
            assert len(lower(strategy).model.stages)


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
    assert list(result) == [
        "today",
        "third_rep",
        "faster_proposals",
        "rep_and_templates",
        "growth",
        "always_three",
        "shorter_calls",
    ]


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
        for block in blocks(page):
            language, _, name = block.kind.partition(" ")
            if language == "toml" and name.endswith(".toml"):  # a file that commands read
                text = re.sub(r"(?m)^replications = \d+", f"replications = {FEW}", block.text)
                Path(name).write_text(text, encoding="utf-8")
        for command in commands(page):
            typed, _, target = command.partition(" > ")
            result = CliRunner().invoke(app, few_years(typed))
            assert result.exit_code == 0, f"{page.name}: {command}\n{result.output}"
            if target:
                Path(target.strip()).write_text(result.stdout, encoding="utf-8")


def test_pages_have_blocks_of_each_kind() -> None:
    kinds = {block.kind for page in PAGES for block in blocks(page)}
    assert {"toml", "toml fragment", "python", "console"} <= kinds
    assert len(commands(ROOT / "README.md")) >= 5


# ---- links, and the names of what is elsewhere ------------------------------------------------


def placed(file: Path) -> Any:
    return pytest.param(file, id=str(file.relative_to(ROOT)))


def prose_of(page: Path) -> str:
    """Read a page without its blocks of code."""
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """List the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def leads_nowhere(page: Path, target: str, anchor: str) -> bool:
    there = page.parent / target if target else page
    if not there.exists():
        return True
    return bool(anchor) and there.suffix == ".md" and anchor not in anchors(there)


@pytest.mark.parametrize("page", [placed(page) for page in TEXTS])
def test_links_of_a_text_lead_somewhere(page: Path) -> None:
    links = set(LINK.findall(page.read_text(encoding="utf-8")))
    made = {link for link in links if link[0].endswith(".png")}  # pictures: by `make readme`
    assert [link for link in sorted(links - made) if leads_nowhere(page, *link)] == []


SOURCES = sorted((ROOT / "src").rglob("*.py"))


def test_readme_and_demo_say_how_to_call_what_they_installed() -> None:
    """`make` installs into .venv, where no shell looks for a command."""
    demo = (ROOT / "Makefile").read_text(encoding="utf-8").split("\ndemo:")[1].split("\n\n")[0]
    last = demo.splitlines()[-1].replace("$(BIN)", ".venv/bin")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    before_the_commands = readme.split("funnelsim compare")[0]
    for said in (last, before_the_commands):
        assert "source .venv/bin/activate" in said
        assert "type .venv/bin/funnelsim in place of funnelsim" in said


@pytest.mark.parametrize("page", [placed(page) for page in (*TEXTS, ROOT / "Makefile")])
def test_nothing_is_installed_by_a_name_that_no_package_index_has(page: Path) -> None:
    assert not re.search(r"pip install '?funnelsim", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [placed(page) for page in TEXTS])
def test_what_a_text_names_exists(page: Path) -> None:
    assert [name for name in sorted(named(prose_of(page))) if not exists(name)] == []
    assert no_target(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("source", [placed(source) for source in SOURCES])
def test_what_docstrings_and_comments_name_exists(source: Path) -> None:
    notes = notes_of(source)
    assert [name for name in sorted(named(notes)) if not exists(name)] == []
    assert no_target(notes) == []


@pytest.mark.parametrize(
    "name",
    [
        *("no_such_file.py", "rules/own_policy.py", "scenario/nothing/", "funnelsim nothing"),
        *("memory.no_such_function", "Model.no_such_field", "channels.NAME.no_such_key", "no_such_word"),
    ],
)
def test_a_name_of_nothing_is_found(name: str) -> None:
    assert not exists(name)


@pytest.mark.parametrize(
    "name",
    [
        *("rows.py", "scenario/rows.py", "docs/parity.md", "tests/oracle", "rules/", "funnelsim check"),
        *("memory.available_memory", "Model.expected", "Groundwork.plainly", "channels.NAME.fit", "enlist"),
    ],
)
def test_a_name_of_something_is_left_alone(name: str) -> None:
    assert exists(name)


def test_a_make_target_that_is_none_is_found() -> None:
    assert no_target("`make check` and `make nothing`\n\n$ make neither\n") == ["neither", "nothing"]


def test_anchors_are_those_of_the_headings() -> None:
    assert "v-a-visit" in anchors(ROOT / "ARCHITECTURE.md")
    assert leads_nowhere(ROOT / "README.md", "ARCHITECTURE.md", "no-such-heading")
    assert not leads_nowhere(ROOT / "README.md", "ARCHITECTURE.md", "v-a-visit")

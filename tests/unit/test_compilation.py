"""Compiled code is kept on disk until any source changes, by whoever runs at the same time.

Numba's own cache would look at one file only; the tests edit a rule in a copy of the package, and plant
that fault to see that they would notice.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import funnelsim
from funnelsim import compilation
from funnelsim.compilation import sources_hash

PACKAGE = Path(funnelsim.__file__).parent
DESK = """
import json

import numpy as np

from funnelsim import compilation
from funnelsim.compilation import compiled
from funnelsim.rules import costs
from funnelsim.vocabulary import TEAM


@compiled
def paid(team, bookings):
    return costs.commission(team, bookings)


team = np.zeros(1, TEAM)[0]
team["commission"] = 0.25
print(json.dumps({
    "compiled": paid(team, 100.0),
    "plain": costs.commission(team, 100.0),
    "read from disk": sum(paid.stats.cache_hits.values()),
}))
"""
RIGHT = 'team["commission"] * bookings'
EDITED = 'team["commission"] * bookings + 1.0'
Answer = dict[str, float]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the package, with a compiled function that calls a rule of another file."""
    package = tmp_path / "funnelsim"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "desk.py").write_text(DESK)
    return tmp_path


def start(copy: Path, cache: Path | None = None) -> subprocess.Popen[str]:
    """Start a process that asks the copy what a rep is paid."""
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_DISABLE_JIT": "0",
        "XDG_CACHE_HOME": str(cache or copy / "cache"),
    }
    command = [sys.executable, "-W", "error", "-m", "funnelsim.desk"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=copy)


def ask(copy: Path, cache: Path | None = None) -> Answer:
    return answer(start(copy, cache))


def answer(process: subprocess.Popen[str]) -> Answer:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    found: Answer = json.loads(out)
    return found


def edit(source: Path, right: str, wrong: str) -> None:
    text = source.read_text()
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong))


def test_what_was_compiled_is_kept_until_a_rule_is_edited(copy: Path) -> None:
    assert ask(copy) == {"compiled": 25.0, "plain": 25.0, "read from disk": 0}
    assert ask(copy) == {"compiled": 25.0, "plain": 25.0, "read from disk": 1}
    edit(copy / "funnelsim" / "rules" / "costs.py", RIGHT, EDITED)
    assert ask(copy) == {"compiled": 26.0, "plain": 26.0, "read from disk": 0}


def test_a_stale_cache_would_be_noticed(copy: Path) -> None:
    """Planted fault: the folder of compiled code is named by the files, not by what is in them."""
    edit(copy / "funnelsim" / "compilation.py", "digest.update(source.read_bytes())", "pass")
    assert ask(copy)["compiled"] == 25.0
    edit(copy / "funnelsim" / "rules" / "costs.py", RIGHT, EDITED)
    assert ask(copy) == {"compiled": 25.0, "plain": 26.0, "read from disk": 1}


def test_a_cache_folder_that_cannot_be_written_is_done_without(copy: Path) -> None:
    blocked = copy / "a file"
    blocked.write_text("where the folder should be")
    assert ask(copy, blocked) == {"compiled": 25.0, "plain": 25.0, "read from disk": 0}


def test_processes_at_the_same_time_do_not_spoil_the_cache(copy: Path) -> None:
    together = [start(copy) for _ in range(2)]
    assert [answer(process)["compiled"] for process in together] == [25.0, 25.0]
    assert ask(copy) == {"compiled": 25.0, "plain": 25.0, "read from disk": 1}


def test_floors_that_the_hash_leaves_out_compile_nothing() -> None:
    package = Path(compilation.__file__).parent
    for floor in compilation._NEVER_COMPILED:
        sources = (package / floor).rglob("*.py") if (package / floor).is_dir() else [package / floor]
        for source in sources:
            text = source.read_text()
            assert "@rule" not in text, source
            assert "@compiled" not in text, source


def test_the_hash_sees_every_source_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cli.py").write_text("compiles nothing")
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "rule.py"
    rule.write_text("a")
    seen = [sources_hash(tmp_path)]
    (tmp_path / "preset.toml").write_text("not compiled")
    (tmp_path / "cli.py").write_text("compiles nothing either")
    assert sources_hash(tmp_path) == seen[0]
    rule.write_text("b")
    seen.append(sources_hash(tmp_path))
    (tmp_path / "new.py").write_text("")
    seen.append(sources_hash(tmp_path))
    rule.rename(tmp_path / "rule.py")
    seen.append(sources_hash(tmp_path))
    assert len(set(seen)) == 4

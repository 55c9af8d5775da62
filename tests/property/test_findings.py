"""A difference between the engines ends in a small scenario file that can be read, run and repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import funnelsim
from funnelsim.compiling.arrays import Record, Records
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.scenario import load

from . import living
from .findings import FAILURE, read
from .living import ParityError, parity
from .parity import SEED, Slice, report

ROOT = Path(__file__).parents[2]
FAULTY = Event.LOST  # so common that few companies show it
honest = living.at_a_stretch


def one_more(engine: str, model: Model, world: Record) -> Records:
    """Live, but write that the customers of those lost took a microsecond longer."""
    rows = honest(engine, model, world)
    rows["waited"][rows["event"] == FAULTY] += 1
    return rows


def test_a_difference_ends_in_a_small_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(living, "at_a_stretch", one_more)
    with pytest.raises(ParityError) as found:
        Slice(100, SEED).search(Counter())
    told = report(found.value)
    assert FAILURE.read_text() in told
    assert told.count("\n") < 60
    [differs] = [line for line in told.splitlines() if line.startswith("# >")]
    _, _, field, ours, theirs = differs.split()
    assert (field, theirs) == ("waited", f"{ours}.000001")
    assert FAULTY.name in told
    scenario = load(FAILURE)
    assert [len(each) for each in (scenario.channels, scenario.teams, scenario.stages)] == [1, 1, 1]
    with pytest.raises(ParityError):
        parity(read(FAILURE), Counter())
    monkeypatch.setattr(living, "at_a_stretch", honest)
    parity(read(FAILURE), Counter())
    assert "both engines agree" in repeated(told)


def repeated(told: str) -> str:
    """Run the command that a finding names, in a process in which nothing is planted."""
    [command] = [line.split()[2:] for line in told.splitlines() if line.startswith("#   python -m")]
    path = os.pathsep.join(map(str, (Path(funnelsim.__file__).parents[1], ROOT)))
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout

"""The experiments with study files: they go on where they were, and say how they were made."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from experiments.studied import README, ROOT, run
from numba import config

import funnelsim as fs

FOLDERS = sorted(study.parent for study in (ROOT / "experiments").glob("*/study.toml"))
FEW = 2  # simulated years
SIMULATED = re.compile(r"([\d,]+) of ([\d,]+) years were simulated now")
each_folder = pytest.mark.parametrize("folder", [pytest.param(each, id=each.name) for each in FOLDERS])
compiled_only = pytest.mark.skipif(
    bool(config.DISABLE_JIT),  # type: ignore[attr-defined]
    reason="studies have dozens of rows: without compiled code they take minutes",
)


def studies_of(folder: Path) -> list[fs.Study]:
    return [fs.read_study(file) for file in sorted(folder.glob("*.toml"))]


def readme_of(folder: Path) -> str:
    return (folder / README).read_text(encoding="utf-8")


def test_the_studies_are_there() -> None:
    names = {folder.name for folder in FOLDERS}
    assert {"channel_mix", "assignment_policies", "widening_the_funnel", "speed_to_lead"} <= names
    assert {"junk_leads", "alignment", "subscription_software"} <= names


@each_folder
def test_a_readme_says_how_it_was_made(folder: Path) -> None:
    text = readme_of(folder)
    assert f"`make experiments ONLY={folder.name}`" in text
    for study in studies_of(folder):
        assert re.search(rf"\brows of {study.replications:,} simulated years\b", text)
        assert re.search(rf"\bseed {study.seed}\b", text)


@each_folder
def test_a_readme_opens_with_question_answer_and_picture(folder: Path) -> None:
    text = readme_of(folder)
    shown = re.findall(r"^!\[.+\]\((.+)\)$", text, re.MULTILINE)
    assert (
        text.index("**Question.**")
        < text.index("**Answer.**")
        < text.index(f"]({shown[0]})")
        < text.index("\n## ")
    )
    assert all((folder / name).is_file() for name in shown)
    assert "nan" not in re.findall(r"[a-z]+", text)


def done(folder: Path, place: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> tuple[list[int], int]:
    """Run an experiment with few years: count the years of each study that were simulated, and all."""
    script: Any = import_module(f"experiments.{folder.name}.run")
    options = {"--years": str(FEW), "--jobs": "2", "--store": str(store), "--out": str(place)}
    assert run(script.found, script.__file__, [word for pair in options.items() for word in pair]) == 0
    found = SIMULATED.findall(capsys.readouterr().err)
    now, in_all = ([int(each.replace(",", "")) for each in counts] for counts in zip(*found, strict=True))
    return now, sum(in_all)


def written(place: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in place.iterdir()}


@compiled_only
@pytest.mark.parametrize(
    "name",
    [
        "alignment",
        "speed_to_lead",
        "widening_the_funnel",
        pytest.param("assignment_policies", marks=pytest.mark.slow),
        pytest.param("channel_mix", marks=pytest.mark.slow),
    ],
)
def test_an_experiment_goes_on_where_it_was(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, store = ROOT / "experiments" / name, tmp_path / "store"
    now, in_all = done(folder, tmp_path / "first", store, capsys)
    worlds = sorted((store / "worlds").iterdir())
    assert in_all == FEW * sum(study.rows for study in studies_of(folder))
    assert sum(now) == FEW * len(worlds)
    for file in worlds[::3]:  # as if it had been killed: a part is not there, and one file is half written
        file.unlink()
    worlds[1].write_bytes(worlds[1].read_bytes()[:1000])
    now, _ = done(folder, tmp_path / "second", store, capsys)
    assert sum(now) == FEW * (len(worlds[::3]) + 1)
    now, _ = done(folder, tmp_path / "third", store, capsys)
    assert sum(now) == 0
    assert written(tmp_path / "first") == written(tmp_path / "second") == written(tmp_path / "third")

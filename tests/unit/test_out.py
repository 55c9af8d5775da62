"""Folders of results: whole, never over something else, and repeatable."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.io import writing
from funnelsim.io.writing import new_folder, whole_file
from funnelsim.keeping.baselines import case_of
from funnelsim.scenario import preset_text
from funnelsim.studies import study

from .good_scenario import GOOD

FEW = ["--replications", "3", "--jobs", "1"]
PNG = b"\x89PNG\r\n\x1a\n"


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def end(result: Result) -> tuple[int, str]:
    """Return the status and the last thing said: a first run says before that it compiles."""
    return result.exit_code, result.stderr.splitlines()[-1]


def files(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "new" / "run"
    words = ["--strategy", "one_more_rep", "--seed", "7", "--set", "teams.sales.commission=0.06", *FEW]
    result = call("run", "first_steps", *words, "--digest", "--out", str(out))
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    result = call("compare", "first_steps", *FEW, "--out", str(out))  # exists and is empty
    assert result.exit_code == 0, result.output
    assert f"To make them again: funnelsim repeat {out}/MANIFEST.json" in result.stderr
    return out


# ---- what is written ------------------------------------------------------------------------


def test_a_run_writes_its_frames_its_document_and_its_pictures(run: Path) -> None:
    scenario = fs.load("first_steps").with_changes({"teams.sales.commission": 0.06})
    expected = fs.simulate(scenario, strategy="one_more_rep", replications=3, seed=7)
    summary = pd.read_csv(run / "summary.csv", index_col="figure")
    pd.testing.assert_frame_equal(summary, expected.summary, rtol=1e-12)
    with (run / "summary.csv").open(encoding="utf-8-sig", newline="") as opened:
        means = {row["figure"]: float(row["mean"] or "nan") for row in csv.DictReader(opened)}
    np.testing.assert_array_equal(list(means.values()), expected.summary["mean"])  # to the last digit
    stages = pd.read_csv(run / "by_stage.csv").set_index(["stage", "figure"])
    for stage in ("first_call", "proposal"):
        want = expected.by_stage.loc[stage, ("conversion", "mean")]
        assert stages.loc[(stage, "conversion"), "mean"] == pytest.approx(want, rel=1e-12)
    document = json.loads((run / "results.json").read_text(encoding="utf-8"))
    assert document["figures"]["won"]["mean"] == expected.summary.loc["won", "mean"]
    assert set(files(run)) == {
        *("summary.csv", "by_month.csv", "by_channel.csv", "by_segment.csv", "by_stage.csv", "by_rep.csv"),
        *("by_team.csv", "cumulative.csv", "conversions.csv", "reasons.csv"),
        *("team_hours.csv", "goals.csv", "cycle.csv"),
        *(
            "cumulative.csv",
            "results.json",
            "run.txt",
            "flow.png",
            "forecast.png",
            "funnel.png",
            "cycle.png",
            "figures.xlsx",
            "scenario/scenario.toml",
            "MANIFEST.json",
        ),
    }
    assert all(content.startswith(PNG) for name, content in files(run).items() if name.endswith(".png"))


def test_a_comparison_writes_what_decides(comparison: Path) -> None:
    found = files(comparison)
    expected = fs.compare(fs.load("first_steps"), replications=3)
    table = pd.read_csv(io.BytesIO(found["table.csv"]), index_col="strategy")
    assert table.pop("strategy_title").to_dict() == {name: name for name in expected}  # none has a title
    pd.testing.assert_frame_equal(table, expected.table, rtol=1e-12)
    assert json.loads(found["results.json"])["verdict"] == expected.verdict
    assert {"best_forecast.png", "best_funnel.png", "figures.xlsx"} <= set(found)
    assert {"strategies.png", "differences.csv", "goals.csv", "by_rep.csv", "MANIFEST.json"} <= set(found)


@pytest.mark.parametrize("command", [["run"], ["compare"], ["compare", "--assumptions"]])
def test_the_whole_page_is_kept_as_it_is_printed_but_for_what_to_try_next(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FORCE_COLOR", "1"), ("COLUMNS", "60")):  # whatever the terminal
        monkeypatch.setenv(name, value)
    slow = 'assumptions.slow_market.change = { "channels.*.inquiries_per_month *=" = 0.7 }'
    mine = tmp_path / "mine.toml"
    ours = preset_text("first_steps").replace("USD", "Währung").replace("people = 2", "people = 1")  # busy
    mine.write_text(f"{slow}\n{ours}", "utf-8")
    written = call(*command, str(mine), *FEW, "--out", str(tmp_path / "out"))
    assert written.exit_code == 0, written.stderr
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("FORCE_COLOR")
    printed = call(*command, str(mine), "--all", *FEW).stdout
    kept = (tmp_path / "out" / f"{'run' if command == ['run'] else 'comparison'}.txt").read_text("utf-8")
    assert printed.startswith(kept)
    assert printed.removeprefix(kept).startswith("\nNext, try: ")
    assert "\nWatch\n" in kept
    assert command == ["run"] or "\nVerdict\n" in kept
    assert call("repeat", str(tmp_path / "out" / "MANIFEST.json")).exit_code == 0


def test_what_is_unsure_and_what_money_brings_are_written_and_repeated(tmp_path: Path) -> None:
    scenario = case_of("channel_mix").scenario
    for command in (["compare"], ["run", "--strategy", "twice_the_ads"]):
        out = tmp_path / command[0]
        assert call(*command, scenario, *FEW, "--out", str(out)).exit_code == 0
        found = files(out)
        assert {"unknown.csv", "drivers.csv", "response.png"} <= set(found)
        assert b"stages.offer.conversion" in found["drivers.csv"]
        assert call("repeat", str(out / "MANIFEST.json")).exit_code == 0


@pytest.mark.parametrize("command", [["run"], ["compare"], ["compare", "--assumptions"]])
def test_decimal_commas_change_no_figure_and_are_repeated(command: list[str], tmp_path: Path) -> None:
    scenario = tmp_path / "mine.toml"
    slow = 'assumptions.slow_market.change = { "channels.*.inquiries_per_month *=" = 0.7 }'
    plan = "plan.teams.sales.quota = [100_000, 100_000, 100_000, 100_000]"
    scenario.write_text(f"{slow}\n{plan}\n{preset_text('first_steps')}", "utf-8")
    words = [*command, str(scenario), *FEW, "--out"]
    assert call(*words, str(tmp_path / "dots")).exit_code == 0
    assert call(*words, str(tmp_path / "commas"), "--decimal-comma").exit_code == 0
    dots, commas = files(tmp_path / "dots"), files(tmp_path / "commas")
    assert dots.keys() == commas.keys()
    number = re.compile(r"-?\d+\.\d+(e[-+]\d+)?")
    for name in (each for each in dots if each.endswith(".csv")):
        expected = [
            [cell.replace(".", ",") if number.fullmatch(cell) else cell for cell in row]
            for row in csv.reader(dots[name].decode().splitlines())
        ]
        assert list(csv.reader(commas[name].decode().splitlines(), delimiter=";")) == expected
    assert dots["results.json"] == commas["results.json"]
    again = call("repeat", str(tmp_path / "commas" / "MANIFEST.json"), "--out", str(tmp_path / "again"))
    assert again.exit_code == 0, again.output
    assert files(tmp_path / "again")["summary.csv"] == commas["summary.csv"]


def test_decimal_commas_are_for_files() -> None:
    result = call("run", "first_steps", *FEW, "--decimal-comma")
    assert end(result) == (2, "--decimal-comma is for the CSV files of --out DIR: give --out too")


def test_the_manifest_tells_all(run: Path) -> None:
    found = json.loads((run / "MANIFEST.json").read_text(encoding="utf-8"))
    assert found["text"] == preset_text("first_steps")
    assert found["changes"] == ["teams.sales.commission=0.06"]
    assert (found["kind"], found["scenario"], found["whole"]) == ("run", "first_steps", True)
    assert found["options"] == {
        "replications": 3,
        "seed": 7,
        "engine": "compiled",
        "strategy": "one_more_rep",
        "digest": True,
    }
    assert found["versions"]["funnelsim"] == fs.__version__
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files(run).items()}
    del sums["MANIFEST.json"]
    assert found["files"] == sums
    again = call(*found["command"].split()[1:], "--digest")
    assert again.stdout == found["digest"] + "\n"


# ---- repeating ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_repeating_writes_the_same_bytes(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: Path = request.getfixturevalue(kind)
    monkeypatch.chdir(tmp_path)
    result = call("repeat", str(first / "MANIFEST.json"), "--out", "again", "--jobs", "2")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Repeated: every figure of 'funnelsim ")
    assert files(Path("again")) == files(first)


def test_chosen_strategies_are_repeated(tmp_path: Path) -> None:
    names = "more_inquiries,more_inquiries+one_more_rep"
    assert (
        call("compare", "first_steps", "--strategies", names, *FEW, "--out", str(tmp_path / "out")).exit_code
        == 0
    )
    found = json.loads((tmp_path / "out" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert (found["kind"], found["options"]["strategies"]) == ("compare", names.split(","))
    assert f" --strategies {names} " in found["command"]
    assert call("repeat", str(tmp_path / "out" / "MANIFEST.json")).exit_code == 0


def test_sample_files_are_kept_and_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    Path("data/efforts.csv").write_text("hours\n1\n2\n6\n", encoding="utf-8")
    text = preset_text("first_steps").replace("{ median = 6, p90 = 14 }", '{ sample = "data/efforts.csv" }')
    Path("mine.toml").write_text(text, encoding="utf-8")
    assert call("run", "mine.toml", *FEW, "--out", "out").exit_code == 0
    Path("data/efforts.csv").unlink()
    Path("mine.toml").unlink()
    assert call("repeat", "out/MANIFEST.json").exit_code == 0
    kept = Path("out/scenario/data/efforts.csv")
    kept.write_text("hours\n1\n2\n7\n", encoding="utf-8")
    changed = call("repeat", "out/MANIFEST.json")
    assert (changed.exit_code, "is not the file that the run was made with" in changed.stderr) == (2, True)
    kept.unlink()
    assert "cannot be read: No such file or directory" in call("repeat", "out/MANIFEST.json").stderr


def test_sample_files_elsewhere_are_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plans").mkdir()
    monkeypatch.chdir(tmp_path / "plans")
    Path("../efforts.csv").write_text("1\n2\n6\n", encoding="utf-8")
    text = preset_text("first_steps").replace("{ median = 6, p90 = 14 }", '{ sample = "../efforts.csv" }')
    Path("mine.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(study, "replicate", None)
    result = call("run", "mine.toml", "--out", "out")
    assert result.exit_code == 2
    assert 'is "../efforts.csv", which lies outside the scenario\'s folder' in result.stderr
    assert not Path("out").exists()


def compared(found: dict[str, Any], strategies: list[Any]) -> None:
    """Make of the manifest of a run that of a comparison."""
    settings = {name: found["options"][name] for name in ("replications", "seed", "engine")}
    found.update(kind="compare", options=settings | {"strategies": strategies}, digest=None)


def copied(first: Path, target: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    found = json.loads((first / "MANIFEST.json").read_text(encoding="utf-8"))
    change(found)
    target.write_text(json.dumps(found), encoding="utf-8")
    return target


def test_figures_that_come_out_otherwise_are_named(run: Path, tmp_path: Path) -> None:
    def change(found: dict[str, object]) -> None:
        found["changes"] = ["teams.sales.commission=0.0606"]
        found["platform"] = "Plan 9, mips"
        found["versions"] = {"funnelsim": "0.0"}

    result = call("repeat", str(copied(run, tmp_path / "M.json", change)))
    assert result.exit_code == 1
    assert "NOT THE SAME: summary.csv, by_month.csv" in result.stdout
    assert "by_stage.csv" not in result.stdout  # commission is no stage's
    assert "the digest" in result.stdout
    assert "Written on Plan 9, mips; this is " in result.stdout
    assert "funnelsim 0.0 then, " in result.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found.pop("options"), "is damaged: options is missing or unknown"),
        (lambda found: found.update(more=1), "is damaged: more is missing or unknown"),
        (lambda found: found.update(format=1), "it is not of the form 5"),
        (lambda found: found.update(whole="yes"), 'is damaged: whole is "yes"'),
        (lambda found: found["options"].pop("seed"), "of the options, seed is missing or unknown"),
        (lambda found: found["options"].update(seed="7"), "of the options, seed is '7'"),
        (lambda found: found["options"].update(digest=1), "of the options, digest is 1"),
        (lambda found: found["options"].update(seed=-7), "seed must be a whole number"),
        (lambda found: found["options"].update(engine="steam"), "engine must be compiled or reference"),
        (lambda found: found["options"].update(strategy="nobody"), "does not exist"),
        (lambda found: found.update(changes=[1]), "changes, tried, files and versions hold texts"),
        (lambda found: found.update(changes=["no"]), "is not a change"),
        (lambda found: found.update(tried=["no"]), "is not a change"),
        (lambda found: found.update(kind="compare"), "digest, strategies, strategy is missing or unknown"),
        (lambda found: found.update(kind="x"), "kind is 'x'"),
        (lambda found: compared(found, ["a", "a"]), "strategies must be different names"),
        (lambda found: compared(found, []), "strategies must be different names"),
        (lambda found: compared(found, [[1]]), "of the options, strategies is [[1]]"),
        (lambda found: found.update(assumption="slow"), "assumptions.slow does not exist"),
        (lambda found: found.update(assumption=1), "is damaged: assumption is 1"),
        (lambda found: found.update(text="start = 1"), "problems"),
    ],
)
def test_a_manifest_that_cannot_be_used(
    run: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    result = call("repeat", str(copied(run, tmp_path / "M.json", change)))
    assert result.exit_code == 2
    assert said in result.stderr


def test_what_is_no_manifest(tmp_path: Path) -> None:
    file = tmp_path / "M.json"
    assert "cannot be read: No such file or directory" in call("repeat", str(file)).stderr
    for content in (b"\xff", b"[", b"[]", b"[" * 100_000):
        file.write_bytes(content)
        result = call("repeat", str(file))
        assert (result.exit_code, "is damaged" in result.stderr) == (2, True)


# ---- where it cannot be written -------------------------------------------------------------


def test_nothing_is_overwritten(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "replicate", None)  # told before anything runs
    before = files(run)
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    for out in (run, taken):
        result = call("run", "first_steps", "--out", str(out))
        assert end(result) == (2, f"{out} exists already: it is left as it is")
    below = call("compare", "first_steps", "--out", str(taken / "out"))
    assert end(below) == (2, f"{taken / 'out'} cannot be written: Not a directory")
    assert (files(run), taken.read_text(encoding="utf-8")) == (before, "mine")


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opens = os.open

    def refuse(path: Path, flags: int, *rest: int, **more: int) -> int:  # root may write anywhere
        if flags & os.O_CREAT and tmp_path in Path(path).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opens(path, flags, *rest, **more)

    monkeypatch.setattr(study, "replicate", None)
    monkeypatch.setattr(os, "open", refuse)
    result = call("run", "first_steps", "--out", str(tmp_path / "a" / "b"))
    assert end(result) == (2, f"{tmp_path / 'a' / 'b'} cannot be written: Permission denied")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["by_month.csv", "funnel.png", "MANIFEST.json"])
@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()])
def test_a_full_disk_and_ctrl_c_leave_no_folder(
    name: str, stop: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = writing.whole_file

    def stopping(path: Path, **more: bool) -> object:
        if path.name == name:
            raise stop
        return whole(path, **more)

    monkeypatch.setattr(writing, "whole_file", stopping)
    result = call("run", "first_steps", *FEW, "--out", str(tmp_path / "a" / "out"))
    if isinstance(stop, OSError):
        assert end(result) == (2, f"{tmp_path / 'a' / 'out'} cannot be written: No space left on device")
    else:
        assert result.exit_code == 130
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """The operating system refuses the rest of a file: as on a full disk, in the middle of writing."""
    out = tmp_path / "out"
    (tmp_path / "small.toml").write_text(GOOD)
    words = ["run", str(tmp_path / "small.toml"), *FEW, "--out", str(out)]
    code = "import sys; from funnelsim.app.cli import main; sys.argv[0] = 'funnelsim'\nmain()"

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    ran = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        preexec_fn=limited,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (2, f"{out} cannot be written: File too large\n")
    assert not out.exists()


def test_what_others_put_into_the_folder_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()

    def failing() -> None:
        with new_folder(out) as folder:
            folder.write("scenario/mine.csv", b"1")
            (out / "theirs.csv").write_bytes(b"2")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert files(out) == {"theirs.csv": b"2"}


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "won.csv"

    def write(content: bytes, overwrite: bool = False, stop: bool = False) -> None:
        with whole_file(target, overwrite=overwrite) as opened:
            opened.write(content)
            opened.flush()
            if stop:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(b"half", stop=True)
    assert not list(tmp_path.iterdir())
    write(b"old")
    with pytest.raises(FileExistsError):
        write(b"new")
    with pytest.raises(KeyboardInterrupt):
        write(b"half", overwrite=True, stop=True)
    assert files(tmp_path) == {"won.csv": b"old"}
    write(b"new", overwrite=True)
    assert files(tmp_path) == {"won.csv": b"new"}


def test_a_stopped_run_is_kept_and_repeats_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate = study.simulate

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(
            study, "simulate", lambda *words, **more: simulate(*words, **more | {"progress": stop})
        )
        result = call(
            "run", "first_steps", "--replications", "20", "--jobs", "1", "--out", str(tmp_path / "out")
        )
    assert result.exit_code == 130
    found = json.loads((tmp_path / "out" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert not found["whole"]
    assert " --replications 20 " in found["command"]
    assert found["options"]["replications"] < 20
    again = call("repeat", str(tmp_path / "out" / "MANIFEST.json"))
    assert again.exit_code == 0, again.output

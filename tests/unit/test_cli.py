"""The command line: what it prints, what it says where something is wrong, how it stops."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app import cli
from funnelsim.compiling import on_disk
from funnelsim.engines import StuckError
from funnelsim.keeping.baselines import shipped
from funnelsim.reports.grid import WIDTH
from funnelsim.scenario import preset_text
from funnelsim.studies import study
from funnelsim.studies.results import SimulationResult

FEW = ["--replications", "3", "--jobs", "1"]


def call(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def says(result: Result) -> str:
    return " ".join(result.stdout.split())


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


# ---- what is printed ------------------------------------------------------------------------


def test_compare_prints_the_table_the_verdict_and_what_to_try_next() -> None:
    result = call("compare", "first_steps", *FEW)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 100
    expected = fs.compare(fs.load("first_steps"), replications=3)
    assert expected.answer in says(result)
    assert "Every figure" not in result.stdout
    target = expected.comparison.front_runner()
    assert target == "more_inquiries"
    assert result.stdout.rstrip().endswith(f"Next, try: funnelsim run first_steps --strategy {target}")


def test_compare_all_shows_every_figure() -> None:
    result = call("compare", "first_steps", "--all", *FEW)
    assert "Every figure" in result.stdout
    assert fs.compare(fs.load("first_steps"), replications=3).verdict in says(result)
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_compare_json_prints_one_document_and_nothing_else() -> None:
    result = call("compare", "first_steps", "--json", "--seed", "9", *FEW)
    found = json.loads(result.stdout, parse_constant=refuse)
    assert found["seed"] == 9
    assert list(found["strategies"]) == ["today", "more_inquiries", "one_more_rep"]


def test_run_prints_one_strategy_in_depth() -> None:
    result = call("run", "first_steps", "--strategy", "more_inquiries", *FEW)
    assert result.exit_code == 0
    assert result.stdout.startswith("first_steps, strategy more_inquiries")
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "Next, try: funnelsim " in result.stdout


def test_run_json_is_the_document_of_the_result() -> None:
    found = json.loads(call("run", "first_steps", "--json", *FEW).stdout, parse_constant=refuse)
    expected = fs.simulate(fs.load("first_steps"), replications=3).summary
    assert found["figures"]["bookings"]["mean"] == expected.loc["bookings", "mean"]


def test_digest_is_one_line_and_the_same_for_every_engine_and_number_of_jobs() -> None:
    variants = [("--jobs", "1"), ("--jobs", "2"), ("--engine", "reference", "--jobs", "1")]
    printed = {call("run", "first_steps", "--digest", "--replications", "3", *v).stdout for v in variants}
    assert len(printed) == 1
    line = printed.pop()
    assert line.endswith("\n")
    assert len(line) == 65
    int(line, 16)


def test_changes_are_made_and_passed_on() -> None:
    sets = ["--set", "teams.sales.people=30", "--set", "channels.website.inquiries_per_month*=0.5"]
    found = json.loads(call("run", "first_steps", "--json", *sets, *FEW).stdout)
    assert len(found["by"]["rep"]) == 30
    assert found["figures"]["inquiries"]["mean"] == pytest.approx(240, rel=0.15)
    printed = call("run", "first_steps", *sets, *FEW).stdout
    assert printed.rstrip().endswith(
        "Next, try: funnelsim compare first_steps \\\n  --set teams.sales.people=30 \\\n"
        "  --set 'channels.website.inquiries_per_month*=0.5'"
    )


FOURTH = '\n[strategies.fourth]\nabout = "A fourth"\nchange = { "teams.sales.people" = 4 }\n'


def test_strategies_are_chosen_and_put_together(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(preset_text("first_steps") + FOURTH, encoding="utf-8")
    chosen = "today, fourth+one_more_rep,more_inquiries"
    found = json.loads(call("compare", str(file), "--strategies", chosen, "--json", *FEW).stdout)
    assert list(found["strategies"]) == ["today", "fourth+one_more_rep", "more_inquiries"]
    both = found["strategies"]["fourth+one_more_rep"]
    assert both["about"] == "A fourth; Hire one more rep"
    assert both["changes"] == [{"path": "teams.sales.people", "before": 2, "after": 5, "from": "2026-01-01"}]
    page = call("compare", str(file), "--strategies", chosen, "--all", *FEW).stdout
    assert "fourth+one_more_rep: A fourth; Hire one more rep" in page
    assert re.search(r"^fourth\+one_more_ .*\nrep ", page, re.MULTILINE)  # a row of the table, folded
    run = json.loads(call("run", str(file), "--strategy", "fourth+one_more_rep", "--json", *FEW).stdout)
    assert len(run["by"]["rep"]) == 5
    assert run["figures"] == both["figures"]


def test_a_strategy_that_undoes_a_change_is_told_below_the_table(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(preset_text("first_steps") + FOURTH, encoding="utf-8")
    changed = [str(file), "--set", "teams.sales.people=5", *FEW]
    told = (
        "This strategy sets teams.sales.people to 4 (here 5 -> 4, as typed 2 -> 4), whatever was changed "
        'there; "teams.sales.people +=" = 2 would move along.'
    )
    page = says(call("compare", *changed))
    assert f"Mind fourth: {told} " in page
    assert page.index("Strategy P10-P90") < page.index(told) < page.index("Next, try")
    assert page.count(told) == 1
    found = json.loads(call("compare", *changed, "--json").stdout)["strategies"]
    assert {name: each["warnings"][:1] for name, each in found.items() if told in each["warnings"]} == {
        "fourth": [told]
    }
    assert told in says(call("run", *changed, "--strategy", "fourth"))
    assert "Mind" not in call("compare", str(file), *FEW).stdout


def test_a_busy_team_is_offered_one_more_person() -> None:
    printed = call("run", "first_steps", "--set", "channels.website.inquiries_per_month=80", *FEW).stdout
    assert printed.rstrip().endswith("--set teams.sales.people+=1")
    again = shlex.split(printed.replace("\\\n", " ").split("Next, try: funnelsim ")[1])
    assert call(*again, *FEW).exit_code == 0


def test_validate_says_what_it_understood(tmp_path: Path) -> None:
    folder = tmp_path / ("a_long_name_" * 10)  # a path is not folded: it may be copied
    folder.mkdir()
    file = folder / "mine.toml"
    assert call("scenarios", "copy", "first_steps", str(file)).exit_code == 0
    result = call("validate", str(file))
    assert result.exit_code == 0
    assert f"{file} is valid" in result.stdout
    assert f"Next, try: funnelsim compare {file}" in says(result)


def test_scenarios_are_listed_and_shown() -> None:
    listed = call("scenarios").stdout
    assert all(name in listed for name in fs.presets())
    lines = call("scenarios", "list").stdout.splitlines()
    for name in (*fs.presets(), *shipped()):
        assert len([line for line in lines if line.startswith(f"{name} ")]) == 1
    assert max(map(len, lines)) <= WIDTH
    shown = says(call("scenarios", "show", "first_steps"))
    assert "teams.sales.people = 2 assumed: round figures for a first look" in shown


def test_copying_leaves_a_file_that_exists_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("scenarios", "copy", "first_steps").exit_code == 0
    copied = Path("first_steps.toml").read_text(encoding="utf-8")
    assert fs.parse(copied).document == fs.load("first_steps").document
    Path("first_steps.toml").write_text("mine", encoding="utf-8")
    again = call("scenarios", "copy", "first_steps")
    assert (again.exit_code, again.stderr) == (2, "first_steps.toml exists already: it is left as it is\n")
    assert Path("first_steps.toml").read_text(encoding="utf-8") == "mine"


def test_the_schema_is_a_json_schema() -> None:
    found = json.loads(call("schema").stdout)
    assert found["$schema"].startswith("https://json-schema.org/")
    assert "channels" in found["properties"]


def test_demo_writes_and_names_table_and_pictures(tmp_path: Path) -> None:
    out = tmp_path / "new" / "demo"
    result = call("demo", "first_steps", "--out", str(out), *FEW)
    assert result.exit_code == 0
    pictures = {f"{name}.png" for name in ("strategies", "flow", "cycle", "forecast", "funnel")}
    files = {"comparison.txt", "figures.xlsx", *pictures, "best_forecast.png", "best_funnel.png"}
    assert {path.name for path in out.iterdir()} == files
    assert all(str(out / name) in result.stdout for name in files)
    assert (out / "comparison.txt").read_text(encoding="utf-8") in result.stdout


# ---- what is wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("compare first_stpes", 'did you mean "first_steps"'),
        ("validate no/such/file.toml", "the file does not exist"),
        ("compare first_steps --set teams.sales.peple=3", 'did you mean "teams.sales.people"'),
        ("compare first_steps --set nonsense", '"nonsense" is not a change'),
        ("run first_steps --set teams.sales.people=-1", "teams.sales.people"),
        ("run first_steps --set teams.sales.people=+1", "expected teams.sales.people+=1 to add"),
        ("run first_steps --set stages.*.conversion*=3", "stages.first_call.conversion is 1.05"),
        ("run first_steps --set stages.*.convrsion*=3", 'did you mean "stages.*.conversion"'),
        ("run first_steps --set teams.sales.people*=2 --set teams.sales.people=3", "has changed it"),
        ("compare first_steps --strategies today,,x", "different names with commas between them"),
        ("compare first_steps --strategies today,today", "different names with commas between them"),
        ("compare first_steps --strategies today,one_more", 'did you mean "one_more_rep"'),
        ("run first_steps --strategy one_more_rep+one_more_rep", "names one_more_rep twice"),
        ("trace first_steps --strategy today+one_more_rep --out x.csv", "today, which changes nothing"),
        ("run first_steps --set start=2026 --set start=2027", "--set start is given twice"),
        ("run first_steps --strategy one_more", 'did you mean "one_more_rep"'),
        ("run first_steps --replications 0", "--replications must be a whole number from 1 to 1,000,000"),
        ("compare first_steps --seed -1", "--seed must be a whole number from 0"),
        ("compare first_steps --jobs 5000", "--jobs must be a whole number from 0 to 1,024"),
        ("run first_steps --engine fast", "--engine must be compiled or reference, not 'fast'"),
        ("run first_steps --json --digest", "ask for one of them"),
        ("run first_steps --replications many", "--replications"),
        ("scenarios show nothing", "does not exist"),
        ("scenarios copy nothing", "is not a preset"),
        (
            "scenarios copy first_steps /no/such/folder/x.toml",
            "cannot be written: the folder /no/such/folder does not exist",
        ),
        ("demo first_steps --out /dev/null/x", "cannot be written"),
        ("nothing", "No such command"),
    ],
)
def test_what_is_wrong_is_said_on_the_error_stream(words: str, sentence: str) -> None:
    result = call(*words.split())
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_all_errors_of_a_file_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    text = preset_text("first_steps").replace("people = 2", "peple = 2")
    file.write_text(text.replace("conversion = 0.35", "conversion = 1.2"), encoding="utf-8")
    result = call("validate", str(file))
    assert result.exit_code == 2
    assert 'did you mean "people"' in result.stderr
    assert "stages.first_call.conversion is 1.2" in result.stderr


def test_what_goes_round_for_ever_is_said_with_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(*_: object) -> None:
        raise StuckError(0, (1,))

    monkeypatch.setattr(study, "replicate", stuck)
    result = call("run", "first_steps")
    assert result.exit_code == 2
    assert result.stderr.startswith("leads go round for ever without time passing, in these stages: proposal")


def test_what_is_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("ours")

    monkeypatch.setattr(study, "replicate", broken)
    assert isinstance(call("run", "first_steps").exception, ValueError)


# ---- as a process ---------------------------------------------------------------------------


def process(*words: str, code: str = "from funnelsim.app.cli import main; main()") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.argv[0] = 'funnelsim'\n{code}", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


SIGNALLING = """
import contextlib, signal
from funnelsim.app import cli, progress as shown_progress
shown = shown_progress.simulated
@contextlib.contextmanager
def telling(simulations):
    with shown(simulations) as progress:
        done = []
        def tell(count):
            done.append(count)
            if len(done) == 4:
                print("begun", file=sys.stderr, flush=True)
            progress(count)
        yield tell
shown_progress.simulated = telling
cli.main()
"""


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("engine", "jobs", "whole_group"),  # a terminal tells the whole group, a scheduler the process alone
    [
        ("compiled", "1", False),
        ("compiled", "2", True),
        ("reference", "1", False),
        ("reference", "2", False),
        ("reference", "2", True),
    ],
)
def test_ctrl_c_shows_what_was_finished(engine: str, jobs: str, whole_group: bool) -> None:
    words = ["run", "first_steps", "--replications", "100000", "--engine", engine, "--jobs", jobs]
    running = process(*words, code=SIGNALLING)
    assert running.stderr is not None
    told = [running.stderr.readline()]
    while told[-1] not in ("begun\n", ""):
        told.append(running.stderr.readline())
    began = time.monotonic()
    (os.killpg if whole_group else os.kill)(running.pid, signal.SIGINT)
    out, error = running.communicate(timeout=60)
    assert time.monotonic() - began < 5  # a second on an idle machine
    assert running.returncode == 130
    stopped = error.splitlines()[-1]
    assert stopped.startswith("stopped after ")
    assert stopped.endswith(" of 100,000 simulated years")
    assert f"{stopped.split()[2]} simulated years" in out
    assert "Traceback" not in error
    deadline = time.monotonic() + 5
    while alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(running.pid)


def test_ctrl_c_before_the_first_year_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(study, "replicate", stopped)
    result = call("compare", "first_steps")
    assert result.exit_code == 130
    assert result.stdout == ""
    assert result.stderr == "stopped before every strategy had finished a simulated year\n"


def test_stopped_json_is_whole_and_a_stopped_digest_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    simulate = study.simulate

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        study, "simulate", lambda *words, **more: simulate(*words, **more | {"progress": stop})
    )
    words = ["run", "first_steps", "--replications", "20", "--jobs", "1"]
    result = call(*words, "--json")
    assert result.exit_code == 130
    found = json.loads(result.stdout, parse_constant=refuse)
    assert found["replications"]["finished"] < found["replications"]["asked"] == 20
    digest = call(*words, "--digest")
    assert (digest.exit_code, digest.stdout) == (130, "")


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    with process("schema") as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == ""
        assert running.wait(timeout=60) == 0


FULL = OSError(errno.ENOSPC, "No space left on device")
NEVER_KEPT = f"in every run because {Path('cache', '0123')} cannot be written (No space left on device)"


@pytest.mark.parametrize(
    ("failures", "said"),
    [
        ([], []),
        ([None, None], ["once on this machine"]),
        ([FULL, FULL], [NEVER_KEPT]),
        ([None, FULL, FULL], ["once on this machine", NEVER_KEPT]),
    ],
)
def test_compiling_is_announced(
    failures: list[OSError | None], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sentence once, however many functions are compiled; real ones are in test_compilation."""
    simulate = study.simulate

    def compile_first(*words: Any, **more: Any) -> SimulationResult:
        for failure in failures:
            on_disk._watcher(Path("cache", "0123"), failure)
        on_disk.watch(on_disk._nobody)
        return simulate(*words, **more)

    monkeypatch.setattr(study, "simulate", compile_first)
    lines = call("run", "first_steps", *FEW).stderr.splitlines()
    assert lines == [f"Compiling the engine, {text}: this takes about 30 seconds ..." for text in said]


@pytest.mark.parametrize("preset", fs.presets())
def test_printing_figures_imports_no_frames_no_pictures_and_no_statistics(preset: str) -> None:
    code = (
        "from funnelsim.app.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'matplotlib', 'scipy.stats', 'rich.progress'}\n"
        "print('IMPORTED', sorted(heavy & set(sys.modules)))\n"
    )
    with process("run", preset, *FEW, code=code) as running:
        out, said = running.communicate(timeout=120)
    assert out.endswith("IMPORTED []\n"), said


def test_importing_and_asking_for_help_import_nothing_heavy() -> None:
    code = (
        "import funnelsim\n"
        "from funnelsim.app.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numba', 'numpy', 'scipy', 'pandas', 'matplotlib', 'simpy', 'joblib'}\n"
        "print('IMPORTED', sorted(heavy & set(sys.modules)))\n"
    )
    for words in (["--help"], ["compare", "--help"]):
        out, _ = process(*words, code=code).communicate(timeout=60)
        assert out.endswith("IMPORTED []\n")


@pytest.mark.parametrize("words", [["compare"], ["run"], ["validate"], ["schema"], ["demo"], ["scenarios"]])
def test_every_command_helps_with_an_example(words: list[str]) -> None:
    shown = says(call(*words, "--help"))
    assert f"Example: funnelsim {words[0]}" in shown

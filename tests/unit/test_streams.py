"""Whatever stands at the other end of a stream: what is printed is right, or a sentence says why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from funnelsim.io.texts import escaped_json, without_controls
from funnelsim.scenario import preset_text

FEW = ["--replications", "3", "--jobs", "1"]
MAIN = "import sys; sys.argv[0] = 'funnelsim'\nfrom funnelsim.app.cli import main; main()"


def run(*words: str | bytes, redirect: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line, with streams redirected as a shell does it."""
    command = [sys.executable, "-c", MAIN, *words]
    if redirect:
        command = ["sh", "-c", f'exec "$@" {redirect}', "sh", *command]
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | environment)


@pytest.fixture(scope="module")
def euro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario whose currency and names no old terminal has."""
    file = tmp_path_factory.mktemp("euro") / "mine.toml"
    text = preset_text("first_steps").replace('"USD"', '"\u20ac"')
    file.write_text(
        text.replace("first_call", '"\u6700\u521d"').replace("one_more_rep", '"\u017belazny"'),
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_pages_are_printed_in_any_encoding(euro: Path, encoding: str) -> None:
    ran = run("compare", str(euro), *FEW, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (ran.returncode, b"Traceback" in ran.stderr) == (0, False)
    page = ran.stdout.decode(encoding)
    assert "\u017belazny".encode(encoding, "replace").decode(encoding) in page
    assert "Next, try: funnelsim run" in page


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_whole_in_any_encoding(euro: Path, encoding: str) -> None:
    ran = run("compare", str(euro), "--json", *FEW, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    found = json.loads(ran.stdout.decode(encoding))
    assert list(found["strategies"]) == ["today", "more_inquiries", "\u017belazny"]


def test_what_is_wrong_is_told_in_any_encoding(tmp_path: Path) -> None:
    file = tmp_path / "\u20ac.toml"
    file.write_text("start = 1\n", encoding="utf-8")
    ran = run("validate", str(file), PYTHONIOENCODING="ascii:strict", PYTHONUTF8="0")
    assert (ran.returncode, b"Traceback" in ran.stderr) == (2, False)
    assert b"?.toml has " in ran.stderr


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    file = os.fsencode(tmp_path) + b"/\xff\x1b[2J.toml"
    try:
        Path(os.fsdecode(file)).write_text(preset_text("first_steps"), encoding="utf-8")
    except OSError:
        pytest.skip("this disk takes no such name")
    out = tmp_path / "out"
    ran = run("run", file, *FEW, "--out", str(out))
    assert (ran.returncode, b"Traceback" in ran.stderr) == (0, False)
    assert b"\x1b" not in ran.stdout + ran.stderr
    assert b"/??[2J.toml, strategy today" in ran.stdout.replace(b"\n", b"")
    assert json.loads((out / "MANIFEST.json").read_text(encoding="utf-8"))["scenario"].endswith("/??[2J.toml")
    again = run("repeat", str(out / "MANIFEST.json"))
    assert (again.returncode, b"\x1b" in again.stdout) == (0, False)


def test_nothing_that_controls_a_terminal_is_printed_from_a_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("run", "first_steps", *FEW, "--out", str(out)).returncode == 0
    manifest = out / "MANIFEST.json"
    found = json.loads(manifest.read_text(encoding="utf-8"))
    found["changes"] = ["teams.sales.commission=0.06"]
    for key in ("platform", "command", "scenario"):
        found[key] = "\x1b[2J\x9b2J\ud800\u202e"
    found["versions"] = {"numpy": "\x1b]0;owned\x07"}
    manifest.write_text(json.dumps(found), encoding="utf-8")
    ran = run("repeat", str(manifest))
    assert (ran.returncode, b"Traceback" in ran.stderr) == (1, False)
    printed = (ran.stdout + ran.stderr).decode("utf-8")
    assert all(letter.isprintable() or letter == "\n" for letter in printed)
    found["engine"] = "\x1b[2J\ud800"
    manifest.write_text(json.dumps(found), encoding="utf-8")
    ran = run("repeat", str(manifest))
    assert (ran.returncode, b"\x1b" in ran.stderr, b"Traceback" in ran.stderr) == (2, False, False)


def test_json_and_lines_without_controls() -> None:
    text = json.dumps({"a": "5 \u20ac \x9b \U0001f600"}, ensure_ascii=False)
    for encoding in ("ascii", "latin-1", "utf-8", None):
        assert json.loads(escaped_json(text, encoding)) == json.loads(text)
    assert without_controls("a\n\x1b[2J") == "a\n?[2J"


# ---- streams that are closed or full --------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("words", [["schema"], ["--help"], ["scenarios"], ["compare", "first_steps", *FEW]])
def test_a_full_disk_is_told(words: list[str]) -> None:
    ran = run(*words, redirect="> /dev/full")
    assert ran.returncode == 2
    assert (
        ran.stderr.decode().splitlines()[-1]
        == "what is to be printed cannot be written: No space left on device"
    )


def test_errors_never_go_to_where_results_go() -> None:
    ran = run("validate", "nothing", redirect="2>&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, b"", b"")
    ran = run("validate", "nothing", redirect="2> /dev/full") if Path("/dev/full").exists() else ran
    assert (ran.returncode, ran.stdout) == (2, b"")


def test_a_closed_output_spoils_no_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("run", "first_steps", *FEW, "--out", str(out), redirect=">&-")
    assert (ran.returncode, b"Traceback" in ran.stderr) == (0, False)
    ran = run("run", "first_steps", *FEW, "--out", str(tmp_path / "both"), redirect=">&- 2>&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    ours, theirs = ((tmp_path / name / "summary.csv").read_bytes() for name in ("out", "both"))
    assert ours == theirs

"""A process that is killed at any moment leaves each file and folder absent, old or whole.

An audit hook counts the operations on files, and kills the process before the first, the second, and so on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

JOBS = '''
import json, os, signal, sys
from pathlib import Path
from funnelsim.io.writing import UnfinishedError, new_folder, whole_file

home, job, sent = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
FILES = {
    "scenario/scenario.toml": b"s" * 9,
    "scenario/data/x.csv": b"x",
    "a.csv": b"a" * 5000,
    "MANIFEST.json": b"m",
}

def work(target):
    if job == "new file":
        with whole_file(target / "won") as opened:
            opened.write(b"new")
    elif job in ("old file", "linked file"):
        with whole_file(target / "won", overwrite=True) as opened:
            opened.write(b"new")
    else:
        with new_folder(target / "out") as folder:
            for name, content in FILES.items():
                folder.write(name, content)
            folder.finish()

def prepare(target):
    target.mkdir()
    if job == "old file":
        (target / "won").write_bytes(b"old")
    if job == "linked file":
        (target / "kept").mkdir()
        (target / "kept" / "won").write_bytes(b"old")
        (target / "won").symlink_to("kept/won")
    if job == "empty folder":
        (target / "out").mkdir()

def state(target):
    if job.endswith("file"):
        won = target / "won"
        linked = won.is_symlink() is (job == "linked file")
        return (won.read_text() if linked else "no link") if won.exists() else "absent"
    out = target / "out"
    if not out.exists():
        return "absent"
    found = {each.relative_to(out).as_posix(): each.read_bytes() for each in out.rglob("*") if each.is_file()}
    return "empty" if not list(out.iterdir()) else "whole" if found == FILES else "half"

def lived(target, at):
    """Work in a process that is told to end at one operation; return whether it came so far."""
    child = os.fork()
    if child == 0:
        seen = 0
        def watch(event, arguments):
            nonlocal seen
            if event == "open" or event.startswith(("os.", "shutil.")):
                seen += str(target) in str(arguments[0])
                if seen == at + 1:
                    seen += 1
                    os.kill(os.getpid(), sent)
        if sent == signal.SIGTERM:
            signal.signal(sent, signal.default_int_handler)
        sys.addaudithook(watch)
        try:
            work(target)
        except KeyboardInterrupt:
            os._exit(130)
        except (FileExistsError, UnfinishedError) as error:
            os._exit(3 if isinstance(error, UnfinishedError) else 2)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)

found = []
for at in range(500):
    target = home / str(at)
    prepare(target)
    code = lived(target, at)
    after = state(target)
    strays = [each.name for each in target.rglob("*") if "unfinished" in each.name]
    again = lived(target, 10_000)
    found.append([code, after, len(strays), again, state(target)])
    if code == 0:
        break
print(json.dumps(found))
'''
KILL, TERM = 9, 15
WORKED, EXISTS, UNFINISHED = 0, 2, 3


def killed(home: Path, job: str, sent: int) -> list[tuple[int, str, int, int, str]]:
    ran = subprocess.run(
        [sys.executable, "-c", JOBS, str(home), job, str(sent)], capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    found = [tuple(each) for each in json.loads(ran.stdout)]
    assert found[-1][0] == 0
    assert len(found) > 3  # moments at which it was killed
    return found


@pytest.mark.parametrize("sent", [KILL, TERM])
@pytest.mark.parametrize(
    ("job", "before", "after"),
    [
        ("new file", "absent", "new"),
        ("old file", "old", "new"),
        ("linked file", "old", "new"),
        ("new folder", "absent", "whole"),
    ],
)
def test_whatever_the_moment_it_is_as_before_or_whole(
    tmp_path: Path, job: str, before: str, after: str, sent: int
) -> None:
    found = killed(tmp_path, job, sent)
    assert {state for _, state, _, _, _ in found} == {before, after}
    overwrites = job in ("old file", "linked file")
    for _, state, _, again, last in found:
        assert again == (WORKED if state == before or overwrites else EXISTS)
        assert last == after


@pytest.mark.parametrize("sent", [KILL, TERM])
def test_a_folder_that_was_there_is_empty_whole_or_said_to_be_unfinished(tmp_path: Path, sent: int) -> None:
    found = killed(tmp_path, "empty folder", sent)
    assert {state for _, state, _, _, _ in found} >= {"empty", "whole"}
    for _, state, strays, again, last in found:
        if strays:
            assert again == UNFINISHED
        else:
            assert (state, again, last) in {("empty", WORKED, "whole"), ("whole", EXISTS, "whole")}


@pytest.mark.parametrize("job", ["new file", "old file", "linked file", "new folder"])
def test_what_is_told_to_end_leaves_nothing_behind(tmp_path: Path, job: str) -> None:
    """Only where it is told in the very moment at which it makes or removes the unfinished one."""
    found = killed(tmp_path, job, TERM)
    assert sum(strays > 0 for _, _, strays, _, _ in found) <= 2

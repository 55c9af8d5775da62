"""A study that is killed at any moment goes on where it was, to the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

KILLED = '''
import os, random, signal, sys, time
from pathlib import Path
import funnelsim as fs
from funnelsim.reports.study_files import study_files
from funnelsim.studies.designed.running import run_study

home, wanted = Path(sys.argv[1]), int(sys.argv[2])
scenario = fs.load("first_steps").with_changes({"horizon.period_months": 2})
levers = {"teams.sales.people": [1, 2, 3]}
study = fs.study_of({"scenario": scenario, "levers": levers, "replications": 250, "title": "killed"})

def begun(store, jobs):
    """Begin a run in a process of its own."""
    child = os.fork()
    if child == 0:
        result = run_study(study, store=store, jobs=jobs)
        out = store.with_suffix(".out")
        out.mkdir(exist_ok=True)
        for name, content in study_files(result).items():
            (out / name).write_bytes(content)
        os._exit(0)
    return child

def bytes_of(store):
    kept = (each for folder in (store, store.with_suffix(".out")) for each in sorted(folder.rglob("*")))
    files = [each for each in kept if each.is_file() and not each.name.startswith(".")]
    return [(each.parent.name.split(".")[-1], each.name, each.read_bytes()) for each in files]

def folders(found):
    return [(folder if folder in ("studies", "worlds", "out") else "", *rest) for folder, *rest in found]

def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

since = time.perf_counter()
undisturbed = home / "undisturbed"
assert ended(begun(undisturbed, 2)) == 0
usual = time.perf_counter() - since
draws, killed, stores = random.Random(7), 0, []
while killed < wanted:
    store = home / f"store {len(stores)}"
    stores.append(store)
    while killed < wanted:
        child = begun(store, 1 + killed % 2)
        time.sleep(draws.uniform(0.0, 0.4) * usual)
        os.kill(child, signal.SIGKILL)
        if ended(child) == 0:  # it was faster: kill another one
            break
        killed += 1
    else:
        assert ended(begun(store, 2)) == 0
same = [folders(bytes_of(store)) == folders(bytes_of(undisturbed)) for store in stores]
print(killed, len(stores), len(bytes_of(undisturbed)), all(same), sep=",")
'''


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="kills compiled runs: others take minutes")  # type: ignore[attr-defined]
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_study_that_is_killed_ends_in_the_same_bytes(kills: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(kills)]
    found = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    killed, stores, files, same = found.stdout.strip().split(",")
    assert (int(killed), same) == (kills, "True")
    assert int(stores) >= 1
    assert int(files) == 1 + 1 + 9 + 5  # the mark, the study, three blocks of three rows, the results

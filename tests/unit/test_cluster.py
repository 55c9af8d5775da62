"""A study on a Dask cluster: the bytes of threads, whatever is lost, and sentences where it cannot run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

from funnelsim.studies.designed.cluster import AHEAD, ROWS, SHARES, Cluster

from .test_cli import call

STUDY = 'scenario = "first_steps"\nlevers."teams.sales.people" = [1, 2]\nreplications = 3\n'

LIVED = """
import json, os, signal, sys
from pathlib import Path

import funnelsim as fs
from distributed import Client, LocalCluster
from funnelsim.scenario import preset_text
from funnelsim.studies.designed import cluster as home

folder, told = Path(sys.argv[1]), {}
unsure = '"stages.proposal.conversion" = { low = 0.2, likely = 0.3, high = 0.4 }'
scenario = fs.parse(preset_text("first_steps") + "[uncertainties]\\n" + unsure)
scenario = scenario.with_changes({"horizon.period_months": 2})
levers = {"teams.sales.people": [1, 2, 3]}
study = fs.study_of({"scenario": scenario, "levers": levers, "replications": 250, "title": "lost"})

def bytes_of(store):
    kept = (each for each in sorted(store.rglob("*")) if each.is_file())
    return [(each.parent.name, each.name, each.read_bytes()) for each in kept if each.parent != store]

def refused(name, **more):
    try:
        fs.run_study(more.pop("study", study), store=more.pop("store", None), **more)
    except home.ClusterError as error:
        told[name] = str(error)

def unreachable():
    try:
        with home.connected("tcp://127.0.0.1:9"):
            pass
    except home.ClusterError as error:
        told["unreachable"] = str(error)

threads, lost = folder / "threads", folder / "lost"
undisturbed = fs.run_study(study, store=threads)
home.PATIENCE, home.LOST = 0.5, 1
unreachable()
local = LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=None)
with local, Client(local, set_as_default=False) as client:
    refused("idle", client=client)
    home.PATIENCE = 30
    local.scale(1)
    client.wait_for_workers(1, timeout=30)

    right, home._maker = home._maker, lambda: right() | {"code": "0"}
    refused("other code", client=client)
    home._maker = right

    def left(_):
        local.scale(0)

    refused("all lost", client=client, store=lost, progress=left)
    told["kept"] = len(bytes_of(lost))

    local.scale(2)
    client.wait_for_workers(2, timeout=30)
    pids, killed = client.run(os.getpid), []

    def kill(_):
        busy = [worker for worker, keys in client.processing().items() if keys]
        if not killed and busy:
            killed.append(pids[busy[0]])
            os.kill(killed[0], signal.SIGKILL)

    result = fs.run_study(study, store=folder / "killed", client=client, progress=kill)
    told["killed"], told["simulated"] = len(killed), result.simulated
    gone_on = fs.run_study(study, store=lost, client=client)
    told["gone on"] = gone_on.simulated
    told["same"] = [bytes_of(folder / each) == bytes_of(threads) for each in ("killed", "lost")]
    told["again"] = fs.run_study(study, store=lost, client=client).simulated
    told["tables"] = result.table.equals(undisturbed.table)

    first = fs.run_study(study, client=client, enough=lambda result: result.years >= 200)
    told["enough"] = first.years, bool((first.values == undisturbed.values[:, :200]).all())

print(json.dumps(told))
"""


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="interpreted, it takes minutes")  # type: ignore[attr-defined]
def test_a_study_loses_workers_and_no_results(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs Dask, which the extra [cluster] brings")
    ran = subprocess.run(
        [sys.executable, "-c", LIVED, str(tmp_path)], check=False, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert "no Dask scheduler answers at tcp://127.0.0.1:9: start one" in told["unreachable"]
    assert "has no workers: start some with `dask worker tcp://" in told["idle"]
    assert "cannot be used: its files of funnelsim, its processor" in told["other code"]
    assert "has lost all its workers, and no other has come for 1 seconds; what is" in told["all lost"]
    assert (told["killed"], told["simulated"]) == (1, 3 * 250)
    worlds = told["kept"] - 1  # and the study
    assert 0 < worlds < 3 * 3
    assert 0 < told["gone on"] <= 3 * 250 - 50 * worlds
    assert (told["same"], told["tables"]) == ([True, True], True)
    assert told["again"] == 0
    assert told["enough"] == [200, True]


def study_file(folder: Path) -> str:
    file = folder / "people.toml"
    file.write_text(STUDY)
    return str(file)


@pytest.mark.parametrize("address", ["lab", "tcp://lab", "lab:8786", "tcp://:8786", "tcp://lab:http"])
def test_what_is_no_address_is_refused(address: str, tmp_path: Path) -> None:
    result = call("study", study_file(tmp_path), "--cluster", address)
    assert result.exit_code == 2
    assert f'"{address}" is no address like "tcp://10.0.0.5:8786"' in " ".join(result.stderr.split())


def test_without_dask_a_cluster_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = call("study", study_file(tmp_path), "--cluster", "tcp://127.0.0.1:9")
    assert result.exit_code == 2
    assert "pip install distributed" in " ".join(result.stderr.split())


def test_every_thread_of_a_cluster_gets_its_share_of_the_rows() -> None:
    cluster = object.__new__(Cluster)
    cluster.at_once = 10
    assert [cluster.rows_at_once(rows) for rows in (1, 40, 79, 80, 10_000)] == [1, 1, 1, 2, ROWS]
    assert (SHARES, AHEAD) == (4, 2)

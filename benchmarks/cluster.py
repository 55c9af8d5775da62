"""What it costs to simulate a block of worlds on a worker of a Dask cluster, beside the block itself."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from time import perf_counter

from dask.config import set as set_config
from distributed import Client, LocalCluster

from benchmarks.report import Table, median
from funnelsim.scenario import courses_of, load, strategy_names
from funnelsim.studies.designed.blocks import Block, simulated
from funnelsim.studies.designed.cluster import LARGEST, ROWS
from funnelsim.studies.designed.running import BLOCK
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan

TITLE = "Cluster"
PRESETS = ("first_steps", "professional_services")
HEAD = (
    *("preset", "strategies", "simulated, s", "packed, ms", "sent, MB", "back, MB"),
    *("there and back, ms", "% of simulating"),
)


def carried(sent: bytes, size: int) -> bytes:
    """Do on a worker what a block does, without simulating: unpack it, and bring so many bytes."""
    pickle.loads(sent)
    return os.urandom(size)


def row(client: Client, preset: str, count: int, runs: int) -> tuple[str, ...]:
    """Measure a block of a preset's first strategies."""
    scenario = settled(load(preset))
    names = strategy_names(scenario)[:count]
    plan = Plan(BLOCK, jobs=1)
    block = Block({name: scenario.strategy(name) for name in names}, courses_of(scenario, names), plan)
    back = pickle.dumps(simulated(block))
    seconds, packing, carrying = [], [], []
    for _ in range(runs):
        began = perf_counter()
        simulated(block)
        seconds.append(perf_counter() - began)
        began = perf_counter()
        sent = pickle.dumps(block)
        packing.append(perf_counter() - began)
        began = perf_counter()
        client.submit(carried, sent, len(back), pure=False).result()
        carrying.append(perf_counter() - began)
    spent = median(packing) + median(carrying)
    return (
        *(preset, f"{len(names)}", f"{median(seconds):.2f}", f"{1e3 * median(packing):.0f}"),
        *(f"{len(sent) / 1e6:.1f}", f"{len(back) / 1e6:.2f}", f"{1e3 * median(carrying):.0f}"),
        f"{100 * spent / median(seconds):.1f}",
    )


def tables(runs: int) -> Sequence[Table]:
    """Measure blocks of one strategy, and of as many as are sent together."""
    os.environ.setdefault("PYTHONPATH", os.getcwd())  # a worker finds this module
    with (
        set_config({"distributed.admin.large-graph-warning-threshold": LARGEST}),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.submit(carried, pickle.dumps(None), 0).result()
        rows = [row(client, preset, count, runs) for preset in PRESETS for count in (1, ROWS)]
    return [
        Table(
            f"A block of {BLOCK} worlds, on a worker of this machine",
            HEAD,
            rows,
            note="Simulated: on one thread. There and back: what is sent is unpacked on the worker, and "
            "what a block brings comes back, without simulating.",
        )
    ]

"""How many leads a second each engine simulates on a preset, one thread, compilation excluded."""

from __future__ import annotations

import argparse
import platform
import statistics
import time

import numba
import numpy as np

from funnelsim.engines import ENGINES, new_ledger, pages, world_of
from funnelsim.metrics import fold, new_tally
from funnelsim.model import Model
from funnelsim.replication import PAGE
from funnelsim.scenario import load, lower
from funnelsim.vocabulary import Event

WORLDS = {"compiled": 20, "reference": 2}  # in one measured run


def one_run(engine: str, model: Model, reasons: int, first: int, *, folded: bool) -> tuple[float, int, int]:
    """Simulate some worlds; return seconds, leads and rows."""
    ledger = new_ledger(PAGE)
    leads = rows = 0
    started = time.perf_counter()
    for replication in range(first, first + WORLDS[engine]):
        tally = new_tally(model, reasons)
        for page in pages(ENGINES[engine], model, world_of(1, replication), ledger):
            rows += len(page)
            leads += int(np.count_nonzero(page["event"] == Event.INQUIRY))
            if folded:
                fold(page, model, tally)
    return time.perf_counter() - started, leads, rows


def main() -> None:
    """Print a table: leads and ledger rows a second, median of several runs."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=5)
    runs = arguments.parse_args().runs
    print(f"Python {platform.python_version()}, numba {numba.__version__}, {platform.machine()}; ", end="")
    print(f"median of {runs} runs, one thread")
    print(f"{'preset':24} {'engine':20} {'leads/s':>12} {'rows/s':>12}")
    for preset in ("professional_services", "marketplace_sellers"):
        model, names = lower(load(preset))
        for engine, folded in (("compiled", False), ("compiled", True), ("reference", False)):
            reasons = len(names.reasons)
            one_run(engine, model, reasons, 0, folded=folded)
            timed = [one_run(engine, model, reasons, 1000 * run, folded=folded) for run in range(1, runs + 1)]
            leads = statistics.median(count / seconds for seconds, count, _ in timed)
            rows = statistics.median(count / seconds for seconds, _, count in timed)
            print(f"{preset:24} {engine + (' and fold' if folded else ''):20} {leads:12,.0f} {rows:12,.0f}")


if __name__ == "__main__":
    main()

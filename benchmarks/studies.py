"""Whole studies: every strategy of a preset in many worlds, on two threads against one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

from benchmarks.report import Table, median, times
from funnelsim.model.model import Names
from funnelsim.scenario import Scenario, load, lower, strategy_names, worlds_of
from funnelsim.studies.replication import Models, Plan, replicate

TITLE = "Studies"
REPLICATIONS = {"professional_services": 1_000, "marketplace_sellers": 100}  # both take about as long
PAIRS = 3
THREADS = (1, 2)


def strategies_of(scenario: Scenario) -> dict[str, tuple[Models, Names]]:
    """Lower every strategy: once, or in each world anew where the scenario is uncertain."""
    found: dict[str, tuple[Models, Names]] = {}
    for name in strategy_names(scenario):
        changed = scenario.strategy(name)
        if scenario.uncertainties:
            worlds = worlds_of(changed)
            found[name] = worlds, worlds.names
        else:
            found[name] = lower(changed)
    return found


def seconds(strategies: Mapping[str, tuple[Models, Names]], replications: int, threads: int) -> float:
    """Run the study once."""
    began = perf_counter()
    replicate(strategies, Plan(replications, jobs=threads))
    return perf_counter() - began


def row(preset: str, runs: int, replications: int) -> tuple[str, ...]:
    """Measure pairs of one study on one thread and on two, in turns."""
    strategies = strategies_of(load(preset))
    replicate(strategies, Plan(1, jobs=1))  # compiles, or reads what was compiled
    pairs = [[seconds(strategies, replications, threads) for threads in THREADS] for _ in range(runs)]
    one, two = (median(found) for found in zip(*pairs, strict=True))
    gain = median([alone / together for alone, together in pairs])
    return preset, f"{len(strategies)}", f"{replications:,}", f"{one:.2f}", f"{two:.2f}", times(gain)


def tables(_: int) -> Sequence[Table]:
    """Measure both presets."""
    return [
        Table(
            "Every strategy of a preset in the same worlds",
            ("preset", "strategies", "replications", "one thread, s", "two threads, s", "times as fast"),
            [row(preset, PAIRS, replications) for preset, replications in REPLICATIONS.items()],
            note="Where numbers are uncertain, the scenario is lowered again in each world, and the first "
            f"have twins. Medians of {PAIRS} pairs, in turns; the last column is that of their ratios.",
        )
    ]

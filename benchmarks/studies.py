"""Whole studies: every strategy of a preset in a thousand worlds, on two threads against one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

from benchmarks.report import Table, median, times
from funnelsim.model import Names
from funnelsim.replication import Models, Plan, replicate
from funnelsim.scenario import Scenario, load, lower, strategy_names, worlds_of

TITLE = "Studies"
PRESETS = ("professional_services", "marketplace_sellers")
REPLICATIONS = 1_000
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


def row(preset: str, runs: int, replications: int = REPLICATIONS) -> tuple[str, ...]:
    """Measure pairs of one study on one thread and on two, in turns."""
    strategies = strategies_of(load(preset))
    replicate(strategies, Plan(1, jobs=1))  # compiles, or reads what was compiled
    pairs = [[seconds(strategies, replications, threads) for threads in THREADS] for _ in range(runs)]
    one, two = (median(found) for found in zip(*pairs, strict=True))
    gain = median([alone / together for alone, together in pairs])
    return preset, f"{len(strategies)}", f"{one:.2f}", f"{two:.2f}", times(gain)


def tables(runs: int) -> Sequence[Table]:
    """Measure both presets."""
    return [
        Table(
            f"{REPLICATIONS:,} replications of every strategy",
            ("preset", "strategies", "one thread, s", "two threads, s", "times as fast"),
            [row(preset, runs) for preset in PRESETS],
            note="Where numbers are uncertain, the scenario is lowered again in each world, and the "
            "first have twins. The last column is the median of the pairs' ratios.",
        )
    ]

"""Whole studies: every strategy of a preset in many worlds, on two threads against one."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from contextlib import ExitStack
from time import perf_counter, process_time, thread_time
from typing import Any, NamedTuple
from unittest.mock import patch

from benchmarks.report import Table, median, times
from funnelsim.engines.compiled import blocks
from funnelsim.scenario import Course, courses_of, load, strategy_names
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan, Strategies, replicate

TITLE = "Studies"
REPLICATIONS = {"professional_services": 1_000, "marketplace_sellers": 100}  # both take about as long
PAIRS = 3
THREADS = (1, 2)


class Hindrance(NamedTuple):
    """What keeps more threads from being as many times as fast."""

    outside: float  # share of the processors' time that is not spent in compiled code: the interpreter's lock
    faults: float  # pages of memory that a world touches for the first time: the lock of the address space
    switches: float  # times that a thread goes to sleep in a world, to wait for something


def strategies_of(preset: str) -> dict[str, Course]:
    """Prepare to lower every strategy of a preset."""
    scenario = settled(load(preset))
    return courses_of(scenario, strategy_names(scenario))


def seconds(strategies: Strategies, replications: int, threads: int) -> float:
    """Run the study once."""
    began = perf_counter()
    replicate(strategies, Plan(replications, jobs=threads))
    return perf_counter() - began


def hindrance(strategies: Strategies, replications: int, threads: int) -> Hindrance:
    """Run the study once more and look on."""
    compiled: list[float] = []

    def clocked(function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            began = thread_time()
            found = function(*arguments)
            compiled.append(thread_time() - began)
            return found

        return call

    before, began = resource.getrusage(resource.RUSAGE_SELF), process_time()
    with ExitStack() as patches:
        for name in ("_go_on", "carry_over", "take_over"):
            patches.enter_context(patch.object(blocks, name, clocked(getattr(blocks, name))))
        seconds(strategies, replications, threads)
    after, taken = resource.getrusage(resource.RUSAGE_SELF), process_time() - began
    worlds = replications * len(strategies)
    return Hindrance(
        outside=1 - sum(compiled) / taken,
        faults=(after.ru_minflt - before.ru_minflt) / worlds,
        switches=(after.ru_nvcsw - before.ru_nvcsw) / worlds,
    )


def row(preset: str, runs: int, replications: int) -> tuple[str, ...]:
    """Measure pairs of one study on one thread and on two, in turns."""
    strategies = strategies_of(preset)
    replicate(strategies, Plan(1, jobs=1))  # compiles, or reads what was compiled
    pairs = [[seconds(strategies, replications, threads) for threads in THREADS] for _ in range(runs)]
    one, two = (median(found) for found in zip(*pairs, strict=True))
    gain = median([alone / together for alone, together in pairs])
    hindered = hindrance(strategies, replications, THREADS[-1])
    return (
        *(preset, f"{len(strategies)}", f"{replications:,}", f"{one:.2f}", f"{two:.2f}", times(gain)),
        *(f"{100 * hindered.outside:.1f}", f"{hindered.faults:.2f}", f"{hindered.switches:.2f}"),
    )


def one_past(preset: str, runs: int, replications: int) -> tuple[str, ...]:
    """Measure strategies that live their past together beside each by itself, on one thread, in turns."""
    strategies = strategies_of(preset)
    replicate(strategies, Plan(1, jobs=1))
    pairs = []
    for _ in range(runs):
        alone = sum(seconds({name: each}, replications, 1) for name, each in strategies.items())
        pairs.append((alone, seconds(strategies, replications, 1)))
    apart, together = (median(found) for found in zip(*pairs, strict=True))
    gain = median([alone / joint for alone, joint in pairs])
    model = strategies["today"].typed[0].model
    share = f"{100 * model.months[0] / model.horizon:.0f}"
    return preset, f"{len(strategies)}", share, f"{apart:.2f}", f"{together:.2f}", times(gain)


def tables(_: int) -> Sequence[Table]:
    """Measure both presets."""
    return [
        Table(
            "Strategies with one past",
            (
                *("preset", "strategies", "% of the time before they begin"),
                *("each by itself, s", "together, s", "times as fast"),
            ),
            [one_past(preset, PAIRS, replications) for preset, replications in REPLICATIONS.items()],
            note=f"One thread, medians of {PAIRS} pairs, in turns. What is before the first day of the "
            "strategies is lived once for all of them.",
        ),
        Table(
            "Every strategy of a preset in the same worlds",
            (
                *("preset", "strategies", "replications", "one thread, s", "two threads, s", "times as fast"),
                *("% outside compiled code", "page faults a world", "waits a world"),
            ),
            [row(preset, PAIRS, replications) for preset, replications in REPLICATIONS.items()],
            note="Where numbers are uncertain, the scenario is lowered again in each world, and the first "
            f"have twins. Medians of {PAIRS} pairs, in turns; times as fast is that of their ratios. The "
            "columns after it, of one more run on two threads, say what would hold up more threads: "
            "processor time outside compiled code, where one thread runs at a time; pages of memory touched "
            "for the first time; and how often a thread goes to sleep. A world is one of one strategy.",
        ),
    ]

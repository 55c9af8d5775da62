"""Presets with everything on: events a second, and what the fold and lowering again cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import TypeVar

from benchmarks.lives import Life, lived, page_for
from benchmarks.report import Table, median, times
from funnelsim.chance.keys import world_of
from funnelsim.scenario import load, lower, worlds_of
from funnelsim.studies.pilot import settled

TITLE = "Full model"
PRESETS = (
    *("professional_services", "marketplace_sellers", "junk_leads", "outbound_and_inbound"),
    *("subscription_software", "installer", "partners_who_deliver"),
)
Result = TypeVar("Result")
WORLDS = {"compiled": 20, "reference": 1}  # in one run
ENGINES = {"compiled": "funnelsim", "reference": "its reference engine (SimPy)"}


def lives_of(preset: str, runs: int) -> dict[str, list[Life]]:
    """Live through worlds of a preset with both engines in turns, ledgers written and folded."""
    model, names = lower(settled(load(preset)))
    ledger = page_for(model)
    live = partial(lived, model=model, names=names, ledger=ledger, folded=True)
    found: dict[str, list[Life]] = {engine: [] for engine in ENGINES}
    live("compiled", worlds=[0])  # compiles, or reads what was compiled
    for run in range(runs):
        for engine, count in WORLDS.items():
            found[engine].append(live(engine, worlds=range(run * count, (run + 1) * count)))
    return found


def total(life: Life) -> float:
    """Return the seconds of simulating and adding up."""
    return life.seconds + life.folding


def speed_rows(preset: str, lives: dict[str, list[Life]]) -> list[tuple[str, ...]]:
    """Tabulate a preset's speeds."""
    rates = {engine: median([each.rows / total(each) for each in found]) for engine, found in lives.items()}
    return [
        (
            preset,
            ENGINES[engine],
            f"{rates[engine]:,.0f}",
            f"{median([each.rows / each.seconds for each in found]):,.0f}",
            f"{median([each.leads / total(each) for each in found]):,.0f}",
            f"{median([each.rows / each.leads for each in found]):.1f}",
            times(rates[engine] / rates["reference"]),
            f"{median([each.folding / total(each) for each in found]):.0%}",
        )
        for engine, found in lives.items()
    ]


def lowering_row(preset: str, runs: int) -> tuple[str, ...]:
    """Tabulate what it costs to lower the scenario again for a world, beside what it costs to live in it."""
    worlds = worlds_of(settled(load(preset)).strategy("today"))
    ledger = page_for(worlds.median)
    lowering, living, folding = [], [], []
    for replication in range(runs * WORLDS["compiled"]):
        seconds, model = timed(partial(worlds, world_of(1, replication)))
        life = lived("compiled", model, worlds.names, ledger, [replication], folded=True)
        lowering.append(seconds)
        living.append(life.seconds)
        folding.append(life.folding)
    lowered, lived_through, folded = median(lowering), median(living), median(folding)
    milliseconds = (f"{1e3 * each:.2f}" for each in (lowered, lived_through, folded))
    return preset, *milliseconds, times(lowered / lived_through), times(folded / lived_through)


def timed(action: Callable[[], Result]) -> tuple[float, Result]:
    """Do something; return the seconds and what came of it."""
    began = perf_counter()
    result = action()
    return perf_counter() - began, result


def tables(runs: int) -> Sequence[Table]:
    """Measure the presets."""
    rows = [row for preset in PRESETS for row in speed_rows(preset, lives_of(preset, runs))]
    uncertain = [preset for preset in PRESETS if load(preset).uncertainties]
    return [
        Table(
            "Ledger written and folded into all figures, one thread",
            (
                "preset",
                "engine",
                "events/s",
                "events/s, not folded",
                "leads/s",
                "events/lead",
                "of reference's",
                "fold's share",
            ),
            rows,
            words=2,
            note="An event is a row of the ledger.",
        ),
        Table(
            "One world: its uncertain numbers drawn and the scenario lowered again, simulated, folded",
            ("preset", "lower, ms", "simulate, ms", "fold, ms", "lower / simulate", "fold / simulate"),
            [lowering_row(preset, runs) for preset in uncertain],
        ),
    ]

"""The what-if page in a browser, from a slider to the answer; and what a checkpoint of the past saves."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from playwright.sync_api import Browser, Page
from tests.browser.chromium import EXECUTABLE, launched

from benchmarks.report import Table, median
from funnelsim.app.what_if.server import serving
from funnelsim.app.what_if.session import Session
from funnelsim.scenario import load, presets
from funnelsim.studies.checkpoint import Checkpoint
from funnelsim.studies.pilot import settled
from funnelsim.studies.study import keep
from funnelsim.studies.what_if import SIZES, WhatIf

TITLE = "What-if page"
_CAPTION = "From a slider to what the page shows, in a browser"
_COLUMNS = ("preset", "first figure, seconds", "slowest of them", f"settled, {SIZES[-1]} worlds, seconds")
_PATIENCE = 300_000  # milliseconds
_WORLDS = 100  # of a checkpoint
_PAST_CAPTION = f"The past of {_WORLDS} worlds, up to the period: simulated, or read from a checkpoint"
_PAST_COLUMNS = ("preset", "simulated, seconds", "read, seconds", "file, MB")


class Took(NamedTuple):
    """Seconds from a slider."""

    first: float  # to the first figure
    settled: float  # to the answer in all worlds


def moved(page: Page, number: int) -> Took:
    """Move a slider by a step, to where it has not been."""
    began = perf_counter()
    page.locator("input[type=range]").first.press("ArrowRight")
    page.wait_for_selector(f'body[data-shown="{number}"]', timeout=_PATIENCE)
    first = perf_counter() - began
    page.wait_for_selector(f'body[data-settled="{number}"]', timeout=_PATIENCE)
    return Took(first, perf_counter() - began)


def measured(browser: Browser, preset: str, runs: int) -> tuple[str, ...]:
    """Move the first slider of a preset, once today is simulated in all worlds."""
    with serving(Session(preset, WhatIf(load(preset)))) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(server.address)
        page.wait_for_selector('body[data-settled="1"]', timeout=_PATIENCE)
        took = [moved(page, number) for number in range(2, runs + 2)]
        context.close()
    first, settled = (median([each[part] for each in took]) for part in range(2))
    return preset, f"{first:.2f}", f"{max(each.first for each in took):.2f}", f"{settled:.1f}"


def past(preset: str, runs: int) -> tuple[str, ...]:
    """Simulate what comes before the period, keep it and read it again."""
    scenario = settled(load(preset))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "start.checkpoint"
        simulated, read = [], []
        for _ in range(runs):
            began = perf_counter()
            kept = keep(scenario, scenario.start, replications=_WORLDS)
            simulated.append(perf_counter() - began)
            kept.save(file, overwrite=True)
            began = perf_counter()
            Checkpoint.load(file)
            read.append(perf_counter() - began)
        size = file.stat().st_size / 1e6
    return preset, f"{median(simulated):.2f}", f"{median(read):.2f}", f"{size:.1f}"


def tables(runs: int) -> Sequence[Table]:
    """Measure each preset."""
    kept = Table(
        _PAST_CAPTION,
        _PAST_COLUMNS,
        [past(preset, runs) for preset in presets()],
        note=f"Medians of {runs}. Reading is no faster than simulating where the past is short, which is why "
        "the page keeps the past in memory and no file by itself; `what-if --from` goes on from one.",
    )
    if EXECUTABLE is None:
        return [Table(_CAPTION, _COLUMNS, [], note="Not measured: there is no Chromium."), kept]
    with launched() as browser:
        rows = [measured(browser, preset, runs) for preset in presets()]
    return [
        Table(
            _CAPTION,
            _COLUMNS,
            rows,
            note=f"Medians of {runs} moves of the first slider, each to a value where it has not been; today "
            "is simulated before. The first figure is of one world.",
        ),
        kept,
    ]

"""The what-if page in a browser: from a slider to the first figure, and to an answer that is settled."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

from playwright.sync_api import Browser, Page
from tests.browser.chromium import EXECUTABLE, launched

from benchmarks.report import Table, median
from funnelsim.app.what_if.server import serving
from funnelsim.app.what_if.session import Session
from funnelsim.scenario import load, presets
from funnelsim.studies.what_if import SIZES

TITLE = "What-if page"
_CAPTION = "From a slider to what the page shows, in a browser"
_COLUMNS = ("preset", "first figure, seconds", "slowest of them", f"settled, {SIZES[-1]} worlds, seconds")
_PATIENCE = 300_000  # milliseconds


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
    with serving(Session(preset, load(preset))) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(server.address)
        page.wait_for_selector('body[data-settled="1"]', timeout=_PATIENCE)
        took = [moved(page, number) for number in range(2, runs + 2)]
        context.close()
    first, settled = (median([each[part] for each in took]) for part in range(2))
    return preset, f"{first:.2f}", f"{max(each.first for each in took):.2f}", f"{settled:.1f}"


def tables(runs: int) -> Sequence[Table]:
    """Measure each preset."""
    if EXECUTABLE is None:
        return [Table(_CAPTION, _COLUMNS, [], note="Not measured: there is no Chromium.")]
    with launched() as browser:
        rows = [measured(browser, preset, runs) for preset in presets()]
    return [
        Table(
            _CAPTION,
            _COLUMNS,
            rows,
            note=f"Medians of {runs} moves of the first slider, each to a value where it has not been; today "
            "is simulated before. The first figure is of one world.",
        )
    ]

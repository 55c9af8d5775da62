"""How far a command has come, and the time left: on a terminal's error stream, after a second (TE8).

What is needed is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from funnelsim.io.progress import Progress, silent

if TYPE_CHECKING:
    from funnelsim.app.bars import Line

BEGAN = time.monotonic()  # when the program began
PATIENCE = 1.0  # seconds: a program that takes no longer shows no bar
QUICK = 0.2  # seconds: nor does what takes no longer in a program that does


@contextmanager
def simulated(years: int) -> Iterator[Progress]:
    """Show how many years have been simulated, and how long the others take, and those that come besides."""
    with _shown("Simulating", years, "years") as line:
        yield line or silent


@contextmanager
def searched(years: int) -> Iterator[Progress]:
    """Show how many years have been simulated, of the most that it can take; time left is at most."""
    with _shown("Simulating", years, "years at most") as line:
        yield line or silent


@contextmanager
def counted(doing: str, count: int, unit: str) -> Iterator[Progress]:
    """Show how many there are by now of what is counted."""
    with _shown(doing, count, unit) as line:
        yield line or silent


@contextmanager
def working(doing: str) -> Iterator[Progress]:
    """Show the steps of some work, and the time passed between them."""
    with _shown(doing, None, "") as line:
        yield line or silent


@contextmanager
def _shown(doing: str, count: int | None, unit: str) -> Iterator[Line | None]:
    """Show a line while something takes long; none where nobody looks."""
    if not _is_seen():
        yield None
        return
    from funnelsim.app.bars import Line, display

    shown = display()
    begin = Timer(max(QUICK, BEGAN + PATIENCE - time.monotonic()), shown.start)
    begin.daemon = True
    begin.start()
    try:
        yield Line(shown, doing, count, unit)
    finally:
        begin.cancel()
        begin.join()
        if shown.live.is_started:
            shown.stop()


def _is_seen() -> bool:
    """Return whether somebody looks; `rich.progress` takes long to import, and else is not needed."""
    from rich.console import Console

    return Console(stderr=True).is_terminal

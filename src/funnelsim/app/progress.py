"""How far a command has come, and the time left: on a terminal's error stream, after a second (TE8).

What is needed is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

PATIENCE = 1.0  # seconds: what takes no longer shows no bar


@contextmanager
def simulated(years: int) -> Iterator[Callable[[int], None]]:
    """Show how many years have been simulated, and how long the others will take."""
    with _counted("Simulating", years, "years") as advance:
        yield advance


@contextmanager
def growing() -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Show how many years have been simulated: told what is finished, and how many years come besides."""
    if not _is_seen():
        yield lambda _: None, lambda _: None
        return
    with _shown(*_columns("Simulating", "years")) as progress:
        task = progress.add_task("", total=0)
        known = 0

        def more(years: int) -> None:
            nonlocal known
            known += years
            progress.update(task, total=known)

        yield lambda finished: progress.advance(task, finished), more


@contextmanager
def searched(years: int) -> Iterator[Callable[[int], None]]:
    """Show how many years have been simulated, of the most that it can take; time left is at most."""
    with _counted("Simulating", years, "years at most") as advance:
        yield advance


@contextmanager
def scored(dates: int) -> Iterator[Callable[[int], None]]:
    """Show how many dates have been scored."""
    with _counted("Scoring", dates, "dates") as advance:
        yield advance


@contextmanager
def measured(parts: int) -> Iterator[Callable[[int], None]]:
    """Show how many parts of a firm have been measured."""
    with _counted("Measuring", parts, "parts") as advance:
        yield advance


@contextmanager
def read() -> Iterator[Callable[[int, int], None]]:
    """Show how many bytes have been read, and of how many."""
    if not _is_seen():
        yield lambda _read, _all: None
        return
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn

    with _shown(TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("", total=None)
        yield lambda read, everything: progress.update(task, completed=read, total=everything)


@contextmanager
def waiting(doing: str) -> Iterator[None]:
    """Show that something is being done whose end nobody can tell, and since when."""
    if not _is_seen():
        yield
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

    with _shown(TextColumn(doing), BarColumn(), TimeElapsedColumn()) as progress:
        progress.add_task("", total=None)
        yield


@contextmanager
def _counted(doing: str, count: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show how many of a number there are by now."""
    if not _is_seen():
        yield lambda _: None
        return
    with _shown(*_columns(doing, unit)) as progress:
        task = progress.add_task("", total=count)
        yield lambda finished: progress.advance(task, finished)


def _columns(doing: str, unit: str) -> tuple[ProgressColumn, ...]:
    """Show what is done, how far, and the time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    return TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn()


def _is_seen() -> bool:
    """Return whether somebody looks; `rich.progress` takes long to import, and else is not needed."""
    from rich.console import Console

    return Console(stderr=True).is_terminal


@contextmanager
def _shown(*columns: ProgressColumn) -> Iterator[Progress]:
    """Show columns on the error stream while something runs that takes longer than a second."""
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    begin = Timer(PATIENCE, progress.start)
    begin.daemon = True
    begin.start()
    try:
        yield progress
    finally:
        begin.cancel()
        begin.join()
        if progress.live.is_started:
            progress.stop()

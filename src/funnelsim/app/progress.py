"""How far a command has come: on the error stream, if that is a terminal, else nothing.

What is needed is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


@contextmanager
def simulated(years: int | None) -> Iterator[Callable[[int], None]]:
    """Show how many years have been simulated, and of how many, if anybody knows."""
    with selecting() if years is None else _counted("Simulating", years, "years") as advance:
        yield advance


@contextmanager
def selecting() -> Iterator[Callable[[int], None]]:
    """Show how many years have been simulated, where nobody knows how many it takes."""
    if not _is_seen():
        yield lambda _: None
        return
    from rich.progress import TextColumn, TimeElapsedColumn

    told = TextColumn("Simulating {task.completed:,.0f} years")
    with _shown(told, TimeElapsedColumn()) as progress:
        task = progress.add_task("", total=None)
        yield lambda finished: progress.advance(task, finished)


@contextmanager
def scored(dates: int) -> Iterator[Callable[[int], None]]:
    """Show how many dates have been scored."""
    with _counted("Scoring", dates, "dates") as advance:
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
def _counted(doing: str, count: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show how many of a number there are by now."""
    if not _is_seen():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn())
    with _shown(*columns) as progress:
        task = progress.add_task("", total=count)
        yield lambda finished: progress.advance(task, finished)


def _is_seen() -> bool:
    """Return whether somebody looks; `rich.progress` takes long to import, and else is not needed."""
    from rich.console import Console

    return Console(stderr=True).is_terminal


def _shown(*columns: ProgressColumn) -> Progress:
    """Show columns on the error stream while something runs."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=True), transient=True)

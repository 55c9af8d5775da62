"""The bar on a terminal: what is done, how far it has come, and the time left (TE8)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from funnelsim.io.progress import Steps


class Line(Steps):
    """What is being done: a line of a display, which the lines of its steps replace as long as they take.

    Parameters
    ----------
    display : rich.progress.Progress
    doing : str
    count : int or None
        None or 0 where nobody knows yet.
    unit : str
    """

    def __init__(self, display: Progress, doing: str, count: int | None, unit: str) -> None:
        self._display, self._count = display, count or 0
        self._task = display.add_task(doing, total=count or None, unit=unit, told=0.0, away=0.0)
        self._begun, self._away = display.get_time(), 0.0

    def __call__(self, finished: int) -> None:
        """Count what has just been finished."""
        self._display.update(self._task, advance=finished, told=self._passed())

    def more(self, count: int) -> None:
        """Learn that there are more to come."""
        self._count += count
        self._display.update(self._task, total=self._count)

    @contextmanager
    def step(self, doing: str, count: int, unit: str) -> Iterator[Line]:
        """Show a step in place of this line."""
        begun = self._passed()
        self._display.update(self._task, visible=False)
        line = Line(self._display, doing, count, unit)
        try:
            yield line
        finally:
            self._display.remove_task(line._task)
            self._away += self._passed() - begun
            self._display.update(self._task, visible=True, away=self._away)

    def _passed(self) -> float:
        """Return the seconds that it has taken, without its steps."""
        return self._display.get_time() - self._begun - self._away


class _Count(ProgressColumn):
    """How many are finished, of how many."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text()
        if task.fields["unit"] == "bytes":
            return Text(f"{task.completed / 1e6:,.1f}/{task.total / 1e6:,.1f} MB")
        return Text(f"{task.completed:,.0f}/{task.total:,.0f} {task.fields['unit']}")


class _Time(ProgressColumn):
    """The time left; the time passed where nobody knows the end.

    Time goes on between two reports, which may be seconds apart.
    """

    def __init__(self) -> None:
        super().__init__()
        self._passed = TimeElapsedColumn()

    def render(self, task: Task) -> Text:
        if task.total is None:
            return self._passed.render(task)
        if not task.completed:
            return Text("-:--:--", style="progress.remaining")
        told, left = task.fields["told"], task.time_remaining
        if left is None:  # after the first report there is no pace yet
            left = told * (task.total - task.completed) / task.completed
        since = (task.elapsed or 0.0) - task.fields["away"] - told
        return Text(str(timedelta(seconds=math.ceil(max(left - since, 0)))), style="progress.remaining")


def display() -> Progress:
    """Make a display on the error stream, which leaves nothing behind."""
    columns = TextColumn("{task.description}"), BarColumn(), _Count(), _Time()
    return Progress(*columns, console=Console(stderr=True), transient=True)

"""A terminal that keeps what every bar of a command counts, and shows nothing."""

from __future__ import annotations

from typing import Any

import pytest
from rich.progress import Progress, Task, TaskID

from funnelsim.app import bars, progress


class Seen:
    """The lines that were shown, one after the other: what was done, of what, and how far."""

    def __init__(self) -> None:
        self.lines: list[Task] = []

    def clear(self) -> None:
        self.lines.clear()

    @property
    def counts(self) -> list[tuple[str, float, str]]:
        """List what was done, and how many of what there were."""
        return [
            (each.description, each.total, each.fields["unit"])
            for each in self.lines
            if each.total is not None
        ]

    def must_have_told_the_end(self) -> None:
        """Check that each line has counted up to its end, and that the others had a step that did."""
        assert self.lines
        for line, following in zip(self.lines, [*self.lines[1:], None], strict=True):
            told = (line.description, line.completed, line.total, line.fields["unit"])
            if line.total is None:
                assert following is not None, told
                assert following.total is not None, told
            elif line.fields["unit"].endswith("at most"):
                assert 0 < line.completed <= line.total, told
            else:
                assert 0 < line.completed == line.total, told


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Let somebody look at the error stream."""
    kept = Seen()

    class Display(Progress):
        def add_task(self, *words: Any, **more: Any) -> TaskID:
            task = super().add_task(*words, **more)
            kept.lines.append(self._tasks[task])
            return task

    monkeypatch.setattr(bars, "display", lambda: Display(disable=True))
    monkeypatch.setattr(progress, "_is_seen", lambda: True)
    return kept

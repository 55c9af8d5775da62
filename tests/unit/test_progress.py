"""The bar: after a second, with the time left, and only where somebody looks (TE8)."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import rich.console

from funnelsim.app import progress


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal that keeps what is shown."""
    stream, plain = io.StringIO(), rich.console.Console

    def terminal(**_: Any) -> rich.console.Console:
        return plain(file=stream, force_terminal=True, width=100, _environ={"TERM": "xterm"})

    monkeypatch.setattr(rich.console, "Console", terminal)
    monkeypatch.setattr(progress, "PATIENCE", 0.2)
    return stream


BARS: list[tuple[Callable[[], AbstractContextManager[Any]], str]] = [
    (lambda: progress.simulated(8), "8 years"),
    (lambda: progress.searched(8), "8 years at most"),
    (lambda: progress.scored(8), "8 dates"),
    (lambda: progress.measured(8), "8 parts"),
]


@pytest.mark.parametrize(("bar", "words"), BARS)
def test_what_takes_long_shows_a_bar_with_the_time_left(
    bar: Callable[[], AbstractContextManager[Any]], words: str, seen: io.StringIO
) -> None:
    with bar() as advance:
        for _ in range(4):
            time.sleep(0.15)
            advance(1)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen.getvalue())
    assert re.search(rf"[1-4]/{words} 0:00:0\d", shown), shown


def test_what_nobody_can_tell_shows_the_time_passed(seen: io.StringIO) -> None:
    with progress.waiting("Writing"):
        time.sleep(0.4)
    assert "Writing" in seen.getvalue()


def test_what_is_quick_shows_nothing(seen: io.StringIO) -> None:
    with progress.simulated(8) as advance:
        advance(8)
    with progress.waiting("Writing"):
        pass
    assert seen.getvalue() == ""


def test_where_nobody_looks_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.simulated(2) as advance, progress.read() as tell, progress.waiting("Writing"):
        time.sleep(0.05)
        advance(2)
        tell(1, 2)
    assert capsys.readouterr() == ("", "")

"""Long work in pieces, on all cores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import NamedTuple

TOLD = 20  # pieces between two lines about how far the work has come


class Piece(NamedTuple):
    """A piece of the work, which may be done beside others: what it counts for, and how it is done."""

    part: str
    live: Callable[..., Counter[str]]
    given: tuple[object, ...] = ()


def done(work: Iterable[Piece]) -> dict[str, Counter[str]]:
    """Do all pieces, and add up what they count by part; whatever one raises stops the others."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    with ProcessPoolExecutor() as processes:
        waiting = {processes.submit(piece.live, *piece.given): piece.part for piece in work}
        try:
            for number, found in enumerate(as_completed(waiting), 1):
                counted[waiting[found]].update(found.result())
                if number % TOLD == 0:
                    print(f"{number} of {len(waiting)} pieces", flush=True)
        except BaseException:
            processes.shutdown(cancel_futures=True)
            raise
    return counted

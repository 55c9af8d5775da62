"""How work that takes long tells how far it is: to a function that is given to it as `progress`.

Most work has one thing to count, such as simulated years, and calls `progress` with how many more are
finished. Work besides, of which whoever asked need not know, is a step: a pilot, or the files of an answer.
A plain function is not told of steps. A bar is (TE8).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

Progress = Callable[[int], None]  # told how many more are finished

_Item = TypeVar("_Item")


def silent(_finished: int) -> None:
    """Tell nobody."""


class Steps(ABC):
    """A `progress` that is told of steps too."""

    @abstractmethod
    def __call__(self, finished: int) -> None:
        """Count what has just been finished."""

    @abstractmethod
    def more(self, count: int) -> None:
        """Learn that there are more to come."""

    @abstractmethod
    def step(self, doing: str, count: int, unit: str) -> AbstractContextManager[Progress]:
        """Begin a step, which ends with the context: what is done, and how many there are of what."""


@contextmanager
def step(progress: Progress, doing: str, count: int, unit: str) -> Iterator[Progress]:
    """Begin a step of some work, and return what is to be told how far it is.

    Parameters
    ----------
    progress : callable
        What the work was given.
    doing : str
        What is done, as "Writing".
    count : int
        How many there are.
    unit : str
        Of what, as "files".

    Examples
    --------
    A plain function counts years, and hears nothing of files:

    >>> counted = []
    >>> with step(counted.append, "Writing", 2, "files") as tell:
    ...     tell(1)
    >>> counted
    []
    """
    if not isinstance(progress, Steps):
        yield silent
        return
    with progress.step(doing, count, unit) as tell:
        yield tell


def more(progress: Progress, count: int) -> None:
    """Tell that there are more to come, where that has turned out on the way."""
    if isinstance(progress, Steps):
        progress.more(count)


def step_through(items: Collection[_Item], progress: Progress, doing: str, unit: str) -> Iterator[_Item]:
    """Go through items as a step of some work, if there are any: each counts when the next is asked for.

    Examples
    --------
    >>> list(step_through(["page.txt", "table.csv"], silent, "Writing", "files"))
    ['page.txt', 'table.csv']
    """
    if not items:
        return
    with step(progress, doing, len(items), unit) as tell:
        for item in items:
            yield item
            tell(1)

"""A block of worlds of some models: what is simulated as one, here or elsewhere."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import NamedTuple, TypeVar

from funnelsim.io.progress import Progress
from funnelsim.scenario import Course, Scenario
from funnelsim.studies.designed.sums import Broken, sums_of
from funnelsim.studies.replication import Plan
from funnelsim.studies.store import Arrays
from funnelsim.studies.study import replicated

Name = TypeVar("Name")
Brought = dict[str, Arrays]  # by strategy


class Block(NamedTuple):
    """Strategies in consecutive worlds: all that their sums follow from (CL1).

    Attributes
    ----------
    scenarios, courses : mapping of str
        The scenario of each strategy, and its lowered form.
    plan : Plan
        Which worlds, of which seed.
    by : tuple of (str, str)
        Figures that are kept by month, channel, ... as well (ST10).
    """

    scenarios: Mapping[str, Scenario]
    courses: Mapping[str, Course]
    plan: Plan
    by: Broken = ()


def simulated(block: Block, progress: Progress = lambda _: None) -> Brought:
    """Simulate a block, and return what is kept of each strategy.

    Raises
    ------
    ScenarioError
        If it would outgrow memory.
    EndlessLoopError
        If leads go in circles at one instant without end.
    KeyboardInterrupt
        Stopped before the block was whole.

    Examples
    --------
    >>> from funnelsim.scenario import courses_of, load
    >>> from funnelsim.studies.pilot import settled
    >>> scenario = settled(load("first_steps"))
    >>> block = Block({"today": scenario}, courses_of(scenario, ["today"]), Plan(3, jobs=1))
    >>> simulated(block)["today"]["contracts"].shape
    (3, 1)
    """
    finished = replicated(block.scenarios, block.courses, block.plan, progress)
    if any(len(found) < block.plan.replications for found in finished.values()):
        raise KeyboardInterrupt  # a part of a block is nothing that could be kept
    return {
        name: sums_of(block.courses[name].typed[-1].model, found, block.by)
        for name, found in finished.items()
    }


class Here:
    """The machine of this process, where blocks are simulated one after the other, each on all threads."""

    named = "on this machine"
    at_once = 1  # blocks

    def rows_at_once(self, rows: int) -> int:
        """Return how many rows a block has at most: all, since those of a block share their past."""
        return rows

    def simulate(
        self, blocks: Iterator[tuple[Name, Block]], progress: Progress
    ) -> Generator[tuple[Name, Brought], None, None]:
        """Simulate named blocks, each when the next one is asked for."""
        for name, block in blocks:
            yield name, simulated(block, progress)

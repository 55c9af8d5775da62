"""What every engine does."""

from __future__ import annotations

from typing import Any, Protocol

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import Ledger
from funnelsim.model.model import Model

MOST_WAVES = 10_000  # waves of decisions at one instant, before an engine gives up


class StuckError(RuntimeError):
    """Leads go in circles at one instant without end (I5).

    Parameters
    ----------
    now : int
        The instant, in microseconds.
    stages : tuple of int
        The stages that the leads due at this instant are in.
    """

    def __init__(self, now: int, stages: tuple[int, ...]) -> None:
        super().__init__(
            f"more than {MOST_WAVES:,} waves of decisions at one instant ({now} µs), in stages {stages}"
        )
        self.now = now
        self.stages = stages

    def __reduce__(self) -> tuple[type[StuckError], tuple[int, tuple[int, ...]]]:
        return StuckError, (self.now, self.stages)


class Engine(Protocol):
    """A way to simulate one replication of a model."""

    def start(self, model: Model, world: Record) -> Any:
        """Make the state at the first midnight (E1)."""

    def advance(self, state: Any, until: int, ledger: Ledger) -> bool:
        """Handle the instants before `until`; False when the ledger is full and more is to come (E2).

        Called again, it continues, and writes the same rows wherever it stopped (E5).

        Raises
        ------
        StuckError
            More than MOST_WAVES waves of decisions at one instant.
        """

    def end_day(self, state: Any, now: int, ledger: Ledger) -> bool:
        """Book the day that ends at `now`, before which all is done; False if the ledger is full (C3)."""

    def change(self, state: Any, model: Model, ledger: Ledger) -> bool:
        """Let the chapter of this model begin, after the day that ends; False if the ledger is full (E7)."""

    def close(self, state: Any, ledger: Ledger) -> bool:
        """Book the last day and the leads that are open; False when the ledger is full (E3)."""

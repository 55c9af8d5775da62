"""The compiled engine as Python calls it: page by page, and from chapter to chapter."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.compiled.agenda import kind_of
from funnelsim.engines.compiled.changing import book_day_that_ends, carry_over
from funnelsim.engines.compiled.loop import FINISHED, LEDGER_FULL, STUCK, finish, live
from funnelsim.engines.compiled.state import State, new_state, pursuit_actor, with_larger_pools
from funnelsim.engines.ledger import Ledger, has_room, rows_of_a_step
from funnelsim.engines.protocol import StuckError
from funnelsim.model.model import Model, other_numbers
from funnelsim.model.words import Due


class CompiledEngine:
    """The default engine.

    Examples
    --------
    >>> from funnelsim.engines import ENGINES, history
    >>> sorted(ENGINES)
    ['compiled', 'reference']
    """

    def start(self, model: Model, world: Record) -> Simulation:
        """Make the state at the first midnight (E1)."""
        return Simulation(model, world)

    def advance(self, simulation: Simulation, until: int, ledger: Ledger) -> bool:
        """Handle the instants before `until`; False when the ledger is full (E2)."""
        while True:
            why = advance(simulation.model, simulation.world, simulation.state, until, ledger)
            if why in (FINISHED, LEDGER_FULL):
                return bool(why == FINISHED)
            simulation.state = help_on(simulation.state, why)

    def end_day(self, simulation: Simulation, now: int, ledger: Ledger) -> bool:
        """Book the day that ends now; False when the ledger is full."""
        if not has_room(ledger, rows_of_a_step(simulation.model)):
            return False
        end_day(simulation.model, simulation.world, simulation.state, ledger, now)
        return True

    def change(self, simulation: Simulation, model: Model, ledger: Ledger) -> bool:
        """Let a chapter begin; False when the ledger is full (E7)."""
        before, old = simulation.model, simulation.state
        if not has_room(ledger, rows_of_a_step(model)):
            return False
        state = new_state(model, len(old.pursuits), len(old.companies))
        carry_over(before, old, model, simulation.world, state, *other_numbers(before, model), ledger)
        simulation.model, simulation.state = model, state
        return True

    def close(self, simulation: Simulation, ledger: Ledger) -> bool:
        """Book the last day and the leads that are open; False when the ledger is full (E3)."""
        return bool(close(simulation.model, simulation.world, simulation.state, ledger) == FINISHED)


class Simulation:
    """One replication in progress."""

    def __init__(self, model: Model, world: Record) -> None:
        self.model = model
        self.world = world
        self.state = new_state(model)


def help_on(state: State, why: int) -> State:
    """Give a loop that has returned what it needs to continue.

    Raises
    ------
    StuckError
        Nothing helps: leads go in circles at one instant.
    """
    if why == STUCK:
        raise StuckError(int(state.clock[0]["now"]), stages_due(state))
    return with_larger_pools(state)


def stages_due(state: State) -> tuple[int, ...]:
    """Name the stages of the leads that are due at this instant."""
    clock = state.clock[0]
    due = [entry for entry in state.agenda[: clock["due"]] if entry["time"] == clock["now"]]
    about_pursuits = [entry["actor"] for entry in due if kind_of(entry["order"]) >= Due.WORK_ENDS]
    slots = np.array(about_pursuits, int) - pursuit_actor(state, 0)
    return tuple(sorted({int(stage) for stage in state.pursuits["stage"][slots]}))


@compiled
def advance(model: Model, world: Record, state: State, until: int, ledger: Ledger) -> int:
    """Continue, as `live` does (E2)."""
    return live(model, world, state, until, ledger)


@compiled
def end_day(model: Model, world: Record, state: State, ledger: Ledger, now: int) -> None:
    """Book the day that ends, as `book_day_that_ends` does (C3)."""
    book_day_that_ends(model, world, state, ledger, now)


@compiled
def close(model: Model, world: Record, state: State, ledger: Ledger) -> int:
    """Book what is left, as `finish` does (E3)."""
    return finish(model, world, state, ledger)

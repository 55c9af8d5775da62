"""What a search keeps in a store, so that it simulates nothing twice (OP10)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.compiled.blocks import Replications
from funnelsim.engines.fold import Tally
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import Course, Scenario
from funnelsim.studies.designed.sums import content_of, is_ones_own
from funnelsim.studies.replication import Plan
from funnelsim.studies.store import SEARCHED, WORLDS, Arrays, Key, Memory, Store
from funnelsim.studies.study import replicated

Box = Store | Memory
_TALLY = "tally"
_OF_WORLDS = ("worlds", "ledger_rows", "sha256")


def key_of(scenario: Scenario, name: str, course: Course, plan: Plan, what: object) -> Key:
    """Return the key of what a strategy brings in the worlds of a plan.

    Parameters
    ----------
    scenario : Scenario
        With months settled.
    name : str
        Of the strategy.
    course : Course
        Its lowered form.
    plan : Plan
    what : object
        What is kept of the worlds, as plain values.

    Raises
    ------
    UnusableError
        If a policy of the user's own decides: nothing tells what it does.
    """
    if is_ones_own(course):
        raise UnusableError(
            f'in "{name}" a policy of your own assigns leads, and nothing tells a store what it does: run '
            "the search without a store"
        )
    content = {
        "content": content_of(course, scenario, name),
        "seed": plan.seed,
        "first": plan.first,
        "worlds": plan.replications,
        SEARCHED: json.dumps(what, sort_keys=True, default=str),
    }
    return Key(WORLDS, "study", content)


def kept(box: Box | None, key: Callable[[], Key], simulate: Callable[[], Arrays]) -> Arrays:
    """Return what is kept under a key, or simulate and keep it; without a box, simulate."""
    if box is None:
        return simulate()
    named = key()
    found = box.read(named)
    if found is None:
        found = simulate()
        box.write(named, found)
    return found


def profits_kept(
    box: Box | None,
    keys: Callable[[str], Key],
    names: Sequence[str],
    simulate: Callable[[list[str]], Mapping[str, Floats]],
) -> dict[str, Floats]:
    """Return the profits of strategies in the worlds of a plan; those that are not kept are simulated."""
    found: dict[str, Floats] = {}
    for name in names if box is not None else ():
        arrays = box.read(keys(name)) if box is not None else None
        if arrays is not None:
            found[name] = arrays["profit"]
    missing = [name for name in names if name not in found]
    for name, profit in (simulate(missing) if missing else {}).items():
        found[name] = profit
        if box is not None:
            box.write(keys(name), {"profit": profit})
    return found


def simulating(box: Box | None, scenario: Scenario) -> Any:
    """Return a function that simulates as `replicated` does, but for strategies whose worlds are kept."""
    if box is None:
        return replicated

    def simulate(
        scenarios: Mapping[str, Scenario],
        courses: Mapping[str, Course],
        plan: Plan,
        progress: Progress,
        *_: Any,
    ) -> dict[str, Replications]:
        found: dict[str, Replications] = {}
        keys = {name: key_of(scenario, name, courses[name], plan, _TALLY) for name in scenarios}
        for name, key in keys.items():
            arrays = box.read(key)
            if arrays is not None:
                found[name] = _unpacked(arrays)
        missing = [name for name in scenarios if name not in found]
        if missing:
            some = {name: scenarios[name] for name in missing}
            new = replicated(some, {name: courses[name] for name in missing}, plan, progress)
            if any(len(each) < plan.replications for each in new.values()):
                raise KeyboardInterrupt
            for name, each in new.items():
                box.write(keys[name], _packed(each))
            found |= new
        return {name: found[name] for name in scenarios}

    return simulate


def _packed(found: Replications) -> Arrays:
    tally = {f"{_TALLY}.{name}": array for name, array in found.tally._asdict().items()}
    return {name: getattr(found, name) for name in _OF_WORLDS} | tally


def _unpacked(arrays: Arrays) -> Replications:
    tally = Tally(**{name: arrays[f"{_TALLY}.{name}"] for name in Tally._fields})
    worlds, rows, sha256 = (arrays[name] for name in _OF_WORLDS)
    return Replications(worlds, tally, rows, sha256)

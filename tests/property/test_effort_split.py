"""Effort split between the sale and a second process: by shares, by priority, with no claim to catch up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funnelsim.chance.keys import purpose
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, history
from funnelsim.model.model import EVENTS, SALE, Model, plain_ends
from funnelsim.model.records import PROCESS, SPAWN
from funnelsim.model.words import DAY, HOUR, NOBODY, Assignment, Event, Split

from ..oracle.plan import Plan, between, daily

engines = pytest.mark.parametrize("engine", sorted(ENGINES))
SERVICE = 1
LONGEST = 3 * HOUR  # piece of work


def hunters_and_farmers(
    per_day: list[float],
    split: Split,
    share: float = 0.0,
    assignment: Assignment = Assignment.SHARED_QUEUE,
    reps: int = 1,
    **more: Any,
) -> Model:
    """Let each contract bring a service, both worked by one team; `per_day` are the inquiries of each day."""
    plan = Plan(days=len(per_day))
    split_by = {"split": split, "new_share": round(1000 * share), "sticky": 0}
    team = plan.team(daily(len(per_day)), [{} for _ in range(reps)], assignment, **split_by | more)
    plan.stage()  # a contract at once, which brings a service ...
    plan.stage(team, effort=between(0.5, 3))  # ... while others ask for work themselves
    plan.stage(team, effort=between(1, 2))
    plan.channel(per_day)
    plan.channel(per_day, stage=1)
    model = plan.model()
    processes = np.zeros(2, PROCESS)
    processes["first_stage"], processes["stages"] = (0, 2), (2, 1)
    model.stages["process"] = [SALE, SALE, SERVICE]
    # The first stage ends in a contract; so does the second, whose contracts bring services too.
    ends = plain_ends(2).reshape(2, EVENTS)
    ends["spawns"][SALE, Event.WON] = 1
    spawns = np.zeros(1, SPAWN)
    spawns["purpose"], spawns["process"] = purpose("service"), SERVICE
    spawns["delay"] = len(model.distributions)
    none = np.zeros(1, model.distributions.dtype)
    distributions = np.concatenate([model.distributions, none])
    return model._replace(
        processes=processes, ends=ends.reshape(-1), spawns=spawns, distributions=distributions
    )


def starts(rows: Records) -> Records:
    """List the starts of work by reps, with the effort in `worked`."""
    started = rows[(rows["event"] == Event.STARTED) & (rows["rep"] != NOBODY)].copy()
    ended = rows[(rows["event"] == Event.WORKED) & (rows["rep"] != NOBODY)]
    effort = dict(zip(ended["pursuit"].tolist(), ended["worked"].tolist(), strict=True))
    started["worked"] = [effort.get(int(row["pursuit"]), 0) for row in started]
    return started


@engines
@pytest.mark.parametrize("share", [0.2, 0.6, 0.85])
@pytest.mark.parametrize("assignment", [Assignment.SHARED_QUEUE, Assignment.ROUND_ROBIN])
def test_effort_is_split_by_the_share(engine: str, share: float, assignment: Assignment) -> None:
    model = hunters_and_farmers([12.0] * 30, Split.SHARES, share, assignment, reps=2)
    made = starts(history(engine, model))
    busy = made[made["time"] > 8 * DAY]  # by then both classes always wait
    for rep in range(2):
        of_rep = busy[busy["rep"] == rep]
        new, accounts = (
            int(of_rep["worked"][of_rep["process"] == process].sum()) for process in (SALE, SERVICE)
        )
        assert min(new, accounts) > 5 * LONGEST
        assert abs(new * (1 - share) - accounts * share) <= LONGEST


@engines
@pytest.mark.parametrize(("split", "first"), [(Split.NEW_FIRST, SALE), (Split.ACCOUNTS_FIRST, SERVICE)])
def test_one_class_first(engine: str, split: Split, first: int) -> None:
    rows = history(engine, hunters_and_farmers([6.0] * 40, split))
    waiting = 0
    for row in rows:
        at_desk = row["stage"] > 0
        if row["process"] == first and at_desk:
            waiting += (row["event"] == Event.ENTERED) - int(row["event"] == Event.STARTED)
        elif row["event"] == Event.STARTED and at_desk:
            assert waiting == 0
    assert waiting >= 0


@engines
def test_nobody_catches_up_after_2000_hours(engine: str) -> None:
    """New business alone for 2,000 hours of work, then both: existing business gets its share, not all."""
    days, alone = 290, 253
    model = without_services(hunters_and_farmers([5.0] * days, Split.SHARES, 0.5))
    expected = model.expected.copy().reshape(2, -1)
    expected[0] = np.maximum(np.arange(days + 1) - alone, 0) * 30.0  # contracts without work, from then on
    made = starts(history(engine, model._replace(expected=expected.ravel())))
    early, late = made[made["time"] < alone * DAY], made[made["time"] >= (alone + 1) * DAY]
    assert early["worked"].sum() > 2000 * HOUR
    assert set(early["process"].tolist()) == {SALE}
    new, accounts = (int(late["worked"][late["process"] == process].sum()) for process in (SALE, SERVICE))
    assert min(new, accounts) > 100 * HOUR
    assert abs(new - accounts) <= 2 * LONGEST


def without_services(model: Model) -> Model:
    """Let the second stage's pursuits be lost, so that only the first stage's contracts bring services."""
    stages = model.stages.copy()
    stages["odds"][1] = 0.0
    return model._replace(stages=stages)


def test_both_engines_write_the_same() -> None:
    for assignment in (Assignment.SHARED_QUEUE, Assignment.CHERRY_PICK, Assignment.LEAST_LOADED):
        for split in Split:
            more = {"interrupts": 1, "max_open": 3, "prospects": 1, "block": HOUR}
            model = hunters_and_farmers([5.0] * 20, split, 0.3, assignment, reps=3, **more)
            assert history("compiled", model).tobytes() == history("reference", model).tobytes()

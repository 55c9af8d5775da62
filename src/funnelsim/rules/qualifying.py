"""What a firm finds out about a lead: a stage that decides by checks; theorists, who ripen."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import RIPENING, uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, HOUR, NOBODY, NOTHING
from funnelsim.rules.traits import has
from funnelsim.rules.visits import duration, occurrence, stage_for


@rare
def checked(model: Model, world: Record, pursuit: Record, speed: float) -> tuple[int, int]:
    """Make the checks of a stage: how much working time the visit takes, and whether the lead advances.

    (J3, J4)
    """
    stage = stage_for(model, pursuit)
    hours, good = float(pursuit["hours"]), 0
    for number in range(stage["first_check"], stage["first_check"] + stage["checks"]):
        check = model.checks[number]
        for_effort, for_answer = uniforms(world, pursuit["entity"], check["key"], occurrence(pursuit))
        hours += quantile(model.distributions[check["effort"]], model.knots, for_effort)
        if for_answer < chance_of_a_good_answer(pursuit, check):
            good += 1
    if stage["team"] == NOBODY:
        hours = 0.0
    return duration(hours / speed, HOUR), 1 if good >= stage["passes_at"] else 0


@rule
def chance_of_a_good_answer(pursuit: Record, check: Record) -> float:
    """Return the chance that a check finds what it looks for, by what a lead truly is (J3)."""
    about = check["trait"]
    truly = pursuit["theorist"] == 0 if about == NOTHING else has(pursuit["traits"], about)
    return float(check["sensitivity"] if truly else check["false_good"])


@rare
def still_theorist(model: Model, world: Record, pursuit: Record, now: int) -> int:
    """Return 1 while a theorist has not ripened, else 0 (J6)."""
    ripening = model.firm[0]["ripening"]
    if ripening == NOTHING:
        return 1
    u, _ = uniforms(world, pursuit["company"], RIPENING, 0)
    after = duration(quantile(model.distributions[ripening], model.knots, u), DAY)
    return 1 if now < pursuit["created"] + after else 0

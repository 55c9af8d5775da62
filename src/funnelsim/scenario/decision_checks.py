"""Checks of when a stage decides, and of the effects that need it to decide as the customer answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from funnelsim.scenario.errors import Problem, Problems, shown
from funnelsim.scenario.schema import Contents, Stage, StageEffects

LATE = "when_answered"


def check_curve(path: str, unit: str, times: Sequence[float], ratios: Sequence[float]) -> Problems:
    """Find an effect of time whose times do not rise, or that has not one odds ratio for each of them."""
    if len(times) != len(ratios):
        counts = f"{len(times)} {unit} and {len(ratios)} odds ratios"
        yield Problem(path, f"has {counts}", "as many of one as of the other")
    if any(later <= earlier for earlier, later in pairwise(times)):
        yield Problem(f"{path}.{unit}", f"is {shown(times)}", f"{unit} that rise")


def check_decisions(contents: Contents) -> Problems:
    """Find stages that cannot decide when they are told to, and effects that nothing would read (V28)."""
    for name, stage in contents.stages.items():
        path = f"stages.{name}"
        if stage.decided == LATE:
            yield from _late(path, stage)
        effects = {path: stage.effects}
        effects |= {f"{path}.segments.{of}": own.effects for of, own in stage.segments.items()}
        for where, each in effects.items():
            yield from _effects(f"{where}.effects", each, is_late=stage.decided == LATE)


def _late(path: str, stage: Stage) -> Problems:
    """Find what a stage has that is decided as the work starts."""
    given = {"checks": bool(stage.checks), "rejection": stage.rejection is not None}
    for key, is_there in given.items():
        if is_there:
            wrong = f"is given, and decided as the work starts, but the stage decides {LATE}"
            yield Problem(f"{path}.{key}", wrong, 'decided = "when_worked", or no such key')


def _effects(path: str, effects: StageEffects, *, is_late: bool) -> Problems:
    """Find effects on a decision that is made before they are known, and times that do not rise."""
    curve = effects.time_in_stage
    if curve is not None:
        yield from check_curve(f"{path}.time_in_stage", "days", curve.days, curve.odds_ratio)
    given = {"time_in_stage": curve, "month_of_quarter": effects.month_of_quarter}
    for key, value in given.items():
        if value is not None and not is_late:
            wrong = "is given, but the stage decides as the work starts"
            yield Problem(f"{path}.{key}", wrong, f'decided = "{LATE}", or no such key')

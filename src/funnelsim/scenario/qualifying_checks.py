"""Checks across keys of traits, of the checks of a stage, and of rejection."""

from __future__ import annotations

from itertools import pairwise

from funnelsim.rules.junk import MOST_STAGES
from funnelsim.scenario.errors import Problem, Problems, shown, unknown
from funnelsim.scenario.flow import teams_of
from funnelsim.scenario.qualifying import Check, OpenLeads
from funnelsim.scenario.qualifying_rows import check_key, trait_key
from funnelsim.scenario.schema import Contents, Stage


def check_qualifying(contents: Contents) -> Problems:
    """Find traits without a share, checks that cannot be made, and rejections that cannot be."""
    yield from _shares(contents)
    for number, (name, stage) in enumerate(contents.stages.items(), start=1):
        path = f"stages.{name}"
        yield from _decides(path, stage)
        for check, asks in stage.checks.items():
            yield from _check(f"{path}.checks.{check}", asks, contents, bool(teams_of(contents, name)))
        if stage.rejection is not None:
            yield from _rejection(f"{path}.rejection", name, number, contents)


def _shares(contents: Contents) -> Problems:
    for name, channel in contents.channels.items():
        for trait in channel.traits:
            if trait not in contents.traits:
                yield unknown(f"channels.{name}.traits", trait, contents.traits, "a trait")
    for trait, each in contents.traits.items():
        without = [name for name, channel in contents.channels.items() if trait not in channel.traits]
        if each.share is None and without:
            path = f"traits.{trait}.share"
            yield Problem(path, "is missing", f"a share, or one in channels.{without[0]}.traits")


def _decides(path: str, stage: Stage) -> Problems:
    """Find stages that decide in two ways, or in none."""
    if not stage.checks:
        if stage.conversion is None:
            right = "the probability that an average lead advances, or checks by which the stage decides"
            yield Problem(f"{path}.conversion", "is missing", right)
        if stage.passes_at is not None:
            wrong = "is given, but the stage has no checks"
            yield Problem(f"{path}.passes_at", wrong, "checks, or no such key")
        return
    if stage.conversion is not None:
        yield Problem(f"{path}.conversion", "is given beside checks", "one of them")
    for segment, own in stage.segments.items():
        if own.conversion is not None:
            where = f"{path}.segments.{segment}.conversion"
            yield Problem(where, "is given, but the stage decides by checks", "no such key")
    if stage.passes_at is not None and stage.passes_at > len(stage.checks):
        count = f"{len(stage.checks)} check{'s' * (len(stage.checks) > 1)}"
        wrong = f"is {stage.passes_at}, but the stage has {count}"
        yield Problem(f"{path}.passes_at", wrong, f"at most {len(stage.checks)}", None, stage.passes_at)


def _check(path: str, check: Check, contents: Contents, has_team: bool) -> Problems:
    if (check.trait is None) != check.theorist:
        both = f"both trait = {shown(check.trait)} and theorist = true"
        wrong = "has neither trait nor theorist = true" if check.trait is None else f"has {both}"
        yield Problem(path, wrong, "one of them")
    if check.trait is not None and check.trait not in contents.traits:
        yield unknown(f"{path}.trait", check.trait, contents.traits, "a trait")
    if "effort_hours" in check.model_fields_set and not has_team:
        wrong = "is given, but the stage has no team"
        yield Problem(f"{path}.effort_hours", wrong, "a team, or no such key")


def _rejection(path: str, name: str, number: int, contents: Contents) -> Problems:
    rejection = contents.stages[name].rejection
    assert rejection is not None
    if not teams_of(contents, name):
        yield Problem(path, "is given, but the stage has no team", "a team whose reps reject")
    if number > MOST_STAGES:
        wrong = f"is given in stage number {number}"
        yield Problem(path, wrong, f"a rejection in one of the first {MOST_STAGES} stages")
    for key, traits in (("needs", rejection.needs), ("missing", rejection.missing)):
        for trait in traits:
            if trait not in contents.traits:
                yield unknown(f"{path}.{key}", trait, contents.traits, "a trait")
    if rejection.open_leads is not None:
        yield from check_open_leads(f"{path}.open_leads", rejection.open_leads)


def check_open_leads(path: str, effect: OpenLeads) -> Problems:
    """Find an effect of open leads whose points do not rise, or are not as many as its ratios."""
    if len(effect.open) != len(effect.odds_ratio):
        counts = f"{len(effect.open)} values of open and {len(effect.odds_ratio)} odds ratios"
        yield Problem(path, f"has {counts}", "as many of one as of the other")
    if any(later <= earlier for earlier, later in pairwise(effect.open)):
        yield Problem(f"{path}.open", f"is {shown(effect.open)}", "numbers of open leads that rise")


# ---- ways out, keys, doubts -------------------------------------------------------------------


def always_passed(stage: Stage) -> bool:
    """Return whether every lead passes the checks of a stage."""
    return sum(chance == 1 for chance in _least_chances(stage)) >= needed(stage)


def never_passed(stage: Stage) -> bool:
    """Return whether some leads, whatever chance brings, cannot pass the checks of a stage."""
    return sum(chance > 0 for chance in _least_chances(stage)) < needed(stage)


def needed(stage: Stage) -> int:
    """Return how many good answers a lead needs in a stage with checks: by default all."""
    return stage.passes_at or len(stage.checks)


def _least_chances(stage: Stage) -> list[float]:
    """List the chance of a good answer for each check, of whoever has less chance."""
    return [min(check.sensitivity, 1.0 - check.specificity) for check in stage.checks.values()]


def keys_of_draws(contents: Contents) -> Problems:
    """Find traits and checks with the same hash in the keys of draws: they would share their numbers."""
    keys = {f"traits.{name}": trait_key(name) for name in contents.traits}
    for stage, each in contents.stages.items():
        keys |= {f"stages.{stage}.checks.{name}": check_key(stage, name) for name in each.checks}
    owners: dict[int, str] = {}
    for path, key in keys.items():
        if key in owners:
            yield Problem(path, f"has the same key as {owners[key]} by chance", "another name")
        owners.setdefault(key, path)


def harmful_checks(contents: Contents) -> list[str]:
    """List in sentences the checks whose good answers speak against a lead.

    >>> from funnelsim.scenario import load
    >>> harmful_checks(load("first_steps"))
    []
    """
    return [
        f"stages.{stage}.checks.{name} does harm: with a sensitivity of {check.sensitivity:g} and a "
        f"specificity of {check.specificity:g}, those without what it looks for get a good answer more often "
        "than those with it."
        for stage, each in contents.stages.items()
        for name, check in each.checks.items()
        if check.sensitivity < 1 - check.specificity
    ]

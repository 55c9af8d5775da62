"""Whether a study fits into memory, checked before it starts.

Two things grow: the leads open at once in a replication, and the figures kept of each replication. Both are
counted on the low side: a refused study would not fit, but an accepted one may still be too large.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import chain, islice, repeat

from funnelsim.engines.compiled.agenda import AGENDA
from funnelsim.engines.compiled.days import LATER
from funnelsim.engines.compiled.queues import LINK
from funnelsim.engines.compiled.state import KIN
from funnelsim.engines.fold import new_tally
from funnelsim.io.memory import available_memory
from funnelsim.model.records import PURSUIT
from funnelsim.scenario import Course, Problem, Scenario, ScenarioError, inquiries_in_all
from funnelsim.scenario.calendars import calendar_of
from funnelsim.scenario.flow import teams_of
from funnelsim.studies.pilot import Crowd, crowd
from funnelsim.studies.replication import Plan

SLOT = sum(layout.itemsize for layout in (PURSUIT, LINK, KIN, AGENDA, LATER))  # of the compiled engine's pool
OPEN_LEAD = {"compiled": SLOT, "reference": 1_800}  # bytes
GROWING = {
    "compiled": 1.5,
    "reference": 1.0,
}  # the compiled engine's pool, while it doubles, beside the new one
MOST_OPEN = 1 << 30  # of the compiled engine: a pool of a quarter of a terabyte


def check_memory(
    scenarios: Mapping[str, Scenario],
    courses: Mapping[str, Course],
    plan: Plan,
    available: int | None = None,
) -> None:
    """Refuse what would outgrow memory.

    Parameters
    ----------
    scenarios, courses : mapping of str
        The scenario of each strategy, and its lowered form.
    plan : Plan
        What to run.
    available : int, optional
        Bytes. Default: what the machine has left; if that is not known, memory is not checked.

    Raises
    ------
    ScenarioError
        Says what would outgrow memory, by how much, and what would be right.

    Examples
    --------
    >>> from funnelsim.scenario import courses_of, load
    >>> from funnelsim.studies.pilot import settled
    >>> scenario = settled(load("first_steps"))
    >>> check_memory({"today": scenario}, courses_of(scenario, ["today"]), Plan(), available=1 << 30)
    >>> check_memory({"today": scenario}, courses_of(scenario, ["today"]), Plan(), 1 << 20)
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    funnelsim.scenario.errors.ScenarioError: first_steps: the figures of 400 simulated years take ...
    """
    left = available_memory() if available is None else available
    if left is not None:
        _check_figures(scenarios, courses, plan, left)
    _check_open_leads(scenarios, plan, left)


def _check_figures(
    scenarios: Mapping[str, Scenario], courses: Mapping[str, Course], plan: Plan, left: int
) -> None:
    """Refuse more replications than memory has room for their tallies."""
    a_year = sum(map(_bytes_of_a_year, courses.values()))
    needed = a_year * plan.replications
    if needed > left:
        strategies = "" if len(scenarios) == 1 else f" of {len(scenarios)} strategies"
        fitting = left // a_year
        right = f"at most {fitting:,} replications" if fitting else "a shorter period or fewer strategies"
        what = f"the figures of {plan.replications:,} simulated years{strategies} take {_written(needed)}"
        raise _refusal(scenarios, what, left, right)


def _bytes_of_a_year(course: Course) -> int:
    """Count the bytes of a replication's tally."""
    return sum(array.nbytes for array in new_tally(course.typed[-1].model, len(course.names.reasons)))


# ---- open leads -------------------------------------------------------------------------------


def _check_open_leads(scenarios: Mapping[str, Scenario], plan: Plan, left: int | None) -> None:
    """Refuse strategies with too many open leads at once, in all worlds that run together."""
    bytes_of_lead = OPEN_LEAD[plan.engine] * GROWING[plan.engine]
    most = MOST_OPEN if plan.engine == "compiled" else float("inf")
    at_once = _at_once(list(scenarios), plan)
    bounds = {
        name: inquiries_in_all(each, calendar_of(each.start, each.months)) for name, each in scenarios.items()
    }
    room = most * bytes_of_lead if left is None else left
    if max(bounds.values()) <= most and sum(bounds[name] for name in at_once) * bytes_of_lead <= room:
        return  # even if no lead ever ended
    found = {name: crowd(each) for name, each in scenarios.items()}
    fullest = max(found, key=lambda name: found[name].leads)
    if found[fullest].leads > most:
        what = f"{_described(fullest, found[fullest])}: more than {MOST_OPEN:,}, the most that can be"
        raise _refusal(scenarios, what, None, _remedies(scenarios[fullest], found[fullest]))
    needed = bytes_of_lead * sum(found[name].leads for name in at_once)
    if needed > room:
        alone = bytes_of_lead * found[fullest].leads <= room
        right = "jobs = 1" if alone else _remedies(scenarios[fullest], found[fullest])
        together = f" in {len(at_once)} jobs" if len(at_once) > 1 else ""
        what = f"{_described(fullest, found[fullest])}, which takes {_written(needed)}{together}"
        raise _refusal(scenarios, what, left, right)


def _at_once(names: list[str], plan: Plan) -> list[str]:
    """List the strategies that are simulated at the same time, as `replicate` takes them up."""
    jobs = plan.jobs or os.cpu_count() or 1
    return list(islice(chain.from_iterable(repeat(names, len(plan.blocks()))), jobs))


def _described(name: str, most: Crowd) -> str:
    where = "queue for" if most.queueing else "wait for the customer in"
    return (
        f'strategy "{name}" would have about {_rounded(most.leads)} leads open at once, '
        f"most of which {where} {most.stage}"
    )


def _remedies(scenario: Scenario, most: Crowd) -> str:
    """List changes that would keep the crowd small."""
    teams = " or ".join(f"teams.{team}" for team in teams_of(scenario, most.stage))
    if most.queueing and teams:
        return (
            f"fewer inquiries, more people in {teams}, stages.{most.stage}.goes_cold_after_days "
            "or a shorter horizon"
        )
    return "fewer inquiries or a shorter horizon"


# ---- wording ----------------------------------------------------------------------------------


def _refusal(scenarios: Mapping[str, Scenario], what: str, left: int | None, right: str) -> ScenarioError:
    source = next(iter(scenarios.values())).source
    there_is = "" if left is None else f" of memory; {_written(left)} are left"
    return ScenarioError([Problem("", what + there_is, right)], source)


def _rounded(number: float) -> str:
    """Write a number with two significant digits."""
    return f"{int(float(f'{number:.2g}')):,}"


def _written(size: float) -> str:
    """Write a number of bytes.

    >>> _written(3_450_000_000)
    '3.5 GB'
    """
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.5:
            return f"{size:.2g} {unit}" if size < 99.5 else f"{size:.0f} {unit}"
    return f"{size / 1000:,.1f} TB"

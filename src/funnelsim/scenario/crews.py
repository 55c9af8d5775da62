"""Jobs for several people: what is checked of the stages and the teams that have them (CR1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from funnelsim.scenario.errors import Problem, Problems
from funnelsim.scenario.flow import stage_of
from funnelsim.scenario.months import months_later
from funnelsim.scenario.process_checks import at_its_process
from funnelsim.scenario.processes import with_all_stages
from funnelsim.scenario.rotas import week_of
from funnelsim.scenario.schema import Contents, Rep, Stage, StageOfSegment, Team
from funnelsim.scenario.volumes import is_on_staff

PULLS = ("shared_queue", "priority_queue")  # from the queue of the team, as it comes


class Job(NamedTuple):
    """The work of a stage, of all leads or of those of a segment."""

    path: str  # of its number of people
    stage: Stage
    team: Team


def check_crews(contents: Contents) -> Problems:
    """Find jobs for several people that their team cannot do, or does not do together."""
    for job in _jobs(contents, contents.stages):
        if job.stage.people > 1:
            yield from _unfit(contents, job)
            yield from _too_few(contents, job)


def check_crews_of_all_days(pieces: Sequence[Contents]) -> Problems:
    """Find stages that need several people on some days, and on others cannot have them.

    Parameters
    ----------
    pieces : sequence of Contents
        What holds from each day on.
    """
    wholes = [with_all_stages(each) for each in pieces]
    needing = dict.fromkeys(
        job.path for whole in wholes for job in _jobs(whole, whole.stages) if job.stage.people > 1
    )
    for contents, whole in zip(pieces, wholes, strict=True) if needing else ():
        for job in _jobs(whole, whole.stages):
            if job.path in needing and job.stage.people == 1:
                for problem in _unfit(whole, job):
                    wrong = problem.wrong.replace("is 1, but", "is more than 1 on some days, but on others")
                    yield at_its_process(contents, replace(problem, wrong=wrong))


def _jobs(contents: Contents, names: Iterable[str]) -> Iterable[Job]:
    """List the work of stages that teams do."""
    for name in names:
        own = {
            f"{name}.segments.{of}": of
            for of, each in contents.stages[name].segments.items()
            if _differs(each)
        }
        for where, segment in {name: None, **own}.items():
            stage = stage_of(contents, name, segment)
            if stage.team in contents.teams:
                yield Job(f"stages.{where}.people", stage, contents.teams[stage.team])


def _differs(own: StageOfSegment) -> bool:
    """Return whether a segment has a job of its own in a stage."""
    return own.people is not None or own.team is not None


def _unfit(contents: Contents, job: Job) -> Problems:
    """Find what a stage or its team does that does not go together with crews."""
    stage, team = job.stage, job.team
    prospects = any(
        each.prospecting and each.prospecting.team == stage.team for each in contents.channels.values()
    )
    found = {
        f'assignment = "{team.assignment}"': (
            team.assignment not in PULLS,
            'assignment = "shared_queue" or "priority_queue"',
        ),
        "sticky = true": (team.sticky, "sticky = false"),
        "interrupts": (team.interrupts is not None, "no interrupts"),
        "effort_split": (team.effort_split is not None, "no effort_split"),
        "prospecting": (prospects, "no prospecting"),
    }
    has = [what for what, (is_so, _) in found.items() if is_so]
    if has:
        right = ", ".join(instead for is_so, instead in found.values() if is_so)
        wrong = f"is {stage.people}, but team {stage.team} has {' and '.join(has)}"
        yield Problem(job.path, wrong, f"{right} where several people work together")
    if stage.attempts is not None:
        wrong = f"is {stage.people}, but the stage has attempts"
        yield Problem(job.path, wrong, "no attempts where several people work together")


def _too_few(contents: Contents, job: Job) -> Problems:
    """Find jobs for which the team has too few people, or never enough of them at the same time."""
    team, needed = job.team, job.stage.people
    last_day = months_later(contents.start, contents.horizon.period_months) - timedelta(days=1)
    stay = [rep for rep in team.reps.values() if is_on_staff(rep, last_day)]
    people, all_people = team.people + len(stay), team.people + len(team.reps)
    if all_people == 0:
        return  # reported already
    if people < needed:
        gone = [rep.leaves for rep in team.reps.values() if rep.leaves is not None and rep.leaves <= last_day]
        since = f" from {max(gone)} on" if gone and all_people >= needed else ""
        wrong = f"is {needed}, but team {job.stage.team} has {people}{since}"
        yield Problem(job.path, wrong, "a team with as many people as the job needs", None, needed)
    elif most_at_once(team, stay) < needed:
        wrong = f"is {needed}, but never so many of team {job.stage.team} work at the same hours"
        yield Problem(job.path, wrong, "working hours that they have in common", None, needed)


def most_at_once(team: Team, named: Iterable[Rep]) -> int:
    """Count how many people of a team are at work at once, at most, in a week without days off.

    >>> early, late = (Rep(hours={"monday": (span,)}) for span in ("06:00-12:00", "12:00-18:00"))
    >>> most_at_once(Team(people=1, hours={"monday": ("09:00-14:00",)}), [early, late])
    2
    """
    weeks = [week_of(team, Rep())] * team.people + [week_of(team, rep) for rep in named]
    turns = sorted(
        (day, time, change)
        for week in weeks
        for day, spans in enumerate(week)
        for span in spans
        for time, change in zip(span, (1, -1), strict=True)
    )
    most = there = 0
    for _, _, change in turns:
        there += change
        most = max(most, there)
    return most

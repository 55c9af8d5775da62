"""Checks of changes that have dates: when they are made, that they remove nothing, and what they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain, takewhile

from funnelsim.scenario.billing_rows import check_cash_over_time
from funnelsim.scenario.changes import EVERY, apply_changes, hinted, split_key
from funnelsim.scenario.checks import FIRST_YEAR, LAST_YEAR, stages_reached
from funnelsim.scenario.combined import in_full
from funnelsim.scenario.crews import check_crews_of_all_days
from funnelsim.scenario.errors import Problem, Problems
from funnelsim.scenario.flow import stage_of
from funnelsim.scenario.goal_checks import people_of
from funnelsim.scenario.months import months_later
from funnelsim.scenario.paths import written
from funnelsim.scenario.processes import other_processes
from funnelsim.scenario.schema import TODAY, Contents, Rep
from funnelsim.scenario.structure import Document
from funnelsim.scenario.timeline import Piece, Step, Timeline

Examine = Callable[[Document], tuple[Contents, Document, list[Problem]]]

_OF_ALL_STRATEGIES = ("start", "currency", "horizon")


def check_timelines(
    contents: Contents, timelines: Mapping[str, Timeline], examine: Examine, base: list[Problem]
) -> list[Problem]:
    """Find what is wrong in the changes of the base and of strategies, and in the scenarios that they make.

    Parameters
    ----------
    contents : Contents
        The scenario with its strategies.
    timelines : mapping of str to Timeline
        By strategy, today's first, and parts before what combines them; or of a combination alone.
    examine : callable
        Finds all problems of a document; returns its contents first.
    base : list of Problem
        What was reported before: it is left out, and what follows from it, unless a change sets that key.
    """
    found: list[Problem] = []
    faulty = [problem.path for problem in base]
    told_before = {(problem.path, problem.wrong) for problem in base}
    reached: set[str] = set()
    for name, timeline in timelines.items():
        steps = timeline.steps[0] if name == TODAY else timeline.steps[1]
        own = [step for step in steps if name == TODAY or step.owner in (name, f"strategies.{name}")]
        said = [*_always(name, contents), *_not_levers(own), *_dates(own, contents, faulty)]
        said += chain(_twice(timeline), _refused(name, timeline, steps, own, faulty))
        before: Contents | None = None
        told = list(faulty)
        lived: list[Contents] = []
        for piece in timeline.pieces:
            made, _, problems = examine(piece.document)
            problems = [each for each in problems if (each.path, each.wrong) not in told_before]
            if piece.begins is not None:
                problems = [each for each in problems if not _is_of_a_leaver(each, contents)]
            reached |= stages_reached(made)
            if piece.begins is not None or (steps and steps[0].begins is None):
                said += _made(_where(name, own, piece), problems, timeline, told)
            if before is not None and piece.begins is not None:
                where = _where(name, own, piece)
                said += _removals(where, piece.begins, before, made)
                said += check_cash_over_time(where, piece.begins, before, made)
                crews = list(check_crews_of_all_days([*lived, made]))
                said += _made(where, crews, timeline, told)
                told += [problem.path for problem in crews]
            told += [problem.path for problem in problems]
            before = made
            lived.append(made)
        if not _follows_from_parts(name, contents, [*faulty, *(problem.path for problem in found)]):
            found += said
    if TODAY not in timelines:  # others may lead to the stages to which these do not
        return found
    paths = [f"stages.{stage}" for stage in contents.stages if stage not in reached]
    return found + [
        Problem(path, "is reached by no path", "a stage or a channel that leads to it")
        for path in paths
        if not follows(path, faulty) and reached
    ]


def _follows_from_parts(name: str, contents: Contents, faulty: list[str]) -> bool:
    """Return whether the parts of a strategy were faulty: a mistake is told where it is made."""
    if name not in contents.strategies or not contents.strategies[name].combines:
        return False
    parts = [f"strategies.{part}" for part in in_full([name], contents.strategies) if part != name]
    return any(follows(path, faulty) for path in (f"strategies.{name}.combines", *parts))


def follows(path: str, faulty: list[str]) -> bool:
    """Return whether a key was faulty before, so that a mistake is reported once."""
    return any(f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.") for other in faulty)


def is_told(path: str, faulty: list[str]) -> bool:
    """Return whether a problem of a key follows from keys that are faulty: a mistake is told once."""
    return follows(path, faulty) or _is_lack(path, faulty)


def _is_lack(path: str, faulty: list[str]) -> bool:
    """Return whether a key lacks another that is faulty, or the table around it."""
    table, _, key = path.rpartition(".")
    if any(path.startswith(f"{other}.") for other in faulty):  # all of its table
        return True
    if key in ("effort_hours", "goes_cold_after_days"):  # need a team
        stage = table.partition(".segments.")[0]
        return f"{stage}.team" in faulty or stage in faulty
    if key in ("inquiries_per_month", "certainty"):  # of a share of a total
        return any(follows("mix.shares", [each]) for each in faulty)
    return False


def _is_of_a_leaver(problem: Problem, base: Contents) -> bool:
    """Return whether a goal or a quota is of somebody who was there before the changes of a day."""
    was_there = people_of(base)
    goals = {f"goals.{name}.rep" for name, goal in base.goals.items() if goal.rep in was_there}
    quotas = {f"plan.reps.{name}" for name in base.plan.reps if name in was_there}
    return problem.path in goals | quotas


def _where(name: str, steps: list[Step], piece: Piece) -> str:
    """Name the change that makes a piece: of those made on its day the last, else the strategy."""
    made = [step.where for step in steps if step.begins == piece.begins]
    return made[-1] if made else f"strategies.{name}"


def _made(where: str, problems: list[Problem], timeline: Timeline, faulty: list[str]) -> Problems:
    """Report the problems of a scenario that changes make."""
    made = [change for _, change in timeline.made]
    paths = {written(change.path) for change in made}
    for problem in problems:
        if not _is_lack(problem.path, faulty) and (
            problem.path in paths or not follows(problem.path, faulty)
        ):
            yield replace(
                hinted(problem, made),
                path=where,
                wrong=f"makes a scenario in which {problem.path} {problem.wrong}",
            )


def _not_levers(steps: list[Step]) -> Problems:
    """Refuse changes to keys that must be the same in all strategies, so that they share their worlds."""
    for step in steps:
        for key in step.change:
            first = key.split(".")[0].strip(" *+-/=")
            if first in _OF_ALL_STRATEGIES:
                what = "is no assumption" if step.where.startswith("assumptions.") else "is no choice"
                yield Problem(
                    _path(step, key), what, f"{first} to be the same for all strategies and assumptions"
                )


def _dates(steps: list[Step], contents: Contents, faulty: list[str]) -> Problems:
    """Refuse changes that are not made in the period."""
    if not FIRST_YEAR <= contents.start.year <= LAST_YEAR:
        return  # reported already
    end = months_later(contents.start, contents.horizon.period_months)
    for step in steps:
        if step.begins is None or contents.start <= step.begins < end or follows(step.where, faulty):
            continue
        early = step.begins < contents.start
        side = f"before the period, which begins on {contents.start}"
        side = side if early else f"after the period, which ends before {end}"
        yield Problem(
            step.where, f"is made on {step.begins}, {side}", "a day of the period", None, step.begins
        )


def _twice(timeline: Timeline) -> Problems:
    """Refuse two changes of one value on one day, by the base or by one strategy."""
    seen: dict[tuple[date | None, tuple[str, ...], str], Step] = {}
    for step, change in timeline.made:
        other = seen.setdefault((step.begins, change.path, step.owner), step)
        if other is not step:
            day = "at the beginning" if step.begins is None else f"on {step.begins}"
            yield Problem(
                _path(step, change.key),
                f"is changed {day} by {other.where} too",
                "one change of a value a day",
            )


def _refused(
    name: str, timeline: Timeline, steps: list[Step], own: list[Step], faulty: list[str]
) -> Problems:
    """Report changes that cannot be made; of something that comes later, from when on it is there."""
    for step, problem in timeline.refused:
        if step not in steps or follows(_named(problem.path), faulty):
            continue  # told of the base already
        if step not in own:  # a part's, which can be made alone
            wrong = f"cannot be: {problem.path} {problem.wrong}"
            yield replace(problem, path=f"strategies.{name}", wrong=wrong)
            continue
        exists = _exists_from(timeline, step, problem)
        where = _path(step, problem.path)
        if exists is None:
            yield replace(problem, path=where)
        else:
            yield Problem(where, f"does not exist yet on {step.begins}", f"{exists}, or a later day")


def _named(key: str) -> str:
    """Return the path of a change up to its first *."""
    path, _ = split_key(key)
    return written(tuple(takewhile(lambda part: part != EVERY, path)))


def _exists_from(timeline: Timeline, step: Step, problem: Problem) -> date | None:
    """Find the first later day on which a change could be made."""
    for piece in timeline.pieces:
        later = piece.begins is not None and (step.begins is None or piece.begins > step.begins)
        if later:
            change = {key: value for key, value in step.change.items() if key == problem.path}
            if not apply_changes(piece.document, timeline.read(piece.document), change).problems:
                return piece.begins
    return None


def _always(name: str, contents: Contents) -> Problems:
    """Refuse a day on which something begins that has always been in force, and a cost of that day."""
    strategy = contents.strategies.get(name)
    if strategy is None or not strategy.always:
        return
    if strategy.starts is not None:
        wrong = f"is {strategy.starts}, but the strategy has always been in force"
        yield Problem(f"strategies.{name}.starts", wrong, "starts, or always = true")
    if strategy.one_off_cost > 0:
        wrong = "is paid as the strategy begins, but it has always been in force"
        yield Problem(f"strategies.{name}.one_off_cost", wrong, "0, or no always = true")


def _removals(where: str, day: date, before: Contents, after: Contents) -> Problems:
    """Refuse changes that remove something: they take away nothing but people."""
    for gone in _names(before) - _names(after):
        advice = (
            "people to leave by a date: leaves = ..." if ".reps." in gone else "changes that remove nothing"
        )
        yield Problem(where, f"removes {gone} on {day}", advice)
    for stage in before.stages:
        for segment in before.segments if stage in after.stages else ():
            had = stage_of(before, stage, segment).team is not None
            if had and segment in after.segments and stage_of(after, stage, segment).team is None:
                yield Problem(
                    where,
                    f"takes the team away from stages.{stage} on {day}, while leads may be waiting there",
                    "another team, or routes that lead past the stage",
                )
                break
    for team, reps in ((name, each.reps) for name, each in before.teams.items() if name in after.teams):
        for name in reps.keys() & after.teams[team].reps.keys():
            yield from _comings(
                where, day, f"teams.{team}.reps.{name}", reps[name], after.teams[team].reps[name]
            )


def _names(contents: Contents) -> set[str]:
    """List everything that has a name and stays."""
    tables: dict[str, Mapping[str, object]] = {
        "channels": contents.channels,
        "segments": contents.segments,
        "teams": contents.teams,
        "stages": contents.stages,
        "products": contents.products,
        "deliveries": contents.deliveries,
        "account_visits": contents.account_visits,
        **{f"{path}.stages": each.stages for path, each in other_processes(contents).items()},
        **{f"teams.{name}.reps": team.reps for name, team in contents.teams.items()},
    }
    return {f"{table}.{name}" for table, names in tables.items() for name in names}


def _comings(where: str, day: date, path: str, before: Rep, after: Rep) -> Problems:
    """Refuse what cannot happen any more to a rep who has come or gone by a day."""
    came = before.hired is None or before.hired < day
    gone = before.leaves is not None and before.leaves <= day
    if came and after.hired != before.hired:
        yield Problem(where, f"changes {path}.hired on {day}, after that day", "a rep who has not come yet")
    if gone and after.leaves != before.leaves:
        yield Problem(
            where, f"changes {path}.leaves on {day}, after the rep has left", "a rep of another name"
        )
    elif after.leaves is not None and after.leaves < day and after.leaves != before.leaves:
        yield Problem(
            where,
            f"lets {path} leave on {after.leaves}, before the change of {day}",
            f"{day}, or a later day",
        )


def _path(step: Step, key: str) -> str:
    return f'{step.where}.change."{key}"'

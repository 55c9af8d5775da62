"""Who owns a pursuit, and the queue that it joins."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.office import Office
from funnelsim.engines.reference.queues import queue_of
from funnelsim.model.words import NOBODY
from funnelsim.rules import assignment, ignored, interruption, visits


def place(office: Office, pursuit: Record) -> None:
    """Put a pursuit into the queue of the rep it keeps or is given, or into the team's (P1, P3)."""
    number = office.team_of(pursuit)
    state = office.teams[number]
    if not assignment.keeps_rep(office.model, office.reps, number, pursuit["rep"]):
        give_up_rep(office, pursuit)
        rep, state["turn"] = assignment.choose_rep(
            office.model, office.world, state, office.reps, office.order, pursuit, office.now
        )
        if rep != NOBODY:
            decide_if_ignored(office, pursuit, rep)
            assign(office, pursuit, rep)
    line_up(office, pursuit)


def line_up(office: Office, pursuit: Record) -> None:
    """Put a pursuit into the queue of its owner, or of the team if it has none (Q2)."""
    team = office.model.teams[office.team_of(pursuit)]
    if pursuit["rep"] == NOBODY:
        rank = assignment.rank_in_team(office.model, office.world, office.odds_by_day, team, pursuit)
    else:
        rank = assignment.rank(team["queue_order"], pursuit)
    pursuit["rank"] = interruption.in_line(team, pursuit, rank)
    queue_of(office, pursuit).append(pursuit)


def decide_if_ignored(office: Office, pursuit: Record, rep: int) -> None:
    """Decide whether the rep who has been chosen will never take a pursuit up (B8)."""
    pursuit["ignored"] = 0
    some_are = visits.stage_for(office.model, pursuit)["ignored"] > 0
    if some_are and ignored.will_be_ignored(office.model, office.world, pursuit, office.reps[rep]["open"]):
        pursuit["ignored"] = 1
        pursuit["reason"] = ignored.reason(office.model, pursuit)


def assign(office: Office, pursuit: Record, rep: int) -> None:
    """Make a rep the owner of a pursuit (G6)."""
    pursuit["rep"] = rep
    office.reps[rep]["open"] += 1


def give_up_rep(office: Office, pursuit: Record) -> None:
    """Take a pursuit from its owner, who has one open pursuit less (P3)."""
    if pursuit["rep"] != NOBODY:
        office.reps[pursuit["rep"]]["open"] -= 1
        pursuit["rep"] = NOBODY

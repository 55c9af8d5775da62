"""Who is at work, and which pursuit which rep starts on next."""

from __future__ import annotations

from functools import partial

from funnelsim.compiling.arrays import Record
from funnelsim.engines.reference.office import Office
from funnelsim.engines.reference.queues import first_hot, first_of, order_in_queue
from funnelsim.model.words import NEVER, NOBODY, Assignment, Due, Split
from funnelsim.model.worktime import is_open
from funnelsim.rules import assignment, contracts, crews, effort_split, interruption, people


def next_grant(office: Office, number: int) -> tuple[Record | None, int]:
    """Find the next pursuit and rep of a team: own queues first, then the team's (G1, G2, G3, CR2)."""
    team = office.model.teams[number]
    if team["interrupts"]:
        hot, rep = next_hot(office, number)
        if hot is not None:
            return hot, rep
    if team["split"] != Split.NONE:
        return next_of_a_class(office, number)
    idle = [rep for rep in members(office, number) if is_idle_at_work(office, rep)]
    for rep in idle:
        if office.own_queues[rep]:
            return first_of(office.own_queues[rep]), rep
    with_room = [rep for rep in idle if has_room_for_more(office, rep)]
    if with_room and office.team_queues[number]:
        longest = min(with_room, key=partial(idle_longest, office))
        chosen = pick(office, number, longest)
        if len(with_room) >= crews.people_for(office.model, chosen):
            return chosen, longest
    return None, NOBODY


def next_of_a_class(office: Office, number: int) -> tuple[Record | None, int]:
    """Find the next pursuit and rep of a team that splits its effort (G15)."""
    idle = [rep for rep in members(office, number) if is_idle_at_work(office, rep)]
    for rep in sorted(idle, key=partial(idle_longest, office)):
        own = first_of(office.own_queues[rep]) if office.own_queues[rep] else None
        if own is not None and own["interrupted"]:
            return own, rep
        new, account = (at_hand(office, rep, accounts) for accounts in (False, True))
        team, state = office.model.teams[number], office.reps[rep]
        if effort_split.takes_account(team, state, new is not None, account is not None):
            new = account
        if new is not None:
            cherry = team["assignment"] == Assignment.CHERRY_PICK and new["rep"] == NOBODY
            same = [each for each in office.team_queues[number] if is_of_class_of(new, each)]
            return best_of(office, same, rep) if cherry else new, rep
    return None, NOBODY


def at_hand(office: Office, rep: int, accounts: bool) -> Record | None:
    """Find the first pursuit of a class that a rep can take: of its own queue, else of the team's."""
    team = int(office.model.reps[rep]["team"])
    for queue in (office.own_queues[rep], office.team_queues[team] if has_room_for_more(office, rep) else []):
        of_class = [each for each in queue if effort_split.is_account(each) == accounts]
        if of_class:
            return first_of(of_class)
    return None


def other_at_hand(office: Office, pursuit: Record, rep: int) -> bool | None:
    """Return whether the other class is at hand to a rep who starts; None where effort is not split."""
    if rep == NOBODY or office.model.teams[office.model.reps[rep]["team"]]["split"] == Split.NONE:
        return None
    return at_hand(office, rep, not effort_split.is_account(pursuit)) is not None


def count_effort(office: Office, pursuit: Record, rep: int, other_waits: bool | None) -> None:
    """Count the effort of a pursuit for its class, if its rep splits effort (G17)."""
    if other_waits is None:
        return
    team, state = office.model.teams[office.model.reps[rep]["team"]], office.reps[rep]
    found = effort_split.levels(office.model, team, state, pursuit, not other_waits)
    state["new_level"], state["accounts_level"] = found


def next_hot(office: Office, number: int) -> tuple[Record | None, int]:
    """Find a hot pursuit that a rep of a team starts on, at once or by interrupting other work (G9)."""
    at_work = [rep for rep in members(office, number) if is_at_work(office, rep)]
    idle = [rep for rep in at_work if office.reps[rep]["busy"] == 0]
    hot_of_team = first_hot(office.team_queues[number])
    of_own = {rep: hot for rep in at_work if (hot := first_hot(office.own_queues[rep])) is not None}
    if hot_of_team is None and not of_own:
        return None, NOBODY
    for rep in idle:
        if rep in of_own:
            return of_own[rep], rep
    with_room = [rep for rep in idle if has_room_for_more(office, rep)]
    if with_room and hot_of_team is not None:
        return hot_of_team, min(with_room, key=partial(idle_longest, office))
    yielding = {rep: since for rep in at_work if (since := can_be_interrupted_since(office, rep)) != NEVER}
    for rep in yielding:
        if rep in of_own:
            return of_own[rep], rep
    with_room = [rep for rep in yielding if has_room_for_more(office, rep)]
    if with_room and hot_of_team is not None:
        return hot_of_team, min(with_room, key=lambda rep: (-yielding[rep], rep))
    return None, NOBODY


def can_be_interrupted_since(office: Office, rep: int) -> int:
    """Return when the work in hand of a rep started, if it can be interrupted; else NEVER."""
    in_hand = in_hand_of(office, rep) if office.reps[rep]["busy"] else None
    if in_hand is None or not interruption.gives_way(office.reps[rep], in_hand):
        return NEVER
    return int(in_hand["since"])


def in_hand_of(office: Office, rep: int) -> Record | None:
    """Find the pursuit that a rep works on."""
    works = (each for each in office.open_pursuits.values() if each["phase"] == Due.WORK_ENDS)
    return next((each for each in works if each["rep"] == rep), None)


def pick(office: Office, number: int, rep: int) -> Record:
    """Find the pursuit of a team's queue that a rep takes: the first, or a cherry (G5)."""
    queue = office.team_queues[number]
    if office.model.teams[number]["assignment"] != Assignment.CHERRY_PICK:
        return first_of(queue)
    return best_of(office, queue, rep)


def best_of(office: Office, queue: list[Record], rep: int) -> Record:
    """Find the pursuit on the shortlist of a queue that is worth most to a rep (G5)."""
    skill = people.skill_in(office.model, office.model.reps[rep], office.reps[rep], office.now)

    def worth(pursuit: Record) -> int:
        waited = office.now - int(pursuit["since"])
        return contracts.worth(office.model, office.world, office.odds_by_day, pursuit, skill, waited)

    return max(sorted(queue, key=order_in_queue)[: assignment.SHORTLIST], key=worth)


def members(office: Office, team: int) -> range:
    """Number the reps of a team."""
    first = int(office.model.teams[team]["first_rep"])
    return range(first, first + int(office.model.teams[team]["reps"]))


def has_room_for_more(office: Office, rep: int) -> bool:
    """Return whether a rep can own one more pursuit (G4)."""
    team = office.model.teams[office.model.reps[rep]["team"]]
    return bool(office.reps[rep]["open"] < team["max_open"])


def idle_longest(office: Office, rep: int) -> tuple[int, int]:
    """Order reps by how long they have been idle."""
    return int(office.reps[rep]["idle_since"]), rep


def is_idle_at_work(office: Office, rep: int) -> bool:
    """Return whether a rep is on staff, at work by its calendar, and idle."""
    return bool(office.reps[rep]["busy"] == 0 and is_at_work(office, rep))


def is_at_work(office: Office, rep: int) -> bool:
    """Return whether a rep is on staff and at work by its calendar."""
    state, calendar = office.reps[rep], calendar_of(office, rep)
    at_work = is_open(office.model.hours, calendar["first_hours"], calendar["hours"], office.now)
    return bool(at_work and state["on_staff"] == 1 and state["absent"] == 0)


def calendar_of(office: Office, rep: int) -> Record:
    """Find the calendar of a rep."""
    calendar: Record = office.model.calendars[office.model.reps[rep]["calendar"]]
    return calendar


def is_of_class_of(one: Record, other: Record) -> bool:
    """Return whether two pursuits are both new business, or both existing."""
    return effort_split.is_account(one) == effort_split.is_account(other)

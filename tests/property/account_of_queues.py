"""Who is the first of a queue in which some wait for several people: nobody overtakes them."""

from __future__ import annotations

from collections.abc import Iterator

from funnelsim.model.model import Model
from funnelsim.model.words import Assignment, Event

from .plain import History, Row

OUT = (Event.STARTED, Event.WENT_COLD, Event.PARKED, Event.WITHDRAWN, Event.OPEN, Event.HELD)


def of_queues(history: History) -> Iterator[str]:
    """Of a team with jobs for several people, who has waited longest is the next, where no worth is asked."""
    waiting: dict[int, tuple[int, int, int]] = {}  # by pursuit: team, when it queued, entity
    for row in history.rows:
        team = team_of(history.model, row)
        if team is not None and row.event in (Event.ENTERED, Event.ADMITTED):
            waiting[row.pursuit] = team, row.time - row.waited, row.pursuit
        elif row.event in OUT:
            place = waiting.pop(row.pursuit, None)
            first = min((each for each in waiting.values() if each[0] == team), default=None)
            if row.event == Event.STARTED and place and first and first < place:
                yield f"{row.pursuit} is worked at {row.time}, before {first[2]}, which has waited for longer"


def team_of(model: Model, row: Row) -> int | None:
    """Return the team whose queue a pursuit waits in, if it has jobs for several people, first come first."""
    if row.stage < 0:
        return None
    stage = model.stages[row.stage]
    stage = model.variants[stage["first_variant"] + row.segment] if stage["variants"] else stage
    team = int(stage["team"])
    as_they_come = team >= 0 and model.teams[team]["assignment"] == Assignment.SHARED_QUEUE
    return team if as_they_come and model.teams[team]["crews"] and not stage["most_attempts"] else None

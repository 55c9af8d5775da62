"""Laws that every event log obeys, counted anew from the CSV: it shares nothing with the package.

Whoever comes in leaves or is still there; nobody is in two places; nobody works on two leads; what is booked
belongs to a contract. `python tests/property/conservation.py year.csv` prints what is broken.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

Row = dict[str, str]

INTO, START, END = "starts waiting", "work starts", "work ends"
HELD, ADMITTED, IGNORED = "held", "handed over", "ignored"
PAUSE, RESUME = "work interrupted", "work resumed"
ONWARDS = ("goes on", "sent back")
OVER = ("won", "lost", "gone cold", "still open")
MISS, AGAIN = "not reached", "waits for the next attempt"
PARKED, CARE, BACK = "rests", "nurtured", "comes back"
AFTER_CARE, COLD_IN_CARE = "over, after nurture", "gone cold, and nurtured"
# Their rows name a stage that the lead need not be in.
ANYWHERE = ("inquiry", "becomes a lead", "commission")
JUNK = "rejected as junk"
HOURS = 1e-6  # a microsecond and the rounding of an hour


def read(path: Path) -> list[Row]:
    """Read a log as a spreadsheet would."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def broken(rows: list[Row]) -> Iterator[str]:
    """Find what breaks a law, in sentences."""
    times = [datetime.fromisoformat(row["time:timestamp"]) for row in rows]
    if times != sorted(times):
        yield "time runs backwards"
    cases: dict[str, list[tuple[datetime, str, Row]]] = defaultdict(list)
    for at, row in zip(times, rows, strict=True):
        cases[row["case:concept:name"]].append((at, _step(row), row))
    for name, steps in cases.items():
        for sentence in _of_a_lead(steps):
            yield f"{name} {sentence}"
    yield from _of_stages(rows)
    yield from _of_people(rows)


def _step(row: Row) -> str:
    """Return what happened, without the stage."""
    return row["concept:name"].removeprefix(f"{row['stage']}: ") if row["stage"] else row["concept:name"]


def _of_a_lead(steps: list[tuple[datetime, str, Row]]) -> Iterator[str]:
    """A lead comes once, is in one stage at a time, and ends once."""
    count = Counter(step for _, step, _ in steps)
    if steps[0][1] != "inquiry" or count["inquiry"] != 1:
        yield "does not begin with its one inquiry"
    if sum(count[end] for end in OVER) != 1:
        yield "does not end once"
    if len({(row["case:channel"], row["case:segment"]) for _, _, row in steps}) != 1:
        yield "changes its channel or segment"
    if count["becomes a lead"] > 1 or (count["won"] and not count["becomes a lead"]):
        yield "becomes a lead more than once, or is won without"
    if count["commission"] > 2 * count["won"]:
        yield "is paid for without a contract, or to more than two"
    workers = {row["org:resource"] for _, step, row in steps if step in (START, RESUME)}
    credited = {row["org:resource"] for _, step, row in steps if step in ("won", "commission")}
    if credited - workers - {""}:
        yield "is won by, or paid for to, somebody who never worked on it"
    yield from _of_its_visits(steps)
    yield from _of_its_rejections(steps)
    yield from _of_its_hand_overs(steps)
    yield from _of_neglect(steps)


def _of_its_visits(steps: list[tuple[datetime, str, Row]]) -> Iterator[str]:
    """A lead does in a stage what it does there, between coming in and going out."""
    place, entered = "", steps[0][0]
    started: datetime | None = None
    paused: datetime | None = None
    for at, step, row in _but_nurture(steps):
        if step == INTO:
            if place:
                yield f"enters {row['stage']} while it is in {place}"
            place, entered, started, paused = row["stage"], at, None, None
        elif row["stage"] not in ("", place) and step not in ANYWHERE:
            yield f"does {step} in {row['stage']} while it is in {place or 'no stage'}"
        elif step == RESUME:
            if paused is None or abs(_hours(paused, at) - float(row["waited_hours"])) > HOURS:
                yield "goes on with work that was not interrupted, or not then"
            started, paused = at, None
        elif step in (START, END, PAUSE, MISS):
            if paused is not None:
                yield f"does {step} while its work is interrupted"
            yield from _of_work(step, row, at, entered, started)
            started, entered = (
                (at, entered) if step == START else (None, at) if step == MISS else (started, entered)
            )
            paused = at if step == PAUSE else None
        elif step in (*ONWARDS, *OVER, PARKED):
            place = ""
    yield from _of_its_rests(steps)


def _but_nurture(steps: list[tuple[datetime, str, Row]]) -> Iterator[tuple[datetime, str, Row]]:
    """Leave out what happens in nurture."""
    resting = False
    for each in steps:
        if each[1] not in (CARE, BACK) and not (resting and each[1] in OVER):
            yield each
        resting = each[1] == PARKED or (resting and each[1] != BACK)


def _of_its_rests(steps: list[tuple[datetime, str, Row]]) -> Iterator[str]:
    """A lead is nurtured where it was parked, and comes back from there or is over."""
    rests = ""
    for _, step, row in steps:
        if rests and step not in (CARE, BACK, *OVER):
            yield f"does {step} while it rests in {rests}"
        elif rests and step != BACK and row["stage"] != rests:
            yield f"is {step} in {row['stage']} while it rests in {rests}"
        elif not rests and step in (CARE, BACK):
            yield f"is {step} while it does not rest"
        rests = row["stage"] if step == PARKED else "" if step in (BACK, *OVER) else rests


def _of_neglect(steps: list[tuple[datetime, str, Row]]) -> Iterator[str]:
    """A lead that a rep has ignored is that rep's, and is over at once, or nurtured."""
    for (at, step, row), (then, following, _) in pairwise(steps):
        over = then == at and following in ("gone cold", "rests")
        if step == IGNORED and not (over and row["org:resource"]):
            yield "is ignored by nobody, or goes on all the same"


def _of_its_rejections(steps: list[tuple[datetime, str, Row]]) -> Iterator[str]:
    """A lead that sales rejects has been worked, and is lost or rests, at once and for that reason."""
    for (before, earlier, _), (at, step, row), (after, later, lost) in zip(
        steps, steps[1:], steps[2:], strict=False
    ):
        if step == JUNK:
            if earlier != END or before != at:
                yield "is rejected without work"
            if later not in ("lost", PARKED) or after != at or lost["reason"] != "rejected":
                yield "is rejected and not lost for it"
            if row["org:resource"] == "":
                yield "is rejected by nobody"
        elif later in ("lost", PARKED) and lost["reason"] == "rejected" and not _rests(step):
            yield "is lost by a rejection that there was not"


def _rests(step: str) -> bool:
    """Return whether a step belongs to nurture."""
    return step in (CARE, PARKED)


def _of_its_hand_overs(steps: list[tuple[datetime, str, Row]]) -> Iterator[str]:
    """A lead that is held does nothing until it is handed over, rests, or all is over; nobody owns it."""
    since: datetime | None = None
    for at, step, row in steps:
        if step == HELD:
            since = at
        elif step == ADMITTED:
            if since is None or abs(_hours(since, at) - float(row["waited_hours"])) > HOURS:
                yield "is handed over without being held, or says that it was held longer or shorter"
            since = None
        elif since is not None and step not in (*OVER, PARKED):
            yield f"does {step} while it is held"
        if since is not None and row["org:resource"]:
            yield "is held and has an owner"
        if step == PARKED:
            since = None


def _of_work(step: str, row: Row, at: datetime, entered: datetime, started: datetime | None) -> Iterator[str]:
    """A lead is worked on by one at a time, after it has waited, and for no longer than it takes."""
    if step == START and started is not None:
        yield "is worked on twice in one visit"
    if step == START and float(row["waited_hours"]) > _hours(entered, at) + HOURS:
        yield "says that it has waited longer or shorter than it has"
    ended = step in (END, MISS, PAUSE)
    if ended and (started is None or float(row["worked_hours"]) > _hours(started, at) + HOURS):
        yield "was worked on for longer than it took"


def _hours(first: datetime, last: datetime) -> float:
    return (last - first).total_seconds() / 3600


def _of_stages(rows: list[Row]) -> Iterator[str]:
    """What comes into a stage goes out of it, or is still there; no more leave by work than are worked on."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    cared_for: set[str] = set()
    for row in rows:
        step, case = _step(row), row["case:concept:name"]
        if row["stage"]:
            count[row["stage"]][step] += 1
            count[row["stage"]][AFTER_CARE] += case in cared_for and step in OVER
            count[row["stage"]][COLD_IN_CARE] += step == PARKED and row["reason"] == "gone cold"
        if step == CARE:
            cared_for.add(case)
        elif step == BACK:
            cared_for.discard(case)
    for stage, steps in count.items():
        out = sum(steps[step] for step in (*ONWARDS, *OVER, PARKED)) - steps[AFTER_CARE]
        if steps[INTO] != out:
            yield f"{stage}: {steps[INTO]} came and {out} went or stay"
        unworked = steps["gone cold"] + steps[COLD_IN_CARE] + steps["still open"]
        if not steps[START] >= steps[END] + steps[MISS] >= out - unworked:
            yield f"{stage}: more leave than have been worked on"
    won = sum(steps["won"] for steps in count.values())
    values = [float(row["value"]) for row in rows if row["value"]]
    if len(values) != won or any(value <= 0 for value in values):
        yield f"{won} contracts have {len(values)} values"
    leads = sum(row["concept:name"] == "inquiry" for row in rows)
    ended = sum(steps[end] for steps in count.values() for end in OVER)
    if leads != ended:
        yield f"{leads} inquiries have {ended} ends"


def _of_people(rows: list[Row]) -> Iterator[str]:
    """Nobody works on two leads at a time."""
    at_work: dict[str, str] = {}
    for row in rows:
        person, case, step = row["org:resource"], row["case:concept:name"], _step(row)
        if not person:
            continue
        if step in (START, RESUME):
            if person in at_work:
                yield f"{person} starts {case} while working on {at_work[person]}"
            at_work[person] = case
        elif step in (END, MISS, PAUSE):
            at_work.pop(person, None)


if __name__ == "__main__":
    found = list(broken(read(Path(sys.argv[1]))))
    print("\n".join(found) or "every law holds")
    sys.exit(1 if found else 0)

"""A difference between the engines as a scenario file that a person can read, run and repeat."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from funnelsim.compiling.arrays import Record, Records
from funnelsim.model.model import Names
from funnelsim.model.words import Event

from .living import Example, ParityError

FAILURE = Path("parity_failure.toml")
LIVED = "# lived with: "
INSTANTS = ("time", "created")
SPANS = ("waited", "worked")
KNOWN_BY_NAME = ("stage", "rep", "segment", "channel", "reason")


def finding(differ: ParityError, names: Names) -> str:
    """Write a difference as a scenario file: what differs and how to repeat it stand in comments above."""
    example = differ.example
    how = {
        "seed": example.seed,
        "replication": example.replication,
        "stops": example.stops,
        "pool": example.pool,
        "processes": example.processes,
        "strategy": example.strategy,
        "deals": example.deals,
    }
    head = [
        "The engines differ in this scenario. To repeat it:",
        f"  python -m tests.property.parity --repeat {FAILURE}",
        "",
        *side_by_side(differ, names),
    ]
    lines = [f"# {line}".rstrip() for line in head]
    return "\n".join([*lines, LIVED + json.dumps(how), "", example.text])


def read(path: Path) -> Example:
    """Read an example from a file that `finding` wrote."""
    text = path.read_text(encoding="utf-8")
    how = json.loads(next(line for line in text.splitlines() if line.startswith(LIVED))[len(LIVED) :])
    stops = tuple((place, beside) for place, beside in how.pop("stops"))
    return Example(text=text, stops=stops, **how)


def side_by_side(differ: ParityError, names: Names) -> list[str]:
    """Tell in words the first row that differs."""
    one, other = differ.one, differ.other
    if one.stuck or other.stuck:
        return [f"{each.how}: {each.stuck or f'{len(each.rows):,} rows'}" for each in (one, other)]
    both = range(min(len(one.rows), len(other.rows)))
    at = next((row for row in both if one.rows[row] != other.rows[row]), len(both))
    ours, theirs = in_words(one.rows, at, names), in_words(other.rows, at, names)
    table = [("", one.how, other.how), *((name, ours[name], theirs[name]) for name in ours)]
    widths = [max(len(line[column]) for line in table) for column in range(3)]
    title = f"Row {at + 1} is the first to differ, of {len(one.rows):,} and {len(other.rows):,}:"
    return [title, *(f"{mark(line)} {padded(line, widths)}" for line in table)]


def mark(line: tuple[str, str, str]) -> str:
    """Point at what differs."""
    return ">" if line[0] and line[1] != line[2] else " "


def padded(line: tuple[str, str, str], widths: list[int]) -> str:
    """Write a line of a table."""
    return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))


def in_words(rows: Records, at: int, names: Names) -> dict[str, str]:
    """Tell a row of a ledger by field, in the words of its scenario."""
    if at >= len(rows):
        return dict.fromkeys(rows.dtype.names or (), "(no more rows)")
    row: Record = rows[at]
    return {name: word(name, row[name].item(), names) for name in rows.dtype.names or ()}


def word(field: str, value: float, names: Names) -> str:
    """Tell a field of a row."""
    if field == "event":
        return Event(int(value)).name
    if field in INSTANTS:
        return clock(int(value))
    if field in SPANS:
        return str(timedelta(microseconds=int(value)))
    if field in KNOWN_BY_NAME:
        return str(getattr(names, f"{field}s")[int(value)]) if value >= 0 else "-"
    return repr(value)


def clock(microseconds: int) -> str:
    """Write days and the time of day, to the microsecond.

    >>> clock(9 * 3_600_000_000 + 1)
    'day 0, 9:00:00.000001'
    """
    days, rest = divmod(microseconds, 24 * 3_600_000_000)
    return f"day {days:,}, {timedelta(microseconds=rest)}"

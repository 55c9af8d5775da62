"""Simulate one replication and write what happens, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, StuckError, new_ledger, pages_by_chapter
from funnelsim.engines.compiled.blocks import PAGE
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.io.progress import Progress, silent, step
from funnelsim.io.writing import UnusableError, whole_file
from funnelsim.keeping.eventlog.csv_log import CsvLog
from funnelsim.keeping.eventlog.entries import ACTIVITIES, entries
from funnelsim.keeping.eventlog.xes import Xes
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import TODAY, Course, Scenario, course_of
from funnelsim.studies.endless import in_words
from funnelsim.studies.pilot import settled

ENDINGS: dict[str, type[CsvLog | Xes]] = {".csv": CsvLog, ".xes": Xes}


class Written(NamedTuple):
    """What was written."""

    leads: int
    events: int


def write_event_log(
    path: Path,
    scenario: Scenario,
    *,
    strategy: str = TODAY,
    replication: int = 0,
    seed: int = 1,
    engine: str = "compiled",
    progress: Progress = silent,
) -> Written:
    """Write the event log of one replication, in memory that does not grow with its rows.

    Costs by the day (media, pay) belong to no lead and are left out. Warm-up and drain are in the log.

    Parameters
    ----------
    path : path
        Ends in .csv or .xes. Nothing is overwritten, and the file appears when it is complete.
    scenario : Scenario
    strategy : str
        One of the scenario's strategies, or "today".
    replication : int
        Number of the simulated year, from 0.
    seed : int
        Of all random draws.
    engine : str
        "compiled" or "reference".
    progress : callable
        The pilot and the writing are steps of it.

    Returns
    -------
    Written
        How many leads and events are in the log.

    Raises
    ------
    UnusableError
        If the name ends otherwise, or there is no such replication.
    ValueError
        If the seed is out of range.
    ScenarioError
        If there is no such strategy.
    EndlessLoopError
        If leads go in circles at one instant without end.
    OSError
        If the file exists or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from funnelsim.scenario import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "year.csv"
    ...     written = write_event_log(file, load("first_steps"))
    ...     len(file.read_text().splitlines()) - 1 == written.events
    True
    """
    if path.suffix not in ENDINGS:
        raise UnusableError(f"an event log is a file that ends in {' or '.join(ENDINGS)}, not {path.name!r}")
    if not 0 <= replication < 2**32:
        raise UnusableError(f"the replication must be a whole number from 0 to 2^32 - 1, not {replication:,}")
    world = world_of(seed, replication)
    course = course_of(settled(scenario, strategies=[strategy], progress=progress), strategy)
    chapters = course.chapters(world)
    ledger = new_ledger(PAGE + max(rows_of_a_step(each.model) for each in chapters))
    days = int(chapters[-1].model.horizon // DAY)
    pages = pages_by_chapter(ENGINES[engine], chapters, world, ledger)
    with whole_file(path) as opened, step(progress, "Writing", days, "days") as tell:
        log = ENDINGS[path.suffix](opened)
        try:
            return _written(log, pages, course, tell)
        except StuckError as stuck:
            raise in_words(stuck, [course.names]) from stuck


def _written(
    log: CsvLog | Xes, pages: Iterable[tuple[int, Records]], course: Course, tell: Progress
) -> Written:
    """Write the rows of a ledger, page by page, and tell how many days they take."""
    leads = events = days = 0
    for number, page in pages:
        log.write(entries(page, course.pieces[number].names))
        leads += int((page["event"] == Event.INQUIRY).sum())
        events += int(np.isin(page["event"], list(ACTIVITIES)).sum())
        before, days = days, int(page["time"].max(initial=0) // DAY)
        tell(days - before)
    log.close()
    return Written(leads, events)

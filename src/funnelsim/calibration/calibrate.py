"""Calibrate: from a history to a scenario whose numbers are measured, each with how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from funnelsim.calibration.arrivals import Arrivals, measure_arrivals
from funnelsim.calibration.drift import Drift, drift_of
from funnelsim.calibration.durations import Lengths, measure_lengths
from funnelsim.calibration.enough import must_tell
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.first_wait import after_first_work, first_waits, worked_stages
from funnelsim.calibration.mix import FirstStages, first_stages, measure_mix
from funnelsim.calibration.outcomes import TEAM, Outcomes, measure_outcomes
from funnelsim.calibration.skill import Skill, skill_of
from funnelsim.calibration.values import Values, measure_values
from funnelsim.calibration.visits import visits_of
from funnelsim.calibration.work import Work, measure_work
from funnelsim.calibration.work.load import Load, measure_load
from funnelsim.history import History
from funnelsim.history.names import UNKNOWN, name_of, named
from funnelsim.io.progress import Progress

DRAWS = 400

ALL = "all"  # the name of a field that is blank in every deal
_COMMON = 5  # work, outcomes, arrivals, values and the mix are measured once
_NAMES = ("channel", "segment", "rep")


@dataclass(frozen=True)
class Calibration:
    """What has been measured of a firm.

    Attributes
    ----------
    history : History
        What it was measured from, with names as the scenario has them.
    estimates : tuple of Estimate
        Of every value that the history tells of.
    lengths : dict of str to Lengths
        By stage; of one that people work, from the end of the first work on.
    outcomes, arrivals, values, work, skill, drift, load
        The parts of the measurement, with what their pictures show; `values`, `work` and `skill` are None
        where the history has no value, no hours of work or no rep.
    starts : FirstStages
        Where the deals of each channel enter the funnel.
    """

    history: History
    estimates: tuple[Estimate, ...]
    lengths: Mapping[str, Lengths]
    outcomes: Outcomes
    arrivals: Arrivals
    values: Values | None
    work: Work | None
    skill: Skill | None
    drift: tuple[Drift, ...]
    load: Load
    starts: FirstStages


def parts_of(history: History) -> int:
    """Count the parts that are measured one after the other: each stage, and what all have in common."""
    return len(history.stages) + _COMMON


def calibrate(
    history: History,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    recent_months: int | None = None,
    progress: Progress = lambda _: None,
) -> Calibration:
    """Measure a firm from its history.

    Parameters
    ----------
    history : History
        Everything in it is used.
    draws : int
        Rows of the file of draws.
    seed : int
        Of the draws.
    recent_months : int, optional
        Measure from the last months alone: deals that ended before them are left out, and who was open as
        they begin is known to have lasted until then (ME1). Default: from everything.
    progress : callable
        Is told of each part that is measured; `parts_of` counts them.

    Returns
    -------
    Calibration
        With names as the scenario has them.

    Raises
    ------
    UnusableError
        If the history has too little to tell: fewer than two deals, none won, or no time in it.
    """
    history = with_names(history if recent_months is None else recent(history, recent_months))
    must_tell(history)
    starts = first_stages(history)
    visits = _visits(history)
    seeds = iter(np.random.SeedSequence(seed).generate_state(len(history.stages) + 7).tolist())
    work, of_work = None, next(seeds)
    worked = worked_stages(history, visits) if _has_work(history) else ()
    if worked:
        work = measure_work(history, stages=worked, team=TEAM, draws=draws, seed=of_work)
    progress(1)
    lengths = {}
    for stage in history.stages:
        own = visits[visits["stage"] == stage]
        if work is not None and stage in work.efforts:
            own = after_first_work(history, own)
        lengths[stage] = measure_lengths(own, draws=draws, seed=next(seeds))
        progress(1)
    reason_of = history.deals.set_index("deal")["reason"]
    outcomes = measure_outcomes(visits, history.stages, draws=draws, seed=next(seeds), reason_of=reason_of)
    progress(1)
    arrivals = measure_arrivals(
        starts.created,
        history.seen_from,
        history.seen_until,
        by_day=history.by_day,
        draws=draws,
        seed=next(seeds),
    )
    progress(1)
    values = None
    if _has_values(history):
        values = measure_values(_won(history), currency=history.currency, draws=draws, seed=next(seeds))
    progress(1)
    estimates = [each for stage, found in lengths.items() for each in found.estimates(stage)]
    estimates += [*outcomes.estimates(), *arrivals.estimates()]
    estimates += measure_mix(starts, history, draws=draws, seed=next(seeds))
    for part in (values, work):
        estimates += [] if part is None else part.estimates()
    progress(1)
    return Calibration(
        history,
        tuple(estimates),
        lengths,
        outcomes,
        arrivals,
        values,
        work,
        skill_of(outcomes, seed=next(seeds)),
        tuple(drift_of(history, visits)),
        measure_load(history, draws=draws, seed=next(seeds)),
        starts,
    )


def _visits(history: History) -> pd.DataFrame:
    """List the visits; fields that nobody has filled are blank, and the wait is known where work is."""
    visits = visits_of(history)
    for column in _NAMES:
        if not _has(history, column):
            visits[column] = ""
    return visits.assign(wait=first_waits(history, visits)) if len(history.work) else visits


def with_names(history: History) -> History:
    """Give a history names that a scenario may have; channel, segment and rep of a deal are never blank."""
    deals, entries, work = history.deals.copy(), history.entries.copy(), history.work.copy()
    for column in _NAMES:
        blank = not deals[column].map(bool).any()
        deals[column] = ALL if blank else named(deals[column]).replace("", UNKNOWN)
    deals["reason"] = named(deals["reason"]).replace("", UNKNOWN)
    for frame in (entries, work):
        for column in ("stage", "rep"):
            frame[column] = named(frame[column])
    return replace(
        history, deals=deals, entries=entries, work=work, stages=tuple(map(name_of, history.stages))
    )


def recent(history: History, months: int) -> History:
    """Return what a history has of its last months: deals that were open at some time of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK
    >>> day = pd.Timestamp
    >>> rows = [["old", day("2025-01-02"), day("2025-02-01"), pd.NaT, "lost", "", "", "", 1.0, ""],
    ...         ["new", day("2025-01-02"), day("2025-12-01"), pd.NaT, "won", "", "", "", 1.0, ""]]
    >>> empty = [pd.DataFrame(columns=columns) for columns in (ENTRIES, FIELDS, WORK)]
    >>> whole = History(pd.DataFrame(rows, columns=DEALS), *empty, ("offer",), day("2025-01-01"),
    ...                 day("2026-01-01"))
    >>> recent(whole, 6).deals["deal"].tolist()
    ['new']
    """
    since = max(history.seen_from, history.seen_until - pd.DateOffset(months=months))
    deals = history.deals[~(history.deals["closed"] < since)].reset_index(drop=True)
    kept = set(deals["deal"])
    entries, fields, work = (
        frame[frame["deal"].isin(kept)].reset_index(drop=True)
        for frame in (history.entries, history.fields, history.work)
    )
    return replace(history, deals=deals, entries=entries, fields=fields, work=work, seen_from=since)


def _has(history: History, column: str) -> bool:
    return not history.deals[column].isin([UNKNOWN, ALL]).all()


def _has_values(history: History) -> bool:
    return bool(_won(history)["value"].notna().any())


def _has_work(history: History) -> bool:
    """Return whether there are spells of work that tell of effort: with a rep and an end."""
    work = history.work
    return bool((work["end"].notna() & (work["rep"] != "")).any())


def _won(history: History) -> pd.DataFrame:
    return history.deals.loc[history.deals["outcome"] == "won", ["deal", "segment", "value", "closed"]]

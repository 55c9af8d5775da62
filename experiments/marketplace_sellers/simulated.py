"""Simulated quarters of the preset, cut off where the data are, and what really became of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from censored_conversion import Estimate, Floats, best_family, ever_interval, fit_cure, kaplan_meier
from figures import Outcome, estimated_figures, true_figures
from joblib import Parallel, delayed
from measure import END, FIRST_DAY, followed

from funnelsim.compiling.arrays import Records
from funnelsim.engines import history
from funnelsim.model.model import Model, Names
from funnelsim.model.words import Event
from funnelsim.scenario import load, lower
from funnelsim.studies.pilot import settled

PRESET = "marketplace_sellers"
DAYS_SEEN = np.arange(0.0, 86.0)  # where measured and simulated curves are drawn
DAYS_AFTER = np.arange(0.0, 181.0)  # where the truth is drawn, beyond what the data can show


WEEKS = (END - FIRST_DAY).days // 7  # whole ones; the window begins on a Monday


class Quarter(NamedTuple):
    """One simulated quarter: what the estimators make of it, and the truth."""

    estimated: pd.Series  # named as in `figures`
    true: pd.Series  # named alike, those figures that have a truth
    ever: Estimate  # share that ever wins, by the family given
    ever_by_aic: Estimate  # by the family that this quarter would have chosen
    family: str  # which that is
    curve: Floats  # share won within `DAYS_SEEN`, by Kaplan-Meier
    true_curve: Floats  # share won within `DAYS_AFTER`
    open: float  # share of leads unfinished when the simulation ends
    weeks: Floats  # from `by_week`


def leads_of(rows: Records, names: Names) -> pd.DataFrame:
    """Turn a ledger into the table of leads that `measure` takes, nothing hidden yet.

    Time 0 of a ledger is midnight of `names.start`.

    Parameters
    ----------
    rows
        A whole ledger.
    names
        What its numbers are called.

    Returns
    -------
    DataFrame
        One row per lead of the window, in the order of their inquiries: `channel`; `contacted`, a day;
        `won`, an instant, missing where not won; `won_day_only`, false throughout; and, what the data do
        not have, `asked`, the instant of the inquiry, and `open`, whether it was unfinished at the end.
    """
    start = pd.Timestamp(names.start)
    asked = rows[rows["event"] == Event.INQUIRY]
    instant = start + pd.to_timedelta(asked["time"], unit="us")
    asked, instant = (each[(instant >= FIRST_DAY) & (instant < END)] for each in (asked, instant))
    wins = rows[rows["event"] == Event.WON]
    won = pd.Series(start + pd.to_timedelta(wins["time"], unit="us"), index=wins["pursuit"])
    return pd.DataFrame(
        {
            "channel": np.array(names.channels)[asked["channel"]],
            "contacted": instant.normalize(),
            "won": won.reindex(asked["pursuit"]).array,
            "won_day_only": False,
            "asked": instant,
            "open": np.isin(asked["pursuit"], rows["pursuit"][rows["event"] == Event.OPEN]),
        }
    )


def seen_by_the_end(leads: pd.DataFrame) -> pd.DataFrame:
    """Hide what the data could not know: wins after the end of the window, and the time of an inquiry."""
    seen = leads.drop(columns=["asked", "open"])
    return seen.assign(won=seen["won"].where(seen["won"] < END))


def by_week(leads: pd.DataFrame) -> Floats:
    """Count inquiries, and wins among them, in each whole week of the window: (2, WEEKS)."""
    counts = []
    for moment in ("contacted", "won"):
        week = (leads[moment].dropna() - FIRST_DAY) // pd.Timedelta(weeks=1)
        counts.append(np.bincount(week[week < WEEKS].astype(int), minlength=WEEKS))
    return np.array(counts, dtype=np.float64)


def outcome_of(leads: pd.DataFrame) -> Outcome:
    """Days from inquiry to win of every lead, infinite where it was not won."""
    days = (leads["won"] - leads["asked"]).dt.total_seconds() / 86_400
    return Outcome(leads["channel"], np.asarray(days.fillna(np.inf), dtype=np.float64))


def quarter(model: Model, names: Names, seed: int, replication: int, family: str) -> Quarter:
    """Simulate one world on the compiled engine and measure its first quarter as the data are measured."""
    leads = leads_of(history("compiled", model, seed, replication), names)
    seen = seen_by_the_end(leads)
    after, until = followed(seen)
    outcome = outcome_of(leads)
    chosen = best_family(after, until)[0]
    return Quarter(
        estimated=estimated_figures(seen, family),
        true=true_figures(outcome),
        ever=ever_interval(after, until, fit_cure(after, until, family)),
        ever_by_aic=ever_interval(after, until, chosen),
        family=chosen.family,
        curve=kaplan_meier(after, until, DAYS_SEEN)["value"].to_numpy(),
        true_curve=np.searchsorted(np.sort(outcome.days), DAYS_AFTER, side="right") / len(leads),
        open=float(leads["open"].mean()),
        weeks=by_week(seen),
    )


def quarters(worlds: int, seed: int, family: str, jobs: int = 1) -> list[Quarter]:
    """Simulate the preset as it is in so many worlds, in their order.

    The first world runs alone, so that parallel processes find the engine compiled.
    """
    model, names = lower(settled(load(PRESET)))
    first = quarter(model, names, seed, 0, family)
    others = (delayed(quarter)(model, names, seed, world, family) for world in range(1, worlds))
    return [first, *Parallel(n_jobs=jobs)(others)]

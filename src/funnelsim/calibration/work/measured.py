"""Measure work, and write it as values of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.calibration.amounts import Fitted, estimate_of, fit
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.shapes import rounded
from funnelsim.calibration.work.efforts import SHORTEST, efforts_of, worked_in
from funnelsim.calibration.work.hours import Hours, own_hours, people_by_day, presence, team_hours, written
from funnelsim.calibration.work.speeds import Speeds, measure_speeds
from funnelsim.calibration.work.spells import spells_of, visits_of_work
from funnelsim.compiling.arrays import Floats
from funnelsim.history import History
from funnelsim.io.writing import UnusableError
from funnelsim.metrics.wording import percent

GAP_MINUTES = 5.0
_LATELY = pd.Timedelta(days=28)
_HOUR = pd.Timedelta(hours=1)


def measure_work(
    history: History,
    *,
    stages: Sequence[str],
    team: str = "sales",
    gap_minutes: float = GAP_MINUTES,
    draws: int,
    seed: int,
) -> Work:
    """Measure when people work, how many there are, how fast they are, and how long deals take them.

    Spells of a rep that overlap share the time: nobody works more than the clock. A spell that goes on past
    its day counts in the team's hours only. The effort of a deal in a stage is all work on it there.

    Parameters
    ----------
    history : History
        With spells of work.
    stages : sequence of str
        Whose effort is measured.
    team : str
        The name of the team that works them.
    gap_minutes : float
        At most between two spells of the same rep, deal and stage that are one visit.
    draws : int
        Draws of all numbers together.
    seed : int
        Of random numbers.

    Returns
    -------
    Work
        What is measured, as values of a scenario and as tables, with notes in words.

    Raises
    ------
    UnusableError
        If the history has no spell of work that ends, by a rep who is known.
    """
    spells = spells_of(history)
    named = spells.rows[spells.rows["rep"] != ""]
    if spells.rows["end"].notna().sum() == 0 or named.empty:
        raise UnusableError(
            "the file has no spell of work with a rep, a start and an end: effort and capacity cannot be "
            "measured; what can be is how many deals reps have open"
        )
    rng = np.random.default_rng([seed, 0x3D])
    last = min(history.seen_until - pd.Timedelta(microseconds=1), named["start"].max())
    hours = team_hours(named["start"], named["start"].min(), last)
    pieces = worked_in(spells.rows[spells.rows["end"].notna()], hours)
    visits = visits_of_work(pieces, pd.Timedelta(minutes=gap_minutes))
    visits["worked"] = visits["worked"].clip(lower=SHORTEST)
    there = presence(named, hours)
    efforts = efforts_of(history, pieces, stages)
    fitted = fit(efforts, draws, rng)
    speeds = measure_speeds(visits[visits["rep"] != ""], draws, rng)
    people = people_by_day(there, hours)
    at_once = people["at_once"].to_numpy()
    resampled = at_once[rng.integers(0, len(at_once), (draws, len(at_once)))].mean(axis=1)
    notes = (*spells.notes, *_notes(pieces, visits, hours, speeds), *_missing(efforts, stages))
    return Work(team, hours, there, people, resampled, speeds, efforts, fitted, visits, spells.robots, notes)


@dataclass(frozen=True)
class Work:
    """What is measured of work.

    Attributes
    ----------
    team : str
        Its name.
    hours : Hours
        When it works.
    there : DataFrame
        When each rep was there: see `presence`.
    people : DataFrame
        How many were at work on each day: see `people_by_day`.
    at_once : array
        Draws of the people at work at once, on average over days; shape (draws,).
    speeds : Speeds
        Of the reps.
    efforts : dict of str to array
        Hours of all work on a deal in a stage, by stage.
    fitted : Fitted or None
        Draws of their distributions.
    visits : DataFrame
        Spells merged: see `visits_of_work`.
    robots : tuple of str
        Who works round the clock, at once.
    notes : tuple of str
        What was found and left out, in words.
    """

    team: str
    hours: Hours
    there: pd.DataFrame
    people: pd.DataFrame
    at_once: Floats
    speeds: Speeds
    efforts: dict[str, Floats]
    fitted: Fitted | None
    visits: pd.DataFrame
    robots: tuple[str, ...]
    notes: tuple[str, ...]

    def estimates(self) -> list[Estimate]:
        """Return hours, people and speed of the team, and the effort of each stage.

        The people have no names, and all of the team's hours: as many as were at work at once on average.
        """
        return [*self._team(), *self._efforts()]

    def named_reps(self) -> list[Estimate]:
        """Return hours and speed of each rep, to be had in place of `people` and `speed` of the team.

        Only reps who were at work in the last four weeks. A rep's hours are as long, on each weekday, as the
        rep was there on average.
        """
        lately = self.there[self.there["day"] > self.there["day"].max() - _LATELY]
        found = []
        for rep in sorted(set(lately["rep"])):
            at, days = f"teams.{self.team}.reps.{rep}", int((self.there["rep"] == rep).sum())
            hours = written(*own_hours(self.there, self.hours, rep))
            if not hours:
                continue
            found.append(Estimate(f"{at}.hours", hours, None, days, "first start to last end of work", {}))
            if rep in self.speeds.reps:
                pace = self.speeds.draws[self.speeds.reps.index(rep)]
                visits = int(self.speeds.visits[self.speeds.reps.index(rep)])
                found.append(_number(f"{at}.speed", pace, visits, "partial pooling", "factor on the pace"))
        return found

    def _team(self) -> Iterator[Estimate]:
        at, days = f"teams.{self.team}", len(self.people)
        method = "2 % to 98 % of the starts of work"
        yield Estimate(f"{at}.hours", self.hours.written(), None, days, method, {})
        people = max(round(float(self.people["at_once"].mean())), 1)
        told = {"people at work at once": self.at_once}
        yield Estimate(f"{at}.people", people, None, days, "hours there over opening hours", told)
        if len(self.speeds.reps) > 1:
            spread = np.log(self.speeds.draws).std(axis=0, ddof=1)
            table = [_speed(each) for each in spread]
            visits, told = int(self.speeds.visits.sum()), {"deviation of the logarithm": spread}
            middle = _speed(float(np.median(spread)))
            yield Estimate(f"{at}.speed", middle, table, visits, "partial pooling of reps", told)

    def _efforts(self) -> Iterator[Estimate]:
        for stage, hours in self.efforts.items():
            yield estimate_of(f"stages.{stage}.effort_hours", stage, hours, self.fitted, "hours")

    def by_weekday(self) -> pd.DataFrame:
        """Return people at work by weekday: `weekday`, `days`, `people` and `at_once`, both on average."""
        weekday = self.people["day"].dt.day_name().rename("weekday")
        found = self.people.groupby(weekday, sort=False).agg(
            days=("day", "size"), people=("people", "mean"), at_once=("at_once", "mean")
        )
        return found.reset_index()

    def by_hour(self) -> pd.DataFrame:
        """Return how many visits start in an hour of a weekday: `weekday`, `hour` and `visits`, a day."""
        start = self.visits["start"]
        day = start.dt.day_name().rename("weekday")
        days = self.hours.days.day_name().value_counts()
        counted = start.dt.floor("D").isin(self.hours.days)
        found = start[counted].groupby([day, start.dt.hour.rename("hour")]).size()
        rate = found / days.reindex(found.index.get_level_values("weekday")).to_numpy()
        return pd.DataFrame(rate.rename("visits").reset_index())


def _number(path: str, draws: Floats, n: int, method: str, unit: str) -> Estimate:
    drawn = [rounded(each) for each in draws]
    return Estimate(path, rounded(float(np.median(draws))), drawn, n, method, {unit: draws})


def _speed(deviation: float) -> dict[str, Any]:
    """Write a lognormal speed, 1 in the middle."""
    return {"median": 1.0, "p90": rounded(float(np.exp(1.2816 * max(deviation, 1e-4))))}


def _notes(pieces: pd.DataFrame, visits: pd.DataFrame, hours: Hours, speeds: Speeds) -> Iterator[str]:
    named = pieces[pieces["rep"] != ""]
    same_day = named["start"].dt.floor("D") == named["end"].dt.floor("D")
    clock = float(((named["end"] - named["start"])[same_day] / _HOUR).sum())
    shared = float(named["worked"][same_day].sum())
    if clock > 0 and shared < clock:
        yield f"{percent(1 - shared / clock)} of the time of spells is several at once, and is shared."
    late = int((~same_day).sum())
    if late:
        yield f"{late} spells go on past their day: only the team's hours of them count as work."
    yield (
        "People count as at work from the first start to the last end of a day's logged work: other duties "
        "in between are not told from it."
    )
    yield f"{len(pieces)} spells of work are {len(visits)} visits."
    if len(hours.days_off):
        days = ", ".join(f"{day:%Y-%m-%d}" for day in hours.days_off)
        yield f"Days off in the record: {days}. Those to come are to be typed as `holidays`."
    yield speeds.words()


def _missing(efforts: dict[str, Floats], stages: Sequence[str]) -> Iterator[str]:
    without = [stage for stage in stages if stage not in efforts]
    if without:
        yield f"No work is known in: {', '.join(without)}. Its effort is not measured."

"""Simulated quarters that begin with the deals that a firm's records show as open."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from os import cpu_count

import numpy as np
import pandas as pd

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Booleans, Record, Records
from funnelsim.engines import ENGINES, StuckError, new_ledger, pages
from funnelsim.engines.compiled.blocks import PAGE
from funnelsim.engines.donors import Past, donor_world, open_deals
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.engines.lost_lately import cooling_off, longest_cooling_off
from funnelsim.engines.visits_seen import OF_VISITS
from funnelsim.io.progress import Progress
from funnelsim.model.model import SALE, Chapters
from funnelsim.scenario import TODAY, Course, Scenario, course_of
from funnelsim.studies.endless import in_words
from funnelsim.studies.replication import Plan
from funnelsim.studies.today.asked import asked_of, lost_of, unknown_reps
from funnelsim.studies.today.customers import with_customers
from funnelsim.studies.today.donors_seen import DonorCounts
from funnelsim.studies.today.ends import OF_ENDS, ends_of, inquiries_of
from funnelsim.studies.today.forecast import TodayResult
from funnelsim.studies.today.quarter import quarter_of, quota_of
from funnelsim.studies.today.scenarios import Restart, restart_of
from funnelsim.studies.today.snapshot import Snapshot

LOOKED_AT = 40
MOST_MONTHS = 18  # of age for which donors are looked for; who is older has the oldest one (OD2)
_MICROSECOND = pd.Timedelta(1, "us")
_MONTH = pd.Timedelta(days=30)


def forecast_from(
    scenario: Scenario,
    snapshot: Snapshot,
    *,
    strategy: str = TODAY,
    until: pd.Timestamp | None = None,
    replications: int = 400,
    seed: int = 1,
    jobs: int = 0,
    look_at: int = LOOKED_AT,
    progress: Progress = lambda _: None,
) -> TodayResult:
    """Simulate what comes of the open deals, and of new ones, from today on.

    Parameters
    ----------
    scenario : Scenario
        Of the firm.
    snapshot : Snapshot
        What its records show. Simulation begins at the nearest midnight.
    strategy : str
        One of the scenario's strategies, or "today".
    until : Timestamp, optional
        The instant up to which is simulated. Default: the end of the fiscal quarter.
    replications, seed, jobs, progress
        As `simulate` takes them. If deals are overridden, worlds run with and without.
    look_at : int
        Donor worlds that tell whether deals are stuck, and what their chance was a month ago.

    Raises
    ------
    UnusableError
        If the snapshot names a stage, a channel or a segment that the scenario does not have, or the
        customers a product.
    ScenarioError
        If there is no such strategy, or the scenario is not valid on that day.
    ValueError
        If a number is out of range.
    EndlessLoopError
        If leads go in circles at one instant without end.
    """
    plan = Plan(replications, seed, jobs=jobs)
    begins = snapshot.at.round("D")
    since, ends = quarter_of(begins, scenario.plan)
    if snapshot.customers is not None:
        scenario = with_customers(scenario, snapshot.customers, begins)
    run = _Run(
        scenario, strategy, begins, since, until or ends, plan, progress, _oldest(snapshot, begins), look_at
    )
    plain = run.result(snapshot.without_overrides())
    if snapshot.overridden.empty:
        return plain
    return replace(run.result(_with_chances(snapshot, plain)), plain=plain)


def _oldest(snapshot: Snapshot, begins: pd.Timestamp) -> int:
    """Return the months that the open deal has been in its stage that came first."""
    age = (begins - snapshot.open["entered"]).max()
    return 0 if pd.isna(age) else min(int(age / _MONTH) + 1, MOST_MONTHS)


def _with_chances(snapshot: Snapshot, plain: TodayResult) -> Snapshot:
    """Give a deal of which only the day is known better the chance that it has otherwise (OD7)."""
    chances = plain.deals.set_index("deal")["chance"]
    deals = snapshot.deals
    only_day = deals["probability"].isna() & deals["close"].notna()
    filled = deals["probability"].where(~only_day, deals["deal"].map(chances))
    return replace(snapshot, deals=deals.assign(probability=filled))


@dataclass
class _Run:
    """A forecast in the making."""

    scenario: Scenario
    strategy: str
    begins: pd.Timestamp
    since: pd.Timestamp
    until: pd.Timestamp
    plan: Plan
    progress: Progress
    oldest: int
    look_at: int

    @cached_property
    def restart(self) -> Restart:
        """The scenarios."""
        last = (self.until + pd.Timedelta(days=1) - _MICROSECOND).date()
        first = self.begins.date()
        return restart_of(self.scenario, first, last, self.oldest, self.plan.jobs, self.progress)

    @cached_property
    def ahead(self) -> Course:
        """The days to come, lowered."""
        return course_of(self.restart.ahead, self.strategy)

    @cached_property
    def donors(self) -> Course:
        """The worlds of donors, lowered."""
        return course_of(self.restart.donors, TODAY)

    @property
    def window(self) -> int:
        """How long the forecast is, in microseconds."""
        return int((self.until - self.begins) // _MICROSECOND)

    def result(self, snapshot: Snapshot) -> TodayResult:
        """Run all worlds."""
        names = self.ahead.names
        at_first = self.ahead.pieces[_at_time_0(self.ahead.begins)].names  # reps may have other numbers later
        asked = asked_of(snapshot.open, self.begins, self.until, at_first)
        lost = lost_of(snapshot.lost, self.begins, at_first)
        horizon = int(self.donors.typed[-1].model.horizon)
        counts = DonorCounts(asked["stage"].astype(np.int64), asked["age"], self.window, horizon)
        _ = self.ahead.typed, self.donors.typed  # lowered once, before threads ask for them
        with ThreadPoolExecutor(self.plan.jobs or cpu_count() or 1) as pool:
            worlds = range(self.plan.replications)
            found = list(pool.map(lambda number: self._world(number, asked, lost, counts), worlds))
        return TodayResult(
            scenario=self.restart.ahead.strategy(self.strategy),
            strategy=self.strategy,
            snapshot=snapshot,
            since=self.since,
            until=self.until,
            replications=self.plan.replications,
            seed=self.plan.seed,
            names=names,
            ends=np.concatenate([ends for ends, _ in found]),
            inquiries=np.concatenate([inquiries for _, inquiries in found]),
            quota_amount=quota_of(self.begins, self.scenario.plan, _people(self.ahead)),
            ask_donors=counts.seen,
            unknown_reps=unknown_reps(snapshot.open, names),
            cools_off=longest_cooling_off(self.ahead.typed[0].model),
        )

    def _world(
        self, number: int, asked: Records, lost: Records, counts: DonorCounts
    ) -> tuple[Records, Records]:
        """Run one world, and before it that of its donors."""
        world = world_of(self.plan.seed, number)
        chapters = self.ahead.chapters(world)
        try:
            model = chapters[_at_time_0(self.ahead.begins)].model
            deals = cooling_off(model, world, lost)
            if len(asked):
                donors = self.donors.chapters(world)
                longer = donors[-1].model
                rows = _rows(donors, donor_world(world), OF_VISITS)
                if number < self.look_at:
                    counts.add(rows)
                past = Past(longer, rows, longer.stocks_from)
                deals = np.concatenate([deals, open_deals(model, world, past, asked).deals])
            deals = deals[np.argsort(deals["entity"])]
            chapters = tuple(replace(each, model=each.model._replace(open_deals=deals)) for each in chapters)
            lived = _rows(chapters, world, OF_ENDS)
        except StuckError as stuck:
            raise in_words(stuck, [self.ahead.names]) from stuck
        self.progress(1)
        ends = ends_of(lived, number, asked["entity"], self.window)
        return ends, inquiries_of(lived, number, self.window)


def _at_time_0(begins: Sequence[int]) -> int:
    """Return the position of the chapter that holds at time 0 (OD4)."""
    return sum(each == 0 for each in begins) - 1


def _rows(chapters: Chapters, world: Record, events: Booleans) -> Records:
    """Simulate a world and keep the rows of some events of the sale."""
    ledger = new_ledger(PAGE + max(rows_of_a_step(each.model) for each in chapters))
    lived = pages(ENGINES["compiled"], chapters, world, ledger)
    return np.concatenate([page[events[page["event"]] & (page["process"] == SALE)] for page in lived])


def _people(course: Course) -> dict[str, tuple[str, ...]]:
    """Return the reps of each team who are on staff at time 0."""
    reps, names = course.typed[0].model.reps, course.names
    there = (reps["joins"] <= 0) & (reps["leaves"] > 0)
    return {
        team: tuple(names.reps[rep] for rep in np.flatnonzero(there & (reps["team"] == number)))
        for number, team in enumerate(names.teams)
    }

"""What a forecast from today says: of the quarter, of its deals, and of the quota."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats, Integers, Records
from funnelsim.model.model import Names
from funnelsim.scenario import Scenario
from funnelsim.studies.today.customers import paid_by_price
from funnelsim.studies.today.donors_seen import DonorsSeen
from funnelsim.studies.today.ends import NEW, WON
from funnelsim.studies.today.snapshot import Snapshot

LEVELS = (0.1, 0.5, 0.9)  # an 80 % range around the median
SURE = 0.8  # of simulated quarters
_DAY = 86_400  # seconds


class Range(NamedTuple):
    """The mean of simulated quarters, and an 80 % range of single ones."""

    mean: float
    p10: float
    p50: float
    p90: float


def range_of(values: Floats | Integers) -> Range:
    """Summarise a number of each simulated quarter.

    >>> range_of(np.arange(11.0))
    Range(mean=5.0, p10=1.0, p50=5.0, p90=9.0)
    """
    return Range(float(values.mean()), *map(float, np.quantile(values, LEVELS)))


class Quota(NamedTuple):
    """How far bookings reach a quota."""

    amount: float
    missing: float  # after what is won so far
    chance: float  # of reaching it, in simulated quarters
    expected_gap: float  # mean shortfall, 0 where it is reached
    coverage: float  # open value over what is missing; infinite where nothing is
    coverage_needed: float  # ... with which 80 % of simulated quarters reach what is missing


@dataclass(frozen=True, eq=False)
class TodayResult:
    """A forecast from today to the end of the quarter, in simulated worlds.

    Attributes
    ----------
    scenario : Scenario
        As it holds today; of the strategy.
    strategy : str
    snapshot : Snapshot
    since, until : Timestamp
        The first day of the quarter, and the instant up to which it is simulated.
    replications, seed : int
    names : Names
        Of the numbers in `ends`.
    ends : ENDS records
        Of the pursuits that end by `until`, world by world.
    inquiries : INQUIRIES records
        Of the same time.
    quota_amount : float or None
        The bookings planned for the quarter.
    ask_donors : callable
        Returns what donors tell of each open deal; asked when that is first wanted, because it takes time.
    unknown_reps : tuple of str
        Of open deals, whom the scenario does not have.
    cools_off : float
        Days for which nine companies in ten are left alone at most after a deal is lost; 0 if none is.
    plain : TodayResult or None
        Without the overrides, if there are any.
    """

    scenario: Scenario
    strategy: str
    snapshot: Snapshot
    since: pd.Timestamp
    until: pd.Timestamp
    replications: int
    seed: int
    names: Names
    ends: Records
    inquiries: Records
    quota_amount: float | None
    ask_donors: Callable[[], DonorsSeen]
    unknown_reps: tuple[str, ...] = ()
    cools_off: float = 0.0
    plain: TodayResult | None = None

    @cached_property
    def donors(self) -> DonorsSeen:
        """What donors tell of each open deal."""
        return self.ask_donors()

    @property
    def chances(self) -> Floats:
        """The chance of each open deal to be won by `until`, in the order of the snapshot."""
        of_deals = self._won[self._won["deal"] != NEW]
        return np.bincount(of_deals["deal"], minlength=len(self.snapshot.open)) / self.replications

    @cached_property
    def won_so_far(self) -> float:
        """Bookings of the quarter up to now; a contract without a value counts as the mean simulated one."""
        return float(self.snapshot.won_since(self.since)["value"].fillna(self.usual_value).sum())

    @property
    def contracts_so_far(self) -> int:
        """Contracts of the quarter up to now."""
        return len(self.snapshot.won_since(self.since))

    @cached_property
    def usual_value(self) -> float:
        """Mean bookings of a simulated contract; 0 if there is none."""
        won = self._won
        return float(won["money"].mean()) if len(won) else 0.0

    def bookings(self, *, new: bool) -> Floats:
        """Return the bookings still to come from open deals, or from new ones: (R,)."""
        won = self._won
        return self._by_world(won[(won["deal"] == NEW) == new], weighed=True)

    def contracts(self, *, new: bool) -> Floats:
        """Return the contracts still to come from open deals, or from new ones: (R,)."""
        won = self._won
        return self._by_world(won[(won["deal"] == NEW) == new])

    @cached_property
    def total(self) -> Floats:
        """Bookings of the whole quarter in each world, those so far included: (R,)."""
        return self.won_so_far + self.bookings(new=False) + self.bookings(new=True)

    @cached_property
    def open_value(self) -> float:
        """Value of the open deals; one without a value counts as the mean simulated contract."""
        return float(self.snapshot.open["value"].fillna(self.usual_value).sum())

    @property
    def customers_at_first(self) -> int:
        """Customers with whom the simulation begins."""
        products = self.scenario.products.values()
        return sum(round(own.customers) for each in products for own in each.segments.values())

    @property
    def paid_by_price(self) -> float:
        """What the customers of the records would pay a month by the scenario's prices; 0 without them."""
        found = self.snapshot.customers
        return 0.0 if found is None else paid_by_price(found.table, self.scenario, self.start)

    @property
    def quota(self) -> Quota | None:
        """How far bookings reach the quota of the quarter; None without one."""
        if self.quota_amount is None:
            return None
        gap = np.maximum(self.quota_amount - self.total, 0.0)
        missing = max(self.quota_amount - self.won_so_far, 0.0)
        sure = float(np.quantile(self.total - self.won_so_far, 1 - SURE))
        return Quota(
            self.quota_amount,
            missing,
            float((gap == 0).mean()),
            float(gap.mean()),
            self.open_value / missing if missing else np.inf,
            self.open_value / sure if sure > 0 else np.inf,
        )

    @cached_property
    def deals(self) -> pd.DataFrame:
        """The open deals by name, those first that bring most on average.

        `chance` is that of being won by `until`, `expected` the bookings that this brings on average, `close`
        the median day of those simulated contracts. A deal is `stuck` if it is older than nine in ten of
        those in its stage that were won later; `month_ago` is the chance that it had 30 days ago in as long a
        time.
        """
        count = len(self.snapshot.open)
        won = self._won
        of_deals = won[won["deal"] != NEW]
        expected = np.bincount(of_deals["deal"], of_deals["money"], minlength=count) / self.replications
        kept = ["deal", "stage", "channel", "segment", "rep", "value", "category", "probability", "why"]
        frame = self.snapshot.open[kept].assign(
            days=(self.snapshot.at - self.snapshot.open["entered"]).dt.total_seconds() / _DAY,
            chance=self.chances,
            expected=expected,
            close=self._median_close(of_deals, count),
            stuck=self.donors.stuck,
            month_ago=self.donors.month_ago,
            has_donor=self.donors.has_donor,
        )
        order = ["expected", "chance", "deal"]
        return frame.sort_values(order, ascending=[False, False, True]).reset_index(drop=True)

    def _median_close(self, won: Records, count: int) -> pd.Series[pd.Timestamp]:
        times = pd.Series(won["time"], dtype=float).groupby(won["deal"]).median()
        days = pd.to_timedelta(times.reindex(range(count)).to_numpy(), unit="us")
        return pd.Series(self.start + days).dt.floor("D")

    @property
    def start(self) -> pd.Timestamp:
        """The instant of time 0."""
        return pd.Timestamp(self.names.start)

    @property
    def categories(self) -> pd.DataFrame:
        """What each forecast category converts to: deals, value, share won, bookings to come.

        `closed` are its deals that the quarter has closed so far, `closed_won` those of them that were won.
        """
        deals = self.deals[self.deals["category"] != ""]
        grouped = deals.assign(value=deals["value"].fillna(self.usual_value)).groupby("category", sort=False)
        found = grouped.agg(
            deals=("deal", "size"),
            value=("value", "sum"),
            won=("chance", "mean"),
            bookings=("expected", "sum"),
        )
        past = self.snapshot.closed_since(self.since)
        names = found.index
        closed = past["category"].value_counts().reindex(names, fill_value=0)
        won = past.loc[past["status"] == "won", "category"].value_counts().reindex(names, fill_value=0)
        return found.assign(closed=closed, closed_won=won).reset_index()

    def by(self, what: str) -> pd.DataFrame:
        """Return contracts and bookings to come by "month", "week", "rep", "channel", "segment" or "product".

        Returns
        -------
        DataFrame
            A row for each; of contracts and bookings mean, p10, p50 and p90.
        """
        won = self._won
        labels, place = self._labels(what, won)
        shape = self.replications, len(labels)
        at = won["world"] * shape[1] + place
        counts = np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
        money = np.bincount(at, won["money"], minlength=shape[0] * shape[1]).reshape(shape)
        rows = [[*range_of(counts[:, each]), *range_of(money[:, each])] for each in range(len(labels))]
        columns = [f"{kind}_{name}" for kind in ("contracts", "bookings") for name in Range._fields]
        return pd.DataFrame(rows, index=pd.Index(labels, name=what), columns=columns)

    def _labels(self, what: str, won: Records) -> tuple[list[str], Integers]:
        """Name the rows of a table, and say in which each contract is."""
        if what in ("month", "week"):
            spans = pd.period_range(self.start, self.until - pd.Timedelta(1, "us"), freq=what[0].upper())
            days = self.start + pd.to_timedelta(won["time"], unit="us")
            ends = np.array([each.end_time for each in spans], "datetime64[us]")
            return list(map(str, spans)), np.searchsorted(ends, days.to_numpy())
        known = getattr(self.names, f"{what}s")
        return [*known, "nobody"], np.where(won[what] < 0, len(known), won[what])

    @cached_property
    def _won(self) -> Records:
        won: Records = self.ends[self.ends["outcome"] == WON]
        return won

    def _by_world(self, won: Records, *, weighed: bool = False) -> Floats:
        weights = won["money"] if weighed else None
        return np.bincount(won["world"], weights, minlength=self.replications).astype(float)

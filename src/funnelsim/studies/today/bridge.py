"""From one forecast of a quarter to the next: what each kind of news has contributed, and scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats
from funnelsim.studies.today.forecast import TodayResult
from funnelsim.studies.today.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class Told:
    """What a forecast told, as far as later ones are compared with it.

    Attributes
    ----------
    at, since, until : Timestamp
        As of when; the first day of the quarter, and its end.
    won_so_far, new : float
        Bookings by then; mean bookings still to come from new deals.
    deals : DataFrame
        Of the open deals: `deal`, `rep`, `value` (that of the records, or a usual one), `chance` and
        `expected` bookings.
    totals : array (R,)
        Bookings of the quarter in each world.
    """

    at: pd.Timestamp
    since: pd.Timestamp
    until: pd.Timestamp
    won_so_far: float
    new: float
    deals: pd.DataFrame
    totals: Floats

    @property
    def expected(self) -> float:
        """Mean bookings of the quarter."""
        return self.won_so_far + self.new + float(self.deals["expected"].sum())


def told_by(result: TodayResult) -> Told:
    """Keep of a forecast what later ones are compared with."""
    deals = result.deals[["deal", "rep", "value", "chance", "expected"]]
    deals = deals.assign(value=deals["value"].fillna(result.usual_value))
    new = float(result.bookings(new=True).mean())
    return Told(result.snapshot.at, result.since, result.until, result.won_so_far, new, deals, result.total)


class Bridge(NamedTuple):
    """What has changed the expected bookings of a quarter from one forecast to the next; they add up.

    `new` are deals that were not there, less what was still to come from new deals; `won` and `lost` deals
    that were open; `slipped` those still open whose chance has changed, `value` those whose value has,
    `owner` those that another rep has; `model` is another scenario.
    """

    new: float
    won: float
    lost: float
    slipped: float
    value: float
    owner: float
    model: float


def bridge(before: Told, after: Told, snapshot: Snapshot, renewed: Told | None = None) -> Bridge:
    """Say what changed the expected bookings of a quarter.

    Parameters
    ----------
    before, after : Told
        The last forecast, and that of now by the same scenario; of one quarter.
    snapshot : Snapshot
        Of now.
    renewed : Told, optional
        That of now by another scenario.

    Returns
    -------
    Bridge
        The sum of its parts is the change of `Told.expected`.

    Raises
    ------
    ValueError
        If the forecasts are of different quarters.
    """
    if before.until != after.until:
        raise ValueError(f"the forecasts end on {before.until:%Y-%m-%d} and on {after.until:%Y-%m-%d}")
    then, now = before.deals.set_index("deal"), after.deals.set_index("deal")
    gone, stays = then.index.difference(now.index), then.index.intersection(now.index)
    closed = snapshot.deals.set_index("deal")
    won = gone[closed["status"].reindex(gone).eq("won").to_numpy()]
    old, new = then.loc[stays], now.loc[stays]
    by_value = (new["value"] - old["value"]) * old["chance"]
    by_chance = new["expected"] - old["expected"] - by_value
    moved = (new["rep"] != old["rep"]).to_numpy()
    won_before = float(then.loc[won, "expected"].sum())
    bookings_of_won = float(closed["value"].reindex(won).fillna(then.loc[won, "value"]).sum())
    came = float(now.loc[now.index.difference(then.index), "expected"].sum())
    won_otherwise = after.won_so_far - before.won_so_far - bookings_of_won
    return Bridge(
        new=came + won_otherwise + after.new - before.new,
        won=bookings_of_won - won_before,
        lost=-float(then.loc[gone.difference(won), "expected"].sum()),
        slipped=float(by_chance[~moved].sum()),
        value=float(by_value.sum()),
        owner=float(by_chance[moved].sum()),
        model=0.0 if renewed is None else renewed.expected - after.expected,
    )


class Scores(NamedTuple):
    """How good a forecast was that is due.

    `brier` and `log` are means over the deals whose end is known; `place` is the share of simulated quarters
    with fewer bookings than there were, half of those with as many.
    """

    deals: int
    unknown: int
    brier: float
    log: float
    bookings: float
    place: float


def has_the_quarter(told: Told, snapshot: Snapshot) -> bool:
    """Return whether a snapshot has deals that were closed after a forecast, in its quarter."""
    return bool(snapshot.deals["closed"].between(told.at, told.until, inclusive="left").any())


def scores(told: Told, snapshot: Snapshot) -> Scores:
    """Score a forecast by the records of its end or later.

    Parameters
    ----------
    told : Told
        A forecast.
    snapshot : Snapshot
        With the deals closed since the quarter began.

    Raises
    ------
    ValueError
        If the forecast is not due yet.
    """
    if snapshot.at < told.until:
        raise ValueError(f"the forecast is due on {told.until:%Y-%m-%d}, after {snapshot.at:%Y-%m-%d}")
    records = snapshot.deals.set_index("deal")
    closed = records["closed"].reindex(told.deals["deal"])
    status = records["status"].reindex(told.deals["deal"])
    known = status.notna().to_numpy()
    won = (status.eq("won") & (closed < told.until)).to_numpy()[known]
    chance, least = told.deals["chance"].to_numpy()[known], 0.5 / len(told.totals)
    held = np.where(won, chance, 1 - chance)
    wins = snapshot.deals[(snapshot.deals["status"] == "won") & (snapshot.deals["closed"] >= told.since)]
    usual = dict(zip(told.deals["deal"], told.deals["value"], strict=True))
    values = wins["value"].fillna(wins["deal"].map(usual))[wins["closed"] < told.until]
    bookings = float(values.sum())
    below = (told.totals < bookings).mean() + (told.totals == bookings).mean() / 2
    nothing = not known.any()
    return Scores(
        int(known.sum()),
        int((~known).sum()),
        np.nan if nothing else float(np.square(chance - won).mean()),
        np.nan if nothing else float(-np.log(np.maximum(held, least)).mean()),
        bookings,
        float(below),
    )

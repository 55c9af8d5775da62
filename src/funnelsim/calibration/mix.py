"""Where deals enter the funnel, and which segments come by which channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from funnelsim.calibration.estimate import Estimate
from funnelsim.history import History

_RARE = 0.02  # share of a channel's deals below which another first stage is let alone
_PRIOR = 0.5  # Jeffreys' prior of each share


class FirstStages(NamedTuple):
    """The channels of the scenario: one for each channel of the records and stage at which its deals enter.

    Attributes
    ----------
    created : DataFrame
        A row a deal: deal, created and channel, as the scenario calls it.
    stage : dict of str to str
        By channel of the scenario.
    of : dict of str to str
        The channel of the records, by channel of the scenario.
    """

    created: pd.DataFrame
    stage: Mapping[str, str]
    of: Mapping[str, str]


def first_stages(history: History) -> FirstStages:
    """Find where deals of each channel enter; a channel whose deals enter at several stages becomes several.

    Deals that enter at a stage where fewer than 2 % of their channel do count as entering at the usual one.
    """
    firsts = history.entries.drop_duplicates("deal").set_index("deal")["stage"]
    deals = history.deals[["deal", "created", "channel"]].copy()
    deals["stage"] = deals["deal"].map(firsts).fillna(history.stages[0])
    stage_of, channel_of, named = {}, {}, deals["channel"].copy()
    for channel, rows in deals.groupby("channel", sort=True):
        shares = rows["stage"].value_counts(normalize=True)
        usual = str(shares.index[0])
        stage_of[str(channel)], channel_of[str(channel)] = usual, str(channel)
        for stage in (str(each) for each, share in shares.items() if share >= _RARE and each != usual):
            name = f"{channel}, at {stage}".replace(",", "")
            named[rows.index[rows["stage"] == stage]] = name
            stage_of[name], channel_of[name] = stage, str(channel)
    deals["channel"] = named
    return FirstStages(deals[["deal", "created", "channel"]], stage_of, channel_of)


def measure_mix(starts: FirstStages, history: History, *, draws: int, seed: int) -> list[Estimate]:
    """Measure the segments of each channel's deals.

    Deals that began before `seen_from` tell nothing: they are there only if they lasted until then (HI6), and
    segments differ in that.

    Parameters
    ----------
    starts : FirstStages
        The channels.
    history : History
        With the deals' segments.
    draws : int
        Of the shares: Dirichlet, Jeffreys' prior.
    seed : int
        Of the draws.
    """
    segments = sorted(history.deals["segment"].unique())
    if len(segments) == 1:
        return []
    generator, found = np.random.default_rng(seed), []
    segment_of = history.deals.set_index("deal")["segment"]
    created = starts.created[starts.created["created"] >= history.seen_from]
    for channel in sorted(starts.stage):
        named = created.loc[created["channel"] == channel, "deal"].map(segment_of)
        counts = named.value_counts().reindex(segments, fill_value=0).to_numpy()
        shares = generator.dirichlet(counts + _PRIOR, draws)
        typed = (counts + _PRIOR) / (counts + _PRIOR).sum()
        told = {f"share of {name}": shares[:, number] for number, name in enumerate(segments)}
        rows_of_shares = [dict(zip(segments, map(float, each), strict=True)) for each in shares]
        path, method = f"channels.{channel}.segments", "shares with Jeffreys' prior"
        value = dict(zip(segments, map(float, typed), strict=True))
        found.append(Estimate(path, value, rows_of_shares, int(counts.sum()), method, told))
    return found

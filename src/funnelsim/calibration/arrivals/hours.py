"""At which hours of the day deals arrive."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.compiling.arrays import Floats

_AS_SURE_AS = 50.0  # deals of its own that a channel's prior is worth: the day of all channels together
_MIDNIGHTS = 0.5  # share of times at exactly midnight above which the times are days


def are_days(created: pd.Series) -> bool:
    """Return whether times are really days: more than half of them are midnight.

    >>> are_days(pd.Series(pd.to_datetime(["2026-01-02 00:00", "2026-01-03 00:00", "2026-01-03 10:00"])))
    True
    """
    return bool((created == created.dt.floor("D")).mean() > _MIDNIGHTS)


def hourly(
    created: pd.DataFrame, channels: tuple[str, ...], draws: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Draw the weights of the hours of the day, 1 on average, for each channel.

    The shares of the hours are Dirichlet: of all channels, with the counts as parameters; of each channel,
    with its counts and `_AS_SURE_AS` times the shares of all. An hour in which nothing came has weight 0.

    Parameters
    ----------
    created : DataFrame
        `created` and `channel` of each deal.
    channels : tuple of str
        By name.
    draws : int
        How many.
    rng : Generator
        Of random numbers.

    Returns
    -------
    dict of str to array
        By channel; shape (24, draws).
    """
    hour = created["created"].dt.hour.to_numpy()
    all_counts = np.bincount(hour, minlength=24)
    seen = np.flatnonzero(all_counts)
    pooled = rng.dirichlet(all_counts[seen], draws)
    found = {}
    for name in channels:
        shares = pooled
        if len(channels) > 1:
            own = np.bincount(hour[(created["channel"] == name).to_numpy()], minlength=24)[seen]
            parts = rng.gamma(own + _AS_SURE_AS * pooled)
            shares = parts / parts.sum(axis=1, keepdims=True)
        found[name] = np.zeros((24, draws))
        found[name][seen] = shares.T * 24
    return found

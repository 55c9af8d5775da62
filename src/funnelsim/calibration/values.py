"""Measure what contracts are worth, by segment, and write it as values of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from funnelsim.calibration.amounts import Fitted, estimate_of, fit
from funnelsim.calibration.estimate import LEVELS, Estimate
from funnelsim.compiling.arrays import Floats
from funnelsim.io.writing import UnusableError

_QUANTILES = np.arange(1, 100) / 100


def measure_values(won: pd.DataFrame, *, currency: str = "", draws: int, seed: int) -> Values:
    """Measure the values of won deals, by segment (ME4, ME5).

    They are lognormal or gamma, averaged by evidence, and a segment with few deals is like the others (see
    `amounts.fit`). Values that are blank, 0 or negative are counted and left out.

    Parameters
    ----------
    won : DataFrame
        `segment`, `value` and `closed` of each won deal.
    currency : str
        Of the values.
    draws : int
        Draws of all numbers together.
    seed : int
        Of random numbers.

    Returns
    -------
    Values
        What is measured, as values of a scenario, and what was left out.

    Raises
    ------
    UnusableError
        If no deal has a value above 0.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> value = rng.lognormal(8, 0.5, 400)
    >>> won = pd.DataFrame({"segment": "homes", "value": value, "closed": pd.Timestamp("2026-01-05")})
    >>> found = measure_values(won, currency="EUR", draws=500, seed=1).estimates()[0]
    >>> low, high = found.interval("median, EUR")
    >>> found.path, bool(low < np.exp(8) < high)
    ('segments.homes.contract_value', True)
    """
    deals = pd.DataFrame(
        {
            "segment": won["segment"].fillna("").astype(str).str.strip().replace("", "all"),
            "value": pd.to_numeric(won["value"]).astype(float),
            "closed": won["closed"],
        }
    ).reset_index(drop=True)
    usable = deals[np.isfinite(deals["value"]) & (deals["value"] > 0)].reset_index(drop=True)
    if usable.empty:
        raise UnusableError(
            f"none of {len(won)} won deals has a value above 0: what a contract is worth cannot be measured"
        )
    data = {str(name): rows.to_numpy(float) for name, rows in usable.groupby("segment")["value"]}
    fitted = fit(data, draws, np.random.default_rng([seed, 0x7A]))
    return Values(usable, data, fitted, currency, tuple(_notes(deals, data)))


@dataclass(frozen=True)
class Values:
    """What is measured of the values of contracts.

    Attributes
    ----------
    deals : DataFrame
        `segment`, `value` and `closed` of each won deal with a value above 0.
    data : mapping of str to array
        Values by segment.
    fitted : Fitted or None
        Draws; None if no segment has values that differ.
    currency : str
        Of the values.
    notes : tuple of str
        What was left out, in words.
    """

    deals: pd.DataFrame
    data: Mapping[str, Floats]
    fitted: Fitted | None
    currency: str
    notes: tuple[str, ...]

    def estimates(self) -> list[Estimate]:
        """Return the contract value of each segment: a distribution, or the one value that all have."""
        return [
            estimate_of(f"segments.{name}.contract_value", name, values, self.fitted, self.currency)
            for name, values in self.data.items()
        ]

    def by_level(self, segment: str) -> pd.DataFrame:
        """Return the quantiles of a segment whose values differ, beside those found.

        Returns
        -------
        DataFrame
            `level` from 0.01 to 0.99; `seen` among the deals; `value`, `low`, `high` as found, by median and
            95 % interval.

        Raises
        ------
        ValueError
            If the values of the segment do not differ.
        """
        if self.fitted is None or segment not in self.fitted.groups:
            raise ValueError(f"the values of {segment} do not differ")
        found = self.fitted.told(
            segment,
            lambda family, *at: np.array([family.quantile(*at, level) for level in _QUANTILES]),
        )
        low, value, high = np.quantile(found, (LEVELS[0], 0.5, LEVELS[1]), axis=1)
        seen = np.quantile(self.data[segment], _QUANTILES)
        return pd.DataFrame({"level": _QUANTILES, "seen": seen, "value": value, "low": low, "high": high})

    def by_month(self) -> pd.DataFrame:
        """Return how many deals were won in each month and segment, and their median and mean value."""
        month = self.deals["closed"].dt.to_period("M").dt.to_timestamp().rename("month")
        found = self.deals.groupby(["segment", month])["value"].agg(["size", "median", "mean"])
        return found.rename(columns={"size": "deals"}).reset_index()


def _notes(deals: pd.DataFrame, data: Mapping[str, Floats]) -> Iterator[str]:
    """Say which values were left out."""
    value = deals["value"]
    for number, what in ((value.isna().sum(), "no value"), ((value == 0).sum(), "a value of 0")):
        if number:
            yield f"{number} of {len(deals)} won deals have {what}, and are left out."
    negative = int((value < 0).sum())
    if negative:
        yield f"{negative} of {len(deals)} won deals have a negative value, as credit notes do: left out."
    without = sorted(set(deals["segment"]) - set(data))
    if without:
        yield f"No won deal has a value in: {', '.join(without)}."

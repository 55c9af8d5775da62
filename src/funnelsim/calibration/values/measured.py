"""Measure the values of won deals, and write them as values of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from funnelsim.calibration.estimate import LEVELS, Estimate
from funnelsim.calibration.values.families import FAMILIES, Family, rounded
from funnelsim.calibration.values.groups import Alike
from funnelsim.compiling.arrays import Floats, Integers
from funnelsim.io.writing import UnusableError

PLACES_APART, SPREADS_APART = 1.0, 0.5  # scales of how far segments lie apart, in logarithms
SPREADS = (float(np.log(0.7)), 1.0)  # prior mean and standard deviation of the common spread
_WIDE = 10.0  # standard deviation of the common place: it says nothing
_QUANTILES = np.arange(1, 100) / 100


@dataclass(frozen=True)
class Fitted:
    """Draws of the segments whose values differ, in each family.

    Attributes
    ----------
    segments : tuple of str
        By name.
    place, spread : array
        In each family; shape (families, segments, draws).
    shares : array
        Probability of each family; shape (families,).
    family : array
        The family of each draw, the same for all segments; shape (draws,).
    """

    segments: tuple[str, ...]
    place: Floats
    spread: Floats
    shares: Floats
    family: Integers

    def told(self, segment: str, number: Callable[[Family, Floats, Floats], Floats]) -> Floats:
        """Draw a number of a segment: `number` of a family, its places and its spreads; (draws,)."""
        row = self.segments.index(segment)
        each = [
            number(family, self.place[which, row], self.spread[which, row])
            for which, family in enumerate(FAMILIES)
        ]
        return np.asarray(np.choose(self.family, each))

    def written(self, segment: str) -> list[dict[str, Any]]:
        """Return the distribution in each draw, as a scenario file has it."""
        row = self.segments.index(segment)
        return [
            FAMILIES[which].written(self.place[which, row, draw], self.spread[which, row, draw])
            for draw, which in enumerate(self.family)
        ]

    def typical(self, segment: str) -> dict[str, Any]:
        """Return the distribution in the middle of the draws, in the more probable family."""
        row, best = self.segments.index(segment), int(np.argmax(self.shares))
        return FAMILIES[best].written(self.place[best, row].mean(), self.spread[best, row].mean())


def measure_values(won: pd.DataFrame, *, currency: str = "", draws: int, seed: int) -> Values:
    """Measure the values of won deals, by segment (ME4, ME5).

    They are lognormal or gamma, averaged by evidence. Place and spread of a segment come from normal
    distributions whose deviations are measured, so that a segment with few deals is like the others. Values
    that are blank, 0 or negative are counted and left out.

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
    varied = {name: values for name, values in data.items() if len(values) == 1 or np.ptp(values) > 0}
    fitted = None
    if any(len(values) > 1 for values in varied.values()):
        fitted = _fitted(varied, draws, np.random.default_rng([seed, 0x7A]))
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
            self._constant(name, values)
            if self.fitted is None or name not in self.fitted.segments
            else self._of(name, self.fitted)
            for name, values in self.data.items()
        ]

    def _unit(self, name: str) -> str:
        return f"{name}, {self.currency}" if self.currency else name

    def _constant(self, name: str, values: Floats) -> Estimate:
        """Return the value that all deals of a segment have."""
        told = {self._unit("mean"): values[:1], self._unit("median"): values[:1]}
        value = rounded(values[0])
        return Estimate(f"segments.{name}.contract_value", value, None, len(values), "always the same", told)

    def _of(self, name: str, fitted: Fitted) -> Estimate:
        told = {
            self._unit("mean"): fitted.told(name, lambda family, *at: family.mean(*at)),
            self._unit("median"): fitted.told(name, lambda family, *at: family.quantile(*at, 0.5)),
        }
        shares = zip(FAMILIES, fitted.shares, strict=True)
        method = ", ".join(f"{family.name} {100 * share:.0f} %" for family, share in shares)
        n = len(self.data[name])
        path, value = f"segments.{name}.contract_value", fitted.typical(name)
        return Estimate(path, value, fitted.written(name), n, method, told)

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
        if self.fitted is None or segment not in self.fitted.segments:
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


def _fitted(data: Mapping[str, Floats], draws: int, rng: np.random.Generator) -> Fitted:
    """Measure the segments in each family, and how probable each family is."""
    logs, places, spreads = [], [], []
    for family in FAMILIES:
        found = [family.likelihood(values) for values in data.values()]
        spread, variance = np.array([[each.spread, each.spread_variance] for each in found]).T
        told = np.isfinite(spread)
        of_spreads = Alike(*SPREADS, SPREADS_APART)
        drawn = of_spreads.draw(spread, np.repeat(variance[:, None], draws, axis=1), rng)
        drawn = np.minimum(drawn, family.widest)
        place = np.array([each.place for each in found])
        sizes = [each.size for each in found]
        unsure = np.array([family.place_variance(each, n) for each, n in zip(drawn, sizes, strict=True)])
        of_places = Alike(float(place.mean()), _WIDE, PLACES_APART)
        places.append(of_places.draw(place, unsure, rng))
        spreads.append(drawn)
        logs.append(
            sum(each.log_evidence for each in found)
            + of_spreads.log_evidence(spread[told], variance[told])
            + of_places.log_evidence(place, unsure.mean(axis=1))
        )
    shares = np.exp(np.array(logs) - max(logs))
    shares /= shares.sum()
    family_of_draw = rng.choice(len(FAMILIES), draws, p=shares)
    return Fitted(tuple(data), np.array(places), np.array(spreads), shares, family_of_draw)


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

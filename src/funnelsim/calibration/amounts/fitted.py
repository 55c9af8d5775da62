"""Amounts above 0 of groups that are alike: draws of their distributions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from funnelsim.calibration.amounts.families import FAMILIES, Family
from funnelsim.calibration.amounts.groups import Alike
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.shapes import rounded
from funnelsim.compiling.arrays import Floats, Integers

PLACES_APART, SPREADS_APART = 1.0, 0.5  # scales of how far groups lie apart, in logarithms
SPREADS = (float(np.log(0.7)), 1.0)  # prior mean and standard deviation of the common spread
_WIDE = 10.0  # standard deviation of the common place: it says nothing


@dataclass(frozen=True)
class Fitted:
    """Draws of the amounts of groups, in each family.

    Attributes
    ----------
    groups : tuple of str
        By name.
    place, spread : array
        In each family; shape (families, groups, draws).
    shares : array
        Probability of each family; shape (families,).
    family : array
        The family of each draw, the same for all groups; shape (draws,).
    """

    groups: tuple[str, ...]
    place: Floats
    spread: Floats
    shares: Floats
    family: Integers

    def told(self, group: str, number: Callable[[Family, Floats, Floats], Floats]) -> Floats:
        """Draw a number of a group: `number` of a family, its places and its spreads; (draws,)."""
        row = self.groups.index(group)
        each = [
            number(family, self.place[which, row], self.spread[which, row])
            for which, family in enumerate(FAMILIES)
        ]
        return np.asarray(np.choose(self.family, each))

    def written(self, group: str) -> list[dict[str, Any]]:
        """Return the distribution in each draw, as a scenario file has it."""
        row = self.groups.index(group)
        return [
            FAMILIES[which].written(self.place[which, row, draw], self.spread[which, row, draw])
            for draw, which in enumerate(self.family)
        ]

    @property
    def method(self) -> str:
        """How they were measured, in a few words."""
        shares = zip(FAMILIES, self.shares, strict=True)
        return ", ".join(f"{family.name} {share:.0%}" for family, share in shares)

    def typical(self, group: str) -> dict[str, Any]:
        """Return the distribution in the middle of the draws, in the more probable family."""
        row, best = self.groups.index(group), int(np.argmax(self.shares))
        return FAMILIES[best].written(self.place[best, row].mean(), self.spread[best, row].mean())


def estimate_of(path: str, group: str, amounts: Floats, fitted: Fitted | None, unit: str) -> Estimate:
    """Write the amounts of a group as a value of a scenario: a distribution, or the one that all are.

    Parameters
    ----------
    path : str
        Of the value.
    group : str
        Which is written.
    amounts : array
        Of the group.
    fitted : Fitted or None
        Of all groups whose amounts differ.
    unit : str
        Of the amounts; may be blank.
    """
    mean, median = (f"{name}, {unit}" if unit else name for name in ("mean", "median"))
    n = len(amounts)
    if fitted is None or group not in fitted.groups:
        told = dict.fromkeys((mean, median), amounts[:1])
        return Estimate(path, rounded(amounts[0]), None, n, "always the same", told)
    told = {
        mean: fitted.told(group, lambda family, *at: family.mean(*at)),
        median: fitted.told(group, lambda family, *at: family.quantile(*at, 0.5)),
    }
    return Estimate(path, fitted.typical(group), fitted.written(group), n, fitted.method, told)


def fit(data: Mapping[str, Floats], draws: int, rng: np.random.Generator) -> Fitted | None:
    """Measure the amounts of groups that are alike, in each family, and how probable each family is (ME4).

    Place and spread of a group come from normal distributions whose deviations are measured, so that a group
    with few amounts is like the others.

    Parameters
    ----------
    data : mapping of str to array
        Amounts above 0 by group.
    draws : int
        Of all numbers together.
    rng : Generator
        Of random numbers.

    Returns
    -------
    Fitted or None
        Without the groups whose amounts are all the same; None if no group has amounts that differ.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = fit({"homes": rng.gamma(2, 500, 900), "offices": np.array([2000.0])}, 100, rng)
    >>> found.groups, bool(found.shares[1] > 0.9)
    (('homes', 'offices'), True)
    """
    varied = {name: amounts for name, amounts in data.items() if len(amounts) == 1 or np.ptp(amounts) > 0}
    if all(len(amounts) == 1 for amounts in varied.values()):
        return None
    logs, places, spreads = [], [], []
    for family in FAMILIES:
        found = [family.likelihood(amounts) for amounts in varied.values()]
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
    return Fitted(tuple(varied), np.array(places), np.array(spreads), shares, family_of_draw)

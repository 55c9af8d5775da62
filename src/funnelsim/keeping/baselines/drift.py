"""What moved between a baseline and now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from funnelsim.keeping.baselines.baseline import Baseline, Measured

TOLERANCE = 1e-9  # share of a figure's value: far above rounding, far below any change
_NAMED = ("channels", "segments", "teams", "stages", "strategies")  # tables whose names identify a scenario


class Moved(NamedTuple):
    """A value or a figure that has changed; None if there is none."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Drift:
    """All that differs between a baseline and now.

    Attributes
    ----------
    before, now : Baseline
    values : list of Moved
        Of the scenario, as typed.
    figures : dict of str to list of Moved
        By strategy: counts that are not equal, and figures that differ by more than TOLERANCE.
    new : dict of str to int
        By strategy: how many figures the baseline does not have yet.
    digests : list of str
        The strategies whose ledgers differ in a bit.
    """

    before: Baseline
    now: Baseline
    values: list[Moved]
    figures: dict[str, list[Moved]]
    new: dict[str, int]
    digests: list[str]

    @property
    def moved(self) -> bool:
        """Return whether the scenario or one of its figures has changed."""
        return bool(self.values) or any(self.figures.values())

    @property
    def another_version(self) -> bool:
        """Return whether another version of funnelsim wrote the baseline."""
        return self.before.versions["funnelsim"] != self.now.versions["funnelsim"]

    @property
    def another_scenario(self) -> list[str]:
        """List the channels, segments, teams, stages and strategies that only one of the two has."""
        return sorted(_names(self.before) ^ _names(self.now))


def drift(before: Baseline, now: Baseline) -> Drift:
    """Compare figures with a baseline.

    Counts are compared exactly. A figure x that was y has moved if |x - y| > TOLERANCE * max(|x|, |y|);
    an undefined figure must stay undefined. A figure that the baseline does not have has not moved.

    Examples
    --------
    >>> was = Baseline("s", {}, 1, 2, {}, "", {"today": Measured("a", {"won": 3}, {"cost": 0.3})})
    >>> now = Baseline("s", {}, 1, 2, {}, "", {"today": Measured("b", {"won": 4}, {"cost": 0.1 + 0.2})})
    >>> found = drift(was, now)
    >>> found.figures, found.digests
    ({'today': [Moved(name='won', before=3, after=4)]}, ['today'])
    """
    nothing = Measured("", {}, {})
    both = {
        name: (before.strategies.get(name, nothing), now.strategies.get(name, nothing))
        for name in {**before.strategies, **now.strategies}
    }
    pairs = {name: (_all(was), _all(found)) for name, (was, found) in both.items()}
    return Drift(
        before,
        now,
        _moved(before.values, now.values),
        {name: _moved(was, {key: found.get(key) for key in was}) for name, (was, found) in pairs.items()},
        {name: len(found.keys() - was.keys()) for name, (was, found) in pairs.items()},
        [name for name, (was, found) in both.items() if was.digest != found.digest],
    )


def _all(found: Measured) -> dict[str, Any]:
    return {**found.counts, **found.figures}


def _moved(was: Mapping[str, Any], found: Mapping[str, Any]) -> list[Moved]:
    pairs = [Moved(name, was.get(name), found.get(name)) for name in {**found, **was}]
    return [each for each in pairs if not _same(each.before, each.after)]


def _same(a: Any, b: Any) -> bool:
    if not (isinstance(a, float) and isinstance(b, float)):
        return bool(a == b)
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=0.0) or (math.isnan(a) and math.isnan(b))


def _names(baseline: Baseline) -> set[str]:
    paths = [path.split(".") for path in baseline.values]
    return {".".join(path[:2]) for path in paths if path[0] in _NAMED and len(path) > 1}

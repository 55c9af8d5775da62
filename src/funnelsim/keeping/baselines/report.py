"""What a check prints: green, or the values and figures that moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funnelsim.keeping.baselines.baseline import Baseline, Measured
from funnelsim.keeping.baselines.drift import TOLERANCE, Drift, Moved

MOST_SHOWN = 12  # figures shown of a strategy, unless all are asked for
RULE = f"counts, which are sums over these years, exactly, other figures within {TOLERANCE:g} of their value"


def summary(found: Drift, name: str, exact: bool) -> list[str]:
    """State the result of a scenario in a line or two.

    Parameters
    ----------
    found : Drift
    name : str
        What to call the scenario.
    exact : bool
        Whether ledgers must be the same bits.
    """
    what = f"{_figures(found.before)} of {_many(len(found.before.strategies), 'strategy', 'strategies')}"
    ran = f"{what}, {_many(found.before.replications, 'simulated year')}, seed {found.before.seed}"
    lines = [f"{name}: {'MOVED' if found.moved else 'green'} ({ran}; compared {RULE})"]
    if sum(found.new.values()):
        lines.append(
            f"  {_many(sum(found.new.values()), 'figure')} not in the baseline yet: --update adds what is new"
        )
    if found.digests and not found.moved:
        word = "ERROR" if exact else "warning"
        lines += [f"  {word}: {line}" for line in _platforms(found)]
    return lines


def details(found: Drift, everything: bool) -> list[str]:
    """State what moved: first in the scenario, then the figures of each strategy.

    Parameters
    ----------
    found : Drift
    everything : bool
        Whether to show every figure, or only the first ones.
    """
    lines = []
    if found.values:
        lines.append("  The scenario is not what it was:")
        lines += _aligned(found.values, everything)
    for strategy, moved in found.figures.items():
        if moved:
            before = found.before.strategies[strategy]
            lines.append(f"  Strategy {strategy}: {len(moved):,} of {before.known:,} figures moved:")
            lines += _aligned([_told(each, before, found.before.replications) for each in moved], everything)
    if found.values and not any(found.figures.values()):
        lines.append("  No figure moved.")
    return lines


def _told(each: Moved, before: Measured, years: int) -> Moved:
    """Say of a sum over all simulated years that it is one."""
    if each.name not in before.counts:
        return each
    return each._replace(name=f"{each.name} in {_many(years, 'simulated year')}")


def _platforms(found: Drift) -> list[str]:
    """Name both platforms, and other reasons why the last bit may differ."""
    then, now = found.before, found.now
    libraries = [
        f"{name} {then.versions.get(name, 'unknown')} then, {version} now"
        for name, version in now.versions.items()
        if then.versions.get(name) != version
    ]
    return [
        f"all figures agree, but the ledgers are not the same bits in {', '.join(found.digests)}",
        f"the baseline was written on {then.platform}; this is {now.platform}"
        + (f" ({'; '.join(libraries)})" if libraries else ""),
    ]


def _aligned(moved: Sequence[Moved], everything: bool) -> list[str]:
    ordered = sorted(moved, key=lambda each: "." in each.name)  # figures in all first
    shown = ordered if everything else ordered[:MOST_SHOWN]
    rows = [(each.name, _text(each.before), _text(each.after), _change(each)) for each in shown]
    widths = [max(len(row[position]) for row in rows) for position in range(3)]
    lines = [
        f"    {name:<{widths[0]}}  {before:>{widths[1]}} -> {after:<{widths[2]}}  {change}".rstrip()
        for name, before, after, change in rows
    ]
    left = len(moved) - len(shown)
    return [*lines, f"    ... and {left:,} more: --all shows them"] if left else lines


def _text(value: Any) -> str:
    """Write a value; floats in few digits, in most cases enough to see the change."""
    if value is None:
        return "nothing"
    if isinstance(value, float):
        return f"{value:,.10g}" if math.isfinite(value) else "undefined"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _change(each: Moved) -> str:
    """Write a change in percent of the old value."""
    numbers = [each.before, each.after]
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        return ""
    if not each.before or not all(map(math.isfinite, numbers)):
        return ""
    return f"{100 * (each.after - each.before) / abs(each.before):+.3g} %"


def _figures(baseline: Baseline) -> str:
    return _many(sum(found.known for found in baseline.strategies.values()), "figure")


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"

"""Prices that a strategy, a dated change or an assumption moves, while the gross margin stays as it was."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from funnelsim.chance.distributions import Distribution
from funnelsim.metrics.wording import listed, number
from funnelsim.scenario.paths import Path
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Segment

_VALUES = ("contract_value", "contract_value_per_year")
_LEAST = 1e-6  # a relative change of a price that is worth a word


class Unmoved(NamedTuple):
    """A price that changes, and the margin that does not."""

    rise: float  # of the price, as a share of it
    margin: float
    same_cost: float  # the margin at which delivery costs as much as before


def prices_without_margins(scenario: Scenario, strategy: str) -> tuple[str, ...]:
    r"""State where a price changes and the gross margin does not, so that the cost of delivery changes too.

    Parameters
    ----------
    scenario : Scenario
        With its strategies.
    strategy : str
        One of `strategy_names(scenario)`, or several together.

    Returns
    -------
    tuple of str
        Of the strategy's own changes (those of "today" are the base's), then of what was changed in the file.

    Examples
    --------
    >>> from funnelsim.scenario import parse, preset_text
    >>> text = 'strategies.discount.change = { "segments.*.contract_value_per_year *=" = 0.95 }\n'
    >>> (said,) = prices_without_margins(parse(text + preset_text("first_steps")), "discount")
    >>> print(said.replace(", ", "\n"))
    From 2026-01-01 the price of default falls by 5 %
    but its gross_margin stays at 0.6
    so delivery gets cheaper too; if delivery costs as much as before
    set segments.default.gross_margin to 0.579.
    """
    made = scenario.changes_of(strategy)
    said: list[str] = []
    before = scenario
    for dated in scenario.timeline(strategy):
        paths = [change.path for begins, change in made if begins == dated.begins]
        said += _told(before, dated.scenario, _priced(paths), dated.begins)
        before = dated.scenario
    typed = scenario.typed
    same = [name for name in scenario.segments if name in typed.segments]
    return *said, *_told(typed, scenario, same)


def _priced(paths: Iterable[Path]) -> list[str]:
    """Name the segments of which changes move the value and leave the margin alone."""
    moved: dict[str, set[str]] = {}
    for path in paths:
        if path[0] == "segments" and len(path) > 2:
            moved.setdefault(path[1], set()).add(path[2])
    return [name for name, keys in moved.items() if keys.intersection(_VALUES) and "gross_margin" not in keys]


def _told(
    before: Scenario, after: Scenario, segments: Iterable[str], begins: date | None = None
) -> Iterator[str]:
    """Write a sentence for all segments whose price and margin are in the same case."""
    found: dict[Unmoved, list[str]] = {}
    for name in segments:
        unmoved = _unmoved(before.segments[name], after.segments[name])
        if unmoved is not None:
            found.setdefault(unmoved, []).append(name)
    for unmoved, names in found.items():
        yield _sentence(unmoved, names, begins)


def _unmoved(before: Segment, after: Segment) -> Unmoved | None:
    """Compare the price and the margin of a segment; None if there is nothing to say."""
    first, last = _prices(before, after)
    rise, margin = last / first - 1, after.gross_margin
    if margin == 1 or margin != before.gross_margin or not math.isfinite(rise) or abs(rise) < _LEAST:
        return None
    return Unmoved(round(rise, 9), margin, round(1 - (1 - margin) * first / last, 9))


def _prices(before: Segment, after: Segment) -> tuple[float, float]:
    """Return a segment's average price before and after, of a year or of the whole contract in both."""
    for key in _VALUES:
        first, last = getattr(before, key), getattr(after, key)
        if first is not None and last is not None:
            return _average(first), _average(last)
    return _of_the_whole(before), _of_the_whole(after)


def _of_the_whole(segment: Segment) -> float:
    whole, per_year = segment.contract_value, segment.contract_value_per_year
    if whole is not None:
        return _average(whole)
    return math.nan if per_year is None else _average(per_year) * segment.term_years


def _average(price: Distribution) -> float:
    """Return the mean of a price; the median where it has none."""
    mean = price.mean()
    return mean if math.isfinite(mean) else price.quantile(0.5)


def _sentence(unmoved: Unmoved, names: list[str], begins: date | None) -> str:
    rises = unmoved.rise > 0
    when = "" if begins is None else f"From {begins} "
    by = f"{'rises' if rises else 'falls'} by {number(100 * abs(unmoved.rise))} %"
    whose = "its" if len(names) == 1 else "their"
    stays = f"{whose} gross_margin stays at {number(unmoved.margin)}"
    text = (
        f"{when}the price of {listed(names)} {by}, but {stays}, so delivery gets "
        f"{'dearer' if rises else 'cheaper'} too; if delivery costs as much as before, "
    )
    text = f"{text[0].upper()}{text[1:]}"
    if unmoved.same_cost < 0:
        return f"{text}it costs more than the price."
    paths = listed([f"segments.{name}.gross_margin" for name in names])
    return f"{text}set {paths} to {number(unmoved.same_cost)}."

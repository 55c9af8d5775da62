"""How busy each person is, where those of one team differ: a team's mean hides who is the bottleneck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from funnelsim.forecast import Forecast, Interval
from funnelsim.metrics import Unit
from funnelsim.reports import notes
from funnelsim.reports.columns import RANGE, figure_column
from funnelsim.reports.grid import folded, printable, tables

APART = 0.1  # between the busiest and the least busy of a team, from which on they are shown one by one
PRESENT = 0.1  # of the period on staff, at least: how busy a leaver is with the work in hand says nothing
MOST_SHOWN = (
    10  # people of a team; of more, the busiest and the least busy of those who know the same segments
)
_WIDEST = 13  # characters of a strategy's name on a line


def by_person(forecasts: Mapping[str, Forecast], width: int) -> list[RenderableType]:
    """Show how busy people are in teams whose people differ, strategy by strategy; nothing if none does.

    Parameters
    ----------
    forecasts : mapping of str to Forecast
        By strategy.
    width : int
        Characters of a line at most.
    """
    shown = {name: _people(forecast) for name, forecast in forecasts.items()}
    labels = list(dict.fromkeys(label for people in shown.values() for label in people))
    if not labels:
        return []
    whole = {name: _everybody(forecast) for name, forecast in forecasts.items()}
    columns = [
        figure_column(
            "\n".join(folded(printable(name), _WIDEST)),
            Unit.SHARE,
            "",
            [people.get(label) for label in labels],
            RANGE,
        )
        for name, people in whole.items()
    ]
    title = notes.heading("Who is busy, in teams in which people differ")
    found = tables("Person", [printable(label) for label in labels], columns, width=width)
    return [Text(), title, *(part for table in found for part in (Text(), table))]


def _people(forecast: Forecast) -> list[str]:
    """List the people to show: those of teams in which some are far busier than others."""
    labels = _labels(forecast)
    shares = np.array([each.value for each in forecast.outcomes("utilisation", "rep")])
    present = forecast.tallies.staff.mean(axis=(0, 1))
    found: list[int] = []
    for team in range(len(forecast.names.teams)):
        people = [int(rep) for rep in np.flatnonzero(forecast.model.reps["team"] == team)]
        people = [rep for rep in people if np.isfinite(shares[rep]) and present[rep] >= PRESENT]
        if people and np.ptp(shares[people]) > APART:
            found += people if len(people) <= MOST_SHOWN else _ends(forecast, people, shares)
    return [labels[rep] for rep in found]


def _ends(forecast: Forecast, people: Sequence[int], shares: np.ndarray) -> list[int]:
    """Choose the busiest and the least busy of those who know the same segments."""
    alike: dict[str, list[int]] = {}
    for rep in people:
        alike.setdefault(_segments(forecast, rep), []).append(rep)
    ends = [
        (max(group, key=shares.__getitem__), min(group, key=shares.__getitem__)) for group in alike.values()
    ]
    return [rep for pair in ends for rep in dict.fromkeys(pair)]


def _everybody(forecast: Forecast) -> dict[str, Interval]:
    """Return how busy each person is."""
    return dict(zip(_labels(forecast), forecast.outcomes("utilisation", "rep"), strict=True))


def _labels(forecast: Forecast) -> list[str]:
    """Name each rep, and the segments that it knows best."""
    known = [_segments(forecast, rep) for rep in range(len(forecast.names.reps))]
    return [
        f"{name} ({each})" if each else name for name, each in zip(forecast.names.reps, known, strict=True)
    ]


def _segments(forecast: Forecast, rep: int) -> str:
    """List the segments that a rep knows best; nothing if none is typed."""
    first, count = (int(forecast.model.reps[rep][name]) for name in ("first_segment", "segments"))
    return ", ".join(
        forecast.names.segments[each] for each in forecast.model.routes["target"][first : first + count]
    )

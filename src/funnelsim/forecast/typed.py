"""The conversion that a scenario types for each stage."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.model.model import Model


def typed_conversions(model: Model) -> Floats:
    """Return the conversion of each stage's reference lead: (S,).

    If a stage differs by segment, it is the mean over the segments, weighted by the inquiries
    expected of each.

    Examples
    --------
    >>> from funnelsim.scenario import Months, load, lower
    >>> scenario = load("first_steps").with_months(Months(6, 12, 4))
    >>> typed_conversions(lower(scenario).model).round(6).tolist()
    [0.35, 0.3]
    """
    typed = _probability(model.stages["odds"])
    differ = model.stages["variants"] > 0
    if differ.any():
        typed[differ] = np.average(
            typed_by_segment(model)[differ], axis=1, weights=_inquiries_by_segment(model)
        )
    return typed


def typed_by_segment(model: Model) -> Floats:
    """Return the conversion of each stage's reference lead of each segment: (S, G).

    Examples
    --------
    >>> from funnelsim.scenario import Months, load, lower
    >>> scenario = load("first_steps").with_months(Months(6, 12, 4))
    >>> typed_by_segment(lower(scenario).model).round(6).tolist()
    [[0.35], [0.3]]
    """
    typed = np.repeat(_probability(model.stages["odds"])[:, None], len(model.segments), axis=1)
    for number in np.flatnonzero(model.stages["variants"]):
        first = int(model.stages["first_variant"][number])
        typed[number] = _probability(model.variants["odds"][first : first + len(model.segments)])
    return typed


def _probability(odds: Floats) -> Floats:
    finite = np.where(np.isinf(odds), 0.0, odds)
    return np.where(np.isinf(odds), 1.0, finite / (1.0 + finite))


def _inquiries_by_segment(model: Model) -> Floats:
    """Add up the expected inquiries by segment over all channels: (G,); equal if there are none."""
    days = len(model.month_days)
    volumes = np.zeros(len(model.segments))
    for channel in model.channels:
        first, count = int(channel["first_segment"]), int(channel["segments"])
        mix = model.routes[first : first + count]
        volume = model.expected[int(channel["first_expected"]) + days]
        volumes[mix["target"]] += volume * np.diff(mix["up_to"], prepend=0.0)
    return volumes if volumes.any() else np.ones_like(volumes)

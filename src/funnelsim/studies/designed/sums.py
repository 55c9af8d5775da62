"""What is kept of simulated years: the sums that figures over the period are made of (ST7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.compiled.blocks import Replications
from funnelsim.engines.fold import Tally
from funnelsim.forecast.precise import added_by_a_contract
from funnelsim.metrics import FIGURES, Cut, cut
from funnelsim.metrics.figure import Parts
from funnelsim.model.model import Model
from funnelsim.model.words import Assignment
from funnelsim.scenario import Course, Scenario
from funnelsim.studies.checkpoint import past_of
from funnelsim.studies.store import Arrays

KEPT = tuple(name for name, figure in FIGURES.items() if "all" in figure.by)
_NONE = -1  # a part that a figure does not have
_CURVE = -2  # a part with an array for each year, kept by itself
_CURVES = "curve"
_PLACES = "place"

Broken = tuple[tuple[str, str], ...]  # figures, each with the cut that it is broken down by


# ---- what they are of ---------------------------------------------------------------------------


def content_of(course: Course, scenario: Scenario, strategy: str) -> str:
    """Hash what a strategy is simulated from: its lowered chapters (ST5).

    Where something is uncertain, worlds are lowered each by itself, so that the tables count as well.
    """
    digest = hashlib.sha256()
    for chapter in course.typed:
        digest.update(str(chapter.begins).encode())
        _add_model(chapter.model, digest)
    if course.uncertain:
        tables = past_of(scenario, date.max, strategy)
        digest.update(json.dumps(tables, sort_keys=True).encode())
        for name, content in sorted(scenario.sample_files.items()):
            digest.update(f"{name} {hashlib.sha256(content).hexdigest()} ".encode())
    return digest.hexdigest()


def _add_model(model: Model, digest: Any) -> None:
    """Hash the arrays of a model, field by field: what is between fields is not part of them."""
    for name, value in model._asdict().items():
        array = np.asarray(value)
        for field in array.dtype.names or [None]:
            part = array if field is None else array[field]
            digest.update(f"{name} {field} {part.dtype.str} {part.shape} ".encode() + part.tobytes())


def is_ones_own(course: Course) -> bool:
    """Return whether a policy of the user's own decides: nothing in the model says what it does."""
    return any((chapter.model.teams["assignment"] == Assignment.OWN).any() for chapter in course.typed)


# ---- keeping ------------------------------------------------------------------------------------


def sums_of(model: Model, found: Replications, by: Broken = ()) -> Arrays:
    """Take from tallies what figures over the period are made of, each different sum once.

    Parameters
    ----------
    model : Model
    found : Replications
    by : tuple of (str, str)
        Figures that are kept by month, channel, ... as well: their parts (years, n), by themselves.

    Returns
    -------
    dict of str to array
        `sums` (years and twins, K), the different ones; `places` (figures, 2, parts), where in K each part of
        a figure is, as drawn and with contracts as expected; by itself, what is an array in each year;
        `contracts` (years, segments); `added` (figures, 2, parts, segments) by one contract.
    """
    tallies = found.tally
    if found.twins is not None:
        pairs = zip(tallies, found.twins.tally, strict=True)
        tallies = Tally._make(np.concatenate(pair) for pair in pairs)
    cuts = [cut(model, tallies, "all", expected) for expected in (False, True)]
    most = max(len(FIGURES[name].parts(cuts[0])) for name in KEPT)
    places = np.full((len(KEPT), 2, most), _NONE, np.int16)
    added = np.zeros((len(KEPT), 2, most, len(model.segments)))
    columns: dict[bytes, int] = {}
    kept: Arrays = {}
    for number, expected, part, values in _all_parts(cuts):
        if values.ndim > 2:
            places[number, expected, part] = _CURVE
            kept[f"{_CURVES}.{KEPT[number]}.{part}"] = values[:, 0]
        else:
            places[number, expected, part] = columns.setdefault(values.tobytes(), len(columns))
    for number, name in enumerate(KEPT):
        for expected in (False, True):
            for part, more in enumerate(added_by_a_contract(FIGURES[name], model, expected)):
                added[number, int(expected), part] = more[0]
    for metric, dimension in by:
        for expected in (False, True):
            broken = FIGURES[metric].parts(cut(model, found.tally, dimension, expected))
            for part, values in enumerate(broken):
                kept[_name_of(metric, dimension, expected, part)] = np.asarray(values, np.float64)
    segments = cut(model, found.tally, "segment")
    sums = np.array([np.frombuffer(each) for each in columns]).T
    return kept | {
        "sums": np.ascontiguousarray(sums),
        "places": places,
        "added": added,
        "contracts": FIGURES["won"].parts(segments)[0],
    }


def _name_of(metric: str, dimension: str, expected: bool, part: int) -> str:
    """Name the array of a part of a figure by month, channel, ..."""
    return f"{_PLACES}.{metric}.{dimension}.{int(expected)}.{part}"


def _all_parts(cuts: Sequence[Cut]) -> Iterator[tuple[int, int, int, Floats]]:
    """List the parts of all figures: number of the figure, as drawn or expected, number of the part."""
    for number, name in enumerate(KEPT):
        for expected, each in enumerate(cuts):
            for part, values in enumerate(FIGURES[name].parts(each)):
                yield number, expected, part, np.asarray(values, np.float64)


# ---- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sums:
    """The sums of some figures in consecutive simulated years, read from what is kept.

    Attributes
    ----------
    parts : dict of (str, bool) to tuple of arrays
        Of a figure, as drawn or with contracts as expected: each (years,), or (years, ...).
    twins : dict of str to tuple of arrays
        The same as drawn, of the twins.
    contracts : array (years, segments)
    added : dict of (str, bool) to tuple of arrays (segments,)
        What one contract adds to the parts.
    by : dict of (str, str, bool) to tuple of arrays
        The parts of a figure by month, channel, ...: each (years, n, ...).
    digests : tuple of str
        Of all that is kept of each block of years: where they are equal, so are the figures of every year.
    """

    parts: dict[tuple[str, bool], Parts]
    twins: dict[str, Parts]
    contracts: Floats
    added: dict[tuple[str, bool], Parts]
    by: dict[tuple[str, str, bool], Parts]
    digests: tuple[str, ...] = ()

    @property
    def years(self) -> int:
        """Count the simulated years."""
        return len(self.contracts)


def wanted_for(metrics: Sequence[str]) -> Any:
    """Make a function that says which of the arrays kept are needed for figures."""
    return lambda name: not name.startswith(_CURVES) or name.split(".")[1] in metrics


def read_sums(kept: Arrays, metrics: Sequence[str], by: Broken = ()) -> Sums:
    """Find the sums of figures in what is kept, and those of figures by month, channel, ..."""
    years = len(kept["contracts"])
    parts: dict[tuple[str, bool], Parts] = {}
    twins: dict[str, Parts] = {}
    added: dict[tuple[str, bool], Parts] = {}
    for metric in metrics:
        number = KEPT.index(metric)
        for expected in (False, True):
            places = kept["places"][number, int(expected)]
            used = [part for part, place in enumerate(places) if place != _NONE]
            columns = [
                kept[f"{_CURVES}.{metric}.{part}"]
                if places[part] == _CURVE
                else kept["sums"][:, places[part]]
                for part in used
            ]
            parts[metric, expected] = tuple(each[:years] for each in columns)
            added[metric, expected] = tuple(kept["added"][number, int(expected), part] for part in used)
            if not expected:
                twins[metric] = tuple(each[years:] for each in columns)
    broken = {
        (metric, dimension, expected): tuple(_numbered(kept, metric, dimension, expected))
        for metric, dimension in by
        for expected in (False, True)
    }
    same = hashlib.sha256(b"".join(kept[each].tobytes() for each in ("sums", "places", "contracts")))
    return Sums(parts, twins, kept["contracts"], added, broken, (same.hexdigest(),))


def _numbered(kept: Arrays, metric: str, dimension: str, expected: bool) -> Iterator[Floats]:
    """Find the parts of a figure by month, channel, ... in what is kept."""
    part = 0
    while (name := _name_of(metric, dimension, expected, part)) in kept:
        yield kept[name]
        part += 1


def joined(blocks: Sequence[Sums]) -> Sums:
    """Put the sums of blocks of years one after the other."""
    first = blocks[0]
    return Sums(
        {key: end_to_end([each.parts[key] for each in blocks]) for key in first.parts},
        {key: end_to_end([each.twins[key] for each in blocks]) for key in first.twins},
        np.concatenate([each.contracts for each in blocks]),
        first.added,
        {key: end_to_end([each.by[key] for each in blocks]) for key in first.by},
        tuple(chain.from_iterable(each.digests for each in blocks)),
    )


def end_to_end(parts: Sequence[Parts]) -> Parts:
    """Put parts of consecutive years one after the other."""
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))

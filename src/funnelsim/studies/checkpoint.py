"""A checkpoint: how things stand in every world on a day, kept in a file, from which futures go on."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np

from funnelsim.compiling.on_disk import is_own, sources_hash
from funnelsim.engines.compiled.blocks import Standing
from funnelsim.engines.compiled.state import State
from funnelsim.engines.fold import Tally
from funnelsim.io.memory import available_memory
from funnelsim.io.progress import Progress, silent, step_through
from funnelsim.io.provenance import this_platform
from funnelsim.io.reading import open_regular
from funnelsim.io.writing import UnusableError, whole_file
from funnelsim.scenario import TODAY, Months, Scenario

FORMAT = 1
_HEADER = "header"
_PACKAGE = Path(__file__).parents[1]
_DAMAGED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
_OF_THE_WHOLE = ("about", "goals", "origins")

Arrays = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """How things stand in every world at the midnight at which a day begins.

    Made by `keep`, or read by `Checkpoint.load`.

    Attributes
    ----------
    day : date
        The first day that is not simulated yet.
    instant : int
        Its midnight, in microseconds.
    seed : int
        Of all random draws.
    months : Months
        Of the scenario, which its futures share.
    past : list
        What the scenario said up to that day, as plain values.
    worlds, twins : list of Standing
        Of each replication, and of their twins if something is uncertain.
    code, platform : str
        With which it was made.

    Examples
    --------
    >>> import tempfile
    >>> import funnelsim as fs
    >>> scenario = fs.load("first_steps")
    >>> kept = fs.keep(scenario, date(2026, 7, 1), replications=3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept.save(Path(folder) / "july.checkpoint")
    ...     again = fs.Checkpoint.load(Path(folder) / "july.checkpoint")
    >>> result = fs.simulate(scenario, since=again)
    >>> result.years, result.summary.equals(fs.simulate(scenario, replications=3).summary)
    (3, True)
    """

    day: date
    instant: int
    seed: int
    months: Months
    past: list[Any]
    worlds: list[Standing]
    twins: list[Standing] = field(default_factory=list)
    code: str = field(default_factory=lambda: sources_hash(_PACKAGE))
    platform: str = field(default_factory=this_platform)

    @property
    def replications(self) -> int:
        """Count the worlds."""
        return len(self.worlds)

    def save(self, path: Path, *, overwrite: bool = False, progress: Progress = silent) -> None:
        """Write it into a file: arrays, and a header that says of what they are.

        Parameters
        ----------
        path : path
        overwrite : bool
            Whether to replace a file that exists.
        progress : callable
            Writing the arrays is a step of it.

        Raises
        ------
        OSError
            If the file exists and may not be overwritten, or cannot be written.
        """
        arrays = dict(self._arrays())
        header = {
            "format": FORMAT,
            "day": self.day.isoformat(),
            "instant": self.instant,
            "seed": self.seed,
            "months": list(self.months),
            "past": self.past,
            "worlds": len(self.worlds),
            "twins": len(self.twins),
            "code": self.code,
            "platform": self.platform,
            "sha256": _sha(arrays),
        }
        arrays[_HEADER] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        with whole_file(path, overwrite=overwrite, mode=0o644) as opened:
            _write(opened, arrays, progress)

    @classmethod
    def load(cls, path: Path, progress: Progress = silent) -> Checkpoint:
        """Read it from a file.

        Parameters
        ----------
        path : path
        progress : callable
            Reading the arrays is a step of it.

        Raises
        ------
        UnusableError
            If the file is no checkpoint, is damaged, or was made by other code or on another platform.
        OSError
            If it cannot be read.
        """
        try:
            with open_regular(path) as file:
                _must_be_own(path, file)
                arrays = _arrays_of(file, progress)
            header = json.loads(arrays.pop(_HEADER).tobytes())
            whole = header["sha256"] == _sha(arrays)
            form, code, platform = header["format"], header["code"], header["platform"]
        except _DAMAGED as error:
            if isinstance(error, UnusableError):
                raise
            raise UnusableError(f"{path} is no checkpoint, or is damaged") from error
        if form != FORMAT or code != sources_hash(_PACKAGE):
            raise UnusableError(f"{path} was made by another version of funnelsim or Numba: make it anew")
        if platform != this_platform():
            raise UnusableError(
                f"{path} was made on another platform ({platform}; this is {this_platform()}), "
                "where the last bits may differ: make it anew here"
            )
        if not whole:
            raise UnusableError(f"{path} is damaged: make it anew")
        try:
            return cls(
                date.fromisoformat(header["day"]),
                header["instant"],
                header["seed"],
                Months(*header["months"]),
                header["past"],
                [_standing("world", number, arrays) for number in range(header["worlds"])],
                [_standing("twin", number, arrays) for number in range(header["twins"])],
            )
        except _DAMAGED as error:
            raise UnusableError(f"{path} is damaged: make it anew") from error

    def must_be_of(self, scenario: Scenario) -> None:
        """Refuse a scenario that says something else about the days before.

        Raises
        ------
        UnusableError
            Says what differs.
        """
        found = _difference(self.past, past_of(scenario, self.day), "")
        if found is not None:
            raise UnusableError(
                f"the checkpoint is of another scenario: up to {self.day}, {found}; "
                "what comes later may differ, in changes and strategies that begin on that day or after it"
            )

    def _arrays(self) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        for kind, standings in (("world", self.worlds), ("twin", self.twins)):
            for number, standing in enumerate(standings):
                for name, array in standing.state._asdict().items():  # as bytes, with what is between fields
                    yield f"{kind}.{number}.state.{name}", array.view(np.uint8)
                for name, array in standing.tally._asdict().items():
                    yield f"{kind}.{number}.tally.{name}", array
                yield f"{kind}.{number}.rows", np.array([standing.rows])


def _must_be_own(path: Path, file: BinaryIO) -> None:
    """Refuse a file of somebody else: the engine goes on from the numbers in it without looking at each."""
    if not is_own(os.fstat(file.fileno())):
        raise UnusableError(
            f"{path} belongs to another user, or others can write to it: go on only from a checkpoint of "
            "your own that nobody else can change"
        )


def _write(opened: IO[bytes], arrays: Arrays, progress: Progress) -> None:
    """Write arrays as `numpy.savez_compressed` does, and tell of each."""
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, array in step_through(arrays.items(), progress, "Writing", "arrays"):
            with packed.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _arrays_of(file: BinaryIO, progress: Progress) -> Arrays:
    """Read the arrays of a file, if they fit into memory; nothing in them is ever executed."""
    with zipfile.ZipFile(file) as packed:
        needed = sum(each.file_size for each in packed.infolist())
    left = available_memory()
    if left is not None and needed > left:
        raise UnusableError(f"the checkpoint needs {needed:,} bytes of memory, and there are {left:,}")
    file.seek(0)
    with np.load(file, allow_pickle=False) as opened:
        return {name: opened[name] for name in step_through(opened.files, progress, "Reading", "arrays")}


def _standing(kind: str, number: int, arrays: Arrays) -> Standing:
    """Put together how things stand in a world."""
    world = f"{kind}.{number}."
    return Standing(
        State._make(arrays[f"{world}state.{name}"] for name in State._fields),
        Tally._make(arrays[f"{world}tally.{name}"] for name in Tally._fields),
        int(arrays[world + "rows"][0]),
    )


def _sha(arrays: Mapping[str, np.ndarray[Any, Any]]) -> str:
    """Hash arrays with their names and shapes."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.shape} ".encode() + array.tobytes())
    return digest.hexdigest()


def _difference(ours: Any, theirs: Any, path: str) -> str | None:
    """Describe the first difference between two plain values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in dict.fromkeys([*ours, *theirs]):
            below = f"{path}.{key}" if path else str(key)
            if key not in ours or key not in theirs:
                return f"{below} is {'new' if key in theirs else 'gone'}"
            found = _difference(ours[key], theirs[key], below)
            if found is not None:
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs) and not path:
        pairs = zip(ours, theirs, strict=True)
        return next(filter(None, (_difference(one, other, path) for one, other in pairs)), None)
    if ours == theirs:
        return None
    return f"{path} was {ours!r} and is {theirs!r}" if path else "it changes on other days"


def past_of(scenario: Scenario, day: date, strategy: str = TODAY) -> list[Any]:
    """Return what a scenario says of the days before one, as plain values: from when on, and the tables."""
    pieces = [each for each in scenario.timeline(strategy) if each.begins is None or each.begins < day]
    tables = [
        {
            "begins": each.begins,
            **{key: item for key, item in each.scenario.document.items() if key not in _OF_THE_WHOLE},
        }
        for each in pieces
    ]
    plain: list[Any] = json.loads(json.dumps(tables, default=str))
    return plain

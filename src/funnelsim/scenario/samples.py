"""The files beside a scenario: samples, columns of observed values; and draws of what is uncertain."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from funnelsim.chance.distributions import Sample
from funnelsim.io.reading import read_bytes
from funnelsim.io.texts import composed
from funnelsim.scenario.draws import DrawsFile, draws_of
from funnelsim.scenario.errors import nearest, shown
from funnelsim.scenario.numerals import MixedError, column, is_heading
from funnelsim.scenario.spreadsheets import Row, SampleError, rows_of

MOST_BYTES = 16 << 20
LARGEST = 1e15  # no amount of hours, days, money or odds needs more; keeps products finite


@dataclass
class Samples:
    """The sample files of a scenario, each read once.

    Attributes
    ----------
    folder : path or None
        Where they are. None: in the working folder.
    contents : dict of str to bytes
        Of those read so far, by name.
    """

    folder: Path | None = None
    contents: dict[str, bytes] = field(default_factory=dict)
    _found: dict[tuple[str, str], Sample] = field(default_factory=dict)
    _draws: dict[str, DrawsFile] = field(default_factory=dict)

    def sample(self, name: str, heading: str = "") -> Sample:
        """Return the values of a file, or of a column of it.

        Raises
        ------
        SampleError
            If the file is not beside the scenario, cannot be read, or holds anything but numbers.
        """
        file = PurePath(name).as_posix()
        if (file, heading) not in self._found:
            self._found[file, heading] = Sample(_values(self._content(file), file, heading))
        return self._found[file, heading]

    def draws(self, name: str) -> DrawsFile:
        """Return the rows of a file of draws (U9).

        Raises
        ------
        SampleError
            If the file is not beside the scenario, cannot be read, or is no table of values.
        """
        file = PurePath(name).as_posix()
        if file not in self._draws:
            self._draws[file] = draws_of(self._content(file), file)
        return self._draws[file]

    def take_draws(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Take rows of draws that are at hand for those of a file, which is not read then.

        Parameters
        ----------
        name : str
            Of the file, as the scenario says it.
        columns : mapping of str to sequence
            A value for each row, as a TOML parser would return it.
        """
        rows = len(next(iter(columns.values()), ()))
        held = {key: tuple(values) for key, values in columns.items()}
        self._draws[PurePath(name).as_posix()] = DrawsFile(name, held, tuple(range(2, rows + 2)))

    def together_with(self, files: Mapping[str, bytes]) -> Samples:
        """Return them with other files, by name, which are at hand; these ones if there are none."""
        if not files:
            return self
        return Samples(self.folder, self.contents | dict(files), _draws=self._draws)

    def _content(self, file: str) -> bytes:
        if file not in self.contents:
            self.contents[file] = _read(file, self.folder or Path())
        return self.contents[file]


def _read(name: str, folder: Path) -> bytes:
    """Read a file that lies beside the scenario, or in a folder there."""
    place = PurePath(name)
    home = os.path.realpath(folder)
    path = _in_any_form(folder / name)
    outside = f"is {shown(name)}, which lies outside the scenario's folder"
    if place.is_absolute() or PurePath(os.path.normpath(name)).parts[:1] == ("..",):
        raise SampleError(outside, "a file beside the scenario")
    if ".." in place.parts:
        raise SampleError(f'is {shown(name)}, which has ".." in it', "the way from the scenario to the file")
    try:
        if os.path.commonpath([home, os.path.realpath(path)]) != home:
            raise SampleError(f"{outside}: it is a link", "a file beside the scenario")
        return read_bytes(path, MOST_BYTES)
    except (OSError, ValueError) as error:
        if isinstance(error, SampleError):
            raise
        reason = (error.strerror if isinstance(error, OSError) else "") or "no file can have this name"
        raise SampleError(
            f"is {shown(name)}, which cannot be read ({reason})",
            "a file with one value a row beside the scenario",
        ) from None


def _in_any_form(path: Path) -> Path:
    """Find a file whose name looks the same: accents can be written in two ways."""
    if path.name.isascii() or path.exists() or not path.parent.is_dir():
        return path
    return next((each for each in path.parent.iterdir() if composed(each.name) == composed(path.name)), path)


def _values(content: bytes, name: str, heading: str) -> tuple[float, ...]:
    rows = rows_of(content, name)
    if not rows:
        raise SampleError(f"is {shown(name)}, which has no values", "at least one value")
    headings = [composed(each.strip()) for each in rows[0].cells] if is_heading(rows[0].cells) else None
    position = _position(rows, headings, name, composed(heading.strip()))
    body = rows if headings is None else rows[1:]
    if not body:
        raise SampleError(f"is {shown(name)}, which has no values", "at least one value")
    try:
        values = column(row.cells[position] for row in body)
    except MixedError as mixed:
        line = next(row.line for row in body if row.cells[position] == mixed.text)
        wrong = f'is {shown(name)}, where "{mixed.text}" on line {line} {mixed}'
        raise SampleError(wrong, "numbers alone, all written alike, such as 1250.5") from None
    for row, value in zip(body, values, strict=True):
        if not abs(value) <= LARGEST:
            wrong = f"is {shown(name)}, where {row.cells[position]} on line {row.line} is too large"
            raise SampleError(wrong, "numbers of at most 1e15")
    return tuple(values)


def _position(rows: list[Row], headings: list[str] | None, name: str, heading: str) -> int:
    """Find a column: the only one, or the one that is named."""
    if headings is None and heading:
        raise SampleError(
            f"is {shown(heading)}, and {name} has no names of columns", "a first row with names", "column"
        )
    if headings is None:
        if len(rows[0].cells) > 1:
            raise SampleError(
                f"is {shown(name)}, which has {len(rows[0].cells)} columns without names",
                "one value a row (with a decimal point: 3.5, not 3,5), or a first row with names",
            )
        return 0
    known = [each for each in headings if each]
    if not heading:
        if len(headings) > 1:
            raise SampleError(
                f"is {shown(name)}, which has {len(headings)} columns", f"column = one of {', '.join(known)}"
            )
        return 0
    if headings.count(heading) > 1:
        raise SampleError(
            f"is {shown(heading)}, and {name} has {headings.count(heading)} columns of this name",
            "one",
            "column",
        )
    if heading not in headings:
        raise SampleError(
            f"is {shown(heading)}",
            f"a column of {name}: {', '.join(known[:8])}",
            "column",
            nearest(heading, known),
        )
    return headings.index(heading)

"""Files of an export: what they are, and their rows as text, one after the other."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from funnelsim.history.reading import xes
from funnelsim.io.progress import Progress, silent, step
from funnelsim.io.reading import BLOCK, counted, open_regular
from funnelsim.io.texts import composed
from funnelsim.io.writing import UnusableError

_GZIP = b"\x1f\x8b"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16  # characters that tell the delimiter

Row = tuple[int, list[str]]  # the line at which it begins, counted from 1, and its cells


@dataclass(frozen=True)
class Source:
    """A file of an export, looked at once.

    Attributes
    ----------
    path : path
    sha256 : str
        Of the file as it is.
    encoding : str
    delimiter : str
        Empty where the file is XES.
    header : tuple of str
        Names of its columns.
    skipped : int
        Lines before the header.
    """

    path: Path
    sha256: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    skipped: int = 0

    def rows(self, progress: Progress) -> Iterator[Row]:
        """Read the rows below the header, one after the other; blank lines are none.

        Raises
        ------
        UnusableError
            If a row cannot be told apart from the next, or the file is not what its name says.
        """
        with _opened(self.path, progress) as opened:
            if not self.delimiter:
                yield from _traced(opened, self.header, self.path.name)
                return
            text = io.TextIOWrapper(opened, self.encoding, errors="replace", newline="")
            for _ in range(self.skipped):
                text.readline()
            yield from _records(text, self.delimiter, self.skipped, self.path.name)


def look_at(files: Sequence[Path], progress: Progress = silent) -> list[Source]:
    """Find out how files are written, as a step of some work: encoding, delimiter, header, and SHA-256.

    Raises
    ------
    UnusableError
        If one is empty, or has no header.
    OSError
        If one cannot be read.
    """
    size = sum(path.stat().st_size for path in files)
    with step(progress, "Looking", 2 * size, "bytes") as tell:
        return [_look_at(path, tell) for path in files]


def _look_at(path: Path, progress: Progress) -> Source:
    """Look at a file: at all of it for its sum, and again for its encoding; then at its beginning."""
    digest = hashlib.sha256()
    with open_regular(path) as raw:
        while block := raw.read(BLOCK):
            digest.update(block)
            progress(len(block))
    with _opened(path, progress) as opened:
        encoding = _encoding(opened)
    with _opened(path) as opened:
        beginning = io.TextIOWrapper(opened, encoding, errors="replace", newline="").read(_SAMPLE)
    if not beginning.strip():
        raise UnusableError(f"{path.name} is empty")
    if beginning.lstrip().startswith("<"):
        with _opened(path) as opened:
            header = xes.attributes(opened, path.name)
        return Source(path, digest.hexdigest(), encoding, "", header)
    delimiter, skipped = _delimiter(beginning)
    lines = io.StringIO(beginning, newline="")
    for _ in range(skipped):
        lines.readline()
    header = tuple(composed(cell.strip()) for cell in next(csv.reader(lines, delimiter=delimiter)))
    return Source(path, digest.hexdigest(), encoding, delimiter, header, skipped)


def _records(text: io.TextIOWrapper, delimiter: str, skipped: int, name: str) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter)
    begins = skipped + 1
    try:
        for number, cells in enumerate(reader):
            if number and any(cells):
                yield begins, cells
            begins = skipped + reader.line_num + 1
    except csv.Error as error:  # a cell without end
        raise UnusableError(
            f"{name}, line {begins}: a row cannot be read ({error}); is a quotation mark never closed?"
        ) from None


def _traced(opened: BinaryIO, header: tuple[str, ...], name: str) -> Iterator[Row]:
    for number, event in enumerate(xes.events(opened, name), start=1):
        yield number, [event.get(key, "") for key in header]


@contextmanager
def _opened(path: Path, progress: Progress = silent) -> Iterator[BinaryIO]:
    """Open a file that may be compressed."""
    with open_regular(path) as raw:
        compressed = raw.read(2) == _GZIP
        raw.seek(0)
        told = counted(raw, progress)
        if not compressed:
            yield told
            return
        with gzip.GzipFile(fileobj=told) as inner:
            try:
                yield cast(BinaryIO, inner)
            except (EOFError, gzip.BadGzipFile) as error:
                raise UnusableError(f"{path.name} is compressed, and damaged: {error}") from None


def _encoding(opened: BinaryIO) -> str:
    """Tell the encoding: by its mark, by zero bytes, else UTF-8 if all of it is, else that of Windows."""
    block = opened.read(BLOCK)
    for mark, name in _MARKS.items():
        if block.startswith(mark):
            return name
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(block) > 1 and block[:512][offset::2].count(0) > len(block[:512]) // 3:
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block:
            decoder.decode(block)
            block = opened.read(BLOCK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(beginning: str) -> tuple[str, int]:
    """Tell the delimiter, and the lines before the header: Excel takes a first line such as `sep=;`."""
    first = beginning.splitlines()[0].strip()
    if first.lower().startswith("sep=") and len(first) == len("sep=") + 1:
        return first[-1], 1
    return max(_DELIMITERS, key=lambda mark: _regularity(beginning, mark)), 0


def _regularity(beginning: str, delimiter: str) -> tuple[float, int]:
    """Say how well a delimiter cuts the first rows into as many cells as the header has."""
    reader = csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter)
    try:
        widths = [len(row) for _, row in zip(range(50), reader, strict=False) if row]
    except csv.Error:
        return 0.0, 0
    cells = widths[0]
    # the last row may be cut off
    same = sum(width == cells for width in widths[:-1] or widths) / max(len(widths) - 1, 1)
    return (same if cells > 1 else 0.0), cells

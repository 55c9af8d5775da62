"""Columns that grow row by row, and take little memory however long a file is."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from funnelsim.io.texts import composed

BLANKS = frozenset({"", "-", "--", "\\n", "#n/a", "n/a", "null", "nan", "none", "(no value)", "(blank)"})

Values = npt.NDArray[Any]
Place = tuple[str, int, str]  # the file, the line, and what stands there


class TextColumn:
    """Texts, each different one kept once; surrounding spaces and blanks in words are taken away."""

    def __init__(self) -> None:
        self._codes = array("i")
        self._known: dict[str, int] = {}

    def add(self, cells: Sequence[str], lines: Sequence[int]) -> None:  # noqa: ARG002 (as Doubtful.add)
        """Take the cells of further rows."""
        known = self._known
        self._codes.extend([known.setdefault(cell, len(known)) for cell in cells])

    def values(self) -> pd.Series[Any]:
        """Return all texts; blank ones are ""."""
        texts = np.array([_text(each) for each in self._known] or [""], dtype=object)
        return pd.Series(texts.take(np.asarray(self._codes, np.int64)), dtype="str")


def _text(cell: str) -> str:
    text = cell.strip()
    return "" if text.lower() in BLANKS else composed(text)


@dataclass
class Evidence:
    """How the cells of a file tell which of two readings is meant; of each sort, the first place.

    Attributes
    ----------
    one, other : Place or None
        Where only the one reading makes sense, and only the other.
    either : Place or None
        Where both do, and differ.
    """

    one: Place | None = None
    other: Place | None = None
    either: Place | None = None


@dataclass
class Doubtful:
    """Values that can be read in two ways until all of them have been seen: dates and amounts.

    Attributes
    ----------
    read : function
        Turns texts into values, read in the one way and in the other.
    missing : value
        Of what cannot be read.
    evidence : Evidence
        What all columns of the same sort have told; they share it.
    file : str
        Whose cells these are.
    """

    read: Callable[[Sequence[str]], tuple[Values, Values]]
    missing: Any
    evidence: Evidence
    file: str
    unreadable: list[Place] = field(default_factory=list)
    _ones: list[Values] = field(default_factory=list)
    _others: list[Values] = field(default_factory=list)
    _one_way: list[Place] = field(default_factory=list)

    def add(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Take the cells of further rows."""
        known: dict[str, int] = {}
        codes = np.array([known.setdefault(cell, len(known)) for cell in cells], np.int64)
        texts = [text.strip() for text in known]
        filled = np.array([text.lower() not in BLANKS for text in texts], bool)
        one = np.full(len(texts), self.missing)
        other = one.copy()
        one[filled], other[filled] = self.read([text for text in texts if text.lower() not in BLANKS])
        self._learn(texts, filled, one, other, (codes, lines))
        self._ones.append(one[codes])
        # most columns leave no doubt: then both readings are the same array
        same = bool(np.all((one == other) | (pd.isna(one) & pd.isna(other))))
        self._others.append(self._ones[-1] if same else other[codes])

    def _learn(
        self,
        texts: list[str],
        filled: npt.NDArray[np.bool_],
        one: Values,
        other: Values,
        where: tuple[npt.NDArray[np.int64], Sequence[int]],
    ) -> None:
        codes, lines = where
        no_one, no_other = pd.isna(one), pd.isna(other)
        sorts = {
            "one": filled & ~no_one & no_other,
            "other": filled & no_one & ~no_other,
            "either": filled & ~no_one & ~no_other & (one != other),
        }
        for name, found in sorts.items():
            if getattr(self.evidence, name) is None and found.any():
                row = int(np.flatnonzero(found[codes])[0])
                setattr(self.evidence, name, (self.file, lines[row], texts[codes[row]]))
        for row in np.flatnonzero((filled & no_one & no_other)[codes]).tolist():
            self.unreadable.append((self.file, lines[row], texts[codes[row]]))
        for row in np.flatnonzero((filled & (no_one != no_other))[codes]).tolist():
            self._one_way.append((self.file, lines[row], texts[codes[row]]))

    def values(self, choice: int) -> tuple[Values, list[Place]]:
        """Return all values read in the one way (0) or the other (1), and what cannot be read so."""
        parts = (self._ones, self._others)[choice]
        values = np.concatenate(parts) if parts else np.array([self.missing])[:0]
        if not self._one_way:
            return values, self.unreadable
        lost = pd.isna(self.read([text for _, _, text in self._one_way])[choice])
        more = [place for place, gone in zip(self._one_way, lost, strict=True) if gone]
        return values, sorted([*self.unreadable, *more])

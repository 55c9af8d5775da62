"""Amounts as files write them: decimal commas, marks between thousands, currency signs."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

POINT, COMMA = ".", ","  # what stands before the decimals

_AROUND = re.compile(r"[\s'’\u00a0\u2009\u202f]|[£€$¥]|[A-Z]{1,3}\$|^[A-Z]{3}|[A-Z]{3}$")
_WITH_POINT = re.compile(r"-?(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)?(?:\.\d*)?(?:[eE][-+]?\d+)?")


def amounts(texts: Sequence[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Read amounts in both ways: with a decimal point, and with a decimal comma.

    Returns
    -------
    point, comma : arrays of float
        NaN for what is no number when read so.

    Examples
    --------
    >>> point, comma = amounts(["1,250.50 EUR", "1.250,50", "$ 1'250", "(12)", "1,250"])
    >>> point.tolist(), comma.tolist()
    ([1250.5, nan, 1250.0, -12.0, 1250.0], [nan, 1250.5, 1250.0, -12.0, 1.25])
    """
    bare = [_bare(text) for text in texts]
    swapped = [text.translate({ord("."): ",", ord(","): "."}) for text in bare]
    return _pointed(bare), _pointed(swapped)


def _bare(text: str) -> str:
    """Take away currency, spaces and brackets: in accounts, brackets are a minus."""
    text = _AROUND.sub("", text.strip()).replace("\u2212", "-")
    return f"-{text[1:-1]}" if text.startswith("(") and text.endswith(")") else text


def _pointed(texts: list[str]) -> npt.NDArray[np.float64]:
    return np.array([_value(text) for text in texts], float)


def _value(text: str) -> float:
    if not any(letter.isdigit() for letter in text) or not _WITH_POINT.fullmatch(text):
        return float("nan")
    return float(text.replace(",", ""))

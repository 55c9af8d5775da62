"""Names as a scenario may have them: what a firm calls its stages, channels and reps may have any sign."""

from __future__ import annotations

import pandas as pd

LONGEST = 60
UNKNOWN = "unknown"  # a field that is blank

_INSTEAD = str.maketrans(
    {".": " ", "*": "x", "?": " ", "[": "(", "]": ")", "=": "-", '"': "'", ",": " ", "+": " and "}
)
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"  # with which a spreadsheet takes a text for a formula


def name_of(text: str | float | None) -> str:
    """Return a text as a scenario may use it for a name; blanks are "unknown".

    >>> name_of(" Web / e.g. [ads] "), name_of(""), name_of("A+B"), name_of("-none-")
    ('Web / e g (ads)', 'unknown', 'A and B', 'none-')
    """
    told = "" if pd.isna(text) else str(text)
    printable = "".join(sign if sign.isprintable() else " " for sign in told.translate(_INSTEAD))
    name = " ".join(printable.split()).lstrip(_FORMULA + " ")
    return name[:LONGEST].strip() or UNKNOWN


def named(column: pd.Series[str]) -> pd.Series[str]:
    """Write a column of names as a scenario has them; what is blank stays so.

    >>> named(pd.Series(["e.g. ads", ""])).tolist()
    ['e g ads', '']
    """
    return column.map({each: name_of(each) if each else "" for each in column.unique()})

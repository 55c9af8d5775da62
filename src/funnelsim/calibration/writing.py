"""Write measured numbers for people to read, and the file of draws."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from funnelsim.calibration.shapes import rounded
from funnelsim.io.toml import toml_value

DRAWS = "draws.csv"


def readable(value: Any) -> Any:
    """Round measured numbers, however deep in a value, so that a person can read them.

    >>> readable({"median": 3.14159265, "p90": [10.0, 1234567.8]})
    {'median': 3.14159, 'p90': [10.0, 1234570.0]}
    """
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return rounded(float(value))
    if isinstance(value, Mapping):
        return {str(key): readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [readable(item) for item in value]
    return value


def draws_as_csv(columns: Mapping[str, Sequence[Any]]) -> str:
    r"""Write the file of draws: a column a path, a row a draw (ME5).

    >>> draws_as_csv({"stages.offer.conversion": [0.25, 0.5]})
    'stages.offer.conversion\n0.25\n0.5\n'
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(columns)
    cells = ((toml_value(readable(value)) for value in each) for each in columns.values())
    rows.writerows(zip(*cells, strict=True))
    return written.getvalue()

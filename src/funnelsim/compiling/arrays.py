"""The arrays that compiled code reads: their types, and records with aligned fields."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Record = np.void
Records = npt.NDArray[np.void]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


def record(*fields: tuple[str, str]) -> np.dtype[np.void]:
    """Build a record type whose fields are aligned, as compiled code reads them fastest."""
    return np.dtype(list(fields), align=True)

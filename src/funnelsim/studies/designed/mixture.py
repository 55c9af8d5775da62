"""Ways to divide a total, such as a budget, in equal parts among levers: a simplex-lattice design (ST9).

H. Scheffé, "Experiments with Mixtures", Journal of the Royal Statistical Society B 20 (1958).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate

_ROUNDING = 1e-9  # parts: a range that ends where a part does has it


def parts_within(low: float, high: float, total: float, steps: int) -> range:
    """Return how many parts of a total, cut into equal ones, lie in a range.

    >>> parts_within(low=2_000.0, high=9_000.0, total=10_000.0, steps=5)
    range(1, 5)
    """
    part = total / steps
    least, most = math.ceil(low / part - _ROUNDING), math.floor(high / part + _ROUNDING)
    return range(max(least, 0), min(most, steps) + 1)


def ways(parts: Sequence[range], steps: int) -> int:
    """Count the ways to divide all parts among levers, without making them.

    Parameters
    ----------
    parts : sequence of range
        How many each lever may have.
    steps : int
        How many there are.

    Examples
    --------
    >>> ways([range(11)] * 3, 10)
    66
    """
    found = [1] + [0] * steps  # by how many parts the levers so far have
    for allowed in parts:
        up_to = [0, *accumulate(found)]
        found = [
            up_to[max(0, had + 1 - allowed.start)] - up_to[max(0, had + 1 - allowed.stop)]
            for had in range(steps + 1)
        ]
    return found[steps]


def divided(parts: Sequence[range], steps: int) -> Iterator[tuple[int, ...]]:
    """Make the ways one after the other: how many parts each lever has.

    >>> list(divided([range(3), range(1, 3)], 2))
    [(0, 2), (1, 1)]
    """
    if not parts:
        yield ()
        return
    mine, *others = parts
    least = steps - sum(each.stop - 1 for each in others)  # the others cannot take more
    most = steps - sum(each.start for each in others)
    for taken in range(max(mine.start, least), min(mine.stop - 1, most) + 1):
        yield from ((taken, *rest) for rest in divided(others, steps - taken))

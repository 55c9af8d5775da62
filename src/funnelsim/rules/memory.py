"""What somebody has lived through: whole numbers, and the one formula by which they have an effect."""

from __future__ import annotations

from funnelsim.compiling.decorators import rare
from funnelsim.model.model import Model


@rare
def effect(typed: float, most: float, half: float, count: int) -> float:
    """Compute what memory has made of a typed number, after so many events (W2).

    The typed number moves by `most` in the end, and by half of that after `half` events: hyperbolic
    learning (Mazur and Hastie 1978, Learning as accumulation, Psychological Bulletin 85).

    Parameters
    ----------
    typed : float
        Without any event.
    most : float
        How far it moves at most, up or down.
    half : float
        The events after which it has moved half of that, above 0.
    count : int
        The events so far.

    Examples
    --------
    >>> [effect(0.4, 0.2, 10.0, count) for count in (0, 10, 30)]
    [0.4, 0.5, 0.55]
    """
    return float(typed + most * count / (count + half))


@rare
def is_counted(model: Model, now: int) -> bool:
    """Return whether what happens now is counted: not before the period begins (W1)."""
    return bool(now >= model.stocks_from)

"""What a history must have before anything can be learned from it."""

from __future__ import annotations

from funnelsim.history import History
from funnelsim.io.writing import UnusableError

FEWEST_DEALS = 2


def must_tell(history: History) -> None:
    """Refuse a history from which nothing can be learned, and say what would be needed.

    Raises
    ------
    UnusableError
        If there are fewer than two deals, none was won, or all have the same dates.
    """
    deals = history.deals
    if len(deals) < FEWEST_DEALS:
        raise UnusableError(
            f"the history has {'a single deal' if len(deals) else 'no deals'}: two at least are needed, many "
            "to be sure, and some of them won"
        )
    if not (deals["outcome"] == "won").any():
        raise UnusableError(
            f"the history has no deal that was won, of {len(deals):,}: check in the mapping which status or "
            "stage means won"
        )
    if deals["created"].nunique() == 1 and deals["closed"].dropna().nunique() <= 1:
        raise UnusableError("all deals have the same dates: are those when the file was written?")

"""A forecast from today as one JSON document."""

from __future__ import annotations

from typing import Any

from funnelsim.compiling.arrays import Floats
from funnelsim.studies.today.forecast import TodayResult, range_of

SPANS = ("month", "week", "rep", "channel", "segment")


def forecast_document(result: TodayResult) -> dict[str, Any]:
    """Write all that a forecast from today says.

    Parameters
    ----------
    result : TodayResult
        The forecast.

    Returns
    -------
    dict
        Plain tables, texts and numbers.
    """
    deals = result.deals
    shown = deals.assign(close=deals["close"].dt.strftime("%Y-%m-%d"))
    return {
        "scenario": result.scenario.source,
        "strategy": result.strategy,
        "at": result.snapshot.at.isoformat(),
        "since": result.since.isoformat(),
        "until": result.until.isoformat(),
        "replications": result.replications,
        "seed": result.seed,
        "currency": result.names.currency,
        "won_so_far": {"contracts": result.contracts_so_far, "bookings": result.won_so_far},
        "open": _both(result.contracts(new=False), result.bookings(new=False)),
        "new": _both(result.contracts(new=True), result.bookings(new=True)),
        "total": range_of(result.total)._asdict(),
        "quota": None if result.quota is None else result.quota._asdict(),
        "categories": result.categories.to_dict("records"),
        "deals": shown.to_dict("records"),
        **{f"by_{what}": result.by(what).reset_index().to_dict("records") for what in SPANS},
        "without_overrides": None if result.plain is None else forecast_document(result.plain),
    }


def _both(contracts: Floats, bookings: Floats) -> dict[str, Any]:
    return {"contracts": range_of(contracts)._asdict(), "bookings": range_of(bookings)._asdict()}

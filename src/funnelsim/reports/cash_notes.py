"""What is said below the figures of cash: what is assumed, when costs are paid, when cash runs out."""

from __future__ import annotations

from rich.text import Text

from funnelsim.forecast import Forecast, running_out
from funnelsim.metrics.wording import listed, money, percent
from funnelsim.reports.grid import printable
from funnelsim.scenario import Scenario
from funnelsim.scenario.finance import Finance

_BY_THE_MONTH = {  # what is paid by the month, and its key
    "salaries": "salaries_paid_after_days",
    "commission": "commission_paid_after_days",
    "channels": "channels_paid_after_days",
}


def cash_notes(scenario: Scenario, forecast: Forecast) -> list[Text]:
    """State what cash begins with and when it is paid; nothing where none is counted."""
    if not forecast.has_cash:
        return []
    since = forecast.names.start
    lines = [
        _opening(scenario.finance, printable(scenario.currency)),
        _paid(scenario.finance),
        f"Contracts signed before {since}, when the warm-up begins, are not simulated, and bring no cash.",
    ]
    found = running_out(forecast)
    if found.by is not None:
        share = percent(found.years / forecast.years)
        lines.append(
            f"Cash runs out in {share} of simulated years; in half of these by the end of {found.by}."
        )
    return [Text(line) for line in lines]


def _opening(finance: Finance, currency: str) -> str:
    """State what there is as the period begins."""
    begins = f"Cash begins with {money(finance.opening_balance or 0.0, currency)}"
    if finance.opening_balance is None:
        return f"{begins}, which is assumed: finance.opening_balance is not typed."
    return f"{begins}, and is counted at the end of each day."


def _paid(finance: Finance) -> str:
    """State when costs are paid.

    >>> _paid(Finance(commission_paid_after_days=15))  # doctest: +ELLIPSIS
    'Paid by the month: salaries and channels on its last day, commission 15 days later; what contracts ...'
    """
    after: dict[int, list[str]] = {}
    for what, key in _BY_THE_MONTH.items():
        after.setdefault(getattr(finance, key) or 0, []).append(what)
    said = [f"{listed(after[days])} {_in_words(days)}" for days in sorted(after)]
    return (
        f"Paid by the month: {', '.join(said)}; what contracts cost to deliver, as it is earned, on the last "
        "day of each month. All else is paid as it occurs."
    )


def _in_words(days: int) -> str:
    if days == 0:
        return "on its last day"
    return f"{days} day{'s' * (days > 1)} later"

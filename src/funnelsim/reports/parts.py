"""What only some scenarios have, each a section on the page of one strategy: shown where it occurs."""

from __future__ import annotations

from typing import NamedTuple

from rich.console import RenderableType
from rich.text import Text

from funnelsim.forecast import Forecast
from funnelsim.reports import notes
from funnelsim.reports.cuts import by, of_everything, reps_or_teams, section


class Part(NamedTuple):
    """A section: figures of everything, and some of them by month, channel or rep."""

    title: str
    signs: tuple[str, ...]  # figures of which one is above 0 where the part occurs
    figures: tuple[str, ...]
    cuts: tuple[tuple[str, tuple[str, ...]], ...] = ()  # by what, and which figures


_JUNK = ("handed_over", "junk_rate", "true_junk_share", "false_rejections", "junk_hours", "junk_cost")
_PROSPECTING = ("prospecting_hours", "prospecting_share", "prospecting_cost")
_NURTURE_BY_MONTH = ("in_nurture", "reactivated", "revenue_from_reactivated")
_PEOPLE = ("on_staff", "absence", "mean_skill", "turnover_cost", "training_cost")
_HELD = ("held", "leads_held", "time_held", "cold_while_held", "holding_cost")
_BRIDGE = ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "mrr")
_CUSTOMERS = (
    *("customers", "new_customers", "churned_customers", "logo_churn", "renewal_rate"),
    *(*_BRIDGE, "arr", "nrr", "grr", "existing_revenue_share", "account_visits", "account_visits_made"),
)
_NURTURE = (
    "taken_into_nurture",
    "in_nurture",
    "reactivated",
    "won_reactivated",
    "revenue_from_reactivated",
    "nurture_cost",
    "cost_per_reactivated",
)

PARTS = (
    Part(
        "Junk: what sales rejects at first contact",
        ("handed_over",),
        _JUNK,
        (("channel", _JUNK), ("rep", _JUNK)),
    ),
    Part("Held before the hand-over", ("leads_held",), _HELD, (("month", _HELD),)),
    Part(
        "Ignored: what reps never take up",
        ("ignored_leads",),
        ("ignored_leads", "ignored_share"),
        (("rep", ("ignored_leads",)),),
    ),
    Part(
        "Attempts to reach the buyer",
        ("attempts",),
        ("attempts", "attempts_per_lead", "reached_share", "not_reached", "hours_not_reached"),
    ),
    Part("Nurture", ("taken_into_nurture",), _NURTURE, (("month", _NURTURE_BY_MONTH),)),
    Part(
        "Market",
        ("market_available",),
        ("market_available", "market_available_at_end"),
        (("month", ("market_available",)), ("segment", ("market_available", "market_available_at_end"))),
    ),
    Part("Prospecting", ("prospecting_hours",), _PROSPECTING, (("rep", _PROSPECTING),)),
    Part("Hot leads that interrupt", ("interruptions",), ("interruptions",), (("rep", ("interruptions",)),)),
    Part(
        "People",
        ("absence", "mean_skill", "turnover_cost", "training_cost"),
        _PEOPLE,
        (("month", _PEOPLE),),
    ),
    Part(
        "Customers",
        ("customers", "new_customers"),
        _CUSTOMERS,
        (
            ("month", ("customers", *_BRIDGE)),
            ("segment", ("customers", "logo_churn", "mrr", "nrr", "existing_revenue_share")),
        ),
    ),
    Part("What marketing hears", ("reports",), ("reports",), (("month", ("reports",)),)),
)


def parts(forecast: Forecast, width: int) -> list[RenderableType]:
    """Show the parts that occur, and of each part the figures that say anything."""
    found: list[RenderableType] = []
    for part in PARTS:
        if any(forecast.estimate(sign).mean > 0 for sign in part.signs):  # NaN is not
            found += _shown(part, forecast, width)
    return found


def _shown(part: Part, forecast: Forecast, width: int) -> list[RenderableType]:
    """Lay out the section of a part."""
    figures = [name for name in part.figures if forecast.estimate(name).mean > 0]
    found = section(part.title, of_everything(forecast, figures, width))
    for asked, metrics in part.cuts:
        dimension = reps_or_teams(forecast) if asked == "rep" else asked
        shown = [name for name in metrics if name in figures]
        if shown:
            found += [Text(), *by(forecast, dimension, shown, width), Text(notes.counted_over(shown))]
    return found

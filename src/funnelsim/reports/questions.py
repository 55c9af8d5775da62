"""What users ask of results, and the figures that answer it: for `--show`, pages and workbook (TE5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from funnelsim.metrics.wording import listed


class Part(NamedTuple):
    """A section about what only some scenarios have, shown where it occurs."""

    title: str
    signs: tuple[str, ...]  # figures of which one is above 0 where the part occurs
    figures: tuple[str, ...]  # of everything
    cuts: tuple[tuple[str, tuple[str, ...]], ...] = ()  # by what, and which of them
    whole: bool = False  # also figures that are 0


class Question(NamedTuple):
    """What users ask, and the figures that answer it."""

    name: str  # as typed after --show
    asks: str
    figures: tuple[str, ...]  # of everything
    cuts: tuple[tuple[str, tuple[str, ...]], ...]  # by what, and which of them
    parts: tuple[Part, ...]


_PER_UNIT = ("cost_per_inquiry", "cost_per_lead", "cost_per_contract")
_JUNK = ("handed_over", "junk_rate", "true_junk_share", "false_rejections", "junk_hours", "junk_cost")
_PROSPECTING = ("prospecting_hours", "prospecting_share", "prospecting_cost")
_NURTURE_BY_MONTH = ("in_nurture", "reactivated", "revenue_from_reactivated")
_PEOPLE = ("on_staff", "absence", "mean_skill", "turnover_cost", "training_cost")
_HELD = ("held", "leads_held", "time_held", "cold_while_held", "holding_cost")
_BRIDGE = ("new_mrr", "reactivated_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "mrr")
_DELIVERY = ("delivered", "delivered_in_time", "good_deliveries", "days_to_deliver", "cancelled")
_REFERRED = ("referred", "referred_share", "referred_revenue_share")
_AGAIN = ("repeat_purchases", "repeat_customers", "repeat_purchase_value")
_CUSTOMERS = (
    *("customers", "new_customers", "churned_customers", "logo_churn", "renewal_rate"),
    "customers_won_back",
    *(*_BRIDGE, "arr", "nrr", "grr", "existing_revenue_share", "account_visits", "account_visits_made"),
)
_PHASES = (
    *("acquisition_cost", "cost_to_acquire", "delivery_cost", "cost_to_deliver"),
    *("retention_cost", "cost_to_retain", "development_cost", "cost_to_develop"),
    *("win_back_cost", "cost_to_win_back", "idle_cost", "lifetime_value", "ltv_to_cac", "payback"),
    "margin_beyond",
)
_CASH = ("cash_received", "cash_paid", "cash", "lowest_cash", "ran_out_of_cash")
_NURTURE = (
    "taken_into_nurture",
    "in_nurture",
    "reactivated",
    "won_reactivated",
    "revenue_from_reactivated",
    "nurture_cost",
    "cost_per_reactivated",
)

QUESTIONS = (
    Question(
        "bottleneck",
        "Where does work wait?",
        (
            *("utilisation", "queue", "gone_cold_share", "time_to_first_contact"),
            *("first_contact_within_1_hour", "first_contact_within_4_hours"),
            *("first_contact_within_24_hours", "first_contact_within_1_working_hour"),
            *("first_contact_within_4_working_hours", "first_contact_within_24_working_hours"),
        ),
        (
            ("team", ("utilisation", "queue", "wait")),
            ("stage", ("queue", "wait", "time_in_stage", "gone_cold_of_visits")),
            ("segment", ("queue", "wait", "time_to_first_contact", "gone_cold_share")),
            ("month", ("utilisation", "queue")),
        ),
        (
            Part("Held before the hand-over", ("leads_held",), _HELD, (("month", _HELD),)),
            Part(
                "Ignored: what reps never take up",
                ("ignored_leads",),
                ("ignored_leads", "ignored_share"),
                (("rep", ("ignored_leads",)),),
            ),
        ),
    ),
    Question(
        "money",
        "What does it bring, and what does it cost?",
        (
            *("won", "bookings", "contribution", "revenue", "cost", "profit", "result", "roi", "cac"),
            *(*_PER_UNIT, "programme_cost_share"),
        ),
        (
            ("month", ("bookings", "revenue", "cost", "result")),
            ("channel", ("bookings", "revenue", "marketing_cost", *_PER_UNIT)),
            ("segment", ("bookings", "revenue")),
        ),
        (
            Part(
                "What each phase of a customer's life costs",
                ("customers", "new_customers", "delivered", "repeat_purchases"),
                _PHASES,
                (("month", ("acquisition_cost", "delivery_cost", "retention_cost", "idle_cost")),),
            ),
            Part(
                "Cash",
                ("cash_received", "cash_paid"),
                ("billed", "bad_debt", "receivables", *_CASH),
                (("month", _CASH),),
                whole=True,
            ),
        ),
    ),
    Question(
        "funnel",
        "What becomes of inquiries?",
        (
            *("inquiries", "leads", "won", "won_of_inquiries", "gone_cold_share", "open_share"),
            *("inquiry_to_lead", "lead_to_contract", "inquiry_to_contract", "cycle_length"),
        ),
        (
            ("stage", ("visits", "gone_cold_of_visits", "lost_of_visits")),
            ("month", ("inquiries", "leads", "won")),
            ("channel", ("inquiries", "leads", "won", "inquiry_to_contract")),
            ("segment", ("inquiries", "leads", "won", "inquiry_to_contract", "cycle_length")),
        ),
        (
            Part(
                "Junk: what sales rejects at first contact",
                ("handed_over",),
                _JUNK,
                (("channel", _JUNK), ("rep", _JUNK)),
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
                (
                    ("month", ("market_available",)),
                    ("segment", ("market_available", "market_available_at_end")),
                ),
            ),
            Part("What marketing hears", ("reports",), ("reports",), (("month", ("reports",)),)),
        ),
    ),
    Question(
        "people",
        "Who does the work?",
        ("utilisation", "bookings_per_rep", "pay_cost", "commission_cost", "rosi"),
        (("rep", ("won", "bookings", "revenue", "wait", "utilisation")),),
        (
            Part(
                "People",
                ("absence", "mean_skill", "turnover_cost", "training_cost"),
                _PEOPLE,
                (("month", _PEOPLE),),
            ),
            Part("Prospecting", ("prospecting_hours",), _PROSPECTING, (("rep", _PROSPECTING),)),
            Part(
                "Hot leads that interrupt",
                ("interruptions",),
                ("interruptions",),
                (("rep", ("interruptions",)),),
            ),
        ),
    ),
    Question(
        "customers",
        "What becomes of customers?",
        ("won", "contract_value", "revenue"),
        (),
        (
            Part(
                "Delivery",
                ("delivered", "cancelled"),
                _DELIVERY,
                (("month", _DELIVERY), ("segment", _DELIVERY)),
            ),
            Part("Repeat purchase", ("repeat_purchases",), _AGAIN, (("month", _AGAIN), ("segment", _AGAIN))),
            Part("Referrals", ("referred",), _REFERRED, (("month", _REFERRED), ("segment", _REFERRED))),
            Part(
                "Customers",
                ("customers", "new_customers"),
                _CUSTOMERS,
                (
                    ("month", ("customers", *_BRIDGE)),
                    ("segment", ("customers", "logo_churn", "mrr", "nrr", "existing_revenue_share")),
                ),
            ),
        ),
    ),
)
NAMES = tuple(question.name for question in QUESTIONS)


def chosen(names: Sequence[str]) -> tuple[Question, ...]:
    """Return the questions of these names, in the order of `QUESTIONS`.

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> [question.asks for question in chosen(["money", "bottleneck"])]
    ['Where does work wait?', 'What does it bring, and what does it cost?']
    >>> chosen(["cash"])
    Traceback (most recent call last):
    ValueError: cash is no question; expected bottleneck, money, funnel, people or customers
    """
    for name in names:
        if name not in NAMES:
            raise ValueError(f"{name} is no question; expected {listed([*NAMES], 'or')}")
    return tuple(question for question in QUESTIONS if question.name in names)

"""Words that people use for keys and values, and what these are called here."""

from __future__ import annotations

from collections.abc import Container

_MEANT = {  # a word: keys or values, the likeliest first
    # keys
    "cost": "cost_per_month cost_per_person_month cost_per_visit",
    "costs": "cost_per_month cost_per_person_month cost_per_visit",
    "budget": "cost_per_month",
    "capacity": "hours_per_week people",
    "close_rate": "conversion",
    "spending": "cost_per_month",
    "win_rate": "conversion",
    "days": "customer_takes_days",
    "effort": "effort_hours",
    "headcount": "people",
    "hire": "people",
    "hiring": "people",
    "representatives": "people",
    "salespeople": "people",
    "hours": "effort_hours",
    "leads_per_month": "inquiries_per_month",
    "margin": "gross_margin",
    "months": "monthly_profile period_months",
    "pay": "cost_per_person_month cost_per_month",
    "price": "contract_value_per_year",
    "probability": "conversion",
    "salary": "cost_per_person_month cost_per_month",
    "staff": "people",
    "term": "term_years",
    "vacation": "holidays",
    "value": "contract_value_per_year",
    "wage": "cost_per_person_month cost_per_month",
    # kinds of channels
    "ads": "advertising",
    "exhibition": "sales_promotion",
    "fair": "sales_promotion",
    "google": "seo",
    "mailing": "direct_marketing",
    "newsletter": "direct_marketing",
    "press": "pr",
    "recommendation": "referral",
    "recommendations": "referral",
    "trade_fair": "sales_promotion",
    "trade_show": "sales_promotion",
    "website": "seo",
    "word_of_mouth": "referral",
    # figures
    "contracts": "won",
    "deals": "won",
    "orders": "won",
    "turnover": "revenue",
}


def also_called(key: str) -> tuple[str, ...]:
    """List the words that stand for a key, to search for it.

    >>> also_called("people")
    ('capacity', 'headcount', 'hire', 'hiring', 'representatives', 'salespeople', 'staff')
    """
    return tuple(sorted(word.replace("_", " ") for word, keys in _MEANT.items() if key in keys.split()))


def meant(word: str, valid: Container[str]) -> str | None:
    """Find the valid name for which a word stands, if it is known.

    >>> meant("Trade Fair", ["seo", "sales_promotion"]), meant("cost", ["people"])
    ('sales_promotion', None)
    """
    plain = word.strip().lower().replace(" ", "_").replace("-", "_")
    return next((each for each in _MEANT.get(plain, "").split() if each in valid), None)

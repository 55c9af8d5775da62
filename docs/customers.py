"""Draw the picture of docs/customers.md from the scenario on that page: `python docs/customers.py`."""

from __future__ import annotations

from pathlib import Path

from example import tell

PAGE = Path(__file__).with_name("customers.md")
TOLD = (
    "profit",
    "won",
    "repeat_purchases",
    "repeat_customers",
    "referred",
    "referred_share",
    "customers_won_back",
    "win_back_cost",
    "mrr",
    "reactivated_mrr",
    "existing_revenue_share",
    "good_deliveries",
    "acquisition_cost",
    "cost_to_acquire",
    "cost_to_deliver",
    "cost_to_win_back",
    "idle_cost",
    "lifetime_value",
    "ltv_to_cac",
    "payback",
)

if __name__ == "__main__":
    tell(PAGE, "profit", TOLD)

"""Draw the pictures of docs/subscriptions.md, from the scenario on it: `python docs/subscriptions.py`."""

from __future__ import annotations

from pathlib import Path

from example import save, tell

PAGE = Path(__file__).with_name("subscriptions.md")
TOLD = (
    "mrr",
    "customers",
    "logo_churn",
    "nrr",
    "existing_revenue_share",
    "account_visits_made",
    "won",
    "profit",
)

if __name__ == "__main__":
    result = tell(PAGE, "mrr", TOLD)
    today = result[result.base]
    for name, draw in {"mrr_bridge": today.plot_mrr_bridge, "retention": today.plot_retention}.items():
        save(draw().figure, name)

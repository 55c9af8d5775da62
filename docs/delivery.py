"""Draw the picture of docs/delivery.md from the scenario on that page: `python docs/delivery.py`."""

from __future__ import annotations

from pathlib import Path

from example import tell

PAGE = Path(__file__).with_name("delivery.md")
TOLD = (
    "mrr",
    "profit",
    "bookings",
    "revenue",
    "days_to_deliver",
    "delivered_in_time",
    "good_deliveries",
    "cancelled",
)

if __name__ == "__main__":
    tell(PAGE, "mrr", TOLD)

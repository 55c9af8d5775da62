"""Draw the pictures of docs/cash.md from the scenario on that page: `python docs/cash.py`."""

from __future__ import annotations

from pathlib import Path

from example import save, tell

PAGE = Path(__file__).with_name("cash.md")
TOLD = (
    "lowest_cash",
    "ran_out_of_cash",
    "cash",
    "profit",
    "receivables",
    "won",
    "days_to_deliver",
    "utilisation",
)

if __name__ == "__main__":
    result = tell(PAGE, "lowest_cash", TOLD)
    save(result["growth"].plot_cash().figure, "cash_balance")

"""Draw the pictures of docs/cash.md from the scenario on that page: `python docs/cash.py`."""

from __future__ import annotations

from pathlib import Path

from example import tell

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
    picture = PAGE.parent / "pictures" / "cash_balance.png"
    result["growth"].plot_cash().figure.savefig(picture, dpi=110)

"""Draw the picture of docs/nurture.md from the scenario on that page: `python docs/nurture.py`."""

from __future__ import annotations

from pathlib import Path

from example import tell

PAGE = Path(__file__).with_name("nurture.md")
TOLD = ("won", "profit", "reactivated", "cost_per_reactivated", "in_nurture", "reached_share", "utilisation")

if __name__ == "__main__":
    tell(PAGE, "won", TOLD)

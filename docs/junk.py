"""Draw the picture of docs/junk.md from the scenario on that page: `python docs/junk.py`."""

from __future__ import annotations

from pathlib import Path

from example import tell

PAGE = Path(__file__).with_name("junk.md")
TOLD = ("junk_rate", "true_junk_share", "false_rejections", "junk_hours", "junk_cost", "won")

if __name__ == "__main__":
    tell(PAGE, "junk_rate", TOLD)

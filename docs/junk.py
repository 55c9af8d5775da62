"""Draw the picture of docs/junk.md from the scenario on that page: `python docs/junk.py`."""

from __future__ import annotations

import re
from pathlib import Path

import funnelsim as fs

PAGE = Path(__file__).with_name("junk.md")
PICTURE = PAGE.with_name("pictures") / "junk.png"
YEARS = 100


def scenario_of(page: Path) -> fs.Scenario:
    """Read the scenario that a page shows."""
    found = re.search(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return fs.parse(found[1])


def main() -> None:
    """Compare the strategies and draw the junk rate of each."""
    result = fs.compare(scenario_of(PAGE), replications=YEARS)
    result.plot_strategies("junk_rate").figure.savefig(PICTURE, dpi=110)
    for name in ("junk_rate", "true_junk_share", "false_rejections", "junk_hours", "junk_cost", "won"):
        print(name, {each: round(result[each].forecast.estimate(name).mean, 3) for each in result})


if __name__ == "__main__":
    main()

"""The forecast of April and May that waits to be scored is the one whose hash was published."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

OLIST = Path(__file__).parents[2] / "experiments" / "olist"
FORECASTS = sorted(each.name for each in (OLIST / "april_and_may").iterdir())


@pytest.mark.parametrize("name", FORECASTS)
def test_the_files_have_the_hash_that_the_readme_tells(name: str) -> None:
    folder = OLIST / "april_and_may" / name
    content = (folder / "quantiles.csv").read_bytes() + (folder / "samples.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest() in (OLIST / "README.md").read_text(encoding="utf-8")


def test_wins_are_those_of_old_and_of_new_leads_in_every_world() -> None:
    samples = pd.read_csv(OLIST / "april_and_may" / "simulation" / "samples.csv")
    weeks = samples.set_index(["quantity", "sample"])
    whole = weeks.loc["wins of open deals"] + weeks.loc["wins of new deals"]
    pd.testing.assert_frame_equal(whole, weeks.loc["wins"])

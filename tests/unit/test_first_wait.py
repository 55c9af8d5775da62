"""The wait until somebody works on a visit: read from rows of work, and its odds ratio found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import special

from funnelsim.calibration.first_wait import first_waits
from funnelsim.calibration.outcomes import measure_outcomes
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

AT = pd.Timestamp


def history(work: list[tuple[str, str, str, str]]) -> History:
    rows = [(deal, stage, "Kim", AT(start), AT(end)) for deal, stage, start, end in work]
    blank = [pd.DataFrame(columns=columns) for columns in (DEALS, ENTRIES, FIELDS)]
    spells = pd.DataFrame(rows, columns=WORK)
    return History(*blank, spells, ("call", "offer"), AT("2026-01-01"), AT("2026-04-01"))


def visits() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "deal": ["a", "a", "b", "c"],
            "stage": ["call", "offer", "call", "call"],
            "entered": [
                AT("2026-01-05 09:00"),
                AT("2026-01-06 09:00"),
                AT("2026-01-05 09:00"),
                AT("2026-01-05"),
            ],
            "ended": [AT("2026-01-06 09:00"), pd.NaT, AT("2026-01-07"), AT("2026-01-07")],
            "entered_within": [0.0, 0.0, 0.0, 1.0],
        }
    )


def test_the_first_spell_within_the_visit_ends_the_wait() -> None:
    spells = [
        ("a", "call", "2026-01-05 12:00", "2026-01-05 13:00"),
        ("a", "call", "2026-01-05 11:00", "2026-01-05 11:30"),
        ("a", "", "2026-01-08 09:00", "2026-01-08 10:00"),
        ("b", "offer", "2026-01-05 10:00", "2026-01-05 11:00"),
        ("b", "call", "2026-01-04 10:00", "2026-01-04 11:00"),
        ("c", "call", "2026-01-05 10:00", "2026-01-05 11:00"),
    ]
    assert first_waits(history(spells), visits()) == pytest.approx([2.0, 48.0, np.nan, np.nan], nan_ok=True)


def test_without_rows_of_work_no_wait_is_known() -> None:
    assert np.isnan(first_waits(history([]), visits())).all()


def test_the_odds_ratio_by_wait_is_found_and_called_observational() -> None:
    rng, count = np.random.default_rng(6), 6000
    hours = np.exp(rng.uniform(np.log(0.2), np.log(800), count))
    log_ratio = np.interp(np.log(hours), np.log([1, 24, 168]), [0.0, -0.6, -1.5])
    won = rng.random(count) < special.expit(0.5 + log_ratio)
    made = pd.DataFrame({"wait": hours, "went_to": np.where(won, "won", "lost")}).assign(
        deal="", stage="offer", segment="", channel="", rep="", ended=AT("2026-03-04"), low=50.0, high=50.0
    )
    made.loc[:499, "wait"] = np.nan
    estimates = {
        each.path: each for each in measure_outcomes(made, ("offer",), draws=400, seed=1).estimates()
    }
    wait = estimates["effects.wait"]
    assert wait.value["hours"] == [1.0, 24.0, 168.0]
    ratios = np.log([table["odds_ratio"] for table in wait.draws])
    fall = ratios[:, [1, 2]] - ratios[:, [0]]
    assert fall.mean(axis=0) == pytest.approx([-0.6, -1.5], abs=0.3)
    assert wait.n == count - 500
    assert "as observed" in wait.method

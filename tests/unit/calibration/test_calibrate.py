"""From a history to a scenario: what is written is read back, and says where each value comes from."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.calibration.small import FROM, UNTIL, drawn, history_of
from tests.unit.history import made

import funnelsim as fs
from funnelsim.calibration.calibrate import Calibration, parts_of, recent
from funnelsim.calibration.document import Firm
from funnelsim.calibration.mix import first_stages, measure_mix
from funnelsim.calibration.visits import visits_of
from funnelsim.calibration.writing import draws_as_csv
from funnelsim.history import History
from funnelsim.io.toml import toml_text
from funnelsim.io.writing import UnusableError

DRAWS = 60
ODD = ("Stage 1. [new]", "Büro's = 2nd")
CHANNEL = "<b>Web</b> & [a.b]"


@pytest.fixture(scope="module")
def found() -> Calibration:
    return fs.calibrate(made.history_of(made.firm()), draws=DRAWS)


@pytest.fixture(scope="module")
def firm(found: Calibration) -> Firm:
    return fs.firm_of(found)


@pytest.fixture(scope="module")
def odd() -> Calibration:
    """Measure a firm whose names have signs that no scenario may have, and of which a rep has left."""
    rows = drawn(150, seed=5)
    for row in rows:
        row["channel"] = CHANNEL
        row["rep"] = "Ann [old].Lee" if row["created"] < pd.Timestamp("2025-05-01") else "Bob = 1st"
        row["reason"] = "too * dear?" if row.get("outcome") == "lost" else ""
    return fs.calibrate(history_of(rows, ODD), draws=DRAWS)


def test_every_part_that_is_measured_is_told() -> None:
    history, told = history_of(drawn(60, seed=5), ODD), list[int]()
    fs.calibrate(history, draws=20, progress=told.append)
    assert sum(told) == parts_of(history)


def written(firm: Firm, folder: Path) -> fs.Scenario:
    for name, text in firm.files().items():
        (folder / name).write_text(text, encoding="utf-8")
    return fs.load(str(folder / "scenario.toml"))


# ---- the files ------------------------------------------------------------------------------


def test_the_scenario_that_is_written_is_read_back(firm: Firm, tmp_path: Path) -> None:
    scenario = written(firm, tmp_path)
    assert tomllib.loads((tmp_path / "scenario.toml").read_text(encoding="utf-8")) == firm.document
    assert tuple(scenario.stages) == made.STAGES
    assert set(scenario.segments) == set(made.SEGMENTS)
    assert set(made.CHANNELS) <= set(scenario.channels)
    assert scenario.start == made.EXPORTED.date()


def test_every_value_that_is_drawn_has_a_column_and_an_origin(
    found: Calibration, firm: Firm, tmp_path: Path
) -> None:
    written(firm, tmp_path)
    with (tmp_path / "draws.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(firm.document["uncertainties"])
    assert len(rows) == DRAWS
    assert all(len(row) == len(head) for row in rows)
    measured = {each.path: each for each in found.estimates}
    for path in head:
        origin = firm.document["origins"].get(path) or firm.document["origins"][f"{path}.*"]
        assert origin.startswith("measured: n = ")
        assert f"{measured[path].n:,}" in origin
        assert measured[path].method in origin


def test_what_is_assumed_says_why(firm: Firm) -> None:
    assert firm.assumed
    for taken in firm.assumed:
        assert firm.document["origins"][taken.path] == f"assumed: {taken.why}"


def test_what_is_true_of_the_made_firm_is_in_the_intervals(found: Calibration) -> None:
    """A deal goes on with .6, skips with .08, goes back with .1; back from the first stage is onwards."""
    estimates = {each.path: each for each in found.estimates}
    for stage, truth in zip(made.STAGES, (0.78, 0.68, 0.68, 0.68), strict=True):
        low, high = estimates[f"stages.{stage}.conversion"].interval("share advancing")
        assert low < truth < high
    assert sum(each.n for each in found.estimates if each.path.endswith(".segments")) == len(
        found.history.deals
    )


def test_the_same_seed_gives_the_same_files(firm: Firm) -> None:
    again = fs.firm_of(fs.calibrate(made.history_of(made.firm()), draws=DRAWS))
    assert again.files() == firm.files()


def test_names_with_any_sign_survive(odd: Calibration, tmp_path: Path) -> None:
    scenario = written(fs.firm_of(odd), tmp_path)
    assert list(scenario.stages) == ["Stage 1 (new)", "Büro's - 2nd"]
    assert list(scenario.channels) == ["<b>Web</b> & (a b)"]
    assert "too x dear" in fs.firm_of(odd).document["stages"]["Stage 1 (new)"]["lost_reasons"]


def test_who_has_left_is_not_in_the_scenario(odd: Calibration, tmp_path: Path) -> None:
    firm = fs.firm_of(odd)
    assert list(written(firm, tmp_path).teams["sales"].reps) == ["Bob - 1st"]
    assert not any("Ann" in path for path in (*firm.draws, *firm.document["origins"]))
    assert any("Ann" in each.path for each in odd.estimates)


@pytest.mark.parametrize(
    "document",
    [
        {"a.b": {"c d": {"e": [1, 2.5, {"f": True}]}, "g": {str(k): k for k in range(9)}}},
        {"text": 'quote " and \\ and \x7f and \n', "none": {}, "deep": {"er": {"est": {"x": 1e-9}}}},
    ],
)
def test_toml_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(document)) == document


def test_draws_are_values_as_a_scenario_writes_them() -> None:
    rows = list(
        csv.reader(draws_as_csv({"a": [{"median": 1 / 3}], "b": [[0.5, np.float64(2)]]}).splitlines())
    )
    assert rows[0] == ["a", "b"]
    assert [tomllib.loads(f"x = {cell}")["x"] for cell in rows[1]] == [{"median": 0.333333}, [0.5, 2.0]]


# ---- what it is measured from ---------------------------------------------------------------


def test_what_lasts_long_is_not_left_out_of_recent_months() -> None:
    made_once = history_of(drawn(20_000, seed=4, mean_days=100.0))
    late = recent(made_once, 3)
    assert late.seen_from == pd.Timestamp("2025-10-01")
    visits = visits_of(late)
    over = (visits["went_to"] != "").to_numpy()
    seen = (visits["low"] - visits["from_age"]).sum()
    assert over.sum() / seen == pytest.approx(1 / 100.2, rel=3 / np.sqrt(over.sum()))
    assert (visits["from_age"] > 0).any()


def test_deals_that_enter_elsewhere_come_by_a_channel_of_their_own() -> None:
    rows = drawn(200, seed=6)
    for number, row in enumerate(rows):
        row["channel"] = "web"
        row["segment"] = "small" if number % 4 else "large"
        row["first"] = "offer" if number < 40 else "demo" if number < 43 else "call"
    history = history_of(rows, ("call", "demo", "offer"))
    starts = first_stages(history)
    counts = starts.created["channel"].value_counts()
    assert counts.sort_values().tolist() == [40, 160]  # the 3 are too few for a channel
    assert sorted(starts.stage.values()) == ["call", "offer"]
    assert set(starts.of.values()) == {"web"}
    for each in measure_mix(starts, history, draws=4000, seed=1):
        channel = each.path.split(".")[1]
        own = starts.created["deal"][starts.created["channel"] == channel]
        large = history.deals.set_index("deal").loc[own, "segment"].eq("large").sum()
        exact = (large + 0.5) / (len(own) + 1)  # Jeffreys' prior
        assert each.value["large"] == pytest.approx(exact, abs=1e-6)
        shares = each.told["share of large"]
        assert shares.mean() == pytest.approx(exact, abs=4 * shares.std() / np.sqrt(4000))
        assert shares.std() == pytest.approx(np.sqrt(exact * (1 - exact) / (len(own) + 2)), rel=0.1)


def won(created: str, closed: str) -> dict[str, Any]:
    return {"created": pd.Timestamp(created), "closed": pd.Timestamp(closed), "outcome": "won"}


LOST = [{**won("2025-02-01", "2025-03-01"), "outcome": "lost"}, {"created": pd.Timestamp("2025-04-01")}]


@pytest.mark.parametrize(
    ("history", "sentence"),
    [
        (history_of([]), "the history has no deals"),
        (
            history_of([won("2025-02-01", "2025-03-01")]),
            "the history has a single deal",
        ),
        (history_of(LOST), "the history has no deal that was won"),
        (history_of([won("2025-02-01", "2025-02-01")] * 3), "all deals have the same dates"),
        (replace(history_of(drawn(9, 1)), seen_until=FROM), "no whole day"),
    ],
    ids=["empty", "one deal", "no win", "same dates", "no time"],
)
def test_a_history_that_tells_too_little_is_refused(history: History, sentence: str) -> None:
    with pytest.raises(UnusableError, match=sentence):
        fs.calibrate(history, draws=20)


def test_a_date_outside_the_history_is_refused() -> None:
    with pytest.raises(UnusableError, match="2027-01-01 is not in it"):
        history_of(drawn(9, 1)).as_of(UNTIL + pd.DateOffset(years=1))


def test_a_segment_of_which_nothing_was_won_is_worth_what_the_others_are() -> None:
    rows = drawn(150, seed=5)
    for number, row in enumerate(rows):
        is_won = row.get("outcome") == "won"
        row["segment"], row["value"] = ("small", 100.0 + number) if is_won else ("state", np.nan)
    firm = fs.firm_of(fs.calibrate(history_of(rows, ODD), draws=DRAWS))
    worth = {each.path: each for each in firm.assumed}["segments.state.contract_value"]
    mean = np.mean([row["value"] for row in rows if row["segment"] == "small"])
    assert worth.value == pytest.approx(mean, rel=1e-5)
    assert firm.scenario().segments["state"].contract_value is not None

"""The preset beside the public files, in a few worlds: what `make marketplace` does in many."""

import comparison
import figures
import measure
import numpy as np
import pytest
import run
import simulated
from numba import config

try:
    FOLDER = measure.data_folder()
except FileNotFoundError as missing:
    FOLDER, WHY = None, str(missing)
else:
    WHY = ""

WORLDS = 6

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(FOLDER is None, reason=WHY),
    pytest.mark.skipif(
        bool(config.DISABLE_JIT), reason="whole years of a busy funnel need the compiled engine"
    ),
]


@pytest.fixture(scope="module")
def measured():
    return measure.measure(FOLDER)


@pytest.fixture(scope="module")
def quarters(measured):
    return simulated.quarters(WORLDS, seed=1, family=measured.fit.family)


@pytest.fixture(scope="module")
def table(measured, quarters):
    return comparison.compare(figures.measured_figures(measured), quarters)


def test_simulated_and_measured_figures_are_made_by_the_same_functions(measured):
    leads = measure.load(FOLDER)
    estimated = figures.estimated_figures(measure.plausible(leads), measured.fit.family)
    expected = figures.measured_figures(measured)["value"]
    assert set(estimated.index) == set(expected.index)
    for section in (figures.CURVE, figures.EVER, figures.CYCLE, figures.SEEN):
        assert estimated[section].to_dict() == pytest.approx(expected[section].to_dict(), rel=1e-9)
    # the one lead won before its first contact was an inquiry all the same
    everyone = leads.assign(won=leads["won"].where(leads["won"] >= leads["contacted"]))
    of_everyone = figures.estimated_figures(everyone, measured.fit.family)
    for section in (figures.RATES, figures.WEEKDAYS, figures.DISPERSION):
        assert of_everyone[section].to_dict() == pytest.approx(expected[section].to_dict(), rel=1e-9)


def test_every_lead_of_a_simulated_quarter_was_asked_in_it_and_followed_to_its_end(quarters):
    assert all(quarter.open == 0 for quarter in quarters)
    assert all((quarter.true.xs(figures.EVER) > 0).all() for quarter in quarters)


def test_volumes_and_weekdays_come_back(table):
    for section in (figures.RATES, figures.WEEKDAYS):
        assert table.loc[section, "held"].all()


def test_busy_days_come_back(table):
    dispersion = table.loc[figures.DISPERSION]
    assert dispersion.loc["all", "held"]
    assert dispersion.loc["email", "held"]
    assert dispersion.loc["direct_traffic", "held"]


def test_what_leads_come_to_in_the_end_is_what_was_measured(table, quarters):
    truth = np.mean([quarter.true[figures.EVER, "all"] for quarter in quarters])
    row = table.loc[(figures.EVER, "all")]
    assert row["low"] < truth < row["high"]
    assert table.loc[figures.CURVE, "held"].all()


def test_kaplan_meier_recovers_the_truth_from_censored_leads(quarters, table):
    curve = comparison.recovery(table.index, quarters).loc[figures.CURVE]
    assert curve["error"].abs().max() < 0.05 * curve["true"].max()


def test_text_and_picture_are_written(tmp_path, capsys):
    assert run.main(["--worlds", "2", "--jobs", "1", "--out", str(tmp_path / "new")]) == 0
    text = (tmp_path / "new" / "result.md").read_text(encoding="utf-8")
    assert text in capsys.readouterr().out
    assert "| **Variance over mean of a day's inquiries** |" in text
    for name in ("share_won.png", "weeks.png"):
        picture = (tmp_path / "new" / name).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 100_000

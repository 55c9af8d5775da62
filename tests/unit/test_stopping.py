"""Studies that stop by a rule: what is decided, when, and that a stopped one goes on (ST12)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.decisions import AnyTime
from funnelsim.reports.study_files import study_files
from funnelsim.scenario import AS_TYPED, TODAY
from funnelsim.studies.designed.verdicts import told

from .test_studies import INQUIRIES, PEOPLE, small

CHEAP = "teams.sales.cost_per_person_month"


def stopping(margin: float = 3_000, at_most: int = 300, best: bool = False, **more: Any) -> fs.Study:
    stop = {"margin": margin, "at_most": at_most, "best": best}
    return fs.study_of({"scenario": small(), "stop": stop} | more)


def kept(result: fs.StudyResult) -> dict[str, bytes]:
    return dict(study_files(result))


@pytest.fixture(scope="module")
def decided() -> fs.StudyResult:
    return fs.run_study(stopping(levers={CHEAP: [5_000, 6_000, 9_000]}), jobs=1)


def test_a_study_stops_when_every_row_is_decided(decided: fs.StudyResult) -> None:
    assert decided.decided
    assert decided.years == 100
    assert decided.table["verdict"].tolist() == ["better", "no difference at all", "worse"]
    assert decided.table["gain"].tolist() == pytest.approx([6_000, 0, -18_000])  # 2 people, 3 months
    assert (decided.table["more_years"] == 0).all()
    assert "All this is decided after 100 simulated years of each row." in told(decided.any_time[AS_TYPED])


def test_what_is_open_at_the_end_says_how_many_more_years_it_takes() -> None:
    result = fs.run_study(stopping(margin=1, at_most=100, levers={PEOPLE: [3]}), jobs=1)
    assert (result.years, result.decided) == (100, result.any_time[AS_TYPED].suffices)
    open_ = fs.run_study(stopping(margin=1, at_most=100, levers={INQUIRIES: [41]}), jobs=1)
    assert not open_.decided
    assert (
        "Open after 100 simulated years of each row: row 1 against today"
        in told(open_.any_time[AS_TYPED])[-1]
    )
    assert (open_.table["more_years"] > 0).all()


def test_sequences_are_those_of_a_comparison_in_the_same_years() -> None:
    strategies = ["today", "one_more_rep", "more_inquiries"]
    result = fs.run_study(stopping(at_most=100, best=True, strategies=strategies), jobs=1)
    compared = fs.compare(small(), strategies=strategies, replications=result.years, jobs=1)
    mine, its = result.any_time[AS_TYPED], AnyTime(compared.comparison.earned, 3_000)
    rows = {f"row {number}": name for number, name in enumerate(strategies, 1)}
    for row in ("row 2", "row 3"):
        found, wanted = mine.against_base[row], its.against_base[rows[row]]
        assert found.mean == pytest.approx(wanted.mean)
        # The row that is today itself makes more pairs, so that the error of each is smaller.
        assert (mine.pairs, its.pairs) == (6, 3)
        assert found.low < wanted.low < wanted.high < found.high
    assert mine.against_base["row 1"].identical


def test_assumptions_share_the_error() -> None:
    """With two of them there are twice as many pairs (SQ7)."""
    one = fs.run_study(stopping(at_most=100, levers={PEOPLE: [3]}), jobs=1)
    both = fs.run_study(stopping(at_most=100, levers={PEOPLE: [3]}, assumptions=[AS_TYPED, "slow"]), jobs=1)
    assert [each.pairs for each in both.any_time.values()] == [2, 2]
    assert (one.any_time[AS_TYPED].error, both.any_time["slow"].error) == (0.05, 0.025)
    assert list(both.any_time["slow"].against_base) == ["row 2"]
    means = [found.mean for found in both.contrasts]
    today = [both.sums[both.today[name]].parts["profit", both.is_expected][0].mean() for name in both.today]
    rows = both.expected[:, :, 0].mean(axis=1)
    assert means == pytest.approx(np.subtract(rows, today))


def test_the_best_row_is_told_where_it_is_asked(decided: fs.StudyResult) -> None:
    result = fs.run_study(stopping(best=True, levers={CHEAP: [5_000, 5_100, 9_000]}), jobs=1)
    said = told(result.any_time[AS_TYPED])
    assert said[0] == "The best is row 1; row 2 the same for our purposes."
    assert told(decided.any_time[AS_TYPED])[0].startswith("Better than today: row 1 (row 1 by ")


def test_a_study_that_was_stopped_ends_with_the_same_bytes_and_a_second_run_simulates_nothing(
    tmp_path: Path,
) -> None:
    study = stopping(margin=2_000, at_most=300, levers={PEOPLE: [2, 3]}, assumptions=[AS_TYPED, "slow"])
    whole = fs.run_study(study, store=tmp_path / "undisturbed", jobs=1)
    done = 0

    def stop(years: int) -> None:
        nonlocal done
        done += years
        if done > 700:  # the first block of one assumption is kept
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fs.run_study(study, store=tmp_path / "store", jobs=1, progress=stop)
    again = fs.run_study(study, store=tmp_path / "store", jobs=2)
    assert 0 < again.simulated < whole.simulated
    assert kept(again) == kept(whole)
    assert fs.run_study(study, store=tmp_path / "store").simulated == 0


def test_progress_counts_today_too() -> None:
    counted: list[int] = []
    study = stopping(margin=1, at_most=60, levers={INQUIRIES: [41]})
    fs.run_study(study, jobs=1, progress=counted.append)
    assert sum(counted) == study.simulated_years == 120


def test_a_rule_that_is_given_goes_before_that_of_the_study() -> None:
    result = fs.run_study(
        stopping(margin=1, at_most=300, levers={INQUIRIES: [41]}),
        enough=lambda _: True,
        jobs=1,
    )
    assert (result.years, result.decided) == (100, False)


def test_the_command_says_what_is_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pay.toml").write_text(
        'scenario = "first_steps"\nstop = { margin = 20_000, at_most = 100 }\n'
        f'levers."{CHEAP}" = [3_000, 9_000]\n'
    )
    found = CliRunner().invoke(app, ["study", "pay.toml"])
    says = " ".join(found.stdout.split())
    assert found.exit_code == 0, found.output
    assert "Better than today: row 1" in says
    assert "worse than today: row 2" in says
    assert "wrong about the profit of any of 2 pairs is at most 5 %" in says


def test_today_is_named_as_in_a_comparison() -> None:
    study = stopping(levers={PEOPLE: [3]}, assumptions=[AS_TYPED, "slow"])
    assert study.against_today == (AS_TYPED, "slow")
    assert fs.study_of({"scenario": small()}).against_today == ()
    assert TODAY == "today"

"""The check: green, red where something moved, and never green where it cannot know."""

from __future__ import annotations

import math
import os
import re
import shlex
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from funnelsim.app.cli import app
from funnelsim.keeping.baselines import (
    Baseline,
    BaselineError,
    Measured,
    as_text,
    case_of,
    drift,
    from_text,
    measure,
    read,
    report,
    shipped,
    values_of,
)
from funnelsim.scenario import Course, Scenario, courses_of, load
from funnelsim.studies import study

ONE = ["--jobs", "1"]
DOCS = Path(__file__).parents[2] / "docs" / "check.md"


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def one_stage() -> Scenario:
    return load(case_of("one_stage").scenario)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A scenario of one's own with a baseline of three years."""
    text = Path(case_of("one_stage").scenario).read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    assert call("check", str(file), "--update", "--replications", "3", "--seed", "8", *ONE).exit_code == 0
    return file


def edited(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


# ---- the reference scenarios ----------------------------------------------------------------


def test_the_package_is_green() -> None:
    result = call("check")
    assert result.exit_code == 0, result.output
    assert [line.split()[1] for line in result.stdout.splitlines() if ": " in line[:20]] == ["green"] * len(
        shipped()
    )
    assert 3 <= len(shipped()) <= 5


def test_the_reference_engine_writes_the_same_bits(mine: Path) -> None:
    assert call("check", str(mine), "--exact", "--engine", "reference", *ONE).exit_code == 0


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("one_stage", "stages.demo.conversion"),
        ("one_stage", "stages.demo.cost_per_visit"),
        ("one_stage", "channels.search.growth_per_year"),
        ("one_stage", "channels.search.fit.high"),
        ("channel_mix", "channels.ads.response.half_life_days"),
        ("channel_mix", "channels.visits.prospecting.inquiries_per_hour"),
        ("channel_mix", "mix.day_variation"),
        ("hand_over", "segments.large.odds_ratio"),
        ("hand_over", "channels.website.theorist_share"),
        ("hand_over", "stages.proposal.back_to.discovery"),
        ("changing_staff", "teams.sales.ramp_up.months"),
        ("changing_staff", "stages.offer.goes_cold_after_days"),
        ("changing_staff", "teams.sales.seat_cost_per_month"),
        ("subscriptions", "products.basic.churn_per_month"),
        ("subscriptions", "products.pro.loyalty.alpha"),
        ("subscriptions", "account_visits.review.kept_odds_ratio"),
    ],
)
def test_one_per_cent_is_red(name: str, path: str) -> None:
    case = shipped()[name]
    before = read(case.baseline)
    scenario = load(case.scenario).with_changes({f"{path} *=": 1.01})
    found = drift(before, measure(scenario, replications=before.replications, seed=before.seed))
    assert [each.name for each in found.values] == [path]
    assert all(found.figures.values()), "figures of every strategy move, not only what was typed"
    said = "\n".join(report.details(found, everything=False))
    assert re.search(rf"{path} .*\+1 %", said)
    assert "Strategy today: " in said


def test_a_value_that_is_set_for_the_check_is_red() -> None:
    assert call("check", "one_stage", "--set", "stages.demo.conversion*=1.01").exit_code == 1


def test_a_changed_rule_is_red_where_the_scenario_is_the_same(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dearer(scenario: Scenario, strategies: Iterable[str]) -> dict[str, Course]:
        lowered = courses_of(scenario, strategies)
        for course in lowered.values():
            course.typed[-1].model.channels["cost_per_inquiry"] *= 1 + 1e-8
        return lowered

    monkeypatch.setattr(study, "courses_of", dearer)
    result = call("check", str(mine), *ONE)
    assert result.exit_code == 1
    assert "The scenario is not what it was" not in result.stdout
    assert re.search(r"inquiry_cost .* \+1e-06 %", result.stdout)


# ---- one's own ------------------------------------------------------------------------------


def test_a_baseline_is_written_kept_shown_and_renewed(mine: Path) -> None:
    baseline = mine.with_name("mine.baseline.toml")
    first = baseline.read_bytes()
    assert read(baseline).replications == 3
    assert read(baseline).seed == 8
    assert call("check", str(mine), *ONE).exit_code == 0
    assert "is up to date" in call("check", str(mine), "--update", *ONE).stdout
    edited(mine, "gross_margin = 0.55", "gross_margin = 0.5555")
    red = call("check", str(mine), *ONE)
    assert red.exit_code == 1
    assert re.search(r"segments\.default\.gross_margin +0\.55 -> 0\.5555 +\+1 %", red.stdout)
    assert re.search(r"contribution .* \+1 %", call("check", str(mine), "--all", *ONE).stdout)
    assert baseline.read_bytes() == first
    renewed = call("check", str(mine), "--update", *ONE)
    assert renewed.exit_code == 0
    assert renewed.stdout.startswith(red.stdout)
    assert call("check", str(mine), *ONE).exit_code == 0
    assert (read(baseline).replications, read(baseline).seed) == (3, 8)
    assert [each.name for each in mine.parent.iterdir() if each.name.startswith(".")] == []


def test_words_of_a_scenario_change_nothing(mine: Path) -> None:
    edited(mine, 'about = "A third person at the desk"', 'about = "One more"')
    assert call("check", str(mine), *ONE).exit_code == 0


def test_other_years_are_not_compared(mine: Path) -> None:
    result = call("check", str(mine), "--update", "--replications", "4", *ONE)
    assert result.exit_code == 0
    assert "there is nothing to compare" in result.stdout
    assert "MOVED" not in result.stdout
    assert read(mine.with_name("mine.baseline.toml")).replications == 4


def test_bits_that_differ_are_a_warning_that_names_both_platforms(mine: Path) -> None:
    baseline = mine.with_name("mine.baseline.toml")
    digest = read(baseline).strategies["today"].digest
    edited(baseline, digest, "0" * 64)
    edited(baseline, f'platform = "{read(baseline).platform}"', 'platform = "Plan 9, mips"')
    edited(baseline, f'"numba" = "{read(baseline).versions["numba"]}"', '"numba" = "0.1"')
    result = call("check", str(mine), *ONE)
    assert result.exit_code == 0
    assert "warning: all figures agree, but the ledgers are not the same bits in today" in result.stdout
    assert "written on Plan 9, mips; this is " in result.stdout
    assert "numba 0.1 then, " in result.stdout
    exact = call("check", str(mine), "--exact", *ONE)
    assert exact.exit_code == 1
    assert "ERROR: all figures agree" in exact.stdout


def test_a_preset_has_its_baseline_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("check", "first_steps", "--update", "--replications", "2", *ONE).exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["first_steps.baseline.toml"]
    assert call("check", "first_steps", "--baseline", "first_steps.baseline.toml", *ONE).exit_code == 0


# ---- what is wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("format = 1", "format = 2", "has form 2, and this version of funnelsim reads form 1"),
        ("format = 1", "", "is damaged: format is missing"),
        ("seed = 8", 'seed = "8"', "is damaged: seed is not a whole number"),
        ("seed = 8", "seed = true", "is damaged: seed is not a whole number"),
        ("seed = 8", "seed = ", "is damaged: Invalid value"),
        ("seed = 8", "seed = 8\nseed = 9", "is damaged: Cannot overwrite a value"),
        ('"won" = ', '"w" = 1\n"won" = ', "is damaged: it says that it has"),
        ('"won" = ', '"won" = 1.', 'counts."won" is not a whole number'),
        ('"gross_margin', '"x', "is damaged"),
        ('.gross_margin" = 0.55', '.gross_margin" = 0.56', "is not what scenario_sha256 was taken of"),
        ("[versions]", "[other]", "is damaged: versions is missing"),
        ('"funnelsim" = "', '"funnelsim" = "9.', "was written by funnelsim 9."),
    ],
)
def test_a_baseline_that_cannot_be_used(mine: Path, before: str, after: str, said: str) -> None:
    baseline = mine.with_name("mine.baseline.toml")
    if before == '"gross_margin':
        baseline.write_bytes(baseline.read_bytes()[: -len(baseline.read_bytes()) // 3])
    else:
        edited(baseline, before, after)
    result = call("check", str(mine), *ONE)
    assert result.exit_code == 2
    assert said in result.stderr
    assert str(baseline) in result.stderr
    again = call("check", str(mine), "--update", *ONE)
    assert again.exit_code == 0
    assert call("check", str(mine), *ONE).exit_code == 0


def test_a_baseline_of_another_scenario(mine: Path) -> None:
    result = call("check", "first_steps", "--baseline", str(mine.with_name("mine.baseline.toml")), *ONE)
    assert result.exit_code == 2
    assert "was written for another scenario: only one of the two has channels.search" in result.stderr


def test_a_baseline_that_is_not_there_or_no_text(mine: Path, tmp_path: Path) -> None:
    baseline = mine.with_name("mine.baseline.toml")
    baseline.write_bytes(b"\xff\xfe\0")
    assert "is damaged: it is not UTF-8 text" in call("check", str(mine)).stderr
    baseline.unlink()
    missing = call("check", str(mine))
    assert (missing.exit_code, missing.stderr) == (2, f"{baseline} does not exist: --update writes it\n")
    baseline.mkdir()
    assert "cannot be read: it is a folder" in call("check", str(mine)).stderr
    folder = call("check", str(mine), "--update", *ONE)
    assert folder.exit_code == 2
    assert "Traceback" not in folder.output
    nowhere = call("check", str(mine), "--update", "--baseline", str(tmp_path / "no" / "b.toml"), *ONE)
    assert nowhere.exit_code == 2
    assert "cannot be written: the folder " in nowhere.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["one_stage", "--seed", "2"], "--update writes it with others"),
        (["one_stage", "--update", "--set", "teams.desk.people=3"], "--set changes one scenario for a check"),
        (["--set", "teams.desk.people=3"], "name the scenario"),
        (["--baseline", "x.toml"], "--baseline belongs to a scenario"),
        (["no_such"], "does not exist"),
        (["one_stage", "--engine", "steam"], "engine must be compiled or reference"),
        (["one_stage", "--set", "teams.desk.peple=3"], 'did you mean "teams.desk.people"'),
    ],
)
def test_options_that_do_not_fit(words: list[str], said: str) -> None:
    result = call("check", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_ctrl_c_leaves_the_old_baseline(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    baseline = mine.with_name("mine.baseline.toml")
    first = baseline.read_bytes()
    edited(mine, "gross_margin = 0.55", "gross_margin = 0.6")

    def stopped(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    result = call("check", str(mine), "--update", *ONE)
    assert result.exit_code == 130
    assert result.stderr.endswith("stopped: nothing was compared to the end\n")
    assert baseline.read_bytes() == first
    assert sorted(each.name for each in mine.parent.iterdir()) == ["mine.baseline.toml", "mine.toml"]


# ---- text and comparison --------------------------------------------------------------------


def test_text_brings_every_value_back() -> None:
    odd = 'quote " slash \\ tab \t line \n delete \x7f Köln 😀'
    values: dict[str, Any] = {
        odd: odd,
        "list": [1, 2.5, "x", [True, False]],
        "empty": {},
        "table": [{"a b": 1e22, "c": -0.1}],
        "day": date(2026, 4, 6),
        "third": 1 / 3,
        "huge": 1e300,
    }
    figures = {"tiny": 5e-324, "endless": math.inf, "below": -math.inf, odd: 0.1 + 0.2}
    made = Baseline(
        odd, values, 2**32 - 1, 7, {"funnelsim": "1"}, odd, {odd: Measured("d", {odd: 3}, figures)}
    )
    assert from_text(as_text(made), "odd") == made
    undefined = Baseline("s", {}, 1, 1, {"funnelsim": "1"}, "p", {"a": Measured("d", {}, {"roi": math.nan})})
    again = from_text(as_text(undefined), "undefined")
    assert math.isnan(again.strategies["a"].figures["roi"])
    assert not drift(undefined, again).moved


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (1e6, 1e6 * (1 + 0.9e-9), False),
        (1e6, 1e6 * (1 + 1.1e-9), True),
        (-3.0, 3.0, True),
        (0.0, 1e-300, True),
        (math.nan, 0.0, True),
        (math.inf, math.inf, False),
        (math.inf, -math.inf, True),
        (3.0, None, True),
        (None, 3.0, False),  # a figure that the baseline does not know has not moved
    ],
)
def test_figures_move_beyond_the_tolerance(before: float | None, after: float | None, moved: bool) -> None:
    def baseline(value: float | None) -> Baseline:
        figures = {} if value is None else {"roi": value}
        return Baseline("s", {}, 1, 1, {"funnelsim": "1"}, "p", {"a": Measured("d", {}, figures)})

    found = drift(baseline(before), baseline(after))
    assert found.moved is moved
    assert found.new == {"a": int(before is None)}


def test_sums_say_that_they_are_sums(mine: Path) -> None:
    edited(mine, "gross_margin = 0.55", "gross_margin = 0.5555")
    edited(mine, "inquiries_per_month = ", "inquiries_per_month = 1")
    said = call("check", str(mine), "--all", *ONE).stdout
    before = read(mine.with_name("mine.baseline.toml")).strategies["today"].counts["inquiries"]
    assert re.search(rf"inquiries in 3 simulated years +{before:,} -> ", said)
    assert re.search(r"contribution +[\d,.]+ -> ", said)
    assert "compared counts, which are sums over these years, exactly" in said


def test_counts_are_sums_over_all_years(one_stage: Scenario) -> None:
    found = measure(one_stage, replications=3, jobs=1)
    result = study.simulate(one_stage, strategy="third_person", replications=3, jobs=1)
    won = result.summary.loc["won", "mean"] * 3
    assert found.strategies["third_person"].counts["won"] == round(won)
    assert found.strategies["third_person"].figures["roi"] == result.summary.loc["roi", "mean"]
    stages = found.strategies["third_person"].counts
    assert sum(value for name, value in stages.items() if name.startswith("won.month.")) == round(won)
    assert values_of(one_stage)["strategies.third_person.change.teams.desk.people"] == 3


def test_another_form_is_told() -> None:
    with pytest.raises(BaselineError, match="b has form 3"):
        from_text("format = 3", "b")


# ---- the page -------------------------------------------------------------------------------


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_commands_of_the_page_end_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) == 7
    for line in lines:
        result = call(*shlex.split(line, comments=True)[1:])
        assert result.exit_code == (1 if "status 1" in line else 0), result.output


def test_the_workflow_parses_and_its_commands_exist(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    yaml = pytest.importorskip("yaml", reason="needs PyYAML, which the extra [dev] brings")
    (block,) = blocks("yaml")
    job = yaml.safe_load(block)["jobs"]["check"]
    assert set(job) == {"runs-on", "steps"}
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert runs[0] == "pip install ./funnelsim"
    project = tomllib.loads((DOCS.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert Path(runs[0].split()[-1]).name == project["name"]
    assert "funnelsim" in project["scripts"]
    monkeypatch.chdir(mine.parent)
    for name in ("toml", "baseline.toml"):
        (mine.parent / f"mine.{name}").rename(mine.parent / f"my_funnel.{name}")
    for run in runs[1:]:
        assert call(*shlex.split(run)[1:]).exit_code == 0

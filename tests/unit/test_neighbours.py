"""What others hand over: changes that would be lost, numbers that do not exist, files that are none."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.scenario import ScenarioError, parse, preset_text, uncertainty_checks
from funnelsim.scenario.checks import check_meaning

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 1 }
segments = { all = { contract_value_per_year = 100 } }
[channels.web]
kind = "pr"
inquiries_per_month = 12
[teams.sales]
people = 1
[stages.a]
team = "sales"
effort_hours = 1
conversion = 0.5
[strategies.more]
change = { "stages.a.effort_hours +=" = 40 }
"""
FEW = ["--replications", "3", "--jobs", "1"]


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    [problem] = caught.value.problems
    return problem.sentence()


# ---- changes that would be lost -------------------------------------------------------------


def test_a_change_under_which_a_strategy_can_do_nothing_is_refused() -> None:
    """A distribution has no number to add to: the strategy would silently be like today."""
    scenario = parse(FIRM)
    assert scenario.strategy("more").stages["a"].effort_hours.value == 41  # type: ignore[attr-defined]
    with pytest.raises(ScenarioError) as caught:
        scenario.with_changes({"stages.a.effort_hours": {"median": 2, "p90": 2.1}})
    [problem] = caught.value.problems
    assert problem.path == 'strategies.more.change."stages.a.effort_hours +="'
    assert problem.wrong.startswith('has no number to add to after "stages.a.effort_hours" = { median = 2')


DAY, BEFORE = datetime.date(2026, 1, 9), datetime.date(2026, 1, 2)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"teams.sales.reps": {"Ada": {"hired": DAY, "leaves": BEFORE}}}, "not after hired = 2026-01-09"),
        (
            {"teams.sales": {"people": 1, "hours_per_week": 9, "hours": {"monday": ["09:00-12:00"]}}},
            "is given beside hours_per_week",
        ),
        ({"stages.a.conversion": 1, "stages.a.next": "a"}, "loops for ever"),
        ({"stages.a.conversion": 0, "stages.a.back_to": {"a": 1.0}}, "loops for ever"),
        ({"stages": {}}, "is a whole table"),
        ({"stages.a": {}}, "stages.a.conversion is missing"),
        ({"teams.sales": {}}, "has nobody in it"),
        ({"channels.web.segments": {}}, "sums to 0"),
        ({3: 1}, "3 is a key that is no text"),
        ({None: 1}, "is a key that is no text"),
        ({"teams.sales.people": object()}, "is of the type object"),
        ({"teams.sales.commission": np.array([0.1, 0.2])}, "is [0.1, 0.2]"),
    ],
)
def test_a_change_may_say_what_a_file_may_say(change: dict[Any, Any], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(FIRM).with_changes(change)
    assert told in str(caught.value)


def test_numbers_of_numpy_are_numbers() -> None:
    made = parse(FIRM).with_changes(
        {"stages.a.conversion": np.float64(0.25), "teams.sales.people +=": np.int64(2)}
    )
    assert (made.stages["a"].conversion, made.teams["sales"].people) == (0.25, 3)
    assert type(made.document["teams"]["sales"]["people"]) is int


# ---- numbers that do not exist --------------------------------------------------------------


@pytest.mark.parametrize("operation", ["", " *=", " +="])
@pytest.mark.parametrize(
    "path",
    [
        *("stages.a.lost_reasons.price", "stages.a.next.x", "stages.a.back_to.a", "stages.a.effects.wait.x"),
        *("stages.a.segments.all.conversion", "mix.shares.w", "teams.x", "teams.sales.reps.Ada.skill"),
        *("channels.w.segments.d", "kinds.x.cost_per_month", "segments.all.gross_margin.x", "nothing"),
    ],
)
def test_an_uncertain_number_that_does_not_exist(path: str, operation: str) -> None:
    line = f'\n[uncertainties]\n"{path}{operation}" = {{ low = 0.1, likely = 0.2, high = 0.3 }}\n'
    assert f'uncertainties."{path}{operation}" does not exist' in refused(FIRM + line)


ITEMS = {
    "segments": ("gross_margin", "contract_value_per_year = 1"),
    "channels": ("theorist_share", "kind = 'pr'\ninquiries_per_month = 1\nsegments = { all = 1.0 }"),
    "stages": ("conversion", "conversion = 0.5"),
    "teams": ("commission", "people = 1"),
}


def checks(monkeypatch: pytest.MonkeyPatch, table: str, count: int) -> int:
    """Count how often everything is checked together where so many items have an uncertain number."""
    key, item = ITEMS[table]
    text = (
        FIRM.replace("segments = {", "segments.all = {", 1).replace("{ all = {", "{").replace("} }", "}", 1)
    )
    text = text.replace('kind = "pr"', 'kind = "pr"\nsegments = { all = 1.0 }')
    text += "".join(f"[{table}.x{each}]\n{item}\n" for each in range(count)) + "[uncertainties]\n"
    text += "".join(
        f'"{table}.x{each}.{key}" = {{ low = 0.1, likely = 0.2, high = 0.3 }}\n' for each in range(count)
    )
    checked: list[Any] = []

    def counting(contents: Any) -> Any:
        checked.append(contents)
        return check_meaning(contents)

    with monkeypatch.context() as patched:
        patched.setattr(uncertainty_checks, "check_meaning", counting)
        assert len(parse(text).uncertainties) == count
    return len(checked)


@pytest.mark.parametrize("table", ITEMS)
def test_many_uncertain_numbers_are_checked_as_often_as_few(
    monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """Each alone would take time that grows with the square of their number."""
    assert checks(monkeypatch, table, 30) == checks(monkeypatch, table, 3) > 0


def test_ways_that_two_uncertain_numbers_close_together_are_found() -> None:
    """Where a conversion can be 1 and another 0, nobody gets out, though each alone does no harm."""
    text = FIRM + "[stages.b]\nconversion = 0.5\nback_to = { a = 1.0 }\n[uncertainties]\n"
    sure = "\"stages.a.conversion\" = { quantiles = { '0' = 0.5, '0.5' = 0.9, '0.9' = 1, '1' = 1 } }\n"
    never = "\"stages.b.conversion\" = { quantiles = { '0' = 0, '0.1' = 0, '0.5' = 0.2, '1' = 0.5 } }\n"
    assert len(parse(text + sure).uncertainties) == len(parse(text + never).uncertainties) == 1
    with pytest.raises(ScenarioError, match=r"can make a scenario in which stages.a loops for ever"):
        parse(text + sure + never)


# ---- files that are none --------------------------------------------------------------------


@pytest.mark.parametrize("what", ["/dev/zero", "pipe", ".", "", "/", "/dev/full", "/proc/self/mem"])
@pytest.mark.parametrize(
    "words", [["repeat"], ["check"], ["validate"], ["check", "first_steps", "--baseline"]]
)
def test_devices_pipes_and_folders_are_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    ran = call(*words, what)
    assert ran.exit_code == 2
    assert len(ran.stderr.splitlines()) == 1


def test_a_baseline_that_is_a_link_keeps_being_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept").mkdir()
    assert call("check", "first_steps", "--update", *FEW).exit_code == 0
    link = tmp_path / "first_steps.baseline.toml"
    link.rename(tmp_path / "kept" / link.name)
    link.symlink_to(Path("kept") / link.name)
    before = link.read_bytes()
    assert call("check", "first_steps", "--update", "--replications", "4", "--jobs", "1").exit_code == 0
    assert link.is_symlink()
    assert (tmp_path / "kept" / link.name).read_bytes() != before


# ---- samples in folders of results ----------------------------------------------------------


def firm_with_samples(folder: Path, *samples: str) -> Path:
    strategies = "".join(
        f"[strategies.s{number}]\nchange = {{ 'stages.first_call.effort_hours' = {{ sample = '{each}' }} }}\n"
        for number, each in enumerate(samples)
    )
    file = folder / "mine.toml"
    file.write_text(f"{preset_text('first_steps')}\n{strategies}", encoding="utf-8")
    return file


@pytest.mark.parametrize("samples", [("hours.csv",), ("data/h.csv", "./data//h.csv")])
def test_samples_of_strategies_are_kept_once(tmp_path: Path, samples: tuple[str, ...]) -> None:
    (tmp_path / "data").mkdir()
    for name in ("hours.csv", "data/h.csv"):
        (tmp_path / name).write_text("1\n2.5\n", encoding="utf-8")
    out = tmp_path / "out"
    ran = call("compare", str(firm_with_samples(tmp_path, *samples)), *FEW, "--out", str(out))
    assert ran.exit_code == 0
    found = {each.relative_to(out).as_posix() for each in (out / "scenario").rglob("*") if each.is_file()}
    assert found == {"scenario/scenario.toml", f"scenario/{samples[0]}"}
    (tmp_path / samples[0]).unlink()
    again = call("repeat", str(out / "MANIFEST.json"))
    assert (again.exit_code, again.stdout[:9]) == (0, "Repeated:")


@pytest.mark.parametrize("sample", ["scenario.toml", "Scenario.TOML", "scenario.toml/hours.csv"])
def test_samples_in_the_scenarios_place_are_told_before_anything_is_simulated(
    tmp_path: Path, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / sample).parent.mkdir(exist_ok=True)
    (tmp_path / sample).write_text("1\n", encoding="utf-8")
    file = firm_with_samples(tmp_path, sample)
    monkeypatch.setattr(fs.studies.study, "compare", None)
    ran = call("compare", str(file), *FEW, "--out", str(tmp_path / "out"))
    assert ran.exit_code == 2
    assert ran.stderr == (
        f"the sample file {sample} has the name under which --out keeps the scenario: give it another name\n"
    )
    assert not (tmp_path / "out").exists()


# ---- one mistake, one message ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[segments.default]", '[segments."=s"]'),
        ("[stages.proposal]", '[stages."@proposal"]'),
        ("[goals.contracts]", '[goals."-contracts"]'),
    ],
)
def test_a_name_that_cannot_be_used_is_told_once(before: str, after: str) -> None:
    assert "is not a name" in refused(preset_text("first_steps").replace(before, after))


def test_what_names_it_is_not_told_besides() -> None:
    text = FIRM.replace("[teams.sales]", '[teams."=x"]').replace('team = "sales"', 'team = "=x"')
    assert "teams.=x is not a name" in refused(text)
    kinds = FIRM.replace("[channels.web]", '[kinds."=x"]\n[channels.web]').replace('"pr"', '"=x"')
    assert "kinds.=x is not a name" in refused(kinds)

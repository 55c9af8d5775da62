"""What if: the answers are those of a comparison, to the bit, in more and more worlds (WI4 to WI6)."""

from datetime import date

import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import ScenarioError, load
from funnelsim.studies.what_if import CancelledError, WhatIf, tried

_CHANGES = {
    "first_steps": {"teams.sales.people": 3, "stages.proposal.effort_hours *=": 0.8},
    "marketplace_sellers": {"teams.sales.assignment": "shared_queue", "channels.email.fit *=": 1.5},
}


@pytest.mark.parametrize("preset", _CHANGES)
def test_answers_are_those_of_a_comparison_in_the_same_worlds(preset):
    """WI4: whatever worlds came before, in several pieces, with twins and uncertain numbers."""
    scenario = load(preset)
    what_if = WhatIf(scenario, sizes=(1, 3, 14))
    answers = list(what_if.answers(_CHANGES[preset]))
    assert [answer.years for answer in answers] == [1, 3, 14]
    whole = tried(scenario, _CHANGES[preset])
    for answer in answers[1:]:
        compared = fs.compare(whole, strategies=["today", "what_if"], replications=answer.years)
        assert answer.summary.equals(compared.summary)
        assert answer.differences.equals(compared.differences)
        assert answer.goals.equals(compared.goals)
        assert answer.by_month.equals(compared.by_month)
        assert answer.unknown.equals(compared.unknown)
        assert answer.verdict == compared.verdict
        assert answer.warnings == compared.warnings


@pytest.mark.parametrize("preset", _CHANGES)
def test_a_what_if_begins_on_a_day_and_goes_on_from_a_file(preset, tmp_path):
    """WI4, WI14: with or without the file, the figures are those of a comparison."""
    scenario, changes = load(preset), _CHANGES[preset]
    day = scenario.start.replace(month=8, day=20)
    fs.keep(scenario, day, replications=9, seed=5).save(tmp_path / "august")
    since = fs.Checkpoint.load(tmp_path / "august")
    compared = fs.compare(
        tried(scenario, changes, on=day), strategies=["today", "what_if"], replications=9, seed=5
    )
    *_, without = WhatIf(scenario, on=day, seed=5, sizes=(2, 9)).answers(changes)
    *_, from_file = WhatIf(scenario, since=since, sizes=(2, 9, 400)).answers(changes)
    for answer in (without, from_file):
        assert answer.summary.equals(compared.summary)
        assert answer.differences.equals(compared.differences)
        assert answer.by_month.equals(compared.by_month)
        assert answer.verdict == compared.verdict
    won, of_today = (compared[name].by_month["won"] for name in ("what_if", "today"))
    assert won[:7].equals(of_today[:7])  # up to its day it lives as today does
    assert not won.equals(of_today)


def test_a_what_if_later_than_its_file_has_the_figures_of_one_without_it():
    """WI14."""
    scenario, changes = load("first_steps"), _CHANGES["first_steps"]
    since = fs.keep(scenario, date(2026, 3, 1), replications=5)
    later = date(2026, 9, 1)
    (found,) = WhatIf(scenario, on=later, since=since, sizes=(5,)).answers(changes)
    (without,) = WhatIf(scenario, on=later, sizes=(5,)).answers(changes)
    assert found.summary.equals(without.summary)
    assert found.differences.equals(without.differences)


def test_a_day_or_a_file_that_cannot_be_is_refused_in_a_sentence():
    """WI4, WI14."""
    scenario = load("first_steps")
    since = fs.keep(scenario, date(2026, 7, 1), replications=2)
    for on in (date(2025, 12, 31), date(2027, 1, 1)):
        with pytest.raises(ScenarioError, match="a day of the period: from 2026-01-01 to before 2027-01-01"):
            tried(scenario, {}, on=on)
    with pytest.raises(ScenarioError, match="not before the checkpoint: from 2026-07-01"):
        WhatIf(scenario, on=date(2026, 6, 30), since=since)
    with pytest.raises(UnusableError, match=r"of another scenario: up to 2026-07-01, teams\.sales\.people"):
        WhatIf(scenario.with_changes({"teams.sales.people": 5}), since=since)


def test_what_was_asked_before_is_answered_without_a_simulation(monkeypatch):
    """WI5."""
    what_if = WhatIf(load("first_steps"), sizes=(2, 5))
    first = list(what_if.answers({"teams.sales.people": 3}))
    monkeypatch.setattr("funnelsim.studies.what_if.replicated", None)
    again = list(what_if.answers({"teams.sales.people": 3}))
    assert [each.summary.equals(one.summary) for each, one in zip(first, again, strict=True)] == [True, True]
    with pytest.raises(TypeError):  # another question is simulated
        next(what_if.answers({"teams.sales.people": 4}))


def test_an_answer_that_nobody_wants_ends_and_the_next_one_is_right():
    """WI5: what was simulated before stays."""
    what_if = WhatIf(load("first_steps"), sizes=(1, 40))
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 4

    with pytest.raises(CancelledError):
        list(what_if.answers({"teams.sales.people": 3}, cancelled))
    *_, last = what_if.answers({"teams.sales.people": 3})
    compared = fs.compare(tried(load("first_steps"), {"teams.sales.people": 3}), replications=40)
    assert last["what_if"].summary.equals(compared["what_if"].summary)


def test_a_what_if_has_the_months_of_the_scenario_without_it():
    """WI4: the strategies of the file keep their figures, whatever is tried."""
    scenario = load("first_steps")
    made = tried(scenario, {"stages.proposal.customer_takes_days *=": 3})
    compared = fs.compare(made, replications=6)
    alone = fs.compare(scenario, replications=6)
    assert made.months == alone.scenario.months
    assert compared["one_more_rep"].summary.equals(alone["one_more_rep"].summary)


def test_a_change_that_cannot_be_made_says_why():
    """WI4."""
    what_if = WhatIf(load("first_steps"), sizes=(1,))
    with pytest.raises(ScenarioError, match=r"teams\.sales\.people is 0"):
        next(what_if.answers({"teams.sales.people": 0}))
    named = load("first_steps").with_strategies({"what_if": {"change": {"teams.sales.people": 4}}})
    with pytest.raises(ScenarioError, match=r"strategies\.what_if is there already"):
        tried(named, {})


def test_more_inquiries_than_can_be_answered_at_once_are_refused():
    """WI5: a world that has begun is finished, so it must not take long."""
    what_if = WhatIf(load("first_steps"), sizes=(1,))
    with pytest.raises(ScenarioError, match=r"take too long: about \d+,\d{3},\d{3} in a simulated period"):
        next(what_if.answers({"channels.website.inquiries_per_month": 1_000_000}))
    assert next(what_if.answers({"channels.website.inquiries_per_month": 400})).years == 1


def _run(*words):
    return CliRunner().invoke(app, words)


def test_compare_tries_changes_from_the_command_line(tmp_path):
    """WI7: --try adds a strategy; its folder can be repeated."""
    words = ("compare", "first_steps", "--replications", "30", "--try", "teams.sales.people=3")
    shown = _run(*words, "--strategies", "today,what_if", "--out", str(tmp_path / "out"))
    assert shown.exit_code == 0, shown.output
    assert "the what-if" in shown.output
    assert shown.output.rstrip().endswith("Next, try: funnelsim run first_steps --strategy today")
    again = _run("repeat", str(tmp_path / "out" / "MANIFEST.json"))
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("typed", ["--seed", "--replications"])
def test_what_a_checkpoint_sets_is_not_typed_besides(typed):
    """WI14."""
    shown = _run("compare", "first_steps", "--from", "july.checkpoint", typed, "7")
    assert (shown.exit_code, f"leave {typed} out" in shown.output) == (2, True)


def test_a_folder_of_a_what_if_from_a_checkpoint_is_repeated_without_the_file(tmp_path):
    """WI7, WI14: the folder keeps the day."""
    kept, out = str(tmp_path / "july"), tmp_path / "out"
    assert (
        _run("keep", "first_steps", "--on", "2026-07-01", "--replications", "12", "--out", kept).exit_code
        == 0
    )
    words = ("--from", kept, "--try", "channels.website.inquiries_per_month=60")
    shown = _run("compare", "first_steps", "--strategies", "today,what_if", *words, "--out", str(out))
    assert shown.exit_code == 0, shown.output
    told = " ".join(shown.output.replace("\\\n", " ").split())
    again = f"--strategy what_if --from {kept} --try channels.website.inquiries_per_month=60 --on 2026-07-01"
    assert told.endswith(again)
    shown = _run("repeat", str(out / "MANIFEST.json"))
    assert shown.exit_code == 0, shown.output


def test_the_next_command_tries_the_same_where_the_what_if_is_ahead():
    """WI7: more inquiries at the same cost are better."""
    words = ("--try", "channels.website.inquiries_per_month=60", "--strategies", "today,what_if")
    shown = _run("compare", "first_steps", "--replications", "10", *words)
    told = " ".join(shown.output.replace("\\\n", " ").split())
    assert told.endswith("--strategy what_if --try channels.website.inquiries_per_month=60")


def test_run_shows_a_what_if_in_depth():
    """WI7."""
    shown = _run(
        "run", "first_steps", "--replications", "3", "--strategy", "what_if", "--try", "teams.sales.people=3"
    )
    assert shown.exit_code == 0, shown.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--try", "teams.sales.peple=3"], "did you mean"),
        (
            ["--try", "teams.sales.people=-1"],
            "first_steps: --try makes a scenario in which teams.sales.people",
        ),
        (["--try", "a.b=3"], 'first_steps: --try "a.b" does not exist'),
        (["--try", "teams.sales.people=3", "--try", "teams.sales.people=4"], "is given twice"),
        (["--try", "teams.sales.people=3", "--assumptions"], "give it with one --assumption NAME"),
        (["--on", "2026-07-01"], "give --try too"),
        (
            ["--try", "teams.sales.people=3", "--on", "july"],
            "--on is july, which is no date; expected one such as",
        ),
        (["--try", "teams.sales.people=3", "--on", "2027-01-01"], "expected a day of the period"),
    ],
)
def test_compare_says_what_is_wrong_with_a_try(words, told):
    """WI7."""
    shown = _run("compare", "first_steps", "--replications", "2", *words)
    assert shown.exit_code == 2
    assert told in shown.output

"""The what-if widget of notebooks: its answer is that of a comparison (WI13)."""

from datetime import UTC, date, datetime

import pytest

import funnelsim as fs
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import ScenarioError, load, preset_text

pytest.importorskip("ipywidgets", reason="the widget needs the extra: pip install '.[notebook]'")


def test_the_widget_answers_as_a_comparison():
    shown = fs.what_if("first_steps", worlds=12)
    shown.levers["teams.sales.people"].value = 3
    shown.levers["stages.proposal.effort_hours"].value *= 0.5
    result = shown.wait()
    compared = fs.compare(shown.scenario, strategies=["today", "what_if"], replications=12)
    assert result.summary.equals(compared.summary)
    assert shown.changes == {"teams.sales.people": 3, "stages.proposal.effort_hours *=": 0.5}
    told = shown._answer.value
    assert "On average" in told
    assert "<th scope=col>what-if</th>" in told
    assert "people in sales: 2 people \u2192 <b>3 people</b>" in shown._changed.value
    assert "12 simulated years<" in shown._sign.value  # it is not busy any more


def test_the_widget_goes_on_from_a_checkpoint_until_another_scenario_is_taken():
    """WI14."""
    scenario = load("first_steps")
    since = fs.keep(scenario, date(2026, 7, 1), replications=6, seed=3)
    shown = fs.what_if(scenario, since=since)
    shown.levers["teams.sales.people"].value = 3
    result = shown.wait()
    assert result.years == 6
    assert shown.scenario.strategies["what_if"].starts == date(2026, 7, 1)
    compared = fs.compare(shown.scenario, strategies=["today", "what_if"], since=since)
    assert result.summary.equals(compared.summary)
    assert "6 simulated years<" in shown._sign.value
    shown.preset.value = "junk_leads"
    shown.levers["teams.sales.people"].value += 1
    assert shown.scenario.strategies["what_if"].starts is None
    shown.wait()
    with pytest.raises(UnusableError, match="of another scenario"):
        fs.what_if("junk_leads", since=since)
    with pytest.raises(ScenarioError, match="a day of the period"):
        fs.what_if(scenario, on=date(2031, 1, 1))


def test_reset_goes_back_to_today():
    shown = fs.what_if("first_steps", worlds=2)
    shown.levers["teams.sales.people"].value = 3
    shown.reset()
    result = shown.wait()
    assert shown.changes == {}
    assert result.comparison.makes_no_difference("what_if")
    assert "Move a lever" in shown._answer.value


def test_a_lever_that_cannot_be_so_says_why():
    shown = fs.what_if("installer", worlds=2)
    shown.levers["teams.installers.people"].value = 1
    shown.wait()
    assert "That cannot be" in shown._problem.value
    assert "people is 2, but team installers has 1" in shown._problem.value
    assert not shown._answer.value


def _file(name, content):
    """Make what a browser uploads."""
    return {
        "name": name,
        "type": "",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": datetime(2026, 1, 1, tzinfo=UTC),
    }


def test_there_is_no_answer_to_what_cannot_be():
    shown = fs.what_if("installer", worlds=2)
    assert shown.wait().years == 2
    shown.levers["teams.installers.people"].value = 1
    assert shown.wait() is None
    shown.reset()
    assert shown.wait().years == 2
    assert not shown._problem.value


def test_a_slider_grows_to_a_value_that_is_set():
    shown = fs.what_if("first_steps", worlds=1)
    people, hours = (shown.levers[f"teams.sales.{name}"] for name in ("people", "hours_per_week"))
    before = people.max, hours.max
    people.value, hours.value = before[0] + 5, before[1] + 0.5
    assert (people.value, hours.value) == (before[0] + 5, before[1] + 0.5)
    assert shown.changes["teams.sales.people"] == before[0] + 5
    assert shown.wait().scenario.strategy("what_if").teams["sales"].people == before[0] + 5


def test_a_lever_says_its_unit_today_and_what_it_leaves_out():
    shown = fs.what_if("professional_services", worlds=1)
    spending = shown.levers["channels.advertising.cost_per_month"]
    assert spending.description == "spending a month on advertising, today 9,000 USD"
    assert shown.levers["stages.proposal.effort_hours"].description.endswith("today 14 hours, in the middle")
    shown.search.value = "spending a month on ADVERTISING"
    ((row,),) = [each.children for each in shown._levers.children]
    assert row.children[0] is spending
    assert "Changes the cost only" in row.children[1].value
    shown.search.value = "no such lever"
    assert shown._levers.children[0].value == "No lever is called that."


def test_another_scenario_is_picked():
    shown = fs.what_if("first_steps", worlds=2)
    text = preset_text("first_steps").replace("people = 2", "people = 7")
    shown.file.value = (_file("mine.toml", text.encode()),)
    assert shown._name.value == "<b>mine.toml</b>"
    assert shown.levers["teams.sales.people"].value == 7
    shown.wait()
    shown.preset.value = "professional_services"
    assert "teams.qualification.people" in shown.levers
    assert shown.wait().scenario.source == "professional_services"
    shown.file.value = (_file("wrong.toml", b"people = "),)
    assert "wrong.toml" in shown._problem.value
    assert "teams.qualification.people" in shown.levers  # as before
    assert "today" in shown._answer.value
    shown.file.value = (_file("mine.toml", text.encode()),)  # once more
    assert shown.levers["teams.sales.people"].value == 7
    assert not shown._problem.value


def test_names_are_texts():
    named = load("first_steps").with_changes({"teams.sales.reps": {"<img onerror>": {"skill": 1.2}}})
    shown = fs.what_if(named, worlds=2)
    shown.wait()
    assert "<img" not in shown._answer.value

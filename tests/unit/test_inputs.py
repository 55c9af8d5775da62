"""The inputs of a scenario: what can be turned, by how much, and that a strategy accepts it (WI1 to WI3)."""

import math
from datetime import date

import pytest
from tests.unit.history import made

import funnelsim as fs
from funnelsim.scenario import ScenarioError, levers, load, presets, strategy_names
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.input_words import GROUPS, key_in_words
from funnelsim.scenario.inputs import Input, inputs
from funnelsim.scenario.paths import look_up, written

# Words of sentences with which a scenario says that a value does not go with another one.
_DEPENDS = ("loops for ever", "reps take leads themselves", "several people", "as many people", "deposit")

# A change of uncertain numbers takes a while to be read.
_QUICK = [
    pytest.param(name, marks=pytest.mark.slow) if load(name).uncertainties else name for name in presets()
]


def _other_values(each):
    """List values that are not today's: a step up and down, or another choice."""
    if each.choices:
        return [choice for choice in each.choices if choice != each.value]
    if isinstance(each.value, bool):
        return [not each.value]
    if isinstance(each.value, date):
        return [each.high]
    return [end for end in (each.value + each.step, each.value - each.step) if each.low <= end <= each.high]


def _refusal(scenario, each, value):
    """Return why a strategy that begins with the period cannot set a value; nothing if it can."""
    try:
        scenario.with_strategies({"what_if": {"change": each.change(value)}})
    except ScenarioError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("preset", _QUICK)
def test_a_strategy_accepts_each_input_of_a_preset(preset):
    """WI2: what the list offers, a strategy that begins with the period can change."""
    scenario = load(preset).without("strategies", "assumptions", "origins")
    for each in inputs(scenario):
        refused = [refusal for value in _other_values(each) if (refusal := _refusal(scenario, each, value))]
        for refusal in refused:
            assert any(words in refusal for words in _DEPENDS), (each, refusal)
        a_few = each.choices or isinstance(each.value, bool)
        assert a_few or len(refused) < len(_other_values(each)), each


@pytest.mark.parametrize("preset", _QUICK)
def test_both_ends_of_a_range_are_valid_by_themselves(preset):
    """WI1: a range is within what the schema allows."""
    scenario = load(preset).without("strategies", "assumptions", "origins")
    for each in (one for one in inputs(scenario) if not math.isnan(one.step) and one.unit != "day"):
        assert each.low <= each.value <= each.high, each
        for end in {each.low, each.high} - {each.value}:
            refusal = _refusal(scenario, each, end)
            assert "expected at least" not in refusal, (each, end)
            assert "expected more than" not in refusal, (each, end)


@pytest.mark.parametrize("preset", presets())
def test_inputs_are_told_apart_by_their_words_and_stand_in_the_file(preset):
    """WI1: words are unique; a value that is no spread is the file's, or a team's default."""
    scenario = load(preset)
    found = inputs(scenario)
    assert len({each.words for each in found}) == len(found)
    assert {each.group for each in found} <= set(GROUPS)
    for each in found:
        typed = look_up(scenario.document, tuple(each.path.split(".")))
        assert typed is not None or each.path.startswith("teams."), each
        if typed is not None and not each.spread and not isinstance(typed, dict):
            assert typed == each.value, each


@pytest.mark.parametrize("preset", presets())
def test_what_a_preset_moves_is_called_by_words_that_tell_it_apart(preset):
    """WI1: whatever a number or a strategy moves has words of its own, tables the names in their path."""
    scenario = load(preset)
    moved = {lever.path for name in strategy_names(scenario) for lever in levers(scenario, name)}
    keys = moved | {written(split_key(key)[0]) for key in scenario.uncertainties}
    words = {key: key_in_words(key, scenario) for key in keys}
    assert len({*words.values()}) == len(keys)
    assert not any("_" in said or "." in said for said in words.values())


def _named(scenario, path):
    return next(each for each in inputs(scenario) if each.path == path)


@pytest.mark.slow
def test_a_strategy_accepts_each_input_of_a_calibrated_scenario():
    """WI2: tables drawn from a file, and values that are 0, too."""
    scenario = fs.firm_of(fs.calibrate(made.history_of(made.firm()), draws=20)).scenario()
    found = [each for each in inputs(scenario) if not math.isnan(each.step) and each.unit != "day"]
    assert len(found) > 40
    assert {each.group for each in found} >= {"people", "volumes", "conversions", "durations"}
    for each in found:
        assert len(_other_values(each)) >= 1, each
        assert not _refusal(scenario, each, _other_values(each)[0])


def test_a_spread_is_scaled_by_its_centre():
    """WI2."""
    scenario = load("professional_services")
    proposal = _named(scenario, "stages.proposal.effort_hours")
    assert (proposal.value, proposal.unit, proposal.spread) == (14, "hours", True)
    after = scenario.with_changes(proposal.change(21)).document
    assert after["stages"]["proposal"]["effort_hours"] == {"median": 21.0, "p90": 42.0}
    skill = _named(scenario, "teams.sales.skill")
    after = scenario.with_changes(skill.change(1.1)).document
    assert after["teams"]["sales"]["skill"] == pytest.approx({"low": 0.77, "likely": 1.1, "high": 1.43})


def test_an_uncertain_number_is_scaled_too():
    """WI2: its uncertainty stays."""
    scenario = load("marketplace_sellers")
    conversion = _named(scenario, "stages.qualification.conversion")
    assert conversion.spread
    after = scenario.with_changes(conversion.change(0.4))
    assert after.document["uncertainties"] == scenario.document["uncertainties"]
    assert after.stages["qualification"].conversion == pytest.approx(0.4)


def test_a_fractional_number_of_people_is_no_change_that_a_strategy_can_make():
    """WI2: a value of another kind is refused before it reaches the scenario, or by it."""
    people = _named(load("first_steps"), "teams.sales.people")
    assert people.change(3.0) == {"teams.sales.people": 3}
    with pytest.raises(ValueError, match="people in sales cannot be 'three'"):
        people.change("three")
    with pytest.raises(ValueError, match="cannot be True"):
        people.change(value=True)
    assignment = _named(load("first_steps"), "teams.sales.assignment")
    with pytest.raises(ValueError, match="cannot be 'nobody'"):
        assignment.change("nobody")


def test_inputs_of_persons_are_marked():
    """WI3."""
    scenario = load("first_steps").with_changes(
        {"teams.sales.reps": {"Ada": {"skill": 1.2, "cost_per_month": 5000.0, "hired": date(2026, 3, 1)}}}
    )
    of_ada = [each for each in inputs(scenario) if "Ada" in each.path]
    assert {each.path.rpartition(".")[2] for each in of_ada} == {"skill", "cost_per_month", "hired"}
    assert all(each.person for each in of_ada)
    hired = next(each for each in of_ada if each.unit == "day")
    assert hired.change("2026-04-01") == {"teams.sales.reps.Ada.hired": date(2026, 4, 1)}
    assert _named(scenario, "teams.sales.people").low == 0  # Ada is there


def test_an_input_that_is_set_to_todays_value_changes_nothing():
    """WI2."""
    for each in inputs(load("professional_services")):
        assert isinstance(each, Input)
        assert each.change(each.value) == {}

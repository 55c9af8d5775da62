"""Changes by path: strategies, `with_changes` and assignments on the command line."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from funnelsim.chance.distributions import Constant, Lognormal, Pert, Quantiles
from funnelsim.scenario import ScenarioError, load, parse, parse_assignment, preset_text

FIRST = load("first_steps")


def problem_of(changes: dict[str, object]) -> str:
    with pytest.raises(ScenarioError) as caught:
        FIRST.with_changes(changes)
    return str(caught.value)


def test_a_change_leaves_the_scenario_as_it_was() -> None:
    changed = FIRST.with_changes({"teams.sales.people": 5})
    assert (FIRST.teams["sales"].people, changed.teams["sales"].people) == (2, 5)
    assert FIRST.document["teams"]["sales"]["people"] == 2


def test_operations_on_numbers() -> None:
    changed = FIRST.with_changes(
        {
            "teams.sales.people *=": 2.0,
            "channels.website.inquiries_per_month *=": 1.5,
            "channels.website.cost_per_month +=": 500,
            "segments.default.term_years +=": 1,  # a default so far
        }
    )
    assert changed.teams["sales"].people == 4
    assert changed.channels["website"].inquiries_per_month == 60
    assert changed.channels["website"].cost_per_month == 3500
    assert changed.segments["default"].term_years == 2


def test_distributions_are_scaled() -> None:
    scenario = FIRST.with_changes({"stages.proposal.effort_hours *=": 0.5, "teams.sales.skill *=": 2})
    assert scenario.stages["proposal"].effort_hours == Lognormal(3, 7)
    assert scenario.teams["sales"].skill == Pert(1.6, 2.0, 2.5)
    assert scenario.with_changes({"teams.sales.speed *=": 3}).teams["sales"].speed == Constant(3.0)


@pytest.mark.parametrize(
    ("form", "mean"),
    [
        ({"scipy": "gamma", "a": 2, "scale": 3}, 6),
        ({"scipy": "poisson", "mu": 4}, 4),
        ({"quantiles": {"0": 0, "1": 2}}, 1),
        ({"quantiles": {"levels": [0, 1], "values": [0, 2]}}, 1),
    ],
)
def test_every_form_scales_twice(form: dict[str, object], mean: float) -> None:
    path = "stages.proposal.customer_takes_days"
    scenario = FIRST.with_changes({path: form}).with_changes({f"{path} *=": 3}).with_changes({f"{path}*=": 2})
    assert scenario.stages["proposal"].customer_takes_days.mean() == pytest.approx(6 * mean, rel=1e-12)


def test_a_parameter_of_a_distribution_can_be_set() -> None:
    changed = FIRST.with_changes({"stages.proposal.effort_hours.p90": 20})
    assert changed.stages["proposal"].effort_hours == Lognormal(6, 20)


def test_tables_of_names_take_new_names() -> None:
    changed = FIRST.with_changes(
        {
            "teams.sales.reps.dora": {"skill": 1.5, "hired": date(2026, 4, 1)},
            "stages.first_call.lost_reasons": {"price": 1.0},
            "stages.proposal.back_to.proposal": 0.05,
            "channels.fair": {"kind": "pr", "inquiries_per_month": 3},
        }
    )
    assert changed.teams["sales"].reps["dora"].skill == 1.5
    assert changed.stages["proposal"].back_to == {"first_call": 0.1, "proposal": 0.05}
    assert list(changed.channels) == ["website", "fair"]


def test_tables_of_defaults_can_be_entered() -> None:
    changed = FIRST.with_changes({"effects.temperature.hot": 3, "stages.proposal.effects.temperature.hot": 2})
    assert changed.effects.temperature.hot == 3
    assert changed.effects.temperature.future == FIRST.effects.temperature.future
    assert changed.stages["proposal"].effects.temperature.hot == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"teams.sales.peple": 3}, 'did you mean "teams.sales.people"?'),
        ({"teams.sale.people": 3}, 'did you mean "teams.sales.people"?'),
        ({"team.sales.people": 3}, 'did you mean "teams.sales.people"?'),
        ({"teams": {"sales": {"people": 3}}}, "is a whole table"),
        ({"teams.sales.people": 3.5}, "whole number"),
        ({"teams.sales.people": -1}, "at least 0"),
        ({"teams.sales.people *=": "two"}, "a number"),
        ({"teams.sales.assignment *=": 2}, "is not a number or a distribution"),
        ({"teams.sales.max_open *=": 2}, "has no value to multiply"),
        ({"stages.proposal.effort_hours +=": 1}, "no number to add to"),
        ({"stages.proposal.effort_hours.p95": 3}, "does not exist"),
        ({"teams.sales.people.more": 3}, "does not exist"),
        ({"teams.sales.ramp_up.months": 3}, "does not exist"),
        ({"strategies.one_more_rep.about": "x"}, "cannot be changed"),
        ({"": 3}, "is not a path"),
        ({"stages.proposal.conversion *=": 5}, "at most 1"),
        ({"stages.proposal.conversion": float("nan")}, "finite"),
        ({"stages.proposal.customer_takes_days *=": -1}, "expected"),
    ],
)
def test_what_cannot_be_changed_is_told(changes: dict[str, object], told: str) -> None:
    assert told in problem_of(changes)


def test_all_problems_of_changes_are_told_at_once() -> None:
    told = problem_of({"teams.sales.peple": 3, "stages.proposal.conversion": 2, "channels.website.knd": "pr"})
    assert all(word in told for word in ("peple", "stages.proposal.conversion is 2", "knd"))


@pytest.mark.parametrize("key", ["horizon.drain_months", "start", "currency"])
def test_a_strategy_cannot_change_what_is_compared(key: str) -> None:
    with pytest.raises(ScenarioError, match="the same for all strategies"):
        parse(preset_text("first_steps") + f'[strategies.odd]\nchange = {{ "{key}" = 3 }}\n')


def test_a_strategy_stands_alone() -> None:
    today = FIRST.strategy("today")
    assert today.strategies == {}
    assert today.teams == FIRST.teams


def test_an_unknown_strategy_is_told() -> None:
    with pytest.raises(ScenarioError, match=r'did you mean "one_more_rep"\?'):
        FIRST.strategy("one_more_reps")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("teams.sales.people=4", ("teams.sales.people", 4)),
        (" teams.sales.people = 4 ", ("teams.sales.people", 4)),
        ("a.b *= 1.2", ("a.b *=", 1.2)),
        ("a.b+=1", ("a.b +=", 1)),
        ("a.b=shared_queue", ("a.b", "shared_queue")),
        ('a.b="x = y"', ("a.b", "x = y")),
        ("a.b={ median = 3, p90 = 7 }", ("a.b", {"median": 3, "p90": 7})),
        ("a.b=[1, 2]", ("a.b", [1, 2])),
        ("a.b=2026-01-01", ("a.b", date(2026, 1, 1))),
        ("a.b=true", ("a.b", True)),
    ],
)
def test_assignments_are_read_as_toml(text: str, expected: tuple[str, object]) -> None:
    assert parse_assignment(text) == expected


@pytest.mark.parametrize(
    "text", ["", "people", "=4", "a=", "a=1\nb=2", "a={", "a=3 4", "a=" + "[" * 5000, "a=__import__('os')"]
)
def test_what_is_no_assignment_is_told(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse_assignment(text)


def test_errors_and_scenarios_can_go_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(FIRST))
    assert again.document == FIRST.document
    assert again.with_changes({"teams.sales.people": 3}).teams["sales"].people == 3
    with pytest.raises(ScenarioError) as caught:
        FIRST.with_changes({"teams.sales.peple": 3})
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_quantiles_scale_as_values() -> None:
    path = "stages.proposal.customer_takes_days"
    scenario = FIRST.with_changes({path: {"quantiles": {"0": 1, "0.5": 3, "1": 20}}}).with_changes(
        {f"{path} *=": 2}
    )
    assert scenario.stages["proposal"].customer_takes_days == Quantiles((0, 0.5, 1), (2, 6, 40))

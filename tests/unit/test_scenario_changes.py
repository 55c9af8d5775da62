"""Changes by path: strategies, `with_changes` and assignments on the command line."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from datetime import date

import pytest
from rich.console import Console

from funnelsim.chance.distributions import Constant, Lognormal, Pert, Quantiles
from funnelsim.model.words import DAY, HOUR
from funnelsim.reports.scenario_page import pilot_page
from funnelsim.scenario import (
    Lever,
    Months,
    Scenario,
    ScenarioError,
    course_of,
    from_document,
    held_over,
    levers,
    load,
    lower,
    made_certain,
    overridden,
    parse,
    parse_assignment,
    preset_text,
)
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.paths import look_up, value_at
from funnelsim.studies.pilot import pilot, settled
from funnelsim.studies.study import compare

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
        ({"channels.website.monthly_profile *=": 2}, "is not a number or a distribution"),
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


# ---- a * for every name -----------------------------------------------------------------------

TABLES = parse(
    """
start = 2026-01-01
segments.small.contract_value_per_year = 100
segments.large = { contract_value_per_year = { median = 900, p90 = 2000 }, gross_margin = 0.5 }
channels.web = { kind = "seo", cost_per_month = 10, segments = { small = 0.75, large = 0.25 } }
channels.fair = { kind = "pr", segments = { small = 0.5, large = 0.5 } }
mix = { inquiries_per_month = 10, shares = { web = 0.5, fair = 0.5 } }
[teams.inside]
people = 1
reps.ann.skill = 1.5
reps.bob.skill = 0.5
[teams.field]
people = 3
[stages.call]
team = "inside"
effort_hours = { median = 1, p90 = 2 }
goes_cold_after_days = 4
conversion = 0.5
lost_reasons = { price = 0.5, timing = 0.5 }
segments.small.conversion = 0.4
segments.large.conversion = 0.2
[stages.trial]
customer_takes_days = 10
conversion = 1.0
[stages.offer]
team = "field"
effort_hours = { low = 1, likely = 2, high = 3 }
conversion = 0.25
segments.large.conversion = 0.1
""",
    "tables",
)


def values(scenario: Scenario, *paths: str) -> list[object]:
    return [value_at(scenario, tuple(path.split("."))) for path in paths]


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (
            ("stages.*.conversion *=", 0.5),
            {
                "stages.call.conversion": 0.25,
                "stages.trial.conversion": 0.5,
                "stages.offer.conversion": 0.125,
            },
        ),
        (("teams.*.people +=", 1), {"teams.inside.people": 2, "teams.field.people": 4}),
        (("teams.*.people", 7), {"teams.inside.people": 7, "teams.field.people": 7}),
        (
            ("segments.*.gross_margin *=", 0.5),  # a default of 1 is changed
            {"segments.small.gross_margin": 0.5, "segments.large.gross_margin": 0.25},
        ),
        (
            ("channels.*.cost_per_month +=", 5),  # and a default of 0
            {"channels.web.cost_per_month": 15, "channels.fair.cost_per_month": 5},
        ),
        (
            ("teams.*.reps.*.skill *=", 2),  # the other team has no reps with names
            {"teams.inside.reps.ann.skill": 3, "teams.inside.reps.bob.skill": 1},
        ),
        (
            ("teams.inside.reps.*.skill", 1),
            {"teams.inside.reps.ann.skill": 1, "teams.inside.reps.bob.skill": 1},
        ),
        (
            ("stages.*.segments.*.conversion *=", 0.5),
            {
                "stages.call.segments.small.conversion": 0.2,
                "stages.call.segments.large.conversion": 0.1,
                "stages.offer.segments.large.conversion": 0.05,
                "stages.call.conversion": 0.5,
            },
        ),
        (
            ("stages.call.segments.*.conversion", 0.3),
            {
                "stages.call.segments.small.conversion": 0.3,
                "stages.call.segments.large.conversion": 0.3,
                "stages.offer.segments.large.conversion": 0.1,
            },
        ),
        (("mix.shares.*", 0.5), {"mix.shares.web": 0.5, "mix.shares.fair": 0.5}),
        (("stages.call.lost_reasons.* *=", 1), {"stages.call.lost_reasons.price": 0.5}),
        (("channels.*.segments.small", 0.5), None),  # shares no longer sum to 1
        (
            ("stages.*.effort_hours *=", 2),  # 0 stays 0 for the stage without a team
            {
                "stages.call.effort_hours": Lognormal(2, 4),
                "stages.trial.effort_hours": Constant(0.0),
                "stages.offer.effort_hours": Pert(2, 4, 6),
            },
        ),
        (
            ("stages.*.effects.temperature.hot", 2),
            {"stages.call.effects.temperature.hot": 2, "stages.trial.effects.temperature.hot": 2},
        ),
    ],
)
def test_a_star_stands_for_every_name_of_a_table(
    change: tuple[str, object], after: dict[str, object] | None
) -> None:
    if after is None:
        with pytest.raises(ScenarioError, match=r"channels\.web\.segments sums to 0\.75"):
            TABLES.with_changes(dict([change]))
        return
    changed = TABLES.with_changes(dict([change]))
    assert values(changed, *after) == [pytest.approx(value) for value in after.values()]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("stages.*.conversion *=", 1.2, "stages.trial.conversion is 1.2; expected at most 1"),
        (
            "stages.*.goes_cold_after_days *=",
            2,
            "stages.*.goes_cold_after_days *= has no value to multiply in stages.trial, stages.offer; "
            "expected a value, set with =",
        ),
        (
            "stages.*.effort_hours +=",
            1,
            "stages.*.effort_hours += has no number to add to in stages.call, stages.offer; "
            "expected a value, set with =, or scaled with *=",
        ),
        (
            "stages.*.effort_hours",
            1,
            "stages.trial.effort_hours is given, but the stage has no team; expected a team, or no such key",
        ),
        (
            "channels.*.response.half_life_days *=",
            2,
            "channels.*.response.half_life_days *= does not exist in channels.web, channels.fair; "
            "expected a path to a value",
        ),
        (
            "stages.*.segments.small.conversion *=",
            2,
            "stages.*.segments.small.conversion *= does not exist in stages.trial, stages.offer",
        ),
        (
            "stages.*.effort_hours.p90",
            3,
            "stages.*.effort_hours.p90 does not exist in stages.trial, stages.offer; expected a path",
        ),
        (
            "stages.*.convrsion *=",
            2,
            'does not exist in stages.call, stages.trial, stages.offer; did you mean "stages.*.conversion"?',
        ),
        ("stage.*.conversion *=", 2, 'does not exist; did you mean "stages.*.conversion"?'),
        (
            "teams.field.reps.*.skill *=",
            2,
            "teams.field.reps.*.skill *= matches nothing: teams.field.reps has no names",
        ),
        ("goals.*.at_least *=", 2, "goals.*.at_least *= matches nothing: goals has no names"),
        (
            "stages.ca*.conversion",
            0.5,
            'stages.ca*.conversion has "ca*" for a name; expected a whole name, or a * alone for every name',
        ),
        ("stages.**.conversion", 0.5, 'has "**" for a name'),
        ("*.people", 3, "*.people has a * where the file holds no names of yours; expected one of about"),
        ("*", 3, "* has a * where the file holds no names of yours"),
        (
            "horizon.*",
            3,
            "horizon.* has a * where horizon holds no names of yours; expected one of period_months, "
            "warm_up_months, drain_months",
        ),
        (
            "stages.call.effort_hours.*",
            3,
            "stages.call.effort_hours.* has a * where stages.call.effort_hours holds no names of yours; "
            "expected a path to a value",
        ),
        ("start.*", 3, "start.* has a * where start holds no names of yours; expected a path to a value"),
        ("strategies.*.about", "x", "strategies.*.about cannot be changed"),
        ("assumptions.*.about", "x", "assumptions.*.about cannot be changed"),
        ("uncertainties.*", 3, "uncertainties.* cannot be changed"),
        ("origins.*", "x", "origins.* cannot be changed"),
        ("teams.*.people *=", "two", 'cannot be changed by "*=" "two" in teams.inside, teams.field'),
    ],
)  # fmt: skip
def test_a_star_skips_nothing_without_a_word(key: str, value: object, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        TABLES.with_changes({key: value})
    (problem,) = caught.value.problems
    assert problem.sentence().startswith(told) or told in problem.sentence()


def test_many_names_are_told_in_short() -> None:
    document = TABLES.document
    document["stages"] |= {f"s{number}": {"conversion": 0.5} for number in range(9)}
    with pytest.raises(ScenarioError, match=r"in stages\.trial, .*, stages\.s0, .*, stages\.s2 and 6 more;"):
        from_document(document).with_changes({"stages.*.goes_cold_after_days *=": 2})


def test_a_star_finds_names_that_an_earlier_change_has_added() -> None:
    changed = FIRST.with_changes(
        {"channels.fair": {"kind": "pr", "inquiries_per_month": 4}, "channels.*.inquiries_per_month *=": 0.5}
    )
    assert [each.inquiries_per_month for each in changed.channels.values()] == [20, 2]


def test_uncertain_numbers_have_a_key_each() -> None:
    key = '[uncertainties]\n"stages.*.conversion *=" = { low = 0.8, likely = 1, high = 1.1 }'
    with pytest.raises(ScenarioError, match=r'uncertainties\."stages\.\*\.conversion \*=" has a \* in it'):
        parse(f"{preset_text('first_steps')}\n{key}")


def test_a_star_moves_uncertain_numbers_as_a_name_does() -> None:
    document = FIRST.document
    document["uncertainties"] = {"stages.proposal.conversion": {"low": 0.2, "likely": 0.3, "high": 0.4}}
    scenario = from_document(document)
    halved = scenario.with_changes({"stages.*.conversion *=": 0.5}).document["uncertainties"]
    assert halved == {"stages.proposal.conversion": {"low": 0.1, "likely": 0.15, "high": 0.2}}
    assert scenario.with_changes({"stages.*.conversion": 0.5}).uncertainties == {}


# ---- changes that undo others -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"stages.*.conversion": 0.5, "stages.proposal.conversion": 0.4},
            'stages.proposal.conversion is set to 0.4 by "stages.proposal.conversion", and to 0.5 by '
            '"stages.*.conversion"; expected one of them',
        ),
        (
            {"teams.sales.people +=": 1, "teams.sales.people": 4},
            'teams.sales.people is set to 4 by "teams.sales.people" after "teams.sales.people +=" has '
            "changed it; expected the one that sets it first",
        ),
        (
            {"stages.proposal.effort_hours.p90": 9, "stages.proposal.effort_hours": 4},
            'stages.proposal.effort_hours is set to 4 by "stages.proposal.effort_hours" after '
            '"stages.proposal.effort_hours.p90" has changed it; expected the one that sets it first',
        ),
        (
            {
                "channels.fair": {"kind": "pr", "inquiries_per_month": 1, "cost_per_month": 3},
                "channels.fair.cost_per_month": 4,
            },
            'channels.fair.cost_per_month is set to 4 by "channels.fair.cost_per_month", and to 3 by '
            '"channels.fair"; expected one of them',
        ),
    ],
)
def test_a_change_that_undoes_another_is_told(changes: dict[str, object], told: str) -> None:
    assert problem_of(changes) == f"changes to first_steps: {told}"


def test_changes_of_one_value_are_made_in_their_order() -> None:
    change = {"teams.sales.people": 4, "teams.sales.people *=": 2, "teams.sales.people +=": 1}
    assert FIRST.with_changes(change).teams["sales"].people == 9
    other = {"teams.sales.people +=": 1, "teams.sales.people *=": 2}
    assert FIRST.with_changes(other).teams["sales"].people == 6
    same = {"teams.*.people": 4, "teams.sales.people": 4}
    assert FIRST.with_changes(same).teams["sales"].people == 4
    within = {"channels.fair": {"kind": "pr", "inquiries_per_month": 3}, "channels.fair.cost_per_month": 7}
    assert FIRST.with_changes(within).channels["fair"].cost_per_month == 7


# ---- strategies together ----------------------------------------------------------------------

START = date(2026, 1, 1)
CHOICES = parse(
    preset_text("first_steps")
    + """
[strategies.four]
about = "Four people"
change = { "teams.sales.people" = 4 }
[strategies.five]
change = { "teams.sales.people" = 5 }
[strategies.also_four]
change = { "teams.*.people" = 4 }
[strategies.one_more]
about = "One more"
change = { "teams.sales.people +=" = 1 }
[strategies.double]
change = { "teams.sales.people *=" = 2 }
[strategies.surer]
change = { "stages.*.conversion *=" = 1.6 }
[strategies.much_surer]
change = { "stages.proposal.conversion *=" = 2.1 }
[strategies.slow]
change = { "stages.proposal.customer_takes_days *=" = 4 }
[strategies.slower]
change = { "stages.first_call.customer_takes_days *=" = 8 }
""",
    "mine",
)


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("four+one_more", 5),
        ("four+double", 8),
        ("one_more+double", 6),
        ("double+one_more", 5),
        ("four+double+one_more", 9),
        ("four+also_four", 4),
        (" four + one_more ", 5),
        ("four+surer", 4),
    ],
)
def test_strategies_together_are_one_after_the_other(name: str, people: int) -> None:
    assert CHOICES.strategy(name).teams["sales"].people == people


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "four+five",
            "strategies.four+five cannot be: teams.sales.people is set to 5 by five, and to 4 by four; "
            "expected one of them",
        ),
        (
            "five+also_four",
            "strategies.five+also_four cannot be: teams.sales.people is set to 4 by also_four, and to 5 by "
            "five; expected one of them",
        ),
        (
            "one_more+four",
            "strategies.one_more+four cannot be: teams.sales.people is set to 4 by four after one_more has "
            "changed it; expected the one that sets it first",
        ),
        (
            "surer+much_surer",
            "strategies.surer+much_surer makes a scenario in which stages.proposal.conversion is 1.008; "
            "expected at most 1",
        ),
        ("four+four", "strategies.four+four names four twice; expected four"),
        ("four+today", "strategies.four+today adds to today, which changes nothing; expected four"),
        ("four+fuor", 'strategies.fuor does not exist; expected one of today, more_inquiries'),
        ("four+", "strategies.four+ is not a name; expected one of today"),
        ("+", "strategies.+ is not a name"),
        ("", "strategies. is not a name"),
    ],
)  # fmt: skip
def test_strategies_that_cannot_be_together_are_told(name: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        CHOICES.strategy(name)
    (problem,) = caught.value.problems
    assert problem.sentence().startswith(told)
    assert caught.value.source == "mine"


def test_what_strategies_change_together_is_listed() -> None:
    assert levers(CHOICES, "four+one_more") == [Lever("teams.sales.people", 2, 5, START)]
    assert levers(CHOICES, "double+surer") == [
        Lever("teams.sales.people", 2, 4, START),
        Lever("stages.first_call.conversion", 0.35, pytest.approx(0.56), START),
        Lever("stages.proposal.conversion", 0.3, pytest.approx(0.48), START),
    ]
    assert CHOICES.about_strategy("four+double+one_more") == "Four people; One more"


def test_strategies_together_have_the_horizon_that_they_need() -> None:
    alone, both = settled(CHOICES).months, settled(CHOICES, strategies=["slow+slower"]).months
    assert both.drain > alone.drain
    assert settled(CHOICES, strategies=["four+one_more"]).months == alone


def test_a_strategy_may_leave_a_stage_to_which_only_another_leads() -> None:
    text = """
start = 2026-01-01
segments.all.contract_value = 1000
channels.web = { kind = "seo", inquiries_per_month = 20 }
stages.talk = { conversion = 0.5, next = "won" }
stages.visit = { conversion = 0.5 }
strategies.visits.change = { "stages.talk.next" = "visit" }
strategies.dearer.change = { "channels.web.cost_per_month" = 100 }
strategies.more.change = { "channels.web.inquiries_per_month *=" = 2 }
"""
    assert parse(text).strategy("dearer+more").channels["web"].cost_per_month == 100


def combining(**parts: list[str]) -> Scenario:
    """Make the choices with strategies that combine some of them."""
    document = CHOICES.document
    for name, combined in parts.items():
        document["strategies"].setdefault(name, {})["combines"] = combined
    return from_document(document)


def test_a_strategy_that_combines_others_is_all_of_them() -> None:
    scenario = combining(bold=["four", "surer"], bolder=["bold", "double"], one_more=["bolder"])
    for name, parts in {
        "bold": "four+surer",
        "bolder": "four+surer+double",
        "one_more": "four+surer+double",
    }.items():
        assert scenario.strategy(name).stages == CHOICES.strategy(parts).stages
    people = [scenario.strategy(name).teams["sales"].people for name in ("bold", "bolder", "one_more")]
    assert people == [4, 8, 9]  # its own change comes last
    assert levers(scenario, "bolder+slow")[0] == Lever("teams.sales.people", 2, 8, START)
    assert scenario.about_strategy("bolder") == ""


def test_parts_of_a_strategy_keep_their_days_and_costs() -> None:
    text = (
        preset_text("first_steps")
        + """
[strategies.later]
starts = 2026-05-01
one_off_cost = 100
change = { "teams.sales.people +=" = 1 }
[[strategies.later.on]]
date = 2026-08-01
cost_per_month = 10
[strategies.both]
combines = ["later", "one_more_rep"]
[strategies.soon]
combines = ["later"]
starts = 2026-03-01
change = { "stages.proposal.effort_hours *=" = 0.5 }
"""
    )
    scenario = parse(text)
    at_once, one_by_one = scenario.timeline("both"), scenario.timeline("later+one_more_rep")
    assert all(one.is_same(other) for one, other in zip(at_once, one_by_one, strict=True))
    assert scenario.first_day_of("later") == date(2026, 5, 1)
    assert scenario.first_day_of("both") == START
    begins = [each.begins for each in scenario.timeline("soon")]
    assert begins == [None, date(2026, 3, 1), date(2026, 5, 1), date(2026, 8, 1)]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"a": ["fuor"]}, 'strategies.a.combines names "fuor"; did you mean "four"?'),
        ({"a": ["a"]}, "strategies.a.combines names a itself; expected other strategies"),
        ({"a": ["four", "today"]}, "strategies.a.combines adds to today, which changes nothing; expected"),
        ({"a": ["four", "four"]}, 'strategies.a.combines names four twice; expected ["four"]'),
        (
            {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]},
            "strategies.a.combines goes in a circle: a combines b, b combines c, c combines a; "
            "expected parts that do not lead back",
        ),
        (
            {"a": ["four", "double"], "b": ["a", "double"]},
            "strategies.b.combines has double twice: in a and by itself; expected one of them",
        ),
        (
            {"a": ["four", "double"], "b": ["double", "surer"], "c": ["a", "b"]},
            "strategies.c.combines has double twice: in a and in b; expected one of them",
        ),
        (
            {"a": ["four", "also_four", "five"]},
            "strategies.a cannot be: teams.sales.people is set to 5 by five, and to 4 by also_four; "
            "expected one of them",
        ),
        (
            {"four": ["five"]},
            "strategies.four cannot be: teams.sales.people is set to 4 by four, and to 5 by five; "
            "expected one of them",
        ),
        (
            {"a": ["surer", "much_surer"], "b": ["a", "four"]},
            "strategies.a makes a scenario in which stages.proposal.conversion is 1.008; expected at most 1",
        ),
        ({"today": ["four"]}, 'strategies.today.combines is given; expected "today" to be the unchanged'),
    ],
)  # fmt: skip
def test_strategies_that_cannot_be_combined_are_told(parts: dict[str, list[str]], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        combining(**parts)
    (problem,) = caught.value.problems
    assert problem.sentence().startswith(told)


@pytest.mark.parametrize(("key", "value"), [("starts", date(2026, 3, 1)), ("always", True)])
def test_a_strategy_without_a_change_of_its_own_has_no_day_of_its_own(key: str, value: object) -> None:
    document = CHOICES.document
    document["strategies"]["a"] = {"combines": ["four", "double"], key: value}
    with pytest.raises(ScenarioError, match=f"strategies.a.{key} is given, but only the parts change"):
        from_document(document)


def test_a_strategy_is_not_chosen_together_with_a_part_of_it() -> None:
    with pytest.raises(ScenarioError, match="has four twice: by itself and in bold; expected one of them"):
        combining(bold=["four", "surer"]).strategy("four+bold")


@pytest.mark.parametrize("table", ["strategies", "assumptions"])
@pytest.mark.parametrize("name", ["a+b", "a,b", "+"])
def test_names_of_choices_have_no_plus_and_no_comma(table: str, name: str) -> None:
    with pytest.raises(ScenarioError, match=r'is not a name; expected a name without \+ and ","'):
        parse(f'{table}."{name}".about = "x"\n{preset_text("first_steps")}')


# ---- strategies after a change ----------------------------------------------------------------


def test_strategies_are_validated_again_after_a_change() -> None:
    with pytest.raises(ScenarioError) as caught:
        CHOICES.with_changes({"teams.sales.people": 3, "stages.proposal.conversion": 0.48})
    assert [problem.sentence() for problem in caught.value.problems] == [
        "strategies.much_surer makes a scenario in which stages.proposal.conversion is 1.008 after "
        '"stages.proposal.conversion" = 0.48; expected at most 1'
    ]
    document = FIRST.document
    document["teams"]["sales"]["reps"] = {"dora": {"skill": 1.5}}
    document["strategies"] = {"teach": {"change": {"teams.sales.reps.dora.skill *=": 2}}}
    with pytest.raises(ScenarioError) as caught:
        from_document(document).with_changes({"teams.sales.reps": {}, "teams.sales.people": 3})
    assert [problem.sentence() for problem in caught.value.problems] == [
        'strategies.teach.change."teams.sales.reps.dora.skill *=" does not exist after "teams.sales.reps" = '
        "{  }; expected a path to a value"
    ]


def test_assumptions_are_validated_with_the_file_and_after_a_change() -> None:
    text = 'assumptions.good.change = { "stages.*.conversion *=" = 2.5 }\n' + preset_text("first_steps")
    scenario = parse(text)
    with pytest.raises(
        ScenarioError,
        match=r"assumptions\.good makes a scenario in which .*proposal\.conversion is 1\.25 after",
    ):
        scenario.with_changes({"stages.proposal.conversion": 0.5})
    with pytest.raises(
        ScenarioError,
        match=r"assumptions\.good makes a scenario in which stages\.first_call\.conversion is 1\.05;",
    ):
        parse(text.replace("2.5", "3"))  # fmt: skip


@pytest.mark.parametrize("key", ["horizon.drain_months", "start", "currency", "start +="])
def test_an_assumption_cannot_change_what_is_compared(key: str) -> None:
    text = f'assumptions.odd.change = {{ "{key}" = 3 }}\n' + preset_text("first_steps")
    with pytest.raises(ScenarioError, match=r"is no assumption; expected .* to be the same for all"):
        parse(text)


def test_a_strategy_that_sets_what_was_changed_says_so() -> None:
    changed = CHOICES.with_changes({"teams.sales.people": 6})
    assert overridden(changed, "four") == (
        "This strategy sets teams.sales.people to 4 (here 6 -> 4, as typed 2 -> 4), whatever was changed "
        'there; "teams.sales.people +=" = 2 would move along.'
    )
    assert overridden(changed, "also_four") == overridden(changed, "four")
    assert overridden(changed, "four+surer") == overridden(changed, "four")
    for quiet in ("one_more", "double", "surer", "today", "more_inquiries"):
        assert overridden(changed, quiet) == ""
    assert overridden(CHOICES, "four") == ""
    assert overridden(CHOICES.with_changes({"teams.sales.people": 2}), "four") == ""  # as it was
    assert overridden(CHOICES.with_changes({"teams.sales.commission": 0.1}), "four") == ""


def test_nothing_is_nothing_whatever_was_changed() -> None:
    text = '\n[strategies.dark]\nchange = { "channels.website.cost_per_month" = 0 }\n'
    changed = parse(preset_text("first_steps") + text).with_changes({"channels.website.cost_per_month": 9})
    assert overridden(changed, "dark") == ""


def test_a_strategy_that_sets_words_or_a_default_says_so() -> None:
    text = """
[strategies.pull]
change = { "teams.sales.assignment" = "shared_queue", "segments.default.term_years" = 2 }
"""
    scenario = parse(preset_text("first_steps") + text)
    changed = scenario.with_changes({"teams.sales.assignment": "random", "segments.default.term_years": 3})
    assert overridden(changed, "pull") == (
        'This strategy sets teams.sales.assignment to "shared_queue" (here "random" -> "shared_queue", '
        'as typed "round_robin" -> "shared_queue") and segments.default.term_years to 2 (here 3 -> 2, '
        'as typed 1.0 -> 2), whatever was changed there; "segments.default.term_years *=" or '
        '"segments.default.term_years +=" would move along.'
    )


# ---- arithmetic that is written otherwise -----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a.b=+1", "a.b+=1 to add, or a.b=1 to set"),
        ("a.b = + 2.5", "a.b+=2.5 to add, or a.b=2.5 to set"),
        ("a.b=+1e3", "a.b+=1000 to add, or a.b=1000 to set"),
        ("a.b=*2", "a.b*=2"),
        ("a.b=/4", "a.b*=0.25"),
        ("a.b-=1", "a.b+=-1"),
        ("a.b -= 0.5", "a.b+=-0.5"),
        ("a.b/=4", "a.b*=0.25"),
        ("a.b=+20%", "a.b*=1.2"),
        ("a.b+=20%", "a.b*=1.2"),
        ("a.b=-20%", "a.b*=0.8"),
        ("a.b-=20 %", "a.b*=0.8"),
        ("a.b=20%", "a.b=0.2"),
        ("a.b*=50%", "a.b*=0.5"),
        ("a.*.b=+1_000", "a.*.b+=1000 to add, or a.*.b=1000 to set"),
    ],
)
def test_arithmetic_is_refused_with_the_right_spelling(text: str, right: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_assignment(text)
    assert str(caught.value) == f'a change: "{text}" is not how to write that; expected {right}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=-1", ("a.b", -1)),
        ("a.b+=-1", ("a.b +=", -1)),
        ("a.b+=+1", ("a.b +=", 1)),
        ("mix.shares.*=0.5", ("mix.shares.*", 0.5)),
        ("mix.shares.**=0.5", ("mix.shares.* *=", 0.5)),
        ("mix.shares.* *= 0.5", ("mix.shares.* *=", 0.5)),
        ("stages.*.conversion*=0.8", ("stages.*.conversion *=", 0.8)),
    ],
)
def test_signs_and_stars_of_a_change(text: str, expected: tuple[str, object]) -> None:
    key, value = parse_assignment(text)
    assert (key, value) == expected
    assert split_key(key)[0][-1] in ("b", "*", "conversion")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"teams.sales.people": -1}, '"teams.sales.people +=" = -1'),
        ({"teams.*.people": -1}, '"teams.sales.people +=" = -1'),
        ({"teams.sales.people": "+1"}, '"teams.sales.people +=" = 1'),
        ({"teams.sales.people": "*2"}, '"teams.sales.people *=" = 2'),
        ({"channels.website.cost_per_month": "+20%"}, '"channels.website.cost_per_month *=" = 1.2'),
        ({"teams.sales.people -=": 1}, 'is no change; expected "teams.sales.people +=" = -1'),
        ({"teams.*.people /=": 2}, 'expected "teams.*.people *=" = 0.5'),
        ({"teams.sales.people /=": 0}, '"teams.sales.people *=" with a number'),
        ({"teams.sales.people -=": "x"}, '"teams.sales.people *=" with a number'),
    ],
)  # fmt: skip
def test_arithmetic_in_a_file_is_told_with_the_right_spelling(changes: dict[str, object], told: str) -> None:
    assert told in problem_of(changes)


def test_negative_numbers_are_set_where_they_make_sense() -> None:
    assert (
        FIRST.with_changes({"channels.website.growth_per_year": -0.1}).channels["website"].growth_per_year
        == -0.1
    )
    assert "+=" not in problem_of({"teams.sales.people +=": -4})


# ---- never a traceback ------------------------------------------------------------------------

PARTS = (
    "stages",
    "*",
    "**",
    "teams",
    "sales",
    "people",
    "conversion",
    "first_call",
    "channels",
    "website",
    "",
)
PARTS += (
    "reps",
    "segments",
    "default",
    "effort_hours",
    "p90",
    "lost_reasons",
    "cost_per_month",
    "x",
    "horizon",
)
ENDS = ("", " *=", " +=", " -=", " /=", "*=", "=", " ", " * =")
GIVEN = (1, 0.5, -1, 0, "x", "+1", True, {}, {"skill": 2}, [1], 10**400, float("inf"), date(2026, 1, 1))


def outcome_of(make: Callable[[], Scenario]) -> str:
    try:
        made = make()
    except ScenarioError as error:
        told = str(error)
    else:
        lower(made.with_months(Months(1, 12, 1)))
        return "works"
    assert all(line.isprintable() for line in told.split("\n"))
    return "told"


def test_changes_work_or_are_told_in_sentences() -> None:
    chance = random.Random(1)
    outcomes = {"works": 0, "told": 0}
    for _ in range(1500):
        path = ".".join(chance.choices(PARTS, k=chance.choice((1, 2, 3, 3, 4))))
        keys = [path + chance.choice(ENDS), "stages.*.conversion *=", "teams.*.people +=", "teams.*.people"]
        changes = {key: chance.choice(GIVEN) for key in chance.sample(keys, k=chance.choice((1, 2)))}
        outcomes[outcome_of(lambda changes=changes: CHOICES.with_changes(changes))] += 1
    assert min(outcomes.values()) > 20


def test_names_of_strategies_work_or_are_told_in_sentences() -> None:
    chance = random.Random(2)
    names = [*CHOICES.strategies, "today", "", " ", "x"]
    outcomes = {"works": 0, "told": 0}
    for _ in range(300):
        name = "+".join(chance.choices(names, k=chance.choice((1, 2, 2, 3))))
        outcomes[outcome_of(lambda name=name: CHOICES.strategy(name))] += 1
    assert min(outcomes.values()) > 20


# ---- one of two: what is set stands in place of the other ----------------------------------------

WEEK = {"monday": ["09:00-12:00"]}
EITHER = from_document(
    {
        **FIRST.document,
        "teams": {
            "sales": {
                "people": 2,
                "hours_per_week": 30,
                "reps": {"Ann": {"hours": WEEK}, "Bob": {"hours_per_week": 20}},
            },
            "desk": {"people": 1, "hours": WEEK},
            "usual": {"people": 1},
        },
        "channels": {
            "website": {
                "kind": "seo",
                "inquiries_per_month": 40,
                "cost_per_month": 500,
                "response": {"at_cost_per_month": 500, "ceiling": 100},
            }
        },
        "strategies": {},
        "origins": {},
    }
)


@pytest.mark.parametrize(
    ("changes", "path", "gone"),
    [
        ({"teams.sales.hours": WEEK}, "teams.sales.hours", "teams.sales.hours_per_week"),
        ({"teams.desk.hours_per_week": 20}, "teams.desk.hours_per_week", "teams.desk.hours"),
        ({"teams.usual.hours": WEEK}, "teams.usual.hours", "teams.usual.hours_per_week"),
        (
            {"teams.sales.reps.Ann.hours_per_week": 9},
            "teams.sales.reps.Ann.hours_per_week",
            "teams.sales.reps.Ann.hours",
        ),
        (
            {"teams.sales.reps.Bob.hours": WEEK},
            "teams.sales.reps.Bob.hours",
            "teams.sales.reps.Bob.hours_per_week",
        ),
        (
            {"channels.website.response.half_at": 900},
            "channels.website.response.half_at",
            "channels.website.response.ceiling",
        ),
        ({"teams.*.hours": WEEK}, "teams.sales.hours", "teams.sales.hours_per_week"),
    ],
)
def test_what_is_set_stands_in_place_of_its_rival(changes: dict[str, object], path: str, gone: str) -> None:
    changed = EITHER.with_changes(changes)
    assert look_up(changed.document, tuple(path.split("."))) == next(iter(changes.values()))
    assert look_up(changed.document, tuple(gone.split("."))) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"teams.desk.hours_per_week *=": 1.5},
            "has no value to change: teams.desk.hours stands in its place; expected a value, set with =",
        ),
        ({"teams.*.hours_per_week *=": 1.5}, "in teams.desk"),
        (
            {"channels.website.response.half_at *=": 2},
            "channels.website.response.ceiling stands in its place",
        ),
        (
            {"teams.sales.hours": WEEK, "teams.sales.hours_per_week": 20},
            'teams.sales.hours_per_week is set to 20 by "teams.sales.hours_per_week", '
            'and teams.sales.hours by "teams.sales.hours"; expected one of them',
        ),
        ({"teams.sales.hours.monday": ["09:00-12:00"]}, "teams.sales.hours.monday does not exist"),
    ],
)
def test_one_of_two_that_cannot_be_changed_is_told(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        EITHER.with_changes(changes)
    assert told in str(caught.value)


def test_a_team_moves_from_week_to_hours_and_back_on_days() -> None:
    document = EITHER.document | {
        "start": date(2026, 6, 1),  # a Monday
        "horizon": {"warm_up_months": 0, "period_months": 1, "drain_months": 0},
        "changes": [
            {"date": date(2026, 6, 8), "change": {"teams.sales.hours": {"tuesday": ["10:00-12:00"]}}},
            {"date": date(2026, 6, 15), "change": {"teams.sales.hours_per_week": 10}},
        ],
        "strategies": {"mornings": {"change": {"teams.sales.hours": WEEK}}},
    }
    scenario = from_document(document)
    model = course_of(scenario, "today").typed[-1].model
    calendar = model.calendars[0]
    hours = model.hours[calendar["first_hours"] :][: calendar["hours"]]
    days = [(int(each["opens"]) // DAY, (int(each["closes"]) - int(each["opens"])) // HOUR) for each in hours]
    assert days == [
        *((day, 6) for day in range(5)),
        (8, 2),
        *((day, 2) for day in (*range(14, 19), *range(21, 26), 28, 29)),
    ]
    # What a strategy sets holds over later changes of the base.
    model = course_of(scenario, "mornings").typed[-1].model
    calendar = model.calendars[0]
    hours = model.hours[calendar["first_hours"] :][: calendar["hours"]]
    assert (hours["opens"] // DAY).tolist() == [0, 7, 14, 21, 28]
    assert held_over(scenario, "mornings") == (
        "This strategy sets teams.sales.hours, which therefore does not follow the change of 2026-06-08; "
        "and teams.sales.hours_per_week, which therefore does not follow the change of 2026-06-15."
    )


def test_a_strategy_that_sets_the_rival_of_what_was_changed_says_so() -> None:
    document = EITHER.document | {"strategies": {"mornings": {"change": {"teams.sales.hours": WEEK}}}}
    changed = from_document(document).with_changes({"teams.sales.hours_per_week": 20})
    assert overridden(changed, "mornings") == (
        "This strategy sets teams.sales.hours in place of teams.sales.hours_per_week, "
        "whatever was changed there."
    )


UNSURE = """
[uncertainties]
"segments.default.odds_ratio" = { low = 1.0, likely = 1.1, high = 1.2 }
"teams.sales.commission *=" = { low = 0.8, likely = 1.0, high = 1.2 }
[strategies.sets]
change = { "segments.default.odds_ratio" = 1.2 }
[strategies.replaces]
change = { "segments.default" = { contract_value_per_year = 9000 } }
[strategies.moves]
change = { "segments.default.odds_ratio *=" = 1.1 }
[strategies.sets_below_a_factor]
change = { "teams.sales.commission" = 0.1 }
"""


def test_a_strategy_that_sets_what_is_uncertain_says_so() -> None:
    scenario = parse(preset_text("first_steps") + UNSURE)
    assert made_certain(scenario, "sets") == (
        "This strategy sets segments.default.odds_ratio to 1.2, which is uncertain otherwise (median 1.1); "
        '"segments.default.odds_ratio *=" would change it in every case.'
    )
    assert "segments.default to { contract_value_per_year = 9000 }" in made_certain(scenario, "replaces")
    assert made_certain(scenario, "one_more_rep+sets") == made_certain(scenario, "sets")
    for quiet in ("moves", "sets_below_a_factor", "today", "one_more_rep"):
        assert made_certain(scenario, quiet) == ""
    assert made_certain(parse(preset_text("first_steps")), "one_more_rep") == ""


def test_compare_and_validate_say_what_is_made_certain() -> None:
    scenario = parse(preset_text("first_steps") + UNSURE)
    told = made_certain(scenario, "sets")
    assert compare(scenario, replications=2, jobs=1).notes["sets"] == (told,)
    console = Console(width=400)
    with console.capture() as page:
        console.print(pilot_page(scenario, pilot(scenario), "next", 400))
    assert f"  sets: {told}" in page.get()
    assert "  moves: This strategy" not in page.get()

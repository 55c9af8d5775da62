"""Kinds of channels of one's own, and what the nine kinds have in common."""

from __future__ import annotations

import pytest

from funnelsim.chance.keys import world_of
from funnelsim.scenario import Scenario, ScenarioError, lower, lower_in, origins, parse, worlds_of
from funnelsim.scenario.channels import KINDS

from .good_scenario import GOOD, problems_of

OWN = (
    GOOD
    + """
[horizon]
warm_up_months = 0
period_months = 2
drain_months = 0
[kinds.podcast]
cost_per_month = 400
theorist_share = 0.2
temperature = { warm = 0.4, future = 0.6 }
price_per_lead = 7
inquiries_per_month = 3
[channels.one]
kind = "podcast"
[channels.two]
kind = "podcast"
cost_per_month = 90
inquiries_per_month = 20
temperature = { hot = 1.0 }
"""
)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse(OWN)


def test_a_channel_has_from_its_kind_what_it_leaves_out(scenario: Scenario) -> None:
    one, two = scenario.channels["one"], scenario.channels["two"]
    assert (one.cost_per_month, one.inquiries_per_month, one.theorist_share) == (400, 3, 0.2)
    assert (two.cost_per_month, two.inquiries_per_month, two.theorist_share) == (90, 20, 0.2)
    # A table is taken as a whole.
    assert (one.temperature.hot, one.temperature.warm, one.temperature.future) == (0.0, 0.4, 0.6)
    assert (two.temperature.hot, two.temperature.warm, two.temperature.future) == (1.0, 0.0, 0.0)
    web = scenario.channels["web"]
    assert (web.cost_per_month, web.theorist_share, web.price_per_lead) == (0, 0, 0)
    model = lower(scenario).model
    assert model.channels["theorists"].tolist() == [0.0, 0.2, 0.2]
    assert model.channels["price_per_lead"].tolist() == [0.0, 7.0, 7.0]


def test_a_kind_of_ours_may_have_something_in_common_too() -> None:
    found = parse(GOOD + "[kinds.seo]\ncost_per_inquiry = 2.5\n")
    assert found.channels["web"].cost_per_inquiry == 2.5


@pytest.mark.parametrize(
    ("changes", "costs"),
    [
        ({"kinds.podcast.cost_per_month": 500}, [0, 500, 90]),
        ({"kinds.*.cost_per_month *=": 2}, [0, 800, 90]),
        ({"channels.*.cost_per_month *=": 0.5}, [0, 200, 45]),
        ({"channels.one.cost_per_month +=": 10}, [0, 410, 90]),
        ({"channels.web.kind": "podcast"}, [400, 400, 90]),
        ({"kinds.podcast.cost_per_month": 500, "channels.one.cost_per_month *=": 2}, [0, 1000, 90]),
    ],
)
def test_changes_reach_the_kind_and_its_channels(
    scenario: Scenario, changes: dict[str, object], costs: list[float]
) -> None:
    changed = scenario.with_changes(changes)
    assert [each.cost_per_month for each in changed.channels.values()] == costs


def test_a_part_of_a_table_of_the_kind_can_be_changed_for_a_channel(scenario: Scenario) -> None:
    changed = scenario.with_changes(
        {"channels.one.temperature.future": 0.5, "channels.one.temperature.hot": 0.1}
    )
    temperature = changed.channels["one"].temperature
    assert (temperature.hot, temperature.warm, temperature.future) == (0.1, 0.4, 0.5)


def test_a_kind_comes_with_a_strategy() -> None:
    text = (
        OWN
        + """
[strategies.fairs.change]
"kinds.fair" = { cost_per_month = 1000, inquiries_per_month = 9 }
"channels.spring" = { kind = "fair" }
"""
    )
    found = parse(text).strategy("fairs").channels["spring"]
    assert (found.cost_per_month, found.inquiries_per_month) == (1000, 9)


def test_an_uncertain_number_of_a_kind_is_the_same_in_its_channels() -> None:
    unknown = """
[uncertainties]
"kinds.podcast.theorist_share" = { low = 0.1, likely = 0.3, high = 0.5 }
"channels.two.inquiries_per_month *=" = { low = 0.5, likely = 1, high = 1.5 }
"""
    scenario = parse(OWN + unknown)
    drawn = {number: lower_in(scenario, world_of(1, number)).model for number in (0, 1)}
    for model in drawn.values():
        web, one, two = model.channels["theorists"].tolist()
        assert web == 0.0
        assert 0.1 < one == two < 0.5
    assert drawn[0].channels["theorists"][1] != drawn[1].channels["theorists"][1]
    world = world_of(1, 0)
    contents = worlds_of(scenario).in_world(world)
    assert contents.channels["one"].inquiries_per_month == 3
    assert contents.channels["two"].inquiries_per_month != 20


def test_a_channel_s_own_uncertain_factor_acts_on_what_the_kind_is_in_the_world() -> None:
    unknown = """
[uncertainties]
"kinds.podcast.cost_per_month" = { low = 100, likely = 200, high = 300 }
"channels.one.cost_per_month *=" = 2.0
"""
    contents = worlds_of(parse(OWN + unknown)).in_world(world_of(1, 0))
    kind = contents.kinds["podcast"].cost_per_month
    assert 100 < kind < 300
    assert contents.channels["one"].cost_per_month == 2 * kind


def test_where_a_value_of_the_kind_comes_from_is_said(scenario: Scenario) -> None:
    found = {row.path: row.origin for row in origins(scenario)}
    assert found["channels.one.theorist_share"] == "as in kinds.podcast.theorist_share"
    assert found["channels.web.theorist_share"] == "assumed: default"
    assert found["kinds.podcast.theorist_share"] == "not stated"
    # What a kind does not say is no value: its channels have defaults of their own.
    given = ("cost_per_month", "theorist_share", "price_per_lead", "inquiries_per_month")
    heats = ("temperature.warm", "temperature.future")
    assert {path for path in found if path.startswith("kinds.")} == {
        f"kinds.podcast.{key}" for key in (*given, *heats)
    }


def test_a_kind_that_there_is_not_is_told_with_those_there_are(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario.with_changes({"channels.one.kind": "podcasts"})
    assert 'did you mean "podcast"' in str(caught.value)
    assert len(KINDS) == 9


def test_what_is_wrong_with_a_kind_is_told_once() -> None:
    text = OWN.replace("temperature = { warm = 0.4, future = 0.6 }", "temperature = { warm = 0.4 }").replace(
        "temperature = { hot = 1.0 }", ""
    )
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    [problem] = caught.value.problems
    assert problem.path == "kinds.podcast.temperature"


UNKNOWN = """
[uncertainties]
"kinds.podcast.cost_per_month{operation}" = {{ low = 0.5, likely = 1, high = 2 }}
"kinds.podcast.temperature.warm" = {{ low = 0.4, likely = 0.4, high = 0.4 }}
"""


@pytest.mark.parametrize("operation", ["", " *=", " +="])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"channels.one.cost_per_month *=": 2}, "lose the uncertainty of kinds.podcast.cost_per_month"),
        ({"channels.*.cost_per_month +=": 2}, "kinds.podcast.cost_per_month in channels.one"),
        ({"channels.one.temperature.hot": 0.5}, "lose the uncertainty of kinds.podcast.temperature.warm"),
    ],
)
def test_a_change_of_a_channel_does_not_lose_what_is_uncertain_in_its_kind(
    operation: str, change: dict[str, object], told: str
) -> None:
    scenario = parse(OWN + UNKNOWN.format(operation=operation))
    with pytest.raises(ScenarioError) as caught:
        scenario.with_changes(change)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("change", "cost"),
    [
        ({"kinds.podcast.cost_per_month *=": 3}, 3.0),
        ({"channels.two.cost_per_month *=": 3}, 1.0),  # which has its own
        ({"channels.one.theorist_share *=": 3}, 1.0),
        ({"channels.one.cost_per_month": 5}, None),
        ({"channels.one.temperature": {"hot": 1.0}}, 1.0),
    ],
)
def test_changes_that_leave_the_uncertainty_of_a_kind(change: dict[str, object], cost: float | None) -> None:
    scenario = parse(OWN + UNKNOWN.format(operation=""))
    world = world_of(1, 3)
    drawn = worlds_of(scenario).in_world(world).channels["one"].cost_per_month
    found = worlds_of(scenario.with_changes(change)).in_world(world).channels["one"].cost_per_month
    assert found == pytest.approx(5 if cost is None else cost * drawn)


@pytest.mark.parametrize("name", ["sco", "SEO", "referrals"])
def test_a_misspelt_kind_is_told(name: str) -> None:
    text = GOOD.replace('kind = "seo"', 'kind = "referral"') if name == "referrals" else GOOD
    [problem] = problems_of(text + f"[kinds.{name}]\ncost_per_month = 3\n")
    assert problem.sentence().startswith("line ")
    assert f"kinds.{name} is the kind of no channel; did you mean" in problem.sentence()


@pytest.mark.parametrize("how", ['"channels.web.kind"', '"channels.other" = { kind'])
def test_a_kind_for_a_change_may_wait_for_it(how: str) -> None:
    end = ", inquiries_per_month = 4 }" if "{" in how else ""
    text = f'[kinds.sco]\ncost_per_month = 3\n[strategies.later.change]\n{how} = "sco"{end}\n'
    channels = parse(GOOD + text).strategy("later").channels.values()
    assert [each.cost_per_month for each in channels if each.kind == "sco"] == [3]

"""A stage by segment: its team, ways out, reasons and effects, as the file says and as they are lived."""

from __future__ import annotations

import numpy as np
import pytest

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Record
from funnelsim.engines import ENGINES, history
from funnelsim.engines.fold import CONTACT_BY_CLOCK, Measure, Sums, fold, new_tally, stack
from funnelsim.metrics.cut import cut, teams_of_stages
from funnelsim.model.model import Model
from funnelsim.model.words import LOST, NOBODY, NOTHING, WON, Event
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.scenario import Scenario, ScenarioError, from_document, load, lower, lower_in, parse
from funnelsim.scenario.paths import value_at
from funnelsim.scenario.worlds import course_of
from funnelsim.studies.study import compare, simulate

from .good_scenario import problems_of
from .test_reports import text

FIRM = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 2, drain_months = 0 }
[segments.home]
contract_value_per_year = 1000
[segments.abroad]
contract_value_per_year = 1000
[segments.online]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 120
temperature = { hot = 0.3, warm = 0.4, future = 0.3 }
theorist_share = 0.2
segments = { home = 0.5, abroad = 0.3, online = 0.2 }
[teams.office]
people = 2
[teams.berlin]
people = 1
hours = { tuesday = ["10:00-16:00"], thursday = ["10:00-16:00"] }
[stages.call]
team = "office"
effort_hours = 1
goes_cold_after_days = 9
conversion = 0.6
lost_reasons = { timing = 1.0 }
back_to = { call = 0.2 }
effects = { theorist = 0.3, temperature = { hot = 2.0 } }
[stages.call.segments.abroad]
team = "berlin"
next = { offer = 1, won = 3 }
back_to = {}
lost_reasons = { language = 0.25, price = 0.75 }
effects = { theorist = 0.5, temperature = { future = 0.1 }, skill_by_temperature = { hot = 3.0 } }
[stages.call.segments.online]
next = "won"
effects = { wait = { hours = [1, 10], odds_ratio = [1.0, 0.5] } }
[stages.check]
customer_takes_days = 1
effort_hours = 2
goes_cold_after_days = 5
conversion = 0.9
[stages.check.segments.home]
team = "berlin"
[stages.offer]
team = "office"
effort_hours = 1
conversion = 0.5
"""


@pytest.fixture(scope="module")
def firm() -> Scenario:
    return parse(FIRM)


def row(model: Model, stage: int, segment: int) -> Record:
    usual = model.stages[stage]
    assert usual["variants"] == len(model.segments)
    return model.variants[usual["first_variant"] + segment]


def ways(model: Model, found: Record, kind: str) -> list[tuple[float, int, int]]:
    first, count = (found[f"first_{kind}"], found[f"{kind}s"])
    return [
        (round(share, 6), target, reason)
        for share, target, reason in model.routes[first : first + count].tolist()
    ]


def test_teams_by_segment(firm: Scenario) -> None:
    model = lower(firm).model
    assert [row(model, 0, segment)["team"] for segment in range(3)] == [0, 1, 0]
    assert [row(model, 1, segment)["team"] for segment in range(3)] == [1, NOBODY, NOBODY]
    assert model.stages[2]["variants"] == 0
    # Without a team there is neither effort nor patience, whatever the stage has for others.
    alone, worked = row(model, 1, 1), row(model, 1, 0)
    assert (model.distributions[alone["effort"]]["location"], alone["patience"]) == (0.0, NOTHING)
    assert model.distributions[worked["effort"]]["location"] == 2.0
    assert model.distributions[worked["patience"]]["location"] == 5.0


def test_ways_out_by_segment(firm: Scenario) -> None:
    model, names = lower(firm)
    timing, language, price = map(names.reasons.index, ("timing", "language", "price"))
    home, abroad, online = (row(model, 0, segment) for segment in range(3))
    assert ways(model, home, "next") == [(1.0, 1, NOTHING)]
    assert ways(model, home, "else") == [(0.2, 0, NOTHING), (1.0, LOST, timing)]
    assert ways(model, abroad, "next") == [(0.25, 2, NOTHING), (1.0, WON, NOTHING)]
    assert ways(model, abroad, "else") == [(0.25, LOST, language), (1.0, LOST, price)]
    assert ways(model, online, "next") == [(1.0, WON, NOTHING)]
    assert ways(model, online, "else") == ways(model, home, "else")
    assert names.reasons == ("gone cold", "timing", "language", "price", "unstated")


def test_effects_by_segment(firm: Scenario) -> None:
    model = lower(firm).model
    home, abroad, online = (row(model, 0, segment) for segment in range(3))
    # What a segment does not say is as in the stage, and what the stage does not say as in [effects].
    assert [each["theorist_odds"] for each in (home, abroad, online)] == [0.3, 0.5, 0.3]
    assert [model.heat_odds[each["heat"]].tolist() for each in (home, abroad, online)] == [
        [2.0, 1.0, 0.6],
        [2.0, 1.0, 0.1],
        [2.0, 1.0, 0.6],
    ]
    exponents = [model.heat_skill[each["heat"]].tolist() for each in (home, abroad)]
    assert exponents == [[1.0, 1.0, 1.0], [3.0, 1.0, 1.0]]
    waits = [
        model.points["odds"][each["first_point"] :][: each["points"]].tolist() for each in (home, online)
    ]
    assert waits == [[1.0, 0.85, 0.7], [1.0, 0.5]]


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_each_segment_is_lived_by_what_it_has(engine: str, firm: Scenario) -> None:
    model, names = lower(firm)
    rows = history(engine, model, seed=3)
    started = rows[(rows["event"] == Event.STARTED)]
    teams = np.where(started["rep"] == NOBODY, NOBODY, model.reps["team"][started["rep"]])
    seen = {tuple(map(int, each)) for each in zip(started["stage"], started["segment"], teams, strict=True)}
    # At home: called by the office, checked by Berlin. Abroad: called by Berlin. Online: no check.
    assert seen == {(0, 0, 0), (1, 0, 1), (2, 0, 0), (0, 1, 1), (2, 1, 0), (0, 2, 0)}
    lost = rows[rows["event"] == Event.LOST]
    reasons = {(int(each["segment"]), names.reasons[each["reason"]]) for each in lost[lost["stage"] == 0]}
    assert reasons == {(0, "timing"), (1, "language"), (1, "price"), (2, "timing")}
    back = rows[(rows["event"] == Event.SENT_BACK)]
    assert set(back["segment"].tolist()) == {0, 2}


def test_who_queues_queues_for_the_team_of_its_segment(firm: Scenario) -> None:
    # Home and online are called by the office; only those at home are checked, by Berlin.
    assert teams_of_stages(lower(firm).model).tolist() == [
        [[1, 0], [0, 1], [1, 0]],
        [[0, 1], [0, 0], [0, 0]],
        [[1, 0], [1, 0], [1, 0]],
    ]


TWO_DESKS = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 12, drain_months = 0 }
[segments]
home = { contract_value_per_year = 1 }
abroad = { contract_value_per_year = 1 }
[channels.web]
kind = "seo"
inquiries_per_month = 100
segments = { home = 0.7, abroad = 0.3 }
[teams.office]
people = 1
hours_per_week = 20
[teams.berlin]
people = 1
hours_per_week = 4
[stages.call]
team = "office"
effort_hours = 1
goes_cold_after_days = 5
conversion = 0.5
[stages.call.segments.abroad]
team = "berlin"
"""


def test_only_the_team_that_lacks_time_is_asked_for_more() -> None:
    """The office has 20 hours a week for 16 leads, Berlin 4 hours for 7."""
    forecast = simulate(parse(TWO_DESKS), replications=4).forecast
    office, berlin = forecast.team_hours()
    inquiries = cut(forecast.model, forecast.tallies, "segment").period(Event.INQUIRY).mean(axis=0)
    assert berlin.worked < 4 * 53
    # Each is asked for an hour by each of its leads, whether it was served, went cold or still waits.
    assert office.asked == pytest.approx(inquiries[0], abs=1)
    assert berlin.asked == pytest.approx(inquiries[1], abs=1)
    [warning] = [each for each in forecast.warnings() if "hours of work" in each]
    assert warning.startswith("Team berlin is asked")


@pytest.mark.parametrize("number", [0, 1])
def test_those_who_queue_are_in_the_queue_of_the_team_of_their_segment(number: int) -> None:
    """By Little's law, the integral of the queue's length is the time for which each lead queues."""
    model = lower(parse(TWO_DESKS)).model
    rows = history("compiled", model, seed=4)
    tally = new_tally(model, reasons=2)
    fold(rows, model, tally)
    queues = cut(model, stack([tally]), "team").queue[0]
    own = rows[rows["segment"] == number]
    left = own[np.isin(own["event"], [Event.STARTED, Event.WENT_COLD])]
    entered = own[own["event"] == Event.ENTERED]
    still = entered[~np.isin(entered["pursuit"], left["pursuit"])]
    waited = left["waited"].sum() + (model.horizon - still["time"]).sum()
    assert queues[number] == pytest.approx(waited / model.horizon, rel=1e-9)


def test_a_loop_of_one_segment_is_told_with_its_name() -> None:
    text = TWO_DESKS + "back_to = { call = 1.0 }\nconversion = 0\n"
    [problem] = problems_of(text)
    assert "stages.call loops for ever for segment abroad; expected a way to" in problem.sentence()


def test_queues_are_counted_on_when_a_change_brings_segments_and_stages() -> None:
    """Counted again from the ledger: by stage and segment, who goes cold, and who joins less who leaves."""
    text = (
        TWO_DESKS
        + """
[[changes]]
date = 2026-05-14
[changes.change]
"segments.online" = { contract_value_per_year = 1 }
"channels.shop" = { kind = "seo", inquiries_per_month = 50, segments = { online = 1.0 } }
"stages.offer" = { team = "berlin", effort_hours = 1, goes_cold_after_days = 2, conversion = 0.5 }
"""
    )
    chapters = course_of(parse(text), "today").typed
    rows = history("compiled", chapters, seed=4)
    parts = np.split(rows, [np.searchsorted(rows["time"], chapters[1].begins)])
    sums = Sums(chapters, (2, 2))
    for number, part in enumerate(parts):
        sums.fold(number, part)
    leaves = np.isin(rows["event"], [Event.STARTED, Event.WENT_COLD])
    moves = (rows["event"] == Event.ENTERED).astype(int) - leaves
    cold, queue = np.zeros((2, 3)), np.zeros((13, 2, 3))
    months = np.searchsorted(chapters[1].model.months, rows["time"], side="right")
    for row, month, change in zip(rows, months, moves, strict=True):
        cold[row["stage"], row["segment"]] += row["event"] == Event.WENT_COLD
        if month < 13 and row["pursuit"] >= 0:
            queue[month, row["stage"], row["segment"]] += change
    assert sums.tally.cold.tolist() == cold.tolist()
    assert sums.tally.queue.tolist() == queue.tolist()
    assert (cold[:, 1:] > 0).all()
    assert not queue[:5, 1].any()
    assert not queue[:5, :, 2].any()


def test_only_segments_with_a_team_ask_for_a_first_contact() -> None:
    text = TWO_DESKS.replace('team = "office"\neffort_hours = 1\ngoes_cold_after_days = 5\n', "")
    model = lower(parse(text)).model
    tally = new_tally(model, reasons=2)
    fold(history("compiled", model, seed=4), model, tally)
    by_segment = cut(model, stack([tally]), "segment")
    home, abroad = by_segment.cohort(CONTACT_BY_CLOCK, Measure.ASKING)[0]
    assert (home, abroad) == (0, by_segment.cohort(Event.INQUIRY)[0, 1])
    assert abroad > 200


def test_a_stage_that_is_the_same_for_all_segments_changes_nothing() -> None:
    plain = load("first_steps").document
    plain["horizon"] = {"warm_up_months": 1, "period_months": 2, "drain_months": 1}
    same = from_document(plain)
    plain["stages"]["proposal"]["segments"] = {"default": {"team": "sales", "next": "won"}}
    ledgers = [
        history("compiled", lower(each).model, seed=1).tobytes() for each in (same, from_document(plain))
    ]
    assert ledgers[0] == ledgers[1]


@pytest.mark.parametrize(
    ("changes", "path", "value"),
    [
        ({"stages.call.segments.abroad.team": "office"}, "team", "office"),
        ({"stages.call.segments.abroad.next": "won"}, "next", {"won": 1.0}),
        ({"stages.call.segments.abroad.lost_reasons": {"price": 1.0}}, "lost_reasons", {"price": 1.0}),
        ({"stages.call.segments.abroad.effects.temperature.future *=": 2}, "effects.temperature.future", 0.2),
        ({"stages.call.segments.abroad.back_to.call": 0.25}, "back_to", {"call": 0.25}),
    ],
)
def test_changes_reach_what_a_segment_has(
    changes: dict[str, object], path: str, value: object, firm: Scenario
) -> None:
    changed = firm.with_changes(changes)
    assert value_at(changed, ("stages", "call", "segments", "abroad", *path.split("."))) == value


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        (
            "stages.call.segments.*.effects.theorist *=",
            0.5,
            "has no value to multiply in stages.call.segments.online",
        ),
        ("stages.call.segments.*.lost_reasons.price", 1.0, "sums to 1.25"),
        ("stages.call.segments.abroad.taem", "office", 'did you mean "stages.call.segments.abroad.team"'),
        ("stages.call.segments.abroad.next", "chek", 'did you mean "check"'),
        (
            "stages.offer.segments.home.team",
            "berlin",
            'does not exist; expected "stages.offer.segments.home" = { team = "berlin" }',
        ),
        (
            "stages.call.segments.home.team",
            "berlin",
            'expected one of abroad, online, or "stages.call.segments.home" = { team = "berlin" }',
        ),
        (
            "customer_hours.monday",
            ["09:00-17:00"],
            'expected "customer_hours" = { monday = ["09:00-17:00"] }',
        ),
        ("teams.office.hours.monday", ["09:00-17:00"], 'expected "teams.office.hours" = { monday'),
        ("stages.call.segments.home.cost_per_visit +=", 2, "does not exist; expected one of abroad, online"),
    ],
)
def test_what_cannot_be_changed_for_a_segment_is_told(
    key: str, value: object, told: str, firm: Scenario
) -> None:
    with pytest.raises(ScenarioError) as caught:
        firm.with_changes({key: value})
    assert told in str(caught.value)


def test_an_uncertain_number_reaches_what_a_segment_has() -> None:
    path = "stages.call.segments.abroad.effects.theorist"
    unknown = f'[uncertainties]\n"{path}" = {{ low = 0.1, likely = 0.2, high = 0.3 }}\n'
    model = lower_in(parse(FIRM + unknown), world_of(1, 0)).model
    drawn = row(model, 0, 1)["theorist_odds"]
    assert 0.1 < drawn < 0.3
    assert row(model, 0, 0)["theorist_odds"] == 0.3


def test_a_team_cannot_be_taken_away_from_a_segment_by_a_dated_change() -> None:
    change = (
        '[[changes]]\ndate = 2026-06-10\nchange = { "stages.check.segments.home" = { conversion = 0.5 } }\n'
    )
    plain = FIRM.replace("effort_hours = 2\ngoes_cold_after_days = 5\n", "")
    [problem] = problems_of(plain + change)
    assert "takes the team away from stages.check" in problem.sentence()


def test_a_typed_conversion_that_differs_by_segment_says_of_whom_it_is() -> None:
    """A third of the inquiries at 0.6 and two thirds at 0.3 make 0.4, which nobody has typed."""
    scenario = parse("""
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 2, drain_months = 0 }
segments.a = { contract_value_per_year = 1 }
segments.b = { contract_value_per_year = 1 }
[channels.web]
kind = "seo"
inquiries_per_month = 30
segments = { a = 0.333333333333, b = 0.666666666667 }
[stages.call]
conversion = 0.5
segments.a.cost_per_visit = 3
[stages.offer]
conversion = 0.3
segments.a.conversion = 0.6
""")
    result = compare(scenario, replications=2, engine="reference")
    call, offer = result["today"].forecast.conversions()
    assert (call.typed, call.by_segment) == (0.5, {})
    assert offer.typed == pytest.approx(0.4)
    assert offer.by_segment == {"a": 0.6, "b": 0.3}
    said = "Typed as a mean over segments, weighted by their inquiries: offer (a 60 %, b 30 %)."
    for page in (
        comparison_page(result, "next", everything=True),
        simulation_page(result["today"], "next", everything=True),
    ):
        assert said in " ".join(text(page).split())

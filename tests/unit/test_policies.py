"""Policies of the user's own, and stages that differ by segment."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

import funnelsim as fs
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import history
from funnelsim.engines.compiled import engine
from funnelsim.model.own_policy import BUILT_IN, PolicyError, policy_names, register_policy
from funnelsim.model.words import Assignment, Event
from funnelsim.scenario import Scenario, lower, parse
from funnelsim.studies.pilot import settled

from .good_scenario import GOOD, after, edited, problems_of

jit = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")

FLOOR = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 2, drain_months = 1 }
effects.temperature = { hot = 1, future = 1 }
effects.wait = { hours = [1], odds_ratio = [1] }
[segments.small]
contract_value_per_year = 1000
[segments.large]
contract_value_per_year = 9000
[channels.web]
kind = "seo"
inquiries_per_month = 150
segments = { small = 0.6, large = 0.4 }
temperature = { hot = 0.3, warm = 0.3, future = 0.4 }
[teams.sales]
people = 3
max_open = 5
[stages.talk]
team = "sales"
effort_hours = 1
customer_takes_days = 2
conversion = 0.5
cost_per_visit = 3
[stages.talk.segments.large]
effort_hours = 2.5
conversion = 0.75
cost_per_visit = 7
[stages.offer]
team = "sales"
effort_hours = 2
conversion = 0.4
"""


def by_luck(team: Record, reps: Records, states: Records, lead: Record, now: int, u: float) -> int:  # noqa: ARG001
    return int(u * len(reps))


def the_first(*_: Any) -> int:
    return 0


def by_load(team: Record, reps: Records, states: Records, lead: Record, now: int, u: float) -> int:  # noqa: ARG001
    return int(states["open"].argmin())


def by_dictionary(*_: Any) -> int:
    return {"a": 1, "b": object()}["a"]  # type: ignore[return-value]


def floor(assignment: str) -> Scenario:
    return parse(FLOOR).with_changes({"teams.sales.assignment": assignment})


def test_both_engines_ask_a_registered_policy() -> None:
    register_policy("by_luck", by_luck)
    model = lower(floor("by_luck")).model
    reference, fast = history("reference", model, 3), history("compiled", model, 3)
    assert reference.tobytes() == fast.tobytes()
    assert reference.tobytes() != history("compiled", lower(floor("round_robin")).model, 3).tobytes()
    started = reference[reference["event"] == Event.STARTED]
    assert set(started["rep"]) == {0, 1, 2}


def test_a_policy_sees_what_has_happened_to_the_reps_of_its_team() -> None:
    register_policy("by_load", by_load)
    first = "[teams.sales]", "[teams.desk]\npeople = 2\n[teams.sales]"  # so that they are not reps 0, 1, 2
    own, built_in = (
        lower(parse(FLOOR.replace(*first)).with_changes({"teams.sales.assignment": name})).model
        for name in ("by_load", "least_loaded")
    )
    expected = history("compiled", built_in, 3).tobytes()
    assert [history(engine, own, 3).tobytes() for engine in ("compiled", "reference")] == [expected] * 2


@jit
def test_a_jitted_function_can_be_registered() -> None:
    register_policy("jitted", numba.njit(by_luck))
    register_policy("plain", by_luck)
    both = [history(engine, lower(floor("jitted")).model, 2) for engine in ("compiled", "reference")]
    plain = history("compiled", lower(floor("plain")).model, 2)
    assert both[0].tobytes() == both[1].tobytes() == plain.tobytes()


@jit
def test_the_event_loop_is_not_compiled_again() -> None:
    history("compiled", lower(floor("round_robin")).model)
    loop: Any = engine.advance
    before = list(loop.signatures)
    register_policy("by_luck", by_luck)
    history("compiled", lower(floor("by_luck")).model)
    assert loop.signatures == before


def test_a_name_registered_again_means_the_new_function() -> None:
    register_policy("changing", by_luck)
    earlier = lower(floor("changing")).model
    register_policy("changing", the_first)
    later = lower(floor("changing").with_changes({"teams.sales.max_open": 10_000})).model
    assert policy_names().count("changing") == 1
    first = history("compiled", later)
    assert set(first[first["event"] == Event.STARTED]["rep"]) == {0}
    register_policy("by_luck", by_luck)
    assert (
        history("compiled", earlier).tobytes() == history("compiled", lower(floor("by_luck")).model).tobytes()
    )


@jit
def test_what_numba_cannot_compile_runs_on_the_reference_engine_only() -> None:
    register_policy("by_dictionary", by_dictionary)
    scenario = floor("by_dictionary")
    assert fs.simulate(scenario, replications=2, engine="reference").years == 2
    with pytest.raises(PolicyError, match=r'"by_dictionary" cannot be compiled .* engine="reference"'):
        fs.simulate(scenario, replications=1)


def test_an_answer_that_is_no_number_is_told() -> None:
    register_policy("silent", lambda *_: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(PolicyError, match='"silent" answered None: it must return the position of a rep'):
        history("reference", lower(floor("silent")).model)


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("random", by_luck, '"random" is a policy that the package has'),
        ("own", by_luck, "that the package has"),
        ("two words", by_luck, "'two words' cannot name a policy"),
        ("", by_luck, "cannot name a policy"),
        ("short", lambda: 0, r"cannot be called as function\(team, reps, states, lead, now, u\)"),
        ("number", 3, "cannot be called"),
    ],
)
def test_what_cannot_be_registered(name: str, function: Any, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        register_policy(name, function)
    assert name in BUILT_IN or name not in policy_names()


def test_an_unknown_policy_is_answered_with_all_that_there_are() -> None:
    register_policy("by_luck", by_luck)
    (problem,) = problems_of(after("people = 2", 'assignment = "by_look"'))
    assert problem.path == "teams.sales.assignment"
    assert problem.nearest == "by_luck"
    assert all(name in problem.expected for name in (*BUILT_IN, "registered:", "by_luck"))


def test_every_policy_has_a_name_for_scenarios() -> None:
    for name in BUILT_IN:
        assert lower(floor(name)).model.teams["assignment"][0] == Assignment[name.upper()]


# ---- stages that differ by segment --------------------------------------------------------------


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_stage_is_what_it_is_to_the_lead_s_segment(engine: str) -> None:
    rows = history(engine, lower(floor("least_loaded")).model, 5)
    talks = rows[rows["stage"] == 0]
    for segment, hours, cost in ((0, 1.0, 3.0), (1, 2.5, 7.0)):
        own = talks[talks["segment"] == segment]
        assert set(own[own["event"] == Event.WORKED]["worked"]) == {round(hours * 3_600_000_000)}
        assert set(own[own["event"] == Event.STARTED]["money"]) == {cost}


def test_typed_and_simulated_conversions_by_segment() -> None:
    forecast = fs.simulate(floor("least_loaded"), replications=60).forecast
    talk, offer = forecast.conversions()
    assert talk.typed == pytest.approx(0.6 * 0.5 + 0.4 * 0.75)
    assert offer.typed == pytest.approx(0.4)
    for found in (talk, offer):
        error = (found.simulated.high - found.simulated.low) / 3.92
        assert abs(found.simulated.mean - found.typed) < 4 * error < 0.1


@pytest.mark.parametrize(
    ("lines", "path", "told"),
    [
        ("[stages.offer.segments.tiny]", "stages.offer.segments", 'names "tiny"'),
        (
            "[stages.offer.segments.small]\nconversion = 2",
            "stages.offer.segments.small.conversion",
            "at most 1",
        ),
        (
            "[stages.offer.segments.small]\nmakes = 'lead'",
            "stages.offer.segments.small.makes",
            "not a key here",
        ),
        (
            "[stages.sign]\nconversion = 1\n[stages.sign.segments.small]\neffort_hours = 1",
            "stages.sign.segments.small.effort_hours",
            "no team",
        ),
        ("[teams.sales.reps.Ada]\nsegments = ['big']", "teams.sales.reps.Ada.segments", 'names "big"'),
        ("[teams.sales.reps.Ada]\nweight = 0", "teams.sales.reps.Ada.weight", "more than 0"),
        ("[teams.sales.reps.Ada]\nweight = 1e6", "teams.sales.reps.Ada.weight", "at most 100000"),
    ],
)
def test_what_is_wrong_with_segments_is_told(lines: str, path: str, told: str) -> None:
    problems = problems_of(f"{GOOD}{lines}\n")
    assert [problem.path for problem in problems] == [path]
    assert told in problems[0].sentence()


def test_weights_are_whole_lots_whose_sums_are_exact() -> None:
    typed = (0.1, 1e-9, 1 / 3, 100_000, 2.5)
    named = "".join(f"[teams.sales.reps.r{number}]\nweight = {each!r}\n" for number, each in enumerate(typed))
    weights = lower(settled(parse(GOOD + named))).model.reps["weight"][-len(typed) :]
    lots = weights * 2.0**20
    assert (lots == lots.round()).all()
    assert weights.tolist() == pytest.approx(typed, abs=2.0**-20)
    assert weights.min() == 2.0**-20  # nobody is left without a chance
    orders = [np.random.default_rng(seed).permutation(weights) for seed in range(20)]
    assert {np.cumsum(each)[-1] for each in orders} == {weights.sum()}


def test_a_segment_that_cannot_leave_loops_for_ever() -> None:
    text = edited("conversion = 0.5\n[stages.offer]", "conversion = 1\n[stages.offer]")
    lines = "back_to = { talk = 1 }\n[stages.offer.segments.small]\nconversion = 0\n"
    assert parse(f"{text}back_to = {{ talk = 1 }}\n").stages["offer"].conversion == 0.5
    assert {problem.path for problem in problems_of(f"{text}{lines}")} == {"stages.talk", "stages.offer"}
    assert np.all([problem.wrong == "loops for ever" for problem in problems_of(f"{text}{lines}")])

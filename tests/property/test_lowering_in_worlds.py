"""A world's model, of which only some rows are lowered anew, is to the bit what lowering all of it gives."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from funnelsim.chance.distributions import Distribution
from funnelsim.chance.keys import UNCERTAINTY, Entity, entity, uniforms, world_of
from funnelsim.compiling.arrays import Floats
from funnelsim.model.model import Model
from funnelsim.scenario import Scenario, courses_of, from_document, load, parse, strategy_names, worlds_of
from funnelsim.scenario.lowering import Groundwork
from funnelsim.scenario.paths import leaves, written
from funnelsim.scenario.scenario import Dated
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.uncertainties import applied
from funnelsim.scenario.worlds import Worlds
from funnelsim.studies.pilot import settled

from .scenarios import Toml, scenarios

SEED = 20_260_105
CHANNEL_MIX = Path(__file__).parents[2] / "src/funnelsim/keeping/baselines/scenarios/channel_mix.toml"
over_scenarios = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
CERTAIN = {"about", "start", "currency", "horizon", "goals", "plan", "origins", "strategies", "uncertainties"}


def measured(scenario: Scenario) -> Iterator[str]:
    """List the paths of all that may be uncertain: numbers with decimals, and distributions."""
    for path, value in leaves(scenario):
        items = value.items() if isinstance(value, dict) else [(None, value)]
        for name, item in items:
            if path[0] not in CERTAIN and isinstance(item, float | Distribution):
                yield written(path if name is None else (*path, name))


def assert_same(one: Model, other: Model) -> None:
    for name, a, b in zip(Model._fields, one, other, strict=True):
        first, second = np.asarray(a), np.asarray(b)
        assert first.dtype == second.dtype, name
        assert first.shape == second.shape, name
        for part in first.dtype.names or (...,):  # between the fields of a record is padding
            assert first[part].tobytes() == second[part].tobytes(), (name, part)


def model_or_refusal(lower: Callable[[Sequence[Contents]], Model], pieces: Sequence[Contents]) -> Model | str:
    """Lower a timeline, or return why it cannot be: a factor may take a number past another one."""
    try:
        return lower(pieces)
    except ValueError as error:
        return str(error)


def assert_lowered_alike(groundwork: Groundwork, pieces: Sequence[Contents]) -> None:
    """Lower what has changed anew, and all anew: both give the same model, or the same refusal."""
    one, other = (model_or_refusal(lower, pieces) for lower in (groundwork.model, groundwork.plainly))
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
    else:
        assert_same(one, other)


@seed(SEED)
@over_scenarios
@given(scenarios(), st.floats(0.75, 0.999))
def test_whatever_is_uncertain_a_world_has_the_model_of_lowering_all_anew(text: Toml, factor: float) -> None:
    """Each number alone, so that no other one's rows are lowered with it; then all at once.

    The same of two pieces of a timeline, of which the number is uncertain in the first, the second or both.
    """
    scenario = from_document(tomllib.loads(text))
    alone = Groundwork([Dated(None, scenario)])
    after = Groundwork([Dated(None, scenario), Dated(scenario.start, scenario)])
    factors = {f"{key} *=": factor for key in measured(scenario)}
    for values in ({}, *({key: factor} for key in factors), factors):
        world = applied(scenario, values)
        assert_lowered_alike(alone, [world])
        for pieces in ([world, scenario], [scenario, world], [world, world]):
            assert_lowered_alike(after, pieces)


def test_a_world_is_refused_as_lowering_all_anew_refuses_it() -> None:
    """A ceiling of 60 inquiries, should it be as low as 24, is below the 30 of today."""
    scenario = settled(load(CHANNEL_MIX))
    groundwork = Groundwork([Dated(None, scenario)])
    world = applied(scenario, {"channels.ads.response.ceiling *=": 0.4})
    refusal = "the ceiling must be above 30 inquiries per month, not 24.0"
    assert model_or_refusal(groundwork.model, [world]) == refusal
    assert model_or_refusal(groundwork.plainly, [world]) == refusal


def test_what_may_be_uncertain_is_found_in_every_section() -> None:
    scenario = settled(load("marketplace_sellers"))
    assert {path.split(".")[0] for path in measured(scenario)} == {
        *("channels", "effects", "finance", "management", "mix", "segments", "stages", "teams")
    }


NOBODY_OFF = """
start = 2026-06-01
horizon = { warm_up_months = 1, period_months = 1, drain_months = 0 }
[segments.small]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 30
[teams.front]
people = 2
absence = { days_off_per_year = 0 }
[stages.call]
conversion = 0.5
team = "front"
"""


@pytest.mark.parametrize("key", ["days_off_per_year", "spells_per_year"])
def test_a_number_typed_as_0_may_be_more_in_a_world(key: str) -> None:
    scenario = parse(NOBODY_OFF)
    groundwork = Groundwork([Dated(None, scenario)])
    world = [applied(scenario, {f"teams.front.absence.{key}": 20.0})]
    assert_same(groundwork.model(world), groundwork.plainly(world))


def in_world_by_hand(scenario: Scenario, levels: Floats) -> Contents:
    """Put the numbers of the levels that were drawn into a scenario."""
    drawn = zip(scenario.uncertainties.items(), levels, strict=True)
    return applied(scenario, {key: unknown.at(float(level)) for (key, unknown), level in drawn})


@pytest.mark.parametrize("name", ["marketplace_sellers", "professional_services"])
def test_the_worlds_of_a_preset_are_those_of_lowering_all_anew(name: str) -> None:
    scenario = settled(load(name))
    for course in courses_of(scenario, strategy_names(scenario)).values():
        held: list[Scenario] = []
        for worlds in course.pieces:
            assert isinstance(worlds, Worlds)
            held.append(worlds.scenario)
            for world in (world_of(9, number) for number in range(3)):
                pieces = [in_world_by_hand(each, worlds.levels(world)) for each in held]
                assert_same(worlds(world), worlds.groundwork.plainly(pieces))


def test_compiled_draws_are_those_of_plain_python() -> None:
    scenario = settled(load("marketplace_sellers"))
    for number in range(20):
        world = world_of(4, number)
        paths = [key.removesuffix(" *=") for key in scenario.uncertainties]
        owners = [entity(Entity.UNCERTAINTY, path) for path in paths]
        plain = [uniforms(world, owner, UNCERTAINTY, 0)[0] for owner in owners]
        assert worlds_of(scenario).levels(world).tolist() == plain


def test_only_what_an_uncertain_number_reaches_is_lowered_anew() -> None:
    scenario = settled(load("marketplace_sellers"))
    groundwork = Groundwork([Dated(None, scenario)])
    typed = groundwork.model([scenario])
    world = groundwork.model([applied(scenario, {"stages.negotiation.conversion *=": 0.5})])
    shared = {name for name, a, b in zip(Model._fields, typed, world, strict=True) if a is b}
    assert {"channels", "segments", "teams", "reps", "expected", "knots", "hours", "spend"} <= shared
    assert world.stages["odds"][0] == typed.stages["odds"][0]
    assert world.stages["odds"][1] < typed.stages["odds"][1]


TWO_WAYS = """
start = 2026-06-01
horizon = { warm_up_months = 1, period_months = 1, drain_months = 0 }
[segments.small]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 30
day_variation = 0.5
[stages.call]
conversion = 0.5
back_to = { call = 0.5 }
lost_reasons = { price = 1.0 }
"""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("channels.web.day_variation *=", 0.5),  # another shape: other knots
        ("channels.web.day_variation *=", 0.0001),  # no distribution at all
        ("stages.call.back_to.call", 0.0),  # a route less
    ],
)
def test_rows_of_another_shape_are_lowered_plainly(
    key: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = parse(TWO_WAYS)
    groundwork = Groundwork([Dated(None, scenario)])
    pieces = [applied(scenario, {key: value})]
    plain = groundwork.plainly(pieces)
    asked = []
    monkeypatch.setattr(groundwork, "plainly", lambda pieces: asked.append(pieces) or plain)
    assert groundwork.model(pieces) is plain
    assert asked == [pieces]


def test_random_scenarios_reach_every_kind_of_number() -> None:
    """The strategy must not have lost a section, or the property above would hold of nothing."""
    texts: list[Toml] = []

    @seed(SEED)
    @settings(max_examples=30)
    @given(scenarios())
    def collect(text: Toml) -> None:
        texts.append(text)

    collect()
    found = chain.from_iterable(measured(from_document(tomllib.loads(text))) for text in texts)
    kinds = {(path.split(".")[0], path.split(".")[-1]) for path in found}
    assert {
        *(("channels", "fit"), ("channels", "day_variation"), ("channels", "hot"), ("channels", "small")),
        *(("segments", "contract_value_per_year"), ("effects", "theorist"), ("teams", "skill")),
        *(("stages", "effort_hours"), ("stages", "conversion"), ("stages", "goes_cold_after_days")),
    } <= kinds

"""Laws that every history keeps, whatever the scenario: read from the rows and from the engine's state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, StuckError, history, new_ledger, pages
from funnelsim.engines.compiled.state import FIRST_POOL, State
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOBODY, Event
from funnelsim.rules.visits import team_for

from .living import Example, model_of, parity
from .scenarios import Toml, scenarios, seeds

SEED = 20_260_102
ENDS = (Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN)
LEAVES = (*ENDS, Event.ADVANCED, Event.SENT_BACK)
BEGINS_WORK = (Event.STARTED, Event.RESUMED)
ENDS_WORK = (Event.WORKED, Event.NOT_REACHED, Event.INTERRUPTED)
BOOKED = (
    *(Event.MEDIA, Event.PAY, Event.TRAINED, Event.SKILL),
    *(Event.ABSENT, Event.JOINED, Event.ON_STAFF, Event.ONE_OFF, Event.RUNNING),
)  # also at the horizon
NO_PURSUIT = (*BOOKED, Event.PROSPECTED)
AFTERWARDS = (
    Event.BECAME_LEAD,
    Event.MARGIN,
    Event.EXPECTED,
    Event.EXPECTED_MARGIN,
    Event.REVENUE,
    Event.COMMISSION,
    Event.EXPECTED_COMMISSION,
    Event.BILLED,
    Event.COOLED_OFF,
)  # may follow the row that ends a lead

over_scenarios = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def of(rows: Records, *events: Event) -> Records:
    """Select rows by event."""
    return rows[np.isin(rows["event"], events)]


def of_pursuits(rows: Records) -> Records:
    """Select the rows that are about a pursuit."""
    return rows[~np.isin(rows["event"], NO_PURSUIT)]


def of_the_past(rows: Records) -> Records:
    """Leave out the rows whose span is none of the lead's, or is told by another row, too."""
    not_the_lead_s = (Event.REVENUE, Event.MARGIN, Event.BILLED, Event.COOLED_OFF)
    told_again = (Event.REJECTED, Event.ADMITTED, Event.IGNORED, Event.TOUCHED, Event.IN_CREW)
    return rows[~np.isin(rows["event"], (*not_the_lead_s, *told_again))]


def in_stages(rows: Records) -> Records:
    """Leave out the rows of leads that rest: from after PARKED to RETURNED, or to the end."""
    rests: set[int] = set()
    kept = np.ones(len(rows), bool)
    for number, row in enumerate(rows):
        lead = int(row["pursuit"])
        kept[number] = lead not in rests
        if row["event"] == Event.PARKED:
            rests.add(lead)
        elif row["event"] == Event.RETURNED:
            rests.discard(lead)
    return rows[kept]


def each_person_is_on_staff_once(model: Model, rows: Records) -> None:
    """Everybody who joins before the horizon has one row, which spans the time on staff and paid for."""
    spans, joined = of(rows, Event.ON_STAFF), of(rows, Event.JOINED)
    came = np.flatnonzero(model.reps["joins"] < model.horizon)
    assert set(spans["rep"].tolist()) == set(came.tolist())
    for number in came:
        rep, own = model.reps[number], spans[spans["rep"] == number]
        successors = joined[joined["rep"] == number]
        assert successors["count"].tolist() == list(range(1, len(own)))
        assert rep["turns_over"] == 1 or len(own) == 1
        starts = [max(int(rep["joins"]), 0), *successors["time"].tolist()]
        assert (own["time"] - own["waited"]).tolist() == starts
        assert (successors["time"] % DAY == 0).all()
        assert (successors["time"] >= own["time"][:-1]).all()
        assert (successors["time"] < rep["leaves"]).all()
        last = of(rows[rows["rep"] == number], Event.WORKED, Event.NOT_REACHED, Event.PROSPECTED)["time"]
        for row in own:
            assert rep["turns_over"] or min(rep["leaves"], model.horizon) <= row["time"] <= model.horizon
            assert rep["turns_over"] or row["time"] in (rep["leaves"], model.horizon, *last)


def each_lead_begins_and_ends_once(rows: Records) -> None:
    about_leads = of_pursuits(rows)
    for lead in np.unique(about_leads["pursuit"]):
        told = [Event(int(event)) for event in about_leads["event"][about_leads["pursuit"] == lead]]
        assert told[0] is Event.INQUIRY
        assert told.count(Event.INQUIRY) == 1
        assert sum(event in ENDS for event in told) == 1
        assert [event for event in told if event not in AFTERWARDS][-1] in ENDS
        returned = told.count(Event.RETURNED)
        assert told.count(Event.PARKED) - returned in (0, 1)  # 1: it is over while it rests
        assert told.count(Event.ENTERED) == sum(event in LEAVES for event in told) + returned
        assert told.count(Event.BECAME_LEAD) <= 1


def rows_are_in_time_order(model: Model, rows: Records) -> None:
    assert (np.diff(rows["time"]) >= 0).all()
    assert (of(rows, Event.OPEN)["time"] == model.horizon).all()
    assert (rows["time"][~np.isin(rows["event"], (*BOOKED, Event.TOUCHED, Event.OPEN))] < model.horizon).all()
    may_be_negative = (Event.BILLED, Event.INQUIRY, Event.MARGIN, Event.EXPECTED_MARGIN)  # CA7, X9, PC5
    amounts = rows[~np.isin(rows["event"], may_be_negative)]
    for never_negative in ("time", "waited", "worked", "money"):
        assert (amounts[never_negative] >= 0).all()
    ended = of(rows, *ENDS)
    assert (ended["worked"] == ended["created"]).all()  # when it began: all are first inquiries
    assert (rows["created"] <= rows["time"]).all()
    about = of_the_past(of_pursuits(rows))
    assert (about["waited"] <= about["time"] - about["created"]).all()


def work_needs_hours_and_staff(model: Model, rows: Records) -> None:
    for row in of(rows, *BEGINS_WORK):
        if team_for(model, row) == NOBODY:
            continue
        rep = model.reps[row["rep"]]
        assert rep["team"] == team_for(model, row)
        assert rep["joins"] <= row["time"] < rep["leaves"]
        hours = working_hours(model, int(row["rep"]))
        assert ((hours["opens"] <= row["time"]) & (row["time"] < hours["closes"])).any()


def work_takes_working_time(model: Model, rows: Records) -> None:
    paused: Counter[int] = Counter()
    for row in of(rows, *BEGINS_WORK, *ENDS_WORK, Event.ABSENT):
        rep = int(row["rep"])
        if row["event"] == Event.ABSENT:
            paused[rep] += int(row["worked"])
        elif team_for(model, row) == NOBODY:
            assert row["worked"] == 0
        elif row["event"] in BEGINS_WORK:
            paused[rep] = 0
        else:
            hours = working_hours(model, rep)
            begins = np.maximum(hours["opens"], row["time"] - row["waited"])
            ends = np.minimum(hours["closes"], row["time"])
            assert np.maximum(ends - begins, 0).sum() - paused[rep] == row["worked"]


def working_hours(model: Model, rep: int) -> Records:
    calendar = model.calendars[model.reps[rep]["calendar"]]
    return model.hours[calendar["first_hours"] : calendar["first_hours"] + calendar["hours"]]


def a_rep_works_one_thing_at_a_time(model: Model, rows: Records) -> None:
    """Whoever works on a lead works on no other, and on no block of prospecting: such a block has one row."""
    at_work: dict[int, int] = {}
    idle_since: dict[int, int] = {}
    for row in of(rows, *BEGINS_WORK, *ENDS_WORK, Event.PROSPECTED):
        rep, lead = int(row["rep"]), int(row["pursuit"])
        if row["event"] == Event.PROSPECTED:
            assert rep not in at_work
            assert row["time"] - row["waited"] >= idle_since.get(rep, 0)
        elif team_for(model, row) == NOBODY:
            continue
        elif row["event"] in BEGINS_WORK:
            assert rep not in at_work
            at_work[rep] = lead
        else:
            assert at_work.pop(rep) == lead
        idle_since[rep] = int(row["time"])


def occupancy_is_the_sum_of_spans(model: Model, rows: Records) -> None:
    """Count who is in each stage, instant by instant, and compare with what the rows say was waited."""
    inside_any = in_stages(rows)
    for stage in range(len(model.stages)):
        here = of_the_past(inside_any[inside_any["stage"] == stage])
        moves = here[np.isin(here["event"], (Event.ENTERED, Event.PARKED, *LEAVES))]
        inside = np.cumsum(np.where(moves["event"] == Event.ENTERED, 1, -1))
        assert (inside >= 0).all()
        assert len(inside) == 0 or inside[-1] == 0
        occupancy = int((inside[:-1] * np.diff(moves["time"])).sum())
        assert occupancy == int(here["waited"].sum())


@seed(SEED)
@over_scenarios
@given(scenarios(), seeds())
def test_laws_of_the_rows(text: Toml, seed: int) -> None:
    model = model_of(text)
    rows = history("compiled", model, seed)
    of_leads = rows[np.isin(rows["pursuit"], of(rows, Event.INQUIRY)["pursuit"])]
    assert (np.diff(rows["time"]) >= 0).all()
    each_lead_begins_and_ends_once(of_leads)
    rows_are_in_time_order(
        model, rows[np.isin(rows["event"], NO_PURSUIT) | np.isin(rows["pursuit"], of_leads["pursuit"])]
    )
    work_needs_hours_and_staff(model, rows)
    work_takes_working_time(model, rows)
    a_rep_works_one_thing_at_a_time(model, rows)
    occupancy_is_the_sum_of_spans(model, of_leads)
    each_person_is_on_staff_once(model, rows)


def every_page(model: Model, seed: int) -> Iterator[State]:
    """Give out the compiled engine's state after each step that wrote something."""
    ledger = new_ledger(rows_of_a_step(model))
    engine, finished = ENGINES["compiled"], False
    simulation = engine.start(model, world_of(seed, 0))
    while not finished:
        finished = engine.advance(simulation, model.horizon, ledger)
        yield simulation.state
        ledger.clear()


@seed(SEED)
@over_scenarios
@given(scenarios(), seeds())
def test_laws_of_the_state(text: Toml, seed: int) -> None:
    """No rep owns more than the team allows, and books of open leads agree with the leads themselves."""
    model = model_of(text)
    for state in every_page(model, seed):
        owned = state.pursuits["rep"][(state.pursuits["entity"] > 0) & (state.pursuits["rep"] != NOBODY)]
        assert (state.reps["open"] == np.bincount(owned, minlength=len(state.reps))).all()
        assert (state.reps["open"] <= model.teams["max_open"][model.reps["team"]]).all()
        assert state.clock[0]["due"] - state.clock[0]["gap"] == (state.positions >= 0).sum()


ONE_STAGE = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
segments = { all = { contract_value_per_year = 100 } }
channels = { web = { kind = "seo", inquiries_per_month = 900 } }
"""


def test_the_pool_of_leads_grows() -> None:
    text = ONE_STAGE + "stages = { call = { conversion = 0.5, customer_takes_days = 25 } }"
    model = model_of(text)
    most = max(len(state.pursuits) for state in every_page(model, 1))
    assert most >= 4 * FIRST_POOL
    parity(Example(text, 1), Counter())
    rows = history("compiled", model)
    assert (rows["event"] == Event.OPEN).sum() > FIRST_POOL
    each_lead_begins_and_ends_once(rows)


@pytest.mark.parametrize("stage", ["call", "demo"])
def test_leads_that_go_round_at_one_instant_stop_both_engines(stage: str) -> None:
    going_round = f"""
    [stages.call]
    conversion = {1 if stage == "demo" else 0.000_000_001}
    back_to = {{ call = 1.0 }}
    [stages.demo]
    conversion = 0.000_000_001
    back_to = {{ demo = 1.0 }}
    [stages.deal]
    conversion = 0.5
    """
    model = model_of(ONE_STAGE + going_round)
    instants = set()
    for engine in sorted(ENGINES):
        with pytest.raises(StuckError, match="more than 10,000 waves") as stuck:
            history(engine, model)
        assert stuck.value.stages == (["call", "demo"].index(stage),)
        instants.add(stuck.value.now)
    first_inquiry = history("compiled", model_of(ONE_STAGE + "stages = { call = { conversion = 0.5 } }"))[0]
    assert instants == {int(first_inquiry["time"])}


def test_a_page_too_small_for_a_step_is_refused() -> None:
    model = model_of(ONE_STAGE + "stages = { call = { conversion = 0.5 } }")
    least = rows_of_a_step(model)
    small = new_ledger(least - 1)
    with pytest.raises(ValueError, match=f"needs room for {least} rows, not {least - 1}"):
        next(pages(ENGINES["compiled"], model, world_of(1, 0), small))

"""Stages that decide as the customer answers, and customers who never decide."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from funnelsim.compiling.arrays import Records
from funnelsim.engines import history
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import lower, parse
from funnelsim.scenario.lowering import Groundwork
from funnelsim.scenario.scenario import Dated
from funnelsim.studies.pilot import settled

FIRM = """
start = 2026-01-01
horizon = {{ warm_up_months = 0, period_months = 12, drain_months = 0 }}
[segments.small]
contract_value = 100
[segments.large]
contract_value = 900
[channels.web]
kind = "seo"
inquiries_per_month = 400
temperature = {{ warm = 1.0 }}
segments = {{ small = 0.5, large = 0.5 }}
[stages.offer]
conversion = 0.5
{keys}
"""
SEED = 3


def rows_of(keys: str) -> Records:
    """Live through a year of the firm."""
    return history("reference", lower(parse(FIRM.format(keys=keys))).model, SEED)


def test_effects_of_late_decisions_become_rows() -> None:
    keys = """decided = "when_answered"
never_decides = 0.1
effects.time_in_stage = { days = [2, 9], odds_ratio = [3, 0.5] }
segments.large = { never_decides = 0.4, effects.month_of_quarter = [0.5, 1, 2] }
[plan]
fiscal_year_starts = 3"""
    model = lower(parse(FIRM.format(keys=keys))).model
    [offer], [small, large] = model.stages, model.variants
    assert [row["decides_late"] for row in (offer, small, large)] == [1, 1, 1]
    assert [row["never"] for row in (offer, small, large)] == [0.1, 0.1, 0.4]
    assert model.quarter_odds[[offer["heat"], small["heat"]]].tolist() == [[1, 1, 1], [1, 1, 1]]
    # March, whose number is 2 modulo 3, is the first month of a quarter.
    assert model.quarter_odds[large["heat"]].tolist() == [1, 2, 0.5]
    for row in (offer, small, large):
        points = model.points[row["first_age"] : row["first_age"] + row["ages"]]
        assert points["waited"].tolist() == [2 * DAY, 9 * DAY]
        assert points["odds"].tolist() == [3, 0.5]
        assert points["log_hours"].tolist() == pytest.approx([math.log(48), math.log(216)])


def test_a_stage_decides_as_work_starts_unless_told_otherwise() -> None:
    [offer] = lower(parse(FIRM.format(keys=""))).model.stages
    assert (offer["decides_late"], offer["never"], offer["ages"]) == (0, 0.0, 0)


def test_other_numbers_of_the_effects_are_those_of_a_world() -> None:
    keys = """decided = "when_answered"
effects.time_in_stage = {{ days = [2, 9], odds_ratio = [3, {last}] }}
effects.month_of_quarter = [1, 1, {last}]"""
    typed, other = (parse(FIRM.format(keys=keys.format(last=last))) for last in (0.5, 4.0))
    quickly = Groundwork([Dated(None, typed)]).model([other])
    for name, array in lower(other).model._asdict().items():
        assert np.array_equal(getattr(quickly, name), array), name


@pytest.mark.parametrize("more", ["", "customer_takes_days = 9"])
def test_late_and_early_decisions_win_as_many(more: str) -> None:
    """Without effects it does not matter when it is decided: each lead has the same uniform."""
    early, late = rows_of(more), rows_of(f'{more}\ndecided = "when_answered"')
    assert (early == late).all()
    assert (early["event"] == Event.WON).sum() > 1000


def test_the_share_won_is_that_of_the_month_in_which_the_customer_answers() -> None:
    keys = 'decided = "when_answered"\neffects.month_of_quarter = [0.25, 1, 4]\ncustomer_takes_days = 20'
    rows = rows_of(keys)
    ended = rows[np.isin(rows["event"], (Event.WON, Event.LOST))]
    months = np.array([date.fromordinal(date(2026, 1, 1).toordinal() + day).month for day in range(365)])
    of_quarter = (months[ended["time"] // DAY] - 1) % 3
    for month, share in enumerate((0.2, 0.5, 0.8)):
        won = ended["event"][of_quarter == month] == Event.WON
        assert abs(won.mean() - share) < 4 * math.sqrt(share * (1 - share) / len(won))


def test_who_never_decides_stays_open() -> None:
    rows = rows_of("never_decides = 0.3\ncustomer_takes_days = 5")
    entered = (rows["event"] == Event.ENTERED).sum()
    answered = np.isin(rows["event"], (Event.WON, Event.LOST)).sum()
    old = (rows["event"] == Event.OPEN) & (rows["waited"] > 5 * DAY)
    still_with_them = ((rows["event"] == Event.OPEN) & ~old).sum()
    assert old.sum() + answered + still_with_them == entered
    share = old.sum() / (entered - still_with_them)
    assert abs(share - 0.3) < 4 * math.sqrt(0.3 * 0.7 / entered)


def test_a_pilot_does_not_wait_for_those_who_never_decide() -> None:
    """Its months are those of a firm in which they say no after as long a time."""
    unsettled = FIRM.replace("warm_up_months = 0, ", "").replace(", drain_months = 0", "")
    texts = [f"{never}\ncustomer_takes_days = 20" for never in ("never_decides = 0.5", "")]
    found = [settled(parse(unsettled.format(keys=keys))) for keys in texts]
    assert found[0].months == found[1].months
    assert found[0].doubts == found[1].doubts

"""Companies that cool off as a forecast begins: who was lost lately, and until when."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from funnelsim.chance.keys import open_deal, world_of
from funnelsim.compiling.arrays import Record, Records
from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.engines.lost_lately import LOST_DEAL, cooling_off
from funnelsim.metrics.cut import untaken
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NEVER, NOBODY, NOTHING, Due, Event
from funnelsim.reports.forecast_deals import watch
from funnelsim.scenario import Scenario, lower, parse
from funnelsim.studies.today.restart import forecast_from
from funnelsim.studies.today.snapshot import COLUMNS, Snapshot

FIRM = """
start = 2026-03-01
horizon = { warm_up_months = 0, period_months = 3, drain_months = 0 }
[segments.small]
contract_value = 100
market = { companies = 20, cooling_off_days = 30 }
[segments.large]
contract_value = 900
market = { companies = 20 }
[segments.any]
contract_value = 100
[channels.web]
kind = "seo"
inquiries_per_month = 400
segments = { small = 1.0 }
[channels.fair]
kind = "pr"
inquiries_per_month = 0
segments = { large = 1.0 }
[stages.talk]
conversion = 0.5
[stages.offer]
conversion = 0.5
"""
SMALL, LARGE, ANY = 0, 1, 2
WORLD = world_of(7, 3)


def model_of(text: str = FIRM) -> Model:
    return lower(parse(text)).model


def lost(days_ago: float, segment: int = SMALL, name: str = "A", channel: int = 0) -> Record:
    deal: Record = np.zeros(1, LOST_DEAL)[0]
    deal["entity"], deal["segment"], deal["channel"], deal["stage"] = open_deal(name), segment, channel, 1
    deal["ago"], deal["age_of_deal"] = days_ago * DAY, (days_ago + 9) * DAY
    return deal


def cool(*deals: Record, text: str = FIRM) -> Records:
    return cooling_off(model_of(text), WORLD, np.stack(deals))


def test_a_company_cools_off_for_what_is_left() -> None:
    [deal] = cool(lost(12))
    assert (int(deal["since"]), int(deal["due"])) == (-12 * DAY, 18 * DAY)
    assert (int(deal["created"]), int(deal["rep"]), int(deal["stage"])) == (-21 * DAY, NOBODY, 1)
    assert deal["phase"] == Due.COOLS_OFF


def test_who_has_cooled_off_is_no_longer_left_alone() -> None:
    assert len(cool(lost(29.9), lost(30, name="B"), lost(31, name="C"))) == 1


def test_without_a_table_it_is_for_ever_and_without_a_market_not_at_all() -> None:
    assert cool(lost(900, LARGE))["due"].tolist() == [NEVER]
    assert len(cool(lost(1, ANY))) == 0
    assert len(cool(lost(1), text=FIRM.replace("market =", "odds_ratio = 1.0 #"))) == 0


def test_a_segment_that_is_not_known_is_that_of_the_channel() -> None:
    assert cool(lost(1, NOTHING))["segment"].tolist() == [SMALL]
    assert cool(lost(1, NOTHING, channel=1))["segment"].tolist() == [LARGE]


def test_how_long_differs_from_company_to_company() -> None:
    """Of a thousand that were lost ten days ago, those cool off who do so for longer than ten days."""
    text = FIRM.replace("cooling_off_days = 30", "cooling_off_days = { median = 10, p90 = 30 }")
    deals = cool(*(lost(10, name=str(number)) for number in range(1_000)), text=text)
    assert abs(len(deals) - 500) < 4 * 500**0.5 / 2**0.5
    assert abs((deals["due"] > 20 * DAY).sum() - 100) < 4 * 90**0.5


def all_were_lost(model: Model, days_ago: float) -> Model:
    deals = [lost(days_ago, name=str(number)) for number in range(20)]
    found = cooling_off(model, WORLD, np.stack(deals))
    return model._replace(open_deals=found[np.argsort(found["entity"])])


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_nobody_asks_before_a_company_has_cooled_off(engine: str) -> None:
    rows = history(engine, all_were_lost(model_of(), 10), 1)
    cooled = rows[rows["event"] == Event.COOLED_OFF][:20]
    assert (cooled["time"] == 20 * DAY).all()
    assert (cooled["waited"] == 30 * DAY).all()
    asked = rows["time"][rows["event"] == Event.INQUIRY]
    assert 20 * DAY < asked.min() < 22 * DAY


def test_the_market_available_is_told() -> None:
    """None of 20 is for the 20 days of March, whoever asks afterwards; all others are."""
    model = all_were_lost(model_of(FIRM.replace("per_month = 400", "per_month = 0")), 10)
    tally = new_tally(model, 1)
    fold(history("reference", model, 1), model, tally)
    on_average, at_end = untaken(model, stack([tally]))
    assert on_average[0, :, SMALL].tolist() == pytest.approx([20 * 11 / 31, 20, 20])
    assert at_end[0, :, SMALL].tolist() == [20, 20, 20]
    assert at_end[0, :, LARGE].tolist() == [20, 20, 20]


def snapshot(lost_ago: int) -> Snapshot:
    at = pd.Timestamp("2026-03-01")
    deals = pd.DataFrame({name: [""] * 20 for name in COLUMNS[1:]})
    deals["deal"], deals["status"], deals["segment"] = [str(each) for each in range(20)], "lost", "small"
    for name in ("value", "probability"):
        deals[name] = np.nan
    for name in ("entered", "created", "close"):
        deals[name] = pd.NaT
    deals["closed"] = at - pd.Timedelta(days=lost_ago)
    return Snapshot(at, deals)


def asking(scenario: Scenario, lost_ago: int) -> float:
    until = pd.Timestamp("2026-03-21")
    return len(forecast_from(scenario, snapshot(lost_ago), until=until, replications=20).inquiries) / 20


def test_a_snapshot_that_does_not_go_back_so_far_is_told() -> None:
    until, words = pd.Timestamp("2026-03-21"), "Companies cool off for up to 30 days"
    for ago, is_told in ((5, True), (30, False)):
        found = forecast_from(parse(FIRM), snapshot(ago), until=until, replications=2)
        assert any(words in each for each in watch(found)) == is_told
    without = parse(FIRM.replace("market =", "odds_ratio = 1.0 #"))
    found = forecast_from(without, snapshot(5), until=until, replications=2)
    assert not any(words in each for each in watch(found))


def test_a_forecast_leaves_alone_who_was_lost_lately() -> None:
    scenario = parse(FIRM)
    assert asking(scenario, 5) == 0
    assert asking(scenario, 40) > 5

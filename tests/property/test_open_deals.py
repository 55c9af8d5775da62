"""Deals that are open at time 0: each ends once or is open at the end, whatever else there is."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded

from funnelsim.chance.keys import Entity, world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import history
from funnelsim.model.model import Model
from funnelsim.model.words import Due, Event, Flag
from funnelsim.scenario import lower, parse

from .living import Example, at_a_stretch
from .open_deals import random_deals
from .scenarios import Toml, scenarios, seeds

SEED = 20_261_101
ENDS = (Event.WON, Event.LOST, Event.WENT_COLD, Event.WITHDRAWN, Event.OPEN)
COMES = (Event.ENTERED, Event.INTERRUPTED, Event.QUEUED_AGAIN)  # F1
GOES = (Event.STARTED, Event.RESUMED, Event.WENT_COLD, Event.PARKED, Event.WITHDRAWN)


def of_deals(rows: Records) -> Records:
    """Return the rows of open deals."""
    found: Records = rows[rows["pursuit"] >> 56 == Entity.OPEN_DEAL]
    return found


def test_each_open_deal_ends_once_or_is_open_at_the_end() -> None:
    seen: Counter[str] = Counter()

    @seeded(SEED)
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(scenarios(), seeds())
    def conserved(text: Toml, seed: int) -> None:
        example = Example(text, seed, deals=25)
        rows = of_deals(at_a_stretch("reference", example.chapters, example.world))
        model = example.chapters[0].model
        opened = rows[rows["event"] == Event.WAS_OPEN]
        lost = model.open_deals["phase"] == Due.COOLS_OFF  # OD9
        assert opened["pursuit"].tolist() == model.open_deals["entity"][~lost].tolist()
        for deal in model.open_deals[lost]:
            own = rows[rows["pursuit"] == deal["entity"]]
            assert own["event"].tolist() in ([], [Event.COOLED_OFF])
            seen.update(Event(event).name for event in own["event"])
        for deal in model.open_deals[~lost]:
            own = rows[rows["pursuit"] == deal["entity"]]
            assert own["event"][0] == Event.WAS_OPEN
            assert (own["created"] == deal["created"]).all()
            left = own[np.isin(own["event"], ENDS) & (own["flags"] & Flag.NURTURED == 0)]
            nurtured = (own["flags"] & Flag.NURTURED != 0).sum() + (own["event"] == Event.TOUCHED).sum()
            assert len(left) == 1 or nurtured
            seen.update(Event(event).name for event in own["event"])

    conserved()
    assert {"WON", "LOST", "WENT_COLD", "OPEN", "RESUMED", "HELD", "ADMITTED", "QUEUED_AGAIN"} <= set(seen)
    assert "COOLED_OFF" in seen


ALONE = """
start = 2026-03-01
horizon = { warm_up_months = 0, period_months = 3, drain_months = 0 }
[segments.small]
contract_value = 100
[channels.web]
kind = "seo"
inquiries_per_month = 30
[stages.talk]
conversion = 0.5
customer_takes_days = { median = 9, p90 = 30 }
never_decides = 0.1
[stages.offer]
conversion = 0.5
decided = "when_answered"
customer_takes_days = { median = 9, p90 = 30 }
effects.month_of_quarter = [0.5, 1, 2]
"""


def with_deals(text: str) -> Model:
    model = lower(parse(text)).model
    return model._replace(open_deals=random_deals(model, 50, world_of(1, 0)))


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_what_becomes_of_deals_does_not_depend_on_other_leads(engine: str) -> None:
    """Where nobody waits for a rep, twice as many inquiries change no row of a deal."""
    one, two = (
        of_deals(history(engine, with_deals(ALONE.replace("= 30\n", f"= {rate}\n")), 5)) for rate in (30, 60)
    )
    assert one.tobytes() == two.tobytes()
    assert (one["event"] == Event.WON).sum() > 5

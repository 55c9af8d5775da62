"""Referrals: what is wrong in a sentence, what lowering makes of them, and a rate that changes on a day."""

from __future__ import annotations

import numpy as np
import pytest

from funnelsim.chance.keys import world_of
from funnelsim.engines import history
from funnelsim.model.records import PURSUIT
from funnelsim.model.words import DAY, NEVER, Event
from funnelsim.rules import referrals
from funnelsim.scenario import Months, lower, parse

from .good_scenario import GOOD
from .test_products import sentences_of

FRIENDS = """
[channels.friends]
kind = "referral"
referrals = { per_customer_per_month = 0.5 }
"""
MONTHS = Months(0, 6, 0)
NOW = 100 * DAY


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'kind = "referral"',
            'kind = "seo"',
            'channels.friends.referrals is given for kind "seo"; expected kind = "referral"',
        ),
        (
            'kind = "referral"',
            'kind = "referral"\ninquiries_per_month = 5',
            "channels.friends.inquiries_per_month is given beside referrals; expected one of them",
        ),
        (
            'kind = "referral"',
            'kind = "referral"\ngrowth_per_year = 0.2',
            "channels.friends.growth_per_year has no effect where customers refer others; expected no such"
            " key: who is referred comes as customers refer, in their segment",
        ),
        (
            "per_customer_per_month = 0.5",
            "per_customer_per_month = -1",
            "channels.friends.referrals.per_customer_per_month is -1; expected at least 0",
        ),
        (
            "per_customer_per_month = 0.5",
            'lasts = "for_ever"',
            "channels.friends.referrals.per_customer_per_month is missing; expected companies that a"
            " satisfied customer refers in a month, if the market has room for all",
        ),
        (
            "per_customer_per_month = 0.5",
            "per_customer_per_month = 0.5, after_bad_delivery = 0.5",
            "channels.friends.referrals.after_bad_delivery is given without [deliveries]; expected"
            " [deliveries], or no such key",
        ),
        (
            "per_customer_per_month = 0.5",
            "per_customer_per_month = 0.5, after_missed_visit = 0.5",
            "channels.friends.referrals.after_missed_visit is given without [account_visits]; expected"
            " [account_visits], or no such key",
        ),
        (
            "[channels.friends]",
            '[channels.fans]\nkind = "referral"\nreferrals.per_customer_per_month = 1\n[channels.friends]',
            "channels.friends.referrals is given beside channels.fans.referrals; expected one channel for"
            " all",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(old: str, new: str, told: str) -> None:
    assert old in FRIENDS
    assert told in sentences_of(GOOD + FRIENDS.replace(old, new, 1))


def test_nobody_refers_where_no_channel_says_so() -> None:
    model = lower(parse(GOOD).with_months(MONTHS)).model
    assert not referrals.are_there(model)
    assert lower(parse(GOOD + FRIENDS).with_months(MONTHS)).model.firm["referred_to"].tolist() == [2]


@pytest.mark.parametrize(
    ("before", "now", "left"),
    [(0.5, 0.5, 8 * DAY), (0.5, 2.0, 2 * DAY), (2.0, 0.5, 32 * DAY), (0.5, 0.0, NEVER)],
)
def test_what_is_left_until_a_candidate_is_by_the_rates_before_and_now(
    before: float, now: float, left: int
) -> None:
    models = [
        lower(parse(GOOD + FRIENDS.replace("= 0.5", f"= {rate}")).with_months(MONTHS)).model
        for rate in (before, now)
    ]
    referrer = np.zeros(1, PURSUIT)[0]
    referrer["due"] = NOW + 8 * DAY
    due = referrals.due_now(*models, world_of(1, 0), referrer, NOW)
    assert due == (NEVER if left == NEVER else NOW + left)


def test_a_customer_who_has_referred_nobody_begins_as_the_rate_is_raised() -> None:
    models = [
        lower(parse(GOOD + FRIENDS.replace("= 0.5", f"= {rate}")).with_months(MONTHS)).model
        for rate in (0, 0.5)
    ]
    referrer, world = np.zeros(1, PURSUIT)[0], world_of(1, 0)
    referrer["due"] = NEVER
    gap = referrals.next_referral(models[1], world, referrer, 1)
    assert referrals.due_now(*models, world, referrer, NOW) == NOW + gap


@pytest.mark.parametrize(
    ("delivered", "visit", "share"),
    [(0, 0, 1.0), (3, 5, 1.0), (2, 0, 0.25), (0, 4, 0.5), (2, 4, 0.125)],  # 2 x process, + 1 if it went well
)
def test_satisfaction_is_by_the_latest_delivery_and_visit(delivered: int, visit: int, share: float) -> None:
    model = lower(parse(GOOD + FRIENDS).with_months(MONTHS)).model
    firm = model.firm.copy()
    firm["bad_delivery"], firm["missed_visit"] = 0.25, 0.5
    referrer = np.zeros(1, PURSUIT)[0]
    referrer["delivered"], referrer["visit"] = delivered, visit
    assert referrals.satisfaction(model._replace(firm=firm), referrer) == share


def test_who_is_referred_asks_in_the_segment_of_who_refers() -> None:
    text = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 6, drain_months = 0 }
[segments.small]
contract_value = 10
[segments.large]
contract_value = 90
[channels.web]
kind = "seo"
inquiries_per_month = 20
segments = { large = 1 }
[channels.friends]
kind = "referral"
referrals = { per_customer_per_month = 0.5 }
[stages.call]
conversion = 1
"""
    rows = history("compiled", lower(parse(text)).model)
    asked = rows[(rows["event"] == Event.INQUIRY) & (rows["channel"] == 1)]
    assert len(asked) > 20
    assert set(asked["segment"].tolist()) == {1}

"""Every figure against a ledger counted by hand, and the fold against a slow count of random ledgers."""

from __future__ import annotations

import math
from itertools import pairwise, product

import numpy as np
import pytest

from funnelsim.compiling.arrays import Integers, Records
from funnelsim.engines import fold as tally
from funnelsim.engines.fold import (
    DIMENSIONS,
    KEPT,
    Basis,
    Ended,
    Measure,
    age_edges,
    fold,
    line_bounds,
    new_tally,
    pages,
    stack,
)
from funnelsim.engines.fold.ages import age_bin
from funnelsim.metrics import CUTS, FIGURES, cut, labels, reads_values
from funnelsim.metrics.cut import one_contract as cut_of_one
from funnelsim.model.model import Model
from funnelsim.model.records import LEDGER, STAGE
from funnelsim.model.words import DAY, HOUR, NOBODY, NOTHING, Assignment, Event, Flag

from .small_firm import (
    ADS,
    ANN,
    CAT,
    CONTACT,
    NAMES,
    PAPER,
    SMALL,
    TALKS,
    firm,
    history,
    lead,
    two_processes,
)

NAN = math.nan
LEFT = 30 - 21 - 10 / 24  # days of the first lead's contract until the period ends
IN_ALL = {
    "inquiries": 4,
    "leads": 1,
    "won": 2,
    "won_of_inquiries": 1,
    "lost": 1,
    "gone_cold": 0,
    "gone_cold_share": 1 / 4,
    "open_share": 1 / 4,
    "inquiry_to_lead": 1 / 4,
    "lead_to_contract": 1,
    "inquiry_to_contract": 1 / 4,
    "bookings": 1000 + 3000,
    # Sold in a promotion at 3000, the second one is delivered at 60 % of its full price of 3750.
    "contribution": 0.5 * 1000 + (3000 - 0.6 * 3750),
    "contract_value": 2000,
    "media_cost": 20 * 10,
    "inquiry_cost": 2 * 20,
    "lead_cost": 30,
    "marketing_cost": 270,
    "pay_cost": 20 * 50,
    "commission_cost": 400,
    "visit_cost": 3 * 5,
    "training_cost": 0,  # see test_staff
    "turnover_cost": 0,  # see test_turnover
    "sales_cost": 1415,
    "change_cost": 0,  # see test_dates
    # Nobody was held or ignored: see test_hand_over and test_ignored.
    **dict.fromkeys(("held", "leads_held", "cold_while_held", "holding_cost"), 0),
    "time_held": NAN,
    **dict.fromkeys(("ignored_leads", "ignored_share"), 0),
    "cost": 1685,
    "cost_per_inquiry": 270 / 4,
    "cost_per_lead": 270 / 1,
    "cost_per_contract": 270 / 2,
    "cac": 1685 / 2,
    "programme_cost_share": 1685 / 4000,
    "profit": 1250 - 1685,
    # Half of 4,000 that run for 40 days from day 8, 1,000 from day 21, 10:00, for 20 days, all of 3,000.
    "revenue": 2000 + 1000 * LEFT / 20 + 3000,
    "revenue_margin": 500 + 500 * LEFT / 20 + 750,
    "result": 500 + 500 * LEFT / 20 + 750 - 1685,
    "roi": -435 / 1685,
    "roas": 4000 / 270,
    "ros": -435 / 4000,
    "rosi": (1250 - 1415) / 1415,
    "on_staff": 2.75,
    "absence": 0,  # see test_absence
    "mean_skill": 2.0,
    "bookings_per_rep": 4000 / 2.75,  # Bob is there for 15 of 20 days
    "cycle_length": 10 + 1 / 24,  # of the cohort's one contract
    "time_to_first_contact": (2 + 0 + 102) / 3,
    "working_time_to_first_contact": (2 + 0 + 7 + 3 * 8 + 7)
    / 3,  # the last from day 15, 10:00 to day 19, 16:00
    "first_contact_within_1_hour": 1 / 4,
    "first_contact_within_4_hours": 2 / 4,
    "first_contact_within_24_hours": 2 / 4,
    "first_contact_within_1_working_hour": 1 / 4,
    "first_contact_within_4_working_hours": 2 / 4,
    "first_contact_within_24_working_hours": 2 / 4,
    "wait": (2 + 4 + 0 + 102) / 4,
    "effort": (1 + 2 + 1 + 2) / 4,
    "customer_time": (24 + 192 + 24 + 0) / 4 / 24,
    "time_in_stage": (27 + 214 + 25 + 120 + 120) / 5 / 24,
    "utilisation": 6 / (160 + 120 + 160),
    # In each stage from entering to the start, or to the end of the period: 2, 102, 39, 230 and 4 hours.
    "queue": (2 + 102 + 39 + 230 + 4) / 480,
    "sales_velocity": 1000 / (10 + 1 / 24),
    # Nobody has to be reached: test_attempts.py counts those who do.
    **dict.fromkeys(("attempts", "not_reached", "hours_not_reached"), 0),
    **dict.fromkeys(("attempts_per_lead", "reached_share"), NAN),
    # Nobody is nurtured: test_nurture.py counts those who are.
    **dict.fromkeys(("taken_into_nurture", "nurtured_gone_cold", "in_nurture", "reactivated"), 0),
    **dict.fromkeys(("won_reactivated", "bookings_from_reactivated", "revenue_from_reactivated"), 0),
    **dict.fromkeys(("reactivated_share", "cost_per_reactivated"), NAN),
    "nurture_cost": 0,
    # Nobody goes on to pay: test_customer_figures.py counts those who do.
    **dict.fromkeys(("customers", "new_customers", "churned_customers", "mrr", "arr", "later_term_value"), 0),
    **dict.fromkeys(("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "account_visits"), 0),
    **dict.fromkeys(("logo_churn", "renewal_rate", "nrr", "grr", "account_visits_made"), NAN),
    "existing_revenue_share": 0,
    # Nobody buys again, refers others or comes back: tests/property keeps accounts of those who do.
    **dict.fromkeys(("repeat_purchases", "repeat_customers", "repeat_purchase_value"), 0),
    **dict.fromkeys(("referred", "referred_share", "referred_revenue_share"), 0),
    **dict.fromkeys(("customers_won_back", "reactivated_mrr"), 0),
    # Nothing is delivered.
    **dict.fromkeys(("delivered", "cancelled"), 0),
    **dict.fromkeys(("days_to_deliver", "delivered_in_time", "good_deliveries"), NAN),
    # Ann is paid for 80 hours of the first month, and works for two of them: see also test_phases.
    "acquisition_cost": 270 + 400 + 15 + 500 * 2 / 80,
    "cost_to_acquire": (270 + 400 + 15 + 500 * 2 / 80) / 2,
    "idle_cost": 20 * 50 - 500 * 2 / 80,
    **dict.fromkeys(("delivery_cost", "retention_cost", "development_cost", "win_back_cost"), 0),
    **dict.fromkeys(("cost_to_deliver", "cost_to_retain", "cost_to_develop", "cost_to_win_back"), NAN),
    **dict.fromkeys(("lifetime_value", "ltv_to_cac", "payback", "margin_beyond"), NAN),
    # Nothing is said of cash: see test_cash.
    **dict.fromkeys(("billed", "bad_debt", "cash_received", "cash_paid", "receivables"), NAN),
    **dict.fromkeys(("cash", "lowest_cash", "ran_out_of_cash"), NAN),
    # Nobody prospects, is interrupted, or reports: see test_prospecting, test_interruption and test_learning.
    **dict.fromkeys(("prospecting_hours", "prospecting_cost", "prospecting_share"), 0),
    **dict.fromkeys(("interruptions", "reports"), 0),
    **dict.fromkeys(("market_available", "market_available_at_end"), NAN),  # there is none: see test_market
    **dict.fromkeys(("handed_over", "junk_hours", "junk_cost"), 0),  # see test_junk_figures
    **dict.fromkeys(("junk_rate", "true_junk_share", "false_rejections"), NAN),
}
EXPECTED = {  # where contracts count with what is expected of them: 900 and 3200, at margins and commissions
    "won": 2,
    "bookings": 900 + 3200,
    "contribution": 0.5 * 900 + (3200 - 0.6 * 4000),
    "contract_value": 4100 / 2,
    "commission_cost": 90 + 320,
    "sales_cost": 1425,
    "cost": 1695,
    "cac": 1695 / 2,
    "profit": 1250 - 1695,
    "roi": -445 / 1695,
    "marketing_cost": 270,
    "sales_velocity": 900 / (10 + 1 / 24),
}
ALONG = {
    ("inquiries", "month"): (2, 2),
    ("inquiries", "channel"): (3, 1),
    ("inquiries", "segment"): (3, 1),
    ("won", "month"): (0, 2),
    ("won", "stage"): (0, 2, 0),
    ("in_nurture_at_end", "month"): (0, 0),
    ("won", "rep"): (1, 1, 0),
    ("won", "team"): (2, 0),
    ("bookings", "segment"): (1000, 3000),
    ("revenue", "month"): (1000, 1000 + 1000 * LEFT / 20 + 3000),
    ("revenue", "segment"): (2000 + 1000 * LEFT / 20, 3000),
    ("revenue", "rep"): (2000 + 1000 * LEFT / 20, 3000, 0),
    ("revenue_margin", "month"): (250, 250 + 500 * LEFT / 20 + 750),
    ("result", "month"): (250 - 660, 250 + 500 * LEFT / 20 + 750 - 1025),
    ("media_cost", "month"): (100, 100),
    ("pay_cost", "team"): (1000, 0),
    ("lead_cost", "channel"): (30, 0),
    ("lead_cost", "month"): (30, 0),
    ("marketing_cost", "channel"): (270, 0),
    ("cost_per_lead", "channel"): (270, NAN),
    ("cost_per_contract", "channel"): (270 / 1, 0 / 1),
    ("roas", "channel"): (1000 / 270, math.inf),
    ("conversion", "stage"): (1 / 3, 1, NAN),
    ("visits", "stage"): (5, 1, 0),
    ("gone_cold_of_visits", "stage"): (1 / 5, 0, NAN),
    ("lost_of_visits", "stage"): (1 / 5, 0, NAN),
    ("gone_cold_share", "month"): (0, 1 / 2),
    ("time_in_stage", "stage"): ((27 + 25 + 120 + 120) / 4 / 24, 214 / 24, NAN),
    ("wait", "team"): (4, (2 + 0 + 102) / 3),
    ("mean_skill", "month"): (1.5, 2.5),
    ("on_staff", "team"): (1.75, 1),
    ("utilisation", "rep"): (2 / 160, 0, 4 / 160),
    ("utilisation", "team"): (2 / 280, 4 / 160),
    # Cat's two hours over midnight of day 20 fall one into each month.
    ("utilisation", "month"): ((2 + 1 + 1) / (80 + 40 + 80), (1 + 1) / (3 * 80)),
    ("ignored_of_visits", "stage"): (0, 0, NAN),
    ("queue", "month"): ((2 + 102 + 4) / 240, (39 + 230) / 240),
    ("queue", "stage"): ((2 + 102 + 39 + 230) / 480, 4 / 480, 0),
    ("queue", "segment"): ((2 + 4 + 39 + 102 + 230) / 480, 0),
    ("queue", "team"): (4 / 480, (2 + 102 + 39 + 230) / 480),
    ("won_of_inquiries", "month"): (1, 0),
    ("won_of_inquiries", "channel"): (1, 0),
    ("first_contact_within_4_hours", "month"): (1 / 2, 1 / 2),
    ("first_contact_within_4_hours", "channel"): (2 / 3, 0),
    ("first_contact_within_1_working_hour", "segment"): (0, 1),
    ("first_contact_within_4_hours", "stage"): (2 / 4, NAN, NAN),
    ("first_contact_within_4_hours", "team"): (NAN, 2 / 4),
    ("working_time_to_first_contact", "rep"): (NAN, NAN, 40 / 3),
    ("bookings_per_rep", "month"): (0, 4000 / 3),
    ("bookings_per_rep", "team"): (4000 / 1.75, 0),
}


def counted(rows: Records, model: Model, chunks: int = 1) -> tally.Tally:
    found = new_tally(model, len(NAMES.reasons))
    for chunk in np.array_split(rows, chunks):
        fold(chunk, model, found)
    return found


def random_ledger(rows: int, seed: int) -> Records:
    """Rows that no engine would write, with every event, month and dimension, and lone costs."""
    rng = np.random.default_rng(seed)
    ledger = np.zeros(rows, LEDGER)
    ledger["time"] = np.sort(rng.integers(0, 50 * DAY, rows))
    ledger["created"] = ledger["time"] - rng.integers(0, 30 * DAY, rows)
    ledger["waited"] = rng.integers(1, 3 * DAY, rows)
    ledger["worked"] = rng.integers(0, 3 * HOUR, rows)
    ledger["money"] = rng.uniform(0, 1e5, rows)
    ledger["event"] = rng.integers(0, len(Event), rows)
    for name, size in (("stage", 3), ("segment", 2), ("channel", 2), ("reason", 3), ("product", 2)):
        ledger[name] = rng.integers(0, size, rows)
    ledger["rep"] = rng.integers(-1, 3, rows)
    ledger["rep"] = np.where(ledger["event"] == Event.ON_STAFF, ledger["reason"], ledger["rep"])
    ledger["flags"] = rng.integers(0, sum(Flag) + 1, rows)
    ledger["pursuit"] = np.where(rng.random(rows) < 0.1, -1, rng.integers(0, 50, rows))
    give_flags_that_can_be(ledger)
    return ledger


def give_flags_that_can_be(ledger: Records) -> None:
    """Let those be flagged as held, nurtured or ignored who can be; as it begins, holding has no length."""
    event, flags = ledger["event"], ledger["flags"]
    held = np.isin(event, (Event.HELD, Event.WENT_COLD, Event.PARKED, Event.WITHDRAWN, Event.OPEN))
    flags[~held] &= 255 - Flag.HELD.value
    flags[event == Event.HELD] |= Flag.HELD.value
    flags[(flags & Flag.HELD) > 0] &= 255 - Flag.LEFT_QUEUE.value - Flag.NURTURED.value
    flags[~np.isin(event, (Event.LOST, Event.WENT_COLD))] &= 255 - Flag.NURTURED.value
    ledger["waited"][event == Event.HELD] = ledger["worked"][event == Event.HELD] = 0
    ledger["reason"][(event == Event.PARKED) & ((flags & Flag.HELD) > 0)] = 0
    of_reps = np.isin(event, (Event.ABSENT, Event.INTERRUPTED, Event.PAY))
    ledger["rep"][of_reps] = ledger["reason"][of_reps]


def test_every_figure_is_counted_in_all_or_along_a_dimension() -> None:
    assert set(FIGURES) == set(IN_ALL) | {metric for metric, _ in ALONG}
    assert {figure.name for figure in FIGURES.values() if "all" in figure.by} == set(IN_ALL)


@pytest.mark.parametrize("metric", IN_ALL)
def test_figure_in_all_as_counted_by_hand(metric: str) -> None:
    everything = cut(firm(), stack([counted(history(), firm())]), "all")
    by_hand = np.array([[IN_ALL[metric]]])
    assert FIGURES[metric].values(everything) == pytest.approx(by_hand, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("metric", EXPECTED)
def test_figure_at_the_expected_value_of_contracts_as_counted_by_hand(metric: str) -> None:
    everything = cut(firm(), stack([counted(history(), firm())]), "all", expected=True)
    assert FIGURES[metric].values(everything) == pytest.approx(np.array([[EXPECTED[metric]]]), rel=1e-12)


def test_what_reads_the_value_of_a_contract() -> None:
    plain = firm()
    assert not reads_values(plain)
    for policy in (Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK):
        teams = plain.teams.copy()
        teams["assignment"][-1] = policy
        assert reads_values(plain._replace(teams=teams))
    teams = plain.teams.copy()
    teams["tiers"][0] = 2  # of commission
    assert reads_values(plain._replace(teams=teams))


def test_one_contract_is_worth_its_mean_and_earns_its_share_of_the_period() -> None:
    """The period has 20 days; terms are of 10 and of 40 days, margins of 50 and 25 %."""
    plain = firm()
    plain = plain._replace(products=plain.products[:0], prices=plain.prices[:0])
    segments = plain.segments.copy()
    segments["mean_value"], segments["years"], segments["margin"] = (
        36_525,
        [10 / 365.25, 40 / 365.25],
        [0.5, 0.25],
    )
    one = cut_of_one(plain._replace(segments=segments), expected=True)
    found = {name: FIGURES[name].values(one)[0] for name in ("won", "bookings", "contribution", "revenue")}
    assert found["won"].tolist() == [1, 1]
    assert found["bookings"] == pytest.approx([1_000, 4_000])
    assert found["contribution"] == pytest.approx([500, 1_000])
    assert found["revenue"] == pytest.approx([1_000, 2_000])


@pytest.mark.parametrize(("metric", "dimension"), ALONG)
def test_figure_along_a_dimension_as_counted_by_hand(metric: str, dimension: str) -> None:
    places = cut(firm(), stack([counted(history(), firm())]), dimension)
    expected = np.array([ALONG[metric, dimension]], float)
    assert dimension in FIGURES[metric].by
    assert FIGURES[metric].values(places) == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert len(labels(NAMES, dimension)) == expected.shape[1]


def test_teams_have_the_queues_and_first_contacts_of_their_segments() -> None:
    # Small companies are contacted by sales, large ones by nobody.
    stages, variants = firm().stages.copy(), np.zeros(2, STAGE)
    stages["variants"][CONTACT], variants["team"] = 2, (0, NOBODY)
    model, rows = firm()._replace(stages=stages, variants=variants), history()
    small = rows["segment"] == SMALL
    rows["rep"] = np.where(small & (rows["rep"] == CAT), ANN, rows["rep"])
    rows["flags"] = np.where(small, rows["flags"], 0)
    found = {name: cut(model, stack([counted(rows, model)]), name) for name in ("all", "stage", "team")}
    prompt = FIGURES["first_contact_within_4_hours"]
    assert prompt.values(found["all"]).tolist() == [[1 / 3]]
    assert prompt.values(found["stage"])[0, 0] == 1 / 3
    assert prompt.values(found["team"])[0] == pytest.approx([1 / 3, NAN], nan_ok=True)
    assert found["team"].queue[0] * 480 == pytest.approx([2 + 4 + 39 + 102 + 230, 0])


def test_reasons_by_stage_and_channel() -> None:
    found = counted(history(), firm())
    bounds = line_bounds(firm())
    stages, channels = DIMENSIONS.index("stage"), DIMENSIONS.index("channel")
    by_stage = found.reasons[bounds[stages] : bounds[stages + 1], Basis.COHORT]
    assert by_stage.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]
    by_channel = found.reasons[bounds[channels] : bounds[channels + 1], Basis.PERIOD]
    assert by_channel.tolist() == [[0, 0, 1], [0, 0, 0]]  # lead 3 goes cold after the period


def test_ages_of_the_cohort_by_how_they_ended() -> None:
    found = counted(history(), firm())
    edges = age_edges()
    ages = {Ended.WON: [241], Ended.OTHERWISE: [25, 120], Ended.OPEN: [35 * 24 - 10]}
    for ended, hours in ages.items():
        bins = np.searchsorted(edges, np.array(hours) * HOUR, side="right") - 1
        assert np.flatnonzero(found.ages[ended]).tolist() == sorted(bins.tolist())
        assert found.ages[ended].sum() == len(hours)


def test_bins_of_ages_hold_their_ages() -> None:
    edges = age_edges()
    rng = np.random.default_rng(1)
    ages = [0, 1, *rng.integers(0, 1 << 52, 500).tolist()]
    ages += [(1 << power) + step for power in range(20, 52) for step in (-1, 0, 1)]
    for age in ages:
        place = age_bin(age)
        assert edges[place] <= age < edges[place + 1]
    assert age_bin(1 << 60) == len(edges) - 2


ENDS = [Event.WON, Event.LOST, Event.WENT_COLD, Event.OPEN]


def as_counted(rows: Records) -> Integers:
    """Return as which event each row counts.

    A delivery that is done, or a visit, has advanced (F12). A deal that is open at first begins (OD4).
    """
    done = np.isin(rows["event"], (Event.DONE, Event.DELIVERED))
    done |= (rows["event"] == Event.PARKED) & (rows["reason"] == NOTHING)
    event = np.where(rows["event"] == Event.WAS_OPEN, Event.BEGAN, rows["event"])
    return np.where(done & (rows["process"] != 0), Event.ADVANCED, event)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sums_equal_a_slow_count(seed: int) -> None:
    model, rows = two_processes(), random_ledger(800, seed)
    rows["process"] = np.random.default_rng(seed).integers(0, 2, len(rows))
    rows["waited"][::3] //= 100  # some within an hour, some beyond three days
    rows["waited"][1::3] *= 3
    rows["created"][::2] = rows["time"][::2]
    found = counted(rows, model)
    months = np.searchsorted(model.months, [rows["time"], rows["created"]], side="right") - 1
    midnight = np.isin(rows["event"], [Event.MEDIA, Event.PAY, Event.TRAINED, Event.SKILL])
    months[0][midnight] = np.searchsorted(model.months, rows["time"][midnight] - 1, side="right") - 1
    worked = np.where(np.isin(rows["event"], ENDS), rows["time"] - rows["worked"], rows["worked"])
    amounts = (np.ones(len(rows)), rows["waited"], worked, rows["money"])
    contacts = (rows["flags"] & Flag.FIRST_CONTACT) > 0
    assert 0 < contacts.sum() < len(rows)
    events = [*(as_counted(rows) == event for event in Event if event != Event.WAS_OPEN), contacts]
    process = in_whose_lines(rows)
    in_sale = process == 0
    origin = (np.where(in_sale, rows[name], -1) for name in ("channel", "segment"))
    places = (*origin, rows["stage"], rows["rep"])
    bounds = line_bounds(model)
    quick = {
        tally.CONTACT_BY_CLOCK: rows["waited"],
        tally.CONTACT_BY_WORKING_HOURS: opened_between(rows["time"] - rows["waited"], rows["time"]),
    }
    for event, took in quick.items():
        known = contacts & ((rows["rep"] >= 0) | (event == tally.CONTACT_BY_CLOCK))
        events.append(known)
        within = [took <= hours * HOUR for hours in tally.PROMPT_HOURS]
        assert all(0 < each[known].sum() < known.sum() for each in within)
        quick[event] = (*within, took)
    entry = (rows["event"] == Event.ENTERED) & (rows["time"] == rows["created"])
    asking = entry & (model.stages["team"][rows["stage"]] != NOBODY)
    assert 0 < asking.sum() < entry.sum()
    of_cohort = (tally.FIRST_CONTACT, *quick)
    rejected, junk = rows["event"] == Event.REJECTED, (rows["flags"] & Flag.OUT_OF_PROFILE) > 0
    handed_over = ~rejected & ((rows["flags"] & Flag.AFTER_HAND_OVER) > 0)
    events += [contacts, contacts, rejected | handed_over]  # the first two are not looked up
    quick[tally.HANDED_OVER] = (handed_over, handed_over & junk, rejected & junk)
    held = rows["event"] == Event.HELD
    cold = np.isin(rows["event"], (Event.WENT_COLD, Event.PARKED)) & ((rows["flags"] & Flag.HELD) > 0)
    assert cold.any()
    events[Event.HELD] = held | cold
    quick[Event.HELD] = (held, rows["waited"] * cold, cold, rows["money"] * held)
    for basis in Basis:
        counts = (months[basis] >= 0) & (months[basis] < 2)
        counts &= (rows["pursuit"] >= 0) | (basis == Basis.PERIOD)
        keys = (process, process * 2 + months[basis], *places)
        for event, measures in [kept for kept in KEPT if kept[0] < tally.EARNED_REVENUE]:  # spans: see below
            for measure in measures:
                for place, key in enumerate(keys):
                    for number in range(bounds[place + 1] - bounds[place]):
                        chosen = counts & events[event] & (key == number)
                        chosen &= basis == Basis.COHORT or event not in of_cohort
                        sums = found.sums[bounds[place] + number, event, basis, measure]
                        if (event, measure) == (tally.CONTACT_BY_CLOCK, Measure.ASKING):
                            amount = asking
                            chosen = counts & asking & (key == number) & (basis == Basis.COHORT)
                        else:
                            amount = quick.get(event, amounts)[measure]
                        assert sums == pytest.approx(amount[chosen].sum(), rel=1e-12)


def in_whose_lines(rows: Records) -> Integers:
    """Return the process in whose lines rows count: the sale for the money of a contract."""
    earned = (Event.REVENUE, Event.EARNED, Event.MARGIN, Event.EXPECTED_MARGIN)
    of_contract = (*earned, Event.CANCELLED, Event.BILLED)
    return np.where(np.isin(rows["event"], of_contract), 0, rows["process"])


def opened_between(since: Integers, until: Integers) -> Integers:
    """Add up, day by day, how long the firm is open, from 9 to 17, between two instants."""
    days = np.arange(50)[:, None] * DAY
    ends = np.minimum(until, days + 17 * HOUR) - np.maximum(since, days + 9 * HOUR)
    return np.asarray(np.maximum(ends, 0).sum(axis=0))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_queue_is_the_integral_of_its_length(seed: int) -> None:
    model, rows = firm(), random_ledger(400, seed)
    found = cut(model, stack([counted(rows, model)]), "month").queue
    by_stage = cut(model, stack([counted(rows, model)]), "stage").queue
    by_segment = cut(model, stack([counted(rows, model)]), "segment").queue
    left_queue, held, nurtured = (
        (rows["flags"] & flag) > 0 for flag in (Flag.LEFT_QUEUE, Flag.HELD, Flag.NURTURED)
    )
    joins = (Event.ENTERED, Event.INTERRUPTED, Event.ADMITTED, Event.QUEUED_AGAIN)
    change = np.isin(rows["event"], joins).astype(int)
    change -= np.isin(rows["event"], (Event.STARTED, Event.RESUMED, Event.HELD))
    gives_up = (rows["event"] == Event.WENT_COLD) | ((rows["event"] == Event.PARKED) & (rows["reason"] == 0))
    change -= gives_up & ~held & ~nurtured  # after nurture it has left before
    change -= (rows["event"] == Event.WITHDRAWN) & left_queue
    areas = np.zeros((2, 3, 2))
    for stage, segment in product(range(3), range(2)):
        here = (rows["stage"] == stage) & (rows["segment"] == segment)
        steps = np.append(rows["time"], model.months)  # the length changes at a row, not at a month's end
        order = np.argsort(steps, kind="stable")
        lengths = np.cumsum(np.append(np.where(here, change, 0), [0, 0, 0])[order])
        spans = np.diff(steps[order])
        month = np.searchsorted(model.months, steps[order][:-1], side="right") - 1
        for number in range(2):
            areas[number, stage, segment] = np.sum((lengths[:-1] * spans)[month == number])
    assert np.abs(areas.sum(axis=2)).min() > 0
    assert found[0] == pytest.approx(areas.sum(axis=(1, 2)) / (10 * DAY), rel=1e-12)
    assert by_stage[0] == pytest.approx(areas.sum(axis=(0, 2)) / (20 * DAY), rel=1e-12)
    assert by_segment[0] == pytest.approx(areas.sum(axis=(0, 1)) / (20 * DAY), rel=1e-12)


def test_bookings_belong_to_the_rep_of_the_contract_and_its_month() -> None:
    assert counted(history(), firm()).signed.tolist() == [[0, 0, 0], [1000, 3000, 0]]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("event", "kinds"),
    [(tally.EARNED_REVENUE, [Event.REVENUE]), (tally.EARNED_MARGIN, [Event.MARGIN, Event.EARNED])],
)
def test_what_contracts_earn_equals_a_slow_count(event: int, kinds: list[Event], seed: int) -> None:
    model, rows = two_processes(), random_ledger(800, seed)
    rng = np.random.default_rng(seed)
    rows["process"], rows["waited"] = rng.integers(0, 2, 800), rng.integers(1, 60 * DAY, 800)
    rows["money"][rows["event"] == Event.WAS_CUSTOMER] = 0.0  # see test_customer_figures.py
    longer = np.flatnonzero(np.isin(rows["event"], kinds))[0]  # from before the period to after it
    rows["time"][longer], rows["waited"][longer] = 5 * DAY, 40 * DAY
    found, bounds = counted(rows, model), line_bounds(model)
    spans = rows[np.isin(rows["event"], kinds)]
    spans["process"] = 0  # a contract earns in the sale, whichever row says so
    ends = spans["time"] + spans["waited"]
    earned = [
        [
            float(each["money"]) * max(min(end, until) - max(each["time"], since), 0) / each["waited"]
            for since, until in pairwise(model.months.tolist())
        ]
        for each, end in zip(spans, ends, strict=True)
    ]
    assert sum(earned[0]) == pytest.approx(spans["money"][0] / 2)
    for process in range(2):
        for month in range(2):
            right = sum(
                row[month] for row, each in zip(earned, spans, strict=True) if each["process"] == process
            )
            line = bounds[1] + process * 2 + month
            assert found.sums[line, event, Basis.PERIOD, Measure.MONEY] == pytest.approx(right, rel=1e-12)
    for dimension, name in enumerate(("channel", "segment", "stage", "rep"), start=2):
        for number in range(bounds[dimension + 1] - bounds[dimension]):
            any_process = dimension > 3
            right = sum(
                sum(row)
                for row, each in zip(earned, spans, strict=True)
                if each[name] == number and (any_process or each["process"] == 0)
            )
            line = bounds[dimension] + number
            assert found.sums[line, event, Basis.PERIOD, Measure.MONEY] == pytest.approx(right, rel=1e-12)
    assert not found.sums[:, event, Basis.COHORT].any()


def test_what_takes_no_time_takes_no_absence_from_work_in_hand() -> None:
    """Ann works from day 9, 16:00 to day 12, 12:00, but not on day 10: eight hours and three are left."""
    absent = lead(-1, NOTHING, NOTHING, (11, 0), (11, 0, Event.ABSENT, 24, CONTACT, ANN, {"worked": 8}))
    at_once = lead(1, ADS, SMALL, (11, 10), (11, 10, Event.WORKED, 0, PAPER, ANN))
    work = lead(0, ADS, SMALL, (9, 16), (12, 12, Event.WORKED, 68, TALKS, ANN, {"worked": 12}))
    found = counted(np.concatenate([absent, at_once, work]), firm())
    assert found.busy[0, ANN] == 11 * HOUR


@pytest.mark.parametrize("chunks", [2, 7, 400])
def test_chunks_make_no_difference(chunks: int) -> None:
    model, rows = firm(), random_ledger(400, 4)
    whole, pieces = counted(rows, model), counted(rows, model, chunks)
    assert all(np.array_equal(a, b) for a, b in zip(whole, pieces, strict=True))


def test_compiled_and_interpreted_folds_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    model, rows = firm(), random_ledger(400, 5)
    compiled = counted(rows, model)
    monkeypatch.setattr(pages, "_fold", getattr(pages._fold, "py_func", pages._fold))
    interpreted = counted(rows, model)
    assert all(np.array_equal(a, b) for a, b in zip(compiled, interpreted, strict=True))
    assert compiled.sums.any()
    assert compiled.busy.any()


def test_ten_million_long_waits_do_not_overflow() -> None:
    rows = np.zeros(1, LEDGER)
    rows["time"], rows["created"], rows["event"] = 12 * DAY, 11 * DAY, Event.STARTED
    rows["waited"] = 1 << 61
    found = counted(np.repeat(rows, 20), firm())
    waited = found.sums[0, Event.STARTED, Basis.PERIOD, Measure.WAITED]
    assert waited == 20 * 2.0**61


def test_nothing_finished_is_said() -> None:
    with pytest.raises(ValueError, match="no simulated year was finished"):
        stack([])


def test_every_figure_explains_itself() -> None:
    for name, figure in FIGURES.items():
        assert figure.name == name
        assert figure.title
        assert len(figure.explanation) > 20
        assert set(figure.by) <= set(CUTS)

"""Both engines against the oracle: each lead the same outcome, times, rep and money, to the microsecond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, StuckError, history, new_ledger, pages
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.scenario import Scenario, from_document, load, lower, lower_in, parse

from .firm import DAY, Firm
from .ledgers import differences, told_otherwise
from .naive import History, Simulation, simulate
from .plan import Plan
from .situations import SITUATIONS, mixed, mixed_customers, to
from .table import history_of, told_of

SEED = 20_260_101
MIXED = 30
OF_CUSTOMERS = 15
FILE = Path(__file__).with_name("two_teams.toml")
SHORT = {"horizon.warm_up_months": 0, "horizon.period_months": 2, "horizon.drain_months": 1}
engines = pytest.mark.parametrize("engine", sorted(ENGINES))


@cache
def foretold(name: str) -> History:
    """Let the oracle live through a situation once for both engines."""
    return history_of(SITUATIONS[name].build(), SEED, 3)


def ledger(engine: str, name: str) -> Records:
    return history(engine, SITUATIONS[name].build(), SEED, 3)


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_each_lead_has_the_oracle_s_history(name: str) -> None:
    oracle = foretold(name)
    assert SITUATIONS[name].count(oracle) >= SITUATIONS[name].at_least
    assert told_otherwise(oracle, SITUATIONS[name].build(), SEED, 3) == []


@pytest.mark.parametrize("seed", range(1, MIXED + 1))
def test_mixed_floors(seed: int) -> None:
    model = mixed(seed)
    assert told_otherwise(history_of(model, seed), model, seed) == []


@pytest.mark.parametrize("seed", range(1, OF_CUSTOMERS + 1))
def test_mixed_customers(seed: int) -> None:
    model = mixed_customers(seed)
    assert told_otherwise(history_of(model, seed), model, seed) == []


def test_all_that_can_become_of_a_contract_does() -> None:
    both = [foretold(f"customers {name}") for name in ("for years", "at once")]
    seen = {step.what for told in both for contract in told.contracts.values() for step in contract.steps}
    ends = {"churned", "runs on"}
    assert seen == ends | {
        *("subscribed", "renewed", "expanded", "contracted"),
        *("margin", "expected margin", "revenue"),
    }
    for told in both:
        assert {contract.steps[-1].what for contract in told.contracts.values()} == ends


def a_sixth_of(preset: str) -> Scenario:
    scenario = load(preset)
    return scenario.with_changes(
        {f"channels.{name}.inquiries_per_month *=": 1 / 6 for name in scenario.channels}
        | {f"teams.{name}.people": 1 for name in scenario.teams}
    )


SCENARIOS = {
    "every key": lambda: parse(FILE.read_text()),
    "first_steps": lambda: load("first_steps").with_changes(SHORT),
    "first_steps, one more rep": lambda: load("first_steps").strategy("one_more_rep").with_changes(SHORT),
    "marketplace_sellers": lambda: a_sixth_of("marketplace_sellers").with_changes(SHORT),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_files(name: str) -> None:
    model = lower(SCENARIOS[name]()).model
    oracle = history_of(model, SEED)
    assert {"won", "lost", "gone cold"} <= {walk.outcome for walk in oracle.leads.values()}
    assert told_otherwise(oracle, model, SEED) == []


UNKNOWN = {
    "stages.closing.conversion": {"low": 0.3, "likely": 0.5, "high": 0.9},
    "stages.closing.customer_takes_days *=": {"median": 1, "p90": 2},
    "teams.sales.speed *=": {"low": 0.5, "likely": 1, "high": 1.5},
}


@pytest.mark.parametrize("replication", [0, 1])
def test_uncertain_numbers(replication: int) -> None:
    document = parse(FILE.read_text()).document | {"uncertainties": UNKNOWN}
    model = lower_in(from_document(document), world_of(SEED, replication)).model
    assert model.stages["odds"][-1] != lower(parse(FILE.read_text())).model.stages["odds"][-1]
    oracle = history_of(model, SEED, replication)
    assert told_otherwise(oracle, model, SEED, replication) == []


def one_more_at_once(firm: Firm) -> None:
    firm.teams[0].max_open += 1


def handed_over_at_each_stage(firm: Firm) -> None:
    firm.teams[0].sticky = False


def other_order(firm: Firm) -> None:
    firm.teams[0].queue_order = "hottest"


def next_in_turn(firm: Firm) -> None:
    firm.teams[0].turn = 1


def leaves_a_moment_later(firm: Firm) -> None:
    firm.reps[0].leaves += 1


def closes_a_moment_later(firm: Firm) -> None:
    firm.calendars[0] = [(opens, closes + 1) for opens, closes in firm.calendars[0]]


def all_work_as_their_team(firm: Firm) -> None:
    for rep in firm.reps:
        rep.calendar = 0


def nobody_is_a_theorist(firm: Firm) -> None:
    for inquiry in firm.inquiries:
        inquiry.theorist = False


def nothing_is_cheaper(firm: Firm) -> None:
    firm.channels[0].price_cut = 0.0


def leads_are_free(firm: Firm) -> None:
    firm.channels[1].price_per_lead = 0.0


def waiting_does_not_matter(firm: Firm) -> None:
    for stage in firm.stages:
        stage.points = []


def the_time_in_a_stage_does_not_matter(firm: Firm) -> None:
    for stage in firm.stages:
        stage.ages = []


def the_month_of_the_quarter_does_not_matter(firm: Firm) -> None:
    for stage in firm.stages:
        stage.quarter = (1.0, 1.0, 1.0)


def quarters_begin_a_month_later(firm: Firm) -> None:
    for stage in firm.stages:
        stage.quarter = (*stage.quarter[1:], stage.quarter[0])


def all_is_decided_as_work_starts(firm: Firm) -> None:
    for stage in firm.stages:
        for each in (stage, *stage.of.values()):
            each.late = False


def weights_do_not_matter(firm: Firm) -> None:
    for rep in firm.reps:
        rep.weight = 1.0


def nobody_knows_a_segment(firm: Firm) -> None:
    for rep in firm.reps:
        rep.segments = []


def one_is_enough(firm: Firm) -> None:
    for stage in firm.stages:
        for each in (stage, *stage.of.values()):
            each.people = min(each.people, 1)


def jobs_are_alike(firm: Firm) -> None:
    for stage in firm.stages:
        for each in stage.of.values():
            each.people = stage.people


def first_come(firm: Firm) -> None:
    firm.teams[0].assignment = "shared_queue"


def whoever_is_least_loaded(firm: Firm) -> None:
    firm.teams[0].assignment = "least_loaded"


def segments_are_alike(firm: Firm) -> None:
    for stage in firm.stages:
        stage.of = {}


def customers_count_by_the_clock(firm: Firm) -> None:
    for stage in firm.stages:
        for each in (stage, *stage.of.values()):
            each.customers = None


def days_of_customers_have_24_hours(firm: Firm) -> None:
    for stage in firm.stages:
        for each in (stage, *stage.of.values()):
            each.share_of_day = 1.0


def inquiries_come_at_any_time_of_day(firm: Firm) -> None:
    for channel in firm.channels:
        channel.spans = [(0, DAY, 1)]


def ways_are_those_of_the_stage(firm: Firm) -> None:
    for stage in firm.stages:
        stage.of = {
            key: replace(each, nexts=stage.nexts, elses=stage.elses) for key, each in stage.of.items()
        }


def effects_are_those_of_the_stage(firm: Firm) -> None:
    for stage in firm.stages:
        common = {"heat_odds": stage.heat_odds, "points": stage.points, "theorist_odds": stage.theorist_odds}
        stage.of = {key: replace(each, **common) for key, each in stage.of.items()}


def months_are_alike(firm: Firm) -> None:
    firm.odds_by_day = []


def one_tier_for_all(firm: Firm) -> None:
    firm.teams[1].tiers = firm.teams[1].tiers[:1]


def a_quota_for_the_year(firm: Firm) -> None:
    firm.teams[1].quota_months = 12


def openers_get_nothing(firm: Firm) -> None:
    firm.teams[1].opener_share = 0.0


def one_more_company(firm: Firm) -> None:
    firm.segments[0].companies += 1


def customers_can_ask(firm: Firm) -> None:
    firm.segments[0].customers = 0


def the_period_begins_at_once(firm: Firm) -> None:
    firm.period_begins = 0


def nobody_counts(firm: Firm) -> None:
    for segment in firm.segments:
        segment.companies = 0


def care_is_paid_too(firm: Firm) -> None:
    firm.teams[2].commission = 0.01


def who_comes_back_is_no_warmer(firm: Firm) -> None:
    for program in firm.nurture.values():
        program.odds = 1.0


def nobody_comes_back_twice(firm: Firm) -> None:
    for program in firm.nurture.values():
        program.most_returns = 1


def the_last_touch_brings_nobody_back(firm: Firm) -> None:
    for program in firm.nurture.values():
        program.by_touch[-1] = program.by_touch[-2]


def touches_come_a_moment_later(firm: Firm) -> None:
    for program in firm.nurture.values():
        program.interval += 1


def prices_stay(firm: Firm) -> None:
    for product in firm.products:
        product.growth = 0.0


def customers_are_alike(firm: Firm) -> None:
    for product in firm.products:
        product.own_loyalty = False


def all_terms_are_typed(firm: Firm) -> None:
    for product in firm.products:
        product.typed_term = True


def terms_end_a_moment_later(firm: Firm) -> None:
    for product in firm.products:
        product.term += 1


def all_buy_the_first(firm: Firm) -> None:
    for segment in firm.segments:
        segment.products = [(1.0, 0)]


def all_cost_as_much_to_deliver(firm: Firm) -> None:
    for product in firm.products:
        for price in product.prices:
            price.margin = 0.5


def nothing_is_late(firm: Firm) -> None:
    for delivery in firm.deliveries:
        delivery.late = 1.0


def defects_are_forgiven(firm: Firm) -> None:
    for delivery in firm.deliveries:
        delivery.defect = 1.0


def customers_forget_good_deliveries(firm: Firm) -> None:
    for delivery in firm.deliveries:
        delivery.good = 1.0


def customers_forget_bad_deliveries(firm: Firm) -> None:
    for delivery in firm.deliveries:
        delivery.bad = 1.0


def all_is_recognised_at_signing(firm: Firm) -> None:
    for product in firm.products:
        product.at_delivery = False


def nothing_is_discounted(firm: Firm) -> None:
    for product in firm.products:
        product.discount = 0.0


def who_refers_forgives_bad_deliveries(firm: Firm) -> None:
    firm.referrals.bad_delivery = 1.0


def who_refers_forgives_missed_visits(firm: Firm) -> None:
    firm.referrals.missed_visit = 1.0


def they_refer_for_ever(firm: Firm) -> None:
    firm.referrals.while_customer = False


def sold_at_signing(firm: Firm) -> None:
    for product in firm.products:
        product.earned_over = 1


@pytest.mark.parametrize(
    ("name", "misread"),
    [
        ("customers for years", prices_stay),
        ("customers for years", customers_are_alike),
        ("customers for years", all_terms_are_typed),
        ("customers for years", terms_end_a_moment_later),
        ("customers for years", all_buy_the_first),
        ("customers for years", all_cost_as_much_to_deliver),
        ("customers for years", sold_at_signing),
        ("customers for years", nothing_is_cheaper),
        ("customers for years", the_period_begins_at_once),
        ("deliveries recognised at signing", nothing_is_late),
        ("deliveries recognised at signing", defects_are_forgiven),
        ("deliveries recognised at signing", customers_forget_good_deliveries),
        ("deliveries recognised at signing", customers_forget_bad_deliveries),
        ("deliveries recognised at delivery", all_is_recognised_at_signing),
        ("bought again, recognised at signing", all_is_recognised_at_signing),
        ("bought again, recognised at signing", nothing_is_discounted),
        ("bought again, recognised at signing", the_period_begins_at_once),
        ("won back, from terms", who_comes_back_is_no_warmer),
        ("won back, from terms", nobody_comes_back_twice),
        ("referred for ever", who_refers_forgives_bad_deliveries),
        ("referred for ever", who_refers_forgives_missed_visits),
        ("referred while customers, in a market", they_refer_for_ever),
        ("referred while customers, in a market", nobody_counts),
        ("decided late", the_time_in_a_stage_does_not_matter),
        ("decided late", the_month_of_the_quarter_does_not_matter),
        ("decided late", quarters_begin_a_month_later),
        ("decided late", all_is_decided_as_work_starts),
        ("decided late", months_are_alike),
        ("nurtured", who_comes_back_is_no_warmer),
        ("nurtured", nobody_comes_back_twice),
        ("nurtured", the_last_touch_brings_nobody_back),
        ("nurtured", touches_come_a_moment_later),
        ("full reps, round_robin", one_more_at_once),
        ("journeys", handed_over_at_each_stage),
        ("own queues, oldest_inquiry", other_order),
        ("everything at once", closes_a_moment_later),
        ("handing over while full", next_in_turn),
        ("comings and goings", leaves_a_moment_later),
        ("hours of their own, round_robin", all_work_as_their_team),
        ("hours of their own, shared_queue", all_work_as_their_team),
        ("crews, shared_queue, fifo", one_is_enough),
        ("crews, shared_queue, fifo", jobs_are_alike),
        ("crews, shared_queue, fifo", all_work_as_their_team),
        ("crews who come and go, 1 at most", one_more_at_once),
        ("who they are", nobody_is_a_theorist),
        ("who they are", waiting_does_not_matter),
        ("chance and knowledge, weighted", weights_do_not_matter),
        ("chance and knowledge, segment_match", nobody_knows_a_segment),
        ("chance and knowledge, priority_queue", first_come),
        ("chance and knowledge, cherry_pick", first_come),
        ("chance and knowledge, random", whoever_is_least_loaded),
        ("chance and knowledge, best_skill", whoever_is_least_loaded),
        ("chance and knowledge, own", whoever_is_least_loaded),
        ("chance and knowledge, least_loaded", segments_are_alike),
        ("a team for each segment", segments_are_alike),
        ("a team for each segment", ways_are_those_of_the_stage),
        ("a team for each segment", effects_are_those_of_the_stage),
        ("customers with hours", customers_count_by_the_clock),
        ("customers with hours", days_of_customers_have_24_hours),
        ("customers with hours", inquiries_come_at_any_time_of_day),
        ("busy days and a promotion", nothing_is_cheaper),
        ("busy days and a promotion", leads_are_free),
        ("worth less in a promotion, priority_queue", nothing_is_cheaper),
        ("worth less in a promotion, cherry_pick", nothing_is_cheaper),
        ("months, priority_queue, persistence 0.7", months_are_alike),
        ("months, cherry_pick, persistence 1.0", months_are_alike),
        ("a small market", one_more_company),
        ("a small market", customers_can_ask),
        ("a small market", the_period_begins_at_once),
        ("a small market", nobody_counts),
        ("handed over", one_tier_for_all),
        ("handed over", a_quota_for_the_year),
        ("handed over", openers_get_nothing),
        ("handed over", care_is_paid_too),
    ],
)
def test_a_misreading_is_noticed(name: str, misread: Callable[[Firm], None]) -> None:
    [chapter] = told_of(SITUATIONS[name].build(), SEED, 3)
    misread(chapter.firm)
    assert differences(simulate(chapter), ledger("reference", name)) != []


@engines
def test_a_circle_without_time_stops_engine_and_oracle(engine: str) -> None:
    plan = Plan(days=2)
    plan.stage(nexts=to(1))
    plan.stage(nexts=to(0))
    plan.channel(3.0, 9, 9)
    model = plan.model()
    oracle = Simulation(told_of(model, SEED))
    with pytest.raises(RuntimeError, match="10000 waves"):
        oracle.run()
    page = new_ledger(len(oracle.log) + rows_of_a_step(model))
    with pytest.raises(StuckError):
        next(pages(ENGINES[engine], model, world_of(SEED, 0), page))
    assert len(page.written()) == len(oracle.log)

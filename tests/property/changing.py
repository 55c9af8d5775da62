"""Random changes on days, for any random scenario: of the firm itself, and of a strategy.

A change is drawn from all that the scenario at hand has: `options` lists what may be changed. What has
been changed is told by kind: its path, with NAME in place of each name (`kinds`).
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby, permutations
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from funnelsim.scenario import ScenarioError, from_document

from . import billing, qualifying
from .scenarios import (
    CREW,
    EFFECTS,
    HOURS_OF_THE_DAY,
    MIXED,
    ODDS,
    PACE,
    POLICIES,
    QUARTERS,
    QUEUE_ORDERS,
    STAGES,
    TEMPERATURES,
    TIERS,
    WAITS,
    WEEKS,
    Document,
    Toml,
    attempts,
    documents,
    either,
    hand_overs,
    markets,
    neglect,
    price_key,
    share,
    sold,
    toml,
    value_key,
)

Options = list[tuple[str, SearchStrategy[Any]]]  # paths, with the values that may be set there
NAMED_BY_THE_USER = (
    "kinds",
    "segments",
    "products",
    "opens",
    "account_visits",
    "channels",
    "teams",
    "stages",
    "nurture",
    "reps",
    "training",
    "back_to",
    "traits",
    "checks",
)
COMES = "new "  # before the kind of a change that sets a table at a new name
STRATEGY = "other"
KINDS = (
    "channels.NAME.arrives_between",
    "channels.NAME.cost_per_inquiry",
    "channels.NAME.cost_per_month",
    "channels.NAME.cost_per_month *=",
    "channels.NAME.day_variation",
    "channels.NAME.first_stage",
    "channels.NAME.demand_shock",
    "channels.NAME.fit",
    "channels.NAME.growth_per_year",
    "channels.NAME.hourly_profile",
    "channels.NAME.inquiries_per_month",
    "channels.NAME.inquiries_per_month *=",
    "channels.NAME.monthly_profile",
    "channels.NAME.prospecting.block_hours",
    "channels.NAME.prospecting.hours_per_week",
    "channels.NAME.prospecting.inquiries_per_hour",
    "channels.NAME.prospecting.inquiries_per_hour *=",
    "channels.NAME.prospecting.team",
    "channels.NAME.price_per_lead",
    "channels.NAME.referrals.lasts",
    "channels.NAME.referrals.per_customer_per_month",
    "channels.NAME.promotion",
    "channels.NAME.segments",
    "channels.NAME.spend_profile",
    "channels.NAME.temperature",
    "channels.NAME.theorist_share",
    "channels.NAME.learning.half",
    "channels.NAME.traits.NAME",
    "channels.NAME.weekday_profile",
    "customer_hours",
    "effects.extra_decider",
    "effects.skill_by_temperature",
    "effects.temperature",
    "effects.theorist",
    "effects.theorist_ripens_after_days",
    "effects.wait",
    "kinds.NAME.theorist_share",
    "management.control",
    "management.honest_reports",
    "mix.certainty",
    "mix.day_variation",
    "mix.inquiries_per_month",
    "new channels.NAME",
    "new nurture.NAME",
    "new segments.NAME",
    "new stages.NAME",
    "new teams.NAME",
    "new teams.NAME.reps.NAME",
    "new teams.NAME.training.NAME",
    "nurture.NAME.chance",
    "nurture.NAME.cost_per_touch",
    "nurture.NAME.interval_days",
    "nurture.NAME.most_returns",
    "nurture.NAME.most_touches",
    "nurture.NAME.odds_ratio",
    "nurture.NAME.returns_to",
    "new traits.NAME",
    "account_visits.NAME.every_days",
    "account_visits.NAME.kept_odds_ratio",
    "account_visits.NAME.missed_odds_ratio",
    "account_visits.NAME.stages.NAME.conversion",
    "products.NAME.billing.bad_debt",
    "products.NAME.billing.deposit",
    "products.NAME.billing.paid_after_days",
    "products.NAME.churn_per_month",
    "products.NAME.discount",
    "products.NAME.launched",
    "products.NAME.opens.NAME",
    "products.NAME.earned_over_days",
    "products.NAME.gross_margin",
    "products.NAME.loyalty.alpha",
    "products.NAME.price",
    "products.NAME.price *=",
    "products.NAME.price_growth_per_year",
    "products.NAME.price_per_month",
    "products.NAME.price_per_month *=",
    "products.NAME.renewal",
    "products.NAME.term_months",
    "segments.NAME.committee_size",
    "segments.NAME.contract_value",
    "segments.NAME.contract_value *=",
    "segments.NAME.contract_value_per_year",
    "segments.NAME.contract_value_per_year *=",
    "segments.NAME.customer_hours",
    "segments.NAME.customer_time_factor",
    "segments.NAME.gross_margin",
    "segments.NAME.market",
    "segments.NAME.market.companies *=",
    "segments.NAME.odds_ratio",
    "segments.NAME.products",
    "segments.NAME.term_years",
    "shocks.demand",
    "shocks.odds",
    "stages.NAME.attempts",
    "stages.NAME.back_to.NAME",
    "stages.NAME.checks.NAME.sensitivity",
    "stages.NAME.checks.NAME.specificity",
    "stages.NAME.conversion",
    "stages.NAME.conversion *=",
    "stages.NAME.cost_per_visit",
    "stages.NAME.customer_hours",
    "stages.NAME.customer_takes_days",
    "stages.NAME.effects.month_of_quarter",
    "stages.NAME.effects.temperature",
    "stages.NAME.effects.theorist",
    "stages.NAME.effects.wait",
    "stages.NAME.effort_hours",
    "stages.NAME.goes_cold_after_days",
    "stages.NAME.hand_over",
    "stages.NAME.ignored",
    "stages.NAME.lost_reasons",
    "stages.NAME.never_decides",
    "stages.NAME.next",
    "stages.NAME.passes_at",
    "stages.NAME.people",
    "stages.NAME.rejection",
    "stages.NAME.segments.NAME",
    "stages.NAME.team",
    "teams.NAME.absence",
    "teams.NAME.assignment",
    "teams.NAME.commission",
    "teams.NAME.commission_tiers",
    "teams.NAME.cost_per_person_month",
    "teams.NAME.holidays",
    "teams.NAME.hours",
    "teams.NAME.hours_per_week",
    "teams.NAME.effort_split",
    "teams.NAME.interrupts",
    "teams.NAME.learning",
    "teams.NAME.max_open",
    "teams.NAME.opener_share",
    "teams.NAME.people",
    "teams.NAME.people +=",
    "teams.NAME.queue_order",
    "teams.NAME.ramp_up",
    "teams.NAME.reps.NAME.absent",
    "teams.NAME.reps.NAME.cost_per_month",
    "teams.NAME.reps.NAME.hired",
    "teams.NAME.reps.NAME.holidays",
    "teams.NAME.reps.NAME.hours",
    "teams.NAME.reps.NAME.hours_per_week",
    "teams.NAME.reps.NAME.leaves",
    "teams.NAME.reps.NAME.segments",
    "teams.NAME.reps.NAME.skill",
    "teams.NAME.reps.NAME.speed",
    "teams.NAME.reps.NAME.weight",
    "teams.NAME.seat_cost_per_month",
    "teams.NAME.segments",
    "teams.NAME.skill",
    "teams.NAME.speed",
    "teams.NAME.sticky",
    "teams.NAME.turnover",
    "traits.NAME.missing",
    "traits.NAME.present",
    "traits.NAME.share",
)
TOUCHING = 2 * (  # leads that queue, and work in hand: drawn more often than others
    "stages.NAME.team",
    "stages.NAME.effort_hours",
    "stages.NAME.customer_takes_days",
    "stages.NAME.customer_hours",
    "stages.NAME.hand_over",
    "stages.NAME.segments.NAME",
    "teams.NAME.assignment",
    "teams.NAME.hours",
    "teams.NAME.hours_per_week",
    "teams.NAME.max_open",
    "teams.NAME.people",
    "teams.NAME.queue_order",
    "new teams.NAME.reps.NAME",
)
DATED = (
    "strategy: starts",
    "strategy: always",
    "strategy: one_off_cost",
    "strategy: cost_per_month",
    "strategy: several dates",
    "scenario: changes by itself",
    "scenario: changes on the first day of the period",
)
NEW_REP = {"front": "Eve", "sales": "Finn", "late": "Gus", "crew": "Ida"}
MOST_DATES = 3
MOST_CHANGES = 3  # on one date


def days_from(start: date, first: int, last: int) -> SearchStrategy[date]:
    """Choose a day, counted from the start of the period."""
    return st.integers(first, last).map(lambda day: start + timedelta(day))


def options(document: Document, on: date) -> Options:
    """List what may be changed in a scenario on a day."""
    found = [
        *of_channels(document, on),
        *of_teams(document, on),
        *of_stages(document),
        *of_segments(document),
        *of_products(document),
        *of_visits(document),
        *of_nurture(document),
        *of_all(document),
        *qualifying.changes(document),
        *billing.changes(document),
    ]
    return [(path, values) for path, values in found if not (is_new(path) and is_there(document, path))]


def has(document: Document, wanted: str) -> bool:
    """Return whether a change of a kind can be made in a scenario on its first day."""
    return wanted in {kind(path) for path, _ in options(document, document["start"])}


def is_there(document: Document, path: str) -> bool:
    """Return whether a scenario has something at a path."""
    table: Any = document
    for part in path.split("."):
        if part not in table:
            return False
        table = table[part]
    return True


def of_channels(document: Document, on: date) -> Options:
    """List what may be changed in channels; one may come."""
    found: Options = []
    small = list(document["segments"])
    for name, channel in document["channels"].items():
        at = f"channels.{name}."
        found += [
            (f"{at}cost_per_month", either(310, 0)),
            (f"{at}cost_per_month *=", either(2)),
            (f"{at}cost_per_inquiry", either(7.5, 1)),
            (f"{at}monthly_profile", either([2.0, 1.0] * 6)),
            (f"{at}weekday_profile", either([0.0, 0.0, 3.0, 1.0, 1.0, 0.0, 2.0])),
            (f"{at}growth_per_year", either(1.0)),
            (f"{at}arrives_between", either(["10:00", "11:00"], ["00:00", "24:00"], ["22:00", "01:00"])),
            (f"{at}hourly_profile", either(*HOURS_OF_THE_DAY)),
            (f"{at}temperature", either(*TEMPERATURES)),
            (f"{at}fit", either(*ODDS)),
            (f"{at}theorist_share", share()),
            (f"{at}spend_profile", either([1.0, 0.0] * 6)),
            (f"{at}day_variation", either(0.5, 0.0)),
            (f"{at}demand_shock", either({"deviation": 0.5, "persistence": 0.5})),
            (f"{at}promotion", either({"starts": on, "ends": on + timedelta(9), "price_cut": 0.25})),
            (f"{at}first_stage", either(*document["stages"])),
        ]
        if "inquiries_per_month" in channel:
            found += [
                (f"{at}inquiries_per_month", either(90, 5, 0)),
                (f"{at}inquiries_per_month *=", either(2, 0.5)),
            ]
        if "price_per_lead" in channel:
            found.append((f"{at}price_per_lead", either(99.0, 0.0)))
        if "prospecting" in channel:
            found += [
                (f"{at}prospecting.inquiries_per_hour", either(5, 0.1)),
                (f"{at}prospecting.inquiries_per_hour *=", either(0.5)),
                (f"{at}prospecting.hours_per_week", either(4, 1)),
                (f"{at}prospecting.team", either(*document["teams"])),
                (f"{at}prospecting.block_hours", either(2)),
            ]
        if "referrals" in channel:
            found += [
                (f"{at}referrals.per_customer_per_month", either(1, 0, 0.5)),
                (f"{at}referrals.lasts", either("for_ever", "while_customer")),
            ]
        if len(small) > 1:
            found.append((f"{at}segments", either({small[0]: 0.25, small[1]: 0.75}, {small[0]: 1.0})))
    new = {"kind": "pr", "inquiries_per_month": 60, "cost_per_month": 300}
    if len(small) > 1:
        new["segments"] = {small[0]: 0.5, small[1]: 0.5}
    found.append(("channels.radio", either(new, new | {"first_stage": list(document["stages"])[-1]})))
    return found


def of_teams(document: Document, on: date) -> Options:
    """List what may be changed in teams; people, and a team, may come and go."""
    found: Options = []
    segments = st.lists(either(*document["segments"]), min_size=1, max_size=1)
    for name, team in document["teams"].items():
        at = f"teams.{name}."
        found += [
            (f"{at}hours", either(*WEEKS)),
            (f"{at}hours_per_week", either(20.0, 168.0)),
            (f"{at}people +=", either(1, 2)),
            (f"{at}people", either(*range(team["people"]))) if team["people"] else (f"{at}people", either(3)),
            (f"{at}holidays", st.lists(days_from(on, -3, 9), min_size=1, max_size=3)),
            (f"{at}cost_per_person_month", either(4500)),
            (f"{at}seat_cost_per_month", either(50)),
            (f"{at}commission", either(0.1, 0.0)),
            (f"{at}commission_tiers", either(*TIERS)),
            (f"{at}opener_share", either(0.5, 0.0)),
            (f"{at}skill", either(*ODDS)),
            (f"{at}speed", either(*PACE)),
            (f"{at}ramp_up", either({"months": 0.25, "skill_from": 0.1, "speed_from": 0.5})),
            (
                f"{at}absence",
                either({"spells_per_year": 50}, {"days_off_per_year": 150, "days_off_at_once": 3}, {}),
            ),
            (f"{at}learning", either({"most": 1, "half": 2, "a_win_counts": 1})),
            *(
                [(f"{at}turnover", either({"tenure_months": 0.25}, {"tenure_months": 9}))]
                if team["people"]
                else []
            ),
            (f"{at}max_open", either(1, 2, 5)),
            (f"{at}assignment", either(*POLICIES)),
            (f"{at}queue_order", either(*QUEUE_ORDERS)),
            (f"{at}sticky", either(False, True)),
            (f"{at}interrupts", either("hot")),
            (f"{at}effort_split", either({"new": 0.5}, "accounts_first", "new_first")),
            (f"{at}segments", segments),
            (
                f"{at}reps.{NEW_REP[name]}",
                either({"skill": 2.0}, {}, {"hired": on + timedelta(2)}, {"hired": on}),
            ),
        ]
        if team["people"]:
            lesson = days_from(on, 0, 5).map(lambda day: {"date": day, "cost": 3, "odds_ratio": 0.5})
            found.append((f"{at}training.lesson", lesson))
        for rep in team.get("reps", {}):
            found += of_rep(f"{at}reps.{rep}.", team["reps"][rep], on, segments)
    hours = {"hours_per_week": 40.0}
    found.append(
        ("teams.late", either({"people": 2} | hours, {"people": 1, "max_open": 1, "hours": WEEKS[3]}))
    )
    return found


def of_rep(at: str, rep: Document, on: date, segments: SearchStrategy[Any]) -> Options:
    """List what may be changed of a person with a name."""
    to_come = [(f"{at}hired", days_from(on, 0, 5))] if "hired" in rep and rep["hired"] >= on else []
    return [
        *to_come,
        (f"{at}leaves", days_from(on, 0, 5)),
        (f"{at}absent", st.lists(days_from(on, -3, 9), min_size=1, max_size=3)),
        (f"{at}skill", either(3.0, 0.5)),
        (f"{at}speed", either(0.5, 3.0)),
        (f"{at}cost_per_month", either(1200)),
        (f"{at}weight", either(5, 0.5)),
        (f"{at}segments", segments),
        (f"{at}holidays", st.lists(days_from(on, -3, 9), min_size=1, max_size=3)),
        (f"{at}hours_per_week", either(30.0)),
        (f"{at}hours", either(*WEEKS)),
    ]


def of_stages(document: Document) -> Options:
    """List what may be changed in stages; one may come, and routes open and close."""
    found: Options = []
    order = list(document["stages"])
    for number, (name, stage) in enumerate(document["stages"].items()):
        at = f"stages.{name}."
        found += [
            *[(f"{at}conversion", either(0.9, 0.3, 1)), (f"{at}conversion *=", either(0.5, 0.9))]
            * ("conversion" in stage),
            (f"{at}customer_takes_days", either(*MIXED["customer_takes_days"])),
            (f"{at}next", either("won", *order[number + 1 :], {"won": 1, order[-1]: 2})),
            (f"{at}back_to.{order[0]}", share(0.6)),
            (f"{at}lost_reasons", either({"price": 0.5, "silence": 0.5})),
            (f"{at}cost_per_visit", either(1.5, 4)),
            (f"{at}never_decides", either(0.5)),
            *[(f"{at}effects.month_of_quarter", either(*QUARTERS))] * ("decided" in stage),
            (f"{at}effects.theorist", either(0.9)),
            (f"{at}effects.wait", either(*WAITS)),
            (f"{at}effects.temperature", either(*EFFECTS["temperature"])),
            (f"{at}segments.{next(iter(document['segments']))}", either(*of_one_segment(document, order))),
            (f"{at}customer_hours", either(*WEEKS)),
        ]
        if "team" in stage:
            found += [
                (f"{at}team", either(*document["teams"])),
                (f"{at}effort_hours", either(*MIXED["effort_hours"])),
                *([(f"{at}people", either(1, 2, 3))] if stage["team"] == CREW else []),
                (f"{at}goes_cold_after_days", either(*MIXED["goes_cold_after_days"])),
                (f"{at}attempts", attempts(MIXED)),
                (f"{at}hand_over", hand_overs(MIXED["goes_cold_after_days"])),
                *([(f"{at}ignored", neglect())] if "goes_cold_after_days" in stage else []),
            ]
        else:
            found.append((f"{at}team", either(*document["teams"])))
    team = next(iter(document["teams"]))
    new = {"conversion": 0.5, "team": team, "effort_hours": 1, "customer_takes_days": 0.5}
    found.append((f"stages.{next((one for one in STAGES if one not in order), 'visit')}", either(new)))
    return found


def of_one_segment(document: Document, order: list[str]) -> list[Document]:
    """List what may differ in a stage for a segment from a day on."""
    return [
        {"team": list(document["teams"])[-1], "effort_hours": 2, "next": "won"},
        {"conversion": 0.7, "cost_per_visit": 9},
        {"back_to": {order[0]: 0.5}, "lost_reasons": {"price": 1.0}, "customer_hours": WEEKS[0]},
        {"effects": {"theorist": 0.7, "temperature": {"hot": 4.0}, "wait": WAITS[0]}},
    ]


def of_segments(document: Document) -> Options:
    """List what may be changed in segments."""
    found: Options = []
    for name, segment in document["segments"].items():
        at = f"segments.{name}."
        if "products" in document:
            names = list(document["products"])
            found.append((f"{at}products", either(*(sold(names, first) for first in (0.3, 0.9)))))
        else:
            found += of_contracts(at, segment)
        found += [
            (f"{at}market", markets()),
            (f"{at}odds_ratio", either(3)),
            (f"{at}customer_time_factor", either(0.25, 3)),
            (f"{at}customer_hours", either(*WEEKS)),
            (f"{at}committee_size", either(2)),
        ]
        if "market" in segment:
            found.append((f"{at}market.companies *=", either(3)))
    if len(document["segments"]) > 1:  # else every channel would need shares
        of_value = either({"contract_value_per_year": 700, "term_years": 2}, {"contract_value": 700})
        if "products" in document:
            of_value = either({"products": sold(list(document["products"]), 0.4)})
        found.append(("segments.public", of_value))
    return found


def of_contracts(at: str, segment: Document) -> Options:
    """List what may be changed of the contracts of a segment, where there are no products."""
    value = f"{at}{value_key(segment)}"
    return [
        (value, either(2000, {"median": 5000, "p90": 30000})),
        (f"{value} *=", either(2, 0.9)),
        (f"{at}term_years", either(1, 5)),
        (f"{at}gross_margin", either(0.7)),
    ]


def of_products(document: Document) -> Options:
    """List what may be changed of products: prices, terms, and how many customers stay."""
    found: Options = []
    for name, product in document.get("products", {}).items():
        at = f"products.{name}."
        price = f"{at}{price_key(product)}"
        found += [
            (price, either(50, {"low": 10, "likely": 20, "high": 90})),
            (f"{price} *=", either(2, 0.9)),
            (f"{at}gross_margin", either(0.7)),
            (f"{at}discount", either({"price_cut": 0.3, "odds_ratio": 3}, {"price_cut": 0.05})),
        ]
        if "launched" in product:
            found.append((f"{at}launched", either(product["launched"] - timedelta(5))))
        found += [(f"{at}opens.{opened}", either(0.2, 1)) for opened in product.get("opens", {})]
        if price_key(product) == "price":
            found.append((f"{at}earned_over_days", either(20, 0)))
            continue
        found.append((f"{at}price_growth_per_year", either(1.0, -0.5)))
        others = {"term_months": (1, 3), "renewal": (0.3, 1), "churn_per_month": (0.3, 0)}
        found += [(f"{at}{key}", either(*values)) for key, values in others.items() if key in product]
        if "loyalty" in product:
            found.append((f"{at}loyalty.alpha", either(3, 0.2)))
    return found


def of_visits(document: Document) -> Options:
    """List what may be changed of account visits."""
    found: Options = []
    for name, program in document.get("account_visits", {}).items():
        at = f"account_visits.{name}."
        found += [
            (f"{at}every_days", either(4, 15)),
            (f"{at}kept_odds_ratio", either(9, 0.1)),
            (f"{at}missed_odds_ratio", either(0.05, 1)),
        ]
        found += [(f"{at}stages.{stage}.conversion", either(0.6, 1)) for stage in program["stages"]]
    return found


def of_nurture(document: Document) -> Options:
    """List what may be changed in nurture; a program may come."""
    found: Options = []
    for name in document.get("nurture", {}):
        at = f"nurture.{name}."
        found += [
            (f"{at}chance", either(0.5, 0.0, 1)),
            (f"{at}interval_days", either(2, 0.5)),
            (f"{at}cost_per_touch", either(9.5, 0)),
            (f"{at}most_touches", either(2, 20)),
            (f"{at}most_returns", either(1, 4)),
            (f"{at}odds_ratio", either(3, 0.25)),
            (f"{at}returns_to", either(*document["stages"])),
        ]
    new = {"reasons": ["gone cold"], "interval_days": 1, "chance": 0.5, "most_touches": 4}
    to_a_stage = [new | {"returns_to": stage} for stage in document["stages"]]
    found.append(("nurture.calls", either(*to_a_stage)))
    return found


def of_all(document: Document) -> Options:
    """List what may be changed beside the tables with names."""
    found: Options = [
        ("effects.theorist", either(0.3)),
        ("effects.temperature", either(*EFFECTS["temperature"])),
        ("effects.skill_by_temperature", either(*EFFECTS["skill_by_temperature"])),
        ("effects.wait", either(*WAITS)),
        ("effects.extra_decider", either({"odds_ratio": 0.5, "customer_time": 2.0})),
        ("mix.day_variation", either(0.7, 0.0)),
        ("shocks.demand", either({"deviation": 0.4, "persistence": 0.0})),
        ("shocks.odds", either({"deviation": 0.8, "persistence": 1.0})),
    ]
    found.append(("customer_hours", either(*WEEKS)))
    found += [(f"kinds.{name}.theorist_share", either(0.5)) for name in document.get("kinds", {})]
    if "inquiries_per_month" in document.get("mix", {}):
        found += [("mix.inquiries_per_month", either(120, 10)), ("mix.certainty", either(4.0))]
    return found


# ---- drawing them ------------------------------------------------------------------------------


Step = Callable[[Document, date, Document], Document]  # adds changes on a day to a scenario


def of_the_firm(document: Document, on: date, change: Document) -> Document:
    """Let the firm itself change on a day."""
    return document | {"changes": [*document.get("changes", []), {"date": on, "change": change}]}


def as_it_begins(document: Document, _: date, change: Document) -> Document:
    """Let the strategy change something as it begins."""
    return document | {"strategies": {STRATEGY: document["strategies"][STRATEGY] | {"change": change}}}


def of_the_strategy(document: Document, on: date, change: Document) -> Document:
    """Let the strategy change something on a later day."""
    strategy = document["strategies"][STRATEGY]
    steps = [*strategy.get("on", []), {"date": on, "change": change}]
    return document | {"strategies": {STRATEGY: strategy | {"on": steps}}}


class Wish(NamedTuple):
    """A value that is to be set on a day."""

    add: Step
    on: date
    path: str
    value: Any


@st.composite
def wishes(draw: DrawFn, known: Document, on: date, add: Step, wanted: str | None) -> list[Wish]:
    """Choose changes on a day, most often of what touches leads; `known` has what has come by then."""
    by_kind: dict[str, Options] = {}
    for path, values in options(known, on):
        by_kind.setdefault(KINDS[KINDS.index(kind(path))], []).append((path, values))
    kinds_there = [*sorted(by_kind), *(each for each in TOUCHING if each in by_kind)]
    chosen: list[Wish] = []
    for number in range(draw(st.integers(1, MOST_CHANGES))):
        first = wanted if number == 0 and wanted in by_kind else None
        path, values = draw(st.sampled_from(by_kind[first or draw(st.sampled_from(kinds_there))]))
        more = [*chosen, Wish(add, on, path, draw(values))]
        if apart([wish.path for wish in more]):
            chosen = more
    return chosen


def granted(document: Document, wished: list[Wish]) -> Document:
    """Make all changes that are wished for, or else as many as are accepted, one after the other."""
    whole = with_all(document, wished)
    if accepted(whole):
        return whole
    kept: list[Wish] = []
    for wish in wished:
        if accepted(with_all(document, [*kept, wish])):
            kept.append(wish)
    return with_all(document, kept)


def with_all(document: Document, wished: list[Wish]) -> Document:
    """Make changes, those of a day together."""
    for (add, on), same in groupby(wished, key=lambda wish: (wish.add, wish.on)):
        document = add(document, on, {wish.path: wish.value for wish in same})
    return document


def apart(keys: list[str]) -> bool:
    """Return whether no path leads to, or into, what another one changes."""
    paths = [re.sub(r" [*+]=$", "", key) for key in keys]
    return not any(f"{one}.".startswith(f"{two}.") for one, two in permutations(paths, 2))


def accepted(document: Document) -> bool:
    """Return whether this is a valid scenario."""
    try:
        from_document(document)
    except ScenarioError:
        return False
    return True


def with_names(known: Document, wished: list[Wish]) -> Document:
    """Return a firm that knows what has come with changes, so that it may be changed later."""
    known = copy.deepcopy(known)
    for _, _, path, value in wished:
        *above, name = path.split(".")
        table = known
        for part in above:
            table = table.setdefault(part, {})
        if is_new(path) or name == "people":
            table[name] = value
    return known


@st.composite
def changing_documents(draw: DrawFn, wanted: str | None) -> Document:
    """Describe a sales floor that changes, and a strategy that changes it further.

    Where a kind is wanted, the first change is of it, on the first day of the period.
    """
    sells = wanted is not None and "products" in wanted
    bills = wanted is not None and ".billing." in wanted
    document = draw(
        documents(sells=sells, bills=bills).filter(lambda each: wanted is None or has(each, wanted))
    )
    document["horizon"]["warm_up_months"] = draw(either(1, 0))
    for channel in document["channels"].values():
        if "inquiries_per_month" in channel:
            channel["inquiries_per_month"] = draw(either(120, 30))
    start = document["start"]
    dates = st.lists(days_from(start, 0, 27), unique=True, max_size=MOST_DATES).map(sorted)
    costs = {"one_off_cost": either(500.0), "cost_per_month": either(310.0)}
    when = {"starts": days_from(start, 0, 27)}
    strategy = draw(st.fixed_dictionaries({}, optional=costs))
    strategy |= draw(st.one_of(st.just({}), st.fixed_dictionaries(when), st.just({"always": True})))
    if "always" in strategy:
        strategy.pop("one_off_cost", None)  # of no day
    starts = strategy.get("starts", start)
    first = [start] if wanted else []
    days = [*((of_the_firm, on) for on in sorted({*first, *draw(dates)})), (as_it_begins, starts)]
    days += [(of_the_strategy, on) for on in draw(dates) if on > starts]
    known, wished = document, []
    for add, on in days:
        more = draw(wishes(known, on, add, None if wished else wanted))
        known = with_names(known, more)
        wished += more
    return granted(document | {"strategies": {STRATEGY: strategy}}, wished)


@st.composite
def changing_scenarios(draw: DrawFn, wanted: str | None = None) -> Toml:
    """Write random scenarios with dated changes as files; with one of a kind where that is wanted."""
    return toml(draw(changing_documents(wanted)))


# ---- telling what was drawn --------------------------------------------------------------------


def kind(path: str) -> str:
    """Tell the kind of a change by its path, without the names.

    >>> kind("teams.sales.reps.Ada.leaves"), kind("channels.radio"), kind("stages.call.back_to.call")
    ('teams.NAME.reps.NAME.leaves', 'new channels.NAME', 'stages.NAME.back_to.NAME')
    """
    parts = path.split(".")
    for number, part in enumerate(parts[:-1]):
        if part in NAMED_BY_THE_USER:
            parts[number + 1] = "NAME"
    return (COMES if is_new(path) else "") + ".".join(parts)


def is_new(path: str) -> bool:
    """Return whether a change sets a whole table with a name."""
    parts = path.split(".")
    return len(parts) == 2 and parts[0] in NAMED_BY_THE_USER or parts[-2:-1] in (["reps"], ["training"])  # noqa: RUF021


def dated(document: Document) -> Iterator[tuple[str, Any]]:
    """Walk all changes of a scenario."""
    for step in document.get("changes", []):
        yield from step["change"].items()
    for strategy in document.get("strategies", {}).values():
        for step in [strategy, *strategy.get("on", [])]:
            yield from step.get("change", {}).items()


def kinds(text: str) -> Counter[str]:
    """Count the changes of a scenario file by kind."""
    document = tomllib.loads(text)
    seen = Counter(f"change: {kind(path)}" for path, _ in dated(document))
    for strategy in document.get("strategies", {}).values():
        for key in ("starts", "always", "one_off_cost", "cost_per_month"):
            seen[f"strategy: {key}"] += key in strategy
        seen["strategy: several dates"] += bool(strategy.get("on"))
    seen["scenario: changes by itself"] += bool(document.get("changes"))
    seen["scenario: changes on the first day of the period"] += any(
        step["date"] == document["start"] for step in document.get("changes", [])
    )
    return seen

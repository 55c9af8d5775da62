"""Random scenarios for Hypothesis, as files that a person can read.

Small, so that the reference engine is quick: a month or two, a few dozen inquiries. Full of coincidences:
most durations come from short menus of whole hours, so that work, answers, patience and openings
fall on the same instants. What comes first in a menu is what a failing example shrinks to.
"""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from funnelsim.compiling.arrays import Record, Records
from funnelsim.model.own_policy import BUILT_IN, register_policy
from funnelsim.model.words import NOBODY
from funnelsim.scenario.prospecting import OF_DAYS

from .billing import with_cash
from .qualifying import qualified

Document = dict[str, Any]


def own_policy(team: Record, reps: Records, states: Records, lead: Record, now: int, u: float) -> int:
    """Choose by lead, time, load and luck; sometimes nobody, or a rep who is full or gone."""
    position = int(u * (len(reps) + 1)) - 1
    if now % 5 == 0:
        position = lead["heat"] % len(reps)
    if position >= 0 and states[position]["open"] > 1 and team["max_open"] > 1:
        return NOBODY
    return position


register_policy("own_for_tests", own_policy)

CHANNELS = ("web", "fair", "friends")
SEGMENTS = ("small", "large")
TEAMS = ("front", "sales")
CREW = "crew"  # a team that does jobs for several people
STAGES = ("call", "demo", "offer", "deal")
PRODUCTS = ("plan", "setup", "care")
DELIVERIES = {"install": ("fit", "test", "accept"), "train": ("teach", "exam")}  # and their stages
VISITS = {"review": ("meet", "talk"), "check": ("look", "tell")}  # programs of account visits, their stages
NAMED = {"front": ("Ada", "Ben"), "sales": ("Cleo", "Dan")}

AN_HOUR = 1 / 24  # in days
FOR_EVER = 1e9  # days, or hours: beyond any horizon, beyond int64 in microseconds
EFFORTS = (1, 2, 0, 0.5, 4, 9, {"median": 1, "p90": 4}, {"low": 0, "likely": 1, "high": 6}, FOR_EVER)
COINCIDING = {
    "effort_hours": (1, 2, 0, 0.5),
    "customer_takes_days": (AN_HOUR, 0, 1),
    "goes_cold_after_days": (AN_HOUR, 0, 2 * AN_HOUR, 16 * AN_HOUR, 1),
}
ANSWERS = (0, AN_HOUR, 1, 2, {"median": 1, "p90": 5}, {"scipy": "poisson", "mu": 1.0}, FOR_EVER)
PATIENCE = (1, 0, AN_HOUR, 3, 0.5, {"scipy": "expon", "scale": 2.0}, FOR_EVER)
MIXED = {"effort_hours": EFFORTS, "customer_takes_days": ANSWERS, "goes_cold_after_days": PATIENCE}
ODDS = (1, 0.5, 2, {"low": 0.5, "likely": 1, "high": 2})
PACE = (1, 0.5, 2, {"quantiles": {"0": 0.5, "0.5": 1, "1": 2}})
TEMPERATURES = (
    {"warm": 1.0},
    {"hot": 0.4, "warm": 0.3, "future": 0.3},
    {"hot": 0.5, "future": 0.5},
)
POLICIES = (*BUILT_IN, "own_for_tests")
PULLS = ("shared_queue", "priority_queue", "cherry_pick")
PUSHES = tuple(policy for policy in POLICIES if policy not in PULLS)
HABITS_OF_ALL_PARTS = ("absence", "turnover", "learning", "training", "interrupts", "effort_split")
QUEUE_ORDERS = ("fifo", "oldest_inquiry", "hottest", "lifo")
MOST_WHO_PROSPECT = 3
PEOPLE = (2, 1, 3, 0) * 3 + (40, 80)  # seldom a team in which an engine may look for reps in another way
VALUES = ("contract_value_per_year", "contract_value")  # of a segment: one of them
PRICES = ("price_per_month", "price")  # of a product: one of them
OF_NAMES = (  # tables
    *("segments", "products", "channels", "teams", "stages", "deliveries", "account_visits", "nurture"),
    "strategies",
)
OF_CONTRACTS = (*VALUES, "term_years", "gross_margin")  # what a segment does not say where products do
WEEKS = (
    {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")},
    {day: ["09:00-12:00", "13:00-16:00"] for day in ("monday", "wednesday", "friday")},
    {"tuesday": ["00:00-24:00"], "wednesday": ["00:00-10:00", "22:00-24:00"]},
    {"saturday": ["10:00-11:00"], "sunday": ["10:00-11:00"], "monday": ["08:00-20:00"]},
)
TIMES = (
    ["08:00", "09:00"],
    ["16:00", "24:00"],
    ["09:00", "09:01"],
    ["07:30-09:00", "13:00-13:01", "22:00-02:00"],
    ["21:30", "06:15"],
)
HOURS_OF_THE_DAY = ([1.0] * 8 + [3.0, 2.0] * 6 + [1.0] * 4, [0.25] + [1.0] * 22 + [9.0])
OWN_KIND = "podcast"
CLOSED = (range(3, 17), range(-31, 62))  # days from the start: a fortnight, or the whole horizon
RESPONSES = (
    {"at_cost_per_month": 500, "ceiling": 150, "half_life_days": 5},
    {"at_cost_per_month": 500, "half_at": 900, "curve": "hill", "steepness": 2.0},
)
TIERS = (  # of a contract worth about 1,000 or 10,000 a year
    {"quota": 2000, "commission": [0.1]},
    {"quota": 30_000, "period": "month", "attainment": [0.01, 0.5], "commission": [0.2, 0.0]},
    {"quota": 5000, "period": "year", "attainment": [0.5, 1.0, 2.0], "commission": [0.01, 0.1, 0.02]},
)
AGAIN = (  # repeat purchase, by customers who differ much or little
    {"shape": 3, "scale_days": 9, "a": 1, "b": 3},
    {"shape": 0.5, "scale_days": 2, "a": 0.5, "b": 2},
)
LEARNING = (
    {"most": 2, "half": 3},
    {"most": 0.5, "half": 1.5, "a_win_counts": 2, "leads_worked": 4},
)
EFFECTS = {  # on the odds, in all stages or in one
    "theorist": (0.5, 0.0),
    "skill_by_temperature": ({"hot": 2.0, "future": 0.0}, {"hot": 0.5, "warm": 0.5, "future": 1.5}),
    "temperature": ({"hot": 3.0, "future": 0.2}, {"hot": 0.0, "warm": 1.0}),
}
AGES = ({"days": [0.5, 4], "odds_ratio": [2, 0.2]}, {"days": [1], "odds_ratio": [0.3]})
QUARTERS = ([0.2, 1, 5], [3, 0.5, 0.5])
WAITS = (
    {"hours": [1.0, 48.0], "odds_ratio": [1.0, 0.3]},
    {"hours": [0.5, 2.0, 24.0], "odds_ratio": [1.5, 1.0, 0.1]},
)


class Toml(str):
    """A scenario file; Hypothesis prints it as it stands."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"\n{self}"


def either(*values: Any) -> SearchStrategy[Any]:
    """Choose one of a few values; the first is the simplest."""
    return st.sampled_from(values)


def share(most: float = 1.0) -> SearchStrategy[float]:
    """Choose a share in twentieths."""
    return st.integers(0, round(20 * most)).map(lambda twentieths: twentieths / 20)


def segments() -> SearchStrategy[Document]:
    """Describe a kind of customer."""
    return st.builds(
        lambda key, value, rest: {key: value, **rest},
        either(*VALUES),
        either(1000, {"median": 9000, "p90": 20000}),
        _rest_of_a_segment(),
    )


def value_key(segment: Document) -> str:
    """Name the key by which a segment says what a contract is worth."""
    return next(key for key in VALUES if key in segment)


def price_key(product: Document) -> str:
    """Name the key by which a product says what it costs."""
    return next(key for key in PRICES if key in product)


@st.composite
def products(draw: DrawFn, kinds: list[str]) -> Document:
    """Describe what is sold once, or by the month to customers who stay for as long as chance has it."""
    key = draw(either("price_per_month", "price_per_month", "price"))
    more: dict[str, SearchStrategy[Any]] = {"about": either("What we sell"), "gross_margin": either(0.4, 0)}
    own = st.fixed_dictionaries({}, optional={key: either(300, 33.33), "gross_margin": either(0.9)})
    more["segments"] = st.fixed_dictionaries({draw(either(*kinds)): own})
    cuts = {"price_cut": either(0.1, 0.5, 0)}
    more["discount"] = st.fixed_dictionaries(cuts, optional={"odds_ratio": either(2, 0.5)})
    if key == "price":
        more["earned_over_days"] = either(9, 0.5, 400)
        more["repeat_purchase"] = either(*AGAIN)
    else:
        more["price_growth_per_year"] = either(0.5, -0.3, 0.0001)
    product: Document = {key: draw(either(100, 9.99, {"median": 90, "p90": 200}))}
    product |= draw(st.fixed_dictionaries({}, optional=more))
    if key == "price_per_month":
        product |= draw(staying())
        if draw(st.booleans()):
            product.setdefault("segments", {}).setdefault(draw(either(*kinds)), {}).update(draw(had()))
    return product


def had() -> SearchStrategy[Document]:
    """Let customers have a product as the period begins."""
    ages = either(10, {"median": 200, "p90": 900}, 400, 0)
    return st.fixed_dictionaries({"customers": either(3, 1)}, optional={"customers_since_days": ages})


@st.composite
def pyramid(draw: DrawFn, products: Document, start: date) -> None:
    """Let products open others that come after them, and let all but the first be launched on a day."""
    recurring = [name for name, product in products.items() if price_key(product) == "price_per_month"]
    for number, name in enumerate(recurring[:-1], start=1):
        if draw(st.booleans()):
            products[name]["opens"] = {draw(either(*recurring[number:])): draw(either(0.5, 0.9, 0.1))}
    for product in list(products.values())[1:]:
        if draw(st.booleans()):
            product["launched"] = start + timedelta(draw(either(9, 40, -9)))


@st.composite
def account_visits(draw: DrawFn, floor: list[str], durations: Document) -> Document:
    """Let customers be visited, in one program or in two."""
    found: Document = {}
    for name in list(VISITS)[: draw(st.integers(1, 2))]:
        order = list(VISITS[name][: draw(st.integers(1, 2))])
        found[name] = {"every_days": draw(either(9, 3, 20))} | draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "asked": either("regularly", "after_last"),
                    "kept_odds_ratio": either(3, 0.5),
                    "missed_odds_ratio": either(0.2, 0),
                    "purpose": either("develop", "retain"),
                },
            )
        )
        found[name]["stages"] = {
            stage: draw(stages(order, number, floor, durations)) for number, stage in enumerate(order)
        }
    return found


@st.composite
def with_deliveries(draw: DrawFn, document: Document) -> None:
    """Let products be delivered, in one way or two, by the teams that there are."""
    sold = list(document["products"].values())
    names = list(DELIVERIES)[: draw(st.integers(1, min(2, len(sold))))]
    document["deliveries"] = {name: draw(deliveries(name, list(document["teams"]))) for name in names}
    for product, name in zip_longest(sold, names):
        product["delivery"] = name or draw(either(*names))
        if draw(st.booleans()):
            product["recognised"] = "at_delivery"


@st.composite
def deliveries(draw: DrawFn, name: str, floor: list[str]) -> Document:
    """Describe how something is delivered, most often late, and often with defects."""
    order = list(DELIVERIES[name][: draw(st.integers(1, len(DELIVERIES[name])))])
    durations = draw(either(COINCIDING, MIXED))
    delivery: Document = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "promised_days": either(AN_HOUR, 1, 5),
                "good": either(0.8, 0.5, 0),
                "late_odds_ratio": either(0.3, 0),
                "defect_odds_ratio": either(0.5, 2),
                "good_odds_ratio": either(2, 5),
                "bad_odds_ratio": either(0.5, 0.1, 0),
            },
        )
    )
    steps = {step: draw(stages(order, number, floor, durations)) for number, step in enumerate(order)}
    for step in steps.values():
        step["conversion"] = draw(either(0.9, 0.6, 1))
    return delivery | {"stages": steps}


@st.composite
def with_crews(draw: DrawFn, document: Document, whole: bool) -> None:
    """Let a team do jobs for several people: of deliveries, and of the sale unless it is `whole`."""
    tables = [each["stages"] for each in document.get("deliveries", {}).values()]
    tables += [] if whole else [document["stages"]]
    stages = [stage for table in tables for stage in table.values()]
    jobs = [stage for stage in stages if "team" in stage and draw(either(True, False))]
    if not jobs:
        return
    document["teams"][CREW] = crew = draw(crews(document["start"]))
    for job in jobs:
        job |= {"team": CREW, "people": draw(either(2, 3, 2, 1))}
        for own in (job, *job.get("segments", {}).values()):
            for key in ("attempts", "ignored"):
                own.pop(key, None)
        for own in job.get("segments", {}).values():
            own.pop("team", None)
            if draw(st.booleans()):
                own["people"] = draw(either(1, 3))
    needed = max(each.get("people", 1) for job in jobs for each in (job, *job.get("segments", {}).values()))
    crew["people"] = max(crew["people"], needed)


@st.composite
def crews(draw: DrawFn, start: date) -> Document:
    """Describe a team of several people, some of whom have hours of their own."""
    habit = habits(start, [])
    names = ("absence", "turnover", "holidays", "ramp_up", "speed", "skill", "learning", "max_open")
    required = {
        "people": either(3, 2, 4, 5),
        "assignment": either("shared_queue", "priority_queue"),
        "sticky": either(False),
    }
    team = draw(st.fixed_dictionaries(required, optional={name: habit[name] for name in names}))
    team |= draw(either({"hours_per_week": 40.0}, {"hours_per_week": 168.0}, {"hours": WEEKS[1]}))
    if draw(st.booleans()):
        team["reps"] = {"Hal": draw(reps(start, ["small"])) | {"segments": []}}
    return team


@st.composite
def staying(draw: DrawFn) -> Document:
    """Choose for how long customers stay: after months or typed terms, all alike or each as it is."""
    typed: Document = {"term_months": draw(either(1, 2, 12))} if draw(st.booleans()) else {}
    if draw(either(False, False, True)):
        alpha, beta = either(1, 0.5, 4), either(1, 3)
        return typed | {"loyalty": draw(st.fixed_dictionaries({"alpha": alpha, "beta": beta}))}
    key, chances = ("renewal", (0.5, 0.9, 0, 1)) if typed else ("churn_per_month", (0.5, 0.1, 1, 0))
    return typed | {key: draw(either(*chances))}


@st.composite
def with_products(draw: DrawFn, document: Document, whole: bool = False) -> None:
    """Let products say what contracts are worth, for long enough that terms are over."""
    kinds = list(document["segments"])
    names = list(PRODUCTS[: draw(st.integers(1 + whole, 3))])
    document["products"] = {name: draw(products(kinds)) for name in names}
    if whole:
        again = {"price": draw(either(100, 9.99)), "repeat_purchase": draw(either(*AGAIN))}
        document["products"][names[1]] = again
    if draw(st.booleans()):
        draw(pyramid(document["products"], document["start"]))
    document["horizon"]["drain_months"] = draw(either(2, 1))
    if draw(st.booleans()):
        document["finance"] = {"discount_rate_per_year": draw(either(0.1, 0))}
    for segment in document["segments"].values():
        for key in OF_CONTRACTS:
            segment.pop(key, None)
        if len(names) > 1 or draw(st.booleans()):
            segment["products"] = sold(names, draw(either(0.5, 0.8, 0.2)))
    if whole or draw(either(False, False, False, True, True)):
        draw(with_deliveries(document))
    recurring = any(price_key(product) == "price_per_month" for product in document["products"].values())
    if recurring and draw(st.booleans()):
        document["account_visits"] = draw(account_visits(list(document["teams"]), COINCIDING))


def sold(names: list[str], first: float) -> dict[str, float]:
    """Share a segment's deals between products."""
    others = len(names) - 1
    return dict(zip(names, [first, *[(1 - first) / others] * others] if others else [1.0], strict=True))


def _rest_of_a_segment() -> SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {},
        optional={
            "term_years": either(3, 2.5),
            "odds_ratio": either(0.5, 2, 0),
            "gross_margin": either(0.4),
            "customer_time_factor": either(2, 0.5),
            "committee_size": either(3),
            "customer_hours": either(*WEEKS),
            "market": markets(),
        },
    )


def markets() -> SearchStrategy[Document]:
    """Choose how many companies there are, and when those that said no can ask again."""
    return st.fixed_dictionaries(
        {"companies": either(20, 6, 60, 1)},
        optional={
            "customers": either(1, 0),
            "cooling_off_days": either(2, 0, AN_HOUR, {"median": 2, "p90": 9}, FOR_EVER),
        },
    )


def own_kinds() -> SearchStrategy[Document]:
    """Describe a kind of channel."""
    return st.fixed_dictionaries(
        {"theorist_share": share()},
        optional={
            "temperature": either(*TEMPERATURES),
            "fit": either(*ODDS),
            "arrives_between": either(*TIMES),
            "hourly_profile": either(*HOURS_OF_THE_DAY),
            "cost_per_month": either(450),
            "price_per_lead": either(7.0),
            "day_variation": either(0.4),
        },
    )


@st.composite
def channels(
    draw: DrawFn, mix: list[str], stages: list[str], start: date, team: str | None, first: bool
) -> Document:
    """Describe a channel; the first one leads into the first stage, so that a path reaches every stage.

    `team` may prospect for it.
    """
    optional = {
        "monthly_profile": either([2.0, 1.0] * 6, [0.5, 1.0, 3.0] * 4),
        "weekday_profile": either([3.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]),
        "growth_per_year": either(1.0, -0.5),
        "arrives_between": either(*TIMES),
        "hourly_profile": either(*HOURS_OF_THE_DAY),
        "cost_per_month": either(310, 1000),
        "cost_per_inquiry": either(7.5),
        "temperature": either(*TEMPERATURES),
        "fit": either(*ODDS),
        "theorist_share": share(),
        "spend_profile": either([0.0, 1.0] * 6, [2.0, 1.0, 0.0] * 4),
        "day_variation": either(0.5, 1.5, 0.05),
        "promotion": st.fixed_dictionaries(
            {
                "starts": st.integers(-5, 15).map(lambda day: start + timedelta(day)),
                "price_cut": either(0.25),
            },
            optional={"inquiries_factor": either(2.0, 0.0)},
        ).map(lambda promotion: promotion | {"ends": promotion["starts"] + timedelta(12)}),
        "response": either(*RESPONSES),
        "demand_shock": shock(),
    }
    if not first:
        optional["first_stage"] = either(*stages)
    kind = either("seo", "referral", "outsourced", "personal_selling", OWN_KIND)
    required = {"kind": kind, "inquiries_per_month": either(10, 25, 40, 0, 120)}
    channel = draw(st.fixed_dictionaries(required, optional=optional))
    if channel["kind"] == "outsourced":
        channel["price_per_lead"] = draw(either(30.0, 12.5))
    elif channel["kind"] == "personal_selling" and team is not None:
        without = ("inquiries_per_month", *OF_DAYS)
        channel = {key: item for key, item in channel.items() if key not in without}
        channel.get("promotion", {}).pop("inquiries_factor", None)
        channel["prospecting"] = draw(prospecting(team))
    if channel.get("inquiries_per_month") == 0:
        channel["off"] = True
    if len(mix) > 1:
        small = draw(share())
        channel["segments"] = {mix[0]: small, mix[1]: 1 - small}
    return channel


def shock() -> SearchStrategy[Document]:
    """Choose what is high or low for months."""
    return st.fixed_dictionaries({"deviation": either(0.3, 1, 0), "persistence": either(0.5, 0, 1)})


def prospecting(team: str) -> SearchStrategy[Document]:
    """Let a team's reps look for inquiries, in hours that they reserve or in idle ones."""
    return st.fixed_dictionaries(
        {"team": st.just(team), "inquiries_per_hour": either(0.5, 0.2, 3)},
        optional={"hours_per_week": either(2, 0.5, 7.5), "block_hours": either(1, 0.5)},
    )


@st.composite
def mixes(draw: DrawFn, channels: Document) -> Document:
    """Let channels share a total instead of having inquiries of their own, or be busy on the same days."""
    mix: Document = draw(st.fixed_dictionaries({}, optional={"day_variation": either(0.3, 1.0)}))
    if draw(st.booleans()):
        sharing = [name for name, channel in channels.items() if "inquiries_per_month" in channel]
        if not sharing:
            return mix
        for name in sharing:
            del channels[name]["inquiries_per_month"]
        first, others = draw(share()), len(sharing) - 1
        shares = [first, *[(1 - first) / others] * others] if others else [1.0]
        mix |= {"inquiries_per_month": 60, "shares": dict(zip(sharing, shares, strict=True))}
        if (certainty := draw(either(3.0, 50.0, None))) is not None:
            mix["certainty"] = certainty
    return mix


@st.composite
def reps(draw: DrawFn, start: date, kinds: list[str]) -> Document:
    """Describe a named rep, who may come and go within the horizon."""
    rep = draw(
        st.fixed_dictionaries(
            {"segments": st.lists(either(*kinds), max_size=1), "weight": either(3, 1, 0.25)},
            optional={
                "skill": either(2, 0.5),
                "speed": either(2, 0.5),
                "cost_per_month": either(900),
                "hired": st.integers(-9, 25).map(lambda day: start + timedelta(day)),
                "absent": st.lists(st.integers(-5, 27).map(lambda day: start + timedelta(day)), max_size=3),
                "holidays": st.lists(st.integers(0, 27).map(lambda day: start + timedelta(day)), max_size=4),
            },
        )
    )
    rep |= draw(either({}, {}, {"hours_per_week": 20.0}, *({"hours": week} for week in WEEKS)))
    if draw(st.booleans()):
        rep["leaves"] = rep.get("hired", start) + timedelta(draw(st.integers(1, 30)))
    return rep


def trainings(start: date) -> SearchStrategy[Document]:
    """Choose a training of a day, whose effect fades slowly or at once."""
    return st.fixed_dictionaries(
        {
            "date": st.integers(-9, 25).map(lambda day: start + timedelta(day)),
            "hours": either(9),
            "cost": either(5.5),
            "odds_ratio": either(3),
        },
        optional={"half_life_days": either(2, 0.25)},
    )


def habits(start: date, kinds: list[str]) -> dict[str, SearchStrategy[Any]]:
    """List what may be said of a team besides how it works."""
    return {
        "holidays": st.one_of(
            st.lists(st.integers(0, 27).map(lambda day: start + timedelta(day)), min_size=1, max_size=3),
            either(*CLOSED).map(lambda closed: [start + timedelta(day) for day in closed]),
        ),
        "cost_per_person_month": either(3000),
        "seat_cost_per_month": either(100),
        "commission": either(0.05),
        "commission_tiers": either(*TIERS),
        "opener_share": either(0.25, 1),
        "skill": either(*ODDS),
        "speed": either(*PACE),
        "ramp_up": either(
            {"months": 0.5, "skill_from": 0.2}, {"months": 2.0, "skill_from": 0.5, "speed_from": 0.25}
        ),
        "learning": either(*LEARNING),
        "absence": st.fixed_dictionaries(
            {},
            optional={
                "dates": st.lists(st.integers(-9, 40).map(lambda day: start + timedelta(day)), max_size=4),
                "days_off_per_year": either(60, 140),
                "days_off_at_once": either(2, 0.75, 11),
                "spells_per_year": either(12, 60),
                "spell_days": either(1, 0.5, 0, {"median": 1, "p90": 3}),
            },
        ),
        "training": st.fixed_dictionaries({"talk": trainings(start)}),
        "turnover": st.fixed_dictionaries(
            {"tenure_months": either(0.5, {"scipy": "expon", "scale": 0.4}, {"median": 1, "p90": 3})},
            optional={"replacement_days": either(2, 0.5, {"scipy": "expon", "scale": 4}), "cost": either(70)},
        ),
        "max_open": either(2, 1, 3),
        "sticky": either(False),
        "interrupts": either("hot"),
        "effort_split": either({"new": 0.6}, "new_first", "accounts_first", {"new": 0.25}),
        "segments": st.lists(either(*kinds), min_size=1, max_size=1),
    }


@st.composite
def teams(draw: DrawFn, name: str, start: date, kinds: list[str]) -> Document:
    """Describe a team, most often a small one with much to do."""
    required = {
        "people": either(*PEOPLE),
        "assignment": either(*POLICIES),
        "queue_order": either(*QUEUE_ORDERS),
    }
    team = draw(st.fixed_dictionaries(required, optional=habits(start, kinds)))
    team |= draw(
        st.one_of(
            st.fixed_dictionaries({"hours_per_week": either(40.0, 10.0, 37.5, 168.0)}),
            st.fixed_dictionaries({"hours": either(*WEEKS)}),
        )
    )
    named = [each for each in NAMED[name] if draw(st.booleans())]
    if team["people"] == 0 and not named:
        team["people"] = 1
    if named:
        team["reps"] = {each: draw(reps(start, kinds)) for each in named}
    if "learning" in team and named and draw(st.booleans()):
        team["reps"][named[0]]["leads_worked"] = 6
    if not team["people"]:
        team.pop("turnover", None)
    if "training" in team and not team["people"]:
        del team["training"]  # perhaps nobody is there yet
    return team


def effects(*, late: bool = False) -> SearchStrategy[Document]:
    """Choose effects on the odds, of all stages or of one, that may decide as the customer answers."""
    either_way = {name: either(*values) for name, values in EFFECTS.items()}
    of_late = {"time_in_stage": either(*AGES), "month_of_quarter": either(*QUARTERS)} if late else {}
    return st.fixed_dictionaries({}, optional=either_way | of_late | {"wait": either(*WAITS)})


@st.composite
def decisions(draw: DrawFn) -> Document:
    """Choose when a stage decides, and how many never do."""
    found: Document = draw(st.fixed_dictionaries({}, optional={"never_decides": either(0.3, 0, 0.9)}))
    if draw(either(False, True)):
        return found | {"decided": "when_answered", "effects": draw(effects(late=True))}
    return found


def neglect() -> SearchStrategy[Document]:
    """Let reps ignore leads."""
    loads = either({"open": [0, 3], "odds_ratio": [1.0, 6.0]}, {"open": [1], "odds_ratio": [2.0]})
    return st.fixed_dictionaries(
        {"probability": either(0.2, 0.5, 1, 0)}, optional={"control": either(0.5, 0), "open_leads": loads}
    )


def attempts(durations: Document) -> SearchStrategy[Document]:
    """Choose how hard a buyer is to reach."""
    return st.fixed_dictionaries(
        {
            "chance": either(0.4, 0.1, 0.9, 0, 1),
            "interval_hours": either(1, 0, 24, {"median": 5, "p90": 30}, FOR_EVER),
            "most": either(3, 1, 8),
        },
        optional={"effort_hours": either(*durations["effort_hours"])},
    )


def hand_overs(patience: tuple[Any, ...]) -> SearchStrategy[Document]:
    """Limit what is handed over to a team: to little, most often."""
    return st.fixed_dictionaries(
        {"per_rep": either(1, 2.5, 1.25, 9)},
        optional={
            "patience_days": either(*patience),
            "order": either(*QUEUE_ORDERS),
            "cost_per_lead": either(1.5),
        },
    )


@st.composite
def of_a_hand_over(draw: DrawFn, durations: Document, gives_up: bool) -> Document:
    """Choose what stands between a lead and a conversation: a limit, neglect, and attempts."""
    found = {}
    if draw(either(False, False, True)):
        found["hand_over"] = draw(hand_overs(durations["goes_cold_after_days"]))
    if gives_up and draw(st.booleans()):
        found["ignored"] = draw(neglect())
    if draw(either(False, False, True)):
        found["attempts"] = draw(attempts(durations))
    return found


@st.composite
def stages(draw: DrawFn, order: list[str], number: int, floor: list[str], durations: Document) -> Document:
    """Describe a stage. Some always go on to the next one or are lost, so that there is a way out."""
    stage: Document = {"conversion": draw(either(0.5, 1, 0.8, 0.2, 0))}
    team = draw(either(*floor, floor[0], None))
    if team is not None:
        stage |= {"team": team, "effort_hours": draw(either(*durations["effort_hours"]))}
        if draw(st.booleans()):
            stage["goes_cold_after_days"] = draw(either(*durations["goes_cold_after_days"]))
        stage |= draw(of_a_hand_over(durations, "goes_cold_after_days" in stage))
    stage["customer_takes_days"] = draw(either(*durations["customer_takes_days"]))
    following = [*order[number + 1 :], "won"]
    if draw(st.booleans()):
        elsewhere = {draw(either("won", *order)): draw(either(1, 3)) for _ in range(draw(st.integers(0, 2)))}
        stage["next"] = {**elsewhere, following[0]: 3}
    if draw(st.booleans()):
        stage["back_to"] = {draw(either(*order[number::-1])): draw(share(0.8))}
    if draw(st.booleans()):
        stage["lost_reasons"] = {"no need": 0.25, "price": 0.75}
    if draw(st.booleans()):
        stage["cost_per_visit"] = draw(either(2.5, 0.1))
    if draw(st.booleans()):
        stage["effects"] = draw(effects())
    return stage | draw(decisions())


@st.composite
def uncertainties(draw: DrawFn, document: Document) -> Document:
    """Choose numbers that are not known."""
    team = next(iter(document["teams"]))
    stage = next(name for name, each in document["stages"].items() if "conversion" in each)
    of_shocks = {
        f"shocks.{name}.{key}": either({"low": 0.2, "likely": 0.5, "high": 0.9})
        for name in document.get("shocks", {})
        for key in ("deviation", "persistence")
    }
    return draw(
        st.fixed_dictionaries(
            {f"stages.{stage}.conversion *=": either({"low": 0.5, "likely": 0.9, "high": 1})},
            optional=of_shocks
            | {
                f"teams.{team}.speed *=": either({"median": 1, "p90": 1.5}),
                f"stages.{stage}.customer_takes_days *=": either({"quantiles": {"0": 0.5, "1": 2}}),
                f"{path_of_a_value(document)} *=": either({"scipy": "gamma", "a": 9}),
                "effects.theorist": either({"low": 0.05, "likely": 0.1, "high": 0.5}, 0.2),
            },
        )
    )


def path_of_a_value(document: Document) -> str:
    """Return the path of what the first product costs, or a contract of the first segment is worth."""
    for name, product in document.get("products", {}).items():
        return f"products.{name}.{price_key(product)}"
    segment = next(iter(document["segments"]))
    return f"segments.{segment}.{value_key(document['segments'][segment])}"


@st.composite
def differences(
    draw: DrawFn, durations: Document, stage: Document, floor: list[str], order: list[str], number: int
) -> Document:
    """Choose what is different in a stage for a segment; there remains a way to be lost, and a way on."""
    following = [*order[number + 1 :], "won"][0]
    optional = {
        "conversion": either(0.4, 0.9),
        "cost_per_visit": either(4.5, 0),
        "customer_takes_days": either(*durations["customer_takes_days"]),
        "customer_hours": either(*WEEKS),
        "next": either({"won": 1, following: 2}, {"won": 2, order[-1]: 1, following: 1}),
        "back_to": share(0.8).map(lambda part: {order[0]: part}),
        "lost_reasons": either({"no need": 1.0}, {"too large": 0.5, "price": 0.5}),
        "never_decides": either(0.2),
        "effects": effects(late="decided" in stage),
        "team": either(*reversed(floor)),
    }
    own = draw(st.fixed_dictionaries({}, optional=optional))
    if "team" in stage or "team" in own:
        of_work = {name: either(*durations[name]) for name in ("effort_hours", "goes_cold_after_days")}
        own |= draw(st.fixed_dictionaries({}, optional=of_work))
    return own


@st.composite
def hours_of_customers(draw: DrawFn, document: Document) -> Document:
    """Choose when customers count time: those of some stages, and all."""
    for stage in document["stages"].values():
        if draw(either(False, False, True)):
            stage["customer_hours"] = draw(either(*WEEKS))
    if draw(either(False, False, True)):
        days = st.integers(0, 27).map(lambda day: document["start"] + timedelta(day))
        return {"customer_hours": draw(either(*WEEKS)) | {"holidays": draw(st.lists(days, max_size=3))}}
    return {}


@st.composite
def programs(draw: DrawFn, stages: Document, whole: bool = False) -> Document:
    """Choose programs of nurture, none for some of the reasons; or none at all, but for a `whole` floor."""
    if not whole and draw(st.booleans()):
        return {}
    usual = [stage.get("lost_reasons", {"unstated": 1.0}) for stage in stages.values()]
    of_segments = (own for stage in stages.values() for own in stage.get("segments", {}).values())
    lost = [*usual, *(own.get("lost_reasons", {}) for own in of_segments)]
    reasons = sorted({"gone cold", *(reason for each in lost for reason in each)})
    program = st.fixed_dictionaries(
        {
            "interval_days": either(1, AN_HOUR, 5, 0.3),
            "chance": either(0.2, 0.05, 1, 0),
            "most_touches": either(3, 1, 12),
            "returns_to": either(*stages),
        },
        optional={
            "most_returns": either(2, 5),
            "odds_ratio": either(1.5, 0.5),
            "cost_per_touch": either(2.0, 0.75),
        },
    )
    found: Document = {}
    for name in ("letters", "calls"):
        taken = [reason for reason in reasons if draw(st.booleans()) or (whole and reason == "gone cold")]
        reasons = [reason for reason in reasons if reason not in taken]
        if taken:
            found[name] = {"reasons": taken, **draw(program)}
            if draw(either(False, False, True)):
                found[name]["chance"] = {reason: draw(either(0.2, 0.7)) for reason in taken}
    return {"nurture": found}


@st.composite
def documents(draw: DrawFn, whole: bool = False, sells: bool = False, bills: bool = False) -> Document:
    """Describe a sales floor, as a TOML parser would return it; a `whole` one has all parts at once.

    One that `sells` has products for certain, one that `bills` bills each of them in a way of its own.
    """
    start = draw(either(date(2026, 6, 1), date(2026, 2, 1), date(2024, 2, 10), date(2025, 12, 31)))
    kinds = list(SEGMENTS[: draw(st.integers(1, 2))])
    floor = list(TEAMS[: draw(st.integers(1, 2))])
    order = list(STAGES[: draw(st.integers(2 if whole else 1, 4))])
    durations = draw(either(COINCIDING, *[COINCIDING] * whole, MIXED))
    document: Document = {
        "start": start,
        "horizon": {
            "warm_up_months": draw(either(0, 0, 1)),
            "period_months": 1,
            "drain_months": draw(either(0, 0, 1)),
        },
        "segments": {name: draw(segments()) for name in kinds},
        "channels": {
            name: draw(channels(kinds, order, start, team, first=not number))
            for number, (name, team) in enumerate(
                zip_longest(CHANNELS[: draw(st.integers(len(floor), 3))], floor)
            )
        },
        "teams": {name: draw(teams(name, start, kinds)) for name in floor},
        "stages": {name: draw(stages(order, number, floor, durations)) for number, name in enumerate(order)},
    }
    for number, stage in enumerate(document["stages"].values()):
        if draw(st.booleans()):
            own = differences(durations, stage, floor, order, number)
            stage["segments"] = {draw(either(*kinds)): draw(own)}
    if whole:
        draw(with_all_parts(document))
    document |= draw(hours_of_customers(document))
    if any(channel["kind"] == OWN_KIND for channel in document["channels"].values()):
        document["kinds"] = {OWN_KIND: draw(own_kinds())}
    if draw(st.booleans()):
        document["stages"][draw(either(*order))]["makes"] = "lead"
    document |= draw(programs(document["stages"], whole))
    if draw(st.booleans()):
        document["mix"] = draw(mixes(document["channels"]))
    if draw(st.booleans()):
        document["shocks"] = draw(st.fixed_dictionaries({}, optional={"demand": shock(), "odds": shock()}))
    if draw(st.booleans()):
        document["effects"] = draw(effects())
        if draw(st.booleans()):
            document["effects"]["extra_decider"] = {"odds_ratio": 0.5, "customer_time": 1.5}
    return draw(in_the_end(with_few_who_prospect(document), whole, sells, bills))


@st.composite
def with_all_parts(draw: DrawFn, document: Document) -> None:
    """Let one team have all parts that a floor can have, with much to do."""
    name, team = next(iter(document["teams"].items()))
    team["people"] = draw(either(2, 1, 3))
    team.pop("holidays", None)
    if team["assignment"] in PULLS:
        team["assignment"] = draw(either(*PUSHES))
    for habit, values in habits(document["start"], list(document["segments"])).items():
        if habit in HABITS_OF_ALL_PARTS and not team.get(habit):
            team[habit] = draw(values)
    team["absence"].setdefault("days_off_per_year", 60)
    segment = next(iter(document["segments"].values()))
    cools = draw(either(2, 0, AN_HOUR, {"median": 2, "p90": 9}))
    segment["market"] = {"companies": draw(either(60, 200)), "customers": 1, "cooling_off_days": cools}
    channels = document["channels"]
    channels[CHANNELS[0]] |= {"temperature": TEMPERATURES[1], "inquiries_per_month": draw(either(60, 120))}
    channels[CHANNELS[0]].pop("prospecting", None)
    if not any("prospecting" in channel for channel in channels.values()):
        kinds = document["segments"]
        channels["calls"] = {
            "kind": "personal_selling",
            "segments": {kind: 1 / len(kinds) for kind in kinds},
            "prospecting": draw(prospecting(name)),
        }
    for stage in document["stages"].values():
        stage["conversion"] = draw(either(0.8, 0.5, 1))
    draw(with_a_hand_over(next(iter(document["stages"].values())), name))


@st.composite
def with_a_hand_over(draw: DrawFn, stage: Document, team: str) -> None:
    """Let a stage be worked by a team, with all that may stand between a lead and a conversation."""
    stage |= {
        "team": team,
        "effort_hours": draw(either(1, 2, 4, {"median": 1, "p90": 4})),
        "goes_cold_after_days": draw(either(1, AN_HOUR, 3, {"scipy": "expon", "scale": 2.0})),
        "customer_takes_days": draw(either(AN_HOUR, 0, 1)),
        "hand_over": draw(hand_overs(COINCIDING["goes_cold_after_days"]))
        | {"per_rep": draw(either(2, 1.25, 9))},
        "ignored": draw(neglect()) | {"probability": draw(either(0.2, 0.5))},
        "attempts": draw(attempts(COINCIDING)) | {"chance": draw(either(0.4, 0.7)), "interval_hours": 1},
    }


@st.composite
def in_the_end(draw: DrawFn, document: Document, whole: bool, sells: bool, bills: bool) -> Document:
    """Add what is chosen by all that is there: what is sold, who is worth a rep's hour, what is not known."""
    if sells or draw(either(True, False) if whole else either(False, True)):
        draw(with_products(document, whole))
        if whole:
            leaves = draw(either({"churn_per_month": 0.5}, {"term_months": 1, "renewal": 0.5}))
            leavers = {"price_per_month": draw(either(100, 9.99))} | leaves
            leavers["segments"] = {next(iter(document["segments"])): {"customers": draw(either(3, 1))}}
            first = document["products"][PRODUCTS[0]]
            kept = ["delivery", "recognised", *["opens"] * (price_key(first) == "price_per_month")]
            document["products"][PRODUCTS[0]] = leavers | {key: first[key] for key in kept if key in first}
    if "products" in document and (whole or draw(st.booleans())):
        draw(with_win_back(document, whole))
    if whole or draw(either(False, False, True)):
        document["channels"]["referred"] = draw(referring(document))
    if draw(either(False, False, True)):
        draw(with_crews(document, whole))
    if whole or draw(either(False, True)):
        document = draw(qualified(document, whole))
    if whole or bills or draw(either(False, False, True)):
        draw(with_cash(document, bills))
    if draw(st.booleans()):
        document["uncertainties"] = draw(uncertainties(document))
    return with_neglect_that_can_be(document)


@st.composite
def with_win_back(draw: DrawFn, document: Document, whole: bool) -> None:
    """Let a program care for customers who leave, one of its own or one that cares for others, too."""
    if not any(price_key(product) == "price_per_month" for product in document["products"].values()):
        return
    programs = document.setdefault("nurture", {})
    own = {"reasons": [], "interval_days": 3, "chance": 0.5, "most_touches": 4}
    own |= {"returns_to": next(iter(document["stages"])), "most_returns": draw(either(3, 1))}
    own |= {"cost_per_touch": draw(either(1.5, 0))}
    others = [] if whole else [each for each in programs.values() if isinstance(each["chance"], float | int)]
    program = draw(either(*others, programs.setdefault("come back", own)))
    program["reasons"] = [*program["reasons"], "churned"]
    if not programs["come back"]["reasons"]:
        del programs["come back"]


@st.composite
def referring(draw: DrawFn, document: Document) -> Document:
    """Let customers refer others, few enough that the last of them are seen in a test."""
    referrals = {"per_customer_per_month": draw(either(1, 0.5, 1, 0)) if draw(st.booleans()) else 1}
    if draw(st.booleans()):
        referrals["lasts"] = draw(either("for_ever", "while_customer"))
    if "deliveries" in document:
        referrals["after_bad_delivery"] = draw(either(0.3, 0))
    if "account_visits" in document:
        referrals["after_missed_visit"] = draw(either(0.2, 0))
    more = {
        "cost_per_inquiry": either(7.5),
        "temperature": either(*TEMPERATURES),
        "theorist_share": either(0.3),
    }
    return {"kind": "referral", "referrals": referrals} | draw(st.fixed_dictionaries({}, optional=more))


@st.composite
def scenarios(draw: DrawFn, policy: str | None = None) -> Toml:
    """Write random scenarios as files; of one policy for all teams where that is wanted."""
    document = draw(documents())
    if policy is not None:
        for name, team in document["teams"].items():
            team["assignment"] = team["assignment"] if name == CREW else policy
    return toml(with_neglect_that_can_be(document))


@st.composite
def scenarios_with_all_parts(draw: DrawFn) -> Toml:
    """Write random scenarios that have all parts at once as files."""
    return toml(draw(documents(whole=True)))


def with_neglect_that_can_be(document: Document) -> Document:
    """Let nobody be ignored in stages where reps take leads themselves."""
    others = (*document.get("deliveries", {}).values(), *document.get("account_visits", {}).values())
    for stage in [stage for own in (document, *others) for stage in own["stages"].values()]:
        teams = [stage.get("team"), *(own.get("team") for own in stage.get("segments", {}).values())]
        pulls = {document["teams"][team]["assignment"] for team in teams if team is not None} & set(PULLS)
        if pulls and "ignored" in stage:
            stage["ignored"]["probability"] = 0
    return document


def with_few_who_prospect(document: Document) -> Document:
    """Let few people prospect: many of them, all day, have more blocks than a test can live through."""
    for channel in document["channels"].values():
        if "prospecting" in channel:
            team = document["teams"][channel["prospecting"]["team"]]
            team["people"] = min(team["people"], MOST_WHO_PROSPECT)
    return document


def seeds() -> SearchStrategy[int]:
    """Choose any seed."""
    return st.integers(0, 2**32 - 1)


# ---- writing TOML -----------------------------------------------------------------------------


def toml(document: Document) -> Toml:
    """Write plain tables as a scenario file, one header for each named thing."""
    plain = {key: item for key, item in document.items() if not isinstance(item, dict)}
    lines = [f"{key} = {value(item)}" for key, item in plain.items()]
    for section, table in document.items():
        if section in OF_NAMES:
            for name, keys in table.items():
                lines += [f"[{section}.{written(name)}]", *(f"{key} = {value(v)}" for key, v in keys.items())]
        elif section not in plain:
            lines += [f"[{section}]", *(f"{written(key)} = {value(v)}" for key, v in table.items())]
    return Toml("\n".join(lines) + "\n")


def written(key: str) -> str:
    """Write a key, in quotes where it needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def value(item: Any) -> str:
    """Write a value on one line."""
    if isinstance(item, dict):
        return "{ " + ", ".join(f"{written(key)} = {value(v)}" for key, v in item.items()) + " }"
    if isinstance(item, list):
        return "[" + ", ".join(map(value, item)) + "]"
    if isinstance(item, date):
        return item.isoformat()
    return json.dumps(item)  # numbers, texts, true and false are written alike

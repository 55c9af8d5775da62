"""Every rule compiles and gives the same bits as plain Python; the formulas by hand."""

from __future__ import annotations

import inspect
import math
import pkgutil
import random
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise, product
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from funnelsim import rules
from funnelsim.chance.distributions import quantile
from funnelsim.chance.distributions.lookup import Family
from funnelsim.chance.keys import (
    GOOD_DELIVERY,
    PAYMENT,
    WORLD,
    Entity,
    descendant,
    open_deal,
    purpose,
    uniforms,
)
from funnelsim.compiling.arrays import Floats, Record, Records
from funnelsim.model.model import EVENTS, ODDS_OF_ALL, SALE, Model, pays_in_tiers, plain_ends
from funnelsim.model.own_policy import callable_by_compiled_code, policy_number, register_policy
from funnelsim.model.records import (
    AWAY,
    CHANNEL_STATE,
    OPEN_DEAL,
    POINT,
    PROCESS,
    PRODUCT,
    PURSUIT,
    REP,
    REP_STATE,
    SPAWN,
    STAGE,
    TEAM,
    TEAM_STATE,
    TIER,
    TRAINING,
)
from funnelsim.model.words import (
    DAY,
    ENDED,
    GONE_COLD,
    HOUR,
    LOST,
    NEVER,
    NOBODY,
    NOTHING,
    REJECTED,
    ROUTE,
    WON,
    Assignment,
    Due,
    Event,
    Flag,
    Heat,
    Kind,
    QueueOrder,
    Split,
)
from funnelsim.rules import (
    assignment,
    contracts,
    costs,
    crews,
    customers,
    deliveries,
    ending,
    junk,
    loads,
    market,
    memory,
    nurture,
    people,
    products,
    reporting,
    routes,
    traits,
    visits,
)
from funnelsim.scenario import lower, parse

SALES_FLOOR = """
start = 2026-03-02
horizon = { warm_up_months = 1, period_months = 1, drain_months = 0 }
[effects]
temperature = { hot = 2.5, future = 0.3 }
theorist = 0.2
wait = { hours = [2.0, 30.0, 200.0], odds_ratio = [1.0, 0.6, 0.2] }
[segments.small]
contract_value_per_year = { median = 9000, p90 = 20000 }
[segments.large]
contract_value_per_year = { low = 20000, likely = 50000, high = 90000 }
term_years = 3
odds_ratio = 0.6
committee_size = 3
[channels.web]
kind = "seo"
inquiries_per_month = 300
arrives_between = ["07:30", "22:00"]
weekday_profile = [3, 3, 3, 3, 2, 1, 0]
cost_per_month = 900
temperature = { hot = 0.3, warm = 0.3, future = 0.4 }
fit = { low = 0.5, likely = 1.0, high = 2.0 }
theorist_share = 0.3
segments = { small = 0.7, large = 0.3 }
day_variation = 0.4
demand_shock = { deviation = 0.3, persistence = 0.6 }
promotion = { starts = 2026-02-05, ends = 2026-02-20, price_cut = 0.3, inquiries_factor = 2 }
[channels.friends]
kind = "referral"
segments = { large = 1.0 }
[channels.agency]
kind = "outsourced"
price_per_lead = 50
cost_per_month = 100
spend_profile = [0, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]
segments = { large = 1.0 }
[mix]
inquiries_per_month = 40
shares = { friends = 0.3, agency = 0.7 }
certainty = 20
day_variation = 0.2
[shocks]
demand = { deviation = 0.2, persistence = 1 }
odds = { deviation = 0.4, persistence = 0.8 }
[teams.sales]
people = 5
max_open = 4
commission = 0.07
cost_per_person_month = 3000
skill = { low = 0.5, likely = 1.0, high = 1.8 }
speed = { median = 1.0, p90 = 1.4 }
ramp_up = { months = 2, skill_from = 0.4, speed_from = 0.5 }
[teams.sales.reps.Ada]
hired = 2026-03-10
leaves = 2026-03-20
weight = 3.5
segments = ["large"]
[teams.sales.reps.Ben]
weight = 0.5
segments = ["small", "large"]
[stages.call]
team = "sales"
effort_hours = { median = 0.7, p90 = 2 }
customer_takes_days = { median = 1, p90 = 4 }
goes_cold_after_days = { median = 2, p90 = 6 }
conversion = 0.6
makes = "lead"
lost_reasons = { "no need" = 0.7, timing = 0.3 }
[stages.call.segments.large]
effort_hours = 2
goes_cold_after_days = 1
conversion = 0.4
[stages.trial]
customer_takes_days = { quantiles = { "0" = 1, "0.5" = 2, "1" = 6 } }
conversion = 1
next = { offer = 3, won = 1 }
[stages.offer]
team = "sales"
effort_hours = 1e9
customer_takes_days = { scipy = "poisson", mu = 3 }
conversion = 0.5
back_to = { offer = 0.2, trial = 0.2 }
effects = { skill_by_temperature = { hot = 1.7, future = 0.4 } }
"""
MODEL = lower(parse(SALES_FLOOR)).model
LATE = lower(
    parse(
        SALES_FLOOR.replace(
            'makes = "lead"',
            """makes = "lead"
decided = "when_answered"
never_decides = 0.3
effects.time_in_stage = { days = [0.5, 3, 20], odds_ratio = [1.5, 1, 0.3] }""",
        ).replace(
            "effects = { skill_by_temperature = { hot = 1.7, future = 0.4 } }",
            """decided = "when_answered"
effects = { month_of_quarter = [0.5, 1, 2], skill_by_temperature = { hot = 1.7, future = 0.4 } }
[plan]
fiscal_year_starts = 2""",
        )
    )
).model
HOURS = """
[customer_hours]
monday = ["09:00-17:00"]
thursday = ["09:00-12:00", "13:00-15:00"]
[stages.call.segments.small]
team = "second"
[teams.second]
people = 1
[channels.night]
kind = "pr"
inquiries_per_month = 3
arrives_between = ["10:00-11:30", "22:00-02:00"]
hourly_profile = [3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
segments = { large = 1.0 }
"""
WITH_HOURS = lower(parse(SALES_FLOOR + HOURS)).model
CARE = """
[nurture.letters]
reasons = ["no need", "gone cold"]
chance = { "no need" = 0.4, "gone cold" = 0.1 }
interval_days = 10
most_touches = 6
most_returns = 2
returns_to = "call"
odds_ratio = 1.7
[stages.call.attempts]
chance = 0.3
interval_hours = { median = 5, p90 = 30 }
most = 2
effort_hours = { low = 0.1, likely = 0.2, high = 1 }
"""
WITH_CARE = lower(parse(SALES_FLOOR + CARE)).model
QUALIFIED = """
[management]
control = 0.5
[traits.budget]
share = 0.6
missing = 0.25
[traits.need]
share = 1.0
present = 1.5
[channels.web.traits]
need = 0.0
[channels.friends.traits]
need = 0.4
[stages.call.rejection]
probability = 0.2
needs = ["budget", "need"]
missing = { need = 3.0 }
theorist = 5.0
skill_exponent = -0.5
effort_share = 0.2
control = 0.4
open_leads = { open = [2, 4, 9], odds_ratio = [1.0, 2.0, 0.5] }
[stages.offer.rejection]
probability = 0.5
[stages.paper]
team = "sales"
effort_hours = 0.5
passes_at = 2
checks.budget = { trait = "budget", effort_hours = 0.2, sensitivity = 0.9, specificity = 0.8 }
checks.need = { trait = "need", effort_hours = { median = 0.1, p90 = 0.5 }, specificity = 0.6 }
checks.means_it = { theorist = true, sensitivity = 0.7, specificity = 0.7 }
"""
QUALIFYING = lower(
    parse(SALES_FLOOR.replace("theorist = 0.2", "theorist_ripens_after_days = 20") + QUALIFIED)
).model
CHECKED, REJECTED_IN = 3, 0  # stages
PYRAMID = """
[products.plan]
price_per_month = { median = 90, p90 = 200 }
gross_margin = 0.7
churn_per_month = 0.1
price_growth_per_year = 0.2
opens = { licence = 0.3, care = 0.3 }
discount = { price_cut = 0.1, odds_ratio = 1.5 }
segments.small = { customers = 4, customers_since_days = { median = 300, p90 = 900 } }
[products.licence]
price_per_month = 200
term_months = 24
renewal = 0.8
launched = 2026-03-20
price_growth_per_year = -0.1
segments.large = { price_per_month = 500, customers = 2 }
[products.care]
price_per_month = { low = 10, likely = 20, high = 30 }
loyalty = { alpha = 1, beta = 3 }
[products.setup]
price = 700
earned_over_days = 9
[products.talk]
price = { median = 50, p90 = 90 }
discount = { price_cut = 0.2 }
repeat_purchase = { shape = 0.8, scale_days = 20, a = 1, b = 3 }
[channels.referred]
kind = "referral"
referrals = { per_customer_per_month = 0.3, after_missed_visit = 0.4 }
[account_visits.review]
every_days = { median = 20, p90 = 40 }
kept_odds_ratio = 2
missed_odds_ratio = 0.5
[account_visits.review.stages.meet]
team = "sales"
effort_hours = 1
[account_visits.check]
asked = "regularly"
every_days = 30
[account_visits.check.stages.look]
customer_takes_days = 1
"""


BILLS = """
[finance.billing]
paid_after_days = { median = 10, p90 = 40 }
bad_debt = 0.3
[products.setup.billing]
when = "monthly"
deposit = 0.25
[products.licence.billing]
when = "at_signing"
[products.talk.billing]
paid_after_days = 9
bad_debt = 0
"""


def with_products(more: str = "") -> Model:
    """Sell products instead of contracts of a value per year, and visit customers."""
    value = re.compile(r"contract_value_per_year = .*\n(term_years = 3\n)?")
    sold = ("plan = 0.5, setup = 0.3, talk = 0.2", "licence = 0.6, plan = 0.2, care = 0.2")
    listed = iter([f"products = {{ {shares} }}\n" for shares in sold])
    return lower(parse(value.sub(lambda _: next(listed), SALES_FLOOR) + PYRAMID + more)).model


WITH_PRODUCTS, WITH_CASH = with_products(), with_products(BILLS)
LEAVING = (Event.WON, Event.LOST, Event.ADVANCED, Event.SENT_BACK, Event.WENT_COLD)
FOLLOW_UP = 1  # a process of its own, with the last stage
FIRST_MONTH = int(MODEL.calendar_months[0])
ALIKE = np.ones(59)  # factors on the odds of each day


def two_teams() -> Model:
    """Let the last three reps be a second team, which is paid no commission."""
    teams, reps = np.repeat(MODEL.teams, 2), MODEL.reps.copy()
    teams["first_rep"], teams["reps"], teams["commission"] = (0, 4), (4, 3), (0.07, 0.0)
    reps["team"][4:] = 1
    return MODEL._replace(teams=teams, reps=reps)


def with_follow_ups() -> Model:
    """Let who is lost in the sale rest for a new try, and two follow-ups be born of a contract."""
    days = MODEL.stages[1]["customer_time"]
    ends = plain_ends(2)
    lost, won = ends[Event.LOST], ends[Event.WON]
    lost["target"], lost["rest"], lost["rest_key"] = 0, days, purpose("rest", "lost")
    won["first_spawn"], won["spawns"], won["withdraws"] = 1, 2, FOLLOW_UP
    ends[EVENTS + Event.WON]["first_spawn"], ends[EVENTS + Event.WON]["spawns"] = 0, 1
    spawns = np.zeros(3, SPAWN)
    spawns["purpose"] = [purpose("spawn", name) for name in ("renewal", "upgrade", "service")]
    spawns["process"], spawns["delay"] = (FOLLOW_UP, SALE, FOLLOW_UP), days
    stages = MODEL.stages.copy()
    stages["process"][2] = FOLLOW_UP
    processes = np.zeros(2, PROCESS)
    processes["first_stage"], processes["stages"] = (0, 2), (2, 1)
    return MODEL._replace(stages=stages, processes=processes, ends=ends, spawns=spawns)


def with_deliveries() -> Model:
    """Let follow-ups be deliveries, of the second and the third of three products."""
    processes, products = FOLLOW_UPS.processes.copy(), np.zeros(3, PRODUCT)
    processes["kind"][FOLLOW_UP], processes["promised"][FOLLOW_UP] = Kind.DELIVERING, DAY
    processes["good"], processes["late"], processes["defect"] = (0, 3), 0.5, 0.25
    products["delivery"], products["at_delivery"] = (0, FOLLOW_UP, FOLLOW_UP), (0, 0, 1)
    return FOLLOW_UPS._replace(processes=processes, products=products)


def in_tiers() -> Model:
    """Let the first of two teams pay 5 % up to 1,000 booked in a quarter, 10 % up to 2,000, nothing above."""
    model = two_teams()
    tiers, teams = np.zeros(3, TIER), model.teams.copy()
    tiers["begins"], tiers["share"] = (0, 100_000, 200_000), (0.05, 0.1, 0.0)
    teams["tiers"], teams["quota_months"], teams["opener_share"] = (3, 0), (3, 1), (0.25, 0.0)
    return model._replace(teams=teams, tiers=tiers)


def that_learn() -> Model:
    """Let two of the channels learn, one of which is told everything."""
    channels = QUALIFYING.channels.copy()
    channels["half"], channels["theorists_most"], channels["honest"] = (0, 2, 5), (0, 1, -0.5), (0, 0.5, 1)
    return QUALIFYING._replace(channels=channels, trait_shifts=0.5 - QUALIFYING.trait_shares)


LEARNING = that_learn()
TWO_TEAMS, FOLLOW_UPS, TIERED = two_teams(), with_follow_ups(), in_tiers()
DELIVERING = with_deliveries()


def somewhere(team: Record, reps: Records, states: Records, lead: Record, now: int, u: float) -> int:
    """Answer anything, a rep or not, that depends on every argument."""
    told = now + lead["heat"] + states[0]["open"] + reps[0]["segments"] + team["max_open"]
    return int(u * (len(reps) + 2)) - 1 + told % 2


register_policy("somewhere", somewhere)
TIMES = (0, 1, HOUR, 2 * HOUR, 3 * DAY, 8 * DAY, 37 * DAY, 58 * DAY)
Cases = Iterator[tuple[Any, ...]]
CASES: dict[str, Callable[[random.Random], Cases]] = {}


def all_rules() -> dict[str, Callable[..., Any]]:
    """Find every function of the rules."""
    found = {}
    for part in pkgutil.iter_modules(rules.__path__):
        module = import_module(f"{rules.__name__}.{part.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                found[f"{part.name}.{name}"] = function
    return found


RULES = all_rules()


def cases(*names: str) -> Callable[[Callable[[random.Random], Cases]], Callable[[random.Random], Cases]]:
    """Name the rules that a maker of arguments is for."""

    def note(maker: Callable[[random.Random], Cases]) -> Callable[[random.Random], Cases]:
        CASES.update(dict.fromkeys(names, maker))
        return maker

    return note


def worlds(chance: random.Random, count: int = 100) -> Iterator[Record]:
    for _ in range(count):
        yield np.array([(chance.randrange(2**32), chance.randrange(2**32))], WORLD)[0]


def leads(chance: random.Random, count: int = 100) -> Iterator[Record]:
    for _ in range(count):
        lead = np.zeros(1, PURSUIT)[0]
        lead["product"] = NOTHING
        lead["entity"] = int(MODEL.channels[0]["entity"]) + chance.randrange(2**32)
        lead["company"] = int(MODEL.channels[0]["entity"]) + chance.randrange(2**32)
        lead["created"], lead["began"], lead["since"] = sorted(chance.choice(TIMES) for _ in range(3))
        lead["fit"] = chance.choice([1.0, 0.0, chance.lognormvariate(0, 2), 1e15])
        lead["stage"], lead["process"] = chance.randrange(3), chance.randrange(2)
        lead["round"] = chance.choice([0, 1, 2, ending.MOST_ROUNDS])
        lead["attempt"] = chance.randrange(2)
        lead["channel"], lead["segment"] = chance.randrange(3), chance.randrange(2)
        lead["rep"], lead["opener"], lead["closer"] = (chance.randrange(NOBODY, 7) for _ in range(3))
        lead["phase"], lead["reason"] = chance.choice(list(Due)), chance.randrange(3)
        lead["heat"] = chance.randrange(3)
        lead["theorist"], lead["is_lead"] = chance.randrange(2), chance.randrange(2)
        lead["advances"] = chance.randrange(2)
        lead["hours"], lead["days"] = chance.lognormvariate(0, 2), chance.choice([0.0, 1e9, chance.random()])
        lead["luck"], lead["way"] = chance.random(), chance.random()
        lead["target"] = chance.choice([WON, LOST, 0, 1, 2])
        yield lead


class Asked(int):
    """The number of a policy, for which compiled code is given an address."""


class Floor(NamedTuple):
    """A team at work: who is there, how many leads each has, whose turn it is."""

    model: Model
    team: Record  # the model's only one
    own: Record  # TEAM_STATE
    states: Records


def floors(chance: random.Random, count: int = 60) -> Iterator[Floor]:
    """Make teams of every policy; half of them begin behind reps who are not theirs."""
    for policy, _ in product(Assignment, range(count)):
        teams, own, states = MODEL.teams.copy(), np.zeros(1, TEAM_STATE)[0], np.zeros(7, REP_STATE)
        team = teams[0]
        team["first_rep"] = chance.choice([0, 2])
        team["reps"] = len(states) - team["first_rep"]
        team["assignment"], team["sticky"] = policy, chance.randrange(2)
        own["turn"], own["own_policy"] = chance.randrange(team["reps"]), policy_number("somewhere")
        for state in states:
            state["open"], state["on_staff"] = chance.randrange(6), chance.random() < 0.8
            state["skill"] = chance.choice([1.0, chance.lognormvariate(0, 1)])
            state["speed"] = chance.lognormvariate(0, 1)
        yield Floor(MODEL._replace(teams=teams), team, own, states)


@cases("arrivals.next_total")
def _(chance: random.Random) -> Cases:
    for world, channel in product(worlds(chance), MODEL.channels):
        yield world, channel, stream(chance)


@cases("arrivals.arrival")
def _(chance: random.Random) -> Cases:
    for channel in MODEL.channels:
        yield from ((MODEL, channel, stream(chance), MODEL.expected) for _ in range(50))


@cases("arrivals.time_of_day")
def _(chance: random.Random) -> Cases:
    for channel in WITH_HOURS.channels:
        yield from ((WITH_HOURS, channel, chance.choice([0.0, chance.random(), 1.0])) for _ in range(50))


def stream(chance: random.Random) -> Record:
    """Make the state of a channel's inquiries."""
    state: Record = np.zeros(1, CHANNEL_STATE)[0]
    state["index"], state["total"] = chance.randrange(9), chance.uniform(0, 700)
    return state


@cases("arrivals.expect_inquiries")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, world, MODEL.expected, chance.choice([0, 20])) for world in worlds(chance, 20))


@cases("arrivals.differs")
def _(_: random.Random) -> Cases:
    plain = MODEL.channels.copy()
    plain["busy"] = plain["busy_all"] = NOTHING
    still = MODEL.shocks.copy()
    still["deviation"] = 0.0
    for model in (MODEL, MODEL._replace(channels=plain), MODEL._replace(channels=plain, shocks=still)):
        yield from ((model, number) for number in range(len(plain)))


@cases("arrivals.share_factor")
def _(chance: random.Random) -> Cases:
    for world, number in product(worlds(chance), range(len(MODEL.channels))):
        yield MODEL, world, number


@cases("arrivals.share_weight")
def _(chance: random.Random) -> Cases:
    for world, channel in product(worlds(chance), MODEL.channels[1:]):
        yield MODEL, world, channel


@cases("arrivals.day_factor")
def _(chance: random.Random) -> Cases:
    for world, channel in product(worlds(chance), MODEL.channels):
        yield MODEL, world, channel, chance.randrange(60)


def shocks(chance: random.Random, count: int = 40) -> Iterator[tuple[Model, Record]]:
    """Make shocks of all kinds, in a warm-up and a period of a month or two and a half."""
    for _ in range(count):
        shock = MODEL.shocks[chance.randrange(2)].copy()
        shock["deviation"] = chance.choice([0.0, 1.0, chance.random()])
        shock["persistence"] = chance.choice([0.0, 1.0, chance.random()])
        yield MODEL._replace(months=MODEL.months + chance.choice([-1, 0, 9]) * DAY), shock


@cases("shocks.moves")
def _(chance: random.Random) -> Cases:
    yield from ((shock,) for _, shock in shocks(chance))


@cases("shocks.z_of")
def _(chance: random.Random) -> Cases:
    for (model, shock), world in zip(shocks(chance), worlds(chance), strict=False):
        yield model, world, shock, chance.randrange(59)


@cases("shocks.next_level")
def _(chance: random.Random) -> Cases:
    yield from ((shock, chance.gauss(0, 1), chance.gauss(0, 1)) for _, shock in shocks(chance))


@cases("shocks.factor")
def _(chance: random.Random) -> Cases:
    yield from ((shock, chance.gauss(0, 1), chance.randrange(30)) for _, shock in shocks(chance))


@cases("shocks.multiply")
def _(chance: random.Random) -> Cases:
    for (model, shock), world in zip(shocks(chance), worlds(chance), strict=False):
        yield model, world, shock, np.ones(70), chance.randrange(10), chance.choice([0, 40])


@cases("shocks.multiply_along")
def _(chance: random.Random) -> Cases:
    for (model, shock), world in zip(shocks(chance), worlds(chance), strict=False):
        start = int(model.months[0] // DAY)
        today, way = chance.choice([0, 40]), chance.choice([1, -1])
        yield model, world, shock, np.ones(70), chance.randrange(10), today, start, way


@cases("shocks.expect_odds")
def _(chance: random.Random) -> Cases:
    still = MODEL.shocks.copy()
    still["deviation"] = 0.0
    for world in worlds(chance, 20):
        yield MODEL, world, np.zeros(59)
        yield MODEL._replace(shocks=still), world, np.zeros(59)


@cases("shocks.in_month")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, by_month(chance), chance.random(), chance.choice(TIMES)) for _ in range(50))


def by_month(chance: random.Random) -> Floats:
    """Make factors on the odds of days."""
    return np.array([chance.lognormvariate(0, 1) for _ in range(100)])


@cases("memory.effect")
def _(chance: random.Random) -> Cases:
    for count in (0, 1, 7, 1000, 10**6):
        yield chance.random(), chance.uniform(-1, 1), chance.uniform(0.001, 100), count


@cases("memory.is_counted")
def _(_: random.Random) -> Cases:
    yield from ((MODEL, now) for now in TIMES)


def finite(chance: random.Random) -> Model:
    """Let the first segment have a market."""
    segments = MODEL.segments.copy()
    segments["companies"][0], segments["customers"][0] = chance.choice([1, 7, 10**9]), chance.choice([0, 1])
    segments["cooling"] = NOTHING, MODEL.stages[0]["customer_time"]
    return MODEL._replace(segments=segments)


@cases("market.is_finite")
def _(chance: random.Random) -> Cases:
    yield from ((finite(chance), segment) for segment in (0, 1))


@cases("market.is_anywhere")
def _(chance: random.Random) -> Cases:
    yield from ((model,) for model in (MODEL, finite(chance)))


@cases("market.share_available")
def _(chance: random.Random) -> Cases:
    yield from ((finite(chance), 0, chance.choice([0, 1, 5, 100])) for _ in range(40))


@cases("market.accepts")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        yield finite(chance), world, 0, chance.choice([0, 1, 5]), int(lead["company"])


@cases("market.cools_for")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance):
        lead["market"], lead["cooling"] = chance.choice([market.TAKEN, market.CUSTOMER]), chance.random()
        yield finite(chance), lead, chance.choice(TIMES)


@cases("market.cooling_off")
def _(chance: random.Random) -> Cases:
    for _ in range(20):
        model = finite(chance)
        yield model, chance.randrange(len(model.segments)), chance.random()


@cases("arrivals.profile")
def _(chance: random.Random) -> Cases:
    for world, channel in product(worlds(chance), (*MODEL.channels, *LEARNING.channels)):
        yield MODEL, world, channel, int(channel["entity"]) + chance.randrange(99), chance.randrange(9)


@cases("routes.route")
def _(chance: random.Random) -> Cases:
    for stage, _ in product(MODEL.stages, range(50)):
        yield MODEL.routes, int(stage["first_else"]), int(stage["elses"]), chance.random()


@cases("absence.next_turn")
def _(chance: random.Random) -> Cases:
    yield from ((absentee(chance),) for _ in range(20))


def absentee(chance: random.Random) -> Record:
    """Make the state of a rep with an absence at hand or to come, or none."""
    state: Record = np.zeros(1, REP_STATE)[0]
    state["absent"] = chance.randint(0, 1)
    state["away_from"], state["away_until"] = chance.choice(
        [(NEVER, NEVER), (DAY, 3 * DAY), (5 * DAY, 9 * DAY)]
    )
    state["lost"] = chance.choice([0, HOUR])
    return state


def absent_at_times() -> Model:
    """Let the people of the first team be absent by plan, by chance, and on days off."""
    teams, reps, aways = MODEL.teams.copy(), MODEL.reps.copy(), np.zeros(2, AWAY)
    teams["first_date"], teams["spells"], teams["spell_days"] = (
        739_000,
        0.2,
        MODEL.reps["speed_distribution"][0],
    )
    teams["off_every"], teams["off_days"] = 9.5, 1.25
    aways["begins"], aways["ends"] = (3 * DAY, 20 * DAY), (4 * DAY, 25 * DAY)
    reps["may_be_absent"], reps["aways"] = 1, 2
    reps["may_be_absent"][-1] = 0
    return MODEL._replace(teams=teams, reps=reps, aways=aways)


AT_TIMES = absent_at_times()


@cases("absence.next_spell")
def _(chance: random.Random) -> Cases:
    for world, rep, now in product(worlds(chance, 3), AT_TIMES.reps, TIMES):
        yield AT_TIMES, world, rep, now


@cases("absence.lengthened")
def _(chance: random.Random) -> Cases:
    for world, rep, now in product(worlds(chance, 3), AT_TIMES.reps, TIMES):
        yield AT_TIMES, world, rep, now, now + chance.choice([0, DAY, 6 * DAY])


@cases("absence.spell_from")
def _(chance: random.Random) -> Cases:
    for world, rep, day in product(worlds(chance, 3), AT_TIMES.reps, range(0, 30, 3)):
        yield AT_TIMES, world, rep, day


@cases("absence.work_of", "absence.with_absences")
def _(chance: random.Random) -> Cases:
    for world, rep, now in product(worlds(chance, 2), AT_TIMES.reps, TIMES):
        yield AT_TIMES, world, rep, absentee(chance), now, chance.choice([0, HOUR, 30 * HOUR])


def crews_of(chance: random.Random) -> Records:
    """Make the states of reps of whom some of the first team are in a crew, led by the first."""
    states: Records = np.zeros(len(AT_TIMES.reps), REP_STATE)
    for number in range(len(states)):
        states[number] = absentee(chance)
    first, count = int(AT_TIMES.teams[0]["first_rep"]), int(AT_TIMES.teams[0]["reps"])
    states["crew"][first : first + count] = [7, *(chance.choice([0, 7]) for _ in range(count - 1))]
    states["crew_since"], states["crew_done"] = (
        chance.choice([0, 10 * HOUR, 2 * DAY]),
        chance.choice([0, HOUR]),
    )
    return states


LEADER = int(AT_TIMES.teams[0]["first_rep"])


@cases("crews.people_for")
def _(chance: random.Random) -> Cases:
    stages = MODEL.stages.copy()
    stages["people"] = np.arange(len(stages)) + 1
    variants = MODEL.variants.copy()
    variants["people"] = 9
    model = MODEL._replace(stages=stages, variants=variants)
    yield from ((model, lead) for lead in leads(chance))


@cases("crews.size")
def _(chance: random.Random) -> Cases:
    yield from ((AT_TIMES, crews_of(chance), LEADER) for _ in range(20))


@cases("crews.ends")
def _(chance: random.Random) -> Cases:
    for world, effort in product(worlds(chance, 8), (0, HOUR, 9 * HOUR, 40 * HOUR)):
        yield AT_TIMES, world, crews_of(chance), LEADER, effort


@cases("crews.done_by", "crews.all_there_from")
def _(chance: random.Random) -> Cases:
    for world, now in product(worlds(chance, 8), TIMES):
        yield AT_TIMES, world, crews_of(chance), LEADER, now


@cases("crews.all_there_until")
def _(chance: random.Random) -> Cases:
    for world in worlds(chance, 20):
        states = crews_of(chance)
        moment = crews.all_there_from(AT_TIMES, world, states, LEADER, chance.choice([0, DAY, 6 * DAY]))
        if moment != NEVER:
            yield AT_TIMES, world, states, LEADER, moment


@cases("crews.there_from", "crews.spell_at")
def _(chance: random.Random) -> Cases:
    for world, rep, now in product(worlds(chance, 3), AT_TIMES.reps, TIMES):
        yield AT_TIMES, world, rep, absentee(chance), now


@cases("crews.closes_books")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, now) for now in (*MODEL.months.tolist(), chance.randrange(DAY), DAY))


@cases("absence.hours_within")
def _(chance: random.Random) -> Cases:
    for rep, now in product(AT_TIMES.reps, TIMES):
        yield AT_TIMES, rep, now, now + chance.choice([HOUR, 5 * DAY])


@cases("people.is_yet_to_join", "people.is_there")
def _(_: random.Random) -> Cases:
    for on_staff, busy, left in product((0, 1), (0, 1), (0, DAY, NEVER)):
        state = np.zeros(1, REP_STATE)[0]
        state["on_staff"], state["busy"], state["left"] = on_staff, busy, left
        yield (state,)


@cases("people.talent")
def _(chance: random.Random) -> Cases:
    for world, rep in product(worlds(chance, 30), MODEL.reps):
        yield MODEL, world, rep, chance.randrange(3)


def turning_over() -> Model:
    """Let the people of the first team stay for a time."""
    teams, reps = MODEL.teams.copy(), MODEL.reps.copy()
    teams["tenure"] = teams["residual"] = teams["replacement"] = MODEL.reps["speed_distribution"][0]
    reps["turns_over"] = 1
    reps["turns_over"][-1] = 0
    return MODEL._replace(teams=teams, reps=reps)


TURNING = turning_over()


def seated(chance: random.Random) -> Record:
    """Make the state of a seat."""
    state = since(chance)
    state["generation"] = chance.randrange(3)
    state["leaves"], state["successor"] = (chance.choice([*TIMES, NEVER]) for _ in range(2))
    return state


@cases("turnover.leaves_at", "turnover.comes_at")
def _(chance: random.Random) -> Cases:
    yield from ((rep, seated(chance)) for rep in MODEL.reps for _ in range(9))


@cases("turnover.length_of_stay", "turnover.stays_until")
def _(chance: random.Random) -> Cases:
    for model, world in product((MODEL, TURNING), worlds(chance, 3)):
        yield from ((model, world, rep, seated(chance)) for rep in model.reps)


@cases("turnover.successor")
def _(chance: random.Random) -> Cases:
    for model, world in product((MODEL, TURNING), worlds(chance, 3)):
        yield from ((model, world, rep, seated(chance), chance.choice(TIMES)) for rep in model.reps)


@cases("turnover.stays_now")
def _(chance: random.Random) -> Cases:
    faster = TURNING._replace(distributions=TURNING.distributions.copy())
    faster.distributions["scale"] *= 0.5
    for before, model in product((MODEL, TURNING, faster), repeat=2):
        for world, rep in product(worlds(chance, 2), TURNING.reps):
            state = seated(chance)
            state["leaves"] = min(state["leaves"], 58 * DAY)
            yield before, model, world, rep, rep, state, chance.choice([0, DAY])


@cases("people.strength")
def _(chance: random.Random) -> Cases:
    for rep, now in product(MODEL.reps, TIMES):
        yield rep, since(chance), now, chance.random()


def since(chance: random.Random) -> Record:
    """Make the state of a rep who joined at some time, and has worked."""
    state: Record = np.zeros(1, REP_STATE)[0]
    state["skill"], state["speed"] = chance.uniform(0.1, 3), chance.uniform(0.1, 3)
    state["joined"] = chance.choice([-NEVER // 2, *TIMES, NEVER])
    state["worked"], state["won"], state["on_staff"] = chance.choice([(0, 0, 0), (3, 1, 1), (70, 9, 1)])
    return state


@cases("people.speed_now")
def _(chance: random.Random) -> Cases:
    for rep, now in product(MODEL.reps, TIMES):
        yield rep, since(chance), now


AT_THE_DESK = """
[stages.call.hand_over]
per_rep = 1.5
patience_days = { median = 3, p90 = 9 }
[stages.offer.hand_over]
per_rep = 2
[stages.call.ignored]
probability = 0.3
open_leads = { open = [1, 4], odds_ratio = [1.0, 3.0] }
"""
DESK = lower(parse(SALES_FLOOR + AT_THE_DESK)).model


def at_the_desk(chance: random.Random, count: int = 60) -> Iterator[Record]:
    """Make leads that are held, handed over or ignored in a stage with a gate."""
    for lead in leads(chance, count):
        lead["stage"], lead["process"] = 0, SALE
        lead["gate"], lead["ignored"] = chance.randrange(len(DESK.gates) + 1), chance.randrange(2)
        lead["attempt"], lead["interrupted"] = chance.choice([0, 0, 1]), chance.choice([0, 0, 1])
        lead["flags"] = chance.choice([0, Flag.HELD.value])
        yield lead


@cases("handover.is_held", "ignored.is_ignored", "interruption.is_hot", "effort_split.is_account")
def _(chance: random.Random) -> Cases:
    yield from ((lead,) for lead in (*at_the_desk(chance), *leads(chance)))


@cases("handover.has_left", "ignored.reason")
def _(chance: random.Random) -> Cases:
    gates, ignored = DESK.gates.copy(), DESK.ignored.copy()
    gates["team"], ignored["reason"] = 1, 2
    others = DESK._replace(gates=gates, ignored=ignored)
    yield from product((DESK, others), at_the_desk(chance))


@cases("handover.gate_from_now")
def _(chance: random.Random) -> Cases:
    for before, after in product((DESK, MODEL), repeat=2):
        for lead in at_the_desk(chance, 20):
            lead["gate"] = lead["gate"] if len(before.gates) else 0
            yield before, after, lead


@cases("handover.new_gate")
def _(chance: random.Random) -> Cases:
    for before, lead in product((DESK, MODEL), at_the_desk(chance, 20)):
        yield before, DESK, lead, chance.randrange(NOBODY, 1)


@cases("handover.same_gate")
def _(_: random.Random) -> Cases:
    yield from product((DESK, MODEL), DESK.gates)


@cases("handover.has_room")
def _(chance: random.Random) -> Cases:
    for floor in floors(chance, 3):
        for gate, load in product(range(1, len(DESK.gates) + 1), (0, 3, 9)):
            yield DESK._replace(teams=floor.model.teams), floor.states, gate, load


@cases("handover.patience")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance, 60), at_the_desk(chance), strict=True):
        yield DESK, world, lead, chance.randrange(1, len(DESK.gates) + 1)


@cases("ignored.will_be_ignored")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance, 60), at_the_desk(chance), strict=True):
        yield DESK, world, lead, chance.randrange(6)


def teams_that_differ(chance: random.Random) -> Iterator[Record]:
    """Make teams that interrupt and split their effort, or do not."""
    for interrupts, split in product((0, 1), Split):
        team = MODEL.teams[0].copy()
        team["interrupts"], team["split"], team["new_share"] = interrupts, split, chance.randrange(1, 1000)
        yield team


@cases("interruption.in_line", "interruption.ahead")
def _(chance: random.Random) -> Cases:
    for team, lead in product(teams_that_differ(chance), at_the_desk(chance, 12)):
        yield team, lead, chance.randrange(-(1 << 60), 1 << 60)


@cases("interruption.gives_way")
def _(chance: random.Random) -> Cases:
    for floor, lead in zip(floors(chance, 5), at_the_desk(chance, 55), strict=True):
        yield floor.states[0], lead


@cases("interruption.done_since")
def _(chance: random.Random) -> Cases:
    for rep, state in product(MODEL.reps, next(floors(chance, 1)).states):
        state["lost"] = chance.choice([0, HOUR])
        yield MODEL, rep, state, *sorted(chance.choice(TIMES) for _ in range(2))


@cases("effort_split.any_team", "prospecting.times_of")
def _(chance: random.Random) -> Cases:
    for team, reserved in product(teams_that_differ(chance), (0.0, 0.25)):
        team["prospects"] = chance.randrange(2)
        team["reserved"] = reserved
        yield (MODEL._replace(teams=np.array([team])),)


@cases("effort_split.takes_account")
def _(chance: random.Random) -> Cases:
    for team, has_new, has_account in product(teams_that_differ(chance), (False, True), (False, True)):
        yield team, prospector(chance), has_new, has_account


@cases("effort_split.levels")
def _(chance: random.Random) -> Cases:
    for team, alone in product(teams_that_differ(chance), (False, True)):
        for lead in leads(chance, 10):
            lead["effort"] = chance.choice([0, HOUR, NEVER])
            yield MODEL, team, prospector(chance), lead, alone


@cases("effort_split.splits_otherwise")
def _(chance: random.Random) -> Cases:
    yield from product(teams_that_differ(chance), repeat=2)


def prospector(chance: random.Random) -> Record:
    """Make a rep who has prospected, and has put effort into both kinds of business."""
    state = np.zeros(1, REP_STATE)[0]
    state["prospected"], state["prospected_on"] = chance.choice([0, HOUR]), chance.choice([0, 3, 8])
    state["block"], state["block_since"] = chance.choice([HOUR // 4, HOUR]), chance.choice(TIMES)
    state["away_from"] = state["away_until"] = NEVER
    state["new_level"], state["accounts_level"] = chance.randrange(1 << 50), chance.randrange(1 << 50)
    return state


def prospected(chance: random.Random) -> Record:
    """Make the state of a channel that is prospected."""
    state = np.zeros(1, CHANNEL_STATE)[0]
    state["total"], state["reached"] = chance.uniform(0, 9), chance.uniform(0, 5)
    state["prospected"] = chance.choice([0, HOUR, 30 * HOUR])
    return state


def found_by_the_hour(per_hour: float) -> Record:
    """Make a channel of which an hour of prospecting finds so many inquiries."""
    channel: Record = MODEL.channels[0].copy()
    channel["per_hour"] = per_hour
    return channel


@cases("prospecting.reached", "prospecting.is_found")
def _(chance: random.Random) -> Cases:
    yield from ((found_by_the_hour(chance.choice([0.1, 2.0])), prospected(chance)) for _ in range(60))


@cases("prospecting.gone_on")
def _(chance: random.Random) -> Cases:
    for before, after in product((0.1, 2.0), repeat=2):
        yield found_by_the_hour(before), found_by_the_hour(after), prospected(chance)


@cases("prospecting.block_now")
def _(chance: random.Random) -> Cases:
    for reserved, rep, now in product((0.0, 0.001, 0.3), MODEL.reps, TIMES):
        teams = MODEL.teams.copy()
        teams["block"], teams["reserved"] = HOUR // 2, reserved
        yield MODEL._replace(teams=teams), rep, prospector(chance), now


@cases("prospecting.prospected_today")
def _(chance: random.Random) -> Cases:
    yield from ((prospector(chance), now) for now in TIMES * 9)


@cases("prospecting.reserved_on")
def _(_: random.Random) -> Cases:
    yield from product([MODEL], MODEL.reps, range(9), (0.1, 0.5))


@cases("prospecting.block_ends")
def _(chance: random.Random) -> Cases:
    for world, rep in product(worlds(chance, 10), MODEL.reps):
        yield MODEL, world, rep, prospector(chance)


@cases("prospecting.pay_of_block")
def _(_: random.Random) -> Cases:
    yield from product([MODEL], MODEL.reps, TIMES[2:], (0, HOUR))


@cases("people.skill_now")
def _(chance: random.Random) -> Cases:
    for rep, now in product(MODEL.reps, TIMES):
        yield rep, since(chance), now


@cases("people.skill_in", "assignment.skill_in_order", "people.grown", "people.training_of")
def _(chance: random.Random) -> Cases:
    for model in (MODEL, learners()):
        for rep, now in product(model.reps, TIMES):
            yield model, rep, since(chance), now


@cases("people.counts")
def _(_: random.Random) -> Cases:
    for model in (MODEL, learners()):
        yield from ((model, rep, now) for rep, now in product(model.reps, TIMES))


@cases("people.ends_a_month")
def _(_: random.Random) -> Cases:
    yield from ((MODEL, now) for now in (*TIMES, *MODEL.months))


def learners() -> Model:
    """Let the people of the first team learn."""
    teams, reps, trainings = MODEL.teams.copy(), MODEL.reps.copy(), np.zeros(2, TRAINING)
    teams["learns_most"], teams["learns_half"], teams["win_counts"], teams["trainings"] = 0.7, 9.0, 2, 2
    trainings["begins"], trainings["cost"] = (TIMES[0], TIMES[-1]), 3.0
    trainings["odds"], trainings["half_life"] = (1.5, 0.8), (30.0, 7.0)
    reps["grows"], reps["worked_before"] = 1, np.arange(len(reps))
    return MODEL._replace(teams=teams, reps=reps, trainings=trainings)


@cases("assignment.rank")
def _(chance: random.Random) -> Cases:
    for order, lead in product(QueueOrder, leads(chance, 20)):
        yield order.value, lead


@cases("assignment.keeps_rep")
def _(chance: random.Random) -> Cases:
    for floor in floors(chance):
        teams = TWO_TEAMS.teams.copy()
        teams["sticky"] = floor.team["sticky"]
        model = TWO_TEAMS._replace(teams=teams)
        yield model, floor.states, chance.randrange(2), chance.randrange(NOBODY, len(floor.states))


@cases("assignment.is_moved")
def _(chance: random.Random) -> Cases:
    others = reversed(list(floors(chance)))
    for floor, other, lead in zip(floors(chance), others, leads(chance, 999), strict=False):
        stages = MODEL.stages.copy()
        stages["team"][stages["team"] != NOBODY] = 1
        lead["stage"], lead["rep"] = chance.choice([0, 2]), chance.choice([NOBODY, 0])
        before, model = (TWO_TEAMS._replace(teams=pair(each.team)) for each in (floor, other))
        yield before, model._replace(stages=chance.choice([stages, MODEL.stages])), lead


def pair(team: Record) -> Records:
    """Make a team like this one, and another like it."""
    return np.repeat(np.array([team]), 2)


@cases("assignment.deals_otherwise")
def _(chance: random.Random) -> Cases:
    teams = [floor.team for floor in floors(chance, 3)]
    for key in ("queue_order", "max_open", "own_policy"):
        other = teams[0].copy()
        other[key] += 1
        teams.append(other)
    yield from product(teams, teams)


@cases("assignment.has_room")
def _(chance: random.Random) -> Cases:
    yield from ((floor.team, state) for floor in floors(chance) for state in floor.states)


@cases("assignment.rank_in_team")
def _(chance: random.Random) -> Cases:
    for floor, world, lead in zip(floors(chance, 9), worlds(chance), leads(chance), strict=False):
        yield MODEL, world, by_month(chance), floor.team, lead


@cases("assignment.choose_rep")
def _(chance: random.Random) -> Cases:
    for floor, world, lead in zip(floors(chance), worlds(chance, 999), leads(chance, 999), strict=False):
        model, _, own, states = floor
        lead["stage"] = chance.choice([0, 2])  # that need a rep
        yield model, world, own, states, np.arange(len(states)), lead, chance.choice(TIMES)


@cases("assignment.luck")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, world, lead) for world, lead in zip(worlds(chance), leads(chance), strict=True))


@cases("assignment.most_skilled")
def _(chance: random.Random) -> Cases:
    for model, team, _, states in floors(chance):
        yield model, team, states, chance.choice(TIMES)


@cases("assignment.best_match")
def _(chance: random.Random) -> Cases:
    for model, team, _, states in floors(chance):
        yield model, team, states, chance.randrange(2)


@cases("assignment.knows")
def _(_: random.Random) -> Cases:
    yield from ((MODEL, rep, segment) for rep, segment in product(MODEL.reps, range(2)))


@cases("assignment.by_lot")
def _(chance: random.Random) -> Cases:
    yield from ((floor.team, floor.states, chance.random()) for floor in floors(chance))


@cases("assignment.by_weight")
def _(chance: random.Random) -> Cases:
    yield from ((floor.model, floor.team, floor.states, chance.random()) for floor in floors(chance))


@cases("assignment.as_told")
def _(chance: random.Random) -> Cases:
    for floor, lead in zip(floors(chance), leads(chance, 999), strict=False):
        asked = Asked(floor.own["own_policy"])
        yield floor.model, floor.team, asked, floor.states, lead, chance.choice(TIMES), chance.random()


@cases("assignment.next_in_turn")
def _(chance: random.Random) -> Cases:
    yield from ((floor.team, floor.states, int(floor.own["turn"])) for floor in floors(chance))


@cases("assignment.least_loaded")
def _(chance: random.Random) -> Cases:
    yield from ((floor.team, floor.states) for floor in floors(chance))


@cases("assignment.best_tier_for")
def _(chance: random.Random) -> Cases:
    for model, team, _, states in floors(chance):
        order = np.arange(len(states))
        yield model, team, states, order, chance.randrange(3), chance.choice(TIMES)


@cases("assignment.put_in_order")
def _(chance: random.Random) -> Cases:
    for model, team, _, states in floors(chance):
        yield model, team, states, np.arange(len(states)), chance.choice(TIMES)


@cases("assignment.is_less_loaded")
def _(chance: random.Random) -> Cases:
    for floor in floors(chance):
        yield floor.states, chance.randrange(7), chance.randrange(7)


@cases("assignment.is_ahead")
def _(chance: random.Random) -> Cases:
    for model, _, _, states in floors(chance):
        number, other = chance.randrange(7), chance.randrange(7)
        yield model, states, number, float(states[number]["skill"]), other, chance.choice(TIMES)


@cases("costs.media_of_day")
def _(_: random.Random) -> Cases:
    days = range(len(MODEL.month_days))
    yield from ((MODEL, number, day) for number in range(len(MODEL.channels)) for day in days)


@cases("contracts.price")
def _(_: random.Random) -> Cases:
    yield from ((channel, began) for channel in MODEL.channels for began in TIMES)


@cases("costs.pay_of_day")
def _(chance: random.Random) -> Cases:
    for rep, day in product(MODEL.reps, range(len(MODEL.month_days))):
        state = np.zeros(1, REP_STATE)[0]
        state["left"], state["joined"] = chance.choice([*TIMES, NEVER]), chance.choice([-DAY, *TIMES])
        yield MODEL, rep, state, day


@cases("costs.running_of_day")
def _(_: random.Random) -> Cases:
    plan = MODEL.plan.copy()
    plan["cost_per_month"] = 310.0
    for model in (MODEL, MODEL._replace(plan=plan)):
        yield from ((model, day) for day in range(len(model.month_days)))


@cases("contracts.expected_bookings")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, lead) for lead in leads(chance))


@cases("contracts.margin")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, lead, chance.uniform(0, 1e9)) for lead in leads(chance))


@cases("contracts.term")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, lead) for lead in leads(chance))


@cases("contracts.cents")
def _(chance: random.Random) -> Cases:
    yield from ((value,) for value in (0.0, 0.004, 0.005, 1e15, 1e300, *(chance.random() for _ in range(50))))


@cases("contracts.booked")
def _(chance: random.Random) -> Cases:
    for period in (contracts.MONTH, contracts.QUARTER, contracts.YEAR):
        yield from ((state, FIRST_MONTH + chance.randrange(-1, 15), period) for state in sellers(chance))


@cases("contracts.counted")
def _(chance: random.Random) -> Cases:
    for state, value in product(sellers(chance), (0.0, 0.005, 1.0, 99.9, 1e17)):
        yield MODEL, state, chance.choice(TIMES), value


@cases("contracts.commission")
def _(chance: random.Random) -> Cases:
    states = np.array(list(sellers(chance)))
    for model, lead in product((TWO_TEAMS, TIERED), leads(chance)):
        lead["closer"] = max(lead["closer"], 0)
        yield model, states, lead, chance.choice(TIMES), chance.choice([chance.uniform(0, 3000), 1e9])


@cases("contracts.in_tiers")
def _(chance: random.Random) -> Cases:
    for _ in range(100):
        before = chance.randrange(300_000)
        yield TIERED, TIERED.teams[0], before, before + chance.randrange(300_000)


def sellers(chance: random.Random) -> Iterator[Record]:
    """Make the states of seven reps who have booked something, or nothing yet."""
    for _ in range(7):
        state = np.zeros(1, REP_STATE)[0]
        month, more = chance.choice([0, 99_999, 250_000]), chance.choice([0, 1])
        state["booked_in"] = FIRST_MONTH + chance.randrange(-1, 2)
        state["booked_month"], state["booked_quarter"], state["booked_year"] = month, month + more, month + 9
        yield state


@cases("visits.duration")
def _(chance: random.Random) -> Cases:
    for amount in (0.0, 1e-9, 0.5, 1 / 24, 1.0, 1e9, 1e300, math.inf, *(chance.random() for _ in range(50))):
        yield from ((amount, unit) for unit in (HOUR, DAY))


@cases("visits.patience", "visits.fate", "contracts.bookings")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, world, lead) for world, lead in zip(worlds(chance), leads(chance), strict=True))


@cases("visits.stage_for", "visits.answer")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, lead) for lead in leads(chance))


@cases("contracts.worth")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        waited = min(chance.choice(TIMES), 40 * DAY)
        yield MODEL, world, by_month(chance), lead, chance.lognormvariate(0, 1), waited


@cases("visits.work")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance):
        yield (
            MODEL,
            by_month(chance),
            lead,
            chance.lognormvariate(0, 1),
            chance.lognormvariate(0, 1),
            min(chance.choice(TIMES), 40 * DAY),
        )


@cases("visits.conversion")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance, 500):
        waited = min(int(chance.lognormvariate(25, 4)), 40 * DAY)
        yield MODEL, by_month(chance), lead, chance.lognormvariate(0, 1), waited


@cases("visits.odds_of_work")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance, 500):
        if visits.stage_for(MODEL, lead)["odds"] <= visits.CERTAIN:
            yield MODEL, lead, chance.lognormvariate(0, 1), min(int(chance.lognormvariate(25, 4)), 40 * DAY)


@cases("visits.ratio_needed")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance, 500):
        lead["fit"] = chance.choice([0.0, 1.0, lead["fit"]])
        yield LATE, lead, chance.lognormvariate(0, 1), min(int(chance.lognormvariate(25, 4)), 40 * DAY)


@cases("visits.decided_late")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        now = chance.randrange(50 * DAY)
        lead["entered"], lead["luck"] = now - chance.choice(TIMES), chance.lognormvariate(0, 2)
        yield LATE, world, by_month(chance), lead, now


@cases("visits.days_of_some")
def _(chance: random.Random) -> Cases:
    for number, never in product(range(len(MODEL.distributions)), (0.25, 0.9)):
        for u in (1 - never, math.nextafter(1 - never, 0), chance.random(), chance.random()):
            yield MODEL, MODEL.distributions[number], never, u


@cases("visits.way_out")
def _(chance: random.Random) -> Cases:
    yield from ((MODEL, lead, chance.randrange(2), chance.random()) for lead in leads(chance))


@cases("visits.effect_of_time")
def _(chance: random.Random) -> Cases:
    for stage, waited in product(
        LATE.stages, (*TIMES, *(int(10 ** chance.uniform(6, 14)) for _ in range(99)))
    ):
        yield LATE, stage["first_point"], stage["points"], waited
        yield LATE, stage["first_age"], stage["ages"], waited


@cases("visits.occurrence", "ending.can_be_withdrawn")
def _(chance: random.Random) -> Cases:
    yield from ((lead,) for lead in leads(chance))


@cases("visits.team_for")
def _(chance: random.Random) -> Cases:
    yield from ((WITH_HOURS, lead) for lead in leads(chance))


@cases("visits.answers_at", "visits.in_customers_hours")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance):
        lead["takes"] = chance.choice([0, 1, 3 * DAY, NEVER, chance.randrange(20 * DAY)])
        yield WITH_HOURS, lead, chance.choice(TIMES)


@cases("visits.is_first_contact")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance):
        yield lead, chance.randrange(NOBODY, 2), int(lead[chance.choice(["began", "since"])])


@cases("visits.credited")
def _(chance: random.Random) -> Cases:
    yield from ((TWO_TEAMS, lead, chance.randrange(7)) for lead in leads(chance))


@cases("visits.is_paid")
def _(_: random.Random) -> Cases:
    yield from ((TWO_TEAMS, rep) for rep in range(7))


def cared_for(chance: random.Random) -> Iterator[tuple[Model, Record, int]]:
    """Make leads in nurture, or on their way to it, and the reason of the loss."""
    for lead in leads(chance):
        lead["returns"], lead["touches"] = chance.randrange(3), chance.randrange(1, 7)
        lead["interval"] = chance.choice([1, HOUR, 10 * DAY])
        yield WITH_CARE, lead, chance.randrange(3)


@cases("assignment.works_for")
def _(chance: random.Random) -> Cases:
    for floor in floors(chance, 4):
        yield floor.model, floor.states, 0, chance.randrange(NOBODY, 7)


@cases("assignment.queues_for_rep")
def _(chance: random.Random) -> Cases:
    for floor in floors(chance, 4):
        for lead in leads(chance, 20):
            lead["rep"], lead["attempt"] = chance.randrange(NOBODY, 7), chance.randrange(2)
            yield floor.model, floor.states, lead


def tried(chance: random.Random) -> Iterator[Record]:
    """Make leads whose buyer has to be reached."""
    for lead in leads(chance, 200):
        lead["stage"], lead["attempt"] = 0, chance.randrange(4)
        lead["queued"], lead["contact"] = chance.choice(TIMES), chance.choice(TIMES)
        lead["advances"], lead["phase"] = chance.randrange(3), chance.choice([Due.GOES_COLD, Due.TRIES_AGAIN])
        yield lead


@cases("attempts.occurrence")
def _(chance: random.Random) -> Cases:
    yield from ((lead, chance.randrange(256)) for lead in tried(chance))


@cases("attempts.waits")
def _(chance: random.Random) -> Cases:
    yield from ((lead, 60 * DAY) for lead in tried(chance))


@cases("attempts.tried")
def _(chance: random.Random) -> Cases:
    for lead, world in zip(tried(chance), worlds(chance, 200), strict=True):
        yield WITH_CARE, world, lead, chance.choice([1.0, 0.3]), DAY, chance.randrange(2)


@cases("attempts.rest")
def _(chance: random.Random) -> Cases:
    for lead, world in zip(tried(chance), worlds(chance, 200), strict=True):
        lead["attempt"] = max(lead["attempt"], 1)
        yield WITH_CARE, world, lead


@cases("attempts.is_missed", "attempts.last_row")
def _(chance: random.Random) -> Cases:
    yield from ((lead,) for lead in tried(chance))


@cases("attempts.is_last")
def _(chance: random.Random) -> Cases:
    yield from ((WITH_CARE, lead) for lead in tried(chance))


@cases("nurture.takes")
def _(chance: random.Random) -> Cases:
    yield from ((*each, reason) for *each, _ in cared_for(chance) for reason in range(NOTHING, 3))


@cases("nurture.wins_back")
def _(chance: random.Random) -> Cases:
    for model, lead, reason in cared_for(chance):
        firm = model.firm.copy()
        firm["churned"] = max(reason, 0)
        yield model._replace(firm=firm), lead


@cases("nurture.is_win_back", "customers.signs_as")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance):
        lead["created"] = chance.choice([nurture.NO_COHORT, 0, 5])
        yield (lead,)


@cases("phases.phase_of")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance):
        lead["created"] = chance.choice([nurture.NO_COHORT, 0, 5])
        lead["process"] = chance.choice([0, FOLLOW_UP])
        yield FOLLOW_UPS, lead


@cases("customers.first_signed", "customers.since_return")
def _(chance: random.Random) -> Cases:
    for lead in leads(chance):
        lead["created"] = chance.choice([nurture.NO_COHORT, 0, 5])
        lead["signed"] = chance.choice([int(lead["began"]), -DAY])
        yield lead, int(lead["began"]) + DAY


@cases("nurture.touches")
def _(chance: random.Random) -> Cases:
    for (model, lead, reason), world in zip(cared_for(chance), worlds(chance), strict=True):
        yield model, world, lead, min(reason, 1)


@cases("nurture.touches_by")
def _(chance: random.Random) -> Cases:
    yield from ((lead, int(lead["since"]) + chance.choice(TIMES)) for _, lead, _ in cared_for(chance))


@cases("nurture.comes_back")
def _(chance: random.Random) -> Cases:
    yield from ((lead,) for lead in leads(chance))


@cases("nurture.warmed")
def _(chance: random.Random) -> Cases:
    yield from ((model, lead) for model, lead, _ in cared_for(chance))


@cases("traits.traits_of")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        model, reports = chance.choice([QUALIFYING, LEARNING]), chance.randrange(9)
        yield model, world, lead["company"], lead["channel"], chance.randrange(3), reports


@cases("reporting.learns")
def _(chance: random.Random) -> Cases:
    yield from product((QUALIFYING, LEARNING), leads(chance))


@cases("reporting.fate_of")
def _(chance: random.Random) -> Cases:
    yield from ((LEARNING, lead, chance.choice(LEAVING)) for lead in told(chance))


@cases("reporting.report_of")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), told(chance), strict=True):
        yield LEARNING, world, lead, chance.choice(LEAVING)


def told(chance: random.Random) -> Iterator[Record]:
    """Make leads that leave a visit, some of which sales rejects."""
    for lead in leads(chance):
        lead["target"] = chance.choice([WON, LOST, REJECTED, 0])
        yield lead


@cases("traits.has")
def _(_: random.Random) -> Cases:
    yield from product((0, 1, 2, 5, (1 << 32) - 1), (0, 1, 2, 31))


@cases("traits.with_traits")
def _(chance: random.Random) -> Cases:
    yield from ((QUALIFYING, lead, chance.lognormvariate(0, 3)) for lead in companies(chance))


@cases("qualifying.checked")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), companies(chance), strict=True):
        lead["stage"] = CHECKED
        yield QUALIFYING, world, lead, chance.choice([1.0, 0.5])


@cases("qualifying.chance_of_a_good_answer")
def _(chance: random.Random) -> Cases:
    yield from product(companies(chance), QUALIFYING.checks)


@cases("qualifying.still_theorist")
def _(chance: random.Random) -> Cases:
    for model, world, lead in product((MODEL, QUALIFYING), worlds(chance, 10), companies(chance, 10)):
        yield model, world, lead, chance.choice(TIMES)


@cases("loads.effect_of_open_leads")
def _(_: random.Random) -> Cases:
    yield from product([QUALIFYING], [0], [0, 1, 2, 3], range(12))


@cases("junk.rejection_of")
def _(_: random.Random) -> Cases:
    for stage in (REJECTED_IN, 2):
        yield QUALIFYING, reference_lead(stage=stage)


@cases("junk.is_out_of_profile", "junk.flags_of", "junk.effort_of_rejection")
def _(chance: random.Random) -> Cases:
    for lead in companies(chance):
        lead["stage"], lead["effort"] = REJECTED_IN, chance.choice([0, 1, 3 * HOUR, NEVER])
        yield QUALIFYING, lead


@cases("junk.cost_of_rejected")
def _(chance: random.Random) -> Cases:
    yield from ((QUALIFYING, lead) for lead in companies(chance))


@cases("junk.is_after_hand_over", "junk.met", "junk.met_on_return")
def _(chance: random.Random) -> Cases:
    yield from ((lead,) for lead in companies(chance))


@cases("junk.rejects")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), companies(chance), strict=True):
        lead["stage"] = REJECTED_IN
        yield QUALIFYING, world, lead, chance.lognormvariate(0, 1), chance.randrange(12)


@cases("junk.chance_of_rejection")
def _(chance: random.Random) -> Cases:
    certain = QUALIFYING.rejections.copy()
    certain["odds"] = math.inf
    for model, lead in product((QUALIFYING, QUALIFYING._replace(rejections=certain)), companies(chance)):
        lead["stage"] = REJECTED_IN
        yield model, lead, chance.lognormvariate(0, 1), chance.randrange(12)


def companies(chance: random.Random, count: int = 100) -> Iterator[Record]:
    """Make leads of companies with traits, some of whom reps have met."""
    for lead in leads(chance, count):
        lead["traits"] = chance.randrange(4)
        lead["met"] = chance.randrange(16) | chance.choice([0, junk.REJECTED_BEFORE])
        lead["flags"] = chance.randrange(32)
        yield lead


RECURRING = (0, 1, 2)  # products of WITH_PRODUCTS


@cases("products.is_recurring", "products.months_at_first")
def _(_: random.Random) -> Cases:
    yield from ((WITH_PRODUCTS, number) for number in range(5))


@cases("products.earns_over", "products.term_of")
def _(_: random.Random) -> Cases:
    yield from ((WITH_PRODUCTS, number) for number in range(5))


@cases("products.is_launched", "customers.becomes_customer")
def _(_: random.Random) -> Cases:
    yield from product((WITH_PRODUCTS,), range(5), TIMES)


@cases("products.sells_products")
def _(_: random.Random) -> Cases:
    yield from product((MODEL, WITH_PRODUCTS), range(2))


@cases("products.share_launched")
def _(_: random.Random) -> Cases:
    for segment, now in product(WITH_PRODUCTS.segments, TIMES):
        first = segment["first_product"]
        for number in range(first, first + segment["products"]):
            yield WITH_PRODUCTS, number, first, now


@cases("products.product_of")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        yield WITH_PRODUCTS, world, chance.randrange(2), lead["company"], chance.choice(TIMES)


@cases("products.prices_of")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        order = chance.randrange(3)
        yield WITH_PRODUCTS, world, chance.randrange(5), chance.randrange(2), lead["company"], order


def deals(chance: random.Random, *numbers: int) -> Iterator[Record]:
    """Make leads about products, or contracts of which a term is over; some came by no channel."""
    for lead in leads(chance):
        lead["product"] = chance.choice(numbers or range(5))
        lead["channel"] = chance.choice([NOTHING, 0, 1, 2])
        lead["terms"], lead["visit"] = chance.randrange(4), chance.choice([0, 2, 3, 4, 5])
        lead["paid"], lead["mean_paid"], lead["price_share"] = chance.choice([9.99, 100.0]), 90.0, 0.8
        if chance.random() < 0.5:
            lead["began"] -= chance.choice([400, 731]) * DAY
        yield lead


TALK = 4  # the product of WITH_PRODUCTS that is bought again


@cases("orders.may_buy_again", "referrals.refers_as_it_signs")
def _(_: random.Random) -> Cases:
    yield from product((WITH_PRODUCTS, MODEL._replace(products=WITH_PRODUCTS.products)), range(5), TIMES)


@cases("orders.buyer_of", "referrals.referrer_of", "nurture.win_back_of")
def _(chance: random.Random) -> Cases:
    yield from ((lead,) for lead in leads(chance))


@cases("orders.habits")
def _(chance: random.Random) -> Cases:
    for world, deal in zip(worlds(chance), deals(chance, TALK), strict=True):
        yield WITH_PRODUCTS, world, deal


@cases("orders.luck")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        yield world, lead, chance.randrange(1, 4)


@cases("orders.next_order", "orders.drops_out", "orders.ordered")
def _(chance: random.Random) -> Cases:
    for world, deal in zip(worlds(chance), deals(chance, TALK), strict=True):
        yield WITH_PRODUCTS, world, deal, chance.randrange(1, 4)


@cases("referrals.are_there", "referrals.channel_of")
def _(_: random.Random) -> Cases:
    yield from ((model,) for model in (MODEL, WITH_PRODUCTS))


@cases("referrals.is_referral")
def _(_: random.Random) -> Cases:
    yield from product((MODEL, WITH_PRODUCTS), range(NOTHING, 4))


@cases("referrals.candidate_of")
def _(chance: random.Random) -> Cases:
    yield from ((lead, chance.randrange(1, 4)) for lead in leads(chance))


@cases("referrals.next_referral")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        yield chance.choice([MODEL, WITH_PRODUCTS]), world, lead, chance.randrange(1, 4)


@cases("referrals.due_now")
def _(chance: random.Random) -> Cases:
    often = WITH_PRODUCTS._replace(firm=WITH_PRODUCTS.firm.copy())
    often.firm["referral_rate"] = 0.7
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        lead["due"] = lead["since"] + 9 * DAY
        before, now = chance.choices([MODEL, WITH_PRODUCTS, often], k=2)
        yield before, now, world, lead, int(lead["since"]) + DAY


@cases("referrals.satisfaction", "referrals.needs_a_contract")
def _(chance: random.Random) -> Cases:
    for deal in deals(chance):
        deal["delivered"] = chance.choice([0, 2, 3])
        yield WITH_PRODUCTS, deal


@cases("referrals.accepts")
def _(chance: random.Random) -> Cases:
    for world, lead in zip(worlds(chance), leads(chance), strict=True):
        lead["segment"], lead["visit"] = 0, chance.choice([0, 2, 3])
        model = chance.choice([finite(chance), WITH_PRODUCTS])
        yield model, world, lead, chance.choice([0, 1, 5]), int(lead["company"])


@cases("products.price_row", "contracts.share_of_price")
def _(chance: random.Random) -> Cases:
    yield from ((WITH_PRODUCTS, deal) for deal in deals(chance))


@cases("customers.contract_of", "customers.is_first")
def _(chance: random.Random) -> Cases:
    for deal in deals(chance):
        if chance.random() < 0.3:
            deal["entity"] = WITH_PRODUCTS.prices["first_customer"][0] + 3
        yield (deal,)


@cases("contracts.of_product")
def _(chance: random.Random) -> Cases:
    yield from ((WITH_PRODUCTS, deal, chance.choice([100.0, 12.34])) for deal in deals(chance))


@cases("contracts.margin_at")
def _(chance: random.Random) -> Cases:
    yield from ((WITH_PRODUCTS, deal, 100.0, chance.choice([1.0, 0.7])) for deal in deals(chance))


@cases("customers.signed", "customers.stays")
def _(chance: random.Random) -> Cases:
    for world, deal in zip(worlds(chance), deals(chance, *RECURRING), strict=True):
        yield WITH_PRODUCTS, world, deal


@cases("customers.after")
def _(_: random.Random) -> Cases:
    yield from product((WITH_PRODUCTS,), range(4), (0.0, 0.3, 1.0))


@cases("contracts.worth_signed")
def _(chance: random.Random) -> Cases:
    yield from product((WITH_PRODUCTS,), deals(chance), (0.0, 99.99))


@cases("customers.remembered")
def _(chance: random.Random) -> Cases:
    yield from product(leads(chance), (Event.DONE.value, Event.LOST.value))


@cases("customers.ends_visit")
def _(_: random.Random) -> Cases:
    yield from ((event.value,) for event in Event)


@cases("customers.is_over_for")
def _(chance: random.Random) -> Cases:
    yield from zip(deals(chance, *RECURRING), leads(chance), strict=False)


@cases("customers.growth")
def _(chance: random.Random) -> Cases:
    for deal in deals(chance, *RECURRING):
        yield WITH_PRODUCTS, deal, deal["since"] + chance.choice([30, 400]) * DAY


@cases("customers.next_term", "customers.moves_to")
def _(chance: random.Random) -> Cases:
    for world, deal in zip(worlds(chance), deals(chance, *RECURRING), strict=True):
        yield WITH_PRODUCTS, world, deal, deal["since"] + chance.choice([0, 9, 400]) * DAY


@cases("customers.first_contract")
def _(chance: random.Random) -> Cases:
    for world, deal in zip(worlds(chance), deals(chance, *RECURRING), strict=True):
        yield WITH_PRODUCTS, world, deal, chance.choice([0, 31 * DAY])


@cases("customers.count_first")
def _(_: random.Random) -> Cases:
    yield from ((MODEL,), (WITH_PRODUCTS,))


@cases("customers.told_as", "customers.mrr")
def _(_: random.Random) -> Cases:
    yield from ((money,) for money in (-1.0, 0.004, 0.005, 12.345, 1e6))


@cases("customers.change_of_mrr")
def _(_: random.Random) -> Cases:
    yield from product((9.99, 10.004, 100.0), repeat=2)


@cases("ending.leaving")
def _(chance: random.Random) -> Cases:
    for model, lead in product((MODEL, WITH_PRODUCTS), leads(chance)):
        lead["process"] = min(lead["process"], len(model.processes) - 1)
        yield model, lead, chance.choice([Due.CUSTOMER_ANSWERS, Due.GOES_COLD]).value


def ends(chance: random.Random) -> Iterator[tuple[Model, Record, int]]:
    """Make leads that leave a visit, in a model where nothing follows and in one where something does."""
    for model, lead in product((MODEL, FOLLOW_UPS), leads(chance, 200)):
        lead["process"] = min(lead["process"], len(model.processes) - 1)
        due = chance.choice([Due.CUSTOMER_ANSWERS, Due.CUSTOMER_ANSWERS, Due.GOES_COLD]).value
        yield model, lead, ending.leaving(model, lead, due)[0]


@cases("ending.end_of", "ending.makes_lead")
def _(chance: random.Random) -> Cases:
    yield from ends(chance)


@cases("ending.after")
def _(chance: random.Random) -> Cases:
    for (model, lead, event), world in zip(ends(chance), worlds(chance, 999), strict=False):
        yield model, world, lead, event


@cases("ending.rest")
def _(chance: random.Random) -> Cases:
    for (model, lead, event), world in zip(ends(chance), worlds(chance, 999), strict=False):
        end = ending.end_of(model, lead, event)
        if end["rest"] != NOTHING:
            yield model, world, lead, end


@cases("ending.born")
def _(chance: random.Random) -> Cases:
    for (model, lead, event), world in zip(ends(chance), worlds(chance, 999), strict=False):
        end = ending.end_of(model, lead, event)
        for number in range(end["first_spawn"], end["first_spawn"] + end["spawns"]):
            yield model, world, lead, number


@cases("deliveries.delivery_of", "deliveries.is_earned_later")
def _(_: random.Random) -> Cases:
    yield from ((DELIVERING, product) for product in (NOTHING, 0, 1, 2))


@cases("billing.has_cash")
def _(_: random.Random) -> Cases:
    yield from ((WITH_PRODUCTS,), (WITH_CASH,))


@cases(
    *("billing.billing_of", "billing.is_monthly", "billing.begins_monthly", "billing.share_at_signing"),
)
def _(_: random.Random) -> Cases:
    yield from ((WITH_CASH, product) for product in (NOTHING, *range(5)))


@cases("billing.instalments")
def _(chance: random.Random) -> Cases:
    yield from ((WITH_CASH, deal) for deal in deals(chance, NOTHING, *range(5)))


@cases("billing.in_cents")
def _(_: random.Random) -> Cases:
    yield from ((money,) for money in (0.0, 0.004, 0.005, 12.345, 1e18))


@cases("billing.purpose_at_signing")
def _(_: random.Random) -> Cases:
    yield from ((share,) for share in (0.0, 0.3, 1.0))


@cases("billing.delay")
def _(chance: random.Random) -> Cases:
    for world, deal in zip(worlds(chance), deals(chance, NOTHING, *range(5)), strict=True):
        yield WITH_CASH, world, deal, PAYMENT, int(deal["terms"])


def opened(model: Model, chance: random.Random) -> Iterator[tuple[Model, Record, Record]]:
    """Make deals that are open at time 0, and their pursuits as they begin."""
    deals = np.zeros(20, OPEN_DEAL)
    deals["entity"] = sorted(open_deal(str(number)) for number in range(20))
    for deal, lead in zip(deals, leads(chance, 20), strict=True):
        deal["value"] = chance.choice([math.nan, 0.0, 1234.5])
        deal["phase"] = chance.choice([Due.GOES_COLD, Due.WORK_ENDS, Due.TRIES_AGAIN, Due.CUSTOMER_ANSWERS])
        deal["held"], deal["missed"] = chance.random() < 0.2, chance.random() < 0.2
        deal["contact"], deal["due"] = chance.choice(TIMES), chance.choice([0, NEVER, 3 * DAY])
        deal["outcome"] = chance.choice([NOTHING, NOTHING, WON, LOST])
        lead["entity"] = lead["company"] = deal["entity"]
        lead["since"], lead["round"] = -deal["contact"], 0
        yield model._replace(open_deals=deals), lead, deal


OPEN_MODELS = (MODEL, WITH_CARE, LATE, QUALIFYING)


@cases("open_deals.is_open_deal")
def _(chance: random.Random) -> Cases:
    yield from ((lead,) for lead in leads(chance, 5))
    yield from ((lead,) for _, lead, _ in opened(MODEL, chance))


@cases("open_deals.deal_of", "open_deals.own_value")
def _(chance: random.Random) -> Cases:
    yield from ((model, lead) for model, lead, _ in opened(MODEL, chance))


@cases("open_deals.has_value")
def _(_: random.Random) -> Cases:
    yield from ((value,) for value in (0.0, 5.0, math.nan))


@cases("open_deals.attempts_made")
def _(chance: random.Random) -> Cases:
    for model in (*OPEN_MODELS, DESK):
        for of_deals, lead, deal in opened(model, chance):
            deal["attempt"] = chance.randrange(3)
            yield of_deals, lead, deal


@cases("open_deals.queues", "open_deals.awaits")
def _(_: random.Random) -> Cases:
    yield from ((due.value,) for due in Due)


@cases("open_deals.due_at_first")
def _(chance: random.Random) -> Cases:
    yield from ((deal, int(deal["phase"])) for _, _, deal in opened(MODEL, chance))


@cases("open_deals.phase_at_first", "open_deals.answer_at_first")
def _(chance: random.Random) -> Cases:
    for model in OPEN_MODELS:
        for of_deals, lead, deal in opened(model, chance):
            deal["rejected"] = model is QUALIFYING and lead["stage"] == REJECTED_IN
            yield of_deals, lead, deal


@cases("open_deals.reason_of_a_loss")
def _(chance: random.Random) -> Cases:
    yield from ((model, lead) for model, lead, _ in opened(MODEL, chance))


@cases("open_deals.skill_at_first")
def _(chance: random.Random) -> Cases:
    states = np.zeros(7, REP_STATE)
    states["skill"] = [chance.lognormvariate(0, 1) for _ in states]
    states["on_staff"] = [1, 1, 0, 1, 1, 0, 1]
    yield from ((model, states, lead) for model, lead, _ in opened(MODEL, chance))


@cases("open_deals.decided_at_first")
def _(chance: random.Random) -> Cases:
    for model in OPEN_MODELS:
        for of_deals, lead, deal in opened(model, chance):
            [world] = worlds(chance, 1)
            yield of_deals, world, by_month(chance), lead, deal, chance.lognormvariate(0, 1)


@cases("open_deals.cools_off_by")
def _(chance: random.Random) -> Cases:
    yield from ((world, lead) for world, lead in zip(worlds(chance), leads(chance), strict=True))


DAYS_TAKEN = (0, DAY, DAY + 1, 9 * DAY)  # around what was promised


@cases("deliveries.is_late")
def _(_: random.Random) -> Cases:
    yield from ((DELIVERING, FOLLOW_UP, took) for took in DAYS_TAKEN)


@cases("deliveries.is_good")
def _(chance: random.Random) -> Cases:
    for lead, took in product(leads(chance), DAYS_TAKEN):
        lead["process"] = FOLLOW_UP
        [world] = worlds(chance, 1)
        yield DELIVERING, world, lead, int(lead["began"]) + took


@cases("ending.is_told")
def _(chance: random.Random) -> Cases:
    for lead, due in product(leads(chance, 5), Due):
        lead["phase"] = due
        yield (lead,)


@cases("ending.kind_of", "ending.reached")
def _(chance: random.Random) -> Cases:
    processes = DELIVERING.processes.copy()
    processes["kind"][FOLLOW_UP] = Kind.VISITING
    for model in (MODEL, DELIVERING, DELIVERING._replace(processes=processes)):
        for lead in leads(chance, 5):
            lead["process"] = len(model.processes) - 1
            yield model, lead


@cases("ending.fails")
def _(_: random.Random) -> Cases:
    yield from ((event.value,) for event in Event)


@cases("ending.told_as")
def _(_: random.Random) -> Cases:
    yield from ((event.value, delay) for event in Event for delay in (ending.AT_ONCE, *TIMES))


@cases("ending.round_at")
def _(chance: random.Random) -> Cases:
    yield from product(leads(chance), range(3), (ending.AT_ONCE, 0, DAY))


@cases("ending.most_born")
def _(_: random.Random) -> Cases:
    yield from ((model,) for model in (MODEL, FOLLOW_UPS))


def bits(result: Any) -> Any:
    """Spell a result out so that equal means equal in type and in every bit."""
    if isinstance(result, tuple):
        return tuple(map(bits, result))
    if isinstance(result, float | np.floating):
        return float(result).hex()
    if isinstance(result, bool | np.bool_):
        return bool(result)
    if isinstance(result, np.void):
        return result.tobytes()
    return "int", int(result)


def answer_of(rule: Callable[..., Any], arguments: tuple[Any, ...]) -> object:
    """Ask a rule; the answer of one that fills an array is what is in the array then."""
    given = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
    answer = rule(*given)
    if answer is None:
        return [each.tobytes() for each in given if isinstance(each, np.ndarray)]
    return bits(answer)


def in_compiled_code(argument: Any) -> Any:
    """Give a team's own policy by its address, as the compiled engine does."""
    if isinstance(argument, Asked):
        return callable_by_compiled_code(int(argument))
    if not isinstance(argument, np.void) or argument.dtype != TEAM_STATE:
        return argument
    own = argument.copy()
    own["own_policy"] = callable_by_compiled_code(int(own["own_policy"]))
    return own


@pytest.mark.parametrize("name", RULES)
def test_a_rule_compiles_to_the_same_bits(name: str) -> None:
    plain, compiled = RULES[name], numba.njit(RULES[name])
    answers = set()
    for arguments in CASES[name](random.Random(name)):
        answer = answer_of(plain, arguments)
        assert answer_of(compiled, tuple(map(in_compiled_code, arguments))) == answer, arguments
        answers.add(repr(answer))
    assert len(answers) > 1


def test_every_rule_is_marked_and_has_cases() -> None:
    assert set(RULES) == set(CASES)
    for function in RULES.values():
        assert inspect.getsource(function).startswith(("@rule\n", "@rare\n"))


# ---- by hand ----------------------------------------------------------------------------------


def stage_of(**fields: Any) -> Model:
    """Make a model with one stage, odds of 1 and no effect, except as given."""
    stages = np.zeros(1, STAGE)
    stages["odds"] = stages["theorist_odds"] = 1.0
    for name, value in fields.items():
        stages[name] = value
    segments = MODEL.segments.copy()
    segments["odds"] = 1.0
    return MODEL._replace(
        stages=stages, segments=segments, heat_odds=np.array([[3.0, 1.0, 0.5]]), heat_skill=np.ones((1, 3))
    )


def reference_lead(**fields: Any) -> Record:
    """Make a warm lead of average fit."""
    lead: Record = np.zeros(1, PURSUIT)[0]
    lead["fit"], lead["heat"], lead["product"] = 1.0, Heat.WARM, NOTHING
    for name, value in fields.items():
        lead[name] = value
    return lead


@pytest.mark.parametrize(
    ("fields", "skill", "probability"),
    [
        ({}, 1.0, 0.5),
        ({}, 3.0, 0.75),
        ({"heat": Heat.HOT}, 1.0, 0.75),
        ({"heat": Heat.FUTURE}, 1.0, 1 / 3),
        ({"fit": 4.0}, 1.0, 0.8),
        ({"fit": 4.0, "heat": Heat.HOT}, 0.25, 0.75),
        ({"theorist": 1}, 1.0, 0.2),
        ({"fit": 0.0}, 1.0, 0.0),
    ],
)
def test_conversion_multiplies_odds(fields: dict[str, Any], skill: float, probability: float) -> None:
    model = stage_of(theorist_odds=0.25)
    found = visits.conversion(model, ALIKE, reference_lead(**fields), skill, 0)
    assert found == pytest.approx(probability)


def test_a_certain_conversion_stays_certain() -> None:
    model = stage_of(odds=math.inf, theorist_odds=0.0)
    bad_month = np.full(59, 0.01)
    assert visits.conversion(model, ALIKE, reference_lead(heat=Heat.FUTURE), 0.1, 0) == 1.0
    assert visits.conversion(model, bad_month, reference_lead(theorist=1), 0.1, 0) == 1.0


def test_the_odds_are_those_of_the_month_in_which_work_starts() -> None:
    by_day = np.repeat([1.0, 3.0, 0.5], 10)
    lead = reference_lead(since=9 * DAY)
    found = [visits.conversion(stage_of(), by_day, lead, 1.0, waited) for waited in (DAY - 1, DAY, 11 * DAY)]
    assert found == pytest.approx([1 / 2, 3 / 4, 1 / 3])
    still = MODEL.shocks.copy()
    still["deviation"][ODDS_OF_ALL] = 0.0
    assert visits.conversion(stage_of()._replace(shocks=still), by_day, lead, 1.0, DAY) == 0.5


def test_traits_multiply_odds() -> None:
    model = stage_of()._replace(traits=QUALIFYING.traits, trait_shares=QUALIFYING.trait_shares)
    chances = [visits.conversion(model, ALIKE, reference_lead(traits=traits), 1.0, 0) for traits in range(4)]
    assert chances == pytest.approx([0.25 / 1.25, 1 / 2, 0.375 / 1.375, 1.5 / 2.5])


def test_traits_are_those_whose_uniform_is_below_the_share() -> None:
    first = int(QUALIFYING.channels[2]["entity"])
    world = np.array([(1, 0)], WORLD)[0]
    found = [traits.traits_of(QUALIFYING, world, first + number, 2, 0, 0) for number in range(2000)]
    assert all(each & 2 for each in found)  # all need it
    assert sum(each & 1 for each in found) == pytest.approx(1200, abs=4 * math.sqrt(480))
    again = [traits.traits_of(QUALIFYING, world, first + number, 2, 1, 0) for number in range(2000)]
    assert again == [each & 2 for each in found]


@pytest.mark.parametrize(
    ("others", "ratio"), [(0, 1.0), (2, 1.0), (3, 1.5), (4, 2.0), (6, 1.4), (9, 0.5), (99, 0.5)]
)
def test_the_effect_of_open_leads_is_linear(others: int, ratio: float) -> None:
    assert loads.effect_of_open_leads(QUALIFYING, 0, 3, others) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("fields", "skill", "others", "ratio"),
    [
        ({}, 1.0, 0, 1.0),
        ({"traits": 1}, 1.0, 0, 3.0),  # without need
        ({"traits": 2}, 1.0, 0, 1.0),  # without a budget, which is no reason
        ({"theorist": 1}, 1.0, 0, 5.0),
        ({}, 4.0, 0, 0.5),
        ({}, 1.0, 4, 2.0),
        ({"traits": 0, "theorist": 1}, 0.25, 9, 3 * 5 * 2 * 0.5),
    ],
)
def test_rejection_multiplies_odds(fields: dict[str, Any], skill: float, others: int, ratio: float) -> None:
    lead = reference_lead(**({"traits": 3} | fields))
    odds = 0.2 / 0.8 * math.sqrt(0.4) * ratio  # control is half
    assert junk.chance_of_rejection(QUALIFYING, lead, skill, others) == pytest.approx(odds / (1 + odds))


def test_skill_counts_by_its_exponent() -> None:
    model = stage_of()._replace(heat_skill=np.array([[2.0, 0.0, 0.5]]), heat_odds=np.ones((1, 3)))
    found = [visits.conversion(model, ALIKE, reference_lead(heat=heat), 4.0, 0) for heat in Heat]
    assert found == pytest.approx([16 / 17, 1 / 2, 2 / 3])


@pytest.mark.parametrize(
    ("hours", "ratio"),
    [(0, 1.0), (2, 1.0), (30, 0.6), (math.sqrt(2 * 30), math.sqrt(0.6)), (200, 0.2), (9000, 0.2)],
)
def test_the_effect_of_waiting_is_linear_in_logs(hours: float, ratio: float) -> None:
    stage = MODEL.stages[0]
    found = visits.effect_of_time(MODEL, stage["first_point"], stage["points"], round(hours * HOUR))
    assert found == pytest.approx(ratio, rel=1e-9)


def test_a_share_never_decides_and_the_others_take_what_they_took() -> None:
    customer_time = MODEL.distributions[MODEL.stages[1]["customer_time"]]
    among_all = [(number + 0.5) / 1000 for number in range(1000)]
    found = [visits.days_of_some(MODEL, customer_time, 0.2, u) for u in among_all]
    assert all(math.isinf(days) for days in found[800:])
    plainly = [quantile(customer_time, MODEL.knots, u / 0.8) for u in among_all[:800]]
    assert found[:800] == pytest.approx(plainly)
    # 1 day at least, 2 at the median, 6 at most: half of each 0.4 is below the median
    assert [visits.days_of_some(MODEL, customer_time, 0.2, u) for u in (0.4, 0.6)] == pytest.approx([2, 4])


def late_stage(**fields: Any) -> Model:
    """Make a model with one stage that decides as the customer answers, at odds of 1."""
    model = stage_of(decides_late=1, nexts=1, elses=1, first_next=0, first_else=1, **fields)
    still = MODEL.shocks.copy()
    still["deviation"][ODDS_OF_ALL] = 0.0
    ways = np.array([(1.0, WON, NOTHING), (1.0, LOST, 2)], MODEL.routes.dtype)
    return model._replace(shocks=still, routes=ways, quarter_odds=np.ones((1, 3)))


WORLD_1 = np.array([(1, 0)], WORLD)[0]


def chance_when_answered(model: Model, lead: Record, skill: float, now: int, by_day: Floats = ALIKE) -> float:
    """Count the share of evenly spread uniforms with which a lead advances that started to be worked then."""
    won, uniforms_tried = 0, 2000
    for number in range(uniforms_tried):
        lead["luck"] = (number + 0.5) / uniforms_tried
        lead["luck"] = visits.ratio_needed(model, lead, skill, 0)
        advances, target, reason = visits.decided_late(model, WORLD_1, by_day, lead, now)
        assert (target, reason) == ((WON, NOTHING) if advances else (LOST, 2))
        won += advances
    return won / uniforms_tried


@pytest.mark.parametrize(
    ("fields", "skill", "of_march", "probability"),
    [
        ({}, 1.0, 1.0, 1 / 2),
        ({"heat": Heat.HOT}, 2.0, 1.0, 6 / 7),
        ({}, 1.0, 3.0, 3 / 4),
        ({"fit": 4.0}, 1.0, 0.25, 1 / 2),
        ({"fit": 0.0}, 1.0, 3.0, 0.0),
    ],
)
def test_a_late_decision_multiplies_the_odds_of_the_work_by_those_of_the_month(
    fields: dict[str, Any], skill: float, of_march: float, probability: float
) -> None:
    now = 40 * DAY  # in March 2026, whose number is 2 modulo 3
    assert MODEL.calendar_months[40] == 2026 * 12 + 2
    model = late_stage()._replace(quarter_odds=np.array([[5.0, 7.0, of_march]]))
    found = chance_when_answered(model, reference_lead(entered=now, **fields), skill, now)
    assert found == pytest.approx(probability, abs=1 / 2000)


@pytest.mark.parametrize(("days", "ratio"), [(0, 2.0), (1, 2.0), (3, 1.0), (9, 0.5), (50, 0.5)])
def test_a_late_decision_looks_at_the_time_in_the_stage(days: int, ratio: float) -> None:
    ages = [(at * DAY, odds, math.log(24 * at), math.log(odds)) for at, odds in ((1, 2.0), (9, 0.5))]
    model = late_stage(first_age=1, ages=2)._replace(points=np.array([(0, 9.0, 0, 0), *ages], POINT))
    lead, now = reference_lead(entered=0), days * DAY
    found = chance_when_answered(model, lead, 1.0, now)
    assert found == pytest.approx(ratio / (1 + ratio), abs=1 / 2000)


def test_a_late_decision_is_of_the_month_in_which_the_customer_answers() -> None:
    by_day = np.repeat([1.0, 3.0], 29)
    model = late_stage()._replace(shocks=MODEL.shocks)
    found = [
        chance_when_answered(model, reference_lead(since=0), 1.0, now, by_day) for now in (9 * DAY, 40 * DAY)
    ]
    assert found == pytest.approx([1 / 2, 3 / 4], abs=1 / 2000)


def test_a_certain_conversion_stays_certain_as_the_customer_answers() -> None:
    model = late_stage()
    model.stages["odds"] = math.inf
    rare_month = model._replace(quarter_odds=np.full((1, 3), 1e-9))
    assert chance_when_answered(rare_month, reference_lead(), 0.1, 0) == 1.0


def test_what_a_lead_s_end_says_of_it() -> None:
    lead = reference_lead(stage=CHECKED, target=LOST, advances=0)
    assert reporting.fate_of(LEARNING, lead, Event.LOST) == reporting.BAD  # it has not passed the checks
    lead["advances"] = 1
    assert reporting.fate_of(LEARNING, lead, Event.ADVANCED) == reporting.NO_REPORT
    assert reporting.fate_of(LEARNING, lead, Event.WON) == reporting.GOOD
    lead["stage"], lead["advances"] = 1, 0  # without checks
    assert reporting.fate_of(LEARNING, lead, Event.LOST) == reporting.NO_REPORT
    lead["target"] = REJECTED
    assert reporting.fate_of(LEARNING, lead, Event.LOST) == reporting.BAD
    assert reporting.fate_of(LEARNING, lead, Event.WENT_COLD) == reporting.NO_REPORT
    lead["channel"] = 1
    assert reporting.learns(LEARNING, lead)
    lead["process"] = FOLLOW_UP
    assert not reporting.learns(LEARNING, lead)


@pytest.mark.parametrize("half", [1, 8, 1000])
def test_a_memory_at_half_has_half_its_effect(half: int) -> None:
    assert memory.effect(0.25, 0.5, half, 0) == 0.25
    assert memory.effect(0.25, 0.5, half, half) == 0.5
    assert memory.effect(0.25, -0.25, half, half) == 0.125
    assert memory.effect(0.25, 0.5, half, 10**12) == pytest.approx(0.75)


def test_nothing_is_remembered_from_before_the_period() -> None:
    begins = int(MODEL.months[0])
    assert not memory.is_counted(MODEL, begins - 1)
    assert memory.is_counted(MODEL, begins)


def test_a_duration_is_rounded_once_and_clamped() -> None:
    assert visits.duration(1 / 24, DAY) == HOUR
    assert visits.duration(1.4 / HOUR, HOUR) == 1
    assert visits.duration(1.6 / HOUR, HOUR) == 2
    assert visits.duration(1e9, DAY) == NEVER


def a_team(*open_leads: int, skills: tuple[float, ...] = (), turn: int = 0, **fields: Any) -> Floor:
    """Make a team whose reps, all on staff, own so many leads; at most three each."""
    size = len(open_leads)
    teams, reps, states = np.zeros(1, TEAM), np.zeros(size, REP), np.zeros(size, REP_STATE)
    teams["reps"], teams["max_open"] = size, 3
    states["on_staff"], states["open"] = 1, open_leads
    states["skill"] = skills or 1.0
    own: Record = np.zeros(1, TEAM_STATE)[0]
    own["turn"] = turn
    for name, value in fields.items():
        teams[name] = value
    own["own_policy"] = teams[0]["own_policy"]
    return Floor(MODEL._replace(teams=teams, reps=reps), teams[0], own, states)


def chosen(floor: Floor, now: int = 0, **fields: Any) -> tuple[int, int]:
    """Choose a rep for a lead of the usual world."""
    model, _, own, states = floor
    world: Record = np.array([(1, 0)], WORLD)[0]
    lead, order = reference_lead(**fields), np.arange(len(states))
    return assignment.choose_rep(model, world, own, states, order, lead, now)


def test_round_robin_goes_on_from_its_turn() -> None:
    assert chosen(a_team(0, 0, 0, turn=1)) == (1, 2)
    assert chosen(a_team(0, 0, 3, turn=2)) == (0, 1)
    assert chosen(a_team(0, 3, 0, turn=1)) == (2, 0)
    assert chosen(a_team(3, 3, 3, turn=1)) == (NOBODY, 1)


def test_the_least_loaded_is_chosen_then_the_lowest_number() -> None:
    least_loaded = {"assignment": Assignment.LEAST_LOADED}
    assert chosen(a_team(2, 1, 1, **least_loaded)) == (1, 0)
    floor = a_team(2, 0, 1, **least_loaded)
    floor.states["on_staff"][1] = 0
    assert chosen(floor) == (2, 0)


@pytest.mark.parametrize(("heat", "expected"), [(Heat.HOT, 2), (Heat.WARM, 0), (Heat.FUTURE, 1)])
def test_hot_leads_go_to_the_best(heat: Heat, expected: int) -> None:
    skills = (1.0, 0.5, 2.0)
    floor = a_team(0, 0, 0, skills=skills, assignment=Assignment.HOT_TO_BEST)
    assert chosen(floor, heat=heat) == (expected, 0)


def test_of_the_nearest_tier_the_least_loaded_is_chosen() -> None:
    skills = (9.0, 8.0, 7.0, 6.0, 5.0, 4.0)  # two a tier
    floor = a_team(1, 0, 0, 2, 2, 2, skills=skills, assignment=Assignment.HOT_TO_BEST)
    assert [chosen(floor, heat=heat)[0] for heat in Heat] == [1, 2, 4]
    floor.states["open"][:2] = 3  # both of the best are full: four are left, in the tiers 0, 0, 1, 2
    assert [chosen(floor, heat=heat)[0] for heat in Heat] == [2, 4, 5]


@pytest.mark.parametrize(
    "policy", [Assignment.SHARED_QUEUE, Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK]
)
def test_who_pulls_is_pushed_to_nobody(policy: Assignment) -> None:
    assert chosen(a_team(0, 0, assignment=policy)) == (NOBODY, 0)


def test_the_most_skilled_with_room_is_chosen_then_the_least_loaded() -> None:
    best = {"assignment": Assignment.BEST_SKILL}
    assert chosen(a_team(2, 2, 0, skills=(1.0, 2.0, 1.5), **best)) == (1, 0)
    assert chosen(a_team(2, 3, 0, skills=(1.0, 2.0, 1.5), **best)) == (2, 0)
    assert chosen(a_team(2, 1, 1, skills=(2.0, 2.0, 2.0), **best)) == (1, 0)
    assert chosen(a_team(3, 3, skills=(2.0, 2.0), **best)) == (NOBODY, 0)


def test_a_newcomer_is_not_the_most_skilled_yet() -> None:
    floor = a_team(0, 0, skills=(1.0, 3.0), assignment=Assignment.BEST_SKILL)
    reps = floor.model.reps
    reps["ramp"][1], reps["skill_from"][1] = 10 * DAY, 0.1
    assert [chosen(floor, now=day * DAY)[0] for day in (0, 2, 3, 9)] == [0, 0, 1, 1]


def test_who_has_not_joined_yet_comes_behind_all_others() -> None:
    floor = a_team(0, 0, 0, skills=(9.0, 1.0, 2.0))
    floor.states["joined"][0] = DAY
    order = np.arange(3)
    for now, expected in ((0, [2, 1, 0]), (DAY, [0, 2, 1])):
        assignment.put_in_order(floor.model, floor.team, floor.states, order, now)
        assert order.tolist() == expected


def test_a_segment_goes_to_those_who_know_it_while_they_have_room() -> None:
    names = [rep["segments"] for rep in MODEL.reps]
    assert sorted(names) == [0, 0, 0, 0, 0, 1, 2]  # five people, Ada and Ben
    ada, ben = 5, 6
    floor = a_team(0, 0, 0, 0, 0, 2, 3, assignment=Assignment.SEGMENT_MATCH, max_open=4)
    floor = floor._replace(model=floor.model._replace(reps=MODEL.reps))
    assert chosen(floor, segment=0) == (ben, 0)  # small
    assert chosen(floor, segment=1) == (ada, 0)  # large
    floor.states["open"] = 2, 1, 1, 1, 1, 4, 4
    assert chosen(floor, segment=1) == (1, 0)


def test_lots_fall_evenly_on_those_with_room() -> None:
    _, team, _, states = a_team(0, 3, 0, 0)
    thirds = [assignment.by_lot(team, states, u) for u in (0.0, 0.333, 0.334, 0.666, 0.667, 1 - 2.0**-53)]
    assert thirds == [0, 0, 2, 2, 3, 3]
    _, team, _, states = a_team(3, 3)
    assert assignment.by_lot(team, states, 0.5) == NOBODY


def test_weights_share_out_the_lots() -> None:
    model, team, _, states = a_team(0, 3, 0, 0)
    model.reps["weight"] = 1.0, 100.0, 2.0, 5.0
    lots = (0.0, 0.124, 0.126, 0.374, 0.376, 1 - 2.0**-53)
    assert [assignment.by_weight(model, team, states, u) for u in lots] == [0, 0, 2, 2, 3, 3]
    model, team, _, states = a_team(3, 3)
    assert assignment.by_weight(model, team, states, 0.5) == NOBODY


@pytest.mark.parametrize(("answer", "expected"), [(2, 2), (0, 0), (1, NOBODY), (-1, NOBODY), (3, NOBODY)])
def test_a_policy_of_ones_own_is_heard_where_the_rep_has_room(answer: int, expected: int) -> None:
    register_policy("always_the_same", lambda *_: answer)
    own = {"assignment": Assignment.OWN, "own_policy": policy_number("always_the_same")}
    assert chosen(a_team(0, 3, 0, **own)) == (expected, 0)


def test_worth_is_value_times_the_chance_in_thousandths() -> None:
    world: Record = np.array([(1, 0)], WORLD)[0]
    lead = reference_lead()
    value = contracts.bookings(stage_of(), world, lead)
    assert contracts.worth(stage_of(), world, ALIKE, lead, 3.0, 0) == round(750 * value)
    assert contracts.worth(stage_of(odds=math.inf), world, ALIKE, lead, 1.0, 0) == round(1000 * value)
    rich = stage_of()._replace(knots=MODEL.knots * 1e18)
    assert contracts.worth(rich, world, ALIKE, lead, 1.0, 0) == 1 << 60


def test_a_team_s_queue_is_ranked_by_worth_to_the_average_rep_who_comes_at_once() -> None:
    world: Record = np.array([(1, 0)], WORLD)[0]
    lead = reference_lead(since=5)
    ranks = {
        policy: assignment.rank_in_team(MODEL, world, ALIKE, a_team(0, assignment=policy).team, lead)
        for policy in (Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK, Assignment.ROUND_ROBIN)
    }
    assert list(ranks.values()) == [-contracts.worth(MODEL, world, ALIKE, lead, 1.0, 0), 0, 0]
    assert ranks[Assignment.PRIORITY_QUEUE] < 0


def test_ranks() -> None:
    lead = reference_lead(since=7, created=3, began=5, heat=Heat.FUTURE)
    assert [assignment.rank(order.value, lead) for order in QueueOrder] == [0, -7, 2, 5]


@pytest.mark.parametrize(("day", "share"), [(0, 0.2), (5, 0.6), (10, 1.0), (99, 1.0)])
def test_a_newcomer_grows_to_full_strength(day: int, share: float) -> None:
    rep, state = np.zeros(1, REP)[0], np.zeros(1, REP_STATE)[0]
    rep["ramp"], rep["skill_from"] = 10 * DAY, 0.2
    state["skill"], state["joined"] = 2.0, 3 * DAY
    assert people.skill_in(MODEL, rep, state, (3 + day) * DAY) == pytest.approx(2.0 * share)


def test_pay_is_for_the_part_of_the_day_until_work_in_hand_is_finished() -> None:
    rep, state = np.zeros(1, REP)[0], np.zeros(1, REP_STATE)[0]
    rep["leaves"], rep["pay_per_month"] = DAY, 3100.0
    state["joined"], state["left"] = 6 * HOUR, DAY + 12 * HOUR
    january = MODEL._replace(month_days=np.array([31, 31, 31]))
    assert [costs.pay_of_day(january, rep, state, day) for day in range(3)] == [75.0, 50.0, 0.0]


def a_contract(**fields: Any) -> tuple[Model, Record]:
    """Make a contract of two years at 3000, sold at three quarters of its price from day 5 to day 6."""
    segments, channels = MODEL.segments[:1].copy(), MODEL.channels[:1].copy()
    segments["mean_value"], segments["years"], segments["margin"] = 3000.0, 2.0, 0.4
    channels["cut_from"], channels["cut_until"], channels["price_cut"] = 5 * DAY, 6 * DAY, 0.25
    return TWO_TEAMS._replace(segments=segments, channels=channels), reference_lead(**fields)


@pytest.mark.parametrize(
    ("began", "bookings", "margin"),
    [(4 * DAY, 6000, 2400), (5 * DAY, 4500, 4500 - 0.6 * 6000), (6 * DAY, 6000, 2400)],
)
def test_a_promotion_lowers_the_price_and_not_the_cost_of_delivery(
    began: int, bookings: float, margin: float
) -> None:
    model, lead = a_contract(began=began)
    assert contracts.expected_bookings(model, lead) == bookings
    assert contracts.margin(model, lead, bookings) == pytest.approx(margin)


NOTHING_BOOKED = np.zeros(7, REP_STATE)


@pytest.mark.parametrize(("closer", "paid"), [(0, 70.0), (4, 0.0)])
def test_commission_goes_to_the_closer_by_the_team_s_share(closer: int, paid: float) -> None:
    model, lead = a_contract(rep=6, opener=4, closer=closer)
    assert contracts.commission(model, NOTHING_BOOKED, lead, 0, 1000.0) == pytest.approx((paid, 0.0))


@pytest.mark.parametrize(("opener", "paid"), [(0, (50.0, 0.0)), (1, (37.5, 12.5)), (4, (37.5, 12.5))])
def test_an_opener_gets_a_share_where_another_one_closes(opener: int, paid: tuple[float, float]) -> None:
    lead = reference_lead(opener=opener, closer=0)
    assert contracts.commission(TIERED, NOTHING_BOOKED, lead, 0, 1000.0) == pytest.approx(paid)


@pytest.mark.parametrize(
    ("before", "after", "paid"),
    [
        (0, 100_000, 50),
        (0, 100_001, 50.001),
        (90_000, 210_000, 5 + 100),
        (150_000, 160_000, 10),
        (200_000, 900_000, 0),
    ],
)
def test_a_contract_pays_in_each_tier_what_falls_in_it(before: int, after: int, paid: float) -> None:
    assert contracts.in_tiers(TIERED, TIERED.teams[0], before, after) == pytest.approx(paid)


def test_however_bookings_are_cut_into_contracts_they_pay_the_same() -> None:
    chance = random.Random(1)
    cuts = [0, *sorted(chance.randrange(250_000) for _ in range(20)), 250_000]
    paid = [contracts.in_tiers(TIERED, TIERED.teams[0], *pair) for pair in pairwise(cuts)]
    assert math.fsum(paid) == pytest.approx(1000 * 0.05 + 1000 * 0.1)


def test_what_a_rep_has_booked_counts_in_its_month_quarter_and_year() -> None:
    # In January, twice; in March; in April; in January of the next year.
    january = 2026 * 12
    state = np.zeros(1, REP_STATE)[0]
    wanted = [
        (january, 1.0, (100, 100, 100)),
        (january, 0.005, (101, 101, 101)),
        (january + 2, 2.0, (200, 301, 301)),
        (january + 3, 3.0, (300, 300, 601)),
        (january + 12, 4.0, (400, 400, 400)),
    ]
    for month, value, booked in wanted:
        days = MODEL._replace(calendar_months=np.full(59, month))
        found = contracts.counted(days, state, DAY, value)
        assert found == (month, *booked)
        state["booked_in"], state["booked_month"], state["booked_quarter"], state["booked_year"] = found
        periods = (contracts.MONTH, contracts.QUARTER, contracts.YEAR)
        assert tuple(contracts.booked(state, month, period) for period in periods) == booked


def test_what_is_booked_is_counted_in_whole_cents() -> None:
    assert [contracts.cents(value) for value in (0.004, 0.005, 12.125, 1e300)] == [0, 1, 1213, 1 << 60]


def test_a_term_is_in_years_of_365_and_a_quarter_days() -> None:
    model, lead = a_contract()
    assert contracts.term(model, lead) == 730 * DAY + 12 * HOUR
    model.segments["years"] = 1e-15
    assert contracts.term(model, lead) == 1


def test_commission_is_in_proportion_to_value_unless_it_has_tiers() -> None:
    assert not pays_in_tiers(TWO_TEAMS)
    assert pays_in_tiers(TIERED)


def test_the_first_contact_is_a_rep_s_in_the_visit_with_which_a_pursuit_began() -> None:
    lead = reference_lead(created=1, began=5)
    assert visits.is_first_contact(lead, 0, 5)
    assert not visits.is_first_contact(lead, 0, 6)
    assert not visits.is_first_contact(lead, NOBODY, 5)


@pytest.mark.parametrize(
    ("opener", "closer", "rep", "credited"),
    [
        (NOBODY, NOBODY, 4, (4, 4)),
        (4, 4, 0, (4, 0)),  # who is paid commission closes
        (4, 0, 5, (4, 0)),  # and stays the closer when somebody helps
        (4, 0, 1, (4, 1)),
        (4, 4, 5, (4, 5)),
    ],
)
def test_who_opens_and_who_closes(opener: int, closer: int, rep: int, credited: tuple[int, int]) -> None:
    assert visits.credited(TWO_TEAMS, reference_lead(opener=opener, closer=closer), rep) == credited


def test_a_draw_of_another_round_is_another_occurrence() -> None:
    found = [
        visits.occurrence(reference_lead(attempt=attempt, round=number))
        for attempt, number in ((0, 0), (0, 1), (0, ending.MOST_ROUNDS), (1, 0))
    ]
    assert found == [0, 1, 2**24 - 1, 0]  # that of an attempt is `attempts.occurrence`


def test_leaving_a_stage_by_its_target() -> None:
    answered = Due.CUSTOMER_ANSWERS.value
    leaving = [
        ending.leaving(MODEL, reference_lead(stage=1, target=target, reason=2), answered)
        for target in (WON, LOST, 0, 1, 2)
    ]
    events = [Event.WON, Event.LOST, Event.SENT_BACK, Event.SENT_BACK, Event.ADVANCED]
    assert leaving == list(zip(events, (NOTHING, 2, NOTHING, NOTHING, NOTHING), strict=True))
    cold = ending.leaving(MODEL, reference_lead(stage=1, target=2), Due.GOES_COLD.value)
    assert cold == (Event.WENT_COLD, GONE_COLD)
    visit = reference_lead(stage=3, process=1, target=WON)
    assert ending.leaving(WITH_PRODUCTS, visit, answered) == (Event.DONE, NOTHING)


@pytest.mark.parametrize(
    ("event", "answer", "target"),
    [
        (Event.ADVANCED, 2, 2),
        (Event.SENT_BACK, 2, 2),
        (Event.WON, WON, ENDED),
        (Event.LOST, LOST, ENDED),
        (Event.WENT_COLD, 2, ENDED),
    ],
)
def test_in_a_sale_a_pursuit_goes_on_or_ends(event: Event, answer: int, target: int) -> None:
    world: Record = np.array([(1, 0)], WORLD)[0]
    assert ending.after(MODEL, world, reference_lead(target=answer), event) == (target, ending.AT_ONCE, 0)


def test_what_follows_an_end_stands_in_its_row() -> None:
    world: Record = np.array([(1, 0)], WORLD)[0]
    lead = reference_lead(entity=MODEL.channels[0]["entity"], target=WON)
    target, rest, born = ending.after(FOLLOW_UPS, world, lead, Event.LOST)
    assert (target, born) == (0, 0)
    assert DAY <= rest <= 6 * DAY
    assert ending.after(FOLLOW_UPS, world, lead, Event.WON) == (ENDED, ending.AT_ONCE, 2)
    lead["process"] = FOLLOW_UP
    assert ending.after(FOLLOW_UPS, world, lead, Event.LOST) == (ENDED, ending.AT_ONCE, 0)
    lead["target"] = 2
    assert ending.end_of(FOLLOW_UPS, lead, Event.SENT_BACK)["target"] == ROUTE
    assert ending.after(FOLLOW_UPS, world, lead, Event.SENT_BACK) == (2, ending.AT_ONCE, 0)


def test_who_is_born_has_an_entity_of_its_own_process_and_delay() -> None:
    world: Record = np.array([(1, 0)], WORLD)[0]
    parent = reference_lead(entity=MODEL.channels[0]["entity"], round=3)
    entities, processes, delays = zip(
        *(ending.born(FOLLOW_UPS, world, parent, number) for number in (1, 2)), strict=True
    )
    purposes = [purpose("spawn", name) for name in ("upgrade", "service")]
    assert list(entities) == [descendant(parent["entity"], each, 3) for each in purposes]
    assert {entity >> 56 for entity in entities} == {Entity.DESCENDANT}
    assert processes == (SALE, FOLLOW_UP)
    assert all(DAY <= delay <= 6 * DAY for delay in delays)
    assert [ending.most_born(model) for model in (MODEL, FOLLOW_UPS)] == [1, 2]


def test_who_rests_is_parked() -> None:
    assert ending.told_as(Event.LOST, ending.AT_ONCE) == Event.LOST
    assert ending.told_as(Event.LOST, 0) == Event.PARKED


@pytest.mark.parametrize(
    ("target", "delay", "number"),
    [(2, ending.AT_ONCE, 5), (1, ending.AT_ONCE, 6), (0, ending.AT_ONCE, 6), (2, 0, 6), (2, DAY, 6)],
)
def test_a_return_or_a_step_back_is_another_round(target: int, delay: int, number: int) -> None:
    assert ending.round_at(reference_lead(stage=1, round=5), target, delay) == number
    last = reference_lead(stage=1, round=ending.MOST_ROUNDS)
    assert ending.round_at(last, target, delay) == ending.MOST_ROUNDS


def test_an_inquiry_becomes_a_lead_once_beyond_the_stage_that_makes_leads() -> None:
    assert MODEL.stages["is_lead"].tolist() == [0, 1, 1]
    beyond, back = reference_lead(target=1), reference_lead(target=0)
    assert ending.makes_lead(MODEL, beyond, Event.ADVANCED)
    assert not ending.makes_lead(MODEL, back, Event.SENT_BACK)
    assert ending.makes_lead(MODEL, reference_lead(target=WON), Event.WON)
    assert not ending.makes_lead(MODEL, reference_lead(target=LOST), Event.LOST)
    assert not ending.makes_lead(MODEL, beyond, Event.WENT_COLD)
    assert not ending.makes_lead(MODEL, reference_lead(target=2, is_lead=1), Event.ADVANCED)


def test_work_in_hand_and_answers_are_not_withdrawn() -> None:
    withdrawn = {due for due in Due if ending.can_be_withdrawn(reference_lead(phase=due))}
    assert withdrawn == {Due.GOES_COLD, Due.TRIES_AGAIN, Due.RETURNS, Due.BEGINS}


def test_a_route_is_chosen_by_its_share() -> None:
    stage = MODEL.stages[0]
    ways = (MODEL.routes, int(stage["first_else"]), int(stage["elses"]))
    assert [routes.route(*ways, u) - ways[1] for u in (0.0, 0.699, 0.7001, 0.999)] == [0, 0, 1, 1]


def a_delivery(times_sent_back: int = 0) -> Record:
    delivery = next(leads(random.Random(5), 1))
    delivery["process"], delivery["began"], delivery["round"] = FOLLOW_UP, HOUR, times_sent_back
    return delivery


@pytest.mark.parametrize(
    ("took", "times_sent_back", "odds"),
    [(DAY, 0, 3.0), (DAY + 1, 0, 1.5), (DAY, 1, 0.75), (9 * DAY, 2, 0.09375)],
)
def test_a_delivery_is_good_by_its_time_and_its_defects(took: int, times_sent_back: int, odds: float) -> None:
    delivery, seen = a_delivery(times_sent_back), set()
    for world in worlds(random.Random(6)):
        u, _ = uniforms(world, delivery["entity"], GOOD_DELIVERY, 0)
        good = deliveries.is_good(DELIVERING, world, delivery, HOUR + took)
        assert good == (u < odds / (1 + odds))
        seen.add(good)
    assert seen == {True, False}


def test_a_good_delivery_that_is_certain_is_good_however_late() -> None:
    processes = DELIVERING.processes.copy()
    processes["good"] = math.inf
    certain = DELIVERING._replace(processes=processes)
    assert all(
        deliveries.is_good(certain, world, a_delivery(3), 99 * DAY) for world in worlds(random.Random(7))
    )


def test_what_leaves_its_last_stage_is_won_delivered_or_done() -> None:
    delivery = a_delivery()
    assert ending.reached(DELIVERING, delivery) == Event.DELIVERED
    assert ending.reached(FOLLOW_UPS, delivery) == Event.WON


def test_customers_stay_by_the_odds_after_the_latest_visit() -> None:
    visits = (0, 2, 3)  # none yet; of the first program, missed and kept
    chances = [customers.after(WITH_PRODUCTS, visit, 0.5) for visit in visits]
    assert chances == pytest.approx([1 / 2, 1 / 3, 2 / 3])
    assert [customers.after(WITH_PRODUCTS, 3, chance) for chance in (0.0, 1.0)] == [0.0, 1.0]


@pytest.mark.parametrize(("number", "years"), [(0, 1), (1, 0)])  # of a month, and of two years
def test_first_customers_pay_what_had_grown_as_their_term_began(number: int, years: int) -> None:
    world: Record = np.array([(1, 0)], WORLD)[0]
    prices = WITH_PRODUCTS.prices.copy()
    days = WITH_PRODUCTS.distributions.copy()
    prices["age"][:] = len(days)
    old = days[:1].copy()
    old["family"], old["location"], old["scale"] = Family.CONSTANT, 400.0, 0.0
    model = WITH_PRODUCTS._replace(prices=prices, distributions=np.concatenate([days, old]))
    deal = reference_lead(product=number, channel=NOTHING, company=7, entity=7)
    began, since, paid, _, share = customers.first_contract(model, world, deal, 31 * DAY)
    price, _ = products.prices_of(model, world, number, 0, 7, 0)
    growth = 1.0 + model.products[number]["growth"]
    assert began == (31 - 400) * DAY
    assert since == began + (13 * products.MONTH if number == 0 else 0)
    assert paid == pytest.approx(price * share * growth**years)

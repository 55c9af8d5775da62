"""Mutants of scenarios and of changes: whatever is written is refused in words, or lived through alike.

`python -m tests.property.mutants` tries 10,000 scenarios and 1,000 changes, all seeded, and writes
`docs/fuzz.md`. The first of each kind are among the tests. A scenario that is accepted lives through a short
period on both engines, under today and under each strategy, and the ledgers must be equal. After a change
that is accepted, all strategies and assumptions must still be there, with every change that they make.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from funnelsim.chance.keys import world_of
from funnelsim.io.provenance import this_platform, versions
from funnelsim.model.model import Chapter, Chapters
from funnelsim.scenario import (
    TODAY,
    Months,
    Scenario,
    ScenarioError,
    course_of,
    from_document,
    parse,
    strategy_names,
)
from funnelsim.scenario.paths import is_map, is_section, kind_at

from .living import Outcome, at_a_stretch, outcome
from .pieces import Piece, done

SCENARIOS, CHANGES = 10_000, 1_000
MOST_INQUIRIES = 150  # of a scenario that is lived through: the reference engine takes its time
MOST_MONTHS = 8
PAGE = Path(__file__).parents[2] / "docs" / "fuzz.md"
HEAD = """# Mutants: refused in words, or lived through alike

Written by `make fuzz` (`python -m tests.property.mutants --scenarios {scenarios} --changes {changes}`).
Scenarios and changes are damaged at random (`tests/property/mutants.py`), each with a seed of its own.
Each must be refused in sentences, or be accepted; whatever is accepted is lived through on both engines,
which must write the same ledgers, and loses no strategy and no change. The first 500 and 100 are among
the tests.

Versions: {versions}. Platform: {platform}.

| what | how often |
|---|---:|
"""

RICH = """
about = "Every part of a sale, in small"
start = 2026-03-01
currency = "EUR"
horizon = { warm_up_months = 0, period_months = 2, drain_months = 1 }
[customer_hours]
tuesday = ["08:00-20:00"]
thursday = ["08:00-12:00", "13:00-20:00"]
holidays = [2026-03-31]
[plan]
fiscal_year_starts = 4
quota = [900, 1000, 1000, 1200]
[plan.teams.closers]
quota_per_rep = 500
[plan.reps.Ada]
quota = 600
[kinds.podcast]
cost_per_month = 40
segments = { small = 0.5, large = 0.5 }
theorist_share = 0.2
[management]
control = 0.5
[traits.budget]
share = 0.6
missing = 0.4
[traits.need]
share = 0.8
present = 1.5
[segments.small]
contract_value_per_year = { median = 900, p90 = 2000 }
[segments.large]
contract_value_per_year = { low = 4000, likely = 5000, high = 9000 }
term_years = 2
gross_margin = 0.5
committee_size = 2
market = { companies = 40, customers = 3, cooling_off_days = { median = 5, p90 = 9 } }
[channels.web]
kind = "seo"
inquiries_per_month = 5
segments = { small = 0.75, large = 0.25 }
arrives_between = ["08:00", "20:00"]
temperature = { hot = 0.25, warm = 0.5, future = 0.25 }
traits = { budget = 0.4 }
cost_per_month = 300
[channels.web.response]
at_cost_per_month = 300
ceiling = 30
[channels.show]
kind = "podcast"
inquiries_per_month = 2
arrives_between = ["09:00-12:00", "22:00-02:00"]
hourly_profile = [1, 1, 0, 0, 0, 0, 1, 2, 4, 5, 5, 4, 3, 4, 4, 3, 3, 3, 4, 5, 4, 3, 2, 1]
[channels.ads]
kind = "advertising"
segments = { small = 1.0 }
cost_per_inquiry = 20
day_variation = 0.5
[channels.talks]
kind = "personal_selling"
segments = { large = 1.0 }
prospecting = { team = "closers", inquiries_per_hour = 0.1, hours_per_week = 2 }
[mix]
inquiries_per_month = 3
shares = { ads = 1.0 }
[teams.callers]
people = 2
hours_per_week = 20
cost_per_person_month = 4000
skill = { low = 0.8, likely = 1, high = 1.25 }
[teams.closers]
people = 1
assignment = "least_loaded"
commission = 0.05
opener_share = 0.2
commission_tiers = { quota = 1000, period = "month", attainment = [0.5, 1], commission = [0.08, 0.1] }
hours = { monday = ["09:00-12:00"], wednesday = ["09:00-12:00", "13:00-17:00"] }
[teams.closers.reps.Ada]
skill = 1.5
hired = 2026-03-15
leaves = 2026-05-20
[teams.closers.reps.Bo]
hours_per_week = 10
[stages.call]
team = "callers"
effort_hours = { median = 0.5, p90 = 1 }
customer_takes_days = 2
goes_cold_after_days = { median = 9, p90 = 30 }
ignored = { probability = 0.2, control = 0.5, open_leads = { open = [1, 4], odds_ratio = [1, 3] } }
conversion = 0.6
makes = "lead"
[stages.call.segments.large]
conversion = 0.4
team = "closers"
next = "offer"
customer_takes_days = 1
[stages.call.segments.large.customer_hours]
friday = ["09:00-17:00"]
[stages.offer]
team = "closers"
effort_hours = { scipy = "gamma", a = 2.0, scale = 1.5 }
customer_takes_days = { quantiles = { "0" = 1, "0.5" = 5, "1" = 20 } }
hand_over = { per_rep = 1, patience_days = 9, order = "oldest_inquiry", cost_per_lead = 2 }
conversion = 0.5
back_to = { call = 0.2 }
lost_reasons = { price = 0.6, timing = 0.4 }
cost_per_visit = 5
attempts = { chance = 0.5, interval_hours = { median = 5, p90 = 30 }, most = 3, effort_hours = 0.1 }
[stages.offer.rejection]
probability = 0.1
effort_share = 0.25
needs = ["budget"]
missing = { budget = 4, need = 2 }
theorist = 5
skill_exponent = -0.5
control = 0.4
open_leads = { open = [1, 4], odds_ratio = [1, 3] }
[stages.offer.segments.small]
back_to = {}
lost_reasons = { price = 0.5, nobody = 0.5 }
effects = { theorist = 0.5, temperature = { hot = 2.5 } }
[stages.credit]
team = "callers"
passes_at = 1
back_to = { offer = 0.25 }
[stages.credit.checks.budget]
trait = "budget"
effort_hours = { median = 0.2, p90 = 0.5 }
sensitivity = 0.9
specificity = 0.8
[stages.credit.checks.means_it]
theorist = true
[effects]
theorist_ripens_after_days = { median = 20, p90 = 90 }
[nurture.letters]
reasons = ["price", "gone cold"]
interval_days = 4
chance = { price = 0.3, "gone cold" = 0.1 }
most_touches = 5
returns_to = "call"
odds_ratio = 1.5
[nurture.calls]
reasons = ["not reached"]
interval_days = 9
chance = 0.2
most_touches = 2
most_returns = 2
returns_to = "offer"
cost_per_touch = 3
[uncertainties]
"nurture.calls.chance" = { low = 0.1, likely = 0.2, high = 0.3 }
"stages.offer.conversion" = { low = 0.3, likely = 0.5, high = 0.6 }
"channels.web.cost_per_month *=" = { median = 1, p90 = 1.5 }
[shocks.demand]
deviation = 0.2
persistence = 0.5
[[changes]]
date = 2026-04-01
change = { "teams.callers.people" = 3 }
[goals.clients]
metric = "won"
at_least = 1
each = "average_month"
[goals.busy]
metric = "utilisation"
at_least = 0.2
at_most = 0.9
team = "closers"
[strategies.quick]
title = "quicker"
change = { "stages.call.effort_hours *=" = 0.5, "channels.web.cost_per_month +=" = 200 }
one_off_cost = 100
[strategies.later]
starts = 2026-03-20
change = { "teams.callers.people +=" = 1 }
on = [{ date = 2026-04-10, change = { "stages.offer.conversion *=" = 1.2 }, cost_per_month = 50 }]
[strategies.always]
always = true
change = { "teams.*.cost_per_person_month +=" = 25, "channels.web.inquiries_per_month *=" = 1.5 }
[assumptions.dear]
change = { "segments.*.contract_value_per_year *=" = 1.5 }
[origins]
"*" = "assumed: made up"
"""

AFTER_THE_WIN = """
about = "Customers for years, in small"
start = 2026-03-01
currency = "EUR"
horizon = { warm_up_months = 0, period_months = 3, drain_months = 1 }
[finance]
opening_balance = 3000
discount_rate_per_year = 0.1
salaries_paid_after_days = 9
commission_paid_after_days = 20
channels_paid_after_days = 14
[finance.billing]
when = "monthly"
deposit = 0.25
paid_after_days = { median = 20, p90 = 60 }
bad_debt = 0.05
[products.basic]
price_per_month = { median = 90, p90 = 150 }
churn_per_month = 0.2
price_growth_per_year = 0.05
opens = { pro = 0.1 }
[products.pro]
price_per_month = 200
term_months = 2
loyalty = { alpha = 1, beta = 4 }
launched = 2026-04-01
delivery = "install"
recognised = "at_delivery"
billing = { when = "at_delivery", deposit = 0.5 }
segments.small = { customers = 3, customers_since_days = { median = 20, p90 = 60 } }
[products.setup]
price = 500
gross_margin = 0.5
earned_over_days = 10
discount = { price_cut = 0.2, odds_ratio = 1.5 }
repeat_purchase = { shape = 2, scale_days = 9, a = 1, b = 4 }
delivery = "install"
[segments.small]
products = { basic = 0.5, pro = 0.2, setup = 0.3 }
[segments.large]
products = { basic = 0.4, pro = 0.6 }
market = { companies = 60, customers = 2, cooling_off_days = 9 }
[channels.web]
kind = "seo"
inquiries_per_month = 20
segments = { small = 0.7, large = 0.3 }
cost_per_month = 100
learning = { half = 2, theorist_share = -0.1 }
theorist_share = 0.2
[channels.friends]
kind = "referral"
referrals = { per_customer_per_month = 0.3, after_bad_delivery = 0.5, lasts = "for_ever" }
[teams.sales]
people = 3
cost_per_person_month = 3000
commission = 0.05
learning = { most = 2, half = 3 }
absence = { days_off_per_year = 60, spells_per_year = 12, spell_days = 1 }
training = { talk = { date = 2026-03-10, hours = 9, cost = 5.5, odds_ratio = 3 } }
turnover = { tenure_months = 2, replacement_days = 2, cost = 70 }
interrupts = "hot"
effort_split = { new = 0.6 }
[teams.crew]
people = 4
assignment = "shared_queue"
sticky = false
[stages.call]
team = "sales"
effort_hours = 2
conversion = 0.6
[deliveries.install]
promised_days = 5
good = 0.9
late_odds_ratio = 0.5
defect_odds_ratio = 0.5
good_odds_ratio = 2
bad_odds_ratio = 0.3
[deliveries.install.stages.fit]
team = "crew"
people = 2
effort_hours = { median = 5, p90 = 9 }
goes_cold_after_days = 40
[deliveries.install.stages.test]
team = "crew"
people = 1
effort_hours = 1
conversion = 0.9
back_to = { fit = 0.5 }
[account_visits.review]
every_days = 20
asked = "regularly"
kept_odds_ratio = 2
missed_odds_ratio = 0.4
purpose = "develop"
[account_visits.review.stages.meet]
team = "sales"
effort_hours = 1
goes_cold_after_days = 5
[nurture.come_back]
reasons = ["churned", "gone cold"]
interval_days = 6
chance = { churned = 0.4, "gone cold" = 0.1 }
most_touches = 3
most_returns = 2
returns_to = "call"
cost_per_touch = 2
[uncertainties]
"products.basic.churn_per_month" = { low = 0.1, likely = 0.2, high = 0.3 }
"finance.billing.bad_debt" = { low = 0.01, likely = 0.05, high = 0.1 }
[[changes]]
date = 2026-04-15
change = { "products.basic.price_per_month" = 120, "deliveries.install.promised_days" = 8 }
[goals.solvent]
metric = "cash"
at_least = 0
[strategies.visits_first]
change = { "teams.sales.effort_split" = "accounts_first", "finance.billing.deposit" = 0.5 }
[strategies.later]
starts = 2026-04-20
change = { "teams.crew.people +=" = 2, "channels.friends.referrals.per_customer_per_month *=" = 2 }
"""

SMALL = """
start = 2026-01-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 1 }
segments = { all = { contract_value_per_year = 100 } }
[channels.web]
kind = "pr"
inquiries_per_month = 12
[teams.sales]
people = 1
[stages.talk]
team = "sales"
effort_hours = 1
conversion = 0.5
[stages.sign]
conversion = 0.5
customer_takes_days = 3
[strategies.more]
change = { "channels.web.inquiries_per_month *=" = 2, "stages.talk.effort_hours +=" = 4 }
[strategies.set]
change = { "stages.talk.conversion" = 0.75 }
"""

TEXTS = (RICH, AFTER_THE_WIN, SMALL)
BASES = [parse(text) for text in TEXTS]
DAY = datetime.date(2026, 4, 1)
ODD: tuple[Any, ...] = (
    *(
        -1,
        0,
        1,
        2,
        3,
        0.5,
        1.5,
        0.25,
        240,
        1e300,
        -1e300,
        10**400,
        float("nan"),
        float("inf"),
        True,
        False,
        None,
    ),
    *(
        np.int64(2),
        np.float64(0.5),
        np.float32(0.1),
        np.bool_(True),
        np.array([1, 2]),
        np.array(3),
        Fraction(1, 2),
    ),
    *(
        "",
        "x",
        "today",
        "won",
        "\x1b[2J",
        "0,35",
        "4,000",
        "35%",
        "\ud800",
        "web",
        "call",
        "offer",
        "sales",
        "large",
    ),
    *(
        DAY,
        datetime.date(1, 1, 1),
        datetime.date(9999, 12, 31),
        datetime.datetime(2026, 3, 5, 12),
        datetime.time(9),
    ),
    *(
        {},
        {"x": 1},
        {3: 1},
        {"median": 1},
        {"low": 0, "likely": 0, "high": 0},
        {"a": {}},
    ),
    *({"scipy": "gamma"}, {"scipy": 3}, {"scipy": "norm", "loc": "x"}, {"scipy": "poisson", "mu": 2.0}),
    *(
        {"sample": 3},
        {"sample": "/etc/passwd"},
        {"sample": "a\0b"},
        {"sample": "../x"},
        {"sample": "/dev/zero"},
    ),
    *(
        {"quantiles": 3},
        {"quantiles": {}},
        {"quantiles": {"0": 1, "1": 2}},
        {"quantiles": {"levels": 1, "values": 2}},
    ),
    *([], [1], [[]], ["09:00-12:00"], ["08:00", "20:00"], ["a", "b"], [DAY], object(), b"x", {"web": 1.0}),
    *({"web": 0.5, "ads": 0.5}, {"conversion": 0.5}, {"hired": DAY}, {"hired": DAY, "leaves": DAY}),
    *(
        {"people": 1},
        {"contract_value_per_year": 5},
        {"contract_value": 5},
        {"kind": "pr", "inquiries_per_month": 3},
    ),
    *(
        [{"date": DAY, "change": {"stages.call.conversion": 0.1}}],
        {"change": {"stages.call.conversion *=": 9}},
    ),
)
PLAUSIBLE = (1, 2, 0.5, 0.9, 1.1, 3, 0, np.float64(0.75), np.int64(2))
FORMS: tuple[Any, ...] = (
    {"median": 2, "p90": 2.1},
    {"low": 1, "likely": 2, "high": 9},
    {"scipy": "poisson", "mu": 2.0},
    {"quantiles": {"0": 1, "1": 2}},
    {"x": 1},
    {},
)
NAMES = (
    "x",
    "people",
    "a.b",
    "",
    "x *=",
    "today",
    "lost",
    "Ko\u0308ln",
    "\u6771\u4eac",
    "=1",
    "_a",
    "$b$",
    "Cy",
)
OPERATIONS = ("", "", "", " *=", " +=", " -=", " /=", "*=", " =")


# ---- what is damaged ------------------------------------------------------------------------


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk the paths of all tables, lists and values of a document."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from spots(item, (*path, key))


def at(document: Any, parts: list[str]) -> Any:
    for part in parts:
        document = document.get(part) if isinstance(document, dict) else None
    return document


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_distribution(value: object) -> bool:
    return isinstance(value, dict) and bool(value.keys() & {"median", "low", "scipy", "quantiles"})


def schema_paths(document: dict[str, Any]) -> list[str]:
    """List paths of keys that the schema knows, typed or not, with the names of a document."""
    found: list[str] = []

    def walk(path: tuple[str, ...], typed: Any) -> None:
        kind = kind_at(path)
        if is_section(kind):
            for key in kind.model_fields:
                below = typed.get(key) if isinstance(typed, dict) else None
                found.append(".".join((*path, key)))
                walk((*path, key), below)
        elif is_map(kind):
            for name, below in typed.items() if isinstance(typed, dict) else ():
                found.append(".".join((*path, str(name))))
                walk((*path, str(name)), below)
        elif isinstance(typed, dict):
            found.extend(".".join((*path, str(name))) for name in typed)

    walk((), document)
    return found


def typed_numbers(document: dict[str, Any]) -> list[tuple[str, ...]]:
    """List the paths of a document's own numbers and distributions: what strategies are made of."""
    own = (
        "segments",
        "channels",
        "teams",
        "stages",
        "mix",
        "products",
        "deliveries",
        "account_visits",
        "finance",
    )
    found = [
        path for path in spots(document) if path[0] in own and all(isinstance(each, str) for each in path)
    ]
    values = [(path, at(document, list(path))) for path in found]
    return [path for path, value in values if is_number(value) or is_distribution(value)]


PATHS = [schema_paths(base.document) for base in BASES]
TYPED = [typed_numbers(base.document) for base in BASES]


def odd_value(chance: random.Random, document: Any) -> Any:
    """Choose an odd value, or one from elsewhere in the document."""
    if chance.random() < 0.3:
        value = document
        for part in chance.choice(list(spots(document))):
            value = value[part]
        return copy.deepcopy(value)
    return chance.choice(ODD) if chance.random() < 0.9 else round(chance.expovariate(0.2), 3)


def mutant(number: int) -> dict[str, Any]:
    """Damage a document: values, keys, names; some only a little."""
    chance = random.Random(number)
    which = chance.randrange(len(BASES))
    document = BASES[which].document
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3, 6))):
        deed = chance.random()
        places = list(spots(document))
        path = chance.choice(places)
        if deed < 0.25:  # a key of the schema, wherever it is
            path = tuple(chance.choice(PATHS[which]).split("."))
            _put(document, path, odd_value(chance, document))
            continue
        table = document
        for part in path[:-1]:
            table = table[part]
        before = table[path[-1]]
        if deed < 0.7 and is_number(before) and abs(before) < 1e15:
            table[path[-1]] = chance.choice(
                (before * 2, before / 2, before + 1, -before, before * 0.9, int(before))
            )
        elif deed < 0.8:
            table[path[-1]] = odd_value(chance, document)
        elif deed < 0.9 or not isinstance(table, dict):
            del table[path[-1]]
        else:
            table[chance.choice((*NAMES, str(path[-1])[:-1], 3))] = table.pop(path[-1])
        if not document:
            break
    return document


def _put(document: Any, path: tuple[str, ...], value: Any) -> None:
    for part in path[:-1]:
        below = document.get(part) if isinstance(document, dict) else None
        if not isinstance(below, dict):
            if not isinstance(document, dict):
                return
            below = document[part] = {}
        document = below
    if isinstance(document, dict):
        document[path[-1]] = value


def mutant_text(number: int) -> str:
    """Damage the text of a file: letters, lines, numbers in other spellings."""
    chance = random.Random(number)
    lines = chance.choice(TEXTS).splitlines()
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(lines))
        deed = chance.random()
        if deed < 0.3 and lines[at]:
            place = chance.randrange(len(lines[at]))
            letter = chance.choice("0123456789.,=[]{}\"'#-+ %\u20ac\u0308\0\x1b\u202eab\n")
            lines[at] = lines[at][:place] + letter + lines[at][place + chance.choice((0, 1)) :]
        elif deed < 0.5:
            lines[at] = lines[at].replace("0.", "0,").replace("000", ",000")
        elif deed < 0.7:
            del lines[at]
        elif deed < 0.85:
            lines.insert(chance.randrange(len(lines) + 1), lines[at])
        else:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        if not lines:
            break
    return "\n".join(lines)


def mutant_changes(number: int) -> tuple[Scenario, dict[Any, Any]]:
    """Choose a scenario, and likely changes of it or odd ones."""
    chance = random.Random(number)
    which = chance.randrange(len(BASES))
    change = likely_change if chance.random() < 0.5 else odd_change
    return BASES[which], dict(change(chance, which) for _ in range(chance.choice((1, 1, 2, 3))))


def likely_change(chance: random.Random, which: int) -> tuple[str, Any]:
    """Choose a typed number or distribution, and a value that it may have, or another form of it."""
    key = ".".join(chance.choice(TYPED[which])) + chance.choice(("", "", " *=", " +="))
    return key, chance.choice(PLAUSIBLE) if chance.random() < 0.8 else copy.deepcopy(chance.choice(FORMS))


def odd_change(chance: random.Random, which: int) -> tuple[Any, Any]:
    """Choose any path, and any value."""
    parts = chance.choice(PATHS[which]).split(".")
    deed = chance.random()
    if deed < 0.15:
        parts[chance.randrange(len(parts))] = chance.choice((*NAMES, "*", "web", "call"))
    elif deed < 0.25:
        parts.append(chance.choice((*NAMES, "median", "people", "conversion")))
    key: Any = ".".join(parts) + chance.choice(OPERATIONS)
    value = odd_value(chance, BASES[which].document)
    return key if chance.random() < 0.97 else chance.choice((3, None, ("a", "b"))), value


# ---- what becomes of it ---------------------------------------------------------------------


class LostError(AssertionError):
    """A strategy, an assumption or a change of one is gone, or the engines differ."""


def outcome_of(make: Callable[[], Scenario], seen: Counter[str]) -> None:
    """Make a scenario; require that it is refused in words, or that it lives.

    Raises
    ------
    LostError
        If something is lost in a scenario that was accepted.
    """
    try:
        made = make()
    except ScenarioError as error:
        told = str(error)
        if not told.strip() or not all(line.isprintable() for line in told.split("\n")):
            raise LostError(f"refused without words: {told!r}") from error
        seen["refused"] += 1
        seen["refused for one reason"] += len(error.problems) == 1
        return
    seen["accepted"] += 1
    if not made.is_settled:
        made = made.with_months(Months(1, made.horizon.period_months, 1))
    for name in made.assumptions:
        lives(made.under(name), seen, engines=False)
    lives(made, seen, engines=True)


def lives(made: Scenario, seen: Counter[str], *, engines: bool) -> None:
    """Lower every strategy; live through today and the last on both engines if they are small."""
    if not made.is_settled:
        made = made.with_months(Months(1, made.horizon.period_months, 1))
    for name in strategy_names(made):
        course = course_of(made, name)
        chapters = course.chapters(world_of(1, 0))
        keeps_its_changes(made, name, seen)
        large = max(map(inquiries, chapters)) > MOST_INQUIRIES or sum(made.months) > MOST_MONTHS
        seen["too large to be lived through"] += large and engines
        if engines and not large and name in (TODAY, strategy_names(made)[-1]):
            one, other = (lived("reference", chapters), lived("compiled", chapters))
            if one.stuck != other.stuck or one.rows.tobytes() != other.rows.tobytes() or "broke" in one.stuck:
                raise LostError(f"{name}: the engines differ: {one.stuck} {other.stuck}")
            seen["lived through"] += 1
            seen["ledger rows"] += len(one.rows)


def lived(engine: str, chapters: Chapters) -> Outcome:
    """Live through chapters in the first world."""
    return outcome(engine, lambda: at_a_stretch(engine, chapters, world_of(1, 0)))


def inquiries(chapter: Chapter) -> float:
    """Count the inquiries that a chapter expects, if it held from the first day."""
    model = chapter.model
    return float(model.expected.reshape(len(model.channels), -1)[:, -1].sum())


def keeps_its_changes(made: Scenario, name: str, seen: Counter[str]) -> None:
    """Require that each number that a strategy changes at once is there: counted anew, from the file."""
    if name == TODAY or made.changes:
        return
    strategy = made.document["strategies"][name]
    before, after = made.document, made.strategy(name).document
    for key, value in strategy.get("change", {}).items():
        path, _, operation = key.partition(" ")
        parts = path.split(".")
        was, found = at(before, parts), at(after, parts)
        if "*" in parts or not is_number(value) or (operation and not is_number(was)):
            continue
        expected = {"": value, "*=": (was or 0) * value, "+=": (was or 0) + value}[operation]
        if not is_number(found) or abs(found - expected) > 1e-9 * max(1.0, abs(expected)):
            raise LostError(f"{name}: {key} = {value} makes {found} of {was}")
        seen["changes that were made"] += 1


def try_scenario(number: int, seen: Counter[str]) -> None:
    """Try one mutant of a scenario: every fourth is a text."""
    if number % 4 == 0:
        outcome_of(lambda: parse(mutant_text(number), "mutant"), seen)
    else:
        outcome_of(lambda: from_document(mutant(number)), seen)
    seen["scenarios"] += 1


def try_change(number: int, seen: Counter[str]) -> None:
    """Try one mutant of a change."""
    base, changes = mutant_changes(number)
    outcome_of(lambda: base.with_changes(changes), seen)
    seen["changes"] += 1


# ---- at scale -------------------------------------------------------------------------------


COUNTED = (
    "refused",
    "refused for one reason",
    "accepted",
    "lived through",
    "too large to be lived through",
    "ledger rows",
    "changes that were made",
)


SIZE = 250  # mutants in a piece


def tried(what: str, numbers: range) -> Counter[str]:
    """Try mutants; print those that fail, and count them."""
    seen: Counter[str] = Counter()
    attempt = try_scenario if what == "scenarios" else try_change
    for number in numbers:
        try:
            attempt(number, seen)
        except Exception as error:
            seen["failed"] += 1
            print(f"{what} {number}: {type(error).__name__}: {str(error)[:300]}", flush=True)
    return seen


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.mutants", description=__doc__)
    parser.add_argument("--scenarios", type=int, default=SCENARIOS)
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--out", type=Path, default=PAGE, help="where the result is written")
    asked = parser.parse_args()
    counted = done(
        Piece(what, tried, (what, range(first, min(first + SIZE, asked.first + count))))
        for what, count in (("scenarios", asked.scenarios), ("changes", asked.changes))
        for first in range(asked.first, asked.first + count, SIZE)
    )
    if failed := sum(seen["failed"] for seen in counted.values()):
        print(f"{failed} failed; no page is written")
        return 1
    made_with = ", ".join(f"{name} {number}" for name, number in versions().items())
    page = HEAD.format(
        scenarios=asked.scenarios, changes=asked.changes, versions=made_with, platform=this_platform()
    )
    for what, seen in counted.items():
        page += f"| **{what}** | **{seen[what]:,}** |\n"
        page += "".join(f"| {name} | {seen[name]:,} |\n" for name in COUNTED)
    asked.out.write_text(page, encoding="utf-8")
    print(f"see {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

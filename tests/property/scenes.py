"""Scenarios made by hand, for what random ones meet too seldom.

`INSTANTS`: one instant decides, so that an engine that orders it otherwise differs for certain. `FLOORS`: a
busy floor under each policy in each queue order, and one that is paid in tiers. `LARGE`: a large floor,
where reps come, go and differ, under each policy that chooses among them. `CHANGES`: a busy floor that
changes. `CUSTOMERS` has customers for years, `WHOLE` all parts at once. `counted` is what `watching` must
count, so that none of them can turn into a scenario that proves nothing.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from funnelsim.model.own_policy import BUILT_IN
from funnelsim.model.words import Assignment, Due, Event, QueueOrder

from .scenarios import POLICIES
from .watching import MANY, PUSHES, chosen_among_many, in_order


class Scene(NamedTuple):
    """A scenario, what must be counted in it, and with which processes besides (`processes`)."""

    text: str
    counted: tuple[str, ...]
    processes: int = 0

    def without(self, words: str, others: str) -> Scene:
        """Describe the same with other words in one place."""
        assert words in self.text
        return self._replace(text=self.text.replace(words, others, 1))


def scene(text: str, *counted: str, processes: int = 0) -> Scene:
    """Describe a scene by its scenario and all that must be counted in it."""
    return Scene(text, counted, processes)


TWO_CHANNELS = """
start = 2026-06-01
horizon = {{ warm_up_months = 0, period_months = 1, drain_months = 0 }}
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = {volume}
[channels.fair]
kind = "pr"
inquiries_per_month = {volume}
[teams.sales]
people = {people}
hours_per_week = 40
assignment = "shared_queue"
sticky = false
[stages.call]
team = "sales"
effort_hours = 1
conversion = 1
[stages.demo]
team = "sales"
effort_hours = 1
customer_takes_days = 1
conversion = 0.5
"""
INSTANTS = {
    # A call ends, and its demo queues behind the morning's calls. An hour later the next call ends, and with
    # it the patience for the demo.
    "leads give up as a rep is free": scene(
        TWO_CHANNELS.format(people=1, volume=60) + f"goes_cold_after_days = {1 / 24}\n",
        f"due: {Due.GOES_COLD.name}",
    ),
    "three reps begin at opening and end together": scene(
        TWO_CHANNELS.format(people=3, volume=90), "tie of three or more in one wave"
    ),
    "four reps with little to do": scene(
        TWO_CHANNELS.format(people=4, volume=30), f"assignment: {Assignment.SHARED_QUEUE.name}"
    ),
    "a rep leaves in the middle of work": scene(
        TWO_CHANNELS.format(people=1, volume=60).replace("effort_hours = 1", "effort_hours = 30")
        + "[teams.sales.reps.Ada]\nleaves = 2026-06-17\n",
        "left: in the middle of work",
    ),
    "a rep leaves while idle, and leads still come": scene(
        TWO_CHANNELS.format(people=1, volume=60) + "[teams.sales.reps.Ada]\nleaves = 2026-06-17\n",
        "left: while idle",
    ),
    "two channels ask eight companies, again and again": scene(
        TWO_CHANNELS.format(people=2, volume=60).replace(
            "contract_value_per_year = 1000",
            "contract_value_per_year = 1000\nmarket = { companies = 8, cooling_off_days = 2 }",
        ),
        "market: nobody left",
    ),
    "a channel learns from what is lost and won": scene(
        TWO_CHANNELS.format(people=3, volume=60)
        .replace("warm_up_months = 0", "warm_up_months = 1")
        .replace("customer_takes_days = 1\nconversion = 0.5", "conversion = 0.5")
        .replace(
            "conversion = 1\n",
            "conversion = 0.9\nrejection = { probability = 0.2, missing = { budget = 4 } }\n",
            1,
        )
        + "[traits.budget]\nshare = 0.3\n[management]\nhonest_reports = 0.8\n"
        + "[channels.web.learning]\nhalf = 5\ntraits = { budget = 0.7 }\n",
        "learning: of one who would have been another",
    ),
    "forty reps with little to do": scene(
        TWO_CHANNELS.format(people=40, volume=60), f"more than {MANY} reps: granted to the idle longest"
    ),
}

BUSY_FLOOR = """
start = 2026-06-01
horizon = {{ warm_up_months = 0, period_months = 1, drain_months = 0 }}
[segments.small]
contract_value_per_year = {{ median = 9000, p90 = 20000 }}
[segments.large]
contract_value_per_year = 50000
odds_ratio = 0.5
[channels.web]
kind = "seo"
inquiries_per_month = 60
temperature = {{ hot = 0.3, warm = 0.3, future = 0.4 }}
fit = {{ low = 0.5, likely = 1.0, high = 2.0 }}
segments = {{ small = 0.6, large = 0.4 }}
[teams.sales]
people = 2
hours_per_week = 40
assignment = "{policy}"
queue_order = "{order}"
max_open = 9
[teams.sales.reps.Ada]
skill = 2
weight = 3
segments = ["large"]
[stages.call]
team = "sales"
effort_hours = 4
customer_takes_days = 1
goes_cold_after_days = 9
conversion = 0.8
back_to = {{ call = 0.5 }}
[stages.demo]
team = "sales"
effort_hours = 4
customer_takes_days = 1
conversion = 0.5
back_to = {{ call = 0.5, demo = 0.3 }}
"""


def busy_floor(policy: str, order: QueueOrder) -> Scene:
    """Describe a busy floor under a policy in a queue order."""
    text = BUSY_FLOOR.format(policy=policy, order=order.name.lower())
    assignment = Assignment[policy.upper()] if policy in BUILT_IN else Assignment.OWN
    return scene(text, in_order(order, assignment))


TWO_TEAMS = """
[teams.abroad]
people = 1
hours_per_week = 20
assignment = "shared_queue"
[stages.call.segments.large]
team = "abroad"
next = { won = 1, demo = 1, check = 2 }
[stages.check]
customer_takes_days = 1
conversion = 0.8
[stages.check.segments.large]
team = "abroad"
effort_hours = 2
customer_hours = { monday = ["09:00-12:00"], friday = ["09:00-17:00"] }
"""


def two_teams(counted: str) -> Scene:
    """Describe a busy floor on which the large are worked by a team of their own."""
    usual = busy_floor("round_robin", QueueOrder.FIFO).text
    return scene(usual + TWO_TEAMS, counted)


INSTANTS |= {
    "each segment has a team": two_teams("stage worked by another team than for other segments"),
    "one segment needs a team": two_teams("stage without a team where other segments have one"),
    "the large have hours": two_teams("customer's time counted in hours of customers, over a night"),
}

FLOORS = {
    f"{policy} and {order.name.lower()}": busy_floor(policy, order)
    for policy, order in product(POLICIES, QueueOrder)
}

FLOORS["more cherries than are looked at"] = scene(
    busy_floor("cherry_pick", QueueOrder.FIFO)
    .without("inquiries_per_month = 60", "inquiries_per_month = 300")
    .text,
    "cherries beyond the shortlist",
)

SOLD_AND_INSTALLED = """
start = 2026-06-01
horizon = { warm_up_months = 1, period_months = 1, drain_months = 0 }
[segments.all]
contract_value_per_year = { median = 900, p90 = 2000 }
term_years = 1.5
[channels.web]
kind = "seo"
inquiries_per_month = 60
[teams.front]
people = 2
[teams.sales]
people = 2
opener_share = 0.3
commission = 0.05
commission_tiers = { quota = 5000, period = "month", attainment = [0.5, 1.0], commission = [0.1, 0.02] }
[teams.crew]
people = 1
[stages.call]
team = "front"
effort_hours = 1
conversion = 0.9
[stages.offer]
team = "sales"
effort_hours = 2
conversion = 0.9
[stages.installation]
team = "crew"
effort_hours = 2
conversion = 0.9
"""
FLOORS["sold and installed"] = scene(
    SOLD_AND_INSTALLED,
    "won: closed by another rep than its owner",
    "commission: for the opener too",
    "commission: above the first tier",
    "commission: across the beginning of a tier",
    "commission: after a quota period in which something was booked",
)

NEWCOMERS = """
[teams.sales.reps.Ben]
hired = 2026-06-09
leaves = 2026-06-23
weight = 0.3
[teams.sales.reps.Cleo]
hired = 2026-06-09
skill = 3
segments = ["small"]
[teams.sales.reps.Dan]
leaves = 2026-06-17
weight = 7.7
"""


def large_floor(policy: Assignment) -> Scene:
    """Describe a large floor under a policy."""
    usual = busy_floor(policy.name.lower(), QueueOrder.FIFO).text
    larger = {
        "people = 2": f"people = {MANY + 8}\nskill = {{ low = 0.5, likely = 1, high = 2 }}\n"
        "ramp_up = { months = 0.5, skill_from = 0.1 }",
        "max_open = 9": "max_open = 2",
        "inquiries_per_month = 60": "inquiries_per_month = 300",
    }
    for small, large in larger.items():
        assert small in usual
        usual = usual.replace(small, large)
    return scene(usual + NEWCOMERS, chosen_among_many(policy))


LARGE = {f"many reps and {policy.name.lower()}": large_floor(policy) for policy in PUSHES}


def that_changes(
    change: str, counted: str, policy: str = "round_robin", days: tuple[int, ...] = (15,)
) -> Scene:
    """Describe a busy floor that changes at midnights, always in the same way."""
    steps = [f"[[changes]]\ndate = 2026-06-{day}\nchange = {{ {change} }}\n" for day in days]
    return scene(busy_floor(policy, QueueOrder.FIFO).text + LATE + "".join(steps), f"change: {counted}")


LATE = """
[teams.late]
people = 1
"""
QUALIFYING = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[effects]
theorist_ripens_after_days = { quantiles = { "0" = 0, "0.3" = 0, "1" = 20 } }
[traits.budget]
share = 0.6
missing = 0.5
[traits.need]
share = 0.7
present = 2
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 90
theorist_share = 0.5
traits = { budget = 0.4 }
[channels.fair]
kind = "outsourced"
inquiries_per_month = 60
price_per_lead = 20
theorist_share = 0.3
[teams.sales]
people = 2
skill = { low = 0.5, likely = 1, high = 2 }
[stages.form]
passes_at = 1
back_to = { form = 0.5 }
customer_takes_days = 1
checks.budget = { trait = "budget", sensitivity = 0.9, specificity = 0.8 }
checks.means_it = { theorist = true, sensitivity = 0.9, specificity = 0.8 }
[stages.call]
team = "sales"
effort_hours = 2
conversion = 0.5
back_to = { call = 0.6 }
[stages.call.rejection]
probability = 0.1
effort_share = 0.25
needs = ["budget", "need"]
missing = { budget = 3, need = 3 }
theorist = 5
skill_exponent = -0.5
open_leads = { open = [1, 9], odds_ratio = [1, 4] }
[stages.offer]
team = "sales"
effort_hours = 1
conversion = 0.5
back_to = { call = 0.4 }
"""
FLOORS["who is worth a rep's hour"] = scene(QUALIFYING, "rejected: wrongly", "ripened: at once")
HELD = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 400
temperature = { hot = 0.3, warm = 0.7 }
[teams.sales]
people = 6
assignment = "round_robin"
interrupts = "hot"
[stages.call]
team = "sales"
effort_hours = 0
conversion = 0.8
hand_over = { per_rep = 1, order = "lifo", patience_days = 3 }
[stages.demo]
team = "sales"
effort_hours = 2
conversion = 0.5
"""
REPLACED = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 600
temperature = { hot = 0.5, warm = 0.5 }
[teams.sales]
people = 12
assignment = "round_robin"
interrupts = "hot"
turnover = { tenure_months = 0.2, replacement_days = 1 }
[stages.call]
team = "sales"
effort_hours = 5
conversion = 0.8
"""
TRIED = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 100
[teams.sales]
people = 4
assignment = "round_robin"
turnover = { tenure_months = 0.2, replacement_days = 1 }
[stages.call]
team = "sales"
effort_hours = 2
conversion = 0.8
goes_cold_after_days = 6
ignored = { probability = 0.3 }
attempts = { chance = 0.3, interval_hours = 40, most = 4 }
"""
FLOORS |= {
    "the last come first": scene(HELD, "hand-over: not to the first who came"),
    "those who were held go on to another team": scene(
        HELD.replace(
            '[stages.demo]\nteam = "sales"', '[teams.crew]\npeople = 3\n[stages.demo]\nteam = "crew"'
        ),
        "hand-over: counted no longer, in a stage of another team",
    ),
    "contracts fail while others are held": scene(HELD, "hand-over: withdrawn while held", processes=2),
    "hot leads are handed over as work starts": scene(
        HELD, "interrupted: at the instant at which it started", processes=2
    ),
    "who interrupted work leaves": scene(REPLACED, "interrupted: resumed by another rep"),
    "any rep's work gives way": scene(
        REPLACED.replace("round_robin", "shared_queue"), "interrupted: by a hot lead of the team's queue"
    ),
    "who tried or ignored leaves": scene(
        TRIED, "attempt: is due when its owner has left", "ignored: placed anew"
    ),
}
HELD_UP = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 300
[teams.sales]
people = 2
[stages.call]
team = "sales"
effort_hours = 3
conversion = 0.5
hand_over = { per_rep = 2, patience_days = 20 }
"""
WITHOUT_GATE = """
[[changes]]
date = 2026-06-15
change = { "stages.call" = { team = "sales", effort_hours = 3, conversion = 0.5 } }
"""
CUSTOMERS = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 26, drain_months = 1 }
[products.plan]
price_per_month = 99.99
churn_per_month = 0.05
price_growth_per_year = 0.07
[products.licence]
price_per_month = { median = 40, p90 = 90 }
term_months = 12
renewal = 0.8
price_growth_per_year = -0.1
gross_margin = 0.8
segments.large = { price_per_month = 300 }
[products.care]
price_per_month = 20
term_months = 3
loyalty = { alpha = 1, beta = 4 }
[products.setup]
price = 500
earned_over_days = 45
repeat_purchase = { shape = 2, scale_days = 90, a = 1, b = 4 }
[segments.small]
products = { plan = 0.5, licence = 0.2, care = 0.2, setup = 0.1 }
[segments.large]
products = { licence = 0.5, care = 0.5 }
[channels.web]
kind = "seo"
inquiries_per_month = 12
segments = { small = 0.7, large = 0.3 }
arrives_between = ["09:00", "09:01"]
promotion = { starts = 2026-02-01, ends = 2026-05-31, price_cut = 0.2 }
[teams.sales]
people = 2
commission = 0.05
[stages.call]
team = "sales"
effort_hours = 1
conversion = 0.8
[stages.offer]
conversion = 0.8
customer_takes_days = 0
[nurture.letters]
reasons = ["unstated"]
interval_days = 3
chance = 0.2
most_touches = 4
returns_to = "call"
"""
FLOORS["customers for years"] = scene(CUSTOMERS, "contract: for whole years", "contract: after nurture")
VISITED = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 8, drain_months = 1 }
[products.basic]
price_per_month = 100
churn_per_month = 0.15
price_growth_per_year = 0.05
opens = { pro = 0.1 }
discount = { price_cut = 0.1, odds_ratio = 1.3 }
segments.all = { customers = 6, customers_since_days = { median = 500, p90 = 900 } }
[products.care]
price_per_month = 40
term_months = 2
renewal = 0.7
opens = { pro = 0.6 }
[products.pro]
price_per_month = 250
term_months = 3
renewal = 0.6
launched = 2026-04-01
[segments.all]
products = { basic = 0.6, care = 0.3, pro = 0.1 }
[channels.web]
kind = "seo"
inquiries_per_month = 25
[teams.sales]
people = 2
cost_per_person_month = 1000
effort_split = { new = 0.5 }
[stages.call]
team = "sales"
effort_hours = 2
conversion = 0.6
[account_visits.review]
every_days = 9
kept_odds_ratio = 2
missed_odds_ratio = 0.3
[account_visits.review.stages.meet]
team = "sales"
effort_hours = 2
goes_cold_after_days = 2
[account_visits.review.stages.talk]
customer_takes_days = 3
conversion = 0.7
[account_visits.check]
asked = "regularly"
every_days = 12
purpose = "develop"
[account_visits.check.stages.look]
team = "sales"
effort_hours = 3
goes_cold_after_days = 4
customer_takes_days = 4
"""
FLOORS["visited"] = scene(
    VISITED,
    *(f"event: {event.name}" for event in (Event.DONE, Event.WAS_CUSTOMER)),
    "won: at a discount",
    "product: not yet launched, as a company asks",
    "product: launched later, and sold",
    "contract: moves up",
    "contract: moves up, from a typed term",
    "contract: of the first customers, in another term",
    "contract: of the first customers, at a grown price",
    "visit: after the last one",
    "visit: asked for regularly",
    "visit: of a second program",
    "visit: in a second stage",
    "visit: missed, and comes again",
    "visit: withdrawn out of a queue",
    "visit: withdrawn from a rest",
    "visit: over after its customer has left",
    "visit: of the first customers",
    "customer: leaves after a visit that was made",
    "customer: leaves after a visit that was not made",
)
DELIVERED = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 5, drain_months = 1 }
[products.plan]
price_per_month = 100
gross_margin = 0.6
churn_per_month = 0.2
delivery = "install"
[products.care]
price_per_month = 40
term_months = 2
renewal = 0.7
delivery = "install"
recognised = "at_delivery"
[products.setup]
price = 500
delivery = "train"
recognised = "at_delivery"
repeat_purchase = { shape = 2, scale_days = 20, a = 1, b = 4 }
[segments.all]
products = { plan = 0.4, care = 0.4, setup = 0.2 }
[channels.web]
kind = "seo"
inquiries_per_month = 50
[teams.sales]
cost_per_person_month = 1000
people = 2
[stages.call]
team = "sales"
effort_hours = 2
conversion = 0.8
[deliveries.install]
promised_days = 5
good = 0.9
late_odds_ratio = 0.3
defect_odds_ratio = 0.5
good_odds_ratio = 2
bad_odds_ratio = 0.3
[deliveries.install.stages.fit]
team = "sales"
effort_hours = 4
goes_cold_after_days = 9
[deliveries.install.stages.test]
customer_takes_days = 2
conversion = 0.7
back_to = { fit = 0.7 }
[deliveries.train]
[deliveries.train.stages.teach]
team = "sales"
effort_hours = 3
conversion = 0.9
"""
FLOORS["delivered late, with defects, or cancelled"] = scene(
    DELIVERED,
    "customer: leaves after a delivery that was not good",
    "delivery: cancelled, and a contract with it",
)
REFERRED = (
    DELIVERED.replace("products = {", "market = { companies = 400 }\nproducts = {")
    + """
[channels.friends]
kind = "referral"
referrals = { per_customer_per_month = 0.6, after_bad_delivery = 0.2, after_missed_visit = 0.3 }
[account_visits.review]
every_days = 20
[account_visits.review.stages.meet]
team = "sales"
effort_hours = 1
goes_cold_after_days = 1
"""
)
COME_BACK = """
[nurture.come_back]
reasons = ["churned"]
interval_days = 4
chance = 0.3
most_touches = 3
most_returns = 3
cost_per_touch = 1.5
odds_ratio = 2
returns_to = "call"
"""
WON_BACK = (
    REFERRED.replace("inquiries_per_month = 50", "inquiries_per_month = 30")
    .replace("churn_per_month = 0.2\n", "churn_per_month = 0.3\nopens = { care = 0.3 }\n")
    .replace(
        "term_months = 2\nrenewal = 0.7\n",
        "term_months = 1\nrenewal = 0.6\nsegments.all = { customers = 9, customers_since_days = 340 }\n",
    )
    + COME_BACK
)
INSTANTS["customers buy again, refer others, leave and come back"] = scene(
    WON_BACK, "win-back: for the second time"
)
CREWS = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 3, drain_months = 1 }
[products.roof]
price = 9000
gross_margin = 0.4
delivery = "roofs"
recognised = "at_delivery"
[segments.all]
[channels.web]
kind = "seo"
inquiries_per_month = 25
[teams.sales]
people = 1
[teams.crew]
cost_per_person_month = 1000
people = 3
assignment = "shared_queue"
sticky = false
learning = { most = 2, half = 3 }
absence = { days_off_per_year = 60, spells_per_year = 24, spell_days = 1.5 }
turnover = { tenure_months = 1.5, replacement_days = 4 }
[teams.crew.reps.Hal]
hours = { monday = ["12:00-20:00"], tuesday = ["12:00-20:00"], friday = ["07:00-12:00"] }
[stages.call]
team = "sales"
effort_hours = 1
conversion = 0.8
[stages.visit]
team = "crew"
people = 1
effort_hours = 2
conversion = 0.8
[deliveries.roofs]
promised_days = 20
good = 0.9
[deliveries.roofs.stages.build]
team = "crew"
people = 2
effort_hours = { median = 9, p90 = 20 }
goes_cold_after_days = 40
[deliveries.roofs.stages.finish]
team = "crew"
people = 3
effort_hours = 3
conversion = 0.8
back_to = { build = 1 }
"""
FLOORS["crews"] = scene(
    CREWS,
    "crew: of two",
    "crew: of three",
    "crew: waits, as somebody is idle",
    "crew: over the end of a month",
    "crew: pauses",
    "crew: with one who has left",
)
BILLED = f"""{DELIVERED}
[finance]
opening_balance = 3000
salaries_paid_after_days = 9
[finance.billing]
paid_after_days = {{ median = 20, p90 = 60 }}
bad_debt = 0.1
[products.care.billing]
deposit = 0.5
[products.care.segments.all]
customers = 4
[products.setup.billing]
when = "at_delivery"
deposit = 0.3
"""
FLOORS["instalments for what is no product"] = scene(
    """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 1, drain_months = 1 }
[finance.billing]
when = "monthly"
deposit = 0.5
paid_after_days = { median = 20, p90 = 60 }
bad_debt = 0.1
[segments.all]
contract_value_per_year = 12_345.67
term_years = 2.5
[channels.web]
kind = "seo"
inquiries_per_month = 20
[stages.call]
conversion = 0.5
""",
    "bill: of no product",
)
FLOORS["billed as it is delivered"] = scene(BILLED, "bill: of a delivery")
INSTANTS["visits decide who stays"] = scene(
    VISITED.replace("period_months = 8", "period_months = 4"), "customer: leaves after a visit that was made"
)
INSTANTS["terms of many contracts end at once"] = scene(
    TWO_CHANNELS.format(people=9, volume=90)
    .replace("drain_months = 0", "drain_months = 2")
    .replace("contract_value_per_year = 1000", "[products.plan]\nprice_per_month = 9\nchurn_per_month = 0.5")
    .replace('kind = "seo"', 'kind = "seo"\narrives_between = ["05:00", "06:00"]')
    .replace("customer_takes_days = 1\n", ""),
    "contract: two that end a term at once",
)
CHANGES = {
    "tiers begin": scene(
        SOLD_AND_INSTALLED.replace("commission_tiers", "# ") + "[[changes]]\ndate = 2026-06-15\nchange = { "
        '"teams.sales.commission_tiers" = { quota = 3000, commission = [0.2] } }\n',
        "commission: above the first tier",
    ),
    "a queue is dealt out": that_changes(
        '"teams.sales.assignment" = "least_loaded"',
        "a lead of the team's queue is placed anew",
        policy="shared_queue",
    ),
    "own queues are sorted": that_changes(
        '"teams.sales.queue_order" = "hottest"', "a lead queues on, ranked anew"
    ),
    "another team takes over": that_changes(
        '"stages.call.team" = "late", "teams.sales.sticky" = false', "a lead moves to another team"
    ),
    "somebody comes whose seat is before Ada's": that_changes(
        '"teams.sales.people +=" = 1', "it is a rep's turn, at another position", days=tuple(range(10, 22))
    ),
    "all but Ada leave, with work in hand": that_changes(
        '"teams.sales.people" = 0, "teams.late.people +=" = 1',
        "a rep who has left finishes work",
        days=(10, 11),
    ).without("effort_hours = 4", "effort_hours = 70"),
    "work goes on in the night": that_changes(
        '"teams.sales.hours_per_week" = 168', "work in hand ends at another instant", days=(11,)
    ).without("effort_hours = 4", "effort_hours = 30"),
    "a gate goes": scene(
        HELD_UP + WITHOUT_GATE,
        "change: a lead is held no longer, as its gate is gone",
        "change: a lead counts no longer at a gate that goes",
    ),
    "a trait comes": that_changes(
        '"traits.budget" = { share = 0.5, missing = 0.5 }', "a pursuit has a trait that comes"
    ),
    "nobody would ask any more, and then many do": that_changes(
        '"channels.web.inquiries_per_month" = 60', "an inquiry comes that would never have come"
    ).without("inquiries_per_month = 60", "inquiries_per_month = 0"),
}
CHANGES |= {
    "somebody joins those whom hot leads interrupt": scene(
        REPLACED + '[[changes]]\ndate = 2026-06-15\nchange = { "teams.sales.people +=" = 1 }\n',
        "change: a lead queues on whose work was interrupted",
    ),
    "a crew has other hours": scene(
        CREWS + '[[changes]]\ndate = 2026-02-12\nchange = { "teams.crew.hours_per_week" = 20, '
        '"deliveries.roofs.stages.build.people" = 3, "teams.crew.people" = 4 }\n',
        "change: a crew works on",
    ),
    "terms become longer, and customers less loyal": scene(
        CUSTOMERS.replace("period_months = 26", "period_months = 5")
        + '[[changes]]\ndate = 2026-04-20\nchange = { "products.care.term_months" = 1, '
        '"products.care.loyalty.alpha" = 4 }\n',
        "change: a contract runs on, whose next term is longer or shorter",
    ),
    "customers refer more, and order as before": scene(
        WON_BACK + "[[changes]]\ndate = 2026-03-15\n"
        'change = { "channels.friends.referrals.per_customer_per_month" = 0.9 }\n',
        "change: a referral comes at another instant",
    ),
    "prices rise, and more for those who have signed": scene(
        CUSTOMERS + '[[changes]]\ndate = 2026-09-01\nchange = { "products.plan.price_per_month" = 150, '
        '"products.plan.price_growth_per_year" = 0.2 }\n',
        "change: a contract runs on",
    ),
}
WHOLE = """
start = 2026-02-01
horizon = { warm_up_months = 1, period_months = 1, drain_months = 2 }
[management]
control = 0.5
honest_reports = 0.5
[effects]
theorist_ripens_after_days = 4
[traits.budget]
share = 0.5
[products.plan]
price_per_month = { median = 90, p90 = 150 }
churn_per_month = 0.4
[products.setup]
price = 500
gross_margin = 0.5
earned_over_days = 10
discount = { price_cut = 0.2 }
repeat_purchase = { shape = 2, scale_days = 4, a = 1, b = 4 }
[finance.billing]
paid_after_days = { median = 9, p90 = 20 }
bad_debt = 0.2
[segments.all]
products = { plan = 0.75, setup = 0.25 }
market = { companies = 90, customers = 1, cooling_off_days = 2 }
[channels.web]
kind = "seo"
inquiries_per_month = 90
cost_per_month = 310
cost_per_inquiry = 7.5
temperature = { hot = 0.4, warm = 0.3, future = 0.3 }
theorist_share = 0.2
learning = { half = 2, traits = { budget = 0.5 }, theorist_share = -0.2 }
[channels.calls]
kind = "personal_selling"
prospecting = { team = "sales", inquiries_per_hour = 0.3, hours_per_week = 5 }
[channels.friends]
kind = "referral"
referrals = { per_customer_per_month = 1, lasts = "for_ever" }
[teams.sales]
people = 4
assignment = "round_robin"
hours_per_week = 40
cost_per_person_month = 3000
commission = 0.05
learning = { most = 2, half = 3 }
absence = { days_off_per_year = 60, spells_per_year = 12, spell_days = 1 }
training = { talk = { date = 2026-02-10, hours = 9, cost = 5.5, odds_ratio = 3 } }
turnover = { tenure_months = 0.5, replacement_days = 2, cost = 70 }
interrupts = "hot"
effort_split = { new = 0.6 }
[stages.call]
team = "sales"
effort_hours = 2
customer_takes_days = 0.25
goes_cold_after_days = 1
cost_per_visit = 2.5
hand_over = { per_rep = 2, patience_days = 1, cost_per_lead = 1.5 }
ignored = { probability = 0.1, open_leads = { open = [0, 3], odds_ratio = [1, 6] } }
attempts = { chance = 0.5, interval_hours = 1, most = 3, effort_hours = 0.25 }
checks = { "has money" = { trait = "budget", effort_hours = 0.25, sensitivity = 0.9, specificity = 0.6 } }
rejection = { probability = 0.2, needs = ["budget"], missing = { budget = 2 }, theorist = 6 }
makes = "lead"
[stages.offer]
team = "sales"
effort_hours = 4
conversion = 0.6
customer_takes_days = 1
[nurture.letters]
reasons = ["gone cold", "churned"]
interval_days = 1
cost_per_touch = 0.75
chance = { "gone cold" = 0.2, churned = 0.5 }
most_touches = 3
most_returns = 2
returns_to = "call"
"""
FLOORS["everything at once"] = scene(WHOLE, "order: at a discount")

"""The systems that textbooks know, as ordinary scenarios. One unit of time is an hour.

The months of a horizon are unequal, the rate of a textbook is not: volumes are proportional to the days
of their month, and no horizon reaches a 29th of February (2100 has none), so that each day expects the same.
Teams are open round the clock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from funnelsim.model.model import Model
from funnelsim.model.own_policy import BUILT_IN
from funnelsim.model.words import HOUR
from funnelsim.rules.products import MONTH
from funnelsim.scenario import lower, parse

START = "2096-06-01"  # of the period, after WARM_UP
SECOND_MONTH, LONG_AFTER = "2096-07-01", "2116-06-01"
WARM_UP = 3  # months: 2208 hours
LONGEST = 92  # months of the period: to the end of January 2104
DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
HOURS_OF_AVERAGE_MONTH = 365 * 24 / 12
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROUND_THE_CLOCK = {day: ["00:00-24:00"] for day in WEEK}
OFFICE_HOURS = {day: ["09:00-17:00"] for day in WEEK}
NO_EFFECT_OF_WAITING = {"wait": {"hours": [24], "odds_ratio": [1]}}
A_CONTRACT = {"contract_value_per_year": 1}
HOT, WARM, FUTURE = ({heat: 1.0} for heat in ("hot", "warm", "future"))

Keys = Mapping[str, Any]


def model(text: str) -> Model:
    """Lower a system as any scenario is lowered."""
    return lower(parse(text)).model


# ---- the pieces of a scenario -------------------------------------------------------------------


def toml(value: Any) -> str:
    """Write a value as a scenario file does."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value)


def table(header: str, keys: Keys) -> str:
    """Write a table of a scenario file."""
    return "\n".join([f"[{header}]", *(f"{key} = {toml(value)}" for key, value in keys.items())])


def opening(
    months: int,
    start: str = START,
    warm_up: int = WARM_UP,
    effects: Keys = NO_EFFECT_OF_WAITING,
    drain: int = 0,
    segment: Keys = A_CONTRACT,
) -> str:
    """Write what comes before channels: time, effects, one segment."""
    horizon = {"warm_up_months": warm_up, "period_months": months, "drain_months": drain}
    return "\n".join(
        [
            f"start = {start}",
            table("horizon", horizon),
            table("effects", effects),
            table("segments.any", segment),
        ]
    )


def channel(name: str, rate: float, **keys: Any) -> str:
    """Write a channel of so many inquiries an hour, at every hour of the horizon."""
    volume = {"inquiries_per_month": rate * HOURS_OF_AVERAGE_MONTH, "monthly_profile": DAYS_OF_MONTHS}
    return table(f"channels.{name}", {"kind": "seo", **volume, **keys})


def team(name: str, people: int, **keys: Any) -> str:
    """Write a team that never sleeps."""
    return table(f"teams.{name}", {"people": people, "hours": ROUND_THE_CLOCK, **keys})


def stage(name: str, **keys: Any) -> str:
    """Write a stage; all advance unless it says otherwise."""
    return table(f"stages.{name}", {"conversion": 1, **keys})


def exponential(mean: float) -> Keys:
    """Write an exponential distribution."""
    return {"scipy": "expon", "scale": mean}


def work(of_team: str, effort: Any, giving_up: float = 0.0) -> Keys:
    """Write who works a stage, for how many hours, and at which rate those who wait give up."""
    patience = {"goes_cold_after_days": exponential(1 / giving_up / 24)} if giving_up else {}
    return {"team": of_team, "effort_hours": effort, **patience}


# ---- queues ---------------------------------------------------------------------------------------


def pool(
    rates: Mapping[str, float],
    reps: int,
    effort: Any,
    months: int,
    giving_up: float = 0.0,
    assignment: str = "shared_queue",
) -> str:
    """Write a queue of several channels that all reps share: M/G/c, or M/G/c+M."""
    return "\n".join(
        [
            opening(months),
            *(channel(name, rate) for name, rate in rates.items()),
            team("sales", reps, assignment=assignment),
            stage("call", **work("sales", effort, giving_up)),
        ]
    )


def prompt(rate: float, reps: int, effort: Any, office: bool) -> str:
    """Write a queue that reps share, and a month of drain in which all who wait are contacted: M/G/c.

    In office hours people ask and work from 9 to 17 only, on every day, at the rate of each such hour: in
    working time it is the same queue.
    """
    hours = {"hours": OFFICE_HOURS} if office else {}
    between = {"arrives_between": ["09:00", "17:00"]} if office else {}
    return "\n".join(
        [
            opening(LONGEST - 1, drain=1),
            channel("web", rate / 3 if office else rate, **between),
            team("sales", reps, assignment="shared_queue", **hours),
            stage("call", **work("sales", effort)),
        ]
    )


def split(rate: float, reps: int, effort: Any, months: int, giving_up: float) -> str:
    """Write a stream that chance splits among reps: a Poisson stream for each, with a queue of its own."""
    names = [f"desk_{number + 1}" for number in range(reps)]
    return "\n".join(
        [
            opening(months),
            *(channel(name, rate / reps, first_stage=name) for name in names),
            *(team(name, 1) for name in names),
            *(stage(name, next="won", **work(name, effort, giving_up)) for name in names),
        ]
    )


def limited(rate: float, reps: int, service: float, limit: int, patience: Any, months: int) -> str:
    """Write a pool that takes on so many at a time; those held wait for some days, or for ever if None."""
    hand_over = {"per_rep": limit / reps} | ({} if patience is None else {"patience_days": patience})
    return "\n".join(
        [
            opening(months),
            channel("web", rate),
            team("sales", reps, assignment="shared_queue"),
            stage("call", hand_over=hand_over, **work("sales", exponential(1 / service))),
        ]
    )


def neglecting(
    rate: float, giving_up: float, probability: float, loads: Sequence[tuple[float, float]], months: int
) -> str:
    """Write one rep who does at once what it does not ignore; those ignored give up at a rate."""
    open_leads, ratios = zip(*loads, strict=True)
    effect = {"open": list(open_leads), "odds_ratio": list(ratios)}
    return "\n".join(
        [
            opening(months),
            channel("web", rate),
            team("sales", 1),
            stage(
                "call",
                ignored={"probability": probability, "open_leads": effect},
                **work("sales", 0.0, giving_up),
            ),
        ]
    )


def ranked(rates: Sequence[float], queue_order: str, months: int) -> str:
    """Write one rep whose queue has three classes: M/M/1, a class for each heat, service rate 1."""
    heats = {"hot": HOT, "warm": WARM, "future": FUTURE}
    return "\n".join(
        [
            opening(months),
            *(
                channel(name, rate, temperature=heat)
                for (name, heat), rate in zip(heats.items(), rates, strict=True)
            ),
            team("sales", 1, queue_order=queue_order),
            stage("call", **work("sales", exponential(1.0))),
        ]
    )


def interrupted(rates: Sequence[float], months: int) -> str:
    """Write one rep with two classes, of which hot ones interrupt: preemptive resume, service rate 1."""
    hot, warm = rates
    return "\n".join(
        [
            opening(months),
            channel("hot", hot, temperature=HOT),
            channel("warm", warm, temperature=WARM),
            team("sales", 1, interrupts="hot"),
            stage("call", **work("sales", exponential(1.0))),
        ]
    )


def outbound(per_hour: float, hours_per_week: float | None, effort: float, months: int) -> str:
    """Write two reps of forty hours a week who prospect, and may have to work on what they find."""
    reserved = {} if hours_per_week is None else {"hours_per_week": hours_per_week}
    found = {"team": "callers", "inquiries_per_hour": per_hour, **reserved}
    by_whom = work("callers", exponential(effort)) if effort else {}
    return "\n".join(
        [
            opening(months),
            table("channels.calls", {"kind": "personal_selling", "prospecting": found}),
            table("teams.callers", {"people": 2}),
            stage("call", **by_whom),
        ]
    )


def triaged(good: float, junk: float, reps: int, giving_up: float, months: int) -> str:
    """Write a pool that junk never reaches: a stage before it lets the good through and nobody else."""
    tells_apart = {"temperature": {"hot": 1e15, "future": 0}}
    return "\n".join(
        [
            opening(months),
            channel("good", good, temperature=HOT),
            channel("junk", junk, temperature=FUTURE),
            team("sales", reps, assignment="shared_queue"),
            table("stages.triage", {"conversion": 0.5, "effects": tells_apart}),
            stage("call", **work("sales", exponential(1.0), giving_up)),
        ]
    )


# ---- markets ------------------------------------------------------------------------------------


def markets(
    copies: int,
    companies: int,
    rate: float,
    start: str,
    months: int,
    warm_up: int,
    market: Keys | None = None,
    **keys: Any,
) -> str:
    """Write so many segments alike, each with a market and so many inquiries an hour; all are lost."""
    names = [f"copy {number}" for number in range(copies)]
    shares = dict.fromkeys(names, 1 / copies)
    of_each = {"contract_value_per_year": 1, "market": {"companies": companies, **(market or {})}}
    horizon = {"warm_up_months": warm_up, "period_months": months, "drain_months": 0}
    return "\n".join(
        [
            f"start = {start}",
            table("horizon", horizon),
            *(table(f"segments.{json.dumps(name)}", of_each) for name in names),
            channel("web", rate * copies, segments=shares),
            stage("form", **{"conversion": 0, **keys}),
        ]
    )


def referring(copies: int, companies: int, own: float, by_referral: float, months: int) -> str:
    """Write markets of companies who are won as they ask, and refer others for ever: rates a month of PC3."""
    rate = own * companies / (MONTH / HOUR)
    referrals = {"per_customer_per_month": by_referral, "lasts": "for_ever"}
    return "\n".join(
        [
            markets(copies, companies, rate, START, months, warm_up=0, conversion=1),
            table("channels.friends", {"kind": "referral", "referrals": referrals}),
        ]
    )


def asking_again(companies: int, rate: float, reps: int, effort: Any, months: int) -> str:
    """Write a pool for a market whose companies are all lost, and may ask again at once: M/M/c//N."""
    return "\n".join(
        [
            opening(months),
            table("segments.any.market", {"companies": companies, "cooling_off_days": 0}),
            channel("web", rate),
            team("sales", reps, assignment="shared_queue"),
            stage("call", **{"conversion": 0, **work("sales", effort)}),
        ]
    )


def learning(typed: float, most: float, half: float, honest: float, months: int) -> str:
    """Write a channel that learns of a trait, and a stage that finds it out for certain, in no time."""
    return "\n".join(
        [
            opening(months, warm_up=0),
            table("traits.need", {"share": typed}),
            table("management", {"honest_reports": honest}),
            channel("web", 0.5),
            table("channels.web.learning", {"half": half, "traits": {"need": most}}),
            table("stages.form", {"checks": {"need": {"trait": "need"}}}),
        ]
    )


# ---- streams and odds -------------------------------------------------------------------------------


def thinned(rates: Mapping[str, float], mixes: Mapping[str, Keys], conversion: float, months: int) -> str:
    """Write streams that segments and conversion thin; customers take their time before they sign."""
    return "\n".join(
        [
            opening(months),
            table("segments.large", {"contract_value_per_year": 1}),
            *(channel(name, rate, segments=mixes[name]) for name, rate in rates.items()),
            stage("form", conversion=conversion, customer_takes_days=exponential(5)),
        ]
    )


def two_reps(assignment: str, factor: float, conversion: float, months: int) -> str:
    """Write two heats and two skills, each of which shifts the odds by a factor or its inverse.

    Each rep is busy a fifth of the time.
    """
    effects = {"temperature": {"hot": factor, "future": 1 / factor}}
    call = {"conversion": conversion, "effects": effects, **work("sales", exponential(0.01))}
    return "\n".join(
        [
            opening(months, warm_up=1),
            channel("web", 40.0, temperature={"hot": 0.5, "future": 0.5}),
            team("sales", 0, assignment=assignment),
            table("teams.sales.reps.Ann", {"skill": factor}),
            table("teams.sales.reps.Bob", {"skill": 1 / factor}),
            table("stages.call", call),
        ]
    )


def funnel(conversions: Mapping[str, float], months: int) -> str:
    """Write a funnel that only reference leads enter: warm, average fit, average reps, prompt.

    All effects are the defaults.
    """
    return "\n".join(
        [
            opening(months, effects={}),
            channel("web", 10.0),
            team("sales", 4, assignment="least_loaded"),
            *(
                stage(
                    name,
                    **{"conversion": share, "customer_takes_days": exponential(2)},
                    **work("sales", exponential(0.1)),
                )
                for name, share in conversions.items()
            ),
        ]
    )


def seasonal(start: str, months: int, keys: Keys) -> str:
    """Write a channel whose inquiries come in a rhythm of their own."""
    return "\n".join(
        [
            opening(months, start, warm_up=0),
            table("channels.web", {"kind": "seo", **keys}),
            stage("form", conversion=0.5),
        ]
    )


def shocked(per_month: float, conversion: float, shocks: Keys, warm_up: int, months: int) -> str:
    """Write a channel that expects as much in every calendar month, and a stage that takes no time."""
    return "\n".join(
        [
            opening(months, "2010-01-01", warm_up),
            table("shocks", shocks),
            table("channels.web", {"kind": "seo", "inquiries_per_month": per_month}),
            stage("form", conversion=conversion),
        ]
    )


# ---- customers --------------------------------------------------------------------------------------


def subscriptions(months: int, rate: float, products: Mapping[str, Keys], *more: str) -> str:
    """Write a firm that sells the first of its products, at once, to all who ask in the first month."""
    return "\n".join(
        [
            opening(months, warm_up=0, segment={"products": {next(iter(products)): 1}}),
            *more,
            *(table(f"products.{name}", keys) for name, keys in products.items()),
            channel("web", rate),
            f"promotion = {{ starts = {SECOND_MONTH}, ends = {LONG_AFTER}, inquiries_factor = 0 }}",
            stage("form"),
        ]
    )


def customers_from_the_start(months: int, product: Keys, people: int, **of_segment: Any) -> str:
    """Write a firm with customers as the period begins, and no others."""
    return "\n".join(
        [
            opening(months, warm_up=0, segment={}),
            table("products.plan", product),
            table("products.plan.segments.any", {"customers": people, **of_segment}),
            channel("web", 0.0),
            stage("form"),
        ]
    )


def visited(
    months: int, people: int, asked: str, every_hours: float, rate: float, reps: int, effort: Any, **keys: Any
) -> str:
    """Write reps who visit customers, and call on so many inquiries an hour, all lost."""
    program = {"every_days": exponential(every_hours / 24), "asked": asked}
    return "\n".join(
        [
            opening(months, segment={}),
            table("products.plan", {"price_per_month": 1, "churn_per_month": 0}),
            table("products.plan.segments.any", {"customers": people}),
            channel("web", rate),
            team("sales", reps, assignment="shared_queue", **keys),
            stage("call", **{"conversion": 0, **work("sales", effort)}),
            table("account_visits.review", program),
            table("account_visits.review.stages.visit", work("sales", effort)),
        ]
    )


def delivering(rate: float, reps: int, people: int, effort: Any) -> str:
    """Write a firm that sells at once to all who ask, and delivers with so many people at once."""
    return "\n".join(
        [
            opening(LONGEST, segment={}),
            table("products.roof", {"price": 1, "delivery": "roofs"}),
            channel("web", rate),
            team("crew", reps, assignment="shared_queue", sticky=False),
            stage("form"),
            table("deliveries.roofs.stages.build", work("crew", effort) | {"people": people}),
        ]
    )


# ---- a firm whose policies change when, never what ---------------------------------------------------

ASSIGNMENTS = BUILT_IN
QUEUE_ORDERS = ("fifo", "lifo", "hottest", "oldest_inquiry")


def patient_firm(assignment: str, queue_order: str, sticky: bool) -> str:
    """Write two teams of equal reps in office hours, and leads who wait for ever.

    Nobody asks from July to December, so that every lead comes to its end.
    """
    policy = {"assignment": assignment, "queue_order": queue_order, "sticky": sticky}
    heats = {"hot": 0.2, "warm": 0.5, "future": 0.3}
    fit = {"low": 0.5, "likely": 1, "high": 2}
    back = {"talk": 0.3, "offer": 0.2}
    slow = {"median": 5, "p90": 12}
    return "\n".join(
        [
            "start = 2026-01-01",
            table("horizon", {"warm_up_months": 0, "period_months": 6, "drain_months": 6}),
            table("effects", NO_EFFECT_OF_WAITING),
            table("segments.any", {"contract_value_per_year": {"median": 9000, "p90": 20000}}),
            table(
                "channels.web",
                {
                    **{"kind": "seo", "inquiries_per_month": 50, "monthly_profile": [1] * 6 + [0] * 6},
                    **{"temperature": heats, "fit": fit, "theorist_share": 0.2},
                },
            ),
            table("teams.desk", {"people": 3, "hours_per_week": 20, **policy}),
            table("teams.sales", {"people": 3, "hours_per_week": 30, **policy}),
            stage("call", **{"conversion": 0.7, **work("desk", {"median": 1, "p90": 3})}),
            stage(
                "talk", **{"conversion": 0.6, "customer_takes_days": slow, **work("sales", exponential(2))}
            ),
            stage(
                "offer",
                **{"conversion": 0.5, "customer_takes_days": slow, "back_to": back},
                **work("sales", {"median": 3, "p90": 9}),
            ),
        ]
    )

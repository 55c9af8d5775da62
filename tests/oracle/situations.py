"""Sales floors made to bring out one piece of the semantics each, and a maker of mixed ones.

Durations are multiples of half an hour wherever ties are wanted: inquiries at 9:00, work of half an hour and
answers after an hour all fall on the same instants.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from funnelsim.chance.keys import Entity
from funnelsim.model.model import DEMAND_OF_ALL, DEMAND_OF_CHANNELS, ODDS_OF_ALL, Model
from funnelsim.model.words import DAY, HOUR, LOST, NOBODY, NOTHING, WON, Assignment, Billed, QueueOrder, Split

from .billed import bills_of_all_kinds, bills_of_segments, mixed_bills
from .naive import Buyer, Contract, History, Step, Visit
from .plan import TO_LOST, Plan, Route, between, daily, either
from .qualifying import floor

AN_HOUR = 1 / 24  # in days
SOON = either(0, AN_HOUR, 2 * AN_HOUR, 1)  # customer time that coincides
QUICK = either(0, 0.5, 1)  # effort that coincides


def to(*targets: int) -> list[Route]:
    """Share alike between targets."""
    return [(1 / len(targets), target, NOTHING if target != LOST else 1) for target in targets]


@dataclass(frozen=True)
class Situation:
    """A model and the visits that show its point; if there are none, the situation proves nothing."""

    build: Callable[[], Model]
    shows: Callable[[Visit], bool]
    at_least: int = 5

    def count(self, history: History) -> int:
        """Count the visits that show the point; reps have the numbers of the last chapter."""
        numbers = {who: number for number, who in enumerate(history.cast[-1][1])}
        visits = [replace(visit, rep=numbers.get(visit.rep)) for visit in history.visits()]
        return sum(map(self.shows, visits))


@dataclass(frozen=True)
class OfCustomers(Situation):
    """A situation whose point is in what becomes of contracts."""

    shows: Callable[[Step], bool]

    def count(self, history: History) -> int:
        """Count the steps that show the point."""
        whose: list[Buyer | Contract] = [*history.contracts.values(), *history.buyers.values()]
        return sum(self.shows(step) for each in whose for step in each.steps)


def worked_longer_than_its_effort(visit: Visit) -> bool:
    return visit.worked is not None and visit.worked - visit.started > visit.effort


def worked_past_midnight(visit: Visit) -> bool:
    return visit.worked is not None and visit.worked // DAY > visit.started // DAY


def waited(visit: Visit) -> bool:
    return visit.started is not None and visit.started > visit.entered


def answered_after_a_night(visit: Visit) -> bool:
    return visit.left is not None and visit.worked is not None and visit.left // DAY > visit.worked // DAY


def went_cold(visit: Visit) -> bool:
    return visit.how == "gone cold"


def took_no_time(visit: Visit) -> bool:
    return visit.left == visit.entered


def was_interrupted(visit: Visit) -> bool:
    return bool(visit.pauses)


def came_back(visit: Visit) -> bool:
    return visit.round > 0


def was_delivered(visit: Visit) -> bool:
    return visit.how == "delivered"


def hours_holidays_and_lunch() -> Model:
    plan = Plan(days=21)
    morning, afternoon = daily(21, 9, 12, (5, 6, 9, 12, 13)), daily(21, 13, 17, (5, 6, 9, 12, 13))
    team = plan.team(sorted(morning + afternoon), [{}, {}])
    plan.stage(team, effort=between(0.2, 14), customer=between(0, 3), nexts=to(1))
    plan.stage(team, effort=either(1, 3, 4, 7), customer=SOON)
    plan.channel(2.0, 8, 20)
    return plan.model()


def round_the_clock() -> Model:
    plan = Plan(days=12)
    team = plan.team(daily(12, 0, 24, (2, 4, 7)), [{}, {"speed": 0.7}])
    plan.stage(team, effort=between(1, 16), customer=SOON, nexts=to(1))
    plan.stage(team, effort=either(24, 0, 12), patience=between(0.5, 3))
    plan.channel(2.0)
    return plan.model()


def everything_at_once() -> Model:
    plan = Plan(days=12)
    first = plan.team(daily(12), [{}, {}, {}], Assignment.LEAST_LOADED, max_open=3)
    second = plan.team(daily(12, 9, 16), [{}, {}], Assignment.ROUND_ROBIN)
    plan.stage(first, conversion=0.8, effort=QUICK, customer=SOON, patience=SOON, nexts=to(1))
    plan.stage(
        second, conversion=0.8, effort=QUICK, customer=SOON, patience=either(AN_HOUR, 1), nexts=to(0, 2)
    )
    plan.stage(first, effort=QUICK, customer=SOON, nexts=to(WON, 1), elses=to(0, LOST))
    plan.channel(5.0, 9, 9)
    plan.channel(4.0, 10, 10, stage=1)
    plan.channel(4.0, 9, 9, stage=2)
    return plan.model()


def no_time_at_all() -> Model:
    plan = Plan(days=8)
    team = plan.team(daily(8), [{}, {}], Assignment.ROUND_ROBIN, max_open=2)
    plan.stage(team, effort=0, nexts=to(1))
    plan.stage(nexts=to(2), conversion=0.5, elses=to(0, LOST))
    plan.stage(team, conversion=0.6, effort=either(0, 0.5), nexts=to(3))
    plan.stage(nexts=to(WON, 0))
    plan.channel(6.0, 9, 9)
    plan.channel(4.0, 12, 12)
    return plan.model()


def patience_overnight() -> Model:
    plan = Plan(days=14)
    team = plan.team(daily(14, 9, 17, (5, 6)), [{}])
    night = either(0, 15 * AN_HOUR, 16 * AN_HOUR, 1, 2.5)
    plan.stage(team, effort=either(0.5, 2), patience=night, nexts=to(1))
    plan.stage(team, effort=either(0.5, 1), customer=AN_HOUR, patience=either(0.5, 16 * AN_HOUR))
    plan.channel(3.0, 18, 18)
    plan.channel(3.0, 17, 17)
    plan.channel(2.0)
    return plan.model()


def full_reps(assignment: Assignment, sticky: int = 1) -> Model:
    plan = Plan(days=20)
    reps = [{}, {"speed": either(0.5, 1, 2)}, {"skill": either(1, 3)}]
    team = plan.team(daily(20), reps, assignment, max_open=2, sticky=sticky)
    plan.stage(
        team, conversion=0.8, effort=either(0.5, 1, 2), customer=either(0, 1, 3), patience=9, nexts=to(1)
    )
    plan.stage(team, conversion=0.7, effort=either(1, 2), customer=either(1, AN_HOUR), patience=9)
    plan.channel(4.0, 9, 9)
    plan.channel(1.0)
    return plan.model()


def hot_to_the_best() -> Model:
    plan = Plan(days=20)
    beginner = {"joins": 3 * DAY + 9 * HOUR, "ramp": 10 * DAY, "skill_from": 0.2, "speed_from": 0.5}
    reps = [{"skill": between(0.4, 2)} for _ in range(4)] + [beginner | {"skill": 3.0}] + [{"skill": 1.0}] * 2
    team = plan.team(daily(20), reps, Assignment.HOT_TO_BEST, max_open=4)
    skilful = {"heat_skill": (2.0, 1.0, 0.3), "heat_odds": (3.0, 1.0, 0.2)}
    plan.stage(team, conversion=0.5, effort=QUICK, customer=SOON, nexts=to(1), **skilful)
    plan.stage(team, conversion=0.3, effort=between(0.5, 4), customer=2, nexts=to(WON, 0), **skilful)
    plan.channel(6.0, 9, 9, hot=0.3, hot_or_warm=0.6)
    return plan.model()


def chance_and_knowledge(assignment: Assignment) -> Model:
    """Make unlike reps and segments, leads who come back, and reps who come and go."""
    plan = Plan(days=16)
    plan.segment(value=either(10, 40), years=2.0)
    plan.segment(value=between(20, 90), odds=0.7)
    plan.segment(value=300)
    reps = [
        {"weight": 3.0, "knows": [0], "skill": 0.5},
        {"weight": 0.5, "knows": [1, 2], "skill": 2.0, "leaves": 9 * DAY + 11 * HOUR},
        {"knows": [1], "skill": 2.0, "joins": 3 * DAY + 9 * HOUR, "ramp": 9 * DAY, "skill_from": 0.1},
        {"skill": between(0.5, 3), "speed_from": 0.5},
    ]
    team = plan.team(daily(16), reps, assignment, max_open=5, sticky=0)
    odds = {"heat_odds": (3.0, 1.0, 0.3), "heat_skill": (2.0, 1.0, 0.5), "points": [(2.0, 1.0), (40.0, 0.2)]}
    unlike = [
        {"effort": 0.5, "cost_per_visit": 1.5},
        {},
        {"conversion": 0.9, "effort": 2, "customer": 2, "patience": 0.5, "cost_per_visit": 9.0},
    ]
    more = {"conversion": 0.6, "patience": either(2, 4), "elses": to(0, LOST), "segments": unlike}
    plan.stage(team, effort=either(1, 1.5), customer=SOON, nexts=to(1), **more, **odds)
    plan.stage(team, conversion=0.5, effort=either(1, 2), patience=5, elses=to(0, LOST), **odds)
    plan.channel(6.0, 9, 9, fit=either(0.5, 1, 2), segments=[0.4, 0.4, 0.2])
    plan.channel(2.0, segments=[0.1, 0.1, 0.8])
    return plan.model()


def a_team_for_each_segment() -> Model:
    plan = Plan(days=16)
    for _ in range(3):
        plan.segment(value=either(10, 40))
    front = plan.team(daily(16), [{}, {"skill": 2.0}], Assignment.SHARED_QUEUE, sticky=0)
    back = plan.team(daily(16, 13, 20, (5, 6)), [{}, {"speed": 2.0}], max_open=3)
    odds = {"heat_odds": (4.0, 1.0, 0.2), "heat_skill": (2.0, 1.0, 0.5), "points": [(2.0, 1.0), (30.0, 0.2)]}
    call = [
        {"team": back, "nexts": to(2, 1), "elses": to(LOST, 0), **odds},
        {},
        {"team": NOBODY, "nexts": to(2), "theorist_odds": 0.1, "conversion": 0.4},
    ]
    more = {"effort": either(0.5, 2), "customer": SOON, "patience": 3}
    plan.stage(front, conversion=0.7, nexts=to(1), segments=call, **more)
    plan.stage(NOBODY, conversion=0.5, customer=1, segments=[{}, {"team": front, **more}, {}], nexts=to(2))
    plan.stage(
        back,
        conversion=0.6,
        elses=to(LOST, 0, 1),
        segments=[{}, {"team": front}, {"elses": to(0, LOST)}],
        **more,
    )
    plan.channel(5.0, 9, 9, segments=[0.4, 0.3, 0.3], theorists=0.4)
    plan.channel(2.0, segments=[0.1, 0.1, 0.8])
    return plan.model()


def customers_with_hours() -> Model:
    plan = Plan(days=18)
    plan.segment(value=either(10, 40), customer_time=0.5)
    plan.segment(value=20)
    office, shop = (daily(18, 9, 17, (5, 6, 12, 13)), 8 / 24), (daily(9, 10, 11.5), 1.5 / 24)
    team = plan.team(daily(18, 8, 18), [{}, {}])
    slow = {"effort": QUICK, "customer": either(0, 0.25, 1, 1e9)}
    plan.stage(team, conversion=0.8, nexts=to(1), hours=office, elses=to(LOST, 0), **slow)
    plan.stage(conversion=0.7, customer=between(0, 3), segments=[{"hours": shop}, {}], nexts=to(2))
    plan.stage(team, customer=either(1, 3), hours=office, segments=[{"hours": None}, {"conversion": 0.5}])
    plan.channel(4.0, spans=[(0, 2, 0.25), (9, 9, 0.25), (9, 12, 0.25), (22, 24, 0.25)], segments=[0.5, 0.5])
    plan.channel(2.0, spans=[(6, 6.5, 0.5), (18, 24, 0.5)], segments=[0.5, 0.5])
    return plan.model()


def own_queues(order: QueueOrder) -> Model:
    plan = Plan(days=14)
    leaver = {"leaves": 6 * DAY + 13 * HOUR}
    team = plan.team(daily(14), [leaver | {"speed": 0.5}, {}, {}, leaver], queue_order=order)
    plan.stage(
        team, conversion=0.9, effort=either(1, 1.5), customer=either(AN_HOUR, 1), patience=3, nexts=to(1)
    )
    plan.stage(team, conversion=0.7, effort=either(0.5, 1), customer=AN_HOUR, patience=6, nexts=to(0, WON))
    plan.channel(5.0, 8, 8)
    plan.channel(5.0, 11, 11)
    return plan.model()


def handed_over() -> Model:
    """Let care, which is paid nothing, come last; who sells, and who opened, are paid for the contract."""
    plan = Plan(days=16, months_begin=(5, 11))
    front = plan.team(
        daily(16, 8, 18), [{}, {}], Assignment.LEAST_LOADED, sticky=0, max_open=3, commission=0.01
    )
    tiers = [(0, 0.07), (30_000, 0.1), (70_000, 0.02)]  # a contract is of 125 to 225
    pay = {"tiers": tiers, "opener_share": 0.25}
    sales = plan.team(daily(16), [{}, {}, {}], sticky=1, max_open=4, **pay)
    care = plan.team(daily(16), [{}], Assignment.SHARED_QUEUE, sticky=0)
    plan.segment(value=between(50, 90), years=2.5)
    plan.stage(front, conversion=0.8, effort=QUICK, customer=SOON, nexts=to(1, 2), makes_lead=1)
    plan.stage(sales, conversion=0.8, effort=QUICK, customer=SOON, nexts=to(2, 3))
    plan.stage(customer=SOON, nexts=to(3, WON), elses=to(0))
    plan.stage(sales, conversion=0.6, effort=either(1, 2), customer=1, nexts=to(4, WON), elses=to(1, LOST))
    plan.stage(care, effort=0.5, patience=1, nexts=to(WON, 3))
    plan.channel(5.0, 9, 9)
    return plan.model()


def held_before_the_hand_over() -> Model:
    """Let a desk pass on to sales what sales can work, and each have back what the other cannot use."""
    plan = Plan(days=16)
    plan.segment(value=50)
    plan.segment(value=70)
    desk = plan.team(daily(16, 8, 18), [{}, {"leaves": 7 * DAY}], Assignment.LEAST_LOADED, sticky=0)
    newcomer = {"joins": 6 * DAY + 10 * HOUR}
    sales = plan.team(daily(16), [{}, {"leaves": 5 * DAY + 9 * HOUR}, newcomer], max_open=3)
    care = plan.team(daily(16), [{}], Assignment.SHARED_QUEUE)
    plan.stage(
        desk, conversion=0.8, effort=QUICK, customer=SOON, patience=2, nexts=to(1, 2), elses=to(0, LOST)
    )
    plan.stage(
        sales,
        conversion=0.7,
        effort=QUICK,
        customer=SOON,
        nexts=to(2, 3),
        elses=to(0, 1),
        segments=[{}, {"team": care}],
    )
    plan.stage(conversion=0.7, customer=SOON, nexts=to(1, 3), elses=to(1, LOST))
    plan.stage(sales, conversion=0.6, effort=either(1, 2), customer=SOON, patience=1, elses=to(LOST, 1))
    plan.channel(6.0, 9, 9, segments=[0.6, 0.4])
    plan.channel(2.0, 8, 20, segments=[0.6, 0.4], stage=1)
    plan.channel(1.0, 9, 9, segments=[0.6, 0.4], stage=3)
    plan.gate(0, 2.5, SOON, QueueOrder.HOTTEST, cost_per_lead=1.25)
    plan.gate(1, 1.5, between(0.1, 3), QueueOrder.LIFO, cost_per_lead=0.5)
    plan.gate(3, 0.75, None, QueueOrder.OLDEST_INQUIRY)
    return plan.model()


def ignored_by_their_reps() -> Model:
    """Let reps ignore more the more they have, some of whom leave; what they ignore is placed anew."""
    plan = Plan(days=18)
    leaver = {"leaves": 6 * DAY + 13 * HOUR}
    team = plan.team(daily(18), [leaver, {}, {"leaves": 9 * DAY}, {}], max_open=6, sticky=1)
    other = plan.team(daily(18), [{}, leaver], Assignment.LEAST_LOADED)
    loads = [(1, 1.0), (4, 8.0)]
    plan.stage(
        team,
        conversion=0.9,
        effort=QUICK,
        customer=AN_HOUR,
        patience=either(1, 4, 9),
        nexts=to(1),
        ignored={"probability": 0.15, "loads": loads, "reason": 2},
    )
    plan.stage(
        other,
        conversion=0.7,
        effort=either(0.5, 1),
        patience=either(AN_HOUR, 3),
        nexts=to(0, WON),
        ignored={"probability": 0.4, "reason": 3},
    )
    plan.channel(6.0, 8, 8)
    plan.channel(3.0, stage=1)
    return plan.model()


def was_ignored(visit: Visit) -> bool:
    return visit.ignored


def was_held(visit: Visit) -> bool:
    return visit.admitted is not None


def went_cold_while_held(visit: Visit) -> bool:
    return visit.held and visit.admitted is None and visit.how == "gone cold"


def comings_and_goings() -> Model:
    plan = Plan(days=16, month_days=28)
    reps = [
        {"leaves": 4 * DAY + 9 * HOUR, "pay_per_month": 3000.0},
        {"leaves": 4 * DAY + 9 * HOUR, "joins": -20 * DAY, "pay_per_month": 2000.0},
        {"joins": 4 * DAY + 9 * HOUR, "ramp": 5 * DAY, "speed_from": 0.25, "pay_per_month": 1000.0},
        {"joins": 4 * DAY + 9 * HOUR, "leaves": 9 * DAY + 10 * HOUR + HOUR // 2, "pay_per_month": 999.0},
        {"joins": 10 * DAY, "pay_per_month": 1.0},
    ]
    team = plan.team(daily(16), reps, Assignment.LEAST_LOADED, max_open=5, queue_order=QueueOrder.LIFO)
    plan.stage(team, conversion=0.9, effort=either(0.5, 1, 3), customer=SOON, patience=2, nexts=to(1))
    plan.stage(team, conversion=0.6, effort=either(1, 2), customer=either(1, 2), patience=4)
    plan.channel(6.0, 9, 9, cost_per_inquiry=10.0, cost_per_month=700.0)
    plan.channel(1.0, cost_per_month=10.0)
    return plan.model()


def an_empty_floor() -> Model:
    plan = Plan(days=10)
    hours = {"joins": 5 * DAY + 11 * HOUR, "leaves": 7 * DAY + 10 * HOUR}
    team = plan.team(daily(10), [hours, hours], Assignment.SHARED_QUEUE)
    plan.stage(team, effort=either(0.5, 3), customer=SOON, patience=between(0.5, 7))
    plan.channel(3.0, 9, 9)
    return plan.model()


def hires_into_a_shared_queue() -> Model:
    plan = Plan(days=12)
    reps = [{"joins": 3 * DAY + 10 * HOUR}, {"joins": 6 * DAY}, {}, {"joins": 0}]
    team = plan.team(daily(12), reps, Assignment.SHARED_QUEUE)
    plan.stage(team, effort=either(0.5, 1, 3), customer=SOON)
    plan.channel(2.0, 9, 15)
    return plan.model()


def journeys() -> Model:
    plan = Plan(days=16)
    team = plan.team(daily(16), [{}, {}, {}], max_open=6)
    plan.stage(
        team, conversion=0.7, effort=QUICK, customer=SOON, patience=1, nexts=to(1, 2, 4), elses=to(3, LOST, 0)
    )
    plan.stage(team, conversion=0.6, effort=QUICK, customer=SOON, nexts=to(2, 0, WON), elses=to(LOST, 3))
    plan.stage(customer=SOON, nexts=to(3, 1), conversion=0.5, elses=to(4), makes_lead=1)
    plan.stage(team, conversion=0.5, effort=QUICK, customer=1, nexts=to(4, WON), elses=to(0, LOST, 2))
    plan.stage(team, conversion=0.5, effort=QUICK, customer=SOON, nexts=to(WON), elses=to(1, LOST))
    plan.channel(3.0, 9, 9)
    plan.channel(1.0, 9, 9, stage=2)
    plan.channel(1.0, stage=4)
    return plan.model()


def hard_to_reach(sticky: int = 1) -> Model:
    plan = Plan(days=16)
    leaver = {"leaves": 7 * DAY + 10 * HOUR}
    team = plan.team(daily(16), [{}, leaver, {"skill": 2.0}], Assignment.RANDOM, sticky=sticky, max_open=9)
    trying = {"attempts": (0.4, 3, either(0, 0.5), either(1, 2, 20)), "points": [(1.0, 1.0), (30.0, 0.2)]}
    usual = {"conversion": 0.6, "effort": QUICK, "customer": SOON, "cost_per_visit": 2.5}
    plan.stage(team, patience=either(AN_HOUR, 1), nexts=to(1), **usual, **trying)
    plan.stage(team, elses=to(0, LOST), **usual, attempts=(0.5, 2, 0.25, between(0, 9)))
    plan.channel(6.0, 9, 9)
    plan.nurture(2, 1, [0.5, 0.6], 0)
    return plan.model()


def nurtured() -> Model:
    plan = Plan(days=16)
    team = plan.team(daily(16), [{}, {}])
    plan.stage(team, conversion=0.6, effort=QUICK, customer=SOON, patience=either(AN_HOUR, 1), nexts=to(1))
    plan.stage(team, conversion=0.4, effort=either(1, 2), customer=SOON, makes_lead=1)
    plan.channel(6.0, 9, 9)
    plan.channel(1.0, stage=1)
    plan.nurture(0, 1, [0.3, 0.5, 0.6], 0, cost_per_touch=1.5)
    plan.nurture(1, 0.5, [0.0, 0.4, 0.8], 1, most_returns=2, odds=5.0)
    return plan.model()


def who_they_are() -> Model:
    plan = Plan(days=20)
    plan.segment(value=either(10, 20), odds=0.5, customer_time=0.3)
    plan.segment(value=between(100, 200), odds=2.5, customer_time=1.7, years=3.0)
    team = plan.team(daily(20), [{"skill": between(0.3, 3)}, {"skill": 2.0}, {"skill": 0.5}])
    tastes = {
        "heat_odds": (4.0, 1.0, 0.25),
        "heat_skill": (1.5, 1.0, 0.5),
        "theorist_odds": 0.2,
        "points": [(0.5, 1.0), (4.0, 0.8), (30.0, 0.3), (100.0, 0.1)],
    }
    plan.stage(team, conversion=0.7, effort=between(0.2, 3), customer=between(0, 3), nexts=to(1), **tastes)
    plan.stage(team, conversion=0.5, effort=between(0.2, 6), customer=between(0, 3), **tastes)
    plan.channel(4.0, fit=between(0.3, 3), theorists=0.3, segments=[0.6, 0.4])
    plan.channel(2.0, fit=either(0.1, 9), theorists=0.8, segments=[0.1, 0.9], hot=0.0, hot_or_warm=0.0)
    return plan.model()


def back_at_the_first_stage() -> Model:
    plan = Plan(days=14)
    team = plan.team(daily(14), [{}, {}])
    plan.stage(team, conversion=0.5, effort=QUICK, customer=1, nexts=to(1), points=[(1.0, 1.0), (90.0, 0.01)])
    plan.stage(team, conversion=0.5, effort=QUICK, customer=1, nexts=to(0), points=[(1.0, 1.0), (90.0, 0.01)])
    plan.channel(6.0, 10, 10)
    return plan.model()


def more_than_they_can_do() -> Model:
    plan = Plan(days=9)
    team = plan.team(daily(9), [{}, {}], max_open=4)
    plan.stage(team, effort=between(1, 5), customer=between(1, 4), nexts=to(1))
    plan.stage(team, effort=between(1, 5), customer=either(1, 1e15), patience=either(2, 1e12))
    plan.channel(8.0, 9, 10)
    return plan.model()


def busy_days_and_a_promotion() -> Model:
    plan = Plan(days=16, month_days=31)
    team = plan.team(daily(16), [{}, {}], commission=0.1)
    plan.segment(value=between(50, 90), years=2.0)
    plan.stage(team, conversion=0.8, effort=QUICK, customer=SOON, nexts=to(1, 2), makes_lead=1)
    plan.stage(team, conversion=0.8, effort=QUICK, customer=1, nexts=to(2))
    plan.stage(conversion=0.9, customer=SOON)
    alike, own = {"busy_all": between(0, 2)}, {"busy": either(0.25, 0.5, 2.25)}
    sharing = {"mean_share": 0.5, "weight": between(1, 5)}
    cheaper = {"cut_from": 3 * DAY, "cut_until": 9 * DAY, "price_cut": 0.25}
    plan.channel(3.0, **alike, **own, **cheaper, cost_per_month=300.0)
    plan.channel(2.0, **alike, **sharing, price_per_lead=12.5, stage=1)
    plan.channel(2.0, **sharing, price_per_lead=7.0, cost_per_month=310.0)
    plan.channel(1.0, 9, 9)
    plan.spend = [[1.0] * 16, [1.0] * 16, [0.0] * 8 + [2.0] * 8, [1.0] * 16]
    return plan.model()


def worth_less_in_a_promotion(assignment: Assignment) -> Model:
    plan = Plan(days=12)
    plan.segment(value=between(50, 90))
    team = plan.team(daily(12), [{}, {"skill": 2.0}], assignment, commission=0.1)
    plan.stage(team, conversion=0.6, effort=between(1, 5), customer=SOON, patience=4)
    plan.channel(3.0, cut_from=2 * DAY, cut_until=8 * DAY, price_cut=0.4)
    plan.channel(3.0)
    return plan.model()


def better_and_worse_months(assignment: Assignment, persistence: float) -> Model:
    plan = Plan(days=24, months_begin=(3, 9, 13, 20), warm_up=10)
    plan.segment(value=between(50, 90))
    team = plan.team(daily(24), [{}, {"skill": 2.0}], assignment, commission=0.1)
    plan.stage(team, conversion=0.6, effort=between(1, 5), customer=SOON, patience=4, nexts=to(1))
    plan.stage(conversion=0.5, elses=to(0, LOST))
    plan.channel(3.0, busy=either(0.5, 1.5))
    plan.channel(2.0)
    plan.shock(DEMAND_OF_ALL, between(-1, 1), 0.6, persistence)
    plan.shock(DEMAND_OF_CHANNELS + 1, either(-1, 1), 0.3, 1 - persistence)
    plan.shock(ODDS_OF_ALL, between(-2, 2), 0.9, persistence)
    return plan.model()


def hours_of_their_own(assignment: Assignment) -> Model:
    plan = Plan(days=14)
    mornings, all_day = daily(14, 8, 12, (2, 3)), daily(14, 0, 24)
    reps = [{}, {"own_hours": mornings}, {"own_hours": all_day, "leaves": 6 * DAY + 13 * HOUR}]
    reps[2]["pay_per_month"] = 3000.0
    team = plan.team(daily(14, 9, 17, (5, 6)), reps, assignment, max_open=3)
    plan.stage(team, effort=between(0.5, 9), customer=SOON, patience=between(0.5, 3), nexts=to(1))
    plan.stage(team, effort=either(0.5, 3), customer=SOON)
    plan.channel(2.0, 8, 20)
    return plan.model()


def a_small_market() -> Model:
    plan = Plan(days=16, warm_up=5)
    plan.segment(companies=9, customers=2, cooling=either(0, AN_HOUR, 1, 4))
    plan.segment(companies=30)
    plan.segment()
    team = plan.team(daily(16), [{}, {}])
    plan.stage(team, conversion=0.6, effort=QUICK, customer=SOON, patience=either(AN_HOUR, 1), nexts=to(1))
    plan.stage(team, conversion=0.4, effort=QUICK, customer=SOON, elses=to(0, LOST))
    plan.channel(5.0, 9, 9, segments=[0.5, 0.4, 0.1])
    plan.channel(4.0, 10, 10, segments=[1.0])
    return plan.model()


def hot_leads_interrupt(assignment: Assignment, max_open: int) -> Model:
    """Let hot leads come at any time, among reps who come, go and work long."""
    plan = Plan(days=14)
    reps = [{}, {"leaves": 7 * DAY + 13 * HOUR}, {"speed": 0.5}, {"joins": 3 * DAY + 9 * HOUR}]
    reps[2]["own_hours"] = daily(14, 7, 15, (4,))
    plan.segment(value=between(50, 90))
    team = plan.team(daily(14, 9, 17, (5, 6)), reps, assignment, max_open=max_open, interrupts=1)
    other = plan.team(daily(14), [{}], queue_order=QueueOrder.OLDEST_INQUIRY)
    plan.stage(team, conversion=0.8, effort=either(2, 3, 6), customer=SOON, patience=4, nexts=to(1))
    plan.stage(other, conversion=0.8, effort=either(0.5, 1), customer=SOON, nexts=to(2), elses=to(0))
    plan.stage(team, effort=between(0, 9), customer=1)
    plan.channel(3.0, 8, 18, hot=0.3, hot_or_warm=0.6)
    plan.channel(2.0, 10, 10, hot=0.5, hot_or_warm=0.7)
    return plan.model()


def prospecting(reserved: float, assignment: Assignment) -> Model:
    """Let reps with hours of their own prospect, who come and go, and have other leads to work on."""
    plan = Plan(days=14, months_begin=(4, 9), month_days=31)
    reps = [{"pay_per_month": 3100.0}, {"leaves": 7 * DAY + 13 * HOUR, "pay_per_month": 999.0}]
    reps += [{"speed": 0.5, "own_hours": daily(14, 0, 24, (4,))}, {"joins": 3 * DAY + 9 * HOUR}]
    block = {"prospects": 1, "prospected_channel": 1, "block": HOUR // 2, "reserved": reserved}
    team = plan.team(daily(14, 9, 17, (5, 6)), reps, assignment, max_open=6, interrupts=1, **block)
    plan.stage(team, conversion=0.8, effort=either(0.5, 1, 6), customer=SOON, patience=2, nexts=to(1))
    plan.stage(customer=SOON, conversion=0.9)
    plan.channel(2.0, 9, 9)
    plan.channel(0.0, prospected=1, per_hour=1.5, hot=0.5, hot_or_warm=0.7)
    return plan.model()


def a_channel_that_learns() -> Model:
    plan = Plan(days=16, warm_up=4)
    plan.trait(missing=0.4)
    plan.trait(missing=0.8, present=1.5)
    team = plan.team(daily(16), [{}, {}])
    asks = [(0, 0.25, 0.9, 0.8), (NOTHING, 0.0, 0.8, 0.7)]
    plan.stage(team, effort=QUICK, customer=SOON, checks=asks, passes_at=2, nexts=to(1), elses=to(0, LOST))
    junk = {"probability": 0.2, "missing": [3.0], "theorist": 4.0}
    plan.stage(team, conversion=0.7, effort=QUICK, customer=SOON, theorist_odds=0.2, rejection=junk)
    learns = {"half": 3.0, "theorists": 0.5, "theorists_most": -0.5, "honest": 0.7}
    plan.channel(4.0, 9, 9, traits=[0.2, 0.5], shifts=[0.7, -0.5], **learns)
    plan.channel(2.0, traits=[0.4, 0.4])
    return plan.model()


def products_of_all_kinds(plan: Plan) -> None:
    """Sell by the month, by the year, by five months to customers who differ, and once, to two segments."""
    plan.segment(sells=[0.4, 0.3, 0.2, 0.1])
    plan.segment(sells=[0.1, 0.2, 0.3, 0.4], odds=0.8)
    plan.product([99.99, between(50, 150)], 1, growth=0.1, stays=0.95)
    plan.product([between(20, 40), 30.0], 12, margins=[0.3, 0.9], typed_term=1, growth=-0.15, stays=0.8)
    plan.product([25.0, 75.0], 5, either(0.05, 0.3), typed_term=1, growth=0.002)
    plan.product([either(300, 900), 500.0], earned_over=20 * DAY)


def customers_for_years() -> Model:
    plan = Plan(days=800, warm_up=40)
    products_of_all_kinds(plan)
    team = plan.team(daily(800, closed=(9, 10)), [{}, {}], Assignment.PRIORITY_QUEUE, commission=0.1)
    plan.stage(team, conversion=0.8, effort=QUICK, customer=SOON, nexts=to(1), elses=to(0, LOST))
    plan.stage(conversion=0.9)
    cheaper = {"cut_from": 100 * DAY, "cut_until": 300 * DAY, "price_cut": 0.25}
    plan.channel(0.2, segments=[0.5, 0.5], **cheaper)
    plan.channel([2.0 * (day % 40 == 0) for day in range(800)], 9, 9, segments=[0.9, 0.1])
    plan.nurture(1, 1, [0.3, 0.5, 0.6], 0)
    return plan.model()


def customers_at_once() -> Model:
    """Let deals be signed at the same instants, so that their terms end together, and nobody sell."""
    plan = Plan(days=500)
    products_of_all_kinds(plan)
    plan.stage(customer=SOON, conversion=0.8)
    plan.channel([24.0 * (day in (0, 31)) for day in range(500)], 0, 0, segments=[0.9, 0.1])
    plan.channel([9.0 * (day in (60, 365)) for day in range(500)], 9, 9, segments=[0.2, 0.8])
    return plan.model()


def visited_customers(regularly: bool, split: Split = Split.NONE) -> Model:
    """Let customers be visited in two stages and in one, by those who sell, whose time is short."""
    plan = Plan(days=120, warm_up=10)
    plan.segment(sells=[0.6, 0.4])
    plan.segment(sells=[0.5, 0.5], odds=0.8)
    customers = {"customers": [6, 3], "age": between(0, 300)}
    plan.product([between(50, 150), 80.0], 1, stays=0.8, growth=0.1, **customers)
    plan.product([200.0, 90.0], 2, either(0.1, 0.4), typed_term=1)
    of_team = {"split": split, "new_share": 300, "max_open": 6}
    team = plan.team(daily(120, closed=(9, 10)), [{}, {"speed": 0.5}], Assignment.LEAST_LOADED, **of_team)
    plan.stage(team, effort=either(1, 2), customer=SOON, patience=between(0, 5), conversion=0.8)
    plan.program(either(5, 10, 20), regularly, kept=2.0, missed=0.25)
    ways = {"nexts": to(3, 3, WON), "elses": to(2, LOST)}
    plan.stage(team, effort=either(2, 4), patience=between(0, 3), conversion=0.7, **ways)
    plan.stage(customer=either(0, 1, 3), conversion=0.6)
    plan.program(between(0.5, 30), not regularly, missed=0.5)
    plan.stage(team, effort=QUICK, patience=either(AN_HOUR, 1, 2), customer=SOON)
    plan.channel(1.0, 9, 9, segments=[0.5, 0.5], fit=between(0.5, 2))
    return plan.model()


def delivered_customers(
    recognised: int, split: Split = Split.NONE, assignment: Assignment = Assignment.SHARED_QUEUE
) -> Model:
    """Let those who sell deliver, too, in two ways, often late and with defects; customers remember it."""
    plan = Plan(days=120, warm_up=10)
    plan.segment(sells=[0.4, 0.2, 0.2, 0.2])
    plan.segment(sells=[0.2, 0.3, 0.3, 0.2], odds=0.8)
    delivered = {"delivery": 1, "at_delivery": recognised}
    plan.product([between(50, 150), 80.0], 1, stays=0.8, growth=0.1, **delivered)
    plan.product([200.0, 90.0], 2, either(0.1, 0.4), typed_term=1, **delivered)
    plan.product([either(300, 900), 500.0], earned_over=20 * DAY, delivery=2, at_delivery=recognised)
    plan.product([70.0, 70.0], margins=[0.9, 0.1], delivery=2, at_delivery=1 - recognised)
    of_team = {"split": split, "new_share": 300, "max_open": 6, "commission": 0.1}
    reps = [{}, {"speed": 0.5}, {}]
    team = plan.team(daily(120, closed=(9, 10)), reps, Assignment.LEAST_LOADED, **of_team)
    crew = plan.team(daily(120, 8, 18), [{}], assignment)
    plan.stage(team, effort=either(1, 2), customer=SOON, patience=between(0, 5), conversion=0.8)
    odds = {"late": 0.5, "defect": 0.25, "kept": 3.0, "missed": 0.2}
    plan.delivery(4, 0.9, **odds)
    plan.stage(team, effort=either(2, 4), patience=between(0, 9), nexts=to(2), heat_odds=(2.0, 1.0, 0.5))
    plan.stage(customer=either(0, 1, 3), conversion=0.7, elses=to(1, 1, LOST))
    plan.delivery(1, 0.6, late=0.1)
    plan.stage(crew, effort=between(4, 14), customer=SOON, conversion=0.9)
    plan.program(between(0.5, 30), missed=0.5)
    plan.stage(team, effort=QUICK, patience=either(AN_HOUR, 1, 2), customer=SOON)
    cheaper = {"cut_from": 20 * DAY, "cut_until": 60 * DAY, "price_cut": 0.25}
    plan.channel(1.5, 9, 9, segments=[0.5, 0.5], fit=between(0.5, 2), **cheaper)
    return plan.model()


def buyers_again(recognised: int, assignment: Assignment = Assignment.SHARED_QUEUE) -> Model:
    """Let customers buy again what they bought, at its price or at a discount, with a delivery or without."""
    plan = Plan(days=60, warm_up=10)
    plan.segment(sells=[0.3, 0.3, 0.3, 0.1])
    plan.segment(sells=[0.1, 0.3, 0.2, 0.4], odds=0.8)
    often = (either(0, 0.1, 0.5), between(0, 0.6))
    plan.product([between(50, 150), 80.0], again=often, price_cut=0.2, earned_over=9 * DAY)
    delivered = {"delivery": 1, "earned_over": 20 * DAY, "margins": [0.9, 0.1]}
    plan.product([either(300, 900), 500.0], again=(0.2, 0.1), at_delivery=recognised, **delivered)
    plan.product([70.0, between(50, 90)], again=(0.3, 0.0), at_delivery=1 - recognised, **delivered)
    plan.product([30.0, 30.0], 1, stays=0.9)
    team = plan.team(daily(60), [{}, {"speed": 0.5}], commission=0.1)
    crew = plan.team(daily(60, 8, 18), [{}], assignment)
    plan.stage(team, effort=either(1, 2), customer=SOON, patience=between(0, 5), conversion=0.8)
    plan.delivery(1, 0.6, late=0.1)
    plan.stage(crew, effort=between(2, 8), customer=SOON, conversion=0.7, patience=between(1, 9))
    cheaper = {"cut_from": 20 * DAY, "cut_until": 40 * DAY, "price_cut": 0.25}
    plan.channel(1.5, 9, 9, segments=[0.5, 0.5], fit=between(0.5, 2), **cheaper)
    plan.nurture(1, 1, [0.3, 0.5, 0.6], 0)
    return plan.model()


def won_back(recognised: int, typed: int, most_returns: int) -> Model:
    """Let customers leave and come back, first customers too, some of them again and again."""
    plan = Plan(days=90, warm_up=20)
    plan.trait(0.5, 2.0)
    plan.segment(sells=[0.4, 0.3, 0.3])
    plan.segment(sells=[0.3, 0.3, 0.4], odds=0.8)
    customers = {"customers": [5, 3], "age": between(0, 100), "term": 5 * DAY}
    delivered = {"delivery": 1, "at_delivery": recognised, "term": 4 * DAY}
    plan.product([between(50, 150), 80.0], 1, stays=0.6, growth=0.1, typed_term=typed, **customers)
    plan.product([200.0, 90.0], 2, either(0.1, 0.6), typed_term=1 - typed, price_cut=0.1, **delivered)
    plan.product([60.0, 70.0], 1, stays=0.8, term=3 * DAY, opens={0: 0.3})
    team = plan.team(daily(90, closed=(9, 10)), [{}, {"speed": 0.5}], commission=0.1, opener_share=0.3)
    ways = {"nexts": to(1), "elses": to(0, LOST), "patience": between(0, 5), "customer": SOON}
    rejection = {"probability": 0.1, "needs": 1, "missing": [3.0], "theorist": 6.0, "reason": 2}
    plan.stage(team, effort=QUICK, conversion=0.8, rejection=rejection, cost_per_visit=2.5, **ways)
    plan.stage(team, effort=either(1, 2), conversion=0.7, makes_lead=1, theorist_odds=0.5)
    plan.delivery(1, 0.6, kept=3.0, missed=0.2)
    plan.stage(team, effort=either(1, 2), customer=SOON, conversion=0.8, patience=between(0, 9))
    plan.program(between(0.5, 10), missed=0.5, kept=2.0)
    plan.stage(customer=either(AN_HOUR, 9), nexts=to(4))
    plan.stage(team, effort=QUICK, patience=either(1, 2), customer=SOON, attempts=(0.2, 6, 0.5, 30))
    cheaper = {"cut_from": 30 * DAY, "cut_until": 60 * DAY, "price_cut": 0.25}
    learns = {"half": 3.0, "theorists": 0.3, "theorists_most": -0.3, "honest": 1.0, "traits": [0.6]}
    costs = {"cost_per_inquiry": 7.5, "price_per_lead": 4.0}
    plan.channel(1.0, 9, 9, segments=[0.5, 0.5], fit=between(0.5, 2), **costs, **cheaper, **learns)
    plan.everywhere(churned=3)
    plan.nurture(1, 1, [0.3, 0.5, 0.6], 0, most_returns=most_returns)
    plan.nurture(3, 1.5, [0.3, 0.5, 0.8], 0, most_returns=most_returns, odds=2.0, cost_per_touch=1.5)
    return plan.model()


def referred(market: int, while_customer: int) -> Model:
    """Let customers refer others, less after bad deliveries and missed visits."""
    plan = Plan(days=60, warm_up=10)
    plan.trait(0.5, 2.0)
    plan.segment(sells=[0.4, 0.3, 0.3], companies=market, customers=market // 5, cooling=between(0, 9))
    plan.segment(sells=[0.3, 0.3, 0.4], odds=0.8)
    first = {"customers": [3, 2], "age": between(0, 100), "term": 5 * DAY}
    plan.product([between(50, 150), 80.0], 1, stays=0.6, **first)
    plan.product([200.0, 90.0], 1, stays=0.8, term=4 * DAY, delivery=1, at_delivery=1)
    plan.product([60.0, 70.0], again=(0.1, 0.2), delivery=1)
    team = plan.team(daily(60, closed=(9, 10)), [{}, {"speed": 0.5}], Assignment.LEAST_LOADED)
    ways = {"customer": SOON, "patience": between(0, 5), "nexts": to(1)}
    plan.stage(team, effort=QUICK, conversion=0.8, makes_lead=1, **ways)
    plan.stage(conversion=0.8)
    plan.delivery(1, 0.7, late=0.5)
    plan.stage(team, effort=either(1, 2), customer=SOON, patience=between(0, 9))
    plan.program(between(0.5, 10), missed=0.5, regularly=True)
    plan.stage(team, effort=QUICK, patience=either(AN_HOUR, 1, 2), customer=SOON)
    learns = {"half": 3.0, "theorists": 0.3, "theorists_most": -0.3, "honest": 1.0, "traits": [0.6]}
    plan.channel(0.4, 9, 9, segments=[0.5, 0.5])
    plan.channel(0.0, segments=[1.0, 0.0], fit=between(0.5, 2), cost_per_inquiry=7.5, hot=0.5, **learns)
    rest = {"bad_delivery": 0.4, "missed_visit": 0.5, "while_customer": while_customer, "churned": 3}
    plan.everywhere(referred_to=2, referral_rate=3.0, **rest)
    plan.nurture(3, 1.5, [0.3, 0.5], 0, most_returns=2)
    return plan.model()


def was_referred(visit: Visit) -> bool:
    of_the_sale = visit.lead >> 56 == Entity.DESCENDANT and (visit.stage, visit.round) == (0, 0)
    return of_the_sale and visit.how == "advanced"


def a_pyramid() -> Model:
    """Let customers move up two steps, of which one is launched later, from what is sold at a discount."""
    plan = Plan(days=500, warm_up=20)
    plan.segment(sells=[0.6, 0.2, 0.2])
    plan.segment(sells=[0.3, 0.3, 0.4])
    customers = {"customers": [5, 4], "age": between(0, 900)}
    cheap = {"price_cut": 0.2, "odds": 3.0}
    plan.product(
        [either(20, 30), 25.0], 1, stays=0.95, growth=0.1, opens={1: 0.1, 2: 0.1}, **customers, **cheap
    )
    later = {"launched": 200 * DAY, "price_cut": 0.1}
    plan.product([60.0, between(50, 90)], 3, typed_term=1, stays=0.8, opens={2: 0.4}, **later)
    plan.product([100.0, 200.0], 12, typed_term=1, stays=0.7, growth=-0.1, customers=[2, 0], age=365.25)
    plan.stage(customer=SOON, conversion=0.4)
    cheaper = {"cut_from": 100 * DAY, "cut_until": 300 * DAY, "price_cut": 0.25}
    plan.channel(0.2, segments=[0.5, 0.5], **cheaper)
    return plan.model()


def crews(assignment: Assignment, order: QueueOrder = QueueOrder.FIFO) -> Model:
    """Let two, three or one do a job, whose hours differ, over the ends of months; one who calls, alone.

    Who has not been reached is called again by the same rep, whose own queue has an order.
    """
    plan = Plan(days=16, months_begin=(3, 7, 11), warm_up=3, drain=3)
    plan.segment(value=between(50, 90))
    plan.segment(value=60, customer_time=0.5)
    early, late = daily(16, 6, 13, (4, 8)), daily(16, 12, 24, (2,))
    reps = [{"speed": 0.5}, {"own_hours": early, "skill": 2.0}, {}, {"own_hours": late}, {"own_hours": early}]
    reps[2] |= {"leaves": 6 * DAY + 15 * HOUR, "pay_per_month": 3000.0}
    reps += [{"joins": 5 * DAY + 10 * HOUR, "ramp": 5 * DAY, "speed_from": 0.5, "skill_from": 0.5}]
    team = plan.team(daily(16, 9, 17, (5,)), reps, assignment, queue_order=order, sticky=0, commission=0.1)
    call = {"attempts": (0.5, 3, QUICK, either(1, 2))}
    plan.stage(team, conversion=0.9, effort=QUICK, patience=either(1, 4), nexts=to(1, 2), **call)
    by_segment = [{}, {"people": 3, "effort": between(1, 9)}]
    skilful = {"heat_skill": (2.0, 1.0, 0.5), "points": [(2.0, 1.0), (40.0, 0.2)], "conversion": 0.7}
    plan.stage(
        team,
        people=2,
        effort=either(2, 6),
        customer=SOON,
        patience=6,
        nexts=to(2),
        elses=to(1, LOST),
        segments=by_segment,
        **skilful,
    )
    plan.stage(team, effort=either(0, 2, 3), customer=SOON, segments=[{"people": 3}, {}], cost_per_visit=2.5)
    plan.channel(3.0, 9, 9, segments=[0.6, 0.4])
    plan.channel(0.5, segments=[0.5, 0.5], stage=1)
    return plan.model()


def crews_of_people_who_come_and_go(max_open: int) -> Model:
    """Let members of crews be absent, leave, be replaced, learn and be trained."""
    plan = Plan(days=16, months_begin=(3, 7, 11), warm_up=3)
    plan.segment(value=between(50, 90))
    away = {"may_be_absent": 1, "away": [(4 * DAY, 5 * DAY), (9 * DAY, 9 * DAY + 34 * HOUR)]}
    learning = {"grows": 1, "turns_over": 1, "pay_per_month": 1000.0}
    reps = [learning, learning | away, learning | {"worked_before": 4}, {"grows": 1}, {"grows": 1} | away]
    team = plan.team(
        daily(16, 8, 18),
        [{"skill": 0.5} | rep for rep in reps],
        Assignment.SHARED_QUEUE,
        sticky=0,
        max_open=max_open,
        learns_most=3.0,
        learns_half=2.5,
        win_counts=2,
        trainings=[(2, {"cost": 9.5, "odds": 4.0, "half_life": 5.0})],
        spells=0.1,
        spell_days=either(0.25, 1),
        tenure=between(2, 9),
        residual=between(0, 6),
        replacement=either(0, 1),
        hiring_cost=40.0,
    )
    skilful = {"conversion": 0.5, "heat_skill": (1.0, 1.0, 1.0), "customer": SOON}
    plan.stage(team, people=2, effort=between(1, 6), nexts=to(1), elses=to(0, LOST), **skilful)
    plan.stage(team, people=3, effort=either(2, 12), patience=4, **skilful)
    plan.channel(3.0, 8, 12)
    return plan.model()


def crews_who_deliver(assignment: Assignment) -> Model:
    """Let those who sell, in pairs, deliver too, some of it in threes, and hand on what there is room for."""
    plan = Plan(days=60, months_begin=(10, 31), warm_up=10)
    plan.segment(sells=[0.5, 0.5])
    plan.segment(sells=[0.3, 0.7], odds=0.8)
    plan.trait(missing=0.5)
    plan.product([between(50, 150), 80.0], 1, stays=0.8, delivery=1, at_delivery=1)
    plan.product([either(300, 900), 500.0], earned_over=20 * DAY, delivery=2)
    reps = [{}, {"speed": 0.5}, {"own_hours": daily(60, 6, 14, (20,)), "skill": 2.0}, {}]
    team = plan.team(daily(60, closed=(9, 10)), reps, assignment, sticky=0)
    fitters = plan.team(daily(60, 8, 18), [{}, {}, {"speed": 2.0}], Assignment.SHARED_QUEUE, sticky=0)
    junk = {"probability": 0.2, "missing": [3.0], "theorist": 4.0, "effort_share": 0.5}
    junk |= {"skill_exponent": -1.0, "loads": [(1, 1.0), (4, 3.0)]}
    plan.stage(
        team,
        people=2,
        effort=either(1, 2),
        customer=SOON,
        checks=[(0, QUICK, 0.9, 0.8), (NOTHING, 0.0, 0.8, 0.7)],
        rejection=junk,
    )
    plan.delivery(4, 0.9, late=0.5, defect=0.25, kept=3.0, missed=0.2)
    plan.stage(team, people=3, effort=either(2, 4), customer=SOON, nexts=to(2))
    plan.stage(
        fitters,
        people=2,
        effort=between(4, 14),
        conversion=0.7,
        elses=to(1, 2, LOST),
        rejection={"probability": 0.1},
        cost_per_visit=8.0,
    )
    plan.delivery(1, 0.6, late=0.1)
    plan.stage(fitters, effort=either(1, 2), conversion=0.9, segments=[{"people": 3, "team": team}, {}])
    plan.program(between(0.5, 20))
    plan.stage(team, people=2, effort=QUICK, patience=either(AN_HOUR, 1, 2), customer=SOON)
    plan.gate(2, 1.5, SOON)
    plan.channel(1.5, 9, 9, segments=[0.5, 0.5], traits=[0.7], theorists=0.2, cost_per_inquiry=2.5)
    return plan.model()


def in_a_crew(visit: Visit) -> bool:
    return visit.people > 1


def in_a_crew_over_the_end_of_a_month(visit: Visit) -> bool:
    return len(visit.parts) > visit.people > 1


def mixed_customers(seed: int) -> Model:
    """Make a firm at random that has few customers for years."""
    chance = random.Random(seed)
    days = chance.choice([130, 400, 800])
    plan = Plan(days, warm_up=chance.choice([0, 30]))
    for _ in range(chance.randint(1, 2)):
        plan.segment()
    mixed_products(chance, plan)
    mixed_purchases(random.Random(seed), plan, 0.01)
    plan.stage(customer=chance.choice([SOON, between(0, 20)]), conversion=0.9)
    cut = {"cut_from": 0, "cut_until": days * DAY // 2, "price_cut": chance.choice([0.0, 0.5])}
    shares = [1 / len(plan.rows["segments"])] * len(plan.rows["segments"])
    plan.channel([chance.choice([0.0, 0.0, 0.5]) for _ in range(days)], 9, 9, segments=shares, **cut)
    if any(product["months"] for product in plan.rows["products"]):
        mixed_programs(chance, plan, [plan.team(daily(days), [{}])], between(5, 90))
    mixed_bills(random.Random(seed), plan)
    mixed_win_backs(random.Random(seed), plan, 10, 1)
    return plan.model()


def mixed_programs(chance: random.Random, plan: Plan, teams: list[int], every: Any) -> None:
    """Let customers be visited by the teams that there are, in two programs at most."""
    for _ in range(chance.randint(0, 2)):
        odds = {"kept": chance.choice([1.0, 2.0]), "missed": chance.choice([1.0, 0.25])}
        plan.program(every, chance.random() < 0.5, **odds)
        mixed_stages(chance, plan, teams)


def mixed_stages(chance: random.Random, plan: Plan, teams: list[int]) -> None:
    """Add the stages of a process besides the sale."""
    count, first = chance.randint(1, 3), len(plan.rows["stages"])
    for number in range(first, first + count):
        team, back = chance.choice([*teams, NOBODY]), chance.randrange(first, number + 1)
        plan.stage(
            team,
            conversion=chance.choice([1.0, 0.7]),
            effort=None if team == NOBODY else chance.choice([QUICK, between(0, 3)]),
            customer=chance.choice([SOON, between(0.01, 2)]),
            patience=chance.choice([None, SOON, between(0, 2), 1.0]),
            nexts=to(*range(number + 1, first + count), WON),
            elses=chance.choice([TO_LOST, to(LOST, back)]),
            attempts=mixed_attempts(chance),
            heat_skill=chance.choice([(1.0, 1.0, 1.0), (2.0, 1.0, 0.0)]),
            theorist_odds=0.5,
            cost_per_visit=chance.choice([0.0, 2.5]),
        )


def mixed_deliveries(chance: random.Random, plan: Plan, teams: list[int]) -> None:
    """Let products be delivered by the teams that there are, in two ways at most."""
    count = chance.randint(0, 2)
    for _ in range(count):
        odds = {"late": chance.choice([1.0, 0.3]), "defect": chance.choice([1.0, 0.3])}
        odds |= {"kept": chance.choice([1.0, 4.0]), "missed": chance.choice([1.0, 0.2])}
        plan.delivery(chance.choice([0, AN_HOUR, 0.5, 2]), chance.choice([1.0, 0.8, 0.0]), **odds)
        mixed_stages(chance, plan, teams)
    for sold in plan.rows["products"] if count else ():
        sold["delivery"] = chance.randint(0, count)
        sold["at_delivery"] = chance.randint(0, 1) if sold["delivery"] else 0


def mixed_products(chance: random.Random, plan: Plan, term: int | None = None) -> None:
    """Sell some products in all segments; `term` is how long a term of a month is, where not a month."""
    segments = plan.rows["segments"]
    count = chance.randint(1, 4)
    for number in range(count):
        months = chance.choice([0, 1, 1, 2, 12]) if term is None else chance.choice([0, 1, 1, 2])
        prices = [chance.choice([9.99, between(10, 30), either(5, 50)]) for _ in segments]
        more = {
            "stays": chance.choice([0.0, 0.5, 0.9, 1.0]),
            "growth": chance.choice([0.0, 0.1, -0.3, 0.0001]),
        }
        if months:
            more |= {"typed_term": int(months > 1 or chance.random() < 0.3)}
            more |= {"loyalty": chance.choice([None, between(0, 1), either(0.1, 0.7)])}
        else:
            more |= {"earned_over": chance.choice([0, 1, 9 * DAY])}
        if term is not None:
            more |= {"term": months * term}
        more |= mixed_discount(chance) if chance.random() < 0.5 else {}
        more |= (
            {"launched": plan.days * DAY // chance.choice([2, 4, 9])}
            if number and chance.random() < 0.4
            else {}
        )
        above = [each for each, row in enumerate(plan.rows.get("products", [])) if row["months"]]
        if months:
            if above and chance.random() < 0.6:
                more |= {"opens": {each: 0.4 / len(above) for each in above}}
            customers = [chance.choice([0, 0, 3]) for _ in segments]
            more |= {"customers": customers, "age": chance.choice([0, between(0, 900), 365.25, 30.4375])}
        plan.product(prices, months, margins=[chance.choice([0.0, 0.4, 1.0]) for _ in segments], **more)
    for segment in segments:
        shares = [chance.randint(1, 3) for _ in range(count)]
        segment.update(plan.sold([share / sum(shares) for share in shares]))


def mixed_purchases(chance: random.Random, plan: Plan, least_a_day: float) -> None:
    """Let most products that are sold once be bought again."""
    for sold in plan.rows["products"]:
        if not sold["months"] and chance.random() < 0.8:
            rate = chance.choice([least_a_day, either(0, least_a_day, 5 * least_a_day)])
            sold["rate"] = plan.distribution(rate)
            sold["dropout"] = plan.distribution(chance.choice([0.0, between(0, 1), 0.3]))


def mixed_discount(chance: random.Random) -> dict[str, float]:
    """Sell at a discount that moves the odds."""
    return {"price_cut": chance.choice([0.1, 0.333]), "odds": chance.choice([0.5, 1.0, 2.0])}


def mixed(seed: int) -> Model:
    """Make a small sales floor at random, full of ties."""
    chance = random.Random(seed)
    days = chance.randint(6, 14)
    plan = Plan(days, month_days=chance.choice([28, 30, 31]), warm_up=chance.choice([0, 2]))
    for _ in range(chance.randint(1, 2)):
        plan.segment(either(10, 30), odds=chance.choice([1.0, 0.5]), customer_time=chance.choice([1.0, 0.5]))
    teams = [mixed_team(chance, plan) for _ in range(chance.randint(1, 3))]
    count = chance.randint(1, 4)
    makes_lead = chance.randrange(count)
    for number in range(count):
        on = [*range(number + 1, count), WON]
        back = list(range(number + 1))
        team = chance.choice([*teams, *teams, NOBODY])
        plan.stage(
            team,
            conversion=chance.choice([1.0, 0.3, 0.6, 0.9]),
            effort=None if team == NOBODY else chance.choice([QUICK, between(0, 5), either(0.5, 8)]),
            customer=chance.choice([either(AN_HOUR, 1), between(0.01, 2), either(AN_HOUR, 1e9)]),
            patience=chance.choice([None, None, SOON, between(0, 3), either(AN_HOUR, 4)]),
            nexts=to(*chance.sample(on, chance.randint(1, len(on)))),
            elses=chance.choice([TO_LOST, to(LOST, chance.choice(back)), to(LOST, chance.choice(on))]),
            points=chance.choice([None, [(1.0, 1.0), (50.0, 0.2)]]),
            hours=chance.choice([None, None, (daily(days, 9, 17, (2,)), 8 / 24), (daily(days, 0, 24), 1.0)]),
            attempts=mixed_attempts(random.Random(seed * 10 + number)),
            **mixed_decisions(random.Random(7_000 + seed * 10 + number)),
            heat_skill=chance.choice([(1.0, 1.0, 1.0), (2.0, 1.0, 0.0)]),
            cost_per_visit=chance.choice([0.0, 2.5]),
            makes_lead=int(number == makes_lead),
            segments=mixed_segments(chance, plan, teams) if chance.random() < 0.4 else None,
            ignored=chance.choice(
                [None, None, {"probability": 0.2, "loads": [(0, 1.0), (3, 4.0)], "reason": 2}]
            ),
        )
    for _ in range(chance.randint(1, 3)):
        opens = chance.choice([0, 9, 10, 17])
        plan.channel(
            chance.choice([1.0, 3.0, 5.0]),
            opens,
            chance.choice([opens, 24]),
            chance.choice([None, None, [(0, 3, 0.25), (max(opens, 3), 24, 0.75)]]),
            fit=chance.choice([1.0, between(0.5, 2)]),
            segments=chance.choice([None, [1 / len(plan.rows["segments"])] * len(plan.rows["segments"])]),
            stage=chance.choice([0, 0, chance.randrange(count)]),
            cost_per_month=chance.choice([0.0, 500.0]),
        )
    if chance.random() < 0.5:
        chosen = plan.rows["teams"][chance.choice(teams)]
        channel = plan.channel(0.0, prospected=1, per_hour=chance.choice([0.1, 0.4]), hot=0.3)
        chosen |= {"prospects": 1, "prospected_channel": channel, "block": HOUR // 2}
        chosen |= {"reserved": chance.choice([0.0, 0.1, 0.3])}
    of_products = random.Random(1_000 + seed)
    if of_products.random() < 0.7:
        mixed_products(of_products, plan, term=of_products.choice([2 * DAY, 2 * DAY + HOUR // 2]))
        mixed_deliveries(random.Random(2_000 + seed), plan, teams)
        mixed_purchases(random.Random(3_000 + seed), plan, 0.5)
        if any(product["months"] for product in plan.rows["products"]):
            mixed_programs(of_products, plan, teams, either(0, AN_HOUR, 1, 2.5))
    if chance.random() < 0.5:
        limit_hand_overs(chance, plan, len(plan.rows["stages"]))
    mixed_nurture(chance, plan, count)
    mixed_bills(random.Random(-seed), plan)
    mixed_win_backs(random.Random(4_000 + seed), plan, 0.5, count)
    mixed_referrals(random.Random(5_000 + seed), plan)
    mixed_crews(random.Random(3_000 + seed), plan)
    return plan.model()


def mixed_decisions(chance: random.Random) -> dict[str, Any]:
    """Let a stage decide as the customer answers, in some, and customers never decide, in some."""
    found: dict[str, Any] = {"never": chance.choice([0.0, 0.0, 0.2])}
    if chance.random() < 0.4:
        found |= {"decides_late": 1, "ages": chance.choice([[], [(3.0, 2.0), (30.0, 0.2)]])}
        found |= {"quarter": chance.choice([(1.0, 1.0, 1.0), (0.2, 1.0, 4.0)])}
    return found


def mixed_attempts(chance: random.Random) -> tuple[float, int, Any, Any] | None:
    """Let the buyer of a stage have to be reached, in most stages."""
    if chance.random() < 0.6:
        return None
    interval = chance.choice([0, 1, either(0.5, 4), between(0, 30), 24])
    return chance.choice([0.3, 0.6]), chance.randint(1, 4), chance.choice([0, 0.5, QUICK]), interval


def limit_hand_overs(chance: random.Random, plan: Plan, stages: int) -> None:
    """Limit what is handed over in some stages."""
    for stage in sorted(chance.sample(range(stages), chance.randint(1, stages))):
        plan.gate(
            stage,
            chance.choice([0.4, 1, 2.5]),
            chance.choice([None, SOON, between(0, 3)]),
            chance.choice(list(QueueOrder)),
            cost_per_lead=chance.choice([0.0, 1.5]),
        )


def mixed_nurture(chance: random.Random, plan: Plan, stages: int) -> None:
    """Nurture those who go cold, those who are lost, or none of them."""
    for reason in (0, 1):
        if chance.random() < 0.4:
            by_touch = sorted(chance.choice([0.0, 0.3, 0.6, 1.0]) for _ in range(chance.randint(1, 5)))
            more = {"odds": chance.choice([1.0, 4.0]), "cost_per_touch": chance.choice([0.0, 1.5])}
            days, most = chance.choice([AN_HOUR, 0.5, 1]), chance.choice([1, 3])
            plan.nurture(reason, days, by_touch, chance.randrange(stages), most_returns=most, **more)


def mixed_win_backs(chance: random.Random, plan: Plan, days: float, stages: int) -> None:
    """Let most firms win customers back who have left."""
    if chance.random() < 0.7:
        by_touch = sorted(chance.choice([0.0, 0.3, 0.6, 1.0]) for _ in range(chance.randint(1, 4)))
        more = {"odds": chance.choice([1.0, 4.0]), "cost_per_touch": chance.choice([0.0, 1.5])}
        plan.everywhere(churned=3)
        plan.nurture(3, days, by_touch, chance.randrange(stages), most_returns=chance.choice([1, 3]), **more)


def mixed_referrals(chance: random.Random, plan: Plan) -> None:
    """Let customers refer others by a channel of their own, or leave that to a change."""
    if chance.random() < 0.5:
        shares = {"segments": [1.0] + [0.0] * (len(plan.rows["segments"]) - 1)}
        number = plan.channel(0.0, fit=between(0.5, 2), hot=0.5, cost_per_inquiry=7.5, **shares)
        rest = {"bad_delivery": 0.4, "missed_visit": 0.5, "while_customer": chance.randint(0, 1)}
        if chance.random() < 0.7:
            plan.everywhere(referred_to=number + 1, referral_rate=chance.choice([4.0, 12.0]), **rest)


def mixed_crews(chance: random.Random, plan: Plan) -> None:
    """Let some teams work together in some stages, in some floors, where months end (CR1)."""
    if chance.random() < 0.4:
        return
    plan.months_begin = tuple(sorted(chance.sample(range(1, plan.days), 3)))
    plan.drain = chance.choice([0, 1])
    people = {
        number: min(team["reps"], 3)
        for number, team in enumerate(plan.rows["teams"])
        if team["reps"] > 1 and chance.random() < 0.8
    }
    for number in people:
        alone = {"sticky": 0, "interrupts": 0, "split": 0, "prospects": 0, "crews": 1}
        pulls = [Assignment.SHARED_QUEUE, Assignment.PRIORITY_QUEUE]
        plan.rows["teams"][number] |= alone | {"assignment": chance.choice(pulls)}
    for stage in plan.rows["stages"]:
        first, variants = stage.get("first_variant", 0), stage.get("variants", 0)
        rows = [stage, *plan.rows.get("variants", [])[first : first + variants]]
        if not any(row["most_attempts"] for row in rows) or chance.random() < 0.7:
            for row in rows:
                row["most_attempts"] = 0
                row["people"] = chance.randint(1, people.get(row["team"], 1))


def mixed_segments(chance: random.Random, plan: Plan, teams: list[int]) -> list[dict[str, Any]]:
    """Let a stage be another one for some segments."""
    own = [
        {},
        {"team": chance.choice([*teams, NOBODY]), "effort": either(0.5, 2)},
        {"conversion": 0.5, "nexts": to(WON), "hours": (daily(plan.days, 10, 12), 2 / 24)},
        {"heat_odds": (3.0, 1.0, 0.5), "theorist_odds": 0.5, "elses": TO_LOST, "points": [(5.0, 0.5)]},
    ]
    return [chance.choice(own) for _ in plan.rows["segments"]]


def mixed_team(chance: random.Random, plan: Plan) -> int:
    """Add a team with hours, people and habits at random."""
    reps = []
    grows, absent, turns = int(chance.random() < 0.5), chance.random() < 0.6, chance.random() < 0.5
    for _ in range(chance.randint(1, 4)):
        joins = chance.choice([-1, -1, -9 * DAY, 2 * DAY + 9 * HOUR])
        leaves = chance.choice([4 * DAY + 10 * HOUR, 5 * DAY])
        rep = {"joins": joins, "ramp": chance.choice([0, 6 * DAY]), "skill_from": 0.3, "speed_from": 0.5}
        rep |= {"skill": chance.choice([1.0, either(0.5, 2)]), "speed": chance.choice([1.0, either(0.5, 2)])}
        rep |= {"leaves": leaves} if chance.random() < 0.25 else {}
        rep |= {"own_hours": daily(plan.days, 10, chance.choice([12, 24]))} if chance.random() < 0.25 else {}
        rep |= {"grows": grows, "worked_before": chance.choice([0, 3])}
        rep |= mixed_absences(chance, plan.days) if absent else {}
        rep |= {"turns_over": chance.choice([0, 1, 1])} if turns else {}
        reps.append(rep | {"pay_per_month": chance.choice([0.0, 3000.0])})
    closed = tuple(chance.sample(range(plan.days), 2))
    return plan.team(
        daily(plan.days, chance.choice([0, 8, 9]), chance.choice([12, 17, 24]), closed),
        reps,
        chance.choice(list(Assignment)),
        queue_order=chance.choice(list(QueueOrder)),
        sticky=chance.randint(0, 1),
        interrupts=int(chance.random() < 0.4),
        split=chance.choice([0, 0, *Split]),
        new_share=chance.choice([1, 300]),
        max_open=chance.choice([1, 2, 4, 10**6]),
        commission=chance.choice([0.0, 0.1]),
        opener_share=chance.choice([0.0, 0.3]),
        tiers=chance.choice([(), (), ((0, 0.05), (2_500, 0.2))]),
        quota_months=chance.choice([1, 3, 12]),
        trainings=mixed_trainings(chance) if grows else (),
        spell_days=chance.choice([either(0.25, 1), either(0.5, 2), 1.0]),
        spells=chance.choice([0.0, 0.1, 0.3]),
        **(mixed_turnover(chance) if turns else {}),
        off_every=chance.choice([0.0, 0.0, 4.5]),
        off_days=chance.choice([1.0, 1.5, 0.4]),
        learns_most=chance.choice([0.0, 3.0]),
        learns_half=2.5,
        win_counts=chance.choice([0, 2]),
    )


def mixed_turnover(chance: random.Random) -> dict[str, Any]:
    """Let people stay for a few days, and seats be filled soon."""
    return {
        "tenure": chance.choice([either(2, 4), between(0.5, 5), 3.5]),
        "residual": between(0, 4),
        "replacement": chance.choice([0.0, either(0, 1), between(0, 2)]),
        "hiring_cost": chance.choice([0.0, 40.5]),
    }


def mixed_absences(chance: random.Random, days: int) -> dict[str, Any]:
    """Let a rep be absent by plan, and perhaps by chance."""
    begins = sorted(chance.sample(range(days), chance.randint(0, 3)))
    lengths = [DAY, 9 * HOUR, 34 * HOUR, 2 * DAY, 10 * HOUR]
    away = [(day * DAY, day * DAY + chance.choice(lengths)) for day in begins]
    return {"away": away, "may_be_absent": 1}


def mixed_trainings(chance: random.Random) -> list[tuple[int, dict[str, float]]]:
    """Hold trainings on days at random, also before time 0 and after the horizon."""
    days = sorted(chance.sample([-3, 0, 1, 2, 3, 5, 20], chance.randint(0, 2)))
    return [(day, {"cost": 9.5, "odds": 4.0, "half_life": chance.choice([0.5, 8.0])}) for day in days]


def decided_late() -> Model:
    """Let what is decided wait for the answer: by the age of the deal and the month of the quarter."""
    plan = Plan(days=24, months_begin=(4, 9, 13, 19))
    team = plan.team(daily(24), [{"skill": 0.5}, {"skill": 2.0}], interrupts=1)
    late = {"decides_late": 1, "conversion": 0.5, "heat_odds": (2.0, 1.0, 0.5)}
    ages, quarter = [(6.0, 3.0), (60.0, 0.2)], (0.1, 1.0, 9.0)
    call = [{}, {"never": 0.3, "ages": [], "customer": either(0, 4)}]
    plan.segment()
    plan.segment(odds=0.7)
    plan.stage(team, effort=QUICK, customer=between(0, 6), nexts=to(1, 2), ages=ages, segments=call, **late)
    plan.stage(
        team,
        effort=either(1, 3),
        customer=3,
        nexts=to(2),
        elses=to(LOST, 0),
        quarter=quarter,
        never=0.1,
        **late,
    )
    plan.stage(customer=either(AN_HOUR, 2), quarter=quarter, ages=ages[:1], **late)
    plan.channel(6.0, 9, 9, fit=either(0.5, 2), hot=0.3, hot_or_warm=0.6, segments=[0.6, 0.4])
    plan.shock(ODDS_OF_ALL, between(-2, 2), 0.8, 0.5)
    return plan.model()


SITUATIONS = {
    "hours, holidays and lunch": Situation(hours_holidays_and_lunch, worked_longer_than_its_effort),
    "round the clock": Situation(round_the_clock, worked_past_midnight),
    "everything at once": Situation(everything_at_once, took_no_time),
    "no time at all": Situation(no_time_at_all, took_no_time, 50),
    "patience overnight": Situation(patience_overnight, went_cold),
    "handed over": Situation(handed_over, came_back),
    "comings and goings": Situation(comings_and_goings, lambda visit: visit.rep in {2, 3}),
    "an empty floor": Situation(an_empty_floor, went_cold),
    "hires into a shared queue": Situation(hires_into_a_shared_queue, lambda visit: visit.rep in {0, 1}),
    "journeys": Situation(journeys, came_back, 30),
    "hard to reach": Situation(hard_to_reach, lambda visit: len(visit.tries) > 1, 30),
    "hard to reach, not sticky": Situation(lambda: hard_to_reach(0), lambda visit: len(visit.tries) > 1, 30),
    "nurtured": Situation(nurtured, lambda visit: visit.how == "parked" and visit.round > 0),
    "who they are": Situation(who_they_are, waited),
    "back at the first stage": Situation(back_at_the_first_stage, came_back, 10),
    "busy days and a promotion": Situation(busy_days_and_a_promotion, lambda visit: visit.how == "won", 20),
    "more than they can do": Situation(more_than_they_can_do, lambda visit: visit.how == "open"),
    "a team for each segment": Situation(a_team_for_each_segment, came_back),
    "customers with hours": Situation(customers_with_hours, answered_after_a_night, 10),
    "held before the hand-over": Situation(held_before_the_hand_over, was_held, 20),
    "gone cold before the hand-over": Situation(held_before_the_hand_over, went_cold_while_held),
    "a channel that learns": Situation(a_channel_that_learns, lambda visit: visit.how == "won", 10),
    "decided late": Situation(decided_late, lambda visit: visit.how == "won", 10),
    "a small market": Situation(a_small_market, lambda visit: visit.how == "won", 10),
    "ignored by their reps": Situation(ignored_by_their_reps, was_ignored, 20),
    "customers for years": OfCustomers(customers_for_years, lambda step: step.what == "churned", 20),
    "customers at once": OfCustomers(customers_at_once, lambda step: step.what == "renewed", 20),
    "a pyramid": OfCustomers(a_pyramid, lambda step: step.product == 2 and step.what == "expanded", 5),
    "visited after the last one": Situation(
        lambda: visited_customers(False), lambda visit: visit.how == "parked", 50
    ),
    "visited regularly": Situation(lambda: visited_customers(True), lambda visit: visit.how == "done", 50),
    "visits withdrawn": Situation(lambda: visited_customers(True), lambda visit: visit.how == "withdrawn"),
    "hot to the best": Situation(hot_to_the_best, lambda visit: visit.rep == 4),
    "who is worth a rep's hour": Situation(lambda: floor(15), lambda visit: visit.handed_over, 20),
    "handing over while full": Situation(lambda: full_reps(Assignment.ROUND_ROBIN, sticky=0), waited),
}
SITUATIONS |= {
    f"deliveries {name}": Situation(
        lambda recognised=recognised, split=split: delivered_customers(recognised, split), count, 10
    )
    for name, recognised, split, count in (
        ("recognised at signing", 0, Split.NONE, was_delivered),
        ("recognised at delivery", 1, Split.NONE, was_delivered),
        ("in equal shares", 0, Split.SHARES, was_delivered),
        ("after new business", 1, Split.NEW_FIRST, was_delivered),
        ("sent back", 0, Split.NONE, came_back),
    )
}
SITUATIONS |= {
    f"bills of customers, recognised {when}": OfCustomers(
        lambda recognised=recognised: bills_of_all_kinds(recognised), lambda step: step.what == "billed", 40
    )
    for recognised, when in enumerate(("at signing", "at delivery"))
}
SITUATIONS |= {
    f"bills of segments, {when.name.lower()}": Situation(
        lambda when=when: bills_of_segments(when), lambda visit: visit.how == "won", 20
    )
    for when in (Billed.AT_SIGNING, Billed.MONTHLY)
}
SITUATIONS |= {
    f"bought again, recognised at {name}": OfCustomers(
        lambda recognised=recognised, assignment=assignment: buyers_again(recognised, assignment),
        lambda step: step.what == "ordered" and (step.count or 0) > 1,
        50,
    )
    for name, recognised, assignment in (
        ("signing", 0, Assignment.SHARED_QUEUE),
        ("delivery", 1, Assignment.PRIORITY_QUEUE),
    )
}
SITUATIONS |= {
    f"won back, {name}": OfCustomers(
        lambda each=each: won_back(*each), lambda step: step.what == "reactivated", 10
    )
    for name, *each in (
        ("from terms", 0, 1, 3),
        ("from month to month, recognised at delivery", 1, 0, 3),
        ("once", 1, 1, 1),
    )
}
SITUATIONS |= {
    f"referred {name}": Situation(lambda each=each: referred(*each), was_referred, 10)
    for name, *each in (("for ever", 0, 0), ("while customers, in a market", 40, 1))
}
SITUATIONS |= {
    f"visits beside the sale, {split.name.lower()}": Situation(
        lambda split=split: visited_customers(True, split), went_cold, 20
    )
    for split in Split
}
SITUATIONS |= {
    f"hours of their own, {assignment.name.lower()}": Situation(
        lambda assignment=assignment: hours_of_their_own(assignment), lambda visit: visit.rep in {1, 2}
    )
    for assignment in (Assignment.ROUND_ROBIN, Assignment.SHARED_QUEUE, Assignment.LEAST_LOADED)
}
SITUATIONS |= {
    f"hot leads interrupt, {assignment.name.lower()}, {most} at most": Situation(
        lambda assignment=assignment, most=most: hot_leads_interrupt(assignment, most), was_interrupted, 3
    )
    for assignment, most in (
        *product(Assignment, (4,)),
        (Assignment.ROUND_ROBIN, 10**6),
        (Assignment.SHARED_QUEUE, 10**6),
    )
}
SITUATIONS |= {
    f"prospecting, {reserved:g} reserved, {assignment.name.lower()}": Situation(
        lambda reserved=reserved, assignment=assignment: prospecting(reserved, assignment), waited
    )
    for reserved in (0.0, 0.05, 0.3, 0.9)
    for assignment in (Assignment.SHARED_QUEUE, Assignment.ROUND_ROBIN)
}
SITUATIONS |= {
    f"full reps, {assignment.name.lower()}": Situation(
        lambda assignment=assignment: full_reps(assignment), waited
    )
    for assignment in Assignment
}
SITUATIONS |= {
    f"chance and knowledge, {assignment.name.lower()}": Situation(
        lambda assignment=assignment: chance_and_knowledge(assignment), waited, 50
    )
    for assignment in Assignment
}
SITUATIONS |= {
    f"worth less in a promotion, {assignment.name.lower()}": Situation(
        lambda assignment=assignment: worth_less_in_a_promotion(assignment), waited
    )
    for assignment in (Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK)
}
SITUATIONS |= {
    f"months, {assignment.name.lower()}, persistence {persistence}": Situation(
        lambda assignment=assignment, persistence=persistence: better_and_worse_months(
            assignment, persistence
        ),
        waited,
    )
    for assignment, persistence in product(
        (Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK, Assignment.ROUND_ROBIN), (0.0, 0.7, 1.0)
    )
}
SITUATIONS |= {
    f"own queues, {order.name.lower()}": Situation(lambda order=order: own_queues(order), waited)
    for order in QueueOrder
}
SITUATIONS |= {
    f"crews, {assignment.name.lower()}, {order.name.lower()}": Situation(
        lambda assignment=assignment, order=order: crews(assignment, order), shows, at_least
    )
    for assignment, order, shows, at_least in (
        (Assignment.SHARED_QUEUE, QueueOrder.FIFO, in_a_crew, 10),
        (Assignment.PRIORITY_QUEUE, QueueOrder.LIFO, in_a_crew_over_the_end_of_a_month, 2),
    )
}
SITUATIONS |= {
    f"crews who come and go, {most} at most": Situation(
        lambda most=most: crews_of_people_who_come_and_go(most), in_a_crew, 20
    )
    for most in (1, 10**6)
}
SITUATIONS |= {
    f"crews who deliver, {assignment.name.lower()}": Situation(
        lambda assignment=assignment: crews_who_deliver(assignment), in_a_crew, 30
    )
    for assignment in (Assignment.SHARED_QUEUE, Assignment.PRIORITY_QUEUE)
}

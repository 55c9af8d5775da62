"""Small models built array by array, so that durations and instants can be made to coincide exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funnelsim.chance.distributions.lookup import DISTRIBUTION, Family
from funnelsim.chance.keys import DEMAND_SHOCK, DEMAND_SHOCK_ALL, ODDS_SHOCK, Entity, entity, hash32, purpose
from funnelsim.compiling.arrays import Record, Records
from funnelsim.model.model import (
    DEMAND_OF_ALL,
    DEMAND_OF_CHANNELS,
    EVENTS,
    ODDS_OF_ALL,
    Model,
    plain_ends,
)
from funnelsim.model.own_policy import policy_number, register_policy
from funnelsim.model.records import (
    AWAY,
    BILLING,
    CALENDAR,
    CHANNEL,
    CHECK,
    FIRM,
    GATE,
    HOURS,
    IGNORED,
    LOAD,
    MOST_REASONS,
    OPEN_DEAL,
    PLAN,
    POINT,
    PRICE,
    PROCESS,
    PRODUCT,
    REASON,
    REJECTION,
    REP,
    ROUTE,
    SEGMENT,
    SHOCK,
    SPAN,
    SPAWN,
    STAGE,
    TEAM,
    TIER,
    TRAINING,
    TRAIT,
)
from funnelsim.model.words import (
    DAY,
    HOUR,
    LOST,
    NEVER,
    NOBODY,
    NOTHING,
    WON,
    Assignment,
    Billed,
    Event,
    Kind,
    QueueOrder,
)

OWN_POLICY = "last_with_room"
MONTH = round(30.4375 * DAY)


def last_with_room(
    team: Record,
    reps: Records,  # noqa: ARG001
    states: Records,
    lead: Record,  # noqa: ARG001
    now: int,  # noqa: ARG001
    u: float,  # noqa: ARG001
) -> int:
    """Choose the rep with the highest number who can take one more."""
    for position in range(len(states) - 1, -1, -1):
        there = states[position]["on_staff"] == 1 and states[position]["absent"] == 0
        if there and states[position]["open"] < team["max_open"]:
            return position
    return NOBODY


register_policy(OWN_POLICY, last_with_room)

Route = tuple[float, int, int]  # share, target, reason
Asks = tuple[int, Any, float, float]  # a trait or NOTHING, hours, sensitivity, specificity
TO_WON: list[Route] = [(1.0, WON, NOTHING)]
TO_LOST: list[Route] = [(1.0, LOST, 1)]


def daily(
    days: int, opens: float = 9, closes: float = 17, closed: tuple[int, ...] = ()
) -> list[tuple[int, int]]:
    """Return opening times of every day that is not in `closed` (holidays, weekends)."""
    return [
        (day * DAY + round(opens * HOUR), day * DAY + round(closes * HOUR))
        for day in range(days)
        if day not in closed
    ]


@dataclass
class Plan:
    """A model in the making: call its methods in funnel order, then `model`.

    Methods take what the records hold, with defaults that do nothing; distributions are numbers
    (constants) or what `either` and `between` return.
    """

    days: int
    month_days: int = 30
    months_begin: tuple[int, ...] = ()  # days on which another calendar month begins
    warm_up: int = 0  # days
    drain: int = 0  # days
    rows: dict[str, list[Any]] = field(default_factory=dict)
    knots: list[float] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)
    spend: list[list[float]] = field(default_factory=list)  # by channel and day; empty: 1 throughout
    shares: list[list[float]] = field(default_factory=list)  # of each channel's companies with a trait
    shifts: list[list[float]] = field(default_factory=list)  # how far these move at most
    missing: list[list[float]] = field(default_factory=list)  # odds ratios of each rejection, by trait

    def add(self, what: str, *records: Any) -> int:
        """Append records and return the number of the first."""
        made = self.rows.setdefault(what, [])
        made += records
        return len(made) - len(records)

    def distribution(self, given: float | tuple[int, list[float]]) -> int:
        """Return the number of a distribution."""
        row: dict[str, Any] = {"location": given, "scale": 0.0, "family": Family.CONSTANT}
        if isinstance(given, tuple):
            family, knots = given
            row = {"location": 0.0, "scale": 1.0, "family": family, "first": len(self.knots)}
            row["count"] = len(knots) // 2
            self.knots += knots
        return self.add("distributions", row)

    def routes(self, routes: list[Route]) -> int:
        """Store routes with cumulative shares and return the number of the first."""
        shares = np.cumsum([share for share, _, _ in routes])
        shares[-1] = 1.0
        made = [
            {"up_to": share, "target": target, "reason": reason}
            for share, (_, target, reason) in zip(shares, routes, strict=True)
        ]
        return self.add("routes", *made)

    def segment(
        self, value: Any = 100.0, cooling: Any = None, sells: Sequence[float] = (), **more: Any
    ) -> int:
        """Add a kind of customer; `cooling` is in days, None for ever, `sells` shares of products."""
        row = {"odds": 1.0, "customer_time": 1.0, "years": 1.0, "margin": 0.5} | more
        row |= {"mean_value": mean_of(value), "value": self.distribution(value)}
        row |= {"cooling": NOTHING if cooling is None else self.distribution(cooling)}
        if sells:
            row |= self.sold(sells)
        return self.add("segments", row)

    def product(
        self,
        prices: Sequence[Any],
        months: int = 0,
        loyalty: Any = None,
        again: tuple[Any, Any] | None = None,
        **more: Any,
    ) -> int:
        """Add a product with its price in each segment: recurring where it has months, else one-off.

        `margins` are those in each segment, `loyalty` is the chance of a customer's own to leave, `again` are
        the orders a day of who buys again, and the chance to drop out after each of them. `opens` are
        chances to move up, by product; `customers` how many there are of each segment as the period begins,
        signed `age` days before.
        """
        number = len(self.rows.get("products", []))
        key = purpose("price", f"product {number}")
        row = {"price_key": key, "months": months, "term": months * MONTH, "stays": 0.5, "odds": 1.0} | more
        row |= {"loyalty": NOTHING if loyalty is None else self.distribution(loyalty)}
        buys = zip(("rate", "dropout"), again or (None, None), strict=True)
        row |= {name: NOTHING if each is None else self.distribution(each) for name, each in buys}
        margins = row.pop("margins", [0.5] * len(prices))
        opens, age = row.pop("opens", {}), row.pop("age", 0)
        customers = row.pop("customers", [0] * len(prices))
        if opens:
            ways = [(chance, product, NOTHING) for product, chance in opens.items()]
            ways.append((1.0 - sum(opens.values()), number, NOTHING))
            row |= {"first_move": self.routes(ways), "moves": len(ways)}
        made = [
            {
                "mean": mean_of(price),
                "margin": margin,
                "distribution": self.distribution(price),
                "first_customer": entity(Entity.CUSTOMER, f"product {number}/segment {segment}"),
                "customers": customers[segment],
                "age": self.distribution(age),
            }
            for segment, (price, margin) in enumerate(zip(prices, margins, strict=True))
        ]
        self.add("prices", *made)
        return self.add("products", row)

    def bills(self, *ways: tuple[Billed, float, float, Any]) -> None:
        """Count cash: say when contracts about no product and each are billed; deposit, bad debt, days."""
        for when, deposit, bad_debt, days in ways:
            row = {"when": when, "deposit": deposit, "bad_debt": bad_debt}
            self.add("billing", row | {"delay": self.distribution(days)})

    def billing(self) -> Records:
        """Return how contracts about no product and about each are billed, where cash is counted."""
        self.rows.setdefault("billing", [{} for _ in range(1 + len(self.rows.get("products", [])))])
        return self.records("billing", BILLING)

    def delivery(self, days: float = 1e6, good: float = 1.0, **more: Any) -> None:
        """Begin a delivery, of which the stages that follow are, promised in so many days."""
        row = {"kind": Kind.DELIVERING, "promised": round(days * DAY), "late": 1.0, "defect": 1.0}
        row |= {"good": math.inf if good == 1.0 else good / (1 - good), "kept": 1.0, "missed": 1.0} | more
        self.process(row, self.distribution(0.0))

    def program(self, every: Any, regularly: bool = False, kept: float = 1.0, missed: float = 1.0) -> None:
        """Begin a program of account visits, of which the stages that follow are; after all deliveries."""
        row = {"kind": Kind.VISITING, "kept": kept, "missed": missed}
        self.process(row, self.distribution(every), regularly)

    def process(self, row: dict[str, Any], delay: int, regularly: bool = False) -> None:
        """Begin a process whose pursuits are born; `regularly` is about account visits."""
        processes = self.rows.setdefault("processes", [{"kept": 1.0, "missed": 1.0, "birth": -1}])
        number = len(processes)
        row |= {"first_stage": len(self.rows["stages"]), "birth": number - 1}
        self.add("processes", row)
        key = purpose("delivery" if row["kind"] == Kind.DELIVERING else "account visit", str(number))
        self.add("spawns", {"purpose": key, "process": number, "delay": delay, "regularly": regularly})

    def processes(self) -> dict[str, Any]:
        """Lay out the sale and all other processes, as lowering does (AV1, AV3, AV4)."""
        self.rows.setdefault("processes", [{"kept": 1.0, "missed": 1.0, "birth": -1}])
        asked = [spawn.pop("regularly") for spawn in self.rows.get("spawns", [])]
        processes, spawns = self.records("processes", PROCESS), self.records("spawns", SPAWN)
        starts = processes["first_stage"]
        processes["stages"] = np.diff([*starts, len(self.rows["stages"])])
        ends = plain_ends(len(starts))
        for number in np.flatnonzero(processes["kind"] == Kind.VISITING):
            if asked[number - 1]:
                ends["first_spawn"][number * EVENTS + Event.BEGAN] = number - 1
                ends["spawns"][number * EVENTS + Event.BEGAN] = 1
                continue
            for event in (Event.DONE, Event.LOST, Event.WENT_COLD):
                end = ends[number * EVENTS + event]
                end["target"], end["rest"] = starts[number], spawns["delay"][number - 1]
                end["rest_key"] = purpose("rest between visits", str(number))
        return {"processes": processes, "ends": ends, "spawns": spawns}

    def sold(self, shares: Sequence[float]) -> dict[str, int]:
        """Store the shares of a segment's deals by product, and return where they are."""
        routes = [(share, number, NOTHING) for number, share in enumerate(shares)]
        return {"first_product": self.routes(routes), "products": len(shares)}

    def team(
        self,
        hours: list[tuple[int, int]],
        reps: list[dict[str, Any]],
        assignment: Assignment = Assignment.ROUND_ROBIN,
        tiers: Sequence[tuple[int, float]] = (),
        trainings: Sequence[tuple[int, dict[str, float]]] = (),
        spell_days: Any = None,
        tenure: Any = None,
        residual: Any = None,
        replacement: Any = None,
        **more: Any,
    ) -> int:
        """Add a team with its reps; `skill` and `speed` of a rep are distributions, `own_hours` its hours.

        Tiers of its commission are (cents from which on, share), trainings (day, fields).
        """
        number = len(self.rows.get("teams", []))
        first_rep = len(self.rows.get("reps", []))
        first_calendar = self.calendar(number, hours)
        for index, rep in enumerate(reps):
            self.rep(number, index, first_calendar, **rep)
        row = {"max_open": 10**6, "sticky": 1, "queue_order": QueueOrder.FIFO, "commission": 0.0} | more
        row = {"quota_months": 1, "learns_half": 1.0, "first_date": 738_000} | row
        drawn = {"spell_days": spell_days, "tenure": tenure, "residual": residual, "replacement": replacement}
        row |= {name: NOTHING if each is None else self.distribution(each) for name, each in drawn.items()}
        row |= {"first_rep": first_rep, "reps": len(reps), "assignment": assignment}
        row |= {"own_policy": policy_number(OWN_POLICY)}
        row |= {"first_calendar": first_calendar, "calendars": self.calendars - first_calendar}
        made = [{"begins": begins, "share": share} for begins, share in tiers]
        row |= {"first_tier": self.add("tiers", *made), "tiers": len(made)}
        held = [{"begins": day * DAY, **more} for day, more in trainings]
        row |= {"first_training": self.add("trainings", *held), "trainings": len(held)}
        return self.add("teams", row)

    @property
    def calendars(self) -> int:
        """Count the calendars so far."""
        return len(self.rows.get("calendars", []))

    def calendar(self, team: int, hours: list[tuple[int, int]]) -> int:
        """Add opening times and return the number of their calendar."""
        return self.add("calendars", {"first_hours": self.openings(hours), "hours": len(hours), "team": team})

    def openings(self, hours: list[tuple[int, int]]) -> int:
        """Store opening times and return the number of the first."""
        worked, made = 0, []
        for opens, closes in hours:
            made.append({"opens": opens, "closes": closes, "worked": worked})
            worked += closes - opens
        return self.add("hours", *made)

    def rep(
        self,
        team: int,
        index: int,
        calendar: int,
        skill: Any = 1.0,
        speed: Any = 1.0,
        knows: Sequence[int] = (),
        own_hours: list[tuple[int, int]] | None = None,
        away: Sequence[tuple[int, int]] = (),
        **more: Any,
    ) -> int:
        """Add a rep of a team; `knows` are segments, `away` spells of absence by plan."""
        row = {"joins": -1, "leaves": NEVER, "ramp": 0, "skill_from": 1.0, "speed_from": 1.0} | more
        row = {"weight": 1.0} | row
        planned = [{"begins": begins, "ends": ends} for begins, ends in away]
        row |= {"first_away": self.add("aways", *planned), "aways": len(planned)}
        row = {"may_be_absent": int(bool(planned))} | row
        if knows:
            row["first_segment"] = self.routes([(1.0, segment, NOTHING) for segment in knows])
            row["segments"] = len(knows)
        row |= {"team": team}
        row |= {"calendar": calendar if own_hours is None else self.calendar(team, own_hours)}
        row |= {
            "entity": entity(Entity.REP, f"team {team}", index),
            "skill_distribution": self.distribution(skill),
            "speed_distribution": self.distribution(speed),
        }
        return self.add("reps", row)

    def stage(
        self,
        team: int = NOBODY,
        *,
        conversion: float = 1.0,
        effort: Any = None,
        customer: Any = 0.0,
        patience: Any = None,
        nexts: list[Route] = TO_WON,
        elses: list[Route] = TO_LOST,
        points: list[tuple[float, float]] | None = None,
        heat_odds: tuple[float, float, float] = (1.0, 1.0, 1.0),
        heat_skill: tuple[float, float, float] = (1.0, 1.0, 1.0),
        ages: Sequence[tuple[float, float]] = (),
        quarter: tuple[float, float, float] = (1.0, 1.0, 1.0),
        hours: tuple[list[tuple[int, int]], float] | None = None,
        attempts: tuple[float, int, Any, Any] | None = None,
        segments: list[dict[str, Any]] | None = None,
        checks: Sequence[Asks] = (),
        passes_at: int = 1,
        rejection: dict[str, Any] | None = None,
        ignored: dict[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """Add a stage: effort in hours (one, or none without a team), times in days, points (hours, odds).

        `segments` are what differs for each segment: any of these keys. `hours` are the opening times in
        which customers count time, and the share of the day that a working day of theirs has. `checks` are
        (trait or NOTHING, hours, sensitivity, specificity); the stage then has no conversion. `rejection` has
        a `probability`, what the record holds, `missing` by trait, and `loads`: (open leads, odds ratio).
        `attempts` are the chance to reach the buyer, the most of them, the hours of each, and those between.
        `ages` are the points of the time in the stage (hours, odds), `quarter` the odds by the number of the
        calendar month, modulo 3, where it `decides_late`.
        """
        name = f"stage {len(self.rows.get('stages', []))}"
        keys = ("patience", "work", "answer", "assignment", "attempt", "interval", "report")
        row_of_checks = (
            self.checks(name, checks, passes_at)
            | self.rejection(name, rejection)
            | self.neglect(name, ignored)
        )
        row: dict[str, Any] = {
            "makes_lead": 0,
            "process": max(len(self.rows.get("processes", [])) - 1, 0),
            **row_of_checks,
            **{f"{key}_key": purpose(key, name) for key in keys},
        }
        usual = {"team": team, "conversion": conversion, "effort": effort, "customer": customer}
        usual |= {
            "patience": patience,
            "nexts": nexts,
            "elses": elses,
            "points": points or [],
            "hours": hours,
            "attempts": attempts,
        }
        usual |= {"heat_odds": heat_odds, "heat_skill": heat_skill, "ages": ages, "quarter": quarter, **more}
        row |= self.varying(**usual)
        if segments is not None:
            variants = [row | self.varying(**usual | own) for own in segments]
            row |= {"first_variant": self.add("variants", *variants), "variants": len(segments)}
        return self.add("stages", row)

    def curve(self, points: Sequence[tuple[float, float]]) -> int:
        """Store the points of an effect of time; return the first one's number."""
        made = [
            {"waited": round(at * HOUR), "odds": odds, "log_hours": math.log(at), "log_odds": math.log(odds)}
            for at, odds in points
        ]
        return self.add("points", *made)

    def checks(self, stage: str, checks: Sequence[Asks], passes_at: int) -> dict[str, Any]:
        """Store the checks of a stage."""
        made = [
            {
                "key": hash32("check", stage, str(number)),
                "trait": trait,
                "effort": self.distribution(effort),
                "sensitivity": sensitivity,
                "false_good": 1.0 - specificity,
            }
            for number, (trait, effort, sensitivity, specificity) in enumerate(checks)
        ]
        return {"first_check": self.add("checks", *made), "checks": len(made), "passes_at": passes_at}

    def rejection(self, stage: str, given: dict[str, Any] | None) -> dict[str, Any]:
        """Store how sales rejects in a stage."""
        if given is None:
            return {}
        rest = {"theorist": 1.0, "effort_share": 1.0, "reason": 1} | given
        probability, missing, loads = rest.pop("probability"), rest.pop("missing", []), rest.pop("loads", [])
        self.missing.append(missing)
        made = [{"open": open_, "odds": odds} for open_, odds in loads]
        rest |= {"key": purpose("rejection", stage), "odds": probability / (1 - probability)}
        rest |= {"first_load": self.add("loads", *made), "loads": len(made)}
        return {"rejection": self.add("rejections", rest) + 1}

    def neglect(self, stage: str, given: dict[str, Any] | None) -> dict[str, Any]:
        """Store how reps ignore leads in a stage: `probability`, `loads` and the `reason`, 0 if not given."""
        if given is None:
            return {}
        probability, loads = given["probability"], given.get("loads", [])
        made = [{"open": open_, "odds": odds} for open_, odds in loads]
        row = {"key": purpose("ignored", stage), "odds": probability / (1 - probability)}
        row |= {"first_load": self.add("loads", *made), "loads": len(made), "reason": given.get("reason", 0)}
        return {"ignored": self.add("ignored", row) + 1}

    def trait(self, missing: float = 1.0, present: float = 1.0) -> int:
        """Add a trait."""
        key = purpose("trait", f"trait {len(self.rows.get('traits', []))}")
        return self.add("traits", {"key": key, "missing": missing, "present": present})

    def ripening(self, days: Any) -> None:
        """Let theorists ripen after so many days."""
        self.everywhere(ripening=self.distribution(days))

    def everywhere(self, **more: Any) -> None:
        """Set what is the same in all channels and stages."""
        self.rows.setdefault("firm", [{"ripening": NOTHING}])[0].update(more)

    def varying(
        self,
        *,
        team: int,
        conversion: float,
        effort: Any,
        customer: Any,
        patience: Any,
        nexts: list[Route],
        elses: list[Route],
        points: list[tuple[float, float]],
        heat_odds: tuple[float, float, float],
        heat_skill: tuple[float, float, float],
        ages: Sequence[tuple[float, float]],
        quarter: tuple[float, float, float],
        hours: tuple[list[tuple[int, int]], float] | None,
        attempts: tuple[float, int, Any, Any] | None,
        **more: Any,
    ) -> dict[str, Any]:
        """Return the fields that a segment may change; without a team, no effort and no patience."""
        effort = float(team != NOBODY) if effort is None else effort
        self.add("heat_skill", heat_skill)
        self.add("quarter_odds", quarter)
        row = {
            "team": team,
            "people": 1,
            "theorist_odds": 1.0,
            "odds": math.inf if conversion == 1.0 else conversion / (1 - conversion),
            "effort": self.distribution(effort if team != NOBODY else 0.0),
            "customer_time": self.distribution(customer),
            "patience": NOTHING if patience is None or team == NOBODY else self.distribution(patience),
            "first_next": self.routes(nexts),
            "nexts": len(nexts),
            "first_else": self.routes(elses),
            "elses": len(elses),
            "first_point": self.curve(points),
            "points": len(points),
            "first_age": self.curve(ages),
            "ages": len(ages),
            "heat": self.add("heat_odds", heat_odds),
        }
        if hours is not None:
            open_, share = hours
            row |= {"first_customer_hours": self.openings(open_), "customer_hours": len(open_)}
            row |= {"customer_share": share}
        row |= {"most_attempts": 0, "not_reached": NOTHING}
        if attempts is not None and team != NOBODY:
            chance, most, of_each, interval = attempts
            row |= {"reached": chance, "most_attempts": most, "not_reached": 2}
            row |= {"attempt_effort": self.distribution(of_each)}
            row |= {"attempt_interval": self.distribution(interval)}
        return row | more

    def channel(
        self,
        per_day: float | list[float],
        opens: float = 0,
        closes: float = 24,
        spans: list[tuple[float, float, float]] | None = None,
        fit: Any = 1.0,
        segments: list[float] | None = None,
        traits: list[float] | None = None,
        shifts: list[float] | None = None,
        **more: Any,
    ) -> int:
        """Add a channel; with `opens` equal to `closes`, all inquiries of a day come at one instant.

        `spans` are parts of the day instead: from, to, and the share of inquiries that comes in them.
        `shifts` are how far its shares of traits move at most, where it learns (`half`).
        """
        rates = [per_day] * self.days if isinstance(per_day, float | int) else per_day
        mix = segments or [1.0]
        name = f"channel {len(self.rows.get('channels', []))}"
        row = {"theorists": 0.0, "hot": 0.2, "hot_or_warm": 0.7, "stage": 0} | more
        self.shares.append(traits or [])
        self.shifts.append(shifts or [])
        row |= {
            "entity": entity(Entity.INQUIRY, name),
            "key": entity(Entity.CHANNEL, name),
            "first_date": 738_000,
            **{
                key: NOTHING if key not in more else self.distribution(more[key])
                for key in ("weight", "busy", "busy_all")
            },
            **self.day(spans or [(opens, closes, 1.0)]),
            "first_expected": len(self.expected),
            "fit": self.distribution(fit),
            "first_segment": self.routes([(share, number, NOTHING) for number, share in enumerate(mix)]),
            "segments": len(mix),
        }
        self.expected += [0.0, *np.cumsum(rates)]
        return self.add("channels", row)

    def day(self, spans: list[tuple[float, float, float]]) -> dict[str, int]:
        """Store the spans of a day with cumulative shares; return where they are."""
        shares = np.cumsum([share for _, _, share in spans])
        shares[-1] = 1.0
        made = [
            {"opens": round(opens * HOUR), "closes": round(closes * HOUR), "up_to": share}
            for share, (opens, closes, _) in zip(shares, spans, strict=True)
        ]
        return {"first_span": self.add("spans", *made), "spans": len(made)}

    def shock(self, row: int, z: Any, deviation: float, persistence: float) -> None:
        """Let demand or odds differ from month to month; `z` is what `either` or `between` returns."""
        about = {"deviation": deviation, "persistence": persistence, "normal": self.distribution(z)}
        self.add("shocks", {"row": row} | about)

    def shocks(self) -> Records:
        """Return all shocks, most of which move nothing."""
        channels = self.rows["channels"]
        made = np.zeros(DEMAND_OF_CHANNELS + len(channels), SHOCK)
        made["normal"], made["mean_is_one"] = NOTHING, 1
        made["owner"] = Entity.CHANNEL << 56, Entity.FIRM << 56, *(each["key"] for each in channels)
        made["purpose"] = DEMAND_SHOCK
        made["purpose"][DEMAND_OF_ALL], made["purpose"][ODDS_OF_ALL] = DEMAND_SHOCK_ALL, ODDS_SHOCK
        made["mean_is_one"][ODDS_OF_ALL] = 0
        for shock in self.rows.get("shocks", []):
            for name in ("deviation", "persistence", "normal"):
                made[name][shock["row"]] = shock[name]
        return made

    def gate(
        self,
        stage: int,
        per_rep: float,
        patience: Any = None,
        order: QueueOrder = QueueOrder.FIFO,
        **more: Any,
    ) -> None:
        """Limit what is handed over in a stage to each team that works it; called in the order of stages."""
        row = {"stage": stage, "per_rep": round(per_rep * 1_000_000), "order": order} | more
        row |= {"patience_key": purpose("held", f"stage {stage}")}
        row |= {"patience": NOTHING if patience is None else self.distribution(patience)}
        self.add("limits", row)

    def set_up_gates(self) -> None:
        """Make a gate of each team in each stage with a limit: teams, then stages."""
        stages, variants = self.rows["stages"], self.rows.get("variants", [])
        for team in range(len(self.rows.get("teams", []))):
            for limit in self.rows.get("limits", []):
                stage = stages[limit["stage"]]
                first, count = stage.get("first_variant", 0), stage.get("variants", 0)
                at = [row for row in (stage, *variants[first : first + count]) if row["team"] == team]
                if at:
                    number = self.add("gates", limit | {"team": team})
                    for row in at:
                        row["gate"] = number + 1

    def model(self) -> Model:
        """Lay the records out as arrays."""
        self.set_up_gates()
        self.set_up_crews()
        if "segments" not in self.rows:
            self.segment()
        if not any(stage["makes_lead"] for stage in self.rows["stages"]):
            self.rows["stages"][0]["makes_lead"] = 1  # as every scenario has it
        made = 0
        for stage in self.rows["stages"]:
            stage["is_lead"] = made
            made = max(made, stage["makes_lead"])
        return Model(
            channels=self.records("channels", CHANNEL),
            spans=self.records("spans", SPAN),
            shocks=self.shocks(),
            segments=self.records("segments", SEGMENT),
            products=self.records("products", PRODUCT),
            prices=self.records("prices", PRICE),
            billing=self.billing(),
            teams=self.records("teams", TEAM),
            tiers=self.records("tiers", TIER),
            aways=self.records("aways", AWAY),
            trainings=self.records("trainings", TRAINING),
            reps=self.records("reps", REP),
            stages=self.records("stages", STAGE),
            variants=self.records("variants", STAGE),
            gates=self.records("gates", GATE),
            ignored=self.records("ignored", IGNORED),
            **self.processes(),
            **self.nurtured(),
            plan=np.zeros(1, PLAN),
            routes=self.records("routes", ROUTE),
            points=self.records("points", POINT),
            **self.qualifying(),
            heat_odds=np.array(self.rows["heat_odds"], float),
            heat_skill=np.array(self.rows["heat_skill"], float),
            quarter_odds=np.array(self.rows["quarter_odds"], float),
            distributions=self.records("distributions", DISTRIBUTION),
            knots=np.array(self.knots, float),
            calendars=self.records("calendars", CALENDAR),
            hours=self.records("hours", HOURS),
            expected=np.array(self.expected, float),
            spend=np.array(self.spend or np.ones((len(self.rows["channels"]), self.days)), float),
            month_days=np.full(self.days, self.month_days, np.int64),
            calendar_months=24_000 + np.searchsorted(self.months_begin, np.arange(self.days), side="right"),
            months=np.array(self.months, np.int64) * DAY,
            stocks_from=self.warm_up * DAY,
            open_deals=np.zeros(0, OPEN_DEAL),
            horizon=self.days * DAY,
        )

    @property
    def months(self) -> list[int]:
        """The days on which a month of the period begins, and that on which it ends."""
        ends = self.days - self.drain
        return [self.warm_up, *(day for day in self.months_begin if self.warm_up < day < ends), ends]

    def set_up_crews(self) -> None:
        """Note which teams have stages that need several of their people at once."""
        for row in (*self.rows["stages"], *self.rows.get("variants", [])):
            if row["people"] > 1:
                self.rows["teams"][row["team"]]["crews"] = 1

    def nurture(self, reason: int, days: float, by_touch: list[float], to: int, **more: Any) -> None:
        """Nurture those lost for a reason: days between touches, the chance to be back by each, and where."""
        row = {"interval": round(days * DAY), "target": to, "odds": 1.0, "most_returns": 1} | more
        row |= {"key": purpose("nurture", str(reason)), "reason": reason, "by_touch": by_touch}
        self.add("nurture", row)

    def nurtured(self) -> dict[str, Any]:
        """Return the rows of reasons, and the chances by touch."""
        reasons, returns = np.zeros(MOST_REASONS, REASON), []
        reasons["odds"] = 1.0
        for row in self.rows.get("nurture", []):
            made = reasons[row["reason"]]
            for name in set(row) - {"reason", "by_touch"}:
                made[name] = row[name]
            made["first_touch"], made["most_touches"] = len(returns), len(row["by_touch"])
            returns += row["by_touch"]
        return {"reasons": reasons, "returns": np.array(returns, float)}

    def qualifying(self) -> dict[str, Any]:
        """Lay out traits, checks, rejections and what is the same everywhere."""
        traits, channels = len(self.rows.get("traits", [])), self.rows["channels"]
        rejections = self.rows.get("rejections", [])
        shares, odds = np.zeros((len(channels), traits)), np.ones((len(rejections), traits))
        for number, each in enumerate(self.shares):
            shares[number, : len(each)] = each
        shifts = np.zeros_like(shares)
        for number, each in enumerate(self.shifts):
            shifts[number, : len(each)] = each
        for number, each in enumerate(self.missing):
            odds[number, : len(each)] = each
        self.everywhere()
        return {
            "traits": self.records("traits", TRAIT),
            "trait_shares": shares,
            "trait_shifts": shifts,
            "checks": self.records("checks", CHECK),
            "rejections": self.records("rejections", REJECTION),
            "junk_odds": odds,
            "loads": self.records("loads", LOAD),
            "firm": self.firm(),
        }

    def firm(self) -> Records:
        """Return what is the same everywhere; cash is counted where bills have been described."""
        [row] = self.rows.setdefault("firm", [{"ripening": NOTHING}])
        row["cash"] = int(bool(self.rows["billing"][0]))
        return self.records("firm", FIRM)

    def records(self, what: str, layout: np.dtype[np.void]) -> np.ndarray[Any, np.dtype[np.void]]:
        """Return the records of one kind; fields not given are zero."""
        made = np.zeros(len(self.rows.get(what, [])), layout)
        for record, row in zip(made, self.rows.get(what, []), strict=True):
            for name, value in row.items():
                record[name] = value
        return made


def mean_of(given: float | tuple[int, list[float]]) -> float:
    """Return the mean of a number, or of what `either` and `between` return."""
    if not isinstance(given, tuple):
        return given
    values = given[1][len(given[1]) // 2 :]
    return sum(values) / len(values)


def either(*values: float) -> tuple[int, list[float]]:
    """One of a few values, each as likely."""
    shares = [(number + 1) / len(values) for number in range(len(values))]
    return Family.STEPS, [*shares, *sorted(values)]


def between(low: float, high: float) -> tuple[int, list[float]]:
    """Anything from low to high, each as likely."""
    return Family.LINES, [0.0, 1.0, low, high]

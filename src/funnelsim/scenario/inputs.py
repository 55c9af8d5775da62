"""The inputs of a scenario: each value of its file that can be turned, with its words, unit and range."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from funnelsim.chance.distributions import Constant, Distribution
from funnelsim.metrics.wording import spoken
from funnelsim.model.own_policy import policy_names
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.months import months_later
from funnelsim.scenario.origins import DEFAULT, origins
from funnelsim.scenario.paths import Path, is_map, kind_at, leaves, look_up, reader_at, value_at, written
from funnelsim.scenario.quantities import EffortSplit
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Contents

PEOPLE, HOURS, BUDGETS, VOLUMES = "people", "hours", "budgets", "volumes"
POLICIES, CONVERSIONS, DURATIONS, DATES = "policies", "conversions", "durations", "dates"
PRICES, EFFECTS = "prices", "effects"
GROUPS = (PEOPLE, HOURS, BUDGETS, VOLUMES, POLICIES, CONVERSIONS, DURATIONS, PRICES, DATES, EFFECTS)

SHARE, MONEY, DAY = "%", "money", "day"  # units: the second stands for the scenario's currency

_NOT_INPUTS = (
    "about",
    "assumptions",
    "changes",
    "currency",
    "goals",
    "horizon",
    "kinds",
    "origins",
    "plan",
    "start",
    "strategies",
    "uncertainties",
)
_DISTINCT = 1e-9  # of a value: closer to today's is today's
_STEPS = 40  # of a range, about


class _Kind(NamedTuple):
    """What all inputs of a key have in common."""

    group: str
    words: str
    unit: str
    preposition: str = "in"
    pay: bool = False  # it says what people earn
    initial: bool = False  # of how things are as the period begins: no strategy changes it


_KINDS: Mapping[str, _Kind] = {
    "people": _Kind(PEOPLE, "people", "people"),
    "stages.people": _Kind(PEOPLE, "people at once", "people"),
    "skill": _Kind(PEOPLE, "skill", "times the odds", "of"),
    "speed": _Kind(PEOPLE, "pace of work", "times", "of"),
    "ramp_up.months": _Kind(PEOPLE, "months to full strength", "months"),
    "ramp_up.skill_from": _Kind(PEOPLE, "newcomers' share of skill at first", SHARE),
    "ramp_up.speed_from": _Kind(PEOPLE, "newcomers' share of pace at first", SHARE),
    "learning.most": _Kind(PEOPLE, "skill that experience adds at most", "times the odds"),
    "learning.half": _Kind(PEOPLE, "leads until half of that is learnt", "leads"),
    "learning.a_win_counts": _Kind(PEOPLE, "leads that a win counts for in learning", "leads"),
    "leads_worked": _Kind(PEOPLE, "leads worked before", "leads", initial=True),
    "tenure_months": _Kind(PEOPLE, "months that people stay", "months"),
    "replacement_days": _Kind(PEOPLE, "days until a seat is filled", "days"),
    "turnover.cost": _Kind(BUDGETS, "cost of hiring a replacement", MONEY),
    "training.odds_ratio": _Kind(PEOPLE, "effect of training", "times the odds"),
    "training.hours": _Kind(HOURS, "hours of training", "hours"),
    "training.cost": _Kind(BUDGETS, "cost of training per person", MONEY),
    "weight": _Kind(PEOPLE, "weight when leads are dealt out", "times", "of"),
    "hours_per_week": _Kind(HOURS, "hours a week", "hours a week"),
    "prospecting.hours_per_week": _Kind(HOURS, "hours a week for prospecting", "hours a week", "of"),
    "days_off_per_year": _Kind(HOURS, "days off a year", "days a year"),
    "days_off_at_once": _Kind(HOURS, "days off at once", "days"),
    "spells_per_year": _Kind(HOURS, "spells of absence a year", "a year"),
    "spell_days": _Kind(HOURS, "days of a spell of absence", "days"),
    "cost_per_month": _Kind(BUDGETS, "spending a month", MONEY, "on"),
    "reps.cost_per_month": _Kind(BUDGETS, "pay a month", MONEY, "of", pay=True),
    "cost_per_inquiry": _Kind(BUDGETS, "cost per inquiry", MONEY, "of"),
    "price_per_lead": _Kind(BUDGETS, "price per lead", MONEY, "of"),
    "cost_per_person_month": _Kind(BUDGETS, "pay per person and month", MONEY, pay=True),
    "seat_cost_per_month": _Kind(BUDGETS, "tools and desk per person and month", MONEY),
    "commission": _Kind(BUDGETS, "commission", SHARE, pay=True),
    "commission_tiers.quota": _Kind(BUDGETS, "quota for commission", MONEY, pay=True),
    "opener_share": _Kind(BUDGETS, "opener's share of the commission", SHARE, pay=True),
    "cost_per_visit": _Kind(BUDGETS, "cost per visit", MONEY),
    "cost_per_lead": _Kind(BUDGETS, "cost of holding a lead", MONEY),
    "cost_per_touch": _Kind(BUDGETS, "cost per touch", MONEY),
    "response.at_cost_per_month": _Kind(EFFECTS, "spending a month that is typed for", MONEY, "of"),
    "inquiries_per_month": _Kind(VOLUMES, "inquiries a month", "inquiries a month", "from"),
    "growth_per_year": _Kind(VOLUMES, "growth of inquiries a year", SHARE, "of"),
    "inquiries_per_hour": _Kind(VOLUMES, "inquiries per hour of prospecting", "inquiries", "of"),
    "per_customer_per_month": _Kind(VOLUMES, "referrals per customer and month", "companies", "of"),
    "market.companies": _Kind(VOLUMES, "companies in the market", "companies"),
    "customers": _Kind(VOLUMES, "customers as the period begins", "customers", "of", initial=True),
    "customers_since_days": _Kind(DURATIONS, "days since these customers signed", "days", "of", initial=True),
    "theorist_share": _Kind(VOLUMES, "share of theorists", SHARE, "from"),
    "inquiries_factor": _Kind(VOLUMES, "factor on inquiries in the promotion", "times", "of"),
    "day_variation": _Kind(VOLUMES, "variation from day to day", SHARE, "of"),
    "assignment": _Kind(POLICIES, "who gets a lead", ""),
    "queue_order": _Kind(POLICIES, "which lead comes first", ""),
    "interrupts": _Kind(POLICIES, "what interrupts work", ""),
    "sticky": _Kind(POLICIES, "leads stay with their rep", ""),
    "effort_split": _Kind(POLICIES, "new business or existing customers", ""),
    "max_open": _Kind(POLICIES, "open leads per rep, at most", "leads"),
    "off": _Kind(POLICIES, "switched off", "", ":"),
    "hand_over.order": _Kind(POLICIES, "which held lead is handed over first", ""),
    "hand_over.per_rep": _Kind(POLICIES, "leads handed over per rep", "leads"),
    "attempts.most": _Kind(POLICIES, "attempts to reach the buyer, at most", "attempts"),
    "passes_at": _Kind(POLICIES, "good answers needed", "answers"),
    "decided": _Kind(POLICIES, "when it is decided who advances", ""),
    "management.control": _Kind(POLICIES, "how far management asks what becomes of leads", SHARE),
    "management.honest_reports": _Kind(POLICIES, "honest reports", SHARE),
    "most_touches": _Kind(POLICIES, "touches, at most", "touches"),
    "most_returns": _Kind(POLICIES, "returns of a company, at most", "returns"),
    "block_hours": _Kind(POLICIES, "hours of a block of prospecting", "hours", "of"),
    "conversion": _Kind(CONVERSIONS, "conversion", SHARE),
    "never_decides": _Kind(CONVERSIONS, "share who never answer", SHARE),
    "attempts.chance": _Kind(CONVERSIONS, "chance to reach the buyer", SHARE),
    "nurture.chance": _Kind(CONVERSIONS, "chance to come back at a touch", SHARE, "of"),
    "rejection.probability": _Kind(CONVERSIONS, "leads rejected", SHARE),
    "ignored.probability": _Kind(CONVERSIONS, "leads ignored", SHARE),
    "sensitivity": _Kind(CONVERSIONS, "sensitivity", SHARE, "of"),
    "specificity": _Kind(CONVERSIONS, "specificity", SHARE, "of"),
    "renewal": _Kind(CONVERSIONS, "renewal", SHARE, "of"),
    "churn_per_month": _Kind(CONVERSIONS, "churn a month", SHARE, "of"),
    "deliveries.good": _Kind(CONVERSIONS, "good deliveries", SHARE, "of"),
    "traits.share": _Kind(CONVERSIONS, "share that has the trait", SHARE, ":"),
    "effort_hours": _Kind(DURATIONS, "hours of work", "hours"),
    "attempts.effort_hours": _Kind(DURATIONS, "hours of work per attempt", "hours"),
    "checks.effort_hours": _Kind(DURATIONS, "hours of work for the check", "hours", "of"),
    "customer_takes_days": _Kind(DURATIONS, "days that the customer takes", "days"),
    "goes_cold_after_days": _Kind(DURATIONS, "days until a waiting lead goes cold", "days"),
    "interval_hours": _Kind(DURATIONS, "hours between attempts", "hours"),
    "interval_days": _Kind(DURATIONS, "days between touches", "days", "of"),
    "patience_days": _Kind(DURATIONS, "days until a held lead goes cold", "days"),
    "promised_days": _Kind(DURATIONS, "days promised", "days", "for"),
    "every_days": _Kind(DURATIONS, "days between visits", "days", "of"),
    "customer_time_factor": _Kind(DURATIONS, "customers' time", "times", "of"),
    "cooling_off_days": _Kind(DURATIONS, "days until a company can ask again", "days"),
    "contract_value_per_year": _Kind(PRICES, "contract value a year", MONEY),
    "contract_value": _Kind(PRICES, "contract value", MONEY),
    "term_years": _Kind(PRICES, "term of a contract", "years"),
    "term_months": _Kind(PRICES, "term of a contract", "months", "of"),
    "gross_margin": _Kind(PRICES, "gross margin", SHARE, "of"),
    "price": _Kind(PRICES, "price", MONEY, "of"),
    "price_per_month": _Kind(PRICES, "price a month", MONEY, "of"),
    "price_growth_per_year": _Kind(PRICES, "growth of the price a year", SHARE, "of"),
    "price_cut": _Kind(PRICES, "price cut", SHARE, "of"),
    "earned_over_days": _Kind(PRICES, "days over which the price is earned", "days", "of"),
    "recognised": _Kind(PRICES, "when revenue is earned", "", "of"),
    "billing.when": _Kind(PRICES, "when it is billed", "", "of"),
    "deposit": _Kind(PRICES, "deposit", SHARE, "of"),
    "paid_after_days": _Kind(PRICES, "days until bills are paid", "days", "of"),
    "bad_debt": _Kind(PRICES, "bills never paid", SHARE, "of"),
    "opening_balance": _Kind(PRICES, "cash as the period begins", MONEY, initial=True),
    "discount_rate_per_year": _Kind(PRICES, "discount rate a year", SHARE),
    "salaries_paid_after_days": _Kind(PRICES, "days until salaries are paid", "days"),
    "commission_paid_after_days": _Kind(PRICES, "days until commission is paid", "days"),
    "channels_paid_after_days": _Kind(PRICES, "days until channels are paid", "days"),
    "fit": _Kind(EFFECTS, "fit to the ideal customer", "times the odds", "of inquiries from"),
    "temperature.hot": _Kind(EFFECTS, "odds of a hot lead", "times the odds"),
    "temperature.future": _Kind(EFFECTS, "odds of a future lead", "times the odds"),
    "effects.theorist": _Kind(EFFECTS, "odds of a theorist", "times the odds"),
    "odds_ratio": _Kind(EFFECTS, "odds", "times the odds", "of"),
    "nurture.odds_ratio": _Kind(EFFECTS, "odds of those who come back", "times the odds", "from"),
    "discount.odds_ratio": _Kind(EFFECTS, "odds of discounted deals", "times the odds", "of"),
    "missing": _Kind(EFFECTS, "odds of companies that lack", "times the odds", ""),
    "present": _Kind(EFFECTS, "odds of companies that have", "times the odds", ""),
    "committee_size": _Kind(EFFECTS, "people who decide", "people", "of"),
    "late_odds_ratio": _Kind(EFFECTS, "odds of a good delivery if late", "times the odds", "of"),
    "defect_odds_ratio": _Kind(EFFECTS, "odds of a good delivery per defect", "times the odds", "of"),
    "good_odds_ratio": _Kind(EFFECTS, "odds of staying after a good delivery", "times the odds", "of"),
    "bad_odds_ratio": _Kind(EFFECTS, "odds of staying after a bad delivery", "times the odds", "of"),
    "kept_odds_ratio": _Kind(EFFECTS, "odds of staying after a visit", "times the odds", "of"),
    "missed_odds_ratio": _Kind(EFFECTS, "odds of staying after a missed visit", "times the odds", "of"),
    "after_bad_delivery": _Kind(EFFECTS, "referrals left after a bad delivery", SHARE, "of"),
    "after_missed_visit": _Kind(EFFECTS, "referrals left after a missed visit", SHARE, "of"),
    "rejection.effort_share": _Kind(EFFECTS, "share of the work that a rejection takes", SHARE),
    "rejection.theorist": _Kind(EFFECTS, "odds that a theorist is rejected", "times the odds"),
    "rejection.control": _Kind(EFFECTS, "odds of rejection at full control", "times the odds"),
    "rejection.skill_exponent": _Kind(EFFECTS, "what skill does to rejections, as an exponent", ""),
    "ignored.control": _Kind(EFFECTS, "odds of ignoring at full control", "times the odds"),
    "hired": _Kind(DATES, "first day", DAY, "of"),
    "leaves": _Kind(DATES, "day of leaving", DAY, "of"),
    "launched": _Kind(DATES, "launch", DAY, "of"),
    "starts": _Kind(DATES, "first day of the promotion", DAY, "of"),
    "ends": _Kind(DATES, "day after the promotion", DAY, "of"),
    "training.date": _Kind(DATES, "day of the training", DAY),
}
_ALSO_IF_LEFT_OUT = ("people", "assignment", "queue_order", "hours_per_week")  # of teams, where they act
_FIXED = ("makes", "team", "trait", "kind", "first_stage", "delivery", "returns_to", "theorist", "curve")
_NONE = "none"  # what a choice says where a file leaves a key out


@dataclass(frozen=True)
class Input:
    """A value of a scenario that can be turned: a number, a spread by its centre, a choice, a switch, a day.

    Attributes
    ----------
    path : str
        Where it stands.
    words : str
        What it is, such as "people in sales".
    group : str
        One of `GROUPS`.
    unit : str
        Of the value: "%" if it is a share, "money" if it is in the scenario's currency, "day" if it is a day.
    value : float, int, str, bool or date
        Today's. Of a spread (median and P90, low, likely and high, ...), its centre.
    spread : bool
        Whether it is a spread, or uncertain, which changes scale as a whole.
    low, high : float or date
        The range that makes sense. Of a choice or a switch, NaN.
    step : float
        A sensible step in it, days of a day.
    choices : tuple of str
        Of a choice, what it may be.
    origin : str
        Where it comes from.
    hint : str
        What the schema says of it.
    pay : bool
        Whether it says what people earn.
    person : bool
        Whether it is of a rep with a name.
    initial : bool
        Whether it says how things are as the period begins, which no strategy can change.
    """

    path: str
    words: str
    group: str
    unit: str
    value: Any
    spread: bool = False
    low: Any = math.nan
    high: Any = math.nan
    step: float = math.nan
    choices: tuple[str, ...] = ()
    origin: str = DEFAULT
    hint: str = ""
    pay: bool = False
    person: bool = False
    initial: bool = False

    @property
    def is_whole(self) -> bool:
        """Return whether it is a whole number, such as people."""
        return isinstance(self.value, int) and not isinstance(self.value, bool)

    def change(self, value: Any) -> dict[str, Any]:
        """Return the change that sets it, as a strategy has it; nothing if the value is today's.

        A spread is scaled, so that its centre is the value.

        Raises
        ------
        ValueError
            If the value is not of its kind.

        Examples
        --------
        >>> from funnelsim.scenario import load
        >>> by_path = {each.path: each for each in inputs(load("professional_services"))}
        >>> by_path["teams.sales.people"].change(4)
        {'teams.sales.people': 4}
        >>> by_path["stages.proposal.effort_hours"].change(7)
        {'stages.proposal.effort_hours *=': 0.5}
        >>> by_path["stages.proposal.effort_hours"].change(14)
        {}
        """
        read = self._read(value)
        if read == self.value or (is_number(read) and abs(read - self.value) <= _DISTINCT * abs(self.value)):
            return {}
        if self.spread:
            return {f"{self.path} *=": float(f"{read / self.value:.9g}")}
        if isinstance(self.value, str) and read == _NONE:
            raise ValueError(f"{self.words} cannot be taken away")
        return {self.path: read}

    def _read(self, value: Any) -> Any:
        """Read a value of the input's kind."""
        if isinstance(self.value, bool):
            fits = isinstance(value, bool)
        elif isinstance(self.value, str):
            fits = value in self.choices
        elif isinstance(self.value, date):
            return date.fromisoformat(value) if isinstance(value, str) else _day(value, self.words)
        else:
            fits = is_number(value)
        if not fits:
            raise ValueError(f"{self.words} cannot be {value!r}")
        if self.is_whole and float(value).is_integer():
            return int(value)
        return value


def _day(value: object, words: str) -> date:
    if isinstance(value, date):
        return value
    raise ValueError(f"{words} cannot be {value!r}")


def inputs(scenario: Scenario) -> list[Input]:
    """List the values of a scenario that can be turned, group by group, in the order of its file.

    These are the numbers, spreads, choices, switches and days that the file gives, and the size, hours and
    policies of each team. Shares that must sum to 1 and profiles are left out: none can be turned alone.

    Parameters
    ----------
    scenario : Scenario
        From `load`.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> first, *_ = inputs(load("first_steps"))
    >>> first.words, first.value, first.unit, first.low, first.high
    ('people in sales', 2, 'people', 1, 7)
    """
    document = scenario.document
    stated = {row.path: row.origin for row in origins(scenario)}
    unsure = {written(split_key(key)[0]) for key in scenario.uncertainties}
    found = []
    for path, value in leaves(scenario):
        name = written(path)
        if path[0] in _NOT_INPUTS or not (_is_given(path, document) or _acts(path, scenario)):
            continue
        kind, typed = _kind_of(path), _typed(value)
        if kind is None or typed is None:
            continue
        spread = isinstance(value, Distribution) and not isinstance(value, Constant)
        scaled = spread or (name in unsure and is_number(typed))
        if scaled and not typed > 0:
            continue
        limits = _limits(path, typed, kind, scenario, scaled)
        if limits is not None:
            words = _words(path, kind, scenario)
            made = Input(name, words, kind.group, kind.unit, typed, scaled, *limits)
            found.append(
                replace(
                    made,
                    origin=stated.get(name, DEFAULT),
                    hint=_hint(path),
                    pay=kind.pay,
                    person="reps" in path,
                    initial=kind.initial,
                )
            )
    return _in_order(found)


def _in_order(found: list[Input]) -> list[Input]:
    """Sort inputs by group, and in it put those of a key side by side, in the order of their first."""
    places: dict[tuple[str, str], int] = {}
    for each in found:
        places.setdefault((each.group, each.path.rpartition(".")[2]), len(places))
    return sorted(
        found,
        key=lambda each: (GROUPS.index(each.group), places[each.group, each.path.rpartition(".")[2]]),
    )


def _is_given(path: Path, document: Mapping[str, Any]) -> bool:
    """Return whether the file gives a value, for a channel itself or for its kind."""
    if look_up(document, path) is not None:
        return True
    kind = look_up(document, (*path[:2], "kind")) if path[0] == "channels" else None
    return isinstance(kind, str) and look_up(document, ("kinds", kind, *path[2:])) is not None


def _acts(path: Path, scenario: Scenario) -> bool:
    """Return whether a value is offered although the file leaves it out: the size and policies of a team."""
    if path[0] != "teams" or len(path) != 3 or path[2] not in _ALSO_IF_LEFT_OUT:
        return False
    return path[2] != "hours_per_week" or scenario.teams[path[1]].hours is None


def _kind_of(path: Path) -> _Kind | None:
    """Say what is known of a key, also of one of which nothing special is: by how it is called."""
    key, tables = (
        path[-1],
        [part for depth, part in enumerate(path[:-1]) if not is_map(kind_at(path[:depth]))],
    )
    if key in _FIXED or _is_share_of_heat(path):
        return None
    for table in reversed(tables):
        if f"{table}.{key}" in _KINDS:
            return _KINDS[f"{table}.{key}"]
    if key in _KINDS and not (key == "people" and tables[-1] == "segments"):
        return _KINDS[key]
    if key == "people":
        return _KINDS["stages.people"]
    return _Kind(EFFECTS, _plain_words(tables, key), _unit(key), "of")


def _is_share_of_heat(path: Path) -> bool:
    """Return whether a value is one of the shares of hot, warm and future inquiries, or the reference."""
    return "temperature" in path and (path[0] == "channels" or path[-1] == "warm")


def _plain_words(tables: list[str], key: str) -> str:
    table = tables[-1] if tables else ""
    inner = table not in ("stages", "teams", "channels", "segments", "products", "checks", "traits", "reps")
    return spoken(f"{table} {key}" if inner and table not in ("deliveries", "nurture") else key)


def _unit(key: str) -> str:
    """Name the unit of a key by its ending."""
    endings = {"_days": "days", "_hours": "hours", "_months": "months", "_share": SHARE}
    return next((unit for ending, unit in endings.items() if key.endswith(ending)), "times")


def _words(path: Path, kind: _Kind, scenario: Contents) -> str:
    """Say what an input is, with the user's names."""
    names = [spoken(part) for depth, part in enumerate(path) if is_map(kind_at(path[:depth]))]
    if path[0] == "segments" and len(scenario.segments) == 1:
        names = names[1:]
    if not names:
        return kind.words
    if kind.preposition == ":":
        return f"{names[-1]} {kind.words}" if kind.words == "switched off" else f"{kind.words} {names[-1]}"
    segment = names.pop() if "segments" in path[1:] else ""
    place = " of ".join(reversed(names))
    return " ".join(filter(None, (kind.words, kind.preposition, place))) + (
        f" for {segment}" if segment else ""
    )


def _typed(value: object) -> Any:
    """Return what is turned of a value: itself, the centre of a spread; None if it cannot be turned."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Distribution):
        centre = getattr(value, "likely", None)
        return float(f"{value.quantile(0.5) if centre is None else centre:.6g}")
    if isinstance(value, EffortSplit):
        return value.first or None
    return value if isinstance(value, bool | int | float | str | date) else None


_Limits = tuple[Any, Any, float, tuple[str, ...]]


def _limits(path: Path, value: Any, kind: _Kind, scenario: Scenario, scaled: bool) -> _Limits | None:
    """Return low, high, step and choices; None if there is nothing to turn."""
    if isinstance(value, bool):
        return math.nan, math.nan, math.nan, ()
    if isinstance(value, str):
        choices = _choices(path)
        return None if len(choices) < 2 else (math.nan, math.nan, math.nan, choices)
    if isinstance(value, date):
        start = scenario.start
        return min(value, start), max(value + timedelta(days=31), months_later(start, 12)), 1.0, ()
    bounds = _within(_bounds(path), path, scenario)
    if bounds.least == bounds.most:
        return None
    if isinstance(value, int):
        return (*_whole_range(value, bounds), ())
    return (*_range(value, kind.unit, bounds, scaled or kind.unit.startswith("times")), ())


def _choices(path: Path) -> tuple[str, ...]:
    if path[-1] == "assignment":
        return tuple(policy_names())
    if path[-1] == "effort_split":
        return ("new_first", "accounts_first")
    return tuple(each for part in _schema(path) for each in part.get("enum", ()))


class _Bounds(NamedTuple):
    """Between which numbers the schema allows a value, and whether it may be these."""

    least: float
    most: float
    least_too: bool
    most_too: bool


def _bounds(path: Path) -> _Bounds:
    """Return between which numbers the schema allows a value."""
    said = {key: each for part in _schema(path) for key, each in part.items()}
    return _Bounds(
        float(said.get("minimum", said.get("exclusiveMinimum", 0.0))),
        float(said.get("maximum", said.get("exclusiveMaximum", math.inf))),
        "exclusiveMinimum" not in said,
        "exclusiveMaximum" not in said,
    )


def _within(bounds: _Bounds, path: Path, scenario: Contents) -> _Bounds:
    """Narrow the bounds of a key by what else the scenario says."""
    if path[-1] == "passes_at":
        return bounds._replace(most=len(getattr(value_at(scenario, path[:-1]), "checks", {})))
    if path[0] == "teams" and path[2:] == ("people",) and not scenario.teams[path[1]].reps:
        return bounds._replace(least=1.0)
    return bounds


def _schema(path: Path) -> Iterator[dict[str, Any]]:
    """List what the schema says of a value, one part for each form that it can take; spreads have none."""
    schema = reader_at(path).json_schema()
    yield from (part for part in schema.get("anyOf", [schema]) if part.get("type") not in ("object", "null"))


def _whole_range(value: int, bounds: _Bounds) -> tuple[int, int, int]:
    """Return a range that makes sense around a whole number, and its step."""
    step = max(1, round(_nice(max(value, 5) / _STEPS)))
    high = math.ceil(max(2 * value, value + 5) / step) * step
    return int(bounds.least), int(min(high, bounds.most)), step


def _range(value: float, unit: str, bounds: _Bounds, positive: bool) -> tuple[float, float, float]:
    """Return a range that makes sense around a number, and its step; `positive`, it is never 0."""
    size = abs(value) or (0.25 if unit == SHARE else 10.0)
    step = _nice(size / (_STEPS / 2))
    high = math.ceil(2 * size / step - _DISTINCT) * step
    if unit == SHARE:
        step = min(step, 0.01)
        high = min(_nice(4 * size), max(1.0, size))
    low = -high if bounds.least < 0 or value < 0 else bounds.least
    if positive or bounds.least > 0 or not bounds.least_too:
        low = max(low, bounds.least, step)
    high = min(high, bounds.most if bounds.most_too else bounds.most - step)
    return _plain(min(low, value)), _plain(max(high, value)), step


def _plain(number: float) -> float:
    """Drop the last digits, which are those of the arithmetic."""
    return float(f"{number:.9g}")


def _nice(step: float) -> float:
    """Round a step up to 1, 2 or 5 times a power of ten.

    >>> _nice(0.3), _nice(1), _nice(140)
    (0.5, 1.0, 200.0)
    """
    power = 10.0 ** math.floor(math.log10(step))
    return float(f"{power * next(each for each in (1, 2, 5, 10) if each * power >= step * (1 - 1e-9)):.3g}")


def _hint(path: Path) -> str:
    """Return what the schema says of a key."""
    owner = kind_at(path[:-1])
    field = getattr(owner, "model_fields", {}).get(path[-1])
    return "" if field is None or field.description is None else field.description

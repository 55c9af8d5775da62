"""The words of a scenario's values: what a path is called, its unit, and its group (WI1).

Whatever shows a path to readers calls it by these words. Files keep the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from funnelsim.metrics.wording import spoken
from funnelsim.scenario.changes import EVERY, split_key
from funnelsim.scenario.paths import Path, is_map, is_section, kind_at
from funnelsim.scenario.schema import Contents

PEOPLE, HOURS, BUDGETS, VOLUMES = "people", "hours", "budgets", "volumes"
POLICIES, CONVERSIONS, DURATIONS, DATES = "policies", "conversions", "durations", "dates"
PRICES, EFFECTS = "prices", "effects"
GROUPS = (PEOPLE, HOURS, BUDGETS, VOLUMES, POLICIES, CONVERSIONS, DURATIONS, PRICES, DATES, EFFECTS)

SHARE, MONEY, DAY = "%", "money", "day"  # units: the second stands for the scenario's currency


class Kind(NamedTuple):
    """What all inputs of a key have in common."""

    group: str
    words: str
    unit: str
    preposition: str = "in"
    initial: bool = False  # of how things are as the period begins: no strategy changes it


_KINDS: Mapping[str, Kind] = {
    "people": Kind(PEOPLE, "people", "people"),
    "stages.people": Kind(PEOPLE, "people at once", "people"),
    "skill": Kind(PEOPLE, "skill", "times the odds", "of"),
    "speed": Kind(PEOPLE, "pace of work", "times", "of"),
    "ramp_up.months": Kind(PEOPLE, "months to full strength", "months"),
    "ramp_up.skill_from": Kind(PEOPLE, "newcomers' share of skill at first", SHARE),
    "ramp_up.speed_from": Kind(PEOPLE, "newcomers' share of pace at first", SHARE),
    "learning.most": Kind(PEOPLE, "skill that experience adds at most", "times the odds"),
    "learning.half": Kind(PEOPLE, "leads until half of that is learnt", "leads"),
    "learning.a_win_counts": Kind(PEOPLE, "leads that a win counts for in learning", "leads"),
    "leads_worked": Kind(PEOPLE, "leads worked before", "leads", initial=True),
    "tenure_months": Kind(PEOPLE, "months that people stay", "months"),
    "replacement_days": Kind(PEOPLE, "days until a seat is filled", "days"),
    "turnover.cost": Kind(BUDGETS, "cost of hiring a replacement", MONEY),
    "training.odds_ratio": Kind(PEOPLE, "effect of training", "times the odds"),
    "training.hours": Kind(HOURS, "hours of training", "hours"),
    "training.cost": Kind(BUDGETS, "cost of training per person", MONEY),
    "weight": Kind(PEOPLE, "weight when leads are dealt out", "times", "of"),
    "hours_per_week": Kind(HOURS, "hours a week", "hours a week"),
    "prospecting.hours_per_week": Kind(HOURS, "hours a week for prospecting", "hours a week", "of"),
    "days_off_per_year": Kind(HOURS, "days off a year", "days a year"),
    "days_off_at_once": Kind(HOURS, "days off at once", "days"),
    "spells_per_year": Kind(HOURS, "spells of absence a year", "a year"),
    "spell_days": Kind(HOURS, "days of a spell of absence", "days"),
    "cost_per_month": Kind(BUDGETS, "spending a month", MONEY, "on"),
    "reps.cost_per_month": Kind(BUDGETS, "pay a month", MONEY, "of"),
    "cost_per_inquiry": Kind(BUDGETS, "cost per inquiry", MONEY, "of"),
    "price_per_lead": Kind(BUDGETS, "price per lead", MONEY, "of"),
    "cost_per_person_month": Kind(BUDGETS, "pay per person and month", MONEY),
    "seat_cost_per_month": Kind(BUDGETS, "tools and desk per person and month", MONEY),
    "commission": Kind(BUDGETS, "commission", SHARE),
    "commission_tiers.quota": Kind(BUDGETS, "quota for commission", MONEY),
    "opener_share": Kind(BUDGETS, "opener's share of the commission", SHARE),
    "cost_per_visit": Kind(BUDGETS, "cost per visit", MONEY),
    "cost_per_lead": Kind(BUDGETS, "cost of holding a lead", MONEY),
    "cost_per_touch": Kind(BUDGETS, "cost per touch", MONEY),
    "response.at_cost_per_month": Kind(EFFECTS, "spending a month that is typed for", MONEY, "of"),
    "inquiries_per_month": Kind(VOLUMES, "inquiries a month", "inquiries a month", "from"),
    "growth_per_year": Kind(VOLUMES, "growth of inquiries a year", SHARE, "of"),
    "inquiries_per_hour": Kind(VOLUMES, "inquiries per hour of prospecting", "inquiries", "of"),
    "per_customer_per_month": Kind(VOLUMES, "referrals per customer and month", "companies", "of"),
    "market.companies": Kind(VOLUMES, "companies in the market", "companies"),
    "customers": Kind(VOLUMES, "customers as the period begins", "customers", "of", initial=True),
    "customers_since_days": Kind(DURATIONS, "days since these customers signed", "days", "of", initial=True),
    "theorist_share": Kind(VOLUMES, "share of theorists", SHARE, "from"),
    "inquiries_factor": Kind(VOLUMES, "factor on inquiries in the promotion", "times", "of"),
    "day_variation": Kind(VOLUMES, "variation from day to day", SHARE, "of"),
    "assignment": Kind(POLICIES, "who gets a lead", ""),
    "queue_order": Kind(POLICIES, "which lead comes first", ""),
    "interrupts": Kind(POLICIES, "what interrupts work", ""),
    "sticky": Kind(POLICIES, "leads stay with their rep", ""),
    "effort_split": Kind(POLICIES, "new business or existing customers", ""),
    "max_open": Kind(POLICIES, "open leads per rep, at most", "leads"),
    "off": Kind(POLICIES, "switched off", "", ":"),
    "hand_over.order": Kind(POLICIES, "which held lead is handed over first", ""),
    "hand_over.per_rep": Kind(POLICIES, "leads handed over per rep", "leads"),
    "attempts.most": Kind(POLICIES, "attempts to reach the buyer, at most", "attempts"),
    "passes_at": Kind(POLICIES, "good answers needed", "answers"),
    "decided": Kind(POLICIES, "when it is decided who advances", ""),
    "management.control": Kind(POLICIES, "how far management asks what becomes of leads", SHARE),
    "management.honest_reports": Kind(POLICIES, "honest reports", SHARE),
    "most_touches": Kind(POLICIES, "touches, at most", "touches"),
    "most_returns": Kind(POLICIES, "returns of a company, at most", "returns"),
    "block_hours": Kind(POLICIES, "hours of a block of prospecting", "hours", "of"),
    "conversion": Kind(CONVERSIONS, "conversion", SHARE),
    "never_decides": Kind(CONVERSIONS, "share who never answer", SHARE),
    "attempts.chance": Kind(CONVERSIONS, "chance to reach the buyer", SHARE),
    "nurture.chance": Kind(CONVERSIONS, "chance to come back at a touch", SHARE, "of"),
    "rejection.probability": Kind(CONVERSIONS, "leads rejected", SHARE),
    "ignored.probability": Kind(CONVERSIONS, "leads ignored", SHARE),
    "sensitivity": Kind(CONVERSIONS, "sensitivity", SHARE, "of"),
    "specificity": Kind(CONVERSIONS, "specificity", SHARE, "of"),
    "renewal": Kind(CONVERSIONS, "renewal", SHARE, "of"),
    "churn_per_month": Kind(CONVERSIONS, "churn a month", SHARE, "of"),
    "deliveries.good": Kind(CONVERSIONS, "good deliveries", SHARE, "of"),
    "traits.share": Kind(CONVERSIONS, "share that has the trait", SHARE, ":"),
    "effort_hours": Kind(DURATIONS, "hours of work", "hours"),
    "attempts.effort_hours": Kind(DURATIONS, "hours of work per attempt", "hours"),
    "checks.effort_hours": Kind(DURATIONS, "hours of work for the check", "hours", "of"),
    "customer_takes_days": Kind(DURATIONS, "days that the customer takes", "days"),
    "goes_cold_after_days": Kind(DURATIONS, "days until a waiting lead goes cold", "days"),
    "interval_hours": Kind(DURATIONS, "hours between attempts", "hours"),
    "interval_days": Kind(DURATIONS, "days between touches", "days", "of"),
    "patience_days": Kind(DURATIONS, "days until a held lead goes cold", "days"),
    "promised_days": Kind(DURATIONS, "days promised", "days", "for"),
    "every_days": Kind(DURATIONS, "days between visits", "days", "of"),
    "customer_time_factor": Kind(DURATIONS, "customers' time", "times", "of"),
    "cooling_off_days": Kind(DURATIONS, "days until a company can ask again", "days"),
    "contract_value_per_year": Kind(PRICES, "contract value a year", MONEY),
    "contract_value": Kind(PRICES, "contract value", MONEY),
    "term_years": Kind(PRICES, "term of a contract", "years"),
    "term_months": Kind(PRICES, "term of a contract", "months", "of"),
    "gross_margin": Kind(PRICES, "gross margin", SHARE, "of"),
    "price": Kind(PRICES, "price", MONEY, "of"),
    "price_per_month": Kind(PRICES, "price a month", MONEY, "of"),
    "price_growth_per_year": Kind(PRICES, "growth of the price a year", SHARE, "of"),
    "price_cut": Kind(PRICES, "price cut", SHARE, "of"),
    "earned_over_days": Kind(PRICES, "days over which the price is earned", "days", "of"),
    "recognised": Kind(PRICES, "when revenue is earned", "", "of"),
    "billing.when": Kind(PRICES, "when it is billed", "", "of"),
    "deposit": Kind(PRICES, "deposit", SHARE, "of"),
    "paid_after_days": Kind(PRICES, "days until bills are paid", "days", "of"),
    "bad_debt": Kind(PRICES, "bills never paid", SHARE, "of"),
    "opening_balance": Kind(PRICES, "cash as the period begins", MONEY, initial=True),
    "discount_rate_per_year": Kind(PRICES, "discount rate a year", SHARE),
    "salaries_paid_after_days": Kind(PRICES, "days until salaries are paid", "days"),
    "commission_paid_after_days": Kind(PRICES, "days until commission is paid", "days"),
    "channels_paid_after_days": Kind(PRICES, "days until channels are paid", "days"),
    "fit": Kind(EFFECTS, "fit to the ideal customer", "times the odds", "of inquiries from"),
    "temperature.hot": Kind(EFFECTS, "odds of a hot lead", "times the odds"),
    "temperature.future": Kind(EFFECTS, "odds of a future lead", "times the odds"),
    "odds_ratio": Kind(EFFECTS, "odds", "times the odds", "of"),
    "nurture.odds_ratio": Kind(EFFECTS, "odds of those who come back", "times the odds", "from"),
    "discount.odds_ratio": Kind(EFFECTS, "odds of discounted deals", "times the odds", "of"),
    "missing": Kind(EFFECTS, "odds of companies that lack", "times the odds", ""),
    "present": Kind(EFFECTS, "odds of companies that have", "times the odds", ""),
    "extra_decider.odds_ratio": Kind(EFFECTS, "odds per further person who decides", "times the odds"),
    "committee_size": Kind(EFFECTS, "people who decide", "people", "of"),
    "late_odds_ratio": Kind(EFFECTS, "odds of a good delivery if late", "times the odds", "of"),
    "defect_odds_ratio": Kind(EFFECTS, "odds of a good delivery per defect", "times the odds", "of"),
    "good_odds_ratio": Kind(EFFECTS, "odds of staying after a good delivery", "times the odds", "of"),
    "bad_odds_ratio": Kind(EFFECTS, "odds of staying after a bad delivery", "times the odds", "of"),
    "kept_odds_ratio": Kind(EFFECTS, "odds of staying after a visit", "times the odds", "of"),
    "missed_odds_ratio": Kind(EFFECTS, "odds of staying after a missed visit", "times the odds", "of"),
    "after_bad_delivery": Kind(EFFECTS, "referrals left after a bad delivery", SHARE, "of"),
    "after_missed_visit": Kind(EFFECTS, "referrals left after a missed visit", SHARE, "of"),
    "rejection.effort_share": Kind(EFFECTS, "share of the work that a rejection takes", SHARE),
    "rejection.control": Kind(EFFECTS, "odds of rejection at full control", "times the odds"),
    "rejection.skill_exponent": Kind(EFFECTS, "what skill does to rejections, as an exponent", ""),
    "ignored.control": Kind(EFFECTS, "odds of ignoring at full control", "times the odds"),
    "hired": Kind(DATES, "first day", DAY, "of"),
    "leaves": Kind(DATES, "day of leaving", DAY, "of"),
    "launched": Kind(DATES, "launch", DAY, "of"),
    "starts": Kind(DATES, "first day of the promotion", DAY, "of"),
    "ends": Kind(DATES, "day after the promotion", DAY, "of"),
    "training.date": Kind(DATES, "day of the training", DAY),
}
_NO_INPUTS: Mapping[str, Kind] = {  # what has words, but cannot be turned alone
    "team": Kind(POLICIES, "who does the work", ""),
    "prospecting.team": Kind(POLICIES, "who prospects", "", "for"),
    "channels.kind": Kind(VOLUMES, "kind of channel", "", ":"),
    "makes": Kind(POLICIES, "what an inquiry becomes", "", "after"),
    "channels.temperature.hot": Kind(VOLUMES, "share of hot inquiries", SHARE, "from"),
    "channels.temperature.warm": Kind(VOLUMES, "share of warm inquiries", SHARE, "from"),
    "channels.temperature.future": Kind(VOLUMES, "share of future inquiries", SHARE, "from"),
    "wait.hours": Kind(EFFECTS, "hours of waiting for which odds are typed", "hours"),
    "wait.odds_ratio": Kind(EFFECTS, "odds after such waits", "times the odds"),
    "effects.temperature.warm": Kind(EFFECTS, "odds of a warm lead", "times the odds"),
    "effects.theorist": Kind(EFFECTS, "odds of a theorist", "times the odds"),
    "channels.segments": Kind(VOLUMES, "segments of inquiries", SHARE, "from"),
    "channels.traits": Kind(VOLUMES, "inquiries that have a trait", SHARE, "from"),
    "segments.products": Kind(VOLUMES, "products asked for", SHARE, "by"),
    "stages.lost_reasons": Kind(CONVERSIONS, "why leads are lost", SHARE),
    "stages.back_to": Kind(CONVERSIONS, "where leads are sent back to", SHARE, "from"),
    "stages.next": Kind(CONVERSIONS, "where leads go next", SHARE, "from"),
    "products.delivery": Kind(POLICIES, "delivery", "", "of"),
    "products.opens": Kind(VOLUMES, "chance that customers move up", SHARE, "from"),
    "rejection.missing": Kind(EFFECTS, "odds of rejection of those who lack a trait", "times the odds"),
    "rejection.theorist": Kind(EFFECTS, "odds that a theorist is rejected", "times the odds"),
    "checks.theorist": Kind(POLICIES, "whether theorists are found", "", "by"),
    "checks.trait": Kind(POLICIES, "trait asked about", "", "by"),
}
_FIXED = ("makes", "team", "trait", "kind", "first_stage", "delivery", "returns_to", "theorist", "curve")
_MOVED = {"*=": ("times", "what is typed"), "+=": ("more", "than is typed")}  # and in a sentence


def key_in_words(key: str, scenario: Contents) -> str:
    """Call the value at a path, or at the key of a change, as people do; one without words by its path.

    Parameters
    ----------
    key : str
        A path, or one with " *=" or " +=" behind it, which `moved_to` says.
    scenario : Scenario or Contents
        Of which it is.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> services = load("professional_services")
    >>> key_in_words("teams.sales.people", services)
    'people in sales'
    >>> key_in_words("stages.negotiation.conversion *=", services)
    'conversion in negotiation'
    >>> key_in_words("channels.referral.temperature.hot", services)
    'share of hot inquiries from referral'
    >>> key_in_words("segments.mid", services), key_in_words("stages.*.conversion", services)
    ('segments › mid', 'stages › * › conversion')
    """
    path, _ = split_key(key)
    kind = kind_in_words(path)
    if kind is None:
        return " › ".join(map(spoken, path))
    return words_of(path, kind, scenario)


def kind_in_words(path: Path) -> Kind | None:
    """Say what is known of a value that has words, also of one that is no input; None if it has none."""
    if EVERY in path:
        return None
    tables = [part for depth, part in enumerate(path) if not is_map(kind_at(path[:depth]))]
    ends = (".".join(tables[-depth:]) for depth in range(len(tables), 0, -1))
    found = next((_NO_INPUTS[end] for end in ends if end in _NO_INPUTS), None)
    if found is not None:
        return found
    whole = is_map(kind_at(path)) or is_section(kind_at(path)) or is_map(kind_at(path[:-1]))
    return None if whole else kind_of(path)


def moved_to(key: str, value: str) -> str:
    """Say to what the key of a change moves a value, in a table.

    >>> moved_to("stages.offer.conversion *=", "0.957"), moved_to("teams.sales.people", "3")
    ('0.957 times', '3')
    """
    return " ".join([value, *_MOVED.get(split_key(key)[1], ())[:1]])


def moved_from_typed(key: str, value: str) -> str:
    """Say to what the key of a change moves a value, in a sentence.

    >>> moved_from_typed("stages.offer.conversion *=", "0.957"), moved_from_typed("teams.sales.people", "3")
    ('0.957 times what is typed', '3')
    """
    return " ".join([value, *_MOVED.get(split_key(key)[1], ())])


def kind_of(path: Path) -> Kind | None:
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
    return Kind(EFFECTS, _plain_words(tables, key), _unit(key), "of")


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


def words_of(path: Path, kind: Kind, scenario: Contents) -> str:
    """Say what an input is, with the user's names."""
    names = _names_in(path)
    if path[0] == "teams" and path[2:] == ("people",) and _has_named_reps(path[1], scenario):
        return f"{kind.words} {kind.preposition} {names[0]} besides the named reps"
    if path[0] == "segments" and len(scenario.segments) == 1:
        names = names[1:]
    if not names:
        return kind.words
    if kind.preposition == ":":
        return f"{names[-1]} {kind.words}" if kind.words == "switched off" else f"{kind.words} {names[-1]}"
    segment = names.pop() if "segments" in path[1:-1] else ""
    return " ".join(filter(None, (kind.words, kind.preposition, _inner_first(names)))) + (
        f" for {segment}" if segment else ""
    )


def _has_named_reps(team: str, scenario: Contents) -> bool:
    """Return whether a team has them; a team that only a strategy brings has none here."""
    return team in scenario.teams and bool(scenario.teams[team].reps)


def place_of(path: Path) -> str:
    """Say of what a value is, such as a rep of a team.

    >>> place_of(("teams", "inside_sales", "reps", "anna", "skill"))
    'anna of inside sales'
    """
    return _inner_first(_names_in(path))


def _names_in(path: Path) -> list[str]:
    """List the user's own names in a path."""
    return [spoken(part) for depth, part in enumerate(path) if is_map(kind_at(path[:depth]))]


def _inner_first(names: list[str]) -> str:
    return " of ".join(reversed(names))

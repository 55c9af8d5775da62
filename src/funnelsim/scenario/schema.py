"""What a scenario file may say: every key with its type, its unit, its default and its meaning.

The order of stages, teams, channels and segments is the order of the file. Checks that look at more
than one key are in `checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from funnelsim.metrics import FIGURES
from funnelsim.model.own_policy import BUILT_IN, policy_names
from funnelsim.scenario.attempts import Attempts
from funnelsim.scenario.channels import Channel, Kind, Mix, as_its_kind
from funnelsim.scenario.errors import nearest, shown
from funnelsim.scenario.finance import Finance
from funnelsim.scenario.hand_over import HandOver
from funnelsim.scenario.ignored import Ignored
from funnelsim.scenario.market import Market
from funnelsim.scenario.nurture import Nurture
from funnelsim.scenario.plans import Plan
from funnelsim.scenario.products import Product
from funnelsim.scenario.qualifying import MOST_TRAITS, Check, Management, Rejection, Trait
from funnelsim.scenario.quantities import (
    AboveZero,
    BelowOne,
    Duration,
    Holidays,
    NotNegative,
    OpenSpan,
    Positive,
    Share,
    Splits,
    Targets,
    reject,
)
from funnelsim.scenario.section import ONE, Section
from funnelsim.scenario.shocks import Shocks
from funnelsim.scenario.staff import Absence, Learning, Training, Turnover
from funnelsim.scenario.unknowns import Uncertain

GOAL_METRICS = tuple(FIGURES)
if TYPE_CHECKING:
    GoalMetric = str
else:
    GoalMetric = Literal[GOAL_METRICS]
PLACES_OF_GOALS = ("channel", "segment", "stage", "team", "rep")  # what a goal may be about, other than all
LONGEST_HORIZON = 240  # months, warm-up and drain included
MOST_PEOPLE = 10_000
MOST_IN_CREW = 100
LARGEST_WEIGHT = 100_000  # times MOST_PEOPLE: a sum of millionths that float64 still holds exactly
Day = date  # where a key is called `date`
TODAY = "today"  # what the unchanged scenario is called
AS_TYPED = "as typed"  # what the scenario without any assumption is called
TOGETHER = "+"  # between the names of strategies that are chosen together
NO_NAME = "is not a name"  # what is wrong with a name that cannot be used

# Defaults as a file would write them: they are validated into distributions and spans.
ZERO: Any = 0.0


def _name(text: str) -> str:
    if not text.strip() or len(text) > 60 or text != text.strip() or not text.isprintable():
        reject(NO_NAME, "1 to 60 printable characters, not starting or ending with a space")
    if set(text) & set('.*?[]="'):
        reject(NO_NAME, 'a name without any of . * ? [ ] = "')
    return _no_formula(text, NO_NAME, "a name")


def _no_formula(text: str, wrong: str, what: str) -> str:
    """Refuse a text that a spreadsheet would take for a formula, in a table of results."""
    if text[:1] in _FORMULA:
        reject(wrong, f"{what} that does not begin with {text[0]}, as a formula of a spreadsheet does")
    return text


def _currency(text: str) -> str:
    return _no_formula(text.strip(), f"is {shown(text)}", "a currency")


_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")  # the last four: as wide as Chinese letters

Name = Annotated[str, AfterValidator(_name)]


def _choice(text: str) -> str:
    if set(text) & set("+,"):
        reject(NO_NAME, 'a name without + and ",": a+b is both strategies together')
    return _name(text)


ChoiceName = Annotated[str, AfterValidator(_choice)]


def _policy(text: str) -> str:
    if text not in policy_names():
        own = policy_names()[len(BUILT_IN) :]
        registered = f"; registered: {', '.join(own)}" if own else "; none of your own is registered"
        reject(
            f'is "{text}"',
            f"one of {', '.join(BUILT_IN)}{registered}",
            suggestion=nearest(text, policy_names()),
        )
    return text


PolicyName = Annotated[str, AfterValidator(_policy)]


class Horizon(Section):
    """How long to simulate: the pipeline fills, the period is measured, its deals run out."""

    period_months: int = Field(
        default=12, ge=1, le=LONGEST_HORIZON, description="Months that are measured, from `start`."
    )
    warm_up_months: int | None = Field(
        default=None,
        ge=0,
        le=LONGEST_HORIZON,
        description="Months before `start` in which the pipeline fills. Default: from a pilot.",
    )
    drain_months: int | None = Field(
        default=None,
        ge=0,
        le=LONGEST_HORIZON,
        description="Months after the period in which its deals run out. Default: from a pilot.",
    )


class HeatOdds(Section):
    """Odds ratios by temperature; a warm lead is the reference."""

    hot: NotNegative = Field(default=1.5, description="Odds ratio of a hot lead. Assumed, mild.")
    warm: float = Field(default=1.0, ge=1, le=1, description="1 by definition: a warm lead is the reference.")
    future: NotNegative = Field(default=0.6, description="Odds ratio of a future lead. Assumed, mild.")


class HeatOddsHere(Section):
    """Odds ratios by temperature in one stage, where they differ."""

    hot: NotNegative | None = Field(default=None, description="Odds ratio of a hot lead in this stage.")
    warm: float | None = Field(default=None, ge=1, le=1, description="1 by definition.")
    future: NotNegative | None = Field(default=None, description="Odds ratio of a future lead in this stage.")


_Exponent = Annotated[float, Field(ge=-10, le=10)]


class SkillByHeat(Section):
    """How much a rep's skill matters by temperature: odds are multiplied by skill ** exponent."""

    hot: _Exponent = Field(default=1.0, description="Exponent of skill for a hot lead.")
    warm: _Exponent = Field(default=1.0, description="Exponent of skill for a warm lead.")
    future: _Exponent = Field(default=1.0, description="Exponent of skill for a future lead.")


class SkillByHeatHere(Section):
    """How much skill matters by temperature in one stage, where it differs."""

    hot: _Exponent | None = Field(default=None, description="Exponent of skill for a hot lead in this stage.")
    warm: _Exponent | None = Field(
        default=None, description="Exponent of skill for a warm lead in this stage."
    )
    future: _Exponent | None = Field(
        default=None, description="Exponent of skill for a future lead in this stage."
    )


class Wait(Section):
    """What waiting does: piecewise linear in log time between the points, flat outside."""

    hours: tuple[Positive, ...] = Field(
        default=(24.0, 168.0, 720.0),
        min_length=1,
        max_length=100,
        description="Hours waited, rising: since the inquiry at first contact, later since entering.",
    )
    odds_ratio: tuple[Positive, ...] = Field(
        default=(1.0, 0.85, 0.7),
        min_length=1,
        max_length=100,
        description="Odds ratio at each of `hours`; first contact within a day is the reference. Assumed.",
    )


class TimeInStage(Section):
    """What the time in a stage does: piecewise linear in log time between the points, flat outside."""

    days: tuple[Positive, ...] = Field(
        min_length=1,
        max_length=100,
        description="Days from entering the stage to the customer's answer, rising.",
        examples=[(7.0, 60.0)],
    )
    odds_ratio: tuple[Positive, ...] = Field(
        min_length=1,
        max_length=100,
        description="Odds ratio of advancing at each of `days`.",
        examples=[(1.0, 0.5)],
    )


class ExtraDecider(Section):
    """What each member of a buying committee beyond the first does, in every stage."""

    odds_ratio: NotNegative = Field(default=0.95, description="Odds ratio per extra decider. Assumed, mild.")
    customer_time: Positive = Field(
        default=1.1, description="Factor on customer time per extra decider. Assumed, mild."
    )


class Effects(Section):
    """What moves conversion away from the typed probability, as odds ratios.

    The defaults are assumed and mild.
    """

    temperature: HeatOdds = Field(default=HeatOdds(), description="Odds ratios by temperature.")
    wait: Wait = Field(default=Wait(), description="Odds ratio by the time waited.")
    theorist: NotNegative = Field(
        default=0.1, description="Odds ratio of a theorist, who learns and will not buy now. Assumed."
    )
    skill_by_temperature: SkillByHeat = Field(
        default=SkillByHeat(), description="Exponents of skill by temperature."
    )
    extra_decider: ExtraDecider = Field(
        default=ExtraDecider(), description="Per member of the buying committee beyond the first."
    )
    theorist_ripens_after_days: Duration | None = Field(
        default=None,
        description="Days after the inquiry from which a theorist is none any more. Default: it stays one.",
    )


class StageEffects(Section):
    """Effects that differ in one stage; what is not given is as in `[effects]`."""

    temperature: HeatOddsHere = Field(
        default=HeatOddsHere(), description="Odds ratios by temperature in this stage."
    )
    wait: Wait | None = Field(default=None, description="Odds ratio by the time waited in this stage.")
    theorist: NotNegative | None = Field(default=None, description="Odds ratio of a theorist in this stage.")
    skill_by_temperature: SkillByHeatHere = Field(
        default=SkillByHeatHere(), description="Exponents of skill in this stage."
    )
    time_in_stage: TimeInStage | None = Field(
        default=None,
        description="Odds ratio by the time since entering the stage, where it decides when answered. "
        "Default: none.",
    )
    month_of_quarter: tuple[Positive, Positive, Positive] | None = Field(
        default=None,
        description="Odds ratios of the first, second and third month of the fiscal quarter, where the stage "
        "decides when answered. Default: 1.",
    )


class WeeklyHours(Section):
    """Opening times by weekday."""

    monday: tuple[OpenSpan, ...] = Field(default=(), description='Such as ["09:00-12:00", "13:00-17:00"].')
    tuesday: tuple[OpenSpan, ...] = Field(default=(), description="As on Monday.")
    wednesday: tuple[OpenSpan, ...] = Field(default=(), description="As on Monday.")
    thursday: tuple[OpenSpan, ...] = Field(default=(), description="As on Monday.")
    friday: tuple[OpenSpan, ...] = Field(default=(), description="As on Monday.")
    saturday: tuple[OpenSpan, ...] = Field(default=(), description="As on Monday.")
    sunday: tuple[OpenSpan, ...] = Field(default=(), description="As on Monday.")


class CustomerHours(WeeklyHours):
    """When customers count time and answer: their opening times by weekday, and their days off."""

    holidays: Holidays = Field(
        default=(), description="Days on which the customers are closed; as of a team, also spans."
    )


class Segment(Section):
    """A group of customers who buy alike."""

    contract_value_per_year: AboveZero | None = Field(
        default=None,
        description="Value of a contract per year, in the scenario's currency. This or `contract_value`.",
        examples=[1.0],
    )
    contract_value: AboveZero | None = Field(
        default=None,
        description="Value of a whole contract, such as a one-off sale. This or `contract_value_per_year`.",
        examples=[1.0],
    )
    term_years: float = Field(
        default=1.0,
        ge=0.001,
        le=100,
        description="Years that a contract runs; its value is earned evenly over them.",
    )
    gross_margin: Share = Field(default=1.0, description="Share of bookings left after delivery.")
    products: dict[str, Share] = Field(
        default={},
        max_length=100,
        description="Shares of the segment's deals by product, in place of a contract value. "
        "Default: the only product.",
    )
    odds_ratio: NotNegative = Field(default=1.0, description="Odds ratio in every stage.")
    customer_time_factor: Positive = Field(
        default=1.0, description="Factor on the customer's time in every stage."
    )
    committee_size: int = Field(default=1, ge=1, le=100, description="People who decide.")
    market: Market | None = Field(
        default=None,
        description="How many companies there are. Default: as many as the channels bring.",
    )
    customer_hours: CustomerHours | None = Field(
        default=None,
        description="When the segment's customers count time, in every stage. Default: as all customers.",
    )


class Rep(Section):
    """A person with a name of their own; what is not given is as in the team."""

    skill: Positive | None = Field(
        default=None, description="Odds ratio in every stage. Default: drawn as the team's."
    )
    speed: Positive | None = Field(
        default=None, description="Factor on the pace of work. Default: drawn as the team's."
    )
    hired: date | None = Field(
        default=None, description="First day; the ramp begins here. Default: long before `start`."
    )
    leaves: date | None = Field(default=None, description="First day no longer on staff. Default: stays.")
    hours_per_week: float | None = Field(
        default=None,
        gt=0,
        le=168,
        description="Working hours, spread evenly over Monday to Friday. Default: the team's hours.",
    )
    hours: WeeklyHours | None = Field(
        default=None, description="Working times by weekday, instead of `hours_per_week`."
    )
    holidays: Holidays = Field(default=(), description="Days off, on top of the team's holidays; also spans.")
    absent: Holidays = Field(
        default=(), description="Days of absence, on top of the team's; also spans. Leads wait meanwhile."
    )
    cost_per_month: NotNegative | None = Field(
        default=None, description="Pay per month. Default: the team's."
    )
    leads_worked: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000_000,
        description="Leads worked before the period, for the team's `learning`. Default: the team's, or 0 "
        "with a `hired` date.",
    )
    weight: float = Field(
        default=1.0,
        gt=0,
        le=LARGEST_WEIGHT,
        description="Weight in the lottery of `weighted`; each of `people` has 1.",
    )
    segments: tuple[str, ...] | None = Field(
        default=None,
        max_length=1000,
        description="Segments that the rep knows best, for `segment_match`. Default: the team's.",
    )


class RampUp(Section):
    """How a newcomer grows to full strength: linearly, from the day of hiring."""

    months: float = Field(
        gt=0, le=120, description="Months from the day of hiring to full strength.", examples=[1.0]
    )
    skill_from: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1.0, description="Share of skill on the first day."
    )
    speed_from: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1.0, description="Share of speed on the first day."
    )


class CommissionTiers(Section):
    """Commission that rises, or falls, as a rep's quota is reached."""

    quota: Positive = Field(
        description="Bookings that each rep of the team is to close in a quota period.", examples=[1.0]
    )
    period: Literal["month", "quarter", "year"] = Field(
        default="quarter", description="The quota period: a calendar month, quarter or year."
    )
    attainment: tuple[Positive, ...] = Field(
        default=(1.0,),
        min_length=1,
        max_length=100,
        description="Shares of the quota at which tiers begin, rising; below the first, `commission` holds.",
    )
    commission: tuple[Share, ...] = Field(
        min_length=1,
        max_length=100,
        description="Share of the bookings within each tier that is paid.",
        examples=[(0.1,)],
    )


class Team(Section):
    """People who work the same stages at the same hours."""

    people: int = Field(
        default=0,
        ge=0,
        le=MOST_PEOPLE,
        description='People without names of their own: "sales 1", "sales 2", ...',
    )
    reps: dict[Name, Rep] = Field(default={}, description="Named reps, on top of `people`.")
    hours_per_week: float = Field(
        default=40.0,
        gt=0,
        le=168,
        description="Working hours per person, spread evenly over Monday to Friday.",
    )
    hours: WeeklyHours | None = Field(
        default=None, description="Opening times by weekday, instead of `hours_per_week`."
    )
    holidays: Holidays = Field(
        default=(),
        description='Days on which the team is closed, and spans such as "2027-12-24 to 2027-12-31".',
    )
    cost_per_person_month: NotNegative = Field(
        default=0.0, description="Pay per person and month, accruing daily."
    )
    seat_cost_per_month: NotNegative = Field(default=0.0, description="Tools and desk per person and month.")
    commission: Share = Field(
        default=0.0, description="Share of bookings paid as commission for a contract that the team closes."
    )
    commission_tiers: CommissionTiers | None = Field(
        default=None, description="Commission by attainment of a quota, above the first tier."
    )
    opener_share: Share = Field(
        default=0.0,
        description="Share of the commission for the rep who worked the lead first, if that is another one.",
    )
    skill: AboveZero = Field(default=ONE, description="Distribution of a rep's odds ratio; average 1.")
    speed: AboveZero = Field(
        default=ONE, description="Distribution of a rep's pace; effort is divided by it."
    )
    ramp_up: RampUp | None = Field(
        default=None, description="How reps with a `hired` date grow to full strength."
    )
    absence: Absence | None = Field(
        default=None, description="When people are absent, by plan and by chance. Default: never."
    )
    turnover: Turnover | None = Field(
        default=None, description="How long `people` stay, and are replaced. Default: they stay."
    )
    learning: Learning | None = Field(
        default=None, description="How skill grows with leads worked. Default: it does not."
    )
    training: dict[Name, Training] = Field(
        default={}, max_length=100, description="Trainings of all who are on staff, by name."
    )
    max_open: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Open leads that a rep can own at once. Default: no limit.",
    )
    assignment: PolicyName = Field(
        default="round_robin",
        description=f"How leads find a rep: {', '.join(BUILT_IN)}, or a policy that you have registered.",
    )
    segments: tuple[str, ...] = Field(
        default=(),
        max_length=1000,
        description="Segments that the team's people know best, for `segment_match`.",
    )
    queue_order: Literal["fifo", "lifo", "hottest", "oldest_inquiry"] = Field(
        default="fifo", description="In which order a rep works its own queue."
    )
    interrupts: Literal["hot"] | None = Field(
        default=None,
        description='"hot": hot leads come first, and interrupt work on others. Default: nobody does.',
    )
    effort_split: Splits | None = Field(
        default=None,
        description="Between new business, which is the sale, and existing customers: `new_first`, "
        "`accounts_first`, or a share such as `{ new = 0.6 }`. Default: first come, first served.",
    )
    sticky: bool = Field(default=True, description="A lead stays with its rep through this team's stages.")


class StageOfSegment(Section):
    """A stage for the leads of one segment; what is not given is as in the stage."""

    conversion: Share | None = Field(
        default=None, description="Probability that the segment's reference lead advances."
    )
    effort_hours: Duration | None = Field(
        default=None, description="Working hours for a lead of the segment."
    )
    customer_takes_days: Duration | None = Field(
        default=None, description="Days that the segment's customers take; times their own factor."
    )
    never_decides: BelowOne | None = Field(
        default=None, description="Share of the segment's customers who never answer once the work is done."
    )
    customer_hours: CustomerHours | None = Field(
        default=None,
        description="When the segment's customers count time in this stage.",
    )
    goes_cold_after_days: Duration | None = Field(
        default=None, description="Days in the queue after which the segment's leads go cold."
    )
    cost_per_visit: NotNegative | None = Field(
        default=None, description="Cost of each visit of a lead of the segment."
    )
    team: str | None = Field(default=None, description="Team that works the segment's leads.")
    people: int | None = Field(
        default=None, ge=1, le=MOST_IN_CREW, description="People that a lead of the segment needs at once."
    )
    next: Targets | None = Field(
        default=None, description="Where those of the segment who advance go, in place of the stage's `next`."
    )
    back_to: dict[str, Share] | None = Field(
        default=None,
        description="Shares of those of the segment who do not advance that go back to a stage, in place of "
        "the stage's `back_to`.",
    )
    lost_reasons: dict[Name, Share] | None = Field(
        default=None,
        description="Shares of the segment's lost by reason, in place of the stage's `lost_reasons`.",
    )
    effects: StageEffects = Field(
        default=StageEffects(), description="Effects that differ for the segment in this stage."
    )


class Stage(Section):
    """A step of the funnel: queue, work, the customer's time, outcome."""

    conversion: Share | None = Field(
        default=None,
        description="Probability that a warm lead of average fit advances with an average rep, promptly. "
        "This or `checks`.",
    )
    team: str | None = Field(default=None, description="Team that works it. Default: needs no rep.")
    people: int = Field(
        default=1,
        ge=1,
        le=MOST_IN_CREW,
        description="People of the team that the work needs at once, in hours that all of them have.",
    )
    effort_hours: Duration = Field(
        default=ZERO, description="Working hours of a rep of average speed; of several people, of each."
    )
    customer_takes_days: Duration = Field(
        default=ZERO, description="Days that the customer takes after the work."
    )
    never_decides: BelowOne = Field(
        default=0.0,
        description="Share of customers who never answer once the work is done; `customer_takes_days` is of "
        "those who do.",
    )
    decided: Literal["when_worked", "when_answered"] = Field(
        default="when_worked",
        description="When it is decided who advances: as the work starts, or as the customer answers.",
    )
    customer_hours: CustomerHours | None = Field(
        default=None,
        description="When customers count time in this stage. Default: as their segment.",
    )
    goes_cold_after_days: Duration | None = Field(
        default=None, description="Days in the queue after which the lead goes cold. Default: waits for ever."
    )
    next: Targets | None = Field(
        default=None,
        description='Where those who advance go: a stage, "won", or weights. Default: the next stage.',
    )
    back_to: dict[str, Share] = Field(
        default={},
        description="Shares of those who do not advance that go back to a stage; the rest is lost.",
    )
    lost_reasons: dict[Name, Share] = Field(
        default={"unstated": 1.0}, description="Shares of the lost by reason; they sum to 1."
    )
    attempts: Attempts | None = Field(
        default=None,
        description="Attempts to reach the buyer, before the work. Default: the buyer need not be reached.",
    )
    makes: Literal["lead"] | None = Field(
        default=None,
        description='"lead": an inquiry that goes beyond this stage is a lead. Default: the first stage.',
    )
    cost_per_visit: NotNegative = Field(
        default=0.0, description="Cost of each visit, booked when work starts."
    )
    hand_over: HandOver | None = Field(
        default=None,
        description="How many leads are handed over to the team; the others are held. Default: all are.",
    )
    ignored: Ignored | None = Field(
        default=None, description="How many leads reps are given and ignore. Default: none."
    )
    checks: dict[Name, Check] = Field(
        default={},
        max_length=100,
        description="Checks by which the stage decides, instead of a conversion, by name.",
    )
    passes_at: int | None = Field(
        default=None, ge=1, le=100, description="Good answers needed to advance. Default: all of them."
    )
    rejection: Rejection | None = Field(
        default=None, description="How sales rejects leads at first contact here. Default: it rejects none."
    )
    effects: StageEffects = Field(default=StageEffects(), description="Effects that differ in this stage.")
    segments: dict[str, StageOfSegment] = Field(
        default={},
        max_length=1000,
        description="What differs in this stage for leads of a segment, by its name.",
    )


class AccountVisits(Section):
    """A program of visits to customers: each customer is visited again and again."""

    every_days: Duration = Field(
        description="Days from signing to the first visit, and from one to the next.", examples=[90.0]
    )
    asked: Literal["after_last", "regularly"] = Field(
        default="after_last",
        description="Whether the days count from the end of the last visit, or from when it was due.",
    )
    kept_odds_ratio: NotNegative = Field(
        default=1.0, description="Odds ratio of a customer's staying after a visit that was made."
    )
    missed_odds_ratio: NotNegative = Field(
        default=1.0, description="Odds ratio of a customer's staying after a visit that was not made."
    )
    purpose: Literal["retain", "develop"] = Field(
        default="retain",
        description="What the visits are for: the phase of a customer's life to which their cost belongs.",
    )
    stages: dict[Name, Stage] = Field(
        min_length=1,
        max_length=100,
        description="The steps of a visit, in their order, by name; with the keys of `[stages]`.",
        examples=[{"visit": {"conversion": 1.0}}],
    )


class Delivery(Section):
    """How what has been sold is delivered."""

    promised_days: Positive | None = Field(
        default=None, description="Days after signing by which it is promised. Default: nothing is promised."
    )
    good: Share = Field(
        default=1.0, description="Chance of a good delivery, in time and never sent back to a stage."
    )
    late_odds_ratio: NotNegative = Field(default=1.0, description="Odds ratio of a good delivery if late.")
    defect_odds_ratio: NotNegative = Field(
        default=1.0, description="Odds ratio of a good delivery for each time that it was sent back."
    )
    good_odds_ratio: NotNegative = Field(
        default=1.0, description="Odds ratio of a customer's staying after a good delivery."
    )
    bad_odds_ratio: NotNegative = Field(
        default=1.0, description="Odds ratio of a customer's staying after a delivery that was not good."
    )
    stages: dict[Name, Stage] = Field(
        min_length=1,
        max_length=100,
        description="The steps of a delivery, in their order, by name; with the keys of `[stages]`.",
        examples=[{"work": {"conversion": 1.0}}],
    )


class Goal(Section):
    """A target to reach; results tell the chance of it."""

    metric: GoalMetric = Field(description="What is measured: any figure.", examples=["won"])
    at_least: float | None = Field(default=None, description="The least that is good enough.")
    at_most: float | None = Field(
        default=None, description="The most that is good enough; with `at_least`, a range."
    )
    channel: str | None = Field(default=None, description="The channel that the goal is about. Default: all.")
    segment: str | None = Field(default=None, description="The segment that the goal is about. Default: all.")
    stage: str | None = Field(default=None, description="The stage that the goal is about. Default: all.")
    team: str | None = Field(default=None, description="The team that the goal is about. Default: all.")
    rep: str | None = Field(
        default=None, description='The rep that the goal is about, such as "sales 1". Default: all.'
    )
    each: Literal["average_month", "every_month", "period"] = Field(
        default="period",
        description="Whether the average month, every month or the whole period must reach it.",
    )

    def places(self) -> dict[str, str]:
        """Return what the goal is about, by its dimension; nothing if it is about all."""
        return {name: place for name in PLACES_OF_GOALS if (place := getattr(self, name)) is not None}


class DatedChange(Section):
    """A change that is made on a day of the period."""

    date: Day = Field(description="The day from which the change holds.", examples=[date(2026, 1, 1)])
    about: str = Field(default="", max_length=2000, description="The change in a few words.")
    change: dict[str, Any] = Field(
        default={},
        description='Values by path: { "teams.sales.people +=" = 1 }. Nothing is removed but people.',
    )
    one_off_cost: NotNegative = Field(default=0.0, description="What the change costs once, on that day.")
    cost_per_month: NotNegative = Field(
        default=0.0, description="What it costs per calendar month from that day on, besides what it changes."
    )


class Strategy(Section):
    """A choice to compare with today; it begins on a day, and today is what holds before."""

    title: str = Field(
        default="",
        max_length=60,
        description="What sentences, tables and pictures call it. Default: its name.",
    )
    about: str = Field(default="", max_length=2000, description="The strategy in a few words.")
    starts: Day | None = Field(
        default=None, description="The day on which it begins. Default: the first day of the period."
    )
    always: bool = Field(
        default=False,
        description="Whether the strategy has always been in force, warm-up included: another steady state.",
    )
    combines: tuple[str, ...] = Field(
        default=(),
        max_length=1000,
        description="Strategies that are part of it, in this order, each with its days and costs; "
        "its own changes come after theirs.",
    )
    change: dict[str, Any] = Field(
        default={},
        description='Values by path: { "teams.sales.people +=" = 1, "channels.*.cost_per_month *=" = 2 }; '
        "a * stands for every name.",
    )
    one_off_cost: NotNegative = Field(default=0.0, description="What the strategy costs once, as it begins.")
    cost_per_month: NotNegative = Field(
        default=0.0, description="What it costs per calendar month, besides what it changes."
    )
    on: tuple[DatedChange, ...] = Field(
        default=(), max_length=1000, description="What it changes later, each on a day of its own."
    )

    @property
    def begins_something(self) -> bool:
        """Return whether something of its own begins on its first day, besides its parts."""
        return not self.combines or bool(self.change or self.one_off_cost or self.cost_per_month)


class Assumption(Section):
    """What we are unsure of and do not choose; strategies are compared under it."""

    title: str = Field(
        default="",
        max_length=60,
        description="What sentences, tables and pictures call it. Default: its name.",
    )
    about: str = Field(default="", max_length=2000, description="The assumption in a few words.")
    change: dict[str, Any] = Field(
        default={}, description="Values by path, as in a strategy; strategies change what it leaves."
    )


class Contents(Section):
    """Everything that a scenario file says."""

    about: str = Field(default="", max_length=20_000, description="What the scenario is, in words.")
    start: date = Field(description="First day of the period.", examples=[date(2026, 1, 1)])
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        default="", max_length=12, description="Such as USD; printed with money."
    )
    horizon: Horizon = Field(default=Horizon(), description="How long to simulate.")
    effects: Effects = Field(
        default=Effects(), description="What moves conversion away from the typed probability."
    )
    management: Management = Field(
        default=Management(), description="How far management asks what becomes of leads."
    )
    traits: dict[Name, Trait] = Field(
        default={}, max_length=MOST_TRAITS, description="What companies have or lack, by name."
    )
    segments: dict[Name, Segment] = Field(
        min_length=1,
        max_length=1000,
        description="Groups of customers, by name.",
        examples=[{"default": {"contract_value": 1.0}}],
    )
    finance: Finance = Field(default=Finance(), description="What holds for all of the firm's money.")
    products: dict[Name, Product] = Field(default={}, max_length=100, description="What is sold, by name.")
    kinds: dict[Name, Kind] = Field(
        default={},
        max_length=1000,
        description="Kinds of channels, by name: what channels of the kind have in common.",
    )
    channels: dict[Name, Channel] = Field(
        min_length=1, max_length=1000, description="Where inquiries come from, by name."
    )
    mix: Mix = Field(default=Mix(), description="What channels have in common.")
    customer_hours: CustomerHours | None = Field(
        default=None,
        description="When customers count time and answer. Default: round the clock, nights and weekends.",
    )
    shocks: Shocks = Field(default=Shocks(), description="What moves the firm from month to month.")
    teams: dict[Name, Team] = Field(default={}, max_length=1000, description="Teams, by name.")
    stages: dict[Name, Stage] = Field(
        min_length=1, max_length=1000, description="The funnel, in its order, by name."
    )
    deliveries: dict[Name, Delivery] = Field(
        default={}, max_length=100, description="How products are delivered, by name."
    )
    account_visits: dict[Name, AccountVisits] = Field(
        default={}, max_length=100, description="Programs of visits to customers, by name."
    )
    nurture: dict[Name, Nurture] = Field(
        default={}, max_length=127, description="Programs that care for those who are lost, by name."
    )
    uncertainties: dict[str, Uncertain] = Field(
        default={},
        max_length=1000,
        description="What is not known, by path: a distribution of the number there, drawn once per "
        'simulated year and the same in every strategy. A path that ends in " *=" multiplies what is typed, '
        '" +=" adds to it; `plus` moves a distribution. { draws = FILE }: a column of a file, a row a world.',
    )
    changes: tuple[DatedChange, ...] = Field(
        default=(),
        max_length=1000,
        description="What changes during the period in any case, each on a day of its own.",
    )
    goals: dict[Name, Goal] = Field(default={}, description="Targets, by name.")
    plan: Plan = Field(default=Plan(), description="Quotas by team and rep, and when the fiscal year begins.")
    strategies: dict[ChoiceName, Strategy] = Field(
        default={}, max_length=1000, description="Choices to compare with today, by name."
    )
    assumptions: dict[ChoiceName, Assumption] = Field(
        default={},
        max_length=1000,
        description="What we are unsure of, by name: strategies are compared under each, never with it.",
    )
    origins: dict[str, str] = Field(
        default={},
        description='Where values come from, by pattern: "source: ...", "measured: ...", "assumed: ...".',
    )

    @field_validator("channels")
    @classmethod
    def _of_kinds(cls, channels: dict[str, Channel], info: ValidationInfo) -> dict[str, Channel]:
        return as_their_kinds(channels, info.data.get("kinds", {}))


def as_their_kinds(channels: Mapping[str, Channel], kinds: Mapping[str, Kind]) -> dict[str, Channel]:
    """Return channels with what their kinds give them."""
    return {name: as_its_kind(channel, kinds.get(channel.kind)) for name, channel in channels.items()}

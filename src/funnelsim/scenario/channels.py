"""What a scenario file may say about channels: where inquiries come from, and what they have in common."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from funnelsim.scenario.learning import Learning
from funnelsim.scenario.quantities import BelowOne, NotNegative, OddsRatio, Positive, Share, TimesOfDay
from funnelsim.scenario.section import ONE, Section
from funnelsim.scenario.shocks import Shock

WHOLE_DAY: Any = ("00:00", "24:00")
WHOLE_YEAR: Any = (1.0,) * 12
_DayVariation = Annotated[float, Field(ge=0, le=3)]


class Temperatures(Section):
    """Shares of inquiries by temperature; they sum to 1."""

    hot: Share = Field(default=0.0, description="Share of hot inquiries.")
    warm: Share = Field(default=0.0, description="Share of warm inquiries.")
    future: Share = Field(default=0.0, description="Share of future inquiries.")


KINDS = (
    "seo",
    "advertising",
    "personal_selling",
    "direct_marketing",
    "sales_promotion",
    "pr",
    "referral",
    "reactivation",
    "outsourced",
)


class Response(Section):
    """What a channel's cost per month brings: `inquiries_per_month` at one cost, ever less for more."""

    at_cost_per_month: Positive = Field(
        description="Cost per month at which the channel brings its `inquiries_per_month`: today's point.",
        examples=[1.0],
    )
    curve: Literal["tanh", "hill"] = Field(
        default="tanh",
        description="Shape of saturation: tanh(cost / scale), or cost^n / (half_at^n + cost^n).",
    )
    ceiling: Positive | None = Field(
        default=None, description="Inquiries per month that no cost exceeds. This or `half_at`."
    )
    half_at: Positive | None = Field(
        default=None, description="Cost per month that brings half of the most. This or `ceiling`."
    )
    steepness: Annotated[float, Field(ge=0.1, le=10)] = Field(
        default=1.0, description="Exponent n of the Hill curve; above 1 it begins slowly, like an S."
    )
    half_life_days: Annotated[float, Field(ge=0, le=3650)] = Field(
        default=0.0, description="Days after which half of the effect of spending is left. 0: none is left."
    )


class Promotion(Section):
    """A lower price for a time."""

    starts: date = Field(description="First day of the promotion.", examples=[date(2026, 1, 1)])
    ends: date = Field(description="First day after the promotion.", examples=[date(2026, 2, 1)])
    price_cut: BelowOne = Field(
        default=0.0, description="Share by which contracts of inquiries of these days cost less."
    )
    inquiries_factor: NotNegative = Field(
        default=1.0, description="Factor on the inquiries expected on these days."
    )


class Prospecting(Section):
    """Inquiries that reps find by themselves, in hours that are reserved for it or in idle ones."""

    team: str = Field(description="Team whose reps prospect.", examples=[""])
    inquiries_per_hour: Annotated[float, Field(gt=0, le=100)] = Field(
        description="Inquiries that an hour of prospecting finds on average.", examples=[0.2]
    )
    hours_per_week: Annotated[float, Field(ge=0, le=168)] | None = Field(
        default=None,
        description="Hours that each rep reserves for it in a week of the team, the first of each day; "
        "0: nobody prospects. Default: only idle hours.",
    )
    block_hours: Annotated[float, Field(ge=0.25, le=8)] = Field(
        default=0.25, description="Working hours of a block, which nothing interrupts."
    )


class Referrals(Section):
    """Inquiries that customers bring: who has signed refers others, of the same segment."""

    per_customer_per_month: Annotated[float, Field(ge=0, le=100)] = Field(
        description="Companies that a satisfied customer refers in a month, if the market has room for all.",
        examples=[0.1],
    )
    lasts: Literal["while_customer", "for_ever"] = Field(
        default="while_customer",
        description="Whether who has left refers others still. Who has bought once is a customer for ever.",
    )
    after_bad_delivery: Share = Field(
        default=1.0,
        description="Share of its referrals that a customer makes after a delivery that was not good.",
    )
    after_missed_visit: Share = Field(
        default=1.0, description="Share of its referrals that a customer makes after a visit that was missed."
    )


class Kind(Section):
    """What channels of a kind have in common; each may say otherwise."""

    inquiries_per_month: Annotated[float, Field(ge=0, le=1e9)] | None = Field(
        default=None,
        description="Expected inquiries in an average calendar month. "
        "Left out where `[mix]` shares out a total, or with `prospecting` or `referrals`.",
    )
    monthly_profile: tuple[NotNegative, ...] = Field(
        default=(1.0,) * 12,
        min_length=12,
        max_length=12,
        description="Weights of January to December; normalised to mean 1.",
    )
    weekday_profile: tuple[NotNegative, ...] = Field(
        default=(1.0,) * 7,
        min_length=7,
        max_length=7,
        description="Weights of Monday to Sunday; each calendar month keeps its volume.",
    )
    growth_per_year: float = Field(
        default=0.0, gt=-1, le=100, description="Share per year, compounding by month from `start`."
    )
    arrives_between: TimesOfDay = Field(
        default=WHOLE_DAY,
        description='Times of day in which inquiries arrive: ["08:00", "18:00"], or spans such as '
        '["09:00-12:00", "22:00-02:00"].',
    )
    hourly_profile: tuple[NotNegative, ...] = Field(
        default=(1.0,) * 24,
        min_length=24,
        max_length=24,
        description="Weights of the hours of the day, from midnight on, within `arrives_between`; each day "
        "keeps its volume.",
    )
    cost_per_month: NotNegative = Field(default=0.0, description="Cost per calendar month, accruing daily.")
    spend_profile: tuple[NotNegative, ...] = Field(
        default=WHOLE_YEAR,
        min_length=12,
        max_length=12,
        description="Weights of `cost_per_month` in January to December; normalised to mean 1.",
    )
    response: Response | None = Field(
        default=None, description="How inquiries follow the cost per month. Default: they do not."
    )
    cost_per_inquiry: NotNegative = Field(default=0.0, description="Cost per inquiry.")
    price_per_lead: NotNegative = Field(
        default=0.0, description="What an outsourced supplier is paid for an inquiry that becomes a lead."
    )
    day_variation: _DayVariation = Field(
        default=0.0,
        description="Standard deviation of this channel's busy and quiet days, as a share of the expected "
        "day. 0: Poisson; below 0.001 counts as 0.",
    )
    demand_shock: Shock | None = Field(
        default=None, description="What moves this channel's inquiries from month to month. Default: nothing."
    )
    promotion: Promotion | None = Field(default=None, description="A lower price for a time.")
    prospecting: Prospecting | None = Field(
        default=None, description="Inquiries that reps find, instead of `inquiries_per_month`."
    )
    referrals: Referrals | None = Field(
        default=None, description="Inquiries that customers bring, instead of `inquiries_per_month`."
    )
    temperature: Temperatures = Field(
        default=Temperatures(warm=1.0), description="Shares of hot, warm and future inquiries."
    )
    fit: OddsRatio = Field(
        default=ONE, description="Fit to the ideal customer: distribution of an odds ratio."
    )
    theorist_share: Share = Field(
        default=0.0, description="Share of inquirers who learn and will not buy now."
    )
    traits: dict[str, Share] = Field(
        default={}, description="Shares of its companies that have a trait. Default: the trait's own share."
    )
    learning: Learning | None = Field(
        default=None,
        description="How its shares move the more marketing hears of its leads. Default: they stay.",
    )
    segments: dict[str, Share] | None = Field(
        default=None, description="Mix of segments, summing to 1. Default: the only segment."
    )
    first_stage: str | None = Field(
        default=None, description="Stage where inquiries enter. Default: the first."
    )


class OfKind(Section):
    """What has a kind."""

    kind: str = Field(
        description=f"Kind of channel: {', '.join(KINDS)}, or one of `[kinds]`.", examples=["seo"]
    )


class Channel(Kind, OfKind):
    """Where inquiries come from."""

    off: bool = Field(
        default=False, description="Whether it is switched off: it brings nothing and costs nothing."
    )


def as_its_kind(channel: Channel, kind: Kind | None) -> Channel:
    """Return a channel with what its kind gives and the channel leaves out, which stays unset.

    >>> talks = Channel(kind="podcast", cost_per_month=50.0)
    >>> found = as_its_kind(talks, Kind(cost_per_month=80.0, theorist_share=0.25))
    >>> found.cost_per_month, found.theorist_share
    (50.0, 0.25)
    """
    inherited = set() if kind is None else kind.model_fields_set - channel.model_fields_set
    if not inherited:
        return channel
    own = {key: getattr(channel, key) for key in type(channel).model_fields}
    usual = {key: getattr(kind, key) for key in inherited}
    return type(channel).model_construct(channel.model_fields_set, **own | usual)


class Mix(Section):
    """What channels have in common: a total that some share, and days on which all are busy or quiet."""

    inquiries_per_month: Annotated[float, Field(ge=0, le=1e9)] | None = Field(
        default=None, description="Inquiries per month of all channels named in `shares` together."
    )
    shares: dict[str, Share] = Field(
        default={},
        description="Shares of the total by channel, summing to 1; these have no `inquiries_per_month`.",
    )
    certainty: Annotated[float, Field(gt=0, le=1e9)] | None = Field(
        default=None,
        description="How sure the shares are: as if seen in so many inquiries (Dirichlet). Default: certain.",
    )
    day_variation: _DayVariation = Field(
        default=0.0,
        description="Standard deviation of days that are busy or quiet for all channels alike, as a share of "
        "the expected day. 0: none; below 0.001 counts as 0.",
    )

"""What a scenario file may say about products: what is sold, for how much, and how long customers stay."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field

from funnelsim.chance.distributions import Beta, Distribution, Gamma
from funnelsim.scenario.finance import Billing
from funnelsim.scenario.quantities import AboveZero, Duration, NotNegative, Positive, Share
from funnelsim.scenario.section import Section

LONGEST_TERM = 240  # months
_BY_SEGMENT = ("price", "price_per_month", "gross_margin")


class ProductOfSegment(Section):
    """A product in one segment; what is not given is as for all."""

    price: AboveZero | None = Field(default=None, description="Price of a one-off product for the segment.")
    price_per_month: AboveZero | None = Field(
        default=None, description="Price of a recurring product for the segment."
    )
    gross_margin: Share | None = Field(default=None, description="Share of the price left after delivery.")
    customers: Annotated[float, Field(ge=0, le=1e6)] = Field(
        default=0.0,
        description="Customers of the segment that have the product as the period begins; rounded.",
    )
    customers_since_days: Duration | None = Field(
        default=None,
        description="Days since they signed, as the period begins. Default: anything up to two years.",
    )


class Loyalty(Section):
    """How customers differ in loyalty: each one's own chance to leave after a term is drawn from a beta.

    How many stay after so many terms is then the shifted beta-geometric (Fader and Hardie 2007, How to
    Project Customer Retention, Journal of Interactive Marketing 21).
    """

    alpha: Positive = Field(description="First parameter of the beta distribution.", examples=[1.0])
    beta: Positive = Field(
        description="Second parameter: the mean chance to leave is alpha / (alpha + beta).", examples=[4.0]
    )

    def chance_to_leave(self) -> Distribution:
        """Return the distribution of the chance to leave after a term.

        Examples
        --------
        >>> round(Loyalty(alpha=0.668, beta=3.806).chance_to_leave().mean(), 3)
        0.149
        """
        return Beta(self.alpha, self.beta)


class RepeatPurchase(Section):
    """How customers of a one-off product buy it again, each at a rate of its own, until they drop out.

    The BG/NBD of Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24.
    """

    shape: Positive = Field(
        description="Shape of the gamma distribution of customers' rates: below 1, most buy seldom and few "
        "often.",
        examples=[1.0],
    )
    scale_days: Positive = Field(
        description="Customers buy `shape` times on average in these days, as long as they buy at all.",
        examples=[30.0],
    )
    a: Positive = Field(
        description="First parameter of the beta distribution of customers' chance to drop out after a "
        "repeat purchase.",
        examples=[1.0],
    )
    b: Positive = Field(description="Second parameter: the mean chance is a / (a + b).", examples=[4.0])

    def rate(self) -> Distribution:
        """Return the distribution of customers' rates, repeat purchases a day.

        Examples
        --------
        >>> RepeatPurchase(shape=0.5, scale_days=20, a=1, b=4).rate().mean()
        0.025
        """
        return Gamma(shape=self.shape, scale=1 / self.scale_days)

    def dropout(self) -> Distribution:
        """Return the distribution of customers' chance to drop out after a repeat purchase."""
        return Beta(self.a, self.b)


class Discount(Section):
    """A price below the list, for every deal about a product, and what that does to the odds."""

    price_cut: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="Share of the price that is not paid.", examples=[0.1]
    )
    odds_ratio: NotNegative = Field(default=1.0, description="Odds ratio of its deals in every stage.")


class Product(Section):
    """What is sold: once, or by the month."""

    about: str = Field(default="", max_length=2000, description="The product in a few words.")
    price: AboveZero | None = Field(
        default=None, description="Price of a one-off product. This or `price_per_month`.", examples=[1.0]
    )
    price_per_month: AboveZero | None = Field(
        default=None, description="Price per month of a recurring product. This or `price`.", examples=[1.0]
    )
    gross_margin: Share = Field(default=1.0, description="Share of the price left after delivery.")
    earned_over_days: Annotated[float, Field(ge=0, le=36_500)] = Field(
        default=0.0,
        description="Days over which the price of a one-off product is earned, evenly. Default: at signing.",
    )
    term_months: int | None = Field(
        default=None,
        ge=1,
        le=LONGEST_TERM,
        description="Months that a contract about a recurring product runs, and again when it is renewed. "
        "Default: from month to month.",
    )
    renewal: Share | None = Field(
        default=None, description="Chance that a customer renews at the end of a term. Needs `term_months`."
    )
    churn_per_month: Share | None = Field(
        default=None,
        description="Chance that a customer leaves after a month, where the contract has no term.",
    )
    loyalty: Loyalty | None = Field(
        default=None,
        description="Each customer's own chance to leave after a term, or a month, in place of `renewal` and "
        "`churn_per_month`.",
    )
    price_growth_per_year: Annotated[float, Field(gt=-1, le=10)] = Field(
        default=0.0, description="What is paid rises by this share with each year since signing."
    )
    repeat_purchase: RepeatPurchase | None = Field(
        default=None, description="How customers buy a one-off product again. Default: they do not."
    )
    delivery: str | None = Field(
        default=None,
        description="How it is delivered, of `[deliveries]`. Default: there is nothing to deliver.",
    )
    recognised: Literal["at_signing", "at_delivery"] = Field(
        default="at_signing",
        description="From when on what is paid is earned; a subscription recognised at delivery begins then.",
    )
    billing: Billing | None = Field(
        default=None,
        description="When it is billed, and when that is paid. Default: as all, of `[finance.billing]`.",
    )
    discount: Discount | None = Field(default=None, description="A price below the list. Default: none.")
    launched: date | None = Field(
        default=None, description="The day from which on it is sold. Default: it always has been."
    )
    opens: dict[str, Share] = Field(
        default={},
        max_length=100,
        description="Products to which its customers move up: chances after each term or month.",
    )
    segments: dict[str, ProductOfSegment] = Field(
        default={}, max_length=1000, description="What differs for a segment, by its name."
    )

    def for_segment(self, name: str) -> Self:
        """Return the product as it is for a segment.

        Examples
        --------
        >>> product = Product(price=100.0, segments={"large": ProductOfSegment(price=300.0)})
        >>> product.for_segment("large").price.mean(), product.for_segment("small").price.mean()
        (300.0, 100.0)
        """
        own = self.segments.get(name, ProductOfSegment())
        keys = [key for key in _BY_SEGMENT if getattr(own, key) is not None]
        return self.model_copy(update={key: getattr(own, key) for key in keys})

    @property
    def is_recurring(self) -> bool:
        """Return whether it is paid for by the month."""
        return self.price_per_month is not None

"""What the answers in docs/questions say, as conditions on the figures, which `make questions` checks.

A sentence about figures stands in a page by hand. Here it has the condition under which it is true.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import funnelsim as fs
from funnelsim.decisions import Difference
from funnelsim.forecast import Estimate


class Figures(NamedTuple):
    """The figures of a comparison, by strategy."""

    result: fs.ComparisonResult

    def of(self, metric: str, strategy: str = "today") -> Estimate:
        """Return a figure with its range."""
        return self.result[strategy].forecast.estimate(metric)

    def mean(self, metric: str, strategy: str = "today") -> float:
        """Return the mean of a figure."""
        return self.of(metric, strategy).mean

    def gain(self, strategy: str) -> Difference:
        """Return the difference in profit from today."""
        return self.result.comparison.differences()[strategy]

    def most(self, metric: str) -> str:
        """Name the strategy with the highest mean of a figure."""
        return max(self.result, key=lambda name: self.mean(metric, name))

    def least(self, metric: str) -> str:
        """Name the strategy with the lowest mean of a figure."""
        return min(self.result, key=lambda name: self.mean(metric, name))

    def spread(self, metric: str, strategy: str = "today") -> float:
        """Return half of the range of single years, over the mean."""
        found = self.of(metric, strategy)
        return (found.p90 - found.p10) / 2 / found.mean

    def waits_longest(self) -> str:
        """Name the stage in which work waits longest today."""
        forecast = self.result["today"].forecast
        waits = forecast.outcomes("wait", "stage")
        return max(zip(forecast.names.stages, waits, strict=True), key=lambda each: each[1].value)[0]

    def better(self, strategy: str) -> bool:
        """Return whether a strategy surely earns more than today."""
        return self.gain(strategy).low > 0

    def worse(self, strategy: str) -> bool:
        """Return whether a strategy surely earns less than today."""
        return self.gain(strategy).high < 0


class Claim(NamedTuple):
    """Words of an answer, and when they are true."""

    words: str
    holds: Callable[[Figures], bool]


CLAIMS: dict[str, tuple[Claim, ...]] = {
    "hire": (
        Claim(
            "Yes, one; not two.",
            lambda of: (
                of.better("one_more_rep") and of.gain("two_more_reps").mean < of.gain("one_more_rep").mean
            ),
        ),
        Claim(
            "takes up leads that would otherwise have gone cold",
            lambda of: of.mean("gone_cold_share", "one_more_rep") < of.mean("gone_cold_share"),
        ),
        Claim("But look for hours first.", lambda of: of.most("profit") == "templates"),
    ),
    "channel": (
        Claim(
            "Of all plans it brings the fewest inquiries and the most profit",
            lambda of: of.least("inquiries") == of.most("profit") == "ads_to_partners",
        ),
        Claim(
            "at the same marketing cost as today",
            lambda of: (
                abs(of.mean("marketing_cost", "ads_to_partners") / of.mean("marketing_cost") - 1) < 0.01
            ),
        ),
        Claim("**More advertising loses money**", lambda of: of.worse("ads")),
        Claim("although it brings the most inquiries", lambda of: of.most("inquiries") == "ads"),
        Claim("Reps are nearly fully busy", lambda of: of.mean("utilisation") > 0.9),
    ),
    "hot_leads": (
        Claim("One queue for all wins", lambda of: of.result.best == "shared_queue"),
        Claim("**Hot leads for the best lose here.**", lambda of: of.worse("hot_to_best")),
        Claim("**All leads for the best lose even more.**", lambda of: of.least("profit") == "best_skill"),
    ),
    "answer_fast": (
        Claim(
            "more than halves the wait",
            lambda of: of.mean("time_to_first_contact", "weekends") < of.mean("time_to_first_contact") / 2,
        ),
        Claim("**A third caller does not pay.**", lambda of: of.worse("third_caller")),
        Claim(
            "busy for little more than half of their hours", lambda of: 0.5 < of.mean("utilisation") < 0.65
        ),
        Claim("**Not being there costs most:**", lambda of: of.least("profit") == "one_caller_less"),
        Claim(
            "with one caller the wait doubles",
            lambda of: (
                1.8
                < of.mean("time_to_first_contact", "one_caller_less") / of.mean("time_to_first_contact")
                < 2.2
            ),
        ),
        Claim(
            "more than a tenth goes cold",
            lambda of: 0.1 < of.mean("gone_cold_share", "one_caller_less") < 0.15,
        ),
    ),
    "predictable": (
        Claim("a year is, to within about a quarter", lambda of: 0.2 < of.spread("won") < 0.3),
        Claim("**Revenue is calmer than bookings**", lambda of: of.spread("revenue") < of.spread("bookings")),
        Claim(
            "raises the range; it hardly narrows it",
            lambda of: (
                of.of("profit", "richer_mix").p10 > of.of("profit").p10
                and of.of("profit", "richer_mix").p90 > of.of("profit").p90
            ),
        ),
        Claim(
            "turns a bad year from a loss into a small profit",
            lambda of: of.of("profit").p10 < 0 < of.of("profit", of.most("profit")).p10,
        ),
    ),
    "customer_worth": (
        Claim("several times what it costs to win one", lambda of: of.mean("ltv_to_cac") > 3),
        Claim("pays that back within a year", lambda of: of.mean("payback") < 12),
        Claim(
            "**Visits make each customer worth more.**",
            lambda of: of.mean("lifetime_value", "nobody_visits") < of.mean("lifetime_value"),
        ),
        Claim(
            "Without them, more leave.",
            lambda of: of.mean("logo_churn", "nobody_visits") > of.mean("logo_churn"),
        ),
        Claim("Today's customers are worth the most", lambda of: of.most("lifetime_value") == "today"),
        Claim("today earns the least", lambda of: of.least("profit") == "today"),
    ),
    "deliver": (
        Claim("Jobs wait longest for a crew", lambda of: of.waits_longest() == "work"),
        Claim(
            "**A sixth installer is worth it, just.**",
            lambda of: of.better("one_more_installer") and of.gain("one_more_installer").ahead.value < 0.6,
        ),
        Claim(
            "Four of five deliveries come in time",
            lambda of: 0.75 < of.mean("delivered_in_time", "one_more_installer") < 0.85,
        ),
        Claim(
            "few cancel",
            lambda of: of.mean("cancelled", "one_more_installer") < of.mean("cancelled") / 3,
        ),
        Claim(
            "**A fourth crew delivers faster still and loses money.**",
            lambda of: (
                of.least("days_to_deliver") == "three_more_installers" and of.worse("three_more_installers")
            ),
        ),
        Claim("**Another salesperson makes it worse.**", lambda of: of.worse("one_more_salesperson")),
        Claim(
            "More is sold, and more of it is cancelled.",
            lambda of: of.most("won") == of.most("cancelled") == "one_more_salesperson",
        ),
    ),
    "cash": (
        Claim("**Growth pays", lambda of: of.better("growth")),
        Claim(
            "more than twice as likely to run out of money",
            lambda of: of.mean("ran_out_of_cash", "growth") > 2 * of.mean("ran_out_of_cash"),
        ),
        Claim(
            "takes back part of the danger",
            lambda of: (
                of.mean("ran_out_of_cash")
                < of.mean("ran_out_of_cash", "growth_with_deposit")
                < of.mean("ran_out_of_cash", "growth")
            ),
        ),
        Claim(
            "Profit is the same to the cent",
            lambda of: abs(of.mean("profit", "growth_with_deposit") - of.mean("profit", "growth")) < 0.01,
        ),
    ),
}


def untrue(name: str, page: str, result: fs.ComparisonResult) -> list[str]:
    """List what a page says that its figures do not, and claims whose words it has no more."""
    found = []
    text = " ".join(page.split())
    for claim in CLAIMS[name]:
        if claim.words not in text:
            found.append(f'{name}.md no longer says "{claim.words}": change docs/question_claims.py with it')
        elif not claim.holds(Figures(result)):
            found.append(f'{name}.md says "{claim.words}", and the figures no longer do: change the sentence')
    return found

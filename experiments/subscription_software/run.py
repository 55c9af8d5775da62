"""Who should look after customers: hunters who farm, or farmers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from experiments.paired import Floats, Found, in_words, percent, side_by_side, table
from experiments.studied import COLOURS, Asked, At, Finding, Row, Studied, run
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.decisions.significance import SIGNIFICANT, holm, mcnemar
from funnelsim.forecast.intervals import wilson
from funnelsim.metrics.wording import listed
from funnelsim.scenario import AS_TYPED

TODAY, NOBODY, NEW_FIRST, TURNED = "today", "nobody_visits", "new_first", "a_hunter_turns_farmer"
ONE, TWO = FARMERS = ("one_farmer", "farmers")
LESS = "visits_do_less"
DRAWN = (NEW_FIRST, NOBODY, TURNED, ONE, TWO, "one_more_ae")
YEAR_THREE = slice(24, 36)  # months of the period
BLUE = COLOURS[0]

SAYS = """# Who should look after customers: hunters who farm, or farmers?

**Question.** A firm that sells subscriptions lives on the customers that it has. Should its account
executives visit them, whose hours then lack for new deals, or account managers?

**Answer.** {answer}

![MRR by month and profit, both against today](farmers.png)

The firm is the preset `subscription_software`; a simulated year is here a period of 36 months. {made}

**What is assumed.** What a visit does is assumed: a customer whom nobody visits leaves as often as at the
worse firms of public benchmarks, and one who was visited as seldom as at the better ones. So the last table
has the same strategies where a visit does less. All changes are against today: hunters who farm. Money is in
thousand USD; profit is that of the 36 months, from what is signed and renewed in them.

| strategy | what it is |
|---|---|
{abouts}

## The verdict

{verdict}

{goals}

**Farmers.** {who_farms}

## Three years later

{later}

## {how_much} of the money comes from customers that the firm already has

{existing}

## What visits cost in new deals

{visits}

{deals}

## If a visit does less

{less}

{still}
"""


@dataclass(frozen=True)
class Firm:
    """What was simulated, under one assumption."""

    studied: Studied
    assumption: str = AS_TYPED

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name the strategies, today's first."""
        return self.studied.result.study.strategies

    def called(self, name: str) -> str:
        """Name a strategy as readers know it."""
        return in_words(self.studied.result.study.scenario.title_of(name))

    def row(self, name: str) -> Row:
        """Find a strategy."""
        return self.studied.row(strategy=name, assumption=self.assumption)

    def mean(self, metric: str | At, name: str) -> Found:
        """Return a figure of a strategy."""
        if isinstance(metric, At):
            return self.studied.estimate(lambda figure: figure, (metric, self.row(name)))
        return self.studied.mean(metric, self.row(name))

    def change(self, metric: str, name: str, base: str = TODAY) -> Found:
        """Estimate what a strategy changes."""
        return self.studied.change(metric, self.row(name), self.row(base))

    def years(self, metric: str, name: str) -> Floats:
        """Return a figure of each simulated period, as drawn."""
        result = self.studied.result
        return result.values[self.row(name).place, :, result.metrics.index(metric)]

    def ahead(self, name: str) -> float:
        """Return the share of simulated periods in which a strategy earns more than today."""
        return float((self.years("profit", name) > self.years("profit", TODAY)).mean())

    @cached_property
    def ranked(self) -> list[str]:
        """Name the strategies, that with the highest profit first."""
        return sorted(self.names, key=lambda name: -self.mean("profit", name).mean)

    @cached_property
    def year_three(self) -> Sequence[str]:
        """Name the months of year three."""
        return self.studied.result.named("month")[YEAR_THREE]


# ---- what is written --------------------------------------------------------------------------


def answer(firm: Firm, less: Firm) -> str:
    """Answer the question in a few sentences."""
    best, if_less = firm.ranked[0], less.ranked[0]
    profit, mrr = (firm.change(metric, best).signed(1e-3) for metric in ("profit", "mrr"))
    new_first, turned = (firm.change("profit", name).signed(1e-3) for name in (NEW_FIRST, TURNED))
    still = "still" if best == if_less else "instead"
    return (
        f"With *{firm.called(best)}* profit is highest: it changes by {profit} thousand USD, and monthly "
        f"recurring revenue (MRR) at the end by {mrr} thousand. It is hours for new deals that the "
        f"firm lacks: without anybody being hired, hunters who only farm when no new deal is at hand change "
        f"profit by {new_first}, and a hunter who turns farmer by {turned}. Where a visit does half as much, "
        f"the best is {still} *{firm.called(if_less)}*, with {less.change('profit', if_less).signed(1e-3)}."
    )


def abouts(firm: Firm) -> str:
    """List what the strategies are, as rows of a table in Markdown."""
    known = firm.studied.result.study.scenario.strategies
    return "\n".join(f"| {firm.called(name)} | {known[name].about} |" for name in firm.names)


def verdict(firm: Firm) -> str:
    """Say which strategy earns most, and tabulate all."""
    best, second, *_ = firm.ranked
    lead = firm.change("profit", best, second)
    surely = "" if lead.sure else "; that is not sure"
    rows = [
        [firm.called(name), firm.change("profit", name).signed(1e-3), percent(firm.ahead(name))]
        for name in firm.ranked
        if name != TODAY
    ]
    head = ["strategy, the best first", "change of profit", "ahead of today in"]
    return (
        f"Profit is highest with *{firm.called(best)}*: {lead.plain(1e-3)} more than with the next best, "
        f"*{firm.called(second)}*{surely}.\n\n{table(head, rows)}"
    )


def goals(firm: Firm) -> str:
    """Say with which strategy each goal of the firm is likeliest."""
    said = []
    for name, goal in firm.studied.result.study.scenario.goals.items():
        least = float(goal.at_least or 0.0)
        reached = {each: firm.years(goal.metric, each) >= least for each in firm.names}
        likeliest = max(firm.names, key=lambda each: int(reached[each].sum()))
        said.append(
            f"The goal *{in_words(name)}* ({goal.metric.upper()} of at least {aim(least)}) is "
            f"likeliest with *{firm.called(likeliest)}*: {chance(reached[likeliest])}, against "
            f"{chance(reached[TODAY])} today{alike(firm, reached, likeliest)}."
        )
    return " ".join(said)


def aim(at_least: float) -> str:
    """Write what a goal asks for: a share, or money."""
    return percent(at_least, 0) if at_least <= 1 else f"{at_least / 1e3:,.0f} thousand"


def chance(reached: np.ndarray) -> str:
    """Write in which share of the simulated periods a goal is reached, with Wilson's interval."""
    found = wilson(int(reached.sum()), len(reached))
    return f"{100 * found.value:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})"


def alike(firm: Firm, reached: dict[str, np.ndarray], likeliest: str) -> str:
    """Name the strategies that reach a goal as often as the likeliest one, so far as can be told."""
    others = [name for name in firm.names if name != likeliest]
    chances = holm([mcnemar(reached[name], reached[likeliest]) for name in others])
    same = [f"*{firm.called(name)}*" for name, p in zip(others, chances, strict=True) if p >= SIGNIFICANT]
    return f"; it cannot be told apart from {listed(same, 'or')}" if same else ""


def who_farms(firm: Firm) -> str:
    """Compare farmers with hunters who farm."""
    told = []
    for name in FARMERS:
        profit, mrr = (firm.change(metric, name).signed(1e-3) for metric in ("profit", "mrr"))
        told.append(f"*{firm.called(name)}* changes profit by {profit}, MRR after three years by {mrr}")
    profit, mrr = (firm.change(metric, TWO, ONE).signed(1e-3) for metric in ("profit", "mrr"))
    return (
        f"Against hunters who farm, {told[0]}; {told[1]}. The second farmer changes profit by {profit} and "
        f"MRR by {mrr}; what a customer who stays pays after the 36 months is not in their profit. Where one "
        f"of the three hunters turns farmer and nobody is hired, profit changes by "
        f"{firm.change('profit', TURNED).signed(1e-3)}: the firm lacks hours, whoever does what."
    )


def later(firm: Firm) -> str:
    """Tabulate what each strategy leads to after three years."""
    head = ["strategy", "MRR", "change of MRR", "customers", "NRR, a year", "contracts", "change of profit"]
    rows = []
    for name in firm.names:
        changes = ["", ""]
        if name != TODAY:
            changes = [firm.change(metric, name).signed(1e-3) for metric in ("mrr", "profit")]
        customers, won = (f"{firm.mean(metric, name).mean:,.0f}" for metric in ("customers", "won"))
        nrr = percent(firm.mean("nrr", name).mean ** 12)
        mrr = firm.mean("mrr", name).plain(1e-3)
        rows.append([firm.called(name), mrr, changes[0], customers, nrr, won, changes[1]])
    return table(head, rows)


def how_much(firm: Firm) -> str:
    """Say whether most of what is earned in year three comes from customers who signed before."""
    earned = At("existing_revenue_share", "month", firm.year_three)
    return "Most" if min(firm.mean(earned, name).mean for name in (TODAY, TWO)) > 0.5 else "Part"


def existing(firm: Firm) -> str:
    """Say which share of the money comes from customers that the firm has."""
    earned = At("existing_revenue_share", "month", firm.year_three)
    signed = At("new_mrr", "month", firm.year_three)
    earlier, new = [], []
    for name in (TODAY, TWO):
        earlier.append(firm.mean(earned, name).plain(100, 1))
        at_end = (signed, firm.row(name)), ("mrr", firm.row(name))
        new.append(firm.studied.estimate(lambda new, end: new / end, *at_end).plain(100, 1))
    two = firm.called(TWO)
    return (
        "All that is signed with new customers in year three, whether they stay or not, is worth "
        f"{new[0]} % of the MRR at its end today, and {new[1]} % with *{two}*. Nearly all the rest is paid "
        "by those who were customers before that year. Of what is earned in the months of year three, "
        f"customers who signed in an earlier month bring {earlier[0]} % today, and {earlier[1]} % with "
        f"*{two}*."
    )


def visits(firm: Firm) -> str:
    """Tabulate visits, who leaves, and what becomes of new deals."""
    head = ["strategy", "visits made", "of those due", "leave a month", "contracts", "gone cold", "AEs busy"]
    rows = []
    for name in firm.names:
        made, due, leave, won, cold = (
            firm.mean(metric, name).mean
            for metric in ("account_visits", "account_visits_made", "logo_churn", "won", "gone_cold_share")
        )
        busy = firm.mean(At("utilisation", "team", ["ae"]), name).mean
        share = "" if np.isnan(due) else percent(due, 0)
        pace = [percent(leave, 2), f"{won:,.0f}", percent(cold), percent(busy, 0)]
        rows.append([firm.called(name), f"{made:,.0f}", share, *pace])
    return table(head, rows)


def deals(firm: Firm) -> str:
    """Say what visits by hunters cost in new deals, and what they bring."""
    won, profit, mrr = (firm.change(metric, TODAY, NOBODY) for metric in ("won", "profit", "mrr"))
    made, farmed = firm.mean("account_visits", TODAY).mean, firm.change("mrr", TWO, NOBODY)
    return (
        f"**Visits by hunters.** Today account executives make {made:,.0f} visits in three years. Against "
        f"a firm that visits nobody, contracts change by {won.signed()}: one contract fewer for "
        f"{made / -won.mean:.0f} visits. Those visited stay longer; but MRR after three years changes by "
        f"{mrr.signed(1e-3)}, and profit by {profit.signed(1e-3)}. **Visits by farmers** cost no new deal, "
        f"only pay: two of them change MRR by {farmed.signed(1e-3)} against visiting nobody."
    )


def if_less(less: Firm) -> str:
    """Tabulate what strategies change where a visit does less."""
    rows = [
        [less.called(name), *(less.change(metric, name).signed(1e-3) for metric in ("mrr", "profit"))]
        for name in less.ranked
        if name != TODAY
    ]
    return table(["strategy, the best in profit first", "change of MRR", "change of profit"], rows)


def still(less: Firm) -> str:
    """Say what is best where a visit does less."""
    about = less.studied.result.study.scenario.assumptions[LESS].about
    best, *others = less.ranked
    most = max(less.names, key=lambda name: less.mean("mrr", name).mean)
    sure = all(less.change("profit", best, name).low > 0 for name in others)
    return (
        f"{about}. Then *{less.called(best)}* has the highest profit{'' if sure else ' (not surely)'}, "
        f"and *{less.called(most)}* the highest MRR after three years."
    )


# ---- the picture ------------------------------------------------------------------------------


def drawn(firm: Firm) -> Figure:
    """Draw MRR by month and profit, both against today."""
    figure, (left, right) = side_by_side()
    draw_months(left, firm)
    draw_profit(right, firm)
    return figure


def draw_months(axes: Axes, firm: Firm) -> None:
    """Draw by how much MRR differs from today's at the end of each month."""
    today = firm.studied.by("mrr", "month", firm.row(TODAY))
    gains = {name: (firm.studied.by("mrr", "month", firm.row(name)) - today) / 1e3 for name in DRAWN}
    highest_first = sorted(gains, key=lambda name: -float(gains[name][-1]))
    for name, color in zip(highest_first, COLOURS, strict=False):
        more = gains[name]
        axes.plot(range(1, len(more) + 1), more, color=color, label=firm.called(name))
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xlabel="month", ylabel="thousand USD a month", title="MRR against today's: hunters who farm")
    axes.legend(frameon=False)


def draw_profit(axes: Axes, firm: Firm) -> None:
    """Draw by how much profit differs from today's; farmers are marked."""
    others = [name for name in firm.ranked if name != TODAY]
    for place, name in enumerate(others):
        found = firm.change("profit", name)
        axes.barh(place, found.mean / 1e3, color=BLUE if name in FARMERS else "#999999")
        axes.plot([found.low / 1e3, found.high / 1e3], [place, place], color="black", linewidth=1)
    axes.set_yticks(range(len(others)), [firm.called(name) for name in others])
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set(xlabel="thousand USD, with 95 % intervals", title="Profit of three years against today's")


# ---- the experiment ---------------------------------------------------------------------------


def found(asked: Asked) -> Finding:
    """Run the study, and return README and picture."""
    studied = asked.study()
    firm, less = Firm(studied), Firm(studied, LESS)
    text = SAYS.format(
        answer=answer(firm, less),
        made=asked.made_by(studied),
        abouts=abouts(firm),
        verdict=verdict(firm),
        goals=goals(firm),
        who_farms=who_farms(firm),
        later=later(firm),
        how_much=how_much(firm),
        existing=existing(firm),
        visits=visits(firm),
        deals=deals(firm),
        less=if_less(less),
        still=still(less),
    )
    return Finding(text, {"farmers.png": drawn(firm)})


if __name__ == "__main__":
    sys.exit(run(found, __file__))

"""How to divide a budget among channels: `make experiments ONLY=channel_mix`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from experiments.paired import Floats, Found, estimate, table
from experiments.studied import Asked, Finding, Row, Studied, run
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from funnelsim.scenario.channels import Response
from funnelsim.scenario.response import Curve, curve_through

CHANNELS = {"seo": "search", "advertising": "advertising", "personal_selling": "personal selling"}
REPS, TODAYS_REPS = "teams.sales.people", 3
TODAY, MONTHS = (4_000.0, 9_000.0, 3_000.0), 12
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])  # of the triangle: one for each channel

SAYS = """# A fixed budget for three channels

**Question.** {total:,.0f} USD a month go to search, advertising and personal selling. Which mix is best,
how much does it matter, and what does the number of reps change?

**Answer.** {answer}

![Profit of each mix, by the number of reps](mixes.png)

## Mixes

All {count} ways to divide the money in steps of {step:,.0f} USD are tried. Money is in thousand USD a
month for each channel. Profit is in thousand USD a year; in the columns after it, against today's mix
with the same reps.

{mixes}

{chosen}

## How flat the optimum is

{flat}

## What an inquiry of each channel is worth

Profit, before the money for channels, {is_a_sum} a sum over channels: so much for each inquiry. Fitted
over all mixes by least squares, in USD for each inquiry; *explained* is the share of the differences
between mixes that this sum explains.

{worth}

If this were all, theory would put the same worth on the last dollar in each channel. This is what the
next 1,000 USD a month bring in today's mix, in USD a month, from these worths and the curves:

{next_thousand}

{theory}

## What is assumed

The firm is the preset `professional_services`; its other three channels stay as they are. Inquiries
follow money along a tanh curve through today's point, with at most so many a month: {ceilings}. The
curves are assumed, and they decide: how to measure and draw them is in
[channel_mix.md](../../docs/channel_mix.md). The quality of a channel's inquiries does not change with
their number. The mix has always stood: nothing is said about the months after a change.

## How it was made

{made}
"""


class Mixes(NamedTuple):
    """The study of this folder."""

    study: Studied

    @property
    def levers(self) -> dict[str, str]:
        """Return the lever of each channel's money."""
        return {f"channels.{name}.cost_per_month": title for name, title in CHANNELS.items()}

    @property
    def total(self) -> float:
        """Return the money of a month."""
        return float(self.study.result.study.design.total)

    @property
    def step(self) -> float:
        """Return the money that a step moves."""
        return self.total / self.study.result.study.design.steps

    @property
    def reps(self) -> tuple[int, ...]:
        """List the numbers of reps."""
        return self.study.tried(REPS)

    @property
    def points(self) -> list[Mapping[str, Any]]:
        """List the points of the design."""
        return list(self.study.result.study.points)

    def all(self, reps: int) -> list[tuple[float, ...]]:
        """List all mixes: the money of each channel."""
        return [self.of(point) for point in self.points if point[REPS] == reps]

    def of(self, point: Mapping[str, Any]) -> tuple[float, ...]:
        """Return the mix of a point."""
        return tuple(float(point[lever]) for lever in self.levers)

    def row(self, mix: tuple[float, ...], reps: int) -> Row:
        """Find a mix with so many reps."""
        point = next(each for each in self.points if each[REPS] == reps and self.of(each) == mix)
        return self.study.row(point)

    def profits(self, reps: int) -> Floats:
        """Return the profit of each mix in each simulated year: (mixes, years)."""
        rows = [self.row(mix, reps).place for mix in self.all(reps)]
        return self.study.result.expected[rows, :, self.study.result.metrics.index("profit")]

    def best(self, reps: int, years: slice = slice(None)) -> tuple[float, ...]:
        """Return the mix with the highest mean profit in some of the years."""
        return self.all(reps)[int(self.profits(reps)[:, years].mean(axis=1).argmax())]

    def gain(self, mix: tuple[float, ...], base: tuple[float, ...], reps: int) -> Found:
        """Estimate by how much the profit of a mix differs from that of another."""
        return self.study.change("profit", self.row(mix, reps), self.row(base, reps))

    def open_ones(self, reps: int) -> list[tuple[float, ...]]:
        """List the mixes that are not surely worse than the best."""
        best = self.best(reps)
        return [mix for mix in self.all(reps) if mix == best or not self.gain(best, mix, reps).low > 0]

    def curves(self) -> list[Curve]:
        """Return how the inquiries of each channel follow its money."""
        scenario = self.study.result.study.scenario
        found = []
        for name in CHANNELS:
            said = self.study.tried(f"channels.{name}.response")[0]
            today = scenario.document["channels"][name]["inquiries_per_month"]
            found.append(curve_through(Response(**said), float(today)))
        return found

    def inquiries(self, mixes: Floats) -> Floats:
        """Return the inquiries a year of each channel in some mixes: (mixes, channels)."""
        return np.stack(
            [MONTHS * curve.inquiries(money) for curve, money in zip(self.curves(), mixes.T, strict=True)],
            axis=1,
        )

    def worth(self, reps: int) -> Floats:
        """Fit what an inquiry of each channel is worth, in each simulated year: (channels, years)."""
        inquiries = self.inquiries(np.array(self.all(reps)))
        design = np.column_stack([np.ones(len(inquiries)), inquiries])
        return (np.linalg.pinv(design) @ self.profits(reps))[1:]

    def explained(self, reps: int) -> float:
        """Return the share of the variance between mixes that the worths explain."""
        inquiries, means = self.inquiries(np.array(self.all(reps))), self.profits(reps).mean(axis=1)
        fitted = inquiries @ self.worth(reps).mean(axis=1)
        return 1 - float(np.var(means - fitted) / np.var(means))

    @property
    def is_a_sum(self) -> bool:
        """Return whether the worths explain nearly all differences between mixes, with any number of reps."""
        return min(map(self.explained, self.reps)) > 0.9

    def by_theory(self, reps: int) -> tuple[float, ...]:
        """Return the mix that would be best if an inquiry had the same worth in every mix."""
        mixes = self.all(reps)
        return mixes[int((self.inquiries(np.array(mixes)) @ self.worth(reps).mean(axis=1)).argmax())]


def mean_of(years: Floats) -> Found:
    """Estimate the mean of something over simulated years."""
    return estimate([years[:, None]], lambda mean: mean)


# ---- what is written --------------------------------------------------------------------------


def named(mixes: Mixes) -> dict[str, tuple[float, ...]]:
    """Name the mixes that are shown."""
    best = {f"best with {reps} reps": mixes.best(reps) for reps in mixes.reps}
    alone = {f"all for {title}": corner(mixes.total, place) for place, title in enumerate(CHANNELS.values())}
    return {"today": TODAY, **best, "most inquiries": most_inquiries(mixes), **alone}


def corner(total: float, channel: int) -> tuple[float, ...]:
    """Give all to one channel."""
    return tuple(total if place == channel else 0.0 for place in range(len(CHANNELS)))


def most_inquiries(mixes: Mixes) -> tuple[float, ...]:
    """Return the mix that brings the most inquiries."""
    tried = mixes.all(mixes.reps[0])
    return tried[int(mixes.inquiries(np.array(tried)).sum(axis=1).argmax())]


def money(mix: tuple[float, ...]) -> str:
    """Write a mix in thousands: search + advertising + personal selling."""
    return " + ".join(f"{each / 1e3:g}" for each in mix)


def tabulated(mixes: Mixes) -> str:
    """Tabulate some mixes."""
    rows = []
    for name, mix in named(mixes).items():
        today = mixes.row(mix, TODAYS_REPS)
        inquiries, profit = (mixes.study.mean(metric, today) for metric in ("inquiries", "profit"))
        gains = ["" if mix == TODAY else mixes.gain(mix, TODAY, reps).signed(1e-3) for reps in mixes.reps]
        rows.append([name, money(mix), inquiries.plain(), profit.plain(1e-3), *gains])
    head = ["mix", "search + advertising + personal selling", "inquiries", f"profit, {TODAYS_REPS} reps"]
    return table([*head, *(f"against today, {reps} reps" for reps in mixes.reps)], rows)


def worths(mixes: Mixes) -> str:
    """Tabulate what an inquiry is worth."""
    rows = []
    for reps in mixes.reps:
        each = [mean_of(years).plain() for years in mixes.worth(reps)]
        rows.append([f"{reps} reps", *each, f"{100 * mixes.explained(reps):.0f} %"])
    return table(["", *CHANNELS.values(), "explained"], rows)


def next_thousand(mixes: Mixes) -> str:
    """Tabulate what the next 1,000 dollars a month bring in today's mix."""
    slopes = [
        1_000 / curve.marginal_cost(np.array(at)) for curve, at in zip(mixes.curves(), TODAY, strict=True)
    ]
    rows = [
        [
            f"{reps} reps",
            *(
                mean_of(float(slope) * years).plain()
                for slope, years in zip(slopes, mixes.worth(reps), strict=True)
            ),
        ]
        for reps in mixes.reps
    ]
    return table(["", *CHANNELS.values()], rows)


# ---- what follows from the figures ------------------------------------------------------------


def answer(mixes: Mixes) -> str:
    """Answer the question in three sentences."""
    best, tried = mixes.best(TODAYS_REPS), mixes.all(TODAYS_REPS)
    gains = [
        f"{mixes.gain(best, TODAY, reps).signed(1e-3)} with {reps} reps"
        for reps in mixes.reps
        if reps != TODAYS_REPS
    ]
    others = " and ".join(
        f"{money(mixes.best(reps))} with {reps}" for reps in mixes.reps if reps != TODAYS_REPS
    )
    return (
        "Less for what brings many poor inquiries, more for what brings few good ones: the best mix is "
        f"{money(best)} thousand USD a month (search + advertising + personal selling), and brings "
        f"{mixes.gain(best, TODAY, TODAYS_REPS).signed(1e-3)} thousand USD a year more than today's. "
        f"Around it profit is flat: {len(mixes.open_ones(TODAYS_REPS))} of {len(tried)} mixes are not "
        "surely worse. Reps who have no time take away a part of what each inquiry brings: the same mix "
        f"brings {' and '.join(gains)}, and the best mixes there are {others}."
    )


def chosen(mixes: Mixes) -> str:
    """Measure the best mix in years in which it was not chosen."""
    said = []
    for reps in mixes.reps:
        profits = mixes.profits(reps)
        half = profits.shape[1] // 2
        best = mixes.best(reps, slice(half))
        tried = mixes.all(reps)
        fresh = profits[tried.index(best), half:] - profits[tried.index(TODAY), half:]
        said.append(
            f"with {reps} reps {money(best)}, which brings {mean_of(fresh).signed(1e-3)} in the others"
        )
    return (
        "The best of many is partly the luckiest. So it is also chosen in the first half of the "
        f"simulated years, and measured against today in the other half: {'; '.join(said)}."
    )


def flat(mixes: Mixes) -> str:
    """Say how many mixes are as good as the best, and what they have in common."""
    said = []
    for reps in mixes.reps:
        found = np.array(mixes.open_ones(reps)) / 1e3
        spans = ", ".join(
            f"{low:g} to {high:g} for {title}"
            for low, high, title in zip(found.min(axis=0), found.max(axis=0), CHANNELS.values(), strict=True)
        )
        said.append(
            f"With {reps} reps, {len(found)} of {len(mixes.all(reps))} mixes are not surely worse than the "
            f"best: {spans}."
        )
    return " ".join(said) + " Each is compared with the best by itself, in the same simulated years."


def theory(mixes: Mixes) -> str:
    """Compare the mix that theory finds best with what the simulation finds."""
    said = []
    for reps in mixes.reps:
        mine, best = mixes.by_theory(reps), mixes.best(reps)
        short = f"{mixes.gain(mine, best, reps).signed(1e-3)} thousand USD a year against the best"
        said.append(f"{money(mine)} with {reps} reps ({'which is the best' if mine == best else short})")
    fewest, most = mixes.reps[0], mixes.reps[-1]
    few, many = (mixes.worth(reps).mean(axis=1) for reps in (fewest, most))
    loses = ", ".join(
        f"{100 * (1 - before / after):.0f} % ({title})"
        for title, before, after in zip(CHANNELS.values(), few, many, strict=True)
    )
    return (
        f"The mix in which that is equal in all channels is near {'; '.join(said)}. The best of many is "
        "partly the luckiest, so that what a mix falls short of it is overstated. Capacity takes away a "
        f"part of each inquiry's worth, and more of what is worth little: with {fewest} reps instead of "
        f"{most} an inquiry loses {loses} of its worth. The scarcer the reps, the more the quality of "
        "inquiries counts, and the less their number."
    )


def ceilings(mixes: Mixes) -> str:
    """List the most inquiries that each channel brings."""
    return ", ".join(
        f"{curve.most:g} ({title})" for curve, title in zip(mixes.curves(), CHANNELS.values(), strict=True)
    )


# ---- the picture ------------------------------------------------------------------------------


def drawn(mixes: Mixes) -> Figure:
    """Draw the profit of each mix in a triangle, for each number of reps."""
    figure = Figure(figsize=(13, 5), layout="constrained")
    for axes, reps in zip(figure.subplots(1, len(mixes.reps)), mixes.reps, strict=True):
        draw_mixes(figure, axes, mixes, reps)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper center", ncols=3)
    return figure


def draw_mixes(figure: Figure, axes: Axes, mixes: Mixes, reps: int) -> None:
    """Draw all mixes with so many reps, each at its place between the three corners."""
    tried = mixes.all(reps)
    means = mixes.profits(reps).mean(axis=1) / 1e3
    across, up = placed(tried)
    shown = axes.scatter(across, up, c=means, cmap="viridis", s=110, marker="h", linewidths=0)
    figure.colorbar(shown, ax=axes, label="thousand USD a year", location="bottom", shrink=0.8)
    across, up = placed(mixes.open_ones(reps))
    told = "not surely worse than the best"
    axes.scatter(across, up, s=110, marker="h", facecolors="none", edgecolors="black", label=told)
    for name, mix, mark, colour in (
        ("today", TODAY, "o", "white"),
        ("best", mixes.best(reps), "*", "#D55E00"),
    ):
        across, up = placed([mix])
        axes.scatter(across, up, s=70, marker=mark, color=colour, edgecolors="black", label=name, zorder=3)
    for (x, y), title, lift in zip(CORNERS, CHANNELS.values(), (-0.07, -0.07, 0.05), strict=True):
        axes.text(x, y + lift, f"all for {title}", ha="center", va="center")
    axes.set(title=f"Profit of each mix, {reps} reps", xlim=(-0.16, 1.16), ylim=(-0.12, 0.96))
    axes.set_aspect("equal")
    axes.axis("off")


def placed(mixes: list[tuple[float, ...]]) -> Floats:
    """Place mixes between the corners of the triangle: across and up, (2, mixes)."""
    shares = np.array(mixes)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True) @ CORNERS).T


# ---- the experiment ---------------------------------------------------------------------------


def found(asked: Asked) -> Finding:
    """Run the study, and say what it has found."""
    mixes = Mixes(asked.study())
    text = SAYS.format(
        answer=answer(mixes),
        total=mixes.total,
        count=len(mixes.all(mixes.reps[0])),
        step=mixes.step,
        mixes=tabulated(mixes),
        chosen=chosen(mixes),
        flat=flat(mixes),
        is_a_sum="is close to" if mixes.is_a_sum else "is only in part",
        worth=worths(mixes),
        next_thousand=next_thousand(mixes),
        theory=theory(mixes),
        ceilings=ceilings(mixes),
        made=asked.made_by(mixes.study),
    )
    return Finding(text, {"mixes.png": drawn(mixes)})


if __name__ == "__main__":
    sys.exit(run(found, __file__))

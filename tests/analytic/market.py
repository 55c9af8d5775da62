"""Markets that inquiries draw from: how they drain, and what is left of them in the long run."""

from __future__ import annotations

import numpy as np

from funnelsim.metrics.cut import cut, untaken
from funnelsim.model.words import HOUR, Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Worlds, tallied

COPIES = 40  # segments alike, each with a market: a channel that they share thins into streams of their own


def draining() -> Truth:
    """Who never cools off asks once: each company is left after t with the chance e^(-rate x t / companies).

    Each company is as likely as any other to be the next, so that its own inquiry is exponential
    (J. Kingman 1993, Poisson Processes, chapter 5); what is left is binomial, however small the market.
    """
    companies, rate = 3, 0.0012
    months = [31, 28, 31, 30]  # days
    text = systems.markets(COPIES, companies, rate, "2011-01-01", len(months), warm_up=0)

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(text)
        _, left = untaken(model, tallied(model, worlds))
        found = []
        for month, days in enumerate(np.cumsum(months)):
            kept = float(np.exp(-rate * 24 * days / companies))
            at_end = left[:, month]
            found.append(Figure(f"left after {days} days", companies * kept, at_end.mean(axis=1)))
            squares = ((at_end - companies * kept) ** 2).mean(axis=1)
            found.append(Figure(f"variance after {days} days", companies * kept * (1 - kept), squares))
        return found

    return Truth(f"a market of {companies} that nobody comes back to", 0.0, 800, compare)


def away() -> Truth:
    """Who asks is away for a sale and a rest: the share that is there depends on the mean of these alone.

    Source: T. Engset (1918); that distributions do not matter is J. Cohen (1957), The generalized Engset
    formulae, Philips Telecommunication Review 18. The warm-up leads to it (O6): it holds in the first month.
    """
    companies, rate, sale, rest = 30, 0.2, 2.0, 5.0  # an hour, days
    text = systems.markets(
        COPIES,
        companies,
        rate,
        systems.START,
        12,
        warm_up=3,
        market={"cooling_off_days": {"scipy": "lognorm", "s": 0.8, "scale": rest * float(np.exp(-0.32))}},
        customer_takes_days={"scipy": "expon", "scale": sale},
    )
    there = theory.share_there(companies, 24 * rate, sale + rest)

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(text)
        tallies = tallied(model, worlds)
        months, period = (cut(model, tallies, dimension) for dimension in ("month", "all"))
        return [
            Figure("share available", there, (period.untaken / period.companies)[:, 0]),
            Figure("share available in the first month", there, (months.untaken / months.companies)[:, 0]),
            Figure("share available at the end", there, (period.untaken_at_end / period.companies)[:, 0]),
        ]

    return Truth("a market whose companies come back after a lognormal rest", 0.0, 40, compare)


def repairmen() -> Truth:
    """A small market and a team: the machine-repair queue M/M/3//10; all are lost and may ask again at once.

    Source: R. Cooper (1981), Introduction to Queueing Theory, section 3.8.
    """
    companies, rate, reps = 10, 2.0, 3
    text = systems.asking_again(companies, rate, reps, systems.exponential(1.0), 12)
    in_team = theory.repair(companies, rate / companies, 1.0, reps).down

    def compare(worlds: Worlds) -> Outcome:
        model = systems.model(text)
        whole = cut(model, tallied(model, worlds), "all")
        hours = float(model.months[-1] - model.months[0]) / HOUR
        share = (whole.untaken / whole.companies)[:, 0]
        inquiries = whole.period(Event.INQUIRY)[:, 0]
        return [
            Figure("in the team", in_team, companies * (1 - share)),
            Figure("share available", 1 - in_team / companies, share),
            Figure("inquiries an hour", rate * (1 - in_team / companies), inquiries / hours),
        ]

    return Truth("M/M/3//10, a market of ten", 0.0, 30, compare)

"""Who is worth a rep's hour: what Bayes, Erlang and arithmetic say, and what the simulation comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.words import Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import COUNT, Worlds, observed, tallied, visits
from .queues import GIVING_UP, GOOD, REPS, check_warm_up, served

PREVALENCES = {"few": 0.2, "half": 0.5, "many": 0.8}
CHECKS = ((0.9, 0.8), (0.8, 0.9), (0.95, 0.6), (0.7, 0.7), (0.85, 0.75))  # sensitivity, specificity


def checks(trait: str, errs: Sequence[tuple[float, float]]) -> Mapping[str, systems.Keys]:
    """Write checks of one trait."""
    return {
        f"check_{number}": {"trait": trait, "sensitivity": right, "specificity": refused}
        for number, (right, refused) in enumerate(errs)
    }


def bayes(passes_at: int) -> Truth:
    """Checks that are independent given the trait: how many pass, and how many of them have the trait.

    Whoever has the trait is won in the second stage, and nobody else.
    """
    passing = theory.at_least(passes_at, [right for right, _ in CHECKS])
    slipping = theory.at_least(passes_at, [1 - refused for _, refused in CHECKS])

    def compare(worlds: Worlds) -> Outcome:
        text = "\n".join(
            [
                systems.opening(1, warm_up=0),
                systems.table("traits.need", {"missing": 0, "present": 1e15}),
                *(systems.channel(name, 10.0, traits={"need": share}) for name, share in PREVALENCES.items()),
                systems.table("stages.ask", {"checks": checks("need", CHECKS), "passes_at": passes_at}),
                systems.stage("tell", conversion=0.5),
            ]
        )
        counts = observed(systems.model(text), visits, worlds)[..., COUNT]
        found = []
        for number, (name, prevalence) in enumerate(PREVALENCES.items()):
            pass_ = counts[:, number, 0, Event.ADVANCED]
            all_ = pass_ + counts[:, number, 0, Event.LOST]
            share = theory.passing(prevalence, passing, slipping)
            found += [
                Figure(f"passed, of {name}", share, pass_ / all_),
                Figure(
                    f"with the trait, of {name} who passed",
                    theory.posterior(prevalence, passing, slipping),
                    counts[:, number, 1, Event.WON] / pass_,
                ),
            ]
        return found

    return Truth(f"Bayes' rule, {passes_at} of 5 good answers", 0.0, 30, compare)


TRIAGED = 8.0  # junk


def checked(name: str, sensitivity: float, specificity: float) -> Truth:
    """Good leads and junk that a check tells apart, rightly or not, before sales sees them.

    What a check lets through is a Poisson stream, so that the line is Erlang's with thinned streams.
    """
    good, junk = GOOD * sensitivity, TRIAGED * (1 - specificity)
    expected = theory.good_served(good, junk, 1.0, REPS, GIVING_UP)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(good + junk, 1.0, REPS, GIVING_UP)
        asked = checks("need", [(sensitivity, specificity)])
        text = "\n".join(
            [
                systems.opening(4),
                systems.table("traits.need", {}),
                systems.channel("good", GOOD, traits={"need": 1}),
                systems.channel("junk", TRIAGED, traits={"need": 0}),
                systems.team("sales", REPS, assignment="shared_queue"),
                systems.table("stages.triage", {"checks": asked}),
                systems.stage("call", **systems.work("sales", systems.exponential(1.0), GIVING_UP)),
            ]
        )
        return [Figure("good served", expected, served(text, worlds))]

    return Truth(f"good 4, junk 8, {name}", GOOD / REPS, 30, compare)


HAVE, THEORISTS = 0.7, 0.2  # shares
REFERENCE, LACKS, LEARNS = 0.05, 4.0, 10.0  # chance of rejection, and odds ratios
EFFORT, SHARE = 0.05, 0.25  # hours, and the share that a rejection takes


def rejection() -> Truth:
    """What sales rejects, rightly and wrongly, by two odds ratios; and the hours that it takes."""
    kinds = theory.junk(HAVE, THEORISTS, REFERENCE, LACKS, LEARNS)

    def compare(worlds: Worlds) -> Outcome:
        rejects = {"probability": REFERENCE, "needs": ["need"], "missing": {"need": LACKS}}
        rejects |= {"theorist": LEARNS, "effort_share": SHARE}
        effort = systems.exponential(EFFORT)
        text = "\n".join(
            [
                systems.opening(3, drain=1),
                systems.table("traits.need", {"share": HAVE}),
                systems.channel("web", 20.0, theorist_share=THEORISTS),
                systems.team("sales", 4, assignment="shared_queue"),
                systems.stage("call", rejection=rejects, **systems.work("sales", effort)),
            ]
        )
        model = systems.model(text)
        everything = cut(model, tallied(model, worlds), "all")

        def figure(name: str) -> Floats:
            return FIGURES[name].values(everything)[:, 0]

        hours = figure("junk_hours") / everything.period(Event.REJECTED)[:, 0]
        return [
            Figure("junk rate", kinds.rate, figure("junk_rate")),
            Figure("truly junk", kinds.true_share, figure("true_junk_share")),
            Figure("rejected wrongly, of rejected", kinds.false_share, figure("false_rejections")),
            Figure("hours of a rejection", SHARE * EFFORT, hours),
        ]

    return Truth("rejection at first contact", 0.25, 60, compare)


RIPENING, DAYS, BACK = 5.0, 2.0, 0.8  # mean days, days until they come back, share who do


def ripening() -> Truth:
    """Theorists who ripen at random times and ask again every other day, or no more: how many are won."""
    unripe = math.exp(-DAYS / RIPENING)

    def compare(worlds: Worlds) -> Outcome:
        effects = {
            **systems.NO_EFFECT_OF_WAITING,
            **{"temperature": {"hot": 1e15}, "theorist": 0},
            "theorist_ripens_after_days": systems.exponential(RIPENING),
        }
        call = {"conversion": 0.5, "customer_takes_days": DAYS, "back_to": {"call": BACK}}
        text = "\n".join(
            [
                systems.opening(3, warm_up=0, effects=effects, drain=6),
                systems.channel("web", 5.0, temperature=systems.HOT, theorist_share=1),
                systems.stage("call", **call),
            ]
        )
        model = systems.model(text)
        everything = cut(model, tallied(model, worlds), "all")
        won = FIGURES["won_of_inquiries"].values(everything)[:, 0] / everything.cohort(Event.INQUIRY)[:, 0]
        return [Figure("won, of theorists", theory.ripe_in_time(unripe, BACK), np.asarray(won))]

    return Truth("theorists who ripen", 0.0, 30, compare)

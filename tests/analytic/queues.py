"""Queues: what Erlang, Palm, Cobham, Pollaczek and Khinchine say, and what the simulation comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.words import HOUR, Event

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import COUNT, DELAYED, WAITED, Worlds, observed, tallied, visits

RELAXATIONS = 20  # of warm-up, at least
WARM_UP_HOURS = 92 * 24  # March, April and May


def calls(text: str, worlds: Worlds) -> Floats:
    """Count what happens in the last stage of a system, by channel: (replications, channels, events, 3)."""
    return observed(systems.model(text), visits, worlds)[:, :, -1]


def check_warm_up(arrival: float, service: float, servers: int, giving_up: float = 0.0) -> None:
    """Refuse a system that does not forget its start in the warm-up."""
    needed = RELAXATIONS * theory.relaxation_time(arrival, service, servers, giving_up)
    if needed > WARM_UP_HOURS:
        raise ValueError(f"a warm-up of {needed:.0f} hours is needed, not {WARM_UP_HOURS}")


def erlang_c(arrival: float, service: float, servers: int, months: int, replications: int) -> Truth:
    """M/M/c: the chance to wait and the mean wait."""
    expected = theory.erlang_c(arrival, service, servers)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival, service, servers)
        text = systems.pool({"web": arrival}, servers, systems.exponential(1 / service), months)
        started = calls(text, worlds)[:, 0, Event.STARTED]
        return [
            Figure("P(wait)", expected.chance, started[:, DELAYED] / started[:, COUNT]),
            Figure("mean wait", expected.mean, started[:, WAITED] / started[:, COUNT]),
        ]

    load = arrival / (servers * service)
    return Truth(f"M/M/{servers}, λ = {arrival:g}, μ = {service:g}", load, replications, compare)


def first_contact(arrival: float, service: float, servers: int, replications: int) -> Truth:
    """M/M/c: the mean queue, and the share contacted within 1, 4 and 24 hours."""

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival, service, servers)
        found = figures_of(systems.prompt(arrival, servers, systems.exponential(1 / service), False), worlds)
        queue = Figure("in the queue", theory.queue_length(arrival, service, servers), found("queue"))
        return [queue, *_within((1, 4, 24), "", found, arrival, service, servers)]

    load = arrival / (servers * service)
    return Truth(f"M/M/{servers}, λ = {arrival:g}, μ = {service:g}, figures", load, replications, compare)


def in_office_hours(arrival: float, service: float, servers: int, replications: int) -> Truth:
    """M/M/c in working time: the share contacted within 1 and 4 working hours, nights not counted."""

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival / 3, service / 3, servers)
        found = figures_of(systems.prompt(arrival, servers, systems.exponential(1 / service), True), worlds)
        mean = theory.erlang_c(arrival, service, servers).mean
        waits = Figure("working hours to first contact", mean, found("working_time_to_first_contact"))
        return [waits, *_within((1, 4), "working_", found, arrival, service, servers)]

    load = arrival / (servers * service)
    name = f"M/M/{servers}, λ = {arrival:g}, μ = {service:g}, 9 to 17 only, figures"
    return Truth(name, load, replications, compare)


def figures_of(text: str, worlds: Worlds) -> Callable[[str], Floats]:
    """Live through a system; return a function that gives the figure of a name in each world."""
    model = systems.model(text)
    everything = cut(model, tallied(model, worlds), "all")
    return lambda name: FIGURES[name].values(everything)[:, 0]


def _within(
    hours: Sequence[int],
    word: str,
    found: Callable[[str], Floats],
    arrival: float,
    service: float,
    servers: int,
) -> list[Figure]:
    names = [f"first_contact_within_{each}_{word}hour{'' if each == 1 else 's'}" for each in hours]
    return [
        Figure(
            FIGURES[name].title.lower(), theory.served_within(each, arrival, service, servers), found(name)
        )
        for name, each in zip(names, hours, strict=True)
    ]


def single_server(name: str, effort: object, moments: tuple[float, float], replications: int) -> Truth:
    """M/G/1 at a load of 0.8: the mean wait."""
    arrival = 0.8 / moments[0]
    expected = theory.single_server_wait(arrival, *moments)

    def compare(worlds: Worlds) -> Outcome:
        started = calls(systems.pool({"web": arrival}, 1, effort, systems.LONGEST), worlds)[
            :, 0, Event.STARTED
        ]
        return [Figure("mean wait", expected, started[:, WAITED] / started[:, COUNT])]

    return Truth(f"M/G/1, {name}", 0.8, replications, compare)


def abandoned(counts: Floats) -> Floats:
    """Return the share of all channels' leads that went cold; shape (replications,)."""
    by_event = counts[..., COUNT].sum(axis=1)
    cold, started = by_event[:, Event.WENT_COLD], by_event[:, Event.STARTED]
    return np.asarray(cold / (cold + started))


def erlang_a(arrival: float, service: float, servers: int, giving_up: float, months: int) -> Truth:
    """M/M/c+M: the share that goes cold."""
    expected = theory.erlang_a(arrival, service, servers, giving_up)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival, service, servers, giving_up)
        effort = systems.exponential(1 / service)
        counts = calls(systems.pool({"web": arrival}, servers, effort, months, giving_up), worlds)
        return [Figure("P(abandon)", expected.abandon, abandoned(counts))]

    name = f"M/M/{servers}+M, λ = {arrival:g}, μ = {service:g}, θ = {giving_up:g}"
    return Truth(name, arrival / (servers * service), 30, compare)


def split_queues(arrival: float, servers: int, giving_up: float, months: int) -> Truth:
    """A pool's stream split by chance among single reps: M/M/1+M each."""
    expected = theory.erlang_a(arrival / servers, 1.0, 1, giving_up)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival / servers, 1.0, 1, giving_up)
        text = systems.split(arrival, servers, systems.exponential(1.0), months, giving_up)
        by_stage = observed(systems.model(text), visits, worlds).sum(axis=1)
        return [Figure("P(abandon)", expected.abandon, abandoned(by_stage))]

    return Truth(f"the same, split into {servers} single queues", arrival / servers, 30, compare)


def priorities(
    rates: Sequence[float], queue_order: str, expected: Sequence[float], replications: int
) -> Truth:
    """One rep and three classes: the mean wait of each heat."""

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(sum(rates), 1.0, 1)
        text = systems.ranked(rates, queue_order, systems.LONGEST)
        started = calls(text, worlds)[:, :, Event.STARTED]
        waits = started[..., WAITED] / started[..., COUNT]
        heats = ("hot", "warm", "future")
        return [
            Figure(f"mean wait, {heat}", expected[number], waits[:, number])
            for number, heat in enumerate(heats)
        ]

    return Truth(f"M/M/1, rep's queue {queue_order}", sum(rates), replications, compare)


GOOD, REPS, GIVING_UP = 4.0, 5, 0.5
JUNK = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)


def served(text: str, worlds: Worlds) -> Floats:
    """Return the good leads served per hour; they are the first channel's."""
    months = systems.model(text).months
    started = calls(text, worlds)[:, 0, Event.STARTED, COUNT]
    return np.asarray(started * HOUR / (months[-1] - months[0]))


def junk(amount: float) -> Truth:
    """Good leads in one line with junk: how many are served."""
    expected = theory.good_served(GOOD, amount, 1.0, REPS, GIVING_UP)
    fluid = theory.good_served_by_fluid(GOOD, amount, 1.0, REPS)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(GOOD + amount, 1.0, REPS, GIVING_UP)
        rates = {"good": GOOD, "junk": amount}
        text = systems.pool(rates, REPS, systems.exponential(1.0), 4, GIVING_UP)
        return [Figure(f"good served (fluid limit {fluid:.3f})", expected, served(text, worlds))]

    return Truth(f"good 4, junk {amount:g}, M/M/5+M", (GOOD + amount) / REPS, 30, compare)


def triage() -> Truth:
    """Junk that is told apart before sales sees it: as if there were none."""
    expected = theory.good_served(GOOD, 0.0, 1.0, REPS, GIVING_UP)

    def compare(worlds: Worlds) -> Outcome:
        text = systems.triaged(GOOD, JUNK[-1], REPS, GIVING_UP, 4)
        return [Figure("good served", expected, served(text, worlds))]

    return Truth("good 4, junk 16, perfect triage", GOOD / REPS, 30, compare)

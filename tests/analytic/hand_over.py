"""Leads held before a hand-over, or ignored after it: what birth and death say, and what is simulated."""

from __future__ import annotations

from collections.abc import Sequence

from . import systems, theory
from .figures import Figure, Outcome, Truth
from .observation import Worlds
from .queues import check_warm_up, figures_of


def held_before(
    arrival: float,
    service: float,
    servers: int,
    limit: int,
    giving_up: float,
    months: int,
    replications: int = 30,
) -> Truth:
    """Let a pool take on so many at a time, and those who are held give up at a rate."""
    expected = theory.limited(arrival, service, servers, limit, giving_up)

    def compare(worlds: Worlds) -> Outcome:
        check_warm_up(arrival, service, servers, giving_up)
        patience = systems.exponential(1 / giving_up / 24) if giving_up else None
        values = figures_of(systems.limited(arrival, servers, service, limit, patience, months), worlds)
        busy = values("utilisation")
        found = [
            Figure("held", expected.held, values("held")),
            Figure("in the team", expected.in_team, values("queue") + servers * busy),
            Figure("busy", expected.busy, busy),
        ]
        if giving_up:
            cold = values("cold_while_held") / values("inquiries")
            found.append(Figure("gone cold, of inquiries", expected.lost, cold))
        else:
            waits = theory.erlang_c(arrival, service, servers).mean
            found.append(Figure("mean wait, as without a limit", waits, values("wait")))
        return found

    name = f"M/M/{servers}, λ = {arrival:g}, μ = {service:g}, {limit} handed over"
    name += f", those held give up at θ = {giving_up:g}"
    return Truth(name, arrival / (servers * service), replications, compare)


def turned_away(arrival: float, service: float, servers: int, limit: int, months: int) -> Truth:
    """Let nobody wait before the hand-over: M/M/c/K."""
    expected = theory.loss(arrival, service, servers, limit)

    def compare(worlds: Worlds) -> Outcome:
        values = figures_of(systems.limited(arrival, servers, service, limit, 0.0, months), worlds)
        return [Figure("lost, of inquiries", expected, values("cold_while_held") / values("inquiries"))]

    name = f"M/M/{servers}/{limit}, λ = {arrival:g}, μ = {service:g}, as a hand-over limit"
    return Truth(name, arrival / (servers * service), 30, compare)


def ignored(
    arrival: float, giving_up: float, probability: float, loads: Sequence[tuple[float, float]], months: int
) -> Truth:
    """Let a rep ignore more leads the more lie there already, and do all others at once."""
    expected = theory.neglected(arrival, giving_up, probability / (1 - probability), loads)

    def compare(worlds: Worlds) -> Outcome:
        values = figures_of(systems.neglecting(arrival, giving_up, probability, loads, months), worlds)
        return [
            Figure("ignored, of inquiries", expected.share, values("ignored_leads") / values("inquiries")),
            Figure("ignored, on average", expected.lying, values("queue")),
        ]

    name = f"λ = {arrival:g}, ignored with chance {probability:g} and up, who give up at θ = {giving_up:g}"
    return Truth(name, 0.0, 30, compare)

"""The common funnel in Ciw: a network of four nodes, floating-point clock."""

from __future__ import annotations

from time import perf_counter

import ciw

from benchmarks.common_funnel import FUNNEL, Program, Run, Runner

LEADS = 30_000  # about a second of it


def network() -> ciw.network.Network:
    """Describe the funnel: only the first node has arrivals, each passes a share on to the next."""
    stages = len(FUNNEL)
    routing = [
        [stage.advances if to == number + 1 else 0.0 for to in range(stages)]
        for number, stage in enumerate(FUNNEL)
    ]
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1.0), *[None] * (stages - 1)],
        service_distributions=[ciw.dists.Exponential(1 / stage.mean) for stage in FUNNEL],
        number_of_servers=[stage.servers for stage in FUNNEL],
        routing=routing,
    )


def sojourns(simulation: ciw.Simulation) -> list[float]:
    """Read the sojourns of those who finished from the records of visits."""
    came = {}
    left = {}
    for record in simulation.get_all_records():
        if record.node == 1:
            came[record.id_number] = record.arrival_date
        if record.node == len(FUNNEL):
            left[record.id_number] = record.exit_date
    return [instant - came[lead] for lead, instant in left.items()]


def prepare(leads: int) -> Runner:
    """Describe the network once."""
    described = network()

    def run(seed: int) -> Run:
        ciw.seed(seed)
        simulation = ciw.Simulation(described)
        began = perf_counter()
        simulation.simulate_until_max_customers(leads, method="Arrive")
        seconds = perf_counter() - began
        return Run.of(leads, seconds, sojourns(simulation))

    return run


PROGRAM = Program(
    name="Ciw",
    written="a network of nodes with a matrix of routes, `exact=False`",
    does="nodes, servers, routing, a record of every visit",
    spares="keys, calendars; stops at the last arrival",
    prepare=prepare,
    leads=LEADS,
)

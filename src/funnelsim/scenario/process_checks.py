"""Checks of deliveries and account visits, and of stages that belong to other processes than the sale."""

from __future__ import annotations

from dataclasses import replace

from funnelsim.scenario.errors import Problem, Problems, unknown
from funnelsim.scenario.flow import WIN
from funnelsim.scenario.processes import other_processes
from funnelsim.scenario.quantities import least_drawn
from funnelsim.scenario.schema import Contents, Stage


def at_its_process(contents: Contents, problem: Problem) -> Problem:
    """Tell of a problem with a stage where the file has the stage."""
    table, _, rest = problem.path.partition(".")
    if table != "stages":
        return problem
    for path, process in other_processes(contents).items():
        for stage in process.stages:
            if stage not in contents.stages and (rest == stage or rest.startswith(f"{stage}.")):
                return replace(problem, path=f"{path}.{problem.path}")
    return problem


def check_deliveries(contents: Contents) -> Problems:
    """Find products that are delivered by nothing, and deliveries of nothing."""
    delivered = {product.delivery for product in contents.products.values()}
    for name, product in contents.products.items():
        path = f"products.{name}"
        if product.delivery is not None and product.delivery not in contents.deliveries:
            yield unknown(f"{path}.delivery", product.delivery, contents.deliveries, "one of [deliveries]")
        if product.delivery is None and product.recognised == "at_delivery":
            yield Problem(f"{path}.recognised", "is at_delivery, but there is no delivery", "a delivery")
    for name in contents.deliveries:
        if name not in delivered:
            yield Problem(f"deliveries.{name}", "delivers no product", "a product with this delivery")


def check_account_visits(contents: Contents) -> Problems:
    """Find programs that nobody is visited by."""
    for name, program in contents.account_visits.items():
        path = f"account_visits.{name}"
        if not any(product.is_recurring for product in contents.products.values()):
            wrong = "visits nobody, because no product is recurring"
            yield Problem(path, wrong, "a product with a price_per_month")
        if program.asked == "regularly" and least_drawn(program.every_days) <= 0:
            wrong = "may be 0: visits would be due without end at one instant"
            yield Problem(f"{path}.every_days", wrong, "days that are always above 0")


def check_processes(contents: Contents) -> Problems:
    """Find stages with a name twice, and ways into another process."""
    named = dict.fromkeys(contents.stages, "stages")
    for path, process in other_processes(contents).items():
        for stage, table in process.stages.items():
            where = f"{path}.stages.{stage}"
            if stage in named:
                yield Problem(where, f"is the name of a stage in {named[stage]}, too", "a name of its own")
            named.setdefault(stage, path)
            if table.makes is not None:
                wrong = "is given, but only a stage of the sale makes leads"
                yield Problem(f"{where}.makes", wrong, "no such key")
            yield from _ways_out(where, table, set(process.stages))
    elsewhere = set(named) - set(contents.stages)
    for stage, table in contents.stages.items() if elsewhere else ():
        yield from _ways_out(f"stages.{stage}", table, set(contents.stages))


def _ways_out(where: str, stage: Stage, own: set[str]) -> Problems:
    """Find ways from a stage into another process."""
    tables = {where: stage, **{f"{where}.segments.{name}": each for name, each in stage.segments.items()}}
    for path, table in tables.items():
        for key in ("next", "back_to"):
            for target in (getattr(table, key) or {}).keys() - own - {WIN}:
                wrong = f'names "{target}", which is no stage of the same process'
                yield Problem(f"{path}.{key}", wrong, f'one of {", ".join(sorted(own))}, or "{WIN}"')

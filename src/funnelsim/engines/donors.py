"""From a firm's records to its open deals: what they leave open is that of a donor's visit (OD2, OD3).

A record tells the stage and the age of a deal, not whether it is queued, worked or with the customer. That
comes from a visit to the same stage that was as old, in a world of its own: the deal's *donor*.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from funnelsim.chance.keys import DONOR, WORLD, uniforms
from funnelsim.compiling.arrays import Integers, Record, Records, record
from funnelsim.compiling.decorators import rare
from funnelsim.compiling.on_disk import compiled
from funnelsim.engines.donor_choice import choose_donors
from funnelsim.engines.visits_seen import phase_at, rows_of_visits, visits_that_count
from funnelsim.model.model import SALE, Model
from funnelsim.model.records import OPEN_DEAL, PURSUIT
from funnelsim.model.words import LOST, NEVER, NOBODY, NOTHING, WON, Due
from funnelsim.rules import arrivals, products, qualifying, traits

ASKED = record(  # what the records say of a deal that is open today
    ("entity", "<i8"),  # of `keys.open_deal`
    ("age", "<i8"),  # the time since it entered its stage
    ("age_of_deal", "<i8"),  # the time since it was created
    ("ends", "<i8"),  # of one that is overridden: so long after today; NEVER
    ("value", "<f8"),  # its bookings; NaN: not known
    ("chance", "<f8"),  # of one that is overridden: to be won; NaN
    ("stage", "<i4"),
    ("channel", "<i4"),  # NOTHING: not known
    ("segment", "<i4"),  # NOTHING: not known
    ("rep", "<i4"),  # NOBODY: not known, or no rep of the model
)
OF_DONORS = 1 << 30  # added to the replication: the key of the world that donors are of


class Past(NamedTuple):
    """A world without open deals, from which donors are taken.

    Attributes
    ----------
    model : Model
        As that of the forecast, over a longer time.
    rows : Records
        LEDGER rows of one replication of it, lived through with the key of `donor_world`.
    settled : int
        The instant from which on it is as full as the firm is: visits count from then on.
    """

    model: Model
    rows: Records
    settled: int = 0


class Opened(NamedTuple):
    """The open deals of a world, and how well donors were found.

    Attributes
    ----------
    deals : Records
        OPEN_DEAL rows in the order of entities, for `Model.open_deals`.
    without_donor : int
        How many are in a stage of which no visit was seen: they enter it at time 0.
    of_less_age : int
        How many are older than any visit seen: their donor is the oldest one.
    """

    deals: Records
    without_donor: int
    of_less_age: int


def donor_world(world: Record) -> Record:
    """Return the key of the world from which the donors of a world's open deals are taken (OD2).

    Examples
    --------
    >>> from funnelsim.chance.keys import world_of
    >>> int(donor_world(world_of(seed=7, replication=3))["replication"]) == 2**30 + 3
    True
    """
    found: Record = np.array([(world["seed"], world["replication"] + OF_DONORS)], WORLD)[0]
    return found


def open_deals(model: Model, world: Record, past: Past, asked: Records) -> Opened:
    """Turn what a firm's records say of its open deals into what the engines begin with (OD1 to OD3, OD7).

    Parameters
    ----------
    model : Model
        Of the forecast: its time 0 is today.
    world : Record
        The key of the world that is forecast.
    past : Past
        The world that donors are taken from.
    asked : Records
        ASKED, one a deal, in any order.

    Raises
    ------
    ValueError
        If two deals have one entity, an override lacks its chance or its day, or the past is shorter than the
        forecast.

    Examples
    --------
    >>> import math
    >>> from funnelsim.chance.keys import open_deal, world_of
    >>> from funnelsim.engines import history
    >>> from funnelsim.scenario import Months, load, lower
    >>> scenario, world = load("first_steps"), world_of(1, 0)
    >>> longer = lower(scenario.with_months(Months(3, 3, 0))).model
    >>> rows = history("reference", longer, 1, 2**30)
    >>> asked = np.zeros(1, ASKED)
    >>> asked["entity"], asked["age"], asked["age_of_deal"] = open_deal("1001"), 10**11, 10**12
    >>> asked["stage"], asked["ends"], asked["value"], asked["chance"] = 1, NEVER, 900.0, math.nan
    >>> asked["channel"] = asked["segment"] = asked["rep"] = -1
    >>> model = lower(scenario.with_months(Months(0, 1, 0))).model
    >>> deals, without_donor, _ = open_deals(model, world, Past(longer, rows, longer.stocks_from), asked)
    >>> int(deals[0]["entered"]), float(deals[0]["value"]), without_donor
    (-100000000000, 900.0, 0)
    """
    asked = _checked(asked)
    until = past.model.horizon - model.horizon
    if until < past.settled:
        raise ValueError("the past must go on for longer than the forecast once it has settled")
    rows = rows_of_visits(past.rows)
    seen = visits_that_count(rows, past.settled, until)
    donors, ages = choose_donors(model, world, past.model, seen, asked)
    deals, keys = np.zeros(len(asked), OPEN_DEAL), np.array([world, donor_world(world)], WORLD)
    _open(model, past.model, keys, rows, seen, np.stack([donors, ages]), asked, np.zeros(1, PURSUIT), deals)
    without, less = donors == NOTHING, ages < np.maximum(asked["age"], 0)
    return Opened(deals, int(without.sum()), int(less.sum()))


def _checked(asked: Records) -> Records:
    """Sort deals by entity, and refuse what cannot be."""
    asked = asked[np.argsort(asked["entity"])]
    if (asked["entity"][1:] == asked["entity"][:-1]).any():
        raise ValueError("two open deals have the same entity: each deal needs a name of its own")
    overridden = ~np.isnan(asked["chance"])
    if (overridden != (asked["ends"] < NEVER)).any():
        raise ValueError("an override needs both a chance to be won and the day on which it ends")
    chances = asked["chance"][overridden]
    if ((chances < 0) | (chances > 1)).any():
        raise ValueError("the chance of an override must be from 0 to 1")
    return asked


@compiled
def _open(
    model: Model,
    of_past: Model,
    keys: Records,
    rows: Records,
    seen: Records,
    donors: Integers,
    asked: Records,
    scratch: Records,
    deals: Records,
) -> None:
    """Fill in the rows of all open deals, by their donors and the ages at which these are looked at."""
    for number in range(len(asked)):
        deal, told = deals[number], asked[number]
        _begin(deal, told, len(model.reps))
        if donors[0, number] == NOTHING:
            _be_new(model, keys[0], deal)
        else:
            _be_as(model, of_past, keys, rows, seen[donors[0, number]], donors[1, number], scratch[0], deal)
        if told["ends"] < NEVER:
            _, for_outcome = uniforms(keys[0], told["entity"], DONOR, 0)
            _override(deal, told, WON if for_outcome < told["chance"] else LOST)


@rare
def _begin(deal: Record, told: Record, reps: int) -> None:
    """Fill in what the records say of a deal, and what every deal begins with."""
    age = max(int(told["age"]), 0)
    deal["entity"] = told["entity"]
    deal["created"] = -max(int(told["age_of_deal"]), age, 2)  # -1 is that of nobody's cohort (WB1)
    deal["entered"] = -age
    deal["value"] = told["value"]
    deal["stage"] = told["stage"]
    deal["channel"] = told["channel"]
    deal["segment"] = told["segment"]
    deal["rep"] = told["rep"] if told["rep"] < reps else NOBODY
    deal["product"] = NOTHING
    deal["outcome"] = NOTHING


@rare
def _be_new(model: Model, world: Record, deal: Record) -> None:
    """Let a deal without a donor enter its stage at time 0, as its own keys say."""
    deal["channel"] = max(int(deal["channel"]), 0)
    origin = model.channels[deal["channel"]]
    fit, heat, segment, theorist = arrivals.profile(model, world, origin, deal["entity"], 0)
    deal["fit"] = fit
    deal["heat"] = heat
    deal["theorist"] = theorist
    deal["segment"] = segment if deal["segment"] == NOTHING else deal["segment"]
    deal["traits"] = traits.traits_of(model, world, deal["entity"], deal["channel"], 0, 0)
    deal["phase"] = Due.BEGINS.value
    _be_about(model, world, deal, NOTHING)


@rare
def _be_about(model: Model, world: Record, deal: Record, product: int) -> None:
    """Let a deal be about the product of its donor, if that was of its segment; else about its own (PC1)."""
    if products.sells_products(model, deal["segment"]):
        deal["product"] = product
        if product == NOTHING:
            deal["product"] = products.product_of(model, world, deal["segment"], deal["entity"], 0)


@rare
def _be_as(
    model: Model,
    of_past: Model,
    keys: Records,
    rows: Records,
    visit: Record,
    age: int,
    pursuit: Record,
    deal: Record,
) -> None:
    """Let a deal be as its donor was at an age: its company, its phase and what is left of that (OD3)."""
    donors, entered = keys[1], rows[visit["first"]]
    origin = of_past.channels[visit["channel"]]
    fit, heat, _, theorist = arrivals.profile(of_past, donors, origin, visit["company"], 0)
    pursuit["entity"] = entered["pursuit"]
    pursuit["company"] = visit["company"]
    pursuit["created"] = entered["created"]
    pursuit["process"] = SALE
    pursuit["stage"] = visit["stage"]
    pursuit["segment"] = visit["segment"]
    pursuit["round"] = visit["round"]
    if theorist == 1:
        theorist = qualifying.still_theorist(of_past, donors, pursuit, visit["entered"])
    deal["fit"] = fit
    deal["heat"] = heat
    deal["theorist"] = theorist
    deal["traits"] = traits.traits_of(of_past, donors, visit["company"], visit["channel"], 0, 0)
    alike = deal["segment"] == NOTHING or deal["segment"] == visit["segment"]
    deal["channel"] = visit["channel"] if deal["channel"] == NOTHING else deal["channel"]
    deal["segment"] = visit["segment"] if deal["segment"] == NOTHING else deal["segment"]
    _be_about(model, keys[0], deal, int(entered["product"]) if alike else NOTHING)
    phase_at(of_past, donors, rows, visit, age, pursuit, deal)


@rare
def _override(deal: Record, told: Record, outcome: int) -> None:
    """Let a deal be with the customer until the day on which it ends as it is told to (OD7)."""
    if deal["phase"] != Due.CUSTOMER_ANSWERS:
        deal["since"] = 0
    deal["phase"] = Due.CUSTOMER_ANSWERS.value
    deal["due"] = max(int(told["ends"]), 0)
    deal["outcome"] = outcome
    deal["held"] = 0
    deal["ignored"] = 0
    deal["missed"] = 0
    deal["rejected"] = 0

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
from funnelsim.engines.visits_seen import VISIT, list_visits, phase_at, rows_of_visits
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
ANY = -2  # team


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
    seen = np.zeros(len(rows), VISIT)
    seen = seen[: list_visits(rows, seen)]
    seen["least"] = np.maximum(past.settled - seen["entered"], 0)
    seen["most"] = np.minimum(seen["leaves"] - 1, until) - seen["entered"]
    seen = seen[seen["most"] >= seen["least"]]
    seen = seen[np.lexsort((seen["channel"], seen["segment"], seen["stage"]))]
    deals = np.zeros(len(asked), OPEN_DEAL)
    keys = np.array([world, donor_world(world)], WORLD)
    bounds = _bounds(model, seen, asked)
    seen["team"] = _teams(past.model)[seen["stage"], seen["segment"]]
    ages = np.stack([seen[name].astype(np.int64) for name in ("least", "most", "team")])
    donors, younger = np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64)
    _choose(model, ages, bounds, asked, keys[0], donors, younger)
    _open(
        model, past.model, keys, rows, seen, np.stack([donors, younger]), asked, np.zeros(1, PURSUIT), deals
    )
    found = (int((donors == NOTHING).sum()), int((younger < np.maximum(asked["age"], 0)).sum()))
    return Opened(deals, *found)


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


def _bounds(model: Model, seen: Records, asked: Records) -> Integers:
    """Find which visits may be donors of each deal, the nearest first: a slice of those seen for each level.

    The levels are those of its segment and channel, of its segment, of its stage.
    """
    segments, channels = len(model.segments), len(model.channels)
    codes = (seen["stage"].astype(np.int64) * segments + seen["segment"]) * channels + seen["channel"]
    stage, segment, channel = (asked[name].astype(np.int64) for name in ("stage", "segment", "channel"))
    of_segment, of_stage = (stage * segments + segment) * channels, stage * segments * channels
    firsts = [of_segment + channel, of_segment, of_stage]
    lengths = [1, channels, segments * channels]
    known = [(segment >= 0) & (channel >= 0), segment >= 0, stage >= 0]
    bounds = np.zeros((len(asked), len(firsts), 2), np.int64)
    for level, (first, length, is_known) in enumerate(zip(firsts, lengths, known, strict=True)):
        bounds[:, level, 0] = np.searchsorted(codes, first)
        bounds[:, level, 1] = np.where(is_known, np.searchsorted(codes, first + length), bounds[:, level, 0])
    return bounds


def _teams(model: Model) -> Integers:
    """Return the team of each stage for each segment (S3)."""
    teams = np.repeat(model.stages["team"][:, None], len(model.segments), axis=1)
    for stage in np.flatnonzero(model.stages["variants"]):
        first = model.stages["first_variant"][stage]
        teams[stage] = model.variants["team"][first : first + len(model.segments)]
    return teams


@compiled
def _choose(
    model: Model,
    ages: Integers,
    bounds: Integers,
    asked: Records,
    world: Record,
    donors: Integers,
    looked_at: Integers,
) -> None:
    """Choose the donor of each deal, NOTHING if there is none, and the age at which it is looked at (OD2)."""
    for number in range(len(asked)):
        told = asked[number]
        u, _ = uniforms(world, told["entity"], DONOR, 0)
        age, team = max(int(told["age"]), 0), ANY
        if told["segment"] >= 0:
            team = _team_of(model, told["stage"], told["segment"])
        chosen, looked_at[number] = NOTHING, age
        for level in range(bounds.shape[1]):
            if chosen == NOTHING:
                chosen = _pick(ages, bounds[number, level, 0], bounds[number, level, 1], age, team, u)
        if chosen == NOTHING:
            first, end = bounds[number, -1, 0], bounds[number, -1, 1]
            greatest = _greatest_age(ages, first, end, team)
            if greatest != NOTHING:
                chosen, looked_at[number] = _pick(ages, first, end, greatest, team, u), greatest
        donors[number] = chosen


@rare
def _team_of(model: Model, stage: int, segment: int) -> int:
    """Return the team of a stage for a segment (S3)."""
    row = model.stages[stage]
    if row["variants"] > 0:
        row = model.variants[row["first_variant"] + segment]
    return int(row["team"])


@rare
def _pick(ages: Integers, first: int, end: int, age: int, team: int, u: float) -> int:
    """Pick one, each alike, of the visits of a slice that were going on at an age; NOTHING if none was.

    Parameters
    ----------
    ages : array (3, visits)
        The least and the most age at which a visit counts, and its team.
    """
    least, most, teams = ages[0], ages[1], ages[2]
    count = 0
    for number in range(first, end):
        count += (
            int(least[number] <= age) & int(age <= most[number]) & int(team == ANY or teams[number] == team)
        )
    left = min(int(u * count), count - 1)
    for number in range(first, end):
        if least[number] <= age <= most[number] and (team == ANY or teams[number] == team):
            if left == 0:
                return number
            left -= 1
    return NOTHING


@rare
def _greatest_age(ages: Integers, first: int, end: int, team: int) -> int:
    """Return the greatest age that a visit of a slice has reached; NOTHING if there is none."""
    greatest = NOTHING
    for number in range(first, end):
        if team == ANY or ages[2, number] == team:
            greatest = max(greatest, int(ages[1, number]))
    return greatest


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

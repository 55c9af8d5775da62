"""Keyed randomness: each draw is a pure function of its key.

A draw belongs to a world (seed, replication), an entity (a lead, a rep), a purpose ("work at this
stage") and an occurrence (the lead's round). Philox4x32-10 turns that key into two uniforms, so that
nothing depends on the order of events, and adding a draw leaves all others as they were (K7, K8).

Source: J. Salmon, M. Moraes, R. Dror and D. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC11 (2011), https://doi.org/10.1145/2063384.2063405.
"""

from __future__ import annotations

import math
from enum import IntEnum
from hashlib import blake2b

import numpy as np

from funnelsim.compiling.arrays import Record, record
from funnelsim.compiling.decorators import rule

WORLD = record(("seed", "<i8"), ("replication", "<i8"))

_MASK = 0xFFFFFFFF  # a word of Philox has 32 bits
_MULTIPLY_0 = 0xD2511F53
_MULTIPLY_1 = 0xCD9E8D57
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85
_ROUNDS = 10
_STEP = 2.0**-52  # between neighbouring uniforms


class Entity(IntEnum):
    """What a random draw belongs to: the top eight bits of its key."""

    INQUIRY = 1
    REP = 2
    UNCERTAINTY = 3
    CHANNEL = 4
    DESCENDANT = 5
    FIRM = 6
    CUSTOMER = 7
    OPEN_DEAL = 8


_DESCENDANT = Entity.DESCENDANT.value << 56


def hash24(name: str) -> int:
    """Hash the name of a channel or team to 24 bits, the same on every machine and in every process (K6).

    Parameters
    ----------
    name : str
        Two names may share a hash; the scenario's validation refuses such a pair.

    Returns
    -------
    int
        From 0 to 2^24 - 1.

    Examples
    --------
    >>> hash24("Trade fair") == hash24("Trade fair"), hash24("Trade fair") == hash24("Web")
    (True, False)
    """
    return int.from_bytes(blake2b(name.encode(), digest_size=3).digest(), "little")


def hash32(*words: str) -> int:
    """Hash words, in their order, to 32 bits, the same on every machine and in every process (K6).

    Returns
    -------
    int
        From 0 to 2^32 - 1. Different words may share a hash.

    Examples
    --------
    >>> hash32("work", "Demo") == hash32("workDemo")
    False
    """
    return int.from_bytes(blake2b("\0".join(words).encode(), digest_size=4).digest(), "little")


def purpose(what: str, stage: str = "") -> int:
    """Return the part of a key that says what a draw is for (K5).

    Parameters
    ----------
    what : str
        Such as ``"work"``.
    stage : str
        The stage's name, for draws that each stage has of its own.

    Returns
    -------
    int
        32 bits.

    Examples
    --------
    >>> purpose("work", "Demo") == purpose("work", "Offer")
    False
    """
    return hash32(what, stage)


ARRIVAL = purpose("arrival")
PROFILE = purpose("profile")
KIND = purpose("kind")
VALUE = purpose("value")
PRODUCT = purpose("product")
CONTRACT = purpose("contract")
LEAVING = purpose("leaving")
LOYALTY = purpose("loyalty")
MOVING = purpose("moving up")
AGE = purpose("age")
GOOD_DELIVERY = purpose("good delivery")
BUYER = purpose("buyer")
BUYING = purpose("buying")
ORDER = purpose("order")
REFERRER = purpose("referrer")
REFERRAL = purpose("referral")
REFERRED = purpose("referred")
WIN_BACK = purpose("win-back")
DEPOSIT = purpose("deposit")
PAYMENT = purpose("payment")
REP = purpose("rep")
ABSENCE = purpose("absence")
DAYS_OFF = purpose("days off")
TENURE = purpose("tenure")
REPLACEMENT = purpose("replacement")
UNCERTAINTY = purpose("uncertainty")
DRAWS = purpose("draws")
MARKET = purpose("market")
SHARE = purpose("share")
BUSY = purpose("busy day")
BUSY_ALL = purpose("busy day of all")
REST = purpose("rest")
RIPENING = purpose("ripening")
DONOR = purpose("donor")
DEMAND_SHOCK = purpose("demand shock")
DEMAND_SHOCK_ALL = purpose("demand shock of all")
ODDS_SHOCK = purpose("odds shock")


def entity(kind: Entity, name: str, index: int = 0) -> int:
    """Return the part of a key that says who draws (K3, K4).

    Built on the name of the channel or team, never on its position: a channel listed first moves
    no other channel's draws.

    Parameters
    ----------
    kind : Entity
        Of an inquiry, a rep, an uncertainty, a channel, or a customer as the period begins.
    name : str
        Of the inquiry's channel, the rep's team, the channel, or the customer's product and segment; the path
        of what is uncertain.
    index : int
        Of the inquiry in its channel, the rep in its team or the customer, below 2^32.

    Returns
    -------
    int
        Kind (8 bits), hash of the name (24 bits), index (32 bits). The entity of index i is that
        of index 0 plus i.

    Examples
    --------
    >>> entity(Entity.INQUIRY, "Web", 7) - entity(Entity.INQUIRY, "Web")
    7
    """
    return kind << 56 | hash24(name) << 32 | index


def open_deal(name: str) -> int:
    """Return the entity of a deal that is open at time 0, by its name in the records (OD1, K9).

    Parameters
    ----------
    name : str
        Among a million names, 1e-5 pairs share an entity.

    Returns
    -------
    int
        Kind (8 bits) and hash of the name (56 bits), read as the other hashes (K6).

    Examples
    --------
    >>> open_deal("1001") >> 56 == Entity.OPEN_DEAL, open_deal("1001") == open_deal("1002")
    (True, False)
    """
    hashed = int.from_bytes(blake2b(name.encode(), digest_size=7).digest(), "little")
    return Entity.OPEN_DEAL << 56 | hashed


def world_of(seed: int, replication: int) -> Record:
    """Make the key of all draws of one replication.

    Raises
    ------
    ValueError
        A seed or replication that is not a whole number from 0 to 2**32 - 1.
    """
    for name, number in (("seed", seed), ("replication", replication)):
        if not 0 <= number < 2**32:
            raise ValueError(f"the {name} must be a whole number from 0 to {2**32 - 1:,}, not {number:,}")
    world: Record = np.array([(seed, replication)], WORLD)[0]
    return world


@rule
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Scramble a counter with a key: Philox4x32-10 (K1).

    Parameters
    ----------
    c0, c1, c2, c3 : int
        The counter's words, of which the low 32 bits count.
    k0, k1 : int
        The key's words, of which the low 32 bits count.

    Returns
    -------
    tuple of int
        Four words of 32 bits.

    Examples
    --------
    >>> [f"{word:08x}" for word in philox(0, 0, 0, 0, 0, 0)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0 = int(c0) & _MASK
    c1 = int(c1) & _MASK
    c2 = int(c2) & _MASK
    c3 = int(c3) & _MASK
    k0 = int(k0) & _MASK
    k1 = int(k1) & _MASK
    for _ in range(_ROUNDS):
        # In compiled code the product of two words wraps into the sign; its halves, masked, are still right.
        product_0 = _MULTIPLY_0 * c0
        product_1 = _MULTIPLY_1 * c2
        c0 = ((product_1 >> 32) & _MASK) ^ c1 ^ k0
        c1 = product_1 & _MASK
        c2 = ((product_0 >> 32) & _MASK) ^ c3 ^ k1
        c3 = product_0 & _MASK
        k0 = (k0 + _WEYL_0) & _MASK
        k1 = (k1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


@rule
def descendant(parent: int, purpose: int, n: int) -> int:
    """Return the entity of a pursuit that is born of another: the n-th for its purpose (K9).

    Parameters
    ----------
    parent : int
        The entity of which it is born.
    purpose : int
        What it is born for: see `purpose`.
    n : int
        Which one, below 2^32.

    Returns
    -------
    int
        Kind (8 bits) and 56 bits of Philox: among a million, 1e-5 pairs share an entity.

    Examples
    --------
    >>> lead = entity(Entity.INQUIRY, "Web", 7)
    >>> descendant(lead, REST, 0) >> 56 == Entity.DESCENDANT
    True
    >>> descendant(lead, REST, 0) == descendant(lead, REST, 1)
    False
    """
    owner = int(parent)
    w0, w1, _, _ = philox(owner, owner >> 32, purpose, n, 0, 0)
    return _DESCENDANT | w0 << 24 | w1 >> 8


@rule
def uniforms(world: Record, entity: int, purpose: int, occurrence: int) -> tuple[float, float]:
    """Draw the two uniforms of a key (K1, K2).

    Parameters
    ----------
    world : WORLD record
        Seed and replication, of which the low 32 bits count.
    entity : int
        Whose draw it is: see `entity`.
    purpose : int
        What it is for: see `purpose`.
    occurrence : int
        Which time: the lead's round.

    Returns
    -------
    tuple of float
        Both in (0, 1), odd multiples of 2^-53: neither they nor their complements are ever 0, and
        ``1 - u`` is exact.

    Examples
    --------
    >>> import numpy as np
    >>> from funnelsim.chance.keys import WORLD, Entity
    >>> world = np.array([(1, 0)], WORLD)[0]
    >>> lead = entity(Entity.INQUIRY, "Web", 7)
    >>> uniforms(world, lead, PROFILE, 0) == uniforms(world, lead, PROFILE, 0)
    True
    >>> uniforms(world, lead, PROFILE, 0) == uniforms(world, lead + 1, PROFILE, 0)
    False
    """
    owner = int(entity)
    w0, w1, w2, w3 = philox(owner, owner >> 32, purpose, occurrence, world["seed"], world["replication"])
    return (((w0 << 20) | (w1 >> 12)) + 0.5) * _STEP, (((w2 << 20) | (w3 >> 12)) + 0.5) * _STEP


@rule
def uniforms_if(
    looked_at: bool, world: Record, entity: int, purpose: int, occurrence: int
) -> tuple[float, float]:
    """Draw the two uniforms of a key if something depends on them; else return NaN (K7).

    Parameters
    ----------
    looked_at : bool
        False if every uniform would give the same result.
    world, entity, purpose, occurrence
        As `uniforms` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from funnelsim.chance.keys import WORLD
    >>> uniforms_if(False, np.array([(1, 0)], WORLD)[0], 7, PROFILE, 0)
    (nan, nan)
    """
    if looked_at:
        return uniforms(world, entity, purpose, occurrence)
    return math.nan, math.nan

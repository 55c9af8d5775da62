"""The compiled engine's queues: pairing heaps threaded through the slots of the pool of leads.

Fredman, Sedgewick, Sleator, Tarjan (1986), The pairing heap: a new form of self-adjusting heap.
A queue is the slot of its first lead; NONE is an empty one.
"""

from __future__ import annotations

from funnelsim.vocabulary import Records, record, rule

NONE = -1

LINK = record(
    ("child", "<i4"),
    ("next", "<i4"),  # sibling, or the next free slot
    ("previous", "<i4"),  # sibling, or the parent of a first child
)


@rule
def precedes(leads: Records, one: int, other: int) -> bool:
    """Say whether one lead is worked before another: rank, time queued, entity."""
    a, b = leads[one], leads[other]
    if a["rank"] != b["rank"]:
        return bool(a["rank"] < b["rank"])
    if a["since"] != b["since"]:
        return bool(a["since"] < b["since"])
    return bool(a["entity"] < b["entity"])


@rule
def join(leads: Records, links: Records, queue: int, slot: int) -> int:
    """Add a lead to a queue; return the queue's first lead."""
    links[slot]["child"] = NONE
    links[slot]["next"] = NONE
    links[slot]["previous"] = NONE
    return meld(leads, links, queue, slot)


@rule
def leave(leads: Records, links: Records, queue: int, slot: int) -> int:
    """Take a lead out of a queue; return the queue's first lead."""
    rest = pair_up(leads, links, links[slot]["child"])
    if slot == queue:
        return rest
    previous, following = links[slot]["previous"], links[slot]["next"]
    if links[previous]["child"] == slot:
        links[previous]["child"] = following
    else:
        links[previous]["next"] = following
    if following != NONE:
        links[following]["previous"] = previous
    return meld(leads, links, queue, rest)


@rule
def meld(leads: Records, links: Records, one: int, other: int) -> int:
    """Make one queue of two: the later root becomes a child of the earlier."""
    if one == NONE:
        return int(other)
    if other == NONE:
        return int(one)
    first, second = int(one), int(other)
    if precedes(leads, other, one):
        first, second = int(other), int(one)
    child = links[first]["child"]
    links[second]["next"] = child
    links[second]["previous"] = first
    if child != NONE:
        links[child]["previous"] = second
    links[first]["child"] = second
    return first


@rule
def pair_up(leads: Records, links: Records, child: int) -> int:
    """Make one queue of a list of siblings: pairs from the front, then melded from the back."""
    pairs = NONE  # a list of melded pairs, the last one first
    while child != NONE:
        partner = links[child]["next"]
        following = NONE if partner == NONE else links[partner]["next"]
        alone(links, child)
        if partner != NONE:
            alone(links, partner)
        pair = meld(leads, links, child, partner)
        links[pair]["next"] = pairs
        pairs = pair
        child = following
    whole = NONE
    while pairs != NONE:
        following = links[pairs]["next"]
        alone(links, pairs)
        whole = meld(leads, links, whole, pairs)
        pairs = following
    return whole


@rule
def alone(links: Records, slot: int) -> None:
    """Cut a lead's ties to siblings and parent."""
    links[slot]["next"] = NONE
    links[slot]["previous"] = NONE

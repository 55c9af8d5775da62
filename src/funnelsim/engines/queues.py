"""The compiled engine's queues: pairing heaps threaded through links, one for each who can wait.

Fredman, Sedgewick, Sleator, Tarjan (1986), The pairing heap: a new form of self-adjusting heap.
A queue is the number of its first; NONE is an empty one. Leads wait for reps, and reps for leads.
"""

from __future__ import annotations

from funnelsim.vocabulary import Records, record, rule

NONE = -1

LINK = record(
    ("rank", "<i8"),  # lower is first, then
    ("since", "<i8"),  # who waits longer, then
    ("entity", "<i8"),  # the lower
    ("child", "<i4"),
    ("next", "<i4"),  # sibling, or the next free slot
    ("previous", "<i4"),  # sibling, or the parent of a first child
)


@rule
def precedes(links: Records, one: int, other: int) -> bool:
    """Say whether one comes before another: rank, time queued, entity."""
    a, b = links[one], links[other]
    if a["rank"] != b["rank"]:
        return bool(a["rank"] < b["rank"])
    if a["since"] != b["since"]:
        return bool(a["since"] < b["since"])
    return bool(a["entity"] < b["entity"])


@rule
def join(links: Records, queue: int, slot: int, rank: int, since: int, entity: int) -> int:
    """Add one to a queue; return the queue's first."""
    link = links[slot]
    link["rank"] = rank
    link["since"] = since
    link["entity"] = entity
    return rejoin(links, queue, slot)


@rule
def rejoin(links: Records, queue: int, slot: int) -> int:
    """Add one to a queue at the place that it had; return the queue's first."""
    links[slot]["child"] = NONE
    alone(links, slot)
    return meld(links, queue, slot)


@rule
def leave(links: Records, queue: int, slot: int) -> int:
    """Take one out of a queue; return the queue's first."""
    rest = pair_up(links, links[slot]["child"])
    if slot == queue:
        return rest
    previous, following = links[slot]["previous"], links[slot]["next"]
    if links[previous]["child"] == slot:
        links[previous]["child"] = following
    else:
        links[previous]["next"] = following
    if following != NONE:
        links[following]["previous"] = previous
    return meld(links, queue, rest)


@rule
def meld(links: Records, one: int, other: int) -> int:
    """Make one queue of two: the later root becomes a child of the earlier."""
    if one == NONE:
        return int(other)
    if other == NONE:
        return int(one)
    first, second = int(one), int(other)
    if precedes(links, other, one):
        first, second = int(other), int(one)
    child = links[first]["child"]
    links[second]["next"] = child
    links[second]["previous"] = first
    if child != NONE:
        links[child]["previous"] = second
    links[first]["child"] = second
    return first


@rule
def pair_up(links: Records, child: int) -> int:
    """Make one queue of a list of siblings: pairs from the front, then melded from the back."""
    pairs = NONE  # a list of melded pairs, the last one first
    while child != NONE:
        partner = links[child]["next"]
        following = NONE if partner == NONE else links[partner]["next"]
        alone(links, child)
        if partner != NONE:
            alone(links, partner)
        pair = meld(links, child, partner)
        links[pair]["next"] = pairs
        pairs = pair
        child = following
    whole = NONE
    while pairs != NONE:
        following = links[pairs]["next"]
        alone(links, pairs)
        whole = meld(links, whole, pairs)
        pairs = following
    return whole


@rule
def alone(links: Records, slot: int) -> None:
    """Cut the ties to siblings and parent."""
    links[slot]["next"] = NONE
    links[slot]["previous"] = NONE

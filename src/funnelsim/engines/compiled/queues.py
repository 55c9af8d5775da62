"""The compiled engine's queues: an entry that belongs at the end joins a chain, any other a heap.

Most queues are joined in the order in which they are left, so most entries join the end of a chain. One that
belongs further ahead (a hot lead among warm ones) joins a pairing heap: Fredman, Sedgewick, Sleator, Tarjan
(1986), The pairing heap: a new form of self-adjusting heap. The first of the queue is the first of the two.
Both are threaded through links, one for each entry: leads that wait for reps, and reps that wait for leads.
"""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Record, Records, record
from funnelsim.compiling.decorators import rare, rule

NONE = -1
IN_CHAIN = -2  # the child of an entry that is in a chain

QUEUE = record(
    ("head", "<i8"),  # of the chain
    ("tail", "<i8"),
    ("root", "<i8"),  # of the heap
)
LINK = record(
    ("rank", "<i8"),  # lower is first, then
    ("since", "<i8"),  # the one that has waited longer, then
    ("entity", "<i8"),  # the lower
    ("child", "<i8"),  # in the heap; or IN_CHAIN
    ("next", "<i8"),  # behind it in the chain; its sibling; the next free slot of a pool
    ("previous", "<i8"),  # ahead of it in the chain; its sibling; the parent of a first child
)


def new_queues(count: int) -> Records:
    """Make empty queues."""
    return np.full(count, NONE, QUEUE)


@rule
def empty(queue: Record) -> None:
    """Empty a queue."""
    queue["head"] = NONE
    queue["tail"] = NONE
    queue["root"] = NONE


@rule
def first(links: Records, queue: Record) -> int:
    """Find the first of a queue, NONE if it is empty."""
    head, root = queue["head"], queue["root"]
    if root == NONE or (head != NONE and precedes(links, head, root)):
        return int(head)
    return int(root)


@rule
def join(links: Records, queue: Record, slot: int, rank: int, since: int, entity: int) -> None:
    """Add one to a queue (Q2)."""
    link = links[slot]
    link["rank"] = rank
    link["since"] = since
    link["entity"] = entity
    rejoin(links, queue, slot)


@rule
def rejoin(links: Records, queue: Record, slot: int) -> None:
    """Add one to a queue at its old place."""
    tail = queue["tail"]
    link = links[slot]
    link["next"] = NONE
    link["previous"] = NONE
    if tail == NONE:
        link["child"] = IN_CHAIN
        queue["head"] = slot
        queue["tail"] = slot
    elif precedes(links, tail, slot):
        link["child"] = IN_CHAIN
        link["previous"] = tail
        links[tail]["next"] = slot
        queue["tail"] = slot
    else:
        link["child"] = NONE
        queue["root"] = meld(links, queue["root"], slot)


@rule
def leave(links: Records, queue: Record, slot: int) -> None:
    """Take one out of a queue."""
    if links[slot]["child"] != IN_CHAIN:
        queue["root"] = leave_heap(links, queue["root"], slot)
        return
    ahead, behind = links[slot]["previous"], links[slot]["next"]
    if ahead == NONE:
        queue["head"] = behind
    else:
        links[ahead]["next"] = behind
    if behind == NONE:
        queue["tail"] = ahead
    else:
        links[behind]["previous"] = ahead


@rule
def precedes(links: Records, one: int, other: int) -> bool:
    """Return whether one comes before another: rank, time queued, entity (Q1)."""
    a, b = links[one], links[other]
    if a["rank"] != b["rank"]:
        return bool(a["rank"] < b["rank"])
    if a["since"] != b["since"]:
        return bool(a["since"] < b["since"])
    return bool(a["entity"] < b["entity"])


# ---- the heap ---------------------------------------------------------------------------------


@rare
def leave_heap(links: Records, root: int, slot: int) -> int:
    """Take one out of a heap; return the heap's first."""
    rest = pair_up(links, links[slot]["child"])
    if slot == root:
        return rest
    previous, following = links[slot]["previous"], links[slot]["next"]
    if links[previous]["child"] == slot:
        links[previous]["child"] = following
    else:
        links[previous]["next"] = following
    if following != NONE:
        links[following]["previous"] = previous
    return meld(links, root, rest)


@rare
def meld(links: Records, one: int, other: int) -> int:
    """Make one heap of two: the later root becomes a child of the earlier."""
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
    """Make one heap of a list of siblings: pairs from the front, then melded from the back."""
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

"""Effort split between new business, the sale, and existing business, all other processes.

Stride scheduling in the form of start-time fair queueing: each class has a level, which rises by what is put
into it over its share. The lower level is served; a class that was not at hand is raised to the other's.

Source: P. Goyal, H. Vin and H. Cheng, "Start-time fair queueing", SIGCOMM (1996),
https://doi.org/10.1145/248156.248171; C. Waldspurger, "Lottery and stride scheduling" (1995).
"""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import Split

THOUSAND = 1000  # shares are whole thousandths: levels are exact


@rare
def any_team(model: Model) -> int:
    """Return 1 if any team splits its effort, else 0."""
    for number in range(len(model.teams)):
        if model.teams[number]["split"] != Split.NONE:
            return 1
    return 0


@rule
def is_account(pursuit: Record) -> bool:
    """Return whether a pursuit is existing business (G15)."""
    return bool(pursuit["process"] != SALE)


@rule
def takes_account(team: Record, state: Record, has_new: bool, has_account: bool) -> bool:
    """Return whether a rep takes existing business, of what is at hand (G16)."""
    if not (has_new and has_account):
        return has_account
    if team["split"] == Split.SHARES:
        return bool(state["accounts_level"] < state["new_level"])
    return bool(team["split"] == Split.ACCOUNTS_FIRST)


@rare
def levels(model: Model, team: Record, state: Record, pursuit: Record, alone: bool) -> tuple[int, int]:
    """Return the levels of a rep who starts on a pursuit: new and existing business (G17).

    Parameters
    ----------
    alone : bool
        Whether nothing of the other class is at hand.
    """
    new, accounts = int(state["new_level"]), int(state["accounts_level"])
    effort, of_new = min(int(pursuit["effort"]), int(model.horizon)), int(team["new_share"])
    if is_account(pursuit):
        new = max(new, accounts) if alone else new
        accounts += effort * of_new
    else:
        accounts = max(accounts, new) if alone else accounts
        new += effort * (THOUSAND - of_new)
    return int(new), int(accounts)


@rule
def splits_otherwise(before: Record, team: Record) -> bool:
    """Return whether a team splits its effort in another way than before (C29)."""
    return bool(before["split"] != team["split"] or before["new_share"] != team["new_share"])

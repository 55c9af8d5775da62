"""The lives of deals: when each was created, and how and when it was won or lost."""

from __future__ import annotations

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList

_KEY = ["deal", "life"]


def lives_of(deals: pd.DataFrame, moves: pd.DataFrame, dirt: DirtList) -> pd.DataFrame:
    """Make a row for each life of a deal.

    Parameters
    ----------
    deals : DataFrame
        A row a deal.
    moves : DataFrame
        In order, with `life`.
    dirt : DirtList
        Takes deals that were created after something happened to them.

    Returns
    -------
    DataFrame
        The columns of `deals`, with `life`, `created`, `closed`, `closed_after`, `outcome` and `reason`.
    """
    ends = moves[moves["outcome"] != ""].rename(columns={"at": "closed", "after": "closed_after"})
    first = moves[moves["life"] > 0].drop_duplicates(_KEY).rename(columns={"at": "began"})
    again = first[[*_KEY, "began"]].merge(deals, on="deal")
    again["created"] = again.pop("began")
    lives = pd.concat([deals.assign(life=0), again], ignore_index=True)
    lives = lives.merge(ends[[*_KEY, "closed", "closed_after", "outcome", "reason"]], on=_KEY, how="left")
    lives[["outcome", "reason"]] = lives[["outcome", "reason"]].fillna("")
    entered = moves[moves["to"] != ""].groupby(_KEY)["at"].min().rename("entered").reset_index()
    lives = lives.merge(entered, on=_KEY, how="left")
    return _created_first(lives, dirt).drop(columns="entered")


def _created_first(lives: pd.DataFrame, dirt: DirtList) -> pd.DataFrame:
    """See to it that nothing happened to a deal before it was created."""
    original = lives["life"] == 0
    early = original & (lives["entered"] < lives["created"])
    nowhere = original & lives["entered"].isna() & (lives["outcome"] != "")
    backwards = nowhere & (lives["closed"] < lives["created"])
    for kind, found, instead in (
        (Dirt.EARLY_ENTRY, early, "entered"),
        (Dirt.BACKWARDS, backwards, "closed"),
        (Dirt.APPEARS_CLOSED, nowhere & ~backwards, "closed"),
    ):
        rows = lives[found]
        dirt.add(kind, rows["file"], rows["line"], rows["created"].astype(str), rows[instead].astype(str))
    created = lives["created"].mask(early, lives["entered"]).mask(backwards, lives["closed"])
    return lives.assign(created=created)

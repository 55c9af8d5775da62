"""What moves of deals mean: stages and outcomes, repeated ones folded, and deals that are reopened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.history import OUTCOMES
from funnelsim.history.mapping import IGNORE, LOST_BECAUSE, OPEN, ExportMapping, meant
from funnelsim.io.writing import UnusableError

_, _LOST = OUTCOMES


def understood(moves: pd.DataFrame, mapping: ExportMapping, dirt: DirtList) -> pd.DataFrame:
    """Say of each move which stage or outcome it leads to; what the mapping ignores is left out.

    Returns
    -------
    DataFrame
        The moves with `to` as a stage or "", `outcome` as "won", "lost" or "", and `reason`.

    Raises
    ------
    UnusableError
        If a status means nothing; all such are listed.
    """
    meanings = mapping.meanings
    unknown = ~moves["to"].isin(list(meanings))
    if unknown.any():
        raise UnusableError("\n".join(_unknown(moves[unknown], mapping)))
    means = moves["to"].map(meanings)
    ignored = means == IGNORE
    if ignored.any():
        dirt.add(Dirt.IGNORED, moves["file"][ignored], moves["line"][ignored], moves["to"][ignored])
    stage = means.isin(mapping.stages)
    because = means.str.startswith(LOST_BECAUSE) & ~stage
    given = moves["reason"] if "reason" in moves else pd.Series("", moves.index, dtype="str")
    outcome = means.mask(because, _LOST)
    moves = moves.assign(
        to=means.where(stage, ""),
        outcome=outcome.where(outcome.isin(OUTCOMES) & ~stage, ""),
        reason=given.mask(because, means.str.removeprefix(LOST_BECAUSE)).where(outcome == _LOST, ""),
    )
    return moves[~ignored & (means != OPEN)]


def _unknown(moves: pd.DataFrame, mapping: ExportMapping) -> list[str]:
    """Write a sentence about each status that means nothing."""
    sentences = []
    for text, rows in moves.groupby("to", sort=False):
        first = rows.iloc[0]
        sentences.append(
            f'{first["file"]}, line {first["line"]}: the status "{text}" ({len(rows)} rows) is no stage, and '
            f"is not in [status]{meant(str(text), mapping.meanings)}; "
            'say there what it means: "won", "lost", "open", "ignore" or a stage'
        )
    return sentences


def folded(moves: pd.DataFrame, dirt: DirtList) -> pd.DataFrame:
    """Leave out moves into the stage or the outcome that is at hand (HI1); moves are in order."""
    same = moves["deal"] == moves["deal"].shift()
    for column in ("to", "outcome"):
        same &= moves[column] == moves[column].shift()
    if same.any():
        rows = moves[same]
        dirt.add(Dirt.REPEATED_STAGE, rows["file"], rows["line"], rows["to"] + rows["outcome"])
    return moves[~same]


def numbered_lives(moves: pd.DataFrame, dirt: DirtList) -> pd.DataFrame:
    """Number the lives of deals from 0: what follows an outcome is another life, of a deal that is reopened.

    So the first life ends when it was seen to end, and nobody who looks at it then knows of the second (HI4).
    """
    within = moves["deal"] == moves["deal"].shift()
    begins = within & (moves["outcome"].shift() != "")
    life = begins.groupby(moves["deal"], sort=False).cumsum().astype(np.int64)
    moves = moves.assign(life=life)
    if begins.any():
        rows = moves[begins]
        dirt.add(
            Dirt.REOPENED, rows["file"], rows["line"], rows["deal"], life_names(rows["deal"], rows["life"])
        )
    return moves


def life_names(deals: pd.Series[str], lives: pd.Series[int]) -> pd.Series[str]:
    """Name the lives of deals: the first has the deal's own name, the second that with #2."""
    names = deals.astype("str")
    later = lives > 0
    return names.where(~later, names + "#" + (lives + 1).astype(str)) if later.any() else names

"""What is asked of donors for each open deal: the records of a snapshot by the numbers of a model (OD1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from funnelsim.chance.keys import open_deal
from funnelsim.compiling.arrays import Integers, Records
from funnelsim.engines.donors import ASKED
from funnelsim.engines.lost_lately import LOST_DEAL
from funnelsim.io.writing import UnusableError
from funnelsim.model.model import Names
from funnelsim.model.words import DAY, NEVER, NOBODY, NOTHING
from funnelsim.scenario.errors import nearest

_MOST_TOLD = 20  # sentences
_MICROSECOND = pd.Timedelta(1, "us")


def asked_of(deals: pd.DataFrame, begins: pd.Timestamp, until: pd.Timestamp, names: Names) -> Records:
    """Write what records say of open deals with the numbers of a model.

    A rep whom the model does not have is nobody. A chance without a day is that of the last day before
    `until`.

    Parameters
    ----------
    deals : DataFrame
        The open deals of a snapshot.
    begins, until : Timestamp
        The instant of time 0, and that up to which the forecast is.
    names : Names
        Of the model.

    Returns
    -------
    ASKED records
        One a deal, in the same order.

    Raises
    ------
    UnusableError
        If a stage, a channel or a segment is none of the model's, or two names share an entity.
    """
    wrong = [
        *_unknown(deals, "stage", names.stages),
        *_unknown(deals, "channel", names.channels),
        *_unknown(deals, "segment", names.segments),
        *_same_entity(deals["deal"]),
    ]
    if wrong:
        raise UnusableError("\n  ".join(["the snapshot does not fit the scenario:", *wrong[:_MOST_TOLD]]))
    asked = np.zeros(len(deals), ASKED)
    asked["entity"] = [open_deal(each) for each in deals["deal"]]
    asked["stage"] = _numbers(deals["stage"], names.stages, NOTHING)
    asked["channel"] = _numbers(deals["channel"], names.channels, NOTHING)
    asked["segment"] = _numbers(deals["segment"], names.segments, NOTHING)
    asked["rep"] = _numbers(deals["rep"], names.reps, NOBODY)
    asked["age"] = _since(deals["entered"], begins)
    asked["age_of_deal"] = np.maximum(_since(deals["created"].fillna(deals["entered"]), begins), asked["age"])
    asked["value"], asked["chance"] = deals["value"], deals["probability"]
    asked["ends"] = _ends(deals, begins, until)
    return asked


def lost_of(deals: pd.DataFrame, begins: pd.Timestamp, names: Names) -> Records:
    """Write what records say of deals that were lost with the numbers of a model (OD9).

    A stage, a channel or a segment that the model does not have is not known.

    Parameters
    ----------
    deals : DataFrame
        The lost deals of a snapshot.
    begins : Timestamp
        The instant of time 0.
    names : Names
        Of the model.

    Returns
    -------
    LOST_DEAL records
        One a deal, in the same order.
    """
    lost = np.zeros(len(deals), LOST_DEAL)
    lost["entity"] = [open_deal(each) for each in deals["deal"]]
    lost["ago"] = _since(deals["closed"], begins)
    lost["age_of_deal"] = _since(deals["created"].fillna(deals["closed"]), begins)
    lost["stage"] = _numbers(deals["stage"], names.stages, 0)
    lost["channel"] = _numbers(deals["channel"], names.channels, NOTHING)
    lost["segment"] = _numbers(deals["segment"], names.segments, NOTHING)
    return lost


def _ends(deals: pd.DataFrame, begins: pd.Timestamp, until: pd.Timestamp) -> Integers:
    """Return when overridden deals end: at noon of their day."""
    last_day = (until - _MICROSECOND).floor("D")
    days = deals["close"].dt.floor("D")
    days = days.where(days.notna() | deals["probability"].isna(), last_day)
    noon = np.maximum(-_since(days.fillna(begins), begins) + DAY // 2, 0)
    return np.where(days.isna(), NEVER, noon).astype(np.int64)


def unknown_reps(deals: pd.DataFrame, names: Names) -> tuple[str, ...]:
    """Name the reps of open deals whom a model does not have."""
    return tuple(sorted(set(deals["rep"]) - {"", *names.reps}))


def _since(times: pd.Series[pd.Timestamp], begins: pd.Timestamp) -> Integers:
    """Return how long ago times were, in microseconds; negative for times to come."""
    return np.asarray((begins - times) // _MICROSECOND, np.int64)


def _numbers(texts: Iterable[str], known: Sequence[str], nothing: int) -> list[int]:
    place = {name: number for number, name in enumerate(known)}
    return [place.get(text, nothing) for text in texts]


def _unknown(deals: pd.DataFrame, what: str, known: Sequence[str]) -> Iterator[str]:
    """Find names that the scenario does not have, each once."""
    for name in dict.fromkeys(deals[what]):
        if name and name not in known:
            of = ", ".join(deals["deal"][deals[what] == name].head(3))
            near = nearest(name, known)
            right = f'did you mean "{near}"?' if near else f"expected one of {', '.join(known[:8])}"
            yield f'the scenario has no {what} "{name}" (deal {of}); {right}'


def _same_entity(names: pd.Series[str]) -> Iterator[str]:
    """Find names with the same hash in the keys of draws."""
    owners: dict[int, str] = {}
    for name in names:
        other = owners.setdefault(open_deal(name), name)
        if other != name:
            yield f"the deals {other} and {name} have the same key by chance; expected another name for one"

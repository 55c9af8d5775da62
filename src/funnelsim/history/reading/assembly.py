"""From what a form says to a history: dates checked, lives of deals told apart, cut at what was seen."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.history import DEALS, ENTRIES, History
from funnelsim.history.mapping import ExportMapping
from funnelsim.history.reading.beside import dated_fields, reps_at_entry, spells_of_work, with_latest
from funnelsim.history.reading.deals import one_row_each
from funnelsim.history.reading.forms import PLACE, Reading
from funnelsim.history.reading.lives import lives_of
from funnelsim.history.reading.moves import folded, life_names, numbered_lives, understood
from funnelsim.history.reading.times import Seen, dated, earliest, in_time, seen_in
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError

PARTS = 6  # of the work, about equally long
_TEXTS = ("channel", "segment", "rep")


def history_of(
    reading: Reading, mapping: ExportMapping, merged: dict[str, str], dirt: DirtList, progress: Progress
) -> History:
    """Make a history of what a form says.

    Parameters
    ----------
    reading : Reading
    mapping : ExportMapping
    merged : dict of str to str
        Deals that were merged into others, which are in the file.
    dirt : DirtList
        Takes what is repaired or dropped.
    progress : callable
        Told of each of the `PARTS` of the work.

    Raises
    ------
    UnusableError
        If a status means nothing, if no deal is left, or if all dates are equal.
    """
    reading = _renamed(_coded(_without(reading, merged)), mapping)
    progress(1)
    moves = understood(_complete(reading.moves), mapping, dirt)
    deals, moves = dated(one_row_each(reading.deals, dirt), moves, dirt)
    progress(1)
    seen = seen_in(deals, moves, reading, mapping)
    deals = seen.floored(in_time(deals, "created", seen, dirt), "created")
    moves = in_time(moves[moves["deal"].isin(deals["deal"])], "at", seen, dirt)
    moves = moves.assign(at=moves["at"].fillna(seen.last)).sort_values(["deal", "at"], kind="stable")
    moves = seen.floored(moves, "at", "after")
    progress(1)
    moves = _with_first(deals, moves, reading.first, seen)
    progress(1)
    moves = numbered_lives(folded(moves, dirt), dirt)
    lives = _ended_since(lives_of(deals, moves, dirt), seen, dirt)
    progress(1)
    if lives.empty:
        raise UnusableError(f"no deal is left in the file; rows left out: {_in_words(dirt)}")
    history = _history(reading, mapping, lives, moves, seen, dirt)
    progress(1)
    return history


def _in_words(dirt: DirtList) -> str:
    return ", ".join(f"{count} ({kind})" for kind, count in dirt.counts().items()) or "none"


def _without(reading: Reading, merged: dict[str, str]) -> Reading:
    """Leave out everything of deals that were merged into others."""
    if not merged:
        return reading
    frames = (reading.deals, reading.moves, reading.fields, reading.work)
    gone = list(merged)
    deals, moves, fields, work = (rows if rows.empty else rows[~rows["deal"].isin(gone)] for rows in frames)
    return replace(reading, deals=deals, moves=moves, fields=fields, work=work)


def _coded(reading: Reading) -> Reading:
    """Let names of deals be numbers inside, in their order: they are compared and sorted most."""
    frames = (reading.deals, reading.moves, reading.fields, reading.work)
    names = pd.Index([], dtype="str")
    for rows in frames:
        if not rows.empty:
            names = names.union(pd.Index(rows["deal"].unique()))
    coded = pd.CategoricalDtype(names.sort_values())
    deals, moves, fields, work = (rows.astype({"deal": coded}) if "deal" in rows else rows for rows in frames)
    return replace(reading, deals=deals, moves=moves, fields=fields, work=work)


def _renamed(reading: Reading, mapping: ExportMapping) -> Reading:
    """Give channels, segments and reps the names of today; stages are renamed as they are understood."""
    for field in _TEXTS:
        names = mapping.renamed.get(field, {})  # type: ignore[call-overload]
        if not names:
            continue
        for name in ("deals", "moves", "work"):
            rows = getattr(reading, name)
            if field in rows:
                setattr(reading, name, rows.assign(**{field: rows[field].replace(names)}))
        if not reading.fields.empty:
            of_field = reading.fields["field"] == field
            values = reading.fields["value"]
            reading.fields = reading.fields.assign(value=values.where(~of_field, values.replace(names)))
    return reading


def _complete(moves: pd.DataFrame) -> pd.DataFrame:
    """Give moves all the columns that they can have."""
    if "after" not in moves:
        moves = moves.assign(after=_never(moves))
    if "rep" not in moves:
        moves = moves.assign(rep=pd.Series("", moves.index, dtype="str"))
    return moves


def _never(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.NaT, rows.index, dtype="datetime64[us]")


def _with_first(deals: pd.DataFrame, moves: pd.DataFrame, first: str, seen: Seen) -> pd.DataFrame:
    """Let deals enter the first stage when they were created, unless a move at that time says more.

    Where only days are known, a deal that was closed on the day on which it was created was in it, too.
    """
    if not first:
        return moves
    move, entry = earliest(moves, deals), earliest(moves[moves["to"] != ""], deals)
    begins = move.isna() | (deals["created"] < move)
    if seen.by_day:
        begins |= (deals["created"] == move) & (entry != move)
    rows = deals[begins]
    entries = pd.DataFrame(
        {"deal": rows["deal"], "to": first, "at": rows["created"], "outcome": "", "reason": "", "rep": ""}
    ).assign(after=_never(rows), file=rows["file"], line=rows["line"])
    together = pd.concat([entries, moves], ignore_index=True)
    return together.sort_values(["deal", "at"], kind="stable", ignore_index=True)


def _ended_since(lives: pd.DataFrame, seen: Seen, dirt: DirtList) -> pd.DataFrame:
    """Leave out who was won or lost before the history begins (HI6)."""
    before = lives["closed"] < seen.since
    if before.any():
        rows = lives[before]
        dirt.add(Dirt.ENDED_BEFORE, rows["file"], rows["line"], rows["closed"].astype(str))
    return lives[~before]


def _history(
    reading: Reading,
    mapping: ExportMapping,
    lives: pd.DataFrame,
    moves: pd.DataFrame,
    seen: Seen,
    dirt: DirtList,
) -> History:
    fields = dated_fields(reading.fields, lives, seen, dirt)
    moves = moves.merge(lives[["deal", "life"]], on=["deal", "life"])  # of the lives that are left
    moves["deal"] = life_names(moves["deal"], moves["life"])
    entries = moves[moves["to"] != ""].rename(
        columns={"to": "stage", "at": "entered", "after": "entered_after"}
    )
    overwritten = lives["deal"].duplicated(keep="last")  # the record says what a reopened deal has become
    for name in (*_TEXTS, "value"):
        if name in lives and name not in mapping.never_changes:
            lives[name] = lives[name].mask(overwritten)
    deals = lives.assign(deal=life_names(lives["deal"], lives["life"])).drop(columns=["life", *PLACE])
    for name in ("channel", "segment", "rep"):
        deals[name] = deals[name].fillna("").astype("str") if name in deals else ""
    deals["value"] = deals["value"].astype(float) if "value" in deals else float("nan")
    deals = with_latest(deals, fields).sort_values(["created", "deal"], kind="stable")
    return History(
        deals=deals[list(DEALS)]
        .astype({name: "str" for name in ("deal", "outcome", "reason", *_TEXTS)})
        .reset_index(drop=True),
        entries=reps_at_entry(entries[list(ENTRIES)].reset_index(drop=True), fields),
        fields=fields,
        work=spells_of_work(reading.work, lives, seen, dirt),
        stages=mapping.stages,
        seen_from=seen.since,
        seen_until=seen.until,
        by_day=seen.by_day,
        known=mapping.known,
        time_zone=mapping.time_zone,
        currency=mapping.currency,
    )

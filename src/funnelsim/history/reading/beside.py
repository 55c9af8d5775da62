"""What stands beside the moves of deals: dated values of their fields, and work."""

from __future__ import annotations

import pandas as pd

from funnelsim.history.dirt import Dirt, DirtList
from funnelsim.history.history import FIELDS, WORK
from funnelsim.history.mapping import ExportMapping
from funnelsim.history.reading.moves import life_names
from funnelsim.history.reading.times import Seen, in_time
from funnelsim.io.writing import UnusableError

_KEY = ["deal", "life"]


def dated_fields(fields: pd.DataFrame, lives: pd.DataFrame, seen: Seen, dirt: DirtList) -> pd.DataFrame:
    """Give dated values to the lives of deals: another life begins with what was known as it began (HI5)."""
    if fields.empty:
        return _empty(FIELDS, "since")
    undated = fields["since"].isna()
    dirt.add(Dirt.NO_DATE, fields["file"][undated], fields["line"][undated], fields["field"][undated])
    fields = in_time(fields[~undated], "since", seen, dirt).sort_values(["deal", "since"], kind="stable")
    again = lives[lives["life"] > 0][[*_KEY, "created"]].rename(columns={"created": "began"})
    rows = _in_lives(fields, lives, "since")
    if not again.empty:
        earlier = fields.merge(again, on="deal")
        earlier = earlier[earlier["since"] < earlier["began"]]
        earlier = earlier.drop_duplicates([*_KEY, "field"], keep="last")
        rows = pd.concat([earlier.assign(since=earlier["began"]), rows], ignore_index=True)
        rows = rows.drop_duplicates([*_KEY, "field", "since"], keep="last")  # it may be said anew then
    rows["deal"] = life_names(rows["deal"], rows["life"])
    rows = rows.sort_values(["deal", "since"], kind="stable", ignore_index=True)
    return rows[list(FIELDS)].astype({"deal": "str", "field": "str", "value": "str"})


def spells_of_work(work: pd.DataFrame, lives: pd.DataFrame, seen: Seen, dirt: DirtList) -> pd.DataFrame:
    """Check spells of work; one that goes on at the end of the history has no end (HI4)."""
    if work.empty:
        return _empty(WORK, "start", "end")
    never = work["start"].isna()
    dirt.add(Dirt.NO_START, work["file"][never], work["line"][never], work["stage"][never])
    work = in_time(work[~never], "start", seen, dirt)
    negative = work["end"] < work["start"]
    dirt.add(
        Dirt.NEGATIVE_WORK, work["file"][negative], work["line"][negative], work["end"][negative].astype(str)
    )
    work = work[~negative]
    work = _in_lives(work.assign(end=work["end"].mask(work["end"] >= seen.until)), lives, "start")
    work["deal"] = life_names(work["deal"], work["life"])
    work = work.sort_values(["start", "deal"], kind="stable", ignore_index=True)
    return work[list(WORK)].astype({"deal": "str", "stage": "str", "rep": "str"})


def spells_named(work: pd.DataFrame, mapping: ExportMapping) -> pd.DataFrame:
    """Say in which stage spells of a table of work were: by `[work]`, or by the stage's own name.

    Raises
    ------
    UnusableError
        If neither says it; with all such names.
    """
    stages = {**{stage: stage for stage in mapping.stages}, **mapping.work}
    unknown = [name for name in work["stage"].unique() if name not in stages]
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown)
        raise UnusableError(f"the table of work names {listed}: no stage; say in [work] which stage it is of")
    rep = {} if "rep" in work else {"rep": pd.Series("", work.index, dtype="str")}
    return work.assign(stage=work["stage"].map(stages), **rep)


def _in_lives(rows: pd.DataFrame, lives: pd.DataFrame, column: str) -> pd.DataFrame:
    """Say in which life of its deal something happened: the last that had begun."""
    begun = lives[lives["life"] > 0][[*_KEY, "created"]].rename(columns={"created": column})
    if begun.empty:
        return rows.assign(life=0)
    rows = rows.sort_values(column, kind="stable")
    found = pd.merge_asof(rows, begun.sort_values(column), on=column, by="deal")
    return found.assign(life=found["life"].fillna(0).astype(int))


def with_latest(deals: pd.DataFrame, fields: pd.DataFrame) -> pd.DataFrame:
    """Fill in what only the dated values say of a deal."""
    for name, rows in fields.groupby("field", sort=False):
        latest = deals["deal"].map(rows.groupby("deal")["value"].last())
        if name == "value":
            deals = deals.assign(value=deals["value"].fillna(pd.to_numeric(latest)))
        else:
            deals = deals.assign(**{str(name): deals[name].mask(deals[name] == "", latest.fillna(""))})
    return deals


def reps_at_entry(entries: pd.DataFrame, fields: pd.DataFrame) -> pd.DataFrame:
    """Say whose a deal was as it entered a stage, where that is dated and the entry does not say it."""
    owners = fields[fields["field"] == "rep"]
    if owners.empty:
        return entries
    owners = owners[["deal", "since", "value"]].sort_values("since", kind="stable")
    places = entries.reset_index().sort_values("entered", kind="stable")
    found = pd.merge_asof(places, owners, left_on="entered", right_on="since", by="deal").set_index("index")
    owner = found["value"].fillna("").reindex(entries.index)
    return entries.assign(rep=entries["rep"].mask(entries["rep"] == "", owner))


def _empty(columns: tuple[str, ...], *times: str) -> pd.DataFrame:
    kinds = {name: "datetime64[us]" if name in times else "str" for name in columns}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})

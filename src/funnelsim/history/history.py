"""A history: what became of deals, when, and since when each thing has been known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from funnelsim.io.writing import UnusableError

OUTCOMES = ("won", "lost")  # blank: still open

_ENDS = ("closed", "closed_after", "outcome", "reason")
_OF_A_DEAL = ("channel", "segment", "value", "rep")  # fields that may be known later than the deal

DEALS = ("deal", "created", *_ENDS, *_OF_A_DEAL)
ENTRIES = ("deal", "stage", "entered", "entered_after", "rep")
FIELDS = ("deal", "field", "since", "value")
WORK = ("deal", "stage", "rep", "start", "end")


class Known(StrEnum):
    """Since when a field of a deal has been what the file says it is (HI5)."""

    CREATED = "created"  # it never changes
    CLOSED = "closed"  # it is final when the deal is won or lost
    EXPORT = "export"  # it may have been overwritten until the file was written


@dataclass(frozen=True)
class History:
    """What is known of a firm's deals up to an instant; all times are of the firm's own clock.

    Attributes
    ----------
    deals : DataFrame
        A row a deal, with the columns of `DEALS`: `closed` and `outcome` are blank while it is open. The deal
        was closed after `closed_after`, where that is not blank, and by `closed`.
    entries : DataFrame
        A row for each time that a deal entered a stage, with the columns of `ENTRIES`, in the order of deal
        and time; that of winning or losing is in `deals` alone.
    fields : DataFrame
        What a field of a deal was from when on, with the columns of `FIELDS`, where the export has it.
    work : DataFrame
        Spells of work, with the columns of `WORK`; may be empty.
    stages : tuple of str
        The stages of the sale, first to last.
    seen_from, seen_until : Timestamp
        Deals that ended before `seen_from` are not in the file; nothing from `seen_until` on is.
    by_day : bool
        Whether only the day of what happened is known, not the time.
    known : mapping of str to Known
        Since when channel, segment, value and rep of a deal have been what `deals` says.
    time_zone, currency : str
        Of the firm.
    """

    deals: pd.DataFrame
    entries: pd.DataFrame
    fields: pd.DataFrame
    work: pd.DataFrame
    stages: tuple[str, ...]
    seen_from: pd.Timestamp
    seen_until: pd.Timestamp
    by_day: bool = False
    known: Mapping[str, Known] = field(default_factory=dict)
    time_zone: str = "UTC"
    currency: str = ""

    def as_of(self, instant: pd.Timestamp) -> History:
        """Return what was known just before an instant (HI4, HI5).

        Fields that the file does not have for that time are blank, and `not_known` names them.

        Raises
        ------
        UnusableError
            If the instant is outside the history.

        Examples
        --------
        >>> import pandas as pd
        >>> day = pd.Timestamp
        >>> won = ["a", day("2026-01-02"), day("2026-03-04"), pd.NaT, "won", "", "web", "", 90.0, ""]
        >>> deals = pd.DataFrame([won], columns=DEALS)
        >>> empty = [pd.DataFrame(columns=columns) for columns in (ENTRIES, FIELDS, WORK)]
        >>> whole = History(deals, *empty, ("offer",), day("2026-01-01"), day("2026-04-01"),
        ...                 known={"channel": Known.CREATED, "value": Known.CLOSED})
        >>> deal = whole.as_of(day("2026-02-01")).deals.iloc[0]
        >>> deal["outcome"], deal["channel"], bool(np.isnan(deal["value"]))
        ('', 'web', True)
        """
        if not self.seen_from <= instant <= self.seen_until:
            raise UnusableError(
                f"the history is from {self.seen_from:%Y-%m-%d} to {self.seen_until:%Y-%m-%d}, "
                f"and {instant:%Y-%m-%d} is not in it"
            )
        if instant == self.seen_until:
            return self
        deals = self.deals[self.deals["created"] < instant].copy()
        later = ~(deals["closed"] < instant)
        for column in (*_OF_A_DEAL, "reason"):
            since = self.known.get(column, Known.EXPORT)
            hidden = later if since == Known.CLOSED else np.full(len(deals), since == Known.EXPORT)
            deals.loc[hidden, column] = np.nan if column == "value" else ""
        deals.loc[later, ["closed", "closed_after"]] = pd.NaT
        deals.loc[later, ["outcome", "reason"]] = ""
        dated = self.fields[self.fields["since"] < instant]
        work = self.work[self.work["start"] < instant].copy()
        work.loc[~(work["end"] < instant), "end"] = pd.NaT
        return replace(
            self,
            deals=_with_latest(deals.reset_index(drop=True), dated),
            entries=self.entries[self.entries["entered"] < instant].reset_index(drop=True),
            fields=dated.reset_index(drop=True),
            work=work.reset_index(drop=True),
            seen_until=instant,
        )

    @property
    def not_known(self) -> tuple[str, ...]:
        """Name the fields whose value at an earlier time the file does not have."""
        dated = set(self.fields["field"])
        return tuple(
            name
            for name in (*_OF_A_DEAL, "reason")
            if self.known.get(name, Known.EXPORT) == Known.EXPORT and name not in dated
        )


def _with_latest(deals: pd.DataFrame, dated: pd.DataFrame) -> pd.DataFrame:
    """Put the latest dated value of each field into a row a deal."""
    for name, rows in dated.groupby("field", sort=False):
        latest = rows.sort_values("since", kind="stable").groupby("deal")["value"].last()
        found = deals["deal"].map(latest)
        if name == "value":
            found = pd.to_numeric(found)
        deals[name] = found.where(found.notna(), deals[name])
    return deals

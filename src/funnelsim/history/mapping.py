"""The mapping: what the columns and statuses of an export mean, as a TOML file says it."""

from __future__ import annotations

import datetime
import difflib
import tomllib
import zoneinfo
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from funnelsim.history.history import OUTCOMES, Known
from funnelsim.io.reading import read_bytes
from funnelsim.io.writing import UnusableError

LARGEST_FILE = 1 << 20  # bytes
IGNORE, OPEN = "ignore", "open"  # in [status], besides outcomes and stages
EVENT_LOG = "event log"  # the form in which every row has a time of its own
LOST_BECAUSE = "lost: "  # before the reason, in [status]

OfADeal = Literal["channel", "segment", "value", "rep"]
Renamable = Literal["stage", "channel", "segment", "rep"]
Columns = dict[str, str | dict[str, str]]


class MappingError(UnusableError):
    """A mapping that cannot be used: all that is wrong with it, a sentence a line."""


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError(f"{name} is not a time zone{meant(name, zoneinfo.available_timezones())}")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class FileMapping(_Section):
    """One table of an export: `[files.NAME]`."""

    name: str  # of the file, with * for any letters
    columns: Columns


class ExportMapping(_Section):
    """What an export means; docs/import.md says what each key does."""

    form: str
    time_zone: Zone = "UTC"
    times_in: Zone | None = None
    currency: str = ""
    dates: Literal["day/month/year", "month/day/year"] | None = None
    decimal: Literal[".", ","] | None = None
    stages: tuple[str, ...] = Field(min_length=1, strict=False)
    seen_from: datetime.datetime | datetime.date | None = None
    seen_until: datetime.datetime | datetime.date | None = None
    never_changes: tuple[OfADeal, ...] = Field(default=(), strict=False)
    final_when_closed: tuple[OfADeal | Literal["reason"], ...] = Field(default=(), strict=False)
    columns: Columns = Field(default_factory=dict)
    files: dict[str, FileMapping] = Field(default_factory=dict)
    status: dict[str, str] = Field(default_factory=dict)
    renamed: dict[Renamable, dict[str, str]] = Field(default_factory=dict)
    work: dict[str, str] = Field(default_factory=dict)
    properties: dict[str, Literal["stage", OfADeal]] = Field(default_factory=dict)
    vanished: Literal["won", "lost", "open"] | None = None

    @property
    def meanings(self) -> dict[str, str]:
        """What each status of the export means: a stage, "won", "lost", "lost: ...", "open" or "ignore"."""
        words = {each: word for word in (*OUTCOMES, OPEN) for each in (word, word.capitalize(), word.upper())}
        found = words | {stage: stage for stage in self.stages} | self.status
        renamed = self.renamed.get("stage", {})
        return found | {old: found[new] for old, new in renamed.items() if new in found}

    @property
    def known(self) -> dict[str, Known]:
        """Since when each field of a deal has been what the export says (HI5).

        A reason that comes with the status, or with an event, is known with it. One in a column of its own
        may have been overwritten, as by a later loss of the same deal.
        """
        since = {Known.CREATED: self.never_changes, Known.CLOSED: self.final_when_closed}
        columns = [self.columns, *(each.columns for each in self.files.values())]
        if self.form == EVENT_LOG or not any("reason" in each for each in columns):
            since[Known.CLOSED] = (*self.final_when_closed, "reason")
        return {str(name): known for known, names in since.items() for name in names}

    @property
    def begins(self) -> pd.Timestamp | None:
        """`seen_from`, if it is given."""
        return None if self.seen_from is None else pd.Timestamp(self.seen_from)

    @property
    def ends(self) -> pd.Timestamp | None:
        """`seen_until`, if it is given."""
        return None if self.seen_until is None else pd.Timestamp(self.seen_until)


def read_mapping(path: Path) -> ExportMapping:
    """Read a mapping from a TOML file.

    Raises
    ------
    MappingError
        If it is no TOML, or anything in it is wrong; all problems are listed.
    OSError
        If it cannot be read.
    """
    try:
        document = tomllib.loads(read_bytes(path, LARGEST_FILE).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MappingError(f"{path} is not TOML: {error}") from None
    try:
        return mapping_from(document)
    except MappingError as error:
        raise MappingError(f"{path}:\n{error}") from None


def mapping_from(document: Mapping[str, Any]) -> ExportMapping:
    """Check the document of a mapping.

    Raises
    ------
    MappingError
        If anything in it is wrong; all problems are listed.

    Examples
    --------
    >>> mapping_from({"form": "one row a deal", "stages": ["offer"], "colums": {"deal": "id"}})
    Traceback (most recent call last):
    funnelsim.history.mapping.MappingError: colums is not a key of a mapping; did you mean "columns"?
    """
    try:
        found = ExportMapping.model_validate(document)
    except ValidationError as error:
        told = {_place(each): _sentence(each) for each in reversed(error.errors())}  # a place is told once
        raise MappingError("\n".join(reversed(told.values()))) from None
    problems = [*_twice(found), *_statuses(found)]
    if problems:
        raise MappingError("\n".join(problems))
    return found


_EXPECTED = {
    "missing": "is missing",
    "too_short": "is empty; expected the stages of the sale, first to last",
    "string_type": "is not a text in quotes",
    "dict_type": "is not a table",
    "tuple_type": "is not a list",
}


def _place(error: ErrorDetails) -> str:
    return ".".join(str(part) for part in error["loc"] if part not in ("str", "dict[str,str]", "[key]"))


def _sentence(error: ErrorDetails) -> str:
    place = _place(error)
    if error["type"] == "extra_forbidden":
        section = FileMapping if place.startswith("files.") else ExportMapping
        return f"{place} is not a key of a mapping{meant(str(error['loc'][-1]), section.model_fields)}"
    if error["type"] == "value_error":
        return f"{place}: {error['ctx']['error']}"
    if error["type"] == "literal_error":
        return f'{place} is "{error["input"]}"; expected {error["ctx"]["expected"]}'
    return f"{place} {_EXPECTED.get(error['type'], error['msg'])}"


def _twice(mapping: ExportMapping) -> Iterable[str]:
    if mapping.files and mapping.columns:
        yield "[columns] is for one table and [files] for several: expected one of them"
    for both in sorted(set(mapping.never_changes) & set(mapping.final_when_closed)):
        yield f"{both} is in never_changes and in final_when_closed: expected it in one of them"
    for name in {stage for stage in mapping.stages if mapping.stages.count(stage) > 1}:
        yield f'stages names "{name}" twice'
    begins, ends = mapping.begins, mapping.ends
    if begins is not None and ends is not None and begins >= ends:
        yield f"seen_until, {ends:%Y-%m-%d}, is not after seen_from, {begins:%Y-%m-%d}"


def _statuses(mapping: ExportMapping) -> Iterable[str]:
    known = (*OUTCOMES, OPEN, IGNORE, *mapping.stages)
    for status, means in mapping.status.items():
        if means not in known and not means.startswith(LOST_BECAUSE):
            yield (
                f'status."{status}" is "{means}"{meant(means, known)}; expected "won", "lost", '
                f'"lost: a reason", "open", "ignore" or a stage: {", ".join(mapping.stages)}'
            )
    for old, new in mapping.renamed.get("stage", {}).items():
        if new not in mapping.meanings:
            near = meant(new, mapping.meanings)
            yield f'renamed.stage."{old}" is "{new}", which is no stage or status{near}'
    for activity, stage in mapping.work.items():
        if stage not in mapping.stages:
            yield f'work."{activity}" is "{stage}", which is not a stage{meant(stage, mapping.stages)}'


def meant(name: str, known: Iterable[str]) -> str:
    """Propose the nearest name, to be put behind a sentence; nothing if none is near.

    >>> meant("colums", ["columns", "stages"])
    '; did you mean "columns"?'
    """
    by_lower = {
        each.lower(): each for each in reversed(list(known))
    }  # the first of those that differ in case
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f'; did you mean "{by_lower[found[0]]}"?' if found else ""

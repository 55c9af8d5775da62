"""Read an export: files and a mapping in, a history and what was wrong with it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from funnelsim.history.customers import customers_read, no_customers
from funnelsim.history.dirt import DirtList
from funnelsim.history.history import History
from funnelsim.history.mapping import ExportMapping, FileMapping, MappingError, meant
from funnelsim.history.reading import events, journal, one_row, snapshots
from funnelsim.history.reading.assembly import PARTS, history_of
from funnelsim.history.reading.beside import spells_named
from funnelsim.history.reading.deals import absorbed, named, without_duplicates
from funnelsim.history.reading.forms import ANY, Form, Kind, Table
from funnelsim.history.reading.sources import Source, look_at
from funnelsim.history.reading.tables import columns_of, read_table
from funnelsim.io.progress import Progress, silent, step
from funnelsim.io.writing import UnusableError

FORMS: dict[str, Form] = {
    form.name: form for form in (one_row.FORM, events.FORM, snapshots.FORM, journal.FORM)
}
MERGES, WORK, CUSTOMERS = "merges", "work", "customers"  # tables that any export may have besides its own
_BESIDE = {
    MERGES: Table({"deal": Kind.TEXT, "merged_into": Kind.TEXT}, ("deal", "merged_into"), optional=True),
    WORK: Table(
        {
            "deal": Kind.TEXT,
            "stage": Kind.TEXT,
            "rep": Kind.TEXT,
            "start": Kind.TIME,
            "end": Kind.TIME,
        },
        ("deal", "stage", "start", "end"),
        optional=True,
    ),
    CUSTOMERS: Table(
        {
            "customer": Kind.TEXT,
            "product": Kind.TEXT,
            "segment": Kind.TEXT,
            "signed": Kind.TIME,
            "ended": Kind.TIME,
            "mrr": Kind.NUMBER,
        },
        ("customer", "product", "segment", "signed"),
        optional=True,
    ),
}


@dataclass(frozen=True)
class Imported:
    """A history, where it comes from, and what was wrong with the rows of the export."""

    history: History
    dirt: DirtList
    mapping: ExportMapping
    sources: Mapping[str, str]  # SHA-256 by the name of the file
    customers: pd.DataFrame  # contracts; empty where the export has none


def read_export(files: Sequence[Path], mapping: ExportMapping, progress: Progress = silent) -> Imported:
    r"""Read the files of an export.

    Parameters
    ----------
    files : sequence of path
        CSV of any dialect, or XES; may be compressed with gzip.
    mapping : ExportMapping
        What they mean.
    progress : callable
        Looking at the files, reading them and putting the history together are steps of it.

    Returns
    -------
    Imported

    Raises
    ------
    UnusableError
        If the mapping does not fit the files, a date can be read in two ways, a status means nothing,
        or nothing is left; the message says where, and what would be right.
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from funnelsim.history.mapping import mapping_from
    >>> file = Path(tempfile.mkdtemp()) / "deals.csv"
    >>> _ = file.write_text("id;from;result;on\n7;2026-01-02;Won;2026-02-03\n8;2026-01-05;Open;\n")
    >>> columns = {"deal": "id", "created": "from", "status": "result", "closed": "on"}
    >>> status = {"Won": "won", "Open": "open"}
    >>> meaning = {"form": "one row a deal", "stages": ["offer"], "columns": columns, "status": status}
    >>> list(read_export([file], mapping_from(meaning)).history.deals["outcome"])
    ['won', '']
    """
    form, mapping = fitted(mapping)
    dirt = DirtList()
    sources = look_at(files, progress)
    size = sum(path.stat().st_size for path in files)
    with step(progress, "Reading", size, "bytes") as tell:
        read = _tables_read(sources, form, mapping, dirt, tell)
    with step(progress, "Putting together", 1 + PARTS, "parts") as tell:
        return _imported(read, form, mapping, sources, dirt, tell)


def _imported(
    read: dict[str, pd.DataFrame],
    form: Form,
    mapping: ExportMapping,
    sources: Sequence[Source],
    dirt: DirtList,
    tell: Progress,
) -> Imported:
    """Make a history of the tables that were read, and tell of each part of the work."""
    beside = {name: read.pop(name) for name in _BESIDE if name in read}
    reading = form.read(read, mapping, dirt)
    read.clear()  # a long file needs the room
    if WORK in beside:
        reading.work = pd.concat([reading.work, spells_named(beside[WORK], mapping)], ignore_index=True)
    merged = absorbed(_with_merges(reading.deals, beside.get(MERGES)), dirt)
    tell(1)
    history = history_of(reading, mapping, merged, dirt, tell)
    customers = no_customers()
    if CUSTOMERS in beside:
        customers = customers_read(beside[CUSTOMERS], history.seen_until, dirt)
    sums = {each.path.name: each.sha256 for each in sources}
    return Imported(history, dirt, mapping, sums, customers)


def _tables_read(
    sources: Sequence[Source], form: Form, mapping: ExportMapping, dirt: DirtList, tell: Progress
) -> dict[str, pd.DataFrame]:
    """Read every table of an export."""
    tables = _tables_of(form, mapping.files)
    assigned = _assigned(sources, mapping.files, tables)
    for name, found in assigned.items():
        for source in found:
            columns_of(source, wanted_of(mapping.files[name]))  # before anything is read for minutes
    read: dict[str, pd.DataFrame] = {}
    for name, found in assigned.items():
        rows = read_table(found, wanted_of(mapping.files[name]), tables[name], mapping, dirt, tell)
        rows = named(rows, dirt) if "deal" in rows else rows
        read[name] = without_duplicates(rows, dirt, by_file=tables[name].by_file)
        if read[name].empty and name not in _BESIDE:
            raise UnusableError(f"there is no deal in {', '.join(each.path.name for each in found)}")
    return read


def _with_merges(deals: pd.DataFrame, merges: pd.DataFrame | None) -> pd.DataFrame:
    """Let a file of merges say what a column of merges would."""
    if merges is None:
        return deals
    into = deals["deal"].map(dict(zip(merges["deal"], merges["merged_into"], strict=True))).fillna("")
    return deals.assign(merged_into=into)


def fitted(mapping: ExportMapping) -> tuple[Form, ExportMapping]:
    """Find the form of an export, and check that the mapping says of it what is needed.

    Returns
    -------
    Form
    ExportMapping
        With every table in `files`: `[columns]` alone is the form's first table, that of every file.

    Raises
    ------
    MappingError
        If there is no such form, or it has no such tables and columns; with all problems.
    """
    form = FORMS.get(mapping.form)
    if form is None:
        raise MappingError(
            f'form is "{mapping.form}"{meant(mapping.form, FORMS)}; expected one of {_listed(FORMS)}'
        )
    given = mapping.files
    if not given:
        given = {next(iter(form.tables)): FileMapping(name="*", columns=mapping.columns)}
    tables = _tables_of(form, given)
    problems = [*_missing(given, form, tables)]
    for name, table in tables.items():
        place = f"files.{name}.columns" if mapping.files else "columns"
        problems += _columns(place, given[name], table, mapping)
    if problems:
        raise MappingError("\n".join(problems))
    return form, mapping.model_copy(update={"files": given, "columns": {}})


def _tables_of(form: Form, given: Iterable[str]) -> dict[str, Table]:
    """Say what the tables are that a mapping has; those that the form does not know are left out."""
    known = {**_BESIDE, **form.tables}
    any_name = dict.fromkeys(given, form.tables[ANY]) if ANY in form.tables else {}
    found = any_name | known
    return {name: found[name] for name in given if name in found}


def _missing(given: Mapping[str, FileMapping], form: Form, found: Mapping[str, Table]) -> Iterable[str]:
    known = [*form.tables, *_BESIDE]
    for name in given:
        if name not in found:
            yield f"files.{name} is no table of this form{meant(name, known)}; expected {_listed(known)}"
    for name, table in form.tables.items():
        if name not in given and name != ANY and not table.optional:
            yield f"files.{name} is missing"


def _columns(place: str, given: FileMapping, table: Table, mapping: ExportMapping) -> Iterable[str]:
    for role in wanted_of(given):
        plain, dot, stage = role.partition(".")
        if (f"{plain}.*" if dot else role) not in table.roles:
            yield f"{place}.{role} is not known{meant(role, table.roles)}; expected {_listed(table.roles)}"
        elif dot and stage not in mapping.stages:
            yield f'{place}.{plain}."{stage}" is no stage{meant(stage, mapping.stages)}'
    for role in table.needed:
        if role not in given.columns:
            yield f"{place}.{role} is missing"


def wanted_of(given: FileMapping) -> dict[str, str]:
    """List the columns that a mapping names, by role; those of `[columns.entered]` as "entered.STAGE"."""
    wanted = {}
    for role, name in given.columns.items():
        if isinstance(name, str):
            wanted[role] = name
        else:
            wanted |= {f"{role}.{stage}": column for stage, column in name.items()}
    return wanted


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _assigned(
    sources: Sequence[Source], given: Mapping[str, FileMapping], known: Mapping[str, Table]
) -> dict[str, list[Source]]:
    """Say which files belong to which table, by their names."""
    found: dict[str, list[Source]] = {name: [] for name in given}
    for source in sources:
        names = [name for name, each in given.items() if fnmatchcase(source.path.name, each.name)]
        if len(names) != 1:
            patterns = ", ".join(f'files.{name} ("{each.name}")' for name, each in given.items())
            many = "none" if not names else "several"
            raise UnusableError(
                f"{source.path.name} belongs to {many} of the tables of the mapping: {patterns}"
            )
        found[names[0]].append(source)
    for name, files in found.items():
        if not files and not known[name].optional:
            raise UnusableError(f'no file is called "{given[name].name}": the table files.{name} needs one')
    return {name: files for name, files in found.items() if files}

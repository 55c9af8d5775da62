"""What columns are called in exports, and what mapping a header suggests.

Pipedrive's list export puts "Deal - " before the names of fields; Odoo's uses the labels of crm.lead
(addons/crm/models/crm_lead.py of github.com/odoo/odoo, and "Created on" of every model).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from funnelsim.history.reading.forms import Sample

Names = Mapping[str, Sequence[str]]  # of columns, in small letters, by role; the likeliest first

_ROW_NAMES: Names = {
    "deal": (
        "deal - id",
        "deal id",
        "deal_id",
        "opportunity id",
        "opportunity_id",
        "lead id",
        "lead_id",
        "mql_id",
        "external id",
        "record id",
        "id",
        "deal",
        "deal - title",
        "opportunity",
        "name",
    ),
    "created": (
        "deal - deal created",
        "deal - add time",
        "created on",
        "create date",
        "created date",
        "created_date",
        "created at",
        "created_at",
        "created",
        "add time",
        "engage_date",
        "first_contact_date",
        "date created",
    ),
    "status": (
        "deal - status",
        "is won",
        "won/lost",
        "won_status",
        "status",
        "deal_stage",
        "deal stage",
        "outcome",
        "result",
    ),
    "stage": ("deal - stage", "stage", "stage_name", "pipeline stage"),
    "entered": (
        "deal - last stage change",
        "last stage update",
        "stage change time",
        "last stage change date",
    ),
    "closed": (
        "deal - deal closed on",
        "closed date",
        "close date",
        "close_date",
        "closed at",
        "closed_at",
        "closed",
        "date closed",
    ),
    "won": ("deal - won time", "won time", "won_date", "won date"),
    "lost": ("deal - lost time", "lost time", "lost_date", "lost date"),
    "channel": (
        "deal - source channel",
        "deal - source",
        "source",
        "lead source",
        "lead_source",
        "channel",
        "origin",
        "utm_source",
    ),
    "segment": ("deal - label", "sales team", "segment", "business_segment", "product", "industry"),
    "value": (
        "deal - value",
        "expected revenue",
        "amount",
        "value",
        "close_value",
        "deal value",
        "revenue",
    ),
    "rep": (
        "deal - owner",
        "salesperson",
        "owner",
        "deal owner",
        "opportunity owner",
        "sales_agent",
        "rep",
        "sales rep",
        "assigned to",
    ),
    "reason": ("deal - lost reason", "lost reason", "lost_reason", "loss reason", "reason"),
    "merged_into": ("merged into", "merged_into", "master_record_id"),
}
_EVENT_NAMES: Names = {
    "deal": ("case:concept:name", "case", "case id", "case_id", "caseid"),
    "activity": ("concept:name", "activity", "event", "task"),
    "time": ("time:timestamp", "timestamp", "time", "complete timestamp"),
    "transition": ("lifecycle:transition", "transition", "lifecycle"),
    "rep": ("org:resource", "resource", "user"),
    "value": ("case:amount_req", "amount_req", "amount", "value"),
    "channel": ("channel", "case:channel"),
    "segment": ("segment", "case:segment"),
}
_WON = ("won", "closed won", "closedwon", "gewonnen", "ganado", "success")
_LOST = ("lost", "closed lost", "closedlost", "verloren", "perdido")
_OPEN = ("open", "pending", "offen", "abierto", "in progress")
_MOST_STAGES = 25  # a column with more is no stage


def columns_named(header: Sequence[str], names: Names) -> dict[str, str]:
    """Find the columns of a header that are called as expected, by role; each column has one role.

    >>> columns_named(["Deal - ID", "Deal - Won time", "Note"], _ROW_NAMES)
    {'deal': 'Deal - ID', 'won': 'Deal - Won time'}
    """
    by_name = {name.lower(): name for name in reversed(header)}
    found: dict[str, str] = {}
    for role, known in names.items():
        free = [by_name[name] for name in known if name in by_name and by_name[name] not in found.values()]
        if free:
            found[role] = free[0]
    return found


def guess_rows(samples: Sequence[Sample]) -> dict[str, Any] | None:
    """Propose a mapping of files that have a row a deal."""
    columns = [columns_named(sample.header, _ROW_NAMES) for sample in samples]
    if not all("deal" in each for each in columns) or not any(
        {"created", "status", "closed"} & each.keys() for each in columns
    ):
        return None
    texts: dict[str, None] = {}
    for sample, named in zip(samples, columns, strict=True):
        for role in ("stage", "status"):
            if role in named:
                texts.update(dict.fromkeys(sample.values(named[role])))
    stages, status = sorted_out(list(texts))
    document = {"form": "one row a deal", "time_zone": "UTC", "stages": stages or ["sale"]}
    return document | _places(samples, columns) | {"status": status}


def guess_events(samples: Sequence[Sample]) -> dict[str, Any] | None:
    """Propose a mapping of an event log: what begins with START is work."""
    columns = [columns_named(sample.header, _EVENT_NAMES) for sample in samples]
    if len(samples) != 1 or not {"deal", "activity", "time"} <= columns[0].keys():
        return None
    [sample], [named] = samples, columns
    texts = sample.values(named["activity"])
    worked = []
    if "transition" in named:
        places = [list(sample.header).index(named[role]) for role in ("activity", "transition")]
        pairs = {tuple(row[place] for place in places) for row in sample.rows}
        worked = [text for text in texts if any((text, step) in pairs for step in ("START", "start"))]
    stages, status = sorted_out([text for text in texts if text not in worked])
    document: dict[str, Any] = {"form": "event log", "time_zone": "UTC", "stages": stages or ["sale"]}
    work = dict.fromkeys(worked, (stages or ["sale"])[0])
    return document | {"columns": named, "status": status} | ({"work": work} if work else {})


def _places(samples: Sequence[Sample], columns: Sequence[dict[str, str]]) -> dict[str, Any]:
    if len(samples) == 1:
        return {"columns": columns[0]}
    pairs = zip(samples, columns, strict=True)
    return {
        "files": {
            f"table_{number}": {"name": each.name, "columns": named}
            for number, (each, named) in enumerate(pairs, start=1)
        }
    }


def sorted_out(texts: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Tell stages from statuses that say won, lost or open."""
    status: dict[str, str] = {}
    for means, known in (("won", _WON), ("lost", _LOST), ("open", _OPEN)):
        status |= {text: means for text in texts if text.lower() in known}
    stages = [text for text in texts if text not in status]
    return (stages if len(stages) <= _MOST_STAGES else []), status

"""HubSpot: how its exports and its warehouse tables are recognised.

Labels of properties are those of its knowledge base ("HubSpot's default deal properties", "Use stage
calculated properties"); warehouse tables those of Fivetran (deal, deal_stage, deal_property_history) and of
Airbyte (deals_property_history).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from funnelsim.history.reading.forms import Sample
from funnelsim.history.reading.headers import Names, columns_named, sorted_out
from funnelsim.history.reading.sheets import CHANGES, DEALS, STATES, Sheet, propose

_DEAL: Names = {
    "deal": ("record id", "deal_id", "hs_object_id"),
    "created": ("create date", "property_createdate", "createdate"),
    "stage": ("deal stage", "deal_pipeline_stage_id", "property_dealstage", "dealstage"),
    "rep": ("deal owner", "owner_id", "property_hubspot_owner_id", "hubspot_owner_id"),
    "value": ("amount", "property_amount"),
    "channel": ("original traffic source", "original source type", "property_hs_analytics_source"),
    "segment": ("deal type", "property_dealtype", "dealtype"),
    "reason": ("closed lost reason", "property_closed_lost_reason", "closed_lost_reason"),
    "absorbed": ("merged record ids", "merged deal ids", "property_hs_merged_object_ids"),
}
_PROPERTIES = {"dealstage": "stage", "hubspot_owner_id": "rep", "amount": "value", "dealtype": "segment"}
_LABELS = {"Deal Stage": "stage", "Deal owner": "rep", "Amount": "value", "Deal Type": "segment"}
SHEETS = (
    Sheet(
        CHANGES,
        {
            "deal": ("deal_id", "dealid"),
            "at": ("timestamp",),
            "property": ("name", "property"),
            "value": ("value",),
        },
        ("deal", "at", "property", "value"),
        in_utc=True,
        properties=_PROPERTIES,
    ),
    Sheet(
        CHANGES,
        {
            "deal": ("record id", "object id"),
            "at": ("timestamp", "date of change", "change date"),
            "property": ("property name", "property"),
            "value": ("property value", "value"),
        },
        ("deal", "at", "property", "value"),
        properties=_LABELS | _PROPERTIES,
    ),
    Sheet(
        STATES,
        {"deal": ("deal_id",), "at": ("date_entered",), "stage": ("value",)},
        ("deal", "at", "stage"),
        in_utc=True,
    ),
    Sheet(DEALS, _DEAL, ("deal", "created")),
)
# 'Date entered "Demo (Sales Pipeline)"' on the screen, "property_hs_v_2_date_entered_123" in a warehouse
_ENTERED = (
    re.compile(r'date entered "?(?P<stage>[^"]+?)(?: \([^()"]*\))?"?', re.IGNORECASE),
    re.compile(r"(?:property_)?hs_(?:v_?2_)?date_entered_(?P<stage>\w+)"),
)


def guess(samples: Sequence[Sample]) -> dict[str, Any] | None:
    """Propose the mapping of a journal; of a deal export with the dates of stages, that of a row a deal."""
    return propose(samples, SHEETS) or _row_a_deal(samples)


def _row_a_deal(samples: Sequence[Sample]) -> dict[str, Any] | None:
    """Take the dates at which deals entered stages, and not the stage of today: they say it, too."""
    columns: dict[str, Any] = columns_named(samples[0].header, _DEAL)
    entered = _dates_entered(samples[0].header)
    if len(samples) > 1 or not entered or not {"deal", "created"} <= columns.keys():
        return None
    stages, status = sorted_out(list(entered))
    for stage, outcome in status.items():
        columns.setdefault(outcome, entered[stage])
    for role in ("stage", "absorbed"):
        columns.pop(role, None)
    columns["entered"] = {stage: entered[stage] for stage in stages}
    return {"form": "one row a deal", "time_zone": "UTC", "stages": stages, "columns": columns}


def _dates_entered(header: Sequence[str]) -> dict[str, str]:
    """Find the columns that say when a stage was entered, by stage.

    >>> _dates_entered(['Date entered "Demo (Sales Pipeline)"', "hs_v2_date_entered_77", "Date exited"])
    {'Demo': 'Date entered "Demo (Sales Pipeline)"', '77': 'hs_v2_date_entered_77'}
    """
    found: dict[str, str] = {}
    for name in header:
        for pattern in _ENTERED:
            if match := pattern.fullmatch(name.strip()):
                found.setdefault(match["stage"], name)
    return found

"""Salesforce: how its reports, its objects and their warehouse tables are recognised.

Names of fields are those of the Object Reference (Opportunity, OpportunityHistory, OpportunityFieldHistory),
as the API and Data Loader write them and, in small letters with underscores, as warehouses do; reports are
"Opportunity History" and "Opportunity Field History".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funnelsim.history.reading.forms import Sample
from funnelsim.history.reading.headers import Names
from funnelsim.history.reading.sheets import CHANGES, DEALS, STATES, Sheet, propose

_SCREEN: Names = {
    "deal": ("opportunity id",),
    "created": ("created date",),
    "stage": ("stage",),
    "rep": ("opportunity owner",),
    "value": ("amount",),
    "channel": ("lead source",),
    "segment": ("type",),
    "reason": ("loss reason", "closed lost reason"),
}
_OBJECT: Names = {
    "deal": ("id",),
    "created": ("created_date", "createddate"),
    "stage": ("stage_name", "stagename"),
    "rep": ("owner_id", "ownerid"),
    "value": ("amount",),
    "channel": ("lead_source", "leadsource"),
    "segment": ("type",),
    "reason": ("loss_reason_c", "loss_reason__c"),
}
_FIELDS = {
    "StageName": "stage",
    "Owner": "rep",
    "Amount": "value",
    "LeadSource": "channel",
    "Type": "segment",
}
_LABELS = {"Stage": "stage", "Opportunity Owner": "rep", "Amount": "value", "Lead Source": "channel"}
_CHANGE = ("deal", "at", "property", "value", "old")
SHEETS = (
    Sheet(
        CHANGES,
        {
            "deal": ("opportunity_id", "opportunityid"),
            "at": ("created_date", "createddate"),
            "property": ("field",),
            "value": ("new_value", "newvalue"),
            "old": ("old_value", "oldvalue"),
        },
        _CHANGE,
        in_utc=True,
        properties=_FIELDS,
    ),
    Sheet(
        CHANGES,
        {
            "deal": ("opportunity id",),
            "at": ("edit date",),
            "property": ("field / event",),
            "value": ("new value",),
            "old": ("old value",),
        },
        _CHANGE,
        properties=_LABELS | {"Type": "segment"},
    ),
    Sheet(
        STATES,
        {
            "deal": ("opportunity_id", "opportunityid"),
            "at": ("created_date", "createddate"),
            "stage": ("stage_name", "stagename"),
            "value": ("amount",),
        },
        ("deal", "at", "stage"),
        in_utc=True,
    ),
    Sheet(
        STATES,
        {"deal": ("opportunity id",), "at": ("last modified",), "stage": ("to stage",), "value": ("amount",)},
        ("deal", "at", "stage"),
    ),
    # the versions of a record that Fivetran keeps in its history mode
    Sheet(STATES, {**_OBJECT, "at": ("_fivetran_start",)}, ("deal", "at", "stage"), in_utc=True),
    Sheet(DEALS, _OBJECT, ("deal", "created", "stage"), in_utc=True),
    Sheet(DEALS, _SCREEN, ("deal", "created", "stage")),
)


def guess(samples: Sequence[Sample]) -> dict[str, Any] | None:
    """Propose the mapping of a journal."""
    return propose(samples, SHEETS)

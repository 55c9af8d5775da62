"""Write the made firm as the real systems would: each function writes the files of one form into a folder.

Headers are the vendors' own; docs/import_forms.md says where they are documented. Warehouse tables are in
UTC, exports from the screen in the firm's own clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pandas as pd
from tests.unit.history.made import EXPORTED, FIRST, LOST, STAGES, WON, ZONE, Change, Deal, at

Rows = Iterable[Mapping[str, object]]

STAGE_IDS = dict(zip(STAGES, ("101", "102", "103", "104"), strict=True)) | {
    WON: "closedwon",
    LOST: "closedlost",
}
LABELS = {stage: stage for stage in STAGES} | {WON: "Closed Won", LOST: "Closed Lost"}
USERS = {"Ada Berg": "501", "Ben Otto": "502", "Cem Kaya": "503", "Dora Lund": "504", "Eve Moll": "505"}


def _csv(path: Path, rows: Rows, **settings: object) -> Path:
    pd.DataFrame(list(rows)).to_csv(path, index=False, **settings)
    return path


def _clock(instant: pd.Timestamp) -> str:
    """Write an instant as HubSpot's screen does, in the firm's own clock."""
    return "" if pd.isna(instant) else f"{instant:%Y-%m-%d %H:%M}"


def _us(instant: pd.Timestamp) -> str:
    """Write an instant as Salesforce's reports do for a user of the United States."""
    return "" if pd.isna(instant) else f"{instant:%m/%d/%Y, %I:%M %p}"


def _utc(instant: pd.Timestamp) -> str:
    """Write an instant as a warehouse does."""
    if pd.isna(instant):
        return ""
    return f"{instant.tz_localize(ZONE).tz_convert('UTC'):%Y-%m-%d %H:%M:%S}"


def _twins(deals: tuple[Deal, ...], deal: Deal) -> str:
    return ";".join(twin.name for twin in deals if twin.merged_into == deal.name)


def _kept(deals: tuple[Deal, ...]) -> list[Deal]:
    return [deal for deal in deals if not deal.merged_into]


def _entered(deal: Deal, stage: str) -> pd.Timestamp:
    """Say when a deal last entered a stage; the system keeps no earlier time."""
    return max((step.at for step in deal.steps if step.to == stage), default=pd.NaT)


def _exited(deal: Deal, stage: str) -> pd.Timestamp:
    entered = _entered(deal, stage)
    later = [step.at for step in deal.steps if step.at > entered]
    return min(later, default=pd.NaT)


def one_row(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write a row a deal with dates and status; those that were merged name the deal they went into."""
    rows = (
        {
            "Deal ID": deal.name,
            "Created": _clock(deal.created),
            "Status": deal.outcome or "open",
            "Stage": deal.entries[-1].to,
            "Last stage change date": _clock(deal.entries[-1].at),
            "Closed": _clock(deal.closed),
            "Owner": deal.reps[-1].to,
            "Amount": deal.values[-1].to,
            "Source": deal.channel,
            "Segment": deal.segment,
            "Lost reason": deal.reason,
            "Merged into": deal.merged_into,
        }
        for deal in deals
    )
    return [_csv(folder / "deals.csv", rows)]


def hubspot_deals(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write HubSpot's deal export from the screen, with the dates entered and exited of every stage."""
    rows = []
    for deal in _kept(deals):
        row = {
            "Record ID": deal.name,
            "Deal Name": f"Deal {deal.name}",
            "Deal Stage": LABELS[deal.steps[-1].to],
            "Deal owner": deal.reps[-1].to,
            "Amount": deal.values[-1].to,
            "Create Date": _clock(deal.created),
            "Close Date": _clock(deal.closed if deal.outcome else EXPORTED + pd.Timedelta(days=30)),
            "Original Traffic Source": deal.channel,
            "Deal Type": deal.segment,
            "Closed Lost Reason": deal.reason,
            "Merged Record IDs": _twins(deals, deal),
        }
        for stage, label in LABELS.items():
            row[f'Date entered "{label} (Sales Pipeline)"'] = _clock(_entered(deal, stage))
            row[f'Date exited "{label} (Sales Pipeline)"'] = _clock(_exited(deal, stage))
        rows.append(row)
    return [_csv(folder / "hubspot-crm-exports-all-deals.csv", rows)]


def hubspot_deal_table(deals: tuple[Deal, ...], folder: Path) -> Path:
    """Write the deals as a warehouse has them; the dates entered of every stage are columns."""
    rows = (
        {
            "deal_id": deal.name,
            "is_deleted": "false",
            "deal_pipeline_id": "default",
            "deal_pipeline_stage_id": STAGE_IDS[deal.steps[-1].to],
            "owner_id": USERS[deal.reps[-1].to],
            "property_dealname": f"Deal {deal.name}",
            "property_amount": deal.values[-1].to,
            "property_createdate": _utc(deal.created),
            "property_closedate": _utc(deal.closed),
            "property_hs_analytics_source": deal.channel,
            "property_dealtype": deal.segment,
            "property_closed_lost_reason": deal.reason,
            "property_hs_merged_object_ids": _twins(deals, deal),
        }
        | {f"property_hs_v_2_date_entered_{STAGE_IDS[to]}": _utc(_entered(deal, to)) for to in STAGE_IDS}
        for deal in _kept(deals)
    )
    return _csv(folder / "deal.csv", rows)


def hubspot_history(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write the deals and the history of their properties as warehouse tables.

    A stage that is saved again without a change makes another row; so does every import.
    """
    rows = []
    for deal in deals:
        stages = [Change(step.at, STAGE_IDS[step.to]) for step in deal.steps]
        again = [Change(step.at + pd.Timedelta(minutes=1), step.to) for step in stages[::3]]
        owners = [Change(change.at, USERS[change.to]) for change in deal.reps]
        properties = {"dealstage": stages + again, "hubspot_owner_id": owners, "amount": deal.values}
        rows += [
            {
                "deal_id": deal.name,
                "timestamp": _utc(change.at) + ".000",
                "_fivetran_synced": _utc(EXPORTED),
                "source": "CRM_UI",
                "name": name,
                "source_id": "userId:501",
                "value": change.to,
            }
            for name, changes in properties.items()
            for change in changes
        ]
    rows.sort(key=lambda row: str(row["name"]))  # a warehouse keeps no order of time
    history = _csv(folder / "deal_property_history.csv", rows)
    return [hubspot_deal_table(deals, folder), history]


def hubspot_stages(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write the deals and the table of stages that they entered."""
    rows = (
        {
            "_fivetran_start": _utc(step.at),
            "deal_id": deal.name,
            "_fivetran_active": str(step == deal.steps[-1]).upper(),
            "_fivetran_end": "2050-01-01 00:00:00",
            "_fivetran_synced": _utc(EXPORTED),
            "date_entered": _utc(step.at),
            "source": "CRM_UI",
            "source_id": "userId:501",
            "value": STAGE_IDS[step.to],
        }
        for deal in deals
        for step in deal.steps
    )
    return [hubspot_deal_table(deals, folder), _csv(folder / "deal_stage.csv", rows)]


def _opportunities(deals: tuple[Deal, ...], folder: Path) -> Path:
    rows = (
        {
            "id": deal.name,
            "name": f"Deal {deal.name}",
            "amount": deal.values[-1].to,
            "created_date": _utc(deal.created),
            "close_date": _utc(deal.closed.normalize() if deal.outcome else EXPORTED + pd.Timedelta(days=30)),
            "is_closed": str(bool(deal.outcome)).lower(),
            "is_won": str(deal.outcome == WON).lower(),
            "is_deleted": "false",
            "lead_source": deal.channel,
            "type": deal.segment,
            "owner_id": deal.reps[-1].to,
            "stage_name": LABELS[deal.steps[-1].to],
            "loss_reason_c": deal.reason,
            "merged_into_c": deal.merged_into,
        }
        for deal in deals
    )
    return _csv(folder / "opportunity.csv", rows)


def saved(deal: Deal) -> list[pd.Timestamp]:
    """Say when a deal was saved: at each step, each change of owner or amount, and once without a change."""
    instants = {change.at for changes in (deal.steps, deal.reps, deal.values) for change in changes}
    return sorted(instants | {deal.created + pd.Timedelta(minutes=3)})


def salesforce_history(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write Opportunity and OpportunityHistory: a row for each save, with stage and amount but no owner."""
    rows = [
        {
            "id": f"008{number:06}",
            "opportunity_id": deal.name,
            "stage_name": LABELS[at(deal.steps, instant)],
            "amount": at(deal.values, instant),
            "created_date": _utc(instant),
            "created_by_id": "0051G000007F2JG",
            "is_deleted": "false",
        }
        for deal in deals
        for number, instant in enumerate(saved(deal))
    ]
    return [_opportunities(deals, folder), _csv(folder / "opportunity_history.csv", reversed(rows))]


def salesforce_versions(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write the versions of Opportunity that a warehouse keeps: a row for each state, the owner too."""
    rows = [
        {
            "_fivetran_active": str(instant == max(saved(deal))).lower(),
            "_fivetran_start": _utc(instant),
            "_fivetran_end": "9999-12-31 23:59:59",
            "amount": at(deal.values, instant),
            "created_date": _utc(deal.created),
            "id": deal.name,
            "is_deleted": "false",
            "lead_source": deal.channel,
            "owner_id": at(deal.reps, instant),
            "stage_name": LABELS[at(deal.steps, instant)],
            "type": deal.segment,
            "loss_reason_c": deal.reason,
            "merged_into_c": deal.merged_into,
        }
        for deal in deals
        for instant in saved(deal)
    ]
    return [_csv(folder / "opportunity_history.csv", rows)]


def salesforce_report(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write the report "Opportunity History" and a report of opportunities, as the screen exports them."""
    history = []
    for deal in deals:
        before = ""
        for instant in saved(deal):
            now = LABELS[at(deal.steps, instant)]
            history.append(
                {
                    "Opportunity ID": deal.name,
                    "Opportunity Name": f"Deal {deal.name}",
                    "From Stage": before,
                    "To Stage": now,
                    "Amount": at(deal.values, instant),
                    "Last Modified": _us(instant),
                    "Last Modified By": "Ada Berg",
                }
            )
            before = now
    return [_screen_opportunities(deals, folder), _csv(folder / "report_history.csv", history)]


def _screen_opportunities(deals: tuple[Deal, ...], folder: Path) -> Path:
    rows = (
        {
            "Opportunity ID": deal.name,
            "Opportunity Name": f"Deal {deal.name}",
            "Opportunity Owner": deal.reps[-1].to,
            "Stage": LABELS[deal.steps[-1].to],
            "Amount": deal.values[-1].to,
            "Created Date": _us(deal.created),
            "Close Date": f"{deal.closed if deal.outcome else EXPORTED:%m/%d/%Y}",
            "Lead Source": deal.channel,
            "Type": deal.segment,
            "Loss Reason": deal.reason,
            "Merged Into": deal.merged_into,
        }
        for deal in deals
    )
    return _csv(folder / "report_opportunities.csv", rows)


def _field_changes(deal: Deal, names: tuple[str, str, str]) -> Iterable[tuple[pd.Timestamp, str, str, str]]:
    """Yield when, which field, what before and what after; creation itself is no change of a field."""
    labels = [Change(step.at, LABELS[step.to]) for step in deal.steps]
    for name, changes in zip(names, (labels, deal.reps, deal.values), strict=True):
        for before, after in pairwise(changes):
            yield after.at, name, before.to, after.to


def _user_id(name: str) -> str:
    return f"005{USERS[name]:0>12}"


def _with_ids(
    changes: Iterable[tuple[pd.Timestamp, str, str, str]],
) -> Iterator[tuple[pd.Timestamp, str, str, str]]:
    """Tell of a change of owner twice: with names, and with the ids of the users."""
    for instant, field, old, new in changes:
        yield instant, field, old, new
        if field == "Owner":
            yield instant, field, _user_id(old), _user_id(new)


def salesforce_fields(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write Opportunity and OpportunityFieldHistory, which tracks stage, owner and amount."""
    rows = (
        {
            "id": f"017{number}",
            "opportunity_id": deal.name,
            "field": field,
            "old_value": old,
            "new_value": new,
            "created_date": _utc(instant),
            "created_by_id": "0051G000007F2JG",
            "is_deleted": "false",
        }
        for deal in deals
        for number, (instant, field, old, new) in enumerate(
            _with_ids(_field_changes(deal, ("StageName", "Owner", "Amount")))
        )
    )
    return [_opportunities(deals, folder), _csv(folder / "opportunity_field_history.csv", rows)]


def salesforce_fields_report(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write the report "Opportunity Field History" and a report of opportunities."""
    rows = (
        {
            "Opportunity ID": deal.name,
            "Edit Date": _us(instant),
            "Edited By": "Ada Berg",
            "Field / Event": field,
            "Old Value": old,
            "New Value": new,
        }
        for deal in deals
        for instant, field, old, new in _field_changes(deal, ("Stage", "Opportunity Owner", "Amount"))
    )
    return [_screen_opportunities(deals, folder), _csv(folder / "report_fields.csv", rows)]


def pipedrive(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write Pipedrive's deal export; a merged deal is gone."""
    rows = (
        {
            "Deal - ID": deal.name,
            "Deal - Title": f"Deal {deal.name}",
            "Deal - Owner": deal.reps[-1].to,
            "Deal - Value": deal.values[-1].to,
            "Deal - Stage": deal.entries[-1].to,
            "Deal - Status": (deal.outcome or "open").title(),
            "Deal - Deal created": _clock(deal.created),
            "Deal - Last stage change": _clock(deal.entries[-1].at),
            "Deal - Won time": _clock(deal.closed if deal.outcome == WON else pd.NaT),
            "Deal - Lost time": _clock(deal.closed if deal.outcome == LOST else pd.NaT),
            "Deal - Deal closed on": _clock(deal.closed),
            "Deal - Lost reason": deal.reason,
            "Deal - Source channel": deal.channel,
            "Deal - Label": deal.segment,
        }
        for deal in _kept(deals)
    )
    return [_csv(folder / "deals.csv", rows)]


def odoo(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write Odoo's export of opportunities, archived ones too; what is lost has the stage where it was."""
    rows = (
        {
            "ID": deal.name,
            "Opportunity": f"Deal {deal.name}",
            "Salesperson": deal.reps[-1].to,
            "Expected Revenue": deal.values[-1].to,
            "Stage": "Won" if deal.outcome == WON else deal.entries[-1].to,
            "Is Won": (deal.outcome or "pending").title(),
            "Created on": _clock(deal.created),
            "Closed Date": _clock(deal.closed),
            "Last Stage Update": _clock(deal.closed if deal.outcome == WON else deal.entries[-1].at),
            "Lost Reason": deal.reason,
            "Source": deal.channel,
            "Sales Team": deal.segment,
        }
        for deal in _kept(deals)
    )
    return [_csv(folder / "crm_lead.csv", rows)]


def looks(until: pd.Timestamp = EXPORTED) -> pd.DatetimeIndex:
    """Return when somebody looked: each Monday at midnight."""
    return pd.date_range(FIRST, until, freq="7D")


def snapshots(deals: tuple[Deal, ...], folder: Path, *, closed: bool = True) -> list[Path]:
    """Write weekly snapshots of the pipeline into one file, of all deals or of the open ones alone."""
    rows = []
    for look in looks():
        for deal in _kept(deals):
            if deal.created >= look:
                continue
            then = deal.until(look)
            if closed or not then.outcome:
                rows.append(
                    {
                        "Snapshot Date": f"{look:%Y-%m-%d}",
                        "Deal ID": deal.name,
                        "Stage": LABELS[then.steps[-1].to],
                        "Owner": then.reps[-1].to,
                        "Amount": then.values[-1].to,
                        "Source": deal.channel,
                        "Segment": deal.segment,
                        "Created": _clock(deal.created),
                    }
                )
    return [_csv(folder / "pipeline_snapshots.csv", rows)]


def event_log(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write an event log as CSV: entries and endings complete at once, work starts and completes."""
    rows = (
        {
            "case": deal.name,
            "activity": activity,
            "transition": transition,
            "resource": resource,
            "timestamp": f"{instant.tz_localize(ZONE).isoformat()}",
            "channel": deal.channel,
            "segment": deal.segment,
            "amount": at(deal.values, instant),
        }
        for deal in _kept(deals)
        for instant, activity, transition, resource in _events(deal)
    )
    return [_csv(folder / "events.csv", rows)]


def event_log_xes(deals: tuple[Deal, ...], folder: Path) -> list[Path]:
    """Write the event log as XES, with the lifecycle extension."""
    path = folder / "events.xes"
    with path.open("w", encoding="utf-8") as opened:
        opened.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        opened.write('<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n')
        for deal in _kept(deals):
            opened.write("<trace>")
            case = {"concept:name": deal.name, "channel": deal.channel, "segment": deal.segment}
            opened.writelines(_attribute("string", key, value) for key, value in case.items())
            for instant, activity, transition, resource in _events(deal):
                opened.write("<event>")
                said = {
                    "concept:name": activity,
                    "lifecycle:transition": transition,
                    "org:resource": resource,
                }
                opened.writelines(_attribute("string", key, value) for key, value in said.items())
                opened.write(_attribute("date", "time:timestamp", instant.tz_localize(ZONE).isoformat()))
                opened.write(_attribute("float", "amount", at(deal.values, instant)))
                opened.write("</event>")
            opened.write("</trace>\n")
        opened.write("</log>\n")
    return [path]


def _attribute(kind: str, key: str, value: str) -> str:
    return f"<{kind} key={quoteattr(key)} value={quoteattr(value)}/>"


def _events(deal: Deal) -> list[tuple[pd.Timestamp, str, str, str]]:
    found = [(step.at, LABELS[step.to], "complete", at(deal.reps, step.at)) for step in deal.steps]
    for spell in deal.work:
        found.append((spell.start, f"Work on {spell.stage}", "start", spell.rep))
        found.append((spell.end, f"Work on {spell.stage}", "complete", spell.rep))
    return sorted(found, key=lambda event: event[0])

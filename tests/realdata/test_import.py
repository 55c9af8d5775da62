"""The public data sets, imported with the mappings of the experiments: counted by another route, with csv."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from funnelsim.history.mapping import read_mapping
from funnelsim.history.reading.export import Imported, read_export
from funnelsim.history.snapshot import snapshot_of

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("FUNNELSIM_DATA", ROOT.parent / "shared" / "data"))
CRM = [DATA / "crm_sales" / "sales_pipeline.csv"]
OLIST = [DATA / "olist" / name for name in ("marketing_qualified_leads.csv", "closed_deals.csv")]
LOANS = [DATA / "loan_leads" / "events_to_2011-12-31.csv.gz"]


def rows(file: Path) -> list[dict[str, str]]:
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def imported(experiment: str, files: list[Path]) -> Imported:
    return read_export(files, read_mapping(ROOT / "experiments" / experiment / "mapping.toml"))


def needs(*files: Path) -> pytest.MarkDecorator:
    missing = [str(file) for file in files if not file.exists()]
    return pytest.mark.skipif(bool(missing), reason=f"not there: {', '.join(missing)}")


@pytest.mark.realdata
@needs(*CRM)
def test_crm_sales() -> None:
    found = imported("crm_sales", CRM)
    table = rows(CRM[0])
    stages = Counter(each["deal_stage"] for each in table)
    assert found.dirt.counts() == {"ignored status": stages["Prospecting"]}
    deals = found.history.deals.set_index("deal")
    assert Counter(deals["outcome"]) == {"won": stages["Won"], "lost": stages["Lost"], "": stages["Engaging"]}
    for each in table:
        if each["deal_stage"] == "Prospecting":
            continue
        deal = deals.loc[each["opportunity_id"]]
        assert deal["created"] == pd.Timestamp(each["engage_date"])
        assert deal["segment"] == each["product"].replace("GTXPro", "GTX Pro")
        if each["close_date"]:
            assert (deal["closed"], deal["value"]) == (
                pd.Timestamp(each["close_date"]),
                float(each["close_value"]),
            )
    engaged = [each for each in table if each["engage_date"]]
    for day in ("2017-07-01", "2017-10-01"):
        shown = snapshot_of(found.history, pd.Timestamp(day))
        still = {
            each["opportunity_id"]
            for each in engaged
            if each["engage_date"] < day and not "" < each["close_date"] < day
        }
        assert set(shown["deal"][shown["status"] == "open"]) == still
    assert len(still) == 2409  # as the data's own description has it


@pytest.mark.realdata
@needs(*OLIST)
def test_olist() -> None:
    found = imported("olist", OLIST)
    leads, wins = (rows(file) for file in OLIST)
    begun = {each["mql_id"]: each["first_contact_date"] for each in leads}
    backwards = [each["mql_id"] for each in wins if each["won_date"][:10] < begun[each["mql_id"]]]
    assert found.dirt.counts() == {"closed before it was created": len(backwards)}
    deals = found.history.deals.set_index("deal")
    assert set(deals.index) == begun.keys()
    won = deals[deals["outcome"] == "won"]
    days = {each["mql_id"]: pd.Timestamp(each["won_date"][:10]) for each in wins}
    assert won["closed"].to_dict() == days
    channels = {each["mql_id"]: each["origin"] for each in leads}
    assert deals["channel"].to_dict() == channels
    assert found.history.by_day


@pytest.mark.realdata
@needs(*LOANS)
def test_loan_leads() -> None:
    found = imported("loan_leads", LOANS)
    events = rows(LOANS[0])
    counts = Counter((each["activity"], each["transition"]) for each in events)
    deals = found.history.deals.set_index("deal")
    ends = Counter(deals["reason"][deals["outcome"] == "lost"])
    assert ends == {
        "declined": counts["A_DECLINED", "COMPLETE"],
        "cancelled": counts["A_CANCELLED", "COMPLETE"],
    }
    assert Counter(deals["outcome"])["won"] == counts["A_ACTIVATED", "COMPLETE"]
    clock = ZoneInfo("Europe/Amsterdam")
    firsts = {
        (each["case"], datetime.fromisoformat(each["timestamp"]).astimezone(clock).replace(tzinfo=None))
        for each in events
        if each["activity"] == "A_SUBMITTED"
    }
    assert set(deals["created"].dt.to_pydatetime().tolist()) == {instant for _, instant in firsts}
    entries = Counter(found.history.entries["stage"])
    names = {"A_SUBMITTED": "submitted", "A_PREACCEPTED": "preaccepted", "A_ACCEPTED": "accepted"}
    assert all(entries[stage] == counts[name, "COMPLETE"] for name, stage in names.items())


@pytest.mark.realdata
@needs(*LOANS)
def test_work_on_loans_is_paired_as_one_does_it_by_hand() -> None:
    """A completion ends the start of the same activity of the case before it."""
    found = imported("loan_leads", LOANS)
    events = sorted(rows(LOANS[0]), key=lambda each: datetime.fromisoformat(each["timestamp"]))
    started: dict[tuple[str, str], datetime] = {}
    spells: Counter[tuple[str, datetime, datetime]] = Counter()
    clock = ZoneInfo("Europe/Amsterdam")
    for each in events:
        key, time = (each["case"], each["activity"]), datetime.fromisoformat(each["timestamp"])
        if each["activity"][0] != "W":
            continue
        if each["transition"] == "START":
            started[key] = time
        elif each["transition"] == "COMPLETE" and key in started:
            begun = started.pop(key)
            both = [instant.astimezone(clock).replace(tzinfo=None) for instant in (begun, time)]
            spells[each["case"], both[0], both[1]] += 1
    work = found.history.work
    ended = work[work["end"].notna()]
    triples = zip(
        ended["deal"],
        ended["start"].dt.to_pydatetime().tolist(),
        ended["end"].dt.to_pydatetime().tolist(),
        strict=True,
    )
    assert Counter(triples) == spells
    assert (work["rep"] == "112").sum() == 0  # the robot does no work that takes time

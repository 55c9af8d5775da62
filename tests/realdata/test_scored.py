"""What came in the windows of the experiments, counted from the public files by another route."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from experiments import scored
from experiments.crm_sales import score as crm_sales
from experiments.loan_leads import score as loan_leads
from experiments.olist import score as olist

from funnelsim.calibration.backtest.windows import (
    CREATED,
    NEW_WINS,
    OPEN_WINS,
    VALUE,
    WINS,
    lost_for,
    of,
    what_came,
)

try:
    PIPELINE = scored.data_file("crm_sales/sales_pipeline.csv")
    LEADS = scored.data_file("olist/marketing_qualified_leads.csv")
    EVENTS = scored.data_file("loan_leads/events_to_2011-12-31.csv.gz")
    CLOSED = scored.data_file("olist/closed_deals.csv")
except FileNotFoundError as missing:
    PIPELINE, WHY = None, str(missing)
else:
    WHY = ""

pytestmark = [pytest.mark.realdata, pytest.mark.skipif(PIPELINE is None, reason=WHY)]


def test_july_to_september_of_the_hardware_maker():
    origin = crm_sales.ORIGINS["development"]
    ends = crm_sales.QUARTER.parts(origin)
    whole = scored.history_of("crm_sales", "crm_sales/sales_pipeline.csv")
    found = what_came(whole.as_of(ends[-1]), origin, ends, crm_sales.BY)
    with PIPELINE.open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if "2017-07-01" <= row["close_date"] < "2017-10-01"]
    won = [row for row in rows if row["deal_stage"] == "Won"]
    by_month = Counter(row["close_date"][:7] for row in won)
    assert found.flows[WINS].tolist() == [by_month[f"2017-0{month}"] for month in (7, 8, 9)]
    assert found.flows[VALUE].sum() == sum(float(row["close_value"]) for row in won)
    assert found.flows[OPEN_WINS].sum() == sum(row["engage_date"] < "2017-07-01" for row in won)
    for product, count in Counter(row["product"].replace("GTXPro", "GTX Pro") for row in won).items():
        assert found.flows[of(WINS, "segment", product)].sum() == count
    for agent, count in Counter(row["sales_agent"] for row in won).items():
        assert found.flows[of(WINS, "rep", agent)].sum() == count


def test_march_of_the_marketplace():
    found = what_came(olist.leads_of_2018(), olist.MARCH, olist.MONTH.parts(olist.MARCH, olist.WEEK))
    with LEADS.open() as file:
        first = {row["mql_id"]: date.fromisoformat(row["first_contact_date"]) for row in csv.DictReader(file)}
    with CLOSED.open() as file:
        # Midnight in São Paulo is 02:00 or 03:00 in UTC; nobody wins in the hours between.
        won = {
            row["mql_id"]: (datetime.fromisoformat(row["won_date"]) - timedelta(hours=3, seconds=-1)).date()
            for row in csv.DictReader(file)
        }
    began, ended = date(2018, 3, 1), date(2018, 4, 1)
    in_march = [lead for lead, day in won.items() if began <= day < ended and first[lead] >= date(2018, 1, 1)]
    new = [lead for lead in in_march if first[lead] >= began]
    assert found.flows[NEW_WINS].sum() == len(new)
    assert found.flows[OPEN_WINS].sum() == len(in_march) - len(new)
    assert found.flows[CREATED].sum() == sum(began <= day < ended for day in first.values())


def test_the_fixed_days_of_the_scored_windows():
    assert crm_sales.ORIGINS["scored"] == pd.Timestamp("2017-10-01")
    assert (pd.Timestamp("2018-03-01"), pd.Timestamp("2018-04-01")) == (olist.MARCH, olist.APRIL)


def test_november_of_the_lender():
    origin = loan_leads.ORIGINS["development"]
    ends = loan_leads.MONTH.parts(origin, loan_leads.WEEK)
    whole = scored.history_of("loan_leads", "loan_leads/events_to_2011-12-31.csv.gz")
    found = what_came(whole.as_of(ends[-1]), origin, ends)
    began, activated, declined = {}, [], 0
    with gzip.open(EVENTS, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = pd.Timestamp(row["timestamp"]).tz_convert("Europe/Amsterdam").tz_localize(None)
            began.setdefault(row["case"], at)
            if origin <= at < ends[-1]:
                activated += [row["case"]] * (row["activity"] == "A_ACTIVATED")
                declined += row["activity"] == "A_DECLINED"
    assert found.flows[WINS].sum() == len(activated)
    assert found.flows[NEW_WINS].sum() == sum(began[case] >= origin for case in activated)
    assert found.flows[CREATED].sum() == sum(origin <= at < ends[-1] for at in began.values())
    assert found.flows[lost_for("declined")].sum() == declined


def test_offers_that_expire_do_so_about_thirty_days_after_they_were_sent():
    whole = scored.history_of("loan_leads", "loan_leads/events_to_2011-12-31.csv.gz")
    table = loan_leads.days_of_offers(whole.as_of(loan_leads.ORIGINS["scored"]))
    ended, days = np.array([float(level) for level in table]), np.array(list(table.values()))
    assert np.all(np.diff(ended) > 0)
    assert np.all(np.diff(days) >= 0)
    in_a_day = np.diff(np.interp(np.arange(20, 46), days, ended))
    assert in_a_day.argmax() + 20 == 30
    assert in_a_day.max() > 3 * np.sort(in_a_day)[-3]

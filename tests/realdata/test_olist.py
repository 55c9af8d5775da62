"""Figures of the marketplace preset against the public files, by other routes than measure.py's own."""

import csv
from collections import Counter
from datetime import date, datetime

import measure
import numpy as np
import pytest

try:
    FOLDER = measure.data_folder()
except FileNotFoundError as missing:
    FOLDER, WHY = None, str(missing)
else:
    WHY = ""

pytestmark = [pytest.mark.realdata, pytest.mark.skipif(FOLDER is None, reason=WHY)]


@pytest.fixture(scope="module")
def measured():
    return measure.measure(FOLDER)


@pytest.fixture(scope="module")
def rows():
    """Leads of 2018 read without pandas: (day, origin, instant of winning in UTC or None)."""
    with (FOLDER / "closed_deals.csv").open() as file:
        won = {row["mql_id"]: datetime.fromisoformat(row["won_date"]) for row in csv.DictReader(file)}
    with (FOLDER / "marketing_qualified_leads.csv").open() as file:
        leads = [
            (date.fromisoformat(row["first_contact_date"]), row["origin"], won.get(row["mql_id"]))
            for row in csv.DictReader(file)
        ]
    return [lead for lead in leads if lead[0] >= date(2018, 1, 1)]


def test_every_lead_of_the_window_is_counted_once(measured, rows):
    counts = Counter(day.strftime("%Y-%m") for day, _, _ in rows)
    assert measured.rates.loc["all", list(counts)].to_dict() == dict(counts)
    channels = measured.rates.drop(index="all")
    assert channels["per_month"].sum() == pytest.approx(len(rows) / 3)
    blank_or_unknown = sum(origin in ("", "unknown") for _, origin, _ in rows)
    assert channels.loc["unknown", "per_month"] == pytest.approx(blank_or_unknown / 3)


def test_no_small_channel_is_left(measured):
    assert measured.channels["leads"].min() >= measure.SMALLEST_CHANNEL


def test_weekday_factors_average_one_and_weekends_are_slow(measured):
    factor = measured.weekdays["factor"]
    assert factor.mean() == pytest.approx(1)
    assert factor[["Sat", "Sun"]].max() < 0.7 * factor[["Mon", "Tue", "Wed", "Thu", "Fri"]].min()


def test_wins_without_a_time_of_day_are_midnights_in_sao_paulo(rows):
    night = [won for _, _, won in rows if won and won.hour < 9]
    assert {(won.hour, won < datetime(2018, 2, 18)) for won in night} == {(2, True), (3, False)}
    assert all((won.minute, won.second) == (0, 0) for won in night)
    leads = measure.load(FOLDER)
    assert leads["won_day_only"].sum() == len(night)
    assert leads.loc[leads["won"].notna() & ~leads["won_day_only"], "won"].dt.hour.between(8, 20).all()


def test_one_lead_is_dropped_because_it_was_won_before_its_first_contact(measured, rows):
    negative = [won for day, _, won in rows if won and won.date() < day]
    assert measured.dropped == len(negative) == 1


def test_share_won_within_a_month_equals_the_plain_ratio_of_leads_followed_that_long(measured, rows):
    old_enough = [(day, won) for day, _, won in rows if day <= date(2018, 2, 28)]
    within = sum(won is not None and (won.date() - day).days < 30 for day, won in old_enough)
    ratio = within / len(old_enough)
    assert measured.curve["low"][30.0] < ratio < measured.curve["high"][30.0]


def test_final_conversion_lies_above_what_is_already_seen(measured):
    assert measured.raw_ratio.value < measured.curve["value"].iloc[-1] < measured.ever.value
    assert measured.ever.low < measured.ever.value < measured.ever.high
    volume_mean = np.average(measured.channels["value"], weights=measured.channels["leads"])
    assert volume_mean == pytest.approx(measured.ever.value, rel=0.02)


def test_fitted_curve_passes_through_kaplan_meiers_intervals(measured):
    leads = measure.plausible(measure.load(FOLDER))
    fit = measure.best_family(*measure.followed(leads))[0]
    seen = fit.ever * fit.share_by(measure.CURVE_DAYS)
    assert np.all((measured.curve["low"] < seen) & (seen < measured.curve["high"]))


def test_channel_fits_multiply_to_the_channels_conversion(measured):
    typed = measure.stage_conversion(measured.ever.value)
    odds = typed / (1 - typed) * measured.channels["fit"]
    both_stages = (odds / (1 + odds)) ** 2
    assert both_stages.to_numpy() == pytest.approx(measured.channels["value"].to_numpy(), rel=1e-9)


def test_every_figure_lies_in_its_interval(measured):
    assert (measured.channels["low"] < measured.channels["value"]).all()
    assert (measured.channels["value"] < measured.channels["high"]).all()
    cycle = measured.cycle
    assert ((cycle["fitted_low"] < cycle["fitted"]) & (cycle["fitted"] < cycle["fitted_high"])).all()
    assert (cycle["fitted"].diff().dropna() > 0).all()


def test_report_names_every_figure(measured):
    printed = measure.report(measured)
    for title in ("Inquiries per calendar month", "Weekday", "Kaplan-Meier", "by channel", "quantiles"):
        assert title in printed

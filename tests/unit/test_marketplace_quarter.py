"""The way of a simulated quarter into the table that the estimators take, on rows written by hand."""

import comparison
import figures
import measure
import numpy as np
import pandas as pd
import pytest
import run
import simulated

from funnelsim.model.model import Names
from funnelsim.model.records import LEDGER
from funnelsim.model.words import DAY, NOTHING, Event

NAMES = Names(
    channels=("ads", "seo"),
    segments=("all",),
    products=(),
    teams=("sales",),
    reps=("Ann",),
    stages=("talk",),
    reasons=("gone cold",),
    months=("2018-01",),
    currency="BRL",
    start="2017-12-01",
)
JANUARY = 31  # days from time 0 to the window's first midnight
APRIL = JANUARY + 90  # and to its end
ADS, SEO = 0, 1


def ledger(*rows):
    """Rows of (days since time 0, lead, channel, event)."""
    made = np.zeros(len(rows), LEDGER)
    made["reason"] = NOTHING
    for row, (days, lead, channel, event) in zip(made, rows, strict=True):
        row["time"], row["pursuit"], row["channel"], row["event"] = round(days * DAY), lead, channel, event
    return made


HISTORY = ledger(
    (JANUARY - 0.25, 1, ADS, Event.INQUIRY),  # before the window, won inside it
    (JANUARY, 2, SEO, Event.INQUIRY),  # at its first midnight
    (JANUARY + 0.75, 3, ADS, Event.INQUIRY),
    (JANUARY + 2.0, 1, ADS, Event.WON),
    (JANUARY + 3.5, 3, ADS, Event.WON),
    (JANUARY + 4.0, 2, SEO, Event.LOST),
    (APRIL - 1.5, 4, SEO, Event.INQUIRY),
    (APRIL - 0.25, 5, ADS, Event.INQUIRY),
    (APRIL, 6, ADS, Event.INQUIRY),  # after it
    (APRIL, 4, SEO, Event.WON),  # too late to be seen
    (APRIL + 9, -1, NOTHING, Event.PAY),
    (APRIL + 30, 5, ADS, Event.OPEN),
)


def test_leads_of_the_window_are_found_with_day_channel_and_win():
    leads = simulated.leads_of(HISTORY, NAMES)
    assert leads["channel"].tolist() == ["seo", "ads", "seo", "ads"]
    assert leads["contacted"].tolist() == [
        pd.Timestamp(day) for day in ("2018-01-01", "2018-01-01", "2018-03-30", "2018-03-31")
    ]
    assert leads["won"].tolist() == [pd.NaT, pd.Timestamp("2018-01-04 12:00"), measure.END, pd.NaT]
    assert leads["open"].tolist() == [False, False, False, True]


def test_wins_after_the_end_and_times_of_inquiries_are_hidden():
    seen = simulated.seen_by_the_end(simulated.leads_of(HISTORY, NAMES))
    assert seen["won"].notna().tolist() == [False, True, False, False]
    after, until = measure.followed(seen)
    # the win came three and a half days after midnight of the day of first contact: known to a day
    assert after.tolist() == [89.5, 2.5, 1.5, 0.5]
    assert until.tolist() == [np.inf, 3.5, np.inf, np.inf]


def test_weeks_are_counted_from_the_first_monday():
    day = pd.Timestamp("2018-01-01")
    hours = pd.Timedelta(hours=1)
    leads = pd.DataFrame(
        {
            "contacted": [day, day + 6 * 24 * hours, day + 7 * 24 * hours, day + 89 * 24 * hours],
            "won": [day + 20 * hours, day + 14 * 24 * hours, pd.NaT, pd.NaT],
        }
    )
    inquiries, wins = simulated.by_week(leads)
    assert inquiries.tolist() == [2, 1] + [0] * 10  # the last lead asks after the last whole week
    assert wins.tolist() == [1, 0, 1] + [0] * 9


def test_the_truth_knows_the_instant_and_what_came_later():
    outcome = simulated.outcome_of(simulated.leads_of(HISTORY, NAMES))
    assert outcome.days.tolist() == [np.inf, 2.75, 1.5, np.inf]
    true = figures.true_figures(outcome)
    assert true[figures.EVER].to_dict() == {"all": 0.5, "ads": 0.5, "seo": 0.5}
    assert true[figures.CURVE]["7 days"] == 0.5
    assert true[figures.CYCLE]["P50"] == pytest.approx(2.125)


def quarter(conversion, true=0.2, interval=(0.1, 0.3)):
    """A quarter in which nothing but the final conversion was estimated."""
    name = [(figures.EVER, "all")]
    ever = figures.Estimate(conversion, *interval)
    return simulated.Quarter(
        estimated=pd.Series([conversion], pd.MultiIndex.from_tuples(name)),
        true=pd.Series([true], pd.MultiIndex.from_tuples(name)),
        ever=ever,
        ever_by_aic=ever,
        family="weibull",
        curve=np.zeros(1),
        true_curve=np.zeros(1),
        open=0.01,
        weeks=np.zeros((2, simulated.WEEKS)),
    )


def measured(value, low, high):
    name = pd.MultiIndex.from_tuples([(figures.EVER, "all")])
    return pd.DataFrame({"value": [value], "low": [low], "high": [high]}, index=name)


def test_mean_precision_and_range_are_those_of_the_textbook():
    quarters = [quarter(0.1), quarter(0.2), quarter(0.3)]
    row = comparison.compare(measured(0.25, 0.21, 0.3), quarters).iloc[0]
    assert row["mean"] == pytest.approx(0.2)
    assert row["precision"] == pytest.approx(4.303 * 0.1 / 3**0.5, rel=1e-3)  # t of 2 degrees of freedom
    assert (row["p10"], row["p90"]) == pytest.approx((0.12, 0.28))
    assert (row["held"], row["in_range"]) == (False, True)


def test_error_of_the_estimate_is_paired_quarter_by_quarter():
    quarters = [quarter(0.11, true=0.10), quarter(0.31, true=0.30)]
    row = comparison.recovery(quarters[0].estimated.index, quarters).iloc[0]
    assert row["error"] == pytest.approx(0.01)
    assert row["error_precision"] == pytest.approx(0, abs=1e-12)


def test_report_says_what_is_not_held():
    quarters = [quarter(0.1), quarter(0.2, interval=(0.19, 0.195))]
    table = comparison.compare(measured(0.25, 0.21, 0.3), quarters)
    text = comparison.report(table, comparison.recovery(table.index, quarters), quarters, seed=3)
    assert "2 simulated quarters, seed 3" in text
    assert "**no**" in text
    assert f"Not held: {figures.EVER}, all." in text
    assert "holds the truth, 0.2000, in 50% of" in text
    assert "weibull in 2 of 2" in text
    assert "1.00% of the leads are still open" in text


def test_without_the_data_one_sentence_says_what_is_missing(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("FUNNELSIM_DATA", str(tmp_path))
    assert run.main([]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith(str(tmp_path / "olist" / "marketing_qualified_leads.csv"))


def test_one_world_makes_no_interval(capsys):
    with pytest.raises(SystemExit) as stopped:
        run.main(["--worlds", "1"])
    assert stopped.value.code == 2
    assert "at least 2 worlds" in capsys.readouterr().err

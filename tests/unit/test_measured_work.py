"""What is measured of work: spells by hand, and reps whose hours and speeds are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from funnelsim.calibration.work import measure_load, measure_work
from funnelsim.calibration.work.hours import team_hours
from funnelsim.calibration.work.speeds import measure_speeds
from funnelsim.calibration.work.spells import shared_time, visits_of_work
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History
from funnelsim.io.writing import UnusableError
from funnelsim.scenario import parse

MONDAY = pd.Timestamp("2026-01-05")
MINUTE = pd.Timedelta(minutes=1)


def at(clock: str, day: int = 0) -> pd.Timestamp:
    return MONDAY + pd.Timedelta(days=day) + pd.Timedelta(f"{clock}:00")


def history(
    work: list[tuple[str, str, str, pd.Timestamp, pd.Timestamp]],
    *,
    closed: dict[str, pd.Timestamp] | None = None,
    entries: list[tuple[str, str, pd.Timestamp, str]] | None = None,
    days: int = 28,
    reps: dict[str, str] | None = None,
) -> History:
    """Write a history of spells, or of deals alone."""
    closed, reps = closed or {}, reps or {}
    names = sorted({row[0] for row in work} | set(closed) | set(reps))
    deals = pd.DataFrame({column: "" for column in DEALS}, index=range(len(names)))
    deals["deal"] = names
    deals["created"] = MONDAY
    deals["closed"] = pd.to_datetime(pd.Series([closed.get(name, pd.NaT) for name in names]))
    deals["closed_after"] = pd.NaT
    deals["rep"] = [reps.get(name, "") for name in names]
    rows = [(deal, stage, when, pd.NaT, rep) for deal, stage, when, rep in entries or []]
    spells = pd.DataFrame(work, columns=WORK).astype({"start": "datetime64[us]", "end": "datetime64[us]"})
    return History(
        deals,
        pd.DataFrame(rows, columns=ENTRIES),
        pd.DataFrame(columns=FIELDS),
        spells,
        ("call", "offer"),
        MONDAY,
        MONDAY + pd.Timedelta(days=days),
    )


def firm(
    rng: np.random.Generator,
    *,
    pace: dict[str, float],
    days: int = 28,
    hours: tuple[int, int] = (9, 17),
    minutes: float = 20.0,
) -> History:
    """Simulate reps who work one deal after the other on weekdays, from opening to closing."""
    rows, closed = [], {}
    for rep, factor in pace.items():
        for day in range(days):
            if day % 7 > 4:
                continue
            now, number = at("00:00", day) + pd.Timedelta(hours=hours[0]), 0
            while now < at("00:00", day) + pd.Timedelta(hours=hours[1]):
                end = now + rng.gamma(4.0, minutes / 4) / factor * MINUTE
                deal = f"{rep} {day} {number}"
                rows.append((deal, "call", rep, now, end))
                closed[deal] = end
                now, number = end + 1 * MINUTE, number + 1
    return history(rows, closed=closed, days=days)


# ---- spells and time ---------------------------------------------------------------------------


def test_twelve_spells_at_once_share_the_hour() -> None:
    assert shared_time(np.zeros(12), np.ones(12)).tolist() == pytest.approx([1 / 12] * 12)


def test_shared_time_adds_up_to_the_time_with_anything_open_bit_by_bit() -> None:
    rng = np.random.default_rng(1)
    start = rng.uniform(0, 50, 80)
    end = start + rng.exponential(2, 80)
    grid = np.linspace(0, 80, 800_001)[:-1] + 0.5e-4
    open_ = (start[:, None] <= grid) & (grid < end[:, None])
    each = (open_ / np.maximum(open_.sum(axis=0), 1)).sum(axis=1) * 1e-4
    assert shared_time(start, end) == pytest.approx(each, abs=2e-3)


def test_spells_that_follow_within_the_gap_are_one_visit_of_the_same_rep_deal_and_stage() -> None:
    rows = [
        ("a", "call", "Kim", at("09:00"), at("09:10")),
        ("a", "call", "Kim", at("09:15"), at("09:20")),  # 5 minutes later: the same visit
        ("a", "call", "Kim", at("09:26"), at("09:30")),  # 6 minutes later: another one
        ("a", "call", "Lee", at("09:21"), at("09:25")),  # another rep
        ("b", "call", "Kim", at("09:21"), at("09:25")),  # another deal
        ("a", "offer", "Kim", at("09:31"), at("09:40")),  # another stage
    ]
    pieces = pd.DataFrame(rows, columns=["deal", "stage", "rep", "start", "end"]).assign(worked=0.1)
    found = visits_of_work(pieces, 5 * MINUTE)
    assert len(found) == 5
    first = found.iloc[0]
    assert (first["end"], first["spells"], first["worked"]) == (at("09:20"), 2, 0.2)


def test_a_long_spell_keeps_short_ones_inside_it_and_what_follows_in_its_visit() -> None:
    rows = [("a", "call", "Kim", at("09:00"), at("10:00")), ("a", "call", "Kim", at("09:05"), at("09:06"))]
    rows.append(("a", "call", "Kim", at("10:02"), at("10:03")))
    pieces = pd.DataFrame(rows, columns=["deal", "stage", "rep", "start", "end"]).assign(worked=0.1)
    assert len(visits_of_work(pieces, 5 * MINUTE)) == 1


def test_effort_of_a_deal_counts_overlaps_once_and_shares_what_is_done_at_once() -> None:
    rows = [
        ("a", "call", "Kim", at("09:00"), at("10:00")),
        ("a", "call", "Kim", at("09:30"), at("10:00")),  # the same work, logged twice
        ("b", "call", "Kim", at("09:00"), at("09:30")),  # at once with a: each has half
        ("c", "call", "Kim", at("11:00"), at("12:00")),
    ]
    found = measure_work(history(rows), stages=["call"], draws=10, seed=1)
    assert sorted(found.efforts["call"]) == pytest.approx([0.25, 0.75, 1.0])
    assert sum(found.efforts["call"]) == pytest.approx(2.0)  # the clock: 9 to 10, and 11 to 12


def test_a_spell_over_night_counts_in_opening_hours_only() -> None:
    rows = [(f"{day} {hour}", "call", "Kim", at(f"{hour:02d}:00", day), at(f"{hour:02d}:05", day))
            for day in range(5) for hour in range(9, 18)]  # fmt: skip
    rows.append(("late", "offer", "Lee", at("16:00"), at("10:00", 1)))
    found = measure_work(history(rows), stages=["offer"], draws=10, seed=1)
    hours = found.hours
    assert (hours.opens[1] / 3600, hours.closes[0] / 3600) == (9.0, pytest.approx(17.0, abs=0.25))
    expected = hours.closes[0] / 3600 - 16 + 10 - hours.opens[1] / 3600
    assert found.efforts["offer"].tolist() == pytest.approx([expected])


# ---- calendars and people ----------------------------------------------------------------------


def test_the_calendar_people_and_effort_of_a_simulated_team_are_found() -> None:
    found = measure_work(
        firm(np.random.default_rng(2), pace={"Kim": 1.0, "Lee": 1.0, "Ada": 1.0}),
        stages=["call"],
        team="closers",
        draws=500,
        seed=1,
    )
    values = {each.path: each for each in found.estimates()}
    hours = values["teams.closers.hours"].value
    assert list(hours) == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert {span for spans in hours.values() for span in spans} <= {
        "09:00-17:00",
        "09:00-16:45",
        "09:00-17:15",
    }
    assert values["teams.closers.people"].value == 3
    low, high = values["stages.call.effort_hours"].interval("mean, hours")
    assert low < 20 / 60 < high
    assert set(found.by_weekday()["people"]) == {3.0}
    by_hour = found.by_hour().set_index(["weekday", "hour"])["visits"]
    assert by_hour.groupby("weekday").sum().sum() * 4 == len(found.visits)  # four weeks
    assert by_hour["Monday", 10] == pytest.approx(3 * 60 / 21, abs=2.5)  # three reps, a visit in 21 minutes


def test_a_day_on_which_nobody_works_is_a_day_off_and_weekends_are_closed() -> None:
    days = [MONDAY + pd.Timedelta(days=day) for day in range(28) if day % 7 < 5 and day != 16]
    start = pd.Series([day + pd.Timedelta(hours=hour) for day in days for hour in range(8, 18)])
    found = team_hours(start, MONDAY, MONDAY + pd.Timedelta(days=27))
    assert list(found.days_off) == [MONDAY + pd.Timedelta(days=16)]
    assert list(found.written()) == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert len(found.days) == 19


def test_a_rep_who_is_there_half_of_the_days_has_hours_half_as_long() -> None:
    rng = np.random.default_rng(3)
    whole = firm(rng, pace={"Kim": 1.0, "Lee": 1.0})
    week = (whole.work["start"] - MONDAY).dt.days // 7
    part = whole.work[(whole.work["rep"] == "Kim") | (week % 2 == 0)]
    found = measure_work(
        History(**{**vars(whole), "work": part}), stages=["call"], draws=50, seed=1
    ).named_reps()
    hours = {each.path.split(".")[3]: each.value for each in found if each.path.endswith("hours")}
    long, short = (
        sum(
            int(span[6:8]) + int(span[9:]) / 60 - int(span[:2]) - int(span[3:5]) / 60
            for [span] in week.values()
        )
        for week in (hours["Kim"], hours["Lee"])
    )
    assert long == pytest.approx(40, abs=2)
    assert short == pytest.approx(20, abs=2)


def test_who_works_round_the_clock_at_once_is_a_robot_and_its_stage_is_without_capacity() -> None:
    rng = np.random.default_rng(4)
    people = firm(rng, pace={"Kim": 1.0})
    moments = [(f"m{k}", "entry", at("00:00") + k * 30 * MINUTE, "112") for k in range(28 * 48)]
    spells = [
        (f"m{k}", "entry", "112", when, when + pd.Timedelta(seconds=2))
        for k, (_, _, when, _) in enumerate(moments)
    ]
    entries = pd.DataFrame([(d, s, t, pd.NaT, r) for d, s, t, r in moments], columns=ENTRIES)
    work = pd.concat([people.work, pd.DataFrame(spells, columns=WORK)])
    found = measure_work(
        History(**{**vars(people), "work": work, "entries": entries}), stages=["call"], draws=20, seed=1
    )
    assert found.robots == ("112",)
    assert found.notes[0] == (
        "112 works round the clock and at once, so it is a robot: stages without capacity are entry."
    )
    assert "saturday" not in found.hours.written()


# ---- speeds ------------------------------------------------------------------------------------


def visits(rng: np.random.Generator, logs: np.ndarray, days: int) -> pd.DataFrame:
    """Simulate visits: two stages, days that are good or bad, reps of different speed."""
    rows = []
    for rep, speed in enumerate(logs):
        for day in range(days):
            today = rng.normal(0, 0.3)
            for _ in range(rng.poisson(6) + 1):
                stage = int(rng.integers(2))
                hours = np.exp(stage - 1 - speed + today + rng.normal(0, 0.8))
                rows.append((f"r{rep:02d}", at("09:00", day), "ab"[stage], hours))
    return pd.DataFrame(rows, columns=["rep", "start", "stage", "worked"])


def test_reps_who_are_alike_differ_no_more_than_chance_and_others_do() -> None:
    wrong, held = 0, []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        wrong += measure_speeds(visits(rng, np.zeros(8), 10), 50, rng).differ
        logs = rng.normal(0, 0.3, 8)
        found = measure_speeds(visits(rng, logs, 10), 400, rng)
        low, high = np.quantile(np.log(found.draws), (0.025, 0.975), axis=1)
        held.append((low < logs - logs.mean()) & (logs - logs.mean() < high))
    assert wrong <= 9  # of 60 by chance with 5 %: 3
    assert 0.88 <= np.mean(held) <= 0.99


def test_that_reps_are_alike_is_said_in_words() -> None:
    rng = np.random.default_rng(1)
    alike = measure_speeds(visits(rng, np.zeros(6), 20), 200, rng)
    assert alike.words().startswith("Reps differ in speed no more than chance would have it")
    apart = measure_speeds(visits(rng, np.linspace(-0.8, 0.8, 6), 20), 200, rng)
    assert apart.differ
    assert "times as fast as the middle" in apart.words()
    medians = np.median(apart.draws, axis=1)
    assert (medians.argmin(), medians.argmax()) == (0, 5)


# ---- what is written, and what is missing --------------------------------------------------------

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 3, drain_months = 1 }
[segments.homes]
contract_value = 18_000
[channels.web]
kind = "seo"
inquiries_per_month = 400
[teams.sales]
people = 9
[stages.call]
team = "sales"
effort_hours = 1
conversion = 0.5
"""


def test_a_scenario_takes_what_is_measured() -> None:
    found = measure_work(
        firm(np.random.default_rng(5), pace={"Kim": 1.3, "Lee": 0.8}), stages=["call"], draws=5, seed=1
    )
    scenario = parse(FIRM)
    team = found.estimates()
    scenario.with_changes({each.path: each.value for each in team})
    scenario.with_changes({each.path: each.draws[3] for each in team if each.draws is not None})
    reps = parse(FIRM + "".join(f"[teams.sales.reps.{rep}]\n" for rep in ("Kim", "Lee")))
    reps.with_changes({each.path: each.value for each in found.named_reps()})


def test_spells_that_cannot_be_are_counted_and_left_out() -> None:
    rows = [
        ("a", "call", "Kim", at("09:00"), at("10:00")),
        ("b", "call", "Kim", at("11:00"), at("10:30")),
        ("c", "call", "Kim", at("12:00"), pd.NaT),
        ("d", "call", "", at("13:00"), at("13:30")),
    ]
    found = measure_work(history(rows), stages=["call", "offer"], draws=10, seed=1)
    assert "1 spells of work end before they start, and are left out." in found.notes
    assert any(note.startswith("1 of 3 spells of work have no end") for note in found.notes)
    assert any(note.startswith("1 of 3 spells name nobody") for note in found.notes)
    assert "No work is known in: offer. Its effort is not measured." in found.notes
    assert sorted(found.efforts["call"]) == pytest.approx([0.5, 1.0])


def test_work_that_always_takes_as_long_is_a_number() -> None:
    rows = [(f"d{k}", "call", "Kim", at("09:00", k), at("09:30", k)) for k in range(5)]
    rows += [(f"e{k}", "offer", "Kim", at("11:00", k), at("11:10", k) + k * MINUTE) for k in range(5)]
    found = measure_work(history(rows), stages=["call", "offer"], draws=10, seed=1)
    values = {each.path: each for each in found.estimates()}
    assert (values["stages.call.effort_hours"].value, values["stages.call.effort_hours"].draws) == (0.5, None)
    assert isinstance(values["stages.offer.effort_hours"].value, dict)


def test_without_work_a_sentence_says_what_can_be_measured() -> None:
    with pytest.raises(UnusableError, match="what can be is how many deals reps have open"):
        measure_work(history([]), stages=["call"], draws=10, seed=1)


def test_the_load_is_littles_law() -> None:
    days = 40
    rng = np.random.default_rng(6)
    reps = {f"d{k}": f"r{k % 4}" for k in range(400)}
    log = history([], reps=reps, days=days)
    created = MONDAY + pd.to_timedelta(rng.uniform(0, days, 400), unit="D")
    took = rng.exponential(3.0, 400)
    closed = pd.Series(created + pd.to_timedelta(took, unit="D"))
    deals = log.deals.assign(created=created, closed=closed.where(closed < log.seen_until))
    found = measure_load(History(**{**vars(log), "deals": deals}), draws=200, seed=1)
    inside = np.minimum(took, days - ((created - MONDAY) / pd.Timedelta(days=1)).to_numpy())
    assert found.by_rep["open"].sum() == pytest.approx(400 / days * inside.mean())  # rate x time
    low, high = found.interval()
    assert low < found.by_rep["open"].mean() < high
    assert found.notes[0].startswith("Not identified: the file has no hours of work.")


def test_a_load_needs_reps() -> None:
    with pytest.raises(UnusableError, match="no deal has a rep"):
        measure_load(history([], closed={"a": at("09:00", 3)}), draws=10, seed=1)

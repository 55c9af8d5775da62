"""Frames against sums, tables that cut no number, pictures that show the frames."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

import funnelsim as fs
from funnelsim.decisions import Comparison
from funnelsim.forecast import Interval
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import ends, percent
from funnelsim.reports import document, names, notes, pictures
from funnelsim.reports.busy import APART
from funnelsim.reports.columns import (
    NOTHING,
    PRECISION,
    RANGE,
    Column,
    chance_column,
    figure_column,
    rounded,
    text_column,
)
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.grid import folded, printable, tables
from funnelsim.reports.questions import QUESTIONS, chosen
from funnelsim.reports.saving import result_files
from funnelsim.reports.scenario_page import origins_page, pilot_page, presets_page
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.reports.strategy_columns import dated_names, deciding_columns, goal_columns
from funnelsim.scenario import from_document, levers, origins
from funnelsim.studies.pilot import pilot

mpl.use("Agg")
YEARS = 24
NAN = math.nan


@pytest.fixture(scope="module")
def comparison() -> fs.ComparisonResult:
    return fs.compare(fs.load("first_steps"), replications=YEARS)


@pytest.fixture(scope="module")
def today(comparison: fs.ComparisonResult) -> fs.SimulationResult:
    return comparison["today"]


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    mpl.pyplot.close("all")


def text(page: Any, width: int = 100) -> str:
    """What a page looks like."""
    file = io.StringIO()
    Console(file=file, width=width).print(page)
    return file.getvalue()


def answered(page: str, name: str) -> str:
    """What a page says to a question."""
    asks = [question.asks for question in QUESTIONS]
    (question,) = chosen([name])
    rest = page.split(f"{question.asks}\n")[1]
    for other in asks:
        rest = rest.split(f"\n{other}\n")[0]
    return rest


def widest(page: str) -> int:
    return max(len(line) for line in page.splitlines())


def crowded() -> fs.Scenario:
    """Seven teams and stages, five goals and six strategies, all with the longest names."""
    plain = fs.load("first_steps").document
    team, stage = plain["teams"].pop("sales"), plain["stages"]["first_call"]
    stage.pop("makes")
    names = [f"{'team of a long name ' * 3}"[:57] + f" {i}" for i in range(3)]
    names += [f"{'x' * 59}{i}" for i in range(4)]
    plain["teams"] = {name: dict(team) for name in names}
    plain["stages"] = {f"{'stage_' * 9}{i}": {**stage, "team": name} for i, name in enumerate(names)}
    plain["goals"] = {
        f"{'goal_' * 10}{i}": {"metric": "cost", "at_most": 10.0**i, "each": "average_month"}
        for i in range(5)
    }
    plain["strategies"] = {
        f"{'strategy_' * 6}{i}": {
            "about": "many words " * 30,
            "change": {"channels.website.cost_per_month": i},
        }
        for i in range(6)
    }
    return from_document(plain)


# ---- columns and tables ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "shown", "heading", "cells"),
    [
        (Unit.MONEY, [(1.234e6, 9e5, 1.6e6)], "million USD", ["1.23 (0.9 to 1.6)"]),
        (Unit.MONEY, [(-399.6, -399.6 - 1e-11, -399.6 + 1e-11)], "USD", ["-400"]),  # typed
        (
            Unit.MONEY,
            [(21.4e6, 21.4e6, 21.4e6 + 4e-9), (3e6, 2e6, 4e6)],
            "million USD",
            ["21.4", "3.0 (2 to 4)"],
        ),
        (Unit.COUNT, [(0.3, 0.1 + 0.2, 0.3)], "", ["0.300"]),
        (Unit.COUNT, [(0.1, 0, 0), (1.2, 1, 2)], "", ["0.10 (0 to 0)", "1.20 (1 to 2)"]),  # seldom, not never
        (
            Unit.MONEY,
            [(11, 6, math.inf), (11, -math.inf, 12.5)],
            "USD",
            ["11 (6 or more)", "11 (12.5 or less)"],
        ),
        (Unit.MONEY, [(11, -math.inf, math.inf), (11, 11, math.inf)], "USD", ["11", "11 (11 or more)"]),
        (Unit.MONEY, [(34_567, 34_000, 36_000)], "thousand USD", ["34.6 (34 to 36)"]),
        (Unit.MONEY, [(1_234.6, 1_100, 1_400), (9, 8, 10)], "USD", ["1,235 (1,100 to 1,400)", "9 (8 to 10)"]),
        (Unit.SHARE, [(0.123, 0.05, 0.2), (-0.5, -0.6, -0.4)], "%", ["12.3 (5 to 20)", "-50 (-60 to -40)"]),
        (Unit.COUNT, [(34.4, 28, 41)], "", ["34.4 (28 to 41)"]),
        (Unit.COUNT, [(2, 0, 4)], "", ["2 (0 to 4)"]),
        (Unit.DAYS, [(58.24, 57.66, 58.82)], "days", ["58.2 (57.7 to 58.8)"]),
        (Unit.DAYS, [(NAN, NAN, NAN), (math.inf, math.inf, math.inf)], "days", ["-", "-"]),
        (Unit.DAYS, [(5.0, NAN, NAN), None], "days", ["5", "-"]),
        (Unit.RATIO, [(1.0, 0.52, 1.48), (2.0, 2.0, 2.0)], "", ["1 (0.52 to 1.48)", "2"]),
        (
            Unit.SHARE,
            [(-0.0001, -0.0004, 0.3), (0.5, 0.5001, 0.5002)],
            "%",
            ["-0.01 (0 to 30)", "50 (50.01 to 50.02)"],
        ),
    ],
)
def test_columns_by_hand(unit: Unit, shown: list[Any], heading: str, cells: list[str]) -> None:
    intervals = [None if each is None else Interval(*each) for each in shown]
    column = figure_column("Title", unit, "USD", intervals, RANGE)
    assert (column.unit, list(column.beside())) == (heading, cells)


@pytest.mark.parametrize(
    ("shown", "cells"),
    [
        ([(131_400, 91_200, 168_300), (-6_420, -23_100, 8_200)], ["131 (91 to 168)", "-6 (-23 to 8)"]),
        (
            [(2.1968e6, 2.1e6, 2.31e6), (34_500, 31_000, 38_000)],
            ["2.20 (2.10 to 2.31)", "0.0345 (0.031 to 0.038)"],
        ),
        ([(328_000, 277_000, 377_000), (5_000, 5_000, 5_000)], ["328 (277 to 377)", "5"]),
    ],
)
def test_a_mean_is_rounded_as_its_precision(shown: list[Any], cells: list[str]) -> None:
    """A mean beside its 95 % precision goes to the place of that (TE9)."""
    intervals = [Interval(*each) for each in shown]
    assert list(figure_column("Title", Unit.MONEY, "USD", intervals, PRECISION).beside()) == cells


@pytest.mark.parametrize(
    ("chance", "cell"),
    [
        ((0.7667, 0.6456, 0.8556), "77 (65 to 86)"),
        ((0.0, 0.0, 0.0093), "0 (0 to 0.9)"),
        ((0.9975, 0.986, 1.0), "99.8 (99 to 100)"),
        ((NAN, NAN, NAN), "-"),
    ],
)
def test_a_chance_is_in_whole_percent(chance: tuple[float, float, float], cell: str) -> None:
    assert chance_column("Title", [Interval(*chance)], PRECISION).beside() == (cell,)
    assert cell == "-" or percent(chance[0]) == f"{cell.partition(' ')[0]} %"


@given(st.integers(-999_999, 999_999), st.integers(1, 999_999), st.sampled_from([1.0, 1e3, 1e6]))
def test_an_interval_is_rounded_alike_in_every_scale(low: int, width: int, scale: float) -> None:
    """Thousands and millions tell the same amounts, and never less than two digits of the width (TE9)."""
    high = low + width
    said, scaled = ends(low, high), ends(low, high, scale)
    exact = [[Decimal(text.replace(",", "")) for text in each] for each in (said, scaled)]
    assert [each * int(scale) for each in exact[1]] == exact[0]
    assert all(
        abs(float(told) - end) <= 0.05 * width + 1e-9 for told, end in zip(exact[0], (low, high), strict=True)
    )


FINITE = st.floats(-1e13, 1e13)
FIGURE = st.one_of(
    st.none(), st.tuples(st.one_of(FINITE, st.just(NAN)), FINITE, FINITE).map(lambda x: Interval(*x))
)
NAME = st.text(st.characters(categories=["L", "N"], include_characters="_ -"), min_size=1, max_size=60)


@settings(max_examples=60)
@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.tuples(
            st.lists(NAME, min_size=rows, max_size=rows),
            st.lists(
                st.tuples(NAME, st.sampled_from(Unit), st.lists(FIGURE, min_size=rows, max_size=rows)),
                min_size=1,
                max_size=12,
            ),
        )
    ),
    st.sampled_from([Column.beside, Column.beneath]),
)
def test_tables_fit_the_page_and_cut_no_number(
    content: tuple[list[str], list[tuple[str, Unit, list[Interval | None]]]], cells: Any
) -> None:
    labels, wanted = content
    columns = [figure_column(title, unit, "USD", shown, RANGE) for title, unit, shown in wanted]
    pages = [text(table) for table in tables("Row", labels, columns, cells)]
    assert all(cell_len(line) <= 100 for page in pages for line in page.splitlines())
    words = [word for page in pages for word in page.split()]
    for column in columns:
        for cell in cells(column):
            assert all(part in words for part in cell.split())


@given(NAME, st.integers(2, 30))
def test_folding_a_name_loses_nothing(name: str, width: int) -> None:
    lines = folded(name, width)
    assert "".join(lines).replace(" ", "") == name.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


def test_texts_of_a_file_cannot_command_the_terminal() -> None:
    assert printable("red \x1b[31m\n\tand\x07 bold") == "red ?[31m and? bold"


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_rounding_never_makes_something_nothing(value: float, places: int) -> None:
    written = float(rounded(value, places).replace(",", ""))
    assert (written == 0) == (abs(value) < NOTHING)
    assert written == pytest.approx(value, rel=0.5, abs=10.0**-places)


# ---- frames ---------------------------------------------------------------------------------


def test_months_channels_and_reps_add_up_to_the_whole(today: fs.SimulationResult) -> None:
    for frame in (today.by_month, today.by_channel, today.by_segment, today.by_rep, today.by_team):
        for metric in ("won", "bookings"):
            assert frame[metric, "mean"].sum() == pytest.approx(today.summary.loc[metric, "mean"])
    assert today.by_month["cost", "mean"].sum() == pytest.approx(today.summary.loc["cost", "mean"])


def test_what_a_month_shows_adds_up_to_what_the_period_shows(today: fs.SimulationResult) -> None:
    page = text(simulation_page(today, "next", everything=True))
    funnel = answered(page, "funnel")
    shown = [float(rows_of(funnel, label)[0].split()[1]) for label in today.by_month.index]
    assert sum(shown) == pytest.approx(today.summary.loc["inquiries", "mean"], abs=12 * 0.05)
    assert "Means of counts and of money add up to those of the year" in " ".join(page.split())


def test_figures_say_what_they_are_counted_over(today: fs.SimulationResult) -> None:
    assert today.summary.loc["won", "basis"] == "period"
    assert today.summary.loc["won_of_inquiries", "basis"] == "cohort"
    page = " ".join(answered(text(simulation_page(today, "next", everything=True)), "funnel").split())
    told = "Inquiries, leads and contracts: over the period; the rest: over the period's inquiries."
    assert told in page
    short = " ".join(text(simulation_page(today, "next")).split())
    assert "Counted over the period: what happens in it, whenever the inquiry arrived." in short


def of_three_desks() -> fs.Scenario:
    """One team whose three people know one segment each; segments bring 6, 3 and 1 of ten inquiries."""
    plain = fs.load("first_steps").document
    shares = {"small": 0.6, "middle": 0.3, "large": 0.1}
    plain["segments"] = {name: dict(plain["segments"]["default"]) for name in shares}
    plain["channels"]["website"]["segments"] = shares
    team = plain["teams"]["sales"]
    team.pop("people")
    team["assignment"] = "segment_match"
    team["reps"] = {name.title(): {"segments": [name]} for name in shares}
    return from_document(plain)


def test_a_bottleneck_within_a_team_is_shown_person_by_person(comparison: fs.ComparisonResult) -> None:
    result = fs.compare(of_three_desks(), strategies=["today", "more_inquiries"], replications=4)
    page = text(comparison_page(result, "next", everything=True))
    table = page.split("Who is busy, in teams in which people differ")[1].split("Today")[0]
    busy = result["today"].by_rep["utilisation", "mean"]
    place = 2 + result.comparison.ranked().index("today")
    for name in ("Small", "Middle", "Large"):
        (line,) = rows_of(table, f"{name} ({name.lower()})")
        assert float(line.split()[place]) == pytest.approx(100 * busy[name], abs=0.06)
    assert busy["Small"] > busy["Middle"] > busy["Large"]
    assert "Who is busy" not in text(comparison_page(comparison, "next", everything=True))


def test_whoever_is_hardly_there_makes_no_difference_in_a_team() -> None:
    plain = fs.load("first_steps").document
    fewer = {"teams.sales.people": 1, "channels.website.inquiries_per_month *=": 0.5}
    plain["strategies"] = {"fewer": {"change": fewer}}
    result = fs.compare(from_document(plain), strategies=["today", "fewer"], replications=3)
    busy = result["fewer"].by_rep["utilisation", "mean"]
    assert busy["sales 2"] - busy["sales 1"] > APART  # a day of work in hand against a year
    assert "Who is busy" not in text(comparison_page(result, "next", everything=True))


def test_of_a_large_team_the_busiest_and_the_least_busy_are_shown() -> None:
    plain = of_three_desks().document
    reps = plain["teams"]["sales"]["reps"]
    plain["teams"]["sales"]["reps"] = {f"{name} {i}": rep for name, rep in reps.items() for i in range(4)}
    result = fs.compare(from_document(plain), strategies=["today"], replications=3)
    table = text(comparison_page(result, "next", everything=True)).split("Who is busy")[1].split("Today")[0]
    busy = result["today"].by_rep["utilisation", "mean"]
    for name in reps:
        of_segment = busy[[f"{name} {i}" for i in range(4)]]
        shown = {f"{name} {i}" for i in range(4) if f"{name} {i} " in table}
        assert shown == {of_segment.idxmax(), of_segment.idxmin()}


def test_a_run_has_a_table_by_segment_where_there_are_several(today: fs.SimulationResult) -> None:
    result = fs.simulate(of_three_desks(), replications=3)
    page = text(simulation_page(result, "next", everything=True))
    table = answered(page, "funnel").split("By segment")[1]
    for name in ("small", "middle", "large"):
        row = rows_of(table, name)[0].split()
        assert float(row[1]) == pytest.approx(result.by_segment.loc[name, ("inquiries", "mean")], rel=0.01)
    assert "By segment" not in text(simulation_page(today, "next", everything=True))


def test_a_run_shows_the_parts_that_occur_and_no_others(today: fs.SimulationResult) -> None:
    result = fs.simulate(fs.load("outbound_and_inbound"), replications=4, seed=1)
    has = {"Attempts to reach the buyer", "Market", "Prospecting", "People"}
    shown = text(simulation_page(result, "next", everything=True)).splitlines()
    parts = [part.title for question in QUESTIONS for part in question.parts]
    assert {title for title in parts if title in shown} == has
    people = shown[shown.index("People") :]
    assert "Skill" not in people[: people.index("Prospecting")]  # nobody's grows
    plain = text(simulation_page(today, "next", everything=True)).splitlines()
    assert not [title for title in parts if title in plain]


def test_figures_have_the_cuts_in_which_a_run_shows_them() -> None:
    for question in QUESTIONS:
        assert all("all" in FIGURES[name].by for name in question.figures)
        for dimension, metrics in question.cuts:
            assert all(dimension in FIGURES[name].by for name in metrics), (question.name, dimension)
        for part in question.parts:
            for dimension, metrics in part.cuts:
                assert set(metrics) <= set(part.figures)
                assert all(dimension in FIGURES[name].by for name in metrics), (part.title, dimension)


def test_months_that_begin_in_a_month_carry_their_dates() -> None:
    late = fs.load("first_steps").document | {"start": date(2026, 1, 31)}
    late["horizon"] = {"warm_up_months": 0, "period_months": 3, "drain_months": 0}
    result = fs.simulate(from_document(late), replications=2)
    assert list(result.by_month.index) == [
        "2026-01-31 to 2026-02-27",
        "2026-02-28 to 2026-03-30",
        "2026-03-31 to 2026-04-29",
    ]
    page = text(simulation_page(result, "next", everything=True)).splitlines()
    place = next(number for number, line in enumerate(page) if line.startswith("2026-02-28 to "))
    assert page[place + 1].startswith("2026-03-30")
    ticks = [each.get_text() for each in result.plot_forecast("won").get_xticklabels()]
    assert ticks == ["2026-01-31", "2026-02-28", "2026-03-31"]


def test_frames_have_a_row_for_each_thing_in_its_order(today: fs.SimulationResult) -> None:
    assert list(today.by_stage.index) == ["first_call", "proposal"]
    assert list(today.by_month.index) == [f"2026-{month:02}" for month in range(1, 13)]
    assert list(today.by_rep.index) == ["sales 1", "sales 2"]
    assert list(today.summary.index) == [name for name, figure in FIGURES.items() if "all" in figure.by]
    assert today.summary.loc["bookings", "unit"] == "USD"
    assert list(today.goals.index) == ["contracts"]


def test_frames_hold_what_the_years_say(today: fs.SimulationResult) -> None:
    won = np.sort(today.forecast.values("won")[:, 0])
    row = today.summary.loc["won"]
    assert row["mean"] == pytest.approx(won.mean())
    middles = [won[position : position + 2].mean() for position in (1, 11, 21)]  # of 24 years
    assert row[["p10", "p50", "p90"]].tolist() == middles
    assert row[["p10_low", "p90_high"]].isna().all()
    assert row["more_years"] == 0
    reached = np.mean(won >= 3 * 12)
    assert today.goals.loc["contracts", "chance"] == pytest.approx(reached)


def test_lost_and_cold_add_up_to_all_that_ended_without_a_contract(today: fs.SimulationResult) -> None:
    ended = today.forecast.reasons("all").sum()
    assert today.reasons.to_numpy().sum() == pytest.approx(ended)
    assert next(iter(today.reasons.columns)) == "gone cold"
    cold = today.summary.loc["gone_cold_share", "mean"]
    lost = today.reasons["gone cold"].sum() / (today.forecast.parts("gone_cold_share")[1].mean())
    assert lost == pytest.approx(cold)


def test_a_goal_stands_beside_its_bound_wherever_it_is_shown(comparison: fs.ComparisonResult) -> None:
    """Contracts in an average month: a twelfth of those of the year."""
    won = comparison.summary["mean"].xs("won", level="figure") / 12
    goals = comparison.goals.xs("contracts", level="goal")
    np.testing.assert_allclose(goals["mean"], won)
    assert set(goals["at_least"]) == {3.0}
    assert goals["at_most"].isna().all()
    told = document.comparison_document(comparison)["strategies"]["one_more_rep"]["goals"]["contracts"]
    assert told["stands"]["mean"] == pytest.approx(won["one_more_rep"])
    beside = {column.title: column for column in goal_columns(comparison)}["contracts, wanted at least 3"]
    assert list(beside.values) == [rounded(won[name], 2) for name in comparison.comparison.ranked()]
    page = " ".join(text(simulation_page(comparison["today"], "", everything=True), 200).split())
    shown = rounded(float(won["today"]), 2)
    assert f"contracts {shown}" in page
    assert "Contracts: at least 3 in an average month" in page


def test_typed_conversions_are_those_of_the_file(today: fs.SimulationResult) -> None:
    assert today.conversions["typed"].to_dict() == pytest.approx({"first_call": 0.35, "proposal": 0.3})
    simulated = today.by_stage["conversion"]
    assert today.conversions["mean"].tolist() == simulated["mean"].tolist()


def test_differences_are_those_of_the_frames(comparison: fs.ComparisonResult) -> None:
    means = comparison.summary["mean"]
    for name in ("more_inquiries", "one_more_rep"):
        for metric in ("profit", "roi", "cycle_length"):
            expected = means.loc[name, metric] - means.loc["today", metric]
            assert comparison.differences.loc[(name, metric), "mean"] == pytest.approx(expected)
    assert comparison.table.loc["one_more_rep", "profit_gain"] == pytest.approx(
        means.loc["one_more_rep", "profit"] - means.loc["today", "profit"]
    )
    assert math.isnan(comparison.table.loc["today", "profit_gain"])


@pytest.mark.parametrize("cut", ["by_month", "by_channel", "by_segment", "by_stage", "by_rep", "by_team"])
def test_cuts_of_a_comparison_are_those_of_its_strategies(comparison: fs.ComparisonResult, cut: str) -> None:
    stacked = getattr(comparison, cut)
    for name in comparison:
        assert stacked.loc[name].equals(getattr(comparison[name], cut))


@pytest.mark.parametrize("strategies", [["today", "more_inquiries"], ["today", "one_more_rep"], ["today"]])
def test_result_document_and_verdict_name_the_same_best(strategies: list[str]) -> None:
    result = fs.compare(fs.load("first_steps"), strategies=strategies, replications=60)
    whole = json.loads(document.as_json(document.comparison_document(result)))
    assert whole["best"] == result.best
    named = re.match("Best on profit is (.*?): ", result.verdict)
    assert (named and named[1]) == (result.best and result.best.replace("_", " "))
    assert result.best == ("more_inquiries" if "more_inquiries" in strategies else None)


def test_where_nothing_can_be_said_nothing_is_said_of_how_sure_it_is() -> None:
    page = text(comparison_page(fs.compare(fs.load("first_steps"), replications=10), "next", everything=True))
    assert "10 simulated years are too few to tell strategies apart. It takes about " in page
    assert "The chance that this is wrong" not in page
    assert "Chance to be best" not in page


def test_figures_without_an_interval_say_what_they_lack(today: fs.SimulationResult) -> None:
    estimate = today.forecast.estimate("roi")
    lacking = {
        "roi": dataclasses.replace(estimate, more_years=130.0),
        "open_share": dataclasses.replace(estimate, more_years=56.0),
        "profit": dataclasses.replace(estimate, more_years=130.0),
        "won": dataclasses.replace(estimate, more_years=0.0),
    }
    (told,) = notes.without_interval(lacking, 12)
    assert told.plain == (
        "No precision of the mean at 24 simulated years: Return on investment and Profit (too few years with "
        "a large contract: about 130 more); Still open (too few years: about 56 more)."
    )
    few = {name: dataclasses.replace(each, years=15, more_years=5.0) for name, each in lacking.items()}
    (told,) = notes.without_interval(few, 12)
    assert told.plain == "No precision of the mean: too few years: about 5 more."


def test_the_cycle_rises_from_none_to_all(today: fs.SimulationResult) -> None:
    for share in (today.cycle["at_least"], today.cycle["at_most"]):
        assert (share.iloc[0], share.iloc[-1]) == (0, pytest.approx(1))
        assert (np.diff(share) >= 0).all()


def test_team_hours_are_those_of_the_file(today: fs.SimulationResult) -> None:
    hours = today.team_hours.loc["sales"]
    assert hours["available"] == pytest.approx(2 * 20 * 261 / 5)  # 261 working days in 2026
    assert hours["worked"] <= hours["asked"]


# ---- pages ----------------------------------------------------------------------------------


def rows_of(page: str, label: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith(f"{label} ")]


def test_every_strategy_has_one_row_in_each_block(comparison: fs.ComparisonResult) -> None:
    for everything in (False, True):
        page = text(comparison_page(comparison, "next", everything))
        blocks = page.count("Strategy  ")
        assert {len(rows_of(page, name)) for name in comparison} == {blocks}
        assert widest(page) <= 100


def test_the_page_on_money_has_what_decides(comparison: fs.ComparisonResult) -> None:
    page = text(comparison_page(comparison, "next", everything=True, questions=chosen(["money"])))
    row = rows_of(page, "one_more_rep")[0].split()
    table = comparison.table.loc["one_more_rep"]
    shown = [float(word.replace(",", "")) for word in row[1:]]
    scaled = [table["won"], table["cost"] / 1e3, table["profit"] / 1e3, 100 * table["roi"]]
    assert shown[:4] == pytest.approx(scaled, rel=0.01)
    assert shown[4] == pytest.approx(table["profit_gain"] / 1e3, rel=0.05)
    assert shown[5] == pytest.approx(table["return_on_extra"], rel=0.05)
    assert rows_of(page, "today")[0].split()[-2:] == ["-", "-"]
    books = [float(word.replace(",", "")) for word in rows_of(page, "one_more_rep")[1].split()[1:]]
    assert [books[0], books[2], books[3]] == pytest.approx(
        [table["bookings"] / 1e6, table["revenue"] / 1e6, table["result"] / 1e3], rel=0.01
    )
    _, best, regret = rows_of(page, "one_more_rep")[-1].split()
    assert float(best) == pytest.approx(100 * table["chance_best"], abs=0.5)
    assert float(regret.replace(",", "")) == pytest.approx(table["expected_regret"] / 1e3, rel=0.05)


def test_the_table_says_from_when_if_not_from_the_beginning() -> None:
    plain = fs.load("first_steps").document
    plain["strategies"]["one_more_rep"]["starts"] = date(2026, 4, 1)
    lines = text(comparison_page(fs.compare(from_document(plain), replications=3), "next")).splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("one_more_rep "))
    assert lines[place + 1].startswith("from 2026-04-01")
    assert sum(line.startswith("from ") for line in lines) == 1


def test_the_page_says_what_changes_what_is_best_and_what_intervals_mean(
    comparison: fs.ComparisonResult,
) -> None:
    page = text(comparison_page(comparison, "funnelsim run first_steps", everything=True))
    flat = " ".join(page.split())
    assert "one_more_rep: Hire one more rep people in sales: 2 -> 3" in flat
    assert "inquiries a month from website: 40 -> 50" in flat
    assert comparison.verdict in flat
    assert (
        "gross margin from the contracts signed in the year, including what they earn later, less the" in flat
    )
    first = comparison["today"].forecast.names.start
    assert f"Contracts signed before {first}, when the warm-up begins, are not simulated" in flat
    assert (
        "Return on the extra money: the gross margin that each USD spent beyond today brings; above 1" in flat
    )
    assert "P10-P90: range of outcomes; one simulated year in ten is lower, one in ten is higher." in flat
    assert "95 %: precision of the mean of 24 simulated years." in flat
    assert "wrong about any of the 2 strategies against today is at most 5 %." in flat
    assert "Goal contracts: contracts, at least 3 in an average month." in flat
    assert page.rstrip().endswith("Next, try: funnelsim run first_steps")
    for word in ("replication", "digest", "nan", "inf ", "Interval("):
        assert word not in flat


def test_all_shows_every_figure(comparison: fs.ComparisonResult) -> None:
    flat = " ".join(text(comparison_page(comparison, "next", everything=True)).split())
    few = " ".join(text(comparison_page(comparison, "next")).split())
    assert "velocity" in flat
    assert "velocity" not in few
    for figure in FIGURES.values():
        if "all" in figure.by:
            assert all(word in flat for word in figure.title.split())


@pytest.mark.parametrize(("months", "period"), [(12, "year"), (2, "2 months")])
def test_no_profit_is_said_to_be_of_a_year(months: int, period: str) -> None:
    longer = {"segments.default.term_years": 4.0, "horizon.period_months": months}
    found = fs.compare(fs.load("first_steps").with_changes(longer), replications=20)
    page = " ".join(text(comparison_page(found, "next", everything=True)).split())
    of_which = f"from the contracts signed in the {period}, over their terms of 4 years"
    for said in (page, found.verdict, found._repr_html_()):
        assert of_which in said
        assert "USD a year" not in said


@pytest.mark.parametrize(("warm_up", "missing"), [(12, True), (13, False)])
def test_books_lack_what_was_signed_before_a_warm_up_shorter_than_the_terms(
    warm_up: int, missing: bool
) -> None:
    changes = {"horizon.warm_up_months": warm_up, "segments.default.term_years": 1.01}
    found = fs.simulate(fs.load("first_steps").with_changes(changes), replications=2)
    assert ("are not simulated" in notes.books(found.forecast)) is missing


def test_uncertain_terms_are_not_told() -> None:
    document = fs.load("first_steps").document
    unsure = from_document(document | {"uncertainties": {"segments.default.term_years *=": 2.0}})
    assert fs.simulate(unsure, replications=2).forecast.terms is None


def test_the_first_table_of_professional_services_is_one_table() -> None:
    found = fs.compare(fs.load("professional_services"), replications=20)
    assert len(tables("Strategy", dated_names(found), deciding_columns(found))) == 1


def test_a_warning_is_told_once_with_all_its_strategies() -> None:
    found = {"today": ("Too few.", "Open."), "more": ("Too few.",)}
    told = notes.warnings(found)
    assert told == ["today, more: Too few.", "today: Open."]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_crowded_pages_fit(width: int) -> None:
    scenario = crowded()
    result = fs.compare(scenario, strategies=["today", f"{'strategy_' * 6}3"], replications=3)
    pages = [
        comparison_page(result, "next", everything=True, width=width),
        simulation_page(result["today"], "next", everything=True, width=width),
        pilot_page(scenario, pilot(scenario), "next", width),
        origins_page(scenario, width),
    ]
    assert [widest(text(page, width)) <= width for page in pages] == [True] * 4


NAMES = ("more_inquiries", "one_more_rep")


def with_titles() -> fs.Scenario:
    """One busy person, and titles for both strategies."""
    plain = fs.load("first_steps").with_changes({"teams.sales.people": 1}).document
    plain["strategies"]["more_inquiries"]["title"] = "more money for the website"
    plain["strategies"]["one_more_rep"]["title"] = "a third person in sales"
    return from_document(plain)


@pytest.fixture(scope="module")
def titled() -> fs.ComparisonResult:
    return fs.compare(
        with_titles(), strategies=["one_more_rep", "more_inquiries", "+".join(NAMES)], replications=20
    )


def test_a_title_is_what_a_page_calls_a_strategy_below_its_name(titled: fs.ComparisonResult) -> None:
    """Names stand once: where all strategies are listed."""
    both = "more money for the website + a third person in sales (more_inquiries+one_more_rep)"
    page = " ".join(text(comparison_page(titled, "", everything=True), 400).split())
    assert "a third person in sales (one_more_rep): Hire one more rep" in page
    assert both in page
    assert [page.count(name) for name in NAMES] == [2, 2]
    html = titled._repr_html_()
    one = titled["one_more_rep"]
    run = text(simulation_page(one, "", everything=True), 400)
    assert "strategy a third person in sales (one_more_rep)" in run
    assert [(html + one._repr_html_()).count(name) + run.count(name) for name in NAMES] == [0, 1]


def test_a_title_is_what_pictures_call_a_strategy(titled: fs.ComparisonResult) -> None:
    drawn = [
        titled.plot_strategies(),
        titled.plot_cycle(),
        *(p() for p in (titled["one_more_rep"].plot_funnel,)),
    ]
    drawn += [titled["one_more_rep"].plot_forecast(), titled["one_more_rep"].plot_cycle()]
    for ax in drawn:
        said = " ".join(each.get_text() for each in ax.figure.findobj(mpl.text.Text)).replace("\n", " ")
        assert "a third person in sales" in said
        assert not any(name in said for name in NAMES)


def test_documents_have_titles_beside_names(titled: fs.ComparisonResult) -> None:
    told = document.comparison_document(titled)
    assert told["strategies"]["more_inquiries"]["title"] == "more money for the website"
    assert told["base"] == "one_more_rep"
    files = dict(result_files(titled))
    for name in ("table", "summary", "differences", "goals", "by_stage"):
        rows = list(csv.DictReader(files[f"{name}.csv"].decode("utf-8-sig").splitlines()))
        pairs = {row["strategy"]: row["strategy_title"] for row in rows}
        assert pairs.get("one_more_rep", "a third person in sales") == "a third person in sales"
        assert pairs["more_inquiries+one_more_rep"] == "more money for the website + a third person in sales"


def test_validating_calls_strategies_by_their_titles() -> None:
    page = text(pilot_page(with_titles(), pilot(with_titles()), "funnelsim compare"), 400)
    assert "a third person" in page
    assert not any(name in page for name in NAMES)


def test_one_strategy_in_depth(today: fs.SimulationResult) -> None:
    page = text(simulation_page(today, "funnelsim compare first_steps", everything=True))
    flat = " ".join(page.split())
    months = today.scenario.months
    assert f"warm-up of {months.warm_up} months (from a pilot) from " in flat
    assert "period of 12 months from 2026-01-01 to 2026-12-31" in flat
    assert f"drain of {months.drain} months (from a pilot), in " in flat
    assert "ROI is profit / cost" in flat
    assert "Revenue is what contracts earn in the year, each evenly over its term" in flat
    for title in ("By month", "By channel", "By stage", "By rep", "Lost, by stage and reason", "Goals"):
        assert title in page
    stage = rows_of(answered(page, "funnel"), "first_call")[0].split()
    assert stage[1] == "35"
    assert float(stage[2]) == pytest.approx(100 * today.conversions.loc["first_call", "mean"], abs=0.1)
    assert rows_of(page, "2026-07")
    assert page.rstrip().endswith("Next, try: funnelsim compare first_steps")


def test_what_is_undefined_is_a_dash() -> None:
    nobody = fs.load("first_steps").with_changes({"stages.proposal.conversion": 0.0})
    result = fs.compare(nobody, strategies=["today", "one_more_rep"], replications=2)
    page = text(comparison_page(result, "next", everything=True))
    assert "nan" not in page
    assert "inf" not in page.replace("information", "")
    cycle = rows_of(answered(page, "funnel"), "today")[1]
    assert cycle.split()[-2:] == ["-", "-"]  # the cycle, and its change
    text(simulation_page(result["today"], "next", everything=True))
    for draw in (result.plot_cycle, result.plot_strategies, result["today"].plot_funnel):
        draw()


def test_return_without_cost_is_undefined_in_a_run_and_in_a_comparison() -> None:
    free = fs.load("first_steps").document
    free["channels"]["website"]["cost_per_month"] = 0
    free["teams"]["sales"] |= {"cost_per_person_month": 0, "commission": 0}
    free["strategies"] = {"paid": {"change": {"channels.website.cost_per_month": 100}}}
    result = fs.compare(from_document(free), replications=3)
    money = chosen(["money"])
    in_full = text(comparison_page(result, "next", everything=True, questions=money))
    compared = rows_of(in_full, "today")[0].split()
    page = text(simulation_page(result["today"], "next", everything=True, questions=money))
    (alone,) = [row for row in page.splitlines() if "Return on" in row]
    assert (compared[4], alone.split()[2]) == ("-", "-")
    whole = document.comparison_document(result)["strategies"]["today"]["figures"]["roi"]
    assert whole == document.simulation_document(result["today"])["figures"]["roi"]


def test_nobody_is_contacted_where_there_are_no_people() -> None:
    alone = fs.load("first_steps").document
    for stage in alone["stages"].values():
        for key in ("team", "effort_hours", "goes_cold_after_days"):
            stage.pop(key)
    alone["strategies"] = {}
    found = fs.simulate(from_document(alone), replications=2).summary
    assert math.isnan(found.loc["first_contact_within_4_hours", "mean"])
    assert found.loc["queue", "mean"] == 0


def test_many_reps_are_told_by_team() -> None:
    many = fs.load("first_steps").with_changes({"teams.sales.people": 41})
    page = text(simulation_page(fs.simulate(many, replications=1), "next", everything=True))
    assert "sales 41" not in page
    assert rows_of(page, "sales")


def test_a_single_strategy_has_nothing_to_be_compared_with() -> None:
    alone = fs.compare(fs.load("first_steps"), strategies=["today"], replications=2)
    flat = " ".join(text(comparison_page(alone, "next", everything=True)).split())
    assert "one strategy in the same worlds" in flat
    assert "There is nothing to compare today with." in flat
    assert alone.best is None
    assert "<table>" in alone._repr_html_()


def validated(changes: dict[str, object]) -> str:
    scenario = fs.load("first_steps").with_changes(changes)
    return " ".join(text(pilot_page(scenario, pilot(scenario), "next")).split())


def test_validating_says_what_was_understood_and_what_a_pilot_found() -> None:
    page = validated({"teams.sales.hours_per_week": 12})
    assert "It has 1 channel, 1 segment, 1 team, 2 stages and 1 goal." in page
    assert "Expected in an average month, from a pilot of 8 simulated years of each strategy" in page
    inquiries, leads, contracts = map(float, re.search(r"today ([\d.]+) ([\d.]+) ([\d.]+)", page).groups())  # type: ignore[union-attr]
    assert inquiries == pytest.approx(40, rel=0.1)  # 3,840 in eight years
    assert inquiries * 0.5 > leads > contracts > 0
    assert re.search(r"more_inquiries: Team sales is asked for [\d,]+ hours of work and has 1,25\d", page)
    (busy,) = re.findall(r"today [\d.]+ of 24 \(([\d.]+) %\)", page)  # two people, 12 hours a week
    assert 90 < float(busy) <= 100
    assert "Watch" not in validated({"teams.sales.people": 20})


def test_validating_says_that_typed_months_are_too_few() -> None:
    page = validated({"horizon.warm_up_months": 0})
    assert "Its months: no warm-up: the pipeline starts empty;" in page
    assert re.search(
        r"The warm-up has 0 months and flows are steady after \d months: the pipeline is not", page
    )
    assert "flows are steady" not in validated({"horizon.warm_up_months": 24})


def test_showing_a_scenario_tells_every_origin() -> None:
    scenario = fs.load("marketplace_sellers")
    page = "".join(text(origins_page(scenario, 140), 140).split())
    for row in origins(scenario):
        assert "".join(f"{row.path.rstrip(' =')}=".split()) in page
        assert "".join(row.origin.split())[:20] in page


def test_listing_presets_names_each() -> None:
    page = text(presets_page())
    assert all(name in page for name in fs.presets())


def test_values_are_shown_without_the_noise_of_binary_fractions() -> None:
    raised = fs.load("professional_services")
    assert [each.after for each in levers(raised, "more_advertising")] == [18_000, pytest.approx(38.4)]
    assert notes.changes(raised, "more_advertising")[2].endswith(": 24 -> 38.4 from 2026-01-01")
    assert notes.value_in_words({"median": 0.1 + 0.2}) == "{ median = 0.3 }"
    assert notes.value_in_words(None) == "nothing"


def test_a_horizon_without_warm_up_and_drain() -> None:
    bare = fs.load("first_steps").with_changes({"horizon.warm_up_months": 0, "horizon.drain_months": 0})
    assert notes.horizon(bare) == (
        "no warm-up: the pipeline starts empty; period of 12 months from 2026-01-01 to 2026-12-31; "
        "no drain: what is open at the end stays open."
    )


# ---- notebooks and JSON ---------------------------------------------------------------------


def test_notebooks_show_table_and_verdict(
    comparison: fs.ComparisonResult, today: fs.SimulationResult
) -> None:
    page = comparison._repr_html_()
    assert page.count("<tr>") == 4
    assert comparison.verdict in page
    assert "95 %: precision of the mean" in page
    assert "Contracts" in today._repr_html_()


def test_names_are_escaped_in_notebooks() -> None:
    sly = fs.load("first_steps").document
    sly["strategies"] = {"<script>": {"change": {"teams.sales.people": 3}}}
    page = fs.compare(from_document(sly), replications=2)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def test_documents_hold_the_frames(comparison: fs.ComparisonResult, today: fs.SimulationResult) -> None:
    whole = json.loads(document.as_json(document.comparison_document(comparison)), parse_constant=refuse)
    for name in comparison:
        found = whole["strategies"][name]["figures"]
        for metric, row in comparison[name].summary.iterrows():
            if math.isnan(row["mean"]):
                assert found[metric]["mean"] is found[metric]["p90"] is None
                continue
            assert found[metric]["mean"] == pytest.approx(row["mean"])
            assert found[metric]["p90"] == pytest.approx(row["p90"])
    profit = whole["against_base"]["one_more_rep"]["profit"]
    assert profit["low"] == pytest.approx(comparison.table.loc["one_more_rep", "profit_gain_low"])
    assert whole["strategies"]["one_more_rep"]["changes"] == [
        {"path": "teams.sales.people", "before": 2, "after": 3, "from": "2026-01-01"}
    ]
    one = json.loads(document.as_json(document.simulation_document(today)), parse_constant=refuse)
    assert one["by"]["month"]["2026-03"]["won"]["p50"] == today.by_month.loc["2026-03", ("won", "p50")]
    assert one["conversions"]["proposal"]["typed"] == pytest.approx(0.3)


def test_what_is_undefined_is_null_in_documents() -> None:
    nobody = fs.load("first_steps").with_changes({"stages.proposal.conversion": 0.0})
    result = fs.simulate(nobody, replications=1)
    found = json.loads(document.as_json(document.simulation_document(result)), parse_constant=refuse)
    assert found["figures"]["cac"]["mean"] is None
    assert found["figures"]["won"]["low"] is None  # one year has no precision


# ---- pictures -------------------------------------------------------------------------------


def test_the_fan_shows_the_months(today: fs.SimulationResult) -> None:
    ax = today.plot_forecast("won")
    median, mean = (line.get_ydata() for line in ax.lines)
    assert list(median) == today.by_month["won", "p50"].tolist()
    assert list(mean) == today.by_month["won", "mean"].tolist()
    assert ax.get_title().endswith("P10 to P90 of 24 simulated years; means add up, medians do not")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Month", "Contracts")
    assert today.plot_forecast().get_ylabel() == "Bookings, thousand USD"
    assert today.plot_forecast("utilisation").get_ylabel() == "Busy, %"
    assert "add up" not in today.plot_forecast("utilisation").get_title()


def test_the_funnel_shows_what_becomes_of_visits(today: fs.SimulationResult) -> None:
    ax = today.plot_funnel()
    went_on = [bar.get_width() for bar in ax.containers[0]]
    written = [each.get_text() for each in ax.texts]
    for beside, mean in zip(written, today.conversions["mean"], strict=False):
        assert float(beside.split("conversion ")[1].split()[0]) == pytest.approx(100 * mean, rel=0.005)
    assert written[-1].endswith("won of these inquiries")
    assert float(written[-1].split()[0]) == pytest.approx(
        today.summary.loc["won_of_inquiries", "mean"], rel=0.005
    )
    stages = today.by_stage
    assert sum(bar.get_width() for container in ax.containers[:4] for bar in container) == pytest.approx(
        stages["visits", "mean"].sum()
    )
    assert went_on[0] < stages["visits", "mean"].iloc[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first call", "proposal", "contracts"]


def test_the_cycle_curve_names_half_and_nine_tenths(comparison: fs.ComparisonResult) -> None:
    ax = comparison["today"].plot_cycle()
    days = comparison["today"].forecast.cycle().quantile(0.5).least.value
    label = ax.get_legend().get_texts()[0].get_text()
    assert float(label.split("half within ")[1].split(" ")[0]) == pytest.approx(days, rel=0.01)
    assert "95 % precision" in ax.get_title()
    assert len(comparison.plot_cycle().get_legend().get_texts()) == 3


def test_of_many_curves_two_stand_out_and_the_rest_is_grey(comparison: fs.ComparisonResult) -> None:
    forecasts = {str(number): comparison["today"].forecast for number in range(20)}
    ax = pictures.cycle_curve(forecasts, ["3", "7"])
    told = [each.get_text() for each in ax.get_legend().get_texts()]
    assert [each.partition(":")[0] for each in told] == ["3", "7", "the 18 other strategies"]
    lines = [each for each in ax.lines if len(each.get_xdata()) > 2]
    assert [each.get_color() for each in lines[:18]] == [names.LIGHT] * 18
    first, second = lines[18:]
    assert (first.get_color(), second.get_color()) == (names.TODAY, names.BLUE)
    assert (
        first.get_linestyle() != second.get_linestyle()
    )  # where they lie on each other, gaps show the other
    assert not ax.collections
    assert "precision" not in ax.get_title()


def test_the_curves_shown_are_the_base_and_the_best_of_the_others(comparison: fs.ComparisonResult) -> None:
    profits = comparison.table["profit"].drop(comparison.base)
    best = comparison[profits.idxmax()].called
    told = [each.get_text().partition(":")[0] for each in comparison.plot_cycle().get_legend().get_texts()]
    assert told == ["today", best, "the other strategy"]


def test_the_flow_shows_queues_by_month_and_what_days_are_spent_on(comparison: fs.ComparisonResult) -> None:
    figure = comparison.plot_flow()
    panels, stages = figure.axes, list(comparison["today"].by_stage.index)
    shown = [comparison[name] for name in pictures.foremost(comparison.comparison)]
    assert len(panels) == 2 * len(stages)
    lines = [panel.lines for panel in panels[::2]]
    for position, result in enumerate(shown):
        queues = sum(np.asarray(each[position].get_ydata()) for each in lines)
        assert queues == pytest.approx(result.by_month["queue", "mean"].to_numpy())
        days = [
            sum(
                bar.get_width()
                for container in panel.containers
                for bar in container
                if on_row(bar, position)
            )
            for panel in panels[1::2]
        ]
        assert days == pytest.approx(result.by_stage["time_in_stage", "mean"].tolist())
    told = [panel.get_ylabel().split("\n")[0] for panel in panels[::2]]
    assert told == [stage.replace("_", " ") for stage in stages]
    one = comparison["today"].plot_flow()
    assert [len(panel.lines) for panel in one.axes[::2]] == [1] * len(stages)
    assert "waits for the customer" in [each.get_text() for each in one.legends[0].get_texts()]


def on_row(bar: mpl.patches.Rectangle, position: int) -> bool:
    return round(bar.get_y() + bar.get_height() / 2) == position


LONG = "more money for the website and for the fair, with two people " * 2


@pytest.mark.parametrize("count", [2, 4, 12])
def test_long_names_leave_room_for_the_picture(comparison: fs.ComparisonResult, count: int) -> None:
    """At least half as wide as the whole, with all texts inside."""
    names = [f"{LONG}+ {position}" for position in range(count)]
    forecasts = dict.fromkeys(names, comparison["today"].forecast)
    gains = Comparison(forecasts)
    drawn = [
        pictures.cycle_curve(forecasts),
        pictures.strategies(gains, dict(zip(names, names, strict=True)), "profit"),
        pictures.funnel(forecasts[names[0]], names[0]),
        pictures.forecast_fan(forecasts[names[0]], names[0], "won"),
    ]
    for ax in drawn:
        ax.figure.canvas.draw()
        ax.figure.canvas.draw()  # settled
        whole, legend = ax.figure.bbox.padded(2), ax.get_legend()
        ticks = [
            each for each in ax.get_yticklabels() if ax.bbox.y0 <= each.get_window_extent().y1 <= ax.bbox.y1
        ]
        boxes = [each.get_window_extent() for each in (ax.title, ax.xaxis.label, *ticks)]
        boxes += [legend.get_window_extent()] if legend else []
        for box in boxes:
            assert whole.x0 <= box.x0 < box.x1 <= whole.x1
            assert whole.y0 <= box.y0 < box.y1 <= whole.y1
        assert not any(a.overlaps(b) for i, a in enumerate(boxes[:-1]) for b in boxes[:i])
        assert sum(panel.bbox.width for panel in ax.figure.axes) > whole.width / 2


def test_strategies_stand_sorted_where_they_are_and_where_their_differences_are(
    comparison: fs.ComparisonResult,
) -> None:
    ax = comparison.plot_strategies()
    itself, against = ax.figure.axes
    table = comparison.table.sort_values("profit", ascending=False)
    means = [container.lines[0].get_xdata()[0] for container in ax.containers]
    assert means == pytest.approx((table["profit_gain"].dropna() / 1e3).tolist())
    marks = [line.get_xdata()[0] for line in itself.lines if len(line.get_xdata()) == 1]
    assert marks == pytest.approx((table["profit"] / 1e3).tolist())
    ranges = [tuple(line.get_xdata()) for line in itself.lines if line.get_linewidth() == 7]
    assert ranges == [
        pytest.approx((row.profit_p10 / 1e3, row.profit_p90 / 1e3)) for row in table.itertuples()
    ]
    assert [tick.get_text() for tick in itself.get_yticklabels()] == [
        comparison[name].called for name in table.index
    ]
    assert "95 % precision of the mean" in against.get_title()
    assert itself.get_xlabel() == "Profit, thousand USD"
    assert ax.get_xlabel() == "Difference from today, thousand USD"
    busy = comparison.plot_strategies("utilisation").figure.axes
    assert [each.get_xlabel() for each in busy] == ["Busy, %", "Difference from today, percentage points"]


def test_the_best_first_is_the_least_where_less_is_better(comparison: fs.ComparisonResult) -> None:
    cycles = comparison.plot_strategies("cycle_length").figure.axes[0]
    marks = [line.get_xdata()[0] for line in cycles.lines if len(line.get_xdata()) == 1]
    assert marks == sorted(marks)


def test_pictures_can_be_drawn_into_given_axes(comparison: fs.ComparisonResult) -> None:
    _, given_axes = mpl.pyplot.subplots(1, 4)
    base = comparison["today"]
    drawn = [
        comparison.plot_strategies(ax=given_axes[0]),
        base.plot_forecast(ax=given_axes[1]),
        base.plot_funnel(ax=given_axes[2]),
        comparison.plot_cycle(ax=given_axes[3]),
    ]
    assert drawn == list(given_axes)


def test_no_text_lies_outside_a_picture_or_over_another(comparison: fs.ComparisonResult) -> None:
    for ax in (comparison.plot_strategies(), comparison["today"].plot_funnel(), comparison.plot_cycle()):
        ax.figure.canvas.draw()
        whole = ax.figure.bbox
        texts = [
            each for each in (*ax.texts, *ax.get_yticklabels(), ax.title, ax.xaxis.label) if each.get_text()
        ]
        boxes = [each.get_window_extent() for each in texts]
        assert all(whole.x0 <= box.x0 and box.x1 <= whole.x1 for box in boxes)
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_figure_that_cannot_be_drawn_is_told(comparison: fs.ComparisonResult) -> None:
    with pytest.raises(ValueError, match="there is no figure 'winnings' to compare; there are inquiries"):
        comparison.plot_strategies("winnings")
    with pytest.raises(ValueError, match="cycle_lenght"):
        comparison["today"].plot_forecast("cycle_lenght")


def test_pictures_are_written_and_named(comparison: fs.ComparisonResult, tmp_path: Path) -> None:
    written = pictures.write_pictures(comparison, tmp_path)
    of_all = ["strategies.png", "flow.png", "cycle.png", "forecast.png", "funnel.png"]
    assert comparison.comparison.front_runner() == "more_inquiries"
    assert [path.name for path in written] == [*of_all, "best_forecast.png", "best_funnel.png"]
    assert (tmp_path / "forecast.png").read_bytes() != (tmp_path / "best_forecast.png").read_bytes()
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)


def test_words_stand_in_columns_of_their_own() -> None:
    assert text_column("Asks", ["a", "b"]).beneath() == ("a", "b")
    assert figure_column("", Unit.SHARE, "", [Interval(0.1, 0, 1)], PRECISION).beneath() == ("10\n0 to 100",)

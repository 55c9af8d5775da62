"""Studies: which points are tried, that each is simulated as a strategy is, and what is said of bad input."""

from __future__ import annotations

import json
from datetime import date
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import funnelsim as fs
from funnelsim.metrics import FIGURES
from funnelsim.reports.study_files import study_files
from funnelsim.scenario import AS_TYPED, ScenarioError, preset_text
from funnelsim.studies.designed import running
from funnelsim.studies.designed.levers import Design, Lever
from funnelsim.studies.designed.running import LargeStudyError
from funnelsim.studies.designed.study import BY as BY_ANY
from funnelsim.studies.designed.sums import KEPT
from funnelsim.studies.sequential import Question

PEOPLE = "teams.sales.people"
INQUIRIES = "channels.website.inquiries_per_month"
HORIZON = {"horizon.warm_up_months": 2, "horizon.drain_months": 2, "horizon.period_months": 3}
UNSURE = "\n".join(
    [
        'assumptions.slow.change = { "channels.*.inquiries_per_month *=" = 0.5 }',
        preset_text("first_steps"),
        "[uncertainties]",
        '"stages.proposal.conversion" = { low = 0.2, likely = 0.3, high = 0.4 }',
    ]
)


def small() -> fs.Scenario:
    """Return a scenario with uncertain numbers and an assumption, of few months."""
    return fs.parse(UNSURE).with_changes(HORIZON)


def asked(**more: Any) -> fs.Study:
    return fs.study_of({"scenario": small(), "replications": 30} | more)


# ---- designs ------------------------------------------------------------------------------------


def test_a_grid_has_each_value_with_each_other() -> None:
    levers = [
        Lever("a", ("x", "y")),
        Lever("b", low=1, high=5, steps=3),
        Lever("c", low=0.0, high=1.0, steps=2),
    ]
    points = list(Design().of(levers))
    assert Design().count(levers) == len(points) == 12
    assert {tuple(point.values()) for point in points} == {
        (a, b, c) for a in "xy" for b in (1, 3, 5) for c in (0.0, 1.0)
    }


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_a_design_that_fills_space_tries_each_part_of_each_range_once(kind: str) -> None:
    levers = [Lever("a", low=0.0, high=1.0), Lever("b", low=-2.0, high=6.0), Lever("c", tuple("stuvwxyz"))]
    points = list(Design(kind, 8, seed=3).of(levers))
    assert sorted(int(8 * point["a"]) for point in points) == list(range(8))
    assert sorted(int(point["b"] + 2) for point in points) == list(range(8))
    assert sorted(point["c"] for point in points) == list("stuvwxyz")
    assert points != list(Design(kind, 8, seed=4).of(levers))


def test_twice_the_points_of_a_sobol_sequence_begin_with_those_that_there_are() -> None:
    levers = [Lever("a", low=0.0, high=1.0), Lever("b", low=2, high=9)]
    assert list(Design("sobol", 32).of(levers))[:16] == list(Design("sobol", 16).of(levers))


def test_whole_numbers_are_tried_between_whole_ends_alike() -> None:
    points = list(Design("latin_hypercube", 30).of([Lever("a", low=2, high=4)]))
    assert np.unique([point["a"] for point in points], return_counts=True)[1].tolist() == [10, 10, 10]


@pytest.mark.parametrize(("levers", "steps"), [(2, 5), (3, 10), (4, 6)])
def test_a_mixture_has_every_way_to_divide_its_total(levers: int, steps: int) -> None:
    """There are as many as multisets (ST9)."""
    money = [Lever(name, low=0.0, high=900.0) for name in "abcd"[:levers]]
    design = Design("mixture", total=900.0, steps=steps)
    points = [tuple(point.values()) for point in design.of([*money, Lever("e", ("x", "y"))])]
    assert (
        design.count([*money, Lever("e", ("x", "y"))]) == len(points) == 2 * comb(steps + levers - 1, steps)
    )
    assert len(set(points)) == len(points)
    assert all(sum(mix) == pytest.approx(900) and min(mix) >= 0 for *mix, _ in points)


def test_a_mixture_stays_within_the_ranges_of_its_levers() -> None:
    """All grid points that add up, and no others (ST9)."""
    levers = [Lever("a", low=1, high=3), Lever("b", low=0, high=4), Lever("c", low=2, high=9)]
    design = Design("mixture", total=6, steps=6)
    found = [tuple(point.values()) for point in design.of(levers)]
    assert found == [(a, b, c) for a in range(1, 4) for b in range(5) for c in range(2, 10) if a + b + c == 6]
    assert design.count(levers) == len(found) > 0
    assert all(isinstance(value, int) for mix in found for value in mix)


def test_a_mixture_of_many_levers_goes_down_no_dead_end() -> None:
    levers = [Lever(str(number), low=0, high=1) for number in range(100)]
    design = Design("mixture", total=100, steps=100)
    assert design.count(levers) == 1
    assert [set(point.values()) for point in design.of(levers)] == [{1}]


# ---- three axes ---------------------------------------------------------------------------------


def test_strategies_have_the_figures_that_a_comparison_has() -> None:
    """All figures and their precision are those of `compare`, over two blocks of worlds."""
    scenario = small()
    study = asked(strategies=["today", "one_more_rep"], metrics=list(KEPT), replications=120)
    result, compared = fs.run_study(study), fs.compare(scenario, replications=120)
    for row, name in enumerate(study.strategies):
        theirs = compared[name].summary
        for end, column in (("", "mean"), ("_low", "low"), ("_high", "high")):
            ours = result.table.iloc[row][[f"{metric}{end}" for metric in KEPT]].astype(float)
            np.testing.assert_allclose(ours, theirs.loc[list(KEPT), column], rtol=1e-12, err_msg=name)
        forecast = compared[name].forecast
        for place, metric in enumerate(KEPT):
            values, twins = forecast.pairs(metric)
            assert np.array_equal(result.values[row, :, place], forecast.values(metric)[:, 0], equal_nan=True)
            assert len(twins) == 100
            assert np.array_equal(result.values[row, :100, place], values, equal_nan=True)
            assert np.array_equal(result.twins[row, :, place], twins, equal_nan=True)


def test_a_point_is_simulated_as_the_strategy_that_says_the_same() -> None:
    begun = {"starts": date(2026, 2, 1)}
    study = asked(
        strategies=["today", "more_inquiries"],
        assumptions=[AS_TYPED, "slow"],
        levers={
            PEOPLE: [2, 4],
            "segments.default.contract_value_per_year *=": {"low": 0.9, "high": 1.1, "steps": 2},
        },
        **begun,
    )
    result = fs.run_study(study)
    assert len(result.rows) == 16
    point = {PEOPLE: 4, "segments.default.contract_value_per_year *=": 0.9}
    (number,) = (place for place, each in enumerate(study.points, 1) if each == point)
    scenario = small().with_strategies({"same": {"change": point, **begun}})
    for assumption in (AS_TYPED, "slow"):
        under = scenario if assumption == AS_TYPED else scenario.under(assumption)
        compared = fs.compare(under, strategies=["same", "same+more_inquiries"], replications=30)
        for strategy, same in (("today", "same"), ("more_inquiries", "same+more_inquiries")):
            (row,) = (
                place for place, each in enumerate(result.rows) if each[:3] == (number, assumption, strategy)
            )
            profits = compared[same].forecast.values("profit")[:, 0]
            assert np.array_equal(result.values[row, :, 0], profits)


def test_levers_that_have_always_stood_so_change_the_warm_up_too() -> None:
    levers = {INQUIRIES: [60.0]}
    later, always = (fs.run_study(asked(levers=levers, always=each)) for each in (False, True))
    changed = small().with_changes({INQUIRIES: 60.0})
    assert np.array_equal(
        always.values[0, :, 1], fs.simulate(changed, replications=30).forecast.values("won")[:, 0]
    )
    assert always.values[0, :, 1].mean() > later.values[0, :, 1].mean()


def test_all_rows_have_the_same_worlds() -> None:
    """What changes only costs leaves contracts as they are in every year, and profit less by just that."""
    study = asked(levers={"channels.website.cost_per_month": [1_000.0, 3_000.0]}, metrics=["won", "profit"])
    cheap, dear = fs.run_study(study).values
    assert np.array_equal(cheap[:, 0], dear[:, 0])
    np.testing.assert_allclose(cheap[:, 1] - dear[:, 1], 3 * 2_000.0, rtol=1e-9)


def test_all_rows_have_the_longest_months_that_one_needs() -> None:
    scenario = fs.parse(UNSURE)
    study = fs.study_of(
        {
            "scenario": scenario,
            "assumptions": [AS_TYPED, "slow"],
            "levers": {PEOPLE: [1, 2]},
            "replications": 2,
        }
    )
    found = fs.run_study(study).months
    points = {f"p{people}": {"change": {PEOPLE: people}} for people in (1, 2)}
    alone = [
        fs.simulate(each.with_strategies(points), replications=1).scenario.months
        for each in (scenario, scenario.under("slow"))
    ]
    assert found == tuple(map(max, zip(*alone, strict=True)))


def patient(**horizon: int) -> fs.Study:
    """Ask for one and eight people, and inquiries of whom one person works few: nobody gives up."""
    changes = {f"stages.{name}.goes_cold_after_days": 2_000 for name in ("first_call", "proposal")}
    scenario = fs.load("first_steps").with_changes(
        changes | {f"horizon.{key}": horizon[key] for key in horizon}
    )
    levers = {PEOPLE: [1, 8], INQUIRIES: [10.0, 80.0]}
    return fs.study_of({"scenario": scenario, "levers": levers, "always": True, "replications": 2})


def test_doubts_name_the_rows_that_they_are_of() -> None:
    doubts = fs.run_study(patient()).doubts
    assert {tuple(rows) for doubt, rows in doubts.items() if "its queues grow for ever" in doubt} == {(2,)}


def test_rows_with_inquiries_that_are_still_open_are_named() -> None:
    (told, rows) = next(iter(fs.run_study(patient(warm_up_months=2, drain_months=6)).warnings.items()))
    assert "still open when the simulation ends" in told
    assert rows == [2]


def test_many_points_are_strategies_of_several_scenarios(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    study = asked(
        assumptions=[AS_TYPED, "slow"],
        strategies=["today", "one_more_rep"],
        levers={PEOPLE: [1, 2, 3], INQUIRIES: [40.0, 50.0]},
        replications=3,
    )
    whole = fs.run_study(study, store=tmp_path)
    monkeypatch.setattr(running, "POINTS", 2)
    monkeypatch.setattr(running, "_HELD", 1)
    parts = fs.run_study(study)
    assert [row.content for row in parts.rows] == [row.content for row in whole.rows]
    assert parts.table.equals(whole.table)


def test_more_points_are_tried_than_a_scenario_has_strategies() -> None:
    cost = "channels.website.cost_per_month"
    levers = {cost: {"low": 0, "high": 1_100, "steps": 1_101}}
    study = fs.study_of({"scenario": small(), "levers": levers, "replications": 1})
    last = running._parts(study)[-1]
    scenario = study.under(last.assumption, last.points(study))
    assert scenario.strategy("point_1101").channels["website"].cost_per_month == 1_100


def test_expected_values_have_the_means_of_the_table_and_vary_less() -> None:
    result = fs.run_study(asked(replications=60))
    profit = result.expected[0, :, 0]
    assert result.table.loc[1, "profit"] == pytest.approx(profit.mean(), rel=1e-12)
    assert profit.std() < result.values[0, :, 0].std()


def test_a_rule_stops_a_study_between_blocks_of_worlds() -> None:
    looked: list[int] = []

    def enough(result: fs.StudyResult) -> bool:
        looked.append(result.years)
        return result.years >= 200

    result = fs.run_study(asked(replications=250), enough=enough)
    assert (looked, result.years, result.simulated) == ([100, 200], 200, 200)
    whole = fs.run_study(asked(replications=250))
    assert np.array_equal(whole.values[:, :200], result.values)


def test_progress_counts_every_year_once() -> None:
    counted: list[int] = []
    study = asked(levers={PEOPLE: [2, 3]}, strategies=["today", "one_more_rep"], replications=120)
    fs.run_study(study, progress=counted.append)
    assert sum(counted) == study.simulated_years == 480


# ---- figures by month, channel, team ------------------------------------------------------------


BY = {"month": ["won", "gone_cold_share"], "team": ["utilisation"]}


def test_figures_by_month_and_team_are_those_of_a_comparison() -> None:
    """(ST10)."""
    result = fs.run_study(asked(strategies=["today", "one_more_rep"], by=BY))
    compared = fs.compare(
        small().with_months(result.months), strategies=["today", "one_more_rep"], replications=30
    )
    for number, name in enumerate(compared, 1):
        for cut, metrics in BY.items():
            theirs = getattr(compared[name], f"by_{cut}")
            for metric in metrics:
                mine = result.by(cut).loc[number]
                assert list(mine.index) == list(theirs.index) == list(result.named(cut))
                for column, statistic in (("", "mean"), ("_low", "low"), ("_high", "high")):
                    np.testing.assert_allclose(mine[metric + column], theirs[metric, statistic], rtol=1e-12)
                years = compared[name].forecast.values(metric, cut)
                np.testing.assert_array_equal(result.years_by(metric, cut)[number - 1], years)


def test_every_figure_can_be_kept_by_every_cut_that_it_has() -> None:
    by = {cut: [name for name, figure in FIGURES.items() if cut in figure.by] for cut in BY_ANY}
    result = fs.run_study(asked(by=by, replications=3))
    forecast = fs.simulate(small().with_months(result.months), replications=3).forecast
    for cut, names in by.items():
        for name in names:
            np.testing.assert_array_equal(result.years_by(name, cut)[0], forecast.values(name, cut))


def test_a_row_without_a_channel_has_no_figures_of_it() -> None:
    channel = {"kind": "pr", "inquiries_per_month": 20}
    scenario = small().with_strategies({"press": {"change": {"channels.press": channel}}})
    study = fs.study_of(
        {
            "scenario": scenario,
            "strategies": ["today", "press"],
            "by": {"channel": ["inquiries"]},
            "replications": 4,
        }
    )
    result = fs.run_study(study)
    place = result.named("channel").index("press")
    counts = result.years_by("inquiries", "channel")
    assert np.isnan(counts[0, :, place]).all()
    assert (counts[1, :, place] > 0).all()
    assert (1, "press") not in result.by("channel").index


def test_what_is_kept_by_month_is_found_again_and_leaves_other_files_alone(tmp_path: Path) -> None:
    plain, by = asked(), asked(by=BY)
    runs = [fs.run_study(study, store=tmp_path / "store") for study in (plain, by, by, plain)]
    assert [each.simulated for each in runs] == [30, 30, 0, 0]
    pd.testing.assert_frame_equal(runs[1].by("month"), runs[2].by("month"))
    assert runs[1].table.equals(runs[0].table)


def test_a_study_writes_a_file_for_each_cut() -> None:
    files = dict(study_files(fs.run_study(asked(by=BY))))
    assert [name for name in files if name.startswith("by_")] == ["by_month.csv", "by_team.csv"]
    first, second, *_ = files["by_team.csv"].decode("utf-8-sig").splitlines()
    assert (first, second[:8]) == ("row,team,utilisation,utilisation_low,utilisation_high", "1,sales,")
    assert json.loads(files["study.json"])["by"] == BY


def test_what_a_study_has_not_kept_by_month_is_refused() -> None:
    result = fs.run_study(asked(by=BY, replications=2))
    with pytest.raises(ValueError, match="does not keep figures by channel: ask for them with"):
        result.by("channel")
    with pytest.raises(ValueError, match="does not keep won by team"):
        result.years_by("won", "team")


def test_a_strategy_of_a_study_is_as_if_it_stood_in_the_scenario() -> None:
    """(ST11)."""
    four = {"four": {"change": {PEOPLE: 4}}}
    own = asked(strategies=["today", "four"], new_strategies=four)
    theirs = asked(scenario=small().with_strategies(four), strategies=["today", "four"])
    assert fs.run_study(own).table.equals(fs.run_study(theirs).table)


# ---- reading ------------------------------------------------------------------------------------


def test_a_study_is_read_from_a_file_with_the_scenario_beside_it(tmp_path: Path) -> None:
    (tmp_path / "firm.toml").write_text(UNSURE)
    (tmp_path / "people.toml").write_text(
        'scenario = "firm.toml"\nstop.margin = 5_000\nstarts = 2026-03-01\n'
        '[design]\nkind = "sobol"\npoints = 4\n[levers]\n'
        f'"{PEOPLE}" = {{ low = 2, high = 5 }}\n'
    )
    study = fs.read_study(tmp_path / "people.toml")
    assert (study.title, study.starts, study.count) == ("people", date(2026, 3, 1), 4)
    assert study.stop == Question(5_000, 2_000, best=False)
    assert sorted(point[PEOPLE] for point in study.points) == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 0: scenario is missing"),
        ('scenario = "first_stepz"', 'line 1: scenario names "first_stepz"; did you mean "first_steps"?'),
        ("replicatons = 3", 'line 2: replicatons is not a key here; did you mean "replications"?'),
        ("replications = 0", "line 2: replications is 0; expected a whole number from 1 to 1,000,000"),
        ("seed = -1", "line 2: seed is -1; expected a whole number from 0 to 4294967295"),
        ("stop.margin = 0", "line 2: stop.margin is 0; expected more than 0: the difference in money"),
        ("stop = 3", "line 2: stop is 3; expected a table [stop]"),
        ("stop.at_most = 300", "stop.margin is missing; expected more than 0: the difference in money"),
        ("stop = { margin = 5, at_most = 20 }", "stop.at_most is 20; expected a whole number from 50 to"),
        ("stop = { margin = 5, bset = true }", 'stop.bset is not a key here; did you mean "best"?'),
        (
            "replications = 9\nstop.margin = 5",
            "line 2: replications is given, and a rule that stops as well; expected one of the two",
        ),
        ('metrics = ["proffit"]', 'line 2: metrics names "proffit"; did you mean "profit"?'),
        ('metrics = ["won", "won"]', 'metrics is ["won", "won"]; expected a list of different names'),
        ('strategies = ["one_mor_rep"]', 'strategies names "one_mor_rep"; did you mean "one_more_rep"?'),
        ('assumptions = ["slow"]', 'assumptions names "slow"; expected one of as typed'),
        ("starts = 2026-03-01\nalways = true", "starts is given, but the levers have always stood so"),
        ('starts = "march"', 'starts is "march"; expected a date such as 2026-04-01, without quotes'),
        ('design.kind = "soboll"', 'design.kind is "soboll"; did you mean "sobol"?'),
        ("design.points = 3", "design.points is 3 in a grid, which has all points that there are"),
        (
            'design = { kind = "sobol", points = 100 }',
            "design.points is 100; expected a power of 2, for which",
        ),
        ('design = { kind = "latin_hypercube" }', "design.points is missing; expected a whole number"),
        (
            "new_strategies.four.change = { 'teams.sales.peple' = 4 }",
            'new_strategies.four.change."teams.sales.peple" does not exist; did you mean "teams.sales',
        ),
        ("new_strategies.one_more_rep.change = {}", "new_strategies.one_more_rep is there already; expected"),
        ("by = 3", "by is 3; expected a table [by]"),
        ('by.moth = ["won"]', 'by.moth is not a key here; did you mean "month"?'),
        ("by.month = 3", "by.month is 3; expected a list of different names"),
        ('by.month = ["wno"]', 'line 2: by.month names "wno"; did you mean "won"?'),
        (
            'by.rep = ["inquiries"]',
            "by.rep names inquiries, which there is not by rep; expected a figure by rep",
        ),
        (
            'design = { kind = "latin_hypercube", points = 4, total = 9 }',
            "design.total is 9 in a Latin hypercube, which divides no total",
        ),
        ('design = { kind = "mixture", steps = 3 }', "design.total is missing; expected a number above 0"),
        (
            'design = { kind = "mixture", total = 3 }',
            "design.steps is missing; expected a whole number from 1",
        ),
        (
            'design = { kind = "mixture", total = 3, steps = 3, points = 3 }',
            "design.points is 3 in a mixture, which has every way to divide its total",
        ),
        (
            'design = { kind = "mixture", total = 3, steps = 3 }\n'
            'levers."teams.sales.people" = { low = 1, high = 3 }',
            "levers has one lever with a range; expected two at least, among which the total is divided",
        ),
        (
            'design = { kind = "mixture", total = 9, steps = 3 }\n'
            'levers."teams.sales.people" = { low = 1, high = 3 }\n'
            'levers."teams.sales.hours_per_week" = { low = 1, high = 3 }',
            "levers cannot add up to 9 within their ranges, in parts of 3; expected wider ranges, or more",
        ),
        (
            'design = { kind = "mixture", total = 9, steps = 2 }\n'
            'levers."teams.sales.people" = { low = 1, high = 9 }\n'
            'levers."teams.sales.hours_per_week" = { low = 1, high = 9 }',
            "design.steps divides 9 into parts that are not whole, for a lever of whole numbers",
        ),
        ("levers = 3", "levers is 3; expected a table [levers]"),
        ('levers."teams.sales.peple" = [2]', 'did you mean "teams.sales.people"?'),
        ("levers.teams.sales.people = [2]", "is a table; expected a whole path in quotes"),
        ('levers."teams.sales.people" = 3', "is 3; expected a list of values, such as [3], or"),
        ('levers."teams.sales.people" = []', "is empty; expected the values to try"),
        ('levers."teams.sales.people" = [2, 2]', "has a value twice; expected different values"),
        (
            'levers."teams.sales.people" = [0]',
            "point 1 of the design (teams.sales.people = 0) makes a scenario",
        ),
        (
            'levers."teams.sales.people" = { low = 3, high = 2 }',
            "goes from 3 to 2; expected a low that is less",
        ),
        ('levers."teams.sales.people" = { low = 2 }', ".high is missing; expected a number"),
        ('levers."teams.sales.people" = { low = 2, high = 4 }', ".steps is missing in a grid; expected"),
        (
            'levers."teams.sales.people" = { low = 2, high = 4, steps = 4 }',
            "from 2 to 3, as many as there are",
        ),
        ('levers."horizon.period_months" = [6]', 'levers."horizon.period_months" is no choice'),
        ('levers."strategies.one_more_rep.starts" = [6]', "cannot be changed; expected a path to a value"),
    ],
)
def test_what_is_wrong_with_a_study_is_said(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    scenario = "" if text.startswith("scenario") else 'scenario = "first_steps"\n'
    file.write_text(scenario * bool(text) + text + "\n" if text else "seed = 1\n")
    with pytest.raises(ScenarioError) as error:
        fs.read_study(file)
    assert told.removeprefix("line 0: ") in str(error.value)


def test_a_point_that_is_not_valid_is_named_before_anything_is_simulated() -> None:
    with pytest.raises(ScenarioError, match=r"point 2 of the design \(teams.sales.people = 0\) makes a scen"):
        fs.run_study(asked(levers={PEOPLE: [2, 0]}))


def test_a_strategy_that_sets_what_a_lever_sets_is_refused() -> None:
    scenario = small().with_strategies({"four": {"change": {PEOPLE: 4}}})
    with pytest.raises(ScenarioError, match=r"teams.sales.people is set to 4 by four, and to 3 by point_1"):
        fs.study_of({"scenario": scenario, "strategies": ["four"], "levers": {PEOPLE: [3]}})


def test_a_large_study_says_time_and_size_before_it_starts() -> None:
    large = {"kind": "latin_hypercube", "points": 1_000_000}
    study = asked(levers={INQUIRIES: {"low": 30.0, "high": 50.0}}, design=large)
    with pytest.raises(LargeStudyError) as error:
        fs.run_study(study)
    assert "1,000,000 points x 30 years = 30,000,000 simulated years" in str(error.value)
    assert "on this machine about" in str(error.value)
    assert "GB in a store; run it all the same with --yes" in str(error.value)


def test_what_outgrows_memory_is_refused_even_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("funnelsim.studies.designed.running.available_memory", lambda: 1_000)
    with pytest.raises(LargeStudyError, match=r"whose figures take .* GB of memory"):
        fs.run_study(asked(), yes=True)


def test_the_figures_kept_are_those_over_the_period() -> None:
    assert set(KEPT) == {name for name, figure in FIGURES.items() if "all" in figure.by}

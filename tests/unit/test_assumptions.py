"""Strategies under assumptions: what applies first, who wins under which, what is said, stopped and kept."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app import cli
from funnelsim.decisions.verdict import under_assumptions
from funnelsim.reports import document
from funnelsim.reports.assumptions_page import assumptions_page, columns
from funnelsim.reports.notebook import assumptions_html
from funnelsim.studies import assumptions, study
from funnelsim.studies.pilot import settled

# Every inquiry is decided at once, by nobody: profit is 100 x contracts - cost.
PLAIN = """
start = 2026-01-01
horizon = { period_months = 12, warm_up_months = 1, drain_months = 1 }
segments.all.contract_value_per_year = 100
stages.ask.conversion = 0.5
[channels.ads]
kind = "advertising"
inquiries_per_month = 40
cost_per_month = 1500
[strategies.more]
about = "Twice the ads"
change = { "channels.ads.inquiries_per_month *=" = 2, "channels.ads.cost_per_month *=" = 2 }
[strategies.thrift]
change = { "channels.ads.inquiries_per_month *=" = 0.5, "channels.ads.cost_per_month *=" = 0.5 }
[assumptions.hard_times]
about = "Half as many buy"
change = { "stages.*.conversion *=" = 0.5 }
[assumptions.dear_money]
change = { "channels.*.cost_per_month *=" = 1.1 }
"""
# Profit gained a year: 12 x (extra inquiries x conversion x 100 - extra cost).
GAINS = {"as typed": ("more", 6_000), "hard_times": ("thrift", 3_000), "dear_money": ("more", 4_200)}
FEW = ["--replications", "3", "--jobs", "1"]


@pytest.fixture(scope="module")
def result() -> fs.AssumptionsResult:
    return fs.compare_assumptions(fs.parse(PLAIN), replications=200)


def call(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def page_of(result: fs.AssumptionsResult, everything: bool = False) -> str:
    file = io.StringIO()
    page = assumptions_page(result, "funnelsim validate mine.toml", everything=everything)
    Console(file=file, width=100).print(page)
    return " ".join(file.getvalue().split())


def test_the_verdict_calls_assumptions_by_their_titles() -> None:
    text = PLAIN.replace('about = "Half as many buy"', 'title = "a hard winter"')
    text = text.replace('about = "Twice the ads"', 'title = "Twice the ads"')
    found = fs.compare_assumptions(fs.parse(text), replications=20)
    assert found.verdict.startswith(
        "Twice the ads is best as typed and under 1 of 2 assumptions; under a hard winter it is thrift"
    )
    page = page_of(found, everything=True)
    assert "a hard winter (hard_times)" in page
    assert "Twice the ads (more)" in page
    assert (page.count("hard_times"), page.count("(more)")) == (1, 1)  # where all are listed
    assert "hard_times" not in found._repr_html_()


# ---- what applies first -----------------------------------------------------------------------


def test_an_assumption_changes_the_scenario_before_the_strategies() -> None:
    text = (
        PLAIN
        + """
    [strategies.better]
    change = { "stages.ask.conversion +=" = 0.1 }
    [strategies.sure]
    change = { "stages.ask.conversion" = 0.4 }
    """
    )
    under = fs.parse(text).under("hard_times")
    assert under.stages["ask"].conversion == 0.25
    assert under.strategy("better").stages["ask"].conversion == pytest.approx(
        0.25 + 0.1
    )  # not (0.5 + 0.1) / 2
    assert under.strategy("sure").stages["ask"].conversion == 0.4
    assert under.strategy("today").stages["ask"].conversion == 0.25
    assert list(under.strategies) == ["more", "thrift", "better", "sure"]


def test_set_comes_before_an_assumption() -> None:
    changed = fs.parse(PLAIN).with_changes({"stages.ask.conversion": 0.8})
    assert changed.under("hard_times").stages["ask"].conversion == 0.4


def test_assumptions_are_never_strategies(result: fs.AssumptionsResult) -> None:
    assert all(list(result[name]) == ["today", "more", "thrift"] for name in result)
    with pytest.raises(fs.ScenarioError, match=r"strategies\.hard_times does not exist"):
        fs.parse(PLAIN).strategy("hard_times")


def test_an_unknown_assumption_is_told() -> None:
    with pytest.raises(fs.ScenarioError, match=r'did you mean "hard_times"\?'):
        fs.parse(PLAIN).under("hard_time")
    with pytest.raises(
        fs.ScenarioError, match=r"assumptions\.x does not exist; expected \[assumptions\.NAME\]"
    ):
        fs.load("first_steps").under("x")
    with pytest.raises(fs.ScenarioError, match="assumptions is missing"):
        fs.compare_assumptions(fs.load("first_steps"))


def test_a_strategy_that_is_not_valid_under_an_assumption_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = (
        PLAIN
        + """
    [strategies.sure_sale]
    change = { "stages.ask.conversion *=" = 1.9 }
    [assumptions.good_times]
    change = { "stages.ask.conversion *=" = 1.6 }
    """
    )
    monkeypatch.setattr(study, "replicate", None)
    with pytest.raises(fs.ScenarioError) as caught:
        fs.compare_assumptions(fs.parse(text))
    assert [problem.sentence() for problem in caught.value.problems] == [
        "strategies.sure_sale makes a scenario in which stages.ask.conversion is 1.52 "
        "under the assumption good_times; expected at most 1"
    ]


# ---- who wins ---------------------------------------------------------------------------------


def test_the_best_strategy_and_its_gain_are_those_of_theory(result: fs.AssumptionsResult) -> None:
    table = result.table
    assert dict(table["best"]) == {name: best for name, (best, _) in GAINS.items()} == result.best
    assert list(table["same"]) == [True, False, True]
    for name, (_, gain) in GAINS.items():
        error = (table.loc[name, "gain_high"] - table.loc[name, "gain_low"]) / 2 / 1.96
        assert abs(table.loc[name, "gain"] - gain) < 4 * error
        assert error < 0.05 * gain
    # Twice the ads under hard times: 12 x (40 x 0.25 x 100 - 1,500)
    lost = table.loc["hard_times", ["typed_gain_low", "typed_gain_high"]]
    assert lost["typed_gain_low"] < -6_000 < lost["typed_gain_high"]
    assert list(table["close"]) == ["", "", ""]
    assert result.verdict.startswith(
        "More is best as typed and under 1 of 2 assumptions; under hard times it is thrift. More is "
    )


def test_the_best_is_ahead_of_the_next_best_by_what_is_known_by_hand(result: fs.AssumptionsResult) -> None:
    """Thrift earns what twice the ads lose, and the other way round: today is in the middle."""
    for name, (best, gain) in GAINS.items():
        lead = result.leads[name]
        assert lead is not None
        assert (lead.best, lead.second) == (best, "today")
        error = (lead.by.high - lead.by.low) / 2 / 1.96
        assert abs(lead.by.value - gain) < 4 * error
        assert result.table.loc[name, ["next", "ahead"]].tolist() == ["today", lead.by.value]
    assert "More is ahead of the next best, today, by " in result.verdict
    assert " under dear money; thrift is ahead of the next best, today, by " in result.verdict
    assert result.verdict.endswith(" under hard times.")


def test_a_winner_is_ahead_of_another_strategy_and_today_of_all() -> None:
    """Costs alone differ, so that nothing of it is chance."""
    text = PLAIN.split("[strategies.more]", maxsplit=1)[0]
    text += "[strategies.a]\none_off_cost = 2000\n[strategies.b]\none_off_cost = 3000\n"
    dear = """[assumptions.dear]
    change = { "channels.ads.cost_per_month +=" = 100 }
    """
    plain = fs.compare_assumptions(fs.parse(text + dear), replications=30, jobs=1)
    assert plain.leads["dear"] == ("today", "a", pytest.approx((2000, 2000, 2000)))
    assert plain.verdict.endswith(
        "Today is ahead of the next best, a, by 2 thousand as typed and 2 thousand under dear."
    )
    pay = "".join(
        f'[strategies.{name}]\nchange = {{ "channels.ads.cost_per_month" = {pay} }}\n'
        for name, pay in {"a": 1400, "b": 1450}.items()
    )
    found = fs.compare_assumptions(
        fs.parse(PLAIN.split("[strategies.more]", maxsplit=1)[0] + pay + dear), replications=30, jobs=1
    )
    assert found.leads["as typed"] == ("a", "b", pytest.approx((600, 600, 600)))


def test_no_lead_where_two_cannot_be_told_apart() -> None:
    text = PLAIN + "[strategies.also_more]\ncombines = ['more']\n"
    found = fs.compare_assumptions(fs.parse(text), replications=60, jobs=1)
    assert found.leads["as typed"] is None
    assert found.table.loc["as typed", "next"] == ""


def test_each_comparison_is_that_of_the_scenario_under_the_assumption(result: fs.AssumptionsResult) -> None:
    scenario = fs.parse(PLAIN)
    for name, each in {"as typed": scenario, "dear_money": scenario.under("dear_money")}.items():
        alone = fs.compare(each, replications=200)
        pd.testing.assert_frame_equal(result[name].summary, alone.summary)
        assert result[name].verdict == alone.verdict
    inquiries = result.summary.xs("inquiries", level="figure")["mean"].unstack("assumption")
    assert (inquiries.nunique(axis=1) == 1).all()  # the same companies ask under all of them


def test_an_assumption_that_needs_a_longer_horizon_has_one_of_its_own() -> None:
    text = """
    start = 2026-01-01
    segments.all.contract_value_per_year = 100
    channels.web = { kind = "seo", inquiries_per_month = 4 }
    stages.ask = { conversion = 0.5, customer_takes_days = 20 }
    assumptions.slow.change = { "stages.*.customer_takes_days *=" = 10 }
    """
    scenario = fs.parse(text)
    assert [settled(each).months.warm_up for each in (scenario, scenario.under("slow"))] == [1, 7]
    found = fs.compare_assumptions(scenario, replications=2)
    months = [found[name]["today"].scenario.months for name in found]
    assert [each.warm_up for each in months] == [1, 7]
    assert found["as typed"].summary.equals(fs.compare(scenario, replications=2).summary)


def test_strategies_together_under_assumptions() -> None:
    found = fs.compare_assumptions(
        fs.parse(PLAIN), strategies=["today", "more+thrift"], replications=3, jobs=1
    )
    assert found.verdict == "Nothing beats today as typed or under all 2 assumptions."
    assert found["hard_times"].comparison.makes_no_difference("more+thrift")  # twice the half
    assert list(found.table["best"]) == ["", "", ""]
    assert found.table["typed_gain"].isna().all()


@pytest.mark.parametrize(
    ("typed", "leaders", "told"),
    [
        (["a_b"], {"one": ["a_b"]}, "A b is best as typed and under the one assumption."),
        (["a"], {"one": ["a"], "two": ["a"]}, "A is best as typed and under all 2 assumptions."),
        (["a"], {"one": ["b"]}, "A is best as typed, but not under the one assumption; under one it is b."),
        (
            ["a"],
            {"one": ["b"], "two": [], "three": ["b", "a"]},
            "A is best as typed, but under none of 3 assumptions; under one it is b; under two nothing beats "
            "today; under three b and a cannot be told apart.",
        ),
        (
            ["a+b"],
            {"x_y": ["c"], "z": ["c"], "w": ["a+b"]},
            "A + b is best as typed and under 1 of 3 assumptions; under x y and z it is c.",
        ),
        (
            ["a", "b"],
            {"one": ["b", "a"], "two": ["b"]},
            "A and b cannot be told apart as typed and under 1 of 2 assumptions; under two b is best.",
        ),
        ([], {"one": []}, "Nothing beats today as typed or under the one assumption."),
        ([], {"one": [], "two": ["b"]}, "Nothing beats today as typed or under 1 of 2 assumptions; "
         "under two b is best."),
        ([], {"one": ["b"]}, "Nothing beats today as typed; under one b is best."),
    ],
)  # fmt: skip
def test_the_sentence_under_assumptions(typed: list[str], leaders: dict[str, list[str]], told: str) -> None:
    assert under_assumptions(typed, leaders, "today") == told


# ---- what is said -----------------------------------------------------------------------------


def test_the_page_says_which_strategy_wins_under_which_assumption(result: fs.AssumptionsResult) -> None:
    page = page_of(result, everything=True)
    assert "3 strategies as typed and under 2 assumptions, in the same worlds" in page
    assert "hard_times: Half as many buy conversion in ask: 0.5 -> 0.25" in page
    assert "more: Twice the ads inquiries a month from ads: 40 -> 80" in page
    assert "as typed more" in page
    assert "hard_times thrift" in page
    assert " differs " in page
    assert f"Verdict {result.verdict}" in page
    assert "Mind" not in page
    html = assumptions_html(result)
    assert result.verdict in html
    assert "<td>thrift</td>" in html


@pytest.mark.parametrize("width", [30, 46, 60, 100])
def test_the_page_fits_and_cuts_no_number(result: fs.AssumptionsResult, width: int) -> None:
    file = io.StringIO()
    Console(file=file, width=width).print(assumptions_page(result, "funnelsim", width))
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    text = file.getvalue()
    assert all(cell in text for each in columns(result) for cell in (*each.values, *each.intervals))
    assert all(name in text for name in result)


def test_a_strategy_that_sets_what_is_assumed_is_told() -> None:
    text = (
        PLAIN
        + """
    [strategies.cheap]
    change = { "channels.ads.cost_per_month" = 1000 }
    """
    )
    found = fs.compare_assumptions(fs.parse(text), replications=2, jobs=1)
    told = (
        "This strategy sets channels.ads.cost_per_month to 1000 (here 1650.0 -> 1000, as typed 1500 -> "
        '1000), whatever was changed there; "channels.ads.cost_per_month +=" = -500 would move along.'
    )
    assert found["dear_money"].notes == {"cheap": (told,)}
    assert found["hard_times"].notes == found["as typed"].notes == {}
    assert found.warnings["dear_money"]["cheap"][0] == told
    assert f"Mind dear_money: cheap: {told}" in page_of(found)
    written = document.assumptions_document(found)
    assert written["under"]["dear_money"]["strategies"]["cheap"]["warnings"][0] == told


def test_an_assumption_that_sets_what_was_changed_is_told() -> None:
    text = (
        PLAIN
        + """
    [assumptions.fixed]
    change = { "stages.ask.conversion" = 0.3 }
    """
    )
    changed = fs.parse(text).with_changes({"stages.ask.conversion": 0.6})
    found = fs.simulate(changed.under("fixed"), replications=1, jobs=1)
    assert found.notes[0].startswith(
        "The assumption fixed sets stages.ask.conversion to 0.3 (here 0.6 -> 0.3, as typed 0.5 -> 0.3)"
    )


def test_the_document_has_each_comparison(result: fs.AssumptionsResult) -> None:
    found = json.loads(document.as_json(document.assumptions_document(result)))
    assert found["best"] == {name: best for name, (best, _) in GAINS.items()}
    assert found["verdict"] == result.verdict
    assert "assumption" not in found["under"]["as typed"]
    hard = found["under"]["hard_times"]
    assert hard["assumption"] == {
        "name": "hard_times",
        "title": "hard_times",
        "about": "Half as many buy",
        "changes": [{"path": "stages.ask.conversion", "before": 0.5, "after": 0.25, "from": None}],
    }
    gain = hard["against_base"]["thrift"]["profit"]["mean"]
    assert gain == pytest.approx(result.table.loc["hard_times", "gain"])


# ---- stopping ---------------------------------------------------------------------------------


def test_stopping_keeps_the_comparisons_that_were_begun() -> None:
    done = []

    def stop(years: int) -> None:
        done.append(years)
        if sum(done) > 40:  # the first comparison has 30: 10 years of 3 strategies
            raise KeyboardInterrupt

    found = fs.compare_assumptions(fs.parse(PLAIN), replications=10, jobs=1, progress=stop)
    assert list(found) == ["as typed", "hard_times"]
    assert found.stopped
    assert (found["as typed"].years, found.years) == (10, found["hard_times"].years)
    assert found.years < 10


def test_stopping_between_two_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    compare_over = assumptions.compare_over
    begun = []

    def stopping(scenario: fs.Scenario, *words: Any) -> fs.ComparisonResult:
        begun.append(scenario)
        if len(begun) > stop_at:
            raise KeyboardInterrupt
        return compare_over(scenario, *words)

    monkeypatch.setattr(assumptions, "compare_over", stopping)
    stop_at = 1
    found = fs.compare_assumptions(fs.parse(PLAIN), replications=2, jobs=1)
    assert (list(found), found.stopped, found.years) == (["as typed"], True, 2)
    stop_at = 0
    with pytest.raises(KeyboardInterrupt):
        fs.compare_assumptions(fs.parse(PLAIN), replications=2, jobs=1)


# ---- on the command line ----------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(PLAIN, encoding="utf-8")
    return "mine.toml"


def test_compare_under_every_assumption_prints_keeps_and_repeats(file: str) -> None:
    words = ["--strategies", "today,thrift,more", "--set", "channels.ads.cost_per_month=1400"]
    printed = call("compare", file, "--assumptions", *words, *FEW, "--out", "first")
    assert printed.exit_code == 0, printed.output
    found = fs.compare_assumptions(
        fs.parse(PLAIN).with_changes({"channels.ads.cost_per_month": 1400}),
        strategies=["today", "thrift", "more"],
        replications=3,
    )
    assert found.verdict in " ".join(printed.stdout.split())
    again = printed.stdout.replace("\\\n", " ").split("Next, try: funnelsim ")[1].split()
    assert again[-2:] == ["--set", "channels.ads.cost_per_month=1400"]
    assert call(*again, *FEW).exit_code == 0
    table = pd.read_csv("first/table.csv", index_col="assumption", keep_default_na=False)
    assert list(table["best"]) == list(found.table["best"])
    repeated = call("repeat", "first/MANIFEST.json", "--out", "again")
    assert repeated.exit_code == 0, repeated.output
    for each in Path("first").rglob("*.*"):
        assert (Path("again") / each.relative_to("first")).read_bytes() == each.read_bytes()


def test_one_assumption_for_every_command_that_simulates(file: str) -> None:
    under = ["--assumption", "hard_times"]
    run = call("run", file, *under, "--strategy", "more", "--json", *FEW, "--out", "run")
    found = json.loads(run.stdout)
    assert found["assumption"]["name"] == "hard_times"
    expected = fs.simulate(fs.parse(PLAIN).under("hard_times"), strategy="more", replications=3)
    assert found["figures"]["won"]["mean"] == expected.summary.loc["won", "mean"]
    assert call("repeat", "run/MANIFEST.json").exit_code == 0
    page = " ".join(call("run", file, *under, *FEW).stdout.split())
    assert page.startswith("mine.toml under hard_times, strategy today")
    assert "What is assumed hard_times: Half as many buy conversion in ask: 0.5 -> 0.25" in page
    compared = " ".join(call("compare", file, *under, *FEW, "--out", "compared").stdout.split())
    assert compared.startswith("mine.toml under hard_times: 3 strategies in the same worlds")
    assert compared.endswith("--assumption hard_times")
    assert call("repeat", "compared/MANIFEST.json").exit_code == 0
    traced = call("trace", file, *under, "--out", "year.csv")
    plain = call("trace", file, "--out", "plain.csv")
    assert (traced.exit_code, plain.exit_code) == (0, 0)
    won = [Path(name).read_text(encoding="utf-8").count(": won") for name in ("year.csv", "plain.csv")]
    assert 0 < won[0] < won[1]


def test_validate_tries_every_strategy_under_every_assumption(file: str) -> None:
    assert "2 assumptions" in call("validate", file).stdout
    text = PLAIN + '[strategies.sure]\nchange = { "stages.ask.conversion" = 0.9 }\n'
    Path(file).write_text(text, encoding="utf-8")
    said = " ".join(call("validate", file).stdout.split())
    assert "mine.toml under hard_times: sure: This strategy sets stages.ask.conversion to 0.9" in said
    text = PLAIN + '[strategies.sure]\nchange = { "stages.ask.conversion *=" = 2 }\n'
    text += '[assumptions.good_times]\nchange = { "stages.ask.conversion *=" = 1.5 }\n'
    Path(file).write_text(text, encoding="utf-8")
    told = call("validate", file)
    assert (told.exit_code, "under the assumption good_times" in told.stderr) == (2, True)


def test_a_stopped_comparison_under_assumptions_is_not_kept(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare_over = assumptions.compare_over

    def stopping(scenario: fs.Scenario, *words: Any) -> fs.ComparisonResult:
        if scenario.assumed is not None:
            raise KeyboardInterrupt
        return compare_over(scenario, *words)

    monkeypatch.setattr(assumptions, "compare_over", stopping)
    result = call("compare", file, "--assumptions", *FEW, "--out", "out")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == (
        "stopped after 3 of 3 simulated years under as typed, and before any under hard_times, dear_money; "
        "nothing is kept in --out"
    )
    assert not Path("out").exists()
    assert "Verdict" in result.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compare", "mine.toml", "--assumptions", "--assumption", "hard_times"], "ask for one of them"),
        (["compare", "mine.toml", "--assumptions", "--show", "money"], "ask for one of them"),
        (["compare", "mine.toml", "--assumption", "hard_time"], 'did you mean "hard_times"'),
        (["compare", "first_steps", "--assumptions"], "assumptions is missing"),
        (["run", "mine.toml", "--assumption", ""], "does not exist"),
        (["trace", "mine.toml", "--assumption", "x", "--out", "y.csv"], "does not exist"),
    ],
)
def test_what_is_wrong_is_told(file: str, words: list[str], told: str) -> None:  # noqa: ARG001
    result = call(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr

"""The report: what it says, what it keeps back, and that its figures are those of the API."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.metrics.wording import money_range
from funnelsim.planning.bottleneck import bottleneck_in
from funnelsim.planning.bridge import bridge_of
from funnelsim.planning.case import Case, make_case
from funnelsim.planning.tornado import tornado_of
from funnelsim.reports.report.contents import Cell, Table
from funnelsim.scenario import AS_TYPED
from funnelsim.scenario.withheld import OF_PAY, Withheld
from funnelsim.studies.assumptions import assumptions_beside

from .made_up_report import FIRM, HARM, HARMFUL_NAME
from .report_golden import FOLDER, PRESETS, golden
from .test_cli import call
from .test_explaining import PAY as WAGES
from .test_explaining import QUEUE, WAGE

# Nobody signs anything, so that profit is cost alone, and the same in every world.
SURE = """
start = 2026-01-01
currency = "EUR"
horizon = { warm_up_months = 0, period_months = 12, drain_months = 0 }
segments.all = { contract_value = 1 }
channels.web = { kind = "seo", inquiries_per_month = 1, cost_per_month = 1000 }
stages.call = { conversion = 0 }
"""
DEARER = '[strategies.dearer]\nchange = { "channels.web.cost_per_month" = 3000 }\n'
CHEAPER = '[strategies.cheaper]\nchange = { "channels.web.cost_per_month" = 400 }\n'
CHEAPEST = '[strategies.cheapest]\nchange = { "channels.web.cost_per_month" = 200 }\n'


def case(text: str, years: int = 40) -> Case:
    return make_case(fs.parse(text), replications=years, jobs=1)


@cache
def made(with_names: bool = False, with_pay: bool = False) -> fs.Report:
    """Make the report of a firm with everything; the firm is simulated once."""
    if with_names or with_pay:
        found = made()
        held = Withheld(found.case.result.scenario, names=not with_names, pay=not with_pay)
        return fs.Report(found.case, held, found.made)
    return fs.report(fs.parse(FIRM), replications=60, jobs=1, made=date(2026, 1, 1))


@cache
def compared() -> fs.ComparisonResult:
    """Compare the strategies of the same firm by themselves."""
    return fs.compare(fs.parse(FIRM), replications=60, jobs=1)


# ---- the answer ------------------------------------------------------------------------------


LOST = "Every strategy loses money: {} the least, on average {} thousand EUR."
CHEAPER_GAINS = (
    "it would earn on average 7.2 thousand EUR more than today (ahead in 100 % of simulated years)."
)


@pytest.mark.parametrize(
    ("strategies", "said"),
    [
        (CHEAPER, [LOST.format("cheaper", 4.8), f"Choose cheaper: {CHEAPER_GAINS}"]),
        (
            CHEAPER + CHEAPEST,
            [
                LOST.format("cheapest", 2.4),
                f"Choose cheapest: {CHEAPER_GAINS.replace('7.2', '9.6')}",
                "Next comes cheaper, 2.4 thousand EUR behind.",
            ],
        ),
        (
            DEARER,
            [LOST.format("today", 12), "Stay with today: dearer would cost on average 24 thousand EUR."],
        ),
        (
            DEARER + DEARER.replace("dearer", "dearest").replace("3000", "4000"),
            [
                LOST.format("today", 12),
                "Stay with today: every other strategy would earn less.",
                "The closest, dearer, would cost on average 24 thousand EUR.",
            ],
        ),
        (
            CHEAPER + CHEAPER.replace("cheaper", "the_same"),
            [
                LOST.format("cheaper", 4.8),
                "Cheaper beats today by 7.2 thousand EUR on average, but cannot be told apart from the same "
                "at 40 simulated years.",
                "Choose among them on other grounds.",
            ],
        ),
        (
            CHEAPER.replace("400", "1000"),
            [LOST.format("today", 12), "No strategy would make any difference to today."],
        ),
    ],
)
def test_the_answer_says_what_to_choose(strategies: str, said: list[str]) -> None:
    assert fs.compare(fs.parse(SURE + strategies), replications=40, jobs=1).comparison.answer() == said


def test_the_report_gives_the_answer_in_the_words_of_the_terminal() -> None:
    """All sentences are on the page, in their order, and the first of them stands out (RE4)."""
    first, *others = made().contents.answer
    assert " ".join([first, *others]) == compared().answer
    page = unescape(made().html).replace("\N{NO-BREAK SPACE}", " ")
    assert f'<p class="first">{first}</p>' in page
    assert f'<p class="second">{" ".join(others)}</p>' in page


def test_a_strategy_alone_is_compared_with_nothing() -> None:
    profitable = fs.compare(fs.load("first_steps"), strategies=["today"], replications=20, jobs=1)
    alone, earns, _ = profitable.comparison.answer()
    assert alone == "There is nothing to compare today with."
    profit = profitable.comparison.profits()["today"]
    assert earns == f"Its profit is {money_range(profit.low, profit.high, 'USD')} on average."
    (losing,) = fs.compare(fs.parse(SURE), replications=20, jobs=1).comparison.answer()
    assert losing.startswith("Today loses on average 12 thousand EUR")


def test_too_few_years_say_so() -> None:
    said, _ = fs.compare(fs.load("first_steps"), replications=3, jobs=1).comparison.answer()
    assert said.startswith("3 simulated years are too few to tell strategies apart. It takes about ")


@pytest.mark.parametrize(("years", "untold"), [(5, True), (60, False)])
def test_a_mean_without_a_precision_says_why(years: int, untold: bool) -> None:
    found = fs.report(fs.parse(FIRM), replications=years, jobs=1).html if untold else made().html
    assert ("A mean without one has too few years" in found) is untold


def test_what_is_not_sure_is_said_to_be_so() -> None:
    found = fs.compare(
        fs.load("first_steps"), strategies=["today", "one_more_rep"], replications=60, seed=1, jobs=1
    ).comparison
    first, second, _ = found.answer()
    gain = found.differences()["one_more_rep"]
    assert gain.low < 0 < gain.high
    assert first.startswith("Nothing surely beats today on profit: one more rep cannot be told apart from it")
    assert f"differs from today by {money_range(gain.low, gain.high, 'USD')} on average" in second


def test_tipping_points_are_looked_for_where_the_gain_crosses_zero() -> None:
    """One person less gains 3 wages less 3,300, so that it pays above a wage of 1,100."""
    found = case(WAGES)
    assert found.tipping is not None
    (tipping,) = found.tipping.assumptions
    assert tipping.key == WAGE
    assert [(tip.below, tip.above) for tip in tipping.tips] == [("today", "leaner")]
    assert tipping.tips[0].at.value == pytest.approx(1100, abs=1)
    told = [
        fs.Report(found, Withheld(found.result.scenario, pay=each), date.today()) for each in (True, False)
    ]
    assert told[0].contents.tipping == ("The choice hangs on pay in sales, which is left out here.",)
    assert "is above 1,100" in told[1].contents.tipping[0]


def test_a_report_under_an_assumption_says_so() -> None:
    dear = (
        '[assumptions.dear]\nabout = "Media cost more"\nchange = { "channels.web.cost_per_month" = 2000 }\n'
    )
    scenario = fs.parse(SURE + CHEAPER + dear).under("dear")
    found = fs.report(scenario, replications=20, jobs=1).contents
    assert found.watch[0] == "All of this is under the assumption “dear”: Media cost more."
    assert found.assumptions is None
    assert "19.2 thousand EUR more" in found.answer[1]  # 12 months of 2,000 less 400


def test_what_is_to_watch_of_strategies_not_shown_is_folded_up() -> None:
    """A team that has too little time has it in each strategy: today and the best come first."""
    worse = '[strategies.{}]\nchange = {{ "teams.idle.cost_per_person_month" = {} }}\n'
    text = QUEUE + worse.format("worse", 400) + worse.format("thrift", 50)
    found = fs.report(fs.parse(text), replications=20, jobs=1)
    assert found.case.shown == ["today", "thrift"]
    assert [each.partition(": ")[0] for each in found.contents.watch] == ["Today, Thrift"]
    assert [each.partition(": ")[0] for each in found.contents.watch_others] == ["Worse"]
    assert "Team sales is asked for" in found.contents.watch_others[0]
    assert "<summary>Of other strategies (1)</summary>" in found.html


def test_a_stopped_comparison_is_refused() -> None:
    result = fs.compare(fs.parse(SURE + CHEAPER), replications=20, jobs=1)
    short = {
        name: replace(each, plan=replace(each.plan, replications=40))
        for name, each in result.simulations.items()
    }
    with pytest.raises(ValueError, match="the comparison was stopped"):
        fs.report(fs.ComparisonResult(result.scenario, short))


def test_a_single_strategy_has_a_report() -> None:
    found = fs.report(fs.parse(SURE), replications=20, jobs=1)
    assert (found.contents.bridge, found.contents.tornado, len(found.contents.funnels)) == (None, None, 1)
    assert "What does today bring in the year from 2026-01-01 to 2026-12-31?" in found.html


@pytest.mark.parametrize(
    ("months", "anchors"), [(1, ["middle"]), (36, ["start", "middle", "middle", "middle"])]
)
def test_no_month_hangs_out_of_its_plot(months: int, anchors: list[str]) -> None:
    """The first of many begins at the edge; the only one stands in the middle, where its figure is."""
    text = SURE.replace("period_months = 12", f"period_months = {months}")
    page = fs.report(fs.parse(text), replications=2, jobs=1).html
    labels = re.findall(r'y="100%" dy="18" text-anchor="(\w+)">2', page)
    assert labels == anchors


# ---- figures ---------------------------------------------------------------------------------

Figure = Callable[[fs.SimulationResult], float]


def shown(table: Table, title: str) -> list[tuple[str, Cell]]:
    """List the cells of a column with the titles of their rows."""
    column = [each.title for each in table.headings].index(title)
    return [(row.title, row.cells[column]) for row in table.rows]


@pytest.mark.parametrize(
    ("title", "figure", "scale"),
    [("Profit", "profit", 1e3), ("Revenue", "revenue", 1e3), ("Contracts", "won", 1.0)],
)
def test_figures_are_those_of_the_api(title: str, figure: str, scale: float) -> None:
    result = compared()
    by_title = {
        result.scenario.title_of(name).capitalize(): each for name, each in result.simulations.items()
    }
    by_title |= {HARM: result["without_anna_gruber"]}
    cells = shown(made().contents.strategies, title)
    means = [by_title[name].summary.loc[figure, "mean"] for name, _ in cells]
    for mean, (name, cell) in zip(means, cells, strict=True):
        summary = by_title[name].summary.loc[figure]
        half = 0.51 * 10.0 ** -len(cell.mean.partition(".")[2])
        assert float(cell.mean.replace(",", "")) == pytest.approx(mean / scale, abs=half)
        for text, ends in ((cell.range, ("p10", "p90")), (cell.precision, ("low", "high"))):
            for end, column in zip(text.split(" to "), ends, strict=True):
                half = 0.51 * 10.0 ** -len(end.partition(".")[2])
                assert float(end.replace(",", "")) == pytest.approx(summary[column] / scale, abs=half)
    if figure == "profit":
        assert means == sorted(means, reverse=True)


def test_chances_are_shares_of_years() -> None:
    result = made().case.result
    forecast = result["more"].forecast
    profits = forecast.values("profit")[:, 0]
    loss = np.mean(profits < 0)
    ahead = np.mean(profits > result["today"].forecast.values("profit")[:, 0])
    assert forecast.loss().value == loss
    assert result.table.loc["more", ["ahead", "chance_of_loss"]].tolist() == [ahead, loss]
    table = made().contents.strategies
    assert dict(shown(table, "Ahead of today"))["More"].share == pytest.approx(100 * ahead, abs=0.006)
    assert dict(shown(table, "Loss"))["More"].share == pytest.approx(100 * loss, abs=0.006)


def test_months_add_up() -> None:
    result = made().case.result["more"]
    monthly = result.forecast.values("bookings", "month")
    so_far = result.cumulative["bookings"]
    assert so_far["mean"].iloc[-1] == pytest.approx(result.forecast.outcomes("bookings")[0].value)
    assert so_far["p50"].iloc[1] == pytest.approx(np.median(monthly[:, :2].sum(axis=1)))
    with pytest.raises(ValueError, match="the months of conversion do not add up"):
        result.forecast.cumulative("conversion")


def test_the_fan_ends_at_the_quota() -> None:
    fan = made().contents.fans[1]
    assert (fan.title, fan.goal_told) == ("Bookings", "Quota: 210 thousand EUR by the end")
    assert [each.title for each in fan.bands] == ["Today", "More"]
    assert [each.split(",")[0] for each in fan.goal.split()] == ["0.0", "100.0"]


def test_what_is_simulated_once_is_what_each_study_simulates() -> None:
    text = SURE.replace("conversion = 0", "conversion = 0.5").replace(
        "contract_value = 1", "contract_value = 9000"
    )
    text = text.replace("inquiries_per_month = 1,", "inquiries_per_month = 20,")
    text = text.replace(
        "stages.call = {",
        'teams.sales = { people = 1, hours_per_week = 3 }\nstages.call = { team = "sales", ',
    )
    text += CHEAPER + '[assumptions.slow]\nchange = { "channels.web.inquiries_per_month *=" = 0.7 }\n'
    scenario, asked = fs.parse(text), {"replications": 40, "jobs": 1}
    result = fs.compare(scenario, replications=40, jobs=1)
    alone = fs.bottleneck(scenario, strategy="cheaper", **asked)
    assert bottleneck_in(result, "cheaper").table.equals(alone.table)
    beside = assumptions_beside(result)
    assert beside[AS_TYPED] is result
    assert beside.table.equals(fs.compare_assumptions(scenario, **asked).table)
    assert tornado_of(beside, "cheaper").table.equals(fs.tornado(scenario, strategy="cheaper", **asked).table)


def test_people_are_one_part_of_the_bridge() -> None:
    result = made().case.result
    apart, together = (bridge_of(result, "today", "dearer", people_as_one=each) for each in (False, True))
    assert [each.name for each in apart.parts] == ["commission"]
    assert [each.title for each in together.parts] == ["Cost of people"]
    assert together.parts[0].adds == apart.parts[0].adds


def test_tornado_moves_what_is_asked_for() -> None:
    key = "stages.call.effort_hours *="
    found = fs.tornado(fs.parse(FIRM), strategy="more", of=[key], replications=20, jobs=1)
    assert [each.name for each in found.swings if not each.is_assumption] == [key]
    with pytest.raises(fs.ScenarioError, match="no uncertain number 'teams'"):
        fs.tornado(fs.parse(FIRM), of=["teams"], replications=20, jobs=1)


# ---- what is kept back -----------------------------------------------------------------------

NAME = re.compile("anna|gruber|bertram", re.IGNORECASE)
PAY = re.compile(r"4[,_]?321|4[,_]?444|5[,_]?678|0?\.0765|7\.65|1\.0987|cost_per_person_month|\.commission")


def test_names_and_pay_are_left_out() -> None:
    found = made()
    for text in (found.html, found.contents.download.content):
        assert not NAME.search(text)
        assert not PAY.search(text)
    assert "We ask whether sales rep 1 should stay." in found.contents.about
    assert "Without sales rep 1" not in found.html  # it has a title of its own
    assert "sales rep 1, the whole period" in str(found.contents.quota)
    about = {row.title: row.about for row in found.contents.strategies.rows}
    assert about["Dearer people"] == ("Pay in sales changes",)
    assert about["One more"] == ("Teams › sales › reps › sales rep 3: nothing to skill 1.1 from 2026-01-01",)


def test_names_and_pay_are_shown_where_that_is_asked_for() -> None:
    found = made(with_names=True, with_pay=True)
    for text in (found.html, found.contents.download.content):
        assert NAME.search(text)
        assert PAY.search(text)
    assert fs.parse(found.contents.download.content).document == found.case.result.scenario.document
    assert found.contents.download.notes == ()


def test_what_is_downloaded_is_valid() -> None:
    download = made().contents.download
    again = fs.parse(download.content)
    assert list(again.teams["sales"].reps) == ["sales rep 1", "sales rep 2"]
    assert again.teams["sales"].cost_per_person_month == 0
    assert list(again.strategies) == ["without_sales rep 1", "dearer", "more", "one_more"]
    assert [note.split(",")[0].split(":")[0] for note in download.notes] == [
        "Reps are numbered",
        "Pay is left out",
    ]


@pytest.mark.parametrize("preset", fs.presets())
def test_presets_without_pay_are_valid(preset: str) -> None:
    scenario = fs.load(preset)
    held = Withheld(scenario).document
    assert scenario.beginning(held).strategies.keys() == scenario.strategies.keys()


def test_names_that_are_words_of_the_file_too() -> None:
    text = FIRM.replace("anna_gruber", "people").replace(
        '"teams.*" =', '"*.commission" = "measured: 0.0765"\n"teams.*" ='
    )
    scenario = fs.parse(text)
    kept = scenario.beginning(Withheld(scenario).document)
    assert list(kept.teams["sales"].reps) == ["sales rep 1", "sales rep 2"]
    assert kept.teams["sales"].people == 1
    assert next(iter(kept.strategies)) == "without_sales rep 1"
    assert list(kept.origins) == ["teams.sales.reps.sales rep 1.*", "teams.*"]


def test_sentences_do_not_tell_pay_or_names() -> None:
    held = Withheld(fs.parse(FIRM))
    assert held.text("Set teams.sales.commission to 3") == OF_PAY
    assert held.text("Anna gruber, Anna Gruber and anna_gruber") == "sales rep 1, sales rep 1 and sales rep 1"
    assert held.text("hire_anna_gruber") == "hire_sales rep 1"
    assert held.text("Marianna") == "Marianna"
    assert Withheld(fs.parse(FIRM), names=False, pay=False).text("anna_gruber") == "anna_gruber"


# ---- the page --------------------------------------------------------------------------------


def test_the_page_needs_no_network_and_runs_nothing() -> None:
    html = made().html
    assert len(html.encode()) < 3_000_000
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert not re.search(r"""(?:src|href)=["'](?!#|data:)""", html)
    for harm in (HARM, HARMFUL_NAME, "url(", "@import"):
        assert harm not in html


@pytest.mark.parametrize("preset", PRESETS)
def test_words_and_figures_of_presets(preset: str) -> None:
    """A change here is meant, or a mistake: read the diff that `make golden` makes."""
    assert golden(preset) == (FOLDER / f"report_{preset}.txt").read_text(encoding="utf-8")


# ---- the command -----------------------------------------------------------------------------


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    file = tmp_path / "firm.toml"
    file.write_text(SURE + CHEAPER, encoding="utf-8")
    return file


def test_report_is_written(firm: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    told = call("report", str(firm), "--out", str(out), "--replications", "20").stdout
    assert (
        told.splitlines()[0]
        == "Does “cheaper” earn more profit than today in the year from 2026-01-01 to 2026-12-31?"
    )
    assert told.splitlines()[-1] == f"Written: {out}"
    assert str(tmp_path) not in out.read_text(encoding="utf-8")


def test_a_folder_of_results_has_a_report(firm: Path, tmp_path: Path) -> None:
    kept, out = tmp_path / "kept", tmp_path / "report.html"
    call(
        "compare",
        str(firm),
        *["--replications", "20", "--seed", "7", "--set", "channels.web.cost_per_month=900", "--out"],
        str(kept),
    )
    found = call("report", str(kept), "--out", str(out))
    assert found.exit_code == 0
    assert "not those of the folder" not in found.stderr
    assert "--replications 20 --seed 7" in out.read_text(encoding="utf-8")
    assert "it would earn on average 6 thousand EUR more than today" in found.stdout
    assert "not as compare --out wrote it" not in found.stderr


def test_a_folder_that_was_changed_by_hand_is_noticed(firm: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    call("compare", str(firm), "--replications", "5", "--out", str(kept))
    summary, manifest = kept / "summary.csv", kept / "MANIFEST.json"
    summary.write_text(summary.read_text(encoding="utf-8") + "x\n", encoding="utf-8")
    found = call("report", str(kept), "--out", str(tmp_path / "one.html"))
    assert "summary.csv is not as compare --out wrote it. The report simulates anew" in found.stderr
    assert "not those of the folder" not in found.stderr
    written = json.loads(manifest.read_text(encoding="utf-8"))
    dearer = written | {"changes": ["channels.web.cost_per_month=901"]}
    manifest.write_text(json.dumps(dearer), encoding="utf-8")
    found = call("report", str(kept), "--out", str(tmp_path / "two.html"))
    told = "The figures are not those of the folder: the folder was changed after it was written"
    assert told in found.stderr
    older = dearer | {"versions": dearer["versions"] | {"numpy": "0.1"}}
    manifest.write_text(json.dumps(older), encoding="utf-8")
    found = call("report", str(kept), "--out", str(tmp_path / "three.html"))
    assert "other versions made it (numpy 0.1 then, " in found.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["report", "first_steps", "--out", "page.txt"], "--out is page.txt; expected the name of a page"),
        (["report", "nowhere", "--out", "page.html"], "nowhere"),
        (
            ["report", ".", "--out", "page.html"],
            ". has no MANIFEST.json: expected a folder that compare --out has written",
        ),
        (["report", ".", "--seed", "2", "--out", "page.html"], "--seed goes with a scenario"),
        (
            ["report", "first_steps", "--strategies", "a,a", "--out", "page.html"],
            "--strategies takes different names",
        ),
        (["report", "first_steps", "--replications", "0", "--out", "page.html"], "replications"),
    ],
)
def test_mistakes_are_told(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = call(*words)
    assert found.exit_code == 2
    assert told in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("mine", encoding="utf-8")
    found = call("report", "first_steps", "--out", str(out))
    assert found.exit_code == 2
    assert "exists already" in found.stderr
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_folder_of_one_run_names_what_to_do(firm: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    call("run", str(firm), "--replications", "5", "--out", str(kept))
    found = call("report", str(kept), "--out", str(tmp_path / "report.html"))
    assert found.exit_code == 2
    assert "a report compares strategies. Try: funnelsim report" in found.stderr

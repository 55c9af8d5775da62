"""What `compare` and `run` print: the answer first, one table, the rest by question (TE1 to TE5, TE10)."""

from __future__ import annotations

import io
import json
import math
import re

import numpy as np
import pytest
from rich.text import Text
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.app.terminal import show as terminal_page
from funnelsim.forecast import Interval
from funnelsim.metrics import FIGURES, Unit
from funnelsim.reports.columns import PRECISION, figure_column, text_column
from funnelsim.reports.comparison_page import answer_table, comparison_page
from funnelsim.reports.grid import as_text, keyed_table
from funnelsim.reports.question_answers import ANSWERS
from funnelsim.reports.questions import NAMES, QUESTIONS, Question, chosen
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.reports.strategy_columns import answer_columns, busy_columns, goal_columns, strategy_column
from funnelsim.scenario import from_document

FEW = ["--replications", "30", "--jobs", "1"]


@pytest.fixture(scope="module")
def firm() -> fs.ComparisonResult:
    return fs.compare(fs.load("professional_services"), replications=60)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def flat(page: str) -> str:
    return " ".join(page.split())


# ---- the order (TE1) ------------------------------------------------------------------------


def test_rows_stand_in_the_order_of_mean_profit(firm: fs.ComparisonResult) -> None:
    means = firm.summary["mean"].xs("profit", level="figure")
    ranked = firm.comparison.ranked()
    assert [means[name] for name in ranked] == sorted(means, reverse=True)
    assert set(ranked) == set(firm)
    assert next(iter(firm.table.index)) == "today"  # frames keep the order asked for


def test_the_same_profit_keeps_the_order_asked_for() -> None:
    plain = fs.load("first_steps").document
    plain["strategies"] = {"b": {"change": {}}, "a": {"change": {}}}
    plain["strategies"] = {
        name: {"change": {"goals.contracts.at_least": bound}} for name, bound in (("b", 3.5), ("a", 4.0))
    }
    result = fs.compare(from_document(plain), replications=3)
    assert result.comparison.ranked() == ["today", "b", "a"]
    assert result.comparison.front_runner() is None


def test_each_figure_stands_in_the_row_of_its_strategy(firm: fs.ComparisonResult) -> None:
    """Columns that are made in different ways have the same order of rows."""
    columns = [*busy_columns(firm), strategy_column(firm, "won"), *goal_columns(firm), *answer_columns(firm)]
    titles = [each.title for each in columns]
    rows = zip(*(each.values for each in columns), strict=True)
    for name, row in zip(firm.comparison.ranked(), rows, strict=True):
        found = dict(zip(titles, row, strict=True))
        busy = firm[name].by_team.loc["sales", ("utilisation", "mean")]
        assert float(found["sales busy"]) == pytest.approx(100 * busy, abs=0.06)
        assert float(found["Contracts"]) == pytest.approx(firm.summary.loc[(name, "won"), "mean"], abs=0.06)
        chance = firm.goals.loc[(name, "clients"), "chance"]
        assert float(found["Chance of clients"]) == pytest.approx(100 * chance, abs=0.5001)
        assert float(found["Goal clients"]) == pytest.approx(100 * chance, abs=0.5001)
        profit = firm.summary.loc[(name, "profit"), "mean"]
        assert float(found["Profit"]) == pytest.approx(profit / 1e3, abs=0.6)


# ---- the answer (TE2, TE3) ------------------------------------------------------------------


def test_the_answer_is_short_and_says_what_the_verdict_says(firm: fs.ComparisonResult) -> None:
    assert firm.best == "richer_mix"
    assert firm.answer.startswith("Choose richer mix: it would earn on average ")
    gain = firm.comparison.differences()["richer_mix"]
    low, high = (round(each / 1e3) for each in (gain.low, gain.high))
    assert f"{low} to {high} thousand USD more than today" in firm.answer
    assert f"{low} to {high} thousand USD more than today" in firm.verdict
    chance = firm.goals.loc[("richer_mix", "clients"), "chance"]
    assert f"clients {100 * chance:.0f} %" in firm.answer
    assert firm.answer.count(". ") <= 2
    assert len(firm.answer) < len(firm.verdict) / 2


def test_the_best_stands_beside_today(firm: fs.ComparisonResult) -> None:
    assert firm.comparison.front_runner() == "richer_mix"
    page = as_text(comparison_page(firm, "", everything=True, questions=chosen(["funnel"])))
    assert "\nToday\n" in page
    assert "\nRicher mix\n" in page
    assert "\nShared queue\n" not in page


def test_where_nothing_beats_today_the_answer_is_to_stay() -> None:
    costly = fs.load("first_steps").document
    costly["strategies"] = {"waste": {"change": {"channels.website.cost_per_month": 9_000}}}
    result = fs.compare(from_document(costly), replications=60)
    assert result.answer.startswith("Stay with today: waste would cost on average 72 thousand USD.")
    assert result.comparison.front_runner() is None
    assert "the goal contracts is" in result.answer
    assert "against" not in result.answer  # there is nothing beside today


def test_a_loss_of_all_is_said_first() -> None:
    poor = fs.load("first_steps").with_changes({"segments.default.contract_value_per_year *=": 0.1})
    result = fs.compare(poor, replications=40)
    assert result.answer.startswith("Every strategy loses money: ")


def test_the_chance_of_all_goals_is_that_of_years_that_reach_all(firm: fs.ComparisonResult) -> None:
    forecast = firm["richer_mix"].forecast
    every = np.ones(firm.years, bool)
    for goal in forecast.goals:
        every &= forecast.reached(goal)
    assert firm.comparison.chance_of_all("richer_mix") == every.mean()
    plain = fs.load("first_steps").document
    plain.pop("goals")
    none = fs.compare(from_document(plain), replications=2)
    assert math.isnan(none.comparison.chance_of_all("today"))
    assert "goal" not in none.answer


# ---- the one table (TE4) --------------------------------------------------------------------


@pytest.mark.parametrize("preset", fs.presets())
def test_the_table_of_every_preset_is_one_that_fits(preset: str) -> None:
    result = fs.compare(fs.load(preset), replications=2)
    for width in (80, 100):
        (table,) = answer_table(result, width)
        assert max(map(len, as_text(table, width).splitlines())) <= width
    page = as_text(comparison_page(result, "next", width=80), 80)
    assert page.index("Verdict") < page.index("Strategy")
    assert max(map(len, page.splitlines())) <= 80


def test_goals_too_many_for_the_width_become_one_column() -> None:
    plain = fs.load("first_steps").document
    plain["goals"] = {f"contracts_in_year_{i}": {"metric": "won", "at_least": 20 + i} for i in range(8)}
    result = fs.compare(from_document(plain), replications=20)
    page = as_text(comparison_page(result, "", width=80), 80)
    assert "year_7" not in page.split("P10-P90:")[0]
    shown = float(next(line for line in page.splitlines() if line.startswith("today ")).split()[-1])
    assert shown == pytest.approx(100 * result.comparison.chance_of_all("today"), abs=0.5)
    assert "The chance of all 8 goals is" in result.answer


# ---- by question, and whole (TE5) -----------------------------------------------------------


def test_whole_pages_have_every_question_and_every_figure(firm: fs.ComparisonResult) -> None:
    page = flat(as_text(comparison_page(firm, "", everything=True)))
    assert all(question.asks in page for question in QUESTIONS)
    assert firm.verdict in page
    for figure in FIGURES.values():
        if "all" in figure.by:
            assert all(word in page for word in figure.title.split())
    for words in (
        "Return on the extra money",
        "Chance to be best",
        "Expected regret",
        "Cycle against",
        "Typed",
    ):
        assert all(word in page for word in words.split()), words


def test_figures_of_a_question_are_on_its_page(firm: fs.ComparisonResult) -> None:
    for question in QUESTIONS:
        for page in (
            flat(as_text(comparison_page(firm, "", everything=True, questions=[question]))),
            flat(as_text(simulation_page(firm["today"], "", everything=True, questions=[question]))),
        ):
            assert question.asks in page
            for name in question.figures:
                title = "ROI" if name == "roi" and "Profit against" in page else FIGURES[name].title
                assert all(word in page for word in title.split()), (question.name, name)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_a_question_in_short_has_an_answer_and_one_table_that_fits(
    question: Question, width: int, firm: fs.ComparisonResult
) -> None:
    """TE10."""
    for page, answers in (
        (comparison_page(firm, "funnelsim run", width=width, questions=[question]), 2),
        (simulation_page(firm["today"], "funnelsim run", width=width, questions=[question]), 1),
    ):
        text = as_text(page, width)
        lines = text.splitlines()
        assert max(map(len, lines)) <= width
        assert sum(set(line) == {"─"} for line in lines) == 1  # the rule below the head of a table
        assert flat(text).index(question.asks) < flat(text).index(
            ANSWERS[question.name](firm["today"].forecast)
        )
        said = [ANSWERS[question.name](each.forecast) for each in firm.simulations.values()]
        assert sum(each in flat(text) for each in dict.fromkeys(said)) == answers
        assert "To see all on this, add --all" in flat(text)


def test_a_wider_terminal_has_more_columns_of_a_question(firm: fs.ComparisonResult) -> None:
    def heads(width: int) -> list[str]:
        page = as_text(
            comparison_page(firm, "", width=width, questions=[QUESTIONS[NAMES.index("money")]]), width
        )
        table = page[: page.index("─")].split("\n\n")[-1]
        return [title for title in ("Profit", "Revenue", "Cost", "Contracts") if title in table]

    assert heads(40) == ["Profit"]
    assert heads(60) == ["Profit", "Revenue"]
    assert heads(100) == ["Profit", "Revenue", "Cost", "Contracts"]


def test_all_of_one_question_leaves_out_the_others() -> None:
    short, whole = (
        call("run", "first_steps", "--show", "money", *more, *FEW).stdout for more in ([], ["--all"])
    )
    assert "By channel" not in short
    assert "By channel" in whole
    assert "What becomes of inquiries?" not in whole
    assert "In short" not in whole


def test_what_to_try_next_asks_the_same_question_of_the_best_strategy() -> None:
    page = call("compare", "first_steps", "--show", "people", *FEW).stdout
    assert re.search(r"Next, try: funnelsim run first_steps --strategy \w+ --show people$", page, re.M)


def test_show_prints_what_is_asked_for_and_no_more() -> None:
    page = call("compare", "first_steps", "--show", "people", "--show", "money", *FEW).stdout
    assert page.index("What does it bring") < page.index("Who does the work?")
    assert "Where does work wait?" not in page
    assert "Verdict" not in page
    run = call("run", "first_steps", "--show", "customers", *FEW).stdout
    assert "What becomes of customers?" in run
    assert "In short" not in run


def test_a_run_begins_with_a_summary() -> None:
    page = flat(call("run", "first_steps", *FEW).stdout)
    found = json.loads(call("run", "first_steps", "--json", *FEW).stdout)
    won = found["figures"]["won"]["mean"]
    assert (
        f"In short Money: a profit of {found['figures']['profit']['mean'] / 1e3:.0f} thousand USD from "
        in page
    )
    assert f"from {won:.1f} contracts" in page
    assert page.index("In short") < page.index("Main figures")
    whole = call("run", "first_steps", "--all", *FEW).stdout
    assert all(question.asks in whole for question in QUESTIONS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("compare first_steps --show cash", "--show: cash is no question; expected bottleneck, money, "),
        ("compare first_steps --show money --json", "ask for one of them"),
        ("compare first_steps --show money --margin 1000", "does not go with --show"),
        ("compare first_steps --show money --assumptions", "--show shows one comparison"),
        ("run first_steps --show money --digest", "ask for one of them"),
        ("run first_steps --keep here", "belong to the forecast of --pipeline"),
    ],
)
def test_what_does_not_go_together_is_refused(words: str, sentence: str) -> None:
    result = call(*words.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_a_document_has_answer_and_verdict() -> None:
    found = json.loads(call("compare", "first_steps", "--json", *FEW).stdout)
    assert found["answer"]
    assert found["verdict"] != found["answer"]


def test_warnings_about_others_are_counted_and_told_in_full() -> None:
    plain = fs.load("first_steps").document
    plain["strategies"]["swamped"] = {"change": {"channels.website.inquiries_per_month": 400}}
    result = fs.compare(from_document(plain), replications=10)
    assert result.comparison.front_runner() != "swamped"
    short, whole = (flat(as_text(comparison_page(result, "", everything=all_))) for all_ in (False, True))
    assert "more about other strategies: --all" in short
    assert "swamped: Team sales is asked for" not in short
    assert "swamped: Team sales is asked for" in whole


@pytest.mark.parametrize("terminal", ["dumb", "xterm"])
def test_a_page_is_printed_as_wide_as_it_is_laid_out(terminal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    words = "a " * 49 + "end"  # 101 characters: more than a line
    monkeypatch.setattr("sys.stdout", stream := io.StringIO())
    terminal_page(Text(words))
    assert [len(line.rstrip()) for line in re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()] == [
        97,
        3,
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_keys_have_room_beside_their_figures(width: int) -> None:
    gains = [Interval(2e3, -9e3, 12e3)]
    columns = [
        text_column("From, to", ["0.867 to 1.15 times"]),
        *(
            figure_column(f"Change of {what}", Unit.MONEY, "BRL", gains, PRECISION)
            for what in ("profit", "gain", "cost")
        ),
    ]
    lines = as_text(
        keyed_table("Moved", ["inquiries a month from other channels"], columns, width), width
    ).splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.startswith("inquiries a") for line in lines)

"""Names of every kind: right in tables, files and pictures, or refused before anything is simulated."""

from __future__ import annotations

import csv
import io
import warnings

import matplotlib as mpl
import pytest

import funnelsim as fs
from funnelsim.metrics.wording import spoken
from funnelsim.reports.pictures import drawn
from funnelsim.reports.saving import result_files
from funnelsim.scenario import ScenarioError, from_document, load, parse_assignment, preset_text

mpl.use("Agg")
ODD = [
    "$x_1$",
    "\\frac$",
    "5 $ or 10 $",
    "_hidden",
    "\u6771\u4eac",
    "it's",
    "<b>&amp;",
    "contracts",
    "won by %s {0}",
    "\U0001f600",
    "a, b; c",
]


def renamed(stage: str, strategy: str, currency: str = "USD") -> fs.Scenario:
    document = load("first_steps").document
    stages = document["stages"]
    stages["proposal"]["back_to"] = {stage: 0.1}
    document["stages"] = {stage: stages["first_call"], "proposal": stages["proposal"]}
    document["strategies"] = {strategy: document["strategies"]["one_more_rep"]}
    response = {"at_cost_per_month": 3000, "ceiling": 90}
    document["channels"] = {stage: document["channels"]["website"] | {"response": response}}
    return from_document(document | {"currency": currency, "origins": {"*": "assumed: here"}})


@pytest.mark.parametrize("name", ODD)
def test_names_are_the_same_in_every_file_and_picture(name: str) -> None:
    strategy = name.replace(",", "").replace("+", "")
    result = fs.compare(renamed(name, strategy, "$"), replications=3, jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = dict(result_files(result))
        assert all(content.startswith(b"\x89PNG") for content in drawn(result["today"]).values())
    assert {"strategies.png", "funnel.png", "cycle.png", "response.png"} <= set(files)
    rows = csv.DictReader(io.StringIO(files["by_stage.csv"].decode("utf-8-sig"), newline=""))
    assert {row["stage"] for row in rows} == {name, "proposal"}
    rows = csv.DictReader(io.StringIO(files["table.csv"].decode("utf-8-sig"), newline=""))
    assert [row["strategy"] for row in rows] == ["today", strategy]


@pytest.mark.parametrize("name", ["_hidden", "$x$"])
def test_legends_leave_nobody_out(name: str) -> None:
    result = fs.compare(renamed("call", name), replications=3, jobs=1)
    labels = [text.get_text() for text in result.plot_cycle().get_legend().get_texts()]
    assert labels[1].replace("\\$", "$").startswith(f"{spoken(name).strip()}:\nhalf within")
    above, _ = fs.plot_response(renamed(name, "x"))
    [label] = above.get_legend().get_texts()
    assert label.get_text().replace("\\$", "$").startswith(f"{name}: ")
    figure = above.figure
    figure.draw_without_rendering()
    assert label.get_window_extent().width > 0
    mpl.pyplot.close("all")


def test_a_stage_may_be_called_like_the_bar_of_contracts() -> None:
    """Bars of one name would cover each other."""
    ax = fs.simulate(renamed("contracts", "x"), replications=3, jobs=1).plot_funnel()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["contracts", "proposal", "contracts"]
    places = {round(bar.get_y() + bar.get_height() / 2, 6) for bar in ax.patches}
    assert places == {0, 1, 2}
    mpl.pyplot.close("all")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"])
@pytest.mark.parametrize(
    "table", ["stages", "teams", "channels", "segments", "goals", "strategies", "assumptions"]
)
def test_names_are_no_formulas(name: str, table: str) -> None:
    document = load("first_steps").document
    items = {"assumptions": {"x": {"change": {}}}, **document}[table]
    document[table] = {**items, name: next(iter(items.values()))}
    with pytest.raises(ScenarioError, match=r"does not begin with|a name without"):
        from_document(document)


def test_other_texts_are_no_formulas_either() -> None:
    document = load("first_steps").document
    for change in (
        {"currency": "=1"},
        {"teams": {"sales": document["teams"]["sales"] | {"reps": {"-Ada": {}}}}},
        {"stages": document["stages"] | {"proposal": {"conversion": 0.5, "lost_reasons": {"@x": 1.0}}}},
    ):
        with pytest.raises(ScenarioError, match="does not begin with"):
            from_document(document | change)


# ---- names that look the same ---------------------------------------------------------------

ONE, OTHER = "K\u00f6ln", "Ko\u0308ln"  # two forms of Unicode


def test_names_that_look_the_same_are_the_same() -> None:
    text = preset_text("first_steps").replace("[teams.sales]", f'[teams."{ONE}"]')
    text = text.replace('team = "sales"', f'team = "{OTHER}"').replace(
        "teams.sales.people", f"teams.{OTHER}.people"
    )
    scenario = fs.parse(text)
    assert list(scenario.teams) == [ONE]
    assert scenario.with_changes({f"teams.{OTHER}.people": 7}).teams[ONE].people == 7
    document = load("first_steps").document
    document["strategies"] = {OTHER: {"change": {"teams.sales.people": 9}}}
    document["assumptions"] = {OTHER: {"change": {"teams.sales.people": 9}}}
    made = from_document(document)
    assert [made.strategy(name).teams["sales"].people for name in (ONE, OTHER)] == [9, 9]
    assert made.under(OTHER).teams["sales"].people == 9


def test_mistakes_in_them_have_their_line() -> None:
    text = preset_text("first_steps").replace("[teams.sales]", f'[teams."{OTHER}"]\npeple = 3')
    with pytest.raises(ScenarioError) as caught:
        fs.parse(text)
    [line] = [each for each, row in enumerate(text.splitlines(), 1) if row == "peple = 3"]
    assert (line, f"teams.{ONE}.peple") in [(each.line, each.path) for each in caught.value.problems]


def test_two_forms_of_one_name_are_refused() -> None:
    document = load("first_steps").document
    document["goals"] = {ONE: document["goals"]["contracts"], OTHER: document["goals"]["contracts"]}
    with pytest.raises(ScenarioError, match="in two forms of Unicode that look the same"):
        from_document(document)
    with pytest.raises(ScenarioError):  # in a file, TOML itself refuses it
        fs.parse(
            preset_text("first_steps")
            + f'\n[goals."{ONE}"]\nmetric = "won"\n[goals."{OTHER}"]\nmetric = "won"'
        )


# ---- numbers spelt in other ways ------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("hours_per_week = 37,5", "37.5"),
        ("cost_per_person_month = 4,000", "4000 (or 4.0)"),
        ("cost_per_person_month = 1,250,000", "1250000"),
        ("cost_per_person_month = 4.000,50", "4000.5"),
        ("cost_per_person_month = \u20ac 4000", "4000"),
        ("cost_per_person_month = 4'000", "4000"),
        ("commission = 35%", "0.35"),
        ("commission = 0,35", "0.35"),
        ("commission = .5", "0.5"),
        ("skill = { median = 0,9, p90 = 2 }", "0.9"),
        ("skill = { p90 = 2, median = 0,9 }", "0.9"),
        ("sticky = True", "true"),
        ("sticky = yes", "true"),
        ("assignment = least_loaded", '"least_loaded", in quotes'),
        ("holidays = 24.12.2026", "2026-12-24"),
        ('commission = "0,35"', "0.35, without quotes"),
        ('commission = "35 %"', "0.35, without quotes"),
        ('skill = "1,1"', "1.1, without quotes"),
        ('people = "3"', "3, without quotes"),
    ],
)
def test_another_spelling_is_answered_with_the_right_one(line: str, right: str) -> None:
    key = line.split(" = ", maxsplit=1)[0]
    text = preset_text("first_steps")
    kept = [row for row in text.splitlines() if not row.startswith(f"{key} = ")]
    at = kept.index("[teams.sales]")
    with pytest.raises(ScenarioError) as caught:
        fs.parse("\n".join([*kept[: at + 1], line, *kept[at + 1 :]]))
    [problem] = caught.value.problems
    assert (problem.expected, problem.line) == (right, at + 2)
    assert problem.path.endswith(line.split(" = ", maxsplit=1)[0]) or problem.path == "median"


@pytest.mark.parametrize(("typed", "right"), [("0,35", "0.35"), ("4,000", "4000 (or 4.0)"), ("1,5", "1.5")])
def test_another_spelling_of_a_change_is_answered_too(typed: str, right: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_assignment(f"teams.sales.commission={typed}")
    assert caught.value.problems[0].expected == right

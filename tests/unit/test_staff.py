"""What a team's people go through, from the file to the rows."""

from __future__ import annotations

import pytest

from funnelsim.engines import ENGINES, history
from funnelsim.model.words import Event
from funnelsim.scenario import ScenarioError, lower, parse

FIRM = """
start = 2026-01-05
[horizon]
period_months = 3
warm_up_months = 1
drain_months = 1
[segments.all]
contract_value_per_year = 9000
[channels.web]
kind = "seo"
inquiries_per_month = 100
[teams.sales]
people = 1
[teams.sales.reps.Ann]
hired = 2026-02-10
[stages.call]
team = "sales"
conversion = 0.3
effort_hours = 2
"""
LEARNING = "[teams.sales.learning]\nmost = 0.5\nhalf = 20\n"
TRAINING = "[teams.sales.training.one]\ndate = 2026-02-12\ncost = 500\nodds_ratio = 2\n"
engines = pytest.mark.parametrize("engine", sorted(ENGINES))


def test_a_team_that_learns_nothing_has_no_rows_of_it() -> None:
    model = lower(parse(FIRM)).model
    assert not model.reps["grows"].any()
    assert not {Event.SKILL, Event.TRAINED} & set(history("reference", model)["event"].tolist())


def test_who_was_there_before_has_worked_leads() -> None:
    text = FIRM + LEARNING + "leads_worked = 30\n"
    assert lower(parse(text)).model.reps["worked_before"].tolist() == [30, 0]
    text = text.replace("hired = 2026-02-10", "leads_worked = 7")
    assert lower(parse(text)).model.reps["worked_before"].tolist() == [30, 7]


@engines
@pytest.mark.parametrize(("day", "trained"), [("2026-02-09", [0]), ("2026-02-10", [0, 1])])
def test_who_is_there_is_trained_and_paid_for(engine: str, day: str, trained: list[int]) -> None:
    model = lower(parse(FIRM + TRAINING.replace("2026-02-12", day))).model
    rows = history(engine, model)
    told = rows[rows["event"] == Event.TRAINED]
    assert told["rep"].tolist() == trained
    assert set(told["money"].tolist()) == {500.0}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            TRAINING + TRAINING.replace("one", "two"),
            "teams.sales.training.two.date is 2026-02-12, the day of teams.sales.training.one; expected "
            "a day of its own for each training of a team",
        ),
        (TRAINING + "half_life_days = 0\n", "teams.sales.training.one.half_life_days is 0; expected"),
        (LEARNING.replace("20", "0"), "teams.sales.learning.half is 0; expected"),
        (
            TRAINING.replace("2026", "2206"),
            "teams.sales.training.one.date has 2206-02-12, more than 20 years from the start in 2026",
        ),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(more: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(FIRM + more)
    assert any(sentence in problem.sentence() for problem in refused.value.problems)


def test_a_training_of_nobody_is_refused() -> None:
    text = FIRM.replace("people = 1\n", "") + TRAINING.replace("2026-02-12", "2026-02-09")
    with pytest.raises(ScenarioError, match="when nobody of the team is on staff"):
        parse(text)


def test_leads_worked_without_learning_count_for_nothing() -> None:
    with pytest.raises(ScenarioError, match="nobody in the team learns from leads"):
        parse(FIRM.replace("hired = 2026-02-10", "leads_worked = 7"))

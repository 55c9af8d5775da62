"""The loop back to marketing: what may be typed, and what it comes to."""

from __future__ import annotations

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.engines import ENGINES, history
from funnelsim.model.words import Event
from funnelsim.scenario import Scenario, ScenarioError, lower, parse

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 2, period_months = 6, drain_months = 1 }
[traits.budget]
share = 0.3
[segments.any]
contract_value_per_year = 9000
[channels.web]
kind = "seo"
inquiries_per_month = 80
theorist_share = 0.3
[channels.web.learning]
half = 40
theorist_share = -0.3
traits = { budget = 0.6 }
[channels.pr]
kind = "pr"
inquiries_per_month = 20
[teams.sales]
people = 3
[stages.check]
passes_at = 2
[stages.check.checks.budget]
trait = "budget"
[stages.check.checks.means_it]
theorist = true
[stages.call]
team = "sales"
effort_hours = 1
conversion = 0.5
rejection = { probability = 0.1 }
"""


def firm(**changes: object) -> Scenario:
    return parse(FIRM).with_changes({key.replace("__", "."): value for key, value in changes.items()})


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "traits = { budget = 0.6 }",
            "traits = { budgt = 0.6 }",
            'channels.web.learning.traits names "budgt"; did you mean "budget"?',
        ),
        (
            "traits = { budget = 0.6 }",
            "traits = { budget = 0.8 }",
            "channels.web.learning.traits.budget moves the share of those with budget, 0.3, to 1.1, above 1; "
            "expected at most 0.7",
        ),
        (
            "theorist_share = -0.3\ntraits = { budget = 0.6 }",
            "theorist_share = -0.4",
            "channels.web.learning.theorist_share moves the share of theorists, 0.3, to -0.1, below 0; "
            "expected at least -0.3",
        ),
        (
            "theorist_share = -0.3\ntraits = { budget = 0.6 }",
            "theorist_share = 0",
            "channels.web.learning moves nothing; expected a theorist_share or shares of traits other than 0",
        ),
        ("half = 40", "half = 0", "channels.web.learning.half is 0; expected at least 0.01"),
        ("half = 40\n", "", "channels.web.learning.half is missing"),
    ],
)
def test_what_a_channel_cannot_learn_is_told_in_a_sentence(old: str, new: str, sentence: str) -> None:
    assert old in FIRM
    with pytest.raises(ScenarioError) as caught:
        parse(FIRM.replace(old, new, 1))
    [problem] = caught.value.problems
    assert sentence in problem.sentence()


def shares(scenario: Scenario, engine: str = "compiled") -> tuple[float, float]:
    """Return which share of the web's inquiries became leads before the period, and in its last months."""
    model = lower(scenario).model
    found = []
    for world in range(8):
        rows = history(engine, model, seed=5, replication=world)
        web = rows[rows["channel"] == 0]
        passed = set(web["pursuit"][web["event"] == Event.BECAME_LEAD].tolist())
        asked = web[web["event"] == Event.INQUIRY]
        became = np.array([int(one) in passed for one in asked["pursuit"]])
        early, late = asked["time"] < model.months[0], asked["time"] >= model.months[3]
        found.append((became[early].mean(), became[late].mean()))
    return tuple(np.mean(found, axis=0).tolist())


def test_a_channel_brings_better_leads_the_more_it_hears() -> None:
    # At first 0.3 x 0.7 pass the checks; after some 240 reports, n / (n + 40) = 0.86 of the way is gone.
    early, late = shares(firm(stages__check__makes="lead"))
    assert early == pytest.approx(0.21, abs=0.05)
    assert 0.65 < late < 0.9


def test_a_channel_that_is_told_nothing_learns_nothing() -> None:
    deaf = firm(stages__check__makes="lead", management__honest_reports=0)
    early, late = shares(deaf)
    assert early == pytest.approx(0.21, abs=0.05)
    assert late == pytest.approx(0.21, abs=0.05)
    controlled = shares(deaf.with_changes({"management.control": 1}))
    assert controlled == shares(firm(stages__check__makes="lead"))


def test_reports_are_counted_by_channel() -> None:
    found = fs.simulate(firm(), replications=5).by_channel["reports", "mean"]
    assert found["web"] > 300
    assert found["pr"] == 0


def test_a_firm_that_asks_nobody_learns_from_wins_alone() -> None:
    text = FIRM.replace("rejection = { probability = 0.1 }\n", "")
    text = text.replace(
        FIRM[FIRM.index("[stages.check]") : FIRM.index("[stages.call]")], "[stages.check]\nconversion = 1\n"
    )
    found = fs.simulate(parse(text), replications=5).by_channel["reports", "mean"]
    won = fs.simulate(parse(text), replications=5).by_channel["won", "mean"]
    assert found["web"] == won["web"] > 0


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_learning_that_is_left_out_changes_nothing(engine: str) -> None:
    text = FIRM.replace(FIRM[FIRM.index("[channels.web.learning]") : FIRM.index("[channels.pr]")], "")
    rows = history(engine, lower(parse(text)).model)
    deaf = history(engine, lower(firm(management__honest_reports=0)).model)
    assert not (rows["event"] == Event.REPORTED).any()
    assert rows.tobytes() == deaf.tobytes()


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_what_was_learnt_survives_a_change(engine: str) -> None:
    """A strategy that begins late, and changes nothing that matters, has the same leads from then on."""
    text = FIRM + '[strategies.same]\nstarts = 2026-04-01\nchange = { "segments.any.gross_margin" = 0.5 }\n'
    today, same = (
        fs.simulate(parse(text), strategy=name, replications=3, engine=engine).summary["mean"]
        for name in ("today", "same")
    )
    for figure in ("reports", "leads", "won", "lost"):
        assert today[figure] == same[figure]

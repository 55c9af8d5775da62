"""Traits, checks and rejection as scenarios: how they are lowered, what is wrong with them, what they do."""

from __future__ import annotations

import io
import math

import pytest
from rich.console import Console

from funnelsim.chance.distributions import Constant
from funnelsim.model.words import NOTHING
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.scenario import ScenarioError, lower, parse
from funnelsim.scenario.qualifying_checks import harmful_checks
from funnelsim.studies.study import simulate

FIRM = """
start = 2026-03-02
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
segments.all.contract_value = 1000
[management]
control = 0.5
[traits.budget]
share = 0.6
missing = 0.3
[traits.need]
present = 2.0
[channels.web]
kind = "seo"
inquiries_per_month = 60
traits = { need = 0.5 }
[channels.fair]
kind = "pr"
inquiries_per_month = 20
traits = { need = 1.0, budget = 0.2 }
[teams.sales]
people = 2
[stages.qualify]
passes_at = 1
checks.budget = { trait = "budget", sensitivity = 0.9, specificity = 0.8 }
checks.means_it = { theorist = true }
[stages.call]
team = "sales"
conversion = 0.5
lost_reasons = { price = 1.0 }
[stages.call.rejection]
probability = 0.2
needs = ["need"]
missing = { budget = 3.0 }
control = 0.25
open_leads = { open = [2, 6], odds_ratio = [1.0, 4.0] }
"""


def test_traits_checks_and_rejection_become_rows() -> None:
    model, names = lower(parse(FIRM))
    assert model.trait_shares.tolist() == [[0.6, 0.5], [0.2, 1.0]]
    assert model.traits["missing"].tolist() == [0.3, 1.0]
    assert model.traits["present"].tolist() == [1.0, 2.0]
    qualify, call = model.stages
    assert (qualify["checks"], qualify["passes_at"], qualify["rejection"]) == (2, 1, 0)
    assert math.isinf(qualify["odds"])
    assert model.checks["trait"].tolist() == [0, NOTHING]
    assert model.checks["false_good"] == pytest.approx([0.2, 0.0])
    assert (call["checks"], call["rejection"]) == (0, 1)
    rejection = model.rejections[0]
    assert rejection["odds"] == pytest.approx(0.25 * math.sqrt(0.25))  # half of the control there may be
    assert (rejection["needs"], names.reasons[rejection["reason"]]) == (2, "rejected")
    assert model.junk_odds.tolist() == [[3.0, 1.0]]
    assert model.loads.tolist() == [(2, 1.0), (6, 4.0)]
    assert model.firm[0]["ripening"] == NOTHING


def test_by_default_all_answers_must_be_good() -> None:
    assert lower(parse(FIRM.replace("passes_at = 1\n", ""))).model.stages[0]["passes_at"] == 2


def test_theorists_ripen_by_a_distribution() -> None:
    text = FIRM + "[effects]\ntheorist_ripens_after_days = 40\n"
    model = lower(parse(text)).model
    assert parse(text).effects.theorist_ripens_after_days == Constant(40.0)
    assert model.distributions[model.firm[0]["ripening"]]["location"] == 40.0


def test_a_scenario_without_any_of_it_has_no_rows_of_it() -> None:
    plain = FIRM[: FIRM.index("[management]")] + (
        "[channels.web]\nkind = 'seo'\ninquiries_per_month = 60\n[stages.call]\nconversion = 0.5\n"
    )
    model, names = lower(parse(plain))
    assert [len(each) for each in (model.traits, model.checks, model.rejections, model.loads)] == [0] * 4
    assert names.reasons == ("gone cold", "unstated")


MISTAKES = {
    "a check of a trait that does not exist": (
        'trait = "budget"',
        'trait = "bugdet"',
        'stages.qualify.checks.budget.trait names "bugdet"; did you mean "budget"?',
    ),
    "a check of nothing": (
        "{ theorist = true }",
        "{ sensitivity = 0.5 }",
        "stages.qualify.checks.means_it has neither trait nor theorist = true; expected one of them",
    ),
    "a check of two things": (
        "{ theorist = true }",
        '{ theorist = true, trait = "need" }',
        'stages.qualify.checks.means_it has both trait = "need" and theorist = true; expected one of them',
    ),
    "a conversion beside checks": (
        "passes_at = 1",
        "passes_at = 1\nconversion = 0.5",
        "stages.qualify.conversion is given beside checks; expected one of them",
    ),
    "a conversion of a segment beside checks": (
        "passes_at = 1",
        "passes_at = 1\nsegments.all.conversion = 0.5",
        "stages.qualify.segments.all.conversion is given, but the stage decides by checks; "
        "expected no such key",
    ),
    "more good answers than checks": (
        "passes_at = 1",
        "passes_at = 3",
        "stages.qualify.passes_at is 3, but the stage has 2 checks; expected at most 2",
    ),
    "good answers without checks": (
        "conversion = 0.5",
        "conversion = 0.5\npasses_at = 1",
        "stages.call.passes_at is given, but the stage has no checks; expected checks, or no such key",
    ),
    "neither conversion nor checks": (
        "conversion = 0.5\n",
        "",
        "stages.call.conversion is missing; expected the probability that an average lead advances, or "
        "checks by which the stage decides",
    ),
    "effort of a check without a team": (
        "{ theorist = true }",
        "{ theorist = true, effort_hours = 0.2 }",
        "stages.qualify.checks.means_it.effort_hours is given, but the stage has no team; "
        "expected a team, or no such key",
    ),
    "a need that does not exist": (
        '["need"]',
        '["ned"]',
        'stages.call.rejection.needs names "ned"; did you mean "need"?',
    ),
    "an odds ratio of a trait that does not exist": (
        "{ budget = 3.0 }",
        "{ money = 3.0 }",
        'stages.call.rejection.missing names "money"; expected a trait: budget, need',
    ),
    "a trait of a channel that does not exist": (
        "traits = { need = 0.5 }",
        "traits = { need = 0.5, bugdet = 0.5 }",
        'channels.web.traits names "bugdet"; did you mean "budget"?',
    ),
    "a trait without a share": (
        "traits = { need = 0.5 }\n",
        "",
        "traits.need.share is missing; expected a share, or one in channels.web.traits",
    ),
    "open leads that do not rise": (
        "open = [2, 6]",
        "open = [6, 2]",
        "stages.call.rejection.open_leads.open is [6, 2]; expected numbers of open leads that rise",
    ),
    "open leads without ratios": (
        "odds_ratio = [1.0, 4.0]",
        "odds_ratio = [1.0]",
        "stages.call.rejection.open_leads has 2 values of open and 1 odds ratios; "
        "expected as many of one as of the other",
    ),
    "rejection without a team": (
        'team = "sales"\n',
        "",
        "stages.call.rejection is given, but the stage has no team; expected a team whose reps reject",
    ),
    "a reason that rejection has": (
        "{ price = 1.0 }",
        "{ rejected = 1.0 }",
        'stages.call.lost_reasons names "rejected", which is what is lost by rejection; '
        "expected other reasons",
    ),
    "too much control": ("control = 0.5", "control = 1.5", "management.control is 1.5; expected at most 1"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_sentence(mistake: str) -> None:
    right, wrong, said = MISTAKES[mistake]
    assert FIRM.count(right) >= 1
    with pytest.raises(ScenarioError) as raised:
        parse(FIRM.replace(right, wrong, 1))
    sentences = [problem.sentence() for problem in raised.value.problems]
    assert len(sentences) == 1
    assert said in sentences[0]


def test_more_than_32_traits_are_refused() -> None:
    traits = "".join(f"[traits.t{number}]\nshare = 0.5\n" for number in range(31))
    with pytest.raises(ScenarioError, match="traits has 33 entries; expected at most 32 entries"):
        parse(FIRM + traits)


def test_rejection_is_for_the_first_62_stages() -> None:
    """A bit for each stage is in what a pursuit has met."""
    more = "".join(f"[stages.s{number}]\nconversion = 0.5\n" for number in range(60))
    last = "[stages.last]\nconversion = 0.5\nteam = 'sales'\nrejection = { probability = 0.5 }\n"
    with pytest.raises(ScenarioError, match=r"stages\.last\.rejection is given in stage number 63"):
        parse(FIRM + more + last)


def test_a_check_that_does_harm_is_doubted() -> None:
    assert harmful_checks(parse(FIRM)) == []
    assert harmful_checks(parse(FIRM.replace("sensitivity = 0.9", "sensitivity = 0.1"))) == [
        "stages.qualify.checks.budget does harm: with a sensitivity of 0.1 and a specificity of 0.8, those "
        "without what it looks for get a good answer more often than those with it."
    ]


def test_who_reads_results_is_told_of_checks_that_do_harm() -> None:
    harmful = FIRM.replace("sensitivity = 0.9", "sensitivity = 0.1")
    for text, count in ((FIRM, 0), (harmful, 1)):
        result = simulate(parse(text), replications=2, engine="reference")
        assert sum("does harm" in warning for warning in result.warnings) == count


def test_a_page_tells_of_junk_where_sales_rejects() -> None:
    pages = []
    for text in (FIRM, FIRM[: FIRM.index("[stages.call.rejection]")]):
        result = simulate(parse(text), replications=2, engine="reference")
        console = Console(record=True, width=140, file=io.StringIO())
        console.print(simulation_page(result, "", everything=True))
        pages.append(console.export_text())
    _, _, of_junk = pages[0].partition("\nJunk: what sales rejects at first contact\n")
    section, _, _ = of_junk.partition("\nBy rep\n")
    assert all(table in section for table in ("Figure ", "Channel ", "Rep "))
    assert "Junk" not in pages[1]


@pytest.mark.parametrize(
    ("checks", "message"),
    [
        ("{ theorist = true, specificity = 1 }", "loops for ever"),  # theorists never pass
        ("{ theorist = true, specificity = 0.5 }", None),
    ],
)
def test_a_way_out_is_needed_for_those_who_never_pass(checks: str, message: str | None) -> None:
    text = FIRM.replace("passes_at = 1", "passes_at = 2\nback_to = { qualify = 1.0 }")
    text = text.replace("{ theorist = true }", checks)
    if message is None:
        parse(text)
    else:
        with pytest.raises(ScenarioError, match=message):
            parse(text)

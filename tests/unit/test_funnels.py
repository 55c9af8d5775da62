"""Funnels: which stages they have, which contracts, and whether their steps add up (TE11)."""

from __future__ import annotations

from functools import cache

import matplotlib.pyplot as plt
import pytest

import funnelsim as fs
from funnelsim.planning.case import make_case
from funnelsim.reports.fates import fates_of
from funnelsim.reports.report import flow
from funnelsim.reports.what_if import answer_document
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.what_if import WhatIf

from .test_cli import call

SALE = {  # stages before a contract; the files have others for customers
    "subscription_software": ["qualification", "demo", "proposal"],
    "installer": ["call", "site visit", "offer"],
}
OTHERS = {"subscription_software": ["visit"], "installer": ["permits", "work", "acceptance"]}
SKIPS = "Leads may skip a stage or come back to one"
STEADY = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 2, drain_months = 6 }
segments.all = { contract_value = 1_000 }
channels.web = { kind = "seo", inquiries_per_month = 50 }
stages.call = { conversion = 0.5 }
stages.offer = { conversion = 0.5 }
"""
COMES_BACK = f"{STEADY}stages.contract = {{ conversion = 0.5, back_to = {{ offer = 1.0 }} }}"
SKIPS_ONE = (
    STEADY.replace(
        "call = { conversion = 0.5 }", "call = { conversion = 0.5, next = { sign = 0.5, offer = 0.5 } }"
    )
    + "stages.sign = { conversion = 0.9 }"
)


@cache
def run(preset: str) -> fs.SimulationResult:
    return fs.simulate(fs.load(preset), replications=3, jobs=1)


@pytest.mark.parametrize("preset", SALE)
def test_a_funnel_ends_with_the_contract(preset):
    """Who went on from the last stage has signed: what customers come to is no step."""
    found = fates_of(run(preset).forecast)
    assert [name.replace("_", " ") for name in found.stages] == SALE[preset]
    assert found.won == pytest.approx(found.went_on[-1])
    assert found.add_up
    came = run(preset).forecast.outcomes("visits", "stage")
    assert found.entered.tolist() == [each.value for each in came[:3]]


@pytest.mark.parametrize("preset", SALE)
def test_every_funnel_has_these_stages(preset):
    case = make_case(fs.load(preset), strategies=["today"], replications=3, jobs=1)
    assert [step.title.lower() for step in flow.funnels(case)[0].steps] == [*SALE[preset], "contracts"]
    (answer,) = WhatIf(fs.load(preset), sizes=(1,)).answers({})
    document = answer_document(answer, Withheld(answer.scenario))
    assert [row["place"] for row in document["funnel"]] == [*SALE[preset], "contracts"]
    ax = run(preset).plot_funnel()
    assert [" ".join(each.get_text().split()) for each in ax.get_yticklabels()] == [
        *SALE[preset],
        "contracts",
    ]
    plt.close(ax.figure)


def test_the_terminal_has_the_stages_of_customers_apart():
    asked = ("run", "subscription_software", "--replications", "3", "--seed", "1", "--show", "funnel")
    short, full = call(*asked).output, call(*asked, "--all").output
    assert "proposal" in short
    assert "visit " not in short
    sale, _, customers = full.partition("Stage of customers")
    assert "proposal" in sale
    assert "visit " in customers.partition("By month")[0]


@pytest.mark.parametrize(("text", "adds_up"), [(STEADY, True), (COMES_BACK, False), (SKIPS_ONE, False)])
def test_steps_that_do_not_add_up_are_explained(text, adds_up):
    case = make_case(fs.parse(text), replications=3, jobs=1)
    note = flow.funnel_note(case)
    assert "Contracts here are those of the period's inquiries, whenever they are signed" in note
    assert (SKIPS not in note) == adds_up

"""What a goal asks: in its currency, and with the time over which its figure is taken (TE12)."""

from __future__ import annotations

import pytest

import funnelsim as fs
from funnelsim.forecast import Goal
from funnelsim.metrics import FIGURES, Unit
from funnelsim.planning.case import make_case
from funnelsim.reports.report import choice

from .test_cli import call


@pytest.mark.parametrize(
    ("metric", "target", "each", "asks"),
    [
        ("mrr", 450_000, "period", "at least 450,000 USD at the end of the period"),
        ("mrr", 450_000, "every_month", "at least 450,000 USD at the end of every month"),
        ("revenue", 450_000, "period", "at least 450,000 USD in all"),
        ("revenue", 40_000, "average_month", "at least 40,000 USD in an average month"),
        ("contract_value", 9_000, "period", "at least 9,000 USD"),
        ("nrr", 1.0, "period", "at least 100 %"),
        ("delivered_in_time", 0.8, "period", "at least 80 %"),
        ("lowest_cash", 20_000, "period", "at least 20,000 USD at the end of every day"),
        ("on_staff", 4, "period", "at least 4 on average over the period"),
        ("won", 30, "period", "at least 30 in all"),
    ],
)
def test_a_goal_says_what_is_measured_when(metric, target, each, asks):
    assert Goal("name", metric, at_least=target, each=each, currency="USD").words() == asks


def test_only_what_adds_up_is_asked_in_all():
    """Of every figure that everything has."""
    for name, figure in FIGURES.items():
        asked = Goal("name", name, at_least=0.5).words()
        assert asked.endswith(" in all") == figure.flow, name
        if figure.unit is Unit.SHARE:
            assert asked == "at least 50 %", name


def test_what_a_goal_asks_of_one_team_says_when_first():
    goal = Goal("name", "on_staff", at_least=4, dimension="team", place="sales")
    assert goal.words() == "at least 4 on average over the period for team sales"


def test_terminal_frame_and_report_say_the_same():
    scenario = fs.load("subscription_software")
    asks = ["MRR: at least 450,000 USD at the end of the period", "at least 100 %"]
    case = make_case(scenario, strategies=["today"], replications=3, jobs=1)
    table, _ = choice.goals(case)
    assert [each.unit.endswith(said) for each, said in zip(table.headings, asks, strict=True)] == [True, True]
    assert list(case.result.goals["asks"]) == [asks[0].removeprefix("MRR: "), asks[1]]
    page = call("run", "subscription_software", "--replications", "3", "--all").output
    assert "at least 450,000 USD" in page

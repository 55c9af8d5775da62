"""Leads that reps ignore: what a scenario may say of them, its rows, and what figures say."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracle.situations import ignored_by_their_reps
from tests.oracle.table import history_of

from funnelsim.engines import history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.words import DAY
from funnelsim.scenario import Months, lower, parse

from .good_scenario import problems_of

SCENARIO = """
start = 2026-01-01
[management]
control = 0.5
[segments.any]
contract_value = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 90
[teams.sales]
people = 2
[stages.call]
team = "sales"
conversion = 0.5
goes_cold_after_days = 9
[stages.call.ignored]
probability = 0.2
control = 0.25
open_leads = { open = [2, 6], odds_ratio = [1.0, 3.0] }
"""
COLD = "goes_cold_after_days = 9\n"


def test_control_and_open_leads_become_rows() -> None:
    model, names = lower(parse(SCENARIO).with_months(Months(0, 1, 0)))
    [row] = model.ignored
    assert row["odds"] == pytest.approx(0.25 * 0.5)  # 0.2 / 0.8, halved by half of the control
    assert names.reasons[row["reason"]] == "ignored"
    loads = model.loads[row["first_load"] : row["first_load"] + row["loads"]]
    assert loads.tolist() == [(2, 1.0), (6, 3.0)]
    assert model.stages["ignored"].tolist() == [1]


def test_a_certain_neglect_stays_certain_under_control() -> None:
    text = SCENARIO.replace("probability = 0.2", "probability = 1").replace("= 0.25", "= 0")
    text = text.replace("control = 0.5", "control = 1")
    assert np.isinf(lower(parse(text).with_months(Months(0, 1, 0))).model.ignored["odds"][0])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            COLD,
            "",
            "stages.call.ignored is given, but the leads of the stage wait for ever; "
            "expected goes_cold_after_days, at which those who are ignored give up",
        ),
        (
            "people = 2",
            'people = 2\nassignment = "shared_queue"',
            'is given, but in sales reps take leads themselves: assignment = "shared_queue"; '
            "expected a team whose leads are given to its reps, as by round_robin",
        ),
        (
            'team = "sales"\nconversion = 0.5\n' + COLD,
            "conversion = 0.5\n",
            "is given, but the stage has no team; expected a team whose reps ignore leads",
        ),
        (
            "conversion = 0.5",
            "conversion = 0.5\nlost_reasons = { ignored = 1.0 }",
            'names "ignored", for which those go cold whom reps ignore; expected other reasons',
        ),
        (
            "[2, 6]",
            "[6, 2]",
            "stages.call.ignored.open_leads.open is [6, 2]; expected numbers of open leads that rise",
        ),
        ("= 0.2\n", "= 1.5\n", "stages.call.ignored.probability is 1.5; expected at most 1"),
    ],
)
def test_bad_input_is_told_in_one_sentence(old: str, new: str, sentence: str) -> None:
    [problem] = problems_of(SCENARIO.replace(old, new))
    assert sentence in problem.sentence()


def test_a_policy_of_pulling_fits_where_nobody_is_ignored() -> None:
    text = SCENARIO.replace("people = 2", 'people = 2\nassignment = "shared_queue"').replace(
        "= 0.2\n", "= 0\n"
    )
    parse(text)


def test_figures_count_who_was_ignored() -> None:
    model = ignored_by_their_reps()
    model = model._replace(months=np.array([2 * DAY, 14 * DAY], np.int64))
    tally = new_tally(model, 4)
    fold(history("reference", model, 2), model, tally)
    tallies, leads = stack([tally]), history_of(model, 2).leads.values()
    ends = [(walk, walk.visits[-1]) for walk in leads if walk.visits[-1].ignored]
    expected = [
        sum(visit.stage == stage and 2 * DAY <= visit.left < 14 * DAY for _, visit in ends)
        for stage in (0, 1)
    ]
    assert min(expected) > 3
    assert FIGURES["ignored_leads"].values(cut(model, tallies, "stage"))[0].tolist() == expected
    came = [walk for walk in leads if 2 * DAY <= walk.began < 14 * DAY]
    share = sum(walk.visits[-1].ignored for walk in came) / len(came)
    assert FIGURES["ignored_share"].values(cut(model, tallies, "all"))[0, 0] == pytest.approx(share)
    by_reason = tally.reasons[0, 0]
    assert by_reason[2:].tolist() == expected  # the reasons of the two stages

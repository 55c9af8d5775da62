"""What answers in docs/questions say is checked against their figures: each claim can fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import funnelsim as fs

DOCS = Path(__file__).parents[2] / "docs"
sys.path.append(str(DOCS))

from question_claims import CLAIMS, Claim, Figures, untrue  # noqa: E402

NAMES = sorted(each.stem for each in (DOCS / "questions").glob("*.md") if each.stem != "index")


@pytest.fixture(scope="module")
def result() -> fs.ComparisonResult:
    return fs.compare(fs.load("first_steps"), replications=40, jobs=1)


@pytest.mark.parametrize("name", NAMES)
def test_each_page_has_claims_and_each_claim_stands_in_its_page(name: str) -> None:
    text = " ".join((DOCS / "questions" / f"{name}.md").read_text(encoding="utf-8").split())
    assert CLAIMS[name]
    assert all(claim.words in text for claim in CLAIMS[name])


def test_a_claim_that_the_figures_do_not_bear_out_is_named(
    result: fs.ComparisonResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    won = result.summary.loc[("today", "won"), "mean"]
    claims = (
        Claim("Few contracts.", lambda of: of.mean("won") < won / 2),
        Claim("Some contracts.", lambda of: of.mean("won") == won),
        Claim("Gone words.", lambda _: True),
    )
    monkeypatch.setitem(CLAIMS, "hire", claims)
    first, second = untrue("hire", "Few\ncontracts. Some contracts.", result)
    assert first == 'hire.md says "Few contracts.", and the figures no longer do: change the sentence'
    assert second == 'hire.md no longer says "Gone words.": change docs/question_claims.py with it'


def test_figures_are_those_of_the_comparison(result: fs.ComparisonResult) -> None:
    of = Figures(result)
    profit = result.summary["mean"].xs("profit", level="figure")
    assert of.most("profit") == profit.idxmax()
    assert of.least("profit") == profit.idxmin()
    gains = result.differences.xs("profit", level="figure")
    assert [of.better(name) for name in gains.index] == list(gains["low"] > 0)
    assert [of.worse(name) for name in gains.index] == list(gains["high"] < 0)
    won = result.summary.loc[("today", "won")]
    assert of.spread("won") == pytest.approx((won["p90"] - won["p10"]) / 2 / won["mean"])
    waits = result["today"].by_stage[("wait", "mean")]
    assert of.waits_longest() == waits.idxmax()

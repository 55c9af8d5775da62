"""The loop back to marketing worked out with paper and pencil."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import asks, at, channel, firm, live, outcomes, stage, table
from .firm import DAY, LOST, Check, Firm, Learning, Rejection, Trait
from .naive import History

HOURS = [at(0, 9), at(0, 11), at(0, 13), at(0, 15)]
NOBODY_YET = (0.0, 0.0)  # a share of theorists that stays 0


def asking(u: float, learning: Learning, **more: object) -> Firm:
    """Let four companies ask, two hours apart, that have the only trait if `u` is below its share."""
    company = firm(
        [],
        inquiries=[asks(entity, 0, when, by_luck=(0.999, u)) for entity, when in enumerate(HOURS)],
        channels=[channel(learning=learning)],
        stages=[stage(checks=[Check(0, 1.0, 0.0)], passes_at=1)],
        traits=[Trait()],
    )
    return replace(company, **more)


def reports(history: History) -> list[int]:
    return [when for when, what, _ in history.log if what == "reported"]


def test_a_share_moves_by_a_report_at_a_time() -> None:
    # Typed 0.2, at most 0.6 more, half of it after one report: 0.2, 0.5, 0.6, 0.65.
    learning = Learning(half=1.0, theorists=NOBODY_YET, traits=[(0.2, 0.6)])
    for u, ends in ((0.49, "lost won won won"), (0.55, "lost lost won won"), (0.64, "lost lost lost won")):
        history = live(asking(u, learning), table())
        assert outcomes(history) == ends.split()
        assert reports(history) == [when + at(0, 1) for when in HOURS]


def test_each_lead_is_reported_as_good_or_bad_just_before_its_end() -> None:
    history = live(asking(0.49, Learning(1.0, NOBODY_YET, [(0.2, 0.6)])), table())
    assert [walk.told for _, walk in sorted(history.leads.items())] == [[False], [True], [True], [True]]
    of_the_first = [what for _, what, lead in history.log if lead == 0]
    assert of_the_first[-2:] == ["reported", "lost"]


def test_a_share_moves_down_too_and_so_does_that_of_theorists() -> None:
    learning = Learning(half=1.0, theorists=(0.5, -0.5), traits=[(1.0, -1.0)])
    company = asking(0.3, learning)
    company.inquiries = [replace(each, by_luck=(0.3, 0.3)) for each in company.inquiries]
    # 1, then 1/2, 1/3 and 1/4 have the trait; 1/2, 1/4, 1/6 and 1/8 are theorists.
    history = live(company, table())
    assert outcomes(history) == ["won", "won", "won", "lost"]
    assert [walk.theorist for _, walk in sorted(history.leads.items())] == [True, False, False, False]


def test_what_is_not_reported_teaches_nothing() -> None:
    learning = Learning(half=1.0, theorists=NOBODY_YET, traits=[(0.2, 0.6)], honest=0.5)
    tells = replace(table(), report=lambda lead, *_: 0.49 if lead > 0 else 0.5)
    history = live(asking(0.45, learning), tells)
    assert outcomes(history) == ["lost", "lost", "won", "won"]
    assert len(reports(history)) == 3


def test_nothing_is_learnt_in_the_warm_up() -> None:
    learning = Learning(half=1.0, theorists=NOBODY_YET, traits=[(0.2, 0.6)])
    history = live(asking(0.49, learning, period_begins=at(0, 12)), table())
    # Of the first two, of whom one ends at 10 and one at 12, only that at 12 counts: the period has begun.
    assert outcomes(history) == ["lost", "lost", "won", "won"]
    assert len(reports(history)) == 4


def test_a_rejection_is_a_bad_report() -> None:
    learning = Learning(half=1.0, theorists=NOBODY_YET, traits=[(0.2, 0.6)])
    rejecting = stage(rejection=Rejection(odds=1e-9, reason=1, missing=[1e12]))
    history = live(asking(0.49, learning, stages=[rejecting]), table())
    assert outcomes(history) == ["lost", "won", "won", "won"]
    assert [walk.told for _, walk in sorted(history.leads.items())] == [[False], [True], [True], [True]]


@pytest.mark.parametrize("patience", [0, DAY])
def test_who_is_lost_without_checks_or_goes_cold_says_nothing(patience: int) -> None:
    learning = Learning(half=1.0, theorists=NOBODY_YET, traits=[(0.2, 0.6)])
    company = asking(0.49, learning, stages=[stage(to=LOST)])
    history = live(company, table(patience=patience))
    assert set(outcomes(history)) == {"gone cold" if patience == 0 else "lost"}
    assert reports(history) == []


def test_channels_learn_each_for_itself() -> None:
    learning = Learning(half=1.0, theorists=NOBODY_YET, traits=[(0.2, 0.6)])
    company = asking(0.49, learning)
    company.channels.append(channel(learning=learning))
    company.inquiries.append(asks(9, 1, at(0, 16), by_luck=(0.999, 0.49)))
    assert outcomes(live(company, table())) == ["lost", "won", "won", "won", "lost"]

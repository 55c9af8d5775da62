"""Traits, checks, ripening and rejection worked out with paper and pencil."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .by_hand import asks, at, channel, firm, outcomes, spans, stage, table
from .firm import DAY, HOUR, WON, Chapter, Check, Draws, Firm, Rejection, Rep, Trait
from .naive import History, simulate


def lived(company: Firm, **draws: object) -> History:
    return simulate(Chapter(0, company, replace(table(), **draws)))


def checked(passes_at: int) -> object:
    """Make a stage that asks about two traits and whether a lead means it; all answers are right."""
    checks = [Check(trait, 1.0, 0.0) for trait in (0, 1, None)]
    return stage(checks=checks, passes_at=passes_at)


def asking(**of_company: object) -> Firm:
    """Let one company ask on the first morning."""
    return firm([], inquiries=[asks(0, 0, at(0, 9), **of_company)], traits=[Trait(), Trait()])


@pytest.mark.parametrize(
    ("of_company", "good"),
    [
        ({"traits": {0, 1}}, 3),
        ({"traits": {1}}, 2),
        ({"traits": {0, 1}, "theorist": True}, 2),
        ({"theorist": True}, 0),
    ],
)
def test_a_lead_advances_with_enough_good_answers(of_company: dict[str, object], good: int) -> None:
    for passes_at in (1, 2, 3):
        company = replace(asking(**of_company), stages=[checked(passes_at)])
        assert outcomes(lived(company)) == ["won" if good >= passes_at else "lost"]


@pytest.mark.parametrize(
    ("u", "has", "won"), [(0.69, True, True), (0.71, True, False), (0.39, False, True), (0.41, False, False)]
)
def test_a_check_errs_both_ways(u: float, has: bool, won: bool) -> None:
    """A good answer comes with chance 0.7 from who has the trait, and with chance 0.4 from who lacks it."""
    company = replace(
        asking(traits={0} if has else set()), stages=[stage(checks=[Check(0, 0.7, 0.4)], passes_at=1)]
    )
    assert outcomes(lived(company, check=lambda *_: (0.0, u))) == ["won" if won else "lost"]


def test_the_hours_of_checks_are_added_to_those_of_the_stage() -> None:
    """One hour, and a quarter of an hour, half an hour and three quarters, at speed 2."""
    company = replace(asking(traits={0, 1}), stages=[checked(3)], reps=[Rep(0, speed=2.0)])
    history = lived(company, check=lambda _, __, ___, number: (0.25 * (number + 1), 0.5))
    assert spans(history) == [(at(0, 9), at(0, 10.25), 0)]


def test_a_theorist_ripens_from_a_time_on() -> None:
    """Two theorists ask on day 0 at 9:00 and are sent back for two days, at 10:00 and at 11:00.

    One ripens on day 2 at 10:00, just in time, the other a microsecond after 11:00: it comes once more.
    """
    again = replace(stage(odds=1.0, theorist_odds=0.0), elses=[(1.0, 0, -1)])
    company = firm([], inquiries=[asks(lead, 0, at(0, 9), theorist=True) for lead in (0, 1)], stages=[again])
    history = lived(
        company,
        advances=lambda *_: 0.4,
        customer_days=lambda *_: 2.0,
        ripening=lambda lead: 2 * DAY + (2 * HOUR + 1 if lead else HOUR),
    )
    assert [len(history.leads[lead].visits) for lead in (0, 1)] == [2, 3]
    assert [walk.theorist for walk in history.leads.values()] == [False, False]


def rejecting(**more: object) -> Rejection:
    """Make a rejection at odds of 1, so that a chance of one half is the reference."""
    return Rejection(odds=1.0, reason=7, **more)


@pytest.mark.parametrize(
    ("of_company", "more", "chance"),
    [
        ({}, {}, 1 / 2),
        ({}, {"missing": [3.0, 1.0]}, 3 / 4),
        ({"traits": {0}}, {"missing": [3.0, 1.0]}, 1 / 2),
        ({"theorist": True}, {"theorist": 4.0}, 4 / 5),
        ({}, {"theorist": 4.0}, 1 / 2),
        ({}, {"skill_exponent": -0.5}, 1 / 3),  # of a rep with skill 4
        ({}, {"loads": [(0, 1 / 4), (2, 4.0)]}, 1 / 5),
    ],
)
def test_the_odds_of_rejection_multiply(
    of_company: dict[str, object], more: dict[str, object], chance: float
) -> None:
    company = replace(
        asking(**of_company), reps=[Rep(0, skill=4.0)], stages=[stage(rejection=rejecting(**more))]
    )
    junk = bool(of_company.get("theorist"))
    for u, outcome in ((chance - 0.01, "lost"), (chance + 0.01, "won")):
        history = lived(company, rejection=lambda *_, u=u: u)
        assert outcomes(history) == [outcome]
        assert history.leads[0].rejections == ([junk] if outcome == "lost" else [])


def test_what_is_rejected_takes_a_share_of_the_effort_and_no_time_of_the_customer() -> None:
    """Of two leads at 9:00 the first is rejected after a fifth of 5 hours; its customer would take 3 days.

    The rep then begins on the second, whose work ends at 15:00.
    """
    company = firm(
        [at(0, 9), at(0, 9)],
        stages=[stage(rejection=rejecting(effort_share=0.2), cost_per_visit=4.0)],
        channels=[channel(cost_per_inquiry=6.0, price_per_lead=9.0)],
    )
    draws = table(effort=5.0, days=3.0)
    history = simulate(Chapter(0, company, replace(draws, rejection=lambda lead, *_: 0.4 + 0.2 * lead)))
    assert spans(history) == [(at(0, 9), at(0, 10), 0), (at(0, 10), at(0, 15), 0)]
    assert [walk.ended for walk in history.leads.values()] == [at(0, 10), at(3, 15)]
    assert history.leads[0].visits[0].reason == 7
    assert history.total("junk") == 6.0 + 4.0  # no lead yet


def test_of_open_leads_the_others_count() -> None:
    """Of three leads the rep meets the first with two others, the second with one, the third with none."""
    rejection = rejecting(loads=[(0, 1.0), (2, 9.0)])  # chances of 9/10, 5/6 and 1/2
    company = firm([at(0, 9)] * 3, stages=[stage(rejection=rejection)])
    for u, expected in ((0.86, "lww"), (0.7, "llw"), (0.4, "lll"), (0.95, "www")):
        history = lived(company, rejection=lambda *_, u=u: u)
        assert [outcome[0] for outcome in outcomes(history)] == list(expected)


def test_a_lead_is_judged_once_in_a_stage() -> None:
    """It comes back to the stage twice and is not judged again; u would reject it from round 1 on."""
    again = [(0.5, 0, -1), (1.0, WON, -1)]
    judged = replace(stage(rejection=rejecting(needs={0})), nexts=again)
    company = firm([at(0, 9)], stages=[judged], traits=[Trait()])
    history = lived(
        company,
        rejection=lambda _, __, round_: 0.6 if round_ == 0 else 0.1,
        route=lambda _, __, ___, round_: 0.6 if round_ == 2 else 0.4,
    )
    assert [visit.handed_over for visit in history.visits()] == [True, False, False]
    assert history.leads[0].contacts == [True]  # without the trait that is needed
    assert outcomes(history) == ["won"]


def test_traits_that_come_with_a_change_are_read_then_and_others_stay() -> None:
    """On day 1 the shares move: lead 0 would lack trait 0, and has the new trait 1."""
    first = firm(
        [at(0, 16)],
        traits=[Trait(missing=0.0)],
        inquiries=[asks(0, 0, at(0, 16), traits={0})],
        horizon=3 * DAY,
    )
    first = replace(first, stages=[stage(odds=1.0)])
    then = replace(
        first,
        traits=[Trait(missing=0.0), Trait(missing=1.0, present=9.0)],
        inquiries=[asks(0, 0, at(0, 16), traits={1})],
    )
    closed = replace(first, calendars=[[(at(1, 9), at(1, 17))]])
    draws: Draws = table(advances=0.85)
    history = simulate(
        Chapter(0, closed, draws), Chapter(DAY, replace(then, calendars=closed.calendars), draws)
    )
    assert history.leads[0].traits == {0, 1}
    assert outcomes(history) == ["won"]  # with odds of 9

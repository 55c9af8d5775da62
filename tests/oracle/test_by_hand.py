"""The oracle itself against histories worked out with paper and pencil.

Every expected time below is written as day and hour, as the reader would work it out from the text.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from .by_hand import NINE_TO_FIVE, asks, at, channel, firm, live, outcomes, spans, stage, table
from .firm import DAY, HOUR, LOST, WON, Channel, Firm, Inquiry, Rep, Segment, Stage, Team


def test_work_goes_over_to_the_next_working_hour_across_a_weekend() -> None:
    hours = [(at(0, 9), at(0, 17)), (at(3, 9), at(3, 17))]
    history = live(firm([at(0, 16)], calendars=[hours]), table(effort=2, days=1.5))
    [visit] = history.visits()
    assert (visit.entered, visit.started, visit.worked) == (at(0, 16), at(0, 16), at(3, 10))
    assert (visit.left, visit.how, visit.effort) == (at(4, 22), "won", 2 * HOUR)


def test_work_may_end_exactly_at_closing_but_does_not_start_there() -> None:
    history = live(firm([at(0, 16), at(0, 16)]), table(effort=1))
    assert spans(history) == [(at(0, 16), at(0, 17), 0), (at(1, 9), at(1, 10), 0)]


def test_sixteen_half_hours_fill_the_day_exactly() -> None:
    history = live(firm([at(0, 8)] * 17), table(effort=0.5))
    starts = [started for started, _, _ in spans(history)]
    assert starts == [at(0, 9 + half / 2) for half in range(16)] + [at(1, 9)]


def test_the_queue_begins_at_opening_in_the_order_of_arrival() -> None:
    two = firm([], channels=[channel(), channel()], inquiries=[asks(0, 0, at(0, 7)), asks(1, 1, at(0, 6))])
    assert spans(live(two, table())) == [(at(0, 10), at(0, 11), 0), (at(0, 9), at(0, 10), 0)]


def test_giving_up_comes_before_granting() -> None:
    evening = firm([at(0, 18)])
    assert outcomes(live(evening, table(patience=15 * HOUR))) == ["gone cold"]
    assert outcomes(live(evening, table(patience=15 * HOUR + 1))) == ["won"]
    [visit] = live(evening, table(patience=15 * HOUR)).visits()
    assert (visit.left, visit.started, visit.reason) == (at(1, 9), None, 0)


def test_patience_of_zero_is_never_served_where_a_rep_is_needed() -> None:
    assert outcomes(live(firm([at(0, 10)]), table(patience=0))) == ["gone cold"]
    no_rep = firm([at(0, 10)], stages=[stage(team=None)])
    assert outcomes(live(no_rep, table(patience=0))) == ["won"]


def test_everything_of_length_zero_happens_at_one_instant() -> None:
    stages = [stage(to=1), stage(team=None, to=2), stage()]
    history = live(firm([at(0, 9)], stages=stages), table(effort=0))
    assert [(v.entered, v.started, v.worked, v.left) for v in history.visits()] == [(at(0, 9),) * 4] * 3
    assert outcomes(history) == ["won"]


def test_a_certain_conversion_is_certain_whatever_the_lead() -> None:
    assert outcomes(live(firm([], inquiries=[asks(0, 0, at(0, 9), fit=0.0)]), table())) == ["won"]


def test_no_commission_is_paid_for_nothing() -> None:
    history = live(firm([at(0, 9)], teams=[Team(commission=0.1)]), table())
    assert outcomes(history) == ["won"]  # for nothing: nobody typed a value
    assert "commission" not in {what for _, what, _ in history.log}


def test_a_circle_without_time_is_an_error() -> None:
    stages = [stage(team=None, to=0)]
    with pytest.raises(RuntimeError, match="10000 waves"):
        live(firm([at(0, 9)], stages=stages), table())


def test_round_robin_skips_the_full_and_leaves_the_rest_to_the_team() -> None:
    # Three leads at 9:00, two reps with one slot each. Lead 2 finds nobody and queues at the team;
    # rep 1, quicker done, pulls it at 10:00. Customers take two days, so the slot of lead 1 is not free:
    # only at day 2, 10:00 its contract ends and rep 1 may take lead 2.
    team = Team(max_open=1)
    history = live(firm([at(0, 9)] * 3, reps=2, teams=[team]), table(effort={0: 3, 1: 1, 2: 1}, days=2))
    assert spans(history) == [(at(0, 9), at(0, 12), 0), (at(0, 9), at(0, 10), 1), (at(2, 10), at(2, 11), 1)]


def test_round_robin_remembers_its_turn() -> None:
    history = live(firm([at(0, 9), at(1, 9), at(2, 9), at(3, 9)], reps=3), table())
    assert [rep for _, _, rep in spans(history)] == [0, 1, 2, 0]


def test_least_loaded_counts_leads_at_the_customer() -> None:
    team = Team(assignment="least_loaded")
    history = live(
        firm([at(0, 9), at(1, 9), at(2, 9), at(6, 9)], reps=2, teams=[team]),
        table(days={0: 5.0, 1: 0.0, 2: 0.0, 3: 0.0}),
    )
    # Rep 0 holds lead 0 until day 5, 10:00; rep 1's are over at once; by day 6 both are free.
    assert [rep for _, _, rep in spans(history)] == [0, 1, 1, 0]


def test_shared_queue_gives_to_the_rep_idle_longest() -> None:
    team = Team(assignment="shared_queue")
    history = live(
        firm([at(0, 9), at(0, 9), at(0, 13), at(0, 13)], reps=3, teams=[team]),
        table(effort={0: 2, 1: 1, 2: 1, 3: 1}),
    )
    # Rep 2 has been idle since 0:00, rep 1 since 10:00, rep 0 since 11:00.
    assert [rep for _, _, rep in spans(history)] == [0, 1, 2, 1]


def test_the_priority_queue_takes_the_lead_worth_most() -> None:
    # Lead 0 keeps the only rep busy until 12:00. A chance of 1/4 makes 50 worth less than 30 at 1/2.
    worths = [(1.0, 1.0), (10.0, 1.0), (50.0, 1 / 3), (30.0, 1.0)]
    inquiries = [asks(entity, 0, at(0, 9 + entity / 4), fit=fit) for entity, (_, fit) in enumerate(worths)]
    team = Team(assignment="priority_queue")
    even = [stage(odds=1.0)]  # a chance of 1/2, or 1/4 where the fit is 1/3
    history = live(
        firm([], teams=[team], inquiries=inquiries, stages=even),
        table(
            effort={0: 3, 1: 1, 2: 1, 3: 1}, values={lead: value for lead, (value, _) in enumerate(worths)}
        ),
    )
    assert [started for started, _, _ in spans(history)] == [at(0, 9), at(0, 14), at(0, 13), at(0, 12)]


def test_a_lead_from_a_promotion_is_worth_less() -> None:
    # Lead 0 keeps the only rep busy until 12:00. Lead 1 brings 40 less a half, lead 2 brings 30.
    cheaper = channel(promotion=(at(0, 0), at(1, 0)), price_cut=0.5)
    inquiries = [
        asks(0, 1, at(0, 9)),
        asks(1, 0, at(0, 10)),
        asks(2, 1, at(0, 11)),
    ]
    team = Team(assignment="priority_queue")
    whole = firm([], teams=[team], inquiries=inquiries, channels=[cheaper, channel()])
    history = live(whole, table(effort={0: 3, 1: 1, 2: 1}, values={1: 40.0, 2: 30.0}))
    assert [started for started, _, _ in spans(history)] == [at(0, 9), at(0, 13), at(0, 12)]


@pytest.mark.parametrize(("skill", "first"), [(1.0, 1), (3.0, 2)])
def test_a_rep_picks_what_is_best_for_its_own_skill(skill: float, first: int) -> None:
    # Lead 1 brings 10 for sure; lead 2, in a harder stage, 16 x 1/2 for skill 1 and 16 x 3/4 for skill 3.
    inquiries = [
        asks(0, 0, at(0, 9)),
        asks(1, 0, at(0, 10)),
        asks(2, 1, at(0, 11)),
    ]
    team = Team(assignment="cherry_pick")
    floor = {"stages": [stage(), stage(odds=1.0)], "channels": [channel(), channel(stage=1)]}
    whole = firm([], [Rep(0, skill=skill)], teams=[team], inquiries=inquiries, **floor)
    history = live(whole, table(effort={0: 3, 1: 1, 2: 1}, values={0: 1.0, 1: 10.0, 2: 16.0}))
    assert {visit.lead: visit.started for visit in history.visits()}[first] == at(0, 12)


def test_only_the_twenty_oldest_are_cherries() -> None:
    # 22 wait at 12:00; the two worth most are the youngest and come into sight one by one.
    values = [1.0] + [10.0] * 20 + [50.0, 90.0]
    inquiries = [asks(entity, 0, at(0, 9) + entity) for entity in range(len(values))]
    team = Team(assignment="cherry_pick")
    history = live(
        firm([], teams=[team], inquiries=inquiries),
        table(effort=dict.fromkeys(range(23), 0.5) | {0: 3}, values=dict(enumerate(values))),
    )
    started = {visit.lead: visit.started for visit in history.visits()}
    assert [started[lead] for lead in (1, 21, 22)] == [at(0, 12), at(0, 12.5), at(0, 13)]


@pytest.mark.parametrize(
    ("assignment", "luck", "rep"),
    [
        ("random", 0.65, 1),
        ("random", 0.67, 2),
        ("weighted", 0.19, 0),
        ("weighted", 0.21, 1),
        ("weighted", 0.41, 2),
        ("best_skill", 0.5, 1),
        ("segment_match", 0.5, 2),
    ],
)
def test_who_is_chosen_among_three(assignment: str, luck: float, rep: int) -> None:
    reps = [Rep(0), Rep(0, skill=2.0), Rep(0, weight=3.0, segments=[1]), Rep(0, skill=9.0, joins=at(5, 9))]
    whole = firm([], reps, teams=[Team(assignment=assignment)], segments=[Segment(), Segment()])
    draws = replace(table(), luck=lambda *_: luck)
    history = live(replace(whole, inquiries=[asks(0, 0, at(0, 9), segment=1)]), draws)
    assert [chosen for _, _, chosen in spans(history)] == [rep]


@pytest.mark.parametrize(
    ("order", "second"), [("fifo", 1), ("lifo", 3), ("hottest", 2), ("oldest_inquiry", 1)]
)
def test_own_queue_is_worked_in_the_order_asked_for(order: str, second: int) -> None:
    # Lead 0 keeps the only rep busy until 12:00 while leads 1 (future), 2 (hot) and 3 (warm) come in.
    inquiries = [
        asks(lead, 0, at(0, hour), heat=heat)
        for lead, (hour, heat) in enumerate([(9, 1), (9.5, 2), (10, 0), (11, 1)])
    ]
    history = live(
        firm([], teams=[Team(queue_order=order)], inquiries=inquiries),
        table(effort={0: 3, 1: 1, 2: 1, 3: 1}),
    )
    [next_lead] = [visit.lead for visit in history.visits() if visit.started == at(0, 12)]
    assert next_lead == second


def test_hot_to_best_sends_hot_leads_to_the_best_third() -> None:
    # Skills 1, 3, 2: best first are reps 1, 2, 0. Heats hot, warm, future, hot.
    reps = [Rep(0, skill=skill) for skill in (1.0, 3.0, 2.0)]
    inquiries = [asks(lead, 0, at(lead, 10), heat=heat) for lead, heat in enumerate([0, 1, 2, 0])]
    team = Team(assignment="hot_to_best")
    history = live(firm([], reps=reps, teams=[team], inquiries=inquiries), table())
    assert [rep for _, _, rep in spans(history)] == [1, 2, 0, 1]


def test_hot_to_best_of_two_reps_knows_two_tiers() -> None:
    # Places 0 and 1 of two have tiers 0 and 1; the future lead's nearest is tier 1.
    reps = [Rep(0, skill=1.0), Rep(0, skill=2.0)]
    inquiries = [asks(lead, 0, at(lead, 10), heat=lead) for lead in range(3)]
    team = Team(assignment="hot_to_best")
    history = live(firm([], reps=reps, teams=[team], inquiries=inquiries), table())
    assert [rep for _, _, rep in spans(history)] == [1, 0, 0]


def test_a_leaver_finishes_and_hands_its_queue_over() -> None:
    # Round robin: leads 0 and 2 to rep 0, lead 1 to rep 1. Rep 0 leaves at 10:00, in the middle of lead 0,
    # whose work ends at 12:00; lead 2 goes to rep 1, behind lead 1 (9:00 to 13:00).
    reps = [Rep(0, leaves=at(0, 10), pay_per_month=120_000), Rep(0)]
    history = live(firm([at(0, 9)] * 3, reps=reps), table(effort={0: 3, 1: 4, 2: 1}))
    assert spans(history) == [(at(0, 9), at(0, 12), 0), (at(0, 9), at(0, 13), 1), (at(0, 13), at(0, 14), 1)]
    assert history.total("pay") == 2000  # 4,000 a day, until 12:00


def test_a_rep_with_hours_of_its_own_works_in_them_alone() -> None:
    # Rep 1 comes in the afternoon; both leads of 9:00 go round, and the second waits for its rep.
    afternoon = [(at(day, 13), at(day, 17)) for day in range(10)]
    one = firm([at(0, 9)] * 2, reps=[Rep(0), Rep(0, calendar=1)], calendars=[NINE_TO_FIVE, afternoon])
    history = live(one, table(effort={0: 3, 1: 5}))
    assert spans(history) == [(at(0, 9), at(0, 12), 0), (at(0, 13), at(1, 14), 1)]


def test_a_lead_at_the_leaver_s_customer_is_placed_anew_at_its_next_stage() -> None:
    reps = [Rep(0, leaves=at(1, 12)), Rep(0)]
    history = live(firm([at(0, 9)], reps=reps, stages=[stage(to=1), stage()]), table(days=3))
    assert spans(history, 0) == [(at(0, 9), at(0, 10), 0)]
    assert spans(history, 1) == [(at(3, 10), at(3, 11), 1)]


def test_a_hire_takes_what_waits_from_its_first_minute() -> None:
    # The only rep has one slot and its customer takes for ever; the hire joins at noon of day 1.
    reps = [Rep(0), Rep(0, joins=at(1, 12))]
    team = Team(max_open=1)
    history = live(firm([at(0, 9)] * 2, reps=reps, teams=[team]), table(days=9))
    assert spans(history) == [(at(0, 9), at(0, 10), 0), (at(1, 12), at(1, 13), 1)]
    assert outcomes(history) == ["won", "open"]  # day 9 10:00 is before the horizon, day 10 13:00 is not


def test_a_beginner_works_at_its_share_of_full_speed() -> None:
    # Ramp of 4 days from a quarter: half a day's tenure short of 2 days gives 1/4 + 3/4 * 2/4 = 5/8.
    rep = Rep(0, joins=at(0, 10), ramp=4 * DAY, speed_from=0.25)
    history = live(firm([at(2, 10), at(5, 10)], reps=[rep]), table(effort=2.5))
    assert spans(history) == [(at(2, 10), at(2, 14), 0), (at(5, 10), at(5, 12.5), 0)]


@pytest.mark.parametrize(("u", "how"), [(0.857, "won"), (0.858, "lost")])
def test_odds_ratios_multiply(u: float, how: str) -> None:
    # Odds 1/2 x segment 2 x fit 1 x hot 3 x skill 2 = 6, so 6/7 = 0.85714...
    one = firm(
        [],
        inquiries=[asks(0, 0, at(0, 9), heat=0)],
        stages=[stage(odds=0.5, heat_odds=(3.0, 1.0, 1.0))],
        segments=[Segment(odds=2.0)],
    )
    assert outcomes(live(replace(one, reps=[Rep(0, skill=2.0)]), table(advances=u))) == [how]


@pytest.mark.parametrize(("hour", "u", "how"), [(16, 0.49, "won"), (13, 0.33, "won"), (13, 0.34, "lost")])
def test_waiting_costs_on_log_scales(hour: float, u: float, how: str) -> None:
    # No effect up to 1 hour, odds 1/4 from 16 hours on: 4 hours are half way on the log scale, odds 1/2,
    # probability 1/3. The lead of 16:00 starts at once; that of 13:00 waits until 17:00 of a late team.
    points = [(math.log(1), 0.0), (math.log(16), math.log(1 / 4))]
    late = [(at(0, 16), at(0, 22))] if hour == 16 else [(at(0, 17), at(0, 22))]
    one = firm([at(0, hour)], stages=[stage(odds=1.0, points=points)], calendars=[late])
    assert outcomes(live(one, table(advances=u))) == [how]


def test_going_back_raises_the_round_and_keeps_the_rep() -> None:
    # Stage 1 sends back to stage 0 in round 0, on in round 1.
    second = Stage(0, math.inf, nexts=[(0.5, 0, -1), (1.0, WON, -1)], elses=[(1.0, LOST, 1)])
    history = live(
        firm([at(0, 9)], reps=2, stages=[stage(to=1), second]),
        table(route={(0, 0): 0.5, (0, 1): 0.5, (1, 0): 0.1, (1, 1): 0.9}),
    )
    seen = [(visit.stage, visit.round, visit.how, visit.rep) for visit in history.visits()]
    assert seen == [(0, 0, "advanced", 0), (1, 0, "sent back", 0), (0, 1, "advanced", 0), (1, 1, "won", 0)]


def test_a_team_that_hands_over_frees_the_slot_at_each_stage() -> None:
    handing = firm([at(0, 9)], reps=2, teams=[Team(sticky=False)], stages=[stage(to=1), stage()])
    history = live(handing, table())
    assert [visit.rep for visit in history.visits()] == [0, 1]


def test_two_teams_and_the_way_past_the_stage_that_makes_leads() -> None:
    # The first team qualifies, the second (13:00 to 15:00) sells; both pay commission, the owner gets it.
    afternoon = [(day * DAY + 13 * HOUR, day * DAY + 15 * HOUR) for day in range(10)]
    teams = [Team(commission=0.01), Team(commission=0.1)]
    stages = [stage(0, to=1, makes_lead=True), stage(1)]
    calendars, reps = [NINE_TO_FIVE, afternoon], [Rep(0), Rep(1, calendar=1)]
    one = firm([], calendars=calendars, teams=teams, reps=reps, stages=stages, segments=[Segment(years=3)])
    one.inquiries.append(asks(0, 0, at(0, 9)))
    history = live(one, table(values={0: 1000}))
    lead = history.leads[0]
    assert (lead.became_lead, lead.ended, lead.owner) == (at(0, 10), at(0, 14), 1)
    assert (lead.bookings, lead.commission, history.total("commission")) == (3000, 300, 300)


def sold_and_installed(paid: float, crew: float, **pay: object) -> Firm:
    """Let rep 0 sell and rep 1, of the crew, install before the contract is signed."""
    teams = [Team(commission=paid, **pay), Team(commission=crew)]
    stages = [stage(0, to=1), stage(1)]
    return firm([at(0, 9)], calendars=[NINE_TO_FIVE], teams=teams, reps=[Rep(0), Rep(1)], stages=stages)


@pytest.mark.parametrize(
    ("sales", "crew", "owner", "commission"), [(0.1, 0.0, 0, 100), (0.1, 0.02, 1, 20), (0.0, 0.0, 1, 0)]
)
def test_a_contract_belongs_to_the_last_who_is_paid_for_it(
    sales: float, crew: float, owner: int, commission: float
) -> None:
    history = live(sold_and_installed(sales, crew), table(values={0: 1000}))
    assert (history.leads[0].owner, history.total("commission")) == (owner, commission)


def test_opener_and_closer_share_the_commission() -> None:
    # Rep 0 opens and rep 1 closes: 2 % of 1,000, of which the closer's team gives a quarter to the opener.
    one = sold_and_installed(0.1, 0.02)
    one.teams[1].opener_share = 0.25
    history = live(one, table(values={0: 1000}))
    paid = [(cost.whose, cost.money) for cost in history.costs if cost.kind == "commission"]
    assert paid == [(1, 15), (0, 5)]
    alone = live(sold_and_installed(0.1, 0.0, opener_share=0.25), table(values={0: 1000}))
    assert [(cost.whose, cost.money) for cost in alone.costs if cost.kind == "commission"] == [(0, 100)]


@pytest.mark.parametrize(("months", "last"), [([0] * 10, 60), ([0] * 3 + [1] * 7, 30)])
def test_commission_rises_with_what_is_booked(months: list[int], last: float) -> None:
    # Three contracts of 600: 5 % up to 1,000, 10 % above: 30, then 400 x 5 % + 200 x 10 %, then 10 %. In a
    # new month the third begins anew, at 5 %.
    team = Team(tiers=[(0, 0.05), (100_000, 0.1)])
    one = firm([at(0, 9), at(1, 9), at(3, 9)], teams=[team], calendar_months=months)
    history = live(one, table(values=dict.fromkeys(range(3), 600)))
    assert [history.leads[lead].commission for lead in range(3)] == pytest.approx([30, 40, last])


def test_a_contract_earns_its_bookings_over_its_term() -> None:
    history = live(firm([at(0, 9)], segments=[Segment(years=2.5)]), table(values={0: 1000}))
    assert history.total("revenue") == 2500
    assert history.leads[0].term == 913 * DAY + 3 * HOUR  # 2.5 x 365.25 days


def test_each_segment_has_its_own_team_and_way() -> None:
    # Segment 0 is called by rep 0 and goes on to the demo; segment 1 is called by the second team, 13:00 to
    # 15:00, and signs at once; segment 2 needs no call and is lost for reason 7.
    afternoon = [(day * DAY + 13 * HOUR, day * DAY + 15 * HOUR) for day in range(10)]
    call = stage(0, to=1)
    call.of = {
        1: stage(1, to=WON),
        2: Stage(None, 0.0, nexts=[(1.0, WON, -1)], elses=[(1.0, LOST, 7)]),
    }
    three = [asks(segment, 0, at(0, 9), segment=segment) for segment in range(3)]
    one = firm(
        [],
        calendars=[NINE_TO_FIVE, afternoon],
        teams=[Team(), Team()],
        reps=[Rep(0), Rep(1, calendar=1)],
        stages=[call, stage()],
        segments=[Segment()] * 3,
        inquiries=three,
    )
    history = live(one, table())
    assert spans(history, 0) == [
        (at(0, 9), at(0, 10), 0),
        (at(0, 13), at(0, 14), 1),
        (at(0, 9), at(0, 9), None),
    ]
    assert spans(history, 1) == [(at(0, 10), at(0, 11), 0)]
    assert outcomes(history) == ["won", "won", "lost"]
    assert [visit.reason for visit in history.visits() if visit.how == "lost"] == [7]


@pytest.mark.parametrize(
    ("segment", "u", "how"), [(0, 0.49, "won"), (0, 0.51, "lost"), (1, 0.74, "won"), (1, 0.76, "lost")]
)
def test_a_hot_lead_has_the_effects_of_its_segment(segment: int, u: float, how: str) -> None:
    # Odds of 1; three times as much for a hot lead of segment 1, which makes 3/4.
    usual = stage(odds=1.0)
    usual.of = {1: stage(odds=1.0, heat_odds=(3.0, 1.0, 1.0))}
    asking = asks(0, 0, at(0, 9), segment=segment, heat=0)
    one = firm([], stages=[usual], segments=[Segment(), Segment()], inquiries=[asking])
    assert outcomes(live(one, table(advances=u))) == [how]


@pytest.mark.parametrize(
    ("asked", "days", "answers"),
    [
        (at(0, 9), 3.0, at(3, 10)),  # 7 of 24 hours on day 0, 8 and 8 on the next two, the last on day 3
        (at(0, 9), 0.5, at(0, 14)),  # half a working day
        (at(0, 16), 1.0, at(1, 17)),  # work ends as they close: all of the next day
        (at(0, 9), 0.0, at(0, 10)),
    ],
)
def test_a_customer_counts_time_in_its_working_days(asked: int, days: float, answers: int) -> None:
    one = firm([asked], stages=[stage(customers=NINE_TO_FIVE, share_of_day=8 / 24)])
    history = live(one, table(days=days))
    assert history.leads[0].ended == answers


def test_customers_who_are_closed_to_the_end_never_answer() -> None:
    one = firm([at(0, 9)], stages=[stage(customers=NINE_TO_FIVE[:2], share_of_day=8 / 24)])
    assert outcomes(live(one, table(days=3.0))) == ["open"]


def test_inquiries_come_in_the_spans_of_the_day() -> None:
    # Two a day: half of a day's come from 0:00 to 2:00, an eighth from 9:00 to 10:00, the rest from 22:00 on.
    night = [(0, 2 * HOUR, 0.5), (9 * HOUR, 10 * HOUR, 0.625), (22 * HOUR, DAY, 1.0)]
    two_a_day = Channel([2.0 * day for day in range(11)], spans=night)
    companies = [Inquiry(number, 0, total) for number, total in enumerate([0.5, 1.125, 1.625, 2.5])]
    one = firm([], channels=[two_a_day], inquiries=companies, stages=[stage(team=None)])
    came = [walk.began for _, walk in sorted(live(one, table()).leads.items())]
    # 1/4 of the day's: half of the first span. 9/16: half of the second. 13/16: half of the third.
    assert came == [at(0, 1), at(0, 9.5), at(0, 23), at(1, 1)]


def test_days_are_paid_by_the_share_of_the_day() -> None:
    reps = [Rep(0, pay_per_month=3000), Rep(0, joins=at(1, 6), leaves=at(2, 12), pay_per_month=3000)]
    costly = channel(cost_per_inquiry=7, cost_per_month=600)
    one = firm([at(0, 9), at(0, 10)], reps=reps, channels=[costly])
    one.stages[0].cost_per_visit = 2.0
    history = live(one, table())
    # Rep 0: ten days of 100. Rep 1: three quarters of day 1 and half of day 2.
    assert math.isclose(history.total("pay"), 1000 + 75 + 50)
    assert [cost.time for cost in history.costs if cost.kind == "media"] == [
        day * DAY for day in range(1, 11)
    ]
    assert math.isclose(history.total("media"), 10 * 20)
    assert (history.total("inquiry"), history.total("visit")) == (14, 4)


def test_what_falls_at_the_horizon_never_happens() -> None:
    one = firm([at(8, 9), at(9, 9)], horizon=10 * DAY)
    history = live(one, table(effort=1, days={0: 1 + 14 / 24, 1: 14 / 24}))
    # Work ends at 10:00, the answers would come exactly at the end of day 9.
    assert outcomes(history) == ["open", "open"]

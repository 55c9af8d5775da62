"""A pilot's months are long enough: against theory, and against sums done by hand."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from tests.analytic import theory

import funnelsim as fs
from funnelsim.io.writing import new_folder
from funnelsim.keeping import manifest
from funnelsim.keeping.baselines.baseline import values_of
from funnelsim.keeping.eventlog import write_event_log
from funnelsim.model.words import DAY, NEVER, Heat
from funnelsim.reports import notes
from funnelsim.reports.comparison_page import comparison_page
from funnelsim.reports.document import simulation_document
from funnelsim.scenario import Months, at_medians, levelled, lower, parse, strategy_names
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.volumes import Era, expected_inquiries
from funnelsim.studies import pilot as pilots
from funnelsim.studies.pilot import OPEN, RUNS, SHORT, UNSETTLED, pilot, settled


def firm(rate: float, rest: str) -> fs.Scenario:
    head = "start = 2026-01-01\nsegments.all.contract_value_per_year = 1\n"
    return parse(f'{head}channels.web = {{ kind = "seo", inquiries_per_month = {rate} }}\n{rest}')


def relative_error(result: fs.SimulationResult, figure: str, right: float) -> float:
    return abs(float(result.summary.loc[figure, "mean"]) / right - 1)


# ---- what should happen in a period happens in it -----------------------------------------------

LOOP = """
[stages.offer]
conversion = 0.2
back_to = { offer = 0.9 }
customer_takes_days = { median = 20, p90 = 45 }
"""


def test_contracts_that_come_late_by_a_loop_are_not_missing() -> None:
    """An offer is refused four times in five, and made again nine times in ten: 1 / 0.28 offers on average.

    Of 155.4 inquiries a month, 0.2 / 0.28 are won: 1,332 a year. A warm-up of the ninth decile of one offer,
    two months, misses one in eight.
    """
    scenario, right = firm(155.4, LOOP), 155.4 * 12 * 0.2 / 0.28
    assert relative_error(fs.simulate(scenario, replications=300), "won", right) < 0.01
    short = scenario.with_months(Months(2, 12, 2))
    assert relative_error(fs.simulate(short, replications=100), "won", right) > 0.1


def test_customers_who_take_half_a_year_are_not_missing() -> None:
    """All of 1,000 inquiries a month are won, half of them within 30 days and nine in ten within 180."""
    scenario = firm(
        1000, "stages.offer = { conversion = 1, customer_takes_days = { median = 30, p90 = 180 } }"
    )
    result = fs.simulate(scenario, replications=40)
    assert relative_error(result, "won", 12_000) < 0.01
    assert result.summary.loc["open_share", "mean"] < OPEN
    short = scenario.with_months(Months(6, 12, 6))  # the ninth decile
    assert relative_error(fs.simulate(short, replications=40), "won", 12_000) > 0.04


def test_a_queue_that_patience_bounds_has_its_length_when_the_period_starts() -> None:
    """Two reps are asked for more than they can do; who waits for 60 days on average gives up (M/M/2+M)."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    hours = "".join(f'teams.desk.hours.{day} = ["00:00-24:00"]\n' for day in days)
    stage = (
        '[stages.call]\nconversion = 0.5\nteam = "desk"\neffort_hours = { scipy = "expon", scale = 8 }\n'
        'goes_cold_after_days = { scipy = "expon", scale = 60 }\n'
    )
    scenario = firm(240, f'teams.desk.people = 2\nteams.desk.assignment = "shared_queue"\n{hours}{stage}')
    a_day = 240 * 12 / 365
    cold = 240 * 12 * theory.erlang_a(a_day, 3.0, 2, 1 / 60).abandon
    assert relative_error(fs.simulate(scenario, replications=400), "gone_cold", cold) < 0.01
    short = scenario.with_months(Months(3, 12, 3))  # as long as nearly all wait
    assert relative_error(fs.simulate(short, replications=200), "gone_cold", cold) > 0.02


def test_the_months_follow_from_what_a_customer_takes() -> None:
    """All take 200 days: flows are whole after 200 - SHORT x 365 days, inquiries gone after 200."""
    text = "stages.talk = { conversion = 0.5, customer_takes_days = 200 }\n"
    assert settled(firm(100, text)).months == (
        math.ceil((200 - SHORT * 365) / 30.44),
        12,
        math.ceil(200 / 30.44),
    )
    assert settled(firm(100, "stages.talk.conversion = 0.5\n")).months == (1, 12, 1)


# ---- whose months they are ----------------------------------------------------------------------

SLOW = """
stages.talk = { conversion = 0.5, customer_takes_days = 20 }
strategies.slow.change = { "stages.talk.customer_takes_days" = 200 }
strategies.slow.always = true
strategies.dear.change = { "channels.web.cost_per_month" = 7 }
"""


def test_strategies_share_the_longest_months_that_one_of_them_needs() -> None:
    ready = settled(firm(100, SLOW))
    for months in (ready.months, *(ready.strategy(name).months for name in strategy_names(ready))):
        assert (months.warm_up, months.drain) == (7, 7)
    assert pilot(firm(100, SLOW.partition("strategies")[0])).months == (1, 12, 1)


def test_the_warm_up_is_not_longer_for_a_strategy_that_begins_after_it() -> None:
    """Nobody takes 200 days before the period starts, but those who do have to be waited for."""
    ready = settled(firm(100, SLOW.replace("always = true", "always = false")))
    assert ready.months == (1, 12, 7)
    assert ready.strategy("slow").doubts == ()


CHANGED = """
stages.talk = {{ conversion = 0.5, customer_takes_days = {before} }}
[[changes]]
date = 2026-07-01
change = {{ "stages.talk.customer_takes_days" = {after} }}
"""


@pytest.mark.parametrize(("before", "after", "warm_up"), [(200, 20, 7), (20, 200, 1)])
def test_the_warm_up_is_that_of_the_days_before_any_change(before: int, after: int, warm_up: int) -> None:
    """Those who take 200 days are waited for on either side of the change."""
    ready = settled(firm(100, CHANGED.format(before=before, after=after)))
    assert ready.months == (warm_up, 12, 7)
    assert ready.doubts == ()


def test_strategies_that_share_a_warm_up_that_is_too_short_are_told_so() -> None:
    text = "horizon.warm_up_months = 2\nstages.talk = { conversion = 0.5, customer_takes_days = 200 }\n"
    fast = 'strategies.fast.change = { "stages.talk.customer_takes_days" = 20 }\n'
    of_today, of_fast = pilot(firm(100, text + fast)).doubts.values()
    assert of_fast == of_today
    assert of_fast[0].startswith("The warm-up has 2 months and flows are steady after 7 months")


def test_a_strategy_always_in_force_is_lived_in_the_warm_up_as_it_is_before_its_own_changes() -> None:
    ahead = '[[strategies.slow.on]]\ndate = 2026-07-01\nchange = { "stages.talk.customer_takes_days" = 1 }\n'
    assert settled(firm(100, SLOW + ahead)).months == (7, 12, 7)
    short = settled(firm(100, f"horizon.warm_up_months = 2\n{SLOW}{ahead}"))
    assert short.strategy("slow").doubts[0].startswith("The warm-up has 2 months")
    assert short.strategy("dear").doubts == short.strategy("today").doubts == ()


@pytest.mark.parametrize("other", [{"seed": 7}, {"engine": "reference"}, {"jobs": 2}, {"replications": 3}])
def test_months_depend_on_the_scenario_alone(other: dict[str, Any]) -> None:
    scenario = fs.load("first_steps")
    once = fs.simulate(scenario, **({"replications": 1, "jobs": 1} | other))
    assert once.scenario.months == settled(scenario).months


def test_months_that_are_typed_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    half = settled(firm(100, f"horizon.warm_up_months = 2\n{SLOW}"))
    assert half.months == (2, 12, 7)
    assert half.strategy("slow").doubts == (
        "The warm-up has 2 months and flows are steady after 7 months: the pipeline is not yet full when the "
        "period starts.",
    )
    assert half.strategy("today").doubts == ()
    assert fs.simulate(half, strategy="slow", replications=2).warnings == half.strategy(
        "slow"
    ).doubts + tuple(fs.simulate(half, strategy="slow", replications=2).forecast.warnings())
    monkeypatch.setattr(pilots, "replicate", lambda *_: pytest.fail("a pilot was run"))
    assert settled(half) is half
    assert fs.simulate(half.with_changes({"horizon.drain_months": 7}), replications=1).years == 1


def test_a_comparison_says_what_readers_must_know_of_the_months() -> None:
    result = fs.compare(firm(100, f"horizon.warm_up_months = 2\n{SLOW}"), replications=2)
    file = io.StringIO()
    Console(file=file, width=200).print(comparison_page(result, "next", everything=True))
    assert "slow: The warm-up has 2 months and flows are steady after 7 months" in file.getvalue()


def test_results_say_which_months_come_from_a_pilot(tmp_path: Path) -> None:
    result = fs.simulate(firm(100, f"horizon.warm_up_months = 3\n{SLOW}"), replications=2)
    told = {"warm_up": 3, "period": 12, "drain": 7}
    assert simulation_document(result)["months"] == told | {"from_a_pilot": ["drain"]}
    horizon = notes.horizon(result.scenario)
    assert "warm-up of 3 months from 2025-10-01" in horizon
    assert "drain of 7 months (from a pilot), in which" in horizon
    with new_folder(tmp_path / "kept") as folder:
        manifest.keep(folder, result, manifest.inputs("first_steps", fs.load("first_steps")))
    kept = json.loads((tmp_path / "kept" / manifest.NAME).read_text())
    assert (kept["months"], kept["from_a_pilot"]) == (told, ["drain"])


def test_uncertain_numbers_are_at_their_medians() -> None:
    text = "stages.talk = { conversion = 0.5, customer_takes_days = 20 }\n"
    unknown = '[uncertainties]\n"stages.talk.customer_takes_days" = { median = 200, p90 = 300 }\n'
    assert settled(firm(100, text + unknown)).months == (7, 12, 7)
    assert at_medians(firm(100, text + unknown)).uncertainties == {}


def test_a_ctrl_c_in_a_pilot_stops_all(monkeypatch: pytest.MonkeyPatch) -> None:
    replicate = pilots.replicate

    def stopped(strategies: Any, plan: Any, progress: Any) -> Any:
        found = replicate(strategies, plan, progress)
        return {name: each.only(np.arange(len(each)) < 3) for name, each in found.items()}

    monkeypatch.setattr(pilots, "replicate", stopped)
    with pytest.raises(KeyboardInterrupt):
        fs.simulate(fs.load("first_steps"))


# ---- where there is no steady state, it is said -------------------------------------------------

DESK = """
teams.desk = { people = 2, hours_per_week = 20 }
stages.call = { conversion = 0.3, team = "desk", effort_hours = 1 }
"""


def test_an_overloaded_team_is_told_by_the_hours_that_it_is_asked_for() -> None:
    """300 hours a month are asked of 40 hours a week: 172.5 %. Who waits is served in the end."""
    found = pilot(firm(300, DESK))
    assert found.months.warm_up == UNSETTLED
    (doubt,) = found.doubts["today"]
    growing = " % of its hours: its queues grow for ever, and figures depend on the length of the warm-up."
    assert doubt.startswith("Team desk is asked for 17")
    assert doubt.endswith(growing)
    asked = float(doubt.removeprefix("Team desk is asked for ").partition(" ")[0])
    assert asked == pytest.approx(100 * 300 / (40 * 365.25 / 12 / 7), rel=0.02)
    shares = found.forecasts["today"].values("open_share")
    assert shares.mean() - 2.571 * shares.std(ddof=1) / math.sqrt(6) <= OPEN  # Student's t with 5 degrees
    warned = fs.simulate(firm(300, DESK), replications=2).warnings
    assert warned[0] == doubt


def test_who_begins_with_the_queues_of_an_overloaded_team_is_told() -> None:
    """Four more people have time for all, but those who wait on the first day came in the warm-up."""
    (of_today,), (of_more,) = pilot(
        firm(300, f'{DESK}strategies.more.change = {{ "teams.desk.people +=" = 4 }}\n')
    ).doubts.values()
    assert of_today.startswith("Team desk is asked for 17")
    assert of_more == f"Before any change: {of_today}"


def test_a_team_with_time_left_has_a_steady_state() -> None:
    found = pilot(firm(140, DESK))  # 80 %
    assert found.doubts == {"today": ()}
    assert found.months.warm_up < 12


def test_a_drain_without_end_stops_at_the_limit() -> None:
    found = pilot(firm(40, "stages.call = { conversion = 0.3, customer_takes_days = 1e6 }\n"))
    assert sum(found.months) == 240
    assert found.doubts["today"] == (
        f"100 % of inquiries are open after {RUNS[-1] // 12} simulated years, so that figures depend on the "
        "length of the warm-up.",
        "A horizon has at most 240 months, so that the drain ends after 204 months: 100 % of the period's "
        "inquiries are still open then.",
    )


def test_a_period_as_long_as_a_horizon_leaves_room_for_nothing_else() -> None:
    ready = settled(
        firm(
            10, "horizon.period_months = 240\nstages.talk = { conversion = 0.5, customer_takes_days = 200 }\n"
        )
    )
    assert ready.months == (0, 240, 0)
    assert [doubt.split(" has ")[0] for doubt in ready.doubts] == ["The warm-up", "A horizon"]


def test_a_channel_without_inquiries_needs_one_month() -> None:
    assert settled(firm(0, LOOP)).months == (1, 12, 1)


# ---- level months ---------------------------------------------------------------------------------

DATED = """
[channels.web]
kind = "seo"
inquiries_per_month = 100
growth_per_year = 0.5
monthly_profile = [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
promotion = { starts = 2026-03-01, ends = 2026-04-01, inquiries_factor = 3 }
[channels.clients]
kind = "personal_selling"
prospecting = { team = "desk", inquiries_per_hour = 0.1, hours_per_week = 5 }
[teams.desk]
people = 1
holidays = [2026-01-01, 2026-05-01]
ramp_up = { months = 6, skill_from = 0.5 }
[teams.desk.reps]
stays = { hired = 2025-11-01 }
gone = { leaves = 2025-12-31 }
comes = { hired = 2026-07-01 }
[stages.call]
team = "desk"
conversion = 0.5
"""


def test_level_months_are_like_the_average_month_of_the_period() -> None:
    head = "start = 2026-01-01\nsegments.all.contract_value_per_year = 1\n"
    scenario = parse(head + DATED)
    level = levelled(scenario, 24)
    calendar = Calendar(scenario.start, Months(0, 12, 0))
    typed = expected_inquiries([Era(0, scenario)], "web", calendar)[-1]
    by_day = np.diff(expected_inquiries([Era(0, level)], "web", Calendar(level.start, level.months)))
    by_month = [by_day[:31].sum(), by_day[31:59].sum(), by_day[-31:].sum()]
    assert by_month == pytest.approx([typed / 12] * 3)
    assert level.channels["clients"] == scenario.channels["clients"]  # their reps prospect on
    model, names = lower(level)
    assert names.reps == ("desk 1", "stays")
    assert (model.reps["joins"] < -NEVER // 4).all()
    assert (model.hours["opens"] // DAY < 1).any()  # no holiday on 1 January


def test_a_team_without_anybody_on_the_first_day_has_all_its_people() -> None:
    scenario = firm(
        10,
        'teams.desk.reps.comes = { hired = 2026-07-01 }\nstages.call = { conversion = 0.5, team = "desk" }\n',
    )
    assert lower(levelled(scenario, 3)).names.reps == ("comes",)


# ---- many leads -----------------------------------------------------------------------------------


def test_one_lead_stands_for_many_where_there_are_millions() -> None:
    """1,000 people work 100,000 inquiries a month of 1.3 hours each: 74.7 % of 40 hours a week."""
    text = 'teams.desk.people = 1000\nstages.call = { conversion = 0.3, team = "desk", effort_hours = 1.3 }\n'
    found = pilot(firm(100_000, text)).forecasts["today"]
    busy = 100_000 * 1.3 / (1000 * 40 * 365.25 / 12 / 7)
    assert found.estimate("utilisation").mean == pytest.approx(busy, rel=0.02)
    assert found.estimate("won").mean == pytest.approx(0.3 * 1_200_000, rel=0.02)


def test_months_with_more_inquiries_than_have_numbers_are_refused() -> None:
    """20 million a month over 31 + 12 + 73 months."""
    scenario = firm(
        2e7, "stages.offer = { conversion = 1, customer_takes_days = { median = 30, p90 = 180 } }"
    )
    with pytest.raises(
        fs.ScenarioError, match="is 2e\\+07; expected fewer than 2,147,483,648 inquiries in all"
    ):
        settled(scenario)


# ---- policies of the user's own -------------------------------------------------------------------


def test_a_policy_that_cannot_be_compiled_is_round_robin_in_the_pilot() -> None:
    def by_the_book(_team, reps, _states, lead, _now, _u):  # type: ignore[no-untyped-def]
        return {"hot": 0, "warm": 1, "future": 2}[Heat(int(lead["heat"])).name.lower()] % len(reps)

    fs.register_policy("by_the_book", by_the_book)
    scenario = fs.load("first_steps")
    by_hand = scenario.with_changes({"teams.sales.assignment": "by_the_book"})
    assert settled(by_hand).months == settled(scenario).months
    assert fs.simulate(by_hand, replications=1, engine="reference").years == 1
    with pytest.raises(fs.PolicyError, match="cannot be compiled by Numba"):
        fs.simulate(by_hand, replications=1)


# ---- what is kept -----------------------------------------------------------------------------------


def test_a_baseline_holds_the_months_that_its_figures_were_made_with() -> None:
    ready = settled(firm(100, f"horizon.drain_months = 9\n{SLOW}"))
    values = values_of(ready)
    assert (values["horizon.warm_up_months"], values["horizon.drain_months"]) == (7, 9)


def test_an_event_log_has_the_months_of_a_run(tmp_path: Path) -> None:
    """The first inquiry is not before the warm-up, and not a month after it began."""
    scenario = firm(100, SLOW)
    write_event_log(tmp_path / "year.csv", scenario)
    first = min(line.split(",")[3] for line in (tmp_path / "year.csv").read_text().splitlines()[1:])
    assert "2025-06-01" <= first < "2025-07-01"

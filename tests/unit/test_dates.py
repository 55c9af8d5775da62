"""Changes that have dates: strategies that begin on a day, a base that changes, checkpoints."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app import cli
from funnelsim.engines import ENGINES, history
from funnelsim.io.writing import UnusableError
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import course_of, held_over
from funnelsim.studies import checkpoint

FIRM = """
start = 2026-01-01
currency = "USD"
horizon = { warm_up_months = 7, period_months = 12, drain_months = 7 }

[segments.all]
contract_value_per_year = 10_000

[channels.ads]
kind = "advertising"
inquiries_per_month = 60
cost_per_month = 3000

[stages.decision]
conversion = 0.5
customer_takes_days = 180

[strategies.double_ads]
change = { "channels.ads.inquiries_per_month *=" = 2, "channels.ads.cost_per_month *=" = 2 }

[strategies.double_ads_always]
always = true
change = { "channels.ads.inquiries_per_month *=" = 2, "channels.ads.cost_per_month *=" = 2 }
"""

PARTNERS = """
start = 2026-01-01
horizon = { warm_up_months = 3, period_months = 12, drain_months = 3 }

[segments.all]
contract_value_per_year = 50_000

[channels.web]
kind = "seo"
inquiries_per_month = 40

[teams.partners]
people = 5
cost_per_person_month = 8000
ramp_up = { months = 6, skill_from = 0.5, speed_from = 0.5 }
assignment = "shared_queue"

[stages.pitch]
team = "partners"
effort_hours = 18
conversion = 0.2
goes_cold_after_days = 60

[strategies.sixth]
change = { "teams.partners.people +=" = 1 }

[strategies.hired]
change = { "teams.partners.reps.Ada" = { hired = 2026-01-01 } }

[strategies.always]
always = true
change = { "teams.partners.people +=" = 1 }
"""


def firm(*more: str, text: str = FIRM) -> fs.Scenario:
    """Read the firm with more tables at its end."""
    return fs.parse("\n".join([text, *more]))


def rows_of(scenario: fs.Scenario, strategy: str = "today", engine: str = "compiled") -> Any:
    """Simulate a strategy and keep its rows."""
    return history(engine, course_of(scenario, strategy).typed)


# ---- what a strategy is -----------------------------------------------------------------------


def test_contracts_of_january_come_from_before_the_strategy() -> None:
    """The cycle takes 180 days: nothing that begins in January signs before the end of June."""
    won = fs.compare(firm(), replications=30, jobs=1).by_month["won"]["mean"].unstack("strategy")
    for month in won.index[:5]:
        assert won.loc[month, "double_ads"] == won.loc[month, "today"]
    late = won.loc[won.index[-5:]].sum()
    assert late["double_ads"] == pytest.approx(2 * late["today"], rel=0.05)
    always = won.sum()["double_ads_always"]
    assert always == pytest.approx(2 * won.sum()["today"], rel=0.05)


def test_the_sixth_partner_is_the_same_by_either_spelling() -> None:
    table = fs.compare(firm(text=PARTNERS), replications=20, jobs=1).table
    assert table.loc["sixth"].equals(table.loc["hired"])
    assert table.loc["always", "profit_gain"] > table.loc["sixth", "profit_gain"] + 1000


def test_a_strategy_without_changes_is_today() -> None:
    scenario = firm("[strategies.nothing]", "[strategies.later]", "starts = 2026-05-17", text=PARTNERS)
    today = rows_of(scenario)
    for name in ("nothing", "later"):
        for engine in ENGINES:
            assert rows_of(scenario, name, engine).tobytes() == today.tobytes()


def test_up_to_its_first_day_a_strategy_is_today() -> None:
    scenario = firm("[strategies.more]\nstarts = 2026-07-01", text=PARTNERS)
    scenario = scenario.with_changes({})
    growth = firm(
        "[strategies.more]",
        "starts = 2026-07-01",
        'change = { "channels.web.inquiries_per_month *=" = 2, "teams.partners.people" = 2 }',
        text=PARTNERS,
    )
    today, more = rows_of(scenario), rows_of(growth, "more")
    begins = course_of(growth, "more").begins[1]
    until = int((today["time"] < begins).sum())
    assert more[:until].tobytes() == today[:until].tobytes()
    assert more.tobytes() != today.tobytes()


def test_a_doubled_channel_keeps_every_earlier_inquiry_and_who_comes_later() -> None:
    scenario = firm(
        '[strategies.more]\nstarts = 2026-07-01\nchange = { "channels.ads.inquiries_per_month *=" = 2 }'
    )
    today, more = (rows_of(scenario, name) for name in ("today", "more"))
    begins = course_of(scenario, "more").begins[1]
    asked, asked_more = (rows[rows["event"] == Event.INQUIRY] for rows in (today, more))
    before, before_more = (rows[rows["time"] < begins] for rows in (asked, asked_more))
    assert before.tobytes() == before_more.tobytes()
    later, later_more = (rows[rows["time"] >= begins]["pursuit"] for rows in (asked, asked_more))
    assert list(later) == list(later_more[: len(later)])
    assert len(later_more) == pytest.approx(2 * len(later), rel=0.15)
    traits = {int(row["pursuit"]): row["segment"] for row in asked}
    assert all(
        traits[int(row["pursuit"])] == row["segment"] for row in asked_more if int(row["pursuit"]) in traits
    )


def test_who_is_hired_in_april_works_from_then_on() -> None:
    """By hand: three inquiries at once, 8 hours of work each, at full strength and at half."""
    scenario = fs.parse(
        """
        start = 2026-03-30
        horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
        segments.all.contract_value_per_year = 1000
        channels.web = { kind = "seo", inquiries_per_month = 300, arrives_between = ["00:00", "00:01"] }
        [teams.sales]
        people = 1
        hours_per_week = 40
        assignment = "shared_queue"
        cost_per_person_month = 3000
        [stages.talk]
        team = "sales"
        effort_hours = 8
        conversion = 1
        [strategies.april]
        starts = 2026-04-01
        change = { "teams.sales.people +=" = 1 }
        one_off_cost = 700
        cost_per_month = 300
        """
    )
    for engine in ENGINES:
        rows = rows_of(scenario, "april", engine)
        worked = rows[rows["event"] == Event.WORKED]
        ends = [(int(row["time"]) / DAY, int(row["rep"])) for row in worked[:5]]
        at_five = 17 / 24  # Monday 30 March, Tuesday, then from Wednesday on two people
        assert ends == [
            (pytest.approx(day + at_five), rep) for day, rep in ((0, 0), (1, 0), (2, 0), (2, 1), (3, 0))
        ]
        once = rows[rows["event"] == Event.ONE_OFF]
        assert [(int(row["time"]), row["money"]) for row in once] == [(2 * DAY, 700)]
        running = rows[rows["event"] == Event.RUNNING]
        assert set(running["money"]) == {10.0}  # 300 in the thirty days of April
        assert running["time"][0] == 3 * DAY
        paid = rows[(rows["event"] == Event.PAY) & (rows["rep"] == 1)]
        assert paid["time"][0] == 3 * DAY
        assert paid["money"][0] == 100
    summary = fs.compare(scenario, replications=2).summary["mean"]
    assert summary["april", "change_cost"] == pytest.approx(700 + 29 * 10)
    assert summary["today", "change_cost"] == 0
    more = summary["april", "cost"] - summary["today", "cost"]
    assert more == pytest.approx(700 + 29 * 10 + 29 * 100)


def test_money_already_spent_works_on_over_a_change() -> None:
    """Adstock with a half-life of ten days, doubled on a day: times 2 - 2^(-n/10) after n days."""
    scenario = firm(
        "[channels.tv]",
        'kind = "advertising"',
        "inquiries_per_month = 30",
        "cost_per_month = 1000",
        'response = { at_cost_per_month = 1000, ceiling = 1e7, half_life_days = 10, curve = "hill" }',
        "[strategies.more]",
        "starts = 2026-07-01",
        'change = { "channels.tv.cost_per_month *=" = 2 }',
    )
    today, more = (course_of(scenario, name).typed[-1].model for name in ("today", "more"))
    days = len(today.month_days) + 1
    by_day = [np.diff(each.expected[days:]) for each in (today, more)]
    first = course_of(scenario, "more").begins[1] // DAY
    after = np.arange(1, len(by_day[0]) - first + 1)
    ratio = by_day[1][first:] / by_day[0][first:]
    assert ratio == pytest.approx(2 - 2.0 ** (-after / 10), rel=1e-5)  # so high a ceiling makes it a line
    assert (by_day[0][:first] == by_day[1][:first]).all()


def test_growth_goes_on_from_the_level_reached_and_counts_from_what_is_typed() -> None:
    scenario = firm(
        '[[changes]]\ndate = 2026-07-01\nchange = { "channels.ads.growth_per_year" = 0.0 }',
        '[strategies.typed]\nstarts = 2026-10-01\nchange = { "channels.ads.inquiries_per_month" = 60 }',
        '[strategies.scaled]\nstarts = 2026-10-01\nchange = { "channels.ads.inquiries_per_month *=" = 2 }',
        text=FIRM.replace("cost_per_month = 3000", "cost_per_month = 3000\ngrowth_per_year = 1.0"),
    )
    reached = 2.0**0.5  # after half a year
    for name, level in (("today", reached), ("typed", 1.0), ("scaled", 2 * reached)):
        model = course_of(scenario, name).typed[-1].model
        last = model.month_days[-1]
        november = (date(2026, 11, 1) - date.fromisoformat(course_of(scenario, name).names.start)).days
        found = model.expected[november + 30] - model.expected[november]
        assert found == pytest.approx(60 * level, rel=1e-9), last


def test_factors_act_on_the_base_of_each_day_and_what_is_set_holds() -> None:
    scenario = firm(
        '[[changes]]\ndate = 2026-04-01\nchange = { "channels.ads.cost_per_month" = 5000 }',
        '[strategies.half]\nchange = { "channels.ads.cost_per_month *=" = 0.5 }',
        '[strategies.fixed]\nchange = { "channels.ads.cost_per_month" = 100 }',
        '[[strategies.fixed.on]]\ndate = 2026-09-01\nchange = { "channels.ads.cost_per_month *=" = 3 }',
    )
    costs = {
        name: [each.scenario.channels["ads"].cost_per_month for each in scenario.timeline(name)]
        for name in ("today", "half", "fixed", "half+double_ads")
    }
    assert costs == {
        "today": [3000, 5000],
        "half": [3000, 1500, 2500],
        "fixed": [3000, 100, 100, 300],
        "half+double_ads": [3000, 3000, 5000],
    }
    assert "does not follow the change of 2026-04-01" in held_over(scenario, "fixed")
    assert not held_over(scenario, "half")
    notes = fs.compare(scenario, replications=2, jobs=1, strategies=["today", "fixed"]).warnings
    assert any("does not follow" in line for line in notes["fixed"])


def test_a_stage_opens_and_closes_on_days() -> None:
    text = FIRM.replace("[stages.decision]\nconversion = 0.5\ncustomer_takes_days = 180", "") + (
        "[stages.call]\nconversion = 1\nnext = { offer = 1 }\n"
        "[stages.demo]\nconversion = 1\ncustomer_takes_days = 40\n"
        "[stages.offer]\nconversion = 0.5\n"
    )
    scenario = firm(
        '[[changes]]\ndate = 2026-03-01\nchange = { "stages.call.next" = { demo = 1 } }',
        '[[changes]]\ndate = 2026-06-01\nchange = { "stages.call.next" = { offer = 1 } }',
        text=text,
    )
    entered = rows_of(scenario)
    entered = entered[(entered["event"] == Event.ENTERED) & (entered["stage"] == 1)]
    left = rows_of(scenario)
    left = left[(left["event"] == Event.ADVANCED) & (left["stage"] == 1)]
    opens, closes = course_of(scenario, "today").begins[1:]
    assert len(entered) == len(left) > 50
    assert opens <= entered["time"].min() <= entered["time"].max() < closes
    assert left["time"].max() == entered["time"].max() + 40 * DAY


def test_who_comes_back_into_a_seat_is_somebody_else() -> None:
    scenario = firm(
        '[[changes]]\ndate = 2026-02-01\nchange = { "teams.partners.people" = 4 }',
        '[[changes]]\ndate = 2026-03-01\nchange = { "teams.partners.people" = 6 }',
        text=PARTNERS,
    )
    course = course_of(scenario, "today")
    assert course.names.reps[4:] == ("partners 5", "partners 5 (2)", "partners 6")
    entities = course.typed[-1].model.reps["entity"] & 0xFFFF_FFFF
    assert list(entities[4:]) == [4, 4 + (1 << 24), 5]
    rows = rows_of(scenario)
    staff = rows[rows["event"] == Event.ON_STAFF]
    assert sorted(staff["rep"]) == list(range(7))
    assert rows_of(scenario, engine="reference").tobytes() == rows.tobytes()


# ---- what is wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "[strategies.a]\nstarts = 2025-12-01",
            "is made on 2025-12-01, before the period, which begins on 2026-01-01",
        ),
        ("[strategies.a]\nstarts = 2027-01-01", "after the period, which ends before 2027-01-01"),
        ("[[changes]]\ndate = 2029-01-01", "changes.0 is made on 2029-01-01, after the period"),
        (
            '[[changes]]\ndate = 2026-02-01\nchange = { "channels.ads.cost_per_month" = 1 }\n'
            '[[changes]]\ndate = 2026-02-01\nchange = { "channels.ads.cost_per_month *=" = 2 }',
            "is changed on 2026-02-01 by changes.0 too; expected one change of a value a day",
        ),
        (
            "[[changes]]\ndate = 2026-05-01\n"
            'change = { "channels.tv" = { kind = "advertising", inquiries_per_month = 5 } }\n'
            '[strategies.a]\nstarts = 2026-03-01\nchange = { "channels.tv.cost_per_month" = 7 }',
            "does not exist yet on 2026-03-01; expected 2026-05-01, or a later day",
        ),
        (
            '[strategies.a]\nchange = { "teams.partners.reps" = {} }\n[teams.partners.reps.Bo]',
            "removes teams.partners.reps.Bo on 2026-01-01",
        ),
        (
            '[strategies.a]\nchange = { "horizon.period_months" = 6 }',
            "is no choice; expected horizon to be the same",
        ),
        (
            '[[changes]]\ndate = 2026-02-01\nchange = { "start" = 2026-02-01 }',
            "is no choice; expected start to be the same",
        ),
        (
            "[strategies.a]\nalways = true\nstarts = 2026-02-01",
            "is 2026-02-01, but the strategy has always been in force; expected starts, or always = true",
        ),
        ("[[changes]]\ndat = 2026-02-01", 'changes.0.dat is not a key here; did you mean "date"?'),
        ("[[changes]]\nchange = {}", "changes.0.date is missing; expected the day from which"),
        (
            "[strategies.a]\n[[strategies.a.on]]\ndate = 2026-03-01\none_off_cost = -3",
            "strategies.a.on.0.one_off_cost is -3; expected at least 0",
        ),
        (
            "[strategies.a]\nalways = true\none_off_cost = 5",
            "one_off_cost is paid as the strategy begins, but it has always been in force; expected 0",
        ),
        (
            "[strategies.today]\nstarts = 2026-02-01",
            'strategies.today.starts is given; expected "today" to be',
        ),
        (
            '[[changes]]\ndate = 2026-02-01\nchange = { "stages.pitch.team" = "nobody" }',
            "makes a scenario in which stages.pitch.team",
        ),
        (
            "[teams.partners.reps.Cy]\nhired = 2025-01-01\n[[changes]]\ndate = 2026-02-01\n"
            'change = { "teams.partners.reps.Cy.hired" = 2026-05-01 }',
            "changes teams.partners.reps.Cy.hired on 2026-02-01, after that day",
        ),
        (
            "[teams.partners.reps.Cy]\n[[changes]]\ndate = 2026-02-01\n"
            'change = { "teams.partners.reps.Cy.leaves" = 2026-01-05 }',
            "lets teams.partners.reps.Cy leave on 2026-01-05, before the change of 2026-02-01",
        ),
    ],
)
def test_what_is_wrong_with_a_date_is_said_in_one_sentence(more: str, told: str) -> None:
    text = PARTNERS.replace("channels.web", "channels.ads")
    with pytest.raises(fs.ScenarioError) as raised:
        firm(more, text=text)
    assert told in str(raised.value)


# ---- checkpoints ------------------------------------------------------------------------------


LATE = '[strategies.late]\nstarts = 2026-08-01\nchange = { "teams.partners.people" = 3 }'
UNSURE = '[uncertainties]\n"stages.pitch.conversion" = { low = 0.1, likely = 0.2, high = 0.3 }'


@pytest.mark.parametrize("more", [LATE, f"{LATE}\n{UNSURE}"], ids=["certain", "uncertain"])
def test_a_checkpoint_goes_on_to_the_same_bits(more: str, tmp_path: Path) -> None:
    scenario = firm(
        '[[changes]]\ndate = 2026-02-10\nchange = { "stages.pitch.effort_hours *=" = 1.2 }',
        more,
        text=PARTNERS,
    )
    names = ["today", "late"]
    whole = fs.compare(scenario, strategies=names, replications=4, jobs=1)
    fs.keep(scenario, date(2026, 8, 1), replications=4).save(tmp_path / "august")
    kept = fs.Checkpoint.load(tmp_path / "august")
    for jobs in (1, 2):
        again = fs.compare(scenario, strategies=names, since=kept, jobs=jobs)
        for name in names:
            assert_same(whole[name], again[name])


def assert_same(one: fs.SimulationResult, other: fs.SimulationResult) -> None:
    """Require the same sums, to the bit."""
    pairs = zip(one.forecast.tallies, other.forecast.tallies, strict=True)
    assert all(np.array_equal(ours, theirs) for ours, theirs in pairs)


def test_a_checkpoint_goes_on_in_another_process(tmp_path: Path) -> None:
    file = tmp_path / "firm.toml"
    file.write_text(f"{PARTNERS}\n{LATE}")
    runner = CliRunner()
    kept = tmp_path / "july.checkpoint"
    asked = ["keep", str(file), "--on", "2026-07-01", "--out", str(kept), "--replications", "3"]
    assert runner.invoke(cli.app, asked).exit_code == 0
    command = [sys.executable, "-m", "funnelsim", "run", str(file), "--strategy", "late", "--json"]
    outputs = [
        subprocess.run([*command, *more], capture_output=True, check=True, text=True).stdout
        for more in (["--from", str(kept)], ["--replications", "3"])
    ]
    assert outputs[0] == outputs[1]
    assert runner.invoke(cli.app, asked).exit_code == 2  # it exists


def test_a_checkpoint_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = firm(LATE, text=PARTNERS)
    kept = fs.keep(scenario, date(2026, 7, 1), replications=1)
    with pytest.raises(UnusableError, match=r"teams\.partners\.people was 5 and is 6"):
        fs.simulate(scenario.with_changes({"teams.partners.people": 6}), since=kept)
    with pytest.raises(UnusableError, match='"sixth" begins before 2026-07-01'):
        fs.simulate(scenario, strategy="sixth", since=kept)
    with pytest.raises(UnusableError, match="only the compiled engine"):
        fs.simulate(scenario, since=kept, engine="reference")
    with pytest.raises(fs.ScenarioError, match="a day of the period"):
        fs.keep(scenario, date(2025, 12, 31), replications=1)
    file = tmp_path / "july"
    kept.save(file)
    with monkeypatch.context() as other:
        other.setattr(checkpoint, "this_platform", lambda: "an abacus")
        with pytest.raises(UnusableError, match="another platform"):
            fs.Checkpoint.load(file)
    with monkeypatch.context() as other:
        other.setattr(checkpoint, "sources_hash", lambda _: "other code")
        with pytest.raises(UnusableError, match="another version"):
            fs.Checkpoint.load(file)
    with np.load(file) as opened:
        arrays = dict(opened)
    arrays["world.0.rows"] = arrays["world.0.rows"] + 1
    with file.open("wb") as changed:
        np.savez(changed, **arrays)
    with pytest.raises(UnusableError, match="is damaged: make it anew"):
        fs.Checkpoint.load(file)
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(UnusableError, match="no checkpoint, or is damaged"):
        fs.Checkpoint.load(file)


def test_goals_and_strategies_may_differ_after_a_checkpoint() -> None:
    kept = fs.keep(firm(text=PARTNERS), date(2026, 7, 1), replications=2)
    later = firm(LATE, '[goals.won]\nmetric = "won"\nat_least = 1', text=PARTNERS)
    found = fs.compare(later, strategies=["today", "late"], since=kept)
    assert_same(found["today"], fs.simulate(later, replications=2))

"""Jobs for several people: a ledger worked out by hand, what is refused, and what pilots and figures do."""

from __future__ import annotations

import re

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.engines import ENGINES, history
from funnelsim.engines.fold import fold, new_tally
from funnelsim.model.words import DAY, HOUR, Event
from funnelsim.scenario import ScenarioError, lower, parse

# Customers count time in one hour a week and need four of these. So all who ask in the first week, which are
# both companies that there are, buy on Monday, 2 February, at 8:00.
ROOFS = """
start = 2026-01-06
[horizon]
warm_up_months = 0
period_months = 2
drain_months = 0
[products.roof]
price = 9000
delivery = "roofs"
[deliveries.roofs.stages.build]
team = "crew"
people = 2
effort_hours = 6
[segments.owners]
market = { companies = 2 }
[channels.web]
kind = "seo"
inquiries_per_month = 2000
[stages.form]
conversion = 1
customer_takes_days = 4
customer_hours = { monday = ["07:00-08:00"] }
[teams.crew]
assignment = "shared_queue"
sticky = false
[teams.crew.reps.Ada]
absent = [2026-02-03]
hours.monday = ["08:00-16:00"]
hours.tuesday = ["08:00-16:00"]
[teams.crew.reps.Ben]
hours.monday = ["08:00-12:00", "13:00-17:00"]
[teams.crew.reps.Cleo]
hours.monday = ["12:00-20:00"]
hours.tuesday = ["08:00-12:00"]
"""
ADA, BEN, CLEO = range(3)


def at(day: int, hour: int) -> int:
    """Return an instant of February; 2 February is a Monday, and day 27 of the horizon."""
    return (25 + day) * DAY + hour * HOUR


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_two_crews_of_three_people_work_in_the_hours_that_they_have_in_common(engine: str) -> None:
    model = lower(parse(ROOFS)).model
    rows = history(engine, model, 1)
    work = rows[np.isin(rows["event"], (Event.STARTED, Event.WORKED, Event.IN_CREW)) & (rows["process"] == 1)]
    told = [
        (
            Event(int(row["event"])).name,
            int(row["time"]),
            int(row["rep"]),
            int(row["waited"]) / HOUR,
            int(row["worked"]) / HOUR,
            int(row["count"]),
        )
        for row in work
    ]
    # Cleo, who comes at noon, has been idle for longest, but cannot do the second job alone: she leads it
    # from three o'clock on. Ada has the lower number of two idle since then. She is absent on Tuesday; they
    # have an hour on Monday, four on the Monday after it, and an hour on the Tuesday after that.
    assert told == [
        ("STARTED", at(2, 8), ADA, 0, 0, 1),
        ("WORKED", at(2, 15), ADA, 7, 6, 2),
        ("IN_CREW", at(2, 15), ADA, 7, 6, 1),
        ("IN_CREW", at(2, 15), BEN, 7, 6, 1),
        ("STARTED", at(2, 15), CLEO, 7, 0, 1),
        ("IN_CREW", at(6, 0), ADA, 81, 1, 1),
        ("IN_CREW", at(6, 0), CLEO, 81, 1, 1),
        ("WORKED", at(10, 9), CLEO, 186, 6, 2),
        ("IN_CREW", at(10, 9), ADA, 186, 5, 1),
        ("IN_CREW", at(10, 9), CLEO, 186, 5, 1),
    ]
    absent = rows[rows["event"] == Event.ABSENT]
    assert absent[["rep", "time", "worked"]].tolist() == [(ADA, at(4, 0), 0)]
    tally = new_tally(model, 1)
    fold(rows, model, tally)
    assert (tally.busy / HOUR).tolist() == [[7, 6, 1], [5, 0, 5]]


OF_TWO_SIZES = (
    ROOFS.replace("companies = 2", "companies = 1")
    .replace("[2026-02-03]", "[2026-02-02]")
    .replace("reps.Ben]\n", "reps.Ben]\nleaves = 2026-02-02\n")
    .replace('kind = "seo"', 'kind = "seo"\nsegments = { owners = 0.5, tenants = 0.5 }')
    + "[segments.tenants]\nmarket = { companies = 1 }\n"
    + "[deliveries.roofs.stages.build.segments.tenants]\npeople = 1\n"
)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_nobody_overtakes_a_job_that_waits_for_people(engine: str) -> None:
    rows = history(engine, lower(parse(OF_TWO_SIZES)).model, 1)
    started, entered = (
        rows[(rows["event"] == event) & (rows["process"] == 1)] for event in (Event.STARTED, Event.ENTERED)
    )
    assert sorted(entered["pursuit"]) == started["pursuit"].tolist()
    # The owner's job, which takes two, is the first. Cleo is alone on Monday, and does not begin with the
    # tenant's, which takes one. On Tuesday Ada is back; they work until noon, and for two hours on Monday.
    assert started[["time", "rep", "segment"]].tolist() == [(at(3, 8), CLEO, 0), (at(9, 14), ADA, 1)]


def sentence(*edits: tuple[str, str]) -> str:
    """Return what is wrong with the scenario with other words in some places."""
    text = ROOFS
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    with pytest.raises(ScenarioError) as refused:
        parse(text)
    (problem,) = refused.value.problems
    return re.sub(r"^line \d+: ", "", problem.sentence())


BUILD = "deliveries.roofs.stages.build"
MORE = "expected a team with as many people as the job needs"
TOGETHER = "where several people work together"
LEAVES = "]\nleaves = 2026-01-"
ON_SUNDAY = ('hours.monday = ["08:00-12:00", "13:00-17:00"]', 'hours.sunday = ["08:00-12:00"]')
TWO, SHARED, LOYAL = "people = 2", 'assignment = "shared_queue"', "sticky = false"


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ([(TWO, "people = 0")], "people is 0; expected at least 1"),
        ([(TWO, "people = 1.5")], "people is 1.5; expected a whole number"),
        (
            [(TWO, "people = 4")],
            f"people is 4, but team crew has 3; {MORE}",
        ),
        (
            [("Ben]", f"Ben{LEAVES}20"), ("Cleo]", f"Cleo{LEAVES}15")],
            f"people is 2, but team crew has 1 from 2026-01-20 on; {MORE}",
        ),
        (
            [(TWO, "people = 3"), ON_SUNDAY],
            "people is 3, but never so many of team crew work at the same hours; expected working hours that "
            "they have in common",
        ),
        (
            [(SHARED, ""), (LOYAL, "")],
            'people is 2, but team crew has assignment = "round_robin" and sticky = true; expected '
            f'assignment = "shared_queue" or "priority_queue", sticky = false {TOGETHER}',
        ),
        (
            [(LOYAL, f'{LOYAL}\ninterrupts = "hot"\neffort_split = "new_first"')],
            "people is 2, but team crew has interrupts and effort_split; expected no interrupts, "
            f"no effort_split {TOGETHER}",
        ),
        (
            [(TWO, f"{TWO}\nattempts = {{ chance = 0.5, interval_hours = 1, most = 2 }}")],
            f"people is 2, but the stage has attempts; expected no attempts {TOGETHER}",
        ),
        (
            [(f'team = "crew"\n{TWO}\neffort_hours = 6', TWO)],
            "people is given, but the stage has no team; expected a team, or no such key",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(edits: list[tuple[str, str]], told: str) -> None:
    assert sentence(*edits) == f"{BUILD}.{told}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            '"teams.crew.reps.Ben.leaves" = 2026-02-12, "deliveries.roofs.stages.build.people" = 3',
            f"people is 3, but team crew has 2 from 2026-02-12 on; {MORE}",
        ),
        (
            '"teams.crew.sticky" = true, "deliveries.roofs.stages.build.people" = 1',
            "people is more than 1 on some days, but on others team crew has sticky = true; "
            f"expected sticky = false {TOGETHER}",
        ),
    ],
)
def test_what_cannot_be_from_a_day_on_is_refused(change: str, told: str) -> None:
    dated = f"start = 2026-01-06\n[[changes]]\ndate = 2026-02-10\nchange = {{ {change} }}"
    where = "changes.0 makes a scenario in which"
    assert sentence(("start = 2026-01-06", dated)) == f"{where} {BUILD}.{told}"


JOBS_FOR_THREE = """
start = 2026-01-01
horizon = { warm_up_months = 3, period_months = 12, drain_months = 1 }
[segments.all]
products = { roof = 1 }
[products.roof]
price = 9000
delivery = "roof"
[channels.web]
kind = "seo"
inquiries_per_month = 5
[teams.crew]
people = 4
assignment = "shared_queue"
sticky = false
[stages.call]
conversion = 1
[deliveries.roof.stages.build]
team = "crew"
people = 3
effort_hours = HOURS
"""


@pytest.mark.parametrize(("hours", "scarce"), [(28, False), (36, True)])
def test_a_team_that_cannot_form_another_crew_is_scarce_before_it_is_busy(hours: int, scarce: bool) -> None:
    """Four do one job of three at a time: of 693 hours a month they can use 520, and 5 x 3 x 36 are 540."""
    result = fs.simulate(fs.parse(JOBS_FOR_THREE.replace("HOURS", str(hours))), replications=5, jobs=1)
    (team,) = result.forecast.team_hours()
    assert (team.people, team.together, team.usable, team.missing) == (4, 3, 0.75, 2)
    assert team.load < 0.85
    found = [each for each in result.warnings if "Team crew" in each]
    assert bool(found) == scarce
    if scarce:
        assert "It can use 75 % of its hours, as a job takes 3 people at once and there are 4." in found[0]
        assert found[0].endswith("Try 2 more people: --set teams.crew.people+=2")

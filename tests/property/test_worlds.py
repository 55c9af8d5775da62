"""Worlds are unmoved by what cannot matter: places in a file, names, rates, jobs, the order of runs."""

from __future__ import annotations

import hashlib
import tomllib
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, seed, settings

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, history, new_ledger, pages_by_chapter
from funnelsim.engines.fold import Sums
from funnelsim.model.model import Names
from funnelsim.model.words import Event
from funnelsim.scenario import Course, courses_of, from_document, load, lower_in
from funnelsim.studies.replication import Plan, replicate

from .scenarios import Document, Toml, scenarios, seeds

SEED = 20_260_104
over_worlds = settings(max_examples=40)

OWN_TEAM = {"people": 2, "hours_per_week": 168.0, "cost_per_person_month": 100, "assignment": "shared_queue"}
OWN_STAGE = {"team": "own", "conversion": 0.5, "lost_reasons": {"of its own": 1.0}}
OWN_STAGES = {
    "own call": OWN_STAGE | {"effort_hours": 1},
    "own deal": OWN_STAGE | {"effort_hours": 0, "next": "won"},
}
OWN_SEGMENT = {"contract_value_per_year": 100}
OWN_CHANNEL = {"kind": "pr", "inquiries_per_month": 60, "cost_per_month": 50, "segments": {"own": 1.0}}
OWN = {"channel": 1, "rep": 2, "stage": 2}  # how many of each the above adds


def with_a_channel_first(document: Document) -> Document:
    """List a channel with a team and stages of its own before everything else, and a segment after it.

    Others would meet its leads in a market, and in the nurture of a reason.
    """
    stages = {name: dict(stage) for name, stage in document["stages"].items()}
    first = next(iter(stages))
    if not any("makes" in stage for stage in stages.values()):
        stages[first]["makes"] = "lead"
    usual = {"first_stage": first, "segments": {next(iter(document["segments"])): 1.0}}
    channels = {name: usual | channel for name, channel in document["channels"].items()}
    return document | {
        "segments": document["segments"] | {"own": OWN_SEGMENT},
        "channels": {"own": OWN_CHANNEL} | channels,
        "teams": {"own": OWN_TEAM} | document["teams"],
        "stages": OWN_STAGES | stages,
    }


def lived(document: Document, seed: int) -> tuple[Records, Names]:
    model, names = lower_in(from_document(document), world_of(seed, 0))
    return history("compiled", model, seed), names


def without_own(rows: Records) -> Records:
    """Leave out the rows of the own channel and team; number the others as if these were not there."""
    about_channels = rows["channel"] >= 0
    others = rows[
        (about_channels & (rows["channel"] >= OWN["channel"]))
        | (~about_channels & (rows["rep"] >= OWN["rep"]))
    ].copy()
    for number, own in OWN.items():
        others[number][others[number] >= 0] -= own
    return others


def named(rows: Records, names: Names) -> list[str | None]:
    """Call the reasons by their names: their numbers follow the order of the file."""
    return [names.reasons[number] if number >= 0 else None for number in rows["reason"]]


@seed(SEED)
@over_worlds
@given(scenarios(), seeds())
def test_a_channel_of_its_own_moves_no_other_lead(text: Toml, seed: int) -> None:
    document = tomllib.loads(text)
    assume("products" not in document)  # the channel's own segment has a contract value
    assume("referrals" not in text)  # its customers would refer others
    alone, names = lived(document, seed)
    beside, new_names = lived(with_a_channel_first(document), seed)
    assert (beside["channel"] == 0).sum() > 50
    others = without_own(beside)
    assert named(others, new_names) == named(alone, names)
    others["reason"] = alone["reason"]
    assert others.tobytes() == alone.tobytes()


def with_other_names(document: Document) -> Document:
    """Rename a segment; add a goal, an origin and a strategy."""
    new_name = {name: f"{name} customers" for name in document["segments"]}

    def renamed(table: Document) -> Document:
        """Name the segments anew in channels, teams, reps and stages."""
        new = dict(table)
        if "reps" in table:
            new["reps"] = {name: renamed(rep) for name, rep in table["reps"].items()}
        found = table.get("segments", {})
        if isinstance(found, list):
            new["segments"] = [new_name[of] for of in found]
        elif found:
            new["segments"] = {new_name[of]: item for of, item in found.items()}
        return new

    return document | {
        "about": "The same again",
        "currency": "EUR",
        **{
            section: {name: renamed(table) for name, table in document[section].items()}
            for section in ("channels", "teams", "stages")
        },
        "segments": {new_name[name]: segment for name, segment in document["segments"].items()},
        "goals": {"clients": {"metric": "won", "at_least": 2}},
        "plan": {"quota": 1000} if document["start"].day == 1 else {},
        "strategies": {"more": {"change": {"channels.web.cost_per_inquiry +=": 5}}},
        "origins": {"*": "assumed: all of it"},
    }


@seed(SEED)
@over_worlds
@given(scenarios(), seeds())
def test_names_goals_and_strategies_move_nothing(text: Toml, seed: int) -> None:
    document = tomllib.loads(text)
    assume("products" not in document)  # whose prices and first customers are by the names of segments
    unknown = document.get("uncertainties", {})  # drawn by path, of which a segment's name may be a part
    document["uncertainties"] = {key: item for key, item in unknown.items() if "segments." not in key}
    alone, _ = lived(document, seed)
    again, _ = lived(with_other_names(document), seed)
    assert again.tobytes() == alone.tobytes()


def walks(rows: Records) -> dict[int, list[tuple[object, ...]]]:
    """Tell what each lead did, without when; the rows of its end say in `worked` when it began."""
    found: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for row in rows:
        if row["pursuit"] >= 0 and row["event"] != Event.OPEN:
            fields = ("event", "stage", "waited", "money", "reason", "segment", "channel")
            worked = int(row["worked"]) if row["event"] == Event.WORKED else 0
            found[int(row["pursuit"])].append((worked, *(row[field].item() for field in fields)))
    return found


NO_REPS = """
start = 2026-06-01
horizon = { warm_up_months = 1, period_months = 2, drain_months = 0 }
[segments.small]
contract_value_per_year = { median = 9000, p90 = 20000 }
[segments.large]
contract_value_per_year = 50000
odds_ratio = 0.5
customer_time_factor = 1.5
[channels.web]
kind = "seo"
inquiries_per_month = 60
cost_per_inquiry = 3
temperature = { hot = 0.3, warm = 0.3, future = 0.4 }
fit = { low = 0.5, likely = 1.0, high = 2.0 }
theorist_share = 0.2
segments = { small = 0.6, large = 0.4 }
[stages.call]
conversion = 0.6
customer_takes_days = { median = 1, p90 = 4 }
back_to = { call = 0.3 }
[stages.offer]
conversion = 0.5
customer_takes_days = { median = 3, p90 = 9 }
lost_reasons = { price = 0.5, timing = 0.5 }
"""


@pytest.mark.parametrize(
    "rate",
    [
        {"inquiries_per_month": 150},
        {"growth_per_year": 3.0, "weekday_profile": [5, 1, 1, 1, 1, 0, 0]},
        {"arrives_between": ["09:00", "12:00"]},
    ],
)
def test_an_inquiry_is_the_same_company_at_any_rate(rate: Document) -> None:
    """The i-th inquiry of a channel does the same whenever it comes, as far as the horizon lets it."""
    document = tomllib.loads(NO_REPS)
    faster = document | {"channels": {"web": document["channels"]["web"] | rate}}
    slow, fast = (walks(lived(each, 1)[0]) for each in (document, faster))
    both = sorted(slow.keys() & fast.keys())
    assert len(both) > 100
    assert both == list(range(both[0], both[0] + len(both)))
    instants = {int(row["pursuit"]): int(row["created"]) for row in lived(faster, 1)[0]}
    assert any(int(row["created"]) != instants.get(int(row["pursuit"])) for row in lived(document, 1)[0])
    for lead in both:
        length = min(len(slow[lead]), len(fast[lead]))
        assert slow[lead][:length] == fast[lead][:length]


@cache
def strategies() -> dict[str, Course]:
    scenario = load("first_steps").with_changes(
        {"horizon.warm_up_months": 0, "horizon.period_months": 2, "horizon.drain_months": 1}
    )
    return courses_of(scenario, ("today", "one_more_rep"))


def test_jobs_and_the_order_of_runs_do_not_matter() -> None:
    one, two = (
        replicate(strategies(), Plan(replications=12, seed=7, jobs=jobs, digest=True)) for jobs in (1, 2)
    )
    for name, course in strategies().items():
        assert len(set(one[name].digests)) == 12
        assert one[name].digest == two[name].digest
        backwards = [history("compiled", course.typed, 7, replication) for replication in reversed(range(12))]
        shas = tuple(hashlib.sha256(rows.data).digest() for rows in reversed(backwards))
        assert shas == one[name].digests
    assert one["today"].digest != one["one_more_rep"].digest


def test_what_threads_had_finished_when_stopped_is_whole() -> None:
    simulations: list[int] = []

    def stop(count: int) -> None:
        simulations.append(count)
        if sum(simulations) > 100:
            raise KeyboardInterrupt

    stopped = replicate(strategies(), Plan(replications=20_000, seed=7, jobs=2), stop)
    numbers = stopped["today"].worlds["replication"]
    assert 0 < len(numbers) < 20_000
    some = range(0, len(numbers), 1 + len(numbers) // 50)
    for name, course in strategies().items():
        assert np.array_equal(stopped[name].worlds["replication"], numbers)
        for place in some:
            world, ledger = world_of(7, int(numbers[place])), new_ledger(100_000)
            sums, rows = Sums(course.typed, [len(each.names.reasons) for each in course.pieces]), 0
            for number, page in pages_by_chapter(ENGINES["compiled"], course.typed, world, ledger):
                sums.fold(number, page)
                rows += len(page)
            assert stopped[name].ledger_rows[place] == rows
            assert all(
                np.array_equal(ours[place], theirs)
                for ours, theirs in zip(stopped[name].tally, sums.tally, strict=True)
            )


def test_each_engine_has_the_same_digest() -> None:
    plans = [Plan(replications=2, seed=7, engine=engine, jobs=1, digest=True) for engine in ENGINES]
    digests = {replicate(strategies(), plan)["today"].digest for plan in plans}
    assert len(digests) == 1

"""How large a scenario may be: what the numbers of a ledger can tell, and what is refused beyond it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from funnelsim.model.records import (
    CALENDAR,
    CHANNEL,
    LEDGER,
    MOST_CHANNELS,
    MOST_PROCESSES,
    MOST_REASONS,
    MOST_REPS,
    MOST_SEGMENTS,
    MOST_STAGES,
    PURSUIT,
    REP,
    REP_STATE,
    SEGMENT,
    STAGE,
    TEAM,
)
from funnelsim.model.words import Event, Flag
from funnelsim.scenario import Months, Scenario, ScenarioError, from_document, lower, parse
from funnelsim.scenario.schema import LONGEST_HORIZON, MOST_PEOPLE, Contents

from .good_scenario import GOOD

MOST_NAMED = 1000  # of channels, segments, stages, teams, strategies


def test_a_row_of_the_ledger_is_64_bytes_without_padding() -> None:
    assert LEDGER.itemsize == 64
    kinds = [LEDGER.fields[name] for name in LEDGER.names]  # type: ignore[index, union-attr]
    ends = [offset + kind.itemsize for kind, offset, *_ in kinds]
    assert [offset for _, offset, *_ in kinds] == [0, *ends[:-1]]
    assert ends[-1] == 64
    assert all(offset % kind.itemsize == 0 for kind, offset, *_ in kinds)  # aligned


@pytest.mark.parametrize(
    ("column", "most"),
    [
        ("stage", MOST_STAGES),
        ("rep", MOST_REPS),
        ("channel", MOST_CHANNELS),
        ("segment", MOST_SEGMENTS),
        ("reason", MOST_REASONS),
        ("process", MOST_PROCESSES),
    ],
)
def test_a_column_can_number_as_many_as_there_may_be(column: str, most: int) -> None:
    assert np.iinfo(LEDGER[column]).max == most


def test_a_column_has_room_for_every_word_and_for_nothing() -> None:
    assert max(Event) <= np.iinfo(LEDGER["event"]).max
    assert sum(Flag) <= np.iinfo(LEDGER["flags"]).max
    for column in ("pursuit", "stage", "rep", "channel", "segment", "reason", "product"):
        assert np.iinfo(LEDGER[column]).min < 0, column


@pytest.mark.parametrize("record", [CHANNEL, SEGMENT, TEAM, REP, REP_STATE, STAGE, CALENDAR, PURSUIT])
def test_records_of_the_model_hold_every_number_of_a_row(record: np.dtype[Any]) -> None:
    names = {"stage", "rep", "channel", "segment", "reason", "process", "team", "calendar", "target"}
    for name in names & set(record.names or ()):
        assert np.iinfo(record[name]).max >= max(MOST_STAGES, MOST_PEOPLE)


# ---- what is typed ----------------------------------------------------------------------------


def document() -> dict[str, Any]:
    return dict(parse(GOOD).document)


def channels(count: int) -> dict[str, Any]:
    return {"channels": {f"c{n}": {"kind": "seo", "inquiries_per_month": 1} for n in range(count)}}


def segments(count: int) -> dict[str, Any]:
    found = document()["channels"]["web"] | {"segments": {"s0": 1}}
    named = {f"s{n}": {"contract_value_per_year": 1} for n in range(count)}
    return {"segments": named, "channels": {"web": found}}


def stages(count: int) -> dict[str, Any]:
    return {"stages": {f"s{n}": {"conversion": 0.9} for n in range(count)}}


def teams(count: int) -> dict[str, Any]:
    return {"teams": {"sales": {"people": 1}} | {f"t{n}": {"people": 1} for n in range(count - 1)}}


def strategies(count: int) -> dict[str, Any]:
    return {"strategies": {f"s{n}": {} for n in range(count)}}


def people_of_a_team(count: int) -> dict[str, Any]:
    return {"teams": {"sales": {"people": count}}}


def people_in_all(count: int) -> dict[str, Any]:
    reps = {"Ann": {}, "Bob": {}}
    return {"teams": {"sales": {"people": count - 5, "reps": reps}, "desk": {"people": 3}}}


def reasons_of_a_stage(count: int) -> dict[str, Any]:
    reasons = {f"r{n}": 1 / count for n in range(count)}
    return {"stages": {"talk": {"conversion": 0.5, "lost_reasons": reasons}}}


def reasons_in_all(count: int) -> dict[str, Any]:
    """Give three stages as many reasons in all; the first two share one."""
    names = [f"r{n}" for n in range(count)]
    shares = (names[:50], names[49:100], names[100:])
    named = {
        f"s{n}": {"conversion": 0.5, "lost_reasons": dict.fromkeys(each, 1 / len(each))}
        for n, each in enumerate(shares)
    }
    return {"stages": named}


def months(count: int) -> dict[str, Any]:
    return {"horizon": {"warm_up_months": 100, "period_months": count - 101, "drain_months": 1}}


def period_months(count: int) -> dict[str, Any]:
    return {"horizon": {"warm_up_months": 0, "period_months": count, "drain_months": 0}}


LIMITS: dict[str, tuple[Callable[[int], dict[str, Any]], int, str, str]] = {
    "channels": (channels, MOST_NAMED, "channels", "has 1001 entries; expected at most 1000"),
    "segments": (segments, MOST_NAMED, "segments", "has 1001 entries; expected at most 1000"),
    "stages": (stages, MOST_NAMED, "stages", "has 1001 entries; expected at most 1000"),
    "teams": (teams, MOST_NAMED, "teams", "has 1001 entries; expected at most 1000"),
    "strategies": (strategies, MOST_NAMED, "strategies", "has 1001 entries; expected at most 1000"),
    "people of a team": (people_of_a_team, MOST_PEOPLE, "teams.sales.people", "at most 10000"),
    "people in all": (people_in_all, MOST_PEOPLE, "teams", "at most 10,000 in all"),
    "reasons of a stage": (reasons_of_a_stage, MOST_REASONS - 1, "stages", "have 127 lost_reasons in all"),
    "reasons in all": (reasons_in_all, MOST_REASONS - 1, "stages", "at most 126"),
    "months in all": (months, LONGEST_HORIZON, "horizon", "has 241 months in all; expected at most 240"),
    "months of the period": (period_months, LONGEST_HORIZON, "horizon.period_months", "at most 240"),
}


def made(limit: str, beyond: int = 0) -> Scenario:
    make, most, _, _ = LIMITS[limit]
    return from_document(document() | make(most + beyond))


@pytest.mark.parametrize("limit", LIMITS)
def test_as_much_as_the_limit_is_read(limit: str) -> None:
    made(limit)


@pytest.mark.parametrize("limit", LIMITS)
def test_one_more_than_the_limit_is_refused_in_a_sentence(limit: str) -> None:
    _, _, path, words = LIMITS[limit]
    with pytest.raises(ScenarioError) as refused:
        made(limit, beyond=1)
    (problem,) = refused.value.problems
    assert problem.path == path
    assert words in problem.sentence()


@pytest.mark.parametrize("key", ["channels", "segments", "stages", "teams", "strategies"])
def test_what_is_named_fits_into_a_row(key: str) -> None:
    (most,) = (rule.max_length for rule in Contents.model_fields[key].metadata if hasattr(rule, "max_length"))
    assert most == MOST_NAMED <= min(MOST_CHANNELS, MOST_SEGMENTS, MOST_STAGES)
    assert MOST_PEOPLE <= MOST_REPS


def test_every_reason_and_rep_of_the_largest_is_numbered_in_a_row() -> None:
    model, names = lower(made("reasons in all").with_months(Months(1, 1, 1)))
    assert len(names.reasons) == MOST_REASONS
    assert model.routes["reason"].max() == MOST_REASONS - 1
    model, names = lower(made("people in all").with_months(Months(1, 1, 1)))
    assert len(names.reps) == len(model.reps) == MOST_PEOPLE

"""Mutants of scenarios and of changes, the first of those that `make fuzz` tries."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from funnelsim.keeping.eventlog import write_event_log
from funnelsim.scenario import load, parse

from .conservation import broken, read
from .mutants import RICH, SMALL, try_change, try_scenario


def test_scenarios_are_refused_in_words_or_lived_through() -> None:
    seen: Counter[str] = Counter()
    for number in range(500):
        try_scenario(number, seen)
    assert min(seen["refused"], seen["accepted"], seen["lived through"]) > 50


def test_changes_are_refused_in_words_or_made() -> None:
    seen: Counter[str] = Counter()
    for number in range(100):
        try_change(number, seen)
    assert min(seen["refused"], seen["accepted"], seen["changes that were made"]) > 10


@pytest.mark.parametrize("what", ["rich", "small", "first_steps"])
def test_an_event_log_obeys_the_laws(tmp_path: Path, what: str) -> None:
    scenario = {"rich": RICH, "small": SMALL}
    read_in = parse(scenario[what]) if what in scenario else load(what)
    for strategy in ("today", next(iter(read_in.strategies))):
        file = tmp_path / f"{strategy}.csv"
        write_event_log(file, read_in, strategy=strategy, seed=3)
        rows = read(file)
        assert list(broken(rows)) == []
        assert len(rows) > 100


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (lambda rows: rows.pop(), "does not end once"),
        (lambda rows: rows.insert(0, rows.pop(9)), "time runs backwards"),
        (lambda rows: rows.append(rows[0]), "does not begin with its one inquiry"),
        (
            lambda rows: rows.pop(
                next(i for i, row in enumerate(rows) if "work ends" in row["concept:name"])
            ),
            "while",
        ),
    ],
)
def test_a_planted_fault_breaks_a_law(tmp_path: Path, fault, told: str) -> None:  # type: ignore[no-untyped-def]
    write_event_log(tmp_path / "year.csv", parse(SMALL), seed=3)
    rows = read(tmp_path / "year.csv")
    fault(rows)
    assert any(told in sentence for sentence in broken(rows))

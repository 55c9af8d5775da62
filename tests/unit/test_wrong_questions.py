"""Bad input of decisions, through the command line: a clear sentence, status 2, and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from funnelsim.app.cli import app

PEOPLE = '"teams.sales.people" = { low = 1, high = 4 }'
STUDY = 'scenario = "first_steps"\n'
SEARCH = 'scenario = "first_steps"\nmargin = 5_000\n'
MILLION = (
    '[design]\nkind = "latin_hypercube"\npoints = 1_000_000\n[levers]\n'
    '"channels.website.inquiries_per_month" = { low = 20.0, high = 60.0 }\n'
)
GRID = f"[levers]\n{PEOPLE.replace(' }', ', steps = 4 }')}\n"
BUDGET = 'totals = [{ of = ["teams.sales.people"], at_most = 0.5 }]'
BOTH = "means.won = { at_least = 40, at_most = 30 }"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(*words: str) -> tuple[int, str, str]:
    """Run a command; return its status, what it prints, and the last sentence that it says."""
    found = CliRunner().invoke(app, list(words))
    return found.exit_code, found.stdout, " ".join(found.stderr.split())


@pytest.mark.parametrize(
    ("command", "text", "says"),
    [
        (
            "study",
            STUDY + '[levers]\n"horizon.period_months" = [6, 12]\n',
            'levers."horizon.period_months" is no choice',
        ),
        (
            "optimise",
            SEARCH + '[levers]\n"horizon.period_months" = { low = 6, high = 12 }\n',
            'levers."horizon.period_months" is no choice',
        ),
        (
            "study",
            STUDY + '[levers]\n"teams.sales.peple" = [2]\n',
            'did you mean "teams.sales.people"?',
        ),
        ("study", STUDY + MILLION, "1,000,000 points x 400 years = 400,000,000 simulated years"),
        ("study", STUDY + MILLION, "GB in a store; run it all the same with --yes"),
        (
            "study",
            STUDY + "stop.margin = 5\n" + MILLION,
            "1,000,000 points and today x at most 2,000 years = 2,000,002,000 simulated years",
        ),
        ("study", STUDY + "stop.margin = 0\n" + GRID, "line 2: stop.margin is 0; expected more than 0"),
        ("study", STUDY + "margin = 5\n" + GRID, "line 2: margin is not a key here"),
        ("optimise", SEARCH.replace("5_000", "0") + f"[levers]\n{PEOPLE}\n", "line 2: margin is 0; expected"),
        (
            "optimise",
            SEARCH.replace("margin = 5_000", "") + f"[levers]\n{PEOPLE}\n",
            "margin is missing; expected more than 0",
        ),
        (
            "optimise",
            f"{SEARCH}constraints.{BUDGET}\n[levers]\n{PEOPLE}\n",
            "the levers at their lowest values come to 1 already: the constraints contradict each other",
        ),
        (
            "optimise",
            f"{SEARCH}constraints.{BOTH}\n[levers]\n{PEOPLE}\n",
            "must be at least 40 and at most 30: the constraints contradict each other",
        ),
    ],
)
def test_a_file_that_asks_for_what_cannot_be_is_refused(command: str, text: str, says: str) -> None:
    Path("asked.toml").write_text(text, encoding="utf-8")
    status, printed, said = told(command, "asked.toml", "--out", "out")
    assert (status, printed) == (2, "")
    assert says in said
    assert "Traceback" not in said
    assert not Path("out").exists()


@pytest.mark.parametrize("margin", ["0", "-5", "nan", "inf"])
@pytest.mark.parametrize("command", ["compare", "select"])
def test_a_margin_must_be_an_amount_above_zero(command: str, margin: str) -> None:
    status, printed, said = told(command, "first_steps", "--margin", margin, "--out", "out")
    assert (status, printed) == (2, "")
    assert "above 0" in said
    assert not Path("out").exists()


def test_a_store_of_another_version_is_said_and_left_as_it_is() -> None:
    Path("asked.toml").write_text(STUDY + "replications = 2\n" + GRID, encoding="utf-8")
    Path("kept").mkdir()
    mark = Path("kept/funnelsim-store.json")
    mark.write_text(json.dumps({"format": 99}), encoding="utf-8")
    status, _, said = told("study", "asked.toml", "--store", "kept")
    assert status == 2
    assert "is of another version of funnelsim" in said
    assert "nothing in this one is changed" in said
    assert [each.name for each in Path("kept").iterdir()] == [mark.name]


def test_a_full_disk_under_a_store_is_said_and_the_next_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("asked.toml").write_text(STUDY + "replications = 2\n" + GRID, encoding="utf-8")
    really, room = os.fsync, 2  # the mark and the study

    def fsync(number: int) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        really(number)

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fsync)
        status, printed, said = told("study", "asked.toml", "--store", "kept")
    assert (status, printed) == (2, "")
    assert "the store kept cannot be written: No space left on device" in said
    assert "the next run goes on from there" in said
    assert not [each for each in Path("kept").rglob(".*")]
    status, _, said = told("study", "asked.toml", "--store", "kept")
    assert (status, "Simulated now: 8 years" in said) == (0, True)

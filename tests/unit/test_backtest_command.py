"""`funnelsim backtest`: from an export to the scored page, and sentences where that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from funnelsim.app.cli import app

from .made_history import made
from .seen_bars import Seen, seen

__all__ = ["seen"]

MAPPING = """
form = "one row a deal"
stages = ["offer"]
final_when_closed = ["value"]
never_changes = ["segment"]

[columns]
deal = "deal"
created = "created"
closed = "closed"
status = "outcome"
segment = "segment"
value = "value"

[status]
won = "won"
lost = "lost"
open = "open"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm's export of 300 days, and what it means."""
    home = tmp_path_factory.mktemp("firm")
    deals = made(300, 41).deals
    deals["outcome"] = deals["outcome"].replace("", "open")
    deals.to_csv(home / "deals.csv", index=False)
    (home / "mapping.toml").write_text(MAPPING)
    return home


def called(*words: object) -> Result:
    return CliRunner().invoke(app, ["backtest", *map(str, words)])


def test_an_export_is_scored_in_one_command(folder: Path, tmp_path: Path, seen: Seen) -> None:
    out = tmp_path / "scored"
    found = called(
        folder / "deals.csv", "--mapping", folder / "mapping.toml", "--horizon", "1m", "--every", "2m",
        "--worlds", "20", "--jobs", "1", "--by", "segment", "--out", out,
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert "deals.csv: simulation, scored on what came next" in found.output
    seen.must_have_told_the_end()
    names = {"backtest.txt", "windows.csv", "deals.csv", "backtest.json", "windows.png", "pit.png"}
    assert {file.name for file in out.iterdir()} == names


def test_the_folder_of_a_history_is_scored_as_of_a_date(folder: Path, tmp_path: Path) -> None:
    history = tmp_path / "history"
    imported = CliRunner().invoke(
        app,
        [
            "import",
            str(folder / "deals.csv"),
            "--mapping",
            str(folder / "mapping.toml"),
            "--out",
            str(history),
        ],
    )
    assert imported.exit_code == 0, imported.output
    found = called(history, "--horizon", "4w", "--at", "2024-06-03", "--worlds", "20", "--jobs", "1")
    assert found.exit_code == 0, found.output
    assert "1 window of 4 weeks, from 2024-06-03" in found.output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--horizon", "soon"], "--horizon is a number of days, weeks or months"),
        (["--every", "0w"], "--every is a number of days, weeks or months"),
        (["--horizon", "6m"], "needs a past of 6 months to learn from, and 6 months afterwards"),
        (["--at", "2025-06-01"], "a forecast of 3 months made on 2025-06-01 cannot be scored"),
        (["--at", "June"], "--at is June"),
        (["--by", "rep"], "the file does not say what rep of a deal was at an earlier time"),
    ],
)
def test_what_cannot_be_scored_is_a_sentence(folder: Path, options: list[str], sentence: str) -> None:
    found = called(folder / "deals.csv", "--mapping", folder / "mapping.toml", *options, "--jobs", "1")
    assert found.exit_code == 2
    assert sentence in " ".join(found.stderr.split())


def test_files_need_a_mapping_and_a_history_needs_none(folder: Path) -> None:
    assert "--mapping says what the columns of an export mean" in called(folder / "deals.csv").stderr
    assert "needs no --mapping" in called(folder, "--mapping", folder / "mapping.toml").stderr

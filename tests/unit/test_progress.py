"""The bar: after a second, with the time left, and only where somebody looks (TE8)."""

from __future__ import annotations

import gzip
import io
import json
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rich.console
from rich.console import Console
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app import bars, progress
from funnelsim.app.cli import app
from funnelsim.io.progress import more, silent, step, step_through
from funnelsim.metrics import FIGURES
from funnelsim.scenario import preset_text
from funnelsim.studies.pilot import settled

from .seen_bars import Seen, seen

__all__ = ["seen"]
HORIZON = "[horizon]\nperiod_months = 3\n"
UNSURE = 'uncertainties."stages.proposal.conversion" = { low = 0.2, likely = 0.3, high = 0.4 }\n'
EXPORT = ["deal,created,status,closed", "a,2026-01-02,Won,2026-02-03", "b,2026-01-05,Lost,2026-03-01"]
MAPPING = """
form = "one row a deal"
stages = ["offer"]
columns = { deal = "deal", created = "created", status = "status", closed = "closed" }
status = { Won = "won", Lost = "lost" }
"""
ALONE = ["--jobs", "1"]
FEW = ["--replications", "4", *ALONE]


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


# ---- what is drawn --------------------------------------------------------------------------


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal that keeps what is shown, in a program that has run for a second."""
    stream, plain = io.StringIO(), rich.console.Console

    def terminal(**_: Any) -> rich.console.Console:
        return plain(file=stream, force_terminal=True, width=100, _environ={"TERM": "xterm"})

    monkeypatch.setattr(rich.console, "Console", terminal)
    monkeypatch.setattr(bars, "Console", terminal)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    return stream


BARS: list[tuple[Callable[[], AbstractContextManager[Any]], str]] = [
    (lambda: progress.simulated(8), "Simulating .* 1/8 years"),
    (lambda: progress.searched(8), "Simulating .* 1/8 years at most"),
    (lambda: progress.counted("Scoring", 8, "dates"), "Scoring .* 1/8 dates"),
]


@pytest.mark.parametrize(("bar", "words"), BARS)
def test_what_takes_long_shows_a_bar_with_the_time_left(
    bar: Callable[[], AbstractContextManager[Any]], words: str, screen: io.StringIO
) -> None:
    with bar() as advance:
        advance(1)
        time.sleep(0.4)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen.getvalue())
    assert re.search(rf"{words} 0:00:0\d", shown), shown


def test_what_is_quick_shows_nothing(screen: io.StringIO) -> None:
    with progress.simulated(8) as advance:
        advance(8)
    with progress.working("Writing"):
        pass
    assert screen.getvalue() == ""


def test_a_quick_program_shows_nothing(screen: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 3_600 + time.monotonic() - progress.BEGAN)
    with progress.working("Writing"):
        time.sleep(0.3)
    assert screen.getvalue() == ""


def test_where_nobody_looks_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "QUICK", 0.0)
    with progress.simulated(2) as advance, progress.working("Writing") as told:
        time.sleep(0.05)
        advance(2)
        assert list(step_through("ab", told, "Writing", "files")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


class Clock:
    """A display whose time is set, and what it shows."""

    def __init__(self) -> None:
        self.now = 0.0
        self.display = bars.display()
        self.display.get_time = lambda: self.now

    def shown(self) -> str:
        console = Console(file=io.StringIO(), width=100)
        console.print(self.display.get_renderable())
        assert isinstance(console.file, io.StringIO)
        return " ".join(re.sub("[━╸╺]", "", console.file.getvalue()).split())


def test_the_time_left_follows_the_pace_and_goes_on_between_reports() -> None:
    clock = Clock()
    line = bars.Line(clock.display, "Simulating", 8, "years")
    assert clock.shown() == "Simulating 0/8 years -:--:--"
    clock.now = 10
    line(2)  # 2 in 10 seconds: 6 take 30
    assert clock.shown() == "Simulating 2/8 years 0:00:30"
    clock.now = 14
    assert clock.shown() == "Simulating 2/8 years 0:00:26"
    clock.now = 15
    line(2)  # 2 in 5 seconds: 4 take 10
    assert clock.shown() == "Simulating 4/8 years 0:00:10"
    clock.now = 60
    assert clock.shown() == "Simulating 4/8 years 0:00:00"
    line(4)
    assert clock.shown() == "Simulating 8/8 years 0:00:00"


def test_a_step_takes_the_place_of_its_line_and_gives_it_back() -> None:
    clock = Clock()
    line = bars.Line(clock.display, "Simulating", 8, "years")
    clock.now = 10
    line(4)
    with step(line, "Writing", 0, "bytes") as tell:
        more(tell, 3_000_000)
        clock.now = 40
        tell(1_500_000)
        assert clock.shown() == "Writing 1.5/3.0 MB 0:00:30"
    assert clock.shown() == "Simulating 4/8 years 0:00:10"


def test_what_nobody_can_tell_shows_the_time_passed() -> None:
    clock = Clock()
    bars.Line(clock.display, "Working out", None, "")
    clock.now = 70
    assert clock.shown() == "Working out 0:01:10"


def test_a_plain_function_hears_nothing_of_steps() -> None:
    counted: list[int] = []
    with step(counted.append, "Writing", 2, "files") as tell:
        more(counted.append, 3)
        tell(1)
    assert (counted, tell) == ([], silent)


# ---- what commands count --------------------------------------------------------------------


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small firm with a number that is not known, and the history of another."""
    monkeypatch.chdir(tmp_path)
    text = UNSURE + re.sub(r"\[horizon\][^\[]*", HORIZON, preset_text("first_steps"))
    Path("firm.toml").write_text(text, encoding="utf-8")
    Path("deals.csv.gz").write_bytes(gzip.compress("\n".join(EXPORT).encode()))
    Path("mapping.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


Count = tuple[str, float, str]
_SIMULATED: dict[str, list[str]] = {
    "12 years": ["compare", "firm.toml", *FEW],
    "4 years": ["run", "firm.toml", *FEW],
    "8 years": ["romi", "firm.toml", *FEW],
    "12 years, to update": ["check", "firm.toml", "--update", *FEW],
    "4 years, to keep": ["keep", "firm.toml", "--on", "2026-02-01", "--out", "c", "--replications", "4"],
}


@pytest.mark.parametrize("years", _SIMULATED)
@pytest.mark.usefixtures("firm")
def test_simulated_years_are_counted_after_those_of_the_pilot(years: str, seen: Seen) -> None:
    assert call(*_SIMULATED[years]).exit_code == 0
    (doing, count, unit), (pilot, tried, of), *_ = seen.counts
    assert (doing, count, unit) == ("Simulating", int(years.split(maxsplit=1)[0]), "years")
    assert (pilot, of) == ("Trying out", "years")
    assert tried > 0
    seen.must_have_told_the_end()


@pytest.mark.usefixtures("firm")
def test_a_checkpoint_says_how_many_years_there_are(seen: Seen) -> None:
    assert call("keep", "firm.toml", "--on", "2026-02-01", "--out", "c", "--replications", "4").exit_code == 0
    seen.clear()
    assert call("run", "firm.toml", "--from", "c", *ALONE).exit_code == 0
    assert [count for count in seen.counts if count[0] == "Simulating"] == [("Simulating", 4, "years")]
    assert "Trying out" not in [doing for doing, *_ in seen.counts]  # the checkpoint has the months
    seen.must_have_told_the_end()


def figures(dimension: str) -> int:
    return sum(dimension in figure.by for figure in FIGURES.values())


@pytest.mark.usefixtures("firm")
def test_a_document_counts_its_figures(seen: Seen) -> None:
    result = call("compare", "firm.toml", "--json", *FEW)
    strategies = len(json.loads(result.stdout)["strategies"])
    assert seen.counts[-1] == ("Working out", figures("all") * (strategies + strategies - 1), "figures")
    seen.must_have_told_the_end()
    seen.clear()
    found = json.loads(call("run", "firm.toml", "--json", *FEW).stdout)
    assert seen.counts[-1] == ("Working out", sum(map(figures, ["all", *found["by"]])), "figures")
    seen.must_have_told_the_end()


@pytest.mark.parametrize("words", [["compare", "firm.toml"], ["run", "firm.toml"]])
@pytest.mark.usefixtures("firm")
def test_all_there_is_counts_its_pages_and_files(words: list[str], seen: Seen) -> None:
    assert call(*words, "--all", "--out", "out", *FEW).exit_code == 0
    manifest = json.loads(Path("out/MANIFEST.json").read_text(encoding="utf-8"))
    files = [name for name in manifest["files"] if not name.startswith("scenario/")]
    assert ("Writing", len(files), "files") in seen.counts
    assert seen.counts[-1] == ("Working out", 5, "pages")
    seen.must_have_told_the_end()


@pytest.mark.usefixtures("firm")
def test_what_is_worth_measuring_counts_its_fits(seen: Seen) -> None:
    words = ["--worlds", "1000", "--strategies", "today,one_more_rep"]
    assert call("measure-next", "firm.toml", *words, *ALONE).exit_code == 0
    assert seen.counts[0] == ("Simulating", 2_000, "years")
    assert seen.counts[-1] == ("Working out", 2, "fits")  # of one number: what it is worth, and its share
    seen.must_have_told_the_end()


@pytest.mark.usefixtures("firm")
def test_validate_and_trace_count_years_and_days(seen: Seen) -> None:
    assert call("validate", "firm.toml").exit_code == 0
    seen.must_have_told_the_end()
    seen.clear()
    assert call("trace", "firm.toml", "--out", "year.csv").exit_code == 0
    months = settled(fs.load("firm.toml")).months
    assert seen.counts[-1] == ("Writing", days(sum(months), months.warm_up), "days")
    seen.must_have_told_the_end()


def days(months: int, before: int) -> int:
    """Count the days of months, some of them before 2026, as a calendar has them."""
    first = 12 * 2026 - before
    first_day, last = (date(each // 12, each % 12 + 1, 1) for each in (first, first + months))
    return (last - first_day).days


@pytest.mark.usefixtures("firm")
def test_a_report_counts_all_that_it_simulates(seen: Seen) -> None:
    assert call("report", "firm.toml", "--out", "report.html", *FEW).exit_code == 0
    assert [each for each in seen.counts if each[0] == "Simulating"]
    seen.must_have_told_the_end()


@pytest.mark.usefixtures("firm")
def test_what_is_looked_at_counts_bytes(seen: Seen) -> None:
    assert call("trace", "firm.toml", "--out", "year.xes").exit_code == 0
    seen.clear()
    assert call("import", "year.xes", "--guess").exit_code == 0
    assert seen.counts == [("Looking", 2 * Path("year.xes").stat().st_size, "bytes")]
    seen.must_have_told_the_end()


def test_an_export_and_a_history_count_bytes(firm: Path, seen: Seen) -> None:
    assert call("import", "deals.csv.gz", "--mapping", "mapping.toml", "--out", "history").exit_code == 0
    size = Path("deals.csv.gz").stat().st_size
    looking = ("Looking", 2 * size, "bytes")  # for its sum, and for its encoding
    assert seen.counts[:2] == [looking, ("Reading", size, "bytes")]
    assert seen.counts[-1] == ("Writing", len(list(Path("history").glob("*.csv"))), "files")
    seen.must_have_told_the_end()
    seen.clear()
    assert call("snapshot", "history", "--out", "snapshot.csv").exit_code == 0
    names = ("deals.csv", "entries.csv", "fields.csv", "work.csv")
    size = sum((firm / "history" / name).stat().st_size for name in names)
    assert seen.counts == [("Reading", size, "bytes"), ("Checking", 2, "files")]
    seen.must_have_told_the_end()

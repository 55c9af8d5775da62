"""The benchmark measures what it says: the same funnel in every engine, and tables that add up."""

from __future__ import annotations

import doctest
import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from benchmarks import __main__ as command
from benchmarks import commands, full_model, growth, nanoseconds, report, sampling, studies
from benchmarks.common_funnel import FUNNEL, SCENARIO, MissingError, Program, Stage, comparison, theory
from benchmarks.common_funnel.in_funnelsim import unit_hours
from benchmarks.common_funnel.theory import mean_sojourn, mean_wait
from benchmarks.lives import lived, page_for
from benchmarks.machine import described
from benchmarks.nanoseconds import Share, group_of
from benchmarks.report import Table, filled, median
from benchmarks.sampling import Image, Origin

from funnelsim.model.words import Assignment
from funnelsim.scenario import load, lower
from funnelsim.studies.pilot import settled

from .scripts import ROOT

FAST = 100_000  # leads of a program that simulates a million a second
RUNS = 6


def program(place: tuple[str, str]) -> Program:
    """Return a program, or skip with the reason why it cannot run here."""
    module = pytest.importorskip(f"benchmarks.common_funnel.{place[0]}", exc_type=ImportError)
    found: Program = getattr(module, place[1])
    return found


@pytest.mark.parametrize(
    "module",
    [report, theory, comparison, nanoseconds, sampling, commands],
    ids=lambda module: module.__name__,
)
def test_examples_are_true(module: ModuleType) -> None:
    ran = doctest.testmod(module)
    assert ran.attempted > 0
    assert ran.failed == 0


# ---- theory -----------------------------------------------------------------------------------


def test_one_server_waits_as_m_m_1() -> None:
    """With load r a customer waits r / (1 - r) services."""
    for load_of_one in (0.1, 0.5, 0.9):
        expected = load_of_one / (1 - load_of_one) * 2.0
        assert mean_wait(load_of_one / 2.0, Stage(1, 2.0, 1.0)) == pytest.approx(expected)


def test_two_servers_wait_as_m_m_2() -> None:
    """With load r each, a customer waits r^2 / (1 - r^2) services."""
    assert mean_wait(1.6, Stage(2, 1.0, 1.0)) == pytest.approx(0.64 / 0.36)


def test_many_servers_hardly_wait() -> None:
    assert mean_wait(1.0, Stage(40, 1.0, 1.0)) < 1e-12


def test_every_pool_of_the_funnel_is_busy_for_four_fifths() -> None:
    arrivals = 1.0
    for stage in FUNNEL:
        assert arrivals * stage.mean / stage.servers == pytest.approx(0.8)
        arrivals *= stage.advances


def test_the_sojourn_is_that_of_the_assignment() -> None:
    assert mean_sojourn() == pytest.approx(59.411, abs=0.001)


# ---- the funnel in every engine -----------------------------------------------------------------


def test_the_scenario_is_the_funnel() -> None:
    scenario = load(SCENARIO)
    unit = unit_hours(scenario)
    teams = tuple(team.people for team in scenario.teams.values())
    assert teams == tuple(stage.servers for stage in FUNNEL)
    model, _ = lower(scenario)
    found = [float(model.distributions[stage["effort"]]["scale"]) / unit for stage in model.stages]
    assert found == pytest.approx([stage.mean for stage in FUNNEL], rel=1e-9)
    conversions = [stage.conversion for stage in scenario.stages.values()]
    assert conversions == [stage.advances for stage in FUNNEL]
    days = model.expected[1:] - model.expected[:-1]
    assert days == pytest.approx([24 / unit] * len(days))


@pytest.mark.parametrize("place", comparison.PLACES, ids=":".join)
def test_a_program_simulates_the_funnel(place: tuple[str, str]) -> None:
    """A share of 0.15 of the leads finish, after at least their services and about as long as theory says."""
    leads = FAST if program(place).runs > 1 else 2_000
    # Cimba must be imported before Numba compiles anything: each program has a process of its own.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        try:
            runs = apart.submit(comparison.simulated, place, leads, RUNS).result()
        except MissingError as reason:
            pytest.skip(str(reason))
    came = sum(run.leads for run in runs)
    finished = sum(run.finished for run in runs)
    spread = (came * 0.15 * 0.85) ** 0.5
    still_inside = 40 * RUNS  # by Little's law 9 of those who would finish, at a quiet instant
    assert -4 * spread - still_inside < finished - 0.15 * came < 4 * spread
    assert all(run.seconds > 0 for run in runs)
    assert len({run.sojourn for run in runs}) == RUNS
    found = comparison.sojourn(runs)
    services = sum(stage.mean for stage in FUNNEL)
    if leads == FAST:
        assert found.agrees
        assert found.error < 0.05 * mean_sojourn()
    else:  # too short for theory: they begin with an empty funnel
        assert services < found.mean < 1.5 * mean_sojourn()


def test_a_funnel_that_is_slower_differs_from_theory() -> None:
    """The check can fail: sojourns that are 3 % too long do not pass."""
    chance = random.Random(1)
    honest = [comparison.Run(1, 1.0, 1, chance.gauss(mean_sojourn(), 0.5)) for _ in range(25)]
    slower = [run._replace(sojourn=1.03 * run.sojourn) for run in honest]
    assert comparison.sojourn(honest).agrees
    assert not comparison.sojourn(slower).agrees


def test_what_cannot_run_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "PLACES", (("in_an_engine_of_tomorrow", "PROGRAM"),))
    found, missing = comparison.programs()
    assert found == []
    assert "in_an_engine_of_tomorrow is not installed" in missing[0]


def test_a_machine_without_a_compiler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    in_c = program(("in_c", "PROGRAM"))
    module = pytest.importorskip("benchmarks.common_funnel.in_c")
    monkeypatch.setattr(module, "compiler", lambda: None)
    module.executable.cache_clear()
    ready, missing = comparison.prepared([in_c])
    module.executable.cache_clear()
    assert ready == []
    assert "no C compiler" in missing[0]


def test_speeds_are_compared_by_medians() -> None:
    runs = {
        name: [comparison.Run(100, seconds, 1, mean_sojourn() + seconds) for seconds in (1.0, 2.0, 50.0)]
        for name in ("SimPy", "funnelsim")
    }
    runs["funnelsim"] = [run._replace(leads=1000) for run in runs["funnelsim"]]
    simpy, funnelsim = comparison.speeds(runs).rows
    assert simpy[2:5] == ("50", "1", "0.1")
    assert funnelsim[2:5] == ("500", "10", "1")


# ---- the other parts ----------------------------------------------------------------------------


def test_events_are_counted_whether_folded_or_not() -> None:
    model, names = lower(settled(load("first_steps")))
    ledger = page_for(model)
    folded = lived("compiled", model, names, ledger, [0, 1], folded=True)
    plain = lived("compiled", model, names, ledger, [0, 1], folded=False)
    reference = lived("reference", model, names, ledger, [0, 1], folded=False)
    assert folded[2:] == plain[2:] == reference[2:]
    assert plain.folding == 0 < folded.folding
    assert 0 < plain.leads < plain.rows


def test_lowering_again_is_timed() -> None:
    seconds, value = full_model.timed(lambda: 7)
    assert value == 7
    assert seconds >= 0


def test_a_study_is_timed_on_one_thread_and_on_two() -> None:
    row = studies.row("first_steps", runs=2, replications=5)
    preset, strategies, replications, one, two, _, outside, faults, switches = row
    assert 0 < float(outside) < 100
    assert float(faults) >= 0
    assert float(switches) >= 0
    assert (preset, replications) == ("first_steps", "5")
    assert int(strategies) == len(studies.strategies_of("first_steps"))
    assert float(one) >= 0 <= float(two)


def test_ten_times_the_leads_come_at_the_same_load() -> None:
    few, many = (growth.common_funnel(leads)[0] for leads in (1_000, 10_000))
    assert many.expected[-1] == pytest.approx(10 * few.expected[-1])
    efforts = [model.distributions[model.stages["effort"]]["scale"] for model in (few, many)]
    assert efforts[1] == pytest.approx(efforts[0] / 10)


@pytest.mark.parametrize("policy", growth.POLICIES)
def test_teams_grow_at_the_same_load(policy: str) -> None:
    small, large = (growth.team(policy, reps)[0] for reps in (10, 100))
    assert (len(small.reps), len(large.reps)) == (10, 100)
    assert large.expected[-1] == pytest.approx(small.expected[-1], rel=0.01)
    assert small.teams["assignment"][0] == Assignment[policy.upper()]


def test_every_kind_of_assignment_is_measured() -> None:
    assert {policy.upper() for policy in growth.POLICIES} == {each.name for each in Assignment} - {"OWN"}


# ---- where the nanoseconds go --------------------------------------------------------------------


def inlined(*places: str) -> Origin:
    """Make an instruction of functions in these files of the package, the innermost first."""
    return Origin(tuple(f"{nanoseconds.PACKAGE}{place}" for place in places))


@pytest.mark.parametrize(
    ("places", "group"),
    [
        (("engines/compiled/loop.py",), "event loop and the rest"),
        (("engines/compiled/agenda.py", "engines/compiled/loop.py"), "agenda"),
        (("chance/keys.py", "rules/visits.py", "engines/compiled/loop.py"), "draws"),
        (("model/worktime.py", "engines/compiled/loop.py"), "rules"),
        (("model/worktime.py", "engines/fold/work.py"), "fold"),
        (("engines/fold/pages.py", "studies/replication.py"), "fold"),
    ],
)
def test_a_sample_belongs_to_the_innermost_group(places: tuple[str, ...], group: str) -> None:
    assert group_of(inlined(*places)) == group


def test_a_frame_from_elsewhere_belongs_to_whoever_asked() -> None:
    """Numba's own functions, and places that the line table does not know, are inlined in ours."""
    asked = inlined("engines/compiled/queues.py", "engines/compiled/loop.py").files
    assert group_of(Origin(("??", "/numba/cpython/listobj.py", *asked))) == "queues"
    assert group_of(Origin(("??",))) == "event loop and the rest"


def test_what_numba_did_not_compile_is_told_apart() -> None:
    assert group_of(Origin((), "libm.so.6")) == nanoseconds.MATHEMATICS
    assert group_of(Origin((), "libpython3.11.so.1.0")) == nanoseconds.OUTSIDE


def test_every_prefix_is_in_the_package() -> None:
    package = Path(nanoseconds.PACKAGE)
    for beginnings in nanoseconds.GROUPS.values():
        assert all((package / beginning).exists() for beginning in beginnings)


def test_samples_are_placed_by_what_addr2line_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two samples of an instruction that is in the file at 0x110, one that no compiled code holds."""
    answers = "0x0000000000000110\n/a/agenda.py:12 (discriminator 2)\n/a/compiled.py:7\n"
    asked: list[str | None] = []

    def answer(*_: str | Path, said: str | None = None) -> str:
        asked.append(said)
        return answers

    monkeypatch.setattr(sampling, "run", answer)
    image = Image(Path("compiled.so"), range(0x100, 0x200), 0x7000)
    found = sampling.placed({(0x7110, "[unknown]"): 2, (0x110, "libm.so.6"): 1}, [image])
    assert asked == ["0x110"]
    assert found == {Origin(("/a/agenda.py", "/a/compiled.py")): 2, Origin((), "libm.so.6"): 1}


@pytest.mark.parametrize("absent", sampling.PROGRAMS)
def test_a_program_that_is_missing_is_said(
    absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in sampling.PROGRAMS:
        if name == absent:
            break
        program = tmp_path / name
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sampling.obstacle(tmp_path).startswith(f"The program {absent} is not installed")
    (table,) = nanoseconds.tables(1)
    assert f"Not measured. The program {absent}" in str(table)


def test_what_perf_may_not_do_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in sampling.PROGRAMS:
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'No permission.' >&2\nexit 255\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sampling.obstacle(tmp_path) == "perf may not count cycles here: No permission."


def test_nanoseconds_are_split_as_the_samples_are() -> None:
    samples = {"agenda": 1, "draws": 2, "fold": 3}
    shares = {"same code": Share(65.0, samples), "other code": Share(67.0, samples)}
    ordinary, leads = dict.fromkeys(shares, 60.0), dict.fromkeys(shares, 540.0)
    rows = {head: cells for head, *cells in nanoseconds.table(ordinary, leads, shares).rows}
    assert [rows[group][0] for group in ("agenda", "draws", "fold", "ledger")] == [
        "10.0",
        "20.0",
        "30.0",
        "0.0",
    ]
    assert rows["all"] == ["60.0", "60.0"]
    assert rows["all, as sampled"] == ["65.0", "67.0 DIFFERS"]
    assert rows["all, per lead"] == ["540", "540"]


def test_the_ordinary_process_does_not_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it compiles is kept on disk, and must not have line tables."""
    monkeypatch.delenv(nanoseconds.LINES, raising=False)
    monkeypatch.setattr("sys.argv", ["nanoseconds", "--runs", "1", "--sample", "common_funnel"])
    with pytest.raises(SystemExit):
        nanoseconds.main()


# ---- the page -----------------------------------------------------------------------------------


def test_columns_line_up() -> None:
    table = Table("Speed", ("engine", "leads/s"), [("SimPy", "66,000"), ("C", "9,700,000")], note="One run.")
    lines = table.grid().splitlines()
    assert len({len(line) for line in lines}) == 1
    assert str(table).startswith("**Speed**\n\n| engine")
    assert str(table).endswith("\n\nOne run.")


def test_the_median_is_not_moved_by_one_slow_run() -> None:
    assert median([1.0, 2.0, 1000.0, 1.5, 1.2]) == 1.5


def test_the_page_says_where_it_was_measured() -> None:
    said = described("make bench", 5)
    for fact in ("Command: `make bench`", "cores", "Python", "simpy", "at least 5 runs"):
        assert fact in said


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The pages that the command writes, and parts that take no time."""
    results, page = tmp_path / "results.md", tmp_path / "performance.md"
    places = (f"<!-- {marker} -->old<!-- end of {marker} -->" for marker in command.SHOWN)
    page.write_text(f"before {' between '.join(places)} after", encoding="utf-8")
    monkeypatch.setattr(command, "RESULTS", results)
    monkeypatch.setattr(command, "PAGE", page)
    table = Table("Leads a second", ("program", "leads/s"), [("SimPy", "1")])
    monkeypatch.setattr(command, "measure", lambda name, runs: (f"## {name} {runs}", [table]))
    return results, page


def test_a_whole_run_is_written(pages: tuple[Path, Path]) -> None:
    command.main([])
    results, page = (each.read_text(encoding="utf-8") for each in pages)
    sections = [line for line in results.splitlines() if line.startswith("## ")]
    assert sections == [f"## {name} {command.LEAST}" for name in command.PARTS]
    assert "Command: `make bench`" in results
    assert page.startswith("before")
    assert page.endswith("after")
    assert page.count("| SimPy") == len(command.SHOWN)
    assert "old" not in page


def test_a_part_alone_is_not_written(pages: tuple[Path, Path]) -> None:
    command.main(["--only", "start", "--runs", "1"])
    assert not pages[0].exists()
    assert "old" in pages[1].read_text(encoding="utf-8")


def test_a_part_alone_is_kept_with_how_it_was_measured(pages: tuple[Path, Path]) -> None:
    command.main([])
    whole = pages[0].read_text(encoding="utf-8")
    command.main(["--only", "start", "--keep", "--runs", "7"])
    page = pages[0].read_text(encoding="utf-8")
    assert page.startswith(whole.rstrip())
    assert "## start 7\n\n- Command: `python -m benchmarks --only start --keep`" in page


@pytest.mark.parametrize("typed", [["--runs", "4"], ["--only", "start", "--keep", "--runs", "4"], ["--keep"]])
def test_too_few_runs_and_parts_of_all_are_refused(pages: tuple[Path, Path], typed: list[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(typed)
    assert not pages[0].exists()


def test_what_could_not_be_measured_has_no_grid() -> None:
    assert str(Table("Speed", (), (), note="Not measured.")) == "**Speed**\n\nNot measured."


@pytest.mark.parametrize("marker", command.SHOWN)
def test_docs_have_a_place_for_the_tables(marker: str) -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "\nnew\n" in filled(page, marker, "new")

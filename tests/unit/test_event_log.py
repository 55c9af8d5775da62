"""The event log: every row of a lead, once, in words, in two formats, and never half a file."""

from __future__ import annotations

import csv
import errno
import os
import warnings
from collections import Counter
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.engines import history
from funnelsim.keeping.baselines import case_of
from funnelsim.keeping.eventlog import log as event_log
from funnelsim.keeping.eventlog import write_event_log
from funnelsim.keeping.eventlog.entries import ACTIVITIES, entries
from funnelsim.keeping.eventlog.xes import Xes
from funnelsim.model.words import HOUR, Event
from funnelsim.scenario import Scenario, ScenarioError, from_document, load, lower

XES = "{http://www.xes-standard.org/}"
FAIR = "R&D <fair> 'Köln'"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """first_steps for three months, its channel called something that XML must escape."""
    document = load("first_steps").document
    document["channels"] = {FAIR: document["channels"]["website"]}
    document["strategies"] = {
        "one_more_rep": {"about": "Hire one more rep", "change": {"teams.sales.people": 3}}
    }
    document["horizon"] = {"period_months": 3, "warm_up_months": 1, "drain_months": 1}
    return from_document(document)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def read_xes(path: Path) -> list[dict[str, str]]:
    """Read an XES file as the standard says it, with pm4py's `case:` before the attributes of traces."""
    found = []
    for trace in ElementTree.parse(path).getroot().iter(f"{XES}trace"):
        case = {f"case:{each.get('key')}": each.get("value") for each in trace if each.tag != f"{XES}event"}
        events = trace.iter(f"{XES}event")
        found += [case | {each.get("key"): each.get("value") for each in event} for event in events]
    return found  # type: ignore[return-value]


def test_csv_has_every_row_of_a_lead_at_its_instant(scenario: Scenario, tmp_path: Path) -> None:
    written = write_event_log(tmp_path / "year.csv", scenario, seed=5, replication=2)
    found = read_csv(tmp_path / "year.csv")
    _, names = lower(scenario.strategy("today"))
    rows = history("reference", lower(scenario.strategy("today")).model, seed=5, replication=2)
    rows = rows[np.isin(rows["event"], list(ACTIVITIES))]
    assert written.events == len(rows) == len(found)
    assert (
        written.leads == len(np.unique(rows["pursuit"])) == len({row["case:concept:name"] for row in found})
    )
    instants = np.datetime64(names.start, "us") + rows["time"]
    assert [np.datetime64(row["time:timestamp"].removesuffix("+00:00"), "us") for row in found] == list(
        instants
    )
    assert [float(row["waited_hours"]) for row in found] == list(rows["waited"] / HOUR)
    assert [row["org:resource"] for row in found] == [
        "" if rep < 0 else names.reps[rep] for rep in rows["rep"]
    ]
    bookings = rows["money"][rows["event"] == Event.WON]
    assert [float(row["value"]) for row in found if row["value"]] == list(bookings)
    assert len(bookings) > 0
    lost = Counter(names.reasons[row["reason"]] for row in rows if row["reason"] >= 0)
    assert Counter(row["reason"] for row in found if row["reason"]) == lost


def test_what_is_unsure_is_as_in_that_simulated_year(tmp_path: Path) -> None:
    unsure = load(case_of("channel_mix").scenario)
    expected = fs.simulate(unsure, replications=4, seed=3, jobs=1).forecast.values("won")
    assert len(set(expected[:, 0])) > 1
    for number in (0, 3):
        write_event_log(tmp_path / f"{number}.csv", unsure, seed=3, replication=number)
        found = read_csv(tmp_path / f"{number}.csv")
        period = [row for row in found if "2026-02-01" <= row["time:timestamp"] < "2026-05-01"]
        assert sum(row["concept:name"].endswith(": won") for row in period) == expected[number, 0]


def test_activities_name_the_stage_and_cases_the_channel(scenario: Scenario, tmp_path: Path) -> None:
    write_event_log(tmp_path / "year.csv", scenario)
    found = read_csv(tmp_path / "year.csv")
    first = [row for row in found if row["case:concept:name"] == f"{FAIR}-0"]
    assert [row["concept:name"] for row in first][:2] == ["inquiry", "first_call: starts waiting"]
    assert {row["case:channel"] for row in found} == {FAIR}
    words = {row["concept:name"] for row in found}
    assert {
        "first_call: work starts",
        "proposal: won",
        "proposal: lost",
        "becomes a lead",
        "commission",
    } <= words


def test_both_formats_tell_the_same(scenario: Scenario, tmp_path: Path) -> None:
    for ending in ("csv", "xes"):
        write_event_log(tmp_path / f"year.{ending}", scenario, strategy="one_more_rep")
    table = [{key: value for key, value in row.items() if value} for row in read_csv(tmp_path / "year.csv")]
    log = read_xes(tmp_path / "year.xes")

    def by_case(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return sorted(rows, key=lambda row: row["case:concept:name"])  # stable: the order of time stays

    assert by_case(log) == by_case(table)


def test_xes_declares_what_it_uses_and_has_each_lead_once(scenario: Scenario, tmp_path: Path) -> None:
    written = write_event_log(tmp_path / "year.xes", scenario)
    root = ElementTree.parse(tmp_path / "year.xes").getroot()
    order = [each.tag.removeprefix(XES) for each in root]
    assert root.tag == f"{XES}log"
    assert order == ["extension"] * 3 + ["global"] * 2 + ["classifier"] + ["trace"] * written.leads
    declared = {each.get("prefix") for each in root.iter(f"{XES}extension")}
    used = {each.get("key", "") for each in root.iter() if ":" in each.get("key", "")}
    assert {key.split(":")[0] for key in used} <= declared
    names = [trace.find(f"{XES}string").get("value") for trace in root.iter(f"{XES}trace")]  # type: ignore[union-attr]
    assert len(set(names)) == written.leads
    for trace in root.iter(f"{XES}trace"):
        times = [datetime.fromisoformat(each.get("value", "")) for each in trace.iter(f"{XES}date")]
        assert times == sorted(times)


def test_small_pages_and_both_engines_write_the_same_bytes(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ending in ("csv", "xes"):
        write_event_log(tmp_path / f"large.{ending}", scenario)
        monkeypatch.setattr(event_log, "PAGE", 20)
        write_event_log(tmp_path / f"small.{ending}", scenario, engine="reference")
        monkeypatch.undo()
        assert (tmp_path / f"small.{ending}").read_bytes() == (tmp_path / f"large.{ending}").read_bytes()


def test_only_open_leads_are_kept(scenario: Scenario, tmp_path: Path) -> None:
    model, names = lower(scenario)
    rows = history("reference", model)
    of_leads = rows[np.isin(rows["event"], list(ACTIVITIES))]
    with (tmp_path / "year.xes").open("wb") as opened:
        log = Xes(opened)
        for place, entry in enumerate(entries(rows, names)):
            log.write([entry])
            if place % 50 == 0:
                so_far = of_leads[: place + 1]
                ended = np.isin(so_far["event"], [Event.WON, Event.LOST, Event.WENT_COLD])
                still = len(np.unique(so_far["pursuit"])) - int(ended.sum())
                assert len(log._open) <= still + 1  # the one that has just ended


def test_a_contract_is_logged_for_who_closed_it_and_paid_for_who_opened_too(tmp_path: Path) -> None:
    document = load("first_steps").document | {"strategies": {}}
    document["horizon"] = {"period_months": 3, "warm_up_months": 0, "drain_months": 0}
    document["teams"] |= {"desk": {"people": 1}, "crew": {"people": 1}}
    document["teams"]["sales"]["opener_share"] = 0.2
    document["stages"]["first_call"]["team"] = "desk"
    document["stages"]["installation"] = {"team": "crew", "conversion": 1, "effort_hours": 1}
    write_event_log(tmp_path / "year.csv", from_document(document))
    found = read_csv(tmp_path / "year.csv")
    team_of = {
        what: Counter(row["org:resource"][:-2] for row in found if row["concept:name"] == what)
        for what in ("installation: work ends", "installation: won", "commission")
    }
    contracts = team_of["installation: won"]["sales"]
    assert contracts > 0
    assert team_of == {
        "installation: work ends": {"crew": contracts},
        "installation: won": {"sales": contracts},
        "commission": {"sales": contracts, "desk": contracts},
    }


def test_every_event_of_a_lead_has_a_word() -> None:
    costs = {Event.MEDIA, Event.PAY, Event.ONE_OFF, Event.RUNNING}
    people = {Event.ON_STAFF, Event.PROSPECTED, Event.JOINED, Event.ABSENT, Event.TRAINED, Event.SKILL}
    about_no_lead = costs | people
    no_step = {
        Event.MARGIN,
        Event.EXPECTED,
        Event.REVENUE,
        Event.EXPECTED_MARGIN,
        Event.EXPECTED_COMMISSION,
        Event.COOLED_OFF,
        Event.EARNED,
        Event.BILLED,
        Event.IN_CREW,
    }
    assert set(Event) - set(ACTIVITIES) == about_no_lead | no_step
    assert len(set(ACTIVITIES.values())) == len(ACTIVITIES)


def test_nothing_is_overwritten_and_nothing_wrong_is_written(scenario: Scenario, tmp_path: Path) -> None:
    taken = tmp_path / "taken.csv"
    taken.write_text("mine")
    with pytest.raises(FileExistsError):
        write_event_log(taken, scenario)
    assert taken.read_text() == "mine"
    with pytest.raises(ValueError, match=r"ends in \.csv or \.xes, not 'year\.txt'"):
        write_event_log(tmp_path / "year.txt", scenario)
    with pytest.raises(ValueError, match="replication must be a whole number from 0"):
        write_event_log(tmp_path / "year.csv", scenario, replication=-1)
    with pytest.raises(ScenarioError, match="does not exist"):
        write_event_log(tmp_path / "year.csv", scenario, strategy="nobody")
    assert [each.name for each in tmp_path.iterdir()] == ["taken.csv"]


@pytest.mark.parametrize("ending", ["csv", "xes"])
def test_ctrl_c_leaves_no_file(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    def stopped(*_: object) -> None:
        assert list(tmp_path.iterdir())  # begun under another name
        raise KeyboardInterrupt

    monkeypatch.setattr(event_log, "entries", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_event_log(tmp_path / f"year.{ending}", scenario)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_no_file(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as raised:
        write_event_log(tmp_path / "year.xes", scenario)
    assert raised.value.filename == str(tmp_path / "year.xes")
    assert not list(tmp_path.iterdir())


# ---- the command ----------------------------------------------------------------------------


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_trace_says_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "year.csv"
    words = [
        "--strategy",
        "one_more_rep",
        "--seed",
        "4",
        "--replication",
        "2",
        "--set",
        "teams.sales.commission=0",
    ]
    result = call("trace", "first_steps", *words, "--out", str(out))
    assert result.exit_code == 0, result.output
    scenario = load("first_steps").with_changes({"teams.sales.commission": 0})
    expected = write_event_log(
        tmp_path / "expected.csv", scenario, strategy="one_more_rep", seed=4, replication=2
    )
    assert result.stdout == f"{out}: {expected.events:,} events of {expected.leads:,} leads\n"
    assert out.read_bytes() == (tmp_path / "expected.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "taken.csv"], "taken.csv exists already: it is left as it is"),
        (["--out", "taken.csv/year.csv"], "taken.csv/year.csv cannot be written: Not a directory"),
        (["--out", "no/year.csv"], "no/year.csv cannot be written: the folder no does not exist"),
        (["--out", "year.txt"], "an event log is a file that ends in .csv or .xes, not 'year.txt'"),
        (["--out", "year.csv", "--replication", "-1"], "the replication must be a whole number from 0"),
        (["--out", "year.csv", "--seed", "-1"], "--seed must be a whole number from 0"),
        (["--out", "year.csv", "--engine", "steam"], "--engine must be compiled or reference"),
        (["--out", "year.csv", "--strategy", "nobody"], "strategies.nobody does not exist"),
    ],
)
def test_trace_says_what_is_wrong(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken.csv").write_text("mine", encoding="utf-8")
    result = call("trace", "first_steps", *words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()} == {
        "taken.csv": "mine"
    }


def test_trace_says_that_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(event_log, "entries", stopped)
    result = call("trace", "first_steps", "--out", str(tmp_path / "year.xes"))
    assert result.exit_code == 130
    assert result.stderr.endswith(f"stopped: {tmp_path / 'year.xes'} is not written\n")
    assert not list(tmp_path.iterdir())


# ---- read back ------------------------------------------------------------------------------


def test_pm4py_reads_both_back(scenario: Scenario, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pm4py and what it imports
        pm4py = pytest.importorskip(
            "pm4py", reason="needs the extra [mining]: pip install 'funnelsim[mining]'"
        )
        import pandas as pd

        for ending in ("csv", "xes"):
            written = write_event_log(tmp_path / f"year.{ending}", scenario)
        log = pm4py.read_xes(str(tmp_path / "year.xes"))
        table = pm4py.format_dataframe(pd.read_csv(tmp_path / "year.csv"))
        assert len(log) == len(table) == written.events
        assert log["case:concept:name"].nunique() == written.leads
        assert (
            pm4py.get_start_activities(log) == pm4py.get_start_activities(table) == {"inquiry": written.leads}
        )
        followed, _, _ = pm4py.discover_dfg(log)
        assert followed == pm4py.discover_dfg(table)[0]
        assert followed["inquiry", "first_call: starts waiting"] == written.leads
        same = [
            "case:concept:name",
            "concept:name",
            "org:resource",
            "time:timestamp",
            "case:channel",
            "reason",
        ]
        order = ["case:concept:name", "time:timestamp", "concept:name"]
        pairs = zip(
            *(each.sort_values(order)[same].astype(object).to_numpy() for each in (log, table)), strict=True
        )
        assert all([str(x) for x in a] == [str(x) for x in b] for a, b in pairs)

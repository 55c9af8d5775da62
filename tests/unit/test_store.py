"""A store of what studies simulate: nothing twice, nothing lost, nothing believed that is damaged."""

from __future__ import annotations

import errno
import io
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.io.writing import UnusableError
from funnelsim.model.own_policy import register_policy
from funnelsim.studies import store as stores
from funnelsim.studies.designed import running
from funnelsim.studies.designed.holdings import belonging_to, holdings
from funnelsim.studies.store import Key, Store, StoreError

PEOPLE = "teams.sales.people"
MONTHS = {"horizon.warm_up_months": 1, "horizon.drain_months": 1, "horizon.period_months": 2}


def asked(changes: dict[str, Any] | None = None, **more: Any) -> fs.Study:
    scenario = fs.load("first_steps").with_changes(MONTHS | (changes or {}))
    return fs.study_of(
        {"scenario": scenario, "levers": {PEOPLE: [2, 3]}, "replications": 20, "title": "people"} | more
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a store that are finished."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file() and not each.name.startswith(".")
    }


# ---- nothing twice ------------------------------------------------------------------------------


def test_a_second_run_simulates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fs.run_study(asked(), store=tmp_path)
    before = contents(tmp_path)
    for name in ("replicated", "settled", "courses_of"):
        monkeypatch.setattr(running, name, None)
    again = fs.run_study(asked(), store=tmp_path)
    assert (first.simulated, again.simulated) == (40, 0)
    assert again.table.equals(first.table)
    assert np.array_equal(again.values, first.values)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("more", "simulated"),
    [
        ({"metrics": ["won", "utilisation", "cycle_length"]}, 0),
        ({"levers": {PEOPLE: [2, 3, 4]}}, 20),
        ({"levers": {PEOPLE: [3]}}, 0),
        (
            {"strategies": ["today", "one_more_rep"]},
            20,
        ),  # three people and one more; two and one more are there
        ({"replications": 30}, 60),  # another block of worlds: the first has 30
        ({"seed": 2}, 40),
        ({"title": "others"}, 0),
        ({"changes": {"goals.many": {"metric": "won", "at_least": 50}}}, 0),
        ({"changes": {"channels.website.cost_per_month": 1_234.0}}, 40),
        ({"always": True}, 40),
    ],
)
def test_what_is_changed_is_simulated_and_nothing_else(
    more: dict[str, Any], simulated: int, tmp_path: Path
) -> None:
    fs.run_study(asked(), store=tmp_path)
    assert fs.run_study(asked(**more), store=tmp_path).simulated == simulated
    alone = fs.run_study(asked(**more))
    assert fs.run_study(asked(**more), store=tmp_path).table.equals(alone.table)


def test_more_years_add_blocks_of_worlds(tmp_path: Path) -> None:
    fs.run_study(asked(replications=100), store=tmp_path)
    more = fs.run_study(asked(replications=130), store=tmp_path)
    assert more.simulated == 2 * 30
    assert np.array_equal(more.values, fs.run_study(asked(replications=130)).values)


def test_rows_that_say_the_same_are_simulated_once(tmp_path: Path) -> None:
    both = asked(strategies=["today", "one_more_rep"])
    found = fs.run_study(both, store=tmp_path)
    assert len(found.rows) == 4
    assert found.simulated == 3 * 20
    assert np.array_equal(found.values[1], found.values[2])


def test_uncertain_numbers_are_part_of_what_is_kept(tmp_path: Path) -> None:
    def unsure(likely: float) -> fs.Study:
        scenario = fs.load("first_steps").with_changes(MONTHS)
        document = scenario.document
        document["uncertainties"] = {
            "stages.proposal.conversion": {"low": 0.1, "likely": likely, "high": 0.4}
        }
        return fs.study_of({"scenario": scenario.beginning(document), "replications": 20})

    counts = [fs.run_study(unsure(likely), store=tmp_path).simulated for likely in (0.2, 0.3, 0.2)]
    assert counts == [20, 20, 0]


# ---- nothing lost -------------------------------------------------------------------------------


def test_files_are_the_same_bytes_however_the_work_is_divided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fs.run_study(asked(), store=tmp_path / "whole", jobs=2)
    monkeypatch.setattr(running, "TALLIES", 1)
    fs.run_study(asked(), store=tmp_path / "one", jobs=1)
    assert contents(tmp_path / "whole") == contents(tmp_path / "one")


def test_every_damage_is_found_and_made_good(tmp_path: Path) -> None:
    """A bit turned at any place, and a file cut anywhere, read as nothing; the next run writes it anew."""
    store = Store.open(tmp_path)
    key = Key("worlds", "model", {"seed": 1})
    store.write(key, {"sums": np.arange(4.0)})
    (file,) = (kept.path for kept in store)
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        assert store.read(key) is None, place
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert store.read(key) is None, length
    assert store.damaged == [file] * 2 * len(whole)
    store.write(key, {"sums": np.arange(4.0)})
    assert file.read_bytes() == whole


@pytest.mark.parametrize("damage", ["cut", "turned", "of another key"])
@pytest.mark.parametrize("kind", ["worlds", "studies"])
def test_a_damaged_file_is_reported_and_simulated_again(damage: str, kind: str, tmp_path: Path) -> None:
    first = fs.run_study(asked(), store=tmp_path)
    before = contents(tmp_path)
    files = sorted((tmp_path / kind).iterdir())
    content = files[0].read_bytes()
    if damage == "cut":
        files[0].write_bytes(content[: len(content) // 2])
    elif damage == "turned":
        files[0].write_bytes(content[:-40] + bytes([content[-40] ^ 4]) + content[-39:])
    else:
        files[0].write_bytes(sorted((tmp_path / "worlds").iterdir())[-1].read_bytes())
    (damaged,) = [each for each in holdings(Store.open(tmp_path)) if each.title == "damaged"]
    assert damaged.files == 1
    again = fs.run_study(asked(), store=tmp_path)
    assert again.damaged == (str(files[0]),)
    assert again.simulated == (20 if kind == "worlds" else 0)
    assert again.table.equals(first.table)
    assert contents(tmp_path) == before


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    """An array of objects, which only pickle could read, counts as damaged even where its hash is right."""

    class Fires:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "fired"),)

    store, key = Store.open(tmp_path / "store"), Key("worlds", "model", {"seed": 1})
    store.write(key, {"sums": np.arange(3.0)})
    (file,) = (kept.path for kept in store)
    packed = io.BytesIO()
    np.savez(packed, sums=np.array([Fires()], dtype=object))
    header = json.loads(file.read_bytes().split(b"\n")[1])
    header.pop("sha256")
    header["sha256"] = stores._seal(header, packed.getvalue())
    file.write_bytes(stores._MAGIC + stores._plain(header) + b"\n" + packed.getvalue())
    assert store.read(key) is None
    assert not (tmp_path / "fired").exists()


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written before stays, nothing else does, and the next run goes on from there."""
    study = asked(levers={PEOPLE: [2, 3, 4]})
    fs.run_study(study, store=tmp_path / "undisturbed")
    room, really = [4], os.fsync

    def fsync(number: int) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        really(number)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(
        StoreError, match=r"cannot be written: No space left on device; what is finished is kept"
    ):
        fs.run_study(study, store=tmp_path / "full")
    assert len(contents(tmp_path / "full")) == 4  # the mark, the study and two blocks of worlds
    assert not [each for each in (tmp_path / "full").rglob("*") if each.name.startswith(".")]
    monkeypatch.undo()
    assert fs.run_study(study, store=tmp_path / "full").simulated == 20
    assert contents(tmp_path / "full") == contents(tmp_path / "undisturbed")


def test_ctrl_c_keeps_whole_blocks_alone(tmp_path: Path) -> None:
    study = asked(replications=250, levers={PEOPLE: [2]})
    counted: list[int] = []

    def interrupt(years: int) -> None:
        counted.append(years)
        if sum(counted) > 130:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fs.run_study(study, store=tmp_path, jobs=1, progress=interrupt)
    assert len(list((tmp_path / "worlds").iterdir())) == 1
    assert fs.run_study(study, store=tmp_path).simulated == 150


# ---- other folders, versions and code -----------------------------------------------------------


def test_a_store_of_another_version_is_left_alone(tmp_path: Path) -> None:
    fs.run_study(asked(), store=tmp_path)
    (tmp_path / "funnelsim-store.json").write_text('{"format": 2}')
    before = contents(tmp_path)
    with pytest.raises(
        StoreError, match=r"of another version of funnelsim \(its form is 2; this version reads form 1"
    ):
        fs.run_study(asked(), store=tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["letter.txt", "worlds"])
def test_a_folder_of_something_else_is_no_store(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(StoreError, match="is no store of funnelsim: choose a new or an empty folder"):
        fs.run_study(asked(), store=tmp_path)
    assert contents(tmp_path) == {name: b"mine"}


def test_what_cannot_be_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match=r"the store .* cannot be used: Not a directory"):
            Store.open(place)
    with pytest.raises(StoreError, match="there is no folder"):
        Store.open(tmp_path / "none", new=False)


def test_other_code_simulates_anew_and_the_old_can_be_pruned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fs.run_study(asked(), store=tmp_path)
    old = contents(tmp_path)
    monkeypatch.setattr(stores, "code_of", lambda sources: f"new {sources}")
    assert fs.run_study(asked(), store=tmp_path).simulated == 40
    store = Store.open(tmp_path)
    assert [(each.title, each.files) for each in holdings(store)] == [
        ("people", 3),
        ("of another version", 3),
    ]
    gone = store.prune()
    assert {f"{kept.path.parent.name}/{kept.path.name}" for kept in gone} == {
        name for name in old if "/" in name
    }
    assert fs.run_study(asked(), store=tmp_path).simulated == 0


def first_always(team: Any, reps: Any, states: Any, lead: Any, now: int, u: float) -> int:  # noqa: ARG001
    return 0


def test_a_policy_of_ones_own_is_not_kept(tmp_path: Path) -> None:
    register_policy("first_always", first_always)
    study = asked(changes={"teams.sales.assignment": "first_always"}, replications=2)
    with pytest.raises(UnusableError, match="a policy of your own assigns leads, and nothing tells a store"):
        fs.run_study(study, store=tmp_path)
    assert fs.run_study(study).years == 2


def test_a_key_tells_models_apart_by_every_array_and_by_nothing_else() -> None:
    """Bytes between the fields of records are no part of a model."""
    scenario = asked().scenario
    course = fs.scenario.courses_of(scenario, ["today"])["today"]
    content = running.content_of(course, scenario, "today")
    model = course.typed[0].model
    padded = model.teams.copy()
    raw = padded.view(np.uint8).reshape(len(padded), -1)
    used = {
        byte
        for field, offset in ((field[0], field[1]) for field in padded.dtype.fields.values())
        for byte in range(offset, offset + field.itemsize)
    }
    for byte in set(range(raw.shape[1])) - used:
        raw[:, byte] = 255
    assert running.content_of(with_model(course, model._replace(teams=padded)), scenario, "today") == content
    for name, value in model._asdict().items():
        other = np.array(value)
        if other.size:
            part = other if other.dtype.names is None else other[other.dtype.names[0]]
            part += 1
            changed = with_model(course, model._replace(**{name: other}))
            assert running.content_of(changed, scenario, "today") != content, name


def with_model(course: Any, model: Any) -> Any:
    """Return a course whose first chapter has another model."""
    pieces = (course.pieces[0], *course.pieces[1:])
    fixed = fs.scenario.Fixed(model, pieces[0].names)
    return fs.scenario.Course(course.begins, (fixed, *pieces[1:]), uncertain=False)


# ---- listing and pruning ------------------------------------------------------------------------


def test_a_store_is_listed_by_study_and_pruned_to_those_given(tmp_path: Path) -> None:
    one, other = asked(), asked(levers={PEOPLE: [3, 4]}, title="more people")
    for study in (one, other):
        fs.run_study(study, store=tmp_path)
    store = Store.open(tmp_path)
    found = holdings(store)
    assert [each[:2] + each[3:] for each in found] == [
        ("more people", 3, 40),
        ("people", 3, 40),
    ]  # one is shared
    gone = store.prune(belonging_to(store, [one]))
    assert len(gone) == 2
    assert fs.run_study(one, store=tmp_path).simulated == 0
    assert fs.run_study(other, store=tmp_path).simulated == 20
    with pytest.raises(
        StoreError, match='has nothing of the study "people" as it is now: run it with this store'
    ):
        belonging_to(store, [asked(levers={PEOPLE: [7]})])


def test_what_was_not_finished_is_pruned_when_nobody_can_be_writing_it(tmp_path: Path) -> None:
    fs.run_study(asked(), store=tmp_path)
    fresh, stale = (tmp_path / "worlds" / f".{name}.unfinished" for name in ("fresh", "stale"))
    for each in (fresh, stale):
        each.write_bytes(b"half")
    os.utime(stale, (time.time() - 7_200,) * 2)
    assert [kept.path for kept in Store.open(tmp_path).prune()] == [stale]
    assert fresh.exists()


def told(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its status, what it prints, and what it says besides."""
    found = CliRunner().invoke(app, arguments)
    return found.exit_code, found.stdout, found.stderr


def test_the_commands_study_and_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")  # that of a file
    Path("people.toml").write_text(
        'scenario = "first_steps"\nreplications = 4\ntitle = "How many people"\n'
        'metrics = ["profit", "won"]\nlevers."teams.sales.people" = [2, 3]\n'
    )
    status, page, said = told("study", "people.toml", "--store", "kept", "--out", "one")
    assert (status, said.splitlines()[-1]) == (0, "Simulated now: 8 years, kept in kept")
    assert page.startswith("How many people: 2 rows\n4 simulated years of each, the same for all; seed 1\n")
    assert "Simulated now: 0 years" in told("study", "people.toml", "--store", "kept", "--out", "two")[2]
    assert contents(Path("one")) == contents(Path("two"))
    assert Path("one/page.txt").read_text() == page
    table = Path("one/table.csv").read_text("utf-8-sig").splitlines()
    assert table[0].startswith(
        "row,teams.sales.people,assumption,strategy,n,profit,profit_low,profit_high,won"
    )
    with np.load("one/years.npz", allow_pickle=False) as arrays:
        assert arrays["values"].shape == arrays["expected"].shape == (2, 4, 2)
    document = json.loads(told("study", "people.toml", "--json")[1])
    assert document["levers"] == {"teams.sales.people": [2, 3]}
    assert [row["teams.sales.people"] for row in document["rows"]] == [2, 3]
    status, page, _ = told("store", "kept")
    assert status == 0
    assert "How many people" in page
    assert told("store", "kept", "--prune") == (0, "Nothing to remove\n", "")
    file = next(Path("kept/worlds").iterdir())
    file.write_bytes(b"nothing")
    assert told("study", "people.toml", "--store", "kept")[2] == (
        f"{file} was damaged: what it held has been simulated again\n"
        "Simulated now: 4 years, kept in kept; 4 were there before\n"
    )
    assert told("store", "kept", "--study", "people.toml")[0] == 2
    assert told("store", "nowhere") == (
        2,
        "",
        "there is no folder nowhere; a store is made by funnelsim study with --store\n",
    )
    Path("people.toml").write_text('scenario = "first_steps"\nlevers."teams.sales.people" = [3]\n')
    status, _, said = told("store", "kept", "--prune", "--study", "people.toml")
    assert (status, "nothing is removed" in said) == (2, True)


@pytest.mark.slow
def test_a_second_run_of_200_points_takes_less_than_two_seconds(tmp_path: Path) -> None:
    levers = {
        PEOPLE: [2, 3, 4, 5],
        "channels.website.cost_per_month": {"low": 0.0, "high": 980.0, "steps": 50},
    }
    study = asked(levers=levers, replications=100)
    assert fs.run_study(study, store=tmp_path).simulated == 20_000
    taken = []
    for _ in range(3):  # the machine may have other work to do
        begun = time.perf_counter()
        again = fs.run_study(study, store=tmp_path)
        assert len(again.table) == 200
        taken.append(time.perf_counter() - begun)
        assert again.simulated == 0
    assert min(taken) < 2.0

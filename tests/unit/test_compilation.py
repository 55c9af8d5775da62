"""Compiled code is kept until a source changes, whoever runs at the same time and whatever the disk does.

Numba's own cache would look at one file only; the tests edit a rule in a copy of the package, and plant
that fault to see that they would notice.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import funnelsim
from funnelsim.compiling import on_disk
from funnelsim.compiling.on_disk import cache_folder, sources_hash

PACKAGE = Path(funnelsim.__file__).parent
DESK = """
import json

from funnelsim.app.terminal import announce_compiling
from funnelsim.compiling.on_disk import compiled
from funnelsim.rules import visits


MOST = 123456.789


@compiled
def taken(amount):
    return visits.duration(amount, 5) if amount < MOST else 0


announce_compiling()
print(json.dumps([
    [taken(5.0), taken(5)],
    visits.duration(5.0, 5),
    sum(taken.stats.cache_hits.values()),
]))
"""
RIGHT = "length = amount * unit"
FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))"
EDITED = "length = amount * unit + 1.0"


class Answer(NamedTuple):
    """What a process says how long something takes."""

    compiled: list[int]  # for a float and for an integer: compiled twice, for different types
    plain: int
    from_disk: int  # of the two
    said: str


NEW = Answer([25, 25], 25, 0, "Compiling the engine, once on this machine: this takes about 30 seconds ...\n")
KEPT = Answer([25, 25], 25, 2, "")


def copy_package(home: Path) -> None:
    """Copy the package, with a compiled function that calls a rule of another file."""
    package = home / "funnelsim"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "engines" / "desk.py").write_text(DESK)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    copy_package(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the function of a copy."""
    first = tmp_path_factory.mktemp("first")
    copy_package(first)
    assert ask(first) == NEW
    return first / "cache"


@pytest.fixture
def warm(copy: Path, compiled_once: Path) -> Path:
    """Copy the package, and what was compiled for the same sources elsewhere: checkouts share it."""
    shutil.copytree(compiled_once, copy / "cache")
    return copy


def start(copy: Path, cache: Path | None = None, before: str = "", **settings: str) -> subprocess.Popen[str]:
    """Start a process that asks the copy how long something takes."""
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_DISABLE_JIT": "0",
        "XDG_CACHE_HOME": str(cache or copy / "cache"),
    }
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", f"{before}\nimport funnelsim.engines.desk"],
        env=environment | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=copy.parent,
    )


def ask(copy: Path, cache: Path | None = None, before: str = "", **settings: str) -> Answer:
    return answer(start(copy, cache, before, **settings))


def answer(process: subprocess.Popen[str]) -> Answer:
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return Answer(*json.loads(out), said)


def edit(source: Path, right: str, wrong: str) -> None:
    text = source.read_text()
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong))


def folders(copy: Path) -> list[Path]:
    return sorted((copy / "cache" / "funnelsim").iterdir())


# ---- the hash sees every source -------------------------------------------------------------


def test_what_was_compiled_is_kept_until_a_rule_is_edited(warm: Path) -> None:
    rule = warm / "funnelsim" / "rules" / "visits.py"
    assert ask(warm) == KEPT
    edit(rule, RIGHT, EDITED)
    assert ask(warm) == NEW._replace(compiled=[26, 26], plain=26)
    edit(rule, EDITED, RIGHT)  # to and fro: both versions are kept, side by side
    assert ask(warm) == KEPT
    assert len(folders(warm)) == 2


def test_what_was_compiled_is_read_without_loading_what_compiles(warm: Path) -> None:
    told = "lambda: print('numba.np.arraymath' in sys.modules, file=sys.stderr)"
    asked = f"import atexit, sys; atexit.register({told})"
    assert ask(warm, before=asked) == KEPT._replace(said="False\n")
    assert ask(warm, warm / "empty", before=asked) == NEW._replace(said=f"{NEW.said}True\n")


def test_a_stale_cache_would_be_noticed(copy: Path) -> None:
    """Planted fault: the folder of compiled code is named by the files, not by what is in them."""
    edit(copy / "funnelsim" / "compiling" / "on_disk.py", "digest.update(source.read_bytes())", "pass")
    assert ask(copy) == NEW
    edit(copy / "funnelsim" / "rules" / "visits.py", RIGHT, EDITED)
    assert ask(copy) == KEPT._replace(plain=26)


def test_code_is_compiled_anew_for_other_settings_of_numba(warm: Path) -> None:
    assert ask(warm, NUMBA_BOUNDSCHECK="1") == NEW
    assert len(folders(warm)) == 2


def test_code_is_compiled_anew_for_another_compiler_or_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [sources_hash(PACKAGE)]
    assert sources_hash(PACKAGE) == seen[0]
    for changed, value in {
        "numba.__version__": "0.1",
        "llvmlite.__version__": "0.1",
        "numpy.__version__": "0.1",
        "llvmlite.binding.get_host_cpu_name": lambda: "abacus",
        "numba.config.OPT": 1,
        "numba.config.SLP_VECTORIZE": 1,
    }.items():
        with monkeypatch.context() as patched:
            patched.setattr(changed, value)
            seen.append(sources_hash(PACKAGE))
    assert len(set(seen)) == 7


def test_what_comes_in_an_archive_is_never_kept(copy: Path) -> None:
    """Its sources cannot be listed, so a new version would find what the old one compiled."""
    archive = Path(shutil.make_archive(str(copy / "wheels" / "archive"), "zip", copy, "funnelsim"))
    assert ask(archive, cache=copy / "cache") == NEW._replace(said="")
    assert not (copy / "cache").exists()


def test_a_place_that_sees_no_edited_rule_is_not_used(copy: Path) -> None:
    found = ask(copy, NUMBA_CACHE_LOCATOR_CLASSES="InTreeCacheLocator")
    assert found == NEW._replace(said=found.said)
    assert not [*(copy / "funnelsim").rglob("*.nbi")]


# ---- whatever the disk does -----------------------------------------------------------------


def test_a_cache_folder_that_cannot_be_written_is_done_without(copy: Path) -> None:
    blocked = copy / "a file"
    blocked.write_text("where the folder should be")
    for _ in range(2):  # Numba itself would write beside the sources, and see no edited rule the second time
        found = ask(copy, cache=blocked)
        assert found == NEW._replace(said=found.said)
        assert found.said.startswith(f"Compiling the engine, in every run because {blocked}")
        assert found.said.endswith("cannot be written (Not a directory): this takes about 30 seconds ...\n")
        assert found.said.count("\n") == 1
    assert not [*copy.rglob("*.nbi")]


def test_a_warm_cache_that_cannot_be_written_is_read(warm: Path) -> None:
    (folder,) = folders(warm)
    folder.chmod(0o555)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("whoever runs this may write everywhere")
        assert ask(warm) == KEPT
    finally:
        folder.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="no limit for the size of files")
def test_a_full_disk_costs_time_only(copy: Path) -> None:
    """The system refuses to write on in the middle of a file, as a full disk does: here, after the index."""
    found = ask(copy, before=FULL.format(room=4_096))
    assert found == NEW._replace(said=found.said)
    (folder,) = folders(copy)
    assert found.said.startswith(NEW.said)
    assert f"in every run because {folder} cannot be written (File too large)" in found.said
    assert found.said.count("\n") == 2
    assert [file.suffix for file in folder.iterdir()] == [".nbi"]
    assert [ask(copy), ask(copy)] == [NEW, KEPT]  # when there is room again


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def lose_a_number(file: Path) -> None:
    """Leave zeros in what the processor reads, as a power cut does where a block was never written."""
    number = struct.pack("=d", 123456.789)
    content = file.read_bytes()
    assert number in content
    file.write_bytes(content.replace(number, bytes(8)))


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [("*.nbi", halve), ("*.nbi", empty), ("*.1.nbc", halve), ("*.1.nbc", lose_a_number)],
)
def test_a_damaged_file_is_compiled_anew(warm: Path, pattern: str, damage: Callable[[Path], None]) -> None:
    (folder,) = folders(warm)
    (file,) = folder.glob(pattern)
    damage(file)
    assert ask(warm) == NEW
    assert ask(warm) == KEPT


@pytest.mark.skipif(os.name == "nt", reason="no limit for the size of files")
def test_a_damaged_file_on_a_full_disk_is_left_alone(warm: Path) -> None:
    (folder,) = folders(warm)
    (index,) = folder.glob("*.nbi")
    halve(index)
    found = ask(warm, before=FULL.format(room=0))
    assert found == NEW._replace(said=found.said)


# ---- what others have put there -------------------------------------------------------------

PLANTED = """
import os, pickle, sys
class Evil:
    def __reduce__(self):
        return os.makedirs, (os.environ["PLANTED"], 0o700, True)
for name in sys.argv[1:]:
    with open(name, "wb") as opened:
        pickle.dump(Evil(), opened)
"""


def plant(folder: Path, trace: Path) -> None:
    """Put code into every index that leaves a trace if it is run."""
    files = [str(each) for each in folder.rglob("*.nbi")]
    assert files
    environment = os.environ | {"PLANTED": str(trace)}
    subprocess.run([sys.executable, "-c", PLANTED, *files], check=True, env=environment)


def test_what_is_planted_would_run(warm: Path, tmp_path: Path) -> None:
    """Planted fault: the files' owner is not looked at where the user has written them all."""
    plant(warm / "cache", tmp_path / "trace")
    assert ask(warm) == NEW
    assert (tmp_path / "trace").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="a system without users")
@pytest.mark.parametrize("shared", ["cache", "cache/funnelsim"])
def test_a_folder_that_others_can_write_to_is_not_used(warm: Path, tmp_path: Path, shared: str) -> None:
    plant(warm / "cache", tmp_path / "trace")
    (warm / shared).chmod(0o777)
    home = tmp_path / "home"
    home.mkdir()
    found = ask(warm, HOME=str(home))
    private = home / ".cache" / "funnelsim"
    assert found == NEW._replace(said=found.said)
    assert (
        f"once on this machine (kept in {private}, because {warm / 'cache' / 'funnelsim'} is not"
        in found.said
    )
    assert not (tmp_path / "trace").exists()
    assert [each.stat().st_mode & 0o777 for each in (private.parent, private, *private.iterdir())] == [
        0o700
    ] * 3
    assert ask(warm, HOME=str(home)) == KEPT


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_is_not_read(warm: Path, tmp_path: Path) -> None:
    (folder,) = folders(warm)
    plant(folder, tmp_path / "trace")
    for file in folder.glob("*.nbi"):
        os.chown(file, 65_534, -1)
    assert ask(warm) == NEW
    assert not (tmp_path / "trace").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="a system without users")
def test_who_could_put_something_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    assert on_disk.is_private(folder)
    assert on_disk.is_private(folder / "not" / "there")
    (tmp_path / "a").chmod(0o770)
    assert not on_disk.is_private(folder)
    (tmp_path / "a").chmod(0o1777)  # like /tmp: others cannot replace what is there
    assert on_disk.is_private(folder)
    assert not on_disk.is_private(tmp_path / "a")
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "open").mkdir(mode=0o700)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to("open")
    assert not on_disk.is_private(tmp_path / "link" / "c")


def test_nothing_is_kept_where_no_place_is_private(copy: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    for _ in range(2):
        found = ask(copy, cache=shared, HOME=str(shared), TMPDIR=str(shared))
        assert found == NEW._replace(said=found.said)
        assert "cannot be written (others can write there)" in found.said
    assert not list(shared.rglob("*.nbi"))


# ---- who runs at the same time --------------------------------------------------------------


def test_processes_at_the_same_time_do_not_spoil_the_cache(copy: Path) -> None:
    together = [start(copy) for _ in range(2)]
    assert [answer(process).compiled for process in together] == [[25, 25]] * 2
    assert ask(copy).compiled == [25, 25]
    assert ask(copy) == KEPT


def test_code_for_other_types_is_not_run(warm: Path) -> None:
    """Two processes that begin with different types name their files alike: one overwrites the other's."""
    (folder,) = folders(warm)
    (first,), (second,) = folder.glob("*.1.nbc"), folder.glob("*.2.nbc")
    shutil.copy(second, first)
    found = ask(warm)
    assert found == NEW._replace(from_disk=1)
    assert ask(warm) == KEPT


# ---- old folders ----------------------------------------------------------------------------


def leave(home: Path, number: int, days: float) -> Path:
    """Leave a folder of compiled code that was last used so many days ago."""
    folder = home / f"{number:016x}"
    folder.mkdir(parents=True)
    (folder / "engine.nbi").touch()
    os.utime(folder, (time.time() - days * 86_400,) * 2)
    return folder


def test_folders_that_nobody_used_for_30_days_are_removed(tmp_path: Path) -> None:
    last_month, long_ago = leave(tmp_path, 1, days=29.9), leave(tmp_path, 2, days=30.1)
    on_disk._prune(tmp_path)
    assert last_month.exists()
    assert not long_ago.exists()


def test_the_ten_used_last_are_kept_and_what_is_in_use(tmp_path: Path) -> None:
    busy = [leave(tmp_path, number, days=0.9) for number in range(8)]
    older = [leave(tmp_path, number, days=number) for number in range(8, 13)]
    on_disk._prune(tmp_path)
    assert [each.exists() for each in busy + older] == [True] * 10 + [False] * 3
    crowd = [leave(tmp_path, number, days=0.5) for number in range(100, 120)]
    on_disk._prune(tmp_path)
    assert all(each.exists() for each in crowd + busy)
    assert not any(each.exists() for each in older)


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "funnelsim"
    target = leave(tmp_path, 1, days=400)
    home.mkdir()
    names = ["notes", "0123456789abcde", "0123456789ABCDEF", "0123456789abcdef0"]
    for name in names:
        leave(tmp_path, 2, days=400).rename(home / name)
    (home / f"{3:016x}").symlink_to(target)
    (home / f"{4:016x}").write_text("a file")
    os.utime(home / f"{4:016x}", (0, 0))
    on_disk._prune(home)
    assert len([*home.iterdir()]) == len(names) + 2
    assert (target / "engine.nbi").exists()


def test_old_folders_go_when_a_new_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = on_disk._Place(leave)
    for remains in (False, True):
        old = leave(tmp_path / "funnelsim", 1, days=31)
        place.ensure_cache_path()
        assert old.exists() is remains


def test_use_keeps_a_folder(warm: Path) -> None:
    (used,) = folders(warm)
    os.utime(used, (0, 0))
    assert ask(warm) == KEPT
    on_disk._prune(used.parent)
    assert used.exists()


# ---- where it is ----------------------------------------------------------------------------


def test_the_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "funnelsim" / sources_hash(PACKAGE)
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")  # to be ignored, says the standard
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert cache_folder().parent == tmp_path / ".cache" / "funnelsim"


def test_a_user_without_a_home_has_that_of_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", unknown)
    assert cache_folder().parent == Path("/.cache/funnelsim")


# ---- what is hashed -------------------------------------------------------------------------


def test_folders_that_the_hash_leaves_out_compile_nothing() -> None:
    for source in PACKAGE.rglob("*.py"):
        if source.relative_to(PACKAGE).parts[0] not in on_disk.COMPILED:
            text = source.read_text()
            assert "@rule" not in text, source
            assert "@rare" not in text, source
            assert "@compiled" not in text, source


def test_the_hash_sees_every_source_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cli.py").write_text("compiles nothing")
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "rule.py"
    rule.write_text("a")
    seen = [sources_hash(tmp_path)]
    (tmp_path / "preset.toml").write_text("not compiled")
    (tmp_path / "cli.py").write_text("compiles nothing either")
    assert sources_hash(tmp_path) == seen[0]
    rule.write_text("b")
    seen.append(sources_hash(tmp_path))
    (tmp_path / "rules" / "new.py").write_text("")
    seen.append(sources_hash(tmp_path))
    rule.rename(tmp_path / "rules" / "renamed.py")
    seen.append(sources_hash(tmp_path))
    assert len(set(seen)) == 4

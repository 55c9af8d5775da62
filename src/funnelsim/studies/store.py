"""A store: a folder of files that are each written once, so that nothing is simulated twice.

A file is of one *key*, the hash of all that its contents follow from, and is named by it. So it never has to
change: another model, seed, version of the code or platform has another key, and another file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from funnelsim.compiling.on_disk import sources_hash
from funnelsim.io.provenance import this_platform, versions
from funnelsim.io.reading import open_regular, read_bytes
from funnelsim.io.writing import UnusableError, whole_file

Arrays = dict[str, np.ndarray[Any, Any]]
Wanted = Callable[[str], bool]

FORMAT = 1
SEARCHED = "searched"  # in keys: what a search keeps of worlds
STUDIES, WORLDS = KINDS = ("studies", "worlds")  # the folders of a store
_MAGIC = b"funnelsim store 1\n"
_MARK = "funnelsim-store.json"
_LONGEST_HEADER = 1 << 20
_LARGEST = 1 << 30
_STALE = 3_600.0  # seconds after which a file that is not finished belongs to nobody
_PACKAGE = Path(__file__).parents[1]
_DAMAGED = (ValueError, TypeError, KeyError, EOFError, MemoryError, OSError, zipfile.BadZipFile, zlib.error)

# The folders of sources that contents follow from, besides all that is compiled.
SOURCES = {
    "model": ("metrics",),  # what a lowered model brings
    "scenario": ("metrics", "scenario"),  # ... where each world is lowered anew
    "study": ("decisions", "forecast", "metrics", "scenario", "studies"),  # how a study becomes models
}


class StoreError(UnusableError):
    """A folder that is no store, or cannot be used; the message is a sentence about it."""


class _DamagedError(Exception):
    """A file whose contents are not what was written."""


@cache  # of the sources as imported, even if they are edited while the process runs
def code_of(sources: str) -> str:
    """Hash the sources that contents follow from, with the compiler and the processor (ST5).

    Parameters
    ----------
    sources : str
        One of `SOURCES`.
    """
    digest = hashlib.sha256(sources_hash(_PACKAGE).encode())
    for folder in SOURCES[sources]:
        for source in sorted((_PACKAGE / folder).rglob("*.*")):
            if source.suffix in (".py", ".toml"):
                digest.update(source.relative_to(_PACKAGE).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Key:
    """What the contents of a file follow from (ST5).

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    sources : str
        One of `SOURCES`.
    content : dict
        All else: plain values.
    """

    kind: str
    sources: str
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the name of the file: the SHA-256 of the key.

        Examples
        --------
        >>> one, other = (Key("worlds", "model", {"seed": seed}) for seed in (1, 2))
        >>> len(one.name), one.name == other.name
        (64, False)
        """
        return hashlib.sha256(_plain(self.header)).hexdigest()

    @property
    def header(self) -> dict[str, Any]:
        """Return it as plain values, with the code and the platform that make the contents."""
        return {
            "kind": self.kind,
            "sources": self.sources,
            "code": code_of(self.sources),
            "platform": this_platform(),
            "content": dict(self.content),
        }


@dataclass(frozen=True)
class Kept:
    """A file of a store, by its header.

    Attributes
    ----------
    path : path
    size : int
        Bytes.
    header : dict
        Empty if the file is damaged.
    """

    path: Path
    size: int
    header: Mapping[str, Any]

    @property
    def is_current(self) -> bool:
        """Return whether this version of the code would make the same."""
        key = self.header.get("key", {})
        sources = key.get("sources")
        return sources in SOURCES and key.get("code") == code_of(sources)

    @cached_property
    def is_whole(self) -> bool:
        """Return whether it is as it was written; this reads it."""
        try:
            self.arrays()
        except (_DamagedError, OSError):
            return False
        return True

    def arrays(self) -> Arrays:
        """Read what it holds; of a file that is whole."""
        return _unsealed(read_bytes(self.path, _LARGEST), self.path.name)

    @property
    def state(self) -> str:
        """Say in words what is the matter with it; nothing if it can be used."""
        if self.path.name.startswith("."):
            return "not finished"
        return (
            "of another version"
            if self.header and not self.is_current
            else ""
            if self.is_whole
            else "damaged"
        )


@dataclass
class Store:
    """A folder of files that are each written once.

    Attributes
    ----------
    folder : path
    damaged : list of path
        Files that were found damaged by `read`, and count as not there.

    Examples
    --------
    >>> import tempfile
    >>> store = Store.open(Path(tempfile.mkdtemp()) / "store")
    >>> key = Key("worlds", "model", {"seed": 1})
    >>> store.read(key) is None
    True
    >>> store.write(key, {"profit": np.array([3.0])})
    >>> store.read(key)
    {'profit': array([3.])}
    >>> file = next(iter(store)).path
    >>> _ = file.write_bytes(file.read_bytes()[:-1])
    >>> store.read(key), store.damaged == [file]
    (None, True)
    """

    folder: Path
    damaged: list[Path] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, *, new: bool = True) -> Store:
        """Open a store, or make a new one.

        Parameters
        ----------
        folder : path
            A store, an empty folder or none yet.
        new : bool
            Whether one may be made.

        Raises
        ------
        StoreError
            If the folder holds something else, is a store of another version, or cannot be used.
        """
        try:
            _must_be_store(folder, new)
            form = _form_of(read_bytes(folder / _MARK, _LONGEST_HEADER))
        except OSError as error:
            raise StoreError(f"the store {folder} cannot be used: {error.strerror}") from error
        if form != FORMAT:
            raise StoreError(
                f"the store {folder} is of another version of funnelsim (its form is {form!r}; this version "
                f"reads form {FORMAT}): choose another folder; nothing in this one is changed"
            )
        return cls(folder)

    def read(self, key: Key, wanted: Wanted = lambda _: True) -> Arrays | None:
        """Return what was kept under a key; None if there is nothing, or it is damaged (ST6).

        Parameters
        ----------
        key : Key
        wanted : callable
            Which arrays to return, by name.

        Raises
        ------
        StoreError
            If the file is there and cannot be read.
        """
        path = self._path(key)
        try:
            content = read_bytes(path, _LARGEST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error
        try:
            return _unsealed(content, key.name, wanted)
        except _DamagedError:
            self.damaged.append(path)
            return None

    def write(self, key: Key, arrays: Arrays) -> None:
        """Keep arrays under a key, whole or not at all (ST6).

        Raises
        ------
        StoreError
            If they cannot be written; what was kept before stays.
        """
        path = self._path(key)
        try:
            path.parent.mkdir(exist_ok=True)
            with whole_file(path, overwrite=True) as opened:
                opened.write(_sealed(arrays, key))
        except OSError as error:
            raise StoreError(
                f"the store {self.folder} cannot be written: {error.strerror}; what is finished is kept, and "
                "the next run goes on from there"
            ) from error

    def __iter__(self) -> Iterator[Kept]:
        """List the files, by kind and name; those that are not finished are left out."""
        for path in self._files():
            if not path.name.startswith("."):
                yield Kept(path, path.stat().st_size, _header(path))

    def prune(self, keeps: Callable[[Kept], bool] = lambda _: True) -> list[Kept]:
        """Remove what is of another version, damaged or not finished, and what is not to be kept.

        Parameters
        ----------
        keeps : callable
            Whether to keep a file of this version.

        Returns
        -------
        list of Kept
            What was removed.

        Raises
        ------
        StoreError
            If a file cannot be removed.
        """
        gone = [kept for kept in self if kept.state or not keeps(kept)]
        before = time.time() - _STALE
        waiting = [(path, path.stat()) for path in self._files() if path.name.startswith(".")]
        gone += [Kept(path, found.st_size, {}) for path, found in waiting if found.st_mtime < before]
        for kept in gone:
            try:
                kept.path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(f"{kept.path} cannot be removed: {error.strerror}") from error
        return gone

    def _path(self, key: Key) -> Path:
        return self.folder / key.kind / key.name

    def _files(self) -> list[Path]:
        folders = (self.folder / kind for kind in KINDS)
        return [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]


class Memory:
    """What a store is where nothing is to be kept: the same, until the process ends."""

    def __init__(self) -> None:
        self.damaged: list[Path] = []
        self._kept: dict[str, Arrays] = {}

    def read(self, key: Key, wanted: Wanted = lambda _: True) -> Arrays | None:
        """Return what was kept under a key, or None."""
        found = self._kept.get(key.name)
        return found and {name: array for name, array in found.items() if wanted(name)}

    def write(self, key: Key, arrays: Arrays) -> None:
        """Keep arrays under a key."""
        self._kept[key.name] = arrays


def _must_be_store(folder: Path, new: bool) -> None:
    """Refuse a folder that is no store; make one of a folder that is empty or not there yet."""
    mark = folder / _MARK
    if mark.exists():
        return
    there = folder.exists()
    if not there and not new:
        raise StoreError(f"there is no folder {folder}; a store is made by funnelsim study with --store")
    if there and (not new or any(not name.startswith(f".{_MARK}") for name in os.listdir(folder))):
        right = (
            ": choose a new or an empty folder"
            if new
            else "; a store is made by funnelsim study with --store"
        )
        raise StoreError(f"{folder} is no store of funnelsim{right}")
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(mark, overwrite=True) as opened:
        opened.write(_plain({"format": FORMAT}) + b"\n")


def _form_of(mark: bytes) -> object:
    """Return the form of a store; None if the file that says so is damaged."""
    try:
        found = json.loads(mark)
    except (ValueError, RecursionError):
        return None
    return found.get("format") if isinstance(found, dict) else None


# ---- a file: what it is, a header, and arrays ---------------------------------------------------


def _sealed(arrays: Arrays, key: Key) -> bytes:
    """Write arrays behind a header with the hash of all that follows and of the header itself (ST6)."""
    content, header = packed(arrays), {"key": key.header, "versions": versions()}
    return _MAGIC + _plain(header | {"sha256": _seal(header, content)}) + b"\n" + content


def packed(arrays: Arrays) -> bytes:
    """Write arrays as NumPy's npz: a zip file, the same bytes whenever it is made."""
    written = io.BytesIO()
    np.savez_compressed(written, allow_pickle=False, **arrays)
    return written.getvalue()


def _unsealed(content: bytes, name: str, wanted: Wanted = lambda _: True) -> Arrays:
    """Read arrays if they are those that were written under a name; nothing in them is ever executed."""
    try:
        if not content.startswith(_MAGIC):
            raise _DamagedError
        first, _, behind = content[len(_MAGIC) :].partition(b"\n")
        header = json.loads(first)
        seal = header.pop("sha256")
        of_this_key = hashlib.sha256(_plain(header["key"])).hexdigest() == name
        as_written = _plain(header | {"sha256": seal}) == first
        if not (of_this_key and as_written and seal == _seal(header, behind)):
            raise _DamagedError
        with np.load(io.BytesIO(behind), allow_pickle=False) as opened:
            return {each: opened[each] for each in opened.files if wanted(each)}
    except _DAMAGED as error:
        raise _DamagedError from error


def _seal(header: Mapping[str, Any], content: bytes) -> str:
    digest = hashlib.sha256(_plain(header))
    digest.update(content)
    return digest.hexdigest()


def _plain(values: Mapping[str, Any]) -> bytes:
    """Write plain values, the same however they are ordered: on one line."""
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _header(path: Path) -> Mapping[str, Any]:
    """Read the header of a file; nothing if it has none."""
    try:
        with open_regular(path) as opened:
            if opened.readline(len(_MAGIC)) != _MAGIC:
                return {}
            header = json.loads(opened.readline(_LONGEST_HEADER))
            whole = isinstance(header, dict) and isinstance(header.get("key"), dict)
            return header if whole and hashlib.sha256(_plain(header["key"])).hexdigest() == path.name else {}
    except _DAMAGED:
        return {}

"""Compile with Numba, and keep what was compiled on disk until a source of the package changes.

What is kept lies in one folder for each version of the sources, ``~/.cache/funnelsim/<16 hex digits>`` (or
below ``XDG_CACHE_HOME``). Three things decide whether it is used:

- the *name of the folder* is a hash of every source that compiled code is made of, of whatever compiles it
  (the versions of Numba, llvmlite and NumPy, Numba's settings) and of the processor. Numba's own cache looks
  at the file of the compiled function only, and at no setting. Several checkouts, versions and machines
  therefore work side by side, and two checkouts of the same sources share what they compiled;
- *Numba's index* in the folder: a file for each function and version of Python, with the types of the
  arguments, the bytecode and, once more, the processor;
- *what is read* must be whole and for the types that were asked for; otherwise it is compiled again.

What is kept is code, so it is read only where nobody else can have put it: the folder and all around it
belong to this user or to the system, nobody else can write to them, and each file belongs to this user. If
that is not so below ``XDG_CACHE_HOME``, a folder in the home directory is taken, or one of the user's own
among the temporary files, and `elsewhere` says so.

The cache only saves time. If it cannot be read, written or created, functions are compiled again in each
process. Files appear whole or not at all (Numba renames them into place), so processes may share a folder.

A process that makes a new folder removes old ones: those not used for 30 days and, beyond the 10 used last,
those not used for a day. The folder's time of modification is its last use.
"""
# mypy: allow-untyped-calls, disable-error-code="misc"
# (Numba's classes have no types)

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import llvmlite
import llvmlite.binding
import numba
import numpy as np
from numba import config
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, _CacheLocator
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature
from numba.extending import is_jitted

_Function = TypeVar("_Function", bound=Callable[..., Any])
Watcher = Callable[[Path, OSError | None], None]

COMPILED = ("chance", "compiling", "engines", "model", "rules")  # the folders of all that is compiled

_OPTIONS: Any = {"nogil": True, "error_model": "numpy", "_nrt": False}

# Settings of Numba (NUMBA_OPT and so on) with which it makes other code of the same sources.
_SETTINGS = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE", "DEBUGINFO_DEFAULT")

_PRIVATE = 0o700  # permissions of new folders: nobody else can write to them, nor see what is there
_NAME = re.compile("[0-9a-f]{16}")
_DAY = 86_400.0  # seconds
_LONG_UNUSED = 30 * _DAY
_ALWAYS_KEPT = 10  # folders: as many versions as somebody may switch between
_JUST_USED = _DAY  # a running process has read its folder within a day


# ---- the folder -----------------------------------------------------------------------------


def sources_hash(package: Path) -> str:
    """Hash every source of compiled code, the compiler and the processor."""
    digest = hashlib.sha256(repr(_compiler()).encode())
    for folder in COMPILED:
        for source in sorted((package / folder).rglob("*.py")):
            digest.update(source.relative_to(package).as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _compiler() -> list[str]:
    """List what machine code depends on, apart from the sources."""
    binding = llvmlite.binding
    processor = [binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()]
    settings = [f"{name}={getattr(config, name, None)}" for name in _SETTINGS]
    return [numba.__version__, llvmlite.__version__, np.__version__, *processor, *settings]


@cache  # of the sources as imported, even if they are edited while the process runs
def _own_hash() -> str:
    return sources_hash(Path(__file__).parents[1])


def cache_folder() -> Path:
    """Name the folder of compiled code for the sources of this process.

    Examples
    --------
    >>> len(cache_folder().name)
    16
    """
    return _place() / _own_hash()


def elsewhere() -> str:
    """Say where compiled code is kept, if others can write to the usual place; nothing if they cannot."""
    usual, taken = _places()[0], _place()
    return "" if taken == usual else f" (kept in {taken}, because {usual} is not this user's alone)"


def _place() -> Path:
    """Choose the folder of all versions: the first place where nobody else can put anything."""
    places = _places()
    return next((each for each in places if is_private(each)), places[-1])


def _places() -> list[Path]:
    """List where compiled code may be kept, the usual place first."""
    asked = os.environ.get("XDG_CACHE_HOME", "")
    homes = [Path(asked)] if os.path.isabs(asked) else []
    own = f"funnelsim-{os.geteuid()}" if hasattr(os, "geteuid") else "funnelsim"
    return [*(home / "funnelsim" for home in [*homes, _home() / ".cache"]), _temporary() / own]


def _temporary() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except OSError:  # every disk is full
        return Path("/tmp")


def is_own(found: os.stat_result) -> bool:
    """Return whether a file or folder belongs to this user, and nobody else can write to it.

    Where the system knows no users, everything does.
    """
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def is_private(folder: Path) -> bool:
    """Return whether nobody else can put anything into a folder, or put another folder in its place.

    Parameters
    ----------
    folder : path
        May not be there yet.

    Examples
    --------
    >>> home = Path(tempfile.mkdtemp())
    >>> is_private(home / "code"), home.chmod(0o777), is_private(home / "code")
    (True, None, False)
    """
    if not hasattr(os, "geteuid"):
        return True
    path = Path(os.path.realpath(folder))
    try:
        around = [(each, each.lstat()) for each in (path, *path.parents) if os.path.lexists(each)]
    except OSError:
        return True  # what cannot be looked into cannot be used either
    for each, found in around:
        shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        keeps = found.st_mode & stat.S_ISVTX and each != path  # as /tmp: what is in it stays its owner's
        if found.st_uid not in (0, os.geteuid()) or (shared and not keeps):
            return False
    return path != around[0][0] or is_own(around[0][1])


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user unknown to the system has the home folder that containers give it
        return Path("/")


def _prune(folders: Path) -> None:
    """Remove folders that have not been used for long; one that cannot be removed stays."""
    now = time.time()
    ours = [
        folder for folder in folders.iterdir() if _NAME.fullmatch(folder.name) and not folder.is_symlink()
    ]
    last_used = sorted(((folder.stat().st_mtime, folder) for folder in ours), reverse=True)
    for rank, (used, folder) in enumerate(last_used):
        if now - used > (_LONG_UNUSED if rank < _ALWAYS_KEPT else _JUST_USED):
            shutil.rmtree(folder, ignore_errors=True)


# ---- what is kept in it ---------------------------------------------------------------------


class _Place(_CacheLocator):
    """Where a function's files are: in the folder of the sources, and nowhere else."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._code = function.__code__
        self._module = function.__module__
        self.folder = cache_folder()

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> _Place | None:
        """Find the place of a function; it has one if its source is a file that could be hashed."""
        return cls(function) if os.path.isfile(file) else None

    def get_cache_path(self) -> str:
        return str(self.folder)

    def get_source_stamp(self) -> str:
        return self.folder.name

    def get_disambiguator(self) -> str:
        return f"{self._module}-{self._code.co_firstlineno}"

    def ensure_cache_path(self) -> None:
        """Make the folder, or raise OSError; a process that makes one removes old ones."""
        new = not self.folder.exists()
        missing = [each for each in (self.folder, *self.folder.parents) if not os.path.lexists(each)]
        for folder in reversed(missing):
            with suppress(FileExistsError):  # another process has made it meanwhile
                folder.mkdir(_PRIVATE)
        if not is_private(self.folder):
            raise PermissionError(errno.EPERM, "others can write there", str(self.folder))
        super().ensure_cache_path()
        if new:
            with suppress(OSError):
                _prune(self.folder.parent)


class _OwnFiles(IndexDataCacheFile):
    """The files of a function: nothing is unpickled that this user did not write."""

    def flush(self) -> None:
        if not is_private(Path(self._cache_path)):
            raise PermissionError(errno.EPERM, "others can write there", self._cache_path)
        super().flush()

    def _load_index(self) -> Any:
        if self._missing(self._index_path):
            return {}
        return super()._load_index()

    def _load_data(self, name: str) -> Any:
        if self._missing(self._data_path(name)):
            raise FileNotFoundError(name)
        return super()._load_data(name)

    def _missing(self, path: str) -> bool:
        """Return whether there is no file of this user's own."""
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            return True
        if stat.S_ISREG(found.st_mode) and is_own(found) and is_private(Path(self._cache_path)):
            return False
        raise PermissionError(errno.EPERM, "it belongs to somebody else", path)


class _Sealed(CompileResultCacheImpl):
    """Compiled code with a checksum: half a file, as a power cut leaves it, would otherwise be run."""

    _locator_classes: ClassVar[list[type[object]]] = [_Place]

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        if not isinstance(self.locator, _Place):
            raise RuntimeError("NUMBA_CACHE_LOCATOR_CLASSES names a place that sees no edited rule")

    def reduce(self, compiled: Any) -> tuple[bytes, bytes]:
        code = dumps(super().reduce(compiled))
        return hashlib.sha256(code).digest(), code

    def rebuild(self, target: Any, sealed: tuple[bytes, bytes]) -> Any:
        seal, code = sealed
        if hashlib.sha256(code).digest() != seal:
            raise ValueError("not what was written")
        return super().rebuild(target, pickle.loads(code))


class _Kept(FunctionCache):
    """Numba's cache of one function; anything that goes wrong in it costs time only."""

    _impl_class = _Sealed

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _OwnFiles(
            self.cache_path, self._impl.filename_base, self._place.get_source_stamp()
        )

    @property
    def _place(self) -> _Place:
        return cast(_Place, self._impl.locator)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the code compiled for these types, or tell the watcher that it has to be compiled.

        Numba's own method would first load its compiler, which takes 0.2 s and is needed only to compile.
        """
        try:
            found = self._load_overload(signature, target)
        except Exception:  # a damaged pickle may raise anything
            found = None
            self._forget()
        # Processes that compile a function for different types at the same time number their files alike.
        if found is not None and found.signature.args == normalize_signature(signature)[0]:
            with suppress(OSError):
                os.utime(self._place.folder)
            return found
        self._tell()
        return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep the compiled code, or tell the watcher why that is not possible."""
        try:
            super().save_overload(signature, compiled)
        except OSError as failure:
            _watcher(self._place.folder, failure)

    def _forget(self) -> None:
        """Start a new index, since adding to a damaged one fails; if it cannot be removed, leave it alone."""
        try:
            self.flush()
        except OSError:
            self.disable()

    def _tell(self) -> None:
        """Tell the watcher that this is being compiled, and whether it can be kept as far as is known."""
        try:
            self._place.ensure_cache_path()
        except OSError as failure:
            _watcher(self._place.folder, failure)
        else:
            _watcher(self._place.folder, None)


# ---- compiling ------------------------------------------------------------------------------


def _nobody(_folder: Path, _failure: OSError | None) -> None:
    """Watch without doing anything."""


_watcher: Watcher = _nobody


def watch(watcher: Watcher) -> None:
    """Call a function whenever something is not found on disk and has to be compiled.

    Parameters
    ----------
    watcher : callable
        Called with the folder of compiled code, and with None or the error for which nothing can be kept
        there: before each compilation, and after it where the disk turned out to be full.
    """
    global _watcher  # noqa: PLW0603 (one process, one terminal)
    _watcher = watcher


def compiled(function: _Function) -> _Function:
    """Compile a function without the interpreter's lock, kept on disk where that can be written.

    Such a function is given all its arrays and makes none, so references are not counted.

    Examples
    --------
    >>> @compiled
    ... def commission(share, bookings):
    ...     return share * bookings
    >>> commission(0.25, 100.0)
    25.0
    """
    dispatcher = numba.njit(**_OPTIONS)(function)
    if is_jitted(dispatcher):  # it is the function itself where Numba is switched off
        with suppress(RuntimeError):  # no place: imported from an archive, there is no source to hash
            dispatcher._cache = _Kept(function)  # type: ignore[attr-defined]
    return cast(_Function, dispatcher)

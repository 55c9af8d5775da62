"""Compile with Numba, and keep what was compiled until a source of the package changes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import config

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Floors that compile nothing: an edit there changes nothing that is cached.
_NEVER_COMPILED = {
    *(
        "cli.py",
        "keeping.py",
        "terminal.py",
        "manifest.py",
        "baselines",
        "eventlog",
        "writing.py",
        "provenance.py",
    ),
    *("study.py", "replication.py", "reports", "decisions", "forecast", "scenario"),
}

_OPTIONS: Any = {"nogil": True, "error_model": "numpy", "_nrt": False}


def sources_hash(package: Path) -> str:
    """Hash every source that compiled code is made of, with the version of Numba that compiles it.

    Numba's own cache looks only at the file of the compiled function, and so returns
    yesterday's answer after a rule in another file was edited.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(package.rglob("*.py")):
        place = source.relative_to(package)
        if place.parts[0] in _NEVER_COMPILED:
            continue
        digest.update(place.as_posix().encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Name the folder of compiled code for the sources as they are now."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "funnelsim" / sources_hash(Path(__file__).parent)


def compiled(function: _Function) -> _Function:
    """Compile a function without the interpreter's lock, cached on disk where that can be written.

    Such a function is given all its arrays and makes none, so references are not counted.
    """
    before = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
    try:
        return cast(_Function, numba.njit(cache=True, **_OPTIONS)(function))
    except (RuntimeError, OSError):  # no folder can be written: compile anew in each process
        return cast(_Function, numba.njit(**_OPTIONS)(function))
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]

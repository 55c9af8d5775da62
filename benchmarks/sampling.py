"""Sample code compiled by Numba with Linux `perf`, and tell which source files each sample was compiled from.

A sample is the address of an instruction. Numba keeps the object file of whatever it compiled. Once `ld` has
linked it, `addr2line` says from which function an instruction comes, and in which others that was inlined.
"""
# mypy: allow-untyped-calls, disable-error-code="misc"
# (Numba's classes have no types)

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import process_time, sleep
from typing import Any, NamedTuple

from numba.core.codegen import JITCodeLibrary
from numba.core.cpu import CPUTargetOptions

PROGRAMS = ("perf", "ld", "nm", "addr2line")
EVENT = ("-e", "cycles:u", "-c", "200003")  # a sample each so many cycles; a prime keeps step with no loop
ATTACHING = 0.5  # seconds that perf is given to begin
OPTIMISED = {  # what debug information would change in the code, were it not said
    "dbg_extend_lifetimes": False,
    "dbg_optnone": False,
    "boundscheck": False,
}


class Origin(NamedTuple):
    """Where an instruction came from: source files and nothing else, or the library that it was part of."""

    files: tuple[str, ...]  # of the function and of those that it was inlined in, innermost first
    library: str = ""  # where it was not compiled by Numba


class Image(NamedTuple):
    """An object file as `addr2line` reads it."""

    path: Path
    addresses: range  # in the file
    offset: int  # how much farther on it lies in memory

    def place(self, address: int) -> int | None:
        """Return where an address in memory is in the file, if it is there."""
        place = address - self.offset
        return place if place in self.addresses else None


# ---- whether it can be done ------------------------------------------------------------------


def obstacle(folder: Path) -> str:
    """Say in a sentence why nothing can be sampled here; say nothing if it can."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            return (
                f"The program {program} is not installed; this part needs Linux with {', '.join(PROGRAMS)}."
            )
    tried = subprocess.run(
        ["perf", "record", *EVENT, "-o", folder / "tried", "--", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode == 0:
        return ""
    reasons = [line.strip() for line in tried.stderr.splitlines() if line.strip()]
    return f"perf may not count cycles here: {' '.join(reasons[:2]).rstrip('.')}."


# ---- compiling -------------------------------------------------------------------------------


def observed() -> list[Any]:
    """Have Numba compile with line tables from now on; return the list to which it adds what it compiled.

    Debug information alone would make Numba keep variables alive and check bounds: that is left as it is
    without, so that the machine code is the same.
    """
    libraries: list[Any] = []
    settle, finalize = CPUTargetOptions.finalize, JITCodeLibrary.finalize

    def settle_with_lines(self: Any, flags: Any, options: Any) -> None:
        flags.debuginfo = True
        for name, value in OPTIMISED.items():
            setattr(flags, name, value)
        settle(self, flags, options)

    def finalize_and_keep(self: Any) -> None:
        finalize(self)
        libraries.append(self)

    CPUTargetOptions.finalize = settle_with_lines  # type: ignore[method-assign]
    JITCodeLibrary.finalize = finalize_and_keep  # type: ignore[method-assign]
    return libraries


def images(libraries: Sequence[Any], folder: Path) -> list[Image]:
    """Write what was compiled to files, and find where it lies in memory."""
    return [
        image(library, folder / f"compiled_{number}.so")
        for number, library in enumerate(libraries)
        if library._object_caching_enabled  # else Numba made it for itself, and kept no object file
    ]


def image(library: Any, path: Path) -> Image:
    """Write one library to a file."""
    parts = path.with_suffix(".o")
    parts.write_bytes(library._get_compiled_object())
    unresolved = ("--unresolved-symbols=ignore-all", "-z", "notext")  # Python's, and text that is moved
    run("ld", "-shared", "-o", path, parts, *unresolved)
    functions = list(functions_of(run("nm", "--defined-only", "-S", path)))
    own, *_ = (function for function in functions if function[2] == "T")
    first = min(start for start, *_ in functions)
    end = max(start + size for start, size, *_ in functions)
    return Image(path, range(first, end), library.get_pointer_to_function(own[3]) - own[0])


def functions_of(listing: str) -> Iterator[tuple[int, int, str, str]]:
    r"""Read the address, size, kind and name of each function from what `nm` says.

    >>> list(functions_of("0010 0004 T advance\n0020 D data\n0030 0008 r constant"))
    [(16, 4, 'T', 'advance')]
    """
    for line in listing.splitlines():
        match line.split():
            case [start, size, ("T" | "t" | "W" | "w") as kind, name]:
                yield int(start, 16), int(size, 16), kind, name


# ---- sampling --------------------------------------------------------------------------------


def origins(
    action: Callable[[], object], seconds: float, libraries: list[Any], folder: Path
) -> Counter[Origin]:
    """Do something again and again for some seconds; count the samples by where they came from."""
    record = folder / "perf.data"
    with recorded(record):
        end = process_time() + seconds
        while process_time() < end:
            action()
    samples = samples_of(run("perf", "script", "-i", record, "-F", "ip,dso"))
    return placed(samples, images(libraries, folder))


@contextmanager
def recorded(path: Path) -> Iterator[None]:
    """Have perf sample this process meanwhile."""
    perf = subprocess.Popen(
        ["perf", "record", "-q", *EVENT, "-p", str(os.getpid()), "-o", path],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        sleep(ATTACHING)
        yield
    finally:
        perf.terminate()
        _, said = perf.communicate()
    if not path.exists():
        raise RuntimeError(f"perf wrote nothing: {said}")


def samples_of(script: str) -> Counter[tuple[int, str]]:
    r"""Count the samples by address and library, from what `perf script` says.

    >>> samples_of(" 7f10 (/usr/lib/libm.so.6)\n 7f10 (/usr/lib/libm.so.6)\n 10 ([unknown])").most_common()
    [((32528, 'libm.so.6'), 2), ((16, '[unknown]'), 1)]
    """
    counted: Counter[tuple[int, str]] = Counter()
    for line in script.splitlines():
        address, _, library = line.strip().partition(" ")
        if address:
            counted[int(address, 16), library.strip("()").rpartition("/")[2]] += 1
    return counted


def placed(samples: Mapping[tuple[int, str], int], compiled: Sequence[Image]) -> Counter[Origin]:
    """Find the sources of all samples."""
    found: Counter[Origin] = Counter()
    left = dict(samples)
    for one in compiled:
        here = {key: place for key in left if (place := one.place(key[0])) is not None}
        if not here:
            continue
        asked = [hex(place) for place in sorted(set(here.values()))]
        files = files_of(run("addr2line", "-a", "-i", "-e", one.path, said="\n".join(asked)))
        for key, place in here.items():
            found[Origin(files[place])] += left.pop(key)
    for (_, library), count in left.items():
        found[Origin((), library)] += count
    return found


def files_of(answers: str) -> dict[int, tuple[str, ...]]:
    r"""Read from what `addr2line -a -i` says the files by address, innermost first.

    >>> files_of("0x0010\n/src/agenda.py:12 (discriminator 2)\n/src/compiled.py:7\n0x0020\n??:0")
    {16: ('/src/agenda.py', '/src/compiled.py'), 32: ('??',)}
    """
    files: dict[int, tuple[str, ...]] = {}
    address = 0
    for line in answers.splitlines():
        if line.startswith("0x"):
            address = int(line, 16)
            files[address] = ()
        else:
            files[address] += (line.partition(" (discriminator")[0].rpartition(":")[0],)
    return files


def run(*command: str | Path, said: str | None = None) -> str:
    """Run a command, told something perhaps, and return what it answers."""
    return subprocess.run(command, input=said, check=True, capture_output=True, text=True).stdout

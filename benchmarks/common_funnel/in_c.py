"""The common funnel in C and nothing else: `limit.c`, compiled when it is measured."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.common_funnel import MissingError, Program, Run, Runner
from benchmarks.machine import compiler

SOURCE = Path(__file__).parent / "limit.c"
OPTIONS = ("-O3", "-march=native")


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Make the folder of the program: it goes when this process does."""
    return tempfile.TemporaryDirectory(prefix="common-funnel-")


@cache
def executable() -> Path:
    """Compile the program, once in a process.

    Raises
    ------
    MissingError
        If there is no compiler, or it cannot compile the program.
    """
    found = compiler()
    if found is None:
        raise MissingError("there is no C compiler here: neither gcc nor cc nor clang, and CC names none")
    target = Path(_folder().name) / "limit"
    command = [found, *OPTIONS, "-o", str(target), str(SOURCE), "-lm"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise MissingError(f"the C compiler cannot compile it: {done.stderr.strip()}")
    return target


def prepare(leads: int) -> Runner:
    """Compile the program."""
    program = executable()

    def run(seed: int) -> Run:
        command = [str(program), str(leads), str(seed)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds, finished, sojourn = said.split()
        return Run(leads, float(seconds), int(finished), float(sojourn))

    return run


PROGRAM = Program(
    name="C alone",
    written=f"`limit.c`: this funnel only, a scan of what is due, xoshiro256+; `{' '.join(OPTIONS)}`",
    does="one sum",
    spares="everything else: a lead is one number, nothing can be changed without compiling",
    prepare=prepare,
    runs=5,
)

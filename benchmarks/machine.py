"""What the figures were measured on: processor, versions, date."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

MEASURED_WITH = ("funnelsim", "numba", "numpy", "pandas", "simpy", "ciw", "salabim", "cimba")


def processor() -> str:
    """Name the processor."""
    known = Path("/proc/cpuinfo")
    if known.exists():
        for line in known.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def compiler() -> str | None:
    """Find the C compiler: the one that the environment names, or the usual ones."""
    names = (os.environ.get("CC"), "gcc", "cc", "clang")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def compiler_version() -> str:
    """Name the C compiler with its version."""
    found = compiler()
    if found is None:
        return "no C compiler"
    return subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout.split(
        "\n"
    )[0]


def versions() -> str:
    """List the versions of what was measured and of what it was measured with."""
    listed = [f"Python {platform.python_version()}"]
    for name in MEASURED_WITH:
        try:
            listed.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            listed.append(f"{name} not installed")
    return ", ".join([*listed, compiler_version()])


def described(command: str, runs: int) -> str:
    """Say by which command, where, when and with what the figures were made."""
    facts = {
        "Command": f"`{command}`",
        "Date": date.today().isoformat(),
        "Machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "Versions": versions(),
        "Figures": f"medians of at least {runs} runs, compilation excluded, one thread unless said otherwise",
    }
    return "\n".join(f"- {what}: {fact}" for what, fact in facts.items())


def peak_memory() -> float:
    """Return the most memory that this process has held, in MB.

    Linux says it of the process itself; `ru_maxrss` also remembers what the parent held when it forked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text(encoding="utf-8").splitlines() if "VmHWM" in each)
        return int(line.split()[1]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit

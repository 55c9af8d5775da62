"""Measure how often decisions are wrong, and write `docs/guarantees.md`: `make guarantees`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from time import process_time
from types import ModuleType

from benchmarks import guarantees
from benchmarks.report import sections_of

PAGE = Path(__file__).parent.parent.parent / "docs" / "guarantees.md"
HEAD = """# Guarantees: how often decisions are wrong

Written by `make guarantees`. Each row is so many runs of its own, in which what is true is known; all random
numbers come from fixed seeds. A decision at 5 % should be wrong in at most 5 % of the runs.
"""


def parts() -> dict[str, ModuleType]:
    """Find the parts in this folder by their titles: modules that have ABOUT and `table`."""
    names = [each.name for each in iter_modules(guarantees.__path__) if each.name != "__main__"]
    found = [import_module(f"{guarantees.__name__}.{name}") for name in names]
    return {_title(each): each for each in found if hasattr(each, "table")}


def _title(part: ModuleType) -> str:
    return (part.__doc__ or part.__name__).splitlines()[0].rstrip(".")


def section(title: str, part: ModuleType, runs: int) -> str:
    """Run a part and write its section of the page."""
    began = process_time()
    table = part.table(runs)
    seconds = process_time() - began
    name = part.__name__.rpartition(".")[2]
    command = f"python -m benchmarks.guarantees --only {name} --runs {runs}"
    made = f"By `{command}`: {seconds:,.0f} seconds of one processor."
    return f"## {title}\n\n{part.ABOUT.strip()}\n\n{made}\n\n{table.strip()}\n\n"


def main(command: Sequence[str] | None = None) -> None:
    """Run all parts, or some of them, and write the page; other parts keep what it says of them."""
    found = parts()
    names = [each.__name__.rpartition(".")[2] for each in found.values()]
    arguments = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.guarantees")
    arguments.add_argument("--only", nargs="+", choices=names, default=names, help="run these")
    arguments.add_argument("--runs", type=int, default=2_000, help="of each row")
    options = arguments.parse_args(command)
    kept = sections_of(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for (title, part), name in zip(found.items(), names, strict=True):
        if name in options.only:
            kept[title] = section(title, part, options.runs)
            print(kept[title], flush=True)
            written = "".join(f"{kept[each].rstrip()}\n\n" for each in found if each in kept)
            PAGE.write_text(f"{HEAD}\n{written.rstrip()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

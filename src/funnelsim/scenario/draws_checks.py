"""Checks of files of draws: their columns, their cells, and what each row makes of the scenario (U9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from funnelsim.chance.distributions import Distribution
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.checks import check_meaning
from funnelsim.scenario.drawn import WrongCellError, at_middle, column_of, from_files, of_row
from funnelsim.scenario.errors import Problem, in_words, nearest, shown
from funnelsim.scenario.paths import value_at, written
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.uncertainties import applied
from funnelsim.scenario.unknown_paths import Certain, agreed, named, no_number, not_uncertain
from funnelsim.scenario.unknowns import Drawn

Wrong = tuple[str, str]  # what is wrong, and what is expected


def check_column(key: str, drawn: Drawn, given: object, base: Certain) -> list[Problem]:
    """Find what is wrong with a column of a file of draws: its name, its path, or one of its cells."""
    file = drawn.file
    if key not in file.columns:
        known = list(file.columns)
        near = nearest(key, known)
        missing = f"is {shown(given)}, and {file.name} has no column of this name"
        return [
            Problem(named(key), missing, "" if near else f"one of {', '.join(known[:8])}", None, given, near)
        ]
    problems = base.misplaced(key, file.columns[key][0])
    if not problems:
        wrong = _not_from_a_file(base, key) or _wrong_cell(key, drawn) or _wrong_number(key, drawn, base)
        problems = [Problem(named(key), *wrong, None, given)] if wrong else []
    return problems


def _not_from_a_file(base: Certain, key: str) -> Wrong | None:
    """State why a value cannot come from a file of draws: a distribution or a table can."""
    path, operation = split_key(key)
    if operation:
        return not_uncertain(base.contents, path, operation)
    value = value_at(base.contents, path)
    if value is None or isinstance(value, int | str):
        return no_number(value)
    return agreed(base.contents, path)


def _wrong_cell(key: str, drawn: Drawn) -> Wrong | None:
    """Find a cell that is none that the scenario may have there, or that cannot be moved."""
    cells, moved = drawn.file.columns[key], drawn.plus != 0 or drawn.times != 1
    try:
        values = column_of(key, replace(drawn, times=1.0, plus=0.0))
    except WrongCellError as wrong:
        return f"is {in_words(cells[wrong.row])} on {drawn.file.place(wrong.row)}", wrong.expected
    for row, value in enumerate(values if moved else ()):
        if not isinstance(value, float | Distribution):
            return f"is {in_words(cells[row])} on {drawn.file.place(row)}, a table", "neither times nor plus"
    return None


def _wrong_number(key: str, drawn: Drawn, base: Certain) -> Wrong | None:
    """Find a number that makes one of the scenario that is not allowed: the least or the greatest would."""
    numbers = column_of(key, drawn)
    if not all(isinstance(each, float) for each in numbers):
        return None
    path, operation = split_key(key)
    for row in (int(np.argmin(numbers)), int(np.argmax(numbers))):
        wrong = base.not_allowed(key, numbers[row])
        if wrong:
            into = f", which makes {written(path)} {wrong[0]}" if operation else ""
            return f"is {numbers[row]:.4g} on {drawn.file.place(row)}{into}", wrong[1]
    return None


def check_rows(contents: Contents) -> Iterator[Problem]:
    """Check across keys with the values of each row of each file (U9); the first wrong row is told."""
    drawn = from_files(contents.uncertainties)
    middle = at_middle(contents.uncertainties)
    for file in {each.file.name: each.file for each in drawn.values()}.values():
        here = {key: each for key, each in drawn.items() if each.file is file}
        for row in range(len(file)):
            changed = applied(contents, middle | of_row(here, {file.name: row}))
            for problem in check_meaning(changed):
                wrong = f"has a row, {file.place(row)}, with which {problem.path} {problem.wrong}"
                yield Problem("uncertainties", wrong, problem.expected)
                return

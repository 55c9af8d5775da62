"""Add a strategy to a scenario file: its comments stay, it is written whole, and a backup is kept (WI11)."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable

from funnelsim.io.writing import UnusableError, whole_file
from funnelsim.scenario import TODAY, Problem, ScenarioError, parse, preset_text, presets
from funnelsim.scenario.files import read_text
from funnelsim.studies.what_if import WHAT_IF

_NO_ROOM = "the file's strategies have no room for one more: give each a table of its own, [strategies.NAME]"
_MOST_LINES = 60  # of a difference that is shown


class ChangedError(UnusableError):
    """The file is not as it was read."""

    def __init__(self, name: str, read: str, now: str) -> None:
        super().__init__(
            f"{name} was changed since it was read: nothing is saved. Start again to go on from its new state"
        )
        self._read, self._now = read, now

    def difference(self, shown: Callable[[str], str] = str) -> str:
        """List the lines that differ, of both texts as they may be shown."""
        read, now = (shown(text).splitlines() for text in (self._read, self._now))
        lines = list(difflib.unified_diff(read, now, "as read", "now", lineterm=""))
        more = [f"... {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
        return "\n".join(lines[:_MOST_LINES] + more)


class UnreadableNowError(UnusableError):
    """The file that was read is gone, or no scenario file any more."""


@dataclass
class StrategyFile:
    """A scenario file to which strategies are added, or a preset, of which there is a copy to add them to.

    Attributes
    ----------
    path : Path or None
        The file; None if it is a preset.
    text : str
        As it was read, or written last.
    """

    path: Path | None
    text: str

    @classmethod
    def of(cls, name: str) -> StrategyFile:
        """Read the file of a scenario, or the text of a preset."""
        if name in presets():
            return cls(None, preset_text(name))
        path = Path(name)
        return cls(path, read_text(path))

    def add(
        self,
        name: str,
        about: str,
        changes: Mapping[str, Any],
        *,
        starts: date | None = None,
        into: Path | None = None,
    ) -> Path:
        """Add a strategy, and return the file.

        Parameters
        ----------
        name, about : str
            Of the strategy.
        changes : mapping of str to value
            By path.
        starts : date, optional
            When it begins, if not on the first day of the period.
        into : Path, optional
            The copy to make of a preset.

        Returns
        -------
        Path
            What was written. Of a file, the state before is beside it as `NAME.bak`, `NAME.bak2`, ...

        Raises
        ------
        ScenarioError
            If there is such a strategy, or the file with it is not valid.
        ChangedError
            If the file has changed since it was read.
        UnreadableNowError
            If it is gone, or is no text any more.
        OSError
            If a file cannot be written, or the copy exists.
        """
        if name in (TODAY, WHAT_IF):
            wrong = "is today's name" if name == TODAY else "is the name of what is tried"
            raise ScenarioError([Problem(f"strategies.{name}", wrong, "another name")])
        path = self.path or into
        if path is None:
            raise UnusableError("a preset is not changed: make a copy of it, and add the strategy to that")
        text = with_strategy(self.text, name, about, changes, starts)
        parse(text, path.name, path.parent)
        if self.path is None:
            _write(path, text, overwrite=False)
        else:
            self._must_be_as_read(self.path)
            _write(_free_backup(self.path), self.text, overwrite=False)
            _write(self.path, text, overwrite=True)
        self.path, self.text = path, text
        return path

    def _must_be_as_read(self, path: Path) -> None:
        if not path.exists():
            raise UnreadableNowError(f"{path.name} is gone: nothing is saved")
        try:
            now = read_text(path)
        except ScenarioError as error:
            raise UnreadableNowError(
                f"{path.name} cannot be read: {error.problems[0].wrong}. Nothing is saved"
            ) from error
        if now != self.text:
            raise ChangedError(path.name, self.text, now)


def with_strategy(
    text: str, name: str, about: str, changes: Mapping[str, Any], starts: date | None = None
) -> str:
    r"""Write a scenario's text with one more strategy; all else stays as it is typed, comments too.

    Raises
    ------
    ScenarioError
        If there is a strategy of that name.

    Examples
    --------
    >>> print(with_strategy("# mine\n[teams.sales]\npeople = 2\n", "more", "", {"teams.sales.people": 3}))
    # mine
    [teams.sales]
    people = 2
    <BLANKLINE>
    [strategies.more]
    change = {"teams.sales.people" = 3}
    <BLANKLINE>
    <BLANKLINE>
    """
    document = tomlkit.parse(text)
    before = document.unwrap()
    strategies = document.get("strategies")
    if strategies is None:
        strategies = tomlkit.table(is_super_table=True)
        document["strategies"] = strategies
    if name in strategies:
        raise ScenarioError([Problem(f"strategies.{name}", "is there already", "another name")])
    if isinstance(strategies, InlineTable):
        raise UnusableError(_NO_ROOM)
    change = tomlkit.inline_table()
    change.update(changes)
    said: dict[str, Any] = {"about": about, "starts": starts}
    added = {key: value for key, value in said.items() if value}
    table = tomlkit.table()
    table.update(added)
    table["change"] = change
    table.add(tomlkit.nl())
    strategies[name] = table
    written = tomlkit.dumps(document)
    added["change"] = dict(changes)
    wanted = before | {"strategies": before.get("strategies", {}) | {name: added}}
    if tomllib.loads(written) != wanted:  # strategies may be written in ways that have no room for a table
        raise UnusableError(_NO_ROOM)
    return written.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else written


def _free_backup(path: Path) -> Path:
    """Name a backup that there is not yet."""
    numbers = ["", *map(str, range(2, 10_000))]
    backups = (path.with_name(f"{path.name}.bak{number}") for number in numbers)
    return next(each for each in backups if not each.exists())


def _write(path: Path, text: str, *, overwrite: bool) -> None:
    with whole_file(path, overwrite=overwrite) as opened:
        opened.write(text.encode())

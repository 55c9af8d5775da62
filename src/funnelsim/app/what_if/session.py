"""What the page is about: the levers of a file, answers to what-if questions, and what becomes of them."""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from time import sleep
from typing import Any

from funnelsim.app.terminal import command
from funnelsim.io.texts import printable
from funnelsim.io.writing import UnusableError
from funnelsim.keeping.strategy_file import ChangedError, StrategyFile
from funnelsim.metrics.wording import spoken
from funnelsim.reports.report.report import report
from funnelsim.reports.what_if import answer_document, rewritten
from funnelsim.scenario import TODAY, ScenarioError
from funnelsim.scenario.changes import split_key
from funnelsim.scenario.input_words import GROUPS, SHARE
from funnelsim.scenario.inputs import Input, inputs, pinned
from funnelsim.scenario.paths import written
from funnelsim.scenario.tries import Tries
from funnelsim.scenario.withheld import OF_PAY, Withheld
from funnelsim.studies.endless import EndlessLoopError
from funnelsim.studies.what_if import WHAT_IF, CancelledError, WhatIf, tried

_OF_THE_FILE = r", or to change|; whoever|, or named reps|, such as"  # what is said of how a file is written
_ABOVE_0 = re.compile(r"<= p90|<= likely|above 0")
_SHARES = {
    "at least 0": "at least 0 %",
    "at most 1": "at most 100 %",
    "a share of at most 1": "at most 100 %",
}
_NOTHING_FOUND = "No lever is called that."
_PAY_LEFT_OUT = " Pay is left out: start the page with --with-pay to turn it."
_PAGES = 16  # tabs that may ask at a time; of the others, the oldest is forgotten
_ROOM = 0.02  # seconds in which a question can come in


class RefusedError(Exception):
    """What the page asks for cannot be done; the message is a sentence, `difference` shows why, if it can."""

    def __init__(self, sentence: str, difference: str = "") -> None:
        super().__init__(sentence)
        self.difference = difference


class Session:
    """One scenario on the page (WI8 to WI12).

    Parameters
    ----------
    name : str
        The preset or file, as typed.
    what_if : WhatIf
        What answers; its scenario is that of the page.
    kept_in : path, optional
        The file, as typed, of the checkpoint that it goes on from.
    with_names, with_pay : bool
        Whether the page shows names of reps, and pay (WI9).
    """

    def __init__(
        self,
        name: str,
        what_if: WhatIf,
        *,
        kept_in: Path | None = None,
        with_names: bool = False,
        with_pay: bool = False,
    ) -> None:
        scenario = what_if.scenario
        self._name = name
        self._scenario = scenario
        self._what_if = what_if
        self._kept_in = kept_in
        self._withheld = Withheld(scenario, names=not with_names, pay=not with_pay)
        self._file = StrategyFile.of(name)
        self._starts = None if what_if.day == scenario.start else what_if.day
        shown = (each for each in inputs(scenario) if not each.initial)
        self._levers = {
            f"l{number}": each
            for number, each in enumerate(shown)
            if (with_names or not each.person) and not self._withheld.is_pay(each.path)
        }
        self._answering = threading.Lock()
        self._asked: dict[str, int] = {}  # the newest question of each tab
        self._waiting = 0  # questions that wait for an answer
        self._saving, self._reporting = threading.Lock(), threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Stop whatever is simulated."""
        self._closed = True

    def start(self) -> dict[str, Any]:
        """Describe the scenario and its levers for the page."""
        scenario = self._scenario
        found = {
            "scenario": Path(printable(scenario.source)).name,
            "about": scenario.about.strip(),
            "currency": scenario.currency,
            "start": scenario.start.isoformat(),
            "months": scenario.horizon.period_months,
            "what_if_starts": self._starts and self._starts.isoformat(),
            "groups": list(GROUPS),
            "levers": [_described(name, each, scenario.currency) for name, each in self._levers.items()],
            "pinned": self._pinned(),
            "nothing_found": _NOTHING_FOUND + (_PAY_LEFT_OUT if self._withheld.pay else ""),
            "sizes": list(self._what_if.sizes),
            "file": None if self._file.path is None else self._file.path.name,
            "copy": f"my_{Path(self._name).stem}.toml",
        }
        return self._shown(found)

    def answers(self, page: str, number: int, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Answer a question in more and more worlds, until the same tab asks a newer one (WI5).

        Raises
        ------
        RefusedError
            If the values cannot be.
        """
        self._note(page, number)
        self._waiting += 1
        waits = True
        try:
            changes = self._changes(values)
            found = self._what_if.answers(changes, lambda: self._is_stale(page, number))
            while True:
                with self._answering:
                    if waits:
                        waits = False
                        self._waiting -= 1
                    result = None if self._is_stale(page, number) else next(found, None)
                if result is None:
                    return
                yield answer_document(result, self._withheld)
        except ScenarioError as error:
            raise self._refused(error) from error
        except EndlessLoopError as error:
            raise RefusedError(self._withheld.text(str(error))) from error
        except CancelledError:
            return
        finally:
            if waits:
                self._waiting -= 1

    def prepare(self) -> None:
        """Simulate today while nobody asks, so that only the what-if is left."""
        with suppress(EndlessLoopError):  # whoever asks is told
            for worlds in self._what_if.possible_sizes():
                while not self._closed and self._what_if.worlds_of_today < worlds:
                    with self._answering, suppress(CancelledError):
                        self._what_if.today(worlds, lambda: self._waiting > 0 or self._closed)
                    sleep(_ROOM)

    def command(self, values: Mapping[str, Any], worlds: int) -> str:
        """Write the command that gives the numbers of an answer in so many worlds (WI7)."""
        assignments = (_assignment(*each) for each in self._changes(values).items())
        words = Tries(tuple(assignments), self._starts).words()
        if self._kept_in is None:
            worlds_of = ["--replications", str(worlds), "--seed", str(self._what_if.seed)]
        elif worlds == self._what_if.sizes[-1]:
            worlds_of = ["--from", str(self._kept_in)]
        else:
            raise RefusedError(
                "The command goes on from all worlds of the checkpoint: copy it when the answer has them all."
            )
        return command("compare", self._name, None, "--strategies", f"today,{WHAT_IF}", *worlds_of, *words)

    def save(self, name: str, about: str, values: Mapping[str, Any], copy: bool) -> dict[str, Any]:
        """Save the levers as a strategy of the file, or of a copy of the preset (WI11)."""
        changes = self._changes(values)
        if not changes:
            raise RefusedError("Nothing is changed, so there is no strategy to save.")
        if self._file.path is None and not copy:
            raise RefusedError("A preset is not changed: save a copy of it.")
        with self._saving:
            try:
                copied = Path(f"my_{Path(self._name).stem}.toml")
                path = self._file.add(name, about, changes, starts=self._starts, into=copied)
            except ChangedError as error:
                raise RefusedError(
                    self._withheld.text(str(error)), error.difference(self._withheld.file) or OF_PAY
                ) from error
            except ScenarioError as error:
                raise self._refused(error) from error
            except FileExistsError as error:
                raise RefusedError(
                    f"{Path(str(error.filename)).name} exists already: move it away first."
                ) from error
            except UnusableError as error:
                raise RefusedError(f"{self._withheld.text(str(error))}.") from error
            except OSError as error:
                raise RefusedError(f"The file cannot be written: {error.strerror}.") from error
        return {"saved": name, "file": path.name, "next": shlex.join(["funnelsim", "compare", str(path)])}

    def report(self, values: Mapping[str, Any]) -> bytes:
        """Write a report of today and the levers as they are: what `funnelsim report` writes (WI12)."""
        if not self._changes(values):
            raise RefusedError("Nothing is changed, so there is nothing to report.")
        with self._reporting:
            try:
                scenario = tried(self._scenario, self._changes(values), on=self._what_if.day)
                made = report(
                    scenario,
                    strategies=[TODAY, WHAT_IF],
                    replications=self._what_if.sizes[-1],
                    seed=self._what_if.seed,
                    jobs=self._what_if.jobs,
                    with_names=not self._withheld.names,
                    with_pay=not self._withheld.pay,
                )
            except ScenarioError as error:
                raise self._refused(error) from error
            except EndlessLoopError as error:
                raise RefusedError(self._withheld.text(str(error))) from error
        return made.html.encode()

    def _note(self, page: str, number: int) -> None:
        """Note the newest question of a tab."""
        newest = max(number, self._asked.pop(page, number))
        self._asked[page] = newest
        while len(self._asked) > _PAGES:
            self._asked.pop(next(iter(self._asked)))

    def _is_stale(self, page: str, number: int) -> bool:
        return self._closed or self._asked.get(page) != number

    def _changes(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Turn the values of levers into changes.

        Raises
        ------
        RefusedError
            If there is no such lever, or it cannot have such a value.
        """
        changes: dict[str, Any] = {}
        for name, value in values.items():
            if name not in self._levers:
                raise RefusedError("There is no such lever.")
            try:
                changes |= self._levers[name].change(value)
            except ValueError as error:
                raise RefusedError(f"{self._withheld.text(str(error))[:300]}.") from error
        return changes

    def _pinned(self) -> list[str]:
        first = pinned(list(self._levers.values()))
        return [name for name, each in self._levers.items() if each in first]

    def _refused(self, error: ScenarioError) -> RefusedError:
        """Say in a sentence why levers cannot be as they are: what is wrong with the strategy."""
        first = error.problems[0]
        wrong = first.wrong.removeprefix("makes a scenario in which ")
        if first.path and not first.wrong.startswith("makes"):
            wrong = f"{first.path} {wrong}"
        lever = next((each for each in self._levers.values() if wrong.startswith(f"{each.path} is ")), None)
        if lever is not None:
            said = _must_be(lever, wrong.removeprefix(f"{lever.path} is "), first.expected)
        else:
            said = f"{wrong}; expected {first.expected}" if first.expected else wrong
        return RefusedError(self._withheld.text(f"That cannot be: {said}."))

    def _shown(self, document: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = rewritten(document, self._withheld.text)
        return found


def _described(name: str, lever: Input, currency: str) -> dict[str, Any]:
    """Write a lever for the page, days as text."""
    kind = (
        "switch"
        if isinstance(lever.value, bool)
        else "choice"
        if lever.choices
        else "day"
        if isinstance(lever.value, date)
        else "number"
    )
    return {
        "id": name,
        "kind": kind,
        "words": lever.words,
        "also": " ".join(lever.also),
        "group": lever.group,
        "unit": currency if lever.unit == "money" else lever.unit,
        "share": lever.unit == "%",
        "value": _plain(lever.value),
        "low": _plain(lever.low),
        "high": _plain(lever.high),
        "step": lever.step,
        "whole": lever.is_whole,
        "spread": lever.spread,
        "choices": [{"value": each, "words": spoken(each)} for each in lever.choices],
        "hint": lever.hint,
        "note": lever.note,
        "origin": lever.origin,
    }


def _must_be(lever: Input, value: str, expected: str) -> str:
    """Say what a lever may be, in its words and not in those of the file.

    >>> from funnelsim.scenario import load
    >>> found = {each.path: each for each in inputs(load("first_steps"))}
    >>> _must_be(found["teams.sales.people"], "-1", "at least 0, or to change what is there: ...")
    'people in sales is -1; expected at least 0'
    >>> _must_be(found["stages.proposal.conversion"], "2.5", "a share of at most 1, such as 0.025")
    'conversion in proposal must be at most 100 %'
    >>> _must_be(found["stages.proposal.effort_hours"], "{ median = 0.0, p90 = 0.0 }", "0 < median <= p90")
    'hours of work in proposal must be more than 0'
    """
    short = re.split(_OF_THE_FILE, expected, maxsplit=1)[0]
    if lever.spread:
        return (
            f"{lever.words} must be more than 0" if _ABOVE_0.search(expected) else f"{lever.words} is too far"
        )
    if lever.unit == SHARE:
        return f"{lever.words} must be {_SHARES.get(short, short)}"
    return f"{lever.words} is {value}" + (f"; expected {short}" if short else "")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _assignment(key: str, value: Any) -> str:
    """Write a change as `--try` reads it.

    >>> _assignment("teams.sales.people", 4), _assignment("stages.offer.effort_hours *=", 0.5)
    ('teams.sales.people=4', 'stages.offer.effort_hours*=0.5')
    """
    path, operation = split_key(key)
    text = str(value).lower() if isinstance(value, bool) else str(_plain(value))
    return f"{written(path)}{operation or '='}{text}"

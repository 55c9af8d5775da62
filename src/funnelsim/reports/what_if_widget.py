"""What if, in a notebook: sliders for the levers of a scenario, today beside what-if (WI13)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from typing import Any

try:
    import ipywidgets as widgets
except ImportError as error:
    raise ImportError("fs.what_if needs the extra: pip install 'funnelsim[notebook]'") from error

from funnelsim.metrics.wording import spoken
from funnelsim.reports.what_if import answer_document
from funnelsim.scenario import Scenario, ScenarioError, load, parse, presets
from funnelsim.scenario.input_words import GROUPS
from funnelsim.scenario.inputs import Input, inputs, pinned
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.endless import EndlessLoopError
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.what_if import SIZES, CancelledError, WhatIf, tried

_LABEL = {"description_width": "initial"}
_WIDE = widgets.Layout(width="95%")


class WhatIfWidget:
    """Levers of a scenario, and what they bring, in a notebook.

    Made by `what_if`. It simulates on a thread of its own, so that the notebook goes on.

    Attributes
    ----------
    levers : dict of str to widget
        By path; setting a `value` moves the lever.
    result : ComparisonResult or None
        The newest answer: today and `what_if`, in as many worlds as there are so far.
    """

    def __init__(self, scenario: Scenario, worlds: int, seed: int) -> None:
        self._sizes = (*(size for size in SIZES if size < worlds), worlds)
        self._seed = seed
        self._number = 0  # of the newest question
        self._answering = threading.Lock()
        self._thread: threading.Thread | None = None
        self.levers: dict[str, Any] = {}
        self.result: ComparisonResult | None = None
        self._sign, self._answer = widgets.HTML(), widgets.HTML()
        self._levers = widgets.VBox()
        self._box = widgets.VBox([self._picker(), self._sign, self._answer, self._levers])
        self._take(scenario)

    @property
    def changes(self) -> dict[str, Any]:
        """Return what the levers change, as a strategy has it."""
        found: dict[str, Any] = {}
        for each in self._inputs:
            found |= each.change(self.levers[each.path].value)
        return found

    @property
    def scenario(self) -> Scenario:
        """Return the scenario with the levers as a strategy named `what_if`, to compare or to explain."""
        return tried(self._scenario, self.changes)

    def wait(self) -> ComparisonResult | None:
        """Wait for the last answer to the levers as they are, and return it."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join()
        return self.result

    def reset(self) -> None:
        """Set every lever back to today."""
        for each in self._inputs:
            self.levers[each.path].value = each.value
        self._ask()

    def _repr_mimebundle_(self, **settings: Any) -> Any:
        return self._box._repr_mimebundle_(**settings)

    # ---- what is asked --------------------------------------------------------------------------

    def _picker(self) -> Any:
        """Make what another scenario is chosen with: a file, or a preset."""
        file = widgets.FileUpload(accept=".toml", multiple=False, description="Open a file")
        preset = widgets.Dropdown(
            options=[("choose a preset", ""), *((spoken(name), name) for name in presets())],
            description="or a preset",
            style=_LABEL,
        )
        back = widgets.Button(description="Reset", tooltip="Set every lever back to today")
        file.observe(lambda change: self._open(_uploaded, change["new"]), names="value")
        preset.observe(lambda change: self._open(load, change["new"]), names="value")
        back.on_click(lambda _: self.reset())
        self.file, self.preset = file, preset
        return widgets.HBox([file, preset, back])

    def _open(self, read: Callable[[Any], Scenario], what: Any) -> None:
        """Take another scenario, or say why it cannot be read; nothing is chosen at first."""
        if not what:
            return
        try:
            self._take(read(what))
        except ScenarioError as error:
            self._answer.value = _wrong(str(error))

    def _take(self, scenario: Scenario) -> None:
        self._number += 1
        with self._answering:  # once whatever is simulated of another scenario has ended
            self._scenario = scenario
            self._inputs = [each for each in inputs(scenario) if not each.initial]
            self._what_if: WhatIf | None = None
        self.result = None
        self.levers = {each.path: _control(each) for each in self._inputs}
        for lever in self.levers.values():
            lever.observe(lambda _: self._ask(), names="value")
        self._levers.children = [_grouped(self._inputs, self.levers)]
        self._ask()

    def _ask(self) -> None:
        """Answer on a thread; an older question ends."""
        self._number += 1
        number, changes = self._number, self.changes
        self._sign.value = _sign("Simulating ...")
        self._thread = threading.Thread(target=self._work, args=(number, changes), daemon=True)
        self._thread.start()

    def _work(self, number: int, changes: dict[str, Any]) -> None:
        try:
            with self._answering:
                if number != self._number:
                    return
                if self._what_if is None:
                    self._what_if = WhatIf(self._scenario, seed=self._seed, sizes=self._sizes)
                for result in self._what_if.answers(changes, lambda: number != self._number):
                    self._show(result)
        except CancelledError:
            return
        except ScenarioError as error:
            self._answer.value, self._sign.value = _wrong(error.problems[0].sentence()), ""
        except EndlessLoopError as error:
            self._answer.value, self._sign.value = _wrong(str(error)), ""

    def _show(self, result: ComparisonResult) -> None:
        self.result = result
        found = answer_document(result, Withheld(result.scenario, names=False, pay=False))
        done = result.years >= self._sizes[-1]
        self._sign.value = "" if done else _sign(f"{found['simulated']} so far ...")
        self._answer.value = _told(found)


def what_if(scenario: Scenario | str = "first_steps", *, worlds: int = 200, seed: int = 1) -> WhatIfWidget:
    """Show the levers of a scenario with today beside what-if, in a notebook.

    Parameters
    ----------
    scenario : Scenario or str
        From `load`, or the name of a preset or file.
    worlds : int
        Simulated years of the last answer; the first comes after one.
    seed : int
        As in `compare`.

    Returns
    -------
    WhatIfWidget
        Shown if it is the last line of a cell. Its `changes`, `result` and `scenario` are the answer so far.

    Raises
    ------
    ImportError
        Without the extra `notebook`.

    Examples
    --------
    >>> explored = what_if("first_steps", worlds=4)
    >>> explored.levers["teams.sales.people"].value = 3
    >>> result = explored.wait()
    >>> result.years, explored.changes
    (4, {'teams.sales.people': 3})
    """
    return WhatIfWidget(load(scenario) if isinstance(scenario, str) else scenario, worlds, seed)


# ---- what is seen -------------------------------------------------------------------------------


def _control(each: Input) -> Any:
    """Make the control of a lever; it simulates when it is let go."""
    about = {
        "description": each.words,
        "tooltip": each.hint,
        "style": _LABEL,
        "layout": _WIDE,
        "value": each.value,
    }
    if isinstance(each.value, bool):
        return widgets.Checkbox(**about)
    if each.choices:
        return widgets.Dropdown(options=[(spoken(name), name) for name in each.choices], **about)
    if isinstance(each.value, date):
        return widgets.DatePicker(**about)
    slider = widgets.IntSlider if each.is_whole else widgets.FloatSlider
    limits = {"min": each.low, "max": each.high, "step": each.step, "continuous_update": False}
    written = {} if each.is_whole else {"readout_format": ".1%" if each.unit == "%" else ",.6"}
    return slider(**about, **limits, **written)


def _grouped(found: Sequence[Input], levers: dict[str, Any]) -> Any:
    """Lay levers out by group, those to begin with first."""
    first = pinned(found)
    groups = {"to begin with": first}
    groups |= {name: [each for each in found if each.group == name and each not in first] for name in GROUPS}
    shown = {name: each for name, each in groups.items() if each}
    boxes = [widgets.VBox([levers[one.path] for one in each]) for each in shown.values()]
    return widgets.Accordion(boxes, titles=tuple(map(str.capitalize, shown)), selected_index=0)


def _uploaded(files: Sequence[Any]) -> Scenario:
    """Read a file that was chosen."""
    text = bytes(files[0]["content"]).decode("utf-8-sig", errors="replace")
    return parse(text, files[0]["name"])


def _sign(text: str) -> str:
    return f'<p role="status">\u23f3 {escape(text)}</p>'


def _wrong(text: str) -> str:
    return f'<p role="alert"><b>That cannot be:</b> {escape(text)}</p>'


def _told(found: dict[str, Any]) -> str:
    """Write an answer: what changes in the mean, the verdict, and a table of today beside what-if."""
    rows = [*found["figures"], *(each for each in found["money"] if each["name"] not in _names(found))]
    body = "".join(
        f"<tr><th scope=row style='text-align:left'>{escape(each['title'])}</th>"
        + "".join(
            f"<td style='text-align:right'>{escape(text)}</td>"
            for text in (each["today"]["words"], each["what_if"]["words"], each["difference_words"])
        )
        + "</tr>"
        for each in rows
    )
    head = "".join(f"<th scope=col>{title}</th>" for title in ("", "today", "what-if", "difference"))
    said = found["answer"] if found["changed"] and found["gain"]["range"] else ""
    words = found["gain"]["words"] if found["changed"] else "Move a lever to ask what if"
    return (
        f"<h3>{escape(words)}</h3><p>{escape(said)}</p><p>{escape(found['simulated'])}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{escape(found['money_note'])}</p>"
    )


def _names(found: dict[str, Any]) -> set[str]:
    return {each["name"] for each in found["figures"]}

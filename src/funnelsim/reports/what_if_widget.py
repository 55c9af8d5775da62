"""What if, in a notebook: sliders for the levers of a scenario, today beside what-if (WI13)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

try:
    import ipywidgets as widgets
    from traitlets import validate
except ImportError as error:
    raise ImportError("fs.what_if needs the extra: pip install 'funnelsim[notebook]'") from error

from funnelsim.metrics.wording import number, spoken
from funnelsim.reports.what_if import answer_document
from funnelsim.scenario import Scenario, ScenarioError, load, parse, presets
from funnelsim.scenario.input_words import GROUPS, MONEY, SHARE
from funnelsim.scenario.inputs import Input, inputs, pinned
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.checkpoint import Checkpoint
from funnelsim.studies.endless import EndlessLoopError
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.what_if import CancelledError, WhatIf, first_day, sizes_up_to, tried

_LABEL = {"description_width": "initial"}
_LEVER = "funnelsim-lever"
# A lever stands below its words, which are too long to stand beside it.
_STYLE = f"""<style>
.{_LEVER} {{ flex-wrap: wrap; height: auto; }}
.{_LEVER} > .widget-label {{
  flex: 0 0 100%; height: auto; line-height: 1.4; text-align: left; white-space: normal;
}}
.{_LEVER} select {{ min-height: 1.75rem; }}
.funnelsim-answer {{ line-height: 1.4; }}
.funnelsim-answer table {{ width: 100%; }}
.funnelsim-answer th, .funnelsim-answer td {{ padding: .1rem .4rem; text-align: right; white-space: nowrap; }}
.funnelsim-answer td:last-child {{ white-space: normal; }}
.funnelsim-answer th[scope=row] {{ text-align: left; white-space: normal; font-weight: normal; }}
ul.funnelsim-answer {{ list-style: none; margin: 0; padding: 0; }}
.funnelsim-wrong {{ white-space: pre-line; line-height: 1.4; }}
.funnelsim-note {{ line-height: 1.4; font-size: .9em; opacity: .8; }}
</style>"""


class WhatIfWidget:
    """Levers of a scenario, and what they bring, in a notebook.

    Made by `what_if`. It simulates on a thread of its own, so that the notebook goes on.

    Attributes
    ----------
    levers : dict of str to widget
        By path; setting a `value` moves the lever, beyond the end of its slider as well.
    result : ComparisonResult or None
        The newest answer to the levers as they are: today and `what_if`, in as many worlds as there are so
        far. None if there is none yet, or if they cannot be like that.
    """

    def __init__(
        self, scenario: Scenario, worlds: int, seed: int, on: date | None, since: Checkpoint | None
    ) -> None:
        if since is not None:
            since.must_be_of(scenario)
        first_day(scenario, on, since)
        self._sizes = sizes_up_to(worlds)
        self._seed = seed
        self._on, self._since = on, since
        self._number = 0  # of the newest question
        self._answering = threading.Lock()
        self._thread: threading.Thread | None = None
        self.levers: dict[str, Any] = {}
        self.result: ComparisonResult | None = None
        self._name, self._problem, self._changed = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._sign, self._answer = widgets.HTML(), widgets.HTML()
        self._levers = widgets.VBox(layout=widgets.Layout(max_height="42rem", overflow="hidden auto"))
        self._box = widgets.VBox([widgets.HTML(_STYLE), self._picker(), self._both()])
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
        return tried(self._scenario, self.changes, on=self._on, since=self._since)

    def wait(self) -> ComparisonResult | None:
        """Wait for the last answer to the levers as they are, and return it; None if they cannot be so."""
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
        return widgets.HBox([file, preset, back, self._name], layout=widgets.Layout(flex_flow="row wrap"))

    def _both(self) -> Any:
        """Lay levers and answer side by side or, where that is too narrow, the answer above the levers."""
        self.search = widgets.Text(placeholder="Find a lever", layout=widgets.Layout(width="98%"))
        self.search.observe(lambda _: self._lay(), names="value")
        answer = widgets.VBox([self._problem, self._changed, self._sign, self._answer])
        levers = widgets.VBox([self.search, self._levers])
        answer.layout = widgets.Layout(flex="2 1 32rem", margin="0 0 0 1rem")
        levers.layout = widgets.Layout(flex="1 1 22rem")
        return widgets.Box([answer, levers], layout=widgets.Layout(flex_flow="row-reverse wrap"))

    def _lay(self) -> None:
        """Show the levers that are looked for, or all, by group."""
        wanted = self.search.value.strip().lower()
        found = [each for each in self._inputs if wanted in " ".join([each.words, *each.also]).lower()]
        if not wanted:
            shown = _grouped(found, self._rows)
        elif found:
            shown = widgets.VBox([self._rows[each.path] for each in found])
        else:
            shown = widgets.HTML("No lever is called that.")
        self._levers.children = [shown]

    def _open(self, read: Callable[[Any], Scenario], what: Any) -> None:
        """Take another scenario, or say why it cannot be read; the same can be chosen again."""
        if not what:
            return
        try:
            found = read(what)
            self._on = self._since = None  # they are of the scenario before
            self._take(found)
        except ScenarioError as error:
            self._problem.value = _wrong(str(error))
        self.file.value, self.preset.value = (), ""

    def _take(self, scenario: Scenario) -> None:
        self._number += 1
        with self._answering:  # once whatever is simulated of another scenario has ended
            self._scenario = scenario
            self._inputs = [each for each in inputs(scenario) if not each.initial]
            self._what_if: WhatIf | None = None
        self._answer.value = ""
        self._name.value = f"<b>{escape(Path(scenario.source).name)}</b>"
        self.levers = {each.path: _control(each, scenario.currency) for each in self._inputs}
        self._rows = {each.path: _row(each, self.levers[each.path]) for each in self._inputs}
        for lever in self.levers.values():
            lever.observe(lambda _: self._ask(), names="value")
        self._lay()
        self._ask()

    def _ask(self) -> None:
        """Answer on a thread; an older question ends."""
        self._number += 1
        number, changes = self._number, self.changes
        self.result = None
        self._problem.value, self._changed.value = "", self._moved()
        self._sign.value = _sign("Simulating ...", busy=True)
        self._thread = threading.Thread(target=self._work, args=(number, changes), daemon=True)
        self._thread.start()

    def _moved(self) -> str:
        """List the levers that are not at today's value."""
        currency = self._scenario.currency
        values = ((each, self.levers[each.path].value) for each in self._inputs)
        moved = [
            f"<li>{escape(each.words)}: {escape(_written(each, each.value, currency))} \u2192 "
            f"<b>{escape(_written(each, value, currency))}</b></li>"
            for each, value in values
            if each.change(value)
        ]
        return f'<ul class="funnelsim-answer">{"".join(moved)}</ul>' if moved else ""

    def _work(self, number: int, changes: dict[str, Any]) -> None:
        try:
            with self._answering:
                if number != self._number:
                    return
                self.result = None  # an older question may have had another answer since this one was asked
                if self._what_if is None:
                    self._what_if = WhatIf(
                        self._scenario, on=self._on, since=self._since, seed=self._seed, sizes=self._sizes
                    )
                for result in self._what_if.answers(changes, lambda: number != self._number):
                    self._show(result, last=result.years >= self._what_if.sizes[-1])
        except CancelledError:
            return
        except ScenarioError as error:
            self._refuse(error.problems[0].sentence())
        except EndlessLoopError as error:
            self._refuse(str(error))

    def _show(self, result: ComparisonResult, last: bool) -> None:
        self.result = result
        found = answer_document(result, Withheld(result.scenario, names=False, pay=False))
        self._sign.value = _sign(found["simulated"] if last else f"{found['simulated']} so far ...", not last)
        self._answer.value = _told(found)

    def _refuse(self, why: str) -> None:
        """Say why there is no answer."""
        self._problem.value, self._sign.value, self._answer.value = _wrong(why), "", ""


def what_if(
    scenario: Scenario | str = "first_steps",
    *,
    worlds: int = 200,
    seed: int = 1,
    on: date | None = None,
    since: Checkpoint | None = None,
) -> WhatIfWidget:
    """Show the levers of a scenario with today beside what-if, in a notebook.

    Parameters
    ----------
    scenario : Scenario or str
        From `load`, or the name of a preset or file.
    worlds : int
        Simulated years of the last answer; the first comes after one.
    seed : int
        As in `compare`.
    on : date, optional
        When a what-if begins. By default the day of the checkpoint, or else the first day of the period.
    since : Checkpoint, optional
        From `keep`, to go on from, with its seed and no more than its worlds (WI14).

    Returns
    -------
    WhatIfWidget
        Shown if it is the last line of a cell. Its `changes`, `result` and `scenario` are the answer so far.

    Raises
    ------
    ImportError
        Without the extra `notebook`.
    UnusableError
        If the checkpoint is of another scenario.
    ScenarioError
        If the day is not in the period.

    Examples
    --------
    >>> explored = what_if("first_steps", worlds=4)
    >>> explored.levers["teams.sales.people"].value = 3
    >>> result = explored.wait()
    >>> result.years, explored.changes
    (4, {'teams.sales.people': 3})
    """
    read = load(scenario) if isinstance(scenario, str) else scenario
    return WhatIfWidget(read, worlds, seed, on, since)


# ---- what is seen -------------------------------------------------------------------------------


def _control(each: Input, currency: str) -> Any:
    """Make the control of a lever; it simulates when it is let go."""
    today = f"{_written(each, each.value, currency)}{', in the middle' if each.spread else ''}"
    about = {
        "description": f"{each.words}, today {today}",
        "tooltip": each.hint,
        "layout": widgets.Layout(width="98%"),
        "value": each.value,
    }
    if isinstance(each.value, bool):
        return widgets.Checkbox(**about, indent=False)
    if each.choices:
        return widgets.Dropdown(options=[(spoken(name), name) for name in each.choices], **about)
    if isinstance(each.value, date):
        return widgets.DatePicker(**about)
    limits = {"min": each.low, "max": each.high, "step": each.step, "continuous_update": False}
    if each.is_whole:
        return _WholeSlider(**about, **limits)
    return _Slider(**about, **limits, readout_format=".1%" if each.unit == SHARE else ",.6")


class _Slider(widgets.FloatSlider):  # type: ignore[misc]
    """A slider that grows to a value that is set, where its like would move the value to its end."""

    @validate("value")
    def _validate_value(self, proposal: dict[str, Any]) -> Any:
        return _within(self, proposal["value"])


class _WholeSlider(widgets.IntSlider):  # type: ignore[misc]
    """The same for whole numbers."""

    _validate_value = _Slider._validate_value


def _within(slider: Any, value: Any) -> Any:
    """Widen a slider to a value."""
    slider.min, slider.max = min(value, slider.min), max(value, slider.max)
    return value


def _row(each: Input, lever: Any) -> Any:
    """Put a lever with what turning it leaves out."""
    lever.add_class(_LEVER)
    note = f'<div class="funnelsim-note">{escape(each.note)}</div>'
    return widgets.VBox([lever, widgets.HTML(note)]) if each.note else lever


def _written(each: Input, value: Any, currency: str) -> str:
    """Write the value of a lever with its unit.

    >>> from funnelsim.scenario import load
    >>> found = {each.path: each for each in inputs(load("professional_services"))}
    >>> _written(found["channels.advertising.cost_per_month"], 18_000.0, "USD")
    '18,000 USD'
    >>> _written(found["stages.proposal.conversion"], 0.275, "USD")
    '27.5 %'
    >>> _written(found["teams.sales.assignment"], "round_robin", "USD")
    'round robin'
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | date):
        return spoken(str(value))
    if each.unit == SHARE:
        return f"{number(100 * value, 6)} %"
    return f"{number(value, 6)} {currency if each.unit == MONEY else each.unit}".rstrip()


def _grouped(found: Sequence[Input], rows: dict[str, Any]) -> Any:
    """Lay levers out by group, those to begin with first."""
    first = pinned(found)
    groups = {"to begin with": first}
    groups |= {name: [each for each in found if each.group == name and each not in first] for name in GROUPS}
    shown = {name: each for name, each in groups.items() if each}
    boxes = [widgets.VBox([rows[one.path] for one in each]) for each in shown.values()]
    return widgets.Accordion(boxes, titles=tuple(map(str.capitalize, shown)), selected_index=0)


def _uploaded(files: Sequence[Any]) -> Scenario:
    """Read a file that was chosen."""
    text = bytes(files[0]["content"]).decode("utf-8-sig", errors="replace")
    return parse(text, files[0]["name"])


def _sign(text: str, busy: bool) -> str:
    """Say how far it has come; a moving sign says that it goes on."""
    moving = '<i class="fa fa-spinner fa-spin" aria-hidden="true"></i> ' if busy else ""
    return f'<div class="funnelsim-answer" role="status">{moving}{escape(text)}</div>'


def _wrong(text: str) -> str:
    return f'<div class="funnelsim-wrong" role="alert"><b>That cannot be:</b> {escape(text)}</div>'


def _told(found: dict[str, Any]) -> str:
    """Write an answer: what changes in the mean, the verdict, and a table of today beside what-if."""
    head = "".join(f"<th scope=col>{title}</th>" for title in ("", "today", "what-if", "difference"))
    said = found["answer"] if found["changed"] and found["gain"]["range"] else ""
    words = found["gain"]["words"] if found["changed"] else "Move a lever to ask what if"
    notes = [*found["warnings"], *filter(None, [found["money_note"]])]
    return (
        f'<div class="funnelsim-answer"><h3>{escape(words)}</h3><p>{escape(said)}</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(_rows(found))}</tbody></table>"
        f"{''.join(f'<p>{escape(note)}</p>' for note in notes)}</div>"
    )


def _rows(found: dict[str, Any]) -> Iterator[str]:
    """Write figures, goals, how busy teams are, and money; no figure twice."""
    for each in found["figures"]:
        yield _figure_row(each)
    for each in found["goals"]:
        yield _row_of(
            f"Chance: {each['name']} {each['asks']}", each["today"]["words"], each["what_if"]["words"]
        )
    for each in found["busy"]["team"]:
        yield _row_of(f"Busy: {each['place']}", each["today_words"], each["what_if_words"])
    named = {each["name"] for each in found["figures"]}
    for each in found["money"]:
        if each["name"] not in named:
            yield _figure_row(each)


def _figure_row(figure: dict[str, Any]) -> str:
    said = {1: " (better)", -1: " (worse)", 0: ""}[figure["better"]]
    difference = f"{figure['difference_words']}{said}" if figure["difference"] else "no change"
    return _row_of(figure["title"], figure["today"]["words"], figure["what_if"]["words"], difference)


def _row_of(title: str, *texts: str) -> str:
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    return f"<tr><th scope=row>{escape(title)}</th>{cells}</tr>"

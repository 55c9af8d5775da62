"""What has been measured, as a scenario: its values, their origins, and what had to be assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from funnelsim.calibration.calibrate import ALL, Calibration
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.outcomes import TEAM
from funnelsim.calibration.writing import DRAWS, draws_as_csv, readable
from funnelsim.history import History
from funnelsim.history.names import UNKNOWN
from funnelsim.io.toml import toml_text
from funnelsim.scenario import Scenario, from_document
from funnelsim.scenario.files import Source
from funnelsim.scenario.paths import is_section, kind_at, look_up, parts_of
from funnelsim.scenario.samples import Samples

KIND = "recorded"
MONTHS = 12
_AS_TYPED = ("effects.wait",)  # measured, but the same in all worlds
_ROUND_THE_CLOCK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RECENT = 183  # days whose deals say who gets the next ones

Document = dict[str, Any]


class Assumed(NamedTuple):
    """What the history cannot tell: the value taken, and why."""

    path: str
    value: object
    why: str


class Firm(NamedTuple):
    """A calibrated scenario.

    Attributes
    ----------
    document : dict
        As a scenario file says it.
    draws : dict of str to list
        The file of draws: a column a path (ME5).
    assumed : tuple of Assumed
        What the history cannot tell.
    """

    document: Document
    draws: Mapping[str, Sequence[Any]]
    assumed: tuple[Assumed, ...]

    def files(self) -> dict[str, str]:
        """Return the text of each file by its name: the scenario, and the draws beside it."""
        return {"scenario.toml": toml_text(self.document), DRAWS: draws_as_csv(self.draws)}

    def scenario(self) -> Scenario:
        """Return the scenario that the files say, without writing them.

        Raises
        ------
        ScenarioError
            If it is not valid.
        """
        samples = Samples()
        samples.take_draws(DRAWS, {path: [*map(readable, each)] for path, each in self.draws.items()})
        return from_document(self.document, Source("measured", samples=samples))


def firm_of(found: Calibration) -> Firm:
    """Put together the scenario of a firm that has been measured; it is checked when it is read."""
    history = found.history
    document = _skeleton(found)
    assumed = tuple(_assumed(found, document))
    for taken in assumed:
        _place(document, taken.path, taken.value)
    told = [each for each in found.estimates if _is_there(each.path, document)]
    for each in told:
        _place(document, each.path, readable(each.value))
    drawn = {each.path: each.draws for each in told if each.draws is not None and each.path not in _AS_TYPED}
    document["uncertainties"] = {path: {"draws": DRAWS} for path in drawn}
    document["origins"] = {taken.path: f"assumed: {taken.why}" for taken in assumed} | {
        _pattern(each.path): _origin(each) for each in told
    }
    document["origins"]["*"] = f"measured: {_seen(history)}"
    return Firm(document, drawn, assumed)


def _skeleton(found: Calibration) -> Document:
    """Name everything that the firm has, without what is measured."""
    history = found.history
    document: Document = {
        "about": f"Measured from a firm's own records: {_seen(history)}",
        "start": first_day(history).date(),
        "horizon": {"period_months": MONTHS},
        "kinds": {KIND: {}},
        "segments": {name: {} for name in sorted(history.deals["segment"].unique())},
        "channels": {
            name: {"kind": KIND, "first_stage": stage} for name, stage in found.starts.stage.items()
        },
        "stages": {stage: {"decided": "when_answered"} for stage in history.stages},
    }
    if history.currency:
        document["currency"] = history.currency
    people = _people(history)
    if found.work is not None:
        document["teams"] = {TEAM: {"assignment": "shared_queue"}}
        for stage in found.work.efforts:
            document["stages"][stage]["team"] = TEAM
    elif people:
        document["teams"] = {TEAM: _team(people)}
        for stage in document["stages"].values():
            stage["team"] = TEAM
    return document


def first_day(history: History) -> pd.Timestamp:
    """Return the first day of which the history tells nothing any more: that on which a forecast starts."""
    return history.seen_until.ceil("D")


def _people(history: History) -> dict[str, float]:
    """Return those who have got deals lately, with their share of these."""
    lately = history.deals[history.deals["created"] >= history.seen_until - pd.Timedelta(days=_RECENT)]
    shares = lately.loc[~lately["rep"].isin([UNKNOWN, ALL]), "rep"].value_counts(normalize=True)
    return {str(name): float(share) for name, share in sorted(shares.items())}


def _team(people: Mapping[str, float]) -> Document:
    """Make a team whose people have all the time in the world: only who gets how many deals is known."""
    reps = {name: {"weight": readable(share * len(people))} for name, share in people.items()}
    hours = {day: ["00:00-24:00"] for day in _ROUND_THE_CLOCK}
    return {"hours": hours, "assignment": "weighted", "sticky": True, "reps": reps}


def _assumed(found: Calibration, document: Document) -> list[Assumed]:
    """List what the history cannot tell, with the default taken."""
    history = found.history
    costs = "the history has no costs"
    taken = [Assumed(f"channels.{name}.cost_per_month", 0.0, costs) for name in found.starts.stage]
    for name in sorted(history.deals["segment"].unique()):
        taken.append(Assumed(f"segments.{name}.gross_margin", 1.0, costs))
        path = f"segments.{name}.contract_value"
        if found.values is None:
            taken.append(Assumed(path, 1.0, "the history has no values"))
        elif name not in found.values.data:
            mean = readable(found.values.deals["value"].mean())
            taken.append(Assumed(path, mean, "none of its deals was won: the mean of all others"))
    if found.work is None and "teams" in document:
        hours = "not identified: the history has no hours of work; see the offered load"
        taken += [Assumed(f"stages.{stage}.effort_hours", 0.0, hours) for stage in history.stages]
    if "teams" in document:
        taken.append(Assumed(f"teams.{TEAM}.cost_per_person_month", 0.0, costs))
    return taken


def _place(document: Document, path: str, value: object) -> None:
    """Set the value at a path, with the tables on the way."""
    *above, last = parts_of(path)
    table = document
    for part in above:
        table = table.setdefault(part, {})
    table[last] = value


def _is_there(path: str, document: Document) -> bool:
    """Return whether a value is of somebody in the scenario: reps who get no deals any more are not."""
    parts = parts_of(path)
    return "reps" not in parts or look_up(document, parts[: parts.index("reps") + 2]) is not None


def _pattern(path: str) -> str:
    """Return the pattern of all values at a path: a table with keys of its own has several."""
    return f"{path}.*" if is_section(kind_at(parts_of(path))) else path


def _origin(found: Estimate) -> str:
    """Say where a value comes from: n, the interval of what is told, and the method."""
    told = [f"{name} {_between(found, name)}" for name in found.told][:3]
    parts = [f"n = {found.n:,}", *([f"95 %: {', '.join(told)}"] if told else []), found.method]
    return "measured: " + "; ".join(parts)


def _between(found: Estimate, name: str) -> str:
    low, high = found.interval(name)
    return f"{low:.3g} to {high:.3g}"


def _seen(history: History) -> str:
    deals = len(history.deals)
    return f"{deals:,} deals, seen from {history.seen_from:%Y-%m-%d} to before {history.seen_until:%Y-%m-%d}"

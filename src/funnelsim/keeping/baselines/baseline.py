"""The figures of a scenario in a few simulated years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from funnelsim.forecast import Forecast
from funnelsim.io.progress import Progress
from funnelsim.io.provenance import this_platform, versions
from funnelsim.metrics import FIGURES, Figure, Unit
from funnelsim.scenario import Scenario, strategy_names
from funnelsim.studies import study
from funnelsim.studies.pilot import settled

_WORDS = ("about", "origins", "assumptions")  # of a scenario: they change no figure of it
_CUTS = ("all", "channel", "segment", "stage", "team", "rep", "month")


class Measured(NamedTuple):
    """The figures of one strategy."""

    digest: str  # SHA-256 of its ledgers
    counts: dict[str, int]  # sums over all simulated years, compared exactly
    figures: dict[str, float]  # over all simulated years, compared within a tolerance

    @property
    def known(self) -> int:
        """Return the number of counts and figures."""
        return len(self.counts) + len(self.figures)


@dataclass(frozen=True)
class Baseline:
    """The figures of a scenario, and all that is needed to reproduce them.

    Attributes
    ----------
    scenario : str
        Name of the file or preset.
    values : dict of str to value
        The scenario as typed, by dotted path, without its words; changes included.
    seed, replications : int
    versions : dict of str to str
        Of funnelsim, Python and the numerical libraries.
    platform : str
    strategies : dict of str to Measured
    """

    scenario: str
    values: dict[str, Any]
    seed: int
    replications: int
    versions: dict[str, str]
    platform: str
    strategies: dict[str, Measured]


def measure(
    scenario: Scenario,
    *,
    replications: int = 20,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> Baseline:
    """Simulate every strategy of a scenario and note its figures.

    Parameters
    ----------
    scenario : Scenario
    replications, seed, engine, jobs, progress
        As in `simulate`.

    Raises
    ------
    ValueError
        If a number is out of range, or there is no such engine.
    EndlessLoopError
        If leads go in circles at one instant without end.
    KeyboardInterrupt
        Stopped before all years were finished.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> found = measure(load("first_steps"), replications=2, jobs=1)
    >>> list(found.strategies), found.values["teams.sales.people"]
    (['today', 'more_inquiries', 'one_more_rep'], 2)
    """
    ready = settled(scenario, jobs, progress=progress)
    strategies = {}
    for name in strategy_names(ready):
        result = study.simulate(
            ready,
            strategy=name,
            replications=replications,
            seed=seed,
            engine=engine,
            jobs=jobs,
            digest=True,
            progress=progress,
        )
        if result.stopped:
            raise KeyboardInterrupt
        strategies[name] = measured(result.forecast, result.digest or "")
    return Baseline(
        Path(scenario.source).name,
        values_of(ready),
        seed,
        replications,
        versions(),
        this_platform(),
        strategies,
    )


def measured(forecast: Forecast, digest: str) -> Measured:
    """Note all figures of a forecast: in all, and for every place that has them."""
    counts: dict[str, int] = {}
    figures: dict[str, float] = {}
    for dimension in _CUTS:
        for figure in FIGURES.values():
            if dimension in figure.by and (dimension != "month" or figure.flow):
                _note(forecast, figure, dimension, counts, figures)
    for chance in forecast.chances():
        counts[f"years that reach the goal {chance.goal.name}"] = chance.reached
    return Measured(digest, counts, figures)


def _note(
    forecast: Forecast,
    figure: Figure,
    dimension: str,
    counts: dict[str, int],
    figures: dict[str, float],
) -> None:
    """Enter a figure for every place of a dimension, under `won.stage.proposal` or, in all, `won`."""
    found = forecast.by(figure.name, dimension)
    sums = forecast.values(figure.name, dimension).sum(axis=0)
    for label, total, estimate in zip(found.labels, sums, found.estimates, strict=True):
        name = figure.name if dimension == "all" else f"{figure.name}.{dimension}.{label}"
        if figure.unit is Unit.COUNT and figure.flow and float(total).is_integer():
            counts[name] = int(total)
        else:
            figures[name] = estimate.mean


def values_of(scenario: Scenario) -> dict[str, Any]:
    """List the values of a scenario by dotted path, without its words: as typed; months from a pilot as well.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> values_of(settled(load("first_steps")))["stages.proposal.effort_hours.median"]
    6
    """
    document = {key: value for key, value in scenario.document.items() if key not in _WORDS}
    for strategy in document.get("strategies", {}).values():
        strategy.pop("about", None)
    chosen = {f"{part}_months": getattr(scenario.months, part) for part in scenario.not_typed}
    document["horizon"] = document.get("horizon", {}) | chosen
    return dict(_flat(document, ""))


def _flat(table: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value

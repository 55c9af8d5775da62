"""The reference scenarios of the package, and the place of a scenario's baseline."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import NamedTuple

from funnelsim.scenario import presets

ENDING = ".baseline.toml"


class Case(NamedTuple):
    """A scenario and the file of its baseline."""

    name: str
    scenario: str  # a preset or a path, as for `load`
    baseline: Path


def shipped() -> dict[str, Case]:
    """List the reference scenarios that come with the package, by name.

    Examples
    --------
    >>> "hand_over" in shipped()
    True
    """
    folder = Path(str(resources.files("funnelsim.keeping.baselines"))) / "scenarios"
    files = sorted(each for each in folder.glob("*.toml") if not each.name.endswith(ENDING))
    return {each.stem: Case(each.stem, str(each), each.with_name(each.stem + ENDING)) for each in files}


def case_of(scenario: str, baseline: Path | None = None) -> Case:
    """Find a scenario's baseline: beside its file, or in the working folder for a preset.

    Parameters
    ----------
    scenario : str
        A reference scenario, a preset or a path.
    baseline : path, optional
        The baseline's path, if it is elsewhere.

    Examples
    --------
    >>> case_of("plans/next_year.toml").baseline.as_posix()
    'plans/next_year.baseline.toml'
    """
    known = shipped()
    if scenario in known:
        return known[scenario] if baseline is None else known[scenario]._replace(baseline=baseline)
    path = Path(scenario)
    beside = Path(scenario + ENDING) if scenario in presets() else path.parent / (path.stem + ENDING)
    return Case(scenario, scenario, baseline or beside)

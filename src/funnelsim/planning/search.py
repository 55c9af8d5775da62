"""What is to be optimised: levers, what they must keep to, and how long to look."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funnelsim.planning.limits import Limits, read_limits
from funnelsim.planning.select import MOST as MOST_SELECTING
from funnelsim.scenario import Problem, ScenarioError
from funnelsim.scenario.changes import is_number
from funnelsim.scenario.errors import Problems, shown
from funnelsim.studies.designed.levers import LATIN, is_whole
from funnelsim.studies.designed.study import Study, read_as, study_of

TRIALS_PER_LEVER = 10  # at least
MOST_TRIALS = 10_000
FIRST_LOOK = 25  # worlds of a trial before the first look; then twice as many, and so on
WORLDS = 200  # of a trial that is not hopeless, unless another number is given
_OWN = ("trials", "at_most", "fresh", "constraints", "margin")
_NOT_HERE = ("design", "strategies", "assumptions", "metrics", "stop")


@dataclass(frozen=True)
class Search:
    """What is to be optimised, as `read_search` and `search_of` make it.

    Attributes
    ----------
    study : Study
        The scenario, the levers, when they are set, the seed, and the simulated years of a trial.
    limits : Limits
    margin : float
        The least difference in profit that matters.
    trials : int
        Points that are tried.
    at_most : int
        Simulated years of each finalist, to select.
    fresh : int
        Simulated years in which the winner is confirmed.
    about : tuple of str
        What readers must know of the search, in sentences.

    Examples
    --------
    >>> levers = {"teams.sales.people": {"low": 1, "high": 5}}
    >>> search_of({"scenario": "first_steps", "levers": levers, "margin": 5_000, "trials": 4})
    Traceback (most recent call last):
    funnelsim.scenario.errors.ScenarioError: search: trials is 4; expected 10 or more: 10 for each lever
    """

    study: Study
    limits: Limits
    margin: float
    trials: int
    at_most: int = 2_000
    fresh: int = 400
    about: tuple[str, ...] = ()


def read_search(path: str | os.PathLike[str]) -> Search:
    """Read what is to be optimised from a TOML file.

    Raises
    ------
    ScenarioError
        If it, or the scenario, cannot be read or is not valid; lists all problems.
    """
    return read_as(path, search_of, "a search")


def search_of(document: Mapping[str, Any], folder: Path | None = None, source: str = "search") -> Search:
    """Make a search of plain tables, as in a file.

    Parameters
    ----------
    document : mapping
        `scenario`, `margin`, `levers`, and if wanted `constraints`, `trials`, `at_most`, `fresh`, `title`,
        `seed`, `starts`, `always` and `replications`, the simulated years of a trial.
    folder, source
        As in `study_of`.

    Raises
    ------
    ScenarioError
        If it is not valid; lists all problems.

    Examples
    --------
    >>> levers = {"teams.sales.people": {"low": 1, "high": 5}, "teams.sales.assignment": ["least_loaded"]}
    >>> won = {"means": {"won": {"at_least": 30}}}
    >>> search = search_of({"scenario": "first_steps", "levers": levers, "constraints": won, "margin": 5_000})
    >>> search.trials, search.limits.measured[0].limit
    (100, 30.0)
    """
    design = {"kind": LATIN, "points": 1}
    asked = {key: value for key, value in document.items() if key not in (*_OWN, *_NOT_HERE)}
    if not asked.get("levers"):
        problem = Problem("levers", "is missing", "a lever at least, such as { low = 1, high = 5 }")
        raise ScenarioError([problem], source)
    study = study_of({"replications": WORLDS} | asked | {"design": design}, folder, source)
    problems = [
        Problem(key, "is not a key of a search", "it left out") for key in _NOT_HERE if key in document
    ]
    constraints = document.get("constraints", {})
    limits, wrong = Limits(), [Problem("constraints", f"is {shown(constraints)}", "a table [constraints]")]
    if isinstance(constraints, Mapping):
        limits, wrong = read_limits(constraints, study.levers, study.scenario)
    trials = document.get("trials", max(100, 2 * TRIALS_PER_LEVER * len(study.levers)))
    problems += [*wrong, *_wrong_numbers(document, trials, len(study.levers), study)]
    if problems:
        raise ScenarioError(problems, source)
    given = {key: document[key] for key in ("at_most", "fresh") if key in document}
    return Search(study, limits, document["margin"], trials, **given)


def _wrong_numbers(document: Mapping[str, Any], trials: object, levers: int, study: Study) -> Problems:
    margin = document.get("margin")
    if not is_number(margin) or not margin > 0:
        wrong = "is missing" if margin is None else f"is {shown(margin)}"
        yield Problem("margin", wrong, "more than 0: the least difference in profit that matters, in money")
    least = TRIALS_PER_LEVER * levers
    if not is_whole(trials, least, MOST_TRIALS):
        right = f"{least:,} or more: {TRIALS_PER_LEVER} for each lever"
        yield Problem("trials", f"is {shown(trials)}", right)
    if study.replications < 2:
        yield Problem("replications", "is 1", "2 or more, or nothing could be sure")
    for key, low in (("at_most", 200), ("fresh", 2)):
        if key in document and not is_whole(document[key], low, MOST_SELECTING):
            right = f"a whole number from {low:,} to {MOST_SELECTING:,}"
            yield Problem(key, f"is {shown(document[key])}", right)

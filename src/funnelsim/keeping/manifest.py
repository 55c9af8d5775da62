"""A folder of results, and the manifest from which they can be reproduced."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any

from funnelsim.io.provenance import this_platform, versions
from funnelsim.io.reading import read_bytes
from funnelsim.io.texts import printable
from funnelsim.io.writing import NewFolder, UnusableError
from funnelsim.reports.document import as_json, comparison_document
from funnelsim.reports.saving import result_files
from funnelsim.scenario import AS_TYPED, TODAY, Scenario, parse, parse_assignment, strategy_names
from funnelsim.scenario.files import locate
from funnelsim.scenario.samples import MOST_BYTES
from funnelsim.studies import study
from funnelsim.studies.assumptions import AssumptionsResult, compare_assumptions
from funnelsim.studies.results import ComparisonResult, SimulationResult

NAME = "MANIFEST.json"
FORMAT = 3
LARGEST = 1 << 25  # bytes
SCENARIO = "scenario"  # the folder in the folder that holds the scenario and its sample files
SCENARIO_FILE = "scenario.toml"

Result = AssumptionsResult | ComparisonResult | SimulationResult


class ManifestError(UnusableError):
    """A manifest that cannot be written or used; the message is a sentence about it."""


@dataclass(frozen=True)
class Inputs:
    """The inputs of a run, kept before it began.

    Attributes
    ----------
    name : str
        Of the preset or file.
    text : str
        The scenario's file, before changes.
    changes : tuple of str
        As `--set` takes them.
    samples : dict of str to bytes
        Sample files by their name in the scenario.
    assumption : str or None
        The one that the scenario is under.
    decimal_comma : bool
        Whether CSV files have decimal commas, and semicolons between values.
    """

    name: str
    text: str
    changes: tuple[str, ...]
    samples: dict[str, bytes]
    assumption: str | None = None
    decimal_comma: bool = False


@dataclass(frozen=True)
class Manifest:
    """What is needed to reproduce a folder of results."""

    format: int
    command: str
    kind: str  # "compare", "assumptions" (compare --assumptions) or "run"
    scenario: str
    text: str
    changes: list[str]
    assumption: str | None
    strategy: str | None  # of a run
    strategies: list[str] | None  # of a comparison
    seed: int
    asked: int  # simulated years
    finished: int
    engine: str
    decimal_comma: bool
    digest: str | None
    months: dict[str, int]  # of warm-up, period and drain
    from_a_pilot: list[str]  # which of them a pilot has chosen
    versions: dict[str, str]
    platform: str
    files: dict[str, str]  # SHA-256 by name


def inputs(
    name: str,
    scenario: Scenario,
    changes: Sequence[str] = (),
    assumption: str | None = None,
    decimal_comma: bool = False,
) -> Inputs:
    """Keep the inputs of a run.

    Parameters
    ----------
    name : str
        The preset or file that was loaded.
    scenario : Scenario
        As loaded, with `changes` made, under the assumption.
    changes : sequence of str
        As `--set` takes them.
    assumption : str, optional
        As `--assumption` takes it.
    decimal_comma : bool
        As `--decimal-comma` says.

    Raises
    ------
    ManifestError
        If a sample file, or the folder that it is in, has the name that the scenario gets.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> inputs("first_steps", load("first_steps")).samples
    {}
    """
    _, text, _ = locate(name)
    for sample in scenario.sample_files:
        if PurePath(sample).parts[0].casefold() == SCENARIO_FILE:
            raise ManifestError(
                f"the sample file {printable(sample)} has the name under which --out keeps the scenario: "
                "give it another name"
            )
    return Inputs(printable(name), text, tuple(changes), scenario.sample_files, assumption, decimal_comma)


def keep(folder: NewFolder, result: Result, given: Inputs) -> None:
    """Write all files of a result, then its inputs, and last the manifest.

    Raises
    ------
    OSError
        If a file cannot be written.
    UnfinishedError
        If another program writes there too.
    """
    keep_inputs(folder, given)
    for name, content in result_files(result, given.decimal_comma):
        folder.write(name, content)
    manifest = _manifest(result, given, dict(folder.written))
    folder.write(NAME, (json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n").encode())
    folder.finish()


def keep_inputs(folder: NewFolder, given: Inputs) -> None:
    """Write a scenario's file, before changes, and the sample files beside it."""
    folder.write(f"{SCENARIO}/{SCENARIO_FILE}", given.text.encode())
    for name, content in given.samples.items():
        folder.write(f"{SCENARIO}/{name}", content)


def _manifest(result: Result, given: Inputs, files: dict[str, str]) -> Manifest:
    plan = result.plan
    kind, what = _kind(result)
    settled = result[AS_TYPED].scenario if isinstance(result, AssumptionsResult) else result.scenario
    words = ["funnelsim", "run" if kind == "run" else "compare", given.name, *what]
    words += [] if given.assumption is None else ["--assumption", given.assumption]
    words += ["--replications", str(plan.replications), "--seed", str(plan.seed), "--engine", plan.engine]
    words += [word for change in given.changes for word in ("--set", change)]
    return Manifest(
        format=FORMAT,
        command=shlex.join(words),
        kind=kind,
        scenario=given.name,
        text=given.text,
        changes=list(given.changes),
        assumption=given.assumption,
        strategy=result.strategy if isinstance(result, SimulationResult) else None,
        strategies=None if isinstance(result, SimulationResult) else _compared(result),
        seed=plan.seed,
        asked=plan.replications,
        finished=result.years,
        engine=plan.engine,
        decimal_comma=given.decimal_comma,
        digest=result.digest if isinstance(result, SimulationResult) else None,
        months=settled.months._asdict(),
        from_a_pilot=list(settled.not_typed),
        versions=versions(),
        platform=this_platform(),
        files=files,
    )


def _kind(result: Result) -> tuple[str, list[str]]:
    """Return what kind of result it is, and the words of its command."""
    if isinstance(result, SimulationResult):
        return "run", ["--strategy", result.strategy]
    names = _compared(result)
    every = names == strategy_names(result.scenario)
    words = [] if every else ["--strategies", ",".join(names)]
    if isinstance(result, AssumptionsResult):
        return "assumptions", [*words, "--assumptions"]
    return "compare", words


def _compared(result: AssumptionsResult | ComparisonResult) -> list[str]:
    """List the strategies that are compared."""
    one = next(iter(result.comparisons.values())) if isinstance(result, AssumptionsResult) else result
    return list(one)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises
    ------
    ManifestError
        If it is missing, unreadable, damaged or in another format.
    """
    try:
        found = json.loads(read_bytes(path, LARGEST).decode("utf-8"))
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{path} is damaged: {error}") from None
    wrong = _wrong(found)
    if wrong:
        raise ManifestError(f"{path} is damaged: {wrong}")
    return Manifest(**found)


_KINDS: dict[str, tuple[type, ...]] = {
    "format": (int,),
    "command": (str,),
    "kind": (str,),
    "scenario": (str,),
    "text": (str,),
    "changes": (list,),
    "assumption": (str, type(None)),
    "strategy": (str, type(None)),
    "strategies": (list, type(None)),
    "seed": (int,),
    "asked": (int,),
    "finished": (int,),
    "engine": (str,),
    "decimal_comma": (bool,),
    "digest": (str, type(None)),
    "months": (dict,),
    "from_a_pilot": (list,),
    "versions": (dict,),
    "platform": (str,),
    "files": (dict,),
}


def _wrong(found: object) -> str:
    """Return why a document is not a manifest; nothing if it is one."""
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return f"it is not of the form {FORMAT} that this version of funnelsim reads"
    if found.keys() != _KINDS.keys():
        return f"{', '.join(sorted(found.keys() ^ _KINDS.keys()))} is missing or unknown"
    for name, kinds in _KINDS.items():
        if type(found[name]) not in kinds:
            return f"{name} is {json.dumps(found[name])[:60]}"
    texts = [*found["changes"], *(found["strategies"] or ())]
    texts += [*found["files"].values(), *found["versions"].values()]
    if not all(isinstance(each, str) for each in texts):
        return "changes, strategies, files and versions hold texts"
    return _wrong_kind(found["kind"], found["strategy"], found["strategies"])


def _wrong_kind(kind: str, strategy: str | None, strategies: list[str] | None) -> str:
    """Return why kind and strategies do not belong together; nothing if they do."""
    if strategies is not None and (not strategies or len(set(strategies)) < len(strategies)):
        return f"strategies are {strategies!r}"
    alone = strategy is not None
    right = kind == "run" if alone else kind in ("compare", "assumptions")
    if right and alone is (strategies is None):
        return ""
    return f"kind is {kind!r} and strategy {strategy!r}"


def inputs_again(manifest: Manifest, folder: Path) -> tuple[Scenario, Inputs]:
    """Read the scenario of a manifest with the sample files beside it, and make its changes.

    Raises
    ------
    ManifestError
        If a sample file has changed.
    ScenarioError
        If the scenario or a change is not valid.
    """
    before = f"{SCENARIO}/"
    kept = [name.removeprefix(before) for name in manifest.files if name.startswith(before)]
    for name in kept:
        if name != SCENARIO_FILE:
            _must_be_as_then(folder / SCENARIO, name, manifest.files[before + name])
    scenario = parse(manifest.text, manifest.scenario, folder / SCENARIO)
    if manifest.changes:
        scenario = scenario.with_changes(dict(parse_assignment(each) for each in manifest.changes))
    if manifest.assumption is not None:
        scenario = scenario.under(manifest.assumption)
    changes = tuple(manifest.changes)
    given = Inputs(
        manifest.scenario,
        manifest.text,
        changes,
        scenario.sample_files,
        manifest.assumption,
        manifest.decimal_comma,
    )
    return scenario, given


def _must_be_as_then(folder: Path, name: str, sha: str) -> None:
    """Refuse a sample file that has changed since the run."""
    place = PurePath(name)
    if place.is_absolute() or ".." in place.parts:
        raise ManifestError(f"{name} is no file in {folder}")
    try:
        content = read_bytes(folder / name, MOST_BYTES)
    except OSError as error:
        raise ManifestError(f"{folder / name} cannot be read: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != sha:
        raise ManifestError(f"{folder / name} is not the file that the run was made with")


def run_again(
    manifest: Manifest,
    scenario: Scenario,
    *,
    jobs: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Result:
    """Simulate the finished years of a manifest again.

    Raises
    ------
    ValueError
        If a number is out of range, or there is no such engine.
    EndlessLoopError, KeyboardInterrupt
        As `simulate`.
    """
    settings: dict[str, Any] = {
        "replications": manifest.finished,
        "seed": manifest.seed,
        "engine": manifest.engine,
        "jobs": jobs,
        "progress": progress,
    }
    if manifest.kind == "assumptions":
        return compare_assumptions(scenario, strategies=manifest.strategies, **settings)
    if manifest.strategy is None:
        return study.compare(scenario, strategies=manifest.strategies, **settings)
    digest = manifest.digest is not None
    return study.simulate(scenario, strategy=manifest.strategy, digest=digest, **settings)


def simulations(manifest: Manifest, scenario: Scenario) -> int:
    """Count the simulated years of all strategies."""
    times = 1 + len(scenario.assumptions) if manifest.kind == "assumptions" else 1
    return manifest.finished * len(manifest.strategies or [TODAY]) * times


def differences(manifest: Manifest, result: Result) -> list[str]:
    """Name the files of figures that differ, and the digest if it differs.

    Pictures, the page and the workbook are not compared: another version of matplotlib, rich or openpyxl
    may write them differently, or openpyxl not be there. All that they say is in the other files. For a run
    that was stopped, the JSON document says how many years were asked for, so it is not compared either.
    """
    files = result_files(result, manifest.decimal_comma)
    again = {name: hashlib.sha256(content).hexdigest() for name, content in files}
    whole = manifest.asked == manifest.finished
    compared = [name for name in again if name.endswith(".csv") or (name.endswith(".json") and whole)]
    found = [name for name in compared if again[name] != manifest.files.get(name)]
    if isinstance(result, SimulationResult) and result.digest != manifest.digest:
        found.append("the digest")
    return found


def same_figures(manifest: Manifest, result: ComparisonResult) -> bool:
    """Return whether a comparison has the figures of a folder: those of its JSON document, if it has one."""
    if manifest.kind != "compare" or manifest.asked != manifest.finished:
        return True
    content = (as_json(comparison_document(result)) + "\n").encode()
    return manifest.files.get("results.json") == hashlib.sha256(content).hexdigest()


def verdict(manifest: Manifest, differing: Sequence[str]) -> list[str]:
    """State whether a run was repeated; if not, what could have made the difference."""
    if not differing:
        return [f"Repeated: every figure of {manifest.command!r} is the same, to the last digit."]
    now = versions()
    others = [
        f"{name} {manifest.versions.get(name, 'unknown')} then, {version} now"
        for name, version in now.items()
        if manifest.versions.get(name) != version
    ]
    return [
        f"NOT THE SAME: {', '.join(differing)}",
        f"  Written on {manifest.platform}; this is {this_platform()}.",
        f"  Versions: {'; '.join(others) or 'all as they were'}.",
    ]

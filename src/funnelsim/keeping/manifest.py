"""A folder of results, and the manifest from which they can be reproduced."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from funnelsim.io.progress import Progress, silent, step_through
from funnelsim.io.provenance import this_platform, versions
from funnelsim.io.reading import read_bytes
from funnelsim.io.texts import printable
from funnelsim.io.writing import NewFolder, UnusableError
from funnelsim.keeping.questions import QUESTIONS, Asked, Options, digest_of
from funnelsim.reports.document import comparison_document, json_file
from funnelsim.scenario import AS_TYPED, Scenario, ScenarioError, parse, parse_assignment, strategy_names
from funnelsim.scenario.files import locate
from funnelsim.scenario.samples import MOST_BYTES
from funnelsim.scenario.tries import Tries
from funnelsim.studies.assumptions import AssumptionsResult
from funnelsim.studies.designed.results import StudyResult
from funnelsim.studies.results import ComparisonResult, SimulationResult
from funnelsim.studies.sequential import DecisionsResult
from funnelsim.studies.what_if import tried

NAME = "MANIFEST.json"
FORMAT = 5
LARGEST = 1 << 25  # bytes
SCENARIO = "scenario"  # the folder in the folder that holds the scenario and its sample files
SCENARIO_FILE = "scenario.toml"
NOTHING_TRIED = Tries()

Simulated = AssumptionsResult | ComparisonResult | SimulationResult


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
    tries : Tries
        As `--try` takes them.
    """

    name: str
    text: str
    changes: tuple[str, ...]
    samples: dict[str, bytes]
    assumption: str | None = None
    decimal_comma: bool = False
    tries: Tries = NOTHING_TRIED


@dataclass(frozen=True)
class Manifest:
    """What is needed to reproduce a folder of results."""

    format: int
    command: str
    kind: str  # of question: one of `QUESTIONS`
    options: dict[str, Any]  # all else that the answer follows from
    whole: bool  # whether no simulated year that was asked for is missing
    scenario: str
    text: str
    changes: list[str]
    assumption: str | None
    tried: list[str]  # changes of the strategy what_if
    tried_on: str | None  # the day on which they begin, if one was chosen
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
    tries: Tries = NOTHING_TRIED,
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
    tries : Tries
        As `--try` takes them.

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
    samples = scenario.sample_files
    return Inputs(printable(name), text, tuple(changes), samples, assumption, decimal_comma, tries)


def keep(
    folder: NewFolder, result: Any, given: Inputs, asked: Asked | None = None, progress: Progress = silent
) -> None:
    """Write all files of an answer, then its inputs, and last the manifest.

    Without `asked`, what was asked for is told by the result: of a run, or a comparison.

    Raises
    ------
    OSError
        If a file cannot be written.
    UnfinishedError
        If another program writes there too.
    """
    asked = asked or asked_of(result, given)
    keep_inputs(folder, given)
    folder.fill(QUESTIONS[asked.kind].files(result, given.decimal_comma), progress)
    manifest = _manifest(result, given, asked, dict(folder.written))
    folder.write(NAME, (json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n").encode())
    folder.finish()


def keep_inputs(folder: NewFolder, given: Inputs) -> None:
    """Write a scenario's file, before changes, and the sample files beside it."""
    folder.write(f"{SCENARIO}/{SCENARIO_FILE}", given.text.encode())
    for name, content in given.samples.items():
        folder.write(f"{SCENARIO}/{name}", content)


def _manifest(result: Any, given: Inputs, asked: Asked, files: dict[str, str]) -> Manifest:
    settled = _settled(result)
    return Manifest(
        format=FORMAT,
        command=asked.command,
        kind=asked.kind,
        options=dict(asked.options),
        whole=asked.whole,
        scenario=given.name,
        text=given.text,
        changes=list(given.changes),
        assumption=given.assumption,
        tried=list(given.tries.changes),
        tried_on=None if given.tries.on is None else given.tries.on.isoformat(),
        decimal_comma=given.decimal_comma,
        digest=digest_of(result),
        months=settled.months._asdict(),
        from_a_pilot=list(settled.not_typed),
        versions=versions(),
        platform=this_platform(),
        files=files,
    )


def _settled(result: Any) -> Scenario:
    """Return the scenario of an answer, with the months that were simulated."""
    if isinstance(result, StudyResult):
        return result.study.scenario.with_months(result.months)
    if isinstance(result, AssumptionsResult):
        result = result[AS_TYPED]
    elif isinstance(result, DecisionsResult):
        result = result.typed
    found: Scenario = getattr(result, "result", result).scenario
    return found


def asked_of(result: Simulated, given: Inputs) -> Asked:
    """Tell what was asked for by what was simulated: of a run that was stopped, what it has finished."""
    plan = result.plan
    options: dict[str, Any] = {"replications": result.years, "seed": plan.seed, "engine": plan.engine}
    if isinstance(result, SimulationResult):
        kind, what = "run", ["--strategy", result.strategy]
        options |= {"strategy": result.strategy, "digest": result.digest is not None}
    else:
        kind = "assumptions" if isinstance(result, AssumptionsResult) else "compare"
        one = next(iter(result.comparisons.values())) if isinstance(result, AssumptionsResult) else result
        options["strategies"] = list(one)
        every = list(one) == strategy_names(result.scenario)
        what = [] if every else ["--strategies", ",".join(one)]
        what += ["--assumptions"] if kind == "assumptions" else []
    words = ["funnelsim", "run" if kind == "run" else "compare", given.name, *what]
    words += [] if given.assumption is None else ["--assumption", given.assumption]
    words += ["--replications", str(plan.replications), "--seed", str(plan.seed), "--engine", plan.engine]
    words += [word for change in given.changes for word in ("--set", change)]
    words += given.tries.words()
    return Asked(kind, options, shlex.join(words), whole=result.years == plan.replications)


def asked_again(manifest: Manifest, result: Any, given: Inputs) -> Asked:
    """Tell what was asked for when the question of a manifest was asked again."""
    if isinstance(result, Simulated):
        return asked_of(result, given)
    return Asked(manifest.kind, manifest.options, manifest.command)


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
    "options": (dict,),
    "whole": (bool,),
    "scenario": (str,),
    "text": (str,),
    "changes": (list,),
    "assumption": (str, type(None)),
    "tried": (list,),
    "tried_on": (str, type(None)),
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
    texts = [*found["changes"], *found["tried"], *found["files"].values(), *found["versions"].values()]
    if not all(isinstance(each, str) for each in texts):
        return "changes, tried, files and versions hold texts"
    try:
        Tries.typed(found["tried"], found["tried_on"])
    except ValueError:
        return f"tried_on is {found['tried_on']!r}"
    question = QUESTIONS.get(found["kind"])
    wrong = question.wrong(found["options"]) if question else f"kind is {found['kind']!r}"
    return f"of the options, {wrong}" if question and wrong else wrong


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
    tries = Tries.typed(manifest.tried, manifest.tried_on)
    if tries:
        scenario = tried(scenario, dict(parse_assignment(each) for each in tries.changes), on=tries.on)
    changes = tuple(manifest.changes)
    given = Inputs(
        manifest.scenario,
        manifest.text,
        changes,
        scenario.sample_files,
        manifest.assumption,
        manifest.decimal_comma,
        tries,
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


def ask_again(
    manifest: Manifest, scenario: Scenario, *, jobs: int = 0, progress: Progress = lambda _: None
) -> Any:
    """Ask the question of a manifest again.

    Raises
    ------
    ManifestError
        If a number is out of range, or there is no such engine.
    ScenarioError, EndlessLoopError, KeyboardInterrupt
        As the question itself.
    """
    options: Options = {
        name: tuple(value) if isinstance(value, list) else value for name, value in manifest.options.items()
    }
    try:
        return QUESTIONS[manifest.kind].ask(scenario, **options, jobs=jobs, progress=progress)
    except (ScenarioError, UnusableError):
        raise
    except ValueError as error:
        raise ManifestError(f"what the manifest asks for cannot be: {error}") from None


def differences(manifest: Manifest, result: Any, progress: Progress = silent) -> list[str]:
    """Name the files of figures that differ, and the digest if it differs.

    Pictures, the page and the workbook are not compared: another version of matplotlib, rich or openpyxl
    may write them differently, or openpyxl not be there. All that they say is in the other files. For a run
    that was stopped, the JSON document says how many years were asked for, so it is not compared either.
    """
    files = QUESTIONS[manifest.kind].files(result, manifest.decimal_comma)
    endings = (".csv", ".npz", ".json") if manifest.whole else (".csv", ".npz")
    figures = [name for name in files if name.endswith(endings)]
    found = [
        name
        for name in step_through(figures, progress, "Comparing", "files")
        if hashlib.sha256(files[name]).hexdigest() != manifest.files.get(name)
    ]
    return found + (["the digest"] if digest_of(result) != manifest.digest else [])


def same_figures(manifest: Manifest, result: ComparisonResult, progress: Progress = silent) -> bool:
    """Return whether a comparison has the figures of a folder: those of its JSON document, if it has one."""
    if manifest.kind != "compare" or not manifest.whole:
        return True
    content = json_file(partial(comparison_document, result, progress))
    return manifest.files.get("results.json") == hashlib.sha256(content).hexdigest()


def changed_files(manifest: Manifest, folder: Path) -> list[str]:
    """Name the files of a folder that are not as they were written: changed, or gone."""
    return [name for name, sha in manifest.files.items() if _sha_of(folder, name) != sha]


def _sha_of(folder: Path, name: str) -> str:
    """Return the SHA-256 of a file in a folder; nothing if there is no such file in it."""
    path, place = folder / name, PurePath(name)
    if place.is_absolute() or ".." in place.parts or not path.is_file():
        return ""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def why_others(manifest: Manifest) -> str:
    """Say why figures are not those of a folder: other versions, another machine, or it was changed."""
    others = _other_versions(manifest)
    if others:
        return f"other versions made it ({'; '.join(others)})"
    if manifest.platform != this_platform():
        return f"it was made on {manifest.platform}"
    return f"the folder was changed after it was written, {NAME} too"


def _other_versions(manifest: Manifest) -> list[str]:
    return [
        f"{name} {manifest.versions.get(name, 'unknown')} then, {version} now"
        for name, version in versions().items()
        if manifest.versions.get(name) != version
    ]


def verdict(manifest: Manifest, differing: Sequence[str]) -> list[str]:
    """State whether a run was repeated; if not, what could have made the difference."""
    if not differing:
        return [f"Repeated: every figure of {manifest.command!r} is the same, to the last digit."]
    others = _other_versions(manifest)
    return [
        f"NOT THE SAME: {', '.join(differing)}",
        f"  Written on {manifest.platform}; this is {this_platform()}.",
        f"  Versions: {'; '.join(others) or 'all as they were'}.",
    ]

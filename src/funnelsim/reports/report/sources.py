"""Where each number comes from, what made the report, and the scenario to download."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import PurePath

from funnelsim.io.provenance import this_platform, versions
from funnelsim.io.toml import toml_text
from funnelsim.planning.case import Case
from funnelsim.reports import notes
from funnelsim.reports.report.contents import Download, Source
from funnelsim.reports.report.naming import path_title, titled
from funnelsim.scenario import Scenario, origins, strategy_names
from funnelsim.scenario.origins import DEFAULT, Origin
from funnelsim.scenario.value_words import value_in_words
from funnelsim.scenario.withheld import Withheld

ASSUMED = "assumed"
MOST_VALUES = 2_000


def title_of(scenario: Scenario) -> str:
    """Name a scenario for readers: the file's name, without its folder."""
    name = PurePath(scenario.source).stem.replace("_", " ").strip() or "scenario"
    return f"{name[0].upper()}{name[1:]}"


def sources(scenario: Scenario, withheld: Withheld) -> tuple[list[Source], str]:
    """List the values of the scenario by where they come from, and state how many are assumed."""
    rows = [row for row in origins(scenario) if not withheld.is_pay(_path_of(row.path))]
    by_origin: dict[str, list[tuple[str, str]]] = {}
    for row in rows[:MOST_VALUES]:
        by_origin.setdefault(row.origin, []).append(
            (_called(row.path, withheld), _said(row, scenario, withheld))
        )
    assumed = sum(row.origin.startswith(ASSUMED) for row in rows)
    told = f"{assumed:,} of {len(rows):,} values are assumed."
    if len(rows) > MOST_VALUES:
        told += f" The first {MOST_VALUES:,} are listed; the scenario to download has all."
    if withheld.pay:
        told += " Pay is left out."
    found = [
        Source(origin, _assumed(origin), origin == DEFAULT, tuple(each)) for origin, each in by_origin.items()
    ]
    return sorted(found, key=lambda each: (each.default, each.assumed == ASSUMED)), told


def _said(row: Origin, scenario: Scenario, withheld: Withheld) -> str:
    """Write the value of a row without what is kept back."""
    return value_in_words(_path_of(row.path), withheld.value(row.path, row.value), scenario)


def _called(path: str, withheld: Withheld) -> str:
    """Call the value of a row in words (RE4); of an uncertain one, say that it is."""
    said = titled(
        path_title(_path_of(path), withheld).lstrip("\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ")
    )
    return f"{said}, uncertain" if path != _path_of(path) else said


def _assumed(origin: str) -> str:
    """Say whether values are assumed.

    >>> _assumed("assumed: default"), _assumed("measured: 90 days; assumed: the rest"), _assumed("source: us")
    ('assumed', 'partly assumed', '')
    """
    if origin.startswith(ASSUMED):
        return ASSUMED
    return f"partly {ASSUMED}" if ASSUMED in origin else ""


def _path_of(path: str) -> str:
    """Return the path that a row is about: that of an uncertainty is the value's."""
    return path.removeprefix("uncertainties.")


def provenance(case: Case, made: date, of: str) -> list[tuple[str, str]]:
    """State what the report was made with, and how to make its figures again."""
    result = case.result
    base = result[result.base]
    found = versions()
    packages = ", ".join(f"{name} {found[name]}" for name in sorted(found) if name != "funnelsim")
    return [
        ("Made on", made.isoformat()),
        ("Made with", f"funnelsim {found['funnelsim']}; {packages}; {this_platform()}"),
        ("Simulated", notes.what_ran(result.plan, result.years, base.forecast.months)),
        ("Horizon", notes.horizon(base.scenario)),
        (
            "Same worlds",
            "Every strategy meets the same inquiries and customers, with the same luck. So what differs "
            "comes from the strategies alone.",
        ),
        ("To make the figures again", of),
    ]


def command(case: Case, file: str) -> str:
    """Write the command that gives the figures of the report from the scenario to download."""
    result = case.result
    names = [*result]
    words = [
        "funnelsim",
        "compare",
        file,
        "--replications",
        str(result.years),
        "--seed",
        str(result.plan.seed),
    ]
    if names != strategy_names(result.scenario):
        words += ["--strategies", ",".join(names)]
    return shlex.join(words)


def download(case: Case, withheld: Withheld) -> Download:
    """Write the scenario, without what is kept back, as a file to download."""
    scenario = case.result.scenario
    stem = re.sub(r"[^\w-]+", "_", PurePath(scenario.source).stem) or "scenario"
    said = []
    if withheld.numbers:
        said.append(
            "Reps are numbered: with other names they draw other skills, which moves figures a little."
        )
    if withheld.pay and withheld.document != Withheld(scenario, withheld.names, pay=False).document:
        said.append(
            "Pay is left out, so with this file the command gives other costs and profits than "
            "this page; with the file that the report was made from, it gives the same."
        )
    if scenario.sample_files:
        said.append(f"It reads files that are not in this report: {', '.join(scenario.sample_files)}.")
    return Download(f"{stem}.toml", toml_text(withheld.document), tuple(said))

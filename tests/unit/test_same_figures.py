"""A figure is the same text in a sentence and in a table of the same report (TE9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

import funnelsim as fs
from funnelsim.reports.report.contents import Bars, Cell, Contents, Heading, HeatMap, Row, Table

from .made_up_report import FIRM

# Named by preset, and simulated years; a firm of the tests has all parts of a report.
REPORTS = {
    "first_steps": 40,
    "professional_services": 24,
    "partners_who_deliver": 24,
    "alignment": 24,
    "a firm": 40,
}
SCALES = {"": 1, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
NUMBER = r"-?[\d,]+(?:\.\d+)?"
MONEY = rf"({NUMBER})(?: to ({NUMBER}))?(?: (thousand|million|billion))? (?:USD|EUR)"

Amounts = tuple[Decimal, ...]
Pair = tuple[str, Amounts, Amounts]  # what it is, what a sentence says, what a table has


@cache
def contents(name: str) -> Contents:
    scenario = fs.parse(FIRM) if name == "a firm" else fs.load(name)
    found = fs.report(scenario, replications=REPORTS[name], jobs=1, with_names=True, made=date(2026, 1, 1))
    return found.contents


# ---- reading -----------------------------------------------------------------------------------


def amounts(text: str, unit: str = "") -> Amounts:
    """Read the numbers of a text that are in one unit."""
    times = SCALES.get(unit.partition(" ")[0], 1)
    return tuple(Decimal(each.replace(",", "")) * times for each in re.findall(NUMBER, text))


def of_money(found: re.Match[str], first: int = 1) -> Amounts:
    """Read an amount of money, or a range, that `MONEY` has matched from a group on."""
    low, high, scale = found.group(first, first + 1, first + 2)
    return amounts(f"{low} {high or ''}", scale or "")


def turned(ends: Amounts) -> Amounts:
    """Read a range of money that is lost as one that is gained."""
    return tuple(-each for each in reversed(ends))


def row_of(table: Table | None, title: str) -> Row | None:
    """Find a row by what sentences call it."""
    rows = [] if table is None else table.rows
    return next((each for each in rows if each.title.lower() == title.strip("“”").lower()), None)


def cell_of(table: Table, row: Row, begins: str) -> tuple[Cell, Heading]:
    """Find the cell of a column."""
    place = next(i for i, each in enumerate(table.headings) if each.title.startswith(begins))
    return row.cells[place], table.headings[place]


# ---- what is said twice ------------------------------------------------------------------------

EARNS = r"([^;:.]+?):? (?:it )?would earn on average"
GAINS = re.compile(rf"(?:^|; |\. ){EARNS} {MONEY} more than")
AHEAD = re.compile(rf"{EARNS} [^(]* more than [^(]*\(ahead in ([\d.]+) %")
COSTS = re.compile(rf"([^;:.]+?) would cost on average {MONEY}")
LIKELIEST = re.compile(
    r"The goal ([^(]+) \([^)]*\) is likeliest with ([^:;]+): ([\d.]+) %(?:, against ([\d.]+) % with (\w+))?"
)
PART = re.compile(rf"(?:[.;,] |and )([A-Za-z ]+?) \(({NUMBER}) to ({NUMBER})(?: (thousand|million))?")
LEAD = re.compile(rf"{MONEY} (as typed|under ([^,;.]+?))(?=,|;|\.| and \d)")


def gains(found: Contents) -> Iterator[Pair]:
    """Differences from the base, and how often a strategy is ahead."""
    for said in (" ".join(found.answer), found.in_full):
        text = re.sub(r"(?:Choose|[Bb]est on profit is) ", "; ", said)
        for each in GAINS.finditer(text):
            row = row_of(found.strategies, each.group(1).strip())
            assert row is not None, each.group()
            cell, heading = cell_of(found.strategies, row, "Profit against")
            yield f"gain of {row.title}", of_money(each, 2), amounts(cell.precision, heading.unit)
        for each in AHEAD.finditer(text):
            row = row_of(found.strategies, each.group(1).strip("; "))
            if row is not None:
                cell, _ = cell_of(found.strategies, row, "Ahead")
                yield f"ahead, {row.title}", amounts(each.group(2)), amounts(cell.mean)
        for each in COSTS.finditer(text):
            row = row_of(found.strategies, each.group(1).removeprefix("The closest, ").strip(" ,"))
            if row is not None:
                cell, heading = cell_of(found.strategies, row, "Profit against")
                yield f"cost of {row.title}", turned(of_money(each, 2)), amounts(cell.precision, heading.unit)


def goals(found: Contents) -> Iterator[Pair]:
    """Chances of goals."""
    if found.goals is None:
        return
    for each in LIKELIEST.finditer(found.in_full):
        goal, likeliest, chance, against, base = each.groups()
        for who, said in ((re.split(", | and ", likeliest)[0], chance), (base, against)):
            row = row_of(found.goals, who) if who else None
            if row is not None:
                cell, _ = cell_of(found.goals, row, f"{goal[0].upper()}{goal[1:]}")
                yield f"goal {goal}, {who}", amounts(said), amounts(cell.mean)
    chances = re.search(
        r"(?:Chances of the goals:|The chance of the goal).*? %(?=, against|\.)", " ".join(found.answer)
    )
    best = next((each for each in found.goals.rows if each.mark == "best"), None)
    if chances and best:
        said = amounts(" ".join(re.findall(r"[\d.]+ %", chances.group())))
        yield "goals of the best", said, tuple(amounts(each.mean)[0] for each in best.cells)


def bottlenecks(heat: HeatMap) -> Iterator[Pair]:
    """How busy a team is, what it costs, and who goes cold."""
    rows = {row.title.lower(): row.cells for _, group in heat.groups for row in group}
    units = [each.unit for each in heat.headings]
    if team := re.search(rf"is team (.+?): it is busy ([\d.]+) % .* costs {MONEY}", heat.verdict):
        busy, _, _, lost = rows[team.group(1).lower()]
        yield "busy", amounts(team.group(2)), amounts(busy.text)
        yield "lost", of_money(team, 3), amounts(lost.interval, units[3])
    if cold := re.search(r"go cold at (.+?): ([\d.]+) %", heat.verdict):
        yield "cold", amounts(cold.group(2)), amounts(rows[cold.group(1).lower()][2].text)


def bridges(found: Contents, bridge: Bars) -> Iterator[Pair]:
    """Parts of the bridge, its two ends, and the difference."""
    told = {bar.title.lower(): bar.told.partition(" (") for bar in bridge.bars}
    for title, low, high, scale in PART.findall(bridge.verdict):
        if title.lower() in told:
            stands = amounts(told[title.lower()][2], bridge.unit)
            said = amounts(f"{low} {high}", scale)
            yield f"bridge: {title}", said, stands if stands[0] >= 0 else turned(stands)
    for bar in (bridge.bars[0], bridge.bars[-1]):
        row = row_of(found.strategies, bar.title.removeprefix("Profit with "))
        assert row is not None
        cell, heading = cell_of(found.strategies, row, "Profit")
        stands = amounts(f"{cell.mean} {cell.precision}", heading.unit)
        yield f"bridge: {bar.title}", amounts(bar.told, bridge.unit), stands


def pictures(found: Contents) -> Iterator[Pair]:
    """What is written beside the marks of pictures: profits, and sums over the months."""
    for dots in found.profit.dots:
        row = row_of(found.strategies, dots.title)
        assert row is not None
        cell, heading = cell_of(found.strategies, row, "Profit")
        yield f"dots: {dots.title}", amounts(dots.told, found.profit.unit), amounts(cell.mean, heading.unit)
    for fan in found.fans:
        for place, band in enumerate(fan.bands):
            row = row_of(found.strategies, band.title)
            heading, cell = fan.table.headings[place], fan.table.rows[-1].cells[place]
            stands = amounts(f"{cell.mean} {cell.range}", heading.unit)
            scale = re.search("thousand|million", band.end)
            said = amounts(band.end.partition(" in 8 ")[0], scale.group() if scale else "")
            yield f"fan of {fan.title}: {band.title}", said, stands
            if row and fan.title in [each.title for each in found.strategies.headings]:
                total, of = cell_of(found.strategies, row, fan.title)
                yield f"total of {fan.title}: {band.title}", amounts(total.mean, of.unit), stands[:1]


def leads(found: Contents) -> Iterator[Pair]:
    """By how much the best strategy is ahead of the next best, under each assumption."""
    if found.assumptions is None:
        return
    unit = found.assumptions.headings[-1].unit
    for each in LEAD.finditer(found.assumptions_told[0]):
        row = row_of(found.assumptions, each.group(5) or "as typed")
        assert row is not None, each.group()
        yield f"ahead {each.group(4)}", of_money(each), amounts(row.cells[-1].precision, unit)


def pairs(found: Contents) -> list[Pair]:
    """List what a report says in a sentence or beside a mark, and has in a table as well."""
    twice = [*gains(found), *goals(found), *pictures(found), *leads(found)]
    twice += [pair for heat in found.heat for pair in bottlenecks(heat)]
    return twice + ([] if found.bridge is None else [*bridges(found, found.bridge)])


@pytest.mark.parametrize("name", REPORTS)
def test_sentences_and_tables_have_the_same_figures(name: str) -> None:
    assert [pair for pair in pairs(contents(name)) if pair[1] != pair[2]] == []


def test_every_kind_of_figure_is_found_twice() -> None:
    """The test above compares something of each kind; and finds what is rounded otherwise."""
    found = [what.split(" ")[0].rstrip(":,") for name in REPORTS for what, *_ in pairs(contents(name))]
    kinds = {
        "gain",
        "ahead",
        "cost",
        "goal",
        "goals",
        "busy",
        "lost",
        "cold",
        "bridge",
        "dots",
        "fan",
        "total",
    }
    assert kinds - set(found) == set()
    one = contents("professional_services")
    first, *others = one.profit.dots
    wrong = replace(one.profit, dots=(replace(first, told=f"{first.told}.4"), *others))
    assert [what for what, said, stands in pairs(replace(one, profit=wrong)) if said != stands] == [
        f"dots: {first.title}"
    ]

"""The page of a calibration: what was measured, how sure it is, each fit beside the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.calibration.calibrate import Calibration
from funnelsim.calibration.document import Firm
from funnelsim.calibration.estimate import Estimate
from funnelsim.reports import html, notes
from funnelsim.reports.calibration_pictures import pictures
from funnelsim.reports.grid import WIDTH

_INTERVAL = "95 % interval"


def calibration_page(found: Calibration, firm: Firm, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out for a terminal what was measured, in few words; the page for a browser has all of it."""
    history = found.history
    counts = history.deals["outcome"].value_counts()
    return Group(
        notes.heading(
            f"Measured from {len(history.deals):,} deals: {counts.get('won', 0):,} won, "
            f"{counts.get('lost', 0):,} lost, {counts.get('', 0):,} open"
        ),
        *map(Text, _stages(found)),
        *notes.section("What it says", list(_findings(found))),
        *notes.section("Taken for want of data", sorted({f"{each.why}" for each in firm.assumed})),
        *notes.next_step(next_command, width),
    )


def _stages(found: Calibration) -> Iterator[str]:
    """Say of each stage how many advance, after how long, and who never decides."""
    by_path = {each.path: each for each in found.estimates}
    for stage in found.history.stages:
        told = f"{stage}: {_percent(by_path, stage, 'conversion', 'share advancing')} advance"
        days = by_path.get(f"stages.{stage}.customer_takes_days")
        if days is not None:
            low, high = map(_lasting, days.interval("median, days"))
            told += f"; half end within {low} to {high}"
        yield f"{told}; {_percent(by_path, stage, 'never_decides', 'share')} never decide"


def _percent(by_path: Mapping[str, Estimate], stage: str, key: str, name: str) -> str:
    """Write the interval of a share; a dash where nothing is known of it."""
    found = by_path.get(f"stages.{stage}.{key}")
    if found is None:
        return "-"
    low, high = found.interval(name)
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _lasting(days: float) -> str:
    """Write a time in the unit in which people speak of it.

    >>> _lasting(3.24), _lasting(0.125), _lasting(0.001)
    ('3.2 days', '3.0 hours', '1.4 minutes')
    """
    in_units = {"days": days, "hours": 24 * days, "minutes": 1440 * days}
    unit = next((unit for unit, value in in_units.items() if value >= 1), "minutes")
    return f"{in_units[unit]:.{0 if in_units[unit] >= 10 else 1}f} {unit}"


def _findings(found: Calibration) -> Iterator[str]:
    """Say what was found about reps, drift, arrivals and load."""
    if found.skill is not None:
        yield found.skill.sentence()
    yield from (each.sentence() for each in found.drift)
    yield from found.arrivals.notes
    yield from () if found.values is None else found.values.notes
    yield from found.load.notes if found.work is None else found.work.notes


def as_html(found: Calibration, firm: Firm) -> str:
    """Return the page for a browser: a table of what was measured, and a picture of each fit."""
    history = found.history
    rows = [
        (each.path, name, f"{_three(each, name)}", f"{each.n:,}", each.method)
        for each in found.estimates
        for name in each.told
    ]
    span = f"from {history.seen_from:%Y-%m-%d} to before {history.seen_until:%Y-%m-%d}"
    return html.page(
        "What was measured",
        [
            html.paragraph(f"{len(history.deals):,} deals, seen {span}."),
            html.heading("What it says"),
            html.bullets([*_stages(found), *_findings(found)]),
            html.heading("Each fit beside the data"),
            *(html.figure(each.svg) for each in pictures(found)),
            html.heading("What was measured"),
            html.table(("Value", "in words", _INTERVAL, "n", "how"), rows),
            html.heading("What the records cannot tell"),
            html.table(
                ("Value", "taken", "why"), [(each.path, each.value, each.why) for each in firm.assumed]
            ),
        ],
    )


def _three(estimate: Estimate, name: str) -> str:
    low, high = estimate.interval(name)
    return f"{low:.4g} to {high:.4g}"

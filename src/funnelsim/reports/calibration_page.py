"""The page of a calibration: what was measured, how sure it is, each fit beside the data."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.calibration.calibrate import Calibration
from funnelsim.calibration.document import Firm
from funnelsim.calibration.estimate import Estimate
from funnelsim.metrics.wording import number
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
        share = _told(by_path.get(f"stages.{stage}.conversion"), "share advancing", 100)
        median = _told(by_path.get(f"stages.{stage}.customer_takes_days"), "median, days")
        never = _told(by_path.get(f"stages.{stage}.never_decides"), "share", 100)
        yield f"{stage}: {share} % advance; half end within {median} days; {never} % never decide"


def _told(estimate: Estimate | None, name: str, factor: float = 1.0) -> str:
    """Write an interval."""
    if estimate is None:
        return "-"
    low, high = (factor * each for each in estimate.interval(name))
    return f"{number(low)} to {number(high)}"


def _findings(found: Calibration) -> Iterator[str]:
    """Say what was found about reps, drift, arrivals and load."""
    if found.skill is not None:
        yield found.skill.sentence()
    yield from (each.sentence() for each in found.drift)
    yield from found.arrivals.notes
    yield from () if found.values is None else found.values.notes
    yield from found.load.notes


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

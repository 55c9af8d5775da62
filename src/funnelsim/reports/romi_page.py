"""The page that `funnelsim romi` prints: what each channel brings, against the firm without it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.metrics import FIGURES, Unit
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, Column, figure_column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.question_pages import spaced
from funnelsim.scenario import TODAY
from funnelsim.studies.romi import MORE, RomiResult

_ABOUT = (
    "What today has more than the same firm that has never had the channel: customers whom other channels "
    "lose to it, queues that it makes longer, and what its customers bring later are counted.",
    "ROMI: (gross margin - marketing cost) / marketing cost; below 0 the channel costs more than it brings. "
    'It has none where it costs nothing ("-"). Commission and the work on its leads are in profit alone.',
)


def romi_page(result: RomiResult, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out what channels bring for a terminal.

    Parameters
    ----------
    result : RomiResult
        What was simulated.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    """
    today = result.result[TODAY]
    months = today.forecast.months
    years = result.comparison.years
    title = f"{notes.title_of(result.result.scenario)}: what each channel brings, in the same worlds"
    return Group(
        notes.heading(title),
        Text(f"{notes.what_ran(result.result.plan, years, months)}; {notes.horizon(today.scenario)}"),
        *notes.section("Verdict", [printable(result.verdict)]),
        *spaced(tables("Channel", list(map(printable, result.channels)), _columns(result), width=width)),
        Text(),
        *map(Text, _ABOUT),
        Text(notes.precision_of_the_mean(years, months)),
        *notes.section("Watch", notes.warnings(result.result.forecast_warnings, result.result.titles)),
        *notes.next_step(next_command, width),
    )


def _columns(result: RomiResult) -> list[Column]:
    """Make columns: the return, and what today has more of each figure."""
    currency = printable(result.result[TODAY].forecast.names.currency)
    returns = [result.romi_of(channel) for channel in result.channels]
    return [
        figure_column("ROMI", Unit.SHARE, currency, returns, PRECISION),
        *(
            figure_column(
                FIGURES[metric].title,
                FIGURES[metric].unit,
                currency,
                [result.more(channel, metric) for channel in result.channels],
                PRECISION,
            )
            for metric in MORE
        ),
    ]

"""The pages that `funnelsim study` and `funnelsim store` print."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.compiling.arrays import Integers
from funnelsim.forecast import Interval
from funnelsim.metrics import FIGURES, Better, Unit
from funnelsim.metrics.wording import listed, money_range, number, rounded_up, simulated, spoken
from funnelsim.reports import notes
from funnelsim.reports.columns import ANY_TIME, PRECISION, Column, figure_column, text_column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.question_pages import spaced
from funnelsim.scenario.changes import MOST_NAMED, split_key
from funnelsim.studies.designed.holdings import Holding
from funnelsim.studies.designed.levers import Lever
from funnelsim.studies.designed.results import StudyResult
from funnelsim.studies.designed.verdicts import told

MOST_SHOWN = 20  # rows; all are in the files
_LUCK = (
    "The best of many rows is partly the luckiest: simulate those that you would choose again, with another "
    "seed."
)


def study_page(result: StudyResult, width: int = WIDTH) -> RenderableType:
    """Lay out what a study found for a terminal: the rows, the best ones if there are many.

    Parameters
    ----------
    result : StudyResult
        What was simulated.
    width : int
        Characters of a line at most.
    """
    study, months = result.study, result.months.period
    shown = _shown(result)
    labels = [str(row + 1) for row in shown]
    columns = [*_settings(result, shown), *_figures(result, shown), *_against_today(result, shown)]
    doubts = [*_doubts(result), *([_LUCK] if len(shown) < len(result.rows) else [])]
    return Group(
        notes.heading(f"{printable(study.name)}: {_which(result, len(shown))}"),
        Text(f"{simulated(result.years, months)} of each, the same for all; seed {study.seed}"),
        Text(notes.horizon(study.scenario.with_months(result.months))),
        *_verdict(result),
        *spaced(tables("Row", labels, columns, width=width)),
        Text(),
        Text(notes.precision_of_the_mean(result.years, months)),
        *notes.section("Watch", doubts),
    )


def _verdict(result: StudyResult) -> list[RenderableType]:
    """State what the rule of the study has decided, under each assumption, and how sure that is."""
    stop, found = result.study.stop, result.any_time
    if stop is None:
        return []
    said = []
    for name, each in found.items():
        which = f"{name[0].upper()}{name[1:]}: " if len(found) > 1 else ""
        said.append(printable(f"{which}{' '.join(told(each))}"))
    pairs = next(iter(found.values())).pairs
    what = "the pair" if pairs == 1 else f"any of {pairs:,} pairs"
    margin = money_range(-stop.margin, stop.margin, printable(result.study.scenario.currency))
    said.append(
        "Against today: a confidence sequence, which may be looked at after any number of years; at most "
        f"{stop.at_most:,} are simulated. The same: the whole of it lies within {margin}. The chance that "
        f"this is ever wrong about the profit of {what} is at most 5 %. The other intervals are those of a "
        "number of years that is fixed before."
    )
    return notes.section("Verdict", said)


def _against_today(result: StudyResult, shown: Integers) -> list[Column]:
    """Make the columns that say what is sure of rows against today; none where there is no rule."""
    if not result.contrasts:
        return []
    found = [result.contrasts[row] for row in shown]
    currency = printable(result.study.scenario.currency)
    gains = [Interval(each.mean, each.low, each.high) for each in found]
    columns = [
        figure_column("Profit against today", Unit.MONEY, currency, gains, ANY_TIME),
        text_column("What is sure", [each.words for each in found]),
    ]
    if any(each.open for each in found):
        more = [rounded_up(each.more_years) if each.open else "" for each in found]
        columns.append(text_column("More years", more))
    return columns


def _shown(result: StudyResult) -> Integers:
    """Choose the rows that are shown: all, or the best in the first figure."""
    if len(result.rows) <= MOST_SHOWN:
        return np.arange(len(result.rows))
    first = result.metrics[0]
    values = result.means[first].value
    ranked = values if FIGURES[first].better is Better.LESS else -values
    return np.argsort(ranked, kind="stable")[:MOST_SHOWN]  # what is undefined comes last


def _which(result: StudyResult, shown: int) -> str:
    """Say which rows are shown."""
    count = len(result.rows)
    if shown == count:
        return f"{count} rows" if count > 1 else "one row"
    figure = FIGURES[result.metrics[0]]
    end = "lowest" if figure.better is Better.LESS else "highest"
    return f"the {shown} of {count:,} rows with the {end} {figure.title.lower()}"


def _doubts(result: StudyResult) -> list[str]:
    """Say what is doubtful and of which rows; of many such sentences, the first ones."""
    told = [
        f"Row {listed(_some([str(row) for row in rows], MOST_NAMED))}: {doubt}"
        for doubt, rows in result.warnings.items()
    ]
    return _some(told, MOST_NAMED, " such sentences; study.json of --out has all")


def _some(texts: list[str], most: int, of_what: str = "") -> list[str]:
    """Keep the first of many texts, and say how many more there are.

    >>> _some(["a", "b", "c"], 2), _some(["a", "b"], 2)
    (['a', 'b', '1 more'], ['a', 'b'])
    """
    more = len(texts) - most
    return [*texts[:most], f"{more} more{of_what}"] if more > 0 else texts


def _settings(result: StudyResult, shown: Integers) -> list[Column]:
    """Make the columns that say what a row is: levers, assumption, strategy."""
    study, rows = result.study, [result.rows[row] for row in shown]
    points = [study.points[row.point - 1] for row in rows]
    columns = [
        text_column(_called(lever), [_setting(point[lever.key]) for point in points])
        for lever in study.levers
    ]
    if len(study.assumptions) > 1:
        columns.append(text_column("Assumption", [printable(row.assumption) for row in rows]))
    if len(study.strategies) > 1:
        called = [study.scenario.label_of(row.strategy) for row in rows]
        columns.append(text_column("Strategy", list(map(printable, called))))
    return columns


def _called(lever: Lever) -> str:
    """Call a lever as in a heading.

    >>> _called(Lever("channels.website.cost_per_month *="))
    'channels website cost per month, times'
    """
    path, operation = split_key(lever.key)
    return printable(spoken(" ".join(path))) + {"*=": ", times", "+=": ", plus"}.get(operation, "")


def _setting(value: object) -> str:
    return number(value, 4) if isinstance(value, float) else notes.value_in_words(value).strip('"')


def _figures(result: StudyResult, shown: Integers) -> list[Column]:
    currency = printable(result.study.scenario.currency)
    return [
        figure_column(
            FIGURES[metric].title,
            FIGURES[metric].unit,
            currency,
            [Interval(*(float(each[row]) for each in found[:3])) for row in shown],
            PRECISION,
        )
        for metric, found in result.means.items()
    ]


def store_page(folder: str, found: Sequence[Holding], width: int = WIDTH) -> RenderableType:
    """Lay out what a store holds.

    Parameters
    ----------
    folder : str
        Of the store.
    found : sequence of Holding
        By study, then what is of no use.
    width : int
        Characters of a line at most.
    """
    if not found:
        return Text(f"{printable(folder)} is empty")
    columns = [
        text_column("Files", [f"{each.files:,}" for each in found]),
        text_column("Size", [megabytes(each.size) for each in found]),
        text_column("Simulated years", [f"{each.years:,}" for each in found]),
    ]
    return Group(
        notes.heading(f"{printable(folder)}: what is kept, by study"),
        *spaced(tables("Study", [printable(each.title) for each in found], columns, width=width)),
    )


def megabytes(size: int) -> str:
    """Write a number of bytes.

    >>> megabytes(12_345_678), megabytes(10)
    ('12.3 MB', '0.0 MB')
    """
    return f"{size / 1e6:,.1f} MB"

"""What a study found: a frame with a row a point, and arrays."""
# ruff: noqa: PLC0415 (pandas is imported when a frame is asked for)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions import AnyTime, Contrast
from funnelsim.decisions.profits import PROFIT, Profits
from funnelsim.decisions.verdict import Money
from funnelsim.forecast import Precision
from funnelsim.forecast.forecast import MOST_OPEN
from funnelsim.forecast.precise import precise, size_of_contracts
from funnelsim.metrics import FIGURES
from funnelsim.metrics.figure import Figure, Parts
from funnelsim.metrics.wording import signed
from funnelsim.scenario import TODAY, Months
from funnelsim.studies.designed.study import Study
from funnelsim.studies.designed.sums import Sums

if TYPE_CHECKING:
    import pandas as pd

OPEN_SHARE = "open_share"
Places = Mapping[str, Sequence[str]]  # by cut: the names of its months, channels, ...
_AT_ONCE = 1 << 24  # numbers that are looked at together


_LEFT_OPEN = (
    f"more than {100 * MOST_OPEN:g} % of the period's inquiries are still open when the simulation ends, so "
    "that what becomes of inquiries is counted only as far as it has happened. A longer drain would follow "
    "them to the end."
)


class Row(NamedTuple):
    """One thing that is simulated: a point of the design, under an assumption, with a strategy.

    Attributes
    ----------
    point : int
        Its number, counted from 1.
    assumption, strategy : str
    content : str
        The hash of what it is simulated from: rows of one content are the same.
    """

    point: int
    assumption: str
    strategy: str
    content: str


@dataclass(frozen=True, eq=False, repr=False)
class StudyResult:
    """What a study found, as `run_study` returns it.

    Attributes
    ----------
    study : Study
    months : Months
        Of all rows.
    rows : tuple of Row
        In the order of points, then assumptions, then strategies.
    doubts : dict of str to list of int
        What readers must know of the months, in sentences, and of which rows, counted from 1.
    sums : dict of str to Sums
        By content.
    is_expected : bool
        Whether means count contracts at their expected value.
    simulated : int
        Simulated years of this run: those that were not in the store.
    today : dict of str to str
        By assumption: the content of today, where the rule of the study compares with it.
    damaged : tuple of str
        Files of the store that were damaged, and made anew.
    places : tuple of dict
        Of each row: by what figures are broken down, and the names of its months, channels, ...

    Examples
    --------
    >>> import funnelsim as fs
    >>> study = {"scenario": "first_steps", "levers": {"teams.sales.people": [2, 3]}, "replications": 20}
    >>> result = fs.run_study(fs.study_of(study), jobs=1)
    >>> list(result.table.columns)[:6]
    ['teams.sales.people', 'assumption', 'strategy', 'n', 'profit', 'profit_low']
    >>> result.values.shape  # (rows, simulated years, figures)
    (2, 20, 3)
    """

    study: Study
    months: Months
    rows: tuple[Row, ...]
    doubts: dict[str, list[int]]
    sums: dict[str, Sums]
    is_expected: bool
    simulated: int
    today: dict[str, str]
    damaged: tuple[str, ...] = ()
    places: tuple[Places, ...] = ()

    @property
    def years(self) -> int:
        """Count the simulated years of each row: fewer than asked for where a rule stopped the study."""
        return next(iter(self.sums.values())).years

    @property
    def held(self) -> int:
        """Count the simulated years of this study: of this run, and from the store."""
        return sum(each.years for each in self.sums.values())

    @property
    def metrics(self) -> tuple[str, ...]:
        """Name the figures, in the order of the last axis of arrays."""
        return self.study.metrics

    @cached_property
    def values(self) -> Floats:
        """Each figure in each simulated year, as drawn: (rows, years, figures).

        The n-th year is the same world in all rows.
        """
        return self._by_year(expected=False)

    @cached_property
    def expected(self) -> Floats:
        """The same with contracts at their expected value: totals have the same means, and vary less.

        Where strategies read the values drawn, it is `values`.
        """
        return self._by_year(expected=self.is_expected)

    @cached_property
    def twins(self) -> Floats:
        """Each figure in the twins of the first years: (rows, twins, figures).

        A twin has the uncertain numbers of its year, and chance of its own. None if nothing is uncertain.
        """
        found = [[self.sums[row.content].twins[metric] for metric in self.metrics] for row in self.rows]
        return np.array([_figures(self.metrics, parts) for parts in found])

    @cached_property
    def means(self) -> dict[str, Precision]:
        """Each figure in the mean simulated year, with its 95 % precision: arrays (rows,)."""
        return {metric: self._precision(metric) for metric in self.metrics}

    @cached_property
    def any_time(self) -> dict[str, AnyTime]:
        """What is sure of the rows against today, by assumption; nothing where there is no rule (ST12).

        Rows are called "row 1", "row 2", ..., as they are numbered. All assumptions share the 5 % chance of
        an error.
        """
        stop = self.study.stop
        if stop is None:
            return {}
        many = len(self.today)
        return {name: AnyTime(self._profits(name), stop.margin, stop.best, many) for name in self.today}

    @property
    def decided(self) -> bool:
        """Return whether nothing that the rule of the study asks is open; true where there is no rule."""
        return all(each.suffices for each in self.any_time.values())

    @cached_property
    def warnings(self) -> dict[str, list[int]]:
        """State what readers must know, in sentences, and of which rows, counted from 1."""
        share = self._precision(OPEN_SHARE).value
        late = np.flatnonzero(share > MOST_OPEN) + 1
        return self.doubts | ({_LEFT_OPEN: late.tolist()} if len(late) else {})

    @cached_property
    def points(self) -> pd.DataFrame:
        """What each row is: the value of each lever, the assumption, the strategy; `row` counts from 1."""
        import pandas as pd

        points = self.study.points
        rows = [
            {**points[row.point - 1], "assumption": row.assumption, "strategy": row.strategy}
            for row in self.rows
        ]
        return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="row"))

    @cached_property
    def table(self) -> pd.DataFrame:
        """The means: a row for each point, under each assumption with each strategy.

        The levers' values, assumption and strategy; `n`, the simulated years; each figure with `_low` and
        `_high`, its 95 % precision. Undefined values are NaN. Where a rule compares with today: `gain` in
        profit with the ends of its sequence, the `verdict`, and `more_years`, which an open question needs.
        """
        import pandas as pd

        columns: dict[str, object] = {"n": self.years}
        for metric, found in self.means.items():
            columns |= {metric: found.value, f"{metric}_low": found.low, f"{metric}_high": found.high}
        columns |= self._against_today()
        return pd.concat([self.points, pd.DataFrame(columns, index=self.points.index)], axis=1)

    def by(self, cut: str) -> pd.DataFrame:
        """The means of the figures that the study asks for by month, channel, ... (ST10).

        Parameters
        ----------
        cut : str
            One that the study has under `by`, such as "month".

        Returns
        -------
        frame
            Indexed by `row` and by the cut; each figure with `_low` and `_high`, its 95 % precision.

        Raises
        ------
        ValueError
            If the study does not ask for figures by it.
        """
        import pandas as pd

        self._must_have(cut)
        frames = []
        for number, places in enumerate(self.places):
            columns: dict[str, Floats] = {}
            for metric in self.study.cuts[cut]:
                parts = self.sums[self.rows[number].content].by[metric, cut, self.is_expected]
                found = precise(FIGURES[metric], parts, cut)
                columns |= {metric: found.value, f"{metric}_low": found.low, f"{metric}_high": found.high}
            index = pd.MultiIndex.from_product([[number + 1], list(places[cut])], names=["row", cut])
            frames.append(pd.DataFrame(columns, index=index))
        return pd.concat(frames)

    def years_by(self, metric: str, cut: str) -> Floats:
        """Return a figure by month, channel, ... in each simulated year, as drawn: (rows, years, places).

        Places are in the order of `named(cut)`; NaN where a row does not have one.

        Raises
        ------
        ValueError
            If the study does not ask for it.
        """
        self._must_have(cut, metric)
        names = self.named(cut)
        found = np.full((len(self.rows), self.years, len(names)), np.nan)
        for number, (row, places) in enumerate(zip(self.rows, self.places, strict=True)):
            columns = [names.index(name) for name in places[cut]]
            parts = self.sums[row.content].by[metric, cut, False]
            found[number][:, columns] = FIGURES[metric].formula(*parts)
        return found

    def named(self, cut: str) -> tuple[str, ...]:
        """Name the months, channels, ... that rows have.

        Raises
        ------
        ValueError
            If the study does not ask for figures by it.
        """
        self._must_have(cut)
        return tuple(dict.fromkeys(name for places in self.places for name in places[cut]))

    def _must_have(self, cut: str, metric: str = "") -> None:
        """Refuse what the study has not kept."""
        asked = self.study.cuts.get(cut, [])
        if not asked or (metric and metric not in asked):
            what = metric or "figures"
            raise ValueError(f"the study does not keep {what} by {cut}: ask for them with [by] in the study")

    def _against_today(self) -> dict[str, object]:
        """Make the columns that say what is sure of each row; none where there is no rule."""
        found = self.contrasts
        if not found:
            return {}
        return {
            "gain": [each.mean for each in found],
            "gain_low": [each.low for each in found],
            "gain_high": [each.high for each in found],
            "verdict": [each.words for each in found],
            "more_years": [each.more_years if each.open else 0.0 for each in found],
        }

    @property
    def contrasts(self) -> list[Contrast]:
        """List each row against today, in the order of rows; nothing where there is no rule."""
        found: dict[str, Contrast] = {}
        for each in self.any_time.values():
            found |= each.against_base
        return [found[_called(number)] for number in range(1, len(self.rows) + 1)] if found else []

    def _profits(self, assumption: str) -> Profits:
        """Return the profits of today, and of the rows under an assumption."""
        contents = {TODAY: self.today[assumption]}
        for number, row in enumerate(self.rows, 1):
            if row.assumption == assumption:
                contents[_called(number)] = row.content
        sums = {name: self.sums[content] for name, content in contents.items()}
        months = self.months.period
        return Profits(
            base=TODAY,
            drawn={name: _profit(each, expected=False) for name, each in sums.items()},
            counted={name: _profit(each, self.is_expected) for name, each in sums.items()},
            contracts={name: each.contracts for name, each in sums.items()},
            sizes={name: _size_of_contracts(each, self.is_expected) for name, each in sums.items()},
            alike=lambda one, other: sums[one].digests == sums[other].digests,
            called=str,
            money=Money(self.study.scenario.currency, signed(months, None)),
            months=months,
        )

    def _by_year(self, expected: bool) -> Floats:
        found = [
            [self.sums[row.content].parts[metric, expected] for metric in self.metrics] for row in self.rows
        ]
        return np.array([_figures(self.metrics, parts) for parts in found])

    def _precision(self, metric: str) -> Precision:
        """Estimate a figure of all rows, as many at once as memory may take."""
        figure = FIGURES[metric]
        contents = list(self.sums)
        size = max(part.size for part in self.sums[contents[0]].parts[metric, self.is_expected])
        step = max(1, _AT_ONCE // size)
        pieces = [
            self._of_contents(figure, contents[first : first + step])
            for first in range(0, len(contents), step)
        ]
        together = Precision(*(np.concatenate(each) for each in zip(*pieces, strict=True)))
        places = [contents.index(row.content) for row in self.rows]
        return Precision(*(each[places] for each in together))

    def _of_contents(self, figure: Figure, contents: Sequence[str]) -> Precision:
        found, key = [self.sums[content] for content in contents], (figure.name, self.is_expected)
        parts = [np.stack(each, axis=1) for each in zip(*(each.parts[key] for each in found), strict=True)]
        contracts = np.stack(_padded([each.contracts for each in found]), axis=1)
        added = [np.stack(_padded(each)) for each in zip(*(each.added[key] for each in found), strict=True)]
        return precise(figure, tuple(parts), contracts=contracts, added=tuple(added))


def _called(number: int) -> str:
    """Call a row, counted from 1, in verdicts."""
    return f"row {number}"


def _profit(sums: Sums, expected: bool) -> Floats:
    """Return the profit of each year: (years,)."""
    return _figures([PROFIT], [sums.parts[PROFIT, expected]])[:, 0]


def _size_of_contracts(sums: Sums, expected: bool) -> Floats:
    """Compute by how much one more contract in a year would move its profit: (segments,)."""
    parts = tuple(part[:, None] for part in sums.parts[PROFIT, expected])
    added = tuple(each[None] for each in sums.added[PROFIT, expected])
    shape = (1, sums.contracts.shape[1])
    return np.asarray(size_of_contracts(FIGURES[PROFIT], parts, added, shape)[0])


def _figures(metrics: Sequence[str], parts: Sequence[Parts]) -> Floats:
    """Return figures of each year from their parts: (years, figures)."""
    each = [
        FIGURES[metric].formula(*(part[:, None] for part in of_one))[:, 0]
        for metric, of_one in zip(metrics, parts, strict=True)
    ]
    return np.stack(each, axis=1)


def _padded(by_segment: Sequence[Floats]) -> list[Floats]:
    """Add segments of which there is nothing, behind those that there are."""
    most = max(each.shape[-1] for each in by_segment)
    return [np.pad(each, [(0, 0)] * (each.ndim - 1) + [(0, most - each.shape[-1])]) for each in by_segment]

"""The results of a simulation: figures as frames, pictures, a verdict.

Pandas and matplotlib are imported when a frame or a picture is asked for, so that the command line
starts without them.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from funnelsim.decisions import Comparison
from funnelsim.forecast import Forecast
from funnelsim.metrics.wording import spoken
from funnelsim.scenario import Scenario
from funnelsim.studies.replication import Plan

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def reports(module: str) -> Any:
    """Import a module of `reports` by name, because data is on a floor below all pictures."""
    return import_module(f"funnelsim.reports.{module}")


@dataclass(frozen=True)
class SimulationResult:
    """One strategy in many simulated years, as `simulate` returns it.

    Columns of its frames: `mean` with `low` and `high`, its 95 % precision; `p10`, `p50` and `p90`, the
    range of single simulated years. Undefined values are NaN or infinite.

    Attributes
    ----------
    scenario : Scenario
        Of the strategy, with its changes made and its months settled.
    strategy : str
    forecast : Forecast
        The finished years.
    plan : Plan
        What was asked for.
    digest : str or None
        SHA-256 of all ledgers, if the plan asks for it.
    notes : tuple of str
        In sentences, what the strategy sets although the scenario was changed there.
    title : str
        What tables and pictures call the strategy: its title, or its name where it has none.
    price_notes : tuple of str
        In sentences, where a price changes and the gross margin does not.
    check_notes : tuple of str
        In sentences, which checks of a stage do harm.

    Examples
    --------
    >>> import funnelsim as fs
    >>> result = fs.simulate(fs.load("first_steps"), replications=5, jobs=1)
    >>> result.years, round(float(result.summary.loc["inquiries", "mean"] / 480), 1)
    (5, 1.0)
    >>> sorted(result.by_stage["conversion"].columns)
    ['high', 'low', 'mean', 'p10', 'p50', 'p90']
    """

    scenario: Scenario
    strategy: str
    forecast: Forecast
    plan: Plan
    digest: str | None = None
    notes: tuple[str, ...] = ()
    title: str = ""
    price_notes: tuple[str, ...] = ()
    check_notes: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Call the strategy as sentences and pictures do: by its title, or by its name in words."""
        return spoken(self.strategy) if self.title in ("", self.strategy) else self.title

    @property
    def years(self) -> int:
        """Count the simulated years that were finished."""
        return self.forecast.years

    @property
    def stopped(self) -> bool:
        """Return whether fewer years than asked for were finished."""
        return self.forecast.years < self.plan.replications

    @property
    def warnings(self) -> tuple[str, ...]:
        """State in sentences what readers must know before they use the figures."""
        return (*self.notes, *self.watch)

    @property
    def watch(self) -> tuple[str, ...]:
        """State what readers must know of prices, checks and forecasts: the warnings without the notes."""
        return (*self.price_notes, *self.check_notes, *self.scenario.doubts, *self.forecast.warnings())

    @cached_property
    def summary(self) -> pd.DataFrame:
        """All figures of the period: a row for each; title, unit and statistics."""
        from funnelsim.studies import frames

        return frames.summary(self.forecast)

    @property
    def by_month(self) -> pd.DataFrame:
        """Figures by month: columns (figure, statistic)."""
        return self._by("month")

    @cached_property
    def cumulative(self) -> pd.DataFrame:
        """Revenue, bookings, contracts and more, added up from the period's first month to each month.

        Columns (figure, statistic): `mean`, and the range of single simulated years.
        """
        from funnelsim.studies import frames

        return frames.cumulative(self.forecast)

    @property
    def by_channel(self) -> pd.DataFrame:
        """Figures by channel: columns (figure, statistic)."""
        return self._by("channel")

    @property
    def by_segment(self) -> pd.DataFrame:
        """Figures by segment: columns (figure, statistic)."""
        return self._by("segment")

    @property
    def by_stage(self) -> pd.DataFrame:
        """Figures by stage: columns (figure, statistic)."""
        return self._by("stage")

    @property
    def by_rep(self) -> pd.DataFrame:
        """Figures by rep: columns (figure, statistic)."""
        return self._by("rep")

    @property
    def by_team(self) -> pd.DataFrame:
        """Figures by team: columns (figure, statistic)."""
        return self._by("team")

    @cached_property
    def conversions(self) -> pd.DataFrame:
        """The conversion typed for each stage beside the simulated one."""
        from funnelsim.studies import frames

        return frames.conversions(self.forecast)

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Inquiries of the period that ended without a contract: stages by reasons, in the mean year."""
        from funnelsim.studies import frames

        return frames.reasons(self.forecast)

    @cached_property
    def team_hours(self) -> pd.DataFrame:
        """Hours of the period by team: available, worked, asked."""
        from funnelsim.studies import frames

        return frames.teams(self.forecast)

    @cached_property
    def unknown(self) -> pd.DataFrame:
        """The share of the variance between years that comes from uncertain numbers; the rest is chance.

        A row for each main figure; no rows if nothing is uncertain.
        """
        from funnelsim.studies import frames

        return frames.unknown(self.forecast)

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """Rank correlation of the main figures with each uncertain number, the strongest first."""
        from funnelsim.studies import frames

        return frames.drivers(self.forecast)

    @cached_property
    def goals(self) -> pd.DataFrame:
        """The chance of each goal with its 95 % interval `low` and `high`, and where its figure stands."""
        from funnelsim.studies import frames

        return frames.goals({self.strategy: self.forecast}).droplevel("strategy")

    @cached_property
    def quota(self) -> pd.DataFrame:
        """How far bookings reach the quotas of `[plan]`: a row for each quarter of the firm, a team or a rep.

        `quota`; `attained` (bookings / quota) and `gap` (bookings - quota) with their statistics; the
        `chance` of at least the quota. No rows without a plan.
        """
        from funnelsim.studies import frames

        return frames.quota(self.forecast)

    @cached_property
    def cycle(self) -> pd.DataFrame:
        """The share of contracts won by each number of days since the inquiry."""
        from funnelsim.studies import frames

        return frames.cycle(self.forecast)

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """The customers who signed in each month, at the end of that month and of each later one.

        `age`, the months between the two; `customers`, how many are left in the mean simulated year;
        `retention`, the share of those who signed; `lifetime_value`, the gross margin of what one who signed
        has paid so far, discounted by `finance.discount_rate_per_year`; `beyond`, which share of all that one
        brings is still to come, if churn stays that of the period. `_low` and `_high` are their 95 %
        precision.
        """
        from funnelsim.studies import frames

        return frames.cohorts(self.forecast)

    def plot_forecast(self, metric: str = "bookings", ax: Axes | None = None) -> Axes:
        """Draw a figure by month: median and range of single simulated years.

        Parameters
        ----------
        metric : str
            A figure that has values by month, such as "bookings" or "won".
        ax : Axes, optional
            Where to draw; a new figure by default.

        Raises
        ------
        ValueError
            If there is no such figure, or not by month.
        """
        return reports("pictures").forecast_fan(self.forecast, self.called, metric, ax)

    def plot_funnel(self, ax: Axes | None = None) -> Axes:
        """Draw what becomes of the period's inquiries in each stage, in the mean simulated year."""
        return reports("pictures").funnel(self.forecast, self.called, ax)

    def plot_flow(self) -> Figure:
        """Draw where leads wait, stage by stage: for a rep by month, and for whom in the mean visit."""
        return reports("flow_picture").flow({self.called: self.forecast})

    def plot_cycle(self, ax: Axes | None = None) -> Axes:
        """Draw the share of contracts won by the days since the inquiry."""
        return reports("pictures").cycle_curve({self.called: self.forecast}, ax=ax)

    def plot_retention(self, ax: Axes | None = None) -> Axes:
        """Draw the share of customers that is left by the months since they signed, each cohort and all.

        Raises
        ------
        ValueError
            If nobody signs a contract about a recurring product in the period.
        """
        return reports("pictures").retention(self.forecast, self.called, ax)

    def plot_mrr_bridge(self, ax: Axes | None = None) -> Axes:
        """Draw how monthly recurring revenue comes from the period's beginning to its end: the MRR bridge.

        Raises
        ------
        ValueError
            If nobody signs a contract about a recurring product in the period.
        """
        return reports("pictures").mrr_bridge(self.forecast, self.called, ax)

    def plot_cash(self, ax: Axes | None = None) -> Axes:
        """Draw cash at the end of each month: median and range of single simulated years, and where it is 0.

        Raises
        ------
        ValueError
            If the scenario says nothing of cash.
        """
        return reports("pictures").cash_balance(self.forecast, self.called, ax)

    def plot_response(self) -> tuple[Axes, Axes]:
        """Draw inquiries, and what one more of them costs, against each channel's cost per month.

        Raises
        ------
        ValueError
            If no channel has a response.
        """
        return reports("responses").plot_response(self.scenario)

    def _by(self, dimension: str) -> pd.DataFrame:
        from funnelsim.studies import frames

        return frames.breakdown(self.forecast, dimension)

    def _repr_html_(self) -> str:
        return reports("notebook").simulation_html(self)


@dataclass(frozen=True)
class ComparisonResult:
    """Strategies of a scenario in the same worlds, as `compare` returns them.

    Iterating gives the names of the strategies, `result[name]` the `SimulationResult` of one.

    Attributes
    ----------
    scenario : Scenario
        With all its strategies.
    simulations : dict of str to SimulationResult
        By strategy; the first is the base that the others are compared with.

    Examples
    --------
    >>> import funnelsim as fs
    >>> result = fs.compare(fs.load("first_steps"), replications=5, jobs=1)
    >>> list(result), result.base
    (['today', 'more_inquiries', 'one_more_rep'], 'today')
    >>> bool(result.table.loc["one_more_rep", "cost"] > result.table.loc["today", "cost"])
    True
    """

    scenario: Scenario
    simulations: dict[str, SimulationResult]

    @cached_property
    def comparison(self) -> Comparison:
        """The paired comparison against the base."""
        forecasts = {name: each.forecast for name, each in self.simulations.items()}
        return Comparison(forecasts, called=self.scenario.title_of)

    @property
    def base(self) -> str:
        """Name the strategy that the others are compared with."""
        return self.comparison.base

    @property
    def years(self) -> int:
        """Count the simulated years that every strategy finished."""
        return self.comparison.years

    @property
    def plan(self) -> Plan:
        """Return what was asked for."""
        return self.simulations[self.base].plan

    @property
    def stopped(self) -> bool:
        """Return whether fewer years than asked for were finished by every strategy."""
        return self.simulations[self.base].stopped

    @property
    def verdict(self) -> str:
        """State in words what to choose, on profit."""
        return self.comparison.verdict()

    @property
    def answer(self) -> str:
        """State in a few sentences what to choose, and what becomes of the goals."""
        return " ".join(self.comparison.answer())

    @property
    def titles(self) -> dict[str, str]:
        """Call each strategy as tables and pictures do: by its title, or by its name where it has none."""
        return {name: each.title for name, each in self.simulations.items()}

    @property
    def best(self) -> str | None:
        """Name the strategy that surely beats the base and every other on profit; None if none does."""
        return self.comparison.best()

    @property
    def warnings(self) -> dict[str, tuple[str, ...]]:
        """State what readers must know, by strategy; those without warnings are left out."""
        found = {name: each.warnings for name, each in self.simulations.items()}
        return {name: warnings for name, warnings in found.items() if warnings}

    @property
    def notes(self) -> dict[str, tuple[str, ...]]:
        """State what strategies set although the scenario was changed there, by strategy."""
        return {name: each.notes for name, each in self.simulations.items() if each.notes}

    @property
    def forecast_warnings(self) -> dict[str, tuple[str, ...]]:
        """State what to know of prices and forecasts, by strategy: the warnings without the notes."""
        return {name: each.watch for name, each in self.simulations.items() if each.watch}

    @cached_property
    def table(self) -> pd.DataFrame:
        """The figures that decide: a row for each strategy.

        For each figure its mean with `_p10` and `_p90`, the range of single simulated years; for
        `profit_gain` (against the base) and `return_on_extra` the 95 % precision `_low` and `_high`.
        `ahead` is the share of years in which its profit is above the base's, `chance_of_loss` that of years
        in which it is below 0.
        `chance_best` is how likely its mean profit is the highest, `expected_regret` how much less than the
        highest it is in the mean (`Comparison.chances`).
        """
        from funnelsim.studies import frames

        return frames.decision_table(self.comparison)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """All figures of the period: a row for each strategy and figure."""
        return self._stacked("summary")

    @cached_property
    def differences(self) -> pd.DataFrame:
        """All figures against the base: a row for each strategy and figure, 95 % precision of the mean."""
        from funnelsim.studies import frames

        return frames.differences(self.comparison)

    @property
    def unknown(self) -> pd.DataFrame:
        """The share of the variance between years from uncertain numbers, by strategy and figure."""
        return self._stacked("unknown")

    @property
    def drivers(self) -> pd.DataFrame:
        """Rank correlation of the main figures with each uncertain number, by strategy."""
        return self._stacked("drivers")

    @cached_property
    def goals(self) -> pd.DataFrame:
        """The chance of each goal by strategy, with its 95 % interval, and where its figure stands."""
        from funnelsim.studies import frames

        return frames.goals(self.comparison.forecasts)

    @property
    def quota(self) -> pd.DataFrame:
        """How far bookings reach the quotas of `[plan]`, by strategy."""
        return self._stacked("quota")

    @property
    def by_month(self) -> pd.DataFrame:
        """Figures by strategy and month."""
        return self._stacked("by_month")

    @property
    def by_channel(self) -> pd.DataFrame:
        """Figures by strategy and channel."""
        return self._stacked("by_channel")

    @property
    def by_segment(self) -> pd.DataFrame:
        """Figures by strategy and segment."""
        return self._stacked("by_segment")

    @property
    def by_stage(self) -> pd.DataFrame:
        """Figures by strategy and stage."""
        return self._stacked("by_stage")

    @property
    def by_rep(self) -> pd.DataFrame:
        """Figures by strategy and rep."""
        return self._stacked("by_rep")

    @property
    def by_team(self) -> pd.DataFrame:
        """Figures by strategy and team."""
        return self._stacked("by_team")

    def plot_strategies(self, metric: str = "profit", ax: Axes | None = None) -> Axes:
        """Draw a figure of each strategy, the best first, beside its difference from the base's.

        The figure has the range of single simulated years, the difference the precision of the mean.

        Parameters
        ----------
        metric : str
            A figure, such as "profit", "won" or "cycle_length".
        ax : Axes, optional
            Where to draw the differences alone; a new figure with both by default.

        Returns
        -------
        Axes
            Of the differences.

        Raises
        ------
        ValueError
            If there is no such figure.
        """
        called = {name: each.called for name, each in self.simulations.items()}
        return reports("pictures").strategies(self.comparison, called, metric, ax)

    def plot_cycle(self, ax: Axes | None = None) -> Axes:
        """Draw the cycle curves: the base, the other with the highest mean profit, and the rest in grey."""
        pictures = reports("pictures")
        shown = [self[name].called for name in pictures.foremost(self.comparison)]
        forecasts = {each.called: each.forecast for each in self.simulations.values()}
        return pictures.cycle_curve(forecasts, shown, ax)

    def plot_flow(self) -> Figure:
        """Draw where leads wait, stage by stage: the base, and the other with the highest mean profit."""
        shown = reports("pictures").foremost(self.comparison)
        return reports("flow_picture").flow({self[name].called: self[name].forecast for name in shown})

    def __iter__(self) -> Iterator[str]:
        return iter(self.simulations)

    def __len__(self) -> int:
        return len(self.simulations)

    def __getitem__(self, strategy: str) -> SimulationResult:
        return self.simulations[strategy]

    def _stacked(self, frame: str) -> pd.DataFrame:
        from funnelsim.studies import frames

        return frames.side_by_side((name, getattr(each, frame)) for name, each in self.simulations.items())

    def _repr_html_(self) -> str:
        return reports("notebook").comparison_html(self)

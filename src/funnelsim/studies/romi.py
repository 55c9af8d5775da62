"""Return on marketing investment: what each channel brings, against the same worlds without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from funnelsim.decisions import Comparison
from funnelsim.forecast import Interval
from funnelsim.io.progress import Progress
from funnelsim.metrics.wording import listed, spoken
from funnelsim.scenario import TODAY, Problem, Scenario, ScenarioError
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import compare

if TYPE_CHECKING:
    import pandas as pd

WITHOUT = "without_"
MORE = ("won", "contribution", "marketing_cost", "profit")


@dataclass(frozen=True)
class RomiResult:
    """What each channel brings, as `romi` returns it.

    Attributes
    ----------
    channels : tuple of str
        Each of them was switched off once.
    result : ComparisonResult
        Today and, by channel, the firm without it: strategy "without_NAME".
    """

    channels: tuple[str, ...]
    result: ComparisonResult

    @property
    def comparison(self) -> Comparison:
        """Return today against the firm without each channel, in the same worlds."""
        return self.result.comparison

    def romi_of(self, channel: str) -> Interval:
        """Return (gross margin - marketing cost) / marketing cost of what today has more than without it."""
        return self.comparison.return_without(WITHOUT + channel)

    def more(self, channel: str, metric: str) -> Interval:
        """Return how much more of a figure today has than the firm without a channel."""
        found = self.comparison.differences(metric)[WITHOUT + channel]
        return Interval(-found.mean, -found.high, -found.low)

    @property
    def verdict(self) -> str:
        """State in words which channels surely bring more profit than they cost, and which surely do not."""
        found = {name: self.more(name, "profit") for name in self.channels}
        ranked = sorted(found, key=lambda name: -found[name].value)
        pays = [spoken(name) for name in ranked if found[name].low > 0]
        burdens = [spoken(name) for name in reversed(ranked) if found[name].high < 0]
        said = [f"{listed(pays)} surely {_verb('add', pays)} to profit"] if pays else []
        said += [f"{listed(burdens)} surely {_verb('take', burdens)} from it"] if burdens else []
        if not said:
            return "Of no channel is it sure whether it adds to profit or takes from it."
        others = [spoken(name) for name in ranked if not (found[name].low > 0 or found[name].high < 0)]
        said += [f"of {listed(others)} it is not sure"] if others else []
        text = "; ".join(said if pays else [each.replace("from it", "from profit") for each in said])
        return f"{text[0].upper()}{text[1:]}."

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate the channels: a row for each.

        `romi` has its 95 % precision beside it, and is NaN where the channel costs nothing. `won`,
        `contribution`, `marketing_cost` and `profit` are what today has more.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        rows = [
            [*self.romi_of(name), *(self.more(name, metric).value for metric in MORE)]
            for name in self.channels
        ]
        columns = ["romi", "low", "high", *MORE]
        return pd.DataFrame(rows, index=pd.Index(self.channels, name="channel"), columns=columns)


def _verb(verb: str, who: Sequence[str]) -> str:
    """Write a verb for one or several."""
    return f"{verb}s" if len(who) == 1 else verb


def romi(
    scenario: Scenario,
    *,
    channels: Sequence[str] | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> RomiResult:
    """Simulate a firm with all channels, and without each one, in the same worlds.

    The firm without a channel has never had it: both are in their own steady state. So what a channel brings
    includes the customers that other channels lose to it, the queues that it makes longer for all, and what
    its customers bring later. Source: Farris, Bendle, Pfeifer and Reibstein (2010), Marketing Metrics.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    channels : sequence of str, optional
        Which ones. Default: all that are not off.
    replications, seed, engine, jobs, progress
        As in `compare`.

    Raises
    ------
    ScenarioError
        If there is no such channel, none at all, or a firm without one is not valid.
    ValueError, KeyboardInterrupt
        As in `compare`.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> found = romi(load("first_steps"), replications=4, jobs=1)
    >>> found.channels, list(found.table.columns)[:3]
    (('website',), ['romi', 'low', 'high'])
    """
    known = [name for name, channel in scenario.channels.items() if not channel.off]
    chosen = tuple(dict.fromkeys(known if channels is None else channels))
    if not chosen:
        raise ScenarioError([Problem("", "there is no channel that is on", "one at least")], scenario.source)
    if wrong := [name for name in chosen if name not in known]:
        there = f"there is no channel {wrong[0]!r}"
        raise ScenarioError([Problem("", there, ", ".join(known))], scenario.source)
    strategies = {
        f"{WITHOUT}{name}": {"always": True, "change": {f"channels.{name}.off": True}} for name in chosen
    }
    result = compare(
        scenario.with_strategies(strategies),
        strategies=[TODAY, *strategies],
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        progress=progress,
    )
    return RomiResult(chosen, result)

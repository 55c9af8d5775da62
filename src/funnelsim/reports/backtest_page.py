"""The page that `funnelsim backtest` prints: whether to believe the forecast, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.calibration.backtest.results import WHOLE, Backtest, compared
from funnelsim.calibration.backtest.scores import FEWEST, LEVELS, Coverage, Mean, Relative
from funnelsim.calibration.backtest.windows import WINS
from funnelsim.forecast import Interval
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import UNDEFINED, listed, number, percent
from funnelsim.reports import notes
from funnelsim.reports.columns import Column, figure_column, rounded, text_column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.question_pages import spaced

_JUDGED = LEVELS[1]  # 80 %: the range that the first sentence is about
_RANGE = "P10-P90"
_ABOUT = (
    "CRPS: how far what came lay from the forecast's whole distribution, in the unit of what is forecast; "
    "lower is better.",
    "It beats a baseline if its CRPS is lower on average and in at least two thirds of the windows; else "
    "that is not shown.",
    "In its 80 %: how often what came lay in the middle 80 % of the forecast, with its 95 % interval; "
    f"few: below {FEWEST} windows that do not overlap it is not judged.",
    "Bias: by how much the mean forecast was too high, as a share of what came.",
)
_OF_DEALS = (
    "Of the chance that each open deal is won by the end of the window; lower is better. Intervals are 95 %, "
    "over owners where they are known, else over weeks of creation."
)


def backtest_page(result: Backtest, source: str, width: int = WIDTH) -> RenderableType:
    """Lay out a backtest for a terminal; the first sentence says whether to believe the forecast.

    Parameters
    ----------
    result : Backtest
        What was forecast and what came.
    source : str
        Name of the history.
    width : int
        Characters of a line at most.
    """
    return Group(
        notes.heading(f"{printable(source)}: {result.judged}, scored on what came next"),
        Text(" ".join(verdict(result))),
        Text(),
        Text(_what_was_scored(result)),
        *_of_quantities(result, width),
        *(each for field in result.by for each in _of_field(result, field, width)),
        *spaced(tables("Window from", _days(result), _window_columns(result), Column.beside, width)),
        *_of_deals(result, width),
        Text(),
        *map(Text, _ABOUT),
        *notes.section("Not scored", [printable(each) for each in (*result.not_scored, *result.not_made)]),
    )


def verdict(result: Backtest) -> Iterator[str]:
    """Say whether to believe the forecast of wins: against its baselines, and its ranges."""
    beats = {name: result.against(name).beats for name in result.baselines}
    beaten = [name for name, is_beaten in beats.items() if is_beaten]
    covered = result.coverage(result.judged)[LEVELS.index(_JUDGED)]
    yield _believed(len(beaten), len(beats), covered)
    if beaten:
        yield f"It beats {listed(list(map(_quoted, beaten)))}."
    others = [_quoted(name) for name in beats if name not in beaten]
    if others:
        yield f"That it is better than {listed(others, 'or')} is not shown."
    yield _ranges(covered)


def _believed(beaten: int, baselines: int, covered: Coverage) -> str:
    """Write the first sentence."""
    if covered.verdict == "too narrow":
        return "Do not believe its ranges: what came lay outside them more often than they say."
    if beaten < baselines:
        simple = "none of the simple forecasts" if not beaten else f"{beaten} of {baselines} simple forecasts"
        return f"Do not rely on this forecast of wins yet: it is shown to be better than {simple}."
    better = "it is better than every simple forecast" if baselines else "nothing was compared with it"
    if covered.verdict == "too few to judge":
        few = "there are too few windows to judge its ranges"
        return f"Believe this forecast of wins with care: {better}, but {few}."
    return f"This forecast of wins can be believed: {better}, and its ranges hold."


def _ranges(covered: Coverage) -> str:
    """Say how often what came lay in the range, and what that tells."""
    low, high = (number(100 * each) for each in (covered.low, covered.high))
    inside = (
        f"In {number(100 * covered.share)} % of {_windows(covered.windows)} (95 % interval {low} to {high})"
    )
    seen = f"{inside} what came lay in the {number(100 * _JUDGED)} % range"
    if covered.verdict == "too few to judge":
        return f"{seen}: fewer than {FEWEST} windows that do not overlap are too few to judge it."
    told = {"holds": "it holds", "too wide": "it is wider than it need be", "too narrow": "it is too narrow"}
    return f"{seen}: {told[covered.verdict]}."


def _what_was_scored(result: Backtest) -> str:
    days, free = result.origins, result.independent
    first, last = f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}"
    span = f"from {first}" if first == last else f"the first from {first}, the last from {last}"
    text = f"{_windows(len(days))} of {result.horizon.words()}, {span}"
    if free < len(days):
        text += f"; they overlap, and are not independent: intervals are for the {free} that do not"
    return f"{text}. Each forecast is made from what was known then."


def _of_quantities(result: Backtest, width: int) -> Iterator[RenderableType]:
    """Write a table for each quantity: the judged forecast and its baselines."""
    for quantity in result.quantities:
        known = [name for name in result.forecasters if len(result.of(name, quantity))]
        if result.judged not in known:
            continue
        yield Text()
        yield notes.heading(f"{printable(quantity[0].upper() + quantity[1:])}")
        found = tables(
            "Forecast", list(map(printable, known)), _columns(result, quantity, known), width=width
        )
        yield from found


def _columns(result: Backtest, quantity: str, names: Sequence[str]) -> list[Column]:
    scores = [float(result.of(name, quantity)["crps"].mean()) for name in names]
    against = [None if name == result.judged else result.against(name, quantity) for name in names]
    covered = [result.coverage(name, quantity) for name in names]
    return [
        figure_column("CRPS", Unit.RATIO, "", [Interval(score, math.nan, math.nan) for score in scores]),
        *_comparison_columns(against),
        text_column("bias", [_percent(result.bias(name, quantity)) for name in names]),
        *(
            text_column(f"in its {number(100 * level)} %", [_covered(each[place]) for each in covered])
            for place, level in enumerate(LEVELS)
        ),
    ]


def _of_field(result: Backtest, field: str, width: int) -> Iterator[RenderableType]:
    """Write the table of the wins by the values of a field."""
    scores = {name: result.by_field(name, field) for name in result.forecasters}
    known = [name for name, found in scores.items() if len(found)]
    if result.judged not in known:
        return
    against = [
        None if name == result.judged else compared(scores[result.judged], scores[name]) for name in known
    ]
    means = [Interval(float(scores[name].mean()), math.nan, math.nan) for name in known]
    columns = [figure_column("CRPS", Unit.RATIO, "", means), *_comparison_columns(against)]
    yield Text()
    yield notes.heading(f"Wins by {printable(field)}, the CRPS of all of them added up")
    yield from tables("Forecast", list(map(printable, known)), columns, width=width)


def _comparison_columns(against: Sequence[Relative | None]) -> list[Column]:
    return [
        text_column("first relative to it", [_ratio(each) for each in against]),
        text_column("first lower in", [_lower(each) for each in against]),
        text_column("first beats it", [_beats(each) for each in against]),
    ]


def _window_columns(result: Backtest) -> list[Column]:
    """Write what was forecast and what came, window by window, and the CRPS relative to each baseline."""
    found = result.of(result.judged)
    forecast = [Interval(row["p50"], row["p10"], row["p90"]) for _, row in found.iterrows()]
    came = [Interval(value, math.nan, math.nan) for value in found["came"]]
    ratios = [result.by_window(name).reindex(found.index) for name in result.baselines]
    return [
        figure_column("Wins forecast", Unit.COUNT, "", forecast, _RANGE),
        figure_column("came", Unit.COUNT, "", came),
        *(
            text_column(f"CRPS relative to {name}", [rounded(value, 2) for value in of_it])
            for name, of_it in zip(result.baselines, ratios, strict=True)
        ),
    ]


def _of_deals(result: Backtest, width: int) -> Iterator[RenderableType]:
    """Write the scores of the chances of open deals."""
    known = [name for name in result.forecasters if (result.deals["forecaster"] == name).any()]
    if result.judged not in known:
        return
    own = [result.deal_scores(name) for name in known]
    moved = [None if name == result.judged else result.deals_against(name) for name in known]
    columns = [
        text_column("deals", [f"{each.deals:,}" for each in own]),
        text_column("log score", [_mean(each.log) for each in own]),
        text_column("first less it", ["" if each is None else _mean(each.log) for each in moved]),
        text_column("Brier score", [_mean(each.brier) for each in own]),
        text_column("first less it", ["" if each is None else _mean(each.brier) for each in moved]),
    ]
    yield Text()
    yield notes.heading("Open deals, one by one")
    yield Text(_OF_DEALS)
    yield from tables("Forecast", list(map(printable, known)), columns, width=width)


def _days(result: Backtest) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in result.of(result.judged, WINS, WHOLE).index]


def _windows(count: int) -> str:
    return f"{count} window{'' if count == 1 else 's'}"


def _quoted(name: str) -> str:
    return f'"{printable(name)}"'


def _ratio(found: Relative | None) -> str:
    return "" if found is None else rounded(found.ratio, 2)


def _lower(found: Relative | None) -> str:
    return "" if found is None else f"{found.lower} of {found.windows}"


def _beats(found: Relative | None) -> str:
    return "" if found is None else "yes" if found.beats else "not shown"


def _percent(share: float) -> str:
    return f"{100 * share:+.0f} %" if math.isfinite(share) else UNDEFINED


def _covered(found: Coverage) -> str:
    if not found.windows:
        return UNDEFINED
    ends = f"{100 * found.low:.0f} to {100 * found.high:.0f}"
    return f"{percent(found.share)}\n{'few' if found.verdict == 'too few to judge' else ends}"


def _mean(found: Mean) -> str:
    if math.isnan(found.low):
        return rounded(found.value, 3)
    return f"{found.value:.3f}\n{found.low:.3f} to {found.high:.3f}"

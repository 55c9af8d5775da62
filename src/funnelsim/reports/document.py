"""Results as one JSON document; undefined values are null."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from funnelsim.decisions import Difference
from funnelsim.forecast import ADDED_UP, MAIN, Breakdown, Chance, Estimate, Forecast, Interval, Within
from funnelsim.io.progress import Progress, silent, step
from funnelsim.metrics import FIGURES
from funnelsim.planning.optimise import OptimiseResult
from funnelsim.planning.select import SelectionResult
from funnelsim.scenario import AS_TYPED, Lever, Scenario, assumed, levers
from funnelsim.studies.assumptions import AssumptionsResult
from funnelsim.studies.results import ComparisonResult, SimulationResult
from funnelsim.studies.romi import RomiResult
from funnelsim.studies.sequential import Decision, DecisionsResult

if TYPE_CHECKING:
    from funnelsim.planning.bottleneck import BottleneckResult
    from funnelsim.planning.bridge import BridgeResult
    from funnelsim.planning.marginal import MarginalResult
    from funnelsim.planning.measure_next import MeasureNextResult
    from funnelsim.planning.tipping import TippingResult
    from funnelsim.planning.tornado import TornadoResult

    Explained = TornadoResult | TippingResult | BottleneckResult | MarginalResult | BridgeResult

_CUTS = ("month", "channel", "segment", "stage", "rep", "team")
_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
_INTERVALS = {
    "low, high": "precision of the mean: its 95 % interval; null with too few simulated years",
    "more_years": "simulated years that the interval would take besides; 0 if it is there",
    "p10, p50, p90": "range of outcomes: a new year is below p10 with a chance of 10 %, below p90 with 90 %",
    "p10_low, p10_high, p90_low, p90_high": "precision of the ends of the range: their 95 % intervals",
}
_P_VALUES = {
    "p_value": "of no difference from the base, two-sided; null with too few simulated years",
    "p_value_holm": "the same, adjusted for the {strategies} strategies compared with the base (Holm); not "
    "for the number of figures or of assumptions",
    "chance_best": "how likely the strategy's mean profit is the highest, over resamples of the worlds",
    "expected_regret": "how much mean profit is given up by choosing it, in the mean over these resamples",
}


def comparison_document(result: ComparisonResult, progress: Progress = silent) -> dict[str, Any]:
    """Write a comparison as plain tables; working out its figures is a step of the progress.

    Strategies have every figure with both intervals; `against_base` has the paired differences.
    """
    with step(progress, "Working out", _count(result), "figures") as tell:
        return {**_what_ran(result[result.base], result.scenario), **_compared(result, tell)}


def assumptions_document(result: AssumptionsResult, progress: Progress = silent) -> dict[str, Any]:
    """Write comparisons under assumptions as plain tables; `under` has the whole comparison under each."""
    with step(progress, "Working out", sum(map(_count, result.comparisons.values())), "figures") as tell:
        return _under_assumptions(result, tell)


def _under_assumptions(result: AssumptionsResult, tell: Progress) -> dict[str, Any]:
    typed = result[AS_TYPED]
    return {
        **_what_ran(typed[typed.base], result.scenario),
        "under": {
            name: {**_what_is_assumed(each.scenario), **_compared(each, tell)}
            for name, each in result.comparisons.items()
        },
        "best": result.best,
        "ahead": {
            name: None if lead is None else {"of": lead.second, "by": _interval(lead.by)}
            for name, lead in result.leads.items()
        },
        "verdict": result.verdict,
    }


def romi_document(result: RomiResult, progress: Progress = silent) -> dict[str, Any]:
    """Write what each channel brings as plain tables, with the comparison that it is taken from."""
    return {
        **comparison_document(result.result, progress),
        "romi": {name: dict(row) for name, row in result.table.iterrows()},
        "romi_verdict": result.verdict,
    }


def decision_document(result: Decision) -> dict[str, Any]:
    """Write a verdict at any time as plain tables; intervals are confidence sequences."""
    base = result.result[result.result.base]
    return {
        **_what_ran(base, result.result.scenario),
        "intervals": {"low, high": "a confidence sequence, which holds at all numbers of years together"},
        "margin": result.question.margin,
        "at_most": result.question.at_most,
        "base": result.result.base,
        **_decided(result),
    }


def decisions_document(result: DecisionsResult) -> dict[str, Any]:
    """Write verdicts at any time as plain tables, as typed and under each assumption."""
    typed = result.typed
    return {
        **decision_document(typed),
        "decided": result.decided,
        "pairs": typed.any_time.pairs,
        "assumptions": {
            name: {"simulated_years": each.years, **_decided(each)} for name, each in result.decisions.items()
        },
    }


def _decided(result: Decision) -> dict[str, Any]:
    found = result.any_time
    return {
        "decided": result.decided,
        "leader": found.leader,
        "against": [
            {
                "strategy": each.strategy,
                "base": each.base,
                "profit_gain": _interval(Interval(each.mean, each.low, each.high)),
                "verdict": each.words,
                "more_years": each.more_years if each.open else 0,
            }
            for each in found.contrasts
        ],
        "ahead": {
            name: {"ahead": _interval(each.ahead), "behind": _interval(each.behind), "verdict": each.words}
            for name, each in found.ahead.items()
        },
        "risks": {
            name: {
                "loss": _interval(each.loss),
                "worst_in_ten": _interval(each.worst_in_ten),
                "goals": {goal: _interval(chance) for goal, chance in each.goals.items()},
            }
            for name, each in result.single_years.items()
        },
        "verdict": result.verdict,
    }


def selection_document(result: SelectionResult, progress: Progress = silent) -> dict[str, Any]:
    """Write a selection as plain tables, with the comparison of the winner and today in fresh worlds."""
    asked = result.asked
    return {
        "scenario": result.scenario.source,
        "currency": result.scenario.currency,
        "seed": asked.seed,
        "margin": asked.margin,
        "alpha": asked.alpha,
        "at_most": asked.at_most,
        "block": result.block,
        "titles": {name: result.scenario.label_of(name) for name in result.strategies},
        "race": {
            name: {column: None if pd.isna(value) else value for column, value in row.items()}
            for name, row in result.table.to_dict("index").items()
        },
        "selected": result.chosen,
        "left": list(result.left),
        "most_worlds": result.most_worlds if result.chosen is None else None,
        "stopped": result.stopped,
        "sentences": list(result.sentences),
        "warnings": list(result.warnings),
        "fresh": None if result.confirmed is None else comparison_document(result.confirmed, progress),
        **_what_is_assumed(result.scenario),
    }


def optimise_document(result: OptimiseResult, progress: Progress = silent) -> dict[str, Any]:
    """Write the best point found as plain tables, with all points that were tried."""
    study = result.search.study
    return {
        "scenario": result.scenario.source,
        "currency": result.scenario.currency,
        "seed": study.seed,
        "margin": result.search.margin,
        "chosen": result.chosen,
        "point": result.point,
        "gain": result.gain._asdict(),
        "about": list(result.search.about),
        "finalist": result.finalist,
        "today_keeps_to_the_constraints": result.today_keeps,
        "refused": list(result.refused),
        "tried": [
            {
                "number": each.number,
                "point": each.point,
                "years": len(each.profits),
                "gain": each.gain,
                "keeps_to_the_constraints": each.is_kept,
            }
            for each in result.tried
        ],
        "sentences": list(result.sentences),
        "stopped": result.stopped,
        "fresh": None if result.confirmed is None else comparison_document(result.confirmed, progress),
        **_what_is_assumed(result.scenario),
    }


def measure_next_document(result: MeasureNextResult, progress: Progress = silent) -> dict[str, Any]:
    """Write what it is worth to know each uncertain number, with the comparison that it is taken from."""
    return {
        **comparison_document(result.result, progress),
        "measure_next": {name: dict(row) for name, row in result.table.iterrows()},
        "shares_of_the_gain_of": result.strategy,
        "measure_next_verdict": result.verdict,
    }


# Whatever a result has of these, by what the document calls it.
_EXPLAINED = {
    "strategy": "strategy",
    "from": "start",
    "to": "goal",
    "best": "best",
    "next": "next_money",
    "left_out": "left_out",
}


def explain_document(shown: str, result: Explained) -> dict[str, Any]:
    """Write what profit and the choice hang on: rows of a table, the verdict, and what was simulated."""
    of: Any = getattr(result, "result", result)
    scenario, plan = of.scenario, of.plan
    table = result.table.reset_index()
    places = {name: getattr(result, name, None) for name in ("stages", "segments")}
    return {
        "scenario": scenario.source,
        "currency": scenario.currency,
        "start": scenario.start.isoformat(),
        "months": scenario.months._asdict() | {"from_a_pilot": list(scenario.not_typed)},
        "replications": plan.replications,
        "seed": plan.seed,
        "engine": plan.engine,
        "intervals": {"low, high": "the 95 % interval of a mean over simulated years; null if there is none"},
        "shows": shown,
        **{name: getattr(result, each) for name, each in _EXPLAINED.items() if hasattr(result, each)},
        "rows": table.to_dict("records"),
        **{
            name: {
                each.name: {"wait": _interval(each.wait), "gone_cold": _interval(each.cold)} for each in found
            }
            for name, found in places.items()
            if found is not None
        },
        "verdict": result.verdict,
        **_what_is_assumed(scenario),
    }


def _what_is_assumed(scenario: Scenario) -> dict[str, Any]:
    under = scenario.assumed
    if under is None:
        return {}
    return {
        "assumption": {
            "name": under.name,
            "title": under.label,
            "about": under.about,
            "changes": _levers(assumed(scenario)),
        }
    }


def _count(result: ComparisonResult) -> int:
    """Count the figures of a comparison: those of each strategy, and the differences of all but the base."""
    return len(_figures_by("all")) * (2 * len(result) - 1)


def _compared(result: ComparisonResult, tell: Progress) -> dict[str, Any]:
    """Write a comparison; `tell` hears of each figure."""
    comparison = result.comparison
    against: dict[str, dict[str, Any]] = {name: {} for name in comparison.others}
    for metric in _figures_by("all"):
        for name, found in comparison.differences(metric).items():
            relative = comparison.relative(name, metric)
            against[name][metric] = _difference(found) | {"relative": _interval(relative)}
        tell(len(against))
    return {
        "strategies": {
            name: _what_it_is(result.scenario, name) | _strategy(each, tell)
            for name, each in result.simulations.items()
        },
        "base": result.base,
        "against_base": against,
        "p_values": {name: words.format(strategies=len(against)) for name, words in _P_VALUES.items()},
        "return_on_extra_money": {
            name: _interval(comparison.return_on_extra(name)) for name in comparison.others
        },
        "chance_best": {name: each.best for name, each in comparison.chances.items()},
        "expected_regret": {name: each.regret for name, each in comparison.chances.items()},
        "best": result.best,
        "answer": result.answer,
        "verdict": result.verdict,
    }


def simulation_document(result: SimulationResult, progress: Progress = silent) -> dict[str, Any]:
    """Write one strategy as plain tables, with all breakdowns; working out figures is a step."""
    count = sum(len(_figures_by(dimension)) for dimension in ("all", *_CUTS))
    with step(progress, "Working out", count, "figures") as tell:
        return _simulated(result, tell)


def _simulated(result: SimulationResult, tell: Progress) -> dict[str, Any]:
    """Write one strategy; `tell` hears of each figure."""
    forecast = result.forecast
    cycle = forecast.cycle()
    return {
        **_what_ran(result, result.scenario),
        "strategy": result.strategy,
        "title": result.title,
        **_strategy(result, tell),
        "by": {dimension: _by(forecast, dimension, tell) for dimension in _CUTS},
        "cumulative": {
            metric: dict(zip(forecast.names.months, (each._asdict() for each in found), strict=True))
            for metric, found in ((name, forecast.cumulative(name)) for name in ADDED_UP)
        },
        "lost_by_reason": {
            stage: dict(zip(forecast.names.reasons, map(float, counts), strict=True))
            for stage, counts in zip(forecast.names.stages, forecast.reasons("stage"), strict=True)
        },
        "cycle_days": {
            "mean": _interval(cycle.mean),
            "mean_is_of_contracts_won_within": forecast.followed,
            "won_within": {f"{level:.0%}": _within(cycle.quantile(level)) for level in _LEVELS},
        },
    }


def json_file(make: Callable[[], dict[str, Any]]) -> bytes:
    """Make a document, and write it as a file."""
    return (as_json(make()) + "\n").encode()


def as_json(document: dict[str, Any]) -> str:
    r"""Write a document as JSON text; numbers that are not finite become null.

    Examples
    --------
    >>> print(as_json({"roi": float("inf"), "won": [2.5, float("nan")]}).replace("\n", ""))
    {  "roi": null,  "won": [    2.5,    null  ]}
    """
    return json.dumps(_finite(document), indent=2, allow_nan=False, ensure_ascii=False, default=str)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _what_ran(result: SimulationResult, scenario: Scenario) -> dict[str, Any]:
    months = result.scenario.months
    plan = result.plan
    return {
        "scenario": scenario.source,
        "currency": scenario.currency,
        "start": scenario.start.isoformat(),
        "months": months._asdict() | {"from_a_pilot": list(result.scenario.not_typed)},
        "replications": {"asked": plan.replications, "finished": result.years},
        "seed": plan.seed,
        "engine": plan.engine,
        "intervals": _INTERVALS,
        "formulas": {name: FIGURES[name].explanation for name in _figures_by("all")},
        "basis": {name: FIGURES[name].basis.name.lower() for name in _figures_by("all")},
        **_what_is_assumed(scenario),
    }


def _what_it_is(scenario: Scenario, strategy: str) -> dict[str, Any]:
    first = scenario.first_day_of(strategy)
    costs = [
        {"from": _day(step.begins), "once": step.one_off_cost, "per_month": step.cost_per_month}
        for step in scenario.steps_of(strategy)
        if step.one_off_cost or step.cost_per_month
    ]
    return {
        "title": scenario.label_of(strategy),
        "about": scenario.about_strategy(strategy),
        "from": _day(first),
        "changes": _levers(levers(scenario, strategy)),
        **({"costs": costs} if costs else {}),
    }


def _levers(moved: Iterable[Lever]) -> list[dict[str, Any]]:
    return [
        {"path": each.path, "before": each.before, "after": each.after, "from": _day(each.begins)}
        for each in moved
    ]


def _day(day: date | None) -> str | None:
    """Write a day; None if something has always been so."""
    return None if day is None else day.isoformat()


def _strategy(result: SimulationResult, tell: Progress) -> dict[str, Any]:
    forecast = result.forecast
    figures = {}
    for name in _figures_by("all"):
        figures[name] = _estimate(forecast.estimate(name))
        tell(1)
    return {
        "figures": figures,
        "conversions": {
            each.stage: {"typed": each.typed, "simulated": _estimate(each.simulated)}
            for each in forecast.conversions()
        },
        "teams": {
            each.team: {"available": each.available, "worked": each.worked, "asked": each.asked}
            for each in forecast.team_hours()
        },
        "busy": dict(_places(forecast.by("utilisation", "team"))),
        "busy_by_rep": dict(_places(forecast.by("utilisation", "rep"))),
        "chance_of_loss": _interval(forecast.loss()),
        "goals": {each.goal.name: _chance(each) for each in forecast.chances()},
        **_quotas(forecast),
        "warnings": list(result.warnings),
        **_uncertainty(forecast),
    }


def _quotas(forecast: Forecast) -> dict[str, Any]:
    """Write how far bookings reach quotas; nothing if there are none."""
    found = [
        {
            "by": each.dimension,
            "of": each.place,
            "quarter": each.quarter,
            "quota": each.quota,
            "attained": _estimate(each.attained),
            "gap": _estimate(each.gap),
            "chance": _interval(each.chance),
        }
        for each in forecast.quotas()
    ]
    return {"quotas": found} if found else {}


def _uncertainty(forecast: Forecast) -> dict[str, Any]:
    """Write what is unknown and what is chance; nothing if nothing is uncertain."""
    if forecast.unknowns is None:
        return {}
    ways = {name: {each.parameter.key: each for each in forecast.drivers(name)} for name in MAIN}
    return {
        "uncertainty": {
            "years_with_twins": len(forecast.pairs(MAIN[0])[0]),
            "share_of_variance_not_known": {name: _interval(forecast.share_unknown(name)) for name in MAIN},
            "parameters": {
                each.key: {
                    "drawn": {"p10": each.p10, "p50": each.p50, "p90": each.p90},
                    "rank_correlation": {name: _interval(ways[name][each.key].correlation) for name in MAIN},
                }
                for each in forecast.unknowns.parameters
            },
        }
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "p_value": found.p_value,
        "p_value_holm": found.adjusted,
        "share_of_years_ahead": _interval(found.ahead),
        "more_years": found.more_years,
    }


def _by(forecast: Forecast, dimension: str, tell: Progress) -> dict[str, Any]:
    """Write all figures of a dimension: place, figure, statistics; `tell` hears of each figure."""
    found: dict[str, dict[str, Any]] = {}
    for metric in _figures_by(dimension):
        for place, estimate in _places(forecast.by(metric, dimension)):
            found.setdefault(place, {})[metric] = estimate
        tell(1)
    return found


def _places(breakdown: Breakdown) -> Iterable[tuple[str, dict[str, Any]]]:
    return zip(breakdown.labels, map(_estimate, breakdown.estimates), strict=True)


def _figures_by(dimension: str) -> list[str]:
    return [name for name, figure in FIGURES.items() if dimension in figure.by]


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return asdict(estimate)


def _interval(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else interval._asdict()


def _within(found: Within) -> dict[str, Any]:
    return {"at_least": _interval(found.least), "at_most": _interval(found.most)}


def _chance(chance: Chance) -> dict[str, Any]:
    return {
        "metric": chance.goal.metric,
        "by": chance.goal.dimension,
        "of": chance.goal.place,
        "at_least": chance.goal.at_least,
        "at_most": chance.goal.at_most,
        "each": chance.goal.each,
        "asks": chance.goal.words(),
        "stands": {"mean": chance.mean, "p10": chance.p10, "p90": chance.p90},
        "chance": chance.share,
        "low": chance.low,
        "high": chance.high,
    }

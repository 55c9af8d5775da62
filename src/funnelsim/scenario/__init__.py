"""Scenarios: what a file may say, how it is read, checked, changed and lowered to a model."""

from funnelsim.scenario.changes import parse_assignment
from funnelsim.scenario.errors import Problem, ScenarioError
from funnelsim.scenario.files import preset_text, presets
from funnelsim.scenario.horizon import Months
from funnelsim.scenario.lowering import Lowered, lower
from funnelsim.scenario.scenario import Scenario, horizon_of, load, parse, strategy_names

__all__ = [
    "Lowered",
    "Months",
    "Problem",
    "Scenario",
    "ScenarioError",
    "horizon_of",
    "load",
    "lower",
    "parse",
    "parse_assignment",
    "preset_text",
    "presets",
    "strategy_names",
]

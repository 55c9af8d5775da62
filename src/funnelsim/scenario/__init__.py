"""Scenarios: what a file may contain, and how it is read, checked, changed and lowered to a model."""

from funnelsim.scenario.changes import parse_assignment
from funnelsim.scenario.errors import Problem, ScenarioError
from funnelsim.scenario.files import preset_text, presets
from funnelsim.scenario.level import at_medians, levelled
from funnelsim.scenario.levers import Lever, levers
from funnelsim.scenario.lowering import Lowered, lower
from funnelsim.scenario.months import Months
from funnelsim.scenario.origins import Origin, origins
from funnelsim.scenario.response import Curve
from funnelsim.scenario.scenario import Scenario, from_document, json_schema, load, parse, strategy_names
from funnelsim.scenario.schema import GOAL_METRICS, TODAY
from funnelsim.scenario.volumes import curve_of, inquiries_in_all
from funnelsim.scenario.worlds import Parameter, Worlds, lower_in, worlds_of

__all__ = [
    "GOAL_METRICS",
    "TODAY",
    "Curve",
    "Lever",
    "Lowered",
    "Months",
    "Origin",
    "Parameter",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Worlds",
    "at_medians",
    "curve_of",
    "from_document",
    "inquiries_in_all",
    "json_schema",
    "levelled",
    "levers",
    "load",
    "lower",
    "lower_in",
    "origins",
    "parse",
    "parse_assignment",
    "preset_text",
    "presets",
    "strategy_names",
    "worlds_of",
]

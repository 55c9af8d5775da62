"""Scenarios: what a file may contain, and how it is read, checked, changed and lowered to a model."""

from funnelsim.scenario.changes import parse_assignment
from funnelsim.scenario.errors import Problem, ScenarioError
from funnelsim.scenario.files import preset_text, presets
from funnelsim.scenario.level import at_medians, levelled, with_all_deciding
from funnelsim.scenario.levers import (
    Lever,
    assumed,
    held_over,
    levers,
    made_certain,
    overridden,
    overridden_by_assumption,
)
from funnelsim.scenario.lowering import Lowered, lower
from funnelsim.scenario.months import Months
from funnelsim.scenario.origins import Origin, origins
from funnelsim.scenario.prices import prices_without_margins
from funnelsim.scenario.response import Curve
from funnelsim.scenario.scenario import (
    Dated,
    Scenario,
    from_document,
    json_schema,
    load,
    parse,
    strategy_names,
)
from funnelsim.scenario.schema import AS_TYPED, GOAL_METRICS, TODAY, TOGETHER
from funnelsim.scenario.volumes import curve_of, inquiries_in_all
from funnelsim.scenario.worlds import (
    Course,
    Fixed,
    Parameter,
    Worlds,
    course_of,
    courses_of,
    lower_in,
    worlds_of,
)

__all__ = [
    "AS_TYPED",
    "GOAL_METRICS",
    "TODAY",
    "TOGETHER",
    "Course",
    "Curve",
    "Dated",
    "Fixed",
    "Lever",
    "Lowered",
    "Months",
    "Origin",
    "Parameter",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Worlds",
    "assumed",
    "at_medians",
    "course_of",
    "courses_of",
    "curve_of",
    "from_document",
    "held_over",
    "inquiries_in_all",
    "json_schema",
    "levelled",
    "levers",
    "load",
    "lower",
    "lower_in",
    "made_certain",
    "origins",
    "overridden",
    "overridden_by_assumption",
    "parse",
    "parse_assignment",
    "preset_text",
    "presets",
    "prices_without_margins",
    "strategy_names",
    "with_all_deciding",
    "worlds_of",
]

"""Simulate a sales organisation and choose between strategies.

>>> import funnelsim as fs
>>> scenario = fs.load("first_steps").with_changes({"teams.sales.people": 3})
>>> fs.simulate(scenario, replications=3, jobs=1).years
3
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from funnelsim.calibration.backtest.backtest import backtest
    from funnelsim.calibration.calibrate import calibrate
    from funnelsim.calibration.document import firm_of
    from funnelsim.history import History
    from funnelsim.history.files import read_history
    from funnelsim.model.own_policy import PolicyError, register_policy
    from funnelsim.planning.bottleneck import BottleneckResult, bottleneck
    from funnelsim.planning.bridge import BridgeResult, bridge
    from funnelsim.planning.goal_seek import GoalSeekResult, goal_seek
    from funnelsim.planning.marginal import MarginalResult, marginal
    from funnelsim.planning.measure_next import MeasureNextResult, measure_next, worth_of
    from funnelsim.planning.optimise import OptimiseResult, optimise
    from funnelsim.planning.search import Search, read_search, search_of
    from funnelsim.planning.select import SelectionResult, select
    from funnelsim.planning.tipping import TippingResult, tipping
    from funnelsim.planning.tornado import TornadoResult, tornado
    from funnelsim.reports.report.report import Report, report
    from funnelsim.reports.responses import plot_response
    from funnelsim.reports.what_if_widget import what_if
    from funnelsim.scenario import Scenario, ScenarioError, load, parse, presets
    from funnelsim.studies.assumptions import AssumptionsResult, compare_assumptions
    from funnelsim.studies.checkpoint import Checkpoint
    from funnelsim.studies.designed.results import StudyResult
    from funnelsim.studies.designed.running import run_study
    from funnelsim.studies.designed.study import Study, read_study, study_of
    from funnelsim.studies.endless import EndlessLoopError
    from funnelsim.studies.results import ComparisonResult, SimulationResult
    from funnelsim.studies.romi import RomiResult, romi
    from funnelsim.studies.sequential import Decision, DecisionsResult, decide, decide_assumptions
    from funnelsim.studies.store import Store
    from funnelsim.studies.study import compare, keep, simulate
    from funnelsim.studies.today.restart import forecast_from
    from funnelsim.studies.today.snapshot import read_snapshot
    from funnelsim.studies.what_if import tried

__all__ = [
    "AssumptionsResult",
    "BottleneckResult",
    "BridgeResult",
    "Checkpoint",
    "ComparisonResult",
    "Decision",
    "DecisionsResult",
    "EndlessLoopError",
    "GoalSeekResult",
    "History",
    "MarginalResult",
    "MeasureNextResult",
    "OptimiseResult",
    "PolicyError",
    "Report",
    "RomiResult",
    "Scenario",
    "ScenarioError",
    "Search",
    "SelectionResult",
    "SimulationResult",
    "Store",
    "Study",
    "StudyResult",
    "TippingResult",
    "TornadoResult",
    "backtest",
    "bottleneck",
    "bridge",
    "calibrate",
    "compare",
    "compare_assumptions",
    "decide",
    "decide_assumptions",
    "firm_of",
    "forecast_from",
    "goal_seek",
    "keep",
    "load",
    "marginal",
    "measure_next",
    "optimise",
    "parse",
    "plot_response",
    "presets",
    "read_history",
    "read_search",
    "read_snapshot",
    "read_study",
    "register_policy",
    "report",
    "romi",
    "run_study",
    "search_of",
    "select",
    "simulate",
    "study_of",
    "tipping",
    "tornado",
    "tried",
    "what_if",
    "worth_of",
]

_HOMES = {
    "AssumptionsResult": "funnelsim.studies.assumptions",
    "BottleneckResult": "funnelsim.planning.bottleneck",
    "BridgeResult": "funnelsim.planning.bridge",
    "Checkpoint": "funnelsim.studies.checkpoint",
    "ComparisonResult": "funnelsim.studies.results",
    "Decision": "funnelsim.studies.sequential",
    "DecisionsResult": "funnelsim.studies.sequential",
    "EndlessLoopError": "funnelsim.studies.endless",
    "GoalSeekResult": "funnelsim.planning.goal_seek",
    "History": "funnelsim.history",
    "MarginalResult": "funnelsim.planning.marginal",
    "MeasureNextResult": "funnelsim.planning.measure_next",
    "OptimiseResult": "funnelsim.planning.optimise",
    "PolicyError": "funnelsim.model.own_policy",
    "Report": "funnelsim.reports.report.report",
    "RomiResult": "funnelsim.studies.romi",
    "Scenario": "funnelsim.scenario",
    "ScenarioError": "funnelsim.scenario",
    "Search": "funnelsim.planning.search",
    "SelectionResult": "funnelsim.planning.select",
    "SimulationResult": "funnelsim.studies.results",
    "Store": "funnelsim.studies.store",
    "Study": "funnelsim.studies.designed.study",
    "StudyResult": "funnelsim.studies.designed.results",
    "TippingResult": "funnelsim.planning.tipping",
    "TornadoResult": "funnelsim.planning.tornado",
    "backtest": "funnelsim.calibration.backtest.backtest",
    "bottleneck": "funnelsim.planning.bottleneck",
    "bridge": "funnelsim.planning.bridge",
    "calibrate": "funnelsim.calibration.calibrate",
    "compare": "funnelsim.studies.study",
    "compare_assumptions": "funnelsim.studies.assumptions",
    "decide": "funnelsim.studies.sequential",
    "decide_assumptions": "funnelsim.studies.sequential",
    "firm_of": "funnelsim.calibration.document",
    "forecast_from": "funnelsim.studies.today.restart",
    "goal_seek": "funnelsim.planning.goal_seek",
    "keep": "funnelsim.studies.study",
    "load": "funnelsim.scenario",
    "marginal": "funnelsim.planning.marginal",
    "measure_next": "funnelsim.planning.measure_next",
    "optimise": "funnelsim.planning.optimise",
    "parse": "funnelsim.scenario",
    "plot_response": "funnelsim.reports.responses",
    "presets": "funnelsim.scenario",
    "read_history": "funnelsim.history.files",
    "read_search": "funnelsim.planning.search",
    "read_snapshot": "funnelsim.studies.today.snapshot",
    "read_study": "funnelsim.studies.designed.study",
    "register_policy": "funnelsim.model.own_policy",
    "report": "funnelsim.reports.report.report",
    "romi": "funnelsim.studies.romi",
    "run_study": "funnelsim.studies.designed.running",
    "search_of": "funnelsim.planning.search",
    "select": "funnelsim.planning.select",
    "simulate": "funnelsim.studies.study",
    "study_of": "funnelsim.studies.designed.study",
    "tipping": "funnelsim.planning.tipping",
    "tornado": "funnelsim.planning.tornado",
    "tried": "funnelsim.studies.what_if",
    "what_if": "funnelsim.reports.what_if_widget",
    "worth_of": "funnelsim.planning.measure_next",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, because compiled code and pandas take long to import."""
    if name == "__version__":
        return import_module("importlib.metadata").version("funnelsim")
    if name not in _HOMES:
        raise AttributeError(f"module 'funnelsim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

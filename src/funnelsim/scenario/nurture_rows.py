"""The rows of nurture: what becomes of those who are lost, by reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnelsim.chance.keys import purpose
from funnelsim.model.records import REASON
from funnelsim.model.words import DAY
from funnelsim.rules.visits import duration
from funnelsim.scenario.nurture import CHURNED_NAME, Nurture, program_by_reason, returning_by
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Array, Draft, Sheet, fill
from funnelsim.scenario.volumes import Era


@dataclass(frozen=True)
class NurtureRows:
    """The reasons of a scenario's losses, by number, and the programs that take them."""

    reasons: tuple[str, ...]

    def blank(self, scenario: Contents) -> dict[str, Array]:
        """Make the arrays for the rows."""
        touches = sum(program.most_touches for _, _, program in self._nurtured(scenario))
        return {"reasons": np.zeros(len(self.reasons), REASON), "returns": np.zeros(touches)}

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write keys, limits, and where those who come back go on."""
        rows = draft.array("reasons")
        rows["odds"] = 1.0
        if CHURNED_NAME in program_by_reason(scenario.nurture) and CHURNED_NAME in self.reasons:
            fill(draft.array("firm"), 0, {"churned": self.reasons.index(CHURNED_NAME)})
        first = 0
        for number, name, program in self._nurtured(scenario):
            row = {
                "key": purpose("nurture", name),
                "target": list(scenario.stages).index(program.returns_to),
                "first_touch": first,
                "most_touches": program.most_touches,
                "most_returns": program.most_returns,
            }
            fill(rows, number, row)
            first += program.most_touches

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the programs."""
        return tuple(eras[-1].contents.nurture.values())

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write intervals, costs and chances."""
        for number, _, program in self._nurtured(eras[-1].contents):
            rows = sheet.array("reasons")
            row = {
                "interval": max(duration(program.interval_days, DAY), 1),
                "cost_per_touch": program.cost_per_touch,
                "odds": program.odds_ratio,
            }
            fill(rows, number, row)
            first, count = int(rows[number]["first_touch"]), program.most_touches
            chance = program.chance_of(self.reasons[number])
            sheet.array("returns")[first : first + count] = returning_by(chance, count)

    def _nurtured(self, scenario: Contents) -> list[tuple[int, str, Nurture]]:
        """List the reasons that a program takes: their numbers, its name and itself."""
        programs = program_by_reason(scenario.nurture)
        return [
            (number, *programs[reason]) for number, reason in enumerate(self.reasons) if reason in programs
        ]

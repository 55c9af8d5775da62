"""The rows of a model about what a team's people go through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.scenario import Dated
from funnelsim.scenario.staff import Learning, Training


class Held(NamedTuple):
    """A training: the midnight with which its day begins, the era that says what it is, and its name."""

    begins: int
    era: int
    name: str


def trainings_held(team: str, pieces: Sequence[Dated], calendar: Calendar) -> list[Held]:
    """List the trainings of a team in the order of their days: each as what holds on its day says (Z6)."""
    held = []
    for number, piece in enumerate(pieces):
        until = pieces[number + 1].begins if number + 1 < len(pieces) else None
        known = piece.scenario.teams[team].training if team in piece.scenario.teams else {}
        for name, training in known.items():
            begun = piece.begins is None or piece.begins <= training.date
            if begun and (until is None or training.date < until):
                held.append(Held(calendar.instant(training.date), number, name))
    return sorted(held)


def learning_of(learning: Learning | None) -> dict[str, Any]:
    """Lower how skill grows with leads worked (Z2)."""
    if learning is None:
        return {"learns_most": 0.0, "learns_half": 1.0, "win_counts": 0}
    return {
        "learns_most": learning.most,
        "learns_half": learning.half,
        "win_counts": learning.a_win_counts,
    }


def numbers_of_training(training: Training) -> dict[str, Any]:
    """Lower what a training costs and does (Z3, Z4)."""
    return {"cost": training.cost, "odds": training.odds_ratio, "half_life": training.half_life_days}

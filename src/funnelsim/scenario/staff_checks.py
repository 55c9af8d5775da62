"""Checks of what a team's people go through."""

from __future__ import annotations

from datetime import date

from funnelsim.scenario.errors import Problem, Problems
from funnelsim.scenario.schema import Contents, Team
from funnelsim.scenario.staff import Absence
from funnelsim.scenario.volumes import is_on_staff

DAYS_A_YEAR = 365.0


def check_staff(contents: Contents) -> Problems:
    """Find trainings that nobody can take part in, and growth of skill that is not asked for."""
    for name, team in contents.teams.items():
        path = f"teams.{name}"
        yield from _trainings(f"{path}.training", team)
        if team.absence is not None:
            yield from _absences(f"{path}.absence", team.absence)
        if team.turnover is not None and not team.people:
            wrong = "is of nobody: people with names of their own come and go on days of their own"
            yield Problem(f"{path}.turnover", wrong, "people, or no turnover")
        for rep_name, rep in team.reps.items():
            if rep.leads_worked is not None and team.learning is None:
                yield Problem(
                    f"{path}.reps.{rep_name}.leads_worked",
                    "counts for nothing, as nobody in the team learns from leads",
                    f"{path}.learning beside it, or no leads_worked",
                    None,
                    rep.leads_worked,
                )


def _absences(path: str, absence: Absence) -> Problems:
    """Find absences that leave nothing of a year, and days off in blocks longer than a year's."""
    off, spells = absence.days_off_per_year, absence.spells_per_year
    length = absence.spell_days.mean() if spells > 0 else 0.0
    if off + spells * length >= DAYS_A_YEAR:
        wrong = f"takes {off + spells * length:g} days a year"
        yield Problem(path, wrong, "fewer than a year has: days_off_per_year + spells_per_year x spell_days")
    if 0 < off < absence.days_off_at_once:
        yield Problem(
            f"{path}.days_off_at_once",
            f"is {absence.days_off_at_once:g}, more than the {off:g} days_off_per_year",
            f"at most {off:g}",
            None,
            absence.days_off_at_once,
        )


def _trainings(path: str, team: Team) -> Problems:
    days: dict[date, str] = {}
    for name, training in team.training.items():
        where, day = f"{path}.{name}.date", training.date
        if day in days:
            wrong = f"is {day}, the day of {path}.{days[day]}"
            yield Problem(where, wrong, "a day of its own for each training of a team", None, day)
        days[day] = name
        if not (team.people or any(is_on_staff(rep, day) for rep in team.reps.values())):
            yield Problem(where, f"is {day}, when nobody of the team is on staff", "another day", None, day)

"""Prospecting as a scenario says it: what fits together, and how much time a team reserves for it."""

from __future__ import annotations

from funnelsim.model.words import HOUR, SECOND
from funnelsim.scenario.channels import KINDS, Channel, Prospecting
from funnelsim.scenario.errors import Problem, Problems, unknown
from funnelsim.scenario.schema import Contents, Team, WeeklyHours

KINDS_OF_REPS = (
    "personal_selling",
    "direct_marketing",
)  # of our kinds, those in which reps look for inquiries
MOST_AT_ONCE = 1_000  # inquiries expected of blocks that end at one instant
# What a channel says of days and amounts that prospecting does not follow.
OF_DAYS = (
    "monthly_profile",
    "weekday_profile",
    "growth_per_year",
    "arrives_between",
    "hourly_profile",
    "response",
    "day_variation",
    "demand_shock",
)


def hours_in_a_week(team: Team) -> float:
    """Return the opening hours of a team in a week without holidays.

    >>> hours_in_a_week(Team(people=1, hours={"monday": ("09:00-12:00", "13:00-17:00")}))
    7.0
    """
    if team.hours is None:
        return team.hours_per_week
    spans = (span for day in WeeklyHours.model_fields for span in getattr(team.hours, day))
    return float(sum(closes - opens for opens, closes in spans) * SECOND / HOUR)


def share_reserved(contents: Contents, prospecting: Prospecting) -> float:
    """Return the share of each day that reps reserve; 0 if they prospect in idle hours (G13)."""
    if prospecting.hours_per_week is None:
        return 0.0
    return prospecting.hours_per_week / hours_in_a_week(contents.teams[prospecting.team])


def check_prospecting(contents: Contents) -> Problems:
    """Find what does not fit together in channels whose inquiries reps find."""
    found = [(name, each.prospecting) for name, each in contents.channels.items()]
    busy: dict[str, str] = {}
    for name, prospecting in found:
        if prospecting is None:
            continue
        path = f"channels.{name}.prospecting"
        yield from _of_the_channel(contents.channels[name], name)
        if prospecting.team not in contents.teams:
            yield unknown(f"{path}.team", prospecting.team, contents.teams, "a team")
            continue
        if prospecting.team in busy:
            wrong = f"is {prospecting.team}, which prospects for {busy[prospecting.team]}"
            yield Problem(f"{path}.team", wrong, "a team of its own", None, prospecting.team)
        busy.setdefault(prospecting.team, name)
        yield from _of_the_team(prospecting, contents.teams[prospecting.team], path)


def _of_the_channel(channel: Channel, name: str) -> Problems:
    """Check that a channel says nothing that has no effect where reps look for its inquiries."""
    path = f"channels.{name}"
    if channel.kind in KINDS and channel.kind not in KINDS_OF_REPS:
        right = " or ".join(f'kind = "{kind}"' for kind in KINDS_OF_REPS)
        yield Problem(f"{path}.prospecting", f'is given for kind "{channel.kind}"', right)
    unchanged = type(channel)(kind=channel.kind)
    for key in OF_DAYS:
        if getattr(channel, key) != getattr(unchanged, key):
            wrong = "has no effect where reps prospect"
            yield Problem(f"{path}.{key}", wrong, "no such key: what reps find follows their hours")
    if channel.promotion is not None and channel.promotion.inquiries_factor != 1:
        wrong = "has no effect where reps prospect"
        yield Problem(f"{path}.promotion.inquiries_factor", wrong, "no such key, or 1")


def _of_the_team(prospecting: Prospecting, team: Team, path: str) -> Problems:
    """Check that a team has the hours that it reserves, and does not find too much at once."""
    hours = hours_in_a_week(team)
    if prospecting.hours_per_week is not None and prospecting.hours_per_week > hours > 0:
        yield Problem(
            f"{path}.hours_per_week",
            f"is {prospecting.hours_per_week:g}",
            f"at most the {hours:g} hours that the team works in a week",
            None,
            prospecting.hours_per_week,
        )
    people = team.people + len(team.reps)
    at_once = people * prospecting.inquiries_per_hour * prospecting.block_hours
    if at_once > MOST_AT_ONCE:
        yield Problem(
            f"{path}.inquiries_per_hour",
            f"is {prospecting.inquiries_per_hour:g}: {people:,} people can find {at_once:,.0f} at once",
            f"at most {MOST_AT_ONCE:,} in a block of all people",
            None,
            prospecting.inquiries_per_hour,
        )

"""A scenario without chance in its numbers and without dates, for a pilot: every month is like any other."""

from __future__ import annotations

from typing import TypeVar

from funnelsim.scenario.calendars import calendar_of
from funnelsim.scenario.channels import WHOLE_YEAR, Channel, Mix
from funnelsim.scenario.drawn import at_middle
from funnelsim.scenario.months import Months
from funnelsim.scenario.scenario import Scenario
from funnelsim.scenario.schema import Contents, CustomerHours, Segment, Stage, StageOfSegment, Team
from funnelsim.scenario.uncertainties import applied
from funnelsim.scenario.volumes import Era, expected_inquiries, is_on_staff

_Table = TypeVar("_Table", bound=Contents)
_Stage = TypeVar("_Stage", Stage, StageOfSegment)


def at_medians(contents: _Table) -> _Table:
    """Put the median of each uncertain number in its place.

    >>> from funnelsim.scenario import load
    >>> at_medians(load("marketplace_sellers")).channels["email"].fit.value
    0.495
    """
    certain = applied(contents, at_middle(contents.uncertainties))
    return certain.model_copy(update={"uncertainties": {}})


def with_all_deciding(contents: _Table) -> _Table:
    """Let everybody decide, and those who never would not advance: a pilot need not wait for them for ever.

    The flow from each stage to the next stays what it is for the reference lead.

    Parameters
    ----------
    contents : Contents
        With certain numbers.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> changes = {"stages.proposal.conversion": 0.4, "stages.proposal.never_decides": 0.5}
    >>> proposal = with_all_deciding(load("first_steps").with_changes(changes)).stages["proposal"]
    >>> proposal.conversion, proposal.never_decides
    (0.2, 0.0)
    """
    of_processes = {
        table: {
            name: process.model_copy(update={"stages": _all_deciding(process.stages)})
            for name, process in getattr(contents, table).items()
        }
        for table in ("deliveries", "account_visits")
    }
    return contents.model_copy(update={"stages": _all_deciding(contents.stages), **of_processes})


def _all_deciding(stages: dict[str, Stage]) -> dict[str, Stage]:
    """Let all those decide in some stages who never would, and not advance."""
    return {
        name: _decided(stage, stage).model_copy(
            update={"segments": {of: _decided(own, stage) for of, own in stage.segments.items()}}
        )
        for name, stage in stages.items()
    }


def _decided(own: _Stage, stage: Stage) -> _Stage:
    """Return a stage, or what differs in it for a segment, without those who never decide."""
    never = stage.never_decides if own.never_decides is None else own.never_decides
    conversion = stage.conversion if own.conversion is None else own.conversion
    left = None if conversion is None else conversion * (1.0 - never)
    return own.model_copy(update={"never_decides": 0.0, "conversion": left})


def levelled(scenario: Scenario, months: int) -> Scenario:
    """Make every month like the average month of the period, from an empty pipeline on.

    No season, growth, promotion or holidays; the people are those of the period's first day, at full
    strength (all people, where a team has none on that day).

    Parameters
    ----------
    scenario : Scenario
        With certain numbers.
    months : int
        How many.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> growing = load("first_steps").with_changes({"channels.website.growth_per_year": 0.5})
    >>> 48 < levelled(growing, 24).channels["website"].inquiries_per_month < 49
    True
    """
    horizon = scenario.horizon
    period = calendar_of(scenario.start, Months(0, horizon.period_months, 0))
    volumes = {
        name: float(expected_inquiries([Era(0, scenario)], name, period)[-1]) / horizon.period_months
        for name in scenario.channels
    }
    level = {"monthly_profile": WHOLE_YEAR, "growth_per_year": 0.0}
    without = dict.fromkeys(("promotion", "response"))
    channels = {
        name: channel.model_copy(update=_source(channel, volumes[name]) | level | without)
        for name, channel in scenario.channels.items()
    }
    only = {"warm_up_months": 0, "period_months": months, "drain_months": 0}
    return scenario.model_copy(
        update={
            "horizon": horizon.model_copy(update=only),
            "channels": channels,
            "mix": Mix(day_variation=scenario.mix.day_variation),
            "teams": {name: _lasting(team, scenario) for name, team in scenario.teams.items()},
            "customer_hours": _without_holidays(scenario.customer_hours),
            "segments": {name: _open_on_holidays(each) for name, each in scenario.segments.items()},
            "stages": {
                name: _open_on_holidays(stage).model_copy(
                    update={"segments": {of: _open_on_holidays(own) for of, own in stage.segments.items()}}
                )
                for name, stage in scenario.stages.items()
            },
        }
    )


def _source(channel: Channel, volume: float) -> dict[str, float | None]:
    """Return the inquiries of a month; reps who prospect go on to find theirs, and nobody refers others."""
    return {} if channel.prospecting is not None else {"inquiries_per_month": volume, "referrals": None}


_Customers = TypeVar("_Customers", Segment, Stage, StageOfSegment)


def _open_on_holidays(table: _Customers) -> _Customers:
    """Let customers have no holidays."""
    return table.model_copy(update={"customer_hours": _without_holidays(table.customer_hours)})


def _without_holidays(hours: CustomerHours | None) -> CustomerHours | None:
    return None if hours is None else hours.model_copy(update={"holidays": ()})


def _lasting(team: Team, contents: Contents) -> Team:
    """Keep who is on staff on the period's first day, without days off."""
    there = {name: rep for name, rep in team.reps.items() if is_on_staff(rep, contents.start)}
    kept = there if there or team.people else team.reps
    there_always = {"hired": None, "leaves": None, "holidays": (), "absent": ()}
    reps = {name: rep.model_copy(update=there_always) for name, rep in kept.items()}
    always = {"reps": reps, "holidays": (), "learning": None, "training": {}}
    absence = team.absence and team.absence.model_copy(update={"dates": ()})
    return team.model_copy(update=always | {"absence": absence})

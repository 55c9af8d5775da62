"""Checks across keys, which no single value can fail.

Each check takes contents that are valid key by key, and yields a `Problem` for keys that do not fit together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from itertools import pairwise

from funnelsim.chance.keys import ARRIVAL, KIND, PROFILE, RIPENING, VALUE, hash24, purpose
from funnelsim.metrics.wording import spoken
from funnelsim.model.records import MOST_REASONS
from funnelsim.scenario.attempts import NOT_REACHED_NAME
from funnelsim.scenario.billing_rows import check_billing
from funnelsim.scenario.calendars import spans_of_the_day
from funnelsim.scenario.channels import KINDS, Channel
from funnelsim.scenario.combined import check_combined
from funnelsim.scenario.crews import check_crews
from funnelsim.scenario.decision_checks import check_curve, check_decisions
from funnelsim.scenario.errors import ROUNDING, Problem, Problems, nearest, shown, sum_to_one, unknown
from funnelsim.scenario.flow import LOSS, WIN, advancing, failing, first_stage, reached, stage_of, teams_of
from funnelsim.scenario.gates import check_hand_overs
from funnelsim.scenario.goal_checks import check_goals
from funnelsim.scenario.ignored_rows import IGNORED_NAME, check_ignored, ignoring
from funnelsim.scenario.learning_checks import check_learning
from funnelsim.scenario.nurture import CHURNED_NAME
from funnelsim.scenario.nurture_checks import check_nurture
from funnelsim.scenario.paths import leaves, written
from funnelsim.scenario.plan_checks import check_plan
from funnelsim.scenario.process_checks import (
    at_its_process,
    check_account_visits,
    check_deliveries,
    check_processes,
)
from funnelsim.scenario.processes import with_all_stages
from funnelsim.scenario.product_checks import check_products, keys_of_products
from funnelsim.scenario.prospecting import check_prospecting
from funnelsim.scenario.qualifying_checks import (
    always_passed,
    check_qualifying,
    keys_of_draws,
    never_passed,
)
from funnelsim.scenario.qualifying_rows import REJECTED_NAME, rejecting
from funnelsim.scenario.quantities import least_drawn
from funnelsim.scenario.referrals import check_referrals
from funnelsim.scenario.schema import (
    AS_TYPED,
    LONGEST_HORIZON,
    MOST_PEOPLE,
    TODAY,
    CommissionTiers,
    Contents,
    CustomerHours,
    Rep,
    Stage,
    StageOfSegment,
    Team,
    Wait,
    WeeklyHours,
)
from funnelsim.scenario.staff_checks import check_staff
from funnelsim.scenario.volume_checks import check_the_mix, check_volumes

FIRST_YEAR, LAST_YEAR = 1900, 2200  # in which a period may start
FARTHEST_HOLIDAY = LONGEST_HORIZON // 12  # years from the start: nothing further away is simulated
GONE_COLD_NAME = "gone cold"
FARTHEST = 2.0  # the standard deviation of a random walk's logarithm at its end: 7 times as much, or a 7th
ORIGINS = ("source:", "measured:", "assumed:")


def check_meaning(contents: Contents) -> list[Problem]:
    """Find everything in valid contents that does not fit together."""
    problems = [problem for check in _CHECKS for problem in check(contents)]
    whole = with_all_stages(contents)
    problems += (at_its_process(contents, each) for check in _CHECKS_OF_STAGES for each in check(whole))
    return list(_at_their_kinds(contents, problems))


def _at_their_kinds(contents: Contents, problems: Iterable[Problem]) -> Problems:
    """Tell of what several channels have from their kind once, where the kind says it."""
    told: set[tuple[str, str]] = set()
    for problem in problems:
        _, name, key, *_ = (*problem.path.split("."), "", "")
        channel = contents.channels.get(name) if problem.path.startswith("channels.") else None
        if (
            channel is not None
            and channel.kind not in (*KINDS, *contents.kinds)
            and problem.wrong == "is missing"
        ):
            continue  # its kind may say it, and is misspelt
        if channel is not None and key in _inherited(contents, channel):
            path = problem.path.replace(f"channels.{name}.", f"kinds.{channel.kind}.", 1)
            if (path, problem.wrong) in told:
                continue
            told.add((path, problem.wrong))
            yield replace(problem, path=path)
        else:
            yield problem


def _inherited(contents: Contents, channel: Channel) -> set[str]:
    """Name the keys that a channel has from its kind."""
    kind = contents.kinds.get(channel.kind)
    return set() if kind is None else kind.model_fields_set - channel.model_fields_set


def check_origins(contents: Contents) -> Problems:
    """Find origins that name no value, or give no kind of origin.

    Origins are about the file as written, so they are not checked against changes: a strategy's
    scenario no longer has strategies, but still has the origins of their values.
    """
    if not contents.origins:
        return
    paths = [written(path) for path, _ in leaves(contents)]
    for pattern, text in contents.origins.items():
        if not text.startswith(ORIGINS):
            yield Problem(
                f'origins."{pattern}"', f"is {shown(text)}", f"a text that begins with {' or '.join(ORIGINS)}"
            )
        if not any(fnmatchcase(path, pattern) for path in paths):
            yield Problem(
                f'origins."{pattern}"',
                "matches no value",
                "a path or a pattern",
                None,
                pattern,
                nearest(pattern, paths),
            )


def check_kinds(contents: Contents) -> Problems:
    """Find kinds that no channel has, now or by a change, named nearly like one that some channel has.

    Like origins they are about the file as written: a change may leave a kind without channels.
    """
    used = {channel.kind for channel in contents.channels.values()}
    chosen = [*contents.strategies.values(), *contents.assumptions.values(), *contents.changes]
    named = set(_texts([each.model_dump() for each in chosen]))
    for name in contents.kinds:
        near = nearest(name, used.intersection(KINDS))
        if near is not None and name not in used | named:
            yield Problem(f"kinds.{name}", "is the kind of no channel", "", None, name, near)


def _texts(value: object) -> Iterable[str]:
    """List the texts in lists and tables within each other."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


# ---- time -------------------------------------------------------------------------------------


def _dates(contents: Contents) -> Problems:
    if not FIRST_YEAR <= contents.start.year <= LAST_YEAR:
        expected = f"a date from {FIRST_YEAR} to {LAST_YEAR}"
        yield Problem("start", f"is {contents.start}", expected, None, contents.start)
    horizon = contents.horizon
    months = (horizon.warm_up_months or 0) + horizon.period_months + (horizon.drain_months or 0)
    if months > LONGEST_HORIZON:
        yield Problem("horizon", f"has {months} months in all", f"at most {LONGEST_HORIZON}")


def _holidays(contents: Contents) -> Problems:
    """Find days off that no simulation of the scenario can reach: a year that is mistyped."""
    for path, days in _days_off(contents):
        for day in days:
            if abs(day.year - contents.start.year) > FARTHEST_HOLIDAY:
                wrong = (
                    f"has {day}, more than {FARTHEST_HOLIDAY} years from the start in {contents.start.year}"
                )
                yield Problem(path, wrong, "days of the years simulated", None, day)


def _days_off(contents: Contents) -> Iterable[tuple[str, tuple[date, ...]]]:
    """List all holidays, each list with its path."""
    for name, team in contents.teams.items():
        yield f"teams.{name}.holidays", team.holidays
        for rep, own in team.reps.items():
            yield f"teams.{name}.reps.{rep}.holidays", own.holidays
            yield f"teams.{name}.reps.{rep}.absent", own.absent
        if team.absence is not None:
            yield f"teams.{name}.absence.dates", team.absence.dates
        for training, held in team.training.items():
            yield f"teams.{name}.training.{training}.date", (held.date,)
    for path, hours in _hours_of_customers(contents).items():
        if hours is not None:
            yield f"{path}.holidays", hours.holidays


# ---- channels ---------------------------------------------------------------------------------


def _channels(contents: Contents) -> Problems:
    for name, channel in contents.channels.items():
        path = f"channels.{name}"
        heat = channel.temperature
        yield from sum_to_one(f"{path}.temperature", (heat.hot, heat.warm, heat.future))
        if channel.kind not in (*KINDS, *contents.kinds):
            yield _unknown_kind(f"{path}.kind", channel.kind, [*KINDS, *contents.kinds])
        for key in ("monthly_profile", "weekday_profile", "hourly_profile", "spend_profile"):
            if sum(getattr(channel, key)) <= 0:
                yield Problem(f"{path}.{key}", "is 0 everywhere", "at least one weight above 0")
            elif key == "hourly_profile" and not spans_of_the_day(channel):
                wrong = "is 0 in all hours of arrives_between"
                yield Problem(f"{path}.{key}", wrong, "a weight above 0 in one of them")
        if channel.first_stage is not None and channel.first_stage not in contents.stages:
            yield unknown(f"{path}.first_stage", channel.first_stage, contents.stages, "a stage")


def _unknown_kind(path: str, kind: str, known: list[str]) -> Problem:
    """Report a kind that there is not: another may be meant, or one of the user's own."""
    own = f"[kinds.{kind}], which makes a kind of your own"
    near = nearest(kind, known)
    return Problem(
        path, f'names "{kind}"', own if near else f"{', '.join(known)}, or {own}", None, kind, near
    )


def _mixes(contents: Contents) -> Problems:
    for name, channel in contents.channels.items():
        path = f"channels.{name}.segments"
        if channel.segments is None:
            if len(contents.segments) > 1 and channel.referrals is None:
                known = ", ".join(contents.segments)
                yield Problem(path, "is missing", f"shares of the segments {known} that sum to 1")
            continue
        for segment in channel.segments:
            if segment not in contents.segments:
                yield unknown(path, segment, contents.segments, "a segment")
        yield from sum_to_one(path, channel.segments.values())


def _segments(contents: Contents) -> Problems:
    """Find segments whose contracts have no value, or two, or one beside that of products."""
    of_products = {
        "contract_value": "a price",
        "contract_value_per_year": "a price",
        "term_years": "term_months",
        "gross_margin": "gross_margin",
    }
    for name, segment in contents.segments.items():
        whole, per_year = segment.contract_value, segment.contract_value_per_year
        if contents.products:
            for key, instead in of_products.items():
                if key in segment.model_fields_set:
                    wrong = "is given, but products say what a contract is worth"
                    yield Problem(f"segments.{name}.{key}", wrong, f"{instead} in [products] instead")
        elif (whole is None) == (per_year is None):
            keys = "contract_value_per_year {} contract_value"
            count = f"neither {keys.format('nor')}" if whole is None else f"both {keys.format('and')}"
            yield Problem(f"segments.{name}", f"has {count}", "one of them")


def _markets(contents: Contents) -> Problems:
    """Find markets with fewer companies than customers."""
    for name, segment in contents.segments.items():
        market = segment.market
        if market is not None and market.customers > market.companies:
            yield Problem(
                f"segments.{name}.market.customers",
                f"is {market.customers:g}, more than the {market.companies:g} companies of the market",
                f"at most {market.companies:g}",
                None,
                market.customers,
            )


# ---- shocks -----------------------------------------------------------------------------------


def _shocks(contents: Contents) -> Problems:
    """Find random walks that go so far that the months at the end have hardly anything, or far too much."""
    horizon = contents.horizon
    months = horizon.period_months + (horizon.drain_months or 0)
    shocks = {"shocks.demand": contents.shocks.demand, "shocks.odds": contents.shocks.odds}
    shocks |= {f"channels.{name}.demand_shock": each.demand_shock for name, each in contents.channels.items()}
    for path, shock in shocks.items():
        if shock is not None and shock.persistence == 1 and shock.deviation * math.sqrt(months) > FARTHEST:
            yield Problem(
                f"{path}.deviation",
                f"is {shock.deviation:g} a month of a random walk, which gets too far in {months} months",
                f"at most {math.floor(100 * FARTHEST / math.sqrt(months)) / 100}, or a persistence below 1",
                None,
                shock.deviation,
            )


# ---- teams ------------------------------------------------------------------------------------


def _teams(contents: Contents) -> Problems:
    for name, team in contents.teams.items():
        path = f"teams.{name}"
        if team.people + len(team.reps) == 0:
            yield Problem(f"{path}.people", "is 0: the team has nobody in it", "1 or more, or named reps")
        yield from _hours(path, team)
        for rep_name, rep in team.reps.items():
            yield from _hours(f"{path}.reps.{rep_name}", rep)
        yield from _known_segments(f"{path}.segments", team.segments, contents)
        if team.commission_tiers is not None:
            yield from _tiers(f"{path}.commission_tiers", team.commission_tiers)
        for rep_name, rep in team.reps.items():
            yield from _known_segments(f"{path}.reps.{rep_name}.segments", rep.segments or (), contents)
            if rep.hired is not None and rep.leaves is not None and rep.leaves <= rep.hired:
                yield Problem(
                    f"{path}.reps.{rep_name}.leaves",
                    f"is {rep.leaves}, not after hired = {rep.hired}",
                    "a later date",
                    None,
                    rep.leaves,
                )
    if sum(team.people + len(team.reps) for team in contents.teams.values()) > MOST_PEOPLE:
        yield Problem("teams", "have too many people", f"at most {MOST_PEOPLE:,} in all")


def _tiers(path: str, tiers: CommissionTiers) -> Problems:
    if len(tiers.attainment) != len(tiers.commission):
        counts = f"{len(tiers.attainment)} values of attainment and {len(tiers.commission)} of commission"
        yield Problem(path, f"has {counts}", "as many of one as of the other")
    if any(later <= earlier for earlier, later in pairwise(tiers.attainment)):
        yield Problem(f"{path}.attainment", f"is {shown(tiers.attainment)}", "shares that rise")


def _known_segments(path: str, names: Iterable[str], contents: Contents) -> Problems:
    for name in names:
        if name not in contents.segments:
            yield unknown(path, name, contents.segments, "a segment")


def _hours(path: str, who: Team | Rep) -> Problems:
    if who.hours is None:
        return
    if "hours_per_week" in who.model_fields_set:
        yield Problem(f"{path}.hours", "is given beside hours_per_week", "one of them")
    yield from _week(f"{path}.hours", who.hours)


def _week(path: str, hours: WeeklyHours) -> Problems:
    """Find opening times that overlap, and a week without any."""
    days = {day: sorted(getattr(hours, day)) for day in WeeklyHours.model_fields}
    if not any(days.values()):
        yield Problem(path, "is never open", "at least one opening time")
    for day, spans in days.items():
        if any(later.opens < earlier.closes for earlier, later in pairwise(spans)):
            yield Problem(f"{path}.{day}", "has opening times that overlap", "times apart from each other")


def _names_of_reps(contents: Contents) -> Problems:
    named: dict[str, str] = {}
    for name, team in contents.teams.items():
        for rep in team.reps:
            path = f"teams.{name}.reps.{rep}"
            other = re.fullmatch(r"(.+) (\d+)", rep)
            unnamed = (
                other and other[1] in contents.teams and int(other[2][:9]) <= contents.teams[other[1]].people
            )
            if rep in named or unnamed:
                yield Problem(path, "is the name of another rep, too", "a name of its own")
            named[rep] = path


# ---- stages -----------------------------------------------------------------------------------


def _stages(contents: Contents) -> Problems:
    makers = [name for name, stage in contents.stages.items() if stage.makes == "lead"]
    for name in makers[1:]:
        yield Problem(
            f"stages.{name}.makes", f"is given, and in {makers[0]}, too", "one stage that makes leads"
        )
    for name, stage in contents.stages.items():
        path = f"stages.{name}"
        if name in (WIN, LOSS):
            yield Problem(
                path, "is a name with a meaning of its own", f'a stage not called "{WIN}" or "{LOSS}"'
            )
        if not teams_of(contents, name):
            yield from _without_team(path, stage)
        yield from _known_segments(f"{path}.segments", stage.segments, contents)
        for where, table in _as_typed(path, stage):
            if table is not stage and stage.team is None and table.team is None:
                yield from _without_team(where, table)
            if table.team is not None and table.team not in contents.teams:
                yield unknown(f"{where}.team", table.team, contents.teams, "a team")
            yield from _lost_reasons(f"{where}.lost_reasons", table.lost_reasons, contents)


def _as_typed(path: str, stage: Stage) -> list[tuple[str, Stage | StageOfSegment]]:
    """List a stage and its tables by segment, each with its path."""
    return [(path, stage), *((f"{path}.segments.{name}", own) for name, own in stage.segments.items())]


def _lost_reasons(path: str, reasons: Mapping[str, float] | None, contents: Contents) -> Problems:
    if reasons is None:
        return
    if GONE_COLD_NAME in reasons:
        yield Problem(path, f'names "{GONE_COLD_NAME}"', "reasons other than waiting too long")
    if rejecting(contents) and REJECTED_NAME in reasons:
        wrong = f'names "{REJECTED_NAME}", which is what is lost by rejection'
        yield Problem(path, wrong, "other reasons")
    if wins_back(contents) and CHURNED_NAME in reasons:
        wrong = f'names "{CHURNED_NAME}", which is why customers leave who are nurtured'
        yield Problem(path, wrong, "other reasons")
    yield from sum_to_one(path, reasons.values())


def _hours_of_customers(contents: Contents) -> dict[str, CustomerHours | None]:
    """List all hours of customers by their paths."""
    found = {"customer_hours": contents.customer_hours}
    found |= {
        f"segments.{name}.customer_hours": each.customer_hours for name, each in contents.segments.items()
    }
    for name, stage in contents.stages.items():
        for where, table in _as_typed(f"stages.{name}", stage):
            found[f"{where}.customer_hours"] = table.customer_hours
    return found


def _customer_hours(contents: Contents) -> Problems:
    for path, hours in _hours_of_customers(contents).items():
        if hours is not None:
            yield from _week(path, hours)


def reasons_of(contents: Contents) -> list[str]:
    """List the reasons to lose a lead in the order of the file, "gone cold" first."""
    tables = (table for stage in contents.stages.values() for _, table in _as_typed("", stage))
    named = (reason for table in tables for reason in table.lost_reasons or {})
    of_junk = [REJECTED_NAME] if rejecting(contents) else []
    of_reps = [IGNORED_NAME] if ignoring(contents) else []
    tried = any(stage.attempts is not None for stage in contents.stages.values())
    found = [GONE_COLD_NAME, *named, *of_junk, *of_reps, *[NOT_REACHED_NAME] * tried]
    return list(dict.fromkeys([*found, *[CHURNED_NAME] * wins_back(contents)]))


def wins_back(contents: Contents) -> bool:
    """Return whether a program of nurture takes customers who leave (WB1)."""
    leave = any(product.is_recurring for product in contents.products.values())
    return leave and any(CHURNED_NAME in program.reasons for program in contents.nurture.values())


def _nurture(contents: Contents) -> Problems:
    yield from check_nurture(contents, reasons_of(contents))


def _reasons(contents: Contents) -> Problems:
    most = MOST_REASONS - 1  # besides "gone cold"
    count = len(reasons_of(contents)) - 1
    if count > most:
        yield Problem("stages", f"have {count:,} lost_reasons in all", f"at most {most}")


def _without_team(path: str, stage: Stage | StageOfSegment) -> Problems:
    for key in ("people", "effort_hours", "goes_cold_after_days", "attempts"):
        if key in stage.model_fields_set:
            yield Problem(f"{path}.{key}", "is given, but the stage has no team", "a team, or no such key")


def _targets(contents: Contents) -> Problems:
    order = list(contents.stages)
    for name, stage in contents.stages.items():
        earlier = order[: order.index(name) + 1]
        for path, table in _as_typed(f"stages.{name}", stage):
            for target in table.next or {}:
                if target not in (*order, WIN):
                    yield unknown(f"{path}.next", target, [*order, WIN], 'a stage or "won"')
            if table.next is not None and sum(table.next.values()) <= 0:
                yield Problem(f"{path}.next", "has weights that are all 0", "at least one weight above 0")
            back_to = table.back_to or {}
            for target in back_to:
                if target not in earlier:
                    yield unknown(f"{path}.back_to", target, earlier, "this stage or one before it")
            if sum(back_to.values()) > 1 + ROUNDING:
                wrong = f"sums to {sum(back_to.values()):g}"
                yield Problem(f"{path}.back_to", wrong, "shares that sum to at most 1")


def _has_paths(contents: Contents) -> bool:
    """Return whether all routes lead to stages that exist."""
    known_starts = all(first_stage(contents, name) in contents.stages for name in contents.channels)
    return known_starts and not any(True for _ in _targets(contents))


def stages_reached(contents: Contents) -> set[str]:
    """Find the stages that some lead can reach; a stage that no route leads to is closed."""
    if not _has_paths(contents):
        return set(contents.stages)  # reported already
    starts = {first_stage(contents, channel) for channel in contents.channels}
    starts |= {program.returns_to for program in contents.nurture.values()}
    found: set[str] = set()
    for segment in _unlike_segments(contents):
        found |= reached({name: _exits(contents, name, segment) for name in contents.stages}, starts)
    return found & set(contents.stages)


def _paths(contents: Contents) -> Problems:
    """Find stages that have no way out."""
    if not _has_paths(contents):
        return
    possible = {
        segment: {name: _ways(contents, name, segment) for name in contents.stages}
        for segment in _unlike_segments(contents)
    }
    for name in contents.stages:
        caught = [segment for segment, ways in possible.items() if not reached(ways, [name]) & {WIN, LOSS}]
        if caught:
            whose = f" for segment {caught[0]}" if len(caught) < len(possible) else ""
            wrong = f"loops for ever{whose}"
            yield Problem(f"stages.{name}", wrong, f'a way to "{WIN}", or some who are lost')


def _unlike_segments(contents: Contents) -> list[str]:
    """List the segments for which a stage differs, and one of the others."""
    unlike = {segment for stage in contents.stages.values() for segment in stage.segments}
    alike = [segment for segment in contents.segments if segment not in unlike]
    return [segment for segment in contents.segments if segment in unlike] + alike[:1]


def _ways(contents: Contents, name: str, segment: str) -> set[str]:
    """Find the ways out of a stage that a lead with the worst odds can take."""
    stage = stage_of(contents, name, segment)
    certain, hopeless = stage.conversion == 1, stage.conversion == 0  # whatever the odds ratios
    if stage.conversion is None:
        certain, hopeless = always_passed(stage), never_passed(stage)
    if certain:
        return set(advancing(contents, name, segment))
    if hopeless or (stage.conversion is not None and _hopeless(contents, stage)):
        return set(failing(stage))
    return _exits(contents, name, segment)


def _exits(contents: Contents, name: str, segment: str) -> set[str]:
    """Find the ways out of a stage for leads of a segment."""
    return {*advancing(contents, name, segment), *failing(stage_of(contents, name, segment))}


def _hopeless(contents: Contents, stage: Stage) -> bool:
    """Return whether some leads cannot advance in a stage, because one of their odds ratios is 0."""
    everywhere, here = contents.effects, stage.effects
    ratios = [
        everywhere.temperature.hot if here.temperature.hot is None else here.temperature.hot,
        everywhere.temperature.future if here.temperature.future is None else here.temperature.future,
        everywhere.theorist if here.theorist is None else here.theorist,
        *(segment.odds_ratio for segment in contents.segments.values()),
        *(least_drawn(channel.fit) for channel in contents.channels.values()),
        *(ratio for trait in contents.traits.values() for ratio in (trait.missing, trait.present)),
    ]
    return any(ratio == 0 for ratio in ratios)


def _waits(contents: Contents) -> Problems:
    yield from _wait("effects.wait", contents.effects.wait)
    for name, stage in contents.stages.items():
        for path, table in _as_typed(f"stages.{name}", stage):
            if table.effects.wait is not None:
                yield from _wait(f"{path}.effects.wait", table.effects.wait)


def _wait(path: str, wait: Wait) -> Problems:
    yield from check_curve(path, "hours", wait.hours, wait.odds_ratio)


# ---- names, strategies ------------------------------------------------------------------------


def _keys_of_draws(contents: Contents) -> Problems:
    """Find names with the same hash in the keys of draws: they would share their random numbers."""
    yield from _collisions("channels", {name: hash24(name) for name in contents.channels})
    yield from _collisions("teams", {name: hash24(name) for name in contents.teams})
    for team_name, team in contents.teams.items():
        yield from _collisions(f"teams.{team_name}.reps", {name: hash24(name) for name in team.reps})
    yield from _collisions("nurture", {name: purpose("nurture", name) for name in contents.nurture})
    yield from _collisions("products", keys_of_products(contents))
    yield from keys_of_draws(contents)
    for what in ("patience", "work", "answer", "assignment", "rejection", "held", "attempt", "interval"):
        hashes = {name: purpose(what, name) for name in contents.stages}
        yield from _collisions("stages", hashes)
        for name, key in hashes.items():
            if key in (ARRIVAL, PROFILE, KIND, VALUE, RIPENING):
                yield Problem(f"stages.{name}", "has a name that cannot be used as a key", "another name")


def _collisions(path: str, hashes: Mapping[str, int]) -> Problems:
    owners: dict[int, str] = {}
    for name, key in hashes.items():
        if key in owners:
            yield Problem(f"{path}.{name}", f'has the same key as "{owners[key]}" by chance', "another name")
        owners.setdefault(key, name)


def _titles(contents: Contents) -> Problems:
    """Find what is called like another title or name: rows and lines could not be told apart."""
    tables = (("strategies", TODAY, contents.strategies), ("assumptions", AS_TYPED, contents.assumptions))
    for table, base, choices in tables:
        called = {base: base} | {name: each.title or name for name, each in choices.items()}
        said = {name: spoken(label).casefold() for name, label in called.items()}
        for name, each in choices.items():
            same = [other for other in said if other != name and said[other] == said[name]]
            if each.title and same:
                path = f"{table}.{name}.title"
                yield Problem(path, f"is what {same[0]} is called", "a title of its own", None, each.title)
            elif same and list(said).index(same[0]) < list(said).index(name) and not choices[same[0]].title:
                yield Problem(f"{table}.{name}", f"is spoken like {same[0]}", "another name, or a title")


def _reserved(contents: Contents) -> Problems:
    today = contents.strategies.get(TODAY)
    for key in sorted(today.model_fields_set - {"about"}) if today is not None else ():
        yield Problem(f"strategies.{TODAY}.{key}", "is given", f'"{TODAY}" to be the unchanged scenario')
    if AS_TYPED in contents.assumptions:
        yield Problem(
            f"assumptions.{AS_TYPED}", "is what the scenario without assumptions is called", "another name"
        )


_CHECKS: tuple[Callable[[Contents], Problems], ...] = (
    _dates,
    _holidays,
    check_goals,
    check_plan,
    _channels,
    _mixes,
    _segments,
    _markets,
    check_volumes,
    check_the_mix,
    check_products,
    check_billing,
    check_prospecting,
    check_referrals,
    _shocks,
    _teams,
    check_staff,
    _names_of_reps,
    check_learning,
    _nurture,
    check_deliveries,
    check_account_visits,
    check_processes,
    _titles,
    _reserved,
    check_combined,
)
# Of scenarios with the stages of all processes side by side.
_CHECKS_OF_STAGES: tuple[Callable[[Contents], Problems], ...] = (
    _stages,
    check_crews,
    check_hand_overs,
    check_ignored,
    check_qualifying,
    check_decisions,
    _customer_hours,
    _reasons,
    _targets,
    _paths,
    _waits,
    _keys_of_draws,
)

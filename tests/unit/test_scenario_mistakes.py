"""Each mistake in a scenario is told once: where it is, what is wrong, what would be right."""

from __future__ import annotations

import pytest

from funnelsim.scenario import lower, parse
from funnelsim.studies.pilot import settled

from .good_scenario import GOOD, after, edited, line_number, problems_of

ONE_MISTAKE = [
    # (text, path, words of the sentence, part of the line where it stands)
    (edited("people", "peple"), "teams.sales.peple", 'did you mean "people"', "peple"),
    (edited("[channels.web]", "[chanels.web]"), "chanels", 'did you mean "channels"', "[chanels"),
    (edited("people = 2", "people = 2.5"), "teams.sales.people", "a whole number", "people"),
    (edited("people = 2", 'people = "2"'), "teams.sales.people", 'is "2"', "people"),
    (edited("people = 2", "people = true"), "teams.sales.people", "is true", "people"),
    (edited("people = 2", "people = 0"), "teams.sales.people", "nobody", "people"),
    (edited("people = 2", ""), "teams.sales.people", "nobody", "[teams.sales]"),
    (edited("people = 2", "people = 10_001"), "teams.sales.people", "at most 10000", "people"),
    (
        after("people = 2", "hours_per_week = 0"),
        "teams.sales.hours_per_week",
        "more than 0",
        "hours_per_week",
    ),
    (after("people = 2", "hours = {}"), "teams.sales.hours", "never open", "hours"),
    (after("people = 2", 'hours.monday = ["9-17"]'), "teams.sales.hours.monday", "time of day", "hours"),
    (
        after("people = 2", 'hours.monday = ["17:00-09:00"]'),
        "teams.sales.hours.monday",
        "after the begin",
        "hours",
    ),
    (
        after("people = 2", 'hours.monday = ["09:00-12:00", "11:00-13:00"]'),
        "teams.sales.hours.monday",
        "overlap",
        "hours",
    ),
    (
        after("people = 2", "hours_per_week = 30", 'hours.monday = ["09:00-12:00"]'),
        "teams.sales.hours",
        "beside hours_per_week",
        "hours.monday",
    ),
    (
        after("people = 2", "reps.dora = { hired = 2026-03-01, leaves = 2026-02-01 }"),
        "teams.sales.reps.dora.leaves",
        "a later date",
        "dora",
    ),
    (after("people = 2", 'reps."sales 1" = {}'), "teams.sales.reps.sales 1", "another rep", "reps"),
    (after("people = 2", 'holidays = ["2026-01-01"]'), "teams.sales.holidays", "without quotes", "holidays"),
    (
        after("people = 2", 'assignment = "round robin"'),
        "teams.sales.assignment",
        '"round_robin"',
        "assignment",
    ),
    (
        after("people = 2", "speed = { low = 0, likely = 1, high = 2 }"),
        "teams.sales.speed",
        "above 0",
        "speed",
    ),
    (
        edited("effort_hours = 1", "effort_hours = -1"),
        "stages.talk.effort_hours",
        "negative",
        "effort_hours = -1",
    ),
    (
        edited("effort_hours = 1", "effort_hours = nan"),
        "stages.talk.effort_hours",
        "finite",
        "effort_hours = nan",
    ),
    (
        edited("effort_hours = 1", "effort_hours = inf"),
        "stages.talk.effort_hours",
        "finite",
        "effort_hours = inf",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gama", a = 1 }'),
        "stages.talk.effort_hours.scipy",
        'did you mean "gamma"',
        "gama",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gamma", alpha = 1 }'),
        "stages.talk.effort_hours.alpha",
        "not a parameter",
        "alpha",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gamma" }'),
        "stages.talk.effort_hours",
        "without a",
        "ga",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "gamma", a = -1 }'),
        "stages.talk.effort_hours",
        "does not exist",
        "gamma",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { scipy = "norm" }'),
        "stages.talk.effort_hours",
        "below 0",
        "norm",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {median = 3}"),
        "stages.talk.effort_hours",
        "without p90",
        "median",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {median = 3, p90 = 2}"),
        "stages.talk.effort_hours",
        "median <= p90",
        "median",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {low = 3, likely = 2, high = 4}"),
        "stages.talk.effort_hours",
        "low <= likely",
        "likely",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {mean = 3}"),
        "stages.talk.effort_hours",
        'did you mean "median"',
        "mean",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = {quantiles = {"0.1" = 1, "1" = 2}}'),
        "stages.talk.effort_hours.quantiles",
        "from 0 to 1",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = {quantiles = {"0" = 3, "1" = 2}}'),
        "stages.talk.effort_hours.quantiles",
        "do not fall",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = {quantiles = {"low" = 3, "1" = 2}}'),
        "stages.talk.effort_hours.quantiles",
        "levels between 0 and 1",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", "effort_hours = {quantiles = {levels = [0, 1], values = [1]}}"),
        "stages.talk.effort_hours.quantiles",
        "as many levels as values",
        "quantiles",
    ),
    (
        edited("effort_hours = 1", 'effort_hours = { sample = "nowhere.csv" }'),
        "stages.talk.effort_hours.sample",
        "nowhere.csv",
        "sample",
    ),
    (
        edited("effort_hours = 1", "effort_hours = [1, 2]"),
        "stages.talk.effort_hours",
        "{ median, p90 }",
        "[1, 2]",
    ),
    (edited("conversion = 0.5", "conversion = 1.2"), "stages.talk.conversion", "at most 1", "1.2"),
    (edited("conversion = 0.5", ""), "stages.talk.conversion", "is missing", "[stages.talk]"),
    (edited('team = "sales"', 'team = "sale"'), "stages.talk.team", 'did you mean "sales"', '"sale"'),
    (edited('team = "sales"', ""), "stages.talk.effort_hours", "no team", "effort_hours = 1"),
    (after("[stages.talk]", 'next = "ofer"'), "stages.talk.next", 'did you mean "offer"', "ofer"),
    (after("[stages.talk]", "next = { offer = 0 }"), "stages.talk.next", "all 0", "next"),
    (after("[stages.talk]", "next = { offer = -1 }"), "stages.talk.next.offer", "at least 0", "next"),
    (after("[stages.talk]", "back_to = { offer = 0.5 }"), "stages.talk.back_to", "one before it", "back_to"),
    (
        after("[stages.offer]", "back_to = { talk = 0.6, offer = 0.6 }"),
        "stages.offer.back_to",
        "sums to 1.2",
        "bac",
    ),
    (
        after("[stages.talk]", "lost_reasons = { price = 0.6 }"),
        "stages.talk.lost_reasons",
        "sums to 0.6",
        "lost",
    ),
    (
        after("[stages.talk]", 'lost_reasons = { "gone cold" = 1 }'),
        "stages.talk.lost_reasons",
        "gone cold",
        "lost",
    ),
    (after("[stages.talk]", 'next = "won"'), "stages.offer", "reached by no path", "[stages.offer]"),
    (
        edited("conversion = 0.5\n[stages.offer]", "conversion = 0\nback_to = { talk = 1 }\n[stages.offer]"),
        "stages.talk",
        "loops for ever",
        "[stages.talk]",
    ),
    (
        edited("effort_hours = 2\nconversion = 0.5", 'effort_hours = 2\nconversion = 1\nnext = "offer"'),
        "stages.offer",
        "loops for ever",
        "[stages.offer]",
    ),
    (edited("[stages.offer]", "[stages.won]"), "stages.won", "meaning of its own", "[stages.won]"),
    (
        edited("[stages.offer]", 'makes = "lead"\n[stages.offer]\nmakes = "lead"'),
        "stages.offer.makes",
        "one stage",
        None,
    ),
    (
        edited("inquiries_per_month = 10", "inquiries_per_month = -1"),
        "channels.web.inquiries_per_month",
        "0",
        "inq",
    ),
    (
        edited("inquiries_per_month = 10", "inquiries_per_month = 9e8"),
        "channels.web.inquiries_per_month",
        "fewer than",
        "inq",
    ),
    (
        after("inquiries_per_month = 10", "growth_per_year = -1"),
        "channels.web.growth_per_year",
        "than -1",
        "gro",
    ),
    (edited('kind = "seo"', 'kind = "pre"'), "channels.web.kind", 'did you mean "pr"', "kind"),
    (after('kind = "seo"', "temperature = { hot = 0.5 }"), "channels.web.temperature", "sums to 0.5", "temp"),
    (
        after('kind = "seo"', "monthly_profile = [1, 2]"),
        "channels.web.monthly_profile",
        "at least 12",
        "monthly",
    ),
    (
        after('kind = "seo"', f"weekday_profile = {[0] * 7}"),
        "channels.web.weekday_profile",
        "0 everywhere",
        "week",
    ),
    (
        after('kind = "seo"', 'arrives_between = ["09:00", "09:00"]'),
        "channels.web.arrives_between",
        "has no length",
        "arr",
    ),
    (
        after('kind = "seo"', 'arrives_between = ["09:00-12:00", "22:00-10:00"]'),
        "channels.web.arrives_between",
        "overlap",
        "arr",
    ),
    (
        after('kind = "seo"', 'arrives_between = ["09:00-12:00", "13:00"]'),
        "channels.web.arrives_between",
        'spans such as ["09:00-12:00"',
        "arr",
    ),
    (
        after('kind = "seo"', "hourly_profile = [1, 2]"),
        "channels.web.hourly_profile",
        "at least 24",
        "hourly",
    ),
    (
        after('kind = "seo"', f"hourly_profile = {[0] * 24}"),
        "channels.web.hourly_profile",
        "0 everywhere",
        "hourly",
    ),
    (
        after(
            'kind = "seo"', 'arrives_between = ["01:00", "02:00"]', f"hourly_profile = {[1, 0] + [1] * 22}"
        ),
        "channels.web.hourly_profile",
        "0 in all hours of arrives_between",
        "hourly",
    ),
    (
        edited('kind = "seo"\ninquiries_per_month = 10', 'kind = "podcst"')
        + "[kinds.podcast]\ninquiries_per_month = 3",
        "channels.web.kind",
        'did you mean "podcast"',
        "podcst",
    ),
    (GOOD + "[kinds.podcast]\ncost_per_mnth = 3", "kinds.podcast.cost_per_mnth", '"cost_per_month"', "mnth"),
    (GOOD + "[kinds.podcast]\nkind = 'seo'", "kinds.podcast.kind", "is not a key here", "kind = 'seo'"),
    (
        GOOD
        + "[kinds.seo]\ntemperature = { hot = 0.5 }\n[channels.two]\nkind = 'seo'\ninquiries_per_month = 1",
        "kinds.seo.temperature",
        "sums to 0.5",
        "temp",
    ),
    (
        after("start = 2026-01-01", "customer_hours = {}"),
        "customer_hours",
        "never open",
        "customer_hours",
    ),
    (
        after("contract_value_per_year = 1000", 'customer_hours.monday = ["09:00-12:00", "11:00-13:00"]'),
        "segments.small.customer_hours.monday",
        "overlap",
        "customer_hours",
    ),
    (
        after("[stages.talk]", 'customer_hours.mondy = ["09:00-12:00"]'),
        "stages.talk.customer_hours.mondy",
        'did you mean "monday"',
        "customer_hours",
    ),
    (
        after("[stages.talk]", "segments.small.customer_hours.holidays = [2026-01-01]"),
        "stages.talk.segments.small.customer_hours",
        "never open",
        "customer_hours",
    ),
    (
        after("[stages.talk]", 'segments.small.team = "sale"'),
        "stages.talk.segments.small.team",
        'did you mean "sales"',
        '"sale"',
    ),
    (
        after("[stages.talk]", 'segments.small.next = "ofer"'),
        "stages.talk.segments.small.next",
        'did you mean "offer"',
        "ofer",
    ),
    (
        after("[stages.talk]", "segments.small.back_to = { offer = 0.5 }"),
        "stages.talk.segments.small.back_to",
        "one before it",
        "back_to",
    ),
    (
        after("[stages.offer]", "segments.small.back_to = { talk = 0.6, offer = 0.6 }"),
        "stages.offer.segments.small.back_to",
        "sums to 1.2",
        "back_to",
    ),
    (
        after("[stages.talk]", "segments.small.lost_reasons = { price = 0.6 }"),
        "stages.talk.segments.small.lost_reasons",
        "sums to 0.6",
        "lost",
    ),
    (
        after("[stages.talk]", "segments.small.effects.wait = { hours = [2, 1], odds_ratio = [1, 1] }"),
        "stages.talk.segments.small.effects.wait.hours",
        "rise",
        "effects",
    ),
    (
        after("[stages.offer]", 'segments.small = { conversion = 1, next = "offer" }'),
        "stages.offer",
        "loops for ever",
        "[stages.offer]",
    ),
    (
        after('kind = "seo"', 'arrives_between = ["25:00", "26:00"]'),
        "channels.web.arrives_between",
        "25:00",
        "arr",
    ),
    (
        after('kind = "seo"', 'first_stage = "tolk"'),
        "channels.web.first_stage",
        'did you mean "talk"',
        "tolk",
    ),
    (
        after('kind = "seo"', "segments = { smal = 1 }"),
        "channels.web.segments",
        'did you mean "small"',
        "smal ",
    ),
    (
        after('kind = "seo"', "segments = { small = 0.9 }"),
        "channels.web.segments",
        "sums to 0.9",
        "segments =",
    ),
    (
        after("contract_value_per_year = 1000", "[segments.big]", "contract_value_per_year = 9000"),
        "channels.web.segments",
        "is missing",
        "[channels.web]",
    ),
    (edited("contract_value_per_year = 1000", "contract_value_per_year = 0"), None, "above 0", "= 0"),
    (edited("[segments.small]\ncontract_value_per_year = 1000", ""), "segments", "segments is missing", None),
    (
        edited("[segments.small]\ncontract_value_per_year = 1000", "segments = {}"),
        "segments",
        "is empty",
        "segm",
    ),
    (
        edited("[segments.small]\ncontract_value_per_year = 1000", "segments.a = 3"),
        "segments.a",
        "a table",
        "segm",
    ),
    (
        edited("[segments.small]\ncontract_value_per_year = 1000", "segments = 3"),
        "segments",
        "a table",
        "segm",
    ),
    (edited("start = 2026-01-01", 'start = "2026-01-01"'), "start", "without quotes", "start"),
    (edited("start = 2026-01-01", "start = 1066-10-14"), "start", "from 1900", "start"),
    (edited("start = 2026-01-01", ""), "start", "is missing", None),
    (
        after("start = 2026-01-01", "horizon.period_months = 241"),
        "horizon.period_months",
        "at most 240",
        "horizon",
    ),
    (
        after("start = 2026-01-01", "horizon = { period_months = 200, drain_months = 41 }"),
        "horizon",
        "241 months",
        "horizon",
    ),
    (
        after("[stages.talk]", "effects.month_of_quarter = [1, 1, 2]"),
        "stages.talk.effects.month_of_quarter",
        'decided = "when_answered"',
        "month_of_quarter",
    ),
    (
        after("[stages.talk]", "segments.small.effects.time_in_stage = { days = [2], odds_ratio = [2] }"),
        "stages.talk.segments.small.effects.time_in_stage",
        'decided = "when_answered"',
        "time_in_stage",
    ),
    (
        after(
            "[stages.talk]",
            "decided = 'when_answered'\neffects.time_in_stage = { days = [2, 1], odds_ratio = [2, 1] }",
        ),
        "stages.talk.effects.time_in_stage.days",
        "days that rise",
        "effects",
    ),
    (
        after(
            "[stages.talk]",
            "decided = 'when_answered'\neffects.time_in_stage = { days = [2], odds_ratio = [2, 1] }",
        ),
        "stages.talk.effects.time_in_stage",
        "as many",
        "effects",
    ),
    (
        after("[stages.talk]", "decided = 'when_answered'\nrejection = { probability = 0.1 }"),
        "stages.talk.rejection",
        "decided as the work starts",
        "rejection",
    ),
    (
        after("[stages.talk]", "never_decides = 1"),
        "stages.talk.never_decides",
        "less than 1",
        "never_decides",
    ),
    (after("start = 2026-01-01", "effects.wait.hours = [3, 1, 2]"), "effects.wait.hours", "rise", "effects"),
    (after("start = 2026-01-01", "effects.wait.hours = [3]"), "effects.wait", "as many", "effects"),
    (
        after("start = 2026-01-01", "effects.temperature.warm = 2"),
        "effects.temperature.warm",
        "at most 1",
        "effects",
    ),
    (
        after("[stages.talk]", "effects.wait = { hours = [2, 1], odds_ratio = [1, 1] }"),
        None,
        "rise",
        "effects",
    ),
    (GOOD + "[goals.a]\nmetric = 'won'\n", "goals.a", "no bound", "goals"),
    (
        GOOD + "[strategies.a]\ntitle = 'More'\n[strategies.more]\nabout = 'x'\n",
        *("strategies.a.title", "a title of its own", "title"),
    ),
    (
        GOOD + "[assumptions.a]\ntitle = 'as typed'\n",
        *("assumptions.a.title", "is what as typed is called", "title"),
    ),
    (
        GOOD + "[strategies.more_ads]\nabout = 'x'\n[strategies.'more ads']\nabout = 'y'\n",
        *("strategies.more ads", "is spoken like more_ads", "more ads"),
    ),
    (GOOD + "[goals.a]\nmetric = 'won'\nat_least = 3\nat_most = 2\n", "goals.a.at_most", "below", "at_most"),
    (
        GOOD + "[goals.a]\nmetric = 'first_contact_within_4_hours'\nat_least = 80\n",
        *("goals.a.at_least", "at most 1, such as 0.8", "at_least"),
    ),
    (
        GOOD + "[goals.a]\nmetric = 'utilisation'\nat_most = 85\nteam = 'sales'\n",
        *("goals.a.at_most", "at most 1, such as 0.85", "at_most"),
    ),
    (
        GOOD + "[goals.a]\nmetric = 'won'\nat_most = 2\nteam = 'sale'\n",
        "goals.a.team",
        '"sales"',
        "team = 'sale",
    ),
    (
        GOOD + "[goals.a]\nmetric = 'won'\nat_most = 2\nteam = 'sales'\nchannel = 'web'\n",
        *("goals.a", "names a channel and a team", "goals"),
    ),
    (
        GOOD + "[goals.a]\nmetric = 'roi'\nat_most = 2\nteam = 'sales'\n",
        *("goals.a.metric", "has no value for a team", "metric"),
    ),
    (
        GOOD + "[goals.a]\nmetric = 'conversion'\nat_least = 0.2\n",
        *("goals.a.metric", "a goal that names a stage", "metric"),
    ),
    (
        GOOD + "[goals.a]\nmetric = 'won'\nat_most = 2\neach = 'every_month'\nteam = 'sales'\n",
        *("goals.a.each", '"period" or "average_month"', "each"),
    ),
    (
        GOOD + "[goals.a]\nmetric = 'sales_velocity'\nat_least = 1\neach = 'every_month'\n",
        *("goals.a.each", "has no value by month", "each"),
    ),
    (GOOD + "[goals.a]\nmetric = 'wonn'\nat_least = 1\n", "goals.a.metric", 'did you mean "won"', "metric"),
    (GOOD + '[strategies.s]\nchange = { "teams.sale.people" = 1 }', None, '"teams.sales.people"', "change"),
    (GOOD + '[strategies.s]\nchange = { "teams.sales.people" = 0 }', "strategies.s", "nobody", "strategies"),
    (GOOD + "[strategies.s]\nchange = { teams.sales.people = 1 }", None, "is a whole table", "change"),
    (
        GOOD + '[strategies.today]\nchange = { "teams.sales.people" = 1 }',
        None,
        "unchanged scenario",
        "change",
    ),
    (GOOD + '[origins]\n"teams.sale.people" = "assumed: x"', None, "matches no value", "assumed"),
    (GOOD + '[origins]\n"teams.*" = "I made it up"', None, "begins with source:", "made"),
    (
        after("inquiries_per_month = 10", "[teams.other]", "people = 9_999"),
        "teams",
        "at most 10,000 in all",
        None,
    ),
    (after("[stages.talk]", "customer_takes_days = { sample = 'x.csv', times = 0 }"), None, "x.csv", "times"),
    (
        after("[stages.talk]", "customer_takes_days = { scipy = 'expon', times = 0 }"),
        None,
        "factor above 0",
        "times",
    ),
    (after("[stages.talk]", "next = 3"), "stages.talk.next", "the name of a stage", "next"),
    (edited("[stages.talk]", '[stages." talk"]'), None, "is not a name", '" talk"'),
    (edited("[stages.talk]", '[stages."a.b"]'), None, "is not a name", '"a.b"'),
]


@pytest.mark.parametrize(("text", "path", "words", "place"), ONE_MISTAKE)
def test_one_mistake_is_one_problem(text: str, path: str | None, words: str, place: str | None) -> None:
    problems = problems_of(text)
    told = [problem.sentence() for problem in problems]
    assert len(problems) == 1, told
    assert words in told[0]
    assert path is None or problems[0].path == path
    if place is not None:
        assert problems[0].line == line_number(text, place)


def test_the_good_one_is_good() -> None:
    lower(settled(parse(GOOD)))

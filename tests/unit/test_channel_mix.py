"""What channels bring: shares of a total, money, busy days, promotions, suppliers, personal selling."""

from __future__ import annotations

import math
from datetime import date, timedelta

import matplotlib.pyplot as plt
import numpy as np
import pytest

import funnelsim as fs
from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Floats
from funnelsim.engines import ENGINES, history
from funnelsim.keeping.baselines import shipped
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, Event
from funnelsim.rules.arrivals import expect_inquiries
from funnelsim.scenario import Scenario, curve_of, load, lower, parse, presets
from funnelsim.scenario.calendars import Calendar
from funnelsim.scenario.volumes import Era, expected_inquiries, inquiries_per_month

from .good_scenario import GOOD, after, edited, problems_of

WEB = 'channels.web = { kind = "seo", inquiries_per_month = 30 }\n'
HEAD = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 12, drain_months = 0 }
segments.all.contract_value_per_year = 1000
stages.deal.conversion = 1
"""
SPENDING = """
[channels.ads]
kind = "advertising"
inquiries_per_month = 40
cost_per_month = 2000
[channels.ads.response]
at_cost_per_month = 2000
"""
SHARED = """
channels.web.kind = "seo"
channels.ads.kind = "advertising"
channels.fair.kind = "sales_promotion"
mix = { inquiries_per_month = 100, shares = { web = 0.2, ads = 0.5, fair = 0.3 } }
"""


def by_month(text: str, channel: str) -> dict[str, float]:
    """Add up a channel's expected inquiries by calendar month."""
    scenario = parse(text)
    calendar = Calendar(scenario.start, scenario.months)
    by_day = np.diff(expected_inquiries([Era(0, scenario)], channel, calendar))
    sums: dict[str, float] = {}
    for day, amount in zip(calendar.days, by_day, strict=True):
        sums[f"{day:%Y-%m}"] = sums.get(f"{day:%Y-%m}", 0.0) + float(amount)
    return sums


def of_world(model: Model, replication: int) -> Floats:
    """Return the inquiries that each channel expects of each day in a world: (channels, days)."""
    expected = model.expected.copy()
    expect_inquiries(model, world_of(1, replication), expected, 0)
    return np.diff(expected.reshape(len(model.channels), -1), axis=1)


# ---- shares of a total ------------------------------------------------------------------------


def test_shares_part_the_total() -> None:
    assert [by_month(HEAD + SHARED, name)["2026-05"] for name in ("web", "ads", "fair")] == pytest.approx(
        [20, 50, 30]
    )


def test_uncertain_shares_are_dirichlet() -> None:
    model = lower(parse(HEAD + SHARED.replace("} }", "}, certainty = 20 }"))).model
    worlds = np.array([of_world(model, world).sum(axis=1) for world in range(1500)])
    assert worlds.sum(axis=1) == pytest.approx(np.full(1500, model.expected[-1] / 0.3), rel=1e-9)
    shares = worlds / worlds.sum(axis=1, keepdims=True)
    mean = np.array([0.2, 0.5, 0.3])
    variance = mean * (1 - mean) / 21  # of a Dirichlet distribution that adds up to 20
    assert np.abs(shares.mean(axis=0) - mean).max() < 4 * math.sqrt(variance.max() / 1500)
    assert shares.var(axis=0) == pytest.approx(variance, rel=0.15)  # 4 standard errors are 0.15
    assert np.corrcoef(shares.T)[0, 1] == pytest.approx(-math.sqrt(0.2 * 0.5 / (0.8 * 0.5)), abs=0.09)


def test_a_channel_s_luck_stays_its_own_when_another_joins() -> None:
    text = HEAD + SHARED.replace("} }", "}, certainty = 20 }")
    more = text + 'channels.aaa = { kind = "pr", inquiries_per_month = 5 }\n'
    assert np.array_equal(of_world(lower(parse(text)).model, 3), of_world(lower(parse(more)).model, 3)[:3])


# ---- money ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "twice"),
    [
        ("ceiling = 80", 80 * math.tanh(2 * math.atanh(0.5))),
        ("half_at = 1000", 40 * math.tanh(4 * math.atanh(0.5)) / math.tanh(2 * math.atanh(0.5))),
        ('ceiling = 160\ncurve = "hill"', 160 * 4000 / (6000 + 4000)),
        ('half_at = 4000\ncurve = "hill"\nsteepness = 2', 200 * 0.5),
    ],
)
def test_the_curve_goes_through_the_reference_point(response: str, twice: float) -> None:
    text = HEAD + SPENDING + response
    assert by_month(text, "ads")["2026-05"] == pytest.approx(40, rel=1e-12)
    assert by_month(text.replace("month = 2000\n[", "month = 4000\n["), "ads")["2026-05"] == pytest.approx(
        twice
    )
    assert by_month(text.replace("month = 2000\n[", "month = 0\n["), "ads")["2026-05"] == 0


@pytest.mark.parametrize("curve", ['"tanh"', '"hill"\nsteepness = 1.7'])
def test_the_marginal_cost_is_what_the_next_inquiry_costs(curve: str) -> None:
    found = curve_of(parse(HEAD + SPENDING + f"ceiling = 90\ncurve = {curve}"), "ads")
    assert found is not None
    costs = np.array([500.0, 2000.0, 5000.0])
    slope = (found.inquiries(costs + 0.01) - found.inquiries(costs - 0.01)) / 0.02
    assert found.marginal_cost(costs) == pytest.approx(1 / slope, rel=1e-6)


def test_constant_spend_is_not_changed_by_what_is_carried_over() -> None:
    today = SPENDING.replace("cost_per_month = 2000\n[", "cost_per_month = 3100\n[") + "ceiling = 80\n"
    assert by_month(HEAD + today + "half_life_days = 30", "ads") == pytest.approx(
        by_month(HEAD + today, "ads")
    )


def test_spending_is_carried_over_by_its_half_life() -> None:
    profile = "spend_profile = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1]\n"
    nearly_linear = "ceiling = 1e7\nhalf_life_days = 10"
    text = HEAD + SPENDING.replace("[channels.ads.r", profile + "[channels.ads.r") + nearly_linear
    model = lower(parse(text)).model
    by_day = np.diff(model.expected)
    june = (date(2026, 6, 1) - date(2025, 12, 1)).days
    full = by_day[june - 1] * 31 / 30  # a day in May, at June's days
    assert by_day[june + 9] == pytest.approx(full / 2, rel=1e-3)
    assert by_day[june + 19] == pytest.approx(full / 4, rel=1e-3)
    assert by_day[0] == pytest.approx(40 * 2 / 31, rel=1e-3)  # before the start as in the first month


def test_media_follow_the_profile_of_spending() -> None:
    profile = "spend_profile = [0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    text = HEAD + SPENDING.replace("[channels.ads.r", profile + "[channels.ads.r") + "ceiling = 80"
    rows = history("compiled", lower(parse(text)).model)
    media = rows[rows["event"] == Event.MEDIA]
    days = [date(2025, 12, 1) + timedelta(int(time // DAY) - 1) for time in media["time"]]
    found = {
        month: sum(row["money"] for row, day in zip(media, days, strict=True) if day.month == month)
        for month in (1, 2, 3)
    }
    assert found == pytest.approx({1: 0, 2: 4000, 3: 2000})


def test_a_strategy_that_spends_more_gets_more_for_a_higher_price() -> None:
    scenario = parse(
        HEAD + SPENDING + 'ceiling = 80\n[strategies.bold]\nchange = { "channels.ads.cost_per_month *=" = 2 }'
    )
    bold = scenario.strategy("bold")
    by_day = np.diff(expected_inquiries([Era(0, bold)], "ads", Calendar(bold.start, bold.months)))
    assert by_day[31:].sum() / 12 == pytest.approx(80 * math.tanh(2 * math.atanh(0.5)))


def test_a_channel_without_inquiries_stays_without_whatever_it_costs() -> None:
    scenario = parse(HEAD + SPENDING + "ceiling = 80").with_changes({"channels.ads.inquiries_per_month": 0})
    assert lower(scenario).model.expected[-1] == 0
    found = curve_of(scenario, "ads")
    assert found is not None
    assert found.inquiries(np.array([0.0, 9000.0])).tolist() == [0, 0]


def test_the_picture_of_responses_marks_today() -> None:
    above, below = fs.plot_response(parse(HEAD + WEB + SPENDING + "ceiling = 80"))
    dots = [line for line in above.lines if line.get_marker() == "o"]
    assert [line.get_xydata().tolist() for line in dots] == [[[2000.0, pytest.approx(40)]]]
    legend = above.get_legend()
    assert legend is not None
    assert legend.get_texts()[0].get_text().startswith("ads: 40 for 2 thousand")
    scale = 2000 / math.atanh(0.5)
    cost = scale / 80 * math.cosh(math.atanh(0.5)) ** 2
    marked = [line for line in below.lines if line.get_marker() == "o"]
    assert marked[0].get_ydata()[0] == pytest.approx(cost)
    plt.close(above.figure)


def test_without_a_response_there_is_no_picture() -> None:
    with pytest.raises(ValueError, match=r"no channel has a response.*channels.NAME.response"):
        fs.plot_response(parse(HEAD + WEB))


# ---- busy days --------------------------------------------------------------------------------


def day_counts(text: str, worlds: int) -> Floats:
    """Count inquiries by world and day."""
    model = lower(parse(text)).model
    days = len(model.month_days)
    rows = [history("compiled", model, 1, world) for world in range(worlds)]
    asked = [each["time"][each["event"] == Event.INQUIRY] // DAY for each in rows]
    return np.array([np.bincount(each, minlength=days) for each in asked])


@pytest.mark.parametrize(("own", "common"), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.3), (0.4, 0.3), (1.5, 0.0)])
def test_days_vary_as_the_negative_binomial_says(own: float, common: float) -> None:
    flat = "monthly_profile = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]"
    web = f'[channels.web]\nkind = "seo"\ninquiries_per_month = 300\nday_variation = {own}\n{flat}\n'
    counts = day_counts(HEAD + web + f"[mix]\nday_variation = {common}\n", 40)
    mean = 3600 / 365
    variation = (1 + own**2) * (1 + common**2) - 1  # of the product of two factors, each of mean 1
    theory = 1 + mean * variation
    by_world = counts.mean(axis=1)
    assert abs(by_world.mean() - mean) < 4 * by_world.std(ddof=1) / math.sqrt(40)
    ratios = ((counts - mean) ** 2).mean(axis=1) / mean
    assert abs(ratios.mean() - theory) < 4 * ratios.std(ddof=1) / math.sqrt(40)
    assert ratios.std(ddof=1) / math.sqrt(40) < 0.1 * theory  # so that passing means something


def test_common_days_are_common_and_own_days_are_not() -> None:
    two = 'channels.ads = { kind = "advertising", inquiries_per_month = 30, VARY }\n'
    three = WEB + two.replace(", VARY", "") + "mix.day_variation = 0.5\n"
    together = of_world(lower(parse(HEAD + three)).model, 0)
    assert np.allclose(together[0], together[1], rtol=1e-9)
    own = WEB.replace("30", "30, day_variation = 0.5") + two.replace("VARY", "day_variation = 0.5")
    apart = of_world(lower(parse(HEAD + own)).model, 0)
    assert abs(np.corrcoef(apart)[0, 1]) < 4 / math.sqrt(396)


def test_a_calendar_day_is_as_busy_whatever_the_warm_up() -> None:
    web = HEAD + WEB.replace("30", "30, day_variation = 0.7")
    short, long = (
        lower(parse(web.replace("up_months = 1", f"up_months = {months}"))).model for months in (0, 3)
    )
    assert of_world(short, 5)[0] == pytest.approx(of_world(long, 5)[0, -365:], rel=1e-9)


def test_nothing_is_drawn_where_nothing_varies() -> None:
    model = lower(parse(HEAD + WEB)).model
    expected = model.expected.copy()
    expect_inquiries(model, world_of(1, 0), expected, 0)
    assert np.array_equal(expected, model.expected)


# ---- promotion, suppliers, personal selling ---------------------------------------------------


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_promotion_lowers_the_price_for_its_days(engine: str) -> None:
    web = (
        '[channels.web]\nkind = "seo"\ninquiries_per_month = 30\n[channels.web.promotion]\n'
        "starts = 2026-03-01\nends = 2026-05-01\nprice_cut = 0.2\ninquiries_factor = 3\n"
    )
    found = by_month(HEAD + web, "web")
    assert [found[month] for month in ("2026-02", "2026-03", "2026-04", "2026-05")] == pytest.approx(
        [30, 90, 90, 30]
    )
    rows = history(engine, lower(parse(HEAD + web)).model)
    won = rows[rows["event"] == Event.WON]
    begins, ends = ((day - date(2025, 12, 1)).days * DAY for day in (date(2026, 3, 1), date(2026, 5, 1)))
    cheaper = (begins <= won["created"]) & (won["created"] < ends)
    assert 0 < cheaper.sum() < len(won)
    assert np.array_equal(won["money"], np.where(cheaper, 800.0, 1000.0))


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_supplier_is_paid_by_the_lead(engine: str) -> None:
    agency = 'channels.agency = { kind = "outsourced", inquiries_per_month = 30, price_per_lead = 70 }\n'
    scenario = parse(HEAD.replace("conversion = 1", "conversion = 0.5") + agency)
    rows = history(engine, lower(scenario).model)
    leads = rows[rows["event"] == Event.BECAME_LEAD]
    assert 0 < len(leads) < (rows["event"] == Event.INQUIRY).sum()
    assert np.array_equal(leads["money"], np.full(len(leads), 70.0))
    summary = fs.simulate(scenario, replications=3, jobs=1, engine=engine).summary["mean"]
    assert summary["lead_cost"] == pytest.approx(70 * summary["leads"])
    assert summary["cost"] == pytest.approx(summary["lead_cost"])


# ---- mistakes ---------------------------------------------------------------------------------

TEN = "inquiries_per_month = 10"
MISTAKES = [
    (edited(TEN, ""), "channels.web.inquiries_per_month", "is missing; expected a number of inquiries"),
    (GOOD + "[mix]\ninquiries_per_month = 9\n", "mix.inquiries_per_month", "without shares"),
    (GOOD + "[mix]\ncertainty = 9\n", "mix.certainty", "without shares"),
    (
        GOOD + "[mix]\ninquiries_per_month = 9\nshares = { web = 1 }\n",
        "channels.web.inquiries_per_month",
        "beside a share in [mix]",
    ),
    (edited(TEN, "") + "[mix]\nshares = { web = 1 }\n", "mix.inquiries_per_month", "is missing"),
    (
        edited(TEN, "") + "[mix]\ninquiries_per_month = 9\nshares = { web = 0.7 }\n",
        "mix.shares",
        "sums to 0.7",
    ),
    (
        edited(TEN, "") + "[mix]\ninquiries_per_month = 9\nshares = { web = 1, wep = 0 }\n",
        "mix.shares",
        'did you mean "web"',
    ),
    (
        edited(TEN, "") + "[mix]\ninquiries_per_month = 9\nshares = { web = 1 }\ncertainty = 0.01\n",
        "mix.certainty",
        "at least 0.05 for a share of 1",
    ),
    (
        edited(TEN, "") + "[mix]\ninquiries_per_month = 9e8\nshares = { web = 1 }\n",
        "mix.inquiries_per_month",
        "fewer than",
    ),
    (GOOD + "[mix]\nday_variation = 4\n", "mix.day_variation", "at most 3"),
    (after(TEN, "day_variation = -1"), "channels.web.day_variation", "at least 0"),
    (
        after(TEN, "spend_profile = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]"),
        "channels.web.spend_profile",
        "0 everywhere",
    ),
    (after(TEN, "response = { ceiling = 20 }"), "channels.web.response.at_cost_per_month", "is missing"),
    (
        after(TEN, "response = { at_cost_per_month = 5 }"),
        "channels.web.response",
        "neither ceiling nor half_at",
    ),
    (
        after(TEN, "response = { at_cost_per_month = 5, ceiling = 20, half_at = 9 }"),
        "channels.web.response",
        "both ceiling and half_at",
    ),
    (
        after(TEN, "response = { at_cost_per_month = 5, ceiling = 10 }"),
        "channels.web.response.ceiling",
        "more than the 10 inquiries",
    ),
    (
        after(TEN, "response = { at_cost_per_month = 5, ceiling = 20, steepness = 2 }"),
        "channels.web.response.steepness",
        'curve = "hill"',
    ),
    (
        after(TEN, 'response = { at_cost_per_month = 1e-9, half_at = 1e14, curve = "hill", steepness = 10 }'),
        "channels.web.response",
        "too steep",
    ),
    (
        after(TEN, 'response = { at_cost_per_month = 1e-300, half_at = 1, curve = "hill", steepness = 10 }'),
        "channels.web.response",
        "too steep",
    ),
    (
        after(TEN, "response = { at_cost_per_month = 5, ceiling = 1e9 }"),
        "channels.web.inquiries_per_month",
        "can reach 1e+09; expected fewer than",
    ),
    (
        after(TEN, "promotion = { starts = 2026-03-01, ends = 2026-03-01 }"),
        "channels.web.promotion.ends",
        "a later date",
    ),
    (
        after(TEN, "promotion = { starts = 2026-03-01, ends = 2026-04-01, price_cut = 1 }"),
        "channels.web.promotion.price_cut",
        "less than 1",
    ),
    (after(TEN, "price_per_lead = 3"), "channels.web.price_per_lead", 'kind = "outsourced"'),
]


@pytest.mark.parametrize(("text", "path", "words"), MISTAKES)
def test_a_mistake_in_the_mix_is_told_once(text: str, path: str, words: str) -> None:
    (problem,) = problems_of(text)
    assert problem.path == path
    assert words in problem.sentence()


def test_an_uncertain_ceiling_stays_above_uncertain_inquiries() -> None:
    response = "response = { at_cost_per_month = 5, ceiling = 20 }\n"
    ends = '"channels.web.response.ceiling" = { low = 15, likely = 20, high = 30 }\n'
    volume = '"channels.web.inquiries_per_month *=" = { low = 0.5, likely = 1, high = HIGH }\n'
    text = f"{after(TEN, response)}[uncertainties]\n{ends}{volume}"
    assert len(parse(text.replace("HIGH", "1.4")).uncertainties) == 2
    (problem,) = problems_of(text.replace("HIGH", "1.6"))
    assert "channels.web.response.ceiling is 15" in problem.sentence()


def paid_for(scenario: Scenario, name: str) -> float:
    """Add up what a channel costs a month."""
    channel = scenario.channels[name]
    return channel.cost_per_month + channel.cost_per_inquiry * inquiries_per_month(scenario, name)


@pytest.mark.parametrize("name", [*presets(), *(each.scenario for each in shipped().values())])
def test_strategies_of_examples_pay_for_the_inquiries_that_they_add(name: str) -> None:
    scenario = load(name)
    for strategy in scenario.strategies:
        changed = scenario.strategy(strategy)
        for channel in scenario.channels:
            if inquiries_per_month(changed, channel) > inquiries_per_month(scenario, channel):
                assert paid_for(changed, channel) > paid_for(scenario, channel), (strategy, channel)

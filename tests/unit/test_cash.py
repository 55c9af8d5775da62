"""Cash: against a ledger counted by hand, what is wrong in a sentence, and what a run says of it."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from funnelsim.chance.distributions import quantile
from funnelsim.compiling.arrays import Records
from funnelsim.engines.fold import Tally, fold, new_tally, stack
from funnelsim.forecast import Forecast, running_out
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOBODY, NOTHING, Billed, Event
from funnelsim.reports.grid import as_text
from funnelsim.reports.simulation_page import simulation_page
from funnelsim.scenario import Months, lower, parse, preset_text
from funnelsim.studies.results import SimulationResult
from funnelsim.studies.study import compare, simulate

from .good_scenario import GOOD, problems_of
from .small_firm import ADS, ANN, NAMES, SMALL, TALKS, YEARLY, lead, two_processes
from .small_firm import history as leads_by_hand

# In two months from day 10 on. Pay is due a day after a month of ten days, channels three, commission at its
# end. Before the period 4,000 are billed in two instalments, of which the second comes after it.
IN_MONTHS = {
    "billed": (70.05, 600 + 400),
    "bad_debt": (70.05, 0),
    "cash_received": (2000, 600),
    # Pay and ads of day 9, 999 each; visits; what the contract of day 8 costs, and a customer's, 1.5 a day;
    # touches; a day of changes, somebody hired, a training, somebody held.
    "cash_paid": (
        *(999 + 999 + 5 + 5 + 750 + 15 + 4 + 4 + 1 + 3 + 6 + 7,),
        # Pay, ads, an inquiry and a lead, a visit, a touch, a change, commission, and three contracts.
        *(500 + 100 + 20 + 30 + 5 + 4 + 2 + 400 + 750 + 2250 + 214.58 + 7.5,),
    ),
    "receivables": (0, 400),
}
OPENINGS = 1000, 3000, 9000
BALANCES = {
    "cash": ((202, -3481.08), (2202, -1481.08), (8202, 4518.92)),
    "lowest_cash": ((-1003, -3481.08), (997, -1481.08), (6997, 4518.92)),
    "ran_out_of_cash": ((1, 1), (0, 1), (0, 0)),
}


def with_cash(opening: float) -> Model:
    """The firm of two processes, which counts cash."""
    model = two_processes()
    for name, value in {"cash": 1, "opening": opening, "salaries_after": 1, "channels_after": 3}.items():
        model.firm[name] = value
    return model


def about(event: Event, day: int, money: float, **fields: int) -> Records:
    """Write a row about no pursuit."""
    row = lead(-1, NOTHING, NOTHING, (day, 0), (day, 0, event, 0, NOTHING, NOBODY, {"money": money}))
    for name, value in fields.items():
        row[name] = value
    return row


def bill(day: int, money: float, days: int, count: int = 1) -> Records:
    """Write a bill that is paid after so many days, or never."""
    waited = -1 if days < 0 else days * DAY
    row = lead(9, ADS, SMALL, (day, 0), (day, 9, Event.BILLED, 0, TALKS, ANN, {"money": money}))
    row["waited"], row["worked"], row["count"] = waited, row["time"], count
    return row


def ledger() -> Records:
    """Write the history of the firm, its bills, and all else that is paid."""
    customer = about(Event.WAS_CUSTOMER, 10, 2 * 30.4375, waited=15 * DAY, segment=SMALL, product=YEARLY)
    touches = about(Event.TOUCHED, 25, 4, worked=8 * DAY, waited=5 * DAY, count=3, segment=SMALL, stage=TALKS)
    rows = np.concatenate(
        [
            leads_by_hand(),
            *(bill(8, 2000, 5, count=2), bill(12, 70.05, -1), bill(25, 600, 3), bill(21, 400, 20)),
            *(customer, touches),
            *(about(Event.RUNNING, 15, 1), about(Event.JOINED, 16, 3), about(Event.TRAINED, 20, 6)),
            *(about(Event.HELD, 17, 7, stage=TALKS, segment=SMALL), about(Event.ONE_OFF, 20, 2)),
        ]
    )
    return rows[np.argsort(rows["time"], kind="stable")]


def tally_of(opening: float) -> Tally:
    model = with_cash(opening)
    found = new_tally(model, len(NAMES.reasons))
    fold(ledger(), model, found)
    return found


@pytest.fixture(scope="module")
def years() -> Tally:
    """Three years that begin with more or less cash."""
    return stack([tally_of(opening) for opening in OPENINGS])


@pytest.mark.parametrize("metric", IN_MONTHS)
def test_flow_of_cash_by_month_and_in_all(years: Tally, metric: str) -> None:
    model = with_cash(0)
    found = FIGURES[metric].values(cut(model, years, "month"))
    assert found.tolist() == pytest.approx(np.array([IN_MONTHS[metric]] * 3), abs=1e-9)
    whole = IN_MONTHS[metric][-1] if metric == "receivables" else sum(IN_MONTHS[metric])
    assert FIGURES[metric].values(cut(model, years, "all")).tolist() == [pytest.approx([whole])] * 3


@pytest.mark.parametrize("metric", BALANCES)
def test_balance_is_that_of_each_day(years: Tally, metric: str) -> None:
    expected = np.array(BALANCES[metric], float)
    assert FIGURES[metric].values(cut(with_cash(0), years, "month")) == pytest.approx(expected, abs=1e-9)
    whole = expected.min(axis=1) if metric == "lowest_cash" else expected[:, 1]
    assert FIGURES[metric].values(cut(with_cash(0), years, "all"))[:, 0] == pytest.approx(whole)


def test_when_cash_runs_out_is_the_median_of_the_years_in_which_it_does(years: Tally) -> None:
    forecast = Forecast(with_cash(0), NAMES, years)
    assert running_out(forecast) == (2, "first")
    assert forecast.estimate("ran_out_of_cash").mean == pytest.approx(2 / 3)
    assert running_out(Forecast(with_cash(0), NAMES, stack([tally_of(9000)]))) == (0, None)


def test_where_nothing_is_said_of_cash_there_is_none() -> None:
    model = two_processes()
    tally = new_tally(model, len(NAMES.reasons))
    fold(ledger(), model, tally)
    assert tally.cash.size == 0
    for metric in (*IN_MONTHS, *BALANCES):
        assert np.isnan(FIGURES[metric].values(cut(model, stack([tally]), "month"))).all()


# ---- what a scenario may say --------------------------------------------------------------------

MONTHS = Months(1, 6, 1)
SOLD = """
[products.plan]
price_per_month = 100
churn_per_month = 0.1
[products.setup]
price = 500
delivery = "fit"
[deliveries.fit.stages.fitting]
team = "sales"
effort_hours = 1
"""


def sells(more: str = "", products: str = "{ plan = 0.5, setup = 0.5 }") -> str:
    """Sell a plan and a delivery, and say something of cash."""
    text = GOOD.replace("contract_value_per_year = 1000", f"products = {products}")
    return f"{text}{SOLD}{more}\n"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "[finance.billing]\npaid_after_days = -5",
            "finance.billing.paid_after_days is -5, which can be below 0; expected a delay that is never "
            "negative: no payment before billing",
        ),
        (
            '[products.setup.billing]\nwhen = "at_delivery"\ndeposit = 1.2',
            "products.setup.billing.deposit is 1.2; expected at most 1",
        ),
        (
            '[products.plan.billing]\nwhen = "at_delivery"',
            "products.plan.billing.when is at_delivery, but there is no delivery of plan; expected "
            "at_signing, monthly or a delivery",
        ),
        (
            '[finance.billing]\nwhen = "at_delivery"',
            "finance.billing.when is at_delivery, but there is no delivery of plan; expected at_signing, "
            "monthly or a delivery",
        ),
        (
            "[products.setup.billing]\ndeposit = 0.3",
            "products.setup.billing.deposit is a share billed at signing, but all is billed then of setup; "
            'expected products.setup.billing.when = "at_delivery" or "monthly"',
        ),
        (
            "[strategies.later]\nstarts = 2026-03-01\n"
            'change = { "products.plan.billing" = { deposit = 0.1, when = "monthly" } }',
            "strategies.later begins to count cash on 2026-03-01, or ceases to; expected "
            "finance.opening_balance to be typed in the scenario itself",
        ),
        (
            "[finance]\nopening_balance = 1\n[strategies.later]\nstarts = 2026-03-01\n"
            'change = { "finance.opening_balance" = 5 }',
            "strategies.later changes finance.opening_balance on 2026-03-01, but that is the cash as the "
            "period begins; expected a change on 2026-01-01, or one that costs something",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(more: str, told: str) -> None:
    (problem,) = problems_of(sells(more))
    assert re.sub(r"^line \d+: ", "", problem.sentence()) == told


def test_a_product_that_nobody_buys_is_not_billed() -> None:
    (problem,) = problems_of(sells("[products.setup.billing]\nbad_debt = 0.1", "{ plan = 1 }"))
    assert problem.sentence().endswith(
        "products.setup is sold to nobody; expected a segment that lists it in products"
    )


def test_billing_is_that_of_the_product_then_of_the_firm_then_what_is_assumed() -> None:
    text = sells(
        "[finance.billing]\nbad_debt = 0.2\npaid_after_days = 9\n"
        '[products.setup.billing]\nbad_debt = 0.1\nwhen = "at_delivery"\ndeposit = 0.25'
    )
    model = lower(parse(text).with_months(MONTHS)).model
    assert model.firm["cash"] == 1
    assert model.billing["when"].tolist() == [Billed.AT_SIGNING, Billed.MONTHLY, Billed.AT_DELIVERY]
    assert model.billing["deposit"].tolist() == [0, 0, 0.25]
    assert model.billing["bad_debt"].tolist() == [0.2, 0.2, 0.1]
    delays = model.distributions[model.billing["delay"]]
    assert [quantile(each, model.knots, 0.3) for each in delays] == [9, 9, 9]


def test_whatever_is_typed_of_cash_has_it_counted() -> None:
    def counts(more: str) -> bool:
        return bool(lower(parse(sells(more)).with_months(MONTHS)).model.firm[0]["cash"])

    assert not counts("")
    assert not counts("[finance]\ndiscount_rate_per_year = 0.1")
    assert counts("[finance]\nopening_balance = 0")
    assert counts("[finance]\nsalaries_paid_after_days = 0")
    assert counts("[finance.billing]\ndeposit = 0")
    assert counts("[products.plan.billing]\npaid_after_days = 0")


@pytest.fixture(scope="module")
def poor() -> SimulationResult:
    """A firm that begins with nothing, and pays a salary before it sells."""
    text = GOOD.replace("people = 2", "people = 2\ncost_per_person_month = 50_000")
    return simulate(parse(f"{text}[finance.billing]\npaid_after_days = 30\n"), replications=4, jobs=1)


def test_the_page_says_what_is_assumed_and_when_cash_runs_out(poor: SimulationResult) -> None:
    page = as_text(simulation_page(poor, next_command="", everything=True))
    _, _, cash = page.partition("\nCash\n")
    assert "Runs out of cash" in cash
    assert "Lowest cash" in cash
    said = " ".join(cash.split())
    assert "Cash begins with 0, which is assumed: finance.opening_balance is not typed." in said
    assert "Paid by the month: salaries, commission and channels on its last day;" in said
    assert "Cash runs out in 100 % of simulated years; in half of these by the end of 2026-01." in said


def test_cash_is_drawn_with_where_it_is_0(poor: SimulationResult) -> None:
    ax = poor.plot_cash()
    assert [line.get_ydata() for line in ax.lines][-1] == [0, 0]
    assert ax.get_title().endswith("below 0 on some day of the period: 100 % of them")
    plt.close(ax.figure)
    with pytest.raises(ValueError, match="says nothing of cash"):
        simulate(parse(GOOD), replications=2, jobs=1).plot_cash()
    plt.close("all")


def test_frames_have_cash(poor: SimulationResult) -> None:
    assert poor.by_month["cash", "mean"].iloc[-1] < 0
    assert poor.summary.loc["ran_out_of_cash", "mean"] == 1


def test_an_answer_says_when_cash_runs_out() -> None:
    """TE3: with the strategy that leads, or else today; nothing where cash is not counted."""
    plain = preset_text("first_steps")
    result = compare(parse(f"{plain}\n[finance]\nopening_balance = 10_000"), replications=40, jobs=1)
    shown = dict.fromkeys((result.comparison.leaders()[0], "today"))
    years = [result[name].forecast.values("lowest_cash")[:, 0] < 0 for name in shown]
    told = [f"{100 * short.mean():.0f} %" for short in years]
    said = next(each for each in result.answer.split(". ") if each.startswith("Cash runs out in"))
    assert [each for each in re.findall(r"\d+ %", said)] == told
    assert "Cash runs out" not in compare(parse(plain), replications=4, jobs=1).answer

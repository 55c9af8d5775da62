"""Figures of customers, and cohorts of them, against a ledger counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from funnelsim.compiling.arrays import Records
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.forecast import Forecast, cohorts, retained
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.model import Model
from funnelsim.model.words import DAY, NOBODY, NOTHING, Event, Kind

from .small_firm import ADS, ANN, LARGE, MONTHLY, NAMES, PAPER, SEO, SMALL, TALKS, YEARLY, lead, two_processes

NAN = math.nan
MONTH = 30.4375  # days
# Two have customers as the period begins, on day 10: what is left of their terms earns a part of a month.
RESTS = 100 * 5 / MONTH, 40 * 8 / MONTH
EARNED = (sum(RESTS) + 165 + 400, 330 + 200 + 108 + 20)
FROM_EXISTING = (sum(RESTS) + 165, 330 + 200 + 108)
IN_ALL = {
    "customers": 2,
    "new_customers": 2,
    "churned_customers": 2,
    "logo_churn": 1 / (2 + 2),  # who signs in a month and leaves in it was no customer as it began
    "renewal_rate": 2 / 3,  # what has no term is not renewed
    "mrr": 100 + 10 + 50 - 5,
    "arr": 12 * 155,
    "new_mrr": 50 + 20,
    "expansion_mrr": 10,
    "contraction_mrr": 5,
    "churned_mrr": 40 + 20,
    "nrr": (140 + 10 - 40 + 160 - 5) / (140 + 160),
    "grr": (140 - 40 + 160 - 5) / (140 + 160),
    "existing_revenue_share": sum(FROM_EXISTING) / sum(EARNED),
    "revenue": sum(EARNED),
    "account_visits": 2,
    "account_visits_made": 2 / 4,
    "visit_cost": 7,
    "later_term_value": 1320 + 540,
}
ALONG = {
    ("customers", "month"): (2, 2),
    ("customers", "channel"): (1, 0),
    ("customers", "segment"): (2, 0),
    ("logo_churn", "month"): (1 / 2, 0),
    ("logo_churn", "segment"): (0, 1),
    ("mrr", "month"): (160, 155),
    ("mrr", "segment"): (155, 0),
    ("nrr", "month"): (110 / 140, 155 / 160),
    ("nrr", "segment"): ((100 + 10 + 160 - 5) / (100 + 160), 0),
    ("nrr", "channel"): (45 / 50, NAN),
    ("grr", "month"): (100 / 140, 155 / 160),
    ("renewal_rate", "segment"): (1, 0),
    ("churned_mrr", "month"): (40, 20),
    ("existing_revenue_share", "month"): tuple(a / b for a, b in zip(FROM_EXISTING, EARNED, strict=True)),
    ("existing_revenue_share", "channel"): ((200 + 108) / (600 + 108), 0),
    ("account_visits_made", "month"): (1, 0),
    ("account_visits_made", "channel"): (1 / 2, NAN),
    ("account_visits_made", "segment"): (1 / 3, 1),
    ("later_term_value", "month"): (1320, 540),
    ("later_term_value", "channel"): (540, 0),
}


def with_visits() -> Model:
    """The firm, with the paper work as a program of visits, and money that is worth less a year later."""
    model = two_processes()
    model.processes["kind"] = Kind.SELLING, Kind.VISITING
    model.firm["discount"] = 0.1
    return model


def contract(number: int, channel: int, segment: int, product: int, signed: int, *rows: tuple) -> Records:
    """Write a contract's rows of (day, event, days waited, money); those after its beginning know of it."""
    first = (Event.WON, Event.MARGIN, Event.REVENUE, Event.SUBSCRIBED)
    made = lead(
        *(number, channel, segment, (signed, 0)),
        *((day, 0, event, 24 * days, TALKS, ANN, {"money": money}) for day, event, days, money in rows),
    )
    made["product"] = product
    begins = (made["time"] == signed * DAY) & np.isin(made["event"], first)
    made["worked"] = np.where(begins, 0, signed * DAY)
    return made


def history() -> Records:
    """Write two who are customers as the period begins, two who sign in it, and their visits."""
    stays = contract(
        *(1, NOTHING, SMALL, YEARLY, -355),
        (10, Event.WAS_CUSTOMER, 5, 100),
        (15, Event.RENEWED, 370, 1320),
        (15, Event.EXPANDED, 0, 10),
        (15, Event.MARGIN, 40, 330),
        (15, Event.REVENUE, 40, 1320),
    )
    leaves = contract(
        *(2, NOTHING, LARGE, YEARLY, 2),
        (10, Event.WAS_CUSTOMER, 8, 40),
        (18, Event.CHURNED, 16, 40),
    )
    pays_less = contract(
        *(3, ADS, SMALL, YEARLY, 12),
        (12, Event.WON, 0, 600),
        (12, Event.MARGIN, 12, 150),
        (12, Event.REVENUE, 12, 600),
        (12, Event.SUBSCRIBED, 0, 50),
        (24, Event.RENEWED, 12, 540),
        (24, Event.CONTRACTED, 0, 5),
        (24, Event.MARGIN, 30, 135),
        (24, Event.REVENUE, 30, 540),
    )
    leaves_at_once = contract(
        *(4, SEO, LARGE, MONTHLY, 22),
        (22, Event.WON, 0, 20),
        (22, Event.MARGIN, 6, 5),
        (22, Event.REVENUE, 6, 20),
        (22, Event.SUBSCRIBED, 0, 20),
        (28, Event.CHURNED, 6, 20),
    )
    missed = {"reason": 0}
    visits = [
        lead(5, NOTHING, LARGE, (9, 0), (14, 0, Event.PARKED, 0, PAPER, NOBODY)),
        lead(
            *(6, ADS, SMALL, (12, 0)),
            (16, 0, Event.STARTED, 0, PAPER, ANN, {"money": 7}),
            (17, 0, Event.DONE, 0, PAPER, ANN),
        ),
        lead(7, NOTHING, SMALL, (15, 0), (25, 0, Event.WENT_COLD, 0, PAPER, NOBODY, missed)),
        lead(8, ADS, SMALL, (17, 0), (26, 0, Event.PARKED, 0, PAPER, NOBODY, missed)),
    ]
    for each in visits:
        each["process"] = 1
    rows = np.concatenate([stays, leaves, pays_less, leaves_at_once, *visits])
    return rows[np.argsort(rows["time"], kind="stable")]


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    """A single year, the one written by hand."""
    model = with_visits()
    found = new_tally(model, len(NAMES.reasons))
    fold(history(), model, found)
    return Forecast(model, NAMES, stack([found]))


@pytest.mark.parametrize("metric", IN_ALL)
def test_figure_of_customers_in_all(forecast: Forecast, metric: str) -> None:
    found = FIGURES[metric].values(cut(forecast.model, forecast.tallies, "all"))
    assert found == pytest.approx(np.array([[IN_ALL[metric]]]), rel=1e-12)


@pytest.mark.parametrize(("metric", "dimension"), ALONG)
def test_figure_of_customers_along_a_dimension(forecast: Forecast, metric: str, dimension: str) -> None:
    found = FIGURES[metric].values(cut(forecast.model, forecast.tallies, dimension))
    assert found == pytest.approx(np.array([ALONG[metric, dimension]], float), rel=1e-12, nan_ok=True)


def test_cohorts_are_those_who_sign_in_a_month(forecast: Forecast) -> None:
    """Who was a customer before belongs to none. What is paid 12 days after signing is worth a bit less."""
    found = cohorts(forecast)
    assert (found.signed_in, found.months) == (("first", "first", "second"), ("first", "second", "second"))
    assert found.ages == (0, 1, 0)
    assert found.customers.tolist() == [1, 1, 0]
    assert found.retention.value.tolist() == [1, 1, 0]
    later = 135 * 1.1 ** -(12 / 365.25)
    assert found.lifetime_value.value == pytest.approx([150, 150 + later, 5], rel=1e-12)
    assert retained(forecast).value.tolist() == [1 / 2, 1]


def test_what_a_cohort_will_still_bring_is_the_sum_of_the_months_to_come(forecast: Forecast) -> None:
    """One year in 1.1 is lost of what comes later, and in each month those who leave."""
    found = cohorts(forecast)
    in_all = cut(forecast.model, forecast.tallies, "all")
    lifetime, leave = (float(FIGURES[name].values(in_all)[0, 0]) for name in ("lifetime_value", "logo_churn"))
    assert 0 < leave < 1
    a_month = lifetime * leave
    for place, age in enumerate(found.ages):
        to_come = sum(
            found.customers[place] * a_month * (1 - leave) ** k * 1.1 ** (-(age + k) / 12)
            for k in range(1, 500)
        )
        so_far = found.lifetime_value.value[place]
        assert found.beyond.value[place] == pytest.approx(to_come / (so_far + to_come), rel=1e-9)

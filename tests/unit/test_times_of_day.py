"""When in a day inquiries arrive: spans, also over midnight, and weights of the hours."""

from __future__ import annotations

import math

import numpy as np
import pytest

from funnelsim.engines import history
from funnelsim.model.words import DAY, HOUR, Event
from funnelsim.rules.arrivals import time_of_day
from funnelsim.scenario import lower, parse
from funnelsim.scenario.calendars import spans_of_the_day
from funnelsim.scenario.channels import Channel

from .good_scenario import after

EVEN = (1.0,) * 24


def channel(times: object, hours: tuple[float, ...] = EVEN) -> Channel:
    return Channel(kind="seo", arrives_between=times, hourly_profile=hours)


def in_hours(found: list[tuple[int, int, float]]) -> list[tuple[float, float, float]]:
    return [(opens / HOUR, closes / HOUR, round(share, 9)) for opens, closes, share in found]


@pytest.mark.parametrize(
    ("times", "hours", "spans"),
    [
        (["00:00", "24:00"], EVEN, [(0, 24, 1)]),
        (["09:30", "18:00"], EVEN, [(9.5, 18, 1)]),
        ("09:30-18:00", EVEN, [(9.5, 18, 1)]),
        (["13:00-17:00", "09:00-12:00"], EVEN, [(9, 12, 3 / 7), (13, 17, 1)]),
        ([["09:00", "12:00"], ["13:00", "17:00"]], EVEN, [(9, 12, 3 / 7), (13, 17, 1)]),
        (["22:00", "02:00"], EVEN, [(0, 2, 0.5), (22, 24, 1)]),
        (["08:00-10:00", "22:00-02:00"], EVEN, [(0, 2, 1 / 3), (8, 10, 2 / 3), (22, 24, 1)]),
        (["22:00", "00:00"], EVEN, [(22, 24, 1)]),
        (["24:00", "02:00"], EVEN, [(0, 2, 1)]),
        # Half an hour of weight 3, then two hours of weight 1: 1.5 of 3.5.
        (["09:30", "12:00"], (*EVEN[:9], 3.0, *EVEN[10:]), [(9.5, 10, 3 / 7), (10, 12, 1)]),
        # Nothing before noon: what is open then counts for nothing.
        (["09:00", "14:00"], (*[0.0] * 12, *EVEN[12:]), [(12, 14, 1)]),
        (["23:00", "01:00"], (4.0, *EVEN[1:]), [(0, 1, 0.8), (23, 24, 1)]),
        (["00:00", "24:00"], (*[0.0] * 23, 1.0), [(23, 24, 1)]),
    ],
)
def test_spans_of_the_day(
    times: object, hours: tuple[float, ...], spans: list[tuple[float, float, float]]
) -> None:
    expected = [(opens, closes, round(share, 9)) for opens, closes, share in spans]
    assert in_hours(spans_of_the_day(channel(times, hours))) == expected
    assert spans_of_the_day(channel(times, hours))[-1][2] == 1.0


def test_a_weight_too_small_to_be_seen_has_no_span() -> None:
    hours = (1.0, 1e-300, *[0.0] * 22)
    assert in_hours(spans_of_the_day(channel(["00:00", "24:00"], hours))) == [(0, 1, 1)]


def test_a_share_of_the_day_is_read_as_a_time() -> None:
    text = after('kind = "seo"', 'arrives_between = ["22:00-02:00", "09:00-12:00"]')
    model = lower(
        parse(text + "\n[horizon]\nwarm_up_months = 0\nperiod_months = 1\ndrain_months = 0\n")
    ).model
    # 2, 3 and 2 of 7 hours, in the order of the day.
    read = [time_of_day(model, model.channels[0], share / 7) / HOUR for share in (0, 1, 2, 3.5, 5, 6, 6.75)]
    assert read == pytest.approx([0, 1, 9, 10.5, 22, 23, 23.75], abs=1e-9)


HOURS = (0, 0, 0, 0, 0, 0, 1, 2, 4, 5, 5, 4, 3, 4, 4, 3, 3, 3, 4, 5, 4, 3, 2, 1)


def test_shares_by_hour_are_those_typed() -> None:
    """Counts by hour are multinomial, and the time inside an hour is uniform (Kingman 1993, ch. 4)."""
    text = after('kind = "seo"', f"hourly_profile = {list(HOURS)}").replace(
        "inquiries_per_month = 10", "inquiries_per_month = 20_000"
    )
    model = lower(
        parse(text + "\n[horizon]\nwarm_up_months = 0\nperiod_months = 12\ndrain_months = 0\n")
    ).model
    rows = history("compiled", model, seed=11)
    times = rows["time"][rows["event"] == Event.INQUIRY] % DAY
    shares = np.array(HOURS) / sum(HOURS)
    counts = np.bincount(times // HOUR, minlength=24)
    assert (counts[shares == 0] == 0).all()
    expected = len(times) * shares[shares > 0]
    chi_squared = ((counts[shares > 0] - expected) ** 2 / expected).sum()
    # 17 degrees of freedom: mean 17, standard deviation sqrt(34); four standard errors.
    assert chi_squared < 17 + 4 * math.sqrt(34)
    mean = float(shares @ (np.arange(24) + 0.5))
    second = float(shares @ ((np.arange(24) + 0.5) ** 2 + 1 / 12))
    error = math.sqrt((second - mean**2) / len(times))
    assert abs(times.mean() / HOUR - mean) < 4 * error
    inside = times % HOUR / HOUR
    assert abs(inside.mean() - 0.5) < 4 * math.sqrt(1 / 12 / len(times))


def test_each_day_keeps_its_volume_whatever_the_hours() -> None:
    volumes = [
        lower(
            parse(after('kind = "seo"', line) + "\n[horizon]\nwarm_up_months = 0\ndrain_months = 0\n")
        ).model.expected
        for line in ("", 'arrives_between = ["22:00", "02:00"]', f"hourly_profile = {list(HOURS)}")
    ]
    assert volumes[0].tolist() == volumes[1].tolist() == volumes[2].tolist()

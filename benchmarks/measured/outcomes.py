"""How often the ranges of what is measured of the ends of visits hold what is true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.measured.study import ALL, Range, Study
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.outcomes import Outcomes, measure_outcomes
from funnelsim.calibration.outcomes.layout import laid_out
from funnelsim.calibration.outcomes.logit import SCALE, Posterior

STAGES = ("call", "offer")
VISITS, SEGMENTS, CHANNELS, REPS = 400, 3, 4, 8
UNKNOWN = 0.2  # share of visits whose wait is not known
DRAWS = 1_000
CLASSES = {
    "conversion": "chance to advance",
    "time_in_stage": "odds ratio by age",
    "month_of_quarter": "odds ratio by month of the quarter",
    "odds_ratio": "odds ratio of a segment",
    "fit": "fit of a channel",
    "skill": "skill of a rep",
    "wait": "odds ratio by wait",
    "next": "share that skips a stage",
    "back_to": "share that goes back",
}
ABOUT = f"""
{VISITS} visits that ended, of two stages, {SEGMENTS} segments, {CHANNELS} channels and {REPS} reps. What a
visit is like (age, day, segment, channel, rep, wait) is drawn and given; how it ends is drawn by truths from
what calibration takes of them beforehand.
"""


def run(seed: int) -> Iterable[Range]:
    """Draw visits and how they end, and measure it."""
    rng = np.random.default_rng([1, seed])
    truth = ended(like(rng), rng)
    found = measure_outcomes(truth.visits, STAGES, draws=DRAWS, seed=seed)
    true = {each.path: each.told for each in truth.estimates()}
    for each in found.estimates():
        what, told = CLASSES.get(each.path.rsplit(".", 1)[-1]), true.get(each.path, {})
        for name in each.told if what else ():
            if name in told:
                yield Range(str(what), ALL, *each.interval(name), float(told[name][0]))


def like(rng: np.random.Generator) -> pd.DataFrame:
    """Draw what visits are like that end within a year."""

    def names(kind: str, count: int) -> list[str]:
        weights = rng.dirichlet(np.full(count, 3.0))
        return [f"{kind} {number}" for number in rng.choice(count, VISITS, p=weights)]

    days = np.exp(rng.normal(3.0, 1.0, VISITS))
    return pd.DataFrame(
        {
            "deal": [str(number) for number in range(VISITS)],
            "stage": np.array(STAGES)[rng.integers(len(STAGES), size=VISITS)],
            "segment": names("segment", SEGMENTS),
            "channel": names("channel", CHANNELS),
            "rep": names("rep", REPS),
            "ended": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(365, size=VISITS), unit="D"),
            "low": days,
            "high": days,
            "wait": np.where(rng.random(VISITS) < UNKNOWN, np.nan, np.exp(rng.normal(3.0, 2.0, VISITS))),
            "went_to": "",
            "advanced": False,
        }
    )


def ended(visits: pd.DataFrame, rng: np.random.Generator) -> Outcomes:
    """Draw truths, and how the visits end by them: the truths are outcomes of a single draw."""
    layout = laid_out(visits, STAGES)
    logit = layout.logit(visits)
    deviations = np.abs(rng.normal(0.0, SCALE, len(logit.deviations)))
    posterior = Posterior(rng.normal(0.0, logit.prior(deviations))[None], deviations[None], 1.0)
    truth = Outcomes(visits, STAGES, layout, posterior, [])
    skips, goes_back = rng.random(), rng.random()  # uniform, as Dirichlet of two shares
    advanced = rng.random(len(visits)) < truth.chances(visits)[0]
    late, drawn = visits["stage"] == STAGES[1], rng.random(len(visits))
    onward = np.where(late | (drawn < skips), "won", STAGES[1])
    back = np.where(late & (drawn < goes_back), STAGES[0], "lost")
    shared = [
        _share("stages.call.next", "won", skips),
        _share("stages.offer.back_to", STAGES[0], goes_back),
    ]
    return replace(truth, visits=visits.assign(went_to=np.where(advanced, onward, back)), shared=shared)


def _share(path: str, name: str, share: float) -> Estimate:
    return Estimate(path, {name: share}, None, 0, "", {f"share {name}": np.array([share])})


STUDY = Study(ABOUT, run)

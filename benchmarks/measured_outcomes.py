"""How often 95 % intervals of what is measured of the ends of visits hold the truth.

Truths are drawn from the priors that `measure_outcomes` states, and visits end by them. What a visit is like
otherwise (stage, age, day, segment, channel, rep, wait) is drawn once for each run and given.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pandas as pd

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


def coverage(runs: int, seed: int = 1) -> dict[str, float]:
    """Return the share of 95 % intervals that hold the truth, by class of number."""
    held: dict[str, list[bool]] = defaultdict(list)
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        truth = ended(like(rng), rng)
        found = measure_outcomes(truth.visits, STAGES, draws=DRAWS, seed=run)
        true = {each.path: each for each in truth.estimates()}
        for each in found.estimates():
            held[CLASSES.get(each.path.rsplit(".", 1)[-1], "")] += holds(each, true.get(each.path))
    return {name: float(np.mean(held[name])) for name in CLASSES.values()}


def holds(found: Estimate, true: Estimate | None) -> list[bool]:
    """Return of each number told whether its interval holds the truth."""
    told = {} if true is None else {name: draws[0] for name, draws in true.told.items() if name in found.told}
    ends = {name: found.interval(name) for name in told}
    return [ends[name][0] <= value <= ends[name][1] for name, value in told.items()]


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


if __name__ == "__main__":
    for name, share in coverage(1_000).items():
        print(f"{name:40} {share:.3f}")

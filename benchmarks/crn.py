"""What common random numbers save: the variance of paired differences under three ways to draw. `make crn`.

Keyed draws are those of the package. Independent seeds give each strategy worlds of its own. One seeded
stream is what most simulations do: each draw is the next number of one generator, seeded alike for each
strategy. For it, the same rules and the same engine are compiled anew, in a process and a cache of their
own, with `funnelsim.randomness.uniforms` replaced by such a stream.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from funnelsim.model.model import Model

Floats = npt.NDArray[np.float64]
Sample = dict[str, dict[str, Floats]]  # figure by metric and strategy: each (R,)

PAGE = Path(__file__).parent.parent / "docs" / "common_random_numbers.md"
BASE = "today"
METRICS = {"profit": ("profit, in thousand dollars", 1e3), "won": ("contracts", 1.0)}
KEYED, STREAM, INDEPENDENT = "keyed", "one stream", "independent"
SEED = 1


class Study(NamedTuple):
    """A preset, and those of its strategies that are compared with BASE: all of them where none is named."""

    preset: str
    named: tuple[str, ...] = ()

    @property
    def strategies(self) -> tuple[str, ...]:
        """The strategies, in the order of the page."""
        from funnelsim.scenario import load

        return self.named or tuple(name for name in load(self.preset).strategies if name != BASE)


STUDIES = (
    Study("professional_services", ("more_advertising", "one_more_rep", "hot_to_best", "shared_queue")),
    Study("junk_leads"),
    Study("outbound_and_inbound"),
)

SAYS = """# Common random numbers

Written by `make crn` (`python benchmarks/crn.py`): {years:,} simulated years of each strategy.

Two strategies are compared by their difference in the same simulated years. How many years that takes
depends on the variance of this difference, and so on how alike the luck of the two is. Three ways to draw:

- **keyed**: as funnelsim draws. A number belongs to a lead, a stage and a purpose; the i-th inquiry of a
  channel is the same company in every strategy.
- **one stream**: each draw takes the next number of one generator (MT19937), seeded alike for both
  strategies in each year. After the first event that differs, every later draw belongs to something else.
- **independent**: each strategy has a seed of its own.

A variance is that of the difference of single simulated years against `{base}`; a year is the whole period of
the preset, however long. A ratio says how many times more years independent seeds need for the same precision
of the mean; in brackets its 95 % interval (jackknife over years, on the logarithm).

{studies}

The gain is that of these scenarios and strategies. The more a strategy changes what happens to a
lead, the less is left of it: a lead that meets another rep after another wait converts with other odds,
though by the same uniform. The strategies of a preset are compared with the same years of `{base}`, so the
rows are not independent of each other.
"""


class Saved(NamedTuple):
    """How many times smaller a variance is, with its 95 % interval."""

    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.ratio:.1f} ({self.low:.1f} to {self.high:.1f})"


# ---- three ways to draw -----------------------------------------------------------------------


def drawn_by_key(preset: str, seed: int, years: int, strategies: tuple[str, ...]) -> Sample:
    """Simulate strategies of a preset in the worlds of a seed, as the package does."""
    import funnelsim as fs

    result = fs.compare(fs.load(preset), strategies=strategies, replications=years, seed=seed)
    return {
        metric: {name: result[name].forecast.values(metric)[:, 0] for name in strategies}
        for metric in METRICS
    }


def drawn_independently(study: Study, keyed: Sample, years: int) -> Sample:
    """Simulate each strategy in worlds of its own; the base's are those of `keyed`."""
    found: Sample = {metric: {BASE: keyed[metric][BASE]} for metric in METRICS}
    for number, name in enumerate(study.strategies, start=1):
        alone = drawn_by_key(study.preset, SEED + number, years, (name,))
        for metric in METRICS:
            found[metric][name] = alone[metric][name]
    return found


def drawn_from_a_stream(years: int) -> list[Sample]:
    """Simulate the studies with one seeded stream, in a process that compiles its own rules."""
    from funnelsim.scenario import load
    from funnelsim.studies.pilot import settled

    months = [str(each) for study in STUDIES for each in settled(load(study.preset)).months]  # drawn by key
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "stream.npz"
        command = [sys.executable, __file__, "--stream", str(written), "--years", str(years)]
        command += ["--months", *months]
        subprocess.run(command, check=True, env=os.environ | {"XDG_CACHE_HOME": folder})
        with np.load(written) as arrays:
            return [
                {
                    metric: {
                        name: arrays[f"{study.preset}/{metric}/{name}"] for name in (BASE, *study.strategies)
                    }
                    for metric in METRICS
                }
                for study in STUDIES
            ]


def replace_keys_by_a_stream() -> Callable[[int], None]:
    """Make every rule that is imported from now on draw from a stream; return what seeds it."""
    from funnelsim.compiling.decorators import rule

    @rule
    def next_of_the_stream(world, entity, purpose, occurrence):  # type: ignore[no-untyped-def] # noqa: ARG001
        return max(np.random.random(), 2.0**-53), max(np.random.random(), 2.0**-53)

    @numba.njit
    def seed_compiled(seed):  # type: ignore[no-untyped-def]
        np.random.seed(seed)

    def seed_both(seed: int) -> None:
        np.random.seed(seed)  # of the interpreter; compiled code has a generator of its own, of the same kind
        seed_compiled(seed)

    from funnelsim.chance import keys

    keys.uniforms = next_of_the_stream
    return seed_both


def check_that_the_stream_decides(model: Model, seed_stream: Callable[[int], None]) -> None:
    """Stop unless histories follow from the seed of the stream, and from nothing else.

    The two engines need not write the same: keyed draws may be asked for in any order.
    """
    from funnelsim.engines import history

    def rows(seed: int) -> bytes:
        seed_stream(seed)
        return history("compiled", model, SEED, replication=0).tobytes()

    if rows(SEED) != rows(SEED) or rows(SEED) == rows(SEED + 1):
        raise SystemExit("histories do not follow from the stream: the comparison would be unfair")


def write_streamed(years: int, months: list[int], target: Path) -> None:
    """Simulate with a stream, and write each figure of each strategy and year."""
    seed_stream = replace_keys_by_a_stream()
    from funnelsim.engines.compiled.blocks import Workplace
    from funnelsim.forecast import Forecast
    from funnelsim.scenario import Months, courses_of, load, lower
    from funnelsim.studies.replication import Plan, new_replications, run_block

    arrays: dict[str, Floats] = {}
    plan = Plan(years, SEED)
    for number, study in enumerate(STUDIES):
        scenario = load(study.preset).with_months(Months(*months[3 * number : 3 * number + 3]))
        check_that_the_stream_decides(lower(scenario).model, seed_stream)
        for name, course in courses_of(scenario, (BASE, *study.strategies)).items():
            found = new_replications(course, plan, range(years))
            workplace = Workplace(Event())
            for year in range(years):
                seed_stream(year)
                run_block(course, plan, found, range(year, year + 1), workplace)
            forecast = Forecast(course.typed[-1].model, course.names, found.tally)
            arrays |= {f"{study.preset}/{metric}/{name}": forecast.values(metric)[:, 0] for metric in METRICS}
    np.savez(target, **arrays)


# ---- what they save ---------------------------------------------------------------------------


def saved(differences: Floats, independent: Floats) -> Saved:
    """Estimate Var(independent differences) / Var(differences), by the jackknife of its logarithm.

    >>> str(saved(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0])))
    '1.0 (1.0 to 1.0)'
    """
    from funnelsim.forecast import jackknife
    from funnelsim.forecast.intervals import student

    def logarithm(once: Floats, squared: Floats, other: Floats, other_squared: Floats) -> Floats:
        return np.log((other_squared - other**2) / (squared - once**2))

    parts = (differences, differences**2, independent, independent**2)
    found = jackknife(parts, logarithm)
    half = student(len(differences)) * found.error
    return Saved(*(float(np.exp(end)) for end in (found.value, found.value - half, found.value + half)))


def table(
    metric: str, samples: dict[str, Sample], strategies: tuple[str, ...]
) -> tuple[str, dict[str, list[Saved]]]:
    """Write the variances and ratios of one figure, and return the ratios."""
    title, unit = METRICS[metric]
    rows = [
        f"**{title[0].upper()}{title[1:]}** (variances in their square):\n",
        "| against today | independent | one stream | keyed | independent / one stream "
        "| independent / keyed |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    ratios: dict[str, list[Saved]] = {STREAM: [], KEYED: []}
    for name in strategies:
        gains = {way: (each[metric][name] - each[metric][BASE]) / unit for way, each in samples.items()}
        variances = [f"{np.var(gains[way], ddof=1):,.4g}" for way in (INDEPENDENT, STREAM, KEYED)]
        for way, found in ratios.items():
            found.append(saved(gains[way], gains[INDEPENDENT]))
        cells = [name, *variances, str(ratios[STREAM][-1]), str(ratios[KEYED][-1])]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows), ratios


def reading(ratios: dict[str, dict[str, list[Saved]]]) -> str:
    """Say in words what the tables show, and no more."""
    sentences = []
    for metric, found in ratios.items():
        keyed, stream = [each.ratio for each in found[KEYED]], [each.ratio for each in found[STREAM]]
        what = METRICS[metric][0].split(",")[0]
        sentences.append(
            f"For {what}, keyed draws have {min(keyed):.1f} to {max(keyed):.1f} times less variance than "
            f"independent seeds, one seeded stream {min(stream):.1f} to {max(stream):.1f} times. For the "
            f"median strategy it is {statistics.median(keyed):.1f} times, "
            f"and {statistics.median(stream):.1f} times."
        )
    every = [pair for found in ratios.values() for pair in zip(found[KEYED], found[STREAM], strict=True)]
    apart = sum(keyed.low > stream.high for keyed, stream in every)
    nothing = sum(stream.low <= 1 <= stream.high for _, stream in every)
    sentences.append(
        f"In {apart} of the {len(every)} rows the interval of keyed draws lies above that of one stream; "
        f"in {nothing} of them one stream cannot be told from independent seeds."
    )
    return "\n\n".join(textwrap.fill(sentence, 105) for sentence in sentences)


def section(study: Study, samples: dict[str, Sample]) -> str:
    """Write what the three ways of drawing came to in a study."""
    found = {metric: table(metric, samples, study.strategies) for metric in METRICS}
    tables = [text for text, _ in found.values()]
    ratios = {metric: ratios for metric, (_, ratios) in found.items()}
    return "\n\n".join([f"## {study.preset}", *tables, reading(ratios)])


def main() -> None:
    """Print the tables and write them to docs/common_random_numbers.md."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--years", type=int, default=1000, help="simulated years of each strategy")
    arguments.add_argument("--out", type=Path, default=PAGE, help="where to write the page")
    arguments.add_argument("--stream", type=Path, help=argparse.SUPPRESS)  # what the second process is told
    arguments.add_argument("--months", type=int, nargs=3 * len(STUDIES), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.stream:
        write_streamed(options.years, options.months, options.stream)
        return
    sections = []
    for study, streamed in zip(STUDIES, drawn_from_a_stream(options.years), strict=True):
        keyed = drawn_by_key(study.preset, SEED, options.years, (BASE, *study.strategies))
        independent = drawn_independently(study, keyed, options.years)
        sections.append(section(study, {INDEPENDENT: independent, STREAM: streamed, KEYED: keyed}))
    page = SAYS.format(base=BASE, years=options.years, studies="\n\n".join(sections))
    options.out.write_text(page, encoding="utf-8")
    print(page, end="")


if __name__ == "__main__":
    main()

"""Two engines, one history: thousands of random scenarios, bit for bit, and what they covered.

`python -m tests.property.parity` writes `docs/parity.md`. A difference is boiled down to a small scenario,
which is printed, saved as `parity_failure.toml`, and lived through again by `--repeat parity_failure.toml`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from funnelsim.io.provenance import this_platform, versions
from funnelsim.scenario import TODAY

from .accounted import ALL_PARTS, FOLLOWED, PARTS, accounts, accounts_of_scenes
from .accounted import SEED as SEED_OF_ACCOUNTS
from .any_order import branches_agree, worlds_agree
from .changing import DATED, KINDS, STRATEGY, changing_scenarios
from .findings import FAILURE, finding, read
from .living import Example, ParityError, parity
from .pieces import Piece, done
from .processes import KINDS as KINDS_OF_PROCESSES
from .scenarios import POLICIES, Toml, scenarios, seeds
from .scenes import CHANGES, FLOORS, INSTANTS, LARGE, Scene
from .watching import CHANGED, COVERED

SEED = 20_260_101
EXAMPLES = 2_000
CHANGING = 500
ACCOUNTED = 1_000
EACH_KIND = 2  # of these with a change of each kind, at least
IN_ANY_ORDER = 60
WITH_ONE_PAST = 30
SIZE = 50  # scenarios in a piece
APART = 1_000  # seeds between pieces of one kind
BY_HAND = INSTANTS | FLOORS | LARGE | CHANGES
PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
HEAD = """# Parity: two engines, one history

Written by `make parity` (`python -m tests.property.parity --examples {examples}`). Random scenarios, made by
`tests/property/scenarios.py`, are lived through on the reference engine and on the compiled one: each at a
stretch, and in pieces, on the smallest pages and with stops at random instants. The four ledgers must be
equal byte for byte.

{random:,} random scenarios and {by_hand} made by hand (`tests/property/scenes.py`), {rows:,} ledger rows:
all equal.

{ordered:,} random scenarios, {worlds:,} different worlds and {twins:,} twins of worlds that are uncertain:
ledgers and sums are the same on one thread, on two, and world by world in a random order.

Versions: {versions}. Platform: {platform}.

What occurred, counted on the reference engine (resumptions and the pool on each engine); none may be 0:

| what | how often |
|---|---:|
"""
HEAD_OF_CHANGES = """
## Changes on days

{random:,} random scenarios that change on days, each with a strategy that changes it further, made by
`tests/property/changing.py`, and {by_hand} made by hand, {rows:,} ledger rows, lived through in the same four
ways: all equal.

{shared:,} random scenarios, in {past:,} of which the strategy begins after the first day: the sums are the
same whether today and the strategy live one past or each its own, on one thread and on two. The hashes of
their ledgers are the same on both engines.

What was changed, and what the changes met; none may be 0:

| what | how often |
|---|---:|
"""

HEAD_OF_ACCOUNTS = """
## Accounts

{random:,} random scenarios with all parts at once, {rows:,} ledger rows, the same on both engines. Of each,
every inquiry, company of a market, unit of money and hour of a rep is accounted for, from the rows alone
(`tests/property/accounted.py`), and the figures are made of the same sums. In {whole:,} of them each of the
{parts} parts that are counted occurs.

What was followed; none may be 0:

| what | how often |
|---|---:|
"""

ANY, CHANGING_ON_DAYS, ACCOUNTS = "any scenario", "changes on days", "accounts"  # the parts of the page
ORDERED, ONE_PAST = "worlds in any order", "strategies with one past"
COUNTED = {  # what must occur in a part
    ANY: COVERED,
    CHANGING_ON_DAYS: (*(f"change: {kind}" for kind in KINDS), *DATED, *CHANGED),
    ACCOUNTS: FOLLOWED,
}
STOPS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 1, -1])), max_size=3)
REPLICATION = st.sampled_from([0, 1, 250, 2**31 + 3, 2**32 - 1])
POOL = st.sampled_from([256, 2, 1, 5])
DEALS = st.sampled_from([0, 0, 1, 4, 30])
PROCESSES = st.sampled_from([0, 0, 0, *range(KINDS_OF_PROCESSES)])


class Slice(NamedTuple):
    """Some of the scenarios: of any policies, or all of one; or that change on days, in any way or in one."""

    examples: int
    seed: int
    policy: str | None = None
    changing: bool = False
    kind: str | None = None

    def search(self, seen: Counter[str]) -> None:
        """Live through the scenarios of this slice.

        Raises
        ------
        ParityError
            In the smallest scenario that was found.
        """

        @seeded(self.seed)
        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(
            changing_scenarios(self.kind) if self.changing else scenarios(self.policy),
            seeds(),
            REPLICATION,
            STOPS,
            POOL,
            PROCESSES,
            DEALS,
        )
        def both_engines(
            text: Toml,
            seed: int,
            replication: int,
            stops: list[tuple[float, int]],
            pool: int,
            processes: int,
            deals: int,
        ) -> None:
            strategy = STRATEGY if self.changing else TODAY
            parity(Example(text, seed, replication, tuple(stops), pool, processes, strategy, deals), seen)

        both_engines()


def by_hand(scenes: Mapping[str, Scene], seen: Counter[str]) -> None:
    """Live through scenarios made by hand, each of which must show what it is there for.

    Raises
    ------
    ParityError
        In one of them; it is small enough as it is.
    """
    for number, (name, scene) in enumerate(scenes.items()):
        here: Counter[str] = Counter()
        stops = ((0.3, 0), (0.7, 1))
        parity(Example(scene.text, number, stops=stops, pool=2, processes=scene.processes), here)
        missing = never_occurred(here, scene.counted)
        assert not missing, f"{name}: nowhere {missing}"
        seen.update(here)


def pieces(examples: int, seed: int) -> list[tuple[int, int]]:
    """Cut so many examples into pieces of at most `SIZE`, and give each a seed of its own."""
    whole, rest = divmod(examples, SIZE)
    return [(size, seed + APART * number) for number, size in enumerate([SIZE] * whole + [rest] * bool(rest))]


def slices(examples: int) -> list[Slice]:
    """Share out so many scenarios: half of any policies, half of one policy after the other."""
    each = examples // 2 // len(POLICIES)
    mixed = [Slice(*piece) for piece in pieces(examples - each * len(POLICIES), SEED)]
    return [
        *mixed,
        *(Slice(each, SEED + number, policy) for number, policy in enumerate(POLICIES, 1) if each),
    ]


def slices_that_change(examples: int) -> list[Slice]:
    """Share out so many scenarios: some with changes of any kinds, the rest of one kind after the other."""
    of_each = [
        Slice(EACH_KIND, SEED + number, changing=True, kind=kind) for number, kind in enumerate(KINDS, 1)
    ]
    mixed = pieces(max(1, examples - EACH_KIND * len(KINDS)), SEED)
    return [*(Slice(*piece, changing=True) for piece in mixed), *of_each]


def in_any_order(examples: int, seed: int = SEED) -> Counter[str]:
    """Live through the worlds of so many scenarios on one and two threads, and in a random order."""
    seen: Counter[str] = Counter()

    @seeded(seed)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(scenarios(), seeds())
    def worlds(text: Toml, world: int) -> None:
        worlds_agree(text, world, seen)

    worlds()
    return seen


def with_one_past(examples: int, seed: int = SEED) -> Counter[str]:
    """Live through the strategies of so many scenarios together, and each alone."""
    seen: Counter[str] = Counter()

    @seeded(seed)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(changing_scenarios(), seeds())
    def branches(text: Toml, world: int) -> None:
        branches_agree(text, world, seen)

    branches()
    return seen


def page(examples: int, counted: Mapping[str, Counter[str]]) -> str:
    """Write the stored result."""
    seen, changed, followed = (counted[part] for part in COUNTED)
    ordered, shared = counted[ORDERED], counted[ONE_PAST]
    made_with = versions() | {"hypothesis": version("hypothesis")}
    head = HEAD.format(
        examples=examples,
        random=seen["scenarios"] - len(INSTANTS | FLOORS | LARGE),
        by_hand=len(INSTANTS | FLOORS | LARGE),
        rows=seen["rows"],
        ordered=ordered["scenarios"],
        worlds=ordered["worlds"],
        twins=ordered["twins"],
        versions=", ".join(f"{name} {number}" for name, number in made_with.items()),
        platform=this_platform(),
    )
    of_changes = HEAD_OF_CHANGES.format(
        random=changed["scenarios"] - len(CHANGES),
        by_hand=len(CHANGES),
        rows=changed["rows"],
        shared=shared["scenarios"],
        past=shared["one past"],
    )
    of_accounts = HEAD_OF_ACCOUNTS.format(
        random=followed["scenarios"], rows=followed["rows"], parts=len(PARTS), whole=followed[ALL_PARTS]
    )
    return "".join(
        [
            *(head, table(seen, COVERED)),
            *(of_changes, table(changed, COUNTED[CHANGING_ON_DAYS])),
            *(of_accounts, table(followed, FOLLOWED)),
        ]
    )


def table(seen: Counter[str], names: Iterable[str]) -> str:
    """Write how often things occurred."""
    return "".join(f"| {name} | {seen[name]:,} |\n" for name in names)


def never_occurred(seen: Counter[str], names: Iterable[str] = COVERED) -> list[str]:
    """List what should have occurred and did not."""
    return [name for name in names if seen[name] == 0]


def report(differ: ParityError) -> str:
    """Save a difference beside where the command runs, and return what was saved."""
    told = finding(differ, differ.example.names)
    FAILURE.write_text(told, encoding="utf-8")
    return f"{told}\n# saved as {FAILURE}"


def searched(part: Slice) -> Counter[str]:
    """Live through the scenarios of a slice."""
    seen: Counter[str] = Counter()
    part.search(seen)
    return seen


def made_by_hand(names: Iterable[str]) -> Counter[str]:
    """Live through the scenarios made by hand that have these names."""
    seen: Counter[str] = Counter()
    by_hand({name: BY_HAND[name] for name in names}, seen)
    return seen


def accounted_for(examples: int, seed: int) -> Counter[str]:
    """Keep the accounts of so many random scenarios."""
    seen: Counter[str] = Counter()
    accounts(examples, seen, seed)
    return seen


def accounted_by_hand() -> Counter[str]:
    """Keep the accounts of scenarios made by hand."""
    seen: Counter[str] = Counter()
    accounts_of_scenes(seen)
    return seen


def pieces_of(examples: int, changing: int, accounted: int) -> Iterator[Piece]:
    """List what there is to do, in pieces that may be done beside each other."""
    yield from (Piece(ACCOUNTS, accounted_for, piece) for piece in pieces(accounted, SEED_OF_ACCOUNTS))
    yield Piece(ACCOUNTS, accounted_by_hand)
    yield from (Piece(ANY, made_by_hand, ([name],)) for name in INSTANTS | FLOORS | LARGE)
    yield from (Piece(ANY, searched, (part,)) for part in slices(examples))
    yield from (Piece(CHANGING_ON_DAYS, made_by_hand, ([name],)) for name in CHANGES)
    yield from (Piece(CHANGING_ON_DAYS, searched, (part,)) for part in slices_that_change(changing))
    yield from (Piece(ORDERED, in_any_order, piece) for piece in pieces(IN_ANY_ORDER, SEED))
    yield from (Piece(ONE_PAST, with_one_past, piece) for piece in pieces(WITH_ONE_PAST, SEED))


def at_scale(examples: int, changing: int, accounted: int, path: Path) -> int:
    """Live through many scenarios on all cores and write the page; return 1 where something is missing."""
    counted = done(pieces_of(examples, changing, accounted))
    for part, names in COUNTED.items():
        for name in names:
            print(f"{counted[part][name]:9,}  {name}")
    lived = sum(counted[part]["scenarios"] for part in COUNTED)
    print(f"{lived:,} scenarios were equal on both engines")
    if missing := [name for part, names in COUNTED.items() for name in never_occurred(counted[part], names)]:
        print("nothing is proved, and no page written, about what never occurred:", *missing, sep="\n  ")
        return 1
    path.write_text(page(examples, counted), encoding="utf-8")
    print(f"see {path}")
    return 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.parity", description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="random scenarios")
    parser.add_argument("--changing", type=int, default=CHANGING, help="those that change on days")
    parser.add_argument("--accounted", type=int, default=ACCOUNTED, help="those with all parts at once")
    parser.add_argument("--out", type=Path, default=PAGE, help="where the result is written")
    parser.add_argument("--repeat", type=Path, help="a saved difference: live through this one only")
    asked = parser.parse_args()
    try:
        if asked.repeat is None:
            return at_scale(asked.examples, asked.changing, asked.accounted, asked.out)
        parity(read(asked.repeat), Counter())
        print(f"both engines agree in {asked.repeat}")
    except ParityError as differ:
        print(report(differ))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

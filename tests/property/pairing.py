"""What strategies of one world have in common: each draw serves one decision, each candidate is one company.

The reference engine's rules are plain Python. So every draw goes through `philox`, and the frames above it
say for which rule it was drawn.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple
from unittest.mock import patch

from funnelsim.chance import keys
from funnelsim.engines import ENGINES, new_ledger, pages
from funnelsim.engines.ledger import rows_of_a_step
from funnelsim.engines.reference.office import Office
from funnelsim.model.model import Chapters
from funnelsim.model.words import Event

from .living import smallest_page

Key = tuple[int, ...]
DRAWS = "chance/keys.py"  # where a draw is made, but not for whom
LEADS = (keys.Entity.INQUIRY, keys.Entity.DESCENDANT)
TRAITS = ("channel", "segment", "heat", "theorist", "fit", "traits")


class Lived(NamedTuple):
    """What a history drew, and who asked."""

    drawn: dict[Key, Counter[str]]  # how often each key was drawn, by the rule that looked at it
    candidates: dict[int, tuple[float, ...]]  # traits of each company that asked, by entity


def lived(chapters: Chapters, world: Any) -> Lived:
    """Live through one replication on the reference engine, and note what it drew."""
    assert smallest_page(chapters) >= rows_of_a_step(chapters[0].model)
    candidates: dict[int, tuple[float, ...]] = {}
    write = Office.write

    def noted(office: Office, pursuit: Any, event: int, *told: Any, **more: Any) -> None:
        if event == Event.INQUIRY:
            candidates[int(pursuit["entity"])] = tuple(float(pursuit[name]) for name in TRAITS)
        write(office, pursuit, event, *told, **more)

    with draws_noted() as drawn, patch.object(Office, "write", noted):
        page = new_ledger(4096 + smallest_page(chapters))
        for _ in pages(ENGINES["reference"], chapters, world, page):
            pass
    return Lived(drawn, candidates)


@contextmanager
def draws_noted() -> Iterator[dict[Key, Counter[str]]]:
    """Note each key that is drawn, and for which rule."""
    drawn: dict[Key, Counter[str]] = defaultdict(Counter)
    philox = keys.philox

    def noted(*words: int) -> tuple[int, int, int, int]:
        drawn[tuple(int(word) & 0xFFFFFFFF for word in words)][_asks(sys._getframe(1))] += 1
        return philox(*words)

    with patch.object(keys, "philox", noted):
        yield drawn


def _asks(frame: FrameType | None) -> str:
    """Name the rule that asked for a draw: the first function above those that make draws."""
    while frame is not None and frame.f_code.co_filename.endswith(DRAWS):
        frame = frame.f_back
    return "nobody" if frame is None else frame.f_code.co_name


ONE_DECISION = {("decided_late", "fate")}  # the way out, which the chapter of the answer reads again (V28)


def serving_two(drawn: dict[Key, Counter[str]]) -> list[tuple[str, ...]]:
    """List the rules that looked at a key of another rule, where that is another decision."""
    found = {tuple(sorted(rules)) for rules in drawn.values() if len(rules) > 1}
    return sorted(found - ONE_DECISION)


def drawn_again(drawn: dict[Key, Counter[str]]) -> set[str]:
    """Name the rules that drew a key of a lead or a company more than once."""
    about_leads = [rules for key, rules in drawn.items() if key[1] >> 24 in LEADS]
    return {rule for rules in about_leads for rule, times in rules.items() if times > 1}

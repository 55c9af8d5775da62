"""A block of replications in one compiled call comes to what the same worlds come to page by page."""

from __future__ import annotations

from threading import Event
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Record
from funnelsim.engines import ENGINES, StuckError, new_ledger, pages
from funnelsim.engines.compiled import blocks, state
from funnelsim.engines.compiled.blocks import Branch, Replications, Workplace
from funnelsim.engines.fold import Tally, add_up, fold, fold_page, new_books, new_tallies, new_tally
from funnelsim.engines.ledger import Ledger, rows_of_a_step
from funnelsim.model.model import Model
from funnelsim.scenario import lower, parse

from .scenarios import Toml, scenarios

SEED = 20_261_121
REASONS = 8  # as many as the scenarios have at most
ROUND_FOR_EVER = """
start = 2026-06-01
horizon = { warm_up_months = 0, period_months = 1, drain_months = 0 }
segments = { all = { contract_value_per_year = 100 } }
channels = { web = { kind = "seo", inquiries_per_month = 5 } }

[stages.call]
conversion = 1e-12
back_to = { call = 1 }
"""


def page_by_page(model: Model, world: Record) -> tuple[Tally, int]:
    """Fold the pages of one replication."""
    tally, rows = new_tally(model, REASONS), 0
    for page in pages(ENGINES["compiled"], model, world, new_ledger(512 + rows_of_a_step(model))):
        fold(page, model, tally)
        rows += len(page)
    return tally, rows


def room_for(model: Model, worlds: list[Record]) -> Replications:
    """Make room for what worlds come to."""
    none = np.zeros((len(worlds), 0), np.uint8)
    tallies = new_tallies(model, REASONS, len(worlds))
    return Replications(np.array(worlds), tallies, np.zeros(len(worlds), np.int64), none)


def live_in(workplace: Workplace, branch: Branch, model: Model, numbers: range) -> None:
    """Simulate worlds of a model that is the only chapter."""
    assert branch.found is not None
    workplace.live(branch, {branch: model}, numbers, branch.found.worlds)


def require_the_same(found: Replications, model: Model) -> None:
    """Require that each world is what it is page by page."""
    for place, world in enumerate(found.worlds):
        tally, rows = page_by_page(model, world)
        assert found.ledger_rows[place] == rows
        assert all(
            np.array_equal(ours[place], theirs) for ours, theirs in zip(found.tally, tally, strict=True)
        )


@seed(SEED)
@settings(max_examples=25)
@given(scenarios(), st.sampled_from([1, 2, 256]), st.sampled_from([0, 50, 4096]), st.sampled_from([1, 256]))
def test_a_block_is_its_worlds(text: Toml, pool: int, page: int, pages_of_a_call: int) -> None:
    """However small the pool and the page, and however often the call comes back."""
    model = lower(parse(text)).model
    worlds = [world_of(7, number) for number in (3, 0, 2**31 + 1)]
    with patch.object(state, "FIRST_POOL", pool), patch.object(blocks, "_PAGES", pages_of_a_call):
        found = room_for(model, worlds)
        live_in(Workplace(Event(), page), Branch(0, REASONS, found), model, range(3))
    require_the_same(found, model)


@seed(SEED)
@settings(max_examples=10)
@given(st.lists(scenarios(), min_size=2, max_size=3), st.sampled_from([1, 8]))
def test_strategies_that_share_a_workplace_do_not_meet(texts: list[Toml], pool: int) -> None:
    """However much room the one before needed."""
    models = [lower(parse(text)).model for text in texts]
    worlds = [world_of(7, number) for number in range(3)]
    founds = [room_for(model, worlds) for model in models]
    branches = [Branch(0, REASONS, found) for found in founds]
    with patch.object(state, "FIRST_POOL", pool):
        workplace = Workplace(Event())
        for place in range(len(worlds)):
            for model, branch in zip(models, branches, strict=True):
                live_in(workplace, branch, model, range(place, place + 1))
    for model, found in zip(models, founds, strict=True):
        require_the_same(found, model)


def test_a_block_says_that_leads_go_round() -> None:
    model = lower(parse(ROUND_FOR_EVER)).model
    with pytest.raises(StuckError, match="waves of decisions"):
        live_in(Workplace(Event()), Branch(0, REASONS, room_for(model, [world_of(1, 0)])), model, range(1))


def test_the_fold_stays_within_its_sums_where_nobody_works() -> None:
    """In plain Python, which looks at the bounds; compiled code does not."""
    model = lower(parse(ROUND_FOR_EVER.replace("1e-12", "0.5").replace("back_to", "#"))).model
    assert len(model.reps) == 0
    tallies = new_tallies(model, REASONS, 1)
    books = new_books(model, REASONS).over(tallies)
    ledger = new_ledger(10_000)
    for page in pages(ENGINES["compiled"], model, world_of(1, 0), ledger):
        fold_page(Ledger(page, np.array([len(page)])), model, books, 0, REASONS)
    add_up(books, 0, REASONS)
    expected, _ = page_by_page(model, world_of(1, 0))
    assert expected.sums.any()
    assert all(np.array_equal(ours[0], theirs) for ours, theirs in zip(tallies, expected, strict=True))

"""Each form of export: the made firm's true history is recovered row by row, as far as the form carries it.

docs/import_forms.md says what each form cannot tell; the same is taken away from the truth here, no more. The
mappings are those of that page.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.history import made_exports
from tests.unit.history.made import (
    EXPORTED,
    FIRST,
    LOST,
    STAGES,
    WON,
    Change,
    Deal,
    at,
    changed_after,
    firm,
    history_of,
)
from tests.unit.history.ready import ready

from funnelsim.history import History
from funnelsim.history.mapping import mapping_from
from funnelsim.history.reading.export import Imported, read_export

# what dated values a journal carries
JOURNALS = {
    "hubspot_history": {"rep", "value"},
    "hubspot_stages": set(),
    "salesforce_history": {"value"},
    "salesforce_report": {"value"},
    "salesforce_versions": {"rep", "value"},
    "salesforce_fields": {"rep", "value"},
    "salesforce_fields_report": {"rep", "value"},
}
KEYS = {
    "deals": ["deal"],
    "entries": ["deal", "entered"],
    "fields": ["deal", "field", "since"],
    "work": ["start", "deal"],
}


def read_back(name: str, deals: tuple[Deal, ...], **changes: Any) -> Imported:
    """Export the firm in a form, and read it with the mapping of the page."""
    export: Callable[[tuple[Deal, ...], Path], list[Path]] = getattr(made_exports, name)
    with tempfile.TemporaryDirectory() as folder:
        return read_export(export(deals, Path(folder)), mapping_from(ready(name, **changes)))


@cache
def recovered(name: str) -> Imported:
    return read_back(name, firm())


def without(truth: History, *fields: str) -> History:
    """Take dated values away: a record still says what the last life of a deal has come to."""
    deals, entries = truth.deals.copy(), truth.entries.copy()
    base = deals["deal"].str.partition("#")[0]
    earlier = base.duplicated(keep="last")
    for field in fields:
        deals[field] = deals[field].mask(earlier, np.nan if field == "value" else "")
    if "rep" in fields:
        entries["rep"] = ""
    return replace(
        truth, deals=deals, entries=entries, fields=truth.fields[~truth.fields["field"].isin(fields)]
    )


def same(found: History, truth: History, *tables: str, ignoring: Iterable[str] = ()) -> None:
    """Compare tables row by row, in the order of their keys."""
    for name in tables:
        pair = [
            _in_order(getattr(each, name), KEYS[name]).drop(columns=list(ignoring), errors="ignore")
            for each in (found, truth)
        ]
        pd.testing.assert_frame_equal(*pair, check_dtype=False, obj=name)


def _in_order(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    rows = rows.sort_values(keys, kind="stable", ignore_index=True)
    if "since" in rows:  # amounts are compared as numbers: 3500 is 3500.0
        amounts = rows["field"] == "value"
        rows["value"] = (
            rows["value"].astype(object).mask(amounts, pd.to_numeric(rows["value"].where(amounts)))
        )
    for name in rows.columns[rows.isna().all()]:
        rows[name] = pd.NaT
    return rows.astype({name: object for name in rows.select_dtypes(["str", "object"]).columns})


@pytest.mark.parametrize("name", JOURNALS)
def test_a_journal_gives_the_history_back(name: str) -> None:
    truth = without(history_of(firm()), *sorted({"rep", "value"} - JOURNALS[name]))
    found = recovered(name).history
    followed = found.fields["field"].isin(["rep", "value"])  # versions follow channel and segment, too
    same(replace(found, fields=found.fields[followed]), truth, "deals", "entries", "fields")
    assert (found.seen_from, found.seen_until, found.stages) == (FIRST, EXPORTED, STAGES)
    assert not found.by_day


@pytest.mark.parametrize("name", JOURNALS)
def test_what_is_folded_and_left_out_is_counted(name: str) -> None:
    deals = firm()
    counts = recovered(name).dirt.counts()
    lives = len(history_of(deals).deals)
    assert counts["merged deal"] == sum(bool(deal.merged_into) for deal in deals)
    assert counts["reopened deal"] == lives - sum(not deal.merged_into for deal in deals)
    steps = sum(len(deal.steps) for deal in deals if not deal.merged_into)
    if name in ("salesforce_history", "salesforce_report", "salesforce_versions"):
        saved = sum(len(made_exports.saved(deal)) for deal in deals if not deal.merged_into)
        assert counts["repeated stage"] == saved - steps
    if name in ("hubspot_stages", "salesforce_fields", "salesforce_fields_report"):
        assert "repeated stage" not in counts


def _last_entries(deal: Deal) -> Deal:
    """Keep the last time for each stage and outcome; it is taken to have begun in the first stage."""
    last = {step.to: step for step in deal.steps}  # later ones replace earlier ones
    steps = sorted(last.values(), key=lambda step: step.at)
    return replace(deal, steps=_begun(deal, steps))


def _first_and_last(deal: Deal, *, won_hides_stage: bool) -> Deal:
    """Keep the creation, the last stage and the end: a row a deal has no more."""
    steps = [] if won_hides_stage and deal.outcome == WON else [deal.entries[-1]]
    return replace(deal, steps=_begun(deal, [*steps, *([deal.steps[-1]] if deal.outcome else [])]))


def _begun(deal: Deal, steps: list[Change]) -> tuple[Change, ...]:
    if not steps or steps[0].at > deal.created:
        steps = [Change(deal.created, STAGES[0]), *steps]
    return (steps[0], *(later for earlier, later in pairwise(steps) if later.to != earlier.to))


def test_hubspots_deal_export_has_the_last_time_for_each_stage() -> None:
    deals = tuple(_last_entries(deal) for deal in firm())
    same(recovered("hubspot_deals").history, without(history_of(deals), "rep", "value"), "deals", "entries")
    assert any(len(deal.steps) > len(kept.steps) for deal, kept in zip(firm(), deals, strict=True))


def test_hubspots_deal_export_gives_the_whole_history_of_deals_that_never_come_back() -> None:
    deals = tuple(deal for deal in firm() if not deal.comes_back)
    found = read_back("hubspot_deals", deals).history
    same(found, without(history_of(deals), "rep", "value"), "deals", "entries")


@pytest.mark.parametrize("name", ["one_row", "pipedrive", "odoo"])
def test_a_row_a_deal_has_creation_last_stage_and_end(name: str) -> None:
    deals = tuple(_first_and_last(deal, won_hides_stage=name == "odoo") for deal in firm())
    same(recovered(name).history, without(history_of(deals), "rep", "value"), "deals", "entries")
    assert not recovered(name).history.deals["deal"].str.contains("#").any()


@pytest.mark.parametrize("name", ["event_log", "event_log_xes"])
def test_an_event_log_gives_entries_ends_and_work_back(name: str) -> None:
    deals = firm()
    found = recovered(name).history
    truth = history_of(deals)
    same(found, truth, "deals", ignoring=["rep", "value", "reason", "segment", "channel"])
    same(found, truth, "entries", "work")
    amounts = {deal.name: deal.values for deal in deals}
    dated = found.fields[found.fields["field"] == "value"]
    assert len(dated) >= len(truth.deals)
    for deal, since, value in zip(dated["deal"], dated["since"], dated["value"], strict=True):
        assert float(value) == float(at(amounts[deal.partition("#")[0]], since))


def _seen(deal: Deal, *, closed: bool) -> list[list[tuple[str, pd.Timestamp, pd.Timestamp]]]:
    """Say what is seen each Monday: of each life the states, with the look before and the look itself."""
    lives = [[(STAGES[0], pd.NaT, deal.created.normalize())]]
    before = deal.created
    for look in made_exports.looks():
        if look <= deal.created:
            continue
        state = at(deal.steps, look - pd.Timedelta(minutes=1))
        state = LOST if state in (WON, LOST) and not closed else state
        if state != lives[-1][-1][0]:
            if lives[-1][-1][0] in (WON, LOST):
                lives.append([])
            lives[-1].append((state, before.normalize(), look))
        before = look
    return lives


@pytest.mark.parametrize("closed", [True, False])
def test_snapshots_tell_between_which_looks_things_happened(closed: bool, tmp_path: Path) -> None:
    deals = [deal for deal in firm() if not deal.merged_into]
    files = made_exports.snapshots(firm(), tmp_path, closed=closed)
    document = ready("snapshots")
    found = read_export(
        files, mapping_from({k: v for k, v in document.items() if not k.startswith("seen_")})
    ).history
    expected_entries, expected_ends = [], []
    for deal in deals:
        seen = [life for life in _seen(deal, closed=closed)]
        if not closed and made_exports.looks()[made_exports.looks() > deal.created][0] > deal.closed:
            continue  # it was never in the list
        for number, life in enumerate(seen, 1):
            name = deal.name if number == 1 else f"{deal.name}#{number}"
            expected_entries += [
                (name, s, entered, after) for s, after, entered in life if s not in (WON, LOST)
            ]
            expected_ends += [(name, s, ends, after) for s, after, ends in life if s in (WON, LOST)]
    entries = found.entries[["deal", "stage", "entered", "entered_after"]]
    ended = found.deals[found.deals["outcome"] != ""][["deal", "outcome", "closed", "closed_after"]]
    for got, wanted in ((entries, expected_entries), (ended, expected_ends)):
        wanted_rows = pd.DataFrame(wanted, columns=got.columns)
        pd.testing.assert_frame_equal(
            _in_order(got, list(got.columns[[0, 2]])),
            _in_order(wanted_rows, list(got.columns[[0, 2]])),
            check_dtype=False,
        )
    assert found.seen_from == made_exports.looks()[1]


def test_snapshots_have_every_true_move_that_is_seen_in_its_interval() -> None:
    found = read_back("snapshots", firm()).history.entries
    steps = {(deal.name, step.to): [] for deal in firm() for step in deal.steps}
    for deal in firm():
        for step in deal.steps:
            steps[deal.name, step.to].append(step.at)
    later = found[found["entered_after"].notna()]
    for row in later.itertuples():
        times = steps[row.deal.partition("#")[0], row.stage]
        assert any(row.entered_after < time < row.entered for time in times)


@pytest.mark.parametrize("name", [*JOURNALS, "snapshots", "event_log", "event_log_xes", "hubspot_deals"])
def test_what_came_later_changes_nothing_of_what_was_known(name: str) -> None:
    """Everything from an instant on is another story: what was known at it is the same to the bit (HI5)."""
    instant = pd.Timestamp("2025-09-03")  # a Wednesday
    deals = tuple(replace(deal, reason="") if deal.reopened else deal for deal in firm())
    other = changed_after(deals, instant)
    if name == "hubspot_deals":  # what comes back into a stage loses its past in this form
        again = {deal.name for deal in (*deals, *other) if deal.comes_back}
        deals, other = (tuple(deal for deal in all_ if deal.name not in again) for all_ in (deals, other))
    one, two = (read_back(name, each).history for each in (deals, other))
    assert not one.deals.equals(two.deals)
    known = [history.as_of(instant) for history in (one, two)]
    for table in ("deals", "entries", "fields", "work"):
        pd.testing.assert_frame_equal(*(getattr(each, table) for each in known), check_exact=True, obj=table)
    assert len(known[0].deals) > 200
    assert (known[0].deals["outcome"] != "").any()

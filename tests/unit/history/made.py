"""A made firm: 500 deals of which everything is known, to be exported in any form and read back.

Deals skip stages and move back. They change owners and amounts. Some are lost and reopened, some were entered
twice and merged. All times are whole minutes of the firm's own clock, in office hours, so that every form can
write them and no change of the clocks makes one ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

ZONE = "Europe/Berlin"
STAGES = ("Qualify", "Demo", "Proposal", "Negotiation")
WON, LOST = "won", "lost"
REPS = ("Ada Berg", "Ben Otto", "Cem Kaya", "Dora Lund")
CHANNELS = ("Web", "Referral", "Trade fair")
SEGMENTS = ("Small", "Large")
REASONS = ("Price", "No budget", "Competitor")
FIRST = pd.Timestamp("2025-01-06")
EXPORTED = pd.Timestamp("2026-01-05")  # a Monday, 52 weeks later


@dataclass(frozen=True)
class Change:
    """What something is from an instant on: a stage or an outcome, a rep, an amount."""

    at: pd.Timestamp
    to: str


@dataclass(frozen=True)
class Spell:
    """A spell of work on a deal."""

    stage: str
    rep: str
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class Deal:
    """One deal; its first step is its creation, and a step to "won" or "lost" closes it."""

    name: str
    channel: str
    segment: str
    reason: str
    steps: tuple[Change, ...]
    reps: tuple[Change, ...]
    values: tuple[Change, ...]
    work: tuple[Spell, ...] = ()
    merged_into: str = ""

    @property
    def created(self) -> pd.Timestamp:
        return self.steps[0].at

    @property
    def outcome(self) -> str:
        """How it has ended; blank while it is open."""
        return self.steps[-1].to if self.steps[-1].to in (WON, LOST) else ""

    @property
    def closed(self) -> pd.Timestamp:
        return self.steps[-1].at if self.outcome else pd.NaT

    @property
    def reopened(self) -> bool:
        return any(step.to in (WON, LOST) for step in self.steps[:-1])

    @property
    def entries(self) -> tuple[Change, ...]:
        return tuple(step for step in self.steps if step.to not in (WON, LOST))

    @property
    def comes_back(self) -> bool:
        """Whether it has been in a stage, or has been lost, more than once."""
        return len({step.to for step in self.steps}) < len(self.steps)

    def until(self, instant: pd.Timestamp) -> Deal:
        """Return the deal as it was just before an instant, at which it exists."""
        cut = {
            name: tuple(each for each in getattr(self, name) if each.at < instant)
            for name in ("steps", "reps", "values")
        }
        return replace(self, **cut, work=tuple(spell for spell in self.work if spell.start < instant))


def at(changes: tuple[Change, ...], instant: pd.Timestamp) -> str:
    """Say what something was at an instant."""
    return [each.to for each in changes if each.at <= instant][-1]


def firm(deals: int = 500, seed: int = 13) -> tuple[Deal, ...]:
    """Make the deals, the same ones from the same seed; those that were merged away come on top."""
    chance = np.random.default_rng(seed)
    made = [_deal(f"{70_000 + number}", chance) for number in range(deals)]
    twice = [deal for deal in made if not deal.reopened][:: deals // 12]
    return tuple(made + [_twin(deal, chance) for deal in twice])


def changed_after(deals: tuple[Deal, ...], instant: pd.Timestamp, seed: int = 99) -> tuple[Deal, ...]:
    """Let everything be another story from an instant on: other steps, reps, amounts, reasons, new deals."""
    chance = np.random.default_rng(seed)
    known = [_otherwise(deal.until(instant), instant, chance) for deal in deals if deal.created < instant]
    new = [_deal(f"{90_000 + number}", chance, begins=instant) for number in range(30)]
    return tuple(known + new)


def _otherwise(deal: Deal, instant: pd.Timestamp, chance: np.random.Generator) -> Deal:
    if deal.merged_into or deal.outcome:
        return deal
    rest = tuple(_steps(STAGES.index(deal.steps[-1].to), _office(instant, chance), chance, deal.steps[-1].to))
    steps = deal.steps + tuple(step for step in rest[1:] if step.at > instant)
    reps = (*deal.reps, Change(_office(instant, chance), "Eve Moll"))
    values = (*deal.values, Change(_office(instant, chance), "123456"))
    reason = "Merger" if steps[-1].to == LOST else ""
    return replace(deal, steps=steps, reps=reps, values=values, reason=reason)


def _deal(name: str, chance: np.random.Generator, begins: pd.Timestamp = FIRST) -> Deal:
    days = (EXPORTED - begins).days - 1
    created = _office(begins + pd.Timedelta(days=int(chance.integers(days))), chance)
    first = int(chance.random() < 0.1)
    steps = tuple(_steps(first, created, chance, STAGES[first]))
    until = steps[-1].at
    reps = _changes(created, until, chance, [str(rep) for rep in chance.permutation(REPS)], often=0.3)
    amounts = [f"{amount}" for amount in chance.integers(20, 400, 3) * 50]
    return Deal(
        name=name,
        channel=str(chance.choice(CHANNELS)),
        segment=str(chance.choice(SEGMENTS)),
        reason=str(chance.choice(REASONS)) if steps[-1].to == LOST else "",
        steps=steps,
        reps=reps,
        values=_changes(created, until, chance, amounts, often=0.4),
        work=tuple(_work(steps, reps, chance)),
    )


def _steps(stage: int, begins: pd.Timestamp, chance: np.random.Generator, first: str) -> Iterator[Change]:
    """Live through a deal until it is closed for good, or the file is written."""
    now, step = begins, Change(begins, first)
    while now < EXPORTED:
        yield step
        now = _office(now + pd.Timedelta(days=1 + int(chance.gamma(1.5, 9))), chance)
        if step.to == LOST:  # it is reopened where it was
            step = Change(now, STAGES[stage])
            continue
        what = chance.choice(["on", "skip", "back", "lost"], p=[0.6, 0.08, 0.1, 0.22])
        if what == "lost":
            step = Change(now, LOST)
            if chance.random() > 0.12 and now < EXPORTED:
                yield step
                return
            continue
        stage += {"on": 1, "skip": 2, "back": -1}[str(what)]
        if stage >= len(STAGES):
            if now < EXPORTED:
                yield Change(now, WON)
            return
        stage = max(stage, 0)
        if STAGES[stage] != step.to:
            step = Change(now, STAGES[stage])
        else:
            step = Change(now, STAGES[1])
            stage = 1


def _changes(
    begins: pd.Timestamp, ends: pd.Timestamp, chance: np.random.Generator, values: list[str], often: float
) -> tuple[Change, ...]:
    """Let a field have its first value from the beginning, and perhaps others later."""
    found = [Change(begins, values[0])]
    for value in values[1:]:
        if chance.random() >= often or value == found[-1].to or (ends - found[-1].at).days < 2:
            break
        later = found[-1].at + pd.Timedelta(days=1 + int(chance.integers((ends - found[-1].at).days - 1)))
        found.append(Change(_office(later, chance), value))
    return tuple(found)


def _work(
    steps: tuple[Change, ...], reps: tuple[Change, ...], chance: np.random.Generator
) -> Iterator[Spell]:
    """Work on every second visit or so, within the day after it begins."""
    for step in steps:
        if step.to not in (WON, LOST) and chance.random() < 0.6:
            start = step.at + pd.Timedelta(minutes=int(chance.integers(5, 60)))
            end = start + pd.Timedelta(minutes=int(chance.integers(10, 90)))
            yield Spell(step.to, at(reps, start), start, end)


def _twin(deal: Deal, chance: np.random.Generator) -> Deal:
    """Enter a deal a second time, ten minutes later, by somebody else; it was then merged into the first."""
    begins = deal.created + pd.Timedelta(minutes=10)
    return Deal(
        name=f"{80_000 + int(deal.name) % 10_000}",
        channel=deal.channel,
        segment=deal.segment,
        reason="",
        steps=(Change(begins, STAGES[0]),),
        reps=(Change(begins, str(chance.choice(REPS))),),
        values=(Change(begins, deal.values[0].to),),
        merged_into=deal.name,
    )


def _office(day: pd.Timestamp, chance: np.random.Generator) -> pd.Timestamp:
    """Choose a minute of the office hours of a day."""
    return day.normalize() + pd.Timedelta(minutes=int(chance.integers(8 * 60, 17 * 60)))


def lives_of(deal: Deal) -> Iterator[Deal]:
    """Cut a deal that was reopened into its lives, each with what stood of rep and amount as it began.

    No system keeps the reason of an earlier loss: the last one has it.
    """
    ends = [number for number, step in enumerate(deal.steps, 1) if step.to in (WON, LOST)]
    begins = 0
    for life, ends_at in enumerate([*ends, len(deal.steps)], 1):
        steps = deal.steps[begins:ends_at]
        if steps:
            until = deal.steps[ends_at].at if ends_at < len(deal.steps) else EXPORTED
            yield replace(
                deal,
                name=deal.name if life == 1 else f"{deal.name}#{life}",
                reason=deal.reason if until == EXPORTED else "",
                steps=steps,
                reps=_within(deal.reps, steps[0].at, until),
                values=_within(deal.values, steps[0].at, until),
                work=tuple(spell for spell in deal.work if steps[0].at <= spell.start < until),
            )
        begins = ends_at


def _within(changes: tuple[Change, ...], begins: pd.Timestamp, ends: pd.Timestamp) -> tuple[Change, ...]:
    later = tuple(change for change in changes if begins < change.at < ends)
    return (Change(begins, at(changes, begins)), *later)


def _at_last(life: Deal) -> tuple[str, str, str, float, str]:
    return (
        life.reason if life.outcome else "",
        life.channel,
        life.segment,
        float(life.values[-1].to),
        life.reps[-1].to,
    )


def history_of(deals: tuple[Deal, ...]) -> History:
    """Write down the true history: a deal that was merged away is none, one that was reopened is several."""
    kept = [life for deal in deals if not deal.merged_into for life in lives_of(deal)]
    rows = [(life.name, life.created, life.closed, pd.NaT, life.outcome, *_at_last(life)) for life in kept]
    entries = [
        (life.name, step.to, step.at, pd.NaT, at(life.reps, step.at))
        for life in kept
        for step in life.entries
    ]
    dated = [
        (life.name, field, change.at, change.to)
        for life in kept
        for field, changes in (("value", life.values), ("rep", life.reps))
        for change in changes
    ]
    work = [
        (life.name, spell.stage, spell.rep, spell.start, spell.end) for life in kept for spell in life.work
    ]
    return History(
        pd.DataFrame(rows, columns=DEALS),
        pd.DataFrame(entries, columns=ENTRIES),
        pd.DataFrame(dated, columns=FIELDS),
        pd.DataFrame(work, columns=WORK),
        STAGES,
        FIRST,
        EXPORTED,
        time_zone=ZONE,
    )

"""What strategies of one world have in common, on random pairs (C1, K7, A3)."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from funnelsim.chance.keys import ARRIVAL, PROFILE, Entity, entity, uniforms, world_of
from funnelsim.compiling.arrays import Records
from funnelsim.model.words import Event
from funnelsim.scenario import TODAY, course_of, parse

from .changing import STRATEGY, changing_scenarios, kinds
from .living import Example, at_a_stretch
from .pairing import Lived, drawn_again, draws_noted, lived, serving_two
from .scenarios import Toml, seeds
from .scenes import DELIVERED, REFERRED, VISITED

SEED = 20_261_126
PAIRS = 50
pairs = settings(
    max_examples=PAIRS,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Changes after which a company that asks may have other traits: those of the chapter in which it asks (A11).
OTHER_TRAITS = ("fit", "temperature", "theorist_share", "segments", "kinds", "new segments", "new channels")
# What is looked at more than once for one and the same thing: the lot of a visit in which a lead is placed
# anew, and whether it is ignored there (B8); what a contract is worth; what is in store for a visit, and what
# its checks find, at each attempt to reach the buyer (Y4); when a theorist ripens, at each entry (J6); what a
# product costs a company, and how loyal that is, after each term (PC2, CU3).
READ_ANEW = {"luck", "will_be_ignored", "bookings", "fate", "checked", "still_theorist"}
READ_ANEW |= {"prices_of", "stays"}
READ_ANEW |= {"next_referral"}  # in a chapter with another rate (RF7)
READ_ANEW |= {"habits", "luck"}  # of who buys again: how often, and when the n-th time (RP2)
WHO = entity(Entity.INQUIRY, "web")


def pair_of(text: Toml, seed: int) -> tuple[Lived, Lived]:
    """Live through today and through a strategy in the same world."""
    world, scenario = world_of(seed, 0), parse(text)
    today, other = (lived(course_of(scenario, name).chapters(world), world) for name in (TODAY, STRATEGY))
    return today, other


def test_a_strategy_leaves_keys_and_companies_as_they_are() -> None:
    """No key serves two decisions; a candidate that both worlds know is the same company in both."""
    compared: list[int] = []

    @seed(SEED)
    @pairs
    @given(changing_scenarios(), seeds())
    def alike(text: Toml, seed: int) -> None:
        today, other = pair_of(text, seed)
        assert serving_two(today.drawn) == serving_two(other.drawn) == []
        if not parse(text).changes:
            assert drawn_again(today.drawn) <= READ_ANEW
        if keeps_companies(text):
            both = today.candidates.keys() & other.candidates.keys()
            assert [today.candidates[each] for each in both] == [other.candidates[each] for each in both]
            compared.append(len(both))

    alike()
    assert sum(count > 0 for count in compared) >= PAIRS // 10  # other seeds give 6 to 22


def keeps_companies(text: Toml) -> bool:
    """Return whether companies are the same under today and the strategy.

    What a channel has learnt moves its shares (W6). An inquiry that a rep finds may be found in another
    chapter, in which the shares are others (A13).
    """
    changed = [kind for kind in kinds(text) if kind.startswith("change: ")]
    if any(part in kind for kind in changed for part in OTHER_TRAITS) or "learning" in text:
        return False
    return "prospecting" not in text or not parse(text).changes


def test_a_key_with_two_readers_is_found() -> None:
    """The check could fail."""

    def one() -> float:
        return uniforms(world_of(1, 0), WHO, PROFILE, 0)[0]

    def other() -> float:
        return uniforms(world_of(1, 0), WHO, PROFILE, 0)[1]

    with draws_noted() as drawn:
        assert not math.isnan(one() + other() + uniforms(world_of(1, 0), WHO, ARRIVAL, 0)[0])
        one()
    assert serving_two(drawn) == [("one", "other")]
    assert drawn_again(drawn) == {"one"}


OF_LATER = ('"teams.sales.people" = 3', '"stages.call.conversion" = 0.9')


@pytest.mark.parametrize("change", OF_LATER)
@pytest.mark.parametrize("replication", range(3))
def test_a_customer_has_the_same_life_whatever_else_is_changed(change: str, replication: int) -> None:
    """Prices, terms, moves up and the time between visits are those of the company (K8), not of the day."""
    alike = re.sub(r"\n(kept|missed)_odds_ratio = .*", "", VISITED).replace("launched = 2026-04-01\n", "")
    text = f"{alike}[strategies.{STRATEGY}]\nchange = {{ {change} }}\n"
    lives = [
        lives_of(at_a_stretch("compiled", each.chapters, each.world))
        for each in (
            Example(text, seed=1, replication=replication),
            Example(text, seed=1, replication=replication, strategy=STRATEGY),
        )
    ]
    both = lives[0].keys() & lives[1].keys()
    assert len(both) > 20
    for who in both:
        shorter, longer = sorted((life[who] for life in lives), key=len)
        assert longer[: len(shorter)] == shorter


@pytest.mark.parametrize("change", OF_LATER)
@pytest.mark.parametrize("replication", range(3))
def test_the_nth_order_is_the_same_whatever_else_is_changed(change: str, replication: int) -> None:
    """When a customer buys again, what it pays and when it drops out are keyed by the company (K8)."""
    text = f"{DELIVERED}[strategies.{STRATEGY}]\nchange = {{ {change} }}\n"
    lives = [
        orders_of(at_a_stretch("compiled", each.chapters, each.world))
        for each in (
            Example(text, seed=1, replication=replication),
            Example(text, seed=1, replication=replication, strategy=STRATEGY),
        )
    ]
    both = lives[0].keys() & lives[1].keys()
    assert len(both) > 5
    for who in both:
        shorter, longer = sorted((life[who] for life in lives), key=len)
        assert longer[: len(shorter)] == shorter


@pytest.mark.parametrize("change", OF_LATER)
def test_the_nth_referral_is_the_same_company_whatever_else_is_changed(change: str) -> None:
    """Who is the n-th whom a company refers, and when after the last one, is keyed by the company (RF3)."""
    text = f"{REFERRED}[strategies.{STRATEGY}]\nchange = {{ {change} }}\n"
    lives = [
        referred_in(at_a_stretch("compiled", each.chapters, each.world))
        for each in (Example(text, seed=1), Example(text, seed=1, strategy=STRATEGY))
    ]
    both = lives[0].keys() & lives[1].keys()
    assert len(both) > 20
    assert [lives[0][each] for each in both] == [lives[1][each] for each in both]


def referred_in(rows: Records) -> dict[int, tuple[int, int]]:
    """List segment and product of each company that has been referred."""
    asked = rows[(rows["event"] == Event.INQUIRY) & (rows["pursuit"] >> 56 == Entity.DESCENDANT)]
    return {int(row["pursuit"]): (int(row["segment"]), int(row["product"])) for row in asked}


def orders_of(rows: Records) -> dict[int, list[tuple[int, float]]]:
    """List how long after the one before each customer buys again, and for how much, by when it asked."""
    found: dict[int, list[tuple[int, float]]] = {}
    for row in rows[rows["event"] == Event.ORDERED]:
        found.setdefault(int(row["created"]), []).append((int(row["waited"]), float(row["money"])))
    return found


def lives_of(rows: Records) -> dict[int, list[tuple[str, float]]]:
    """List what each contract is about and pays term by term until it ends, and the rests of each visit."""
    found: dict[int, list[tuple[str, float]]] = {}
    for row in rows:
        who, event = int(row["pursuit"]), Event(int(row["event"]))
        if event is Event.SUBSCRIBED:
            found[who] = [(f"product {row['product']}", float(row["money"]))]
        elif event is Event.REVENUE and who in found:
            found[who].append((f"product {row['product']}", round(float(row["money"]), 2)))
        elif event is Event.CHURNED and who in found:
            found[who].append(("leaves", 0.0))
        elif event is Event.RETURNED and row["process"]:
            found.setdefault(who, []).append(("rest", float(row["waited"])))
    return found

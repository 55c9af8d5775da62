"""Traits: what a company has or lacks, and what that does to its odds."""

from __future__ import annotations

from funnelsim.chance.keys import uniforms_if
from funnelsim.compiling.arrays import Record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.model.model import Model
from funnelsim.rules.memory import effect


@rare
def traits_of(model: Model, world: Record, company: int, channel: int, first: int, reports: int) -> int:
    """Draw the traits of a company from the `first` on, a bit each (J1, K11, C27, W6).

    Parameters
    ----------
    reports : int
        What the channel has learnt from.
    """
    traits, half = 0, model.channels[channel]["half"]
    for number in range(first, len(model.traits)):
        share = model.trait_shares[channel, number]
        if half > 0.0:
            share = effect(share, model.trait_shifts[channel, number], half, reports)
        key = model.traits[number]["key"]
        u, _ = uniforms_if(0.0 < share < 1.0, world, company, key, 0)
        if u < share or share >= 1.0:  # also if nothing is drawn
            traits = traits | 1 << number
    return int(traits)


@rule
def has(traits: int, number: int) -> bool:
    """Return whether a trait is among those of a company."""
    return bool(traits >> number & 1 == 1)


@rare
def with_traits(model: Model, pursuit: Record, odds: float) -> float:
    """Multiply odds by the ratios of the traits that a company has, and of those that it lacks (J2)."""
    for number in range(len(model.traits)):
        trait = model.traits[number]
        odds *= trait["present"] if has(pursuit["traits"], number) else trait["missing"]
    return odds

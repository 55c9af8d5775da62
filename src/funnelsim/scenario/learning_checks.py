"""Checks across keys of what channels learn."""

from __future__ import annotations

from funnelsim.scenario.errors import Problem, Problems, unknown
from funnelsim.scenario.qualifying_rows import trait_share
from funnelsim.scenario.schema import Contents


def check_learning(contents: Contents) -> Problems:
    """Find channels that learn of traits that do not exist, beyond what a share can be, or nothing."""
    for name, channel in contents.channels.items():
        learning, path = channel.learning, f"channels.{name}.learning"
        if learning is None:
            continue
        if learning.theorist_share == 0 and not any(learning.traits.values()):
            yield Problem(path, "moves nothing", "a theorist_share or shares of traits other than 0")
        yield from _moved(
            f"{path}.theorist_share", "theorists", channel.theorist_share, learning.theorist_share
        )
        for trait, most in learning.traits.items():
            if trait not in contents.traits:
                yield unknown(f"{path}.traits", trait, contents.traits, "a trait")
            else:
                share = trait_share(contents, name, trait)
                yield from _moved(f"{path}.traits.{trait}", f"those with {trait}", share, most)


def _moved(path: str, whose: str, share: float, most: float) -> Problems:
    """Find a share that would be moved below 0 or above 1."""
    if not 0 <= round(share + most, 9) <= 1:
        beyond, least = (
            ("above 1", f"at most {1 - share:g}") if most > 0 else ("below 0", f"at least {-share:g}")
        )
        yield Problem(
            path, f"moves the share of {whose}, {share:g}, to {share + most:g}, {beyond}", least, None, most
        )

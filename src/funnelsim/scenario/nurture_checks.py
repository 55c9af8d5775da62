"""Checks of nurture: its reasons, its chances, and where those who come back go on."""

from __future__ import annotations

from collections.abc import Collection

from funnelsim.scenario.errors import Problem, Problems, unknown
from funnelsim.scenario.schema import Contents


def check_nurture(contents: Contents, reasons: Collection[str]) -> Problems:
    """Find what does not fit in `[nurture]`.

    Parameters
    ----------
    contents : Contents
        Valid key by key.
    reasons : collection of str
        Of the scenario's losses, those of nurture aside.
    """
    taken: dict[str, str] = {}
    for name, program in contents.nurture.items():
        path = f"nurture.{name}"
        for reason in program.reasons:
            if reason not in reasons:
                yield unknown(f"{path}.reasons", reason, reasons, "a reason of loss")
            elif reason in taken:
                where = "twice" if taken[reason] == name else f"and so does {taken[reason]}"
                yield Problem(f"{path}.reasons", f'takes "{reason}", {where}', "each reason in one program")
            taken.setdefault(reason, name)
        if isinstance(program.chance, dict):
            for reason in program.chance.keys() - set(program.reasons):
                yield unknown(f"{path}.chance", reason, program.reasons, "a reason of this program")
            for reason in set(program.reasons) - program.chance.keys():
                yield Problem(f"{path}.chance", f'says nothing of "{reason}"', "a chance for each reason")
        if program.returns_to not in contents.stages:
            yield unknown(f"{path}.returns_to", program.returns_to, contents.stages, "a stage")

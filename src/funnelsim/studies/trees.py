"""Strategies that begin in one past live it together: a tree of chapters for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from funnelsim.compiling.arrays import Record
from funnelsim.engines.compiled.blocks import Branch, Models, Replications
from funnelsim.model.model import Model
from funnelsim.scenario import Course, Fixed, Worlds
from funnelsim.scenario.schema import Contents


@dataclass
class Tree:
    """The chapters of strategies that have the first one in common.

    Attributes
    ----------
    names : list of str
        The strategies.
    root : Branch
        The first chapter.
    uncertain : bool
        Whether the models differ from world to world.
    pieces : dict of Branch to Worlds or Fixed
        What lowers each chapter, each after the chapters before it.
    """

    root: Branch
    uncertain: bool
    names: list[str] = field(default_factory=list)
    pieces: dict[Branch, Worlds | Fixed] = field(default_factory=dict)

    def models(self, world: Record) -> Models:
        """Lower every chapter as it is in a world."""
        if not self.uncertain:
            return {branch: piece.median for branch, piece in self.pieces.items()}
        contents: dict[Branch, list[Contents]] = {self.root: []}
        found: dict[Branch, Model] = {}
        for branch, piece in self.pieces.items():
            assert isinstance(piece, Worlds)
            held = [*contents[branch], piece.in_world(world)]
            found[branch] = piece.model(held)
            contents |= dict.fromkeys(branch.next, held)
        return found

    def chapters_before(self, instant: int) -> list[Branch]:
        """Return the chapters that begin before an instant, if no strategy has gone its own way by then."""
        found = [self.root]
        while earlier := [each for each in found[-1].next if each.begins < instant]:
            found += earlier[:1]
        return found


def trees_of(courses: Mapping[str, Course], found: Mapping[str, Replications | None]) -> list[Tree]:
    """Join the chapters that strategies have in common.

    Where strategies are the same to the end, each has a last chapter of its own, for results of its own.

    Parameters
    ----------
    courses : mapping of str to Course
        By strategy; pieces that are the same object are one chapter.
    found : mapping of str to Replications
        Where the results of each strategy go; None if nobody asks for them.
    """
    trees: dict[Branch, Tree] = {}
    branches: dict[int, Branch] = {}
    ended: set[Branch] = set()
    for name, course in courses.items():
        tree = before = None
        for begins, piece in zip(course.begins, course.pieces, strict=True):
            branch = branches.get(id(piece))
            if branch is None or (piece is course.pieces[-1] and branch in ended):
                branch = Branch(begins, len(piece.names.reasons))
                branches.setdefault(id(piece), branch)
                if before is None:
                    trees[branch] = Tree(branch, course.uncertain)
                else:
                    before.next.append(branch)
            tree = tree or trees[branch]
            tree.pieces[branch] = piece
            before = branch
        assert tree is not None
        assert before is not None
        tree.names.append(name)
        before.found = found[name]
        ended.add(before)
    return list(trees.values())

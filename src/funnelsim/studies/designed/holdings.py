"""What a store holds: of which study, of none, of another version; and what may go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from funnelsim.studies.designed.running import key_of_study, ready_of
from funnelsim.studies.designed.study import Study
from funnelsim.studies.store import SEARCHED, STUDIES, Kept, Store, StoreError

_OF_NO_STUDY = "belongs to no study"
_SEARCHES = "searches for the best"


class Holding(NamedTuple):
    """Files of a store that belong together.

    Attributes
    ----------
    title : str
        Of the study; or why they are of no use.
    files, size : int
        How many, and their bytes.
    years : int
        Simulated years in them.
    """

    title: str
    files: int
    size: int
    years: int


def holdings(store: Store) -> list[Holding]:
    """List what a store holds, by study; every file is read.

    Files that several studies share are listed with each.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import funnelsim as fs
    >>> folder = tempfile.mkdtemp()
    >>> study = fs.study_of({"scenario": "first_steps", "replications": 3, "title": "three years"})
    >>> _ = fs.run_study(study, store=folder, jobs=1)
    >>> [(each.title, each.files, each.years) for each in holdings(Store(Path(folder)))]
    [('three years', 2, 3)]
    """
    useful: list[Kept] = []
    useless: dict[str, list[Kept]] = {}
    for kept in store:
        (useless.setdefault(kept.state, []) if kept.state else useful).append(kept)
    studies = [kept for kept in useful if kept.path.parent.name == STUDIES]
    found, owned = [], set()
    for study in studies:
        contents = _contents_of(study)
        ours = (kept for kept in useful if SEARCHED not in _said(kept))
        files = [study, *(kept for kept in ours if _said(kept).get("content") in contents)]
        owned |= {kept.path for kept in files}
        found.append(_held(_said(study)["title"], files))
    searched = [kept for kept in useful if SEARCHED in _said(kept)]
    owned |= {kept.path for kept in searched}
    found += [_held(_SEARCHES, searched)] if searched else []
    useless[_OF_NO_STUDY] = [kept for kept in useful if kept.path not in owned]
    return sorted(found) + [_held(title, files) for title, files in useless.items() if files]


def belonging_to(store: Store, studies: Sequence[Study]) -> Callable[[Kept], bool]:
    """Make a function that says whether a file is of one of some studies.

    Raises
    ------
    StoreError
        If the store knows nothing of a study: its files could not be told from others.
    """
    ours: set[str] = set()
    contents: set[tuple[str, int]] = set()
    for study in studies:
        key = key_of_study(study)
        kept = store.read(key)
        if kept is None:
            raise StoreError(
                f'the store {store.folder} has nothing of the study "{study.name}" as it is now: run it '
                "with this store first; nothing is removed"
            )
        ours.add(key.name)
        contents |= {(content, study.seed) for each in ready_of(kept).contents.values() for content in each}

    def belongs(kept: Kept) -> bool:
        said = _said(kept)
        return kept.path.name in ours or (said.get("content"), said.get("seed")) in contents

    return belongs


def _contents_of(kept: Kept) -> set[str]:
    """Return what the rows of a study are simulated from."""
    return {content for each in ready_of(kept.arrays()).contents.values() for content in each}


def _said(kept: Kept) -> Mapping[str, Any]:
    """Return what the key of a file says."""
    return kept.header["key"]["content"] if kept.header else {}


def _held(title: str, files: Sequence[Kept]) -> Holding:
    years = sum(_said(kept).get("worlds", 0) for kept in files)
    return Holding(title, len(files), sum(kept.size for kept in files), years)

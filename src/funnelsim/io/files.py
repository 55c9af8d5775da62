"""The files of an answer: their names are known before their contents, which take long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

Make = Callable[[], bytes]


class Files(Mapping[str, bytes]):
    """Contents of files by name, each made when it is asked for.

    Parameters
    ----------
    makes : mapping of str to callable
        What makes the contents of each file.

    Examples
    --------
    >>> files = Files({"page.txt": lambda: b"Verdict"})
    >>> list(files), files["page.txt"]
    (['page.txt'], b'Verdict')
    """

    def __init__(self, makes: Mapping[str, Make]) -> None:
        self.makes = dict(makes)

    def __getitem__(self, name: str) -> bytes:
        """Make the contents of a file."""
        return self.makes[name]()

    def __iter__(self) -> Iterator[str]:
        """Go through the names, in the order in which the files are written."""
        return iter(self.makes)

    def __len__(self) -> int:
        """Count the files."""
        return len(self.makes)

"""Write files whole or not at all.

A file is written under another name and gets its own when it is complete, so that neither Ctrl-C nor a
full disk leaves half of one. Nothing is overwritten unless that is asked for.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


class UnusableError(ValueError):
    """A file or file name that cannot be used; the message is a sentence about it."""


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name when it is complete.

    Parameters
    ----------
    path : path
        Its final name; its folder exists.
    overwrite : bool
        Whether a file of this name may be replaced.

    Yields
    ------
    binary file
        Under another name, in the same folder; removed if writing it fails or is stopped.

    Raises
    ------
    FileExistsError
        If the name is taken and may not be replaced, or is that of a folder.
    OSError
        If it cannot be written: `filename` names the final file.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "won.csv") as opened:
    ...     _ = opened.write(b"won")
    ...     there = (folder / "won.csv").exists()
    >>> there, (folder / "won.csv").read_text()
    (False, 'won')
    """
    must_be_free(path, overwrite=overwrite)
    unfinished = path.with_name(f".{path.name[:100]}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())  # a full disk may show only now
        must_be_free(path, overwrite=overwrite)
        unfinished.replace(path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # if it could not even be made
            unfinished.unlink(missing_ok=True)


def must_be_free(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a name that is taken.

    Raises
    ------
    FileExistsError
        If there is a folder of this name, or anything that may not be replaced.
    """
    taken = path.is_dir() if overwrite else os.path.lexists(path)
    if taken:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


class NewFolder:
    """A folder being filled, and what has been written into it.

    Attributes
    ----------
    path : path
    written : dict of str to str
        SHA-256 of each file by its name in the folder, in the order of writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written: dict[str, str] = {}
        self._made = [each for each in (path, *path.parents) if not each.exists()]

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole; `name` may begin with folders of its own.

        Raises
        ------
        OSError
            If it cannot be written, or is there already.
        """
        target = self.path / name
        self._make(target.parent)
        with whole_file(target) as opened:
            opened.write(content)
        self.written[name] = hashlib.sha256(content).hexdigest()

    def _make(self, folder: Path) -> None:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        self._made = [*missing, *(each for each in self._made if each not in missing)]
        folder.mkdir(parents=True, exist_ok=True)

    def try_writing(self) -> None:
        """Find out whether files can be written here, before hours are spent on their contents."""
        self._make(self.path)
        with whole_file(self.path / "attempt"):
            pass
        (self.path / "attempt").unlink()

    def take_back(self) -> None:
        """Remove what was written and created here, and nothing else."""
        for name in self.written:
            (self.path / name).unlink(missing_ok=True)
        for folder in self._made:  # the innermost first
            with suppress(OSError):  # if others have put something into it meanwhile
                folder.rmdir()


@contextmanager
def new_folder(path: Path) -> Iterator[NewFolder]:
    """Fill a folder; leave nothing behind if that fails or is stopped.

    Parameters
    ----------
    path : path
        Does not exist, or is an empty folder.

    Yields
    ------
    NewFolder
        To write into.

    Raises
    ------
    FileExistsError
        If the folder is not empty, or something else has this name.
    OSError
        If it cannot be created or written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with new_folder(Path(home) / "results") as folder:
    ...         folder.write("won.csv", b"won")
    ...     sorted(each.name for each in (Path(home) / "results").iterdir())
    ['won.csv']
    """
    if os.path.lexists(path) and (not path.is_dir() or any(path.iterdir())):
        must_be_free(path)
    folder = NewFolder(path)
    try:
        folder.try_writing()
        yield folder
    except BaseException:
        folder.take_back()
        raise

"""Write files and folders whole or not at all.

A file is written under another name, which is random and made for it alone, and gets its own when it is
complete; so is a new folder. So neither Ctrl-C, nor a full disk, nor a process that is killed leaves half of
one under its name. Nothing is overwritten unless that is asked for.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from funnelsim.io.progress import Progress, silent, step_through

_MARK = ".unfinished-"  # begins the name of a folder in a folder whose results are not finished
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class UnusableError(ValueError):
    """A file or file name that cannot be used; the message is a sentence about it."""


class UnfinishedError(UnusableError):
    """A folder whose results are not finished."""


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name when it is complete.

    Parameters
    ----------
    path : path
        Its final name; its folder exists.
    overwrite : bool
        Whether a file of this name may be replaced.
    mode : int
        Permissions of a new file, less those that the user gives to no file.

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
    target = Path(os.path.realpath(path)) if overwrite else path  # what is a link keeps being one
    must_be_free(target, overwrite=overwrite)
    unfinished = _beside(target)
    try:
        with os.fdopen(os.open(unfinished, _NEW, mode), "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())  # a full disk may show only now
        must_be_free(target, overwrite=overwrite)
        _name(unfinished, target, overwrite)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # if it could not even be made
            unfinished.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """Choose a name in the same folder that nobody can foresee."""
    return path.with_name(f".{path.name[:50]}.{secrets.token_hex(8)}.unfinished")


def _name(unfinished: Path, target: Path, overwrite: bool) -> None:
    """Give a finished file its name: what it replaces lends its permissions, and nothing else is replaced."""
    if overwrite:
        with suppress(OSError):
            unfinished.chmod(stat.S_IMODE(target.stat().st_mode))
        unfinished.replace(target)
        return
    try:
        os.link(unfinished, target)  # fails if the name has been taken meanwhile
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        unfinished.rename(target)


def must_be_free(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a name that is taken.

    Raises
    ------
    FileExistsError
        If there is anything of this name but a file that may be replaced.
    """
    there = os.path.lexists(path)
    if there and not (overwrite and path.is_file()):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


class NewFolder:
    """A folder being filled, and what has been written into it.

    What is written waits in a folder of its own until all of it is there: beside the new folder, or inside
    it if it is there and empty.

    Attributes
    ----------
    path : path
        Where the files will be.
    written : dict of str to str
        SHA-256 of each file by its name in the folder, in the order of writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written: dict[str, str] = {}
        self._target = Path(os.path.abspath(path))
        self._inside = self._target.is_dir()
        token = secrets.token_hex(8)
        self._waiting = self._target / f"{_MARK}{token}" if self._inside else _beside(self._target)
        self._made = [each for each in self._target.parents if not each.exists()]
        self._open = True

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole; `name` may begin with folders of its own.

        Raises
        ------
        OSError
            If it cannot be written, or is there already.
        """
        file = self._waiting / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as opened:
            opened.write(content)
        self.written[name] = hashlib.sha256(content).hexdigest()

    def fill(self, files: Mapping[str, bytes], progress: Progress = silent) -> None:
        """Write files as a step of some work, each as `write` does.

        Raises
        ------
        OSError
            If one cannot be written, or is there already.
        """
        for name, content in step_through(files.items(), progress, "Writing", "files"):
            self.write(name, content)

    def try_writing(self) -> None:
        """Find out whether files can be written here, before hours are spent on their contents."""
        around = self._waiting.parent
        try:
            around.mkdir(parents=True, exist_ok=True)
        except FileExistsError:  # a file has its name
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(around)) from None
        self._waiting.mkdir()  # nobody else has made it
        with whole_file(self._waiting / "attempt"):
            pass
        (self._waiting / "attempt").unlink()

    def finish(self) -> None:
        """Put everything where it belongs, what was written last in the end.

        Raises
        ------
        UnfinishedError
            If another program has put something there meanwhile; what was written stays where it is.
        """
        if not self._open:
            return
        self._open = False
        try:
            if self._inside:
                self._move_in()
            else:
                self._waiting.rename(self._target)
        except OSError as error:
            raise UnfinishedError(
                f"{self.path} was changed by another program meanwhile ({error.strerror}): "
                f"the results are in {self._waiting}"
            ) from error

    def _move_in(self) -> None:
        for name in dict.fromkeys(name.split("/")[0] for name in self.written):
            must_be_free(self._target / name)
            (self._waiting / name).rename(self._target / name)
        self._waiting.rmdir()

    def take_back(self) -> None:
        """Remove what was written and created here, and nothing else; what is finished stays."""
        if not self._open:
            return
        self._open = False
        shutil.rmtree(self._waiting, ignore_errors=True)
        for folder in self._made:  # the innermost first
            with suppress(OSError):  # if others have put something into it meanwhile
                folder.rmdir()


@contextmanager
def new_folder(path: Path) -> Iterator[NewFolder]:
    """Fill a folder; leave nothing behind if that fails or is stopped, or if nothing is written.

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
    UnfinishedError
        If it has the beginning of results that were never finished, or another program writes there too.
    OSError
        If it cannot be created or written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with new_folder(Path(home) / "results") as folder:
    ...         folder.write("won.csv", b"won")
    ...         there = (Path(home) / "results").exists()
    ...     there, sorted(each.name for each in (Path(home) / "results").iterdir())
    (False, ['won.csv'])
    """
    _must_be_empty(path)
    folder = NewFolder(path)
    try:
        folder.try_writing()
        yield folder
        if folder.written:
            folder.finish()
    finally:
        folder.take_back()


def _must_be_empty(path: Path) -> None:
    """Refuse a name that is taken by anything but an empty folder."""
    if not os.path.lexists(path):
        return
    inside = [each.name for each in path.iterdir()] if path.is_dir() else None
    if inside is None or any(inside):
        if any(name.startswith(_MARK) for name in inside or ()):
            raise UnfinishedError(
                f"{path} has the beginning of results that were never finished, or are being written now: "
                "remove it, or choose another folder"
            )
        must_be_free(path)

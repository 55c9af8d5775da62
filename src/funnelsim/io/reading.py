"""Open files that others may have made: regular files only, and never more than is asked for.

A pipe or a device could wait or go on without end. Whatever is wrong with a file is an `OSError`, so that
callers need one sentence for all of it.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, cast

from funnelsim.io.progress import Progress

BLOCK = 1 << 20  # bytes
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, and nothing else.

    Raises
    ------
    OSError
        If it is missing, no regular file, or unreadable; `strerror` says so in words.

    Examples
    --------
    >>> open_regular(Path("/dev/null"))
    Traceback (most recent call last):
    OSError: [Errno 22] it is not a regular file: '/dev/null'
    """
    try:
        _must_be_regular(os.stat(path), path)  # before it is opened: some devices act on that
        opened = os.open(path, _FLAGS)
    except ValueError:  # a name that no file can have
        raise OSError(errno.EINVAL, "no file can have this name", str(path)) from None
    try:
        _must_be_regular(os.fstat(opened), path)
        return os.fdopen(opened, "rb")
    except BaseException:
        os.close(opened)
        raise


def counted(opened: BinaryIO, tell: Progress) -> BinaryIO:
    """Read a file in blocks, and tell how many bytes each has.

    Examples
    --------
    >>> told = []
    >>> counted(io.BytesIO(b"deal,closed"), told.append).read(4), sum(told)
    (b'deal', 11)
    """
    return cast(BinaryIO, io.BufferedReader(_Counted(opened, tell), BLOCK))


class _Counted(io.RawIOBase):
    """A file that tells how much of it has been read."""

    def __init__(self, opened: BinaryIO, tell: Progress) -> None:
        self._opened, self._tell = opened, tell

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._opened.read(len(buffer))
        buffer[: len(block)] = block
        self._tell(len(block))
        return len(block)


def _must_be_regular(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def read_bytes(path: Path, most: int) -> bytes:
    """Read a regular file whole.

    Parameters
    ----------
    path : path
    most : int
        Bytes that it may have.

    Raises
    ------
    OSError
        As `open_regular`, and if the file is larger.
    """
    with open_regular(path) as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return content

"""The line of each key in a TOML file, which the parser does not give."""

from __future__ import annotations

import re
from collections.abc import Mapping

_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*"""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_TOKEN = re.compile(r'''"""|\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|#.*|[\[\]{}]''')

Path = tuple[str, ...]


def lines_of_keys(text: str) -> dict[Path, int]:
    r"""Find the line of each header, of each key that begins a line, and of the tables around them.

    Parameters
    ----------
    text : str
        A TOML file that parses. Keys inside inline tables are not listed: look up with `line_of`.

    Examples
    --------
    >>> lines_of_keys("[stages.call]\nconversion = 0.5\n")
    {('stages', 'call'): 1, ('stages',): 1, ('stages', 'call', 'conversion'): 2}
    >>> lines_of_keys("[[changes]]\n[[changes]]\n")
    {('changes', '0'): 1, ('changes',): 1, ('changes', '1'): 2}
    """
    found: dict[Path, int] = {}
    header: Path = ()
    lists: dict[Path, int] = {}
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if depth == 0 and not quote:
            stripped = line.strip()
            if stripped.startswith("["):
                header = _parts(stripped.strip("[ \t"))
                if stripped.startswith("[["):
                    lists[header] = lists.get(header, -1) + 1
                    header = (*header, str(lists[header]))
                _note(header, number, found)
                continue
            path = _parts(line)
            if path:
                _note(header + path, number, found)
        depth, quote = _state_after(line, depth, quote)
    return found


def _note(path: Path, number: int, found: dict[Path, int]) -> None:
    """Note the line of a path, and of the tables around it that stand nowhere before."""
    for length in range(len(path), 0, -1):
        if path[:length] in found and length < len(path):
            return
        found.setdefault(path[:length], number)


def _parts(text: str) -> Path:
    match = _KEY.match(text)
    return tuple(part.strip("\"'") for part in _PART.findall(match.group(1))) if match else ()


def _state_after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Follow brackets and multi-line strings to the end of a line."""
    at = 0
    while True:
        if quote:
            at = line.find(quote, at)
            if at < 0:
                return depth, quote
            at, quote = at + 3, ""
        match = _TOKEN.search(line, at)
        if match is None:
            return depth, ""
        token, at = match.group(), match.end()
        if token in ('"""', "'''"):
            quote = token
        elif token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """Find the line of a key, or of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None

"""Why a line is not TOML, where its meaning is plain: dates, numbers, names and quotes in other spellings."""

from __future__ import annotations

import re
import tomllib

from funnelsim.scenario.errors import Problem
from funnelsim.scenario.numerals import as_date, spelling

_LETTER = r"""(?:[^=#"'{}\[\]]|(?<=\d)'(?=\d))"""
_TYPED = re.compile(
    rf"""(?P<key>[\w.-]+|"[^"]*"|'[^']*')\s*=\s*(?P<value>(?!\s){_LETTER}+?)"""
    r"""(?=\s*(?:$|\#|\}|,\s*[\w."'-]+\s*=))"""
)
_IN_QUOTES = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'""")
_CURLY = re.compile("[\u201c-\u201f\u00ab\u00bb\u2018-\u201b]")
_HEADER = re.compile(r"\s*(?P<opens>\[{1,2})(?P<path>[^\[\]]*)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""(?:^|[{,])\s*(?P<path>[^=,{}\[\]#]*[^=,{}\[\]#\s+*])\s*=""")
_CHANGE = re.compile(r"(?P<path>[\w-]+(?:\.[\w*-]+)+)\s*(?P<operation>[*+]=)")
_BARE = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_DATE = re.compile(r"(?<![\w.:-])\d{1,4}([-./])\d{1,2}\1\d{1,4}(?![\w.:-])")


def hint(line: str) -> Problem | None:
    """Say what is wrong with a line that is not TOML, and what would be right; None if it is not plain.

    Examples
    --------
    >>> for line in ("conversion = 0,4", "holidays = [1.5.2027]", "[segments.home owners]"):
    ...     print(hint(line).sentence())
    conversion is 0,4, which is not how TOML writes it; expected 0.4
    1.5.2027 is not how TOML writes a date; expected 2027-05-01
    [segments.home owners] has a name with letters that need quotes; expected [segments."home owners"]
    """
    return _quotes(line) or _operation(line) or _value(line) or _date(line) or _header(line) or _name(line)


def _quotes(line: str) -> Problem | None:
    plain = _IN_QUOTES.sub("", line).partition("#")[0]
    if not _CURLY.search(plain):
        return None
    return Problem("", f"{line.strip()} has typographic quotation marks", 'straight ones: "', None, line)


def _operation(line: str) -> Problem | None:
    """Find a change whose path is not in quotes."""
    match = _CHANGE.search(_IN_QUOTES.sub("", line).partition("#")[0])
    if match is None:
        return None
    wrong = f"{match[0].strip()} is a change without quotes"
    return Problem("", wrong, f'"{match["path"]} {match["operation"]}" = ...', None, match[0])


def _value(line: str) -> Problem | None:
    """Find the first value of a line that TOML does not take, but whose meaning is plain."""
    for match in _TYPED.finditer(line):
        key, typed = match["key"], match["value"].rstrip(" \t,")
        right = None if _is_toml(typed) else spelling(typed)
        if right is not None:
            return Problem(key, f"is {typed}, which is not how TOML writes it", right, None, typed)
    return None


def _date(line: str) -> Problem | None:
    """Find a date in a list that TOML does not take."""
    for match in _DATE.finditer(_IN_QUOTES.sub("", line).partition("#")[0]):
        right = as_date(match[0])
        if right not in (None, match[0]):
            return Problem("", f"{match[0]} is not how TOML writes a date", str(right), None, match[0])
    return None


def _header(line: str) -> Problem | None:
    """Find a header with a name that has to be in quotes."""
    match = _HEADER.match(line)
    right = None if match is None else _quoted(match["path"])
    if match is None or right is None:
        return None
    shut = "]" * len(match["opens"])
    wrong = f"{match['opens']}{match['path']}{shut} has a name with letters that need quotes"
    return Problem("", wrong, f"{match['opens']}{right}{shut}", None, match["path"])


def _name(line: str) -> Problem | None:
    """Find a key that has to be in quotes."""
    for match in _KEY.finditer(line):
        right = _quoted(match["path"])
        if right is not None:
            joined = match["path"].replace(" ", "_")
            other = f", or {joined}" if " " in match["path"] and _BARE.fullmatch(joined) else ""
            return Problem("", f"{match['path']} is a name that needs quotes", f"{right}{other}", None, right)
    return None


def _quoted(path: str) -> str | None:
    """Put the names of a path into quotes that need them; None if none does, or if it has quotes already."""
    parts = [part.strip() for part in path.split(".")]
    if any(set(part) & set("\"'") or not part for part in parts) or all(map(_BARE.fullmatch, parts)):
        return None
    return ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in parts)


def _is_toml(value: str) -> bool:
    try:
        tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        return False
    return True

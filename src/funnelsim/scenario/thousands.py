"""Numbers in a file that look like thousands and are not: 18.000 is 18 in TOML."""

from __future__ import annotations

import re

_MONEY = ("cost", "value", "price", "quota", "half_at")  # in the names of keys that are amounts of money
_HEADER = re.compile(r"\s*\[+(?P<path>[^\]]*)\]")
_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[\w.-]+)\s*=\s*(?P<value>\{[^}]*\}?|\[[^\]]*\]?|[^,}#]*)""")
_GROUPED = re.compile(r"(?<![\w.])[1-9]\d{0,2}\.\d{3}(?![\w.])")


def thousands(text: str) -> list[str]:
    r"""List the amounts of money of a file that have exactly three decimals, in sentences.

    Factors (`*=`) are no amounts. Any number ending in .000 is listed, since nobody types it for a whole one.

    Parameters
    ----------
    text : str
        A TOML file that parses.

    Examples
    --------
    >>> for sentence in thousands("[channels.seo]\ncost_per_month = 4.000"):
    ...     print(sentence)
    Line 2: cost_per_month has 4.000, which is read as 4; for 4,000 write 4000 or 4_000.
    """
    found: list[str] = []
    header = ""
    for number, line in enumerate(text.splitlines(), start=1):
        table = _HEADER.match(line)
        if table is not None:
            header = _last(table["path"])
        elif not line.lstrip().startswith("#"):
            found += [_sentence(number, *each) for each in _grouped(line, header)]
    return found


def _grouped(line: str, header: str) -> list[tuple[str, str]]:
    """List the keys of a line with numbers that look like thousands."""
    return [
        (key, typed)
        for key, value in _pairs(line)
        for typed in _GROUPED.findall(value)
        if _is_money(key) or _is_money(header) or typed.endswith(".000")
    ]


def _pairs(line: str) -> list[tuple[str, str]]:
    """List keys with their values, and those of tables whose own keys say less: { median, p90 }."""
    found: list[tuple[str, str]] = []
    for match in _KEY.finditer(line):
        key, value = match["key"].strip("\"'"), match["value"]
        if key.endswith("*="):
            continue
        inner = _pairs(value[1:]) if value.startswith("{") else []
        is_whole = _is_money(_last(key)) or not inner
        found += [(_last(key), value)] if is_whole else inner
    return found


def _last(path: str) -> str:
    """Return the last part of a path, without the operation of a change."""
    return path.strip().strip("\"'").removesuffix("+=").strip().split(".")[-1].strip("\"'")


def _is_money(key: str) -> bool:
    return any(part in key for part in _MONEY)


def _sentence(line: int, key: str, typed: str) -> str:
    whole, decimals = typed.split(".")
    return (
        f"Line {line}: {key} has {typed}, which is read as {float(typed):g}; for {whole},{decimals} "
        f"write {whole}{decimals} or {whole}_{decimals}."
    )

"""Texts of others on their way to a terminal or a file: names, paths, whatever a file holds."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    r"""Write a text on one line, without characters that control a terminal or cannot be written.

    Examples
    --------
    >>> printable("two\n lines \x1b[31m \ud800")
    'two lines ?[31m ?'
    """
    return without_controls(" ".join(text.split()))


def without_controls(text: str) -> str:
    r"""Replace every character that controls a terminal or cannot be written; lines stay lines.

    Examples
    --------
    >>> without_controls("a\tb\n\x9b2J c\u202e")
    'a?b\n?2J c?'
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def composed(text: str) -> str:
    r"""Write a text in the one form that Unicode calls NFC: what looks the same is the same.

    Examples
    --------
    >>> composed("Ko\u0308ln") == "K\u00f6ln"
    True
    """
    return unicodedata.normalize("NFC", text)


def escaped_json(text: str, encoding: str | None) -> str:
    r"""Write JSON so that a terminal of this encoding can show it: the rest as ``\u`` and four digits.

    Parameters
    ----------
    text : str
        A JSON document. Only its strings can hold characters that are not ASCII.
    encoding : str or None
        Of the stream; None for one that takes any character.

    Examples
    --------
    >>> print(escaped_json('{"a": "5 \u20ac \x9b \U0001f600"}', "latin-1"))
    {"a": "5 \u20ac \u009b \ud83d\ude00"}
    """
    return "".join(
        letter if letter == "\n" or (letter.isprintable() and _fits(letter, encoding)) else _escape(letter)
        for letter in text
    )


def _fits(letter: str, encoding: str | None) -> bool:
    if letter.isascii() or encoding is None:
        return True
    try:
        letter.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _escape(letter: str) -> str:
    units = letter.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))

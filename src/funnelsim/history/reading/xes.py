"""Event logs in XES, event by event (IEEE 1849-2016): a trace is a case, whose attributes are its events'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from funnelsim.io.writing import UnusableError

CASE = "case:"  # before the name of an attribute of a trace, as pm4py has it
_LOOKED_AT = 2000  # events that tell which attributes there are


def events(opened: BinaryIO, name: str) -> Iterator[dict[str, str]]:
    """Read the events of a log, each with its attributes and those of its trace.

    Raises
    ------
    UnusableError
        If it is not XML, or holds no log.

    Examples
    --------
    >>> import io
    >>> log = b'<log><trace><string key="concept:name" value="7"/><event>'
    >>> log += b'<string key="concept:name" value="offer"/></event></trace></log>'
    >>> list(events(io.BytesIO(log), "log.xes"))
    [{'case:concept:name': '7', 'concept:name': 'offer'}]
    """
    trace: dict[str, str] = {}
    inside: list[str] = []
    root = None
    try:
        for what, element in ElementTree.iterparse(opened, ("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if what == "start":
                root = element if root is None else root
                inside.append(tag)
                trace = {} if tag == "trace" else trace
                continue
            inside.pop()
            if tag == "event":
                yield {**trace, **{child.get("key", ""): child.get("value", "") for child in element}}
            elif inside and inside[-1] == "trace":
                trace[CASE + element.get("key", "")] = element.get("value", "")
            if inside and inside[-1] in ("trace", "log") and root is not None:
                _forget(element, root, tag)
    except ElementTree.ParseError as error:
        raise UnusableError(f"{name} cannot be read as XES: {error}") from None
    if root is None or root.tag.rpartition("}")[2] != "log":
        raise UnusableError(f"{name} is XML, but not an event log in XES")


def _forget(element: ElementTree.Element, root: ElementTree.Element, tag: str) -> None:
    """Drop what has been read, so that a long log takes no more memory than a short one."""
    element.clear()
    if tag == "trace":
        root.clear()


def attributes(opened: BinaryIO, name: str) -> tuple[str, ...]:
    """List the attributes of a log, as far as its first events have them."""
    found: dict[str, None] = {}
    for _, event in zip(range(_LOOKED_AT), events(opened, name), strict=False):
        found.update(dict.fromkeys(event))
    return tuple(found)

"""An event log as XES (IEEE 1849-2016): a trace for each lead, its events in the order of time.

A trace is written when its lead has ended, so only open leads are kept in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO
from xml.sax.saxutils import XMLGenerator

from funnelsim.keeping.eventlog.entries import Entry

_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
)
_UNKNOWN = "UNKNOWN"  # default of an attribute that every event must have, from the standard's examples
_EPOCH = "1970-01-01T00:00:00.000+00:00"


class Xes:
    """Writes the leads that have ended; keeps the events of those that are open.

    Parameters
    ----------
    opened : binary file
    """

    def __init__(self, opened: IO[bytes]) -> None:
        self._xml = XMLGenerator(opened, encoding="utf-8", short_empty_elements=True)
        self._open: dict[str, list[Entry]] = {}
        self._ended = ""  # the case that has just ended; rows that follow from its end come right after
        self._xml.startDocument()
        self._start(
            "log", **{"xes.version": "1849.2016", "xes.features": "", "xmlns": "http://www.xes-standard.org/"}
        )
        for name, prefix, uri in _EXTENSIONS:
            self._empty("extension", name=name, prefix=prefix, uri=uri)
        self._globals("trace", ("concept:name",))
        self._globals("event", ("concept:name", "time:timestamp"))
        self._empty("classifier", name="Activity", keys="concept:name")

    def write(self, found: Iterable[Entry]) -> None:
        """Take entries in the order of time."""
        for entry in found:
            if self._ended and entry.case != self._ended:
                self._trace(self._open.pop(self._ended))
                self._ended = ""
            self._open.setdefault(entry.case, []).append(entry)
            if entry.ends:
                self._ended = entry.case

    def close(self) -> None:
        """Write what is left; the file stays open."""
        for events in self._open.values():
            self._trace(events)
        self._xml.endElement("log")
        self._xml.endDocument()

    def _trace(self, events: Sequence[Entry]) -> None:
        first = events[0]
        self._start("trace")
        self._strings(("concept:name", first.case), ("channel", first.channel), ("segment", first.segment))
        for event in events:
            self._event(event)
        self._xml.endElement("trace")
        self._xml.characters("\n")

    def _event(self, entry: Entry) -> None:
        self._start("event")
        self._strings(("concept:name", entry.activity), ("org:resource", entry.resource))
        self._empty("date", key="time:timestamp", value=entry.timestamp)
        self._strings(("stage", entry.stage), ("reason", entry.reason))
        for key in ("waited_hours", "worked_hours", "cost", "value"):
            number = getattr(entry, key)
            if number is not None:
                self._empty("float", key=key, value=repr(number))
        self._xml.endElement("event")

    def _globals(self, scope: str, keys: Sequence[str]) -> None:
        """Write the attributes that every trace or event has."""
        self._start("global", scope=scope)
        for key in keys:
            if key == "time:timestamp":
                self._empty("date", key=key, value=_EPOCH)
            else:
                self._empty("string", key=key, value=_UNKNOWN)
        self._xml.endElement("global")

    def _strings(self, *pairs: tuple[str, str | None]) -> None:
        for key, value in pairs:
            if value is not None:
                self._empty("string", key=key, value=value)

    def _start(self, tag: str, **attributes: str) -> None:
        self._xml.startElement(tag, attributes)  # type: ignore[arg-type]

    def _empty(self, tag: str, **attributes: str) -> None:
        self._start(tag, **attributes)
        self._xml.endElement(tag)

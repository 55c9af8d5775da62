"""What `--try` asks for: changes that are a strategy of their own, as typed (WI7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Tries:
    """Changes to try, as `--try` and `--on` take them.

    Attributes
    ----------
    changes : tuple of str
        Each as PATH=VALUE; without any, nothing is tried.
    on : date or None
        When they begin, if that is not left to the scenario.

    Examples
    --------
    >>> Tries(("teams.sales.people=3",), date(2026, 7, 1)).words()
    ['--try', 'teams.sales.people=3', '--on', '2026-07-01']
    """

    changes: tuple[str, ...] = ()
    on: date | None = None

    @classmethod
    def typed(cls, changes: Sequence[str] | None, on: str | None) -> Tries:
        """Read the options as they are typed.

        Raises
        ------
        ValueError
            If `on` is no date.
        """
        return cls(tuple(changes or ()), None if on is None else date.fromisoformat(on))

    def __bool__(self) -> bool:
        """Return whether anything is tried."""
        return bool(self.changes)

    def words(self) -> list[str]:
        """Write the options as they would be typed."""
        return list(self._words())

    def _words(self) -> Iterator[str]:
        for each in self.changes:
            yield from ("--try", each)
        if self.on is not None:
            yield from ("--on", self.on.isoformat())

"""What the outside asks of the reference engine."""

from __future__ import annotations

from funnelsim.compiling.arrays import Record
from funnelsim.engines.ledger import Ledger, has_room, note_touches, rows_of_a_step, write
from funnelsim.engines.reference.beginning import begin
from funnelsim.engines.reference.changing import change
from funnelsim.engines.reference.days import book_day
from funnelsim.engines.reference.desks import grant
from funnelsim.engines.reference.office import Office
from funnelsim.engines.reference.roster import note_who_is_on_staff
from funnelsim.model.model import Model
from funnelsim.model.words import Due, Event
from funnelsim.rules import attempts, customers, ending, nurture


class ReferenceEngine:
    """The executable specification.

    Examples
    --------
    >>> from funnelsim.engines import ENGINES
    >>> sorted(ENGINES)
    ['compiled', 'reference']
    """

    def start(self, model: Model, world: Record) -> Office:
        """Make the state at the first midnight (E1)."""
        office = Office(model, world, grant)
        begin(office)
        return office

    def advance(self, office: Office, until: int, ledger: Ledger) -> bool:
        """Handle the instants before `until`; False when the ledger is full (E2)."""
        office.ledger = ledger
        room = rows_of_a_step(office.model)
        while office.env.peek() < until:
            if not has_room(ledger, room):
                return False
            office.env.step()
        return True

    def end_day(self, office: Office, now: int, ledger: Ledger) -> bool:
        """Book the day that ends now, the first thing that is due; False when the ledger is full."""
        office.ledger = ledger
        if not has_room(ledger, rows_of_a_step(office.model)):
            return False
        assert office.env.peek() == now
        office.env.step()
        return True

    def change(self, office: Office, model: Model, ledger: Ledger) -> bool:
        """Let a chapter begin; False when the ledger is full (E7)."""
        office.ledger = ledger
        if not has_room(ledger, rows_of_a_step(model)):
            return False
        change(office, model)
        return True

    def close(self, office: Office, ledger: Ledger) -> bool:
        """Book the last day, the reps on staff and the open pursuits; False when the ledger is full (E3)."""
        office.ledger = ledger
        horizon = office.model.horizon
        room = rows_of_a_step(office.model)
        if office.left_to_book is None:
            if not has_room(ledger, room):
                return False
            book_day(office, horizon)
            note_who_is_on_staff(office, horizon)
            begun = (each for each in office.open_pursuits.values() if ending.is_told(each))
            office.left_to_book = sorted(begun, key=lambda pursuit: int(pursuit["entity"]))
        while office.left_to_book:
            if not has_room(ledger, room):
                return False
            pursuit = office.left_to_book.pop(0)
            waited = horizon - attempts.last_row(pursuit)
            if pursuit["touches"] > 0:
                note_touches(ledger, horizon, pursuit, nurture.touches_by(pursuit, horizon - 1))
            if pursuit["phase"] == Due.TERM_ENDS:
                mrr = customers.mrr(pursuit["paid"])
                write(ledger, horizon, pursuit, Event.RUNS_ON, waited, pursuit["signed"], mrr)  # CU8
            else:
                write(ledger, horizon, pursuit, Event.OPEN, waited, pursuit["began"], 0.0)
        return True

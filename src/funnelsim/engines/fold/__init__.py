"""From ledger rows to sums: one pass, chunk after chunk, in memory that does not grow with the rows.

A tally has the sums of one replication. Each row adds to the sums of every *line* of the books that it
belongs to: its process and month, channel, segment, stage and rep; once on the *period* basis (what happens
in the period) and once on the *cohort* basis (what becomes of inquiries that arrive in the period, to the
end of the drain). Channels and segments are about the sale; a stage and a rep have whatever happens there.
"""

from funnelsim.engines.fold.ages import AGE_BINS, age_edges
from funnelsim.engines.fold.changing import Sums, take_over
from funnelsim.engines.fold.measures import (
    AT_STARTS,
    ATTEMPT,
    COLD_LATER,
    CONTACT_BY_CLOCK,
    CONTACT_BY_WORKING_HOURS,
    EARNED_BACK,
    EARNED_FROM_EXISTING,
    EARNED_MARGIN,
    EARNED_REVENUE,
    EVENTS,
    EXPECTED_BACK,
    FIRST_CONTACT,
    HANDED_OVER,
    IN_NURTURE,
    KEPT,
    LOST_LATER,
    OF_EXISTING,
    PARKED_COLD,
    PROMPT_HOURS,
    STARTED_AGAIN,
    TERM_OVER,
    TOUCH,
    WON_BACK,
    Basis,
    Ended,
    Measure,
)
from funnelsim.engines.fold.pages import add_up, fold, fold_page
from funnelsim.engines.fold.tally import (
    DIMENSIONS,
    Books,
    Tally,
    line_bounds,
    new_books,
    new_tallies,
    new_tally,
    stack,
)

__all__ = [
    "AGE_BINS",
    "ATTEMPT",
    "AT_STARTS",
    "COLD_LATER",
    "CONTACT_BY_CLOCK",
    "CONTACT_BY_WORKING_HOURS",
    "DIMENSIONS",
    "EARNED_BACK",
    "EARNED_FROM_EXISTING",
    "EARNED_MARGIN",
    "EARNED_REVENUE",
    "EVENTS",
    "EXPECTED_BACK",
    "FIRST_CONTACT",
    "HANDED_OVER",
    "IN_NURTURE",
    "KEPT",
    "LOST_LATER",
    "OF_EXISTING",
    "PARKED_COLD",
    "PROMPT_HOURS",
    "STARTED_AGAIN",
    "TERM_OVER",
    "TOUCH",
    "WON_BACK",
    "Basis",
    "Books",
    "Ended",
    "Measure",
    "Sums",
    "Tally",
    "add_up",
    "age_edges",
    "fold",
    "fold_page",
    "line_bounds",
    "new_books",
    "new_tallies",
    "new_tally",
    "stack",
    "take_over",
]

"""Random scenarios with all parts at once, of which everything is accounted for, on both engines.

Inquiries, companies of a market, contracts, money and the hours of reps are followed from row to row. What
the accounts come to must be what the figures are made of: the sums of the tally. No rule and no engine is
asked; of the model only what is typed counts: how many companies there are, opening times, pay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from funnelsim.compiling.arrays import Records
from funnelsim.engines import StuckError
from funnelsim.engines.fold import fold, new_tally
from funnelsim.model.model import SALE, Model
from funnelsim.model.words import Event, Split

from .account_of_cash import FOLLOWED as OF_CASH
from .account_of_cash import of_cash
from .account_of_customers import of_customers
from .account_of_deliveries import of_deliveries
from .account_of_hours import of_hours, reps_of
from .account_of_leads import STILL_THERE, of_companies, of_pursuits
from .account_of_money import of_contracts, of_money, of_pay, of_prospecting, of_rejections
from .account_of_orders import of_orders
from .account_of_phases import FIGURE as OF_PHASES
from .account_of_phases import of_phases
from .account_of_queues import of_queues
from .account_of_referrals import of_referrals
from .living import Example, Outcome, ParityError, at_a_stretch
from .plain import History
from .processes import FOR_GOOD
from .scenarios import Toml, scenarios_with_all_parts, seeds
from .scenes import BILLED, CREWS, CUSTOMERS, DELIVERED, VISITED, WON_BACK

SEED = 20_260_106
PARTS = {  # by the row that shows that it is there
    "checks": Event.ADVANCED,  # out of a stage that has some
    "rejection": Event.REJECTED,
    "hand-over limit": Event.HELD,
    "ignored leads": Event.IGNORED,
    "attempts": Event.NOT_REACHED,
    "nurture": Event.TOUCHED,
    "market": Event.COOLED_OFF,
    "prospecting": Event.PROSPECTED,
    "absence": Event.ABSENT,
    "turnover": Event.JOINED,
    "training": Event.TRAINED,
    "learning": Event.SKILL,
    "interruption": Event.INTERRUPTED,
    "effort split": Event.WORKED,  # on existing business, by a team that splits its effort
    "loop": Event.REPORTED,
    "customers": Event.CHURNED,
    "repeat purchase": Event.ORDERED,
    "win-back": Event.REACTIVATED,
    "cash": Event.BILLED,
}
ALL_PARTS = "scenarios in which all parts occur"
FOLLOWED = (
    *("inquiries", "companies", "rows of money", "hours", "jobs of crews"),
    *(f"inquiries {place}" for place in STILL_THERE),
    *(f"companies {what}" for what in ("pursued", "won as customers", "cooled off")),
    *("contracts", "terms after the first"),
    *("deliveries", *(f"deliveries: {end}" for end in ("DELIVERED", "CANCELLED", "OPEN"))),
    "contracts: ended by the end of a delivery",
    "contracts: of who came back a second time",
    *("orders", "orders after the first", "deliveries: of an order", "referrals"),
    *(
        f"contracts: {event}"
        for event in ("SUBSCRIBED", "REACTIVATED", "RENEWED", "REVENUE", "CHURNED", "RUNS_ON", "WAS_CUSTOMER")
    ),
    *(f"visits: {end}" for end in ("DONE", "LOST", "WENT_COLD", "WITHDRAWN", "OPEN")),
    *(f"hours {what}" for what in ("worked", "prospecting", "absent", "idle", "off")),
    *(f"phases: {phase.name}" for phase in OF_PHASES),
    *(f"part: {name}" for name in PARTS),
    *OF_CASH,
    ALL_PARTS,
)


def unsettled(history: History, seen: Counter[str]) -> Iterator[str]:
    """Find what is not accounted for, in sentences, and count what is."""
    yield from of_pursuits(history, seen)
    yield from of_companies(history, seen)
    yield from of_money(history, seen)
    yield from of_customers(history, seen)
    yield from of_deliveries(history, seen)
    yield from of_orders(history, seen)
    yield from of_referrals(history, seen)
    yield from of_cash(history, seen)
    for account in (of_contracts, of_rejections, of_pay, of_prospecting, of_queues):
        yield from account(history)
    reps = reps_of(history, seen)
    yield from of_hours(history, reps, seen)
    yield from of_phases(history, reps, seen)


def parts_of(model: Model, rows: Records) -> list[str]:
    """List the parts that occur in a history."""
    found = []
    for name, event in PARTS.items():
        shown = rows[rows["event"] == event]
        if name == "checks":
            shown = shown[(shown["stage"] >= 0) & (shown["process"] == SALE)]
            shown = shown[model.stages["checks"][shown["stage"]] > 0]
        elif name == "effort split":
            shown = shown[(shown["process"] != SALE) & (shown["rep"] >= 0)]
            shown = shown[model.teams["split"][model.reps["team"][shown["rep"]]] != Split.NONE]
        found += [name] * bool(len(shown))
    return found


def accounted(example: Example, seen: Counter[str]) -> None:
    """Require that both engines write the same rows, of which everything is accounted for.

    Raises
    ------
    ParityError
        The rows differ.
    AssertionError
        Something is not accounted for.
    """
    (chapter,) = example.chapters
    model = chapter.model
    try:
        rows = at_a_stretch("reference", example.chapters, example.world)
    except StuckError:
        seen["leads go round for ever"] += 1
        return
    same = at_a_stretch("compiled", example.chapters, example.world)
    if same.tobytes() != rows.tobytes():
        raise ParityError(example, Outcome("reference", rows), Outcome("compiled", same))
    tally = new_tally(model, len(example.names.reasons))
    fold(rows, model, tally)
    assert list(unsettled(History.of(model, rows, tally), seen)) == []
    parts = parts_of(model, rows)
    seen["scenarios"] += 1
    seen["rows"] += len(rows)
    seen.update(f"part: {name}" for name in parts)
    seen[ALL_PARTS] += len(parts) == len(PARTS)


def accounts(examples: int, seen: Counter[str], seed: int = SEED) -> None:
    """Keep the accounts of so many random scenarios with all parts.

    Raises
    ------
    ParityError, AssertionError
        In the smallest scenario that was found.
    """

    @seeded(seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(scenarios_with_all_parts(), seeds(), st.sampled_from([FOR_GOOD, FOR_GOOD, *range(1, FOR_GOOD)]))
    def everything(text: Toml, world: int, processes: int) -> None:
        accounted(Example(text, world, processes=processes), seen)

    everything()


def accounts_of_scenes(seen: Counter[str]) -> None:
    """Keep the accounts of customers, deliveries and bills in scenes made by hand.

    Raises
    ------
    ParityError, AssertionError
        In one of them.
    """
    for text in (BILLED, CREWS, CUSTOMERS, VISITED, DELIVERED, WON_BACK):
        accounted(Example(text, SEED % 1000), seen)

"""What is spent on each phase of a customer's life, by the rows of the ledger alone, and the figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from funnelsim.engines.fold import stack
from funnelsim.metrics import FIGURES
from funnelsim.metrics.cut import cut
from funnelsim.model.model import SALE
from funnelsim.model.words import DAY, Event, Kind, Phase

from .account_of_hours import Rep, common, phase_of, worked_in
from .plain import History, Row, Span, differ

FIGURE = {
    Phase.ACQUIRE: "acquisition_cost",
    Phase.DELIVER: "delivery_cost",
    Phase.RETAIN: "retention_cost",
    Phase.DEVELOP: "development_cost",
    Phase.WIN_BACK: "win_back_cost",
}
NOT_OF_A_PHASE = (Event.TRAINED, Event.JOINED, Event.ONE_OFF, Event.RUNNING)
BY_THE_DAY = (Event.MEDIA, Event.RUNNING, Event.TRAINED)


def of_phases(history: History, reps: Sequence[Rep], seen: Counter[str]) -> Iterator[str]:
    """Every cost belongs to one phase or to none, and the figures say the same, month by month."""
    figures = cut(history.model, stack([history.tally]), "month")
    for number, month in enumerate(history.months):
        spent = _besides_pay(history, month)
        paid, prospecting = _paid(history, month), 0.0
        for row in history.rows:
            if row.event == Event.PROSPECTED and month[0] <= row.time < month[1]:
                prospecting += row.money
        of_work = 0.0
        for rep in reps:
            hours = sum(map(rep.open_in, [common(each, month) for each in rep.staff]))
            done = [each for each in rep.done if each.over and not each.prospects]
            worked = [(each.phase, worked_in(rep, reps, each, month)) for each in done]
            most = max(hours, sum(time for _, time in worked))
            for phase, time in worked:
                pay = paid[rep.number] * time / most if most else 0.0
                spent[phase] += pay
                of_work += pay
        for phase, name in FIGURE.items():
            seen[f"phases: {phase.name}"] += spent[phase] > 0
            found = float(FIGURES[name].values(figures)[0, number])
            if differ(spent[phase], found):
                yield f"{name} of month {number} is {spent[phase]}, and the figure says {found}"
        rest = sum(paid.values()) - prospecting - of_work
        if differ(rest, float(FIGURES["idle_cost"].values(figures)[0, number])):
            yield f"pay without work of month {number} is {rest}, and the figure says otherwise"
        others = sum(row.money for row in history.rows if row.event in NOT_OF_A_PHASE and _is_in(row, month))
        in_all = float(FIGURES["cost"].values(figures)[0, number])
        if differ(sum(spent.values()) + rest + others, in_all):
            yield f"the phases of month {number} do not add up to its cost, {in_all}"


def _is_in(row: Row, month: Span) -> bool:
    moment = row.time - (row.event in BY_THE_DAY)
    return month[0] <= moment < month[1]


def _besides_pay(history: History, month: Span) -> Counter[Phase]:
    """Add up what is spent in a month besides people's time, by phase."""
    spent: Counter[Phase] = Counter()
    kinds = history.model.processes["kind"].tolist()
    for row in history.rows:
        if row.event == Event.TOUCHED:
            touches = range(1, row.count + 1)
            times = (row.worked + touch * row.waited for touch in touches)
            spent[phase_of(history, row)] += row.money * sum(month[0] <= each < month[1] for each in times)
        elif row.event in (Event.MEDIA, Event.INQUIRY, Event.PROSPECTED) and _is_in(row, month):
            spent[Phase.ACQUIRE] += row.money
        elif (
            row.event in (Event.BECAME_LEAD, Event.HELD, Event.STARTED, Event.COMMISSION)
            and (row.process == SALE or kinds[row.process] != Kind.SELLING)
            and _is_in(row, month)
        ):
            spent[phase_of(history, row)] += row.money
    return spent


def _paid(history: History, month: Span) -> dict[int, float]:
    """Add up what each rep is paid in a month."""
    paid: dict[int, float] = defaultdict(float)
    for row in history.rows:
        if row.event == Event.PAY and month[0] <= row.time - DAY < month[1]:
            paid[row.rep] += row.money
    return paid

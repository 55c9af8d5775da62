"""Figures of money: what comes in, what it costs, what is left."""

from __future__ import annotations

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import (
    ACCOUNT_VISIT,
    EARNED_MARGIN,
    EARNED_REVENUE,
    LATER_TERM,
    TOUCH,
    UNDELIVERED,
    Basis,
    Measure,
)
from funnelsim.metrics.cut import Cut
from funnelsim.metrics.figure import Better, Parts, Unit, figure, total
from funnelsim.model.words import Event

_ALL = ("all", "month")
_CHANNEL = (*_ALL, "channel")
_REP = (*_ALL, "rep", "team")
_WON = ("all", "month", "channel", "segment", "rep", "team")
_MONEY = Measure.MONEY


def marketing(cut: Cut) -> Floats:
    """Add up what channels cost by the month, inquiry and lead, holding, nurture, prospecting: (R, n)."""
    channels = cut.period(Event.MEDIA, _MONEY) + cut.period(Event.INQUIRY, _MONEY)
    of_leads = cut.period(Event.BECAME_LEAD, _MONEY) + cut.period(Event.HELD, _MONEY)
    return channels + of_leads + cut.period(TOUCH, _MONEY) + prospecting(cut)


def prospecting(cut: Cut) -> Floats:
    """Add up the pay of hours of prospecting: (R, n)."""
    return cut.period(Event.PROSPECTED, _MONEY)


def sales(cut: Cut) -> Floats:
    """Add up what reps cost: pay but for prospecting, commission, visits, training and hiring: (R, n)."""
    paid = cut.period(Event.PAY, _MONEY) + cut.period(Event.COMMISSION, _MONEY)
    of_people = cut.period(Event.TRAINED, _MONEY) + cut.period(Event.JOINED, _MONEY)
    return paid + visits(cut) - prospecting(cut) + of_people


def visits(cut: Cut) -> Floats:
    """Add up what work on leads, deliveries and customers costs besides the reps' time: (R, n)."""
    of_customers = cut.period(ACCOUNT_VISIT, _MONEY) + cut.period(UNDELIVERED, _MONEY)
    return cut.period(Event.STARTED, _MONEY) + of_customers


def signed(cut: Cut) -> Floats:
    """Add up contracts over their terms: (R, n)."""
    return cut.period(Event.WON, _MONEY)


def all_signed(cut: Cut) -> Floats:
    """Add up contracts, what customers go on to pay for, and what they buy again: (R, n)."""
    return signed(cut) + later_terms(cut) + cut.period(Event.ORDERED, _MONEY)


def later_terms(cut: Cut) -> Floats:
    """Add up what customers go on to pay for: (R, n)."""
    return cut.period(LATER_TERM, _MONEY)


def margin(cut: Cut) -> Floats:
    """Add up the gross margin of contracts and of later terms: (R, n)."""
    return cut.period(Event.MARGIN, _MONEY)


def earned(cut: Cut) -> Floats:
    """Add up the gross margin of revenue: (R, n)."""
    return cut.period(EARNED_MARGIN, _MONEY)


def of_changes(cut: Cut) -> Floats:
    """Add up what changes cost besides what they change: (R, n)."""
    return cut.period(Event.ONE_OFF, _MONEY) + cut.period(Event.RUNNING, _MONEY)


def everything(cut: Cut) -> Floats:
    """Add up all costs: (R, n)."""
    return marketing(cut) + sales(cut) + of_changes(cut)


@figure("Bookings", Unit.MONEY, Basis.PERIOD, Better.MORE, _WON, total)
def bookings(cut: Cut) -> Parts:
    """Value of the contracts signed in the period, over their terms."""
    return (signed(cut),)


@figure("Later terms", Unit.MONEY, Basis.PERIOD, Better.MORE, ("all", "month", "channel", "segment"), total)
def later_term_value(cut: Cut) -> Parts:
    """What customers pay for terms that begin in the period, after their first one: renewals included."""
    return (later_terms(cut),)


@figure("Gross margin", Unit.MONEY, Basis.PERIOD, Better.MORE, _WON, total)
def contribution(cut: Cut) -> Parts:
    """Gross margin of bookings, and of the later terms and repeat purchases of the period.

    The sum of what is paid x gross margin. A contract sold in a promotion is delivered at the cost of its
    full price: bookings - (1 - gross margin) x full price.
    """
    return (margin(cut),)


@figure("Revenue", Unit.MONEY, Basis.PERIOD, Better.MORE, _WON, total)
def revenue(cut: Cut) -> Parts:
    """What contracts earn in the period, each evenly over its term, also those signed before the period.

    Revenue recognised over time, in even parts (IFRS 15, paragraphs 35 and 41). Contracts signed before the
    warm-up are not simulated, and earn nothing.
    """
    return (cut.period(EARNED_REVENUE, _MONEY),)


@figure("Gross margin of revenue", Unit.MONEY, Basis.PERIOD, Better.MORE, _WON, total)
def revenue_margin(cut: Cut) -> Parts:
    """Revenue less the cost of delivery: what is earned of each contract's gross margin in the period."""
    return (earned(cut),)


@figure("Value of a contract", Unit.MONEY, Basis.PERIOD, Better.MORE, _WON)
def contract_value(cut: Cut) -> Parts:
    """Mean value of a contract over its term: bookings / contracts."""
    return signed(cut), cut.period(Event.WON)


@figure("Media cost", Unit.MONEY, Basis.PERIOD, Better.LESS, _CHANNEL, total)
def media_cost(cut: Cut) -> Parts:
    """What the channels cost by the month, booked by the day."""
    return (cut.period(Event.MEDIA, _MONEY),)


@figure("Cost of inquiries", Unit.MONEY, Basis.PERIOD, Better.LESS, _CHANNEL, total)
def inquiry_cost(cut: Cut) -> Parts:
    """What the channels cost by the inquiry."""
    return (cut.period(Event.INQUIRY, _MONEY),)


@figure("Price of leads", Unit.MONEY, Basis.PERIOD, Better.LESS, _CHANNEL, total)
def lead_cost(cut: Cut) -> Parts:
    """What outsourced suppliers are paid by the lead, booked as an inquiry becomes one."""
    return (cut.period(Event.BECAME_LEAD, _MONEY),)


@figure("Cost of prospecting", Unit.MONEY, Basis.PERIOD, Better.LESS, (*_CHANNEL, "rep", "team"), total)
def prospecting_cost(cut: Cut) -> Parts:
    """Pay of the hours in which reps look for inquiries: part of marketing cost, and not of sales cost.

    The working hours of a calendar month have the month's pay, each the same.
    """
    return (prospecting(cut),)


@figure("Marketing cost", Unit.MONEY, Basis.PERIOD, Better.LESS, _CHANNEL, total)
def marketing_cost(cut: Cut) -> Parts:
    """What channels cost by the month, inquiry and lead, holding leads, nurture, and pay of prospecting."""
    return (marketing(cut),)


@figure("Pay", Unit.MONEY, Basis.PERIOD, Better.LESS, _REP, total)
def pay_cost(cut: Cut) -> Parts:
    """What reps cost by the month, booked by the day on staff."""
    return (cut.period(Event.PAY, _MONEY),)


@figure("Commission", Unit.MONEY, Basis.PERIOD, Better.LESS, _WON, total)
def commission_cost(cut: Cut) -> Parts:
    """What reps are paid for contracts."""
    return (cut.period(Event.COMMISSION, _MONEY),)


@figure("Cost of visits", Unit.MONEY, Basis.PERIOD, Better.LESS, (*_WON, "stage"), total)
def visit_cost(cut: Cut) -> Parts:
    """What work on leads, deliveries and customers costs besides the reps' time, booked when it starts."""
    return (visits(cut),)


@figure("Cost of training", Unit.MONEY, Basis.PERIOD, Better.LESS, _REP, total)
def training_cost(cut: Cut) -> Parts:
    """What trainings cost besides the hours that they take, booked on their days."""
    return (cut.period(Event.TRAINED, _MONEY),)


@figure("Cost of turnover", Unit.MONEY, Basis.PERIOD, Better.LESS, _REP, total)
def turnover_cost(cut: Cut) -> Parts:
    """What it costs to hire those who come into the seats of others, booked as they join."""
    return (cut.period(Event.JOINED, _MONEY),)


@figure("Sales cost", Unit.MONEY, Basis.PERIOD, Better.LESS, _REP, total)
def sales_cost(cut: Cut) -> Parts:
    """Pay, commission, visits, training and hiring; the pay for prospecting is part of marketing cost."""
    return (sales(cut),)


@figure("Cost of changes", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def change_cost(cut: Cut) -> Parts:
    """What dated changes cost once and by the month, besides what they change."""
    return (of_changes(cut),)


@figure("Cost", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL, total)
def cost(cut: Cut) -> Parts:
    """Total programme cost: marketing cost + sales cost + cost of changes."""
    return (everything(cut),)


@figure("Marketing cost per inquiry", Unit.MONEY, Basis.PERIOD, Better.LESS, _CHANNEL)
def cost_per_inquiry(cut: Cut) -> Parts:
    """What marketing pays for an inquiry: marketing cost / inquiries."""
    return marketing(cut), cut.period(Event.INQUIRY)


@figure("Marketing cost per lead", Unit.MONEY, Basis.PERIOD, Better.LESS, _CHANNEL)
def cost_per_lead(cut: Cut) -> Parts:
    """What marketing pays for a lead: marketing cost / leads."""
    return marketing(cut), cut.period(Event.BECAME_LEAD)


@figure("Marketing cost per contract", Unit.MONEY, Basis.PERIOD, Better.LESS, _CHANNEL)
def cost_per_contract(cut: Cut) -> Parts:
    """What marketing pays for a contract: marketing cost / contracts. With the reps, it is `cac`."""
    return marketing(cut), cut.period(Event.WON)


@figure("Cost to win a customer", Unit.MONEY, Basis.PERIOD, Better.LESS, _ALL)
def cac(cut: Cut) -> Parts:
    """Customer acquisition cost: (marketing cost + sales cost + cost of changes) / contracts."""
    return everything(cut), cut.period(Event.WON)


@figure("Cost, of bookings", Unit.SHARE, Basis.PERIOD, Better.LESS, _ALL)
def programme_cost_share(cut: Cut) -> Parts:
    """Total programme cost as a share of what it brings.

    Cost / (bookings + later terms + repeat purchases).
    """
    return everything(cut), all_signed(cut)


@figure("Profit", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, total)
def profit(cut: Cut) -> Parts:
    """Gross margin - cost: of contracts signed and terms begun in the period, and what is spent in it.

    A contract counts with its first term, and with each later term as that begins; repeat purchases count.
    Net marketing contribution (Best, Market-Based Management): net sales - cost of goods sold - marketing and
    sales cost.
    """
    return (margin(cut) - everything(cut),)


@figure("Result", Unit.MONEY, Basis.PERIOD, Better.MORE, _ALL, total)
def result(cut: Cut) -> Parts:
    """Gross margin of revenue - cost: what the books of the period show, whenever contracts were signed."""
    return (earned(cut) - everything(cut),)


@figure("Return on investment", Unit.SHARE, Basis.PERIOD, Better.MORE, _ALL)
def roi(cut: Cut) -> Parts:
    """Profit / cost: of contracts signed and terms begun in the period, and what is spent in it."""
    return margin(cut) - everything(cut), everything(cut)


@figure("Bookings per marketing money", Unit.RATIO, Basis.PERIOD, Better.MORE, _CHANNEL)
def roas(cut: Cut) -> Parts:
    """Return on advertising spend: bookings / marketing cost."""
    return signed(cut), marketing(cut)


@figure("Return on sales", Unit.SHARE, Basis.PERIOD, Better.MORE, _ALL)
def ros(cut: Cut) -> Parts:
    """Profit as a share of what is signed: profit / (bookings + later terms + repeat purchases)."""
    return margin(cut) - everything(cut), all_signed(cut)


@figure("Return on investment in sales", Unit.SHARE, Basis.PERIOD, Better.MORE, _REP)
def rosi(cut: Cut) -> Parts:
    """(gross margin - sales cost) / sales cost."""
    return margin(cut) - sales(cut), sales(cut)


@figure("Bookings per rep", Unit.MONEY, Basis.PERIOD, Better.MORE, (*_ALL, "team"))
def bookings_per_rep(cut: Cut) -> Parts:
    """Bookings / people on staff, on average over the period."""
    return signed(cut), cut.staff

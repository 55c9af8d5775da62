"""The history of a firm's deals: one documented form, whatever export it comes from."""

from funnelsim.history.history import DEALS, ENTRIES, FIELDS, OUTCOMES, WORK, History, Known

__all__ = ["DEALS", "ENTRIES", "FIELDS", "OUTCOMES", "WORK", "History", "Known"]

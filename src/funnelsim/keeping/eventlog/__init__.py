"""One replication as an event log for process mining: CSV or XES, with the names that pm4py reads."""

from funnelsim.keeping.eventlog.log import ENDINGS, Written, write_event_log

__all__ = ["ENDINGS", "Written", "write_event_log"]

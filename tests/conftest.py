"""Settings that hold for all tests."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")  # the same examples on every machine; `make parity` draws others

"""A what-if page that is served while a test runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from funnelsim.app.what_if.server import Server
from funnelsim.app.what_if.session import Session
from funnelsim.scenario import load


@contextmanager
def served(name: str, **settings: Any) -> Iterator[Server]:
    """Serve the page of a preset or file."""
    session = Session(name, load(name), **settings)
    server = Server(session)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        session.close()
        server.shutdown()
        server.server_close()
        thread.join()

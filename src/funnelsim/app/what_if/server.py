"""A server for one page on this machine: nothing else gets in, and nothing is read but the page (WI10)."""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any

from funnelsim.app.what_if.session import RefusedError, Session
from funnelsim.reports.document import as_json

LOOPBACK = "127.0.0.1"
TOKEN = "X-Funnelsim-Token"
MOST_BYTES = 1 << 16  # of what is sent
MOST_AT_ONCE = 12  # requests that are answered
MOST_OPEN = 64  # connections
_SECONDS = 30.0  # to send what a request asks, or to take a part of the answer
_SECONDS_OF_A_HEAD = 5.0  # to say what is wanted: a connection that says nothing keeps nobody out for long
_SECONDS_TO_CLOSE = 1.0
_PART = 1 << 12  # bytes that are read at a time of what nobody wants
_POLL = 0.05  # seconds between two looks at whether the server is to end
_LONGEST_TEXT = 2_000
_PAGE = ("page.html", "page.css", "charts.js", "page.js")

Document = dict[str, Any]


class _NotAllowedError(Exception):
    """A request that is not answered: its status, and a sentence."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass
class Guard:
    """Who may ask (WI10): whoever has the token, from the page itself."""

    port: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def hosts(self) -> tuple[str, ...]:
        """Return what the page may be called."""
        return f"{LOOPBACK}:{self.port}", f"localhost:{self.port}"

    def check_host(self, headers: Message) -> None:
        """Refuse a name that is not this machine's own, as of a site that has its name point here."""
        if headers.get("Host") not in self.hosts():
            raise _NotAllowedError(HTTPStatus.MISDIRECTED_REQUEST, "This page has another address.")
        origin = headers.get("Origin")
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts()}:
            raise _NotAllowedError(HTTPStatus.FORBIDDEN, "Only the page itself may ask.")

    def check_token(self, headers: Message) -> None:
        """Refuse whoever does not have the token."""
        given = headers.get(TOKEN, "")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise _NotAllowedError(
                HTTPStatus.FORBIDDEN, "The page was opened without its key: open the address that is printed."
            )

    def check_asked_by_the_page(self, headers: Message) -> None:
        """Refuse what computes or changes something unless a page of this server sends it."""
        if headers.get("Origin") is None:
            raise _NotAllowedError(HTTPStatus.FORBIDDEN, "Only the page itself may ask.")
        if headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
            raise _NotAllowedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "What is sent must be JSON.")


class Server(ThreadingHTTPServer):
    """Serves a session at a port of the loopback interface.

    Parameters
    ----------
    session : Session
        What the page is about.
    port : int
        0 takes a free one.

    Raises
    ------
    OSError
        If the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = False
    request_queue_size = MOST_OPEN

    def __init__(self, session: Session, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.session = session
        self.guard = Guard(self.server_address[1])
        self.room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._connections = threading.BoundedSemaphore(MOST_OPEN)

    @property
    def address(self) -> str:
        """The page's address, with the token in its fragment, which no browser sends."""
        return f"http://{LOOPBACK}:{self.guard.port}/#{self.guard.token}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a request on a thread of its own, if there are not too many."""
        if self._connections.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        request.sendall(b"HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        super().shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a request, and make room for another one."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection when all that was sent is read: the answer could be lost otherwise."""
        with suppress(OSError):
            request.shutdown(socket.SHUT_WR)
            request.settimeout(_SECONDS_TO_CLOSE)
            for _ in range(MOST_BYTES // _PART):
                if not request.recv(_PART):
                    break
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a tab that was closed while it was answered."""


@contextmanager
def serving(session: Session, port: int = 0) -> Iterator[Server]:
    """Serve the page of a session, and simulate today meanwhile; both end with it.

    Raises
    ------
    OSError
        If the port is taken.
    """
    server = Server(session, port)
    threads = [
        threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True),
        threading.Thread(target=session.prepare, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        session.close()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    server_version = "funnelsim"
    sys_version = ""

    def setup(self) -> None:
        """Begin to wait for what is wanted."""
        super().setup()
        self._deadline = self._until(_SECONDS_OF_A_HEAD)

    def finish(self) -> None:
        """Wait for nothing any more."""
        self._deadline.cancel()
        super().finish()

    def _until(self, seconds: float) -> threading.Timer:
        """Read no more after some seconds, however slowly it comes."""
        deadline = threading.Timer(seconds, self._read_no_more)
        deadline.daemon = True
        deadline.start()
        return deadline

    def _read_no_more(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RD)

    def do_GET(self) -> None:
        """Give the page, or what it is about; nothing else is here."""
        self._answer({"/": self._page, "/api/start": self._start, "/favicon.ico": self._nothing})

    def do_POST(self) -> None:
        """Compute or change something."""
        self._answer(
            {
                "/api/answer": self._stream,
                "/api/command": self._command,
                "/api/save": self._save,
                "/api/report": self._report,
            }
        )

    def _answer(self, routes: Mapping[str, Callable[[], None]]) -> None:
        self._deadline.cancel()
        self._deadline = self._until(_SECONDS)
        try:
            self.connection.settimeout(_SECONDS)
            self.server.guard.check_host(self.headers)
            route = routes.get(self.path)
            if route is None:
                raise _NotAllowedError(HTTPStatus.NOT_FOUND, "There is nothing here.")
            with self._room():
                route()
        except _NotAllowedError as error:
            self._send_json({"wrong": str(error)}, error.status)
        except RefusedError as error:
            said = {"wrong": str(error), "difference": error.difference}
            self._send_json(said, HTTPStatus.UNPROCESSABLE_ENTITY)
        except (BrokenPipeError, ConnectionError, TimeoutError):
            self.close_connection = True

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Take one of the places of those who are answered."""
        if not self.server.room.acquire(blocking=False):
            raise _NotAllowedError(HTTPStatus.SERVICE_UNAVAILABLE, "Too much is asked at once: try again.")
        try:
            yield
        finally:
            self.server.room.release()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse in a sentence what the protocol does not allow, or a method that is not known."""
        status = HTTPStatus(code)
        unknown = status is HTTPStatus.NOT_IMPLEMENTED
        wrong = "Only GET and POST are known." if unknown else f"{status.phrase}."
        self._send_json({"wrong": wrong}, status)

    # ---- what there is --------------------------------------------------------------------------

    def _page(self) -> None:
        nonce = secrets.token_urlsafe(16)
        self._send(_page_with(nonce).encode(), "text/html; charset=utf-8", nonce=nonce)

    def _nothing(self) -> None:
        self._begin(HTTPStatus.NO_CONTENT, "image/x-icon")
        self.end_headers()

    def _start(self) -> None:
        self.server.guard.check_token(self.headers)
        self._send_json(self.server.session.start())

    def _stream(self) -> None:
        """Send an answer a line, each in more worlds than the one before."""
        asked = self._asked()
        page, number, values = asked.get("page"), asked.get("number"), _values(asked)
        if not isinstance(page, str) or len(page) > 64 or not isinstance(number, int):
            raise _NotAllowedError(HTTPStatus.BAD_REQUEST, "A question has a page and a number.")
        self._stream_lines(self.server.session.answers(page, number, values))

    def _stream_lines(self, answers: Iterable[Document]) -> None:
        begun = False
        for answer in answers:
            if not begun:
                self._begin(HTTPStatus.OK, "application/x-ndjson")
                self.end_headers()
                begun = True
            self.wfile.write(json.dumps(json.loads(as_json(answer))).encode() + b"\n")
            self.wfile.flush()
        if not begun:  # a newer question has come
            self._begin(HTTPStatus.NO_CONTENT, "application/x-ndjson")
            self.end_headers()

    def _command(self) -> None:
        asked = self._asked()
        worlds = asked.get("worlds")
        if not isinstance(worlds, int) or not 1 <= worlds <= 1_000_000:
            raise _NotAllowedError(HTTPStatus.BAD_REQUEST, "A command is for a number of worlds.")
        self._send_json({"command": self.server.session.command(_values(asked), worlds)})

    def _save(self) -> None:
        asked = self._asked()
        name, about = asked.get("name"), asked.get("about", "")
        if not isinstance(name, str) or not isinstance(about, str) or not name.strip():
            raise _NotAllowedError(HTTPStatus.BAD_REQUEST, "Give the strategy a name.")
        if len(about) > _LONGEST_TEXT:
            longest = f"The words about a strategy are at most {_LONGEST_TEXT:,} characters."
            raise _NotAllowedError(HTTPStatus.BAD_REQUEST, longest)
        copy = asked.get("copy") is True
        self._send_json(self.server.session.save(name.strip(), about.strip(), _values(asked), copy))

    def _report(self) -> None:
        self._send(self.server.session.report(_values(self._asked())), "text/html; charset=utf-8")

    # ---- reading and writing --------------------------------------------------------------------

    def _asked(self) -> Document:
        """Read what is sent, if it may be."""
        self.server.guard.check_token(self.headers)
        self.server.guard.check_asked_by_the_page(self.headers)
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise _NotAllowedError(HTTPStatus.LENGTH_REQUIRED, "What is sent must say how long it is.")
        if len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES:
            raise _NotAllowedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too long.")
        found = _read_json(self.rfile.read(int(length)))
        if not isinstance(found, dict):
            raise _NotAllowedError(HTTPStatus.BAD_REQUEST, "What is sent must be a JSON object.")
        return found

    def _send_json(self, document: Document, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(as_json(document).encode(), "application/json", status)

    def _send(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK, nonce: str = "") -> None:
        self._begin(status, kind, nonce)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _begin(self, status: HTTPStatus, kind: str, nonce: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in _security(nonce).items():
            self.send_header(name, value)

    def log_message(self, *_: object) -> None:
        """Print nothing for a request."""


def _security(nonce: str) -> dict[str, str]:
    """Return the headers that keep a page to itself."""
    own = f"'nonce-{nonce}'" if nonce else "'none'"
    policy = (
        f"default-src 'none'; script-src {own}; style-src {own}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Connection": "close",
    }


def _read_json(content: bytes) -> Any:
    """Read what is sent; None if it is not JSON, or has half a character in it, which nothing can write."""
    try:
        found = json.loads(content)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found


def _values(asked: Document) -> Document:
    found = asked.get("values")
    if not isinstance(found, dict):
        raise _NotAllowedError(HTTPStatus.BAD_REQUEST, "A question has values of levers.")
    return found


def _page_with(nonce: str) -> str:
    """Put the page together: its parts are files of the package, and nothing of a scenario is in it."""
    folder = resources.files("funnelsim.app.what_if") / "page"
    html, style, *scripts = ((folder / name).read_text(encoding="utf-8") for name in _PAGE)
    return html.replace("{nonce}", nonce).replace("{style}", style).replace("{script}", "\n".join(scripts))

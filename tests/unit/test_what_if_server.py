"""The server of the what-if page: who may ask, and what is refused (WI9 to WI12)."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from http.client import HTTPConnection
from threading import Thread
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

import funnelsim as fs
from funnelsim.app.cli import app
from funnelsim.app.what_if.server import LOOPBACK, MOST_AT_ONCE, MOST_BYTES, MOST_OPEN, TOKEN, serving
from funnelsim.app.what_if.session import Session
from funnelsim.scenario import load, preset_text
from funnelsim.studies.what_if import WhatIf


def served(name, *, sizes=None, since=None, **shown):
    """Serve the page of a preset or file."""
    return serving(Session(name, WhatIf(load(name), sizes=sizes, since=since), **shown))


@pytest.fixture(scope="module")
def server():
    with served("first_steps", sizes=(1, 3)) as found:
        yield found


def _headers(server, **changed):
    usual = {
        "Host": f"{LOOPBACK}:{server.guard.port}",
        "Origin": f"http://{LOOPBACK}:{server.guard.port}",
        "Content-Type": "application/json",
        TOKEN: server.guard.token,
    }
    return {name: value for name, value in (usual | changed).items() if value is not None}


def _ask(server, path, body=None, method=None, **changed):
    connection = HTTPConnection(LOOPBACK, server.guard.port, timeout=60)
    try:
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = _headers(server, **changed)
        connection.request(method or ("GET" if body is None else "POST"), path, sent, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _lever(server, words):
    return next(each for each in server.session.start()["levers"] if each["words"] == words)


_QUESTION = {"page": "a", "number": 1, "values": {}}
_POSTS = {
    "/api/answer": _QUESTION,
    "/api/command": {"values": {}, "worlds": 10},
    "/api/save": {"name": "x", "values": {}},
    "/api/report": {"values": {}},
}


def test_an_answer_is_a_line_for_each_number_of_worlds(server):
    """WI8."""
    people = _lever(server, "people in sales")
    question = {"page": "lines", "number": 1, "values": {people["id"]: 3}}
    status, headers, content = _ask(server, "/api/answer", question)
    assert (status, headers["Content-Type"]) == (200, "application/x-ndjson")
    answers = [json.loads(line) for line in content.splitlines()]
    assert [each["worlds"] for each in answers] == [1, 3]
    assert all(each["gain"]["low"] is None and each["gain"]["range"] == "" for each in answers)
    assert all(each["figures"][0]["today"]["range"] == "" for each in answers)
    assert all("p10" not in each["fan"]["today"] for each in answers)


@pytest.mark.parametrize("path", _POSTS)
@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": f"http://{LOOPBACK}:1"}, 403),
        ({"Origin": None}, 403),
        ({TOKEN: None}, 403),
        ({TOKEN: ""}, 403),
        ({TOKEN: "guessed"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": f"evil.example:{80}"}, 421),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_nobody_but_the_page_gets_an_answer(server, path, changed, status):
    """WI10: foreign origins, other hosts, a missing or wrong token, forms."""
    assert _ask(server, path, _POSTS[path], **changed)[0] == status
    assert _ask(server, path, _POSTS[path])[0] in (200, 422)  # and the page itself does


def test_the_description_needs_the_token_too(server):
    """WI10."""
    assert _ask(server, "/api/start", **{TOKEN: None})[0] == 403
    assert _ask(server, "/api/start", Host="evil.example")[0] == 421
    assert _ask(server, "/api/start")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/../../../../etc/passwd",
        "/page.js",
        "//etc/passwd",
        "/api/start/../../page",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/?file=/etc/passwd",
        "/api/answer",
        "/api/save",
    ],
)
def test_nothing_of_the_machine_can_be_read(server, path):
    """WI10: there is the page, and what it is about; what computes or changes is no GET."""
    status, _, content = _ask(server, path)
    assert status == 404
    assert json.loads(content) == {"wrong": "There is nothing here."}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "HEAD"])
def test_other_methods_are_not_known(server, method):
    """WI10."""
    status, headers, content = _ask(server, "/api/start", method=method)
    assert (status, headers["Content-Type"]) == (501, "application/json")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert json.loads(content or b"null") == (
        None if method == "HEAD" else {"wrong": "Only GET and POST are known."}
    )


def test_what_is_too_long_is_not_read(server):
    """WI10."""
    assert _ask(server, "/api/answer", b" " * (MOST_BYTES + 1))[0] == 413
    with socket.create_connection((LOOPBACK, server.guard.port), timeout=10) as raw:
        head = "".join(f"{name}: {value}\r\n" for name, value in _headers(server).items())
        raw.sendall(f"POST /api/answer HTTP/1.0\r\n{head}\r\n".encode())
        assert b" 411 " in raw.makefile("rb").readline()
    assert _ask(server, "/api/answer", _QUESTION, **{"Content-Length": "9" * 5_000})[0] == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"a":' + b"[" * 20_000, 400),
        (b"\xff\xfe", 400),
        (b'{"name": "\\ud800", "values": {}}', 400),
        ({"page": "a", "number": 1}, 400),
        ({"page": "a", "number": "1", "values": {}}, 400),
        ({"page": "a" * 65, "number": 1, "values": {}}, 400),
        ({"page": "b", "number": 1, "values": {"nobody": 1}}, 422),
        ({"page": "c", "number": 1, "values": {"l0": "many"}}, 422),
        ({"page": "d", "number": 1, "values": {"l0": 0}}, 422),
        ({"page": "e", "number": 1, "values": {"l0": 10**400}}, 422),
        ({"page": "f", "number": 1, "values": {"l0": [1]}}, 422),
    ],
)
def test_a_question_that_makes_no_sense_gets_a_sentence(server, body, status):
    """WI12."""
    found, _, content = _ask(server, "/api/answer", body)
    assert found == status
    assert json.loads(content)["wrong"].endswith(".")


def test_a_lever_that_cannot_be_so_says_why(server):
    """WI12."""
    people = _lever(server, "people in sales")
    _, _, content = _ask(server, "/api/answer", {"page": "g", "number": 1, "values": {people["id"]: 0}})
    told = json.loads(content)["wrong"]
    assert told == "That cannot be: people in sales is 0: the team has nobody in it; expected 1 or more."
    hours = _lever(server, "hours of work in proposal")
    _, _, content = _ask(server, "/api/answer", {"page": "h", "number": 1, "values": {hours["id"]: 0}})
    assert json.loads(content)["wrong"] == "That cannot be: hours of work in proposal must be more than 0."


def test_a_budget_without_a_response_curve_says_that_it_changes_the_cost_only(server):
    """WI1."""
    note = _lever(server, "spending a month on website")["note"]
    assert note == "Changes the cost only: no response curve says what it brings."
    assert {each["note"] for each in server.session.start()["levers"] if "spending" not in each["words"]} == {
        ""
    }


def test_people_besides_named_reps_are_called_so(tmp_path):
    """WI1: and nobody is no lever to begin with."""
    named = tmp_path / "mine.toml"
    text = preset_text("first_steps") + "\n[teams.sales.reps.Ada]\nskill = 1.2\n"
    named.write_text(re.sub(r"(?m)^people = 2$", "people = 0", text), encoding="utf-8")
    found = Session(str(named), WhatIf(load(named))).start()
    people = next(
        each for each in found["levers"] if each["words"] == "people in sales besides the named reps"
    )
    assert people["value"] == 0
    assert people["id"] not in found["pinned"]


def test_a_page_has_a_policy_that_lets_only_its_own_script_run(server):
    """WI10: nonces, and nothing else; each page has new ones."""
    pages = [_ask(server, "/", Origin=None, **{TOKEN: None}) for _ in range(2)]
    policies = [headers["Content-Security-Policy"] for _, headers, _ in pages]
    assert policies[0] != policies[1]
    for (status, headers, content), policy in zip(pages, policies, strict=True):
        nonce = policy.partition("'nonce-")[2].partition("'")[0]
        assert status == 200
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert content.count(f'nonce="{nonce}"'.encode()) == 2
        assert b"{nonce}" not in content
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in headers or "Python" not in headers["Server"]
        assert server.guard.token.encode() not in content


def _held(server, text, count):
    """Open connections that say so much and no more."""
    opened = [socket.create_connection((LOOPBACK, server.guard.port), timeout=10) for _ in range(count)]
    for each in opened:
        each.sendall(text.encode())
    return opened


def test_only_so_many_are_answered_at_a_time(server):
    """WI10: further ones are told to come back."""
    head = "".join(
        f"{name}: {value}\r\n" for name, value in _headers(server, **{"Content-Length": "9"}).items()
    )
    waiting = _held(server, f"POST /api/answer HTTP/1.0\r\n{head}\r\n", MOST_AT_ONCE)
    try:
        refused = next(each for each in (_ask(server, "/api/start") for _ in range(100)) if each[0] != 200)
        assert (refused[0], json.loads(refused[2])["wrong"]) == (503, "Too much is asked at once: try again.")
    finally:
        for each in waiting:
            each.close()


def _drip(slow):
    """Send a head that never ends, a line at a time, until nobody reads it any more."""
    with suppress(OSError):
        slow.sendall(b"GET / HTTP/1.0\r\n")
        for number in range(60):
            slow.sendall(f"X-{number}: 1\r\n".encode())
            time.sleep(0.25)


def test_connections_that_say_nothing_keep_nobody_out(server):
    """WI10: up to a number, above which there is no more; nor do those that never come to an end."""
    idle = _held(server, "", MOST_AT_ONCE)
    (slow,) = _held(server, "", 1)
    Thread(target=_drip, args=(slow,), daemon=True).start()
    try:
        assert _ask(server, "/api/start")[0] == 200
        idle += _held(server, "", MOST_OPEN - MOST_AT_ONCE - 1)
        with socket.create_connection((LOOPBACK, server.guard.port), timeout=10) as one_more:
            assert b" 503 " in one_more.makefile("rb").readline()
        assert idle[0].recv(1) == b""  # it took too long
        slow.settimeout(5)
        assert b" 421 " in slow.makefile("rb").readline()  # what there was of it names no host
    finally:
        for each in (*idle, slow):
            each.close()


def test_each_of_many_at_once_gets_an_answer(server):
    """WI10: none is cut off, whether it is answered or told to come back."""
    with ThreadPoolExecutor(40) as together:
        found = list(
            together.map(lambda _: _ask(server, "/api/command", _POSTS["/api/command"])[0], range(40))
        )
    assert set(found) <= {200, 503}
    assert 200 in found


def test_a_newer_question_of_a_tab_ends_the_older_one(server):
    """WI5: the older one has no further answers; another tab's go on."""
    answers = server.session.answers("tab", 1, {})
    other = server.session.answers("other tab", 1, {})
    assert next(answers)["worlds"] == 1
    assert next(other)["worlds"] == 1
    newer = server.session.answers("tab", 2, {})
    assert next(newer)["worlds"] == 1
    assert next(answers, None) is None
    assert next(other)["worlds"] == 3
    assert next(server.session.answers("tab", 1, {}), None) is None  # it was overtaken on its way


def test_reps_are_numbered_and_pay_is_left_out_unless_asked_for(tmp_path):
    """WI9: in levers, answers, goals and sentences about what is wrong."""
    named = tmp_path / "mine.toml"
    text = preset_text("first_steps") + (
        "\n[teams.sales.reps.Ada]\nskill = 1.2\ncost_per_month = 5000\n"
        '[goals.ada]\nmetric = "won"\nat_least = 1\nrep = "Ada"\n'
    )
    named.write_text(text, encoding="utf-8")
    with served(str(named), sizes=(2,)) as plain:
        *_, answer = plain.session.answers("a", 1, {})
        seen = json.dumps([plain.session.start(), answer])
        assert "Ada" not in seen
        assert "sales rep 1" in seen
        assert "pay" not in " ".join(each["words"] for each in plain.session.start()["levers"])
        assert "pay_cost" not in {each["name"] for each in answer["money"]}
        assert answer["money_note"].startswith("Pay has no row of its own")
        assert str(tmp_path) not in seen
    with served(str(named), sizes=(2,), with_names=True, with_pay=True) as full:
        *_, answer = full.session.answers("a", 1, {})
        words = [each["words"] for each in full.session.start()["levers"]]
        assert "pay a month of Ada of sales" in words
        assert "pay_cost" in {each["name"] for each in answer["money"]}
        assert answer["money_note"] == ""
        assert "Ada" in {each["place"] for each in answer["busy"]["rep"]}


def test_the_command_gives_the_levers_as_they_are_typed(server):
    """WI7."""
    values = {_lever(server, "people in sales")["id"]: 3}
    values[_lever(server, "hours of work in proposal")["id"]] = 2.0
    _, _, content = _ask(server, "/api/command", {"values": values, "worlds": 30})
    effort = load("first_steps").document["stages"]["proposal"]["effort_hours"]
    factor = 2.0 / effort["median"]
    command = json.loads(content)["command"]
    assert command == (
        "funnelsim compare first_steps --strategies today,what_if --replications 30 --seed 1 "
        f"--try teams.sales.people=3 --try 'stages.proposal.effort_hours*={factor:.9g}'"
    )
    shown = CliRunner().invoke(app, [*shlex.split(command)[1:], "--json"])
    compared = json.loads(shown.stdout)
    with served("first_steps", sizes=(30,)) as other:
        (answer,) = other.session.answers("command", 1, values)
    assert compared["against_base"]["what_if"]["profit"]["mean"] == answer["gain"]["mean"]
    assert compared["answer"] == answer["answer"]


def test_what_goes_on_from_a_checkpoint_begins_on_its_day(tmp_path):
    """WI14: the page says so; the command goes on from the same file, and a saved strategy has the day."""
    mine, kept = tmp_path / "mine.toml", tmp_path / "july"
    mine.write_text(preset_text("first_steps"), encoding="utf-8")
    since = fs.keep(load(mine), date(2026, 7, 1), replications=12, seed=3)
    since.save(kept)
    with served(str(mine), since=since, kept_in=kept) as server:
        started = server.session.start()
        assert (started["what_if_starts"], started["sizes"]) == ("2026-07-01", [1, 4, 9, 12])
        values = {_lever(server, "people in sales")["id"]: 3}
        *_, answer = server.session.answers("since", 1, values)
        status, _, content = _ask(server, "/api/command", {"values": values, "worlds": 9})
        assert status == 422
        assert "copy it when the answer has them all" in json.loads(content)["wrong"]
        command = server.session.command(values, 12)
        shown = CliRunner().invoke(app, [*shlex.split(command)[1:], "--json"])
        compared = json.loads(shown.stdout)
        assert compared["against_base"]["what_if"]["profit"]["mean"] == answer["gain"]["mean"]
        assert compared["answer"] == answer["answer"]
        server.session.save("more in July", "", values, copy=False)
    saved = load(mine)
    assert saved.strategies["more in July"].starts == date(2026, 7, 1)
    result = fs.compare(saved, strategies=["today", "more in July"], since=since)
    assert result.comparison.differences("profit")["more in July"].mean == answer["gain"]["mean"]


def test_the_command_serves_until_it_is_ended():
    """WI10: it prints the address; a port that is taken is told in a sentence."""
    words = [sys.executable, "-m", "funnelsim", "what-if", "first_steps", "--no-browser"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serves:
        address, _, token = serves.stdout.readline().strip().partition("#")
        port = int(address.rsplit(":", 1)[1].strip("/"))
        with urlopen(address, timeout=30) as page:
            assert b"What if?" in page.read()
        taken = CliRunner().invoke(app, [*words[3:], "--port", str(port)])
        assert taken.exit_code == 2
        assert f"port {port} of {LOOPBACK} cannot be used" in taken.output
        serves.send_signal(signal.SIGINT)
        _, said = serves.communicate(timeout=30)
    assert serves.returncode == 130
    assert "The page is closed." in said
    assert len(token) > 40

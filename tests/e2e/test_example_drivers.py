"""The example drivers as programs: a real HTTP server, real files, killed and started again."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.conftest import FLIGHTS

DRIVERS = FLIGHTS.parent / "drivers"
SECRET = "correct horse"
TICKS = [
    {"shop/price": 9.5, "shop/qty": 3},
    {"shop/price": 10},
    {"note": 'a "quoted",\nlong\r\nnote 日本'},
    {"shop/qty": 4},
]


class Receiver(ThreadingHTTPServer):
    """Takes what is signed, once; answers what it is told to answer first."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.taken, self.keys, self.refused = [], [], [], 0
        self.url = f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        server, body = self.server, self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["X-Timestamp"].encode() + b"." + body
        expected = "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        status, headers = server.answers.pop(0) if server.answers else (204, {})
        if not hmac.compare_digest(expected, self.headers["X-Signature"]):
            status, headers = 401, {}
            server.refused += 1
        server.keys.append(self.headers["Idempotency-Key"])
        if status == 204:
            server.taken += json.loads(body)["changes"]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(program, *words, ticks=TICKS):
    lines = "".join(json.dumps(tick) + "\n" for tick in ticks)
    command = [sys.executable, DRIVERS / program, *words]
    return subprocess.run(list(map(str, command)), input=lines, capture_output=True, text=True, check=False, timeout=60)


def told(ticks):
    return [(path, value) for tick in ticks for path, value in tick.items()]


def test_the_webhook_delivers_each_change_signed_and_in_order(receiver):
    done = run("signed_webhook.py", receiver.url, SECRET)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "4 ticks delivered\n")
    assert [(change["path"], change["new"]) for change in receiver.taken] == told(TICKS)
    assert receiver.refused == 0


def test_the_webhook_is_tried_again_when_the_receiver_is_down_or_asks_for_time(receiver):
    receiver.answers = [(500, {}), (503, {"Retry-After": "0"}), (429, {"Retry-After": "0"}), (502, {})]
    done = run("signed_webhook.py", receiver.url, SECRET)
    assert (done.returncode, done.stderr) == (0, "")
    assert [(change["path"], change["new"]) for change in receiver.taken] == told(TICKS)
    assert len(set(receiver.keys[:5])) == 1


def test_the_webhook_says_what_was_refused_for_good(receiver):
    done = run("signed_webhook.py", receiver.url, "wrong secret")
    assert done.returncode == 1
    assert "answered 401; it is put aside as a dead letter" in done.stderr
    assert (receiver.taken, receiver.refused) == ([], 1)


def test_the_webhook_fails_when_nobody_is_there():
    done = run("signed_webhook.py", "http://127.0.0.1:9/hook", SECRET)
    assert done.returncode == 1
    assert "(tried 5 times)" in done.stderr


def rows(file):
    with file.open(newline="") as lines:
        return [(row["path"], json.loads(row["value"])) for row in csv.DictReader(lines) if row["path"]]


@pytest.mark.parametrize("store", ["journal:kept", "shop.db"])
def test_the_csv_goes_on_where_it_ended_and_doubles_nothing(tmp_path, store):
    file = tmp_path / "prices.csv"
    url = f"journal:{tmp_path / 'kept'}" if store.startswith("journal") else tmp_path / store
    for at in range(4):
        done = run("csv_appender.py", file, url, ticks=TICKS[at : at + 1])
        assert (done.returncode, done.stderr) == (0, "")
    assert rows(file) == told(TICKS)


def test_the_csv_torn_at_any_byte_has_every_last_value_once_more_at_most(tmp_path):
    file, store = tmp_path / "prices.csv", tmp_path / "shop.db"
    assert run("csv_appender.py", file, store).returncode == 0
    whole = file.read_bytes()
    for cut in range(0, len(whole), 23):
        file.write_bytes(whole[:cut])
        done = run("csv_appender.py", file, store, ticks=[])
        assert (done.returncode, done.stderr) == (0, ""), cut
        found = rows(file)
        assert dict(found) == dict(told(TICKS)), cut
        assert len(found) == len(set(found)), cut

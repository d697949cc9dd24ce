"""`bassline stats`: what a store holds, while another process writes it; `bassline run --stats`."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import sys
import threading

import pytest

import bassline as bl
from tests.waiting import until

STORES = ["shop.db", "sqlite:shop.db", "journal:shop"]


def look(cli, *words):
    done = cli("stats", *words, "--once", "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize("store", STORES)
def test_the_figures_are_those_of_the_store(cli, folder, store):
    with bl.Network(store) as net:
        net.contact("a/x", 1)
        net.gadget("stat.mean", value="a/x", mean="mean")
        net.wire("mean", "copy")
        net.contact("peak", 1, blend="max")
        net["peak"] = "hot"
        net.snapshot("one")
    files = [folder / "shop.db"] if (folder / "shop.db").exists() else sorted((folder / "shop").rglob("*"))
    found = look(cli, store)
    assert {key: found[key] for key in found if key not in {"bytes", "time"}} == {
        "store": store,
        "network": "main",
        "tick": net.tick,
        "contacts": 4,
        "groups": 1,
        "gadgets": 1,
        "wires": 1,
        "contradictions": 1,
        "history": net.tick,
        "snapshots": 1,
        "dead_letters": {},
    }
    assert found["bytes"] == sum(file.stat().st_size for file in files if file.is_file())


@pytest.mark.parametrize("store", STORES[1:])
def test_dead_letters_are_counted_by_driver_while_the_store_is_open_and_after(cli, store):
    class Picky(bl.Driver):
        def handle_changes(self, batch):
            if any(value > 10 for value in batch.values):
                raise ValueError("too much")

    net = bl.Network(store)
    for name, poison in (("bus", [11, 12]), ("mail", [13])):
        net.contact(name, 0)
        net.attach(Picky(), name=name, durable=False, snapshot=False)
        for value in poison:
            net[name] = value
            until(lambda name=name: not net.pending[name])
        net.detach(name)
    net.flush()
    letters = {"bus": 2, "mail": 1}
    assert look(cli, store)["dead_letters"] == letters
    with contextlib.suppress(bl.DriverError):
        net.close()
    assert look(cli, store)["dead_letters"] == letters
    net = bl.Network(store)
    net.dead_letters("bus").purge()
    net.close()
    assert look(cli, store)["dead_letters"] == {"mail": 1}


@pytest.mark.parametrize("store", STORES[1:])
def test_it_follows_a_writer_in_another_process(cli, process, store):
    writer = process("run", "pricing.yaml", "--input", "-", "--store", store)
    until(lambda: cli("stats", store, "--once").code == 0)
    begun = look(cli, store)
    for row in range(1, 51):
        writer.stdin.write(f'{{"qty": {100 + row}}}\n')
        writer.stdin.flush()
    until(lambda: look(cli, store)["tick"] == 51)
    found = look(cli, store)
    assert (begun["tick"], begun["contacts"]) <= (51, 4)
    assert (found["contacts"], found["gadgets"], found["history"]) == (4, 1, 51)
    writer.stdin.close()
    writer.stdin = None
    assert writer.wait(30) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_tells_line_by_line_until_it_is_stopped(process, cli, number, code):
    with bl.Network("shop.db") as net:
        x = net.contact("x", 0)
        net.flush()
        looking = process("stats", "shop.db", "--every", 0.05)
        first = json.loads(looking.stdout.readline())
        assert "ticks_per_second" not in first
        x.value = 1
        net.flush()
        until(lambda: json.loads(looking.stdout.readline())["tick"] == 2)
        told = json.loads(looking.stdout.readline())
        assert (told["tick"], told["ticks_per_second"]) == (2, 0.0)
        looking.send_signal(number)
        _, err = looking.communicate(timeout=30)
        assert (looking.returncode, err) == (code, "interrupted\n")


def test_the_rate_is_that_of_the_ticks_between_two_looks(folder, monkeypatch):
    from bassline.cli import stats

    times = iter(range(100))
    monkeypatch.setattr(stats.time, "monotonic", lambda: float(next(times)))  # each look at the clock takes a second
    with bl.Network("shop.db", persist="immediate") as net:
        x = net.contact("x", 0)
        look = stats.Look("shop.db", "main")
        assert look()["ticks_per_second"] is None
        for n in range(1, 21):
            x.value = n
        assert look()["ticks_per_second"] == 20 / 2


def test_what_takes_long_to_count_is_counted_again_when_its_time_has_come(folder, monkeypatch):
    from bassline.cli import stats

    now = [0.0]
    monkeypatch.setattr(stats.time, "monotonic", lambda: now[0])
    counts = []
    with bl.Network("shop.db", persist="immediate") as net:
        net.contact("x", 0)
        look = stats.Look("shop.db", "main")
        figures = look.storage.figures

        def slow(name, *, count):
            counts.append(count)
            now[0] += 3.0 if count else 0.1
            return figures(name, count=count)

        monkeypatch.setattr(look.storage, "figures", slow)
        assert look()["contacts"] == 1
        net.contact("y", 0)
        told = look()
        assert (told["contacts"], told["tick"]) == (1, 2)  # as it was counted last
        now[0] += 30.0
        assert look()["contacts"] == 2
    assert counts == [True, False, True]


def on_a_terminal(*words, until=None):
    """What the command prints, in a process whose stdout and stderr are a terminal, and its exit code; Ctrl-C `until` it is told."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path)}
        os.execv(sys.executable, [sys.executable, "-m", "bassline.cli", *map(str, words)])
    told = b""
    timer = threading.Timer(60, os.kill, (child, signal.SIGKILL))
    timer.start()
    try:
        while True:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # the child has ended
                break
            if not part:
                break
            told += part
            if until is not None and until in told:
                os.write(terminal, b"\x03")
                until = None
        _, status = os.waitpid(child, 0)
    finally:
        timer.cancel()
        os.close(terminal)
    return told.decode(), os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize(("more", "until", "code"), [(["--once"], None, 0), ([], b"snapshots", 130)])
def test_on_a_terminal_it_is_a_table(folder, more, until, code):
    with bl.Network("shop.db") as net:
        net.contact("x", 0)
    told, ended = on_a_terminal("stats", "shop.db", *more, until=until)
    assert ended == code
    assert "figure" in told
    assert "contacts" in told
    assert "\x1b[?25l" not in told or told.rindex("\x1b[?25h") > told.rindex("\x1b[?25l")  # the cursor is back


def test_a_run_shows_its_figures_on_a_terminal(folder):
    (folder / "rows.csv").write_text("qty\n" + "".join(f"{n}\n" for n in range(50)))
    told, code = on_a_terminal("run", "pricing.yaml", "--input", "rows.csv", "--store", "shop.db", "--stats")
    assert code == 0
    assert "50 rows" in told
    assert "51 ticks" in told
    assert "driver store" in told


def test_a_run_tells_its_figures_as_json_where_nobody_looks(cli, folder):
    (folder / "rows.csv").write_text("qty\n1\n2\n2\n")
    done = cli("run", "pricing.yaml", "--input", "rows.csv", "--store", "shop.db", "--stats")
    assert (done.code, done.out) == (0, "")
    told = json.loads(done.err.splitlines()[-1])
    assert told["engine"]["ticks"] == 1 + 3  # a row is a tick of its own, for its position
    assert told["drivers"]["store"]["records"] == 4
    assert "engine" not in cli("run", "pricing.yaml", "--input", "rows.csv").err


def test_what_is_not_there_is_one_line(cli, folder):
    with bl.Network("shop.db") as net:
        net.contact("x", 1)
    with bl.Network("journal:books", name="shelf") as net:
        net.contact("x", 1)
    for words, said in [
        (["stats", "shpo.db"], "there is no store 'shpo.db'; did you mean 'shop.db'?"),
        (["stats", "journal:book"], "there is no store 'journal:book'"),
        (["stats", "shop.db", "--name", "man"], "there is no network 'man' in 'shop.db'; it holds main"),
        (["stats", "journal:books"], "there is no network 'main' in 'journal:books'; it holds shelf; choose one with"),
        (["stats", "shop.db", "--every", 0], "Invalid value for '--every': 0.0 is not in the range x>=0.05; see"),
    ]:
        done = cli(*words)
        assert (done.code, done.out) == (2, "")
        assert done.error.startswith(said)
    assert look(cli, "journal:books", "--name", "shelf")["contacts"] == 1

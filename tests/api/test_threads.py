"""Threads: no write is lost, nobody sees half a tick, and a batch keeps others out."""

from __future__ import annotations

import sys
import threading

import pytest

import bassline as bl


class Threads:
    """Threads whose first exception is the test's."""

    def __init__(self):
        self.errors = []
        self.running = []

    def start(self, work, *args):
        def guarded():
            try:
                work(*args)
            except BaseException as error:  # noqa: BLE001 - it is raised where it is seen
                self.errors.append(error)

        thread = threading.Thread(target=guarded)
        self.running.append(thread)
        thread.start()
        return thread

    def join(self):
        for thread in self.running:
            thread.join()
        if self.errors:
            raise self.errors[0]


@pytest.fixture
def threads():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield Threads()
    sys.setswitchinterval(interval)


@pytest.mark.parametrize("kept", [False, True], ids=["memory", "store"])
def test_of_eight_writers_with_2000_writes_each_none_is_lost(threads, store, kept):
    seen = []
    with bl.Network(store if kept else None) as net:
        net.contact("events", blend="stream")
        net.gadget("stat.count", value="events", count="count")
        contacts = [net.contact(f"w{n}", -1) for n in range(8)]
        tick = net.tick
        net.on_change("events", lambda change: seen.append(change.new))
        stop = threading.Event()

        def write(number):
            for n in range(2000):
                if n % 2:
                    contacts[number].value = n
                else:
                    net["events"] = [number, n]

        def read():
            last = 0
            while not stop.is_set():
                count = net["count"] or 0
                assert count >= last
                last = count

        writers = [threads.start(write, number) for number in range(8)]
        readers = [threads.start(read) for _ in range(2)]
        for writer in writers:
            writer.join()
        stop.set()
        threads.join()
        assert (net["count"], [contact.value for contact in contacts]) == (8000, [1999] * 8)
        assert net.tick == tick + 16_000
        assert len(seen) == 8000
        for number in range(8):
            assert [n for who, n in seen if who == number] == list(range(0, 2000, 2))
        assert readers
    if kept:
        with bl.Network(store) as net:
            assert (net["count"], net.tick) == (8000, tick + 16_000)


def test_nobody_sees_half_a_batch(threads, net):
    a, b = net.contact("a", 0), net.contact("b", 0)
    stop = threading.Event()
    told = []
    net.on_change("*", told.append)

    def write(first):
        for n in range(first, first + 2000, 2):
            with net.batch():
                a.value = n
                assert (a.value, b.value == n) == (n, False)  # its own writes, so far
                b.value = n
            # After it: another may have written both since.

    def read():
        seen = 0
        while not stop.is_set() or not seen:
            before = net.tick
            values = (a.value, b.value)
            if net.tick == before:
                assert values[0] == values[1], values
                seen += 1

    writers = [threads.start(write, first) for first in (1, 10_000)]
    for _ in range(2):
        threads.start(read)
    for writer in writers:
        writer.join()
    stop.set()
    threads.join()
    by_tick = {}
    for change in told:
        by_tick.setdefault(change.tick, []).append(change.new)
    assert all(len(values) == 2 and values[0] == values[1] for values in by_tick.values())


def test_what_is_derived_always_fits_what_it_is_derived_from(threads, net):
    net.contact("a", 0)
    net.contact("b", 0)
    net.gadget("logic.equals", a="a", b="b", result="same")
    stop = threading.Event()
    seen = []

    def read():
        while not stop.is_set() or not seen:
            seen.append(net["same"])

    net.on_change("same", lambda change: seen.append(change.new))
    reader = threads.start(read)
    for n in range(1, 3000):
        with net.batch():
            net["a"] = n
            net["b"] = n
    stop.set()
    reader.join()
    threads.join()
    assert set(seen) == {True}


def test_a_batch_keeps_other_writers_out_until_it_ends(threads, net):
    x = net.contact("x", 0)
    inside, wrote = threading.Event(), threading.Event()

    def write():
        inside.wait()
        x.value = "other"
        wrote.set()

    threads.start(write)
    with net.batch():
        x.value = "mine"
        inside.set()
        assert not wrote.wait(0.2)
        assert x.value == "mine"
    threads.join()
    assert x.value == "other"


def test_a_batch_counts_up_without_losing_an_increment(threads, net):
    x = net.contact("x", 0)

    def count():
        for _ in range(500):
            with net.batch():
                x.value += 1

    for _ in range(6):
        threads.start(count)
    threads.join()
    assert x.value == 3000


def test_a_batch_that_is_rolled_back_was_never_seen_by_others(threads, net):
    x = net.contact("x", 0)
    net.gadget("math.add", a="x", b=1, sum="y")
    stop = threading.Event()
    seen = set()

    def read():
        while not stop.is_set() or not seen:
            seen.update([x.value, net["y"] - 1])

    reader = threads.start(read)
    for _ in range(500):
        with pytest.raises(LookupError), net.batch():
            x.value = -1
            raise LookupError
    stop.set()
    reader.join()
    threads.join()
    assert seen == {0}


def look(net, handles):
    """All that a network says of its structure and its versions, and what its handles say."""

    def asked(handle, *names):
        try:
            return [getattr(handle, name) for name in names]
        except ReferenceError as error:
            return str(error)

    return {
        "contacts": {
            path: asked(contact, "value", "version", "blend", "attributes", "contradiction", "path", "group")
            for path, contact in net.contacts.items()
        },
        "groups": {path: group.attributes for path, group in net.groups.items()},
        "gadgets": {path: (gadget.inputs, gadget.outputs) for path, gadget in net.gadgets.items()},
        "wires": [(wire.ends, wire.kind) for wire in net.wires.values()],
        "in": [path in net for path in ("a", "g/b", "g/new", "h", "peak")],
        "get": [net.get(path, "none") for path in ("a", "g/b", "g/new", "peak")],
        "why": {path: net.why(path).to_dict() for path in net.contacts},
        "tick": net.tick,
        "position": net.position("source"),
        "handles": [asked(handle, "ends" if isinstance(handle, bl.Wire) else "path") for handle in handles],
        "errors": [str(error) for error in errors(net)],
    }


def errors(net):
    for call in (lambda: net["g/new"], lambda: net["g/b"], lambda: net.contacts["h/x"], lambda: net.groups["h"]):
        try:
            call()
        except KeyError as error:
            yield error


@pytest.mark.parametrize("rolled_back", [False, True])
def test_the_structure_and_versions_of_an_open_batch_are_not_seen_by_others(threads, net, rolled_back):
    a, b = net.contact("a", 1), net.contact("g/b", 2, unit="m")
    net.contact("peak", 5, blend="max")
    more = net.gadget("math.add", name="more", a="a", b="g/b", sum="c")
    net.gadget("math.add", a="c", b=7, sum="d")
    wire = net.wire("a", "copy")
    before = look(net, [a, b, more, wire])
    made, new = [], []

    def look_there(*handles):
        seen = []
        threads.start(lambda: seen.append(look(net, handles))).join()
        return seen[0]

    def edit():
        with net.batch("source", position=7):
            a.value = 10
            new.append(net.contact("g/new", 3))
            new.append(net.group("h", author="ann"))
            new.append(net.gadget("math.add", a="g/new", b=1, sum="h/x"))
            new.append(net.wire("g/new", "a", kind="directed"))
            net["peak"] = "high"
            made.append(look_there(a, b, more, wire))
            net.remove(b)  # and with it the gadget that reads it
            net.remove(wire)
            net.contact("g/b", "another")
            net.remove("peak")
            net.group("peak")
            made.append(look_there(a, b, more, wire))
            net.remove("g")
            net.remove("h")
            net.contact("g/b/deeper", 4)
            made.append(look_there(a, b, more, wire))
            made.append(look_there(*new)["handles"])
            assert (net["g/b/deeper"], a.version, "h" in net.groups) == (4, before["tick"] + 1, False)
            if rolled_back:
                raise LookupError

    if rolled_back:
        with pytest.raises(LookupError):
            edit()
        assert look(net, [a, b, more, wire]) == before
    else:
        edit()
        assert (list(net.contacts), net.tick) == (["a", "c", "d", "copy", "g/b/deeper"], before["tick"] + 1)
    *seen, handles = made
    for number, one in enumerate(seen):
        assert [(number, key, one[key]) for key in one] == [(number, key, before[key]) for key in before]
    threads.join()
    assert all("removed" in text or "still has open" in text for text in handles), handles


def test_what_one_thread_takes_back_takes_no_write_of_another_threads_subscriber_with_it(threads, net):
    for path in ("a", "b", "bad"):
        net.contact(path, 1)
    net.gadget("math.divide", a=1, b="bad", quotient="inverse")
    net.on_change("a", lambda change: net.update({"b": change.new}))
    stop = threading.Event()

    def fail():
        while not stop.is_set():
            with pytest.raises(bl.GadgetError):
                net["bad"] = 0

    failing = threads.start(fail)
    lost = []
    for n in range(2, 2000):
        net["a"] = n
        if net["b"] != n:
            lost.append(n)
    stop.set()
    failing.join()
    threads.join()
    assert lost == []


def test_handles_are_declared_removed_and_listed_from_many_threads(threads, net):
    def churn(number):
        for n in range(150):
            contact = net.contact(f"g{number}/x{n % 7}", n)
            net.gadget("math.add", a=contact, b=1, sum=f"g{number}/y{n % 7}")
            if n % 5 == 4:
                net.remove(f"g{number}")
            assert len(list(net.contacts)) >= 0

    for number in range(5):
        threads.start(churn, number)
    threads.join()
    assert (len(net.contacts), len(net.gadgets), len(net.groups)) == (0, 0, 0)


def test_everybody_gets_a_turn_while_one_thread_ingests(threads, net):
    net.contact("x", 0)
    net.contact("turns", 0)
    rows = b"x\n" + b"".join(b"%d\n" % n for n in range(1, 300_001))
    done = threading.Event()

    def ingest():
        net.ingest(bl.RowReader.csv(), rows, source="f", final=True)
        done.set()

    turns = 0
    ingesting = threads.start(ingest)
    while not done.is_set():
        net["turns"] = turns = turns + 1
    ingesting.join()
    threads.join()
    assert net["x"] == 300_000
    assert turns > 5


def test_another_thread_reads_what_is_committed_while_a_batch_is_open(net):
    contact = net.contact("a", 1)
    seen = []
    with net.batch():
        net["a"] = 2
        reader = threading.Thread(target=lambda: seen.extend([contact.value, net["a"], net.get("a")]))
        reader.start()
        reader.join(20)
    assert seen == [1, 1, 1]
    assert net["a"] == 2

"""A driver that writes: each operation with its answer, from any thread, while ticks run."""

from __future__ import annotations

import threading

import pytest

import bassline as bl
from bassline.drivers.operations import OPERATIONS
from tests.kernel.scripted import Keep


class Bridge(bl.BridgeDriver):
    def __init__(self):
        self.told = []

    def start_listening(self, input):
        self.input = input
        self.told.append("listens")

    def stop_listening(self):
        self.told.append("stopped")

    def shutdown(self, force):
        self.told.append("ended")

    def ask(self, op, **request):
        return self.input.request({"id": op, "op": op, **request})


@pytest.fixture
def bridge(net):
    driver = Bridge()
    net.contact("a", 1)
    net.contact("b", 2)
    net.attach(driver)
    return driver


REQUESTS = {
    "update": ({"values": {"a": 5}}, {}, lambda net: net["a"] == 5),
    "erase": ({"path": "a"}, {}, lambda net: net["a"] is bl.Nothing),
    "add_contact": (
        {"path": "g/c", "value": 7, "blend": "max", "attributes": {"unit": "m"}},
        {"path": "g/c"},
        lambda net: (
            (net["g/c"], net.contacts["g/c"].blend, net.contacts["g/c"].attributes) == (7, "max", {"unit": "m"})
        ),
    ),
    "add_group": ({"path": "g/h"}, {"path": "g/h"}, lambda net: "g/h" in net.groups),
    "add_wire": ({"from": "a", "to": "c", "kind": "directed"}, {}, lambda net: net["c"] == 1),
    "add_gadget": (
        {"primitive": "math.add", "name": "plus", "ports": {"a": "a", "b": "b", "sum": "s"}},
        {"path": "plus"},
        lambda net: net["s"] == 3,
    ),
    "remove": ({"path": "a"}, {}, lambda net: "a" not in net.contacts),
    "query": ({"pattern": "*"}, {"values": {"a": 1, "b": 2}}, lambda net: True),
    "set_scheduler": ({"scheduler": "batch", "size": 3}, {}, lambda net: isinstance(net.scheduler, bl.BatchScheduler)),
    "load": (
        {"manifest": "version: 1.0.0\nname: m\nbuild:\n  contacts: [{id: made, value: 4}]\n"},
        {},
        lambda net: net["made"] == 4,
    ),
}


@pytest.mark.parametrize("op", OPERATIONS)
def test_each_operation_is_answered_and_done(net, bridge, op, tmp_path):
    request, answer, done = REQUESTS[op]
    if op == "load":
        file = tmp_path / "m.yaml"
        file.write_text(request["manifest"])
        request = {"manifest": str(file)}
    said = bridge.ask(op, **request)
    assert said == {"id": op, "ok": True, "tick": net.tick, **answer}
    assert done(net)


WRONG = [
    ({"op": "update", "values": {"typo": 1}}, "UnknownContactError"),
    ({"op": "update", "values": 5}, None),
    ({"op": "update", "values": {"a": 2**70}}, "ValueRangeError"),
    ({"op": "update"}, "DeclarationError"),
    ({"op": "erase", "path": "typo"}, "UnknownContactError"),
    ({"op": "erase", "path": None}, None),
    ({"op": "add_contact", "path": ""}, None),
    ({"op": "add_contact", "path": "a", "blend": "max"}, "ConflictError"),
    ({"op": "add_contact", "path": "z", "attributes": 5}, None),
    ({"op": "add_gadget", "primitive": "math.nothing", "ports": {}}, None),
    ({"op": "add_gadget", "primitive": "math.add", "ports": None}, None),
    ({"op": "add_wire", "from": "a", "to": "a"}, None),
    ({"op": "remove", "path": "typo"}, "UnknownContactError"),
    ({"op": "load", "manifest": "/no/such/file.yaml"}, None),
    ({"op": "load", "manifest": 7}, None),
    ({"op": "query", "pattern": 7}, None),
    ({"op": "set_scheduler", "scheduler": "never"}, None),
    ({"op": "jump"}, "DeclarationError"),
    ({"op": None}, "DeclarationError"),
    ({}, "DeclarationError"),
    (None, "DeclarationError"),
    ("update", "DeclarationError"),
    ([1], "DeclarationError"),
]


@pytest.mark.parametrize(("request_", "kind"), WRONG, ids=[str(at) for at in range(len(WRONG))])
def test_what_cannot_be_done_is_answered_never_raised_and_changes_nothing(net, bridge, request_, kind):
    before = (dict(net.contacts.items()).keys(), net["a"], net["b"], net.tick)
    said = bridge.input.request({"id": 7, **request_} if isinstance(request_, dict) else request_)
    assert said["ok"] is False
    assert said["id"] == (7 if isinstance(request_, dict) else None)
    assert said["error"]["message"]
    assert kind in (None, said["error"]["type"])
    assert (dict(net.contacts.items()).keys(), net["a"], net["b"], net.tick) == before


def test_threads_ask_while_ticks_run_and_each_has_its_own_answer(net, bridge):
    keep, wrong = Keep(), []
    net.attach(keep, name="keep", snapshot=False)

    def ask(thread):
        for n in range(200):
            said = bridge.input.request({"id": (thread, n), "op": "update", "values": {"a": thread * 1000 + n}})
            if said["id"] != (thread, n) or not said["ok"]:
                wrong.append(said)

    threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(1, 5)]
    for thread in threads:
        thread.start()
    for n in range(200):
        net["b"] = n + 10
    for thread in threads:
        thread.join()
    net.flush()
    assert wrong == []
    written = [change.new for change in keep.changes if change.path == "a"]
    for thread in range(1, 5):
        assert [value for value in written if value // 1000 == thread] == [thread * 1000 + n for n in range(200)]


def test_it_stops_listening_before_it_ends_and_answers_when_the_network_is_closed_or_gone(net, bridge):
    net.close()
    assert bridge.told == ["listens", "stopped", "ended"]
    said = bridge.ask("update", values={"a": 9})
    assert (said["ok"], "closed" in said["error"]["message"]) == (False, True)
    left = bl.Input(bl.Network())
    assert left.request({"id": 1, "op": "query", "pattern": "*"})["error"]["message"] == "the network is gone"
    assert left.request(None)["ok"] is False


def test_a_bridge_writes_from_its_own_thread_what_it_is_handed(net):
    class Echo(Bridge):
        def handle_changes(self, batch):
            for change in batch:
                if change.path == "a":
                    self.ask("update", values={"b": change.new})

    net.contact("a", 0)
    net.contact("b", 0)
    net.attach(Echo(), max_records=1, max_age=0)
    for n in range(1, 50):
        net["a"] = n
    net.close()
    assert net["b"] == 49


def test_a_bridge_that_cannot_listen_is_not_attached(net):
    class Deaf(bl.BridgeDriver):
        pass

    with pytest.raises(bl.DriverError, match=r"Deaf has no start_listening\(input\)"):
        net.attach(Deaf())
    assert net.drivers == {}

"""Objects without a codec: held as they are in memory, refused by what stores."""

from __future__ import annotations

import gc
import socket
import sys
import threading
import weakref
from dataclasses import dataclass

import numpy as np
import pytest

import bassline as bl
from tests.api.noticed import Noticed
from tests.shapes import Pair


@pytest.fixture
def kept(store):
    with bl.Network(store) as net:
        net.contact("x", "before")
        yield net


@pytest.mark.parametrize(
    "thing",
    [object(), threading.Lock(), socket.socket, sys, print, lambda: 1, iter([]), range(3), int, Ellipsis],
    ids=lambda thing: type(thing).__name__,
)
def test_any_object_is_held_as_itself(net, thing):
    x = net.contact("x", thing)
    assert x.value is thing
    x.value = {"inside": [thing]}
    assert x.value["inside"][0] is thing


def test_a_store_refuses_an_object_with_the_contact_and_the_type_and_the_tick_is_not_applied(kept):
    tick = kept.tick
    lock = threading.Lock()
    for value in (lock, [lock], {"key": (1, {lock})}):
        with pytest.raises(bl.ValueTypeError, match=r"contact 'x' .* type _thread\.lock.*register_codec"):
            kept["x"] = value
        assert (kept["x"], kept.tick) == ("before", tick)


def test_a_refused_object_takes_the_whole_tick_with_it_and_the_store_lives_on(store):
    with bl.Network(store) as net:
        net.contact("x", 1)
        with pytest.raises(bl.ValueTypeError, match="contact 'x'"), net.batch():
            net.contact("new", 2)
            net["x"] = object()
        with pytest.raises(bl.ValueTypeError, match="contact 'x'"):
            net.update({"x": object()})
        with pytest.raises(bl.ValueTypeError, match="contact 'late'"):
            net.contact("late", object())
        with pytest.raises(bl.ValueTypeError, match="contact 'events'"), net.batch():
            events = net.contact("events", blend="stream")
            events.value = object()
            events.value = 1
        net["x"] = 3
        net.flush()
    with bl.Network(store) as net:
        assert {path: contact.value for path, contact in net.contacts.items()} == {"x": 3}


def test_what_a_gadget_makes_is_refused_too(kept):
    @kept.gadget(outputs="made")
    def make(x):
        return object() if x == "make" else x

    with pytest.raises(bl.ValueTypeError, match="contact 'made'"):
        kept["x"] = "make"
    assert (kept["x"], kept["made"]) == ("before", "before")


def test_an_object_may_pass_through_a_tick_that_does_not_keep_it(kept):
    with kept.batch():
        kept["x"] = object()
        kept["x"] = "after"
    assert kept["x"] == "after"


def test_a_constant_that_cannot_be_stored_is_refused_and_the_gadget_is_not_there(kept):
    with pytest.raises(bl.ValueTypeError, match="object"):
        kept.gadget("logic.equals", a="x", b=bl.const(object()), result="same")
    assert list(kept.gadgets) == []
    assert "same" not in kept


def test_an_object_inside_a_record_is_held_but_not_stored(net, kept):
    @dataclass
    class Job:
        lock: object

    lock = threading.Lock()
    assert net.contact("job", Job(lock)).value.lock is lock
    with pytest.raises(bl.ValueTypeError, match="lock"):
        kept["x"] = Job(lock)


def nested(levels, wrap):
    value = 1
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.parametrize(
    ("wrap", "levels"),
    [
        (lambda value: [value], 120),
        (lambda value: {"key": value}, 120),
        (lambda value: {"$set": value}, 60),
        (lambda value: frozenset({value}), 60),
        (lambda value: Pair(value, 0), 30),
    ],
)
def test_what_is_held_is_never_too_deep_for_the_store(store, wrap, levels):
    deepest = nested(levels, wrap)
    with bl.Network(store) as net:
        net.contact("x", deepest)
        with pytest.raises(RecursionError, match="120 levels"):
            net["x"] = wrap(deepest)
    with bl.Network(store) as net:
        assert net["x"] == deepest


def test_an_array_of_objects_is_refused_with_a_way_out(net):
    x = net.contact("x")
    records = np.zeros(2, dtype=[("a", "i4")])
    for array in (np.array([object()]), records, np.zeros(2, np.longdouble)):
        with pytest.raises(bl.ValueTypeError, match=r"dtype .*astype"):
            x.value = array


def test_a_record_that_contains_itself_is_refused(net):
    @dataclass
    class Ring:
        next: object = None

    ring = Ring()
    ring.next = [ring]
    with pytest.raises(RecursionError, match="contains itself"):
        net.contact("x", ring)
    assert list(net.contacts) == []


def test_an_object_that_uses_the_network_when_it_goes_does_not_stop_it(recwarn):
    net = bl.Network(history=0)
    x = net.contact("x")
    gone = []

    def use():
        try:
            gone.append(x.value)
        except bl.BasslineError:
            gone.append("busy")

    with net.batch():
        for _ in range(3):
            x.value = Noticed(use)
        x.value = 1
    x.value = Noticed(use)
    x.value = 2
    x.value = Noticed(use)
    x.erase()
    gc.collect()
    assert len(gone) == 5
    assert x.value is bl.Nothing


def test_objects_go_when_the_network_lets_go_of_them():
    class Thing:
        pass

    net = bl.Network(history=0)
    thing = Thing()
    seen = weakref.ref(thing)
    net.contact("x", thing)
    del thing
    assert seen() is not None
    net["x"] = 1
    net["x"] = 2
    gc.collect()
    assert seen() is None


def test_what_can_be_undone_holds_an_object_and_gives_the_same_one_back():
    class Thing:
        pass

    net = bl.Network(history=2)
    thing = Thing()
    seen = weakref.ref(thing)
    net.contact("x", thing)
    net["x"] = 1
    net.undo()
    assert net["x"] is thing
    del thing
    for value in range(4):
        net["x"] = value
    gc.collect()
    assert seen() is None


def test_an_object_that_holds_its_network_is_no_harm():
    class Owner:
        pass

    owner = Owner()
    owner.net = bl.Network()
    owner.net.contact("owner", owner)
    assert owner.net["owner"] is owner
    owner.net.close()
    del owner
    gc.collect()

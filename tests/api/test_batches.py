"""Batches from Python: their ends, their nesting, and who may end them."""

from __future__ import annotations

import threading

import pytest

import bassline as bl


def test_a_batch_inside_a_batch_gives_no_source_and_no_position(net):
    x = net.contact("x", 0)
    with net.batch(source="outer", position=1):
        for options in ({"source": "inner"}, {"position": 2}, {"source": "inner", "position": 2}):
            with pytest.raises(bl.BasslineError, match="outermost"), net.batch(**options):
                pass
        with net.batch():
            x.value = 1
    assert (net.position("outer"), net.position("inner")) == (1, None)


def test_an_exception_caught_outside_of_an_inner_batch_leaves_what_the_outer_had(net):
    x, y = net.contact("x", 0), net.contact("y", 0)
    tick = net.tick
    with net.batch():
        x.value = 1
        with pytest.raises(bl.BasslineError), net.batch(source="inner"):
            y.value = 1
        x.value = 2
    assert (x.value, y.value, net.tick) == (2, 0, tick + 1)


def test_a_batch_that_was_never_left_is_rolled_back_when_it_is_forgotten(net):
    x = net.contact("x", 0)
    batch = net.batch()
    batch.__enter__()
    x.value = 1
    del batch
    assert x.value == 0
    x.value = 2
    assert net.tick == 2


def test_a_batch_left_on_another_thread_is_an_error_and_its_own_thread_still_ends_it(net):
    x = net.contact("x", 0)
    batch = net.batch()
    batch.__enter__()
    x.value = 1
    errors = []

    def leave():
        try:
            net._exit_batch(0, commit=True)
        except bl.BasslineError as error:
            errors.append(str(error))

    thread = threading.Thread(target=leave)
    # It reads the state of the network, and waits for nobody.
    thread.start()
    thread.join()
    assert "same thread" in errors[0]
    batch.__exit__(None, None, None)
    assert (x.value, net.tick) == (1, 2)


def test_a_source_without_a_position_and_a_position_without_a_source(net):
    x = net.contact("x", 0)
    causes = []
    net.on_change("x", lambda change: causes.append(change.cause))
    with net.batch(source="desk"):
        x.value = 1
    with net.batch(position=5):
        x.value = 2
    x.value = 3
    assert causes == ["external:desk", "external:", "external:"]
    assert (net.position("desk"), net.position("")) == (None, 5)


def test_a_position_that_cannot_be_held_is_refused_before_the_batch_begins(net):
    x = net.contact("x", 0)
    with pytest.raises(bl.ValueTypeError), net.batch(source="f", position=object()):
        x.value = 1
    assert (x.value, net.tick) == (0, 1)
    x.value = 2


def test_a_batch_whose_gadget_fails_rolls_back_its_position_too(net):
    net.contact("x", 1)
    net.gadget("math.divide", a=1, b="x", quotient="y")
    with pytest.raises(bl.GadgetError), net.batch(source="f", position=1):
        net["x"] = 0
    assert (net["x"], net.position("f")) == (1, None)


def test_many_sources_keep_their_own_positions(net):
    for n in range(100):
        with net.batch(source=f"s{n % 10}", position=n):
            pass
    assert [net.position(f"s{n}") for n in range(10)] == list(range(90, 100))
    assert net.tick == 100

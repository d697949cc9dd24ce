"""One store holds many networks by name."""

from __future__ import annotations

import pytest

import bassline as bl

NAMES = ["main", "ünï/cödé", "a b", "x" * 100]


def test_each_name_is_a_network_of_its_own(store):
    for number, name in enumerate(NAMES):
        with bl.Network(store, name=name) as net:
            assert (net.name, net.tick) == (name, 0)
            net.contact("n", number)
    for number, name in enumerate(NAMES):
        with bl.Network(store, name=name) as net:
            assert (net["n"], list(net.contacts)) == (number, ["n"])


def test_several_may_be_open_and_written_at_once(store):
    nets = [bl.Network(store, name=name) for name in NAMES]
    contacts = [net.contact("n", 0) for net in nets]
    for n in range(1, 51):
        for number, contact in enumerate(contacts):
            contact.value = n * 10 + number
    for net in nets:
        net.close()
    for number, name in enumerate(NAMES):
        with bl.Network(store, name=name) as net:
            assert net["n"] == 500 + number


def test_a_network_in_a_store_is_open_once_and_the_error_names_it(store):
    with bl.Network(store) as net:
        net.contact("x", 1)
        with pytest.raises(bl.StorageError, match="network 'main' in .* is open already"):
            bl.Network(store)
        net["x"] = 2
    with bl.Network(store) as net:
        assert net["x"] == 2


def test_a_change_and_the_history_say_which_network_they_are_of(store):
    with bl.Network(store, name="other") as net:
        seen = []
        net.on_change("**", seen.append)
        net.contact("x", 1)
        assert seen[0].network == "other"


def test_handles_of_two_networks_are_not_mixed():
    first, second = bl.Network(), bl.Network()
    x = first.contact("x", 1)
    y = second.contact("y", 2)
    assert x != y
    for mix in (
        lambda: second.wire(x, y),
        lambda: second.gadget("math.add", a=x, b=y, sum="z"),
        lambda: second.remove(x),
    ):
        with pytest.raises(bl.BasslineError, match="another network"):
            mix()
    assert list(second.contacts) == ["y"]

"""What the fuzz of tests/fuzz found, each by itself: refused in words, and the network is as it was."""

from __future__ import annotations

import decimal
import functools
import pickle

import numpy as np
import pytest

import bassline as bl
from tests.fuzz import hostile
from tests.fuzz.hostile import HostileError
from tests.fuzz.world import snapshot

LONE = "a\ud800"
DEEP = functools.reduce(lambda inner, _: {"key": inner}, range(100), 1)


@pytest.fixture
def shop(net):
    net.contact("x", 1)
    return net


@pytest.mark.parametrize(
    "make", [hostile.shrinking_dict, hostile.growing_dict, hostile.shrinking_list, hostile.shrinking_set]
)
def test_a_collection_that_changes_while_it_is_read_is_read_as_it_was_or_refused(shop, make):
    try:
        shop["x"] = make()
    except bl.BasslineError:
        assert shop["x"] == 1
    shop["x"] = 2
    assert shop["x"] == 2


@pytest.mark.parametrize("base", [set, frozenset])
def test_a_set_whose_iteration_fails_raises_that(shop, base):
    broken = next(one for one in hostile.RAISING_TYPES if one.__mro__[1] is base)
    with pytest.raises(HostileError):
        shop["x"] = broken([1])
    assert shop["x"] == 1


def test_a_mapping_that_lies_about_its_length_is_an_update(shop):
    class Long(dict):
        def __len__(self):
            return 2**62

    with pytest.raises((bl.BasslineError, TypeError)):
        shop.update(hostile.Endless())
    shop.update(Long(x=2))
    assert shop["x"] == 2


CALLS = {
    "a lone surrogate in a path that is read": (bl.ValueTypeError, lambda net: net[LONE]),
    "in one that is declared": (bl.ValueTypeError, lambda net: net.contact(LONE)),
    "in one that is removed": (bl.ValueTypeError, lambda net: net.remove(LONE)),
    "in one of several": (bl.ValueTypeError, lambda net: net.update({"x": 2, LONE: 1})),
    "in a pattern": (bl.ValueTypeError, lambda net: net.contacts.match(LONE)),
    "in a port": (bl.ValueTypeError, lambda net: net.gadget("math.add", a=LONE, b=1, sum="y")),
    "in a source": (bl.ValueTypeError, lambda net: net.batch(LONE).__enter__()),
    "in a column": (bl.ValueTypeError, lambda net: bl.RowReader.csv(null=[LONE])),
    "in the name of a store": (bl.StorageError, lambda net: bl.Network(LONE)),
    "in the name of a manifest": (bl.ManifestError, lambda net: bl.Network.from_manifest(LONE)),
    "a NUL in the name of a manifest": (bl.ManifestError, lambda net: bl.Network.from_manifest("a\0b")),
    "a negative depth": (bl.ValueRangeError, lambda net: net.why("x", -1)),
    "a timeout beyond floats": (bl.ValueRangeError, lambda net: net.flush(10**400)),
    "a timeout that is a signaling NaN": (bl.ValueRangeError, lambda net: net.flush(decimal.Decimal("sNaN"))),
    "a scheduler of another type": (bl.ValueTypeError, lambda net: bl.Network(scheduler=object())),
    "another delimiter": (bl.DeclarationError, lambda net: bl.RowReader.csv(delimiter="ab")),
    "a function without a name": (bl.DeclarationError, lambda net: net.gadget(functools.partial(lambda x: x))),
    "a function without a signature": (bl.DeclarationError, lambda net: net.gadget(dict)),
    "inputs that are no dict": (bl.DeclarationError, lambda net: net.gadget(lambda x: x, inputs=5)),
    "outputs that are none": (bl.DeclarationError, lambda net: net.gadget(lambda x: x, outputs=5)),
    "an output that is no path": (bl.DeclarationError, lambda net: net.gadget(lambda x: x, outputs=[5])),
    "a subscriber that cannot be called": (bl.ValueTypeError, lambda net: net.on_change("**", 5)),
    "a codec without a name": (
        bl.ValueTypeError,
        lambda net: bl.register_codec(hostile.Record, name=5, encode=str, decode=str),
    ),
    "a codec that cannot be called": (
        bl.ValueTypeError,
        lambda net: bl.register_codec(hostile.Record, name="a", encode=5, decode=5),
    ),
    "a wire that is not there": (bl.UnknownContactError, lambda net: net.wires["a->b"]),
    "a view that is pickled": (TypeError, lambda net: pickle.dumps(net.contacts)),
    "a network that is pickled": (TypeError, lambda net: pickle.dumps(net)),
    "del": (TypeError, lambda net: net.__delitem__("x")),
    "a group made by hand": (TypeError, lambda net: bl.Group(net, 5)),
    "an array that is larger than memory": (
        bl.ValueTypeError,
        lambda net: net.contact("big", np.broadcast_to(1.5, (10**7, 10**7))),
    ),
}


@pytest.mark.parametrize("what", CALLS)
def test_it_is_refused_and_nothing_changes(shop, what):
    error, call = CALLS[what]
    before = snapshot(shop)
    with pytest.raises(error) as caught:
        call(shop)
    assert " at 0x" not in str(caught.value)
    assert snapshot(shop) == before


def test_a_name_of_10_mb_is_not_shown_whole(shop):
    for call in (lambda: shop["n" * 10_000_000], lambda: shop.remove("n" * 10_000_000)):
        with pytest.raises(bl.UnknownContactError) as caught:
            call()
        assert len(str(caught.value)) < 4000


def test_a_driver_may_have_any_name(shop):
    shop.attach(bl.Driver(), name="a\0b", snapshot=False)
    assert "a\0b" in shop.drivers


def test_maps_of_one_key_inside_each_other_are_built_or_refused_at_once(shop):
    with pytest.raises(bl.DeclarationError):
        shop.build(DEEP)


def test_a_derivation_deeper_than_the_stack_is_shown(shop):
    for i in range(1500):
        shop.wire("x" if i == 0 else f"x{i}", f"x{i + 1}", kind="directed")
    why = shop.why("x1500", depth=2000)
    assert len(str(why).splitlines()) == 1501
    assert why.to_dict()["path"] == "x1500"


def test_handles_differ_from_arrays(shop):
    assert (shop.contacts["x"] != 5) is True
    assert (bl.Interval(1, 2) != np.array([])).size == 0


def test_a_batch_is_indexed_from_its_end(shop):
    seen = []

    class Keep(bl.Driver):
        def handle_changes(self, batch):
            seen.append((batch[-1].path, batch[0].path))

    shop.attach(Keep(), snapshot=False)
    with shop.batch():
        shop.contact("y", 1)
        shop.contact("z", 1)
    shop.flush()
    assert seen == [("z", "y")]

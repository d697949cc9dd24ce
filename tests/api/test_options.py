"""The options of a network: what exists works, and what does not exist yet says so."""

from __future__ import annotations

import inspect

import pytest

import bassline as bl
from bassline.testing import ManualClock

SIGNATURE = (
    "store=None, *, name='main', persist='batch', batch_size=None, interval=None, snapshot_interval=None, "
    "max_snapshots=None, sync='full', scheduler='immediate', allow=(), contradictions='record', history=10000, clock=None"
)


def test_the_signature_is_that_of_the_specification():
    parameters = list(inspect.signature(bl.Network.__new__).parameters.values())[1:]
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    assert str(inspect.Signature(plain)) == f"({SIGNATURE})"


@pytest.mark.parametrize(
    ("option", "value", "exists"),
    [
        ("scheduler", "later", "'immediate', 'batch', 'transactional'"),
        ("persist", "often", "'immediate', 'batch', 'interval' or 'manual'"),
        ("sync", "off", "normal"),
        ("contradictions", "ignore", "raise"),
        ("clock", object(), "bassline.testing.ManualClock"),
        ("allow", "http", "'http'"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(store, option, value, exists):
    with pytest.raises(ValueError, match=option) as caught:
        bl.Network(store, **{option: value})
    assert exists in str(caught.value)
    assert not store.exists()


def test_what_exists_is_taken(store):
    for options in (
        {"scheduler": "immediate"},
        {"scheduler": "batch"},
        {"scheduler": "transactional"},
        {"clock": ManualClock()},
        {"persist": "immediate"},
        {"persist": "interval", "interval": 0.5},
        {"persist": "manual"},
        {"batch_size": 10, "snapshot_interval": 60, "max_snapshots": 3},
        {"sync": "normal"},
        {"history": 0},
        {"clock": None},
    ):
        with bl.Network(store, **options) as net:
            net.contact("x", 0).value += 1
    with bl.Network(store) as net:
        assert net["x"] == 11


def test_the_capabilities_are_kept():
    assert bl.Network().allow == frozenset()
    assert bl.Network(allow={"http", "files"}).allow == {"http", "files"}
    assert bl.Network(allow=["http"]).scheduler == bl.ImmediateScheduler()


def test_contradictions_are_recorded_or_raised(net):
    net.contact("peak", 3, blend="max")
    net["peak"] = "text"
    assert net["peak"] == 3
    contradiction = net.contacts["peak"].contradiction
    assert (contradiction.current, contradiction.incoming) == (3, "text")

    strict = bl.Network(contradictions="raise")
    strict.contact("peak", 3, blend="max")
    with pytest.raises(bl.ContradictionError, match="peak"):
        strict["peak"] = "text"
    assert (strict["peak"], strict.contacts["peak"].contradiction, strict.tick) == (3, None, 1)

"""Errors: each is also the nearest built-in, comes with the root, and says what to do."""

from __future__ import annotations

import inspect

import pytest

import bassline as bl

BUILT_IN = {
    bl.UnknownContactError: [KeyError, LookupError],
    bl.ConflictError: [ValueError],
    bl.DeclarationError: [ValueError],
    bl.StaleHandleError: [ReferenceError],
    bl.ContradictionError: [ValueError],
    bl.NotSettledError: [RuntimeError],
    bl.GadgetError: [RuntimeError],
    bl.BackpressureError: [TimeoutError],
    bl.NoChangeError: [TimeoutError],
    bl.DriverError: [RuntimeError],
    bl.StorageError: [OSError],
    bl.ManifestError: [ValueError],
    bl.NestingError: [bl.ValueTypeError, RecursionError],
    bl.CapabilityError: [PermissionError],
    bl.ValueTypeError: [TypeError],
    bl.ValueRangeError: [ValueError, OverflowError],
    bl.InputError: [ValueError],
}


def test_every_error_is_a_bassline_error_and_its_built_in():
    for error, built_in in BUILT_IN.items():
        for parent in (bl.BasslineError, *built_in):
            assert issubclass(error, parent), (error, parent)


def test_no_error_was_forgotten_here():
    declared = {item for item in vars(bl.errors).values() if inspect.isclass(item)} - {bl.BasslineError}
    assert declared == set(BUILT_IN)


def looping(net):
    net.gadget("math.add", a="x", b=1, sum="x2")
    net.gadget("math.add", a="x2", b=0, sum="x")
    net["x"] = 1


def failing(net):
    net.contact("x", 0)
    net.gadget("math.divide", name="over", a=1, b="x", quotient="y")


CASES = [
    (KeyError, lambda net: net["typo"]),
    (ValueError, lambda net: (net.contact("a", blend="max"), net.contact("a", blend="min"))),
    (ValueError, lambda net: net.gadget("math.ad", a=1, b=2, sum="x")),
    (ReferenceError, lambda net: (net.contact("a"), handle := net.contacts["a"], net.remove("a"), handle.value)),
    (RuntimeError, looping),
    (RuntimeError, failing),
    (OverflowError, lambda net: net.contact("a", 2**63)),
    (ValueError, lambda net: net.contact("a", -(2**63) - 1)),
    (TypeError, lambda net: net.contact("a", {1: 2})),
    (OSError, lambda net: bl.Network("/no/such/directory/shop.db")),
    (TimeoutError, lambda net: late(net)),
]


def late(net):
    import threading

    class Stuck(bl.Driver):
        go = threading.Event()

        def handle_changes(self, batch):
            self.go.wait()

    net.attach(Stuck(), name="stuck")
    net.contact("a", 1)
    try:
        net.flush(timeout=0)
    finally:
        Stuck.go.set()


@pytest.mark.parametrize(("built_in", "cause"), CASES)
def test_the_built_in_catches_what_is_raised(net, built_in, cause):
    with pytest.raises(built_in) as caught:
        cause(net)
    assert isinstance(caught.value, bl.BasslineError)
    assert len(str(caught.value)) > 10


def test_the_exception_of_a_gadget_is_the_cause_with_its_traceback(net):
    net.contact("x", 3)

    @net.gadget
    def inverse(x):
        return 1 / x

    tick = net.tick
    with pytest.raises(bl.GadgetError) as caught:
        net["x"] = 0
    assert "'inverse'" in str(caught.value)
    assert "x=0" in str(caught.value)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    frames = inspect.getinnerframes(caught.value.__cause__.__traceback__)
    assert frames[-1].function == "inverse"
    assert (net["x"], net.tick) == (3, tick)


def test_the_message_of_an_unknown_contact_is_not_in_quotes(net):
    with pytest.raises(bl.UnknownContactError) as caught:
        net["typo"]
    assert str(caught.value) == "no contact 'typo'"

"""Every error, provoked: its class, its built-in parent, and a message that says what was expected, what was found, where, and what to do."""

from __future__ import annotations

import contextlib
import inspect
import threading

import pytest

import bassline as bl


class Stuck(bl.Driver):
    """It takes nothing until it is let go."""

    def __init__(self):
        self.go = threading.Event()

    def handle_changes(self, batch):
        self.go.wait()


class Full(bl.Driver):
    def handle_changes(self, batch):
        raise OSError("disk full")


def filled():
    net = bl.Network()
    net.contact("price", 9.5)
    return net


def unknown():
    return filled()["prise"]


def conflict():
    filled().contact("price", blend="max")


def declaration():
    filled().gadget("math.ad", a="price", b=1, sum="total")


def stale():
    net = filled()
    price = net.contacts["price"]
    net.remove(price)
    return price.value


def contradiction():
    net = bl.Network(contradictions="raise")
    net.contact("peak", 3, blend="max")
    net["peak"] = "text"


def not_settled():
    net = bl.Network()
    net.gadget("math.add", a="x", b=1, sum="y")
    net.gadget("math.add", a="y", b=0, sum="x")
    net.contact("x").value = 1


def gadget():
    net = filled()
    net.gadget("math.divide", name="per", a="price", b=net.contact("qty", 2), quotient="each")
    net["qty"] = 0


def backpressure():
    net, driver = bl.Network(), Stuck()
    net.attach(driver, name="slow")
    net.contact("x", 1)
    try:
        net.flush(timeout=0)
    finally:
        driver.go.set()
        net.close()


def driver():
    net = bl.Network()
    net.attach(Full(), name="full")
    net.contact("x", 1)
    try:
        net.flush()
    finally:
        with contextlib.suppress(bl.DriverError):
            net.close()


def storage():
    bl.Network("no/such/folder/shop.db")


def manifest():
    bl.Network.from_manifest({"name": "shop", "biuld": {}})


def value_type():
    filled()["price"] = {1: "a"}


def value_range():
    filled()["price"] = 2**64


def nesting():
    items = []
    items.append(items)
    filled()["price"] = items


def no_change():
    filled().watch("price").get(timeout=0)


def wrong_row():
    filled().ingest(bl.RowReader.csv(), b"price\n1\n2,3\n", final=True)


# class: (the nearest built-in, what provokes it, what the message names: where, expected, found, what to do)
TABLE = {
    bl.UnknownContactError: (KeyError, unknown, ["contact 'prise'", "did you mean 'price'"]),
    bl.ConflictError: (
        ValueError,
        conflict,
        ["'price'", "'accept-last'", "'max'", "declare it the same way, or remove it"],
    ),
    bl.DeclarationError: (ValueError, declaration, ["'math.ad'", "did you mean math.add"]),
    bl.StaleHandleError: (ReferenceError, stale, ["contact", "was removed", "look it up again by its path"]),
    bl.ContradictionError: (
        ValueError,
        contradiction,
        ["'peak' (max)", "holds 3", "cannot join 'text'", "erase the contact, or write what joins"],
    ),
    bl.NotSettledError: (
        RuntimeError,
        not_settled,
        ["did not settle after 10000", "still moving: ", "break the cycle or damp it"],
    ),
    bl.GadgetError: (RuntimeError, gadget, ["'per'", "9.5 divided by zero", "a=9.5, b=0"]),
    bl.BackpressureError: (TimeoutError, backpressure, ["after 0ns", "'slow'", "1 ticks behind"]),
    bl.DriverError: (RuntimeError, driver, ["'full'", "tick 1", "disk full"]),
    bl.StorageError: (OSError, storage, ["'no/such/folder/shop.db'", "directory 'no/such/folder' does not exist"]),
    bl.ManifestError: (ValueError, manifest, ["biuld", "unknown key", "expected one of name", "did you mean 'build'"]),
    bl.ValueTypeError: (TypeError, value_type, ["string keys", "found int"]),
    bl.ValueRangeError: (
        OverflowError,
        value_range,
        ["between -2**63 and 2**63 - 1", "0x10000000000000000", "use a float or a str"],
    ),
    bl.NestingError: (RecursionError, nesting, ["120 levels", "contains itself"]),
    bl.NoChangeError: (TimeoutError, no_change, ["no contact of 'price' changed", "within 0 seconds"]),
    bl.InputError: (ValueError, wrong_row, ["row 2", "line 3", "expected 1 cells", "found 2"]),
}
UNUSED = {bl.BasslineError, bl.CapabilityError}  # the root, and what nothing raises yet


def test_every_class_of_errors_is_in_the_table():
    declared = {item for item in vars(bl.errors).values() if inspect.isclass(item) and issubclass(item, BaseException)}
    assert declared - UNUSED == TABLE.keys()


@pytest.mark.parametrize("error", TABLE, ids=lambda error: error.__name__)
def test_it_is_raised_and_its_message_says_what_where_and_what_to_do(error):
    built_in, provoke, words = TABLE[error]
    with pytest.raises(error) as caught:
        provoke()
    assert type(caught.value) is error
    assert isinstance(caught.value, (bl.BasslineError, built_in))
    assert isinstance(caught.value, built_in)
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize("error", TABLE, ids=lambda error: error.__name__)
def test_it_is_raised_in_the_same_words_again(error):
    messages = set()
    for _ in range(3):
        with pytest.raises(error) as caught:
            TABLE[error][1]()
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert " at 0x" not in messages.pop()

"""Codecs: those a user registers, and what is read when a codec or a class is not there any more."""

from __future__ import annotations

import enum
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest

import bassline as bl
from bassline.codecs import registry
from tests.shapes import Money


@pytest.fixture(autouse=True)
def _codecs_as_before():
    tables = (registry._by_name, registry._registered, registry._owner, registry._found)
    before = [dict(table) for table in tables]
    yield
    for table, entries in zip(tables, before, strict=True):
        table.clear()
        table.update(entries)


def register_money():
    return bl.register_codec(
        Money,
        name="shop.money",
        encode=lambda money: (money.amount, money.currency),
        decode=lambda payload: Money(*payload),
    )


def test_a_registered_class_is_a_value(net, store):
    x = net.contact("x", Money(1, "EUR"))
    assert x.value is x.value  # an object as yet
    assert register_money() is Money
    price = Money(Decimal("9.50"), "EUR")
    x.value = price
    tick = net.tick
    x.value = Money(Decimal("9.50"), "EUR")
    assert net.tick == tick
    price.currency = "CHF"
    assert x.value == Money(Decimal("9.50"), "EUR")
    with bl.Network(store) as kept:
        kept.contact("x", [price])
    with bl.Network(store) as kept:
        assert kept["x"] == [price]


def test_registering_is_a_decorator_too(net):
    @bl.register_codec(name="shop.celsius", encode=lambda heat: heat.degrees, decode=lambda degrees: Celsius(degrees))
    class Celsius:
        def __init__(self, degrees):
            self.degrees = degrees

    assert net.contact("x", Celsius(21.5)).value.degrees == 21.5


def test_a_registered_codec_comes_before_those_of_dataclasses_and_subclasses(net):
    @dataclass
    class Celsius:
        degrees: float

    class Word(str):
        __slots__ = ()

    bl.register_codec(Celsius, name="c", encode=lambda heat: heat.degrees, decode=lambda payload: ("decoded", payload))
    bl.register_codec(Word, name="w", encode=lambda word: str(word), decode=Word)
    assert net.contact("x", Celsius(1.0)).value == ("decoded", 1.0)
    assert type(net.contact("y", Word("a")).value) is Word


def test_a_codec_is_for_exactly_its_class(net):
    register_money()

    class Tip(Money):
        pass

    tip = Tip(1, "EUR")
    assert net.contact("x", tip).value is tip


@pytest.mark.parametrize(
    ("cls", "name", "error", "why"),
    [
        (Decimal, "my.decimal", bl.ConflictError, "has the codec 'decimal'"),
        (Money, "decimal", bl.ConflictError, "Bassline's own"),
        (Money, "numpy.money", bl.ConflictError, "Bassline's own"),
        (Money, "", bl.ConflictError, "Bassline's own"),
        (int, "my.int", bl.ValueTypeError, "as it is"),
        (bl.Contact, "my.contact", bl.ValueTypeError, "as it is"),
        (Money(1, "EUR"), "shop.money", bl.ValueTypeError, "a class"),
    ],
)
def test_a_codec_that_would_be_ambiguous_is_refused(cls, name, error, why):
    with pytest.raises(error, match=why):
        bl.register_codec(cls, name=name, encode=str, decode=str)


def test_a_name_has_one_class_and_a_class_declared_again_replaces_itself(net):
    register_money()

    class Other:
        pass

    with pytest.raises(bl.ConflictError, match="registered for tests.shapes:Money"):
        bl.register_codec(Other, name="shop.money", encode=str, decode=str)
    assert net.contact("x", Money(1, "EUR")).value == Money(1, "EUR")
    bl.register_codec(Money, name="shop.money", encode=lambda money: 7, decode=lambda payload: Money(payload, "?"))
    assert net.contact("y", Money(1, "EUR")).value == Money(7, "?")


def test_an_encoder_that_fails_is_an_error_with_its_cause_and_changes_nothing(net):
    bl.register_codec(Money, name="shop.money", encode=lambda money: 1 // 0, decode=str)
    x = net.contact("x", 1)
    with pytest.raises(bl.ValueTypeError, match=r"'shop\.money' cannot write this Money") as raised:
        x.value = Money(1, "EUR")
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    assert x.value == 1
    with pytest.raises(bl.ValueTypeError, match="fraction"):
        x.value = Fraction(10**5000, 3)


def test_an_encoder_that_answers_with_its_own_object_is_refused(net):
    bl.register_codec(Money, name="shop.money", encode=lambda money: [money], decode=str)
    with pytest.raises(RecursionError, match="contains itself"):
        net.contact("x", Money(1, "EUR"))


WRITER = """
    import enum, sys, types
    from dataclasses import dataclass
    import bassline as bl

    shop = types.ModuleType("shop_of_yesterday")
    sys.modules["shop_of_yesterday"] = shop

    class Colour(enum.Enum):
        RED = 1

    @dataclass(frozen=True)
    class Point:
        x: float
        kept: tuple = ()

    class Money:
        pass

    for cls in (Colour, Point):
        cls.__module__, cls.__qualname__ = "shop_of_yesterday", cls.__name__
        setattr(shop, cls.__name__, cls)
    bl.register_codec(Money, name="yesterday.money", encode=lambda money: [9.5, {1}], decode=lambda payload: Money())
    with bl.Network(sys.argv[1]) as net:
        net.contact("colour", Colour.RED)
        net.contact("point", Point(1.5, (1, frozenset({2}))))
        net.contact("money", Money())
        net.contact("points", {Point(1.0), Point(2.0)})
"""


@pytest.fixture
def yesterday(store):
    """A store whose classes are not there any more."""
    subprocess.run([sys.executable, "-c", textwrap.dedent(WRITER), str(store)], check=True)
    return store


def test_a_value_whose_class_is_gone_reads_as_undecoded_and_says_what_is_missing(yesterday):
    with bl.Network(yesterday) as net:
        colour, money = net["colour"], net["money"]
        assert isinstance(colour, bl.Undecoded)
        assert (colour.codec, colour.payload) == ("enum", ["shop_of_yesterday:Colour", "RED"])
        assert "shop_of_yesterday" in colour.reason
        assert "shop_of_yesterday:Colour" in repr(colour)
        assert (money.codec, money.payload) == ("yesterday.money", [9.5, {1}])
        assert "register_codec" in money.reason
        assert all(isinstance(point, bl.Undecoded) for point in net["points"])


def test_an_undecoded_value_stays_intact_when_it_is_written_back_or_flows_on(yesterday):
    with bl.Network(yesterday) as net:
        tick = net.tick
        for path in ("colour", "point", "money", "points"):
            assert net[path] == net[path]
            net[path] = net[path]
        assert net.tick == tick
        net.wire("point", "copy", kind="directed")
        net.contact("both", [net["money"], net["point"]])
    with bl.Network(yesterday) as net:
        assert net["copy"] == net["point"] == net["both"][1]
        assert net["both"][0] == net["money"]


def test_a_value_is_decoded_again_once_its_codec_and_class_are_there(yesterday, monkeypatch):
    import types

    with bl.Network(yesterday) as net:
        assert isinstance(net["money"], bl.Undecoded)
        bl.register_codec(Money, name="yesterday.money", encode=str, decode=lambda payload: Money(payload[0], "EUR"))
        assert net["money"] == Money(9.5, "EUR")
        shop = types.ModuleType("shop_of_yesterday")
        shop.Colour = enum.Enum("Colour", ["RED", "BLUE"], module="shop_of_yesterday")

        @dataclass(frozen=True)
        class Point:
            x: float
            kept: tuple = ()
            new: int = 7

        shop.Point = Point
        monkeypatch.setitem(sys.modules, "shop_of_yesterday", shop)
        assert net["colour"] is shop.Colour.RED
        assert net["point"] == Point(1.5, (1, frozenset({2})), 7)
        assert net["points"] == {Point(1.0), Point(2.0)}


@pytest.mark.parametrize(
    ("name", "stand_in", "why"),
    [
        ("Colour", enum.Enum("Colour", ["BLUE"]), "no member 'RED'"),
        ("Colour", str, "no enum any more"),
        ("Colour", 7, "no class but"),
        ("Point", dataclass(type("Point", (), {"__annotations__": {"y": float}})), "field"),
        ("Point", str, "no dataclass any more"),
    ],
)
def test_a_class_that_became_another_is_told_from_one_that_is_gone(yesterday, monkeypatch, name, stand_in, why):
    import types

    shop = types.ModuleType("shop_of_yesterday")
    setattr(shop, name, stand_in)
    monkeypatch.setitem(sys.modules, "shop_of_yesterday", shop)
    with bl.Network(yesterday) as net:
        found = net[name.lower()]
        assert isinstance(found, bl.Undecoded)
        assert why in found.reason


def test_ctrl_c_in_a_decoder_is_not_swallowed(net):
    def stop(payload):
        raise KeyboardInterrupt

    bl.register_codec(Money, name="shop.money", encode=lambda money: 1, decode=stop)
    x = net.contact("x", Money(1, "EUR"))
    with pytest.raises(KeyboardInterrupt):
        _ = x.value


def test_numpy_and_pydantic_are_not_imported_by_bassline():
    program = """
        import sys, enum, dataclasses
        import bassline as bl

        @dataclasses.dataclass
        class P:
            x: object
        net = bl.Network()
        net.contact("x", P(enum.Enum("E", ["A"]).A))
        net.contact("y", object())
        print(net["x"] is not None, {"numpy", "pydantic"} & set(sys.modules))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, capture_output=True, text=True)
    assert done.stdout == "True set()\n"

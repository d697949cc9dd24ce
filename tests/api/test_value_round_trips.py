"""Every value comes back equal and of the same type: from memory, and from a store that was closed."""

from __future__ import annotations

import math
import string
from array import array
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import bassline as bl
from tests.conformance.typed import same
from tests.shapes import Access, Colour, Item, Level, Line, Mode, Order, Pair, Point, Slotted

DAY = date(2026, 11, 20)
ORDER = Order(orderNumber=3, day=DAY, items=[Item(name="a", price="1.50")], size=(1, 2), note=("extra", {1}))
VALUES = [
    {1, 2.5, "a", (1, (2,)), frozenset({3, frozenset({4})}), None, b"b"},
    set(),
    bl.Interval(1, 2.5),
    bl.Interval(-math.inf, math.inf),
    datetime(2026, 1, 2, 3, 4, 5, 6),
    datetime.min,
    datetime.max,
    datetime(2026, 10, 25, 2, 30, fold=1),
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Zurich")),
    datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Zurich")),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(1883, 1, 1, tzinfo=ZoneInfo("Europe/Amsterdam")),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1, seconds=3, microseconds=4), "here")),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    DAY,
    datetime(2026, 1, 1, 3, 4).time(),
    datetime(2026, 1, 1, 3, 4, fold=1).time(),
    datetime(2026, 1, 1, 3, 4, tzinfo=UTC).timetz(),
    datetime(2026, 1, 1, 3, 4, tzinfo=ZoneInfo("UTC")).timetz(),
    timedelta(-1, 3, 4),
    timedelta.max,
    Decimal("1.50"),
    Decimal("-NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    Decimal("1E+400"),
    Fraction(-1, 3),
    Fraction(10**40, 7),
    complex(1, -math.inf),
    UUID(int=7),
    Path("/a/b"),
    PurePosixPath("a"),
    PureWindowsPath("c:/x"),
    array("d", [1.5, 2]),
    array("Q", [2**64 - 1]),
    Colour.RED,
    Colour.BLUE,
    Level.HIGH,
    Mode.ON,
    Access.READ | Access.WRITE,
    Access(0),
    Point(1.0, 2.0, ("a",)),
    Line([Point(1)], {"a": (1, {2}), "b": bytearray(b"x"), "c": Line()}),
    Slotted((1, [2]), frozenset({3})),
    Pair(1, (2, Pair(3, 4))),
    {Pair(1, (2,)), Point(1, 2, ("a",)), Colour.RED},
    ORDER,
    np.arange(6.0).reshape(2, 3),
    np.arange(6).reshape(2, 3).T,
    np.array([1, 2], dtype=">i4"),
    np.array(["a", "bcd"]),
    np.array([b"a", b"bcd"]),
    np.array(["2026-01-01", "NaT"], dtype="datetime64[D]"),
    np.array([1, 2], dtype="timedelta64[ns]"),
    np.array([True, False]),
    np.array([1 + 2j], dtype="c8"),
    np.array(5),
    np.zeros((0, 3)),
    np.float64(1.5),
    np.float64("nan"),
    np.float32(0.1),
    np.float16(0.1),
    np.int8(-1),
    np.uint64(2**64 - 1),
    np.bool_(True),
    np.complex128(1j),
    np.datetime64("2026-01-01T00", "ns"),
    np.timedelta64(3, "h"),
    np.str_("a"),
    np.bytes_(b"a"),
]


def name_of(value):
    return f"{type(value).__name__}-{value!r:.30}"


@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_a_value_comes_back_equal_and_of_its_type(net, value):
    x = net.contact("x", value)
    assert same(x.value, value)
    tick = net.tick
    x.value = value
    assert net.tick == tick
    for inside in ([value], {"key": [value]}, Pair(value, [value])):
        x.value = inside
        assert same(x.value, inside)


def test_every_value_comes_back_from_a_store_that_was_closed(store):
    with bl.Network(store) as net:
        for at, value in enumerate(VALUES):
            net.contact(f"c{at}", value)
            net.contact(f"stream{at}", blend="stream").value = [value]
    with bl.Network(store) as net:
        tick = net.tick
        for at, value in enumerate(VALUES):
            assert same(net[f"c{at}"], value)
            assert same(net[f"stream{at}"], [value])
            net[f"c{at}"] = value
        assert net.tick == tick


def test_history_why_subscribers_and_drivers_give_the_values_as_they_were(store):
    told = []

    class Keep(bl.Driver):
        def handle_changes(self, batch):
            told.extend((change.old, change.new) for change in batch)

    with bl.Network(store) as net:
        net.on_change("**", lambda change: told.append((change.old, change.new)))
        net.attach(Keep(), name="keep")
        x = net.contact("x", VALUES[0])
        for value in VALUES[1:]:
            x.value = value
        net.flush()
        assert same(net.why("x").to_dict()["value"], VALUES[-1])
        history = [change.new for change in net.history("x", len(VALUES))]
        for at, value in enumerate(reversed(VALUES)):
            assert same(history[at], value)
    pairs = list(zip([bl.Nothing, *VALUES], VALUES, strict=False))
    assert len(told) == 2 * len(pairs)
    for old, new in pairs:
        assert sum(same(was, old) and same(now, new) for was, now in told) >= 2


def test_the_position_of_a_source_has_any_type_that_can_be_stored(store):
    at = {"day": DAY, "seen": {1, 2}}
    with bl.Network(store) as net:
        net.contact("x")
        with net.batch("reader", position=at):
            net["x"] = 1
        with pytest.raises(bl.ValueTypeError, match="position"), net.batch("reader", position=object()):
            pass
    with bl.Network(store) as net:
        assert same(net.position("reader"), at)


def test_attributes_and_constants_have_any_type_that_can_be_stored(store):
    for _ in range(2):
        with bl.Network(store) as net:
            assert net.contact("x", DAY, since=DAY).attributes == {"since": DAY}
            assert net.group("g", colour=Colour.RED).attributes == {"colour": Colour.RED}
            net.gadget("logic.greaterOrEqual", a="x", b=DAY, result="due")
            assert net["due"] is True
            with pytest.raises(bl.ValueTypeError, match="attributes of 'y'"):
                net.contact("y", lock=object())
            assert "y" not in net


# Any value at all

zones = st.one_of(st.none(), st.just(UTC), st.sampled_from([ZoneInfo("Europe/Zurich"), ZoneInfo("America/Lima")]))
dtypes = st.sampled_from(["i1", "u2", "i8", "u8", "f2", "f4", "f8", "c8", "c16", "M8[s]", "m8[ns]", "S2"])
arrays = st.builds(
    lambda dtype, raw: np.frombuffer(raw[: len(raw) // 16 * 16], dtype),
    dtypes,
    st.binary(max_size=64),
)
comparable = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.binary(max_size=8),
    st.datetimes(timezones=zones),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.uuids(),
    st.complex_numbers(allow_nan=False),
    st.sampled_from([*Colour, *Level, *Mode, *Access, np.float64(1.5), np.int64(7), np.bool_(False)]),
)
atoms = st.one_of(comparable, st.floats(), st.decimals(), st.complex_numbers())
hashable = st.recursive(
    comparable,
    lambda inner: st.one_of(
        st.tuples(inner, inner),
        st.frozensets(inner, max_size=3),
        st.builds(Pair, inner, inner),
        st.builds(Slotted, inner, st.frozensets(st.integers(0, 9), max_size=2)),
    ),
    max_leaves=4,
)
texts = st.text(string.ascii_letters + "$é", max_size=4)
values = st.recursive(
    st.one_of(atoms, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(texts, inner, max_size=3),
        st.sets(hashable, max_size=3),
        st.builds(Pair, inner, st.tuples(inner, inner)),
        st.builds(Line, st.lists(st.builds(Point, inner), max_size=2), st.dictionaries(texts, inner, max_size=2)),
    ),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(values, min_size=1, max_size=4))
def test_any_value_is_read_back_equal_and_of_the_same_type(tmp_path_factory, drawn):
    with bl.Network() as net:
        x = net.contact("x")
        for value in drawn:
            x.value = value
            assert same(x.value, value)
            tick = net.tick
            x.value = value
            assert net.tick == tick


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(values, min_size=1, max_size=20))
def test_any_value_is_read_back_from_a_store_equal_and_of_the_same_type(tmp_path_factory, drawn):
    store = tmp_path_factory.mktemp("store") / "any.db"
    with bl.Network(store) as net:
        for at, value in enumerate(drawn):
            net.contact(f"c{at}", value)
    with bl.Network(store) as net:
        for at, value in enumerate(drawn):
            assert same(net[f"c{at}"], value)

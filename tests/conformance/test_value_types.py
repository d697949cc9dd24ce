"""Values of types that are not the engine's own: typed equality, order, and that nobody changes them from outside."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.conformance.typed import is_another, same
from tests.shapes import Access, Colour, Level, Line, Mode, Pair, Point, Slotted

ONES = [
    1,
    1.0,
    True,
    Decimal(1),
    Fraction(1),
    complex(1),
    np.float64(1),
    np.float32(1),
    np.int64(1),
    np.int8(1),
    np.bool_(True),
    Level.LOW,
    Access.READ,
    "1",
    b"1",
    [1],
    {1},
    {1.0},
    np.array([1]),
    np.array([1.0]),
    np.array(1),
    Point(1),
    Point(1.0),
    Pair(1, 1),
    Pair(1, True),
]


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(ONES, 2)))
def test_ones_of_different_types_are_different_values(world, net, first, second):
    assert is_another(net, first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Decimal("1.5"), Decimal("1.50")),
        (Decimal(0), Decimal("-0")),
        (Mode.ON, "on"),
        (datetime(2026, 1, 1, 1), datetime(2026, 1, 1, 1, fold=1)),
        (datetime(2026, 1, 1, 1), datetime(2026, 1, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))),
        (np.array([1, 2]), np.array([[1, 2]])),
        (np.array([1, 2], "i4"), np.array([1, 2], "i8")),
        (Point(1, tags=("a",)), Point(1, tags=("b",))),
    ],
)
def test_values_that_are_written_differently_are_different_values(world, net, first, second):
    assert is_another(net, first, second)


NAN = float("nan")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (np.float64(NAN), np.float64(-NAN)),
        (np.array([NAN, 0.0]), np.array([-NAN, -0.0])),
        (np.array([NAN], "f2"), np.array([-NAN], "f2")),
        (np.array([complex(NAN, 0.0)]), np.array([complex(NAN, -0.0)])),
        (np.array(["NaT"], "M8[s]"), np.array(["NaT"], "M8[s]")),
        (Point(NAN), Point(-NAN)),
        (Point(0.0), Point(-0.0)),
        ([Pair(NAN, 0.0)], [Pair(NAN, -0.0)]),
        (complex(NAN, 0.0), complex(NAN, -0.0)),
        (Decimal("NaN"), Decimal("NaN")),
        ({1, "a", (2, b"c"), None}, {None, (2, b"c"), "a", 1}),
    ],
)
def test_nan_equals_nan_and_zero_negative_zero_wherever_they_stand(world, net, first, second):
    assert not is_another(net, first, second)


def test_what_is_written_or_read_can_be_mutated_without_changing_content(world, net):
    line = Line([Point(1)], {"seen": [1]})
    array = np.arange(3)
    net.contact("line", line)
    net.contact("array", array)
    tick = net.tick
    for mine, same_array in ((line, array), (net["line"], net["array"])):
        mine.points.append(Point(2))
        mine.notes["seen"].clear()
        same_array[:] = 9
    assert net["line"] == Line([Point(1)], {"seen": [1]})
    assert net["array"].tolist() == [0, 1, 2]
    assert net.tick == tick


def test_tuples_and_frozen_sets_stay_what_they_are_inside_records(world, net):
    value = Slotted((1, [(2,)]), frozenset({3}))
    net.contact("a", value)
    assert same(net["a"].at, (1, [(2,)]))
    assert same(net["a"].seen, frozenset({3}))


def test_an_object_without_a_codec_is_itself_and_compared_by_identity(world, net):
    first, second = object(), object()
    net.contact("a", first)
    assert net["a"] is first
    tick = net.tick
    net["a"] = first
    assert net.tick == tick
    net["a"] = second
    assert net.tick == tick + 1
    assert net["a"] is second


def test_an_object_flows_through_wires_and_gadgets_as_itself(world, net):
    net.wire("a", "b", kind="directed")

    @net.gadget
    def c(b):
        return b

    thing = object()
    net["a"] = thing
    assert net["c"] is thing


RISING = {
    "datetimes": [datetime.min, datetime(2026, 1, 1), datetime(2026, 1, 1, microsecond=1), datetime.max],
    "aware datetimes": [
        datetime(1960, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 9, tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime(2026, 1, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 0, tzinfo=timezone(timedelta(hours=-5))),
    ],
    "dates": [date.min, date(999, 12, 31), date(2026, 1, 1), date.max],
    "times": [time(), time(0, 0, 0, 1), time(23)],
    "spans": [timedelta.min, timedelta(microseconds=-1), timedelta(), timedelta(microseconds=1), timedelta.max],
    "decimals": [Decimal(text) for text in ("-Infinity", "-2E+3", "-0.1", "0", "1E-9", "0.5", "3", "20", "1E+99")],
    "fractions": [
        Fraction(-7, 2),
        Fraction(-1, 3),
        Fraction(0),
        Fraction(1, 10**30),
        Fraction(1, 3),
        Fraction(10**30, 3),
    ],
    "uuids": [UUID(int=1), UUID(int=2), UUID(int=2**127)],
}


@pytest.mark.parametrize("rising", RISING.values(), ids=RISING)
def test_max_and_min_order_values_of_one_type_as_python_does(world, net, rising):
    for low, high in itertools.combinations(rising, 2):
        assert low < high
        for first, second in ((low, high), (high, low)):
            net = world.Network()
            for blend in ("max", "min"):
                net.contact(blend, first, blend=blend)
                net[blend] = second
            assert same(net["max"], high)
            assert same(net["min"], low)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Decimal("1.5"), Decimal("1.50")),
        (Decimal("NaN"), Decimal(1)),
        (datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))),
    ],
)
def test_the_join_of_two_does_not_depend_on_which_came_first(world, first, second):
    held = []
    for one, other in ((first, second), (second, first)):
        net = world.Network()
        net.contact("a", one, blend="max")
        net["a"] = other
        held.append(net["a"])
    assert same(*held)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1), date(2026, 1, 1)),
        (Decimal(1), Fraction(1)),
        (Decimal(1), 1),
        (Colour.RED, Colour.BLUE),
        (1j, 2j),
        (Point(1), Point(2)),
        (np.array([1]), np.array([2])),
    ],
)
def test_values_without_an_order_between_them_contradict(world, net, first, second):
    net.contact("a", first, blend="max")
    net["a"] = second
    assert same(net["a"], first)
    assert net.contacts["a"].contradiction is not None


def test_an_interval_has_two_numbers_in_order(world, net):
    for low, high in ((1, 0), (math.nan, 1), (0, math.nan)):
        with pytest.raises(world.errors.ValueRangeError):
            world.bl.Interval(low, high)
    for low, high in (("a", 1), (None, 1), (True, 2)):
        with pytest.raises(world.errors.ValueTypeError):
            world.bl.Interval(low, high)
    interval = world.bl.Interval(1, math.inf)
    assert (interval.low, interval.high) == (1, math.inf)
    assert 1.0 in interval
    assert math.inf in interval
    assert 0 not in interval
    assert math.nan not in interval  # noqa: PLW0177
    assert "a" not in interval
    assert world.bl.Interval(2, 3) in interval
    net.contact("a", interval)
    assert net["a"] == interval
    tick = net.tick
    net["a"] = world.bl.Interval(1, math.inf)
    assert net.tick == tick
    net["a"] = world.bl.Interval(1.0, math.inf)
    assert net.tick == tick + 1

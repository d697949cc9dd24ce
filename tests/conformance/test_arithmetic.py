"""What the native gadgets compute."""

from __future__ import annotations

import math

import pytest

from tests.conformance.typed import same

BIG = 2**63 - 1
SMALL = -(2**63)


def compute(world, net, primitive, output, **inputs):
    bound = {port: world.const(value) for port, value in inputs.items()}
    net.gadget(primitive, **bound, **{output: "out"})
    return net["out"]


@pytest.mark.parametrize(
    ("primitive", "output", "a", "b", "expected"),
    [
        ("math.add", "sum", 2, 3, 5),
        ("math.add", "sum", 2, 0.5, 2.5),
        ("math.add", "sum", 1, 2.0, 3.0),
        ("math.add", "sum", BIG, 0, BIG),
        ("math.add", "sum", BIG, 1.0, 9.223372036854775807e18),
        ("math.add", "sum", math.inf, -math.inf, math.nan),
        ("math.subtract", "difference", 2, 3, -1),
        ("math.subtract", "difference", 2.5, 1, 1.5),
        ("math.multiply", "product", 4, 3, 12),
        ("math.multiply", "product", 4, 0.25, 1.0),
        ("math.multiply", "product", 1e308, 10.0, math.inf),
        ("math.divide", "quotient", 7, 2, 3.5),
        ("math.divide", "quotient", 6, 3, 2.0),
        ("math.divide", "quotient", -1, 4.0, -0.25),
        ("math.divide", "quotient", 2**53 + 1, 3, 3002399751580331.0),
        ("math.divide", "quotient", 3, SMALL, -3 / 2**63),
        ("math.min", "min", 2, 3, 2),
        ("math.min", "min", 2, 3.0, 2),
        ("math.min", "min", 2.0, 2, 2),
        ("math.min", "min", math.nan, 2, 2),
        ("math.max", "max", 2, 3, 3),
        ("math.max", "max", 2.5, 3, 3),
        ("math.max", "max", 2, 2.0, 2.0),
        ("math.max", "max", math.nan, 2, math.nan),
    ],
)
def test_arithmetic_of_two_numbers_keeps_ints_where_exact(world, net, primitive, output, a, b, expected):
    assert same(compute(world, net, primitive, output, a=a, b=b), expected)


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        (2, 10, 1024),
        (2, 62, 2**62),
        (-2, 63, SMALL),
        (2, 0, 1),
        (0, 0, 1),
        (2, -1, 0.5),
        (2, 0.5, 1.4142135623730951),
        (2.0, 3, 8.0),
        (1, 10**12, 1),
        (-1, 10**12 + 1, -1),
        (0, 10**12, 0),
        (0, -math.inf, math.inf),
    ],
)
def test_powers(world, net, base, exponent, expected):
    assert same(compute(world, net, "math.power", "result", base=base, exponent=exponent), expected)


@pytest.mark.parametrize(
    ("primitive", "value", "expected"),
    [
        ("math.sqrt", 9, 3.0),
        ("math.sqrt", 2.25, 1.5),
        ("math.sqrt", math.inf, math.inf),
        ("math.sqrt", math.nan, math.nan),
        ("math.abs", -3, 3),
        ("math.abs", -2.5, 2.5),
    ],
)
def test_square_root_and_absolute_value(world, net, primitive, value, expected):
    assert same(compute(world, net, primitive, "result", value=value), expected)


@pytest.mark.parametrize(
    ("primitive", "output", "inputs"),
    [
        ("math.add", "sum", {"a": BIG, "b": 1}),
        ("math.subtract", "difference", {"a": SMALL, "b": 1}),
        ("math.multiply", "product", {"a": 2**32, "b": 2**31}),
        ("math.power", "result", {"base": 2, "exponent": 63}),
        ("math.power", "result", {"base": 10, "exponent": 10**9}),
        ("math.power", "result", {"base": 10.0, "exponent": 400}),
        ("math.abs", "result", {"value": SMALL}),
    ],
)
def test_a_result_outside_64_bits_is_an_error_never_a_wrap(world, net, primitive, output, inputs):
    with pytest.raises(world.errors.GadgetError):
        compute(world, net, primitive, output, **inputs)


@pytest.mark.parametrize(
    ("primitive", "output", "inputs"),
    [
        ("math.divide", "quotient", {"a": 1, "b": 0}),
        ("math.divide", "quotient", {"a": 1.0, "b": 0.0}),
        ("math.divide", "quotient", {"a": math.nan, "b": 0}),
        ("math.power", "result", {"base": 0, "exponent": -1}),
        ("math.power", "result", {"base": -8, "exponent": 0.5}),
        ("math.sqrt", "result", {"value": -1}),
        ("math.sqrt", "result", {"value": -0.5}),
    ],
)
def test_dividing_by_zero_and_roots_of_negative_numbers_are_errors(world, net, primitive, output, inputs):
    with pytest.raises(world.errors.GadgetError):
        compute(world, net, primitive, output, **inputs)


@pytest.mark.parametrize("value", [True, "1", None, [1]])
@pytest.mark.parametrize("primitive", ["math.add", "math.max"])
def test_only_ints_and_floats_are_numbers(world, net, primitive, value):
    with pytest.raises(world.errors.GadgetError):
        compute(world, net, primitive, primitive[5:].replace("add", "sum"), a=value, b=1)


def test_a_gadget_error_names_the_gadget_and_rolls_the_tick_back(world, net):
    net.contact("a", 1)
    net.gadget("math.divide", name="part", a=1, b="a", quotient="x")
    with pytest.raises(world.errors.GadgetError, match="part"):
        net["a"] = 0
    assert (net["a"], net["x"]) == (1, 1.0)


@pytest.mark.parametrize(
    ("primitive", "a", "b", "expected"),
    [
        ("logic.equals", 1, 1.0, True),
        ("logic.equals", 1, True, False),
        ("logic.equals", "1", 1, False),
        ("logic.equals", [1], [1.0], False),
        ("logic.equals", [1, {"k": 2}], [1, {"k": 2}], True),
        ("logic.equals", None, None, True),
        ("logic.equals", None, False, False),
        ("logic.equals", 2**53 + 1, 2.0**53, False),
        ("logic.equals", math.nan, math.nan, True),
        ("logic.notEquals", 1, 1.0, False),
        ("logic.notEquals", 1, "x", True),
        ("logic.greaterThan", 2, 1.5, True),
        ("logic.greaterThan", 2, 2.0, False),
        ("logic.greaterThan", "b", "a", True),
        ("logic.lessThan", 1, 2, True),
        ("logic.lessThan", 2**53, 2.0**53, False),
        ("logic.greaterOrEqual", 2, 2.0, True),
        ("logic.greaterOrEqual", 1, 2, False),
        ("logic.lessOrEqual", "a", "a", True),
        ("logic.lessOrEqual", 3, 2, False),
    ],
)
def test_comparisons(world, net, primitive, a, b, expected):
    assert compute(world, net, primitive, "result", a=a, b=b) is expected


@pytest.mark.parametrize("primitive", ["greaterThan", "lessThan", "greaterOrEqual", "lessOrEqual"])
@pytest.mark.parametrize(("a", "b"), [(1, "a"), (True, False), (True, 1), (None, None), ([1], [2])])
def test_order_comparisons_take_two_numbers_or_two_strings(world, net, primitive, a, b):
    with pytest.raises(world.errors.GadgetError):
        compute(world, net, f"logic.{primitive}", "result", a=a, b=b)

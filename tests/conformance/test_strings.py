"""What `string.*` compute: in characters, as Python's."""

from __future__ import annotations

import math

import pytest

from tests.conformance.computing import compute
from tests.conformance.typed import same

MOST = 2**24
BIG, SMALL = 2**63 - 1, -(2**63)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("ab", "c", "abc"),
        ("", "", ""),
        ("n = ", 5, "n = 5"),
        (-0.0, 0, "0.00"),
        (1.0, "", "1.0"),
        (0.1, 1e-5, "0.11e-05"),
        (1e15, 1e16, "1000000000000000.01e+16"),
        (1e300, -1.5e-300, "1e+300-1.5e-300"),
        (0.0001, 123456789.125, "0.0001123456789.125"),
        (math.nan, -math.inf, "nan-inf"),
        (BIG, SMALL, f"{BIG}{SMALL}"),
    ],
)
def test_concat_takes_strings_and_writes_numbers_as_python_does(world, a, b, expected):
    assert same(compute(world, "string.concat", "result", a=a, b=b), expected)


@pytest.mark.parametrize(
    ("primitive", "value", "expected"),
    [
        ("length", "", 0),
        ("length", "año", 3),
        ("length", "🎈n\u0303", 3),
        ("toUpper", "straße ŉ", "STRASSE \u02bcN"),
        ("toUpper", "", ""),
        ("toLower", "ÄB ΟΔΟΣ", "äb οδος"),
        ("toLower", "İ", "i\u0307"),
        ("trim", " \t\n\u00a0\u2003x y\u3000\r\x1c\x1f", "x y"),
        ("trim", " \u200b ", "\u200b"),
        ("trim", "   ", ""),
    ],
)
def test_strings_are_counted_mapped_and_trimmed_by_character(world, primitive, value, expected):
    output = "length" if primitive == "length" else "result"
    assert same(compute(world, f"string.{primitive}", output, value=value), expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (1, 3, "ñ🎈"),
        (0, None, "añ🎈b"),
        (2, None, "🎈b"),
        (-1, None, "b"),
        (-3, -1, "ñ🎈"),
        (1.0, 2.0, "ñ"),
        (-100, 100, "añ🎈b"),
        (3, 1, ""),
        (4, 9, ""),
        (SMALL, BIG, "añ🎈b"),
        (BIG, SMALL, ""),
    ],
)
def test_a_substring_is_cut_as_python_slices(world, start, end, expected):
    ends = {} if end is None else {"end": end}
    assert same(compute(world, "string.substring", "result", string="añ🎈b", start=start, **ends), expected)


@pytest.mark.parametrize(
    ("string", "separator", "expected"),
    [
        ("a,b,c", ",", ["a", "b", "c"]),
        ("a,,b,", ",", ["a", "", "b", ""]),
        ("", ",", [""]),
        ("aaa", "aa", ["", "a"]),
        ("a", "abc", ["a"]),
        ("ñ🎈", "", ["ñ", "🎈"]),
        ("", "", []),
    ],
)
def test_split_cuts_at_every_separator_and_an_empty_one_gives_the_characters(world, string, separator, expected):
    assert same(compute(world, "string.split", "result", string=string, separator=separator), expected)


@pytest.mark.parametrize(
    ("array", "separator", "expected"),
    [
        (["a", "b"], None, "a,b"),
        (["a", "b"], " / ", "a / b"),
        (["a", 1, 2.0], "", "a12.0"),
        (["a"], ",", "a"),
        ([], ",", ""),
        (["", ""], ",", ","),
    ],
)
def test_join_puts_the_separator_between_strings_and_numbers(world, array, separator, expected):
    separators = {} if separator is None else {"separator": separator}
    assert same(compute(world, "string.join", "result", array=array, **separators), expected)


def test_an_optional_port_bound_to_an_empty_contact_counts_as_unbound(world, net):
    net.contact("separator")
    net.gadget("string.join", array=["a", "b"], separator="separator", result="out")
    assert net["out"] == "a,b"
    net["separator"] = "-"
    assert net["out"] == "a-b"
    net.erase("separator")
    assert net["out"] == "a,b"


@pytest.mark.parametrize("wrong", [None, True, ["x"], {"k": "x"}, b"x"])
@pytest.mark.parametrize(
    ("primitive", "port", "right"),
    [
        ("string.concat", "a", {"b": "x"}),
        ("string.concat", "b", {"a": "x"}),
        ("string.length", "value", {}),
        ("string.toUpper", "value", {}),
        ("string.toLower", "value", {}),
        ("string.trim", "value", {}),
        ("string.split", "string", {"separator": ","}),
        ("string.split", "separator", {"string": "x"}),
        ("string.join", "separator", {"array": ["x"]}),
        ("string.substring", "string", {"start": 0}),
        ("string.substring", "start", {"string": "x"}),
        ("string.substring", "end", {"string": "x", "start": 0}),
    ],
)
def test_what_is_no_string_is_an_error(world, primitive, port, right, wrong):
    output = "length" if primitive == "string.length" else "result"
    with pytest.raises(world.errors.GadgetError):
        compute(world, primitive, output, **{port: wrong}, **right)


@pytest.mark.parametrize("primitive", ["length", "toUpper", "toLower", "trim"])
def test_numbers_are_written_by_concat_and_join_only(world, primitive):
    with pytest.raises(world.errors.GadgetError):
        compute(world, f"string.{primitive}", "length" if primitive == "length" else "result", value=12)


@pytest.mark.parametrize("array", ["ab", None, [True], ["x", None], [["x"]], {"k": "x"}])
def test_only_a_list_of_strings_and_numbers_is_joined(world, array):
    with pytest.raises(world.errors.GadgetError):
        compute(world, "string.join", "result", array=array)


@pytest.mark.parametrize("place", [0.5, math.nan, math.inf, -math.inf, 1e300, 2.0**53 + 2, "1"])
@pytest.mark.parametrize("port", ["start", "end"])
def test_only_whole_numbers_cut(world, port, place):
    with pytest.raises(world.errors.GadgetError):
        compute(world, "string.substring", "result", string="abc", **{"start": 0, port: place})


def test_a_string_grows_to_a_limit_and_no_further(world):
    half = "ñ" * (MOST // 4)  # of two bytes each
    assert len(compute(world, "string.concat", "result", a=half, b=half)) == MOST // 2
    for primitive, inputs in [
        ("concat", {"a": half + "x", "b": half}),
        ("join", {"array": [half, half]}),
        ("join", {"array": ["", half, "", "", ""], "separator": half}),
        ("toUpper", {"value": "ŉ" * (MOST // 3 + 1)}),
    ]:
        with pytest.raises(world.errors.GadgetError):
            compute(world, f"string.{primitive}", "result", **inputs)


def test_a_string_that_doubles_in_a_cycle_ends_in_an_error_not_in_all_memory(world, net):
    net.contact("x", "ab")
    with pytest.raises(world.errors.GadgetError):
        net.gadget("string.concat", a="x", b="x", result="x")
    assert net["x"] == "ab"


def test_a_string_is_split_into_a_million_parts_and_no_more(world):
    parts = compute(world, "string.split", "result", string="," * 999_999, separator=",")
    assert len(parts) == 1_000_000
    for string, separator in [("," * 1_000_000, ","), ("a" * 1_000_001, "")]:
        with pytest.raises(world.errors.GadgetError):
            compute(world, "string.split", "result", string=string, separator=separator)

"""Values at the edge: what is taken, what is refused, and that nobody changes content from outside."""

from __future__ import annotations

import math

import pytest

import bassline as bl
from tests.conformance.typed import same


@pytest.fixture
def x(net):
    return net.contact("x", "before")


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400], ids=["above", "below", "far"])
def test_an_int_beyond_64_bits_is_refused(net, x, number):
    with pytest.raises(bl.ValueRangeError, match=r"2\*\*63"):
        x.value = number
    with pytest.raises(bl.ValueRangeError):
        net["x"] = [{"deep": number}]
    assert (x.value, net.tick) == ("before", 1)


def test_the_ends_of_the_range_are_held(x):
    for number in (2**63 - 1, -(2**63)):
        x.value = number
        assert same(x.value, number)


def test_nan_equals_itself_so_that_writing_it_again_is_no_change(net, x):
    x.value = math.nan
    tick = net.tick
    x.value = float("nan")
    x.value = -math.nan
    assert net.tick == tick
    assert math.isnan(x.value)


def test_one_and_one_point_zero_and_true_are_three_values(net, x):
    for value in (1, 1.0, True, 1):
        tick = net.tick
        x.value = value
        assert same(x.value, value)
        assert net.tick == tick + 1


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_a_lone_surrogate_is_refused_wherever_it_stands(net, x, text):
    for value in (text, [text], {text: 1}, {"key": text}):
        with pytest.raises(bl.ValueTypeError, match="lone surrogate"):
            x.value = value
    assert (x.value, net.tick) == ("before", 1)


def test_a_list_or_dict_that_contains_itself_is_refused(x):
    loop = [1]
    loop.append(loop)
    ring = {}
    ring["self"] = [ring]
    for value in (loop, ring):
        with pytest.raises(RecursionError, match="contains itself"):
            x.value = value
    assert x.value == "before"


def test_nesting_is_held_down_to_the_depth_that_is_said(x):
    def nested(depth):
        value = 1
        for _ in range(depth):
            value = [value]
        return value

    x.value = nested(100)
    assert x.value == nested(100)
    with pytest.raises(RecursionError):
        x.value = nested(100_000)
    assert x.value == nested(100)


@pytest.mark.parametrize("value", [{1: "int key"}, {None: 1}, {(1, 2): 3}])
def test_a_dict_with_other_keys_than_strings_is_refused(net, x, value):
    for wrapped in (value, [value], {"key": [value]}):
        with pytest.raises(bl.ValueTypeError, match="string keys"):
            x.value = wrapped
    assert (x.value, net.tick) == ("before", 1)


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        (lambda net: net.contacts["x"], r"\.value"),
        (lambda net: net.gadget("math.add", a="x", b=1, sum="y"), r"\.path"),
        (lambda net: net.wire("x", "y"), r"\.ends"),
        (lambda net: net.group("g"), r"\.path"),
        (lambda net: net, r"\.name"),
        (lambda net: bl.const(1), "the value itself"),
        (lambda net: [bl.Nothing], "None is a value"),
        (lambda net: bl.RowReader.json_lines(), r"net\.ingest"),
    ],
)
def test_a_handle_of_the_network_is_a_mistake_and_the_error_says_what_was_meant(net, mistake, hint):
    net.contact("x")
    mistake = mistake(net)
    tick = net.tick
    for wrapped in (mistake, [mistake], {"key": mistake}):
        with pytest.raises(bl.ValueTypeError, match=hint):
            net["x"] = wrapped
    assert (net["x"], net.tick) == (bl.Nothing, tick)


def test_what_an_async_function_gives_is_to_be_awaited(x):
    async def later():
        return 1

    coroutine = later()
    with pytest.raises(bl.ValueTypeError, match="await"):
        x.value = coroutine
    coroutine.close()


@pytest.mark.parametrize(
    "value", [b"", b"\x00\xff", "", "a\x00b", "🎵", {"a": {"b": {"": [None, {}]}}}, [[], {}], {"b": 1, "a": 2}]
)
def test_bytes_text_and_nested_dicts_come_back_equal(x, value):
    x.value = value
    assert same(x.value, value)


def test_a_tuple_is_held_as_a_list_and_subclasses_without_a_codec_as_what_they_extend(x):
    class Name(str):
        __slots__ = ()

    class Count(int):
        pass

    class Rows(list):
        pass

    class Record(dict):
        pass

    cases = [((1, (2,)), [1, [2]]), (Name("n"), "n"), (Count(3), 3), (Rows([1]), [1]), (Record(a=1), {"a": 1})]
    for value, held in [*cases, (frozenset({1}), {1}), (bytearray(b"b"), b"b"), (memoryview(b"m"), b"m")]:
        x.value = value
        assert same(x.value, held)


def test_changing_a_list_after_writing_it_changes_nothing(net, x):
    mine = {"items": [1, 2], "deep": {"a": [3]}}
    x.value = mine
    tick = net.tick
    mine["items"].append(99)
    mine["deep"]["a"].clear()
    mine["new"] = 1
    assert x.value == {"items": [1, 2], "deep": {"a": [3]}}
    assert net.tick == tick


def test_changing_what_was_read_changes_nothing(net, x):
    x.value = {"items": [1, 2]}
    read = x.value
    read["items"].append(3)
    assert x.value == {"items": [1, 2]}
    x.value = read
    assert x.value == {"items": [1, 2, 3]}


def test_a_gadget_that_changes_its_input_changes_nothing(net):
    net.contact("items", [3, 1, 2])

    @net.gadget
    def ordered(items):
        items.sort()
        return items

    assert (net["items"], net["ordered"]) == ([3, 1, 2], [1, 2, 3])


def test_a_change_keeps_what_was_even_if_its_reader_changes_it(net, x):
    seen = []
    net.on_change("x", seen.append)
    x.value = [1]
    seen[0].new.append(2)
    assert seen[0].new == [1]
    assert x.value == [1]


def test_nothing_is_falsy_and_not_none_and_writing_it_erases(net, x):
    x.value = bl.Nothing
    assert x.value is bl.Nothing
    assert not bl.Nothing
    assert bl.Nothing is not None
    x.value = None
    assert x.value is None
    with pytest.raises(bl.ValueTypeError):
        x.value = [bl.Nothing]


def test_nothing_is_one_object_even_after_a_copy_or_a_pickle():
    import copy
    import pickle

    assert copy.deepcopy([bl.Nothing])[0] is bl.Nothing
    assert pickle.loads(pickle.dumps(bl.Nothing)) is bl.Nothing
    assert type(bl.Nothing)() is bl.Nothing


def test_a_value_whose_own_code_fails_is_refused_and_nothing_is_written(net):
    class Odd(dict):
        def items(self):
            raise LookupError("odd")

    x, y = net.contact("x", 1), net.contact("y", 1)
    with pytest.raises(LookupError):
        net.update(Odd(x=2, y=2))
    assert (x.value, y.value) == (1, 1)


def test_nothing_and_none_are_told_apart_in_attributes_constants_and_gadgets(net):
    assert net.contact("a", None, unit=None).attributes == {"unit": None}
    with pytest.raises(bl.ValueTypeError, match="None is a value"):
        net.contact("b", unit=bl.Nothing)
    with pytest.raises(bl.ValueTypeError, match="None is a value"):
        bl.const(bl.Nothing)
    net.gadget("logic.equals", a="a", b=bl.const(None), result="is_none")
    assert net["is_none"] is True

    @net.gadget(outputs=("left", "right"))
    def halves(a):
        return None, bl.Nothing

    assert net["left"] is None
    assert net["right"] is bl.Nothing
    with net.batch("reader", position=None):
        net["a"] = bl.Nothing
        assert net["a"] is bl.Nothing
    assert net["is_none"] is bl.Nothing
    assert net.position("reader") is None


def test_null_in_json_lines_and_csv_is_none_and_no_column_is_nothing(net):
    net.contact("a", 1)
    net.contact("b", 1)
    net.ingest(bl.RowReader.json_lines(), b'{"a": null}\n', final=True)
    assert net["a"] is None
    net.ingest(bl.RowReader.csv(null=["NA"]), b"b\nNA\n", final=True)
    assert net["b"] is None

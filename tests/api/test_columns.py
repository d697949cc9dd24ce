"""Columns: numbers of many contacts from and to arrays, in one tick."""

from __future__ import annotations

import array
import math
import threading

import numpy as np
import pytest

import bassline as bl

PATHS = ["a", "g/b", "g/c"]


@pytest.fixture
def columns(net):
    net.declare(PATHS)
    return net.columns(PATHS)


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        (np.array([1.5, -0.0, math.inf]), float),
        (np.array([1, -(2**63), 2**63 - 1]), int),
        (np.array([True, False, True]), bool),
        (np.arange(9.0)[::3], float),
        (np.arange(9)[::-4], int),
        (np.array([True, False, False, True, True])[::2], bool),
        (array.array("d", [1, 2, 3]), float),
        (memoryview(array.array("q", [1, 2, 3])), int),
    ],
)
def test_an_array_is_written_as_one_tick_and_read_back(net, columns, numbers, kind):
    before = net.tick
    told = []
    net.on_change("**", lambda change: told.append((change.path, change.new)))
    columns.set(numbers)
    assert net.tick == before + 1
    assert [net[path] for path in PATHS] == list(numbers)
    assert [type(net[path]) for path in PATHS] == [kind] * 3
    assert told == list(zip(PATHS, list(numbers), strict=True))
    assert columns.get(dtype=kind).tolist() == list(numbers)


def test_handles_and_paths_make_the_same_columns(net):
    handles = net.declare(PATHS)
    columns = net.columns(["a", handles[1], handles[2]])
    columns.set(np.array([1.0, 2.0, 3.0]))
    assert net.columns(handles).get().tolist() == [1.0, 2.0, 3.0]
    assert (len(columns), repr(columns)) == (3, "<Columns of 3 contacts>")


def test_each_contact_takes_its_number_through_its_blend_and_its_wires(net):
    net.contact("peak", 5.0, blend="max")
    net.wire("b", "copy")
    net.gadget("math.add", a="peak", b="copy", sum="total")
    net.contact("events", blend="stream")
    net.gadget("stat.sum", value="events", sum="sum")
    columns = net.columns(["peak", "b", "events"])
    columns.set(np.array([3.0, 2.0, 4.0]))
    columns.set(np.array([3.0, 2.0, 4.0]))
    assert (net["peak"], net["copy"], net["total"], net["sum"]) == (5.0, 2.0, 7.0, 8.0)


def test_a_column_lifts_faults_as_single_writes_do(net):
    @net.gadget(on_error="contain")
    def out(x):
        raise ValueError(x)

    net["x"] = 1
    assert net.contacts["out"].fault
    net.columns(["out"]).set(np.array([1.0]))
    assert (net.contacts["out"].fault, net["out"]) == (None, 1.0)


def test_a_column_reads_as_floats_with_nan_where_a_contact_is_empty(net):
    net.declare({"int": 2, "float": 1.5, "bool": True, "empty": bl.Nothing})
    read = net.columns(["int", "float", "bool", "empty"]).get()
    assert (read.dtype, read[:3].tolist(), math.isnan(read[3])) == (np.float64, [2.0, 1.5, 1.0], True)
    assert read.flags.writeable


@pytest.mark.parametrize(
    ("value", "dtype", "refused"),
    [
        ("text", "float64", "contact 'g/b' (place 1 of the column) holds 'text', which is no float64"),
        (None, "float64", "holds None"),
        ([1.0], "float64", "holds [1.0]"),
        (1.0, "int64", "holds 1.0, which is no int64"),
        (bl.Nothing, "int64", "holds Nothing"),
        (1, "bool", "holds 1, which is no bool"),
        (1.0, "float32", "reads as float64, int64 or bool; found float32"),
    ],
)
def test_content_of_another_kind_is_refused_by_the_name_of_its_contact(net, value, dtype, refused):
    net.declare({"a": True, "g/b": value})
    with pytest.raises(bl.ValueTypeError) as raised:
        net.columns(["a", net.contacts["g/b"]]).get(dtype)
    assert refused in str(raised.value)


@pytest.mark.parametrize(
    ("numbers", "refused"),
    [
        (np.zeros(2), "3 contacts is set from as many numbers; found 2"),
        (np.zeros((3, 1)), "2 dimensions"),
        (np.array(1.0), "one-dimensional"),
        (np.zeros(3, dtype="float32"), "found the format 'f': convert it"),
        (np.zeros(3, dtype=">f8"), "found the format '>d'"),
        (np.zeros(3, dtype="uint64"), "format"),
        (np.array([1, "x", None], dtype=object), "format 'O'"),
        (np.array(["1", "2", "3"]), "format"),
        (np.zeros(3, dtype="datetime64[s]"), "datetime64|found ndarray"),
        ([1.0, 2.0, 3.0], "found list"),
        (b"abc", "format 'B'"),
        (None, "found NoneType"),
    ],
)
def test_another_array_is_refused_and_nothing_changes(net, columns, numbers, refused):
    columns.set(np.array([1.0, 2.0, 3.0]))
    before = net.tick
    with pytest.raises(bl.ValueTypeError, match=refused):
        columns.set(numbers)
    assert (columns.get().tolist(), net.tick) == ([1.0, 2.0, 3.0], before)


def test_a_contact_that_was_removed_is_named_and_nothing_changes(net, columns):
    net.remove("g/b")
    net.contact("g/b", 7.0)
    for call in (lambda: columns.set(np.zeros(3)), columns.get):
        with pytest.raises(bl.StaleHandleError, match=r"'g/b' \(place 1 of the column\) was removed"):
            call()
    assert (net["a"], net["g/b"]) == (bl.Nothing, 7.0)


def test_what_is_not_a_contact_of_this_network_is_refused(net):
    net.declare(PATHS)
    other = bl.Network().contact("a")
    with pytest.raises(bl.UnknownContactError, match="g/x"):
        net.columns(["a", "g/x"])
    with pytest.raises(bl.BasslineError, match="another network"):
        net.columns([other])
    with pytest.raises(bl.ValueTypeError, match="found int"):
        net.columns(["a", 3])


def test_a_contradiction_that_raises_takes_the_whole_column_back():
    with bl.Network(contradictions="raise") as net:
        net.declare(["x", "y"])
        net.contact("peak", "high", blend="max")
        columns = net.columns(["x", "peak", "y"])
        with pytest.raises(bl.ContradictionError, match="peak"):
            columns.set(np.zeros(3))
        with net.batch():
            net["x"] = 1.0
            with pytest.raises(bl.ContradictionError):
                columns.set(np.zeros(3))
        assert (net["x"], net["y"]) == (1.0, bl.Nothing)


def test_a_column_in_a_batch_is_part_of_it_and_is_rolled_back_with_it(net, columns):
    with pytest.raises(LookupError), net.batch():
        columns.set(np.array([1.0, 2.0, 3.0]))
        assert columns.get().tolist() == [1.0, 2.0, 3.0]
        seen = []
        reader = threading.Thread(target=lambda: seen.append(columns.get()))
        reader.start()
        reader.join()
        assert np.isnan(seen[0]).all()
        raise LookupError
    assert np.isnan(columns.get()).all()


def test_what_a_gadget_or_a_subscriber_writes_to_a_column_is_a_tick_of_its_own(net, columns):
    read = []

    @net.gadget
    def gadget(trigger):
        columns.set(np.array([trigger] * 3, dtype=float))
        read.append(columns.get().tolist())

    told = []
    net.on_change("a", lambda change: (told.append(change.new), columns.set(np.array([9.0] * 3))))
    net["trigger"] = 1.0
    assert (math.isnan(read[0][0]), told, columns.get().tolist()) == (True, [1.0, 9.0], [9.0] * 3)


def test_an_empty_column_is_no_tick(net):
    columns = net.columns([])
    before = net.tick
    columns.set(np.zeros(0))
    assert (columns.get().tolist(), net.tick) == ([], before)

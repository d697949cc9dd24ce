"""What a primitive refuses: the message names the port, what it takes and what was found."""

from __future__ import annotations

import pytest

import bassline as bl


@pytest.mark.parametrize(
    ("primitive", "ports", "output", "message"),
    [
        ("string.length", {"value": 5}, "length", "port 'value' takes a string, found int 5"),
        ("string.concat", {"a": "x", "b": None}, "result", "port 'b' takes a string or a number, found None None"),
        (
            "string.join",
            {"array": [True]},
            "result",
            "port 'array' takes a list of strings and numbers, found bool True",
        ),
        (
            "string.substring",
            {"string": "x", "start": 0.5},
            "result",
            "port 'start' takes a whole number, found float 0.5",
        ),
        ("logic.and", {"a": True, "b": 1}, "result", "port 'b' takes a bool, found int 1"),
        ("control.mux", {"selector": 2, "in0": 1}, "result", "port 'selector' takes a bool, 0 or 1, found int 2"),
        ("control.latch", {"enable": "on"}, "output", "port 'enable' takes a bool, found str 'on'"),
        (
            "control.delay",
            {"value": 1, "delay": 5000},
            "output",
            "port 'delay' takes how many values to delay by, from 0 to 1000 (values, not milliseconds), found int 5000",
        ),
        ("array.reverse", {"array": "abc"}, "result", "port 'array' takes a list, found str 'abc'"),
        ("array.first", {"array": []}, "result", "port 'array' takes a list with at least one item, found list []"),
        (
            "array.nth",
            {"array": [1, 2], "index": -1},
            "result",
            "port 'index' takes an index from 0 to 1 of the 2 items, found int -1",
        ),
        (
            "array.nth",
            {"array": [1], "index": float("nan")},
            "result",
            "port 'index' takes a whole number, found float NaN",
        ),
        ("data.json-parse", {"text": 5}, "data", "port 'text' takes a string, found int 5"),
        (
            "data.json-parse",
            {"text": "[1,"},
            "data",
            "port 'text' takes JSON; EOF while parsing a value at line 1 column 3",
        ),
        (
            "data.csv-parse",
            {"text": "a,b\n1\n"},
            "data",
            "port 'text' takes CSV; in line 2, expected 2 cells as in the header, found 1",
        ),
        (
            "data.yaml-parse",
            {"text": "a: 1\na: 2\n"},
            "data",
            "port 'text' takes YAML; the key 'a' stands twice at line 2",
        ),
        (
            "data.base64-decode",
            {"encoded": "a-b="},
            "data",
            "port 'encoded' takes Base64 with padding; found '-' at character 2",
        ),
        (
            "data.base64-decode",
            {"encoded": "", "outputType": "bytes"},
            "data",
            "port 'outputType' takes 'string', 'buffer' or 'json', found str 'bytes'",
        ),
        (
            "data.json-stringify",
            {"data": {"a": [float("nan")]}},
            "text",
            "port 'data' takes what JSON has a word for: null, bools, finite numbers, strings, lists and maps; found float NaN",
        ),
        (
            "data.set-property",
            {"object": {"a": [1]}, "path": "a[2]", "value": 1},
            "result",
            "port 'path' takes the path of a place in the object; '2' is no index from 0 to 1 of a list of 1 items",
        ),
        ("data.get-property", {"object": {}, "path": "a..b"}, "value", "port 'path' takes a path such as a.b"),
        (
            "data.validate-regex",
            {"text": "", "pattern": "a("},
            "matches",
            "port 'pattern' takes a regular expression; unclosed group",
        ),
        (
            "data.validate-schema",
            {"data": 1, "schema": {"requird": []}},
            "valid",
            "port 'schema' takes keywords of JSON Schema 2020-12 that are known here, or x-…, not 'requird'; did you mean 'required'?",
        ),
        (
            "data.validate-schema",
            {"data": 1, "schema": {"$ref": "#"}},
            "valid",
            "port 'schema' takes a schema that comes to an end within 400 levels",
        ),
        (
            "data.validate-range",
            {"value": 1, "min": 3, "max": 2},
            "valid",
            "port 'max' takes a number of at least min, which is 3, found int 2",
        ),
        (
            "data.validate-phone",
            {"phone": "1", "country": "CH"},
            "valid",
            "port 'country' takes 'US', 'UK', 'DE' or 'FR'",
        ),
        (
            "array.append",
            {"array": [0] * 1_000_000, "value": 0},
            "result",
            "port 'result' gives a list of at most 1000000 values, those inside its items counted",
        ),
        (
            "string.concat",
            {"a": "x" * 2**24, "b": "y"},
            "result",
            "port 'result' gives a string of at most 16777216 bytes in UTF-8; this one would have more",
        ),
    ],
)
def test_a_refusal_names_the_port_and_what_it_takes(primitive, ports, output, message):
    net = bl.Network()
    bound = {port: bl.const(value) for port, value in ports.items()}
    with pytest.raises(bl.GadgetError) as raised:
        net.gadget(primitive, name="g", **bound, **{output: "out"})
    assert str(raised.value).startswith(f"gadget 'g' failed: {message}")
    assert "(inputs: " in str(raised.value)
    assert len(str(raised.value)) < 800
    assert isinstance(raised.value.__cause__, (bl.ValueTypeError, bl.ValueRangeError))


def test_a_contained_refusal_is_a_fault_of_the_output_and_is_lifted_by_the_next_success():
    net = bl.Network()
    net.contact("list", [])
    net.gadget("array.first", array="list", result="first", on_error="contain")
    assert "at least one item" in str(net.contacts["first"].fault)
    net["list"] = [7]
    assert (net["first"], net.contacts["first"].fault) == (7, None)


def test_a_port_that_may_stay_unbound_says_so_and_another_does_not():
    net = bl.Network()
    net.gadget("control.latch", enable="open", output="out")
    with pytest.raises(bl.DeclarationError, match="needs its input 'enable'"):
        net.gadget("control.latch", value="x", output="out")
    with pytest.raises(bl.DeclarationError, match="did you mean 'separator'"):
        net.gadget("string.split", string="x", seperator=",", result="y")


def test_what_is_malformed_is_told_to_the_output_error_where_that_is_bound():
    net = bl.Network()
    net.contact("text", "[1, 2]")
    net.gadget("data.json-parse", text="text", data="data", error="problem")
    assert (net["data"], net["problem"]) == ([1, 2], None)
    net["text"] = "[1, 2"
    assert net["data"] is None
    assert net["problem"] == "port 'text' takes JSON; EOF while parsing a list at line 1 column 5"
    with pytest.raises(bl.GadgetError, match="takes a string"):  # a type that is wrong is no text that is
        net["text"] = 5
    net["text"] = "3"
    assert (net["data"], net["problem"]) == (3, None)

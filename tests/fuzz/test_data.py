"""Texts, patterns, schemas and values made to overrun a stack, to fill memory or to go on for ever."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

import bassline as bl
from tests.fuzz.arguments import PLAIN, TEXTS

LONG = 20.0  # seconds; each takes well under one on an idle machine


def nested(levels: int, wrap: Any, value: Any = 0) -> Any:
    for _ in range(levels):
        value = wrap(value)
    return value


def doubling(levels: int) -> dict[str, Any]:
    defs = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": defs | {f"d{levels}": {"type": "integer"}}}


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{f'*a{i - 1}, ' * 10}]\n" for i in range(1, 12)
)
HOSTILE: list[tuple[str, dict[str, Any]]] = [
    *(("data.json-parse", {"text": text}) for text in ("[" * 10**6, '{"a":' * 10**5, "9" * 10**6, "1e" + "9" * 10**6, '"' + "\\u0000" * 10**6, "[" + "0," * 10**6 + "0]")),
    *(("data.yaml-parse", {"text": text}) for text in (LAUGHS, "[" * 10**6, "{" * 10**6, "- " * 10**6, "? " * 10**5, "a: " * 10**5, "&a " * 10**5, "!" * 10**6, "'" + "x\n" * 10**5, "- x\n" * 10**5, "".join(f"k{i}: {{<<: *k}}\n" for i in range(1000)), "x: &x {" + ", ".join(f"k{i}: 1" for i in range(1000)) + "}\ny: {<<: [" + "*x, " * 2000 + "]}")),
    *(("data.csv-parse", {"text": text}) for text in ('"' * 10**6, "," * 2 * 10**6, "a\n" * 10**6, '"a""' * 10**5, "\r" * 10**6, "a," * 1000 + "a\n" + ("1," * 1000 + "1\n") * 500)),
    *(("data.validate-regex", {"text": text, "pattern": pattern}) for text, pattern in (
        ("a" * 10**5, "(a+)+$"), ("a" * 10**5, "(a|aa)+$"), ("a" * 10**4, "(.*)*" * 20), ("x" * 10**6, "((a{100}){100}){100}"), ("x", "(" * 900), ("x" * 10**7, r"(\w+\s?)+$"),
        ("a" * 10**6, "|".join("a" * n + "b" for n in range(1, 40))), ("ab" * 10**6, "(?:a?){50}(?:a){50}"), ("é" * 10**6, r"(\pL{1,50}\s)*$"),
    )),
    *(("data.validate-schema", {"data": data, "schema": schema}) for data, schema in (
        (1, doubling(60)), (1, {"$ref": "#"}), (1, nested(90, lambda inner: {"not": inner}, True)), ([1] * 50_000, {"uniqueItems": True}),
        (nested(90, lambda inner: [inner]), {"items": {"$ref": "#"}}), (["x" * 10**6] * 500, {"items": {"pattern": "(x+x+)+y"}}),
        ({f"k{i}": i for i in range(1000)}, {"patternProperties": {f"k{i}": {} for i in range(1000)}}), (list(range(10**5)), {"items": {"enum": list(range(1000))}}),
        (["x"] * 10**5, {"items": {"minLength": 5}}), (1, {"anyOf": [{"const": list(range(1000))}] * 1000}),
    )),
    ("data.validate-email", {"email": "@" * 10**6}), ("data.validate-email", {"email": "a@" + "a." * 10**6}),
    ("data.validate-url", {"url": "http://" + "[" * 10**6}), ("data.validate-url", {"url": "x:" + "%41" * 10**6}),
    ("data.validate-phone", {"phone": "+" + "1" * 10**6}), ("data.validate-phone", {"phone": "(" * 10**6}),
    ("data.base64-decode", {"encoded": "A" * (2**24 + 4)}), ("data.base64-decode", {"encoded": "=" * 10**6}), ("data.base64-encode", {"data": b"x" * 2**24}),
    ("data.get-property", {"object": {}, "path": "a." * 10**6}), ("data.set-property", {"object": {}, "path": ".".join("a" * 101), "value": 1}),
    ("data.get-property", {"object": {}, "path": "[" + "9" * 10**6 + "]"}),
    ("data.set-property", {"object": nested(60, lambda inner: {"a": inner}), "path": ".".join(["b"] * 60), "value": nested(60, lambda inner: [inner])}),
    ("data.merge-objects", {"object1": nested(90, lambda inner: {"a": inner}), "object2": nested(90, lambda inner: {"a": inner}), "deep": True}),
    ("data.json-stringify", {"data": nested(99, lambda inner: [inner]), "indent": 10}), ("data.yaml-stringify", {"data": nested(99, lambda inner: [inner, inner] if inner == 0 else [inner]), "indent": 10}),
    ("data.json-stringify", {"data": "\0" * 2**22}), ("data.csv-stringify", {"data": [["\"" * 2**23]]}),
]  # fmt: skip


def compute(primitive: Any, inputs: dict[str, Any]) -> None:
    net = bl.Network()
    bound = {port: bl.const(value) for port, value in inputs.items()}
    outputs = {port.name: port.name for port in primitive["outputs"]}
    net.gadget(primitive["name"], **bound, **outputs)


def refusal(primitive: Any, inputs: dict[str, Any]) -> bl.GadgetError | None:
    try:
        compute(primitive, inputs)
    except bl.GadgetError as error:
        return error
    return None


@pytest.mark.parametrize("case", range(len(HOSTILE)), ids=lambda case: f"{HOSTILE[case][0]}-{case}")
def test_nothing_overruns_the_stack_or_goes_on_for_ever(case):
    name, inputs = HOSTILE[case]
    (primitive,) = bl.primitives(name)
    begun = time.monotonic()
    refused = refusal(primitive, inputs)
    assert refused is None or len(str(refused)) < 10_000
    assert time.monotonic() - begun < LONG


@pytest.mark.parametrize("primitive", bl.primitives("data.*"), ids=lambda primitive: primitive["name"])
def test_every_port_takes_a_value_or_refuses_it_by_name(primitive):
    draw = random.Random(primitive["name"])
    values: list[Any] = []
    for value in [*PLAIN, *TEXTS]:
        try:
            bl.const(value)
            bl.Network().contact("x", value)
        except (bl.BasslineError, TypeError, ValueError):
            continue
        values.append(value)
    sound = [*TEXTS, {"a": [1]}, {"a": 1}, [{"a": 1}], ["a"], 1, 3, 5, True]
    refused = []
    for _ in range(2_000):
        ports = [port.name for port in primitive["inputs"] if port.required or draw.random() < 0.2]
        inputs = {port: draw.choice(values if draw.random() < 0.3 else sound) for port in ports}
        refused.append(refusal(primitive, inputs))
    errors = [error for error in refused if error is not None]
    named = [port.name for port in (*primitive["inputs"], *primitive["outputs"])]
    assert all(isinstance(error.__cause__, (bl.ValueTypeError, bl.ValueRangeError)) for error in errors)
    assert [error for error in errors if not any(f"port '{name}'" in str(error) for name in named)] == []
    assert 0 < len(errors) < len(refused)

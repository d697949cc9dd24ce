"""What ports of `data.*` are given in drawn cases: texts that say something, and such that almost do."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import Any

import yaml
from hypothesis import strategies as st

keys = st.sampled_from(["a", "b", "c", "ab", "x.y", "0", "1"])
words = st.sampled_from(
    [
        "",
        "x",
        "yes",
        "1e3",
        "0x1F",
        "010",
        "1:30",
        "~",
        "a b",
        "é🎈",
        '"',
        "'",
        ",",
        ";",
        "a\nb",
        "-",
        "#",
        "null",
        "2001-01-01",
    ]
)
numbers = st.integers(-3, 3) | st.sampled_from([0.5, -1.5, 1.0, 1e16, 1e-7, 2**53, 2**63 - 1])
plain = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | words, inner, max_size=3),
    max_leaves=6,
)
objects = st.recursive(
    st.dictionaries(keys, st.none() | numbers | words, max_size=3) | st.lists(numbers, max_size=3),
    lambda inner: st.dictionaries(keys, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=4,
)


@st.composite
def damaged(draw: Any, texts: Any) -> str:
    """A text, now and then with something cut out of it or put into it."""
    text: str = draw(texts)
    if draw(st.integers(0, 4)):
        return text
    at, to = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    return text[:at] + draw(st.sampled_from(['"', ",", "\n", "[", "}", ":", "=", "1", "-", " "])) + text[to:]


def dumped(value: Any, flow: Any, style: Any) -> str:
    return str(yaml.safe_dump(value, default_flow_style=flow, default_style=style, allow_unicode=True))


def rows(cells: list[list[str]], ends: str, between: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=between, lineterminator=ends).writerows(cells)
    return text.getvalue()


json_texts = st.builds(
    lambda value, indent, ascii: json.dumps(value, indent=indent, ensure_ascii=ascii),
    plain,
    st.sampled_from([None, 1]),
    st.booleans(),
)
json_texts |= st.sampled_from(
    [
        "-0",
        "1E5",
        "1e999",
        "01",
        "9223372036854775808",
        "-9223372036854775809",
        '"\\ud800"',
        '"\\ud83c\\udf88"',
        "NaN",
        "",
        " 1 ",
        "1 2",
        '{"a":1,"a":2}',
    ]
)
csv_cells = st.sampled_from(
    [
        "",
        "a",
        "b",
        "1",
        "-2.5",
        "1e5",
        "007",
        "true",
        "True",
        "x y",
        "-0",
        'q"q',
        "l\nm",
        "99999999999999999999",
        "é",
        ";",
    ]
)
csv_texts = st.integers(1, 3).flatmap(
    lambda width: st.builds(
        rows,
        st.lists(st.lists(csv_cells, min_size=width, max_size=width), max_size=4),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.sampled_from([",", ";"]),
    )
)
yaml_texts = st.builds(dumped, plain, st.sampled_from([None, True, False]), st.sampled_from([None, None, '"', "'"]))
yaml_texts |= st.sampled_from([
    "", "a: 1\nb: [x, y]\n", "a: 1\na: 2", "1: x", "~", "- 1\n- 1_000\n- 0b11\n- .inf\n- -.5\n- 1.\n- 08", "x: 2001-01-01", "x: 1:30", "x: !!str 5",
    "x: !!float 1", "x: !!int x", "!!set {a}", "base: &b {x: 1, y: 2}\nmine: {<<: *b, y: 3}", "a: &a {x: 1}\nb: &b {x: 2, z: 1}\nc: {<<: [*a, *b]}",
    "--- 1\n--- 2", "|\n  a\n  b\n", "a: >-\n  x\n  y\n", "on", "'on'", "[1, 2", "a: b: c", "*x", "&x [*x]", "<<: 1", "{<<: {a: 1}}", "0x_", "1.0e+999",
])  # fmt: skip
paths = st.lists(
    st.sampled_from(
        ["a", "b", ".a", ".b", ".c", "[0]", "[1]", "[9]", '["x.y"]', "['a']", ".0", ".", "[", "]", "[-1]", ".x.y"]
    ),
    min_size=1,
    max_size=4,
)
emails = st.sampled_from(
    [
        "ann@example.com",
        "a.b+c@x-y.org",
        "a@b",
        "a@b.",
        "@b",
        "a@",
        "a b@c",
        "a@b..c",
        "a@-b.c",
        "a@b_c",
        "é@b.c",
        "a@" + "b" * 64,
        "a" * 65 + "@b",
        "a" * 60 + "@" + ".".join(["b" * 60] * 4),
        "a@b@c",
        "",
    ]
)
urls = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["http://", "https://", "HTTP://", "ftp://", "mailto:", "x:", "://", "", "1a:", "http:", "file:///"]),
        st.sampled_from(["", "u:p@", "u@v@", "é@"]),
        st.sampled_from(["example.com", "EXAMPLE.com", "[::1]", "[::g]", "[::1", "127.0.0.1", "", "a b", "é.com", "x%41", "x%4", "[fe80::1%25e]"]),
        st.sampled_from(["", ":80", ":", ":65536", ":00080", ":x"]),
        st.sampled_from(["", "/", "/a/b", "/a b", "//", "/é", "/%zz", "/a@b:c"]),
        st.sampled_from(["", "?", "?q=1&r=[]", "?q=1/?", "?é"]),
        st.sampled_from(["", "#", "#top", "#a#b"]),
    ),
)  # fmt: skip
phones = st.sampled_from(
    [
        "+1 (415) 555-2671",
        "415-555-2671",
        "1 415 555 2671",
        "115-555-2671",
        "415-155-2671",
        "020 7946 0958",
        "+442079460958",
        "030/123456",
        "+49 30 123456",
        "01 23 45 67 89",
        "+33123456789",
        "+33012345678",
        "+81312345678",
        "+0123456789",
        "+123",
        "12",
        "",
        "+",
        "call me",
        "+ 1 415",
        "12345678901234",
        "+999999999999999",
        "+9999999999999999",
    ]
)
patterns = st.sampled_from(
    [
        "a+",
        "(a)(b)?",
        "^x",
        "[0-9]{2,3}",
        "(?:ab|a)(b*)",
        "A",
        "a.b",
        "",
        "(",
        "a{2",
        "[",
        "a)",
        r"\d+-(\d+)",
        "x | y  # or",
        r"(?P<n>b)",
        r"(a)|(b)",
        "()" * 101,
        "a" * 1001,
    ]
)
patterns = patterns.filter(lambda pattern: pattern != "a{2")  # to Python it is what it looks like
subjects = st.sampled_from(["", "a", "ab", "abb", "aab", "x", "12-345", "A", "a\nb", "xy", "éa", "b"])

small = st.integers(0, 3)
leaves = st.one_of(
    st.booleans(),
    st.builds(lambda kind: {"type": kind}, st.sampled_from(["string", "integer", "number", "array", "object", "null", "boolean", ["string", "null"]])),
    st.builds(lambda word, bound: {word: bound}, st.sampled_from(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]), small),
    st.builds(lambda word, bound: {word: bound}, st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), numbers),
    st.builds(lambda value: {"const": value}, plain),
    st.builds(lambda values: {"enum": values}, st.lists(plain, max_size=3)),
    st.builds(lambda names: {"required": names}, st.lists(keys, max_size=2, unique=True)),
    st.builds(lambda names: {"dependentRequired": {"a": names}}, st.lists(keys, max_size=2, unique=True)),
    st.sampled_from([{"uniqueItems": True}, {"pattern": "x"}, {"pattern": "^a"}, {"multipleOf": 2}, {"multipleOf": 0.5}, {"$ref": "#/$defs/d"}, {"title": "t", "x-y": 1}]),
)  # fmt: skip


def larger(inner: Any) -> Any:
    return st.one_of(
        st.builds(
            lambda word, schema: {word: schema},
            st.sampled_from(["items", "not", "contains", "additionalProperties", "propertyNames"]),
            inner,
        ),
        st.builds(
            lambda word, schemas: {word: schemas},
            st.sampled_from(["allOf", "anyOf", "oneOf", "prefixItems"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(
            lambda word, schemas: {word: schemas},
            st.sampled_from(["properties", "dependentSchemas"]),
            st.dictionaries(keys, inner, max_size=3),
        ),
        st.builds(lambda a, b: {"patternProperties": {"^a": a}, "additionalProperties": b}, inner, inner),
        st.builds(lambda a, b, c: {"if": a, "then": b, "else": c}, inner, inner, inner),
        st.builds(lambda a, b: {"prefixItems": [a], "items": b}, inner, inner),
        st.builds(lambda a, n, m: {"contains": a, "minContains": n, "maxContains": m}, inner, small, small),
        st.builds(lambda a, b: a | b if isinstance(a, dict) and isinstance(b, dict) else a, inner, inner),
    )


schemas = st.builds(
    lambda schema, d: schema | {"$defs": {"d": d}} if isinstance(schema, dict) else schema,
    st.recursive(leaves, larger, max_leaves=5),
    leaves.filter(lambda d: d != {"$ref": "#/$defs/d"}),
)
schemas |= st.sampled_from(
    [
        {"minLength": -1},
        {"requird": ["a"]},
        {"type": "int"},
        {"properties": {"a": {"typ": "string"}}},
        {"allOf": []},
        {"minimum": "1"},
    ]
)

PORTS: dict[tuple[str, str], Any] = {
    ("data.json-parse", "text"): damaged(json_texts),
    ("data.csv-parse", "text"): damaged(csv_texts),
    ("data.yaml-parse", "text"): yaml_texts,
    ("data.json-stringify", "data"): plain,
    ("data.yaml-stringify", "data"): plain,
    ("data.csv-stringify", "data"): st.lists(st.dictionaries(keys, st.none() | st.booleans() | numbers | words, max_size=3), max_size=3)
    | st.lists(st.lists(st.none() | st.booleans() | numbers | words, max_size=3), max_size=3),
    ("data.base64-decode", "encoded"): damaged(st.builds(lambda text: base64.b64encode(text.encode()).decode(), json_texts))
    | st.sampled_from(["/w==", "YQ", "Y===", "YQ=a", "é==="]),
    ("data.validate-email", "email"): emails,
    ("data.validate-url", "url"): urls,
    ("data.validate-phone", "phone"): phones,
    ("data.validate-regex", "text"): subjects,
    ("data.validate-regex", "pattern"): patterns,
    ("data.validate-regex", "flags"): st.sampled_from(["", "i", "m", "s", "x", "im", "ig", "imsxi"]),
    ("data.validate-schema", "data"): plain | objects,
    ("data.validate-schema", "schema"): schemas,
}  # fmt: skip
KINDS: dict[str, Any] = {
    "'US', 'UK', 'DE' or 'FR'": st.sampled_from(["US", "UK", "DE", "FR", "XX"]),
    "'string', 'buffer' or 'json'": st.sampled_from(["string", "buffer", "json", "bytes"]),
    "int, 0 to 10": st.integers(-1, 11),
    "int, 2 to 10": st.integers(1, 4),
    "list of maps or of lists": objects,
    "list of strings": st.lists(keys, max_size=3),
    "map": st.dictionaries(keys, objects | numbers, max_size=3),
    "map or list": objects,
    "path": st.builds("".join, paths),
    "string of one character": st.sampled_from([",", ";", " ", "a", "", ",,", "é", '"', "\n"]),
    "string or bytes": words | st.binary(max_size=5),
}

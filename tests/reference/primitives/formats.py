"""`data.*` that read and write texts: what Python's own readers make of them, with what they let through held off."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
from typing import Any

from ..values import INT_MAX, INT_MIN, Value
from .given import bounded_value, data, from_to, only_json, short_text
from .primitive import MalformedError, Primitive, array, expected, small_text, truth
from .yaml_text import read_yaml, write_yaml

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def _int(digits: str) -> Value:
    if digits == "-0":
        return -0.0
    if not INT_MIN <= int(digits) <= INT_MAX:
        raise MalformedError(f"64 bits were expected, {digits} was found")
    return int(digits)


def _float(digits: str) -> float:
    if not math.isfinite(float(digits)):
        raise MalformedError(f"a 64-bit float was expected, {digits} was found")
    return float(digits)


def _no_constant(name: str) -> Value:
    raise MalformedError(f"JSON was expected, {name} was found")


def read_json(text: str) -> Value:
    try:
        value = json.loads(text, parse_int=_int, parse_float=_float, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except (json.JSONDecodeError, UnicodeEncodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    return bounded_value(value, MalformedError)


def write_json(data: Value, indent: Value = 0) -> str:
    spaces = from_to(indent, 0, 10) or None
    bounded_value(data, MalformedError)
    separators = (",", ":" if spaces is None else ": ")
    text = json.dumps(only_json(data), ensure_ascii=False, sort_keys=True, indent=spaces, separators=separators)
    return small_text(text)


def one_character(delimiter: Value) -> str:
    if not isinstance(delimiter, str):
        raise expected("a string", delimiter)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise ValueError(f"one character was expected, {delimiter!r} was found")
    return delimiter


def cell(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    return read_json(text) if NUMBER.fullmatch(text) else text


def read_csv(text: Value, delimiter: Value = ",", headers: Value = True) -> list[Value]:
    lines = io.StringIO(short_text(text), newline="")
    reader, with_header = csv.reader(lines, delimiter=one_character(delimiter), strict=True), truth(headers)
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise MalformedError(str(error)) from error
    if not with_header:
        return [[cell(item) for item in row] for row in rows]
    header = rows.pop(0) if rows else []
    if not all(header) or len(set(header)) < len(header) or any(len(row) != len(header) for row in rows):
        raise MalformedError("a header of names that differ, and as many cells in each row, were expected")
    return [dict(zip(header, map(cell, row), strict=True)) for row in rows]


def written_cell(value: Value, delimiter: str) -> str:
    if not isinstance(value, (str, int, float, type(None))):
        raise MalformedError(f"a plain value was expected, {value!r} was found")
    if isinstance(value, bool) or value is None:
        text = {None: "", True: "true", False: "false"}[value]
    else:
        text = value if isinstance(value, str) else json.dumps(only_json(value))
    return '"' + text.replace('"', '""') + '"' if set(text) & {'"', "\r", "\n", delimiter} else text


def write_csv(data: Value, delimiter: Value = ",", headers: Value = True) -> str:
    rows, between, with_header = array(data), one_character(delimiter), truth(headers)
    if not all(isinstance(row, type(rows[0])) and isinstance(row, (list, dict)) for row in rows):
        raise MalformedError("maps, or lists, were expected as rows")
    if rows and isinstance(rows[0], dict):
        columns = sorted({key for row in rows for key in row})
        rows = [*([columns] if with_header else []), *([row.get(key) for key in columns] for row in rows)]
    lines = [between.join(written_cell(item, between) for item in row) or '""' for row in rows]
    return small_text("\r\n".join(lines))


def encode(data: Value) -> str:
    if not isinstance(data, (str, bytes)):
        raise expected("a string or bytes", data)
    return small_text(base64.b64encode(data.encode() if isinstance(data, str) else data).decode())


def decode(encoded: Value, outputType: Value = "string") -> Value:  # noqa: N803 - the name of the port
    text = short_text(encoded)
    if not isinstance(outputType, str):
        raise expected("a string", outputType)
    if outputType not in ("string", "buffer", "json"):
        raise ValueError(f"a kind of output was expected, {outputType} was found")
    if len(text) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text, re.ASCII):
        raise MalformedError(f"Base64 was expected, {text!r} was found")
    plain = base64.b64decode(text)
    if outputType == "buffer":
        return plain
    try:
        return read_json(plain.decode()) if outputType == "json" else plain.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(str(error)) from error


def parsed_yaml(text: Value) -> Any:
    return bounded_value(read_yaml(short_text(text)), MalformedError)


def written_yaml(data: Value, indent: Value = 2) -> str:
    spaces = from_to(indent, 2, 10)
    return small_text(write_yaml(only_json(bounded_value(data, MalformedError), infinite=True), spaces) + "\n")


FORMATS: tuple[Primitive, ...] = (
    data("json-parse", "text", "data error", lambda text: read_json(short_text(text))),
    data("json-stringify", "data indent?", "text error", write_json),
    data("csv-parse", "text delimiter? headers?", "data error", read_csv),
    data("csv-stringify", "data delimiter? headers?", "text error", write_csv),
    data("yaml-parse", "text", "data error", parsed_yaml),
    data("yaml-stringify", "data indent?", "text error", written_yaml),
    data("base64-encode", "data", "encoded", encode),
    data("base64-decode", "encoded outputType?", "data error", decode),
)
